"""Traces and their hops as arrays, and how one trace read from a document becomes rows of them.

A hop row is one address that answered at one TTL. A TTL at which nobody answered in time is one row of family 0: it
is silent, never clear. Addresses are keys of 128 bits in two halves, IPv4 in the top 32 bits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from math import isfinite, nan
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from provenet.ingest.bgp.numbers import IPV4, IPV6, key_text
from provenet.ingest.traces.kernels.hop_rows import mix_ids

SILENT = 0
"""The family of a hop row without an address."""
LATE = 1
"""An answer to an earlier trace arrived while this TTL was probed; it was passed over."""
DUPLICATE = 2
"""The address answered one packet more than once."""
ERROR = 4
"""The address answered with an error of ICMP, or the probe could not send."""
LOOP = 8
"""The address answered at a lower TTL already, with another address between."""
SEVERAL = 16
"""Several addresses answered at this TTL."""
MPLS = 32
"""The answer carries a label stack (RFC 4950)."""
GAP = 64
"""The row stands for one or more TTLs that the trace does not speak of, before one that answered."""
REWRITTEN = 128
"""The answer quotes another destination than the target: something on the way rewrites addresses."""
PARTLY = 256
"""Some packet of this TTL got no answer in time."""
FLAGS = {
    "late": LATE,
    "duplicate": DUPLICATE,
    "error": ERROR,
    "loop": LOOP,
    "several": SEVERAL,
    "mpls": MPLS,
    "gap": GAP,
    "rewritten": REWRITTEN,
    "partly": PARTLY,
}
"""Each flag of a hop row by its word."""
UNKNOWN = -1
"""A number that the document does not state."""
PROTOCOLS = {"ICMP": 1, "TCP": 6, "UDP": 17}
"""The numbers of protocols (IANA) by the words of documents; 0 where none is stated."""
_LOW = (1 << 64) - 1

Address = tuple[int, int]
"""The family (4 or 6) and the number of an address."""


@dataclass(frozen=True, kw_only=True)
class TraceBatch:
    """Some traces of a file, in its order: n traces and h hop rows.

    Per trace: `trace_id` int64, mixed from all that the trace says; `started_at` int64, seconds since 1970;
    `probe_id` and `measurement_id` int64; `protocol` uint8 (IANA's number, 0 unknown); source and target as `_high`,
    `_low` (uint64) and `_family` (uint8: 4, 6, 0 unknown); `reached` bool. -1 is unknown. The hops of trace i are the
    rows `first_hop[i]` to `first_hop[i + 1]`, by TTL (`first_hop` is int64[n + 1]).

    Per hop row: `ttl` uint8; `high`, `low`, `family` (0: silent); `rtt_ms` float32, the least of the answers, NaN
    unknown; `flags` uint16 (`FLAGS`).
    """

    trace_id: NDArray[np.int64]
    started_at: NDArray[np.int64]
    probe_id: NDArray[np.int64]
    measurement_id: NDArray[np.int64]
    protocol: NDArray[np.uint8]
    source_high: NDArray[np.uint64]
    source_low: NDArray[np.uint64]
    source_family: NDArray[np.uint8]
    target_high: NDArray[np.uint64]
    target_low: NDArray[np.uint64]
    target_family: NDArray[np.uint8]
    reached: NDArray[np.bool_]
    first_hop: NDArray[np.int64]
    ttl: NDArray[np.uint8]
    high: NDArray[np.uint64]
    low: NDArray[np.uint64]
    family: NDArray[np.uint8]
    rtt_ms: NDArray[np.float32]
    flags: NDArray[np.uint16]

    @property
    def trace_count(self) -> int:
        """How many traces."""
        return len(self.trace_id)

    @property
    def hop_count(self) -> int:
        """How many hop rows, silent ones included."""
        return len(self.ttl)

    @property
    def hop_trace(self) -> NDArray[np.int64]:
        """The place of the trace of each hop row in this batch, int64."""
        return np.repeat(np.arange(self.trace_count), np.diff(self.first_hop))

    def addresses(self, end: str, places: NDArray[Any]) -> pl.Series:
        """Some addresses as RFC 5952 writes them, null where none is: of `source_`, `target_`, or of hop rows (empty).

        Each distinct one is written once.
        """
        keys = pl.DataFrame({part: getattr(self, f"{end}{part}")[places] for part in ("family", "high", "low")})
        octets = [(pl.col("high") // 2**shift % 256).cast(pl.String) for shift in (56, 48, 40, 32)]
        four = keys.lazy().filter(family=IPV4).unique().with_columns(text=pl.concat_str(octets, separator="."))
        six = keys.filter(family=IPV6).unique()
        texts = pl.Series("text", [key_text(*key) for key in six.iter_rows()], pl.String)
        known = pl.concat([four.collect(), six.with_columns(texts)])
        return keys.join(known, keys.columns, how="left", maintain_order="left")["text"]

    def part(self, first: int, last: int) -> TraceBatch:
        """The traces from `first` up to, not including, `last`."""
        start, stop = int(self.first_hop[first]), int(self.first_hop[last])
        per_trace = {name: getattr(self, name)[first:last] for name in ("trace_id", *_PER_TRACE)}
        per_hop = {name: getattr(self, name)[start:stop] for name in _PER_HOP}
        return TraceBatch(**per_trace, **per_hop, first_hop=self.first_hop[first : last + 1] - start)

    def only(self, kept: NDArray[np.bool_]) -> TraceBatch:
        """The traces that are kept."""
        length = np.diff(self.first_hop)
        per_trace = {name: getattr(self, name)[kept] for name in ("trace_id", *_PER_TRACE)}
        per_hop = {name: getattr(self, name)[np.repeat(kept, length)] for name in _PER_HOP}
        return TraceBatch(**per_trace, **per_hop, first_hop=starts_of(length[kept]))


_NAMES = [one.name for one in fields(TraceBatch)]
_PER_TRACE, _PER_HOP = _NAMES[1 : _NAMES.index("first_hop")], _NAMES[_NAMES.index("first_hop") + 1 :]
_KINDS: dict[str, Any] = {
    **dict.fromkeys(("trace_id", "started_at", "probe_id", "measurement_id"), np.int64),
    **dict.fromkeys(("source_high", "source_low", "target_high", "target_low", "high", "low"), np.uint64),
    **dict.fromkeys(("protocol", "source_family", "target_family", "ttl", "family"), np.uint8),
    "reached": np.bool_,
    "rtt_ms": np.float32,
    "flags": np.uint16,
}
assert {*_KINDS, "first_hop"} == {*_NAMES}


def joined(batches: Sequence[TraceBatch]) -> TraceBatch:
    """The traces of several batches one after another. Cost O(hops)."""
    if len(batches) == 1:
        return batches[0]
    parts = {name: np.concatenate([getattr(one, name) for one in batches]) for name in _KINDS}
    return TraceBatch(**parts, first_hop=starts_of(np.concatenate([np.diff(one.first_hop) for one in batches])))


def with_ids(columns: Mapping[str, NDArray[Any]]) -> TraceBatch:
    """A batch of all columns but `trace_id`, which is mixed from them."""
    count, first_hop = len(columns["started_at"]), columns["first_hop"]
    heads = np.empty((count, len(_PER_TRACE)), np.uint64)
    for at, name in enumerate(_PER_TRACE):
        heads[:, at] = columns[name].astype(np.int64).view(np.uint64) if _KINDS[name] is np.int64 else columns[name]
    marks = columns["rtt_ms"].view(np.uint32).astype(np.uint64) << np.uint64(32)
    marks |= columns["flags"].astype(np.uint64) << np.uint64(16)
    marks |= columns["family"].astype(np.uint64) << np.uint64(8)
    marks |= columns["ttl"]
    ids = np.empty(count, np.uint64)
    mix_ids(heads, first_hop, marks, columns["high"], columns["low"], ids)
    return TraceBatch(trace_id=ids.view(np.int64), **columns)


@dataclass(frozen=True, kw_only=True)
class HopReply:
    """What came back for one packet: the address that answered, None where none did or it is not stated."""

    address: Address | None = None
    rtt_ms: float = nan
    flags: int = 0


@dataclass(frozen=True)
class HopRow:
    """One hop row of one trace."""

    ttl: int
    address: Address | None
    rtt_ms: float
    flags: int


@dataclass(frozen=True, kw_only=True)
class Trace:
    """One trace read from a document."""

    started_at: int = UNKNOWN
    probe_id: int = UNKNOWN
    measurement_id: int = UNKNOWN
    protocol: int = 0
    source: Address | None = None
    target: Address | None = None
    reached: bool = False
    hops: list[HopRow] = field(default_factory=list)


def hop_rows(answers: Iterable[tuple[int, Sequence[HopReply]]]) -> list[HopRow]:
    """The hop rows of a trace by TTL, given what came back for the packets of each TTL, in any order."""
    by_ttl: dict[int, list[HopReply]] = {}
    for ttl, some in answers:
        by_ttl.setdefault(ttl, []).extend(some)
    rows: list[HopRow] = []
    before = 0
    for ttl in sorted(by_ttl):
        made = _rows_of(ttl, by_ttl[ttl])
        if ttl > before + 1 and made[0].address is not None:
            rows.append(HopRow(before + 1, None, nan, GAP))
        before = ttl
        rows += [replace(row, flags=row.flags | LOOP) if _loops(row, rows) else row for row in made]
    return rows


def _loops(row: HopRow, before: Sequence[HopRow]) -> bool:
    """Whether the address answered at a lower TTL, and another at one between."""
    first = next((one.ttl for one in before if one.address == row.address), None)
    if row.address is None or first is None:
        return False
    return any(first < one.ttl and one.address not in (None, row.address) for one in before)


def _rows_of(ttl: int, answers: Sequence[HopReply]) -> list[HopRow]:
    """One row for each address that answered in time, by first answer; one silent row where none did."""
    found: dict[Address, tuple[float, int]] = {}
    shared = silent = 0
    for one in answers:
        if one.flags & LATE:
            shared |= LATE
        elif one.address is None:
            silent |= PARTLY | one.flags
        else:
            rtt, flags = found.get(one.address, (nan, 0))
            least = one.rtt_ms if not isfinite(rtt) or one.rtt_ms < rtt else rtt
            found[one.address] = (least, flags | one.flags)
    if not found:
        return [HopRow(ttl, None, nan, shared | (silent & ERROR))]
    shared |= (silent & PARTLY) | (SEVERAL if len(found) > 1 else 0)
    return [HopRow(ttl, address, rtt, flags | shared) for address, (rtt, flags) in found.items()]


_STATED = ("started_at", "probe_id", "measurement_id", "protocol", "reached")


def batch_of(traces: Sequence[Trace]) -> TraceBatch:
    """Traces as arrays. Cost O(hops)."""
    hops = [hop for one in traces for hop in one.hops]
    addresses = {
        "source_": [address_key(one.source) for one in traces],
        "target_": [address_key(one.target) for one in traces],
        "": [address_key(hop.address) for hop in hops],
    }
    columns = {
        **{name: [getattr(one, name) for one in traces] for name in _STATED},
        **{name: [getattr(hop, name) for hop in hops] for name in ("ttl", "rtt_ms", "flags")},
        **{f"{end}high": [key[0] for key in keys] for end, keys in addresses.items()},
        **{f"{end}low": [key[1] for key in keys] for end, keys in addresses.items()},
        **{f"{end}family": [key[2] for key in keys] for end, keys in addresses.items()},
    }
    lengths = np.array([len(one.hops) for one in traces], np.int64)
    arrays: dict[str, NDArray[Any]] = {name: np.array(column, _KINDS[name]) for name, column in columns.items()}
    return with_ids({**arrays, "first_hop": starts_of(lengths)})


def starts_of(lengths: ArrayLike) -> NDArray[np.int64]:
    """Where runs of some lengths begin, and where the last ends: int64[n + 1]."""
    lengths = np.asarray(lengths, np.int64)
    starts = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=starts[1:])
    return starts


def address_key(address: Address | None) -> tuple[int, int, int]:
    """The halves of the key of an address, and its family."""
    if address is None:
        return 0, 0, SILENT
    family, number = address
    if family == IPV4:
        return number << 32, 0, IPV4
    return number >> 64, number & _LOW, IPV6
