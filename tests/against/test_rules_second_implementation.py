"""The rule language against a second implementation: random packs and random case rows, and which packs are refused."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from against.random_packs import DAYS, conditions, packs, rows
from against.reference_refusals import refusals
from against.reference_rules import RowFault, answer
from provenet.core.errors import FaultList
from provenet.policy.cases import answer_cases
from provenet.policy.logic import review_pack
from provenet.policy.pack import Pack, parse_pack
from provenet.policy.packs import Packs
from support.examples import examples

ALIAS = {
    "huaweitechnologies": "huawei",
    "华为": "huawei",
    "ztecorporation": "zte",
    "nsn": "nokia",
    "dt": "deutschetelekom",
    "telekomdeutschland": "deutschetelekom",
    "kddicorporation": "kddi",
}


def parsed(pack: Mapping[str, Any]) -> Pack:
    faults = FaultList()
    text = yaml.safe_dump(pack, sort_keys=False, allow_unicode=True)
    found = parse_pack("random.yml", text.encode(), faults)
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
QUICK = settings(max_examples=examples(800), derandomize=True, **HEALTHY)
LONG = settings(max_examples=20_000, **HEALTHY)


@QUICK
@given(packs(), rows())
def test_random_packs_answer_random_rows_as_the_reference_does(pack: dict[str, Any], row: dict[str, str]) -> None:
    compare(pack, row)


def test_a_day_where_true_or_false_belongs_is_compared_with_no_day() -> None:
    row = {
        "case_id": "C1",
        "as_of": "2020-06-29",
        "vendor_profile": "exempt=2020-06-30",
        "known_facts": "",
        "asset_class": "core",
        "layer": "",
        "site_class": "",
        "origin_country": "",
        "capability": "",
    }
    for when in ({"fact": "exempt", "at_most": DAYS[0]}, {"not": {"fact": "exempt", "after": DAYS[0]}}):
        rule = {"id": "A", "effect": "prohibit", "rank": 1, "when": when}
        pack = {"pack": "own", "default": "clear", "rules": [rule]}
        assert answer([pack], {**row, "policy_id": "own"}, ALIAS)[0] == "undetermined"
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
    for fault in review_pack(parsed(pack)).faults:
        words = fault.says.split()
        found.add(("clash", words[1], words[3]) if words[0] == "rules" else ("unreachable", words[1]))
    return found


@settings(QUICK, max_examples=examples(1200))
@given(small_packs())
def test_refusals_are_those_that_trying_every_profile_finds(pack: dict[str, Any]) -> None:
    assert product_refusals(pack) == refusals(pack)


def test_a_rule_under_one_that_holds_of_every_class_is_refused_by_both() -> None:
    finer = {"asset_class": ["core.x", "ran"]}
    over = {"id": "A", "rank": 2, "effect": "prohibit", "when": {"any": [finer, {"not": finer}]}}
    under = {"id": "B", "rank": 1, "effect": "prohibit", "when": {"asset_class": "core"}}
    pack = {"pack": "small", "rules": [over, under]}
    assert product_refusals(pack) == refusals(pack) == {("unreachable", "B")}


@pytest.mark.slow
@LONG
@given(small_packs())
def test_many_refusals_are_those_that_trying_every_profile_finds(pack: dict[str, Any]) -> None:
    assert product_refusals(pack) == refusals(pack)


def test_a_row_the_reference_refuses_is_a_fault_of_the_product_too() -> None:
    pack = {"pack": "p", "rules": [{"id": "R", "effect": "permit", "when": {"layer": "hardware"}}]}
    columns = ["case_id", "vendor_profile", "asset_class", "layer", "site_class", "origin_country", "capability"]
    blank = dict.fromkeys(columns, "")
    product = Packs()
    product.index([parsed(pack)])
    facts = ("action=use; action=import", "share_sites=1.2", "share_sites=-0.1", "share_sites=most")
    changes: list[dict[str, str]] = [{"policy_id": "Q"}, {"as_of": "2021-02-29"}, {"as_of": "2021"}]
    changes += [{"known_facts": text} for text in facts]
    for change in (*changes, {"vendor_profile": "leased=true", "known_facts": "leased=false"}):
        row = {**blank, "policy_id": "R", "as_of": "2021-01-01", "known_facts": "", **change}
        with pytest.raises(RowFault):
            answer([pack], row, ALIAS)
        assert len(answer_cases("rows.csv", [(2, row)], product).faults) == 1, change
