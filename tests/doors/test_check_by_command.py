"""The command `check`: what it prints for a tired reader, for a program, and for a wrong word."""

from pathlib import Path

import pytest

from doors.conftest import Provenet
from provenet.case.case import Case
from provenet.case.structs import settings_of
from provenet.verbs.check import check_menu


@pytest.fixture
def case(provenet: Provenet, tmp_path: Path) -> Path:
    """A case with four carriers that only its list of parties knows, and a vendor that two names mean."""
    carriers = "".join(f"c{n},Carrier {n},carrier,IT\n" for n in range(4))
    (tmp_path / "parties.csv").write_text(f"party_id,name,role,country\nm,Maker,vendor,SE\n{carriers}", "utf-8")
    assert provenet("new", tmp_path / "case").code == 0
    ran = provenet("add", tmp_path / "case", tmp_path / "parties.csv")
    assert ran.code == 0, ran.err
    return tmp_path / "case"


def test_the_first_findings_of_a_check_are_printed_and_the_rest_is_counted(provenet: Provenet, case: Path) -> None:
    ran = provenet("check", case)
    asked = len(check_menu(skip="pages")) - len(("future", "old-figure", "passed-term"))
    assert ran.code == 0
    assert ran.out.partition("\nQuestions about ")[0].splitlines() == [
        "warning carrier-figure: 4 findings. A carrier of which no row says any equipment.",
        "    party c0, party_id (parties.csv row 3): No share, deployment or asset names the carrier Carrier 0.",
        "    party c1, party_id (parties.csv row 4): No share, deployment or asset names the carrier Carrier 1.",
        "    party c2, party_id (parties.csv row 5): No share, deployment or asset names the carrier Carrier 2.",
        "    To mend: Add what is published of its vendors; until then it counts as unknown.",
        "    ... and 1 more: --only carrier-figure",
        "",
        "warning no-source: 1 finding. Rows that name no publication.",
        "    party, source_id: 5 of 5 rows name no publication, first c0 (parties.csv row 2).",
        "    To mend: Add the title and address of the publication they were read in.",
        "",
        "Left out: future, old-figure, passed-term (give --as-of).",
        "coverage:   4 carrier-figure, 1 no-source",
        f"0 errors, 5 warnings; {asked - 2} of {asked} checks found nothing.",
    ]


def test_only_prints_every_finding_and_skip_leaves_out(provenet: Provenet, case: Path) -> None:
    ran = provenet("check", case, "--only", "carrier-figure")
    assert len([line for line in ran.out.splitlines() if "No share" in line]) == 4
    assert ran.out.splitlines()[-1] == "0 errors, 4 warnings; 0 of 1 check found nothing."
    ran = provenet("check", case, "--skip", "coverage", "--as-of", "2026-11-25", "--json")
    assert ran.json["findings"] == []
    assert ran.json["not_asked"] == []
    assert {one["group"] for one in ran.json["checks"]} == {
        *("rows", "files", "parties", "ownership", "staleness", "measures", "sources", "replies", "rules"),
        "measurements",
    }


def test_json_says_what_was_asked_and_the_run_keeps_it(provenet: Provenet, case: Path) -> None:
    ran = provenet("check", case, "--only", "coverage", "--as-of", "2026-11-25", "--older-than", "1 year", "--json")
    assert (ran.json["as_of"], ran.json["older_than"]) == ("2026-11-25", "1 year")
    counts = {one["id"]: one["finding_count"] for one in ran.json["checks"]}
    assert (counts["carrier-figure"], counts["no-source"], counts["thin-share"]) == (4, 1, 0)
    run = Case.open(case).runs().filter(run_id=ran.json["run_id"]).row(0, named=True)
    assert settings_of(run["settings"]) == {
        "as_of": "2026-11-25",
        "older_than": "1 year",
        "only": ["coverage"],
        "skip": [],
    }
    assert run["row_count"] == ran.json["finding_count"] == 5


def test_a_check_again_is_the_same_run_and_prints_the_same(provenet: Provenet, case: Path) -> None:
    first, again = provenet("check", case, "--json"), provenet("check", case, "--json")
    assert first.out == again.out
    assert Case.open(case).runs().filter(verb="check").height == 1


def test_bytes_that_were_changed_since_are_stored_as_found(provenet: Provenet, case: Path) -> None:
    assert provenet("check", case).code == 0
    (place,) = (case / "sources").iterdir()
    place.write_bytes(b"changed")
    ran = provenet("check", case, "--json")
    assert ran.code == 1
    assert ran.json["error_count"] == 1
    stored = Case.open(case).read("finding").filter(run_id=ran.json["run_id"])
    assert sorted(stored["finding_id"]) == sorted(one["finding_id"] for one in ran.json["findings"])


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ("--only", "stalenes"),
            "check: --only names no check; found 'stalenes', expected an id or group of: provenet check --list. "
            "Nearest: staleness.",
        ),
        (
            ("--older-than", "ages"),
            "check: --older-than is no length of time; found 'ages', expected a number of days, weeks, months or "
            "years, such as 36 months.",
        ),
        (("--as-of", "2026"), "--as-of: no such day; found '2026', expected a day as YYYY-MM-DD."),
    ],
)
def test_a_wrong_word_is_a_sentence(provenet: Provenet, case: Path, words: tuple[str, ...], says: str) -> None:
    ran = provenet("check", case, *words)
    assert (ran.code, ran.err.strip()) == (2, says)


def test_the_menu_is_one_json_object(provenet: Provenet) -> None:
    ran = provenet("check", "--list", "--json", "--only", "files")
    assert ran.json == {
        "checks": [
            {
                "id": "source",
                "group": "files",
                "severity": "error",
                "says": "A file that rows came in and whose bytes are missing or changed.",
                "repair": "Restore the file or add it again.",
            },
            {
                "id": "row-count",
                "group": "files",
                "severity": "error",
                "says": "A run of which fewer or more rows stand than it wrote.",
                "repair": "Restore the case from a copy.",
            },
        ]
    }


def test_only_prints_ids_that_why_walks(provenet: Provenet, case: Path) -> None:
    found = provenet("check", case, "--only", "carrier-figure", "--json").json["findings"]
    lines = provenet("check", case, "--only", "carrier-figure").out.splitlines()
    for finding in found:
        assert f"    {finding['place']}: {finding['says']} [{finding['finding_id']}]" in lines
        assert f"[finding:{finding['finding_id']}]" in provenet("why", case, finding["finding_id"]).out


@pytest.mark.parametrize("words", [("--only", "future"), ("--only", "reply", "--skip", "replies")])
def test_no_check_asked_is_said(provenet: Provenet, case: Path, words: tuple[str, ...]) -> None:
    ran = provenet("check", case, *words)
    assert (ran.code, ran.out.splitlines()[-1]) == (0, "No check ran.")
