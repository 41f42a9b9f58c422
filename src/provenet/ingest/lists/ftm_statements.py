"""Statements, the finer grain of FollowTheMoney: one value of one property of one entity in one data set each.

They stand as JSON lines or as CSV, and are gathered to entities before anything is read from them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from provenet.core.errors import FaultList
from provenet.ingest.tabular.sheets import header_faults_of, settle
from provenet.ingest.tabular.strict import header_of, read_on

STATEMENT = ("canonical_id", "prop", "schema", "value")
"""What every statement says."""


def is_table(head: bytes) -> bool:
    """Whether a file is a CSV table of statements, by its header."""
    header = header_of(head, ",")
    return header is not None and set(STATEMENT) <= set(header)


def records_of(
    name: str, stream: BinaryIO, header: bytes, *, faults: FaultList
) -> Iterator[tuple[int, dict[str, Any]]]:
    """The statements of a CSV table, one per record; empty cells are left out.

    `header` is the first line, which was read already. Cost O(bytes) in time and O(a batch) in memory.
    """
    columns = header_of(header, ",") or ()
    here = FaultList()
    if header_faults_of(name, columns, faults):
        return
    for batch in read_on(name, columns, header, rest=stream).batches(here):
        settle(here, columns, faults)
        for row, cells in zip(batch.rows.to_list(), batch.cells.iter_rows(), strict=True):
            yield row, {column: cell for column, cell in zip(columns, cells, strict=True) if cell}
    settle(here, columns, faults)


@dataclass
class Statements:
    """What statements say of one entity, gathered."""

    id: str
    row: int
    schemas: Counter[str] = field(default_factory=Counter)
    values: dict[str, list[str]] = field(default_factory=dict)
    datasets: set[str] = field(default_factory=set)
    referents: set[str] = field(default_factory=set)

    def add(self, prop: str, schema: str, value: str, *, dataset: str, entity_id: str) -> None:
        """One statement: a value of a property, in a data set, said of an entity before it was merged."""
        self.schemas[schema] += 1
        if dataset:
            self.datasets.add(dataset)
        if entity_id and entity_id != self.id:
            self.referents.add(entity_id)
        if prop != "id" and value not in self.values.setdefault(prop, []):
            self.values[prop].append(value)

    def whole(self) -> dict[str, Any]:
        """The entity; of several schemata the most special one stands, as when entities are merged."""
        order = ("Company", "PublicBody", "Organization", "LegalEntity")
        schema = next((one for one in order if one in self.schemas), min(self.schemas))
        given = {"datasets": sorted(self.datasets), "referents": sorted(self.referents)}
        return {"id": self.id, "schema": schema, "properties": self.values, **given}
