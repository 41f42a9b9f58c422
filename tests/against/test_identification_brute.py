"""Identification against brute force and other programmes: quantiles, the simplex, greedy choice, and a plain
posterior.
"""

import itertools
import math
from collections.abc import Sequence

import numpy as np
import pytest
from scipy import stats

from provenet.identification import sampling
from provenet.identification.estimate import EstimateSettings, estimate
from provenet.identification.evidence import EvidenceItem, RouterAddress
from provenet.identification.features import FeatureModel
from provenet.identification.misclassification import true_shares
from provenet.identification.next_measurements import Candidates, next_measurements
from provenet.identification.prior import concentration


def test_quantiles_against_scipy() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.uniform(0.01, 300, 500), rng.uniform(0.01, 300, 500)
    for p in (0.001, 0.025, 0.5, 0.975):
        assert np.abs(sampling.beta_quantile(p, a, b) - stats.beta.ppf(p, a, b)).max() < 1e-11
    lopsided = np.array([(a, b) for a in (0.02, 0.5, 1.0, 7.5, 300.0, 40_000.0) for b in (0.3, 2.0, 1_254.0)]).T
    for p in (0.0125, 0.5, 0.975):
        x = sampling.beta_quantile(p, *lopsided)
        inside = (x > 1e-9) & (x < 1 - 1e-7)
        assert stats.beta.cdf(x, *lopsided)[inside] == pytest.approx(p, rel=1e-7) and inside.sum() > 10
    freedom = np.array([0.5, 1, 2, 5, 30, 1000])
    assert sampling.student_quantile(0.975, freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=1e-9)
    assert sampling.normal_quantile(0.9) == pytest.approx(stats.norm.ppf(0.9), abs=1e-12)
    assert sampling.log_gamma(a) == pytest.approx([math.lgamma(one) for one in a])
    low, high = sampling.binomial_limits(np.array([0.0, 3.0, 9.0]), np.full(3, 9.0), 0.95)
    exact = [stats.binomtest(k, 9).proportion_ci(0.95) for k in (0, 3, 9)]
    assert low == pytest.approx([one.low for one in exact]) and high == pytest.approx([one.high for one in exact])


def nearest_by_faces(reported: np.ndarray, matrix: np.ndarray) -> float:
    """The least squared distance over all faces of the simplex, each solved by itself."""
    best = np.inf
    for size in range(1, len(reported) + 1):
        for face in itertools.combinations(range(len(reported)), size):
            image = matrix[list(face)].T
            system = np.zeros((size + 1, size + 1))
            system[:size, :size], system[:size, size], system[size, :size] = 2 * image.T @ image, 1, 1
            found = np.linalg.lstsq(system, np.append(2 * image.T @ reported, 1), rcond=None)[0][:size]
            if (found >= -1e-12).all():
                best = min(best, float(((image @ found - reported) ** 2).sum()))
    return best


@pytest.mark.parametrize("seed", range(60))
def test_the_simplex_against_all_its_faces(seed: int) -> None:
    rng = np.random.default_rng(seed)
    width = int(rng.integers(2, 7))
    matrix = rng.dirichlet(np.full(width, rng.choice([0.2, 1, 5])), width)
    matrix = matrix if seed % 3 else (matrix + np.eye(width)) / 2
    reported = rng.dirichlet(np.full(width, 0.3))
    found = true_shares(reported, matrix)
    assert found.min() >= 0 and found.sum() == pytest.approx(1)
    assert ((matrix.T @ found - reported) ** 2).sum() <= nearest_by_faces(reported, matrix) + 1e-12
    # Many at once give what each alone gives.
    again = true_shares(np.stack([reported, matrix[0]]), np.stack([matrix, matrix]))
    assert matrix.T @ again[0] == pytest.approx(matrix.T @ found, abs=1e-9)


def settled_weight(candidates: Candidates, chosen: Sequence[int]) -> float:
    """The objective of any set of candidates, as the definition says it."""
    left = np.ones(len(candidates.weight))
    for one in set(chosen):
        rows = slice(int(candidates.starts[one]), int(candidates.starts[one + 1]))
        left[candidates.unit[rows]] *= 1 - candidates.chance[rows]
    return float((candidates.weight * (1 - left)).sum())


def drawn_candidates(seed: int) -> tuple[Candidates, float]:
    rng = np.random.default_rng(seed)
    count, units = int(rng.integers(1, 9)), int(rng.integers(1, 7))
    chance = (rng.uniform(size=(count, units)) < 0.5) * rng.uniform(size=(count, units))
    cost = np.ones(count) if seed % 2 else rng.uniform(0.5, 3, count)
    starts = np.append(0, np.cumsum((chance > 0).sum(axis=1)))
    budget = float(rng.integers(0, 6)) if seed % 2 else float(rng.uniform(0, 6))
    return Candidates(starts, np.nonzero(chance)[1], chance[chance > 0], cost, rng.uniform(0, 1, units)), budget


