"""Curves of aid: the chance of a clear choice by offer, shares by budget, and money by the day aid starts.

Each shows stored rows as they are: the middle as a line, the interval hatched between its ends. Days and offers that
matter are dashed strokes with words or a key.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from provenet.dossier.drawings.axes import Axis, days_axis, money_axis, share_axis
from provenet.dossier.drawings.plane import Band, Dots, Layer, Line, Plane, Reference


@dataclass(frozen=True)
class Point:
    """One point of a curve: its place, and the interval with its middle."""

    x: float
    low: float
    mid: float
    high: float
    key: str = ""


Marker = Reference
"""A place on the x axis that matters, with words or a key."""


def _curve(points: Sequence[Point]) -> list[Layer]:
    """The interval hatched, both ends drawn thin, the middle strong, and the points that have a key or stand alone."""
    ends = [
        Line(places=[(p.x, end) for p, end in zip(points, found, strict=True)], css="soft", width=0.8)
        for found in ([p.low for p in points], [p.high for p in points])
    ]
    if len(points) == 1:
        ends.append(Line(places=[(p.x, end) for p in points for end in (p.low, p.high)], css="soft", width=1.4))
    dots = Dots(places=[(p.x, p.mid, p.key) for p in points if p.key or len(points) == 1])
    band = Band(places=[(p.x, p.low, p.high) for p in points])
    return [band, *ends, Line(places=[(p.x, p.mid) for p in points]), dots]


def _by_x(points: Sequence[Point]) -> list[Point]:
    return sorted(points, key=lambda point: point.x)


def _amounts(ends: Sequence[float], currency: str, name: str) -> Axis:
    return money_axis(ends, currency, name).within(min(ends), max(ends))


def chance_curve(points: Sequence[Point], award: float | None, *, currency: str, title: str, key: str) -> str:
    """The chance of a clear choice by the aid offered, with its band; an award is a dashed stroke."""
    ordered = _by_x(points)
    across = _amounts([0.0, ordered[-1].x, award or 0.0], currency, "aid offered, {}")
    plane = Plane(across, share_axis(name="chance of a clear choice"), title=title, key=key)
    return plane.draw([*_curve(ordered), *(Reference(at, "award") for at in [award] if at is not None)])


def _budget_plane(ordered: Sequence[Point], ends: Sequence[float], *, currency: str, title: str, key: str) -> Plane:
    up = share_axis(max(point.high for point in ordered), "share behind clear purchases")
    return Plane(_amounts(ends, currency, "budget, {}"), up, title=title, key=key)


def budget_curve(points: Sequence[Point], budget: float | None, *, currency: str, title: str, key: str) -> str:
    """The share behind clear purchases by budget, with the band; the budget of the call is a dashed stroke."""
    ordered = _by_x(points)
    inside = [one for one in [budget] if one is not None and one <= 1.5 * (ordered[-1].x or 1.0)]
    plane = _budget_plane(ordered, [*(p.x for p in ordered), *inside], currency=currency, title=title, key=key)
    return plane.draw([*_curve(ordered), *(Reference(one, "budget") for one in inside)])


def marked_budget_curve(
    points: Sequence[Point], at: Point, *, currency: str, title: str, key: str
) -> tuple[str, list[tuple[float, float, float]]]:
    """The same curve with a mark at one of its points that a page may move, and the places that it moves along.

    The mark is an element with `data-mark`, drawn at the origin and moved by its `transform`. A place is a budget with
    the x and y of the middle of the curve there, in the units of the view box.
    """
    ordered = _by_x(points)
    plane = _budget_plane(ordered, [p.x for p in ordered], currency=currency, title=title, key=key)
    plane.draw(_curve(ordered))
    moved = f'transform="translate({plane.x(at.x):.1f} {plane.y(at.mid):.1f})"'
    plane.canvas.circle((0, 0), 7, "f-solid", extra=f" data-mark {moved}")
    return plane.canvas.svg(), [(p.x, round(plane.x(p.x), 1), round(plane.y(p.mid), 1)) for p in ordered]


def days_curve(points: Sequence[Point], contracts: Sequence[Marker], *, currency: str, title: str, key: str) -> str:
    """Money needed by the day aid starts, with the band; contract days are dashed strokes with a key.

    The x of points and contracts is the ordinal of a day.
    """
    ordered = _by_x(points)
    first, last = ordered[0].x, ordered[-1].x
    across = days_axis(date.fromordinal(round(first)), date.fromordinal(round(last)), "day on which aid starts")
    up = money_axis([0.0, 1.0, *(end for p in ordered for end in (p.low, p.high))], currency, "{}, to make all clear")
    inside = [one for one in contracts if first <= one.at <= last]
    return Plane(across, up, title=title, key=key).draw([*_curve(ordered), *sorted(inside, key=lambda one: one.at)])
