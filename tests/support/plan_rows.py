"""A plan small enough to work out by hand: four quarters of 2027, two carriers, three lots that go and one that stays.

North Tel swaps its core (January to June, 10 to 30 M EUR), then both lots of its radio together (July to September,
4 to 6 M EUR each). South Tel's radio has no price and stays.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from unit.dossier.small_tables import DAY, filled

Row = dict[str, Any]

PLAN = "plan-0000000000000001"
QUARTERS = [(date(2027, 1, 1), date(2027, 3, 31)), (date(2027, 4, 1), date(2027, 6, 30))]
QUARTERS += [(date(2027, 7, 1), date(2027, 9, 30)), (date(2027, 10, 1), date(2027, 12, 31))]
MONEY = {"currency": "EUR", "price_year": "2026"}
MILLION = 1e6


def ends(name: str, low: float | None, mid: float | None, high: float | None) -> Row:
    """The three columns of an interval."""
    return {f"low_{name}": low, f"mid_{name}": mid, f"high_{name}": high}


def plan(**row: Any) -> Row:
    """The row of the plan."""
    base = {
        "plan_id": PLAN, "country": "Germany", "objective": "exposure", "weight_kind": "contracts", "scenario": False,
        "scenario_says": None, "only": [], "packs": ["law-1"], "policy_says": "Network law (law)", "assumed_facts": [],
        "status": "optimal", "proof": "certified", "objective_amount": 5.0, "bound_amount": 5.0, "gap_share": 0.0,
        **MONEY, **ends("cost_amount", 18 * MILLION, 30 * MILLION, 42 * MILLION), "low_gross_cost_amount": 21 * MILLION,
        "gross_cost_amount": 45 * MILLION, "high_gross_cost_amount": 69 * MILLION,
        "sourced_gross_cost_amount": 16 * MILLION, "assumed_gross_cost_amount": 29 * MILLION,
        "present_cost_amount": 29 * MILLION, "discount_share": 0.03, "budget_amount": None, "first_on": QUARTERS[0][0],
        "by_on": QUARTERS[-1][1], "period_count": 4, "lot_count": 4, "swapped_count": 3, "unpriced_count": 1,
        **ends("before_share", 0.3, 0.4, 0.5), **ends("after_share", 0.1, 0.15, 0.2),
        **ends("exposed_years", 0.25, 0.34, 0.43), "clear_on": None, "headline": "Germany: 3 of 4 lots are swapped.",
        "unanswered": ["Acme in transport: no row says how much of it is there"], "clash": [], "relief": [],
        "binding": ["crews of north-tel"], "assumed": ["a lot is an equal part of its block"], "input_count": 4,
        "assumed_count": 1, "assumed_share": 0.25, "as_of_on": DAY, "known_on": None,
        "label": "plan for Germany under Network law (law), least exposure, rules in force",
        "inputs": ["swap_option:opt-1", "cost:cost-1"],
    }  # fmt: skip
    return {**base, **row}


def step(number: int, **row: Any) -> Row:
    """One lot of North Tel's radio, swapped from July to September."""
    base = {
        "step_id": f"step-{number:016x}", "plan_id": PLAN, "country": "Germany", "unit_id": f"lot {number}",
        "carrier_id": "north-tel", "region": None, "asset_class": "ran", "layer": "hardware", "generation": None,
        "lot_says": f"Acme ran, lot {number} of 2: 100 sites", "lot_number_count": number, "lots_count": 2,
        "low_element_count": 90.0, "element_count": 100.0, "high_element_count": 120.0, "unit_says": "sites",
        "from_vendor_id": "acme", "to_vendor_id": "bolt", "action": "swap", "start_period_count": 2,
        "start_on": date(2027, 7, 1), "done_on": date(2027, 10, 1), "latest_on": date(2027, 12, 31),
        **ends("share", 0.05, 0.1, 0.15), "priced": True, **ends("cost_amount", 4 * MILLION, 5 * MILLION, 6 * MILLION),
        "gross_cost_amount": 8 * MILLION, "credit_amount": 3 * MILLION, "salvage_amount": 0.0, **MONEY,
        "crew_weeks": 26.0, "outage_hours": 8.0, "lead_time_weeks": 26.0, "basis": "derived", "option_ids": ["opt-1"],
        "pack": "law-1", "rule_id": "L-1", "verdict_id": "verdict-1", "after_units": ["lot 3"],
        "together_units": ["lot 1", "lot 2"], "fixed": False, "because": "once lot 3 is in service",
        "inputs": ["swap_option:opt-1"],
    }  # fmt: skip
    return {**base, **row}


