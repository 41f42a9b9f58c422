"""The replacement schedule as labelled arrays: stated once, read by the bound, the reference model and the kernels.

A *block* is what starts at once: one unit, or units that stand together. Its start is a period or never. `by[i, t]` is
1 where block i has started by period t; all limits and the objective are linear in the starts `by[i, t] - by[i, t-1]`.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.arrays import Flags, Floats, Ints

NEVER = np.int32(2**30)
"""A start that is not within the horizon."""


@dataclass(frozen=True)
class SpendingLimits:
    """What may be spent: entry e says that block `block[e]` spends `amount[e, t]` of `resource[e]` if it starts in t.

    `capacity` is float64[R, T]; `carry` bool[R]: what is left over stays usable. `block` and `resource` are int32[E],
    sorted by block; `amount` float64[E, T].
    """

    capacity: Floats
    carry: Flags
    block: Ints
    resource: Ints
    amount: Floats


@dataclass(frozen=True)
class Waits:
    """Who waits for whom: `after[a]` may start `lag[a]` periods after `before[a]` has, at the earliest. int32[A] each.

    `edge[a]` is the place in the instance's list of precedence that the arc stands for.
    """

    after: Ints
    before: Ints
    lag: Ints
    edge: Ints


@dataclass(frozen=True)
class Conflicts:
    """Member m says that block `block[m]`, if started in s, is one under way in conflict `conflict[m]` from s to
    s + `duration[m]` - 1; conflict c allows `most[c]` at once. int32 each; sorted by conflict.
    """

    conflict: Ints
    block: Ints
    duration: Ints
    most: Ints


@dataclass(frozen=True)
class Wants:
    """Demand k is worth `worth[k, t]` in period t if for each of its members its block has started by t - lag.

    `start` is int64[K + 1] into `block` and `lag` (int32[M]); `worth` float64[K, T], none negative. `unit` int32[M] is
    the unit of the instance that a member stands for.
    """

    start: NDArray[np.int64]
    block: Ints
    lag: Ints
    unit: Ints
    worth: Floats


@dataclass(frozen=True)
class Turns:
    """Blocks that are under way one after another before something: turn j says that `spent[j]` periods go by for them.

    If want `head[j]` is clear in t, or block `head[j]` (where not `of_want[j]`) has started by t, at least one of its
    blocks `block[start[j]:start[j + 1]]` has started by t - spent. int32, but `start` int64[J + 1] and `of_want` bool.
    """

    head: Ints
    of_want: Flags
    spent: Ints
    start: NDArray[np.int64]
    block: Ints


def no_turns() -> Turns:
    """Where nothing takes turns."""
    none = np.zeros(0, np.int32)
    return Turns(none, np.zeros(0, np.bool_), none, np.zeros(1, np.int64), none)


@dataclass(frozen=True)
class Program:
    """A scheduling program of B blocks over T periods: maximise value and worth within the limits.

    Block i may start from `first[i]` to `last[i]`, both within the horizon, and must where `must[i]`; a block that can
    never start has first above last. `value` is float64[B, T], for the start period; `constant` is worth that no plan
    changes.
    """

    periods: int
    first: Ints
    last: Ints
    must: Flags
    value: Floats
    limits: SpendingLimits
    waits: Waits
    conflicts: Conflicts
    wants: Wants
    constant: float
    turns: Turns = field(default_factory=no_turns)

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return len(self.first)


def bounds_of(program: Program) -> tuple[Floats, Floats]:
    """The bounds of `by`: 0 up to the first start, 1 after the last of a block that must; what cannot start stays 0."""
    until = np.arange(program.periods + 1)
    can = program.first <= program.last
    high = (until > program.first[:, None]) & can[:, None]
    low = (until > program.last[:, None]) & (program.must & can)[:, None]
    return low.astype(np.float64), high.astype(np.float64)


@dataclass(frozen=True)
class Prices:
    """What a unit of each limit costs, none negative: `resource` float64[R, T], `conflict` float64[C, T].

    The price of a resource that carries over never rises over time.
    """

    resource: Floats
    conflict: Floats


def start_worth(program: Program, prices: Prices) -> Floats:
    """float64[B, T]: the value of a start less what it pays under these prices. Cost O((B + E + members) x T)."""
    net = program.value.copy()
    limits, conflicts = program.limits, program.conflicts
    np.subtract.at(net, limits.block, limits.amount * prices.resource[limits.resource])
    if len(conflicts.block):
        total = np.zeros((prices.conflict.shape[0], program.periods + 1))
        np.cumsum(prices.conflict, axis=1, out=total[:, 1:])
        starts = np.arange(program.periods)
        until = np.minimum(starts[None, :] + conflicts.duration[:, None], program.periods)
        paid = np.take_along_axis(total[conflicts.conflict], until, 1) - total[conflicts.conflict][:, :-1]
        np.subtract.at(net, conflicts.block, paid)
    return net


def worth_of(program: Program, start: Ints) -> float:
    """The objective of a plan, `start` int32[B] with NEVER for blocks that stay. Cost O(B + members)."""
    import math

    begun = np.flatnonzero(start < program.periods)
    parts = [program.constant, *program.value[begun, start[begun]].tolist()]
    wants = program.wants
    if len(wants.block):
        done = np.minimum(start[wants.block].astype(np.int64) + wants.lag, program.periods)
        clear = np.maximum.reduceat(done, wants.start[:-1])
        tail = np.zeros((len(clear), program.periods + 1))
        tail[:, :-1] = np.cumsum(wants.worth[:, ::-1], axis=1)[:, ::-1]
        parts += tail[np.arange(len(clear)), clear].tolist()
    return math.fsum(parts)
