"""What leaves the product: one JSON object or lines on standard output, sentences on standard error, an exit code.

Errors become sentences and codes here and nowhere else:

    0    done
    1    check found errors, certify refused something, or test found a rule not covered
    2    the call is wrong (UsageFault, what click finds, a package of an extra that is not installed)
    3    the input, a pack or the case is wrong (every other ProvenetError; the operating system refused)
    4    finished with proof "none"
    70   a defect of the product
    130  Ctrl-C
    141  the reader of our output went away
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import textwrap
import traceback
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, NoReturn

import click
from pydantic_core import to_jsonable_python

from provenet.core.errors import EXIT_INPUT, EXIT_USAGE, CaseMigrated, Fault, InputFault, ProvenetError, full_disk
from provenet.core.packages import lacking_module

EXIT_DEFECT, EXIT_INTERRUPT, EXIT_PIPE = 70, 130, 141
TRACE_SETTING = "PROVENET_TRACE"
"""An environment variable: set to 1, a defect also prints its trace."""


def say(lines: Iterable[str], as_they_are: bool = False) -> None:
    """Lines of an answer, on standard output; broken between words on a terminal unless they are to stay whole."""
    width = 0 if as_they_are or not sys.stdout.isatty() else shutil.get_terminal_size().columns
    for line in lines:
        for fitted in [line] if width < NARROWEST else fit(line, width):
            click.echo(fitted)


NARROWEST = 40
"""Columns below which a terminal breaks lines itself."""


def fit(text: str, width: int) -> list[str]:
    """Lines broken between words to a width, what follows indented below its beginning; a longer word stays whole."""
    made: list[str] = []
    for line in text.splitlines() or [""]:
        indent = line[: len(line) - len(line.lstrip(" "))]
        below = textwrap.TextWrapper(
            width, "", indent + "  ", break_long_words=False, break_on_hyphens=False, expand_tabs=False
        )
        made += below.wrap(line) if len(line) > width else [line]
    return made


def say_json(answer: Mapping[str, object]) -> None:
    """The one JSON object of an answer, on standard output.

    What is an iterator gives the entries of a list as JSON, some at a time: for tables of a million rows.
    """
    if not any(isinstance(value, Iterator) for value in answer.values()):
        click.echo(_json(answer))
        return
    comma = "{"
    for name, value in answer.items():
        click.echo(f"{comma}\n  {_json(name)}: ", nl=False)
        if isinstance(value, Iterator):
            _say_list(value)
        else:
            click.echo(_json(value).replace("\n", "\n  "), nl=False)
        comma = ","
    click.echo("\n}")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=to_jsonable_python)


def json_rows(rows: Iterable[object]) -> Iterator[Sequence[str]]:
    """Rows as JSON, some at a time."""
    waiting = iter(rows)
    while some := list(islice(waiting, ROWS_AT_ONCE)):
        yield [_json(row).replace("\n", "\n    ") for row in some]


def _say_list(parts: Iterable[Sequence[str]]) -> None:
    """A list as `json.dumps` writes it inside an object, its entries some at a time."""
    comma = "["
    for some in parts:
        click.echo(comma + ",".join(f"\n    {row}" for row in some), nl=False)
        comma = ","
    click.echo("[]" if comma == "[" else "\n  ]", nl=False)


ROWS_AT_ONCE = 500
"""Rows written to standard output together."""


def tell(*lines: str) -> None:
    """Lines for the person at the terminal, on standard error."""
    for line in lines:
        click.echo(line, err=True)


class Door:
    """Runs a command inside `with`: any error becomes sentences and leaves its exit code in `code`."""

    def __init__(self, as_json: bool) -> None:
        self.code = 0
        self.as_json = as_json
        self._interrupted = False

    def __enter__(self) -> Door:
        # Where Ctrl-C falls inside a library that is not Python, the library may turn it into an error of its own;
        # the door therefore remembers that it came. A process that ignores it goes on ignoring it.
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._interrupt)
        self._show_warning, warnings.showwarning = warnings.showwarning, self._warn
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, err: BaseException | None, trace: TracebackType | None
    ) -> bool:
        warnings.showwarning = self._show_warning
        if signal.getsignal(signal.SIGINT) == self._interrupt:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        if err is None:
            return self._flushed()
        if self._interrupted:
            err = KeyboardInterrupt()
        if isinstance(err, click.exceptions.Exit):
            self.code = err.exit_code
            return True
        if isinstance(err, BrokenPipeError):
            _close_output()
            self.code = EXIT_PIPE
            return True
        self.code, answer = outcome_of(err)
        tell(str(answer))
        if self.code == EXIT_DEFECT and os.environ.get(TRACE_SETTING) == "1":
            tell("".join(traceback.format_exception(err)))
        try:
            if self.as_json:
                say_json(answer.as_dict())
        except OSError:
            # What refused the answer refuses its fault too; standard error has the sentence.
            _close_output()
        return True

    def _warn(self, message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
        """A sentence of ours without the place in the code that it comes from; any other warning as Python shows it."""
        if isinstance(message, CaseMigrated):
            tell(str(message))
        else:
            self._show_warning(message, category, *place, **more)

    def _interrupt(self, _number: int, _frame: FrameType | None) -> NoReturn:
        self._interrupted = True
        raise KeyboardInterrupt

    def _flushed(self) -> bool:
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            _close_output()
            self.code = EXIT_PIPE
        return False


def _close_output() -> None:
    """Points standard output at nothing, so that the interpreter's own last flush stays silent."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def outcome_of(err: BaseException) -> tuple[int, InputFault | _Sentence]:
    """The exit code of an error, and its sentence."""
    if isinstance(err, InputFault):
        return err.exit_code, err
    if isinstance(err, ProvenetError):
        return err.exit_code, _Sentence(str(err))
    if isinstance(err, click.exceptions.Abort | KeyboardInterrupt):
        text = "Stopped by Ctrl-C; nothing half-written stands as whole, the case stands as before."
        return EXIT_INTERRUPT, _Sentence(text)
    if isinstance(err, click.ClickException):
        return EXIT_USAGE, _Sentence(_usage(err))
    if isinstance(err, OSError):
        place = f"{err.filename}: " if err.filename else ""
        reason = (err.strerror or str(err)).lower()
        return EXIT_INPUT, _Sentence(f"{place}the operating system refused: {reason}. Nothing half-written is kept.")
    if (full := full_disk(err)) is not None:
        return EXIT_INPUT, _Sentence(full)
    if isinstance(err, MemoryError):
        return EXIT_INPUT, _Sentence(
            "Memory ran out. Nothing half-written is kept; split the input or use a larger machine."
        )
    if isinstance(err, ModuleNotFoundError) and (lacking := lacking_module(err)):
        return lacking.exit_code, _Sentence(str(lacking))
    last = traceback.extract_tb(err.__traceback__)[-1:]
    where = f" at {Path(last[0].filename).name} line {last[0].lineno}" if last else ""
    return EXIT_DEFECT, _Sentence(
        f"This is a defect of provenet, not of your call: {type(err).__name__}{where}: {err}. "
        f"Please report it with the command; {TRACE_SETTING}=1 prints the trace."
    )


class _Sentence:
    """A sentence that `--json` shows in the form every fault has."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence

    def __str__(self) -> str:
        return self.sentence

    def as_dict(self) -> dict[str, object]:
        """`{"fault_count", "faults"}` with the sentence as the one fault."""
        return {"fault_count": 1, "faults": [Fault("provenet", self.sentence).as_dict()]}


def _usage(err: click.ClickException) -> str:
    """Click's message as a sentence that says where help is."""
    context = getattr(err, "ctx", None)
    place = context.command_path if context is not None else "provenet"
    return f"{place}: {err.format_message().rstrip('.')}. See: {place} --help"
