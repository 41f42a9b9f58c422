"""How robust is clear, and who would have to change: tables worked by hand."""

import numpy as np
import pytest

from provenet.core.errors import UsageFault
from provenet.numerics.problem import Limits
from provenet.routing.change import smallest_change
from provenet.routing.kernels.csr import Topology, topology
from provenet.routing.recheck import Links, least_by_potential, none_cheaper
from provenet.routing.robust import ClearCut, clear_cut

S, D = 900, 901


def graph(sells: str, peers: str = "") -> Topology:
    """Links as text: "1>2" sells transit to 2, "1-2" peers."""
    sold = np.array([link.split(">") for link in sells.split()], np.int64).reshape(-1, 2)
    beside = np.array([link.split("-") for link in peers.split()], np.int64).reshape(-1, 2)
    return topology(sold[:, 0], sold[:, 1], beside[:, 0], peer_b=beside[:, 1], alone=np.array([S, D]))


def marked(made: Topology, *asns: int) -> np.ndarray:
    return np.isin(made.asn, asns)


def test_a_network_and_itself() -> None:
    made = graph("1>900")
    assert clear_cut(made, S, S, restricted=marked(made)) == ClearCut(S, S, "same network", None, None, (), "certified")


def test_bounds_alone_say_so() -> None:
    # Routes 900-10-11-901 and 900-12-11-901, where 10 sells to 11 and 11 sells to 12: 11 descends on the first and
    # climbs on the second, so the layered cut is 2, {10, 12}, and the true one {11}.
    made = graph("10>11 10>900 11>12 11>901 12>900")
    rough = clear_cut(made, S, D, restricted=marked(made), exact=False)
    assert rough == ClearCut(S, D, "cut", 1, 2, (10, 12), "bound")
    assert clear_cut(made, S, D, restricted=marked(made)) == ClearCut(S, D, "cut", 1, 1, (11,), "certified")
    stopped = clear_cut(made, S, D, restricted=marked(made), limits=Limits(rounds=0))
    assert stopped == rough


def test_wrong_calls_are_sentences() -> None:
    made = graph("1>900 1>901")
    with pytest.raises(
        UsageFault, match=r"^not in the AS graph: AS5, AS77; ask about networks that have a link in it\.$"
    ):
        clear_cut(made, 77, 5, restricted=marked(made))
    with pytest.raises(UsageFault, match=r"^restricted has shape \(2,\); give one flag for each of 3 networks\.$"):
        clear_cut(made, S, D, restricted=np.zeros(2, bool))
    with pytest.raises(UsageFault, match=r"^cost has shape \(4,\); give one for each of 3 networks\.$"):
        smallest_change(made, [(S, D)], marked(made, 1), cost=np.zeros(4))
    for wrong in (-1.0, float("nan"), float("inf")):
        with pytest.raises(UsageFault, match=r"^a cost of change is below zero or no number; give every restricted"):
            smallest_change(made, [(S, D)], marked(made, 1), cost=np.array([wrong, 1, 1]))


def test_demands_without_any_route_stand_apart() -> None:
    made = graph("1>900 2>901 2>902")
    told = smallest_change(made, [(S, D), (902, D), (S, 1)], marked(made, 1, 2))
    assert told.closed == ((S, D),)
    assert (told.members, told.clear_now, told.opened, told.proof) == ((2,), 1, 1, "certified")


def test_a_search_cut_short_states_both_ends() -> None:
    made = graph("1>11 2>11 2>12 3>12 1>13 3>13 1>901 2>901 3>901")
    demands = [(11, D), (12, D), (13, D)]
    told = smallest_change(made, demands, marked(made, 1, 2, 3), limits=Limits(rounds=1))
    assert (told.cost, told.bound, told.proof) == (2.0, 1.0, "bound")
    halves = smallest_change(made, demands, marked(made, 1, 2, 3), limits=Limits(steps=0))
    assert (halves.cost, halves.bound, halves.proof) == (2.0, 2.0, "certified")  # 1.5, rounded up


def test_the_first_guess_drops_what_a_later_one_makes_needless() -> None:
    made = graph("1>900 5>900 5>902 1>901 5>901")
    told = smallest_change(made, [(S, D), (902, D)], marked(made, 1, 5), limits=Limits(rounds=0))
    assert (told.members, told.bound, told.proof) == ((5,), 0.0, "bound")


