"""Every way a call can go wrong is one sentence and one code; the sentences are pinned."""

import os
import signal
import time
from pathlib import Path

import click
import pytest

from doors.conftest import Provenet
from provenet.cli.door import EXIT_DEFECT, EXIT_INTERRUPT, Door, outcome_of
from provenet.core.errors import CaseBusy, Fault, InputFault, StaleInput, UsageFault

VERBS = (
    "new, add, check, screen, ach, depend, expose, plan, fund, brief, export, why, diff, retract, status, run, serve, "
    "site, demo, inventory, ladder, route, hegemony, transit, vendor-influence, vendors, paths, inside, "
    "schedule, certify, allocate, test, fetch, schema"
)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("scren",), f"provenet: no such verb; found 'scren', expected one of {VERBS}. Nearest: screen."),
        (("zzz",), f"provenet: no such verb; found 'zzz', expected one of {VERBS}."),
        (("check",), "provenet check: Missing argument 'CASE'. See: provenet check --help"),
        (("check", "--bogus", "x"), "provenet check: No such option '--bogus'. See: provenet check --help"),
        (("screen",), "screen: CASE is missing; expected the folder of a case, or --cases with a file."),
        (
            ("screen", "x", "--cases", "y"),
            "screen: --cases takes --packs and --json alone; each row names its policy and its day.",
        ),
        (
            ("screen", "x", "--policy", "jp-espa", "--as-of", "2018-02-30"),
            "--as-of: no such day; found '2018-02-30', expected a day that exists, as YYYY-MM-DD.",
        ),
        (
            ("screen", "x", "--policy", "jp-espa", "--known-on", "yesterday"),
            "--known-on: no such day; found 'yesterday', expected a day as YYYY-MM-DD.",
        ),
        (
            ("screen", "x", "--policy", "jp-espa", "--assume", "critical"),
            "--assume: no assumption; found 'critical', expected key=value.",
        ),
        (
            ("screen", "x", "--policy", "jp-espa", "--assume", "a=1", "--assume", "a=2"),
            "--assume: a stands twice with two values; found '1' and '2'.",
        ),
    ],
)
def test_a_wrong_call(provenet: Provenet, words: tuple[str, ...], sentence: str) -> None:
    ran = provenet(*words)
    assert (ran.code, ran.out, ran.err) == (2, "", sentence + "\n")


def test_the_same_in_json(provenet: Provenet) -> None:
    ran = provenet("scren", "--json")
    assert ran.code == 2
    assert ran.json["fault_count"] == 1
    assert ran.json["faults"][0]["says"] == ran.err.strip()
    assert set(ran.json["faults"][0]) == {
        "place", "row", "row_count", "more_rows", "column", "found", "expected", "nearest", "nearest_why", "says",
        "way_out",
    }  # fmt: skip


def test_a_case_that_is_not_there(provenet: Provenet, tmp_path: Path) -> None:
    ran = provenet("check", tmp_path / "none")
    assert ran.code == 3
    assert ran.err == f"{tmp_path}/none: no such case. Make one with: provenet new {tmp_path}/none\n"


def test_new_refuses_a_place_that_is_taken(provenet: Provenet, tmp_path: Path) -> None:
    ran = provenet("new", tmp_path)
    assert ran.code == 2
    assert ran.err == f"{tmp_path}: something stands here already. Choose another name, or open it as it is.\n"


def test_add_refuses_what_is_no_file(provenet: Provenet, case: Path) -> None:
    ran = provenet("add", case, "nowhere.csv")
    assert (ran.code, ran.err) == (2, "add: no such file; found 'nowhere.csv', expected a file.\n")
    ran = provenet("add", case, case)
    assert (ran.code, ran.err) == (2, f"add: this is a folder; found '{case}', expected a file.\n")


def test_a_policy_nobody_has(provenet: Provenet, case: Path) -> None:
    ran = provenet("screen", case, "--policy", "jp-epsa", "--as-of", "2024-08-01")
    assert ran.code == 2
    assert ran.err == "screen: no pack, policy or rule has this id; found 'jp-epsa'. Nearest: jp-espa.\n"


def test_a_country_of_which_the_case_knows_nothing(provenet: Provenet, case: Path) -> None:
    ran = provenet("depend", case, "--country", "Jpan", "--as-of", "2024-08-01")
    assert ran.code == 2
    assert ran.err == (
        "--country: the case knows nothing of this country: no carrier, no inventory and no measurement; found 'Jpan'. "
        "Nearest: Japan.\n"
    )


def test_a_figure_that_is_not_there(provenet: Provenet, case: Path) -> None:
    ran = provenet("why", case, "share-none")
    assert ran.code == 2
    assert ran.err == f"{case}: no figure or row has the id 'share-none'. Each figure of a dossier carries its id.\n"


@pytest.mark.parametrize(
    ("err", "code"),
    [
        (UsageFault("x"), 2),
        (InputFault([Fault("a.csv", "wrong")]), 3),
        (CaseBusy("x"), 3),
        (StaleInput("x"), 3),
        (click.UsageError("x"), 2),
        (KeyboardInterrupt(), EXIT_INTERRUPT),
        (click.exceptions.Abort(), EXIT_INTERRUPT),
        (OSError(28, "No space left on device"), 3),
        (MemoryError(), 3),
        (KeyError("x"), EXIT_DEFECT),
    ],
)
def test_each_kind_of_error_has_one_code(err: BaseException, code: int) -> None:
    assert outcome_of(err)[0] == code


def test_ctrl_c_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with Door(as_json=False) as door:
        raise KeyboardInterrupt
    assert door.code == 130
    assert capsys.readouterr().err == (
        "Stopped by Ctrl-C; nothing half-written stands as whole, the case stands as before.\n"
    )


def test_ctrl_c_that_a_library_turns_into_its_own_error_is_still_ctrl_c(capsys: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(signal.SIGINT)
    with Door(as_json=False) as door:
        try:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(5)
        except KeyboardInterrupt:
            raise TypeError("<unprintable str object> is not a data type") from None
    assert door.code == 130
    assert capsys.readouterr().err.startswith("Stopped by Ctrl-C; ")
    assert signal.getsignal(signal.SIGINT) is before


def test_a_full_disk_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with Door(as_json=False) as door:
        raise OSError(28, "No space left on device", "case/tables")
    assert door.code == 3
    assert capsys.readouterr().err == (
        "case/tables: the operating system refused: no space left on device. Nothing half-written is kept.\n"
    )


def test_a_defect_says_so_and_keeps_its_trace_for_who_asks(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Door(as_json=False) as door:
        raise KeyError("vendor")
    assert door.code == 70
    quiet = capsys.readouterr().err
    assert quiet.startswith("This is a defect of provenet, not of your call: KeyError at test_exit_codes.py line ")
    assert "Traceback" not in quiet
    monkeypatch.setenv("PROVENET_TRACE", "1")
    with Door(as_json=False):
        raise KeyError("vendor")
    assert "Traceback" in capsys.readouterr().err


def test_a_missing_package_of_an_extra_is_told_with_the_way_out() -> None:
    code, said = outcome_of(ModuleNotFoundError("No module named 'typst'", name="typst"))
    assert code == 2
    assert str(said) == (
        "This needs the package typst, which is not installed. "
        'Run: pip install "./provenet-0.1.0-py3-none-any.whl[brief]" (in a checkout: pip install -e ".[brief]")'
    )
    assert outcome_of(ModuleNotFoundError("No module named 'provenet.x'", name="provenet.x"))[0] == 70
