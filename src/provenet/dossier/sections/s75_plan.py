"""Replacement plans: the rows of each, a table for each kind."""

from provenet.case.extract import Extract
from provenet.dossier import plans
from provenet.dossier.figure_tables import FigureTable

TITLE = "What to swap, and when"


def collect(extract: Extract) -> list[FigureTable]:
    """The tables of every plan, those under the rules in force first."""
    rows = plans.in_order(extract)
    numbered = [(row, f"Plan {at}. " if len(rows) > 1 else "") for at, row in enumerate(rows, start=1)]
    return [one for row, of in numbered for one in plans.plan_tables(row, extract, of=of)]
