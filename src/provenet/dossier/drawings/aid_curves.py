"""Curves of aid: the chance of a clear choice by offer, shares by budget, and money by the day aid starts.

Each shows stored rows as they are: the middle as a line, the interval hatched between its ends. Days and offers that
matter are dashed strokes with words or a key.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from provenet.core import wording
from provenet.dossier.drawings.canvas import Canvas
from provenet.dossier.drawings.plan_charts import money_unit, scale_of

WIDTH, HEIGHT = 344.0, 202.0
"""Size of a small chart, in px."""
LEFT, RIGHT, TOP, BOTTOM = 46.0, 12.0, 24.0, 36.0
LETTER = 0.52
"""Mean width of a letter over its size, on the wide side."""


@dataclass(frozen=True)
class Point:
    """One point of a curve: its place, and the interval with its middle."""

    x: float
    low: float
    mid: float
    high: float
    key: str = ""


@dataclass(frozen=True)
class Marker:
    """A place on the x axis that matters, with words or a key."""

    x: float
    words: str


def ticks_over(low: float, high: float, most: int = 5) -> list[float]:
    """Round values from at most `low` to at least `high`, zero among them where it lies between.

    >>> ticks_over(0, 0.47), ticks_over(-30, 170)
    ([0.0, 0.1, 0.2, 0.3, 0.4, 0.5], [-50.0, 0.0, 50.0, 100.0, 150.0, 200.0])
    """
    low, high = min(low, high), max(low, high)
    if not high - low > 1e-9 * max(1.0, abs(low), abs(high)):
        return [low, low + max(1.0, abs(low) * 1e-6)]
    power = 10.0 ** math.floor(math.log10((high - low) / most))
    for times in (1, 2, 2.5, 5, 10, 20, 25):
        step = power * times
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        if last - first <= most:
            return [round(at * step, 12) for at in range(first, last + 1)]
    return [low, high]


class Plot:
    """The plane of a small chart: where values stand, level lines with words, and words below."""

    def __init__(self, canvas: Canvas, across: tuple[float, float], up: Sequence[float]) -> None:
        self.canvas, self.across, self.up = canvas, across, up
        self.floor = canvas.height - BOTTOM

    def x(self, value: float) -> float:
        """The place of a value across."""
        first, last = self.across
        wide = self.canvas.width - LEFT - RIGHT
        return LEFT + wide * (0.5 if last <= first else (value - first) / (last - first))

    def y(self, value: float) -> float:
        """The height of a value."""
        low, high = self.up[0], self.up[-1]
        return TOP + (self.floor - TOP) * (1 - (value - low) / ((high - low) or 1.0))

    def levels(self, words: Callable[[float], str], unit: str) -> None:
        """Level lines and their words."""
        for tick in self.up:
            css, wide = ("s-soft", 1.0) if tick == 0 else ("s-line", 0.6)
            self.canvas.line((LEFT, self.y(tick)), (self.canvas.width - RIGHT, self.y(tick)), css, width=wide)
            self.canvas.text((LEFT - 5, self.y(tick) + 3.4), words(tick), 9.5, css="t-soft", anchor="end")
        self.canvas.text((2, 11), unit, 9.5, css="t-soft")

    def below(self, places: Sequence[tuple[float, str]], name: str) -> None:
        """Words under the plane, left out where they would touch; the name of the axis under them."""
        edge = 0.0
        for value, words in places:
            half = len(words) * 9.5 * LETTER / 2
            x = min(self.x(value), self.canvas.width - half)
            if x - half < edge + 6:
                continue
            self.canvas.line((self.x(value), self.floor), (self.x(value), self.floor + 4), "s-soft")
            self.canvas.text((x, self.floor + 14), words, 9.5, css="t-soft", anchor="middle")
            edge = x + half
        self.canvas.text((self.canvas.width - RIGHT, self.canvas.height - 5), name, 9.5, css="t-soft", anchor="end")

    def band(self, points: Sequence[Point]) -> None:
        """The interval hatched, both ends drawn thin, the middle strong."""
        self.canvas.area([(self.x(p.x), self.y(p.low), self.y(p.high)) for p in points])
        for value, css, wide in (("low", "s-soft", 0.8), ("high", "s-soft", 0.8), ("mid", "s-ink", 2.0)):
            path = "".join(
                f"{'L' if at else 'M'}{self.x(p.x):.1f} {self.y(getattr(p, value)):.1f}" for at, p in enumerate(points)
            )
            self.canvas.path(path, css, f' stroke-width="{wide:g}"')
        if len(points) == 1:
            x = self.x(points[0].x)
            self.canvas.line((x, self.y(points[0].low)), (x, self.y(points[0].high)), "s-soft", width=2)
        for p in points:
            if p.key or len(points) == 1:
                self.canvas.circle((self.x(p.x), self.y(p.mid)), 2.8, "f-ink")

    def keys(self, points: Sequence[Point]) -> None:
        """The key of each point above it, left out where it would touch the one before."""
        edge = -1e9
        for p in points:
            x, wide = self.x(p.x), len(p.key) * 11 * LETTER
            if p.key and x - wide / 2 > edge + 4:
                y = self.y(p.mid) - 6 if self.y(p.mid) > TOP + 12 else self.y(p.mid) + 14
                self.canvas.text((x, y), p.key, 10.5, css="t-strong t-halo", anchor="middle")
                edge = x + wide / 2

    def is_high(self, points: Sequence[Point], x: float) -> bool:
        """Whether the curve runs in the upper half near a place, so that words are better off below."""
        near = min(points, key=lambda p: (abs(p.x - x), p.x))
        return near.mid > (self.up[0] + self.up[-1]) / 2

    def marker(self, marker: Marker, row: int = 0, *, below: bool = False) -> None:
        """A dashed stroke with its words at the top or bottom, on the side that has room."""
        x, y = self.x(marker.x), self.floor - 6 if below else TOP + 9 + row * 12
        self.canvas.line((x, TOP), (x, self.floor), "s-ink", width=1.2, extra=' stroke-dasharray="4 3"')
        wide = len(marker.words) * 10 * LETTER
        is_left = x + 4 + wide > self.canvas.width - 2
        self.canvas.rect((x - 6 - wide if is_left else x + 2.5, y - 9, wide + 3, 11.5), "f-paper", ' opacity="0.85"')
        self.canvas.text(
            (x - 4 if is_left else x + 4, y),
            marker.words,
            10,
            css="t-strong t-halo",
            anchor="end" if is_left else "start",
        )


def _shares(points: Sequence[Point]) -> list[float]:
    highest = max(p.high for p in points)
    top = next((t for t in (0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8) if highest <= t), 1.0)
    return [top * part / 4 for part in range(5)]


def _money(points: Sequence[float], currency: str) -> tuple[list[tuple[float, str]], str]:
    """Round amounts from the least to the most with their words, and the unit they are in."""
    ticks = [tick for tick in ticks_over(min(points), max(points)) if min(points) <= tick <= max(points)]
    unit, scale = scale_of(max(map(abs, points)))
    return [(tick, f"{tick / scale:g}") for tick in ticks], money_unit(unit, currency)


def chance_curve(points: Sequence[Point], award: float | None, *, currency: str, title: str, key: str) -> str:
    """The chance of a clear choice by the aid offered, with its band; an award is a dashed stroke."""
    canvas = Canvas(WIDTH, HEIGHT, title, key=key)
    ordered = sorted(points, key=lambda p: p.x)
    most = max(ordered[-1].x, award or 0.0)
    plot = Plot(canvas, (min(ordered[0].x, 0.0), most or 1.0), [0.0, 0.25, 0.5, 0.75, 1.0])
    plot.levels(wording.percent, "chance of a clear choice")
    places, unit = _money([*(p.x for p in ordered), most or 1.0, 0.0], currency)
    plot.below(places, f"aid offered, {unit}")
    plot.band(ordered)
    if award is not None:
        plot.marker(Marker(award, "award"), below=plot.is_high(ordered, award))
    return canvas.svg()


def budget_curve(points: Sequence[Point], budget: float | None, *, currency: str, title: str, key: str) -> str:
    """The share behind clear purchases by budget, with the band; the budget of the call is a dashed stroke."""
    ordered = sorted(points, key=lambda p: p.x)
    inside = budget if budget is not None and budget <= 1.5 * (ordered[-1].x or 1.0) else None
    ends = [p.x for p in ordered] + ([inside] if inside is not None else [])
    plot = _budget_plot(ordered, ends, currency=currency, title=title, key=key)
    plot.keys(ordered)
    if inside is not None:
        plot.marker(Marker(inside, "budget"), below=plot.is_high(ordered, inside))
    return plot.canvas.svg()


def _budget_plot(ordered: Sequence[Point], ends: Sequence[float], *, currency: str, title: str, key: str) -> Plot:
    canvas = Canvas(WIDTH, HEIGHT, title, key=key)
    plot = Plot(canvas, (min(ends), max(ends)), _shares(ordered))
    plot.levels(wording.percent, "share behind clear purchases")
    places, unit = _money(ends, currency)
    plot.below(places, f"budget, {unit}")
    plot.band(ordered)
    return plot


def marked_budget_curve(
    points: Sequence[Point], at: Point, *, currency: str, title: str, key: str
) -> tuple[str, list[tuple[float, float, float]]]:
    """The same curve with a mark at one of its points that a page may move, and the places that it moves along.

    The mark is an element with `data-mark`, drawn at the origin and moved by its `transform`. A place is a budget with
    the x and y of the middle of the curve there, in the units of the view box.
    """
    ordered = sorted(points, key=lambda p: p.x)
    plot = _budget_plot(ordered, [p.x for p in ordered], currency=currency, title=title, key=key)
    moved = f'transform="translate({plot.x(at.x):.1f} {plot.y(at.mid):.1f})"'
    plot.canvas.circle((0, 0), 7, "f-solid", extra=f" data-mark {moved}")
    places = [(p.x, round(plot.x(p.x), 1), round(plot.y(p.mid), 1)) for p in ordered]
    return plot.canvas.svg(), places


def days_curve(points: Sequence[Point], contracts: Sequence[Marker], *, currency: str, title: str, key: str) -> str:
    """Money needed by the day aid starts, with the band; contract days are dashed strokes with a key.

    The x of points and contracts is the ordinal of a day. Keys of contracts that lie close stand in rows.
    """
    canvas = Canvas(WIDTH, HEIGHT, title, key=key)
    ordered = sorted(points, key=lambda p: p.x)
    up = ticks_over(min(0.0, *(p.low for p in ordered)), max(*(p.high for p in ordered), 1.0))
    unit, scale = scale_of(max(map(abs, up)))
    first, last = ordered[0].x, max(ordered[-1].x, ordered[0].x + 1)
    plot = Plot(canvas, (first, last), up)
    plot.levels(lambda value: f"{value / scale:g}", f"{money_unit(unit, currency)}, to make all clear")
    years = range(date.fromordinal(round(first)).year, date.fromordinal(round(last)).year + 1)
    places = [(float(date(year, 1, 1).toordinal()), str(year)) for year in years]
    plot.below([place for place in places if first <= place[0] <= last] or [_month(first)], "day on which aid starts")
    plot.band(ordered)
    rows: list[float] = []
    for marker in sorted(contracts, key=lambda m: m.x):
        if first <= marker.x <= last:
            x = plot.x(marker.x)
            row = next((at for at, edge in enumerate(rows) if edge < x), len(rows))
            rows[row : row + 1] = [x + len(marker.words) * 10 * LETTER + 10]
            plot.marker(marker, min(row, 4))
    return canvas.svg()


def _month(day: float) -> tuple[float, str]:
    found = date.fromordinal(round(day))
    return day, f"{found.year}-{found.month:02}"
