"""Laws of modelled routes beside observed ones: the model explains itself, groups add up, and order changes nothing."""

import random

import numpy as np
import pytest

pytest.importorskip("numba", reason="the extra 'internet' is not installed")

from against.reference_routes import Graph, conventional, random_graph, routes
from against.test_comparison_by_enumeration import Hops, core_of, draw_paths, rows_of
from provenet.routing.comparison import Comparison, compare_paths, comparison_of
from provenet.routing.kernels.judging import COUNTS
from provenet.routing.kernels.route_tree import trace
from provenet.routing.observed_routes import ObservedRoutes


def judged(graph: Graph, batches: list[list[Hops]], group: list[int], restricted: list[int]) -> Comparison:
    core, observed = core_of(graph), ObservedRoutes()
    for batch in batches:
        observed.add(rows_of(batch))
    walls = np.array(restricted, np.int64)
    traced = trace(observed.tree, core.topology, walls)
    into = comparison_of(core, np.array(group, np.int64), traced)
    list(compare_paths(core, observed, traced, restricted=walls, into=into))
    return into


def test_the_model_explains_its_own_routes() -> None:
    rng, crossing = random.Random(23), 0
    for _ in range(25):
        graph = random_graph(rng, rng.randint(5, 16), 0.25)
        every = graph.every()
        tables = {d: routes(graph, d) for d in every}
        paths: list[Hops] = [
            list(conventional(tables[d], s)) for d in every for s in every if s != d and tables[d][s].kind != "none"
        ]
        if not paths:
            continue
        restricted = sorted(rng.sample(every, 2))
        found = judged(graph, [paths], [0] * len(every), restricted).counts("every", *[np.ones(1, np.bool_)] * 2)
        assert found["path"] == found["pair"] == found["routed_pair"] == len(paths)
        for name in ("class", "next_hop", "length", "whole"):
            assert found[name] == len(paths)
        assert (found["unknown_link"], found["valley"], found["no_route"]) == (0, 0, 0)
        assert found["low_modelled"] <= found["low_other"] == found["high_other"] <= found["high_modelled"]
        crossing += found["high_other"]
    assert crossing


def test_groups_add_up_and_the_order_of_batches_changes_nothing() -> None:
    rng = random.Random(29)
    for _ in range(25):
        graph = random_graph(rng, rng.randint(5, 16), 0.25)
        paths = draw_paths(rng, graph, 24)
        restricted = sorted(rng.sample(graph.every(), 2))
        group = [rng.randrange(3) for _ in graph.every()]
        group[0] = 2
        parted = judged(graph, [paths[:12], paths[12:]], group, restricted)
        turned = judged(graph, [paths[12:], paths[::-1]], group, restricted)
        whole = judged(graph, [paths], [0] * len(group), restricted)
        assert (parted.tally.counts == turned.tally.counts).all()
        assert (parted.tally.counts.sum(axis=(1, 2)) == whole.tally.counts.sum(axis=(1, 2))).all()
        for reading in ("every", "reported"):
            found = parted.counts(reading, *[np.ones(3, np.bool_)] * 2)
            assert found == whole.counts(reading, *[np.ones(1, np.bool_)] * 2)
            # What is explained further is explained in less, and what is seen crosses no less on some path than on all.
            assert found["whole"] <= found["next_hop"] <= found["class"] <= found["path"] - found["no_route"]
            assert found["whole"] <= found["length"]
            assert found["low_other"] <= found["high_other"] <= found["routed_pair"] <= found["pair"]
            assert found["low_modelled"] <= found["high_modelled"] <= found["routed_pair"]
        assert len(COUNTS) == parted.tally.counts.shape[-1]
