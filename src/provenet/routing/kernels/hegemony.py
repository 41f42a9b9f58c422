"""AS hegemony, how often a network stands on paths, as a trimmed mean over vantage points; country-level transit.

B(v, a) is the share of a scope's weight that vantage point v reaches over network a. H(a) is the mean of B(v, a) over v
without the floor(alpha n) least and greatest, a vantage point that does not see a counting 0: so a network that only a
tenth of the vantage points cross, its own customers' view as a rule, gets 0.
Source: R. Fontugne, A. Shah, E. Aben, PAM 2018; the bounds of a sketch are our own (decision 0023).

Country-level transit influence is what a network carries of a country's addresses, less the further from their origin.
Source: A. Gamero-Garrido et al., PAM 2022; `docs/influence.md` says where the published form is normalised otherwise.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.arrays import Floats, Ints, Longs
from provenet.numerics.compiled import maker

ATOMS_AT_ONCE = 2**20
"""How many paths of sessions are opened into hops at once."""
ROWS_AT_ONCE = 2**22
"""How many routes are summed up at once."""
OCTAVES, STEPS = 31, 32
BINS = 1 + OCTAVES * STEPS
"""A sketch keeps 31 octaves below 2 in 32 steps each; the first bin holds what is smaller."""


def trim_of(count: int, alpha: float) -> int:
    """How many values go at each end of `count`: floor(alpha count), so none of fewer than ten at 0.1.

    Raises ValueError unless 0 <= alpha < 0.5.

    >>> trim_of(9, 0.1), trim_of(10, 0.1), trim_of(29, 0.1), trim_of(30, 0.1)
    (0, 1, 2, 3)
    """
    if not 0 <= alpha < 0.5:
        raise ValueError(f"alpha is at least 0 and below 0.5, found {alpha}")
    return math.floor(alpha * count + 1e-9)


@maker
def trimmed_means(start: Longs, value: Floats, count: Longs, trim: Longs) -> Floats:
    """The trimmed mean of each list i, `value[start[i]:start[i + 1]]` padded with zeros to `count[i]` values.

    `trim[i]` values go at each end. Values are at least 0. Gives float64[lists], 0 for an empty list. Cost O(n log n).
    """
    found = np.zeros(len(start) - 1)
    for i in range(len(start) - 1):
        given = np.sort(value[start[i] : start[i + 1]])
        kept = count[i] - 2 * trim[i]
        zeros = count[i] - len(given)
        if kept > 0:
            total = 0.0
            for at in range(max(0, trim[i] - zeros), len(given) - trim[i]):
                total += given[at]
            found[i] = total / kept
    return found


@dataclass(frozen=True)
class Scores:
    """Hegemony of `node` in `scope`, the non-zero ones by scope and node; and what each scope was seen of.

    `found[s]` is the share of the weight of scope s that vantage points see, averaged over them; `blind[s]` how many of
    them see nothing of it; `counted[s]` over how many the mean goes. View i says that vantage point `view_vantage[i]`
    sees something of scope `view_scope[i]`.
    """

    scope: Ints
    node: Ints
    score: Floats
    found: Floats
    blind: Ints
    counted: Ints
    view_scope: Ints
    view_vantage: Ints


def observed_scores(
    scope: Ints,
    session: Ints,
    path: Ints,
    *,
    weight: Floats,
    of: Ints,
    total: Floats,
    path_start: Longs,
    path_node: Ints,
    vantage_of: Ints,
    alpha: float = 0.1,
) -> Scores:
    """Hegemony from observed routes: `session[i]` reaches a part of `scope[i]`, of `weight[of[i]]`, by `path[i]`.

    `total[s]` is the weight of scope s as a whole; `vantage_of` gives the vantage point (peer AS) of each session.
    Sessions of one vantage point are averaged, a session without a route counting 0.
    Cost O(m log m) for m rows times their hops.
    """
    sessions, vantages = max(len(vantage_of), 1), max(int(vantage_of.max(initial=-1)) + 1, 1)
    paths, nodes, scopes = max(len(path_start) - 1, 1), int(path_node.max(initial=-1)) + 2, len(total)
    whole = np.where(total > 0, total, np.inf)
    # A pair is a scope and a session that sees it; an atom a pair and a path, its prefixes taken together.
    atom, heavy = _joined(
        [
            _summed((scope[rows].astype(np.int64) * sessions + session[rows]) * paths + path[rows], weight[of[rows]])
            for rows in (slice(at, at + ROWS_AT_ONCE) for at in range(0, len(path), ROWS_AT_ONCE))
        ]
    )
    pair, seen = _summed(atom // paths, heavy)
    at_scope, vantage = pair // sessions, vantage_of[pair % sessions]
    views = np.unique(at_scope * vantages + vantage)
    count = int(vantage_of.max(initial=-1)) + 1
    among = np.bincount(vantage_of, minlength=1)[vantage]
    found = np.bincount(at_scope, seen / among / whole[at_scope], scopes) / vantages
    # One row for each hop of each atom, some atoms at a time; then one for each scope, network and vantage point.
    parts = []
    for at in range(0, len(atom), ATOMS_AT_ONCE):
        mine = atom[at : at + ATOMS_AT_ONCE]
        owner, hop = _hops(path_start, mine % paths)
        at_pair = np.searchsorted(pair, mine // paths)[owner]
        part = heavy[at : at + ATOMS_AT_ONCE][owner] / among[at_pair] / whole[at_scope[at_pair]]
        parts.append(_summed((at_scope[at_pair] * nodes + path_node[hop]) * vantages + vantage[at_pair], part))
    triple, value = _joined(parts)
    listed, first = np.unique(triple // vantages, return_index=True)
    of_scope = listed // nodes
    start = np.append(first, len(triple)).astype(np.int64)
    score = trimmed_means(start, value, np.full(len(listed), count), np.full(len(listed), trim_of(count, alpha)))
    kept = score > 0
    blind = (count - np.bincount(views // vantages, minlength=scopes)).astype(np.int32)
    node = (listed % nodes).astype(np.int32)
    return Scores(
        scope=of_scope[kept].astype(np.int32),
        node=node[kept],
        score=score[kept],
        found=found,
        blind=blind,
        counted=np.full(scopes, count, np.int32),
        view_scope=(views // vantages).astype(np.int32),
        view_vantage=(views % vantages).astype(np.int32),
    )


def _joined(parts: list[tuple[Longs, Floats]]) -> tuple[Longs, Floats]:
    """Sums by key of several parts as one."""
    if len(parts) == 1:
        return parts[0]
    key = [key for key, _ in parts] or [np.zeros(0, np.int64)]
    return _summed(np.concatenate(key), np.concatenate([value for _, value in parts] or [np.zeros(0)]))


def _summed(key: Longs, value: Floats) -> tuple[Longs, Floats]:
    """Each key once, ascending, with its values added up."""
    found, inverse = np.unique(key, return_inverse=True)
    total = np.zeros(len(found))
    np.add.at(total, inverse, value)
    return found, total


def _hops(start: Longs, path: Longs) -> tuple[Longs, Longs]:
    """Each hop of each path in a list of paths: the place in the list, and where the hop stands."""
    size = start[path + 1] - start[path]
    owner = np.repeat(np.arange(len(path)), size)
    return owner, np.arange(len(owner)) - np.repeat(np.cumsum(size) - size, size) + np.repeat(start[path], size)


@maker
def own_addresses(first: Longs, length: Longs, origin: Longs) -> Longs:
    """IPv4 addresses of each prefix that no more specific prefix of another origin covers; int64[prefixes].

    Prefixes are distinct and sorted by (first address, length). A more specific prefix of the same origin takes nothing
    away, so that what it covers counts for both, as published. Cost O(prefixes x depth of nesting).
    """
    count = len(first)
    own = np.zeros(count, np.int64)
    above = np.empty(33, np.int64)
    depth = 0
    for p in range(count):
        size = np.int64(1) << (32 - length[p])
        own[p] = size
        while depth and first[p] >= first[above[depth - 1]] + (np.int64(1) << (32 - length[above[depth - 1]])):
            depth -= 1
        # Up the nest: q takes its size from each prefix of one origin above it, up to where another origin covers it.
        at = depth - 1
        if at >= 0 and origin[above[at]] != origin[p]:
            of = origin[above[at]]
            while at >= 0 and origin[above[at]] == of:
                own[above[at]] -= size
                at -= 1
        above[depth] = p
        depth += 1
    return own


@maker
def within(first: Longs, last: Longs, range_first: Longs, range_last: Longs) -> Longs:
    """How many addresses from each `first` to `last`, both counted, lie in the given ranges; int64.

    Ranges are disjoint, ascending and inclusive. Cost O(n log ranges).
    """
    upto = np.zeros(len(range_first) + 1, np.int64)
    for i in range(len(range_first)):
        upto[i + 1] = upto[i] + range_last[i] - range_first[i] + 1
    found = np.zeros(len(first), np.int64)
    for p in range(len(first)):
        found[p] = _below(last[p] + 1, range_first, range_last, upto) - _below(first[p], range_first, range_last, upto)
    return found


@maker
def own_within(first: Longs, length: Longs, range_first: Longs, range_last: Longs) -> Longs:
    """IPv4 addresses of each prefix that lie in the given ranges and in no more specific prefix; int64[prefixes].

    Prefixes are distinct and sorted by (first address, length); ranges are disjoint, ascending and inclusive. Each
    address counts once, for the most specific prefix that covers it. Cost O(prefixes log ranges).
    """
    last = first + (np.int64(1) << (32 - length)) - 1
    inside = within(first, last, range_first, range_last)
    own = inside.copy()
    above = np.empty(33, np.int64)
    depth = 0
    for p in range(len(first)):
        while depth and first[p] > last[above[depth - 1]]:
            depth -= 1
        if depth:
            own[above[depth - 1]] -= inside[p]
        above[depth] = p
        depth += 1
    return own


@maker
def _below(address: int, range_first: Longs, range_last: Longs, upto: Longs) -> np.int64:
    """How many addresses of the ranges are smaller than an address."""
    i = np.searchsorted(range_first, address, side="right") - 1
    if i < 0:
        return np.int64(0)
    return upto[i] + min(address, range_last[i] + 1) - range_first[i]


@maker
def path_shares(start: Longs, node: Ints, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """The exposure of each path to shares q in [low, high] of its networks: the greatest low, the highs added up to 1.

    These are the bounds whatever crossings depend on one another. Without `ends` the first and last AS of a path do
    not count. Gives two float64[paths], 0 for a path with nothing between its ends.
    """
    least, most = np.zeros(len(start) - 1), np.zeros(len(start) - 1)
    for p in range(len(start) - 1):
        for at in range(start[p] + 1, start[p + 1] - 1):
            least[p] = max(least[p], low[node[at]])
            most[p] = min(1.0, most[p] + high[node[at]])
    return least, most


@maker
def add_to_sketch(table: Floats, count: NDArray[np.int32], total: Floats) -> None:
    """Adds each column of a block of B, float64[vantage points, columns], to the sketch of that column.

    `count` and `total` are [columns, BINS]: how many values fell in a bin, and their sum. Zeros are left out: they are
    the vantage points that no bin counts.
    """
    for v in range(table.shape[0]):
        for a in range(table.shape[1]):
            x = table[v, a]
            if x > 0:
                m, e = math.frexp(x)
                at = 0 if e < 2 - OCTAVES else min(1 + (e - 2 + OCTAVES) * STEPS + int((m - 0.5) * 2 * STEPS), BINS - 1)
                count[a, at] += 1
                total[a, at] += x


@maker
def sketched_means(count: NDArray[np.int32], total: Floats, vantages: int, trim: int) -> tuple[Floats, Floats]:
    """The trimmed mean of each column of a sketch as an interval that holds it; two float64[columns].

    Only the two bins where the trimming falls are in doubt, and by their width: 2 to 4 per cent of the values there.
    """
    low, high = np.zeros(len(count)), np.zeros(len(count))
    kept = vantages - 2 * trim
    if kept <= 0:
        return low, high
    for a in range(len(count)):
        below, above = trim - (vantages - count[a].sum()), trim
        whole = total[a].sum()
        least_out, most_out = 0.0, 0.0
        first, last = 0, BINS - 1
        while below > 0 and first < BINS:
            out = min(below, count[a, first])
            floor, ceiling = _edges(first)
            if out == count[a, first]:
                least_out += total[a, first]
                most_out += total[a, first]
            elif out:
                least_out += max(out * floor, total[a, first] - (count[a, first] - out) * ceiling)
                most_out += out * total[a, first] / count[a, first]
            below -= out
            first += 1
        while above > 0 and last >= 0:
            out = min(above, count[a, last])
            floor, ceiling = _edges(last)
            if out == count[a, last]:
                least_out += total[a, last]
                most_out += total[a, last]
            elif out:
                least_out += out * total[a, last] / count[a, last]
                most_out += min(out * ceiling, total[a, last] - (count[a, last] - out) * floor)
            above -= out
            last -= 1
        low[a], high[a] = max(0.0, (whole - most_out) / kept), max(0.0, (whole - least_out) / kept)
    return low, high


@maker
def _edges(at: int) -> tuple[float, float]:
    """The least and the greatest value of a bin."""
    if at == 0:
        return 0.0, 2.0 ** (1 - OCTAVES)
    octave, step = (at - 1) // STEPS, (at - 1) % STEPS
    scale = 2.0 ** (octave + 2 - OCTAVES)
    return scale * (0.5 + step / (2 * STEPS)), scale * (0.5 + (step + 1) / (2 * STEPS))


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
