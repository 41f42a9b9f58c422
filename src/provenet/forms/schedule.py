"""The form of a replacement schedule: what `schedule` reads and writes, and what `certify` checks.

An instance is units to be swapped over periods under limits, and demands that are clear once all their units are done.
The reader is `schedule_file.py`; a case's `plan` makes the same form from its tables.
"""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from provenet.core.errors import Fault
from provenet.core.wording import count, percent

CERTIFICATE_FORM = 2
"""The number of the certificate's layout; another number is refused."""
TOLERANCE = 1e-9
"""By what share of itself a limit may be passed: room for decimals added as floats, and none where the limit is 0."""
MOST_NUMBER = 1e30
"""The largest number read; sums and products of such numbers still fit a float."""
MOST_WHOLE = 2**31 - 1
MOST_PERIODS = 10_000
OPTIMAL_GAP_SHARE = 1e-6
"""The largest gap with which a plan may be called optimal."""
AVERAGED = "the price averages what several vendors ask"
"""Why a plan of a case is not certified, though a certificate proves a bound over its instance."""

Status = Literal["optimal", "feasible", "infeasible", "unknown"]
Proof = Literal["certified", "solver", "bound", "none"]


@dataclass(frozen=True)
class SearchState:
    """How a search stands: what is being done, the best objective and bound so far, and how much is done."""

    doing: str
    objective: float | None
    bound: float | None
    done: int
    total: int


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


def _no_places() -> NDArray[np.integer]:
    return np.zeros(0, np.int64)


def _no_amounts() -> NDArray[np.float64]:
    return np.zeros(0, np.float64)


@dataclass(frozen=True, eq=False)
class Certificate:
    """Prices that prove a bound by sums alone, whatever they are, as long as none is negative.

    Everything is an array, by index in the order of the instance (R resources, C conflicts, T periods):

    - `prices` float64[R, T], never rising over time where the resource carries over; `conflict_prices` float64[C, T].
    - `credit_demand`, `credit_unit`, `credit_period` int[N], `credit_amount` float64[N]: so much of what the demand is
      worth in that period is credited to the unit, one of the demand's own, if it is done by then.
    - `passed_edge`, `passed_period` int[M], `passed_amount` float64[M]: so much is paid by the unit that comes after,
      if started by that period, to the unit before, if done by then; the edge is its place in the precedence list.
    - `turn_demand`, `turn_unit`, `turn_conflict`, `turn_size`, `turn_period` int[K], `turn_amount` float64[K]: so much
      is paid by a demand if it is clear in that period, or by a unit if it has started by then (the other of the two
      is -1), to each of `turn_size` units that take turns before it. These stand one after another in `turn_member`
      int[sum of turn_size]: units of the demand, or units that the unit waits for, of one conflict with `most` 1. As
      they are under way one after another, at least one of them has started by the period less all their durations,
      and each is paid that has.

    The same credit may stand twice; amounts add up. `proves` is "bound" or "infeasible": with "infeasible" demands,
    credits and values count nothing, and a sum below zero says that no plan exists.

    `instance`, `plan` and `figures` are the seal (`schedule_file.sealed`): SHA-256 of the instance, of the plan
    without its certificate, and of these arrays. A seal shows that something was altered after it was made. It shows
    nothing of who made it: whoever alters a plan can seal it anew, and then the sums alone decide.
    """

    prices: NDArray[np.float64]
    conflict_prices: NDArray[np.float64]
    credit_demand: NDArray[np.integer] = field(default_factory=_no_places)
    credit_unit: NDArray[np.integer] = field(default_factory=_no_places)
    credit_period: NDArray[np.integer] = field(default_factory=_no_places)
    credit_amount: NDArray[np.float64] = field(default_factory=_no_amounts)
    passed_edge: NDArray[np.integer] = field(default_factory=_no_places)
    passed_period: NDArray[np.integer] = field(default_factory=_no_places)
    passed_amount: NDArray[np.float64] = field(default_factory=_no_amounts)
    turn_demand: NDArray[np.integer] = field(default_factory=_no_places)
    turn_unit: NDArray[np.integer] = field(default_factory=_no_places)
    turn_conflict: NDArray[np.integer] = field(default_factory=_no_places)
    turn_size: NDArray[np.integer] = field(default_factory=_no_places)
    turn_period: NDArray[np.integer] = field(default_factory=_no_places)
    turn_member: NDArray[np.integer] = field(default_factory=_no_places)
    turn_amount: NDArray[np.float64] = field(default_factory=_no_amounts)
    proves: str = "bound"
    instance: str = ""
    plan: str = ""
    figures: str = ""


