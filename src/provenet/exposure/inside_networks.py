"""A carrier's own networks as a case holds them: topology, demands, own links of sites, costs; which rows count when.

Of a table, the rows of the latest day up to that of the question count; rows without a day count where none has one.
Several files of one day are read together, and of two rows on one node, link or demand the one added last counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from provenet.case.asof import as_known
from provenet.case.reported_links import links_once
from provenet.case.rows import (
    NetworkCostRow,
    NetworkDemandRow,
    NetworkLinkRow,
    NetworkNodeRow,
    NetworkOwnLinkRow,
    rows_of,
)
from provenet.core.errors import Fault, FaultList, InputFault
from provenet.core.wording import count, series
from provenet.ingest.network.element_lists import ElementNames
from provenet.ingest.network.topology import DemandRows, Demands, Members, Topology
from provenet.ingest.network.topology_files import demands_of
from provenet.numerics.arrays import Floats, Longs
from provenet.routing.own_links import Span

if TYPE_CHECKING:
    pass

READS = ("network_node", "network_link", "network_demand", "network_own_link", "network_cost", "site", "source")
"""The input tables that the room reads, beside the verdicts on elements."""
_KEYS = {
    "network_node": "node",
    "network_link": "link",
    "network_demand": "demand",
    "network_own_link": "own_link",
    "network_cost": "element",
}
_WHOSE = ("country", "carrier_id", "network")
MOST_ASSUMED = 1_000_000
"""The most pairs of nodes for which demands are assumed where none is known."""
_DRAWN = ("network_node", "network_link", "network_demand")
"""The tables that every figure of a network rests on."""
GRAVITY = (
    "no demands are known: each pair of nodes exchanges traffic in proportion to the product of the counts of links at "
    "both (gravity model), 1 in all"
)

MASSES = {
    "degree": "the count of links at each",
    "capacity": "the capacity of links at each",
    "equal": "one for each node",
}
"""Of the gravity model: what the mass of a node may be."""
ELEMENTS = "elements"
"""The unit of costs where none is stated: each element counts 1."""


@dataclass(frozen=True, kw_only=True)
class OwnSiteLink:
    """A link of a site's own: its node by place, its capacity from low to high each way, and its state as stated."""

    id: str
    node: int
    capacity: Span
    unit: str | None
    state: str | None
    row: str


@dataclass(frozen=True, kw_only=True)
class ReplacementCosts:
    """What replacing each element costs: `cost` float64[nodes + links], infinite where it cannot or is not known."""

    cost: Floats
    unit: str
    price_year: str | None
    refs: tuple[str, ...]
    assumed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class OwnNetwork:
    """One network of one carrier. `sensitive` and `protection` go with the demands; `refs` name its rows as queries.

    `demand_rows` are the rows of the demands by place, none where the demands are assumed. `own_links` are of sites
    that have some beside the network; `costs` is what replacing elements costs, None where nothing is stated.
    """

    country: str
    carrier_id: str
    network: str
    topology: Topology
    demands: Demands
    sensitive: tuple[bool | None, ...]
    protection: tuple[str | None, ...]
    demand_rows: tuple[str, ...]
    node_rows: Mapping[str, str]
    own_links: tuple[OwnSiteLink, ...]
    costs: ReplacementCosts | None
    refs: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str, str]:
        """Country, carrier and name."""
        return self.country, self.carrier_id, self.network

    @property
    def is_assumed(self) -> bool:
        """Whether its demands are those of a model."""
        return not self.demand_rows

    @property
    def words(self) -> str:
        """Carrier and name as an option takes them."""
        return f"{self.carrier_id}/{self.network}"


def own_networks(tables: Mapping[str, pl.DataFrame], as_of: date, known: date | None) -> list[OwnNetwork]:
    """The networks whose links the case holds on a day, by country, carrier and name.

    `tables` hold `READS`, rows in the order in which they were added. Raises InputFault for a demand, an own link or a
    cost of a node or link that its network does not have, capacities that are none, and costs in several currencies or
    price years. Cost O(rows).
    """
    cut = {
        name: _on_day(as_known(name, tables[name], tables["source"], day=known), key, as_of)
        for name, key in _KEYS.items()
    }
    whose = cut["network_link"].select(_WHOSE).unique().sort(_WHOSE).rows()
    stray = list(_stray(cut, set(whose)))
    found = [
        _network(key, {name: rows.filter(**dict(zip(_WHOSE, key, strict=True))) for name, rows in cut.items()})
        for key in whose
    ]
    return [
        replace(one, remarks=(*one.remarks, *(words for key, words in stray if key == one.key[:2]))) for one in found
    ]


