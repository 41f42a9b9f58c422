"""What a file of measurements is, and where it is given: for a file that was given at another place.

The format of a file is found in its first bytes. A reader that refuses a file asks here whether another place takes
it, so that whoever mixed up two files hears what the file is and where it belongs.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import NamedTuple

from provenet.core.errors import Fault, InputFault
from provenet.ingest.opening import Upload
from provenet.ingest.registry import Head, format_of
from provenet.ingest.sightings.reading import sighting_format_of
from provenet.ingest.sightings.signature_files import is_signature_file
from provenet.ingest.traces.exchanges import is_exchange_name_table, is_probe_table

VENDORS, PATHS, ADD = "vendors", "paths", "add"
FILE = "FILE"


class Place(NamedTuple):
    """Where a file is given: a command, and its option, or `FILE` for an argument."""

    command: str
    option: str = FILE


WANTED = {
    Place(VENDORS): "scans: SNMPv3 replies (ZMap CSV, pcap), decoded tables, banners, features of replies",
    Place(VENDORS, "--probed"): "the addresses that were probed, one a line",
    Place(VENDORS, "--aliases"): "alias sets (SAGE .aliases, ITDK .nodes, or the addresses of a router on one line)",
    Place(VENDORS, "--recog"): "patterns of Recog, XML",
    Place(VENDORS, "--signatures"): "signatures of features of replies (LFP), CSV",
    Place(VENDORS, "--origins"): "which network announces which addresses: pfx2as, pyasn, or ranges first,last,asn",
    Place(VENDORS, "--countries"): "the country of addresses: ranges first,last,CC",
    Place(PATHS): "traceroutes of RIPE Atlas or scamper, JSON",
    Place(PATHS, "--vendors"): "a table in Parquet, as `provenet vendors --out` writes it",
    Place(PATHS, "--origins"): "which network announces which addresses: pfx2as, pyasn, or ranges first,last,asn",
    Place(PATHS, "--exchanges"): "tables of PeeringDB, JSON: ixpfx, with ix and ixlan for the names",
}
"""What each place takes, in words."""
_SCANS = (Place(VENDORS), Place(VENDORS, "--probed"))
_LISTS = (Place(VENDORS, "--probed"),)
_ALIASES = (Place(VENDORS, "--aliases"),)
_ORIGINS = (Place(VENDORS, "--origins"), Place(PATHS, "--origins"))
_TRACES = (Place(PATHS),)
PLACES: dict[str, tuple[Place, ...]] = {
    "capture": _SCANS,
    "engine-addresses": _SCANS,
    "scan-table": _SCANS,
    "sage-fingerprints": (Place(VENDORS),),
    "address-list": _LISTS,
    "address-table": _LISTS,
    "sage-aliases": _ALIASES,
    "itdk-nodes": _ALIASES,
    "alias-sets": _ALIASES,
    "recog": (Place(VENDORS, "--recog"),),
    "lfp-signatures": (Place(VENDORS, "--signatures"),),
    "caida-pfx2as": _ORIGINS,
    "pyasn": _ORIGINS,
    "ip-ranges-asn": _ORIGINS,
    "ip-ranges-country": (Place(VENDORS, "--countries"),),
    "exchange-points": (Place(PATHS, "--exchanges"),),
    "exchange-names": (Place(PATHS, "--exchanges"),),
    "vendors-of-addresses": (Place(PATHS, "--vendors"),),
    "ripe-atlas": _TRACES,
    "scamper-json": _TRACES,
}
"""Where files of each format are given beside `add`, which takes those of the registry."""
_WAYS_OUT = {
    "engine-countries": "Give countries as ranges of addresses, with --countries of `provenet vendors`.",
    "engine-vendors": "Give the file that has the addresses of the engine ids to `provenet vendors`.",
    "exchange-names": "Add the table ixpfx, or one JSON object with all three: ix, ixlan and ixpfx.",
    "vendors-of-addresses": "Add the scans behind it; `provenet depend` then says whose routers they show.",
    "warts": "Turn it into JSON with scamper's own sc_warts2json, and give that file.",
    "atlas-probes": "Name the country and the network of the probes in a mapping beside the traceroutes.",
}
"""Where no place, or none of a case, takes a file as it is."""
_TABLES_OF_USERS = frozenset({"scan-table", "address-table"})
"""Formats that look like tables of a user's own, which a mapping describes."""
_RECOG = re.compile(rb"<fingerprints\b")
_PARQUET, _WARTS = b"PAR1", b"\x12\x05"
_VENDOR_COLUMNS = {"address", "vendor_id", "p_correct"}


