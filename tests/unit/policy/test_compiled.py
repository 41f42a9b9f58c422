"""Compiled rules: the same outcome and rule as the interpreter, at the edges that random packs seldom reach."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
import yaml

from provenet.core.errors import FaultList
from provenet.core.when import Span
from provenet.policy import compiled
from provenet.policy.answers import answer
from provenet.policy.compiled import CompiledRules, Decision
from provenet.policy.conditions import MAX_DEPTH
from provenet.policy.pack import parse_pack
from provenet.policy.packs import Packs, Selection
from provenet.policy.terms import Group, Listing, Profile

DAY = date(2024, 1, 1)


def selected(rules: list[dict[str, Any]], asked: str = "p", **head: Any) -> Selection:
    """The rules of a pack that an id names; nothing is checked beyond its form."""
    faults = FaultList()
    pack = parse_pack("p.yml", yaml.safe_dump({"pack": "p", **head, "rules": rules}).encode(), faults)
    assert pack is not None, [fault.sentence() for fault in faults.faults]
    packs = Packs()
    packs.index([pack])
    found = packs.find(asked)
    assert found is not None
    return found


def decided(selection: Selection, profile: Profile, day: date = DAY, known: date | None = None) -> Decision:
    """What the compiled rules decide, once it is what the interpreter decides."""
    found = answer(selection, profile, day, known=known)
    made = CompiledRules(selection).decide(profile, day, known)
    assert made == (found.outcome, found.rule.id if found.rule else None)
    return made


def rule(name: str, when: Mapping[str, Any], rank: float = 1, effect: str = "prohibit", **more: Any) -> dict[str, Any]:
    return {"id": name, "effect": effect, "rank": rank, "when": dict(when), **more}


def vendor(*names: str) -> Profile:
    return Profile(vendor=frozenset(names) or None)


def test_one_rule_is_true_false_or_unknown() -> None:
    one = selected([rule("A", {"vendor_in": "Huawei"})])
    assert decided(one, vendor("huawei")) == ("restricted", "A")
    assert decided(one, vendor("nokia")) == ("clear", None)
    assert decided(one, vendor()) == ("undetermined", "A")
    assert decided(one, vendor("huawei", "nokia")) == ("undetermined", "A")


def test_rules_of_one_rank_that_disagree_name_the_first() -> None:
    rules = [rule("A", {"vendor_in": "Huawei"}), rule("B", {"layer": "hardware"}, effect="permit")]
    both = Profile(vendor=frozenset({"huawei"}), plain={"layer": frozenset({"hardware"})})
    assert decided(selected(rules), both) == ("undetermined", "A")
    above = rule("C", {"carrier_in": "KDDI"}, rank=2)
    assert decided(selected([*rules, above]), both) == ("undetermined", "A")
    assert decided(selected(rules), vendor("huawei")) == ("restricted", "A")
    assert decided(selected(rules), Profile()) == ("undetermined", "A")


def test_an_open_rule_of_higher_rank_leaves_what_all_ways_agree_on() -> None:
    rules = [rule("A", {"layer": "hardware"}, rank=2), rule("B", {"vendor_in": "Huawei"})]
    assert decided(selected(rules), vendor("huawei")) == ("restricted", "B")
    assert decided(selected(rules), vendor("nokia")) == ("undetermined", "A")
    assert decided(selected(rules, default="restricted"), vendor("nokia")) == ("restricted", None)


def test_before_any_rule_the_answer_is_clear_whatever_the_default() -> None:
    one = selected([rule("A", {"vendor_in": "Huawei"}, in_force=[date(2025, 1, 1), None])], default="restricted")
    assert decided(one, vendor("huawei")) == ("clear", None)
    assert decided(one, vendor("nokia"), date(2025, 1, 1)) == ("restricted", None)
    assert decided(one, vendor("huawei"), date(2025, 1, 1), known=date(2024, 12, 31)) == ("clear", None)


@pytest.mark.parametrize("asked", ["p", "A"])
def test_a_first_day_known_to_a_month_leaves_the_rule_open_within_it(asked: str) -> None:
    one = selected([rule("A", {"vendor_in": "Huawei"}, in_force=["2024-01", None])], asked)
    assert decided(one, vendor("huawei"), date(2023, 12, 31)) == ("clear", None)
    assert decided(one, vendor("huawei"), date(2024, 1, 15)) == ("undetermined", "A")
    assert decided(one, vendor("nokia"), date(2024, 1, 15)) == ("clear", None)
    assert decided(one, vendor("huawei"), date(2024, 2, 1)) == ("restricted", "A")


def test_terms_and_caps_are_settled_by_the_profile() -> None:
    cap = {"measure": "sites", "at_most_share": 0.35, "of": "carrier"}
    rules = [
        rule("A", {"vendor_in": "Huawei"}, rank=3, effect="cap", cap=cap),
        rule("B", {"vendor_in": "ZTE"}, rank=2, remove_by={"fact": "begun", "plus": "1 month"}),
        rule("C", {"vendor_in": "Nokia"}, remove_by=date(2023, 12, 31)),
    ]
    many = selected(rules)
    for share, outcome in ((None, "undetermined"), ((0.35, 0.35), "conditional"), ((0.3, 0.4), "undetermined")):
        profile = Profile(vendor=frozenset({"huawei"}), shares={"Sites": share})
        assert decided(many, profile) == (outcome, "A")
    for begun, outcome in ((date(2023, 12, 1), "conditional"), (date(2023, 11, 30), "restricted")):
        profile = Profile(vendor=frozenset({"zte"}), fact=lambda _key, _by, day=begun: Span(day, day))
        assert decided(many, profile) == (outcome, "B")
    assert decided(many, vendor("zte")) == ("undetermined", "B")
    assert decided(many, vendor("nokia")) == ("restricted", "C")


def test_true_and_one_are_two_values() -> None:
    tests = [rule("A", {"fact": "x"}, rank=2), rule("B", {"fact": "x", "is": 1})]
    rules = CompiledRules(selected(tests))
    for value, expected in ((1.0, ("restricted", "B")), (True, ("restricted", "A")), (False, ("undetermined", "B"))):
        profile = Profile(fact=lambda _key, _by, value=value: value)
        assert rules.decide(profile, DAY) == expected == decided(selected(tests), profile)


def test_a_fact_is_read_once_and_for_the_one_who_decides_it() -> None:
    rules = [
        rule("A", {"any": [{"fact": "x"}, {"all": [{"fact": "x", "is": "a"}]}]}, rank=2, decided_by="court"),
        rule("B", {"all": [{"fact": "x"}, {"not": {"fact": "x"}}]}),
        rule("C", {"not": {"fact": "x"}}, rank=0),
    ]
    read: list[tuple[str, tuple[str, ...]]] = []

    def fact(key: str, by: tuple[str, ...]) -> bool | None:
        read.append((key, by))
        return None if by else False

    profile = Profile(fact=fact)
    decide = CompiledRules(selected(rules)).on(DAY)
    assert decide(profile) == ("restricted", "C")
    assert sorted(read) == [("x", ()), ("x", ("court",))]
    decided(selected(rules), profile)


def test_control_is_asked_of_the_profile_each_time() -> None:
    rules = [
        rule("A", {"affiliate_of": "Huawei"}, rank=2, control_above=0.25),
        rule("B", {"controlled_from": "CN"}, control_above=0.1),
    ]
    many = selected(rules)
    decide = CompiledRules(many).on(DAY)
    for group, held, expected in (
        (Group(frozenset({"huawei"})), False, ("restricted", "A")),
        (Group(), True, ("restricted", "B")),
        (Group(maybe=None), False, ("undetermined", "A")),
        (Group(), False, ("clear", None)),
    ):
        profile = Profile(
            vendor=frozenset({"hisilicon"}),
            group_above=lambda _share, group=group: group,
            controlled_above=lambda _share, _where, held=held: held,
        )
        assert decide(profile) == expected == decided(many, profile)


def test_lists_capabilities_and_classes() -> None:
    rules = [
        rule("A", {"listed_in": ["UK annex", "1260H"]}, rank=4),
        rule("B", {"capability": ["none", "route"]}, rank=3),
        rule("C", {"asset_class": ["core.user_plane", "ran"]}, rank=2),
        rule("D", {"not": {"segment": "core"}}),
    ]
    many = selected(rules)
    off = Listing(on_none=True)
    none = {"capability": frozenset[str](), "listing": off}
    assert decided(many, Profile(listing=Listing(on=frozenset({"1260h"})))) == ("restricted", "A")
    assert decided(many, Profile(**none)) == ("restricted", "B")
    known: dict[str, Any] = {"listing": off, "capability": frozenset({"see"})}
    for classes, expected in (
        ((("core", "controlplane"),), ("clear", None)),
        ((("core", "userplane"),), ("restricted", "C")),
        ((("core",),), ("undetermined", "C")),
        ((("ran", "radio"), ("core",)), ("undetermined", "C")),
        ((("transport",),), ("restricted", "D")),
        (None, ("undetermined", "C")),
    ):
        assert decided(many, Profile(asset_class=classes, **known)) == expected
    assert decided(many, Profile(listing=off, capability=frozenset({"see"}), capability_complete=False)).rule_id == "B"


def test_wide_and_deep_conditions_are_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = {"any": [{"all": [{"fact": f"f{n}"}, {"not": {"vendor_in": f"v{n}"}}]} for n in range(300)]}
    deep: dict[str, Any] = {"fact": "f7"}
    for level in range(MAX_DEPTH - 4):  # as deep as a file may be
        fillers = [{"fact": f"g{n}", "is": level % 2 == 0} for n in range(13)]
        deep = {"all" if level % 2 else "any": [*fillers, deep]}
    one = selected([rule("A", wide, rank=2), rule("B", deep, effect="condition")])
    monkeypatch.setattr(CompiledRules, "_walked", lambda *_: pytest.fail("the rules were not compiled"))
    for on in ("f7", "g3", ""):
        decided(one, Profile(vendor=frozenset({"v9"}), fact=lambda key, _by, on=on: key == on))
        decided(one, Profile(fact=lambda key, _by, on=on: None if key < "f5" else key == on))


def test_rules_past_the_most_tests_are_walked(monkeypatch: pytest.MonkeyPatch) -> None:
    one = selected([rule("A", {"all": [{"vendor_in": "Huawei"}, {"layer": "hardware"}]})])
    monkeypatch.setattr(compiled, "MOST_TESTS", 1)
    monkeypatch.setattr(compiled, "_Writer", lambda *_: pytest.fail("the rules were compiled"))
    assert decided(one, vendor("huawei")) == ("undetermined", "A")


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "REMEMBERED", 3)
    one = selected([rule("A", {"all": [{"vendor_in": "v3"}, {"fact": "n", "at_least": 5}]})])
    rules = CompiledRules(one)
    for n in range(20):
        profile = Profile(vendor=frozenset({f"v{n % 7}"}), fact=lambda _key, _by, n=n: float(n))
        day = date(2024, 1, 1 + n)
        found = answer(one, profile, day)
        assert rules.decide(profile, day) == (found.outcome, found.rule.id if found.rule else None)
        assert rules.answer(profile, day) == found


def test_source_holds_no_word_of_a_pack() -> None:
    evil = "x'); raise SystemExit('"
    rules = [rule(evil, {"all": [{"vendor_in": evil}, {"fact": evil, "is": evil}, {"layer": evil}]}, decided_by=evil)]
    made = compiled._Writer(selected(rules), tuple(compiled._states(selected(rules), DAY, None)), DAY)
    text = "\n".join([*made._head(), *made._ranked(), *made._head()])
    assert "SystemExit" not in text
    decided(selected(rules), vendor(evil))
