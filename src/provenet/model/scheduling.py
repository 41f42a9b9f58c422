"""The form of a replacement schedule: what `schedule` reads and writes, and what `certify` checks.

An instance is units to be swapped over periods under limits, and demands that are clear once all their units are done.
The reader is `scheduling_file.py`; a case's `plan` makes the same form from its tables.
"""

from __future__ import annotations

from dataclasses import dataclass, field

CERTIFICATE_FORM = 1
"""The number of the certificate's layout; another number is refused."""
TOLERANCE = 1e-6
"""By what share of a limit, or of 1 where it is smaller, a sum may pass it: room for decimals added as floats."""


@dataclass(frozen=True)
class Resource:
    """A limit a period, in a unit of its own. With `carry_over`, what is not used by the end of a period stays usable.

    `capacity` has one number a period, none negative. A limit over the whole horizon, such as the most that one new
    vendor may supply, is a resource that carries over with all its capacity in period 0.
    """

    id: str
    capacity: tuple[float, ...]
    carry_over: bool = False


@dataclass(frozen=True)
class Unit:
    """What is swapped at once. `use` holds for each resource one amount a start period, spent in that period.

    It may start from `earliest` to `latest`; `latest` None means that it may stay unswapped, and a `latest` past the
    last period binds nothing. Started in s it is done from s + `duration` on. `value` is added to the objective for
    the period in which it starts; empty is none.
    """

    id: str
    use: dict[str, tuple[float, ...]] = field(default_factory=dict)
    duration: int = 1
    earliest: int = 0
    latest: int | None = None
    value: tuple[float, ...] = ()


@dataclass(frozen=True)
class Conflict:
    """At most `most` of `units` may be under way in one period; a unit is under way from its start until it is done."""

    id: str
    units: tuple[str, ...]
    most: int


@dataclass(frozen=True)
class Demand:
    """Worth `weight` in every period in which all of `units` are done; without units it is always clear."""

    id: str
    weight: float
    units: tuple[str, ...]


@dataclass(frozen=True)
class Instance:
    """A whole instance; every id named in it is known and unique among its kind, every list has the right length.

    The objective is the sum over periods t = 0.. of discount**t times the weight of the demands clear in t, and the
    `value` of the starts.
    """

    periods: int
    discount: float
    resources: tuple[Resource, ...] = ()
    units: tuple[Unit, ...] = ()
    precedence: tuple[tuple[str, str], ...] = ()
    together: tuple[tuple[str, ...], ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    demands: tuple[Demand, ...] = ()


@dataclass(frozen=True)
class Certificate:
    """Prices that prove a bound by sums alone, whatever they are, as long as none is negative.

    `prices`: resource id to one price a period, never rising over time where the resource carries over.
    `conflict_prices`: conflict id to one price a period. `credits`: (demand, unit, period, amount): so much of what the
    demand is worth in that period is credited to the unit if it is done by then. `passed`: (place in the precedence
    list, period, amount): so much is paid by the unit that comes after, if started by that period, to the unit before,
    if done by then. `proves` is "bound" or "infeasible": with "infeasible" demands and values count nothing, and the
    sum below zero says that no plan exists.
    """

    prices: dict[str, tuple[float, ...]] = field(default_factory=dict)
    conflict_prices: dict[str, tuple[float, ...]] = field(default_factory=dict)
    credits: tuple[tuple[str, str, int, float], ...] = ()
    passed: tuple[tuple[int, int, float], ...] = ()
    proves: str = "bound"
