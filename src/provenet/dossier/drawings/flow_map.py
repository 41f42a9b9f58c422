"""Routes as bands on a map: from a country to the countries in which the networks on the way are registered.

A band is as wide as the share of routes: solid for what is certain, hatched up to the upper end. Bands follow great
circles. They show where networks are registered, never where a cable lies.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import asin, atan2, cos, degrees, fsum, hypot, radians, sin

from provenet.core import wording
from provenet.core.countries import countries
from provenet.dossier.drawings.canvas import Canvas, Point
from provenet.dossier.drawings.site_map import Box, MapFrame, Ring, outlines, rings

WIDTH, HEIGHT = 760.0, 300.0
_BESIDE = 270.0
"""Width of the small map of the world, right of that of the surroundings."""
_FULL = 22.0
"""Width of a band of all routes, in px."""
_LEAST = 1.2
"""No band is thinner, so that it can be seen; the words beside it give the share."""
_REACH = (30.0, 13.5)
"""How far the nearer map reaches east and west, and north and south, in degrees."""
_STEPS = 48


@dataclass(frozen=True)
class Flow:
    """A country in which crossed networks are registered, with the least and greatest share of routes."""

    country: str
    low: float
    high: float


def flow_map(flows: Sequence[Flow], here: str, key: str, *, title: str) -> str:
    """The surroundings of a country and the world beside it, with a band for each flow that has a place on them.

    Flows without a place on the map are left out: `placed` says which have one. The wider bands lie below.
    """
    words = "; ".join(f"{flow.country}: {wording.interval(flow.low, flow.high)}" for flow in flows)
    canvas = Canvas(WIDTH, HEIGHT, f"{title}: {words}", key=key)
    home = position(here)
    if home is None:
        canvas.text((10, 24), "This country is not on the bundled map.", 12)
        return canvas.svg()
    lon, _ = home
    near = MapFrame(_around(home), (0, 0, WIDTH - _BESIDE - 12, HEIGHT))
    world = MapFrame((lon - 180.0, -50.0, lon + 180.0, 78.0), (WIDTH - _BESIDE, 0, _BESIDE, 128))
    shown = sorted((flow for flow in flows if position(flow.country)), key=lambda one: (-one.high, one.country))
    for frame, layer, name, widest in ((near, "near", "n", _FULL), (world, "world", "w", _FULL * 0.45)):
        clip = canvas.clip((frame.x0, frame.y0, frame.width, frame.height), name)
        _land(canvas, frame, here, layer=layer, clip=clip)
        for flow in shown:
            _band(canvas, _course(home, position(flow.country) or home, frame), flow, widest=widest, clip=clip)
        canvas.circle(frame.at(*home), 3.6, "f-ink fs-paper", extra=' stroke-width="1.2"')
        canvas.rect((frame.x0, frame.y0, frame.width, frame.height), "s-line", ' stroke-width="1"')
    _names(canvas, near, shown, home=home)
    _list(canvas, shown, WIDTH - _BESIDE)
    return canvas.svg()


def surroundings(country: str) -> Box | None:
    """The degrees that the nearer map of a country reaches over; None where it has no place on the map."""
    home = position(country)
    return None if home is None else _around(home)


def _around(place: Point) -> Box:
    lon, lat = place
    return lon - _REACH[0], lat - _REACH[1], lon + _REACH[0], lat + _REACH[1]


def placed(country: str) -> bool:
    """Whether the bundled borders have a place for a country."""
    return position(country) is not None


@lru_cache(maxsize=512)
def position(country: str) -> Point | None:
    """The middle of a country's largest part, as longitude and latitude in degrees; None where no border is bundled."""
    name = border_name(country)
    if name is None:
        return None
    found = [_whole(ring) for ring in rings("world").get(name) or rings("near")[name]]
    lon, lat = _middle(max(found, key=lambda ring: abs(_area(ring))))
    return (lon + 180.0) % 360.0 - 180.0, lat


