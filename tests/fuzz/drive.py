"""One fuzzer on one target for some seconds, in a process of its own with a limit on memory.

    python drive.py ENGINE TARGET SECONDS SEED FOLDER

ENGINE is `hypothesis` (seeds changed by rule) or `atheris` (bytes led by coverage). The input at hand lies in
`FOLDER/current` while it is read, so that one that kills the process is kept; `FOLDER/report.json` counts.
"""

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
"""The most processor time that one input may take, read twice. The wall clock would count other work of the machine."""
LONGEST_BYTES = 4096


class TooSlow(BaseException):
    """An input took longer than its time."""


def too_slow(_number: int, _frame: FrameType | None) -> None:
    raise TooSlow(f"one input took more than {INPUT_SECONDS} s of processor")


class Watch:
    """Runs the law on inputs, keeps the one at hand on disk, and counts. All times are of the processor."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.current, self.summary = name, folder / "current", folder / "report.json"
        self.counts: Counter[str] = Counter()
        self.slowest = 0.0
        self.began = self.reported = time.process_time()
        signal.signal(signal.SIGPROF, too_slow)

    def __call__(self, data: bytes) -> None:
        self.current.write_bytes(data)
        signal.setitimer(signal.ITIMER_PROF, INPUT_SECONDS)
        began = time.process_time()
        try:
            outcome = LAW(self.name, data)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        ended = time.process_time()
        self.slowest = max(self.slowest, ended - began)
        self.counts[outcome] += 1
        if ended - self.reported > 0.5:
            self.report(ended)

    def used(self) -> float:
        """Seconds of processor since the first input."""
        return time.process_time() - self.began

    def report(self, now: float) -> None:
        """Writes what was done so far; the engines end the process in their own ways."""
        self.reported = now
        runs = sum(self.counts.values())
        rate = round(runs / max(now - self.began, 1e-9), 1)
        summary = {"target": self.name, "runs": runs, **self.counts, "per_second": rate}
        self.summary.write_text(json.dumps({**summary, "slowest_seconds": round(self.slowest, 3)}), encoding="utf-8")


def limit_memory() -> None:
    """No more address space than is taken now and the allowance: what asks for more gets MemoryError."""
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY_BYTES, taken + MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def by_hypothesis(watch: Watch, seeds: list[bytes], seconds: float, first: int) -> None:
    """Turn after turn with seeds first, first + 1, ..., until the time is over."""
    from hypothesis import HealthCheck, Phase, given, seed, settings

    from fuzz.mutate import mutated

    turn = 0
    while watch.used() < seconds:

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
            if watch.used() < seconds:
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

    def until_spent(data: bytes) -> None:
        watch(data)
        if watch.used() > seconds:
            watch.report(time.process_time())
            os._exit(0)

    limits = [f"-seed={first}", f"-max_len={LONGEST_BYTES}", "-rss_limit_mb=0", f"-dict={words}"]
    atheris.Setup([sys.argv[0], *limits, f"-artifact_prefix={folder}/", "-verbosity=0", str(corpus)], until_spent)
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
    watch.began = time.process_time()
    watch.counts.clear()
    limit_memory()
    if engine == "atheris":
        by_atheris(watch, seeds, seconds, first, folder)
        return
    by_hypothesis(watch, seeds, seconds, first)
    watch.report(time.process_time())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4]), Path(sys.argv[5]))
