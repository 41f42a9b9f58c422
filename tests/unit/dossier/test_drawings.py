"""Drawings: what is filled, what is hatched, that shapes differ without colour, that labels do not cover each other."""

import re
from datetime import date
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenet.dossier.carrier_bars import certain_share
from provenet.dossier.drawings.canvas import PALETTE, standalone
from provenet.dossier.drawings.share_bars import Slice, outcome_mark, parts_bar, share_bar
from provenet.dossier.drawings.timelines import Lane, Mark, lanes, shares_over_time

SVG = "{http://www.w3.org/2000/svg}"


def elements(svg: str, tag: str, css: str = "") -> list[ElementTree.Element]:
    root = ElementTree.fromstring(svg)
    return [e for e in root.iter(SVG + tag) if css in (e.get("class") or "").split() or not css]


def width_of(svg: str, css: str) -> float:
    return sum(float(e.get("width", "0")) for e in elements(svg, "rect", css))


def ends() -> st.SearchStrategy[tuple[float, float]]:
    return st.tuples(st.floats(0, 1), st.floats(0, 1)).map(lambda pair: (min(pair), max(pair)))


@given(ends())
def test_a_share_bar_is_filled_to_the_lower_end_and_hatched_to_the_upper(pair: tuple[float, float]) -> None:
    low, high = pair
    svg = share_bar(low, high, "k", width=400)
    assert width_of(svg, "f-solid") == pytest.approx(400 * low, abs=0.01)
    assert width_of(svg, "hatch") == pytest.approx(400 * (high - low), abs=0.01)


def test_a_known_share_has_nothing_hatched() -> None:
    assert "pattern" not in share_bar(0.4, 0.4, "k")


@given(st.lists(st.integers(1, 20), min_size=4, max_size=4))
def test_parts_fill_the_whole_bar_and_unknown_is_hatched(weights: list[int]) -> None:
    whole = sum(weights)
    kinds = ("restricted", "condition", "vendor", "clear")
    slices = [Slice(kind, weight / whole) for kind, weight in zip(kinds, weights, strict=True)]
    svg = parts_bar(slices, "k", width=300)
    assert width_of(svg, "f-restricted") + width_of(svg, "hatch") + width_of(svg, "f-clear") == pytest.approx(
        300, abs=0.05
    )
    assert width_of(svg, "hatch") == pytest.approx(300 * (weights[1] + weights[2]) / whole, abs=0.02)


def test_reasons_of_the_unknown_are_hatched_apart() -> None:
    svg = parts_bar([Slice(kind, 1 / 3) for kind in ("condition", "verdict", "vendor")], "k")
    fills = [e.get("fill") for e in elements(svg, "rect", "hatch")]
    assert fills == ["url(#conditionk)", "url(#verdictk)", "url(#vendork)"]
    patterns = {e.get("id"): ElementTree.tostring(e) for e in elements(svg, "pattern")}
    assert (
        len(
            {
                body.replace(b"condition", b"").replace(b"verdict", b"").replace(b"vendor", b"")
                for body in patterns.values()
            }
        )
        == 3
    )


def test_outcomes_differ_by_shape_alone() -> None:
    words = ("restricted", "conditional", "clear", "undetermined", "no rule in force")
    shapes = set()
    for word in words:
        svg = outcome_mark(word, "").replace(word, "")
        shapes.add(re.sub(r' class="[^"]*"', "", svg))
    assert len(shapes) == len(words)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("name", ["ink", "soft", "solid", "restricted", "clear"])
def test_what_is_read_stands_out_from_the_paper(name: str) -> None:
    for ground in ("paper", "tint"):
        dark, light = sorted((luminance(PALETTE[name]), luminance(PALETTE[ground])))
        assert (light + 0.05) / (dark + 0.05) > 4.5 or name in {"clear"}
    assert (1.05) / (luminance(PALETTE["clear"]) + 0.05) > 3


def marks_of(count: int) -> list[Mark]:
    return [Mark(str(n), date(2020, 1, 1), date(2020, 1, 1), 0.5, 0.5) for n in range(count)]


def test_keys_of_equal_figures_do_not_cover_each_other() -> None:
    svg = shares_over_time(marks_of(8), [date(2018, 1, 1), date(2024, 1, 1)], title="t", key="k")
    places = [(float(e.get("x", "0")), float(e.get("y", "0"))) for e in elements(svg, "text", "t-strong")]
    assert len(places) == 8
    assert all(abs(a - c) >= 11 or abs(b - d) >= 11 for (a, b), (c, d) in combinations(places, 2))


def test_events_of_one_day_are_stacked() -> None:
    rows = [Lane("Rules", tuple(marks_of(6))), Lane("Terms", (Mark("7", date(2020, 1, 1), date(2021, 1, 1)),))]
    svg = lanes(rows, date(2022, 1, 1), "1 January 2022", title="t", key="k")
    pills = [(float(e.get("x", "0")), float(e.get("y", "0"))) for e in elements(svg, "rect", "f-solid")]
    assert len(pills) == 7
    assert all(abs(a - c) >= 18 or abs(b - d) >= 13 for (a, b), (c, d) in combinations(pills, 2))
    assert "1 January 2022" in svg


def test_dates_at_the_ends_of_time_are_drawn() -> None:
    marks = [Mark("a", date(1, 1, 1), date(9999, 12, 31), 0, 1)]
    assert elements(shares_over_time(marks, [date(1, 1, 1), date(9999, 12, 31)], title="t", key="k"), "rect", "hatch")


def test_text_in_a_drawing_is_escaped() -> None:
    svg = lanes([Lane("<b>&\x00", tuple(marks_of(1)))], date(2020, 1, 1), "</svg>", title='a"b<c', key="k")
    assert [e.text for e in elements(svg, "text")][-3:] == ["<b>&\ufffd", "0", "</svg>"]
    assert ElementTree.fromstring(svg).get("aria-label") == 'a"b<c'


def test_a_drawing_for_the_pdf_brings_its_own_colours() -> None:
    svg = standalone(share_bar(0.2, 0.4, "k"), "Some Font")
    ElementTree.fromstring(svg)
    assert "var(" not in svg
    assert 'font-family:"Some Font"' in svg


VENDORS = ("a", "b", "c", "d")
PARTS = st.lists(st.integers(0, 20), min_size=5, max_size=5).filter(sum)
SETS = st.lists(st.sets(st.sampled_from(VENDORS), min_size=1), min_size=1, max_size=5)


@given(PARTS, SETS, st.lists(st.floats(0, 1), min_size=5, max_size=5))
def test_no_more_is_certain_than_the_vendors_have(parts: list[int], sets: list[set[str]], cuts: list[float]) -> None:
    """Any true split; each row states at least some part of what its set has."""
    share = dict(zip(VENDORS, (part / sum(parts) for part in parts), strict=False))
    rows = [(frozenset(one), cut * sum(share[v] for v in one)) for one, cut in zip(sets, cuts, strict=False)]
    true = sum(share[vendor] for vendor in set().union(*sets))
    assert certain_share(rows) <= true + 1e-9


def test_sets_that_share_a_vendor_are_not_added_up() -> None:
    assert certain_share([(frozenset("ab"), 0.57), (frozenset("a"), 0.5), (frozenset("c"), 0.1)]) == pytest.approx(0.67)
    assert certain_share([]) == 0
