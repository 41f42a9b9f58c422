"""Worked cases asked through the tables of a case: lists, owners, assets and their facts feed the same rules.

Every row of `facts/policy_tests.csv` is turned into one vendor, one asset and what the row says of both; the verdict of
that asset is the outcome the row expects. A row reaches the rules by another way than `screen --cases`, so the two
readings check each other.
"""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from importlib import resources

import pytest

from provenet.core.when import parse_day
from provenet.policy.cases import LISTING_KEYS
from provenet.policy.packs import load_packs
from provenet.policy.wordlists import lexicon
from support.screening import screen
from unit.evidence.small_case import party, searched, stake, tables

PACKS = load_packs()
TEXT = resources.files("provenet").joinpath("facts", "policy_tests.csv").read_text(encoding="utf-8-sig")
ROWS = list(csv.DictReader(TEXT.splitlines()))
Cells = dict[str, object]


def pairs(text: str) -> dict[str, str]:
    made = {}
    for part in filter(None, (p.strip() for p in text.split(";"))):
        key, mark, value = part.partition("=")
        made[key.strip()] = value.strip() if mark else "true"
    return made


def known(text: str) -> bool:
    return text.strip().casefold() not in {"", "any", "unknown"}


def listings(vendor: str, told: dict[str, str], day: date) -> Iterator[Cells]:
    """What a row says of lists as entries: running, ended the day before, or a whole list that does not name it."""
    for key in [key for key in told if key in LISTING_KEYS]:
        text = told.pop(key)
        if text in ("true", "false"):
            ended = {} if text == "true" else {"to_on": day - timedelta(days=1)}
            yield {"list_name": key, "party_id": vendor} | ended
    text = told.pop("listed_by", "")
    if text == "none":
        names = {name for pack in PACKS.packs.values() for rule in pack.rules for name in lists_of(rule.when)}
        yield from ({"list_name": name, "whole_on": day} for name in sorted(names))
    elif known(text):
        yield from ({"list_name": part.strip(), "party_id": vendor} for part in text.split("|"))


def lists_of(node: object) -> set[str]:
    from provenet.policy.terms import axis_tests

    return {str(v) for test in axis_tests(node) if test.axis == "listed_in" for v in test.values}  # type: ignore[arg-type]


def as_tables(row: dict[str, str]) -> tuple[dict[str, object], str]:
    """One case row as tables, and the vendor asked about."""
    day = parse_day(row["as_of"])
    told, facts = pairs(row["vendor_profile"]), pairs(row["known_facts"])
    name = told.pop("name", "some vendor")
    vendor = lexicon().vendors.canon(name)
    entries = [*listings(vendor, told, day), *listings(vendor, facts, day)]
    parties = [party(vendor, "vendor") | {"name": name}, party("owner", "other", told.pop("controlled_from", None))]
    stakes = [stake("owner", vendor, 1.0)] if parties[1]["country"] else []
    group = told.pop("group", "")
    if known(group) and lexicon().vendors.canon(group) != vendor:
        parties.append(party(lexicon().vendors.canon(group), "other") | {"name": group})
        stakes.append(stake(lexicon().vendors.canon(group), vendor, 1.0))
    carrier = facts.pop("operator", "")
    carrier_id = lexicon().carriers.canon(carrier) if known(carrier) else "some-carrier"
    parties.append(party(carrier_id, "carrier", "Nowhere") | {"name": carrier or carrier_id})
    facts.setdefault("action", "unknown")
    category = facts.pop("product_category", None)
    capability = [word.strip() for word in row["capability"].replace("|", ",").split(",") if known(word)]
    asset = {
        "asset_id": "a1",
        "carrier_id": carrier_id,
        "country": "Nowhere",
        "site_id": "s1",
        "asset_class": row["asset_class"],
        "layer": row["layer"] if known(row["layer"]) else None,
        "vendor_id": vendor,
        "origin_country": row["origin_country"] if known(row["origin_country"]) else None,
        "capability": None if not capability else [] if capability == ["none"] else capability,
        "product_category": category if category and known(category) else None,
        "facts": [f"{key}={value}" for key, value in {**told, **facts}.items()],
        "unit_count": 1,
    }
    site = {"site_id": "s1", "name": "s1", "country": "Nowhere"}
    site["site_class"] = row["site_class"] if known(row["site_class"]) else None
    # A row that says nothing of a group describes a vendor of its own: in a case somebody has to have looked.
    looked = [searched(day)] if known(group) or not group.strip() else []
    return tables(parties, ownership=stakes, listing=entries, absence=looked, asset=[asset], site=[site]), vendor


PLAIN = [
    row for row in ROWS if "|" not in row["vendor_profile"] + row["asset_class"] and "share_" not in row["known_facts"]
]


@pytest.mark.parametrize("row", PLAIN, ids=[row["case_id"] for row in PLAIN])
def test_a_worked_case_as_an_asset_of_a_case(row: dict[str, str]) -> None:
    made, vendor = as_tables(row)
    found = screen(made, PACKS, [row["policy_id"]], as_of=parse_day(row["as_of"]))
    own = [v for v in found if v["vendor_id"] == vendor and v["asset_count"] == 1]
    assert len(own) == 1, "the asset was asked about once"
    assert {v["outcome"] for v in own} == {row["expected_outcome"]}, [v["reason"] for v in own]


def test_most_rows_are_asked_this_way() -> None:
    assert len(PLAIN) > 110
