"""Shares of vendors among the routers of a group, as intervals: each doubt apart, then all together.

- *the unanswered*: [k/n, (k+u)/n] holds whatever the unknown routers are; no assumption. - *sampling*: limits of the
  share among identified routers, with networks as clusters; how alike routers of a network are is learnt from all
  networks and vendors.
- *at most rho times as likely*: a named assumption on the unknown that cuts the upper end.
- *misclassification*: the share corrected by a confusion matrix, bootstrapped over networks.
- *recall range*: what the share would be if only a part of the vendor's routers were reported; a sensitivity, left
  out below.
- *all*: the ends under all doubts together, each at its part of the level, so that the level holds for both ends.

Without a denominator (which addresses were probed) there is no share: counts only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from provenet.identification.misclassification import (
    Confusion,
    draw_networks,
    drawn_matrices,
    shares_by_recall,
    true_shares,
)
from provenet.identification.prior import concentration
from provenet.identification.quantiles import binomial_limits, normal_quantile, student_quantile

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Ends = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class ShareSettings:
    """How shares are bounded.

    `level` of confidence, for both ends together; `draws` and `seed` of the bootstrap; `rho`: the assumption that a
    router of unknown vendor is at most so many times as likely the vendor's as an identified one, None for no
    assumption; `recall`: least and greatest part of a vendor's routers that are reported as its own, None for no
    sensitivity range.
    """

    level: float = 0.95
    draws: int = 1000
    seed: int = 1
    rho: float | None = None
    recall: Ends | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorShare:
    """The share of one vendor in one group; None where it is not known or not asked for.

    Of `probed` routers in `networks` networks, `identified` have a vendor, `seen` of them this one, and `unknown`
    none. `share_of_identified` is seen / identified, with `sampling` limits. `unanswered` is [seen/probed,
    (seen+unknown)/probed]. `rho_bound`, `corrected` (among identified), `recall_range` (of all probed) as in the
    module's head; `ends` all together. `sampling_unit` is `network`, or `router` where the group is one network.
    """

    group: int
    vendor: int
    seen: int
    identified: int
    probed: int | None
    unknown: int | None
    networks: int
    sampling_unit: str
    share_of_identified: float | None
    sampling: Ends | None
    unanswered: Ends | None
    rho_bound: Ends | None
    corrected_share: float | None
    corrected: Ends | None
    recall_range: Ends | None
    ends: Ends | None


@dataclass(frozen=True, eq=False)
class _Group:
    """One group by network: `size` float64[N] routers, `known` float64[N, V] identified ones by vendor column,
    `certain` float64[N, V] those of them that are taken as right.

    `likeness` of two identified routers of a network; `likeness_all` of any two, in being identified.
    """

    number: int
    size: Floats
    known: Floats
    certain: Floats
    has_denominator: bool
    likeness: float = 0.0
    likeness_all: float = 0.0

    @property
    def identified(self) -> Floats:
        """Routers with a vendor, by network."""
        return np.asarray(self.known.sum(axis=1))

    def limits(self, total: Floats, level: float) -> Ends:
        """Limits of a mean over identified routers."""
        return mean_limits(total, self.identified, level, likeness=self.likeness)

    def limits_of_all(self, total: Floats, level: float) -> Ends:
        """Limits of a mean over all routers."""
        return mean_limits(total, self.size, level, likeness=self.likeness_all)


def share_bounds(
    group: Ints,
    network: Ints,
    vendor: Ints,
    *,
    vendors: Sequence[int] | None = None,
    confusion: Confusion | None = None,
    certain: NDArray[np.bool_] | None = None,
    without_denominator: Sequence[int] = (),
    settings: ShareSettings | None = None,
) -> list[VendorShare]:
    """Bounds the share of each vendor in each group.

    Parameters: int64[R] each, one entry a router that was probed: its group (a country and carrier; negative is left
    out), its network, its vendor (-1 unknown). `vendors` asked for, None for all that occur in the group; a vendor
    asked for gets an answer where it was never seen too. `confusion` for the correction of routers that are not
    `certain` bool[R] (None: of all); those whose vendor is certain stay as they are. `without_denominator`:
    groups of which only answers are known, not who was probed. Returns one `VendorShare` a group and vendor, in their
    order. Cost O(R log R) and, with a confusion matrix, O(groups x draws x V^3).
    """
    options = settings or ShareSettings()
    wanted = np.unique(vendor[vendor >= 0]) if vendors is None else np.unique(np.array(vendors, np.int64))
    matrices = None if confusion is None else drawn_matrices(confusion, options.draws, options.seed + 1)
    bare = set(without_denominator)
    order = np.argsort(group, kind="stable")
    cuts = np.flatnonzero(np.diff(group[order])) + 1
    parts = [rows for rows in np.split(order, cuts) if len(rows) and group[rows[0]] >= 0]
    sure = np.zeros(len(group), bool) if certain is None else certain
    groups = [_by_network(int(group[rows[0]]), network[rows], vendor[rows], of=(wanted, sure[rows])) for rows in parts]
    likeness, likeness_all = _likeness(groups, False), _likeness(groups, True)
    out: list[VendorShare] = []
    for plain in groups:
        one = replace(plain, has_denominator=plain.number not in bare, likeness=likeness, likeness_all=likeness_all)
        asked = range(len(wanted)) if vendors is not None else np.flatnonzero(one.known.sum(axis=0)[:-1]).tolist()
        drawn = _Drawn.of(one, confusion, wanted=wanted, matrices=matrices, options=options)
        out.extend(_share(one, column, vendor=int(wanted[column]), drawn=drawn, options=options) for column in asked)
    return out


def _likeness(groups: Sequence[_Group], answers: bool) -> float:
    """How alike two routers of a network are, learnt from all networks of all groups: 1 / (1 + concentration).

    Of identified routers all vendors count, so that what one vendor's few networks do not show is taken from the
    others; `answers` asks instead how alike they are in being identified at all.
    """
    counts, base = [np.zeros((0, 0))], [np.zeros((0, 0))]
    for one in groups:
        mine = np.stack([one.identified, one.size - one.identified], axis=1) if answers else one.known
        whole = mine.sum(axis=0)
        counts.append(mine)
        base.append(np.broadcast_to((whole + 0.5) / (whole.sum() + 0.5 * len(whole)), mine.shape))
    if not groups:
        return 0.0
    return 1 / (1 + concentration(np.concatenate(counts[1:]), np.concatenate(base[1:])))


def _by_network(number: int, network: Ints, vendor: Ints, *, of: tuple[Ints, NDArray[np.bool_]]) -> _Group:
    wanted, sure = of
    names, at = np.unique(network, return_inverse=True)
    known = np.zeros((len(names), len(wanted) + 1))
    rows = vendor >= 0
    column = np.searchsorted(wanted, vendor[rows])
    column = np.where(np.append(wanted, -1)[column] == vendor[rows], column, len(wanted))
    np.add.at(known, (at[rows], column), 1.0)
    certain = np.zeros(known.shape)
    np.add.at(certain, (at[rows], column), sure[rows].astype(np.float64))
    return _Group(number, np.bincount(at).astype(np.float64), known, certain, True)


@dataclass(frozen=True, eq=False)
class _Drawn:
    """Corrected shares of one group: `point` float64[V], `drawn` float64[draws, V], by column of the confusion
    matrix; `certain` float64[V] is what of the point is certain, as parts of all, and `doubtful` float64[V] how the
    others are shared.
    """

    confusion: Confusion
    column: Ints
    point: Floats
    drawn: Floats
    certain: Floats
    doubtful: Floats

    @staticmethod
    def of(
        one: _Group, confusion: Confusion | None, *, wanted: Ints, matrices: Floats | None, options: ShareSettings
    ) -> _Drawn | None:
        """Corrects the shares of a group, in its networks as they are and as drawn."""
        if confusion is None or matrices is None or not one.known.sum():
            return None
        column = confusion.column_of(np.append(wanted, -2))
        counts = np.zeros((2, len(one.known), len(confusion.vendors)))
        for part, given in zip(counts, (one.known - one.certain, one.certain), strict=True):
            np.add.at(part.T, column, given.T)
        weights = draw_networks(counts.shape[1], options.draws, options.seed + 2 + one.number)
        doubtful, certain = weights @ counts[0], weights @ counts[1]
        total = (doubtful + certain).sum(axis=1)
        whole = counts.sum(axis=(1, 2))
        part, mean = _shares(counts[0].sum(axis=0)[None], confusion.matrix[None])[0], float(whole.sum())
        fixed = counts[1].sum(axis=0) / mean
        some = total > 0
        drawn = (certain + doubtful.sum(axis=1, keepdims=True) * _shares(doubtful, matrices))[some] / total[some, None]
        return _Drawn(confusion, column, fixed + whole[0] / mean * part, drawn, fixed, part)


def _shares(reported: Floats, matrices: Floats) -> Floats:
    """True shares of reported counts float64[B, V], by a matrix each; 0 where nothing was reported."""
    made, some = np.zeros(reported.shape), reported.sum(axis=1) > 0
    if some.any():
        of = reported[some] / reported[some].sum(axis=1, keepdims=True)
        made[some] = true_shares(of, matrices[some])
    return made


def _share(one: _Group, column: int, *, vendor: int, drawn: _Drawn | None, options: ShareSettings) -> VendorShare:
    seen, identified = one.known[:, column], one.identified
    k, m, n = int(seen.sum()), int(identified.sum()), int(one.size.sum())
    clustered = len(one.size) > 1
    corrected = None if drawn is None else _corrected(one, column, drawn=drawn, level=options.level)
    shown = one.has_denominator
    sampling = one.limits(seen, options.level) if m else None
    return VendorShare(
        group=one.number,
        vendor=vendor,
        seen=k,
        identified=m,
        probed=n if shown else None,
        unknown=n - m if shown else None,
        networks=len(one.size),
        sampling_unit="network" if clustered else "router",
        share_of_identified=k / m if m and shown else None,
        sampling=sampling if shown else None,
        unanswered=(k / n, (k + n - m) / n) if shown else None,
        rho_bound=_rho_bound(k, m, n, rho=options.rho) if shown and m and options.rho is not None else None,
        corrected_share=corrected[0] if corrected and shown else None,
        corrected=corrected[1] if corrected and shown else None,
        recall_range=shares_by_recall(k / n, k / n, options.recall) if shown and options.recall else None,
        ends=_ends(one, column, drawn=drawn, options=options) if shown else None,
    )


def _rho_bound(k: int, m: int, n: int, *, rho: float) -> Ends:
    """The unknown at most `rho` times as often the vendor's as the identified."""
    if rho < 0:
        raise ValueError(f"rho is at least 0; found {rho}")
    return k / n, (k + (n - m) * min(1.0, rho * k / m)) / n


