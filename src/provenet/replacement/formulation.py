"""From the tables of a case to the form of a schedule: lots as units, subscribers behind them as demands, and limits.

A demand is the subscribers behind one lot; it is clear when that lot and what else on their way is reached (core,
management) are done. Who is behind which lot is an assumption: subscribers are spread evenly over a carrier's elements.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from provenet.case.money import NOTHING, Band, InputFigure, Money
from provenet.case.rows import InteropRuleRow, PlanLimitRow, SwapOptionRow, VendorShareRow, rows_of
from provenet.core.wording import series
from provenet.forms.schedule import Demand, Instance, PlanFile, Proof, Resource, Unit
from provenet.replacement import limits
from provenet.replacement.blocks import Block, RestrictedBlocks
from provenet.replacement.limits import MILLION, Limit
from provenet.replacement.lots import Lot, Notes, PlanInputs, PlanQuestion, lots_of, ordered, without_carried
from provenet.replacement.options import QUARTERS_A_YEAR
from provenet.replacement.subscribers import SubscriberGroup, exposed_ends, subscriber_groups

WEIGHT = 1e6
"""Demands weigh millionths of a country's subscribers, so that no digit of a small carrier is lost."""


@dataclass(frozen=True)
class Formulation:
    """The lots, demands and limits of a plan, and their instance.

    `clash` says what makes a plan impossible before any search, `relief` how to mend that; `missing` and `assumed` are
    sentences, `used` the figures that the plan rests on.
    """

    question: PlanQuestion
    lots: tuple[Lot, ...]
    demands: tuple[SubscriberGroup, ...]
    limits: tuple[Limit, ...]
    instance: Instance
    discount: float
    clash: tuple[str, ...]
    relief: tuple[str, ...]
    missing: tuple[str, ...]
    assumed: tuple[str, ...]
    used: tuple[InputFigure, ...]
    weights: Mapping[str, Band]
    weight_kind: str | None

    @property
    def is_weighed(self) -> bool:
        """Whether a share of subscribers is known behind any lot."""
        return bool(self.demands)

    @property
    def is_averaged(self) -> bool:
        """Whether the price of a lot averages what several vendors ask."""
        return any(lot.planned and lot.choice is not None and lot.choice.is_averaged for lot in self.lots)

    def proof_of(self, found: PlanFile) -> Proof:
        """The proof of a schedule as one of a plan: what is certified for averaged prices is stated, of no vendor's."""
        if found.proof == "certified" and self.is_averaged:
            return "solver" if found.status == "infeasible" else "bound"
        return found.proof or "none"

    @property
    def is_unpriced(self) -> bool:
        """Whether there are lots to plan and none of them has a price."""
        waiting = [lot for lot in self.lots if not lot.done_before]
        return bool(waiting) and not any(lot.priced for lot in waiting)

    def exposed(self, done: Mapping[str, int], quarter: int) -> Band:
        """The share of subscribers behind a lot that is not in service in a quarter.

        The middle is that of the demands; the ends hold every corner of carriers' shares and of shares of blocks.
        """

        def is_left(unit: str) -> bool:
            return done.get(unit, quarter + 1) > quarter

        mid = NOTHING.mid
        for one in self.demands:
            if any(is_left(unit) for unit in one.units):
                mid += one.weight
        low, high = exposed_ends(self.lots, self.weights, is_left)
        return Band(min(low, mid), mid, max(high, mid))


def formulate(
    tables: Mapping[str, pl.DataFrame], blocks: RestrictedBlocks, question: PlanQuestion, *, money: Money
) -> Formulation:
    """The instance of a case for one question. Cost O(lots x quarters + lots x rows of options).

    Parameters
    ----------
    tables
        `swap_option`, `plan_limit`, `interop_rule`, `deployment` and `vendor_share`, cut to what was known.
    blocks
        What has to go, with the carriers' shares of the country.
    question
        Objective, days, money and switches.
    money
        Converts amounts to the currency and price year of the plan.

    Returns
    -------
    Lots as units, subscribers as demands, limits as resources, and the sentences and figures gathered on the way.

    Raises
    ------
    InputFault
        For a budget without a currency or price year, and for money that the case cannot convert.
    """
    notes = Notes(missing=list(blocks.missing), used=list(blocks.used))
    inputs = PlanInputs(
        options=rows_of(SwapOptionRow, tables["swap_option"].sort("option_id")),
        limits=rows_of(PlanLimitRow, tables["plan_limit"].sort("limit_id")),
        shares=rows_of(VendorShareRow, tables["vendor_share"].filter(pl.col("part").is_null())),
        deployments=tables["deployment"],
        money=money,
        restricted=frozenset(block.vendor_id for block in blocks.blocks),
    )
    lots: list[Lot] = []
    for block in without_carried(blocks.blocks, notes):
        lots += lots_of(block, question, inputs, notes=notes)
    lots = _in_step(lots, lambda block, parts: lots_of(block, question, inputs, notes=notes, parts=parts))
    rules = rows_of(InteropRuleRow, tables["interop_rule"].sort("rule_id"))
    lots = [_fixed(lot, question, notes) for lot in ordered(lots, rules, question, notes=notes)]
    demands = subscriber_groups(lots, dict(blocks.weights))
    kept = _limits(lots, inputs.limits, question, money=money, notes=notes)
    discount = _discount(inputs.limits, question, notes)
    instance = _instance(lots, demands, kept, question=question, discount=discount)
    notes.used += money.used.values()
    _assumptions(question, notes)
    return Formulation(
        question=question,
        lots=tuple(lots),
        demands=tuple(demands),
        limits=tuple(kept),
        instance=instance,
        discount=discount,
        clash=tuple(dict.fromkeys(notes.clash)),
        relief=tuple(dict.fromkeys(notes.relief)),
        missing=tuple(dict.fromkeys(notes.missing)),
        assumed=tuple(dict.fromkeys(notes.assumed)),
        used=tuple({one.name: one for one in notes.used}.values()),
        weights=blocks.weights,
        weight_kind=blocks.weight_kind,
    )


