"""`screen --cases`: a tool without a case, with the exact answer and exit codes it promises."""

import csv
import io
from pathlib import Path

import provenet as package
from doors.conftest import Provenet
from provenet.ingest.reader import bundled_files

PACK = """
pack: own
issuer: me
declares: {{issuers: [me], vendors: [Maker X]}}
title: A pack of my own
source: https://example.org
force: {force}
default: clear
rules:
  - id: OWN-1
    effect: prohibit
    rank: 1
    when: {{vendor_in: [Maker X]}}
    in_force: [2020-01-01, null]
    citation: page 1
    says: One vendor, one day.
"""
HEADER = (
    "case_id,policy_id,as_of,vendor_profile,asset_class,layer,site_class,origin_country,capability,known_facts,"
    "expected_outcome,why,source\n"
)


def cases_of(tmp_path: Path, *rows: str) -> Path:
    place = tmp_path / "cases.csv"
    place.write_text(HEADER + "".join(row + "\n" for row in rows), encoding="utf-8")
    return place


def pack_in(tmp_path: Path, text: str) -> Path:
    folder = tmp_path / "packs"
    folder.mkdir()
    (folder / "own.yml").write_text(text, encoding="utf-8")
    (folder / "own.csv").write_text(HEADER + "X,own,2020-01-01,,ran,,,,,,clear,,\n", encoding="utf-8")
    return folder


def test_the_answer_is_exactly_this(provenet: Provenet, tmp_path: Path) -> None:
    cases = cases_of(tmp_path, "A,own,2020-01-01,name=maker-x,ran,,,,,,,,", "B,own,2019-12-31,name=Maker X,ran,,,,,,,,")
    ran = provenet("screen", "--cases", cases, "--packs", pack_in(tmp_path, PACK.format(force="law")), "--json")
    assert (ran.code, ran.err) == (0, "")
    assert ran.json == {
        "cases": [
            {
                "case_id": "A",
                "outcome": "restricted",
                "rule": "OWN-1",
                "reason": "Rule OWN-1 prohibits it on 2020-01-01.",
            },
            {
                "case_id": "B",
                "outcome": "clear",
                "rule": None,
                "reason": "No rule of A pack of my own was in force on 2019-12-31.",
            },
        ]
    }


def test_every_bundled_case_gets_its_expected_answer(provenet: Provenet, tmp_path: Path) -> None:
    data = bundled_files()["policy_tests.csv"]
    (tmp_path / "cases.csv").write_bytes(data)
    ran = provenet("screen", "--cases", tmp_path / "cases.csv", "--json")
    assert ran.code == 0
    expected = {row["case_id"]: row["expected_outcome"] for row in csv.DictReader(io.StringIO(data.decode()))}
    assert {case["case_id"]: case["outcome"] for case in ran.json["cases"]} == expected
    assert len(expected) > 100


def test_a_refused_pack_stops_the_run_with_every_fault(provenet: Provenet, tmp_path: Path) -> None:
    text = PACK.format(force="law").replace("vendor_in", "vendor_on").replace("effect: prohibit", "effect: forbid")
    cases = cases_of(tmp_path, "A,own,2020-01-01,name=Maker X,ran,,,,,,,,")
    ran = provenet("screen", "--cases", cases, "--packs", pack_in(tmp_path, text), "--json")
    assert ran.code == 3
    assert set(ran.json) == {"fault_count", "faults"}
    assert ran.json["fault_count"] == len(ran.json["faults"]) >= 2
    assert {"vendor_on", "forbid"} <= {fault["found"] for fault in ran.json["faults"]}


def test_a_case_whose_policy_nobody_has_is_a_fault_of_its_row(provenet: Provenet, tmp_path: Path) -> None:
    cases = cases_of(tmp_path, "A,jp-espa,2024-08-01,name=x,ran,,,,,,,,", "B,jp-epsa,2024-08-01,name=x,ran,,,,,,,,")
    ran = provenet("screen", "--cases", cases, "--json")
    assert ran.code == 3
    assert ran.json["fault_count"] == 1
    fault = ran.json["faults"][0]
    assert (fault["row"], fault["column"], fault["found"], fault["nearest"]) == (3, "policy_id", "jp-epsa", "jp-espa")
    assert [case["case_id"] for case in ran.json["cases"]] == ["A"], "the other rows keep their answers"
    told = provenet("screen", "--cases", cases)
    assert (told.code, told.out.split(":")[0], told.err.split(",")[0]) == (3, "A", "cases.csv row 3")


def test_a_file_that_cannot_be_read(provenet: Provenet, tmp_path: Path) -> None:
    ran = provenet("screen", "--cases", tmp_path / "none.csv")
    assert ran.code == 3
    assert ran.err == (
        f"{tmp_path}/none.csv: the file cannot be read (no such file or directory); expected a file of worked cases.\n"
    )


def test_a_folder_of_packs_that_is_not_there(provenet: Provenet, tmp_path: Path) -> None:
    ran = provenet("screen", "--cases", cases_of(tmp_path), "--packs", tmp_path / "none")
    assert ran.code == 3
    assert ran.err == f"{tmp_path}/none: no such folder of rule packs; expected a folder that holds .yml files.\n"


def test_lines_for_a_person(provenet: Provenet, tmp_path: Path) -> None:
    cases = cases_of(tmp_path, "A,own,2020-01-01,name=Maker X,ran,,,,,,,,")
    ran = provenet("screen", "--cases", cases, "--packs", pack_in(tmp_path, PACK.format(force="law")))
    assert ran.out == "A: restricted (OWN-1). Rule OWN-1 prohibits it on 2020-01-01.\n"


def test_force_never_changes_an_outcome(provenet: Provenet, tmp_path: Path) -> None:
    cases = cases_of(tmp_path, "A,own,2020-01-01,name=Maker X,ran,,,,,,,,")
    answers = []
    for force in ("law", "contract", "advice", "proposal"):
        (tmp_path / force).mkdir()
        packs = pack_in(tmp_path / force, PACK.format(force=force))
        answers.append(provenet("screen", "--cases", cases, "--packs", packs, "--json").out)
    assert len(set(answers)) == 1


def test_python_gives_the_same_answers(provenet: Provenet, tmp_path: Path) -> None:
    cases = cases_of(tmp_path, "A,jp-espa,2024-08-01,name=NEC,core.control_plane,,,,,action=introduce,,,")
    ran = provenet("screen", "--cases", cases, "--json")
    assert package.screen_file("cases.csv", cases.read_bytes()).cases == ran.json["cases"]
