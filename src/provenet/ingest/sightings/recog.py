"""Recog: patterns that tell devices by the texts of their services (XML, BSD-2-Clause). The file is the user's own.

Patterns are tried in the order of the file, and the first that is found decides, also where it asserts nothing. Whom it
names is the maker of the hardware, else of the operating system; the maker of a program that runs on anybody's machine
is no maker of the device.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from provenet.core.errors import Fault, FaultList
from provenet.ingest.network.documents import Element, xml_root
from provenet.ingest.opening import Upload
from provenet.ingest.sightings.ruby_patterns import PatternFault, compiled

LARGEST_BYTES = 64 * 2**20
LONGEST_TEXT = 4_096
"""How much of a text is looked at; a greeting is shorter."""
_SERVICES = {
    "snmp.sys_description": "snmp.sys_description",
    "snmp.sys_object_id": "snmp.sys_object_id",
    "ssh.banner": "ssh",
    "ntp.readvar": "ntp",
    "telnet": "telnet",
}
_PLACE = re.compile(r"\{((?:hw|os|service)\.\w+)\}")
"""Where a value takes another one in: `{hw.model} Firmware`."""
_SSH = re.compile(r"\ASSH-[\d.]+-")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """One pattern: what it says of a device, and by which groups."""

    pattern: re.Pattern[str]
    description: str
    constants: dict[str, str]
    groups: dict[str, int]

    def values(self, text: str) -> dict[str, str] | None:
        """What it says of a text; None where it is not found in it."""
        hit = self.pattern.search(text)
        if hit is None:
            return None
        taken = {name: hit[group] for name, group in self.groups.items() if hit[group] is not None}
        known = {**self.constants, **taken}
        filled = {name: _PLACE.sub(lambda hit: known.get(hit[1], ""), text) for name, text in self.constants.items()}
        return {**filled, **taken}


@dataclass(frozen=True, slots=True)
class Hit:
    """What a file of patterns says of a text: the maker as it is written there, and what the pattern describes."""

    maker: str | None
    description: str
    values: dict[str, str]


@dataclass(slots=True)
class PatternFile:
    """The patterns of one file, and the service whose texts they are for."""

    service: str
    fingerprints: list[Fingerprint] = field(default_factory=list)


class RecogPatterns:
    """Patterns of several files, by service."""

    def __init__(self, files: Sequence[PatternFile]) -> None:
        self._by_service: dict[str, list[Fingerprint]] = {}
        for one in files:
            self._by_service.setdefault(one.service, []).extend(one.fingerprints)
        self._hit = lru_cache(maxsize=1 << 14)(self._search)

    def hit(self, service: str | None, text: str) -> Hit | None:
        """What the first pattern of a service says of a text; without a service those of all. None where none fits."""
        return self._hit(service, text[:LONGEST_TEXT])

    def _search(self, service: str | None, text: str) -> Hit | None:
        bare = _SSH.sub("", text) if service in (None, "ssh") else text
        names = list(self._by_service) if service is None else [service]
        for name in names:
            for one in self._by_service.get(name, ()):
                values = one.values(bare if name == "ssh" else text)
                if values is not None:
                    return Hit(_maker(values), one.description, values)
        return None


def _maker(values: dict[str, str]) -> str | None:
    return values.get("hw.vendor") or values.get("os.vendor")


def read_recog(upload: Upload, faults: FaultList) -> PatternFile:
    """The patterns of a file. A pattern that Python's engine cannot search for is a fault, and left out.

    Raises InputFault where the file is no XML of Recog.
    """
    root = xml_root(upload, "fingerprints", LARGEST_BYTES)
    matches = root.attributes.get("matches") or root.attributes.get("protocol", "")
    made = PatternFile(_SERVICES.get(matches, matches))
    for element in root.children("fingerprint"):
        try:
            made.fingerprints.append(_fingerprint(element))
        except PatternFault as err:
            found = element.attributes.get("pattern", "")
            faults.add(Fault(upload.name, f"a pattern cannot be searched for: {err}", element.line, found=found))
    return made


def _fingerprint(element: Element) -> Fingerprint:
    pattern = element.attributes.get("pattern")
    if not pattern:
        raise PatternFault("it is empty")
    flags = {flag.strip().removeprefix("REG_") for flag in element.attributes.get("flags", "").split(",") if flag}
    if unknown := flags - {"ICASE", "DOT_NEWLINE", "MULTILINE", "LINE_ANY_CRLF"}:
        raise PatternFault(f"no flag is called {min(unknown)!r}")
    found = compiled(pattern, ignores_case="ICASE" in flags, dot_is_all=bool(flags - {"ICASE"}))
    constants, groups = {}, {}
    for one in element.children("param"):
        name, place = one.attributes.get("name", ""), one.attributes.get("pos", "0")
        if not (place.isascii() and place.isdecimal() and len(place) < 4 and int(place) <= found.groups):
            raise PatternFault(f"it has no group {place!r}")
        if int(place):
            groups[name] = int(place)
        elif "value" in one.attributes:
            constants[name] = one.attributes["value"]
    description = element.child("description")
    return Fingerprint(
        pattern=found,
        description="" if description is None else " ".join(description.text.split()),
        constants=constants,
        groups=groups,
    )
