"""The command `fetch`: names of public lists in, files and their receipts out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click

from provenet.cli import shelf
from provenet.cli.command import command
from provenet.cli.door import say, say_json, tell
from provenet.cli.files import refuse_case_folder
from provenet.cli.progress import ProgressLine
from provenet.core.errors import EXIT_DONE, EXIT_INPUT, InputFault, UsageFault
from provenet.tools.fetch import FetchSettings


@command(FetchSettings, case=False)
@click.option("--list", "show", is_flag=True, help="Show the lists, their issuers, licences and limits; fetch nothing.")
def fetch(settings: FetchSettings, show: bool, as_json: bool) -> int:
    """Download public lists by NAME.

    Only this command and add of an address go online. The server sends a file again only if it has changed. Beside
    each FILE stands FILE.fetched.json: where it came from, its licence, length and SHA-256. Nothing from the
    environment is read or sent: no cookie, no proxy setting, no netrc.
    """
    import provenet

    if show:
        lists = provenet.fetchable(settings.names, settings.lists)
        say_json({"lists": lists}) if as_json else say(list_lines(lists))
        return EXIT_DONE
    if not settings.names:
        raise UsageFault("fetch: no list is named; expected NAME..., or --list to see their names.")
    refuse_case_folder("--into", Path(settings.into))
    with ProgressLine() as progress:
        report = shelf.run(replace(settings, progress=progress))
    faults = InputFault(report.faults) if report.faults else None
    if as_json:
        say_json({"into": str(settings.into), "lists": report.lists, **(faults.as_dict() if faults else {})})
    else:
        say(fetch_lines(report.lists, settings.into))
    if faults is None:
        return EXIT_DONE
    tell(str(faults))
    return EXIT_INPUT


def fetch_lines(lists: Sequence[Mapping[str, object]], into: Path) -> Iterator[str]:
    """One line per list that came or was there already."""
    for each in lists:
        content = f"{each['length_bytes']} bytes, sha256 {each['sha256']}"
        yield f"{each['name']}: {each['state']}, {into / str(each['file'])}, {content}"


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
