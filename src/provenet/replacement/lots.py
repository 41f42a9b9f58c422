"""Lots: equal parts of a block, what each takes, when it may start, and what goes before or along with it.

A lot is named as a lot and never as a site; lots of one block are alike but for the day they would be renewed anyway.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from math import ceil

import polars as pl

from provenet.case.money import NOTHING, Band, InputFigure, Money
from provenet.case.rows import InteropRuleRow, PlanLimitRow, SwapOptionRow, VendorShareRow
from provenet.core import wording
from provenet.core.ids import is_in_class
from provenet.forms.schedule import AVERAGED
from provenet.replacement import limits
from provenet.replacement.blocks import Block, assign_vendors, named_vendors
from provenet.replacement.limits import Quarters
from provenet.replacement.options import WEEKS_A_QUARTER, Choice, brought_forward, choices, due_years

FEWEST_LOTS, MOST_LOTS = 8, 48
SMALLEST_BLOCK = 100
"""Elements from which a block is parted into lots whatever its work."""


@dataclass(frozen=True, kw_only=True)
class PlanQuestion:
    """What a plan is to answer: objective, days, money, and the switches that stand in its settings.

    `budget` is an amount over all quarters; `budgets` is whether the budgets of `plan_limit` count where it is None.
    `crews` is how many every carrier has, in place of what rows say; `vendors` are the only ones that may come, empty
    for any. `options` limits the swap options by id, `rules_off` the rules of order that are not kept; `fixed` gives
    lots a first day of work, or None for lots that stay.
    """

    country: str
    objective: str
    quarters: Quarters
    by_on: date
    budget: float | None = None
    budgets: bool = True
    renewal_credit: bool = True
    deadlines: bool = True
    crews: float | None = None
    vendors: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    rules_off: tuple[str, ...] = ()
    fixed: Mapping[str, date | None] = field(default_factory=dict)


@dataclass(frozen=True)
class PlanInputs:
    """What the lots of a country draw on: options, limits, published shares and deployments, and the plan's money.

    `restricted` are the vendors that a verdict reaches: none of them may come.
    """

    options: Sequence[SwapOptionRow]
    limits: Sequence[PlanLimitRow]
    shares: Sequence[VendorShareRow]
    deployments: pl.DataFrame
    money: Money
    restricted: frozenset[str]


@dataclass(frozen=True)
class Lot:
    """One lot: what it is, what it takes, and when it may start; `done_before` is a start before the first quarter."""

    unit_id: str
    block: Block
    number: int
    lots: int
    count: Band
    weight: Band
    choice: Choice | None
    to_vendor: str | None
    duration: int
    earliest: int
    latest: int | None
    due_years: float | None
    done_before: bool = False
    fixed: bool = False
    after: tuple[str, ...] = ()
    together: tuple[str, ...] = ()

    @property
    def priced(self) -> bool:
        """Whether any option gives a price."""
        return self.choice is not None and self.choice.price is not None

    @property
    def planned(self) -> bool:
        """Whether the lot is a unit of the instance: it has a price and was not done before."""
        return self.priced and not self.done_before

    @property
    def is_assumed(self) -> bool:
        """Whether no source gives its count or its price."""
        return self.choice is None or "assumed" in (self.block.basis, self.choice.basis)

    def gross(self) -> Band:
        """The price of the whole lot, each end of the price with the same end of the count. Zero without a price."""
        return NOTHING if self.choice is None or self.choice.price is None else self.choice.price.by(self.count)

    def left_of_price(self, start: int) -> float:
        """The part of the price that a start in a quarter costs beyond a renewal due anyway."""
        return brought_forward(self.due_years, self.choice.life_years if self.choice else None, start)

    def salvage(self) -> float:
        """What the old equipment brings, at the middle price."""
        return self.gross().mid * (self.choice.salvage_share if self.choice else 0.0)

    def cost(self, start: int) -> Band:
        """What a start in a quarter costs beyond what is due anyway, less salvage; never below zero."""
        share = self.choice.salvage_share if self.choice else 0.0
        return self.gross() * max(0.0, self.left_of_price(start) - share)

    def crew_weeks(self) -> float:
        """Work of the lot."""
        return self.choice.crew_weeks.mid * self.count.mid if self.choice else 0.0


@dataclass
class Notes:
    """What is gathered on the way: sentences, and the figures used."""

    clash: list[str] = field(default_factory=list)
    relief: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    used: list[InputFigure] = field(default_factory=list)


def without_carried(blocks: Sequence[Block], notes: Notes) -> list[Block]:
    """Blocks but for management systems of equipment that goes itself: they go with it."""
    goes = {(block.carrier_id, block.vendor_id, block.asset_class) for block in blocks}
    kept = []
    for block in blocks:
        base = block.asset_class.removesuffix(".management")
        if base != block.asset_class and (block.carrier_id, block.vendor_id, base) in goes:
            notes.assumed.append(
                "the management system of equipment that is removed is switched off with its last lot, at no price"
            )
        else:
            kept.append(block)
    return kept


def lots_of(
    block: Block, question: PlanQuestion, inputs: PlanInputs, *, notes: Notes, parts: int | None = None
) -> list[Lot]:
    """The lots of one block, with what each takes and who comes.

    `parts` is into how many it is parted; None is by the work of a quarter.
    """
    ways = choices(inputs.options, block, question.country, money=inputs.money, only=question.options)
    choice = ways[0] if ways else None
    notes.used += [*block.used, *(choice.used if choice else ())]
    number = parts or _number_of_lots(block, choice, question, limit_rows=inputs.limits)
    wanted = number if not block.reach.keep_share else _above_cap(block, number, notes)
    if choice is None or choice.price is None:
        lots = wording.count(wanted, "lot")
        notes.missing.append(f"{block.name}: no price; {lots} not priced, not planned and not counted as free")
    if choice is not None and choice.is_averaged:
        notes.assumed.append(
            f"{block.name}: {AVERAGED}, whoever comes; a bound over it is stated as a bound, not certified"
        )
    vendors: Sequence[str | None] = (None,) * wanted
    if choice is not None and choice.action == "swap":
        vendors = _new_vendors(block, choice, inputs, lots=wanted, question=question, notes=notes)
    duration = max(1, ceil((choice.work_weeks if choice else 0) / WEEKS_A_QUARTER))
    earliest = ceil((choice.lead_weeks if choice else 0) / WEEKS_A_QUARTER)
    lots_made = []
    for at in range(wanted):
        due = None
        if choice is not None and question.renewal_credit:
            due = due_years(choice.life_years, choice.left_share, at, lots=number)
            if block.renewal_on is not None and choice.life_years:
                due = max(0.0, (block.renewal_on - question.quarters.first).days / 365.25)
        part = 1 / number
        lot = Lot(
            unit_id=f"{block.name} lot {at + 1} of {number}" if number > 1 else block.name,
            block=block,
            number=at,
            lots=number,
            count=block.count * part,
            weight=block.weight * part,
            choice=choice,
            to_vendor=vendors[at],
            duration=duration,
            earliest=earliest,
            latest=None,
            due_years=due,
        )
        lots_made.append(replace(lot, latest=_latest(lot, question, notes)))
    return lots_made


def _number_of_lots(
    block: Block, choice: Choice | None, question: PlanQuestion, *, limit_rows: Sequence[PlanLimitRow]
) -> int:
    """Lots of about half the work of the carrier's crews in the quarter that has least of them, but for none; of an
    element at least, and one of what is small and fits into a quarter."""
    quarters, country, given = question.quarters, question.country, question.crews
    crews = limits.crews(limit_rows, quarters, country, carrier=block.carrier_id, region=block.region, given=given)
    is_small = block.count.mid < SMALLEST_BLOCK
    least = min(filter(None, crews.capacity), default=0.0) if crews is not None else 0.0
    if choice is None or not choice.crew_weeks.mid or not least:
        return 1 if is_small else 2 * FEWEST_LOTS
    takes = block.count.mid * choice.crew_weeks.mid / least
    if is_small:
        return min(MOST_LOTS, max(1, int(block.count.mid)), ceil(2 * takes)) if takes > 1 else 1
    return min(MOST_LOTS, max(FEWEST_LOTS, ceil(2 * takes)))


def _above_cap(block: Block, lots: int, notes: Notes) -> int:
    """How many lots have to go until the share that may stay is kept."""
    above = max(0.0, block.share.mid - block.reach.keep_share)
    keep = wording.percent(block.reach.keep_share, places=0)
    notes.assumed.append(f"the cap of {keep} in {block.reach.rule_id} is read as a share of the elements counted here")
    return ceil(lots * above / block.share.mid - 1e-9) if block.share.mid else 0


def _new_vendors(
    block: Block, choice: Choice, inputs: PlanInputs, *, lots: int, question: PlanQuestion, notes: Notes
) -> Sequence[str | None]:
    country = question.country
    own = named_vendors(inputs.deployments, country, block.asset_class, carrier=block.carrier_id)
    others = named_vendors(inputs.deployments, country, block.asset_class, carrier=None)
    own, others = ([name for name in names if name not in inputs.restricted] for names in (own, others))
    if choice.to_vendors:
        own, others = [name for name in choice.to_vendors if name not in inputs.restricted], []
    if question.vendors:
        own, others = _allowed(own, choice, inputs, question=question)
        if not own and not others:
            listed = wording.series(question.vendors, "or")
            notes.clash.append(f"vendors: {block.name} may go to {listed} alone, and none of them may come there")
            notes.relief.append(f"{block.name}: allow another vendor")
            return (None,) * lots
    cap = limits.row_for(
        inputs.limits, "vendor cap", country=country, carrier_id=block.carrier_id, asset_class=block.asset_class
    )
    most = None if cap is None else cap["limit_amount"]
    assignment = assign_vendors(block, lots, own, others=others, shares=inputs.shares, cap=most)
    if cap is not None:
        notes.used += limits.used_of([cap])
    if assignment.says:
        notes.assumed.append(f"new vendors: {assignment.says}")
    if assignment.clash:
        notes.clash.append(assignment.clash)
        notes.relief.append(assignment.relief or "")
    return assignment.vendors


def _allowed(
    own: Sequence[str], choice: Choice, inputs: PlanInputs, *, question: PlanQuestion
) -> tuple[list[str], list[str]]:
    """Of the vendors that alone may come those that serve the carrier, and the others; none that is restricted.

    Where an option names its vendors, only those of them.
    """
    kept = [name for name in question.vendors if name not in inputs.restricted]
    others = [] if choice.to_vendors else [name for name in kept if name not in own]
    return [name for name in own if name in kept], others


def _latest(lot: Lot, question: PlanQuestion, notes: Notes) -> int | None:
    """The last quarter in which a lot may start: by the verdict's day, and by the plan's where it is to be cheapest."""
    quarters, by = question.quarters, lot.block.reach.by_on
    lasts = []
    if question.deadlines and by is not None and by < quarters.end(quarters.count):
        lasts.append((quarters.ended_by(by) - lot.duration, f"{lot.block.reach.rule_id}, remove by {by},"))
    if question.objective == "cost":
        lasts.append((quarters.count - lot.duration, f"--by {question.by_on}"))
    if not lasts or not lot.priced:
        return None
    last, why = min(lasts)
    if last < lot.earliest:
        soonest, name = quarters.end(lot.earliest + lot.duration - 1), lot.block.name
        takes = f"{wording.count(lot.earliest, 'quarter')} from order to delivery and {lot.duration} of work"
        notes.clash.append(f"{why} clashes with {name}: {takes} make {soonest} the first possible day")
        notes.relief.append(f"{name}: a deadline of {soonest}, or an option with less lead time or work")
    return last


def ordered(lots: Sequence[Lot], rules: Sequence[InteropRuleRow], question: PlanQuestion, *, notes: Notes) -> list[Lot]:
    """Lots with what comes before and along, by the rules that are applied."""
    bound = list(lots)
    for rule in rules:
        applied = rule["applied"] and rule["rule_id"] not in question.rules_off
        if not any(is_in_class(lot.block.asset_class, rule["asset_class"]) for lot in lots):
            continue
        state = "kept" if applied else "not kept"
        backers, opponents = (
            wording.series(facts) or "nobody" for facts in (rule["for_fact_ids"], rule["against_fact_ids"])
        )
        name, text = f"rule {rule['rule_id']}", f"{rule['says']} ({state}; for it: {backers}; against it: {opponents})"
        notes.assumed.append(f"{name}: {text}")
        facts = (f"interop:{fact}" for fact in (*rule["for_fact_ids"], *rule["against_fact_ids"]))
        rests_on = (f"interop_rule:{rule['rule_id']}", *facts)
        notes.used.append(
            InputFigure(name, "rule", None, unit_says="rule", basis=rule["basis"], says=text, rests_on=rests_on)
        )
        if applied:
            bound = [_bound(lot, bound, rule) for lot in bound]
    return bound


def _bound(lot: Lot, lots: Sequence[Lot], rule: InteropRuleRow) -> Lot:
    """A lot with what one rule binds it to."""
    if not lot.planned or not is_in_class(lot.block.asset_class, rule["asset_class"]):
        return lot
    mates = [one for one in lots if one.planned and one.block.carrier_id == lot.block.carrier_id and one is not lot]
    if rule["kind"] == "before":
        first = [one for one in mates if is_in_class(one.block.asset_class, rule["other_class"] or "")]
        return replace(lot, after=(*lot.after, *(one.unit_id for one in first)))
    if rule["kind"] == "test first":
        first = [one for one in mates if one.block.name == lot.block.name and one.number == 0]
        return lot if lot.number == 0 else replace(lot, after=(*lot.after, *(one.unit_id for one in first)))
    along = [one for one in mates if _mate(one) == _mate(lot) and one.block.generation != lot.block.generation]
    return replace(lot, together=tuple(sorted(one.unit_id for one in along)))


def _mate(lot: Lot) -> tuple[str, str, str | None, int]:
    return lot.block.vendor_id, lot.block.asset_class, lot.block.region, lot.number
