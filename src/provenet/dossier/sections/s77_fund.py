"""Aid: who gets what, what it achieves, what it is based on, whom to speak to first, and a sheet for each purchase."""

from __future__ import annotations

from typing import Any

from provenet.dossier import aid, aid_inputs
from provenet.dossier.extract import Extract, Row
from provenet.dossier.offer_sheets import OfferSheets

TITLE = "Which aid would change which purchase"

OF_FUND = (
    *("response", "response_cost", "response_round", "award"),
    *("fund_curve", "fund_mechanism", "fund_input", "fund_approach"),
)
SHOWN_ASSUMED = 2
"""Assumed figures that a sheet names among what would settle the answer: those that move it most."""


def collect(extract: Extract) -> dict[str, Any]:
    """The first answer in full, the others by their headline; or how to make one."""
    rows = sorted(extract.results("fund"), key=_order)
    return {
        "has_answer": bool(rows),
        "then": extract.known is not None,
        "fund": _fund(rows[0], extract) if rows else None,
        "more": [aid.answer_figures(row, extract) for row in rows[1:]],
    }


def _order(row: Row) -> tuple[Any, ...]:
    """Answers with awards first, then those of plain offers for the most subscribers."""
    plain = (row["objective"] != "exposure", row["mechanism"] != "offers", row["programme_id"] is None)
    return row["status"] in ("infeasible", "nothing to fund"), *plain, row["fund_id"]


def _fund(row: Row, extract: Extract) -> Row:
    same = (row["fund_id"], row["run_id"])
    tables = {
        name: [one for one in extract.results(name) if (one["fund_id"], one["run_id"]) == same] for name in OF_FUND
    }
    purchases = {one["purchase_id"]: one for one in extract.whole("purchase")}
    budgets, more_budgets, budget_spots = aid.budget_points(tables["fund_curve"])
    days, more_days, day_spots = aid.day_points(tables["fund_curve"])
    mechanisms, units, gains = aid.mechanism_rows(tables["fund_mechanism"], row["mechanism"])
    names = aid_inputs.figure_names(tables["fund_input"], purchases, extract)
    swings = aid_inputs.swings(tables["fund_input"], names)
    widest = aid_inputs.by_width(tables["fund_input"])
    assumed = [one for one in widest if one["basis"] == "assumed" and one["used"]][:SHOWN_ASSUMED]
    figures, still = aid_inputs.input_figures(tables["fund_input"], names, extract)
    awards = aid.award_rows(tables["award"], purchases, extract)
    approaches = aid.approach_rows(tables["fund_approach"], extract)
    sheets = OfferSheets(extract, tables=tables, purchases=purchases, fund=row)
    return {
        **aid.answer_figures(row, extract),
        "budget_amount": row["budget_amount"],
        "awards": awards,
        "budgets": budgets,
        "more_budgets": more_budgets,
        "budget_spots": budget_spots,
        "days": days,
        "more_days": more_days,
        "day_spots": day_spots,
        "contracts": aid.contract_markers(tables["award"], extract),
        "mechanisms": mechanisms,
        "units": units,
        "gains": gains,
        "swings": swings,
        "hidden_swings": max(0, len(widest) - len(swings)),
        "figures": figures,
        "still": still,
        "approaches": approaches,
        "sheets": sheets.all([{**one, "name": names[one["input_id"]]} for one in assumed]),
    }
