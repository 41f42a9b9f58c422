"""Simulated influence beside published values: how near, and what moves it. Figures are told in docs/influence.md.

The graph is of September 2025, the addresses of June 2026, the published hegemony of August 2023 and the published
transit influence of 2021: so the bounds here are wide, and say that the measure means the same, not that it is equal.
"""

import bz2
import csv
import lzma
from functools import cache
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("numba", reason="the extra 'internet' is not installed")
import numpy as np
import polars as pl

from provenet.ingest.bgp.mrt import read_mrt
from provenet.routing.hegemony import beside_tie_rules, listed_nodes, simulated_country_hegemony, simulated_hegemony
from provenet.routing.influence import simulated_transit_influence, weights_of
from provenet.routing.kernels.condense import condense
from provenet.routing.kernels.csr import Topology, topology
from provenet.routing.kernels.route_tables import GreatestFirst, Simulated
from provenet.routing.observed_routes import gather

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not SHARED.is_dir(), reason="the shared measurement data are not beside this checkout"),
]


@cache
def links() -> tuple[Any, Any]:
    with bz2.open(SHARED / "as-graph" / "20250901.as-rel2.txt.bz2", "rt") as lines:
        rows = np.array([line.split("|")[:3] for line in lines if not line.startswith("#")], np.int64)
    return rows[rows[:, 2] == -1], rows[rows[:, 2] == 0]


@cache
def graph() -> Topology:
    sales, peerings = (rows[:, :2] for rows in links())
    return topology(*sales.T, peerings[:, 0], peer_b=peerings[:, 1])


def number(text: str) -> int:
    return int.from_bytes(bytes(map(int, text.split("."))), "big")


@cache
def ranges(name: str) -> pl.DataFrame:
    """First and last address as whole numbers, and the third column."""
    with lzma.open(SHARED / "ip-tables" / name, "rt", encoding="utf-8") as lines:
        rows = [(number(row[0]), number(row[1]), row[2]) for row in csv.reader(lines)]
    return pl.DataFrame(rows, schema=["first", "last", "of"], orient="row")


@cache
def owned() -> pl.DataFrame:
    return ranges("ip-to-asn-ipv4-20260617.csv.xz").with_columns(asn=pl.col("of").cast(pl.Int64))


def every_network() -> np.ndarray:
    return np.arange(graph().node_count, dtype=np.int32)


def addresses() -> pl.DataFrame:
    size = (pl.col("last") - pl.col("first") + 1).sum()
    return owned().group_by("asn").agg(weight=size).sort("asn")


def of_country(code: str) -> pl.DataFrame:
    first, last, asn = (owned()[name].to_numpy() for name in ("first", "last", "asn"))
    inside = ranges("ip-to-country-ipv4-20260617.csv.xz").filter(of=code).sort("first")
    return weights_of(
        first, last, asn, part=np.ones(len(asn)), ranges=(inside["first"].to_numpy(), inside["last"].to_numpy())
    )


@cache
def registered(code: str) -> tuple[int, ...]:
    with lzma.open(SHARED / "as-graph" / "asnames-country-202302.txt.xz", "rt", encoding="utf-8") as lines:
        return tuple(int(line.split(":", 1)[0]) for line in lines if line.rstrip("\n").endswith(f", {code}"))


@cache
def published() -> pl.DataFrame:
    return pl.read_csv(lzma.open(SHARED / "as-influence" / "ihr-as-hegemony-20230801.csv.xz").read())


@cache
def answer(vantage: str) -> dict[str, Any]:
    """Global hegemony from a named set of vantage points."""
    nodes = listed_nodes(graph(), rib_peers())[0] if vantage == "peers of two RIBs" else every_network()[::79]
    greatest = vantage == "every 79th, greatest ASN first"
    routes = GreatestFirst(graph(), nodes) if greatest else Simulated(condense(graph()), nodes)
    return simulated_hegemony(routes, graph(), addresses(), vantages=nodes, vantage_points=vantage)


def simulated(vantage: str) -> pl.DataFrame:
    assert answer(vantage)["is_exact"]
    return answer(vantage)["scores"].select("asn", score="high_share")


def rib_peers() -> list[int]:
    found: set[int] = set()
    for name in ("rib.20140523.0600_firstMB.bz2", "rib6.20151101.0600_firstMB.bz2"):
        table = read_mrt(SHARED / "mrt" / name)
        for _ in table:
            pass
        found |= {session.asn for session in table.reading.sessions}
    return sorted(found)


def spearman(one: Any, two: Any) -> float:
    return float(np.corrcoef(ranks(one), ranks(two))[0, 1])


