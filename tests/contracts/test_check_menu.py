"""docs/check.md is the menu that the program has: every check with what it finds, how grave it is, and the repair."""

import re

from click.testing import CliRunner

from contracts.sources import ROOT
from provenet.case.check import GROUPS
from provenet.cli.main import cli, load_all
from provenet.verbs.check import check_menu

PAGE = (ROOT / "docs" / "check.md").read_text("utf-8")
ROW = re.compile(r"^\| `([a-z-]+)` \| (error|warning) \| (.+?) \| (.+?) \|$", re.M)


def test_the_page_lists_every_check_as_it_is() -> None:
    told = []
    for section in re.split(r"^## ", PAGE, flags=re.M)[1:]:
        group = section.partition(":")[0]
        told += [(found[1], group, found[2], found[3], found[4]) for found in ROW.finditer(section)]
    assert told == [(m["id"], m["group"], m["severity"], m["says"], m["repair"]) for m in check_menu()]
    assert len(told) > 45


def test_the_page_has_the_groups_as_they_are() -> None:
    assert re.findall(r"^## ([a-z]+): (.+)$", PAGE, flags=re.M) == list(GROUPS.items())


def test_the_commands_of_the_page_are_options_of_the_verb() -> None:
    block = re.search(r"```text\n(.*?)```", PAGE, flags=re.S)
    assert block is not None
    known = {word for param in load_all()["check"].params for word in param.opts}
    used = set(re.findall(r"--[a-z-]+", block[1]))
    assert used <= known
    assert known - used - {"--json", "case"} == set()


def test_the_menu_is_printed_without_a_case() -> None:
    printed = CliRunner().invoke(cli, ["check", "--list"], standalone_mode=False).output
    for entry in check_menu():
        assert re.search(rf"^  {entry['id']} +{entry['severity']} +{re.escape(entry['says'])}$", printed, flags=re.M)
