"""A case's plan where prices, deliveries or verdicts turn out otherwise, as rows that pages only print.

Scenarios: prices at their lower and upper ends, everything two quarters later, and for each vendor reached that its
verdicts fall; those that hang on a disputed claim are marked. What is fixed by decision stays fixed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from provenet.core.ids import row_id
from provenet.forms.schedule import Demand, Instance, PlanFile, Unit
from provenet.replacement.formulate import WEIGHT, Formulated
from provenet.replacement.lots import Lot
from provenet.replacement.options import QUARTERS_A_YEAR
from provenet.replacement.quarters import Quarters
from provenet.replacement.telling import Outcome
from provenet.scheduling.near_best import TOLERANCE, Least, least_started
from provenet.scheduling.robust import MONTHS, Flip, Measured, Robustness, Solve, Start, Tried, flip, measured, robust
from provenet.scheduling.scenarios import Scenario, delayed, priced, reached

Row = dict[str, Any]
AS_PLANNED = "as planned"
LATER = 2
"""Quarters by which everything comes later in the lead-time scenario."""
KNOWN_AFTER = 4
"""Quarters after which it becomes known that a verdict falls."""
MONEY, PRICES = "money", " prices"


@dataclass(frozen=True)
class Stakes:
    """The scenarios of one outcome, with what each plan comes to in money and exposure, whatever the objective is."""

    outcome: Outcome
    disputed: frozenset[str]
    names: Mapping[str, str]
    solve: Solve

    @property
    def made(self) -> Formulated:
        """The formulated question."""
        return self.outcome.made

    @cached_property
    def lots(self) -> dict[str, Lot]:
        """The lots that are units of the instance."""
        return {lot.unit_id: lot for lot in self.made.lots if lot.planned}

    def scenarios(self) -> list[Scenario]:
        """As planned first, then prices, deliveries and verdicts."""
        instance = self.made.instance
        made = [Scenario(AS_PLANNED, "as planned", "prices, deliveries and verdicts as the plan takes them", instance)]
        for end, word in (("low", "lower"), ("high", "upper")):
            dear = self._priced(end)
            if dear != instance:
                made.append(Scenario(f"{end}{PRICES}", "price", f"all prices at their {word} ends", dear))
        open_lots = {name for name, lot in self.lots.items() if not lot.fixed}
        if open_lots:
            says = f"no open lot can start before {LATER} quarters more than planned"
            made.append(Scenario("late", "lead time", says, delayed(instance, LATER, open_lots)))
        return [*made, *self.verdicts()]

    def verdicts(self) -> Iterator[Scenario]:
        """For each vendor reached: its verdicts fall. What is fixed by decision is done all the same."""
        for vendor in sorted({lot.block.vendor_id for lot in self.lots.values()}):
            free = {name for name, lot in self.lots.items() if lot.block.vendor_id == vendor and not lot.fixed}
            if free:
                kept = frozenset(self.lots) - free
                says = f"the verdicts on {self.names.get(vendor, vendor)} fall" + (
                    ", which hang on a disputed claim" if self.hangs(vendor) else ""
                )
                yield Scenario(f"without {vendor}", "legal", says, reached(self.made.instance, kept), None, kept)

    def hangs(self, vendor: str) -> bool:
        """Whether some verdict on a vendor's lots hangs on a disputed claim."""
        return any(
            lot.block.reach.verdict_id in self.disputed for lot in self.lots.values() if lot.block.vendor_id == vendor
        )

    def _priced(self, end: str) -> Instance:
        """The instance with each lot at one end of its price; counts stay, and budgets too."""
        money = {limit.id for limit in self.made.limits if limit.kind == "budget"}
        by_factor: dict[float, list[str]] = {}
        for name, lot in self.lots.items():
            by_factor.setdefault(_factor(lot, end), []).append(name)
        instance = self.made.instance
        for factor, lots in sorted(by_factor.items()):
            if factor != 1:
                instance = priced(instance, factor, money, lots, values=True)
        return instance

    def measure(self, scenario: Scenario, start: Start) -> Measured:
        """What a plan comes to at the scenario's prices: money in the currency, exposure in weight x months."""
        quarters = self.made.asked.quarters.count
        end = scenario.id.removesuffix(PRICES) if scenario.kind == "price" else "mid"
        units = tuple(
            Unit(name, {MONEY: tuple(lot.cost(at).mid * _factor(lot, end) for at in range(quarters))}, lot.duration)
            for name, lot in self.lots.items()
        )
        gone = {lot.unit_id for lot in self.made.lots if lot.done_before}
        behind = tuple(
            Demand(one.id, one.weight.mid * WEIGHT, tuple(unit for unit in one.units if unit not in gone))
            for one in self.made.demands
        )
        told = replace(scenario, instance=Instance(quarters, 1.0, units=units, demands=behind))
        return measured(told, start, {MONEY})