def test_where_multipliers_fall_short_a_search_proves_or_the_solver_is_named() -> None:
    # Every two of five providers have a customer in common: halves cost 2.5, whole networks 4.
    pairs = [(a, b) for a in range(1, 6) for b in range(1, a)]
    sells = [f"{a}>{100 + i} {b}>{100 + i}" for i, (a, b) in enumerate(pairs)]
    made = graph(" ".join([*sells, *(f"{a}>901" for a in range(1, 6))]))
    demands, all_five = [(100 + i, D) for i in range(10)], marked(made, 1, 2, 3, 4, 5)
    told = smallest_change(made, demands, all_five)
    assert (told.cost, told.bound, told.proof) == (4.0, 4.0, "certified")
    told = smallest_change(made, demands, all_five, limits=Limits(steps=0))
    assert (told.cost, told.bound, told.proof) == (4.0, 4.0, "solver")


def test_none_cheaper_is_no_rubber_stamp() -> None:
    triangle, one = [(1, 2), (2, 3), (1, 3)], lambda _: 1.0
    assert none_cheaper(triangle, one, (1, 2), duals=[0.5, 0.5, 0.5], steps=0)  # 1.5 rounds up to 2
    assert none_cheaper(triangle, one, (1, 2), duals=[], steps=100)
    assert not none_cheaper(triangle, one, (1, 2), duals=[], steps=0)
    assert not none_cheaper(triangle, one, (1, 2, 3), duals=[0.5, 0.5, 0.5], steps=100)
    assert not none_cheaper(
        triangle, one, (1, 2, 3), duals=[9.0, 9.0, 9.0], steps=100
    )  # no member bears more than it costs
    dear = {1: 0.3, 2: 0.1, 3: 0.25}
    assert none_cheaper(triangle, dear.__getitem__, (2, 3), duals=[], steps=100)
    assert not none_cheaper(triangle, dear.__getitem__, (1, 2), duals=[], steps=100)
    assert none_cheaper([], one, (), duals=[], steps=0)
    assert none_cheaper([(1, 2)], lambda _: 0.0, (1,), duals=[], steps=0)


def test_potentials_that_prove_nothing_are_refused() -> None:
    made = graph("1>900 1>901 2>900 3>2 3>901")

    def told(high: dict[int, float], low: dict[int, float]) -> float | None:
        node = {int(asn): v for v, asn in enumerate(made.asn)}
        by_node = [{node[asn]: p for asn, p in at.items()} for at in (high, low)]
        return least_by_potential(Links(made), node[S], node[D], weight=lambda _: 1.0, high=by_node[0], low=by_node[1])

    right = {S: 0.0, 1: 1.0, 2: 1.0, 3: 2.0, D: 1.0}
    assert told(right, {D: 1.0}) == 1.0
    assert told(right | {D: 2.0}, {D: 2.0}) is None  # 1 leads to the destination at no cost
    assert told(right | {1: 2.0, D: 2.0}, {D: 2.0}) is None  # and 1 costs 1
    assert told({k: p for k, p in right.items() if k != 3}, {D: 1.0}) is None  # 3 is no dead end
    assert told(right | {S: 1.0}, {D: 1.0}) is None
    del right[2]
    assert told(right, {D: 1.0}) is None  # nor is 2, though it leads nowhere but to 3
    made = graph("1>900 1>2 2>901")
    assert told({S: 0.0, 1: 1.0, D: 2.0}, {2: 2.0, D: 2.0}) == 2.0
    assert told({S: 0.0, 1: 1.0, D: 3.0}, {2: 2.0, D: 3.0}) is None  # 2 leads to the destination at no cost
    assert told({S: 0.0, 1: 1.0, D: 2.0}, {D: 2.0}) is None  # and is entered from 1


def test_routes_are_told_from_what_is_none() -> None:
    made = graph("1>900 2>1 2>3 3>901 4>3", "1-3 1-4")
    links, nothing = Links(made), bytes(made.node_count)
    node = {int(asn): v for v, asn in enumerate(made.asn)}
    for route in ((S, 1, 3, D), (S, 1, 2, 3, D), (S, 1, 4, 3, D), (D, 3, 2, 1, S)):
        assert links.is_route([node[v] for v in route], nothing), route
    # Down, then across; across, then up; over no link; round.
    for route in ((2, 1, 3), (1, 3, 4), (S, 3, D), (S, 1, S)):
        assert not links.is_route([node[v] for v in route], nothing), route
    blocked = bytearray(nothing)
    blocked[node[3]] = blocked[node[S]] = 1
    assert not links.is_route([node[v] for v in (S, 1, 3, D)], blocked)
    assert links.is_route([node[v] for v in (S, 1, 3)], blocked)
