"""A network gone over kept routes counts what a study of its own counts, of each network, and in graphs with rings."""

import random

import numpy as np
import pytest

from against.reference_routes import random_graph
from against.test_routes_second_implementation import as_read, as_topology
from provenet.routing.kept_routes import KeptRoutes
from provenet.routing.kernels.csr import Topology
from provenet.routing.scenarios import Scenario, ScenarioStudy
from unit.routing.test_kept_routes import random_internet


def check(topology: Topology, rng: np.random.Generator) -> int:
    """Each network gone alone, and some together; gives how many counts changed."""
    every = np.arange(topology.node_count, dtype=np.int32)
    sources = np.sort(rng.choice(every, min(12, len(every)), replace=False)).astype(np.int32)
    goals = every if rng.random() < 0.5 else np.sort(rng.choice(every, -(-len(every) // 2), replace=False))
    restricted = rng.random(topology.node_count) < 0.2
    sets = [(int(v),) for v in every]
    sets += [tuple(rng.choice(every, min(size, len(every)), replace=False).tolist()) for size in (2, 3, 5)]
    study = ScenarioStudy(topology, sources, goals, restricted, [Scenario(removed=one) for one in sets])
    list(study.run())
    routes = KeptRoutes(topology, sources, goals, restricted=restricted)
    for counts, removed in zip(study.counts, sets, strict=True):
        assert routes.without(removed).tolist() == counts.tolist(), removed
    return int((study.counts != 0).sum())


@pytest.mark.parametrize("seed", range(4))
def test_each_network_gone_from_a_hierarchy(seed: int) -> None:
    assert check(random_internet(seed), np.random.default_rng(seed)) > 500


@pytest.mark.parametrize("mutual", [False, True])
def test_each_network_gone_where_providers_stand_in_rings(mutual: bool) -> None:
    rng, changed = random.Random(5), 0
    for nth in range(12):
        graph = as_read(random_graph(rng, rng.randrange(4, 16), 0.25, True, 0.3, mutual=mutual))
        changed += check(as_topology(graph), np.random.default_rng(nth))
    assert changed > 500
