"""Traces of a case some whole ones at a time, however their hops lie in its data files, and however many there are.

Few are one batch. Of many a first look at the ids alone numbers the traces, in the order in which the data files of
hops hold them. Then a range of numbers after the other is read from the files that hold some of it: those that were
written together are read together, each file about once. Only where every file holds hops of traces everywhere is each
read for every range.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenet.case.tables import empty
from provenet.core.progress import Progress, silent
from provenet.ingest.traces.case_rows import trace_keys
from provenet.routing.measured.address_book import KeyNumbers

Reading = Callable[[Sequence[str]], pl.DataFrame]
"""Reads some columns of one data file."""
_NEIGHBOURS = 12
"""Bits of a number that tell traces of one neighbourhood apart: which of them a file holds is not remembered."""


def whole_traces(
    trace_files: Sequence[Reading],
    hop_files: Sequence[Reading],
    *,
    trace_columns: Sequence[str],
    hop_columns: Sequence[str],
    most_rows: int,
    progress: Progress = silent,
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Batches of rows of traces with all of their hops, a trace in one batch alone.

    Parameters: both kinds of data files, by a function that reads columns of one; `most_rows` is how many hops and
    traces a batch holds, and one trace more. Cost O(rows) where files hold traces that came together; memory O(a batch
    + a data file) and 40 bytes a trace.
    """
    hops = _all_of(hop_files, hop_columns, most_rows)
    traces = None if hops is None else _all_of(trace_files, trace_columns, most_rows)
    if hops is not None and traces is not None:
        progress("traces walked", 0, 1)
        if traces:
            yield pl.concat(traces), pl.concat(hops) if hops else empty("hop").select(hop_columns)
        return
    del hops, traces
    seen = _MetTraces()
    hops_in = [seen.look(read, counts=True) for read in hop_files]
    traces_in = [seen.look(read) for read in trace_files]
    ends = seen.ends(most_rows)
    for at, (first, last) in enumerate(zip([0, *ends], ends, strict=False)):
        progress("traces walked", at, len(ends))
        traces = [
            seen.rows(one, trace_columns, first=first, last=last) for one in traces_in if one.is_near(first, last)
        ]
        if any(part.height for part in traces):
            hops = [seen.rows(one, hop_columns, first=first, last=last) for one in hops_in if one.is_near(first, last)]
            yield pl.concat(traces), pl.concat(hops) if hops else empty("hop").select(hop_columns)


def _all_of(files: Sequence[Reading], columns: Sequence[str], most_rows: int) -> list[pl.DataFrame] | None:
    """The rows of all files that have some; None where they are more."""
    found, count = [], 0
    for read in files:
        part = read(columns)
        count += part.height
        if count > most_rows:
            return None
        found += [part] if part.height else []
    return found


@dataclass(frozen=True)
class _File:
    """A data file and whose rows it holds: the least and the greatest number of a trace, and the neighbourhoods."""

    read: Reading
    least: int
    most: int
    near: NDArray[np.int64]

    def is_near(self, first: int, last: int) -> bool:
        """Whether it may hold rows of traces from `first` up to, not including, `last`."""
        at = np.searchsorted(self.near, [first >> _NEIGHBOURS, (last - 1 >> _NEIGHBOURS) + 1])
        return bool(at[0] < at[1])


@dataclass
class _MetTraces:
    """The traces that were met, numbered in order of appearance, and how many hops each has."""

    numbers: KeyNumbers = field(default_factory=KeyNumbers)
    hop_count: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))

    def look(self, read: Reading, *, counts: bool = False) -> _File:
        """Takes note of the traces that a data file holds."""
        number = self.numbers.number(*trace_keys(read(["trace_id"])["trace_id"]))
        if self.numbers.count > len(self.hop_count):
            more = np.zeros(max(2 * len(self.hop_count), self.numbers.count) - len(self.hop_count), np.int32)
            self.hop_count = np.concatenate([self.hop_count, more])
        least, most = (int(number.min()), int(number.max())) if len(number) else (0, -1)
        if counts and len(number):
            self.hop_count[least : most + 1] += np.bincount(number - least).astype(np.int32)
        return _File(read, least, most, np.unique(number >> _NEIGHBOURS).astype(np.int64))

    def ends(self, most_rows: int) -> list[int]:
        """Where batches end, so that each has about so many hops and traces."""
        rows = np.cumsum(self.hop_count[: self.numbers.count].astype(np.int64) + 1)
        ends: list[int] = []
        while (ends[-1] if ends else 0) < len(rows):
            before = int(rows[ends[-1] - 1]) if ends else 0
            ends.append(max(int(np.searchsorted(rows, before + most_rows, "right")), (ends[-1] if ends else 0) + 1))
        return ends

    def rows(self, file: _File, columns: Sequence[str], *, first: int, last: int) -> pl.DataFrame:
        """The rows of a data file whose traces have the numbers from `first` up to, not including, `last`."""
        rows = file.read(columns)
        if first <= file.least and file.most < last:
            return rows
        number = self.numbers.number(*trace_keys(rows["trace_id"]))
        return rows.filter(pl.Series((number >= first) & (number < last)))
