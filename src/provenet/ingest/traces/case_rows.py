"""Traces and hops of a batch as rows of the tables of a case, column by column: no hop is ever an object of its own.

The rows are those of `ingest.rows.made_row`, their ids too. Source: own, decision 0103.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenet.case.tables import table
from provenet.core.digest import canonical_json
from provenet.ingest.bgp.addresses import FAMILY, IPV4, IPV6, address_text
from provenet.ingest.registry import DistinctRows
from provenet.ingest.rows import NOT_STATED, content_id, file_source
from provenet.ingest.sightings.constants import Constants
from provenet.ingest.traces.kernels.row_texts import (
    IPV6_BYTES,
    NO_NUMBER,
    HopColumns,
    TraceColumns,
    hop_texts,
    mark_fresh,
    trace_texts,
    write_addresses,
    write_ids,
)
from provenet.ingest.traces.kernels.sha256 import BLOCK_BYTES, SCRATCH_WORDS, digest_heads
from provenet.ingest.traces.trace_batch import FLAGS, SILENT, UNKNOWN, TraceBatch

_PROTOCOLS = {1: "icmp", 6: "tcp", 17: "udp"}
_MOST_SECONDS = 2**33
"""Later beginnings are none: the year is 2242."""
_MOST_THOUSANDTHS = 10**15
"""From here on a round trip has more digits than a number with a fraction holds; it is written by the plain way."""
_GROUP_ROWS = 2048
"""How many texts are written before they are digested: few enough to stay near the processor."""
_HOP_BYTES, _TRACE_BYTES = 448, 512
"""Room for what a row says beside texts that a mapping gives: more than the longest of each part together."""
_FIRST_SLOTS = 1 << 16
_ID_BYTES = 16
Halves = NDArray[np.uint64]


class CaseRows:
    """The rows of one file: what every row says alike, and the traces that came already."""

    def __init__(self, name: str, file_id: str, constants: Constants) -> None:
        self.unplaced_count = 0
        """Traces without any address so far."""
        self._constants = constants
        self._source = file_source(file_id)
        self._alike = {"source_id": self._source, "file_id": file_id, "locator": name, "reading": NOT_STATED}
        self._slots, self._met = np.zeros(_FIRST_SLOTS, np.uint64), 0
        self._work = np.zeros(SCRATCH_WORDS, np.uint32)

    def of(self, batch: TraceBatch) -> Iterator[tuple[str, DistinctRows]]:
        """The rows of `trace` and then those of `hop`, of traces that did not come before. Cost O(hops log hops).

        Hops stand in the order of their ids, in which a case keeps them: numbers are put in order sooner than texts.
        """
        family = _families(batch)
        placed = family != SILENT
        self.unplaced_count += int((~placed).sum())
        length = np.diff(batch.first_hop)
        kept = np.flatnonzero(placed & self._fresh(batch.trace_id.view(np.uint64), placed))
        read = int(placed.sum()), int(length[placed].sum())
        if read[0]:
            yield "trace", DistinctRows(self._traces(batch, family, kept), read[0])
        if read[1]:
            yield "hop", DistinctRows(self._hops(batch, kept), read[1])

    def _fresh(self, ids: Halves, placed: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which ids come for the first time; ids that are not placed do not come."""
        at = np.flatnonzero(placed)
        if 2 * (self._met + len(at)) > len(self._slots):
            before = self._slots[self._slots != 0]
            size = len(self._slots)
            while size < 4 * (self._met + len(at)):
                size *= 2
            self._slots = np.zeros(size, np.uint64)
            mark_fresh(before, self._slots, np.empty(len(before), np.bool_))
        found, some = np.zeros(len(ids), np.bool_), np.empty(len(at), np.bool_)
        self._met += mark_fresh(ids[at], self._slots, some)
        found[at] = some
        return found

    def _traces(self, batch: TraceBatch, family: NDArray[np.uint8], kept: NDArray[np.int64]) -> pl.DataFrame:
        ids = batch.trace_id.view(np.uint64)[kept]
        started = np.where((batch.started_at >= 0) & (batch.started_at < _MOST_SECONDS), batch.started_at, UNKNOWN)
        ends = {
            f"{end}_{part}": getattr(batch, f"{end}_{part}")[kept]
            for end in ("source", "target")
            for part in ("family", "high", "low")
        }
        pool, starts = _pool(["", *(f',"protocol":"{word}"' for word in _PROTOCOLS.values())])
        places = np.zeros(256, np.int64)
        places[list(_PROTOCOLS)] = range(1, len(_PROTOCOLS) + 1)
        protocol = places[batch.protocol[kept]]
        stands = {"source_asn": self._constants.asn, "source_country": self._constants.country}
        columns = TraceColumns(
            ids=ids,
            family=family[kept],
            hop_count=np.diff(batch.first_hop)[kept],
            measurement_id=batch.measurement_id[kept],
            probe_id=batch.probe_id[kept],
            protocol=protocol,
            protocol_pool=pool,
            protocol_starts=starts,
            reached=batch.reached[kept],
            reading=_common({"reading": NOT_STATED}),
            stands=_common(stands),
            started_at=started[kept],
            **ends,
        )
        heads = self._heads(trace_texts, columns, len(kept), width=_TRACE_BYTES + len(columns.stands))
        text = pl.Series([FAMILY[IPV4], FAMILY[IPV6]])
        made = pl.DataFrame(
            {
                "trace_id": _ids(ids, ""),
                "measurement_id": _stated(columns.measurement_id).cast(pl.String),
                "probe_id": _stated(columns.probe_id).cast(pl.String),
                "started_at": (_stated(columns.started_at) * 1_000_000).cast(pl.Datetime("us", "UTC")),
                "family": text.gather((columns.family == IPV6).astype(np.uint32)),
                "source_address": _addresses(ends["source_family"], ends["source_high"], ends["source_low"]),
                "target_address": _addresses(ends["target_family"], ends["target_high"], ends["target_low"]),
                "protocol": pl.Series([None, *_PROTOCOLS.values()]).gather(protocol),
                "reached": pl.Series(columns.reached),
                "hop_count": pl.Series(columns.hop_count),
                "row_id": _ids(heads, "trace-"),
            }
        )
        return self._whole("trace", made, stands)

    def _hops(self, batch: TraceBatch, kept: NDArray[np.int64]) -> pl.DataFrame:
        length = np.diff(batch.first_hop)
        rows = np.repeat(np.isin(np.arange(len(length)), kept), length)
        of_trace = np.repeat(np.arange(len(kept)), length[kept])
        ids = batch.trace_id.view(np.uint64)[kept]
        hop = {name: getattr(batch, name)[rows] for name in ("ttl", "high", "low", "family", "rtt_ms", "flags")}
        rtt, thousandths, odd = _round_trips(hop["rtt_ms"])
        lists = [[word for word, bit in FLAGS.items() if flags & bit] for flags in range(2 * max(FLAGS.values()))]
        pool, starts = _pool([canonical_json(one) for one in lists])
        columns = HopColumns(
            ids=ids,
            of_trace=of_trace,
            **{name: hop[name] for name in ("ttl", "high", "low", "family")},
            thousandths=thousandths,
            flags=hop["flags"].astype(np.int64),
            flag_pool=pool,
            flag_starts=starts,
            reading=_common({"reading": NOT_STATED}),
            source=_common({"source_id": self._source}),
        )
        heads = self._heads(hop_texts, columns, len(of_trace), width=_HOP_BYTES)
        for row in np.flatnonzero(odd).tolist():
            heads[row] = self._plain_head(hop, row, ids[of_trace[row]], rtt=rtt[row], flags=lists[hop["flags"][row]])
        order = np.argsort(heads)
        hop, rtt, of_trace = {name: column[order] for name, column in hop.items()}, rtt[order], of_trace[order]
        made = pl.DataFrame(
            {
                "trace_id": _ids(ids, "").gather(of_trace),
                "ttl_count": pl.Series(hop["ttl"].astype(np.int64)),
                "address": _addresses(hop["family"], hop["high"], hop["low"]),
                "rtt_ms": pl.Series(rtt, nan_to_null=True),
                "flags": pl.Series(lists, dtype=pl.List(pl.String)).gather(hop["flags"].astype(np.uint32)),
                "row_id": _ids(heads[order], "hop-").set_sorted(),
            }
        )
        return self._whole("hop", made, {})

    def _plain_head(
        self, hop: Mapping[str, NDArray[Any]], row: int, trace: Any, *, rtt: float, flags: Sequence[str]
    ) -> int:
        """The digest of one row by the plain way, for what compiled code does not write."""
        family, high, low = (int(hop[name][row]) for name in ("family", "high", "low"))
        number = high >> 32 if family == IPV4 else high << 64 | low
        content = {
            "address": None if family == SILENT else address_text(family, number),
            "flags": flags,
            "reading": NOT_STATED,
            "rtt_ms": float(rtt),
            "source_id": self._source,
            "trace_id": f"{int(trace):016x}",
            "ttl_count": int(hop["ttl"][row]),
        }
        return int(content_id(table("hop"), content).removeprefix("hop-"), 16)

    def _heads(
        self, write: Callable[..., None], columns: HopColumns | TraceColumns, count: int, *, width: int
    ) -> Halves:
        """The first 64 bits of the digest of what each row says, some rows at a time."""
        heads = np.empty(count, np.uint64)
        room = -(-width // BLOCK_BYTES) * BLOCK_BYTES
        texts, blocks = np.empty((_GROUP_ROWS, room), np.uint8), np.empty(_GROUP_ROWS, np.int64)
        for first in range(0, count, _GROUP_ROWS):
            last = min(first + _GROUP_ROWS, count)
            write(first, last, columns, texts, blocks)
            digest_heads(texts, blocks, self._work, heads[first:last])
        return heads

    def _whole(self, name: str, made: pl.DataFrame, more: Mapping[str, object]) -> pl.DataFrame:
        """Every column of a table but `run_id`, in its order."""
        schema = table(name).schema
        alike = {column: pl.lit(value, schema[column]) for column, value in {**self._alike, **more}.items()}
        absent = {
            column: pl.lit(None, kind) for column, kind in schema.items() if column not in {*made.columns, *alike}
        }
        return made.with_columns(**absent, **alike).select(column for column in schema if column != "run_id")


def _families(batch: TraceBatch) -> NDArray[np.uint8]:
    """The family of each trace: of its target, its source, or its first hop with an address; 0 where nothing says."""
    found = np.where(batch.target_family != SILENT, batch.target_family, batch.source_family)
    if (found == SILENT).any():
        answered = np.flatnonzero(batch.family != SILENT)
        trace, first = np.unique(batch.hop_trace[answered], return_index=True)
        by_hop = np.zeros(len(found), np.uint8)
        by_hop[trace] = batch.family[answered[first]]
        found = np.where(found == SILENT, by_hop, found)
    return found.astype(np.uint8)


def _round_trips(
    given: NDArray[np.float32],
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.bool_]]:
    """Round trips to three digits, in whole thousandths too (-1 unknown), and which of them no thousandths can write.

    A number of 24 bits times a thousand is exact, so halves go to the even digit as `round` has them.
    """
    exact = given.astype(np.float64)
    whole = np.rint(exact * 1000)
    odd = (whole >= _MOST_THOUSANDTHS) | ((whole == 0) & np.signbit(exact))
    rtt = whole / 1000
    rtt[odd] = [round(one, 3) for one in exact[odd].tolist()]
    thousandths = np.where(np.isnan(whole) | odd, NO_NUMBER, whole).astype(np.int64)
    return rtt, thousandths, odd


