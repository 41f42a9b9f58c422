"""All rows of a carrier's own network: those of `inside_replacement` and `inside_own_link`, and those of other modules.

Which elements to replace so that traffic is clear: with routing as it is or free to change, with or without failures,
for all or the sensitive demands, with unknown elements restricted or clear, by count or by the costs that the case
states. An own link of a site is restricted, unknown or clear by the verdict on the element of the inventory that bears
its id, else as its carrier states it, else unknown.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from provenet.case.rows import AnyRow, InsideOwnLinkRow, InsideReplacementRow
from provenet.core.grouping import grouped
from provenet.core.ids import row_id
from provenet.core.wording import count, series
from provenet.exposure.inside import (
    AFTER,
    ENDS,
    FROM,
    MOST_UNDER_FAILURES,
    NONE,
    ROUTING,
    InsideStudy,
    OwnLinkShares,
    Replacing,
    own_link_shares,
)
from provenet.exposure.inside_case import OwnNetworkStudy
from provenet.exposure.inside_networks import ELEMENTS, OwnNetwork, OwnSiteLink
from provenet.exposure.inside_steering import STEERED, Steered, metric_rows, steered, steering_limits, steering_rows
from provenet.exposure.own_network import ElementState, element_states
from provenet.numerics.problem import Limits
from provenet.routing.own_links import Span
from provenet.routing.solve.frontier import BudgetedSet, FrontierPoint

MOST_REROUTED = 300
"""The most nodes of a network for which the smallest set of elements under free routing is looked for."""
MOST_REROUTED_PAIRS = 20_000
"""The most pairs of ends for which it is."""
SEARCH = Limits(rounds=60, nodes=2_000, steps=400_000)
"""Where that search stops: the same on every machine."""
KEPT_SETS = 40
"""Sets of one kind that are stored, the smallest first."""
ALL, SENSITIVE = "all", "sensitive"
RESTRICTED, CLEAR = "restricted", "clear"


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """Which demands shall be clear, and what unknown elements count as."""

    study: OwnNetworkStudy
    demands: str
    unknown_as: str
    sets: Replacing

    @cached_property
    def unit(self) -> str:
        """The unit of costs."""
        return ELEMENTS if self.study.own.costs is None else self.study.own.costs.unit

    @cached_property
    def refs(self) -> list[str]:
        """The rows that every set rests on."""
        costs = self.study.own.costs
        return [*self.study.own.refs, *self.study.marked_refs, *(costs.refs if costs is not None else ())]

    @cached_property
    def assumed(self) -> list[str]:
        """Assumptions of every set."""
        costs, words = self.study.own.costs, []
        if self.unit == ELEMENTS:
            words.append("each element costs the same")
        words += costs.assumed if costs is not None else ()
        words.append(
            "unknown elements count as restricted"
            if self.unknown_as == RESTRICTED
            else "unknown elements turn out to be clear"
        )
        return words

    def row(self, kind: str, members: Sequence[int], **figures: Any) -> InsideReplacementRow:
        """One set; `figures` are what its kind states."""
        study = self.study
        words = [" ".join(study.inside.named(one)) for one in sorted(members)]
        key: dict[str, Any] = {**study.key, "routed_by": study.inside.metric, "kind": kind, "elements": words}
        if (self.demands, self.unknown_as) != (ALL, RESTRICTED):
            key |= {"demands": self.demands, "unknown_as": self.unknown_as}
        cost = float(study.inside.cost[list(members)].sum())
        return {
            "inside_replacement_id": row_id("inside_replacement", {**key, **figures.pop("key", {})}),
            **study.key,  # type: ignore[typeddict-item]
            "kind": kind,
            "element_count": len(members),
            "elements": words,
            "bound_share": None,
            "least_count": None,
            "open_count": None,
            "closed_count": None,
            "demands": self.demands,
            "unknown_as": self.unknown_as,
            "exposed_share": None,
            "cost_amount": cost if np.isfinite(cost) else None,
            "cost_unit": self.unit,
            "price_year": None if study.own.costs is None else study.own.costs.price_year,
            "budget_amount": None,
            "least_amount": None,
            "parted_count": None,
            "assumed": self.assumed,
            "inputs": self.refs,
            **figures,
        }


def replacement_rows(study: OwnNetworkStudy, found: Steered | None) -> Iterator[InsideReplacementRow]:
    """Sets of elements to replace: as routed, if routing may change, each under failures too, and for steering.

    `found` is what can be steered.
    """
    wanted = list(_wanted(study))
    for done, one in enumerate(wanted):
        study.progress("replacement sets", done, len(wanted))
        yield from _sets(one, groups=())
        if study.question.failures != NONE and one.sets.fits_failures:
            yield from _sets(one, groups=study.inside.groups)
    if found is not None:
        yield from _priced(wanted[0], found)


def replacement_limits(study: OwnNetworkStudy) -> Iterator[str]:
    """Sentences on what was not looked for as the network is large."""
    for one in list(_wanted(study))[:1]:
        if not _may_reroute(study.inside):
            yield (
                f"the smallest set if routing may change is looked for up to {MOST_REROUTED:,} nodes and "
                f"{MOST_REROUTED_PAIRS:,} pairs of ends"
            )
        if study.question.failures != NONE and not one.sets.fits_failures:
            yield (
                "sets to replace that hold under failures are looked for up to "
                f"{MOST_UNDER_FAILURES:,} failures times nodes times sources"
            )


def _wanted(study: OwnNetworkStudy) -> Iterator[_Wanted]:
    """What shall be clear; nothing where there is no traffic, or nothing is marked."""
    inside, sensitive = study.inside, study.sensitive
    if not float(study.volume.sum()) or not inside.marked.any():
        return
    readings = [(RESTRICTED, inside.marked)]
    if inside.marked_surely.any() and (inside.marked & ~inside.marked_surely).any():
        readings.append((CLEAR, inside.marked_surely))
    kinds = [(ALL, inside.every)]
    if float(study.volume[sensitive].sum()) and not sensitive.all():
        kinds.append((SENSITIVE, sensitive))
    for demands, chosen in kinds:
        for unknown_as, marked in readings:
            sets = Replacing(study=inside, chosen=chosen, marked=marked)
            yield _Wanted(study=study, demands=demands, unknown_as=unknown_as, sets=sets)


def _may_reroute(inside: InsideStudy) -> bool:
    return inside.network.node_count <= MOST_REROUTED and len(inside.crossed_by_all.volume) <= MOST_REROUTED_PAIRS


def _sets(one: _Wanted, groups: Sequence[Sequence[int]]) -> Iterator[InsideReplacementRow]:
    found = one.sets.as_routed(groups, most=KEPT_SETS + 1)
    frontier = found.frontier
    how = _cleared_formula(groups, "nested minimum cuts over all prices of an element")
    for point, left in found.points[1:]:
        bound, words = frontier.bound(point.cost), _cleared_words(one, len(point.members), groups)
        figures = {"proof": frontier.proof, "label": words, "formula": how}
        yield _cleared_row(one, "as routed", point, bound=bound, left=left, groups=groups, **figures)
    if found.best is not None:
        best, left = found.best
        budget = one.study.question.budget
        yield _cleared_row(
            one,
            "within budget",
            best,
            bound=best.bound,
            left=left,
            groups=groups,
            key={"budget": budget},
            budget_amount=budget,
            proof=best.proof,
            label=f"{_cleared_words(one, len(best.members), groups)} within the budget",
            formula=_cleared_formula(groups, "branch and bound between points of the frontier, within the budget"),
        )
    if _may_reroute(one.study.inside):
        yield _rerouted(one, groups)


def _kind(words: str, groups: Sequence[Sequence[int]]) -> str:
    return f"{words} under failures" if groups else words


def _cleared_words(one: _Wanted, number: int, groups: Sequence[Sequence[int]]) -> str:
    """The label of a set with routing as it is."""
    whose = "Sensitive volume" if one.demands == SENSITIVE else "Volume"
    failing = ", also under every single failure," if groups else ""
    return (
        f"{whose} of {one.study.where} whose paths{failing} are wholly clear under {one.study.question.pack} once "
        f"{count(number, 'element is', 'elements are')} replaced"
        + (", unknown elements being clear" if one.unknown_as == CLEAR else "")
    )


def _cleared_formula(groups: Sequence[Sequence[int]], how: str) -> str:
    paths = (
        "volume of demands all of whose paths, today and under each single failure, then meet clear elements alone; "
        if groups
        else "volume of demands all of whose paths then meet clear elements alone, "
    )
    settled = f"{AFTER}; " if groups else ""
    return f"{paths}routing as it is / volume of demands; {settled}{how}"


def _cleared_row(
    one: _Wanted,
    kind: str,
    found: FrontierPoint | BudgetedSet,
    *,
    bound: float,
    left: float,
    groups: Sequence[Sequence[int]],
    **figures: Any,
) -> InsideReplacementRow:
    """A set with routing as it is; no set of its cost clears more than `bound`, and `left` is exposed after it."""
    whole = one.sets.whole
    return one.row(
        _kind(kind, groups),
        found.members,
        clear_share=min(1.0, found.cleared / whole),
        bound_share=min(1.0, max(bound, found.cleared) / whole),
        exposed_share=min(1.0, left / whole),
        **figures,
    )


def _rerouted(one: _Wanted, groups: Sequence[Sequence[int]]) -> InsideReplacementRow:
    study, demands, chosen = one.study, one.study.own.demands, one.sets.chosen
    found = one.sets.rerouted(groups, SEARCH)
    closed = set(found.closed)
    ends = zip(demands.source[chosen].tolist(), demands.target[chosen].tolist(), strict=True)
    is_open = np.array([pair not in closed for pair in ends], np.bool_)
    by_count = one.unit == ELEMENTS
    kept = "keeps a path clear" if groups else "a path clear"
    under = " under every single failure" if groups else ""
    whom = "sensitive demand" if one.demands == SENSITIVE else "demand"
    return one.row(
        _kind("rerouted", groups),
        found.members,
        clear_share=float(study.volume[chosen][is_open].sum()) / one.sets.whole,
        least_count=int(np.ceil(found.bound - 1e-6)) if by_count else None,
        least_amount=found.bound,
        open_count=found.clear_now + found.opened,
        closed_count=len(found.closed),
        parted_count=len(found.parted) if groups else None,
        proof=found.proof,
        label=(
            f"Elements of {study.where} to replace so that {kept} under {study.question.pack} exists for each {whom}"
            if not groups
            else f"Elements of {study.where} to replace so that each {whom} {kept} under {study.question.pack}{under}"
        ),
        formula=("fewest elements " if by_count else "elements of least cost ")
        + (
            "so that each demand has a path of clear elements alone, ends included"
            + (", also while any one link, node or group is down that does not part it" if groups else "")
            + "; routing may change, capacity limits nothing; covering of cuts"
        ),
    )


def _priced(one: _Wanted, found: Steered) -> Iterator[InsideReplacementRow]:
    """Single elements whose replacement was tried, by what each adds to what can be steered."""
    study = one.study
    base = found.sure if any(price.gain is not None for price in found.sure.prices) else found.shown
    for price in base.prices:
        if price.gain is None:
            continue
        yield one.row(
            "steered",
            [price.element],
            key={"stretch": study.question.stretch},
            clear_share=min(1.0, (base.clear + price.gain) / found.volume),
            bound_share=min(1.0, (base.clear + max(price.bound, price.gain)) / found.volume),
            proof="certified" if base.best_proven else "bound",
            label=f"Volume of {study.where} that can ride paths clear under {study.question.pack} once "
            f"{' '.join(study.inside.named(price.element))} is replaced",
            formula=f"{STEERED.format(how=found.low_how if base is found.sure else found.shown_how)}; the element "
            "counts as clear",
            assumed=[
                *one.assumed,
                *(["links without a stated capacity take any load"] if base is not found.sure else []),
            ],
        )


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
    links = grouped((link.node, link) for link in own.own_links)
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
