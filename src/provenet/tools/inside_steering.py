"""Of the tool `inside`: how much sensitive traffic can ride clear paths with the equipment of today, and on which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenet.core.errors import UsageFault
from provenet.tools.inside import InsideStudy
from provenet.tools.inside_replacement import SensitiveDemands

if TYPE_CHECKING:
    from provenet.routing.free_steering import Way
    from provenet.routing.solve.steering import Steering, Traffic

TRIES, MANY_ARCS = 5, 2_000
"""So many elements are replaced on trial to see what each adds; one, in a network of more arcs."""
MOST_STEERED = 50_000
"""The most demands that move to make room; each has a row and some paths in the program."""
ROUTINGS, ROUTING_WORK = 1_500, 200_000_000
"""At most so many metrics are tried, and so many steps along arcs spent on them."""


@dataclass(frozen=True)
class _Case:
    """One reading of what is unknown: its marks, capacities (float64[arcs]) and the traffic."""

    sensitive: SensitiveDemands
    traffic: Traffic
    marked: NDArray[np.bool_]
    capacity: NDArray[np.float64]


def steering_answer(study: InsideStudy) -> dict[str, Any]:
    """The keys of `steering`.

    Low: unknown elements restricted, and links of unknown capacity carry no more than today. High: unknown elements
    clear, and unknown capacities limit nothing.
    """

    from provenet.routing.igp import loads
    from provenet.routing.solve.steering import Traffic

    sensitive, demands = SensitiveDemands(study), study.demands
    if study.settings.move_others and len(demands.ids) > MOST_STEERED:
        raise UsageFault(
            f"--steer: {len(demands.ids):,} demands would be moved; expected at most {MOST_STEERED:,}. "
            "Leave out --move-others: other traffic then stays where it is."
        )
    traffic = Traffic(source=demands.source, target=demands.target, volume=demands.volume, sensitive=sensitive.flags)
    today = loads(study.network, source=demands.source, target=demands.target, volume=demands.volume).by_arc
    known = study.arcs.capacity * study.settings.utilisation
    if not study.demands_given:
        known = np.full(len(known), np.nan)
    missing = np.isnan(known)
    low_case = _Case(sensitive, traffic, sensitive.marked(True), np.where(missing, today, known))
    high_case = _Case(sensitive, traffic, sensitive.marked(False), np.where(missing, np.inf, known))
    low = _steered(low_case)
    same = not missing.any() and not sensitive.unknown.any()
    return {
        "sensitive_demands": int(sensitive.flags.sum()),
        "sensitive_volume": float(demands.volume[sensitive.flags].sum()),
        "stretch": study.settings.stretch,
        "utilisation": study.settings.utilisation,
        "others_move": study.settings.move_others,
        "unknown_capacities": int(missing.sum()),
        "low": low,
        "high": low if same else _steered(high_case),
    }


def _steered(case: _Case) -> dict[str, Any]:
    from provenet.routing.free_steering import Question, steer_by_size, way_of
    from provenet.routing.solve.steering import steer

    study = case.sensitive.study
    tries = TRIES if len(study.network.place) <= MANY_ARCS else 1
    if study.settings.move_others:
        way: Way = "program"
        found = steer(
            study.network,
            case.traffic,
            marked=case.marked,
            capacity=case.capacity,
            stretch=study.settings.stretch,
            others="free",
            tries=tries,
        )
    else:
        question = Question(
            network=study.network,
            traffic=case.traffic,
            marked=case.marked,
            capacity=case.capacity,
            stretch=study.settings.stretch,
        )
        way = way_of(question)
        found = steer_by_size(question, tries=tries, progress=study.settings.progress)
    named = case.sensitive.named([one.element for one in found.prices])
    verified = _verified(case, found)
    return {
        "clear_today_volume": found.clear_today,
        "clear_volume": found.clear,
        "clear_share": found.clear / found.sensitive if found.sensitive else None,
        "bound_volume": found.bound,
        "proof": found.proof if verified else "none",
        "way": way,
        "verified": verified,
        "paths": _paths(study, found),
        "limits": _limits(study, found),
        "overloaded": [_direction(study, arc) for arc in found.overloaded],
        "prices": [
            {**name, "bound_volume": one.bound, "gain_volume": one.gain}
            for name, one in zip(named, found.prices, strict=True)
        ],
        "best_price_proven": found.best_proven,
        "by_metrics": _by_metrics(case),
    }


def _paths(study: InsideStudy, found: Steering) -> list[dict[str, Any]]:
    """A row a steered path: whose traffic, over which nodes and links, and the segment list that takes it there."""
    from provenet.routing.segments import SegmentLists

    topology, demands, lists = study.topology, study.demands, SegmentLists(study.network)
    rows = []
    for path in found.paths:
        volume = float(demands.volume[path.demand])
        rows.append(
            {
                "demand_id": demands.ids[path.demand],
                "source": topology.node_ids[path.nodes[0]],
                "target": topology.node_ids[path.nodes[-1]],
                "volume": path.volume,
                "share": path.volume / volume,
                "clear": path.clear,
                "nodes": [topology.node_ids[v] for v in path.nodes],
                "links": [topology.link_ids[link] for link in path.links],
                "segments": [
                    {
                        "kind": one.kind,
                        "id": (topology.node_ids if one.kind == "node" else topology.link_ids)[one.place],
                    }
                    for one in lists.of(path.arcs)
                ],
                "cost": path.length / study.arcs.scale,
                "stretch": path.stretch,
            }
        )
    return sorted(rows, key=lambda row: (-row["volume"], row["demand_id"], row["nodes"]))


def path_table(answer: Mapping[str, Any]) -> pl.DataFrame:
    """The steered paths of both ends as a table; a segment is its kind and id in one text."""

    texts, numbers = pl.List(pl.String), ("volume", "share", "cost", "stretch")
    schema: dict[str, Any] = dict.fromkeys(("reading", "demand_id", "source", "target"), pl.String)
    schema |= dict.fromkeys(numbers, pl.Float64) | {"clear": pl.Boolean}
    schema |= dict.fromkeys(("nodes", "links", "segments"), texts)
    rows = [
        {**path, "reading": reading, "segments": [f"{one['kind']} {one['id']}" for one in path["segments"]]}
        for reading in ("low", "high")
        for path in answer[reading]["paths"]
    ]
    return pl.DataFrame(rows, schema=schema)


def _direction(study: InsideStudy, arc: int) -> dict[str, str]:
    """A direction of a link, from an arc in the order of the network's rows."""
    arcs, topology = study.network.arcs, study.topology
    return {
        "link_id": topology.link_ids[int(arcs.link[arc])],
        "source": topology.node_ids[int(arcs.tail[arc])],
        "target": topology.node_ids[int(arcs.head[arc])],
    }


