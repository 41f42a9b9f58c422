"""All awards on offer of a small form, by plain loops over scenarios: shares no line with the search or the solver."""

from itertools import product
from typing import Any

import numpy as np

from provenet.tipping import awards
from provenet.tipping.award_problem import AwardResult, Limits, Objective
from provenet.tipping.simulation import Simulation
from support.simulated_cases import equilibria_of


def levels_of(form: Simulation, count: int) -> list[list[float]]:
    """So many amounts for each buyer: none, and quantiles of what tips it alone, beside half and beside all peers."""
    alone, everybody = form.needed(), form.needed(np.ones(form.gap.shape, np.bool_))
    at, made = np.linspace(1 / (count - 1), 1.0, count - 1), []
    for row in np.concatenate([alone, everybody, (alone + everybody) / 2], axis=1):
        some = row[(row > 0) & np.isfinite(row)]
        made.append(np.unique([0.0, *(np.quantile(some, at, method="inverted_cdf") if len(some) else [])]).tolist())
    return made


def award(
    form: Simulation, budget: float | None, objective: Objective = "exposure", *, count: int = 20, **how: Any
) -> AwardResult:
    """The award of so many amounts on offer to each buyer."""
    return awards.award(form, budget, objective, **{"levels": levels_of(form, count), **how})


def states_of(asked: Simulation, award: list[float]) -> list[frozenset[int]]:
    """Who is clear in the least equilibrium, scenario by scenario."""
    return [frozenset.intersection(*equilibria_of(asked, award, s)) for s in range(asked.scenarios)]


def worth_of(asked: Simulation, states: list[frozenset[int]]) -> float:
    """The mean weight of the demands whose buyers are all clear."""
    at = {name: j for j, name in enumerate(asked.buyers)}
    total = 0.0
    for state in states:
        total += sum(d.weight for d in asked.demands if all(at[name] in state for name in d.carriers))
    return total / len(states)


def paid_of(award: list[float], states: list[frozenset[int]]) -> float:
    """The mean of what is paid."""
    return sum(sum(award[j] for j in state) for state in states) / len(states)


def kept(asked: Simulation, award: list[float], limits: Limits) -> bool:
    """Whether an award keeps floors, caps and fairness."""
    near = 1e-9 * max(1.0, sum(award))
    for group, floor in limits.floors.items():
        if sum(a for a, g in zip(award, asked.groups, strict=True) if g == group) < floor - near:
            return False
    for group, cap in limits.caps.items():
        if sum(a for a, g in zip(award, asked.groups, strict=True) if g == group) > cap + near:
            return False
    mean = sum(award) / float(sum(asked.elements))
    for j, amount in enumerate(award):
        if limits.most_ratio is not None and amount / float(asked.elements[j]) > limits.most_ratio * mean + near:
            return False
    return True


def best_award(
    asked: Simulation, offers: tuple[np.ndarray, ...], budget: float | None, limits: Limits
) -> tuple[float | None, float]:
    """The best objective within budget and limits, None where nothing is; and the least committed that reaches it."""
    best: float | None = None
    money = float("inf")
    for levels in product(*(one.tolist() for one in offers)):
        award = list(levels)
        if not kept(asked, award, limits):
            continue
        states = states_of(asked, award)
        spent = sum(award) if limits.budget_on == "committed" else paid_of(award, states)
        if budget is not None and spent > budget + 1e-9 * max(1.0, budget):
            continue
        worth = worth_of(asked, states)
        if best is None or worth > best + 1e-9:
            best, money = worth, sum(award)
        elif worth > best - 1e-9:
            money = min(money, sum(award))
    return best, money


def random_limits(seed: int) -> Limits:
    """Limits of every kind over the seeds."""
    draw = np.random.default_rng(seed)
    return Limits(
        floors={"X": float(draw.integers(0, 6))} if draw.random() < 0.4 else {},
        caps={"Y": float(draw.integers(0, 12))} if draw.random() < 0.5 else {},
        most_ratio=float(draw.choice([1.5, 2.0, 3.0])) if draw.random() < 0.3 else None,
        budget_on="expected_paid" if draw.random() < 0.3 else "committed",
    )
