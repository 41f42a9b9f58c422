"""Whole runs of RIB records read by compiled code; whatever is odd about a record is left to the reader in Python.

A record of a table is plain if its prefix, its entries, all their attributes and the segments of their paths lie within
it and every entry is of a peer that the table lists. The scan stops before the first record that is not, so that one
reader alone decides what a broken record means.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from provenet.ingest.bgp.observed import RIB, PathRows

HEAD_BYTES = 12
MORE, ODD, FULL = 0, 1, 2
"""Why a scan stopped: the next record is not there in full, is left to the other reader, or the room is used up."""
_MOST_ENTRIES = 2**16
"""More entries than a record can state."""
_MOST_HOPS = 2**22
"""ASes of the distinct paths of a batch, each counted as often as it stands in a path."""
_ROWS, _RECORDS, _PATHS = 0, 1, 2


class RibRoom(NamedTuple):
    """The arrays that a scan fills. `held` counts rows, records and distinct paths in use."""

    held: NDArray[np.int64]
    peer: NDArray[np.int32]
    route_id: NDArray[np.int64]
    path: NDArray[np.int32]
    family: NDArray[np.uint8]
    high: NDArray[np.uint64]
    low: NDArray[np.uint64]
    length: NDArray[np.uint8]
    upto: NDArray[np.int64]
    path_start: NDArray[np.int64]
    path_asn: NDArray[np.uint32]
    path_part: NDArray[np.uint8]
    slots: NDArray[np.int32]

    @staticmethod
    def of(rows: int, records: int) -> RibRoom:
        """Room for so many rows, and one record more, and for so many records."""
        rows += _MOST_ENTRIES
        return RibRoom(
            held=np.zeros(3, np.int64),
            peer=np.zeros(rows, np.int32),
            route_id=np.zeros(rows, np.int64),
            path=np.zeros(rows, np.int32),
            family=np.zeros(records, np.uint8),
            high=np.zeros(records, np.uint64),
            low=np.zeros(records, np.uint64),
            length=np.zeros(records, np.uint8),
            upto=np.zeros(records, np.int64),
            path_start=np.zeros(rows + 1, np.int64),
            path_asn=np.zeros(_MOST_HOPS, np.uint32),
            path_part=np.zeros(_MOST_HOPS, np.uint8),
            slots=np.full(1 << int(2 * rows).bit_length(), -1, np.int32),
        )

    @property
    def row_count(self) -> int:
        """How many rows it holds."""
        return int(self.held[_ROWS])

    @property
    def record_count(self) -> int:
        """How many records they come from."""
        return int(self.held[_RECORDS])

    def emptied(self, table: NDArray[np.int32]) -> tuple[PathRows, NDArray[np.int64]]:
        """Its rows, and how many stand before the end of each record; `table` gives the session of each peer index."""
        rows, records, paths = (int(count) for count in self.held)
        upto = self.upto[:records].copy()
        count = np.diff(upto, prepend=0)
        ends = int(self.path_start[paths])
        found = PathRows(
            kind=np.full(rows, RIB, np.uint8),
            peer=table[self.peer[:rows]],
            family=np.repeat(self.family[:records], count),
            high=np.repeat(self.high[:records], count),
            low=np.repeat(self.low[:records], count),
            length=np.repeat(self.length[:records], count),
            route_id=self.route_id[:rows].copy(),
            path=self.path[:rows].copy(),
            path_start=self.path_start[: paths + 1].copy(),
            path_asn=self.path_asn[:ends].astype(np.int64),
            path_part=self.path_part[:ends].copy(),
        )
        self.held[:] = 0
        self.slots[:] = -1
        return found, upto


@njit(cache=True, nogil=True, inline="always")
def _number(data: NDArray[np.uint8], at: int, size: int) -> int:
    value = 0
    for step in range(size):
        value = value << 8 | np.int64(data[at + step])
    return value


@njit(cache=True, nogil=True)
def _path_attribute(data: NDArray[np.uint8], at: int, end: int) -> tuple[int, int]:
    """Where the first AS_PATH among the attributes between two places lies; both 0 for none, -1 where one is odd."""
    first, last = 0, 0
    while at < end:
        if at + 3 > end:
            return -1, -1
        head = 4 if data[at] & 0x10 else 3
        if at + head > end:
            return -1, -1
        size = _number(data, at + 2, head - 2)
        if at + head + size > end:
            return -1, -1
        if data[at + 1] == 2 and not last:
            first, last = at + head, at + head + size
        at += head + size
    return first, last


@njit(cache=True, nogil=True)
def _lay_out(data: NDArray[np.uint8], first: int, last: int, room: RibRoom) -> int:
    """Writes the ASes of a path behind the last one and returns where they end; -1 where a segment is odd."""
    used = room.path_start[room.held[2]]
    while first < last:
        if first + 2 > last:
            return -1
        kind, count = data[first], np.int64(data[first + 1])
        if kind < 1 or kind > 4 or first + 2 + 4 * count > last:
            return -1
        for step in range(count):
            room.path_asn[used] = _number(data, first + 2 + 4 * step, 4)
            room.path_part[used] = 1 if kind == 1 else 0 if kind == 2 else kind - 1
            used += 1
        first += 2 + 4 * count
    return int(used)


@njit(cache=True, nogil=True)
def _is_same(room: RibRoom, path: int, start: int, end: int) -> bool:
    begin = room.path_start[path]
    if room.path_start[path + 1] - begin != end - start:
        return False
    step = 0
    while step < end - start and (
        room.path_asn[begin + step] == room.path_asn[start + step]
        and room.path_part[begin + step] == room.path_part[start + step]
    ):
        step += 1
    return step == end - start


@njit(cache=True, nogil=True)
def _number_of(room: RibRoom, end: int) -> int:
    """The number of the path that was laid out last, which stays there unless it is known already."""
    number = room.held[2]
    start = room.path_start[number]
    mixed = np.uint64(1469598103934665603)
    for at in range(start, end):
        mixed = (mixed ^ np.uint64(room.path_asn[at])) * np.uint64(1099511628211)
        mixed = (mixed ^ np.uint64(room.path_part[at])) * np.uint64(1099511628211)
    mask = np.uint64(len(room.slots) - 1)
    slot = (mixed ^ (mixed >> np.uint64(29))) & mask
    while room.slots[slot] >= 0:
        if _is_same(room, room.slots[slot], start, end):
            return int(room.slots[slot])
        slot = (slot + np.uint64(1)) & mask
    room.slots[slot] = number
    room.path_start[number + 1] = end
    room.held[2] = number + 1
    return int(number)


@njit(cache=True, nogil=True)
def _path_of(data: NDArray[np.uint8], at: int, end: int, room: RibRoom) -> int:
    """The number of the path that the attributes between two places state; -1 where any of it is odd. Cost O(bytes)."""
    first, last = _path_attribute(data, at, end)
    if first < 0:
        return -1
    ends = _lay_out(data, first, last, room)
    return -1 if ends < 0 else _number_of(room, ends)


@njit(cache=True, nogil=True)
def _address(data: NDArray[np.uint8], at: int, length: int, is_v4: bool) -> tuple[np.uint64, np.uint64]:
    """The high and low half of a prefix's first address; bits beyond its length are cleared."""
    high, low = np.uint64(0), np.uint64(0)
    for step in range((length + 7) // 8):
        byte = np.uint64(data[at + step])
        left = length - 8 * step
        if left < 8:
            byte = byte >> np.uint64(8 - left) << np.uint64(8 - left)
        if is_v4:
            low |= byte << np.uint64(24 - 8 * step)
        elif step < 8:
            high |= byte << np.uint64(56 - 8 * step)
        else:
            low |= byte << np.uint64(120 - 8 * step)
    return high, low


@njit(cache=True, nogil=True)
def _record(data: NDArray[np.uint8], at: int, end: int, subtype: int, peers: int, room: RibRoom) -> bool:
    """Fills in the rows of one record that lies between two places; whether it was plain."""
    is_v4 = subtype == 2 or subtype == 8
    add_path = subtype >= 8
    if at + 5 > end:
        return False
    length = np.int64(data[at + 4])
    size = (length + 7) // 8
    if length > (32 if is_v4 else 128) or at + 7 + size > end:
        return False
    count = _number(data, at + 5 + size, 2)
    prefix = at + 5
    at += 7 + size
    row = room.held[0]
    entry = 12 if add_path else 8
    for _ in range(count):
        if at + entry > end:
            return False
        peer = _number(data, at, 2)
        long = _number(data, at + entry - 2, 2)
        if peer >= peers or at + entry + long > end:
            return False
        path = _path_of(data, at + entry, at + entry + long, room)
        if path < 0:
            return False
        room.peer[row], room.path[row] = peer, path
        room.route_id[row] = _number(data, at + 6, 4) if add_path else -1
        row += 1
        at += entry + long
    number = room.held[1]
    room.family[number], room.length[number] = 4 if is_v4 else 6, length
    room.high[number], room.low[number] = _address(data, prefix, length, is_v4)
    room.upto[number] = row
    room.held[0], room.held[1] = row, number + 1
    return True


@njit(cache=True, nogil=True)
def scan_ribs(data: NDArray[np.uint8], peers: int, rows: int, largest: int, room: RibRoom) -> tuple[int, int]:
    """Reads plain RIB records from the start of some bytes on, until one is odd or lacking or the room is used up.

    `peers` is the length of the table of peers, `rows` how many rows a batch holds, give or take one record, `largest`
    the most bytes of a record. Returns how many bytes the records read hold, and MORE, ODD or FULL. Cost O(bytes).
    """
    at = 0
    while at + 12 <= len(data):
        kind, subtype, size = _number(data, at + 4, 2), _number(data, at + 6, 2), _number(data, at + 8, 4)
        if kind != 13 or size > largest or not (subtype == 2 or subtype == 4 or subtype == 8 or subtype == 10):
            return at, 1
        if at + 12 + size > len(data):
            return at, 0
        hops = room.path_start[room.held[2]] + size // 4
        if room.held[0] >= rows or room.held[1] >= len(room.upto) or hops > len(room.path_asn):
            return at, 2 if room.held[1] else 1
        paths = room.held[2]
        if not _record(data, at + 12, at + 12 + size, subtype, peers, room):
            room.held[2] = paths
            return at, 1
        at += 12 + size
    return at, 0
