"""The binary form of scamper (warts): its trace objects, decoded by the layout that warts(5) describes.

A file is a row of objects, each with a magic number, a type and a length. Fields of an object are those whose bit is
set in a row of flags, in order; fields that are not known here lie behind those that are, within a stated length. An
address stands in full once in an object, later by its place there; old files refer to objects of addresses instead.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from math import nan
from typing import BinaryIO, cast

from provenet.core.errors import Fault, FaultList, clip
from provenet.core.progress import Progress
from provenet.ingest.bgp.addresses import IPV4, IPV6, unmapped
from provenet.ingest.opening import BLOCK_BYTES, Upload
from provenet.ingest.traces.documents import MOST_TTL, RecordFault
from provenet.ingest.traces.scamper import MPLS_CLASS, Reply, ScamperTrace
from provenet.ingest.traces.trace_batch import UNKNOWN, Address, Trace

MAGIC = b"\x12\x05"
MOST_BYTES = 2**24
"""The longest object that is read."""
_HEADER_BYTES = 8
_ADDRESS, _TRACE = 5, 6
_KINDS = {
    1: "list",
    2: "cycle-start",
    3: "cycle-def",
    4: "cycle-stop",
    7: "ping",
    8: "tracelb",
    9: "dealias",
    10: "neighbourdisc",
    11: "tbit",
    12: "sting",
    13: "sniff",
    14: "host",
    15: "http",
    16: "udpprobe",
}
_SIDE_KINDS = frozenset({1, 2, 3, 4})
"""Objects that say who measured and when; they are no records of their own."""
_LENGTHS = {1: (IPV4, 4), 2: (IPV6, 16)}
"""Family and length of the kinds of addresses; others (3 Ethernet, 4 FireWire) are none of the internet."""
_WHERE = {1: 4, 2: 4, 3: 4, 4: 4, 5: 8, 6: 1, 7: 1, 8: 1, 9: 1, 10: 1, 11: 1, 12: 2, 13: 2, 14: 2, 15: 1, 16: 1}
_WHERE |= {17: 1, 18: 1, 19: 2, 20: 1, 21: 1, 22: 1, 23: 2, 24: 1, 25: 1}
"""Length of the plain fields of a trace by their place among the flags."""
_OLD_SOURCE, _OLD_TARGET, _START, _STOP, _METHOD, _FIRST, _COUNT, _SOURCE, _TARGET = 3, 4, 5, 6, 11, 15, 19, 26, 27
_HOP = {1: 4, 2: 1, 3: 1, 4: 1, 5: 1, 6: 4, 7: 2, 8: 2, 9: 2, 10: 2, 11: 1, 12: 2, 13: 2, 14: 1, 15: 1, 16: 1}
"""Length of the plain fields of a reply."""
_OLD_HOP, _TTL, _PROBE, _RTT, _ICMP, _EXTENSIONS, _HOP_ADDRESS = 1, 2, 5, 6, 7, 17, 18
_PROTOCOLS = {1: 1, 2: 17, 3: 6, 4: 1, 5: 17, 6: 6}
"""IANA's number of the protocol by scamper's method."""
_COMPLETED = 1


def read_warts(
    upload: Upload, faults: FaultList, progress: Progress, *, passed: Counter[str]
) -> Iterator[tuple[int, Trace]]:
    """The traces of a file, each with the number of its object. Faults and other kinds as `read_traces` has them."""

    def report(done: int) -> None:
        progress(f"bytes read of {upload.name}", done, upload.size_bytes)

    addresses: list[Address | None] = [None]
    with upload.stream(report) as raw:
        stream = cast(BinaryIO, io.BufferedReader(raw, BLOCK_BYTES))
        for row, (kind, body) in enumerate(_objects(stream, upload.name, faults), start=1):
            if faults.full:
                return
            try:
                if kind == _TRACE:
                    yield row, _trace(body, addresses)
                elif kind == _ADDRESS:
                    addresses.append(_old_address(body))
                elif kind not in _SIDE_KINDS:
                    passed[_KINDS.get(kind, f"type {kind} of warts")] += 1
            except RecordFault as fault:
                faults.add(
                    Fault(
                        upload.name,
                        fault.says,
                        row,
                        column=fault.path,
                        found=clip(fault.found),
                        expected=fault.expected,
                    )
                )


def _objects(stream: BinaryIO, name: str, faults: FaultList) -> Iterator[tuple[int, bytes]]:
    """Each object's type and body; ends with a fault where the next one cannot be told."""
    row = 0
    while header := stream.read(_HEADER_BYTES):
        row += 1
        kind, length = int.from_bytes(header[2:4]), int.from_bytes(header[4:8])
        if len(header) == _HEADER_BYTES and not header.startswith(MAGIC):
            faults.add(Fault(name, "no object of warts begins here", row, found=header.hex(), expected="1205..."))
            return
        if len(header) == _HEADER_BYTES and length > MOST_BYTES:
            faults.add(Fault(name, "an object is too long", row, found=f"{length:,} bytes"))
            return
        body = stream.read(length) if len(header) == _HEADER_BYTES else b""
        if len(header) < _HEADER_BYTES or len(body) < length:
            faults.add(Fault(name, "the file ends inside an object", row, way_out="Fetch the file again."))
            return
        yield kind, body


