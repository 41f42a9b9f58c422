"""The command `allocate`: an instance in, an award out; Ctrl-C keeps the best award so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from provenet.cli.door import say, say_json, tell
from provenet.cli.given import bytes_given
from provenet.cli.options import json_option
from provenet.cli.progress import ProgressLine
from provenet.cli.whole_file import place_of, whole_file
from provenet.core.errors import EXIT_DONE
from provenet.tools.allocate import allocate_aid
from provenet.tools.certify import INSTANCE_CAP_BYTES

if TYPE_CHECKING:
    from provenet.forms.schedule import Told


@click.command()
@click.argument("instance")
@click.option("--seconds", metavar="N", type=click.FloatRange(0, min_open=True),
              help="Stop after so long, about; the award then depends on the machine.")  # fmt: skip
@click.option("--out", metavar="RESULT.json", help="Write the award with its bound and the frontier.")
@json_option
def allocate(instance: str, seconds: float | None, out: str | None, as_json: bool) -> int:
    """Find which carrier to offer how much under a budget, so that the most demand becomes clear, and how good that is.

    INSTANCE is a JSON file in the form of docs/allocate.md: carriers with the amounts on offer and their price gaps by
    scenario, and demands that are clear where all their carriers choose clear. Ctrl-C ends the search, and the best
    award so far stands.
    """
    place = None if out is None else place_of("--out", out, {"INSTANCE": instance})
    given = bytes_given(instance, INSTANCE_CAP_BYTES, "an instance in JSON")
    with ProgressLine() as line:
        made = allocate_aid(given, seconds=seconds, heard=lambda told: line(*_heard(told)))
    if place is not None:
        with whole_file(place) as stream:
            stream.write(made.file())
        tell(f"Written: {place}")
    say_json({**made.as_dict(), "out": out}) if as_json else say(made.lines())
    return EXIT_DONE


def _heard(told: Told) -> tuple[str, int, int]:
    """How a search stands, in the words of the progress line."""
    what = told.doing
    if told.objective is not None and told.bound is not None:
        what += f", best {told.objective:,.6g}, bound {told.bound:,.6g}"
        if told.objective:
            what += f", gap {(told.bound - told.objective) / told.objective:.2%}"
    return what, told.done, told.total
