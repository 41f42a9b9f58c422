"""What `screen` restricts of an inventory is in a block of `plan` or named as missing: nothing vanishes."""

import random
from datetime import date
from typing import Any

import polars as pl
import pytest

from provenet.case.rows import ElementCountRow, rows_of
from provenet.case.tables import empty, frame
from provenet.evidence.screen import READS, Screening
from provenet.policy.packs import Packs, load_packs
from provenet.replacement.blocks import find_blocks
from provenet.replacement.counts import count_inventory

DAY = date(2026, 11, 25)
READ = {"file_id": "0" * 64, "locator": "file row 2", "reading": "as printed", "run_id": "add-1"}
PACK = """pack: law-pack
issuer: jp-government
title: Rules made up for a law
jurisdiction: JP
source: "made up"
force: law
default: clear
says: Some vendors leave some equipment.
declares: {vendors: [Acme, Bolt, Cord, Dome, Eve], words: [gate]}
facts: {}
rules:
  - id: L-OUT
    effect: prohibit
    rank: 10
    when: {all: [{vendor_in: [Acme]}, {asset_class: [ran, core]}]}
    in_force: [2020-01-01, null]
    remove_by: 2029-12-31
    citation: "made up"
    says: Acme leaves.
  - id: L-LATER
    effect: prohibit
    rank: 9
    when: {all: [{vendor_in: [Bolt]}, {asset_class: [core]}]}
    in_force: [2020-01-01, null]
    remove_by: 2031-12-31
    citation: "made up"
    says: Bolt leaves the core by then.
  - id: L-GATE
    effect: prohibit
    rank: 8
    when: {all: [{vendor_in: [Cord]}, {site_class: [gate]}]}
    in_force: [2020-01-01, null]
    citation: "made up"
    says: Cord leaves gates.
  - id: L-LAYER
    effect: prohibit
    rank: 7
    when: {all: [{vendor_in: [Dome]}, {layer: [software]}]}
    in_force: [2020-01-01, null]
    citation: "made up"
    says: Dome's software leaves.
  - id: L-ROUTE
    effect: prohibit
    rank: 6
    when: {all: [{vendor_in: [Eve]}, {capability: [route]}]}
    in_force: [2020-01-01, null]
    citation: "made up"
    says: What Eve routes with leaves.
"""
VENDORS = ["acme", "bolt", "cord", "dome", "eve"]
Row = dict[str, Any]


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Packs:
    """The rules of the law."""
    place = tmp_path_factory.mktemp("law") / "law.yml"
    place.write_text(PACK, encoding="utf-8")
    return load_packs([place])


class Case:
    """An inventory, and counts that somebody stated of some of it."""

    def __init__(self, seed: int) -> None:
        draw = self.draw = random.Random(seed)
        self.assets = [self._asset(number) for number in range(draw.randint(3, 14))]
        places = sorted({(row["carrier_id"], row["asset_class"]) for row in self.assets})
        self.stated = [
            self._count(f"c{number}", *place, vendor)
            for number, place in enumerate(draw.sample(places, draw.randint(0, min(2, len(places)))))
            for vendor in (None, *draw.sample(VENDORS, draw.randint(0, 2)))
        ]

    def _asset(self, number: int) -> Row:
        draw = self.draw
        return {
            "asset_id": f"a{number}", "row_id": f"a{number}", "carrier_id": draw.choice(["north", "south"]),
            "country": draw.choice(["Japan", "JP"]), "site_id": draw.choice([None, "gate-1", "hill-1"]),
            "asset_class": draw.choice(["ran", "ran.radio", "core", "core.user_plane"]),
            "layer": draw.choice([None, "hardware", "software"]), "vendor_id": draw.choice([None, *VENDORS]),
            "unit_count": draw.randint(1, 9), "capability": draw.choice([["route"], []]), **READ,
        }  # fmt: skip

    def _count(self, name: str, carrier: str, asset_class: str, vendor: str | None) -> Row:
        return {
            "count_id": f"{name} {vendor}", "row_id": f"{name} {vendor}", "carrier_id": carrier, "country": "Japan",
            "asset_class": asset_class, "vendor_id": vendor, "unit_says": "sites", "low_count": 50.0,
            "high_count": 50.0, "basis": "assumed", **READ,
        }  # fmt: skip

    def tables(self) -> dict[str, pl.DataFrame]:
        parties = [
            {"party_id": name, "row_id": name, "name": name.capitalize(), "role": role, "country": "JP",
             "segments": [], **READ}
            for role, names in (("vendor", VENDORS), ("carrier", ["north", "south"])) for name in names
        ]  # fmt: skip
        sites = [
            {"site_id": f"{cls}-1", "row_id": f"{cls}-1", "name": cls, "country": "Japan", "site_class": cls, **READ}
            for cls in ("gate", "hill")
        ]
        own = {"asset": self.assets, "site": sites, "party": parties, "element_count": self.stated}
        names = {
            *READS,
            "asset",
            "site",
            "party",
            "element_count",
            "vendor_share",
            "carrier_share",
            "deployment",
            "source",
        }
        return {name: frame(name, own[name]) if name in own else empty(name) for name in names}

    def restricted(self) -> dict[tuple[str, str, str, str], int]:
        """The units that the rules reach, by carrier, vendor, class and layer; read off the rules anew."""
        found: dict[tuple[str, str, str, str], int] = {}
        for row in self.assets:
            root, site = row["asset_class"].split(".")[0], (row["site_id"] or "").split("-")[0]
            # Whether software of a layer that is not stated leaves is not known, so no verdict restricts it.
            reached = {
                "acme": True, "bolt": root == "core", "cord": site == "gate", "dome": row["layer"] == "software",
                "eve": "route" in row["capability"],
            }.get(row["vendor_id"], False)  # fmt: skip
            if reached:
                key = (row["carrier_id"], row["vendor_id"], row["asset_class"], row["layer"] or "any")
                found[key] = found.get(key, 0) + row["unit_count"]
        return found


