"""Parts of bench_paths.py, each in a process of its own: prints one JSON object on its last line.

path_parts.py make FOLDER HOPS SIZE        writes Parquet files
path_parts.py duckdb FOLDER HOPS SIZE      sums them, out of core
path_parts.py spark FOLDER HOPS SIZE       the same on Spark
path_parts.py memory FOLDER HOPS SIZE      the kernels on the same traces, made anew
"""

import hashlib
import json
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from made_paths import SMALL, Size, made_internet, made_traces

from provenet.core.progress import Progress
from provenet.routing.measured.address_book import VendorSet
from provenet.routing.measured.crossings import PathExposure, PathTotals
from provenet.tools.path_engines import EngineLimits, TraceFiles, measured_totals

SETS = (VendorSet("huawei", frozenset({"huawei"})), VendorSet("both", frozenset({"huawei", "h3c"})))
MEMORY_MIB = 2048


def _stopwatch(found: dict[str, Any]) -> Progress:
    """Seconds at which each step began, by what progress says of it."""
    start = time.perf_counter()

    def progress(what: str, done: int, of: int | None) -> None:
        found.setdefault("steps", []).append([what, done, round(time.perf_counter() - start, 2)])

    return progress


def _totals(totals: PathTotals) -> dict[str, Any]:
    whole = totals.rolled_up()
    return {
        "digest": hashlib.sha256(totals.counts.tobytes()).hexdigest()[:16],
        "traces": int(whole.counts[0, 0, 0]),
        "classes": whole.counts[0, 0, 1:5].tolist(),
    }


def main(part: str, folder: Path, hops: int, size: Size) -> dict[str, Any]:
    """Runs one part."""
    internet = made_internet(size)
    found: dict[str, Any] = {}
    start, cpu = time.perf_counter(), time.process_time()
    if part == "make":
        files = TraceFiles(folder)
        rows = 0
        for batch, source, target in made_traces(internet, hops):
            files.add(batch, source_country=source, target_country=target)
            rows += len(batch.ttl)
        files.close()
        found = {"rows": rows, "bytes": sum(one.stat().st_size for one in folder.glob("*.parquet"))}
    elif part == "memory":
        exposure = PathExposure(internet.sources, SETS)
        wall = cpu = 0.0
        for batch, source, target in made_traces(internet, hops):
            before = time.perf_counter(), time.process_time()
            exposure.add(batch, source_country=source, target_country=target)
            wall, cpu = wall + time.perf_counter() - before[0], cpu + time.process_time() - before[1]
        return _totals(exposure.totals()) | {"addresses": exposure.book.count, "wall_s": wall, "cpu_s": cpu}
    if part != "make":
        work = folder / f"work-{part}"
        work.mkdir()
        totals = measured_totals(
            part,
            sorted(folder.glob("hops-*.parquet")),
            sorted(folder.glob("traces-*.parquet")),
            sources=internet.sources,
            sets=SETS,
            limits=EngineLimits(work=work, memory_mib=MEMORY_MIB),
            progress=_stopwatch(found),
        )
        found |= _totals(totals)
        shutil.rmtree(work)
    return found | {"wall_s": time.perf_counter() - start, "cpu_s": time.process_time() - cpu}


if __name__ == "__main__":
    _, part, place, hops, size = sys.argv
    print(json.dumps(main(part, Path(place), int(hops), SMALL if size == "small" else Size())))