def steps() -> list[Row]:
    """Both lots of the radio, the core before them, and the lot that stays."""
    core = {"asset_class": "core", "lot_says": "Acme core, 1 systems", "lot_number_count": 1, "lots_count": 1}
    core |= {"low_element_count": 1.0, "element_count": 1.0, "high_element_count": 1.0, "unit_says": "systems"}
    core |= {
        "start_period_count": 0,
        "start_on": date(2027, 1, 1),
        "done_on": date(2027, 7, 1),
        "to_vendor_id": "core-co",
    }
    core |= ends("cost_amount", 10 * MILLION, 20 * MILLION, 30 * MILLION)
    core |= {"after_units": [], "together_units": [], "because": "as soon as it can be delivered", "latest_on": None}
    stays = {"carrier_id": "south-tel", "action": "stays", "priced": False, "start_period_count": None}
    stays |= {"start_on": None, "done_on": None, "to_vendor_id": None, "crew_weeks": None, "currency": None}
    stays |= {"after_units": [], "together_units": [], "latest_on": None, "because": "no price is known"}
    stays |= ends("cost_amount", None, None, None)
    return [step(1), step(2), step(3, **core), step(4, **stays)]


def periods() -> list[Row]:
    """The quarters: the core is paid in the first, the radio in the third."""
    told = [
        (ends("exposed_share", 0.3, 0.4, 0.5), (10, 20, 30), 20, 1, 0, 4),
        (ends("exposed_share", 0.3, 0.4, 0.5), (0, 0, 0), 20, 0, 0, 4),
        (ends("exposed_share", 0.3, 0.4, 0.5), (8, 10, 12), 30, 2, 1, 3),
        (ends("exposed_share", 0.1, 0.15, 0.2), (0, 0, 0), 30, 0, 2, 1),
    ]
    return [
        {
            "period_id": f"period-{at:016x}",
            "plan_id": PLAN,
            "country": "Germany",
            "number_count": at,
            "period_says": f"2027 Q{at + 1}",
            "from_on": QUARTERS[at][0],
            "to_on": QUARTERS[at][1],
            **exposed,
            "started_count": started,
            "done_count": done,
            "left_count": left,
            **ends("spent_amount", *(amount * MILLION for amount in spent)),
            **ends("gross_spent_amount", *(1.5 * amount * MILLION for amount in spent)),
            "sum_spent_amount": total * MILLION,
            **MONEY,
            "binding": [],
            "inputs": [f"plan:{PLAN}"],
        }
        for at, (exposed, spent, total, started, done, left) in enumerate(told)
    ]


def uses() -> list[Row]:
    """Crews of North Tel: ten at once, used up in the third quarter."""
    used = (26.0, 0.0, 52.0, 0.0)
    return [
        {
            "use_id": f"use-{at:016x}",
            "plan_id": PLAN,
            "country": "Germany",
            "limit_says": "crews of north-tel",
            "kind": "crews",
            "unit_says": "weeks of a crew",
            "resource": "crews north-tel",
            "number_count": at,
            "from_on": QUARTERS[at][0],
            "capacity_amount": 130.0,
            "used_amount": amount,
            "left_amount": 130.0 - amount,
            "carry_over": False,
            "binding": at == 2,
            "basis": "assumed",
            "inputs": [f"plan:{PLAN}"],
        }
        for at, amount in enumerate(used)
    ]


def points() -> list[Row]:
    """Two budgets and two deadlines, the nearer of them without a plan."""
    made = []
    for kind, at, budget, by, cost, years, price in (
        ("budget", 0, 20 * MILLION, date(2027, 12, 31), 20 * MILLION, 0.4, None),
        ("budget", 1, 60 * MILLION, date(2027, 12, 31), 30 * MILLION, 0.34, 166 * MILLION),
        ("date", 0, None, date(2027, 12, 31), 25 * MILLION, 0.36, None),
        ("date", 1, None, date(2027, 3, 31), None, None, None),
    ):
        made.append(
            {
                "point_id": f"point-{len(made):016x}",
                "plan_id": PLAN,
                "country": "Germany",
                "number_count": at,
                "kind": kind,
                "budget_amount": budget,
                "by_on": by,
                "status": "optimal" if cost else "infeasible",
                "proof": "solver" if cost else "none",
                "gap_share": 0.0 if cost else None,
                "mid_cost_amount": cost,
                "gross_cost_amount": cost and 1.5 * cost,
                "present_cost_amount": cost,
                "mid_exposed_years": years,
                "clear_on": None,
                "price_amount": price,
                **MONEY,
                "inputs": [f"plan:{PLAN}"],
            }
        )
    return made


