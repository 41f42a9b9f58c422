"""The commands that pages of docs/ show are verbs of the command line, with options and values that it takes."""

import re
import shlex
from collections.abc import Iterator

import click
import pytest

from contracts.sources import ROOT
from provenet.cli.command import NOT_GIVEN, SettingsCommand
from provenet.cli.main import COMMANDS, load
from provenet.core.settings import Settings

FENCE = re.compile(r"^```(?:console|sh)?\n(.*?)^```", re.M | re.S)
PAGES = {page.name: page.read_text("utf-8") for page in sorted((ROOT / "docs").glob("*.md")) if page.stem != "manual"}
ROUTES = ("expose.md", "route.md", "ladder.md")
"""Pages that must show commands in blocks."""


def lines_of(text: str) -> Iterator[str]:
    """Every command in a block of a page, on one line: lines that end in a backslash are joined."""
    for block in FENCE.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            bare = line.removeprefix("$ ").strip()
            if bare.startswith("provenet "):
                yield bare


def parse(line: str) -> Settings | None:
    """The settings of a command, read but not run. Raises what the command line raises."""
    _, verb, *words = shlex.split(line, comments=True)
    command = load(verb)
    given = command.make_context(verb, words).params
    if not isinstance(command, SettingsCommand):
        return None
    options = list(command.settings.every_option())
    today = {option.name: "2026-11-27" for option in options if option.today}
    own = {option.name: given[option.name] for option in options if given.get(option.name) not in NOT_GIVEN}
    return command.settings.from_words(today | own)


@pytest.mark.parametrize("page", PAGES)
def test_every_command_in_a_block_parses(page: str) -> None:
    shown = list(lines_of(PAGES[page]))
    assert shown or page not in ROUTES
    for line in shown:
        try:
            parse(line)
        except click.UsageError as err:
            pytest.fail(f"docs/{page}: {line}\n{err.format_message()}")


@pytest.mark.parametrize("page", PAGES)
def test_every_command_in_a_sentence_has_its_verb_and_options(page: str) -> None:
    for text in re.findall(r"(?<!`)`provenet ([^`\n]+)`", FENCE.sub("", PAGES[page])):
        verb, *words = text.split()
        if not re.fullmatch(r"[a-z][a-z-]+", verb):
            continue
        assert verb in COMMANDS, (page, text)
        known = {name for param in load(verb).params for name in param.opts} | {"--help"}
        assert [word for word in words if word.startswith("--") and word not in known] == [], (page, text)


def test_a_command_that_the_line_refuses_is_found() -> None:
    shown = "$ provenet ladder GRAPH \\\n    --restricted x --widen 3  # no such option\n$ provenet ladder GRAPH\n"
    first, second = lines_of(f"```console\n{shown}```")
    with pytest.raises(click.NoSuchOption):
        parse(first)
    with pytest.raises(click.MissingParameter):
        parse(second)
