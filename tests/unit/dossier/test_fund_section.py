"""The section on aid: the answer, who is offered what, curves, mechanisms, sheets, and what it says without one."""

import re
import shutil
import subprocess
from datetime import date
from typing import Any

import polars as pl
import pytest

from provenet.dossier.aid import extra_cost, gap_words
from provenet.dossier.aid_inputs import figure_value
from provenet.dossier.render import render_html, render_pdf
from provenet.dossier.view import ANNEX, TURNED_OUT, View, compose
from unit.dossier import fund_rows
from unit.dossier.fund_rows import BUYS, fund, fund_id, fund_tables, named
from unit.dossier.page_reading import NASTY, OUR_WORDS, Page, check_page
from unit.dossier.small_tables import DAY, THEN, claims, filled, tables


def view_of(country: str = "Germany", known: date | None = None, then: bool = False, **replaced: Any) -> View:
    return compose(
        held_tables(known, then, **replaced), country=country, as_of=known or DAY, known=known, document=ANNEX
    )


def held_tables(known: date | None = None, then: bool = False, **replaced: Any) -> dict[str, pl.DataFrame]:
    held = tables(known, known or DAY)
    held["party"] = named(held["party"])
    held |= fund_tables(then=then, **replaced)
    held["claim"] = filled("claim", replaced.get("claim") or [*claims(), *fund_rows.more_claims()])
    return held


def replay(**replaced: Any) -> View:
    funds = [fund(country, as_of_on=THEN, known_on=THEN) for country in BUYS]
    return view_of(known=THEN, then=True, fund=funds, **replaced)


def hindsight(**replaced: Any) -> View:
    funds = [fund("Germany", as_of_on=THEN, known_on=THEN)]
    held = held_tables(THEN, True, fund=funds, **replaced)
    return compose(held, country="Germany", as_of=THEN, known=THEN, document=TURNED_OUT)


def section(view: View) -> dict[str, Any]:
    (found,) = [s for s in view.sections if s.key == "s77_fund"]
    return dict(found.data)


def only(view: View) -> View:
    """The same dossier with the section on aid alone, and the sources."""
    kept = tuple(s for s in view.sections if s.key in {"s77_fund", "s90_sources"})
    return View(view.country, view.as_of, view.known, view.audience, view.headline, kept)


def page_of(**replaced: Any) -> Page:
    return Page(render_html(only(view_of(**replaced))))


def pdf_pages(view: View) -> list[str]:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    ran = subprocess.run(["pdftotext", "-", "-"], input=render_pdf(view), capture_output=True, check=True)
    return [" ".join(page.split()) for page in ran.stdout.decode().split("\f")]


def test_the_answer_stands_in_figures_first() -> None:
    text = page_of().text
    for words in (
        "with EUR 230 million of 2025, 41 to 80 % of the revenue",
        "Vendors on which the aid may not be spent: Acme",
        "12 to 48 % → 41 to 80 %",
        "mean 31 % and 62 %.",
        "The five open purchases concern 95 to 98 % of it: no more than 98 % can become clear.",
        "Harm: loss of service",
        "EUR 230 million Committed. Expected payments: EUR 115 to 219 million (nine scenarios in ten), mean EUR 166",
        "Budget: EUR 300 million, shared with Italy . Mechanism: an individual offer to each carrier",
        "0.4 % → 18.3 %",
        "need EUR 60 to 640 million (nine scenarios in ten); with every carrier at its median, EUR 210 million is",
        "Marginal cost EUR 7.4 million Per additional percentage point of revenue",
        "No awards of the same money achieve more (proof: exhaustive search), for the stated inputs, 22 of 31 assumed.",
        "22 of 31 inputs",
        "71 % of the figures behind the answer are assumed",
    ):
        assert words in text, words
    assert text.index("Vendors on which the aid may not be spent") < text.index("12 to 48 % →")


def test_the_page_names_the_unit_of_its_rows_alone() -> None:
    assert "ubscriber" not in page_of().text


def test_who_is_offered_what_the_most_first() -> None:
    rows = section(view_of())["fund"]["awards"]
    assert [(row["key"], row["who"], row["award"], row["signed"]) for row in rows] == [
        ("A", "South Tel", "EUR 110 million", "31 March 2028"),
        ("B", "North Tel", "EUR 95 million", "30 June 2027"),
        ("C", "South Tel", "EUR 25 million", "30 September 2027"),
        ("D", "Fourth Network", "none", "30 June 2029"),
        ("E", "Westdeutsche Mobilfunk- und Netzgesellschaft", "none", "31 December 2027"),
    ]
    assert rows[1]["before"] == "1.6 to 20.4 %"
    assert rows[1]["after"] == "34.6 to 89.1 %"
    assert rows[1]["weight"] == "32.3 to 35.7 %"


