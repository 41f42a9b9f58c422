"""Aid: who gets what, what it achieves, what it is based on, whom to speak to first, and a sheet for each purchase."""

from provenet.case.rows import (
    AwardRow,
    FundApproachRow,
    FundCurveRow,
    FundInputRow,
    FundMechanismRow,
    FundRow,
    PurchaseRow,
    ResponseCostRow,
    ResponseRoundRow,
    ResponseRow,
)
from provenet.dossier import aid, aid_inputs
from provenet.dossier.extract import Extract, Fields
from provenet.dossier.offer_sheets import OfferSheets

TITLE = "Which aid would change which purchase"

SHOWN_ASSUMED = 2
"""Assumed figures that a sheet names among what would settle the answer: those that move it most."""


def collect(extract: Extract) -> Fields:
    """The first answer in full, the others by their headline; or how to make one."""
    rows = aid.in_order(extract)
    used, others = aid.programmes(extract, rows[0]["programme_id"] if rows else None)
    return {
        "has_answer": bool(rows),
        "then": extract.known is not None,
        "fund": fund_fields(rows[0], extract) if rows else None,
        "programmes": [*([used] if used else []), *others],
        "more": [aid.answer_figures(row, extract) for row in rows[1:]],
    }


def fund_fields(row: FundRow, extract: Extract) -> Fields:
    """Everything that a page shows of one answer on aid."""
    purchases = {one["purchase_id"]: one for one in extract.whole(PurchaseRow)}
    curves, inputs = aid.of_fund(FundCurveRow, row, extract), aid.of_fund(FundInputRow, row, extract)
    awards, approaches = aid.of_fund(AwardRow, row, extract), aid.of_fund(FundApproachRow, row, extract)
    budgets, more_budgets, budget_spots = aid.budget_points(curves)
    days, more_days, day_spots = aid.day_points(curves)
    mechanisms, units, gains = aid.mechanism_rows(aid.of_fund(FundMechanismRow, row, extract), row["mechanism"])
    names = aid_inputs.figure_names(inputs, purchases, extract)
    swings, widest = aid_inputs.swings(inputs, names), aid_inputs.by_width(inputs)
    assumed = [one for one in widest if one["basis"] == "assumed" and one["used"]][:SHOWN_ASSUMED]
    figures, still = aid_inputs.input_figures(inputs, names, extract)
    award_lines = aid.award_rows(awards, purchases, extract)
    approach_lines = aid.approach_rows(approaches, extract)
    sheets = OfferSheets(
        extract,
        fund=row,
        purchases=purchases,
        awards=awards,
        approaches=approaches,
        responses=aid.of_fund(ResponseRow, row, extract),
        costs=aid.of_fund(ResponseCostRow, row, extract),
        rounds=aid.of_fund(ResponseRoundRow, row, extract),
    )
    settling: list[FundInputRow] = [{**one, "name": names[one["input_id"]]} for one in assumed]
    return {
        **aid.answer_figures(row, extract),
        "budget_amount": row["budget_amount"],
        "awards": award_lines,
        "budgets": budgets,
        "more_budgets": more_budgets,
        "budget_spots": budget_spots,
        "days": days,
        "more_days": more_days,
        "day_spots": day_spots,
        "contracts": aid.contract_markers(awards, extract),
        "mechanisms": mechanisms,
        "units": units,
        "gains": gains,
        "swings": swings,
        "hidden_swings": max(0, len(widest) - len(swings)),
        "figures": figures,
        "still": still,
        "approaches": approach_lines,
        "sheets": sheets.all(settling),
    }
