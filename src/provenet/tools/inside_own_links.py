"""Of the tool `inside`: sites with links of their own; what these do not take spills to the network and is exposed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from provenet.ingest.network.element_lists import OwnLinkRow
    from provenet.routing.own_links import Span
    from provenet.tools.inside import InsideStudy

FROM, TO = "from", "to"


def own_link_rows(study: InsideStudy) -> list[dict[str, Any]]:
    """A row a node with own links and a direction: what spills to the network, and what is exposed in all."""
    from provenet.ingest.network.element_lists import read_own_links

    assert study.settings.own_links is not None
    by_node: dict[int, list[OwnLinkRow]] = {}
    for link in read_own_links(study.settings.own_links, study.names):
        by_node.setdefault(link.node, []).append(link)
    demands = study.demands
    return [
        _row(study, node, direction, which=ends == node, links=links)
        for node, links in by_node.items()
        for direction, ends in ((FROM, demands.source), (TO, demands.target))
    ]


def _row(
    study: InsideStudy, node: int, direction: str, *, which: NDArray[np.bool_], links: Sequence[OwnLinkRow]
) -> dict[str, Any]:
    """One node and direction. Volumes that are assumed say nothing of capacities: the demand is then not known."""
    from provenet.routing.own_links import OwnLink, Span, spilled_exposure

    volume = float(study.demands.volume[which].sum())
    demand = Span(low=volume, high=volume) if study.demands_given else Span()
    public = _network_exposure(study, which)
    exposure = {"clear": (0.0, 0.0), "restricted": (1.0, 1.0), "unknown": (0.0, 1.0)}
    own = [
        OwnLink(
            capacity=Span(low=link.low, high=link.high),
            exposure=Span(low=exposure[link.state][0], high=exposure[link.state][1]),
        )
        for link in links
    ]
    found = spilled_exposure(demand, own, public)
    return {
        "node": study.topology.node_ids[node],
        "direction": direction,
        "volume": volume if study.demands_given else None,
        "own_links": len(own),
        "spilled_low_share": found.spilled.low,
        "spilled_high_share": found.spilled.high,
        "network_low_share": public.low,
        "network_high_share": public.high,
        "low_share": found.exposed.low,
        "high_share": found.exposed.high,
    }


def _network_exposure(study: InsideStudy, which: NDArray[np.bool_]) -> Span:
    """The exposure of some demands together, were all of it on the network; from 0 to 1 where none has a path."""
    from provenet.routing.own_links import Span

    found = study.exposures
    routed = which & found.connected
    weight = study.demands.volume[routed]
    if not weight.sum() > 0:
        return Span(low=0.0, high=1.0)
    low, high = (float((ends[routed] * weight).sum() / weight.sum()) for ends in (found.low, found.high))
    return Span(low=min(low, 1.0), high=min(max(low, high), 1.0))
