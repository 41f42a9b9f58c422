"""How much sensitive traffic can ride clear paths with today's equipment: a multi-commodity program over paths.

Columns are paths, made as they pay (Dantzig and Wolfe 1960; Ford and Fulkerson 1958). A column takes traffic of one
demand off its shortest paths and puts it on an explicit one, so that all else is carried as today.
"""

import heapq
from functools import partial
from math import fsum

import highspy
import numpy as np

from provenet.core.errors import ProvenetError
from provenet.core.progress import Progress, silent
from provenet.numerics import highs
from provenet.numerics.arrays import Floats, Ints
from provenet.routing.igp import by_end, loads
from provenet.routing.inside_proofs import Claim, steering_bound
from provenet.routing.kernels.igp import cheapest
from provenet.routing.steering import (
    SteeredPath,
    Steering,
    SteeringQuestion,
    arcs_to,
    spreads_of,
    steer_freely,
    steer_in_turn,
    way_of,
)

NEAR = 1e-7
"""A path pays where it gains more than this share of a unit of volume."""
MOST_STEPS = 20_000
"""After so many steps of the simplex method no more paths are made: the answer states a bound."""
TIE = 1e-7
"""What the whole network's length may add to the price of a path: among equal prices the shorter path is taken."""


def steer(question: SteeringQuestion, *, rounds: int = 200, tries: int = 0, progress: Progress = silent) -> Steering:
    """The most sensitive volume that rides clear paths, ends included, with all other traffic still carried.

    Traffic that is not steered takes shortest paths with equal splitting; what of it meets nothing marked counts as
    clear. No arc carries more than its capacity, or than it carries today where that is more. Volumes may be split. One
    linear program; the bound is its dual, computed anew in plain Python.

    Parameters
    ----------
    rounds
        Rounds of new paths; a search cut short by them, or by `MOST_STEPS`, states a bound.
    tries
        How many elements are replaced on trial, in the order of what the multipliers say they can add at most, until
        the best gain reaches the next bound; with 0 elements have no price.

    Raises
    ------
    UsageFault
        For arrays of another length, a capacity or a volume that is negative or no number, a stretch below 1.
    """
    question.check()
    program = _Program(question)
    program.run(rounds)
    found = program.answer()
    if not tries:
        return found
    again = partial(steer, rounds=rounds)
    return question.priced(found, program.gain_bounds(found.clear), again, tries=tries, progress=progress)


def steer_by_size(question: SteeringQuestion, *, tries: int = 0, progress: Progress = silent) -> Steering:
    """The most sensitive volume that rides clear paths, with all other traffic carried as today; see `steer`.

    Found as `way_of` says. In turn the `proof` is `bound`, unless what is found meets the bound.

    Parameters
    ----------
    tries
        How many elements are replaced on trial; in turn, none is.
    """
    way = way_of(question)
    if way == "freely":
        return steer_freely(question, tries=tries, progress=progress)
    return (
        steer_in_turn(question, progress=progress)
        if way == "in turn"
        else steer(question, tries=tries, progress=progress)
    )


class _Column:
    """One path of one demand, as arcs in the order of the network's rows."""

    def __init__(self, demand: int, arcs: tuple[int, ...], clear: bool) -> None:
        self.demand, self.arcs, self.clear = demand, arcs, clear


