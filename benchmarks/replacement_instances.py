"""Replacement schedules to solve, from a seed: of a network, of the throw-away prototype's form, of an open-pit mine.

    python benchmarks/replacement_instances.py --sites 6000 --periods 24 --seed 1 [--conflicts] [--caps] [--durations]
        [--shape network|prototype|mine] --out INSTANCE.json [--witness PLAN.json]

The same words give the same instance. `--witness` also writes a plain feasible plan, which is no good one.
The network is told in `replacement_network.py`.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from replacement_network import Wanted, network
from replacement_witness import witness, worth

from provenet.forms.certificate import instance_bytes
from provenet.forms.schedule import Demand, Instance, Resource, Unit

SHAPES = ("network", "prototype", "mine")
BELOW = 0.9
"""The discount of a mine's period: money is worth a tenth less a year later."""


def prototype(sites: int, periods: int, seed: int) -> Instance:
    """The form of the throw-away prototype that the reference figures were measured on, at any size.

    Clusters of ten sites, two of them anchors that the others need, clusters in a tree, one and a half demands a site
    over two to six sites, budget and crews without carry-over. The same draws: 2,000 sites, 20 periods and seed 11 are
    its very instance. One thing differs: there a unit done in a period serves it, here it serves from the next on, and
    a unit may start only in the period after the one it waits for.
    """
    rng = np.random.default_rng(seed)
    clusters, asked = max(1, sites // 10), sites + sites // 2
    sites = clusters * (sites // clusters)
    each = sites // clusters
    at = rng.random((clusters, 2))
    cost, crew = rng.integers(40, 200, sites), rng.integers(1, 4, sites)
    precedence = []
    for one in range(clusters):
        first = one * each
        chosen = rng.choice(np.arange(first, first + min(2, each)), max(0, each - 2))
        precedence += [(int(anchor), first + 2 + place) for place, anchor in enumerate(chosen)]
    order = np.argsort(((at - at[np.argmin(at[:, 0])]) ** 2).sum(1))
    for place, one in enumerate(order[1:], 1):
        parent = order[:place][np.argmin(((at[order[:place]] - at[one]) ** 2).sum(1))]
        precedence.append((int(parent) * each, int(one) * each))
    near = _nearest(at, min(8, clusters))
    paths, weights = [], []
    for _ in range(asked):
        one, length = rng.integers(clusters), rng.integers(2, 7)
        around = near[one][rng.choice(near.shape[1], min(3, length, near.shape[1]), replace=False)]
        paths.append(np.unique([rng.choice(np.arange(k * each, (k + 1) * each)) for k in rng.choice(around, length)]))
        weights.append(min(2000, int(np.ceil(rng.pareto(1.3) * 10 + 1))))
    budget, crews = float(int(cost.sum() * 1.1 / periods)), float(int(crew.sum() * 1.15 / periods))
    use = [{"budget": (float(c),) * periods, "crew": (float(w),) * periods} for c, w in zip(cost, crew, strict=True)]
    return Instance(
        periods,
        0.98,
        (Resource("budget", (budget,) * periods), Resource("crew", (crews,) * periods)),
        tuple(Unit(f"site.{site}", use[site]) for site in range(sites)),
        tuple((f"site.{a}", f"site.{b}") for a, b in precedence),
        demands=tuple(
            Demand(f"demand.{place}", float(weight), tuple(f"site.{site}" for site in path))
            for place, (weight, path) in enumerate(zip(weights, paths, strict=True))
        ),
    )


def _nearest(at: np.ndarray, count: int) -> np.ndarray:
    """The nearest of each point, itself first; rows of distances at a time, so that memory stays small."""
    blocks = [
        np.argsort(((at[first : first + 256, None] - at[None]) ** 2).sum(2), 1)[:, :count]
        for first in range(0, len(at), 256)
    ]
    return np.concatenate(blocks)


def mine(blocks: int, periods: int, seed: int) -> Instance:
    """An open pit as MineLib states it (Espinoza, Goycoolea, Moreno and Newman, Ann. Oper. Res. 206, 2013): CPIT.

    Blocks in a grid; a block waits for the nine above it, has a value that its period discounts, and takes mining and,
    where it is ore, processing capacity of its period. A block without worth on the way to ore has a negative value.
    One thing differs from MineLib: there a block and those above it may go in one period, here a unit is done from the
    period after its start on, so that a pit sinks by at most one bench a period and values are a little lower.
    """
    rng = np.random.default_rng(seed)
    benches = int(np.clip(round((blocks / 16) ** (1 / 3)), 1, 40))
    side = max(1, round((blocks / benches) ** 0.5))
    level, east, north = (axis.ravel() for axis in np.indices((benches, side, side)))
    places = np.stack([level * 2.0, east, north], 1)
    grade = np.full(len(places), 0.05)
    for _ in range(8):
        body = rng.random(3) * (benches * 1.6, side, side)
        reach = rng.uniform(0.06, 0.2, 3) * (benches * 2.0, side, side) + 1.0
        grade += (0.4 + 0.5 * rng.pareto(2.2)) * np.exp(-(((places - body) / reach) ** 2).sum(1))
    grade *= np.exp(rng.normal(0, 0.35, len(grade)))
    tons = np.round(rng.normal(10, 0.7, len(grade)).clip(7), 1)
    ore = grade > 0.35
    value = np.round(np.where(ore, tons * (12.0 * grade - 3.0), 0.0) - 1.4 * tons, 2)
    worth_by = BELOW ** np.arange(periods)
    resources = (
        Resource("mining", (float(np.ceil(tons.sum() * 0.6 / periods)),) * periods),
        Resource("processing", (float(np.ceil(max(tons[ore].sum() * 0.7 / periods, 15.0))),) * periods),
    )
    units = []
    for block in range(len(places)):
        use = {"mining": (float(tons[block]),) * periods}
        if ore[block]:
            use["processing"] = (float(tons[block]),) * periods
        units.append(Unit(f"block.{block}", use, value=tuple((value[block] * worth_by).round(6).tolist())))
    return Instance(periods, BELOW, resources, tuple(units), tuple(_cone(benches, side)))


def _cone(benches: int, side: int) -> Iterator[tuple[str, str]]:
    """Each block below the top waits for the nine above it."""
    for level in range(1, benches):
        for east in range(side):
            for north in range(side):
                for e in range(max(0, east - 1), min(side, east + 2)):
                    for n in range(max(0, north - 1), min(side, north + 2)):
                        yield (
                            f"block.{((level - 1) * side + e) * side + n}",
                            f"block.{(level * side + east) * side + north}",
                        )


def make(shape: str, wanted: Wanted) -> tuple[Instance, dict[str, int | None]]:
    """An instance of a shape, and a plan that is feasible for it. Flags are the network's alone."""
    if shape == "network":
        return network(wanted)
    if wanted.conflicts or wanted.caps or wanted.durations:
        raise SystemExit(f"--shape {shape}: takes no --conflicts, --caps or --durations; the network alone has them.")
    instance = (prototype if shape == "prototype" else mine)(wanted.sites, wanted.periods, wanted.seed)
    return instance, witness(instance, {unit.id: float(place) for place, unit in enumerate(instance.units)})


def main(words: Sequence[str]) -> int:
    """Writes an instance."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("--sites", type=int, default=6000)
    asked.add_argument("--periods", type=int, default=24)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--shape", choices=SHAPES, default="network")
    asked.add_argument("--out", type=Path, required=True)
    asked.add_argument("--witness", type=Path)
    for flag in ("conflicts", "caps", "durations"):
        asked.add_argument(f"--{flag}", action="store_true")
    given = asked.parse_args(words)
    wanted = Wanted(given.sites, given.periods, given.seed, given.conflicts, given.caps, given.durations)
    instance, start = make(given.shape, wanted)
    given.out.write_bytes(instance_bytes(instance))
    if given.witness:
        plan = {"status": "feasible", "objective": worth(instance, start), "bound": None, "gap_share": None}
        given.witness.write_text(json.dumps({**plan, "proof": "none", "seconds": 0, "start": start}) + "\n")
    swapped = sum(at is not None for at in start.values())
    print(
        f"{len(instance.units):,} units, {instance.periods} periods, {len(instance.precedence):,} in order, "
        f"{len(instance.conflicts):,} conflicts, {len(instance.demands):,} demands; "
        f"the witness swaps {swapped / max(1, len(instance.units)):.0%} of the units."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
