"""Tables that lie beside a page as CSV, so that a reader can draw a chart anew."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from provenet.case.export import guarded
from provenet.dossier.extract import Extract
from provenet.dossier.replay import plain


def csv_beside(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Rows as UTF-8 CSV; None is an empty cell, and no text is one that a spreadsheet would run.

    >>> csv_beside(["vendor", "low_share"], [["=Acme", 0.5], ["Bolt", None]])
    b"vendor,low_share\\n'=Acme,0.5\\nBolt,\\n"
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8")


def _cell(cell: object) -> object:
    """Text without the marks of days ahead, and a number with ten digits at most."""
    if isinstance(cell, str):
        return guarded(plain(cell))
    return f"{cell:.10g}" if isinstance(cell, float) else cell


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
    place = f"{name}.csv"
    extract.files[place] = csv_beside(columns, [[row[column] for column in columns] for row in rows])
    return place
