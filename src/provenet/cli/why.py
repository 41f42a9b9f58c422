"""The command `why`: the walk from a figure back to its pages."""

import click

from provenet.cli.command import command
from provenet.cli.door import say, say_json
from provenet.verbs.settings import WhySettings


@command(WhySettings)
@click.option("--short", is_flag=True, help="Only the first way to a page, in five lines.")
def why(case: str, settings: WhySettings, *, short: bool, as_json: bool) -> None:
    """Walk a FIGURE of CASE back to its rows and pages.

    FIGURE is an id that is printed beside a figure in a dossier, the beginning of such an id, or any row of a table as
    table:key.
    """
    from provenet.verbs.why import run

    walk = run(case, settings)
    say_json(walk.as_dict()) if as_json else say(walk.first_way if short else [walk.text.rstrip()])
