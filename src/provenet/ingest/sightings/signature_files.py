"""Published signatures of features of replies (LFP, IMC 2023): CSV, one tuple a line with the maker that it stands
for.

The columns are known by their header; a file without one has the 14 features in their order and then the maker.
Makers are written as registries write them, some with a number behind (`Brocade-3`, `MikroTik_1`), which only tells
tuples apart.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

from provenet.core.errors import Fault, FaultList, InputFault
from provenet.ingest.network.vendors import vendor_registry
from provenet.ingest.opening import Upload
from provenet.ingest.plain_lines import records_of
from provenet.ingest.sightings.scan_tables import LFP_FEATURES

_AGENTS = frozenset({"net-snmp", "ucd-snmp", "linux", ""})
"""Agents and systems of hosts, which name no router's maker."""
_FEATURE = re.compile(r"[A-Za-z0-9_]{0,8}|-?[0-9]{1,9}")
"""A value of a feature: a word such as `dup`, a number, or nothing; no JSON and no prose."""
_NUMBER = re.compile(r"[-_]\d{1,4}\Z")
_FIRST = LFP_FEATURES[:14]
"""The fields of the published files; a fifteenth, the sequence number of a RST, is read where a header names it."""
_EXPECTED = f"{len(_FIRST)} features and a vendor, under a header or in the order of the published files"


@dataclass(frozen=True, slots=True)
class PublishedSignature:
    """A tuple of features, parted by commas as in a sighting, and whom it names; `vendor_id` null is nobody."""

    features: str
    vendor_id: str | None
    vendor_text: str
    row: int


def is_signature_file(lines: list[str]) -> bool:
    """Whether the first line names the features and the vendor of signatures, or is one without a header."""
    cells = _cells(lines[0]) if lines else []
    flag = cells[0].strip() if len(cells) == len(_FIRST) + 1 else ""
    return _header(cells) is not None or flag in ("True", "False")


def read_signatures(upload: Upload, faults: FaultList) -> Iterator[PublishedSignature]:
    """The signatures of a file, in its order; rows that cannot be read go to `faults` and are left out.

    Raises InputFault where no row of the file is a signature, or more are at fault than are.
    """
    places: list[int] | None = None
    count = 0
    for row, text in records_of(upload, faults):
        cells = _cells(text)
        if places is None and not count and (named := _header(cells)) is not None:
            places = named
            continue
        at = places or [*range(len(_FIRST) + 1)]
        if len(cells) <= max(at) or (places is None and len(cells) != len(at)):
            faults.add(Fault(upload.name, "this is no signature", row, found=text[:80], expected=_EXPECTED))
            continue
        *features, vendor = (cells[place].strip() for place in at)
        wrong = next((one for one in features if _FEATURE.fullmatch(one) is None), None)
        if wrong is not None:
            sentence, expected = "this is no value of a feature", "a word such as dup, a number, or nothing"
            faults.add(Fault(upload.name, sentence, row, found=wrong[:80], expected=expected))
            continue
        count += 1
        yield PublishedSignature(",".join(features), _maker(_NUMBER.sub("", vendor)), vendor, row)
    if not count:
        raise InputFault([Fault(upload.name, "no row of this file is a signature", expected=_EXPECTED)])
    if faults.count > count:
        raise InputFault(faults.faults, faults.count)


def _maker(name: str) -> str | None:
    found = None if name.casefold() in _AGENTS else vendor_registry().of_text(name)
    return found.vendor_id if found is not None and found.names_maker else None


def _cells(text: str) -> list[str]:
    """The cells of a line; none where it is no CSV."""
    try:
        return next(csv.reader([text]), [])
    except csv.Error:
        return []


def _header(cells: list[str]) -> list[int] | None:
    """Where each feature and the vendor stand; None where the line is no header."""
    folded = [cell.strip().casefold() for cell in cells]
    wanted = [name for name in LFP_FEATURES if name in _FIRST or name in folded]
    return [folded.index(name) for name in [*wanted, "vendor"]] if {*wanted, "vendor"} <= set(folded) else None
