"""The progress line: silent for work under a second, then one line that renews itself on a terminal.

Where standard error is no terminal, a line is printed every ten seconds, so that a log of a long run shows life. With
`PROVENET_PROGRESS=json` in the environment a program is listening: each state is one line of JSON behind the mark of a
record (RFC 7464), five times a second and without a wait at the beginning.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

from provenet.core.settings import Settings
from provenet.core.wording import percent

if TYPE_CHECKING:
    from provenet.forms.schedule import SearchState

Kind = TypeVar("Kind", bound=Settings)
Reply = TypeVar("Reply")
SHOW_AFTER_SECONDS = 1.0
RENEW_SECONDS = 0.2
LOG_SECONDS = 10.0
PROGRESS_SETTING = "PROVENET_PROGRESS"
"""The environment variable that, set to `json`, asks for lines that a program reads."""
RECORD_MARK = "\x1e"
"""What begins such a line, so that it is never taken for a sentence."""


class ProgressLine:
    """Called as `line(what, done, total)`; the clock is read here and nowhere below the doors."""

    def __init__(self) -> None:
        self._as_json = os.environ.get(PROGRESS_SETTING) == "json"
        self._live = sys.stderr.isatty() and not self._as_json
        self._what = ""
        self._what_since = time.monotonic()
        wait = 0.0 if self._as_json else SHOW_AFTER_SECONDS if self._live else LOG_SECONDS
        self._next_at = self._what_since + wait
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
        self._show(what, done, total)

    def search(self, state: SearchState) -> None:
        """Says how a search stands: what is done, the best plan so far, the bound and the gap."""
        self._show(search_words(state), state.done, state.total, state=state)

    def _show(self, what: str, done: int, total: int, *, state: SearchState | None = None) -> None:
        now = time.monotonic()
        name = what if state is None else state.doing
        if name != self._what:
            self._what, self._what_since = name, now
        if now < self._next_at:
            return
        self._next_at = now + (RENEW_SECONDS if self._live or self._as_json else LOG_SECONDS)
        left = self._seconds_left(now, done, total)
        if self._as_json:
            found = {"what": name, "done": done, "total": total, "seconds_left": left, **_search_figures(state)}
            sys.stderr.write(f"{RECORD_MARK}{json.dumps(found)}\n")
            sys.stderr.flush()
            return
        text = f"{what}: {done} of {total}" + (f", about {left:.0f} s left" if left is not None and left >= 1 else "")
        if self._live:
            sys.stderr.write(f"\r\x1b[K{text}")
            self._drawn = True
        else:
            sys.stderr.write(text + "\n")
        sys.stderr.flush()

    def _seconds_left(self, now: float, done: int, total: int) -> float | None:
        """Time left at the pace so far; None before there is a pace."""
        if done <= 0 or total <= done:
            return None
        return (now - self._what_since) / done * (total - done)


def search_words(state: SearchState) -> str:
    """How a search stands, in the words of the progress line: the best objective so far, the bound and the gap."""
    words = state.doing
    if state.objective is not None:
        words += f", best {state.objective:,.6g}"
    if state.bound is not None:
        words += f", bound {state.bound:,.6g}"
    if (gap := _gap(state)) is not None:
        words += f", gap {percent(gap, places=2, fixed=True)}"
    return words


def _gap(state: SearchState) -> float | None:
    """How far the bound is above the best so far, as a share of it; None where either is not known."""
    if not state.objective or state.bound is None:
        return None
    return (state.bound - state.objective) / abs(state.objective)


def _search_figures(state: SearchState | None) -> dict[str, float | None]:
    return {} if state is None else {"best": state.objective, "bound": state.bound, "gap": _gap(state)}


def with_progress(verb: Callable[[str, Kind], Reply], case: str, settings: Kind) -> Reply:
    """The answer of a verb of which a progress line shows how far it is."""
    with ProgressLine() as progress:
        return verb(case, replace(settings, progress=progress))  # type: ignore[call-arg]
