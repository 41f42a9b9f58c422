"""Laws of cuts and changes: what may only grow grows, and what must not matter does not."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from provenet.routing.change import smallest_change
from provenet.routing.kernels.csr import Topology, topology
from provenet.routing.kernels.cuts import cheapest_route, part_between
from provenet.routing.robust import ClearCut, clear_cut
from support.examples import examples

SIZE = 9
Links = list[tuple[int, int, bool]]

links = st.lists(
    st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1), st.sampled_from([True, True, False])), max_size=26
)
nodes = st.integers(0, SIZE - 1)
some = st.sets(nodes, max_size=SIZE)


def made(of: Links) -> Topology:
    """Links among networks 0 to 8, each (seller, buyer, True) or (peer, peer, False)."""
    sold = np.array([(a, b) for a, b, sells in of if sells], np.int64).reshape(-1, 2)
    beside = np.array([(a, b) for a, b, sells in of if not sells], np.int64).reshape(-1, 2)
    return topology(sold[:, 0], sold[:, 1], beside[:, 0], peer_b=beside[:, 1], alone=np.arange(SIZE))


def flags(of: set[int]) -> np.ndarray:
    return np.isin(np.arange(SIZE), sorted(of))


def size(told: ClearCut) -> float:
    """What it takes to part the ends, as a number that orders all answers."""
    assert told.proof == "certified"
    return float("inf") if told.low is None else told.low


@settings(max_examples=examples(150), deadline=None)
@given(links, nodes, nodes, some)
def test_a_cut_is_no_smaller_than_disjoint_routes(of: Links, s: int, d: int, restricted: set[int]) -> None:
    told = clear_cut(made(of), s, d, restricted=flags(restricted))
    if told.state != "cut":
        return
    part, weight, found = part_between(made(of), s, d, removed=flags(restricted)), np.zeros(SIZE), 0
    while True:
        price, route = cheapest_route(part, weight)
        if price > 0:
            break
        weight[route] = 1.0
        found += 1
    assert 1 <= found <= told.low


@settings(max_examples=examples(150), deadline=None)
@given(links, nodes, nodes, some, st.tuples(nodes, nodes, st.booleans()))
def test_another_link_never_lowers_a_cut(of: Links, s: int, d: int, gone: set[int], link: tuple) -> None:
    assert size(clear_cut(made([*of, link]), s, d, restricted=flags(gone))) >= size(
        clear_cut(made(of), s, d, restricted=flags(gone))
    )


@settings(max_examples=examples(150), deadline=None)
@given(links, nodes, nodes, some, nodes)
def test_more_restricted_never_raises_a_cut(of: Links, s: int, d: int, gone: set[int], more: int) -> None:
    assert size(clear_cut(made(of), s, d, restricted=flags(gone | {more}))) <= size(
        clear_cut(made(of), s, d, restricted=flags(gone))
    )


@settings(max_examples=examples(150), deadline=None)
@given(links, nodes, nodes, some)
def test_a_cut_reads_the_same_both_ways(of: Links, s: int, d: int, gone: set[int]) -> None:
    there, back = clear_cut(made(of), s, d, restricted=flags(gone)), clear_cut(made(of), d, s, restricted=flags(gone))
    assert (there.state, there.low, there.high) == (back.state, back.low, back.high)


demands = st.lists(st.tuples(nodes, nodes), min_size=1, max_size=8)


@settings(max_examples=examples(150), deadline=None)
@given(links, demands, some, nodes)
def test_more_restricted_never_lowers_a_change(of: Links, asked: list, gone: set[int], more: int) -> None:
    few = smallest_change(made(of), asked, flags(gone))
    many = smallest_change(made(of), asked, flags(gone | {more}))
    assert few.proof == many.proof == "certified"
    assert few.cost <= many.cost <= few.cost + 1
    assert few.closed == many.closed
    assert set(few.members) <= gone


@settings(max_examples=examples(150), deadline=None)
@given(links, demands, some, st.tuples(nodes, nodes))
def test_another_demand_never_lowers_a_change(of: Links, asked: list, gone: set[int], more: tuple[int, int]) -> None:
    few, many = (smallest_change(made(of), wanted, flags(gone)) for wanted in (asked, [*asked, more]))
    alone = smallest_change(made(of), [more], flags(gone))
    assert few.cost <= many.cost <= few.cost + alone.cost


@settings(max_examples=examples(100), deadline=None)
@given(links, demands, some, st.randoms(use_true_random=False))
def test_the_order_of_demands_does_not_matter(of: Links, asked: list, gone: set[int], draw) -> None:
    mixed = [*asked, *asked[:2]]
    draw.shuffle(mixed)
    assert smallest_change(made(of), mixed, flags(gone)) == smallest_change(made(of), asked, flags(gone))


@settings(max_examples=examples(100), deadline=None)
@given(links, demands, some, st.lists(st.integers(0, 5), min_size=SIZE, max_size=SIZE))
def test_a_change_opens_what_it_says(of: Links, asked: list, gone: set[int], cost: list[int]) -> None:
    told = smallest_change(made(of), asked, flags(gone), cost=np.array(cost, float))
    assert told.bound == told.cost == sum(cost[v] for v in told.members)
    after = smallest_change(made(of), asked, flags(gone - set(told.members)))
    assert (after.members, after.opened, after.closed) == ((), 0, told.closed)
    assert after.clear_now == told.clear_now + told.opened
