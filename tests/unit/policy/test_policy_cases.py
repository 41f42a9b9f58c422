"""The worked cases of the bundled fact tables that the bundled packs answer, and cases of our own at the boundaries."""

import csv
from datetime import date
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from provenet.core.errors import FaultList
from provenet.core.units import parse_number
from provenet.policy.answers import OUTCOMES
from provenet.policy.cases import NEEDED_COLUMNS, answer_cases
from provenet.policy.pack import parse_pack, rule_facts
from provenet.policy.packs import Packs, known_words, load_packs
from provenet.policy.wordlists import fact_types
from support.screening import screen
from unit.evidence.small_case import claim, party, tables

FACTS = Path(__file__).parents[3] / "src" / "provenet" / "facts"
OWN_CASES = FACTS.parent / "policy" / "policies" / "cases.csv"
PACKS = load_packs()


def bundled() -> list[tuple[int, dict[str, str]]]:
    with (FACTS / "policy_tests.csv").open(encoding="utf-8", newline="") as file:
        return [(n + 2, row) for n, row in enumerate(csv.DictReader(file))]


def ask(policy_id: str, as_of: str, **cells: str) -> str:
    row = dict.fromkeys(NEEDED_COLUMNS, "") | {"case_id": "X", "policy_id": policy_id, "as_of": as_of} | cells
    result = answer_cases("own.csv", [(2, row)], PACKS)
    assert not result.faults, result.faults
    outcome = result.cases[0]["outcome"]
    assert outcome is not None
    return outcome


def test_every_bundled_case_has_its_expected_outcome() -> None:
    rows = bundled()
    assert len(rows) > 137
    result = answer_cases("policy_tests.csv", rows, PACKS)
    assert not result.faults
    found = {case["case_id"]: case["outcome"] for case in result.cases}
    assert found == {row["case_id"]: row["expected_outcome"] for _, row in rows}


def test_every_case_of_our_own_has_its_expected_outcome() -> None:
    with OWN_CASES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    result = answer_cases("cases.csv", enumerate(rows, 2), PACKS)
    assert not result.faults
    assert len(rows) > 250
    found = {case["case_id"]: case["outcome"] for case in result.cases}
    assert found == {row["case_id"]: row["expected_outcome"] for row in rows}
    assert all(row["source"].strip() and row["why"].strip() for row in rows)


def test_every_answer_is_expected_of_some_case() -> None:
    with OWN_CASES.open(encoding="utf-8", newline="") as file:
        told = [row["expected_outcome"] for row in csv.DictReader(file)]
    assert min(told.count(outcome) for outcome in OUTCOMES) >= 25


RENAMED = {"Huawei": "Cisco", "Cisco": "Huawei", "ZTE": "Nokia", "Nokia": "ZTE"}


@pytest.mark.parametrize("value", ["true", "false", "disputed (both)", "unknown", ""])
@pytest.mark.parametrize("vendor", sorted(RENAMED))
def test_the_example_answers_every_name_and_seat_alike(vendor: str, value: str) -> None:
    seats = {"Huawei": "CN", "ZTE": "CN", "Cisco": "US", "Nokia": "FI"}
    fact = f"; home_state_can_compel={value}" if value else ""

    def told(name: str) -> str:
        return ask("legal-compulsion", "2026-11-24", vendor_profile=f"name={name}; hq={seats[name]}{fact}")

    expected = {"true": "conditional", "false": "clear"}.get(value, "undetermined")
    assert told(vendor) == told(RENAMED[vendor]) == expected


SEATS = {"huawei": "CN", "cisco": "US", "nokia": "FI", "samsung": "KR"}
SAID = {"huawei": ("asserts", "denies"), "cisco": ("asserts",), "nokia": ("denies",), "samsung": ()}


def compelled(named: dict[str, str]) -> dict[str, str]:
    """What the example pack says of four vendors whose names and seats are exchanged for `named`."""
    rows = [
        claim(f"{vendor}-{stance}", "home_state_can_compel", stance, date(2020, 1, 1), vendor_ids=[named[vendor]])
        for vendor, stances in SAID.items()
        for stance in stances
    ]
    case = tables([party(vendor, "vendor", seat) for vendor, seat in SEATS.items()], claim=rows)
    found = screen(case, PACKS, ["legal-compulsion"], as_of=date(2026, 11, 24))
    told: dict[str, set[str]] = {vendor: set() for vendor in SEATS}
    for row in found:
        told[row["vendor_id"]].add(row["outcome"])
    assert all(len(outcomes) == 1 for outcomes in told.values())
    return {vendor: outcomes.pop() for vendor, outcomes in told.items()}