def zero_certificate(instance: Instance, proves: str = "bound") -> Certificate:
    """A certificate in which every price is zero: it proves the weight of all demands that can be clear at all."""
    return Certificate(
        np.zeros((len(instance.resources), instance.periods)),
        np.zeros((len(instance.conflicts), instance.periods)),
        proves=proves,
    )


@dataclass(frozen=True)
class PlanFile:
    """A plan as its file states it: nothing here is checked against the instance but what `certify` checks.

    `start` has a period or None for each unit. `gap_share` is (bound - objective) / |objective|, 0 where both are
    equal, None where the objective is 0 and the bound is not. `proof` says on whose word the bound stands: "certified"
    (the certificate proves it), "solver", "bound" (stated, with its gap) or "none". `certificate` is the certificate,
    the name of a file beside the plan, or None. `clash` and `relief` are given where no plan exists. `absent` names the
    keys that the file does not have, as a plan made elsewhere may not.
    """

    status: Status | None
    objective: float | None
    bound: float | None
    gap_share: float | None
    proof: Proof | None
    seconds: float | None
    start: dict[str, int | None]
    certificate: Certificate | str | None = None
    clash: tuple[str, ...] | None = None
    relief: tuple[dict[str, object], ...] | None = None
    absent: frozenset[str] = frozenset()


def gap_share(objective: float | None, bound: float | None) -> float | None:
    """How far the bound lies above the objective, as a share of it; None where that is not known or has no meaning.

    >>> gap_share(200.0, 201.0), gap_share(0.0, 0.0), gap_share(0.0, 1.0)
    (0.005, 0.0, None)
    """
    if objective is None or bound is None:
        return None
    if bound == objective:
        return 0.0
    return (bound - objective) / abs(objective) if objective else None


def number_text(number: float | None) -> str:
    """A number as sentences show it, or null.

    >>> number_text(1234.5), number_text(None)
    ('1,234.5', 'null')
    """
    return "null" if number is None else f"{number:,.12g}"


@dataclass(frozen=True)
class PlanCheck:
    """What `certify` found of a plan. `feasible` and `objective` are of the plan, None where it has none to check.

    `certified_bound` is what the certificate proves, whatever is stated; None without one, or with one that is refused.
    `gap_share` is between our own objective and that bound. `is_proven_infeasible` says that no plan can exist.
    `absent` names what the plan does not state, `remarks` what is stated but not proven.
    """

    status: str | None
    feasible: bool | None
    objective: float | None
    certified_bound: float | None
    gap_share: float | None
    is_proven_infeasible: bool
    refusals: tuple[Fault, ...]
    refusal_count: int
    absent: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def closing(self) -> str:
        """The outcome in one line."""
        if self.refusal_count:
            return f"Refused, for {count(self.refusal_count, 'reason')}."
        if self.is_proven_infeasible:
            return "Certified: no plan keeps every limit."
        bound = self.certified_bound
        more = "bound not proven" if bound is None else f"certified: no plan can have more than {number_text(bound)}"
        if self.objective is None:
            return f"No plan {'exists, as stated' if self.status == 'infeasible' else 'was found'}; {more}."
        share = "" if self.gap_share is None else f", a gap of {percent(self.gap_share, places=4, fixed=True)}"
        return f"Every limit is kept, and the objective is {number_text(self.objective)}; {more}{share}."