def _common(content: Mapping[str, str | None]) -> NDArray[np.uint8]:
    """What every row says alike, as it stands within the JSON of a row."""
    stated = {name: value for name, value in content.items() if value is not None}
    return np.frombuffer(
        b"".join(f",{canonical_json({one: stated[one]})[1:-1]}".encode() for one in sorted(stated)), np.uint8
    )


def _pool(texts: Sequence[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Texts one after another, and where each begins."""
    encoded = [one.encode() for one in texts]
    starts = np.concatenate([[0], np.cumsum([len(one) for one in encoded])]).astype(np.int64)
    return np.frombuffer(b"".join(encoded), np.uint8), starts


def _stated(column: NDArray[np.int64]) -> pl.Series:
    made = pl.Series(column)
    return made.set(made == UNKNOWN, None)


def _ids(numbers: Halves, before: str) -> pl.Series:
    """Numbers as text of sixteen hexadecimal digits behind some letters."""
    width = len(before) + _ID_BYTES
    texts = np.empty(width * len(numbers), np.uint8)
    write_ids(numbers, np.frombuffer(before.encode(), np.uint8), texts)
    return _texts(texts, np.arange(len(numbers) + 1) * width)


def _addresses(family: NDArray[np.uint8], high: Halves, low: Halves) -> pl.Series:
    """Addresses as RFC 5952 writes them; null for family 0."""
    texts, starts = np.empty(IPV6_BYTES * len(family) + IPV6_BYTES, np.uint8), np.empty(len(family) + 1, np.int64)
    write_addresses(family, high, low, texts, starts)
    made = _texts(texts, starts)
    return made.set(pl.Series(family == SILENT), None)


def _texts(letters: NDArray[np.uint8], starts: NDArray[np.int64]) -> pl.Series:
    """A column of text from letters one after another and where each text begins."""
    import pyarrow as pa

    made = pa.LargeStringArray.from_buffers(len(starts) - 1, pa.py_buffer(starts), pa.py_buffer(letters))
    return pl.Series(made)
