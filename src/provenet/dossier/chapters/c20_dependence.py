"""On whom the carriers depend: every vendor alike, how concentrated each network is, and the world's market."""

from collections.abc import Iterable, Sequence
from datetime import date
from operator import attrgetter

from provenet.case.extract import Extract, Fields
from provenet.case.rows import VendorShareRow
from provenet.core.grouping import grouped
from provenet.core.ids import names_in
from provenet.dependence.share_rows import coverage, interval, says_nothing, vendor_rows, weight_rows
from provenet.dossier.files_beside import csv_beside
from provenet.dossier.networks import NetworkVendors, carrier_weights, markets, networks

TITLE = "On whom the carriers depend"
_VENDORS_SHOWN = 8
"""Vendors of a table of bounds; the annex lists them all."""
_COLUMNS = names_in("""
    network segment measure as_of vendors low_share high_share low_hhi_points high_hhi_points row concentration_row
""")
_NETWORK, _FIGURE = attrgetter("name", "segment", "measure", "as_of"), attrgetter("vendors", "low", "high")
"""What the first columns say of a network and of a figure of it."""


def collect(extract: Extract) -> Fields:
    """A bar and a line for each network with a published share, a line for each carrier without, and the market."""
    found, beside = networks(extract), markets(extract)
    sizes = weight_rows(extract)
    for name, lines in (("dependence.csv", found), ("world-market.csv", beside)):
        if any(line.figures for line in lines):
            extract.files[name] = _csv(lines)
    return {
        "networks": found,
        "is_published": any(one.figures for one in found),
        "weights": carrier_weights(extract),
        "weighed": {"measure": sizes[0]["measure"], "as_of": sizes[0]["as_of"] or "no date"} if sizes else None,
        "bounds": _bounds(extract),
        "markets": beside,
    }


def _bounds(extract: Extract) -> list[Fields]:
    """For radio access and core the newest weighting of the carriers with the widest coverage, that needs no check."""
    rows = [r for r in vendor_rows(extract) if r["method"] == "bounds" and not r["later_estimate"]]
    rows = [r for r in rows if r["asset_class"].split(".")[0] in ("ran", "core")]
    groups = grouped(((row["segment"], row["measure"], row["as_of"]), row) for row in rows)
    shown: dict[str, Fields] = {}
    for (segment, measure, as_of), found in sorted(
        groups.items(), key=lambda g: (g[0][0], _newest_and_widest(g[1]), g[0])
    ):
        if segment in shown or any(row["to_be_checked"] for row in found):
            continue
        found.sort(key=lambda r: (-r["low_share"], r["high_share"], extract.vendors(r["vendor_ids"]).casefold()))
        lines = [_line(row, extract) for row in found if not says_nothing(row)]
        shown[segment] = {
            "title": _capital(segment),
            "measure": measure,
            "as_of": as_of,
            "lines": lines[:_VENDORS_SHOWN],
            "more": max(0, len(lines) - _VENDORS_SHOWN),
        }
    return [group for group in shown.values() if group["lines"]]


def _newest_and_widest(rows: Sequence[VendorShareRow]) -> tuple[int, float]:
    return -max((r["as_of_high_on"] or date.min).toordinal() for r in rows), -max(r["coverage_share"] for r in rows)


def _line(row: VendorShareRow, extract: Extract) -> Fields:
    return {
        "vendors": extract.vendors(row["vendor_ids"], row["complement"]),
        "low": row["low_share"],
        "high": row["high_share"],
        "words": interval(row),
        "coverage": coverage(row["coverage_share"]),
        "cites": extract.cite_refs(row["inputs"]),
        "id": row["share_id"],
    }


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _csv(found: Iterable[NetworkVendors]) -> bytes:
    rows = (
        (*_NETWORK(one), *_FIGURE(figure), one.low_index, one.high_index, figure.id, one.index_id)
        for one in found
        for figure in one.figures
    )
    return csv_beside(_COLUMNS, rows)
