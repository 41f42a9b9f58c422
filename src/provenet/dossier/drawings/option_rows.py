"""Options side by side in one picture: what each costs, who stays behind restricted equipment, and by when."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from provenet.core import wording
from provenet.dossier.drawings.axes import days_axis, money_axis, share_axis
from provenet.dossier.drawings.row_chart import ChartRow, Stretch, interval, row_chart, stroke

Ends = tuple[float, float]
"""The lower and the upper end of an interval."""


@dataclass(frozen=True, kw_only=True)
class OptionRow:
    """One option: its names, and of a plan the cash, the shares before and after, and its days.

    `sourced` and `assumed` part the cash that the plan uses; `words` stand in place of the bars where there is no plan.
    """

    label: str
    under: str
    words: str = ""
    cash: Ends | None = None
    sourced: float = 0.0
    assumed: float = 0.0
    before: Ends | None = None
    after: Ends | None = None
    start_on: date | None = None
    done_on: date | None = None
    latest_on: date | None = None

    def spans(self) -> tuple[list[Stretch], list[Stretch], list[Stretch]]:
        """What stands on the three axes."""
        cash, shares, days = [], [], []
        used = self.sourced + self.assumed
        if self.words:
            cash.append(Stretch(start=0, end=0, fill="paper", words=(self.words,), beside="right", line=0.5))
        if self.cash:
            found = ((0.0, self.sourced, "solid"), (self.sourced, used, "line"), (0.0, used, "frame"))
            cash += [Stretch(start=start, end=end, fill=fill) for start, end, fill in found]
            cash += [
                Stretch(start=self.cash[0], end=self.cash[1], fill=fill, line=1, least=1)
                for fill in ("verdict", "frame")
            ]
        for line, (ends, words) in enumerate(((self.before, "before"), (self.after, "after"))):
            if ends:
                beside = f"{words} {wording.percent(0.0)}" if ends[1] == 0 else words
                shares += interval(*ends, "restricted", whole=ends[1], line=line)
                shares.append(Stretch(start=0, end=ends[1], fill="frame", words=(beside,), beside="right", line=line))
        if self.start_on and self.done_on:
            ends = self.start_on.toordinal(), self.done_on.toordinal()
            days.append(Stretch(start=ends[0], end=ends[1], fill="solid", line=0.5, least=2))
        if self.latest_on:
            days.append(stroke(self.latest_on.toordinal(), "restricted", 2.4))
        return cash, shares, days


def option_rows(
    rows: Sequence[OptionRow], first: date, end: date, *, currency: str, prices: str, title: str, key: str
) -> str:
    """Three axes over the same rows: cash, the share before and after, and the days from `first` until `end`."""
    most = [row.cash[1] for row in rows if row.cash]
    axes = [
        replace(money_axis([0.0, *(most or [1.0])], currency, f"Cash, {{}}, {prices}", most=4), part=1.6),
        replace(share_axis(name="Share behind it", steps=2), part=0.9),
        days_axis(first, end, "Work, until nothing is left"),
    ]
    drawn = [ChartRow(label=row.label, under=row.under, spans=row.spans()) for row in rows]
    entries = [("solid", "what the plan uses, from a source"), ("line", "count or price assumed")]
    entries += [("verdict", "up to the upper end"), ("|restricted", "last day of the rule")]
    return row_chart(drawn, axes, title=title, key=key, entries=entries, gap=10)
