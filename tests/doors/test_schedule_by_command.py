"""`provenet schedule` at the terminal: plans, codes 0, 2, 3 and 4, files, progress, and Ctrl-C at each stage."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from doors.conftest import Provenet
from provenet.cli import progress
from provenet.scheduling import schedule as planner
from support.stubbed_solver import ending_with, raising, stubbed

CERTIFIED = "certified: limits, objective and bound were checked again by sums alone"
CREW: dict[str, Any] = {"id": "crew", "capacity": 1}
TWO: dict[str, Any] = {
    "periods": 4,
    "discount": 0.5,
    "resources": [CREW],
    "units": [{"id": "a", "use": {"crew": 1}}, {"id": "b", "use": {"crew": 1}}],
    "precedence": [["a", "b"]],
    "demands": [{"id": "d", "weight": 4, "units": ["a"]}, {"id": "e", "weight": 8, "units": ["a", "b"]}],
}
KEYS = (
    "status", "objective", "bound", "gap_share", "proof", "seconds", "start", "certificate_entry_count", "unit_count",
    "swapped_count", "demand_count", "period_count",
)  # fmt: skip


def written(folder: Path, instance: dict[str, Any]) -> Path:
    place = folder / "i.json"
    place.write_text(json.dumps(instance), encoding="utf-8")
    return place


def test_a_plan_in_sentences_and_its_file(provenet: Provenet, tmp_path: Path) -> None:
    """By hand: d is clear from period 1, e from 2: 4 x (1/2 + 1/4 + 1/8) + 8 x (1/4 + 1/8) = 6.5."""
    place = written(tmp_path, TWO)
    ran = provenet("schedule", place, "--out", tmp_path / "p.json")
    assert ran.code == 0
    assert ran.err == f"Written: {tmp_path / 'p.json'}\n"
    assert ran.out.splitlines() == [
        f"2 of 2 units are swapped in 4 periods ({CERTIFIED}).",
        "Starts a period: 0: 1, 1: 1.",
        "Objective 6.5; no plan can have more than 6.5, a gap of 0.0000 %.",
    ]
    plan = json.loads((tmp_path / "p.json").read_bytes())
    assert (plan["start"], plan["objective"], plan["status"]) == ({"a": 0, "b": 1}, 6.5, "optimal")
    assert provenet("certify", place, tmp_path / "p.json").code == 0


def test_one_json_object(provenet: Provenet, tmp_path: Path) -> None:
    told = provenet("schedule", written(tmp_path, TWO), "--json").json
    assert set(KEYS) <= set(told)
    assert (told["status"], told["proof"], told["objective"], told["gap_share"]) == ("optimal", "certified", 6.5, 0.0)
    assert (told["unit_count"], told["swapped_count"], told["demand_count"], told["period_count"]) == (2, 2, 2, 4)
    assert told["out"] is None
    assert "certificate" not in told


def test_equal_calls_write_equal_plans_but_for_the_seconds(provenet: Provenet, tmp_path: Path) -> None:
    plans = []
    for name in ("one.json", "two.json"):
        assert provenet("schedule", written(tmp_path, TWO), "--out", tmp_path / name).code == 0
        plan = json.loads((tmp_path / name).read_bytes())
        del plan["seconds"], plan["certificate"]["plan"]
        plans.append(plan)
    assert plans[0] == plans[1]


def test_a_large_certificate_stands_beside_the_plan(
    provenet: Provenet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("provenet.forms.certificate.MOST_ENTRIES_INSIDE", 2)
    place = written(tmp_path, TWO)
    ran = provenet("schedule", place, "--out", tmp_path / "p.json")
    beside = tmp_path / "p.certificate.npz"
    assert ran.err == f"Written: {beside}\nWritten: {tmp_path / 'p.json'}\n"
    assert json.loads((tmp_path / "p.json").read_bytes())["certificate"] == beside.name
    assert provenet("certify", place, tmp_path / "p.json").code == 0
    beside.unlink()
    assert provenet("certify", place, tmp_path / "p.json").code == 3


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            {"resources": [{"id": "crew", "capacity": 0}], "units": [{"id": "a", "use": {"crew": 1}, "latest": 2}]},
            "Resource 'crew' is short by 1 up to period 2: 0 available; 1 unit due by then, 1 needed.",
        ),
        (
            {"units": [{"id": "a", "latest": -1}]},
            "Unit 'a' must start by period -1, by its own or a successor's deadline, but cannot start before period 0.",
        ),
        (
            {"units": [{"id": "a", "earliest": 9, "latest": 3}]},
            "Unit 'a' must start, but cannot within the horizon of 4 periods.",
        ),
        (
            {"units": [{"id": "a"}, {"id": "b", "latest": 3}], "together": [["a", "b"]], "precedence": [["a", "b"]]},
            "Unit 'a' must start, but its predecessors form a cycle, so it never can.",
        ),
        (
            {"units": [{"id": "a", "duration": 2}, {"id": "b", "latest": 1}], "precedence": [["a", "b"]]},
            "Unit 'a' must start by period -1, by its own or a successor's deadline, but cannot start before period 0.",
        ),
    ],
)
def test_what_clashes_is_said(provenet: Provenet, tmp_path: Path, change: dict[str, Any], says: str) -> None:
    place = written(tmp_path, {"periods": 4, "discount": 0.5, "units": [], **change})
    ran = provenet("schedule", place, "--out", tmp_path / "p.json")
    assert ran.code == 3
    assert ran.out.splitlines()[:2] == [f"No plan keeps every limit ({CERTIFIED}).", says]
    assert json.loads((tmp_path / "p.json").read_bytes())["status"] == "infeasible"
    checked = provenet("certify", place, tmp_path / "p.json")
    assert checked.code == 0


def test_relief_is_said(provenet: Provenet, tmp_path: Path) -> None:
    """Two units by period 0 where one crew a period is there: one more crew, one period more, or twice the crews."""
    units = [{"id": name, "use": {"crew": 1}, "latest": 0} for name in "ab"]
    ran = provenet("schedule", written(tmp_path, {**TWO, "precedence": [], "units": units}))
    assert ran.code == 3
    assert ran.out.splitlines()[1:] == [
        "Resource 'crew' is short by 1 up to period 0: 1 available; 2 units due by then, 2 needed.",
        "Relief: at least 1 more of 'crew' in period 0, with all other lacks met too.",
        "Relief: a plan was found with every deadline later by 1 period.",
        "Relief: a plan was found with every capacity larger by 100 %.",
    ]


def test_no_plan_found_and_none_ruled_out(provenet: Provenet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three units of two thirds each by period 1, one a period: fractions of units would fit."""
    monkeypatch.setattr(planner, "SMALL", 0)
    units = [{"id": name, "use": {"crew": 0.6}, "latest": 1} for name in "abc"]
    place = written(tmp_path, {**TWO, "precedence": [], "demands": [], "units": units})
    ran = provenet("schedule", place, "--out", tmp_path / "p.json")
    assert ran.code == 4
    assert ran.out.startswith("No plan was found.\n")
    assert "Relief: a plan was found with every deadline later by 1 period." in ran.out
    assert provenet("certify", place, tmp_path / "p.json").code == 0


