"""The command `plan`: what is swapped when, as lines for a person or as one JSON object."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any

import click

from provenet.cli.door import say, say_json
from provenet.cli.lines import heading
from provenet.cli.options import (
    as_of_day,
    assumptions,
    country_option,
    day_of,
    day_options,
    folders,
    json_option,
    packs_option,
    policy_option,
)
from provenet.cli.progress import ProgressLine
from provenet.core.errors import EXIT_DONE, EXIT_INPUT, EXIT_UNPROVEN
from provenet.verbs.answers import CountryPlan, PlanReport

MOST_LINES = 60
"""Lots shown to a person; `--json` has them all."""


class SearchLine(ProgressLine):
    """The progress line of a search: what is done, the best plan so far, the bound and the gap.

    The first Ctrl-C in a search stops it where it next tells how it stands; any other ends the command.
    """

    def __init__(self) -> None:
        super().__init__()
        self._stopped = self._searching = False
        self._before: Any = None

    def search(self, doing: str, objective: float | None, bound: float | None, done: int, total: int) -> None:
        """Says how the search stands."""
        self._searching = True
        best = "none yet" if objective is None else f"{objective:,.4g}"
        top = "none yet" if bound is None else f"{bound:,.4g}"
        gap = ""
        if objective and bound is not None:
            gap = f", gap {100 * max(0.0, bound - objective) / abs(objective):.2f} %"
        self(f"{doing} (plan {best}, bound {top}{gap})", done, total)
        if self._stopped:
            self._stopped = False
            raise KeyboardInterrupt

    def __enter__(self) -> SearchLine:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._stop)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, err: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
        super().__exit__(kind, err, trace)

    def _stop(self, number: int, frame: object) -> None:
        # A library may swallow what is raised here; what is remembered then ends the search where it next tells.
        again, self._stopped = self._stopped, True
        if again or not self._searching:
            if callable(self._before):
                self._before(number, frame)
            raise KeyboardInterrupt


@click.command()
@click.argument("case")
@click.option(
    "--objective",
    type=click.Choice(["exposure", "cost", "frontier"]),
    default="exposure",
    show_default=True,
    help="Least exposure over time within the budget, least cost by the deadline, or both curves between them.",
)
@click.option(
    "--budget", nargs=2, metavar="AMOUNT CURRENCY/YEAR", help="Over all quarters, such as 500M EUR/2026; k, M and bn."
)
@click.option("--by", metavar="DAY", help="The day to be done by (default: the last day that a verdict gives).")
@country_option("A country (default: every country whose shares stand for that day).")
@policy_option("A policy, also a foreign or proposed one, as a labelled scenario (default: the rules in force there).")
@click.option("--assume", metavar="KEY=VALUE", multiple=True, help="A fact assumed of the policy. Any number.")
@click.option("--listed", metavar="LIST=VENDOR", multiple=True, help="A vendor assumed to be on a list. Any number.")
@packs_option
@click.option("--money", metavar="CURRENCY/YEAR", help="Money to tell amounts in, such as EUR/2026.")
@click.option("--fix", metavar="FILE", help="Decisions already taken: a CSV with unit_id and start_on (empty: stays).")
@click.option("--option", metavar="ID", multiple=True, help="Price by this option alone where it fits. Any number.")
@click.option("--without-rule", metavar="ID", multiple=True, help="Do not keep this rule of order. Any number.")
@click.option("--no-renewal-credit", is_flag=True, help="Count whole prices, also of what would be renewed anyway.")
@click.option("--no-deadlines", is_flag=True, help="Do not keep the last days that verdicts give.")
@click.option("--exact", is_flag=True, help="Ask the whole model too: often optimal, on the solver's word, and slower.")
@click.option("--solver", metavar="NAME", default="highs", show_default=True,
              help="With --exact: solver of the whole model, such as cbc or gurobi, where installed.")  # fmt: skip
@click.option("--robust", is_flag=True, help="Also scenarios, what to start in any case, and verdicts that fall.")
@click.option("--seconds", type=float, metavar="N", help="Stop after so long; the plan then depends on the machine.")
@day_options
@json_option
def plan(
    case: str,
    objective: str,
    budget: tuple[str, str] | None,
    by: str | None,
    country: tuple[str, ...],
    policy: tuple[str, ...],
    assume: tuple[str, ...],
    listed: tuple[str, ...],
    packs: tuple[str, ...],
    money: str | None,
    fix: str | None,
    option: tuple[str, ...],
    without_rule: tuple[str, ...],
    no_renewal_credit: bool,
    no_deadlines: bool,
    exact: bool,
    solver: str,
    robust: bool,
    seconds: float | None,
    as_of: str | None,
    known_on: str | None,
    as_json: bool,
) -> int:
    """Say what carriers of CASE swap in which quarter, to whom and at what cost, with proof how good the plan is.

    The case needs verdicts (`screen`), shares (`depend`) and rows of element_count, swap_option and plan_limit; the
    bundled case has them, and each figure without a source is told as assumed. Ctrl-C keeps the best plan so far.
    `provenet certify CASE RUN` checks a plan without the planner. docs/plan.md tells each column. Exit code 3: limits
    of a country leave no plan, and what would make room is told; 4: none was found, and none is proven impossible.
    """
    from provenet.verbs import plan as planning

    with SearchLine() as progress:
        found = planning.plan(
            case,
            objective=objective,
            budget=None if budget is None else " ".join(budget),
            by=day_of("--by", by),
            country=country,
            policy=policy,
            assume=assumptions(assume),
            listed=listed,
            packs=folders(packs),
            money=money,
            fix=fix,
            option=option,
            without_rule=without_rule,
            renewal_credit=not no_renewal_credit,
            deadlines=not no_deadlines,
            exact=exact,
            solver=solver,
            robust=robust,
            seconds=seconds,
            as_of=as_of_day(as_of),
            known_on=day_of("--known-on", known_on),
            progress=progress,
            search=progress.search,
        )
    return _said(found, as_json)


def _said(found: PlanReport, as_json: bool) -> int:
    """Says what was found, and gives the exit code of it."""
    say_json(found.as_dict()) if as_json else say(plan_lines(found))
    ends = {one.plan["status"] for one in found.countries if one.plan["lot_count"]}
    if "infeasible" in ends:
        return EXIT_INPUT
    return EXIT_UNPROVEN if "unknown" in ends else EXIT_DONE


def plan_lines(found: PlanReport) -> Iterator[str]:
    """What was asked, then country by country the answer, its lots, its quarters and what it rests on."""
    yield heading(found.as_of, found.known_on)
    for one in found.countries:
        yield ""
        yield from _country_lines(one)


def _country_lines(one: CountryPlan) -> Iterator[str]:
    plan = one.plan
    yield f"  {plan['headline']}"
    yield f"    Under: {plan['policy_says']}."
    if plan["scenario"]:
        yield f"    SCENARIO: {plan['scenario_says']}."
    for says in plan["unanswered"]:
        yield f"    Missing: {says}."
    if plan["status"] == "nothing to swap":
        return
    yield f"    {_proof(plan)}"
    for says in (*plan["clash"], *(f"relief: {way}" for way in plan["relief"])):
        yield f"    {says}"
    if plan["objective_amount"] is None:
        yield f"    Run {one.run_id}. With --no-deadlines it is told how long it takes."
        return
    for step in _shown(one.steps):
        yield f"    {step}"
    yield from _period_lines(one)
    for point in one.frontier:
        yield f"    {_point(point, plan)}"
    if "robust" in plan:
        yield from _robust_lines(plan)
    if plan["binding"]:
        yield f"    Used up while lots wait: {', '.join(plan['binding'])}."
    yield f"    {plan['assumed_count']} of {plan['input_count']} figures it rests on are assumed: no source gives them."
    yield f"    Run {one.run_id}."


def _robust_lines(plan: Mapping[str, Any]) -> Iterator[str]:
    """How the plan stands in each scenario, what to start in any case, and what changes if verdicts fall."""
    told, money = plan["robust"], plan["currency"] or ""
    for one in told["scenario"][1:]:
        lacks = (
            "nothing" if one["regret_amount"] == 0 else f"{one['regret_amount'] or 0:,.1f} in units of the objective"
        )
        if one["regret_share"]:
            lacks = f"{100 * one['regret_share']:.2f} %"
        fits = f"fits and lacks {lacks} of the best found" if one["fits"] else f"does not fit ({one['because']})"
        yield f"    If {one['says']}: the plan {fits if one['fits'] is not None else 'was not tried to the end'}."
        if one["objective_amount"] is not None:
            cost, day = f"{one['cost_amount'] / 1e6:,.1f} M {money}", one["clear_on"] or "no day"
            yield f"      PlanReport for it: {cost}, {one['exposed_years']:.4f} share-years exposed, clear on {day}."
        else:
            yield f"      PlanReport for it: no plan ({one['status']})."
    for one in told["first_year"]:
        share, where = 100 * one["tolerance_share"], f"{one['carrier_id']} {one['asset_class']} {one['vendor_id']}"
        lots = f"{one['least_count']} of {one['lot_count']} lots of {where}"
        words = f"Every plan within {share:g} % of the best starts at least {lots} before {one['to_on']}"
        yield f"    {words} (proof: {one['proof']})."
    for one in told["flip"]:
        if one["kept_cost_amount"] is None:
            yield f"    If {one['says']} after {one['known_after_count']} quarters: no plan ({one['because']})."
            continue
        cost, needless = one["kept_cost_amount"] / 1e6, one["kept_needless_amount"] / 1e6
        yield (
            f"    If {one['says']} after {one['known_after_count']} quarters: cost {cost:,.1f} M {money}, of it "
            f"{needless:,.1f} M for what then need not go, instead of {one['planned_cost_amount'] / 1e6:,.1f} M; "
            f"{one['kept_exposed_years']:.4f} share-years exposed instead of {one['planned_exposed_years']:.4f}; "
            f"clear on {one['kept_clear_on'] or 'no day'} instead of {one['planned_clear_on'] or 'no day'}."
        )


def _proof(plan: Mapping[str, Any]) -> str:
    if plan["objective_amount"] is None:
        return f"Status: {plan['status']}."
    gap = "" if plan["gap_share"] is None else f", at most {100 * plan['gap_share']:.2f} % from the best plan"
    return f"Status: {plan['status']}{gap}; proof: {plan['proof']}."


def _shown(steps: tuple[Mapping[str, Any], ...]) -> Iterator[str]:
    for step in steps[:MOST_LINES]:
        when = "under way" if step["start_on"] and step["action"] != "stays" else "stays"
        when = f"{step['start_on']} to {step['done_on']}" if step["start_on"] and step["done_on"] else when
        to = f" to {step['to_vendor_id']}" if step["to_vendor_id"] else ""
        cost = "" if step["mid_cost_amount"] is None else f", {step['mid_cost_amount'] / 1e6:,.1f} M"
        yield f"{when}: {step['unit_id']}{to}{cost} ({step['because']})"
    if len(steps) > MOST_LINES:
        yield f"and {len(steps) - MOST_LINES} more lots: --json tells them all"


def _period_lines(one: CountryPlan) -> Iterator[str]:
    for period in one.periods:
        low, high = 100 * period["low_exposed_share"], 100 * period["high_exposed_share"]
        spent = "" if period["mid_spent_amount"] is None else f", spent {period['mid_spent_amount'] / 1e6:,.1f} M"
        yield f"    {period['period_says']}: exposed {low:.1f} to {high:.1f} %{spent}"


def _point(point: Mapping[str, Any], plan: Mapping[str, Any]) -> str:
    if point["mid_cost_amount"] is None:
        return f"by {point['by_on']}: no plan"
    money = f"{point['mid_cost_amount'] / 1e6:,.1f} M {plan['currency']}"
    what = f"budget {point['budget_amount'] / 1e6:,.1f} M" if point["kind"] == "budget" else f"by {point['by_on']}"
    return f"{what}: cost {money}, {point['mid_exposed_years']:.4f} share-years exposed, {point['status']}"
