"""Options of a country side by side: stored plans under rules in force and under one scenario, in part and whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from provenet.case.extract import Extract
from provenet.case.plans import uncounted
from provenet.case.rows import PlanRow, PlanStepRow
from provenet.core import wording
from provenet.core.answer import Count, Money, Name, Quotation, Sentence, Series, Slot, sentence
from provenet.core.ids import names_in
from provenet.dossier import plans
from provenet.dossier.drawings.option_rows import OptionRow
from provenet.dossier.figure_tables import FigureTable, figure_table
from provenet.dossier.files_beside import put_table
from provenet.dossier.text import UNNAMED_WEIGHT, figure_of, prices_of, share_of
from provenet.replacement.cost_answer import costs_of_a_change, published_costs

SHOWN_OPTIONS, SHOWN_ESTIMATES = 4, 6
REACHED = " that the scenario reaches"
_SIDE = names_in("""
    policy_says scenario_says low_gross_cost_amount gross_cost_amount sourced_gross_cost_amount
    assumed_gross_cost_amount low_cost_amount mid_cost_amount price_year clear_on by_on lot_count swapped_count
    weight_kind low_before_share low_after_share status gap_share proof input_count assumed_count
""")
SIDE = {name: plans.HEADS["plan"][name] for name in _SIDE}
"""What stands beside each figure of options."""
_COLUMNS = names_in("""
    scenario_says currency price_year low_gross_cost_amount gross_cost_amount high_gross_cost_amount
    sourced_gross_cost_amount assumed_gross_cost_amount low_cost_amount mid_cost_amount high_cost_amount
    low_before_share high_before_share low_after_share high_after_share clear_on input_count assumed_count plan_id
""")
_ESTIMATE = {
    "item": "Estimate",
    "geo": "Place",
    "low_amount": "As published",
    "basis": "What it is",
    "year": "Year",
    "estimator": "Author",
    "method_says": "Scope",
    "note": "Who paid, where it is known",
}
_COST_COLUMNS = names_in("""
    item geo low_amount high_amount currency basis year estimator method_says row_id
