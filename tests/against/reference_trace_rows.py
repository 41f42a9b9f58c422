"""Rows of traces and hops a second time: an object for each, made as the rows of every other table are."""

from collections.abc import Iterator
from datetime import UTC, datetime

from provenet.ingest.bgp.numbers import FAMILY, IPV4, address_text
from provenet.ingest.rows import made_row
from provenet.ingest.sightings.reading import Constants
from provenet.ingest.traces.trace_batch import FLAGS, TraceBatch

PROTOCOLS = {1: "icmp", 6: "tcp", 17: "udp"}


def trace_rows(batch: TraceBatch, name: str, file_id: str, constants: Constants) -> Iterator[dict[str, object]]:
    """Rows of `trace`, those that came before among them."""
    for place in range(batch.trace_count):
        family, started = family_of(batch, place), int(batch.started_at[place])
        if not family:
            continue
        content: dict[str, object] = {
            "trace_id": id_text(int(batch.trace_id[place])),
            "measurement_id": number_text(int(batch.measurement_id[place])),
            "probe_id": number_text(int(batch.probe_id[place])),
            "started_at": datetime.fromtimestamp(started, UTC) if 0 <= started < 2**33 else None,
            "family": FAMILY[family],
            "source_country": constants.country,
            "source_asn": constants.asn,
            "protocol": PROTOCOLS.get(int(batch.protocol[place])),
            "reached": bool(batch.reached[place]),
            "hop_count": int(batch.first_hop[place + 1] - batch.first_hop[place]),
        }
        for end in ("source", "target"):
            parts = (int(getattr(batch, f"{end}_{part}")[place]) for part in ("family", "high", "low"))
            content[f"{end}_address"] = text_of(*parts)
        yield made_row("trace", content, file_id, locator=name)


def hop_rows(batch: TraceBatch, name: str, file_id: str) -> Iterator[dict[str, object]]:
    """Rows of `hop`, those of traces that came before among them."""
    for place in range(batch.trace_count):
        if not family_of(batch, place):
            continue
        for row in range(int(batch.first_hop[place]), int(batch.first_hop[place + 1])):
            rtt, flags = float(batch.rtt_ms[row]), int(batch.flags[row])
            content: dict[str, object] = {
                "trace_id": id_text(int(batch.trace_id[place])),
                "ttl_count": int(batch.ttl[row]),
                "address": text_of(int(batch.family[row]), int(batch.high[row]), int(batch.low[row])),
                "rtt_ms": None if rtt != rtt else round(rtt, 3),
                "flags": [word for word, bit in FLAGS.items() if flags & bit],
            }
            yield made_row("hop", content, file_id, locator=name)


def family_of(batch: TraceBatch, place: int) -> int:
    """The family of a trace: of its target, its source, or its first hop with an address; 0 where nothing says."""
    hops = batch.family[batch.first_hop[place] : batch.first_hop[place + 1]].tolist()
    stated = [batch.target_family[place], batch.source_family[place], *hops]
    return next((int(family) for family in stated if family), 0)


def id_text(number: int) -> str:
    return f"{number & (1 << 64) - 1:016x}"


def number_text(number: int) -> str | None:
    return None if number == -1 else str(number)


def text_of(family: int, high: int, low: int) -> str | None:
    if not family:
        return None
    return address_text(family, high >> 32 if family == IPV4 else high << 64 | low)
