"""Influence on hand-worked tables: what is gathered, scored, refused, and said beside the numbers."""

from collections.abc import Iterator
from itertools import chain as chained
from typing import Any

import pytest

pytest.importorskip("numba", reason="the extra 'internet' is not installed")
import numpy as np
import polars as pl

from provenet.core.errors import UsageFault
from provenet.ingest.bgp.mrt import MrtFile, read_mrt
from provenet.ingest.bgp.mrt_routes import Session
from provenet.routing import hegemony, influence
from provenet.routing.kernels.condense import condense
from provenet.routing.kernels.csr import topology
from provenet.routing.kernels.route_tables import GreatestFirst, Simulated
from provenet.routing.observed_routes import Observed, gather
from readers.mrt_bytes import message, path, peer_index, prefix, rib, update

PEERS = peer_index(("192.0.2.1", 1), ("192.0.2.2", 2), ("192.0.2.3", 3), ("192.0.2.33", 3), ("192.0.2.9", 9))
# Vantage points 1, 2 and 3, the last by two sessions; 9 says nothing. Origin 20 has a /24, a quarter of it lost to 30.
TABLE = (
    PEERS
    + rib("10.0.0.0/24", (0, path(1, 10, 20)), (1, path(2, 2, 11, 20)), (2, path(3, 10, 20)))
    + rib("10.0.0.64/26", (0, path(1, 30)), (1, path(2, 11, 30)), (2, path(3, 10, 30)), (3, path(3, 10, 30)))
)


def observed(data: bytes, **options: Any) -> Observed:
    found = read_mrt(data)
    return gather(found, lambda: [session.asn for session in found.reading.sessions], **options)


def scores(answer: dict[str, Any], column: str = "hegemony_share") -> dict[int, float]:
    return dict(answer["scores"].select("asn", column).iter_rows())


def test_global_hegemony_by_hand() -> None:
    """Weights: 192 of origin 20, 64 of 30. Vantage point 3 sees 20 in one session of two."""
    answer = hegemony.observed_hegemony(observed(TABLE))
    views = {1: [1, 0, 0], 2: [0, 1, 0], 3: [0, 0, (0.75 + 0.25 + 0.25) / 2], 10: [0.75, 0, 0.625], 11: [0, 1, 0]}
    views |= {20: [0.75, 0.75, 0.375], 30: [0.25, 0.25, 0.25]}
    assert scores(answer) == pytest.approx({asn: sum(view) / 3 for asn, view in views.items()})
    assert answer["blind_vantage_asns"] == [9]
    assert answer["scopes"].to_dicts() == [
        {"weight": 256.0, "found_share": pytest.approx(2.625 / 3), "blind_vantage_count": 0, "vantage_count": 3}
    ]


def test_hegemony_of_an_origin_and_of_a_country() -> None:
    answer = hegemony.observed_hegemony(observed(TABLE), scope="origin")
    of_20 = dict(answer["scores"].filter(origin_asn=20).select("asn", "hegemony_share").iter_rows())
    assert of_20 == pytest.approx({20: 2.5 / 3, 10: 1.5 / 3, 1: 1 / 3, 2: 1 / 3, 11: 1 / 3, 3: 0.5 / 3})
    weights = pl.DataFrame({"asn": [20, 30, 40], "weight": [1.0, 2.0, 1.0]})
    told = hegemony.country_hegemony(answer, weights, skip_origin=True)
    assert told["found_share"] == 0.75, "nothing announces for AS 40, and its weight is not passed over in silence"
    assert scores(told)[10] == pytest.approx((1.5 / 3 * 1 + 1 / 3 * 2) / 3)
    assert 20 not in scores(told)
    assert scores(hegemony.country_hegemony(answer, weights))[30] == pytest.approx(2 / 3)
    assert "What a network is to itself is left out." in told["assumptions"]


