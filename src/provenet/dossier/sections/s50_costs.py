"""Rows on what a change would cost, by their authors, and on whether vendors work together."""

from provenet.case.extract import unread
from provenet.case.rows import InteropRow
from provenet.core.answer import TITLES
from provenet.dossier.row_tables import RowKind
from provenet.replacement.cost_answer import published_costs

TITLE = TITLES["cost"]
SAYS = ""


LISTINGS = (
    RowKind(title="What a change would cost: estimates and their authors", name="cost", rows=published_costs),
    RowKind(
        title="Statements on interworking",
        name="interop",
        rows=lambda e: [row for row in e.inputs(InteropRow) if not unread(row)],
    ),
)
