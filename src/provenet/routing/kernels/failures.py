"""What single and double failures do to the traffic towards one destination, without routing anew what they leave.

Totals of a scenario are kept as changes against no failure: of a pair of elements as what it adds beyond its two
elements alone, so that pairs which do not meet on a destination's paths cost nothing. Source: own (decision 0068).
"""

from typing import NamedTuple

import numpy as np

from provenet.numerics.arrays import Floats, Ints, Longs
from provenet.numerics.compiled import kernel, maker, part
from provenet.routing.kernels.igp import FAR, Arcs, Bytes, NodeMarks, Room, Tree, fail, grow, undo

RESTRICTED, UNKNOWN, DISCONNECTED, ENDED, LATENT = 0, 1, 2, 3, 4
KINDS = 5
"""Columns of totals: volumes on restricted and unknown elements, cut off, with a failed end node, and newly restricted.
"""
LOW, HIGH = 0, 1


class Elements(NamedTuple):
    """What may fail: arcs `arc[start[e]:start[e + 1]]` and nodes `node[node_start[e]:node_start[e + 1]]` of each."""

    start: Ints
    arc: Ints
    node_start: Ints
    node: Ints


class Sources(NamedTuple):
    """Pairs of nodes with traffic, by destination: those of the k-th are `first[k]` to `first[k + 1]`."""

    target: Ints
    first: Longs
    source: Ints
    volume: Floats


class Outcomes(NamedTuple):
    """Of each pair of nodes, over scenarios that carry its traffic: worst, mean, 99th percentile as [pairs, 2] (low,
    high), the scenario of the worst, and in how many it is cut off, has lost an end, is newly restricted.
    """

    worst: Floats
    worst_at: Longs
    mean: Floats
    percentile: Floats
    cut: Longs
    ended: Longs
    latent: Longs


class Entries(NamedTuple):
    """Values that differ from those without a failure: of which pair, the two shares, how often, in which scenario."""

    slot: Ints
    free: Floats
    clear: Floats
    weight: Longs
    at: Longs


class Bench(NamedTuple):
    """What the study of one destination writes on.

    By node: the pair of the node (-1 for none) and its volume; its state without a failure; which failure ended it;
    whether the first failure changed it, and in how many scenarios it then stays so. By element: its rank among those
    that matter to the destination (-1 for others), and what it does alone.
    """

    slot: Ints
    volume: Floats
    distance: Longs
    free: Floats
    clear: Floats
    dead: Bytes
    changed: Bytes
    left: Longs
    nodes: Ints
    logged: Ints
    rank: Ints
    alone: Floats
    up: Ints
    usual: Longs


class Study(NamedTuple):
    """What the study of one destination after the other reads and writes.

    `totals` is float64[scenarios + 1, KINDS]: changes of each scenario against no failure, and the totals without one.
    """

    arcs: Arcs
    marks: NodeMarks
    elements: Elements
    sources: Sources
    tree: Tree
    room: Room
    bench: Bench
    totals: Floats
    outcomes: Outcomes


def bench_of(nodes: int, arcs: int, elements: int) -> Bench:
    """Room for the study of one destination."""
    return Bench(
        slot=np.full(nodes, -1, np.int32),
        volume=np.zeros(nodes, np.float64),
        distance=np.zeros(nodes, np.int64),
        free=np.zeros(nodes, np.float64),
        clear=np.zeros(nodes, np.float64),
        dead=np.zeros(nodes, np.uint8),
        changed=np.zeros(nodes, np.uint8),
        left=np.zeros(nodes, np.int64),
        nodes=np.zeros(nodes, np.int32),
        logged=np.zeros(nodes, np.int32),
        rank=np.zeros(elements, np.int32),
        alone=np.zeros((elements, KINDS), np.float64),
        up=np.zeros(arcs, np.int32),
        usual=np.zeros(nodes, np.int64),
    )


@maker
def entries_of(size: int) -> Entries:
    """Room for entries; it grows."""
    return Entries(
        np.empty(size, np.int32),
        np.empty(size, np.float64),
        np.empty(size, np.float64),
        np.empty(size, np.int64),
        np.empty(size, np.int64),
    )


