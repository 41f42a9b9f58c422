"""Whether stated probabilities come true: calibration on folds that split networks, with Brier score and calibration
error.

Routers of one network resemble each other, so a fold holds whole networks: a method that has seen a router's neighbours
would otherwise look better than it is elsewhere.
"""

from dataclasses import dataclass

import numpy as np

from provenet.numerics.arrays import Flags, Floats, Longs

_EDGE = 1e-6
_BINS = 10


@dataclass(frozen=True, eq=False)
class Calibrator:
    """A monotone map from a stated to a calibrated probability: logistic in log p and -log(1 - p) (Kull, Silva Filho
    and Flach 2017).
    """

    weights: Floats

    def apply(self, p: Floats) -> Floats:
        """The calibrated probability of each stated one."""
        return _logistic(_design(p) @ self.weights)


@dataclass(frozen=True, eq=False)
class Calibration:
    """How good calibrated probabilities are on networks that were held out.

    `brier_score` is the mean square of p minus right or wrong; `expected_error` the mean distance between stated and
    true share over ten equal bins, weighted by routers. `p_correct` float64[N] are the held-out calibrated
    probabilities.
    """

    routers: int
    networks: int
    brier_score: float
    expected_error: float
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


def calibration(p: Floats, right: Flags, network: Longs, *, folds: int = 5) -> Calibration:
    """Calibrates stated probabilities and says how good they are on networks that the calibration has not seen.

    Parameters: `p` float64[N] stated, `right` bool[N] whether it came true, `network` int64[N]. Returns `Calibration`;
    its `calibrator` is fitted to all N, its scores to what was held out. Raises ValueError for N = 0.
    Cost O(folds N log N).
    """
    if not len(p):
        raise ValueError("calibration needs at least one router whose vendor is known; found none")
    fold = network_folds(network, folds)
    held = np.asarray(p, np.float64).copy()
    for one in range(folds):
        inside = fold == one
        if inside.any() and not inside.all():
            held[inside] = fit(p[~inside], right[~inside]).apply(p[inside])
    return Calibration(
        routers=len(p),
        networks=len(np.unique(network)),
        brier_score=brier_score(held, right),
        expected_error=expected_error(held, right),
        p_correct=held,
        calibrator=fit(p, right),
    )


def brier_score(p: Floats, right: Flags) -> float:
    """The mean squared distance between what was stated and what came true; 0 is perfect."""
    return float(np.mean((p - right) ** 2))


def expected_error(p: Floats, right: Flags) -> float:
    """The expected calibration error over ten equal bins of p, weighted by routers; 0 is perfect."""
    bin_of = np.minimum((p * _BINS).astype(np.int64), _BINS - 1)
    gap = np.bincount(bin_of, p - right, minlength=_BINS)
    return float(np.abs(gap).sum() / len(p))


def fit(p: Floats, right: Flags) -> Calibrator:
    """Fits the map to stated probabilities and what came true."""
    stated, inverse = np.unique(p, return_inverse=True)
    total = np.bincount(inverse, minlength=len(stated)).astype(np.float64)
    hits = np.bincount(inverse, right, minlength=len(stated)).astype(np.float64)
    return Calibrator(_fit_logistic(_design(stated), hits / total, weight=total))


def _design(p: Floats) -> Floats:
    q = np.clip(p, _EDGE, 1 - _EDGE)
    return np.stack([np.log(q), -np.log1p(-q), np.ones_like(q)], axis=-1)


def _logistic(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -40, 40))))


def _fit_logistic(design: Floats, right: Floats, *, weight: Floats) -> Floats:
    """The most likely weights, drawn a little towards "as stated"; slopes below 0 are set to 0 and the rest fitted
    again.
    """
    mix, start = np.eye(3), np.array([1.0, 1.0, 0.0])
    free = np.ones(3, bool)
    while True:
        found = _newton(design @ mix[:, free], right, weight=weight, start=start[free])
        slopes = np.flatnonzero(free)[: int(free[:2].sum())]
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
