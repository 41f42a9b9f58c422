"""All rows of a carrier's own network, and those of sites with links of their own: `inside_own_link`.

An own link is restricted, unknown or clear by the verdict on the element of the inventory that bears its id, else as
its carrier states it, else unknown.
"""

from collections.abc import Iterator, Mapping, Sequence

from provenet.case.rows import AnyRow, InsideOwnLinkRow
from provenet.core.ids import row_id
from provenet.core.wording import series
from provenet.exposure.inside import ENDS, ROUTING
from provenet.exposure.inside_case import OwnNetworkStudy
from provenet.exposure.inside_changes import FROM, OwnLinkShares, own_link_shares
from provenet.exposure.inside_networks import OwnNetwork, OwnSiteLink
from provenet.exposure.inside_replacement import replacement_limits, replacement_rows
from provenet.exposure.inside_steering import metric_rows, steered, steering_limits, steering_rows
from provenet.exposure.own_network import ElementState, element_states
from provenet.routing.own_links import Span

_FORMULA = (
    "traffic fills own links in their order, what is left rides the network: part of each way x its exposure, over "
    "every volume, capacity and exposure within their ends"
)


def inside_rows(study: OwnNetworkStudy) -> tuple[dict[str, Iterator[AnyRow]], tuple[str, ...]]:
    """All rows by the name of their table; and what stands where, what was left out because the network is large."""
    found = steered(study)
    rows: dict[str, Iterator[AnyRow]] = {
        "inside_element": study.element_rows(),
        "inside_exposure": study.exposure_rows(),
        "inside_failure": study.failure_rows(),
        "steering": steering_rows(study, found),
        "inside_replacement": replacement_rows(study, found),
        "inside_metric": metric_rows(study, found),
        "inside_own_link": own_link_rows(study),
    }
    return rows, (*study.own.remarks, *study.placed, *steering_limits(study, found), *replacement_limits(study))


def own_link_rows(study: OwnNetworkStudy) -> Iterator[InsideOwnLinkRow]:
    """A row a node with own links and a direction."""
    own = study.own
    found, _ = element_states([], [(link.id, (link.id,)) for link in own.own_links], elements=study.elements, sites={})
    states = {one.id: one for one in found}
    links: dict[int, list[OwnSiteLink]] = {}
    for link in own.own_links:
        links.setdefault(link.node, []).append(link)
    ways = {
        node: [(link.capacity if link.unit == own.demands.unit else Span(), _state(link, states)) for link in some]
        for node, some in links.items()
    }
    for one in own_link_shares(study.inside, ways):
        yield _row(study, one, links[one.node], states=states)


def _state(link: OwnSiteLink, states: Mapping[str, ElementState]) -> str:
    return states[link.id].state if link.id in states else link.state or "unknown"


def _row(
    study: OwnNetworkStudy, one: OwnLinkShares, links: Sequence[OwnSiteLink], *, states: Mapping[str, ElementState]
) -> InsideOwnLinkRow:
    own, name = study.own, study.topology.node_ids[one.node]
    words = "leaves" if one.direction == FROM else "reaches"
    refs = [ref for link in links for ref in (link.row, *(states[link.id].refs if link.id in states else ()))]
    return {
        "inside_own_link_id": row_id("inside_own_link", {**study.key, "node": name, "direction": one.direction}),
        **study.key,  # type: ignore[typeddict-item]
        "node": name,
        "direction": one.direction,
        "own_links": [link.id for link in links],
        "states": [_state(link, states) for link in links],
        "volume_amount": one.volume,
        "volume_unit": own.demands.unit,
        **one.shares,
        "assumed": [ROUTING, ENDS, *_assumed(links, states, own)],
        "label": f"The traffic that {words} {name} of {study.where}, with its own links "
        f"{series([link.id for link in links])}",
        "formula": _FORMULA,
        "inputs": [*refs, *own.refs, *study.marked_refs],
    }


def _assumed(links: Sequence[OwnSiteLink], states: Mapping[str, ElementState], own: OwnNetwork) -> Iterator[str]:
    unit = own.demands.unit
    yield "own links fill in their order, both ways alike"
    if named := [link.id for link in links if link.id not in states and link.state in ("clear", "restricted")]:
        yield f"{series(named)}: as the carrier states, under every policy"
    if other := [link.id for link in links if link.unit != unit and link.capacity != Span()]:
        yield f"{series(other)}: the capacity is in another unit than volumes, so it is not known"
    if own.is_assumed:
        yield "volumes are assumed and say nothing of capacities, so what spills is not known"
