"""Drawings and maps: what is filled, what is hatched, that shapes differ without colour, and where each mark stands."""

import json
import re
from dataclasses import replace
from datetime import date
from itertools import combinations, pairwise
from math import acos, cos, hypot, radians, sin
from pathlib import Path
from xml.etree import ElementTree

import make_borders
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenet.dossier.carrier_bars import certain_share
from provenet.dossier.drawings import site_map
from provenet.dossier.drawings import site_map as world
from provenet.dossier.drawings.canvas import PALETTE, standalone
from provenet.dossier.drawings.flow_map import Flow, flow_map, great_circle, kept, placed, position, ribbon
from provenet.dossier.drawings.network_map import ExposedPair, LinkMark, NetworkDrawing, NodeMark, network_map
from provenet.dossier.drawings.share_bars import outcome_mark, share_bar
from provenet.dossier.drawings.timelines import Lane, Mark, lanes
from unit.dossier.svg_reading import SVG, numbers, words


def ends() -> st.SearchStrategy[tuple[float, float]]:
    return st.tuples(st.floats(0, 1), st.floats(0, 1)).map(lambda pair: (min(pair), max(pair)))


@given(ends())
def test_a_share_bar_is_filled_to_the_lower_end_and_hatched_to_the_upper(pair: tuple[float, float]) -> None:
    low, high = pair
    svg = share_bar(low, high, key="k", width=400)
    assert sum(numbers(svg, "f-solid")) == pytest.approx(400 * low, abs=0.01)
    assert sum(numbers(svg, "hatch")) == pytest.approx(400 * (high - low), abs=0.01)


def test_a_known_share_has_nothing_hatched() -> None:
    assert "pattern" not in share_bar(0.4, 0.4, key="k")


def test_outcomes_differ_by_shape_alone() -> None:
    outcomes = ("restricted", "conditional", "clear", "undetermined", "no rule in force")
    shapes = set()
    for word in outcomes:
        svg = outcome_mark(word, "").replace(word, "")
        shapes.add(re.sub(r' class="[^"]*"', "", svg))
    assert len(shapes) == len(outcomes)


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
    return [Mark(str(n), date(2020, 1, 1), date(2020, 1, 1)) for n in range(count)]


def test_events_of_one_day_are_stacked_and_one_of_a_year_is_as_long() -> None:
    rows = [Lane("Rules", tuple(marks_of(6))), Lane("Terms", (Mark("7", date(2020, 1, 1), date(2021, 1, 1)),))]
    svg = lanes(rows, date(2022, 1, 1), "1 January 2022", title="t", key="k")
    events = list(zip(numbers(svg, "f-solid", "x"), numbers(svg, "f-solid", "y"), strict=True))
    assert len(set(events)) == len(events) == 7
    assert len({x for x, _ in events[:6]}) == 1 and len({y for _, y in events[:6]}) == 6
    widths = numbers(svg, "f-solid")
    assert widths[6] > 5 * widths[0] and "1 January 2022" in svg


def test_text_in_a_drawing_is_escaped() -> None:
    svg = lanes([Lane("<b>&\x00", tuple(marks_of(1)))], date(2020, 1, 1), "</svg>", title='a"b<c', key="k")
    assert set(words(svg)) == {"<b>&\ufffd", "0", "</svg>", "2020"}
    assert ElementTree.fromstring(svg).get("aria-label") == 'a"b<c'


def test_a_drawing_for_the_pdf_brings_its_own_colours() -> None:
    svg = standalone(share_bar(0.2, 0.4, key="k"), "Some Font")
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


PLACES = {"a": (50.0, 8.0), "b": (51.0, 9.0), "c": (49.0, 9.0), "d": (50.0, 10.0)}
STATES = {"a": ("clear", None), "b": ("restricted", None), "c": ("unknown", "vendor"), "d": ("unknown", "element")}


def drawing(places: dict[str, tuple[float, float]] = PLACES, **cells: object) -> NetworkDrawing:
    nodes = tuple(
        NodeMark(
            name=name,
            lat=places.get(name, (None, None))[0],
            lon=places.get(name, (None, None))[1],
            state=state,
            because=why,
        )
        for name, (state, why) in STATES.items()
    )
    links = (LinkMark(source="a", target="b", state="restricted"), LinkMark(source="c", target="d"))
    given: dict[str, object] = {"country": "Germany", "nodes": nodes, "links": links, "exposed": (), "steered": ()}
    return NetworkDrawing(**given | cells)  # type: ignore[arg-type]


