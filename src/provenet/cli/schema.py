"""The command `schema`: the settings of a verb or tool as JSON Schema."""

import click

from provenet.cli.command import SettingsCommand
from provenet.cli.door import say_json
from provenet.cli.main import load_all
from provenet.core.errors import UsageFault, hint_at, nearest


@click.command()
@click.argument("verb", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object; so does the command without it.")
def schema(verb: str | None, as_json: bool) -> None:
    """Print the settings of VERB as JSON Schema.

    Without VERB, those of every verb. The properties are the keywords of the call from Python, the same that a run
    stores.
    """

    known = {name: one.settings.schema() for name, one in load_all().items() if isinstance(one, SettingsCommand)}
    if verb is None:
        say_json(known)
        return
    if verb not in known:
        hint = hint_at(nearest(verb, known))
        raise UsageFault(f"schema: no such verb; found {verb!r}, expected one of {', '.join(known)}.{hint}")
    say_json(known[verb])
