"""Drawings over time: shares as intervals, and events in lanes. Marks carry a key that a table beside explains."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from provenet.dossier.drawings.axes import share_axis, whole_years
from provenet.dossier.drawings.plane import Band, Dots, Layer, Line, Plane
from provenet.dossier.drawings.row_chart import ChartRow, Stretch, row_chart, stroke


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


def shares_over_time(marks: Sequence[Mark], days: Sequence[date], *, title: str, key: str) -> str:
    """Intervals of one measure: time on x (over the span of `days`), share from 0 to 100 % on y."""
    across, layers, keys = whole_years(days), list[Layer](), []
    least = (across.high - across.low) / 35
    for one in sorted(marks, key=lambda one: (one.low_on, one.high_on, one.key)):
        middle = (one.low_on.toordinal() + one.high_on.toordinal()) / 2
        half = max(least, one.high_on.toordinal() - one.low_on.toordinal()) / 2
        ends = middle - half, middle + half
        layers.append(Band(places=[(x, one.low_share, one.high_share) for x in ends]))
        for share in (one.low_share, one.high_share):
            width = 4.0 if one.low_share == one.high_share else 2.0
            layers.append(Line(places=[(x, share) for x in ends], css="solid", width=width))
        keys.append((middle, one.high_share, one.key))
    plane = Plane(across, share_axis(name="share"), title=title, key=key, size=(344.0, 150.0))
    return plane.draw([*layers, Dots(places=keys, css="", is_kept=True)])


def lanes(rows: Sequence[Lane], today: date, today_words: str, *, title: str, key: str) -> str:
    """Events on a time line, one lane a law; the day of the dossier is a stroke through all."""
    axis = whole_years([today, *(day for lane in rows for one in lane.marks for day in (one.low_on, one.high_on))])
    now = stroke(today.toordinal(), "ink", 1.6)
    drawn = [ChartRow(label=lane.label, spans=([now],), stack=[_event(one) for one in lane.marks]) for lane in rows]
    return row_chart(drawn, [axis], title=title, key=key, entries=[("|ink", today_words)], tall=15, gap=4)


def _event(one: Mark) -> Stretch:
    days = one.low_on.toordinal(), one.high_on.toordinal()
    return Stretch(start=days[0], end=days[1], fill="solid", words=(one.key,), least=20)
