"""Measured evidence of vendors: scans and captures, lists of probed addresses, alias sets.

The day and, where a scan has none, the country and network of all its rows stand in the mapping beside the file.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import partial
from itertools import islice
from typing import TypeVar

from provenet.case.parties import VENDOR
from provenet.core.countries import countries
from provenet.core.errors import FaultList
from provenet.core.ids import row_id
from provenet.core.wording import count
from provenet.ingest.network.vendor_seats import vendor_seats
from provenet.ingest.plain_lines import day_in
from provenet.ingest.registry import ALIASES, BATCH_ROWS, PROBED, SCANS, Format, Head, Parts, Source
from provenet.ingest.rows import made_row
from provenet.ingest.sightings import address_lists, captures, reading, scan_tables, sighting
from provenet.ingest.sightings.evidence import AGAINST

_Item = TypeVar("_Item")


def _batches(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    given = iter(items)
    while batch := list(islice(given, BATCH_ROWS)):
        yield batch


def _evidence(source: Source) -> Parts:
    """Rows of `sighting`, and of `probed_address` where the file shows who did not answer."""
    constants, faults = reading.read_constants(source), FaultList()
    found = reading.read_sightings(source.upload, faults, progress=source.progress, remarks=source.remarks)
    yield from _sighting_rows(source, found, constants)
    _remark_faults(source, faults)
    if reading.states_silence(source.upload):
        yield from _probed_rows(source, constants, FaultList(), kind=sighting.SNMP_ENGINE)


def _sighting_rows(source: Source, found: Iterable[sighting.Sighting], constants: reading.Constants) -> Parts:
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


def _sighting_row(
    source: Source, one: sighting.Sighting, constants: reading.Constants, *, parties: dict[str, str]
) -> dict[str, object]:
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
    constants, faults = reading.read_constants(source), FaultList()
    yield from _probed_rows(source, constants, faults, kind=None)
    _remark_faults(source, faults)
    yield from _sighting_rows(source, reading.read_sightings(source.upload, FaultList()), constants)


def _probed_rows(source: Source, constants: reading.Constants, faults: FaultList, *, kind: str | None) -> Parts:
    upload = source.upload
    day = constants.seen_on or _day(upload.plain_name)
    shared = {"kind": kind, "country": constants.country, "asn": constants.asn, "probed_on": day}
    for batch in _batches(reading.read_probed(upload, faults, progress=source.progress)):
        yield (
            "probed_address",
            [
                made_row("probed_address", {"address": one, **shared}, upload.file_id, locator=upload.name)
                for one in batch
            ],
        )


def _day(name: str) -> date | None:
    found = day_in(name)
    return date.fromisoformat(found) if found else None


def _aliases(source: Source) -> Parts:
    """Rows of `router_alias`, one an address of a router that has several; a set of one address says nothing."""
    upload, faults = source.upload, FaultList()
    day = reading.read_constants(source).seen_on or _day(upload.plain_name)
    for batch in _batches(reading.read_aliases(upload, faults, progress=source.progress)):
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


def _listed_addresses(file: sighting.SightingFile) -> Iterator[str]:
    return (context.address for context in address_lists.read_addresses(file))


def _fingerprints(file: sighting.SightingFile) -> sighting.Observations:
    return (
        sighting.Observation(context=context, kind=sighting.FEATURES, value=features)
        for context, features in address_lists.read_sage_fingerprints(file)
    )


def _is_scan(head: Head, *, surely: bool) -> bool:
    """Whether a table has the columns of a scan; surely, where no table of a user's own has them."""
    columns = scan_tables.columns_of(head.lines[0]) if head.lines else None
    return columns is not None and (columns.is_certain or not surely)


