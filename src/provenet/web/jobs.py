"""Work in the background: verbs that write, each in a process of its own, one after another.

A job is a verb with its settings, run as `provenet VERB CASE ... --json` in a child process, never through a shell. Its
progress comes as lines of JSON on standard error, its sentences as they are. One job writes at a time; a few may wait.
Cancelling is Ctrl-C first, so that the verb ends in order; only a child that does not end is killed, and then no run
was committed: what it left half-made is swept by the next writer.
"""

from __future__ import annotations

import atexit
import json
import os
import re
import selectors
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from threading import Condition, Thread
from typing import IO, Any, Literal

from provenet.case import lock
from provenet.core.errors import EXIT_DONE, EXIT_FINDINGS, EXIT_INPUT, EXIT_UNPROVEN, CaseBusy, UsageFault, clip
from provenet.core.settings import Option, Settings
from provenet.core.wording import count, percent

VERBS = ("screen", "depend", "expose", "plan", "fund", "brief", "run", "add", "check", "retract")
"""The verbs that may be jobs."""
WAITING, STARTING = "Waiting for its turn.", "Starting."
CANCELLING, CANCELLED = "Cancelling: the verb ends in order.", "Cancelled before it began."
STOPPED = "The server stopped before it began."
TEXTS = (WAITING, STARTING, CANCELLING, CANCELLED, STOPPED)
"""What a job says of itself before its verb has said anything."""

JobState = Literal["waiting", "running", "cancelling", "done", "failed", "cancelled"]
MOST_WAITING = 5
MOST_KEPT = 40
"""Jobs that are remembered; the oldest that has ended goes first."""
MOST_LINES = 400
LONGEST_LINE = 2_000
MOST_RUNS = 200
PATIENCE_SECONDS = 15.0
"""How long a cancelled child may take after each Ctrl-C; after the second it is killed."""
TURN_SECONDS = 0.1
CHUNK = 1 << 16
RECORD_MARK = b"\x1e"
_RUN = re.compile(rb'"run_id": "([a-z_]+-[0-9a-f]{16})"')
_LONGEST_RUN = 100


@dataclass(eq=False)
class Job:
    """One verb at work, or that was: how far it is, what it said, and what it wrote."""

    job_id: str
    verb: str
    settings: Settings
    about: Mapping[str, str]
    """What its page remembers of it, such as the country or the run that it is compared with."""
    state: JobState = "waiting"
    text: str = ""
    """How it stands, in a sentence."""
    begun_at: datetime | None = None
    ended_at: datetime | None = None
    runs: list[str] = field(default_factory=list)
    """The runs that its answer names."""
    progress: Mapping[str, Any] | None = None
    best: str = ""
    lines: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=MOST_LINES))
    exit_code: int | None = None
    _number: int = 0
    _progress_number: int = 0
    _best_number: int = 0
    _end_number: int = 0

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state in ("done", "failed", "cancelled")

    @property
    def words(self) -> tuple[str, ...]:
        """Its options as the command line writes them."""
        options, arguments = command_words(self.settings)
        return (*options, *arguments)

    def say(self, text: str) -> None:
        """Keeps a line of its standard error."""
        self.lines.append((self._next(), clip(text, LONGEST_LINE)))

    def report(self, state: Mapping[str, Any]) -> None:
        """Keeps how far it is, and for a search the best so far."""
        text = f"{state.get('what')}: {state.get('done')} of {state.get('total')}"
        self.progress = {
            "done": state.get("done"),
            "total": state.get("total"),
            "text": text,
            "seconds_left": state.get("seconds_left"),
        }
        self.text, self._progress_number = text, self._next()
        best = best_words(state)
        if best and best != self.best:
            self.best, self._best_number = best, self._next()

    def end(self, state: JobState, text: str) -> None:
        """Keeps its end. What was best on the way to no answer is none."""
        if self.exit_code and self.best:
            self.best, self._best_number = "", self._next()
        self.state, self.text, self.ended_at = state, text, datetime.now(UTC)
        self._end_number = self._next()

    def events_after(self, seen: int) -> list[tuple[int, str, dict[str, Any]]]:
        """What happened after the event of a number: lines, the newest progress and best, and the end, in order."""
        found: list[tuple[int, str, dict[str, Any]]] = [
            (number, "line", {"text": text}) for number, text in list(self.lines) if number > seen
        ]
        if self.progress is not None and self._progress_number > seen:
            found.append((self._progress_number, "progress", dict(self.progress)))
        if self._best_number > seen:
            found.append((self._best_number, "best", {"text": self.best}))
        if self.is_over and self._end_number > seen:
            found.append((self._end_number, "end", {"state": self.state, "text": self.text}))
        return sorted(found, key=lambda event: event[0])

    def _next(self) -> int:
        self._number += 1
        return self._number


