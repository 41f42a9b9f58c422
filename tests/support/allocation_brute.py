"""All awards of a small allocation, worked out from the scenarios alone: shares no line with the product's search."""

import random
from itertools import product

import numpy as np

from provenet.forms.allocation import AidDemand, Allocation, Carrier


def objective_of(instance: Allocation, award: dict[str, float]) -> float:
    """The mean over scenarios of the weight of the demands whose carriers all choose clear."""
    total = 0.0
    for scenario in range(instance.scenarios):
        clear = {c.id for c in instance.carriers if award[c.id] >= c.gaps[scenario]}
        total += sum(d.weight for d in instance.demands if clear.issuperset(d.carriers))
    return total / instance.scenarios


def spent_of(instance: Allocation, award: dict[str, float]) -> float:
    """What an award takes of the budget."""
    if instance.budget_on == "committed":
        return sum(award.values())
    paid = 0.0
    for carrier in instance.carriers:
        paid += award[carrier.id] * sum(award[carrier.id] >= gap for gap in carrier.gaps) / instance.scenarios
    return paid


def best_of_all(instance: Allocation) -> float:
    """The best objective of all awards within the budget."""
    best = -1.0
    for levels in product(*(c.levels for c in instance.carriers)):
        award = {c.id: level for c, level in zip(instance.carriers, levels, strict=True)}
        if instance.budget is None or spent_of(instance, award) <= instance.budget + 1e-9:
            best = max(best, objective_of(instance, award))
    return best


def random_allocation(seed: int, most: int = 4) -> Allocation:
    """A small instance; every feature of the form turns up over the seeds."""
    draw = random.Random(seed)
    scenarios = draw.randint(1, 6)
    carriers = []
    for nth in range(draw.randint(0 if seed % 9 == 0 else 1, 5)):
        levels = sorted({0.0, *(float(draw.randint(1, 12)) for _ in range(draw.randint(0, 3)))})
        gaps = [float(draw.randint(-2, 13)) for _ in range(scenarios)]
        if draw.random() < 0.1:
            gaps[0] = float("inf")
        carriers.append(Carrier(f"c{nth}", tuple(levels), np.array(gaps)))
    ids = [c.id for c in carriers]
    demands = [
        AidDemand(float(draw.choice([0, 1, 2, 3, 5, 8])), tuple(draw.sample(ids, draw.randint(0, min(most, len(ids))))))
        for _ in range(draw.randint(0, 8))
    ]
    budget = draw.choice([0.0, 3.0, 7.0, 12.0, 20.0, 1e30, None])
    return Allocation(budget, draw.choice(["committed", "expected_paid"]), tuple(carriers), tuple(demands))
