"""Rows of plans worked out by hand: the tables that hold them, and what is drawn of them."""

import re
from datetime import date
from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenet.case.extract import Extract
from provenet.case.tables import table
from provenet.dossier import plans
from provenet.dossier.drawings.plan_charts import Bar, PeriodFigure, Spot, Track, band, curve, schedule, spending
from provenet.dossier.render import render_html, render_pdf
from provenet.dossier.view import ANNEX, View, compose, with_rows
from support import plan_rows
from support.plan_rows import plan, plan_tables, steps
from unit.dossier.page_reading import NASTY, OUR_WORDS, Page
from unit.dossier.small_tables import DAY, tables
from unit.dossier.svg_reading import elements, number, numbers, words

PLOT_TALL = 190.0 - 22 - 21
"""How tall the plot of a small chart is."""


def view_of(**replaced: Any) -> View:
    return compose({**tables(), **plan_tables(**replaced)}, country="Germany", as_of=DAY, document=ANNEX)


def only(view: View) -> View:
    """The same annex with the rows of plans alone, and the sources."""
    kept = tuple(s for s in view.sections if s.key in {"s75_plan", "s90_sources"})
    return View(view.country, view.as_of, view.known, view.audience, view.headline, kept, document=ANNEX)


def held(**replaced: Any) -> dict[str, pl.DataFrame]:
    return {**tables(), **plan_tables(**replaced)}


def page_of(**replaced: Any) -> Page:
    """The page of the rows."""
    return Page(render_html(only(view_of(**replaced))))


def lines_of(title: str, **replaced: Any) -> list[dict[str, str]]:
    """The lines of one table as words by head, what all say alike in each."""
    (found,) = [s for s in view_of(**replaced).sections if s.key == "s75_plan"]
    rows: Any = found.data
    (one,) = [one for one in rows if one.title == title]
    return [
        {
            **{head: cell.words for head, cell in one.alike.items()},
            **{head: cell.words for head, cell in zip(one.heads, cells, strict=True)},
        }
        for _, cells, _, _ in one.lines
    ]


def test_every_row_of_a_plan_stands_in_a_table_with_its_id_and_its_figures() -> None:
    everything = plan_rows.robust()
    page = page_of(**everything)
    rows = plan_tables(**everything)
    columns = {name: table(name).id_column for name in rows if name.startswith("plan")}
    for name in columns.keys() - {"plan_use"}:
        shown = rows[name].filter(pl.col("kind") != "as planned") if name == "plan_scenario" else rows[name]
        for ident in shown[columns[name]]:
            assert f"id-{ident}" in page.ids, ident
    for said in (
        "Cost, net of renewals due anyway: EUR 18 to 42 million",
        "Lots: 4",
        "Missing, so not planned: Acme in transport: no row says how much of it is there",
        "a consultancy",
    ):
        assert said in page.text, said


def test_lots_quarters_limits_and_points_say_what_their_rows_say() -> None:
    lots = lines_of(plans.LOTS)
    assert [(lot["Carrier"], lot["Swapped to"], lot["Work starts"], lot["Cost, net"]) for lot in lots] == [
        ("North Tel", "CoreCo", "1 January 2027", "EUR 10 to 30 million"),
        ("North Tel", "Bolt", "1 July 2027", "EUR 4 to 6 million"),
        ("North Tel", "Bolt", "1 July 2027", "EUR 4 to 6 million"),
        ("South Tel", "–", "not swapped", "–"),
    ]
    quarters = lines_of(plans.QUARTERS)
    assert [(one["Quarter"], one["Exposed share"], one["Spent, net"]) for one in quarters][2:] == [
        ("2027 Q3", "30 to 50 %", "EUR 8 to 12 million"),
        ("2027 Q4", "10 to 20 %", "EUR 0"),
    ]
    (limit,) = lines_of("What limits allow and the plan uses: each limit at its fullest, and where it binds")
    assert (limit["Quarter from"], limit["It uses"][:3], limit["Used up while lots wait"]) == (
        "1 July 2027",
        "52 ",
        "yes",
    )
    points = lines_of(plans.BY_BUDGET)
    assert [(one["Letter"], one["Budget, charged net"]) for one in points] == [
        ("A", "EUR 20 million"),
        ("B", "EUR 60 million"),
    ]


def test_a_row_that_another_brings_onto_a_page_says_that_it_is_assumed() -> None:
    added = with_rows(view_of(), ["input-0000000000000002", "cost-1"], held()).sections[-1]
    assert added.data == [("cost-1", "cost"), ("input-0000000000000002", "plan input (assumed)")]


def test_a_scenario_says_so_and_several_plans_are_numbered() -> None:
    says = "Advice taken as if it bound the carriers of Germany, assuming in_force = true"
    other = plan(plan_id="plan-0000000000000002", scenario=True, scenario_says=says)
    text = page_of(plan=[other, plan()]).text
    assert text.index("Plan 1. Lot by lot") < text.index("Plan 2. The plan") < text.index("in force: yes")
    assert "Scenario: Advice taken as if it bound" in text


def test_no_lot_is_listed_or_drawn_where_one_is_hidden() -> None:
    extract = Extract(held(plan_step=steps()[:2]), "Germany", DAY)
    (row,) = plans.in_order(extract)
    assert plans.LOTS not in {one.title for one in plans.plan_tables(row, extract)}
    assert plans.LOTS not in plans.plan_pictures(row, extract)
    assert set(plans.plan_pictures(row, extract)) == {plans.QUARTERS, plans.BY_BUDGET, plans.BY_DEADLINE}