def ranks(values: Any) -> Any:
    """Ranks, those of equal values averaged."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    end = np.cumsum(count)
    return (end - (count - 1) / 2)[place]


def beside(scores: pl.DataFrame) -> tuple[Any, Any]:
    both = scores.join(published(), on="asn").filter((pl.col("score") > 0) & (pl.col("hege") > 0))
    return both["score"].to_numpy(), both["hege"].to_numpy()


def top(scores: pl.DataFrame, count: int) -> float:
    """Rank correlation over the networks of greatest published hegemony; one that is not scored has 0."""
    best = published().sort(["hege", "asn"], descending=[True, False]).head(count)
    joined = best.join(scores, on="asn", how="left").fill_null(0.0)
    return spearman(joined["score"].to_numpy(), joined["hege"].to_numpy())


def score_of(scores: pl.DataFrame, asn: int) -> float:
    return float(scores.filter(asn=asn)["score"].sum())


@cache
def own_share() -> pl.DataFrame:
    return addresses().select("asn", score=pl.col("weight") / pl.col("weight").sum())


def test_global_hegemony_ranks_networks_as_published() -> None:
    one, two = beside(simulated("every 79th"))
    assert len(one) == 66_753
    assert spearman(one, two) == pytest.approx(0.920, abs=0.005)
    assert np.corrcoef(np.log(one), np.log(two))[0, 1] == pytest.approx(0.939, abs=0.005)


def test_most_of_that_is_the_size_of_networks_and_routes_tell_where_it_matters() -> None:
    one, two = beside(own_share())
    assert spearman(one, two) == pytest.approx(0.904, abs=0.005), "addresses alone, no route at all"
    assert top(simulated("every 79th"), 1_000) > top(own_share(), 1_000) + 0.15
    assert top(simulated("every 79th"), 100) > top(own_share(), 100) + 0.25
    assert top(simulated("every 79th"), 100) == pytest.approx(0.617, abs=0.01)


def test_where_vantage_points_stand_moves_a_network_that_peers_with_many() -> None:
    """Published 0.057: collectors' peers see it less than all networks do."""
    assert score_of(simulated("every 79th"), 6939) == pytest.approx(0.135, abs=0.005)
    assert score_of(simulated("peers of two RIBs"), 6939) == pytest.approx(0.061, abs=0.005)
    assert top(simulated("peers of two RIBs"), 100) > top(simulated("every 79th"), 100)


def test_the_tie_rule_alone_moves_single_networks_much_and_the_whole_little() -> None:
    told = beside_tie_rules(answer("every 79th"), answer("every 79th, greatest ASN first"))
    first = told["scores"].row(0, named=True)
    assert first["asn"] == 174
    assert first["smallest_first_share"] == pytest.approx(0.105, abs=0.005)
    assert first["greatest_first_share"] == pytest.approx(0.021, abs=0.005)
    assert told["mean_moved_share"] < 1e-5


JAPAN = {2516: 0.260, 17676: 0.197, 4713: 0.155, 2914: 0.277, 1299: 0.136}
"""Published for 29 September 2019, weights by users."""


def test_japan_beside_published_values() -> None:
    """Three of five are near; the two transit networks are not, since one path a pair gives all to one provider."""
    nodes = every_network()[::8]
    routes = Simulated(condense(graph()), nodes)
    told = simulated_country_hegemony(routes, graph(), of_country("JP"), vantages=nodes)
    found = dict(told["scores"].iter_rows())
    assert told["found_share"] > 0.99
    off = {asn: found.get(asn, 0.0) - value for asn, value in JAPAN.items()}
    assert all(abs(off[asn]) < 0.09 for asn in (2516, 17676, 4713))
    assert off[2914] < -0.2
    assert found[2497] > 0.4, "it sells transit to AS4713 in this graph, and wins every tie with AS2914"


@pytest.mark.parametrize(
    ("country", "asn", "value"), [("CU", 11960, 0.964), ("LY", 37558, 0.959), ("BB", 23520, 0.749)]
)
def test_transit_influence_names_the_same_first_network(country: str, asn: int, value: float) -> None:
    """Three countries whose published first network is known; a gate of 1 is stated here, not measured."""
    nodes = every_network()[::8]
    routes = Simulated(condense(graph()), nodes)
    told = simulated_transit_influence(
        routes, graph(), of_country(country), monitors=nodes, inside_asns=registered(country), gate=1.0
    )
    first = told["scores"].row(0)
    assert first[0] == asn
    assert first[1] == pytest.approx(value, abs=0.12)


def test_a_real_rib_up_to_its_cut() -> None:
    """33 peers have IPv4 routes in its first megabyte; the rest of the table is not there, and the reading says so."""
    table = read_mrt(SHARED / "mrt" / "rib.20140523.0600_firstMB.bz2")
    told = gather(table, lambda: [session.asn for session in table.reading.sessions])
    assert not table.reading.is_whole
    assert (len(told.vantage_asn), len(told.length), len(told.path)) == (33, 8_997, 266_695)
    assert told.left_out["routes with a loop"] == 3_222
    assert told.left_out["routes with an AS set"] == 87
    assert told.left_out["default routes"] == 1
