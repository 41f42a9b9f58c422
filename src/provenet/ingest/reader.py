"""The door of intake for tables: a file's bytes in, rows of tables out, or every fault of the file.

A row that names a bundled party or publication brings that row along, with the place in our own file where it stands,
so that nothing dangles whichever files a case is given, in whatever order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from pathlib import PurePosixPath
from types import MappingProxyType

from provenet.core.digest import sha256_bytes
from provenet.core.errors import Fault, FaultList, InputFault
from provenet.core.ids import row_id
from provenet.ingest.layouts import CLOSE_ENOUGH, closest, header_faults, recognise, unknown_header
from provenet.ingest.mapped_csv import NOT_STATED, Mapped, file_source, map_sheet
from provenet.ingest.mapping import Layout, parse_mapping
from provenet.ingest.names import ANY, PartyNames
from provenet.ingest.sources import source_book
from provenet.ingest.strict import Sheet, header_of, read_sheet
from provenet.model.tables import tables

DESCRIBING = ("sources.csv", "parties_extra.csv", "vendors.csv", "aliases.csv")
"""Bundled files whose rows describe what other files name. Read in this order."""
OWN_USE = frozenset({"source_kinds.csv"})
"""Bundled files that the product reads itself and that are no layout."""
Rows = dict[str, list[dict[str, object]]]


@dataclass
class Reading:
    """What one file says: rows by table without `run_id`, the columns ignored by name, and the records read.

    `borrowed` holds the bundled files, by name and bytes, in which rows brought along stand.
    """

    file_name: str
    layout: str
    rows: Rows
    ignored: tuple[str, ...] = ()
    row_count: int = 0
    borrowed: tuple[tuple[str, bytes], ...] = field(default=())


def read_table_file(name: str, data: bytes, mapping: bytes | None, names: PartyNames) -> Reading:
    """Reads one CSV or TSV file strictly by its mapping, or by the built-in layout of its header.

    A row claims no more than that the file says so. `names` are those of the case; they are not changed. Raises
    InputFault with every fault of the file, and of the mapping. Cost O(cells). Laws: the order of records and of
    columns, line ends and a byte order mark change no row; reading twice gives the same ids. Source: own, decision
    0004.
    """
    mapped, layout, sheet = _read(name, data, mapping, names)
    rows = mapped.rows
    borrowed: dict[str, bytes] = {}
    _cited_sources(name, data, mapped, rows, borrowed)
    _named_parties(name, data, mapped, rows, borrowed)
    ignored = tuple(sorted(layout.ignored & set(sheet.header)))
    files = tuple(sorted(borrowed.items()))
    return Reading(name, layout.name, rows, ignored, mapped.row_count, files)


def read_table_files(files: Sequence[tuple[str, bytes, bytes | None]], names: PartyNames) -> list[Reading]:
    """Reads several files as one act: those that introduce parties first, so their order does not matter.

    Returns readings in the order given. Raises InputFault with the faults of all files.
    """
    known = names.copy()
    made: dict[int, Reading] = {}
    faults = FaultList()
    order = sorted(range(len(files)), key=lambda at: turn_of(*files[at]))
    for at in order:
        name, data, mapping = files[at]
        try:
            made[at] = read_table_file(name, data, mapping, known)
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


@lru_cache(maxsize=1)
def bundled_files() -> Mapping[str, bytes]:
    """The fact tables that ship with the product, by name: what the bundled case is made of. Cached."""
    folder = resources.files("provenet").joinpath("facts")
    found = {entry.name: entry for entry in folder.iterdir() if entry.name.endswith(".csv")}
    return MappingProxyType({name: found[name].read_bytes() for name in sorted(found) if name not in OWN_USE})


def turn_of(name: str, data: bytes, mapping: bytes | None) -> int:
    """When a file's turn comes among several: 0 where its rows are parties, 1 where it names some in passing, else 2.

    An alias of a party that a later file describes under an id of its own would otherwise make a second party.
    """
    try:
        if mapping is not None:
            layout: Layout | None = parse_mapping(name, mapping.decode("utf-8", "replace"))
        else:
            header = header_of(data, _delimiter(name))
            layout = recognise(header) if header else None
    except InputFault:
        return 2
    if layout is None or not layout.introduces:
        return 2
    return 0 if "party" in layout.tables else 1


def _delimiter(name: str) -> str:
    return "\t" if PurePosixPath(name.lower()).suffix in {".tsv", ".tab"} else ","


def _read(name: str, data: bytes, mapping: bytes | None, names: PartyNames) -> tuple[Mapped, Layout, Sheet]:
    faults = FaultList()
    declared = None if mapping is None else _declared(name, mapping)
    delimiter, encoding = _delimiter(name), "utf-8"
    if declared is not None:
        delimiter, encoding = declared.delimiter, declared.encoding
    sheet = read_sheet(name, data, delimiter, encoding, faults)
    layout = None
    if sheet is not None:
        layout = _layout(sheet, declared, faults)
    if sheet is None or layout is None:
        raise InputFault(faults.faults, faults.count)
    mapped = map_sheet(sheet, layout, data, names, source_book(), faults)
    if faults.count:
        shown = sorted(faults.faults, key=lambda f: (f.row, _column_at(sheet, f.column)))
        raise InputFault(shown, faults.count)
    return mapped, layout, sheet


def _column_at(sheet: Sheet, column: str | None) -> int:
    return sheet.header.index(column) if column in sheet.header else -1


def _declared(name: str, mapping: bytes) -> Layout:
    place = PurePosixPath(name).with_suffix(".toml").name
    try:
        text = mapping.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        found = f"byte {err.start + 1} that is none"
        raise InputFault([Fault(place, "the mapping is not UTF-8", found=found, expected="UTF-8")]) from err
    return parse_mapping(place, text)


def _layout(sheet: Sheet, declared: Layout | None, faults: FaultList) -> Layout | None:
    """The layout of a sheet; header faults are added, and None stops the reading."""
    layout = declared or recognise(sheet.header)
    if layout is None:
        layout, likeness = closest(sheet.header)
        if likeness < CLOSE_ENOUGH:
            faults.add(unknown_header(sheet.name, sheet.header, layout))
            return None
    faults.extend(header_faults(sheet.name, sheet.header, layout))
    return layout


def _cited_sources(name: str, data: bytes, mapped: Mapped, rows: Rows, borrowed: dict[str, bytes]) -> None:
    """A row of `source` for each publication cited, and for a file that is its own source."""
    file_id = sha256_bytes(data)
    _own_source(name, data, rows)
    for source_id, (title, url, place) in sorted(mapped.cited.items()):
        if _borrow("source", source_id, rows, borrowed):
            continue
        kind, kind_by = source_book().kind(source_id, None)
        said: dict[str, object] = {"source_id": source_id, "title": title, "url": url or None}
        _append(rows, "source", _whole("source", {**said, "kind": kind, "kind_by": kind_by}, file_id, place))


def _own_source(name: str, data: bytes, rows: Rows) -> None:
    """The row of `source` of a file that names no publication: it is its own source."""
    file_id = sha256_bytes(data)
    own = file_source(file_id)
    if any(row["source_id"] == own for found in rows.values() for row in found):
        said = {"source_id": own, "title": name, "kind": "file", "kind_by": "first guess"}
        _append(rows, "source", _whole("source", said, file_id, name))


def _named_parties(name: str, data: bytes, mapped: Mapped, rows: Rows, borrowed: dict[str, bytes]) -> None:
    """A row of `party` for each party that the file introduces, or names and our own tables describe."""
    held = {row["party_id"] for row in rows.get("party", [])}
    file_id = sha256_bytes(data)
    for party_id, (shown, role, place) in sorted(mapped.introduced.items()):
        if party_id not in held and not _borrow("party", party_id, rows, borrowed):
            said = {"party_id": party_id, "name": shown, "role": "other" if role == ANY else role}
            row = {**said, "segments": [], "source_id": file_source(file_id)}
            _append(rows, "party", _whole("party", row, file_id, place))
            _own_source(name, data, rows)
        held.add(party_id)
    for party_id in sorted(_party_ids(rows) - {str(party) for party in held}):
        _borrow("party", party_id, rows, borrowed)


def _party_ids(rows: Mapping[str, list[dict[str, object]]]) -> set[str]:
    found: set[str] = set()
    for name, made in rows.items():
        for column in tables()[name].columns:
            if column.refers_to == "party.party_id":
                for row in made:
                    value = row[column.name]
                    found.update(value if isinstance(value, list) else [] if value is None else [str(value)])
    return found


def _whole(table: str, said: Mapping[str, object], file_id: str, locator: str) -> dict[str, object]:
    """A row that the reader itself makes; its id is that of the thing it names, so it is made once per case."""
    empty = {column.name: None for column in tables()[table].columns if column.name != "run_id"}
    made = {"row_id": row_id(table, {table: said[f"{table}_id"]}), "file_id": file_id, "locator": locator}
    return {**empty, **said, **made, "reading": NOT_STATED}


def _append(rows: Rows, table: str, row: dict[str, object]) -> None:
    found = rows.setdefault(table, [])
    if all(other["row_id"] != row["row_id"] for other in found):
        found.append(row)


def _borrow(table: str, key: str, rows: Rows, borrowed: dict[str, bytes]) -> bool:
    """Brings along the bundled row of a party or publication, and what that row cites. True where there is one."""
    found = _described().get((table, key))
    if found is None:
        return False
    name, row = found
    if all(other["row_id"] != row["row_id"] for other in rows.get(table, [])):
        rows.setdefault(table, []).append(dict(row))
        borrowed[name] = bundled_files()[name]
        if table != "source" and row["source_id"] is not None:
            _borrow("source", str(row["source_id"]), rows, borrowed)
    return True


@lru_cache(maxsize=1)
def _described() -> dict[tuple[str, str], tuple[str, dict[str, object]]]:
    """Every bundled party and publication: the file and the row that describe it. Cached."""
    files, names = bundled_files(), PartyNames.built_in()
    found: dict[tuple[str, str], tuple[str, dict[str, object]]] = {}
    for name in DESCRIBING:
        mapped, _, _ = _read(name, files[name], None, names)
        rows: Rows = {table: list(made) for table, made in mapped.rows.items()}
        _own_source(name, files[name], rows)
        for table in ("source", "party"):
            for row in rows.get(table, []):
                found.setdefault((table, str(row[f"{table}_id"])), (name, row))
    return found
