"""Axes of drawings: shares, money, days and numbers, with round values, their words and their unit."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from provenet.core import wording


@dataclass(frozen=True, kw_only=True)
class Axis:
    """From the least to the most that is drawn: values with a line, values with words, and what it counts.

    Lines at `strong` values stand out; `part` is the room that it takes beside other axes.
    """

    low: float
    high: float
    lines: tuple[float, ...]
    names: tuple[tuple[float, str], ...]
    name: str = ""
    strong: tuple[float, ...] = (0.0,)
    part: float = 1.0

    def place(self, value: float) -> float:
        """Where a value lies, from 0 to 1; one beyond an end lies at the end.

        >>> axis_of([0.0, 2.0], str).place(0.5), axis_of([0.0, 2.0], str).place(9.0)
        (0.25, 1.0)
        """
        return min(max((value - self.low) / ((self.high - self.low) or 1.0), 0.0), 1.0)

    def within(self, low: float, high: float) -> "Axis":
        """The same axis drawn between two values alone."""
        names = tuple(one for one in self.names if low <= one[0] <= high)
        lines = tuple(one for one in self.lines if low <= one <= high)
        return replace(self, low=low, high=high, names=names, lines=lines)


def axis_of(ticks: Sequence[float], words: Callable[[float], str], name: str = "") -> Axis:
    """An axis over some ticks, each with its line and words."""
    names = tuple((one, words(one)) for one in ticks)
    return Axis(low=ticks[0], high=ticks[-1], lines=tuple(ticks), names=names, name=name)


def share_axis(highest: float = 1.0, name: str = "", *, steps: int = 4) -> Axis:
    """Shares from 0 to the first round share that holds the highest."""
    top = next((one for one in (0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8) if highest <= one), 1.0)
    return axis_of([top * at / steps for at in range(steps + 1)], wording.percent, name)


def money_axis(ends: Sequence[float], currency: str, name: str = "{}", *, most: int = 5) -> Axis:
    """Amounts over all `ends`; the name holds the unit where it has braces."""
    ticks = ticks_over(min(ends), max(ends), most)
    unit, scale = scale_of(max(map(abs, ticks)))
    return axis_of(ticks, lambda value: f"{value / scale:,.6g}", name.format(money_unit(unit, currency)))


def days_axis(first: date, end: date, name: str = "", *, quarters: bool = False) -> Axis:
    """Days as their ordinals, from the first until the end: a line where a year begins, its number in its middle."""
    low, high = first.toordinal(), max(end.toordinal(), first.toordinal() + 1)
    last = date.fromordinal(high - 1).year
    step = next(one for one in (1, 2, 5, 10, 50, 100, 500, 1000) if (last - first.year) / one <= 40)
    years = [year for year in range(first.year, last + 1) if (year - first.year) % step == 0]
    months = (1, 4, 7, 10) if quarters and step == 1 else (1,)
    starts = [date(year, month, 1).toordinal() for year in years for month in months]
    held = [(max(low, date(year, 1, 1).toordinal()), min(high, date(year, 12, 31).toordinal()), year) for year in years]
    least = min(150, high - low - 1)
    return Axis(
        low=low,
        high=high,
        lines=(*(start for start in starts if low <= start < high), high),
        names=tuple(((start + end) / 2, str(year)) for start, end, year in held if end - start >= least),
        name=name,
        strong=tuple(start for start, *_ in held) if len(months) > 1 else (),
    )


def whole_years(days: Sequence[date]) -> Axis:
    """All of the years that some days lie in."""
    last = max(days).year
    return days_axis(date(min(days).year, 1, 1), date(last + 1, 1, 1) if last < 9999 else date.max)


def ticks_over(low: float, high: float, most: int = 5) -> list[float]:
    """Round values from at most `low` to at least `high`, zero among them where it lies between.

    >>> ticks_over(0, 0.47), ticks_over(-30, 170)
    ([0.0, 0.1, 0.2, 0.3, 0.4, 0.5], [-50.0, 0.0, 50.0, 100.0, 150.0, 200.0])
    """
    low, high = min(low, high), max(low, high)
    if not high - low > 1e-9 * max(1.0, abs(low), abs(high)):
        return [low, low + max(1.0, abs(low) * 1e-6)]
    power = 10.0 ** math.floor(math.log10((high - low) / most))
    for step in (power * times for times in (1, 2, 2.5, 5, 10, 20, 25)):
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        if last - first <= most:
            return [round(at * step, 12) for at in range(first, last + 1)]
    return [low, high]


def reach(highs: Sequence[float]) -> float:
    """How far an axis reaches: to the highest end, or, where a few tower over the others, to what shows those.

    >>> reach([4.0, 6.0, 11.0]), reach([4.0, 6.0, 11.0, 900.0])
    (11.0, 11.0)
    """
    ordered = sorted(high for high in highs if high > 0)
    return max((high for high in ordered if high <= 6 * ordered[(len(ordered) - 1) // 2]), default=1.0)


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
