"""Runs one command and kills itself, SIGKILL, at the n-th of the moments just before and just after each write.

    python killed_verb.py N provenet-words...

Ends as the command does where there are fewer moments than that.
"""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from provenet.case.case import Case
from provenet.cli.main import main

WRITES = ("write_rows", "keep_source", "stage_source", "keep_staged", "keep_output")


def moments(left: int) -> Callable[[], None]:
    """A function to be called at each moment; the last call does not return."""
    passed = iter(range(left, -1, -1))

    def moment() -> None:
        if next(passed, -1) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return moment


def between(name: str, moment: Callable[[], None]) -> None:
    """Puts a moment before and after every call of a method of the case."""
    real = getattr(Case, name)

    def call(self: Case, *args: Any) -> Any:
        moment()
        made = real(self, *args)
        moment()
        return made

    setattr(Case, name, call)


if __name__ == "__main__":
    at = moments(int(sys.argv[1]))
    for write in WRITES:
        between(write, at)
    main(sys.argv[2:])