def test_exchanging_names_and_seats_exchanges_the_answers_of_the_example() -> None:
    told = compelled({vendor: vendor for vendor in SEATS})
    assert told == {"huawei": "undetermined", "cisco": "conditional", "nokia": "clear", "samsung": "undetermined"}
    for order in permutations(SEATS):
        named = dict(zip(SEATS, order, strict=True))
        assert compelled(named) == {named[vendor]: outcome for vendor, outcome in told.items()}


@pytest.mark.parametrize(
    ("policy", "as_of", "facts", "outcome"),
    [
        ("DE-9B1", "2021-05-27", "function_on_critical_list; first_use_of_type=true", "clear"),
        ("DE-9B1", "2021-05-28", "function_on_critical_list; first_use_of_type=true", "conditional"),
        ("DE-9B1", "2025-12-05", "function_on_critical_list; first_use_of_type=true", "conditional"),
        ("DE-9B1", "2025-12-06", "function_on_critical_list; first_use_of_type=true", "clear"),
        ("DE-9B1", "2022-03-01", "function_on_critical_list=true", "undetermined"),
        ("DE-9B1", "2022-03-01", "function_on_critical_list=false", "clear"),
        ("DE-CERT", "2026-01-02", "function_on_critical_list; first_use=2025-12-31; certified=false", "clear"),
        ("DE-CERT", "2026-01-02", "function_on_critical_list; first_use=2026-01; certified=false", "restricted"),
        ("DE-CERT", "2026-01-02", "function_on_critical_list; first_use=2025-2026; certified=false", "undetermined"),
        ("DE-NIS2", "2026-06-01", "orders=none", "clear"),
        ("DE-NIS2", "2026-06-01", "orders=true", "restricted"),
        ("DE-NIS2", "2025-12-05", "orders=true", "clear"),
    ],
)
def test_german_law_at_its_boundaries(policy: str, as_of: str, facts: str, outcome: str) -> None:
    assert ask(policy, as_of, asset_class="core.control_plane", known_facts=facts) == outcome


@pytest.mark.parametrize(
    ("as_of", "vendor", "carrier", "critical", "outcome"),
    [
        ("2024-07-10", "Huawei", "Deutsche Telekom", "true", "clear"),
        ("2024-07-11", "huawei technologies", "deutsche-telekom", "true", "conditional"),
        ("2026-12-31", "ZTE", "O2", "true", "conditional"),
        ("2027-01-01", "ZTE", "O2", "true", "restricted"),
        ("2027-01-01", "ZTE", "O2", "unknown", "undetermined"),
        ("2027-01-01", "ZTE", "unknown", "true", "undetermined"),
        ("2027-01-01", "Ericsson", "O2", "true", "clear"),
        ("2027-01-01", "Huawei", "1&1", "true", "clear"),
    ],
)
def test_german_contracts_at_their_boundaries(
    as_of: str, vendor: str, carrier: str, critical: str, outcome: str
) -> None:
    facts = f"operator={carrier}; critical={critical}"
    cells = {"vendor_profile": f"name={vendor}", "asset_class": "core.user_plane", "known_facts": facts}
    assert ask("DE-2024-CORE", as_of, **cells) == outcome
    assert ask("de-contracts-2024", as_of, layer="software", **cells) == outcome


def test_an_asset_known_only_as_ran_may_be_a_radio() -> None:
    facts = "state_key_assets=ran; state_measure=exclude"
    assert (
        ask("EU-TB-SM03", "2021-06-01", asset_class="ran", vendor_profile="state_risk_profile=high", known_facts=facts)
        == "restricted"
    )
    assert (
        ask(
            "JP-ESPA",
            "2025-01-01",
            asset_class="core",
            known_facts="operator_designated; action=introduce; cleared=false; function_list_held_only_in_part=false",
        )
        == "undetermined"
    )


def test_answers_name_the_rule_and_say_why() -> None:
    row = dict.fromkeys(NEEDED_COLUMNS, "") | {
        "case_id": "A",
        "policy_id": "DE-2024-CORE",
        "as_of": "2026-11-25",
        "vendor_profile": "name=Huawei",
        "asset_class": "core",
        "known_facts": "operator=Deutsche Telekom; critical",
    }
    result = answer_cases("own.csv", [(2, row)], PACKS)
    assert result.cases == [
        {
            "case_id": "A",
            "outcome": "conditional",
            "rule": "DE-2024-CORE",
            "reason": "Rule DE-2024-CORE prohibits it after 2026-12-31; the term still runs on 2026-11-25.",
        }
    ]
    assert not result.faults


