"""Questions in SQL: one query that reads, over the tables of a reading, in a child process with limits.

The query never meets the server: it goes as text to a child that holds copies of the tables it names, in memory, and
that can open no file, no connection and no process (`sql_child.py`). The server waits a bounded time, reads a bounded
answer, and kills the child.
"""

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import BoundedSemaphore
from typing import Any

import polars as pl

from provenet.case.export import guarded
from provenet.case.tables import tables
from provenet.core.errors import ProvenetError, UsageFault
from provenet.web.reading import Reading

SECONDS = 10.0
MORE_SECONDS = 8.0
"""How long the child may take beside the query: to begin, to read the tables, and to say its rows."""
MEMORY_MIB = 512
SHOWN_ROWS = 10_000
FILE_ROWS = 100_000
MOST_LETTERS = 32 * 2**20
LONGEST_QUERY = 2_000
AT_ONCE = 2
EXAMPLES = {
    "Who says what": "SELECT speaker, stance, topic, count(*) AS claims FROM claim GROUP BY ALL ORDER BY claims DESC",
    "Verdicts by policy and outcome": "SELECT pack, outcome, count(*) AS verdicts FROM verdict "
    "GROUP BY ALL ORDER BY pack, outcome",
    "Shares as intervals": "SELECT country, carrier_id, segment, low_share, high_share FROM vendor_share "
    "WHERE part IS NULL ORDER BY country, carrier_id",
    "What the columns of a table say": 'SELECT "column", unit, says FROM columns WHERE "table" = \'vendor_share\'',
}
_running = BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, kw_only=True)
class SqlAnswer:
    """The first rows that answer a query."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    has_more: bool
    """Whether there are more rows than these."""

    def as_csv(self) -> bytes:
        """The rows as CSV; cells that a spreadsheet would run are guarded, null is an empty cell."""
        made = io.StringIO()
        writer = csv.writer(made, lineterminator="\n")
        writer.writerow([guarded(name) for name in self.columns])
        for row in self.rows:
            writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in row])
        return made.getvalue().encode()


def answer(reading: Reading, query: str, *, most_rows: int = SHOWN_ROWS, seconds: float = SECONDS) -> SqlAnswer:
    """The rows that answer a query over the tables of a reading.

    Beside the tables of the case stand `tables` and `columns`, which say what there is. Raises UsageFault where the
    query is none, reads what there is not, takes too long or needs too much; ProvenetError where too many run.
    """
    if len(query) > LONGEST_QUERY:
        raise UsageFault(f"query: found {len(query):,} letters, expected at most {LONGEST_QUERY:,}.")
    if "\0" in query:
        raise UsageFault("query: found a null letter, expected text.")
    if not _running.acquire(timeout=MORE_SECONDS):
        raise ProvenetError("Other queries are still running; ask again in a moment.")
    try:
        return answer_over(_named(reading, query), query, most_rows=most_rows, seconds=seconds)
    finally:
        _running.release()


def answer_over(
    files: Mapping[str, bytes], query: str, *, most_rows: int = SHOWN_ROWS, seconds: float = SECONDS
) -> SqlAnswer:
    """The rows that answer a query over tables given as Parquet files. Raises UsageFault."""
    with TemporaryDirectory(prefix="provenet-sql-") as folder:
        places = {name: Path(folder, f"{at}.parquet") for at, name in enumerate(files)}
        for name, place in places.items():
            place.write_bytes(files[name])
        request = {
            "query": query,
            "tables": {name: str(place) for name, place in places.items()},
            "seconds": seconds,
            "memory_mib": MEMORY_MIB,
            "rows": most_rows,
            "letters": MOST_LETTERS,
        }
        found = _asked(request, folder)
    if "fault" in found:
        raise UsageFault(f"The query is not answered. {found['fault']}")
    return SqlAnswer(
        columns=tuple(found["columns"]),
        types=tuple(found["types"]),
        rows=tuple(map(tuple, found["rows"])),
        has_more=found["has_more"],
    )


def _asked(request: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """What the child says; a fault where it ended without a word."""
    command = [sys.executable, "-P", "-m", "provenet.web.sql_child"]
    environment = {"PYTHONPATH": str(Path(__file__).resolve().parents[2]), "LC_ALL": "C.UTF-8", "HOME": folder}
    try:
        child = subprocess.run(
            command,
            input=json.dumps(request).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=environment,
            timeout=request["seconds"] + MORE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"fault": f"The query took longer than {request['seconds']:g} seconds and was stopped. Ask for less."}
    try:
        found = json.loads(child.stdout)
    except ValueError:
        return {"fault": "It took more memory or time than a query may take, and was stopped. Ask for less."}
    assert isinstance(found, dict)
    return found


def _named(reading: Reading, query: str) -> dict[str, bytes]:
    """The tables whose names stand in a query, as Parquet files; made once for a reading."""
    words = {word.lower() for word in re.findall(r"\w+", query)}
    made: dict[str, Callable[[], pl.DataFrame]] = {"tables": _tables, "columns": _columns}
    files = {
        name: reading.once(("parquet", name), lambda make=make: _parquet(make()))  # type: ignore[misc]
        for name, make in made.items()
        if name in words
    }
    for name in tables():
        if name in words:
            rows = reading.tables[name]
            files[name] = reading.once(("parquet", name), lambda rows=rows: _parquet(rows))  # type: ignore[misc]
    return files


def _parquet(rows: pl.DataFrame) -> bytes:
    made = io.BytesIO()
    rows.write_parquet(made, compression="zstd")
    return made.getvalue()


def _tables() -> pl.DataFrame:
    """A table of the tables."""
    return pl.DataFrame([{"table": spec.name, "kind": spec.kind, "says": spec.says} for spec in tables().values()])


def _columns() -> pl.DataFrame:
    """A table of the columns of the tables."""
    rows: Iterable[dict[str, object]] = (
        {"table": spec.name, "column": one.name, "type": one.type, "unit": one.unit, "says": one.says}
        for spec in tables().values()
        for one in spec.columns
    )
    return pl.DataFrame(list(rows))
