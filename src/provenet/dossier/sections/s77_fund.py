"""Aid: the rows of each answer, a table for each kind, and the programmes on record."""

from provenet.case.extract import Extract
from provenet.dossier import aid
from provenet.dossier.figure_tables import FigureTable

TITLE = "Which aid would change which purchase"


def collect(extract: Extract) -> list[FigureTable]:
    """The tables of every answer, the one that the chapter shows first, and of the programmes."""
    rows = aid.in_order(extract)
    numbered = [(row, f"Answer {at}. " if len(rows) > 1 else "") for at, row in enumerate(rows, start=1)]
    tables = [one for row, of in numbered for one in aid.aid_tables(row, extract, of=of)]
    used, others = aid.programmes(extract, rows[0]["programme_id"] if rows else None)
    listed = aid.programme_table([*([used] if used else []), *others], extract)
    return [*tables, *([listed] if listed else [])]
