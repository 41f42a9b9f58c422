"""What a caller will need soon, worked out in a second process while the first one goes on with something else.

The second process reads the case, as any reader may, and writes nothing: it hands back what the first one is about to
write. Where it hands back nothing, the first works it out itself. So the answer never depends on whether there is a
second process.
"""

import gc
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from provenet.case.case import Case
from provenet.core.errors import ProvenetError

CallT = TypeVar("CallT")
FoundT = TypeVar("FoundT")


class SecondProcess:
    """A process that works something out beforehand; none where it is not wanted or cannot be started."""

    def __init__(self, is_wanted: bool = True) -> None:
        self._is_wanted = is_wanted
        self._child: subprocess.Popen[bytes] | None = None
        self._reader = ThreadPoolExecutor(max_workers=1)

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

    def ask(self, case: Path, work: Callable[[Case, CallT], FoundT], call: CallT) -> "Future[FoundT | None]":
        """Has a function called with a case and a call, after what was asked before; None where that gave nothing."""
        nothing: Future[FoundT | None] = Future()
        nothing.set_result(None)
        if self._child is None or self._child.stdin is None:
            return nothing
        try:
            pickle.dump((str(case.absolute()), work, call), self._child.stdin)
            self._child.stdin.flush()
        except (BrokenPipeError, pickle.PicklingError):
            return nothing
        return self._reader.submit(self._received)

    def _received(self) -> Any:
        assert self._child is not None and self._child.stdout is not None
        try:
            return pickle.load(self._child.stdout)
        except (EOFError, OSError, pickle.UnpicklingError):
            return None


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
            place, function, call = pickle.load(given)
        except EOFError:
            return
        try:
            answer = function(Case.open(place), call)
        except ProvenetError:
            answer = None
        pickle.dump(answer, out)
        out.flush()


if __name__ == "__main__":
    work()
