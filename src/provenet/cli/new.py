"""The command `new`."""

from provenet.cli.command import command
from provenet.cli.door import say, say_json
from provenet.verbs.settings import NewSettings


@command(NewSettings)
def new(case: str, settings: NewSettings, as_json: bool) -> None:
    """Make an empty case in CASE, a new folder.

    --template also writes the tables to fill in, with remarks and examples, into the folder CASE-tables.
    """
    from provenet.verbs.new import run

    made = run(case, settings)
    lines = [f"Made the empty case {made.case}."]
    if made.folder is None:
        lines.append(f"Next: provenet add {made.case} FILE...")
    else:
        pack = f" {made.folder}/policy.yml" if "policy.yml" in made.files else ""
        lines += [
            f"Wrote {len(made.files)} files to fill in: {made.folder}. Begin with README.md.",
            f"Next: provenet add {made.case} {made.folder}/*.csv{pack}",
        ]
    say_json(made.as_dict()) if as_json else say(lines)
