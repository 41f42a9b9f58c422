"""A file as intake sees it: a name, its bytes on disk or in memory, and a stream that unpacks within a cap.

Nothing here is read whole but what was given as bytes. A stream can be opened again from its start. The receipt that
`fetch` leaves beside a file says which page a list came from, for the rows that `add` reads in it.
"""

from __future__ import annotations

import bz2
import errno
import gzip
import hashlib
import io
import json
import lzma
import stat
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from email.utils import parsedate_to_datetime
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

from provenet.core.errors import LONGEST_PLACE, Fault, InputFault, clip, visible
from provenet.core.packages import how_to_install

RECEIPT_SUFFIX = ".fetched.json"
_CAP_BYTES = 65_536


@dataclass(frozen=True)
class Page:
    """Where a file came from, and the day by which it was published: the server's own, never a clock of ours."""

    title: str
    url: str
    by_on: date | None

    def as_dict(self) -> dict[str, str | None]:
        """The page as the settings of a run hold its digest."""
        return {"title": self.title, "url": self.url, "by_on": self.by_on.isoformat() if self.by_on else None}


def page_of(place: Path, file_id: str) -> Page | None:
    """What the receipt beside a file says of it. None where there is none, or one of other bytes.

    A receipt is a convenience, not an input of its own: one that cannot be read is passed over. Cost O(1).
    """
    beside = place.with_name(place.name + RECEIPT_SUFFIX)
    try:
        if not beside.is_file() or beside.stat().st_size > _CAP_BYTES:
            return None
        receipt = json.loads(beside.read_bytes())
        if receipt["sha256"] != file_id:
            return None
        title, url = (clip(visible(str(receipt[name])), LONGEST_PLACE) for name in ("title", "url"))
        return Page(title, url, _day(receipt.get("served_at")))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _day(served_at: object) -> date | None:
    """The day of a `Date` header."""
    try:
        return parsedate_to_datetime(str(served_at)).date()
    except ValueError:
        return None


PACKINGS = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz", ".zst": "zstd"}
"""Suffixes of packed text, and what packs it."""
UNPACKED_CAP_BYTES = 8 * 2**30
"""The most that a packed file may unpack to."""
UNPACKED_TIMES = 400
"""How many times its packed size a file may unpack to, once past `ANY_RATIO_BYTES`; tables pack 10 to 100 fold."""
ANY_RATIO_BYTES = 256 * 2**20
"""Up to here a file may be packed as well as it can be."""
MAPPING_CAP_BYTES = 2**20
"""The most that a mapping beside a file may hold."""
BLOCK_BYTES = 2**20
"""How much is read at once."""


@dataclass(frozen=True)
class Upload:
    """One file given to intake: the name it is told by, where its bytes are, and the page it was fetched from."""

    name: str
    file_id: str
    place: Path | bytes
    size_bytes: int
    page: Page | None = None

    @staticmethod
    def of(place: Path, progress: Callable[[str, int, int], None]) -> Upload:
        """A file on disk, hashed as a stream. Its name is told with what would steer a terminal shown.

        Raises OSError where it cannot be read. Cost O(bytes).
        """
        seen, size, done = hashlib.sha256(), plain_size(place), 0
        if not size:
            return Upload(visible(place.name), seen.hexdigest(), b"", 0)
        with place.open("rb") as stream:
            while block := stream.read(BLOCK_BYTES):
                seen.update(block)
                done += len(block)
                progress(f"bytes of {place.name} hashed", done, size)
        return Upload(visible(place.name), seen.hexdigest(), place, done, page_of(place, seen.hexdigest()))

    @property
    def plain_name(self) -> str:
        """The name without a suffix of compression: `a.csv` of `a.csv.gz`."""
        return plain_name(self.name)

    @property
    def suffix(self) -> str:
        """The last suffix of the plain name, in lower case."""
        return PurePosixPath(self.plain_name.lower()).suffix

    @property
    def is_packed(self) -> bool:
        """Whether the name says that the bytes are packed."""
        return bool(self._packing)

    @property
    def _packing(self) -> str:
        return _packing_of(self.name)

    def raw(self) -> BinaryIO:
        """The bytes as they lie."""
        return io.BytesIO(self.place) if isinstance(self.place, bytes) else self.place.open("rb")

    def stream(self, progress: Callable[[int], None] = lambda _: None) -> Unpacked:
        """The bytes unpacked, from the start; `told` hears after each read how many of the file as it lies were read.

        Raises InputFault where what unpacks them is not installed.
        """
        raw = self.raw()
        opened = _unpacker(self.name, self._packing)(raw) if self._packing else raw
        return Unpacked(self.name, PACKINGS.get(self._packing, ""), raw, opened=opened, progress=progress)

    def head(self, count: int) -> bytes:
        """The first bytes, unpacked."""
        with self.stream() as stream:
            return stream.read(count)

    def whole(
        self,
        most: int,
        thing: str = "file",
        *,
        way_out: str | None = None,
        progress: Callable[[int], None] = lambda _: None,
    ) -> bytes:
        """All bytes, unpacked. Raises InputFault for more than `most`, a number of MiB."""
        with self.stream(progress) as stream:
            data = stream.read(most + 1)
        if len(data) > most:
            expected = f"at most {most // 2**20} MiB unpacked"
            raise InputFault([Fault(self.name, f"the {thing} is too large", expected=expected, way_out=way_out)])
        return data