def test_a_policy_that_no_pack_has_is_a_fault_of_its_row_only() -> None:
    good = dict.fromkeys(NEEDED_COLUMNS, "") | {"case_id": "G", "policy_id": "DE-NIS2", "as_of": "2026-06-01"}
    bad = good | {"case_id": "B", "policy_id": "DE-NIS3"}
    result = answer_cases("own.csv", [(2, bad), (3, good)], PACKS)
    assert [case["case_id"] for case in result.cases] == ["G"]
    assert [fault.sentence() for fault in result.faults] == [
        "own.csv row 2, policy_id: no pack, policy or rule has this id; found 'DE-NIS3', "
        "expected an id of a loaded pack. Nearest: DE-NIS2."
    ]


def test_bundled_packs_use_only_known_keys_or_say_their_own() -> None:
    for pack in PACKS.packs.values():
        keys = {key for rule in pack.rules for key in rule_facts(rule)}
        assert keys <= set(fact_types()) | set(pack.fact_says), pack.id
        assert set(pack.fact_says) <= keys, pack.id


def test_every_bundled_rule_has_citation_interval_and_sentence() -> None:
    for pack in PACKS.packs.values():
        assert pack.issuer and pack.source and pack.says and (pack.jurisdiction or pack.example), pack.id
        for rule in pack.rules:
            assert rule.citation and rule.says and rule.starts, rule.id


def test_full_width_digits_are_no_number() -> None:
    assert parse_number("50") == 50.0
    assert parse_number("\uff15\uff10") is None


def answered(policy_id: str, as_of: str, **cells: str) -> dict[str, Any]:
    row = dict.fromkeys(NEEDED_COLUMNS, "") | {"case_id": "X", "policy_id": policy_id, "as_of": as_of} | cells
    result = answer_cases("own.csv", [(2, row)], PACKS)
    assert not result.faults
    return result.cases[0]


@pytest.mark.parametrize(
    ("name", "carrier", "outcome", "says"),
    [
        ("Huawey", "Deutsche Telekom", "undetermined", " Huawey is no known name, but lies near Huawei."),
        ("HUAWEI Technologes", "O2", "undetermined", "lies near Huawei Technologies"),
        ("ZTEE", "O2", "undetermined", "ZTEE is no known name, but lies near ZTE."),
        ("Huawei", "Deutche Telekom", "undetermined", "Deutche Telekom is no known name, but lies near Deutsche"),
        ("Huawei", "Telefónica Germany", "undetermined", "holds the name of Telef"),
        ("Huáwei Technologies Co., Ltd.", "O2", "undetermined", "holds the name of Huawei"),
        ("Huawei", "Vodafon Germany", "undetermined", "lies near Vodafone Germany"),
        ("Acme", "O2", "clear", ""),
        ("Huawei", "Campus Net", "clear", ""),
        ("Ericson", "O2", "clear", ""),
        ("Huawey|Acme", "O2", "undetermined", "lies near Huawei"),
        ("Huawey", "Campus Net", "clear", ""),
    ],
)  # fmt: skip
def test_a_name_near_a_known_one_may_mean_it(name: str, carrier: str, outcome: str, says: str) -> None:
    cells = {"vendor_profile": f"name={name}", "asset_class": "core", "known_facts": f"operator={carrier}; critical"}
    found = answered("DE-2024-CORE", "2027-01-01", **cells)
    assert found["outcome"] == outcome
    assert says in found["reason"]
    assert ("is no known name" in found["reason"]) is bool(says)


def test_a_group_near_a_known_name_may_be_it() -> None:
    cells = {"asset_class": "transport.router", "capability": "route"}
    facts = "buyer=executive agency; action=contract; role=essential; waiver=none"
    found = {
        group: answered(
            "US-889-A", "2026-11-25", vendor_profile=f"name=Acme; hq=US; group={group}", known_facts=facts, **cells
        )
        for group in ("Huawei", "Huawey", "Acme Holding")
    }
    outcomes = {group: one["outcome"] for group, one in found.items()}
    assert outcomes == {"Huawei": "restricted", "Huawey": "undetermined", "Acme Holding": "clear"}


def test_keys_that_no_rule_tests_are_listed_and_no_fault() -> None:
    cells = {
        "vendor_profile": "name=Huawei; hq=CN; group=Huawei; in_uk_annex=true",
        "asset_class": "core",
        "known_facts": "operator=O2; critical; action=use; share_sites=0.1; colour=red; unit=sites",
    }
    found = answered("DE-2024-CORE", "2027-01-01", **cells)
    assert found["unused_keys"] == ["hq", "group", "in_uk_annex", "action", "share_sites", "colour", "unit"]
    assert found["outcome"] == "restricted"
    cap = answered("UK-DVD-5GCAP", "2027-01-01", known_facts="share_5g_access=0.2; Addressee=true; unit=direction")
    assert "unused_keys" not in cap
    assert "unused_keys" not in answered("UK-DVD-SITE", "2027-01-01", vendor_profile="in_uk_annex=true; listed_by=x")


