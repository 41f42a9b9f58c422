"""Whole formulations and every row of plans stated by hand, kept in `kept/`: blocks, options, limits and rules of all
kinds, with plans that start some lots, all or none."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from provenet.case.money import Band
from provenet.replacement import blocks, counts, limits, lots, options, outcome, subscribers, summary
from provenet.replacement.formulation import Formulation
from provenet.replacement.limits import Quarters
from provenet.replacement.rows import frontier_row, input_rows, period_rows, step_rows, use_rows
from provenet.replacement.summary import PolicyContext, empty_plan_row, plan_row
from support.kept import assert_kept, plain, shown
from unit.replacement.small_plan import block, formulated, limit, option, planned, rule

ROOM = (blocks, counts, limits, lots, options, outcome, subscribers, summary)
KEPT = Path(__file__).parent / "kept"
NAMES = {"north": "North", "acme": "Acme", "bolt": "Bolt"}
POLICIES = PolicyContext(
    packs=("law",), policy_says="the law", scenario_says=None, assumed_facts={}, as_of=date(2026, 11, 25),
    known_on=None, only=(),
)  # fmt: skip
SCENARIO = PolicyContext(
    packs=("law", "own"),
    policy_says="the law and a rule of our own",
    scenario_says="a rule of our own, limited to ran",
    assumed_facts={"critical": "true"},
    as_of=date(2026, 11, 25),
    known_on=date(2026, 1, 1),
    only=("ran",),
)
WIDE = Band(30.0, 40.0, 60.0)
MONEY = {"currency": "EUR", "price_year": "2026"}
Row = dict[str, Any]


def simple() -> Formulation:
    return formulated([block()])


def whole() -> Formulation:
    """Three carriers, blocks of every make, options for each, limits of all kinds and rules of order."""
    held = [
        block(count=WIDE, share=Band(0.3, 0.4, 0.6), weight=Band(0.1, 0.2, 0.3), renewal_on=date(2028, 6, 30)),
        block(asset_class="core", layer="software", count=Band(2, 2, 3), unit_says="cores", by=date(2027, 12, 31)),
        block("south", region="east", generation="5G", by=None, basis="assumed", keep_share=0.25),
        block("south", region="west", vendor_id="bolt", count=Band(120, 130, 150)),
        block("east", site_class="critical", weight=Band(0, 0, 0), count=Band(1, 1, 1)),
    ]
    priced = [
        option("wide", low_amount=1000.0, mid_amount=1500.0, high_amount=4000.0, salvage_share=0.1, life_years=8.0),
        option("left", from_vendor_id="bolt", life_years=10.0, left_share=0.5, outage_hours=4.0, basis="sourced"),
        option("core", asset_class="core", work_weeks=27.0, lead_time_weeks=0.0, low_amount=1e6, high_amount=2e6),
        option("shut", carrier_id="east", action="shut down", low_amount=100.0, high_amount=100.0, low_crew_weeks=None,
               mid_crew_weeks=None, high_crew_weeks=None, lead_time_weeks=None, work_weeks=None),
    ]  # fmt: skip
    kept = [
        limit("crews", "crews", 2.0),
        limit("own crews", "crews", 5.0, carrier_id="south", region="east", to_on=date(2027, 12, 31)),
        limit("supply", "supply", 100.0, vendor_id="cord", asset_class="ran", from_on=date(2027, 7, 1)),
        limit("purse", "budget", 1e6, carry_over=True, money_source="own", **MONEY),
        limit("aid", "budget", 5e5, carry_over=True, money_source="aid", payout_share=0.5, **MONEY),
        limit("cap", "vendor cap", 0.6),
        limit("discount", "discount", 0.03, low_amount=0.01, high_amount=0.05),
    ]
    rules = [
        rule("core first", "before", "ran", other_class="core"),
        rule("try one", "test first", "ran"),
        rule("as one", "together", "core", other_class="ran", applied=False),
    ]
    named = [
        {"carrier_id": who, "country": "Japan", "segment": "RAN", "asset_class": "ran", "vendor_ids": [vendor],
         "complement": False, "presence": presence, "role": "supplier", "row_id": f"{who} {vendor}", **READ}
        for who, vendor, presence in (
            ("north", "cord", "named"), ("south", "cord", "named"), ("south", "dash", "named"),
            ("east", "cord", "absent"),
        )
    ]  # fmt: skip
    return formulated(held, priced, limits=kept, rules=rules, deployments=named, objective="frontier")


READ = {"file_id": "0" * 64, "locator": "x.csv row 2", "reading": "not stated", "run_id": "add-1"}
MADE: dict[str, Callable[[], Formulation]] = {
    "simple": simple,
    "whole": whole,
    "cost": lambda: formulated([block()], objective="cost", share=0.0),
    "budget": lambda: formulated([block()], objective="exposure", budget=30_000.0),
    "late": lambda: formulated([block(by=date(2027, 3, 31))], [option(lead_time_weeks=60.0)]),
    "last day": lambda: formulated([block(by=date(2027, 6, 30))]),
    "day after": lambda: formulated([block(by=date(2027, 7, 1))]),
    "no price": lambda: formulated([block(), block("south")], [option(carrier_id="south", low_amount=None)]),
    "fixed": lambda: formulated(
        [block(), block("south")], fixed={"north ran acme": date(2026, 1, 1), "south ran acme": None}
    ),
    "no deadlines": lambda: formulated([block(by=None)], quarters=Quarters(date(2027, 1, 1), 3)),
    "caps": lambda: formulated([block()], limits=[limit("cap", "vendor cap", 0.1)]),
}


def starts(made: Formulation, step: int) -> Mapping[str, int | None]:
    """Every lot in turn from its earliest quarter, or none where the step is 0."""
    return {
        lot.unit_id: None if not step else min(lot.earliest + step * at % 3, made.question.quarters.count - 1)
        for at, lot in enumerate(made.lots)
        if lot.planned
    }


@pytest.mark.parametrize("name", MADE)
def test_a_formulation_and_the_rows_of_its_plans(name: str) -> None:
    made = MADE[name]()
    parts = plain(made)
    text = ""
    for part, value in parts.items():
        held = value if isinstance(value, list) else [value]
        text += f"== {part}\n{shown(held, most=8, short=1200)}"
    for step, objective in ((1, 1.0), (0, 0.0), (0, None)):
        found = planned(made, starts(made, step), objective=objective)
        rows: dict[str, list[Row]] = {
            "step": [dict(row) for row in step_rows(found, NAMES)],
            "period": [dict(row) for row in period_rows(found)],
            "use": [dict(row) for row in use_rows(found)],
            "plan": [
                dict(plan_row(found, policies, NAMES, instance_id="i", schedule_id=None))
                for policies in (POLICIES, SCENARIO)
            ],
            "frontier": [
                dict(frontier_row(found, at, kind, before=None)) for at, kind in enumerate(("budget", "date"))
            ],
        }
        if rows["frontier"]:
            before = frontier_row(planned(made, starts(made, 0), objective=0.0), 0, "budget", before=None)
            rows["frontier after"] = [dict(frontier_row(found, 3, kind, before=before)) for kind in ("budget", "date")]
        for table, held in rows.items():
            text += f"== {table} {step} {objective}\n{shown(held)}"
    text += f"== input\n{shown([dict(row) for row in input_rows(made.used, 'plan-1', 'Japan')], most=12, short=500)}"
    assert_kept(KEPT / f"{name.replace(' ', '-')}.txt", text)


def test_a_country_with_nothing_to_swap() -> None:
    days = {"first_on": date(2027, 1, 1), "by_on": date(2028, 12, 31)}
    made = [
        dict(empty_plan_row("plan-1", "Japan", of, policies=one, reason=why, missing=(why,), is_known=known, **days))
        for one in (POLICIES, SCENARIO)
        for of, why, known in (("exposure", "No policy was screened.", False), ("cost", "Nothing is counted.", True))
    ]
    assert_kept(KEPT / "nothing.txt", shown(made))
