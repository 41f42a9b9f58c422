"""The progress line: silent for work under a second, then one line that renews itself on a terminal.

Where standard error is no terminal, a line is printed every ten seconds, so that a log of a long run shows life.
"""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING

from provenet.core.wording import percent

if TYPE_CHECKING:
    from provenet.forms.schedule import SearchState

SHOW_AFTER_SECONDS = 1.0
RENEW_SECONDS = 0.2
LOG_SECONDS = 10.0


class ProgressLine:
    """Called as `line(what, done, total)`; the clock is read here and nowhere below the doors."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._what = ""
        self._what_since = time.monotonic()
        self._next_at = self._what_since + (SHOW_AFTER_SECONDS if self._live else LOG_SECONDS)
        self._drawn = False

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, err: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def __call__(self, what: str, done: int, total: int) -> None:
        """Says that `done` of `total` items of `what` are done."""
        now = time.monotonic()
        if what != self._what:
            self._what, self._what_since = what, now
        if now < self._next_at:
            return
        self._next_at = now + (RENEW_SECONDS if self._live else LOG_SECONDS)
        text = f"{what}: {done} of {total}{self._left(now, done, total)}"
        if self._live:
            sys.stderr.write(f"\r\x1b[K{text}")
            self._drawn = True
        else:
            sys.stderr.write(text + "\n")
        sys.stderr.flush()

    def _left(self, now: float, done: int, total: int) -> str:
        """Time left at the pace so far; nothing before there is a pace."""
        if done <= 0 or total <= done:
            return ""
        seconds = (now - self._what_since) / done * (total - done)
        return f", about {seconds:.0f} s left" if seconds >= 1 else ""


def search_words(state: SearchState) -> str:
    """How a search stands, in the words of the progress line: the best objective so far, the bound and the gap."""
    words = state.doing
    if state.objective is not None:
        words += f", best {state.objective:,.6g}"
    if state.bound is not None:
        words += f", bound {state.bound:,.6g}"
    if state.objective and state.bound is not None:
        gap = (state.bound - state.objective) / abs(state.objective)
        words += f", gap {percent(gap, places=2, fixed=True)}"
    return words
