"""How robust is clear, and who would have to change: tables worked by hand."""

import numpy as np
import pytest

from provenet.core.errors import UsageFault
from provenet.numerics.problem import Limits
from provenet.routing.change import smallest_change
from provenet.routing.kernels.csr import Topology, topology
from provenet.routing.recheck import Links, least_by_potential, none_cheaper
from provenet.routing.robust import ClearCut, clear_cut

NONE = np.array([], np.int64)
S, D = 900, 901


def graph(sells: str, peers: str = "") -> Topology:
    """Links as text: "1>2" sells transit to 2, "1-2" peers."""
    sold = np.array([link.split(">") for link in sells.split()], np.int64).reshape(-1, 2)
    beside = np.array([link.split("-") for link in peers.split()], np.int64).reshape(-1, 2)
    return topology(sold[:, 0], sold[:, 1], beside[:, 0], peer_b=beside[:, 1], alone=np.array([S, D]))


def marked(made: Topology, *asns: int) -> np.ndarray:
    return np.isin(made.asn, asns)


CUTS = [
    # links, peers, restricted, state, low, high, members
    ("two providers each", "1>900 2>900 1>901 2>901", "", (), "cut", 2, 2, (1, 2)),
    ("one of them restricted", "1>900 2>900 1>901 2>901", "", (1,), "cut", 1, 1, (2,)),
    ("all restricted", "1>900 2>900 1>901 2>901", "", (1, 2), "no clear route", 0, 0, ()),
    ("ends may be restricted", "1>900 2>900 1>901 2>901", "", (900, 901), "cut", 2, 2, (1, 2)),
    ("a link of their own", "1>900 2>900 1>901 2>901", "900-901", (1, 2), "direct link", None, None, ()),
    ("their own transit", "901>900 1>901", "", (1,), "direct link", None, None, ()),
    ("one peer link is crossed", "1>900 2>901", "1-2", (), "cut", 1, 1, None),
    ("two peer links are not", "1>900 2>901", "1-3 3-2", (), "no clear route", 0, 0, ()),
    ("a valley is not", "1>900 1>3 2>3 2>901", "", (), "no clear route", 0, 0, ()),
    ("a ring of providers on both sides", "1>2 2>3 3>1 1>900 3>901", "", (), "cut", 1, 1, None),
    ("a ring that must be climbed", "2>1 3>2 1>3 1>900 3>901 3>902", "", (2,), "cut", 1, 1, None),
    # 1 stands on both routes, once climbing and once descending: two in the layers, one network.
    ("one network in both layers", "1>900 2>900 2>1 1>901", "", (), "cut", 1, 1, (1,)),
    ("only the descent is shared", "1>900 2>900 1>3 2>3 3>901", "", (), "cut", 1, 1, (3,)),
    ("only the climb is shared", "3>900 1>3 2>3 1>901 2>901", "", (), "cut", 1, 1, (3,)),
]


@pytest.mark.parametrize("case", CUTS, ids=[case[0] for case in CUTS])
def test_cuts(case: tuple) -> None:
    _, sells, peers, restricted, state, low, high, members = case
    made = graph(sells, peers)
    told = clear_cut(made, S, D, restricted=marked(made, *restricted))
    assert (told.state, told.low, told.high, told.proof) == (state, low, high, "certified")
    assert members is None or told.members == members
    back = clear_cut(made, D, S, restricted=marked(made, *restricted))
    assert (back.state, back.low, back.high) == (state, low, high)


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


CHANGES = [
    # links, peers, restricted, demands, costs, members, cost
    ("nothing to do", "1>900 1>901", "", (), [(S, D)], {}, (), 0.0),
    ("a network and itself", "1>900 1>901", "", (1,), [(S, S)], {}, (), 0.0),
    ("no demand", "1>900 1>901", "", (1,), [], {}, (), 0.0),
    ("the only way", "1>900 1>901", "", (1,), [(S, D)], {}, (1,), 1.0),
    ("one rather than two in a row", "1>900 1>901 2>900 3>2 3>901", "", (1, 2, 3), [(S, D)], {}, (1,), 1.0),
    ("two cheap rather than one dear", "1>900 1>901 2>900 3>2 3>901", "", (1, 2, 3), [(S, D)], {1: 5}, (2, 3), 2.0),
    ("around by a clear one", "1>900 1>901 2>900 3>2 3>901", "", (1, 2), [(S, D)], {}, None, 1.0),
    ("across peers", "1>900 2>901", "1-2", (1, 2), [(S, D)], {}, (1, 2), 2.0),
    ("one for both", "1>900 5>900 5>902 2>902 1>901 2>901 5>901", "", (1, 2, 5), [(S, D), (902, D)], {}, (5,), 1.0),
    ("an end need not change", "1>900 1>901", "", (1, 900, 901), [(S, D)], {}, (1,), 1.0),
    ("but it may for another's sake", "900>7 1>900 1>901", "", (1, 900), [(S, D), (7, D)], {}, (1, 900), 2.0),
    # Each of three sources has two of three providers; half of each would do, but networks come whole.
    ("three halves are two", "1>11 2>11 2>12 3>12 1>13 3>13 1>901 2>901 3>901", "", (1, 2, 3),
     [(11, D), (12, D), (13, D)], {}, None, 2.0),
    # 900 and 902 have one provider in common; what else 900 can do is no help to 902.
    ("customers of one's own", "1>900 1>902 1>901 900>2 2>901", "", (1, 2), [(S, D), (902, D)], {1: 5}, (1,), 5.0),
    ("peers of one's own", "1>900 1>902 1>901 2>901", "900-2", (1, 2), [(S, D), (902, D)], {1: 5}, (1,), 5.0),
    ("a free change costs nothing", "1>900 2>900 1>901 2>901", "", (1, 2), [(S, D)], {1: 0}, (1,), 0.0),
]  # fmt: skip


@pytest.mark.parametrize("case", CHANGES, ids=[case[0] for case in CHANGES])
def test_changes(case: tuple) -> None:
    _, sells, peers, restricted, demands, costs, members, cost = case
    made = graph(sells, peers)
    price = np.array([float(costs.get(int(asn), 1)) for asn in made.asn])
    told = smallest_change(made, demands, marked(made, *restricted), cost=price)
    assert (told.cost, told.bound, told.proof, told.closed) == (cost, cost, "certified", ())
    assert members is None or told.members == members
    again = smallest_change(made, [*demands[::-1], *demands], marked(made, *restricted), cost=price)
    assert again == told


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
    for route, right in [
        ((S, 1, 3, D), True),
        ((S, 1, 2, 3, D), True),
        ((S, 1, 4, 3, D), True),
        ((D, 3, 2, 1, S), True),
        ((2, 1, 3), False),  # down, then across
        ((1, 3, 4), False),  # across, then up
        ((S, 3, D), False),
        ((S, 1, S), False),
    ]:
        assert links.is_route([node[v] for v in route], nothing) == right, route
    blocked = bytearray(nothing)
    blocked[node[3]] = blocked[node[S]] = 1
    assert not links.is_route([node[v] for v in (S, 1, 3, D)], blocked)
    assert links.is_route([node[v] for v in (S, 1, 3)], blocked)


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    made = graph("1>11 2>11 2>12 3>12 1>13 3>13 1>901 2>901 3>901")
    smallest_change(made, [(11, D), (12, D), (13, D)], marked(made, 1, 2, 3))
    assert capfd.readouterr() == ("", "")
