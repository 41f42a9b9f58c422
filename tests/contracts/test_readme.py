"""What the README and the manual of the repository promise exists."""

import re
import subprocess
import sys
from pathlib import Path

import draw_readme
import polars as pl

from contracts.sources import PACKAGE, ROOT
from provenet.case.case import Case
from provenet.cli.main import load_all

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
        command = load_all()[words[0]]
        known = {word for param in command.params for word in param.opts}
        assert [w for w in words if w.startswith("--") and w.split("=")[0] not in known] == [], line


def test_every_verb_is_told() -> None:
    assert [name for name in load_all() if f"`{name}" not in README] == []


def test_every_path_told_exists() -> None:
    named = set(re.findall(r"\]\(([^)#]+)\)", README))
    assert named
    assert [p for p in sorted(named) if "://" not in p and not (ROOT / p).exists()] == []


def test_every_line_of_the_tree_exists() -> None:
    tree = next(block for block in re.findall(r"```text\n(.*?)```", README, flags=re.S) if "src/provenet/" in block)
    rooms = re.findall(r"^  ([a-z_]+(?:/|\.py))", tree, flags=re.M)
    assert len(rooms) > 8
    assert [room for room in rooms if not (PACKAGE / room).exists()] == []


def test_the_figure_is_what_the_demo_computes(demo_folder: Path) -> None:
    draw, case = draw_readme, Case.open(demo_folder / "case")
    assert draw.block(case) in README, "the README's figure is out of date; run: make readme"
    assert draw.picture(case) == draw.PICTURE.read_text("utf-8"), "its picture is out of date; run: make readme"


def test_the_sentence_holds_the_stored_interval(demo_folder: Path) -> None:
    """Read from the README itself: the numbers enclose the stored ends, each by less than a point."""
    figure = re.search(r"why demo/case (share-[0-9a-f]+)", README)
    said = re.search(r"\*\*Between (\d+) and (\d+) % ", README)
    assert figure
    assert said
    row = (
        Case.open(demo_folder / "case")
        .read("vendor_share")
        .row(by_predicate=pl.col("share_id") == figure[1], named=True)
    )
    low, high = int(said[1]), int(said[2])
    assert low <= 100 * row["low_share"] < low + 1
    assert high - 1 < 100 * row["high_share"] <= high


def test_the_sentence_names_no_party(demo_folder: Path) -> None:
    sentence = README.partition("**Between")[2].partition("**")[0]
    parties = Case.open(demo_folder / "case").read("party")
    names = parties.filter(pl.col("role").is_in(["vendor", "carrier"]))["name"].to_list()
    assert len(names) > 40
    assert [name for name in names if re.search(rf"\b{re.escape(name)}\b", sentence)] == []


def test_the_walk_shown_is_what_why_prints(demo_folder: Path) -> None:
    command, walked = re.search(r"\$ \.venv/bin/provenet (why [^\n]*)\n(.*?)```", README, flags=re.S).groups()  # type: ignore[union-attr]
    words = command.replace("demo/case", str(demo_folder / "case")).split()
    ran = subprocess.run([sys.executable, "-m", "provenet", *words], capture_output=True, text=True, check=True)
    assert ran.stdout == walked
    assert len(walked.splitlines()) == 5


def test_the_first_dossier_has_as_many_pages_as_the_readme_says(demo_folder: Path) -> None:
    pages = len(re.findall(rb"/Type\s*/Page\b", (demo_folder / "germany.pdf").read_bytes()))
    words = dict(enumerate(("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen"), 11))
    assert f"{words[pages]} pages that answer" in README
