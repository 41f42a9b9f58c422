"""From the tables of a case to the form of a schedule: lots as units, subscribers behind them as demands, and limits.

A demand is the subscribers behind one lot; it is clear when that lot and what else on their way is reached (core,
management) are done. Who is behind which lot is an assumption: subscribers are spread evenly over a carrier's elements.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from provenet.case.money import NOTHING, Band, Money, Used
from provenet.forms.schedule import Demand, Instance, Resource, Unit
from provenet.replacement import limits
from provenet.replacement.behind import Behind
from provenet.replacement.behind import demands as behind
from provenet.replacement.blocks import Block, Found
from provenet.replacement.limits import MILLION, Limit
from provenet.replacement.lots import Asked, Lot, Making, lots_of, ordered, without_carried
from provenet.replacement.options import QUARTERS_A_YEAR

Row = Mapping[str, Any]
WEIGHT = 1e6
"""Demands weigh millionths of a country's subscribers, so that no digit of a small carrier is lost."""


@dataclass(frozen=True)
class Formulated:
    """The lots, demands and limits of a plan, and their instance; `clash` says what stands in the way before it."""

    asked: Asked
    lots: tuple[Lot, ...]
    demands: tuple[Behind, ...]
    limits: tuple[Limit, ...]
    instance: Instance
    discount: float
    clash: tuple[str, ...]
    relief: tuple[str, ...]
    missing: tuple[str, ...]
    assumed: tuple[str, ...]
    used: tuple[Used, ...]


