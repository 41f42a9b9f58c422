"""Better awards where peers move each other or limits bind: one buyer's offer at a time, and exchanges.

What an award is worth is counted in the least equilibrium. No step is proven the best: which buyers to push is hard in
general (`cascade`). A part of the scenarios, evenly picked, decides the steps; all of them decide between the ends.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

import numpy as np

from provenet.forms.schedule import TOLERANCE
from provenet.numerics.arrays import Floats, Longs
from provenet.tipping.award_problem import Offers, SideConstraint
from provenet.tipping.kernels.equilibrium import worth_of_each, worth_of_one
from provenet.tipping.simulation import Simulation

CLIMBING, FEWEST = 10**11, 8
"""A climb ends after so much work (scenarios times pairs of buyers, for each award looked at), but never before so many
steps: beyond some hundred buyers whoever asks waits for minutes, and the bound tells what is left."""
STEPS = 300
UPS, DOWNS = (1, 2, 4, 8, 10**9), (1, 2, 4, 10**9)
TRIED = 5
PLATEAU = 1e-3
"""By this part of what is behind them buyers who are clear count where their demands are not clear yet."""
PICKED = 200_000
"""So many entries of J x J x S a step may look at."""
MANY = 60
"""With more buyers than this awards are fitted and not climbed from: a step looks at each, and each look at all."""
MOST_TRIALS = 2_000
"""So many awards are gone through one by one where there are no more."""
MOST_ENTRIES = 5e7
WIDTH, LEAST_WIDTH = 32, 4
"""So many awards are worked out side by side at most; fewer than the least one by one."""
MOST_KNOWN = 100_000
"""So many awards are kept with their worth."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """An award by its levels: its worth, the same with buyers who are clear in vain, what it pays and commits."""

    level: Longs
    aid: Floats
    worth: float
    score: float
    spent: float
    committed: float

    @property
    def rank(self) -> tuple[float, float]:
        """Higher is better: worth, and of equals what commits less."""
        return self.worth, -self.committed


@dataclass(eq=False)
class Evaluator:
    """What awards on offer are worth, whatever the budget; an award is worked out once and kept."""

    form: Simulation
    offers: Offers

    def __post_init__(self) -> None:
        form = self.form
        at = {buyer: j for j, buyer in enumerate(form.buyers)}
        weights: dict[tuple[int, ...], float] = {}
        for demand in form.demands:
            on = tuple(sorted({at[buyer] for buyer in demand.carriers}))
            weights[on] = weights.get(on, 0.0) + demand.weight
        start = np.r_[0, np.cumsum([len(on) for on in weights])].astype(np.int64)
        member = np.array([j for on in weights for j in on], np.int64)
        self.demands = start, member, np.array(list(weights.values()), np.float64)
        self.need = np.ascontiguousarray((form.gap / form.kept).T)
        self.less = np.ascontiguousarray((form.effect / form.kept).T)
        self.peers = np.ascontiguousarray(form.peers.T)
        self.behind = form.alone
        self.top = np.array([len(one) - 1 for one in self.offers], np.int64)
        self._known: dict[bytes, Candidate] = {}

    @cached_property
    def sample(self) -> Evaluator:
        """The same on so many scenarios as steps can look at, evenly picked."""
        count = max(len(self.offers), 1)
        many = min(self.form.scenarios, max(200, PICKED // (count * count)))
        pick = np.linspace(0, self.form.scenarios - 1, many).astype(np.int64)
        arrays = {name: getattr(self.form, name)[:, pick] for name in ("gap", "effect", "kept", "cost")}
        return Evaluator(replace(self.form, **arrays), self.offers)

    def aid(self, level: Longs) -> Floats:
        """The amounts at these levels."""
        return np.array([one[i] for one, i in zip(self.offers, level.tolist(), strict=True)])

    def look(self, level: Longs) -> Candidate:
        """Works an award out. Cost O(S (J^2 + members of demands)) at most."""
        return self.look_at([level])[0]

    def look_at(self, levels: Sequence[Longs]) -> list[Candidate]:
        """Works awards out, those side by side that are not known yet."""
        keys = [level.tobytes() for level in levels]
        fresh = {key: level for key, level in zip(keys, levels, strict=True) if key not in self._known}
        if len(self._known) + len(fresh) > MOST_KNOWN:
            self._known.clear()
            fresh = dict(zip(keys, levels, strict=True))
        named = list(fresh.items())
        for first in range(0, len(named), WIDTH):
            part = named[first : first + WIDTH]
            made = self._worked_out([level for _, level in part])
            self._known.update(zip((key for key, _ in part), made, strict=True))
        return [self._known[key] for key in keys]

    def _worked_out(self, levels: Sequence[Longs]) -> list[Candidate]:
        aids = [self.aid(level) for level in levels]
        several = len(levels) >= LEAST_WIDTH and bool(np.diff(self.demands[0]).all())
        worths, shares = self._of_each(aids) if several else self._one_by_one(aids)
        scores = [worth + PLATEAU * float(self.behind @ share) for worth, share in zip(worths, shares, strict=True)]
        return [
            Candidate(level, aid, worth, score, float(aid @ share), math.fsum(aid.tolist()))
            for level, aid, worth, score, share in zip(levels, aids, worths, scores, shares, strict=True)
        ]

    def _of_each(self, aids: Sequence[Floats]) -> tuple[list[float], list[Floats]]:
        """The worth of awards, and of each the part of the scenarios in which each buyer is clear."""
        scenarios, shape = len(self.need), (len(self.offers), len(aids))
        total, many = np.zeros(len(aids)), np.zeros(shape)
        aid, room = (
            np.ascontiguousarray(np.stack(aids, axis=1)),
            (np.zeros(shape), np.zeros(shape), np.zeros(len(aids))),
        )
        worth_of_each(self.need, self.less, self.peers, aid, *self.demands, *room, total, many)
        return [one / scenarios for one in total.tolist()], [np.ascontiguousarray(one) / scenarios for one in many.T]

    def _one_by_one(self, aids: Sequence[Floats]) -> tuple[list[float], list[Floats]]:
        scenarios, count = len(self.need), len(self.offers)
        worths, shares = [], []
        for aid in aids:
            many = np.zeros(count, np.int64)
            room = (np.zeros(count), np.zeros(count, np.bool_))
            total = worth_of_one(self.need, self.less, self.peers, aid, *self.demands, *room, many)
            worths.append(float(total) / scenarios)
            shares.append(many / scenarios)
        return worths, shares


@dataclass(frozen=True, eq=False)
class SearchSpace:
    """Where awards are sought: what they are worth, the limits on what is committed and one on what is paid."""

    evaluator: Evaluator
    sides: Sequence[SideConstraint]
    paid_at_most: float = math.inf

    def keeps(self, level: Longs) -> bool:
        """Whether levels keep the limits on what is committed."""
        return self._keeps(self.evaluator.aid(level))

    def fits(self, seen: Candidate) -> bool:
        """Whether an award keeps all limits."""
        return seen.spent <= self.paid_at_most * (1 + TOLERANCE) and all(
            side.keeps_sum(seen.committed, seen.committed) if side.is_budget else side.keeps(seen.aid)
            for side in self.sides
        )

    def _keeps(self, aid: Floats) -> bool:
        return all(side.keeps(aid) for side in self.sides)


def search_awards(whole: SearchSpace, starts: Sequence[Longs]) -> Candidate | None:
    """The best award found from starts that need not fit, counted on all scenarios; None where none fits."""
    field = replace(whole, evaluator=whole.evaluator.sample)
    finals: dict[tuple[int, ...], Longs] = {}
    for start in starts:
        seen = _fitted(field, field.evaluator.look(np.minimum(start, field.evaluator.top)))
        if seen is not None:
            for level in (seen.level, _climbed(field, seen).level):
                finals[tuple(level.tolist())] = level
    looked = [_fitted(whole, whole.evaluator.look(level)) for level in finals.values()]
    fits = [seen for seen in looked if seen is not None]
    return _spared(whole, max(fits, key=lambda seen: seen.rank)) if fits else None


def enumerate_awards(whole: SearchSpace) -> Candidate | None:
    """The best of all awards on offer, where they are few and fit; None where they are many or none fits."""
    offers = whole.evaluator.offers
    count = math.prod(len(one) for one in offers)
    if count > MOST_TRIALS or count * max(whole.evaluator.form.gap.size, 1) > MOST_ENTRIES:
        return None
    every = (np.array(levels, np.int64) for levels in product(*(range(len(one)) for one in offers)))
    kept = [level for level in every if whole.keeps(level)]
    return max(filter(whole.fits, whole.evaluator.look_at(kept)), key=lambda seen: seen.rank, default=None)


def _fitted(field: SearchSpace, seen: Candidate) -> Candidate | None:
    """The award with offers taken back until it fits, the least missed for their money first; None if it never does.

    With more than MANY buyers they are taken back in one order, worked out once a round, as many as it takes.
    """
    while not field.fits(seen):
        if len(seen.level) > MANY:
            shorter = _taken_back(field, seen)
            if shorter is None:
                return None
            seen = shorter
            continue
        lower = field.evaluator.look_at(_changed(field, seen.level, DOWNS, sign=-1))
        lower = [one for one in lower if one.committed < seen.committed]
        if not lower:
            return None
        fits = [one for one in lower if field.fits(one)]
        if fits:
            return max(fits, key=lambda one: (one.score, -one.committed))
        before = seen
        seen = min(lower, key=lambda one: (before.score - one.score) / (before.committed - one.committed))
    return seen


def _taken_back(field: SearchSpace, seen: Candidate) -> Candidate | None:
    """Whole offers withdrawn in the order of what is missed for their money, the fewest that make the award fit."""
    offered = np.flatnonzero(seen.level)
    if not len(offered):
        return None
    without = []
    for j in offered.tolist():
        level = seen.level.copy()
        level[j] = 0
        without.append(level)
    missed = [(seen.score - one.score) / (seen.committed - one.committed) for one in field.evaluator.look_at(without)]
    order = offered[np.argsort(missed, kind="stable")]
    low, high = 1, len(order)
    while low < high:
        middle = (low + high) // 2
        level = seen.level.copy()
        level[order[:middle]] = 0
        low, high = (low, middle) if field.fits(field.evaluator.look(level)) else (middle + 1, high)
    level = seen.level.copy()
    level[order[:low]] = 0
    made = field.evaluator.look(level)
    # Limits that ask for a least amount may never fit this way.
    return made if field.fits(made) or low < len(order) else None


def _climbed(field: SearchSpace, seen: Candidate) -> Candidate:
    """Adds, exchanges and spares until nothing betters the award; the best one on the way."""
    best = seen
    if len(seen.level) > MANY:
        return best
    step_costs = len(seen.level) ** 3 * len(UPS) * len(field.evaluator.need)
    for _ in range(int(np.clip(CLIMBING // step_costs, FEWEST, STEPS))):
        ups = [one for one in field.evaluator.look_at(_changed(field, seen.level, UPS, sign=1)) if _better(one, seen)]
        ups.sort(key=lambda one: -(one.score - seen.score) / (one.committed - seen.committed))
        step = next((one for one in ups if field.fits(one)), None) or _exchanged(field, seen, ups)
        if step is None:
            return best
        seen = step
        if seen.rank > best.rank:
            best = seen
    return best


def _changed(field: SearchSpace, level: Longs, steps: Sequence[int], *, sign: int) -> list[Longs]:
    """Levels with one buyer's offer higher or lower."""
    made = []
    top = field.evaluator.top.tolist()
    for j, (now, most) in enumerate(zip(level.tolist(), top, strict=True)):
        for to in dict.fromkeys(min(max(now + sign * step, 0), most) for step in steps):
            if to != now:
                other = level.copy()
                other[j] = to
                made.append(other)
    return made


def _better(one: Candidate, than: Candidate) -> bool:
    return one.score > than.score + 1e-12 * abs(than.score)


def _exchanged(field: SearchSpace, seen: Candidate, ups: Sequence[Candidate]) -> Candidate | None:
    """One offer more, and others taken back until it fits, where that is better as a whole."""
    for up in ups[:TRIED]:
        fitted = _fitted(field, up)
        if fitted is not None and _better(fitted, seen):
            return fitted
    return None


def _spared(field: SearchSpace, seen: Candidate) -> Candidate:
    """The award without what buys nothing: each offer at the least level with the same worth, while limits keep."""
    for j in np.argsort([-float(one[-1]) for one in field.evaluator.offers], kind="stable").tolist():
        low, high = 0, int(seen.level[j])
        while low < high:
            level = seen.level.copy()
            level[j] = (low + high) // 2
            one = field.evaluator.look(level)
            tried = int(level[j])
            low, high = (low, tried) if one.worth >= seen.worth * (1 - 1e-12) else (tried + 1, high)
        for to in range(high, int(seen.level[j])):
            level = seen.level.copy()
            level[j] = to
            if field.keeps(level) and field.fits(one := field.evaluator.look(level)):
                seen = one
                break
    return seen
