"""Bars of aid: what a choice costs by part, and mechanisms for the same money.

In every bar the filled part is certain ("at least"), the hatched part is the interval, and a strong stroke is the
middle. The one sum drawn is that of the middles of a choice's parts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import fsum

from provenet.core import wording
from provenet.dossier.drawings.axes import Axis, axis_of, money_axis, reach, scale_of, ticks_over
from provenet.dossier.drawings.row_chart import ChartRow, Stretch, ranged, row_chart


@dataclass(frozen=True)
class CostPart:
    """One part of what a choice costs over its life; below zero it makes the choice cheaper."""

    name: str
    low: float
    mid: float
    high: float


@dataclass(frozen=True)
class PricedVendor:
    """A vendor that may be chosen, whether the aid may not be spent on it, and the parts of its cost."""

    label: str
    excluded: bool
    parts: tuple[CostPart, ...]

    @property
    def total(self) -> float:
        """The middles of the parts added up."""
        return fsum(part.mid for part in self.parts)

    @property
    def shown(self) -> list[tuple[float, CostPart]]:
        """The parts that are not nothing at both ends, each with where it starts: at the middles so far."""
        parts = [part for part in self.parts if part.low or part.mid or part.high]
        return list(zip(accumulate((part.mid for part in parts), initial=0.0), parts, strict=False))


@dataclass(frozen=True)
class Ranged:
    """One row of a chart of intervals; None where the figure has none, a high of None alone where it has no end."""

    label: str
    low: float | None
    mid: float | None
    high: float | None


def cost_bars(choices: Sequence[PricedVendor], *, currency: str, title: str, key: str) -> str:
    """What each choice costs over its life, part after part: each bar starts where the middle of the last one ends."""
    ends = [0.0] + [start + end for choice in choices for start, part in choice.shown for end in (part.low, part.high)]
    axis = money_axis(ends, currency, "{} over its life", most=4)
    _, scale = scale_of(max(abs(axis.low), abs(axis.high)))
    rows = []
    for choice in choices:
        mark = " (no aid may be spent on it)" * choice.excluded
        rows.append(ChartRow(label=choice.label, under=mark, words=(f"total {_short(choice.total / scale)}",)))
        for start, part in choice.shown:
            words = " to ".join(dict.fromkeys(_short(end / scale) for end in (part.low, part.high)))
            rows.append(
                ChartRow(label=part.name, spans=(ranged(part.low, part.mid, part.high, start=start),), words=(words,))
            )
    return row_chart(rows, [axis], title=title, key=key, width=344, size=10, tall=11, gap=2)


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 999.5 else f"{value:.3g}"


def mechanism_rows(units: Sequence[Ranged], gains: Sequence[Ranged], *, currency: str, title: str, key: str) -> str:
    """Mechanisms for the same money: cost per percentage point beside the share gained; words name what lies beyond."""
    most = reach([one.mid or 0.0 if one.high is None else one.high for one in units])
    lows = [[min(one.low or 0.0, 0.0) for one in found] for found in (units, gains)]
    cost = money_axis([most, *lows[0], 0.0], currency, "paid per percentage point, {}", most=4)
    ticks = ticks_over(min(lows[1], default=0.0), max((one.high or 0.0 for one in gains), default=1.0), 4)
    gain = axis_of(ticks, wording.percent, "share gained by it")
    _, scale = scale_of(cost.high)
    rows = [
        ChartRow(label=unit.label, spans=(_ranged(unit, cost, scale), _ranged(gained, gain, 1.0)))
        for unit, gained in zip(units, gains, strict=True)
    ]
    return row_chart(rows, [cost, gain], title=title, key=key, gap=4)


def _ranged(one: Ranged, axis: Axis, scale: float) -> list[Stretch]:
    """An interval on its axis; words tell of one that goes further."""
    if one.low is None or one.mid is None:
        return [Stretch(start=0, end=0, fill="paper", words=("none is gained",), beside="right")]
    end = axis.high
    spans = ranged(one.low, one.mid, 2 * end if one.high is None else one.high)[: None if one.mid <= end else -1]
    if one.high is None or one.high > end * (1 + 1e-9):
        words = "no upper end →" if one.high is None else f"to {_short(one.high / scale)} →"
        spans.append(Stretch(start=end - 0.35 * (end - axis.low), end=end, fill="paper", words=(words,)))
    return spans