def rows_of(stakes: Stakes, tolerance: float = TOLERANCE) -> dict[str, list[Row]]:
    """The rows of `plan_scenario`, `plan_regret`, `plan_first_year` and `plan_flip`; none without a plan.

    Cost: a schedule a scenario, two more a vendor, and about log2(lots) a block.
    """
    if stakes.outcome.plan.objective is None or not stakes.lots:
        return {name: [] for name in ("plan_scenario", "plan_regret", "plan_first_year", "plan_flip")}
    scenarios = stakes.scenarios()
    planned = _from_plan(stakes, scenarios[0])
    told = robust(scenarios, solve=planned, known=stakes.outcome.plan.start)
    return {
        "plan_scenario": [_scenario(stakes, told, one, at) for at, one in enumerate(scenarios)],
        "plan_regret": [_regret(stakes, row) for row in told.tried],
        "plan_first_year": list(_first_year(stakes, tolerance)),
        "plan_flip": list(_flips(stakes, planned, scenarios[0])),
    }


def _factor(lot: Lot, end: str) -> float:
    """One end of a lot's price over the price planned with; 1 where nothing is to divide."""
    price = lot.choice.price if lot.choice is not None else None
    return float(getattr(price, end) / price.mid) if price is not None and price.mid > 0 else 1.0


def _from_plan(stakes: Stakes, own: Scenario) -> Solve:
    """Plans anew but for the plan's own instance, whose plan stands."""

    def solve(instance: Instance, known: Start | None) -> PlanFile:
        return stakes.outcome.plan if instance == own.instance else stakes.solve(instance, known)

    return solve


FORMULAS = {
    "scenario": "a schedule of its own; regret = its best objective - that of the plan as it stands, in the scenario",
    "regret": "regret = best objective found in the scenario - objective of the other's plan there",
    "first_year": "plans that start fewer lie below (1 - tolerance) x the plan's objective, by the bound of a schedule",
    "flip": "three schedules: nothing falls; known from the start; kept until known, then planned anew",
}
"""How the figures of each kind of row come about."""


def _head(stakes: Stakes, name: str, **key: object) -> Row:
    """Key, plan, country, formula and inputs of a row."""
    plan = stakes.outcome.plan_id
    made = {f"{name}_id": row_id(name, {"plan": plan, **key}), "plan_id": plan, "country": stakes.made.asked.country}
    return {**made, "formula": FORMULAS[name], "inputs": [f"plan:{plan}"]}


def _scenario(stakes: Stakes, told: Robustness, one: Scenario, at: int) -> Row:
    plan = told.plans[one.id]
    own = next((row for row in told.tried if (row.plan_of, row.tried_in) == (AS_PLANNED, one.id)), None)
    choice = next((choice for choice in told.choices if choice.plan_of == one.id), None)
    came = None if plan.objective is None else stakes.measure(one, plan.start)
    return {
        **_head(stakes, "scenario", scenario=one.id),
        "number_count": at,
        "scenario": one.id,
        "kind": one.kind,
        "says": one.says,
        "status": plan.status,
        "proof": plan.proof,
        "objective_amount": plan.objective,
        "bound_amount": plan.bound,
        "gap_share": plan.gap_share,
        "fits": None if own is None else own.fits,
        "because": None if own is None else _told(stakes, own.because),
        "regret_amount": None if own is None else own.regret,
        "most_regret_amount": None if own is None else own.most_regret,
        "worst_regret_amount": None if choice is None else choice.worst_regret,
        "unfit_in": [] if choice is None else list(choice.unfit_in),
        **_came(stakes, came, ""),
    }


