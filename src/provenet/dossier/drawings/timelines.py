"""Charts over time: shares as intervals, and events in lanes. Marks carry a key that a table beside explains."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from provenet.dossier.drawings.canvas import Canvas


@dataclass(frozen=True)
class Mark:
    """One figure or event: its key, its days, and for a share its ends."""

    key: str
    low_on: date
    high_on: date
    low_share: float = 0.0
    high_share: float = 0.0


@dataclass(frozen=True)
class Lane:
    """One row of a time line."""

    label: str
    marks: tuple[Mark, ...]


class TimeAxis:
    """Days to x, with a year's room at both ends; ticks at years, thinned to what fits."""

    def __init__(self, days: Sequence[date], left: float, width: float) -> None:
        first, last = min(days), max(days)
        self.start = date(first.year, 1, 1)
        self.end = date(min(last.year + 1, 9999), 1, 1) if last.year < 9999 else date(9999, 12, 31)
        self.left, self.width = left, width

    def x(self, day: date) -> float:
        """The place of a day."""
        whole = max(1, (self.end - self.start).days)
        return self.left + self.width * (day - self.start).days / whole

    def years(self, room: float = 38) -> list[int]:
        """The years that get a tick and a label."""
        count = self.end.year - self.start.year
        fits = max(1, int(self.width / room))
        step = next((s for s in (1, 2, 5, 10, 20, 50, 100, 500, 1000, 5000) if count / s <= fits), 10000)
        return [y for y in range(self.start.year, self.end.year + 1) if (y - self.start.year) % step == 0]


def shares_over_time(marks: Sequence[Mark], days: Sequence[date], *, title: str, key: str, width: float = 344) -> str:
    """Intervals of one measure: time on x (over the span of `days`), share from 0 to 100 % on y.

    A published point is a dark bar at its height; an interval is hatched between its ends, with both ends drawn.
    """
    height, left, right, top, bottom = 150.0, 38.0, 14.0, 18.0, 24.0
    canvas = Canvas(width, height, title, key=key)
    tall = height - top - bottom
    axis = TimeAxis(days, left, width - left - right)

    def y(share: float) -> float:
        return top + tall * (1 - share)

    for tick in (0, 25, 50, 75, 100):
        canvas.line((left, y(tick / 100)), (width - right, y(tick / 100)), "s-line", width=1 if tick % 50 == 0 else 0.5)
        canvas.text((left - 6, y(tick / 100) + 3.5), f"{tick} %", 10, css="t-soft", anchor="end")
    canvas.text((left - 6, 9), "share", 9.5, css="t-soft", anchor="end")
    canvas.text((left - 6, height - bottom + 15), "year", 9.5, css="t-soft", anchor="end")
    for year in axis.years():
        x = axis.x(date(year, 1, 1))
        canvas.line((x, height - bottom), (x, height - bottom + 4), "s-soft")
        if year < axis.end.year:
            middle = axis.x(date(year, 7, 1)) if len(axis.years()) >= axis.end.year - axis.start.year else x + 12
            canvas.text((middle, height - bottom + 15), str(year), 10, css="t-soft", anchor="middle")
    canvas.line((left, y(0)), (width - right, y(0)), "s-soft")
    placed: list[tuple[float, float]] = []
    for mark in sorted(marks, key=lambda m: (m.low_on, m.high_on, m.key)):
        _share_mark(canvas, mark, axis, y=y, placed=placed, edge=width - right)
    return canvas.svg()


def _share_mark(
    canvas: Canvas,
    mark: Mark,
    axis: TimeAxis,
    *,
    y: Callable[[float], float],
    placed: list[tuple[float, float]],
    edge: float,
) -> None:
    start, end = axis.x(mark.low_on), axis.x(mark.high_on)
    if end - start < 9:
        middle = (start + end) / 2
        start, end = middle - 4.5, middle + 4.5
    high, low = y(mark.high_share), y(mark.low_share)
    if low - high > 3:
        canvas.hatch((start, high, end - start, low - high))
        canvas.line((start, high), (end, high), "s-solid", width=2)
        canvas.line((start, low), (end, low), "s-solid", width=2)
    else:
        middle = (low + high) / 2
        canvas.rect((start, middle - 2, end - start, 4), "f-solid")
    x, y_at = _label_place((start, end), (high, low), placed, edge=edge, floor=canvas.height - 26)
    placed.append((x, y_at))
    canvas.text((x, y_at), mark.key, 11, css="t-strong", anchor="middle")