def _whole(ring: Ring) -> Ring:
    """A ring whose longitudes go on past the 180th meridian, where the bundled one jumps to the other end."""
    points, turn = ring[:1], 0.0
    for (before, _), (lon, lat) in pairwise(ring):
        turn += 360.0 * round((before - lon) / 360.0)
        points.append((lon + turn, lat))
    return points


@lru_cache(maxsize=512)
def border_name(country: str) -> str | None:
    """What the bundled borders call a country; None where they do not have it."""
    book = countries()
    code = book.code(country)
    for layer in ("world", "near"):
        for name, found in rings(layer).items():
            if found and name and (name == country or (code and book.code(name) == code)):
                return name
    return None


def _area(ring: Ring) -> float:
    return fsum(x * v - u * y for (x, y), (u, v) in zip(ring, [*ring[1:], ring[0]], strict=True)) / 2


def _middle(ring: Ring) -> Point:
    """The centre of mass of a ring in degrees; the mean of its points where thinning left no area."""
    area = _area(ring)
    if area == 0:
        return fsum(x for x, _ in ring) / len(ring), fsum(y for _, y in ring) / len(ring)
    turns = list(zip(ring, [*ring[1:], ring[0]], strict=True))
    x = fsum((one[0] + two[0]) * (one[0] * two[1] - two[0] * one[1]) for one, two in turns)
    y = fsum((one[1] + two[1]) * (one[0] * two[1] - two[0] * one[1]) for one, two in turns)
    return x / (6 * area), y / (6 * area)


def great_circle(start: Point, end: Point, steps: int = _STEPS) -> list[Point]:
    """Points in degrees of the shortest way over the globe, ends included; longitudes go on past the 180th meridian."""
    one, two = _on_sphere(start), _on_sphere(end)
    across = fsum(a * b for a, b in zip(one, two, strict=True))
    angle = atan2(hypot(*_cross(one, two)), across)
    if angle < 1e-9:
        return [start, end]
    points: list[Point] = []
    for step in range(steps + 1):
        part = step / steps
        first, second = sin((1 - part) * angle) / sin(angle), sin(part * angle) / sin(angle)
        x, y, z = (first * a + second * b for a, b in zip(one, two, strict=True))
        lon = degrees(atan2(y, x))
        before = points[-1][0] if points else start[0]
        points.append((lon + 360.0 * round((before - lon) / 360.0), degrees(asin(max(-1.0, min(1.0, z))))))
    return points


def _on_sphere(place: Point) -> tuple[float, float, float]:
    lon, lat = radians(place[0]), radians(place[1])
    return cos(lat) * cos(lon), cos(lat) * sin(lon), sin(lat)


def _cross(one: tuple[float, float, float], two: tuple[float, float, float]) -> tuple[float, float, float]:
    (a, b, c), (x, y, z) = one, two
    return b * z - c * y, c * x - a * z, a * y - b * x


def _course(start: Point, end: Point, frame: MapFrame) -> list[Point]:
    """The great circle in the px of a frame."""
    return [frame.at(lon, lat) for lon, lat in great_circle(start, end)]


def _land(canvas: Canvas, frame: MapFrame, here: str, *, layer: str, clip: str) -> None:
    """Sea and land; a frame that reaches over the 180th meridian shows what lies beyond it too."""
    book = countries()
    canvas.rect((frame.x0, frame.y0, frame.width, frame.height), "f-sea")
    west, south, east, north = frame.box
    for turn in (-360.0, 0.0, 360.0):
        moved = MapFrame((west + turn, south, east + turn, north), (frame.x0, frame.y0, frame.width, frame.height))
        others: list[str] = []
        for name, path in outlines(layer, moved, least_px=1.0).items():
            if book.code(name) and book.code(name) == book.code(here):
                canvas.path(path, "f-here fs-soft", f'{clip} stroke-width="0.8" fill-rule="evenodd"')
            else:
                others.append(path)
        if others:
            canvas.path("".join(others), "f-land fs-paper", f'{clip} stroke-width="0.6" fill-rule="evenodd"')


