"""The command `schedule`: an instance in, a plan out; Ctrl-C keeps the best plan so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from provenet.cli.door import say, say_json, tell
from provenet.cli.given import bytes_given
from provenet.cli.options import json_option
from provenet.cli.progress import ProgressLine
from provenet.cli.whole_file import place_of, whole_file
from provenet.core.errors import EXIT_DONE, EXIT_INPUT, EXIT_UNPROVEN
from provenet.tools.certify import INSTANCE_CAP_BYTES
from provenet.tools.schedule import schedule_instance

if TYPE_CHECKING:
    from provenet.forms.schedule import Told


@click.command()
@click.argument("instance")
@click.option("--seconds", metavar="N", type=click.FloatRange(0, min_open=True),
              help="Stop after so long, about; the plan then depends on the machine.")  # fmt: skip
@click.option("--seed", metavar="N", type=click.IntRange(0), default=1, show_default=True,
              help="Seed of the search.")  # fmt: skip
@click.option("--solver", metavar="NAME", default="highs", show_default=True,
              help="Solver of the whole model, such as cbc, gurobi or scip, where it is installed.")  # fmt: skip
@click.option("--out", metavar="PLAN.json", help="Write the plan; a large certificate goes to a file beside it.")
@json_option
def schedule(instance: str, seconds: float | None, seed: int, solver: str, out: str | None, as_json: bool) -> int:
    """Find what to swap in which period, how far from the best plan that is, and the proof.

    INSTANCE is a JSON file in the form of docs/schedule.md. Ctrl-C ends the search, and the best plan so far stands.
    Exit code 3: no plan keeps every limit; the clashing limits and the cheapest relief are told. 4: no plan was found,
    and none is proven impossible.
    """
    place = None if out is None else place_of("--out", out, {"INSTANCE": instance})
    given = bytes_given(instance, INSTANCE_CAP_BYTES, "an instance in JSON")
    with ProgressLine() as line:
        made = schedule_instance(
            given, seconds=seconds, seed=seed, solver=solver, heard=lambda told: line(*_heard(told))
        )
    if place is not None:
        # The certificate stands before the plan that names it.
        for name, data in sorted(made.files(place.name).items(), key=lambda file: file[0] == place.name):
            with whole_file(place.with_name(name)) as stream:
                stream.write(data)
            tell(f"Written: {place.with_name(name)}")
    say_json({**made.as_dict(), "out": out}) if as_json else say(made.lines())
    if made.plan.status == "infeasible":
        return EXIT_INPUT
    return EXIT_UNPROVEN if made.plan.proof == "none" else EXIT_DONE


def _heard(told: Told) -> tuple[str, int, int]:
    """How a search stands, in the words of the progress line."""
    what = told.doing
    if told.objective is not None:
        what += f", best {told.objective:,.6g}"
    if told.bound is not None:
        what += f", bound {told.bound:,.6g}"
    if told.objective and told.bound is not None:
        what += f", gap {(told.bound - told.objective) / abs(told.objective):.2%}"
    return what, told.done, told.total