def _limits(study: InsideStudy, found: Steering) -> list[dict[str, Any]]:
    """Directions of links whose capacity holds steering back, and what one more unit would add, the most first."""

    held = np.flatnonzero(found.arc_price > 1e-9)
    order = held[np.lexsort((held, -found.arc_price[held]))]
    return [{**_direction(study, arc), "price": float(found.arc_price[arc])} for arc in order.tolist()]


def _verified(case: _Case, found: Steering) -> bool:
    """Whether all traffic, routed anew with the paths followed by their segments, gives the value within the limits."""

    from provenet.routing.igp import Marks, exposures, loads
    from provenet.routing.segments import SegmentLists
    from provenet.routing.solve.steering import steered_loads

    study, traffic = case.sensitive.study, case.traffic
    net, nodes, lists = study.network, study.network.node_count, SegmentLists(study.network)
    none = np.zeros(nodes, np.bool_), np.zeros(net.link_count, np.bool_)
    marks = Marks(
        restricted_nodes=case.marked[:nodes],
        unknown_nodes=none[0],
        restricted_links=case.marked[nodes:],
        unknown_links=none[1],
    )
    rest, clear = traffic.volume.copy(), 0.0
    for path in found.paths:
        if lists.followed(path.nodes[0], lists.of(path.arcs)) != path.arcs:
            return False
        met = case.marked[[*path.nodes, *(nodes + link for link in path.links)]].any()
        clear += path.volume if traffic.sensitive[path.demand] and not met else 0.0
        rest[path.demand] -= path.volume
    left = np.nan_to_num(1.0 - exposures(net, marks, source=traffic.source, target=traffic.target).low)
    clear += float((left * rest)[traffic.sensitive].sum())
    today = loads(net, source=traffic.source, target=traffic.target, volume=traffic.volume).by_arc
    near = 1e-6 * max(1.0, float(traffic.volume.sum()))
    fits = np.all(steered_loads(net, traffic, found.paths) <= np.maximum(case.capacity, today) + near)
    return bool(fits and rest.min(initial=0.0) >= -near and abs(clear - found.clear) <= near)


def _by_metrics(case: _Case) -> dict[str, Any]:
    """What metrics of links alone bring."""

    from provenet.routing.metric_search import search_metrics

    study = case.sensitive.study
    work = max(1, len(np.unique(case.traffic.target)) * len(study.network.place))
    found = search_metrics(
        study.network,
        case.traffic,
        marked=case.marked,
        capacity=case.capacity,
        most=study.settings.greatest_metric * study.arcs.scale,
        evaluations=max(20, min(ROUTINGS, ROUTING_WORK // work)),
    )
    place = {int(given): row for row, given in enumerate(study.network.place)}
    scale = study.arcs.scale
    return {
        "clear_volume": found.clear,
        "routings_tried": found.evaluations,
        "changes": [
            {**_direction(study, place[arc]), "metric": before / scale, "new_metric": after / scale}
            for arc, before, after in found.changed
        ],
    }