@pytest.mark.parametrize(
    ("instance", "says"),
    [
        ({"periods": 0, "discount": 1, "units": []}, "i.json, $.periods: the number is too small"),
        ({"periods": 1, "discount": 1, "units": [{"id": "a"}], "conflicts": [{"units": ["a", "a"], "max": 1}]},
         "i.json, $.conflicts[0].units[1]: the id stands twice in one list"),
        ({"periods": 1, "discount": 1, "units": [{"id": "a"}], "demands": [{"id": "d", "weight": 1, "units": ["b"]}]},
         "i.json, $.demands[0].units[0]: no such unit"),
    ],
)  # fmt: skip
def test_a_file_that_is_off(provenet: Provenet, tmp_path: Path, instance: dict[str, Any], says: str) -> None:
    ran = provenet("schedule", written(tmp_path, instance))
    assert ran.code == 3
    assert ran.err.startswith(says)
    assert ran.out == ""


@pytest.mark.parametrize("words", [("--seconds", "0"), ("--seed", "-1"), ("--out", "no/such/folder/p.json"), ("x",)])
def test_a_wrong_call(provenet: Provenet, tmp_path: Path, words: tuple[str, ...]) -> None:
    assert provenet("schedule", written(tmp_path, TWO), *words).code == 2


def test_the_plan_may_not_replace_the_instance(provenet: Provenet, tmp_path: Path) -> None:
    place = written(tmp_path, TWO)
    was = place.read_bytes()
    assert provenet("schedule", place, "--out", place).code == 2
    assert place.read_bytes() == was


def test_how_the_search_stands_is_told(provenet: Provenet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "LOG_SECONDS", 0.0)
    ran = provenet("schedule", written(tmp_path, TWO))
    assert "bound, best 6.5, bound 6.5, gap 0.00 %: 1 of 80" in ran.err


