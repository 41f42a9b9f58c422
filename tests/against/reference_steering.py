"""Steering on small networks by programs of another kind: every path written out, or flows by arc; plain routing."""

import random

import numpy as np
from scipy.optimize import linprog

from provenet.routing.igp import network_of
from provenet.routing.steering import SteeringQuestion, Traffic


class Instance:
    """A small random network with demands, marks and capacities; routes by plain walks."""

    def __init__(self, seed: int, nodes: int = 6, most: int = 9) -> None:
        draw = random.Random(seed)
        self.nodes = draw.randint(3, nodes)
        ends = [(i, (i + 1) % self.nodes) for i in range(self.nodes)]
        while len(ends) < most:
            ends.append(tuple(draw.sample(range(self.nodes), 2)))
        self.links = ends
        self.arcs = [(s, t, i) for i, (s, t) in enumerate(ends)] + [(t, s, i) for i, (s, t) in enumerate(ends)]
        self.metric = [draw.randint(1, 4) for _ in self.arcs]
        self.capacity = np.array([draw.choice([1.0, 2.0, 4.0, 8.0, float("inf")]) for _ in self.arcs])
        self.marked = np.array([draw.random() < 0.25 for _ in range(self.nodes + len(ends))])
        count = draw.randint(2, 7)
        pairs = [draw.sample(range(self.nodes), 2) for _ in range(count)]
        source, target = np.array(pairs).T
        volume = np.array([draw.choice([0.5, 1.0, 2.0, 3.0]) for _ in pairs])
        sensitive = np.array([draw.random() < 0.6 for _ in pairs])
        self.traffic = Traffic(source=source, target=target, volume=volume, sensitive=sensitive)
        tail, head, link = np.array(self.arcs).T
        metric = np.array(self.metric)
        self.net = network_of(self.nodes, len(ends), tail=tail, head=head, metric=metric, link_of=link)

    def question(self, stretch: float = float("inf"), **settings: object) -> SteeringQuestion:
        """The instance as the engines take it."""
        given = {"marked": self.marked, "capacity": self.capacity, "stretch": stretch, **settings}
        return SteeringQuestion(network=self.net, traffic=self.traffic, **given)

    def paths(self, source: int, target: int) -> list[list[int]]:
        """Every path without a node twice, as arcs."""
        found: list[list[int]] = []

        def walk(v: int, seen: set[int], path: list[int]) -> None:
            if v == target:
                found.append(path)
                return
            for a, (s, t, _) in enumerate(self.arcs):
                if s == v and t not in seen:
                    walk(t, seen | {t}, [*path, a])

        walk(source, {source}, [])
        return found

    def clear(self, path: list[int]) -> bool:
        elements = {self.arcs[path[0]][0]} | {e for a in path for e in (self.arcs[a][1], self.nodes + self.arcs[a][2])}
        return not any(self.marked[e] for e in elements)

    def long(self, path: list[int]) -> int:
        return sum(self.metric[a] for a in path)

    def routed(self, source: int, target: int) -> tuple[np.ndarray, float]:
        """The share of a demand on each arc as routed, and its clear share: equal splits, hop by hop."""
        every = range(self.nodes)
        shortest = {v: min((self.long(p) for p in self.paths(v, target)), default=0) * (v != target) for v in every}
        spread = np.zeros(len(self.arcs))

        def go(v: int, share: float, clear: bool) -> float:
            clear = clear and not self.marked[v]
            if v == target:
                return share if clear else 0.0
            out = ((a, t) for a, (s, t, _) in enumerate(self.arcs) if s == v)
            hops = [a for a, t in out if self.metric[a] + shortest[t] == shortest[v]]
            whole = 0.0
            for a in hops:
                spread[a] += share / len(hops)
                whole += go(self.arcs[a][1], share / len(hops), clear and not self.marked[self.nodes + self.arcs[a][2]])
            return whole

        return spread, go(source, 1.0, True)

    def by_paths(self, *, stretch: float, free: bool) -> float:
        """The most clear volume, with every path a column."""
        t = self.traffic
        demands = list(zip(t.source.tolist(), t.target.tolist(), t.volume.tolist(), t.sensitive.tolist(), strict=True))
        base = [self.routed(s, d) for s, d, _, _ in demands]
        today = sum(v * b[0] for (_, _, v, _), b in zip(demands, base, strict=True))
        slack = np.maximum(self.capacity, today) - today
        gain, columns, owner = [], [], []
        for k, (s, d, _, sensitive) in enumerate(demands):
            spread, share = base[k]
            every = self.paths(s, d)
            shortest = min(self.long(p) for p in every)
            for path in every:
                use = np.zeros(len(self.arcs))
                use[path] = 1.0
                kinds = []
                if sensitive and self.clear(path) and self.long(path) <= stretch * shortest:
                    kinds.append(1.0 - share)
                if free:
                    kinds.append(-share if sensitive else 0.0)
                for worth in kinds:
                    gain.append(worth)
                    columns.append(use - spread)
                    owner.append(k)
        value = sum(v * b[1] for (_, _, v, sensitive), b in zip(demands, base, strict=True) if sensitive)
        if not gain:
            return value
        limited = np.isfinite(slack)
        owned = [[float(o == k) for o in owner] for k in range(len(demands))]
        rows = np.vstack([np.array(columns).T[limited], np.array(owned)])
        room = np.r_[np.maximum(0, slack[limited]), t.volume]
        answer = linprog(-np.array(gain), A_ub=rows, b_ub=room, method="highs-ipm")
        assert answer.status == 0
        return value - float(answer.fun)

    def by_arcs(self) -> float:
        """The most clear volume with no limit of length, as flows by arc of each demand: no path is ever named."""
        t, arcs = self.traffic, self.arcs
        demands = [k for k in range(len(t.volume)) if t.sensitive[k]]
        base = {k: self.routed(int(t.source[k]), int(t.target[k])) for k in range(len(t.volume))}
        today = sum(t.volume[k] * base[k][0] for k in base)
        slack = np.maximum(self.capacity, today) - today
        value = sum(t.volume[k] * base[k][1] for k in demands)
        width = len(arcs) + 1  # flows by arc, then the volume steered
        cost, equal, left, upper = np.zeros(width * len(demands)), [], [], []
        for i, k in enumerate(demands):
            cost[i * width + len(arcs)] = -(1.0 - base[k][1])
            ends_clear = not (self.marked[t.source[k]] or self.marked[t.target[k]])
            for s, d, link in arcs:
                ok = not (self.marked[s] or self.marked[d] or self.marked[self.nodes + link])
                upper.append(float("inf") if ok else 0.0)
            upper.append(float(t.volume[k]) if ends_clear else 0.0)
            for v in range(self.nodes):
                row = np.zeros(len(cost))
                for a, (s, d, _) in enumerate(arcs):
                    row[i * width + a] = float(s == v) - float(d == v)
                row[i * width + len(arcs)] = float(v == t.target[k]) - float(v == t.source[k])
                equal.append(row)
        for a in np.flatnonzero(np.isfinite(slack)):
            row = np.zeros(len(cost))
            for i, k in enumerate(demands):
                row[i * width + a] = 1.0
                row[i * width + len(arcs)] = -base[k][0][a]
            left.append(row)
        if not demands:
            return value
        limits = {"A_ub": np.array(left), "b_ub": np.maximum(0, slack[np.isfinite(slack)])} if left else {}
        equals = {"A_eq": np.array(equal), "b_eq": np.zeros(len(equal))}
        answer = linprog(cost, **equals, **limits, bounds=[(0, u) for u in upper], method="highs-ds")
        assert answer.status == 0
        return value - float(answer.fun)