def _ends(one: _Group, column: int, *, drawn: _Drawn | None, options: ShareSettings) -> Ends:
    """All doubts together: the part that is identified, the vendor's share of it, and whatever the rest may be.

    The share of all is a s + (1 - a) w: a identified, s the share among them, w in [0, 1] that of the rest, at most
    rho s under the assumption. Its ends are those over the limits of a and s, each at half of the error. Where no
    router is unknown there is no rest. The recall range is a sensitivity and stays outside.
    """
    seen, identified = one.known[:, column], one.identified
    if not identified.sum():
        return 0.0, 1.0
    whole = bool((identified == one.size).all())
    level = options.level if whole else (1 + options.level) / 2
    corrected = None if drawn is None else _corrected(one, column, drawn=drawn, level=level)
    share = one.limits(seen, level) if corrected is None else corrected[1]
    part = (1.0, 1.0) if whole else one.limits_of_all(identified, level)
    rest = 1.0 if options.rho is None else min(1.0, options.rho * share[1])
    highest = part[0] if rest >= share[1] else part[1]
    return part[0] * share[0], highest * share[1] + (1 - highest) * rest


def _corrected(one: _Group, column: int, *, drawn: _Drawn, level: float) -> tuple[float, Ends] | None:
    """The corrected share among identified routers with its limits; None for a vendor that the matrix does not tell
    apart.

    The hull of two: the bootstrap, widened for few networks, and the limits of the reported share sent through the
    matrix.
    """
    at = int(drawn.column[column])
    if at == len(drawn.confusion.vendors) - 1 or not drawn.confusion.counts[:, at].sum():
        return None
    point = float(drawn.point[at])
    tail = (1 - level) / 2
    low, high = np.quantile(drawn.drawn[:, at], [tail, 1 - tail])
    fewest = min(len(one.size), len(drawn.confusion.counts))
    wider = _few_networks(fewest, level)
    low, high = point - wider * max(point - low, 0.0), point + wider * max(high - point, 0.0)
    matrix = drawn.confusion.matrix
    recall = matrix[at, at]
    others, certain = np.delete(drawn.doubtful, at), float(drawn.certain[at])
    rest = 1 - float(drawn.certain.sum())
    false = float(others @ np.delete(matrix[:, at], at) / others.sum()) if others.sum() > 0 else 0.0
    if recall - false > 1e-9:
        reported = one.limits(one.known[:, column], level)
        low = min(low, certain + (reported[0] - certain - rest * false) / (recall - false))
        high = max(high, certain + (reported[1] - certain - rest * false) / (recall - false))
    elif rest > 0:
        low, high = 0.0, 1.0
    return point, (float(np.clip(low, 0, point)), float(np.clip(high, point, 1)))


