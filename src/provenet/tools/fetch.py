"""The tool `fetch`: public lists by name onto a shelf."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from provenet.core.errors import Fault, InputFault, UsageFault, nearest

if TYPE_CHECKING:
    from provenet.core.progress import Progress
    from provenet.download.exchange import Shelf
    from provenet.download.remote import RemoteList


@dataclass(frozen=True)
class Fetched:
    """The lists that came or were there already, in the order asked for, and a fault for each that did not."""

    lists: list[dict[str, object]]
    faults: list[Fault]


def fetch(
    names: Sequence[str],
    shelf: Shelf,
    registry: tuple[str, bytes] | None = None,
    proxy: str | None = None,
    ca: Path | None = None,
    total_seconds: float = 1800.0,
    progress: Progress | None = None,
) -> Fetched:
    """Downloads public lists by name onto a shelf, each apart: one that fails stops no other.

    `registry` is a file's name and bytes, used in place of the bundled lists. Raises UsageFault naming every name that
    is no list, before anything is asked; InputFault with every fault of the registry. Cost O(bytes).
    """
    from provenet.download.fetch import Limits, Way, fetch_list, parse_proxy

    chosen = _chosen(names, registry)
    way = Way(None if proxy is None else parse_proxy(proxy), ca, Limits(total_seconds=total_seconds))
    lists: list[dict[str, object]] = []
    faults: list[Fault] = []
    for entry in chosen:
        try:
            got = fetch_list(entry, shelf, way, progress)
        except InputFault as err:
            faults.extend(err.faults)
        else:
            lists.append({**got.receipt.as_dict(), "state": got.state, "file": entry.file})
    return Fetched(lists, faults)


def fetchable(names: Sequence[str] = (), registry: tuple[str, bytes] | None = None) -> list[dict[str, object]]:
    """What may be fetched: all lists of a registry, or those named. Raises as `fetch` does."""
    return [entry.as_dict() for entry in _chosen(names, registry, every=not names)]


def _chosen(names: Sequence[str], registry: tuple[str, bytes] | None, every: bool = False) -> list[RemoteList]:
    from provenet.download.remote import bundled_registry, read_registry

    known = bundled_registry() if registry is None else read_registry(*registry)
    wrong = []
    for name in dict.fromkeys(names):
        if name not in known:
            close = nearest(name, known)
            wrong.append(f"{name!r}" + (f" (nearest: {close})" if close else ""))
    if wrong:
        raise UsageFault(f"fetch: no such list; found {', '.join(wrong)}. Expected a name that fetch --list shows.")
    return list(known.values()) if every else [known[name] for name in dict.fromkeys(names)]
