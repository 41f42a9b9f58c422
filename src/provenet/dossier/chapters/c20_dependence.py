"""On whom the carriers depend: every vendor alike, how concentrated each network is, and the world's market."""

from collections.abc import Iterable
from operator import attrgetter

from provenet.case.extract import Extract, Fields
from provenet.core.ids import names_in
from provenet.dependence.share_rows import vendor_rows, weight_rows
from provenet.dossier.files_beside import csv_beside
from provenet.dossier.networks import NetworkVendors, carrier_weights, markets, networks
from provenet.dossier.sections.s40_dependence import bounds_by_weighting

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
    """For radio access and core the newest weighting of the carriers with the widest coverage."""
    rows = [r for r in vendor_rows(extract) if r["method"] == "bounds" and not r["later_estimate"]]
    rows = [r for r in rows if r["asset_class"].split(".")[0] in ("ran", "core")]
    shown: list[Fields] = []
    for group in bounds_by_weighting(rows, extract)["bounds"]:
        lines = list(group["lines"]) if isinstance(group["lines"], list) else []
        if lines:
            more = max(0, len(lines) - _VENDORS_SHOWN)
            title = _capital(str(group["segment"]))
            shown.append({**group, "title": title, "lines": lines[:_VENDORS_SHOWN], "more": more})
    return shown


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _csv(found: Iterable[NetworkVendors]) -> bytes:
    rows = (
        (*_NETWORK(one), *_FIGURE(figure), one.low_index, one.high_index, figure.id, one.index_id)
        for one in found
        for figure in one.figures
    )
    return csv_beside(_COLUMNS, rows)
