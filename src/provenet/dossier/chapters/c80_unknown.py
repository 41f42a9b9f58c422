"""What is not known, ranked by how much of the findings it widens, with whom to ask."""

from provenet.case.extract import Extract, Fields
from provenet.dossier.answers import widest_gaps
from provenet.dossier.files_beside import put_table
from provenet.dossier.unknowns import aid_swings, cost_swings, open_facts, uncounted

TITLE = "What is not known, and whom to ask"
COLUMNS = ("what", "ask", "figure", "finding", "width_share", "left_share", "check", "id")


def collect(extract: Extract) -> Fields:
    """What widens shares and the cost, facts that leave answers open, figures that move the aid, what no row counts."""
    plan, missing, more = uncounted(extract)
    rows = widest_gaps(extract)
    beside = (
        put_table(extract, "unknowns", [{one: getattr(row, one) for one in COLUMNS} for row in rows], columns=COLUMNS)
        if rows
        else ""
    )
    return {
        "unknowns": rows,
        "beside": beside,
        "has_findings": any(row.finding for row in rows),
        "facts": open_facts(extract),
        "costs": cost_swings(extract),
        "swings": aid_swings(extract),
        "plan": plan,
        "missing": missing,
        "more": more,
    }
