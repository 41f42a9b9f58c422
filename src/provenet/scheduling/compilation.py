"""From the form of a schedule to the arrays that are solved: blocks, windows, and demands without what waits anyway."""

from collections import deque
from dataclasses import dataclass, replace
from functools import cached_property
from math import fsum

import numpy as np
from numpy.typing import NDArray

from provenet.forms.schedule import Demand, Instance
from provenet.numerics.arrays import Floats, Ints
from provenet.scheduling.solve.program import NEVER, Conflicts, Program, SpendingLimits, Waits, Wants
from provenet.scheduling.turns import TurnSources, turns_of

LEAST, MOST = 2.0**-10, 2.0**40
"""A family of numbers whose largest lies between these is left as it is."""
FORBIDDEN = 1e3
"""A start that costs so many times all that can be gained will not be."""


def scale_program(program: Program) -> tuple[Program, float, Floats]:
    """The program in units of worth and of each resource (float64[R]), and these units; mostly all of them are 1.

    Of a resource that needs a unit, capacities beyond four times all that can be used are cut to that, for neither
    ever binds. Cost O(entries x T).
    """
    program = _forbidden(program)
    limits, wants = program.limits, program.wants
    most = np.r_[np.abs(program.value).ravel(), wants.worth.sum(axis=1)].max(initial=0.0)
    worth = _unit(float(most), float(most))
    peak = limits.amount.max(axis=1, initial=0.0)
    largest, total = np.zeros(len(limits.carry)), np.zeros(len(limits.carry))
    np.maximum.at(largest, limits.resource, peak)
    np.add.at(total, limits.resource, peak)
    top = limits.capacity.sum(axis=1)
    amount = np.array([_unit(a, max(a, b)) for a, b in zip(largest.tolist(), top.tolist(), strict=True)])
    if worth == 1.0 and bool((amount == 1.0).all()):
        return program, worth, amount
    cut = np.where(amount[:, None] == 1.0, limits.capacity, np.minimum(limits.capacity, 4.0 * total[:, None]))
    held = SpendingLimits(
        cut / amount[:, None],
        limits.carry,
        limits.block,
        limits.resource,
        limits.amount / amount[limits.resource][:, None],
    )
    wanted = Wants(wants.start, wants.block, wants.lag, wants.unit, wants.worth / worth)
    made = replace(program, value=program.value / worth, limits=held, wants=wanted, constant=program.constant / worth)
    return made, worth, amount


def _forbidden(program: Program) -> Program:
    """Starts that cost a thousand times all that can be gained: four times of it keeps a solver off them as well.

    Blocks that must start keep theirs. A plan with such a start is worth more here than it is, and never the best.
    """
    gain = float(program.wants.worth.sum() + program.value.max(axis=1, initial=0.0).sum())
    least = float(program.value.min(initial=0.0))
    if gain <= 0.0 or least >= -FORBIDDEN * gain:
        return program
    value = np.where(program.must[:, None], program.value, np.maximum(program.value, -4.0 * gain))
    return replace(program, value=value)


def _unit(largest: float, top: float) -> float:
    """The power of two that a number lies at, or 1 where both it and the greatest beside it need none."""
    return 1.0 if largest <= 0.0 or (largest >= LEAST and top <= MOST) else float(2.0 ** np.floor(np.log2(largest)))


ANCESTORS = 64
"""How many blocks that come before are looked at to drop a demand's member that another member waits for."""


@dataclass(frozen=True)
class MergedDemands:
    """The demands of the instance that each want stands for.

    Want k stands for demands `demand[start[k]:start[k + 1]]`, each with its `share` of their weight together; the units
    of demand j of these are `unit[unit_start[j]:unit_start[j + 1]]`, in the order of the want's members. All int64 but
    `share`, float64.
    """

    start: NDArray[np.int64]
    demand: NDArray[np.int64]
    share: NDArray[np.float64]
    unit_start: NDArray[np.int64]
    unit: NDArray[np.int64]


