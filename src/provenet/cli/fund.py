"""The command `fund`: which aid tips which buyer, as lines for a person or as one JSON object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from provenet.cli.command import command
from provenet.cli.door import say, say_json
from provenet.cli.lines import heading
from provenet.cli.progress import ProgressLine
from provenet.core.errors import EXIT_DONE, EXIT_INPUT
from provenet.verbs.answers import CountryAid, FundReport
from provenet.verbs.fund import FundSettings, run

SHOWN_FIGURES, SHOWN_POINTS = 6, 6
"""Figures that move most and points of the curve shown to a person; `--json` has them all."""


@command(FundSettings)
def fund(case: str, settings: FundSettings, as_json: bool) -> int:
    """Find the aid that makes carriers of CASE buy clear.

    The answer says which aid tips which carrier, what it buys, and whom to talk to first. The case needs verdicts
    (`screen`), shares (`depend`) and rows of purchase and choice_input; the bundled case has them, and marks each
    figure without a source as assumed. A vendor is clear unless the condition of the aid excludes it. docs/fund.md
    describes the model and each column. Exit code 3: floors and caps leave no award.
    """
    with ProgressLine() as progress:
        report = run(case, replace(settings, progress=progress))
    say_json(report.as_dict()) if as_json else say(fund_lines(report))
    return EXIT_INPUT if any(one.fund["status"] == "infeasible" for one in report.countries) else EXIT_DONE


def fund_lines(found: FundReport) -> Iterator[str]:
    """The two days, then country by country the answer, its awards, its mechanisms and what moves it most."""
    yield heading(found.as_of, found.known_on)
    for one in found.countries:
        yield ""
        yield from _country_lines(one)
    yield f"  Run {found.run_id}."


def _country_lines(one: CountryAid) -> Iterator[str]:
    row = one.fund
    yield f"  {row['headline']}"
    yield f"    Condition: {row['condition_says']}."
    for says in row["unanswered"]:
        yield f"    Missing: {says}."
    if row["status"] in ("nothing to fund", "infeasible"):
        return
    gap = "" if row["gap_share"] is None else f", at most {100 * row['gap_share']:.2f} % from the best awards"
    yield f"    Status: {row['status']}{gap}; proof: {row['proof']}."
    money = f"{row['currency']} of {row['price_year']}"
    for award in one.awards:
        yield f"    {_award(award, money)}"
    for says in row["replayed"]:
        yield f"    {says}"
    yield from _curve_lines(one, money)
    yield from _mechanism_lines(one)
    for approach in one.approaches:
        yield f"    {_approach(approach, one.country)}"
    yield from _input_lines(one)


def _approach(one: Mapping[str, Any], country: str) -> str:
    who = one["carrier_id"] or f"the government of {country}"
    moved = f"{100 * one['worth_share']:.2f} % of subscribers by {100 * one['nudge_share']:g} % of the price"
    days = "" if one["left_days_count"] is None else f", {one['left_days_count']} days to the first contract"
    claims = f"{one['disputed_count']} claim{'' if one['disputed_count'] == 1 else 's'} disputed"
    return f"Talk {one['number_count'] + 1}: {who}, worth {moved}{days}; {claims}"


def _award(award: Mapping[str, Any], money: str) -> str:
    before, after = award["before_p_clear_share"], award["after_p_clear_share"]
    need = _range(award, "need_amount")
    chose = f" {award['chosen_says']}" if award["chosen_says"] else ""
    return (
        f"{award['purchase_id']}: {award['award_amount'] / 1e6:,.1f} M {money}; clear in {100 * before:.0f} % of the "
        f"scenarios without it, {100 * after:.0f} % with it; what tips it: {need}.{chose}"
    )


def _range(row: Mapping[str, Any], stem: str) -> str:
    low, high = row[f"low_{stem}"], row[f"high_{stem}"]
    if low is None:
        return "no aid"
    return f"{low / 1e6:,.1f} M or more" if high is None else f"{low / 1e6:,.1f} to {high / 1e6:,.1f} M"


def _curve_lines(one: CountryAid, money: str) -> Iterator[str]:
    points = [point for point in one.curve if point["kind"] == "budget"]
    step = max(1, len(points) // SHOWN_POINTS)
    for point in points[::step]:
        low, mid, high = (100 * point[f"{end}_share"] for end in ("low", "mid", "high"))
        budget, share = point["budget_amount"] / 1e6, f"{mid:.1f} % of subscribers behind clear purchases"
        yield f"    With {budget:,.1f} M {money}: {share} ({low:.1f} to {high:.1f})"


def _mechanism_lines(one: CountryAid) -> Iterator[str]:
    for row in one.mechanisms:
        price = "nothing made clear"
        if row["mid_unit_amount"] is not None:
            price = f"{row['mid_unit_amount'] / 1e6:,.1f} M for each hundredth of the subscribers"
        yield (
            f"    {row['mechanism']}: {100 * row['mid_clear_share']:.1f} % of subscribers made clear for "
            f"{row['mid_paid_amount'] / 1e6:,.1f} M ({price}); not carried out {100 * row['mid_default_share']:.0f} %"
        )


def _input_lines(one: CountryAid) -> Iterator[str]:
    row = one.fund
    tried = [figure for figure in one.inputs if figure["low_objective_share"] is not None]
    tried.sort(key=lambda f: -abs(f["high_objective_share"] - f["low_objective_share"]))
    for figure in tried[:SHOWN_FIGURES]:
        low, high = 100 * figure["low_objective_share"], 100 * figure["high_objective_share"]
        ends = f"{figure['low_amount']:,.4g} to {figure['high_amount']:,.4g} {figure['unit_says']}"
        yield f"    Moves it: {figure['name']}, {ends} ({figure['basis']}): {low:.1f} to {high:.1f} %"
    yield f"    {row['assumed_count']} of {row['input_count']} figures it rests on are assumed: no source gives them."
