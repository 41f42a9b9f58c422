"""A greedy list schedule of any instance: the witness by which generated deadlines are feasible by construction.

Plain and slow on purpose, and apart from the product's own schedule: a benchmark does not lean on what it measures.
"""

import heapq
from collections.abc import Sequence
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from provenet.forms.schedule import Instance, Unit

ROOM = 1e-9


def witness(instance: Instance, urgency: dict[str, float]) -> dict[str, int | None]:
    """Starts that keep every limit; what is more urgent (a lesser number) goes first, and what does not fit stays.

    A unit is as urgent as the most urgent of those that wait for it. Raises ValueError where a unit with a deadline
    does not fit: then this order is no witness. Cost O(units x resources x periods).
    """
    return _Listing(instance, urgency).run()


class _Listing:
    """The state of one schedule: groups of units that start together, and what is left of each limit."""

    def __init__(self, instance: Instance, urgency: dict[str, float]) -> None:
        self.instance, self.periods = instance, instance.periods
        self.groups = _grouped(instance)
        self.of = {unit.id: place for place, group in enumerate(self.groups) for unit in group}
        self.before: list[set[int]] = [set() for _ in self.groups]
        self.after: list[set[int]] = [set() for _ in self.groups]
        for first, then in instance.precedence:
            self.before[self.of[then]].add(self.of[first])
            self.after[self.of[first]].add(self.of[then])
        self.urgency = [min(urgency[unit.id] for unit in group) for group in self.groups]
        self.capacity = np.array([one.capacity for one in instance.resources]).reshape(-1, self.periods)
        self.carried = np.array([one.carry_over for one in instance.resources], bool)
        self.used = np.zeros_like(self.capacity)
        self.left = np.zeros_like(self.capacity)
        for place in range(len(instance.resources)):
            self._refresh(place)
        self.row = {one.id: place for place, one in enumerate(instance.resources)}
        self.under_way = np.zeros((len(instance.conflicts), self.periods), np.int64)
        self.rings: dict[str, list[int]] = {}
        for place, conflict in enumerate(instance.conflicts):
            for unit_id in conflict.units:
                self.rings.setdefault(unit_id, []).append(place)

    def _refresh(self, place: int) -> None:
        left = self.capacity[place] - self.used[place]
        if self.carried[place]:
            left = np.minimum.accumulate(np.cumsum(left)[::-1])[::-1]
        self.left[place] = left

    def run(self) -> dict[str, int | None]:
        start: list[int | None] = [None] * len(self.groups)
        placed = [False] * len(self.groups)
        waits = [len(each) for each in self.before]
        urgency = self._urgencies()
        ready = [(urgency[place], place) for place, count in enumerate(waits) if not count]
        heapq.heapify(ready)
        while ready:
            place = heapq.heappop(ready)[1]
            placed[place] = True
            start[place] = self._place(place, start)
            for other in self.after[place]:
                waits[other] -= 1
                if not waits[other]:
                    heapq.heappush(ready, (urgency[other], other))
        if not all(placed):
            raise ValueError("the precedence has a circle.")
        return {unit.id: start[place] for place, group in enumerate(self.groups) for unit in group}

    def _urgencies(self) -> list[float]:
        """Each group's urgency, or that of the most urgent that waits for it."""
        found, waits = list(self.urgency), [len(each) for each in self.after]
        ready = [place for place, count in enumerate(waits) if not count]
        while ready:
            place = ready.pop()
            for other in self.before[place]:
                found[other] = min(found[other], found[place] - 1e-12)
                waits[other] -= 1
                if not waits[other]:
                    ready.append(other)
        return found

    def _place(self, place: int, start: Sequence[int | None]) -> int | None:
        group = self.groups[place]
        late = any(start[other] is None for other in self.before[place])
        first = max(unit.earliest for unit in group)
        ends = [unit.latest for unit in group if unit.latest is not None]
        last = min([self.periods - 1, *ends])
        for other in self.before[place]:
            at = start[other]
            if at is not None:
                first = max(first, at + max(unit.duration for unit in self.groups[other]))
        fits = self._fits(group)
        found = None if late else next((t for t in range(first, last + 1) if fits[t] and self._calm(group, t)), None)
        if found is None and any(end < self.periods for end in ends):
            raise ValueError(f"{group[0].id} has a deadline and does not fit.")
        if found is not None:
            self._take(group, found)
        return found

    def _fits(self, group: Sequence[Unit]) -> NDArray[np.bool_]:
        fits, amounts = np.ones(self.periods, bool), {}
        for unit in group:
            for name, amount in unit.use.items():
                amounts[name] = amounts.get(name, 0.0) + np.array(amount)
        for name, amount in amounts.items():
            fits &= amount <= self.left[self.row[name]] + ROOM
        return fits

    def _calm(self, group: Sequence[Unit], start: int) -> bool:
        more: dict[tuple[int, int], int] = {}
        for unit in group:
            for ring in self.rings.get(unit.id, ()):
                for t in range(start, min(start + unit.duration, self.periods)):
                    more[ring, t] = more.get((ring, t), 0) + 1
        return all(
            self.under_way[ring, t] + count <= self.instance.conflicts[ring].most for (ring, t), count in more.items()
        )

    def _take(self, group: Sequence[Unit], start: int) -> None:
        for unit in group:
            for name, amount in unit.use.items():
                self.used[self.row[name], start] += amount[start]
            for ring in self.rings.get(unit.id, ()):
                self.under_way[ring, start : start + unit.duration] += 1
        for name in {name for unit in group for name in unit.use}:
            self._refresh(self.row[name])