def _share(own: Tried | None) -> float | None:
    """Regret as a share of the best found; None where that is nothing."""
    return own.regret / abs(own.best) if own is not None and own.regret is not None and own.best else None


def _came(stakes: Stakes, came: Measured | None, stem: str) -> Row:
    """Money, exposure and the day of clear of one measured plan."""
    quarters = stakes.made.asked.quarters
    clear = None
    if came is not None and came.clear_months is not None:
        clear = quarters.start(came.clear_months // MONTHS)
    years = None if came is None else came.exposed / WEIGHT / (MONTHS * QUARTERS_A_YEAR)
    return {
        f"{stem}cost_amount": None if came is None else came.money,
        f"{stem}needless_amount": None if came is None else came.needless,
        f"{stem}exposed_years": years,
        f"{stem}clear_on": clear,
    }


def _told(stakes: Stakes, because: str) -> str | None:
    return in_quarters(because, stakes.made.asked.quarters) or None


def in_quarters(says: str, quarters: Quarters) -> str:
    """A sentence of the schedule in the words of the case: its periods as quarters, its units without a path.

    >>> from datetime import date
    >>> in_quarters("found 'period 2', expected a start from period 4 to 15.", Quarters(date(2027, 1, 1), 16))
    "found '2027 Q3', expected a start from 2028 Q1 to 2030 Q4."
    """
    text = re.sub(r'(?:plan, )?\$\.start\["([^"]*)"\]', r"\1", says).replace("plan, $.start: ", "")
    text = re.sub(r"(\bperiod \d+ to )(\d+)", r"\1period \2", text)
    return re.sub(r"\bperiod (\d+)", lambda hit: quarters.says(int(hit[1])), text)


def _regret(stakes: Stakes, row: Tried) -> Row:
    return {
        **_head(stakes, "regret", plan_of=row.plan_of, tried_in=row.tried_in),
        "plan_of": row.plan_of,
        "tried_in": row.tried_in,
        "fits": row.fits,
        "because": _told(stakes, row.because),
        "objective_amount": row.objective,
        "best_amount": row.best,
        "regret_amount": row.regret,
        "most_regret_amount": row.most_regret,
    }


def _first_year(stakes: Stakes, tolerance: float) -> Iterator[Row]:
    """For each block how many of its lots every near-best plan starts in the first year."""
    blocks: dict[str, list[str]] = {}
    for name, lot in stakes.lots.items():
        blocks.setdefault(lot.block.name, []).append(name)
    quarters = stakes.made.asked.quarters
    periods = min(QUARTERS_A_YEAR, quarters.count)
    for block, lots in blocks.items():
        found: Least = least_started(
            stakes.made.instance, stakes.outcome.plan, lots, tolerance=tolerance, periods=periods, solve=stakes.solve
        )
        first = stakes.lots[lots[0]].block
        yield {
            **_head(stakes, "first_year", block=block),
            "carrier_id": first.carrier_id,
            "region": first.region,
            "asset_class": first.asset_class,
            "vendor_id": first.vendor_id,
            "to_on": quarters.start(periods),
            "tolerance_share": tolerance,
            "lot_count": found.units,
            "least_count": found.least,
            "planned_count": found.planned,
            "seen_count": found.seen,
            "proof": found.proof,
        }


def _flips(stakes: Stakes, solve: Solve, own: Scenario) -> Iterator[Row]:
    """For each vendor: its verdicts fall after a year of the plan."""
    periods = min(KNOWN_AFTER, stakes.made.asked.quarters.count)
    for other in stakes.verdicts():
        vendor = other.id.removeprefix("without ")
        told: Flip = flip(own, other, kept_periods=periods, measure=stakes.measure, solve=solve)
        yield {
            **_head(stakes, "flip", scenario=other.id),
            "vendor_id": vendor,
            "disputed": stakes.hangs(vendor),
            "says": other.says,
            "known_after_count": periods,
            "because": _told(stakes, told.because),
            **_came(stakes, told.planned, "planned_"),
            **_came(stakes, told.flipped, "flipped_"),
            **_came(stakes, told.kept, "kept_"),
        }


def disputed_of(verdicts: Collection[Mapping[str, Any]]) -> frozenset[str]:
    """The verdicts that hang on a disputed claim, by id."""
    return frozenset(row["verdict_id"] for row in verdicts if row["hangs_on_disputed"])