@dataclass(frozen=True)
class CompiledInstance:
    """A program, and what its indices stand for in the instance.

    `block_of` is int32[units]; `merged` are the demands that wants stand for; `hopeless` are
    demands that can never be clear, each with a unit that can never start. `impossible` are sentences about units that
    must start and never can. `turned` is what its turns stand for. The program counts worth in units of `worth_unit`,
    and each resource in its own of `amount_units` (float64[R]); all are 1 unless numbers are very large or very small.
    """

    instance: Instance
    program: Program
    block_of: Ints
    merged: MergedDemands
    hopeless: tuple[tuple[int, int], ...]
    impossible: tuple[str, ...]
    worth_unit: float
    amount_units: Floats
    turned: TurnSources

    @cached_property
    def place(self) -> dict[str, int]:
        """The place of each unit by its id."""
        return {unit.id: index for index, unit in enumerate(self.instance.units)}

    @cached_property
    def members(self) -> list[list[int]]:
        """The units of each block, ascending."""
        found: list[list[int]] = [[] for _ in range(self.program.blocks)]
        for unit, block in enumerate(self.block_of.tolist()):
            found[block].append(unit)
        return found

    def starts(self, blocks: Ints) -> dict[str, int | None]:
        """What the starts of blocks say of each unit."""
        starts = blocks[self.block_of].tolist()
        return {
            unit.id: (start if start < NEVER else None) for unit, start in zip(self.instance.units, starts, strict=True)
        }


def compile_instance(instance: Instance) -> CompiledInstance:
    """The program of an instance. Cost O(units x periods x resources + members of demands x ancestors)."""
    place = {unit.id: index for index, unit in enumerate(instance.units)}
    block_of, count = _blocks(instance, place)
    waits = _waits(instance, place, block_of)
    first, last, must = _given(instance, block_of, count)
    impossible = _propagate(instance, block_of, waits, first=first, last=last, must=must)
    never = first > last
    keep = ~(never[waits.after] | never[waits.before])
    waits = Waits(waits.after[keep], waits.before[keep], waits.lag[keep], waits.edge[keep])
    wants, merged, hopeless, constant = _wants(instance, place, block_of, waits=waits, never=never)
    turns, turned = turns_of(
        instance, place, block_of, never=never, wants=wants, demanded=(merged.start, merged.demand)
    )
    program = Program(
        periods=instance.periods,
        first=first,
        last=last,
        must=must,
        value=_values(instance, block_of, count),
        limits=_limits(instance, block_of),
        waits=waits,
        conflicts=_conflicts(instance, place, block_of),
        wants=wants,
        constant=constant,
        turns=turns,
    )
    program, worth_unit, amount_units = scale_program(program)
    return CompiledInstance(instance, program, block_of, merged, hopeless, impossible, worth_unit, amount_units, turned)


def _blocks(instance: Instance, place: dict[str, int]) -> tuple[Ints, int]:
    """Units that stand together share a block; blocks are numbered by their first unit."""
    root = list(range(len(instance.units)))

    def find(unit: int) -> int:
        while root[unit] != unit:
            root[unit] = root[root[unit]]
            unit = root[unit]
        return unit

    for group in instance.together:
        head = find(place[group[0]])
        for name in group[1:]:
            other = find(place[name])
            head, other = min(head, other), max(head, other)
            root[other] = head
    number: dict[int, int] = {}
    block_of = np.array([number.setdefault(find(unit), len(number)) for unit in range(len(root))], np.int32)
    return block_of, len(number)


def _waits(instance: Instance, place: dict[str, int], block_of: Ints) -> Waits:
    """Arcs between blocks, of several between the same two the longest; a block that waits for itself keeps its arc."""
    longest: dict[tuple[int, int], tuple[int, int]] = {}
    blocks = block_of.tolist()
    for edge, (before, after) in enumerate(instance.precedence):
        one = place[before]
        key, lag = (blocks[place[after]], blocks[one]), _lasts(instance, one)
        if key not in longest or longest[key][0] < lag:
            longest[key] = (lag, edge)
    rows = np.array([(a, b, lag, edge) for (a, b), (lag, edge) in longest.items()], np.int32).reshape(-1, 4)
    return Waits(*(np.ascontiguousarray(rows[:, c]) for c in range(4)))


def _given(instance: Instance, block_of: Ints, count: int) -> tuple[Ints, Ints, np.ndarray]:
    """Windows as they stand in the instance."""
    periods = instance.periods
    first, last = np.zeros(count, np.int32), np.full(count, periods - 1, np.int32)
    must = np.zeros(count, np.bool_)
    for unit, block in zip(instance.units, block_of.tolist(), strict=True):
        first[block] = max(first[block], min(unit.earliest, periods))
        if unit.latest is not None and unit.latest < periods:
            last[block] = min(last[block], max(unit.latest, -1))
            must[block] = True
    return first, last, must


