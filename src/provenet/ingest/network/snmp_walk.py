"""Walks of an SNMP agent as files: `.snmprec` of snmpsim, and what `snmpwalk -On` prints.

Only the objects that tell who made a device, what is in it and whom it sees are kept, as octets by object id; of all
objects below 1.3.6.1.4.1 the enterprise numbers are counted. Other lines are passed over, and so are comments and
empty lines. A line that is no object of its format is counted, with the first of them, and never ends the reading.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache

ENTITY = "1.3.6.1.2.1.47.1.1.1.1."
LLDP = "1.0.8802.1.1.2.1."
LLDP_V2 = "1.3.111.2.802.1.1.13.1."
CDP = "1.3.6.1.4.1.9.9.23.1.2.1.1."
PHYSICAL_ADDRESS = "1.3.6.1.2.1.2.2.1.6."
SYS_DESCR, SYS_OBJECT_ID, SYS_NAME = "1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.2.0", "1.3.6.1.2.1.1.5.0"
ENGINE_ID = "1.3.6.1.6.3.10.2.1.1.0"
BRIDGE_ADDRESS = "1.3.6.1.2.1.17.1.1.0"
UPS = "1.3.6.1.2.1.33.1.1."
HEAD_LINES = 50
"""How many lines are looked at to tell a walk from other text."""

LLDP_REMOTE, LLDP_PORTS, LLDP_V2_REMOTE = LLDP + "4.1.1.", LLDP + "3.7.1.", LLDP_V2 + "4.1.1."
_COLUMNS = {
    ENTITY: r"(?:2|3|4|5|7|12|13)\.\d+",
    PHYSICAL_ADDRESS: r"\d+",
    CDP: r"[5678]\.[\d.]+",
    LLDP_REMOTE: r"(?:[4-9]|10)\.[\d.]+",
    LLDP_PORTS: r"[34]\.\d+",
    LLDP_V2_REMOTE: r"(?:[5-9]|10|11)\.[\d.]+",
}
"""Tables that are kept, by the object id before column and index, and which columns of them."""
_SCALARS = {
    "1.3.6.1.2.1.1.": r"[125](?:\.0)?",
    "1.3.6.1.2.1.17.1.1": r"\.0",
    UPS: r"[12](?:\.0)?",
    ENGINE_ID[:-1]: r"0",
    LLDP + "3.": r"[1-4]\.0",
    LLDP + "5.4795.1.2.": r"[67]\.0",
    LLDP_V2 + "3.": r"[1-4]\.0",
}
"""Single objects that are kept, by what their ids begin with."""
_BEGINNINGS = {
    prefix: (
        prefix.encode(),
        re.compile(rb"^\.?" + re.escape(prefix.encode()) + rb"(" + tail.encode() + rb")\|([^|\n]*)\|([^\n]*)$", re.M),
    )
    for prefix, tail in (_SCALARS | _COLUMNS).items()
}
_REC_LINE = re.compile(rb"\A\.?[0-9]+(?:\.[0-9]+)*\|[0-9]+[a-z]?[^|]*\|")
_REC_OTHER = re.compile(rb"^(?!\.?[0-9]+(?:\.[0-9]+)*\|[0-9]*[a-z]?(?::[^|\n]*)?\||[#\s]|$)[^\n]*", re.M)
_PRIVATE = re.compile(rb"^\.?1\.3\.6\.1\.4\.1\.(\d{1,9})\.", re.M)
_WALK_LINE = re.compile(
    r"\A\.?((?:1|iso)(?:\.\d+)+)(?: = | )?(?:(Hex-STRING|STRING|OID|[A-Z][A-Za-z0-9-]*)(?: \(\d+\))?: ?)?(.*)\Z", re.S
)
_WALK_HEAD = re.compile(r"\A(?:\.?1|iso)(?:\.\d+)+ (?:= )?")
_WALK_KEPT = re.compile(
    "(" + "|".join(re.escape(prefix) for prefix in sorted(_SCALARS | _COLUMNS, key=len, reverse=True)) + ")(.+)\\Z"
)
_TAILS = {prefix: re.compile(tail + r"\Z") for prefix, tail in (_SCALARS | _COLUMNS).items()}
_ABSENT = ("No Such", "No more variables")


@dataclass
class Walk:
    """What was kept of a walk: single objects by id, tables by what stands before column and index, and how many
    objects each enterprise number has."""

    values: dict[str, bytes] = field(default_factory=dict)
    tables: dict[str, dict[str, bytes]] = field(default_factory=dict)
    enterprises: Counter[int] = field(default_factory=Counter)
    odd_lines: int = 0
    first_odd: str | None = None

    def text(self, oid: str) -> str | None:
        """A single object as text without padding; null where it is absent or empty."""
        return decoded(self.values.get(oid, b"")) or None

    def table(self, prefix: str) -> dict[str, bytes]:
        """The objects of a kept table by column and index."""
        return self.tables.get(prefix, {})


@lru_cache(maxsize=1 << 16)
def decoded(data: bytes) -> str:
    """Octets as text: up to the first NUL, in UTF-8 or else Latin-1, white space joined. The latest are remembered."""
    plain = data.split(b"\0")[0]
    try:
        text = plain.decode("utf-8")
    except UnicodeDecodeError:
        text = plain.decode("latin-1")
    return " ".join(text.split())


def is_snmprec(head: bytes) -> bool:
    """Whether the first lines that say something are objects of snmpsim: `1.3.6.1.2.1.1.1.0|4|text`."""
    lines = [line for line in head.splitlines()[:HEAD_LINES] if line.strip() and not line.startswith(b"#")]
    return bool(lines) and bool(_REC_LINE.match(lines[0]))


def is_snmpwalk(head: str) -> bool:
    """Whether the first lines that say something are objects of `snmpwalk -On`: `.1.3.6.1.2.1.1.1.0 = STRING: text`."""
    lines = [line for line in head.splitlines()[:HEAD_LINES] if line.strip() and not line.startswith("#")]
    return bool(lines) and bool(_WALK_HEAD.match(lines[0]))


def read_snmprec(data: bytes) -> Walk:
    """A walk of snmpsim's `.snmprec`: `OID|tag|value`, tag 4 text, 4x hex, 6 an object id. Cost O(bytes).

    >>> walk = read_snmprec(b"1.3.6.1.2.1.1.1.0|4|Some router\\n1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.2011.2.23\\n")
    >>> walk.text("1.3.6.1.2.1.1.1.0")
    'Some router'
    """
    walk = Walk()
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"")
    for prefix, (begins, pattern) in _BEGINNINGS.items():
        found = {
            tail.decode(): _unhexed(value) if b"x" in tag and tag.split(b":")[0].endswith(b"x") else value
            for tail, tag, value in pattern.findall(data, *_stretch(data, begins))
        }
        if found and prefix in _COLUMNS:
            walk.tables[prefix] = found
        else:
            walk.values |= {prefix + tail: value for tail, value in found.items()}
    walk.enterprises.update(map(int, _PRIVATE.findall(data, *_stretch(data, b"1.3.6.1.4.1."))))
    for odd in _REC_OTHER.finditer(data) if _may_be_odd(data) else ():
        walk.odd_lines += 1
        walk.first_odd = walk.first_odd or odd[0].decode("utf-8", "replace")
    return walk


def _stretch(data: bytes, begins: bytes) -> tuple[int, int]:
    """From the line where something first stands to the end of the one where it last does: walks are in order."""
    first = data.find(begins)
    if first < 0:
        return 0, 0
    end = data.find(b"\n", data.rfind(begins))
    return data.rfind(b"\n", 0, first) + 1, len(data) if end < 0 else end


def _may_be_odd(data: bytes) -> bool:
    """Whether some line may be no object: one begins otherwise, or bars are missing. Cheaper than to look at each."""
    lines = data.count(b"\n") + (not data.endswith(b"\n"))
    begun = data.count(b"\n1.") + data.count(b"\n.1.") + data.startswith((b"1.", b".1."))
    return bool(data) and (lines != begun or data.count(b"|") < 2 * lines)


def _unhexed(value: bytes) -> bytes:
    try:
        return bytes.fromhex(value.replace(b":", b"").decode("ascii"))
    except ValueError:
        return value


def read_snmpwalk(text: str) -> Walk:
    """A walk as `snmpwalk -On` prints it; a text may go on over several lines. Cost O(characters).

    >>> read_snmpwalk('.1.3.6.1.2.1.1.2.0 = OID: .1.3.6.1.4.1.9.1.1\\n').text("1.3.6.1.2.1.1.2.0")
    '1.3.6.1.4.1.9.1.1'
    """
    walk = Walk()
    for record in _records(text, walk):
        hit = _WALK_LINE.match(record)
        if hit is None:
            continue
        oid, kind, value = _numbered(hit[1]), hit[2], hit[3]
        if oid.startswith("1.3.6.1.4.1."):
            walk.enterprises[int(oid.split(".")[6][:9])] += 1
        kept = _WALK_KEPT.match(oid)
        if kept and not value.startswith(_ABSENT) and _TAILS[kept[1]].match(kept[2]):
            prefix, tail = kept[1], kept[2]
            table = walk.tables.setdefault(prefix, {}) if prefix in _COLUMNS else walk.values
            table[tail if prefix in _COLUMNS else oid] = _value(kind, value.strip())
    return walk


def _records(text: str, walk: Walk) -> list[str]:
    """Objects with the lines that go on after them."""
    found: list[str] = []
    for line in text.splitlines():
        if _WALK_HEAD.match(line):
            found.append(line)
        elif found:
            found[-1] += "\n" + line
        elif line.strip() and not line.startswith("#"):
            walk.odd_lines += 1
            walk.first_odd = walk.first_odd or line
    return found


def _numbered(oid: str) -> str:
    """An object id in numbers: `iso.3.6` is how `snmpwalk` prints 1.3.6 where it knows no more names."""
    return "1." + oid[4:] if oid.startswith("iso.") else oid.lstrip(".")


def _value(kind: str | None, value: str) -> bytes:
    if kind == "Hex-STRING":
        return _unhexed(value.encode("ascii", "replace"))
    if kind == "INTEGER":
        return re.sub(r"\A\w*\((-?\d+)\)\Z", r"\1", value).encode()
    if kind == "OID":
        return _numbered(value).encode()
    if len(value) >= 2 and value[0] == value[-1] == '"':
        value = value[1:-1].replace('\\"', '"')
    return value.encode()