def _band(canvas: Canvas, course: Sequence[Point], flow: Flow, *, widest: float, clip: str) -> None:
    """A band along a course: solid as wide as the low end, hatched to the high one."""
    high, low = max(_LEAST, widest * flow.high), widest * flow.low
    if high - low > 0.6:
        outline = ribbon(course, high)
        canvas.hatched(outline, "verdict", clip)
        canvas.path(outline, "s-soft", f'{clip} stroke-width="0.5"')
    if low > 0 or high - low <= 0.6:
        canvas.path(ribbon(course, max(_LEAST, low)), "f-solid", clip)


def ribbon(course: Sequence[Point], width: float) -> str:
    """The outline of a band of one width along a course."""
    left: list[Point] = []
    right: list[Point] = []
    for at, (x, y) in enumerate(course):
        (a, b), (c, d) = course[max(0, at - 1)], course[min(len(course) - 1, at + 1)]
        long = hypot(c - a, d - b) or 1.0
        across_x, across_y = -(d - b) / long * width / 2, (c - a) / long * width / 2
        left.append((x + across_x, y + across_y))
        right.append((x - across_x, y - across_y))
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in [*left, *reversed(right)]) + "Z"


def _names(canvas: Canvas, frame: MapFrame, flows: Sequence[Flow], *, home: Point) -> None:
    """The number of each band in the list, at its far end or where it leaves the nearer map."""
    x, y = frame.at(*home)
    taken = [(x - 9, y - 9, x + 9, y + 9)]
    for number, flow in enumerate(flows, start=1):
        course = _course(home, position(flow.country) or home, frame)
        x, y = next((spot for spot in reversed(course) if _is_inside(frame, spot)), course[0])
        for dx, dy in ((0, 0), (0, -19), (0, 19), (19, 0), (-19, 0), (19, -19), (-19, 19), (19, 19), (-19, -19)):
            spot = (x + dx - 9, y + dy - 9, x + dx + 9, y + dy + 9)
            if not any(spot[0] < t[2] and spot[2] > t[0] and spot[1] < t[3] and spot[3] > t[1] for t in taken):
                taken.append(spot)
                canvas.circle((x + dx, y + dy), 8.5, "f-paper fs-ink", extra=' stroke-width="1"')
                canvas.text((x + dx, y + dy + 4), str(number), 11, css="t-strong", anchor="middle")
                break


def _is_inside(frame: MapFrame, spot: Point) -> bool:
    """Whether a number fits at a place of a frame."""
    x, y = spot[0] - frame.x0, spot[1] - frame.y0
    return 11 < x < frame.width - 11 and 11 < y < frame.height - 11


def _list(canvas: Canvas, flows: Sequence[Flow], left: float) -> None:
    """The countries with their shares, and what the widths mean."""
    y = 142.0
    for number, flow in enumerate(flows, start=1):
        canvas.text((left + 14, y), str(number), 11.5, css="t-strong", anchor="end")
        canvas.text((left + 22, y), flow.country, 11.5)
        canvas.text((left + _BESIDE, y), wording.interval(flow.low, flow.high), 11.5, css="t-strong", anchor="end")
        y += 13.2
    y = max(y + 4, HEIGHT - 32)
    canvas.rect((left, y - 9, 26, _FULL * 0.25), "f-solid")
    canvas.text((left + 34, y - 1), "at least: a quarter of routes", 11, css="t-soft")
    canvas.hatch((left, y + 9, 26, _FULL * 0.25))
    canvas.text((left + 34, y + 17), "more, by which of equal routes is taken", 11, css="t-soft")


def kept(flows: Sequence[Flow], most: int, least: float) -> tuple[list[Flow], list[Flow]]:
    """The greatest flows with a place on the map, `most` at most and none under `least`; then the others."""
    order = sorted(flows, key=lambda one: (-one.high, -one.low, one.country))
    shown = [flow for flow in order if flow.high >= least and placed(flow.country)][:most]
    held: Mapping[str, Flow] = {flow.country: flow for flow in shown}
    return shown, [flow for flow in order if flow.country not in held]