def _propagate(
    instance: Instance, block_of: Ints, waits: Waits, *, first: Ints, last: Ints, must: np.ndarray
) -> tuple[str, ...]:
    """Narrows the windows by who waits for whom, in place; blocks that can never start get first above last.

    Tells of those that must start and never can. Cost O(blocks + arcs).
    """
    count, periods = len(first), instance.periods
    after: list[list[tuple[int, int]]] = [[] for _ in range(count)]
    for a, b, lag in zip(waits.after.tolist(), waits.before.tolist(), waits.lag.tolist(), strict=True):
        after[b].append((a, lag))
    open_count = np.bincount(waits.after, minlength=count).tolist()
    queue, order = deque(block for block in range(count) if not open_count[block]), []
    while queue:
        block = queue.popleft()
        order.append(block)
        for nxt, lag in after[block]:
            first[nxt] = min(max(first[nxt], first[block] + lag), periods)
            open_count[nxt] -= 1
            if not open_count[nxt]:
                queue.append(nxt)
    ringed = np.ones(count, np.bool_)
    ringed[order] = False
    first[ringed] = periods
    for block in reversed(order):
        for nxt, lag in after[block]:
            if must[nxt] and not ringed[nxt]:
                must[block] = True
                last[block] = min(last[block], last[nxt] - lag)
    names = {block: unit.id for unit, block in zip(reversed(instance.units), reversed(block_of.tolist()), strict=True)}
    sentences = []
    for block in np.flatnonzero(must & (first > last)).tolist():
        if ringed[block]:
            sentences.append(f"unit {names[block]!r} must start, but its predecessors form a cycle, so it never can.")
        elif first[block] >= periods:
            sentences.append(f"unit {names[block]!r} must start, but cannot within the horizon of {periods} periods.")
        else:
            sentences.append(
                f"unit {names[block]!r} must start by period {last[block]}, by its own or a successor's deadline, "
                f"but cannot start before period {first[block]}."
            )
    stuck = (first > last) & ~must
    first[stuck], last[stuck] = periods, -1
    return tuple(sentences)


def _values(instance: Instance, block_of: Ints, count: int) -> np.ndarray:
    value = np.zeros((count, instance.periods))
    for unit, block in zip(instance.units, block_of.tolist(), strict=True):
        if unit.value:
            value[block] += unit.value
    return value


