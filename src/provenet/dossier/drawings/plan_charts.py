"""Drawings of a plan: lots over quarters, exposure as a band, money spent and cumulative, and a curve of points.

Every drawing shows stored rows as they are. The one sum drawn is that of money spent so far: the amounts of the
quarters one after another, which end at the stored cost of the plan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, groupby
from math import fsum

from provenet.core import wording
from provenet.dossier.drawings.canvas import Canvas


@dataclass(frozen=True)
class Bar:
    """Lots that are worked on from one day until they are in service; `given` where a file of decisions fixed it."""

    start_on: date
    done_on: date
    count: int = 1
    given: bool = False


@dataclass(frozen=True)
class Track:
    """One row of a schedule: the lots of one carrier, class and vendor; `latest_on` is the last day a rule gives."""

    group: str
    label: str
    bars: tuple[Bar, ...]
    latest_on: date | None = None
    staying: int = 0


@dataclass(frozen=True)
class PeriodFigure:
    """A figure in one period, as an interval with the middle that the plan uses."""

    from_on: date
    to_on: date
    low: float
    mid: float
    high: float


@dataclass(frozen=True)
class Spot:
    """One point of a curve, with its key in the table."""

    key: str
    x: float
    y: float


_LEFT, _RIGHT, _HEAD, _STEP, _TALL = 196.0, 10.0, 34.0, 15.0, 12.0
_LONGEST_LABEL = 38
_DAY = timedelta(days=1)


def schedule(tracks: Sequence[Track], first: date, end: date, *, title: str, key: str, width: float = 720) -> str:
    """Lots over the quarters from `first` until before `end`, a row for each carrier, class and vendor.

    A number in a bar counts the lots that start together; a dashed edge was given, not chosen; a strong stroke is the
    last day that a rule gives. Words at the right end of a row count the lots that stay.
    """
    across = Across(first, end, left=_LEFT, width=width - _LEFT - _RIGHT)
    placed = [(track, _levels(track.bars)) for track in tracks]
    canvas = Canvas(width, _HEAD + _height(placed) + 8, title, key=key)
    _calendar(canvas, across, canvas.height - 8)
    y, group = _HEAD, None
    for track, levels in placed:
        if track.group != group:
            group = track.group
            canvas.line((0, y), (width - _RIGHT, y), "s-line", width=0.8)
            canvas.text((0, y + 13), _cut(group), 11.5, css="t-strong")
            y += 19
        canvas.text((8, y + 10), _cut(track.label), 10.5)
        deep = max((level for _, level in levels), default=0) + 1
        for bar, level in levels:
            _lots(canvas, bar, across, y=y + level * _STEP)
        if track.latest_on is not None and first <= track.latest_on < end:
            x = across.x(track.latest_on + _DAY)
            canvas.line((x, y - 2), (x, y + deep * _STEP), "s-restricted", width=2.4)
        for bar, level in levels:
            _count(canvas, bar, across, y=y + level * _STEP)
        if track.staying:
            words = wording.count(track.staying, "lot stays", "lots stay")
            canvas.text((width - _RIGHT - 2, y + 9.5), words, 9.5, css="t-soft t-halo", anchor="end")
        y += deep * _STEP + 5
    return canvas.svg()


def _height(placed: Iterable[tuple[Track, Sequence[tuple[Bar, int]]]]) -> float:
    tall, group = 0.0, None
    for track, levels in placed:
        tall += 0 if track.group == group else 19
        group = track.group
        tall += (max((level for _, level in levels), default=0) + 1) * _STEP + 5
    return tall


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_LABEL else text[: _LONGEST_LABEL - 1].rstrip() + "…"


def _levels(bars: Iterable[Bar]) -> list[tuple[Bar, int]]:
    """Bars of equal days as one with their count, each on the first level where none covers it."""
    ordered = sorted(bars, key=lambda bar: (bar.start_on, bar.done_on, bar.given))
    ends: list[date] = []
    placed: list[tuple[Bar, int]] = []
    for days, same in groupby(ordered, key=lambda bar: (bar.start_on, bar.done_on, bar.given)):
        start, done, given = days
        level = next((at for at, until in enumerate(ends) if until <= start), len(ends))
        if level == len(ends):
            ends.append(done)
        ends[level] = done
        placed.append((Bar(start, done, sum(bar.count for bar in same), given), level))
    return placed


def _lots(canvas: Canvas, bar: Bar, across: Across, *, y: float) -> None:
    x = across.x(bar.start_on) + 0.8
    wide = max(3.0, across.x(bar.done_on) - x - 0.8)
    canvas.rect((x, y, wide, _TALL), "f-solid", ' rx="2"')
    if bar.given:
        canvas.rect((x, y, wide, _TALL), "s-ink", ' rx="2" stroke-width="1.6" stroke-dasharray="3 2"')


def _count(canvas: Canvas, bar: Bar, across: Across, *, y: float) -> None:
    start, end = across.x(bar.start_on), across.x(bar.done_on)
    if bar.count > 1 and end - start >= 12:
        canvas.text(((start + end) / 2, y + 9.2), str(bar.count), 9, css="t-paper t-strong", anchor="middle")


class Across:
    """Days to x: a whole span of quarters from end to end, without room at the sides."""

    def __init__(self, first: date, end: date, *, left: float, width: float) -> None:
        self.first, self.end, self.left, self.width = first, max(end, first + _DAY), left, width

    def x(self, day: date) -> float:
        """The place of a day, kept within the span."""
        inside = min(max(day, self.first), self.end)
        return self.left + self.width * (inside - self.first).days / (self.end - self.first).days

    def quarters(self) -> list[date]:
        """The first days of quarters inside the span, the first one among them."""
        days: list[date] = []
        day = self.first
        while day < self.end and len(days) < 400:
            days.append(day)
            month = (day.month - 1) // 3 * 3 + 4
            day = date(day.year + 1, 1, 1) if month > 12 else date(day.year, month, 1)
        return days

    def years(self, room: float) -> list[tuple[int, float]]:
        """Years that get a label, and the middle of what the span holds of each; thinned where there is no room."""
        held = sorted({day.year for day in self.quarters()})
        step = next(s for s in (1, 2, 5, 10, 25, 100) if s == 100 or self.width * s / len(held) >= room)
        labels = []
        for year in held[::step]:
            ends = self.x(date(year, 1, 1)), self.x(date(year + 1, 1, 1)) if year < 9999 else self.x(self.end)
            if ends[1] - ends[0] >= room * 0.7:
                labels.append((year, fsum(ends) / 2))
        return labels


def _calendar(canvas: Canvas, across: Across, floor: float) -> None:
    quarters = across.quarters()
    for year, middle in across.years(30):
        canvas.text((middle, 12), str(year), 10.5, css="t-soft t-strong", anchor="middle")
    wide = across.width / max(1, len(quarters))
    for day in quarters:
        is_year = day.month == 1
        x = across.x(day)
        canvas.line((x, 16 if is_year else _HEAD - 8), (x, floor), "s-line", width=1.1 if is_year else 0.5)
        if wide >= 21:
            canvas.text((x + wide / 2, 26), f"Q{(day.month - 1) // 3 + 1}", 9, css="t-soft", anchor="middle")
    canvas.line((across.x(across.end), 16), (across.x(across.end), floor), "s-line", width=1.1)


_CHART = (344.0, 190.0, 46.0, 10.0, 22.0, 22.0)
"""Width, height, and the room at the left, right, top and bottom of a small chart."""


Scale = Callable[[float], float]
"""The place of a value on an axis."""


def _frame(canvas: Canvas, ticks: Sequence[float], words: Callable[[float], str], *, unit: str) -> Scale:
    """Level lines with their words; returns the place of a value."""
    width, height, left, right, top, bottom = _CHART
    highest = ticks[-1] or 1.0

    def y(value: float) -> float:
        return top + (height - top - bottom) * (1 - value / highest)

    for tick in ticks:
        canvas.line(
            (left, y(tick)),
            (width - right, y(tick)),
            "s-soft" if tick == 0 else "s-line",
            width=1 if tick == 0 else 0.6,
        )
        canvas.text((left - 5, y(tick) + 3.4), words(tick), 9.5, css="t-soft", anchor="end")
    canvas.text((2, 11), unit, 9.5, css="t-soft")
    return y


def _years_below(canvas: Canvas, across: Across) -> None:
    _, height, _, _, _, bottom = _CHART
    for day in across.quarters():
        if day.month == 1 or day == across.first:
            canvas.line((across.x(day), height - bottom), (across.x(day), height - bottom + 4), "s-soft")
    for year, middle in across.years(26):
        canvas.text((middle, height - bottom + 15), str(year), 9.5, css="t-soft", anchor="middle")


def _axis(spans: Sequence[PeriodFigure]) -> Across:
    width, _, left, right, _, _ = _CHART
    return Across(spans[0].from_on, spans[-1].to_on + _DAY, left=left, width=width - left - right)


def band(spans: Sequence[PeriodFigure], *, title: str, key: str, of: str) -> str:
    """A share of what `of` names over periods: filled to the lower end, hatched to the upper, the middle as a line."""
    canvas = Canvas(_CHART[0], _CHART[1], title, key=key)
    across = _axis(spans)
    highest = max(span.high for span in spans)
    top = next((t for t in (0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8) if highest <= t), 1.0)
    y = _frame(canvas, [top * part / 4 for part in range(5)], wording.percent, unit=f"of {of}")
    for span in spans:
        left, wide = across.x(span.from_on), across.x(span.to_on + _DAY) - across.x(span.from_on)
        canvas.rect((left, y(span.low), wide, y(0) - y(span.low)), "f-restricted")
        if span.high > span.low:
            canvas.hatch((left, y(span.high), wide, y(span.low) - y(span.high)))
    _stairs(canvas, across, [(span, span.high) for span in spans], y=y, css="s-soft", wide=1.2)
    _stairs(canvas, across, [(span, span.mid) for span in spans], y=y, css="s-ink", wide=2)
    _years_below(canvas, across)
    return canvas.svg()


def _stairs(
    canvas: Canvas, across: Across, values: Sequence[tuple[PeriodFigure, float]], *, y: Scale, css: str, wide: float
) -> None:
    """A line that stays level in each period."""
    parts: list[str] = []
    for span, value in values:
        move = "L" if parts else "M"
        parts.append(f"{move}{across.x(span.from_on):.1f} {y(value):.1f}H{across.x(span.to_on + _DAY):.1f}")
    canvas.path("".join(parts), css, f' stroke-width="{wide:g}"')


def spending(spans: Sequence[PeriodFigure], *, currency: str, title: str, key: str) -> str:
    """Money spent in each period as bars with their interval, and cumulative as a band with the middle as a line."""
    canvas = Canvas(_CHART[0], _CHART[1], title, key=key)
    across = _axis(spans)
    sums = [list(accumulate(getattr(span, end) for span in spans)) for end in ("low", "mid", "high")]
    so_far = [PeriodFigure(span.from_on, span.to_on, *ends) for span, *ends in zip(spans, *sums, strict=True)]
    ticks = nice_ticks(max(so_far[-1].high, 1.0))
    unit, scale = scale_of(ticks[-1])
    y = _frame(canvas, ticks, lambda value: f"{value / scale:g}", unit=money_unit(unit, currency))
    for span in so_far:
        left, wide = across.x(span.from_on), across.x(span.to_on + _DAY) - across.x(span.from_on)
        if span.high > span.low:
            canvas.hatch((left, y(span.high), wide, y(span.low) - y(span.high)))
    _stairs(canvas, across, [(span, span.high) for span in so_far], y=y, css="s-soft", wide=1)
    _stairs(canvas, across, [(span, span.low) for span in so_far], y=y, css="s-soft", wide=1)
    for span in spans:
        left, wide = across.x(span.from_on), across.x(span.to_on + _DAY) - across.x(span.from_on)
        middle = left + wide / 2
        if span.mid > 0:
            canvas.rect((left + wide * 0.18, y(span.mid), wide * 0.64, y(0) - y(span.mid)), "f-solid")
        if span.high > span.low:
            canvas.line((middle, y(span.low)), (middle, y(span.high)), "s-ink", width=1.2)
    _stairs(canvas, across, [(span, span.mid) for span in so_far], y=y, css="s-ink", wide=2)
    _years_below(canvas, across)
    return canvas.svg()


def nice_ticks(highest: float, most: int = 5) -> list[float]:
    """Round values from 0 to at least `highest`.

    >>> nice_ticks(1_703)
    [0.0, 500.0, 1000.0, 1500.0, 2000.0]
    """
    power = 10.0 ** (len(f"{highest:.0f}") - 1) if highest >= 1 else 10.0 ** -len(f"{1 / highest:.0f}")
    for step in (power / 10 * n for n in (1, 2, 2.5, 5, 10, 20, 25, 50, 100)):
        if highest <= step * most + step * 1e-9:
            count = -int(-(highest * (1 - 1e-9)) // step)
            return [step * at if step < 1 else round(step * at, 6) for at in range(max(count, 1) + 1)]
    return [0, highest]


def scale_of(highest: float) -> tuple[str, float]:
    """The word in which an axis counts money, and by what it divides.

    >>> scale_of(2e9), scale_of(5e8), scale_of(40_000)
    (('billion', 1000000000.0), ('million', 1000000.0), ('', 1.0))
    """
    if highest >= 2e9:
        return "billion", 1e9
    return ("million", 1e6) if highest >= 1e6 else ("", 1.0)


def money_unit(word: str, currency: str) -> str:
    """The unit of an axis of money.

    >>> money_unit("million", "EUR"), money_unit("", "EUR"), money_unit("billion", "EUR of 2026")
    ('EUR million', 'EUR', 'EUR billion (2026 prices)')
    """
    name, _, year = currency.partition(" of ")
    return f"{name} {word}".strip() + (f" ({year} prices)" if year else "")


def curve(
    spots: Sequence[Spot], *, title: str, key: str, x_name: str, x_words: Callable[[float], str], y_unit: str
) -> str:
    """Points joined by a line, each with its key; x from the least to the most, y from 0.

    `x_name` names the x axis and `x_words` writes a value on it. Takes at least one point.
    """
    width, height, left, right, _, bottom = _CHART
    canvas = Canvas(width, height + 12, title, key=key)
    ordered = sorted(spots, key=lambda spot: (spot.x, spot.y, spot.key))
    low, high = ordered[0].x, ordered[-1].x
    room = (high - low) or 1.0
    ticks = nice_ticks(max(spot.y for spot in spots) or 1.0)
    unit, scale = scale_of(ticks[-1])
    y = _frame(canvas, ticks, lambda value: f"{value / scale:g}", unit=money_unit(unit, y_unit))

    def x(value: float) -> float:
        return left + 14 + (width - left - right - 28) * (value - low) / room

    path = "".join(f"{'L' if at else 'M'}{x(spot.x):.1f} {y(spot.y):.1f}" for at, spot in enumerate(ordered))
    canvas.path(path, "s-solid", ' stroke-width="1.6"')
    for spot in ordered:
        canvas.circle((x(spot.x), y(spot.y)), 3.4, "f-solid")
        above = y(spot.y) - 7 if y(spot.y) > 34 else y(spot.y) + 15
        canvas.text((x(spot.x), above), spot.key, 11, css="t-strong t-halo", anchor="middle")
    last = -1e9
    for spot in ordered:
        words = x_words(spot.x)
        if x(spot.x) - last >= 6.0 * len(words):
            canvas.line((x(spot.x), height - bottom), (x(spot.x), height - bottom + 4), "s-soft")
            canvas.text((x(spot.x), height - bottom + 15), words, 9.5, css="t-soft", anchor="middle")
            last = x(spot.x)
    canvas.text((width - right, height + 9), x_name, 9.5, css="t-soft", anchor="end")
    return canvas.svg()


def exposure_by_budget(spots: Sequence[Spot], *, currency: str, title: str, key: str) -> str:
    """Exposure as a budget grows."""
    unit, scale = scale_of(max(spot.x for spot in spots))
    x_name, y_unit = f"budget, {money_unit(unit, currency)}", "exposed years"
    return curve(
        spots, title=title, key=key, x_name=x_name, x_words=lambda value: f"{value / scale:,.3g}", y_unit=y_unit
    )


def cost_by_deadline(spots: Sequence[Spot], *, currency: str, title: str, key: str) -> str:
    """Cost as a deadline moves; the x of a spot is the ordinal of a day."""

    def quarter(value: float) -> str:
        return wording.quarter(date.fromordinal(round(value)))

    return curve(spots, title=title, key=key, x_name="done by the end of", x_words=quarter, y_unit=currency)