class _Fields:
    """A place in the body of an object, and the addresses that stood in it so far."""

    def __init__(self, body: bytes) -> None:
        self.body, self.at = body, 0
        self.addresses: list[Address | None] = []

    def take(self, count: int) -> bytes:
        """The next bytes. Raises RecordFault where there are fewer."""
        made = self.body[self.at : self.at + count]
        if len(made) < count:
            raise RecordFault(
                "the object ends inside a field", f"byte {self.at}", found=f"{len(made)} bytes", expected=f"{count}"
            )
        self.at += count
        return made

    def number(self, count: int) -> int:
        """The next bytes as a number."""
        return int.from_bytes(self.take(count))

    def flags(self) -> tuple[list[int], int]:
        """Which fields are there, and where they end."""
        found: list[int] = []
        base = 0
        while True:
            byte = self.number(1)
            found += [base + bit + 1 for bit in range(7) if byte >> bit & 1]
            base += 7
            if not byte & 0x80:
                break
        end = self.at
        if found:
            length = self.number(2)
            end = self.at + length
            if end > len(self.body):
                raise RecordFault(
                    "the fields end behind the object", f"byte {self.at}", found=length, expected="fewer bytes"
                )
        return found, end

    def address(self) -> Address | None:
        """An address in full, or by its place among those before."""
        length = self.number(1)
        if not length:
            place = self.number(4)
            if place >= len(self.addresses):
                raise RecordFault(
                    "no such address in the object", f"byte {self.at}", found=place, expected="an earlier one"
                )
            return self.addresses[place]
        made = _address(self.number(1), self.take(length))
        self.addresses.append(made)
        return made


def _address(kind: int, octets: bytes) -> Address | None:
    family, length = _LENGTHS.get(kind, (0, len(octets)))
    if length != len(octets):
        raise RecordFault(
            "an address has a length of its own", "address", found=f"{len(octets)} bytes", expected=f"{length}"
        )
    return unmapped(family, int.from_bytes(octets)) if family else None


def _old_address(body: bytes) -> Address | None:
    """The address of an object of its own: a byte of its number, its kind, its octets."""
    if len(body) < 2:
        raise RecordFault(
            "the object ends inside a field", "address", found=f"{len(body)} bytes", expected="an address"
        )
    return _address(body[1], body[2:])


def _referred(addresses: list[Address | None], place: int) -> Address | None:
    if place >= len(addresses):
        raise RecordFault("no such address in the file", "address", found=place, expected="an earlier one")
    return addresses[place]


def _trace(body: bytes, addresses: list[Address | None]) -> Trace:
    fields = _Fields(body)
    there, end = fields.flags()
    number: dict[int, int] = {}
    source = target = None
    for flag in there:
        if flag in (_SOURCE, _TARGET):
            source, target = (fields.address(), target) if flag == _SOURCE else (source, fields.address())
        elif flag in (_OLD_SOURCE, _OLD_TARGET):
            made = _referred(addresses, fields.number(4))
            source, target = (made, target) if flag == _OLD_SOURCE else (source, made)
        elif flag in _WHERE:
            number[flag] = fields.number(_WHERE[flag])
        else:
            break
    fields.at = end
    replies = [_reply(fields, addresses) for _ in range(fields.number(2))]
    last = number.get(_COUNT, 0)
    if last > MOST_TTL:
        raise RecordFault("a TTL is out of range", "hop_count", found=last, expected=f"a number from 0 to {MOST_TTL}")
    return ScamperTrace(
        source=source,
        target=target,
        started_at=number[_START] >> 32 if _START in number else UNKNOWN,
        protocol=_PROTOCOLS.get(number.get(_METHOD, 0), 0),
        completed=number.get(_STOP) == _COMPLETED,
        first_ttl=number.get(_FIRST, 1),
        last_ttl=last,
        replies=replies,
    ).trace()


def _reply(fields: _Fields, addresses: list[Address | None]) -> Reply:
    there, end = fields.flags()
    number: dict[int, int] = {}
    address: Address | None = None
    labelled = False
    for flag in there:
        if flag == _HOP_ADDRESS:
            address = fields.address()
        elif flag == _OLD_HOP:
            address = _referred(addresses, fields.number(4))
        elif flag == _EXTENSIONS:
            labelled = _labelled(fields)
        elif flag in _HOP:
            number[flag] = fields.number(_HOP[flag])
        else:
            break
    fields.at = end
    if _TTL not in number:
        raise RecordFault(
            "the reply has no TTL", f"byte {end}", found="nothing", expected=f"a number from 0 to {MOST_TTL}"
        )
    return Reply(
        ttl=number[_TTL],
        probe=number.get(_PROBE, UNKNOWN),
        address=address,
        rtt_ms=number[_RTT] / 1000 if _RTT in number else nan,
        icmp=divmod(number[_ICMP], 256) if _ICMP in number else None,
        labelled=labelled,
    )


def _labelled(fields: _Fields) -> bool:
    """Whether a label stack is among the extensions of ICMP."""
    end = fields.at + 2 + int.from_bytes(fields.body[fields.at : fields.at + 2])
    fields.take(2)
    labelled = False
    while fields.at < end:
        length, kind, _ = fields.number(2), fields.number(1), fields.number(1)
        fields.take(length)
        labelled = labelled or kind == MPLS_CLASS
    fields.at = end
    return labelled
