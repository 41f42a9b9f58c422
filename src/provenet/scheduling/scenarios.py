"""Scenarios of a schedule: the same units under other prices, later supply, or another outcome of a legal question."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from provenet.core.errors import UsageFault
from provenet.forms.schedule import Demand, Instance, Resource, Unit


@dataclass(frozen=True)
class Scenario:
    """One way things may turn out: its instance, what it is in words, and its weight if anybody gives one.

    `kind` is price, lead time, legal or other. `restricted` are the units that its rules reach; None is all of them.
    A weight is a judgement, never a frequency, and without one no mean is given.
    """

    id: str
    kind: str
    says: str
    instance: Instance
    weight: float | None = None
    restricted: frozenset[str] | None = None


def scale_prices(
    instance: Instance,
    factor: float,
    money: Collection[str],
    *,
    units: Collection[str] | None = None,
    values: bool = False,
) -> Instance:
    """The instance with what units use of the resources in `money` times a factor; all units where none are named.

    `values`: also their negative values, where the objective counts cost. Capacities stay as they are.

    >>> unit = Unit("a", {"money": (2.0,), "crews": (1.0,)})
    >>> scale_prices(Instance(1, 1.0, units=(unit,)), 1.5, {"money"}).units[0].use
    {'money': (3.0,), 'crews': (1.0,)}
    """
    if not factor >= 0:
        raise UsageFault(f"a price scenario: found factor {factor!r}, expected a number from 0.")

    def dearer(unit: Unit) -> Unit:
        use = {name: tuple(x * factor for x in spent) if name in money else spent for name, spent in unit.use.items()}
        value = tuple(x * factor if x < 0 else x for x in unit.value)
        return replace(unit, use=use, value=value if values else unit.value)

    return _mapped(instance, dearer, units)


def delay(
    instance: Instance, periods: int, units: Collection[str] | None = None, *, resources: Collection[str] = ()
) -> Instance:
    """The instance with units that can start so many periods later, and named resources that come as much later.

    All units where none are named; deadlines stay, so a delayed instance may have no plan.
    """
    if periods < 0:
        raise UsageFault(f"a lead-time scenario: found {periods!r} periods, expected a number from 0.")
    later = _mapped(instance, lambda unit: replace(unit, earliest=unit.earliest + periods), units)
    shifted = tuple(
        replace(one, capacity=((0.0,) * periods + one.capacity)[: instance.periods]) if one.id in resources else one
        for one in instance.resources
    )
    return replace(later, resources=shifted)


def limit_reach(instance: Instance, restricted: Collection[str]) -> Instance:
    """The instance where the rules reach these units alone: the others are clear as they are.

    They leave demands and groups that start together, nothing waits for them, and they have no deadline; what they
    would use they still use if swapped, for a plan of another outcome may do so. A demand without members left is clear
    from the first period on.
    """
    kept = frozenset(restricted)
    _known(instance, kept)
    free = _mapped(instance, lambda unit: replace(unit, latest=None), {u.id for u in instance.units} - kept)
    groups = (tuple(name for name in group if name in kept) for group in instance.together)
    return replace(
        free,
        precedence=tuple(pair for pair in instance.precedence if pair[0] in kept),
        together=tuple(group for group in groups if len(group) > 1),
        demands=tuple(
            Demand(one.id, one.weight, tuple(name for name in one.units if name in kept)) for one in instance.demands
        ),
    )


def fix_first_periods(instance: Instance, start: dict[str, int | None], periods: int) -> Instance:
    """The instance in which the first periods of a plan are done as planned, and the rest is open.

    What starts in them starts then, or as soon after as this instance lets it; what does not starts later or never.
    A deadline that the plan let pass stays, so that there is no plan.
    """

    def held(unit: Unit) -> Unit:
        begun = start.get(unit.id)
        if begun is not None and begun < periods:
            if unit.earliest > begun:
                return unit
            late = unit.latest is not None and unit.latest < begun
            return replace(unit, earliest=begun, latest=unit.latest if late else begun)
        return replace(unit, earliest=max(unit.earliest, periods))

    return _mapped(instance, held, None)


def leave_unreached(instance: Instance, restricted: Collection[str] | None) -> Instance:
    """The instance in which what the rules do not reach stays as it is, unless its start is fixed or of worth.

    The best plan is worth the same with and without: a start of such a unit makes nothing clear. None reaches all.
    """
    if restricted is None:
        return instance

    def stays(unit: Unit) -> Unit:
        if unit.id in restricted or unit.latest is not None or max(unit.value, default=0.0) > 0:
            return unit
        return replace(unit, earliest=instance.periods)

    return _mapped(instance, stays, None)


def forbid_early(instance: Instance, units: Collection[str], periods: int) -> Instance:
    """The instance in which none of these units starts in the first periods."""
    return _mapped(instance, lambda unit: replace(unit, earliest=max(unit.earliest, periods)), units)


def cap_early(instance: Instance, units: Collection[str], periods: int, *, most: int) -> Instance:
    """The instance in which at most so many of these units start within the first periods: one more resource."""
    _known(instance, units)
    names, name = frozenset(units), "started early"
    while any(one.id == name for one in instance.resources):
        name += "'"
    shape = (1.0,) * min(periods, instance.periods) + (0.0,) * max(0, instance.periods - periods)
    held = _mapped(instance, lambda unit: replace(unit, use={**unit.use, name: shape}), names)
    limit = Resource(name, (float(most),) + (0.0,) * (instance.periods - 1), True)
    return replace(held, resources=(*instance.resources, limit))


def same_units(scenarios: Collection[Scenario]) -> None:
    """Refuses scenarios that are not of the same units and periods, or have an id twice."""
    listed = list(scenarios)
    if len({one.id for one in listed}) < len(listed):
        raise UsageFault("scenarios: an id stands twice; give each its own.")
    shapes = {(one.instance.periods, frozenset(unit.id for unit in one.instance.units)) for one in listed}
    if len(shapes) > 1:
        raise UsageFault("scenarios: they differ in units or periods; a plan of one can then not be tried in another.")


def _mapped(instance: Instance, change: Callable[[Unit], Unit], units: Collection[str] | None) -> Instance:
    if units is not None:
        _known(instance, units)
    names = None if units is None else frozenset(units)
    return replace(
        instance, units=tuple(change(one) if names is None or one.id in names else one for one in instance.units)
    )


def _known(instance: Instance, units: Collection[str]) -> None:
    strange = sorted(set(units) - {unit.id for unit in instance.units})
    if strange:
        raise UsageFault(f"a scenario: no such unit {strange[0]!r}.")