def _in_step(lots: Sequence[Lot], parted: Callable[[Block, int], list[Lot]]) -> list[Lot]:
    """Lots of which all generations of one vendor at one carrier are parted alike, so that they can go together."""
    most: dict[tuple[str, str, str, str | None], int] = {}
    for lot in lots:
        key = _generations(lot.block)
        most[key] = max(most.get(key, 0), lot.lots)
    made: list[Lot] = []
    for block in dict.fromkeys(lot.block for lot in lots):
        mine = [lot for lot in lots if lot.block is block]
        parts = most[_generations(block)]
        made += mine if mine[0].lots == parts else parted(block, parts)
    return made


def _generations(block: Block) -> tuple[str, str, str, str | None]:
    return block.carrier_id, block.vendor_id, block.asset_class, block.region


def _fixed(lot: Lot, question: PlanQuestion, notes: Notes) -> Lot:
    """A lot with the start given for it, if any: before the first quarter it is done, None is that it stays."""
    if lot.unit_id not in question.fixed or not lot.planned:
        return lot
    day = question.fixed[lot.unit_id]
    if day is None:
        if question.deadlines and lot.block.reach.by_on is not None:
            notes.assumed.append("lots that stay by the file of decisions do so although a rule sets a deadline")
        return replace(lot, earliest=question.quarters.count, latest=None, fixed=True)
    number = question.quarters.number_of(day)
    if number < 0:
        notes.assumed.append(
            "lots that start before the first quarter by the file of decisions are in service from then on, at no cost"
        )
        return replace(lot, done_before=True, fixed=True)
    if lot.latest is not None and number > lot.latest:
        late = f"decision: {lot.unit_id} starts on {day}, later than its deadline allows"
        notes.clash.append(late)
        notes.relief.append(f"{lot.unit_id}: start by {question.quarters.start(max(0, lot.latest))}")
    return replace(lot, earliest=number, latest=number, fixed=True)


def _limits(
    lots: Sequence[Lot], rows: Sequence[PlanLimitRow], question: PlanQuestion, *, money: Money, notes: Notes
) -> list[Limit]:
    """The limits that some planned lot uses; what is not limited is an assumption."""
    planned = [lot for lot in lots if lot.planned]
    found: list[Limit] = []
    wheres = sorted({(lot.block.carrier_id, lot.block.region or "") for lot in planned})
    for carrier, region in wheres:
        crew = limits.crews(
            rows, question.quarters, question.country, carrier=carrier, region=region or None, given=question.crews
        )
        if crew is None:
            notes.assumed.append(
                f"crews of {carrier}: no row of plan_limit gives their number, so crews are not limited"
            )
        elif crew.id not in {limit.id for limit in found}:
            found.append(crew)
    for vendor, asset_class in sorted({(lot.to_vendor or "", lot.block.asset_class) for lot in planned}):
        supply = (
            limits.supply(rows, question.quarters, question.country, vendor=vendor, asset_class=asset_class)
            if vendor
            else None
        )
        found += [supply] if supply else []
    if question.budget is not None:
        found.append(limits.budget_given(question.budget, question.quarters, question.country, money=money))
    elif question.budgets:
        found += limits.budgets(rows, question.quarters, question.country, money=money)
    kinds = {limit.kind for limit in found}
    used = [row for row in rows if row["kind"] in kinds and row["country"] in (None, question.country)]
    replaced = {"budget": question.budget, "crews": question.crews}
    notes.used += limits.used_of(row for row in used if replaced.get(row["kind"]) is None)
    return found