def best_words(state: Mapping[str, Any]) -> str:
    """The best plan of a search so far, in a sentence; empty before there is one."""
    if state.get("best") is None:
        return ""
    if state.get("gap") is None:
        return "A plan is found; how far it is from the best possible is not known yet."
    gap = max(0.0, float(state["gap"]))
    return f"The best plan so far is at most {percent(gap, places=2, fixed=True)} from the best possible."


@cache
def settings_of(verb: str) -> type[Settings]:
    """The settings class of a verb that may be a job. Raises UsageFault for any other word."""
    if verb not in VERBS:
        raise UsageFault(f"verb: found {clip(verb)!r}, expected one of: {', '.join(VERBS)}.")
    found: type[Settings] = getattr(import_module(f"provenet.verbs.{verb}"), f"{verb.capitalize()}Settings")
    return found


def form_options(verb: str) -> tuple[str, ...]:
    """The options of a verb that a form may give: all but those that name files."""
    options = settings_of(verb).every_option()
    return tuple(one.name for one in options if not one.hidden and not one.names_files)


def command_words(settings: Settings) -> tuple[list[str], list[str]]:
    """Settings as words of the command line: the options that differ from their defaults, and the arguments."""
    options: list[str] = []
    arguments: list[str] = []
    for option in settings.every_option():
        # A day that the command line would put is put here: the child may start after midnight.
        if option.hidden or not (settings.is_given(option.name) or option.today):
            continue
        values = _texts(option, getattr(settings, option.name))
        if option.argument:
            arguments += values
        elif option.kind == "switch":
            options.append(option.flag)
        else:
            for value in values:
                options += _flagged(option, value)
    return options, arguments


def _texts(option: Option, value: Any) -> list[str]:
    """A value as the texts that the command line reads it from."""
    if option.kind == "pairs":
        return [f"{key}={one}" for key, one in value.items()]
    if option.names_files:
        places = value if option.many else [value]
        if not all(isinstance(place, Path) for place in places):
            raise option.fault("a job reads a file by its place.")
        return [str(place.absolute()) for place in places]
    if option.many:
        return [str(one) for one in value]
    return [repr(value) if isinstance(value, float) else str(value)]


def _flagged(option: Option, value: str) -> list[str]:
    """An option with its value; one word is joined by `=`, so that a value is never read as another option."""
    if option.word_count == 1:
        return [f"{option.flag}={value}"]
    return [option.flag, *value.rsplit(None, option.word_count - 1)]


