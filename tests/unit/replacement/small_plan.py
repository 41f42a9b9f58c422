"""Formulated plans of a few blocks in Japan, from 2027 to 2028, and plans on them that a test states itself."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from provenet.case.money import Band, Money
from provenet.case.tables import frame
from provenet.forms.schedule import PlanFile
from provenet.replacement.blocks import Block, Reach, RestrictedBlocks
from provenet.replacement.formulation import Formulation, formulate
from provenet.replacement.limits import Quarters
from provenet.replacement.lots import PlanQuestion
from provenet.replacement.outcome import Outcome

Row = dict[str, Any]
READ = {"file_id": "0" * 64, "locator": "x.csv row 2", "reading": "not stated", "run_id": "add-1"}
MONEY = ("EUR", "2026")
LAST = date(2028, 12, 31)


def block(carrier: str = "north", asset_class: str = "ran", *, by: date | None = LAST, **given: Any) -> Block:
    """Forty sites of Acme that have to go by the end of the plan, behind a fifth of the subscribers."""
    reach = Reach("v-1", "law", "L-1", by, "restricted", given.pop("keep_share", 0.0))
    fifth = Band(0.2, 0.2, 0.2)
    made: Row = {
        "region": None, "layer": "hardware", "generation": None, "site_class": None, "vendor_id": "acme",
        "count": Band(40, 40, 40), "share": Band(0.5, 0.5, 0.5), "weight": fifth, "unit_says": "sites",
        "renewal_on": None, "basis": "sourced", "used": (), **given,
    }  # fmt: skip
    return Block(carrier_id=carrier, asset_class=asset_class, reach=reach, **made)


def option(name: str = "swap-1", asset_class: str = "ran", **given: Any) -> Row:
    """A swap at 1,000 EUR a site: a week of a crew each, a quarter to deliver and a quarter of work."""
    return {
        "option_id": name, "asset_class": asset_class, "layer": None, "action": "swap", "unit_says": "site",
        "low_amount": 1000.0, "high_amount": 1000.0, "currency": "EUR", "price_year": "2026",
        "low_crew_weeks": 1.0, "mid_crew_weeks": 1.0, "high_crew_weeks": 1.0, "lead_time_weeks": 13.0,
        "work_weeks": 13.0, "basis": "assumed", "row_id": name, **READ, **given,
    }  # fmt: skip


def limit(name: str, kind: str, amount: float, **given: Any) -> Row:
    return {
        "limit_id": name, "kind": kind, "limit_amount": amount, "basis": "assumed", "row_id": name, **READ, **given,
    }  # fmt: skip


def rule(name: str, kind: str, asset_class: str, **given: Any) -> Row:
    return {
        "rule_id": name, "kind": kind, "asset_class": asset_class, "applied": True, "says": name, "basis": "assumed",
        "for_fact_ids": [], "against_fact_ids": [], "row_id": name, **READ, **given,
    }  # fmt: skip


def question(**given: Any) -> PlanQuestion:
    made: Row = {
        "country": "Japan", "objective": "exposure", "quarters": Quarters(date(2027, 1, 1), 8), "by_on": LAST, **given,
    }  # fmt: skip
    return PlanQuestion(**made)


def formulated(
    blocks: Iterable[Block],
    options: Iterable[Row] = (),
    *,
    limits: Iterable[Row] = (),
    rules: Iterable[Row] = (),
    deployments: Iterable[Row] = (),
    share: float = 0.4,
    **given: Any,
) -> Formulation:
    """A question formulated on some blocks; one option to swap unless others are given, `share` that of a carrier."""
    options = list(options) or [option()]
    rows = {
        "swap_option": options,
        "plan_limit": list(limits),
        "interop_rule": list(rules),
        "deployment": list(deployments),
        "vendor_share": [],
    }
    tables = {name: frame(name, held) for name, held in rows.items()}
    money = Money([], [], currency=MONEY[0], year=MONEY[1])
    blocks = tuple(blocks)
    weights = {one.carrier_id: Band(share, share, share) for one in blocks}
    held = RestrictedBlocks(blocks=blocks, weights=weights, weight_kind="subscribers", missing=(), used=())
    return formulate(tables, held, question(**given), money=money)


def planned(formulation: Formulation, start: Mapping[str, int | None], *, objective: float | None = 1.0) -> Outcome:
    """A plan that starts lots in the quarters given."""
    status = "optimal" if objective is not None else "infeasible"
    plan = PlanFile(status, objective, objective, 0.0, "certified", 0.1, dict(start))  # type: ignore[arg-type]
    return Outcome(formulation, plan, Money([], [], currency=MONEY[0], year=MONEY[1]), "plan-1")
