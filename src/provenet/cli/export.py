"""The command `export`: rows of a case as one file."""

from __future__ import annotations

import click

from provenet.cli.door import say, say_json
from provenet.cli.files import place_of, whole_file
from provenet.cli.options import json_option
from provenet.core.errors import EXIT_DONE


@click.command()
@click.argument("case")
@click.argument("run", required=False)
@click.option(
    "--as",
    "form",
    type=click.Choice(["csv", "xlsx", "mspdi"]),
    default="csv",
    show_default=True,
    help="One table as CSV; or a plan as an Excel workbook, or as XML for Microsoft Project and ProjectLibre.",
)
@click.option("--table", "name", metavar="TABLE", help="The table that --as csv writes (default: the steps of a plan).")
@click.option("--out", metavar="FILE", required=True, help="The file to write; one that stands there is replaced.")
@json_option
def export(case: str, run: str | None, form: str, name: str | None, out: str, as_json: bool) -> int:
    """Write rows of CASE to one file: a table as CSV, or a plan for planners.

    RUN is the id of a run or of a plan, or a beginning that is no other's; each verb prints the id of its runs.
    Without RUN the rows of --table that stand are written. Cells that a spreadsheet would run as a formula get a
    leading apostrophe. docs/plan-outputs.md tells what each file holds.
    """
    from provenet.verbs import export as exporting

    place = place_of("--out", out, [("CASE", case)])
    made = exporting.export(case, run, form=form, name=name)
    with whole_file(place) as stream:
        stream.write(made.data)
    if as_json:
        say_json({**made.as_dict(), "out": out})
    else:
        what = made.table or "plan"
        say([f"{out}: {made.row_count} rows of {what} as {made.form}, {len(made.data):,} bytes."])
    return EXIT_DONE
