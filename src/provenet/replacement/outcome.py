"""The plan found for a question: what it does in each quarter, what it uses of each limit, and where a limit binds."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import fsum

from provenet.case.money import NOTHING, Band, Money
from provenet.core import wording
from provenet.forms.schedule import PlanFile, Unit
from provenet.replacement.formulation import Formulation, in_service, present_cost
from provenet.replacement.limits import MILLION, Limit
from provenet.replacement.lots import Lot
from provenet.replacement.options import QUARTERS_A_YEAR

_TINY = 1e-9


@dataclass(frozen=True)
class Outcome:
    """A formulated question with the plan found for it, and the money it is counted in."""

    formulation: Formulation
    plan: PlanFile
    money: Money
    plan_id: str

    @cached_property
    def start(self) -> Mapping[str, int | None]:
        """The start of every lot that is a unit of the instance."""
        return self.plan.start

    @cached_property
    def done(self) -> dict[str, int]:
        """The first quarter in service of every lot that is swapped."""
        return in_service(self.formulation.lots, self.start)

    @cached_property
    def spent(self) -> list[Band]:
        """What the lots that start in each quarter cost beyond what is due anyway."""
        return self._by_quarter(Lot.cost)

    @cached_property
    def cash(self) -> list[Band]:
        """What the lots that start in each quarter cost without renewal credit and salvage."""
        return self._by_quarter(lambda lot, at: lot.gross())

    def _by_quarter(self, cost: Callable[[Lot, int], Band]) -> list[Band]:
        total = [NOTHING] * self.formulation.question.quarters.count
        for lot in self.formulation.lots:
            at = self.start.get(lot.unit_id)
            if at is not None:
                total[at] += cost(lot, at)
        return total

    @cached_property
    def exposures(self) -> list[Band]:
        """The share of subscribers exposed in each quarter."""
        quarters = self.formulation.question.quarters.count
        return [self.formulation.exposed(self.done, number) for number in range(quarters)]

    @cached_property
    def binding(self) -> dict[str, list[bool]]:
        """By limit: whether in a quarter what is left is too little for the smallest lot that waits for it."""
        return {limit.id: list(self._binds(limit)) for limit in self.formulation.limits}

    def uses_of(self, unit_id: str) -> Mapping[str, tuple[float, ...]]:
        """What a lot uses of each limit, by its start; nothing where it is no unit of the instance."""
        return next((unit.use for unit in self.formulation.instance.units if unit.id == unit_id), {})

    def used(self, limit: Limit) -> list[float]:
        """What each quarter uses of a limit."""
        total = [0.0] * self.formulation.question.quarters.count
        for unit in self.formulation.instance.units:
            at = self.start.get(unit.id)
            if at is not None and limit.id in unit.use:
                total[at] += unit.use[limit.id][at]
        return total

    def left(self, limit: Limit) -> list[float]:
        """What is left of a limit at the end of each quarter: usable later with carry-over, else lost."""
        made, kept = [], 0.0
        for brings, uses in zip(limit.capacity, self.used(limit), strict=True):
            rest = brings - uses + (kept if limit.carry_over else 0.0)
            made.append(rest)
            kept = rest
        return made

    def _binds(self, limit: Limit) -> Iterator[bool]:
        for number, left in enumerate(self.left(limit)):
            waiting = [
                unit.use[limit.id][number]
                for unit in self.formulation.instance.units
                if limit.id in unit.use and self._might(unit, number)
            ]
            yield bool(waiting) and left < min(waiting) * (1 - _TINY)

    def _might(self, unit: Unit, number: int) -> bool:
        """Whether a lot might have started in a quarter and did not: later alone, unless it gains by waiting."""
        at = self.start.get(unit.id)
        last = self.formulation.question.quarters.count - 1 if unit.latest is None else unit.latest
        later = at is None or at > number or (self.formulation.question.objective == "cost" and at != number)
        return later and unit.earliest <= number <= last

    def clear_quarter(self) -> int | None:
        """The first quarter in which no lot is left; None where some stay."""
        if any(lot.unit_id not in self.done for lot in self.formulation.lots):
            return None
        return max(0, *self.done.values()) if self.done else None

    def share_years(self) -> Band:
        """Exposure summed over the quarters, in years."""
        return sum((one * (1 / QUARTERS_A_YEAR) for one in self.exposures), NOTHING)

    def present_cost(self) -> float:
        """The middle cost discounted to the first quarter."""
        starts = [(lot, self.start.get(lot.unit_id)) for lot in self.formulation.lots]
        return fsum(present_cost(lot, at, self.formulation.discount) for lot, at in starts if at is not None)


MOST_TOGETHER = 6
"""So many ways out that are needed together stand in one sentence."""


def clash_sentences(outcome: Outcome, names: Mapping[str, str]) -> list[str]:
    """Sentences on which limits clash with which deadlines: those met before the search, else those it found."""
    if outcome.formulation.clash or not outcome.plan.clash:
        return list(outcome.formulation.clash)
    days = sorted({lot.block.reach.by_on for lot in outcome.formulation.lots if lot.block.reach.by_on})
    until = f"removal by {days[-1]}" if days else f"completion by {outcome.formulation.question.by_on}"
    sentences = []
    for limit, short in _shortfalls(outcome):
        total = max(short.values()) if limit.carry_over else fsum(short.values())
        more = f"{figure(total)} {limit.unit_says} more than there are"
        sentences.append(f"{_named(limit, names)}: {until} needs at least {more}")
    return sentences or [text.rstrip(".") for text in outcome.plan.clash]


def relief_sentences(outcome: Outcome, names: Mapping[str, str]) -> list[str]:
    """Ways out: first those with which a plan was found, then the least that each limit lacks."""
    if outcome.formulation.clash:
        return list(outcome.formulation.relief)
    sentences = []
    for one in outcome.plan.relief or ():
        if not one.get("plan_found"):
            continue
        if one.get("kind") == "deadline":
            count = wording.count(int(one["periods"]), "quarter")  # type: ignore[call-overload]
            sentences.append(f"move every deadline {count} later: a plan was found")
        else:
            share = 100 * float(one["share"])  # type: ignore[arg-type]
            sentences.append(f"raise every limit by {share:.3g} %: a plan was found")
    return sentences + combined([_more(outcome, limit, short, names=names) for limit, short in _shortfalls(outcome)])


def combined(ways: Sequence[str]) -> list[str]:
    """Ways out of which none is enough alone, as one; many stay a list.

    >>> combined(["more crews", "a higher cap"]), combined(["more crews"])
    (['more crews; and a higher cap'], ['more crews'])
    """
    return ["; and ".join(ways)] if 1 < len(ways) <= MOST_TOGETHER else list(ways)


def budget_relief(
    formulation: Formulation, free: Formulation, cheapest: PlanFile
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The clash of a budget, and how much more of it is enough: what the cheapest plan without a budget spends by then.

    `free` is the same question without a budget and `cheapest` its plan. The whole budget is scaled alike in every
    quarter, so that the spending of that plan is covered at every quarter's end; the least that is enough may be less.
    """
    clash, relief = [], []
    for limit in formulation.limits:
        if limit.kind != "budget":
            continue
        spent = [0.0] * free.question.quarters.count
        for lot in free.lots:
            at = cheapest.start.get(lot.unit_id)
            if at is not None and limit.id in ("budget", f"budget {lot.block.carrier_id}"):
                spent[at] += lot.cost(at).mid / MILLION
        available, need = fsum(limit.capacity), _enough(limit, spent)
        if need is None or need > available:
            budget = f"{limit.title}, {figure(available)} {limit.unit_says},"
            costs = f"{figure(fsum(spent))} {limit.unit_says}"
            clash.append(f"{budget} clashes with the deadlines: the cheapest plan that meets them costs {costs}")
            relief.append(f"{_more_money(limit, spent, free, need=need)}: a plan was found with it")
    every_clash = clash or ["the budget clashes with the deadlines"]
    return tuple(every_clash), (*relief, "drop the deadlines (--no-deadlines): the best plan within the budget by then")


