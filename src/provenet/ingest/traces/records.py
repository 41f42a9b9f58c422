"""One record of RIPE Atlas or scamper, as JSON, read by plain code: what each value means, or what is wrong with it and
where, is decided here.

`atlas` reads many of the same documents at once and leaves to this reader whatever is odd about one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, nan

from provenet.ingest.bgp.numbers import IPV4, IPV6, kept_address_number, read_address, unmapped
from provenet.ingest.traces.trace_batch import (
    DUPLICATE,
    ERROR,
    LATE,
    MPLS,
    PROTOCOLS,
    REWRITTEN,
    UNKNOWN,
    Address,
    HopReply,
    Trace,
    hop_rows,
)

MOST_TTL = 255
MOST_NUMBER = 2**62
"""Numbers of probes and measurements are smaller."""
LAST_MOMENT_S = 253_402_300_799
"""The last second of the year 9999. Milliseconds of any day since 1978 lie above it, so none is taken for seconds."""


class RecordFault(ValueError):
    """What is wrong with a record: where in it, what was found, and what was expected."""

    def __init__(self, says: str, path: str, *, found: object, expected: str) -> None:
        super().__init__(says)
        self.says, self.path, self.found, self.expected = says, path, str(found), expected


def address_in(document: Mapping[str, object], key: str, path: str) -> Address | None:
    """The address under a key, None where none is stated. A zone (`%eth0`) says nothing beyond its host, and IPv4 that
    is written inside IPv6 is IPv4.
    """
    value = document.get(key)
    if value is None or value == "":
        return None
    made = read_address(value.split("%", 1)[0]) if isinstance(value, str) else None
    if made is None or (made[0] != IPV6 and "%" in str(value)):
        raise RecordFault("this is no address", f"{path}.{key}", found=value, expected="an address such as 192.0.2.1")
    return unmapped(*made)


def number_in(document: Mapping[str, object], key: str, path: str) -> int:
    """The whole number under a key, -1 where none is stated; a fraction of a second is cut off."""
    value = document.get(key)
    if value is None:
        return UNKNOWN
    if type(value) not in (int, float) or not isinstance(value, int | float) or not 0 <= value < MOST_NUMBER:
        raise RecordFault("this is no number", f"{path}.{key}", found=value, expected="a whole number of 0 or more")
    return int(value)


def moment_in(document: Mapping[str, object], key: str, path: str) -> int:
    """The moment under a key in seconds since 1970, -1 where none is stated."""
    value = number_in(document, key, path)
    if value > LAST_MOMENT_S:
        raise RecordFault(
            "this is no moment", f"{path}.{key}", found=value, expected="seconds since 1970, not parts of them"
        )
    return value


def round_trip_in(document: Mapping[str, object], path: str) -> float:
    """The round trip in milliseconds; NaN where none is stated, or one that no trip can take."""
    value = document.get("rtt")
    if value is None:
        return nan
    if type(value) not in (int, float):
        raise RecordFault("the round trip is no number", f"{path}.rtt", found=value, expected="milliseconds")
    assert isinstance(value, int | float)
    rtt = float(value) if abs(value) < MOST_NUMBER else nan
    return rtt if isfinite(rtt) and rtt >= 0 else nan


def kept(address: Address | None) -> Address | None:
    """An address as measured evidence keeps it; None stays None."""
    return None if address is None else kept_address_number(*address)


def kind_of(value: object) -> str:
    """What kind of value of JSON it is, in words."""
    names = {str: "a text", bool: "true or false", int: "a number", float: "a number", type(None): "nothing"}
    if isinstance(value, Mapping):
        return "an object"
    return names.get(type(value), "a list" if isinstance(value, Sequence) else "a value")


_UNREACHABLE = {IPV4: (3, 3), IPV6: (1, 4)}
"""The type of ICMP that says that a destination cannot be reached, by family, and its code that says that only the port
is closed: the target itself answers."""
MPLS_CLASS = 1
"""The class of a label stack among extensions of ICMP (RFC 4950)."""
_METHODS = {"icmp": 1, "udp": 17, "tcp": 6}


def read_scamper(document: Mapping[str, object]) -> Trace:
    """The trace of one JSON object of type `trace`: a TTL that was probed and brought nothing back is silent.

    Raises RecordFault.
    """
    hops = document.get("hops", [])
    if not isinstance(hops, list):
        raise RecordFault("the record is no traceroute", "$.hops", found=kind_of(hops), expected="a list of replies")
    replies = [_reply(one, f"$.hops[{place}]") for place, one in enumerate(hops)]
    source, target = address_in(document, "src", "$"), address_in(document, "dst", "$")
    start, method = document.get("start"), str(document.get("method", ""))
    started_at = moment_in(start, "sec", "$.start") if isinstance(start, Mapping) else UNKNOWN
    first_ttl = max(_small(document, "firsthop", "$", otherwise=1), 1)
    answers: dict[int, list[HopReply]] = {
        ttl: [] for ttl in range(first_ttl, _small(document, "hop_count", "$", otherwise=0) + 1)
    }
    seen: set[tuple[int, int, Address | None]] = set()
    for ttl, probe, one in replies:
        again = DUPLICATE if (ttl, probe, one.address) in seen and probe != UNKNOWN else 0
        seen.add((ttl, probe, one.address))
        shown = HopReply(address=kept(one.address), rtt_ms=one.rtt_ms, flags=one.flags | again)
        answers.setdefault(ttl, []).append(shown)
    return Trace(
        started_at=started_at,
        protocol=next((number for word, number in _METHODS.items() if method.startswith(word)), 0),
        source=kept(source),
        target=kept(target),
        reached=any(one.address == target for _, _, one in replies if one.address is not None)
        or document.get("stop_reason") == "COMPLETED",
        hops=hop_rows(answers.items()),
    )


def _reply(hop: object, path: str) -> tuple[int, int, HopReply]:
    """The TTL and the number of a probe, and what scamper recorded of one packet that came back for it."""
    if not isinstance(hop, Mapping):
        raise RecordFault(
            "the reply is no object", path, found=kind_of(hop), expected="an object with addr and probe_ttl"
        )
    ttl = _small(hop, "probe_ttl", path, otherwise=UNKNOWN)
    if ttl == UNKNOWN:
        raise RecordFault(
            "the reply has no TTL", f"{path}.probe_ttl", found="nothing", expected=f"a number from 0 to {MOST_TTL}"
        )
    kind, code = number_in(hop, "icmp_type", path), number_in(hop, "icmp_code", path)
    probe, address = number_in(hop, "probe_id", path), address_in(hop, "addr", path)
    flags = MPLS if _quotes_labels(hop.get("icmpext")) else 0
    if address is not None:
        unreachable, port_closed = _UNREACHABLE[address[0]]
        flags |= ERROR if kind == unreachable and code not in (UNKNOWN, port_closed) else 0
    return ttl, probe, HopReply(address=address, rtt_ms=round_trip_in(hop, path), flags=flags)


def _quotes_labels(extensions: object) -> bool:
    return isinstance(extensions, list) and any(
        isinstance(one, Mapping) and ("mpls_labels" in one or one.get("ie_cn") == MPLS_CLASS) for one in extensions
    )


def _small(document: Mapping[str, object], key: str, path: str, *, otherwise: int) -> int:
    """A number of hops or a TTL; `otherwise` where none is stated."""
    value = number_in(document, key, path)
    if value > MOST_TTL:
        raise RecordFault(
            "a TTL is out of range", f"{path}.{key}", found=value, expected=f"a number from 0 to {MOST_TTL}"
        )
    return otherwise if value == UNKNOWN else value


@dataclass(frozen=True)
class OtherRecord:
    """A record that is no traceroute, passed over by the name of what it is."""

    kind: str


def read_record(document: object) -> Trace | OtherRecord:
    """The trace that a document of RIPE Atlas or scamper holds, or what else it is. Raises RecordFault."""
    if not isinstance(document, Mapping):
        raise RecordFault("the record is no object", "$", found=kind_of(document), expected="a JSON object")
    kind = document.get("type")
    if kind == "trace":
        return read_scamper(document)
    if isinstance(kind, str) and kind != "traceroute":
        return OtherRecord(kind)
    return _atlas(document)


def _atlas(document: Mapping[str, object]) -> Trace:
    result = document.get("result")
    if not isinstance(result, list):
        found = "no result" if "result" not in document else kind_of(result)
        raise RecordFault("the record is no traceroute", "$.result", found=found, expected="a list of hops")
    target = address_in(document, "dst_addr", "$")
    answers: list[tuple[int, list[HopReply]]] = []
    reached = False
    for place, hop in enumerate(result):
        path = f"$.result[{place}]"
        if not isinstance(hop, Mapping):
            raise RecordFault(
                "the hop is no object", path, found=kind_of(hop), expected="an object with hop and result"
            )
        if "hop" not in hop and "error" in hop:
            continue
        made = _packets(hop, path)
        reached = reached or any(not a.flags & LATE and a.address == target for a in made if a.address is not None)
        shown = [HopReply(address=kept(a.address), rtt_ms=a.rtt_ms, flags=a.flags) for a in made]
        answers.append((_ttl(hop, path), shown))
    return Trace(
        started_at=moment_in(document, "timestamp", "$"),
        probe_id=number_in(document, "prb_id", "$"),
        measurement_id=number_in(document, "msm_id", "$"),
        protocol=PROTOCOLS.get(str(document.get("proto", "")), 0),
        source=kept(address_in(document, "from", "$") or address_in(document, "src_addr", "$")),
        target=kept(target),
        reached=reached,
        hops=hop_rows(answers),
    )


def _ttl(hop: Mapping[str, object], path: str) -> int:
    ttl = hop.get("hop")
    if type(ttl) is not int or not 0 <= ttl <= MOST_TTL:
        found = "nothing" if ttl is None else ttl
        raise RecordFault(
            "the hop has no TTL", f"{path}.hop", found=found, expected=f"a whole number from 0 to {MOST_TTL}"
        )
    return ttl


def _packets(hop: Mapping[str, object], path: str) -> list[HopReply]:
    packets = hop.get("result")
    if packets is None and "error" in hop:
        return [HopReply(flags=ERROR)]
    if not isinstance(packets, list):
        raise RecordFault(
            "the hop has no answers", f"{path}.result", found=kind_of(packets), expected="a list of answers"
        )
    return [_answer(one, f"{path}.result[{place}]") for place, one in enumerate(packets)]


def _answer(packet: object, path: str) -> HopReply:
    if not isinstance(packet, Mapping):
        raise RecordFault("the answer is no object", path, found=kind_of(packet), expected="an object")
    address = address_in(packet, "from", path)
    flags = marks_of({**packet, "error": packet.get("error") or True} if "error" in packet else packet)
    return HopReply(address=address, rtt_ms=round_trip_in(packet, path), flags=flags)


def marks_of(packet: Mapping[str, object]) -> int:
    """The flags of an answer, `LATE` among them; an error counts that is stated, whatever it says."""
    flags = (LATE if packet.get("late") else 0) | (DUPLICATE if packet.get("dup") else 0)
    flags |= REWRITTEN if packet.get("edst") else 0
    flags |= ERROR if packet.get("err") is not None or packet.get("error") is not None else 0
    return flags | (MPLS if _has_labels(packet.get("icmpext")) else 0)


def _has_labels(extension: object) -> bool:
    objects = extension.get("obj") if isinstance(extension, Mapping) else None
    return isinstance(objects, list) and any(
        isinstance(one, Mapping) and one.get("class") == MPLS_CLASS for one in objects
    )
