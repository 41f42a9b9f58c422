"""Every kind of run is one declaration, and a planted one needs no other place but its verb and its tables."""

from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from golden.answers import SMALL
from provenet.case.case import Case
from provenet.case.run_kinds import KINDS, RunKind
from provenet.case.standing import Standing
from provenet.case.tables import tables
from provenet.verbs.add import add
from provenet.verbs.run import StaleRun, run
from provenet.verbs.status import status


def test_every_kind_writes_known_tables_and_can_be_made_again() -> None:
    for place, kind in enumerate(KINDS.values()):
        earlier = list(KINDS)[:place]
        assert set(kind.writes) <= tables().keys(), kind.verb
        assert set(kind.rests_on) <= set(earlier), f"{kind.verb} stands before what it rests on"
        assert set(kind.unshown) <= set(kind.writes), kind.verb
        assert callable(import_module(f"provenet.verbs.{kind.module}").repeat), kind.verb


def test_every_result_table_has_a_kind_of_run_that_writes_it() -> None:
    written = {name for kind in KINDS.values() for name in kind.writes}
    assert {name for name, spec in tables().items() if spec.kind == "result"} == written


def test_a_planted_kind_is_seen_by_status_and_made_again_by_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = ModuleType("provenet.verbs.tally_run")
    case = Case.new(tmp_path / "case")

    def tally(rows: int) -> str:
        settings = {"country": None, "as_of": "2026-11-25", "known_on": None}
        with case.writer("tally", settings, case.digest(["party"])) as record:
            record.append("gap", [])
        return f"{record.run_id} {rows}"

    def repeat(stale: StaleRun) -> str:
        return tally(len(stale.settings))

    planted.repeat = repeat  # type: ignore[attr-defined]
    kinds = {**KINDS, "tally": RunKind(verb="tally", module="tally_run", writes=("gap",))}
    for module in ("case.run_kinds", "case.standing", "verbs.run", "verbs.status"):
        monkeypatch.setattr(f"provenet.{module}.KINDS", kinds)
    monkeypatch.setitem(import_module("sys").modules, "provenet.verbs.tally_run", planted)
    tally(0)
    assert [one.verb for one in status(case).results] == ["tally"]
    add(case, [SMALL / "party.csv"])
    state = Standing(case).states()[0]
    assert (state.word, state.run.command) == ("stale", "provenet tally CASE --as-of 2026-11-25")
    renewed = run(case)
    assert [one.verb for one in renewed.renewed] == ["tally"] and not renewed.left