def _limits(instance: Instance, block_of: Ints) -> SpendingLimits:
    number = {resource.id: index for index, resource in enumerate(instance.resources)}
    rows: list[tuple[int, int]] = []
    amounts: list[tuple[float, ...]] = []
    for unit, block in zip(instance.units, block_of.tolist(), strict=True):
        for name, spent in unit.use.items():
            if any(spent):
                rows.append((block, number[name]))
                amounts.append(spent)
    held = np.array(rows, np.int64).reshape(-1, 2)
    keys, where = np.unique(held[:, 0] * max(1, len(number)) + held[:, 1], return_inverse=True)
    amount = np.zeros((len(keys), instance.periods))
    np.add.at(amount, where, np.array(amounts).reshape(-1, instance.periods))
    return SpendingLimits(
        np.array([resource.capacity for resource in instance.resources]).reshape(-1, instance.periods),
        np.array([resource.carry_over for resource in instance.resources], np.bool_),
        (keys // max(1, len(number))).astype(np.int32),
        (keys % max(1, len(number))).astype(np.int32),
        amount,
    )


def _conflicts(instance: Instance, place: dict[str, int], block_of: Ints) -> Conflicts:
    rows = [
        (index, block_of[place[name]], _lasts(instance, place[name]))
        for index, conflict in enumerate(instance.conflicts)
        for name in conflict.units
    ]
    held = np.array(rows, np.int32).reshape(-1, 3)
    most = np.array([conflict.most for conflict in instance.conflicts], np.int32)
    conflict, block, duration = (np.ascontiguousarray(held[:, c]) for c in range(3))
    return Conflicts(conflict, block, duration, most)


def _wants(
    instance: Instance, place: dict[str, int], block_of: Ints, *, waits: Waits, never: np.ndarray
) -> tuple[Wants, MergedDemands, tuple[tuple[int, int], ...], float]:
    """Demands over the blocks they truly wait for, alike ones added up; those never or always clear are put aside."""
    periods, blocks = instance.periods, block_of.tolist()
    before: list[list[tuple[int, int]]] = [[] for _ in range(len(never))]
    for a, b, lag in zip(waits.after.tolist(), waits.before.tolist(), waits.lag.tolist(), strict=True):
        before[a].append((b, lag))
    ancestors = _Ancestors(before)
    found: dict[tuple[tuple[int, int], ...], list[tuple[int, list[int]]]] = {}
    constant, hopeless = 0.0, []
    scale = np.cumprod(np.r_[1.0, np.full(periods - 1, instance.discount)])
    for index, demand in enumerate(instance.demands):
        if not demand.units:
            constant += demand.weight * float(scale.sum())
            continue
        if demand.weight == 0:
            continue
        members = _members(instance, demand, place, blocks=blocks)
        stuck = [unit for block, (_, unit) in members.items() if never[block]]
        if stuck:
            hopeless.append((index, stuck[0]))
            continue
        kept = ancestors.without({block: lag for block, (lag, _) in members.items()})
        key = tuple(sorted(kept.items()))
        found.setdefault(key, []).append((index, [members[block][1] for block, _ in key]))
    starts = np.zeros(len(found) + 1, np.int64)
    starts[1:] = np.cumsum([len(key) for key in found])
    flat = np.array([pair for key in found for pair in key], np.int32).reshape(-1, 2)
    units = np.array([unit for held in found.values() for unit in held[0][1]], np.int32)
    merged = _merged(instance, list(found.values()))
    weights = np.array([fsum(instance.demands[d].weight for d, _ in held) for held in found.values()])
    wants = Wants(
        starts,
        np.ascontiguousarray(flat[:, 0]),
        np.ascontiguousarray(flat[:, 1]),
        units,
        weights.reshape(-1, 1) * scale,
    )
    return wants, merged, tuple(hopeless), constant


def _merged(instance: Instance, found: list[list[tuple[int, list[int]]]]) -> MergedDemands:
    """What wants stand for: for each, demands with the units of their members in the order of the want's."""
    every = [one for held in found for one in held]
    weight = np.array([instance.demands[demand].weight for demand, _ in every], np.float64)
    start = np.zeros(len(found) + 1, np.int64)
    start[1:] = np.cumsum([len(held) for held in found])
    whole = np.repeat(np.add.reduceat(weight, start[:-1]) if len(found) else weight, np.diff(start))
    unit_start = np.zeros(len(every) + 1, np.int64)
    unit_start[1:] = np.cumsum([len(units) for _, units in every])
    return MergedDemands(
        start,
        np.array([demand for demand, _ in every], np.int64),
        weight / whole,
        unit_start,
        np.array([unit for _, units in every for unit in units], np.int64),
    )


def _lasts(instance: Instance, unit: int) -> int:
    """How many periods a swap takes; longer than the horizon is as long as the horizon, so that sums stay small."""
    return min(instance.units[unit].duration, instance.periods)


def _members(
    instance: Instance, demand: Demand, place: dict[str, int], *, blocks: list[int]
) -> dict[int, tuple[int, int]]:
    """For each block of a demand its longest lag and the unit that has it."""
    members: dict[int, tuple[int, int]] = {}
    for name in demand.units:
        unit = place[name]
        lag, block = _lasts(instance, unit), blocks[unit]
        if block not in members or members[block][0] < lag:
            members[block] = (lag, unit)
    return members


class _Ancestors:
    """What surely has started when a block starts, with how long before, as far as it has been looked up."""

    def __init__(self, before: list[list[tuple[int, int]]]) -> None:
        self._before = before
        self._known: dict[int, dict[int, int]] = {}

    def of(self, block: int) -> dict[int, int]:
        """Blocks that come before, each with the longest wait found; at most ANCESTORS of them."""
        if block in self._known:
            return self._known[block]
        reach: dict[int, int] = {}
        queue = deque([(block, 0)])
        while queue and len(reach) < ANCESTORS:
            here, far = queue.popleft()
            for nxt, lag in self._before[here]:
                if reach.get(nxt, -1) < far + lag:
                    reach[nxt] = far + lag
                    queue.append((nxt, far + lag))
        self._known[block] = reach
        return reach

    def without(self, members: dict[int, int]) -> dict[int, int]:
        """The members less those that are done by the time another is, for surely they came before it."""
        if len(members) == 1:
            return members
        kept = dict(members)
        for block, lag in members.items():
            reach = self.of(block)
            for other in members:
                if other != block and other in kept and other in reach and reach[other] + lag >= members[other]:
                    del kept[other]
        return kept