class Unpacked(io.RawIOBase):
    """A stream of bytes that ends with a fault where the packing is broken or unpacks to more than the cap."""

    def __init__(
        self, name: str, packing: str, raw: BinaryIO, *, opened: BinaryIO, progress: Callable[[int], None]
    ) -> None:
        self.name, self._packing, self._raw, self._opened, self._progress = name, packing, raw, opened, progress
        self._count = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, count: int = -1) -> bytes:
        """Up to `count` bytes; fewer only at the end. Raises InputFault."""
        wanted = BLOCK_BYTES if count < 0 else count
        parts = []
        while wanted > 0 and (part := self._some(wanted)):
            parts.append(part)
            wanted = BLOCK_BYTES if count < 0 else wanted - len(part)
        return b"".join(parts)

    def readinto(self, buffer: object) -> int:
        """Fills a buffer, so that readers of lines and of JSON can wrap this stream."""
        view = memoryview(cast(bytearray, buffer)).cast("B")
        if not self._packing:
            count = cast(io.RawIOBase, self._opened).readinto(view) or 0
            self._count += count
            self._progress(self.packed_position())
            return count
        data = self._some(len(view))
        view[: len(data)] = data
        return len(data)

    def _some(self, count: int) -> bytes:
        try:
            data = self._opened.read(count)
        except (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile, zstd_error()) as err:
            raise InputFault([self._broken(str(err))]) from err
        except OSError as err:
            if err.errno is not None or self._packing != "bzip2":
                raise
            raise InputFault([self._broken(str(err))]) from err
        self._count += len(data)
        most_for_its_size = max(ANY_RATIO_BYTES, UNPACKED_TIMES * self._raw.tell())
        if self._packing and self._count > min(UNPACKED_CAP_BYTES, most_for_its_size):
            raise InputFault([_too_large(self.name)])
        self._progress(self.packed_position())
        return data

    def _broken(self, why: str) -> Fault:
        at = f"after {self._count:,} unpacked bytes ({why.rstrip('.')})" if why else "a broken end"
        way_out = "Pack the file again, or add it unpacked."
        return Fault(self.name, f"the file is no whole {self._packing} file", found=at, way_out=way_out)

    def packed_position(self) -> int:
        """How many bytes of the file as it lies have been read, for progress."""
        return self._raw.tell()

    def close(self) -> None:
        """Closes both ends."""
        self._opened.close()
        self._raw.close()
        super().close()


def _too_large(name: str) -> Fault:
    most = f"at most {UNPACKED_CAP_BYTES // 2**30} GiB unpacked"
    past = f"past {ANY_RATIO_BYTES // 2**20} MiB at most {UNPACKED_TIMES} times its size"
    text, way_out = "the file unpacks to more than is read", "Split it, or add it unpacked."
    return Fault(name, text, expected=f"{most}, and {past}", way_out=way_out)


def plain_size(place: Path) -> int:
    """The size of a plain file. Raises OSError for anything else: a pipe or a device may never end.

    What has no size is not opened by anybody here: some devices look like empty files, and wait for who reads them.
    """
    found = place.stat()
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "it is no plain file")
    return found.st_size


def plain_bytes(place: Path, most: int) -> bytes:
    """The first bytes of a plain file, at most so many. Raises OSError where it is none or cannot be read."""
    if not plain_size(place):
        return b""
    with place.open("rb") as stream:
        return stream.read(most)


def mapping_beside(place: Path) -> bytes | None:
    """The bytes of the mapping beside a file: `a.toml` for `a.csv` and `a.csv.gz`; None where there is none.

    Raises OSError where it cannot be read, InputFault where it is larger than a mapping may be.
    """
    beside = place.with_name(plain_name(place.name)).with_suffix(".toml")
    if not beside.is_file():
        return None
    data = plain_bytes(beside, MAPPING_CAP_BYTES + 1)
    if len(data) > MAPPING_CAP_BYTES:
        expected, way_out = f"at most {MAPPING_CAP_BYTES:,} bytes", "Keep a mapping beside the file, and nothing else."
        raise InputFault([Fault(visible(beside.name), "the mapping is too large", expected=expected, way_out=way_out)])
    return data


def _packing_of(name: str) -> str:
    suffix = PurePosixPath(name.lower()).suffix
    return suffix if suffix in PACKINGS else ""


def plain_name(name: str) -> str:
    """A name without a suffix of compression: `a.csv` of `a.csv.gz`."""
    plain = name.removesuffix(name[-len(_packing_of(name)) :]) if _packing_of(name) else name
    return plain if plain.strip(".") else name


