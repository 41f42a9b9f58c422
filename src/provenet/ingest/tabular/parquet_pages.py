"""How much a Parquet file unpacks to, added up from the heads of its pages without unpacking one.

The footer and the head of each page are Thrift in its compact form. Only what is needed of them is kept; sizes that a
footer states are not believed, since a page is unpacked to the size that its own head states. Source: the Parquet
format, parquet.thrift.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

FOOTER_CAP_BYTES = 64 * 2**20
"""The most that a footer may hold; thousands of row groups of many columns stay under."""
_HEAD_BYTES = 2**12
_LONGEST_HEAD_BYTES = 2**25
_DEEPEST = 12
_ROW_GROUPS, _COLUMNS, _META = 4, 1, 3
_COMPRESSED_SIZE, _DATA_AT, _DICTIONARY_AT = 7, 9, 11
_PAGE_UNPACKED, _PAGE_PACKED = 2, 3


class NoPages(ValueError):
    """The footer or the head of a page cannot be read."""


def unpacked_bytes(stream: BinaryIO) -> int:
    """What all pages of a file unpack to. Raises NoPages, OSError. Cost O(footer + pages)."""
    end = stream.seek(0, 2)
    total = walked = 0
    for group in _list(_footer(stream, end), _ROW_GROUPS):
        for column in _list(group, _COLUMNS):
            for length, unpacked in _pages(stream, _struct(column, _META)):
                walked, total = walked + length, total + unpacked
                if walked > end:
                    raise NoPages("pages stand in more than one column")
    return total


def _footer(stream: BinaryIO, end: int) -> Any:
    stream.seek(max(0, end - 8))
    tail = stream.read(8)
    size = int.from_bytes(tail[:4], "little")
    if tail[4:] != b"PAR1" or size > min(end - 8, FOOTER_CAP_BYTES):
        raise NoPages("the footer is too large, or not where it should be")
    stream.seek(end - 8 - size)
    return _Thrift(stream.read(size)).struct()


def _pages(stream: BinaryIO, column: Any) -> Iterator[tuple[int, int]]:
    """How long each page of a column is in the file, and what it unpacks to."""
    at = min(_number(column, _DATA_AT), column.get(_DICTIONARY_AT) or _number(column, _DATA_AT))
    if not isinstance(at, int) or at < 0:
        raise NoPages("a place is missing")
    end = at + _number(column, _COMPRESSED_SIZE)
    while at < end:
        head, length = _page_head(stream, at)
        length += _number(head, _PAGE_PACKED)
        yield length, _number(head, _PAGE_UNPACKED)
        at += length


def _page_head(stream: BinaryIO, at: int) -> tuple[Any, int]:
    """The head of a page, and how long it is; statistics may make it long."""
    for size in (_HEAD_BYTES, _LONGEST_HEAD_BYTES):
        stream.seek(at)
        data = stream.read(size)
        try:
            read = _Thrift(data)
            return read.struct(), read.at
        except NoPages:
            if len(data) < size:
                raise
    raise NoPages("the head of a page is too long")


def _number(of: Any, key: int) -> int:
    value = of.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise NoPages("a size is missing")
    return value


def _struct(of: Any, key: int) -> Any:
    value = of.get(key) if isinstance(of, dict) else None
    if not isinstance(value, dict):
        raise NoPages("a part is missing")
    return value


def _list(of: Any, key: int) -> list[Any]:
    value = of.get(key, []) if isinstance(of, dict) else None
    if not isinstance(value, list):
        raise NoPages("a list is missing")
    return value


class _Thrift:
    """Values of Thrift's compact form: a struct is a dict by the numbers of its fields."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def struct(self, depth: int = 0) -> dict[int, Any]:
        """The fields of the struct that begins here."""
        if depth > _DEEPEST:
            raise NoPages("nested too deep")
        made: dict[int, Any] = {}
        number = 0
        while (head := self._byte()) & 15:
            number = number + (head >> 4) if head >> 4 else self._zigzag()
            made[number] = self._value(head & 15, depth, inside=False)
        return made

    def _value(self, kind: int, depth: int, inside: bool) -> Any:
        if kind in {1, 2}:
            return self._byte() == 1 if inside else kind == 1
        if kind == 3:
            return self._byte()
        if kind in {4, 5, 6}:
            return self._zigzag()
        if kind in {7, 8}:
            return self._skip(8 if kind == 7 else self._varint())
        if kind in {9, 10}:
            return self._items(depth)
        if kind == 12:
            return self.struct(depth + 1)
        raise NoPages(f"no such type of value: {kind}")

    def _items(self, depth: int) -> list[Any]:
        head = self._byte()
        count = head >> 4 if head >> 4 < 15 else self._varint()
        if count > len(self._data) - self.at:
            raise NoPages("a list is longer than the file")
        return [self._value(head & 15, depth + 1, inside=True) for _ in range(count)]

    def _skip(self, size: int) -> None:
        if size > len(self._data) - self.at:
            raise NoPages("it ends early")
        self.at += size

    def _byte(self) -> int:
        if self.at >= len(self._data):
            raise NoPages("it ends early")
        self.at += 1
        return self._data[self.at - 1]

    def _varint(self) -> int:
        value = shift = 0
        while (byte := self._byte()) & 128:
            value |= (byte & 127) << shift
            shift += 7
            if shift > 63:
                raise NoPages("a number is too long")
        return value | byte << shift

    def _zigzag(self) -> int:
        value = self._varint()
        return value >> 1 if not value & 1 else -(value >> 1) - 1
