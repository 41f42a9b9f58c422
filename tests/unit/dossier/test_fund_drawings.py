"""Drawings of aid and plans: what stands where, what is hatched, and what is left out."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenet.dossier.drawings import aid_bars, aid_curves, tornado
from unit.dossier.svg_reading import assert_readable, elements, number, words
from unit.dossier.test_whole_drawings import LONG

LEFT, RIGHT, TOP, FLOOR = 40.0, 332.0, 22.0, 166.0
"""The plane of a small chart whose heights are shares."""
FIRST = float(date(2026, 1, 1).toordinal())


def dashed(svg: str) -> list[float]:
    return [number(e, "x1") for e in elements(svg, "line") if e.get("stroke-dasharray")]


OFFERS = [aid_curves.Point(10e6 * at, 0.1 * at, 0.2 * at, min(1.0, 0.25 * at)) for at in range(5)]


def test_an_award_is_a_dashed_stroke_at_its_amount() -> None:
    svg = aid_curves.chance_curve(OFFERS, 20e6, currency="EUR", title="t", key="k")
    (stroke,) = dashed(svg)
    left = min(number(e, "x1") for e in elements(svg, "line", "s-line"))
    assert stroke == pytest.approx((left + RIGHT) / 2, abs=0.01)
    assert {"award", "aid offered, EUR million"} < set(words(svg))


def test_the_band_lies_between_the_ends_and_the_line_at_the_middle() -> None:
    points = [aid_curves.Point(0, 0.0, 0.5, 1.0), aid_curves.Point(1, 0.25, 0.5, 0.75)]
    svg = aid_curves.chance_curve(points, None, currency="EUR", title="t", key="k")
    (band,) = elements(svg, "path", "hatch")
    drawn = [tuple(map(float, one.split())) for one in (band.get("d") or "").strip("MZ").split("L")]
    quarter = (FLOOR - TOP) / 4
    left = drawn[0][0]
    assert drawn == [(left, FLOOR), (RIGHT, FLOOR - quarter), (RIGHT, TOP + quarter), (left, TOP)]
    (line,) = elements(svg, "path", "s-ink")
    assert line.get("d") == f"M{left:.1f} {FLOOR - 2 * quarter:.1f}L{RIGHT:.1f} {FLOOR - 2 * quarter:.1f}"
    assert not dashed(svg)


def test_a_budget_far_beyond_the_curve_is_left_out() -> None:
    drawn = [aid_curves.budget_curve(OFFERS, one, currency="EUR", title="t", key="k") for one in (None, 5e7, 9e8)]
    assert [len(dashed(svg)) for svg in drawn] == [0, 1, 0]


def test_a_mark_lies_on_the_curve_and_moves_along_its_points() -> None:
    svg, places = aid_curves.marked_budget_curve(OFFERS, OFFERS[2], currency="EUR", title="t", key="k")
    assert f'data-mark transform="translate({places[2][1]} {places[2][2]})"' in svg
    assert [budget for budget, _, _ in places] == [point.x for point in OFFERS]
    assert [y for _, _, y in places] == sorted((y for _, _, y in places), reverse=True)


@given(st.lists(st.integers(0, 2000), min_size=1, max_size=5))
def test_letters_of_contracts_never_touch_and_those_outside_are_left_out(days: list[int]) -> None:
    held = [aid_curves.Point(FIRST + at, 1e6, 2e6, 3e6) for at in (0, 1000, 2000)]
    marks = [aid_curves.Marker(FIRST + day, chr(65 + at)) for at, day in enumerate(sorted(set(days)))]
    outside = [aid_curves.Marker(FIRST - 1, "Y"), aid_curves.Marker(FIRST + 2001, "Z")]
    svg = aid_curves.days_curve(held, [*marks, *outside], currency="EUR", title="t", key="k")
    assert_readable(svg)
    assert words(svg, "t-strong") == [mark.words for mark in marks]


def choice(label: str = "Bolt", excluded: bool = False) -> aid_bars.PricedVendor:
    parts = (
        aid_bars.CostPart("price", 80e6, 100e6, 120e6),
        aid_bars.CostPart("anchor", 0, 0, 0),
        aid_bars.CostPart("network effect", -20e6, -10e6, -5e6),
    )
    return aid_bars.PricedVendor(label, excluded, parts)


def test_each_part_begins_where_the_middle_of_the_last_one_ends() -> None:
    svg = aid_bars.cost_bars([choice()], currency="EUR", title="t", key="k")
    (solid,), (less,), strokes = (elements(svg, "rect", css) for css in ("f-solid", "f-soft", "f-ink"))
    zero, per = number(solid, "x"), number(solid, "width") / 80
    assert [number(e, "x") + 0.9 for e in strokes] == [pytest.approx(zero + at * per, abs=0.02) for at in (100, 90)]
    assert (number(less, "x"), number(less, "width")) == pytest.approx((zero + 95 * per, 5 * per), abs=0.02)
    hatched = [(number(e, "x"), number(e, "width")) for e in elements(svg, "rect", "hatch")]
    assert hatched == [pytest.approx((zero + 80 * per, long * per), abs=0.03) for long in (40, 15)]
    assert "anchor" not in words(svg)
    assert {"price", "network effect", "80 to 120", "-20 to -5", "total 90", "EUR million over its life"} <= set(
        words(svg)
    )


def test_an_excluded_choice_says_so_in_words_and_a_long_name_is_cut() -> None:
    svg = aid_bars.cost_bars([choice(LONG, True), choice(LONG)], currency="EUR", title="t", key="k")
    first, second = [one for one in words(svg) if "Gesellschaft" in one]
    assert first.endswith("… (no aid may be spent on it)") and second.endswith("…") and len(second) > len(first) - 30


def test_mechanisms_share_rows_and_what_lies_beyond_is_named() -> None:
    units = [aid_bars.Ranged(one, 1e6, 2e6, 4e6) for one in "abc"]
    units += [
        aid_bars.Ranged("d", 1e6, 9e6, 90e6),
        aid_bars.Ranged("e", 1e6, 2e6, None),
        aid_bars.Ranged("f", None, None, None),
    ]
    gains = [aid_bars.Ranged(one.label, 0.1, 0.2, 0.4) for one in units]
    svg = aid_bars.mechanism_rows(units, gains, currency="EUR", title="t", key="k")
    assert {"to 90 →", "no upper end →", "none is gained", "share gained by it"} <= set(words(svg))
    assert len(elements(svg, "rect", "f-solid")) == 5 + 6
    assert len(elements(svg, "rect", "f-ink")) == 4 + 6  # the middle of d lies beyond the axis


def test_each_figure_has_a_bar_for_each_end_from_the_middle() -> None:
    swings = [
        tornado.Swing(LONG, "assumed", 0.3, 0.5, 0.8, "-25 %", "EUR 140 billion"),
        tornado.Swing("both ends on one side", "derived", 0.6, 0.5, 0.65, "1 %", "2 %"),
        tornado.Swing("nothing moves", "sourced", 0.5, 0.5, 0.5, "a", "b"),
    ]
    svg = tornado.tornado(swings, "t", key="k")
    low, high = elements(svg, "rect", "f-solid")[1:], elements(svg, "rect", "f-line")[1:]  # the first is the legend's
    assert [len(low), len(high)] == [2, 2]
    assert number(low[0], "x") + number(low[0], "width") == pytest.approx(number(high[0], "x"), abs=0.02)
    assert number(high[0], "width") == pytest.approx(1.5 * number(low[0], "width"), rel=1e-3)
    assert {"assumed", "our arithmetic on sources", "from a source", "-25 %", "EUR 140 billion"} <= set(words(svg))
