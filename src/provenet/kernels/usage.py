"""Which destinations' routes use a network or a link, of the routes that chosen sources take."""

from __future__ import annotations

import numpy as np
from numba import njit

from provenet.kernels.aspaths import Batch, Marks, Words
from provenet.kernels.condense import Condensed
from provenet.kernels.csr import Ints
from provenet.kernels.rows import Rows


def used(core: Condensed, batch: Batch, rows: Rows, wanted: Words, one: int, two: int = -1) -> np.uint64:
    """The lanes in which some tie path of the rows passes core network `one`, or its link to core network `two`.

    `wanted` comes from `rows.want` and `rows` has seen the batch; ends of a path do not count as passed, links to a
    stub that is the destination do not either. Cost O(links) for 64 destinations.
    """
    return np.uint64(
        _used(
            *(core.down_start, core.down, core.peer_start, core.peer, core.up_start, core.up, batch.active),
            *(batch.tie_down, batch.tie_peer, batch.tie_up, batch.near[:, 0], wanted),
            *(rows.classes, rows.peer_start, rows.peer_links, rows.up_start, rows.up_links, rows.tie_peer),
            *(rows.tie_up, one, two),
        )
    )


@njit(cache=True, nogil=True)
def _used(
    down_start: Ints,
    down: Ints,
    peer_start: Ints,
    peer: Ints,
    up_start: Ints,
    up: Ints,
    active: Marks,
    tie_down: Words,
    tie_peer: Words,
    tie_up: Words,
    own: Words,
    wanted: Words,
    classes: Ints,
    row_peer_start: Ints,
    row_peer: Ints,
    row_up_start: Ints,
    row_up: Ints,
    row_tie_peer: Words,
    row_tie_up: Words,
    one: int,
    two: int,
) -> np.uint64:
    word = np.uint64(0)
    for v in range(len(wanted)):
        if not wanted[v]:
            continue
        for i in range(up_start[v], up_start[v + 1]):
            if (two == -1 and up[i] == one) or (two != -1 and _joins(v, up[i], one, two)):
                word |= tie_up[i] & wanted[v] & ~(own[up[i]] if two == -1 else np.uint64(0))
        if active[v]:
            for i in range(down_start[v], down_start[v + 1]):
                if (two == -1 and down[i] == one) or (two != -1 and _joins(v, down[i], one, two)):
                    word |= tie_down[i] & wanted[v] & ~(own[down[i]] if two == -1 else np.uint64(0))
    for a in (one, two):
        if a >= 0 and active[a]:
            for i in range(peer_start[a], peer_start[a + 1]):
                if two == -1 or _joins(a, peer[i], one, two):
                    word |= tie_peer[i] & wanted[peer[i]] & ~(own[a] if two == -1 else np.uint64(0))
    if two == -1:
        for r in range(len(classes)):
            if classes[r] >= len(wanted):
                for i in range(row_peer_start[r], row_peer_start[r + 1]):
                    if row_peer[i] == one:
                        word |= row_tie_peer[i] & ~own[one]
                for i in range(row_up_start[r], row_up_start[r + 1]):
                    if row_up[i] == one:
                        word |= row_tie_up[i] & ~own[one]
    return word


@njit(cache=True, nogil=True, inline="always")
def _joins(v: int, u: int, one: int, two: int) -> bool:
    return (v == one and u == two) or (v == two and u == one)