def _few_networks(networks: int, level: float) -> float:
    """By how much a bootstrap over few networks is widened: Student's over the normal quantile, and the lost degree."""
    if networks < 2:
        return 1.0
    upper = (1 + level) / 2
    student = float(student_quantile(upper, np.array([networks - 1.0]))[0])
    return float(student / normal_quantile(upper) * np.sqrt(networks / (networks - 1)))


def mean_limits(total: Floats, size: Floats, level: float, *, likeness: float = 0.0) -> Ends:
    """Two-sided limits of a mean of values in [0, 1], drawn by whole networks.

    Parameters: `total` float64[N] the sum of the values of each network, `size` float64[N] how many; `likeness` in
    [0, 1], how alike two routers of a network are (intraclass correlation) by other knowledge. Exact binomial limits
    at the effective number of values (Korn and Graubard 1998): the number over the design effect, with Student's
    quantile. The design effect is the greatest of 1, what the networks' own spread says with each network left out
    (jackknife), and what `likeness` says for networks of these sizes; degrees of freedom are those of networks as
    unequal as these (Kish). The own spread alone misses networks that were not drawn: on synthetic populations it
    covered 83 instead of 95 %. Of one network, routers are taken for independent.
    """
    used = size > 0
    total, size = total[used], size[used]
    count, networks = float(size.sum()), len(size)
    if not networks:
        return 0.0, 1.0
    mean = min(float(total.sum()) / count, 1.0)
    effective = count if networks == 1 else _effective(total, size, level=level, likeness=likeness)
    low, high = binomial_limits(np.array([mean * effective]), np.array([effective]), level)
    return min(float(low[0]), mean), max(float(high[0]), mean)


def _effective(total: Floats, size: Floats, *, level: float, likeness: float) -> float:
    count, networks = float(size.sum()), len(size)
    mean = float(total.sum()) / count
    kish = count**2 / float((size**2).sum())
    effect = max(1.0, 1 + (count / kish - 1) * likeness)
    plain = mean * (1 - mean) / count
    if plain > 0:
        left_out = (total - mean * size) / (1 - size / count)
        spread = (networks - 1) / networks * float((left_out**2).sum()) / count**2
        effect = max(effect, spread / plain)
    elif likeness <= 0:
        effect = count / kish
    upper = (1 + level) / 2
    routers = student_quantile(upper, np.array([max(count - 1, 1.0)]))
    clusters = student_quantile(upper, np.array([max(kish - 1, 0.5)]))
    return max(count / effect * float(routers[0] / clusters[0]) ** 2, 0.5)
