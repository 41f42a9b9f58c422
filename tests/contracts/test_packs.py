"""Every bundled rule says where it comes from and when it holds, and every pack under whose name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.sources import PACKAGE

PACKS = sorted((PACKAGE / "evidence" / "policies").glob("*.yml"))
FORCES = {"law", "contract", "advice", "proposal"}


def read(path: Path) -> dict[str, Any]:
    pack = yaml.safe_load(path.read_text("utf-8"))
    assert isinstance(pack, dict)
    return pack


def test_there_are_packs_of_every_issuer_the_dossiers_need() -> None:
    assert {"EU", "DE", "IT", "JP", "US"} <= {read(path)["jurisdiction"] for path in PACKS}


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.stem)
def test_a_pack_names_its_issuer_its_source_and_its_force(path: Path) -> None:
    pack = read(path)
    assert str(pack["pack"]).startswith(f"{str(pack['jurisdiction']).lower()}-")
    for key in ("issuer", "title", "source", "jurisdiction"):
        assert str(pack[key]).strip(), key
    assert pack["force"] in FORCES
    assert pack["default"] in {"clear", "restricted"}


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.stem)
def test_every_rule_is_cited_and_dated(path: Path) -> None:
    for rule in read(path)["rules"]:
        assert str(rule.get("citation", "")).strip(), rule["id"]
        assert len(rule["in_force"]) == 2, rule["id"]
        assert rule["in_force"][0] is not None, rule["id"]


def test_no_rule_is_written_twice_in_all_packs() -> None:
    ids = [str(rule["id"]).casefold() for path in PACKS for rule in read(path)["rules"]]
    assert sorted({i for i in ids if ids.count(i) > 1}) == []


def test_no_pack_says_what_a_vendor_is() -> None:
    words = re.compile(r"\b(guilty|spies|spying|untrustworthy|dangerous|malicious)\b", re.I)
    said = [(path.stem, str(rule.get("says", ""))) for path in PACKS for rule in read(path)["rules"]]
    assert [(stem, text) for stem, text in said if words.search(text)] == []
