"""What every benchmark measures with: a child process and what it used, the best of several runs, and the machine.

Wall time on a shared machine says little, so processor time stands beside it. Nothing here is part of the product.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Used:
    """What one process used, from its start to its end, and what it printed as JSON."""

    wall: float
    cpu: float
    peak_bytes: int
    told: Any

    def text(self) -> str:
        """In words."""
        return f"{self.wall:.1f} s ({self.cpu:.1f} s of processor), peak {self.peak_bytes / 2**30:.2f} GiB"


def child(script: str, words: Sequence[str]) -> Used:
    """Runs a script in a fresh process. Its peak memory and processor time are its own, start of Python included."""
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        process = subprocess.Popen([sys.executable, script, *words], stdout=out, env=environment())
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read().decode()
    if process.returncode:
        raise SystemExit(f"{Path(script).name} {' '.join(words)} ended with {process.returncode}\n{text}")
    scale = 1 if sys.platform == "darwin" else 1024
    told = json.loads(text.splitlines()[-1]) if text.strip() else None
    return Used(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * scale, told)


def environment() -> dict[str, str]:
    """The environment of a child: that of its parent, with the code of this checkout in front."""
    held = [str(ROOT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(held)}


@dataclass(frozen=True)
class Spent:
    """Seconds of wall and of processor for one round of some work, and what the work gave."""

    wall: float
    cpu: float
    gave: Any


def best(work: Callable[[], Any], rounds: int = 1, tries: int = 3) -> Spent:
    """The best of some tries, each the mean of some rounds: the rest is the noise of the machine."""
    found: Spent | None = None
    for _ in range(tries):
        wall, cpu, gave = time.perf_counter(), time.process_time(), None
        for _ in range(rounds):
            gave = work()
        spent = Spent((time.perf_counter() - wall) / rounds, (time.process_time() - cpu) / rounds, gave)
        if found is None or spent.cpu < found.cpu:
            found = spent
    assert found is not None
    return found


def copy_bytes_per_second(size: int = 2**26) -> float:
    """What one core copies from memory to memory, reads and writes counted, as STREAM's copy counts them."""
    source, target = bytearray(os.urandom(1024)) * (size // 1024), bytearray(size)

    def copied() -> None:
        memoryview(target)[:] = source

    return 2 * len(source) / best(copied, rounds=4).wall


def machine() -> str:
    """The class of machine: processors and memory, no names."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{cores} cores, {memory:.0f} GiB of memory, Python {sys.version.split()[0]}"


def is_small(words: list[str]) -> bool:
    """Takes `--size small` or `--size full` out of the words of a command line and says whether it was small."""
    if "--size" not in words:
        return False
    at = words.index("--size")
    said = words[at + 1 : at + 2]
    if said not in (["small"], ["full"]):
        raise SystemExit(f"--size: found {''.join(said)!r}, expected small or full.")
    del words[at : at + 2]
    return said == ["small"]
