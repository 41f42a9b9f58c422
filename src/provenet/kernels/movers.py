"""Which networks have to choose differently: the walk of least cost from a source, read back from the rungs.

Among walks of equal cost the one is taken whose turns, the steps that are not today's next hop, come earliest; then the
one through the smaller ASN at the first difference. So the answer does not depend on the order of the input.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from provenet.kernels.aspaths import LANES, Batch, Marks, Table, Words
from provenet.kernels.condense import Condensed
from provenet.kernels.csr import Ints
from provenet.kernels.rows import Rows
from provenet.kernels.rungs import Rungs

MOST_TURNS = 10
"""Walks that need more turns than this are not read back."""
GOAL, SOURCE, NONE = -2, -1, -3
_BASE = 64


@dataclass(frozen=True)
class Walks:
    """Walks from n rows in 64 lanes. `hops` is int16[n, 64], 0 where none was asked for; `turns` int8[n, 64];
    `mover` int32[n, 64, K] the core numbers of the networks that turn, in the order of the walk, -1 for the source;
    `toward` alike the networks they turn to, -2 for the destination.
    """

    hops: NDArray[np.int16]
    turns: NDArray[np.int8]
    mover: NDArray[np.int32]
    toward: NDArray[np.int32]


def next_hops(core: Condensed, batch: Batch) -> NDArray[np.int32]:
    """The conventional next hop of each transit network in each lane: int32[T, 64] core numbers.

    -2 where it is the destination, a stub; -3 at the destination itself and where there is no route. Cost O(64 T).
    """
    hop = np.full((core.core_count, LANES), NONE, np.int32)
    _next_hops(
        *(core.down_start, core.down, core.peer_start, core.peer, core.up_start, core.up, batch.active),
        *(batch.first_down, batch.first_peer, batch.first_up, batch.near, batch.stubs, hop),
    )
    return hop


def walk_back(
    core: Condensed,
    batch: Batch,
    rows: Rows,
    rungs: Rungs,
    restricted: Words,
    seen: tuple[Table, Table],
    asked: Words,
    goal: NDArray[np.int64],
    hop: NDArray[np.int32],
) -> Walks:
    """The walks of the rows in the lanes `asked` for, uint64[n], where one of at most K and `MOST_TURNS` turns exists.

    `rungs` and `seen` are those against the conventional next hop; `goal` is int64[64], the node of the destination
    that each lane stands for, which decides between equal walks; `hop` comes from `next_hops`. Cost O(hops) a walk,
    and O(links) a lane at most for looking where networks may turn.
    """
    shape = (len(rows.classes), LANES)
    most = min(rungs.most, MOST_TURNS)
    mover, toward = (np.full((*shape, max(most, 1)), NONE, np.int32) for _ in range(2))
    walks = Walks(np.zeros(shape, np.int16), np.zeros(shape, np.int8), mover, toward)
    _walk_back(
        *(core.down_start, core.down, core.peer_start, core.peer, core.up_start, core.up, core.core_node),
        *(core.class_peer_start, core.class_peer, batch.columns, batch.near, batch.stubs, batch.customer, batch.peer),
        *(batch.active, restricted, rungs.down, rungs.up, rungs.turn_down, rungs.turn_up, hop, goal),
        *(rows.classes, rows.peer_start, rows.peer_links, rows.up_start, rows.up_links, rows.first_peer, rows.first_up),
        *(seen[0], seen[1], asked, most, walks.hops, walks.turns, walks.mover, walks.toward),
    )
    return walks


@njit(cache=True, nogil=True)
def _scatter(word: np.uint64, hop: NDArray[np.int32], v: int, u: int) -> None:
    for j in range(LANES):
        if (word >> np.uint64(j)) & np.uint64(1):
            hop[v, j] = u


@njit(cache=True, nogil=True)
def _next_hops(
    down_start: Ints,
    down: Ints,
    peer_start: Ints,
    peer: Ints,
    up_start: Ints,
    up: Ints,
    active: Marks,
    first_down: Words,
    first_peer: Words,
    first_up: Words,
    near: Table,
    stubs: np.uint64,
    hop: NDArray[np.int32],
) -> None:
    for v in range(len(hop)):
        if near[v, 1] & stubs:
            _scatter(near[v, 1] & stubs, hop, v, GOAL)
        if active[v]:
            for i in range(down_start[v], down_start[v + 1]):
                if first_down[i]:
                    _scatter(first_down[i], hop, v, down[i])
            for i in range(peer_start[v], peer_start[v + 1]):
                if first_peer[i]:
                    _scatter(first_peer[i], hop, peer[i], v)
        for i in range(up_start[v], up_start[v + 1]):
            if first_up[i]:
                _scatter(first_up[i], hop, v, up[i])


@njit(cache=True, nogil=True, inline="always")
def _has(word: np.uint64, lane: int) -> bool:
    return (word >> np.uint64(lane)) & np.uint64(1) != np.uint64(0)


@njit(cache=True, nogil=True)
def _follow(
    v: int,
    is_up: int,
    k: int,
    lane: int,
    customer: Words,
    peered: Words,
    low: Table,
    high: Table,
    hop: NDArray[np.int32],
) -> tuple[int, int]:
    """Today's next hop of v and the layer it leaves a walk in."""
    u = hop[v, lane]
    stays = is_up and not _has(customer[v] | peered[v], lane)
    if u >= 0 and is_up and not stays and not _has(low[u, k], lane) and _has(high[u, k], lane):
        stays = True
    return u, 1 if stays else 0


