"""The command `fetch`: names of public lists in, files and their receipts out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from provenet.cli.door import say, say_json, tell
from provenet.cli.options import json_option
from provenet.cli.progress import ProgressLine
from provenet.core.errors import EXIT_DONE, EXIT_INPUT, InputFault, UsageFault

LONGEST_SECONDS = 86_400


@click.command()
@click.argument("names", metavar="[NAME...]", nargs=-1)
@click.option("--into", metavar="DIR", default="lists", show_default=True, help="The folder the files are put in.")
@click.option("--list", "show", is_flag=True, help="Show the lists, their issuers, licences and limits; fetch nothing.")
@click.option("--lists", metavar="FILE", help="A registry of your own in place of the bundled one (docs/fetch.md).")
@click.option("--proxy", metavar="URL", help="Go through this proxy, http://host:port (default: none).")
@click.option("--ca", metavar="FILE", help="Certificates of authorities in PEM, in place of this machine's.")
@click.option(
    "--timeout", metavar="SECONDS", type=click.IntRange(1, LONGEST_SECONDS), default=1800, show_default=True,
    help="How long one list may take.",
)  # fmt: skip
@json_option
def fetch(
    names: tuple[str, ...],
    into: str,
    show: bool,
    lists: str | None,
    proxy: str | None,
    ca: str | None,
    timeout: int,
    as_json: bool,
) -> int:
    """Download public lists by NAME: the one verb that goes online.

    A file that has not changed is not sent again; a download that broke off goes on where it stopped, if the server
    can. Beside each FILE stands FILE.fetched.json: where it came from, its licence, length and SHA-256. Nothing of
    the environment is sent or read: no cookie, no proxy setting, no netrc.
    """
    import provenet
    from provenet.cli import fetched

    if show:
        return _show(provenet.fetchable(names, fetched.registry_of(lists)), as_json)
    if not names:
        raise UsageFault("fetch: no list is named; expected NAME..., or --list to see their names.")
    with ProgressLine() as progress, _parts_told(Path(into)):
        found = fetched.fetch(names, into, lists=lists, proxy=proxy, ca=ca, timeout=timeout, progress=progress)
    faults = InputFault(found.faults) if found.faults else None
    if as_json:
        say_json({"into": into, "lists": found.lists, **(faults.as_dict() if faults else {})})
    else:
        say(fetch_lines(found.lists, Path(into)))
    if faults is None:
        return EXIT_DONE
    tell(str(faults))
    return EXIT_INPUT


@contextmanager
def _parts_told(into: Path) -> Iterator[None]:
    """Where Ctrl-C falls, says which parts stay for the next run."""
    try:
        yield
    except KeyboardInterrupt:
        parts = ", ".join(str(part) for part in sorted(into.glob("*.part")))
        if parts:
            tell(f"fetch: what came so far stays in {parts}; the next run goes on there.")
        raise


def _show(lists: Sequence[Mapping[str, object]], as_json: bool) -> int:
    say_json({"lists": list(lists)}) if as_json else say(list_lines(lists))
    return EXIT_DONE


def fetch_lines(lists: Sequence[Mapping[str, object]], into: Path) -> Iterator[str]:
    """One line per list that came or was there already."""
    for each in lists:
        told = f"{each['length_bytes']} bytes, sha256 {each['sha256']}"
        yield f"{each['name']}: {each['state']}, {into / str(each['file'])}, {told}"


def list_lines(lists: Sequence[Mapping[str, object]]) -> Iterator[str]:
    """Four lines per list, five where `add` reads it."""
    for each in lists:
        yield f"{each['name']}: {each['title']}"
        yield f"    {each['says']}"
        yield f"    Issuer: {each['issuer']}. Licence: {each['licence']}."
        yield f"    {each['url']}, at most {_size(each['cap_bytes'])}"
        if each["layout"]:
            yield f"    provenet add reads it as {each['layout']}"


def _size(count: object) -> str:
    size = int(str(count))
    return f"{size / 1_000_000:g} MB" if size >= 1_000_000 else f"{size} bytes"
