"""Sites with links of their own beside a carrier's network: what spills to it, and what is exposed in all.

Rows of `inside_own_link`. An own link is restricted, unknown or clear by the verdict on the element of the inventory
that bears its id, else as its carrier states it, else unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenet.case.rows import InsideOwnLinkRow
from provenet.core.ids import row_id
from provenet.core.wording import series
from provenet.exposure.inside import ENDS, ROUTING
from provenet.exposure.network_additions import OwnSiteLink
from provenet.exposure.own_network import ElementState, element_states
from provenet.routing.own_links import Span, exposure_of_site

if TYPE_CHECKING:
    from provenet.exposure.inside import InsideStudy

FROM, TO = "from", "to"
_FORMULA = (
    "traffic fills own links in their order, what is left rides the network: part of each way x its exposure, over "
    "every volume, capacity and exposure within their ends"
)


def own_link_states(links: Sequence[OwnSiteLink], elements: pl.DataFrame) -> dict[str, ElementState]:
    """The state of each own link at which an element of the inventory stands, by its id."""
    states, _ = element_states([], [(link.id, (link.id,)) for link in links], elements=elements, sites={})
    return {one.id: one for one in states}


def own_link_rows(study: InsideStudy) -> Iterator[InsideOwnLinkRow]:
    """A row a node with own links and a direction."""
    demands = study.own.demands
    for node, group in groupby(study.own.own_links, key=lambda link: link.node):
        links = list(group)
        for direction, ends in ((FROM, demands.source), (TO, demands.target)):
            yield _row(study, node, direction, which=ends == node, links=links)


def _row(
    study: InsideStudy, node: int, direction: str, *, which: NDArray[np.bool_], links: Sequence[OwnSiteLink]
) -> InsideOwnLinkRow:
    own, states, is_known = study.own, study.own_link_states, not study.own.is_assumed
    stated = [states[link.id].state if link.id in states else link.state or "unknown" for link in links]
    capacity = [link.capacity if link.unit == own.demands.unit else Span() for link in links]
    ways = list(zip(capacity, stated, strict=True))
    public, found = exposure_of_site(ways, which, volume=study.volume, exposures=study.today, is_known=is_known)
    name = own.topology.node_ids[node]
    words = "leaves" if direction == FROM else "reaches"
    refs = [ref for link in links for ref in (link.row, *(states[link.id].refs if link.id in states else ()))]
    return {
        "inside_own_link_id": row_id("inside_own_link", {**study.key, "node": name, "direction": direction}),
        **study.key,  # type: ignore[typeddict-item]
        "node": name,
        "direction": direction,
        "own_links": [link.id for link in links],
        "states": stated,
        "volume_amount": float(study.volume[which].sum()) if is_known else None,
        "volume_unit": own.demands.unit,
        "spilled_low_share": found.spilled.low,
        "spilled_high_share": found.spilled.high,
        "network_low_share": public.low,
        "network_high_share": public.high,
        "low_share": found.exposed.low,
        "high_share": found.exposed.high,
        "assumed": [ROUTING, ENDS, *_assumed(links, study)],
        "label": f"The traffic that {words} {name} of {study.where}, with its own links "
        f"{series([link.id for link in links])}",
        "formula": _FORMULA,
        "inputs": [*refs, *own.refs, *study.marked_refs],
    }


def _assumed(links: Sequence[OwnSiteLink], study: InsideStudy) -> Iterator[str]:
    states, unit = study.own_link_states, study.own.demands.unit
    yield "own links fill in their order, both ways alike"
    if named := [link.id for link in links if link.id not in states and link.state in ("clear", "restricted")]:
        yield f"{series(named)}: as the carrier states, under every policy"
    if other := [link.id for link in links if link.unit != unit and link.capacity != Span()]:
        yield f"{series(other)}: the capacity is in another unit than volumes, so it is not known"
    if study.own.is_assumed:
        yield "volumes are assumed and say nothing of capacities, so what spills is not known"
