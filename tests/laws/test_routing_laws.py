"""Laws of routes, crossings and rungs: what may only grow grows, what bounds bounds, and names do not matter."""

from collections import Counter
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from against.reference_routes import Graph, conventional, reaches_clear, routes, source_alone
from against.test_routes_second_implementation import as_read
from provenet.routing.fold import fold_all
from provenet.routing.kernels import lanes
from provenet.routing.kernels.condense import condense
from provenet.routing.kernels.csr import topology
from provenet.routing.kernels.lanes import FIELDS, NO_ROUTE
from provenet.routing.ladder import Engine, LadderQuestion
from provenet.routing.pairs import pair_batches
from support.examples import examples

SIZE = 8
Links = list[tuple[int, int, bool]]
Told = dict[tuple[int, int], dict[str, Any]]

networks = st.integers(0, SIZE - 1)
links = st.lists(st.tuples(networks, networks, st.sampled_from([True, True, False])), max_size=22)
some = st.sets(networks, max_size=SIZE // 2)
shares = st.lists(
    st.tuples(*[st.sampled_from([0.0, 0.0, 0.25, 0.5, 1.0])] * 2).map(sorted), min_size=SIZE, max_size=SIZE
)
nothing = [[0.0, 0.0]] * SIZE
names = st.lists(st.integers(1, 2**32 - 2), min_size=SIZE, max_size=SIZE, unique=True).map(sorted)


def asked(
    of: Links, gone: set[int] = frozenset(), share: list = nothing, asn: list[int] = range(SIZE)
) -> LadderQuestion:
    """All networks towards all: links are (seller, buyer, True) or (peer, peer, False) among networks 0 to 7."""
    name = np.array(asn, np.int64)
    sold = np.array([(a, b) for a, b, sells in of if sells], np.int64).reshape(-1, 2)
    beside = np.array([(a, b) for a, b, sells in of if not sells], np.int64).reshape(-1, 2)
    core = condense(
        topology(name[sold[:, 0]], name[sold[:, 1]], name[beside[:, 0]], peer_b=name[beside[:, 1]], alone=name)
    )
    bad, every = np.isin(np.arange(SIZE), sorted(gone)), np.arange(SIZE, dtype=np.int32)
    low, high = (np.where(bad, 1.0, [one[end] for one in share]) for end in (0, 1))
    return LadderQuestion(core, every, every, bad, low, high)


def told(question: LadderQuestion) -> Told:
    """What is said of each pair, by network, not by ASN."""
    made, engine, of = {}, Engine(question, 1), {int(a): v for v, a in enumerate(question.core.topology.asn)}
    with engine:
        for pairs in pair_batches(engine):
            for i in range(len(pairs)):
                movers = pairs.mover[pairs.mover_start[i] : pairs.mover_start[i + 1]].tolist()
                row = {name: float(column[i]) for name, column in pairs.shares.items()}
                row |= {"kind": int(pairs.kind[i]), "hops": int(pairs.hops[i]), "alone": bool(pairs.alone[i])}
                row |= {"rung": int(pairs.rung[i]), "lucky": int(pairs.rung_lucky[i]), "reason": int(pairs.reason[i])}
                row |= {"movers": [of[v] for v in movers], "stretch": int(pairs.stretch[i])}
                made[of[int(pairs.src_asn[i])], of[int(pairs.dst_asn[i])]] = row
    assert len(made) == SIZE * (SIZE - 1)
    return made


def as_graph(of: Links) -> Graph:
    """The same links as the second implementation holds them."""
    sold, beside = ([(a, b) for a, b, sells in of if sells == kind and a != b] for kind in (True, False))
    return as_read(Graph.of(sold, beside, range(SIZE)))


def height(rung: int) -> float:
    """A rung as a number that orders all; none is the largest."""
    return float("inf") if rung < 0 else rung


@settings(max_examples=examples(60), deadline=None)
@given(links, some, shares, names)
def test_other_names_in_the_same_order_change_nothing(of: Links, gone: set[int], share: list, asn: list[int]) -> None:
    assert told(asked(of, gone, share, asn)) == told(asked(of, gone, share))


@settings(max_examples=examples(60), deadline=None)
@given(links, some, shares, st.randoms(use_true_random=False))
def test_the_order_of_links_does_not_matter(of: Links, gone: set[int], share: list, draw) -> None:
    mixed = [(b, a, False) if not sells and draw.random() < 0.5 else (a, b, sells) for a, b, sells in of + of[:3]]
    draw.shuffle(mixed)
    assert told(asked(mixed, gone, share)) == told(asked(of, gone, share))


@settings(max_examples=examples(100), deadline=None)
@given(links, networks, networks)
def test_another_link_of_peers_never_loses_a_route(of: Links, a: int, b: int) -> None:
    few, many = told(asked(of)), told(asked([*of, (a, b, False)]))
    assert all(many[pair]["kind"] != NO_ROUTE for pair, row in few.items() if row["kind"] != NO_ROUTE)


@settings(max_examples=examples(100), deadline=None)
@given(links, some, networks)
def test_one_more_restricted_never_lowers_a_rung(of: Links, gone: set[int], more: int) -> None:
    few, many = told(asked(of, gone)), told(asked(of, gone | {more}))
    for pair, row in few.items():
        for name in ("rung", "lucky"):
            assert height(many[pair][name]) >= height(row[name])
        assert (many[pair]["kind"], many[pair]["hops"]) == (row["kind"], row["hops"])
        assert many[pair]["low_share"] >= row["low_share"]
        assert many[pair]["high_share"] >= row["high_share"]
    for clear in ({0}, {0, 1, 2, 3}):
        assert sum(row["rung"] in clear for row in many.values()) <= sum(row["rung"] in clear for row in few.values())


@settings(max_examples=examples(100), deadline=None)
@given(links, some, shares)
def test_bounds_bound_and_luck_never_costs(of: Links, gone: set[int], share: list) -> None:
    for row in told(asked(of, gone, share)).values():
        if row["kind"] != NO_ROUTE:
            assert 0 <= row["low_share"] <= row["expected_share"] + 1e-12
            assert row["expected_share"] <= row["high_share"] + 1e-12 <= 1 + 2e-12
            assert row["low_share"] <= row["either_low_share"] <= row["either_high_share"] <= 1
        assert height(row["lucky"]) <= height(row["rung"])
        assert (row["lucky"] < 0) == (row["rung"] < 0)
        assert not row["alone"] or row["rung"] == 1
        assert len(row["movers"]) >= row["rung"] if row["rung"] > 0 else row["movers"] == []


@settings(max_examples=examples(250), deadline=None)
@given(links, some)
def test_rung_0_is_a_clear_conventional_path(of: Links, gone: set[int]) -> None:
    graph, found = as_graph(of), told(asked(of, gone))
    for d in range(SIZE):
        table = routes(graph, d)
        for s in set(range(SIZE)) - {d}:
            path = conventional(table, s)
            assert (found[s, d]["rung"] == 0) == (bool(path) and not gone & set(path[1:-1]))
            assert not path or len(list(pairwise(path))) == found[s, d]["hops"]


@settings(max_examples=examples(150), deadline=None)
@given(links, some)
def test_a_rung_is_there_where_routing_without_the_restricted_has_a_route(of: Links, gone: set[int]) -> None:
    graph = as_graph(of)
    for (s, d), row in told(asked(of, gone)).items():
        assert (row["rung"] >= 0) == reaches_clear(graph, s, d, gone)


@settings(max_examples=examples(150), deadline=None)
@given(links, some)
def test_the_source_alone_can_move_where_a_neighbour_tells_a_clear_route(of: Links, gone: set[int]) -> None:
    graph = as_graph(of)
    for (s, d), row in told(asked(of, gone)).items():
        could = source_alone(graph, routes(graph, d), s, d, gone, lucky=False)
        assert row["alone"] == (could and row["rung"] != 0)
        assert row["alone"] == (row["movers"] == [s])


@settings(max_examples=examples(60), deadline=None)
@given(links, some, shares)
def test_the_way_back_is_the_way_there_of_the_other(of: Links, gone: set[int], share: list) -> None:
    found = told(asked(of, gone, share))
    for (s, d), row in found.items():
        assert (row["kind"] != NO_ROUTE) == (found[d, s]["kind"] != NO_ROUTE)
        if row["kind"] != NO_ROUTE:
            for end in ("low", "high"):
                assert row[f"reverse_{end}_share"] == found[d, s][f"{end}_share"]
                assert row[f"either_{end}_share"] == found[d, s][f"either_{end}_share"]


INSIDE = {
    lanes.DESTINATION_INSIDE: "none_destination_inside",
    lanes.SOURCE_INSIDE: "none_source_inside",
    lanes.BLOCKED: "none_blocked",
}


def counted(row: dict[str, Any]) -> Counter[str]:
    """What one pair adds to the sums, by name."""
    sums = Counter({"pairs": 1.0})
    rung = "rung_none" if row["rung"] < 0 else f"rung_{row['rung']}"
    sums[f"rung_1_{'alone' if row['alone'] else 'other'}" if row["rung"] == 1 else rung] += 1
    if row["reason"] in INSIDE:
        sums[INSIDE[row["reason"]]] += 1
    sums["lucky_none" if row["lucky"] < 0 else f"lucky_{row['lucky']}"] += 1
    if row["kind"] == NO_ROUTE:
        sums["no_route"] += 1
        return sums
    sums[["no_route", "customer", "peer", "provider"][row["kind"]]] += 1
    sums["hops"] += row["hops"]
    for name in ("low", "high", "expected", "reverse_low", "reverse_high", "either_low", "either_high"):
        sums[name] += row[f"{name}_share"]
    sums["sum_of_ways"] += min(1.0, row["high_share"] + row["reverse_high_share"])
    return sums


@settings(max_examples=examples(60), deadline=None)
@given(links, some, shares)
def test_folded_sums_are_the_sums_of_pairs(of: Links, gone: set[int], share: list) -> None:
    question = asked(of, gone, share)
    rows, wanted = question.rows, {v: Counter() for v in range(SIZE)}
    for (s, _), row in told(question).items():
        wanted[s].update(counted(row))
    sums, engine = np.zeros((len(rows), len(FIELDS))), Engine(question, 1)
    with engine:
        assert list(fold_all(engine, rows, question.columns, sums=sums))
    for i in range(len(rows)):
        for v in rows.members[rows.start[i] : rows.start[i + 1]].tolist():
            found = dict(zip(FIELDS, sums[i].tolist(), strict=True))
            least, most = wanted[v]["either_high"], wanted[v]["sum_of_ways"]
            # Folded, the union of both ways may be bounded by their sum; pair by pair an AS on both counts once.
            assert least - 1e-5 <= found.pop("either_high") <= most + 1e-5
            assert all(abs(value - wanted[v][name]) <= 1e-5 for name, value in found.items()), v
