"""The search for plans: lists in the order of a fractional schedule, then bettered a few blocks at a time."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from provenet.numerics.arrays import Flags, Floats, Ints
from provenet.scheduling.kernels import list_schedule as lists
from provenet.scheduling.kernels.list_schedule import NEVER, SLACK, Frame, list_schedule, replay, urgent_first
from provenet.scheduling.kernels.local_search import polish, scratch
from provenet.scheduling.solve.bound import Bound
from provenet.scheduling.solve.closure import ClosureNetwork, prune_losses
from provenet.scheduling.solve.program import Program, start_worth, worth_of


def frame_of(program: Program, score: Floats | None = None) -> Frame:
    """The frame of a program; `score` float64[B, T] says how good a start is for blocks that gain by waiting.

    Cost O((blocks + entries + members) x T).
    """
    count, periods = program.blocks, program.periods
    limits, waits, conflicts, wants = program.limits, program.waits, program.conflicts, program.wants
    before = _grouped(waits.after, count, waits.before, waits.lag)
    after = _grouped(waits.before, count, waits.after, waits.lag)
    spend = np.searchsorted(limits.block, np.arange(count + 1)).astype(np.int32)
    stand = _grouped(conflicts.block, count, conflicts.conflict, conflicts.duration)
    own = _own(stand[0], stand[1], stand[2])
    want = np.repeat(np.arange(len(wants.start) - 1, dtype=np.int32), np.diff(wants.start))
    of = _grouped(wants.block, count, want, wants.lag)
    tail = np.zeros((len(wants.start) - 1, periods + 1))
    tail[:, :-1] = np.cumsum(wants.worth[:, ::-1], axis=1)[:, ::-1]
    # A block gains by waiting if a later start is worth more or spends less.
    waiting: NDArray[np.bool_] = np.asarray((np.diff(program.value, axis=1) > 0).any(axis=1))
    cheaper = (np.diff(limits.amount, axis=1) < 0).any(axis=1)
    waiting[limits.block[cheaper]] = True
    return Frame(
        first=program.first,
        last=program.last,
        must=program.must,
        rank=_ranked(program, before, after),
        before_start=before[0],
        before_block=before[1],
        before_lag=before[2],
        after_start=after[0],
        after_block=after[1],
        after_lag=after[2],
        spend_start=spend,
        spend_resource=limits.resource,
        spend_amount=limits.amount,
        carry=limits.carry,
        stand_start=stand[0],
        stand_conflict=stand[1],
        stand_duration=stand[2],
        stand_own=own,
        most=conflicts.most,
        want_start=wants.start.astype(np.int32),
        want_block=wants.block,
        want_lag=wants.lag,
        of_start=of[0],
        of_want=of[1],
        tail=tail,
        value=program.value,
        eager=~waiting,
        score=program.value.copy() if score is None else score,
    )


def room_of(program: Program) -> Floats:
    """What is left of every resource before anything is planned, float64[R, T], and the little that decimals need."""
    limits = program.limits
    whole: Floats = np.where(limits.carry[:, None], np.cumsum(limits.capacity, axis=1), limits.capacity)
    return whole * (1.0 + SLACK)


def _grouped(by: Ints, count: int, *parts: NDArray[np.int32]) -> tuple[Ints, ...]:
    order = np.argsort(by, kind="stable")
    start = np.searchsorted(by[order], np.arange(count + 1)).astype(np.int32)
    return (start, *(np.ascontiguousarray(part[order]) for part in parts))


def _own(start: Ints, conflict: Ints, duration: Ints) -> Ints:
    """For each member of a conflict how many units of its block are under way in it as long as that one, or longer."""
    own = np.ones(len(conflict), np.int32)
    for block in np.flatnonzero(np.diff(start) > 1).tolist():
        low, high = start[block], start[block + 1]
        if len(np.unique(conflict[low:high])) == high - low:
            continue
        for m in range(low, high):
            alike = conflict[low:high] == conflict[m]
            own[m] = int((alike & (duration[low:high] >= duration[m])).sum())
    return own


def _ranked(program: Program, before: tuple[Ints, ...], after: tuple[Ints, ...]) -> Ints:
    """Blocks in an order in which nothing waits for what comes later: by rounds of what is free."""
    left = np.diff(before[0])
    ready = np.flatnonzero(left == 0).tolist()
    starts, blocks = after[0].tolist(), after[1].tolist()
    left_of = left.tolist()
    for block in ready:
        for a in range(starts[block], starts[block + 1]):
            nxt = blocks[a]
            left_of[nxt] -= 1
            if not left_of[nxt]:
                ready.append(nxt)
    return np.array(ready, np.int32)


ALPHAS = (0.25, 0.5, 0.75)
"""A block is as urgent as the period by which so much of it has started in the fractional schedule."""
AGAIN = 40
"""How often a list is tried anew with those first that missed their last period."""
SIZES = (8, 14, 24, 5)
"""How many blocks are taken out at most, by turns."""


class _PlanState(NamedTuple):
    """A plan with what it leaves."""

    start: Ints
    room: Floats
    load: Ints


class LocalSearch:
    """The best plan found so far of one program. Everything is drawn from one seed."""

    def __init__(self, program: Program, net: ClosureNetwork, seed: int) -> None:
        self.program, self.net = program, net
        self.frame = frame_of(program, program.value + net.folded)
        self.best: Ints | None = None
        self.objective: float | None = None
        self.key: Floats = np.zeros(program.blocks)
        self._scratch = scratch(program.blocks, len(program.wants.start) - 1, seed)
        self._rank = np.empty(program.blocks, np.int32)
        self._rank[self.frame.rank] = np.arange(program.blocks, dtype=np.int32)
        self._startable: Flags = program.first <= program.last
        self._waiting: Flags = ~self.frame.eager
        self._costly = bool((program.value < 0.0).any())
        self._turn = 0

    def offer(self, start: Ints) -> bool:
        """Takes a plan if it keeps every limit and is better than the best; says whether it did."""
        state = self._empty()
        if not replay(self.frame, np.ascontiguousarray(start, np.int32), state.room, state.load):
            return False
        objective = worth_of(self.program, start)
        if self.objective is not None and objective <= self.objective:
            return False
        self.best, self.objective = np.array(start, np.int32), objective
        return True

    def guided(self, bound: Bound) -> None:
        """Lets starts of blocks that gain by waiting be judged by the prices and credits of a bound."""
        net, shape = self.net, self.frame.score.shape
        credited = net.arc_kind == 2
        got = np.bincount(net.head[credited], bound.flow[credited], net.size)[: len(net.block)]
        by = np.zeros(shape)
        by[net.block, net.period] = got
        by = np.cumsum(by[:, ::-1], axis=1)[:, ::-1]
        self.frame.score[:] = start_worth(self.program, bound.prices) + net.folded + by

    def from_levels(self, level: Floats) -> None:
        """Lists blocks in the order of a fractional schedule, float64[nodes]; several orders, the best plan kept."""
        by = self._by(level)
        mean = (1.0 - by).sum(axis=1)
        for eager in (True, False) if self._waiting.any() else (True,):
            self._hurry(eager)
            for alpha in (None, *ALPHAS):
                key = mean.copy() if alpha is None else (by < alpha - 1e-9).sum(axis=1) + 1e-3 * mean
                if self._best_listed(key, self._wanted(by, 0.5 if alpha is None else alpha)):
                    self.key = mean
        self._hurry(False)

    def _hurry(self, eager: bool) -> None:
        """Lets blocks that gain by waiting take the first start that fits all the same, or not."""
        self.frame.eager[:] = True if eager else ~self._waiting

    def _best_listed(self, key: Floats, wanted: Flags) -> bool:
        """A plan by one order, and anew by the same order without what lost worth; whether one was the best so far."""
        start = self._listed(key, wanted)
        if start is None:
            return False
        if not self._costly:
            return self.offer(start)
        kept = prune_losses(self.program, start)
        better = self.offer(kept)
        again = self._listed(key, kept < NEVER)
        return (again is not None and self.offer(again)) or better

    def by_density(self) -> None:
        """Lists blocks by what the demands on them are worth for what their blocks spend: a plan before any price."""
        program, wants = self.program, self.program.wants
        limits, whole = program.limits, program.limits.capacity.sum(axis=1)
        share = limits.amount.mean(axis=1) / np.maximum(whole[limits.resource], 1e-12)
        size = np.bincount(limits.block, share, program.blocks) + 1e-12
        worth = self.net.folded[:, 0] / size
        if len(wants.block):
            want = np.repeat(np.arange(len(wants.start) - 1), np.diff(wants.start))
            density = wants.worth[:, 0] / np.bincount(want, size[wants.block], len(wants.start) - 1)
            worth += np.bincount(wants.block, density[want], program.blocks)
        rank = np.argsort(np.argsort(-worth, kind="stable"), kind="stable")
        key: Floats = rank.astype(np.float64) * (program.periods / max(1, program.blocks))
        free = _free(program)
        start = self._listed(key, self._startable & (free if free.all() else program.must))
        if start is not None and self.offer(start):
            self.key = key

    def by_deadline(self) -> None:
        """Lists blocks by their last period alone: a plan for instances whose deadlines are all that matters."""
        last = np.where(self.program.must, self.program.last, self.program.periods).astype(np.float64)
        start = self._listed(last, np.zeros(self.program.blocks, np.bool_))
        if start is not None:
            self.offer(start)

    def polish(self, tries: int, spent_share: float) -> bool:
        """Betters the best plan by so many tries; false where there is none. Every call begins from the best plan."""
        if self.best is None:
            return False
        state = self._empty()
        state.start[:] = self.best
        replay(self.frame, state.start, state.room, state.load)
        clear = np.zeros(len(self.frame.want_start) - 1, np.int32)
        lists.plan_worth(self.frame, state.start, clear)
        size = SIZES[self._turn % len(SIZES)]
        self._turn += 1
        worth = self.program.wants.worth[:, 0] if len(clear) else np.ones(1)
        heat = float(np.median(worth)) * (1.0 - spent_share) if self._turn % 3 else 0.0
        best = self.best.copy()
        self._hurry(self._turn % 2 == 0)
        gained = polish(
            self.frame, self._scratch, state.room, state.load, state.start, clear, self.key, best, tries, size, heat
        )
        self._hurry(False)
        if gained > 0:
            self.offer(prune_losses(self.program, best) if self._costly else best)
        return True

    def _empty(self) -> _PlanState:
        program = self.program
        load = np.zeros((len(program.conflicts.most), program.periods), np.int32)
        return _PlanState(np.full(program.blocks, NEVER, np.int32), room_of(program), load)

    def _by(self, level: Floats) -> Floats:
        """What share of each block has started by each period, float64[B, T]."""
        net, program = self.net, self.program
        by = np.zeros((program.blocks, program.periods))
        by[net.block, net.period] = level[: len(net.block)]
        by[(np.arange(program.periods) >= net.until[:, None]) & program.must[:, None]] = 1.0
        return by

    def _wanted(self, by: Floats, alpha: float) -> Flags:
        """Blocks worth their start, and all they wait for.

        Where no start costs value all are; else those of which the fractional schedule starts such a share.
        """
        free = _free(self.program)
        wanted = self._startable & (free if free.all() else by[:, -1] > alpha)
        urgent = np.where(wanted, 0.0, 1.0)
        urgent_first(self.frame, urgent)
        return self._startable & (urgent < 0.5)

    def _listed(self, key: Floats, wanted: Flags) -> Ints | None:
        """A plan by one order; those that miss their last period come earlier and all is tried anew. None: no plan."""
        key = key.copy()
        for _ in range(AGAIN):
            urgent_first(self.frame, key)
            order = np.lexsort((self._rank, key)).astype(np.int32)
            state = self._empty()
            missing = list_schedule(self.frame, order, wanted, state.room, state.load, state.start)
            if not missing:
                return state.start
            late = self.program.must & (state.start == NEVER)
            key[late] = np.minimum(key[late] - 1.0, self.program.last[late] * 0.5) - 0.25 * key.max(initial=1.0)
        return None


def _free(program: Program) -> NDArray[np.bool_]:
    """Blocks whose start costs no value in any period."""
    return np.asarray((program.value >= 0.0).all(axis=1))
