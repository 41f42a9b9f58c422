"""Small worlds for mechanisms: carriers and terms, made by hand or from a seed."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from provenet.forms.allocation import AidDemand
from provenet.tipping.mechanism_rules import Terms
from provenet.tipping.simulation import Simulation

SCALARS = ("default_chance", "bid_spread", "bid_markup", "bond", "next_delay", "own_funds", "loan_rate_gap",
           "windfall_ask")  # fmt: skip


def carriers(
    gaps: Sequence[Sequence[float]], weights: Sequence[float] | None = None, effect: float = 0.0, **more: Any
) -> Simulation:
    """Carriers with these gaps, float [J][S], each alone behind one demand; costs are 100 if not told otherwise."""
    gap = np.array(gaps, float)
    count = len(gap)
    buyers = tuple(f"buyer {j}" for j in range(count))
    peers = (np.ones((count, count)) - np.eye(count)) / max(count - 1, 1)
    made = {
        "buyers": buyers, "groups": ("DE",) * count, "gap": gap, "effect": np.full(gap.shape, effect), "peers": peers,
        "kept": np.ones(gap.shape), "cost": np.full(gap.shape, 100.0), "elements": np.ones(count),
        "demands": tuple(
            AidDemand(weight, (buyer,)) for buyer, weight in zip(buyers, weights or [1.0] * count, strict=True)
        ),
    }  # fmt: skip
    return Simulation(**{**made, **more})


def terms(simulated: Simulation, **given: Any) -> Terms:
    """Terms without error, default, bond, own funds or margin, but for what is given: a number, or an array."""
    shape = simulated.gap.shape
    scalars = {name: np.full(shape[1], float(given.pop(name, 0.0))) for name in SCALARS}
    made = {"error": np.zeros(shape), "luck": np.full(shape, 0.5)}
    return Terms(**scalars, **{**made, **{name: np.array(value, float) for name, value in given.items()}})


def random_world(seed: int, scenarios: int = 6) -> tuple[Simulation, float, Terms, np.ndarray]:
    """Carriers, a budget, terms and offers of this seed; every feature of the forms turns up over the seeds."""
    draw = np.random.default_rng(seed)
    count = int(draw.integers(1, 7))
    shape = (count, scenarios)
    buyers = tuple(f"buyer {j}" for j in range(count))
    peers = draw.random((count, count)) * (1 - np.eye(count)) * (draw.random() < 0.7)
    peers = np.divide(peers, peers.sum(axis=1, keepdims=True), where=peers.sum(axis=1, keepdims=True) > 0, out=peers)
    gap = draw.normal(6, 8, shape)
    gap[draw.random(shape) < 0.05] = np.inf
    demands = []
    for _ in range(int(draw.integers(0, 8))):
        on = draw.choice(count, int(draw.integers(1, min(3, count) + 1)), replace=False)
        demands.append(AidDemand(float(draw.random()), tuple(buyers[j] for j in on)))
    simulated = Simulation(
        buyers, tuple(("DE", "IT", "JP")[int(g)] for g in draw.integers(0, 3, count)), gap,
        np.abs(draw.normal(0, 5, shape)) * (draw.random() < 0.6), peers, draw.uniform(0.5, 1, shape),
        draw.uniform(20, 80, shape), np.round(draw.uniform(0, 9, count)) * (draw.random() < 0.9), tuple(demands),
    )  # fmt: skip
    some = (draw.random(len(SCALARS)) < 0.7).astype(float)
    most = (0.5, 0.6, 0.4, 0.5, 3.0, 0.6, 0.4, 1.5)
    scalars = {name: some[n] * draw.uniform(0, most[n], scenarios) for n, name in enumerate(SCALARS)}
    made = Terms(**scalars, error=draw.normal(0, 1, shape), luck=draw.random(shape))
    budget = float(draw.choice([0.0, draw.uniform(1, 20), draw.uniform(10, 80), np.inf], p=[0.1, 0.4, 0.4, 0.1]))
    return simulated, budget, made, np.round(draw.uniform(0, 15, count))