@pytest.mark.parametrize("seed", range(60))
def test_all_that_is_restricted_is_planned_or_named(packs: Packs, seed: int) -> None:
    case = Case(seed)
    tables = case.tables()
    verdicts = Screening(tables, as_of=DAY).verdicts(packs, "law-pack", "Japan")
    stated = rows_of(ElementCountRow, tables["element_count"])
    counted, listed = (
        count_inventory(tables["asset"], tables["site"], DAY, country="Japan", stated=rows, verdicts=verdicts)
        for rows in (stated, ())
    )
    met = find_blocks(tables, verdicts, "Japan", caps={}, inventory=counted, listed=listed)
    places = {(row["carrier_id"], row["asset_class"]) for row in case.stated}
    for (carrier, vendor, asset_class, layer), units in case.restricted().items():
        blocks = [
            block
            for block in met.blocks
            if (block.carrier_id, block.vendor_id, block.asset_class, block.layer)
            == (carrier, vendor, asset_class, layer)
        ]
        named = [
            says
            for says in met.missing
            if says.startswith(f"{carrier.capitalize()}: ")
            and f"of {vendor.capitalize()} in {asset_class} ({layer}" in says
        ]
        if (carrier, asset_class) in places:
            # Whoever states a count goes before the inventory: what it leaves out is named.
            assert blocks or named, (carrier, vendor, asset_class, layer)
        else:
            assert sum(block.count.low for block in blocks) == units and not named
    screened = verdicts.filter(pl.col("action") == "use", pl.col("outcome").is_in(["restricted", "conditional"]))
    assert (screened["unit_count"].sum() or 0) == sum(case.restricted().values())


@pytest.mark.parametrize("seed", range(40))
def test_a_plan_for_a_part_has_the_blocks_of_that_part_and_no_others(packs: Packs, seed: int) -> None:
    """Limits leave blocks out and change none: parts that cover everything hold every block of the whole."""
    case = Case(seed)
    tables = case.tables()
    verdicts = Screening(tables, as_of=DAY).verdicts(packs, "law-pack", "Japan")
    counted = count_inventory(
        tables["asset"],
        tables["site"],
        DAY,
        country="Japan",
        stated=rows_of(ElementCountRow, tables["element_count"]),
        verdicts=verdicts,
    )
    whole = find_blocks(tables, verdicts, "Japan", caps={}, inventory=counted).blocks
    inside = {
        "core": lambda block: block.asset_class.split(".")[0] == "core",
        "core.user_plane": lambda block: block.asset_class == "core.user_plane",
        "ran": lambda block: block.asset_class.split(".")[0] == "ran",
        "software": lambda block: block.layer == "software",
    }
    for words in (["core"], ["core.user_plane"], ["software"], ["core", "ran"], ["ran", "software"]):
        part = find_blocks(tables, verdicts, "Japan", caps={}, inventory=counted, only=words).blocks
        assert part == tuple(block for block in whole if any(inside[word](block) for word in words)), words
