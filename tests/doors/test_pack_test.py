"""`provenet test PACK` as users call it: bundled packs pass, and a pack that its cases do not cover does not."""

from pathlib import Path

import pytest

import provenet as verbs
from doors.conftest import Provenet
from provenet.core.errors import InputFault, UsageFault
from provenet.policy.cases import NEEDED_COLUMNS
from provenet.policy.packs import load_packs

PACK = """\
pack: own
title: A pack of my own
declares: {vendors: [Maker X]}
rules:
  - id: OWN-1
    effect: prohibit
    rank: 2
    when: {vendor_in: [Maker X]}
    in_force: [2020-01-01, 2024-01-01]
    remove_by: 2022-06-30
  - id: OWN-2
    effect: condition
    rank: 1
    when: {layer: software}
    in_force: [2021-01-01, null]
"""
HEADER = (*NEEDED_COLUMNS, "expected_outcome")


def row(case_id: str, policy: str, day: str, expected: str, **cells: str) -> str:
    record = dict.fromkeys(HEADER, "") | {"case_id": case_id, "policy_id": policy, "as_of": day} | cells
    return ",".join((record | {"expected_outcome": expected})[column] for column in HEADER)


WHOLE = (
    row("A", "OWN-1", "2020-01-01", "conditional", vendor_profile="name=Maker X"),
    row("B", "OWN-1", "2020-01-01", "clear", vendor_profile="name=Nokia"),
    row("C", "OWN-1", "2023-01-01", "undetermined"),
    row("D", "OWN-2", "2023-01-01", "conditional", layer="software"),
    row("E", "OWN-2", "2023-01-01", "clear", layer="hardware"),
    row("F", "OWN-2", "2023-01-01", "undetermined", layer="any"),
)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "packs"
    folder.mkdir()
    (folder / "own.yml").write_text(PACK, encoding="utf-8")
    return folder


def with_cases(folder: Path, *rows: str, name: str = "cases.csv") -> Path:
    (folder / name).write_text("\n".join([",".join(HEADER), *rows]) + "\n", encoding="utf-8")
    return folder


def test_every_bundled_pack_passes() -> None:
    report = verbs.check_pack(list(load_packs().packs))
    failed = {test.pack.id: list(test.faults) + test.unexpected for test in report.tests if not test.is_passed}
    lacking = {rule.rule_id: rule.lacks for test in report.tests for rule in test.rules if rule.lacks}
    assert (failed, lacking) == ({}, {})
    assert len(report.tests) == 62
    assert sum(len(test.rules) for test in report.tests) >= 129
    assert sum(test.case_count for test in report.tests) > 700
    assert sum(len(test.days) for test in report.tests) > 300


def test_a_covered_pack_passes(provenet: Provenet, own: Path) -> None:
    with_cases(own, *WHOLE)
    ran = provenet("test", own, "--json")
    assert (ran.code, ran.err) == (0, "")
    (found,) = ran.json["packs"]
    assert (ran.json["is_passed"], found["pack"], found["case_count"]) == (True, "own", 6)
    assert found["rules"] == [
        {"rule": "OWN-1", "true": 1, "false": 1, "unknown": 1, "lacks": []},
        {"rule": "OWN-2", "true": 1, "false": 1, "unknown": 1, "lacks": []},
    ]
    days = {(one["rule"], one["day"]): one["outcome"] for one in found["boundary_days"]}
    assert days == {
        ("OWN-1", "2019-12-31"): "clear",
        ("OWN-1", "2020-01-01"): "conditional",
        ("OWN-1", "2020-01-02"): "conditional",
        ("OWN-1", "2022-06-29"): "conditional",
        ("OWN-1", "2022-06-30"): "conditional",
        ("OWN-1", "2022-07-01"): "restricted",
        ("OWN-1", "2023-12-31"): "restricted",
        ("OWN-1", "2024-01-01"): "clear",
        ("OWN-1", "2024-01-02"): "clear",
        ("OWN-2", "2020-12-31"): "clear",
        ("OWN-2", "2021-01-01"): "conditional",
        ("OWN-2", "2021-01-02"): "conditional",
    }
    assert all(one["is_right"] for one in found["boundary_days"])


