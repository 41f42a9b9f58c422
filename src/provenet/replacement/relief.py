"""Where no plan keeps every limit: the clash and the ways out that `schedule` found, in the words of the case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from provenet.forms.schedule import PlanFile
from provenet.replacement.formulate import Formulated
from provenet.replacement.limits import MILLION, Limit
from provenet.replacement.telling import Outcome

Relief = Mapping[str, Any]
MOST_TOGETHER = 6
"""So many ways out that are needed together stand in one sentence."""


def clash_says(outcome: Outcome, names: Mapping[str, str]) -> list[str]:
    """Sentences on which limits clash with which last days: those met before the search, else those it found."""
    if outcome.made.clash or not outcome.plan.clash:
        return list(outcome.made.clash)
    told = []
    for limit, lacks in _lacking(outcome):
        days = sorted({step.block.reach.by_on for step in outcome.made.lots if step.block.reach.by_on})
        until = f"what has to be gone by {days[-1]}" if days else f"what has to be done by {outcome.made.asked.by_on}"
        total = max(lacks.values()) if limit.carry_over else sum(lacks.values())
        told.append(
            f"{_named(limit, names)}: {until} needs at least {figure(total)} {limit.unit_says} more than there are"
        )
    return told or list(outcome.plan.clash)


def relief_says(outcome: Outcome, names: Mapping[str, str]) -> list[str]:
    """Ways out: first those with which a plan was found, the longest-known limit last; then the least that lacks."""
    if outcome.made.clash:
        return list(outcome.made.relief)
    found = [one for one in outcome.plan.relief or () if one.get("plan_found")]
    told = []
    for one in found:
        if one.get("kind") == "deadline":
            count = int(one["periods"])  # type: ignore[call-overload]
            told.append(f"all last days {count} {'quarter' if count == 1 else 'quarters'} later: a plan was found")
        else:
            told.append(f"all limits {100 * float(one['share']):.3g} % larger: a plan was found")  # type: ignore[arg-type]
    return told + together([_more(outcome, limit, lacks, names) for limit, lacks in _lacking(outcome)])


def together(ways: Sequence[str]) -> list[str]:
    """Ways out of which none is enough alone, as one; many stay a list.

    >>> together(["more crews", "a higher cap"]), together(["more crews"])
    (['more crews; and a higher cap'], ['more crews'])
    """
    return ["; and ".join(ways)] if 1 < len(ways) <= MOST_TOGETHER else list(ways)


def money_needed(made: Formulated, without: Formulated, found: PlanFile) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The clash of a budget, and how much more of it is enough: what the cheapest plan without it spends by then.

    The whole budget is scaled alike in every quarter, so that the spending of that plan is covered at every quarter's
    end; the least that is enough may be less.
    """
    clash, relief = [], []
    for limit in made.limits:
        if limit.kind != "budget":
            continue
        spent = [0.0] * without.asked.quarters.count
        for lot in without.lots:
            at = found.start.get(lot.unit_id)
            if at is not None and limit.id in ("budget", f"budget {lot.block.carrier_id}"):
                spent[at] += lot.cost(at).mid / MILLION
        there, need = sum(limit.capacity), _enough(limit, spent)
        if need is None or need > there:
            says = f"{limit.says}, {figure(there)} {limit.unit_says}, and the last days of what has to be gone clash"
            costs = f"{figure(sum(spent))} {limit.unit_says}"
            clash.append(f"{says}: the cheapest plan that keeps those days costs {costs}")
            relief.append(f"{_more_money(limit, spent, without, need)}: with it a plan was found")
    told = clash or ["the budget and the last days of what has to be gone clash"]
    return tuple(told), (*relief, "no last days (--no-deadlines): what the budget can do by then")


def _more_money(limit: Limit, spent: list[float], without: Formulated, need: float | None) -> str:
    """How much more money a plan's spending asks for: of the budget as it is spread, else from the quarters without."""
    there = sum(limit.capacity)
    if need is not None:
        return f"{figure(need - there)} {limit.unit_says} more, spread as the budget is"
    if there <= 0:
        even = replace(limit, capacity=(1.0,) * len(spent))
        return f"{figure(_enough(even, spent) or 0.0)} {limit.unit_says} more, in equal parts over the quarters"
    lacks, over = [], 0.0
    for brings, uses in zip(limit.capacity, spent, strict=True):
        over = uses - brings + (over if limit.carry_over else 0.0)
        lacks.append(over)
    first = without.asked.quarters.says(next(number for number, lack in enumerate(lacks) if lack > 0))
    most = f"{figure(max(lacks))} {limit.unit_says} more"
    return f"{most} by {first}" if limit.carry_over else f"up to {most} in each quarter from {first} on"


def _enough(limit: Limit, spent: list[float]) -> float | None:
    """The whole budget, scaled alike in every quarter, that covers a plan's spending; None where no scale does."""
    there = used = scale = 0.0
    for brings, uses in zip(limit.capacity, spent, strict=True):
        there, used = (there + brings, used + uses) if limit.carry_over else (brings, uses)
        if used > 0 and there <= 0:
            return None
        scale = max(scale, used / there if there > 0 else 0.0)
    return scale * sum(limit.capacity)


def figure(amount: float) -> str:
    """An amount of a limit: whole from a hundred on, else three digits.

    >>> figure(9366.67), figure(6.125)
    ('9,367', '6.12')
    """
    return f"{amount:,.0f}" if amount >= 100 else f"{amount:.3g}"


def _lacking(outcome: Outcome) -> Iterator[tuple[Limit, dict[int, float]]]:
    """Each limit that lacks, with the least it lacks by quarter."""
    for limit in outcome.made.limits:
        lacks = {
            int(one["period"]): float(one["at_least"])  # type: ignore[call-overload, arg-type]
            for one in outcome.plan.relief or ()
            if one.get("kind") == "capacity" and one.get("resource") == limit.id
        }
        if lacks:
            yield limit, lacks


def _more(outcome: Outcome, limit: Limit, lacks: Mapping[int, float], names: Mapping[str, str]) -> str:
    quarters = outcome.made.asked.quarters
    parts = [f"{figure(amount)} in {quarters.says(number)}" for number, amount in sorted(lacks.items())]
    until = " (up to then, unused parts carried over)" if limit.carry_over else ""
    return f"at least so much more {limit.unit_says} for {_named(limit, names)}{until}: {', '.join(parts)}"


def _named(limit: Limit, names: Mapping[str, str]) -> str:
    words = [names.get(word, word) for word in limit.says.split(" ")]
    return " ".join(words)
