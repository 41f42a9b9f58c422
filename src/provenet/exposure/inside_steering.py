"""What can be steered onto clear paths inside a carrier's own network with the equipment of today.

By explicit paths: rows of `steering`. By metrics of links alone: rows of `inside_metric`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from provenet.case.rows import InsideMetricRow, SteeringRow
from provenet.core.ids import row_id
from provenet.core.wording import count
from provenet.exposure.inside import ENDS, ROUTING, SLACK, SteeringEnd
from provenet.exposure.inside_case import OwnNetworkStudy
from provenet.numerics.arrays import Flags
from provenet.routing.metric_search import MetricChange, reachable_volume
from provenet.routing.solve.steering import steer_by_size
from provenet.routing.steering import MOST_STEERED, MOST_WORK, SteeredPath, Steering, Way, way_of

TRIES, MOST_TRIED = 5, 1_000
"""So many elements are replaced on trial to see what each adds to steering within capacities, with so many demands at
most."""
ROUTINGS, ROUTING_WORK = 600, 100_000_000
"""At most so many metrics are tried, and so many steps along arcs spent on them."""
KEPT_PATHS, KEPT_METRICS = 500, 2_000
"""Steered paths and changed metrics that are stored; the largest first."""
STATED, ASSUMED = "stated", "assumed"
STEERED = (
    "most volume on explicit paths without a restricted or unknown element, all other traffic carried as today, no "
    "link above its capacity or its load of today; {how}"
)
WAYS: dict[Way, str] = {
    "program": "a linear program with its dual bound",
    "freely": "each demand on its shortest clear path, as no capacity limits any",
    "in turn": "demands one after the other, the largest first: the best of all ways is looked for up to "
    f"{MOST_STEERED:,} demands and {MOST_WORK:,} demands times directions of links",
}
"""How demands are steered, in words."""
_BY_METRICS = (
    "most volume on shortest paths without a restricted or unknown element under metrics found by a search, all "
    "traffic routed anew with each, no direction of a link above its capacity or its load of today"
)


@dataclass(frozen=True, kw_only=True)
class Steered:
    """Steering with nothing unknown counted in its favour, that whose paths are stored, and what none exceeds.

    `room` says whether the stored paths need room on links without a stated capacity; `volume` may be steered.
    `end` is the reading of `sure`; `low_how` and `shown_how` say how each was found.
    """

    sure: Steering
    shown: Steering
    most: Steering
    room: str
    volume: float
    end: SteeringEnd
    low_how: str
    shown_how: str


def steered(study: OwnNetworkStudy) -> Steered | None:
    """What can be steered; None where nothing may be, nothing is marked, or the demands are assumed."""
    inside, may_move = study.inside, _may_move(study)
    whole = float(study.volume[may_move].sum())
    if not whole or not inside.marked.any() or study.own.is_assumed:
        return None
    missing = np.isnan(inside.capacity)
    tries = TRIES if may_move.sum() <= MOST_TRIED else 0
    end = SteeringEnd(study=inside, may_move=may_move, marked=inside.marked)
    roomy_end = replace(end, roomy=True)
    study.progress("steering", 0, 3)
    sure = steer_by_size(end.question, tries=tries, progress=study.progress)
    shown, room, shown_how = sure, STATED, WAYS[way_of(end.question)]
    study.progress("steering", 1, 3)
    if missing.any():
        roomy = steer_by_size(roomy_end.question, tries=TRIES if missing.all() else tries, progress=study.progress)
        if _gains(roomy) and not _gains(sure):
            shown, room, shown_how = roomy, ASSUMED, WAYS[way_of(roomy_end.question)]
    most = sure
    study.progress("steering", 2, 3)
    if missing.any() or (inside.marked & ~inside.marked_surely).any():
        most = steer_by_size(replace(roomy_end, marked=inside.marked_surely).question, progress=study.progress)
    return Steered(
        sure=sure,
        shown=shown,
        most=most,
        room=room,
        volume=whole,
        end=end,
        low_how=WAYS[way_of(end.question)],
        shown_how=shown_how,
    )


def steering_limits(study: OwnNetworkStudy, found: Steered | None) -> Iterator[str]:
    """Sentences on what was not looked for as the network is large, or as its demands are not known."""
    movable = int(_may_move(study).sum())
    if study.own.is_assumed:
        yield "steering needs demands that are known: none was looked for"
    elif found is not None:
        if WAYS["in turn"] in (found.low_how, found.shown_how):
            yield (
                f"{count(movable, 'demand')} on {count(len(study.inside.network.place), 'direction')} of links: within "
                "capacities they are steered one after the other, and a better way may exist up to the bound; the best "
                f"is looked for up to {MOST_STEERED:,} demands and {MOST_WORK:,} demands times directions: state which "
                "are not sensitive"
            )
        if movable > MOST_TRIED and found.room == STATED:
            yield f"what one element adds to steering is tried for up to {count(MOST_TRIED, 'demand')}"
        kept = len(found.shown.paths)
        if kept > KEPT_PATHS:
            yield f"of {count(kept, 'steered path')} the {KEPT_PATHS:,} that carry most are stored"


def steering_rows(study: OwnNetworkStudy, found: Steered | None) -> Iterator[SteeringRow]:
    """What can be steered in all, and each path."""
    if found is None:
        return
    assumed = [
        ROUTING,
        ENDS,
        "traffic that is not steered takes the paths of today",
        f"a steered path costs at most {study.question.stretch:g} times the shortest",
        "at the high end unknown elements are clear and links without a stated capacity take any load; at the low "
        "end these take no more than today",
    ]
    key = {**study.key, "routed_by": study.inside.metric, "stretch": study.question.stretch}
    shared = {**study.key, "volume_unit": study.own.demands.unit, "assumed": assumed}
    paths = sorted(found.shown.paths, key=lambda path: (-path.volume, path.demand, path.nodes))
    how = found.low_how if found.low_how == found.shown_how else f"{found.low_how}; the paths: {found.shown_how}"
    yield {
        "steering_id": row_id("steering", {**key, "level": "network"}),
        **shared,  # type: ignore[typeddict-item]
        "formula": STEERED.format(how=how),
        "level": "network",
        "volume_amount": found.volume,
        "today_share": min(1.0, found.sure.clear_today / found.volume),
        "low_share": min(1.0, found.sure.clear / found.volume),
        "high_share": min(1.0, max(found.most.bound, found.most.clear, found.sure.clear) / found.volume),
        "room": found.room,
        "path_count": len(paths),
        "proof": found.most.proof,
        "label": f"The traffic of {study.where} that can ride paths clear under {study.question.pack} today",
        "inputs": [*study.own.refs, *study.marked_refs],
    }
    shown = paths[:KEPT_PATHS]
    named = {**shared, "room": found.room, "proof": found.shown.proof, "formula": STEERED.format(how=found.shown_how)}
    for number, path in enumerate(shown):
        study.progress("segment lists", number, len(shown))
        yield _path_row(study, path, key={**key, "level": "path", "number": number}, shared=named)


def _path_row(
    study: OwnNetworkStudy, path: SteeredPath, *, key: Mapping[str, Any], shared: Mapping[str, Any]
) -> SteeringRow:
    own, topology = study.own, study.topology
    names = [topology.node_ids[node] for node in path.nodes]
    name = own.demands.ids[path.demand]
    return {
        "steering_id": row_id("steering", key),
        **shared,  # type: ignore[typeddict-item]
        "level": "path",
        "demand": name,
        "source_node": names[0],
        "target_node": names[-1],
        "volume_amount": path.volume,
        "low_share": None,
        "high_share": None,
        "nodes": names,
        "links": [topology.link_ids[link] for link in path.links],
        "segments": [" ".join(one) for one in study.inside.segments(path)],
        "path_count": 1,
        "label": f"A clear path of the demand {name} of {study.where}: {', '.join(names)}",
        "inputs": [f"network_demand:{own.demand_rows[path.demand]}", *own.refs[:2]],
    }


def metric_rows(study: OwnNetworkStudy, found: Steered | None) -> Iterator[InsideMetricRow]:
    """What metrics of links alone bring, and each direction of a link whose metric changes."""
    if found is None:
        return
    change, room = _searched(found.end), STATED
    low = change
    if np.isnan(study.inside.capacity).any() and not change.changed:
        roomy = _searched(replace(found.end, roomy=True))
        if roomy.changed:
            change, room = roomy, ASSUMED
    most = reachable_volume(study.inside.network, found.end.traffic, study.inside.marked_surely)
    assumed = [
        ROUTING,
        ENDS,
        "all traffic takes its shortest paths under the new metrics, however long",
        "at the high end unknown elements are clear and no capacity limits",
        "links without a stated capacity take no more than today at the low end"
        + ("; the changes need room on such links" if room == ASSUMED else ""),
    ]
    key = {**study.key, "routed_by": study.inside.metric}
    shared = {**study.key, "volume_unit": study.own.demands.unit, "room": room, "assumed": assumed}
    refs = [*study.own.refs, *study.marked_refs]
    yield {
        "inside_metric_id": row_id("inside_metric", {**key, "level": "network"}),
        **shared,  # type: ignore[typeddict-item]
        "level": "network",
        "volume_amount": found.volume,
        "today_share": min(1.0, low.clear_today / found.volume),
        "low_share": min(1.0, low.clear / found.volume),
        "high_share": min(1.0, max(most, low.clear) / found.volume),
        "change_count": len(change.changed),
        "tried_count": change.evaluations,
        "label": f"The traffic of {study.where} that metrics of links alone bring onto paths clear under "
        f"{study.question.pack}",
        "formula": _BY_METRICS,
        "inputs": refs,
    }
    scale = study.inside.arcs.scale
    for arc, before, after in change.changed[:KEPT_METRICS]:
        link, *ends = study.inside.direction(arc).values()
        yield {
            "inside_metric_id": row_id("inside_metric", {**key, "level": "link", "link": link, "ends": ends}),
            **shared,  # type: ignore[typeddict-item]
            "level": "link",
            "link": link,
            "source_node": ends[0],
            "target_node": ends[1],
            "old_metric": before / scale,
            "new_metric": after / scale,
            "low_share": None,
            "high_share": None,
            "change_count": 1,
            "label": f"The metric of {link} of {study.where} from {ends[0]} to {ends[1]}",
            "formula": _BY_METRICS,
            "inputs": refs[: len(study.own.refs)],
        }


def _searched(end: SteeringEnd) -> MetricChange:
    return end.by_metrics(least=8, most=ROUTINGS, work=ROUTING_WORK)


def _may_move(study: OwnNetworkStudy) -> Flags:
    """The demands that may be steered: all but those stated to be not sensitive."""
    return np.array([one is not False for one in study.own.sensitive] or [True] * len(study.volume), np.bool_)


def _gains(found: Steering) -> bool:
    return found.clear > found.clear_today * (1 + SLACK) + SLACK
