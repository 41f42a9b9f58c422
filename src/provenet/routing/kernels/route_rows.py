"""Rows of observed routes, tens of millions: distinct paths numbered, doubles found, the origin that most see."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.arrays import Flags, Ints, Longs
from provenet.numerics.compiled import kernel, part

_MANY = 2**16


class PathStore:
    """Distinct paths of ASNs, numbered from 0 in the order in which they come.

    Path p is `asn[start[p]:start[p + 1]]`. Memory is 4 bytes an AS of each path and 16 to 32 a path, and as much
    again while the arrays grow.
    """

    def __init__(self) -> None:
        self.count = 0
        self._start = np.zeros(_MANY + 1, np.int64)
        self._asn = np.zeros(4 * _MANY, np.uint32)
        self._slots = np.full(4 * _MANY, -1, np.int32)

    @property
    def start(self) -> Longs:
        """Where each path begins, and the end of the last: int64[count + 1]."""
        return self._start[: self.count + 1]

    @property
    def asn(self) -> NDArray[np.uint32]:
        """The ASes of all paths, one path after another."""
        return self._asn[: self._start[self.count]]

    def numbers(self, start: Longs, asn: Longs) -> Ints:
        """The number of each path of a batch; one without an AS is none and gets -1. Cost O(ASes)."""
        most = self.count + len(start) - 1
        if most >= len(self._start):
            self._start = _grown(self._start, most + most // 2 + 1)
        if (used := int(self._start[self.count]) + len(asn)) > len(self._asn):
            self._asn = _grown(self._asn, used + used // 2)
        if 2 * most > len(self._slots):
            self._slots = np.full(1 << (2 * most).bit_length(), -1, np.int32)
            _place(self._slots, self._start, self._asn, self.count)
        found = np.empty(len(start) - 1, np.int32)
        self.count = int(_number(self._slots, self._start, self._asn, self.count, start, asn, found))
        return found


def _grown(of: Any, size: int) -> Any:
    """The same with room behind."""
    made = np.zeros(size, of.dtype)
    made[: len(of)] = of
    return made


@part
def _mixed(asn: NDArray[Any], first: int, last: int) -> np.uint64:
    mixed = np.uint64(1469598103934665603)
    for at in range(first, last):
        mixed = (mixed ^ np.uint64(asn[at])) * np.uint64(1099511628211)
        mixed ^= mixed >> np.uint64(32)
    return mixed


@part
def _is_same(one: NDArray[np.uint32], first: int, other: Longs, second: int, count: int) -> bool:
    step = 0
    while step < count and one[first + step] == other[second + step]:
        step += 1
    return step == count


@kernel
def _place(slots: Ints, start: Longs, asn: NDArray[np.uint32], count: int) -> None:
    """Enters paths that are known to be distinct into an empty table."""
    mask = np.uint64(len(slots) - 1)
    for p in range(count):
        slot = _mixed(asn, start[p], start[p + 1]) & mask
        while slots[slot] >= 0:
            slot = (slot + np.uint64(1)) & mask
        slots[slot] = p


@kernel
def _number(
    slots: Ints, start: Longs, asn: NDArray[np.uint32], count: int, given: Longs, hops: Longs, found: Ints
) -> int:
    """Numbers the paths `given` (their ASes are `hops`), those that are new behind the others; how many there are."""
    mask = np.uint64(len(slots) - 1)
    for p in range(len(given) - 1):
        first, size = given[p], given[p + 1] - given[p]
        found[p] = -1
        if not size:
            continue
        slot = _mixed(hops, first, first + size) & mask
        while slots[slot] >= 0:
            other = slots[slot]
            begin = start[other]
            if start[other + 1] - begin == size and _is_same(asn, begin, hops, first, size):
                found[p] = other
                break
            slot = (slot + np.uint64(1)) & mask
        if found[p] < 0:
            slots[slot] = count
            for step in range(size):
                asn[start[count] + step] = hops[first + step]
            start[count + 1] = start[count] + size
            found[p] = count
            count += 1
    return count


def order_of(key: Ints, count: int, before: Ints | None = None) -> Ints:
    """The rows by a key from 0 to `count` - 1, those of one key as they come or as `before` has them: int32[rows]."""
    order = np.empty(len(key), np.int32)
    ends = np.zeros(count + 1, np.int64)
    _sort(key, ends, np.arange(len(key), dtype=np.int32) if before is None else before, order)
    return order


@kernel
def _sort(key: Ints, ends: Longs, before: Ints, order: Ints) -> None:
    for row in range(len(key)):
        ends[key[row] + 1] += 1
    for at in range(1, len(ends)):
        ends[at] += ends[at - 1]
    for at in range(len(before)):
        row = before[at]
        order[ends[key[row]]] = row
        ends[key[row]] += 1


def firsts(session: Ints, prefix: Ints, sessions: int, *, prefixes: int) -> Flags:
    """Of the rows of each session and prefix the first: bool[rows]. Cost O(rows)."""
    kept = np.zeros(len(session), np.bool_)
    _first(order_of(prefix, prefixes), session, prefix, np.full(sessions, -1, np.int32), kept)
    return kept


@kernel
def _first(order: Ints, session: Ints, prefix: Ints, last: Ints, kept: Flags) -> None:
    for at in range(len(order)):
        row = order[at]
        if last[session[row]] != prefix[row]:
            last[session[row]] = prefix[row]
            kept[row] = True


def preferred(prefix: Ints, origin: Ints, vantage: Ints, *, prefixes: int, vantages: int, nodes: int) -> Ints:
    """The origin of each prefix that most vantage points see, the smallest among equals; -1 for none: int32[prefixes].

    One vantage point counts once an origin and prefix, whatever its sessions. Cost O(rows), and rows times rows of one
    vantage point and prefix.
    """
    found = np.full(prefixes, -1, np.int32)
    order = order_of(prefix, prefixes, order_of(vantage, vantages))
    _prefer(order, prefix, origin, vantage, np.zeros(nodes, np.int32), found)
    return found


@part
def _is_seen(order: Ints, origin: Ints, first: int, at: int) -> bool:
    """Whether an earlier row of the same vantage point and prefix, from `first` on, has the origin of a row."""
    while first < at and origin[order[first]] != origin[order[at]]:
        first += 1
    return first < at


@kernel
def _prefer(order: Ints, prefix: Ints, origin: Ints, vantage: Ints, seen: Ints, found: Ints) -> None:
    begin = 0
    while begin < len(order):
        here, end, first = prefix[order[begin]], begin, begin
        while end < len(order) and prefix[order[end]] == here:
            if vantage[order[end]] != vantage[order[first]]:
                first = end
            if not _is_seen(order, origin, first, end):
                seen[origin[order[end]]] += 1
            end += 1
        best = origin[order[begin]]
        for at in range(begin, end):
            node = origin[order[at]]
            if seen[node] > seen[best] or (seen[node] == seen[best] and node < best):
                best = node
        for at in range(begin, end):
            seen[origin[order[at]]] = 0
        found[here] = best
        begin = end
