"""A case's plan where prices, deliveries or verdicts turn out otherwise, as rows that pages only print.

Scenarios: prices at their lower and upper ends, everything two quarters later, and for each vendor reached that its
verdicts fall; those that rest on a disputed claim are marked. What is fixed by decision stays fixed.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from math import fsum
from typing import NamedTuple

from provenet.case.rows import AnyRow, PlanFirstYearRow, PlanFlipRow, PlanRegretRow, PlanScenarioRow
from provenet.core.grouping import grouped
from provenet.core.ids import row_id
from provenet.forms.schedule import Demand, Instance, PlanFile, Unit
from provenet.replacement.formulation import WEIGHT, Formulation
from provenet.replacement.limits import Quarters
from provenet.replacement.lots import Lot
from provenet.replacement.options import QUARTERS_A_YEAR
from provenet.replacement.outcome import Outcome
from provenet.scheduling import robust
from provenet.scheduling.near_optimal import TOLERANCE, GroupMinimum, bound_early_starts
from provenet.scheduling.robust import MONTHS, Measurement, Robustness, Scenario, Solve, Start, Trial, assess_robustness

AS_PLANNED = "as planned"
LATER = 2
"""Quarters by which everything comes later in the lead-time scenario."""
KNOWN_AFTER = 4
"""Quarters after which it becomes known that a verdict falls."""
MONEY, PRICES = "money", " prices"
TABLES = ("plan_scenario", "plan_regret", "plan_first_year", "plan_flip")


@dataclass(frozen=True)
class ScenarioSet:
    """The scenarios of one outcome, with what each plan comes to in money and exposure, whatever the objective is.

    `disputed` holds the verdicts that rest on a disputed claim, `names` the names of parties; `solve` plans an
    instance.
    """

    outcome: Outcome
    disputed: frozenset[str]
    names: Mapping[str, str]
    solve: Solve

    @property
    def formulation(self) -> Formulation:
        """The formulated question."""
        return self.outcome.formulation

    @property
    def quarters(self) -> Quarters:
        """The quarters of the plan."""
        return self.formulation.question.quarters

    @cached_property
    def lots(self) -> dict[str, Lot]:
        """The lots that are units of the instance."""
        return {lot.unit_id: lot for lot in self.formulation.lots if lot.planned}

    def scenarios(self) -> list[Scenario]:
        """As planned first, then prices, deliveries and verdicts."""
        instance = self.formulation.instance
        found = [Scenario(AS_PLANNED, "as planned", "prices, deliveries and verdicts as the plan takes them", instance)]
        for end, word in (("low", "lower"), ("high", "upper")):
            dear = self._priced(end)
            if dear != instance:
                found.append(Scenario(f"{end}{PRICES}", "price", f"all prices at their {word} ends", dear))
        open_lots = {name for name, lot in self.lots.items() if not lot.fixed}
        if open_lots:
            text = f"the earliest start of every open lot comes {LATER} quarters later"
            found.append(Scenario("late", "lead time", text, robust.delay(instance, LATER, open_lots)))
        return [*found, *self.verdicts()]

    def verdicts(self) -> Iterator[Scenario]:
        """For each vendor reached: its verdicts fall. What is fixed by decision is done all the same."""
        for vendor in sorted({lot.block.vendor_id for lot in self.lots.values()}):
            free = {name for name, lot in self.lots.items() if lot.block.vendor_id == vendor and not lot.fixed}
            if free:
                kept = frozenset(self.lots) - free
                disputed = ", which rest on a disputed claim" if self.is_disputed(vendor) else ""
                text = f"the verdicts on {self.names.get(vendor, vendor)} fall{disputed}"
                yield Scenario(
                    f"without {vendor}", "legal", text, robust.limit_reach(self.formulation.instance, kept), kept
                )

    def is_disputed(self, vendor: str) -> bool:
        """Whether some verdict on a vendor's lots rests on a disputed claim."""
        return any(
            lot.block.reach.verdict_id in self.disputed for lot in self.lots.values() if lot.block.vendor_id == vendor
        )

    def _priced(self, end: str) -> Instance:
        """The instance with each lot at one end of its price; counts stay, and budgets too."""
        money = {limit.id for limit in self.formulation.limits if limit.kind == "budget"}
        by_factor = grouped((_factor(lot, end), name) for name, lot in self.lots.items())
        instance = self.formulation.instance
        for factor, lots in sorted(by_factor.items()):
            if factor != 1:
                instance = robust.scale_prices(instance, factor, money, units=lots, values=True)
        return instance

    def cash(self, scenario: Scenario, start: Start) -> float:
        """What the lots that a plan starts cost at the scenario's prices, before renewal credit and salvage."""
        end = _price_end(scenario)
        return fsum(lot.gross().mid * _factor(lot, end) for name, lot in self.lots.items() if start[name] is not None)

    def measure(self, scenario: Scenario, start: Start) -> Measurement:
        """What a plan comes to at the scenario's prices: money in the currency, exposure in weight x months."""
        quarters = self.quarters.count
        end = _price_end(scenario)
        units = tuple(
            Unit(name, {MONEY: tuple(lot.cost(at).mid * _factor(lot, end) for at in range(quarters))}, lot.duration)
            for name, lot in self.lots.items()
        )
        gone = {lot.unit_id for lot in self.formulation.lots if lot.done_before}
        demands = tuple(
            Demand(one.id, one.weight * WEIGHT, tuple(unit for unit in one.units if unit not in gone))
            for one in self.formulation.demands
        )
        priced_out = replace(scenario, instance=Instance(quarters, 1.0, units=units, demands=demands))
        return robust.measure_plan(priced_out, start, {MONEY})


