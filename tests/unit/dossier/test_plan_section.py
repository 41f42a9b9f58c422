"""The section on plans: what it says of a plan worked out by hand, what is drawn, and what it says without one."""

import re
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenet.dossier.drawings.plan_charts import Bar, PeriodFigure, Spot, Track, band, curve, schedule, spending
from provenet.dossier.plans import gap_words
from provenet.dossier.render import render_html, render_pdf
from provenet.dossier.view import ANNEX, View, compose, with_rows
from support import plan_rows
from support.plan_rows import PLAN, plan, plan_tables, steps
from unit.dossier.page_reading import NASTY, OUR_WORDS, Page
from unit.dossier.small_tables import DAY, tables
from unit.dossier.svg_reading import elements, number, numbers, words

PLOT_TALL = 190.0 - 22 - 21
"""How tall the plot of a small chart is."""


def view_of(**replaced: Any) -> View:
    return compose({**tables(), **plan_tables(**replaced)}, country="Germany", as_of=DAY, document=ANNEX)


def section(view: View) -> dict[str, Any]:
    (found,) = [s for s in view.sections if s.key == "s75_plan"]
    return dict(found.data)


def only(view: View) -> View:
    """The same dossier with the section on plans alone, and the sources."""
    kept = tuple(s for s in view.sections if s.key in {"s75_plan", "s90_sources"})
    return View(view.country, view.as_of, view.known, view.audience, view.headline, kept)


def page_of(**replaced: Any) -> Page:
    return Page(render_html(only(view_of(**replaced))))


def test_the_answer_stands_in_figures_first() -> None:
    text = page_of().text
    for said in (
        "Three of four lots are swapped; some restricted lots stay . 1 lot has no price and stays: a missing price",
        "EUR 18 to 42 million",
        "the plan uses EUR 30 million .",
        "Cash , without them: EUR 21 to 69 million; the plan uses EUR 45 million . A budget is charged net. Net cost "
        "discounted by 3 % a year: EUR 29 million.",
        "30 to 50 % → 10 to 20 %",
        "equals the whole country being exposed for 0.25 to 0.43 years",
        "Proven optimal for the stated model (proof: limits, objective and bound verified without a solver), for the "
        "stated inputs, ",
        "1 of 4 inputs",
        "25 % of the figures behind the plan are assumed",
        "the longest first: crews of north-tel",
        "Harm: loss of service",
        "under the rules in force, least exposure over time",
    ):
        assert said in text


def test_each_lot_and_quarter_stands_in_a_row_with_its_figure() -> None:
    data = section(view_of())["plans"][0]
    assert [(lot["who"], lot["to"], lot["start"], lot["cost"], lot["mid"], lot["id"][-1]) for lot in data["lots"]] == [
        ("North Tel", "CoreCo", "2027 Q1, in service 1 July 2027", "EUR 10 to 30 million", "EUR 20 million", "3"),
        ("North Tel", "Bolt", "2027 Q3, in service 1 October 2027", "EUR 4 to 6 million", "EUR 5 million", "1"),
        ("North Tel", "Bolt", "2027 Q3, in service 1 October 2027", "EUR 4 to 6 million", "EUR 5 million", "2"),
        ("South Tel", "", "stays", "", "", "4"),
    ]
    assert [(one["says"], one["exposed"], one["spent"], one["so_far"]) for one in data["periods"]] == [
        ("2027 Q1", "30 to 50 %", "10 to 30 million", "20 million"),
        ("2027 Q2", "30 to 50 %", "0", "20 million"),
        ("2027 Q3", "30 to 50 %", "8 to 12 million", "30 million"),
        ("2027 Q4", "10 to 20 %", "0", "30 million"),
    ]


def test_a_limit_tells_where_it_binds() -> None:
    (limit,) = section(view_of())["plans"][0]["limits"]
    assert (limit["capacity"], limit["most"], limit["when"], limit["used_up"]) == ("130", "52", "2027 Q3", "2027 Q3")
    assert limit["id"] == "use-0000000000000002"


