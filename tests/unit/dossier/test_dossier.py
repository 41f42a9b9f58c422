"""A dossier of hand-made tables: its first page, and what each section shows and leaves out."""

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from provenet.case.extract import Extract
from provenet.dependence.contracts import mergers_of, newest_reports, without_network
from provenet.dossier import sections
from provenet.dossier.document import read_body
from provenet.dossier.render import render_html, render_pdf
from provenet.dossier.view import ANNEX, TURNED_OUT, View, compose, section_keys
from unit.dossier.page_reading import Page
from unit.dossier.small_tables import DAY, THEN, dependences, failures, filled, share, shares, tables, verdict, verdicts


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


def test_without_a_rule_in_force_nothing_is_restricted_and_nothing_clear() -> None:
    rows = [verdict(n, vendor_id=v, rules_in_force=0) for n, v in enumerate(("acme", "bolt"), start=1)]
    view = view_of(verdict=filled("verdict", rows))
    (pack,) = section(view, "s20_verdicts")["packs"]
    (matrix,) = pack["matrices"]
    assert [cell["outcome"] for row in matrix["rows"] for entry in row["cells"] for cell in entry] == [
        "no rule in force"
    ]
    (policy,) = [p for p in section(view, "s50_parts")["policies"] if p["pack"] == "law-1"]
    assert policy["in_force"] is False
    assert policy["splits"] == []


def test_a_proposal_is_said_to_have_no_effect() -> None:
    bill = {"pack": "bill-1", "pack_title": "A bill", "force": "proposal", "outcome": "restricted", "rule_id": "B-1"}
    rows = [verdict(1, vendor_id="acme"), verdict(2, vendor_id="acme", **bill)]
    view = view_of(verdict=filled("verdict", rows))
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


def test_an_open_answer_says_in_words_what_is_not_known() -> None:
    says = "Rule L-2 is open. Not known: the part is critical (critical) and 1 more. Possible: clear, restricted."
    open_tests = {"open_tests": ["fact: critical", "fact: first_use"], "if_settled": ["clear", "restricted"]}
    row = verdict(1, vendor_id="acme", outcome="undetermined", rule_id="L-2", reason=says, **open_tests)
    page = Page(render_html(view_of(verdict=filled("verdict", [row])))).text
    words = says.replace(" (critical)", "")
    assert f"undetermined {words} law, section 1" in page
    assert "Rule L-2 . Rule L-2" not in page


def test_a_policy_whose_rules_reach_nothing_that_was_asked_says_so() -> None:
    unreached = "None of its rules reaches what was screened: equipment in use and newly installed"
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
    (policy,) = [p for p in section(view_of(), "s50_parts")["policies"] if p["splits"]]
    (split,) = policy["splits"]
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
    assert [f["words"] for f in line["main"]] == ["20 to 70 %"]
    assert [f["scenario"] for f in line["scenarios"]] == ["own links carry the traffic"]
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
    assert "Not known on that day: none of the shares of vendors in this case had been published" in page.text


def test_a_country_may_be_asked_by_name_or_code() -> None:
    made = [compose(tables(), country=word, as_of=DAY, document=ANNEX) for word in ("Germany", "DE")]
    assert render_html(made[0]) == render_html(made[1])


def test_a_case_without_rows_is_a_page_that_says_what_is_missing() -> None:
    view = compose({}, country="Atlantis", as_of=DAY, document=ANNEX)
    assert "no site in Atlantis" in Page(render_html(view)).text
    assert render_pdf(view).startswith(b"%PDF")


def test_another_audience_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^audience: found 'all', expected one of public, internal\.$"):
        compose(tables(), country="Germany", as_of=DAY, audience="all", document=ANNEX)


def test_a_new_section_touches_no_other_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "s15_more.py").write_text("TITLE = 'More'\ndef collect(extract):\n    return {'n': extract.country}\n")
    monkeypatch.setattr(sections, "__path__", [*sections.__path__, str(tmp_path)])
    view = view_of()
    assert [s.title for s in view.sections][:2] == ["More", "What each policy says about each vendor"]
    assert view.sections[0].template == "sections/s15_more.html.j2"


def extract(**replaced: pl.DataFrame) -> Extract:
    return Extract({**tables(), **replaced}, "Germany", DAY)


def day(table: str, rows: list[dict[str, Any]], **more: Any) -> pl.DataFrame:
    return filled(table, [{**row, "as_of_on": DAY, "known_on": None, **more} for row in rows])


def weak_tables() -> dict[str, pl.DataFrame]:
    """The same case with every figure to be checked."""
    rows = [{**row, "to_be_checked": True} for row in shares() if not row.get("later_estimate")]
    return {
        "vendor_share": day("vendor_share", rows),
        "common_failure": day("common_failure", failures(), to_be_checked=True),
        "site_dependence": day("site_dependence", dependences(), to_be_checked=True),
        "market_share": filled("market_share", [{"source_id": "forum", "geo": "Germany"}]),
    }


def deployed(*rows: dict[str, Any]) -> pl.DataFrame:
    base = {"carrier_id": "north-tel", "country": "Germany", "segment": "RAN", "asset_class": "ran"}
    base |= {"presence": "named", "role": "main", "source_id": "paper", "day": "2019"}
    span = {"day_low_on": date(2019, 1, 1), "day_high_on": date(2019, 12, 31)}
    return filled("deployment", [{**base, **span, **row} for row in rows])