class Jobs:
    """The jobs on one case.

    Parameters
    ----------
    case : the folder of the case.
    program : the words that start the command line; the child gets verb, options and case after them.
    patience : seconds that a cancelled child may take after each Ctrl-C.
    """

    def __init__(self, case: Path, *, program: Sequence[str] = (), patience: float = PATIENCE_SECONDS) -> None:
        self._case = case.absolute()
        self._program = tuple(program) or (sys.executable, "-P", "-m", "provenet.web.child", str(os.getpid()))
        self._patience = patience
        self._turn = Condition()
        self._jobs: dict[str, Job] = {}
        self._queue: deque[Job] = deque()
        self._running: Job | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._runner: Thread | None = None
        self._closed = False
        self._count = 0

    def listed(self) -> list[Job]:
        """The jobs that are remembered, the newest first."""
        with self._turn:
            return list(reversed(self._jobs.values()))

    def find(self, job_id: str) -> Job | None:
        """A job by its id."""
        with self._turn:
            return self._jobs.get(job_id)

    def start(
        self, verb: str, settings: Settings, *, about: Mapping[str, str] | None = None, wait: bool = False
    ) -> Job:
        """Starts a verb; with `wait`, behind those that are before it.

        Raises CaseBusy where somebody else is writing and `wait` is not set, and where too many wait already;
        UsageFault for a verb that is no job.
        """
        if type(settings) is not settings_of(verb):
            raise UsageFault(f"{verb}: the settings are those of another verb.")
        command_words(settings)
        with self._turn:
            if self._closed:
                raise CaseBusy("The server is stopping; nothing new begins.")
            if not wait:
                self._refuse_second()
            if len(self._queue) >= MOST_WAITING:
                raise CaseBusy(f"{count(len(self._queue), 'job')} wait already; try again when one of them has begun.")
            self._count += 1
            job = Job(job_id=str(self._count), verb=verb, settings=settings, about=dict(about or {}))
            job.text = WAITING if self._running or self._queue else STARTING
            self._jobs[job.job_id] = job
            self._queue.append(job)
            self._forget()
            if self._runner is None:
                # The child dies with the thread that started it, so one thread starts all and never ends.
                self._runner = Thread(target=self._work, name="jobs", daemon=True)
                self._runner.start()
                atexit.register(self.close)
            self._turn.notify_all()
        return job

    def cancel(self, job_id: str) -> None:
        """Ends a job: takes it out of the queue, or sends its child Ctrl-C. Does nothing where it has ended."""
        with self._turn:
            job = self._jobs.get(job_id)
            if job is None or job.is_over:
                return
            if job in self._queue:
                self._queue.remove(job)
                job.end("cancelled", CANCELLED)
            else:
                job.state, job.text = "cancelling", CANCELLING
            self._turn.notify_all()

    def close(self) -> None:
        """Ends every job, for a server that stops: what waits never begins, and the child is killed."""
        with self._turn:
            self._closed = True
            while self._queue:
                self._queue.popleft().end("cancelled", STOPPED)
            if self._child is not None:
                _signal(self._child, signal.SIGKILL)
            self._turn.notify_all()

    def _refuse_second(self) -> None:
        busy = self._running or (self._queue[0] if self._queue else None)
        if busy is not None:
            since = f", since {busy.begun_at:%H:%M} UTC" if busy.begun_at else ""
            raise CaseBusy(f"Somebody else is writing: {busy.verb}{since}. Reading goes on as before.")
        with lock.held(self._case):
            pass

    def _forget(self) -> None:
        """Drops the oldest jobs that have ended, down to as many as are kept."""
        over = [job for job in self._jobs.values() if job.is_over]
        for job in over[: max(0, len(self._jobs) - MOST_KEPT)]:
            del self._jobs[job.job_id]

    def _work(self) -> None:
        """Runs one job after another, until the server ends."""
        while True:
            with self._turn:
                while not self._queue and not self._closed:
                    self._turn.wait()
                if self._closed:
                    return
                job = self._running = self._queue.popleft()
                job.state, job.text, job.begun_at = "running", STARTING, datetime.now(UTC)
            try:
                self._run(job)
            except OSError as err:
                job.end("failed", f"The verb could not be started: {err.strerror}.")
            finally:
                with self._turn:
                    self._running = self._child = None
                    self._turn.notify_all()

    def _run(self, job: Job) -> None:
        """Runs one job to its end."""
        while not self._is_free(job):
            time.sleep(TURN_SECONDS)
        if job.state == "cancelling":
            job.end("cancelled", CANCELLED)
            return
        options, arguments = command_words(job.settings)
        words = [*self._program, job.verb, "--json", *options, "--", str(self._case), *arguments]
        with self._turn:
            if self._closed:
                job.end("cancelled", STOPPED)
                return
            self._child = child = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**os.environ, "PROVENET_PROGRESS": "json"},
                start_new_session=True,
            )
        assert child.stdout is not None and child.stderr is not None
        with child.stdout, child.stderr:
            self._follow(job, child, answer=_NamedRuns(job), lines=_ErrorLines(job))
            job.exit_code = child.wait()
        # A helper of the child that outlived it goes too.
        _signal(child, signal.SIGKILL)
        job.end(*ending(job, has_closed=self._closed))

    def _is_free(self, job: Job) -> bool:
        """Whether the turn of a job has come: no other program writes. Also where it was cancelled meanwhile."""
        if job.state == "cancelling" or self._closed:
            return True
        try:
            with lock.held(self._case):
                return True
        except CaseBusy as err:
            if job.text != str(err):
                job.text = str(err)
                job.say(job.text)
            return False

    def _follow(self, job: Job, child: subprocess.Popen[bytes], *, answer: _NamedRuns, lines: _ErrorLines) -> None:
        """Reads both streams until they end, and passes on a wish to cancel."""
        patience = _Patience(child, self._patience)
        with selectors.DefaultSelector() as streams:
            _watch(streams, child.stdout, answer.read)
            _watch(streams, child.stderr, lines.read)
            while streams.get_map() and not patience.is_over:
                for key, _ in streams.select(TURN_SECONDS):
                    data = os.read(key.fd, CHUNK)
                    key.data(data)
                    if not data:
                        streams.unregister(key.fileobj)
                if job.state == "cancelling":
                    patience.wear()


