"""Every verdict of tiny cases in which each kind of claim, stake, list and share decides, kept in `kept/`."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from provenet.evidence import screen as room
from support.kept import assert_kept, shown
from support.screening import screen
from unit.evidence.small_case import SHARE, claim, packs, party, searched, stake, tables

ROOM = (room,)
KEPT = Path(__file__).parent / "kept"
AS_OF = date(2021, 1, 1)
PARTIES = [
    party("acme", "vendor", "CN"),
    party("daughter", "vendor", "IE"),
    party("bolt", "vendor", "SE"),
    party("holding", "other", "CN"),
    party("net-one", "carrier", "DE"),
    party("net-two", "carrier", "IT"),
]
RULES = """pack: p
issuer: some-office
title: A policy
force: law
rules:
  - id: OWN
    effect: prohibit
    rank: 30
    when: {all: [{affiliate_of: [acme]}, {asset_class: [core]}]}
    in_force: [2020-01-01, null]
    remove_by: 2021-01-01
  - id: FACT
    effect: condition
    rank: 20
    when: {all: [{fact: x}, {not: {fact: y}}]}
    in_force: [2020-06-01, 2021-01-02]
  - id: CAP
    effect: cap
    rank: 15
    when: {segment: ran}
    cap: {measure: ran, at_most_share: 0.35, of: carrier}
    in_force: [2019-01-01, null]
  - id: SEAT
    effect: permit
    rank: 10
    when: {controlled_from: SE}
    in_force: [2019-01-01, null]
"""
CLAIMS = [
    claim("c1", "x", "asserts", date(2020, 1, 1), vendor_ids=["acme"]),
    claim("c2", "x", "denies", date(2020, 2, 1), vendor_ids=["acme"], answers_claim_id="c1"),
    claim("c3", "x", "asserts", date(2020, 3, 1), vendor_ids=["bolt"]),
    claim("c4", "y", "qualifies", date(2020, 3, 1), vendor_ids=["bolt"]),
    claim("c5", "y", "denies", date(2020, 12, 31), vendor_ids=["daughter"]),
    claim("c6", "x", "asserts", date(2021, 1, 1), vendor_ids=["daughter"]),
    claim("c7", "x", "asserts", date(2021, 1, 2), vendor_ids=["daughter"], derived_from="c6"),
]
STAKES = [stake("acme", "daughter", 0.5, 0.6), stake("holding", "acme", 0.51), stake("net-one", "bolt", 0.1)]
SHARES = [
    SHARE | {"vendor_ids": ["acme"], "carrier_id": "net-one", "low_share": 0.35, "high_share": 0.35},
    SHARE | {"vendor_ids": ["bolt"], "carrier_id": "net-one", "low_share": 0.36, "high_share": 0.36},
    SHARE | {"vendor_ids": ["acme"], "carrier_id": "net-two", "low_share": 0.3, "high_share": 0.4},
]
CASES: dict[str, Callable[[], dict[str, Any]]] = {
    "bare": lambda: tables(PARTIES),
    "claims": lambda: tables(PARTIES, claim=CLAIMS),
    "owned": lambda: tables(PARTIES, claim=CLAIMS, ownership=STAKES),
    "searched": lambda: tables(PARTIES, ownership=STAKES, absence=[searched(), searched(date(2020, 12, 31))]),
    "shares": lambda: tables(PARTIES, claim=CLAIMS[:2], ownership=STAKES, market_share=SHARES),
}


@pytest.mark.parametrize("name", CASES)
def test_every_verdict_of_a_tiny_case(name: str) -> None:
    text = ""
    for as_of in (date(2019, 12, 31), AS_OF, date(2021, 1, 2)):
        rows = [dict(row) for row in screen(CASES[name](), packs(RULES), ["p"], as_of=as_of)]
        text += f"== {as_of}\n{shown(rows, most=8, short=1200)}"
        for vendor in ("acme", "daughter", "bolt"):
            picked = [row for row in rows if row["vendor_id"] == vendor and row["asset_class"] in ("core", "ran")]
            columns = ("asset_class", "carrier_id", "outcome", "rule_id")
            found = {tuple(row[column] or "" for column in columns) for row in picked}
            text += f"{vendor}: {sorted(found)}\n"
    assert_kept(KEPT / f"{name}.txt", text)
