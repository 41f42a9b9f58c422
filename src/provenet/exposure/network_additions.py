"""What a case may say of a carrier's own network beside its topology: own links of sites, and costs of replacement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenet.case.rows import NetworkCostRow, NetworkOwnLinkRow, rows_of
from provenet.core.errors import Fault, FaultList, InputFault
from provenet.core.wording import count, series
from provenet.ingest.network.element_lists import ElementNames
from provenet.ingest.network.topology import Members, Topology
from provenet.routing.own_links import Span

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

    cost: NDArray[np.float64]
    unit: str
    price_year: str | None
    refs: tuple[str, ...]
    assumed: tuple[str, ...]


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
    if faults.count:
        raise InputFault(faults.faults, faults.count)
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
    size = len(topology.node_ids) + len(topology.link_ids)
    cost = np.full(size, np.inf if priced else 1.0)
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
    if faults.count:
        raise InputFault(faults.faults, faults.count)
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
