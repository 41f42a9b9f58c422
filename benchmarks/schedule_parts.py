"""The parts of the benchmark of schedules, each in a process of its own: an instance made, our plan, a plan certified.

    python benchmarks/schedule_parts.py make FILE SHAPE SITES PERIODS SEED [conflicts] [caps] [durations]
    python benchmarks/schedule_parts.py ours FILE SECONDS PLAN
    python benchmarks/schedule_parts.py limit FILE
    python benchmarks/schedule_parts.py certify FILE PLAN

The last line printed is one JSON object.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from replacement_instances import make
from replacement_network import Wanted

from provenet.forms.certificate import instance_bytes, plan_files
from provenet.forms.schedule_form import read_instance, read_plan


def make_part(file: Path, shape: str, sites: int, periods: int, seed: int, flags: Sequence[str]) -> dict[str, Any]:
    """Writes an instance and says how large it is."""
    wanted = Wanted(sites, periods, seed, *(flag in flags for flag in ("conflicts", "caps", "durations")))
    instance, _ = make(shape, wanted)
    file.write_bytes(instance_bytes(instance))
    names = ("units", "precedence", "together", "conflicts", "demands", "resources")
    told: dict[str, Any] = {name: len(getattr(instance, name)) for name in names}
    return told | {"deadlines": sum(unit.latest is not None for unit in instance.units)}


def ours_part(file: Path, seconds: float, out: Path) -> dict[str, Any]:
    """Our plan within so many seconds, and how it went: what was told, and how long each part of the work took."""
    from provenet.forms.schedule import SearchState
    from provenet.scheduling.schedule import schedule

    instance = read_instance(file.name, file.read_bytes())
    events: list[tuple[float, float | None, float | None]] = []
    spent: dict[str, list[float]] = {}
    began = last = perf_counter()

    def heard(told: SearchState) -> None:
        nonlocal last
        now = perf_counter()
        events.append((now - began, told.objective, told.bound))
        kind = spent.setdefault(told.doing, [0.0, 0.0])
        kind[0], kind[1], last = kind[0] + now - last, float(told.done), now

    plan = schedule(instance, seconds=seconds, progress=heard)
    took = perf_counter() - began
    for name, data in plan_files(plan, instance, out.name).items():
        out.with_name(name).write_bytes(data)
    return {
        "seconds": took, "events": events, "spent": spent, "objective": plan.objective, "bound": plan.bound,
        "said": f"{plan.status}, {plan.proof}",
    }  # fmt: skip


def limit_part(file: Path) -> dict[str, Any]:
    """What a round cannot do without: a minimum cut at prices of the fourth, beside one bare pass over its arcs."""
    import numpy as np

    from provenet.scheduling.compilation import compile_instance
    from provenet.scheduling.solve.bound import upper_bound
    from provenet.scheduling.solve.closure import Closures, network, profits
    from provenet.scheduling.solve.program import start_worth

    instance = read_instance(file.name, file.read_bytes())
    began = perf_counter()
    made = compile_instance(instance)
    net = network(made.program)
    stated = perf_counter() - began
    began = perf_counter()
    found = upper_bound(made.program, net=net, rounds=4, report=lambda bound: bound.rounds >= 4)
    spent = (perf_counter() - began) / max(1, found.rounds)
    profit, _ = profits(made.program, net, start_worth(made.program, found.prices) + net.folded)
    began = perf_counter()
    Closures(net).best(profit)
    cut = perf_counter() - began
    began = perf_counter()
    np.bincount(net.head, profit[net.tail], net.size)
    bare = perf_counter() - began
    return {
        "stated_s": stated, "nodes": net.size, "arcs": len(net.tail), "round_s": spent,
        "cut_s": cut, "pass_s": bare,
    }  # fmt: skip


def certify_part(file: Path, out: Path) -> dict[str, Any]:
    """What `certify` says of a plan."""
    from provenet.certify import certify

    instance = read_instance(file.name, file.read_bytes())
    plan = _with_certificate(read_plan(out.name, out.read_bytes(), instance), out)
    began = perf_counter()
    said = certify(instance, plan)
    return {
        "seconds": perf_counter() - began, "feasible": said.feasible, "objective": said.objective,
        "bound": said.certified_bound, "gap_share": said.gap_share, "closing": said.closing,
        "refusals": [str(fault) for fault in said.refusals[:3]],
    }  # fmt: skip


def _with_certificate(plan: Any, out: Path) -> Any:
    """The plan with the certificate of the file beside it, where it is too long to stand inside."""
    if not isinstance(plan.certificate, str):
        return plan
    from dataclasses import replace

    from provenet.forms.certificate import read_certificate

    beside = out.with_name(plan.certificate)
    return replace(plan, certificate=read_certificate(beside.name, beside.read_bytes()))


def main(words: Sequence[str]) -> int:
    """Runs one part."""
    name, file = words[0], Path(words[1])
    if name == "make":
        told = make_part(file, words[2], int(words[3]), int(words[4]), int(words[5]), words[6:])
    elif name == "ours":
        told = ours_part(file, float(words[2]), Path(words[3]))
    elif name == "limit":
        told = limit_part(file)
    else:
        told = certify_part(file, Path(words[2]))
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
