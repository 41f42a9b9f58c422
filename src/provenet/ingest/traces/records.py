"""One result of RIPE Atlas, as JSON, read by plain code: what each value means is decided here.

`kernels/atlas_scan` reads the same documents faster and leaves to this reader whatever is odd about one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, nan

from provenet.ingest.bgp.addresses import IPV6, read_address
from provenet.ingest.traces.trace_batch import (
    DUPLICATE,
    ERROR,
    MPLS,
    PROTOCOLS,
    REWRITTEN,
    UNKNOWN,
    Address,
    Answer,
    Trace,
    hop_rows,
)

MOST_TTL = 255
MOST_NUMBER = 2**62
"""Numbers of probes, measurements and seconds are smaller."""
MPLS_CLASS = 1
"""The class of a label stack among extensions of ICMP (RFC 4950)."""
_EUI64_MARK = 0xFFFE << 24
_EUI64_BITS = 0xFFFF << 24
_DEVICE_BITS = (1 << 40) - 1


class RecordFault(ValueError):
    """What is wrong with a record: where in it, what was found, and what was expected."""

    def __init__(self, says: str, path: str, found: object, expected: str) -> None:
        super().__init__(says)
        self.says, self.path, self.found, self.expected = says, path, str(found), expected


@dataclass(frozen=True)
class OtherRecord:
    """A record that is no traceroute, passed over by the name of what it is."""

    kind: str


def read_record(document: object) -> Trace | OtherRecord:
    """The trace that a document of RIPE Atlas holds, or what else it is. Raises RecordFault."""
    if not isinstance(document, Mapping):
        raise RecordFault("the record is no object", "$", _kind(document), "a JSON object")
    kind = document.get("type")
    if isinstance(kind, str) and kind != "traceroute":
        return OtherRecord(kind)
    return _atlas(document)


def _atlas(document: Mapping[str, object]) -> Trace:
    result = document.get("result")
    if not isinstance(result, list):
        found = "no result" if "result" not in document else _kind(result)
        raise RecordFault("the record is no traceroute", "$.result", found, "a list of hops")
    target = address_in(document, "dst_addr", "$")
    answers: list[tuple[int, list[Answer]]] = []
    reached = False
    for place, hop in enumerate(result):
        path = f"$.result[{place}]"
        if not isinstance(hop, Mapping):
            raise RecordFault("the hop is no object", path, _kind(hop), "an object with hop and result")
        if "hop" not in hop and "error" in hop:
            continue
        made = _packets(hop, path)
        reached = reached or any(not one.late and one.address == target for one in made if one.address is not None)
        answers.append((_ttl(hop, path), [shown(one) for one in made]))
    source = address_in(document, "from", "$") or address_in(document, "src_addr", "$")
    return Trace(
        started_at=number_in(document, "timestamp", "$"),
        probe_id=number_in(document, "prb_id", "$"),
        measurement_id=number_in(document, "msm_id", "$"),
        protocol=PROTOCOLS.get(str(document.get("proto", "")), 0),
        source=cut(source),
        target=cut(target),
        reached=reached,
        hops=hop_rows(answers),
    )


def _ttl(hop: Mapping[str, object], path: str) -> int:
    ttl = hop.get("hop")
    if type(ttl) is not int or not 0 <= ttl <= MOST_TTL:
        found = "nothing" if ttl is None else ttl
        raise RecordFault("the hop has no TTL", f"{path}.hop", found, f"a whole number from 0 to {MOST_TTL}")
    return ttl


def _packets(hop: Mapping[str, object], path: str) -> list[Answer]:
    packets = hop.get("result")
    if packets is None and "error" in hop:
        return [Answer(flags=ERROR)]
    if not isinstance(packets, list):
        raise RecordFault("the hop has no answers", f"{path}.result", _kind(packets), "a list of answers")
    return [_answer(one, f"{path}.result[{place}]") for place, one in enumerate(packets)]


def _answer(packet: object, path: str) -> Answer:
    if not isinstance(packet, Mapping):
        raise RecordFault("the answer is no object", path, _kind(packet), "an object")
    address = address_in(packet, "from", path)
    flags = (DUPLICATE if _stands(packet.get("dup")) else 0) | (REWRITTEN if _stands(packet.get("edst")) else 0)
    flags |= ERROR if packet.get("err") is not None or "error" in packet else 0
    flags |= MPLS if _has_labels(packet.get("icmpext")) else 0
    return Answer(address=address, rtt_ms=_rtt(packet, path), late=_stands(packet.get("late")), flags=flags)


def _stands(value: object) -> bool:
    """Whether a mark is set: there, and neither null nor false nor 0 nor empty."""
    return bool(value)


def _has_labels(extension: object) -> bool:
    objects = extension.get("obj") if isinstance(extension, Mapping) else None
    return isinstance(objects, list) and any(
        isinstance(one, Mapping) and one.get("class") == MPLS_CLASS for one in objects
    )


def _rtt(packet: Mapping[str, object], path: str) -> float:
    """The round trip in milliseconds; NaN where none is stated, or one that no trip can take."""
    value = packet.get("rtt")
    if value is None:
        return nan
    if type(value) not in (int, float):
        raise RecordFault("the round trip is no number", f"{path}.rtt", value, "milliseconds")
    assert isinstance(value, int | float)
    rtt = float(value) if abs(value) < MOST_NUMBER else nan
    return rtt if isfinite(rtt) and rtt >= 0 else nan


def address_in(document: Mapping[str, object], key: str, path: str) -> Address | None:
    """The address under a key, None where none is stated. A zone (`%eth0`) says nothing beyond its host."""
    value = document.get(key)
    if value is None or value == "":
        return None
    made = read_address(value.split("%", 1)[0]) if isinstance(value, str) else None
    if made is None or (made[0] != IPV6 and "%" in str(value)):
        raise RecordFault("this is no address", f"{path}.{key}", value, "an address such as 192.0.2.1")
    return made


def number_in(document: Mapping[str, object], key: str, path: str) -> int:
    """The whole number under a key, -1 where none is stated; a fraction of a second is cut off."""
    value = document.get(key)
    if value is None:
        return UNKNOWN
    if type(value) not in (int, float) or not isinstance(value, int | float) or not 0 <= value < MOST_NUMBER:
        raise RecordFault("this is no number", f"{path}.{key}", value, "a whole number of 0 or more")
    return int(value)


def cut(address: Address | None) -> Address | None:
    """An address without what tells one device: the last 40 bits of an interface id made of a MAC address (EUI-64).

    >>> cut((6, 0x20010DB8000000000211_22FF_FE33_4455)) == (6, 0x20010DB8000000000211_2200_0000_0000)
    True
    """
    if address is None or address[0] != IPV6 or address[1] & _EUI64_BITS != _EUI64_MARK:
        return address
    return IPV6, address[1] & ~_DEVICE_BITS


def shown(answer: Answer) -> Answer:
    """An answer with its address cut."""
    return Answer(address=cut(answer.address), rtt_ms=answer.rtt_ms, late=answer.late, flags=answer.flags)


def _kind(value: object) -> str:
    names = {str: "a text", bool: "true or false", int: "a number", float: "a number", type(None): "nothing"}
    if isinstance(value, Mapping):
        return "an object"
    return names.get(type(value), "a list" if isinstance(value, Sequence) else "a value")
