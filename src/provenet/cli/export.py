"""The command `export`: rows of a case as one file."""

import click

from provenet.cli.command import command
from provenet.cli.door import say, say_json
from provenet.cli.files import place_of, whole_file
from provenet.verbs.settings import ExportSettings


@command(ExportSettings)
@click.option("--out", metavar="FILE", required=True, help="The file to write, also in place of one that stands there.")
def export(case: str, settings: ExportSettings, *, out: str, as_json: bool) -> None:
    """Write rows of CASE to one file, or a plan for planners.

    RUN is the id of a run or of a plan, or a unique beginning of one; each verb prints the id of its runs. Without RUN
    the current rows of --table are written. Cells that a spreadsheet would run as a formula get a leading apostrophe.
    docs/plan-outputs.md describes each kind of file.
    """
    from provenet.verbs.export import run

    place = place_of("--out", out, [("CASE", case)])
    made = run(case, settings)
    with whole_file(place) as stream:
        stream.write(made.data)
    if as_json:
        say_json({**made.as_dict(), "out": out})
    else:
        what = made.table or "plan"
        say([f"{out}: {made.row_count} rows of {what} as {made.form}, {len(made.data):,} bytes."])
