"""Whether stated probabilities come true: calibration on folds that split networks, with Brier score and calibration
error.

Routers of one network resemble each other, so a fold holds whole networks: a method that has seen a router's neighbours
would otherwise look better than it is elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from provenet.identification.sampling import binomial_limits
from provenet.numerics.arrays import Flags, Floats, Longs

METHODS = ("beta", "isotonic", "temperature", "none")
_EDGE = 1e-6


@dataclass(frozen=True, eq=False)
class Calibrator:
    """A monotone map from a stated to a calibrated probability.

    `beta`: logistic in log p and -log(1 - p) (Kull, Silva Filho and Flach 2017); `temperature`: one factor on the log
    odds; `isotonic`: steps of pooled neighbours; `none`: as stated.
    """

    method: str
    parameters: Mapping[str, tuple[float, ...]]

    def apply(self, p: Floats) -> Floats:
        """The calibrated probability of each stated one."""
        if self.method == "none":
            return p
        if self.method == "isotonic":
            return np.asarray(np.interp(p, self.parameters["stated"], self.parameters["calibrated"]))
        weights = np.array(self.parameters["weights"])
        return _logistic(_design(p) @ weights)


@dataclass(frozen=True, slots=True)
class ReliabilityRow:
    """Predictions stated between `low_p` and `high_p`: how many, their mean, and the share that was right, with 95 %
    exact limits as if routers were independent.
    """

    low_p: float
    high_p: float
    routers: int
    mean_p: float
    share_right: float
    low_share: float
    high_share: float


@dataclass(frozen=True, eq=False)
class Calibration:
    """How good probabilities are on networks that were held out, before (`raw_`) and after calibration.

    `brier_score` is the mean square of p minus right or wrong; `expected_error` the mean distance between stated and
    true share over ten equal bins, weighted by routers. `p_correct` float64[N] are the held-out calibrated
    probabilities.
    """

    method: str
    routers: int
    networks: int
    folds: int
    raw_brier_score: float
    raw_expected_error: float
    brier_score: float
    expected_error: float
    table: tuple[ReliabilityRow, ...]
    p_correct: Floats
    calibrator: Calibrator


def network_folds(network: Longs, folds: int) -> Longs:
    """The fold of each item: whole networks, the largest first, each into the fold with the fewest items so far."""
    names, inverse, sizes = np.unique(network, return_inverse=True, return_counts=True)
    filled = np.zeros(max(folds, 1), np.int64)
    of_name = np.zeros(len(names), np.int64)
    for at in np.lexsort((names, -sizes)).tolist():
        of_name[at] = int(filled.argmin())
        filled[of_name[at]] += sizes[at]
    return of_name[inverse]


def calibration(
    p: Floats, right: Flags, network: Longs, *, method: str = "beta", folds: int = 5, weights: Floats | None = None
) -> Calibration:
    """Calibrates stated probabilities and says how good they are on networks that the calibration has not seen.

    Parameters: `p` float64[N] stated, `right` bool[N] whether it came true, `network` int64[N]. `method` is one of
    `METHODS`. Returns `Calibration`; its `calibrator` is fitted to all N, its scores to what was held out. Raises
    ValueError for another method or for N = 0. Cost O(folds N log N).
    """
    if method not in METHODS:
        raise ValueError(f"a method of calibration is one of {', '.join(METHODS)}; found {method!r}")
    if not len(p):
        raise ValueError("calibration needs at least one router whose vendor is known; found none")
    weight = np.ones(len(p)) if weights is None else weights
    fold = network_folds(network, folds)
    held = np.asarray(p, np.float64).copy()
    for one in range(folds):
        inside = fold == one
        if inside.any() and not inside.all():
            held[inside] = fit(p[~inside], right[~inside], method=method, weights=weight[~inside]).apply(p[inside])
    return Calibration(
        method=method,
        routers=len(p),
        networks=len(np.unique(network)),
        folds=folds,
        raw_brier_score=brier_score(p, right, weight),
        raw_expected_error=expected_error(p, right, weight),
        brier_score=brier_score(held, right, weight),
        expected_error=expected_error(held, right, weight),
        table=reliability_table(held, right),
        p_correct=held,
        calibrator=fit(p, right, method=method, weights=weight),
    )


def brier_score(p: Floats, right: Flags, weights: Floats | None = None) -> float:
    """The mean squared distance between what was stated and what came true; 0 is perfect."""
    return float(np.average((p - right) ** 2, weights=weights))


def expected_error(p: Floats, right: Flags, weights: Floats | None = None, *, bins: int = 10) -> float:
    """The expected calibration error over equal bins of p, weighted by routers; 0 is perfect."""
    weight = np.ones(len(p)) if weights is None else weights
    bin_of = np.minimum((p * bins).astype(np.int64), bins - 1)
    gap = np.bincount(bin_of, weight * (p - right), minlength=bins)
    return float(np.abs(gap).sum() / weight.sum())


def reliability_table(p: Floats, right: Flags, *, bins: int = 10) -> tuple[ReliabilityRow, ...]:
    """Stated against true shares by equal bins of p; bins without a router are left out."""
    bin_of = np.minimum((p * bins).astype(np.int64), bins - 1)
    rows = []
    for at in range(bins):
        inside = bin_of == at
        count = int(inside.sum())
        if count:
            hits = int(right[inside].sum())
            low, high = binomial_limits(np.array([hits]), np.array([count]), 0.95)
            rows.append(
                ReliabilityRow(
                    low_p=at / bins,
                    high_p=(at + 1) / bins,
                    routers=count,
                    mean_p=float(p[inside].mean()),
                    share_right=hits / count,
                    low_share=float(low[0]),
                    high_share=float(high[0]),
                )
            )
    return tuple(rows)


def fit(p: Floats, right: Flags, *, method: str, weights: Floats | None = None) -> Calibrator:
    """Fits a map of `method` to stated probabilities and what came true."""
    weight = np.ones(len(p)) if weights is None else weights
    if method == "none":
        return Calibrator("none", MappingProxyType({}))
    if method == "isotonic":
        ends, calibrated = _isotonic(p, right.astype(np.float64), weight)
        return Calibrator(method, MappingProxyType({"stated": tuple(ends), "calibrated": tuple(calibrated)}))
    stated, inverse = np.unique(p, return_inverse=True)
    total = np.bincount(inverse, weight, minlength=len(stated)).astype(np.float64)
    hits = np.bincount(inverse, weight * right, minlength=len(stated)).astype(np.float64)
    found = _fit_logistic(_design(stated), hits / total, weight=total, tied=method == "temperature")
    return Calibrator(method, MappingProxyType({"weights": tuple(found.tolist())}))


def _design(p: Floats) -> Floats:
    q = np.clip(p, _EDGE, 1 - _EDGE)
    return np.stack([np.log(q), -np.log1p(-q), np.ones_like(q)], axis=-1)


def _logistic(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -40, 40))))


def _fit_logistic(design: Floats, right: Floats, *, weight: Floats, tied: bool) -> Floats:
    """The most likely weights, drawn a little towards "as stated"; slopes below 0 are set to 0 and the rest fitted
    again.

    `tied`: one slope for both logarithms and no shift, which is a temperature.
    """
    mix = np.array([[1.0], [1.0], [0.0]]) if tied else np.eye(3)
    start = np.array([1.0]) if tied else np.array([1.0, 1.0, 0.0])
    free = np.ones(len(start), bool)
    while True:
        found = _newton(design @ mix[:, free], right, weight=weight, start=start[free])
        slopes = np.flatnonzero(free)[: int(free[: 1 if tied else 2].sum())]
        below = found[: len(slopes)] < 0
        if not below.any():
            return np.asarray(mix[:, free] @ found)
        free[slopes[below]] = False


def _newton(columns: Floats, right: Floats, *, weight: Floats, start: Floats) -> Floats:
    """Newton steps, halved until they help, up the likelihood less half the squared distance from the start."""

    def worth(x: Floats) -> float:
        score = columns @ x
        return float(weight @ (right * score - np.logaddexp(0, score)) - ((x - start) ** 2).sum() / 2)

    found, best = start.copy(), worth(start)
    for _ in range(100):
        p = _logistic(columns @ found)
        slope = columns.T @ (weight * (right - p)) - (found - start)
        curve = (columns * (weight * p * (1 - p))[:, None]).T @ columns + np.eye(len(start))
        step = np.linalg.solve(curve, slope)
        size = 1.0
        while size > 1e-9 and worth(found + size * step) < best:
            size /= 2
        found = found + size * step
        gained, best = worth(found) - best, worth(found)
        if gained < 1e-12:
            break
    return found


def _isotonic(p: Floats, right: Floats, weight: Floats) -> tuple[list[float], list[float]]:
    """Pools neighbours that are out of order; each block is drawn towards a half by one router, so none is ever 0 or
    1.
    """
    order = np.argsort(p, kind="stable")
    blocks: list[tuple[float, float, float, float]] = []
    for at in order.tolist():
        block = (float(p[at]), float(p[at]), float(weight[at]), float(weight[at] * right[at]))
        while blocks and (blocks[-1][3] * block[2] >= block[3] * blocks[-1][2] or blocks[-1][1] == block[0]):
            low, _, total, hits = blocks.pop()
            block = (low, block[1], total + block[2], hits + block[3])
        blocks.append(block)
    means = np.maximum.accumulate([(hits + 0.5) / (total + 1) for _, _, total, hits in blocks])
    stated, calibrated = [], []
    for (low, high, _, _), mean in zip(blocks, means.tolist(), strict=True):
        stated.append(low)
        calibrated.append(mean)
        if high > low:
            stated.append(high)
            calibrated.append(mean)
    return stated, calibrated
