"""Quantiles against values of statistical tables, and against the probability that they are of."""

from __future__ import annotations

import math

import numpy as np
import pytest

from provenet.identification.quantiles import beta_quantile, binomial_limits, incomplete_beta, student_quantile


@pytest.mark.parametrize("a", [0.02, 0.5, 1.0, 7.5, 300.0, 40_000.0])
@pytest.mark.parametrize("b", [0.3, 2.0, 1_254.0])
@pytest.mark.parametrize("p", [0.0125, 0.5, 0.975])
def test_a_quantile_has_its_probability_below_it(a: float, b: float, p: float) -> None:
    x = float(beta_quantile(p, np.array([a]), np.array([b]))[0])
    assert 0 <= x <= 1
    if 1e-9 < x < 1 - 1e-7:
        assert math.isclose(float(incomplete_beta(a, b, x)), p, rel_tol=1e-7)


def test_exact_limits_of_a_share() -> None:
    low, high = binomial_limits(np.array([0.0, 5.0, 10.0]), np.array([10.0, 10.0, 10.0]), 0.95)
    assert np.allclose(low, [0, 0.18708603, 0.69150289], atol=1e-8)
    assert np.allclose(high, [0.30849711, 0.81291397, 1], atol=1e-8)


def test_students_quantile() -> None:
    found = student_quantile(0.975, np.array([1.0, 5.0, 100.0]))
    assert np.allclose(found, [12.70620474, 2.57058184, 1.98397152], atol=1e-7)
