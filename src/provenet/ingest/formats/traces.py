"""Measured paths and the networks of exchange points.

The country and the network that the probes of a file stand in are named in the mapping beside it.
"""

import re
from functools import partial
from itertools import islice

from provenet.core.countries import countries
from provenet.core.errors import FaultList
from provenet.ingest.bgp.numbers import FAMILY, address_text
from provenet.ingest.registry import BATCH_ROWS, EXCHANGES, TRACES, Format, Head, Parts, Source
from provenet.ingest.rows import made_row
from provenet.ingest.sightings.reading import read_constants
from provenet.ingest.traces.exchanges import ExchangeTables, add_tables, exchange_day, is_exchange_table

_ATLAS = re.compile(rb'"type"\s*:\s*"traceroute"|"(?:msm|prb)_id"\s*:')
_SCAMPER = re.compile(rb'"type"\s*:\s*"(?:trace|cycle-start)"')
_NO_ADDRESS = "traces without any address"


def _traces(source: Source) -> Parts:
    """Rows of `trace`, each batch followed by its rows of `hop`; a file with more faults than traces is refused."""
    from provenet.ingest.traces.case_rows import CaseRows
    from provenet.ingest.traces.reading import read_traces

    constants, faults = read_constants(source), FaultList()
    rows, count = CaseRows(source.upload.name, source.upload.file_id, constants), 0
    for batch in read_traces(source.upload, faults, progress=source.progress, passed=source.ignored):
        count += batch.trace_count
        yield from rows.of(batch)
    if rows.unplaced_count:
        source.ignored[_NO_ADDRESS] += rows.unplaced_count
    if faults.count > count:
        source.faults.extend(faults.faults)
    elif faults.count:
        source.remarks.append(f"{faults.count:,} records left out:")
        source.remarks.extend(fault.sentence() for fault in faults.faults)


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


def _is_json_of(form: re.Pattern[bytes], head: Head) -> bool:
    is_json = head.data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"["))
    return is_json and form.search(head.data) is not None


FORMATS = (
    Format(
        "exchange-points",
        "networks of exchange points (PeeringDB: ixpfx, a dump, or exchanges with depth)",
        lambda head: is_exchange_table(head.data),
        known_by="names in the first records",
        tables=("exchange_prefix",),
        opens_rows=_exchanges,
        order=12,
        places=(EXCHANGES,),
    ),
    *(
        Format(
            name,
            says,
            partial(_is_json_of, form),
            known_by="names in the first records",
            tables=("trace", "hop"),
            opens_rows=_traces,
            order=12,
            places=(TRACES,),
        )
        for name, says, form in (
            ("ripe-atlas", "traceroutes of RIPE Atlas, JSON: one to a line, a list, or one alone", _ATLAS),
            ("scamper-json", "traces of scamper, JSON", _SCAMPER),
        )
    ),
)
