"""Carriers simulated for tests: made by hand, or at random with every feature of the form over the seeds."""

from collections.abc import Sequence
from itertools import permutations, product

import numpy as np

from provenet.forms.allocation import AidDemand
from provenet.numerics.arrays import Floats
from provenet.tipping.simulation import Simulation


def everyone(count: int) -> Floats:
    """Each a peer of each, in equal parts."""
    return np.zeros((1, 1)) if count == 1 else (np.ones((count, count)) - np.eye(count)) / (count - 1)


def made(
    gap: Sequence[Sequence[float]],
    effect: float | Sequence[Sequence[float]] = 0.0,
    *,
    peers: Floats | None = None,
    kept: float | Sequence[Sequence[float]] = 1.0,
    demands: Sequence[AidDemand] | None = None,
    groups: Sequence[str] | None = None,
    elements: Sequence[float] | None = None,
) -> Simulation:
    """A form of buyers b0, b1, ..., by gap [J][S]; without demands each stands alone with a weight of 1."""
    gaps = np.array(gap, np.float64)
    names = tuple(f"b{j}" for j in range(len(gaps)))
    return Simulation(
        names,
        tuple(groups or ["X"] * len(names)),
        gaps,
        np.broadcast_to(np.asarray(effect, np.float64), gaps.shape).copy(),
        everyone(len(names)) if peers is None else peers,
        np.broadcast_to(np.asarray(kept, np.float64), gaps.shape).copy(),
        np.full(gaps.shape, 100.0),
        np.array(elements if elements is not None else [1.0] * len(names)),
        tuple(demands if demands is not None else [AidDemand(1.0, (name,)) for name in names]),
    )


def random_simulated(
    seed: int, *, effects: bool = True, most: int = 4, joint: int = 3, scenarios: int = 6
) -> Simulation:
    """A small form; numbers are whole or quarters, so that ties turn up."""
    draw = np.random.default_rng(seed)
    count, many = int(draw.integers(1, most + 1)), int(draw.integers(1, scenarios + 1))
    gap = draw.integers(-3, 13, (count, many)).astype(np.float64)
    gap[draw.random(gap.shape) < 0.05] = np.inf
    effect = draw.integers(0, 9, (count, many)) * float(effects and draw.random() < 0.9)
    peers = draw.integers(0, 3, (count, count)).astype(np.float64)
    np.fill_diagonal(peers, 0.0)
    peers /= np.maximum(peers.sum(axis=1, keepdims=True), 1.0)
    kept = draw.choice([1.0, 0.5, 0.75], (count, many))
    names = [f"b{j}" for j in range(count)]
    demands = []
    for _ in range(int(draw.integers(0, 6))):
        size = int(draw.integers(0, min(joint, count) + 1))
        demands.append(AidDemand(float(draw.integers(0, 7)), tuple(draw.choice(names, size, replace=False).tolist())))
    groups = draw.choice(["X", "Y"], count).tolist()
    elements = draw.integers(1, 9, count).astype(np.float64).tolist()
    return made(gap.tolist(), effect.tolist(), peers=peers, kept=kept.tolist(), demands=demands, groups=groups,
                elements=elements)  # fmt: skip


def equilibria_of(simulated: Simulation, aid: Sequence[float], scenario: int) -> list[frozenset[int]]:
    """All equilibria of one scenario, by trying every state: shares no line with the rounds."""
    count, found = len(simulated.buyers), []
    for state in product([False, True], repeat=count):
        answer = []
        for j in range(count):
            parts = sum(float(simulated.peers[j, k]) for k in range(count) if state[k])
            gap = float(simulated.gap[j, scenario]) - float(simulated.effect[j, scenario]) * parts
            answer.append(gap != float("inf") and float(simulated.kept[j, scenario]) * aid[j] >= gap - 1e-12)
        if tuple(answer) == state:
            found.append(frozenset(j for j in range(count) if state[j]))
    return found


def cheapest_order(simulated: Simulation) -> float:
    """What the cheapest order costs in the medians of the scenarios, by trying all orders."""
    gap, effect, kept = (np.median(part, axis=1) for part in (simulated.gap, simulated.effect, simulated.kept))
    best = float("inf")
    for order in permutations(range(len(gap))):
        total = 0.0
        for nth, j in enumerate(order):
            parts = sum(simulated.peers[j, k] for k in order[:nth])
            total += max(0.0, gap[j] - effect[j] * parts) / kept[j]
        best = min(best, total)
    return best
