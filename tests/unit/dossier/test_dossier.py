"""A dossier of hand-made tables: what each section shows, what it leaves out, and what it never says."""

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from provenet.dossier import sections
from provenet.dossier.render import render_html, render_pdf
from provenet.dossier.view import ANNEX, TURNED_OUT, View, compose, section_keys
from unit.dossier.page_reading import Page
from unit.dossier.small_tables import DAY, THEN, filled, share, tables, verdict


def view_of(known: date | None = None, as_of: date = DAY, **replaced: pl.DataFrame) -> View:
    return compose({**tables(known, as_of), **replaced}, country="Germany", as_of=as_of, known=known, document=ANNEX)


def section(view: View, key: str) -> dict[str, Any]:
    (found,) = [s for s in view.sections if s.key == key]
    return dict(found.data)


def test_sections_stand_in_the_order_of_their_files() -> None:
    view = view_of()
    # Of one country alone there is nothing to set side by side, and no routing table was held against the model.
    left_out = {"s86_countries", "s71_route_comparison"}
    assert [s.key for s in view.sections] == [key for key in section_keys() if key not in left_out]
    assert [s.number for s in view.sections] == list(range(1, len(view.sections) + 1))


def test_the_headline_names_whom_the_policies_restrict() -> None:
    assert view_of().headline == (
        "On 24 November 2026, one of two policies screened for Germany had rules in force: they restrict some "
        "equipment of Acme; for Acme some answers are undetermined, because facts that the rules test are not known."
    )


def test_without_a_rule_in_force_nothing_is_restricted_and_nothing_clear() -> None:
    rows = [verdict(n, vendor_id=v, rules_in_force=0) for n, v in enumerate(("acme", "bolt"), start=1)]
    view = view_of(verdict=filled("verdict", rows))
    assert view.headline == (
        "On 24 November 2026, the one policy screened for Germany had no rule in force: under this policy no "
        "vendor could be restricted and none could be found clear."
    )
    (pack,) = section(view, "s20_verdicts")["packs"]
    (matrix,) = pack["matrices"]
    assert [cell["outcome"] for row in matrix["rows"] for entry in row["cells"] for cell in entry] == [
        "no rule in force"
    ]
    (policy,) = [p for p in section(view, "s50_parts")["policies"] if p.pack == "law-1"]
    assert policy.in_force is False
    assert policy.splits == []


def test_a_proposal_is_said_to_have_no_effect_and_leads_no_headline() -> None:
    bill = {"pack": "bill-1", "pack_title": "A bill", "force": "proposal", "outcome": "restricted", "rule_id": "B-1"}
    rows = [verdict(1, vendor_id="acme"), verdict(2, vendor_id="acme", **bill)]
    view = view_of(verdict=filled("verdict", rows))
    assert view.headline == "On 24 November 2026, one policy screened for Germany had rules in force."
    page = Page(render_html(view)).text
    assert "A bill (proposal, no effect yet, issued by The Ministry )" in page


def test_vendors_with_the_same_answers_share_a_row() -> None:
    packs = {p["pack"]: p for p in section(view_of(), "s20_verdicts")["packs"]}
    assert list(packs) == ["law-1", "advice-1"]
    (matrix,) = packs["law-1"]["matrices"]
    assert [row["vendors"] for row in matrix["rows"]] == [["Acme"], ["Bolt", "CoreCo"]]
    assert [[c["class"] for c in column] for column in matrix["columns"]] == [["core"], ["RAN"]]
    acme = [entry["outcome"] for cell in matrix["rows"][0]["cells"] for entry in cell]
    assert acme == ["undetermined", "restricted"]


def test_acts_with_different_answers_stand_apart_in_one_cell() -> None:
    rows = [
        verdict(1, vendor_id="acme", action="use", outcome="conditional", rule_id="L-1"),
        verdict(2, vendor_id="acme", action="install_new", outcome="restricted", rule_id="L-1"),
    ]
    view = view_of(verdict=filled("verdict", rows))
    (matrix,) = section(view, "s20_verdicts")["packs"][0]["matrices"]
    ((cell,),) = [row["cells"] for row in matrix["rows"]]
    assert [(e["acts"], e["outcome"]) for e in cell] == [("newly installed", "restricted"), ("in use", "conditional")]