@dataclass(frozen=True)
class FileKind:
    """The format of a file: its id, what it is in words, and whether `add` takes it."""

    id: str
    says: str
    enters_cases: bool = False

    def way_out(self, command: str) -> str:
        """Where a file of the format is given, for whoever gave it to a command."""
        places = PLACES.get(self.id, ())
        own = [place for place in places if place.command == command]
        if own:
            return f"Give it {' or '.join(_as_option(place.option) for place in own)}."
        if self.id in _WAYS_OUT and (command == ADD or not places):
            return _WAYS_OUT[self.id]
        if places:
            first = places[0]
            return f"Give it to `provenet {first.command}`, {_as_option(first.option)}."
        return "Add it to a case, with `provenet add`."


def _as_option(option: str) -> str:
    return "as FILE" if option == FILE else f"with {option}"


def file_kind_of(upload: Upload) -> FileKind | None:
    """The format of a file by its first bytes, of the registry and of those that `provenet vendors` and `paths` read.

    None where it is none of them, as of a table of a user's own. Raises InputFault where it cannot be unpacked.
    """
    head = Head(upload)
    if head.data.startswith(_PARQUET):
        return FileKind("vendors-of-addresses", "vendors of addresses, in Parquet") if _has_vendors(upload) else None
    if head.data.startswith(_WARTS):
        return FileKind("warts", "traces of scamper in its binary form (warts)")
    found = format_of(upload)
    if found.cells is None:
        return FileKind(found.name, found.says, enters_cases=True)
    if _RECOG.search(head.data):
        return FileKind("recog", "patterns of Recog, XML")
    if is_signature_file(head.lines):
        return FileKind("lfp-signatures", "signatures of features of replies (LFP)")
    if is_exchange_name_table(head.data):
        return FileKind("exchange-names", "exchange points of PeeringDB without their prefixes (ix, ixlan)")
    if is_probe_table(head.data):
        return FileKind("atlas-probes", "list of probes or anchors of RIPE Atlas")
    scan = sighting_format_of(upload)
    return None if scan is None else FileKind(scan.id, scan.says)


def _has_vendors(upload: Upload) -> bool:
    """Whether a table in Parquet has the columns of `provenet vendors --out`."""
    from provenet.case.parquet_files import BROKEN, columns_of

    place = io.BytesIO(upload.place) if isinstance(upload.place, bytes) else upload.place
    try:
        return columns_of(place) >= _VENDOR_COLUMNS
    except BROKEN:
        return False


def at_another_place(upload: Upload, place: Place, err: InputFault) -> InputFault:
    """The refusal of a file, or what the file is and where it is given, where another place takes its format."""
    try:
        kind = file_kind_of(upload)
    except InputFault:
        return err
    return err if kind is None or place in PLACES.get(kind.id, ()) else misplaced(upload.name, kind, place)


def misplaced(name: str, kind: FileKind, place: Place) -> InputFault:
    """The refusal of a file whose format is known, at a place that takes others."""
    text = f"the file is of another format: {kind.says}"
    return InputFault([Fault(name, text, expected=WANTED[place], way_out=kind.way_out(place.command))])


def no_file_of_a_case(upload: Upload, err: InputFault) -> InputFault:
    """The refusal of a file by `add`, or what the file is and which command takes it."""
    kind = file_kind_of(upload)
    if kind is None or kind.enters_cases or kind.id in _TABLES_OF_USERS:
        return err
    text = f"the file fills no table of a case: {kind.says}"
    return InputFault([Fault(upload.name, text, way_out=kind.way_out(ADD))])