def test_opposed_figures_and_rules_stand_with_who_says_so() -> None:
    page = page_of()
    assert "Other estimates, not counted" in page.text
    assert re.search(
        r"swap, Germany, by a consultancy EUR 1 billion \(2026 prices\) .*? a consultancy sponsor: Acme", page.text
    )
    assert re.search(
        r"price of one site: opt-1 EUR 40,000 to 60,000 \(2026 prices\) the plan uses EUR 50,000 our arithmetic",
        page.text,
    )
    assert "North Tel : cores and radios of two vendors need work" in page.text
    assert "Bolt : they work together at once" in page.text
    assert "a lot is an equal part of its block" in page.text
    assert "Acme in transport: no row says how much of it is there" in page.text
    cited = [(line["basis"], len(line["cites"])) for line in section(view_of())["plans"][0]["figures"]]
    assert cited == [("assumed", 0), ("our arithmetic on sources", 1)], "only what is assumed cites nothing"


def test_a_row_that_another_brings_onto_a_page_says_that_it_is_assumed() -> None:
    added = with_rows(view_of(), ["input-0000000000000002", "cost-1"], {**tables(), **plan_tables()}).sections[-1]
    assert [row["table"] for row in added.data["rows"]] == ["cost", "plan input (assumed)"]


def test_curves_tell_the_price_of_speed_and_haste() -> None:
    budget, by = section(view_of())["plans"][0]["curves"]
    assert [(line["key"], line["limit"], line["cost"], line["price"]) for line in budget["lines"]] == [
        ("a", "EUR 20 million", "EUR 20 million", ""),
        ("b", "EUR 60 million", "EUR 30 million", "EUR 166 million"),
    ]
    assert [spot.key for spot in by["spots"]] == ["a"]
    assert by["lines"][1]["cost"] == "no plan keeps every limit"


def test_a_robust_plan_tells_how_it_stands_otherwise() -> None:
    view = view_of(**plan_rows.robust())
    data = section(view)["plans"][0]
    assert [(line["says"], line["fit"], line["because"], line["cost"]) for line in data["what_ifs"]] == [
        ("prices up in words", "fits, 5 % worse than the best plan found", "", "EUR 33 million"),
        ("late in words", "does not fit", "crews: nothing can start", "EUR 33 million"),
        ("unknown in words", "not known whether it fits", "", "no plan (optimal)"),
    ]
    assert [(line["who"], line["least"], line["lots"]) for line in data["first_year"]] == [
        ("North Tel", 1, 2),
        ("South Tel", 0, 2),
    ]
    text = Page(render_html(only(view))).text
    assert "Every plan within 1 % of the best starts at least this many lots before 1 January 2028." in text
    assert "none for certain" in text
    assert "If verdicts are reversed: the verdicts on Acme fall (they depend on a disputed claim)" in text
    assert "this plan kept for two quarters, then planned anew EUR 20 million EUR 20 million 0.00 1 July 2027" in text
    assert "If things turn out otherwise" not in page_of().text
    assert render_pdf(only(view)).startswith(b"%PDF")


def test_a_scenario_says_so_before_anything_else() -> None:
    says = "Advice taken as if it bound the carriers of Germany"
    text = page_of(plan=[plan(scenario=True, scenario_says=says)]).text
    assert "Plan 1: a scenario" in text
    assert text.index("A scenario, not what binds the carriers today.") < text.index("EUR 18 to 42 million")
    assert says in text
    assert "under the rules in force" not in text


def test_where_management_is_restricted_the_harm_is_control() -> None:
    managed = [{**row, "layer": "management"} if row["unit_id"] == "lot 3" else row for row in steps()]
    assert "Harm: control, where a management system is restricted" in page_of(plan_step=managed).text
    assert "Harm: control" not in page_of().text


def test_what_comes_late_is_told() -> None:
    late = [{**row, "latest_on": date(2027, 8, 31)} if row["unit_id"] == "lot 1" else row for row in steps()]
    text = page_of(plan_step=late).text
    assert "1 lot enters service only after the last day that the rule gives." in text
    assert "in service 1 October 2027 after the last day" in text
    assert "after the last day" not in page_of().text


def test_an_end_on_the_last_day_is_not_late() -> None:
    last = [{**row, "latest_on": date(2027, 9, 30)} if row["unit_id"] == "lot 1" else row for row in steps()]
    assert "after the last day" not in page_of(plan_step=last).text


def test_limits_that_clash_stand_with_what_would_make_room() -> None:
    nothing = dict.fromkeys(("low_cost_amount", "mid_cost_amount", "high_cost_amount", "clear_on", "gap_share"))
    clash = {
        "status": "infeasible",
        "proof": "none",
        "clash": ["crews: 40 weeks short"],
        "relief": ["one more quarter"],
    }
    page = page_of(plan=[plan(**nothing, **clash, swapped_count=0)], plan_frontier=[])
    assert "No plan keeps every limit." in page.text
    assert "Which limits clash crews: 40 weeks short What would make a plan feasible one more quarter" in page.text
    assert "Lot by lot" not in page.text
    assert not [tag for tag, _ in page.tags if tag == "svg"]


