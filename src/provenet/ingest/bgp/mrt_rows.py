"""Routes as a reader of MRT gathers them, in batches of arrays and as frames; and what a reading found."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address

import numpy as np
import polars as pl

from provenet.core.errors import FaultList
from provenet.ingest.bgp.attributes import Path, Prefix
from provenet.ingest.bgp.observed import PathRows

MOST_SESSIONS = 2**20
"""How many sessions one file may name; real collectors have hundreds."""
_LOW = 2**64 - 1
_KINDS = ["rib", "announced", "withdrawn"]


@dataclass(frozen=True)
class Session:
    """One BGP session of a collector: the collector's BGP identifier where it is told, the peer's address and ASN."""

    collector: str
    address: str
    asn: int


@dataclass(frozen=True)
class StateChange:
    """A session went from one state to another (RFC 4271: 1 idle to 6 established)."""

    at_us: int
    session: int
    old: int
    new: int


@dataclass
class Reading:
    """What reading one MRT file found so far; whole once its batches are used up.

    `ended` is a sentence; `is_whole` is false where the file was cut, packed or not. `records` counts records read,
    `passed_over` those of kinds that hold no unicast route, by what they are; `faults` those that are broken.
    """

    name: str
    sessions: list[Session] = field(default_factory=list)
    states: list[StateChange] = field(default_factory=list)
    records: int = 0
    routes: int = 0
    by_kind: Counter[str] = field(default_factory=Counter)
    passed_over: Counter[str] = field(default_factory=Counter)
    faults: FaultList = field(default_factory=FaultList)
    packed_bytes: int = 0
    read_bytes: int = 0
    is_whole: bool = False
    ended: str = "Reading has not ended."

    def as_dict(self) -> dict[str, object]:
        """The reading without its sessions, as a JSON answer shows it."""
        return {
            "name": self.name,
            "is_whole": self.is_whole,
            "ended": self.ended,
            "records": self.records,
            "routes": self.routes,
            "sessions": len(self.sessions),
            "state_changes": len(self.states),
            "records_by_kind": dict(sorted(self.by_kind.items())),
            "passed_over": dict(sorted(self.passed_over.items())),
            "packed_bytes": self.packed_bytes,
            "read_bytes": self.read_bytes,
            "fault_count": self.faults.count,
            "faults": [fault.as_dict() for fault in self.faults.faults],
        }


class Gathering:
    """Rows of one batch, prefixes and paths each kept once."""

    def __init__(self) -> None:
        self._prefixes: dict[Prefix, int] = {}
        self._paths: dict[Path, int] = {}
        self.known: dict[bytes, int] = {}
        """The path of attributes already read in this batch."""
        self.kind, self.at_us, self.peer = array("B"), array("q"), array("i")
        self.prefix, self.path = array("i"), array("i")

    def __len__(self) -> int:
        return len(self.kind)

    def prefix_index(self, prefix: Prefix) -> int:
        """The index of a prefix in this batch."""
        return self._prefixes.setdefault(prefix, len(self._prefixes))

    def path_index(self, path: Path) -> int:
        """The index of a path in this batch."""
        return self._paths.setdefault(path, len(self._paths))

    def add(self, kind: int, at_us: int, peer: int, *, prefix: int, path: int) -> None:
        """One row; `path` is -1 for a withdrawal."""
        self.kind.append(kind)
        self.at_us.append(at_us)
        self.peer.append(peer)
        self.prefix.append(prefix)
        self.path.append(path)

    def rows(self) -> PathRows:
        """The batch as arrays."""
        row = np.array(self.prefix, np.int64)
        family, address, length, route_id = zip(*self._prefixes, strict=True) if self._prefixes else ((),) * 4
        sizes = np.fromiter((len(asns) for asns, _ in self._paths), np.int64, len(self._paths))
        start = np.zeros(len(sizes) + 1, np.int64)
        np.cumsum(sizes, out=start[1:])
        return PathRows(
            kind=np.array(self.kind, np.uint8),
            at_us=np.array(self.at_us, np.int64),
            peer=np.array(self.peer, np.int32),
            family=np.array(family, np.uint8)[row],
            high=np.array([a >> 64 for a in address], np.uint64)[row],
            low=np.array([a & _LOW for a in address], np.uint64)[row],
            length=np.array(length, np.uint8)[row],
            route_id=np.array(route_id, np.int64)[row],
            path=np.array(self.path, np.int32),
            path_start=start,
            path_asn=np.fromiter((asn for asns, _ in self._paths for asn in asns), np.int64, int(start[-1])),
            path_part=np.fromiter((part for _, parts in self._paths for part in parts), np.uint8, int(start[-1])),
        )


def address_text(data: bytes) -> str:
    """An address of 4 or 16 bytes as it is written."""
    return str(IPv4Address(data) if len(data) == 4 else IPv6Address(data))


def frame(rows: PathRows, sessions: list[Session]) -> pl.DataFrame:
    """A batch as a table, one row a route: who told it, when, the prefix as whole numbers, the path as a list.

    `path` holds the ASNs as they were sent and `path_part` what each stands in (0 sequence, 1 set, 2 and 3 those of a
    confederation); both are null for a withdrawal. `origin_asn` is null where the path is empty or ends in a set.
    """
    paths = pl.DataFrame(
        {
            "path": _lists(rows.path_start, pl.Series(rows.path_asn)),
            "path_part": _lists(rows.path_start, pl.Series(rows.path_part)),
            "origin_asn": pl.Series(rows.origins()).replace(-1, None),
        }
    )
    session_columns = pl.DataFrame(
        {
            "collector": [s.collector or None for s in sessions],
            "peer_address": [s.address for s in sessions],
            "peer_asn": pl.Series([s.asn for s in sessions], dtype=pl.Int64),
        },
        schema_overrides={"collector": pl.String, "peer_address": pl.String},
    )
    routes = pl.DataFrame(
        {
            "kind": pl.Series(rows.kind).replace_strict(dict(enumerate(_KINDS)), return_dtype=pl.String),
            "seen_at": pl.Series(rows.at_us).cast(pl.Datetime("us", "UTC")),
            "family": rows.family,
            "address_high": rows.high,
            "address_low": rows.low,
            "prefix_length": rows.length,
            "route_id": pl.Series(rows.route_id).replace(-1, None),
        }
    )
    # The row after the last path is null throughout: withdrawals are given that.
    paths = pl.concat([paths, paths.clear(1)])
    found = paths[np.where(rows.path < 0, len(paths) - 1, rows.path)]
    return pl.concat([session_columns[rows.peer], routes, found], how="horizontal")


def _lists(start: np.ndarray, of: pl.Series) -> pl.Series:
    """A column of lists of which list i is `of[start[i]:start[i + 1]]`."""
    sizes = np.diff(start)
    owner = pl.Series(np.repeat(np.arange(len(sizes), dtype=np.int64), sizes))
    grouped = pl.DataFrame({"owner": owner, "of": of}).group_by("owner", maintain_order=True).agg("of")
    every = pl.DataFrame({"owner": np.arange(len(sizes), dtype=np.int64)}).join(
        grouped, on="owner", how="left", maintain_order="left"
    )
    return every["of"].fill_null([])
