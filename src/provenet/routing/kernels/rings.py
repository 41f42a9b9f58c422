"""Rings of providers: an order of networks in which providers come before their customers."""

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.compiled import maker


@maker
def providers_first(up_start: NDArray[np.int32], up: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Rings of transit by Tarjan (SIAM J. Comput. 1, 1972), without recursion; a ring ends before its customers' do.

    The nodes of a ring are in no order. Sorting in here would be compiled with it, which takes half a second.
    """
    count = len(up_start) - 1
    order, block_start = np.empty(count, np.int32), np.empty(count + 1, np.int32)
    found, low = np.full(count, -1, np.int32), np.empty(count, np.int32)
    at = up_start[:count].copy()
    kept, path = np.empty(count, np.int32), np.empty(count, np.int32)
    on_kept = np.zeros(count, np.bool_)
    kept_len = path_len = done = blocks = counter = 0
    for root in range(count):
        if found[root] >= 0:
            continue
        path[0], path_len = root, 1
        while path_len:
            v = path[path_len - 1]
            if found[v] < 0:
                found[v] = low[v] = counter
                counter += 1
                kept[kept_len] = v
                kept_len += 1
                on_kept[v] = True
            if at[v] < up_start[v + 1]:
                u = up[at[v]]
                at[v] += 1
                if found[u] < 0:
                    path[path_len] = u
                    path_len += 1
                elif on_kept[u]:
                    low[v] = min(low[v], found[u])
                continue
            path_len -= 1
            if path_len:
                low[path[path_len - 1]] = min(low[path[path_len - 1]], low[v])
            if low[v] == found[v]:
                block_start[blocks] = done
                blocks += 1
                while True:
                    kept_len -= 1
                    u = kept[kept_len]
                    on_kept[u] = False
                    order[done] = u
                    done += 1
                    if u == v:
                        break
    block_start[blocks] = done
    return order, block_start[: blocks + 1].copy()