class _Program:
    """The program over paths made so far, held by HiGHS."""

    def __init__(self, question: SteeringQuestion) -> None:
        self.question, self.others = question, question.others
        network, traffic = self.network, self.traffic = question.network, question.traffic
        self.clear = (~question.marked).astype(np.uint8)
        self.every = np.ones(len(self.clear), np.uint8)
        self.length, self.share_clear = question.length, question.share
        self.today = loads(network, source=traffic.source, target=traffic.target, volume=traffic.volume)[network.place]
        room = question.capacity[network.place]
        self.overloaded = tuple(np.flatnonzero(self.today > room * (1 + 1e-9)).tolist())
        self.limit = np.maximum(room, self.today)
        self.routed = ~np.isnan(self.share_clear) & (traffic.volume > 0)
        self.movable = np.flatnonzero(self.routed & (traffic.sensitive | (self.others == "free")))
        self.spread = spreads_of(network, traffic, self.movable)
        self.longest = self._longest(question.stretch)
        self.scale = float(traffic.volume.max(initial=0.0)) or 1.0
        self.columns: list[_Column] = []
        self.known: set[tuple[int, bool, tuple[int, ...]]] = set()
        self.row = {int(k): i for i, k in enumerate(self.movable)}
        self.arc_rows = np.flatnonzero(np.isfinite(self.limit))
        self.row_of_arc = np.full(len(self.limit), -1)
        self.row_of_arc[self.arc_rows] = len(self.movable) + np.arange(len(self.arc_rows))
        self.price = np.zeros(len(self.limit))
        self.worth = np.zeros(len(self.movable))
        self.flow = np.zeros(0)
        self.steps = 0
        self.solver = self._solver()

    def _longest(self, stretch: float) -> dict[int, float]:
        """How long a clear path of each movable demand may be."""
        if stretch == float("inf"):
            return dict.fromkeys(self.movable.tolist(), float("inf"))
        found: dict[int, float] = {}
        for source, demands in by_end(self.traffic.source, self.movable):
            far, _ = cheapest(self.network.arcs, self.every, self.length, source, back=False)
            for k in demands.tolist():
                found[k] = float(far[self.traffic.target[k]]) * stretch * (1 + 1e-12)
        return found

    def _solver(self) -> highspy.Highs:
        solver = highs.silent()
        solver.setOptionValue("threads", 1)
        solver.setOptionValue("primal_feasibility_tolerance", 1e-9)
        solver.setOptionValue("dual_feasibility_tolerance", 1e-9)
        upper = np.r_[self.traffic.volume[self.movable], (self.limit - self.today)[self.arc_rows]] / self.scale
        for bound in upper.tolist():
            solver.addRow(-highspy.kHighsInf, max(0.0, bound), 0, np.array([], np.int32), np.array([]))
        solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
        return solver

    def gain(self, column: _Column) -> float:
        """What a unit on the column's path adds to the clear volume."""
        k = column.demand
        if not self.traffic.sensitive[k]:
            return 0.0
        return float(column.clear) - float(self.share_clear[k])

    def add(self, column: _Column) -> bool:
        key = (column.demand, column.clear, column.arcs)
        if key in self.known:
            return False
        self.known.add(key)
        self.columns.append(column)
        i = self.row[column.demand]
        part = np.zeros(len(self.limit))
        part[list(column.arcs)] += 1.0
        arcs, shares = self.spread[i]
        part[arcs] -= shares
        used = np.flatnonzero(part)
        used = used[self.row_of_arc[used] >= 0]
        index = np.r_[i, self.row_of_arc[used]].astype(np.int32)
        self.solver.addCol(self.gain(column), 0.0, highspy.kHighsInf, len(index), index, np.r_[1.0, part[used]])
        return True

    def run(self, rounds: int) -> None:
        """Solves and makes paths that pay until none does."""
        for _ in range(rounds):
            fresh = sum([self.add(column) for column in self._paying()])
            if not fresh or self.steps > MOST_STEPS:
                return
            self._solve()

    def _solve(self) -> None:
        self.solver.run()
        if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise ProvenetError(
                f"HiGHS ended without an answer: {self.solver.modelStatusToString(self.solver.getModelStatus())}."
            )
        self.steps += int(self.solver.getInfo().simplex_iteration_count)
        solution = self.solver.getSolution()
        dual = np.array(solution.row_dual)
        self.flow = np.maximum(0.0, np.array(solution.col_value)) * self.scale
        self.worth = np.maximum(0.0, dual[: len(self.movable)])
        self.price = np.zeros(len(self.limit))
        self.price[self.arc_rows] = np.maximum(0.0, dual[len(self.movable) :])

    def _paying(self) -> list[_Column]:
        """For each movable demand the path that gains most under the prices, if it gains at all."""
        found: list[_Column] = []
        weight = self.price + TIE * self.length / max(1e-300, float(self.length.sum()))
        for source, demands in by_end(self.traffic.source, self.movable):
            sensitive = [k for k in demands.tolist() if self.traffic.sensitive[k]]
            if sensitive:
                far, by = cheapest(self.network.arcs, self.clear, weight, source, back=False)
                for k in sensitive:
                    column = self._clear_column(k, far, by, weight=weight)
                    found += [column] if column and self.profit(column) > NEAR else []
            if self.others == "free":
                far, by = cheapest(self.network.arcs, self.every, weight, source, back=False)
                for k in demands.tolist():
                    column = _Column(k, arcs_to(self.network, by, int(self.traffic.target[k])), False)
                    found += [column] if self.profit(column) > NEAR else []
        return found

    def _clear_column(self, k: int, far: Floats, by: Ints, *, weight: Floats) -> _Column | None:
        target = int(self.traffic.target[k])
        source = int(self.traffic.source[k])
        if not (np.isfinite(far[target]) and self.clear[target] and self.clear[source]):
            return None
        arcs = arcs_to(self.network, by, target)
        if self.length[list(arcs)].sum() > self.longest[k]:
            short = self._within(k, weight)
            return None if short is None else _Column(k, short, True)
        return _Column(k, arcs, True)

    def _within(self, k: int, weight: Floats) -> tuple[int, ...] | None:
        """The clear path of least weight that is not too long, by labels of weight and length."""
        arcs, target, limit = self.network.arcs, int(self.traffic.target[k]), self.longest[k]
        still = cheapest(arcs, self.clear, self.length, target, back=True)[0]
        source = int(self.traffic.source[k])
        if still[source] > limit:
            return None
        ahead = cheapest(arcs, self.clear, weight, target, back=True)[0]
        heap: list[tuple[float, float, int, int, tuple[int, ...]]] = [(float(ahead[source]), 0.0, 0, source, ())]
        shortest: dict[int, float] = {}
        made = 0
        while heap:
            _, long, _, v, path = heapq.heappop(heap)
            if v == target:
                return path
            if long >= shortest.get(v, float("inf")):
                continue
            shortest[v] = long
            spent = float(weight[list(path)].sum())
            for a in range(int(arcs.start[v]), int(arcs.start[v + 1])):
                u = int(arcs.head[a])
                far = long + float(self.length[a])
                if not (self.clear[u] and self.clear[self.network.node_count + int(arcs.link[a])]):
                    continue
                if far + still[u] <= limit and far < shortest.get(u, float("inf")):
                    made += 1
                    heapq.heappush(heap, (spent + float(weight[a]) + float(ahead[u]), far, made, u, (*path, a)))
        return None

    def profit(self, column: _Column) -> float:
        """What a unit on the path gains above what its demand is worth already, under the prices."""
        i = self.row[column.demand]
        arcs, shares = self.spread[i]
        freed = float((self.price[arcs] * shares).sum())
        return self.gain(column) + freed - float(self.price[list(column.arcs)].sum()) - float(self.worth[i])

    def answer(self) -> Steering:
        """What is steered, its value summed anew, and the bound that the prices prove."""
        t = self.traffic
        paths = []
        for column, amount in zip(self.columns, self.flow.tolist(), strict=False):
            if amount <= 1e-9 * self.scale:
                continue
            paths.append(self._path(column, amount))
        sensitive = np.flatnonzero(t.sensitive)
        share = np.nan_to_num(self.share_clear)
        today = fsum((t.volume * share)[sensitive].tolist())
        gains = fsum(
            self.gain(c) * x for c, x in zip(self.columns, self.flow.tolist(), strict=False) if x > 1e-9 * self.scale
        )
        value = today + gains
        near = 1e-6 * max(self.scale, fsum(t.volume[sensitive].tolist()))
        bound = steering_bound(self.claim(), enough=value + near)
        if bound > value + near:
            bound = min(bound, self._reachable())
        bound = max(bound, value)
        closed = bound <= value + near
        return Steering(
            paths=tuple(paths),
            sensitive=fsum(t.volume[sensitive].tolist()),
            clear_today=today,
            clear=value,
            bound=value if closed else bound,
            proof="certified" if closed else "bound",
            arc_price=self.price,
            overloaded=self.overloaded,
        )

    def claim(self) -> Claim:
        """What the bound rests on, as plain lists."""
        t = self.traffic
        return Claim(
            network=self.network,
            source=t.source.tolist(),
            target=t.target.tolist(),
            volume=t.volume.tolist(),
            sensitive=t.sensitive.tolist(),
            share_clear=self.share_clear.tolist(),
            clear=[bool(c) for c in self.clear],
            slack=(self.limit - self.today).tolist(),
            price=self.price.tolist(),
            length=self.length.tolist(),
            free=self.others == "free",
            longest=[self.longest.get(k, float("inf")) for k in range(len(t.volume))],
            spread={
                int(k): dict(zip(a.tolist(), s.tolist(), strict=True))
                for k, (a, s) in zip(self.movable, self.spread, strict=True)
            },
        )

    def _path(self, column: _Column, amount: float) -> SteeredPath:
        source, target = int(self.traffic.source[column.demand]), int(self.traffic.target[column.demand])
        shortest = float(cheapest(self.network.arcs, self.every, self.length, target, back=True)[0][source])
        return self.question.path(column.demand, column.arcs, amount, shortest=shortest, clear=column.clear)

    def gain_bounds(self, value: float) -> Floats:
        """For each element what its replacement can add to a value at most, by the prices of arcs and demands.

        After it a demand gains at most its share through the element where it stays on shortest paths, or what a path
        through the element gains under the same prices; length is let go, which only raises the bound. Nor does the
        clear volume then exceed that of demands with a clear path at all.
        """
        t, net = self.traffic, self.network
        nodes, arcs = net.node_count, net.arcs
        marked = np.flatnonzero(self.clear == 0)
        bounds, reach = np.zeros(len(self.clear)), np.zeros(len(self.clear))
        for k in self.movable.tolist():
            if not t.sensitive[k]:
                continue
            i = self.row[k]
            spread_arcs, shares = self.spread[i]
            through = np.zeros(len(self.clear))
            np.add.at(through, arcs.head[spread_arcs], shares)
            np.add.at(through, nodes + arcs.link[spread_arcs], shares)
            through[t.source[k]] = 1.0
            freed = float((self.price[spread_arcs] * shares).sum())
            there, _ = cheapest(arcs, self.clear, self.price, int(t.source[k]), back=False)
            back = cheapest(arcs, self.clear, self.price, int(t.target[k]), back=True)[0]
            best = np.full(len(self.clear), np.inf)
            best[:nodes] = there + back
            ok = (self.clear[arcs.tail] > 0) & (self.clear[arcs.head] > 0)
            np.minimum.at(best, nodes + arcs.link[ok], there[arcs.tail[ok]] + self.price[ok] + back[arcs.head[ok]])
            now = float(self.share_clear[k]) + float(self.worth[i])
            stays = np.minimum(1.0, float(self.share_clear[k]) + through[marked])
            rides = 1.0 + freed - best[marked]
            open_ = np.isfinite(best[marked]) | self._has_clear_path(k, there)
            reach[marked] += t.volume[k] * np.where(open_, 1.0, stays)
            bounds[marked] += t.volume[k] * np.maximum(0.0, np.maximum(stays, rides) - now)
        fixed = fsum(
            float(t.volume[k] * share)
            for k, share in enumerate(np.nan_to_num(self.share_clear).tolist())
            if t.sensitive[k] and k not in self.row
        )
        return np.minimum(bounds, np.maximum(0.0, reach + fixed - value))

    def _reachable(self) -> float:
        """The sensitive volume with a clear path of any length, and what is clear today of the rest."""
        t, found = self.traffic, []
        sensitive = np.flatnonzero(t.sensitive & self.routed)
        for source, demands in by_end(t.source, sensitive):
            there, _ = cheapest(self.network.arcs, self.clear, self.length, source, back=False)
            found += [
                float(t.volume[k]) * (1.0 if self._has_clear_path(k, there) else float(self.share_clear[k]))
                for k in demands.tolist()
            ]
        return fsum(found)

    def _has_clear_path(self, k: int, there: Floats) -> bool:
        source, target = int(self.traffic.source[k]), int(self.traffic.target[k])
        return bool(self.clear[source] and self.clear[target] and np.isfinite(there[target]))