def _uses(lot: Lot, limit: Limit, kept: Collection[str], *, quarters: int) -> tuple[float, ...]:
    """What a lot uses of a limit for each start; empty where it uses none. `kept` are the ids of all limits."""
    if limit.kind == "crews":
        amount = lot.crew_weeks() if limit.id == _crews_of(lot, kept) else 0.0
        return (round(amount, 9),) * quarters if amount else ()
    if limit.kind == "supply":
        mine = limit.id == f"supply {lot.to_vendor} {lot.block.asset_class}"
        return (round(lot.count.mid, 9),) * quarters if mine else ()
    if limit.id not in ("budget", f"budget {lot.block.carrier_id}"):
        return ()
    amounts = tuple(round(lot.cost(start).mid / MILLION, 9) for start in range(quarters))
    return amounts if any(amounts) else ()


def _crews_of(lot: Lot, kept: Collection[str]) -> str:
    """The crews that a lot needs: those of its region where rows give them, else of its carrier."""
    regional = f"crews {lot.block.carrier_id} {lot.block.region}"
    return regional if regional in kept else f"crews {lot.block.carrier_id}"


def _instance(
    lots: Sequence[Lot],
    demands: Sequence[SubscriberGroup],
    kept: Sequence[Limit],
    *,
    question: PlanQuestion,
    discount: float,
) -> Instance:
    """The form of a schedule: exposure weighs demands, cost values starts. Lots that are not planned are left out."""
    quarters, cheap = question.quarters.count, question.objective == "cost"
    planned = {lot.unit_id: lot for lot in lots if lot.planned}
    units, ids = [], {limit.id for limit in kept}
    for lot in planned.values():
        use = {limit.id: amounts for limit in kept if (amounts := _uses(lot, limit, ids, quarters=quarters))}
        value = (
            tuple(-round(present_cost(lot, start, discount) / MILLION, 9) for start in range(quarters)) if cheap else ()
        )
        units.append(
            Unit(id=lot.unit_id, use=use, duration=lot.duration, earliest=lot.earliest, latest=lot.latest, value=value)
        )
    edges = [(first, lot.unit_id) for lot in planned.values() for first in lot.after if first in planned]
    groups = {tuple(sorted((lot.unit_id, *lot.together))) for lot in planned.values() if lot.together}
    gone = {lot.unit_id for lot in lots if lot.done_before}
    wants = [
        Demand(one.id, round(one.weight * WEIGHT, 6), tuple(unit for unit in one.units if unit not in gone))
        for one in demands
        if not cheap and one.weight > 0 and all(unit in planned or unit in gone for unit in one.units)
        if not gone.issuperset(one.units)
    ]
    resources = tuple(
        Resource(limit.id, tuple(round(c, 9) for c in limit.capacity), limit.carry_over) for limit in kept
    )
    return Instance(quarters, 1.0, resources, tuple(units), tuple(edges), tuple(sorted(groups)), (), tuple(wants))


def present_cost(lot: Lot, start: int, discount: float) -> float:
    """What a start in a quarter costs, at the middle price, discounted to the first quarter."""
    return float(lot.cost(start).mid / (1 + discount) ** (start / QUARTERS_A_YEAR))


def _discount(rows: Sequence[PlanLimitRow], question: PlanQuestion, notes: Notes) -> float:
    row = limits.row_for(rows, "discount", country=question.country)
    if row is None:
        notes.assumed.append("later spending is not discounted: no row of plan_limit gives a discount rate")
        return 0.0
    notes.used += limits.used_of([row])
    return row["limit_amount"]


def _assumptions(question: PlanQuestion, notes: Notes) -> None:
    """Sentences on what every plan of a case takes for granted."""
    notes.assumed += [
        "whom a carrier serves is spread evenly over its elements of a class; several classes stand at the same places",
        "a restricted part of a core or of a management system may be on the way of all that it serves",
        "lots of one block are alike; a lot is an equal part of a count, not a list of sites",
        "the plan uses the middle of every interval; low and high are what the same starts give at the ends",
    ]
    if question.crews is not None:
        notes.assumed.append(f"every carrier has {question.crews:g} crews in every quarter, as the call states")
    if question.vendors:
        notes.assumed.append(f"no vendor comes but {series(question.vendors, 'or')}, as the call states")
    notes.assumed.append(
        "renewal credit: a lot costs its price times the part of its service life still left when it is swapped"
        if question.renewal_credit
        else "no renewal credit: every lot costs its whole price, whenever its renewal falls due"
    )


def in_service(lots: Sequence[Lot], start: Mapping[str, int | None]) -> dict[str, int]:
    """The first quarter in which each lot that is swapped is in service; below 0 before the plan."""
    done = {}
    for lot in lots:
        at = start.get(lot.unit_id)
        if lot.done_before:
            done[lot.unit_id] = -1
        elif at is not None:
            done[lot.unit_id] = at + lot.duration
    return done
