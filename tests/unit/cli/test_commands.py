"""What commands leave where their verb answers as made up: both streams, files and the exit code, kept whole."""

import json
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import polars as pl
import pytest

from provenet.cli import command as of_settings
from provenet.cli import demo, door, files, progress
from provenet.cli.main import COMMANDS, load_all, main
from provenet.cli.plan import SearchLine
from provenet.core.digest import VERSION, code_version
from provenet.core.errors import CaseMigrated, Fault, InputFault, ProvenetError, UsageFault
from provenet.core.settings import Option
from provenet.forms.schedule import SearchState
from provenet.tools import row_files
from provenet.tools.path_study import InfluenceReport
from provenet.verbs.answers import Answer, LazyRows
from support.kept import assert_kept
from unit.cli import answers_of_verbs as made

KEPT = Path(__file__).parent / "kept"
Call = Callable[..., str]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """Calls the command line; gives the words, the exit code and both streams as one text."""

    def run(*words: str) -> str:
        with pytest.raises(SystemExit) as stopped:
            main(list(words))
        out, err = capsys.readouterr()
        return f"== provenet {' '.join(words)}\nexit {stopped.value.code}\n{out}-- errors\n{err}\n"

    return run


def replace(answer: Answer, **changed: Any) -> Answer:
    return answer.model_copy(update=changed)


