"""Quantiles of the beta and Student distributions, and the logarithm of the gamma function, on arrays.

The incomplete beta function is the continued fraction of Lentz as in Press et al., Numerical Recipes, 6.4; quantiles
are found by halving, so they are monotone and never leave their range.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_LANCZOS = (
    76.18009172947146,
    -86.50532032941677,
    24.01409824083091,
    -1.231739572450155,
    0.1208650973866179e-2,
    -0.5395239384953e-5,
)
_TINY = 1e-300


def log_gamma(x: Floats) -> Floats:
    """The logarithm of the gamma function of numbers above 0, to ten digits."""
    total = np.full(np.shape(x), 1.000000000190015)
    for step, factor in enumerate(_LANCZOS, start=1):
        total = total + factor / (x + step)
    base = x + 5.5
    return np.asarray((x + 0.5) * np.log(base) - base + np.log(2.5066282746310005 * total / x), np.float64)


def incomplete_beta(a: Floats, b: Floats, x: Floats) -> Floats:
    """The regularised incomplete beta function I_x(a, b): the probability that a beta variable is at most x."""
    a, b, x = (np.asarray(v, np.float64) for v in np.broadcast_arrays(a, b, x))
    turn = x > (a + 1) / (a + b + 2)
    p, q, z = np.where(turn, b, a), np.where(turn, a, b), np.where(turn, 1 - x, x)
    inside = (z > 0) & (z < 1)
    safe = np.where(inside, z, 0.5)
    front = np.exp(log_gamma(p + q) - log_gamma(p) - log_gamma(q) + p * np.log(safe) + q * np.log1p(-safe))
    value = front * _fraction(p, q, safe) / p
    value = np.where(inside, value, np.where(z <= 0, 0.0, 1.0))
    return np.asarray(np.clip(np.where(turn, 1 - value, value), 0.0, 1.0))


def _fraction(a: Floats, b: Floats, x: Floats) -> Floats:
    c = np.ones_like(x)
    d = 1 / _away(1 - (a + b) * x / (a + 1))
    h = d.copy()
    for m in range(1, 400):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / _away(1 + even * d)
        c = _away(1 + even / c)
        h = h * d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / _away(1 + odd * d)
        c = _away(1 + odd / c)
        change = d * c
        h = h * change
        if np.all(np.abs(change - 1) < 1e-13):
            break
    return h


def _away(x: Floats) -> Floats:
    return np.where(np.abs(x) < _TINY, _TINY, x)


def beta_quantile(p: float, a: Floats, b: Floats) -> Floats:
    """The p-quantile of beta distributions; a = 0 gives 0 and b = 0 gives 1, as exact binomial limits need."""
    a, b = np.broadcast_arrays(np.asarray(a, np.float64), np.asarray(b, np.float64))
    open_a, open_b = np.where(a > 0, a, 1.0), np.where(b > 0, b, 1.0)
    low, high = np.zeros(a.shape), np.ones(a.shape)
    for _ in range(60):
        middle = (low + high) / 2
        below = incomplete_beta(open_a, open_b, middle) < p
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    middle = (low + high) / 2
    return np.asarray(np.where(a <= 0, 0.0, np.where(b <= 0, 1.0, middle)))


def binomial_limits(hits: Floats, trials: Floats, level: float) -> tuple[Floats, Floats]:
    """Exact (Clopper-Pearson) two-sided limits of a share; hits and trials may be broken numbers, trials above 0."""
    tail = (1 - level) / 2
    hits, trials = np.asarray(hits, np.float64), np.asarray(trials, np.float64)
    low = beta_quantile(tail, hits, trials - hits + 1)
    high = beta_quantile(1 - tail, hits + 1, trials - hits)
    return low, high


def student_quantile(p: float, freedom: Floats) -> Floats:
    """The p-quantile (p above a half) of Student's t with `freedom` degrees."""
    freedom = np.asarray(freedom, np.float64)
    x = beta_quantile(2 * (1 - p), freedom / 2, np.full(freedom.shape, 0.5))
    x = np.maximum(x, _TINY)
    return np.asarray(np.sqrt(freedom * (1 - x) / x))


def normal_quantile(p: float) -> float:
    """The p-quantile of the normal distribution, by halving of the error function."""
    low, high = -40.0, 40.0
    for _ in range(100):
        middle = (low + high) / 2
        if 0.5 * math.erfc(-middle / math.sqrt(2)) < p:
            low = middle
        else:
            high = middle
    return (low + high) / 2
