"""MRT files (RFC 6396, 6397, 8050): the routes of RIBs and updates as a stream, up to a cut if there is one.

Read by `struct` alone. A broken record is a fault that names its byte and is passed over by its length.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from io import BytesIO
from pathlib import Path as FilePath
from struct import Struct, error, unpack_from
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from provenet.core.errors import Fault, visible
from provenet.ingest.bgp import mrt_routes
from provenet.ingest.bgp.mrt_stream import CutStream
from provenet.ingest.bgp.observed import ANNOUNCED, RIB, WITHDRAWN, PathRows
from provenet.ingest.bgp.rib_scan import FULL, HEAD_BYTES, MORE, ODD, RibRoom, scan_ribs

BATCH_ROWS = 200_000
"""How many routes a batch holds, give or take one record."""
BATCH_RECORDS = 2_000_000
"""How many records a batch holds at most, since a record may hold no route."""
SCANNED_BYTES = 2**18
"""With less ahead, records are read one by one: compiled code is not worth its start."""
LARGEST_RECORD_BYTES = 2**24
"""A record said to be longer is passed over unread: RIB records hold some 100 bytes a peer."""
TABLE_DUMP, TABLE_DUMP_V2, BGP4MP, BGP4MP_ET = 12, 13, 16, 17
_HEADER = Struct(">IHHI")
_V1_ADDRESS_BYTES = {1: (4, 2), 2: (16, 2), 3: (4, 4), 4: (16, 4)}
"""TABLE_DUMP subtype: bytes of an address, bytes of the peer's ASN; 3 and 4 are of writers before TABLE_DUMP_V2."""
_V2_RIBS = {2: (4, False), 4: (6, False), 8: (4, True), 10: (6, True)}
"""TABLE_DUMP_V2 subtype: family, whether entries hold an ADD-PATH identifier."""
_V2_OTHERS = {3: "multicast", 5: "multicast", 9: "multicast", 11: "multicast", 6: "generic", 7: "geography of peers"}
_V2_OTHERS |= {12: "generic"}
_MESSAGES = {1: (2, False), 4: (4, False), 8: (2, True), 9: (4, True)}
"""BGP4MP subtype: bytes of an ASN, whether prefixes hold an ADD-PATH identifier."""
_LOCAL = (6, 7, 10, 11)
_STATES = {0: 2, 5: 4}
_BGP_KINDS = {1: "BGP open", 3: "BGP notification", 4: "BGP keepalive", 5: "BGP route refresh"}


def read_mrt(
    place: FilePath | bytes | BinaryIO,
    name: str | None = None,
    *,
    collector: str = "",
    sessions: list[mrt_routes.Session] | None = None,
) -> MrtFile:
    """An MRT file on disk, in memory or open at its start, packed or not, to be read batch by batch.

    Updates do not name their collector: `collector` does, in RIBs too, in place of the collector's BGP identifier. A
    list of `sessions` that several files share gives a session one index in all of them, so that updates move on a RIB.

    Raises OSError where it cannot be opened, InputFault where what unpacks it is not installed. Cost O(bytes); memory
    is that of a batch, some 60 MB, and of the largest record, at most 16 MiB.
    """
    ends = name or (place.name if isinstance(place, FilePath) else "bytes")
    return MrtFile(place, visible(ends), collector, sessions=sessions)


