"""Replacement plans: what is swapped, by whom, when, at what cost, how exposure falls, and how good the plan is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from provenet.dossier.plan_rests import Rests
from provenet.dossier.plan_robust import falls, in_any_case, what_ifs
from provenet.dossier.planned import SHOWN_LOTS, facts_of, limits, lots, periods, points, spans, tracks
from provenet.dossier.stored import Row, Stored
from provenet.dossier.words import class_words, join_words

TITLE = "What to swap in which quarter"

SHOWN_PLANS = 4
"""Plans that get a page; of the others the answer stands in a sentence."""
HARM = "loss of service, if this equipment fails or has to be switched off; not content."
CONTROL_HARM = (
    "control, where a management system is restricted: whoever runs it can change the equipment under it; and loss of "
    "service. Not content."
)


def collect(stored: Stored) -> dict[str, Any]:
    """A page for each plan, those under the rules in force first; or how to make one."""
    rows = sorted(stored.results("plan"), key=_order)
    rests = Rests(stored)
    return {
        "asked": bool(rows),
        "then": stored.known is not None,
        "plans": [_plan(row, at, stored, rests) for at, row in enumerate(rows[:SHOWN_PLANS], start=1)],
        "more": [{"headline": row["headline"], "id": row["plan_id"]} for row in rows[SHOWN_PLANS:]],
        "lots": any(row["lot_count"] for row in rows),
    }


def _order(row: Row) -> tuple[Any, ...]:
    return row["scenario"], row["status"] == "infeasible", row["objective"] != "frontier", row["plan_id"]


def _of_plan(name: str, row: Row, stored: Stored) -> list[Row]:
    """The rows of a plan: of its run alone, since a search that was stopped and its next run share a plan's id."""
    return [one for one in stored.results(name) if (one["plan_id"], one["run_id"]) == (row["plan_id"], row["run_id"])]


def _plan(row: Row, number: int, stored: Stored, rests: Rests) -> Row:
    steps = _of_plan("plan_step", row, stored)
    quarters = sorted(_of_plan("plan_period", row, stored), key=lambda one: one["number_count"])
    figures = _of_plan("plan_input", row, stored)
    used, beside = rests.figures(figures)
    curves = _of_plan("plan_frontier", row, stored)
    facts = facts_of(row, steps)
    is_drawn = facts["planned"] and bool(quarters) and any(step["start_on"] for step in steps)
    return {
        "number": number,
        "scenario": row["scenario"],
        "scenario_says": row["scenario_says"] or "",
        "policy": row["policy_says"],
        "nothing": row["status"] == "nothing to swap",
        "infeasible": row["status"] == "infeasible",
        "status": row["status"],
        "headline": row["headline"].removeprefix(f"{row['country']}: nothing to swap. "),
        "unpriced": row["unpriced_count"],
        **facts,
        **{name: row[name] for name in ("clash", "relief", "binding", "assumed", "unanswered")},
        "input_count": row["input_count"],
        "assumed_count": row["assumed_count"],
        "lot_count": row["lot_count"],
        "seen": join_words(list(dict.fromkeys(class_words(step["asset_class"]) for step in steps))),
        "harm": CONTROL_HARM if any(step["layer"] == "management" for step in steps) else HARM,
        "given": any(step["fixed"] for step in steps),
        "latest": any(step["latest_on"] for step in steps),
        "tracks": tracks(steps, stored) if is_drawn else [],
        "first": quarters[0]["from_on"] if quarters else None,
        "end": quarters[-1]["to_on"] + timedelta(days=1) if quarters else None,
        "exposed": spans(quarters, "exposed_share") if is_drawn else [],
        "spent": spans(quarters, "spent_amount") if is_drawn else [],
        "lots": lots(steps, stored) if facts["planned"] else [],
        "more_lots": max(0, len(steps) - SHOWN_LOTS) if facts["planned"] else 0,
        "periods": periods(quarters) if is_drawn else [],
        "limits": limits(_of_plan("plan_use", row, stored)) if facts["planned"] else [],
        "curves": [_curve(curves, kind) for kind in ("budget", "date") if any(c["kind"] == kind for c in curves)],
        "what_ifs": what_ifs(_of_plan("plan_scenario", row, stored), row["currency"]),
        "sure": in_any_case(_of_plan("plan_first_year", row, stored), stored),
        "falls": falls(_of_plan("plan_flip", row, stored), row["currency"]),
        "figures": used,
        "beside": beside,
        "rules": rests.rules(figures),
        "id": row["plan_id"],
    }


def _curve(rows: list[Row], kind: str) -> Row:
    lines, spots = points(rows, kind)
    return {"kind": kind, "lines": lines, "spots": spots}