""")


def options(extract: Extract) -> list[PlanRow]:
    """The plans of a page: rules in force, then scenarios, those limited to a part first.

    Of plans alike in all but their limits, the first in the order of the annex stands.
    """
    chosen: dict[tuple[object, ...], PlanRow] = {}
    for row in plans.in_order(extract):
        chosen.setdefault((row["scenario"], row["policy_says"], tuple(row["only"] or ())), row)
    return sorted(chosen.values(), key=lambda row: (row["scenario"], row["policy_says"], not row["only"]))


def apart(rows: Sequence[PlanRow], extract: Extract) -> tuple[list[PlanRow], list[tuple[PlanRow, int]]]:
    """The plans that stand side by side; and those that swap the same lots as one of them, when and for what it does,
    which are one option with the one of that number."""
    found: dict[object, int] = {}
    shown: list[PlanRow] = []
    alike: list[tuple[PlanRow, int]] = []
    for row in rows:
        key = _swaps(row, extract)
        if key in found:
            alike.append((row, found[key]))
        elif len(shown) < SHOWN_OPTIONS:
            shown.append(row)
            found[key] = len(shown)
    return shown, alike


def _swaps(row: PlanRow, extract: Extract) -> tuple[object, ...]:
    """What a plan does, but for the rule behind it; its own id where it swaps nothing."""
    if not row["swapped_count"]:
        return (row["plan_id"],)
    steps = []
    for step in extract.parts_of(PlanStepRow, row):
        what = step["carrier_id"], step["region"] or "", step["asset_class"], step["from_vendor_id"]
        when = step["start_on"] or date.min, step["done_on"] or date.max
        steps.append((*what, step["action"], step["element_count"], *when))
    cash = row["low_gross_cost_amount"], row["gross_cost_amount"], row["high_gross_cost_amount"]
    return (*cash, row["currency"], row["price_year"], *sorted(steps))


def lead(rows: Sequence[PlanRow]) -> Sentence | None:
    """The answer in a sentence: the cash of each plan; None where none is planned."""
    costs: list[Slot] = []
    for row in rows:
        if row["mid_cost_amount"] is not None:
            part = "everything that the scenario reaches" if row["scenario"] else "what the rules in force require"
            part = f"{wording.series(row['only'])} alone, in the scenario," if row["only"] else part
            lots = Count(number=row["lot_count"], one="lot", spelled=False)
            some = row["swapped_count"] < row["lot_count"]
            message = "{swapped} of {lots} of {part} {cost}" if some else "{part} {cost}"
            slots: dict[str, Slot] = {"swapped": Name(text=f"{row['swapped_count']:,}"), "lots": lots} if some else {}
            slots["part"] = sentence(part if costs else f"{part} would cost")
            ends = row["low_gross_cost_amount"], row["high_gross_cost_amount"]
            slots["cost"] = Money(low=ends[0], high=ends[1], currency=row["currency"], row=row["plan_id"])
            costs.append(sentence(message, **slots))
    return sentence("In cash, {costs}.", costs=Series(items=tuple(costs), last=";")) if costs else None


def side_by_side(rows: Sequence[PlanRow], extract: Extract) -> FigureTable:
    """The figures of options, a column for each."""
    held = [plans.in_words(row, extract) for row in rows]
    return figure_table("Options side by side", "plan", held, extract=extract, heads=SIDE, is_record=True)


def notes(row: PlanRow, stored: Sequence[PlanRow], extract: Extract) -> dict[str, Sentence]:
    """What a page says of an option beside its figures: what goes or why nothing does, and what stays.

    `stored` are the plans of the country, among them the whole of the scenario of which this one may be a part.
    """
    if row["mid_cost_amount"] is None:
        why = row["headline"].removeprefix(f"{row['country']}: nothing to swap. ")
        return {"What is swapped": sentence("Nothing. {why}", why=Quotation(text=why))}
    wholes = [one for one in stored if one["policy_says"] == row["policy_says"] and one["scenario"] and not one["only"]]
    rest, count = sentence("what these rules do not reach"), len(uncounted(row))
    if row["only"] and wholes:
        rest = sentence(
            "all else that the scenario reaches; behind the whole of it are {before} of {unit}",
            before=share_of(wholes[0], "before_share", wholes[0]["plan_id"]),
            unit=sentence(wholes[0]["weight_kind"] or UNNAMED_WEIGHT),
        )
    left, missing = row["lot_count"] - row["swapped_count"], figure_of(f"{count:,}", row["plan_id"])
    message = "Lots of this plan: {left}; and {rest}." if left else "Only {rest}."
    message += " Reached but not counted, for want of a figure: {missing}." if count else ""
    slots: dict[str, Slot] = {"missing": missing} if count else {}
    slots |= {"left": figure_of(f"{left:,}", row["plan_id"])} if left else {}
    return {"What is swapped": _swapped(row, extract), "What stays": sentence(message, rest=rest, **slots)}


def title_of(row: PlanRow) -> str:
    """What an option is called."""
    if not row["scenario"]:
        return "Rules as they are"
    return wording.series(row["only"]).capitalize() if row["only"] else f"Everything{REACHED}"


def _swapped(row: PlanRow, extract: Extract) -> Sentence:
    """What goes, by class and vendor with its carriers, each with its first lot in the annex."""
    held: dict[tuple[str, str], dict[str, PlanStepRow]] = {}
    steps = [step for step in extract.parts_of(PlanStepRow, row) if step["action"] != "stays"]
    for step in plans.listed_steps(steps, extract):
        key = wording.asset_class(step["asset_class"]), extract.name(step["from_vendor_id"])
        held.setdefault(key, {}).setdefault(extract.name(step["carrier_id"]), step)
    lots: list[Slot] = []
    for (what, vendor), carriers in sorted(held.items()):
        who = Series(items=tuple(figure_of(name, step["step_id"]) for name, step in carriers.items()))
        assumed = any(step["basis"] == "assumed" for step in carriers.values())
        message = "{what}, {vendor}: {who} (price assumed)" if assumed else "{what}, {vendor}: {who}"
        lots.append(sentence(message, what=Name(text=what), vendor=Name(text=vendor), who=who))
    return sentence("{lots}.", lots=Series(items=tuple(lots), last=";"))


@dataclass(frozen=True, kw_only=True)
class OptionPicture:
    """The rows of the picture of options, between its first and its last day, on one axis of money."""

    rows: list[OptionRow]
    first: date
    end: date
    currency: str
    prices: str


def drawn_options(rows: Sequence[PlanRow], extract: Extract) -> OptionPicture | None:
    """The picture of the options; None where none is a plan.

    Plans in several currencies or price years are never set on one axis: the first decides, others stand in words.
    """
    first = next((row for row in rows if row["swapped_count"] and row["high_gross_cost_amount"] is not None), None)
    if first is None:
        return None
    unit = first["currency"], first["price_year"]
    drawn = [_drawn(row, unit, extract) for row in rows]
    days = [day for one in drawn for day in (one.start_on, one.done_on, one.latest_on) if day]
    return OptionPicture(
        rows=drawn,
        first=date(min(days).year, 1, 1),
        end=date(max(days).year + 1, 1, 1),
        currency=unit[0] or "",
        prices=prices_of(unit[1]),
    )


def _drawn(row: PlanRow, unit: tuple[str | None, str | None], extract: Extract) -> OptionRow:
    label, under = title_of(row).removesuffix(REACHED), "a scenario" if row["scenario"] else "in force"
    low, high = row["low_gross_cost_amount"], row["high_gross_cost_amount"]
    if row["status"] == "nothing to swap":
        return OptionRow(label=label, under=under, words="Nothing that a row counts has to be replaced.")
    if low is None or high is None or (row["currency"], row["price_year"]) != unit:
        found = {"infeasible": "No plan keeps every limit.", "undetermined": "Not known whether anything has to go."}
        words = found.get(row["status"], "See the table.")
        return OptionRow(label=label, under=under, words=words)
    steps = extract.parts_of(PlanStepRow, row)
    starts = [step["start_on"] for step in steps if step["start_on"]]
    ends = [step["done_on"] for step in steps if step["done_on"]]
    return OptionRow(
        label=label,
        under=under,
        cash=(low, high),
        sourced=row["sourced_gross_cost_amount"] or 0.0,
        assumed=row["assumed_gross_cost_amount"] or 0.0,
        before=_ends(row["low_before_share"], row["high_before_share"]),
        after=_ends(row["low_after_share"], row["high_after_share"]),
        start_on=min(starts, default=None),
        done_on=row["clear_on"] or max(ends, default=None),
        latest_on=row["by_on"],
    )


def _ends(low: float | None, high: float | None) -> tuple[float, float] | None:
    return None if low is None or high is None else (low, high)


def put_options(rows: Sequence[PlanRow], extract: Extract) -> None:
    """The figures of the options as a file beside the page."""
    lines = [
        {
            "option": title_of(row),
            "policies": plans.policies_known(row["policy_says"], extract),
            "done_by": row["by_on"] if row["lot_count"] else None,
            **row,
        }
        for row in rows
    ]
    put_table(extract, "options", lines, columns=("option", "policies", "done_by", *_COLUMNS))


def estimates(extract: Extract) -> FigureTable | None:
    """Published estimates of what a change of vendors costs, the country's first, as far as the page has room."""
    rows = costs_of_a_change(extract)[:SHOWN_ESTIMATES]
    return (
        figure_table("Published estimates of costs", "cost", rows, extract=extract, heads=_ESTIMATE) if rows else None
    )


def put_estimates(extract: Extract) -> None:
    """Every published cost that the annex lists for the country, as a file beside the page."""
    rows = sorted(published_costs(extract), key=lambda row: row["row_id"])
    put_table(extract, "published-costs", rows, columns=_COST_COLUMNS)
