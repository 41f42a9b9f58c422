"""The command `fund`: which aid tips which buyer, as lines for a person or as one JSON object."""

from collections.abc import Iterator, Mapping
from typing import Any

from provenet.cli.command import command
from provenet.cli.door import say, say_json
from provenet.cli.lines import heading
from provenet.cli.progress import with_progress
from provenet.core.errors import EXIT_DONE, EXIT_INPUT
from provenet.core.wording import amount, amount_interval, count, figure, interval, percent
from provenet.verbs.answers import CountryAid, FundReport
from provenet.verbs.fund import FundSettings

SHOWN_FIGURES, SHOWN_POINTS = 6, 6
"""Figures that move most and points of the curve shown to a person; `--json` has them all."""


@command(FundSettings)
def fund(case: str, settings: FundSettings, as_json: bool) -> int:
    """Find the aid that makes carriers buy clear equipment.

    The answer says which aid tips which carrier, whom to talk to first, and last what it all buys. The case needs
    verdicts (`screen`), shares (`depend`) and rows of purchase and choice_input; the bundled case has them, and marks
    each figure without a source as assumed. A vendor is clear unless the condition of the aid excludes it.
    docs/fund.md describes the model and each column. Exit code 3: floors and caps leave no award.
    """
    from provenet.verbs.fund_run import run

    report = with_progress(run, case, settings)
    say_json(report.as_dict()) if as_json else say(fund_lines(report))
    return EXIT_INPUT if any(one.fund["status"] == "infeasible" for one in report.countries) else EXIT_DONE


def fund_lines(found: FundReport) -> Iterator[str]:
    """The two days, then country by country the awards, the mechanisms, what moves the answer most, and the answer."""
    yield heading(found.as_of, found.known_on)
    yield f"  Run {found.run_id}"
    for one in found.countries:
        yield ""
        yield f"  {one.country}"
        yield from (f"    {line}" for line in _country_lines(one))
        yield f"  {one.fund['headline']}"


def _country_lines(one: CountryAid) -> Iterator[str]:
    row = one.fund
    yield f"Condition: {row['condition_says']}."
    yield from (f"Missing: {text}." for text in row["unanswered"])
    if row["status"] in ("nothing to fund", "infeasible"):
        return
    yield _proof(row)
    yield f"Amounts in {row['currency']} of {row['price_year']}."
    yield from map(_award, one.awards)
    yield from _curve_lines(one)
    yield from (_mechanism(row, one.fund["weight_kind"]) for row in one.mechanisms)
    yield from (_approach(approach, one) for approach in one.approaches)
    yield from _input_lines(one)


def _proof(row: Mapping[str, Any]) -> str:
    gap = row["gap_share"]
    far = "" if gap is None else f", at most {percent(gap, places=2, fixed=True)} from the best awards"
    if row["committed_amount"] == 0:
        far = ", since no award within the budget and the limits improves on none"
    inputs = f"for the stated inputs, {row['assumed_count']} of {row['input_count']} assumed"
    return f"Status: {row['status']}{far}; proof: {row['proof']}, {inputs}."


def _approach(one: Mapping[str, Any], of: CountryAid) -> str:
    who = one["carrier_id"] or f"the government of {of.country}"
    share = one["worth_share"]
    worth = "an unknown part" if share is None else percent(share, places=2, fixed=True)
    moved = f"{worth} of {of.fund['weight_kind'] or 'its weight'} by {percent(one['nudge_share'])}"
    left = one["left_days_count"]
    days = "" if left is None else f", {count(left, 'day')} to the first contract"
    claims = f"{count(one['disputed_count'], 'claim')} disputed"
    return f"Talk {one['number_count'] + 1}: {who}, worth {moved} of the price{days}; {claims}"


def _award(award: Mapping[str, Any]) -> str:
    before, after = (percent(award[f"{when}_p_clear_share"], places=0) for when in ("before", "after"))
    chose = f" {award['chosen_says']}" if award["chosen_says"] else ""
    return (
        f"{award['purchase_id']}: {amount(award['award_amount'])}; clear in {before} of the scenarios without it, "
        f"{after} with it; what tips it: {_need(award)}.{chose}"
    )


def _need(award: Mapping[str, Any]) -> str:
    """What tips a purchase; without a low end nothing is needed."""
    low, high = award["low_need_amount"], award["high_need_amount"]
    return "no aid" if low is None else amount_interval(low, high)


def _curve_lines(one: CountryAid) -> Iterator[str]:
    points = [point for point in one.curve if point["kind"] == "budget"]
    step, kind = max(1, len(points) // SHOWN_POINTS), one.fund["weight_kind"]
    for point in points[::step]:
        mid, ends = percent(point["mid_share"], fixed=True), interval(point["low_share"], point["high_share"])
        yield f"With a budget of {amount(point['budget_amount'])}: {mid} of {kind} behind clear purchases ({ends})"


def _mechanism(row: Mapping[str, Any], kind: str) -> str:
    price = "nothing made clear"
    if row["mid_unit_amount"] is not None:
        price = f"{amount(row['mid_unit_amount'])} for each percentage point of {kind}"
    clear, default = percent(row["mid_clear_share"], fixed=True), percent(row["mid_default_share"], places=0)
    return (
        f"{row['mechanism']}: {clear} of {kind} made clear for {amount(row['mid_paid_amount'])} ({price}); "
        f"{default} of awards not carried out"
    )


def _input_lines(one: CountryAid) -> Iterator[str]:
    tried = [row for row in one.inputs if row["low_objective_share"] is not None]
    tried.sort(key=lambda row: -abs(row["high_objective_share"] - row["low_objective_share"]))
    for row in tried[:SHOWN_FIGURES]:
        ends = f"{figure(row['low_amount'])} to {figure(row['high_amount'])} {row['unit_says']}"
        low, high = (percent(row[f"{end}_objective_share"], fixed=True) for end in ("low", "high"))
        yield f"Sensitive to {row['name']}, {ends} ({row['basis']}): {low} to {high}"
    few, many = one.fund["assumed_count"], one.fund["input_count"]
    yield f"{few} of {many} figures it rests on are assumed: no source gives them."
