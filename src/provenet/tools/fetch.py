"""The tool `fetch`: public lists by name onto a shelf."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from provenet.core.errors import Fault, InputFault, UsageFault, nearest
from provenet.core.packages import require
from provenet.core.settings import FileLike, Number, Option, ProgressSettings, Range, Words, settings_class
from provenet.download.lists import RemoteList, bundled_registry, read_registry
from provenet.tools.files import bytes_of

if TYPE_CHECKING:
    from provenet.download.fetch import Shelf

REGISTRY_CAP_BYTES = 2**20
"""The most of a registry of lists that is looked at."""
LONGEST_SECONDS = 86_400


@settings_class(kw_only=False)
class FetchSettings(ProgressSettings):
    """Which lists to download, where to, and through what."""

    names: Annotated[Words, Option(argument=True, metavar="[NAME]...", help="Names of lists.")] = ()
    into: Annotated[Path, Option(metavar="DIR", help="The folder for the files.")] = Path("lists")
    _: KW_ONLY
    lists: Annotated[Path | None, Option(help="Your own registry in place of the bundled one (docs/fetch.md).")] = None
    proxy: Annotated[str | None, Option(metavar="URL", help="Use this proxy, http://host:port (default: none).")] = None
    ca: Annotated[Path | None, Option(help="Certificates of authorities in PEM, in place of certifi's.")] = None
    timeout: Annotated[
        Number,
        Option(metavar="SECONDS", range=Range(above=0, high=LONGEST_SECONDS), help="How long one list may take."),
    ] = 1800


@dataclass(frozen=True)
class FetchReport:
    """The lists that came or were there already, in the order named, and a fault for each that did not."""

    lists: list[dict[str, object]]
    faults: list[Fault]


def run(settings: FetchSettings, shelf: Shelf) -> FetchReport:
    """Downloads public lists by name onto a shelf, each apart: one that fails stops no other.

    `lists` is a registry of your own (docs/fetch.md), `timeout` how many seconds one list may take. Raises UsageFault
    naming every name that is no list, before anything is requested; InputFault with every fault of the registry. Cost
    O(bytes).
    """
    require("online")
    from provenet.download.fetch import Timeouts, Way, fetch_list, parse_proxy

    chosen = _chosen(settings.names, settings.lists)
    proxy = None if settings.proxy is None else parse_proxy(settings.proxy)
    way = Way(proxy, settings.ca, Timeouts(total_seconds=float(settings.timeout)))
    lists: list[dict[str, object]] = []
    faults: list[Fault] = []
    for entry in chosen:
        try:
            got = fetch_list(entry, shelf, way, progress=settings.progress)
        except InputFault as err:
            faults.extend(err.faults)
        else:
            lists.append({**got.receipt.model_dump(), "state": got.state, "file": entry.file})
    return FetchReport(lists, faults)


def fetchable(names: Sequence[str] | str = (), registry: FileLike | None = None) -> list[dict[str, object]]:
    """What may be fetched: all lists of a registry, or those named. Raises as `fetch` does."""
    names = [names] if isinstance(names, str) else names
    return [entry.as_dict() for entry in _chosen(names, registry, every=not names)]


def _chosen(names: Sequence[str], registry: FileLike | None, every: bool = False) -> list[RemoteList]:

    if registry is None:
        known = bundled_registry()
    else:
        file = registry if isinstance(registry, tuple) else Path(registry)
        known = read_registry(*bytes_of(file, REGISTRY_CAP_BYTES, "a registry of lists in TOML"))
    wrong = []
    for name in dict.fromkeys(names):
        if name not in known:
            close = nearest(name, known)
            wrong.append(f"{name!r}" + (f" (nearest: {close})" if close else ""))
    if wrong:
        raise UsageFault(f"fetch: no such list; found {', '.join(wrong)}. Expected a name that fetch --list shows.")
    return list(known.values()) if every else [known[name] for name in dict.fromkeys(names)]
