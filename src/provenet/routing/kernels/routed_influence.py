"""Influence from simulated routes: next hops towards a batch of destinations, walked from a list of vantage points.

`next_hop` is int32[N, lanes or more]: the next hop of each node towards destination `root[lane]`, -1 where it has none;
what stands at the destination itself does not matter. A walk of more than N hops is no route: the table goes round in a
ring, and the kernels give the number of such walks, 0 for a table of routes.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.arrays import Flags, Floats, Ints
from provenet.numerics.compiled import maker


@maker
def add_paths(
    next_hop: Ints,
    root: Ints,
    weight: Floats,
    vantage: Ints,
    column: Ints,
    table: Floats,
    reached: Floats,
    reach: NDArray[np.int64],
) -> int:
    """Adds each lane's weight to `table[i, column[a]]` for each node a on the path of `vantage[i]`, both ends counted.

    `column` is int32[N], -1 for a node without a column; `table` float64[V, columns]; `reached`, float64[V], grows
    by the weight of the destinations a vantage point has a route to, and `reach`, int64[N], by one at a destination for
    each vantage point with a route. Gives the number of walks in a ring. Cost O(V x lanes x hops).
    """
    rings, path = 0, np.empty(len(next_hop) + 1, np.int32)
    for i in range(len(vantage)):
        for lane in range(len(root)):
            hops = _walk(next_hop, root[lane], lane, vantage[i], path)
            if hops < 0:
                rings += hops == -2
                continue
            reached[i] += weight[lane]
            reach[root[lane]] += 1
            for at in range(hops + 1):
                c = column[path[at]]
                if c >= 0:
                    table[i, c] += weight[lane]
    return rings


@maker
def _walk(next_hop: Ints, root: int, lane: int, v: int, path: Ints) -> int:
    """Writes a node's path to the destination; its hops, -1 without a route, -2 where it goes round in a ring."""
    hops = 0
    path[0] = v
    while v != root:
        v = next_hop[v, lane]
        hops += 1
        if v < 0:
            return -1
        if hops >= len(path):
            return -2
        path[hops] = v
    return hops


class Scoring(NamedTuple):
    """How paths are scored: which share of vantage points is trimmed at each end, and what counts.

    Without `origin_counts` the destination itself gets
    nothing. `by_distance` gives country-level transit influence: the share over hops from the destination, neither for
    it nor, in its own view, for a vantage point.
    """

    alpha: float
    origin_counts: bool = True
    by_distance: bool = False


@maker
def add_origin_scores(
    next_hop: Ints, root: Ints, weight: Floats, vantage: Ints, how: Scoring, scores: Floats, reached: Ints, sees: Flags
) -> int:
    """Adds to `scores[a]` the hegemony of a towards each lane's destination, times the lane's weight.

    One destination has one path a vantage point, so the trimmed mean is a count: of c vantage points that cross a among
    n, min(c, n - k) - k are left above the trimmed ones, k = floor(alpha n). `scores` is float64[N]; `reached`
    int32[lanes] is set to the vantage points with a route; `sees`, bool[V], marks those that have one to any
    destination. Gives the number of walks in a ring. Cost O(V x lanes x hops).
    """
    rings, path = 0, np.empty(len(next_hop) + 1, np.int32)
    crossed, touched = np.zeros(len(next_hop), np.int32), np.empty(len(next_hop), np.int32)
    away = np.zeros(len(next_hop), np.int32)
    count, trim = len(vantage), int(np.floor(how.alpha * len(vantage) + 1e-9))
    for lane in range(len(root)):
        many = reached[lane] = 0
        for i in range(len(vantage)):
            hops = _walk(next_hop, root[lane], lane, vantage[i], path)
            if hops < 0:
                rings += hops == -2
                continue
            reached[lane] += 1
            sees[i] = True
            for at in range(hops + 1):
                v = path[at]
                if (how.origin_counts or at < hops) and not (how.by_distance and (at == 0 or at == hops)):
                    if not crossed[v]:
                        touched[many], away[v] = v, hops - at
                        many += 1
                    crossed[v] += 1
        for t in range(many):
            v = touched[t]
            left = min(crossed[v], count - trim) - trim
            if left > 0:
                share = weight[lane] * left / (count - 2 * trim)
                scores[v] += share / away[v] if how.by_distance else share
            crossed[v] = 0
    return rings


@maker
def add_path_shares(
    next_hop: Ints, root: Ints, weight: Floats, vantage: Ints, low: Floats, high: Floats, table: Floats
) -> int:
    """Adds to `table[i]` what `vantage[i]` crosses towards each destination: weight x least, weight x most, weight.

    Shares q in [low, high] of each node; a path's exposure is at least its greatest low and at most its highs added up
    to 1. Neither the vantage point nor the destination counts. `table` is float64[V, 3], its last column
    the weight of the destinations that have a route. Gives the number of walks in a ring. Cost O(V x lanes x hops).
    """
    rings, path = 0, np.empty(len(next_hop) + 1, np.int32)
    for i in range(len(vantage)):
        for lane in range(len(root)):
            hops = _walk(next_hop, root[lane], lane, vantage[i], path)
            if hops < 0:
                rings += hops == -2
                continue
            least, most = 0.0, 0.0
            for at in range(1, hops):
                least, most = max(least, low[path[at]]), min(1.0, most + high[path[at]])
            table[i, 0] += weight[lane] * least
            table[i, 1] += weight[lane] * most
            table[i, 2] += weight[lane]
    return rings
