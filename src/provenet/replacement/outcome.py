"""The plan found for a question: what it does in each quarter, what it uses of each limit, and where a limit binds."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import fsum

from provenet.case.money import NOTHING, Band, Money
from provenet.forms.schedule import PlanFile, Unit
from provenet.replacement.formulation import Formulation, in_service, present_cost
from provenet.replacement.limits import Limit
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
        total = [NOTHING] * self.formulation.question.quarters.count
        for lot in self.formulation.lots:
            at = self.start.get(lot.unit_id)
            if at is not None:
                total[at] += lot.cost(at)
        return total

    @cached_property
    def cash(self) -> list[Band]:
        """What the lots that start in each quarter cost without renewal credit and salvage."""
        total = [NOTHING] * self.formulation.question.quarters.count
        for lot in self.formulation.lots:
            at = self.start.get(lot.unit_id)
            if at is not None:
                total[at] += lot.gross()
        return total

    @cached_property
    def exposures(self) -> list[Band]:
        """The share of subscribers exposed in each quarter."""
        quarters = self.formulation.question.quarters.count
        return [self.formulation.exposed(self.done, number) for number in range(quarters)]

    @cached_property
    def binding(self) -> dict[str, list[bool]]:
        """By limit: whether in a quarter what is left is too little for the smallest lot that waits for it."""
        return {limit.id: self._binds(limit) for limit in self.formulation.limits}

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

    def _binds(self, limit: Limit) -> list[bool]:
        left = self.left(limit)
        found = []
        for number in range(len(left)):
            waiting = [
                unit.use[limit.id][number]
                for unit in self.formulation.instance.units
                if limit.id in unit.use and self._might(unit, number)
            ]
            found.append(bool(waiting) and left[number] < min(waiting) * (1 - _TINY))
        return found

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
        total = NOTHING
        for one in self.exposures:
            total += one * (1 / QUARTERS_A_YEAR)
        return total

    def present_cost(self) -> float:
        """The middle cost discounted to the first quarter."""
        starts = [(lot, self.start.get(lot.unit_id)) for lot in self.formulation.lots]
        return fsum(present_cost(lot, at, self.formulation.discount) for lot, at in starts if at is not None)
