"""The generator of replacement instances: deadlines have a witness, the same words give the same bytes, shapes hold."""

import importlib
import json
import runpy
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from provenet.certify import certify
from provenet.forms.certificate import instance_bytes
from provenet.forms.schedule import Instance
from provenet.forms.schedule_form import read_instance, read_plan

ROOT = Path(__file__).resolve().parents[2]
PROTOTYPE = ROOT.parent / "shared" / "prototypes" / "replacement_bound.py"
FLAGS = [(), ("conflicts",), ("caps",), ("durations",), ("conflicts", "caps", "durations")]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return importlib.import_module("replacement_instances")


def drawn(made: Any, shape: str, sites: int, periods: int, seed: int, flags: tuple[str, ...]) -> Any:
    wanted = made.Wanted(sites, periods, seed, *(flag in flags for flag in ("conflicts", "caps", "durations")))
    return made.make(shape, wanted)


def feasible(instance: Instance, start: dict[str, int | None]) -> float:
    """The objective of a plan that `certify` takes."""
    plan = read_plan("witness.json", json.dumps({"start": start}).encode(), instance)
    said = certify(instance, plan)
    assert (said.feasible, said.refusals) == (True, ())
    assert said.objective is not None
    return said.objective


@pytest.mark.parametrize("flags", FLAGS)
@pytest.mark.parametrize(("sites", "periods"), [(1, 2), (3, 4), (40, 1), (60, 9), (800, 24)])
def test_a_network_has_a_witness(made: Any, sites: int, periods: int, flags: tuple[str, ...]) -> None:
    for seed in (1, 2):
        instance, start = drawn(made, "network", sites, periods, seed, flags)
        feasible(instance, start)
        assert read_instance("i.json", instance_bytes(instance)) == instance
    if sites == 800:
        swapped = sum(at is not None for at in start.values()) / len(start)
        assert swapped > (0.4 if "durations" in flags else 0.7)
        assert sum(unit.latest is not None for unit in instance.units) >= 10
        assert bool(instance.conflicts) == ("conflicts" in flags)
        assert ({unit.duration for unit in instance.units} == {1, 2, 3}) == ("durations" in flags)
        asked = {
            r.id: sum(unit.use[r.id][0] for unit in instance.units if r.id in unit.use) for r in instance.resources
        }
        caps = [r for r in instance.resources if r.id.startswith("cap.")]
        assert all((sum(r.capacity) < asked[r.id]) == ("caps" in flags) for r in caps)
        assert all(0.85 < sum(r.capacity) / asked[r.id] < 1.45 for r in instance.resources if r not in caps)


@pytest.mark.parametrize("shape", ["prototype", "mine"])
@pytest.mark.parametrize(("sites", "periods"), [(1, 2), (30, 6), (500, 12)])
def test_the_other_shapes_have_a_witness_too(made: Any, shape: str, sites: int, periods: int) -> None:
    instance, start = drawn(made, shape, sites, periods, 3, ())
    feasible(instance, start)
    assert read_instance("i.json", instance_bytes(instance)) == instance


def test_a_pit_has_a_cone_of_nine_above_each_inner_block(made: Any) -> None:
    instance, _ = drawn(made, "mine", 1000, 6, 1, ())
    above: dict[str, int] = {}
    for _, after in instance.precedence:
        above[after] = above.get(after, 0) + 1
    assert set(above.values()) == {4, 6, 9}
    values = np.array([unit.value[0] for unit in instance.units])
    assert (values > 0).any()
    assert (values < 0).any()


def test_only_a_network_takes_flags(made: Any) -> None:
    with pytest.raises(SystemExit, match="the network alone has them"):
        drawn(made, "mine", 30, 6, 1, ("caps",))


def test_the_same_words_write_the_same_bytes(made: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--sites", "50", "--periods", "8", "--seed", "7", "--conflicts"]
    for name in ("first", "second"):
        out = [str(tmp_path / f"{name}.json"), "--witness", str(tmp_path / f"{name}.plan.json")]
        assert made.main([*words, "--out", *out]) == 0
    assert (tmp_path / "first.json").read_bytes() == (tmp_path / "second.json").read_bytes()
    assert made.main(["--sites", "50", "--periods", "8", "--seed", "8", "--out", str(tmp_path / "third.json")]) == 0
    assert (tmp_path / "first.json").read_bytes() != (tmp_path / "third.json").read_bytes()
    instance = read_instance("first.json", (tmp_path / "first.json").read_bytes())
    plan = read_plan("first.plan.json", (tmp_path / "first.plan.json").read_bytes(), instance)
    assert feasible(instance, plan.start) == pytest.approx(plan.objective)
    assert "the witness swaps" in capsys.readouterr().out


@pytest.mark.skipif(not PROTOTYPE.exists(), reason="the throw-away prototype is not beside the checkout")
def test_the_prototype_s_instance_is_the_same(made: Any) -> None:
    """The draws of the prototype, read from its file without running what follows them."""
    names: dict[str, Any] = {}
    exec(compile(PROTOTYPE.read_text().split("import numpy as np,time")[0], str(PROTOTYPE), "exec"), names)
    theirs = names["data"](S=300, K=30, Q=12, D=450, seed=4)
    ours, _ = drawn(made, "prototype", 300, 12, 4, ())
    pairs = {(int(a[5:]), int(b[5:])) for a, b in ours.precedence}
    assert pairs == {(int(a), int(b)) for a, b in theirs["prec"]}
    assert [unit.use["budget"][0] for unit in ours.units] == theirs["cost"].tolist()
    assert [unit.use["crew"][0] for unit in ours.units] == theirs["crew"].tolist()
    assert [demand.weight for demand in ours.demands] == theirs["tr"].tolist()
    assert [[int(u[5:]) for u in d.units] for d in ours.demands] == [path.tolist() for path in theirs["paths"]]
    assert [r.capacity[0] for r in ours.resources] == [theirs["B"][0], theirs["C"][0]]


def test_the_generator_is_a_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    out = tmp_path / "mine.json"
    words = ["--shape", "mine", "--sites", "30", "--periods", "4", "--out", str(out)]
    monkeypatch.setattr(sys, "argv", ["replacement_instances.py", *words])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(ROOT / "benchmarks" / "replacement_instances.py"), run_name="__main__")
    assert ended.value.code == 0
    assert read_instance("mine.json", out.read_bytes()).periods == 4
