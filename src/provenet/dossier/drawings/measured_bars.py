"""Measured shares of vendors with each doubt drawn apart, how many routers answered, and tiers of measured paths."""

from collections.abc import Sequence
from dataclasses import dataclass

from provenet.core import wording
from provenet.dossier.drawings.axes import share_axis
from provenet.dossier.drawings.row_chart import ChartRow, Slice, Stretch, interval, row_chart, side_by_side

Ends = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class MeasuredBar:
    """One vendor: the ends whoever made what is not identified, those with sampling too, and the share of each day."""

    name: str
    certain: Ends
    sampled: Ends | None
    days: tuple[float, ...]
    words: str


@dataclass(frozen=True, kw_only=True)
class PathBar:
    """The measured paths of one set of vendors, as parts of all: on a hop, in a network, unknown, clear."""

    name: str
    parts: tuple[float, float, float, float]
    words: str


TIERS = {"on a hop": "restricted", "in a network on the way": "condition", "unknown": "vendor", "clear": "clear"}
"""What is known of a measured path, and how it is filled."""


def measured_bars(bars: Sequence[MeasuredBar], *, title: str, key: str) -> str:
    """A line a vendor: solid what is certainly its, dotted what may be; strokes above for days, a bracket below."""
    rows = []
    for bar in bars:
        spans = interval(*bar.certain, hatch="vendor", line=0.5)
        spans += [Stretch(start=one, end=one, fill="ink", thick=0.4, least=1.4) for one in bar.days]
        if bar.sampled:
            spans.append(Stretch(start=bar.sampled[0], end=bar.sampled[1], fill="bracket", line=1))
        rows.append(ChartRow(label=bar.name, spans=(spans,), words=(bar.words,)))
    entries = [("solid", "identified as this vendor"), ("vendor", "vendor not identified")]
    entries += [("|ink", "each day, of those identified")] * any(bar.days for bar in bars)
    entries += [("bracket", "the interval, with sampling")] * any(bar.sampled for bar in bars)
    return row_chart(rows, [share_axis()], title=title, key=key, entries=entries, tall=17, gap=2)


def coverage_bar(probed: int | None, answered: int, identified: int, *, title: str, key: str) -> str:
    """One bar of the routers probed, or of those that answered: identified, answered without a name, silent."""
    whole = probed or answered
    named, heard = identified / whole, answered / whole
    label = f"{whole:,} {'probed' if probed else 'answered'}"
    row = ChartRow(label=label, spans=(interval(named, heard, hatch="vendor"),))
    entries = [
        ("solid", f"vendor identified {wording.percent(named)}"),
        ("vendor", f"answered, vendor not identified {wording.percent(heard - named)}"),
    ]
    entries += [("paper", f"no answer {wording.percent(1 - heard)}")] * bool(probed)
    return row_chart([row], [share_axis()], title=title, key=key, entries=entries, tall=20)


def path_bars(bars: Sequence[PathBar], *, title: str, key: str) -> str:
    """A bar a set of vendors: its tiers side by side, never added to each other."""
    rows = [
        ChartRow(label=bar.name, spans=(side_by_side(map(Slice, TIERS.values(), bar.parts)),), words=(bar.words,))
        for bar in bars
    ]
    entries = [(fill, tier) for tier, fill in TIERS.items()]
    return row_chart(rows, [share_axis()], title=title, key=key, entries=entries, tall=20)
