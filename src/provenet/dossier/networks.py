"""Networks with what is published of their vendors: carriers, the whole country, and the markets of the world."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from provenet.case.extract import Citation, Extract, near_day, unread
from provenet.case.rows import ConcentrationRow, DeploymentRow, MarketShareRow, VendorShareRow
from provenet.case.tables import vocabulary
from provenet.core import wording
from provenet.core.grouping import grouped
from provenet.dependence.contracts import mergers_of, newest_reports
from provenet.dependence.share_rows import interval, says_nothing, vendor_rows, weight_rows

_SEGMENTS = {"devices.handset": "handsets"}
"""Segments whose rows give an asset class, in words."""


@dataclass(frozen=True, kw_only=True)
class VendorFigure:
    """A published share of a vendor or a set, with the row behind it."""

    vendors: str
    words: str
    low: float
    high: float
    id: str
    ids: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()
    check: bool = False
    coverage: float | None = None
    cites: tuple[Citation, ...] = ()
    """The sources of a figure that stands apart from others of its count."""


VendorReport = dict[str, str]
"""A vendor that reports name without a share, or say is absent, with the row; `when` is where and when."""


@dataclass(frozen=True, kw_only=True)
class NetworkVendors:
    """One network, or one market, with the shares of one count: its vendors and their concentration."""

    name: str
    carrier_id: str | None = None
    into: str = ""
    """Of which carrier it has been a part since when, where another bought it whole."""
    segment: str = ""
    measure: str = ""
    kind: str = ""
    as_of: str = ""
    figures: tuple[VendorFigure, ...] = ()
    index: str = ""
    index_id: str = ""
    low_index: float | None = None
    high_index: float | None = None
    check: bool = False
    cites: tuple[Citation, ...] = ()
    notes: tuple[str, ...] = ()
    """What was noted with the published shares."""
    reports: tuple[VendorReport, ...] = ()
    """Other vendors that reports name at the carrier, beside the last line of it."""
    absent: tuple[VendorReport, ...] = ()
    """Vendors that reports say it does not use."""
    more: int = 0
    """Figures that are left to the annex."""


@dataclass(frozen=True, kw_only=True)
class Weight:
    """How large a carrier is."""

    words: str
    id: str
    share: float


def index_rows(extract: Extract) -> list[ConcentrationRow]:
    """The stored indexes of concentration, without estimates of a later day."""
    rows = [row for row in extract.results(ConcentrationRow) if not row["later_estimate"]]
    return sorted(rows, key=lambda row: (row["asset_class"], row["segment"], row["as_of"], row["concentration_id"]))


def networks(extract: Extract) -> list[NetworkVendors]:
    """The country as a whole, then its carriers, the largest first: of each part of a network the newest shares.

    Carriers without a share stand among the others, with the vendors that reports name.
    """
    weights, reports = carrier_weights(extract), reports_of(extract)
    found = [_network(row, extract) for row in index_rows(extract) if row["newest"] and not is_beside(row)]
    carriers = dict.fromkeys(one.carrier_id for one in found if one.carrier_id)
    silent = [c for c in dict.fromkeys([*weights, *reports]) if c not in carriers]
    found += [NetworkVendors(name=extract.name(carrier), carrier_id=carrier) for carrier in silent]
    found.sort(
        key=lambda one: (
            one.carrier_id is not None,
            -(weights[one.carrier_id].share if one.carrier_id in weights else 0.0),
            one.name.casefold(),
        )
    )
    merged = {one.carrier: f"since {one.since} part of {one.into}" for one in mergers_of(extract)}
    found = [replace(one, into=merged.get(one.name, "")) for one in found]
    return [
        _with_reports(one, [two for two in found if two.carrier_id == one.carrier_id], reports)
        if one.carrier_id in reports and (at == len(found) - 1 or found[at + 1].carrier_id != one.carrier_id)
        else one
        for at, one in enumerate(found)
    ]


def _with_reports(
    last: NetworkVendors,
    every: Sequence[NetworkVendors],
    reports: dict[str, tuple[list[VendorReport], list[VendorReport]]],
) -> NetworkVendors:
    named, absent = reports[last.carrier_id or ""]
    shown = {vendor for one in every for figure in one.figures for vendor in figure.names}
    return replace(last, reports=tuple(one for one in named if one["vendors"] not in shown), absent=tuple(absent))


def markets(extract: Extract) -> list[NetworkVendors]:
    """The markets of the world: of each part of networks and kind of count the newest shares, and the fullest."""
    series = grouped(
        ((row["place"], row["asset_class"], row["measure_kind"]), row) for row in index_rows(extract) if is_beside(row)
    )
    found: list[ConcentrationRow] = []
    for rows in series.values():
        newest = [row for row in rows if row["newest"]]
        fullest = min(rows, key=lambda row: (row["high_hhi_points"] - row["low_hhi_points"], row["concentration_id"]))
        found += newest if fullest in newest else [*newest, fullest]
    return [market(row, extract) for row in found]


def is_beside(row: ConcentrationRow) -> bool:
    """Whether an index is of a market beside the country."""
    return row["place"] in vocabulary()["markets_beside"]


def _network(row: ConcentrationRow, extract: Extract) -> NetworkVendors:
    inputs = set(row["inputs"])
    shares = [
        one
        for one in vendor_rows(extract)
        if one["method"] == "published" and not one["later_estimate"] and set(one["inputs"]) <= inputs
        if not says_nothing(one)
    ]
    shares.sort(key=lambda one: (one["complement"], -one["low_share"], one["share_id"]))
    return _made(row, tuple(share_figure(one, extract) for one in shares) or _sole(row, extract), extract)


def share_figure(row: VendorShareRow, extract: Extract) -> VendorFigure:
    """A stored share as a page shows it."""
    return VendorFigure(
        vendors=extract.vendors(row["vendor_ids"], row["complement"]),
        words=interval(row),
        low=row["low_share"],
        high=row["high_share"],
        id=row["share_id"],
        ids=frozenset() if row["complement"] else frozenset(row["vendor_ids"]),
        names=tuple(extract.name(vendor) for vendor in row["vendor_ids"]),
        check=row["to_be_checked"],
    )


def _sole(row: ConcentrationRow, extract: Extract) -> tuple[VendorFigure, ...]:
    """The only vendor, where words alone say so."""
    reports = {f"deployment:{one['row_id']}": one for one in extract.inputs(DeploymentRow)}
    named = [reports[key] for key in row["inputs"] if key in reports and reports[key]["presence"] == "named"]
    return tuple(
        VendorFigure(
            vendors=extract.vendors(one["vendor_ids"]),
            words="",
            low=1.0,
            high=1.0,
            id=one["row_id"],
            ids=frozenset(one["vendor_ids"]),
            names=tuple(extract.name(vendor) for vendor in one["vendor_ids"]),
        )
        for one in named
    )


def market(row: ConcentrationRow, extract: Extract) -> NetworkVendors:
    """A market with its published shares, straight from the rows that were read."""
    inputs = set(row["inputs"])
    shares = [one for one in extract.inputs(MarketShareRow) if f"market_share:{one['row_id']}" in inputs]
    shares.sort(key=lambda one: (one["complement"], -one["low_share"], one["row_id"]))
    figures = tuple(
        VendorFigure(
            vendors=extract.vendors(one["vendor_ids"], one["complement"]) if one["vendor_ids"] else "others",
            words=wording.interval(
                one["low_share"], one["high_share"], low_open=one["low_open"], high_open=one["high_open"]
            ),
            low=one["low_share"],
            high=one["high_share"],
            id=one["row_id"],
            ids=frozenset() if one["complement"] else frozenset(one["vendor_ids"]),
            check=unread(one),
        )
        for one in shares
    )
    return _made(row, figures, extract)


def _made(row: ConcentrationRow, figures: tuple[VendorFigure, ...], extract: Extract) -> NetworkVendors:
    return NetworkVendors(
        name=extract.name(row["carrier_id"]) or (row["place"] if is_beside(row) else f"{row['place']}, as a whole"),
        carrier_id=row["carrier_id"],
        segment=_SEGMENTS.get(row["segment"], row["segment"]),
        measure=row["measure"].removeprefix("share of "),
        kind=row["measure_kind"],
        as_of=row["as_of"],
        figures=figures,
        index=wording.points(row["low_hhi_points"], row["high_hhi_points"]),
        index_id=row["concentration_id"],
        low_index=row["low_hhi_points"],
        high_index=row["high_hhi_points"],
        check=row["to_be_checked"],
        cites=tuple(extract.cite_refs(row["inputs"])),
        notes=_notes(row, extract),
    )


def _notes(row: ConcentrationRow, extract: Extract) -> tuple[str, ...]:
    inputs = set(row["inputs"])
    rows = [one for one in extract.inputs(MarketShareRow) if f"market_share:{one['row_id']}" in inputs]
    return tuple(sorted({one["note"].rstrip(".") for one in rows if one["note"]}))


def disjoint(figures: Sequence[VendorFigure]) -> list[VendorFigure]:
    """Figures that can be drawn side by side: single vendors first, then sets that share none with them.

    Of several figures for the same vendors the least is certain.
    """
    least = {one.ids: one for one in sorted(figures, key=lambda figure: -figure.low)}
    kept: list[VendorFigure] = []
    for one in sorted(least.values(), key=lambda figure: len(figure.ids)):
        if one.ids and one.low > 0 and all(not one.ids & other.ids for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda figure: -figure.low)


def carrier_weights(extract: Extract) -> dict[str, Weight]:
    """How large each carrier is, by the newest count."""
    return {
        row["carrier_id"]: Weight(
            words=wording.interval(row["low_share"], row["high_share"]), id=row["row_id"], share=row["low_share"]
        )
        for row in weight_rows(extract)
    }


def reports_of(extract: Extract) -> dict[str, tuple[list[VendorReport], list[VendorReport]]]:
    """Per carrier the vendors that reports name, and those that they say are absent: each with its newest report."""
    found: dict[str, tuple[dict[str, list[DeploymentRow]], dict[str, list[DeploymentRow]]]] = {}
    for row in newest_reports(extract):
        if row["carrier_id"] and row["vendor_ids"]:
            named, absent = found.setdefault(row["carrier_id"], ({}, {}))
            into = absent if row["presence"] == "absent" else named
            each = [extract.name(vendor) for vendor in row["vendor_ids"]]
            for vendor in [extract.vendors(row["vendor_ids"], True)] if row["complement"] else each:
                into.setdefault(vendor, []).append(row)
    return {carrier: (_reports(named), _reports(absent)) for carrier, (named, absent) in found.items()}


def _reports(found: dict[str, list[DeploymentRow]]) -> list[VendorReport]:
    made = []
    for vendor, rows in sorted(found.items(), key=lambda item: item[0].casefold()):
        newest = max(rows, key=lambda row: (near_day(row["day_low_on"], row["day_high_on"]) or date.min, row["row_id"]))
        day = near_day(newest["day_low_on"], newest["day_high_on"])
        segments = wording.series(dict.fromkeys(row["segment"] for row in rows))
        made.append(
            {"vendors": vendor, "when": f"{segments}; {day.year if day else 'undated'}", "id": newest["row_id"]}
        )
    return made