def _stray(cut: Mapping[str, pl.DataFrame], whose: Set[tuple[str, ...]]) -> Iterator[tuple[tuple[str, str], str]]:
    """Country and carrier of rows on a network without links on the day, and a sentence that says so."""
    for name, rows in cut.items():
        for *key, number in rows.group_by(_WHOSE).len().sort(_WHOSE).iter_rows():
            if tuple(key) not in whose:
                country, carrier, network = key
                words = f"{count(number, 'row')} of {name} left out: no link of a network {network!r} is known that day"
                yield (country, carrier), words


def _on_day(rows: pl.DataFrame, key: str, as_of: date) -> pl.DataFrame:
    """The rows that count on a day, each element once."""
    held = rows.filter((pl.col("observed_on") <= as_of).fill_null(True))
    latest = held.with_columns(pl.col("observed_on").max().over(_WHOSE).alias("_latest"))
    meant = latest.filter(pl.col("observed_on").eq_missing(pl.col("_latest"))).drop("_latest")
    return meant.unique([*_WHOSE, key], keep="last", maintain_order=True)


def _network(key: tuple[str, ...], rows: Mapping[str, pl.DataFrame]) -> OwnNetwork:
    country, carrier, network = key
    nodes = {row["node"]: row for row in rows_of(NetworkNodeRow, rows["network_node"].sort("node"))}
    stated = rows_of(NetworkLinkRow, rows["network_link"].sort("link"))
    links = links_once(stated, nodes)
    demands = rows_of(NetworkDemandRow, rows["network_demand"].sort("demand"))
    topology = _topology(f"{carrier}/{network}", nodes, links)
    kept = [row for row in demands if row["source_node"] != row["target_node"]]
    volumes = [(row["demand"], row["source_node"], row["target_node"], row["volume_amount"], 0) for row in kept]
    units = {row["volume_unit"] for row in kept}
    place = f"network_demand of {network}"
    made = demands_of(DemandRows(rows=volumes, unit=units.pop() if len(units) == 1 else None), topology, place)
    files = {name: sorted(frame["file_id"].unique()) for name, frame in rows.items() if frame.height and name in _DRAWN}
    remarks = list(_remarks(nodes, links, demand_count=len(demands), kept_count=len(kept)))
    if twice := len(stated) - len(links):
        remarks.append(f"{count(twice, 'link')} that devices report at both ends counted once")
    return OwnNetwork(
        country=country,
        carrier_id=carrier,
        network=network,
        topology=topology,
        demands=made if kept else _assumed(topology),
        sensitive=tuple({"yes": True, "no": False}.get(row["sensitive"] or "") for row in kept),
        protection=tuple(row["protection"] for row in kept),
        demand_rows=tuple(row["row_id"] for row in kept),
        node_rows={name: row["row_id"] for name, row in nodes.items()},
        own_links=own_site_links(rows["network_own_link"], topology),
        costs=replacement_costs(rows["network_cost"], topology),
        refs=tuple(
            f"{name}?"
            + json.dumps(
                {"carrier_id": carrier, "network": network, "observed_on": _day_of(rows[name]), "file_id": found}
            )
            for name, found in files.items()
        ),
        remarks=tuple(remarks),
    )


def _day_of(rows: pl.DataFrame) -> str | None:
    """The one day of some rows."""
    day = rows["observed_on"][0]
    return day.isoformat() if isinstance(day, date) else None


def _remarks(
    nodes: Mapping[str, NetworkNodeRow], links: Sequence[NetworkLinkRow], *, demand_count: int, kept_count: int
) -> Iterator[str]:
    bare = {end for row in links for end in (row["source_node"], row["target_node"])} - nodes.keys()
    if bare:
        yield f"{count(len(bare), 'node')} that only links name: no position is known"
    if own := demand_count - kept_count:
        yield f"{count(own, 'demand')} of a node with itself left out"


