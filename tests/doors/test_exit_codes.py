"""Every way a call can go wrong, odd files among them, is one sentence and one code; the sentences are pinned."""

import os
import signal
import time
from pathlib import Path

import click
import pytest

from doors.conftest import ASKED, Provenet
from doors.test_verbs_by_command import digests
from provenet.cli.door import EXIT_DEFECT, EXIT_INTERRUPT, Door, outcome_of
from provenet.cli.main import load_all
from provenet.core.errors import SHOWN_FAULTS, CaseBusy, Fault, InputFault, StaleInput, UsageFault
from provenet.core.settings import LARGEST, REQUIRED, Settings
from provenet.tools.pack_test import CASES_CAP_BYTES
from provenet.verbs.options import budget_amount

VERBS = (
    "new, add, check, screen, ach, depend, expose, plan, fund, ask, brief, export, why, diff, retract, status, run, "
    "serve, site, demo, inventory, ladder, route, hegemony, transit, vendor-influence, vendors, paths, inside, "
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


CASES_HEAD = (
    "case_id,policy_id,as_of,vendor_profile,asset_class,layer,site_class,origin_country,capability,known_facts\n"
)
INVENTORY = b"asset_id,carrier_id,country,asset_class,unit_count\nA-1,TIM,Italy,core,1\n"
FILES = ["folder", "pipe", "device", "log", "loop", "dangling", "nothing", "empty"]


def odd_file(kind: str, folder: Path) -> Path:
    """A path that is no good file, of each kind."""
    place = folder / f"{kind}.csv"
    if kind == "folder":
        place.mkdir()
    elif kind == "pipe":
        os.mkfifo(place)
    elif kind == "device":
        place.symlink_to("/dev/zero")
    elif kind == "log":
        # It looks like an empty file, and waits for who reads it.
        log = Path("/proc/kmsg")
        place.symlink_to(log) if log.exists() else place.touch()
    elif kind == "loop":
        place.symlink_to(place.name)
    elif kind == "dangling":
        place.symlink_to("nowhere")
    elif kind == "empty":
        place.touch()
    return place


ADDED = {
    "folder": (2, "add: this is a folder; found '{place}', expected a file.\n"),
    "pipe": (2, "add: this is no file; found '{place}', expected a file.\n"),
    "device": (2, "add: this is no file; found '{place}', expected a file.\n"),
    "loop": (2, "add: no such file; found '{place}', expected a file.\n"),
    "dangling": (2, "add: no such file; found '{place}', expected a file.\n"),
    "nothing": (2, "add: no such file; found '{place}', expected a file.\n"),
    "log": (3, "log.csv: the file is empty; found '0 bytes', expected a header row.\n"),
    "empty": (3, "empty.csv: the file is empty; found '0 bytes', expected a header row.\n"),
}


@pytest.mark.parametrize("kind", FILES)
def test_what_is_no_file_is_not_added(kind: str, provenet: Provenet, case: Path, tmp_path: Path) -> None:
    place, before = odd_file(kind, tmp_path), digests(case)
    code, sentence = ADDED[kind]
    ran = provenet("add", case, place)
    assert (ran.code, ran.err) == (code, sentence.format(place=place))
    assert digests(case) == before


@pytest.mark.parametrize("option", ["--mapping", "--token-file", "--ca"])
@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_what_is_no_file_is_not_waited_for(
    kind: str, option: str, provenet: Provenet, case: Path, tmp_path: Path
) -> None:
    ran = provenet("add", case, "https://127.0.0.1:1/", option, odd_file(kind, tmp_path))
    assert ran.code == 2 and option.strip("-").partition("-")[0] in ran.err


@pytest.mark.parametrize("words", [("screen", "--cases"), ("fetch", "--list", "--lists")])
@pytest.mark.parametrize("kind", [kind for kind in FILES if kind not in ("empty", "log")])
def test_what_is_no_file_is_not_opened(kind: str, words: tuple[str, ...], provenet: Provenet, tmp_path: Path) -> None:
    place = odd_file(kind, tmp_path)
    ran = provenet(*words, place)
    what = {"folder": "a folder", "pipe": "no plain file", "device": "no plain file"}.get(kind)
    expected = "a file of worked cases" if words[0] == "screen" else "a registry of lists in TOML"
    assert (ran.code, ran.out) == (3, "")
    if what is not None:
        assert ran.err == f"{place}: the file cannot be read; found {what!r}, expected {expected}.\n"
    else:
        assert ran.err.startswith(f"{place}: the file cannot be read (")
        assert ran.err.endswith(f"; expected {expected}.\n")


@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "loop", "nothing"])
def test_packs_are_plain_files(kind: str, provenet: Provenet, tmp_path: Path) -> None:
    place = odd_file(kind, tmp_path).rename(tmp_path / "p.yml") if kind != "nothing" else tmp_path / "p.yml"
    (tmp_path / "cases.csv").write_text(CASES_HEAD, encoding="utf-8")
    for packs in (place, tmp_path):
        ran = provenet("screen", "--cases", tmp_path / "cases.csv", "--packs", packs)
        assert (ran.code, ran.out) == (3, "")
        assert "rule pack" in ran.err
        assert ran.err.count("\n") == 1


