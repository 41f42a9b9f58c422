"""Transit networks and classes of stubs, worked out by hand on small graphs."""

import random

import numpy as np

from provenet.routing.kernels.condense import Condensed, condense
from unit.routing.test_csr import Links, made


def core_of(sales: Links = (), peerings: Links = (), alone: list[int] | None = None) -> Condensed:
    return condense(made(sales, peerings, alone))


def core_asns(core: Condensed) -> list[int]:
    return core.topology.asn[core.core_node].tolist()


def classes(core: Condensed) -> list[list[int]]:
    """The networks of each class, by ASN."""
    return [core.topology.asn[core.class_of == c].tolist() for c in range(core.class_count)]


def core_rows(core: Condensed) -> dict[int, tuple[list[int], list[int], list[int]]]:
    """Providers, customers and peers of each transit network among transit networks, by ASN."""
    asn, links, told = core_asns(core), core.links, {}
    for v, own in enumerate(asn):
        parts = ((links.up_start, links.up), (links.down_start, links.down), (links.peer_start, links.peer))
        told[own] = tuple([asn[u] for u in to[start[v] : start[v + 1]]] for start, to in parts)
    return told


def stub_rows(core: Condensed) -> dict[tuple[int, ...], tuple[list[int], list[int], list[list[int]]]]:
    """Providers and peers among transit networks of each class of stubs, and its peers that are stubs, as classes."""
    asn, members, told = core_asns(core), classes(core), {}
    for c in range(core.core_count, core.class_count):
        up = core.class_links.up[core.class_links.up_start[c] : core.class_links.up_start[c + 1]]
        peer = core.class_links.peer[core.class_links.peer_start[c] : core.class_links.peer_start[c + 1]]
        side = core.class_side[core.class_side_start[c] : core.class_side_start[c + 1]]
        told[tuple(members[c])] = [asn[u] for u in up], [asn[u] for u in peer], [members[s] for s in side]
    return told


def test_nothing_and_one_network() -> None:
    empty, single = core_of(), core_of(alone=[7])
    assert (empty.core_count, empty.class_count, classes(empty)) == (0, 0, [])
    assert (single.core_count, single.class_count, classes(single)) == (0, 1, [[7]])
    assert stub_rows(single) == {(7,): ([], [], [])}
    for core in (empty, single):
        assert (core.links.up.tolist(), core.peer_mirror.tolist(), core.mutual.tolist()) == ([], [], [])
        assert len(core.links.block_start) <= 1


def test_stubs_with_equal_neighbours_are_one_class() -> None:
    # 1 and 2 sell; 5 and 6 buy from both, 7 from one alone, 8 from one and peers with the other.
    core = core_of([(1, 5), (2, 5), (1, 6), (2, 6), (1, 7), (1, 8)], [(8, 2)])
    assert core_asns(core) == [1, 2]
    assert sorted(classes(core)) == [[1], [2], [5, 6], [7], [8]]
    assert core.class_size[core.class_of].tolist() == [1, 1, 2, 2, 1, 1]
    assert stub_rows(core) == {(5, 6): ([1, 2], [], []), (7,): ([1], [], []), (8,): ([1], [2], [])}


def test_stubs_that_peer_with_each_other_are_not_alike() -> None:
    # 5 peers with 6 and 6 with 5: their neighbours differ, since neither is its own peer. 7 and 8 both peer with 5.
    core = core_of([(1, 5), (1, 6), (1, 7), (1, 8)], [(5, 6), (5, 7), (5, 8)])
    assert sorted(classes(core)) == [[1], [5], [6, 7, 8]]
    assert stub_rows(core) == {(5,): ([1], [], [[6, 7, 8]]), (6, 7, 8): ([1], [], [[5]])}


def test_networks_that_only_peer_are_stubs_and_those_without_a_link_are_one_class() -> None:
    core = core_of(peerings=[(3, 4)], alone=[8, 9])
    assert core.core_count == 0
    assert stub_rows(core) == {(3,): ([], [], [[4]]), (4,): ([], [], [[3]]), (8, 9): ([], [], [])}


def test_rows_of_the_core_leave_stubs_out_and_follow_asns() -> None:
    # 3 is above 2, 2 above 1; stubs 4 and 5. Core numbers put providers first, rows follow ASNs.
    core = core_of([(3, 2), (2, 1), (3, 1), (1, 4), (3, 5)], [(1, 5), (2, 5)])
    assert core_asns(core) == [3, 2, 1]
    assert core_rows(core) == {3: ([], [1, 2], []), 2: ([3], [1], []), 1: ([2, 3], [], [])}
    assert stub_rows(core) == {(4,): ([1], [], []), (5,): ([3], [1, 2], [])}


def test_a_ring_is_a_block_of_the_core() -> None:
    # 9 sells into the ring 1 -> 2 -> 3 -> 1, which sells to 7, which sells to the stub 8.
    core = core_of([(1, 2), (2, 3), (3, 1), (9, 2), (3, 7), (7, 8)])
    assert core_asns(core) == [9, 1, 2, 3, 7]
    assert core.links.block_start.tolist() == [0, 1, 4, 5]


def test_a_link_of_peers_knows_where_its_mirror_stands() -> None:
    core = core_of([(1, 11), (2, 12), (3, 13), (4, 14)], [(1, 2), (1, 3), (2, 3), (4, 1)])
    head = np.repeat(np.arange(core.core_count), np.diff(core.links.peer_start))
    assert len(core.links.peer) == 8
    for i, there in enumerate(core.peer_mirror.tolist()):
        assert (head[there], core.links.peer[there]) == (core.links.peer[i], head[i])
        assert core.peer_mirror[there] == i


def test_two_that_sell_to_each_other_are_paired_link_by_link() -> None:
    # 1 and 2 sell to each other, and so do 2 and 3; 1 sells to 3 one way.
    core = core_of([(1, 2), (2, 1), (2, 3), (3, 2), (1, 3)])
    one = np.repeat(np.arange(3), np.diff(core.links.up_start))
    two = np.repeat(np.arange(3), np.diff(core.links.down_start))
    asn, told = core_asns(core), set()
    for i, j in core.mutual.tolist():
        assert (one[i], core.links.up[i]) == (two[j], core.links.down[j])
        told.add((asn[one[i]], asn[core.links.up[i]]))
    assert told == {(1, 2), (2, 1), (2, 3), (3, 2)}
    assert core_of([(1, 2), (2, 3)]).mutual.shape == (0, 2)


def test_the_order_of_the_input_does_not_matter() -> None:
    drawn = random.Random(7)
    for _ in range(30):
        sales, peerings = ([(drawn.randrange(1, 14), drawn.randrange(1, 14)) for _ in range(15)] for _ in range(2))
        first = core_of(sales, peerings)
        drawn.shuffle(sales), drawn.shuffle(peerings)
        second = core_of(sales, [(b, a) for a, b in peerings])
        for name in vars(first).keys() - {"topology"}:
            np.testing.assert_equal(getattr(first, name), getattr(second, name), name)
