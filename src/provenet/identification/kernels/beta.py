"""The incomplete beta function and its inverse, number by number.

The continued fraction of Lentz as in Press et al., Numerical Recipes, 6.4; quantiles by Newton's steps inside a
bracket.
"""

import math

from provenet.numerics.arrays import Floats
from provenet.numerics.compiled import kernel, part

_TINY = 1e-300


@part
def fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of the incomplete beta function."""
    c = 1.0
    d = 1 - (a + b) * x / (a + 1)
    d = 1 / (d if abs(d) > _TINY else _TINY)
    h = d
    for m in range(1, 1000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 + even * d
        d = 1 / (d if abs(d) > _TINY else _TINY)
        c = 1 + even / c
        c = c if abs(c) > _TINY else _TINY
        h *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 + odd * d
        d = 1 / (d if abs(d) > _TINY else _TINY)
        c = 1 + odd / c
        c = c if abs(c) > _TINY else _TINY
        change = d * c
        h *= change
        if abs(change - 1) < 1e-14:
            break
    return h


@part
def cumulative(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function of a, b above 0."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x > (a + 1) / (a + b + 2):
        return 1 - front * fraction(b, a, 1 - x) / b
    return front * fraction(a, b, x) / a


@part
def quantile(p: float, a: float, b: float) -> float:
    """The p-quantile of a beta distribution with a, b above 0: Newton's steps where they stay inside, else halves."""
    low = 0.0
    high = 1.0
    x = a / (a + b)
    scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    for _ in range(200):
        below = cumulative(a, b, x) - p
        if below < 0:
            low = x
        else:
            high = x
        slope = math.exp(scale + (a - 1) * math.log(x) + (b - 1) * math.log1p(-x))
        further = x - below / slope if slope > 0 else -1.0
        if not (low < further < high):
            further = (low + high) / 2
        if abs(further - x) <= 1e-15 + 1e-14 * x or further <= 0 or further >= 1:
            return further
        x = further
    return x


@kernel
def quantile_each(p: float, a: Floats, b: Floats, out: Floats) -> None:
    """The p-quantile of each beta distribution, into `out`; a at most 0 gives 0 and b at most 0 gives 1."""
    for at in range(len(out)):
        if a[at] <= 0:
            out[at] = 0.0
            continue
        if b[at] <= 0:
            out[at] = 1.0
            continue
        out[at] = quantile(p, a[at], b[at])
