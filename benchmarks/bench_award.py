"""Awards with limits and with peers, beside the same without, in one run.

    python benchmarks/bench_award.py [--size small|full] [--carriers 50] [--scenarios 10000] [--levels 20]
        [--demands 300] [--joint 2] [--share 0.5] [--effect 0.5] [--seed 1]

Carriers differ in size as the lognormal does, gaps are normal with half their variance in common, large carriers stand
on more demands; the budget is a share of what all gaps come to in the mean. Peers take a share `--effect` of the mean
gap once all are clear. Each line names what is asked, the objective, the bound, the gap, the seconds, how many carriers
of demands in scenarios that is a second, and how many times as long it took as the first line; the last line awards to
ten carriers, as many as a country has purchases.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from measuring import ROOT, is_small, machine

from provenet.forms.allocation import AidDemand
from provenet.tipping.award_problem import Limits
from provenet.tipping.simulation import Simulation

sys.path.insert(0, str(ROOT / "tests"))

from support.award_brute import award

MEAN = 0.25
"""The mean gap as a share of the size."""


def drawn(arguments: argparse.Namespace, count: int, demands: int, joint: int) -> Simulation:
    """Carriers of this seed, three groups of them."""
    draw, scenarios = np.random.default_rng(arguments.seed), arguments.scenarios
    shock, size = draw.normal(size=scenarios), draw.lognormal(3, 1, count)
    gap = np.empty((count, scenarios))
    for j in range(count):
        mean, spread = size[j] * MEAN * draw.uniform(0.4, 1.6), size[j] * draw.uniform(0.05, 0.2)
        gap[j] = mean + spread * np.sqrt(0.5) * (shock + draw.normal(size=scenarios))
    peers = draw.random((count, count)) * (1 - np.eye(count))
    peers /= np.maximum(peers.sum(axis=1, keepdims=True), 1e-9)
    names, chance, paths = tuple(f"carrier {j}" for j in range(count)), size / size.sum(), []
    for _ in range(demands):
        many = min(int(draw.integers(1, joint + 1)), count)
        chosen = draw.choice(count, many, replace=False, p=chance)
        paths.append(AidDemand(float(draw.lognormal(2, 1)), tuple(names[j] for j in chosen)))
    effect = np.broadcast_to((arguments.effect * MEAN * size)[:, None], gap.shape).copy()
    groups = tuple(["north", "middle", "south"][j % 3] for j in range(count))
    return Simulation(names, groups, gap, effect, peers, np.full(gap.shape, 0.8), gap + 100, size, tuple(paths))


def asked(arguments: argparse.Namespace) -> list[tuple[str, Simulation, Limits]]:
    """What is measured."""
    alone = drawn(arguments, arguments.carriers, arguments.demands, 1)
    both = drawn(arguments, arguments.carriers, arguments.demands, arguments.joint)
    few = drawn(arguments, min(10, arguments.carriers), min(20, arguments.demands), arguments.joint)
    still, calm = (replace(one, effect=np.zeros_like(one.effect)) for one in (alone, both))
    money = arguments.share * MEAN * float(alone.elements.sum())
    groups = Limits(caps={"north": 0.2 * money}, floors={"south": 0.3 * money})
    return [
        ("alone, no limits", still, Limits()),
        ("alone, a cap and a floor", still, groups),
        ("alone, twice the mean at most", still, Limits(most_ratio=2.0)),
        ("joint, a cap and a floor", calm, groups),
        ("joint, peers", both, Limits()),
        ("ten carriers, joint, peers", few, Limits()),
    ]


def main(words: Sequence[str] | None = None) -> None:
    """Runs the benchmark."""
    given = list(sys.argv[1:] if words is None else words)
    small = is_small(given)
    parser = argparse.ArgumentParser()
    for name, kind, default in (
        ("carriers", int, 50), ("scenarios", int, 10_000), ("levels", int, 20), ("demands", int, 300),
        ("joint", int, 2), ("share", float, 0.5), ("effect", float, 0.5), ("seed", int, 1),
    ):  # fmt: skip
        parser.add_argument(f"--{name}", type=kind, default=default)
    arguments = parser.parse_args(given)
    if small:
        arguments.carriers, arguments.scenarios, arguments.levels, arguments.demands = 6, 50, 4, 12
    print(machine())
    first = None
    for says, form, limits in asked(arguments):
        budget = arguments.share * MEAN * float(form.elements.sum())
        started = time.perf_counter()
        made = award(form, budget, count=arguments.levels, limits=limits)
        took = time.perf_counter() - started
        first = first or took
        if made.objective is None:
            print(f"{says:36} {made.status}: {' '.join(made.clash)}  {took:.1f} s")
            continue
        gap = "none" if made.gap_share is None else f"{made.gap_share:.4%}"
        crossings = sum(len(demand.carriers) for demand in form.demands) * arguments.scenarios
        print(f"{says:36} {made.objective:12,.3f}  bound {made.bound:12,.3f}  gap {gap} ({made.proof})  {took:.1f} s, "
              f"{crossings / took:,.0f} crossings/s, {took / first:.1f} times the first")  # fmt: skip


if __name__ == "__main__":
    main()
