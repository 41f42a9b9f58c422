"""Adds a file and kills itself, SIGKILL, when it has been told of progress N times: killed_intake.py CASE FILE N.

Batches and flushes are small, so that rows lie in the case already. With N = 0 it ends and prints its peak memory.
"""

import os
import signal
import sys
from pathlib import Path

import provenet
from provenet.case import runs
from provenet.ingest.tabular import sheets, strict

case, file, kills_at = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
if kills_at:
    sheets.BATCH_ROWS, strict._STEP_ROWS, runs.FLUSH_ROWS = 50, 50, 50
told = 0


def progress(what: str, done: int, total: int) -> None:
    global told
    told += 1
    if told == kills_at:
        os.kill(os.getpid(), signal.SIGKILL)


added = provenet.add(case, [file], progress=progress)
assert added.fault_count == 0, added.faults
# The peak of this program alone: `ru_maxrss` keeps that of the process which started it.
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(status["VmHWM"].split()[0])
