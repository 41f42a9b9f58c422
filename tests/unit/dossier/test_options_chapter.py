"""Options side by side: what the page says of plans worked out by hand, in part and whole, and without any."""

import csv
from datetime import date
from typing import Any

import polars as pl
import pytest

from provenet.case.extract import Extract
from provenet.dossier.chapters import c60_options
from provenet.dossier.drawings.option_rows import OptionRow, option_rows
from provenet.dossier.passages import passages
from provenet.dossier.render import render_html, render_pdf
from provenet.dossier.replay import later_days
from provenet.dossier.view import Section, View
from support.plan_rows import MILLION, Row, plan, plan_tables, steps
from unit.dossier.page_reading import NASTY, OUR_WORDS, Page
from unit.dossier.small_tables import DAY, THEN, filled, tables
from unit.dossier.svg_reading import numbers

PART, WHOLE = "plan-0000000000000002", "plan-0000000000000003"
SCENARIO = {
    "scenario": True,
    "scenario_says": "A proposal (proposal) taken as if it bound the carriers of Germany, Acme on hrs_list",
    "policy_says": "A proposal (proposal)",
    "assumed_facts": [
        {"fact": "hrs_list: Acme", "value": "listed"},
        {"fact": "in_force", "value": "true"},
        {"fact": "trigger", "value": "2027-12-31"},
    ],
}


def options() -> list[Row]:
    part = {"plan_id": PART, "only": ["core", "management"], "unanswered": []}
    whole = {"plan_id": WHOLE, "low_before_share": 0.35, "high_before_share": 0.55, "unanswered": []}
    return [plan(), plan(**SCENARIO, **whole), plan(**SCENARIO, **part)]


def held_tables(known: date | None = None, **replaced: Any) -> dict[str, pl.DataFrame]:
    held = {**tables(known, known or DAY), **plan_tables(**replaced)}
    costs = [
        {"item": "Replacing Acme", "geo": "Germany (North Tel)", "low_amount": 3e9, "high_amount": None},
        {"item": "A ban of Acme", "geo": "Europe", "low_amount": 55e9, "high_amount": 55e9, "note": "paid by Acme"},
        {"item": "Replacing Acme", "geo": "Japan", "low_amount": 4e9, "high_amount": 5e9},
        {"item": "A new site", "geo": "Germany", "low_amount": 3e5, "high_amount": 3e5},
        {"item": "Extra under a restriction", "geo": "Germany", "low_amount": 9.0, "high_amount": 9.0,
         "currency": "percent"},
    ]  # fmt: skip
    base = {"currency": "EUR", "basis": "total", "year": "2017", "estimator": "a consultancy", "source_id": "paper"}
    held["cost"] = filled("cost", [{**base, "row_id": f"cost-{at:016x}", **cost} for at, cost in enumerate(costs)])
    return held


def extract_of(country: str = "Germany", known: date | None = None, **replaced: Any) -> Extract:
    return Extract(held_tables(known, **replaced), country, known or DAY, known)


def chapter(extract: Extract) -> View:
    section = Section(1, "c60_options", c60_options.TITLE, c60_options.collect(extract), "chapters")
    return View(extract.country, extract.as_of, extract.known, "public", "", (section,), files=extract.files)


def page_of(extract: Extract) -> bytes:
    return render_html(chapter(extract))


@pytest.fixture(scope="module")
def three() -> Extract:
    return extract_of(plan=options(), plan_step=[{**row, "element_count": at} for at, row in swaps()])


def swaps() -> list[tuple[int, Row]]:
    keys = ("plan-0000000000000001", PART, WHOLE)
    return [(at, {**row, "plan_id": key}) for at, key in enumerate(keys) for row in steps()]


