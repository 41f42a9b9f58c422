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


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b): the probability that a beta variable is at most x."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - _below(b, a, 1 - x)
    return _below(a, b, x)


def _below(a: float, b: float, x: float) -> float:
    """I_x(a, b) where its continued fraction converges fast."""
    return math.exp(_log_density(a, b, x) + math.log(x) + math.log1p(-x)) * _fraction(a, b, x) / a


def _log_density(a: float, b: float, x: float) -> float:
    """The logarithm of the density of a beta variable at x between 0 and 1."""
    scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    return scale + (a - 1) * math.log(x) + (b - 1) * math.log1p(-x)


def _fraction(a: float, b: float, x: float) -> float:
    c = 1.0
    d = 1 / _away(1 - (a + b) * x / (a + 1))
    h = d
    for m in range(1, 400):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / _away(1 + even * d)
        c = _away(1 + even / c)
        h *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / _away(1 + odd * d)
        c = _away(1 + odd / c)
        change = d * c
        h *= change
        if abs(change - 1) < 1e-13:
            break
    return h


def _away(x: float) -> float:
    return _TINY if abs(x) < _TINY else x


def beta_quantile(p: float, a: Floats, b: Floats) -> Floats:
    """The p-quantile of beta distributions; a = 0 gives 0 and b = 0 gives 1, as exact binomial limits need."""
    pairs = np.broadcast(np.asarray(a, np.float64), np.asarray(b, np.float64))
    found = [_quantile(p, float(one), float(other)) for one, other in pairs]
    return np.array(found, np.float64).reshape(pairs.shape)


def _quantile(p: float, a: float, b: float) -> float:
    """Newton's steps from the mean, halving the range instead wherever a step would leave it."""
    if a <= 0 or b <= 0:
        return 0.0 if a <= 0 else 1.0
    low, high, x = 0.0, 1.0, a / (a + b)
    for _ in range(200):
        above = incomplete_beta(a, b, x) - p
        low, high = (x, high) if above < 0 else (low, x)
        if above == 0 or high - low <= 1e-15 * high:
            break
        log_density = _log_density(a, b, x)
        stepped = x - above * math.exp(-log_density) if log_density > -600 else low
        before, x = x, stepped if low < stepped < high else (low + high) / 2
        if abs(x - before) <= 1e-14 * x:
            break
    return x


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
