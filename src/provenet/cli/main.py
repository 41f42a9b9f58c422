"""The command `provenet`: one group, one verb per command. Loads nothing heavy, so that `--help` is instant."""

from __future__ import annotations

import sys
from typing import NoReturn

import click

from provenet.cli.ach import ach
from provenet.cli.add import add
from provenet.cli.allocate import allocate
from provenet.cli.brief import brief
from provenet.cli.certify import certify
from provenet.cli.check import check
from provenet.cli.demo import demo
from provenet.cli.depend import depend
from provenet.cli.diff import diff
from provenet.cli.door import Door
from provenet.cli.export import export
from provenet.cli.expose import expose
from provenet.cli.fetch import fetch
from provenet.cli.fund import fund
from provenet.cli.hegemony import hegemony
from provenet.cli.influence import influence
from provenet.cli.ladder import ladder
from provenet.cli.new import new
from provenet.cli.plan import plan
from provenet.cli.schedule import schedule
from provenet.cli.schema import schema
from provenet.cli.screen import screen
from provenet.cli.status import run, status
from provenet.cli.transit import transit
from provenet.cli.vendor_influence import vendor_influence
from provenet.cli.why import why
from provenet.core.digest import VERSION
from provenet.core.errors import UsageFault, nearest


class Verbs(click.Group):
    """The verbs in the order in which a case meets them; a mistyped one is answered with the nearest."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs, in the order they were added."""
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command a word names. Raises UsageFault naming the nearest."""
        word = args[0]
        if word not in self.commands and not word.startswith("-"):
            close = nearest(word, self.commands)
            hint = f" Nearest: {close}." if close else ""
            verbs = ", ".join(self.commands)
            raise UsageFault(f"provenet: no such verb; found {word!r}, expected one of {verbs}.{hint}")
        return super().resolve_command(ctx, args)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, prog_name="provenet", message="%(prog)s %(version)s")
def cli() -> None:
    """Whose equipment carries the traffic we depend on, and what does it take to change that?

    A case is a folder of tables. Verbs read tables and write tables; every number can be walked back to a row
    somebody supplied and a page somebody published. Start with `provenet demo`.

    Exit codes: 0 done, 1 check found errors or certify refused, 2 the call is wrong, 3 the input is wrong
    or no plan keeps every limit, 4 nothing is proven.
    """


_VERBS = (new, add, check, screen, ach, depend, expose, plan, fund, brief, export, why, diff, status, run, demo)
_TOOLS = (ladder, hegemony, transit, vendor_influence, influence, schedule, certify, allocate, fetch, schema)
for _verb in _VERBS + _TOOLS:
    cli.add_command(_verb)


def main(args: list[str] | None = None) -> NoReturn:
    """Runs one command and exits with its code; whatever goes wrong becomes sentences."""
    words = list(sys.argv[1:] if args is None else args) or ["--help"]
    # Not `cli.main`: click would end a broken pipe with code 1, which here means that check found errors.
    with Door(as_json="--json" in words) as door, cli.make_context("provenet", words) as context:
        door.code = cli.invoke(context) or 0
    sys.exit(door.code)
