"""The law of equal names: where two known names are one but for legal forms, none of the doors picks one in silence."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

import provenet
from provenet.case.case import Case
from provenet.core.errors import PackRefused, UsageFault
from provenet.evidence.case_facts import READS, case_facts
from provenet.policy.cases import NEEDED_COLUMNS, answer_cases
from provenet.policy.packs import load_packs
from provenet.tools.pack_test import screen_file

STEMS = ["Vektor", "Vélos", "Οδός", "Вектор", "東日本", "트로이", "\u0632\u064a\u0646\u062a"]
FORMS = [(" AG", " S.A."), (" Ltd.", " GmbH"), ("", " K.K."), (" Oy", " AB")]
PAIRS = [(stem, stem + one, stem + other) for stem in STEMS for one, other in FORMS]
BETWEEN = [(stem + " Inc.", one, other) for stem, one, other in PAIRS] + [pair for pair in PAIRS if pair[0] != pair[1]]


def pack(*declared: str, tests: str) -> str:
    names = ", ".join(f"'{name}'" for name in declared)
    return (
        f"pack: own\ndeclares: {{vendors: [{names}]}}\nrules:\n"
        f"  - {{id: R, effect: prohibit, when: {{vendor_in: ['{tests}']}}}}\n"
    )


def asked(name: str, case_id: str = "c") -> dict[str, str]:
    blank = dict.fromkeys(NEEDED_COLUMNS, "")
    return {**blank, "case_id": case_id, "policy_id": "own", "as_of": "2024-01-01", "vendor_profile": f"name={name}"}


@pytest.mark.parametrize(("name", "one", "other"), BETWEEN)
def test_a_worked_case_that_names_two_is_undetermined_and_says_which(
    tmp_path: Path, name: str, one: str, other: str
) -> None:
    (tmp_path / "p.yml").write_text(pack(one, other, tests=other), "utf-8")
    packs = load_packs([tmp_path / "p.yml"])
    rows = [(at, asked(who, str(at))) for at, who in enumerate((name, one, other), 2)]
    found = answer_cases("c.csv", rows, packs)
    assert [case["outcome"] for case in found.cases] == ["undetermined", "clear", "restricted"]
    assert f"{name} may be " in found.cases[0]["reason"]


@pytest.mark.parametrize(("name", "one", "other"), BETWEEN)
def test_a_rule_that_names_two_is_refused(tmp_path: Path, name: str, one: str, other: str) -> None:
    (tmp_path / "p.yml").write_text(pack(one, other, tests=name), "utf-8")
    with pytest.raises(PackRefused) as refused:
        load_packs([tmp_path / "p.yml"])
    assert "2 declared names match this word equally well" in refused.value.faults[0].sentence()


@pytest.mark.parametrize(("name", "one", "other"), BETWEEN[::6])
def test_a_rule_that_names_two_parties_of_a_case_is_refused(
    tmp_path: Path, new_case: Callable[..., Case], name: str, one: str, other: str
) -> None:
    case = new_case(tmp_path / "case")
    (tmp_path / "p.csv").write_text(f"name,role\n{one},vendor\n{other},vendor\n", "utf-8")
    assert not provenet.add(case, tmp_path / "p.csv").faults
    case = Case.open(tmp_path / "case")
    facts = case_facts({table: case.read(table) for table in READS}, date(2024, 1, 1), None)
    with pytest.raises(UsageFault, match="2 parties match this name equally well"):
        facts.named([name], carrier=False)
    ids = dict(case.read("party").select("name", "party_id").iter_rows())
    assert facts.named([one], carrier=False) == ids[one]
    assert facts.named([other], carrier=False) == ids[other]


def test_a_case_id_that_stands_twice_is_a_fault_of_the_second_row(tmp_path: Path) -> None:
    (tmp_path / "p.yml").write_text(pack("Vektor AG", tests="Vektor AG"), "utf-8")
    rows = [asked("Vektor AG", "A"), asked("Nokia", "a "), asked("Nokia", "B"), asked("Nokia", ""), asked("Nokia", "")]
    lines = [",".join(NEEDED_COLUMNS), *(",".join(row[column] for column in NEEDED_COLUMNS) for row in rows)]
    found = screen_file("c.csv", "\n".join(lines).encode(), [tmp_path / "p.yml"])
    assert [case["case_id"] for case in found.cases] == ["A", "B", "", ""]
    assert [fault.sentence() for fault in found.faults] == [
        "c.csv row 3, case_id: the case appears twice; found 'a', expected one (the first is in row 2).\n"
        "    Give the case an id of its own."
    ]
