"""Maps of a country and of the world: Natural Earth borders from a bundled file, no tile server.

Borders and names imply no position. Sites are dots at 0.1 degree with a number; where many lie close, a second map
shows them larger. Nothing joins a site to a carrier.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from math import cos, radians
from typing import Any

from provenet.core.countries import countries
from provenet.core.grouping import grouped
from provenet.core.ids import fold
from provenet.dossier.drawings.canvas import Canvas

Ring = list[tuple[float, float]]
Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


@dataclass(frozen=True)
class SiteSpot:
    """Sites at one rounded position: the numbers they bear in the table, latitude and longitude in degrees."""

    numbers: tuple[int, ...]
    lat: float
    lon: float

    @property
    def label(self) -> str:
        """1, 2 or 3-5: the numbers as a map shows them."""
        return ", ".join(str(n) for n in self.numbers)


def at_half_degrees(positions: Sequence[tuple[int, float, float]]) -> list[SiteSpot]:
    """Places of sites given by number, latitude and longitude, rounded to half a degree; those of one place are one.

    >>> at_half_degrees([(1, 49.3, 10.6), (2, 49.6, 10.4), (3, -0.2, 7.3)])
    [SiteSpot(numbers=(3,), lat=0.0, lon=7.5), SiteSpot(numbers=(1, 2), lat=49.5, lon=10.5)]
    """
    found = grouped(((round(lat * 2) / 2 + 0.0, round(lon * 2) / 2 + 0.0), number) for number, lat, lon in positions)
    return [SiteSpot(tuple(sorted(numbers)), lat, lon) for (lat, lon), numbers in sorted(found.items())]


@lru_cache(maxsize=1)
def _borders() -> dict[str, Any]:
    text = resources.files("provenet").joinpath("dossier", "borders.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@lru_cache(maxsize=2)
def rings(layer: str) -> dict[str, list[Ring]]:
    """Rings of degrees by country name, of the layer `near` (1:50 m) or `world` (1:110 m)."""
    data = _borders()[layer]
    per_degree = data["per_degree"]
    arcs = [_degrees(flat, per_degree) for flat in data["arcs"]]
    by_country: dict[str, list[Ring]] = {}
    for name, lists in data["countries"].items():
        by_country[name] = [_ring(arcs, numbers) for numbers in lists]
    return by_country


@lru_cache(maxsize=2)
def _boxes(layer: str) -> dict[str, list[Box]]:
    """The degrees that each ring spans, by country name."""
    return {name: [_box_of(ring) for ring in found] for name, found in rings(layer).items()}


def _degrees(flat: Sequence[int], per_degree: int) -> Ring:
    x = y = 0
    points = []
    for i in range(0, len(flat), 2):
        x, y = x + flat[i], y + flat[i + 1]
        points.append((x / per_degree, y / per_degree))
    return points


def _ring(arcs: Sequence[Ring], numbers: Sequence[int]) -> Ring:
    points: Ring = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        points.extend(arc if not points else arc[1:])
    return points


def has_country(country: str) -> bool:
    """Whether the bundled borders name the country."""
    return any(fold(name) == fold(country) for name in rings("near"))


def country_box(country: str, places: Sequence[SiteSpot]) -> Box:
    """The box of a country's larger parts and its sites; far islands without a site are left out."""
    parts = [box for name, found in _boxes("near").items() if fold(name) == fold(country) for box in found]
    parts.sort(key=lambda b: (b[2] - b[0]) * (b[3] - b[1]), reverse=True)
    kept: list[Box] = parts[:1]
    for box in parts[1:]:
        whole = _join([*kept])
        if box[0] < whole[2] + 4 and box[2] > whole[0] - 4 and box[1] < whole[3] + 3 and box[3] > whole[1] - 3:
            kept.append(box)
    kept += [(p.lon, p.lat, p.lon, p.lat) for p in places]
    west, south, east, north = _join(kept) if kept else (-180.0, -60.0, 180.0, 80.0)
    pad = 0.06 * max(east - west, north - south, 1.0)
    return west - pad, south - pad, east + pad, north + pad


def _box_of(ring: Ring) -> Box:
    """The degrees that a ring spans."""
    xs, ys = [p[0] for p in ring], [p[1] for p in ring]
    return min(xs), min(ys), max(xs), max(ys)


def _join(boxes: Sequence[Box]) -> Box:
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)


