"""Aid: who gets what, what it brings, what it rests on, with whom to speak first, and a sheet for each carrier."""

from __future__ import annotations

from typing import Any

from provenet.dossier.fund_pages import (
    approach_rows,
    award_rows,
    budget_points,
    contract_markers,
    day_points,
    facts_of,
    mechanism_rows,
)
from provenet.dossier.fund_rests import FundRests, by_width, figure_names, swings
from provenet.dossier.fund_sheets import Sheets
from provenet.dossier.stored import Row, Stored

TITLE = "Which aid tips which buyer"

OF_FUND = (
    *("response", "response_cost", "response_round", "award"),
    *("fund_curve", "fund_mechanism", "fund_input", "fund_approach"),
)
SHOWN_SETTLES = 2
"""Assumed figures that a sheet names among what would settle the answer: those that move it most."""


def collect(stored: Stored) -> dict[str, Any]:
    """The first answer in full, the others by their headline; or how to make one."""
    rows = sorted(stored.results("fund"), key=_order)
    return {
        "asked": bool(rows),
        "then": stored.known is not None,
        "fund": _fund(rows[0], stored) if rows else None,
        "more": [facts_of(row, stored) for row in rows[1:]],
    }


def _order(row: Row) -> tuple[Any, ...]:
    """Answers with awards first, then those of plain offers for the most subscribers."""
    plain = (row["objective"] != "exposure", row["mechanism"] != "offers", row["programme_id"] is None)
    return row["status"] in ("infeasible", "nothing to fund"), *plain, row["fund_id"]


def _fund(row: Row, stored: Stored) -> Row:
    same = (row["fund_id"], row["run_id"])
    tables = {
        name: [one for one in stored.results(name) if (one["fund_id"], one["run_id"]) == same] for name in OF_FUND
    }
    purchases = {one["purchase_id"]: one for one in stored.whole("purchase")}
    budgets, more_budgets, budget_spots = budget_points(tables["fund_curve"])
    days, more_days, day_spots = day_points(tables["fund_curve"])
    mechanisms, units, clears = mechanism_rows(tables["fund_mechanism"], row["mechanism"])
    names = figure_names(tables["fund_input"], purchases, stored)
    bars = swings(tables["fund_input"], names)
    assumed = [one for one in by_width(tables["fund_input"]) if one["basis"] == "assumed" and one["used"]]
    figures, still = FundRests(stored, names).figures(tables["fund_input"])
    settled = [{**one, "name": names[one["input_id"]]} for one in assumed[:SHOWN_SETTLES]]
    awards = award_rows(tables["award"], purchases, stored)
    approaches = approach_rows(tables["fund_approach"], stored)
    return {
        **facts_of(row, stored),
        "budget_amount": row["budget_amount"],
        "awards": awards,
        "budgets": budgets,
        "more_budgets": more_budgets,
        "budget_spots": budget_spots,
        "days": days,
        "more_days": more_days,
        "day_spots": day_spots,
        "contracts": contract_markers(tables["award"], stored),
        "mechanisms": mechanisms,
        "units": units,
        "clears": clears,
        "swings": bars,
        "untold_swings": max(0, len(by_width(tables["fund_input"])) - len(bars)),
        "figures": figures,
        "still": still,
        "approaches": approaches,
        "sheets": Sheets(stored, tables, purchases, row).all(settled),
    }
