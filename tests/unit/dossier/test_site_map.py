"""The map: borders from the bundled file, sites at a tenth of a degree, and no line from a site to anything."""

import json
import re
from itertools import combinations
from math import hypot
from pathlib import Path
from xml.etree import ElementTree

import make_borders
import pytest

from provenet.dossier.drawings import site_map as world
from provenet.dossier.drawings.site_map import (
    MapFrame,
    SiteSpot,
    clusters,
    country_box,
    has_country,
    rings,
    site_map,
    trace,
)

ROOT = Path(__file__).resolve().parents[3]
SHARED = ROOT.parent / "shared" / "data" / "geo" / "natural-earth"
SVG = "{http://www.w3.org/2000/svg}"
OKINAWA = [
    SiteSpot((n,), lat, lon)
    for n, (lat, lon) in enumerate(((26.3, 127.8), (26.4, 127.8), (26.5, 127.9), (26.7, 127.8)), 1)
]


def test_the_border_file_is_small_and_says_where_it_comes_from() -> None:
    path = ROOT / "src" / "provenet" / "dossier" / "borders.json"
    assert path.stat().st_size < 400_000
    assert json.loads(path.read_text("utf-8"))["about"].startswith("Natural Earth 4.1 (public domain)")


@pytest.mark.parametrize("country", ["Germany", "Italy", "Japan", "germany"])
def test_shown_countries_have_borders(country: str) -> None:
    assert has_country(country)


def test_a_country_without_borders_is_told_apart() -> None:
    assert not has_country("Atlantis")


@pytest.mark.parametrize(
    ("country", "inside"), [("Germany", (10.0, 51.0)), ("Italy", (12.5, 42.5)), ("Japan", (138.5, 36.5))]
)
def test_the_box_holds_the_country_and_its_sites(country: str, inside: tuple[float, float]) -> None:
    west, south, east, north = country_box(country, OKINAWA if country == "Japan" else [])
    assert west < inside[0] < east
    assert south < inside[1] < north
    assert east - west < 30
    if country == "Japan":
        assert south < 26.3


def test_neighbours_share_one_border() -> None:
    germany = {p for ring in rings("near")["Germany"] for p in ring}
    poland = {p for ring in rings("near")["Poland"] for p in ring}
    assert len(germany & poland) > 10


def test_every_ring_is_closed() -> None:
    assert [
        name for layer in ("near", "world") for name, found in rings(layer).items() if any(r[0] != r[-1] for r in found)
    ] == []


def test_the_committed_file_is_what_the_script_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not SHARED.is_dir():
        pytest.skip("the Natural Earth files are not beside this checkout")
    monkeypatch.setattr(make_borders, "OUT", tmp_path / "borders.json")
    make_borders.main(str(SHARED))
    made = (tmp_path / "borders.json").read_bytes()
    assert made == (ROOT / "src" / "provenet" / "dossier" / "borders.json").read_bytes()


def test_a_dense_group_is_found_and_a_thin_one_is_not() -> None:
    assert clusters([*OKINAWA, SiteSpot((9,), 35.0, 139.0)]) == [sorted(OKINAWA, key=lambda p: (p.lat, p.lon))]
    assert clusters(OKINAWA[:3]) == []


def test_no_line_is_longer_than_from_a_dot_to_its_number() -> None:
    svg = site_map("Japan", OKINAWA, "k")
    lines = list(ElementTree.fromstring(svg).iter(SVG + "line"))
    lengths = [
        hypot(*(float(e.get(a, "0")) - float(e.get(b, "0")) for a, b in (("x1", "x2"), ("y1", "y2")))) for e in lines
    ]
    assert max(lengths, default=0) < 100


def test_each_site_has_one_dot_and_one_number() -> None:
    svg = site_map("Japan", [*OKINAWA, SiteSpot((5, 6), 35.5, 139.4)], "k")
    root = ElementTree.fromstring(svg)
    assert len(list(root.iter(SVG + "circle"))) == 5
    numbers = [e.text for e in root.iter(SVG + "text")]
    assert [n for n in numbers if n and re.fullmatch(r"[0-9, ]+", n)].count("5, 6") == 1
    assert {"1", "2", "3", "4"} <= set(numbers)


def test_numbers_of_sites_do_not_cover_each_other() -> None:
    places = [SiteSpot((n,), 50.0 + n % 5 / 10, 10.0 + n // 5 / 10) for n in range(20)]
    root = ElementTree.fromstring(site_map("Germany", places, "k"))
    texts = [e for e in root.iter(SVG + "text") if (e.text or "").isdigit()]
    boxes = [(float(e.get("x", "0")), float(e.get("y", "0")), 3.1 * len(e.text or "")) for e in texts]
    assert len(boxes) == 20
    assert all(abs(a[0] - b[0]) >= a[2] + b[2] - 0.2 or abs(a[1] - b[1]) >= 11.9 for a, b in combinations(boxes, 2))


def test_a_frame_keeps_what_it_shows_inside() -> None:
    frame = MapFrame((5.0, 47.0, 15.0, 55.0), (10, 20, 300, 400))
    for lon, lat in ((5.0, 47.0), (15.0, 55.0), (10.0, 51.0)):
        x, y = frame.at(lon, lat)
        assert 10 <= x <= 310
        assert 20 <= y <= 420


def test_borders_are_read_once() -> None:
    assert world.rings("near") is world.rings("near")


@pytest.mark.parametrize("box", [(5.0, 47.0, 15.0, 55.0), (122.0, 24.0, 154.0, 46.0), (-10.0, -60.0, 40.0, -20.0)])
def test_the_degrees_that_a_frame_shows_are_those_of_its_corners(box: tuple[float, float, float, float]) -> None:
    frame = MapFrame(box, (10, 20, 300, 400))
    west, south, east, north = frame.seen()
    assert frame.at(west, north) == pytest.approx((10, 20))
    assert frame.at(east, south) == pytest.approx((310, 420))
    assert west <= box[0] and south <= box[1] and east >= box[2] and north >= box[3]


def test_a_ring_over_the_180th_meridian_crosses_no_map() -> None:
    frame = MapFrame((-180.0, -60.0, 180.0, 80.0), (0, 0, 720, 280))
    ring = [(170.0, 60.0), (179.0, 60.0), (-178.0, 65.0), (-178.0, 70.0), (179.0, 70.0), (170.0, 70.0), (170.0, 60.0)]
    xs = [float(point.split()[0]) for point in trace(ring, frame).strip("MZ").split("L")]
    assert max(xs) - min(xs) < 60
