"""Plans: which one of a case speaks for what the rules in force require, and the days that it costs."""

import re
from datetime import date

from provenet.case.extract import Extract
from provenet.case.rows import PlanRow, PlanStepRow


def main_plan(extract: Extract) -> PlanRow | None:
    """The plan that replaces something under the rules in force; else in the scenario."""

    def place(row: PlanRow) -> tuple[object, ...]:
        return not row["lot_count"], row["scenario"], not row["swapped_count"], bool(row["only"]), row["plan_id"]

    return min(extract.results(PlanRow), key=place, default=None)


def costed_days(extract: Extract) -> set[tuple[str | None, date | None]] | None:
    """The rules and last days whose equipment the main plan replaces at a price; None without one of rules in force."""
    plan = main_plan(extract)
    if plan is None or plan["scenario"]:
        return None
    steps = (step for step in extract.parts_of(PlanStepRow, plan) if step["priced"] and step["action"] != "stays")
    return {(step["rule_id"], step["latest_on"]) for step in steps}


_UNCOUNTED = re.compile(r"\bno row (?:says how much|counts)\b|, since rows of element_count count that class")


def uncounted(row: PlanRow) -> list[str]:
    """What the rules reach and no row counts: of what lacks, nothing on a price or on a carrier's size."""
    return [text for text in row["unanswered"] if _UNCOUNTED.search(text)]
