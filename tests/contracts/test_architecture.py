"""The pages for contributors say what the code is: floors, places, words."""

import re
import tomllib
from pathlib import Path

import draw_floors
import pytest

from contracts.sources import PACKAGE, ROOT

ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text("utf-8")


def packages() -> list[str]:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    stairs = next(one for one in contracts if one["type"] == "layers")
    return [name.strip() for layer in stairs["layers"] for name in layer.split("|") if "(" not in name]


def test_the_picture_is_drawn_from_the_contract() -> None:
    assert draw_floors.picture() == draw_floors.OUT.read_text("utf-8"), "out of date; run: make floors"


def test_every_package_is_on_the_page_and_every_package_on_the_page_exists() -> None:
    table = re.findall(r"^\| [a-z]* ?\| `([a-z]+)(?:\.py)?` \|", ARCHITECTURE, flags=re.M)
    assert sorted(table) == sorted(packages())
    assert [name for name in table if not (PACKAGE / name).exists() and not (PACKAGE / f"{name}.py").exists()] == []


@pytest.mark.parametrize("page", [ARCHITECTURE, CONTRIBUTING], ids=["architecture", "contributing"])
def test_every_place_named_exists(page: str) -> None:
    named = re.findall(r"`((?:[a-z_0-9]+/)+[A-Za-z_0-9]*(?:\.[a-z0-9]+)?)`", page)
    assert len(named) > 8
    places = {name for name in named if not re.search(r"[A-Z]{2}|NN|\*", name)}
    assert sorted(n for n in places if not any((base / n).exists() for base in (ROOT, ROOT / "src", PACKAGE))) == []


@pytest.mark.parametrize(
    ("page", "folder"), [(ARCHITECTURE, ROOT / "docs"), (CONTRIBUTING, ROOT)], ids=["architecture", "contributing"]
)
def test_every_link_leads_somewhere(page: str, folder: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", page)
    assert links and [link for link in links if "://" not in link and not (folder / link).exists()] == []


def test_the_glossary_is_short_and_defines_each_word_once() -> None:
    words = re.findall(r"^\| ([a-z][^|]*) \| ", GLOSSARY, flags=re.M)[1:]
    assert 20 <= len(words) <= 45
    assert len(set(words)) == len(words)


def test_words_of_the_glossary_are_used() -> None:
    """A word that no page and no message uses any more is no word of ours."""
    pages = [path.read_text("utf-8") for path in (ROOT / "docs").glob("*.md") if path.name != "glossary.md"]
    code = [path.read_text("utf-8") for path in PACKAGE.rglob("*.py")]
    text = " ".join([*pages, *code]).lower()
    rows = re.findall(r"^\| ([a-z][^|]*) \| ", GLOSSARY, flags=re.M)[1:]
    words = [word for row in rows for word in row.split(", ")]
    assert [word for word in words if word not in text] == []


def test_what_to_read_first_can_be_read_and_what_is_made_is_reference() -> None:
    """Every page stands in the index once; what comes first has at most 25,000 words, and none of it is generated."""
    docs = ROOT / "docs"
    first, later, made = re.split(r"^## .*$", (docs / "index.md").read_text("utf-8"), flags=re.M)[1:]
    linked = {part: re.findall(r"\]\(([^)#]+)\)", part) for part in (first, later, made)}
    words = sum(len((docs / page).read_text("utf-8").split()) for page in linked[first])
    assert words <= 25_000, words
    every = [page for pages in linked.values() for page in pages]
    assert sorted(page for page in every if re.fullmatch(r"[a-z-]+\.md", page)) == sorted(
        page.name for page in docs.glob("*.md") if page.name != "index.md"
    )
    assert [page for page in every if not (docs / page).exists()] == []
    assert linked[made] == ["manual.md", "instruments/index.md", "schema/", "backtests.md", "backtests-aid.md"]
