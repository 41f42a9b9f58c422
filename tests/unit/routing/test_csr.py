"""Compressed rows of an AS graph, worked out by hand: rows, doubles, contradictions, rings and their order."""

import random

import numpy as np
import pytest

from provenet.routing.kernels.csr import Topology, topology

Links = list[tuple[int, int]]


def made(sales: Links = (), peerings: Links = (), alone: list[int] | None = None) -> Topology:
    """A topology of (provider, customer) and (peer, peer) by ASN."""
    columns = [[link[end] for link in links] for links in (sales, peerings) for end in (0, 1)]
    single = None if alone is None else np.array(alone, np.int64)
    one, two, three, four = (np.array(column, np.int64) for column in columns)
    return topology(one, two, three, peer_b=four, alone=single)


def rows(of: Topology) -> dict[int, tuple[list[int], list[int], list[int]]]:
    """Providers, customers and peers of each network, by ASN, in the order of the rows."""
    told = {}
    for v, asn in enumerate(of.asn.tolist()):
        parts = ((of.up_start, of.up), (of.down_start, of.down), (of.peer_start, of.peer))
        told[asn] = tuple(of.asn[to[start[v] : start[v + 1]]].tolist() for start, to in parts)
    return told


def blocks(of: Topology) -> list[list[int]]:
    """The networks in their order, those of a ring together."""
    order = of.asn[of.order].tolist()
    return [order[a:b] for a, b in zip(of.block_start[:-1], of.block_start[1:], strict=True)]


@pytest.mark.parametrize("alone", [None, []])
def test_a_graph_of_nothing(alone: list[int] | None) -> None:
    empty = made(alone=alone)
    assert (empty.node_count, rows(empty), blocks(empty)) == (0, {}, [])
    assert empty.nodes_of(np.array([7])).tolist() == [-1]


def test_one_network_alone() -> None:
    single = made(alone=[4200000001])
    assert (rows(single), blocks(single)) == ({4200000001: ([], [], [])}, [[4200000001]])


def test_rows_ascend_by_asn_whatever_the_links_order() -> None:
    table = made([(30, 10), (20, 10), (30, 4200000000)], [(20, 30), (40, 20)])
    assert rows(table) == {
        10: ([20, 30], [], []), 20: ([], [10], [30, 40]), 30: ([], [10, 4200000000], [20]),
        40: ([], [], [20]), 4200000000: ([30], [], []),
    }  # fmt: skip


def test_doubles_count_once_and_links_to_oneself_not_at_all() -> None:
    table = made([(1, 2), (1, 2), (3, 3)], [(1, 4), (4, 1), (5, 5)])
    assert rows(table) == {1: ([], [2], [4]), 2: ([1], [], []), 3: ([], [], []), 4: ([], [], [1]), 5: ([], [], [])}


def test_where_a_pair_has_transit_and_peers_transit_stands() -> None:
    table = made([(1, 2), (4, 3)], [(1, 2), (3, 4), (1, 3)])
    assert rows(table) == {1: ([], [2], [3]), 2: ([1], [], []), 3: ([4], [], [1]), 4: ([], [3], [])}


def test_two_that_sell_to_each_other_are_a_ring() -> None:
    table = made([(1, 2), (2, 1), (2, 3)])
    assert rows(table) == {1: ([2], [2], []), 2: ([1], [1, 3], []), 3: ([2], [], [])}
    assert blocks(table) == [[1, 2], [3]]


def test_providers_stand_before_customers() -> None:
    assert blocks(made([(9, 5), (5, 1), (9, 1)])) == [[9], [5], [1]]


def test_a_ring_is_a_block_in_the_order_of_asns_between_its_providers_and_its_customers() -> None:
    # 8 sells into the ring 7 -> 5 -> 6 -> 7, and 5 sells out of it to 2, which sells to 9.
    assert blocks(made([(7, 5), (5, 6), (6, 7), (8, 6), (5, 2), (2, 9)])) == [[8], [5, 6, 7], [2], [9]]


def test_two_rings_one_above_the_other_stay_two() -> None:
    assert blocks(made([(1, 2), (2, 1), (2, 11), (11, 12), (12, 13), (13, 11)])) == [[1, 2], [11, 12, 13]]


def test_a_long_chain_needs_no_deep_stack() -> None:
    length = 50_000
    table = made([(v + 1, v) for v in range(1, length)])
    assert table.asn[table.order].tolist() == list(range(length, 0, -1))


def test_nodes_are_found_by_asn() -> None:
    table = made([(10, 20)], [(10, 30)])
    assert table.nodes_of(np.array([30, 9, 10, 31, 25])).tolist() == [2, -1, 0, -1, -1]


def test_the_order_of_the_input_does_not_matter() -> None:
    drawn = random.Random(5)
    for _ in range(30):
        sales, peerings = ([(drawn.randrange(1, 12), drawn.randrange(1, 12)) for _ in range(14)] for _ in range(2))
        alone = [drawn.randrange(1, 15) for _ in range(3)]
        first = made(sales, peerings, alone)
        for links in (sales, peerings, alone):
            drawn.shuffle(links)
        second = made(sales, [(b, a) for a, b in peerings], alone)
        for name in ("asn", "up_start", "up", "down_start", "down", "peer_start", "peer", "order", "block_start"):
            assert np.array_equal(getattr(first, name), getattr(second, name)), name