class Answering:
    """Stands for a verb: answers as made up and notes the settings it was called with."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.heard: list[tuple[Any, ...]] = []

    def __call__(self, *given: Any) -> Any:
        place = [given[0]] if len(given) > 1 else []
        self.heard.append((*place, {name: value for name, value in given[-1].stored().items() if value}))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


COUNTRY = ("--country", "Japan", "--as-of", "2026-01-02")
CALLS: dict[str, tuple[Any, list[tuple[str, ...]]]] = {
    "ach": (made.ACH["whole"], [("place", "acme", "--as-of", "2026-01-02")]),
    "add": ([made.ADD, made.ADD, replace(made.ADD, fault_count=3, faults=made.FAULTS)], [("place", "a.csv", "b.csv")]),
    "ask": ([made.ASK] * 2 + [made.ASK_ONE], [("place", *COUNTRY), ("place", "aid", *COUNTRY)]),
    "brief": (made.BRIEF, [("place", *COUNTRY)]),
    "check": (
        [made.CHECK_BARE, made.CHECK_BARE, made.CHECK, made.CHECK_QUIET],
        [("place", "--as-of", "2026-01-02"), ("place", "--as-of", "2026-01-02", "--only", "odd")],
    ),
    "depend": (
        [made.DEPEND] * 2 + [replace(made.DEPEND, countries=())],
        [("place", *COUNTRY), ("place", "--as-of", "2026-01-02")],
    ),
    "diff": (replace(made.DIFF_SAID["nothing"], notes=("a note",)), [("place", "screen-1", "screen-2")]),
    "expose": ([made.EXPOSE["bare"]] * 2 + [made.OWN_NETWORKS], [("place", *COUNTRY), ("place", *COUNTRY, "--inside")]),
    "fund": ([made.FUND, replace(made.FUND, countries=made.FUND.countries[1:2])], [("place", *COUNTRY)]),
    "plan": (
        [made.PLAN]
        + [
            replace(made.PLAN, countries=(made.country_plan("Spain", plan={"status": status, "lot_count": lots}),))
            for status, lots in (("unknown", 1), ("unknown", 0), ("optimal", 1))
        ],
        [("place", *COUNTRY), ("place", *COUNTRY, "--objective", "cost")],
    ),
    "retract": (made.RETRACTIONS["one"], [("place", "claim:a", "--reason", "wrong")]),
    "screen": (replace(made.SCREEN["nothing"], notes=("a note",)), [("place", "p", "--policy", "q", *COUNTRY)]),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_command_of_a_verb(call: Call, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    answer, calls = CALLS[name]
    verb = Answering(*answer) if isinstance(answer, list) else Answering(answer)
    module = f"{name}_run" if name in ("expose", "fund", "plan") else name
    monkeypatch.setattr(f"provenet.verbs.{module}.run", verb)
    text = "".join(call(name, *words, *more) for words in calls for more in ((), ("--json",)))
    heard = "".join(f"{json.dumps(one, default=str)}\n" for one in verb.heard)
    assert_kept(KEPT / f"call-{name}.txt", f"{text}== heard\n{heard}")


def test_status_and_run(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provenet.verbs.status.run", lambda *_: made.STATUS["current"])
    answers = Answering(made.RENEWAL["whole"], made.RENEWAL["nothing"])
    monkeypatch.setattr("provenet.verbs.run.renew", answers)
    calls = (("status", "place"), ("status", "place", "--json"), ("run", "place"), ("run", "place", "--json"))
    assert_kept(KEPT / "call-status.txt", "".join(call(*words) for words in calls))


def test_pages_are_copied_and_former_ones_go(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for one in made.DOSSIERS:
        for name, place in one.named().items():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(f"{one.country} {name}")
    former = tmp_path / "pages" / "former.html"
    former.parent.mkdir()
    former.write_text("old")
    monkeypatch.setattr("provenet.verbs.brief.run", Answering(made.BRIEF))
    monkeypatch.setattr("provenet.verbs.brief.left_behind", lambda *_: [former] if former.exists() else [])
    calls = [("brief", "case", *COUNTRY, "--out", "pages"), ("brief", "case", *COUNTRY, "--out", "pages", "--json")]
    (tmp_path / "case" / "case.toml").write_text("")
    calls.append(("brief", "case", *COUNTRY, "--out", "case/pages"))
    text = "".join(call(*words) for words in calls).replace(str(tmp_path), "HERE")
    pages = sorted(path.relative_to(tmp_path).as_posix() for path in (tmp_path / "pages").rglob("*") if path.is_file())
    held = "".join(f"{page}: {(tmp_path / page).read_text()}\n" for page in pages)
    assert_kept(KEPT / "call-brief-out.txt", f"{text}== files\n{held}")


def test_the_menu_of_checks_and_a_missing_case(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provenet.verbs.check.check_menu", lambda *given: made.MENU if given == ((), (), ()) else [])
    calls = (("check", "--list"), ("check", "--list", "--json"), ("check",), ("check", "--list", "--only", "x"))
    assert_kept(KEPT / "call-check-list.txt", "".join(call(*words) for words in calls))


def test_worked_cases_and_what_stands_beside_them(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    reports = {
        "whole.csv": (made.CASES, ()),
        "faulty.csv": (made.CASES[:1], [Fault(f"row {at}", "is wrong") for at in range(60)]),
    }

    def answer(place: Path, packs: Any) -> Any:
        cases, faults = reports[place.name]
        return type("Report", (), {"cases": cases, "faults": faults, "notes": (f"packs {packs}",)})

    monkeypatch.setattr("provenet.tools.pack_test.screen_cases", answer)
    calls = [("screen", "--cases", name, *more) for name in reports for more in ((), ("--json",))]
    calls += [("screen", "--cases", "whole.csv", "--packs", "x", *more) for more in (("place",), ("--policy", "p"))]
    calls += [("screen", "--cases", "whole.csv", "--packs", "x"), ("screen", "--policy", "p")]
    assert_kept(KEPT / "call-screen-cases.txt", "".join(call(*words) for words in calls))


def test_a_draft_of_a_mapping(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = {"file": Path("a.csv"), "place": Path("a.toml"), "table": "party", "mapping": "[a]\nb = 1", "columns": ()}
    drafts = iter([(False, ()), (True, ("x",)), (True, ("x", "y")), (False, ("x",))])

    def suggest(*_: Any) -> Any:
        stands, needed = next(drafts)
        return import_module("provenet.verbs.answers").MappingDraft(stood_already=stands, needed=needed, **draft)

    monkeypatch.setattr("provenet.verbs.add.suggest", suggest)
    words = ("add", "place", "a.csv", "--suggest")
    calls = (words, words, words, (*words, "--json"), (*words, "b.csv"))
    assert_kept(KEPT / "call-suggest.txt", "".join(call(*words) for words in calls))


def test_rows_of_a_measure_of_paths(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    summary = {name: value for name, value in made.PATHS_BARE.items() if name not in ("out", "seconds")}
    for name in ("rel", "pfx", "cc"):
        (tmp_path / name).write_text("")
    rows = pl.DataFrame({"asn": [1, 2], "influence_share": [0.5, 0.25]})
    answers = Answering(*(InfluenceReport(summary, rows),) * 4, InfluenceReport(made.PATHS_REFUSED, None))
    monkeypatch.setattr("provenet.tools.path_measures.run_transit", answers)
    monkeypatch.setattr("provenet.cli.influence_report.time.monotonic", lambda: 1.0)
    words = ("transit", "--graph", "rel", "--country", "JP", "--addresses", "pfx", "--countries", "cc")
    calls = [(*words, "--json"), *((*words, "--out", out) for out in ("a.csv", "b.PARQUET", "c.CSV", "d.csv"))]
    calls += [(*words, "--out", out) for out in ("a.txt", "rel.csv/x.csv", "pfx", "a.csv/b.csv")]
    (tmp_path / "cc.csv").write_text("")
    calls.append(("transit", "--graph", "rel", "--countries", "cc.csv", "--out", "cc.csv", "--country", "JP"))
    text = "".join(call(*one) for one in calls)
    found = sorted(path.name for path in tmp_path.iterdir())
    assert (tmp_path / "a.csv").read_text() == (tmp_path / "c.CSV").read_text() == rows.write_csv()
    assert pl.read_parquet(tmp_path / "b.PARQUET").equals(rows)
    assert_kept(KEPT / "call-transit.txt", f"{text}== files\n{found}\n")


def test_the_settings_of_every_verb(call: Call) -> None:
    """As JSON Schema: names, kinds, choices, ranges and defaults."""
    text = call("schema") + call("schema", "plan") + call("schema", "plann") + call("schema", "zzzzzzz")
    assert_kept(KEPT / "schema.txt", text)


def test_the_help_of_every_command(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """The help of the whole is kept; that of each command stands in docs/manual.md with its options and defaults."""
    monkeypatch.setenv("COLUMNS", "100")
    text = (call() + call("--version") + call("-h")).replace(VERSION, "VERSION")
    assert_kept(KEPT / "help.txt", text)
    assert {name: one.name for name, one in load_all().items()} == {name: name for name in COMMANDS}


def test_an_option_tells_its_default_once() -> None:
    for option, shown in (
        (Option(default="a", help="which"), " [default: a]"),
        (Option(default="a", help="which (default: the first)"), ""),
        (Option(default=(), help="some"), ""),
        (Option(default=False, help="on"), " [default: False]"),
    ):
        assert of_settings._default(option) == shown


ERRORS: dict[str, BaseException] = {
    "faults": InputFault([Fault("a.csv row 1", "no such party"), Fault("b.csv", "empty")]),
    "usage": UsageFault("--x: no."), "product": ProvenetError("A sentence."), "abort": click.exceptions.Abort(),
    "ctrl-c": KeyboardInterrupt(), "click": click.ClickException("No such option."),
    "file": FileNotFoundError(2, "No such file or directory", "a.csv"), "system": OSError("Disk quota"),
    "bare": OSError(5, "Input/output error"), "memory": MemoryError(), "pages": ModuleNotFoundError("x", name="typst"),
    "module": ModuleNotFoundError("no module", name="other"), "defect": ValueError("odd"),
}  # fmt: skip


def test_every_error_is_a_sentence_and_a_code(capsys: pytest.CaptureFixture[str]) -> None:
    text = ""
    for name, err in ERRORS.items():
        for as_json in (False, True):
            with door.Door(as_json) as held:
                raise err
            out, told = capsys.readouterr()
            line = f"line {sys._getframe().f_lineno}"
            told = told.replace(f"test_commands.py line {line[5:]}", "HERE")
            text += f"== {name}\nexit {held.code}\n{out}-- errors\n{told}"
    assert_kept(KEPT / "errors.txt", "\n".join(line.partition(" at test_commands.py")[0] for line in text.split("\n")))


def test_a_defect_shows_its_trace_where_it_is_wanted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for setting, traced in (("1", True), ("0", False)):
        monkeypatch.setenv(door.TRACE_SETTING, setting)
        with door.Door(False):
            raise ValueError
        assert ("Traceback" in capsys.readouterr().err) is traced
    with door.Door(False) as held:
        raise click.exceptions.Exit(7)
    assert (held.code, capsys.readouterr()) == (7, ("", ""))


def test_a_reader_that_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[int] = []
    monkeypatch.setattr(door, "_close_output", lambda: closed.append(1))
    with door.Door(False) as held:
        raise BrokenPipeError
    assert (held.code, closed) == (141, [1])

    class Gone:
        def flush(self) -> None:
            raise BrokenPipeError

        def reconfigure(self, errors: str) -> None:
            assert errors == "backslashreplace"

    monkeypatch.setattr(sys, "stdout", Gone())
    with door.Door(False) as held:
        pass
    assert (held.code, closed) == (141, [1, 1])


def test_warnings_of_a_moved_case_are_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    shown: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        before = warnings.showwarning = lambda message, *_: shown.append(str(message))
        with door.Door(False):
            warnings.warn("of Python", stacklevel=1)
            warnings.warn(CaseMigrated("The case was moved."), stacklevel=1)
        assert warnings.showwarning is before
    assert (shown, capsys.readouterr().err) == (["of Python"], "The case was moved.\n")


def test_ctrl_c_is_remembered() -> None:
    before = signal.getsignal(signal.SIGINT)
    with door.Door(False) as held:
        assert signal.getsignal(signal.SIGINT) == held._interrupt
        with pytest.raises(KeyboardInterrupt):
            held._interrupt(2, None)
        raise ValueError
    assert held.code == 130
    assert signal.getsignal(signal.SIGINT) is before
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with door.Door(False):
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    signal.signal(signal.SIGINT, before)


def test_lines_are_fitted_to_a_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"  {'word ' * 12}end-of-it {'x' * 50}"
    lines = door.fit(f"{text}\n\n{'y' * 41}", 41)
    kept = "\n".join(f"{len(line):3} {line}" for line in [*lines, *door.fit("", 41), *door.fit("z" * 41, 41)])
    for width in (39, 40, 45):
        for as_they_are in (False, True):
            monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
            monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((width, 9)))  # noqa: B023
            door.say([text], as_they_are)
            kept += f"\n== {width} {as_they_are}\n{capsys.readouterr().out}"
    assert_kept(KEPT / "fitted.txt", kept)


def test_json_of_rows_one_by_one(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "ROWS_AT_ONCE", 2)
    monkeypatch.setattr(row_files, "LINES_TOGETHER", 2)
    table = pl.DataFrame({"a": [1, 2, 3], "b": ["x", None, "ü"]})
    lazy = LazyRows([lambda: [{"a": 1}, {"a": 2}], lambda: [{"a": made.DAY}]])
    rows = {"rows": door.json_rows(lazy), "none": door.json_rows(()), "table": row_files.json_lines(table)}
    door.say_json({"one": 1, **rows})
    door.say_json({"empty": row_files.json_lines(table[:0]), "place": Path("x"), "days": {"a": (made.DAY,)}})
    door.say_json({"plain": {"a": [1]}})
    door.say_json({})
    door.say_json(made.RETRACTIONS["one"].as_dict())
    out = capsys.readouterr().out
    assert (len(lazy), lazy[2], lazy[0]) == (3, {"a": made.DAY}, {"a": 1})
    assert_kept(KEPT / "json.txt", out)


class Clock:
    """A clock and a terminal for a progress line."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, live: bool) -> None:
        self.now, self.text = 100.0, ""
        monkeypatch.setattr("provenet.cli.progress.time.monotonic", lambda: self.now)
        monkeypatch.setattr("provenet.cli.progress.sys.stderr", self)
        monkeypatch.setattr(progress, "LOG_SECONDS", 10.0)
        self.isatty = lambda: live

    def write(self, text: str) -> None:
        self.text += text

    def flush(self) -> None:
        self.text += "|"


