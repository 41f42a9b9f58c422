"""The steps of best paths, kept so that another restricted set is counted without routing anew.

Which network is restricted changes no route. So the steps of all best paths from the sources are listed once, as the
graph is, and a restricted set is carried along them: a few operations on words a step, where routing takes hundreds.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.compiled import kernel, tight
from provenet.routing.kernels.csr import Ints
from provenet.routing.kernels.scenario_lanes import DE_BRUIJN, PLACE, HierarchyLinks, LaneState
from provenet.routing.kernels.words import Table, Words

Longs = NDArray[np.int64]
_NONE, _ONE = np.uint64(0), np.uint64(1)


class Steps(NamedTuple):
    """Steps of best paths, those nearest to the destination first: in the lanes of `word`, `node` goes on to `hop`.

    `hop` is -1 where `node` is the destination, or a provider or peer of a stub that is. The steps from networks
    k hops away begin at `span[k]`, int32[levels + 1].
    """

    node: Ints
    hop: Ints
    word: Words
    span: Ints


@tight
def put_step(steps: Steps, count: int, node: int, hop: int, word: np.uint64) -> int:
    """Writes a step where there is room for it; gives how many steps there are then."""
    if count < len(steps.node):
        steps.node[count], steps.hop[count], steps.word[count] = node, hop, word
    return count + 1


@kernel
def list_steps(links: HierarchyLinks, state: LaneState, columns: Ints, listed: int, steps: Steps) -> int:
    """The steps of a batch that was routed without masks; gives how many there are, which may be more than fit.

    `listed` is what `route_lanes` gave. Cost O(levels x listed networks + links of those at their levels).
    """
    count, stubs = 0, _NONE
    for j in range(len(columns)):
        if columns[j] >= len(state.routed):
            stubs |= _ONE << np.uint64(j)
    for k in range(state.near.shape[1]):
        steps.span[k] = count
        for n in range(listed):
            v = state.listed[n]
            mine = state.near[v, k] & state.wanted[v]
            if not mine:
                continue
            ends = mine if k == 0 else (mine & stubs if k == 1 else _NONE)
            if ends:
                count = put_step(steps, count, v, -1, ends)
            inner = mine & ~ends
            if inner & state.customer[v]:
                count = _list_customers(v, k, inner & state.customer[v], links, state, steps, count)
            if inner & state.peered[v]:
                count = _list_peers(v, inner, state, steps, count)
            inner &= ~(state.customer[v] | state.peered[v])
            if inner:
                count = _list_providers(v, k, inner, links, state, steps, count)
    steps.span[state.near.shape[1]] = count
    return count


@tight
def _list_customers(
    v: int, k: int, mask: np.uint64, links: HierarchyLinks, state: LaneState, steps: Steps, count: int
) -> int:
    for i in range(links.down_start[v], links.down_start[v + 1]):
        u = links.down[i]
        tie = mask & state.customer[u]
        if tie:
            tie &= state.near[u, k - 1]
        if tie:
            count = put_step(steps, count, v, u, tie)
    return count


@tight
def _list_peers(v: int, mask: np.uint64, state: LaneState, steps: Steps, count: int) -> int:
    i = state.tie_first[v]
    while i >= 0:
        tie = mask & state.tie_word[i]
        if tie:
            count = put_step(steps, count, v, state.tie_offering[i], tie)
        i = state.tie_next[i]
    return count


@tight
def _list_providers(
    v: int, k: int, mask: np.uint64, links: HierarchyLinks, state: LaneState, steps: Steps, count: int
) -> int:
    for i in range(links.up_start[v], links.up_start[v + 1]):
        u = links.up[i]
        tie = mask & state.near[u, k - 1]
        if tie:
            count = put_step(steps, count, v, u, tie)
    return count


@kernel
def meet_steps(
    steps: Steps, columns: Ints, bad: Words, sources: Ints, clear: Words, some: Words, own: Words, found: Table
) -> None:
    """Carries the restricted networks of `bad` uint64[T] along the steps of a batch.

    Writes into `found` uint64[2, sources] the lanes in which some path of a source is clear, and in which some crosses;
    `clear`, `some` and `own` uint64[T] are room to work in, and are empty before and after.
    """
    for j in range(len(columns)):
        if columns[j] < len(own):
            own[columns[j]] |= _ONE << np.uint64(j)
    for i in range(len(steps.node)):
        v, u, tie = steps.node[i], steps.hop[i], steps.word[i]
        if u < 0:
            clear[v] |= tie
        else:
            crossed = bad[u] & ~own[u]
            clear[v] |= tie & clear[u] & ~crossed
            some[v] |= tie & (some[u] | crossed)
    for r in range(len(sources)):
        found[0, r], found[1, r] = clear[sources[r]], some[sources[r]]
    for i in range(len(steps.node)):
        clear[steps.node[i]] = some[steps.node[i]] = _NONE
    for j in range(len(columns)):
        if columns[j] < len(own):
            own[columns[j]] = _NONE


@kernel
def weigh(words: Table, sizes: Longs, sums: Longs) -> None:
    """Adds to `sums` int64[rows] the sizes of the columns that `words` uint64[batches, rows] mark, 64 a batch."""
    for b in range(words.shape[0]):
        for r in range(words.shape[1]):
            left = words[b, r]
            while left:
                low = left & (~left + _ONE)
                sums[r] += sizes[b * 64 + PLACE[(low * DE_BRUIJN) >> np.uint64(58)]]
                left ^= low