def test_a_file_of_cases_is_read_no_further_than_its_cap(
    provenet: Provenet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("provenet.tools.pack_test.CASES_CAP_BYTES", 40)
    (tmp_path / "c.csv").write_text(CASES_HEAD, encoding="utf-8")
    ran = provenet("screen", "--cases", tmp_path / "c.csv")
    assert CASES_CAP_BYTES == 64 * 2**20
    assert (ran.code, ran.err) == (
        3,
        f"{tmp_path}/c.csv: the file is too large; expected at most 40 bytes.\n    Split it into several files.\n",
    )


def test_very_many_cases_that_cannot_be_asked_are_counted_and_some_told(provenet: Provenet, tmp_path: Path) -> None:
    rows = "".join(f"c{at},uk-advice-2020,30 Feb 2024,name=x,ran,any,any,any,any,\n" for at in range(1_000))
    (tmp_path / "c.csv").write_text(CASES_HEAD + rows, encoding="utf-8")
    ran = provenet("screen", "--cases", tmp_path / "c.csv")
    assert ran.code == 3
    assert len(ran.err.splitlines()) == SHOWN_FAULTS + 1
    assert ran.err.endswith(f"... and {1_000 - SHOWN_FAULTS} more faults.\n")
    ran = provenet("screen", "--cases", tmp_path / "c.csv", "--json")
    assert (ran.json["fault_count"], len(ran.json["faults"])) == (1_000, SHOWN_FAULTS)


@pytest.mark.parametrize("number", ["nan", "NaN", "inf", "-Infinity", "1e999", "9" * 400])
def test_no_number_that_is_none_is_assumed(number: str, provenet: Provenet, case: Path) -> None:
    ran = provenet("screen", case, "--policy", "jp-espa", *ASKED, "--assume", f"share_sites={number}")
    shown = number if len(number) <= 60 else number[:59] + "…"
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        f"--assume: share_sites is no number; found {shown!r}, expected a finite number, or no assumption where "
        "nothing is known.\n"
    )


def numbers_of(value: object) -> list[float]:
    if isinstance(value, int | float):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else ()
    return [number for part in parts for number in numbers_of(part)]


FILLED = {"day": "2024-08-01", "places": ("x",), "words": ("x",)}


@pytest.mark.parametrize("digits", [17, 400, 5_000])
@pytest.mark.parametrize("command", sorted(load_all()))
def test_no_option_takes_a_number_of_any_length(command: str, digits: int) -> None:
    """Each option, its word in every shape that holds a number: refused in a sentence, or read as a text."""
    settings = getattr(load_all()[command], "settings", Settings)
    shown = [option for option in settings.every_option() if not option.hidden]
    needed = {one.name: FILLED.get(one.kind, [*one.choices, "x"][0]) for one in shown if one.default is REQUIRED}
    for option in shown:
        for shape in ("{}", "a={}", "{} EUR/2026", "{}bn EUR/2026", "-{}"):
            word = shape.format("9" * digits)
            try:
                kept = settings.from_words({**needed, option.name: (word,) if option.many else word})
            except UsageFault as err:
                assert f"{option.flag}: " in str(err) and len(str(err)) < 600, str(err)
                continue
            value = getattr(kept, option.name)
            assert all(abs(number) <= LARGEST for number in numbers_of(value)), option.flag
            if option.name == "budget":
                assert (budget_amount(value)[0] or 0) <= LARGEST


@pytest.mark.parametrize("day", ["2024-02-30", "1445-13-01", "令和3年4月1日", "民國113年8月1日", "1403/05/11", "NaN"])
def test_a_day_that_is_none(day: str, provenet: Provenet, case: Path) -> None:
    ran = provenet("screen", case, "--policy", "jp-espa", "--as-of", day)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"--as-of: no such day; found {day!r}, expected a day")


@pytest.mark.parametrize("name", [b"\xff.csv", b"\x1b[31mred.csv", b"a\nb.csv", b"..%2f..%2fx.csv", b"a*[x]?.csv"])
def test_a_file_may_have_any_name_and_is_told_by_one_that_can_be_shown(
    name: bytes, provenet: Provenet, case: Path, tmp_path: Path
) -> None:
    place = tmp_path / "in" / os.fsdecode(name)
    place.parent.mkdir()
    place.write_bytes(INVENTORY)
    ran = provenet("add", case, place)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.count("\n") == 1
    walked = provenet("why", case, "asset:A-1")
    assert walked.code == 0
    assert "\x1b" not in walked.out
    assert [path.name for path in case.parent.iterdir() if path.name not in {"case", "in"}] == []


@pytest.mark.parametrize(
    "figure", ["../../etc/passwd", "source:../../x", "asset?[[[", 'asset?{"a": NaN}', "\udcff", ":"]
)
def test_no_figure_has_such_an_id(figure: str, provenet: Provenet, case: Path) -> None:
    ran = provenet("why", case, figure)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1


def test_an_id_without_end_is_told_in_part(provenet: Provenet, case: Path) -> None:
    assert len(provenet("why", case, "x" * 100_000).err) < 500


def test_names_of_lists_and_places_lead_nowhere_else(provenet: Provenet, tmp_path: Path) -> None:
    ran = provenet("fetch", "../../etc/passwd", "--into", tmp_path / "lists")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("fetch: no such list; found '../../etc/passwd'")
    ran = provenet("new", tmp_path / "a" / ".." / ".." / "none" / "x")
    assert ran.code == 2
    assert ran.err.endswith("does not exist. Make it first.\n")
    assert list(tmp_path.iterdir()) == []


def test_a_country_that_is_a_path_writes_no_page_elsewhere(provenet: Provenet, case: Path, tmp_path: Path) -> None:
    ran = provenet("brief", case, "--country", "../../x", "--as-of", "2024-08-01", "--out", tmp_path / "pages")
    assert ran.code == 2
    assert "../../x" in ran.err
    assert not (tmp_path / "pages").exists()