def _label_place(
    across: tuple[float, float],
    up: tuple[float, float],
    placed: Sequence[tuple[float, float]],
    *,
    edge: float,
    floor: float,
) -> tuple[float, float]:
    """Where a key stands: above its mark, below it, at its right or left, else the first free place further off."""
    (start, end), (high, low) = across, up
    middle, beside = (start + end) / 2, (high + low) / 2 + 4
    tries = [(middle, high - 5), (middle, low + 13), (end + 8, beside), (start - 8, beside)]
    tries += [(start - 8 - 12 * i, beside) for i in range(1, 8)] + [(end + 8 + 12 * i, beside) for i in range(1, 8)]
    for x, y in tries:
        free = all(abs(px - x) >= 11 or abs(py - y) >= 11 for px, py in placed)
        if free and 42 <= x <= edge and 10 <= y <= floor:
            return x, y
    return tries[0]


def lanes(
    rows: Sequence[Lane], today: date, today_words: str, *, title: str, key: str, closed: bool = False, gap: float = 8
) -> str:
    """Events on a time line, one lane per kind or carrier; the day of the dossier is a dashed line.

    `closed`: no year is named after that of the last day shown. `gap` is the room between lanes.
    """
    width = 720.0
    left, right, top, step = 178.0, 12.0, 30.0, 18.0
    days = [day for lane in rows for mark in lane.marks for day in (mark.low_on, mark.high_on)] + [today]
    axis = TimeAxis(days, left, width - left - right)
    stacked = [_stack(lane.marks, axis) for lane in rows]
    tops, at = [], top
    for stack in stacked:
        tops.append(at)
        at += step * max(1, max((level for _, level in stack), default=0) + 1) + gap
    canvas = Canvas(width, at + 6, title, key=key)
    for year in axis.years():
        x = axis.x(date(year, 1, 1))
        canvas.line((x, top - 6), (x, at), "s-line", width=0.6)
        if not closed or year < axis.end.year:
            canvas.text((x, top - 12), str(year), 10, css="t-soft", anchor="middle")
    for lane, stack, y in zip(rows, stacked, tops, strict=True):
        canvas.line((0, y - 4), (width - right, y - 4), "s-line", width=0.6)
        canvas.text((0, y + 10), lane.label, 11)
        for mark, level in stack:
            _event(canvas, mark, axis, y=y + level * step)
    x = axis.x(today)
    canvas.line((x, top - 6), (x, at), "s-ink", width=1.2, extra=' stroke-dasharray="4 3"')
    anchor = "end" if x > left + (width - left) * 0.5 else "start"
    canvas.text((x + (-4 if anchor == "end" else 4), at + 3), today_words, 10, css="t-soft", anchor=anchor)
    return canvas.svg()


def _stack(marks: Sequence[Mark], axis: TimeAxis) -> list[tuple[Mark, int]]:
    """A level for each mark so that none covers another; earlier marks lie lower in number."""
    ends: list[float] = []
    placed = []
    for mark in sorted(marks, key=lambda m: (m.low_on, m.high_on, len(m.key), m.key)):
        middle = (axis.x(mark.low_on) + axis.x(mark.high_on)) / 2
        start = min(axis.x(mark.low_on), middle - 10)
        level = next((i for i, end in enumerate(ends) if end <= start), len(ends))
        if level == len(ends):
            ends.append(0.0)
        ends[level] = max(axis.x(mark.high_on), middle + 10) + 1
        placed.append((mark, level))
    return placed


def _event(canvas: Canvas, mark: Mark, axis: TimeAxis, *, y: float) -> None:
    start, end = axis.x(mark.low_on), axis.x(mark.high_on)
    middle = (start + end) / 2
    if end - start > 3:
        canvas.line((start, y + 6), (end, y + 6), "s-soft", width=2)
    canvas.rect((middle - 9, y, 18, 13), "f-solid", ' rx="6.5"')
    canvas.text((middle, y + 9.8), mark.key, 9.5, css="t-paper t-strong", anchor="middle")
