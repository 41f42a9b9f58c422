"""The child process in which one query is answered: DuckDB over the tables that it names, and nothing else.

Run as `python -m provenet.web.sql_child`: a JSON object with the query, the limits and the tables comes on standard
input, one with the rows or with what is wrong goes to standard output. The tables are read into memory first; then
DuckDB is shut off from files, settings and extensions, and the process from opening anything at all. Whatever a query
does, it does to this process, which ends with it.
"""

import json
import math
import sys
import threading
from collections.abc import Mapping
from typing import Any

import duckdb

CONFIG: dict[str, Any] = {
    "threads": 1,
    "allow_community_extensions": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
    "temp_directory": "",
}
SHUT = ("enable_external_access = false", "lock_configuration = true")
"""What is set once the tables are read; neither can be taken back."""
FETCHED = 200
READING = frozenset({"SELECT", "EXPLAIN"})


def main() -> None:
    """Answers the query on standard input."""
    request = json.load(sys.stdin)
    try:
        answer = _answer(request)
    except MemoryError:
        answer = {"fault": f"The query needs more than {request['memory_mib']} MiB of memory."}
    except duckdb.Error as err:
        answer = {"fault": _sentence(err, request)}
    json.dump(answer, sys.stdout, ensure_ascii=False, default=str)


def _answer(request: Mapping[str, Any]) -> dict[str, Any]:
    connection = duckdb.connect(":memory:", config={**CONFIG, "memory_limit": f"{request['memory_mib']}MiB"})
    for name, place in request["tables"].items():
        connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM read_parquet(?)', [place])
    for setting in SHUT:
        connection.execute(f"SET {setting}")
    _shut(request)
    try:
        statements = connection.extract_statements(request["query"])
    except duckdb.Error as err:
        return {"fault": _sentence(err, request)}
    kinds = [statement.type.name for statement in statements]
    if len(kinds) != 1 or kinds[0] not in READING:
        found = ", ".join(kinds).lower() or "nothing"
        return {"fault": f"One query that reads is answered, such as SELECT ... FROM ...; found {found}."}
    timer = threading.Timer(request["seconds"], connection.interrupt)
    timer.start()
    try:
        return _rows(connection.execute(statements[0]), request)
    finally:
        timer.cancel()


def _rows(found: duckdb.DuckDBPyConnection, request: Mapping[str, Any]) -> dict[str, Any]:
    """The first rows of an answer, as many as are wanted and as fit."""
    description = found.description or []
    rows: list[list[Any]] = []
    letters, has_more = 0, False
    while part := found.fetchmany(FETCHED):
        for row in part:
            if len(rows) == request["rows"] or letters > request["letters"]:
                has_more = True
                break
            cells = [_cell(value) for value in row]
            letters += sum(len(cell) if isinstance(cell, str) else 8 for cell in cells)
            rows.append(cells)
        if has_more:
            break
    return {
        "columns": [one[0] for one in description],
        "types": [str(one[1]) for one in description],
        "rows": rows,
        "has_more": has_more,
    }


def _cell(value: Any) -> Any:
    """A value as JSON holds it: numbers, truth values and null as they are, all else as text."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, list | dict | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def _sentence(err: duckdb.Error, request: Mapping[str, Any]) -> str:
    """What is wrong, in DuckDB's words without the name of its error."""
    if isinstance(err, duckdb.InterruptException):
        return f"The query took longer than {request['seconds']:g} seconds and was stopped. Ask for less."
    if isinstance(err, duckdb.OutOfMemoryException):
        return f"The query needs more than {request['memory_mib']} MiB of memory. Ask for less."
    if isinstance(err, duckdb.PermissionException):
        return "A query sees the tables of the case: no file, no address, no extension and no setting."
    # What follows an empty line is advice to install something, unless it shows the place.
    parts = [part for part in str(err).split("\n\n") if not part.startswith(("Please", "Candidate"))]
    text = "\n".join(parts)
    head, mark, rest = text.partition(": ")
    return rest if mark and head.endswith("Error") else text


def _shut(request: Mapping[str, Any]) -> None:
    """Takes from this process what no query needs: files, other processes, more memory and time."""
    try:
        import resource
    except ImportError:
        return
    kept = {
        resource.RLIMIT_CPU: int(request["seconds"]) + 3,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 0,
        resource.RLIMIT_AS: (request["memory_mib"] + 2048) * 2**20,
    }
    for kind, most in kept.items():
        hard = resource.getrlimit(kind)[1]
        wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(kind, (wanted, wanted))
        except (ValueError, OSError):
            # A system that does not know this limit still has the others, and DuckDB its own.
            continue


if __name__ == "__main__":
    main()
