"""Drawings of aid: what stands where, what is hatched, and that words keep apart."""

from datetime import date
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenet.dossier.drawings import aid_bars, aid_curves

SVG = "{http://www.w3.org/2000/svg}"
PLANE = (aid_curves.WIDTH - aid_curves.LEFT - aid_curves.RIGHT, aid_curves.HEIGHT - aid_curves.TOP - aid_curves.BOTTOM)
"""Width and height of the plane of a small chart."""
NAME = "Gesellschaft für den Ausbau von Mobilfunknetzen in ländlichen Räumen und an Verkehrswegen"


def elements(svg: str, tag: str, css: str = "") -> list[ElementTree.Element]:
    found = ElementTree.fromstring(svg).iter(SVG + tag)
    return [e for e in found if not css or css in (e.get("class") or "").split()]


def number(element: ElementTree.Element, name: str) -> float:
    return float(element.get(name, "nan"))


def boxes(svg: str, css: str = "") -> list[tuple[float, float, float, float, str]]:
    """Where each text stands: left, top, right, bottom, taking letters at their usual width."""
    made = []
    for e in elements(svg, "text", css):
        size, words = number(e, "font-size"), e.text or ""
        wide, x, y = len(words) * size * aid_curves.LETTER * 0.9, number(e, "x"), number(e, "y")
        left = {"start": x, "middle": x - wide / 2, "end": x - wide}[e.get("text-anchor", "start")]
        made.append((left, y - size * 0.72, left + wide, y, words))
    return made


def touching(svg: str, css: str = "") -> list[tuple[str, str]]:
    return [
        (a[4], b[4])
        for a, b in combinations(boxes(svg, css), 2)
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]


def inside(svg: str) -> bool:
    wide = float(ElementTree.fromstring(svg).get("width", "0"))
    return all(left >= -1 and right <= wide + 1 for left, _, right, _, _ in boxes(svg))


def offers(count: int = 5) -> list[aid_curves.Point]:
    return [aid_curves.Point(10e6 * at, 0.1 * at, 0.2 * at, min(1.0, 0.25 * at)) for at in range(count)]


def test_an_award_is_a_dashed_stroke_at_its_amount() -> None:
    svg = aid_curves.chance_curve(offers(), 20e6, currency="EUR", title="t", key="k")
    (stroke,) = [e for e in elements(svg, "line") if e.get("stroke-dasharray")]
    assert number(stroke, "x1") == pytest.approx(aid_curves.LEFT + PLANE[0] / 2, abs=0.01)
    assert [e.text for e in elements(svg, "text", "t-strong")] == ["award"]
    assert "aid offered, EUR million" in [e.text for e in elements(svg, "text")]


def test_the_band_lies_between_the_ends() -> None:
    svg = aid_curves.chance_curve(
        [aid_curves.Point(0, 0.0, 0.5, 1.0), aid_curves.Point(1, 0.25, 0.5, 0.75)],
        None,
        currency="EUR",
        title="t",
        key="k",
    )
    (band,) = elements(svg, "path", "hatch")
    floor = aid_curves.HEIGHT - aid_curves.BOTTOM
    corners = [(aid_curves.LEFT, floor), (aid_curves.WIDTH - aid_curves.RIGHT, floor - PLANE[1] / 4)]
    corners += [(aid_curves.WIDTH - aid_curves.RIGHT, floor - 0.75 * PLANE[1]), (aid_curves.LEFT, aid_curves.TOP)]
    drawn = [tuple(map(float, one.split())) for one in (band.get("d") or "").strip("MZ").split("L")]
    assert drawn == [pytest.approx(corner, abs=0.01) for corner in corners]


def test_a_single_offer_is_drawn() -> None:
    svg = aid_curves.chance_curve([aid_curves.Point(0, 0.2, 0.3, 0.4)], 0.0, currency="EUR", title="t", key="k")
    assert len(elements(svg, "circle")) == 1
    assert aid_curves.budget_curve([aid_curves.Point(0, 0.2, 0.3, 0.4, "a")], None, currency="EUR", title="t", key="k")


def test_a_budget_far_beyond_the_curve_is_left_out() -> None:
    def dashed(budget: float | None) -> int:
        svg = aid_curves.budget_curve(offers(), budget, currency="EUR", title="t", key="k")
        return len([e for e in elements(svg, "line") if e.get("stroke-dasharray")])

    assert [dashed(None), dashed(30e6), dashed(50e6), dashed(900e6)] == [0, 1, 1, 0]


@given(st.lists(st.integers(0, 2000), min_size=1, max_size=12))
def test_letters_of_contracts_never_touch(days: list[int]) -> None:
    first = date(2026, 1, 1).toordinal()
    held = [aid_curves.Point(float(first + at), 1e6, 2e6, 3e6) for at in (0, 1000, 2000)]
    marks = [aid_curves.Marker(float(first + day), chr(65 + at)) for at, day in enumerate(sorted(set(days)))][:5]
    svg = aid_curves.days_curve(held, marks, currency="EUR", title="t", key="k")
    assert touching(svg, "t-strong") == []
    assert len(elements(svg, "text", "t-strong")) == len(marks)
    assert inside(svg)


def test_contracts_outside_the_days_are_left_out() -> None:
    first = float(date(2026, 1, 1).toordinal())
    held = [aid_curves.Point(first, 1e6, 2e6, 3e6), aid_curves.Point(first + 100, 1e6, 2e6, 3e6)]
    assert (
        elements(
            aid_curves.days_curve(held, [aid_curves.Marker(first - 1, "A")], currency="EUR", title="t", key="k"),
            "text",
            "t-strong",
        )
        == []
    )


