"""Of the tool `inside`: sites with links of their own; what these do not take spills to the network and is exposed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from provenet.ingest.network.element_lists import OwnLinkRow, read_own_links
from provenet.routing.own_links import Span, exposure_of_site
from provenet.tools.inside import InsideStudy

FROM, TO = "from", "to"


def own_link_rows(study: InsideStudy) -> list[dict[str, Any]]:
    """A row a node with own links and a direction: what spills to the network, and what is exposed in all."""

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

    volume, is_known = study.demands.volume, study.demands_given
    own = [(Span(low=link.low, high=link.high), link.state) for link in links]
    public, found = exposure_of_site(own, which, volume=volume, exposures=study.exposures, is_known=is_known)
    return {
        "node": study.topology.node_ids[node],
        "direction": direction,
        "volume": float(volume[which].sum()) if is_known else None,
        "own_links": len(own),
        "spilled_low_share": found.spilled.low,
        "spilled_high_share": found.spilled.high,
        "network_low_share": public.low,
        "network_high_share": public.high,
        "low_share": found.exposed.low,
        "high_share": found.exposed.high,
    }
