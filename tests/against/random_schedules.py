"""Random instances of a replacement schedule with every feature of the form, tiny enough to try all plans."""

import random
from collections.abc import Mapping

from provenet.forms.schedule import Conflict, Demand, Instance, PlanFile, Resource, Unit
from provenet.scheduling.robust import Solve
from provenet.scheduling.schedule import schedule

AMOUNTS = (0.0, 0.25, 0.5, 1.0, 1.0, 1.0, 2.0, 3.0)
"""Numbers that floats hold, so that sums by fractions and by floats agree on what passes a limit."""


def quick_solver(rounds: int, tries: int, whole_seconds: float = 60.0) -> Solve:
    """Plans tiny instances with few rounds and tries."""

    def solve(instance: Instance, known: Mapping[str, int | None] | None) -> PlanFile:
        start = None if known is None else dict(known)
        return schedule(instance, rounds=rounds, tries=tries, known=start, whole_seconds=whole_seconds)

    return solve


def schedule_case(seed: int, most_units: int = 6, most_periods: int = 4) -> Instance:
    """One instance, by its seed; what is rare for others is common here: windows that shut, limits of zero, circles."""
    rng = random.Random(seed)
    periods = rng.choice((1, *range(2, most_periods + 1), *(most_periods,) * 4))
    names = [f"u{place}" for place in range(0 if rng.random() < 0.02 else rng.randint(1, most_units))]
    resources = tuple(_resource(rng, f"r{place}", periods) for place in range(rng.choice((0, 1, 1, 1, 2, 3))))
    units = tuple(_unit(rng, name, periods, resources) for name in names)
    return Instance(
        periods,
        rng.choice((1.0, 0.75, 0.75, 0.5, 0.5, 0.5, 0.25, 0.0)),
        resources,
        units,
        _precedence(rng, names),
        tuple(tuple(rng.sample(names, 2)) for _ in range(_few(rng, 0.3, len(names)))),
        tuple(_conflict(rng, place, names) for place in range(_few(rng, 0.4, len(names)))),
        tuple(_demand(rng, place, names) for place in range(rng.randint(0, 9))),
    )


def _few(rng: random.Random, share: float, units: int) -> int:
    """How many of a kind that needs two units."""
    return rng.randint(1, 2) if units > 1 and rng.random() < share else 0


def _series(rng: random.Random, periods: int) -> tuple[float, ...]:
    """Amounts, the same in each period more often than not."""
    if rng.random() < 0.7:
        return (rng.choice(AMOUNTS),) * periods
    return tuple(rng.choice(AMOUNTS) for _ in range(periods))


def _resource(rng: random.Random, name: str, periods: int) -> Resource:
    most = rng.choice((0.0, 0.5, 1.0, 1.0, 2.0, 2.0, 2.0, 3.0, 4.0))
    shape = rng.random()
    if shape < 0.1:
        capacity = (most * periods, *(0.0,) * (periods - 1))
    elif shape < 0.7:
        capacity = (most,) * periods
    else:
        capacity = tuple(rng.choice((0.0, most, 2 * most)) for _ in range(periods))
    return Resource(name, capacity, rng.random() < 0.5)


def _unit(rng: random.Random, name: str, periods: int, resources: tuple[Resource, ...]) -> Unit:
    use = {one.id: _series(rng, periods) for one in resources if rng.random() < 0.5}
    duration = rng.choice((1, 1, 1, 1, 1, 2, 2, 3, 7))
    earliest = rng.randint(0, periods) if rng.random() < 0.2 else 0
    latest = None
    if rng.random() < 0.15:
        latest = rng.choice((-1, periods - 1, periods - 1, periods, periods + 3, *range(periods)))
    value: tuple[float, ...] = ()
    if rng.random() < 0.25:
        value = tuple(rng.randint(-8, 12) / 4 for _ in range(periods))
    return Unit(name, use, duration, earliest, latest, value)


def _precedence(rng: random.Random, names: list[str]) -> tuple[tuple[str, str], ...]:
    """Mostly from a lower to a higher name; a circle now and then."""
    if len(names) < 2:
        return ()
    pairs = []
    for _ in range(rng.randint(0, len(names) - 1)):
        pair = rng.sample(names, 2)
        pairs.append(tuple(pair) if rng.random() < 0.06 else tuple(sorted(pair)))
    return tuple((first, then) for first, then in pairs)


def _conflict(rng: random.Random, place: int, names: list[str]) -> Conflict:
    members = tuple(rng.sample(names, rng.randint(1, len(names))))
    return Conflict(f"conflict {place}", members, rng.choice((0, 1, 1, 1, 1, 1, 2, 2)))


def _demand(rng: random.Random, place: int, names: list[str]) -> Demand:
    weight = rng.choice((0.0, 1.0, 2.5, 10.0, float(rng.randint(1, 100)), float(rng.randint(1, 100)), 1e4))
    count = rng.choice([0, *range(1, min(3, len(names)) + 1)] * 2 + [len(names[:1])] * 3)
    return Demand(f"d{place}", weight, tuple(rng.sample(names, count)))