@pytest.mark.parametrize("live", [True, False])
def test_a_line_of_progress(monkeypatch: pytest.MonkeyPatch, live: bool) -> None:
    clock = Clock(monkeypatch, live)
    with progress.ProgressLine() as line:
        for after, what, done, total in (
            (0.9, "a", 1, 10),
            (0.1, "a", 1, 10),
            (0.19, "a", 2, 10),
            (0.02, "a", 3, 10),
            (8.79, "a", 4, 10),
            (0.1, "b", 5, 10),
            (10.0, "b", 6, 10),
            (10.0, "b", 0, 10),
            (10.0, "b", 10, 10),
            (10.0, "b", 11, 10),
            (10.0, "c", 1, 2),
            (10.0, "c", 1, 2),
            (10.0, "c", 99, 100),
            (10.0, "c", 30, 31),
        ):
            clock.now += after
            line(what, done, total)
            clock.text += "\n"
    with progress.ProgressLine():
        pass
    assert_kept(KEPT / f"progress-{'live' if live else 'log'}.txt", clock.text)


def test_a_program_reads_progress_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(progress.PROGRESS_SETTING, "json")
    clock = Clock(monkeypatch, live=True)
    with progress.ProgressLine() as line:
        line("files read", 0, 4)
        clock.now += 0.125
        line("files read", 1, 4)
        clock.now += 0.125
        line("files read", 2, 4)
        clock.now += 0.375
        line.search(SearchState("plans tried", 4.0, 5.0, 1, 10))
    records = [part for part in clock.text.split(progress.RECORD_MARK) if part]
    assert "\r" not in clock.text
    assert [json.loads(one.rstrip("|")) for one in records] == [
        {"what": "files read", "done": 0, "total": 4, "seconds_left": None},
        {"what": "files read", "done": 2, "total": 4, "seconds_left": pytest.approx(0.25)},
        {
            "what": "plans tried",
            "done": 1,
            "total": 10,
            "seconds_left": pytest.approx(0.0),
            "best": 4.0,
            "bound": 5.0,
            "gap": 0.25,
        },
    ]