@njit(cache=True, nogil=True)
def _to_turn(
    u: int,
    layer: int,
    k: int,
    lane: int,
    state: tuple[Table, Table, Table, Table, Table, Words, Words, Words, Marks, NDArray[np.int32]],
) -> tuple[int, int, int]:
    """Where a walk of cost k from u turns first, following today's next hops: network, layer and steps to it."""
    steps = 0
    while not _has((state[4] if layer else state[3])[u, k], lane):
        u, layer = _follow(u, layer, k, lane, state[5], state[6], state[1], state[2], state[9])
        steps += 1
    return u, layer, steps


@njit(cache=True, nogil=True)
def _settle(
    v: int,
    layer: int,
    k: int,
    lane: int,
    links: tuple[Ints, Ints, Ints, Ints, Ints, Ints, Ints],
    beside: Ints,
    goal: int,
    state: tuple[Table, Table, Table, Table, Table, Words, Words, Words, Marks, NDArray[np.int32]],
    memo: tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int32], NDArray[np.int8]],
) -> int:
    """Works out the best turn at v with cost k, once a lane, and those it rests on; gives the place in `memo`."""
    count = len(state[8])
    waiting = [((k - 1) * 2 + layer) * count + v]
    while len(waiting):
        at = waiting[-1]
        if memo[0][at] == lane or _choose(at, lane, links, beside, goal, state, memo, waiting):
            waiting.pop()
    return ((k - 1) * 2 + layer) * count + v


