"""SNMP engine ids: who made an agent, as far as its id says so (RFC 3411, section 5, SnmpEngineID; RFC 5343).

The first four octets hold an enterprise number. With the top bit set, the fifth octet says what follows: an IPv4
address (1), an IPv6 address (2), a MAC address (3), text (4), octets (5), the local engine of RFC 5343 (6), or what
the enterprise chose (128 to 255); 0 and 7 to 127 are reserved. With the top bit clear, the id is twelve octets whose
rest the enterprise chose. An id that software ships as its default, that many agents share, or that is too short, too
long, all zeros or all ones, names nobody.
"""

from __future__ import annotations

from dataclasses import dataclass

FORMATS = {1: "ipv4", 2: "ipv6", 3: "mac", 4: "text", 5: "octets", 6: "local"}
_LENGTHS = {1: 9, 2: 21, 3: 11}
_OLD_FORM_OCTETS = 12


@dataclass(frozen=True, slots=True)
class EngineId:
    """What an engine id says.

    Parameters
    ----------
    enterprise
        The enterprise number.
    form
        A word of `FORMATS`, `enterprise` for what the enterprise chose, `reserved`, or `old` for twelve octets.
    mac
        The MAC address of six octets; null for another form.
    fault
        Why the id is no evidence, in words; null where it is.
    """

    enterprise: int
    form: str
    mac: bytes | None = None
    fault: str | None = None


def read_engine_id(octets: bytes) -> EngineId:
    """What an engine id says; `fault` where nothing may be taken from it.

    >>> one = read_engine_id(bytes.fromhex("800007db03 00e0fc123456"))
    >>> one.enterprise, one.form, one.mac.hex()
    (2011, 'mac', '00e0fc123456')
    >>> read_engine_id(bytes.fromhex("000000090300aabbccdd0011")).form
    'old'
    """
    if not 5 <= len(octets) <= 32:
        return EngineId(0, "reserved", fault=f"{len(octets)} octets; an engine id has 5 to 32")
    if octets in (b"\0" * len(octets), b"\xff" * len(octets)):
        return EngineId(0, "reserved", fault="all octets are alike")
    number = int.from_bytes(octets[:4]) & 0x7FFFFFFF
    if not octets[0] & 0x80:
        wrong = None if len(octets) == _OLD_FORM_OCTETS else f"{len(octets)} octets; the old form has 12"
        return EngineId(number, "old", fault=wrong or (None if number else "the enterprise number is 0"))
    kind = octets[4]
    form = FORMATS.get(kind) or ("enterprise" if kind >= 128 else "reserved")
    return EngineId(number, form, octets[5:] if kind == 3 and len(octets) == 11 else None, _fault(number, kind, octets))


def _fault(number: int, kind: int, octets: bytes) -> str | None:
    if not number:
        return "the enterprise number is 0"
    if kind == 6:
        return "the local engine of RFC 5343"
    if kind == 0 or 7 <= kind <= 127:
        return f"format {kind} is reserved"
    if kind in _LENGTHS and len(octets) != _LENGTHS[kind]:
        return f"{len(octets)} octets; format {kind} has {_LENGTHS[kind]}"
    rest = octets[5:]
    if not rest or rest in (b"\0" * len(rest), b"\xff" * len(rest)):
        return "nothing tells it from another engine"
    if _is_default(rest):
        return "a default that software ships"
    return None


def _is_default(rest: bytes) -> bool:
    """Whether the part that should tell engines apart counts up or repeats, as ids of examples do."""
    return len(rest) >= 4 and (rest in bytes(range(256)) or len(set(rest)) == 1)
