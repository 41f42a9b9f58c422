"""Which networks have to choose differently: the walk of least cost from a source, read back from the rungs.

Among walks of equal cost the one is taken whose turns, the steps that are not today's next hop, come earliest; then the
one through the smaller ASN at the first difference. So the answer does not depend on the order of the input.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.arrays import Ints
from provenet.numerics.compiled import kernel, part, tight
from provenet.routing.kernels.aspaths import LANES, Batch, Marks, Table, Words, passable
from provenet.routing.kernels.condense import ClassLinks, Condensed, CoreLinks
from provenet.routing.kernels.rows import RowLinks, Rows, RowTies
from provenet.routing.kernels.rungs import Rungs
from provenet.routing.kernels.words import Ties, has

MOST_TURNS = 10
"""Walks that need more turns than this are not read back."""
GOAL, SOURCE, NONE = -2, -1, -3
_BASE = 64


class Walks(NamedTuple):
    """Walks from n rows in 64 lanes. `hops` is int16[n, 64], 0 where none was wanted; `turns` int8[n, 64];
    `mover` int32[n, 64, K] the core numbers of the networks that turn, in the order of the walk, -1 for the source;
    `toward` alike the networks they turn to, -2 for the destination.
    """

    hops: NDArray[np.int16]
    turns: NDArray[np.int8]
    mover: NDArray[np.int32]
    toward: NDArray[np.int32]


class Ground(NamedTuple):
    """What walks are read back on: links, nodes of the core, those active, where walks may pass, which lanes have a
    customer or peer route (`across`), walks by cost and by first turn in the layers down (`low`) and up (`high`), and
    today's next hops.
    """

    links: CoreLinks
    node: Ints
    active: Marks
    passes: Words
    across: Words
    low: Table
    high: Table
    turn_low: Table
    turn_high: Table
    hop: NDArray[np.int32]


class Memo(NamedTuple):
    """The best turn at each place, a network in a layer at a cost: its rank, the network turned to and the layer there.

    `lane` is the lane for which a place is known, or 64 and the lane where it waits on `stack`. `best` is rank, node,
    network and layer of the best turn so far, rank -1 where there is none.
    """

    lane: NDArray[np.int32]
    rank: NDArray[np.int64]
    next: NDArray[np.int32]
    layer: NDArray[np.int8]
    stack: NDArray[np.int64]
    best: NDArray[np.int64]


def next_hops(core: Condensed, batch: Batch) -> NDArray[np.int32]:
    """The conventional next hop of each transit network in each lane: int32[T, 64] core numbers.

    -2 where it is the destination, a stub; -3 at the destination itself and where there is no route. Cost O(64 T).
    """
    hop = np.full((core.core_count, LANES), NONE, np.int32)
    _next_hops(core.links, batch.state.active, batch.firsts, batch.state.near, batch.stubs, hop)
    return hop


def walk_back(
    core: Condensed,
    batch: Batch,
    rows: Rows,
    *,
    rungs: Rungs,
    restricted: Words,
    seen: tuple[Table, Table],
    wanted: Words,
    goal: NDArray[np.int64],
    hop: NDArray[np.int32],
) -> Walks:
    """The walks of the rows in the lanes `wanted`, uint64[n], where one of at most K and `MOST_TURNS` turns exists.

    `rungs` and `seen` are those against the conventional next hop; `goal` is int64[64], the node of the destination
    that each lane stands for, which decides between equal walks; `hop` comes from `next_hops`, and means nothing where
    no lane is wanted. Cost O(hops) a walk, and O(links) a lane at most for looking where networks may turn.
    """
    shape = (len(rows.links.classes), LANES)
    most = min(rungs.most, MOST_TURNS)
    mover, toward = (np.full((*shape, max(most, 1)), NONE, np.int32) for _ in range(2))
    walks = Walks(np.zeros(shape, np.int16), np.zeros(shape, np.int8), mover, toward)
    if not wanted.any():
        return walks
    size = max(2 * most * core.core_count, 1)
    memo = Memo(
        lane=np.full(size, -1, np.int32),
        rank=np.empty(size, np.int64),
        next=np.empty(size, np.int32),
        layer=np.empty(size, np.int8),
        stack=np.empty(size, np.int64),
        best=np.empty(4, np.int64),
    )
    ground = Ground(
        links=core.links,
        node=core.core_node,
        active=batch.state.active,
        passes=passable(batch, restricted),
        across=batch.state.customer | batch.state.peer,
        low=rungs.down,
        high=rungs.up,
        turn_low=rungs.turn_down,
        turn_high=rungs.turn_up,
        hop=hop,
    )
    ends, goal = core.class_links, np.array(goal, np.int64)
    _walk_back(ends, batch.columns, rows.links, rows.firsts, seen, wanted, goal, most, ground, memo, walks)
    return walks


@tight
def _scatter(word: np.uint64, hop: NDArray[np.int32], v: int, u: int) -> None:
    for j in range(LANES):
        if (word >> np.uint64(j)) & np.uint64(1):
            hop[v, j] = u


@kernel
def _next_hops(
    links: CoreLinks, active: Marks, firsts: Ties, near: Table, stubs: np.uint64, hop: NDArray[np.int32]
) -> None:
    for v in range(len(hop)):
        if near[v, 1] & stubs:
            _scatter(near[v, 1] & stubs, hop, v, np.int64(GOAL))
        if active[v]:
            for i in range(links.down_start[v], links.down_start[v + 1]):
                if firsts.down[i]:
                    _scatter(firsts.down[i], hop, v, np.int64(links.down[i]))
            for i in range(links.peer_start[v], links.peer_start[v + 1]):
                if firsts.peer[i]:
                    _scatter(firsts.peer[i], hop, np.int64(links.peer[i]), np.int64(v))
        for i in range(links.up_start[v], links.up_start[v + 1]):
            if firsts.up[i]:
                _scatter(firsts.up[i], hop, v, np.int64(links.up[i]))


@tight
def _follow(v: int, is_up: int, k: int, lane: int, ground: Ground) -> tuple[int, int]:
    """Today's next hop of v and the layer it leaves a walk in."""
    u = np.int64(ground.hop[v, lane])
    if not is_up:
        return u, np.int64(0)
    stays = not has(ground.across[v], lane)
    if not stays and u >= 0:
        stays = not has(ground.low[u, k], lane) and has(ground.high[u, k], lane)
    return u, np.int64(stays)