def test_contract_days_carry_the_letters_of_the_table() -> None:
    marks = section(view_of())["fund"]["contracts"]
    assert [(mark.words, date.fromordinal(int(mark.at))) for mark in marks] == [
        ("B", date(2027, 6, 30)),
        ("C", date(2027, 9, 30)),
        ("E", date(2027, 12, 31)),
        ("A", date(2028, 3, 31)),
        ("D", date(2029, 6, 30)),
    ]


def test_a_sheet_stands_for_each_purchase_in_the_order_of_outreach() -> None:
    sheets = section(view_of())["fund"]["sheets"]
    assert [(s["who"], s["bought"]["what"], s["number"], s["of"]) for s in sheets] == [
        ("North Tel", "5G RAN", 1, 1),
        ("South Tel", "transport network", 1, 2),
        ("South Tel", "5G RAN", 2, 2),
        ("Westdeutsche Mobilfunk- und Netzgesellschaft", "5G RAN", 1, 1),
        ("Fourth Network", "5G RAN", 1, 1),
    ]
    first = sheets[0]
    assert first["bought"]["gap"] == "EUR 10 to 120 million more"
    assert first["bought"]["later"] == "EUR 612 million"
    assert [(choice.label, choice.excluded) for choice in first["bought"]["choices"]] == [
        ("Acme", True),
        ("Bolt", False),
        ("CoreCo", False),
    ]
    rounds = [(r["number"], r["between"]) for r in first["bought"]["rounds"][0]["rounds"]]
    assert rounds[0] == (0, "4.7 to 8 %")
    assert rounds[-1] == (4, "6.1 %")


def test_rounds_of_unlike_number_stand_under_each_other() -> None:
    rows = [row for row in fund_rows.rounds() if row["aided"] or row["number_count"] < 2]
    text = Page(render_html(only(view_of(response_round=rows)))).text
    without, aided = section(view_of(response_round=rows))["fund"]["sheets"][0]["bought"]["rounds"]
    assert [one["number"] for one in without["rounds"]] == [one["number"] for one in aided["rounds"]] == [0, 1, 2, 3, 4]
    assert [one["between"] for one in without["rounds"]][1:3] == ["5.1 to 7.3 %", "as before"]
    assert "as before as before" in text


def test_both_sides_have_the_same_room() -> None:
    sheets = section(view_of())["fund"]["sheets"]
    assert [claim["id"] for claim in sheets[0]["claims_for"]["shown"]] == ["C-1", "C-3", "C-7"]
    assert sheets[0]["claims_for"]["more"] == ["C-8", "C-9"]
    assert [claim["id"] for claim in sheets[0]["claims_against"]["shown"]] == ["C-2", "C-10"]  # it has no more
    assert sheets[3]["claims_for"]["shown"] == sheets[3]["claims_against"]["shown"] == []
    text = page_of().text
    assert "Nobody on record." in text
    assert "The Ministry ( government ) asserts, 2018-11-23 Says that whoever builds" in text


def test_long_claims_are_cut_by_whole_claims_alike_on_both_sides() -> None:
    long = [{**row, "paraphrase": "x " * 300} for row in fund_rows.more_claims()]
    long[2]["paraphrase"] = long[3]["paraphrase"] = "short"
    approaches = [
        {**row, "for_claims": ["C-7", "C-8"], "against_claims": ["C-9", "C-10"]} for row in fund_rows.approaches()
    ]
    held = {**tables(), **fund_tables(fund_approach=approaches), "claim": filled("claim", long)}
    sheet = section(compose(held, country="Germany", as_of=DAY, document=ANNEX))["fund"]["sheets"][0]
    assert [claim["id"] for claim in sheet["claims_for"]["shown"]] == ["C-7"]
    assert [claim["id"] for claim in sheet["claims_against"]["shown"]] == ["C-9"]


def test_what_would_settle_it_names_the_assumed_figures_that_move_most() -> None:
    lines = [line["says"] for line in section(view_of())["fund"]["sheets"][-1]["settle"]]
    assert lines == [
        "A tender, or a statement by Fourth Network, on what it buys and when: both are assumed here",
        "A source for “price gap of clear vendors, Germany”, assumed -25 % to 30 %: over this range the answer "
        "moves from 35 to 72 %",
        "A source for “chance that the vendor has to be removed later”, assumed 5 % to 90 %: over this range "
        "the answer moves from 46 to 69 %",
        "Evidence on the one claim above that another claim answers",
        "Fourth Network, core: no row says when it buys one, so it is not counted",
    ]


