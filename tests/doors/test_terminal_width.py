"""Lines on a terminal: broken between words, indented below their beginning; elsewhere left whole."""

import sys
from pathlib import Path

import pytest

from doors.conftest import Provenet
from provenet.cli.door import fit, say


def test_lines_break_between_words_below_their_beginning() -> None:
    assert fit("    to mend: give the other its own id", 24) == ["    to mend: give the", "      other its own id"]
    assert fit("short", 24) == ["short"]
    assert fit("one\n\ntwo", 24) == ["one", "", "two"]
    assert fit("", 24) == [""]


def test_a_word_that_is_too_long_stays_whole_so_that_it_can_be_copied() -> None:
    page = "https://example.org/a-page-with-a-very-long-address"
    assert fit(f"  see {page} there", 20) == ["  see", f"    {page}", "    there"]


def test_columns_keep_their_gaps() -> None:
    assert fit("  C-1    C   I   asserts  A paper", 26) == ["  C-1    C   I   asserts", "    A paper"]


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard output as a terminal of 60 columns."""
    monkeypatch.setenv("COLUMNS", "60")


def printed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, is_terminal: bool, **how: bool) -> str:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal)
    say(["word " * 20], **how)
    return capsys.readouterr().out


@pytest.mark.usefixtures("narrow")
def test_only_a_terminal_breaks_lines(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    whole = "word " * 20 + "\n"
    assert printed(capsys, monkeypatch, is_terminal=False) == whole
    assert printed(capsys, monkeypatch, is_terminal=True, as_they_are=True) == whole
    assert max(map(len, printed(capsys, monkeypatch, is_terminal=True).splitlines())) <= 60
    monkeypatch.setenv("COLUMNS", "10")
    assert printed(capsys, monkeypatch, is_terminal=True) == whole


@pytest.mark.usefixtures("narrow")
def test_a_drafted_mapping_is_never_broken(
    provenet: Provenet, case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "list.csv").write_text("Hersteller;Land;Klasse\nHuawei;Japan;ran.radio\n", encoding="utf-8")
    plain = provenet("add", case, tmp_path / "list.csv", "--suggest").out
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert provenet("add", case, tmp_path / "list.csv", "--suggest").out == plain
    assert max(map(len, plain.splitlines())) > 60
