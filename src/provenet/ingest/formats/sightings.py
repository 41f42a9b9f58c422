"""Measured evidence of vendors: scans and captures, lists of probed addresses, alias sets.

The day and, where a scan has none, the country and network of all its rows stand in the mapping beside the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import islice
from typing import TypeVar

from provenet.case.parties import VENDOR
from provenet.core.countries import countries
from provenet.core.errors import FaultList
from provenet.core.ids import row_id
from provenet.core.wording import count
from provenet.ingest.line_formats import day_in
from provenet.ingest.network.vendor_seats import vendor_seats
from provenet.ingest.registry import BATCH_ROWS, Format, Parts, Source
from provenet.ingest.rows import made_row
from provenet.ingest.sightings.constants import Constants, read_constants
from provenet.ingest.sightings.evidence import AGAINST
from provenet.ingest.sightings.reading import (
    SIGHTING_FORMATS,
    SightingFormat,
    read_aliases,
    read_probed,
    read_sightings,
    states_silence,
)
from provenet.ingest.sightings.sighting import SNMP_ENGINE, Sighting

_Item = TypeVar("_Item")


def _batches(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    given = iter(items)
    while batch := list(islice(given, BATCH_ROWS)):
        yield batch


def _evidence(source: Source) -> Parts:
    """Rows of `sighting`, and of `probed_address` where the file shows who did not answer."""
    constants, faults = read_constants(source), FaultList()
    found = read_sightings(source.upload, faults, progress=source.progress, remarks=source.remarks)
    yield from _sighting_rows(source, found, constants)
    _remark_faults(source, faults)
    if states_silence(source.upload):
        yield from _probed_rows(source, constants, FaultList(), kind=SNMP_ENGINE)


def _sighting_rows(source: Source, found: Iterable[Sighting], constants: Constants) -> Parts:
    """Rows of `sighting`, then of the vendors that they name and the case does not know yet."""
    parties: dict[str, str] = {}
    for batch in _batches(found):
        yield "sighting", [_sighting_row(source, one, constants, parties=parties) for one in batch]
    for party_id, name in sorted(parties.items()):
        seat = vendor_seats().get(party_id)
        content: dict[str, object] = {"party_id": party_id, "name": name, "role": VENDOR}
        content |= {} if seat is None else {"country": seat.country}
        locator = source.upload.name if seat is None else f"{source.upload.name}; its seat: {seat.source}"
        yield "party", [made_row("party", content, source.upload.file_id, locator=locator)]


def _sighting_row(source: Source, one: Sighting, constants: Constants, *, parties: dict[str, str]) -> dict[str, object]:
    vendor_id = one.vendor_id
    if vendor_id is not None:
        known = source.names.find(vendor_id, VENDOR)
        if known is None:
            parties.setdefault(vendor_id, (one.vendor_text or vendor_id).partition(AGAINST)[0])
        vendor_id = known or vendor_id
    country = constants.country if one.country is None else countries().name(one.country)
    seen_on = constants.seen_on if one.seen_on is None else date.fromisoformat(one.seen_on)
    asn = constants.asn if one.asn is None else str(one.asn)
    content: dict[str, object] = {
        "address": one.address,
        "kind": one.kind,
        "value": one.value or None,
        "vendor_id": vendor_id,
        "vendor_text": one.vendor_text,
        "no_vendor_because": one.no_vendor_because,
        "engine_boots_count": one.engine_boots,
        "engine_time_seconds": one.engine_time_s,
        "country": country,
        "asn": asn,
        "network_name": one.network_name,
        "seen_on": seen_on,
    }
    content["sighting_id"] = row_id("sighting", {name: value for name, value in content.items() if value is not None})
    return made_row("sighting", content, source.upload.file_id, locator=one.locator)


def _probed(source: Source) -> Parts:
    """Rows of `probed_address` of a list, and the makers of addresses that were made of MAC addresses."""
    constants, faults = read_constants(source), FaultList()
    yield from _probed_rows(source, constants, faults, kind=None)
    _remark_faults(source, faults)
    yield from _sighting_rows(source, read_sightings(source.upload, FaultList()), constants)


def _probed_rows(source: Source, constants: Constants, faults: FaultList, *, kind: str | None) -> Parts:
    upload = source.upload
    day = constants.seen_on or _day(upload.plain_name)
    for batch in _batches(read_probed(upload, faults, progress=source.progress)):
        content = [
            {
                "address": address,
                "kind": kind,
                "country": constants.country,
                "asn": constants.asn,
                "probed_on": day,
            }
            for address in batch
        ]
        yield (
            "probed_address",
            [made_row("probed_address", one, upload.file_id, locator=upload.name) for one in content],
        )


def _day(name: str) -> date | None:
    found = day_in(name)
    return date.fromisoformat(found) if found else None


def _aliases(source: Source) -> Parts:
    """Rows of `router_alias`, one an address of a router that has several; a set of one address says nothing."""
    upload, faults = source.upload, FaultList()
    constants = read_constants(source)
    day = constants.seen_on or _day(upload.plain_name)
    for batch in _batches(read_aliases(upload, faults, progress=source.progress)):
        rows = []
        for addresses in batch:
            if len(addresses) < 2:
                source.ignored["sets of one address"] += 1
                continue
            router = row_id("router", {"addresses": sorted(addresses)})
            rows += [{"router_id": router, "address": one, "observed_on": day} for one in addresses]
        for first in range(0, len(rows), BATCH_ROWS):
            part = rows[first : first + BATCH_ROWS]
            yield "router_alias", [made_row("router_alias", one, upload.file_id, locator=upload.name) for one in part]
    _remark_faults(source, faults)


def _remark_faults(source: Source, faults: FaultList) -> None:
    """Rows that were left out are told by name: a measurement is not lost for them."""
    if faults.count:
        source.remarks.append(f"{count(faults.count, 'row')} left out:")
        source.remarks.extend(fault.sentence() for fault in faults.faults)


_KNOWN_BY = {
    "capture": "the first bytes",
    "engine-addresses": "the first engine id",
    "scan-table": "the header: a column of addresses, and one of packets, engine ids or their parts",
}


def _declared(one: SightingFormat) -> tuple[tuple[str, ...], Callable[[Source], Parts]] | None:
    """The tables that a layout fills and how it opens; null of one that shows nothing of an address."""
    if one.observations is not None:
        return ("sighting", "party", "probed_address"), _evidence
    if one.contexts is not None:
        return ("probed_address", "sighting", "party"), _probed
    return (("router_alias",), _aliases) if one.aliases is not None else None


FORMATS = tuple(
    Format(
        name=one.id,
        says=one.says,
        known_by=_KNOWN_BY.get(one.id, "the first lines"),
        tables=declared[0],
        recognises=one.is_certain,
        open=declared[1],
        order=35 if one.is_text else 11,
    )
    for one in SIGHTING_FORMATS
    for declared in [_declared(one)]
    if declared is not None
)