def _unpacker(name: str, packing: str) -> Callable[[BinaryIO], BinaryIO]:
    if packing == ".gz":
        return lambda raw: cast(BinaryIO, gzip.GzipFile(fileobj=raw))
    if packing == ".bz2":
        return lambda raw: cast(BinaryIO, bz2.BZ2File(raw))
    if packing == ".xz":
        # 256 MB is what the strongest preset of xz asks for, with room; a header that asks for more is refused.
        return lambda raw: cast(BinaryIO, _Xz(raw))
    try:
        import zstandard
    except ImportError as err:
        way_out = f"{how_to_install('intake')}, or unpack the file and add it as it is."
        raise InputFault([Fault(name, "reading zstd needs the package zstandard", way_out=way_out)]) from err
    return lambda raw: cast(BinaryIO, _Zst(raw, zstandard))


def zstd_error() -> type[Exception]:
    """What the reader of zstd raises; where it is not installed, an error of another."""
    try:
        import zstandard
    except ImportError:
        return EOFError
    return cast(type[Exception], zstandard.ZstdError)


class _Xz(io.RawIOBase):
    """Xz streams one after another, unpacked with a limit on memory, which `lzma.open` cannot be told."""

    _MEMORY_BYTES = 256 * 2**20

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self._unpacker = self._fresh()
        self._rest = b""

    def _fresh(self) -> lzma.LZMADecompressor:
        return lzma.LZMADecompressor(memlimit=self._MEMORY_BYTES)

    def read(self, count: int = -1) -> bytes:
        """Some bytes, at most `count`; none only at the end. Raises LZMAError or EOFError."""
        while True:
            if self._unpacker.eof:
                self._rest = (self._unpacker.unused_data or self._raw.read(BLOCK_BYTES)).lstrip(b"\0")
                if not self._rest:
                    return b""
                self._unpacker = self._fresh()
            elif self._unpacker.needs_input and not self._rest:
                self._rest = self._raw.read(BLOCK_BYTES)
                if not self._rest:
                    raise EOFError("the file ends inside the packed text")
            data = self._unpacker.decompress(self._rest, max_length=count)
            self._rest = b""
            if data:
                return data


class _Zst(io.RawIOBase):
    """Zstd frames one after another; unlike the library's own reader it tells a frame that is cut off."""

    _WINDOW_BYTES = 2**27
    _FED_BYTES = 4096
    """A block of four bytes may unpack to 128 KiB, so little is fed at once."""

    def __init__(self, raw: BinaryIO, zstandard: Any) -> None:
        self._raw = raw
        self._make = zstandard.ZstdDecompressor(max_window_size=self._WINDOW_BYTES).decompressobj
        self._unpacker = self._make()
        self._made = io.BytesIO()
        self._rest = b""
        self._begun = False

    def read(self, count: int = -1) -> bytes:
        """Some bytes, at most `count`; none only at the end. Raises ZstdError or EOFError."""
        while not (given := self._made.read(count)):
            if self._unpacker.eof:
                self._rest, self._begun = self._unpacker.unused_data, False
                self._unpacker = self._make()
            fed = self._rest or self._raw.read(self._FED_BYTES)
            self._rest = b""
            if not fed:
                if self._begun:
                    raise EOFError("the file ends inside the packed text")
                return b""
            self._begun = True
            self._made = io.BytesIO(self._unpacker.decompress(fed))
        return given


_SIGNS = (
    (b"PK\x03\x04", "a zip, such as an Excel workbook", ".xlsx"),
    (b"\xd0\xcf\x11\xe0", "an older or an encrypted Office file", ".xls"),
    (b"PAR1", "a Parquet file", ".parquet"),
    (b"\x1f\x8b", "a gzip file", ".gz"),
    *((b"BZh%d1AY&SY" % level, "a bzip2 file", ".bz2") for level in range(1, 10)),
    (b"\xfd7zXZ\x00", "an xz file", ".xz"),
    (b"\x28\xb5\x2f\xfd", "a zstd file", ".zst"),
    (b"%PDF", "a PDF", ".pdf"),
    (b"SQLite format 3\x00", "an SQLite database", ".sqlite"),
)
"""First bytes of files that are no text, what they are, and the suffix they go by."""
READ_TABLES = "CSV, TSV, JSON, JSON lines (.jsonl), Parquet, or an Excel workbook (.xlsx, .xls)"
"""What is read as a table of cells, in words."""


def packed_under_another_name(name: str, head: bytes) -> Fault | None:
    """The fault of a file whose first bytes are those of something that is no text; None where they are not."""
    found = next(((kind, other) for sign, kind, other in _SIGNS if head.startswith(sign)), None)
    if found is None:
        return None
    kind, other = found
    way_out = "Save the table as .xlsx or CSV."
    if other not in {".pdf", ".sqlite", ".xls"}:
        way_out = f"Name it {other} if that is what it is, or save it as CSV."
    return Fault(name, f"the file is {kind}", expected=READ_TABLES, way_out=way_out)