@maker
def _grown(entries: Entries, size: int) -> Entries:
    made = entries_of(size)
    for i in range(len(entries.slot)):
        made.slot[i], made.free[i], made.clear[i] = entries.slot[i], entries.free[i], entries.clear[i]
        made.weight[i], made.at[i] = entries.weight[i], entries.at[i]
    return made


@part
def pair_row(one: int, other: int, elements: int) -> int:
    """The row of a pair of elements, behind the rows of single ones."""
    first, second = min(one, other), max(one, other)
    return elements + first * elements - first * (first + 1) // 2 + second - first - 1


@part
def _count(totals: Floats, row: int, volume: float, distance: int, free: float, clear: float, was_clear: bool) -> None:
    """Adds a volume to the totals of a scenario, by what its paths cross."""
    if distance >= FAR:
        totals[row, DISCONNECTED] += volume
        return
    totals[row, RESTRICTED] += volume * (1.0 - free)
    totals[row, UNKNOWN] += volume * (free - clear)
    if was_clear and free < 1.0:
        totals[row, LATENT] += volume


@part
def _matters(arcs: Arcs, elements: Elements, e: int, target: int, tree: Tree, room: Room, bench: Bench) -> bool:
    """Whether an element has an arc that is up on a path, or a node with traffic that is not ended yet."""
    for i in range(elements.node_start[e], elements.node_start[e + 1]):
        v = elements.node[i]
        if v == target or (bench.slot[v] >= 0 and not bench.dead[v]):
            return True
    for i in range(elements.start[e], elements.start[e + 1]):
        a = elements.arc[i]
        here = tree.distance[arcs.tail[a]]
        if not room.down[a] and here < FAR and here == arcs.metric[a] + tree.distance[arcs.head[a]]:
            return True
    return False


@part
def _ends(elements: Elements, e: int, target: int) -> bool:
    found = False
    for i in range(elements.node_start[e], elements.node_start[e + 1]):
        found |= elements.node[i] == target
    return found


@part
def _strike(
    arcs: Arcs,
    marks: NodeMarks,
    elements: Elements,
    e: int,
    level: int,
    tree: Tree,
    room: Room,
    bench: Bench,
    first: int,
    log: int,
) -> tuple[int, int]:
    """Fails an element; sizes of the log, and of the list `bench.up` of arcs taken down, which the element extends.

    `level` is 1 for the first failure and 2 for the second, whose arcs stand behind those of the first.
    """
    last = first
    for i in range(elements.start[e], elements.start[e + 1]):
        if not room.down[elements.arc[i]]:
            bench.up[last] = elements.arc[i]
            last += 1
    for i in range(elements.node_start[e], elements.node_start[e + 1]):
        if not bench.dead[elements.node[i]]:
            bench.dead[elements.node[i]] = level
    return fail(arcs, marks, bench.up, first, last, tree, room, log), last


@part
def _lift(elements: Elements, e: int, level: int, bench: Bench) -> None:
    """Nodes that an element ended are no longer so."""
    for i in range(elements.node_start[e], elements.node_start[e + 1]):
        if bench.dead[elements.node[i]] == level:
            bench.dead[elements.node[i]] = 0


@part
def _moved(elements: Elements, e: int, level: int, tree: Tree, room: Room, bench: Bench, begun: int, log: int) -> int:
    """Lists the sources whose state the latest failure changed, in `bench.nodes`; their count.

    `bench.logged` has the place of each in the log, or -1 for one that had no path before and now has no end.
    """
    count = 0
    for i in range(begun, log):
        v = room.log_node[i]
        if bench.slot[v] < 0 or (bench.dead[v] and bench.dead[v] != level):
            continue
        moved = room.log_free[i] != tree.free[v] or room.log_clear[i] != tree.clear[v]
        if moved or bench.dead[v] or (room.log_distance[i] >= FAR) != (tree.distance[v] >= FAR):
            bench.nodes[count], bench.logged[count] = v, i
            count += 1
    for i in range(elements.node_start[e], elements.node_start[e + 1]):
        v = elements.node[i]
        if bench.slot[v] >= 0 and bench.dead[v] == level and room.stamp[v] != room.stamp[-1]:
            bench.nodes[count], bench.logged[count] = v, -1
            count += 1
    return count