def _topology(words: str, nodes: Mapping[str, NetworkNodeRow], links: Sequence[NetworkLinkRow]) -> Topology:
    ids = sorted({*nodes, *(end for row in links for end in (row["source_node"], row["target_node"]))})
    at = {name: place for place, name in enumerate(ids)}
    also: dict[str, tuple[set[int], set[int]]] = {}
    groups: dict[str, set[int]] = {}
    for name, row in nodes.items():
        for alias in row["also"] or ():
            also.setdefault(alias, (set(), set()))[0].add(at[name])
    for place, link in enumerate(links):
        for alias in link["also"] or ():
            also.setdefault(alias, (set(), set()))[1].add(place)
        for group in link["srlgs"] or ():
            groups.setdefault(group, set()).add(place)
    units = {row["capacity_unit"] for row in links}
    known = [nodes.get(name) for name in ids]
    return Topology(
        name=words,
        format="case",
        node_ids=ids,
        link_ids=[row["link"] for row in links],
        source=np.array([at[row["source_node"]] for row in links], np.int64),
        target=np.array([at[row["target_node"]] for row in links], np.int64),
        forward=np.array([row["way"] != "backward" for row in links], np.bool_),
        backward=np.array([row["way"] != "forward" for row in links], np.bool_),
        metric_forward=_floats(row["forward_metric"] for row in links),
        metric_backward=_floats(row["backward_metric"] for row in links),
        capacity_forward=_floats(row["forward_capacity_amount"] for row in links),
        capacity_backward=_floats(row["backward_capacity_amount"] for row in links),
        length_km=_floats(row["length_km"] for row in links),
        latitude_deg=_floats(row and row["lat_deg"] for row in known),
        longitude_deg=_floats(row and row["lon_deg"] for row in known),
        capacity_unit=units.pop() if len(units) == 1 else None,
        srlgs={name: Members((), tuple(sorted(found))) for name, found in sorted(groups.items())},
        also={name: Members(tuple(sorted(one)), tuple(sorted(two))) for name, (one, two) in sorted(also.items())},
    )


def _floats(values: Iterator[float | None]) -> np.ndarray:
    return np.array([np.nan if value is None else value for value in values], np.float64)


def assumed_demands(topology: Topology, basis: str = "degree") -> Demands:
    """Demands by the gravity model. Raises InputFault where masses are to be capacities and one is not known."""
    ends = np.concatenate([topology.source, topology.target])
    weights = np.ones(len(ends))
    if basis == "capacity":
        weights = np.concatenate([topology.capacity_forward, topology.capacity_forward])
        if np.isnan(weights).any():
            way_out = "Say --assumed-demands degree, or give --demands."
            raise InputFault([Fault(topology.name, "a link has no capacity", way_out=way_out)])
    mass = np.ones(len(topology.node_ids))
    if basis != "equal":
        mass = np.bincount(ends, weights=weights, minlength=len(mass)).astype(np.float64)
    source, target, volume = gravity_demands(mass)
    ids = [f"{topology.node_ids[one]}->{topology.node_ids[other]}" for one, other in zip(source, target, strict=True)]
    stated = (
        "Assumption: no demands are known; each pair of nodes exchanges traffic in proportion to the product of "
        f"their masses, {MASSES[basis]} (gravity model), 1 in all."
    )
    return Demands(source=source, target=target, volume=volume, ids=ids, stated=stated)


def _assumed(topology: Topology) -> Demands:
    if len(topology.node_ids) * (len(topology.node_ids) - 1) > MOST_ASSUMED:
        none = np.zeros(0, np.int64)
        stated = (
            f"No demands are known, and {count(len(topology.node_ids), 'node')} make more pairs than the "
            f"{MOST_ASSUMED:,} up to which a gravity model is assumed: add demands."
        )
        return Demands(source=none, target=none, volume=np.zeros(0), ids=[], stated=stated)
    return replace(assumed_demands(topology), stated=f"Assumption: {GRAVITY}.")


