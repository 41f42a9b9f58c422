"""What is not known, ranked by how much of the findings it widens, with whom to ask."""

from dataclasses import dataclass

from provenet.case.extract import Extract
from provenet.case.plans import main_plan
from provenet.case.rows import FundInputRow
from provenet.dossier.answers import widest_gaps
from provenet.dossier.files_beside import put_table
from provenet.dossier.unknowns import CostSwing, OpenFact, Unknown, aid_swings, cost_swings, open_facts, uncounted

TITLE = "What is not known, and whom to ask"
COLUMNS = ("what", "ask", "figure", "finding", "width_share", "left_share", "check", "id")


@dataclass(frozen=True, kw_only=True)
class NotKnown:
    """What widens shares and the cost, facts that leave answers open, and figures that move the aid."""

    unknowns: list[Unknown]
    facts: list[OpenFact]
    plan: str
    """The main plan."""
    costs: list[CostSwing]
    missing: list[str]
    """What no row counts, so that the plan leaves it out."""
    swings: list[tuple[str, FundInputRow]]


def collect(extract: Extract) -> NotKnown:
    """What is not known; what widens shares lies beside the page as a table too."""
    plan, rows = main_plan(extract), widest_gaps(extract)
    if rows:
        put_table(extract, "unknowns", [{one: getattr(row, one) for one in COLUMNS} for row in rows], columns=COLUMNS)
    return NotKnown(
        unknowns=rows,
        facts=open_facts(extract),
        plan=plan["plan_id"] if plan is not None else "",
        costs=cost_swings(extract),
        missing=uncounted(extract),
        swings=aid_swings(extract),
    )
