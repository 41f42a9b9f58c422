"""Drawings of a plan: lots over quarters, exposure as a band, money spent and cumulative, and a curve of points.

Every drawing shows stored rows as they are. The one sum drawn is that of money spent so far: the amounts of the
quarters one after another, which end at the stored cost of the plan.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, groupby

from provenet.core import wording
from provenet.dossier.drawings.axes import Axis, days_axis, money_axis, share_axis
from provenet.dossier.drawings.plane import Band, Dots, Layer, Line, Plane
from provenet.dossier.drawings.row_chart import ChartRow, Stretch, row_chart, stroke


@dataclass(frozen=True, order=True)
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


_DAY = timedelta(days=1)


def schedule(tracks: Sequence[Track], first: date, end: date, *, title: str, key: str, width: float = 720) -> str:
    """Lots over the quarters from `first` until before `end`, a row for each carrier, class and vendor.

    A number in a bar counts the lots that start together; a dashed edge was given, not chosen; a strong stroke is the
    last day that a rule gives. Words at the right end of a row count the lots that stay.
    """
    rows = []
    for group, found in groupby(tracks, key=lambda track: track.group):
        rows.append(ChartRow(label=group))
        for track in found:
            counts: Counter[tuple[date, date, bool]] = Counter()
            for bar in track.bars:
                counts[bar.start_on, bar.done_on, bar.given] += bar.count
            stack = [_lots(*days, count=count) for days, count in sorted(counts.items())]
            late = [track.latest_on] if track.latest_on and first <= track.latest_on < end else []
            spans = [stroke(day.toordinal() + 1, "restricted", 2.4) for day in late]
            words = (wording.count(track.staying, "lot stays", "lots stay"),) if track.staying else ()
            rows.append(ChartRow(label=track.label, spans=(spans,), words=words, stack=stack))
    entries = [("solid", "lots, from the start of work until in service")]
    entries += [("given", "start given, not chosen")] * any(bar.given for track in tracks for bar in track.bars)
    entries += [("|restricted", "last day of the rule")] * any(track.latest_on for track in tracks)
    axes = [days_axis(first, end, quarters=True)]
    return row_chart(rows, axes, title=title, key=key, entries=entries, width=width, tall=15, gap=4)


def _lots(start: date, done: date, given: bool, *, count: int) -> Stretch:
    """Lots of the same days, with their number if there are several."""
    words, fill = (str(count),) if count > 1 else (), "given" if given else "solid"
    return Stretch(start=start.toordinal(), end=done.toordinal(), fill=fill, words=words, least=3)


def _plane(spans: Sequence[PeriodFigure], up: Axis, *, title: str, key: str) -> Plane:
    """A plane over the days of some periods."""
    return Plane(days_axis(spans[0].from_on, spans[-1].to_on + _DAY), up, title=title, key=key, size=(344.0, 190.0))


def _steps(spans: Sequence[PeriodFigure], *heights: Sequence[float]) -> list[tuple[float, ...]]:
    """Heights that stay level in each period: the first and the last day of each, with them."""
    days = [(float(span.from_on.toordinal()), float(span.to_on.toordinal() + 1)) for span in spans]
    return [(day, *found) for ends, *found in zip(days, *heights, strict=True) for day in ends]


def band(spans: Sequence[PeriodFigure], *, title: str, key: str, of: str) -> str:
    """A share of what `of` names over periods: filled to the lower end, hatched to the upper, the middle as a line."""
    lows, mids, highs = ([getattr(span, end) for span in spans] for end in ("low", "mid", "high"))
    layers: list[Layer] = [
        Band(places=_steps(spans, [0.0] * len(spans), lows), fill="restricted"),
        Band(places=_steps(spans, lows, highs)),
        Line(places=_steps(spans, highs), css="soft", width=1.2),
        Line(places=_steps(spans, mids)),
    ]
    return _plane(spans, share_axis(max(highs), f"of {of}"), title=title, key=key).draw(layers)


def spending(spans: Sequence[PeriodFigure], *, currency: str, title: str, key: str) -> str:
    """Money spent in each period as bars with their interval, and cumulative as a band with the middle as a line."""
    lows, mids, highs = (list(accumulate(getattr(span, end) for span in spans)) for end in ("low", "mid", "high"))
    layers: list[Layer] = [Band(places=_steps(spans, lows, highs))]
    layers += [Line(places=_steps(spans, ends), css="soft", width=1) for ends in (highs, lows)]
    for span in spans:
        first, last = float(span.from_on.toordinal()), float((span.to_on + _DAY).toordinal())
        inner = [first + (last - first) * part for part in (0.18, 0.5, 0.82)]
        layers.append(Band(places=[(x, 0.0, span.mid) for x in inner[::2]], fill="solid"))
        layers.append(Line(places=[(inner[1], span.low), (inner[1], span.high)], width=1.2))
    layers.append(Line(places=_steps(spans, mids)))
    return _plane(spans, money_axis([0.0, max(highs[-1], 1.0)], currency), title=title, key=key).draw(layers)


def curve(
    spots: Sequence[Spot], *, title: str, key: str, x_name: str, x_words: Callable[[float], str], y_unit: str
) -> str:
    """Points joined by a line, each with its key; x from the least to the most, y from 0.

    `x_name` names the x axis and `x_words` writes a value on it. Takes at least one point.
    """
    ordered = sorted(spots, key=lambda spot: (spot.x, spot.y, spot.key))
    places = [spot.x for spot in ordered]
    room = 0.05 * (places[-1] - places[0])
    names = tuple((x, x_words(x)) for x in places)
    across = Axis(low=places[0] - room, high=places[-1] + room, lines=tuple(places), names=names, name=x_name)
    up = money_axis([0.0, max(spot.y for spot in spots) or 1.0], y_unit)
    plane = Plane(across, up, title=title, key=key)
    line = Line(places=[(spot.x, spot.y) for spot in ordered], css="solid", width=1.6)
    return plane.draw([line, Dots(places=[(spot.x, spot.y, spot.key) for spot in ordered], css="solid")])
