"""JSON objects by engine id: the addresses that answered with it, its country, its vendor as a scan's source has it.

Only the first holds addresses. Countries are given to the sightings of other files; vendors are not taken over, since
the registry of the product names them.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from provenet.core.errors import Fault, InputFault
from provenet.ingest.documents import json_in
from provenet.ingest.network.engine_id import read_engine_id
from provenet.ingest.plain_lines import day_in
from provenet.ingest.sightings.scan_tables import engine_octets, instant_of
from provenet.ingest.sightings.sighting import (
    SNMP_ENGINE,
    Context,
    Observation,
    Observations,
    SightingFile,
    seen_address,
)

LARGEST_BYTES = 256 * 2**20
_BEGIN = re.compile(rb'\A(?:\xef\xbb\xbf)?\s*\{\s*"(?:0x)?([0-9A-Fa-f]{10,64})"\s*:\s*(\{\s*"(\w+)"|")')
ADDRESSES, COUNTRIES, VENDORS = "addresses", "countries", "vendors"
_KEYS = {"ips": ADDRESSES, "addresses": ADDRESSES, "reset_date": ADDRESSES}


def kind_of(head: bytes) -> str | None:
    """What a document gives by engine id, by its first bytes; None where it is none of the three."""
    hit = _BEGIN.match(head)
    if hit is None:
        return None
    return COUNTRIES if hit[2] == b'"' else _KEYS.get(hit[3].decode("ascii", "replace"), VENDORS)


def read_engine_map(file: SightingFile) -> Observations:
    """An observation for each address of each engine. Raises InputFault where the document cannot be read."""
    day = day_in(file.upload.plain_name) or None
    for place, octets, given in _entries(file):
        engine = read_engine_id(octets)
        addresses = given.get("ips", given.get("addresses")) if isinstance(given, Mapping) else None
        if not isinstance(addresses, list):
            file.fault(place, "an engine id without a list of addresses", found=octets.hex())
            continue
        stated = given.get("reset_date")
        start = instant_of(stated) if isinstance(stated, str) else None
        if stated is not None and start is None:
            file.remark("the day of the last start is no instant")
        for address in addresses:
            seen = seen_address(address) if isinstance(address, str) else None
            if seen is None:
                file.fault(
                    place,
                    "this is no address",
                    column=octets.hex(),
                    found="nothing" if address is None else str(address),
                )
                continue
            context = Context(
                address=seen.text,
                mac_prefix=seen.mac_prefix,
                seen_on=day,
                locator=f"engine {place}",
            )
            yield Observation(
                context=context,
                kind=SNMP_ENGINE,
                value=octets.hex(),
                engine=engine,
                engine_octets=octets,
                started_at=start,
            )


def read_engine_addresses(file: SightingFile) -> Iterator[str]:
    """Every address of the document."""
    for one in read_engine_map(file):
        yield one.context.address


def _entries(file: SightingFile) -> Iterator[tuple[int, bytes, Any]]:
    """The members of the document with their numbers, from 1; a name that is no engine id is a fault."""
    document = _document(file)
    for place, (name, given) in enumerate(document.items(), start=1):
        octets = engine_octets(name)
        if octets is None:
            file.fault(place, "this is no engine id in hex", found=name)
            continue
        yield place, octets, given


def _document(file: SightingFile) -> Mapping[str, Any]:
    value = json_in(file.upload, file.upload.whole(LARGEST_BYTES, "document", progress=file.read))
    if not isinstance(value, dict):
        raise InputFault([Fault(file.upload.name, "the document is no object by engine id")])
    return value
