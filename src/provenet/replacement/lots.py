"""Lots: equal parts of a block, what each takes, when it may start, and what goes before or along with it.

A lot is named as a lot and never as a site; lots of one block are alike but for the day they would be renewed anyway.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from math import ceil
from typing import Any

import polars as pl

from provenet.case.money import NOTHING, Band, Money, Used
from provenet.replacement import limits
from provenet.replacement.blocks import Block
from provenet.replacement.options import WEEKS_A_QUARTER, Choice, Want, brought_forward, choices, due_years
from provenet.replacement.quarters import Quarters
from provenet.replacement.vendors import assigned, named_vendors

Row = Mapping[str, Any]
FEWEST_LOTS, MOST_LOTS = 8, 48
SMALLEST_BLOCK = 100
"""Elements from which a block is parted into lots."""


@dataclass(frozen=True)
class Asked:
    """What a plan is asked: the objective, its days and money, and the switches that stand in its settings."""

    country: str
    objective: str
    quarters: Quarters
    by_on: date
    budget: float | None = None
    budgets: bool = True
    renewal_credit: bool = True
    deadlines: bool = True
    options: tuple[str, ...] = ()
    rules_off: tuple[str, ...] = ()
    fixed: Mapping[str, date | None] = field(default_factory=dict)


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
class Making:
    """What is gathered on the way: sentences, and the figures used."""

    clash: list[str] = field(default_factory=list)
    relief: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    used: list[Used] = field(default_factory=list)


def without_carried(blocks: Sequence[Block], making: Making) -> list[Block]:
    """Blocks but for management systems of equipment that goes itself: they go with it."""
    goes = {(block.carrier_id, block.vendor_id, block.asset_class) for block in blocks}
    kept = []
    for block in blocks:
        base = block.asset_class.removesuffix(".management")
        if base != block.asset_class and (block.carrier_id, block.vendor_id, base) in goes:
            making.assumed.append(
                "the management system of equipment that goes is switched off with its last lot, at no price"
            )
        else:
            kept.append(block)
    return kept


def lots_of(
    tables: Mapping[str, pl.DataFrame],
    block: Block,
    asked: Asked,
    money: Money,
    options: Sequence[Row],
    rows: Sequence[Row],
    reached: set[str],
    making: Making,
    parts: int | None = None,
) -> list[Lot]:
    """The lots of one block, with what each takes and who comes; `reached` are vendors that may not come.

    `parts` is into how many it is parted; None is by the work of a quarter.
    """
    want = Want(asked.country, block.carrier_id, block.asset_class, block.layer, block.generation, block.vendor_id)
    ways = choices(options, want, block.count, money, asked.options)
    choice = ways[0] if ways else None
    making.used += [*block.used, *(choice.used if choice else ())]
    number = parts or _number_of_lots(block, choice, rows, asked)
    wanted = number if not block.reach.keep_share else _above_cap(block, number, making)
    if choice is None or choice.price is None:
        lots = "1 lot" if wanted == 1 else f"{wanted} lots"
        making.missing.append(f"{block.name}: no price; {lots} not priced, not planned and not counted as free")
    vendors: Sequence[str | None] = (None,) * wanted
    if choice is not None and choice.action == "swap":
        vendors = _new_vendors(tables, block, choice, wanted, asked.country, rows, reached, making)
    duration = max(1, ceil((choice.work_weeks if choice else 0) / WEEKS_A_QUARTER))
    earliest = ceil((choice.lead_weeks if choice else 0) / WEEKS_A_QUARTER)
    made = []
    for at in range(wanted):
        due = None
        if choice is not None and asked.renewal_credit:
            due = due_years(choice, at, number)
            if block.renewal_on is not None and choice.life_years:
                due = max(0.0, (block.renewal_on - asked.quarters.first).days / 365.25)
        name = f"{block.name} lot {at + 1} of {number}" if number > 1 else block.name
        part = 1 / number
        lot = Lot(
            name, block, at, number, block.count * part, block.weight * part, choice, vendors[at], duration, earliest,
            None, due,
        )  # fmt: skip
        made.append(replace(lot, latest=_latest(lot, asked, making)))
    return made


def _number_of_lots(block: Block, choice: Choice | None, rows: Sequence[Row], asked: Asked) -> int:
    """Lots of about half a quarter's work of the carrier's crews; one where there is little to part."""
    if block.count.mid < SMALLEST_BLOCK:
        return 1
    crews = limits.crews(rows, asked.quarters, asked.country, block.carrier_id, block.region)
    if crews is None or choice is None or not choice.crew_weeks.mid or not max(crews.capacity):
        return 2 * FEWEST_LOTS
    quarters = block.count.mid * choice.crew_weeks.mid / max(crews.capacity)
    return min(MOST_LOTS, max(FEWEST_LOTS, ceil(2 * quarters)))


def _above_cap(block: Block, lots: int, making: Making) -> int:
    """How many lots have to go until the share that may stay is kept."""
    above = max(0.0, block.share.mid - block.reach.keep_share)
    keep = f"{block.reach.keep_share:.0%}"
    making.assumed.append(
        f"the cap of {keep} of {block.reach.rule_id} is taken as a share of the elements counted here"
    )
    return ceil(lots * above / block.share.mid - 1e-9) if block.share.mid else 0


def _new_vendors(
    tables: Mapping[str, pl.DataFrame],
    block: Block,
    choice: Choice,
    lots: int,
    country: str,
    rows: Sequence[Row],
    reached: set[str],
    making: Making,
) -> Sequence[str | None]:
    own = named_vendors(tables["deployment"], country, block.asset_class, block.carrier_id)
    others = named_vendors(tables["deployment"], country, block.asset_class, None)
    own, others = ([name for name in names if name not in reached] for names in (own, others))
    if choice.to_vendors:
        own, others = [name for name in choice.to_vendors if name not in reached], []
    row = limits.row_for(
        rows, "vendor cap", country=country, carrier_id=block.carrier_id, asset_class=block.asset_class
    )  # fmt: skip
    shares = tables["vendor_share"].filter(pl.col("part").is_null()).to_dicts()
    made = assigned(block, lots, own, others, shares, None if row is None else row["limit_amount"])
    if row is not None:
        making.used += limits.used_of([row])
    if made.says:
        making.assumed.append(f"new vendors: {made.says}")
    if made.clash:
        making.clash.append(made.clash)
        making.relief.append(made.relief or "")
    return made.vendors


def _latest(lot: Lot, asked: Asked, making: Making) -> int | None:
    """The last quarter in which a lot may start: by the verdict's day, and by the plan's where it is to be cheapest."""
    quarters, by = asked.quarters, lot.block.reach.by_on
    lasts = []
    if asked.deadlines and by is not None and by < quarters.end(quarters.count):
        lasts.append((quarters.ended_by(by) - lot.duration, f"{lot.block.reach.rule_id}, remove by {by},"))
    if asked.objective == "cost":
        lasts.append((quarters.count - lot.duration, f"--by {asked.by_on}"))
    if not lasts or not lot.priced:
        return None
    last, why = min(lasts)
    if last < lot.earliest:
        soonest, name = quarters.end(lot.earliest + lot.duration - 1), lot.block.name
        takes = f"{lot.earliest} quarters from order to delivery and {lot.duration} of work"
        making.clash.append(f"{why} clashes with {name}: it takes {takes}, so {soonest} is the first day it can be met")
        making.relief.append(f"{name}: a deadline of {soonest}, or an option with less lead time or work")
    return last


def ordered(lots: Sequence[Lot], rules: Sequence[Row], asked: Asked, making: Making) -> list[Lot]:
    """Lots with what comes before and along, by the rules that are applied."""
    made = list(lots)
    for rule in rules:
        switched_off = rule["rule_id"] in asked.rules_off
        applied = rule["applied"] and not switched_off
        if not any(_in_class(lot.block.asset_class, rule["asset_class"]) for lot in lots):
            continue
        state = "kept" if applied else "not kept"
        for_, against = (", ".join(rule[name]) or "nobody" for name in ("for_fact_ids", "against_fact_ids"))
        says = f"{rule['says']} ({state}; for it: {for_}; against it: {against})"
        making.assumed.append(f"rule {rule['rule_id']}: {says}")
        making.used.append(
            Used(f"rule {rule['rule_id']}", "rule", None, "rule", rule["basis"], says, rests_on=_rule_rests(rule))
        )  # fmt: skip
        if applied:
            made = [_bound(lot, made, rule) for lot in made]
    return made


def _rule_rests(rule: Row) -> tuple[str, ...]:
    facts = [f"interop:{fact}" for name in ("for_fact_ids", "against_fact_ids") for fact in rule[name]]
    return (f"interop_rule:{rule['rule_id']}", *facts)


def _in_class(asset_class: str, of: str) -> bool:
    return asset_class == of or asset_class.startswith(f"{of}.")


def _bound(lot: Lot, lots: Sequence[Lot], rule: Row) -> Lot:
    """A lot with what one rule binds it to."""
    if not lot.planned or not _in_class(lot.block.asset_class, rule["asset_class"]):
        return lot
    mates = [one for one in lots if one.planned and one.block.carrier_id == lot.block.carrier_id and one is not lot]
    if rule["kind"] == "before":
        first = [one for one in mates if _in_class(one.block.asset_class, rule["other_class"] or "")]
        return replace(lot, after=(*lot.after, *(one.unit_id for one in first)))
    if rule["kind"] == "test first":
        first = [one for one in mates if one.block.name == lot.block.name and one.number == 0]
        return lot if lot.number == 0 else replace(lot, after=(*lot.after, *(one.unit_id for one in first)))
    same = (lot.block.vendor_id, lot.block.asset_class, lot.block.region, lot.number)
    along = [one for one in mates if _mate(one) == same and one.block.generation != lot.block.generation]
    return replace(lot, together=tuple(sorted(one.unit_id for one in along)))


def _mate(lot: Lot) -> tuple[str, str, str | None, int]:
    return lot.block.vendor_id, lot.block.asset_class, lot.block.region, lot.number
