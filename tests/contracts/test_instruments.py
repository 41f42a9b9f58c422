"""The pages of docs/instruments are what the writer makes of the packs, and say of each pack what a reader asks."""

import re
from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree

import pytest
import write_instruments

from provenet.core.errors import FaultList
from provenet.policy.instrument import rule_rows
from provenet.policy.pack import parse_pack
from provenet.policy.packs import load_packs

ROOT = Path(__file__).parents[2]
PLACE = ROOT / "docs" / "instruments"
PACKS = load_packs().packs


@lru_cache(maxsize=1)
def made() -> dict[str, str]:
    pages = write_instruments.pages()
    assert isinstance(pages, dict)
    return pages


def test_the_folder_holds_what_the_writer_makes() -> None:
    held = {path.name: path.read_text("utf-8") for path in sorted(PLACE.iterdir())}
    assert sorted(held) == sorted(made())
    assert [name for name, text in made().items() if held[name] != text] == []


def test_there_is_a_page_per_pack_and_the_index_links_each() -> None:
    assert set(made()) == {f"{pack}.md" for pack in PACKS} | {"index.md", "timeline.svg"}
    assert [pack for pack in PACKS if f"]({pack}.md)" not in made()["index.md"]] == []


@pytest.mark.parametrize("pack", sorted(PACKS))
def test_a_page_says_of_each_rule_what_a_reader_asks(pack: str) -> None:
    text, told = made()[f"{pack}.md"], PACKS[pack]
    for row in rule_rows(told):
        section = text.split(f"### {row.id}\n", 1)[1].split("\n### ", 1)[0]
        for word in (row.says, row.effect, row.in_force, row.remove_by, row.decided_by, row.citation, *row.holds_when):
            assert word in section, (row.id, word)
        assert all(f"`{key}`" in section for key in row.facts), row.id
        assert all(cap in section for cap in row.caps), row.id
    for sentence in (*told.fact_says.values(), *told.leaves_out):
        assert sentence.replace("|", "\\|") in text, sentence


@pytest.mark.parametrize("pack", sorted(PACKS))
def test_a_page_has_no_yaml_and_no_link_that_leads_nowhere(pack: str) -> None:
    text = made()[f"{pack}.md"]
    body = text.split("## Worked cases", 1)[0]
    assert re.search(r"\b(all|any|not|fact|when): ?[\[{]", body) is None
    assert "None" not in body.replace("None: the rules", "")
    links = [link for link in re.findall(r"\]\(([^)]+)\)", text) if not link.startswith("http")]
    assert [link for link in links if not (PLACE / link).resolve().is_file()] == []


@pytest.mark.parametrize("pack", sorted(PACKS))
def test_every_table_row_has_the_cells_of_its_head(pack: str) -> None:
    width = 0
    for line in made()[f"{pack}.md"].splitlines():
        cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        assert not cells or not width or cells == width, line
        width = cells


def test_worked_cases_are_all_answered_as_expected_and_all_shown() -> None:
    cases = [case for worked in write_instruments.worked_cases(load_packs()).values() for case in worked]
    assert len(cases) > 400
    assert [case.id for case in cases if case.outcome != case.expected] == []
    text = "".join(made().values())
    assert [case.id for case in cases if f"[{case.id}](" not in text] == []


def test_the_picture_is_well_formed_dark_on_white_and_draws_every_pack_inside() -> None:
    root = ElementTree.fromstring(made()["timeline.svg"])
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    assert root.attrib["fill"] == "#1c1c1c"
    bars = [e for e in root.iter() if e.tag.endswith("rect") and e.attrib.get("height") == "10"]
    assert len(bars) == len(PACKS)
    for bar in bars:
        assert float(bar.attrib["x"]) >= 0 and float(bar.attrib["width"]) > 0
        assert float(bar.attrib["x"]) + float(bar.attrib["width"]) <= width
        assert float(bar.attrib["y"]) + 10 <= height


def test_conditions_read_as_words() -> None:
    text = """
pack: p
rules:
  - id: A
    effect: prohibit
    when:
      all:
        - {vendor_in: [Huawei, ZTE]}
        - not: {any: [{fact: class_, is: 1}, {fact: waived}]}
        - not: {all: [{made_in: US}, {fact: day, before: 2026-01-02}]}
        - not: {fact: orders, in: [none, false]}
        - {fact: size, at_most: 10000000}
        - not: {fact: waived, is: false}
        - {action: [use, authorise_new]}
    remove_by: {fact: day, plus: 36 months}
  - {id: B, effect: permit, when: {asset_class: "*"}, in_force: [2024, 2027-02]}
"""
    faults = FaultList()
    pack = parse_pack("p.yml", text.encode(), faults)
    assert pack is not None and not faults.count
    first, second = rule_rows(pack)
    assert list(first.holds_when) == [
        "- the vendor is Huawei or ZTE",
        "- none of these:",
        "  - `class_`: 1",
        "  - `waived`",
        "- not all of these:",
        "  - it was made in US",
        "  - `day`: before 2 January 2026",
        "- `orders`: anything but none",
        "- `size`: at most 10,000,000",
        "- `waived`",
        "- the act is use or new authorisation",
    ]
    assert first.remove_by == "up to and including 36 months after `day`"
    assert list(second.holds_when) == ["- any asset"]
    assert second.in_force == "from 2024 (the day is not known) to a day in February 2027"