@pytest.mark.parametrize(
    ("asset_class", "nearest"),
    [("cor", "core"), ("kore.user_plane", "core"), ("core|rann", "ran"), ("qqqqqqq.x", None), (".core", None)],
)
def test_an_asset_class_under_no_known_root_is_a_fault_of_its_row(asset_class: str, nearest: str | None) -> None:
    base = dict.fromkeys(NEEDED_COLUMNS, "") | {"policy_id": "DE-NIS2", "as_of": "2026-06-01"}
    rows = [
        base | {"case_id": "A", "asset_class": "core.anything"},
        base | {"case_id": "B", "asset_class": asset_class},
        base | {"case_id": "C", "asset_class": "Service.new|component|all|ran.*"},
    ]
    result = answer_cases("own.csv", list(enumerate(rows, 2)), PACKS)
    if asset_class == ".core":
        assert [case["case_id"] for case in result.cases] == ["A", "B", "C"]
        return
    assert [case["case_id"] for case in result.cases] == ["A", "C"]
    (fault,) = result.faults
    assert (fault.row, fault.column, fault.found, fault.nearest) == (3, "asset_class", asset_class, nearest)
    assert fault.says == "no asset class under a known root"


@pytest.mark.parametrize("text", ["not assessed", "Not-Assessed", "unread", "unstated", "not_stated", "not read"])
@pytest.mark.parametrize("name", sorted(PACKS.packs))
def test_what_was_not_assessed_is_unknown_in_every_pack(name: str, text: str) -> None:
    pack = PACKS.packs[name]
    facts = "; ".join(f"{key}={text}" for rule in pack.rules for key in sorted(rule_facts(rule)))
    row = dict.fromkeys(NEEDED_COLUMNS, "") | {"case_id": "X", "policy_id": name, "as_of": "2026-11-25"}
    told = answer_cases("own.csv", [(2, row), (3, row | {"known_facts": facts})], PACKS)
    assert not told.faults
    assert told.cases[0]["outcome"] == told.cases[1]["outcome"]


def test_a_declared_type_reads_the_cells_of_a_worked_case() -> None:
    text = (
        "pack: own\ndeclares: {facts: {since: day, grade: text}}\nrules:\n"
        "  - {id: A, effect: prohibit, when: {all: [{fact: since, after: 2017-06-01}, {fact: grade, is: '5'}]}}\n"
    )
    faults = FaultList()
    pack = parse_pack("own.yml", text.encode(), faults, words=known_words())
    assert pack is not None, faults
    packs = Packs()
    packs.index([pack])
    row = dict.fromkeys(NEEDED_COLUMNS, "") | {"case_id": "X", "policy_id": "own", "as_of": "2026-06-01"}
    result = answer_cases("own.csv", [(2, row | {"known_facts": "since=2018; grade=5"})], packs)
    assert [case["outcome"] for case in result.cases] == ["restricted"]


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ("decisions=none", "clear"),
        ("decisions=false", "clear"),
        ("decisions=unknown", "undetermined"),
        ("decision_published=2027-03-01", "restricted"),
        ("decision_published=2027-03-01; decision_stands=false", "clear"),
        ("decision_published=2027-03-01; decisions=none", "undetermined"),
        ("decisions=none; decision_stands=true", "restricted"),
    ],
)
def test_a_stated_fact_settles_another_unless_it_is_stated_or_they_contradict(facts: str, outcome: str) -> None:
    known = f"essential_service=true; used_before=false; {facts}"
    assert ask("SK-27A", "2027-03-01", vendor_profile="name=Maker X", known_facts=known) == outcome


def test_an_assumed_fact_settles_another_too() -> None:
    case = tables([party("maker-x", "vendor", "US")])
    known = {"essential_service": "true", "used_before": "false"}
    found = {
        value: {row["outcome"] for row in screen(case, PACKS, ["SK-27A"], as_of=date(2027, 3, 1), assume=known | extra)}
        for value, extra in (("none", {"decisions": "none"}), ("day", {"decision_published": "2027-03-01"}), ("", {}))
    }
    assert found == {"none": {"clear"}, "day": {"restricted"}, "": {"undetermined"}}