def _alias_format(
    name: str, says: str, fits: Callable[[list[str]], bool], *, addresses: Callable[[str], str | None]
) -> Format:
    return Format(
        name,
        says,
        lambda head: fits(head.lines),
        known_by="the first lines",
        tables=("router_alias",),
        opens_rows=_aliases,
        opens_evidence=sighting.EvidenceReaders(aliases=partial(address_lists.read_sets, addresses)),
        order=35,
        places=(ALIASES,),
    )


_shown = partial(Format, tables=("sighting", "party", "probed_address"), opens_rows=_evidence, places=(SCANS, PROBED))
FORMATS = (
    _shown(
        "capture",
        "capture of packets with SNMP in them (pcap, pcapng)",
        lambda head: captures.is_capture(head.data),
        known_by="the first bytes",
        opens_evidence=sighting.EvidenceReaders(
            observations=captures.read_capture,
            addresses=captures.read_probed_of_capture,
            states_silence=captures.holds_requests,
        ),
        order=11,
    ),
    _shown(
        "engine-addresses",
        "JSON object of engine ids with their addresses",
        lambda head: address_lists.kind_of(head.data) == address_lists.ADDRESSES,
        known_by="the first engine id",
        opens_evidence=sighting.EvidenceReaders(
            observations=address_lists.read_engine_map, addresses=address_lists.read_engine_addresses
        ),
        order=11,
    ),
    Format(
        "engine-countries",
        "JSON object of engine ids with their countries",
        lambda head: address_lists.kind_of(head.data) == address_lists.COUNTRIES,
        opens_evidence=sighting.EvidenceReaders(),
        order=11,
        way_out="Give countries as ranges of addresses, with --countries of `provenet vendors`.",
    ),
    Format(
        "engine-vendors",
        "JSON object of engine ids with their vendors, and no address",
        lambda head: address_lists.kind_of(head.data) == address_lists.VENDORS,
        opens_evidence=sighting.EvidenceReaders(),
        order=11,
        way_out="Give the file that has the addresses of the engine ids to `provenet vendors`.",
    ),
    _shown(
        "scan-table",
        "table of a scan: ZMap with packets in hex, engine ids, or texts of devices",
        partial(_is_scan, surely=True),
        known_by="the header: a column of addresses, and one of packets, engine ids or their parts",
        resembles=partial(_is_scan, surely=False),
        opens_evidence=sighting.EvidenceReaders(
            observations=scan_tables.read_scan,
            addresses=scan_tables.read_scan_addresses,
            states_silence=scan_tables.states_silence,
        ),
        order=35,
    ),
    Format(
        "address-table",
        "table with a column of addresses",
        lambda _: False,
        resembles=lambda head: scan_tables.is_address_table(head.lines),
        opens_evidence=sighting.EvidenceReaders(addresses=scan_tables.read_address_table),
        order=35,
        places=(PROBED,),
    ),
    _shown(
        "sage-fingerprints",
        "features of addresses (SAGE .fingerprints)",
        lambda head: address_lists.is_sage_fingerprints(head.lines),
        known_by="the first lines",
        opens_evidence=sighting.EvidenceReaders(observations=_fingerprints),
        order=35,
        places=(SCANS,),
    ),
    _alias_format(
        "sage-aliases",
        "alias sets (SAGE .aliases)",
        address_lists.is_sage_aliases,
        addresses=address_lists.sage_addresses,
    ),
    _alias_format(
        "itdk-nodes", "alias sets (CAIDA ITDK .nodes)", address_lists.is_itdk, addresses=address_lists.itdk_addresses
    ),
    Format(
        "address-list",
        "list of addresses, one a line",
        lambda head: address_lists.is_address_list(head.lines),
        known_by="the first lines",
        tables=("probed_address", "sighting", "party"),
        opens_rows=_probed,
        opens_evidence=sighting.EvidenceReaders(contexts=address_lists.read_addresses, addresses=_listed_addresses),
        order=35,
        places=(PROBED,),
    ),
    _alias_format("alias-sets", "alias sets, one a line", address_lists.is_plain_aliases, addresses=str),
)
