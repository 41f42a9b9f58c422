"""Every bundled rule says where it comes from and when it holds, and every pack under whose name."""

import csv
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.sources import PACKAGE
from contracts.test_dictionary_words import FORBIDDEN
from provenet.case.tables import vocabulary
from provenet.core.errors import FaultList
from provenet.core.when import parse_day
from provenet.policy.answers import answer
from provenet.policy.cases import answer_cases, case_profile
from provenet.policy.pack import parse_pack, rule_facts
from provenet.policy.packs import load_packs, rule_in_force
from provenet.policy.terms import axis_tests, conjuncts, holds
from provenet.policy.wordlists import lexicon

PACKS = sorted((PACKAGE / "policy" / "policies").glob("*.yml"))
FORCES = {"law", "contract", "advice", "proposal"}
FACTS = PACKAGE / "facts"
OWN_CASES = PACKAGE / "policy" / "policies" / "cases.csv"


def read(path: Path) -> dict[str, Any]:
    pack = yaml.safe_load(path.read_text("utf-8"))
    assert isinstance(pack, dict)
    return pack


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_there_are_packs_of_every_issuer_the_issue_names() -> None:
    told = {read(path).get("jurisdiction") for path in PACKS}
    assert {"EU", "DE", "IT", "JP", "US", "UK", "SE", "AU", "CA", "IN", "CN"} <= told


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.stem)
def test_a_pack_names_its_issuer_its_source_and_its_force(path: Path) -> None:
    pack = read(path)
    if not pack.get("example"):
        assert str(pack["pack"]).startswith(f"{str(pack['jurisdiction']).lower()}-")
    for key in ("issuer", "title", "source", "says"):
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
    words = re.compile(r"\b(guilty|spies|spying|untrustworthy|dangerous|malicious|banned)\b", re.I)
    said = [(path.stem, str(rule.get("says", ""))) for path in PACKS for rule in read(path)["rules"]]
    said += [(path.stem, str(read(path)[key])) for path in PACKS for key in ("title", "says", "leaves_out")]
    assert [(stem, text) for stem, text in said if words.search(text)] == []


def test_the_prose_of_packs_keeps_to_the_words() -> None:
    found = []
    for path in PACKS:
        pack = read(path)
        prose = [pack["title"], pack["says"], *pack["leaves_out"], *pack.get("facts", {}).values()]
        prose += [rule["says"] for rule in pack["rules"]]
        found += [(path.stem, hit[0], text) for text in prose for hit in FORBIDDEN.finditer(text)]
    assert found == []


def test_every_pack_says_what_it_leaves_out_and_what_each_of_its_facts_means() -> None:
    for pack in load_packs().packs.values():
        keys = {key for rule in pack.rules for key in rule_facts(rule)}
        assert set(pack.fact_says) == keys, pack.id
        assert pack.leaves_out, pack.id


def test_every_criterion_that_leads_to_an_outcome_can_be_asked() -> None:
    packs = load_packs()
    told = rows_of(FACTS / "policies.csv")
    outcomes = {"restricted", "conditional", "clear", "undetermined", "eligible"}
    assert [
        row["policy_id"] for row in told if row["outcome_if_met"] in outcomes and not packs.find(row["policy_id"])
    ] == []


# Rules of no row: the example; a rule on private buyers and one on earlier generations, which no row asks about; and
# an exception that each of the two rows it lifts states in its own condition.
OF_NO_ROW = {"LEGAL-COMPULSION", "IN-BORDER-PRIVATE", "FR-2019-OLDER", "US-805-X"}


def test_each_rule_belongs_to_a_row_of_policies() -> None:
    rows = {row["policy_id"] for row in rows_of(FACTS / "policies.csv")}
    strays = {rule.id for pack in load_packs().packs.values() for rule in pack.rules if rule.policy not in rows}
    assert strays == OF_NO_ROW


def test_a_row_of_policies_answers_for_all_its_rules() -> None:
    packs = load_packs()
    for row in rows_of(FACTS / "policies.csv"):
        name = row["policy_id"]
        parts = [rule for pack in packs.packs.values() for rule in pack.rules if rule.policy == name]
        found = packs.find(name)
        assert (found is None) == (not parts), name
        if found is not None:
            assert list(found.rules) == parts, name
            assert len(parts) == 1 or not found.alone, name