@tight
def _to_turn(u: int, layer: int, k: int, lane: int, ground: Ground) -> tuple[int, int, int]:
    """Where a walk of cost k from u turns first, following today's next hops: network, layer and steps to it."""
    steps = 0
    while not has((ground.turn_high if layer else ground.turn_low)[u, k], lane):
        u, layer = _follow(u, layer, k, lane, ground)
        steps += 1
    return u, layer, steps


@part
def _weigh(
    to: Ints, span: tuple[int, int], layer: int, k: int, lane: int, ground: Ground, memo: Memo, depth: int
) -> int:
    """Holds turns at cost k to neighbours in a span of `to`, in a layer, against the best so far.

    A place that must be known first goes on the stack; the depth of the stack.
    """
    best, count = memo.best, len(ground.node)
    least, node = best[0], best[1]
    for i in range(span[0], span[1]):
        u = np.int64(to[i])
        if not layer and not ground.active[u]:
            continue
        if not has(ground.passes[u] & (ground.high if layer else ground.low)[u, k - 1], lane):
            continue
        rank = np.int64(0)
        if k > 1:
            w, there, steps = _to_turn(u, layer, k - 1, lane, ground)
            rests = ((k - 2) * 2 + there) * count + w
            if memo.lane[rests] == LANES + lane:
                continue
            if memo.lane[rests] != lane:
                memo.lane[rests] = LANES + lane
                memo.stack[depth] = rests
                depth += 1
                continue
            rank = memo.rank[rests] + min(steps, _BASE - 1) * np.int64(_BASE) ** (k - 2)
        if least < 0 or rank < least or (rank == least and ground.node[u] < node):
            least, node = rank, np.int64(ground.node[u])
            best[0], best[1], best[2], best[3] = least, node, u, layer
    return depth


