"""Starts one fuzzer as a process, and tells what it found as a test tells it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import gettempdir

SECONDS = float(os.environ.get("PROVENET_FUZZ_SECONDS", "30"))
"""Seconds of processor for each target; set it higher to leave the fuzzers running."""
PATIENCE = 20
"""The wall clock may show this many times as much on a busy machine before a fuzzer counts as stuck."""
SEED = int(os.environ.get("PROVENET_FUZZ_SEED", "1"))
KEPT = Path(os.environ.get("PROVENET_FUZZ_KEPT", gettempdir()))
"""Where an input that breaks the law is kept."""
DRIVE = Path(__file__).with_name("drive.py")


def fuzzed(engine: str, target: str, folder: Path) -> dict[str, object]:
    """The counts of one fuzzer on one target. An input that breaks the law is an AssertionError that holds it."""
    words = [sys.executable, str(DRIVE), engine, target, str(SECONDS), str(SEED), str(folder)]
    ran = subprocess.run(words, capture_output=True, check=False, timeout=SECONDS * PATIENCE + 240)
    if ran.returncode != 0:
        data = (folder / "current").read_bytes() if (folder / "current").exists() else b""
        kept = shutil.copy(folder / "current", KEPT / f"fuzz-{engine}-{target}.bin") if data else "no input was read"
        trace = ran.stderr.decode("utf-8", "replace")[-3000:]
        raise AssertionError(f"{engine} {target}: exit {ran.returncode} on {data[:2000]!r} (kept as {kept})\n{trace}")
    counts = json.loads((folder / "report.json").read_text("utf-8"))
    assert isinstance(counts, dict)
    return counts