@given(st.floats(-1e12, 1e12), st.floats(-1e12, 1e12))
def test_ticks_hold_both_ends_in_few_steps(one: float, two: float) -> None:
    low, high = min(one, two), max(one, two)
    ticks = aid_curves.ticks_over(low, high)
    slack = 1e-6 * max(1.0, abs(low), abs(high))
    assert ticks[0] <= low + slack
    assert ticks[-1] >= high - slack
    assert 2 <= len(ticks) <= 7
    assert ticks == sorted(set(ticks))


def choice(label: str = "Bolt", excluded: bool = False) -> aid_bars.PricedVendor:
    parts = (
        aid_bars.CostPart("price", 80e6, 100e6, 120e6),
        aid_bars.CostPart("anchor", 0, 0, 0),
        aid_bars.CostPart("network effect", -20e6, -10e6, -5e6),
    )
    return aid_bars.PricedVendor(label, excluded, parts)


def test_each_part_begins_where_the_middle_of_the_last_one_ends() -> None:
    svg = aid_bars.cost_bars([choice()], currency="EUR", title="t", key="k")
    ticks = elements(svg, "line", "s-ink")
    per = (number(ticks[0], "x1") - 84) / 100
    assert number(ticks[1], "x1") == pytest.approx(84 + 90 * per, abs=0.02)
    (solid,) = elements(svg, "rect", "f-solid")
    assert number(solid, "width") == pytest.approx(80 * per, abs=0.02)
    (less,) = elements(svg, "rect", "f-soft")
    assert (number(less, "x"), number(less, "width")) == pytest.approx((84 + 95 * per, 5 * per), abs=0.02)
    hatched = [(number(e, "x"), number(e, "width")) for e in elements(svg, "rect", "hatch")]
    assert hatched == [
        pytest.approx((84 + 80 * per, 40 * per), abs=0.03),
        pytest.approx((84 + 80 * per, 15 * per), abs=0.03),
    ]
    words = [e.text for e in elements(svg, "text")]
    assert "anchor" not in words
    assert {"price", "network effect", "80 to 120", "-20 to -5", "total 90"} <= set(words)


def test_an_excluded_choice_says_so_in_words_and_long_names_are_cut() -> None:
    svg = aid_bars.cost_bars([choice(NAME, True), choice(NAME)], currency="EUR", title="t", key="k")
    (first, second) = [e.text or "" for e in elements(svg, "text", "t-strong") if "Gesellschaft" in (e.text or "")]
    assert first.endswith("… (no aid may be spent on it)")
    assert second.endswith("…")
    assert touching(svg) == []
    assert inside(svg)


def test_intervals_share_rows_and_one_without_a_figure_says_so() -> None:
    rows = [aid_bars.Ranged(NAME, 0.1, 0.2, 0.4), aid_bars.Ranged("b", None, None, None)]
    svg = aid_bars.interval_rows([("x", rows, "{:g}".format, 0.4), ("y", rows, "{:g}".format, 0.2)], title="t", key="k")
    assert len(elements(svg, "rect", "f-solid")) == 2
    assert [e.text for e in elements(svg, "text")].count("none is gained") == 2
    assert [e.text for e in elements(svg, "text", "t-strong")] == ["x", "y", "to 0.4 →"]
    assert touching(svg) == []
    assert inside(svg)


def swings() -> list[aid_bars.Swing]:
    return [
        aid_bars.Swing(NAME, "assumed", 0.3, 0.5, 0.8, "-25 %", "EUR 140 billion"),
        aid_bars.Swing("both ends on one side", "derived", 0.6, 0.5, 0.65, "1 %", "2 %"),
        aid_bars.Swing("nothing moves", "sourced", 0.5, 0.5, 0.5, "a", "b"),
    ]


def test_each_figure_has_a_bar_for_each_end_and_a_mark_of_its_basis() -> None:
    svg = aid_bars.tornado(swings(), ("share", "{:.0%}".format), title="t", key="k")
    middles = elements(svg, "line", "s-ink")
    assert len(middles) == 3
    at = number(middles[0], "x1")
    low = elements(svg, "rect", "f-solid")
    high = elements(svg, "rect", "f-line")
    assert [len(low), len(high)] == [2, 2]
    assert number(low[0], "x") + number(low[0], "width") == pytest.approx(at, abs=0.02)
    assert number(high[0], "x") == pytest.approx(at, abs=0.02)
    assert number(high[0], "width") == pytest.approx(1.5 * number(low[0], "width"), rel=1e-3)
    assert len(elements(svg, "circle", "f-ink")) == 1  # the sourced one alone is filled
    assert touching(svg) == []
    assert inside(svg)


def test_bases_differ_by_shape_alone() -> None:
    drawn = {word: aid_bars.basis_key(word, "") for word in ("sourced", "derived", "assumed")}
    shapes = {word: svg.split(">", 1)[1] for word, svg in drawn.items()}
    assert len(set(shapes.values())) == 3


@given(st.text(alphabet="ab ", min_size=1, max_size=200))
def test_a_label_takes_two_lines_at_most(text: str) -> None:
    lines = aid_bars.two_lines(text, 100, 10)
    assert 1 <= len(lines) <= 2
    assert all(len(line) <= int(100 / (10 * aid_curves.LETTER)) for line in lines)
