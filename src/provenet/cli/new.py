"""The command `new`."""

from __future__ import annotations

from provenet.cli.command import command
from provenet.cli.door import say, say_json
from provenet.core.errors import EXIT_DONE
from provenet.verbs.new import NewSettings, run


@command(NewSettings)
def new(case: str, settings: NewSettings, as_json: bool) -> int:
    """Make an empty case in CASE, a new folder."""
    made = run(case, settings)
    lines = [f"Made the empty case {made.case}.", f"Next: provenet add {made.case} FILE..."]
    say_json(made.as_dict()) if as_json else say(lines)
    return EXIT_DONE
