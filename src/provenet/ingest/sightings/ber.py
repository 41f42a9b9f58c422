"""Values in BER, as far as SNMP uses them (X.690; RFC 3417, section 8: lengths are definite).

A reader walks over the octets it was given and never past them. A value that is longer than what is left is given as
far as it goes, and `is_cut` says so: captures keep the first octets of a packet alone.
"""

from __future__ import annotations

from dataclasses import dataclass

INTEGER, OCTETS, NULL, OBJECT_ID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
_LONGEST_LENGTH = 4
_MOST_ARCS = 128
_NAMES = {INTEGER: "an integer", OCTETS: "octets", OBJECT_ID: "an object identifier", SEQUENCE: "a sequence"}


class BerFault(ValueError):
    """Why octets are no value, as a part of a sentence."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value: its tag, its content as far as it is there, and whether the end is missing."""

    tag: int
    content: bytes
    is_cut: bool = False


class Reader:
    """Reads one value after another. `is_cut` says that octets which a length announced are missing."""

    def __init__(self, data: bytes, is_cut: bool = False) -> None:
        self._data, self._at, self.is_cut = data, 0, is_cut

    @property
    def left(self) -> int:
        """How many octets are left."""
        return len(self._data) - self._at

    def next(self, wanted: int | None = None) -> Value:
        """The next value; of a wanted tag. Raises BerFault."""
        data, at, left = self._data, self._at, self.left
        if left < 2:
            raise BerFault(f"it ends where {'a length' if left else 'a tag'} belongs")
        tag, length = data[at], data[at + 1]
        if tag & 0x1F == 0x1F:
            raise BerFault("a tag of several octets, which SNMP does not use")
        at += 2
        if length >= 0x80:
            count = length & 0x7F
            length = self._long_length(count, at)
            at += count
        content = data[at : at + length]
        is_cut = len(content) < length
        self._at = at + len(content)
        if wanted is not None and tag != wanted:
            raise BerFault(f"tag 0x{tag:02X} where {_NAMES.get(wanted, f'tag 0x{wanted:02X}')} belongs")
        self.is_cut = self.is_cut or is_cut
        return Value(tag, content, is_cut)

    def integer(self) -> int:
        """The next value, a whole integer. Raises BerFault."""
        return as_integer(self._whole(INTEGER))

    def octets(self) -> bytes:
        """The next value, a whole string of octets. Raises BerFault."""
        return self._whole(OCTETS).content

    def inner(self, wanted: int) -> Reader:
        """A reader of what is in the next value of a tag. Raises BerFault."""
        value = self.next(wanted)
        return Reader(value.content, value.is_cut)

    def _whole(self, wanted: int) -> Value:
        value = self.next(wanted)
        if value.is_cut:
            raise BerFault("it ends inside a value")
        return value

    def _long_length(self, count: int, at: int) -> int:
        if count == 0:
            raise BerFault("a length without an end, which SNMP does not allow")
        if count > _LONGEST_LENGTH:
            raise BerFault(f"a length of {count} octets")
        if len(self._data) < at + count:
            raise BerFault("it ends where a length belongs")
        return int.from_bytes(self._data[at : at + count])


def as_integer(value: Value) -> int:
    """The number of a value. Raises BerFault."""
    if not 0 < len(value.content) <= 9:
        raise BerFault(f"an integer of {len(value.content)} octets")
    return int.from_bytes(value.content, signed=True)


def as_object_id(content: bytes) -> str:
    """The arcs of an object identifier, with points between. Raises BerFault.

    >>> as_object_id(bytes.fromhex("2b060106030f0101040000"))
    '1.3.6.1.6.3.15.1.1.4.0.0'
    """
    arcs, number = [], 0
    if not content or content[-1] & 0x80:
        raise BerFault("an object identifier without an end")
    for octet in content:
        number = number << 7 | octet & 0x7F
        if number >= 1 << 40:
            raise BerFault("an arc of an object identifier is out of range")
        if not octet & 0x80:
            arcs.append(number)
            number = 0
    if len(arcs) > _MOST_ARCS:
        raise BerFault(f"an object identifier of {len(arcs)} arcs")
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, [first, arcs[0] - 40 * first, *arcs[1:]]))
