"""What a download speaks through and writes to: the words shared by `download`, `fetch` and the door.

A `Web` gives answers, a `Place` takes bytes, a `Shelf` is a folder of places with the clock; `Receipt` is what is
recorded of a file. Nothing here opens a connection or touches a disk.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from typing import Protocol

from provenet.core.errors import Fault, InputFault
from provenet.download.remote import RemoteList

Headers = list[tuple[str, str]]

_STRONG = re.compile(r'"[\x21\x23-\x7e]{0,250}"\Z', re.ASCII)


@dataclass(frozen=True)
class Origin:
    """What a part is a part of: the address that sent it, its entity tag, its whole length where it was given."""

    url: str
    etag: str | None
    total: int | None

    @property
    def resumable(self) -> bool:
        """Whether the entity tag is strong: only then do two answers hold the same bytes."""
        return self.etag is not None and _STRONG.match(self.etag) is not None


@dataclass(frozen=True)
class Part:
    """What an earlier try left."""

    size: int
    origin: Origin | None


@dataclass(frozen=True)
class Receipt:
    """What is recorded beside a fetched file. No clock of ours: `served_at` is the server's own Date header."""

    name: str
    title: str
    issuer: str
    licence: str
    url: str
    final_url: str
    etag: str | None
    last_modified: str | None
    served_at: str | None
    media_type: str | None
    length_bytes: int
    sha256: str

    def as_dict(self) -> dict[str, object]:
        """The receipt as it stands in the file and in `--json`."""
        return asdict(self)


@dataclass(frozen=True)
class Outcome:
    """How one download ended: `fetched`, `resumed` (some bytes were there already), or `unchanged`."""

    state: str
    receipt: Receipt


class Retry(Exception):
    """This try came to nothing, another may not; `wait` is what the server asked for, in seconds."""

    def __init__(self, says: str, wait: float | None = None) -> None:
        self.says, self.wait = says, wait
        super().__init__(says)


class Answer(Protocol):
    """The head of an answer, and its body bit by bit."""

    url: str
    status: int

    def field(self, name: str) -> str | None:
        """The one value of a header field; several unlike values come joined by a comma."""

    def read(self) -> bytes:
        """The next bytes of the body as sent; none at its end. Raises Again where the connection failed."""


class Web(Protocol):
    """Opens one list, following redirects that the list allows."""

    def open(self, entry: RemoteList, fields: Callable[[str], Headers]) -> AbstractContextManager[Answer]:
        """The last answer. `fields` gives the header fields for each address on the way."""


class Place(Protocol):
    """Where one file is put, with what lies there already."""

    def held(self) -> Receipt | None:
        """The receipt of the file that is there, if its bytes are still those."""

    def part(self) -> Part:
        """What an earlier try left."""

    def begin(self, origin: Origin | None) -> None:
        """Drops the part and begins that of another entity."""

    def append(self, data: bytes) -> None:
        """Adds bytes to the part."""

    def head(self, size: int) -> bytes:
        """The first bytes of the part."""

    def digest(self) -> str:
        """The SHA-256 of the part."""

    def keep(self, receipt: Receipt) -> None:
        """Makes the part the file."""


class Shelf(Protocol):
    """The door's hands: a folder for the files, and the clock, which is read in doors alone."""

    def place(self, file: str) -> AbstractContextManager[Place]:
        """The place of one file, held against other writers."""

    def clock(self) -> float:
        """Seconds since any moment."""

    def sleep(self, seconds: float) -> None:
        """Waits."""


def refused(
    entry: RemoteList, says: str, found: str | None = None, *, expected: str | None = None, way_out: str = ""
) -> InputFault:
    """The one fault that ends a download."""
    return InputFault([Fault(entry.name, says, found=found, expected=expected, way_out=way_out or None)])