@part
def _shift(totals: Floats, row: int, moved: int, tree: Tree, room: Room, bench: Bench) -> None:
    """Adds to a row of totals what the latest failure changes for the sources listed."""
    for i in range(moved):
        v, at = bench.nodes[i], bench.logged[i]
        volume, was_clear = bench.volume[v], bench.clear[v] == 1.0
        if at >= 0:
            _count(totals, row, -volume, room.log_distance[at], room.log_free[at], room.log_clear[at], was_clear)
        else:
            totals[row, DISCONNECTED] -= volume
        if bench.dead[v]:
            totals[row, ENDED] += volume
        else:
            _count(totals, row, volume, tree.distance[v], tree.free[v], tree.clear[v], was_clear)


@part
def _end_all(totals: Floats, row: int, sources: Sources, k: int, tree: Tree, bench: Bench) -> None:
    """Adds to a row of totals that the destination itself fails."""
    for i in range(sources.first[k], sources.first[k + 1]):
        v = sources.source[i]
        if not bench.dead[v]:
            was_clear = bench.clear[v] == 1.0
            _count(totals, row, -bench.volume[v], tree.distance[v], tree.free[v], tree.clear[v], was_clear)
            totals[row, ENDED] += bench.volume[v]


@part
def _state(
    entries: Entries, size: int, v: int, times: int, at: int, tree: Tree, bench: Bench, outcomes: Outcomes, first: int
) -> int:
    """Writes down the present state of a source, as often as it stands; the new count of entries."""
    slot = bench.slot[v]
    if times == 0:
        return size
    if bench.dead[v]:
        outcomes.ended[first + slot] += times
        return size
    if tree.distance[v] >= FAR:
        outcomes.cut[first + slot] += times
        return size
    entries.slot[size], entries.free[size], entries.clear[size] = slot, tree.free[v], tree.clear[v]
    entries.weight[size], entries.at[size] = times, at
    return size + 1


@kernel
def begin(study: Study, k: int) -> None:
    """Paths to the k-th destination as they are; totals without a failure; which elements matter to it."""
    arcs, marks, elements, sources, tree, room, bench, totals, _ = study
    scenarios = len(totals) - 1
    target, first, last = sources.target[k], sources.first[k], sources.first[k + 1]
    grow(arcs, marks, np.int64(target), tree, room)
    for v in range(len(tree.distance)):
        bench.distance[v], bench.free[v], bench.clear[v] = tree.distance[v], tree.free[v], tree.clear[v]
    for i in range(first, last):
        v = sources.source[i]
        bench.slot[v], bench.volume[v], bench.usual[i - first] = i - first, sources.volume[i], scenarios
        _count(totals, scenarios, bench.volume[v], tree.distance[v], tree.free[v], tree.clear[v], bench.clear[v] > 1.0)
    ranked = 0
    for e in range(len(elements.start) - 1):
        bench.rank[e] = -1
        if _matters(arcs, elements, e, target, tree, room, bench):
            bench.rank[e] = ranked
            ranked += 1


