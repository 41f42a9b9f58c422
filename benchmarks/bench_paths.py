"""The exposure of measured paths: hops in Parquet files to the table of sums, by DuckDB out of core and in memory.

    python benchmarks/bench_paths.py [--size small|full] [HOPS...]

Paths are invented (made_paths.py). Each size is written, summed by DuckDB within 2 GiB for its tables and by the
kernels in memory, each in a process of its own; the answers are the same. `--size full` alone runs 1, 10 and 100
million hops; 100 million take 1 GB of disk for the time of the run.
"""

import sys
import tempfile
from itertools import pairwise
from pathlib import Path

from measuring import child, is_small, machine

HERE = Path(__file__).resolve().parent
SMALL_HOPS, FULL_HOPS = (20_000,), (1_000_000, 10_000_000, 100_000_000)


def say(line: str) -> None:
    """Prints at once, so that a long run is seen."""
    print(line, flush=True)


def run(hops: int, size: str) -> None:
    """One size, from its making to its sums."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        words = [str(folder), str(hops), size]
        made = child(str(HERE / "path_parts.py"), ["make", *words]).told
        say(f"{made['rows']:,} hop rows in {made['bytes'] / 1e6:,.0f} MB of Parquet")
        answers = {}
        for part in ("duckdb", "memory"):
            used = child(str(HERE / "path_parts.py"), [part, *words])
            told, steps = used.told, used.told.get("steps", [])
            answers[part] = told["digest"]
            speed = made["rows"] / told["wall_s"]
            say(
                f"  {part}: {told['wall_s']:.1f} s wall, {told['cpu_s']:.1f} s of processor, {speed:,.0f} hops/s, "
                f"peak {used.peak_bytes / 2**30:.2f} GiB; {told['traces']:,} traces"
            )
            for (what, done, began), (_, _, ended) in pairwise(steps):
                say(f"    {done + 1}. {what}: {ended - began:.1f} s")
        if len(set(answers.values())) != 1:
            raise SystemExit(f"The answers differ: {answers}")


def main(words: list[str]) -> None:
    """Runs every size."""
    small = is_small(words)
    say(machine())
    for hops in map(int, words) if words else SMALL_HOPS if small else FULL_HOPS:
        run(hops, "small" if small else "full")


if __name__ == "__main__":
    main(sys.argv[1:])
