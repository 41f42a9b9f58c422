"""What a BGP UPDATE and a RIB entry say of a route, and routes as a reader of MRT gathers them, in batches.

An entry says an AS path, prefixes and withdrawn prefixes (RFC 4271, 4760, 6793, 7911). A broken piece raises `Broken`
with a sentence; the caller knows at which byte of the file it stands.
"""

from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from struct import Struct, error, unpack_from

import numpy as np

from provenet.core.errors import FaultList
from provenet.ingest.bgp.observed import PathRows

AS_TRANS = 23456
"""What stands in a path of two-byte ASNs for an AS that does not fit."""
AS_PATH, AGGREGATOR, MP_REACH, MP_UNREACH, AS4_PATH, AS4_AGGREGATOR = 2, 7, 14, 15, 17, 18
SET, SEQUENCE, CONFED_SEQUENCE, CONFED_SET = 1, 2, 3, 4
_PART = {SEQUENCE: 0, SET: 1, CONFED_SEQUENCE: 2, CONFED_SET: 3}
UNICAST = 1
_TWO_BYTES = Struct(">H")

Path = tuple[tuple[int, ...], tuple[int, ...]]
"""The ASes of a path as sent, and the part each stands in: 0 sequence, 1 set, 2 and 3 those of a confederation."""
Segment = tuple[int, tuple[int, ...]]
Prefix = tuple[int, int, int, int]
"""Family (4 or 6), address as a whole number, length, ADD-PATH identifier or -1."""
NO_PATH: Path = ((), ())


class Broken(ValueError):
    """A piece of a record is not what its standard says."""


def attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The path attributes of a route, as (type, value). Raises Broken where one reaches beyond the end."""
    at, end = 0, len(data)
    while at < end:
        if at + 3 > end:
            raise Broken("the path attributes end inside a header")
        flags, kind = data[at], data[at + 1]
        head = 4 if flags & 0x10 else 3
        if at + head > end:
            raise Broken("the path attributes end inside a header")
        size = _TWO_BYTES.unpack_from(data, at + 2)[0] if head == 4 else data[at + 2]
        if at + head + size > end:
            raise Broken(f"attribute {kind} is said to be {size} bytes long and {end - at - head} are left")
        yield kind, data[at + head : at + head + size]
        at += head + size


def segments(data: bytes, as_bytes: int) -> list[Segment]:
    """The segments of an AS_PATH or AS4_PATH of ASNs of 2 or 4 bytes. Raises Broken."""
    found, at = [], 0
    while at < len(data):
        if at + 2 > len(data):
            raise Broken("an AS path ends inside the head of a segment")
        kind, count = data[at], data[at + 1]
        end = at + 2 + count * as_bytes
        if kind not in _PART:
            raise Broken(f"an AS path has a segment of kind {kind}, which no standard knows")
        if end > len(data):
            raise Broken(f"a segment of an AS path is said to hold {count} ASNs and ends before them")
        found.append((kind, unpack_from(f">{count}{'I' if as_bytes == 4 else 'H'}", data, at + 2)))
        at = end
    return found


def hops(of: list[Segment]) -> int:
    """How long a path counts: each AS of a sequence 1, a set 1, a confederation nothing (RFC 4271, 5065)."""
    return sum({SEQUENCE: len(asns), SET: 1}.get(kind, 0) for kind, asns in of)


def merged(path: list[Segment], path4: list[Segment]) -> list[Segment]:
    """The path of a speaker of two-byte ASNs with what AS4_PATH says put in its place (RFC 6793, section 4.2.3).

    Segments of a confederation in AS4_PATH are void; an AS4_PATH longer than the path is void as a whole. Segments of a
    confederation in the path are kept where they lead it or stand next to a segment that is kept.

    >>> merged([(2, (10, 23456, 20))], [(2, (70000, 20))])
    [(2, (10,)), (2, (70000, 20))]
    """
    path4 = [(kind, asns) for kind, asns in path4 if kind in (SEQUENCE, SET)]
    lead = hops(path) - hops(path4)
    if not path4 or lead < 0:
        return path
    kept: list[Segment] = []
    for kind, asns in path:
        if kind in (SEQUENCE, SET) and not lead:
            break
        part = asns[:lead] if kind == SEQUENCE else asns
        kept.append((kind, part))
        lead -= hops([(kind, part)])
        if len(part) < len(asns):
            break
    return kept + path4


def flat(of: list[Segment]) -> Path:
    """A path as one row of ASes beside the part each stands in."""
    return tuple(asn for _, part in of for asn in part), tuple(_PART[kind] for kind, part in of for _ in part)


def path_of(found: dict[int, bytes], as_bytes: int) -> Path:
    """The AS path that the attributes of a route tell, AS4_PATH merged where ASNs are of two bytes. Raises Broken.

    An AS4_PATH is void too where AGGREGATOR is present and is not AS_TRANS: it is older than the aggregate.
    """
    path = segments(found.get(AS_PATH, b""), as_bytes)
    if as_bytes == 2 and AS4_PATH in found:
        aggregator = found.get(AGGREGATOR, b"")
        if not (AS4_AGGREGATOR in found and aggregator[:2] != AS_TRANS.to_bytes(2, "big") and bool(aggregator)):
            path = merged(path, segments(found[AS4_PATH], 4))
    return flat(path)


def first_of_each(data: bytes) -> dict[int, bytes]:
    """Attributes by type; of a type that stands twice the first counts (RFC 7606). Raises Broken."""
    found: dict[int, bytes] = {}
    for kind, value in attributes(data):
        found.setdefault(kind, value)
    return found


def prefixes(data: bytes, family: int, add_path: bool) -> Iterator[Prefix]:
    """Prefixes as an UPDATE packs them; bits beyond the length are cleared. Raises Broken."""
    bits = 32 if family == 4 else 128
    at, end, route_id = 0, len(data), -1
    while at < end:
        if add_path:
            if at + 5 > end:
                raise Broken("a list of prefixes ends inside an ADD-PATH identifier")
            route_id = int.from_bytes(data[at : at + 4], "big")
            at += 4
        length = data[at]
        size = (length + 7) // 8
        if length > bits:
            raise Broken(f"an IPv{family} prefix is said to be {length} bits long")
        if at + 1 + size > end:
            raise Broken("a list of prefixes ends inside a prefix")
        yield family, address(data[at + 1 : at + 1 + size], length, bits), length, route_id
        at += 1 + size


def address(data: bytes, length: int, bits: int) -> int:
    """The first address of a prefix as a whole number: `length` bits of `data`, the rest zero."""
    return (int.from_bytes(data, "big") << (bits - 8 * len(data))) >> (bits - length) << (bits - length)


def update(data: bytes, as_bytes: int, add_path: bool) -> tuple[Path, list[Prefix], list[Prefix]]:
    """The path, the prefixes announced and the prefixes withdrawn by an UPDATE's body. Raises Broken.

    Prefixes that are not unicast IPv4 or IPv6 are left out.
    """
    try:
        at = 2 + _TWO_BYTES.unpack_from(data)[0]
        size = _TWO_BYTES.unpack_from(data, at)[0]
    except error as err:
        raise Broken("an UPDATE ends inside its lengths") from err
    if at + 2 + size > len(data):
        raise Broken(f"the path attributes of an UPDATE are said to be {size} bytes long and end before that")
    found = first_of_each(data[at + 2 : at + 2 + size])
    gone = list(prefixes(data[2:at], 4, add_path))
    fresh = list(prefixes(data[at + 2 + size :], 4, add_path))
    if MP_UNREACH in found:
        family, rest = _family(found[MP_UNREACH])
        gone += prefixes(rest, family, add_path) if family else []
    if MP_REACH in found:
        family, rest = _family(found[MP_REACH])
        if family:
            fresh += prefixes(rest[_beyond_next_hop(rest) :], family, add_path)
    return (path_of(found, as_bytes) if fresh else NO_PATH), fresh, gone


def _family(data: bytes) -> tuple[int, bytes]:
    if len(data) < 3:
        raise Broken("a multiprotocol attribute ends inside its family")
    afi, safi = unpack_from(">HB", data)
    return ({1: 4, 2: 6}.get(afi, 0) if safi == UNICAST else 0), data[3:]


def _beyond_next_hop(data: bytes) -> int:
    """Where the prefixes of MP_REACH_NLRI begin: after the next hop and one byte that says nothing (RFC 4760)."""
    if not data or len(data) < 2 + data[0]:
        raise Broken("a multiprotocol attribute ends inside its next hop")
    return 2 + int(data[0])


MOST_SESSIONS = 2**20
"""How many sessions one file may name; real collectors have hundreds."""
_LOW = 2**64 - 1


@dataclass(frozen=True)
class Session:
    """One BGP session of a collector: the collector's BGP identifier where it is told, the peer's address and ASN."""

    collector: str
    address: str
    asn: int


@dataclass
class Reading:
    """What reading one MRT file found so far; whole once its batches are used up.

    `ended` is a sentence; `is_whole` is false where the file was cut, packed or not. `records` counts records read,
    `passed_over` those of kinds that hold no unicast route, by what they are; `faults` those that are broken.
    """

    name: str
    sessions: list[Session] = field(default_factory=list)
    state_changes: int = 0
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
            "state_changes": self.state_changes,
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
        self.kind, self.peer = array("B"), array("i")
        self.prefix, self.path = array("i"), array("i")

    def __len__(self) -> int:
        return len(self.kind)

    def prefix_index(self, prefix: Prefix) -> int:
        """The index of a prefix in this batch."""
        return self._prefixes.setdefault(prefix, len(self._prefixes))

    def path_index(self, path: Path) -> int:
        """The index of a path in this batch."""
        return self._paths.setdefault(path, len(self._paths))

    def add(self, kind: int, peer: int, *, prefix: int, path: int) -> None:
        """One row; `path` is -1 for a withdrawal."""
        self.kind.append(kind)
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
