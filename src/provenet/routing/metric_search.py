"""Steering by link metrics alone: which metrics let most sensitive traffic take clear paths, with no path written out.

A search, not a program: what it finds is checked by routing all traffic anew; what it does not find may exist.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

import numpy as np

from provenet.core.errors import UsageFault
from provenet.core.progress import Progress, silent
from provenet.numerics.arrays import Flags, Floats, Longs
from provenet.routing.igp import Network, by_end, exposures, loads, marks_of
from provenet.routing.kernels.igp import cheapest
from provenet.routing.steering import SteeringQuestion, Traffic


@dataclass(frozen=True)
class MetricChange:
    """The best metrics found, and what they bring.

    `changed` holds arcs (places in the order given to the network) with the metric today and the new one. `clear_today`
    and `clear` are sensitive volumes on clear paths. `evaluations` counts routings tried.
    """

    changed: tuple[tuple[int, int, int], ...]
    clear_today: float
    clear: float
    evaluations: int


def search_metrics(
    question: SteeringQuestion, *, most: int = 2**40, evaluations: int = 400, seed: int = 1, progress: Progress = silent
) -> MetricChange:
    """Link metrics that let most sensitive volume take clear paths while no arc carries more than it may.

    An arc may carry its capacity, or what it carries today where that is more. First links of marked elements are made
    so long that every clear path goes before them, all at once, then element by element and link by link; a change is
    kept where more traffic rides clear paths; at the end links are put back as long as nothing is lost. Equal calls
    give equal answers.

    Parameters
    ----------
    question
        What is steered; metrics alone move all traffic, however long its paths become.
    most
        The greatest metric that may be set.
    evaluations
        How many routings to try.

    Raises
    ------
    UsageFault
        For a greatest metric below 1, and as `SteeringQuestion.check` does.
    """
    if most < 1:
        raise UsageFault(f"the greatest metric is {most}; give 1 or more.")
    question.check()
    network = question.network
    search = _MetricSearch(question, most=most, left=evaluations, progress=progress)
    best = search.best(np.random.default_rng(seed))
    today = search.today_metric
    row = np.flatnonzero(best != today)
    changed = sorted((int(network.place[a]), int(today[a]), int(best[a])) for a in row)
    return MetricChange(
        changed=tuple(changed),
        clear_today=search.judge(today)[1],
        clear=search.judge(best)[1],
        evaluations=search.tried,
    )


def reachable_volume(network: Network, traffic: Traffic, marked: Flags) -> float:
    """The sensitive volume that has a clear path of any length: no steering and no metrics bring more."""
    found = _reachable(network, traffic, marked, weight=np.zeros(len(network.place)))
    return fsum(float(traffic.volume[k]) for k in found)


def _reachable(network: Network, traffic: Traffic, marked: Flags, *, weight: Floats) -> dict[int, float]:
    """The weight of the lightest clear path of each sensitive demand that has one."""
    clear, found = (~marked).astype(np.uint8), {}
    sensitive = np.flatnonzero(traffic.sensitive & (traffic.volume > 0))
    for source, demands in by_end(traffic.source, sensitive):
        far, _ = cheapest(network.arcs, clear, weight, source, back=False)
        for k in demands.tolist():
            end = int(traffic.target[k])
            if clear[source] and clear[end] and np.isfinite(far[end]):
                found[k] = float(far[end])
    return found


class _MetricSearch:
    """Routes all traffic under other metrics (int64[arcs], in the order of the network's rows)."""

    def __init__(self, question: SteeringQuestion, *, most: int, left: int, progress: Progress) -> None:
        self.network, self.traffic, self.marked = question.network, question.traffic, question.marked
        self.most, self.left, self.progress = most, left, progress
        self.tried = 0
        self.today_metric = self.network.arcs.metric.copy()
        self.sensitive = np.flatnonzero(self.traffic.sensitive & (self.traffic.volume > 0))
        self.marks = marks_of(self.network, self.marked)
        self.known: dict[bytes, tuple[float, float]] = {}
        self.limit = np.maximum(question.capacity, self._loads(self.today_metric))
        ways = _reachable(self.network, self.traffic, self.marked, weight=question.length)
        self.far = min(most, int(max(ways.values(), default=0.0)) + 1)

    def _routed(self, metric: Longs) -> Network:
        return self.network._replace(arcs=self.network.arcs._replace(metric=metric))

    def _loads(self, metric: Longs) -> Floats:
        t = self.traffic
        return loads(self._routed(metric), source=t.source, target=t.target, volume=t.volume)

    def judge(self, metric: Longs) -> tuple[float, float]:
        """What arcs carry above what they may, and the sensitive volume on clear paths."""
        key = metric.tobytes()
        if key not in self.known:
            t, which = self.traffic, self.sensitive
            self.tried += 1
            self.progress("metrics tried", self.tried, max(self.left, self.tried))
            found = exposures(self._routed(metric), self.marks, source=t.source[which], target=t.target[which])
            clear = fsum((np.nan_to_num(1.0 - found.low) * t.volume[which]).tolist())
            over = np.maximum(0.0, self._loads(metric) - self.limit * (1 + 1e-9))
            self.known[key] = (fsum(over.tolist()), clear)
        return self.known[key]

    def better(self, one: Longs, two: Longs) -> bool:
        """Whether one set of metrics is better than another: less above the limits, then more on clear paths."""
        (over, clear), (over_two, clear_two) = self.judge(one), self.judge(two)
        near = 1e-9 * max(1.0, clear, clear_two)
        return over < over_two - near or (over <= over_two + near and clear > clear_two + near)

    def links_of(self, elements: Longs) -> Flags:
        """The arcs that any of these elements carries: bool[arcs], rows."""
        down = np.zeros(len(self.marked), np.bool_)
        down[elements] = True
        arcs = self.network.arcs
        touched = down[arcs.tail] | down[arcs.head] | down[self.network.node_count + arcs.link]
        return np.isin(arcs.link, arcs.link[touched])

    def best(self, draw: np.random.Generator) -> Longs:
        """The best metrics found within the evaluations allowed."""
        bound = reachable_volume(self.network, self.traffic, self.marked)
        marked = np.flatnonzero(self.marked)
        whole = np.where(self.links_of(marked), np.maximum(self.today_metric, self.far), self.today_metric)
        best = self.today_metric
        if self.judge(whole)[0] <= 1e-9 * max(1.0, bound) and self.better(whole, best):
            best = whole
        else:
            starts = [self.today_metric, whole]
            moves = [self._drains(marked), self._nudges(draw)]
            part = self.left // (len(starts) + 1)
            for start in starts:
                found = self._climb(start, moves, bound, until=self.tried + part)
                best = found if self.better(found, best) else best
            best = self._climb(best, moves, bound, until=self.left)
        return self._sparing(best)

    def _drains(self, marked: Longs) -> list[tuple[Flags, int]]:
        """Moves: the links of one element become long, or go back to what they are today."""
        moves = [(self.links_of(np.array([e])), self.far) for e in marked.tolist()]
        return moves + [(arcs, 0) for arcs, _ in moves]

    def _nudges(self, draw: np.random.Generator) -> list[tuple[Flags, int]]:
        """Moves: a link or one way of it becomes long, goes back, or a little longer or shorter, in a drawn order."""
        link = self.network.arcs.link
        groups = [link == one for one in range(self.network.link_count)]
        groups += [np.arange(len(link)) == a for a in range(len(link))]
        moves = [(arcs, step) for arcs in groups for step in (self.far, 0, -1, -2)]
        return [moves[i] for i in draw.permutation(len(moves))]

    def _moved(self, metric: Longs, move: tuple[Flags, int]) -> Longs:
        arcs, to = move
        today = self.today_metric
        steps = {
            0: today,
            -1: metric + np.maximum(1, today // 4),
            -2: np.maximum(1, metric - np.maximum(1, today // 4)),
        }
        return np.where(arcs, np.minimum(steps.get(to, np.maximum(today, to)), max(self.far, int(today.max()))), metric)

    def _climb(self, metric: Longs, moves: Sequence[list[tuple[Flags, int]]], bound: float, *, until: int) -> Longs:
        """Takes each move that betters, kind by kind, until none does, the bound is met or so many were tried."""
        for kind in moves:
            moved = True
            while moved:
                moved = False
                for move in kind:
                    over, clear = self.judge(metric)
                    if self.tried >= until or (over == 0 and clear >= bound - 1e-9 * max(1.0, bound)):
                        return metric
                    other = self._moved(metric, move)
                    if self.better(other, metric):
                        metric, moved = other, True
        return metric

    def _sparing(self, metric: Longs) -> Longs:
        """Puts links back to today's metric as long as nothing is lost; halves of what is changed go first."""
        link = self.network.arcs.link
        changed = np.unique(link[metric != self.today_metric])
        stack = [changed] if len(changed) else []
        while stack and self.tried < 2 * self.left:
            part = stack.pop()
            other = np.where(np.isin(link, part), self.today_metric, metric)
            if not self.better(metric, other):
                metric = other
            elif len(part) > 1:
                stack += [part[len(part) // 2 :], part[: len(part) // 2]]
        return metric
