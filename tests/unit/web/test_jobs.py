"""Jobs: verbs in processes of their own, one writer at a time, cancelled without leaving anything half-written."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from provenet.case import lock
from provenet.cli.command import command
from provenet.core.errors import CaseBusy, UsageFault
from provenet.core.settings import Settings
from provenet.verbs.fund import FundSettings
from provenet.verbs.plan import PlanSettings
from provenet.verbs.settings import AddSettings, CheckSettings, RetractSettings, ScreenSettings
from provenet.web import jobs as module
from provenet.web.jobs import VERBS, Job, Jobs, command_words, form_options, settings_of
from unit.web.answered_case import SECONDS, until

if TYPE_CHECKING:
    from provenet.case.case import Case

DAY = "2026-11-25"
PLAN = PlanSettings(as_of=DAY, country="Germany")
STUB = """
import json, os, signal, subprocess, sys, time

mode, verb = sys.argv[1:3]
case = sys.argv[sys.argv.index("--") + 1]

def record(**words):
    sys.stderr.write("\\x1e" + json.dumps(words) + "\\n")
    sys.stderr.flush()

def answer(code=0):
    print(json.dumps({"countries": [{"run_id": verb + "-" + "0123456789abcdef"}]}, indent=2), flush=True)
    sys.exit(code)

def stopped(number, frame):
    if mode == "keeps":
        answer()
    sys.stderr.write("Stopped by Ctrl-C.\\n")
    sys.exit(130)

if mode == "deaf":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    print(left.pid, file=sys.stderr, flush=True)
else:
    signal.signal(signal.SIGINT, stopped)
if mode == "refuses":
    sys.stderr.write("plan: shares have been overtaken.\\n    Run: provenet depend CASE\\n")
    sys.exit(3)
if mode == "infeasible":
    answer(3)
if mode == "floods":
    for at in range(2000):
        sys.stderr.write("x" * 5000 + "\\n")
    sys.stdout.write(" " * (8 << 20))
    answer()
record(what="plans tried", done=1, total=4, seconds_left=3.0, best=4.0, bound=5.0, gap=0.25)
if mode in ("long", "keeps", "deaf"):
    open(os.path.join(case, "begun"), "w").close()
    time.sleep(600)
sys.stderr.write("A sentence.\\n")
answer()
"""


@pytest.fixture(scope="session")
def stub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program that behaves as a verb would, in the way that its first word names."""
    place = tmp_path_factory.mktemp("stub") / "stub.py"
    place.write_text(STUB)
    return place


@pytest.fixture
def case(tmp_path: Path, new_case: Callable[..., Case]) -> Path:
    return new_case(tmp_path / "case").path


@contextmanager
def jobs_of(case: Path, stub: Path, mode: str, patience: float = 60.0) -> Iterator[Jobs]:
    made = Jobs(case, program=(sys.executable, str(stub), mode), patience=patience)
    try:
        yield made
    finally:
        made.close()


def begun(jobs: Jobs, case: Path, **how: Any) -> Job:
    """A job of a stub that has come to where it waits."""
    job = jobs.start("plan", PLAN, **how)
    until((case / "begun").exists)
    return job


def test_a_job_tells_its_progress_its_best_and_its_runs(case: Path, stub: Path) -> None:
    with jobs_of(case, stub, "steps") as jobs:
        job = jobs.start("plan", PLAN, about={"country": "Germany"})
        until(lambda: job.is_over)
    assert (job.state, job.exit_code, job.runs, job.text) == ("done", 0, ["plan-0123456789abcdef"], "Done: plan.")
    assert job.words == ("--country=Germany", "--as-of=2026-11-25")
    events = job.events_after(0)
    assert [(name, words) for _, name, words in events] == [
        ("progress", {"done": 1, "total": 4, "text": "plans tried: 1 of 4", "seconds_left": 3.0}),
        ("best", {"text": "The best plan so far is at most 25.00 % from the best possible."}),
        ("line", {"text": "A sentence."}),
        ("end", {"state": "done", "text": "Done: plan."}),
    ]
    assert job.events_after(events[1][0]) == events[2:]
    assert job.events_after(events[-1][0]) == []


def test_a_cancelled_job_ends_in_order(case: Path, stub: Path) -> None:
    with jobs_of(case, stub, "long") as jobs:
        job = begun(jobs, case)
        jobs.cancel(job.job_id)
        until(lambda: job.is_over)
    assert (job.state, job.exit_code, job.runs) == ("cancelled", 130, [])
    assert job.text == "Cancelled. Nothing half-written counts; the case stands as before."
    assert [text for _, text in job.lines] == ["Stopped by Ctrl-C."]


