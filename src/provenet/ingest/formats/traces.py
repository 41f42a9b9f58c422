"""Measured paths and the networks of exchange points.

The country and the network that the probes of a file stand in are named in the mapping beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from provenet.core.countries import countries
from provenet.core.errors import FaultList
from provenet.ingest.bgp.addresses import FAMILY, IPV4, address_text
from provenet.ingest.bgp.as_numbers import imported_numpy
from provenet.ingest.registry import BATCH_ROWS, Format, Head, Parts, Source
from provenet.ingest.rows import made_row
from provenet.ingest.sightings.constants import Constants, read_constants
from provenet.ingest.traces.exchanges import ExchangeTables, add_tables, exchange_day, is_exchange_table

if TYPE_CHECKING:
    from provenet.ingest.traces.trace_batch import TraceBatch

_ATLAS = re.compile(rb'"type"\s*:\s*"traceroute"|"(?:msm|prb)_id"\s*:')
_SCAMPER = re.compile(rb'"type"\s*:\s*"(?:trace|cycle-start)"')
_PROTOCOLS = {1: "icmp", 6: "tcp", 17: "udp"}
_SILENT, _UNKNOWN = 0, -1
_WARTS = b"\x12\x05"
_NO_ADDRESS = "traces without any address"


def _traces(source: Source) -> Parts:
    """Rows of `trace`, each batch followed by its rows of `hop`; a file with more faults than traces is refused."""
    imported_numpy()
    from provenet.ingest.traces.reading import read_traces

    constants, faults = read_constants(source), FaultList()
    count, passed = 0, source.ignored
    for batch in read_traces(source.upload, faults, progress=source.progress, batch_hops=BATCH_ROWS, passed=passed):
        count += batch.trace_count
        for first in range(0, batch.trace_count, BATCH_ROWS):
            part = batch.part(first, min(first + BATCH_ROWS, batch.trace_count))
            rows = [row for row in _trace_rows(source, part, constants) if row is not None]
            if rows:
                yield "trace", rows
            hops = _hop_rows(source, part)
            while some := list(islice(hops, BATCH_ROWS)):
                yield "hop", some
    if faults.count > count:
        source.faults.extend(faults.faults)
    elif faults.count:
        source.remarks.append(f"{faults.count:,} records left out:")
        source.remarks.extend(fault.sentence() for fault in faults.faults)


def _family_of(batch: TraceBatch, place: int) -> int:
    """The family of a trace: of its target, its source, or its first hop with an address; 0 where nothing says."""
    hops = batch.family[batch.first_hop[place] : batch.first_hop[place + 1]]
    stated = [batch.target_family[place], batch.source_family[place], *hops[hops != _SILENT][:1]]
    return next((int(family) for family in stated if family != _SILENT), _SILENT)


def _trace_rows(source: Source, batch: TraceBatch, constants: Constants) -> Iterator[dict[str, object] | None]:
    upload = source.upload
    for place in range(batch.trace_count):
        family = _family_of(batch, place)
        if family == _SILENT:
            source.ignored[_NO_ADDRESS] += 1
            continue
        started = int(batch.started_at[place])
        content: dict[str, object] = {
            "trace_id": _id(int(batch.trace_id[place])),
            "measurement_id": _number(int(batch.measurement_id[place])),
            "probe_id": _number(int(batch.probe_id[place])),
            "started_at": None if not 0 <= started < 2**33 else datetime.fromtimestamp(started, UTC),
            "family": FAMILY[family],
            "source_address": _text(
                batch.source_family[place], int(batch.source_high[place]), int(batch.source_low[place])
            ),
            "source_country": constants.country,
            "source_asn": constants.asn,
            "target_address": _text(
                batch.target_family[place], int(batch.target_high[place]), int(batch.target_low[place])
            ),
            "protocol": _PROTOCOLS.get(int(batch.protocol[place])),
            "reached": bool(batch.reached[place]),
            "hop_count": int(batch.first_hop[place + 1] - batch.first_hop[place]),
        }
        yield made_row("trace", content, upload.file_id, locator=upload.name)


def _hop_rows(source: Source, batch: TraceBatch) -> Iterator[dict[str, object]]:
    from provenet.ingest.traces.trace_batch import FLAGS

    upload = source.upload
    words = {int(flags): [word for word, bit in FLAGS.items() if flags & bit] for flags in set(batch.flags.tolist())}
    for place in range(batch.trace_count):
        if _family_of(batch, place) == _SILENT:
            continue
        trace_id = _id(int(batch.trace_id[place]))
        for row in range(int(batch.first_hop[place]), int(batch.first_hop[place + 1])):
            rtt = float(batch.rtt_ms[row])
            content: dict[str, object] = {
                "trace_id": trace_id,
                "ttl_count": int(batch.ttl[row]),
                "address": _text(batch.family[row], int(batch.high[row]), int(batch.low[row])),
                "rtt_ms": None if rtt != rtt else round(rtt, 3),
                "flags": words[int(batch.flags[row])],
            }
            yield made_row("hop", content, upload.file_id, locator=upload.name)


def _id(number: int) -> str:
    """The id of a trace as text: 16 hexadecimal digits."""
    return f"{number & (1 << 64) - 1:016x}"


def _number(number: int) -> str | None:
    return None if number == _UNKNOWN else str(number)


def _text(family: object, high: int, low: int) -> str | None:
    if family == _SILENT:
        return None
    number = high >> 32 if family == IPV4 else high << 64 | low
    return address_text(int(family), number)  # type: ignore[call-overload]


def _exchanges(source: Source) -> Parts:
    """Rows of `exchange_prefix`; the name of an exchange that no table of the file names is its number."""
    tables, upload = ExchangeTables(), source.upload
    add_tables(tables, upload, source.faults)
    day = exchange_day(tables)
    found = tables.joined()
    while some := list(islice(found, BATCH_ROWS)):
        rows = []
        for one in some:
            content: dict[str, object] = {
                "first_address": address_text(one.family, one.first),
                "last_address": address_text(one.family, one.last),
                "family": FAMILY[one.family],
                "exchange": one.exchange.name or one.exchange.exchange_id,
                "country": countries().name(one.exchange.country) if one.exchange.country else None,
                "city": one.exchange.city or None,
                "observed_on": day,
            }
            rows.append(made_row("exchange_prefix", content, upload.file_id, locator=f"{upload.name} row {one.row}"))
        yield "exchange_prefix", rows
    source.read(upload.size_bytes)


def _is_json(head: Head) -> bool:
    return head.data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"["))


FORMATS = (
    Format(
        name="warts",
        says="traces of scamper in its binary form (warts)",
        known_by="the first bytes",
        tables=("trace", "hop"),
        recognises=lambda head: head.data.startswith(_WARTS),
        open=_traces,
        order=11,
    ),
    Format(
        name="exchange-points",
        says="networks of exchange points (PeeringDB: ixpfx, a dump, or exchanges with depth)",
        known_by="names in the first records",
        tables=("exchange_prefix",),
        recognises=lambda head: is_exchange_table(head.data),
        open=_exchanges,
        order=12,
    ),
    Format(
        name="ripe-atlas",
        says="traceroutes of RIPE Atlas, JSON: one to a line, a list, or one alone",
        known_by="names in the first records",
        tables=("trace", "hop"),
        recognises=lambda head: _is_json(head) and _ATLAS.search(head.data) is not None,
        open=_traces,
        order=12,
    ),
    Format(
        name="scamper-json",
        says="traces of scamper, JSON",
        known_by="names in the first records",
        tables=("trace", "hop"),
        recognises=lambda head: _is_json(head) and _SCAMPER.search(head.data) is not None,
        open=_traces,
        order=12,
    ),
)