def clusters(places: Sequence[SiteSpot], reach: float = 0.75, least: int = 4) -> list[list[SiteSpot]]:
    """Groups of at least `least` places, each within `reach` degrees of another; the largest first."""
    left = sorted(places, key=lambda p: (p.lat, p.lon))
    found = []
    while left:
        group, edge = [left.pop(0)], 0
        while edge < len(group):
            here = group[edge]
            near = [p for p in left if abs(p.lat - here.lat) <= reach and abs(p.lon - here.lon) <= reach]
            left = [p for p in left if p not in near]
            group += near
            edge += 1
        if len(group) >= least:
            found.append(group)
    return sorted(found, key=lambda g: (-len(g), g[0].lat, g[0].lon))


class MapFrame:
    """One map inside a canvas: degrees to px, equirectangular about the box's middle latitude."""

    def __init__(self, box: Box, place: tuple[float, float, float, float]) -> None:
        self.box = box
        self.x0, self.y0, self.width, self.height = place
        width, height = self.width, self.height
        squeeze = cos(radians(max(-80.0, min(80.0, (box[1] + box[3]) / 2))))
        across = max(1e-6, (box[2] - box[0]) * squeeze)
        self.scale = min(width / across, height / max(1e-6, box[3] - box[1]))
        self.squeeze = squeeze

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        """The px of a position."""
        middle_x, middle_y = (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2
        x = self.x0 + self.width / 2 + (lon - middle_x) * self.squeeze * self.scale
        return x, self.y0 + self.height / 2 - (lat - middle_y) * self.scale

    def seen(self) -> Box:
        """The degrees the whole frame shows."""
        half_x, half_y = self.width / 2 / self.scale / self.squeeze, self.height / 2 / self.scale
        middle_x, middle_y = (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2
        return middle_x - half_x, middle_y - half_y, middle_x + half_x, middle_y + half_y

    def shows(self, box: Box) -> bool:
        """Whether any of a box lies inside."""
        west, south, east, north = self.seen()
        return not (box[2] < west or box[0] > east or box[3] < south or box[1] > north)


def draw_land(canvas: Canvas, frame: MapFrame, country: str, *, name: str, layer: str = "near") -> None:
    """Sea, land and borders inside a frame; the dossier's country in a lighter tint."""
    canvas.rect((frame.x0, frame.y0, frame.width, frame.height), "f-sea")
    clip = canvas.clip((frame.x0, frame.y0, frame.width, frame.height), name)
    others: list[str] = []
    own: list[str] = []
    for label, path in outlines(layer, frame).items():
        (own if fold(label) == fold(country) else others).append(path)
    for paths, css in ((others, "f-land fs-paper"), (own, "f-here fs-soft")):
        if paths:
            canvas.path("".join(paths), css, f'{clip} stroke-width=".8" stroke-linejoin="round" fill-rule="evenodd"')


def outlines(layer: str, frame: MapFrame, *, least_px: float = 0.0) -> Mapping[str, str]:
    """The path of each country that a frame shows, by name; rings no larger than `least_px` are left out."""
    return _outlines(layer, frame.box, (frame.x0, frame.y0, frame.width, frame.height), least_px=least_px)


@lru_cache(maxsize=64)
def _outlines(layer: str, box: Box, place: Box, *, least_px: float) -> Mapping[str, str]:
    """The same by what a frame is made of: pages of one country show the same map."""
    frame = MapFrame(box, place)
    made: dict[str, str] = {}
    for name, found in sorted(rings(layer).items()):
        paths = [
            trace(ring, frame)
            for ring, (west, south, east, north) in zip(found, _boxes(layer)[name], strict=True)
            if frame.shows((west, south, east, north)) and max(east - west, north - south) * frame.scale > least_px
        ]
        if any(paths):
            made[name] = "".join(paths)
    return made


def trace(ring: Ring, frame: MapFrame) -> str:
    """The path of a ring in a frame; empty where it is too small to see. A ring over the 180th meridian goes on."""
    points = []
    last = None
    turn = 0.0
    for at, (lon, lat) in enumerate(ring):
        step = lon - ring[at - 1][0] if at else 0.0
        turn += -360.0 if step > 180 else 360.0 if step < -180 else 0.0
        x, y = frame.at(lon + turn, lat)
        here = (round(x, 1), round(y, 1))
        if here != last:
            points.append(f"{here[0]:g} {here[1]:g}")
            last = here
    return f"M{'L'.join(points)}Z" if len(points) > 2 else ""


def draw_places(canvas: Canvas, frame: MapFrame, places: Sequence[SiteSpot], *, avoid: Sequence[Box] = ()) -> None:
    """Dots with numbers beside them; a number moves away from dots and other numbers, with a short leader."""
    spots = [frame.at(p.lon, p.lat) for p in places]
    taken: list[Box] = [(x - 4, y - 4, x + 4, y + 4) for x, y in spots] + list(avoid)
    order = sorted(range(len(places)), key=lambda i: (spots[i][1], spots[i][0], places[i].numbers))
    for i in order:
        (x, y), label = spots[i], places[i].label
        wide = 6.2 * len(label) + 2
        box, distance = _free_place((x, y), frame, wide=wide, taken=taken)
        taken.append(box)
        middle_x, middle_y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        if distance > 12:
            edge_x = min(max(x, box[0]), box[2])
            edge_y = min(max(y, box[1]), box[3])
            canvas.line((x, y), (edge_x, edge_y), "s-soft", width=0.7)
        canvas.text((middle_x, middle_y + 3.8), label, 11, css="t-strong t-halo", anchor="middle")
    for x, y in spots:
        canvas.circle((x, y), 3.4, "f-solid fs-paper", extra=' stroke-width="1"')


def _free_place(spot: tuple[float, float], frame: MapFrame, *, wide: float, taken: Sequence[Box]) -> tuple[Box, float]:
    x, y = spot
    for distance, (dx, dy) in _ring_of_offsets():
        left = x + dx - (wide if dx < -2 else wide / 2 if abs(dx) <= 2 else 0)
        box = (left, y + dy - 6, left + wide, y + dy + 6)
        inside = box[0] > frame.x0 + 2 and box[2] < frame.x0 + frame.width - 2
        inside = inside and box[1] > frame.y0 + 2 and box[3] < frame.y0 + frame.height - 2
        if inside and not any(box[0] < t[2] and box[2] > t[0] and box[1] < t[3] and box[3] > t[1] for t in taken):
            return box, distance
    return (x + 6, y - 6, x + 6 + wide, y + 6), 6


def _ring_of_offsets() -> Iterator[tuple[float, tuple[float, float]]]:
    turns = ((1, 0), (-1, 0), (0, -1), (0, 1), (0.8, -0.7), (0.8, 0.7), (-0.8, -0.7), (-0.8, 0.7))
    for distance in (8, 10, 13, 18, 24, 31, 39, 48, 60, 75, 95):
        for dx, dy in turns:
            yield distance, (dx * distance, dy * distance)


def site_map(
    country: str,
    places: Sequence[SiteSpot],
    key: str,
    *,
    width: float = 720,
    height: float = 520,
    step_deg: float = 0.1,
) -> str:
    """The country with its sites, a locator of the world, and a larger view of the densest group of sites.

    `step_deg` is what positions are rounded to.
    """
    title = f"Map of {country} with {len(places)} positions of sites, to {step_deg:g} degree"
    canvas = Canvas(width, height, title, key=key)
    groups = clusters(places)
    side = 236.0
    main = MapFrame(country_box(country, places), (0, 0, width - side - 12, height))
    draw_land(canvas, main, country, name="m")
    inset = groups[0] if groups and _crowded(groups[0], main) else []
    shown = [p for p in places if p not in inset]
    if inset:
        _inset_mark(canvas, main, inset)
    draw_places(canvas, main, shown)
    canvas.rect((0, 0, main.width, main.height), "s-line", ' stroke-width="1"')
    _locator(canvas, country, main, place=(width - side, 0, side, 150))
    if inset:
        _inset(canvas, country, inset, place=(width - side, 176, side, height - 176))
    return canvas.svg()


def _crowded(group: Sequence[SiteSpot], frame: MapFrame) -> bool:
    box = _join([(p.lon, p.lat, p.lon, p.lat) for p in group])
    across = max((box[2] - box[0]) * frame.squeeze, box[3] - box[1]) * frame.scale
    return across / len(group) < 26


def _inset_mark(canvas: Canvas, frame: MapFrame, group: Sequence[SiteSpot]) -> None:
    west, south, east, north = _join([(p.lon, p.lat, p.lon, p.lat) for p in group])
    left, top = frame.at(west, north)
    right, bottom = frame.at(east, south)
    canvas.rect((left - 6, top - 6, right - left + 12, bottom - top + 12), "s-ink", ' stroke-width="1.2"')
    canvas.text((right + 9, top + 2), "A", 11, css="t-strong t-halo")


def _locator(canvas: Canvas, country: str, main: MapFrame, *, place: tuple[float, float, float, float]) -> None:
    frame = MapFrame((-170.0, -56.0, 180.0, 80.0), place)
    draw_land(canvas, frame, country, name="w", layer="world")
    west, south, east, north = main.box
    left, top = frame.at(west, north)
    right, bottom = frame.at(east, south)
    canvas.rect((left, top, max(5.0, right - left), max(5.0, bottom - top)), "s-ink", ' stroke-width="1.2"')
    canvas.rect(place, "s-line", ' stroke-width="1"')


def _inset(
    canvas: Canvas, country: str, group: Sequence[SiteSpot], *, place: tuple[float, float, float, float]
) -> None:
    x, y, _, _ = place
    west, south, east, north = _join([(p.lon, p.lat, p.lon, p.lat) for p in group])
    pad = 0.25
    frame = MapFrame((west - pad, south - pad, east + pad, north + pad), place)
    draw_land(canvas, frame, country, name="i")
    draw_places(canvas, frame, group, avoid=[(x, y, x + 70, y + 24)])
    canvas.text((x + 8, y + 17), "A, larger", 11, css="t-strong t-halo")
    canvas.rect(place, "s-ink", ' stroke-width="1.2"')


@dataclass(frozen=True)
class Shade:
    """A country with the ends of its share; `at` is where its name is written, if anywhere."""

    country: str
    low: float
    high: float
    at: tuple[float, float] | None = None


STEPS = (0.1, 0.25, 0.5, 0.75)
"""Ends of the classes of the map, as shares."""
_OPACITY = (0.14, 0.32, 0.52, 0.74, 1.0)
_NARROW = 0.25
"""An interval wider than this is no class of its own: the country is hatched."""


EUROPE = (-24.0, 33.0, 45.0, 71.0)
WORLD = (-140.0, -38.0, 178.0, 76.0)
_BESIDE = 274.0
"""Width of the small map of the world, right of that of Europe."""


def world_map(
    shades: Sequence[Shade], here: str, key: str, *, width: float = 760, height: float = 380, near: str = "near"
) -> str:
    """Europe, and the world beside it: countries by the low end of their share, hatched where its ends lie
    far apart, plain without one. `near` is the layer of borders that Europe is drawn from; `world` is a tenth as long.
    """
    canvas = Canvas(width, height + 26, f"Map of {len(shades)} countries with a share on record", key=key)
    held = {countries().code(one.country): one for one in shades}
    europe = MapFrame(EUROPE, (0, 0, width - _BESIDE - 10, height))
    world = MapFrame(WORLD, (width - _BESIDE, 0, _BESIDE, 150))
    for frame, layer, name in ((europe, near, "e"), (world, "world", "w")):
        _shaded(
            canvas,
            frame,
            held,
            here=here,
            clip=canvas.clip((frame.x0, frame.y0, frame.width, frame.height), name),
            layer=layer,
        )
    for name, at in ((shade.country, shade.at) for shade in shades if shade.at):
        canvas.text((europe if europe.shows((*at, *at)) else world).at(*at), name, 12, css="t-halo", anchor="middle")
    _key(canvas, width - _BESIDE, 180)
    return canvas.svg()


_DOT = 1.5
"""Islands no larger than so many px are left out."""


def _shaded(
    canvas: Canvas, frame: MapFrame, held: Mapping[str | None, Shade], *, here: str, clip: str, layer: str
) -> None:
    canvas.rect((frame.x0, frame.y0, frame.width, frame.height), "f-sea")
    book = countries()
    outline = ""
    for name, d in outlines(layer, frame, least_px=_DOT).items():
        code = book.code(name)
        shade = held.get(code) if code else None
        canvas.path(d, "f-land fs-paper", f'{clip} stroke-width="0.5"')
        if shade is not None and shade.high - shade.low > _NARROW:
            canvas.hatched(d, "verdict", clip)
        elif shade is not None:
            at = sum(shade.low >= step for step in STEPS)
            canvas.path(d, "f-solid fs-paper", f'{clip} fill-opacity="{_OPACITY[at]}" stroke-width="0.5"')
        outline = d if code and code == book.code(here) else outline
    if outline:
        canvas.path(outline, "s-ink", f'{clip} stroke-width="1.2"')


def _key(canvas: Canvas, x: float, y: float) -> None:
    """What the shades mean, one under the other."""
    names = ("under a tenth", "up to a quarter", "up to a half", "up to three quarters", "more")
    for words, opacity in zip(names, _OPACITY, strict=True):
        canvas.rect((x, y - 9, 18, 11), "f-solid", f' fill-opacity="{opacity}"')
        canvas.text((x + 25, y), words, 11.5)
        y += 19
    canvas.hatch((x, y - 9, 18, 11), "verdict")
    canvas.text((x + 25, y), "the ends of the figure lie far apart", 11.5)
    canvas.rect((x, y + 10, 18, 11), "f-land")
    canvas.text((x + 25, y + 19), "no usable figure on record", 11.5)
