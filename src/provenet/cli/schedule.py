"""The command `schedule`: an instance in, a plan out; Ctrl-C keeps the best plan so far."""

from dataclasses import replace

import click

from provenet.cli.command import command
from provenet.cli.door import say, say_json, tell
from provenet.cli.files import files_named, place_of, whole_file
from provenet.cli.progress import ProgressLine
from provenet.core.errors import EXIT_DONE, EXIT_INPUT, EXIT_UNPROVEN
from provenet.tools.settings import ScheduleSettings


@command(ScheduleSettings, case=False)
@click.option("--out", metavar="PLAN.json", help="Write the plan; a large certificate goes to a file beside it.")
def schedule(settings: ScheduleSettings, out: str | None, as_json: bool) -> int:
    """Find what to swap in which period, and the proof.

    The answer says how far the plan is from the best one. INSTANCE is a JSON file in the form of docs/schedule.md.
    Ctrl-C ends the search and keeps the best plan so far. Exit code 3: no plan keeps every limit; the answer names the
    clashing limits and the cheapest relief. 4: the search found no plan, and did not prove that there is none.
    """
    from provenet.tools.instances import run_schedule

    place = None if out is None else place_of("--out", out, files_named(settings))
    with ProgressLine() as line:
        report = run_schedule(replace(settings, heard=line.search))
    if place is not None:
        # The certificate stands before the plan that names it.
        for name, data in sorted(report.files(place.name).items(), key=lambda file: file[0] == place.name):
            with whole_file(place.with_name(name)) as stream:
                stream.write(data)
            tell(f"Written: {place.with_name(name)}")
    say_json({**report.as_dict(), "out": out}) if as_json else say(report.lines())
    if report.plan.status == "infeasible":
        return EXIT_INPUT
    return EXIT_UNPROVEN if report.plan.proof == "none" else EXIT_DONE