@maker
def singles(study: Study, k: int, entries: Entries, is_alone: bool) -> Entries:
    """Every failure of one element for the k-th destination, after `begin`.

    With `is_alone`, what each pair of nodes goes through is written down and concluded; without, `bench.alone` holds
    the changes by element. Returns the entries.
    """
    arcs, marks, elements, sources, tree, room, bench, totals, outcomes = study
    target, first, last = sources.target[k], sources.first[k], sources.first[k + 1]
    size, none, once = np.int64(0), np.int64(0), np.int64(1)
    for e in range(len(elements.start) - 1):
        for j in range(KINDS):
            bench.alone[e, j] = 0.0
        if bench.rank[e] < 0:
            continue
        if is_alone and size + last - first > len(entries.slot):
            entries = _grown(entries, 2 * len(entries.slot) + last - first)
        if _ends(elements, e, target):
            _end_all(bench.alone, e, sources, k, tree, bench)
            for i in range(first, last if is_alone else first):
                bench.usual[i - first] -= 1
                outcomes.ended[i] += 1
        else:
            log, up = _strike(arcs, marks, elements, e, once, tree, room, bench, none, none)
            moved = _moved(elements, e, once, tree, room, bench, none, log)
            _shift(bench.alone, e, moved, tree, room, bench)
            for i in range(moved if is_alone else 0):
                v = bench.nodes[i]
                bench.usual[bench.slot[v]] -= 1
                size = _state(entries, size, v, once, e, tree, bench, outcomes, first)
            _lift(elements, e, once, bench)
            undo(bench.up, none, up, tree, room, none, log)
        for j in range(KINDS):
            totals[e, j] += bench.alone[e, j]
    if is_alone:
        _conclude(sources, k, bench, entries, size, outcomes)
    return entries


@maker
def doubles(study: Study, k: int, entries: Entries) -> Entries:
    """Every failure of one element or two for the k-th destination, after `begin` and `singles`.

    A row of `totals` of a pair takes what it changes beyond both of its elements alone. Returns the entries.
    """
    arcs, marks, elements, sources, tree, room, bench, totals, outcomes = study
    target, first, last = sources.target[k], sources.first[k], sources.first[k + 1]
    count, size, none = len(elements.start) - 1, np.int64(0), np.int64(0)
    once, twice = np.int64(1), np.int64(2)
    for e in range(count):
        if bench.rank[e] < 0:
            continue
        times = count - bench.rank[e]
        if _ends(elements, e, target):
            _end_for_good(sources, k, e, times, bench, totals, outcomes)
            continue
        log, up = _strike(arcs, marks, elements, e, once, tree, room, bench, none, none)
        changed = bench.nodes[: _moved(elements, e, once, tree, room, bench, none, log)].copy()
        for v in changed:
            bench.changed[v], bench.left[v] = 1, times
            bench.usual[bench.slot[v]] -= times
        for other in range(count):
            if other == e or 0 <= bench.rank[other] < bench.rank[e]:
                continue
            row = pair_row(e, other, count)
            _less(totals, row, other, bench)
            if not _matters(arcs, elements, other, target, tree, room, bench):
                continue
            if size + 2 * (last - first) > len(entries.slot):
                entries = _grown(entries, 2 * len(entries.slot) + 2 * (last - first))
            if _ends(elements, other, target):
                _end_all(totals, row, sources, k, tree, bench)
                _end_once(sources, k, bench, outcomes)
                continue
            both, both_up = _strike(arcs, marks, elements, other, twice, tree, room, bench, up, log)
            again = _moved(elements, other, twice, tree, room, bench, log, both)
            _shift(totals, row, again, tree, room, bench)
            for i in range(again):
                _take(bench.nodes[i], bench)
                size = _state(entries, size, bench.nodes[i], once, row, tree, bench, outcomes, first)
            _lift(elements, other, twice, bench)
            undo(bench.up, up, both_up, tree, room, log, both)
        for v in changed:
            size = _state(entries, size, v, bench.left[v], e, tree, bench, outcomes, first)
            bench.changed[v] = 0
        _lift(elements, e, once, bench)
        undo(bench.up, none, up, tree, room, none, log)
    _conclude(sources, k, bench, entries, size, outcomes)
    return entries


@part
def _less(totals: Floats, row: int, other: int, bench: Bench) -> None:
    """What an element does alone is no part of what a pair adds."""
    if bench.rank[other] >= 0:
        for j in range(KINDS):
            totals[row, j] -= bench.alone[other, j]


@part
def _end_for_good(
    sources: Sources, k: int, e: int, times: int, bench: Bench, totals: Floats, outcomes: Outcomes
) -> None:
    """An element that ends the destination leaves nothing for a second to change."""
    count = len(bench.rank)
    for i in range(sources.first[k], sources.first[k + 1]):
        bench.usual[i - sources.first[k]] -= times
        outcomes.ended[i] += times
    for other in range(count):
        if other != e and bench.rank[other] > bench.rank[e]:
            _less(totals, pair_row(e, other, count), other, bench)


