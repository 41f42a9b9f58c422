"""The rule language against a second implementation: random packs and random case rows, and which packs are refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reference_refusals import refusals
from reference_rules import RowFault, answer

from provenet.core.errors import FaultList
from provenet.evidence.cases import answer_cases
from provenet.evidence.logic import pack_faults
from provenet.evidence.pack import Pack, parse_pack
from provenet.evidence.policy import Packs
from provenet.evidence.wordlists import lexicon

ALIAS = {
    "huaweitechnologies": "huawei",
    "华为": "huawei",
    "ztecorporation": "zte",
    "nsn": "nokia",
    "dt": "deutschetelekom",
    "telekomdeutschland": "deutschetelekom",
    "kddicorporation": "kddi",
}
VENDORS = ["Huawei", "Huawei Technologies", "zte", "ZTE Corporation", "NSN", "Vendor X", "Widget-Works"]
DAYS = [date(2020, 6, 30), date(2020, 7, 1), date(2024, 2, 29), date(2024, 7, 11), date(2026, 12, 31)]
AXIS_VALUES: dict[str, list[str]] = {
    "vendor_in": VENDORS,
    "affiliate_of": VENDORS,
    "controlled_from": ["CN", "NO", "US"],
    "made_in": ["CN", "NO", "VN"],
    "carrier_in": ["Deutsche Telekom", "DT", "KDDI", "campus net"],
    "asset_class": ["core", "core.user_plane", "core.*", "ran", "ran.radio", "*"],
    "segment": ["core", "ran", "transport"],
    "layer": ["hardware", "software"],
    "action": ["use", "install_new"],
    "site_class": ["edge", "government facility"],
    "capability": ["route", "visibility"],
    "product_category": ["router", "camera"],
    "buyer": ["US DoD", "state carrier"],
    "listed_in": ["UK annex", "NCSC HRV", "1260H", "list A"],
}
FACT_KEYS = ["exempt", "quantity", "begun", "colour"]
RIGHT_VALUES: dict[str, list[Any]] = {
    "is": [True, False, 5, 10, 2.5, date(2020, 6, 30), "red", "Light-Blue", {"fact": "colour"}, {"fact": "exempt"}],
    "in": [[5, 10], ["red", "blue"], [date(2020, 6, 30), date(2024, 2, 29)], ["red"]],
    "at_least": [5, 10, date(2020, 6, 30), {"fact": "quantity"}],
    "at_most": [5, 9.5, date(2024, 2, 29), {"fact": "begun", "plus": "1 month"}],
    "before": [date(2020, 7, 1), {"fact": "begun"}, {"fact": "begun", "plus": "36 months"}],
    "after": [date(2020, 6, 30), {"fact": "begun", "plus": "10 days"}],
}
CELLS = [
    *("true", "false", "5", "10", "9.5", "2020-06-30", "2020-07-01", "2024-02-29", "2020-06", "2020-Q2", "2019-2021"),
    *("before 2020", "after 2020-06", "red", "RED", "light blue", "red,blue", "unknown", "any", ""),
    *("disputed (one side says so)", "suspected", "2024-01-31"),
]
NOT_KNOWN = ["", "any", "unknown", "Unknown", "disputed by one side", "suspected"]


def leaf() -> st.SearchStrategy[dict[str, Any]]:
    def axis(name: str) -> st.SearchStrategy[dict[str, Any]]:
        values = st.sampled_from(AXIS_VALUES[name])
        return st.builds(lambda value: {name: value}, st.one_of(values, st.lists(values, min_size=1, max_size=3)))

    key = st.sampled_from(FACT_KEYS)
    bare = st.builds(lambda key: {"fact": key}, key)
    test = st.sampled_from([(op, right) for op, rights in RIGHT_VALUES.items() for right in rights])
    tested = st.builds(lambda key, test: {"fact": key, test[0]: test[1]}, key, test)
    return st.one_of(*(axis(name) for name in AXIS_VALUES), bare, tested, tested)


def conditions(leaves: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    def joined(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
        parts = st.lists(inner, min_size=1, max_size=3)
        return st.one_of(
            st.builds(lambda p: {"all": p}, parts),
            st.builds(lambda p: {"any": p}, parts),
            st.builds(lambda p: {"not": p}, inner),
        )

    return st.recursive(leaves, joined, max_leaves=5)


CONDITIONS = conditions(leaf())
LIMIT = st.builds(
    lambda measure, share: {"measure": measure, "at_most_share": share, "of": "carrier"},
    st.sampled_from(["sites", "traffic"]),
    st.sampled_from([0, 0.35, 0.5, 1]),
)
TERM = st.sampled_from([None, *DAYS, {"fact": "begun"}, {"fact": "begun", "plus": "36 months"}])
INTERVAL = st.sampled_from([None, *((a, b) for a in [None, *DAYS] for b in [None, *DAYS] if not (a and b and a >= b))])


@st.composite
def rules(draw: st.DrawFn, name: str) -> dict[str, Any]:
    made: dict[str, Any] = {"id": name, "effect": draw(st.sampled_from(["prohibit", "cap", "condition", "permit"]))}
    made["rank"] = draw(st.sampled_from([1, 1, 2, 3]))
    made["when"] = draw(CONDITIONS)
    if policy := draw(st.sampled_from([None, None, "JOINED", name])):
        made["policy"] = policy
    if interval := draw(INTERVAL):
        made["in_force"] = list(interval)
    if made["effect"] in {"prohibit", "cap"} and (term := draw(TERM)):
        made["remove_by"] = term
    if made["effect"] == "cap":
        made["cap"] = draw(st.one_of(LIMIT, st.lists(LIMIT, min_size=1, max_size=2)))
    if draw(st.booleans()):
        made["decided_by"] = draw(st.sampled_from(["issuer", "some-court"]))
    return made


@st.composite
def packs(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "pack": "random-pack",
        "issuer": "some-office",
        "force": draw(st.sampled_from(["law", "contract", "advice", "proposal"])),
        "default": draw(st.sampled_from(["clear", "restricted"])),
        "rules": [draw(rules(f"RULE-{n}")) for n in "ABCD"[: draw(st.integers(1, 4))]],
    }


def cells(values: list[str]) -> st.SearchStrategy[str | None]:
    return st.sampled_from([None, *values, *values, *values, *NOT_KNOWN])


def joined(pairs: Mapping[str, str | None]) -> str:
    return "; ".join(f"{key}={value}" for key, value in pairs.items() if value is not None)


@st.composite
def rows(draw: st.DrawFn) -> dict[str, str]:
    flags = [draw(cells(["true", "false"])) if draw(st.booleans()) else None for _ in range(3)]
    listed = draw(cells(["list A", "UK annex|List-A", "none", "none"])) if not any(flags) else None
    profile = {
        "name": draw(cells(VENDORS)),
        "hq": "CN",
        "seat": draw(st.sampled_from([None, "NO"])),
        "group": draw(cells(VENDORS)),
        "controlled_from": draw(cells(["CN", "no", "US"])),
        "listed_by": listed,
        **dict(zip(["in_uk_annex", "ncsc_hrv", "on_1260H"], flags, strict=True)),
        "exempt": draw(st.sampled_from([None, *CELLS])),
    }
    known = {
        "action": draw(cells(["use", "install_new", "install new"])),
        "buyer": draw(cells(["us-dod", "State Carrier", "nobody"])),
        "product_category": draw(cells(["router", "toy"])),
        "operator": draw(cells(["Telekom Deutschland", "KDDI Corporation", "Campus-Net", "other (no contract)"])),
        "share_sites": draw(st.sampled_from([None, "0", "0.35", "0.36", "1", "unknown", "0.50", "disputed"])),
        "share_traffic": draw(st.sampled_from([None, "0.35", "0.4", "unknown"])),
        "unit": draw(st.sampled_from([None, None, None, "sites", "subscribers", "direction", "unknown"])),
        **{key: draw(st.sampled_from([None, *CELLS])) for key in FACT_KEYS[1:]},
    }
    return {
        "case_id": "C1",
        "as_of": str(draw(st.sampled_from(DAYS)) + timedelta(draw(st.sampled_from([-1, 0, 0, 1])))),
        "vendor_profile": joined(profile),
        "asset_class": draw(st.sampled_from(["core", "core.user_plane", "ran.radio", "ran.*", "mgmt.oss", "unknown"])),
        "layer": draw(st.sampled_from(["hardware", "Software", "any", ""])),
        "site_class": draw(st.sampled_from(["edge", "Government-Facility", "any", "unknown"])),
        "origin_country": draw(st.sampled_from(["CN", "NO", "no", "any", ""])),
        "capability": draw(
            st.sampled_from(["route", "route,visibility", "none", "unknown", "", "any", "route,unknown"])
        ),
        "known_facts": joined(known),
    }


def parsed(pack: Mapping[str, Any]) -> Pack:
    faults = FaultList()
    text = yaml.safe_dump(pack, sort_keys=False, allow_unicode=True)
    found = parse_pack("random.yml", text.encode(), lexicon(), faults)
    assert found is not None, (text, [fault.sentence() for fault in faults.faults])
    return found


def compare(pack: Mapping[str, Any], row: Mapping[str, str]) -> None:
    product = Packs()
    product.index([parsed(pack)])
    ids = [pack["pack"], *(rule["id"] for rule in pack["rules"])]
    if any(rule.get("policy") == "JOINED" for rule in pack["rules"]):
        ids.append("JOINED")
    for number, asked in enumerate(ids):
        outcome, deciders = answer([pack], {**row, "policy_id": asked}, ALIAS)
        result = answer_cases("rows.csv", [(number + 2, {**row, "policy_id": asked})], product)
        assert not result.faults, [fault.sentence() for fault in result.faults]
        (case,) = result.cases
        assert case["outcome"] == outcome, (asked, case, outcome)
        if outcome != "undetermined":
            assert case["rule"] in deciders, (asked, case, deciders)


HEALTHY = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None}
QUICK = settings(max_examples=800, derandomize=True, **HEALTHY)
LONG = settings(max_examples=20_000, **HEALTHY)


@QUICK
@given(packs(), rows())
def test_random_packs_answer_random_rows_as_the_reference_does(pack: dict[str, Any], row: dict[str, str]) -> None:
    compare(pack, row)


@pytest.mark.slow
@LONG
@given(packs(), rows())
def test_many_random_packs_answer_random_rows_as_the_reference_does(pack: dict[str, Any], row: dict[str, str]) -> None:
    compare(pack, row)


# -- refusals ---------------------------------------------------------------------------------------------------------
SMALL_LEAVES: list[list[dict[str, Any]]] = [
    [{"vendor_in": "a"}, {"vendor_in": ["a", "b"]}, {"affiliate_of": "a"}, {"affiliate_of": ["b", "c"]}],
    [{"asset_class": "core"}, {"asset_class": ["core.x", "ran"]}, {"segment": "core"}, {"asset_class": "*"}],
    [{"carrier_in": "t"}, {"carrier_in": ["t", "u"]}, {"carrier_in": "u"}],
    [{"capability": "route"}, {"capability": ["route", "see"]}, {"capability": "see"}],
    [{"listed_in": "l1"}, {"listed_in": "l2"}],
    [{"fact": "yes"}, {"fact": "yes", "is": False}, {"fact": "yes", "is": True}],
    [{"fact": "n", "at_least": 10}, {"fact": "n", "at_most": 5}, {"fact": "n", "is": 7}, {"fact": "n", "at_least": 5}],
    [{"fact": "d", "before": DAYS[0]}, {"fact": "d", "after": DAYS[0]}, {"fact": "d", "at_most": DAYS[2]}],
    [{"fact": "t", "is": "a"}, {"fact": "t", "in": ["a", "b"]}, {"fact": "t", "is": "b"}],
    [{"made_in": "NO"}, {"made_in": ["NO", "SE"]}],
]


@cache
def small_conditions(axes: tuple[int, ...]) -> st.SearchStrategy[dict[str, Any]]:
    return conditions(st.sampled_from([leaf for at in axes for leaf in SMALL_LEAVES[at]]))


@st.composite
def small_packs(draw: st.DrawFn) -> dict[str, Any]:
    """Two to four rules over two axes, often close to one another, so that some packs must be refused."""
    axes = draw(st.lists(st.sampled_from(range(len(SMALL_LEAVES))), min_size=1, max_size=2, unique=True))
    near = small_conditions(tuple(sorted(axes)))
    made = []
    for name in "ABCD"[: draw(st.integers(1, 4))]:
        rule = {"id": name, "rank": draw(st.sampled_from([1, 2])), "when": draw(near)}
        rule["effect"] = draw(st.sampled_from(["prohibit", "condition", "permit", "cap"]))
        if rule["effect"] == "cap":
            rule["cap"] = {"measure": "sites", "at_most_share": draw(st.sampled_from([0.3, 0.4])), "of": "carrier"}
        if draw(st.booleans()):
            rule["in_force"] = [draw(st.sampled_from([None, *DAYS[1:4]])) for _ in range(2)]
        if rule["effect"] == "prohibit" and draw(st.booleans()):
            rule["remove_by"] = draw(st.sampled_from(DAYS))
        made.append(rule)
    return {"pack": "small", "rules": made}


def product_refusals(pack: Mapping[str, Any]) -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    for fault in pack_faults(parsed(pack)):
        words = fault.says.split()
        found.add(("clash", words[1], words[3]) if words[0] == "rules" else ("unreachable", words[1]))
    return found


@settings(QUICK, max_examples=1200)
@given(small_packs())
def test_refusals_are_those_that_trying_every_profile_finds(pack: dict[str, Any]) -> None:
    assert product_refusals(pack) == refusals(pack)


@pytest.mark.slow
@LONG
@given(small_packs())
def test_many_refusals_are_those_that_trying_every_profile_finds(pack: dict[str, Any]) -> None:
    assert product_refusals(pack) == refusals(pack)


def test_a_row_the_reference_refuses_is_a_fault_of_the_product_too() -> None:
    pack = {"pack": "p", "rules": [{"id": "R", "effect": "permit", "when": {"layer": "hardware"}}]}
    blank = dict.fromkeys(
        ["case_id", "vendor_profile", "asset_class", "layer", "site_class", "origin_country", "capability"], ""
    )
    product = Packs()
    product.index([parsed(pack)])
    for change in (
        {"policy_id": "Q"},
        {"as_of": "2021-02-29"},
        {"as_of": "2021"},
        {"known_facts": "action=use; action=import"},
        {"known_facts": "share_sites=1.2"},
        {"known_facts": "share_sites=-0.1"},
        {"known_facts": "share_sites=most"},
        {"vendor_profile": "leased=true", "known_facts": "leased=false"},
    ):
        row = {**blank, "policy_id": "R", "as_of": "2021-01-01", "known_facts": "", **change}
        with pytest.raises(RowFault):
            answer([pack], row, ALIAS)
        assert len(answer_cases("rows.csv", [(2, row)], product).faults) == 1, change
