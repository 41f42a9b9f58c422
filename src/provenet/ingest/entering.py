"""One file enters a case in a run of its own: whole, or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import polars as pl

from provenet.case.case import DESCRIBED_AGAIN, Case
from provenet.case.parties import PartyNames
from provenet.case.runs import Run
from provenet.case.tables import table
from provenet.core.digest import canonical_json, sha256_bytes
from provenet.core.errors import Fault, FaultList, InputFault
from provenet.ingest.opening import Upload
from provenet.ingest.reader import Intake


@dataclass(frozen=True)
class FileEntry:
    """What one file brought: its layout, the records read, new rows by table, what was ignored, what is remarked."""

    layout: str
    row_count: int
    added: Mapping[str, int]
    ignored: tuple[str, ...]
    already: bool
    remarks: tuple[str, ...] = ()


def enter(
    case: Case, upload: Upload, mapping: bytes | None, *, names: PartyNames, progress: Callable[[str, int, int], None]
) -> FileEntry:
    """Reads a file into a case as it goes; its rows are there once its run is committed, last.

    The file is copied first and read from the copy. Killed at any instant, or with one fault, nothing of it is there.
    Raises InputFault with every fault, also for an own key that stands in the case with other content; identical
    content is harmless. Cost O(cells) in time; in memory O(a batch), and 30 bytes for each row of the file and of
    the tables it brings rows to.
    """
    read = {"file": upload.file_id, "mapping": sha256_bytes(mapping) if mapping is not None else ""}
    if upload.page is not None:
        read["page"] = sha256_bytes(canonical_json(upload.page.as_dict()).encode())
    added: Counter[str] = Counter()
    clashes = FaultList()
    with case.writer("add", read, read) as run:
        place = upload.place if isinstance(upload.place, bytes) else run.stage_source(upload.place, upload.file_id)
        intake = Intake(replace(upload, place=place), mapping, names)
        try:
            for name, rows in intake.frames(progress):
                _look_for_clashes(run, upload.name, name, rows=rows, faults=clashes)
                added[name] += 0 if clashes.count else run.append(name, rows)
        except InputFault as err:
            clashes.extend(err.faults)
            clashes.count += err.count - len(err.faults)
        if clashes.count:
            raise InputFault(sorted(clashes.faults, key=lambda fault: fault.row or 0), clashes.count)
        if isinstance(upload.place, bytes):
            run.put_source(upload.place)
        else:
            run.keep_staged(upload.file_id)
        for data in intake.borrowed.values():
            run.put_source(data)
    fresh = dict(sorted(added.items()))
    return FileEntry(intake.layout, intake.row_count, fresh, intake.ignored, run.already, intake.remarks)


def _look_for_clashes(run: Run, place: str, name: str, *, rows: pl.DataFrame, faults: FaultList) -> None:
    """A fault for each row whose own key stands in the case with other content."""
    if name in DESCRIBED_AGAIN:
        return
    key = table(name).id_column
    for found, _, locator, stands in run.clashing(name, rows).iter_rows():
        where, _, row = str(locator).rpartition(" row ")
        faults.add(
            Fault(
                where or place,
                f"the {key} stands already with other content, from {stands}",
                int(row) if row.isdigit() else 0,
                column=key,
                found=str(found),
                expected="an id that is new, or the same content",
                way_out="Give the row its own id, or take the earlier file out of the case.",
            )
        )
