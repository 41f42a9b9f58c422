"""Cuts and changes against whole programmes written in one piece, on middling graphs and on the full AS graph."""

import bz2
import random
from pathlib import Path

import highspy
import numpy as np
import pytest

from provenet.routing.change import smallest_change
from provenet.routing.kernels.csr import Topology, topology
from provenet.routing.robust import clear_cut

GRAPH = Path(__file__).resolve().parents[3] / "shared" / "data" / "as-graph" / "20250901.as-rel2.txt.bz2"


class Programme:
    """A whole programme in one piece, by HiGHS without any row told late."""

    def __init__(self) -> None:
        self.solver = highspy.Highs()
        self.solver.setOptionValue("output_flag", False)
        self.solver.setOptionValue("threads", 1)
        self.solver.setOptionValue("mip_rel_gap", 0.0)
        self.columns: dict[object, int] = {}

    def column(self, name: object, cost: float = 0.0, whole: bool = False, high: float = 1.0) -> int:
        if name not in self.columns:
            self.columns[name] = len(self.columns)
            self.solver.addCol(cost, 0.0, high, 0, np.array([], np.int32), np.array([]))
            if whole:
                self.solver.changeColIntegrality(self.columns[name], highspy.HighsVarType.kInteger)
        return self.columns[name]

    def row(self, low: float, high: float, parts: dict[int, float]) -> None:
        self.solver.addRow(low, high, len(parts), np.array(list(parts), np.int32), np.array(list(parts.values())))

    def least(self) -> float | None:
        self.solver.run()
        if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return float(self.solver.getInfo().objective_function_value)