@tight
def _choose(at: int, lane: int, beside: Ints, goal: int, ground: Ground, memo: Memo, depth: int) -> int:
    """Chooses the turn at a place and takes it off the stack, or puts what must be known first on it; its depth."""
    best, count = memo.best, len(ground.node)
    v, is_up, k = at % count, (at // count) % 2, at // count // 2 + 1
    best[0], best[1], best[2], best[3] = -1, -1, NONE, 0
    links, zero, one = ground.links, np.int64(0), np.int64(1)
    after = _weigh(links.down, (links.down_start[v], links.down_start[v + 1]), zero, k, lane, ground, memo, depth)
    if is_up:
        span = (links.peer_start[v], links.peer_start[v + 1])
        after = _weigh(links.peer, span, zero, k, lane, ground, memo, after)
        after = _weigh(links.up, (links.up_start[v], links.up_start[v + 1]), one, k, lane, ground, memo, after)
    if after > depth:
        return after
    if is_up and k == 1 and (best[0] < 0 or goal < best[1]):
        for i in range(len(beside)):
            if beside[i] == v:
                best[0], best[2], best[3] = 0, GOAL, 0
    memo.lane[at], memo.rank[at], memo.next[at], memo.layer[at] = lane, best[0], best[2], best[3]
    return depth - 1


@part
def _settle(lane: int, beside: Ints, goal: int, ground: Ground, memo: Memo, depth: int) -> None:
    """Works the stack off: the best turns at its places, and at those they rest on, each once a lane."""
    while depth:
        depth = _choose(memo.stack[depth - 1], lane, beside, goal, ground, memo, depth)


@part
def _first_turn(r: int, k: int, lane: int, rows: RowLinks, beside: Ints, goal: int, ground: Ground, memo: Memo) -> None:
    """Makes the best turn of a stub at cost k the best so far."""
    best, depth = memo.best, np.int64(1)
    while depth:
        best[0], best[1], best[2], best[3] = -1, -1, NONE, 0
        span = (rows.peer_start[r], rows.peer_start[r + 1])
        depth = _weigh(rows.peer, span, np.int64(0), k, lane, ground, memo, np.int64(0))
        depth = _weigh(rows.up, (rows.up_start[r], rows.up_start[r + 1]), np.int64(1), k, lane, ground, memo, depth)
        _settle(lane, beside, goal, ground, memo, depth)


@tight
def _first_hop(r: int, lane: int, rows: RowLinks, firsts: RowTies) -> tuple[int, int]:
    """Today's next hop of a stub, and the layer there."""
    v, layer = np.int64(NONE), np.int64(0)
    for i in range(rows.peer_start[r], rows.peer_start[r + 1]):
        if has(firsts.peer[i], lane):
            v = np.int64(rows.peer[i])
    for i in range(rows.up_start[r], rows.up_start[r + 1]):
        if has(firsts.up[i], lane):
            v, layer = np.int64(rows.up[i]), np.int64(1)
    return v, layer


@kernel
def _walk_back(
    ends: ClassLinks,
    columns: Ints,
    rows: RowLinks,
    firsts: RowTies,
    seen: tuple[Table, Table],
    wanted: Words,
    goal: NDArray[np.int64],
    most: int,
    ground: Ground,
    memo: Memo,
    walks: Walks,
) -> None:
    """Lane by lane, since what is known of turns holds in a lane."""
    row_high, row_turn = seen
    for lane in range(len(columns)):
        column = columns[lane]
        beside = ends.peer[ends.peer_start[column] : ends.peer_start[column + 1]]
        for r in range(len(rows.classes)):
            if has(wanted[r], lane) and not has(row_high[r, 0], lane):
                k = 1
                while k <= most and not has(row_high[r, k], lane):
                    k += 1
                if k <= most:
                    turns = has(row_turn[r, k], lane)
                    _walk(r, k, lane, column, turns, rows, firsts, beside, goal[lane], ground, memo, walks)


@tight
def _walk(
    r: int,
    k: int,
    lane: int,
    column: int,
    turns: bool,
    rows: RowLinks,
    firsts: RowTies,
    beside: Ints,
    goal: int,
    ground: Ground,
    memo: Memo,
    walks: Walks,
) -> None:
    """The walk of row r at cost k; `turns` tells whether its first step, where the row is a stub, is a turn."""
    count = len(ground.node)
    walks.turns[r, lane] = k
    made = length = 0
    v, layer = np.int64(rows.classes[r]), np.int64(1)
    if v >= count:
        length = 1
        if turns:
            _first_turn(r, k, lane, rows, beside, goal, ground, memo)
            v, layer = memo.best[2], memo.best[3]
            walks.mover[r, lane, 0], walks.toward[r, lane, 0] = SOURCE, v
            made, k = 1, k - 1
        else:
            v, layer = _first_hop(r, lane, rows, firsts)
    while v >= 0 and v != column and length < 4096:
        if k > 0 and has((ground.turn_high if layer else ground.turn_low)[v, k], lane):
            at = ((k - 1) * 2 + layer) * count + v
            if memo.lane[at] != lane:
                memo.stack[0] = at
                _settle(lane, beside, goal, ground, memo, np.int64(1))
            walks.mover[r, lane, made] = SOURCE if v == rows.classes[r] else v
            v, layer = np.int64(memo.next[at]), np.int64(memo.layer[at])
            walks.toward[r, lane, made] = v
            made, k = made + 1, k - 1
        else:
            v, layer = _follow(v, layer, k, lane, ground)
        length += 1
    walks.hops[r, lane] = length