def test_origins_may_be_limited() -> None:
    answer = hegemony.observed_hegemony(observed(TABLE), scope="origin", origins=[30, 77])
    assert answer["scopes"]["origin_asn"].to_list() == [30]
    assert answer["scores"]["origin_asn"].unique().to_list() == [30]


def test_what_is_left_out_is_counted() -> None:
    data = TABLE + rib("10.9.0.0/16", (0, path(1, 5, 1, 20)), (1, b"")) + rib("0.0.0.0/0", (0, path(1)))
    told = observed(data)
    ones = ("routes with a loop", "routes without an AS", "default routes")
    sums = {"routes with an AS set": 0, **dict.fromkeys(ones, 1)}
    assert told.left_out == {**sums, "sessions and prefixes left without a route by this": 2}
    assert len(told.prefix) == 7


def test_updates_move_a_table_on() -> None:
    def sent(asns: list[int], gone: str = "") -> bytes:
        fresh = prefix("10.0.0.0/24") if asns else b""
        return message(update(prefix(gone) if gone else b"", path(*asns) if asns else b"", fresh), "192.0.2.1", 1)

    sends = sent([1, 50, 20]) + sent([1, 60, 20]) + sent([], "10.0.0.64/26")
    assert paths_of_1([read_mrt(TABLE + sends)]) == [(1, 10, 20), (1, 30), (1, 60, 20)], "no name: a session of its own"
    sessions: list[Session] = []
    files = [read_mrt(data, collector="here", sessions=sessions) for data in (TABLE, sends)]
    assert paths_of_1(files) == [(1, 60, 20)]
    assert {session.collector for session in sessions} == {"here"}


def paths_of_1(files: list[MrtFile]) -> list[tuple[int, ...]]:
    told = gather(chained.from_iterable(files), lambda: [session.asn for session in files[0].reading.sessions])
    of_1 = np.flatnonzero(told.vantage_asn[told.vantage_of[told.session]] == 1)
    start = told.path_start
    return sorted(tuple(told.asn[told.path_node[start[p] : start[p + 1]]].tolist()) for p in told.path[of_1])


def test_updates_alone_keep_the_last_and_forget_what_is_withdrawn() -> None:
    sends = [update(b"", path(1, 50), prefix("10.0.0.0/24") + prefix("10.1.0.0/24")), update(prefix("10.1.0.0/24"))]
    told = observed(b"".join(message(sent, "192.0.2.1", 1) for sent in sends))
    assert (len(told.prefix), told.asn.tolist()) == (1, [1, 50])
    again = update(b"", path(1, 51), prefix("10.1.0.0/24"))
    assert len(observed(b"".join(message(sent, "192.0.2.1", 1) for sent in [*sends, again])).prefix) == 2


def test_of_add_path_routes_the_first_counts() -> None:
    body = rib("10.0.0.0/24", (0, path(1, 50)), route_id=7) + rib("10.0.0.0/24", (0, path(1, 51)), route_id=3)
    told = observed(PEERS + body)
    assert told.asn[told.path_node[told.path_start[told.path[0]] :]].tolist()[:2] == [1, 50]
    assert len(told.path) == 1


def test_peers_that_tell_of_little_can_be_left_out_and_are_named() -> None:
    told = observed(TABLE, least_feed_share=0.75)
    assert told.partial_asns == [], "AS 3 has one session that tells of all"
    assert len(np.unique(told.session)) == 3
    data = PEERS + rib("10.0.0.0/24", (0, path(1, 20)), (1, path(2, 20))) + rib("10.1.0.0/24", (0, path(1, 20)))
    assert observed(data, least_feed_share=0.75).partial_asns == [2]
    assert observed(data, vantages=[2, 77]).blind_asns == [77]
    assert observed(data, vantages=[2, 77]).vantage_asn.tolist() == [2]


