"""The progress line: silent at first, then counts and time left; a log gets a line now and then."""

import io
import sys

import pytest

from provenet.cli import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(progress, "time", made)
    return made


def test_work_under_a_second_says_nothing(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    with progress.ProgressLine() as line:
        for done in range(10):
            clock.now += 0.09
            line("rows", done, 10)
    assert sys.stderr.getvalue() == ""  # type: ignore[attr-defined]


def test_a_terminal_sees_one_line_that_renews_itself_and_goes(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    with progress.ProgressLine() as line:
        line("rows", 0, 10)
        clock.now += 2
        line("rows", 2, 10)
        clock.now += 0.1
        line("rows", 3, 10)
    written = sys.stderr.getvalue()  # type: ignore[attr-defined]
    assert written == "\r\x1b[Krows: 2 of 10, about 8 s left\r\x1b[K"


def test_a_log_gets_a_line_every_ten_seconds(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with progress.ProgressLine() as line:
        for done in range(26):
            line("rows", done, 26)
            clock.now += 1
    written = sys.stderr.getvalue()  # type: ignore[attr-defined]
    assert written == "rows: 10 of 26, about 16 s left\nrows: 20 of 26, about 6 s left\n"


def test_time_left_begins_anew_with_each_kind_of_work(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    with progress.ProgressLine() as line:
        line("files", 0, 1)
        clock.now += 50
        line("rows", 0, 4)
        clock.now += 3
        line("rows", 1, 4)
    assert "rows: 1 of 4, about 9 s left" in sys.stderr.getvalue()  # type: ignore[attr-defined]
