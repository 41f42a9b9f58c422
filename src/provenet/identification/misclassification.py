"""True shares from reported ones: a confusion matrix inverted on the simplex, with the networks as the units of doubt.

Reported shares are the true ones times P(reported | true). The true ones are those on the simplex that come nearest
to what was reported (least squares; Rogan and Gladen 1978 for two classes). P(reported | true) is learnt on routers
whose vendor is known otherwise and is *assumed* to hold where it is applied: it says nothing of routers that would
never have answered. The bootstrap draws networks, both of the matrix and of what was reported; by address intervals
come out several times too narrow.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from provenet.identification.prior import concentration
from provenet.identification.sampling import Ends, mean_limits
from provenet.numerics.arrays import Floats, Longs

_SLACK = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class JudgedAnswers:
    """Answers for routers whose vendor is known otherwise, int64[N] each: `true` and `reported` vendors, -1 where the
    answer was withheld, `network` and `region`.
    """

    true: Longs
    reported: Longs
    network: Longs
    region: Longs

    def of(self, kept: NDArray[np.bool_]) -> JudgedAnswers:
        """Some of them."""
        return JudgedAnswers(
            true=self.true[kept], reported=self.reported[kept], network=self.network[kept], region=self.region[kept]
        )


@dataclass(frozen=True, eq=False)
class Confusion:
    """Routers whose vendor is known otherwise: `counts` float64[N, V, V], by network, true vendor and reported vendor.

    `vendors` int64[V] are the numbers that the rows and columns stand for; vendors not among them are pooled in the
    last row and column, whose number is -2.
    """

    vendors: Longs
    counts: Floats
    _recalls: dict[tuple[int, float], Ends] = field(default_factory=dict)

    @cached_property
    def matrix(self) -> Floats:
        """P(reported | true) float64[V, V]; each row sums to 1, the row of a vendor never seen is its own report
        alone.
        """
        return rates(self.counts.sum(axis=0))

    @cached_property
    def likeness(self) -> float:
        """How alike two routers of a network are in being reported rightly: 1 / (1 + concentration)."""
        right = np.trace(self.counts, axis1=1, axis2=2)
        cells = np.stack([right, self.counts.sum(axis=(1, 2)) - right], axis=1)
        whole = cells.sum(axis=0)
        return 1 / (1 + concentration(cells, np.broadcast_to((whole + 0.5) / (whole.sum() + 1), cells.shape)))

    @cached_property
    def _judged(self) -> Floats:
        """Judged routers by network and true vendor, float64[N, V]."""
        return np.asarray(self.counts.sum(axis=2))

    def recall_limits(self, at: int, level: float) -> Ends:
        """How often routers of a vendor are reported as its own; (0, 1) where none was judged."""
        if (at, level) not in self._recalls:
            own = self.counts[:, at, at]
            self._recalls[at, level] = mean_limits(own, self._judged[:, at], level, likeness=self.likeness)
        return self._recalls[at, level]

    def false_limits(self, at: int, others: Floats, level: float) -> Ends:
        """How often routers of all others are reported as of this vendor, if `others` float64[V - 1] are their shares.

        Judged routers weigh as their vendor's share over how many were judged (effective number: Kish); what is of
        vendors of which none was judged may always be reported so, or never.
        """
        judged = np.delete(self._judged, at, axis=1)
        number = judged.sum(axis=0)
        shares = others / others.sum() if others.sum() > 0 else number / max(float(number.sum()), 1.0)
        some = (number > 0) & (shares > 0)
        if not some.any():
            return 0.0, 1.0
        weight = np.where(some, shares / np.maximum(number, 1.0), 0.0)
        known = float(shares[some].sum())
        weight = weight * known / float((shares[some] ** 2 / number[some]).sum())
        low, high = mean_limits(
            np.delete(self.counts[:, :, at], at, axis=1) @ weight, judged @ weight, level, likeness=self.likeness
        )
        return known * low, known * high + 1 - known

    def column_of(self, vendor: Longs) -> Longs:
        """The row or column of each vendor number; those not named here are the last."""
        order = np.argsort(self.vendors[:-1])
        known = self.vendors[:-1][order]
        at = np.minimum(np.searchsorted(known, vendor), max(len(known) - 1, 0))
        last = len(self.vendors) - 1
        return np.where(known[at] == vendor, order[at], last) if len(known) else np.full(vendor.shape, last)


def confusion_of(true: Longs, reported: Longs, network: Longs, *, vendors: Longs) -> Confusion:
    """Counts identified routers by network, true and reported vendor.

    Parameters: int64[N] each; routers without a report (-1) or a truth (-1) are left out; `vendors` are told apart, all
    others pooled. Returns `Confusion`.
    """
    used = (true >= 0) & (reported >= 0)
    names, at = np.unique(network[used], return_inverse=True)
    numbers = np.append(np.unique(vendors), -2)
    width = len(numbers)
    empty = Confusion(numbers, np.zeros((len(names), width, width)))
    np.add.at(empty.counts, (at, empty.column_of(true[used]), empty.column_of(reported[used])), 1.0)
    return empty


def rates(counts: Floats) -> Floats:
    """Counts float64[..., V, V] as P(reported | true); a row without a router is its own report alone."""
    total = counts.sum(axis=-1, keepdims=True)
    own = np.broadcast_to(np.eye(counts.shape[-1]), counts.shape)
    return np.where(total > 0, counts / np.maximum(total, 1e-300), own)


def true_shares(reported: Floats, matrix: Floats) -> Floats:
    """The point of the simplex whose image under the matrix is nearest to the reported shares.

    Parameters: `reported` float64[..., V], `matrix` float64[..., V, V] P(reported | true), broadcast against each
    other. Returns float64[..., V], exact up to rounding; where the matrix is singular, one of the nearest points.
    Cost O(V^4) each.
    """
    reported, matrix = np.asarray(reported, np.float64), np.asarray(matrix, np.float64)
    lead = np.broadcast_shapes(reported.shape[:-1], matrix.shape[:-2])
    width = reported.shape[-1]
    m = np.broadcast_to(matrix, (*lead, width, width)).reshape(-1, width, width)
    r = np.broadcast_to(reported, (*lead, width)).reshape(-1, width)
    gram = m @ m.transpose(0, 2, 1) + 1e-12 * np.eye(width)
    wanted = np.einsum("bij,bj->bi", m, r)
    return _nearest(gram, wanted).reshape(*lead, width)


def _nearest(gram: Floats, wanted: Floats) -> Floats:
    """Least squares on the simplex for B problems: the active-set method, all problems in step.

    Each round solves for the free shares; on the way there the first share to reach 0 is fixed. Where none does, the
    fixed share with the wrong multiplier is freed; where there is none, the problem is done.
    """
    count, width = wanted.shape
    x = np.full((count, width), 1 / width)
    free = np.ones((count, width), bool)
    open_rows = np.arange(count)
    for _ in range(40 * width):
        if not len(open_rows):
            break
        g, w, f, here = gram[open_rows], wanted[open_rows], free[open_rows], x[open_rows]
        target, multiplier = _on_face(g, w, f)
        falling = f & (target < -_SLACK)
        blocked = falling.any(axis=1)
        drop = np.where(falling, here / np.maximum(here - target, 1e-300), np.inf)
        first = drop.argmin(axis=1)
        step = np.where(blocked, drop[np.arange(len(drop)), first], 1.0)
        here = here + step[:, None] * (target - here)
        rows = np.flatnonzero(blocked)
        here[rows, first[rows]] = 0.0
        f[rows, first[rows]] = False
        slope = np.einsum("bij,bj->bi", g, here) - w - multiplier[:, None]
        worst = np.where(f, np.inf, slope)
        entering = worst.argmin(axis=1)
        wrong = ~blocked & (worst[np.arange(len(worst)), entering] < -_SLACK)
        rows = np.flatnonzero(wrong)
        f[rows, entering[rows]] = True
        x[open_rows], free[open_rows] = here, f
        open_rows = open_rows[blocked | wrong]
    x = np.maximum(x, 0.0)
    return np.asarray(x / x.sum(axis=1, keepdims=True))


def _on_face(gram: Floats, wanted: Floats, free: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """The least squares with sum 1 where fixed shares are 0, and the multiplier of the sum."""
    count, width = wanted.shape
    system = np.zeros((count, width + 1, width + 1))
    system[:, :width, :width] = np.where(free[:, :, None] & free[:, None, :], gram, 0.0)
    diagonal = np.arange(width)
    system[:, diagonal, diagonal] = np.where(free, system[:, diagonal, diagonal], 1.0)
    system[:, width, :width] = system[:, :width, width] = free
    right = np.concatenate([np.where(free, wanted, 0.0), np.ones((count, 1))], axis=1)
    found = np.linalg.solve(system, right[:, :, None])[:, :, 0]
    return found[:, :width], -found[:, width]


def corrected_ends(reported: Ends, recall: Ends, false: Ends) -> Ends:
    """The least and greatest true share over every corner of a reported share, a recall and a rate of false reports.

    Rogan and Gladen: (reported - false) / (recall - false), inside 0 to 1, rises with the first and falls with the
    other two. Where a corner reports a vendor's own routers as its own no more often than others', nothing follows.

    >>> corrected_ends((0.4, 0.4), (0.8, 0.8), (0.0, 0.0)), corrected_ends((0.4, 0.4), (0.2, 1.0), (0.0, 0.3))
    ((0.5, 0.5), (0.0, 1.0))
    """
    if recall[0] <= false[1]:
        return 0.0, 1.0
    low = (reported[0] - false[1]) / (recall[1] - false[1])
    high = (reported[1] - false[0]) / (recall[0] - false[0])
    return min(max(low, 0.0), 1.0), min(max(high, 0.0), 1.0)


def draw_networks(networks: int, draws: int, seed: int) -> Floats:
    """How often each network is drawn, float64[draws, networks], with replacement."""
    generator = np.random.default_rng(seed)
    return generator.multinomial(networks, np.full(networks, 1 / networks), size=draws).astype(np.float64)


def drawn_matrices(confusion: Confusion, draws: int, seed: int) -> Floats:
    """P(reported | true) of networks drawn anew, float64[draws, V, V]."""
    count, width = len(confusion.counts), confusion.counts.shape[1]
    if not count:
        return np.broadcast_to(np.eye(width), (draws, width, width))
    weights = draw_networks(count, draws, seed)
    return rates((weights @ confusion.counts.reshape(count, -1)).reshape(draws, width, width))
