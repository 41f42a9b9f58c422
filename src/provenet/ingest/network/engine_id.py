"""SNMP engine ids: who made an agent, as far as its id says so (RFC 3411, section 5, SnmpEngineID; RFC 5343).

The first four octets hold an enterprise number. With the top bit set, the fifth octet says what follows: an IPv4
address (1), an IPv6 address (2), a MAC address (3), text (4), octets (5), the local engine of RFC 5343 (6), or what
the enterprise chose (128 to 255); 0 and 7 to 127 are reserved. With the top bit clear, the id is twelve octets whose
rest the enterprise chose. Makers pad a MAC address with a zero octet before or after it; such an id is read.

Two questions are kept apart. Whether an id tells one engine from another: not a default that many share. Whether it
names who made the agent: also a maker's default does, since only the maker's software writes it; a sequence that
somebody typed from a manual, an id that is no engine id, and the number 0 do not.
"""

from dataclasses import dataclass
from functools import lru_cache

_LENGTHS = {1: 9, 2: 21, 3: 11}
_OLD_FORM_OCTETS = 12
_PADDED_MAC_OCTETS = 12
_COUNTING = bytes(range(256))


@dataclass(frozen=True, slots=True)
class EngineId:
    """What an engine id says.

    Parameters
    ----------
    enterprise
        The enterprise number.
    macs
        The MAC address of six octets; two where the zero octet beside it may stand before or after it; empty for
        another form.
    fault
        Why the id tells no engine from another, or does not conform, in words; null where it does both.
    names_enterprise
        Whether the enterprise number may be taken from it all the same.
    """

    enterprise: int
    macs: tuple[bytes, ...] = ()
    fault: str | None = None
    names_enterprise: bool = True

    @property
    def mac(self) -> bytes | None:
        """The MAC address, where the id leaves no choice."""
        return self.macs[0] if len(self.macs) == 1 else None


@lru_cache(maxsize=1 << 10)
def read_engine_id(octets: bytes) -> EngineId:
    """What an engine id says; `fault` where it is not what RFC 3411 asks for, or a default. The last are remembered.

    >>> one = read_engine_id(bytes.fromhex("800007db03 00e0fc123456"))
    >>> one.enterprise, one.mac.hex()
    (2011, '00e0fc123456')
    >>> read_engine_id(bytes.fromhex("8000000903 0074a02f1398c0")).mac.hex()
    '74a02f1398c0'
    """
    if not 5 <= len(octets) <= 32:
        return _nothing(f"{len(octets)} octets; an engine id has 5 to 32")
    if octets in (b"\0" * len(octets), b"\xff" * len(octets)):
        return _nothing("all octets are alike")
    number = int.from_bytes(octets[:4]) & 0x7FFFFFFF
    is_old = not octets[0] & 0x80
    if is_old and len(octets) != _OLD_FORM_OCTETS:
        return _nothing(f"{len(octets)} octets; the old form has {_OLD_FORM_OCTETS}", number)
    if is_old or not number:
        return engine_format(number, None)
    rest = octets[5:]
    macs = () if octets[4] != 3 or _is_empty(rest) else _macs(rest)
    return EngineId(number, macs, _fault(octets[4], rest), names_enterprise=not _is_sequence(rest))


def engine_format(number: int, kind: int | None) -> EngineId:
    """What is left of an engine id in a table that kept its enterprise number and the format alone.

    `kind` is null where the table has none: the old form. A number without its length is taken as it stands.
    """
    if not number:
        return _nothing("the enterprise number is 0")
    return EngineId(number, fault=None if kind is None else _reserved(kind))


def _nothing(fault: str, number: int = 0) -> EngineId:
    return EngineId(number, fault=fault, names_enterprise=False)


def _macs(rest: bytes) -> tuple[bytes, ...]:
    """The MAC address of six octets, or those that seven octets with a zero at one end may hold."""
    if len(rest) == 6:
        return (rest,)
    is_padded = len(rest) == _PADDED_MAC_OCTETS - 5
    return tuple(mac for pad, mac in ((rest[:1], rest[1:]), (rest[6:], rest[:6])) if is_padded and pad == b"\0")


def _reserved(kind: int) -> str | None:
    if kind == 6:
        return "the local engine of RFC 5343"
    return f"format {kind} is reserved" if kind == 0 or 7 <= kind <= 127 else None


def _fault(kind: int, rest: bytes) -> str | None:
    if reserved := _reserved(kind):
        return reserved
    wanted = _LENGTHS.get(kind)
    if wanted is not None and len(rest) + 5 != wanted and not (kind == 3 and _macs(rest)):
        return f"{len(rest) + 5} octets; format {kind} has {wanted}"
    if _is_empty(rest):
        return "nothing tells it from another engine"
    return "a default that software ships" if _is_sequence(rest) else None


def _is_empty(rest: bytes) -> bool:
    """Whether nothing follows the format, or zeros or ones alone."""
    return not rest or rest in (b"\0" * len(rest), b"\xff" * len(rest))


def _is_sequence(rest: bytes) -> bool:
    """Whether the part that should tell engines apart counts up or repeats, as ids of examples do."""
    return len(rest) >= 4 and not _is_empty(rest) and (rest in _COUNTING or len(set(rest)) == 1)
