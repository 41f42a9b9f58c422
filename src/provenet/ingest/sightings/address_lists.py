"""Lists of addresses that were probed, of addresses that one router has, and of engine ids with their addresses.

Alias sets are written by SAGE (`N1 - a, b:` and below it the addresses, with how they were found), by CAIDA's ITDK
(`node N1:  a b`) or plainly, one set a line with commas or spaces between. An EUI-64 address is cut on reading, so two
of one maker in one network become one.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from provenet.core.errors import Fault, InputFault
from provenet.ingest.documents import json_in
from provenet.ingest.plain_lines import day_in, mostly, records_of
from provenet.ingest.sightings import sighting
from provenet.ingest.sightings.scan_tables import ADDRESS_NAMES, LFP_FEATURES, engine_octets, fold_column, instant_of

_ITDK = re.compile(r"node\s+(N[0-9]+):\s*(.*)")
_SAGE_HEAD = re.compile(r"N[0-9]+ - .+:")
_METHOD = re.compile(r"\s*\([^()]*\)\s*\Z")
_PARTS = re.compile(r"[\s,;]+")
_SAGE_FINGERPRINT = re.compile(r"(\S+) - <([^<>]*)>")


def is_address_list(lines: list[str]) -> bool:
    """Whether the first lines are addresses, one a line, most of them."""
    looked = [line for line in lines[:40] if not line.startswith("#")]
    if looked and _is_header(looked[0]):
        looked = looked[1:]
    return mostly(looked, sighting.seen_address)


def is_itdk(lines: list[str]) -> bool:
    """Whether the first lines are nodes of ITDK."""
    looked = [line for line in lines[:40] if not line.startswith("#")]
    return bool(looked) and _ITDK.fullmatch(looked[0]) is not None


def is_sage_aliases(lines: list[str]) -> bool:
    """Whether the first lines are those of an `.aliases` file of SAGE."""
    return (
        len(lines) > 1 and _SAGE_HEAD.fullmatch(lines[0]) is not None and _sets(_METHOD.sub("", lines[1])) is not None
    )


def is_sage_fingerprints(lines: list[str]) -> bool:
    """Whether the first lines are those of a `.fingerprints` file of SAGE."""
    return (
        len(lines) > 1
        and _SAGE_HEAD.fullmatch(lines[0]) is not None
        and _SAGE_FINGERPRINT.fullmatch(lines[1]) is not None
    )


def is_plain_aliases(lines: list[str]) -> bool:
    """Whether the first lines are sets of addresses, one a line."""
    looked = [line for line in lines[:40] if not line.startswith("#")]
    return mostly(looked, _sets) and any(len(_sets(line) or ()) > 1 for line in looked)


def _sets(text: str) -> list[sighting.SeenAddress] | None:
    """The addresses of a line; None where a part is none."""
    parts = [part for part in _PARTS.split(text) if part]
    seen = [sighting.seen_address(part) for part in parts]
    good = [one for one in seen if one is not None]
    return good if good and len(good) == len(seen) else None


def _is_header(text: str) -> bool:
    """Whether a line is the name of a column of addresses."""
    return fold_column(text) in ADDRESS_NAMES


def read_addresses(file: sighting.SightingFile) -> Iterator[sighting.Context]:
    """The addresses of a list, one a line, each with its place."""
    day = day_in(file.upload.plain_name) or None
    for row, text in records_of(file.upload, file.faults, lambda _, done, __: file.read(done)):
        seen = sighting.seen_address(text)
        if seen is None:
            if row > 1 or not _is_header(text):
                file.fault(row, "this is no address", found=text)
            continue
        yield sighting.Context(address=seen.text, mac_prefix=seen.mac_prefix, seen_on=day, locator=f"row {row}")


def itdk_addresses(text: str) -> str | None:
    """The addresses of a node of ITDK; None for another line."""
    hit = _ITDK.fullmatch(text)
    return None if hit is None else hit[2]


def sage_addresses(text: str) -> str:
    """The addresses of a line of SAGE without how they were found; empty for the head of a router."""
    return "" if _SAGE_HEAD.fullmatch(text) else _METHOD.sub("", text)


def read_sets(addresses: Callable[[str], str | None], file: sighting.SightingFile) -> Iterator[tuple[str, ...]]:
    """The alias sets of a file; `addresses` cuts one from a line: empty where it has none, None where it is wrong."""
    for row, text in records_of(file.upload, file.faults, lambda _, done, __: file.read(done)):
        part = addresses(text)
        if part == "":
            continue
        found = None if part is None else _sets(part)
        if found is None:
            file.fault(row, "this is no set of addresses", found=text)
            continue
        yield tuple(dict.fromkeys(one.text for one in found))


def read_sage_fingerprints(file: sighting.SightingFile) -> Iterator[tuple[sighting.Context, str]]:
    """The features of each address in a `.fingerprints` file: of echo replies the initial TTL, and whether they give
    the IP-ID of the request back. The values are in the order of `LFP_FEATURES`; the others are not known.
    """
    day = day_in(file.upload.plain_name) or None
    for row, text in records_of(file.upload, file.faults, lambda _, done, __: file.read(done)):
        if _SAGE_HEAD.fullmatch(text):
            continue
        hit = _SAGE_FINGERPRINT.fullmatch(text)
        seen = None if hit is None else sighting.seen_address(hit[1])
        features = None if hit is None else sage_features(hit[2])
        if seen is None or features is None:
            file.fault(row, "this is no fingerprint of an address", found=text, expected="address - <features>")
            continue
        yield (
            sighting.Context(address=seen.text, mac_prefix=seen.mac_prefix, seen_on=day, locator=f"row {row}"),
            features,
        )


def sage_features(text: str) -> str | None:
    """What SAGE states of echo replies, as values of `LFP_FEATURES`; None where the text is none of its fingerprints.

    >>> sage_features("255,192.0.2.1,Echo,No,Yes"), sage_features("64,*,Healthy,No,No"), sage_features("*,*,*,No,No")
    ('True,echo,,,,,,,,255,,,,,', 'False,,,,,,,,,64,,,,,', ',,,,,,,,,,,,,,')
    """
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 5 or not (parts[0] == "*" or (parts[0].isascii() and parts[0].isdecimal() and len(parts[0]) < 4)):
        return None
    known = dict.fromkeys(LFP_FEATURES, "")
    if parts[0] != "*":
        known["icmp_ittl"] = str(int(parts[0]))
    if parts[2] != "*":
        known["icmp_ipid_echo"] = str(parts[2] == "Echo")
        known["icmp_ipid_counter"] = "echo" if parts[2] == "Echo" else ""
    return ",".join(known.values())


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


def read_engine_map(file: sighting.SightingFile) -> sighting.Observations:
    """An observation for each address of each engine. Raises InputFault where the document cannot be read."""
    day = day_in(file.upload.plain_name) or None
    for place, octets, given in _entries(file):
        addresses = given.get("ips", given.get("addresses")) if isinstance(given, Mapping) else None
        if not isinstance(addresses, list):
            file.fault(place, "an engine id without a list of addresses", found=octets.hex())
            continue
        stated = given.get("reset_date")
        start = instant_of(stated) if isinstance(stated, str) else None
        if stated is not None and start is None:
            file.remark("the day of the last start is no instant")
        for address in addresses:
            seen = sighting.seen_address(address) if isinstance(address, str) else None
            if seen is None:
                found = "nothing" if address is None else str(address)
                file.fault(place, "this is no address", column=octets.hex(), found=found)
                continue
            where = f"engine {place}"
            context = sighting.Context(address=seen.text, mac_prefix=seen.mac_prefix, seen_on=day, locator=where)
            yield sighting.Observation.of_engine(context, octets, started_at=start)


def read_engine_addresses(file: sighting.SightingFile) -> Iterator[str]:
    """Every address of the document."""
    for one in read_engine_map(file):
        yield one.context.address


def _entries(file: sighting.SightingFile) -> Iterator[tuple[int, bytes, Any]]:
    """The members of the document with their numbers, from 1; a name that is no engine id is a fault."""
    for place, (name, given) in enumerate(_document(file).items(), start=1):
        octets = engine_octets(name)
        if octets is None:
            file.fault(place, "this is no engine id in hex", found=name)
            continue
        yield place, octets, given


def _document(file: sighting.SightingFile) -> Mapping[str, Any]:
    value = json_in(file.upload, file.upload.whole(LARGEST_BYTES, "document", progress=file.read))
    if not isinstance(value, dict):
        raise InputFault([Fault(file.upload.name, "the document is no object by engine id")])
    return value