def _watch(streams: selectors.BaseSelector, stream: IO[bytes] | None, read: Callable[[bytes], None]) -> None:
    assert stream is not None
    streams.register(stream, selectors.EVENT_READ, read)


class _Patience:
    """Two Ctrl-C, then the kill, with a while between them."""

    def __init__(self, child: subprocess.Popen[bytes], seconds: float) -> None:
        self._child, self._seconds = child, seconds
        self._signals: Iterator[signal.Signals] = iter((signal.SIGINT, signal.SIGINT, signal.SIGKILL))
        self._next_at = 0.0
        self.is_over = False

    def wear(self) -> None:
        """Sends the next signal where its time has come."""
        now = time.monotonic()
        if now < self._next_at:
            return
        self._next_at = now + self._seconds
        number = next(self._signals, None)
        if number is None:
            # Only what left the group of the child can still hold its streams.
            self.is_over = True
        else:
            _signal(self._child, number)


class _NamedRuns:
    """Standard output: only the runs that it names are kept."""

    def __init__(self, job: Job) -> None:
        self._job, self._rest = job, b""

    def read(self, data: bytes) -> None:
        """Takes the next bytes; none at the end."""
        self._rest += data
        for found in _RUN.findall(self._rest):
            run = found.decode()
            if run not in self._job.runs and len(self._job.runs) < MOST_RUNS:
                self._job.runs.append(run)
        self._rest = self._rest[-_LONGEST_RUN:]


class _ErrorLines:
    """Standard error: records of progress, and sentences."""

    def __init__(self, job: Job) -> None:
        self._job, self._rest = job, b""

    def read(self, data: bytes) -> None:
        """Takes the next bytes; none at the end."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if not data or len(self._rest) > CHUNK:
            lines, self._rest = [*lines, self._rest], b""
        for line in lines:
            if line.startswith(RECORD_MARK):
                self._record(line[1:])
            elif line.strip():
                self._job.say(line.decode("utf-8", "replace").rstrip())

    def _record(self, line: bytes) -> None:
        try:
            state = json.loads(line)
        except ValueError:
            return
        if isinstance(state, dict) and self._job.state == "running":
            self._job.report(state)


def _signal(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Sends a signal to a child and whatever it started."""
    try:
        os.killpg(child.pid, number)
    except (ProcessLookupError, PermissionError):
        return


def ending(job: Job, *, has_closed: bool = False) -> tuple[JobState, str]:
    """How a job ended, and that in a sentence."""
    code, was_cancelled = job.exit_code, job.state == "cancelling"
    if has_closed and code != EXIT_DONE:
        return "cancelled", "The server stopped while it ran; nothing half-written counts."
    if was_cancelled and code == EXIT_DONE and job.runs:
        return "done", "Stopped. The best that was found by then is kept."
    if was_cancelled and code != EXIT_DONE:
        return "cancelled", "Cancelled. Nothing half-written counts; the case stands as before."
    if code == EXIT_DONE:
        return "done", f"Done: {job.verb}."
    if code == EXIT_FINDINGS and job.verb == "check":
        return "done", "Done: check found errors."
    if job.verb == "run" and job.runs and code == EXIT_INPUT:
        return "done", "Done, but for what the lines name: it has no answer."
    if job.verb in ("plan", "fund") and job.runs and code in (EXIT_INPUT, EXIT_UNPROVEN):
        sentence = "no answer keeps every limit" if code == EXIT_INPUT else "nothing is proven"
        return "done", f"Done: {sentence}. The page states what stands in the way."
    if code is not None and code < 0:
        return "failed", f"The process was ended from outside (signal {-code}); nothing half-written counts."
    first = next((text for _, text in job.lines), f"It ended with exit code {code}.")
    return "failed", first
