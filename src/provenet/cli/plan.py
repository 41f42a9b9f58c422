"""The command `plan`: what is swapped when, as lines for a person or as one JSON object."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any

from provenet.cli.command import command
from provenet.cli.door import say, say_json
from provenet.cli.lines import heading
from provenet.cli.progress import ProgressLine
from provenet.core import wording
from provenet.core.errors import EXIT_DONE, EXIT_INPUT, EXIT_UNPROVEN
from provenet.verbs.answers import CountryPlan, PlanReport
from provenet.verbs.plan import PlanSettings

if TYPE_CHECKING:
    from provenet.forms.schedule import SearchState

MOST_LINES = 60
"""Lots shown to a person; `--json` has them all."""


class SearchLine(ProgressLine):
    """The progress line of a search: what is done, the best plan so far, the bound and the gap.

    The first Ctrl-C in a search stops it at its next report; any other ends the command.
    """

    def __init__(self) -> None:
        super().__init__()
        self._stopped = self._searching = False
        self._before: Any = None

    def search(self, state: SearchState) -> None:
        """Says how the search stands."""
        self._searching = True
        super().search(state)
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
        # A library may swallow what is raised here; what is remembered then ends the search at its next report.
        again, self._stopped = self._stopped, True
        if again or not self._searching:
            if callable(self._before):
                self._before(number, frame)
            raise KeyboardInterrupt


@command(PlanSettings)
def plan(case: str, settings: PlanSettings, as_json: bool) -> int:
    """Plan what carriers of CASE swap when, with proof.

    The plan says which lots go in which quarter, to whom and at what cost, and how far it is from the best; the answer
    ends with what the whole costs and what is left. The case needs verdicts (`screen`), shares (`depend`) and rows of
    element_count, swap_option and plan_limit; the bundled case has them, and marks each figure without a source as
    assumed. Ctrl-C keeps the best plan so far. `provenet certify CASE RUN` checks a plan without the planner.
    docs/plan.md describes each column. Exit code 3: the limits of a country leave no plan, and the answer says what
    would make room; 4: the search found no plan and did not prove that there is none, or nothing has a price.
    """
    from provenet.verbs.plan_run import run

    with SearchLine() as line:
        report = run(case, replace(settings, progress=line, search=line.search))
    say_json(report.as_dict()) if as_json else say(plan_lines(report))
    ends = {one.plan["status"] for one in report.countries if one.plan["lot_count"]}
    if "infeasible" in ends:
        return EXIT_INPUT
    return EXIT_UNPROVEN if "unknown" in ends else EXIT_DONE


def plan_lines(found: PlanReport) -> Iterator[str]:
    """The two days, then country by country the lots, the quarters, what the plan rests on, and last its outcome."""
    yield heading(found.as_of, found.known_on)
    for one in found.countries:
        yield ""
        yield f"  {one.country}, run {one.run_id}"
        yield from (f"    {line}" for line in _country_lines(one))
        yield f"  {one.plan['headline']}"


def _country_lines(one: CountryPlan) -> Iterator[str]:
    from provenet.forms.schedule import AVERAGED

    plan = one.plan
    yield f"Under: {plan['policy_says']}."
    if plan["scenario"]:
        yield f"SCENARIO: {plan['scenario_says']}."
    yield from (f"Missing: {text}." for text in plan["unanswered"])
    if plan["status"] in ("nothing to swap", "undetermined"):
        return
    yield _proof(plan)
    if plan["proof"] != "certified":
        yield from (f"Not certified: {text}." for text in plan["assumed"] if AVERAGED in text)
    yield "Costs and budgets are net of renewal credit and salvage; the cash that a plan needs stands beside them."
    yield from plan["clash"]
    yield from (f"relief: {way}" for way in plan["relief"])
    if plan["objective_amount"] is None:
        if plan["status"] == "infeasible":
            yield "--no-deadlines shows how long it takes."
        return
    yield from _shown(one.steps)
    yield from map(_period, one.periods)
    yield from (_point(point, plan) for point in one.frontier)
    if "robust" in plan:
        yield from _robust_lines(plan)
    if plan["binding"]:
        yield f"Used up while lots wait: {wording.series(plan['binding'])}."
    yield f"{plan['assumed_count']} of {plan['input_count']} figures it rests on are assumed: no source gives them."


def _robust_lines(plan: Mapping[str, Any]) -> Iterator[str]:
    """How the plan stands in each scenario, what to start in any case, and what changes if verdicts fall."""
    parts = plan["robust"]
    for one in parts["scenario"][1:]:
        yield f"If {one['says']}: the plan {_fit(one)}."
        if one["objective_amount"] is None:
            yield f"  Its own plan: none ({one['status']})."
        else:
            cost, day = wording.amount(one["cost_amount"], plan["currency"]), one["clear_on"] or "no day"
            cash = _cash(one["gross_cost_amount"], plan["currency"])
            yield f"  Its own plan: {cost} net{cash}, {_years(one['exposed_years'])}, clear on {day}."
    for one in parts["first_year"]:
        share, where = one["tolerance_share"], f"{one['carrier_id']} {one['asset_class']} {one['vendor_id']}"
        lots = f"{one['least_count']} of {one['lot_count']} lots of {where}"
        words = f"Every plan within {wording.percent(share)} of the best starts at least {lots} before {one['to_on']}"
        yield f"{words} (proof: {one['proof']})."
    yield from (_flip(one, plan["currency"]) for one in parts["flip"])


def _cash(amount: float | None, currency: str | None) -> str:
    return "" if amount is None else f" ({wording.amount(amount, currency)} in cash)"


def _fit(one: Mapping[str, Any]) -> str:
    """Whether the plan fits a scenario, and what it then lacks of the best that was found."""
    if one["fits"] is None:
        return "was not tried to the end"
    if not one["fits"]:
        return f"does not fit ({one['because']})"
    if one["regret_amount"] is None:
        return "fits; what it lacks of the best found is not known"
    lacks = "nothing"
    if one["regret_share"]:
        lacks = wording.percent(one["regret_share"], places=2, fixed=True)
    elif one["regret_amount"] != 0:
        lacks = f"{one['regret_amount']:,.1f} in units of the objective"
    return f"fits and lacks {lacks} of the best found"


def _flip(one: Mapping[str, Any], currency: str | None) -> str:
    when = f"If {one['says']} after {wording.count(one['known_after_count'], 'quarter')}"
    if one["kept_cost_amount"] is None:
        return f"{when}: no plan ({one['because']})."
    cost, needless, planned = (
        wording.amount(one[f"{name}_amount"], currency) for name in ("kept_cost", "kept_needless", "planned_cost")
    )
    return (
        f"{when}: net cost {cost}, of it {needless} for what then need not go, instead of {planned}; "
        f"{_years(one['kept_exposed_years'])} instead of {_years(one['planned_exposed_years'])}; "
        f"clear on {one['kept_clear_on'] or 'no day'} instead of {one['planned_clear_on'] or 'no day'}."
    )


def _proof(plan: Mapping[str, Any]) -> str:
    if plan["objective_amount"] is None:
        return f"Status: {plan['status']}."
    gap = plan["gap_share"]
    far = "" if gap is None else f", at most {wording.percent(gap, places=2, fixed=True)} from the best plan"
    if not plan["swapped_count"]:
        far = ", since no swap within the limits improves on none"
    inputs = f"for the stated inputs, {plan['assumed_count']} of {plan['input_count']} assumed"
    return f"Status: {plan['status']}{far}; proof: {plan['proof']}, {inputs}."


def _years(years: float | None) -> str:
    return f"exposure {wording.UNKNOWN}" if years is None else f"{years:.4f} share-years exposed"


def _net(net: float, cash: float | None, currency: str | None = None) -> str:
    """A cost net of renewal credit and salvage, and the cash where it is more."""
    more = cash is not None and cash > net + 1
    return wording.amount(net, currency) + (f" net ({wording.amount(cash, currency)} in cash)" if more else "")


def _shown(steps: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for step in steps[:MOST_LINES]:
        when = "under way" if step["start_on"] and step["action"] != "stays" else "stays"
        when = f"{step['start_on']} to {step['done_on']}" if step["start_on"] and step["done_on"] else when
        to = f" to {step['to_vendor_id']}" if step["to_vendor_id"] else ""
        cost = (
            "" if step["mid_cost_amount"] is None else f", {_net(step['mid_cost_amount'], step['gross_cost_amount'])}"
        )
        yield f"{when}: {step['unit_id']}{to}{cost} ({step['because']})"
    if len(steps) > MOST_LINES:
        yield f"and {wording.count(len(steps) - MOST_LINES, 'more lot')}: --json has them all"


def _period(period: Mapping[str, Any]) -> str:
    share = wording.interval(period["low_exposed_share"], period["high_exposed_share"], fixed=True)
    net, cash = period["mid_spent_amount"], period["mid_gross_spent_amount"]
    spent = "" if net is None else f", spent {_net(net, cash)}"
    return f"{period['period_says']}: exposed {share}{spent}"


def _point(point: Mapping[str, Any], plan: Mapping[str, Any]) -> str:
    by = f"by {point['by_on']}"
    if point["mid_cost_amount"] is None:
        return f"{by}: no plan"
    what = f"budget {wording.amount(point['budget_amount'])}" if point["kind"] == "budget" else by
    money = _net(point["mid_cost_amount"], point["gross_cost_amount"], plan["currency"])
    return f"{what}: cost {money}, {_years(point['mid_exposed_years'])}, {point['status']}"
