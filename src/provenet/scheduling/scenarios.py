"""Scenarios of a schedule: the same units under other prices, later supply, or another outcome of a legal question."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from provenet.forms.schedule import Demand, Instance, Resource, Unit


@dataclass(frozen=True)
class Scenario:
    """One way things may turn out: its instance, and what it is in words.

    `kind` is price, lead time, legal or other. `restricted` are the units that its rules reach; None is all of them.
    """

    id: str
    kind: str
    says: str
    instance: Instance
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

    def dearer(unit: Unit) -> Unit:
        use = {name: tuple(x * factor for x in spent) if name in money else spent for name, spent in unit.use.items()}
        value = tuple(x * factor if x < 0 else x for x in unit.value)
        return replace(unit, use=use, value=value if values else unit.value)

    return _mapped(instance, dearer, units)


def delay(instance: Instance, periods: int, units: Collection[str]) -> Instance:
    """The instance with units that can start so many periods later.

    Deadlines stay, so a delayed instance may have no plan.
    """
    return _mapped(instance, lambda unit: replace(unit, earliest=unit.earliest + periods), units)


def limit_reach(instance: Instance, restricted: Collection[str]) -> Instance:
    """The instance where the rules reach these units alone: the others are clear as they are.

    They leave demands and groups that start together, nothing waits for them, and they have no deadline; what they
    would use they still use if swapped, for a plan of another outcome may do so. A demand without members left is clear
    from the first period on.
    """
    kept = frozenset(restricted)
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


def cap_early(instance: Instance, units: Collection[str], periods: int, *, most: int) -> Instance:
    """The instance in which at most so many of these units start within the first periods: one more resource."""
    names, name = frozenset(units), "started early"
    while any(one.id == name for one in instance.resources):
        name += "'"
    shape = (1.0,) * min(periods, instance.periods) + (0.0,) * max(0, instance.periods - periods)
    held = _mapped(instance, lambda unit: replace(unit, use={**unit.use, name: shape}), names)
    limit = Resource(name, (float(most),) + (0.0,) * (instance.periods - 1), True)
    return replace(held, resources=(*instance.resources, limit))


def _mapped(instance: Instance, change: Callable[[Unit], Unit], units: Collection[str] | None) -> Instance:
    names = None if units is None else frozenset(units)
    return replace(
        instance, units=tuple(change(one) if names is None or one.id in names else one for one in instance.units)
    )
