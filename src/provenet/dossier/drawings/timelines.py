"""Events in lanes over time. Marks carry a key that a table beside explains."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from provenet.dossier.drawings.axes import whole_years
from provenet.dossier.drawings.row_chart import ChartRow, Stretch, row_chart, stroke


@dataclass(frozen=True)
class Mark:
    """One event: its key and its days."""

    key: str
    low_on: date
    high_on: date


@dataclass(frozen=True)
class Lane:
    """One row of a time line."""

    label: str
    marks: tuple[Mark, ...]


def lanes(rows: Sequence[Lane], today: date, today_words: str, *, title: str, key: str) -> str:
    """Events on a time line, one lane a law; the day of the dossier is a stroke through all."""
    axis = whole_years([today, *(day for lane in rows for one in lane.marks for day in (one.low_on, one.high_on))])
    now = stroke(today.toordinal(), "ink", 1.6)
    drawn = [ChartRow(label=lane.label, spans=([now],), stack=[_event(one) for one in lane.marks]) for lane in rows]
    return row_chart(drawn, [axis], title=title, key=key, entries=[("|ink", today_words)], tall=15, gap=4)


def _event(one: Mark) -> Stretch:
    days = one.low_on.toordinal(), one.high_on.toordinal()
    return Stretch(start=days[0], end=days[1], fill="solid", words=(one.key,), least=20)
