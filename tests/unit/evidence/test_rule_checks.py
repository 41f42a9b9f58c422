"""Rules never exercised: a small pack, the questions asked of it, worked cases, and what each check says."""

from datetime import date
from pathlib import Path

import pytest

from provenet.case.check import chosen, look
from provenet.case.rows import FindingRow
from provenet.evidence.rule_checks import rule_checks
from provenet.policy.packs import Packs, load_packs
from unit.case.check_rows import Tables, made, party, rows_of, share

DAY = date(2026, 11, 25)
PACK = """
pack: xx-test
issuer: xx-issuer
title: A test of rules
source: a page
force: law
default: clear
rules:
  - id: XX-CORE
    effect: prohibit
    rank: 30
    when:
      all:
        - vendor_in: [Nokia]
        - asset_class: [core]
    in_force: [2020-01-01, null]
  - id: XX-BUY
    effect: condition
    rank: 20
    when:
      all:
        - action: [buy]
        - fact: critical
    in_force: [2020-01-01, null]
  - id: XX-LATER
    effect: prohibit
    rank: 10
    when:
      vendor_in: [Nokia]
    in_force: [2030-01-01, null]
  - id: XX-CAP
    effect: cap
    rank: 5
    when:
      asset_class: [ran]
    cap: {measure: sites, at_most_share: 0.35, of: carrier}
    in_force: [2020-01-01, null]
declares: {issuers: [xx-issuer]}
"""


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Packs:
    folder: Path = tmp_path_factory.mktemp("packs")
    (folder / "xx-test.yml").write_text(PACK.lstrip(), encoding="utf-8")
    return load_packs([folder])


def verdict(key: str, /, **cells: object) -> dict[str, object]:
    told = {"pack": "xx-test", "vendor_id": "nokia", "asset_class": "core", "layer": "software", "action": "use"}
    return made("verdict", key, **{**told, "rule_id": None, "as_of_on": DAY, "facts": [], **cells})


def worked(key: str, /, **cells: object) -> dict[str, object]:
    told = {"policy_id": "xx-test", "as_of_on": DAY, "vendor_profile": "name=Nokia", "asset_class": "core"}
    return made("policy_case", key, **{**told, "expected_outcome": "clear", **cells})


def found(told: Tables, packs: Packs, check: str) -> list[tuple[object, ...]]:
    menu = rule_checks(lambda: packs)
    looked: list[FindingRow] = look(rows_of(told), chosen(menu, [check])).findings
    return [(f["severity"], f["place"], f["says"], f["repair"]) for f in looked if "xx-test" in str(f["place"])]


DECIDED = [verdict("v1", rule_id="XX-CORE"), verdict("v2", rule_id="XX-CAP", asset_class="ran")]


def test_rules_that_no_verdict_follows_and_no_worked_case_reaches(packs: Packs) -> None:
    told = {"party": [party("nokia")], "verdict": DECIDED}
    assert found(told, packs, "unexercised-rule") == [
        (
            "warning",
            "rule XX-BUY of xx-test (xx-test.yml line 16)",
            "No verdict follows it or leaves it open and no worked case reaches it: none of the 2 questions screened "
            "meets action: buy.",
            "Test it with action: buy: use an asset, --assume, another day or a worked case.",
        ),
        (
            "warning",
            "rule XX-LATER of xx-test (xx-test.yml line 24)",
            "No verdict follows it or leaves it open and no worked case reaches it: it is not in force on the days "
            "screened (2026-11-25).",
            "Test it with a day on which it is in force, and vendor_in: Nokia: use an asset, --assume, "
            "another day or a worked case.",
        ),
    ]


def test_a_rule_that_a_higher_one_always_decides_before(packs: Packs) -> None:
    told = {"party": [party("nokia")], "verdict": [DECIDED[0], verdict("v3", rule_id="XX-BUY", action="buy"),
                                                   verdict("v4", asset_class="ran")]}  # fmt: skip
    assert [one[2] for one in found(told, packs, "unexercised-rule") if "XX-CAP" in str(one[1])] == [
        "No verdict follows it or leaves it open and no worked case reaches it: its parts are met apart, and no "
        "question meets all of them where no rule of higher rank decides."
    ]


def test_a_question_that_is_not_known_on_an_axis_may_reach_a_rule(packs: Packs) -> None:
    told = {"party": [party("nokia")], "verdict": [*DECIDED, verdict("v3", action="use", asset_class="transport")]}
    assert "none of the 3 questions screened meets action: buy" in str(found(told, packs, "unexercised-rule")[0][2])


def test_a_worked_case_that_makes_a_rule_true_or_leaves_it_open_exercises_it(packs: Packs) -> None:
    told = {"party": [party("nokia")], "verdict": DECIDED}
    left_open = worked("c1", known_facts="action=buy")
    later = worked("c2", as_of_on=date(2030, 1, 1))
    assert found({**told, "policy_case": [left_open, later]}, packs, "unexercised-rule") == []
    early = worked("c2", as_of_on=date(2029, 12, 31), known_facts="action=use")
    denied = worked("c1", known_facts="action=buy; critical=false")
    still = found({**told, "policy_case": [early, denied]}, packs, "unexercised-rule")
    assert [str(one[1]).split(" ")[1] for one in still] == ["XX-BUY", "XX-LATER"]


