"""MRT records made by hand, byte by byte, for the tests of the reader."""

from ipaddress import ip_address, ip_network
from itertools import pairwise
from struct import pack
from typing import Any

import polars as pl

from provenet.ingest.bgp.mrt_routes import Session
from provenet.ingest.bgp.observed import SEQUENCE, PathRows


def record(kind: int, subtype: int, body: bytes, at: int = 1_000) -> bytes:
    return pack(">IHHI", at, kind, subtype, len(body)) + body


def attribute(kind: int, value: bytes, extended: bool = False) -> bytes:
    if extended or len(value) > 255:
        return pack(">BBH", 0x50, kind, len(value)) + value
    return pack(">BBB", 0x40, kind, len(value)) + value


def as_path(*parts: tuple[int, list[int]], size: int = 4) -> bytes:
    letter = "I" if size == 4 else "H"
    return b"".join(pack(f">BB{len(asns)}{letter}", kind, len(asns), *asns) for kind, asns in parts)


def path(*asns: int, size: int = 4) -> bytes:
    """The attribute AS_PATH of one sequence."""
    return attribute(2, as_path((2, list(asns)), size=size))


def prefix(text: str, route_id: int | None = None) -> bytes:
    net = ip_network(text)
    used = net.network_address.packed[: (net.prefixlen + 7) // 8]
    return (b"" if route_id is None else pack(">I", route_id)) + bytes([net.prefixlen]) + used


def peer_index(*peers: tuple[str, int], view: bytes = b"v") -> bytes:
    """A PEER_INDEX_TABLE; a peer of an ASN below 2^16 is written with two bytes."""
    body = bytes([9, 9, 9, 9]) + pack(">H", len(view)) + view + pack(">H", len(peers))
    for where, asn in peers:
        packed = ip_address(where).packed
        wide = asn > 65535
        kind = (len(packed) == 16) | wide << 1
        body += bytes([kind]) + b"\1\1\1\1" + packed + pack(">I" if wide else ">H", asn)
    return record(13, 1, body)


def rib(text: str, *entries: tuple[int, bytes], subtype: int | None = None, route_id: int | None = None) -> bytes:
    body = pack(">I", 7) + prefix(text) + pack(">H", len(entries))
    for peer, attributes in entries:
        extra = b"" if route_id is None else pack(">I", route_id)
        body += pack(">HI", peer, 500) + extra + pack(">H", len(attributes)) + attributes
    kind = subtype or ((4 if ":" in text else 2) + (0 if route_id is None else 6))
    return record(13, kind, body)


def table_dump(text: str, peer: str, asn: int, attributes: bytes) -> bytes:
    net = ip_network(text)
    six = net.version == 6
    body = pack(">HH", 0, 1) + net.network_address.packed + bytes([net.prefixlen, 1]) + pack(">I", 400)
    body += ip_address(peer).packed + pack(">HH", asn, len(attributes)) + attributes
    return record(12, 2 if six else 1, body)


def update(gone: bytes = b"", attributes: bytes = b"", fresh: bytes = b"", kind: int = 2) -> bytes:
    body = pack(">H", len(gone)) + gone + pack(">H", len(attributes)) + attributes + fresh if kind == 2 else b""
    return b"\xff" * 16 + pack(">HB", 19 + len(body), kind) + body


def session(peer: str, asn: int, size: int) -> bytes:
    packed = ip_address(peer).packed
    head = pack(">IIHH" if size == 4 else ">HHHH", asn, 64512, 0, 1 if len(packed) == 4 else 2)
    return head + packed + bytes(len(packed))


def message(sent: bytes, peer: str = "192.0.2.1", asn: int = 10, size: int = 4, add_path: bool = False) -> bytes:
    subtype = {(2, False): 1, (4, False): 4, (2, True): 8, (4, True): 9}[size, add_path]
    return record(16, subtype, session(peer, asn, size) + sent)


def reach(text: str, route_id: int | None = None) -> bytes:
    """The attribute MP_REACH_NLRI of one IPv6 prefix."""
    return attribute(14, pack(">HBB", 2, 1, 16) + bytes(16) + b"\0" + prefix(text, route_id))


def unreach(text: str) -> bytes:
    return attribute(15, pack(">HB", 2, 1) + prefix(text))


def frame(rows: PathRows, sessions: list[Session]) -> pl.DataFrame:
    """A batch as a table, one row a route; `path` is null for a withdrawal, `origin_asn` where a path ends in a set."""
    spans = [slice(*ends) for ends in pairwise(rows.path_start.tolist())]
    asns, parts = [rows.path_asn[one].tolist() for one in spans], [rows.path_part[one].tolist() for one in spans]
    origins = [path[-1] if of[-1:] == [SEQUENCE] else None for path, of in zip(asns, parts, strict=True)]
    kinds: dict[str, Any] = {"path": pl.List(pl.Int64), "path_part": pl.List(pl.UInt8), "origin_asn": pl.Int64}
    # The row after the last path is null throughout: withdrawals are given that.
    told = {"path": [*asns, None], "path_part": [*parts, None], "origin_asn": [*origins, None]}
    peers = [(one.collector or None, one.address, one.asn) for one in sessions]
    columns: dict[str, Any] = {"collector": pl.String, "peer_address": pl.String, "peer_asn": pl.Int64}
    routes = pl.DataFrame(
        {
            "kind": [("rib", "announced", "withdrawn")[kind] for kind in rows.kind.tolist()],
            "family": rows.family,
            "address_high": rows.high,
            "address_low": rows.low,
            "prefix_length": rows.length,
            "route_id": pl.Series(rows.route_id).replace(-1, None),
        }
    )
    at = pl.Series([len(spans) if path < 0 else path for path in rows.path.tolist()])
    who = pl.DataFrame(peers, schema=columns, orient="row")[pl.Series(rows.peer)]
    return pl.concat([who, routes, pl.DataFrame(told, schema=kinds)[at]], how="horizontal")