def test_a_search_that_is_stopped_keeps_its_best(case: Path, stub: Path) -> None:
    with jobs_of(case, stub, "keeps") as jobs:
        job = begun(jobs, case)
        jobs.cancel(job.job_id)
        until(lambda: job.is_over)
    assert (job.state, job.runs) == ("done", ["plan-0123456789abcdef"])
    assert job.text == "Stopped. The best that was found by then is kept."


def test_a_job_that_does_not_hear_is_killed_with_what_it_started(case: Path, stub: Path) -> None:
    with jobs_of(case, stub, "deaf", patience=0.05) as jobs:
        job = begun(jobs, case)
        until(lambda: job.lines)
        left = int(job.lines[0][1])
        jobs.cancel(job.job_id)
        until(lambda: job.is_over)
    assert (job.state, job.exit_code) == ("cancelled", -9)
    until(lambda: is_gone(left))


def is_gone(pid: int) -> bool:
    """Whether a process has ended; one that nobody has buried yet has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_a_second_writer_is_refused_or_waits(case: Path, stub: Path) -> None:
    with jobs_of(case, stub, "long") as jobs:
        first = begun(jobs, case)
        with pytest.raises(CaseBusy, match=r"^Somebody else is writing: plan, since \d\d:\d\d UTC\. Reading goes on"):
            jobs.start("plan", PLAN)
        second = jobs.start("plan", PLAN, wait=True)
        third = jobs.start("check", CheckSettings(as_of=DAY), wait=True)
        assert (second.state, second.text) == ("waiting", "Waiting for its turn.")
        jobs.cancel(third.job_id)
        assert (third.state, third.text) == ("cancelled", "Cancelled before it began.")
        (case / "begun").unlink()
        jobs.cancel(first.job_id)
        until((case / "begun").exists)
        assert (first.state, second.state) == ("cancelled", "running")
        assert [one.job_id for one in jobs.listed()] == ["3", "2", "1"]


def test_few_jobs_wait(case: Path, stub: Path) -> None:
    with jobs_of(case, stub, "long") as jobs:
        begun(jobs, case)
        for _ in range(module.MOST_WAITING):
            jobs.start("plan", PLAN, wait=True)
        with pytest.raises(CaseBusy, match=r"^5 jobs wait already"):
            jobs.start("plan", PLAN, wait=True)
    until(lambda: all(one.is_over for one in jobs.listed()))
    assert {one.state for one in jobs.listed()} == {"cancelled"}
    with pytest.raises(CaseBusy, match="stopping"):
        jobs.start("plan", PLAN)


def test_another_program_writes(case: Path, stub: Path) -> None:
    with jobs_of(case, stub, "steps") as jobs:
        with lock.held(case):
            with pytest.raises(CaseBusy, match="another writer holds this case"):
                jobs.start("plan", PLAN)
            job = jobs.start("plan", PLAN, wait=True)
            until(lambda: "another writer holds this case" in job.text)
            assert job.state == "running"
        until(lambda: job.is_over)
        assert job.state == "done"


def test_a_refusal_is_shown_in_its_own_words(case: Path, stub: Path) -> None:
    with jobs_of(case, stub, "refuses") as jobs:
        job = jobs.start("plan", PLAN)
        until(lambda: job.is_over)
    assert (job.state, job.exit_code, job.text) == ("failed", 3, "plan: shares have been overtaken.")
    assert [text for _, text in job.lines] == ["plan: shares have been overtaken.", "    Run: provenet depend CASE"]


def test_a_plan_that_no_limit_leaves_is_an_answer(case: Path, stub: Path) -> None:
    with jobs_of(case, stub, "infeasible") as jobs:
        job = jobs.start("plan", PLAN)
        until(lambda: job.is_over)
    assert job.state == "done"
    assert job.text == "Done: no answer keeps every limit. The page states what stands in the way."


def test_what_a_job_says_is_bounded(case: Path, stub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_KEPT", 2)
    with jobs_of(case, stub, "floods") as jobs:
        for _ in range(3):
            job = jobs.start("plan", PLAN)
            until(lambda job=job: job.is_over and jobs._running is None)
            assert (len(job.lines), job.runs) == (module.MOST_LINES, ["plan-0123456789abcdef"])
            assert max(len(text) for _, text in job.lines) <= module.LONGEST_LINE
        assert [one.job_id for one in jobs.listed()] == ["3", "2"]


def test_a_real_verb(case: Path) -> None:
    jobs = Jobs(case)
    try:
        job = jobs.start("check", CheckSettings(as_of=DAY))
        until(lambda: job.is_over)
    finally:
        jobs.close()
    assert (job.state, [run.partition("-")[0] for run in job.runs]) == ("done", ["check"]), list(job.lines)


def test_a_real_refusal(case: Path) -> None:
    jobs = Jobs(case)
    try:
        job = jobs.start("plan", PlanSettings(as_of=DAY, country="Atlantis"))
        until(lambda: job.is_over)
    finally:
        jobs.close()
    assert job.state == "failed"
    assert "Atlantis" in job.text


def test_a_program_that_is_not_there(case: Path) -> None:
    jobs = Jobs(case, program=("/nowhere/provenet",))
    job = jobs.start("plan", PLAN)
    until(lambda: job.is_over)
    jobs.close()
    assert job.text == "The verb could not be started: No such file or directory."


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux signals the death of a parent")
def test_a_child_dies_with_its_server() -> None:
    child = (
        "import os, sys, time\n"
        "from provenet.web.child import tie_to\n"
        "tie_to(int(sys.argv[1]))\n"
        "print(os.getpid(), flush=True)\n"
        "time.sleep(600)\n"
    )
    server = (
        "import os, subprocess, sys\n"
        f"child = subprocess.Popen([sys.executable, '-c', {child!r}, str(os.getpid())], stdout=subprocess.PIPE)\n"
        "print(child.stdout.readline().decode(), end='', flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", server], stdout=subprocess.PIPE, check=False, timeout=SECONDS)
    assert done.returncode == -9
    until(lambda: is_gone(int(done.stdout)))


def test_a_child_of_nobody_does_not_begin() -> None:
    words = [sys.executable, "-m", "provenet.web.child", str(os.getpid() + 1), "--version"]
    done = subprocess.run(words, stdout=subprocess.PIPE, check=False, timeout=SECONDS)
    assert (done.returncode, done.stdout) == (1, b"")


CALLS: list[Settings] = [
    PLAN,
    PlanSettings(
        as_of="2018-11-23",
        known_on="2018-11-23",
        objective="cost",
        budget="1.5 bn EUR/2026",
        by="2030-12-31",
        country=("Germany", "-strange"),
        policy="--json",
        assume={"a": "b", "c": "d e"},
        only=("core", "management"),
        renewal_credit=False,
        exact=True,
        seconds=0.1,
        packs=("/somewhere/packs",),
        fix="/somewhere/fix.csv",
    ),
    FundSettings(as_of=DAY, mechanism="loan guarantee", scenarios=200, nudge=0.25, cap=("Japan=100M",)),
    ScreenSettings(as_of=DAY, policy=("a", "b")),
    RetractSettings("claim:+1", reason="-- not ours; see page 3", restore=True),
]


@pytest.mark.parametrize("settings", CALLS, ids=lambda one: type(one).__name__)
def test_the_words_of_a_job_are_read_back_as_its_settings(settings: Settings) -> None:
    heard: list[Settings] = []

    @command(type(settings), name="verb")
    def verb(case: str, settings: Settings, as_json: bool) -> int:
        heard.append(settings)
        assert (case, as_json) == ("CASE", True)
        return 0

    options, arguments = command_words(settings)
    verb.main(["--json", *options, "--", "CASE", *arguments], standalone_mode=False)
    assert heard == [settings]


def test_what_a_form_may_give() -> None:
    assert form_options("run") == ("as_of", "known_on")
    assert {"packs", "fix", "progress", "search"}.isdisjoint(form_options("plan"))
    assert {"budget", "by", "country", "as_of"} <= set(form_options("plan"))
    for verb in VERBS:
        assert issubclass(settings_of(verb), Settings)
    with pytest.raises(UsageFault, match=r"^verb: found 'serve', expected one of: screen, "):
        settings_of("serve")


def test_settings_of_another_verb_are_refused(case: Path, stub: Path) -> None:
    with jobs_of(case, stub, "steps") as jobs:
        with pytest.raises(UsageFault, match="another verb"):
            jobs.start("fund", PLAN)
        with pytest.raises(UsageFault, match="by its place"):
            jobs.start("plan", PlanSettings(as_of=DAY, fix=("fix.csv", b"unit_id")))
        assert jobs.listed() == []
    assert AddSettings("a.csv") != AddSettings("b.csv")
