"""Copies of a case to write to, and of its tables to compare."""

import os
import shutil
from pathlib import Path

from provenet.case.case import Case
from provenet.case.export import csv_of
from provenet.case.tables import table


def copied_case(case: Path, place: Path) -> Path:
    """A copy of a case. Files of its tables, which nothing ever writes twice, are the same files under a second name.

    They are most of a case, and a name costs a fifth of a copy. A test that writes into such a file writes into the
    case that it was copied from: it removes the file first.
    """
    tables = f"{case}{os.sep}tables{os.sep}"

    def kept(source: str, target: str) -> None:
        if source.startswith(tables):
            os.link(source, target)
        else:
            shutil.copy2(source, target)

    return Path(shutil.copytree(str(case), place, copy_function=kept))


def table_csv(case: Case, name: str) -> bytes:
    """The rows of a table that stand as CSV, in key order: equal rows give equal bytes."""
    return csv_of(table(name), case.read_latest(name))