def test_words_of_a_search() -> None:
    states = [
        SearchState(doing="looking", done=1, total=2, objective=objective, bound=bound)
        for objective in (None, 0.0, 1234567.8, -2.0)
        for bound in (None, 0.0, 1500000.0, -1.0)
    ]
    assert_kept(KEPT / "search.txt", "".join(f"{progress.search_words(state)}\n" for state in states))


def test_a_search_is_stopped_at_its_next_report(monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.getsignal(signal.SIGINT)
    heard: list[object] = []
    state = SearchState(doing="looking", done=1, total=2, objective=None, bound=None)
    signal.signal(signal.SIGINT, lambda *given: heard.append(given[0]))
    try:
        with SearchLine() as line:
            with pytest.raises(KeyboardInterrupt):
                line._stop(2, None)
            assert heard == [2]
            line = SearchLine()
            line.search(state)
            line._stop(2, None)
            assert heard == [2]
            with pytest.raises(KeyboardInterrupt):
                line.search(state)
            line.search(state)
            line._stop(2, None)
            with pytest.raises(KeyboardInterrupt):
                line._stop(2, None)
        assert signal.getsignal(signal.SIGINT) not in (before, signal.SIG_DFL)
    finally:
        signal.signal(signal.SIGINT, before)
    with SearchLine() as line:
        assert signal.getsignal(signal.SIGINT) == line._stop
    assert signal.getsignal(signal.SIGINT) is before

    found: list[object] = []

    def elsewhere() -> None:
        with SearchLine():
            found.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert found == [before]


def test_places_of_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "case" / "in").mkdir(parents=True)
    (tmp_path / "case" / "case.toml").write_text("")
    (tmp_path / "folder").mkdir()
    (tmp_path / "there").write_text("old")
    os.mkfifo(tmp_path / "pipe")
    text = ""
    for name in ("new", "there", "folder", "none/x", "pipe", "case/x", "case/in/x", "given", "./given", "folder/x"):
        try:
            place = files.place_of("--out", name, [("--a", None), ("--b", "given"), ("--c", Path("other"))])
            text += f"{name}: {place}\n"
        except UsageFault as err:
            text += f"{name}: {err}\n"
    assert_kept(KEPT / "places.txt", text.replace(str(tmp_path), "HERE"))


