"""What a change would cost: what the main plan counts, beside what others published, with who paid for it."""

import re
from collections.abc import Mapping
from typing import Any

from provenet.case.extract import Extract, unread
from provenet.case.plans import main_plan, uncounted
from provenet.case.rows import CostRow, PlanRow, PlanStepRow
from provenet.core import wording
from provenet.core.answer import Answer, Count, Country, Money, Name, Quotation, Sentence, Series, Slot, Term, sentence
from provenet.core.grouping import grouped

SHOWN_COSTS = 2
"""Published estimates that the answer names."""
_OF_A_CHANGE = re.compile(r"\b(?:replac|remov|swap|ban\b|tear|restrict|phas|cap\b|rip\b|delay)", re.IGNORECASE)
"""Words by which an estimate in the table of costs says that it is one of a change of vendors, and not of a network."""
BASES = {"assumed": "assumed", "derived": "our arithmetic on sources", "sourced": "from a source"}

NO_PLAN = "What a replacement would cost is not worked out: no plan for {country} is on record that this page may show."
NOT_MADE = "What a replacement would cost is not known: {why}."
NOTHING_REACHED = "No rule in force is known to reach equipment that is counted here, so no replacement is costed."
NOTHING_IN_SCENARIO = "If {policy} bound the carriers, nothing that is counted here would have to be replaced."
LEFT = "The rules in force reach {lots} that are counted here, and each is left where it is: {why}."
LEFT_IN_SCENARIO = (
    "If {policy} bound the carriers, it would reach {lots} that are counted here, and each is left: {why}."
)
WHY_LEFT = {
    "infeasible": "no plan keeps every limit",
    "unpriced": "none has a price on record, and what has no price is not counted as free",
    "": "the plan replaces none within its limits",
}
COST = "Replacing what the rules reach and is counted here would cost {cost} in cash ({year} prices){left_out}."
COST_IN_SCENARIO = (
    "If {policy} bound the carriers, replacing what it reaches and is counted here would cost {cost} in cash "
    "({year} prices){left_out}."
)
SOME_LEFT = "Left when the plan ends: {left} of {lots}."
ASSUMED = "{assumed} of its {inputs} are assumed."
COUNTED = "Counted: {equipment}."
AT = "{vendor} at {carriers} ({part})"
NOT_COUNTED = "; not counted: {kinds}"
KIND = "{vendor} ({part})"
OF_ONE = "{country} ({whose})"
OTHER = "Published for {geo}: {item}, {cost} ({basis}, {year}; {sponsor})."
PAID = "{who}; {paid}"
NO_ESTIMATE = "No published estimate of what a change of vendors costs in {country} is on record."
COUNT = "The carriers can state how much equipment of each vendor they use, and its prices."


def cost_answer(extract: Extract) -> Answer:
    """The cost of the main plan in cash by its ends, what it leaves out, and what others published, with sponsors."""
    plan = main_plan(extract)
    others = costs_of_a_change(extract)[:SHOWN_COSTS]
    return extract.answer(
        "cost",
        _finding(plan, extract),
        sentences=[
            *_beside(plan, extract),
            *map(_other, others),
            *([] if others else [sentence(NO_ESTIMATE, country=Country(name=extract.country))]),
            *([] if plan is not None and plan["swapped_count"] else [sentence(COUNT)]),
        ],
        caveats=_caveats(plan),
        would_change=[sentence(COUNT)],
        key_row=plan["plan_id"] if plan is not None else "",
        rows=[row["row_id"] for row in others],
    )


def _finding(plan: PlanRow | None, extract: Extract) -> Sentence:
    if plan is None:
        return sentence(NO_PLAN, country=Country(name=extract.country))
    if plan["status"] == "undetermined":
        return sentence(NOT_MADE, why=Quotation(text=plan["headline"].partition(": no plan is made. ")[2].rstrip(".")))
    if not plan["swapped_count"]:
        return _none_replaced(plan)
    cost = Money(
        low=plan["low_gross_cost_amount"],
        high=plan["high_gross_cost_amount"],
        currency=plan["currency"],
        row=plan["plan_id"],
    )
    message = COST_IN_SCENARIO if plan["scenario"] else COST
    kinds = Series(items=tuple(map(_kind, uncounted(plan))), last=";")
    return sentence(
        message,
        cost=cost,
        policy=Name(text=plan["policy_says"]),
        year=Term(text=plan["price_year"] or "undated"),
        left_out=sentence(NOT_COUNTED, kinds=kinds) if kinds.items else sentence(""),
    )


def _kind(text: str) -> Slot:
    """What a plan says of equipment that no row counts, as a vendor, at a carrier where it names one, and a part."""
    found = _REACHED.match(text)
    if found is None:
        return Name(text=text)
    slots: dict[str, Slot] = {
        "vendor": Name(text=found["vendor"]),
        "carriers": Series(items=(Name(text=found["at"] or ""),)),
        "part": Term(text=wording.asset_class(found["part"])),
    }
    return sentence(AT if found["at"] else KIND, **slots)


