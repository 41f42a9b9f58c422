"""Decisions: each stands in the index once, and every number that is named anywhere is one of them."""

import re
from collections.abc import Iterator
from pathlib import Path

from contracts.sources import ROOT, name_of

FOLDER = ROOT / "docs" / "decisions"
INDEX = (FOLDER / "README.md").read_text("utf-8")
NUMBERS = [path.name[:4] for path in FOLDER.glob("[0-9]*.md")]
FOLDED, SUCCESSORS = (
    [number for cell in column for number in cell.split(", ")]
    for column in zip(*re.findall(r"^\| ([0-9, ]+) \| (\d{4}) \|$", INDEX, flags=re.M), strict=True)
)
NAMED = re.compile(r"(?:[Dd]ecisions?/?[ \n]|decisions/)(0\d{3}(?:(?:, | and |, and )0\d{3})*)")
"""Where a text names decisions: "decision 0003", "decisions 0002, 0003 and 0012", "decisions/0022-reading"."""
KINDS = {"", ".ipynb", ".j2", ".js", ".md", ".po", ".py", ".toml", ".yml"}


def texts() -> Iterator[tuple[Path, str]]:
    """Every text of ours, by its place."""
    tops = [ROOT / top for top in ("src", "tests", "docs", "changes", "scripts", "benchmarks")]
    for path in [*ROOT.glob("*.*"), ROOT / "Makefile", *(path for top in tops for path in top.rglob("*"))]:
        if path.is_file() and path.suffix in KINDS and "vendor" not in path.parts:
            yield path, path.read_text("utf-8", errors="ignore")


def test_every_decision_stands_in_the_index_once() -> None:
    listed = re.findall(r"^- \[(\d{4})\]\(([^)]+)\) \S", INDEX, flags=re.M)
    assert sorted(listed) == sorted((path.name[:4], path.name) for path in FOLDER.glob("[0-9]*.md"))
    assert len(set(NUMBERS)) == len(NUMBERS)


def test_a_number_is_used_once_and_a_folded_one_has_a_successor() -> None:
    assert set(FOLDED).isdisjoint(NUMBERS) and len(set(FOLDED)) == len(FOLDED)
    assert set(SUCCESSORS) <= set(NUMBERS)


def test_every_number_that_is_named_is_a_decision() -> None:
    gone = []
    for path, text in texts():
        named = [number for match in NAMED.findall(text) for number in re.findall(r"\d{4}", match)]
        if path.parent == FOLDER and path.name != "README.md":
            named += re.findall(r"(?<![-.\d])0[01]\d\d(?![-.\d:])", text.split("\n", 1)[1])
        gone += [f"{name_of(path)} names decision {number}" for number in named if number not in NUMBERS]
    assert gone == []
