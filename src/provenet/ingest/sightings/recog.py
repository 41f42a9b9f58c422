"""Recog: patterns that tell devices by the texts of their services (XML, BSD-2-Clause). The file is the user's own.

Patterns are tried in the order of the file, and the first that is found decides, also where it asserts nothing. Whom it
names is the maker of the hardware, else of the operating system; the maker of a program that runs on anybody's machine
is no maker of the device. They are written for Ruby and Java; what differs is rewritten for the engine of Python: `.`
over line ends under `(?m)`, flags from the middle of a group on, `\\z` and `\\Z`, `\\h`, named groups, classes of
POSIX. Digits, words and spaces are those of ASCII, and `^` and `$` stand at every line, as in Ruby. What has no
counterpart is refused with a sentence.
"""

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from provenet.core.errors import Fault, FaultList
from provenet.ingest.documents import Element, xml_root
from provenet.ingest.opening import Upload

LONGEST_PATTERN = 10_000
_ESCAPES = {
    "z": r"\Z",
    "Z": r"(?=\n?\Z)",
    "h": "[0-9A-Fa-f]",
    "H": "[^0-9A-Fa-f]",
    "R": r"(?:\r\n|[\n\x0b\f\r])",
    "e": r"\x1b",
}
_IN_CLASS = {"h": "0-9A-Fa-f", "e": r"\x1b", "b": r"\b"}
_PYTHON = frozenset("AbBdDsSwWnrtfvax0123456789")
_POSIX = {
    "alpha": "A-Za-z",
    "digit": "0-9",
    "alnum": "A-Za-z0-9",
    "upper": "A-Z",
    "lower": "a-z",
    "space": r"\s",
    "punct": r"!-/:-@\[-`{-~",
    "xdigit": "0-9A-Fa-f",
    "word": r"\w",
    "blank": r" \t",
    "cntrl": r"\x00-\x1f\x7f",
    "print": r"\x20-\x7e",
    "graph": r"\x21-\x7e",
}
_FLAGS = re.compile(r"\(\?([imx]*)(?:-([imx]+))?([:)])")
_UNICODE_ESCAPE = re.compile(r"u([0-9A-Fa-f]{4})|u\{([0-9A-Fa-f]{1,6})\}")


class PatternFault(ValueError):
    """Why a pattern cannot be taken over, as a part of a sentence."""


def compiled(pattern: str, *, ignores_case: bool = False, dot_is_all: bool = False) -> re.Pattern[str]:
    """A pattern of Ruby, ready to be searched for. Raises PatternFault.

    >>> compiled(r"(?i)^cisco\\z").search("Cisco") is not None
    True
    >>> compiled("a(?i)b|c").search("aC") is not None
    True
    """
    if len(pattern) > LONGEST_PATTERN:
        raise PatternFault(f"it has {len(pattern):,} characters, more than {LONGEST_PATTERN:,}")
    flags = re.MULTILINE | re.ASCII | (re.IGNORECASE if ignores_case else 0) | (re.DOTALL if dot_is_all else 0)
    text = _Writer(pattern).written()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return re.compile(text, flags)
    except (re.error, OverflowError, RecursionError, Warning) as err:
        raise PatternFault(f"it does not compile ({err})") from err


@dataclass
class _Writer:
    """Writes a pattern anew, one element after the other."""

    pattern: str
    at: int = 0
    out: list[str] = field(default_factory=list)
    flagged: list[int] = field(default_factory=lambda: [0])
    """For each open group, how many groups of flags are to be closed with it."""

    def written(self) -> str:
        while self.at < len(self.pattern):
            char = self.pattern[self.at]
            if char == "\\":
                self.out.append(self._escape(in_class=False))
            elif char == "[":
                self.out.append(self._class())
            elif char == "(":
                self._open()
            elif char == ")":
                if len(self.flagged) == 1:
                    raise PatternFault("a group is closed that was not opened")
                self.out.append(")" * (self.flagged.pop() + 1))
                self.at += 1
            else:
                self.out.append(char)
                self.at += 1
        if len(self.flagged) > 1:
            raise PatternFault("a group is not closed")
        return "".join(self.out) + ")" * self.flagged[0]

    def _open(self) -> None:
        rest = self.pattern[self.at : self.at + 40]
        hit = _FLAGS.match(rest)
        if hit is not None and (hit[1] or hit[2] or hit[3] == ":"):
            on, off = hit[1].replace("m", "s"), (hit[2] or "").replace("m", "s")
            self.out.append(f"(?{on}{'-' + off if off else ''}:")
            if hit[3] == ")":
                self.flagged[-1] += 1
            else:
                self.flagged.append(0)
            self.at += hit.end()
            return
        self.flagged.append(0)
        if rest.startswith("(?<") and rest[3:4] not in ("=", "!"):
            self.out.append("(?P<")
            self.at += 3
            return
        known = next((one for one in ("(?=", "(?!", "(?<=", "(?<!", "(?>", "(?#") if rest.startswith(one)), None)
        if rest.startswith("(?") and known is None:
            raise PatternFault(f"it has a group that begins with {rest[:4]!r}")
        self.out.append(known or "(")
        self.at += len(known or "(")

    def _escape(self, *, in_class: bool) -> str:
        self.at += 2
        char = self.pattern[self.at - 1 : self.at]
        if not char:
            raise PatternFault("it ends with a lone backslash")
        if char == "u" and (hit := _UNICODE_ESCAPE.match(self.pattern, self.at - 1)):
            self.at += hit.end() - self.at
            number = int(hit[1] or hit[2], 16)
            if number > 0x10FFFF:
                raise PatternFault("it names a character beyond Unicode")
            return re.escape(chr(number))
        known = (_IN_CLASS if in_class else _ESCAPES).get(char)
        if known is not None:
            return known
        if char in _PYTHON or not (char.isascii() and char.isalnum()):
            return "\\" + char
        raise PatternFault(f"it has the escape \\{char}, which Python has not")

    def _class(self) -> str:
        """A class of characters, from its bracket on."""
        made, self.at = ["["], self.at + 1
        if self.pattern.startswith("^", self.at):
            made.append("^")
            self.at += 1
        begin = self.at
        while True:
            char = self.pattern[self.at : self.at + 1]
            if not char:
                raise PatternFault("a class of characters is not closed")
            if char == "]" and self.at > begin:
                self.at += 1
                return "".join(made) + "]"
            made.append(self._of_class(char))

    def _of_class(self, char: str) -> str:
        if char == "\\":
            return self._escape(in_class=True)
        if char == "[":
            return self._posix()
        if self.pattern.startswith("&&", self.at):
            raise PatternFault("it has an intersection of classes of characters")
        self.at += 1
        return "\\" + char if char in "]&|~" else char

    def _posix(self) -> str:
        end = self.pattern.find(":]", self.at)
        name = self.pattern[self.at + 2 : end] if self.pattern.startswith("[:", self.at) and end > 0 else ""
        if name not in _POSIX:
            raise PatternFault("it has a class of characters inside another")
        self.at = end + 2
        return _POSIX[name]


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
        for name in list(self._by_service) if service is None else [service]:
            for one in self._by_service.get(name, ()):
                values = one.values(bare if name == "ssh" else text)
                if values is not None:
                    return Hit(values.get("hw.vendor") or values.get("os.vendor"), one.description, values)
        return None


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
