"""The rows of networks that are source and destination."""

import numpy as np

from provenet.routing.kernels.condense import condense
from provenet.routing.kernels.csr import topology
from provenet.routing.kernels.lanes import SELF
from provenet.routing.ladder import LadderQuestion
from provenet.routing.pairs import selves


def made(count_endpoints: bool):
    """1 sells to 2 and 3; 2 is restricted, 3 has a share; 2 and 3 are at both ends."""
    none = np.zeros(0, np.int64)
    graph = topology(np.array([1, 1]), np.array([2, 3]), none, peer_b=none)
    ends = np.array([1, 2], np.int32)
    restricted, low, high = np.array([False, True, False]), np.array([0, 1, 0.2]), np.array([0, 1, 0.6])
    return selves(
        LadderQuestion(condense(graph), ends, np.array([0, 1, 2], np.int32), restricted, low, high, count_endpoints)
    )


def test_nothing_lies_between_a_network_and_itself() -> None:
    rows = made(False)
    assert rows.src_asn.tolist() == rows.dst_asn.tolist() == [2, 3]
    assert rows.kind.tolist() == [SELF, SELF]
    assert rows.hops.tolist() == rows.stretch.tolist() == rows.rung.tolist() == rows.rung_lucky.tolist() == [0, 0]
    assert {name: share.tolist() for name, share in rows.shares.items()} == {name: [0.0, 0.0] for name in rows.shares}


def test_where_ends_count_the_network_itself_is_crossed() -> None:
    rows = made(True)
    assert rows.shares["low_share"].tolist() == rows.shares["either_low_share"].tolist() == [1.0, 0.2]
    assert rows.shares["high_share"].tolist() == rows.shares["reverse_high_share"].tolist() == [1.0, 0.6]
    assert rows.shares["expected_share"].tolist() == [1.0, 0.4]
    assert rows.rung.tolist() == [-1, 0]
    assert rows.movers_listed.tolist() == [False, True]
