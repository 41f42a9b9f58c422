"""Results that their inputs have overtaken, and results of other code: on a case with runs of every kind."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from provenet.case.case import Case
from provenet.case.check import MENU, StandingRows, chosen, look
from provenet.case.checks import files
from provenet.case.export import digest_of
from provenet.case.tables import table
from support.copies import copied_case
from unit.case.check_rows import made, page, party

DAY = {"as_of": "2026-11-25", "known_on": None}


def run(
    case: Case, verb: str, settings: dict[str, Any], inputs: dict[str, str], **told: list[dict[str, object]]
) -> str:
    with case.writer(verb, settings, inputs) as writing:
        file_id = writing.put_source(b"a file")
        for name, rows in told.items():
            writing.append(name, [{**row, **({"file_id": file_id} if "file_id" in row else {})} for row in rows])
    return str(writing.run_id)


def screened(case: Case, policy: str, key: str) -> str:
    told = {"policy": policy, "country": "Italy", **DAY, "assume": {"action": "use"}}
    verdict = made("verdict", key, pack=policy, vendor_id="nokia", facts=[], as_of_on=date(2026, 11, 25))
    return run(case, "screen", told, case.digest(["party"]), verdict=[verdict])


def depended(case: Case) -> str:
    verdicts = case.read_latest("verdict").sort("verdict_id")
    read = {**case.digest(["party"]), "verdict": digest_of(table("verdict"), verdicts)}
    figure = made("vendor_share", "v", country="Italy", vendor_ids=["nokia"], as_of_on=date(2026, 11, 25))
    return run(case, "depend", {"country": "Italy", **DAY}, read, vendor_share=[figure])


@pytest.fixture
def done(done_made: Case, tmp_path: Path) -> Case:
    """A case in which one policy was screened, shares worked out and a page written, all of them fresh."""
    return Case.open(copied_case(done_made.path, tmp_path / "case"))


@pytest.fixture(scope="module")
def done_made(tmp_path_factory: pytest.TempPathFactory, new_case: Callable[..., Case]) -> Case:
    """That case, made once; copy it before you write to it."""
    case = new_case(tmp_path_factory.mktemp("done") / "case")
    run(case, "add", {}, {"f": "1"}, source=[page()], party=[party("nokia")])
    rests_on = [f"run:{screened(case, 'it-1', 'v1')}", f"run:{depended(case)}"]
    pages = made("dossier", "d", country="Italy", as_of_on=date(2026, 11, 25), inputs=rests_on)
    run(case, "brief", {"country": "Italy", **DAY}, case.digest(["party"]), dossier=[pages])
    return case


def stale(case: Case, check: str = "stale-run") -> list[tuple[object, ...]]:
    looked = look(StandingRows(case), chosen(MENU, [check]))
    return [
        (f["severity"], str(f["place"]).split(" ")[1].split("-")[0], f["says"], f["repair"]) for f in looked.findings
    ]


def test_fresh_results_are_no_finding(done: Case) -> None:
    assert stale(done) == []
    assert stale(done, "other-code") == []
    by_cell = {"party": digest_of(table("party"), done.read("party"))}
    run(done, "brief", {"country": "Italy", "as_of": "2020-01-01", "known_on": None}, by_cell)
    assert stale(done) == []


def test_results_older_than_a_table_they_read(done: Case) -> None:
    run(done, "add", {}, {"f": "2"}, party=[party("zte")])
    says = "The result is older than what it read: these tables have changed since it ran: party."
    again = "CASE --as-of 2026-11-25 --country Italy"
    assert stale(done) == [
        ("warning", "brief", says, f"Run it again: provenet brief {again}"),
        ("warning", "depend", says, f"Run it again: provenet depend {again}"),
        ("warning", "screen", says,
         "Run it again: provenet screen CASE --as-of 2026-11-25 --assume action=use --country Italy --policy it-1"),
    ]  # fmt: skip


def test_a_result_of_another_release_may_be_older_by_columns_alone(done: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    run(done, "add", {}, {"f": "2"}, party=[party("zte")])
    monkeypatch.setattr(files, "code_version", lambda: "9.9.9+new")
    assert {says for _, _, says, _ in stale(done)} == {
        "The result is older than what it read: these tables have changed since it ran (or their columns: another "
        "release made it): party."
    }


def test_shares_that_do_not_know_a_policy_screened_since(done: Case) -> None:
    screened(done, "it-2", "v2")
    assert [(verb, says) for _, verb, says, _ in stale(done)] == [
        ("depend", "The result is older than what it read: these tables have changed since it ran: verdict.")
    ]
    depended(done)
    assert [(verb, says) for _, verb, says, _ in stale(done)] == [
        ("brief", "The result is older than what it read: it rests on 1 run that does not stand any more.")
    ]


def test_a_policy_screened_for_another_country_or_day_overtakes_nothing(done: Case) -> None:
    verdict = made("verdict", "v3", pack="it-2", vendor_id="nokia", facts=[], as_of_on=date(2026, 11, 25))
    run(done, "screen", {"policy": "it-2", "country": "Japan", **DAY, "assume": {}}, {}, verdict=[verdict])
    assert stale(done) == []


def test_results_of_other_code_are_told_by_verb(done: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    (old,) = done.runs()["code"].unique().to_list()
    monkeypatch.setattr(files, "code_version", lambda: "9.9.9+new")
    assert stale(done, "other-code") == [
        ("warning", "code", f"1 run of {verb} was made by {old}; this is 9.9.9+new.",
         f"Run {verb} again where its figures are used.")
        for verb in ("brief", "depend", "screen")
    ]  # fmt: skip
