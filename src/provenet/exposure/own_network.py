"""Which nodes and links of a carrier's own network are restricted, unknown or clear by the verdicts on its elements.

An element of the inventory stands at the node or link that bears its id, that of the device that holds it, or that of
its site. A node is restricted if any element in it is, clear only if all are; without an element it is unknown. A
link counts only where an element bears its id: what lights a fibre is on no topology.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from provenet.core.ids import fold
from provenet.core.wording import count, plural

RESTRICTED, UNKNOWN, CLEAR = "restricted", "unknown", "clear"
NODE, LINK = "node", "link"
NO_ELEMENT, VENDOR, VERDICT, CONDITION = "element", "vendor", "verdict", "condition"
_BECAUSE = {None: VENDOR, "undetermined": VERDICT, "conditional": CONDITION}
DEEPEST = 40
"""Devices within devices that are followed from a part to where it stands."""


@dataclass(frozen=True, kw_only=True)
class ElementState:
    """A node or link of a topology by the verdicts on the elements that stand at it.

    `because` says why it is unknown: nothing stands at it, or the vendor, the verdict or a condition of one is open.
    `remove_by` is the earliest last day of a term that runs for one of them; `refs` are their verdicts.
    """

    kind: str
    id: str
    state: str
    because: str | None
    remove_by: date | None
    refs: tuple[str, ...]


def element_states(
    nodes: Iterable[tuple[str, Collection[str]]],
    links: Iterable[tuple[str, Collection[str]]],
    *,
    elements: pl.DataFrame,
    sites: Mapping[str, str],
) -> tuple[list[ElementState], tuple[str, ...]]:
    """The state of every node, and of each link at which an element stands, in their order; and remarks.

    `nodes` and `links` are ids with the names that each goes by; a name of a node that is a link's too means the node.
    Cost O(elements + names).
    """
    stands: dict[str, list[tuple[str | None, date | None, str]]] = {}
    nodes, links = list(nodes), list(links)
    placed = {fold(name) for _, names in (*nodes, *links) for name in names}
    holder = dict(elements.select("asset_id", "part_of").iter_rows())
    columns = ("asset_id", "site_id", "outcome", "remove_by_on", "verdict_asset_id")
    matched = 0
    for asset, site, outcome, last, key in elements.select(columns).iter_rows():
        names = (*_held_by(asset, holder), site, sites.get(site or ""))
        here = next((name for one in names if one and (name := fold(one)) in placed), None)
        if here is not None:
            stands.setdefault(here, []).append((outcome, last, f"verdict_asset:{key}"))
            matched += 1
    own = {fold(name) for _, names in nodes for name in names}
    found, without = [], 0
    for name, aliases in nodes:
        here_all = [one for alias in dict.fromkeys(map(fold, aliases)) for one in stands.get(alias, ())]
        without += not here_all
        found.append(_state(NODE, name, here_all))
    for name, aliases in links:
        here_all = [
            one for alias in dict.fromkeys(map(fold, aliases)) if alias not in own for one in stands.get(alias, ())
        ]
        if here_all:
            found.append(_state(LINK, name, here_all))
    remarks = [
        f"{count(matched, 'answer')} on elements of the case {plural(matched, 'stands', 'stand')} at "
        f"{count(len(stands), 'node or link', 'nodes or links')} of the topology"
    ]
    if without:
        remarks.append(f"{count(without, 'node')} without an element of the case: unknown")
    if matched < elements.height:
        remarks.append(f"{count(elements.height - matched, 'answer')} on elements at no node or link of the topology")
    return found, tuple(remarks)


def _held_by(asset: str, holder: Mapping[str, str | None]) -> Iterator[str]:
    """An element, the device that holds it, the device that holds that one, and so on."""
    at: str | None = asset
    for _ in range(DEEPEST):
        if at is None:
            return
        yield at
        at = holder.get(at)


def _state(kind: str, name: str, here: Collection[tuple[str | None, date | None, str]]) -> ElementState:
    outcomes = {outcome for outcome, _, _ in here}
    state, because = UNKNOWN, None
    if RESTRICTED in outcomes:
        state = RESTRICTED
    elif outcomes == {CLEAR}:
        state = CLEAR
    else:
        reasons = {_BECAUSE.get(outcome, VERDICT) for outcome in outcomes - {CLEAR}}
        because = next((one for one in (VENDOR, VERDICT, CONDITION) if one in reasons), NO_ELEMENT)
    days = [last for _, last, _ in here if last is not None]
    refs = tuple(dict.fromkeys(ref for _, _, ref in here))
    return ElementState(kind=kind, id=name, state=state, because=because, remove_by=min(days, default=None), refs=refs)