def own_site_links(rows: pl.DataFrame, topology: Topology) -> tuple[OwnSiteLink, ...]:
    """The own links of sites, by node and in the order in which they fill.

    Raises InputFault for a node that the topology does not have and a capacity that is none, all of them at once.
    """
    names, faults, found = ElementNames(topology), FaultList(), []
    for row in rows_of(NetworkOwnLinkRow, rows):
        nodes = names.known.get(row["node"], Members((), ())).nodes
        low, high = row["low_capacity_amount"], row["high_capacity_amount"]
        span = Span(low=0.0 if low is None else low, high=float("inf") if high is None else high)
        if len(nodes) != 1:
            faults.add(names.fault(row["node"], f"{row['locator']}, node", 0))
        elif not 0 <= span.low <= span.high:
            text, expected = "the capacity is none", "amounts of 0 or more, the least not above the greatest"
            faults.add(Fault(row["locator"], text, found=f"{low} to {high}", expected=expected))
        else:
            key = (nodes[0], row["ahead_count"] or 0, row["own_link"])
            link = OwnSiteLink(
                id=row["own_link"],
                node=nodes[0],
                capacity=span,
                unit=row["capacity_unit"],
                state=row["state"],
                row=f"network_own_link:{row['row_id']}",
            )
            found.append((key, link))
    faults.refuse()
    return tuple(link for _, link in sorted(found, key=lambda one: one[0]))


def replacement_costs(rows: pl.DataFrame, topology: Topology) -> ReplacementCosts | None:
    """What replacing elements costs, None where nothing is stated.

    Where an amount is stated, an element without one has a cost that is not known and is left out of sets by cost.
    Where none is, each counts 1. Raises InputFault for an element that the topology does not have, an amount below 0,
    and amounts in several currencies or price years.
    """
    if rows.is_empty():
        return None
    names, faults = ElementNames(topology), FaultList()
    stated = rows_of(NetworkCostRow, rows)
    priced = [row for row in stated if row["cost_amount"] is not None]
    cost = np.full(len(topology.node_ids) + len(topology.link_ids), np.inf if priced else 1.0)
    for row in stated:
        members = names.known.get(row["element"])
        amount = row["cost_amount"]
        if members is None:
            faults.add(names.fault(row["element"], f"{row['locator']}, element", 0))
        elif amount is not None and not 0 <= amount < float("inf"):
            text = "the cost is no amount"
            faults.add(Fault(row["locator"], text, found=f"{amount:g}", expected="a number of 0 or more"))
        else:
            at = [*members.nodes, *(len(topology.node_ids) + link for link in members.links)]
            if row["replaceable"] == "no":
                cost[at] = np.inf
            elif amount is not None:
                cost[at] = amount
    for column in ("currency", "price_year"):
        several = sorted({row[column] or "not stated" for row in priced})
        if len(several) > 1:
            text = f"costs of one network are in several of {column}"
            faults.add(Fault(priced[0]["locator"], text, found=series(several), expected="one"))
    faults.refuse()
    return ReplacementCosts(
        cost=cost,
        unit=(priced[0]["currency"] or "not stated") if priced else ELEMENTS,
        price_year=priced[0]["price_year"] if priced else None,
        refs=tuple(f"network_cost:{row['row_id']}" for row in stated),
        assumed=tuple(_cost_words(priced, stated)),
    )


def _cost_words(priced: Sequence[NetworkCostRow], stated: Sequence[NetworkCostRow]) -> Iterator[str]:
    if priced:
        yield "an element whose cost is not stated is not replaced"
    if kept := sum(row["replaceable"] == "no" for row in stated):
        yield f"{count(kept, 'element')} cannot be replaced, as its carrier states"


class GravityDemands(NamedTuple):
    """Demands of every ordered pair of nodes with mass: int64[k], int64[k], float64[k] that sums to 1."""

    source: Longs
    target: Longs
    volume: Floats


def gravity_demands(mass: Floats) -> GravityDemands:
    """Demands in proportion to the product of masses.

    Parameters
    ----------
    mass : float64[nodes], at least 0; a node without mass sends and receives nothing.

    >>> gravity_demands(np.array([1.0, 2.0, 0.0])).volume.tolist()
    [0.5, 0.5]
    """
    heavy = np.flatnonzero(mass > 0)
    source, target = np.repeat(heavy, len(heavy)), np.tile(heavy, len(heavy))
    apart = source != target
    source, target = source[apart], target[apart]
    volume = mass[source] * mass[target]
    return GravityDemands(source, target, volume / volume.sum() if len(volume) else volume)
