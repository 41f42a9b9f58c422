"""Tables of demands: a row a demand (`source,target,volume`), or a square matrix of volumes.

The mark between cells is a comma, a semicolon or a tab, whichever the first line has most of.
"""

from __future__ import annotations

import csv
from collections import Counter

from provenet.core.errors import Fault
from provenet.ingest.network.topology_files import DemandRows, TopologySource

SOURCES = ("source", "src", "from", "origin", "source_id", "from_node")
TARGETS = ("target", "dst", "dest", "to", "destination", "target_id", "to_node")
VOLUMES = ("volume", "demand", "value", "traffic", "bw", "volume_bps", "demand_bps", "rate")
IDS = ("demand_id", "id", "label", "name")


def read_demand_table(source: TopologySource) -> DemandRows | None:
    """Demands of a table; None after a fault."""
    lines = source.text().splitlines()
    head = next((line for line in lines if line.strip()), "")
    marks = Counter(letter for letter in head if letter in ",;\t")
    if not marks:
        text = "this is no table of demands"
        source.faults.add(Fault(source.place, text, expected="columns source, target and volume, or a square matrix"))
        return None
    rows = [
        (row, [cell.strip() for cell in cells])
        for row, cells in enumerate(csv.reader(lines, delimiter=marks.most_common(1)[0][0]), 1)
        if any(cell.strip() for cell in cells)
    ]
    columns = [cell.lower() for cell in rows[0][1]]
    if any(name in columns for name in SOURCES) and any(name in columns for name in TARGETS):
        return _list(source, columns, rows[1:])
    return _matrix(source, rows)


def _list(source: TopologySource, columns: list[str], rows: list[tuple[int, list[str]]]) -> DemandRows | None:
    at = {
        what: next((columns.index(name) for name in names if name in columns), -1)
        for what, names in (("source", SOURCES), ("target", TARGETS), ("volume", VOLUMES), ("id", IDS))
    }
    if at["volume"] < 0:
        source.faults.add(Fault(source.place, "no column of volumes", 1, expected=f"one of: {', '.join(VOLUMES)}"))
        return None
    found = []
    for row, cells in rows:
        if len(cells) != len(columns):
            _width(source, row, len(cells), expected=len(columns))
            continue
        start, end = cells[at["source"]], cells[at["target"]]
        volume = source.number(cells[at["volume"]], row=row, column=columns[at["volume"]])
        name = cells[at["id"]] if at["id"] >= 0 else f"{start}->{end}"
        found.append((name, start, end, volume, row))
    return DemandRows(rows=found)


def _matrix(source: TopologySource, rows: list[tuple[int, list[str]]]) -> DemandRows | None:
    """Rows are sources and columns are targets; an empty cell is no demand."""
    targets = rows[0][1][1:]
    found = []
    for row, cells in rows[1:]:
        if len(cells) != len(targets) + 1:
            _width(source, row, len(cells), expected=len(targets) + 1)
            continue
        for end, cell in zip(targets, cells[1:], strict=True):
            volume = source.number(cell, row=row, column=end) if cell else 0.0
            if volume != 0:
                found.append((f"{cells[0]}->{end}", cells[0], end, volume, row))
    return DemandRows(rows=found)


def _width(source: TopologySource, row: int, found: int, *, expected: int) -> None:
    text = "the row has another number of cells than the head"
    source.faults.add(Fault(source.place, text, row, found=str(found), expected=str(expected)))
