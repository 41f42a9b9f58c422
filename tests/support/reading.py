"""Whole small files read into rows as dicts, as tests look at them: one file, or several as one act."""

import io
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from provenet.case.parties import PartyNames
from provenet.core.digest import sha256_bytes
from provenet.core.errors import FaultList, InputFault
from provenet.ingest.opening import Upload
from provenet.ingest.reader import Intake, turn_of
from provenet.ingest.registry import Source

Rows = dict[str, list[dict[str, Any]]]
Told = tuple[Rows, FaultList, Counter[str]]


@dataclass
class Reading:
    """What one small file says: rows by table without `run_id`, the columns ignored by name, and the records read.

    `borrowed` holds the bundled files, by name and bytes, in which rows brought along stand.
    """

    file_name: str
    layout: str
    rows: dict[str, list[dict[str, object]]]
    ignored: tuple[str, ...] = ()
    row_count: int = 0
    borrowed: tuple[tuple[str, bytes], ...] = field(default=())
    remarks: tuple[str, ...] = ()


def read_table_file(name: str, data: bytes, mapping: bytes | None, *, names: PartyNames) -> Reading:
    """Reads one small file strictly by its mapping, or by the built-in layout of its header, into rows as dicts.

    A row claims no more than that the file says so. `names` are those of the case; they are not changed. Raises
    InputFault with every fault of the file, and of the mapping. Cost O(cells). Laws: the order of records and of
    columns, line ends and a byte order mark change no row; reading twice gives the same ids; the same table as CSV,
    JSON lines, Parquet or Excel gives the same rows. Source: own, decision 0004.
    """
    intake = Intake(Upload(name, sha256_bytes(data), data, len(data)), mapping, names)
    rows: dict[str, list[dict[str, object]]] = {}
    for table, made in intake.frames(lambda *_: None):
        rows.setdefault(table, []).extend(made.to_dicts())
    ordered = {table: rows.pop(table, []) for table in intake.table_names} | rows
    borrowed = tuple(intake.borrowed.items())
    return Reading(name, intake.layout, ordered, intake.ignored, intake.row_count, borrowed, intake.remarks)


def read_table_files(files: Sequence[tuple[str, bytes, bytes | None]], names: PartyNames) -> list[Reading]:
    """Reads several files as one act: those that introduce parties first, so their order does not matter.

    Returns readings in the order given. Raises InputFault with the faults of all files.
    """
    known = names.copy()
    made: dict[int, Reading] = {}
    faults = FaultList()
    uploads = [Upload(name, sha256_bytes(data), data, len(data)) for name, data, _ in files]
    order = sorted(range(len(files)), key=lambda at: turn_of(uploads[at], files[at][2]))
    for at in order:
        name, data, mapping = files[at]
        try:
            made[at] = read_table_file(name, data, mapping, names=known)
        except InputFault as err:
            faults.extend(err.faults)
            faults.count += err.count - len(err.faults)
            continue
        for row in made[at].rows.get("party", []):
            known.add(str(row["party_id"]), str(row["name"]), str(row["role"]))
        for row in made[at].rows.get("identifier", []):
            if row["scheme"] == "name":
                known.add(str(row["party_id"]), str(row["value"]))
    if faults.count:
        raise InputFault(faults.faults, faults.count)
    return [made[at] for at in range(len(files))]


def read_by(read: Callable[[Source, io.BytesIO], Any], name: str, data: bytes, mapping: str | None, names: Any) -> Told:
    """What the reader of one format makes of a file: rows by table, every fault, and what is passed over by name."""
    rows: Rows = {}
    faults, over = FaultList(), Counter[str]()
    written = None if mapping is None else mapping.encode()
    upload = Upload(name, "0" * 64, data, len(data))
    source = Source(upload=upload, mapping=written, names=names, faults=faults, ignored=over)
    try:
        for table, made in read(source, io.BytesIO(data)):
            rows.setdefault(table, []).extend(made)
    except InputFault as err:
        faults.extend(err.faults)
    return rows, faults, over


def picked(rows: Rows, table: str, *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row[column] for column in columns) for row in rows.get(table, [])]
