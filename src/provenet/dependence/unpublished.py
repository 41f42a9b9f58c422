"""What nobody publishes, in a row of its own: the asset classes of which no share of vendors is known.

A row is [0, 1] with coverage 0: any vendor may have all of it or none. It is written so that a page shows the gap.
"""

from collections.abc import Sequence

from provenet.case.rows import VendorShareRow
from provenet.case.tables import vocabulary
from provenet.dependence.intervals import UNKNOWN
from provenet.dependence.question import NO_DATES, DependenceQuestion, Deployment, covers, share_row
from provenet.dependence.shares import ref


def unpublished_rows(question: DependenceQuestion, shares: Sequence[VendorShareRow]) -> list[VendorShareRow]:
    """A row for each asset class a page must speak of, where no other row of the country has a figure of it."""
    known = {row["asset_class"] for row in shares if row["coverage_share"] and not row["later_estimate"]}
    made = []
    for asset_class, words in vocabulary()["asked_classes"].items():
        if asset_class in known:
            continue
        named = _named(question, asset_class)
        label = f"vendors of {words}, {question.country}: not published"
        if question.known is not None:
            label += ", not known on that day"
        if named:
            carriers = {row["carrier_id"] for row in named if row["carrier_id"]}
            label += f"; some are named, without a share, at {question.names_of(carriers)}"
        row = share_row(
            question,
            **UNKNOWN.columns(),
            **NO_DATES.columns(),
            asset_class=asset_class,
            segment=words,
            measure="equipment; no share of vendors is published",
            measure_kind="equipment",
            coverage_share=0.0,
            method="not published",
            label=label,
            formula="no row of market_share or deployment gives a share in this asset class",
            inputs=[ref(r, "deployment") for r in named],
        )
        made.append(row)
    return made


def _named(question: DependenceQuestion, asset_class: str) -> list[Deployment]:
    rows = []
    for row in question.rows("deployment"):
        held = row["asset_class"]
        here = row["country"] in question.places and held is not None and held not in ("all", "*")
        named = row["presence"] == "named" and row["vendor_ids"] and row["carrier_id"]
        if here and named and covers(asset_class, held or "") and question.belongs(row, "day"):
            rows.append(row)
    return rows
