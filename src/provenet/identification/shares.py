"""Shares of vendors among the routers of a group, as intervals: each doubt apart, then all together.

- *the unanswered*: [k/n, (k+u)/n] holds whatever the unknown routers are; no assumption. - *sampling*: limits of the
  share among identified routers, with networks as clusters; how alike routers of a network are is learnt from all
  networks and vendors.
- *at most rho times as likely*: a named assumption on the unknown that cuts the upper end. Of a vendor never seen it
  says nothing: some multiple of nothing would pass for none.
- *misclassification*: the share corrected by confusion matrices, one for each basis of answers, bootstrapped over
  networks, and with the doubt of the matrices themselves.
- *all*: the ends under all doubts together, each at its part of the level, so that the level holds for both ends;
  with and without the correction, as mistakes are judged elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum

import numpy as np

from provenet.identification.misclassification import (
    Confusion,
    corrected_ends,
    draw_networks,
    drawn_matrices,
    true_shares,
)
from provenet.identification.prior import concentration
from provenet.identification.sampling import mean_limits, normal_quantile, student_quantile
from provenet.numerics.arrays import Floats, Longs

Ends = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class ShareSettings:
    """How shares are bounded.

    `level` of confidence, for both ends together; `draws` and `seed` of the bootstrap; `rho`: the assumption that a
    router of unknown vendor is at most so many times as likely the vendor's as an identified one, None for no
    assumption.
    """

    level: float = 0.95
    draws: int = 1000
    seed: int = 1
    rho: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorShare:
    """The share of one vendor in one group; None where it is not known or not asked for.

    Of `probed` routers in `networks` networks, `identified` have a vendor, `seen` of them this one, and `unknown`
    none. `sampling` are limits of seen / identified, of networks, or of routers where all identified ones are of one
    network. `unanswered` is [seen/probed, (seen+unknown)/probed]. `rho_bound`, `corrected` (among identified)
    as in the module's head; `ends` all together.
    """

    group: int
    vendor: int
    seen: int
    identified: int
    probed: int
    unknown: int
    networks: int
    sampling: Ends | None
    unanswered: Ends
    rho_bound: Ends | None
    corrected_share: float | None
    corrected: Ends | None
    ends: Ends


@dataclass(frozen=True, eq=False)
class _NetworkGroups:
    """One group by network: `size` float64[N] routers, `known` float64[N, V] identified ones by vendor column, and the
    same by what they rest on in `by_basis`.

    `likeness` of two identified routers of a network; `likeness_all` of any two, in being identified.
    """

    number: int
    size: Floats
    known: Floats
    by_basis: dict[int, Floats]
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
    group: Longs,
    network: Longs,
    vendor: Longs,
    *,
    vendors: Sequence[int] | None = None,
    confusions: Mapping[int, Confusion] | None = None,
    basis: Longs | None = None,
    settings: ShareSettings | None = None,
) -> list[VendorShare]:
    """Bounds the share of each vendor in each group.

    Parameters: int64[R] each, one entry a router that was probed: its group (a country and carrier; negative is left
    out), its network, its vendor (-1 unknown). `vendors` asked for, None for all that occur in the group; a vendor
    asked for gets an answer where it was never seen too. `confusions` by `basis`, int64[R], what an answer rests on
    (None: all on basis 0): a negative basis is taken as right; a group with answers of a basis without a confusion, or
    with none of a basis that has one, is not corrected. Returns one `VendorShare` a group and vendor, in their order.
    Cost O(R log R) and, for groups of several networks with a confusion, O(groups x draws x V^3).
    """
    options = settings or ShareSettings()
    wanted = np.unique(vendor[vendor >= 0]) if vendors is None else np.unique(np.array(vendors, np.int64))
    # Whose the reports of vendors are that nobody asks for counts where shares are put right.
    told_apart = [one.vendors[one.vendors >= 0] for one in (confusions or {}).values()]
    counted = np.unique(np.concatenate([wanted, *told_apart]))
    judge = None if not confusions else _Judge(confusions, counted, options)
    order = np.argsort(group, kind="stable")
    cuts = np.flatnonzero(np.diff(group[order])) + 1
    parts = [rows for rows in np.split(order, cuts) if len(rows) and group[rows[0]] >= 0]
    rests_on = np.zeros(len(group), np.int64) if basis is None else basis
    groups = [
        _by_network(int(group[rows[0]]), network[rows], vendor[rows], of=(counted, rests_on[rows])) for rows in parts
    ]
    likeness, likeness_all = _likeness(groups, False), _likeness(groups, True)
    out: list[VendorShare] = []
    for plain in groups:
        one = replace(plain, likeness=likeness, likeness_all=likeness_all)
        seen = one.known.sum(axis=0)[:-1] > 0
        columns = np.flatnonzero(np.isin(counted, wanted) & (seen | (vendors is not None))).tolist()
        judged = None if judge is None else judge.of(one)
        out.extend(
            _share(one, column, vendor=int(counted[column]), judged=judged, options=options) for column in columns
        )
    return out


def _likeness(groups: Sequence[_NetworkGroups], answers: bool) -> float:
    """How alike two routers of a network are, learnt from all networks of all groups: 1 / (1 + concentration).

    Of identified routers all vendors count, so that what one vendor's few networks do not show is taken from the
    others; `answers` asks instead how alike they are in being identified at all.
    """
    counts, base = list[Floats](), list[Floats]()
    for one in groups:
        mine = np.stack([one.identified, one.size - one.identified], axis=1) if answers else one.known
        whole = mine.sum(axis=0)
        counts.append(mine)
        base.append(np.broadcast_to((whole + 0.5) / (whole.sum() + 0.5 * len(whole)), mine.shape))
    return 1 / (1 + concentration(np.concatenate(counts), np.concatenate(base))) if groups else 0.0


def _by_network(number: int, network: Longs, vendor: Longs, *, of: tuple[Longs, Longs]) -> _NetworkGroups:
    counted, basis = of
    names, at = np.unique(network, return_inverse=True)
    rows = vendor >= 0
    column = np.searchsorted(counted, vendor[rows])
    column = np.where(np.append(counted, -1)[column] == vendor[rows], column, len(counted))
    by_basis = {}
    for one in np.unique(basis[rows]).tolist():
        mine = basis[rows] == one
        by_basis[one] = np.zeros((len(names), len(counted) + 1))
        np.add.at(by_basis[one], (at[rows][mine], column[mine]), 1.0)
    known = sum(by_basis.values(), np.zeros((len(names), len(counted) + 1)))
    return _NetworkGroups(number, np.bincount(at).astype(np.float64), known, by_basis)


class _Judge:
    """Corrects the shares of groups by the confusions of what their answers rest on."""

    def __init__(self, confusions: Mapping[int, Confusion], counted: Longs, options: ShareSettings) -> None:
        self.confusions, self.counted, self.options = confusions, counted, options
        self.matrices: dict[int, Floats] = {}

    def of(self, one: _NetworkGroups) -> _Judged | None:
        """The corrected shares of a group; None where nothing judges its answers, or not all of them."""
        bases = [at for at in one.by_basis if at >= 0]
        if not bases or any(at not in self.confusions for at in bases):
            return None
        whole, some = float(one.known.sum()), one.identified > 0
        strata = [
            _Stratum.of(known[some], self.confusions.get(at), counted=self.counted, whole=whole)
            for at, known in one.by_basis.items()
        ]
        networks = int(some.sum())
        drawn = None
        if networks > 1:
            weights = draw_networks(networks, self.options.draws, self.options.seed + 2 + one.number)
            drawn = self._drawn(strata, weights)
        return _Judged(strata, networks, one.likeness, drawn)

    def _drawn(self, strata: Sequence[_Stratum], weights: Floats) -> Floats:
        """Corrected shares in networks as drawn, float64[draws, counted + 1]."""
        width = len(self.counted) + 1
        made, total = np.zeros((len(weights), width)), np.zeros(len(weights))
        for stratum in strata:
            counts = weights @ stratum.counts
            size = counts.sum(axis=1)
            total += size
            matrices = None if stratum.confusion is None else self._matrices(stratum.confusion)
            shares = counts if matrices is None else size[:, None] * _shares(counts, matrices)
            made += shares[:, stratum.column]
        some = total > 0
        return np.asarray(made[some] / total[some, None])

    def _matrices(self, confusion: Confusion) -> Floats:
        """Drawn once for all groups that share it."""
        if id(confusion) not in self.matrices:
            self.matrices[id(confusion)] = drawn_matrices(confusion, self.options.draws, self.options.seed + 1)
        return self.matrices[id(confusion)]


@dataclass(frozen=True, eq=False)
class _Stratum:
    """Identified routers of one basis: `counts` float64[N, V] by network and column of the matrix, or of the vendors
    counted where they are taken as right; `column` int64[counted + 1] of each vendor counted and of all others;
    `part` of all identified routers; `point` float64[V] their corrected shares.
    """

    confusion: Confusion | None
    column: Longs
    counts: Floats
    part: float
    point: Floats

    @staticmethod
    def of(known: Floats, confusion: Confusion | None, *, counted: Longs, whole: float) -> _Stratum:
        """The routers of a basis, `known` float64[N, counted + 1]."""
        part = float(known.sum()) / whole
        if confusion is None:
            return _Stratum(None, np.arange(known.shape[1]), known, part, known.sum(axis=0) / known.sum())
        column = confusion.column_of(np.append(counted, -2))
        counts = np.zeros((len(known), len(confusion.vendors)))
        np.add.at(counts.T, column, known.T)
        return _Stratum(confusion, column, counts, part, _shares(counts.sum(axis=0)[None], confusion.matrix[None])[0])

    def tells_apart(self, column: int) -> bool:
        """Whether the matrix knows a vendor counted, and judged routers that are its own."""
        if self.confusion is None:
            return True
        at = int(self.column[column])
        return at < len(self.confusion.vendors) - 1 and bool(self.confusion.counts[:, at].any())

    def limits(self, column: int, level: float, likeness: float) -> Ends:
        """The share of a vendor counted among these routers, over every corner of three limits: of its reported
        share, of how often its own routers are reported as its own, and of how often others' are.
        """
        at = int(self.column[column])
        reported = mean_limits(self.counts[:, at], self.counts.sum(axis=1), level, likeness=likeness)
        if self.confusion is None:
            return reported
        recall = self.confusion.recall_limits(at, level)
        false = self.confusion.false_limits(at, np.delete(self.point, at), level)
        return corrected_ends(reported, recall, false)


@dataclass(frozen=True, eq=False)
class _Judged:
    """Corrected shares of one group with identified routers in so many `networks`: `drawn` float64[draws, counted + 1],
    None where it is one.
    """

    strata: Sequence[_Stratum]
    networks: int
    likeness: float
    drawn: Floats | None

    def corrected(self, column: int, level: float) -> tuple[float, Ends] | None:
        """The corrected share among identified routers with its limits; None for a vendor not told apart.

        The hull of two: the bootstrap, widened for few networks, and the limits of the reported share sent through
        every corner of the matrices.
        """
        if not all(one.tells_apart(column) for one in self.strata):
            return None
        point = fsum(one.part * float(one.point[one.column[column]]) for one in self.strata)
        each = 1 - (1 - level) / (3 * len(self.strata))
        ends = [one.limits(column, each, self.likeness) for one in self.strata]
        low = fsum(one.part * end[0] for one, end in zip(self.strata, ends, strict=True))
        high = fsum(one.part * end[1] for one, end in zip(self.strata, ends, strict=True))
        if self.drawn is not None and len(self.drawn):
            tail = (1 - level) / 2
            least, most = np.quantile(self.drawn[:, column], [tail, 1 - tail])
            judges = [len(one.confusion.counts) for one in self.strata if one.confusion is not None]
            wider = _few_networks(min(self.networks, *judges), level)
            low = min(low, point - wider * max(point - float(least), 0.0))
            high = max(high, point + wider * max(float(most) - point, 0.0))
        return point, (float(np.clip(low, 0, point)), float(np.clip(high, point, 1)))


def _shares(reported: Floats, matrices: Floats) -> Floats:
    """True shares of reported counts float64[B, V], by a matrix each; 0 where nothing was reported."""
    made, some = np.zeros(reported.shape), reported.sum(axis=1) > 0
    if some.any():
        of = reported[some] / reported[some].sum(axis=1, keepdims=True)
        made[some] = true_shares(of, matrices[some])
    return made


def _share(
    one: _NetworkGroups, column: int, *, vendor: int, judged: _Judged | None, options: ShareSettings
) -> VendorShare:
    seen, identified = one.known[:, column], one.identified
    k, m, n = int(seen.sum()), int(identified.sum()), int(one.size.sum())
    corrected = None if judged is None else judged.corrected(column, options.level)
    return VendorShare(
        group=one.number,
        vendor=vendor,
        seen=k,
        identified=m,
        probed=n,
        unknown=n - m,
        networks=len(one.size),
        sampling=one.limits(seen, options.level) if m else None,
        unanswered=(k / n, (k + n - m) / n),
        rho_bound=_rho_bound(k, m, n, rho=options.rho) if k and options.rho is not None else None,
        corrected_share=corrected[0] if corrected else None,
        corrected=corrected[1] if corrected else None,
        ends=_ends(one, column, judged=judged, options=options),
    )


def _rho_bound(k: int, m: int, n: int, *, rho: float) -> Ends:
    """The unknown at most `rho` times as often the vendor's as the identified."""
    if rho < 0:
        raise ValueError(f"rho is at least 0; found {rho}")
    return k / n, (k + (n - m) * min(1.0, rho * k / m)) / n


