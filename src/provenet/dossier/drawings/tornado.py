"""A tornado: what each figure of an answer moves, with the basis of each in words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from provenet.core import wording
from provenet.dossier.drawings.axes import axis_of, ticks_over
from provenet.dossier.drawings.row_chart import ChartRow, Stretch, row_chart, stroke


@dataclass(frozen=True)
class Swing:
    """What one figure moves: the answer at its lower end, in the middle and at its upper end, and the ends in words."""

    label: str
    basis: str
    at_low: float
    at_mid: float
    at_high: float
    low_words: str
    high_words: str

    def spans(self) -> list[Stretch]:
        """A bar from the middle to the answer at each end, named beyond it."""
        spans = []
        found = ((self.at_low, self.low_words, "solid"), (self.at_high, self.high_words, "line"))
        for line, (value, words, fill) in enumerate(found):
            low, high = sorted((self.at_mid, value))
            side = "left" if value < self.at_mid else "right"
            spans.append(Stretch(start=low, end=high, fill=fill, line=line))
            spans.append(Stretch(start=low, end=high, fill="frame", words=(words,), beside=side, line=line))
        return [*spans, stroke(self.at_mid)]


_BASES = {"sourced": "from a source", "derived": "our arithmetic on sources", "assumed": "assumed"}


def tornado(swings: Sequence[Swing], title: str, *, key: str) -> str:
    """One pair of bars a figure, the answer at its lower and at its upper end; a strong stroke is every middle."""
    values = [value for one in swings for value in (one.at_low, one.at_mid, one.at_high)]
    axis = axis_of(ticks_over(min(values), max(values)), wording.percent, "expected share behind clear purchases")
    room = 0.3 * (axis.high - axis.low)
    rows = [ChartRow(label=one.label, under=_BASES.get(one.basis, one.basis), spans=(one.spans(),)) for one in swings]
    entries = [("solid", "figure at its lower end"), ("line", "at its upper end"), ("|ink", "all at the middle")]
    wider = replace(axis, low=axis.low - room, high=axis.high + room)
    return row_chart(rows, [wider], title=title, key=key, entries=entries, size=10, tall=12, gap=4)