def test_a_note_names_every_verdict_it_stands_for() -> None:
    view = view_of()
    for pack in section(view, "s20_verdicts")["packs"]:
        named = [v["id"] for m in pack["matrices"] for n in m["notes"] for v in n["verdicts"]]
        assert len(named) == len(set(named)) == pack["verdict_count"]


def test_an_undetermined_answer_says_what_would_settle_it_and_who_disputes_it() -> None:
    page = Page(render_html(view_of()))
    assert "What would settle it: critical . The answer would then be clear or restricted." in page.text
    assert "Disputed: a fact that these rules test is both asserted and denied; the answer depends on it." in page.text
    assert "#id-C-1" in page.links


def test_an_open_answer_says_in_words_what_is_not_known_and_lists_the_tests_that_the_words_leave_out() -> None:
    says = "Rule L-2 is open. Not known: the part is critical (critical) and 1 more. Possible: clear, restricted."
    open_tests = {"open_tests": ["fact: critical", "fact: first_use"], "if_settled": ["clear", "restricted"]}
    row = verdict(1, vendor_id="acme", outcome="undetermined", rule_id="L-2", reason=says, **open_tests)
    page = Page(render_html(view_of(verdict=filled("verdict", [row])))).text
    words = says.replace(" (critical)", "")
    assert f"undetermined {words} law, section 1" in page
    assert "Rule L-2 . Rule L-2" not in page
    assert f"{words} Also open: first use ." in page


def test_a_policy_whose_rules_reach_nothing_that_was_asked_says_so() -> None:
    unreached = "none of its rules reaches what was screened: equipment in use and newly installed"
    rows = [verdict(n, vendor_id="acme", action=act) for n, act in enumerate(("use", "install_new"), start=1)]
    assert unreached in Page(render_html(view_of(verdict=filled("verdict", rows)))).text
    rows[0] |= {"rule_id": "L-1", "outcome": "restricted", "reason": "Rule L-1 prohibits it."}
    assert "reaches what was screened" not in Page(render_html(view_of(verdict=filled("verdict", rows)))).text


def test_named_assumptions_are_printed() -> None:
    rows = [verdict(1, vendor_id="acme", assumed=[{"fact": "critical", "value": "true"}])]
    assert "Named assumptions: critical: true ." in Page(render_html(view_of(verdict=filled("verdict", rows)))).text


def test_unlike_measures_never_share_a_chart() -> None:
    rows = [share(1), share(2, measure="share of sites", measure_kind="sites"), share(3, measure="another count")]
    panels = section(view_of(vendor_share=filled("vendor_share", rows)), "s40_dependence")["panels"]
    assert sorted((p["kind"], p["measure"], len(p["marks"])) for p in panels) == [
        ("sites", "share of sites", 1),
        ("subscribers", "another count", 1),
        ("subscribers", "share of subscribers", 1),
    ]


def test_later_estimates_and_weak_figures_stand_apart() -> None:
    data = section(view_of(), "s40_dependence")
    ids = {name: [line["id"] for panel in data[name] for line in panel["lines"]] for name in ("panels", "to_check")}
    assert ids == {"panels": ["share-1"], "to_check": ["share-3"]}
    later = compose(tables(THEN, THEN), country="Germany", as_of=THEN, known=THEN, document=TURNED_OUT).sections[0].data
    assert [line["id"] for panel in later["panels"] for line in panel["lines"]] == ["share-2"]
    assert [row["id"] for row in data["unseen"]] == ["share-4"]


def test_parts_are_drawn_in_order_and_keep_their_reasons() -> None:
    (policy,) = [p for p in section(view_of(), "s50_parts")["policies"] if p.splits]
    (split,) = policy.splits
    assert [(s.kind, s.share) for s in split["slices"]] == [
        ("restricted", 0.25),
        ("vendor", 0.4),
        ("verdict", 0.1),
        ("clear", 0.25),
    ]
    assert [p["id"] for p in split["parts"]] == ["share-5", "share-6", "share-7", "share-8"]


