"""The table of a chart as a CSV file beside the page, for whoever wants the figures without reading them off."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from provenet.case.export import guarded
from provenet.dossier.extract import Extract


def put_table(extract: Extract, name: str, rows: Iterable[Mapping[str, Any]], *, columns: Sequence[str]) -> str:
    """Puts `NAME.csv` beside the page and returns that name.

    Parameters
    ----------
    extract
        The document's extract, which collects its files.
    name
        The file name without its ending.
    rows
        Rows by the names of columns; None is not known and stays empty.
    columns
        The names of the columns in order, as in the dictionary where a stored row has them: the last word is the unit.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_written(row[name]) for name in columns] for row in rows)
    place = f"{name}.csv"
    extract.files[place] = text.getvalue().encode()
    return place


def _written(cell: object) -> str:
    if cell is None:
        return ""
    return guarded(cell) if isinstance(cell, str) else f"{cell:.10g}" if isinstance(cell, float) else str(cell)
