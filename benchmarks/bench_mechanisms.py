"""Three ways to give aid: ours over all scenarios at once, and the plain loop of the tests over some of them.

    python benchmarks/bench_mechanisms.py [--size small|full] [--carriers 50,200] [--scenarios 10000] [--plain 4]
        [--seed 1]

Carriers differ in size as the lognormal does, each is a peer of all others, and the budget is a tenth of all prices.
The loop is a second implementation in Python that shares no line with ours; it has `--plain` of the same scenarios, and
both must say the same of them. The ratio is of processor time for a scenario.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from measuring import ROOT, best, is_small, machine

from provenet.case.money import Band
from provenet.forms.allocation import AidDemand
from provenet.tipping.mechanism_rules import WORDS, Terms, terms_of
from provenet.tipping.mechanisms import MECHANISMS, MechanismOutcome, run
from provenet.tipping.simulation import Draws, Figure, Simulation

sys.path.insert(0, str(ROOT / "tests"))

from against.reference_mechanisms import outcome
from support.mechanism_cases import SCALARS


def drawn(count: int, scenarios: int, seed: int) -> tuple[Simulation, float, Terms, Any]:
    """Carriers, a budget, terms and offers of this seed."""
    draw = np.random.default_rng(seed)
    buyers, size = tuple(f"buyer {j}" for j in range(count)), draw.lognormal(3, 1, count)
    gap = size[:, None] * (0.2 + 0.15 * draw.standard_normal((count, scenarios)))
    peers = (np.ones((count, count)) - np.eye(count)) / max(count - 1, 1)
    wide = np.ones((count, scenarios))
    demands = tuple(AidDemand(float(share), (name,)) for share, name in zip(size / size.sum(), buyers, strict=True))
    simulated = Simulation(
        buyers,
        ("DE",) * count,
        gap,
        size[:, None] * 0.05 * wide,
        peers,
        0.9 * wide,
        size[:, None] * wide,
        size,
        demands,
    )
    figures = {word: Figure(word, word, word, Band(0.0, 0.1, 0.3), "", "assumed", "") for word in WORDS.values()}
    budget = float(size.sum() / 10)
    return simulated, budget, terms_of(figures, Draws(seed, scenarios), buyers), budget * size / size.sum()


def first(simulated: Simulation, terms: Terms, count: int) -> tuple[Simulation, Terms]:
    """The first scenarios alone; loans are guaranteed on the mean chance of all, so that mean is kept."""
    cut = {name: getattr(simulated, name)[:, :count] for name in ("gap", "effect", "kept", "cost")}
    return replace(simulated, **cut), terms.cut(0, count)


def plain(simulated: Simulation, budget: float, terms: Terms, mechanism: str, offers: Any) -> list[dict[str, Any]]:
    """The loop over scenarios."""
    found = []
    for s in range(simulated.scenarios):
        world = {name: getattr(simulated, name)[:, s].tolist() for name in ("gap", "effect", "kept", "cost")}
        world |= {name: getattr(terms, name)[:, s].tolist() for name in ("error", "luck")}
        world |= {name: float(getattr(terms, name)[s]) for name in SCALARS}
        weight = simulated.alone.tolist()
        world |= {
            "elements": simulated.elements.tolist(), "peers": simulated.peers.tolist(), "weight": weight,
            "demands": [(share, [j]) for j, share in enumerate(weight)],
            "risk": float(terms.default_chance.mean()),
        }  # fmt: skip
        found.append(outcome(world, budget, mechanism, offers.tolist()))
    return found


def agree(ours: MechanismOutcome, theirs: list[dict[str, Any]]) -> bool:
    """Whether both say the same of who is clear and what is paid."""
    return all(
        ours.clear[:, s].tolist() == one["clear"] and bool(np.isclose(ours.paid[:, s].sum(), one["paid"]))
        for s, one in enumerate(theirs)
    )


def measured(count: int, scenarios: int, few: int, seed: int) -> None:
    """Measures every mechanism and prints what was found."""
    simulated, budget, terms, offers = drawn(count, scenarios, seed)
    small, fewer = first(simulated, terms, few)
    print(f"{count} carriers, {scenarios:,} scenarios; the loop {few}:")
    whole = 0.0
    for mechanism in MECHANISMS:
        ours = best(lambda m=mechanism: run(simulated, budget, terms, mechanism=m, offers=offers), tries=2)
        theirs = best(lambda m=mechanism: plain(small, budget, fewer, m, offers), tries=1)
        if not agree(run(small, budget, fewer, mechanism=mechanism, offers=offers), theirs.gave):
            raise SystemExit(f"{mechanism}: the two say different things")
        each, loop = ours.cpu / scenarios, theirs.cpu / few
        whole += ours.wall
        print(
            f"  {mechanism:22s} {ours.wall:6.2f} s wall, {ours.cpu:6.2f} s of processor, {1 / each:10,.0f} scenarios/s;"
            f" loop {1 / loop:8,.1f} scenarios/s, ratio {loop / each:6,.0f}"
        )
    print(f"  all {whole:.2f} s wall")


def main(words: Sequence[str] | None = None) -> None:
    """Runs the benchmark."""
    given = list(sys.argv[1:] if words is None else words)
    small = is_small(given)
    parser = argparse.ArgumentParser()
    parser.add_argument("--carriers", default="50,200")
    for name, default in (("scenarios", 10_000), ("plain", 4), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    arguments = parser.parse_args(given)
    if small:
        arguments.carriers, arguments.scenarios, arguments.plain = "4", 50, 5
    print(machine())
    for count in arguments.carriers.split(","):
        measured(int(count), arguments.scenarios, arguments.plain, arguments.seed)


if __name__ == "__main__":
    main()
