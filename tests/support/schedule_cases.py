"""Small random instances of every feature of the form, and random certificates: whole numbers and halves throughout."""

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from provenet.forms.schedule import Certificate, Conflict, Demand, Instance, Resource, Unit, zero_certificate

AMOUNTS = st.integers(0, 6).map(lambda halves: halves / 2)


@st.composite
def instances(draw: st.DrawFn, most_units: int = 4, most_periods: int = 3) -> Instance:
    """Up to so many units and periods, with windows, limits, waiting, groups, conflicts, values and demands."""
    periods = draw(st.integers(1, most_periods))
    names = [f"u{index}" for index in range(draw(st.integers(1, most_units)))]
    series = st.lists(AMOUNTS, min_size=periods, max_size=periods).map(tuple)
    resources = [Resource(f"r{index}", draw(series), draw(st.booleans())) for index in range(draw(st.integers(0, 2)))]
    units = [
        Unit(
            name,
            {r.id: draw(series) for r in resources if draw(st.booleans())},
            draw(st.integers(1, 2)),
            draw(st.sampled_from([0, 0, 0, 1])),
            draw(st.sampled_from([None, None, None, periods - 1, periods, 0])),
            draw(st.just(()) | st.lists(st.integers(-2, 3), min_size=periods, max_size=periods).map(tuple)),
        )
        for name in names
    ]
    several = st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True).map(tuple)
    pairs = st.tuples(st.sampled_from(names), st.sampled_from(names)).filter(lambda pair: pair[0] != pair[1])
    many = len(names) > 1
    conflicts = draw(st.lists(st.tuples(several, st.integers(0, 2)), max_size=2))
    demands = draw(st.lists(st.tuples(AMOUNTS, several | st.just(())), max_size=3))
    return Instance(
        periods,
        draw(st.sampled_from([1.0, 0.5, 0.75, 0.0])),
        tuple(resources),
        tuple(units),
        tuple(draw(st.lists(pairs, max_size=2))) if many else (),
        tuple(draw(st.lists(several, max_size=2))),
        tuple(Conflict(f"c{index}", members, most) for index, (members, most) in enumerate(conflicts)),
        tuple(Demand(f"d{index}", weight, members) for index, (weight, members) in enumerate(demands)),
    )


@st.composite
def conflicted(draw: st.DrawFn) -> Instance:
    """Units of up to three periods in conflicts of two or more, within four periods; one may wait for another, or start
    with it. Each start is worth something, so that what may run beside what decides the plan."""
    periods, names = draw(st.integers(2, 4)), [f"u{index}" for index in range(draw(st.integers(2, 3)))]
    worth = st.lists(st.integers(1, 6), min_size=periods, max_size=periods).map(tuple)
    units = tuple(Unit(name, {}, draw(st.integers(1, 3)), 0, None, draw(worth)) for name in names)
    several = st.lists(st.sampled_from(names), min_size=2, unique=True).map(tuple)
    held = draw(st.lists(st.tuples(several, st.integers(0, 1)), min_size=1, max_size=2))
    conflicts = tuple(Conflict(f"c{index}", members, most) for index, (members, most) in enumerate(held))
    pair = (names[0], names[1])
    waits, along = draw(st.sampled_from([((), ()), ((pair,), ()), ((), (pair,))]))
    return Instance(periods, 1.0, (), units, waits, along, conflicts, ())


@st.composite
def certificates(draw: st.DrawFn, instance: Instance, proves: str = "bound") -> Certificate:
    """Any prices that are not negative, falling where the resource carries over; credits only within a demand."""
    held = zero_certificate(instance, proves)
    periods = instance.periods

    def prices(count: int) -> np.ndarray:
        amounts = draw(st.lists(AMOUNTS, min_size=count * periods, max_size=count * periods))
        return np.array(amounts, float).reshape(count, periods)

    of_resources = prices(len(instance.resources))
    for row, resource in enumerate(instance.resources):
        if resource.carry_over:
            of_resources[row] = np.sort(of_resources[row])[::-1]
    place = {unit.id: index for index, unit in enumerate(instance.units)}
    may = [(d, place[name]) for d, demand in enumerate(instance.demands) for name in demand.units]
    at = st.integers(0, periods - 1)
    credit = draw(st.lists(st.tuples(st.sampled_from(may), at, AMOUNTS), max_size=8)) if may else []
    edges = st.integers(0, len(instance.precedence) - 1)
    passed = draw(st.lists(st.tuples(edges, at, AMOUNTS), max_size=4)) if instance.precedence else []
    return replace(
        held,
        prices=of_resources,
        conflict_prices=prices(len(instance.conflicts)),
        credit_demand=np.array([pair[0] for pair, _, _ in credit], np.int64),
        credit_unit=np.array([pair[1] for pair, _, _ in credit], np.int64),
        credit_period=np.array([period for _, period, _ in credit], np.int64),
        credit_amount=np.array([amount for _, _, amount in credit], float),
        passed_edge=np.array([edge for edge, _, _ in passed], np.int64),
        passed_period=np.array([period for _, period, _ in passed], np.int64),
        passed_amount=np.array([amount for _, _, amount in passed], float),
        **draw(turns(instance)),
    )


@st.composite
def turns(draw: st.DrawFn, instance: Instance) -> dict[str, np.ndarray]:
    """What demands pay to units of theirs, and units to those they wait for, that take turns in a conflict of one."""
    place = {unit.id: index for index, unit in enumerate(instance.units)}
    single = [(index, set(one.units)) for index, one in enumerate(instance.conflicts) if one.most == 1]
    asked = [(d, -1, set(demand.units)) for d, demand in enumerate(instance.demands)]
    waits: dict[str, set[str]] = {}
    for before, after in instance.precedence:
        waits.setdefault(after, set()).add(before)
    asked += [(-1, place[name], befores) for name, befores in waits.items()]
    may = [(d, u, c, sorted(units & held)) for d, u, units in asked for c, held in single if units & held]
    rows = []
    for _ in range(draw(st.integers(0, 4)) if may else 0):
        d, u, c, units = draw(st.sampled_from(may))
        chosen = draw(st.lists(st.sampled_from(units), min_size=1, unique=True))
        rows.append(
            (d, u, c, [place[one] for one in chosen], draw(st.integers(0, instance.periods - 1)), draw(AMOUNTS))
        )
    return {
        "turn_demand": np.array([row[0] for row in rows], np.int64),
        "turn_unit": np.array([row[1] for row in rows], np.int64),
        "turn_conflict": np.array([row[2] for row in rows], np.int64),
        "turn_size": np.array([len(row[3]) for row in rows], np.int64),
        "turn_period": np.array([row[4] for row in rows], np.int64),
        "turn_member": np.array([one for row in rows for one in row[3]], np.int64),
        "turn_amount": np.array([row[5] for row in rows], float),
    }