def test_an_option_that_swaps_what_another_does_is_none_of_its_own() -> None:
    extract = extract_of(plan=options(), plan_step=[{**row, "element_count": at // 2} for at, row in swaps()])
    data = c60_options.collect(extract)
    assert [one["plan_id"] for one in data.options] == ["plan-0000000000000001", WHOLE]
    words = "Core and management, in a scenario under A proposal (proposal) : the same lots on the same days for the"
    assert f"{words} same cash as in option 1, so no option of its own. plan" in Page(page_of(extract)).text


def test_rules_in_force_come_first_then_the_part_then_the_whole(three: Extract) -> None:
    data = c60_options.collect(three)
    titles = ["Rules as they are", "Core and management", "Everything that the scenario reaches"]
    assert data.drawn is not None and data.titles == titles
    assert [one.label for one in data.drawn.rows] == [*titles[:2], "Everything"]
    assert [one["plan_id"] for one in data.options] == ["plan-0000000000000001", PART, WHOLE]
    assert (data.drawn.currency, data.drawn.prices) == ("EUR", "2026 prices")


def test_each_option_says_what_goes_by_when_at_what_cost_and_what_of_it_is_sourced(three: Extract) -> None:
    page = Page(page_of(three))
    alike = {
        "Cash": "EUR 21 to 69 million",
        "Cash that the plan uses": "EUR 45 million",
        "Cash that is sourced": "EUR 16 million",
        "Cash with an assumed count or price": "EUR 29 million",
        "Cost, net of renewals due anyway": "EUR 18 to 42 million",
        "To be done by": "31 December 2027",
        "Exposed at the end": "10 to 20 %",
        "Proof": "certified",
        "Inputs that no source gives": "1",
    }
    for words in (
        "In cash, 3 of 4 lots of what the rules in force require would cost EUR 21 to 69 million ; 3 of 4 lots of core "
        "and management alone, in the scenario, EUR 21 to 69 million ; 3 of 4 lots of everything that the scenario "
        "reaches EUR 21 to 69 million .",
        "Lots of this plan: 1 ; and what these rules do not reach.",
        "RAN , Acme : North Tel ; core , Acme : North Tel .",
        "Exposed before the first swap 30 to 50 % 30 to 50 % 35 to 55 %",
        "and all else that the scenario reaches; behind the whole of it are 35 to 55 % of contracts.",
        *(f"{head} {cell} {cell} {cell}" for head, cell in alike.items()),
    ):
        assert words in page.text, words
    assert page.text.index("a scenario, not what binds the carriers today") < page.text.index("35 to 55 %")
    assert OUR_WORDS.findall(" ".join(page.ours)) == []


def test_figures_are_links_to_rows_and_no_id_is_text(three: Extract) -> None:
    page = page_of(three).decode()
    keys = {one.key for one in passages(page)}
    assert {"plan-0000000000000001", PART, WHOLE, "cost-0000000000000000"} <= keys
    assert "<code" not in page and not [text for text in Page(page.encode()).texts if "plan-0000" in text]


def test_published_estimates_of_a_change_stand_beside_with_place_author_and_year(three: Extract) -> None:
    found: Any = c60_options.collect(three).estimates
    assert [[cell.words for cell in cells][:3] for _, cells, _, _ in found.lines] == [
        ["Replacing Acme", "Germany (North Tel)", "at least EUR 3 billion"],
        ["A ban of Acme", "Europe", "EUR 55 billion"],
    ]
    assert found.lines[1][1][-1].words == "paid by Acme" and found.is_cited
    own: Any = c60_options.collect(extract_of("Japan")).estimates
    assert own.lines[0][1][1].words == "Japan"


def test_the_tables_of_the_picture_and_of_the_costs_lie_beside_the_page(three: Extract) -> None:
    files = chapter(three).files
    rows = list(csv.DictReader(files["options.csv"].decode().splitlines()))
    assert [row["option"] for row in rows] == [
        "Rules as they are",
        "Core and management",
        "Everything that the scenario reaches",
    ]
    assert (rows[0]["low_gross_cost_amount"], rows[0]["clear_on"], rows[0]["plan_id"]) == (
        "21000000",
        "",
        "plan-0000000000000001",
    )
    kept = list(csv.DictReader(files["published-costs.csv"].decode().splitlines()))
    assert [row["item"] for row in kept] == [
        "Replacing Acme",
        "A ban of Acme",
        "A new site",
        "Extra under a restriction",
    ]


def test_where_nothing_has_to_go_and_no_scenario_stands_the_page_says_so() -> None:
    nothing = plan(
        status="nothing to swap", proof="none", lot_count=0, swapped_count=0, mid_cost_amount=None,
        low_gross_cost_amount=None, high_gross_cost_amount=None, headline="Germany: nothing to swap. No rule asks.",
        unanswered=[],
    )  # fmt: skip
    text = Page(page_of(extract_of(plan=[nothing], plan_step=[]))).text
    assert "The rules in force have nothing replaced that a row counts." in text
    assert "No rule asks. Policies: Network law (law) . plan" in text and "No other option is planned." in text
    assert "laws of other jurisdictions do not bind its carriers" in text
    assert "Cost in cash" not in text


def test_without_a_plan_the_page_says_how_to_make_one() -> None:
    text = Page(page_of(extract_of(plan=[], plan_step=[]))).text.replace("known :", "known:")
    assert "Not known: this case holds no replacement plan for Germany that this page may show." in text
    assert "provenet plan CASE --country Germany" in text


def test_a_replay_names_no_later_day_and_no_later_cost() -> None:
    rows = [{**row, "as_of_on": THEN, "known_on": THEN} for row in options()]
    extract = extract_of(known=THEN, plan=rows)
    page = page_of(extract)
    assert later_days(page, THEN) == []
    assert Page(page).text.count("EUR 21 to 69 million")


def test_plans_in_two_currencies_are_never_drawn_on_one_axis() -> None:
    rows = options()
    rows[2] |= {"currency": "JPY"}
    drawn: Any = c60_options.collect(extract_of(plan=rows)).drawn
    assert [bool(one.cash) for one in drawn.rows] == [True, False, True]
    assert drawn.rows[1].words == "See the table."


def test_cash_is_drawn_to_scale_and_an_unknown_share_is_not_drawn_as_none() -> None:
    row = OptionRow(
        label="Rules as they are", under="in force", cash=(20.0 * MILLION, 100.0 * MILLION), sourced=30.0 * MILLION,
        assumed=10.0 * MILLION, start_on=date(2027, 1, 1), done_on=date(2028, 1, 1), latest_on=date(2028, 6, 30),
    )  # fmt: skip
    svg = option_rows(
        [row], date(2027, 1, 1), date(2029, 1, 1), currency="EUR", prices="2026 prices", title="t", key="k"
    )
    (_, cash), (_, sourced, _), (_, assumed) = (numbers(svg, css) for css in ("hatch", "f-solid", "f-line"))
    assert (sourced, assumed) == pytest.approx((cash * 30 / 80, cash * 10 / 80), abs=0.02)
    assert len(numbers(svg, "f-restricted")) == 2  # the stroke of the last day, and that of the legend
    assert "Cash, EUR million, 2026 prices" in svg and ">before<" not in svg


def test_the_chapter_can_be_set_as_a_pdf(three: Extract) -> None:
    assert render_pdf(chapter(three)).startswith(b"%PDF")


def test_hostile_text_is_text_in_both_media() -> None:
    rows = [{**row, "policy_says": NASTY, "headline": NASTY, "scenario_says": NASTY} for row in options()]
    extract = extract_of(plan=rows)
    costs = extract.tables["cost"].with_columns(
        *(pl.lit(NASTY).alias(name) for name in ("estimator", "method_says", "basis")),
        item=pl.lit(f"Replacing {NASTY}"),
    )
    extract.tables["cost"] = costs  # type: ignore[index]
    view = chapter(extract)
    page = render_html(view).decode()
    assert "<script" not in page and "<img src" not in page and "alert(1)" in page
    assert render_pdf(view).startswith(b"%PDF")
    (line,) = [one for one in view.files["published-costs.csv"].decode().splitlines() if "Germany (North Tel)" in one]
    assert not line.startswith(("=", "+", "-", "@"))
