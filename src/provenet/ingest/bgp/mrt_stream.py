"""Bytes of a file that may be packed and may be cut: all that stands before the cut, and a sentence on how it ended.

The packing is told by the first bytes, not by the name. Memory is bounded by two blocks and what the unpacker holds.
"""

import bz2
import lzma
import re
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from provenet.core.errors import Fault, InputFault
from provenet.core.packages import how_to_install
from provenet.ingest.opening import ANY_RATIO_BYTES, BLOCK_BYTES, UNPACKED_CAP_BYTES, UNPACKED_TIMES, zstd_error

FED_BYTES = 2**14
"""How many packed bytes an unpacker is given at once; little, since what a broken piece gave is lost with it."""
LARGEST_MEMORY_BYTES = 2**28
"""What an xz header may ask for, and twice what a zstd window may."""
_SIGNS = re.compile(
    rb"(?P<gzip>\x1f\x8b\x08)|(?P<bzip2>BZh.(?:1AY&SY|\x17rE8P\x90))|(?P<xz>\xfd7zXZ\x00)|(?P<zstd>\x28\xb5\x2f\xfd)",
    re.S,
)
"""The first bytes of each packing."""


def packing_of(head: bytes) -> str:
    """What packs a stream that begins so: `gzip`, `bzip2`, `xz`, `zstd`, or nothing.

    >>> packing_of(b"BZh91AY&SY"), packing_of(b"")
    ('bzip2', '')
    """
    hit = _SIGNS.match(head)
    return "" if hit is None else str(hit.lastgroup)


class CutStream:
    """Bytes of a file, unpacked, up to where they end; `ended` then says how, and is empty for an orderly end."""

    def __init__(self, name: str, raw: BinaryIO) -> None:
        self.name, self.ended = name, ""
        self.packed_bytes = self.unpacked_bytes = 0
        self._raw = raw
        self._head = raw.read(10)
        self.packing = packing_of(self._head)
        # A block of four bytes of zstd may unpack to 128 KiB.
        self._fed = FED_BYTES // 4 if self.packing == "zstd" else FED_BYTES
        self._blocks = self._unpacked() if self.packing else self._plain()
        self._block, self._at = b"", 0

    def take(self, count: int) -> bytes:
        """The next `count` bytes, or fewer where the stream ends."""
        at = self._at
        if at + count <= len(self._block):
            self._at = at + count
            return self._block[at : self._at]
        parts = [self._block[at:]]
        have = len(parts[0])
        self._block, self._at = b"", 0
        while have < count and (block := next(self._blocks, None)) is not None:
            self._at = min(len(block), count - have)
            parts.append(block[: self._at])
            have += self._at
            self._block = block
        return b"".join(parts)

    def ahead(self, least: int) -> memoryview:
        """What comes next, at least so many bytes unless the stream ends before, without passing over it."""
        if len(self._block) - self._at < least:
            parts = [self._block[self._at :]]
            have = len(parts[0])
            while have < least and (block := next(self._blocks, None)) is not None:
                parts.append(block)
                have += len(block)
            if len(parts) > 1:
                self._block, self._at = b"".join(parts), 0
        return memoryview(self._block)[self._at :]

    def pass_over(self, count: int) -> None:
        """Passes over bytes that `ahead` has shown."""
        self._at += count

    def skip(self, count: int) -> int:
        """Passes over `count` bytes without holding them; says how many there were."""
        passed = 0
        while passed < count and (part := len(self.take(min(BLOCK_BYTES, count - passed)))):
            passed += part
        return passed

    def _read(self, count: int) -> bytes:
        data, self._head = self._head or self._raw.read(count), b""
        self.packed_bytes += len(data)
        return data

    def _plain(self) -> Iterator[bytes]:
        while data := self._read(BLOCK_BYTES):
            self.unpacked_bytes += len(data)
            yield data

    def _unpacked(self) -> Iterator[bytes]:
        """Streams of the packing one after another, zero bytes between and after them passed over."""
        rest = b""
        while rest := (rest or self._read(self._fed)):
            if self.unpacked_bytes and not (rest := rest.lstrip(b"\0")):
                continue
            if self.unpacked_bytes and len(rest) < 10:
                rest += self._read(self._fed)
            if packing_of(rest) != self.packing:
                self.ended = f"what follows packed byte {self.packed_bytes - len(rest):,} is no {self.packing} stream"
                return
            unpacker = _unpacker(self.name, self.packing)
            while not unpacker.eof:
                fed = rest or (b"" if self._waits(unpacker) else self._read(self._fed))
                rest = b""
                if not fed and not self._waits(unpacker):
                    self.ended = f"the {self.packing} stream is cut after {self.packed_bytes:,} packed bytes"
                    return
                data = self._some(unpacker, fed)
                if data:
                    self.unpacked_bytes += len(data)
                    yield data
                if self.ended:
                    return
            rest = unpacker.unused_data

    @staticmethod
    def _waits(unpacker: Any) -> bool:
        """Whether the unpacker still holds bytes that it was given."""
        return bool(getattr(unpacker, "unconsumed_tail", b"")) or not getattr(unpacker, "needs_input", True)

    def _some(self, unpacker: Any, fed: bytes) -> bytes:
        try:
            limit = () if self.packing == "zstd" else (BLOCK_BYTES,)
            data = unpacker.decompress(getattr(unpacker, "unconsumed_tail", b"") + fed, *limit)
        except (zlib.error, OSError, lzma.LZMAError, EOFError, zstd_error()) as err:
            about = f"{self.packed_bytes:,} packed bytes ({str(err).rstrip('.')})"
            self.ended = f"the {self.packing} stream is broken within the last of {about}"
            return b""
        most = min(UNPACKED_CAP_BYTES, max(ANY_RATIO_BYTES, UNPACKED_TIMES * self.packed_bytes))
        if self.unpacked_bytes + len(data) > most:
            self.ended = f"the {self.packing} stream unpacks to more than the {most:,} bytes that are read"
            return b""
        return cast(bytes, data)


def _unpacker(name: str, packing: str) -> Any:
    if packing == "gzip":
        return zlib.decompressobj(wbits=31)
    if packing == "bzip2":
        return bz2.BZ2Decompressor()
    if packing == "xz":
        return lzma.LZMADecompressor(memlimit=LARGEST_MEMORY_BYTES)
    try:
        import zstandard
    except ImportError as err:
        way_out = f"{how_to_install('intake')}, or unpack the file and give it as it is."
        raise InputFault([Fault(name, "reading zstd needs the package zstandard", way_out=way_out)]) from err
    return zstandard.ZstdDecompressor(max_window_size=LARGEST_MEMORY_BYTES // 2).decompressobj()