@part
def _end_once(sources: Sources, k: int, bench: Bench, outcomes: Outcomes) -> None:
    """One scenario in which the destination fails second: sources that had not ended before end."""
    for i in range(sources.first[k], sources.first[k + 1]):
        v = sources.source[i]
        if not bench.dead[v]:
            _take(v, bench)
            outcomes.ended[i] += 1


@part
def _take(v: int, bench: Bench) -> None:
    """One scenario less in which a source is as the first failure leaves it."""
    if bench.changed[v]:
        bench.left[v] -= 1
    else:
        bench.usual[bench.slot[v]] -= 1


@maker
def _conclude(sources: Sources, k: int, bench: Bench, entries: Entries, size: int, outcomes: Outcomes) -> None:
    """Worst, mean and 99th percentile of each pair of nodes; the bench is left as it was found."""
    first, pairs = sources.first[k], sources.first[k + 1] - sources.first[k]
    start = np.zeros(pairs + 1, np.int64)
    for i in range(size):
        start[entries.slot[i] + 1] += 1
    for i in range(pairs):
        start[i + 1] += start[i]
    order, free_at = np.empty(size, np.int64), start.copy()
    for i in range(size):
        order[free_at[entries.slot[i]]] = i
        free_at[entries.slot[i]] += 1
    for i in range(pairs):
        v = sources.source[first + i]
        usual = bench.usual[i]
        if bench.distance[v] >= FAR:
            outcomes.cut[first + i] += usual
            usual = 0
        mine = order[start[i] : start[i + 1]]
        carried = usual
        for place in mine:
            carried += entries.weight[place]
            if bench.clear[v] == 1.0 and entries.free[place] < 1.0:
                outcomes.latent[first + i] += entries.weight[place]
        if carried:
            _sum_up(first + i, LOW, 1.0 - bench.free[v], usual, carried, mine, entries.free, entries, outcomes)
            _sum_up(first + i, HIGH, 1.0 - bench.clear[v], usual, carried, mine, entries.clear, entries, outcomes)
        bench.slot[v] = -1


@part
def _sum_up(
    pair: int,
    end: int,
    value: float,
    usual: int,
    carried: int,
    mine: Longs,
    shares: Floats,
    entries: Entries,
    outcomes: Outcomes,
) -> None:
    """One end of the interval of one pair of nodes over all scenarios that carry its traffic.

    The 99th percentile is by the nearest rank: the least value that is reached or undercut in 99 % of scenarios.
    """
    worst, at, total, above = -1.0, -1, value * usual, 0
    if usual:
        worst = value
    for place in mine:
        found = 1.0 - shares[place]
        total += found * entries.weight[place]
        if found > value:
            above += entries.weight[place]
        if found > worst:
            worst, at = found, entries.at[place]
    outcomes.worst[pair, end], outcomes.mean[pair, end] = worst, total / carried
    if end == LOW:
        outcomes.worst_at[pair] = at
    wanted = carried - (99 * carried + 99) // 100 + 1
    if above < wanted <= above + usual:
        outcomes.percentile[pair, end] = value
        return
    _sort_falling(mine, shares)
    counted, is_usual_in = 0, False
    for place in mine:
        found = 1.0 - shares[place]
        if not is_usual_in and found <= value:
            counted += usual
            is_usual_in = True
            if counted >= wanted:
                break
        counted += entries.weight[place]
        if counted >= wanted:
            outcomes.percentile[pair, end] = found
            return
    outcomes.percentile[pair, end] = value


@part
def _sort_falling(places: Longs, shares: Floats) -> None:
    """Puts places in order of rising shares, which is that of falling exposure, by Shell's method."""
    gap = len(places) // 2
    while gap:
        for i in range(gap, len(places)):
            place, at = places[i], i
            while at >= gap and shares[places[at - gap]] > shares[place]:
                places[at] = places[at - gap]
                at -= gap
            places[at] = place
        gap //= 2
