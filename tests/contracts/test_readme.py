"""What the README and the manual of the repository promise exists."""

from __future__ import annotations

import re

from contracts.sources import PACKAGE, ROOT
from provenet.cli.main import cli

README = (ROOT / "README.md").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")


def shown_lines() -> list[str]:
    """The lines of the README's code blocks."""
    return [line for block in re.findall(r"```[a-z]*\n(.*?)```", README, flags=re.S) for line in block.splitlines()]


def test_every_target_shown_is_in_the_makefile() -> None:
    named = set(re.findall(r"\bmake ([a-z-]+)", README))
    assert {"demo", "test"} <= named
    assert [t for t in sorted(named) if not re.search(rf"^{re.escape(t)}:", MAKEFILE, flags=re.M)] == []


def test_every_command_shown_is_a_verb_with_those_options() -> None:
    shown = [line for line in shown_lines() if re.match(r"(\$ )?(\.venv/bin/)?provenet ", line)]
    assert len(shown) >= 5
    for line in shown:
        words = line.split("provenet ", 1)[1].split("#")[0].split()
        command = cli.commands[words[0]]
        known = {word for param in command.params for word in param.opts}
        assert [w for w in words if w.startswith("--") and w.split("=")[0] not in known] == [], line


def test_every_verb_is_told() -> None:
    assert [name for name in cli.commands if f"`{name}" not in README] == []


def test_every_path_told_exists() -> None:
    named = set(re.findall(r"\]\(([^)#]+)\)", README))
    assert named
    assert [p for p in sorted(named) if "://" not in p and not (ROOT / p).exists()] == []


def test_every_line_of_the_tree_exists() -> None:
    tree = next(block for block in re.findall(r"```text\n(.*?)```", README, flags=re.S) if "src/provenet/" in block)
    rooms = re.findall(r"^  ([a-z_]+(?:/|\.py))", tree, flags=re.M)
    assert len(rooms) > 8
    assert [room for room in rooms if not (PACKAGE / room).exists()] == []
