"""How fast an inventory enters a case, and in how much memory, beside what reading the same file costs a peer.

    python benchmarks/bench_intake.py [--size small] [ROWS] [csv|jsonl|parquet|xlsx ...]

Each format runs in a process of its own, so that its peak memory is its own. The peer is Polars parsing the same file
into typed columns and nothing more, and DuckDB where it is installed: a floor, since neither checks a cell against
the names of a case, makes ids, or writes rows.
"""

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from measuring import is_small

COLUMNS = (
    *("asset_id", "carrier_id", "country", "asset_class", "layer", "vendor_id", "origin_country", "capability"),
    *("product_category", "facts", "unit_count", "note"),
)
EXCEL_ROWS = 1_048_575


def records(count: int) -> Iterator[list[str | int | None]]:
    """Rows of an inventory as carriers export them: few kinds, many elements."""
    draw = random.Random(1)
    vendors, origins = [None, "Nokia", "Huawei", "Ericsson", "ZTE"], [None, "CN", "FI"]
    classes, carriers = ["ran.radio", "core", "transport.router", "transport.optical"], ["TIM", "Vodafone", "WindTre"]
    for at in range(count):
        yield [
            *(f"IT-{at:08d}", carriers[at % 3], "Italy", draw.choice(classes), "hardware", draw.choice(vendors)),
            *(draw.choice(origins), "routing|management", None, f"made_year={2010 + at % 15}", at % 7 + 1),
            f"rack {at % 40_000} row {at % 13} shelf",
        ]


def write(kind: str, place: Path, count: int) -> None:
    """Writes an inventory of `count` rows in one format, without holding it where the format allows."""
    import polars as pl

    if kind == "parquet":
        types = dict.fromkeys(COLUMNS, pl.String) | {"unit_count": pl.Int64}
        pl.DataFrame(list(records(count)), schema=types, orient="row").write_parquet(place)
    elif kind == "xlsx":
        import openpyxl

        book = openpyxl.Workbook(write_only=True)
        page = book.create_sheet("Inventory")
        for row in [list(COLUMNS), *records(min(count, EXCEL_ROWS))]:
            page.append(row)
        book.save(place)
    else:
        with place.open("w", encoding="utf-8") as out:
            if kind == "csv":
                out.write(",".join(COLUMNS) + "\n")
                out.writelines(",".join("" if v is None else str(v) for v in row) + "\n" for row in records(count))
            else:
                out.writelines(json.dumps(dict(zip(COLUMNS, row, strict=True))) + "\n" for row in records(count))


def peers(kind: str, place: Path) -> dict[str, Callable[[], object]]:
    """Parsing the same file, and nothing more."""
    import polars as pl

    reads: dict[str, Callable[[], object]] = {
        "csv": lambda: pl.read_csv(place),
        "jsonl": lambda: pl.read_ndjson(place),
        "parquet": lambda: pl.read_parquet(place),
    }
    found = {"polars": reads[kind]} if kind in reads else {}
    try:
        import duckdb
    except ImportError:
        return found
    scan = {"csv": "read_csv", "jsonl": "read_json", "parquet": "read_parquet"}
    if kind in scan:
        query = f"create or replace table t as select * from {scan[kind]}('{place}')"
        found["duckdb"] = lambda: duckdb.sql(query)
    return found


def once(kind: str, place: Path, case: Path) -> dict[str, object]:
    """Adds the file to an empty case in this process, then times the peers."""
    import provenet

    provenet.new(case)
    wall, cpu = time.perf_counter(), time.process_time()
    added = provenet.add(case, [place])
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if added.fault_count:
        raise SystemExit("\n".join(fault.sentence() for fault in added.faults[:5]))
    told: dict[str, object] = {"rows": added.files[0].row_count, "seconds": wall, "cpu": cpu, "peak_kb": peak}
    for name, parse in peers(kind, place).items():
        start = time.perf_counter()
        parse()
        told[name] = time.perf_counter() - start
    return told


def main(words: list[str]) -> None:
    """Runs each format in a process of its own and prints one line for each."""
    if words[:1] == ["once"]:
        print(json.dumps(once(words[1], Path(words[2]), Path(words[3]))))
        return
    small = is_small(words)
    count = int(words[0]) if words else 1_000 if small else 1_000_000
    kinds = words[1:] or ["csv", "jsonl", "parquet"]
    for kind in kinds:
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / f"inventory.{kind}"
            write(kind, place, count)
            ran = subprocess.run(
                [sys.executable, __file__, "once", kind, str(place), f"{folder}/case"],
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            if ran.returncode:
                raise SystemExit(ran.stdout + ran.stderr)
            told = json.loads(ran.stdout)
            beside = ", ".join(
                f"{told['seconds'] / told[name]:.0f} x {name}" for name in ("polars", "duckdb") if name in told
            )
            size = place.stat().st_size / 2**20
            print(
                f"{kind}: {told['rows']:,} rows ({size:,.0f} MB) in {told['seconds']:.1f} s ({told['cpu']:.1f} s of "
                f"processor), {told['rows'] / told['seconds']:,.0f} rows/s, peak {told['peak_kb'] / 2**20:.2f} GB"
                + (f"; {beside}" if beside else "")
            )


if __name__ == "__main__":
    main(sys.argv[1:])
