"""A second process is a help and no condition: where it fails, the first works the answer out itself."""

import sys
from datetime import date
from pathlib import Path

import pytest

from provenet.case.case import Case
from provenet.verbs import second_process
from provenet.verbs.fund import FundSettings
from provenet.verbs.fund_run import rows_beforehand
from provenet.verbs.second_process import SecondProcess

CALL = FundSettings(as_of=date(2026, 11, 25), country=("Japan",))


def test_it_answers_in_the_order_of_the_questions_and_goes_on_after_one_without_an_answer(tmp_path: Path) -> None:
    for name in ("one", "two"):
        Case.new(tmp_path / name, name)
    with SecondProcess() as second:
        found = [second.ask(tmp_path / name, getattr, "title") for name in ("none", "one", "none either", "two")]
        assert [one.result() for one in found] == [None, "one", None, "two"]


@pytest.mark.parametrize("program", ["/bin/false", "/nowhere/python", ""])
def test_a_process_that_ends_or_cannot_start_gives_nothing(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", program)
    with SecondProcess() as second:
        found = [second.ask(tmp_path, rows_beforehand, CALL) for _ in range(2)]
        assert [one.result() for one in found] == [None, None]


def test_one_core_starts_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_process, "_cores", lambda: 1)
    monkeypatch.setattr(sys, "executable", "never asked for")
    monkeypatch.setattr(second_process.subprocess, "Popen", lambda *_, **__: pytest.fail("a process was started"))
    with SecondProcess() as second:
        assert second.ask(tmp_path, rows_beforehand, CALL).result() is None
