"""Formats that are no table of cells: each is one module of this folder that makes rows of tables itself.

A format module offers four names.

    LAYOUT: str                 the id shown with the file, such as `followthemoney`
    INTRODUCES: bool            whether its rows describe parties, so that its files are read before those naming them
    recognises(head, name)      True where a file is of this format: `head` are its first 65,536 bytes, unpacked,
                                `name` its name without a suffix of compression. Looks only; never raises
    read(name, stream, file_id, names, faults, mapping=, ignored=)
                                yields `(table, rows)` in batches of at most `BATCH_ROWS` rows; `mapping` are the bytes
                                of the mapping beside the file, in a form of the format's own; what is read over by
                                name is counted in `ignored`

`stream` is binary, unpacked, at its start, and may be larger than memory; `file_id` is the SHA-256 of the file as it
lies; `names` are the parties known to the case and its parent files. A row is a dict of every column of its table but
`run_id`; `provenet.ingest.rows.made_row` makes one and its id from what the file says. What is wrong goes to `faults`,
all of it, and reading goes on; where it cannot, the module adds the fault and returns. The reader keeps no row of a
file with a fault, leaves out rows that stand already, brings along bundled parties that rows name, and adds the row
of `source` of a file that is its own source. A mapping that has `columns` wins over every format.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from typing import BinaryIO, Protocol, cast

from provenet.case.parties import PartyNames
from provenet.core.errors import FaultList

_COLUMNS = re.compile(rb"^\s*(?:\[\s*columns\b|columns\s*=)", re.M)
BATCH_ROWS = 50_000
"""The most rows that a format gives at once."""
HEAD_BYTES = 65_536
"""How much of a file is looked at to tell its format."""
FORMATS: tuple[str, ...] = (
    "provenet.ingest.lists.ftm",
    "provenet.ingest.sbom.cyclonedx",
    "provenet.ingest.lists.published_lists",
)
"""The modules that are formats, in the order in which they are asked."""


class Format(Protocol):
    """What a format module offers."""

    LAYOUT: str
    INTRODUCES: bool

    def recognises(self, head: bytes, name: str) -> bool:
        """Whether a file that begins with `head` is of this format."""
        ...

    def read(
        self,
        name: str,
        stream: BinaryIO,
        file_id: str,
        names: PartyNames,
        faults: FaultList,
        *,
        mapping: bytes | None = None,
        ignored: Counter[str] | None = None,
    ) -> Iterator[tuple[str, list[dict[str, object]]]]:
        """The rows of a file, by table, in batches."""
        ...


def maps_columns(mapping: bytes | None) -> bool:
    """Whether a mapping says what columns become, so that its file is a table whatever it looks like."""
    return mapping is not None and _COLUMNS.search(mapping) is not None


def format_of(head: bytes, name: str) -> Format | None:
    """The format of a file by its first bytes and name, or None for a table of cells."""
    for path in FORMATS:
        module = cast(Format, import_module(path))
        if module.recognises(head, name):
            return module
    return None