def test_ipv6_prefixes_weigh_one_each() -> None:
    data = PEERS + rib("2001:db8::/32", (0, path(1, 20))) + rib("2001:db8:1::/48", (0, path(1, 30)), (1, path(2, 30)))
    told = observed(data, family=6)
    assert told.own_addresses().tolist() == [1, 1]
    assert scores(hegemony.observed_hegemony(told)) == pytest.approx({1: 0.5, 2: 0.25, 20: 0.25, 30: 0.5})
    assert observed(data, family=4).prefix.tolist() == []


def test_nothing_observed_gives_nothing_and_no_error() -> None:
    empty = observed(b"")
    assert hegemony.observed_hegemony(empty)["scores"].is_empty()
    assert hegemony.observed_hegemony(empty, scope="origin")["scores"].is_empty()
    weights = pl.DataFrame({"asn": [20], "weight": [1.0]})
    told = influence.observed_vendor_dependence(empty, weights, SHARES)
    assert (told["low_share"], told["high_share"], told["found_share"]) == (None, None, None)
    assert influence.observed_transit_influence(empty, RANGES, [], gate=1.0)["scores"].is_empty()


SHARES = pl.DataFrame({"asn": [10, 11], "low": [0.5, 0.0], "high": [0.75, 0.25]})
RANGES = pl.DataFrame({"first": [10 * 2**24], "last": [10 * 2**24 + 255]})


NO_GATE = (
    "No transit influence is given: its gate, the share of traced paths that enter the country by transit, cannot be "
    "computed without traceroutes; give the gate or entries by relation."
)


def test_transit_influence_is_refused_where_its_gate_is_closed_or_not_known() -> None:
    assert influence.refusal(None) == NO_GATE
    assert influence.refusal(0.3) == (
        "No transit influence is given: 0.3 of paths enter the country by transit, below 0.48; peering that route "
        "collectors do not see carries the rest."
    )
    assert influence.refusal(float("nan")) is not None
    assert influence.refusal(0.48) is None
    answer = influence.observed_transit_influence(observed(TABLE), RANGES, [1])
    assert (answer["scores"], answer["refused"]) == (None, NO_GATE)
    graph, routes = chain()
    given = pl.DataFrame({"asn": [3], "weight": [1.0]})
    asked = {"monitors": np.array([0], np.int32), "inside_asns": [], "gate": 0.2}
    assert influence.simulated_transit_influence(routes, graph, given, **asked)["scores"] is None


def chain() -> tuple[Any, Any]:
    """1 sells to 2, 2 to 3 and 4; 5 stands alone."""
    none = np.array([], np.int64)
    graph = topology(np.array([1, 2, 2]), np.array([2, 3, 4]), none, peer_b=none, alone=np.array([5]))
    return graph, Simulated(condense(graph), np.arange(5, dtype=np.int32))


def test_simulated_hegemony_by_hand() -> None:
    graph, routes = chain()
    weights = pl.DataFrame({"asn": [3, 4, 99], "weight": [1.0, 2.0, 1.0]})
    vantages, gone = hegemony.listed_nodes(graph, [1, 5, 3, 77])
    assert gone == [77]
    answer = hegemony.simulated_hegemony(routes, graph, weights, vantages=vantages)
    # 1 sees 3 and 4 over 2; 3 sees itself, and 4 over 2; 5 sees nothing; AS 99 is in no graph.
    wanted = {1: 0.75 / 3, 2: (0.75 + 0.5) / 3, 3: (0.25 + 0.75) / 3, 4: (0.5 + 0.5) / 3}
    assert scores(answer, "low_share") == pytest.approx(wanted)
    assert scores(answer, "high_share") == pytest.approx(wanted)
    assert (answer["found_share"], answer["blind_vantage_count"], answer["is_exact"]) == (0.5, 1, True)
    country = hegemony.simulated_country_hegemony(routes, graph, weights, vantages=vantages, skip_origin=True)
    assert scores(country) == pytest.approx({1: 1 / 3, 2: (1 / 3 * 1 + 2 / 3 * 2) / 3, 3: 2 / 3 / 3})
    assert (country["found_share"], country["found_origin_count"], country["origin_count"]) == (0.75, 2, 3)


