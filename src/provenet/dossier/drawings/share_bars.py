"""Bars of shares: intervals, carriers, networks by vendor, scenarios and the stairs; marks of outcomes."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

from provenet.core import wording
from provenet.dossier.carrier_bars import CarrierBars
from provenet.dossier.drawings.axes import axis_of, share_axis
from provenet.dossier.drawings.canvas import Canvas
from provenet.dossier.drawings.row_chart import ChartRow, Slice, interval, row_chart, side_by_side, single_bar
from provenet.dossier.networks import NetworkVendors, disjoint

NO_SHARE = "no share on record"


def share_bar(low: float, high: float, css: str = "solid", *, key: str, width: float = 320) -> str:
    """One interval from 0 to 100 %: filled up to `low` (at least), hatched to `high` (not known), empty beyond."""
    title = f"{wording.interval(low, high)} of the whole, on a scale from 0 to 100 %"
    return single_bar(interval(low, high, css), sorted({low, high}), title=title, key=key, width=width, tall=15)


def outcome_mark(outcome: str, key: str) -> str:
    """The shape of an outcome: square, half square, ring, hatched diamond; a bar where no rule is in force."""
    canvas = Canvas(14, 14, outcome, key=key)
    if outcome == "restricted":
        canvas.rect((1.5, 1.5, 11, 11), "f-restricted")
    elif outcome == "conditional":
        canvas.path("M1.5 1.5H12.5L1.5 12.5Z", "f-conditional")
        canvas.rect((1.5, 1.5, 11, 11), "s-conditional", ' stroke-width="1.6"')
    elif outcome == "clear":
        canvas.circle((7, 7), 5, "s-clear", extra=' stroke-width="2"')
    elif outcome == "undetermined":
        canvas.path("M7 .8L13.2 7L7 13.2L.8 7Z", "s-unknown", ' stroke-width="1.4"')
        canvas.path("M4 7L7 4M5 9L9 5M7 10L10 7", "s-unknown", ' stroke-width="1.3"')
    else:
        canvas.line((2, 7), (12, 7), "s-soft", width=2)
    return canvas.svg()


def carrier_bars(shown: CarrierBars, *, title: str, key: str) -> str:
    """A bar from 0 to 100 % for each carrier, as thick as it weighs: vendors that a policy names, others, the rest."""
    total, t = fsum(bar.weight or 0 for bar in shown.bars), shown.language.text
    rows = [
        ChartRow(
            label=bar.carrier,
            spans=(side_by_side([Slice("solid", bar.named), Slice("line", bar.other), Slice("vendor", bar.unknown)]),),
            words=(f"{bar.words}{t(' (to be checked)' * bar.check)}",),
            tall=max(14.0, 98.0 * (bar.weight or 0) / total) if total else 20.0,
        )
        for bar in shown.bars
    ]
    named = ", ".join(shown.named[:3]) + " …" * (len(shown.named) > 3)
    entries = [
        *([("solid", named or t("a vendor that a policy names"))] if any(bar.named for bar in shown.bars) else []),
        *([("line", t("other named vendors"))] if any(bar.other for bar in shown.bars) else []),
        ("vendor", t("no certain share on record")),
    ]
    return row_chart(rows, [share_axis(steps=2)], title=title, key=key, entries=entries, size=11.2, gap=4)


_VENDOR_FILLS = ("solid", "line", "ink", "clear", "tint", "soft")
"""How vendors are filled, in order of the largest share: neighbours differ in lightness, so in grey print too."""


def vendor_bars(networks: Sequence[NetworkVendors], *, title: str, key: str) -> str:
    """A bar from 0 to 100 % for each network: what is certain of its vendors, and its index of concentration."""
    found = [disjoint(one.figures) for one in networks]
    most: dict[str, float] = {}
    for figure in (figure for figures in found for figure in figures):
        most[figure.vendors] = max(most.get(figure.vendors, 0.0), figure.low)
    ordered = sorted(most, key=lambda vendor: (-most[vendor], vendor))
    fills = {vendor: _VENDOR_FILLS[number % len(_VENDOR_FILLS)] for number, vendor in enumerate(ordered)}
    rows = []
    for one, figures in zip(networks, found, strict=True):
        parts = [
            Slice(fills[each.vendors], each.low, (f"{each.vendors} {each.words}", each.vendors)) for each in figures
        ]
        parts.append(Slice("vendor", 1 - fsum(part.share for part in parts), () if parts else (NO_SHARE,)))
        under = f"{one.segment}, {one.kind}, {one.as_of}" if one.index else ""
        words = (f"concentration {one.index}",) if one.index else ()
        rows.append(ChartRow(label=one.name, under=under, spans=(side_by_side(parts),), words=words))
    entries = [(fills[vendor], vendor) for vendor in ordered]
    entries += [("vendor", NO_SHARE)] * any(span.fill == "vendor" for row in rows for span in row.spans[0])
    return row_chart(rows, [share_axis()], title=title, key=key, entries=entries, tall=21, gap=7)


@dataclass(frozen=True)
class ScenarioBar:
    """One scenario: pairs that lose their route and pairs that newly cross, surely and at most, and both in words."""

    name: str
    lost: tuple[int, int]
    new: tuple[int, int]
    lost_words: str
    new_words: str


def scenario_bars(bars: Sequence[ScenarioBar], *, title: str, key: str) -> str:
    """Two bars a scenario on one scale, from no pair to the most of any: filled as far as sure, hatched to the most."""
    most = max((count for bar in bars for count in (bar.lost[1], bar.new[1])), default=0) or 1
    rows = [
        ChartRow(
            label=bar.name,
            spans=([*interval(*bar.lost, whole=0), *interval(*bar.new, "restricted", whole=0, line=1)],),
            words=(f"lose it: {bar.lost_words}", f"newly cross: {bar.new_words}"),
        )
        for bar in bars
    ]
    entries = [
        ("solid", "pairs that lose their route"),
        ("restricted", "pairs that newly cross"),
        ("verdict", "perhaps"),
    ]
    axis = axis_of([0.0, float(most)], lambda value: f"{value:,.0f}")
    return row_chart(rows, [axis], title=title, key=key, entries=entries)