def figures() -> list[Row]:
    """A price that is used and one that stands beside it, an assumed count of crews, and a rule of order."""
    base = {"plan_id": PLAN, "country": "Germany", "used": True, "basis": "derived", "says": "as given"}
    price = {"kind": "price", "unit_says": "EUR of 2026", "estimator": "press", "sponsor": "Bolt (bidder)"}
    return [
        {**base, **price, "input_id": "input-0000000000000001", "name": "price of one site: opt-1",
         **ends("amount", 40_000, 50_000, 60_000), "scope": "one award", "inputs": ["swap_option:opt-1"]},
        {**base, "input_id": "input-0000000000000002", "name": "crews: crews-1", "kind": "limit", "unit_says": "crews",
         **ends("amount", 5, 10, 20), "basis": "assumed", "inputs": ["plan_limit:crews-1"]},
        {**base, **price, "input_id": "input-0000000000000003", "name": "swap, Germany, by a consultancy",
         **ends("amount", 1e9, 1e9, 1e9), "used": False, "basis": "sourced", "estimator": "a consultancy",
         "sponsor": "Acme", "scope": "total", "inputs": ["cost:cost-1"]},
        {**base, "input_id": "input-0000000000000004", "name": "rule core-first", "kind": "rule", "unit_says": "rule",
         "says": "the core goes first (kept)", "basis": "sourced",
         "inputs": ["interop_rule:core-first", "interop:INT-1"]},
    ]  # fmt: skip


def robust() -> dict[str, list[Row]]:
    """What `plan --robust` adds: dearer prices fit, late deliveries do not; a first year; verdicts that fall."""
    of = {"plan_id": PLAN, "country": "Germany"}
    known = {"status": "optimal", "proof": "certified", "objective_amount": 5.0, "bound_amount": 5.0, "gap_share": 0.0}
    ways = [("as planned", "as planned", True, 0.0, None), ("prices up", "price", True, 0.05, None)]
    ways += [("late", "lead time", False, None, "crews: nothing can start"), ("unknown", "legal", None, None, None)]
    scenarios = [
        {**of, **known, "scenario_id": f"scenario-{at:016x}", "number_count": at, "scenario": name, "kind": kind,
         "says": f"{name} in words", "fits": fits, "regret_share": lacks, "because": why, "unfit_in": [],
         "cost_amount": None if name == "unknown" else 33 * MILLION, "needless_amount": None, "exposed_years": 0.4,
         "clear_on": None}
        for at, (name, kind, fits, lacks, why) in enumerate(ways)
    ]  # fmt: skip
    first = {
        **of,
        "region": None,
        "vendor_id": "acme",
        "to_on": date(2028, 1, 1),
        "tolerance_share": 0.01,
        "seen_count": 1,
    }
    years = [
        {**first, "first_year_id": f"first_year-{at:016x}", "carrier_id": who, "asset_class": what, "lot_count": 2,
         "least_count": least, "planned_count": 2, "proof": "certified" if least else "none"}
        for at, (who, what, least) in enumerate((("south-tel", "ran", 0), ("north-tel", "ran", 1)))
    ]  # fmt: skip
    flip = {**of, "flip_id": "flip-0000000000000001", "vendor_id": "acme", "disputed": True, "because": None,
            "says": "the verdicts on Acme fall", "known_after_count": 2}  # fmt: skip
    for name, cost, needless, years_exposed in (
        ("planned", 30.0, 0.0, 0.34), ("flipped", 0.0, 0.0, 0.0), ("kept", 20.0, 20.0, 0.0),
    ):  # fmt: skip
        flip |= {f"{name}_cost_amount": cost * MILLION, f"{name}_needless_amount": needless * MILLION}
        flip |= {
            f"{name}_exposed_years": years_exposed,
            f"{name}_clear_on": date(2027, 7, 1) if name == "kept" else None,
        }
    return {"plan_scenario": scenarios, "plan_first_year": years, "plan_flip": [flip]}


def rule() -> Row:
    """The rule of order, for which one statement speaks and against which another does."""
    said = {"rule_id": "core-first", "kind": "before", "asset_class": "ran", "other_class": "core", "applied": True}
    return {
        **said,
        "says": "the core goes first",
        "for_fact_ids": ["INT-1"],
        "against_fact_ids": ["INT-2"],
        "source_id": "paper",
    }


def facts() -> list[Row]:
    """What is said of interworking, for the rule and against it."""
    return [
        {
            "fact_id": "INT-1",
            "fact_says": "cores and radios of two vendors need work",
            "who": "North Tel",
            "source_id": "paper",
        },
        {"fact_id": "INT-2", "fact_says": "they work together at once", "who": "Bolt", "source_id": "paper"},
    ]


def plan_tables(**replaced: Sequence[Mapping[str, Any]]) -> dict[str, pl.DataFrame]:
    """Every table of the plan and what it rests on, `replaced` by rows of the test's own."""
    option = {"option_id": "opt-1", "asset_class": "ran", "source_id": "paper"}
    rows: dict[str, Sequence[Mapping[str, Any]]] = {
        "plan": [plan()],
        "plan_step": steps(),
        "plan_period": periods(),
        "plan_use": uses(),
        "plan_frontier": points(),
        "plan_input": figures(),
        "interop_rule": [rule()],
        "interop": facts(),
        "swap_option": [option],
        **replaced,
    }
    return {name: filled(name, held) for name, held in rows.items()}