@pytest.mark.parametrize(("left_out", "word"), [(0, "true"), (1, "false"), (2, "unknown")])
def test_a_rule_without_a_case_of_each_kind_is_not_covered(
    provenet: Provenet, own: Path, left_out: int, word: str
) -> None:
    with_cases(own, *(one for at, one in enumerate(WHOLE) if at != left_out))
    ran = provenet("test", own / "own.yml")
    assert ran.code == 1
    lines = ran.out.splitlines()
    assert lines[0].startswith("own: not passed; 2 rules, 1 of them not covered; 5 cases, 0 not as expected; ")
    assert lines[1].endswith(f". No case makes it {word}.")


def test_an_answer_beside_the_expected_one_is_told(provenet: Provenet, own: Path) -> None:
    with_cases(own, *WHOLE[:3], WHOLE[3].replace("conditional", "clear"), *WHOLE[4:])
    ran = provenet("test", own)
    assert ran.code == 1
    expected = "  Case D expects clear; the rules answer conditional. Rule OWN-2 attaches conditions on 2023-01-01."
    assert ran.out.splitlines()[-1] == expected


def test_a_case_that_cannot_be_read_is_told(provenet: Provenet, own: Path) -> None:
    with_cases(own, *WHOLE, row("G", "OWN-2", "soon", "clear"))
    ran = provenet("test", own)
    assert ran.code == 1
    assert ran.out.splitlines()[-1].startswith("  cases.csv row 8, as_of: no day; found 'soon'")


def test_a_case_id_that_stands_twice_in_a_folder_is_a_fault(provenet: Provenet, own: Path) -> None:
    with_cases(own, *WHOLE)
    with_cases(own, WHOLE[0], name="more.csv")
    ran = provenet("test", own)
    assert ran.code == 3
    assert ran.err == (
        "more.csv row 2, case_id: the case appears twice; found 'A', expected one (the first is at cases.csv row 2).\n"
    )
    with pytest.raises(InputFault):
        verbs.check_pack([str(own)])


def test_a_rule_id_that_stands_twice_in_a_folder_is_a_fault(provenet: Provenet, own: Path) -> None:
    (own / "two.yml").write_text(PACK.replace("pack: own", "pack: two"), encoding="utf-8")
    ran = provenet("test", own)
    assert ran.code == 3
    assert "two.yml line 5: the rule appears twice; found 'OWN-1', expected one (the first is at own.yml" in ran.err


def test_further_cases_count(provenet: Provenet, own: Path, tmp_path: Path) -> None:
    with_cases(own, *WHOLE[:3])
    with_cases(tmp_path, *WHOLE[3:], name="further.csv")
    assert provenet("test", own).code == 1
    assert provenet("test", own, "--cases", tmp_path / "further.csv").code == 0


def test_a_pack_that_is_not_there(provenet: Provenet) -> None:
    ran = provenet("test", "uk-direction-2023")
    assert ran.code == 2
    assert ran.err == (
        "test: no bundled pack and no place has this name; found 'uk-direction-2023'. Nearest: uk-direction-2022.\n"
    )
    assert provenet("test").code == 2
    with pytest.raises(UsageFault):
        verbs.check_pack([])


def test_screen_takes_an_untested_pack_and_says_so_once(provenet: Provenet, own: Path, tmp_path: Path) -> None:
    asked = with_cases(tmp_path, WHOLE[0], WHOLE[1], name="asked.csv") / "asked.csv"
    ran = provenet("screen", "--cases", asked, "--packs", own, "--json")
    assert (ran.code, len(ran.json["cases"])) == (0, 2)
    assert ran.err == (
        f"The pack own is not tested: no worked case lies beside. Run: provenet test {own / 'own.yml'}\n"
    )
    with_cases(own, *WHOLE)
    assert provenet("screen", "--cases", asked, "--packs", own, "--json").err == ""
