"""Long chains of providers: worked out as far as lengths can be told, and refused with a sentence beyond."""

import numpy as np
import pytest

from provenet.core.errors import InputFault
from provenet.routing.fold import fold_all
from provenet.routing.kernels.condense import condense
from provenet.routing.kernels.csr import topology
from provenet.routing.kernels.lanes import FIELDS
from provenet.routing.ladder import Engine, LadderQuestion


def folded(length: int, *, ring: bool = False) -> dict[str, float]:
    """Sums over all pairs of a chain, or a ring, in which each network sells to the next; the middle one restricted."""
    ends = np.arange(1, length + ring, dtype=np.int64)
    none = np.zeros(0, np.int64)
    graph = topology(ends, ends % length + 1, none, peer_b=none)
    restricted = graph.asn == length // 2
    every = np.arange(length, dtype=np.int32)
    question = LadderQuestion(
        condense(graph), every, every, restricted, restricted.astype(float), restricted.astype(float)
    )
    engine, sums = Engine(question, 1), np.zeros((len(question.rows), len(FIELDS)))
    with engine:
        for _ in fold_all(engine, question.rows, question.columns, sums=sums):
            pass
    return dict(zip(FIELDS, (sums * question.rows.size[:, None]).sum(axis=0).tolist(), strict=True))


@pytest.mark.parametrize("length", [3, 17, 18, 25, 26, 40, 254])
def test_a_chain_is_worked_to_its_end(length: int) -> None:
    found = folded(length)
    across = 2 * (length // 2 - 1) * (length - length // 2)
    assert found["pairs"] == length * (length - 1)
    assert found["no_route"] == 0
    assert found["hops"] == sum(2 * hops * (length - hops) for hops in range(1, length))
    assert found["low"] == found["rung_none"] == across
    assert found["rung_0"] == length * (length - 1) - across


def test_a_longer_chain_is_refused_with_a_sentence() -> None:
    with pytest.raises(InputFault) as caught:
        folded(256)
    assert str(caught.value) == (
        "AS graph: a route is too long; expected routes of at most 253 hops.\n"
        "    Leave out the long chain of providers; no route of the Internet has a tenth of this length."
    )


@pytest.mark.parametrize("length", [3, 4, 15, 16, 17, 18, 19, 33, 34, 60, 254])
def test_a_ring_is_walked_all_the_way_round(length: int) -> None:
    """Each network reaches each other one down the ring, however far that is, and can climb the other way instead."""
    found = folded(length, ring=True)
    pairs, across = length * (length - 1), (length - 1) * (length - 2) / 2
    assert (found["pairs"], found["no_route"], found["rung_none"]) == (pairs, 0, 0)
    assert found["hops"] == length * sum(range(1, length))
    assert (found["low"], found["high"]) == (across, across)
    assert found["rung_0"] == pairs - across
    assert sum(value for name, value in found.items() if name.startswith("rung_")) == pairs


def test_a_ring_that_is_too_long_to_walk_is_refused() -> None:
    with pytest.raises(InputFault, match="a route is too long"):
        folded(256, ring=True)