def robustness_rows(scenarios: ScenarioSet) -> dict[str, list[AnyRow]]:
    """The rows of `plan_scenario`, `plan_regret`, `plan_first_year` and `plan_flip`; none without a plan.

    Cost: a schedule a scenario, two more a vendor, and about log2(lots) a block.
    """
    if scenarios.outcome.plan.objective is None or not scenarios.lots:
        return {name: [] for name in TABLES}
    every = scenarios.scenarios()
    solve = _own_plan_first(scenarios, every[0])
    found = assess_robustness(every, solve=solve, known=scenarios.outcome.plan.start)
    return {
        "plan_scenario": [_scenario_row(scenarios, found, one, number=at) for at, one in enumerate(every)],
        "plan_regret": [_regret_row(scenarios, one) for one in found.tried],
        "plan_first_year": list(_first_year_rows(scenarios)),
        "plan_flip": list(_flip_rows(scenarios, solve, every[0])),
    }


def _price_end(scenario: Scenario) -> str:
    """The end of all prices at which a scenario is priced."""
    return scenario.id.removesuffix(PRICES) if scenario.kind == "price" else "mid"


def _factor(lot: Lot, end: str) -> float:
    """One end of a lot's price over the price planned with; 1 where nothing is to divide."""
    price = lot.choice.price if lot.choice is not None else None
    return float(getattr(price, end) / price.mid) if price is not None and price.mid > 0 else 1.0


def _own_plan_first(scenarios: ScenarioSet, own: Scenario) -> Solve:
    """Plans each instance but the plan's own, whose plan stands."""

    def solve(instance: Instance, known: Start | None) -> PlanFile:
        return scenarios.outcome.plan if instance == own.instance else scenarios.solve(instance, known)

    return solve


class _Measures(NamedTuple):
    """What one plan comes to: money, the part of it that no rule requires, years of exposure and the day of clear."""

    cost: float | None
    needless: float | None
    exposed_years: float | None
    clear_on: date | None


