"""Who takes turns before what: units that may not be under way at once, and that one demand or one unit waits for.

A schedule in fractions starts half of each of two such units at once, and so is half done with both in the time of one.
In whole units the second begins when the first is done. These statements say so; a bound that knows them is far lower.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from provenet.core.grouping import grouped
from provenet.forms.schedule import Instance
from provenet.numerics.arrays import Flags, Ints
from provenet.scheduling.solve.program import Turns, Wants

MOST_PAIRED = 8
"""Of so many units of a conflict at most that one thing waits for each pair is stated, beside all of them."""


@dataclass(frozen=True)
class TurnSources:
    """What turns stand for in the instance: the conflict and, where a unit waits, the unit; int64[J] each.

    `member` int64[M] are the units that take turns, beside the blocks of the program's turns.
    """

    conflict: NDArray[np.int64]
    unit: NDArray[np.int64]
    member: NDArray[np.int64]


Demanded = tuple[NDArray[np.int64], NDArray[np.int64]]
"""The demands that each want stands for: want k for `[1][[0][k]:[0][k + 1]]`."""


def turns_of(
    instance: Instance, place: dict[str, int], block_of: Ints, *, never: Flags, wants: Wants, demanded: Demanded
) -> tuple[Turns, TurnSources]:
    """The turns of an instance. Cost O(conflicts + demands and waits x what they share with conflicts)."""
    builder = _TurnBuilder(instance, place, block_of)
    start, demand = demanded
    for want in range(len(wants.start) - 1):
        if wants.start[want + 1] - wants.start[want] > 1:
            held = [set(instance.demands[d].units) for d in demand[start[want] : start[want + 1]].tolist()]
            builder.add(want, -1, [place[name] for name in set.intersection(*held)])
    before = grouped((place[after], place[one]) for one, after in instance.precedence)
    for unit, units in before.items():
        if not never[block_of[unit]]:
            builder.add(-1, unit, units)
    return builder.build()


class _TurnBuilder:
    """Gathers turns."""

    def __init__(self, instance: Instance, place: dict[str, int], block_of: Ints) -> None:
        self.blocks = block_of.tolist()
        self.duration = [min(unit.duration, instance.periods) for unit in instance.units]
        alone = [(index, one) for index, one in enumerate(instance.conflicts) if one.most == 1]
        self.conflicts = grouped((place[name], index) for index, one in alone for name in one.units)
        self.rows: list[tuple[int, int, int, int]] = []
        self.members: list[tuple[int, ...]] = []

    def add(self, want: int, unit: int, units: Iterable[int]) -> None:
        """The turns before one want or one unit, of the units that it waits for."""
        shared = grouped((conflict, one) for one in sorted(set(units)) for conflict in self.conflicts.get(one, ()))
        known: set[tuple[int, ...]] = set()
        for conflict, members in shared.items():
            for group in _groups(members):
                if group not in known and len({self.blocks[one] for one in group}) == len(group):
                    known.add(group)
                    self.rows.append((want, unit, conflict, sum(self.duration[one] for one in group)))
                    self.members.append(group)

    def build(self) -> tuple[Turns, TurnSources]:
        want, unit, conflict, spent = np.array(self.rows, np.int64).reshape(-1, 4).T
        member = np.array([one for group in self.members for one in group], np.int64)
        block = np.array(self.blocks, np.int32)
        of_want: Flags = want >= 0
        head = np.where(of_want, want, block[unit] if len(unit) else unit).astype(np.int32)
        start = np.r_[0, np.cumsum([len(group) for group in self.members])].astype(np.int64)
        turns = Turns(head, of_want, spent.astype(np.int32), start, block[member])
        return turns, TurnSources(conflict, unit, member)


def _groups(members: list[int]) -> Iterator[tuple[int, ...]]:
    """All of them, and each two of a few."""
    if len(members) > 1:
        yield tuple(members)
        if 2 < len(members) <= MOST_PAIRED:
            yield from combinations(members, 2)
