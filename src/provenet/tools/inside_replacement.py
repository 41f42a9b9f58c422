"""Of the tool `inside`: which elements to replace so that sensitive demands are clear, as routed or routed anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from provenet.ingest.network.element_lists import read_costs, read_sensitive
from provenet.tools.inside import InsideStudy

MOST_CHECKED = 40_000_000
"""So many failures times nodes times sources are worked through; beyond, what depends on failures is left out."""
FAILURES_LEFT_OUT = (
    "the network is too large for a search under every failure; name fewer sensitive demands, or ask without"
)


class SensitiveDemands:
    """The sensitive demands of a study, its elements in one row, nodes first, and what replacing each costs."""

    def __init__(self, study: InsideStudy) -> None:

        self.study, demands = study, study.demands
        self.flags = np.ones(len(demands.ids), np.bool_)
        if study.settings.sensitive is not None:
            ids, nodes = read_sensitive(study.settings.sensitive, study.names, demands.ids)
            by_id = np.array([name.removeprefix("<-") in ids or name in ids for name in demands.ids], np.bool_)
            ends = sorted(nodes)
            self.flags = by_id | np.isin(demands.source, ends) | np.isin(demands.target, ends)
        marks = study.marks
        self.restricted: NDArray[np.bool_] = np.r_[marks.restricted_nodes, marks.restricted_links]
        self.unknown: NDArray[np.bool_] = np.r_[marks.unknown_nodes, marks.unknown_links] & ~self.restricted

    def marked(self, unknown: bool) -> NDArray[np.bool_]:
        """What counts as not clear: restricted elements, and unknown ones too where `unknown`."""
        return self.restricted | self.unknown if unknown else self.restricted

    @cached_property
    def costs(self) -> NDArray[np.float64]:
        """What replacing each element costs."""

        nodes = len(self.study.topology.node_ids)
        cost = np.ones(nodes + len(self.study.topology.link_ids))
        if self.study.settings.costs is not None:
            for name, amount in read_costs(self.study.settings.costs, self.study.names).items():
                members = self.study.names.known[name]
                cost[[*members.nodes, *(nodes + link for link in members.links)]] = amount
        return cost

    def named(self, elements: Iterable[int]) -> list[dict[str, str]]:
        """Elements as they stand in the answer: kind and id."""
        topology = self.study.topology
        nodes = len(topology.node_ids)
        return [
            {"kind": "node", "id": topology.node_ids[e]}
            if e < nodes
            else {"kind": "link", "id": topology.link_ids[e - nodes]}
            for e in elements
        ]


def replacement_answer(study: InsideStudy) -> dict[str, Any]:
    """The keys of `replacement`: low with unknown elements clear, high with unknown elements restricted."""
    sensitive = SensitiveDemands(study)
    low = _replacement(sensitive, unknown=False)
    return {
        "sensitive_demands": int(sensitive.flags.sum()),
        "sensitive_volume": float(study.demands.volume[sensitive.flags].sum()),
        "costs_assumed": study.settings.costs is None,
        "low": low,
        "high": _replacement(sensitive, unknown=True) if sensitive.unknown.any() else low,
    }


def _replacement(sensitive: SensitiveDemands, *, unknown: bool) -> dict[str, Any]:
    study = sensitive.study
    groups = _failures(study)
    sources = len(set(study.demands.source[sensitive.flags].tolist()))
    fits = len(groups) * study.network.node_count * max(1, sources) <= MOST_CHECKED
    return {
        "as_routed": _as_routed(sensitive, unknown=unknown, groups=()),
        "as_routed_under_failures": _as_routed(sensitive, unknown=unknown, groups=groups) if fits else None,
        "rerouted": _rerouted(sensitive, unknown=unknown, groups=()),
        "rerouted_under_failures": _rerouted(sensitive, unknown=unknown, groups=groups) if fits else None,
        "left_out": None if fits else FAILURES_LEFT_OUT,
    }


def _failures(study: InsideStudy) -> list[list[int]]:
    """Each link, each node and each shared-risk group that may fail, as elements in one row."""
    nodes = study.network.node_count
    return [[*one.members.nodes, *(nodes + link for link in one.members.links)] for one in study.elements]


def _as_routed(sensitive: SensitiveDemands, *, unknown: bool, groups: Sequence[Sequence[int]]) -> dict[str, Any]:

    from provenet.routing.crossed_elements import crossed_elements, exposed_after
    from provenet.routing.solve.frontier import cleared_frontier, cleared_within

    study, flags, marked = sensitive.study, sensitive.flags, sensitive.marked(unknown)
    demands, costs = study.demands, sensitive.costs
    crossed = crossed_elements(
        study.network,
        source=demands.source[flags],
        target=demands.target[flags],
        volume=demands.volume[flags],
        marked=marked,
        failures=groups,
    )
    needed = np.unique(crossed.sets.member)
    needed = needed[np.isfinite(costs[needed])]
    frontier = cleared_frontier(crossed.sets, crossed.volume, costs)
    exposed = exposed_after(study.network, crossed, marked=marked, steps=[point.members for point in frontier.points])
    whole = float(crossed.volume.sum())
    rows, before = [], set[int]()
    for point, left in zip(frontier.points, exposed.tolist(), strict=True):
        rows.append(
            {
                "cost": point.cost,
                "clear_volume": point.cleared,
                "clear_share": point.cleared / whole if whole else None,
                "exposed_volume": left,
                "exposed_share": left / whole if whole else None,
                "added": sensitive.named(e for e in point.members if e not in before),
            }
        )
        before = set(point.members)
    answer = {
        "elements": sensitive.named(needed.tolist()),
        "cost": float(costs[needed].sum()),
        "unattainable_volume": frontier.unattainable,
        "frontier": rows,
        "proof": frontier.proof,
        "within_budget": None,
    }
    if study.settings.budget is not None:
        best = cleared_within(crossed.sets, crossed.volume, costs, budget=study.settings.budget, frontier=frontier)
        answer["within_budget"] = {
            "budget": study.settings.budget,
            "elements": sensitive.named(best.members),
            "cost": best.cost,
            "clear_volume": best.cleared,
            "bound_volume": best.bound,
            "exposed_volume": float(exposed_after(study.network, crossed, marked=marked, steps=[best.members])[0]),
            "proof": best.proof,
        }
    return answer


def _rerouted(sensitive: SensitiveDemands, *, unknown: bool, groups: Sequence[Sequence[int]]) -> dict[str, Any]:
    from provenet.routing.rerouting import smallest_replacement

    study, flags = sensitive.study, sensitive.flags
    found = smallest_replacement(
        study.network,
        source=study.demands.source[flags],
        target=study.demands.target[flags],
        marked=sensitive.marked(unknown),
        cost=sensitive.costs,
        failures=groups,
    )
    ids = study.topology.node_ids

    def pairs(ends: Sequence[tuple[int, int]]) -> list[dict[str, str]]:
        return [{"source": ids[s], "target": ids[t]} for s, t in ends]

    return {
        "elements": sensitive.named(found.members),
        "cost": found.cost,
        "bound": found.bound,
        "proof": found.proof,
        "clear_pairs": found.clear_now,
        "opened_pairs": found.opened,
        "impossible_pairs": pairs(found.closed),
        "parted_pairs": pairs(found.parted),
    }