def test_what_the_tie_rule_moves() -> None:
    """1 reaches 4 over 2 or over 3, equally well."""
    none = np.array([], np.int64)
    graph = topology(np.array([1, 1, 2, 3]), np.array([2, 3, 4, 4]), none, peer_b=none)
    vantages, weights = np.array([0], np.int32), pl.DataFrame({"asn": [4], "weight": [1.0]})
    kinds = (Simulated(condense(graph), vantages), GreatestFirst(graph, vantages))
    for run in (hegemony.simulated_hegemony, hegemony.simulated_country_hegemony):
        told = hegemony.beside_tie_rules(*(run(routes, graph, weights, vantages=vantages) for routes in kinds))
        assert told["scores"].rows() == [(2, 1.0, 0.0, 1.0), (3, 0.0, 1.0, 1.0), (1, 1.0, 1.0, 0.0), (4, 1.0, 1.0, 0.0)]
        assert (told["mean_moved_share"], told["most_moved_share"]) == (0.5, 1.0)


def test_wrong_calls_are_told() -> None:
    told = observed(TABLE)
    with pytest.raises(UsageFault, match=r"^scope is one of global, origin; found 'world'\.$"):
        hegemony.observed_hegemony(told, scope="world")
    with pytest.raises(UsageFault, match=r"^weights is one of addresses, 1; found 'users'\.$"):
        hegemony.observed_hegemony(told, weights="users")
    with pytest.raises(UsageFault, match=r"^unlisted is one of unknown, none; found 'zero'\.$"):
        influence.shares_on(np.array([1]), SHARES, "zero")
    with pytest.raises(UsageFault, match=r"^Shares need the columns asn, low and high; missing: high\.$"):
        influence.shares_on(np.array([1]), SHARES.drop("high"), "none")
    with pytest.raises(UsageFault, match=r"^A network has one row of shares; an ASN stands twice\.$"):
        influence.shares_on(np.array([1]), pl.concat([SHARES, SHARES]), "none")
    for low, high in ((0.5, 0.4), (-0.1, 0.4), (0.5, 1.1), (None, 0.4)):
        with pytest.raises(UsageFault, match=r"^A share runs from low to high within 0 to 1; a row does not\.$"):
            influence.shares_on(np.array([1]), pl.DataFrame({"asn": [1], "low": [low], "high": [high]}), "none")
    by_origin = hegemony.observed_hegemony(told, scope="origin")
    with pytest.raises(UsageFault, match=r"^Weights need the columns asn and weight; missing: weight\.$"):
        hegemony.country_hegemony(by_origin, pl.DataFrame({"asn": [1]}))
    says = r"^Weights are numbers of at least 0; one is missing, negative or not finite\.$"
    with pytest.raises(UsageFault, match=says):
        hegemony.country_hegemony(by_origin, pl.DataFrame({"asn": [1], "weight": [-1.0]}))


def test_transit_influence_is_of_ipv4() -> None:
    with pytest.raises(UsageFault, match=r"^Transit influence weighs IPv4 addresses; gather the routes of family 4\.$"):
        influence.observed_transit_influence(observed(TABLE, family=6), RANGES, [], gate=1.0)


def test_next_hops_that_go_round_are_told() -> None:
    graph, _ = chain()

    def ring(destinations: Any) -> Iterator[tuple[Any, Any]]:
        yield destinations, np.array([[1], [0], [2], [3], [4]], np.int32)

    given = pl.DataFrame({"asn": [3], "weight": [1.0]})
    vantages = np.array([0], np.int32)
    says = r"^The next hops lead round in a ring for 1 pairs; they are no routes\.$"
    for run in (hegemony.simulated_hegemony, hegemony.simulated_country_hegemony):
        with pytest.raises(UsageFault, match=says):
            run(ring, graph, given, vantages=vantages)