def _grouped(instance: Instance) -> list[list[Unit]]:
    """Units that start together, each other unit alone; in the order of the units."""
    head = {unit.id: unit.id for unit in instance.units}

    def root(name: str) -> str:
        while head[name] != name:
            name = head[name]
        return name

    for names in instance.together:
        for name in names[1:]:
            head[root(name)] = root(names[0])
    groups: dict[str, list[Unit]] = {}
    for unit in instance.units:
        groups.setdefault(root(unit.id), []).append(unit)
    return list(groups.values())


def broken(instance: Instance, start: dict[str, int | None]) -> list[str]:
    """What a schedule breaks, in sentences; none is a feasible one."""
    units, told = {unit.id: unit for unit in instance.units}, []
    for unit in instance.units:
        at, last = start[unit.id], instance.periods - 1 if unit.latest is None else unit.latest
        if at is None:
            told += [f"{unit.id} has no start"] if last < instance.periods and unit.latest is not None else []
        elif not unit.earliest <= at <= min(last, instance.periods - 1):
            told.append(f"{unit.id} starts in {at}")
    for first, then in instance.precedence:
        early, late = start[first], start[then]
        if late is not None and (early is None or late < early + units[first].duration):
            told.append(f"{then} starts before {first} is done")
    told += [f"{names} start apart" for names in instance.together if len({start[name] for name in names}) > 1]
    for conflict in instance.conflicts:
        way = [0] * instance.periods
        for name in conflict.units:
            at = start[name]
            for t in range(instance.periods if at is None else at, instance.periods):
                way[t] += at is not None and t < at + units[name].duration
        told += [f"{conflict.id} has {n} under way in {t}" for t, n in enumerate(way) if n > conflict.most]
    for one in instance.resources:
        use = [0.0] * instance.periods
        for unit in instance.units:
            at = start[unit.id]
            if at is not None and one.id in unit.use:
                use[at] += unit.use[one.id][at]
        have: Sequence[float] = one.capacity
        if one.carry_over:
            use, have = list(accumulate(use)), list(accumulate(have))
        told += [f"{one.id} in {t}: {u} of {h}" for t, (u, h) in enumerate(zip(use, have, strict=True)) if u > h + 1e-6]
    return told


def worth(instance: Instance, start: dict[str, int | None]) -> float:
    """The objective of a schedule, by the words of the form."""
    units = {unit.id: unit for unit in instance.units}
    total = 0.0
    for unit in instance.units:
        at = start[unit.id]
        if at is not None and unit.value:
            total += unit.value[at]
    for demand in instance.demands:
        starts = [start[name] for name in demand.units]
        if None not in starts:
            done = max((s + units[n].duration for s, n in zip(starts, demand.units, strict=True)), default=0)  # type: ignore[operator]
            total += demand.weight * sum(instance.discount**t for t in range(done, instance.periods))
    return total