def test_every_rule_decides_or_keeps_open_a_worked_case() -> None:
    packs = load_packs()
    used: set[str | None] = set()
    for path in (FACTS / "policy_tests.csv", OWN_CASES):
        used |= {case["rule"] for case in answer_cases(path.name, enumerate(rows_of(path), 2), packs).cases}
    assert [rule.id for pack in packs.packs.values() for rule in pack.rules if rule.id not in used] == []


def coverage() -> dict[str, set[str]]:
    """What the bundled worked cases show of each rule.

    *true*: it decides; *false*: it fails by one of its parts alone, all others being true; *unknown*: the answer is
    undetermined and names it, because what it tests is not known.
    """
    packs, words = load_packs(), lexicon()
    seen: dict[str, set[str]] = {rule.id: set() for pack in packs.packs.values() for rule in pack.rules}
    for row in rows_of(FACTS / "policy_tests.csv"):
        selection = packs.find(row["policy_id"])
        assert selection is not None, row["case_id"]
        day, profile = parse_day(row["as_of"]), case_profile(row, words)
        found = answer(selection, profile, day)
        for rule in selection.rules:
            force = rule_in_force(rule, day, adopted=selection.pack.adopted)
            parts = [holds(part, profile, rule.decided_by) for part in conjuncts(rule.when)]
            if force and all(parts) and found.rule is rule and found.outcome != "undetermined":
                seen[rule.id].add("true")
            if force and parts.count(False) == 1 and None not in parts:
                seen[rule.id].add("false")
            if force and None in parts and False not in parts and found.rule is rule:
                seen[rule.id].add("unknown")
    return seen


def test_every_rule_has_a_worked_case_true_false_and_unknown() -> None:
    lacking = {name: sorted({"true", "false", "unknown"} - seen) for name, seen in coverage().items()}
    assert {name: states for name, states in lacking.items() if states} == {}


def test_an_example_is_taken_by_no_country_and_names_no_vendor_and_no_country() -> None:
    examples = [pack for pack in load_packs().packs.values() if pack.example]
    assert [pack.id for pack in examples] == ["legal-compulsion"]
    listed = {code for codes in vocabulary()["jurisdictions"].values() for code in codes}
    vendors = {row["vendor"] for row in rows_of(FACTS / "vendors.csv")}
    for pack in examples:
        assert pack.jurisdiction == "" and pack.jurisdiction not in listed
        assert pack.id not in vocabulary()["demo"]["also"]
        assert [test for rule in pack.rules for test in axis_tests(rule.when)] == []
        text = (PACKAGE / "policy" / "policies" / pack.place).read_text("utf-8")
        rules = text.replace("telko.in (Politico): Belgia ograniczy udzial sprzetu Huawei", "")
        assert [name for name in sorted(vendors) if re.search(rf"\b{re.escape(name)}\b", rules)] == []
        assert re.search(r"\b(Chin|Americ|Russia|Korea|Swed|Finland|Japan)", rules) is None


def faults_of(head: str) -> list[str]:
    faults = FaultList()
    rule = "rules:\n  - {id: A, effect: permit, when: {asset_class: core}}\n"
    parse_pack("p.yml", f"pack: p\n{head}{rule}".encode(), faults)
    return [fault.sentence() for fault in faults.faults]


def test_keys_for_the_page_are_read_strictly() -> None:
    assert faults_of("example: true\nleaves_out: [One sentence.]\n") == []
    assert faults_of("example: maybe\n") == [
        "p.yml line 2: example is not true or false; found 'maybe', expected true or false."
    ]
    assert faults_of("jurisdiction: DE\nexample: true\n") == [
        "p.yml line 2: an example belongs to no jurisdiction; found 'DE', expected no such key."
    ]
    assert faults_of("leaves_out: all of it\n") == [
        "p.yml line 2: leaves_out is no list; found 'all of it', expected a list of sentences."
    ]
    assert faults_of("leaves_out: [One., 2]\n") == [
        "p.yml line 2: leaves_out is no list; found \"['One.', 2]\", expected a list of sentences."
    ]
