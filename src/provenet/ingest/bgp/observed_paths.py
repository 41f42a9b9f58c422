"""MRT files as rows of `observed_path`: each cleaned path once for each session that told it, with what it leads to.

A full RIB names each path for hundreds of prefixes, so a file is gathered first and its rows are made at its end.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from struct import unpack_from
from typing import TYPE_CHECKING, Any, BinaryIO

import polars as pl

from provenet.core.errors import Fault, InputFault
from provenet.ingest.bgp.mrt_stream import CutStream, packing_of
from provenet.ingest.mapping_beside import MappingBeside, place_beside
from provenet.ingest.opening import Upload
from provenet.ingest.registry import BATCH_ROWS, HEAD_BYTES, Parts, Source
from provenet.ingest.rows import made_row

if TYPE_CHECKING:
    from provenet.ingest.bgp.mrt import MrtFile
    from provenet.ingest.bgp.observed import PathRows

MOST_PATHS = 10_000_000
"""The most paths, each counted once a session, of one file: some 250 bytes each are held."""
MOST_ANNOUNCED = 50_000_000
"""The most announcements of one file, each path with each prefix once a session: 8 bytes each are held."""
_SUBTYPES = {12: range(1, 5), 13: range(1, 2), 16: range(12), 17: range(12)}
"""What the first record may be: a RIB of the second kind begins with its table of peers."""
_LARGEST_RECORD_BYTES = 2**24
_FATES = {1: "route with an empty path", 2: "route whose path has an AS set", 3: "route whose path is a loop"}
_KINDS_TOLD = 20
_CUT = "the file is cut: counts are of what stands before the cut"


def is_mrt(upload: Upload) -> bool:
    """Whether a file is MRT by its first bytes, packed or not, whatever its name; never raises for what it holds.

    Bytes 5 and 7 of a record are zero and the sixth is a control character, which no text begins with.
    """
    try:
        head = upload.head(HEAD_BYTES)
    except InputFault:
        head = b""
    if not head or packing_of(head):
        with upload.raw() as raw:
            try:
                head = CutStream(upload.name, raw).take(HEAD_BYTES)
            except InputFault:
                return False
    return begins_as_mrt(head)


def begins_as_mrt(head: bytes) -> bool:
    """Whether unpacked bytes begin with a record of routes.

    >>> begins_as_mrt(bytes([0, 0, 3, 232, 0, 13, 0, 1, 0, 0, 0, 20])), begins_as_mrt(b"asn,name,country")
    (True, False)
    """
    if len(head) < 12:
        return False
    _, kind, subtype, size = unpack_from(">IHHI", head)
    return subtype in _SUBTYPES.get(kind, ()) and size <= _LARGEST_RECORD_BYTES


def read_paths(source: Source, stream: BinaryIO) -> Parts:
    """The rows of `observed_path` of a file, in batches, once it is read to its end or to where it is cut.

    `stream` holds the bytes as they lie. A row claims no more than that a session told of the path; an announcement
    counts as one, and a withdrawal takes none back. Broken records are left out and told in `source.remarks`, as a
    cut is; `source.ignored` counts routes and records that become no row, by what they are. Cost O(bytes) in time;
    memory is that of the distinct paths. Source: own, docs/formats.md.
    """
    from provenet.ingest.bgp.mrt import read_mrt

    name, faults, ignored, remarks = source.upload.plain_name, source.faults, source.ignored, source.remarks
    beside = MappingBeside(place_beside(name), source.mapping, ("collector", "observed_on"), faults=faults)
    collector, day = (
        beside.text("collector", "not a collector", 'a text such as "rrc06"'),
        beside.day("observed_on", "a day"),
    )
    if faults.count:
        return
    file = read_mrt(stream, name, collector=collector)
    gathered = _PathCollection(file, ignored)
    for rows in file:
        if (full := gathered.take(rows)) is not None:
            faults.add(Fault(name, "the file holds more than is read", expected=full, way_out="Split it by its peers."))
            return
    _tell_passed_over(file.reading.passed_over, ignored)
    broken = file.reading.faults
    if broken.count:
        first = broken.faults[0].sentence()
        remarks.append(f"{broken.count:,} broken {'place' if broken.count == 1 else 'places'} left out, first {first}")
    if not file.reading.is_whole:
        remarks.append(file.reading.ended)
    day = day or _day(file.first_at)
    note = None if file.reading.is_whole else _CUT
    made = []
    for row, number in gathered.rows():
        content = {**row, "observed_on": day, "note": note}
        made.append(made_row("observed_path", content, source.upload.file_id, locator=f"{name} record {number}"))
        if len(made) == BATCH_ROWS:
            yield "observed_path", made
            made = []
    yield "observed_path", made


def _tell_passed_over(passed: Counter[str], ignored: Counter[str]) -> None:
    """The commonest kinds of records that hold no route, and the others as one: a file may name any number of them."""
    kept = dict(passed.most_common(_KINDS_TOLD))
    ignored.update({f"record: {kind}": count for kind, count in kept.items()})
    if rest := passed.total() - sum(kept.values()):
        ignored["record: another kind"] += rest


class _PathCollection:
    """The distinct paths of a file by session and family, in the order in which they are met."""

    def __init__(self, file: MrtFile, ignored: Counter[str]) -> None:
        self._file, self._ignored = file, ignored
        self._ids: dict[bytes, int] = {}
        self._prefixes, self._addresses, self._record = array("q"), array("q"), array("q")
        self._announced: Any = None

    def take(self, rows: PathRows) -> str | None:
        """Counts a batch; what is the most, in words, where the file goes beyond it."""
        import numpy as np

        from provenet.ingest.bgp.observed import ANNOUNCED, KEPT, clean_paths

        start, asn, fate = clean_paths(rows.path_start, rows.path_asn, rows.path_part)
        kept = rows.path >= 0
        if gone := len(rows) - int(kept.sum()):
            self._ignored["withdrawal"] += gone
        fates = np.bincount(fate[rows.path[kept]], minlength=4)
        self._ignored.update({text: int(fates[code]) for code, text in _FATES.items() if fates[code]})
        at = np.flatnonzero(kept)
        at = at[fate[rows.path[at]] == KEPT]
        if not len(at):
            return None
        code = (rows.peer[at].astype(np.int64) * len(fate) + rows.path[at]) * 2 + (rows.family[at] == 6)
        codes, first, inverse = np.unique(code, return_index=True, return_inverse=True)
        ids = np.zeros(len(codes), np.int64)
        records = self._file.first_record + np.searchsorted(self._file.upto, at[first], side="right")
        for one in np.argsort(first, kind="stable").tolist():
            peer, path = divmod(int(codes[one]) >> 1, len(fate))
            asns = asn[start[path] : start[path + 1]].astype("<u4").tobytes()
            ids[one] = self._id(bytes([int(codes[one]) & 1]) + peer.to_bytes(4, "little") + asns, int(records[one]))
        if len(self._ids) > MOST_PATHS:
            return f"at most {MOST_PATHS:,} paths, each once a session"
        seen = pl.DataFrame(
            {
                "id": ids[inverse],
                "high": rows.high[at],
                "low": rows.low[at],
                "length": rows.length[at],
                "announced": rows.kind[at] == ANNOUNCED,
            }
        ).unique(["id", "high", "low", "length"], keep="any")
        return self._count(seen)

    def _id(self, key: bytes, record: int) -> int:
        found = self._ids.get(key)
        if found is None:
            found = self._ids[key] = len(self._ids)
            self._prefixes.append(0)
            self._addresses.append(0)
            self._record.append(record)
        return found

    def _count(self, seen: pl.DataFrame) -> str | None:
        """Adds prefixes to their paths; one that was announced before over the same path counts no second time.

        A RIB tells a prefix in one record, so only announcements are remembered, as hashes.
        """
        import numpy as np

        fresh = seen.filter(pl.col("announced")).drop("announced")
        if fresh.height:
            known = np.zeros(0, np.uint64) if self._announced is None else self._announced
            hashes = fresh.hash_rows(0).to_numpy()
            new = ~_among(hashes, known)
            fresh = fresh.filter(pl.Series(new))
            self._announced = np.sort(np.concatenate([known, hashes[new]]), kind="stable")
            if len(self._announced) > MOST_ANNOUNCED:
                return f"at most {MOST_ANNOUNCED:,} announcements, each path with each prefix once a session"
        for part in (seen.filter(~pl.col("announced")), fresh):
            ids, length = part["id"].to_numpy(), part["length"].to_numpy().astype(np.int64)
            np.add.at(np.frombuffer(self._prefixes, np.int64), ids, 1)
            np.add.at(np.frombuffer(self._addresses, np.int64), ids, np.int64(1) << np.maximum(32 - length, 0))
        return None

    def rows(self) -> Iterator[tuple[dict[str, object], int]]:
        """What each path becomes, and the number of the record that told of it first."""
        sessions = self._file.reading.sessions
        for key, at in self._ids.items():
            session = sessions[int.from_bytes(key[1:5], "little")]
            path = [str(asn) for asn in unpack_from(f"<{(len(key) - 5) // 4}I", key, 5)]
            settings: dict[str, object] = {
                "collector": session.collector or None,
                "peer_address": session.address,
                "peer_asn": str(session.asn),
                "path": path,
                "origin_asn": path[-1],
                "family": "ipv6" if key[0] else "ipv4",
                "prefix_count": self._prefixes[at],
                "address_count": None if key[0] else self._addresses[at],
            }
            yield settings, self._record[at]


def _among(values: Any, known: Any) -> Any:
    """Which of some values are among known ones, which ascend."""
    import numpy as np

    if not len(known):
        return np.zeros(len(values), bool)
    return known[np.minimum(np.searchsorted(known, values), len(known) - 1)] == values


def _day(seconds: int | None) -> date | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).date()
