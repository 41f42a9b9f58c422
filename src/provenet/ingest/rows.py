"""Whole rows of input tables: every column filled, and the id that is the digest of what the row says."""

from __future__ import annotations

import re
from collections.abc import Mapping

from provenet.case.tables import Table, table
from provenet.core.errors import nearest
from provenet.core.ids import row_id

NOT_STATED, NOT_READ = "not stated", "not read"
PLACE_COLUMNS = frozenset({"row_id", "file_id", "locator", "run_id"})
"""Columns that say where a row stands, not what it says."""


OWN_SOURCE = re.compile(r"file-[0-9a-f]{12}\Z")
"""The id of a source that is a file of its own."""


def file_source(file_id: str) -> str:
    """The id of a file that names no publication: it is its own source."""
    return f"file-{file_id[:12]}"


def forgets_file(spec: Table) -> bool:
    """Whether the id of a row leaves out a source that is but the file it came in."""
    return spec.id_column != "row_id" and spec.name != "source"


def content_id(spec: Table, values: Mapping[str, object]) -> str:
    """The digest of what a row says. Nulls are left out, so a column added later changes no id.

    Where a table has a key of its own, a source that is but the file itself is left out too: the same inventory row
    in two files is one row. Where it has none, two files that say the same are two rows, each with its source.
    """
    content = {name: value for name, value in values.items() if value is not None and name not in PLACE_COLUMNS}
    if forgets_file(spec) and OWN_SOURCE.match(str(values.get("source_id") or "")):
        del content["source_id"]
    return row_id(spec.name, content)


def made_row(name: str, content: Mapping[str, object], file_id: str, *, locator: str) -> dict[str, object]:
    """A whole row of an input table from what a file says; absent columns are null, absent lists that may not be are
    empty, and a row without a source cites the file itself.

    Raises ValueError for a column the table does not have. Cost O(columns).
    """
    spec = table(name)
    known = {column.name for column in spec.columns}
    for column_name in content:
        if column_name not in known or column_name in PLACE_COLUMNS:
            near = nearest(column_name, known)
            raise ValueError(f"{name}: no column {column_name!r} to say." + (f" Nearest: {near}." if near else ""))
    values: dict[str, object] = {c.name: content.get(c.name) for c in spec.columns if c.name not in PLACE_COLUMNS}
    for column in spec.columns:
        if column.type == "list" and not column.nullable and values.get(column.name) is None:
            values[column.name] = []
    if values.get("source_id") is None:
        values["source_id"] = file_source(file_id)
    values["reading"] = values["reading"] or NOT_STATED
    return {**values, "row_id": content_id(spec, values), "file_id": file_id, "locator": locator}
