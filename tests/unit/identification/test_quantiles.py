"""Quantiles against values of statistical tables."""

import numpy as np

from provenet.identification.quantiles import binomial_limits, student_quantile


def test_exact_limits_of_a_share() -> None:
    low, high = binomial_limits(np.array([0.0, 5.0, 10.0]), np.array([10.0, 10.0, 10.0]), 0.95)
    assert np.allclose(low, [0, 0.18708603, 0.69150289], atol=1e-8)
    assert np.allclose(high, [0.30849711, 0.81291397, 1], atol=1e-8)


def test_students_quantile() -> None:
    found = student_quantile(0.975, np.array([1.0, 5.0, 100.0]))
    assert np.allclose(found, [12.70620474, 2.57058184, 1.98397152], atol=1e-7)
