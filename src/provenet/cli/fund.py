"""The command `fund`: which aid tips which buyer, as lines for a person or as one JSON object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click

from provenet.cli.door import say, say_json
from provenet.cli.lines import heading
from provenet.cli.options import as_of_day, country_option, day_of, day_options, json_option
from provenet.cli.progress import ProgressLine
from provenet.core.errors import EXIT_DONE, EXIT_INPUT
from provenet.verbs.answers import CountryAid, FundReport

SHOWN_FIGURES, SHOWN_POINTS = 6, 6
"""Figures that move most and points of the curve shown to a person; `--json` has them all."""
MECHANISMS = (
    *("offers", "formula grant", "pro-rata", "pay-as-bid auction", "uniform-price auction"),
    *("milestone tranches", "loan guarantee", "advance purchase"),
)


@click.command()
@click.argument("case")
@click.option(
    "--budget", nargs=2, metavar="AMOUNT CURRENCY/YEAR", help="Over all countries, such as 500M EUR/2026; k, M and bn."
)
@click.option(
    "--mechanism",
    type=click.Choice(MECHANISMS),
    default="offers",
    show_default=True,
    help="How the money is given; all of them are compared in any case.",
)
@click.option(
    "--objective",
    type=click.Choice(["exposure", "goal"]),
    default="exposure",
    show_default=True,
    help="Most subscribers expected behind clear purchases, or most chance that every purchase is clear.",
)
@click.option(
    "--programme", metavar="ID", help="A programme of the case: its condition, and its budget if none is given."
)
@click.option(
    "--exclude",
    metavar="VENDOR",
    multiple=True,
    help="A vendor that the aid may not be spent on; country:XX: all with their seat there. Any number.",
)
@country_option("A country (default: every country whose shares stand for that day); several share the budget.")
@click.option("--until", metavar="DAY", help="Purchases signed up to this day are open (default: three years).")
@click.option("--floor", metavar="COUNTRY=AMOUNT", multiple=True, help="Least money of a country. Any number.")
@click.option("--cap", metavar="COUNTRY=AMOUNT", multiple=True, help="Most money of a country. Any number.")
@click.option("--most-ratio", type=float, metavar="N", help="No carrier gets more than N times the mean per element.")
@click.option(
    "--budget-on",
    type=click.Choice(["committed", "expected_paid"]),
    default="committed",
    show_default=True,
    help="What the budget holds for: all that is offered, or what is expected to be paid.",
)
@click.option("--scenarios", type=int, default=10_000, show_default=True, help="Scenarios that are drawn.")
@click.option("--seed", type=int, default=20181123, show_default=True, help="The seed of the draws.")
@click.option("--nudge", type=float, default=0.01, show_default=True, help="What a conversation moves, of the price.")
@click.option("--money", metavar="CURRENCY/YEAR", help="Money to tell amounts in, such as EUR/2026.")
@day_options
@json_option
def fund(
    case: str,
    budget: tuple[str, str] | None,
    as_of: str | None,
    known_on: str | None,
    as_json: bool,
    until: str | None,
    **told: Any,
) -> int:
    """Say which aid makes which carrier of CASE choose a clear vendor, what it buys, and whom to talk to first.

    The case needs verdicts (`screen`), shares (`depend`) and rows of purchase and choice_input; the bundled case has
    them, and each figure without a source is told as assumed. Clear is a vendor that the condition of the aid does not
    exclude. docs/fund.md tells the model and each column. Exit code 3: floors and caps leave no award.
    """
    from provenet.verbs import fund as funding

    with ProgressLine() as progress:
        found = funding.fund(
            case,
            budget=None if budget is None else " ".join(budget),
            as_of=as_of_day(as_of),
            known_on=day_of("--known-on", known_on),
            until=day_of("--until", until),
            progress=progress,
            **told,
        )
    say_json(found.as_dict()) if as_json else say(fund_lines(found))
    return EXIT_INPUT if any(one.fund["status"] == "infeasible" for one in found.countries) else EXIT_DONE


def fund_lines(found: FundReport) -> Iterator[str]:
    """What was asked, then country by country the answer, its awards, its mechanisms and what moves it most."""
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