def _measures(scenarios: ScenarioSet, plan: Measurement | None) -> _Measures:
    if plan is None:
        return _Measures(None, None, None, None)
    clear = None if plan.clear_months is None else scenarios.quarters.start(plan.clear_months // MONTHS)
    years = plan.exposed / WEIGHT / (MONTHS * QUARTERS_A_YEAR) if scenarios.formulation.is_weighed else None
    return _Measures(plan.money, plan.needless, years, clear)


def _scenario_row(scenarios: ScenarioSet, found: Robustness, one: Scenario, *, number: int) -> PlanScenarioRow:
    plan, plan_id = found.plans[one.id], scenarios.outcome.plan_id
    own = next((row for row in found.tried if (row.plan_of, row.tried_in) == (AS_PLANNED, one.id)), None)
    choice = next((choice for choice in found.choices if choice.plan_of == one.id), None)
    measures = _measures(scenarios, None if plan.objective is None else scenarios.measure(one, plan.start))
    return {
        "scenario_id": row_id("scenario", {"plan": plan_id, "scenario": one.id}),
        "plan_id": plan_id,
        "country": scenarios.formulation.question.country,
        "number_count": number,
        "scenario": one.id,
        "kind": one.kind,
        "says": one.says,
        "status": plan.status or "unknown",
        "proof": scenarios.formulation.proof_of(plan),
        "objective_amount": plan.objective,
        "bound_amount": plan.bound,
        "gap_share": plan.gap_share,
        "fits": None if own is None else own.fits,
        "because": None if own is None else in_quarters(own.because, scenarios.quarters) or None,
        "regret_amount": None if own is None else own.regret,
        "regret_share": _regret_share(own),
        "most_regret_amount": None if own is None else own.most_regret,
        "worst_regret_amount": None if choice is None else choice.worst_regret,
        "unfit_in": [] if choice is None else list(choice.unfit_in),
        "cost_amount": measures.cost,
        "gross_cost_amount": None if plan.objective is None else scenarios.cash(one, plan.start),
        "needless_amount": measures.needless,
        "exposed_years": measures.exposed_years,
        "clear_on": measures.clear_on,
        "formula": "a schedule of its own; regret = best objective in the scenario - that of the plan as it stands",
        "inputs": [f"plan:{plan_id}"],
    }


def _regret_share(own: Trial | None) -> float | None:
    """Regret as a share of the best found; None where that is nothing."""
    return own.regret / abs(own.best) if own is not None and own.regret is not None and own.best else None


def in_quarters(says: str, quarters: Quarters) -> str:
    """A sentence of the schedule in the words of the case: its periods as quarters, its units without a path.

    >>> in_quarters("found 'period 2', expected a start from period 4 to 15.", Quarters(date(2027, 1, 1), 16))
    "found '2027 Q3', expected a start from 2028 Q1 to 2030 Q4."
    """
    text = re.sub(r'(?:plan, )?\$\.start\["([^"]*)"\]', r"\1", says).replace("plan, $.start: ", "")
    text = re.sub(r"(\bperiod \d+ to )(\d+)", r"\1period \2", text)
    return re.sub(r"\bperiod (\d+)", lambda hit: quarters.name(int(hit[1])), text)


def _regret_row(scenarios: ScenarioSet, one: Trial) -> PlanRegretRow:
    plan_id = scenarios.outcome.plan_id
    return {
        "regret_id": row_id("regret", {"plan": plan_id, "plan_of": one.plan_of, "tried_in": one.tried_in}),
        "plan_id": plan_id,
        "country": scenarios.formulation.question.country,
        "plan_of": one.plan_of,
        "tried_in": one.tried_in,
        "fits": one.fits,
        "because": in_quarters(one.because, scenarios.quarters) or None,
        "objective_amount": one.objective,
        "best_amount": one.best,
        "regret_amount": one.regret,
        "most_regret_amount": one.most_regret,
        "formula": "regret = best objective found in the scenario - objective of the other's plan there",
        "inputs": [f"plan:{plan_id}"],
    }


def _first_year_rows(scenarios: ScenarioSet) -> Iterator[PlanFirstYearRow]:
    """For each block how many of its lots every near-best plan starts in the first year."""
    blocks = grouped((lot.block.name, name) for name, lot in scenarios.lots.items())
    plan_id = scenarios.outcome.plan_id
    periods = min(QUARTERS_A_YEAR, scenarios.quarters.count)
    for block, lots in blocks.items():
        found: GroupMinimum = bound_early_starts(
            scenarios.formulation.instance,
            scenarios.outcome.plan,
            lots,
            tolerance=TOLERANCE,
            periods=periods,
            solve=scenarios.solve,
        )
        first = scenarios.lots[lots[0]].block
        yield {
            "first_year_id": row_id("first_year", {"plan": plan_id, "block": block}),
            "plan_id": plan_id,
            "country": scenarios.formulation.question.country,
            "carrier_id": first.carrier_id,
            "region": first.region,
            "asset_class": first.asset_class,
            "vendor_id": first.vendor_id,
            "to_on": scenarios.quarters.start(periods),
            "tolerance_share": TOLERANCE,
            "lot_count": found.units,
            "least_count": found.least,
            "planned_count": found.planned,
            "seen_count": found.seen,
            "proof": "solver" if scenarios.formulation.is_averaged and found.proof == "certified" else found.proof,
            "formula": "plans that start fewer have a bound below (1 - tolerance) x the plan's objective",
            "inputs": [f"plan:{plan_id}"],
        }


def _flip_rows(scenarios: ScenarioSet, solve: Solve, own: Scenario) -> Iterator[PlanFlipRow]:
    """For each vendor: its verdicts fall after a year of the plan."""
    plan_id = scenarios.outcome.plan_id
    periods = min(KNOWN_AFTER, scenarios.quarters.count)
    for other in scenarios.verdicts():
        vendor = other.id.removeprefix("without ")
        found: robust.Flip = robust.flip(own, other, kept_periods=periods, measure=scenarios.measure, solve=solve)
        planned, flipped, kept = (_measures(scenarios, one) for one in (found.planned, found.flipped, found.kept))
        yield {
            "flip_id": row_id("flip", {"plan": plan_id, "scenario": other.id}),
            "plan_id": plan_id,
            "country": scenarios.formulation.question.country,
            "vendor_id": vendor,
            "disputed": scenarios.is_disputed(vendor),
            "says": other.says,
            "known_after_count": periods,
            "because": in_quarters(found.because, scenarios.quarters) or None,
            "planned_cost_amount": planned.cost,
            "planned_needless_amount": planned.needless,
            "planned_exposed_years": planned.exposed_years,
            "planned_clear_on": planned.clear_on,
            "flipped_cost_amount": flipped.cost,
            "flipped_needless_amount": flipped.needless,
            "flipped_exposed_years": flipped.exposed_years,
            "flipped_clear_on": flipped.clear_on,
            "kept_cost_amount": kept.cost,
            "kept_needless_amount": kept.needless,
            "kept_exposed_years": kept.exposed_years,
            "kept_clear_on": kept.clear_on,
            "formula": "three schedules: nothing falls; known from the start; kept until known, then planned anew",
            "inputs": [f"plan:{plan_id}"],
        }


def disputed_verdicts(verdicts: Collection[AnyRow]) -> frozenset[str]:
    """The verdicts that rest on a disputed claim, by id."""
    return frozenset(row["verdict_id"] for row in verdicts if row["hangs_on_disputed"])
