"""The manual says what the command line and the dictionary say."""

import re

import click
import write_manual

from contracts.sources import ROOT
from provenet.cli.main import COMMANDS, load_all

MANUAL = (ROOT / "docs" / "manual.md").read_text("utf-8")


def test_the_manual_is_what_its_writer_writes() -> None:
    assert write_manual.manual() == MANUAL, "docs/manual.md is out of date; run: make manual"


def test_every_verb_and_option_is_in_the_manual() -> None:
    for name, command in load_all().items():
        assert f"### `provenet {name}" in MANUAL
        for option in (p for p in command.params if isinstance(p, click.Option)):
            assert all(f"`{word}`" in MANUAL for word in option.opts), (name, option.opts)


def test_every_verb_and_option_of_the_manual_exists() -> None:
    sections = re.split(r"^### `provenet ([\w-]+)[^\n]*`$", MANUAL.partition("## Exit codes")[0], flags=re.M)[1:]
    assert sections[::2] == list(load_all())
    for name, text in zip(sections[::2], sections[1::2], strict=True):
        have = {word for param in load_all()[name].params for word in param.opts}
        assert set(re.findall(r"^- `(--[a-z-]+)`", text, flags=re.M)) <= have


def test_every_verb_prints_json_on_request() -> None:
    assert [n for n, c in load_all().items() if "--json" not in {w for p in c.params for w in p.opts}] == []


def test_every_option_says_what_it_does() -> None:
    silent = [
        (name, option.name)
        for name, command in load_all().items()
        for option in command.params
        if isinstance(option, click.Option) and not option.help
    ]
    assert silent == []


def test_the_line_of_a_command_is_the_first_of_its_help() -> None:
    assert {name: (command.help or "").partition("\n")[0] for name, command in load_all().items()} == COMMANDS
