"""A second process is a help and no condition: where it fails, the first works the answer out itself."""

import sys
from datetime import date
from pathlib import Path

import pytest

from provenet.verbs import second_process
from provenet.verbs.fund import FundSettings
from provenet.verbs.second_process import SecondProcess

CALLS = [FundSettings(as_of=date(2026, 11, 25), country=("Japan",)), FundSettings(as_of=date(2026, 11, 25))]


def test_what_the_first_process_keeps_is_given_once() -> None:
    with SecondProcess() as second:
        second.keep("fund-1", {"fund": [{"fund_id": "f"}]})
        assert second.rows("fund-2") is None
        assert second.rows("fund-1") == {"fund": [{"fund_id": "f"}]}
        assert second.rows("fund-1") is None


def test_a_question_that_the_second_process_cannot_answer_gives_no_rows(tmp_path: Path) -> None:
    """There is no such case: it says nothing of it, and goes on to the next question."""
    with SecondProcess() as second:
        second.ask(tmp_path / "none", CALLS)
        second.ask(tmp_path / "none either", CALLS[:1])
        assert second.rows("fund-1") is None


@pytest.mark.parametrize("program", ["/bin/false", "/nowhere/python", ""])
def test_a_process_that_ends_or_cannot_start_gives_no_rows(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", program)
    with SecondProcess() as second:
        second.ask(tmp_path, CALLS)
        second.ask(tmp_path, CALLS)
        assert second.rows("fund-1") is None


def test_one_core_starts_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_process, "_cores", lambda: 1)
    monkeypatch.setattr(sys, "executable", "never asked for")
    monkeypatch.setattr(second_process.subprocess, "Popen", lambda *_, **__: pytest.fail("a process was started"))
    with SecondProcess() as second:
        second.ask(tmp_path, CALLS)
        assert second.rows("fund-1") is None
