"""Which elements of a carrier's own network to replace so that traffic is clear: rows of `inside_replacement`.

With routing as it is or free to change, with or without failures, for all or the sensitive demands, with unknown
elements restricted or clear, by count or by the costs that the case states.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from provenet.case.rows import InsideReplacementRow
from provenet.core.ids import row_id
from provenet.core.wording import count
from provenet.exposure.inside import NONE
from provenet.exposure.inside_steering import STEERED
from provenet.exposure.network_additions import ELEMENTS
from provenet.numerics.problem import Limits
from provenet.routing.crossed_elements import CrossedElements, crossed_elements, exposed_after
from provenet.routing.rerouting import smallest_replacement
from provenet.routing.solve.frontier import BudgetedSet, Frontier, FrontierPoint, cleared_frontier, cleared_within

if TYPE_CHECKING:
    from provenet.exposure.inside import InsideStudy

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
MOST_REROUTED = 300
"""The most nodes of a network for which the smallest set of elements under free routing is looked for."""
MOST_REROUTED_PAIRS = 20_000
"""The most pairs of ends for which it is."""
MOST_UNDER_FAILURES = 40_000_000
"""So many failures times nodes times sources are worked through at most for sets that hold under failures."""
SEARCH = Limits(rounds=60, nodes=2_000, steps=400_000)
"""Where that search stops: the same on every machine."""
KEPT_SETS = 40
"""Sets of one kind that are stored, the smallest first."""
ALL, SENSITIVE = "all", "sensitive"
RESTRICTED, CLEAR = "restricted", "clear"
_SETTLED = "after a failure routing has settled; capacity limits nothing"


@dataclass(frozen=True, kw_only=True)
class _Asking:
    """Which demands shall be clear, what is marked, and what unknown elements count as."""

    study: InsideStudy
    demands: str
    unknown_as: str
    chosen: Flags
    marked: Flags

    @property
    def is_usual(self) -> bool:
        """Whether it is the question of all demands with unknown elements restricted."""
        return (self.demands, self.unknown_as) == (ALL, RESTRICTED)

    @cached_property
    def whole(self) -> float:
        """Volume of the demands."""
        return float(self.study.volume[self.chosen].sum())

    @cached_property
    def cost(self) -> Floats:
        """What replacing each element costs."""
        costs = self.study.own.costs
        return np.ones(len(self.marked)) if costs is None else costs.cost

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
        if costs is None or costs.unit == ELEMENTS:
            words.append("each element costs the same")
        words += costs.assumed if costs is not None else ()
        words.append(
            "unknown elements count as restricted"
            if self.unknown_as == RESTRICTED
            else "unknown elements turn out to be clear"
        )
        return words

    def crossed(self, groups: Sequence[Sequence[int]]) -> CrossedElements:
        """The marked elements on the paths of the demands, also after failures."""
        if self.is_usual and not groups:
            return self.study.crossed
        return crossed_elements(
            self.study.network,
            source=self.study.source[self.chosen],
            target=self.study.target[self.chosen],
            volume=self.study.volume[self.chosen],
            marked=self.marked,
            failures=groups,
        )

    def row(self, kind: str, members: Sequence[int], **figures: Any) -> InsideReplacementRow:
        """One set; `figures` are what its kind states."""
        study = self.study
        words = element_words(study, members)
        key: dict[str, Any] = {**study.key, "routed_by": study.metric, "kind": kind, "elements": words}
        if not self.is_usual:
            key |= {"demands": self.demands, "unknown_as": self.unknown_as}
        cost = float(self.cost[list(members)].sum())
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


def replacement_rows(study: InsideStudy) -> Iterator[InsideReplacementRow]:
    """Sets of elements to replace: as routed, if routing may change, each under failures too, and for steering."""
    if not float(study.volume.sum()) or not study.marked.any():
        return
    askings = list(_askings(study))
    for done, asking in enumerate(askings):
        study.progress("replacement sets", done, len(askings))
        yield from _sets(asking, groups=())
        if study.question.failures != NONE and _fits(asking):
            yield from _sets(asking, groups=_groups(study))
    yield from _priced(askings[0])


def replacement_limits(study: InsideStudy) -> Iterator[str]:
    """Sentences on what was not looked for as the network is large."""
    if not float(study.volume.sum()) or not study.marked.any():
        return
    asking = next(_askings(study))
    if not _may_reroute(asking):
        yield (
            f"the smallest set if routing may change is looked for up to {MOST_REROUTED:,} nodes and "
            f"{MOST_REROUTED_PAIRS:,} pairs of ends"
        )
    if study.question.failures != NONE and not _fits(asking):
        yield (
            "sets to replace that hold under failures are looked for up to "
            f"{MOST_UNDER_FAILURES:,} failures times nodes times sources"
        )


def element_words(study: InsideStudy, members: Sequence[int]) -> list[str]:
    """Elements, each with its kind before its id."""
    nodes, topology = len(study.node_at), study.topology
    return [
        f"node {topology.node_ids[one]}" if one < nodes else f"link {topology.link_ids[one - nodes]}"
        for one in sorted(members)
    ]


def _askings(study: InsideStudy) -> Iterator[_Asking]:
    every = np.ones(len(study.volume), np.bool_)
    sensitive = np.array([one is True for one in study.own.sensitive] or [False] * len(every), np.bool_)
    restricted = np.concatenate([study.marks.restricted_nodes, study.marks.restricted_links])
    readings = [(RESTRICTED, study.marked)]
    if restricted.any() and (study.marked & ~restricted).any():
        readings.append((CLEAR, restricted))
    kinds = [(ALL, every)]
    if float(study.volume[sensitive].sum()) and not sensitive.all():
        kinds.append((SENSITIVE, sensitive))
    for demands, chosen in kinds:
        for unknown_as, marked in readings:
            yield _Asking(study=study, demands=demands, unknown_as=unknown_as, chosen=chosen, marked=marked)


def _groups(study: InsideStudy) -> list[list[int]]:
    """What may fail, as elements: nodes, then links."""
    nodes = len(study.node_at)
    return [[*one.nodes, *(nodes + link for link in one.links)] for one in study.failing]


def _fits(asking: _Asking) -> bool:
    study = asking.study
    sources = len(np.unique(study.source[asking.chosen]))
    return len(study.failing) * len(study.node_at) * sources <= MOST_UNDER_FAILURES


def _may_reroute(asking: _Asking) -> bool:
    pairs = len(asking.study.crossed.volume)
    return len(asking.study.node_at) <= MOST_REROUTED and pairs <= MOST_REROUTED_PAIRS


def _sets(asking: _Asking, groups: Sequence[Sequence[int]]) -> Iterator[InsideReplacementRow]:
    study = asking.study
    crossed = asking.crossed(groups)
    frontier = cleared_frontier(crossed.sets, crossed.volume, asking.cost)
    points = frontier.points[: KEPT_SETS + 1]
    exposed = exposed_after(study.network, crossed, marked=asking.marked, steps=[point.members for point in points])
    for point, left in list(zip(points, exposed.tolist(), strict=True))[1:]:
        yield _frontier_row(asking, frontier, point, left=left, groups=groups)
    if study.question.budget is not None:
        best = cleared_within(
            crossed.sets, crossed.volume, asking.cost, budget=study.question.budget, frontier=frontier
        )
        left = float(exposed_after(study.network, crossed, marked=asking.marked, steps=[best.members])[0])
        yield _budget_row(asking, best, left=left, groups=groups)
    if _may_reroute(asking):
        yield _rerouted(asking, groups)


def _kind(words: str, groups: Sequence[Sequence[int]]) -> str:
    return f"{words} under failures" if groups else words


def _which(asking: _Asking) -> str:
    whose = "sensitive volume" if asking.demands == SENSITIVE else "volume"
    return f"{whose} of {asking.study.where}"


def _cleared_words(asking: _Asking, number: int, groups: Sequence[Sequence[int]]) -> str:
    """The label of a set with routing as it is."""
    words = _which(asking)
    failing = ", also under every single failure," if groups else ""
    return (
        f"{words[0].upper()}{words[1:]} whose paths{failing} are wholly clear under {asking.study.question.pack} once "
        f"{count(number, 'element is', 'elements are')} replaced"
        + (", unknown elements being clear" if asking.unknown_as == CLEAR else "")
    )


def _cleared_formula(groups: Sequence[Sequence[int]], how: str) -> str:
    paths = (
        "volume of demands all of whose paths, today and under each single failure, then meet clear elements alone; "
        if groups
        else "volume of demands all of whose paths then meet clear elements alone, "
    )
    settled = f"{_SETTLED}; " if groups else ""
    return f"{paths}routing as it is / volume of demands; {settled}{how}"


def _frontier_row(
    asking: _Asking, frontier: Frontier, point: FrontierPoint, *, left: float, groups: Sequence[Sequence[int]]
) -> InsideReplacementRow:
    whole = asking.whole
    return asking.row(
        _kind("as routed", groups),
        point.members,
        clear_share=min(1.0, point.cleared / whole),
        bound_share=min(1.0, max(frontier.bound(point.cost), point.cleared) / whole),
        exposed_share=min(1.0, left / whole),
        proof=frontier.proof,
        label=_cleared_words(asking, len(point.members), groups),
        formula=_cleared_formula(groups, "nested minimum cuts over all prices of an element"),
    )


def _budget_row(
    asking: _Asking, best: BudgetedSet, *, left: float, groups: Sequence[Sequence[int]]
) -> InsideReplacementRow:
    whole, budget = asking.whole, asking.study.question.budget
    return asking.row(
        _kind("within budget", groups),
        best.members,
        key={"budget": budget},
        clear_share=min(1.0, best.cleared / whole),
        bound_share=min(1.0, max(best.bound, best.cleared) / whole),
        exposed_share=min(1.0, left / whole),
        budget_amount=budget,
        proof=best.proof,
        label=f"{_cleared_words(asking, len(best.members), groups)} within the budget",
        formula=_cleared_formula(groups, "branch and bound between points of the frontier, within the budget"),
    )


def _rerouted(asking: _Asking, groups: Sequence[Sequence[int]]) -> InsideReplacementRow:
    study = asking.study
    source, target, volume = study.source[asking.chosen], study.target[asking.chosen], study.volume[asking.chosen]
    found = smallest_replacement(
        study.network,
        source=source,
        target=target,
        marked=asking.marked,
        cost=asking.cost,
        failures=groups,
        limits=SEARCH,
    )
    closed = set(found.closed)
    is_open = np.array([(int(s), int(t)) not in closed for s, t in zip(source, target, strict=True)], np.bool_)
    by_count = asking.unit == ELEMENTS
    kept = "keeps a path clear" if groups else "a path clear"
    under = " under every single failure" if groups else ""
    whom = "sensitive demand" if asking.demands == SENSITIVE else "demand"
    return asking.row(
        _kind("rerouted", groups),
        found.members,
        clear_share=float(volume[is_open].sum()) / asking.whole,
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


def _priced(asking: _Asking) -> Iterator[InsideReplacementRow]:
    """Single elements whose replacement was tried, by what each adds to what can be steered."""
    study = asking.study
    found = study.steered
    if found is None:
        return
    base = found.sure if any(price.gain is not None for price in found.sure.prices) else found.shown
    for price in base.prices:
        if price.gain is None:
            continue
        members = element_words(study, [price.element])
        yield asking.row(
            "steered",
            [price.element],
            key={"stretch": study.question.stretch},
            clear_share=min(1.0, (base.clear + price.gain) / found.volume),
            bound_share=min(1.0, (base.clear + max(price.bound, price.gain)) / found.volume),
            proof="certified" if base.best_proven else "bound",
            label=f"Volume of {study.where} that can ride paths clear under {study.question.pack} once "
            f"{members[0]} is replaced",
            formula=f"{STEERED.format(how=found.low_how if base is found.sure else found.shown_how)}; the element "
            "counts as clear",
            assumed=[
                *asking.assumed,
                *(["links without a stated capacity take any load"] if base is not found.sure else []),
            ],
        )
