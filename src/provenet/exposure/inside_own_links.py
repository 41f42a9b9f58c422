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
from provenet.routing.own_links import OwnLink, Span, spilled_exposure

if TYPE_CHECKING:
    from provenet.exposure.inside import InsideStudy

FROM, TO = "from", "to"
_EXPOSED = {"clear": Span(low=0.0, high=0.0), "restricted": Span(low=1.0, high=1.0), "unknown": Span(low=0.0, high=1.0)}
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
    """One node and direction. Volumes that are assumed say nothing of capacities: the demand is then not known."""
    own, states = study.own, study.own_link_states
    volume = float(own.demands.volume[which].sum())
    is_known = not own.is_assumed
    stated = [states[link.id].state if link.id in states else link.state or "unknown" for link in links]
    ways = [
        OwnLink(
            capacity=link.capacity if link.unit == own.demands.unit else Span(),
            exposure=_EXPOSED[state],
        )
        for link, state in zip(links, stated, strict=True)
    ]
    public = _on_network(study, which)
    found = spilled_exposure(Span(low=volume, high=volume) if is_known else Span(), ways, public)
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
        "volume_amount": volume if is_known else None,
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


def _on_network(study: InsideStudy, which: NDArray[np.bool_]) -> Span:
    """The exposure of some demands together, were all of it on the network; from 0 to 1 where none has a path."""
    found = study.today
    routed = which & found.connected
    weight = study.volume[routed]
    if not weight.sum() > 0:
        return Span(low=0.0, high=1.0)
    low, high = (float((ends[routed] * weight).sum() / weight.sum()) for ends in (found.low, found.high))
    return Span(low=min(low, 1.0), high=min(max(low, high), 1.0))