@pytest.mark.parametrize("named", [True, False])
def test_a_file_takes_its_name_once_it_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: bool) -> None:
    if named:
        monkeypatch.setattr(files, "_nameless", lambda _: None)
    place = tmp_path / "a.txt"
    place.write_text("old")
    with pytest.raises(ValueError, match="broken"), files.whole_file(place) as stream:
        stream.write(b"half")
        raise ValueError("broken")
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert place.read_text() == "old"
    with files.whole_file(place) as stream:
        stream.write(b"whole")
        stream.flush()
        assert place.read_text() == "old"
        assert len(list(tmp_path.iterdir())) == (2 if named else 1)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["whole"]
    assert place.stat().st_mode & 0o444


def test_where_no_file_can_be_without_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = files._nameless(tmp_path)
    assert stream is not None
    stream.close()
    assert files._nameless(tmp_path / "none") is None
    monkeypatch.setattr(os, "O_TMPFILE", 0, raising=False)
    monkeypatch.delattr(os, "O_TMPFILE")
    assert files._nameless(tmp_path) is None


def test_the_folder_of_the_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = Path("demo")
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to(tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("")
    (tmp_path / "empty" / "deep").parent.mkdir()
    text = ""
    for name in ("file", "link", "full"):
        with pytest.raises(UsageFault) as stopped, demo.demo_folder(Path(name)):
            pass
        text += f"{stopped.value}\n"
    with demo.demo_folder(Path("empty/deep")):
        pass
    assert (tmp_path / "empty" / "deep" / demo.MARKER).read_text() == f"{code_version()}\n"
    with demo.demo_folder(folder) as note:
        for name in ("case/x", "a.html", "b.html", "mine.txt", "sub/c.html"):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text("")
        note([folder / "a.html", folder / "sub/c.html", folder / "gone.html"])
    marker = folder / demo.MARKER
    assert marker.read_text() == f"{code_version()}\na.html\nsub/c.html\ngone.html\n"

    def names() -> list[str]:
        return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())

    with demo.demo_folder(folder):
        pass
    assert names() == [demo.MARKER, "a.html", "b.html", "case/x", "mine.txt", "sub/c.html"]
    outside = tmp_path / "outside.txt"
    outside.write_text("")
    marker.write_text(f"other code\na.html\n../outside.txt\n{outside}\nsub\n")
    with demo.demo_folder(folder):
        assert names() == [demo.MARKER, "b.html", "mine.txt", "sub/c.html"]
    assert outside.exists()
    assert_kept(KEPT / "demo-folder.txt", text)