def test_each_sheet_fits_a_page_of_its_own() -> None:
    for view in (only(view_of()), only(replay())):
        pages = pdf_pages(view)
        sheets = [page for page in pages if "Offer sheet: " in page]
        assert len(sheets) == 5
        for page in sheets:
            assert page.count("Offer sheet: ") == 1
            assert "What would settle the answer" in page
            assert "A source for" in page.split("What would settle the answer")[1]
        assert not [page for page in pages if page not in sheets and "What would settle the answer A tender" in page]


def test_curves_tell_what_money_and_waiting_bring() -> None:
    data = section(view_of())["fund"]
    assert [(line["budget"], line["share"], line["price"]) for line in data["budgets"]][::7] == [
        ("EUR 0", "18.6 to 40.3 %", "EUR 3.6 million"),
        ("EUR 420 million", "49.2 to 97 %", "more money adds nothing"),
    ]
    assert data["days"][0]["amount"] == "EUR 145 to 493 million"
    assert data["more_days"] == []
    assert len(data["day_spots"]) == 10


def test_a_curve_of_one_purchase_is_not_drawn_as_the_country() -> None:
    rows = [{**row, "purchase_id": "north-tel-ran"} for row in fund_rows.curves()]
    data = section(view_of(fund_curve=rows))["fund"]
    assert data["budgets"] == data["days"] == []


def test_mechanisms_stand_on_the_same_money() -> None:
    data = section(view_of())["fund"]
    assert [row["name"] for row in data["mechanisms"]] == ["offers", "pay-as-bid auction", "loan guarantee"]
    assert data["mechanisms"][0]["is_chosen"]
    assert data["mechanisms"][1]["shortfall"] == "38.5 to 66 %"
    assert data["mechanisms"][2]["unit"] == "none is gained"
    assert data["units"][2].mid is None
    assert "pay-as-bid auction : an auction in which each winner is paid its own bid ;" in page_of().text
    assert "how pay-as-bid auction works" in page_of().text


def test_figures_stand_widest_first_with_opposed_ones_beside() -> None:
    data = section(view_of())["fund"]
    names = [swing.label for swing in data["swings"]]
    assert names[:2] == ["price gap of clear vendors, Germany", "chance that the vendor has to be removed later"]
    assert len(names) == 13
    assert "discount" not in names  # it moves nothing
    assert [row["name"] for row in data["still"]] == ["discount", "bond", "seed of the draws"]
    assert [(row["name"], row["beside"], row["who"]) for row in data["figures"]][:3] == [
        ("price gap of clear vendors, Germany", False, ""),
        ("price gap of clear vendors, Germany", True, "a think tank"),
        ("price gap of clear vendors, Germany", True, "an association of carriers"),
    ]
    assert data["figures"][0]["scope"] == "one band over the two estimates under it"
    assert data["figures"][1]["cites"]
    assert not data["figures"][0]["cites"]
    assert data["still"][-1]["moves"] == ""


def test_outreach_stands_in_its_order_with_past_acts() -> None:
    rows = section(view_of())["fund"]["approaches"]
    assert [(row["rank"], row["who"], row["worth"], row["days"]) for row in rows] == [
        (1, "North Tel", "9 %", "218 days left"),
        (2, "South Tel", "4.5 %", "493 days left"),
        (3, "Westdeutsche Mobilfunk- und Netzgesellschaft", "3 %", "402 days left"),
        (4, "Fourth Network", "2.2 %", "949 days left"),
        (5, "the government of Germany", "not counted", ""),
    ]
    assert [act["who"] for act in rows[0]["acts"]] == ["a government"]
    assert "a government , 2018-11-23 [1]" in page_of().text


def test_a_replay_says_what_came_later_apart() -> None:
    page = Page(render_html(only(replay())))
    assert page.text.index("A replay.") < page.text.index("12 to 48 % →")
    assert "As it turned out" not in page.text
    later = Page(render_html(hindsight())).text
    assert "it buys from 2 of the vendors asked (vendors: Acme and CoreCo" in later
    assert "none of them" in later
    assert "no row records what it chose later" in later
    assert "As it turned out" not in page_of().text


def test_a_vendor_that_is_excluded_in_another_class_alone_is_not_excluded_here() -> None:
    costs = [{**row, "excluded": row["excluded"] and row["carrier_id"] != "north-tel"} for row in fund_rows.costs()]
    (fund,) = hindsight(response_cost=costs).sections[0].data["answers"]
    excluded = {line["who"]: line["excluded"] for line in fund["lines"]}
    assert (excluded["North Tel"], list(excluded.values()).count("Acme")) == ("", 2)
    (fund,) = hindsight().sections[0].data["answers"]
    assert {line["who"]: line["excluded"] for line in fund["lines"]}["North Tel"] == "Acme"