def stopped_at(stage: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ctrl-C the first time that the search tells of a stage; all stages that it tells of."""
    real, stages = planner._Work.say, list[str]()

    def say(work: Any, doing: str, done: int, total: int) -> None:
        real(work, doing, done, total)
        stages.append(doing)
        if doing == stage and stages.count(stage) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(planner._Work, "say", say)
    return stages


def knotty(folder: Path) -> Path:
    """Six units of three together, two at a time: no bound by prices is tight, so that each stage is come to."""
    names = "abcdef"
    units = [{"id": name, "use": {"crew": 0.6}, "duration": 2} for name in names]
    demands = [{"id": name, "weight": 3 + k, "units": [name, names[k - 1]]} for k, name in enumerate(names)]
    conflicts = [{"units": ["a", "c", "e"], "max": 1}]
    return written(folder, {**TWO, "periods": 6, "precedence": [], "units": units, "demands": demands,
                            "conflicts": conflicts})  # fmt: skip


@pytest.mark.parametrize("stage", ["bound", "plan", "whole model"])
def test_ctrl_c_keeps_the_best_plan_so_far(
    provenet: Provenet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    place = knotty(tmp_path)
    with monkeypatch.context() as patched:
        stages = stopped_at(stage, patched)
        ended = provenet("schedule", place, "--out", tmp_path / "p.json", "--json")
    assert (ended.code, stages[-1], ended.json["status"] in ("feasible", "optimal")) == (0, stage, True)
    assert provenet("certify", place, tmp_path / "p.json").code == 0
    assert sorted(found.name for found in tmp_path.iterdir()) == ["i.json", "p.json"]


def test_a_solver_by_name(provenet: Provenet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked, in silence, and named; HiGHS is where none is named."""
    place = knotty(tmp_path)
    stub = stubbed(monkeypatch, "cbc", ending_with("time_limit", "Stopped on time", None))
    ran = provenet("schedule", place, "--solver", "cbc", "--seconds", "2", "--json")
    assert (ran.code, ran.err, ran.json["solver"], stub.runs) == (0, "", "cbc", 1)
    assert provenet("schedule", written(tmp_path, TWO), "--json").json["solver"] == "highs"


def test_a_solver_that_fails_or_is_not_there(
    provenet: Provenet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, out = knotty(tmp_path), tmp_path / "p.json"
    stubbed(monkeypatch, "gurobi", raising(RuntimeError("No Gurobi license found")))
    ran = provenet("schedule", place, "--solver", "gurobi", "--out", out)
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith("gurobi gave no answer: RuntimeError: No Gurobi license found. See that it is installed")
    ran = provenet("schedule", place, "--solver", "cbc", "--out", out)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("--solver: cbc is not installed. Installed here: highs, gurobi.")
    ran = provenet("schedule", place, "--solver", "Gurobi2", "--out", out)
    assert (ran.code, ran.err.count("Nearest: gurobi.")) == (2, 1)
    assert not out.exists()


def test_ctrl_c_before_any_plan_or_bound(provenet: Provenet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def at_once(*_: Any) -> None:
        raise KeyboardInterrupt

    place = knotty(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(planner, "_find_bound", at_once)
        ran = provenet("schedule", place, "--out", tmp_path / "p.json")
    assert ran.code == 4
    assert ran.out == "No plan was found.\n"
    assert provenet("certify", place, tmp_path / "p.json").code == 0


def test_ctrl_c_while_the_answer_is_made_ready(
    provenet: Provenet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first one is what ends the search, though it came a moment too late; the plan stands."""
    real, times = planner._plan, []

    def late(work: Any) -> Any:
        times.append(1)
        if len(times) == 1:
            raise KeyboardInterrupt
        return real(work)

    monkeypatch.setattr(planner, "_plan", late)
    ran = provenet("schedule", written(tmp_path, TWO), "--json")
    assert (ran.code, ran.json["status"]) == (0, "optimal")


KILLED = """
import os, signal, sys
from provenet.cli import files
from provenet.cli.main import main
real = files.Path.replace
def die(self, target):
    if os.environ["AFTER"] == target.name:
        real(self, target)
    if os.environ["AFTER"] in (target.name, "none"):
        os.kill(os.getpid(), signal.SIGKILL)
    return real(self, target)
files.Path.replace = die
import provenet.forms.certificate as held
held.MOST_ENTRIES_INSIDE = 2
main(sys.argv[1:])
"""


@pytest.mark.parametrize(("after", "left"), [("none", ["old"]), ("p.certificate.npz", ["old", "npz"])])
def test_a_kill_leaves_no_half_file(tmp_path: Path, after: str, left: list[str]) -> None:
    place, out = written(tmp_path, TWO), tmp_path / "p.json"
    out.write_text("old", encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-c", KILLED, "schedule", place, "--out", out], env={**os.environ, "AFTER": after}, check=False
    )
    assert ran.returncode == -signal.SIGKILL
    assert out.read_text(encoding="utf-8") == "old"
    assert (tmp_path / "p.certificate.npz").exists() == ("npz" in left)


def test_an_interrupt_sent_to_the_process(tmp_path: Path) -> None:
    """A true SIGINT while the whole model is searched; code 0 and a whole plan."""
    made = (
        "import sys\nfrom provenet.cli import progress\nreal = progress.search_words\n"
        "def words(state):\n    print(state.doing, file=sys.stderr, flush=True)\n    return real(state)\n"
        "progress.search_words = words\n"
        "import provenet.scheduling.schedule as planner\nplanner._meets_bound = lambda work: False\n"
        "from provenet.cli.main import main\nmain(sys.argv[1:])"
    )
    out = tmp_path / "p.json"
    ran = subprocess.Popen(
        [sys.executable, "-c", made, "schedule", knotty(tmp_path), "--seconds", "600", "--out", out],
        stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert ran.stderr is not None
    for line in ran.stderr:
        if line.strip() == "plan":
            ran.send_signal(signal.SIGINT)
            break
    ran.communicate(timeout=60)
    assert ran.returncode == 0
    assert json.loads(out.read_bytes())["status"] in ("feasible", "optimal")