def test_each_state_has_a_shape_and_a_word() -> None:
    svg = network_map(drawing(), "k", title="A network")
    assert {"restricted", "clear", "unknown: a vendor", "unknown: no element", "restricted link"} <= set(words(svg))
    assert set("abcd") < set(words(svg))
    assert 'fill="url(#vendork)"' in svg
    assert svg.count('class="f-restricted fs-paper"') == 2  # the node and its mark in the legend


def test_demands_and_paths_are_drawn_and_named() -> None:
    pairs = (ExposedPair(source="a", target="d", certain=True), ExposedPair(source="a", target="c", certain=False))
    svg = network_map(drawing(exposed=pairs, steered=(("a", "c", "d"),)), "k", title="A network")
    assert {"exposed demand", "perhaps exposed", "steered path"} <= set(words(svg))
    assert svg.count('stroke-width="7"') == 3  # two links of the path, and the legend
    assert svg.count("Q") == 2


@pytest.mark.parametrize("places", [{}, {"a": (50.0, 8.0)}])
def test_without_positions_the_nodes_stand_on_a_circle(places: dict[str, tuple[float, float]]) -> None:
    made = drawing(places)
    assert not made.has_positions
    svg = network_map(made, "k", title="A network")
    assert set("abcd") < set(words(svg))
    assert "clip-path" not in svg.partition("<line")[0] or "f-sea" not in svg


def test_a_node_without_a_position_is_counted_and_not_drawn() -> None:
    made = drawing({name: PLACES[name] for name in "abc"})
    assert made.placeless_count == 1
    assert "d" not in words(network_map(made, "k", title="A network"))


def test_all_nodes_at_one_place_are_drawn() -> None:
    svg = network_map(drawing(dict.fromkeys("abcd", (50.0, 8.0))), "k", title="A network")
    assert "nan" not in svg
    assert "inf" not in svg.replace("information", "")


def test_hostile_names_are_text() -> None:
    node = NodeMark(name="<script>", lat=50.0, lon=8.0, state="clear")
    svg = network_map(drawing(nodes=(node, node)), "k", title="<b>")
    assert "<script>" not in svg
    ElementTree.fromstring(svg)


def test_what_fails_is_crossed_out_and_named() -> None:
    plain = network_map(drawing(), "k", title="A network")
    nodes = tuple(replace(node, fails=node.name == "a") for node in drawing().nodes)
    links = (LinkMark(source="a", target="b", fails=True), LinkMark(source="c", target="gone", fails=True))
    svg = network_map(drawing(nodes=nodes, links=links), "k", title="A network")
    assert "fails" in words(svg)
    assert "fails" not in words(plain)
    # A cross is four lines: one on the node, one on the link that is drawn, one in the legend.
    assert svg.count('class="s-paper"') - plain.count('class="s-paper"') == 2 * 3


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


ROOT = Path(__file__).resolve().parents[3]
SHARED = ROOT.parent / "shared" / "data" / "geo" / "natural-earth"
OKINAWA = [
    site_map.SiteSpot((n,), lat, lon)
    for n, (lat, lon) in enumerate(((26.3, 127.8), (26.4, 127.8), (26.5, 127.9), (26.7, 127.8)), 1)
]


def test_the_border_file_is_small_and_says_where_it_comes_from() -> None:
    path = ROOT / "src" / "provenet" / "dossier" / "borders.json"
    assert path.stat().st_size < 400_000
    assert json.loads(path.read_text("utf-8"))["about"].startswith("Natural Earth 4.1 (public domain)")


@pytest.mark.parametrize("country", ["Germany", "Italy", "Japan", "germany"])
def test_shown_countries_have_borders(country: str) -> None:
    assert site_map.has_country(country)


def test_a_country_without_borders_is_told_apart() -> None:
    assert not site_map.has_country("Atlantis")


@pytest.mark.parametrize(
    ("country", "inside"), [("Germany", (10.0, 51.0)), ("Italy", (12.5, 42.5)), ("Japan", (138.5, 36.5))]
)
def test_the_box_holds_the_country_and_its_sites(country: str, inside: tuple[float, float]) -> None:
    west, south, east, north = site_map.country_box(country, OKINAWA if country == "Japan" else [])
    assert west < inside[0] < east
    assert south < inside[1] < north
    assert east - west < 30
    if country == "Japan":
        assert south < 26.3


def test_neighbours_share_one_border() -> None:
    germany = {p for ring in site_map.rings("near")["Germany"] for p in ring}
    poland = {p for ring in site_map.rings("near")["Poland"] for p in ring}
    assert len(germany & poland) > 10


