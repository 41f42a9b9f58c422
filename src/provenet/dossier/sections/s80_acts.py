"""Rows on who could act: contracts not signed yet, contracts and tenders on record, and who spoke to whom."""

from datetime import date
from typing import Any

from provenet.case.extract import Extract, near_day, unread
from provenet.case.rows import OutreachRow
from provenet.core.answer import TITLES
from provenet.dependence.contracts import contracts, purchases_ahead
from provenet.dossier.row_tables import RowKind

TITLE = TITLES["acts"]
SAYS = ""


def _spoken(extract: Extract) -> list[Any]:
    rows = (row for row in extract.inputs(OutreachRow) if not unread(row))
    return sorted(rows, key=lambda row: (near_day(row["day_low_on"], row["day_high_on"]) or date.max, row["row_id"]))


LISTINGS = (
    RowKind(title="Contracts not signed yet", name="purchase", rows=purchases_ahead),
    RowKind(title="Contracts, awards and tenders of equipment", name="procurement", rows=contracts),
    RowKind(title="Who spoke to whom", name="outreach", rows=_spoken),
)