def test_where_nothing_is_to_be_swapped_a_plain_sentence_says_so() -> None:
    nothing = {name: None for name in plan() if name.startswith(("low_", "mid_", "high_")) or name.endswith("_amount")}
    row = {
        **nothing,
        "status": "nothing to swap",
        "proof": "none",
        "lot_count": 0,
        "gap_share": None,
        "assumed_share": None,
    }
    none: dict[str, list[Any]] = {name: [] for name in plan_tables() if name.startswith("plan_")}
    text = page_of(plan=[plan(**row, headline="Germany: nothing to swap. No rule asks for it.")], **none).text
    assert "Nothing to swap. The policies of Germany leave nothing that a plan could swap. No rule asks for it." in text
    assert "lots" not in text.replace("Plans consist of lots", "")


def test_without_a_plan_it_says_how_to_make_one() -> None:
    view = compose(tables(), country="Germany", as_of=DAY, document=ANNEX)
    assert "provenet plan CASE --country Germany" in Page(render_html(only(view))).text
    known = compose(tables(known=DAY), country="Germany", as_of=DAY, known=DAY, document=ANNEX)
    assert "Not known on that day" in Page(render_html(only(known))).text


def test_a_plan_of_another_day_or_country_is_not_shown() -> None:
    assert not section(view_of(plan=[plan(as_of_on=date(2026, 1, 1))]))["has_plan"]
    assert not section(view_of(plan=[plan(country="Italy")]))["has_plan"]


def test_lots_are_lots_in_our_words() -> None:
    ours = " ".join(" ".join(page_of().ours).split())
    assert re.findall(r"[^.]*\bsites?\b[^.]*", ours) == [" A lot is not a site, and no site is named here"]
    assert OUR_WORDS.findall(ours) == []


def test_each_figure_shown_has_its_id() -> None:
    page = page_of()
    for name in ("plan", "plan_step", "plan_period", "plan_frontier", "plan_input"):
        column = {"plan": "plan_id"}.get(
            name, f"{'point' if name == 'plan_frontier' else name.removeprefix('plan_')}_id"
        )
        for ident in plan_tables()[name][column]:
            assert f"id-{ident}" in page.ids, ident


def test_hostile_text_is_text_in_both_media() -> None:
    nasty = [{**row, "lot_says": NASTY, "because": NASTY, "region": NASTY, "pack": NASTY} for row in steps()]
    row = plan(policy_says=NASTY, scenario_says=NASTY, scenario=True, binding=[NASTY], assumed=[NASTY], currency=NASTY)
    view = only(view_of(plan=[row], plan_step=nasty))
    page = Page(render_html(view))
    assert {tag for tag, _ in page.tags} & {"script", "lab"} == set()
    assert "<script>alert(1)</script>" in page.text
    assert render_pdf(view).startswith(b"%PDF")


def test_both_media_hold_the_section() -> None:
    assert render_pdf(only(view_of())).startswith(b"%PDF")


YEAR = (date(2027, 1, 1), date(2028, 1, 1))


def test_the_schedule_draws_each_lot_over_its_quarters() -> None:
    tracks = section(view_of())["plans"][0]["tracks"]
    svg = schedule(tracks, *YEAR, title="t", key="k")
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
    spent = section(view_of())["plans"][0]["spent"]
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


def test_only_a_certified_plan_is_called_proven_optimal() -> None:
    assert gap_words(0.0123, "bound") == "at most 1.2 % from the best plan for the stated model"
    assert gap_words(0.0, "certified") == "proven optimal for the stated model"
    assert gap_words(0.0, "solver") == "optimal for the stated model"
    assert gap_words(None, "none") == "distance from the best plan not known"


def test_plans_stand_in_order_and_the_rest_in_a_line() -> None:
    many = [plan(plan_id=f"plan-{at:016x}", scenario=at % 2 == 0, scenario_says="if so" if at % 2 == 0 else None,
                 headline=f"headline {at}") for at in range(6)]  # fmt: skip
    data = section(view_of(plan=many))
    assert [one["scenario"] for one in data["plans"]] == [False, False, False, True]
    assert [one["headline"] for one in data["more"]] == ["headline 2", "headline 4"]
    assert PLAN not in {one["id"] for one in data["plans"][3:]}
