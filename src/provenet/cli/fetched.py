"""`fetch` for the command line and for Python alike: names of public lists in, files in a folder out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from provenet.cli.given import REGISTRY_CAP_BYTES, bytes_given
from provenet.cli.shelf import Folder
from provenet.tools import fetch as tool
from provenet.tools.fetch import Fetched


def fetch(
    names: Sequence[str] | str,
    into: Path | str = "lists",
    *,
    lists: Path | str | None = None,
    proxy: str | None = None,
    ca: Path | str | None = None,
    timeout: float = 1800.0,
    progress: Callable[[str, int, int], None] | None = None,
) -> Fetched:
    """Downloads public lists by name into a folder, each with its receipt: the one function that goes online.

    `lists` is a registry of your own (docs/fetch.md), `timeout` how many seconds one list may take. A list that fails
    stops no other and is told in `faults`. Raises UsageFault naming every name that is no list, before anything is
    asked; InputFault with every fault of the registry. Cost O(bytes).
    """
    return tool.fetch(
        [names] if isinstance(names, str) else list(names),
        Folder(Path(into)),
        registry=registry_of(lists),
        proxy=proxy,
        ca=None if ca is None else Path(ca),
        total_seconds=float(timeout),
        progress=progress,
    )


def registry_of(place: Path | str | None) -> tuple[str, bytes] | None:
    """A registry's name and bytes; None, the bundled one, where no file is named. Raises InputFault."""
    if place is None:
        return None
    return bytes_given(str(place), REGISTRY_CAP_BYTES, "a registry of lists in TOML")
