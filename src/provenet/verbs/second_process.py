"""Answers on aid worked out in a second process, while the first one plans: what the demo asks is known beforehand.

The second process reads the case, as any reader may, and writes nothing: it hands back the rows of a run under the id
of that run. The first writes them where it is about to write that very run, of the same settings, inputs and code;
whatever else comes back, or nothing, it works out itself. So the answer never depends on whether there is a second
process.
"""

import gc
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from provenet.case.case import Case
from provenet.core.errors import ProvenetError
from provenet.core.progress import silent
from provenet.verbs.fund import FundSettings
from provenet.verbs.fund_run import Rows, rows_beforehand


class SecondProcess:
    """A process that works out answers on aid beforehand; none where it is not wanted or cannot be started."""

    def __init__(self, is_wanted: bool = True) -> None:
        self._is_wanted = is_wanted
        self._child: subprocess.Popen[bytes] | None = None
        self._reader = ThreadPoolExecutor(max_workers=1)
        self._waiting: list[Future[tuple[str, Rows] | None]] = []
        self._known: dict[str, Rows] = {}

    def __enter__(self) -> Self:
        if self._is_wanted and _cores() > 1:
            words = [sys.executable, "-P", "-m", "provenet.verbs.second_process"]
            try:
                self._child = subprocess.Popen(
                    words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
                )
            except OSError:
                self._child = None
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.wait()
        self._reader.shutdown()
        if self._child is not None and self._child.stdin and self._child.stdout:
            self._child.stdout.close()
            with suppress(BrokenPipeError):
                self._child.stdin.close()

    def ask(self, case: Path, calls: Sequence[FundSettings]) -> None:
        """Has the answers to some calls of `fund` worked out, one after another."""
        if self._child is None or self._child.stdin is None or not calls:
            return
        try:
            pickle.dump((str(case.absolute()), [replace(call, progress=silent) for call in calls]), self._child.stdin)
            self._child.stdin.flush()
        except (BrokenPipeError, pickle.PicklingError):
            return
        self._waiting += [self._reader.submit(self._received) for _ in calls]

    def _received(self) -> tuple[str, Rows] | None:
        assert self._child is not None and self._child.stdout is not None
        try:
            found: tuple[str, Rows] | None = pickle.load(self._child.stdout)
        except (EOFError, OSError, pickle.UnpicklingError):
            return None
        return found

    def keep(self, run: str, rows: Rows) -> None:
        """Keeps rows that the first process worked out beforehand itself."""
        self._known[run] = rows

    def rows(self, run: str) -> Rows | None:
        """The rows of a run, once they are there; None where nobody worked them out."""
        while run not in self._known and self._waiting:
            if (found := self._waiting.pop(0).result()) is not None:
                self._known[found[0]] = found[1]
        return self._known.pop(run, None)


def _cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def work() -> None:
    """What the second process does until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(50_000, 20, 20)
    given, out = sys.stdin.buffer, sys.stdout.buffer
    while True:
        try:
            place, calls = pickle.load(given)
        except EOFError:
            return
        for call in calls:
            try:
                answer = rows_beforehand(Case.open(place), call)
            except ProvenetError:
                answer = None
            pickle.dump(answer, out)
            out.flush()


if __name__ == "__main__":
    work()