def formulate(tables: Mapping[str, pl.DataFrame], found: Found, asked: Asked, money: Money) -> Formulated:
    """The instance of a case for one question. Cost O(lots x quarters + lots x rows of options).

    `tables` has `swap_option`, `plan_limit`, `interop_rule`, `deployment` and `vendor_share`, cut to what was known.
    """
    making = Making(missing=list(found.missing), used=list(found.used))
    options, rows = tables["swap_option"].sort("option_id").to_dicts(), tables["plan_limit"].sort("limit_id").to_dicts()
    reached = {(block.carrier_id, block.vendor_id) for block in found.blocks}
    lots: list[Lot] = []
    gone = {vendor for _, vendor in reached}
    for block in without_carried(found.blocks, making):
        lots += lots_of(tables, block, asked, money, options, rows, gone, making)
    lots = _in_step(lots, lambda block, parts: lots_of(tables, block, asked, money, options, rows, gone, making, parts))
    bound = ordered(lots, tables["interop_rule"].sort("rule_id").to_dicts(), asked, making)
    lots = [_fixed(lot, asked, making) for lot in bound]
    demands = behind(lots, dict(found.weights))
    kept = _limits(lots, rows, asked, money, making)
    discount = _discount(rows, asked, making)
    instance = _instance(lots, demands, kept, asked, discount)
    making.used += money.used.values()
    _assumptions(asked, making)
    used = tuple({one.name: one for one in making.used}.values())
    clash, relief, missing, assumed = (
        tuple(dict.fromkeys(words)) for words in (making.clash, making.relief, making.missing, making.assumed)
    )
    return Formulated(
        *(asked, tuple(lots), demands, tuple(kept), instance, discount),
        *(clash, relief, missing, assumed, used),
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


def _fixed(lot: Lot, asked: Asked, making: Making) -> Lot:
    """A lot with the start given for it, if any: before the first quarter it is done, None is that it stays."""
    if lot.unit_id not in asked.fixed or not lot.planned:
        return lot
    day = asked.fixed[lot.unit_id]
    if day is None:
        if asked.deadlines and lot.block.reach.by_on is not None:
            making.assumed.append("lots that the file of decisions lets stay do so though a rule gives them a last day")
        return replace(lot, earliest=asked.quarters.count, latest=None, fixed=True)
    number = asked.quarters.number_of(day)
    if number < 0:
        making.assumed.append(
            "lots that the file of decisions starts before the first quarter count as in service from it on, at no cost"
        )
        return replace(lot, done_before=True, fixed=True)
    if lot.latest is not None and number > lot.latest:
        late = f"fixed: {lot.unit_id} starts on {day}, later than its deadline allows"
        making.clash.append(late)
        making.relief.append(f"{lot.unit_id}: start by {asked.quarters.start(max(0, lot.latest))}")
    return replace(lot, earliest=number, latest=number, fixed=True)


def _limits(lots: Sequence[Lot], rows: Sequence[Row], asked: Asked, money: Money, making: Making) -> list[Limit]:
    """The limits that some planned lot uses; what is not limited is told."""
    planned = [lot for lot in lots if lot.planned]
    made: list[Limit] = []
    wheres = sorted({(lot.block.carrier_id, lot.block.region or "") for lot in planned})
    for carrier, region in wheres:
        crew = limits.crews(rows, asked.quarters, asked.country, carrier, region or None)
        if crew is None:
            making.assumed.append(f"crews of {carrier}: no row of plan_limit says how many there are, so none is kept")
        elif crew.id not in {limit.id for limit in made}:
            made.append(crew)
    for vendor, asset_class in sorted({(lot.to_vendor or "", lot.block.asset_class) for lot in planned}):
        brings = limits.supply(rows, asked.quarters, asked.country, vendor, asset_class) if vendor else None
        made += [brings] if brings else []
    if asked.budget is not None:
        made.append(limits.budget_given(asked.budget, asked.quarters, asked.country, money))
    elif asked.budgets:
        made += limits.budgets(rows, asked.quarters, asked.country, money)
    kinds = {limit.kind for limit in made}
    used = [row for row in rows if row["kind"] in kinds and row["country"] in (None, asked.country)]
    making.used += limits.used_of(row for row in used if row["kind"] != "budget" or asked.budget is None)
    return made


def _uses(lot: Lot, limit: Limit, kept: Collection[str], quarters: int) -> tuple[float, ...]:
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
    """The crews that a lot needs: those of its region where they are told apart, else of its carrier."""
    regional = f"crews {lot.block.carrier_id} {lot.block.region}"
    return regional if regional in kept else f"crews {lot.block.carrier_id}"


def _instance(
    lots: Sequence[Lot], demands: Sequence[Behind], kept: Sequence[Limit], asked: Asked, discount: float
) -> Instance:
    """The form of a schedule: exposure weighs demands, cost values starts. Lots that are not planned are left out."""
    quarters, cheap = asked.quarters.count, asked.objective == "cost"
    planned = {lot.unit_id: lot for lot in lots if lot.planned}
    units, ids = [], {limit.id for limit in kept}
    for lot in planned.values():
        use = {limit.id: amounts for limit in kept if (amounts := _uses(lot, limit, ids, quarters))}
        value = tuple(-round(present(lot, start, discount) / MILLION, 9) for start in range(quarters)) if cheap else ()
        units.append(Unit(lot.unit_id, use, lot.duration, lot.earliest, lot.latest, value))
    edges = [(first, lot.unit_id) for lot in planned.values() for first in lot.after if first in planned]
    groups = {tuple(sorted((lot.unit_id, *lot.together))) for lot in planned.values() if lot.together}
    gone = {lot.unit_id for lot in lots if lot.done_before}
    wants = [
        Demand(one.id, round(one.weight.mid * WEIGHT, 6), tuple(unit for unit in one.units if unit not in gone))
        for one in demands
        if not cheap and one.weight.mid > 0 and all(unit in planned or unit in gone for unit in one.units)
        if not gone.issuperset(one.units)
    ]
    resources = tuple(
        Resource(limit.id, tuple(round(c, 9) for c in limit.capacity), limit.carry_over) for limit in kept
    )
    return Instance(quarters, 1.0, resources, tuple(units), tuple(edges), tuple(sorted(groups)), (), tuple(wants))


def present(lot: Lot, start: int, discount: float) -> float:
    """What a start in a quarter costs, at the middle price, discounted to the first quarter."""
    return float(lot.cost(start).mid / (1 + discount) ** (start / QUARTERS_A_YEAR))


def _discount(rows: Sequence[Row], asked: Asked, making: Making) -> float:
    row = limits.row_for(rows, "discount", country=asked.country)
    if row is None:
        making.assumed.append("money later counts as much as money now: no row of plan_limit gives a discount")
        return 0.0
    making.used += limits.used_of([row])
    return float(row["limit_amount"])


def _assumptions(asked: Asked, making: Making) -> None:
    """Sentences on what every plan of a case takes for granted."""
    making.assumed += [
        "subscribers are spread evenly over a carrier's elements of a class; several classes stand at the same places",
        "a restricted part of a core or of a management system may be on the way of every subscriber it stands over",
        "lots of one block are alike; a lot is an equal part of a count, not a list of sites",
        "the plan is made with the middle of every interval; low and high are what the same starts give at the ends",
    ]
    if asked.renewal_credit:
        making.assumed.append(
            "renewal credit: a lot costs the price times the part of its service life still left when it is swapped"
        )
    else:
        making.assumed.append("no renewal credit: every lot costs its whole price, whenever it would be renewed")


def done_by(lots: Sequence[Lot], start: Mapping[str, int | None]) -> dict[str, int]:
    """The first quarter in which each lot that is swapped is in service; below 0 before the plan."""
    made = {}
    for lot in lots:
        at = start.get(lot.unit_id)
        if lot.done_before:
            made[lot.unit_id] = -1
        elif at is not None:
            made[lot.unit_id] = at + lot.duration
    return made


def exposed(demands: Sequence[Behind], done: Mapping[str, int], quarter: int) -> Band:
    """The share of subscribers behind a lot that is not in service in a quarter."""
    total = NOTHING
    for one in demands:
        if any(done.get(unit, quarter + 1) > quarter for unit in one.units):
            total += one.weight
    return total
