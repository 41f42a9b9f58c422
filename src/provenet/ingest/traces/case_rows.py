"""Traces and hops of a batch as rows of the tables of a case, column by column, and these as arrays again.

No hop is ever an object of its own. The rows are those of `ingest.rows.made_row`, their ids too. What is read again
may come from other files.
"""

from collections.abc import Iterator, Mapping
from hashlib import sha256

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenet.case.tables import table
from provenet.core.digest import canonical_json
from provenet.core.ids import ID_HEX
from provenet.ingest.bgp.numbers import FAMILY, IPV4, IPV6
from provenet.ingest.bgp.prefix_columns import address_halves
from provenet.ingest.registry import DistinctRows
from provenet.ingest.rows import NOT_STATED, file_source
from provenet.ingest.sightings.reading import Constants
from provenet.ingest.traces.kernels.hop_rows import keep_answers, mark_fresh, order_by
from provenet.ingest.traces.trace_batch import FLAGS, SILENT, UNKNOWN, TraceBatch

_PROTOCOLS = {1: "icmp", 6: "tcp", 17: "udp"}
_MOST_SECONDS = 2**33
"""Later beginnings are none: the year is 2242."""
_FIRST_SLOTS = 1 << 16
_LARGE_MS = 1e9
"""From some number on Python writes an exponent, and Polars another."""
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

    def of(self, batch: TraceBatch) -> Iterator[tuple[str, DistinctRows]]:
        """The rows of `trace` and then those of `hop`, of traces that did not come before. Cost O(hops log hops).

        Hops stand in the order of their ids, in which a case keeps them.
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
        started = np.where((batch.started_at >= 0) & (batch.started_at < _MOST_SECONDS), batch.started_at, UNKNOWN)
        words = np.array([FAMILY.get(one, "") for one in range(256)], object)
        columns = {
            "trace_id": _hexadecimal(batch.trace_id.view(np.uint64)[kept]),
            "measurement_id": _stated(batch.measurement_id[kept]).cast(pl.String),
            "probe_id": _stated(batch.probe_id[kept]).cast(pl.String),
            "started_at": (_stated(started[kept]) * 1_000_000).cast(pl.Datetime("us", "UTC")),
            "family": pl.Series(words[family[kept]], dtype=pl.String),
            "source_address": batch.addresses("source_", kept),
            "target_address": batch.addresses("target_", kept),
            "protocol": pl.Series([_PROTOCOLS.get(one) for one in batch.protocol[kept].tolist()], dtype=pl.String),
            "reached": pl.Series(batch.reached[kept]),
            "hop_count": pl.Series(np.diff(batch.first_hop)[kept]),
        }
        stands = {"source_asn": self._constants.asn, "source_country": self._constants.country}
        made = pl.DataFrame(columns)
        texts = ("family", "measurement_id", "probe_id", "protocol", "source_address", "target_address", "trace_id")
        stated = {name: _quoted(name) for name in texts}
        stated |= {name: pl.col(name).cast(pl.String) for name in ("hop_count", "reached")}
        stated["started_at"] = pl.col("started_at").dt.strftime('"%Y-%m-%dT%H:%M:%S+00:00"')
        ids = _digests("trace", made, {**stated, **_literals(stands)})
        return self._whole("trace", made.with_columns(row_id=ids), stands)

    def _hops(self, batch: TraceBatch, kept: NDArray[np.int64]) -> pl.DataFrame:
        length = np.diff(batch.first_hop)
        rows = np.repeat(np.isin(np.arange(len(length)), kept), length)
        of_trace = np.repeat(np.arange(len(kept)), length[kept])
        flags = batch.flags[rows].astype(np.uint32)
        lists = [[word for word, bit in FLAGS.items() if one & bit] for one in range(2 * max(FLAGS.values()))]
        # A number of 24 bits times a thousand is exact, so halves go to the even digit as `round` has them.
        made = pl.DataFrame(
            {
                "trace_id": _hexadecimal(batch.trace_id.view(np.uint64)[kept]).gather(of_trace),
                "ttl_count": pl.Series(batch.ttl[rows].astype(np.int64)),
                "address": batch.addresses("", rows),
                "rtt_ms": pl.Series(np.rint(batch.rtt_ms[rows].astype(np.float64) * 1000) / 1000, nan_to_null=True),
                "flags": pl.Series(lists, dtype=pl.List(pl.String)).gather(flags),
            }
        )
        trips = made["rtt_ms"].cast(pl.String)
        large = (made["rtt_ms"] >= _LARGE_MS).fill_null(False)
        trips = trips.scatter(large.arg_true(), [repr(one) for one in made["rtt_ms"].filter(large)])
        stated = {name: _quoted(name) for name in ("address", "trace_id")}
        stated |= {"rtt_ms": pl.lit(trips), "ttl_count": pl.col("ttl_count").cast(pl.String)}
        stated["flags"] = pl.lit(pl.Series([canonical_json(one) for one in lists]).gather(flags))
        ids = _digests("hop", made, {**stated, **_literals({"source_id": self._source})})
        return self._whole("hop", made.with_columns(row_id=ids).sort("row_id"), {})

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


def _digests(name: str, rows: pl.DataFrame, stated: Mapping[str, pl.Expr]) -> pl.Series:
    """The ids of rows, as `content_id` makes them: digests of their canonical JSON, here put together by column.

    `stated` has the JSON of each value, null where nothing is stated.
    """
    stated = {**stated, **_literals({"reading": NOT_STATED})}
    parts = [pl.concat_str(pl.lit(f',"{one}":'), stated[one]).fill_null("") for one in sorted(stated)]
    texts = rows.select(pl.concat_str(pl.lit("{"), pl.concat_str(parts).str.slice(1), pl.lit("}")).cast(pl.Binary))
    digests = [sha256(text).digest()[: ID_HEX // 2] for text in texts.to_series()]
    return f"{name}-" + pl.Series(digests, dtype=pl.Binary).bin.encode("hex")


def _quoted(name: str) -> pl.Expr:
    """The JSON of a column of plain text."""
    return pl.concat_str(pl.lit('"'), pl.col(name), pl.lit('"'))


def _literals(content: Mapping[str, str | None]) -> dict[str, pl.Expr]:
    """The JSON of what every row says alike."""
    return {name: pl.lit(canonical_json(value)) for name, value in content.items() if value is not None}


def _stated(column: NDArray[np.int64]) -> pl.Series:
    made = pl.Series(column)
    return made.set(made == UNKNOWN, None)


def _hexadecimal(numbers: Halves) -> pl.Series:
    """Numbers as text of sixteen hexadecimal digits."""
    return pl.Series([f"{one:016x}" for one in numbers.tolist()], dtype=pl.String)


Keys = tuple[NDArray[np.uint8], Halves, Halves]
"""Family, high and low half."""
_SEEDS = 7, 11
_TTLS = 256


def trace_keys(ids: pl.Series) -> Keys:
    """Ids of traces as keys of 128 bits: two hashes of the text, equal within one process only. Cost O(n)."""
    high, low = (ids.hash(seed).to_numpy() for seed in _SEEDS)
    return np.ones(len(ids), np.uint8), high, low


def address_keys(addresses: pl.Series) -> Keys:
    """Stored addresses as keys; family 0 where there is none. Raises ValueError for a text that is no address.

    Each distinct text is read once.
    """
    texts = addresses.alias("text").replace("", None)
    distinct = texts.drop_nulls().unique()
    high, low = address_halves(distinct)
    family = np.where(distinct.str.contains(":", literal=True).to_numpy(), IPV6, IPV4).astype(np.uint8)
    known = pl.DataFrame([distinct, pl.Series("place", np.arange(1, len(distinct) + 1))])
    place = texts.to_frame().join(known, "text", how="left", maintain_order="left")["place"].fill_null(0).to_numpy()
    keys = [np.concatenate([np.zeros(1, part.dtype), part]) for part in (family, high, low)]
    return keys[0][place], keys[1][place], keys[2][place]


def answers_in_order(
    of_trace: NDArray[np.int64],
    ttl: NDArray[np.int64],
    address: NDArray[np.int32],
    *,
    is_loop: NDArray[np.bool_],
    traces: int,
    addresses: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The hop rows that count, by trace and TTL, and how many each trace has.

    `of_trace` is the place of each row's trace, `address` its number below `addresses`, -1 for silence. An answer that
    stands twice counts once, and is a loop in `is_loop` where one of its rows is. A TTL at which somebody answered is
    not silent. Cost O(rows + traces + addresses).
    """
    if len(ttl) and not 0 <= ttl.min() <= ttl.max() < _TTLS:
        ttl = np.unique(ttl, return_inverse=True)[1]
    order, other = np.arange(len(ttl)), np.empty(len(ttl), np.int64)
    order_by(ttl, order, np.zeros(max(_TTLS, int(ttl.max(initial=0)) + 1) + 1, np.int64), other)
    order_by(of_trace, other, np.zeros(traces + 1, np.int64), order)
    kept, length = np.empty(len(ttl), np.int64), np.zeros(traces, np.int64)
    count = keep_answers(order, of_trace, ttl, address, is_loop, np.full(addresses, -1, np.int64), kept, length)
    return kept[:count], length