def _ends(one: _NetworkGroups, column: int, *, judged: _Judged | None, options: ShareSettings) -> Ends:
    """All doubts together: the part that is identified, the vendor's share of it, and whatever the rest may be.

    The share of all is a s + (1 - a) w: a identified, s the share among them, w in [0, 1] that of the rest, at most
    rho s under the assumption. Its ends are those over the limits of a and s, each at half of the error. Where no
    router is unknown there is no rest.
    """
    seen, identified = one.known[:, column], one.identified
    if not identified.sum():
        return 0.0, 1.0
    whole = bool((identified == one.size).all())
    level = options.level if whole else (1 + options.level) / 2
    corrected = None if judged is None else judged.corrected(column, level)
    share = one.limits(seen, level)
    if corrected is not None:
        share = min(share[0], corrected[1][0]), max(share[1], corrected[1][1])
    part = (1.0, 1.0) if whole else one.limits_of_all(identified, level)
    rest = 1.0 if options.rho is None else min(1.0, options.rho * share[1])
    highest = part[0] if rest >= share[1] else part[1]
    return part[0] * share[0], highest * share[1] + (1 - highest) * rest


def _few_networks(networks: int, level: float) -> float:
    """By how much a bootstrap over few networks is widened: Student's over the normal quantile, and the lost degree."""
    if networks < 2:
        return 1.0
    upper = (1 + level) / 2
    student = float(student_quantile(upper, np.array([networks - 1.0]))[0])
    return float(student / normal_quantile(upper) * np.sqrt(networks / (networks - 1)))
