"""Which nodes and links of a carrier's own network are restricted, unknown or clear by the verdicts on its elements.

An element of the inventory stands at the node or link whose id is its own, that of the device that holds it, or that
of its site. A node is restricted if any element in it is, clear only if all are; without an element it is unknown. A
link counts only where an element bears its id: what lights a fibre is on no topology.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from provenet.core.ids import fold
from provenet.core.wording import count, plural

RESTRICTED, CLEAR = "restricted", "clear"


@dataclass(frozen=True, kw_only=True)
class NetworkStates:
    """Ids of a topology by what the inventory and the verdicts say of them; the rest is clear."""

    restricted: tuple[str, ...]
    unknown: tuple[str, ...]
    remarks: tuple[str, ...]


def network_states(
    node_ids: Collection[str],
    link_ids: Collection[str],
    *,
    elements: pl.DataFrame,
    sites: Mapping[str, str],
) -> NetworkStates:
    """What the verdicts on elements say of the nodes and links of a topology. Cost O(elements + ids).

    Parameters
    ----------
    node_ids, link_ids
        Ids of the topology; case, accents and hyphens do not matter.
    elements
        Rows of `verdict_asset` of the policies in question, of one carrier or of all.
    sites
        Names of sites by id.
    """
    by_name: dict[str, set[str | None]] = {}
    columns = elements.select("asset_id", "part_of", "site_id", "outcome").iter_rows()
    placed = {fold(one) for one in (*node_ids, *link_ids)}
    matched = 0
    for asset, holder, site, outcome in columns:
        names = [fold(name) for name in (asset, holder, site, sites.get(site or "")) if name]
        here = next((name for name in names if name in placed), None)
        if here is not None:
            by_name.setdefault(here, set()).add(outcome)
            matched += 1
    nodes = {name: by_name.get(fold(name), {None}) for name in node_ids}
    links = {name: by_name[fold(name)] for name in link_ids if fold(name) in by_name and name not in nodes}
    found = {**nodes, **links}
    restricted = tuple(name for name, outcomes in found.items() if RESTRICTED in outcomes)
    unknown = tuple(name for name, outcomes in found.items() if RESTRICTED not in outcomes and outcomes != {CLEAR})
    without = sum(fold(name) not in by_name for name in nodes)
    remarks = [
        f"{count(matched, 'answer')} on elements of the case {plural(matched, 'stands', 'stand')} at "
        f"{count(len(by_name), 'node or link', 'nodes or links')} of the topology"
    ]
    if without:
        remarks.append(f"{count(without, 'node')} without an element of the case: unknown")
    if matched < elements.height:
        remarks.append(f"{count(elements.height - matched, 'answer')} on elements at no node or link of the topology")
    return NetworkStates(restricted=restricted, unknown=unknown, remarks=tuple(remarks))