def layered(made: Topology, s: int, d: int, removed: set[int]) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Arcs between (node, layer) that may lie on a route, the destination in layer 1 alone; by sets, no kernel."""

    def row(start: np.ndarray, of: np.ndarray, v: int) -> list[int]:
        return of[start[v] : start[v + 1]].tolist()

    def above(root: int) -> set[int]:
        seen, stack = {root}, [root]
        while stack:
            for p in row(made.up_start, made.up, stack.pop()):
                if p not in seen and p not in removed:
                    seen.add(p)
                    stack.append(p)
        return seen

    up, down = above(s) - {d}, above(d) - {s}
    arcs = []
    for v in up:
        arcs += [((v, 0), (p, 0)) for p in row(made.up_start, made.up, v) if p in up]
        arcs += [((v, 0), (d, 1)) for p in row(made.up_start, made.up, v) if p == d]
        arcs += [((v, 0), (p, 1)) for p in row(made.peer_start, made.peer, v) if p in down]
    for w in down:
        for p in row(made.up_start, made.up, w):
            arcs += [((p, 0), (w, 1))] if p in up else []
            arcs += [((p, 1), (w, 1))] if p in down and p != d else []
    return arcs


def cut_in_one_piece(made: Topology, s: int, d: int, removed: set[int]) -> float | None:
    """The smallest cut by distances: no arc may gain more than the cut pays for its head. None where none exists."""
    work = Programme()
    for tail, head in layered(made, s, d, removed):
        gains = {work.column(("at", head)): 1.0}
        if tail[0] != s:
            gains[work.column(("at", tail))] = -1.0
        if head[0] != d:
            gains[work.column(("cut", head[0]), 1.0, True)] = -1.0
        work.row(-highspy.kHighsInf, 0.0, gains)
    if ("at", (d, 1)) not in work.columns:
        return 0.0
    work.row(1.0, 1.0, {work.columns[("at", (d, 1))]: 1.0})
    return work.least()


def change_in_one_piece(made: Topology, pairs: set[tuple[int, int]], restricted: set[int], cost: np.ndarray) -> float:
    """The smallest change by flows: each demand sends one unit, through restricted networks that change alone."""
    work = Programme()
    for s, d in pairs:
        balance: dict[object, dict[int, float]] = {}
        through: dict[int, dict[int, float]] = {}
        for tail, head in layered(made, s, d, set()):
            flow = work.column((s, d, tail, head))
            balance.setdefault(tail, {})[flow] = 1.0
            balance.setdefault(head, {})[flow] = -1.0
            if head[0] in restricted and head[0] != d:
                through.setdefault(head[0], {})[flow] = 1.0
        for state, parts in balance.items():
            sent = 1.0 if state == (s, 0) else -1.0 if state == (d, 1) else 0.0
            work.row(sent, sent, parts)
        for v, parts in through.items():
            work.row(-highspy.kHighsInf, 0.0, parts | {work.column(("change", v), cost[v], True): -1.0})
    least = work.least()
    assert least is not None
    return least


def random_topology(draw: random.Random, size: int) -> Topology:
    """Three tiers with peers, and now and then transit against the grain."""
    names = draw.sample(range(1, 4_000_000_000), size)
    sells, peers = [], []
    for i in range(1, size):
        for j in draw.sample(range(i), min(i, draw.choice([1, 2, 2, 3, 4]))):
            sells.append((names[j], names[i]))
            if draw.random() < 0.06:
                sells.append((names[i], names[j]))
    for _ in range(size):
        peers.append(tuple(draw.sample(names[: 2 * size // 3], 2)))
    one, two, three, four = (np.array(x, np.int64) for x in (*zip(*sells, strict=True), *zip(*peers, strict=True)))
    return topology(one, two, three, peer_b=four)


def test_cuts_of_middling_graphs() -> None:
    sizes = []
    for seed in range(60):
        draw = random.Random(seed)
        made = random_topology(draw, 60)
        removed = set(draw.sample(range(60), draw.choice([0, 5, 15])))
        flags = np.isin(np.arange(60), sorted(removed))
        for _ in range(3):
            s, d = draw.sample(range(60), 2)
            least = cut_in_one_piece(made, s, d, removed)
            told = clear_cut(made, int(made.asn[s]), int(made.asn[d]), restricted=flags)
            rough = clear_cut(made, int(made.asn[s]), int(made.asn[d]), restricted=flags, exact=False)
            assert told.proof == "certified"
            if least is None:
                assert told.state == rough.state == "direct link"
                continue
            assert told.low == told.high == round(least), seed
            assert rough.low <= told.high <= rough.high <= 2 * rough.low, seed
            sizes.append(told.high)
    assert max(sizes) >= 3


def test_changes_of_middling_graphs() -> None:
    dearest = 0.0
    for seed in range(25):
        draw = random.Random(seed)
        made = random_topology(draw, 40)
        restricted = set(draw.sample(range(40), draw.choice([8, 20, 40])))
        flags = np.isin(np.arange(40), sorted(restricted))
        cost = np.array([float(draw.choice([1, 1, 2, 5])) for _ in range(40)])
        asked = {tuple(draw.sample(range(40), 2)) for _ in range(12)}
        told = smallest_change(made, [(int(made.asn[s]), int(made.asn[d])) for s, d in asked], flags, cost=cost)
        node = {int(asn): v for v, asn in enumerate(made.asn)}
        shut = {(node[s], node[d]) for s, d in told.closed}
        assert shut == {(s, d) for s, d in asked if not any(h == (d, 1) for _, h in layered(made, s, d, set()))}
        assert told.cost == round(change_in_one_piece(made, asked - shut, restricted, cost)), seed
        assert (told.bound, told.proof) == (told.cost, "certified"), seed
        dearest = max(dearest, told.cost)
    assert dearest >= 8


@pytest.fixture(scope="module")
def full() -> Topology:
    if not GRAPH.is_file():
        pytest.skip("the AS graph of September 2025 is not beside this checkout")
    text = bz2.decompress(GRAPH.read_bytes()).decode("ascii")
    rows = [line.split("|")[:3] for line in text.splitlines() if line and not line.startswith("#")]
    links = np.array(rows, np.int64)
    sold, beside = links[links[:, 2] == -1], links[links[:, 2] == 0]
    assert len(sold) + len(beside) == len(links)
    return topology(sold[:, 0], sold[:, 1], beside[:, 0], peer_b=beside[:, 1])


@pytest.mark.slow
def test_cuts_on_the_full_graph(full: Topology) -> None:
    draw = random.Random(4)
    none = np.zeros(full.node_count, np.bool_)
    homed = np.flatnonzero(np.diff(full.up_start) >= 3).tolist()
    compared = 0
    for _ in range(12):
        s, d = draw.sample(homed, 2)
        ends = int(full.asn[s]), int(full.asn[d])
        told, rough = clear_cut(full, *ends, restricted=none), clear_cut(full, *ends, restricted=none, exact=False)
        assert told.proof == "certified"
        if told.state != "cut":
            continue
        compared += 1
        assert told.low == told.high == len(told.members)
        assert rough.low <= told.high <= rough.high <= 2 * rough.low
        assert round(cut_in_one_piece(full, s, d, set())) == told.high
    assert compared > 6


def test_changes_on_the_full_graph(full: Topology) -> None:
    draw = random.Random(5)
    largest = np.argsort(-np.diff(full.down_start), kind="stable")[:300]
    restricted = np.zeros(full.node_count, np.bool_)
    restricted[largest] = True
    names = full.asn.tolist()
    demands = [(s, d) for d in draw.sample(names, 5) for s in draw.sample(names, 40)]
    told = smallest_change(full, demands, restricted)
    assert told.proof == "certified"
    assert told.cost == told.bound == len(told.members)
    assert told.clear_now + told.opened + len(told.closed) == len(set(demands))
    assert told.opened > 50
    changed = restricted & ~np.isin(full.asn, told.members)
    again = smallest_change(full, demands, changed)
    assert (again.members, again.cost, again.proof) == ((), 0.0, "certified")