def test_without_an_answer_it_says_how_to_make_one() -> None:
    text = Page(render_html(only(compose(tables(), country="Germany", as_of=DAY, document=ANNEX)))).text
    assert "provenet fund CASE --country Germany --budget AMOUNT" in text
    known = compose(tables(known=THEN, as_of=THEN), country="Germany", as_of=THEN, known=THEN, document=ANNEX)
    assert "Not known on that day: this case holds no answer on aid" in Page(render_html(only(known))).text


def nothing(**row: Any) -> dict[str, Any]:
    """An answer without a figure."""
    figures = {name: None for name in fund() if name.endswith(("_share", "_amount")) or name == "price_year"}
    return fund(**{**figures, "proof": "none", "currency": None, **row})


@pytest.mark.parametrize(
    ("status", "words"),
    [("nothing to fund", "Nothing is awarded for purchases of Germany"), ("infeasible", "No awards keep every limit")],
)
def test_answers_without_awards_say_why(status: str, words: str) -> None:
    none: dict[str, Any] = {name: [] for name in fund_tables() if name.startswith(("fund_", "response", "award"))}
    answer = nothing(status=status, headline="Germany: no carrier is about to buy.", purchase_count=0)
    view = only(view_of(fund=[answer], **none))
    page = Page(render_html(view))
    check_page(page)
    assert words in page.text
    assert "None" not in page.text
    assert not [tag for tag, _ in page.tags if tag == "svg"]
    assert render_pdf(view).startswith(b"%PDF")


def test_figures_that_are_missing_are_said_to_be() -> None:
    answer = nothing(status="feasible", currency="EUR", price_year="2025")
    page = page_of(fund=[answer], award=[], response=[], response_cost=[], fund_curve=[], fund_input=[])
    assert "not known → not known" in page.text
    assert "None" not in page.text


def test_an_answer_of_another_day_or_country_is_not_shown() -> None:
    assert not section(view_of(fund=[fund(as_of_on=date(2026, 1, 1))]))["has_answer"]
    assert not section(view_of(fund=[fund("Italy")]))["has_answer"]
    assert section(view_of("Italy"))["fund"]["awards"][0]["who"] == "Tirreno Telecomunicazioni"


def test_rows_of_another_run_or_answer_are_not_mixed_in() -> None:
    other = [{**row, "run_id": "older"} for row in fund_rows.awards()]
    assert section(view_of(award=other))["fund"]["awards"] == []
    strange = [{**row, "fund_id": "fund-other"} for row in fund_rows.awards()]
    assert section(view_of(award=strange))["fund"]["awards"] == []


def test_further_answers_stand_in_a_line_each() -> None:
    second = fund(fund_id="fund-zz", mechanism="pay-as-bid auction", headline="Germany: the same money, bid for.")
    view = only(view_of(fund=[second, fund()]))
    assert section(view)["fund"]["id"] == fund_id("Germany")
    assert "More answers on aid in this case" in Page(render_html(view)).text
    assert "Germany: the same money, bid for. an auction in which" in Page(render_html(view)).text


def test_each_figure_shown_has_its_id() -> None:
    page = page_of()
    ids = {
        "fund": "fund_id",
        "response": "response_id",
        "response_cost": "cost_id",
        "response_round": "round_id",
        "award": "award_id",
        "fund_curve": "point_id",
        "fund_mechanism": "mechanism_id",
        "fund_input": "input_id",
        "fund_approach": "approach_id",
    }
    for name, column in ids.items():
        frame = fund_tables()[name]
        here = frame.filter(frame["country"] == "Germany")[column]
        assert here.len()
        for ident in here:
            assert f"id-{ident}" in page.ids, (name, ident)
    check_page(page)


@pytest.mark.parametrize("make", [view_of, replay])
def test_our_own_words_are_neutral(make: Any) -> None:
    ours = " ".join(" ".join(Page(render_html(only(make()))).ours).split())
    assert OUR_WORDS.findall(ours) == []
    assert not re.search(r"\b(supplier|operator|banned|good|bad|win|wins|winner|loser)\b", ours)


