"""Traceroutes through a case: entered by `add`, held against routers by `expose --paths`, beside the reader alone.

    python benchmarks/bench_case_paths.py [--size small|full] [TRACES...]

Traces are made up as bench_traces.py makes them, some 10 hops each. Each part runs in a process of its own: reading the
file into arrays, which both ways begin with; `add`, which checks, digests and stores every row; `expose --paths` of the
case; and `provenet paths`, which answers from the file, without a case. Both answers are the same. Seconds of processor
are those of the call, less what it takes with a hundred traces, a millisecond at least: what each further hop costs.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

from measuring import Used, child, is_small, machine

PARTS = str(Path(__file__).resolve().parent / "case_parts.py")
SMALL_TRACES, FULL_TRACES = (500,), (200_000, 1_000_000)
_START_TRACES = 100
"""A case of so many traces takes what starting takes."""


def say(line: str) -> None:
    """Prints at once, so that a long run is seen."""
    print(line, flush=True)


def parts_of(traces: int) -> dict[str, Used]:
    """Every part for so many traces."""
    with tempfile.TemporaryDirectory() as folder:
        child(PARTS, ["make", folder, str(traces)])
        return {part: child(PARTS, [part, folder]) for part in ("read", "add", "answer", "expose", "paths")}


def run(traces: int, start: dict[str, Used]) -> None:
    """One size, each part beside the reader alone."""
    found = parts_of(traces)
    hops = found["read"].told["hops"]
    if found["expose"].told["tiers"] != found["paths"].told["tiers"]:
        raise SystemExit(f"The answers differ: {found['expose'].told['tiers']} and {found['paths'].told['tiers']}")
    say(f"{traces:,} traces, {hops:,} hop rows")

    def spent(part: str) -> float:
        more: Any = found[part].told["cpu_s"] - start[part].told["cpu_s"]
        return max(float(more), 1e-3)

    for part, name in (("read", "the reader alone"), ("add", "add"), ("expose", "expose --paths"), ("paths", "paths")):
        used = found[part]
        say(
            f"  {name}: {spent(part):.2f} s of processor, {hops / spent(part):,.0f} hops/s, "
            f"{spent(part) / spent('read'):.1f} times the reader's; wall {used.told['wall_s']:.1f} s, "
            f"peak {used.peak_bytes / 2**30:.2f} GiB"
        )


def main(words: list[str]) -> None:
    """Runs every size."""
    small = is_small(words)
    say(machine())
    start = parts_of(_START_TRACES)
    for traces in map(int, words) if words else SMALL_TRACES if small else FULL_TRACES:
        run(traces, start)


if __name__ == "__main__":
    main(sys.argv[1:])