class MrtFile:
    """The batches of one MRT file, and `reading`, which tells what was found; iterate once.

    Each batch stands alone: its paths and prefixes are its own, its sessions are indices into `reading.sessions`.
    """

    def __init__(
        self,
        place: FilePath | bytes | BinaryIO,
        name: str,
        collector: str = "",
        *,
        sessions: list[mrt_routes.Session] | None = None,
    ) -> None:
        self.reading = mrt_routes.Reading(name, [] if sessions is None else sessions)
        self._place, self._collector = place, collector
        self._peers: dict[mrt_routes.Session, int] = {}
        self._met: dict[tuple[str, bytes, int], int] = {}
        self._table: list[int] | None = None
        self._rows = mrt_routes.Gathering()
        self._offset = 0
        self._upto = array("q")
        self._sessions: NDArray[np.int32] | None = None
        self.first_at: int | None = None
        """The time of the first record, in seconds since 1970."""
        self.first_record = 1
        """The number of the first record that the batch last given comes from."""
        self.upto: NDArray[np.int64] = np.zeros(0, np.int64)
        """Of that batch, how many routes stand before the end of each record."""

    def __iter__(self) -> Iterator[PathRows]:
        # Files that share a list are all made before the first is read; what stands in it is known from here on.
        self._peers = {session: at for at, session in enumerate(self.reading.sessions)}
        with _opened(self._place) as raw:
            yield from self._batches(CutStream(self.reading.name, raw))

    def _batches(self, stream: CutStream) -> Iterator[PathRows]:
        reading = self.reading
        while True:
            yield from self._plain_ribs(stream)
            header = stream.take(HEAD_BYTES)
            if len(header) < HEAD_BYTES:
                inside = f"inside the head of record {reading.records + 1}, of which {len(header)} of 12 bytes"
                self._end(stream, inside if header else "")
                break
            if not self._next(stream, header):
                break
            if len(self._rows) >= BATCH_ROWS or (len(self._upto) >= BATCH_RECORDS and len(self._rows)):
                yield self._batch()
            elif len(self._upto) >= BATCH_RECORDS:
                self._upto = array("q")
        if len(self._rows):
            yield self._batch()

    def _next(self, stream: CutStream, header: bytes) -> bool:
        """Reads the record of a header; whether it was there in full."""
        reading = self.reading
        at, kind, subtype, size = _HEADER.unpack(header)
        self.first_at = at if self.first_at is None else self.first_at
        body = b"" if size > LARGEST_RECORD_BYTES else stream.take(size)
        have = stream.skip(size) if size > LARGEST_RECORD_BYTES else len(body)
        if have < size:
            self._end(stream, f"inside record {reading.records + 1}, of which {12 + have:,} of {12 + size:,} bytes")
            return False
        reading.records += 1
        if size > LARGEST_RECORD_BYTES:
            self._fault(f"the record is said to be {size:,} bytes long, and is passed over")
        else:
            self._record(kind, subtype, body)
        self._offset += HEAD_BYTES + size
        self._upto.append(len(self._rows))
        reading.read_bytes, reading.packed_bytes = self._offset, stream.packed_bytes
        return True

    def _plain_ribs(self, stream: CutStream) -> Iterator[PathRows]:
        """The batches of a run of plain RIB records, read by compiled code; none where little is ahead.

        Rows that wait are given first, so that routes keep their order.
        """
        if not self._is_rib(stream.ahead(HEAD_BYTES)) or len(stream.ahead(SCANNED_BYTES)) < SCANNED_BYTES:
            return
        if self._sessions is None:
            self._sessions = np.array(self._table, np.int32)
        room, table = self._room, self._sessions
        why, least = MORE, SCANNED_BYTES
        while why != ODD:
            if len(self._rows):
                yield self._batch()
            data = stream.ahead(least)
            before = room.record_count
            taken, why = scan_ribs(np.frombuffer(data, np.uint8), len(table), BATCH_ROWS, LARGEST_RECORD_BYTES, room)
            self._passed(room.record_count - before, taken, stream)
            if why == FULL:
                yield self._scanned(room, table)
            elif why == MORE:
                left = data[taken:]
                least = HEAD_BYTES + (_HEADER.unpack(left[:HEAD_BYTES])[3] if len(left) >= HEAD_BYTES else 0)
                if len(stream.ahead(least)) < least:
                    break
        if room.row_count:
            yield self._scanned(room, table)
        elif room.record_count:
            self._upto.extend(room.emptied(table)[1].tolist())

    @cached_property
    def _room(self) -> RibRoom:
        return RibRoom.of(BATCH_ROWS, BATCH_RECORDS)

    def _is_rib(self, head: memoryview) -> bool:
        """Whether a record begins that a scan may read: of a RIB, with a table of peers before it."""
        if self._table is None or len(head) < HEAD_BYTES:
            return False
        _, kind, subtype, _ = _HEADER.unpack(head[:HEAD_BYTES])
        return kind == TABLE_DUMP_V2 and subtype in _V2_RIBS

    def _passed(self, records: int, size: int, stream: CutStream) -> None:
        """Counts records that a scan has read, and passes over their bytes."""
        stream.pass_over(size)
        self.reading.records += records
        if records:
            self.reading.by_kind["RIB"] += records
        self._offset += size
        self.reading.read_bytes, self.reading.packed_bytes = self._offset, stream.packed_bytes

    def _scanned(self, room: RibRoom, table: NDArray[np.int32]) -> PathRows:
        """The rows of a scan as the next batch; records without a route that came before count to it."""
        waiting = np.array(self._upto, np.int64)
        rows, upto = room.emptied(table)
        self._upto = array("q")
        self.upto = np.concatenate([waiting, upto])
        self.first_record = self.reading.records - len(self.upto) + 1
        self.reading.routes += len(rows)
        return rows

    def _batch(self) -> PathRows:
        rows, self._rows = self._rows, mrt_routes.Gathering()
        self.reading.routes += len(rows)
        self.upto, self._upto = np.array(self._upto, np.int64), array("q")
        self.first_record = self.reading.records - len(self.upto) + 1
        return rows.rows()

    def _end(self, stream: CutStream, inside: str) -> None:
        """Says how reading ended; broken or cut packing counts as a cut even where it falls between two records."""
        reading = self.reading
        reading.packed_bytes = stream.packed_bytes
        ends = [one for one in (f"it ends {inside} are there" if inside else "", stream.ended) if one]
        upto = f"{reading.records:,} records in {reading.read_bytes:,} bytes were read"
        reading.is_whole = not ends
        reading.ended = f"Whole: {upto}." if not ends else f"Cut: {upto}; {'; '.join(ends)}."

    def _fault(self, text: str) -> None:
        """Keeps a fault of the record at hand."""
        self.reading.faults.add(Fault(f"{self.reading.name} byte {self._offset:,}", text, row=self.reading.records))

    def _record(self, kind: int, subtype: int, body: bytes) -> None:
        try:
            if kind == TABLE_DUMP_V2:
                self._table_dump_v2(subtype, body)
            elif kind == BGP4MP:
                self._bgp4mp(subtype, body)
            elif kind == BGP4MP_ET:
                if len(body) < 4:
                    raise mrt_routes.Broken("the record ends inside its microseconds")
                self._bgp4mp(subtype, body[4:])
            elif kind == TABLE_DUMP and subtype in _V1_ADDRESS_BYTES:
                self._table_dump(body, *_V1_ADDRESS_BYTES[subtype])
            else:
                self.reading.passed_over[f"type {kind} subtype {subtype}"] += 1
        except (mrt_routes.Broken, error) as err:
            self._fault(str(err) if isinstance(err, mrt_routes.Broken) else "the record ends inside a field")

    def _session(self, collector: str, where: bytes, asn: int) -> int:
        found = self._met.get((collector, where, asn))
        if found is None:
            session = mrt_routes.Session(self._collector or collector, mrt_routes.address_text(where), asn)
            found = self._peers.get(session)
            if found is None:
                if len(self._peers) >= mrt_routes.MOST_SESSIONS:
                    raise mrt_routes.Broken(f"the file names more than {mrt_routes.MOST_SESSIONS:,} sessions")
                found = self._peers[session] = len(self._peers)
                self.reading.sessions.append(session)
            self._met[collector, where, asn] = found
        return found

    def _table_dump(self, body: bytes, size: int, as_bytes: int) -> None:
        """One route of a TABLE_DUMP, which is old: views and sequence numbers are not needed."""
        self.reading.by_kind["TABLE_DUMP"] += 1
        length, _, _, where, asn, count = unpack_from(f">BBI{size}s{'I' if as_bytes == 4 else 'H'}H", body, 4 + size)
        start = 4 + size + 6 + size + as_bytes + 2
        if length > size * 8:
            raise mrt_routes.Broken(f"an IPv{4 if size == 4 else 6} prefix is said to be {length} bits long")
        if start + count > len(body):
            raise mrt_routes.Broken(
                f"the path attributes are said to be {count} bytes long and {len(body) - start} are left"
            )
        path = mrt_routes.path_of(mrt_routes.first_of_each(body[start : start + count]), as_bytes)
        first = mrt_routes.address(body[4 : 4 + size], length, size * 8)
        rows, family = self._rows, 4 if size == 4 else 6
        peer = self._session("", where, asn)
        rows.add(RIB, peer, prefix=rows.prefix_index((family, first, length, -1)), path=rows.path_index(path))

    def _table_dump_v2(self, subtype: int, body: bytes) -> None:
        if subtype in _V2_RIBS:
            self.reading.by_kind["RIB"] += 1
            self._rib(body, *_V2_RIBS[subtype])
        elif subtype == 1:
            self.reading.by_kind["PEER_INDEX_TABLE"] += 1
            self._table = self._sessions = None
            self._table = self._peer_index(body)
        else:
            self.reading.passed_over[_V2_OTHERS.get(subtype, f"type 13 subtype {subtype}")] += 1

    def _peer_index(self, body: bytes) -> list[int]:
        """The sessions of a RIB by the index that its entries use."""
        collector, named = unpack_from(">4sH", body)
        (count,) = unpack_from(">H", body, 6 + named)
        at, found = 8 + named, []
        for _ in range(count):
            kind = body[at] if at < len(body) else 0
            fields = Struct(f">B4s{16 if kind & 1 else 4}s{'I' if kind & 2 else 'H'}")
            _, _, where, asn = fields.unpack_from(body, at)
            at += fields.size
            found.append(self._session(mrt_routes.address_text(collector), where, asn))
        return found

    def _rib(self, body: bytes, family: int, add_path: bool) -> None:
        """The routes of all peers to one prefix; an entry that is broken is told, and the others are read."""
        if self._table is None:
            raise mrt_routes.Broken("routes stand before any usable table of peers")
        (length,) = unpack_from(">B", body, 4)
        bits, size = (32 if family == 4 else 128), (length + 7) // 8
        (count,) = unpack_from(">H", body, 5 + size)
        if length > bits:
            raise mrt_routes.Broken(f"an IPv{family} prefix is said to be {length} bits long")
        first = mrt_routes.address(body[5 : 5 + size], length, bits)
        at, rows, table = 7 + size, self._rows, self._table
        entry = Struct(">HIIH" if add_path else ">HIH")
        plain = rows.prefix_index((family, first, length, -1)) if not add_path else -1
        known = rows.known
        for _ in range(count):
            peer, _, *more = entry.unpack_from(body, at)
            at += entry.size
            given = body[at : at + more[-1]]
            if len(given) < more[-1]:
                raise mrt_routes.Broken(
                    f"the path attributes are said to be {more[-1]} bytes long and {len(given)} are left"
                )
            at += more[-1]
            if peer >= len(table):
                self._fault(f"a route is of peer {peer} and the table of peers holds {len(table)}")
                continue
            path = known.get(given)
            if path is None and (path := self._path(given)) is None:
                continue
            prefix = rows.prefix_index((family, first, length, more[0])) if add_path else plain
            rows.add(RIB, table[peer], prefix=prefix, path=path)

    def _path(self, given: bytes) -> int | None:
        try:
            path = self._rows.path_index(mrt_routes.path_of(mrt_routes.first_of_each(given), 4))
        except mrt_routes.Broken as err:
            self._fault(str(err))
            return None
        self._rows.known[given] = path
        return path

    def _bgp4mp(self, subtype: int, body: bytes) -> None:
        if subtype in _LOCAL:
            self.reading.passed_over["sent by the collector"] += 1
            return
        if subtype not in _MESSAGES and subtype not in _STATES:
            self.reading.passed_over[f"type 16 subtype {subtype}"] += 1
            return
        as_bytes, add_path = _MESSAGES.get(subtype) or (_STATES[subtype], False)
        asn, _, _, afi = unpack_from(">IIHH" if as_bytes == 4 else ">HHHH", body)
        at, size = 2 * as_bytes + 4, {1: 4, 2: 16}.get(afi, 0)
        if not size:
            raise mrt_routes.Broken(f"the session's address is of family {afi}, which is neither IPv4 nor IPv6")
        (where,) = unpack_from(f">{size}s", body, at)
        rest = body[at + 2 * size :]
        if subtype in _STATES:
            self.reading.by_kind["STATE_CHANGE"] += 1
            unpack_from(">HH", rest)
            self._session("", where, asn)
            self.reading.state_changes += 1
            return
        self.reading.by_kind["MESSAGE"] += 1
        _, size, kind = unpack_from(">16sHB", rest)
        if kind != 2:
            self.reading.passed_over[_BGP_KINDS.get(kind, f"BGP message {kind}")] += 1
            return
        if size < 23 or size > len(rest):
            raise mrt_routes.Broken(f"a BGP message is said to be {size} bytes long and {len(rest)} are there")
        path, fresh, gone = mrt_routes.update(rest[19:size], as_bytes, add_path)
        self._updated(self._session("", where, asn), self._rows.path_index(path), fresh=fresh, gone=gone)

    def _updated(self, peer: int, path: int, *, fresh: list[mrt_routes.Prefix], gone: list[mrt_routes.Prefix]) -> None:
        rows = self._rows
        for prefix in gone:
            rows.add(WITHDRAWN, peer, prefix=rows.prefix_index(prefix), path=-1)
        for prefix in fresh:
            rows.add(ANNOUNCED, peer, prefix=rows.prefix_index(prefix), path=path)


def _opened(place: FilePath | bytes | BinaryIO) -> AbstractContextManager[BinaryIO]:
    """A stream that is closed behind its use, but for one that was open before."""
    if isinstance(place, bytes):
        return BytesIO(place)
    return place.open("rb") if isinstance(place, FilePath) else nullcontext(place)