def test_every_ring_is_closed() -> None:
    assert [
        name
        for layer in ("near", "world")
        for name, found in site_map.rings(layer).items()
        if any(r[0] != r[-1] for r in found)
    ] == []


def test_the_committed_file_is_what_the_script_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not SHARED.is_dir():
        pytest.skip("the Natural Earth files are not beside this checkout")
    monkeypatch.setattr(make_borders, "OUT", tmp_path / "borders.json")
    make_borders.main(str(SHARED))
    made = (tmp_path / "borders.json").read_bytes()
    assert made == (ROOT / "src" / "provenet" / "dossier" / "borders.json").read_bytes()


def test_a_dense_group_is_found_and_a_thin_one_is_not() -> None:
    assert site_map.clusters([*OKINAWA, site_map.SiteSpot((9,), 35.0, 139.0)]) == [
        sorted(OKINAWA, key=lambda p: (p.lat, p.lon))
    ]
    assert site_map.clusters(OKINAWA[:3]) == []


def test_no_line_is_longer_than_from_a_dot_to_its_number() -> None:
    svg = site_map.site_map("Japan", OKINAWA, "k")
    lines = list(ElementTree.fromstring(svg).iter(SVG + "line"))
    lengths = [
        hypot(*(float(e.get(a, "0")) - float(e.get(b, "0")) for a, b in (("x1", "x2"), ("y1", "y2")))) for e in lines
    ]
    assert max(lengths, default=0) < 100


def test_each_site_has_one_dot_and_one_number() -> None:
    svg = site_map.site_map("Japan", [*OKINAWA, site_map.SiteSpot((5, 6), 35.5, 139.4)], "k")
    root = ElementTree.fromstring(svg)
    assert len(list(root.iter(SVG + "circle"))) == 5
    numbers = [e.text for e in root.iter(SVG + "text")]
    assert [n for n in numbers if n and re.fullmatch(r"[0-9, ]+", n)].count("5, 6") == 1
    assert {"1", "2", "3", "4"} <= set(numbers)


def test_numbers_of_sites_do_not_cover_each_other() -> None:
    places = [site_map.SiteSpot((n,), 50.0 + n % 5 / 10, 10.0 + n // 5 / 10) for n in range(20)]
    root = ElementTree.fromstring(site_map.site_map("Germany", places, "k"))
    texts = [e for e in root.iter(SVG + "text") if (e.text or "").isdigit()]
    boxes = [(float(e.get("x", "0")), float(e.get("y", "0")), 3.1 * len(e.text or "")) for e in texts]
    assert len(boxes) == 20
    assert all(abs(a[0] - b[0]) >= a[2] + b[2] - 0.2 or abs(a[1] - b[1]) >= 11.9 for a, b in combinations(boxes, 2))


def test_a_frame_keeps_what_it_shows_inside() -> None:
    frame = site_map.MapFrame((5.0, 47.0, 15.0, 55.0), (10, 20, 300, 400))
    for lon, lat in ((5.0, 47.0), (15.0, 55.0), (10.0, 51.0)):
        x, y = frame.at(lon, lat)
        assert 10 <= x <= 310
        assert 20 <= y <= 420


def test_borders_are_read_once() -> None:
    assert world.rings("near") is world.rings("near")


@pytest.mark.parametrize("box", [(5.0, 47.0, 15.0, 55.0), (122.0, 24.0, 154.0, 46.0), (-10.0, -60.0, 40.0, -20.0)])
def test_the_degrees_that_a_frame_shows_are_those_of_its_corners(box: tuple[float, float, float, float]) -> None:
    frame = site_map.MapFrame(box, (10, 20, 300, 400))
    west, south, east, north = frame.seen()
    assert frame.at(west, north) == pytest.approx((10, 20))
    assert frame.at(east, south) == pytest.approx((310, 420))
    assert west <= box[0] and south <= box[1] and east >= box[2] and north >= box[3]


def test_a_ring_over_the_180th_meridian_crosses_no_map() -> None:
    frame = site_map.MapFrame((-180.0, -60.0, 180.0, 80.0), (0, 0, 720, 280))
    ring = [(170.0, 60.0), (179.0, 60.0), (-178.0, 65.0), (-178.0, 70.0), (179.0, 70.0), (170.0, 70.0), (170.0, 60.0)]
    xs = [float(point.split()[0]) for point in site_map.trace(ring, frame).strip("MZ").split("L")]
    assert max(xs) - min(xs) < 60