def _more_money(limit: Limit, spent: list[float], free: Formulation, *, need: float | None) -> str:
    """How much more money a plan's spending needs: of the budget as it is spread, else from the quarters without."""
    available = fsum(limit.capacity)
    if need is not None:
        return f"{figure(need - available)} {limit.unit_says} more, spread like the budget"
    if available <= 0:
        even = replace(limit, capacity=(1.0,) * len(spent))
        return f"{figure(_enough(even, spent) or 0.0)} {limit.unit_says} more, in equal parts over the quarters"
    short, over = [], 0.0
    for brings, uses in zip(limit.capacity, spent, strict=True):
        over = uses - brings + (over if limit.carry_over else 0.0)
        short.append(over)
    first = free.question.quarters.name(next(number for number, lack in enumerate(short) if lack > 0))
    most = f"{figure(max(short))} {limit.unit_says} more"
    return f"{most} by {first}" if limit.carry_over else f"up to {most} in each quarter from {first} on"


def _enough(limit: Limit, spent: list[float]) -> float | None:
    """The whole budget, scaled alike in every quarter, that covers a plan's spending; None where no scale does."""
    available = used = scale = 0.0
    for brings, uses in zip(limit.capacity, spent, strict=True):
        available, used = (available + brings, used + uses) if limit.carry_over else (brings, uses)
        if used > 0 and available <= 0:
            return None
        scale = max(scale, used / available if available > 0 else 0.0)
    return scale * fsum(limit.capacity)


def figure(amount: float) -> str:
    """An amount of a limit: whole from a hundred on, else three digits.

    >>> figure(9366.67), figure(6.125)
    ('9,367', '6.12')
    """
    return f"{amount:,.0f}" if amount >= 100 else f"{amount:.3g}"


def _shortfalls(outcome: Outcome) -> Iterator[tuple[Limit, dict[int, float]]]:
    """Each limit that falls short, with the least it lacks by quarter."""
    for limit in outcome.formulation.limits:
        short = {
            int(one["period"]): float(one["at_least"])  # type: ignore[call-overload, arg-type]
            for one in outcome.plan.relief or ()
            if one.get("kind") == "capacity" and one.get("resource") == limit.id
        }
        if short:
            yield limit, short


def _more(outcome: Outcome, limit: Limit, short: Mapping[int, float], *, names: Mapping[str, str]) -> str:
    quarters = outcome.formulation.question.quarters
    parts = [f"{figure(amount)} in {quarters.name(number)}" for number, amount in sorted(short.items())]
    until = " (unused parts carry over)" if limit.carry_over else ""
    return f"{_named(limit, names)}: more {limit.unit_says}{until}, at least {wording.series(parts)}"


def _named(limit: Limit, names: Mapping[str, str]) -> str:
    return " ".join(names.get(word, word) for word in limit.title.split(" "))
