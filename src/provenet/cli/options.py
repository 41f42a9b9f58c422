"""Options that several verbs share, and how their words are read. The clock is asked here for "today", never below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from math import isfinite
from pathlib import Path
from typing import Any, TypeVar

import click

from provenet.core.errors import UsageFault, clip
from provenet.core.when import parse_day

Command = TypeVar("Command", bound=Callable[..., Any])


def json_option(command: Command) -> Command:
    """`--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")(command)


def day_options(command: Command) -> Command:
    """`--as-of` and `--known-on`."""
    command = click.option(
        "--known-on", metavar="DAY", help="Only what was published by this day (default: all that the case holds)."
    )(command)
    return click.option("--as-of", metavar="DAY", help="The day asked about, YYYY-MM-DD (default: today).")(command)


def packs_option(command: Command) -> Command:
    """`--packs`, any number."""
    return click.option(
        "--packs", metavar="DIR", multiple=True, help="A folder of rule packs, added to the bundled ones."
    )(command)


def policy_option(says: str) -> Callable[[Command], Command]:
    """`--policy`, any number."""
    return click.option("--policy", metavar="ID", multiple=True, help=says)


def country_option(says: str, many: bool = True) -> Callable[[Command], Command]:
    """`--country`, once or any number."""
    return click.option("--country", metavar="NAME", multiple=many, help=says)


def day_of(option: str, text: str | None) -> date | None:
    """The day an option names, or None where it was not given. Raises UsageFault."""
    if text is None:
        return None
    try:
        return parse_day(text)
    except ValueError as err:
        raise UsageFault(f"{option}: no such day; found {clip(text)!r}, expected {err}.") from err


def as_of_day(text: str | None) -> date:
    """The day asked about; today where the option was not given."""
    return day_of("--as-of", text) or date.today()


def folders(names: Sequence[str]) -> list[Path]:
    """Paths of an option that may stand several times."""
    return [Path(name) for name in names]


def assumptions(pairs: Sequence[str]) -> dict[str, str]:
    """`key=value` pairs. Raises UsageFault for a pair without `=`, a key with two values, and NaN and infinities."""
    made: dict[str, str] = {}
    for pair in pairs:
        key, mark, value = (part.strip() for part in pair.partition("="))
        if not mark or not key or not value:
            raise UsageFault(f"--assume: no assumption; found {clip(pair)!r}, expected key=value.")
        if not _is_finite(value):
            expected = "a finite number, or no assumption where nothing is known"
            raise UsageFault(f"--assume: {clip(key)} is no number; found {clip(value)!r}, expected {expected}.")
        if made.setdefault(key, value) != value:
            raise UsageFault(f"--assume: {key} stands twice with two values; found {made[key]!r} and {value!r}.")
    return made


def _is_finite(text: str) -> bool:
    """False for NaN, the infinities, and numbers too large to be any; true for all other text."""
    try:
        return isfinite(float(text))
    except ValueError:
        return True
