"""The tables that people keep: brands, arcs of enterprise numbers, makers, word lists."""

import csv
import io
import tomllib
from datetime import date
from importlib import resources

import pytest

from provenet.core.ids import slug
from provenet.core.names import fold_name
from provenet.ingest.network.vendors import (
    ABSORBED,
    BRAND,
    CHIP,
    CONTRACT,
    PART,
    PLATFORM,
    SOFTWARE,
    SPELLING,
    SPLIT,
    usual_words,
    vendor_registry,
)

FOLDER = resources.files("provenet").joinpath("ingest", "network", "registry")
RELATIONS = {ABSORBED, BRAND, CHIP, CONTRACT, PART, PLATFORM, SOFTWARE, SPELLING, SPLIT}


def table(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(FOLDER.joinpath(name).read_text(encoding="utf-8"))))


BRANDS = table("brands.csv")
ARCS = table("enterprise_arcs.csv")
MAKERS = FOLDER.joinpath("makers.txt").read_text(encoding="utf-8").splitlines()


def test_rows_of_brands_are_whole() -> None:
    for row in BRANDS:
        assert row["relation"] in RELATIONS, row
        assert row["vendor_id"] == slug(row["vendor_id"]), row
        assert row["owner_id"] == "" or row["owner_id"] == slug(row["owner_id"]), row
        assert (row["relation"] == BRAND) >= bool(row["owner_id"]) or row["relation"] in (PART, SPLIT, SOFTWARE), row
        days = [date.fromisoformat(row[column]) for column in ("from_on", "to_on") if row[column]]
        assert days == sorted(days), row


def test_a_name_stands_twice_only_where_days_part_its_rows() -> None:
    seen: dict[str, list[dict[str, str]]] = {}
    for row in BRANDS:
        if row["relation"] != PLATFORM:
            seen.setdefault(fold_name(row["name"]), []).append(row)
    for rows in seen.values():
        ids = {row["vendor_id"] for row in rows}
        assert len(ids) == 1 or any(row["to_on"] for row in rows), rows


def test_an_owner_is_no_brand_of_its_own_brand() -> None:
    registry = vendor_registry()
    for row in BRANDS:
        if row["relation"] == BRAND and row["owner_id"] != row["vendor_id"]:
            assert registry.owner_of(row["owner_id"]) != row["vendor_id"], row


@pytest.mark.parametrize("row", ARCS, ids=[row["oid"] for row in ARCS])
def test_an_arc_names_somebody_exactly_where_it_says_so(row: dict[str, str]) -> None:
    assert all(step.isdecimal() for step in row["oid"].split("."))
    found = vendor_registry().of_enterprise(row["oid"] + ".1")
    assert found.names_maker == (row["use"] == "maker")
    assert bool(row["name"]) == (row["use"] == "maker")


def test_makers_stand_once_and_in_order() -> None:
    names = [line.partition("=")[0] for line in MAKERS]
    assert names == sorted(names, key=str.casefold)
    assert len({"".join(usual_words(name)) for name in names}) == len(names)


def test_words_of_lists_are_lower_case() -> None:
    lists = tomllib.loads(FOLDER.joinpath("name_words.toml").read_text(encoding="utf-8"))
    assert set(lists) == {"borne", "common", "places", "bodies", "ambiguous", "shared"}
    assert all(word == word.casefold() for words in lists.values() for word in words.split())


def test_the_registries_are_whole() -> None:
    registry = vendor_registry()
    assert registry.organisation(2011) == "HUAWEI Technology Co.,Ltd"
    assert registry.organisation(3902) == "Zhongxing Telecom Co.,ltd. (abbr. ZTE)"
    assert registry.prefix_holder(bytes.fromhex("00000c000000")) == "Cisco Systems, Inc"