@njit(cache=True, nogil=True)
def _choose(
    at: int,
    lane: int,
    links: tuple[Ints, Ints, Ints, Ints, Ints, Ints, Ints],
    beside: Ints,
    goal: int,
    state: tuple[Table, Table, Table, Table, Table, Words, Words, Words, Marks, NDArray[np.int32]],
    memo: tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int32], NDArray[np.int8]],
    waiting: list[int],
) -> bool:
    """Chooses a turn, or puts what must be known first on the list of those waiting and says False."""
    near, low, high, restricted, active = state[0], state[1], state[2], state[7], state[8]
    count = len(active)
    v, is_up, k = at % count, (at // count) % 2, at // count // 2 + 1
    ready = True
    best_rank, best_node, best_next, best_up = np.int64(-1), np.int64(-1), np.int64(NONE), np.int64(0)
    for part in range(3 if is_up else 1):
        start = links[0] if part == 0 else links[2] if part == 1 else links[4]
        to = links[1] if part == 0 else links[3] if part == 1 else links[5]
        frm = high if part == 2 else low
        then = 1 if part == 2 else 0
        for i in range(start[v], start[v + 1]):
            u = to[i]
            if part < 2 and not active[u]:
                continue
            if not _has((~restricted[u] | near[u, 0]) & frm[u, k - 1], lane):
                continue
            rank = np.int64(0)
            if k > 1:
                w, layer, steps = _to_turn(u, then, k - 1, lane, state)
                rests = ((k - 2) * 2 + layer) * count + w
                if memo[0][rests] != lane:
                    waiting.append(rests)
                    ready = False
                    continue
                rank = memo[1][rests] + min(steps, _BASE - 1) * np.int64(_BASE) ** (k - 2)
            if best_rank < 0 or rank < best_rank or (rank == best_rank and links[6][u] < best_node):
                best_rank, best_node, best_next, best_up = rank, np.int64(links[6][u]), np.int64(u), np.int64(then)
    if not ready:
        return False
    if is_up and k == 1 and (best_rank < 0 or goal < best_node):
        for i in range(len(beside)):
            if beside[i] == v:
                best_rank, best_next, best_up = np.int64(0), np.int64(GOAL), np.int64(0)
    memo[0][at], memo[1][at], memo[2][at], memo[3][at] = lane, best_rank, best_next, best_up
    return True


@njit(cache=True, nogil=True)
def _walk_back(
    down_start: Ints,
    down: Ints,
    peer_start: Ints,
    peer: Ints,
    up_start: Ints,
    up: Ints,
    core_node: Ints,
    class_peer_start: Ints,
    class_peer: Ints,
    columns: Ints,
    near: Table,
    stubs: np.uint64,
    customer: Words,
    peered: Words,
    active: Marks,
    restricted: Words,
    low: Table,
    high: Table,
    turn_low: Table,
    turn_high: Table,
    hop: NDArray[np.int32],
    goal: NDArray[np.int64],
    classes: Ints,
    row_peer_start: Ints,
    row_peer: Ints,
    row_up_start: Ints,
    row_up: Ints,
    row_first_peer: Words,
    row_first_up: Words,
    row_high: Table,
    row_turn: Table,
    asked: Words,
    most: int,
    hops: NDArray[np.int16],
    turns: NDArray[np.int8],
    mover: NDArray[np.int32],
    toward: NDArray[np.int32],
) -> None:
    """Lane by lane, since what is known of turns holds in a lane."""
    count = len(active)
    links = (down_start, down, peer_start, peer, up_start, up, core_node)
    state = (near, low, high, turn_low, turn_high, customer, peered, restricted, active, hop)
    size = max(2 * most * count, 1)
    memo = (
        np.full(size, -1, np.int32),
        np.zeros(size, np.int64),
        np.zeros(size, np.int32),
        np.zeros(size, np.int8),
    )
    for lane in range(len(columns)):
        column = columns[lane]
        beside = class_peer[class_peer_start[column] : class_peer_start[column + 1]]
        for r in range(len(classes)):
            if not _has(asked[r], lane) or _has(row_high[r, 0], lane):
                continue
            k = 1
            while k <= most and not _has(row_high[r, k], lane):
                k += 1
            if k > most:
                continue
            turns[r, lane] = k
            made, length = 0, 0
            v, layer = classes[r], 1
            if v >= count:
                v, layer = NONE, 0
                if _has(row_turn[r, k], lane):
                    v, layer = _first_turn(
                        *(r, k, lane, row_peer_start, row_peer, row_up_start, row_up, links, beside, goal[lane], state),
                        memo,
                    )
                    mover[r, lane, 0], toward[r, lane, 0] = SOURCE, v
                    made, k = 1, k - 1
                else:
                    for i in range(row_peer_start[r], row_peer_start[r + 1]):
                        if _has(row_first_peer[i], lane):
                            v = row_peer[i]
                    for i in range(row_up_start[r], row_up_start[r + 1]):
                        if _has(row_first_up[i], lane):
                            v, layer = row_up[i], 1
                length = 1
            while v >= 0 and v != column and length < 4096:
                if k > 0 and _has((turn_high if layer else turn_low)[v, k], lane):
                    at = _settle(v, layer, k, lane, links, beside, goal[lane], state, memo)
                    mover[r, lane, made] = SOURCE if v == classes[r] else v
                    v, layer = memo[2][at], memo[3][at]
                    toward[r, lane, made] = v
                    made, k = made + 1, k - 1
                else:
                    v, layer = _follow(v, layer, k, lane, customer, peered, low, high, hop)
                length += 1
            hops[r, lane] = length


@njit(cache=True, nogil=True)
def _first_turn(
    r: int,
    k: int,
    lane: int,
    peer_start: Ints,
    peer: Ints,
    up_start: Ints,
    up: Ints,
    links: tuple[Ints, Ints, Ints, Ints, Ints, Ints, Ints],
    beside: Ints,
    goal: int,
    state: tuple[Table, Table, Table, Table, Table, Words, Words, Words, Marks, NDArray[np.int32]],
    memo: tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int32], NDArray[np.int8]],
) -> tuple[int, int]:
    """The neighbour that a stub turns to at cost k, and the layer there."""
    near, low, high = state[0], state[1], state[2]
    restricted, active = state[7], state[8]
    best_rank, best_next, best_layer = np.int64(-1), NONE, 0
    for part in range(2):
        first, last = (peer_start[r], peer_start[r + 1]) if part == 0 else (up_start[r], up_start[r + 1])
        to, frm = (peer, low) if part == 0 else (up, high)
        for i in range(first, last):
            u = to[i]
            if (part or active[u]) and _has((~restricted[u] | near[u, 0]) & frm[u, k - 1], lane):
                rank = np.int64(0)
                if k > 1:
                    w, layer, steps = _to_turn(u, part, k - 1, lane, state)
                    rests = _settle(w, layer, k - 1, lane, links, beside, goal, state, memo)
                    rank = memo[1][rests] + min(steps, _BASE - 1) * np.int64(_BASE) ** (k - 2)
                if best_rank < 0 or rank < best_rank or (rank == best_rank and links[6][u] < links[6][best_next]):
                    best_rank, best_next, best_layer = rank, u, part
    return best_next, best_layer
