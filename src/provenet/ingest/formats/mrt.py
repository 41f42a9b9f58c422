"""Observed paths of MRT files: RIBs and updates of route collectors."""

from typing import BinaryIO, cast

from provenet.ingest.bgp.observed_paths import LAYOUT, is_mrt, read_paths
from provenet.ingest.opening import Unpacked
from provenet.ingest.registry import Format, Parts, Source


def _paths(source: Source) -> Parts:
    """The rows of a file, which its own reader unpacks, since it may be cut."""
    upload, raw = source.upload, source.upload.raw()
    with Unpacked(upload.name, "", raw, opened=raw, progress=source.read) as stream:
        yield from read_paths(source, cast(BinaryIO, stream))


FORMATS = (
    Format(
        name=LAYOUT,
        says="routes that collectors saw (MRT)",
        known_by="the first bytes, packed or not, whatever the name",
        tables=("observed_path",),
        recognises=lambda head: is_mrt(head.upload),
        opens_rows=_paths,
        order=10,
    ),
)