def test_the_demo_hands_out_its_pages(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    report = made.DEMO["bare"]
    for one in made.DOSSIERS:
        for place in one.named().values():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text("page")
    verb = Answering(report)
    monkeypatch.setattr("provenet.verbs.demo.run", verb)
    text = call("demo", "out") + call("demo", "out", "--json") + call("demo", "case")
    (tmp_path / "case" / "case.toml").write_text("")
    text += call("demo", "case/demo")
    assert_kept(KEPT / "call-demo.txt", text.replace(str(tmp_path), "HERE"))
    assert str(verb.heard[0][0]) == "out/case"


LISTS = [
    {
        "name": "one",
        "title": "One",
        "says": "what it is",
        "issuer": "gov",
        "licence": "free",
        "url": "https://example.org/",
        "cap_bytes": cap,
        "layout": layout,
    }
    for cap, layout in ((999_999, None), (1_000_000, "shares"), (2_500_000, ""))
]


def test_fetching_lists(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Any) -> None:
    monkeypatch.chdir(tmp_path)
    came = {"name": "one", "state": "new", "file": "one.csv", "length_bytes": 12, "sha256": "ab"}
    report = type("Report", (), {"lists": [came], "faults": []})
    failed = type("Report", (), {"lists": [], "faults": [Fault("one", "no answer")]})
    answers = iter([report, report, failed, failed])
    monkeypatch.setattr("provenet.cli.shelf.run", lambda _: next(answers))
    import provenet

    monkeypatch.setattr(provenet, "fetchable", lambda *_: LISTS, raising=False)
    (tmp_path / "case").mkdir()
    (tmp_path / "case" / "case.toml").write_text("")
    calls = [("fetch", "one", "--into", "in", *more) for more in ((), ("--json",)) * 2]
    calls += [("fetch", "--list"), ("fetch", "--list", "--json"), ("fetch",), ("fetch", "one", "--into", "case/x")]
    text = "".join(call(*words) for words in calls)
    assert_kept(KEPT / "call-fetch.txt", text.replace(str(tmp_path), "HERE"))


def test_an_export_and_a_new_case(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    answers = import_module("provenet.verbs.answers")
    files_made = [
        answers.ExportFile(run_id=run, form="csv", table=table, row_count=2, file_id="sha", data=b"x" * 1200)
        for run, table in (("plan-1", None), (None, "party"))
    ]
    monkeypatch.setattr("provenet.verbs.export.run", Answering(*files_made))
    text = call("export", "case", "plan-1", "--out", "a.csv")
    text += call("export", "case", "--table", "party", "--out", "b.csv", "--json")
    text += call("export", "case", "--table", "party", "--out", "none/b.csv") + call("export", "case")
    assert [(tmp_path / name).stat().st_size for name in ("a.csv", "b.csv")] == [1200, 1200]
    new = answers.NewCase(Path("case"), "t")
    filled = answers.NewCase(Path("case"), "t", Path("case-tables"), ("a.csv", "policy.yml"))
    bare = answers.NewCase(Path("case"), "t", Path("case-tables"), ("a.csv",))
    monkeypatch.setattr("provenet.verbs.new.run", Answering(new, filled, bare, new))
    text += "".join(call("new", "case", *more) for more in ((), (), (), ("--json",)))
    walk = answers.LineageWalk("party:a", {"a": 1}, (), "whole\nwalk\n\n", ("first", "way"))
    monkeypatch.setattr("provenet.verbs.why.run", Answering(walk))
    text += "".join(call("why", "case", "x", *more) for more in ((), ("--short",), ("--json",)))
    assert_kept(KEPT / "call-export.txt", text)


def test_plans_proofs_and_packs(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`schedule`, `allocate`, `certify` and `test`: files written, both answers, every exit code."""
    monkeypatch.chdir(tmp_path)
    Path("instance.json").write_text("{}")
    Path("plan.json").write_text("{}")

    def report(**values: Any) -> Any:
        lines, shown = values.pop("lines", ["a line"]), {"a": 1}
        return type("Report", (), {"lines": lambda _: lines, "as_dict": lambda _: shown, **values})()

    def plan(status: str, proof: str) -> Any:
        return report(
            plan=type("Plan", (), {"status": status, "proof": proof}),
            files=lambda _, name: {name: b"plan", "a-certificate.npz": b"proof"},
        )

    plans = [("optimal", "certified"), ("infeasible", "none"), ("unknown", "none"), ("feasible", "bound")]
    monkeypatch.setattr("provenet.tools.instances.run_schedule", Answering(*(plan(*one) for one in plans)))
    text = "".join(call("schedule", "instance.json", *more) for more in ((), (), (), ("--out", "p.json"), ("--json",)))
    text += call("schedule", "instance.json", "--out", "instance.json")
    monkeypatch.setattr("provenet.tools.instances.run_allocate", Answering(report(file=lambda _: b"award")))
    text += "".join(call("allocate", "instance.json", *more) for more in ((), ("--out", "a.json"), ("--json",)))
    text += call("allocate", "instance.json", "--out", "instance.json")
    checks = [report(is_refused=refused) for refused in (False, True, True)]
    monkeypatch.setattr("provenet.tools.instances.run_certify", Answering(*checks))
    text += "".join(call("certify", "instance.json", "plan.json", *more) for more in ((), (), ("--json",)))
    tests = [report(is_passed=passed, notes=("a note",)) for passed in (True, False, False)]
    monkeypatch.setattr("provenet.verbs.packs.run", Answering(*tests))
    text += "".join(call("test", "jp-espa", *more) for more in ((), (), ("--json",)))
    written = {path.name: path.read_text() for path in sorted(tmp_path.iterdir())}
    assert_kept(KEPT / "call-schedule.txt", f"{text}== files\n{json.dumps(written, indent=1)}\n")


def test_a_run_of_a_case_is_certified_by_its_rows(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    Path("case").mkdir()
    Path("case/case.toml").write_text("")
    heard: list[object] = []

    def certify_run(*given: object, **more: object) -> Any:
        heard.append((*map(str, given), more))
        return type("Report", (), {"lines": lambda _: ["by rows"], "is_refused": False})()

    monkeypatch.setattr("provenet.verbs.certify.certify_run", certify_run)
    text = call("certify", "case", "plan-1") + call("certify", "case", "plan-1", "--require-proof")
    assert text.count("exit 0\nby rows\n") == 2
    assert heard == [("case", "plan-1", {"require_proof": False}), ("case", "plan-1", {"require_proof": True})]
