"""Text files of one record a line, as blocks of whole lines with their numbers: for readers that work on many at once.

Nothing but a block is held. A byte order mark, any of the three line ends, packing and a missing last line end are
fine; a line that never ends, another encoding and a broken packing are faults.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from provenet.core.digest import sha256_bytes
from provenet.core.errors import Fault, FaultList, InputFault, UsageFault
from provenet.core.progress import Progress, silent
from provenet.ingest.opening import Upload
from provenet.ingest.tabular.open_table import packed_under_another_name

BLOCK_BYTES = 4 * 2**20
"""About how much text is worked on at once."""
LINE_CAP_BYTES = 2**16
"""The longest line that is read; a record of these files is under a kilobyte."""
QUOTED_CAP = 4_096
"""The longest record that a cell in quotes may make of several lines."""
_FOREIGN = ((codecs.BOM_UTF32_LE, "UTF-32"), (codecs.BOM_UTF16_LE, "UTF-16"), (codecs.BOM_UTF16_BE, "UTF-16"))

TextFile = Path | tuple[str, bytes]
"""A file on disk, or its name and its bytes."""


@dataclass(frozen=True)
class Block:
    """Whole lines without their ends: `lines` is text, `first` the number of the first, from 1."""

    first: int
    lines: pl.Series


def opened(given: TextFile, progress: Progress = silent) -> Upload:
    """A file to be read, hashed as it lies. Raises UsageFault where there is none or it cannot be read."""
    if not isinstance(given, Path):
        name, data = given
        return Upload(name, sha256_bytes(data), data, len(data))
    if not given.is_file():
        what = "this is a folder" if given.is_dir() else "this is no file" if given.exists() else "no such file"
        raise UsageFault(f"{what}; found {str(given)!r}, expected a file.")
    try:
        return Upload.of(given, progress)
    except OSError as err:
        raise UsageFault(f"the file cannot be read ({err.strerror}); found {str(given)!r}.") from err


def blocks_of(upload: Upload, progress: Progress = silent, *, foreign: bool = False) -> Iterator[Block]:
    """The lines of a file in blocks, in order.

    With `foreign`, bytes that are no UTF-8 become U+FFFD, else they are a fault at their line. Raises InputFault.
    Cost O(bytes) in time and O(a block) in memory.
    """
    look_at_head(upload)

    def report(done: int) -> None:
        progress(f"bytes read of {upload.name}", done, upload.size_bytes)

    first, carried = 1, b""
    with upload.stream(report) as stream:
        while data := stream.read(BLOCK_BYTES):
            data = carried + data
            cut = data.rfind(b"\n") + 1 or data.rfind(b"\r", 0, len(data) - 1) + 1
            if len(data) - cut > LINE_CAP_BYTES:
                _too_long(upload.name, first + len(_lines(data[:cut])) - 1)
            carried = data[cut:]
            if cut:
                made = _block(upload.name, first, data[:cut], foreign=foreign)
                first += made.lines.len()
                yield made
    if carried:
        yield _block(upload.name, first, carried, foreign=foreign)


def records_of(
    upload: Upload, faults: FaultList, progress: Progress = silent, *, remark: str = "#"
) -> Iterator[tuple[int, str]]:
    """The records that say something, stripped, with the number of their first line; ends where faults are too many.

    A line that begins with `remark` says nothing. A cell in quotes may hold line ends, so a line whose last quote is
    open goes on in the next; one that is never closed is a fault. Raises InputFault. Cost O(bytes).
    """
    begun, held = 0, ""
    for block in blocks_of(upload, progress):
        for row, line in enumerate(block.lines.to_list(), start=block.first):
            text = f"{held}\n{line}" if begun else line.strip()
            if not text or text.startswith(remark):
                continue
            if '"' in text and is_open_record(text):
                begun, held = begun or row, text
                if len(text) > QUOTED_CAP:
                    break
                continue
            yield begun or row, text
            begun, held = 0, ""
            if faults.full:
                return
        if len(held) > QUOTED_CAP:
            break
    if begun:
        way_out = "Close the quote, or double it where it is part of the text."
        faults.add(Fault(upload.name, "a quote is opened and never closed", begun, way_out=way_out))


def is_open_record(text: str) -> bool:
    """Whether the last cell of a record begins with a quote that nothing closes."""
    try:
        list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as err:
        return str(err) == "unexpected end of data"
    return False


def _lines(data: bytes) -> list[bytes]:
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")


def _block(name: str, first: int, data: bytes, *, foreign: bool) -> Block:
    if first == 1:
        data = data.removeprefix(codecs.BOM_UTF8)
    try:
        text = data.decode("utf-8", "replace" if foreign else "strict")
    except UnicodeDecodeError as err:
        row = first + len(_lines(data[: err.start])) - 1
        way_out = "Save the file as UTF-8."
        found = f"byte 0x{data[err.start]:02X}"
        fault = Fault(name, "the text is not UTF-8", row, found=found, expected="UTF-8", way_out=way_out)
        raise InputFault([fault]) from err
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = pl.Series("line", [text.removesuffix("\n")], dtype=pl.String).str.split("\n").explode()
    longest = lines.str.len_bytes().max()
    if isinstance(longest, int) and longest > LINE_CAP_BYTES:
        at = (lines.str.len_bytes() > LINE_CAP_BYTES).arg_max()
        _too_long(name, first + (at or 0))
    return Block(first, lines)


def _too_long(name: str, row: int) -> None:
    found, way_out = f"no line end within {LINE_CAP_BYTES:,} bytes", "Write one record to a line."
    raise InputFault([Fault(name, "a line is too long to be a record", row, found=found, way_out=way_out)])


class NotText(InputFault):
    """The first bytes of a file say that it is no text in UTF-8."""


def look_at_head(upload: Upload) -> None:
    """Raises NotText where the first bytes say that the file is no text in UTF-8."""
    head = upload.head(512)
    packed = packed_under_another_name(upload.name, head)
    if packed is not None:
        raise NotText([packed])
    mark = next((kind for sign, kind in _FOREIGN if head.startswith(sign)), None)
    if mark is None and head.count(0) * 3 >= max(len(head), 1):
        mark = "zero bytes, as in UTF-16 without a byte order mark or in no text at all"
    if mark is not None:
        way_out = "Save the file as UTF-8."
        fault = Fault(upload.name, "the text is not UTF-8", found=mark, expected="UTF-8", way_out=way_out)
        raise NotText([fault])
