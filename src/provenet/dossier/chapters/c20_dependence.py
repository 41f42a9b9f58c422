"""On whom the carriers depend: every vendor alike, how concentrated each network is, and the world's market."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from operator import attrgetter

from provenet.case.extract import Extract
from provenet.case.rows import CarrierShareRow, VendorShareRow
from provenet.core.grouping import grouped
from provenet.core.ids import names_in
from provenet.dependence.share_rows import says_nothing, vendor_rows, weight_rows
from provenet.dossier.files_beside import csv_beside
from provenet.dossier.networks import (
    NetworkVendors,
    VendorFigure,
    Weight,
    carrier_weights,
    markets,
    networks,
    share_figure,
)

TITLE = "On whom the carriers depend"
_VENDORS_SHOWN = 8
"""Vendors of a table of bounds; the annex lists them all."""
_COLUMNS = names_in("""
    network segment measure as_of vendors low_share high_share low_hhi_points high_hhi_points row concentration_row
""")
_NETWORK, _FIGURE = attrgetter("name", "segment", "measure", "as_of"), attrgetter("vendors", "low", "high")
"""What the first columns say of a network and of a figure of it."""


@dataclass(frozen=True, kw_only=True)
class Dependence:
    """The networks of the country with what carriers weigh, what they imply together, and the world's market."""

    networks: list[NetworkVendors]
    weights: Mapping[str, Weight]
    weighed: CarrierShareRow | None
    """A row of the count that carriers are weighed by."""
    bounds: list[NetworkVendors]
    markets: list[NetworkVendors]


def collect(extract: Extract) -> Dependence:
    """A bar and a line for each network with a published share, a line for each carrier without, and the market."""
    found, beside = networks(extract), markets(extract)
    for name, lines in (("dependence.csv", found), ("world-market.csv", beside)):
        if any(line.figures for line in lines):
            extract.files[name] = _csv(lines)
    return Dependence(
        networks=found,
        weights=carrier_weights(extract),
        weighed=next(iter(weight_rows(extract)), None),
        bounds=_bounds(extract),
        markets=beside,
    )


def _bounds(extract: Extract) -> list[NetworkVendors]:
    """For radio access and core the newest weighting of the carriers with the widest coverage, that needs no check."""
    rows = [r for r in vendor_rows(extract) if r["method"] == "bounds" and not r["later_estimate"]]
    rows = [r for r in rows if r["asset_class"].split(".")[0] in ("ran", "core")]
    groups = grouped(((row["segment"], row["measure"], row["as_of"]), row) for row in rows)
    shown: dict[str, NetworkVendors] = {}
    for (segment, measure, as_of), found in sorted(
        groups.items(), key=lambda g: (g[0][0], _newest_and_widest(g[1]), g[0])
    ):
        if segment in shown or any(row["to_be_checked"] for row in found):
            continue
        found.sort(key=lambda r: (-r["low_share"], r["high_share"], extract.vendors(r["vendor_ids"]).casefold()))
        figures = tuple(_bound(row, extract) for row in found if not says_nothing(row))
        shown[segment] = NetworkVendors(
            name=segment[:1].upper() + segment[1:],
            measure=measure,
            as_of=as_of,
            figures=figures[:_VENDORS_SHOWN],
            more=len(figures[_VENDORS_SHOWN:]),
        )
    return [group for group in shown.values() if group.figures]


def _bound(row: VendorShareRow, extract: Extract) -> VendorFigure:
    cites = tuple(extract.cite_refs(row["inputs"]))
    return replace(share_figure(row, extract), coverage=row["coverage_share"], cites=cites)


def _newest_and_widest(rows: Sequence[VendorShareRow]) -> tuple[int, float]:
    return -max((r["as_of_high_on"] or date.min).toordinal() for r in rows), -max(r["coverage_share"] for r in rows)


def _csv(found: Iterable[NetworkVendors]) -> bytes:
    rows = (
        (*_NETWORK(one), *_FIGURE(figure), one.low_index, one.high_index, figure.id, one.index_id)
        for one in found
        for figure in one.figures
    )
    return csv_beside(_COLUMNS, rows)