def test_a_worked_case_that_cannot_be_asked_exercises_nothing(packs: Packs) -> None:
    told = {"party": [party("nokia")], "verdict": DECIDED}
    rows = [worked("c1", known_facts="action=buy; action=use"), worked("c2", policy_id="nobody has it")]
    assert len(found({**told, "policy_case": rows}, packs, "unexercised-rule")) == 2


def test_a_pack_that_is_not_at_hand_is_told(packs: Packs) -> None:
    told = {"party": [party("nokia")], "verdict": [verdict("v1", pack="own-pack"), verdict("v2", pack="own-pack")]}
    (finding,) = look(rows_of(told), chosen(rule_checks(lambda: packs), ["unexercised-rule"])).findings
    assert (finding["place"], finding["says"], finding["repair"]) == (
        "verdict, pack (own-pack)",
        "The pack is not at hand, so its rules are not compared with 2 verdicts.",
        "Give the folder it lies in: --packs DIR.",
    )


def test_rules_of_a_policy_that_was_not_asked_are_not_told(packs: Packs) -> None:
    told = {"party": [party("nokia")], "verdict": [verdict("v1", pack="XX-CORE", rule_id="XX-CORE")]}
    assert found(told, packs, "unexercised-rule") == []


def test_rules_without_a_worked_case(packs: Packs) -> None:
    assert found({"verdict": DECIDED}, packs, "no-worked-case") == []
    told = {"policy_case": [worked("c1"), worked("c2", asset_class="ran.radio", known_facts="action=buy")]}
    assert found(told, packs, "no-worked-case") == [
        (
            "warning",
            "rule XX-LATER of xx-test (xx-test.yml line 24)",
            "No worked case reaches it; it tests vendor_in: Nokia.",
            "Add a row of policy_case for XX-LATER with vendor_in: Nokia.",
        )
    ]


def test_worked_cases_that_cannot_be_asked_or_are_answered_otherwise(packs: Packs) -> None:
    right = worked("c1", expected_outcome="restricted")
    assert found({"policy_case": [right]}, packs, "worked-case") == []
    rows = [worked("c2", expected_outcome="clear"), worked("c3", policy_id="xx-tset")]
    menu = rule_checks(lambda: packs)
    looked = look(rows_of({"policy_case": [right, *rows]}), chosen(menu, ["worked-case"])).findings
    act = "Compare the case with its source; where the case is right, correct the pack."
    assert [(f["severity"], f["place"], f["says"], f["repair"], f["inputs"]) for f in looked] == [
        (
            "warning",
            "policy_case c2, expected_outcome (policy_case.csv row 2)",
            "It expects clear; the rules answer restricted. Rule XX-CORE prohibits it on 2026-11-25.",
            act,
            ["policy_case:c2"],
        ),
        (
            "warning",
            "policy_case c3, policy_id (policy_case.csv row 2)",
            "It cannot be evaluated: no pack, policy or rule has this id; found 'xx-tset'. Nearest: xx-test.",
            act,
            ["policy_case:c3"],
        ),
    ]


def test_caps_on_a_measure_of_which_there_is_no_share(packs: Packs) -> None:
    told = {"party": [party("nokia")], "verdict": DECIDED, "market_share": [share("1", measure_kind="equipment")]}
    assert found(told, packs, "cap-measure") == [
        (
            "warning",
            "rule XX-CAP of xx-test (xx-test.yml line 30)",
            "Caps the share of sites; shares within a carrier are by equipment.",
            "Supply shares by sites; shares of another kind are no substitute, so the cap stays undetermined.",
        )
    ]
    for mended in ([share("1")], [], [share("1", measure_kind="equipment", carrier_id=None)]):
        assert found({**told, "market_share": mended}, packs, "cap-measure") == []


def test_parties_of_the_case_are_known_by_its_own_ids(packs: Packs) -> None:
    """A rule that names Nokia is met by questions about the party that the case calls so."""
    told = {"party": [party("n-1", name="Nokia")], "verdict": [verdict("v1", vendor_id="n-1", rule_id="XX-BUY")]}
    says = {str(one[1]).split(" ")[1]: str(one[2]) for one in found(told, packs, "unexercised-rule")}
    assert "parts are met apart" in says["XX-CORE"]
    told = {"party": [party("n-1", name="Ericsson")], "verdict": [verdict("v1", vendor_id="n-1", rule_id="XX-BUY")]}
    says = {str(one[1]).split(" ")[1]: str(one[2]) for one in found(told, packs, "unexercised-rule")}
    assert "none of the 1 question screened meets vendor_in: Nokia" in says["XX-CORE"]
