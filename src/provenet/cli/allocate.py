"""The command `allocate`: an instance in, an award out; Ctrl-C keeps the best award so far."""

from dataclasses import replace

import click

from provenet.cli.command import command
from provenet.cli.door import say, say_json, tell
from provenet.cli.files import files_named, place_of, whole_file
from provenet.cli.progress import ProgressLine, search_words
from provenet.tools.settings import AllocateSettings


@command(AllocateSettings, case=False)
@click.option("--out", metavar="RESULT.json", help="Write the award with its bound and the frontier.")
def allocate(settings: AllocateSettings, out: str | None, as_json: bool) -> None:
    """Find how much aid to offer to which carrier.

    Under a budget, the most demand becomes clear; the answer says how far from the best it is. INSTANCE is a JSON file
    in the form of docs/allocate.md: carriers with the amounts on offer and their price gaps by scenario, and demands
    that are clear where all their carriers choose clear. Ctrl-C ends the search and keeps the best award so far.
    """
    from provenet.tools.instances import run_allocate

    place = None if out is None else place_of("--out", out, files_named(settings))
    with ProgressLine() as line:
        report = run_allocate(replace(settings, heard=lambda state: line(search_words(state), state.done, state.total)))
    if place is not None:
        with whole_file(place) as stream:
            stream.write(report.file())
        tell(f"Written: {place}")
    say_json({**report.as_dict(), "out": out}) if as_json else say(report.lines())
