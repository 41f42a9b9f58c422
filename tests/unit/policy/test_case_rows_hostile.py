"""Case rows that cannot be evaluated: each is a fault of its row alone, and every other row is answered."""

import pytest

from provenet.core.errors import FaultList
from provenet.policy.cases import NEEDED_COLUMNS, answer_cases
from provenet.policy.pack import parse_pack
from provenet.policy.packs import Packs
from support.tables import table

TEXT = b"""
pack: some-pack
rules:
  - {id: SOME-RULE, effect: prohibit, when: {all: [{vendor_in: Huawei}, {action: use}]}}
  - {id: SOME-CAP, effect: cap, rank: 1, when: {vendor_in: ZTE}, cap: {measure: sites, at_most_share: 0.35}}
  - {id: SEAT, effect: condition, rank: 2, when: {controlled_from: CN}}
  - {id: LISTED, effect: condition, rank: 3, when: {listed_in: 1260H}}
"""


def packs() -> Packs:
    faults = FaultList()
    pack = parse_pack("p.yml", TEXT, faults)
    assert pack is not None, faults
    made = Packs()
    made.index([pack])
    return made


PACKS = packs()


def row(**cells: str) -> dict[str, str]:
    given = {"case_id": "X", "policy_id": "SOME-RULE", "as_of": "2024-01-01"}
    return dict.fromkeys(NEEDED_COLUMNS, "") | given | cells


@pytest.mark.parametrize(("cells", "says"), table(__file__, "a bad row is a fault and the others are answered"))
def test_a_bad_row_is_a_fault_and_the_others_are_answered(cells: dict[str, str], says: str) -> None:
    good = row(case_id="GOOD", vendor_profile="name=HUAWEI technologies", known_facts="action=use")
    result = answer_cases("rows.csv", [(2, good), (3, row(**cells)), (5, good)], PACKS)
    assert [fault.sentence() for fault in result.faults] == [f"rows.csv row 3, {says}"]
    assert [(case["case_id"], case["outcome"]) for case in result.cases] == [("GOOD", "restricted")] * 2


@pytest.mark.parametrize(("policy", "profile", "facts", "outcome"), table(__file__, "what odd cells say"))
def test_what_odd_cells_say(policy: str, profile: str, facts: str, outcome: str) -> None:
    result = answer_cases("rows.csv", [(2, row(policy_id=policy, vendor_profile=profile, known_facts=facts))], PACKS)
    assert not result.faults
    assert result.cases[0]["outcome"] == outcome


def test_a_very_long_row_is_answered() -> None:
    facts = "; ".join(f"fact_{n}={'x' * 50}" for n in range(20_000)) + "; action=use"
    result = answer_cases("rows.csv", [(2, row(vendor_profile="name=Huawei", known_facts=facts))], PACKS)
    assert [case["outcome"] for case in result.cases] == ["restricted"]