def test_sites_without_a_carrier_say_so_and_share_their_figures() -> None:
    data = section(view_of(), "s60_sites")
    assert [s["carrier"] for s in data["sites"]] == ["", ""]
    assert [s["position"] for s in data["sites"]] == ["49.4° N, 7.6° E"] * 2
    (place,) = data["places"]
    assert place.numbers == (1, 2)
    (group,) = data["groups"]
    assert group["count"] == 2
    (line,) = group["lines"]
    assert [f["words"] for f in line.main] == ["20 to 70 %"]
    assert [f["scenario"] for f in line.scenarios] == ["own links carry the traffic"]
    assert "carrier unknown" in Page(render_html(view_of())).text


def test_positions_are_never_finer_than_a_tenth_of_a_degree() -> None:
    sites = [{"site_id": "a", "name": "A", "country": "Germany", "lat_deg": 49.43691, "lon_deg": 7.60028}]
    data = section(view_of(site=filled("site", sites)), "s60_sites")
    assert data["sites"][0]["position"] == "49.4° N, 7.6° E"
    assert (data["places"][0].lat, data["places"][0].lon) == (49.4, 7.6)


def test_rows_of_a_later_day_are_absent_from_a_day_in_the_past() -> None:
    page = Page(render_html(view_of(THEN, THEN)))
    assert "As of and as known on 23 November 2018" in page.text
    assert "id-C-4" not in page.ids
    assert "id-C-1" in page.ids
    later = compose(tables(THEN, THEN), country="Germany", as_of=THEN, known=THEN, document=TURNED_OUT)
    assert "Estimates published later about that time" not in page.text
    assert "Estimates published later about that time" in Page(render_html(later)).text
    assert "C-4" in Page(render_html(view_of())).text


def test_what_nobody_had_published_is_not_known_on_that_day() -> None:
    empty = {name: filled(name, []) for name in ("vendor_share", "common_failure", "site_dependence", "cost")}
    page = Page(render_html(view_of(THEN, THEN, **empty)))
    assert "How dependent the carriers of Germany were is not known on that day" in page.text
    assert "Not known on that day: none of the shares of vendors in this case had been published" in page.text
    assert "Not known on that day: this case holds no estimate for Germany." in page.text


def test_the_first_page_of_a_past_day_shows_who_said_what_and_the_reply() -> None:
    data = section(view_of(THEN, THEN), "s10_answer")
    assert [(t.claim.id, [r.id for r in t.replies]) for t in data["claims"]] == [("C-1", ["C-2"])]
    assert [r["who"] for r in data["reached"]] == ["a government"]
    assert section(view_of(), "s10_answer")["claims"] == []


def test_each_first_page_figure_carries_its_id_measure_and_harm() -> None:
    cards = section(view_of(), "s10_answer")["cards"]
    assert [c.id for c in cards] == ["share-1", "share-5", "failure-1", "dep-camp-one"]
    assert all(c.of and c.harm for c in cards)
    restricted = cards[1]
    assert restricted.named == (
        "Network law (issued by The Ministry, law; in force 24 November 2026; known: all that the case holds)."
    )
    assert restricted.rest == (
        "The other parts: clear 25 to 75 %; unknown 40 %, because the vendor is not known; "
        "unknown 10 %, because the answer is undetermined."
    )


def test_a_country_may_be_asked_by_name_or_code() -> None:
    made = [compose(tables(), country=word, as_of=DAY, document=ANNEX) for word in ("Germany", "DE")]
    assert render_html(made[0]) == render_html(made[1])


def test_a_case_without_rows_is_a_page_that_says_what_is_missing() -> None:
    view = compose({}, country="Atlantis", as_of=DAY, document=ANNEX)
    assert view.headline == "This case holds no verdict for Atlantis on 24 November 2026."
    assert "no site in Atlantis" in Page(render_html(view)).text
    assert render_pdf(view).startswith(b"%PDF")


def test_another_audience_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^audience: found 'all', expected one of public, internal\.$"):
        compose(tables(), country="Germany", as_of=DAY, audience="all", document=ANNEX)


def test_a_new_section_touches_no_other_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "s15_more.py").write_text("TITLE = 'More'\ndef collect(extract):\n    return {'n': extract.country}\n")
    monkeypatch.setattr(sections, "__path__", [*sections.__path__, str(tmp_path)])
    view = view_of()
    assert [s.title for s in view.sections][:2] == ["The answer on one page", "More"]
    assert view.sections[1].template == "sections/s15_more.html.j2"