def test_hostile_text_is_text_in_both_media() -> None:
    def nasty(rows: list[dict[str, Any]], *names: str) -> list[dict[str, Any]]:
        return [{**row, **dict.fromkeys(names, NASTY)} for row in rows]

    view = only(
        view_of(
            fund=[fund(headline=NASTY, condition_says=NASTY, assumed=[NASTY], unanswered=[NASTY], mechanism=NASTY)],
            award=nasty(fund_rows.awards(), "because", "chosen_says", "currency"),
            fund_input=nasty(fund_rows.figures(), "name", "unit_says", "scope", "estimator", "sponsor"),
            fund_approach=nasty(fund_rows.approaches(), "says", "dependence_says", "currency"),
            fund_mechanism=nasty(fund_rows.mechanisms(), "says", "mechanism"),
            response_cost=nasty(fund_rows.costs(), "part", "vendor_id", "says"),
            purchase=nasty(fund_rows.purchases(), "segment", "unit_says", "anchor_vendor_id", "basis"),
        )
    )
    page = Page(render_html(view))
    check_page(page)
    assert "<script>alert(1)</script>" in page.text
    assert render_pdf(view).startswith(b"%PDF")


def test_the_order_of_rows_changes_nothing() -> None:
    held = {name: list(reversed(rows.rows(named=True))) for name, rows in fund_tables().items()}
    assert render_html(only(view_of(**held))) == render_html(only(view_of()))


def test_words_of_gaps_and_figures() -> None:
    assert extra_cost(-12e6, 45e6, "EUR") == "EUR 12 million less to EUR 45 million more"
    assert extra_cost(None, 1.0, "EUR") == "not known"
    assert gap_words(0.004) == "at most 0.4 % below the best awards"
    assert gap_words(None) == "distance from the best awards not known"
    assert figure_value(2027.0, "year", "day") == "2027"
    assert figure_value(92_000.0, "EUR of 2025") == "EUR 92,000"


LONGEST_REASON = (
    "It chooses clear in over 99.9 % of the scenarios, without aid to anybody in under 0.1 %. Without its award the "
    "share expected behind clear purchases would fall from over 99.9 % to under 0.1 %."
)


def test_a_sheet_with_all_that_it_may_hold_still_fits_a_page() -> None:
    claims_of = [{**row, "paraphrase": "says a word " * 18} for row in fund_rows.more_claims() * 2]
    for number, row in enumerate(claims_of):
        row |= {
            "claim_id": f"L-{number}",
            "speaker": "A speaker of a ministry with a long name",
            "answers_claim_id": None,
        }
    sides = {"for_claims": [f"L-{n}" for n in range(4)], "against_claims": [f"L-{n}" for n in range(4, 8)]}
    more = [
        {**row, "vendor_id": f"vendor {extra}", "cost_id": f"{row['cost_id']}{extra}"}
        for row in fund_rows.costs()
        for extra in ("one", "two", "three")
    ]
    costs = [*fund_rows.costs(), *more]
    says = "no award is on record, and rows name for it two vendors " * 4
    awards = [{**row, "because": LONGEST_REASON} for row in fund_rows.awards(then=True)]
    awards = [{**row, "chosen_says": says} if row["chosen_vendor_ids"] else row for row in awards]
    view = only(
        replay(
            award=awards,
            response_cost=costs,
            fund_approach=[{**row, **sides} for row in fund_rows.approaches()],
            claim=claims_of,
        )
    )
    sheets = [page for page in pdf_pages(view) if "Offer sheet: " in page]
    assert len(sheets) == 5
    assert [page for page in sheets if "Evidence on the one claim" not in page and "Westdeutsche" not in page] == []


def test_every_id_in_the_section_is_that_of_a_row() -> None:
    html = render_html(only(view_of())).decode()
    part = html[html.index('<section id="s') :].split("</section>")[0]
    shown = set(re.findall(r'<code class="tag"[^>]*>([^<]+)</code>', part))
    held = {row["claim_id"] for row in [*claims(), *fund_rows.more_claims()]}
    for frame in fund_tables().values():
        held |= {value for column in frame.columns if column.endswith("_id") for value in frame[column].to_list()}
    assert shown
    assert shown - held == set()


def test_a_gap_is_not_called_unknown_where_every_choice_is_clear() -> None:
    from provenet.dossier.aid import _extra_cost, price_gap

    ends = {"low_price_gap_amount": None, "high_price_gap_amount": None}
    assert _extra_cost({**ends, "p_clear_share": 1.0, "currency": "EUR"}) == "every choice is clear"
    assert _extra_cost({**ends, "p_clear_share": 0.4, "currency": "EUR"}) == "not known"
    award = {**ends, "currency": "EUR"}
    assert price_gap({**award, "low_need_amount": 0.0}) == "every choice is clear"
    assert price_gap({**award, "low_need_amount": None}) == "no clear choice"
