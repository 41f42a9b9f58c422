"""One record of RIPE Atlas or scamper, as JSON, read by plain code: what each value means is decided here.

`atlas` reads many of the same documents at once and leaves to this reader whatever is odd about one.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from provenet.ingest.traces.documents import (
    MOST_TTL,
    RecordFault,
    address_in,
    kept,
    kind_of,
    moment_in,
    number_in,
    round_trip_in,
)
from provenet.ingest.traces.scamper import MPLS_CLASS, read_scamper
from provenet.ingest.traces.trace_batch import (
    DUPLICATE,
    ERROR,
    LATE,
    MPLS,
    PROTOCOLS,
    REWRITTEN,
    HopReply,
    Trace,
    hop_rows,
)


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
        reached = reached or any(not one.late and one.address == target for one in made if one.address is not None)
        answers.append((_ttl(hop, path), [_shown(one) for one in made]))
    source = address_in(document, "from", "$") or address_in(document, "src_addr", "$")
    return Trace(
        started_at=moment_in(document, "timestamp", "$"),
        probe_id=number_in(document, "prb_id", "$"),
        measurement_id=number_in(document, "msm_id", "$"),
        protocol=PROTOCOLS.get(str(document.get("proto", "")), 0),
        source=kept(source),
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
    marks = {**packet, "error": packet.get("error") or True} if "error" in packet else packet
    flags = marks_of(marks)
    return HopReply(address=address, rtt_ms=round_trip_in(packet, path), late=bool(flags & LATE), flags=flags & ~LATE)


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


def _shown(answer: HopReply) -> HopReply:
    return HopReply(address=kept(answer.address), rtt_ms=answer.rtt_ms, late=answer.late, flags=answer.flags)
