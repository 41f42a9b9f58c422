"""The map of routes: bands follow great circles, are as wide as shares, and what is uncertain is hatched."""

import re
from itertools import pairwise
from math import acos, cos, hypot, radians, sin

import pytest

from provenet.dossier.drawings.flow_map import Flow, flow_map, great_circle, kept, placed, position, ribbon

FRANKFURT, TOKYO, BOSTON = (8.7, 50.1), (139.7, 35.7), (-71.1, 42.4)


def angle(one: tuple[float, float], two: tuple[float, float]) -> float:
    (a, b), (c, d) = [(radians(x), radians(y)) for x, y in (one, two)]
    return acos(max(-1.0, min(1.0, sin(b) * sin(d) + cos(b) * cos(d) * cos(a - c))))


@pytest.mark.parametrize(("start", "end"), [(FRANKFURT, BOSTON), (TOKYO, BOSTON), (BOSTON, TOKYO), (FRANKFURT, TOKYO)])
def test_equal_steps_on_the_shortest_way(start: tuple[float, float], end: tuple[float, float]) -> None:
    course = great_circle(start, end, steps=20)
    whole = angle(start, end)
    assert course[0] == pytest.approx(start)
    assert angle(course[-1], end) == pytest.approx(0, abs=1e-6)
    for step, spot in enumerate(course):
        assert angle(start, spot) == pytest.approx(whole * step / 20, abs=1e-6)
        assert angle(spot, end) == pytest.approx(whole * (1 - step / 20), abs=1e-6)


def test_the_pacific_is_crossed_without_a_jump() -> None:
    course = great_circle(TOKYO, BOSTON)
    assert all(abs(two[0] - one[0]) < 30 for one, two in pairwise(course))
    assert course[-1][0] == pytest.approx(BOSTON[0] + 360)


def test_a_place_to_itself_is_a_point() -> None:
    assert great_circle(TOKYO, TOKYO) == [TOKYO, TOKYO]


def test_a_ribbon_is_as_wide_as_it_says() -> None:
    numbers = [float(text) for text in re.findall(r"-?[0-9.]+", ribbon([(0, 0), (10, 0), (20, 0)], 6))]
    spots = list(zip(numbers[::2], numbers[1::2], strict=True))
    assert spots == [(0, 3), (10, 3), (20, 3), (20, -3), (10, -3), (0, -3)]


def test_countries_lie_where_they_are() -> None:
    for country, (lon, lat) in {"Germany": (10, 51), "Japan": (138, 37), "United States": (-99, 40)}.items():
        place = position(country)
        assert place is not None
        assert hypot(place[0] - lon, place[1] - lat) < 4, country
    assert placed("Singapore")
    assert not placed("Atlantis")


def test_a_country_across_the_180th_meridian_lies_on_its_land() -> None:
    """The middle of Russia lies east of the Urals, that of Fiji in the Pacific; once they lay in Alaska and Africa."""
    lon, lat = position("Russia") or (0.0, 0.0)
    assert 80 < lon < 115 and 55 < lat < 70
    lon, lat = position("Fiji") or (0.0, 0.0)
    assert 176 < lon < 180 and -19 < lat < -16


def test_certain_is_solid_and_the_rest_is_hatched() -> None:
    sure = flow_map([Flow("France", 0.5, 0.5)], "Germany", "k", title="Routes")
    wide = flow_map([Flow("France", 0.2, 0.5)], "Germany", "k", title="Routes")
    unknown = flow_map([Flow("France", 0.0, 0.5)], "Germany", "k", title="Routes")
    bands = re.compile(r'<path d="M[^"]*" class="(f-solid|hatch)"')
    assert set(bands.findall(sure)) == {"f-solid"}
    assert set(bands.findall(wide)) == {"f-solid", "hatch"}
    assert set(bands.findall(unknown)) == {"hatch"}
    assert "France: 20 to 50 %" in wide
    assert "Routes: France: 0 to 50 %" in unknown


def test_a_country_without_borders_says_so() -> None:
    assert "not on the bundled map" in flow_map([Flow("France", 0.5, 0.5)], "Atlantis", "k", title="Routes")


def test_the_greatest_with_a_place_are_kept() -> None:
    flows = [Flow("France", 0.1, 0.2), Flow("Atlantis", 0.5, 0.9), Flow("Italy", 0.3, 0.3), Flow("Spain", 0.0, 0.004)]
    shown, others = kept(flows, 1, 0.005)
    assert [flow.country for flow in shown] == ["Italy"]
    assert [flow.country for flow in others] == ["Atlantis", "France", "Spain"]
    assert [flow.country for flow in kept(flows, 9, 0.005)[0]] == ["Italy", "France"]


def test_a_country_that_thinning_left_without_area_still_has_a_place() -> None:
    assert position("Vatican") == pytest.approx((12.45, 41.9), abs=0.1)
