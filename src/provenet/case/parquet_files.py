"""Parquet that may be broken: what its reader does then, in one place.

A spoilt file makes the reader raise errors of its own or of the system, or panic, which is no `Exception` of Python.
"""

import io
from collections.abc import Iterable
from pathlib import Path

import polars as pl

BROKEN = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)
"""What reading a broken file raises. No other module names a panic."""


def reason(err: BaseException) -> str:
    """Why a file cannot be read or written, in the library's words without its own place in the code."""
    lines = str(err).strip().splitlines()
    return lines[0].rpartition("specification: ")[2].rstrip(".") if lines else type(err).__name__


def columns_of(place: Path | io.BytesIO) -> set[str]:
    """The columns of a file. Raises one of `BROKEN`."""
    return set(pl.read_parquet_schema(place))


def broken_file(places: Iterable[Path]) -> tuple[Path, str] | None:
    """The first file that is missing or cannot be read to its end, and why. Cost O(bytes), in bounded memory."""
    for place in places:
        try:
            rows = pl.scan_parquet(place, glob=False, hive_partitioning=False)
            rows.select(pl.all().is_null().sum()).collect(engine="streaming")
        except BROKEN as err:
            return place, reason(err) if place.exists() else "it is missing"
    return None