def test_what_fails_together_and_is_to_be_checked_stands_apart() -> None:
    data = section(view_of(**weak_tables()), "s40_dependence")
    assert data["common"] == data["common_more"] == []
    assert [line["id"] for line in data["common_check"][0]["lines"]] == ["failure-1"]
    assert section(view_of(), "s40_dependence")["common_check"] == []


def test_of_several_weightings_the_one_that_covers_most_stands_first() -> None:
    base = {"method": "bounds", "measure_kind": "weighted", "segment": "RAN", "low_share": 0.1}
    rows = [
        share(1, measure="by sites", coverage_share=0.5, **base),
        share(2, measure="by lines", coverage_share=0.7, **base),
        share(3, measure="by forum", coverage_share=0.9, to_be_checked=True, **base),
    ]
    data = section(view_of(vendor_share=day("vendor_share", rows)), "s40_dependence")
    kept = {k: [g["measure"] for g in data[k]] for k in ("bounds", "bounds_more", "bounds_check")}
    assert kept == {"bounds": ["by lines"], "bounds_more": ["by sites"], "bounds_check": ["by forum"]}


def test_an_older_whole_of_the_same_segment_stands_behind_the_newest() -> None:
    part = {"pack": "law-1", "issuer": "ministry", "method": "parts", "vendor_ids": [], "part": "clear"}
    old = {"as_of": "2020", "as_of_low_on": date(2020, 1, 1), "as_of_high_on": date(2020, 12, 31)}
    rows = [share(1, **part), share(2, **{**part, **old}), share(3, **{**part, "segment": "core"})]
    data = section(view_of(vendor_share=day("vendor_share", rows)), "s50_parts")
    assert [(w["segment"], w["as_of"]) for w in data["wholes"]] == [("5G RAN", "2022"), ("core", "2022")]
    assert [(w["segment"], w["as_of"]) for w in data["older"]] == [("5G RAN", "2020")]
    law = data["policies"][0]
    assert [w["name"] for w in law["splits"]] == ["A", "B"]
    assert [p["id"] for w in law["older"] for p in w["parts"]] == ["share-2"]


def test_a_policy_under_which_nothing_is_certain_takes_one_line() -> None:
    part = {"pack": "law-1", "issuer": "ministry", "method": "parts", "vendor_ids": []}
    rows = [
        share(1, part="restricted", low_share=0.0, high_share=1.0, **part),
        share(2, part="unknown", unknown_because="verdict", low_share=1.0, high_share=1.0, **part),
    ]
    view = view_of(vendor_share=day("vendor_share", rows))
    law = section(view, "s50_parts")["policies"][0]
    assert (law["splits"], [w["name"] for w in law["open"]]) == ([], ["A"])
    page = Page(render_html(view)).text
    assert "Nothing can be counted as restricted or clear under this policy: the answers for the vendors named" in page


def test_policies_adopted_later_are_left_out_of_a_replay_and_stand_on_the_page_of_what_came_later() -> None:
    rows = [{**row, "rules_in_force": 0, "first_in_force_on": date(2021, 5, 28)} for row in verdicts()]
    rows = [{**row, "as_of_on": THEN, "known_on": THEN} for row in rows]
    held = {"verdict": filled("verdict", rows)}
    view = view_of(THEN, THEN, **held)
    assert "in force from" not in Page(render_html(view)).text
    later = compose({**tables(THEN, THEN), **held}, country="Germany", as_of=THEN, known=THEN, document=TURNED_OUT)
    assert "in force from 28 May 2021" in Page(render_html(later)).text


def test_policies_adopted_later_say_so_beside_each() -> None:
    rows = [{**row, "rules_in_force": 0, "first_in_force_on": date(2021, 5, 28)} for row in verdicts()]
    view = view_of(None, THEN, verdict=filled("verdict", [{**row, "as_of_on": THEN} for row in rows]))
    assert "in force from 28 May 2021" in Page(render_html(view)).text


def test_a_later_report_of_one_vendor_does_not_take_back_another() -> None:
    newer = {"day": "2020", "day_low_on": date(2020, 1, 1), "day_high_on": date(2020, 12, 31)}
    rows = deployed({"vendor_ids": ["acme"]}, {"vendor_ids": ["bolt"], **newer}, {"vendor_ids": ["acme"], **newer})
    found = newest_reports(extract(deployment=rows))
    assert [(r["vendor_ids"], r["day"]) for r in found] == [(["acme"], "2020"), (["bolt"], "2020")]


def test_a_carrier_that_became_part_of_another_is_said_to_be_so_from_that_day() -> None:
    row = {"predecessor_id": "south-tel", "successor_id": "north-tel", "how": "merger", "source_id": "paper"}
    for day, how, since in (
        (date(2024, 12, 31), "merger", ["31 December 2024"]),
        (None, "merger", ["a day not on record"]),
        (date(2027, 1, 1), "merger", []),
        (date(2024, 12, 31), "rename", []),
    ):
        found = extract(succession=filled("succession", [{**row, "from_on": day, "how": how}]))
        said = [(one["carrier"], one["into"], one["since"]) for one in mergers_of(found)]
        assert said == [("South Tel", "North Tel", day) for day in since]
        assert ("south-tel" in without_network(found)) == bool(since)


def test_what_only_the_html_page_shows_is_left_out_of_the_pdf() -> None:
    (paragraph,) = read_body('<p>kept <span class="screen">not kept</span></p>')
    assert paragraph["k"] == ["kept "]