def test_without_a_plan_of_that_day_and_country_no_row_is_shown() -> None:
    for rows in ([], [plan(as_of_on=date(2026, 1, 1))], [plan(country="Italy")]):
        assert "This case holds no such row." in page_of(plan=rows).text


def test_our_words_are_neutral_and_hostile_text_is_text_in_both_media() -> None:
    assert OUR_WORDS.findall(" ".join(" ".join(page_of().ours).split())) == []
    nasty = [{**row, "lot_says": NASTY, "because": NASTY, "region": NASTY, "pack": NASTY} for row in steps()]
    row = plan(policy_says=NASTY, scenario_says=NASTY, scenario=True, binding=[NASTY], assumed=[NASTY], currency=NASTY)
    view = only(view_of(plan=[row], plan_step=nasty))
    page = Page(render_html(view))
    assert {tag for tag, _ in page.tags} & {"script", "lab"} == set()
    assert "<script>alert(1)</script>" in page.text
    assert render_pdf(view).startswith(b"%PDF")


YEAR = (date(2027, 1, 1), date(2028, 1, 1))


def test_the_schedule_draws_each_lot_over_its_quarters() -> None:
    svg = schedule(plans._tracks(steps(), Extract(held(), "Germany", DAY)), *YEAR, title="t", key="k")
    assert {"North Tel", "South Tel", "2", "1 lot stays"} <= set(words(svg))
    ends = [number(e, "x1") for e in elements(svg, "line", "s-soft") if e.get("x1") == e.get("x2")]
    left, right = min(ends), max(number(e, "x1") for e in elements(svg, "line", "s-line") if e.get("x1") == e.get("x2"))
    _, core, radio = zip(numbers(svg, "f-solid", "x"), numbers(svg, "f-solid"), strict=True)  # after the legend's
    day = (right - left) / 365
    assert core == (pytest.approx(left + 0.8, abs=0.02), pytest.approx(181 * day - 1.6, abs=0.02))
    assert radio == (pytest.approx(left + 181 * day + 0.8, abs=0.02), pytest.approx(92 * day - 1.6, abs=0.02))
    assert len(numbers(svg, "f-restricted")) == 1 + 1


def test_a_given_start_has_a_dashed_edge() -> None:
    bars = (Bar(date(2027, 1, 1), date(2027, 4, 1), 1, True), Bar(date(2027, 1, 1), date(2027, 4, 1)))
    svg = schedule([Track("A", "b", bars)], *YEAR, title="t", key="k")
    assert len([e for e in elements(svg, "rect", "s-ink") if e.get("stroke-dasharray")]) == 1 + 1
    assert "start given, not chosen" in words(svg)


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(1, 200)), min_size=1, max_size=30))
def test_lots_of_a_row_never_cover_each_other(spans: list[tuple[int, int]]) -> None:
    first = date(2027, 1, 1).toordinal()
    bars = tuple(Bar(date.fromordinal(first + a), date.fromordinal(first + a + n)) for a, n in spans)
    svg = schedule([Track("A", "b", bars)], date(2027, 1, 1), date(2029, 1, 1), title="t", key="k")
    drawn = [numbers(svg, "f-solid", name)[1:] for name in ("y", "x", "width")]
    for (y, x, w), (below, right, _) in pairwise(sorted(zip(*drawn, strict=True))):
        assert y != below or x + w <= right + 0.02
    assert len(drawn[0]) == len(set(spans))


def span(at: int, low: float, mid: float, high: float) -> PeriodFigure:
    return PeriodFigure(*plan_rows.QUARTERS[at], low, mid, high)


def heights(svg: str, css: str) -> list[list[float]]:
    """The heights of the corners of each area of a class, over the floor."""
    floor = max(number(e, "y1") for e in elements(svg, "line", "s-soft"))
    paths = [re.findall(r"[\d.]+ ([\d.]+)", e.get("d", "")) for e in elements(svg, "path", css)]
    return [[floor - float(one) for one in path] for path in paths]


def test_the_band_is_filled_to_the_lower_end_and_hatched_to_the_upper() -> None:
    svg = band([span(0, 0.2, 0.3, 0.4), span(1, 0.0, 0.0, 0.1)], title="t", key="k", of="revenue")
    half = PLOT_TALL / 2
    assert heights(svg, "f-restricted") == [pytest.approx([0, 0, 0, 0, 0, 0, half, half], abs=0.1)]
    assert heights(svg, "hatch") == [pytest.approx([half, half, 0, 0, half / 2, half / 2, 2 * half, 2 * half], abs=0.1)]
    assert "40 %" in words(svg) and "of revenue" in words(svg)


def test_money_added_up_ends_at_the_cost_of_the_plan() -> None:
    spent = plans._spans(plan_tables()["plan_period"].to_dicts(), "spent_amount")
    svg = spending(spent, currency="EUR", title="t", key="k")
    million = PLOT_TALL / 50
    (so_far,) = heights(svg, "hatch")
    assert (min(so_far[6:8]), max(so_far)) == pytest.approx((18 * million, 42 * million), abs=0.1)
    assert [max(one) for one in heights(svg, "f-solid")] == pytest.approx([20 * million, 0, 10 * million, 0], abs=0.1)
    assert "EUR million" in words(svg)


def test_points_of_a_curve_carry_their_keys() -> None:
    svg = curve([Spot("b", 2.0, 1.0), Spot("a", 1.0, 4.0)], title="t", key="k", x_name="x", x_words=str, y_unit="EUR")
    assert words(svg, "t-strong") == ["a", "b"] and len(elements(svg, "circle")) == 2
    assert {"1.0", "2.0", "x", "EUR"} < set(words(svg))
    assert curve([Spot("a", 1.0, 0.0)], title="t", key="k", x_name="x", x_words=str, y_unit="EUR")
