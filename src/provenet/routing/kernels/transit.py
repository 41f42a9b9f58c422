"""Country-level transit influence: what a network carries of a country's addresses, less the further from their origin.

Source: A. Gamero-Garrido et al., PAM 2022; `docs/influence.md` says where the published form is normalised otherwise.
"""

import numpy as np

from provenet.numerics.compiled import maker
from provenet.routing.kernels.hegemony import Floats, Ints, Longs, trim_of, trimmed_means


def transit_influence(
    session: Ints,
    path: Ints,
    share: Floats,
    *,
    path_start: Longs,
    path_node: Ints,
    host_of: Ints,
    host_node: Ints,
    alpha: float = 0.1,
) -> tuple[Ints, Floats, Floats]:
    """The influence of each transit network, filtered and not: `(node, filtered, unfiltered)`, by node.

    Row i says that `session[i]` reaches `share[i]` of the country's addresses by `path[i]`; `host_of` gives the host AS
    of each session and `host_node` its node, -1 where it is on no path. A network d hops from the origin gets
    share / d; the origin and the session's host get nothing. Sessions of a host are averaged and hosts are too; for the
    filtered value, of each pair of origin and network the floor(alpha n) least and greatest of n hosts are left out, a
    host that does not see the pair counting 0. Cost O(m log m), m rows times hops.
    """
    hosts = len(host_node)
    nodes = int(path_node.max(initial=-1)) + 2
    per_session = 1.0 / np.maximum(np.bincount(host_of, minlength=hosts), 1)[host_of]
    key, term = _terms(session, path, share, path_start, path_node, host_of, host_node, per_session, nodes)
    listed, inverse = np.unique(key, return_inverse=True)
    value = np.zeros(len(listed))
    np.add.at(value, inverse, term)
    pair, first = np.unique(listed // max(hosts, 1), return_index=True)
    start = np.append(first, len(listed)).astype(np.int64)
    count = np.full(len(pair), hosts, np.int64)
    filtered = trimmed_means(start, value, count, np.full(len(pair), trim_of(hosts, alpha), np.int64))
    plain = trimmed_means(start, value, count, np.zeros(len(pair), np.int64))
    node, inverse = np.unique(pair % nodes, return_inverse=True)
    sums = np.zeros((2, len(node)))
    np.add.at(sums[0], inverse, filtered)
    np.add.at(sums[1], inverse, plain)
    return node.astype(np.int32), sums[0], sums[1]


@maker
def _terms(
    session: Ints,
    path: Ints,
    share: Floats,
    path_start: Longs,
    path_node: Ints,
    host_of: Ints,
    host_node: Ints,
    per_session: Floats,
    nodes: int,
) -> tuple[Longs, Floats]:
    """For each row and transit network on its path a key of (origin, network, host) and what it adds there."""
    room = 0
    for i in range(len(session)):
        room += max(0, path_start[path[i] + 1] - path_start[path[i]] - 1)
    key, term = np.empty(room, np.int64), np.empty(room)
    done = 0
    for i in range(len(session)):
        if share[i] <= 0:
            continue
        last = path_start[path[i] + 1] - 1
        host = host_of[session[i]]
        for at in range(path_start[path[i]], last):
            if path_node[at] == host_node[host]:
                continue
            key[done] = (np.int64(path_node[last]) * nodes + path_node[at]) * len(host_node) + host
            term[done] = share[i] * per_session[session[i]] / (last - at)
            done += 1
    return key[:done].copy(), term[:done].copy()
