"""Case rows that cannot be evaluated: each is a fault of its row alone, and every other row is answered."""

import pytest

from provenet.core.errors import FaultList
from provenet.policy.cases import NEEDED_COLUMNS, answer_cases
from provenet.policy.pack import parse_pack
from provenet.policy.packs import Packs

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


NO_POLICY = "policy_id: no pack, policy or rule has this id"
NO_SHARE, A_SHARE = "known_facts: share_sites is no share", "expected a number from 0 to 1, or unknown."
BOTH = "vendor_profile: the row puts the vendor both on a list and off it"
TWICE = "a key appears twice with two values; found"


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        (
            {"policy_id": "SOME-RUEL"},
            f"{NO_POLICY}; found 'SOME-RUEL', expected an id of a loaded pack. Nearest: SOME-RULE.",
        ),
        ({"policy_id": ""}, f"{NO_POLICY}; found '', expected an id of a loaded pack."),
        (
            {"vendor_profile": "share_sites=0.1", "known_facts": "share_sites=0.2"},
            f"known_facts: {TWICE} 'share_sites=0.1; share_sites=0.2', expected one value.",
        ),
        ({"as_of": "2021-02-29"}, "as_of: no day; found '2021-02-29', expected a day that exists, as YYYY-MM-DD."),
        ({"as_of": "2021"}, "as_of: no day; found '2021', expected a day as YYYY-MM-DD."),
        ({"as_of": ""}, "as_of: no day; found '', expected a day as YYYY-MM-DD."),
        ({"as_of": "01/02/2021"}, "as_of: no day; found '01/02/2021', expected a day as YYYY-MM-DD."),
        (
            {"known_facts": "action=use; action=import"},
            f"known_facts: {TWICE} 'action=use; action=import', expected one value.",
        ),
        (
            {"vendor_profile": "name=ZTE; name=Huawei"},
            f"vendor_profile: {TWICE} 'name=ZTE; name=Huawei', expected one value.",
        ),
        (
            {"vendor_profile": "leased=true", "known_facts": "leased=false"},
            f"known_facts: {TWICE} 'leased=true; leased=false', expected one value.",
        ),
        ({"known_facts": "=use"}, "known_facts: a value has no key; found '=use', expected key=value."),
        ({"known_facts": "share_sites=1.01"}, f"{NO_SHARE}; found '1.01', {A_SHARE}"),
        ({"known_facts": "share_sites=-0.1"}, f"{NO_SHARE}; found '-0.1', {A_SHARE}"),
        ({"known_facts": "share_sites=nan"}, f"{NO_SHARE}; found 'nan', {A_SHARE}"),
        ({"known_facts": "share_sites=most"}, f"{NO_SHARE}; found 'most', {A_SHARE}"),
        (
            {"vendor_profile": "listed_by=UK annex; in_uk_annex=false"},
            f"{BOTH}; found 'ukannex', expected one of the two.",
        ),
        ({"vendor_profile": "listed_by=none; on_1260H=true"}, f"{BOTH}; found '1260h', expected one of the two."),
    ],
)
def test_a_bad_row_is_a_fault_and_the_others_are_answered(cells: dict[str, str], says: str) -> None:
    good = row(case_id="GOOD", vendor_profile="name=HUAWEI technologies", known_facts="action=use")
    result = answer_cases("rows.csv", [(2, good), (3, row(**cells)), (5, good)], PACKS)
    assert [fault.sentence() for fault in result.faults] == [f"rows.csv row 3, {says}"]
    assert [(case["case_id"], case["outcome"]) for case in result.cases] == [("GOOD", "restricted")] * 2


@pytest.mark.parametrize(
    ("policy", "profile", "facts", "outcome"),
    [
        ("some-rule", "name=Huawei", "action=use; action=use", "restricted"),
        ("SOME RULE", "name=Huawei", "action=import", "clear"),
        ("SOME-RULE", "name=Huawei", "action=disputed (use, says one side)", "undetermined"),
        ("SOME-RULE", "name=Huawei", "action=Suspected use", "undetermined"),
        ("SOME-RULE", "name=Huawei", "action=any", "undetermined"),
        ("SOME-RULE", "name=", "action=use", "undetermined"),
        ("SOME-RULE", "group=Huawei", "action=import", "clear"),
        ("SOME-RULE", "name=Huawei|ZTE", "action=use", "undetermined"),
        ("SOME-RULE", "name=Huawei|Huawei Technologies", "action=use", "restricted"),
        ("SOME-RULE", "name=Nokia|ZTE", "action=use", "clear"),
        ("SOME-RULE", "name=Huawei|unknown", "action=use", "undetermined"),
        ("SEAT", "name=Huawei; hq=CN; seat=CN", "", "undetermined"),
        ("SEAT", "controlled_from=suspected CN", "", "undetermined"),
        ("SEAT", "controlled_from=cn", "", "conditional"),
        ("SEAT", "hq=CN; controlled_from=US", "", "clear"),
        ("LISTED", "listed_by=none", "", "clear"),
        ("LISTED", "listed_by=UK annex", "", "undetermined"),
        ("LISTED", "listed_by=UK annex|1260H", "", "conditional"),
        ("LISTED", "", "on_1260H=true", "conditional"),
        ("LISTED", "on_1260H=disputed", "", "undetermined"),
        ("SOME-CAP", "name=ZTE", "share_sites=0.35", "conditional"),
        ("SOME-CAP", "name=ZTE", "share_sites=0.3501", "restricted"),
        ("SOME-CAP", "name=ZTE", "share_sites=0.36; unit=sites", "restricted"),
        ("SOME-CAP", "name=ZTE", "share_sites=0.36; unit=subscribers", "undetermined"),
        ("SOME-CAP", "name=ZTE", "share_traffic=0.36", "undetermined"),
        ("SOME-CAP", "name=ZTE", "share_sites=", "undetermined"),
    ],
)
def test_what_odd_cells_say(policy: str, profile: str, facts: str, outcome: str) -> None:
    result = answer_cases("rows.csv", [(2, row(policy_id=policy, vendor_profile=profile, known_facts=facts))], PACKS)
    assert not result.faults
    assert result.cases[0]["outcome"] == outcome


def test_a_very_long_row_is_answered() -> None:
    facts = "; ".join(f"fact_{n}={'x' * 50}" for n in range(20_000)) + "; action=use"
    result = answer_cases("rows.csv", [(2, row(vendor_profile="name=Huawei", known_facts=facts))], PACKS)
    assert [case["outcome"] for case in result.cases] == ["restricted"]