def _none_replaced(plan: PlanRow) -> Sentence:
    """Why a plan replaces nothing: that nothing has to go, or what keeps all that has to go where it is."""
    lots, policy = plan["lot_count"], Name(text=plan["policy_says"])
    if not lots and plan["scenario"]:
        return sentence(NOTHING_IN_SCENARIO, policy=policy)
    if not lots:
        return sentence(NOTHING_REACHED)
    why = "infeasible" if plan["status"] == "infeasible" else "unpriced" if plan["unpriced_count"] == lots else ""
    message = LEFT_IN_SCENARIO if plan["scenario"] else LEFT
    reached = Count(number=lots, one="lot of equipment", many="lots of equipment")
    return sentence(message, lots=reached, why=sentence(WHY_LEFT[why]), policy=policy)


def _beside(plan: PlanRow | None, extract: Extract) -> list[Sentence]:
    """What the cost counts at whom, and what is left when the plan ends."""
    if plan is None or not plan["swapped_count"]:
        return []
    swaps = (one for one in extract.parts_of(PlanStepRow, plan) if one["action"] != "stays")
    kinds = grouped(((one["from_vendor_id"], one["asset_class"]), extract.name(one["carrier_id"])) for one in swaps)
    counted = tuple(
        sentence(
            AT,
            vendor=Name(text=extract.name(vendor)),
            carriers=Series(items=tuple(Name(text=name) for name in sorted({*names}))),
            part=Term(text=wording.asset_class(part)),
        )
        for (vendor, part), names in sorted(kinds.items())
    )
    found = [sentence(COUNTED, equipment=Series(items=counted, last=";"))] if counted else []
    left = plan["lot_count"] - plan["swapped_count"]
    lots = Count(number=plan["lot_count"], one="lot")
    found += [sentence(SOME_LEFT, left=Count(number=left, spelled=False), lots=lots)] if left else []
    return found


def _caveats(plan: PlanRow | None) -> list[Sentence]:
    """How much of the cost is assumed."""
    if plan is None or not (plan["swapped_count"] and plan["assumed_count"] and plan["input_count"]):
        return []
    inputs = Count(number=plan["input_count"], one="input", spelled=False)
    return [sentence(ASSUMED, assumed=Count(number=plan["assumed_count"], spelled=False), inputs=inputs)]


def _other(row: CostRow) -> Sentence:
    cost = Money(low=row["low_amount"], high=row["high_amount"], currency=row["currency"], row=row["row_id"])
    place, _, whose = row["geo"].removesuffix(")").partition(" (")
    country = Country(name=place)
    return sentence(
        OTHER,
        geo=sentence(OF_ONE, country=country, whose=Name(text=whose)) if whose else country,
        item=Name(text=row["item"]),
        cost=cost,
        basis=Term(text=row["basis"] or "basis not stated"),
        year=Term(text=row["year"] or "year not stated"),
        sponsor=_sponsors(row),
    )


_PAID = re.compile(r"[^;,]*\b(?:commissioned by|sponsor)[^;]*")


def sponsors_of(row: Mapping[str, Any]) -> str:
    """Who made an estimate, and who paid for it, as its row notes it."""
    return _sponsors(row).says


def _sponsors(row: Mapping[str, Any]) -> Sentence:
    found = _PAID.search(f"{row['method_says'] or ''}; {row['note'] or ''}")
    who = Term(text=row["estimator"] or "by whom is not stated")
    return sentence(PAID, who=who, paid=Term(text=found[0].strip())) if found else sentence("{who}", who=who)


_REACHED = re.compile(r"(?:(?P<at>[^:]+): )?(?P<vendor>.+?) (?:is named )?in (?P<part>[^:(,]+?)(?=: | \(|, )")


def costs_of_a_change(extract: Extract) -> list[CostRow]:
    """Published estimates of what a change of vendors costs, the country's first."""
    rows = [row for row in published_costs(extract) if len(row["currency"]) == 3]
    rows = [row for row in rows if row["low_amount"] is not None or row["high_amount"] is not None]
    rows = [row for row in rows if _OF_A_CHANGE.search(f"{row['item']} {row['basis']}")]
    return sorted(rows, key=lambda row: (_place(row) != extract.country, row["geo"], row["item"], row["row_id"]))


def published_costs(extract: Extract) -> list[CostRow]:
    """The published costs that the annex lists for the country and what it belongs to."""
    regions = {"EU", "Europe", "world"} if "EU" in extract.jurisdictions() else {"world"}
    rows = [row for row in extract.inputs(CostRow) if not unread(row)]
    return [row for row in rows if _place(row) == extract.country or _place(row) in regions]


def _place(row: CostRow) -> str:
    return row["geo"].split(" (")[0]
