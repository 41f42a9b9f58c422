"""The best plan of a small instance by trying all of them: written from the words of the form, sharing no code.

Sums are exact fractions, so a limit that decimals pass by a hair counts as passed; take numbers that floats hold.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from provenet.forms.schedule import Instance

Start = dict[str, int | None]


def best(instance: Instance) -> tuple[float | None, Start]:
    """The largest objective of any plan that keeps every limit, and such a plan; None and {} where there is none."""
    found: tuple[Fraction | None, Start] = (None, {})
    for start in starts_in_windows(instance):
        if keeps(instance, start):
            worth = worth_of(instance, start)
            if found[0] is None or worth > found[0]:
                found = worth, start
    return (None if found[0] is None else float(found[0])), found[1]


def every_start(instance: Instance) -> Iterator[Start]:
    """Each way of giving each unit a period or None, whether or not it may have it."""
    names = [unit.id for unit in instance.units]
    for periods in product([*range(instance.periods), None], repeat=len(names)):
        yield dict(zip(names, periods, strict=True))


def starts_in_windows(instance: Instance) -> Iterator[Start]:
    """Of these, each way that gives every unit a period or None which its own window allows: no other keeps limits."""
    names = [unit.id for unit in instance.units]
    every = [*range(instance.periods), None]
    allowed = [[begun for begun in every if _in_window(instance, unit, begun)] for unit in instance.units]
    for periods in product(*allowed):
        yield dict(zip(names, periods, strict=True))


def keeps(instance: Instance, start: Start) -> bool:
    """Whether a start for each unit keeps every limit of the instance."""
    return (
        all(_in_window(instance, unit, start[unit.id]) for unit in instance.units)
        and _resources_last(instance, start)
        and all(_waits(instance, start, before, after) for before, after in instance.precedence)
        and all(len({start[name] for name in group}) <= 1 for group in instance.together)
        and all(
            sum(_under_way(instance, start, name, period) for name in conflict.units) <= conflict.most
            for conflict in instance.conflicts
            for period in range(instance.periods)
        )
    )


def worth_of(instance: Instance, start: Start) -> Fraction:
    """The objective of a start, exactly."""
    total = Fraction(0)
    for period in range(instance.periods):
        factor = Fraction(instance.discount) ** period
        for demand in instance.demands:
            if all(_done(instance, start, name, period) for name in demand.units):
                total += factor * Fraction(demand.weight)
    for unit in instance.units:
        begun = start[unit.id]
        if unit.value and begun is not None:
            total += Fraction(unit.value[begun])
    return total


def _unit(instance: Instance, name: str):  # type: ignore[no-untyped-def]
    return next(unit for unit in instance.units if unit.id == name)


def _done(instance: Instance, start: Start, name: str, period: int) -> bool:
    begun = start[name]
    return begun is not None and begun + _unit(instance, name).duration <= period


def _under_way(instance: Instance, start: Start, name: str, period: int) -> bool:
    begun = start[name]
    return begun is not None and begun <= period and not _done(instance, start, name, period)


def _in_window(instance: Instance, unit, begun: int | None) -> bool:  # type: ignore[no-untyped-def]
    if begun is None:
        return unit.latest is None or unit.latest >= instance.periods
    return unit.earliest <= begun < instance.periods and (unit.latest is None or begun <= unit.latest)


def _waits(instance: Instance, start: Start, before: str, after: str) -> bool:
    if start[after] is None:
        return True
    return _done(instance, start, before, start[after])


def _resources_last(instance: Instance, start: Start) -> bool:
    for resource in instance.resources:
        saved = Fraction(0)
        for period in range(instance.periods):
            spent = sum(
                (Fraction(unit.use[resource.id][period]) for unit in instance.units
                 if start[unit.id] == period and resource.id in unit.use),
                Fraction(0),
            )  # fmt: skip
            left = saved + Fraction(resource.capacity[period]) - spent
            if left < 0:
                return False
            saved = left if resource.carry_over else Fraction(0)
    return True
