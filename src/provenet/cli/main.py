"""The command `provenet`: one group, one verb per command. Loads nothing heavy, so that `--help` is instant."""

import gc
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import NoReturn

import click

from provenet.cli.door import Door
from provenet.core.digest import VERSION
from provenet.core.errors import UsageFault, hint_at, nearest

COMMANDS = {
    "new": "Make an empty case in CASE, a new folder.",
    "add": "Read outside FILEs into the tables of CASE.",
    "check": "Look for what does not fit together in CASE.",
    "screen": "Say what each policy says of the vendors in CASE.",
    "ach": "Hold claims about VENDOR against competing readings.",
    "depend": "Work out how much rests on whom in CASE.",
    "expose": "Say what routes of sensitive networks in CASE cross.",
    "plan": "Plan what carriers of CASE swap when, with proof.",
    "fund": "Find the aid that makes carriers buy clear equipment.",
    "ask": "Answer a QUESTION about each country of CASE.",
    "brief": "Write the dossier of a country, as HTML and PDF.",
    "export": "Write rows of CASE to one file, or a plan for planners.",
    "why": "Walk a FIGURE of CASE back to its rows and pages.",
    "diff": "Say what changed between A and B, and what caused it.",
    "retract": "Let an INPUT of CASE count no more, or again.",
    "status": "Say what stands in CASE, what is stale, what to run.",
    "run": "Bring every earlier result of CASE up to date.",
    "serve": "Show CASE in a browser on this machine.",
    "site": "Write the public pages of CASE as files into OUT.",
    "demo": "Build the bundled case in OUT, with its dossiers.",
    "inventory": "Say who made the devices of a network.",
    "ladder": "Say whether routes can avoid networks, and who moves.",
    "route": "Explain the route between two networks, hop by hop.",
    "hegemony": "Say over which networks paths lead: AS hegemony.",
    "transit": "Say who carries a country's addresses in by transit.",
    "vendor-influence": "Say how much is reached over a vendor's equipment.",
    "vendors": "Identify whose routers answered in public scans.",
    "paths": "Find which measured paths cross restricted devices.",
    "inside": "Say what traffic crosses inside your own network.",
    "schedule": "Find what to swap in which period, and the proof.",
    "certify": "Check a plan against its instance, without a solver.",
    "allocate": "Find how much aid to offer to which carrier.",
    "test": "Run the worked cases of rule packs.",
    "fetch": "Download public lists by NAME.",
    "schema": "Print the settings of VERB as JSON Schema.",
}
"""Each command with its line in `provenet --help`, in the order in which a case meets them; then the tools. A command
stands in the module of its name in this folder and is loaded when it is called."""
MODULES = {"run": "status"}
"""Commands that stand in another's module."""
GARBAGE_COUNT = 50_000
"""How many more containers may stand before Python looks for cycles among them. The rows of a case are no garbage until
the command ends: looking through them at Python's own 700 took a tenth of the demo, and freed nothing that counts."""


class Verbs(click.Group):
    """The verbs in the order in which a case meets them; a mistyped one is answered with the nearest."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands, in order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, loaded."""
        return load(cmd_name) if cmd_name in COMMANDS else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands with their lines; none is loaded for it."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command a word names. Raises UsageFault naming the nearest."""
        word = args[0]
        if word not in COMMANDS and not word.startswith("-"):
            hint = hint_at(nearest(word, COMMANDS))
            raise UsageFault(f"provenet: no such verb; found {word!r}, expected one of {', '.join(COMMANDS)}.{hint}")
        return super().resolve_command(ctx, args)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, prog_name="provenet", message="%(prog)s %(version)s")
def cli() -> None:
    """Whose equipment carries the traffic we depend on, and what does it take to change that?

    A case is a folder of tables. Verbs read tables and write tables; every number can be walked back to a row
    somebody supplied and a page somebody published. Start with `provenet demo`.

    Exit codes: 0 done, 1 check found errors, certify refused or test found a rule not covered, 2 the call is
    wrong, 3 the input is wrong or no plan keeps every limit, 4 nothing is proven.
    """


def load(name: str) -> click.Command:
    """A command by its name."""
    module = import_module(f"provenet.cli.{MODULES.get(name, name.replace('-', '_'))}")
    command = getattr(module, name.replace("-", "_"))
    assert isinstance(command, click.Command)
    return command


def load_all() -> Mapping[str, click.Command]:
    """Every command, by name, in order."""
    return {name: load(name) for name in COMMANDS}


def main(args: list[str] | None = None) -> NoReturn:
    """Runs one command and exits with its code; whatever goes wrong becomes sentences."""
    gc.set_threshold(GARBAGE_COUNT, 20, 20)
    words = list(sys.argv[1:] if args is None else args) or ["--help"]
    # Not `cli.main`: click would end a broken pipe with code 1, which here means that check found errors.
    with Door(as_json="--json" in words) as door, cli.make_context("provenet", words) as context:
        door.code = cli.invoke(context) or 0
    sys.exit(door.code)