@pytest.mark.parametrize("seed", range(120))
def test_the_greedy_choice_against_every_set(seed: int) -> None:
    candidates, budget = drawn_candidates(seed)
    plan = next_measurements(candidates, budget)
    everyone = range(len(candidates.cost))
    best = max(
        settled_weight(candidates, one)
        for size in range(len(candidates.cost) + 1)
        for one in itertools.combinations(everyone, size)
        if candidates.cost[list(one)].sum() <= budget + 1e-12
    )
    assert plan.spent <= budget + 1e-12
    assert settled_weight(candidates, plan.chosen.tolist()) == pytest.approx(plan.settled)
    assert plan.settled <= best + 1e-9 <= plan.most_settled + 2e-9
    assert plan.settled >= plan.guarantee * best - 1e-9


def test_concentration_against_a_grid() -> None:
    rng = np.random.default_rng(8)
    base = np.array([0.5, 0.3, 0.2])
    for true in (0.5, 3.0, 12.0):
        counts = np.array([rng.multinomial(20, rng.dirichlet(base * true)) for _ in range(400)], float)
        found = concentration(counts, np.broadcast_to(base, counts.shape))
        grid = np.exp(np.linspace(np.log(0.05), np.log(1000), 300))
        worth = [stats.dirichlet_multinomial.logpmf(counts.astype(int), base * s, 20).sum() for s in grid]
        assert found == pytest.approx(grid[int(np.argmax(worth))], rel=0.04)
        assert found == pytest.approx(true, rel=0.35)


def test_a_posterior_by_hand() -> None:
    """Two vendors, three labelled routers each in a network of their own, features alone: every number written out."""
    first, second = "False,i,,,,,,,,64,,84,,", "True,echo,,,,,,,,64,,84,,"
    places = [RouterAddress(str(n), 1 + n // 3, "NL") for n in range(6)]
    items = [EvidenceItem(str(n), "snmp_engine", str(n), "ab"[n // 3]) for n in range(6)]
    items += [EvidenceItem(str(n), "features", first if n < 3 else second) for n in range(6)]
    asked = [RouterAddress("q", None, "NL")]
    found = estimate(
        [*places, *asked], [*items, EvidenceItem("q", "features", first)], settings=EstimateSettings(folds=2)
    )
    counts = np.array([[3.0, 0.0], [0.0, 3.0]])
    likelihood = np.exp(FeatureModel([first, second], counts, strength=1.0, reset=0.02).log_likelihood([first])[0])
    prior = found.prior.region[found.evidence.regions.index("NL")]
    expected = prior * likelihood / (prior * likelihood).sum()
    router = int(found.evidence.router_of[6])
    assert found.p_vendor[router] == pytest.approx(expected.max())
    assert found.posterior(router)["a"] == pytest.approx(expected[0])
    assert found.posterior(router).get("b", 0.0) == pytest.approx(expected[1], abs=1e-3)
    # Good and Turing: no vendor was seen once, so (0 + 1) / (6 + 2) for a vendor not yet named; the rest is even.
    assert found.prior.world == pytest.approx([7 / 16, 7 / 16, 1 / 8])
    assert prior == pytest.approx(
        [(3 + k * p) / (6 + k) for k, p in ((found.prior.region_strength, 7 / 16),)] * 2
        + [found.prior.region_strength / 8 / (6 + found.prior.region_strength)]
    )


def test_a_likelihood_by_hand() -> None:
    """One vendor, four routers: three show (echo, 84), one (no echo, 84); level by level, no reset. The level behind
    counts for one router for each different value.
    """
    tuples, counts = ["True,,,,,,,,,,,84,,", "False,,,,,,,,,,,84,,"], np.array([[3.0], [1.0]])
    found = np.exp(FeatureModel(tuples, counts, strength=1.0, reset=0.0).log_likelihood(tuples))
    # Fields over all vendors: echo (3 + 1/3) / 5, size (4 + 1/2) / 5; then by vendor, of two values and of one.
    echo, size = (3 + 2 * (3 + 1 / 3) / 5) / 6, (4 + (4 + 1 / 2) / 5) / 5
    block = (3 + 2 * echo * size) / 6
    assert found[0, 0] == pytest.approx((3 + 2 * block) / 6)
    # A part of the tuple is judged by all that know the part.
    part = np.exp(FeatureModel(tuples, counts, strength=1.0, reset=0.0).log_likelihood([",,,,,,,,,,,84,,"]))
    assert part[0, 0] == pytest.approx((4 + (4 + size) / 5) / 5)
    # What no training tuple knows says nothing.
    assert FeatureModel(tuples, counts).log_likelihood([",r,,,,,,,,,,,,"]).tolist() == [[0.0, 0.0]]
