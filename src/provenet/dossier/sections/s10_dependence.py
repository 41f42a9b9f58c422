"""Rows on the carriers and their vendors: sizes, shared networks, reports, shares, concentration, common failure."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from provenet.case.extract import Extract, unread
from provenet.case.rows import (
    CarrierShareRow,
    CommonFailureRow,
    ConcentrationRow,
    DeploymentRow,
    RidesOnRow,
    VendorShareRow,
)
from provenet.core.answer import TITLES
from provenet.core.ids import names_in
from provenet.dependence.contracts import newest_reports
from provenet.dependence.share_rows import how, unpublished_rows, vendor_rows
from provenet.dossier.row_tables import RowKind, Words

TITLE = TITLES["dependence"]
SAYS = ""
_OF_THE_DAY = {"a page of one day says it": ("later_estimate", "newest"), "the segment says it": ("asset_class",)}
_HOW: dict[str, Words] = {"method": lambda row, _: how(row)}
_PART = {"parts under a policy stand with the rules": names_in("part pack issuer unknown_because layer")}


def _of_country(rows: Iterable[Any], extract: Extract) -> list[Any]:
    """The rows of the country or of a carrier of it whose source was read."""
    here = {party["party_id"] for party in extract.parties() if party["country"] in extract.places}
    return [
        row for row in rows if not unread(row) and (row.get("country") in extract.places or here & {row["carrier_id"]})
    ]


def _sizes(extract: Extract) -> list[CarrierShareRow]:
    rows = _of_country(extract.inputs(CarrierShareRow), extract)
    return sorted(rows, key=lambda row: (row["measure"], row["as_of"] or "", -row["high_share"], row["row_id"]))


def _published(extract: Extract) -> list[VendorShareRow]:
    rows = [row for row in vendor_rows(extract) if row["method"] != "bounds" and not row["later_estimate"]]
    return sorted(rows, key=lambda row: (row["carrier_id"] or "", row["measure_kind"], row["measure"]))


def _bounds(extract: Extract) -> list[VendorShareRow]:
    """Bounds by weighting: the newest first, then those that cover most."""
    rows = [row for row in vendor_rows(extract) if row["method"] == "bounds" and not row["later_estimate"]]

    def place(row: VendorShareRow) -> tuple[object, ...]:
        newest = -(row["as_of_high_on"] or date.min).toordinal()
        return row["segment"], newest, -row["coverage_share"], row["measure"], -row["low_share"], row["high_share"]

    return sorted(rows, key=place)


def _failures(extract: Extract) -> list[CommonFailureRow]:
    """What fails together; a vendor that nobody names and nothing bounds is left out."""
    rows = [row for row in extract.results(CommonFailureRow) if row["carrier_ids"] or row["low_share"] > 0]
    return sorted(rows, key=lambda row: (row["asset_class"], row["measure"], -row["low_share"], row["high_share"]))


def _indexes(extract: Extract) -> list[ConcentrationRow]:
    """The indexes of the networks of the country first, then those of the world's markets."""
    rows = (row for row in extract.results(ConcentrationRow) if not row["later_estimate"])
    return sorted(rows, key=lambda row: (row["place"] not in extract.places, row["carrier_id"] or "", row["segment"]))


LISTINGS = (
    RowKind(title="How large the carriers are", name="carrier_share", rows=_sizes, by=("measure", "as_of")),
    RowKind(
        title="Which carrier uses whose network", name="rides_on", rows=lambda e: _of_country(e.inputs(RidesOnRow), e)
    ),
    RowKind(title="Vendors named at each carrier, the newest report of each", name="deployment", rows=newest_reports),
    RowKind(
        title="Shares of vendors, as published or counted",
        name="vendor_share",
        rows=_published,
        says="Shares of subscribers, sites, revenue or equipment are different wholes. What is left of a share belongs "
        "to other vendors or is not known; it is never clear.",
        by=("carrier_id",),
        hidden={**_OF_THE_DAY, **_PART},
        words=_HOW,
    ),
    RowKind(
        title="What the carriers' shares imply for the whole country",
        name="vendor_share",
        rows=_bounds,
        says="Each weighting is an assumption, stated in its words. A carrier without a figure counts as 0 to 100 %.",
        by=("segment", "measure", "as_of"),
        hidden={**_OF_THE_DAY, **_PART},
        words=_HOW,
    ),
    RowKind(
        title="Equipment of which no share of a vendor is published",
        name="vendor_share",
        rows=unpublished_rows,
        says="Unknown means neither none nor clear.",
        over=("segment",),
        hidden={**_OF_THE_DAY, **_PART},
    ),
    RowKind(
        title="How concentrated the vendors are",
        name="concentration",
        rows=_indexes,
        by=("place", "carrier_id"),
        hidden=_OF_THE_DAY,
    ),
    RowKind(
        title="What fails together",
        name="common_failure",
        rows=_failures,
        says="What would fail if all equipment of one vendor in one asset class failed, or had to be switched off, on "
        "the same day. Harm: loss of service.",
        by=("asset_class", "measure"),
    ),
    RowKind(
        title="Counts of sites and antennas, as their sources count them",
        name="deployment",
        rows=lambda e: [row for row in _of_country(e.inputs(DeploymentRow), e) if row["presence"] == "count"],
    ),
)
