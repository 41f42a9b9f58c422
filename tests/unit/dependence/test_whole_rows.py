"""Every row that `depend` writes of small cases that meet each kind of share, weight, host, site and verdict, kept."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from provenet.dependence import carriers, depend, parts
from support.kept import assert_kept, shown
from unit.dependence import dependence_tables
from unit.dependence.dependence_tables import answer, asset, deployed, figures, rides, share, site, verdict, weight

ROOM = (carriers, depend, parts)
KEPT = Path(__file__).parent / "kept"
Row = dict[str, Any]


def shares() -> dict[str, list[Row]]:
    return {
        "market_share": [
            share("huawei", "36"),
            share("zte", "5", "about"),
            share("huawei+zte", "50", "over", as_of="2024"),
            share("alpha", "30", carrier="north"),
            share("alpha+beta", "70", carrier="north", complement=True),
            share("beta", "", carrier="south"),
            share("gamma", "100", carrier="south", as_of="2020-06"),
            share("gamma", "90", carrier="south", as_of="2026", forecast=True),
            share("alpha", "10", carrier="east", source="forum-page"),
            share("alpha", "20", carrier="east"),
            share("huawei", "60", asset_class="core", segment="core", measure="contracts (Z)", kind="contracts"),
            share("country:CN", "59", geo="World"),
        ],
        "carrier_share": [
            weight("north", "40"),
            weight("south", "35", as_of="2024"),
            weight("east", "25", measure="subscribers (Q)", kind="subscribers"),
            weight("north", "50", measure="subscribers (Q)", kind="subscribers"),
        ],
        "deployment": [
            deployed("north", "beta"),
            deployed("south", "huawei", presence="absent"),
            deployed("east", "alpha+zte", role="main supplier", generation="5G"),
            deployed("west", "delta", asset_class="core", segment="core", day=None),
            deployed("west", "alpha", complement=True, day="2022"),
        ],
    }


def verdicts(**more: Any) -> list[Row]:
    outcomes = {
        "alpha": "clear",
        "beta": "conditional",
        "gamma": "undetermined",
        "huawei": "restricted",
        "zte": "restricted",
    }
    made = [verdict(vendor, outcome) for vendor, outcome in outcomes.items()]
    made += [verdict("huawei", "clear", pack="p2"), verdict("alpha", "restricted", carrier="north", pack="p2")]
    made += [verdict("huawei", "restricted", asset_class="core", layer="software")]
    made += [verdict("delta", "restricted", rules_in_force=0, pack="p3")]
    return made


def sites() -> dict[str, list[Row]]:
    return {
        **shares(),
        "rides_on": [
            rides("tower", "north"),
            rides("west", "east", binding="preliminary", form="roaming", to_on=date(2026, 11, 25)),
            rides("south", None, from_on=date(2026, 11, 26)),
        ],
        "site": [site("base-a"), site("base-b", "south"), site("base-c")],
        "site_answer": [
            answer("base-a", ["north", "east"], "yes"),
            answer("base-a", ["north"], "no", day="2026-05-01"),
            answer("base-c", [], None, signer="y"),
        ],
        "asset": [
            asset("n-1", "north", "huawei", 3),
            asset("n-2", "north", None, 1),
            asset("n-3", "north", "alpha", 4, layer=None),
            asset("s-1", "south", "zte", 2, asset_class="core", layer="software"),
        ],
        "verdict": verdicts(),
    }


CASES: dict[str, Callable[[], dict[str, list[Row]]]] = {
    "nothing": lambda: figures(),
    "shares": lambda: figures(packs=(), **shares()),
    "verdicts": lambda: figures(packs=("p1", "p2", "p3"), **shares(), verdict=verdicts()),
    "sites": lambda: figures(packs=("p1", "p2"), **sites()),
    "then": lambda: figures(as_of=date(2024, 6, 30), known=date(2024, 6, 30), **shares(), verdict=verdicts()),
    "world": lambda: figures(packs=(), country="World", **shares()),
    "groups": lambda: figures(
        groups={frozenset({"huawei", "zte"}): "both", frozenset({"country:CN"}): "all of CN"}, **shares()
    ),
    "elsewhere": lambda: figures(country="Italy", **shares(), verdict=verdicts()),
}


@pytest.mark.parametrize("name", CASES)
def test_every_row_of_a_small_case(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(dependence_tables, "_count", iter(range(10**9)))
    found = CASES[name]()
    tables = {table: shown([dict(row) for row in rows], most=12, short=900) for table, rows in found.items()}
    text = "".join(f"== {table}\n{rows}" for table, rows in tables.items())
    assert_kept(KEPT / f"{name}.txt", text)
