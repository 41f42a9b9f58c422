"""A trace of scamper, from its JSON or its binary form, as a trace of ours."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from provenet.ingest.bgp.numbers import IPV4
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
from provenet.ingest.traces.trace_batch import DUPLICATE, ERROR, MPLS, UNKNOWN, Address, HopReply, Trace, hop_rows

_UNREACHABLE = {IPV4: 3, 6: 1}
"""The type of ICMP that says that a destination cannot be reached, by family."""
_PORT = {IPV4: 3, 6: 4}
"""The code of that type that says that only the port is closed: the target itself answers."""
MPLS_CLASS = 1
"""The class of a label stack among extensions of ICMP (RFC 4950)."""
_COMPLETED = "COMPLETED"


@dataclass(frozen=True)
class Reply:
    """What scamper recorded of one packet that came back."""

    ttl: int
    probe: int
    address: Address | None
    rtt_ms: float
    icmp: tuple[int, int] | None
    labelled: bool


@dataclass(frozen=True, kw_only=True)
class ScamperTrace:
    """What scamper recorded of one trace; TTLs from `first_ttl` to `last_ttl` were probed."""

    source: Address | None
    target: Address | None
    started_at: int = UNKNOWN
    protocol: int = 0
    completed: bool = False
    first_ttl: int = 1
    last_ttl: int = 0
    replies: list[Reply] = field(default_factory=list)

    def trace(self) -> Trace:
        """The trace as ours: a TTL that was probed and brought nothing back is silent."""
        answers: dict[int, list[HopReply]] = {ttl: [] for ttl in range(max(self.first_ttl, 1), self.last_ttl + 1)}
        seen: set[tuple[int, int, Address | None]] = set()
        for reply in self.replies:
            flags = (ERROR if _is_error(reply) else 0) | (MPLS if reply.labelled else 0)
            key = reply.ttl, reply.probe, reply.address
            flags |= DUPLICATE if key in seen and reply.probe != UNKNOWN else 0
            seen.add(key)
            answers.setdefault(reply.ttl, []).append(
                HopReply(address=kept(reply.address), rtt_ms=reply.rtt_ms, flags=flags)
            )
        answered = any(one.address == self.target for one in self.replies if one.address is not None)
        return Trace(
            started_at=self.started_at,
            protocol=self.protocol,
            source=kept(self.source),
            target=kept(self.target),
            reached=self.completed or answered,
            hops=hop_rows(answers.items()),
        )


def _is_error(reply: Reply) -> bool:
    if reply.icmp is None or reply.address is None:
        return False
    family = reply.address[0]
    return reply.icmp[0] == _UNREACHABLE[family] and reply.icmp[1] != _PORT[family]


def read_scamper(document: Mapping[str, object]) -> Trace:
    """The trace of one JSON object of type `trace`. Raises RecordFault."""
    hops = document.get("hops", [])
    if not isinstance(hops, list):
        raise RecordFault("the record is no traceroute", "$.hops", found=kind_of(hops), expected="a list of replies")
    replies = [_reply(one, f"$.hops[{place}]") for place, one in enumerate(hops)]
    start = document.get("start")
    method = str(document.get("method", ""))
    return ScamperTrace(
        source=address_in(document, "src", "$"),
        target=address_in(document, "dst", "$"),
        started_at=moment_in(start, "sec", "$.start") if isinstance(start, Mapping) else UNKNOWN,
        protocol=next((number for word, number in _METHODS.items() if method.startswith(word)), 0),
        completed=document.get("stop_reason") == _COMPLETED,
        first_ttl=max(_small(document, "firsthop", "$", otherwise=1), 1),
        last_ttl=_small(document, "hop_count", "$", otherwise=0),
        replies=replies,
    ).trace()


_METHODS = {"icmp": 1, "udp": 17, "tcp": 6}


def _reply(hop: object, path: str) -> Reply:
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
    return Reply(
        ttl=ttl,
        probe=number_in(hop, "probe_id", path),
        address=address_in(hop, "addr", path),
        rtt_ms=round_trip_in(hop, path),
        icmp=None if UNKNOWN in (kind, code) else (kind, code),
        labelled=_has_labels(hop.get("icmpext")),
    )


def _has_labels(extensions: object) -> bool:
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
