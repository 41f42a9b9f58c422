"""One fuzzer on one target for some seconds, in a process of its own with a limit on memory.

    python drive.py ENGINE TARGET SECONDS SEED FOLDER

ENGINE is `hypothesis` (seeds changed by rule) or `atheris` (bytes led by coverage). The input at hand lies in
`FOLDER/current` while it is read, so that one that kills the process is kept; `FOLDER/report.json` counts.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from types import FrameType

os.environ.setdefault("POLARS_MAX_THREADS", "1")
os.environ.setdefault("PYTHONHASHSEED", "0")
sys.path.insert(0, str(Path(__file__).parents[1]))

MEMORY_BYTES = int(os.environ.get("PROVENET_FUZZ_MEMORY_BYTES", 2 * 2**30))
"""Of address space beyond what the imports take, for one process."""
INPUT_SECONDS = 10.0
"""The most that one input may take, read twice."""
LONGEST_BYTES = 4096


class TooSlow(BaseException):
    """An input took longer than its time."""


def too_slow(_number: int, _frame: FrameType | None) -> None:
    raise TooSlow(f"one input took more than {INPUT_SECONDS} s")


class Watch:
    """Runs the law on inputs, keeps the one at hand on disk, and counts."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.current, self.told = name, folder / "current", folder / "report.json"
        self.counts: Counter[str] = Counter()
        self.slowest = 0.0
        self.began = self.reported = time.monotonic()
        signal.signal(signal.SIGALRM, too_slow)

    def __call__(self, data: bytes) -> None:
        self.current.write_bytes(data)
        signal.setitimer(signal.ITIMER_REAL, INPUT_SECONDS)
        began = time.monotonic()
        try:
            said = LAW(self.name, data)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        ended = time.monotonic()
        self.slowest = max(self.slowest, ended - began)
        self.counts[said] += 1
        if ended - self.reported > 0.5:
            self.report(ended)

    def report(self, now: float) -> None:
        """Writes what was done so far; the engines end the process in their own ways."""
        self.reported = now
        runs = sum(self.counts.values())
        told = {"target": self.name, "runs": runs, **self.counts, "per_second": round(runs / (now - self.began), 1)}
        self.told.write_text(json.dumps({**told, "slowest_seconds": round(self.slowest, 3)}), encoding="utf-8")


def limit_memory() -> None:
    """No more address space than is taken now and the allowance: what asks for more gets MemoryError."""
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY_BYTES, taken + MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def by_hypothesis(watch: Watch, seeds: list[bytes], seconds: float, first: int) -> None:
    """Turn after turn with seeds first, first + 1, ..., until the time is over."""
    from hypothesis import HealthCheck, Phase, given, seed, settings

    from fuzz.mutate import mutated

    began, turn = time.monotonic(), 0
    while time.monotonic() - began < seconds:

        @seed(first * 1_000_000 + turn)
        @settings(
            max_examples=50,
            deadline=None,
            database=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )
        @given(mutated(seeds))
        def law(data: bytes) -> None:
            if time.monotonic() - began < seconds:
                watch(data)

        law()
        turn += 1


def by_atheris(watch: Watch, seeds: list[bytes], seconds: float, first: int, folder: Path) -> None:
    """Bytes led by the coverage of the product's own code; ends the process."""
    import atheris

    from fuzz.mutate import SPRINKLED

    corpus = folder / "corpus"
    corpus.mkdir(exist_ok=True)
    for at, data in enumerate(seeds):
        (corpus / f"seed-{at}").write_bytes(data)
    words = folder / "words"
    words.write_text("".join(f'"{quoted(word)}"\n' for word in SPRINKLED if len(word) < 64), encoding="ascii")
    limits = [
        f"-max_total_time={seconds:.0f}",
        f"-seed={first}",
        f"-max_len={LONGEST_BYTES}",
        "-rss_limit_mb=0",
        f"-dict={words}",
    ]
    atheris.Setup([sys.argv[0], *limits, f"-artifact_prefix={folder}/", "-verbosity=0", str(corpus)], watch)
    atheris.Fuzz()


def quoted(word: bytes) -> str:
    """Bytes as libFuzzer's dictionaries write them."""
    return "".join(f"\\x{byte:02x}" for byte in word)


def main(engine: str, name: str, seconds: float, first: int, folder: Path) -> None:
    """Runs one fuzzer; an input that breaks the law ends the process with its trace."""
    global LAW
    if engine == "atheris":
        import atheris

        # What Numba compiles is left as it is: it knows no calls of atheris.
        compiled = ["provenet.ingest.bgp.observed"]
        with atheris.instrument_imports(include=["provenet"], exclude=compiled, enable_loader_override=False):
            from fuzz.targets import TARGETS, keep_law
    else:
        from fuzz.targets import TARGETS, keep_law
    LAW = keep_law
    seeds = TARGETS[name].seeds()
    watch = Watch(name, folder)
    for data in seeds:
        watch(data)
    watch.began = time.monotonic()
    watch.counts.clear()
    limit_memory()
    if engine == "atheris":
        by_atheris(watch, seeds, seconds, first, folder)
        return
    by_hypothesis(watch, seeds, seconds, first)
    watch.report(time.monotonic())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4]), Path(sys.argv[5]))
