"""Of the tool `inside`: the answer as it is printed, with tables of demands, links, scenarios and paths."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from provenet.core.errors import UsageFault
from provenet.core.grouping import grouped
from provenet.exposure.inside import InsideStudy, Replacing, SteeringEnd, exposed_shares, own_link_shares
from provenet.ingest.network.element_lists import ElementNames, OwnLinkRow, read_costs, read_sensitive
from provenet.ingest.network.topology import Demands, Members, Topology
from provenet.ingest.plain_lines import TextFile
from provenet.numerics.arrays import Flags, Floats
from provenet.numerics.problem import Limits
from provenet.routing.failures import FailureStudy
from provenet.routing.own_links import Span
from provenet.routing.solve.steering import steer_by_size
from provenet.routing.steering import Steering, way_of

FAILURES_LEFT_OUT = (
    "the network is too large for a search under every failure; name fewer sensitive demands, or ask without"
)
TRIES, MANY_ARCS = 5, 2_000
"""So many elements are replaced on trial to see what each adds; one, in a network of more arcs."""
MOST_STEERED = 50_000
"""The most demands that move to make room; each has a row and some paths in the program."""
ROUTINGS, ROUTING_WORK = 1_500, 200_000_000
"""At most so many metrics are tried, and so many steps along arcs spent on them."""


def listed_sensitive(given: TextFile, names: ElementNames, demands: Demands) -> Flags:
    """The demands that a list says shall be clear, by their id or by a node at their end."""
    ids, nodes = read_sensitive(given, names, demands.ids)
    by_id = np.array([name.removeprefix("<-") in ids or name in ids for name in demands.ids], np.bool_)
    ends = sorted(nodes)
    return by_id | np.isin(demands.source, ends) | np.isin(demands.target, ends)


def listed_costs(given: TextFile, names: ElementNames) -> Floats:
    """What replacing each element costs by a list, 1 where it is silent: nodes, then links."""
    nodes = len(names.topology.node_ids)
    cost = np.ones(nodes + len(names.topology.link_ids))
    for name, amount in read_costs(given, names).items():
        members = names.known[name]
        cost[[*members.nodes, *(nodes + link for link in members.links)]] = amount
    return cost


def own_link_answer(study: InsideStudy, links: Sequence[OwnLinkRow]) -> list[dict[str, Any]]:
    """A row a node with own links and a direction: what spills to the network, and what is exposed in all."""
    by_node = grouped((link.node, (Span(low=link.low, high=link.high), link.state)) for link in links)
    return [
        {
            "node": study.topology.node_ids[one.node],
            "direction": one.direction,
            "volume": one.volume,
            "own_links": len(by_node[one.node]),
            **one.shares,
        }
        for one in own_link_shares(study, by_node)
    ]


def _named(study: InsideStudy, elements: Iterable[int]) -> list[dict[str, str]]:
    """Elements as they stand in the answer: kind and id."""
    return [dict(zip(("kind", "id"), study.named(one), strict=True)) for one in elements]


def replacement_answer(study: InsideStudy, sensitive: Flags) -> dict[str, Any]:
    """The keys of `replacement`: low with unknown elements clear, high with unknown elements restricted."""
    low = _replacement(Replacing(study=study, chosen=sensitive, marked=study.marked_surely))
    is_known = not (study.marked & ~study.marked_surely).any()
    return {
        "sensitive_demands": int(sensitive.sum()),
        "sensitive_volume": float(study.demands.volume[sensitive].sum()),
        "costs_assumed": study.costs is None,
        "low": low,
        "high": low if is_known else _replacement(Replacing(study=study, chosen=sensitive, marked=study.marked)),
    }


def _replacement(sets: Replacing) -> dict[str, Any]:
    groups, fits = sets.study.groups, sets.fits_failures
    return {
        "as_routed": _as_routed(sets, ()),
        "as_routed_under_failures": _as_routed(sets, groups) if fits else None,
        "rerouted": _rerouted(sets, ()),
        "rerouted_under_failures": _rerouted(sets, groups) if fits else None,
        "left_out": None if fits else FAILURES_LEFT_OUT,
    }


def _as_routed(sets: Replacing, groups: Sequence[Sequence[int]]) -> dict[str, Any]:
    study = sets.study
    found = sets.as_routed(groups)
    rows, before = [], set[int]()
    for point, left in found.points:
        rows.append(
            {
                "cost": point.cost,
                "clear_volume": point.cleared,
                "clear_share": point.cleared / found.whole if found.whole else None,
                "exposed_volume": left,
                "exposed_share": left / found.whole if found.whole else None,
                "added": _named(study, (e for e in point.members if e not in before)),
            }
        )
        before = set(point.members)
    answer = {
        "elements": _named(study, found.needed),
        "cost": float(study.cost[found.needed].sum()),
        "unattainable_volume": found.frontier.unattainable,
        "frontier": rows,
        "proof": found.frontier.proof,
        "within_budget": None,
    }
    if found.best is not None:
        best, left = found.best
        answer["within_budget"] = {
            "budget": study.budget,
            "elements": _named(study, best.members),
            "cost": best.cost,
            "clear_volume": best.cleared,
            "bound_volume": best.bound,
            "exposed_volume": left,
            "proof": best.proof,
        }
    return answer


def _rerouted(sets: Replacing, groups: Sequence[Sequence[int]]) -> dict[str, Any]:
    found, ids = sets.rerouted(groups, Limits()), sets.study.topology.node_ids

    def pairs(ends: Sequence[tuple[int, int]]) -> list[dict[str, str]]:
        return [{"source": ids[s], "target": ids[t]} for s, t in ends]

    return {
        "elements": _named(sets.study, found.members),
        "cost": found.cost,
        "bound": found.bound,
        "proof": found.proof,
        "clear_pairs": found.clear_now,
        "opened_pairs": found.opened,
        "impossible_pairs": pairs(found.closed),
        "parted_pairs": pairs(found.parted),
    }


def steering_answer(study: InsideStudy, sensitive: Flags) -> dict[str, Any]:
    """The keys of `steering`.

    Low: unknown elements restricted, and links of unknown capacity carry no more than today. High: unknown elements
    clear, and unknown capacities limit nothing.
    """
    if study.others_move and len(study.demands.ids) > MOST_STEERED:
        raise UsageFault(
            f"--steer: {len(study.demands.ids):,} demands would be moved; expected at most {MOST_STEERED:,}. "
            "Leave out --move-others: other traffic then stays where it is."
        )
    missing = int(np.isnan(study.capacity).sum())
    end = SteeringEnd(study=study, may_move=sensitive, marked=study.marked)
    low = _steered(end)
    same = not missing and not (study.marked & ~study.marked_surely).any()
    return {
        "sensitive_demands": int(sensitive.sum()),
        "sensitive_volume": float(study.demands.volume[sensitive].sum()),
        "stretch": study.stretch,
        "utilisation": study.utilisation,
        "others_move": study.others_move,
        "unknown_capacities": missing,
        "low": low,
        "high": low if same else _steered(replace(end, marked=study.marked_surely, roomy=True)),
    }


def _steered(end: SteeringEnd) -> dict[str, Any]:
    study = end.study
    tries = TRIES if len(study.network.place) <= MANY_ARCS else 1
    found = steer_by_size(end.question, tries=tries, progress=study.progress)
    verified = end.holds(found)
    return {
        "clear_today_volume": found.clear_today,
        "clear_volume": found.clear,
        "clear_share": found.clear / found.sensitive if found.sensitive else None,
        "bound_volume": found.bound,
        "proof": found.proof if verified else "none",
        "way": way_of(end.question),
        "verified": verified,
        "paths": _paths(study, found),
        "limits": _limits(study, found),
        "overloaded": [_direction(study, arc) for arc in found.overloaded],
        "prices": [
            {**name, "bound_volume": one.bound, "gain_volume": one.gain}
            for name, one in zip(_named(study, (one.element for one in found.prices)), found.prices, strict=True)
        ],
        "best_price_proven": found.best_proven,
        "by_metrics": _by_metrics(end),
    }


def _paths(study: InsideStudy, found: Steering) -> list[dict[str, Any]]:
    """A row a steered path: whose traffic, over which nodes and links, and the segment list that takes it there."""
    topology, demands = study.topology, study.demands
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
                "segments": [{"kind": kind, "id": name} for kind, name in study.segments(path)],
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


def _direction(study: InsideStudy, row: int) -> dict[str, str]:
    """A direction of a link, from an arc in the order of the network's rows."""
    return study.direction(int(study.network.place[row]))


def _limits(study: InsideStudy, found: Steering) -> list[dict[str, Any]]:
    """Directions of links whose capacity holds steering back, and what one more unit would add, the most first."""
    held = np.flatnonzero(found.arc_price > 1e-9)
    order = held[np.lexsort((held, -found.arc_price[held]))]
    return [{**_direction(study, arc), "price": float(found.arc_price[arc])} for arc in order.tolist()]


def _by_metrics(end: SteeringEnd) -> dict[str, Any]:
    """What metrics of links alone bring."""
    study = end.study
    found = end.by_metrics(least=20, most=ROUTINGS, work=ROUTING_WORK)
    scale = study.arcs.scale
    return {
        "clear_volume": found.clear,
        "routings_tried": found.evaluations,
        "changes": [
            {**study.direction(arc), "metric": before / scale, "new_metric": after / scale}
            for arc, before, after in found.changed
        ],
    }


def named(topology: Topology, members: Members) -> dict[str, list[str]]:
    """Nodes and links by their ids."""
    return {
        "nodes": [topology.node_ids[place] for place in members.nodes],
        "links": [topology.link_ids[place] for place in members.links],
    }


def link_rows(study: InsideStudy) -> pl.DataFrame:
    """A row a link: load each way, as volume and as share of the busiest direction in the network."""
    topology, arcs, loads = study.topology, study.arcs, study.loads
    busiest = loads.max(initial=0.0)
    ways = []
    for ahead in (True, False):
        mine = arcs.is_forward == ahead
        load = np.zeros(len(topology.link_ids))
        load[arcs.link_of[mine]] = loads[mine]
        ways.append(load)
    shares = [load / busiest if busiest > 0 else [None] * len(load) for load in ways]
    nodes, marks = np.array(topology.node_ids, dtype=object), study.marks
    return pl.DataFrame(
        {
            "link_id": topology.link_ids,
            "source": nodes[topology.source].tolist(),
            "target": nodes[topology.target].tolist(),
            "forward_share": pl.Series(shares[0], dtype=pl.Float64),
            "backward_share": pl.Series(shares[1], dtype=pl.Float64),
            "forward_volume": ways[0],
            "backward_volume": ways[1],
            "state": [
                "restricted" if one else "unknown" if other else "clear"
                for one, other in zip(marks.restricted_links.tolist(), marks.unknown_links.tolist(), strict=True)
            ],
        }
    )


def demand_rows(study: InsideStudy) -> pl.DataFrame:
    """A row a demand: its exposure with every element up and, where failures were studied, over these."""
    demands, found, failures = study.demands, study.today, study.under_failures
    nodes = np.array(study.topology.node_ids, dtype=object)
    columns: dict[str, Any] = {
        "demand_id": demands.ids,
        "source": nodes[demands.source].tolist(),
        "target": nodes[demands.target].tolist(),
        "volume": demands.volume,
        "connected": found.connected,
        "low_share": found.low,
        "high_share": found.high,
    }
    if failures is not None:
        words = {at: study.failure_words(failures, at) for at in set(failures.worst_at.tolist())}
        columns |= {
            "worst_low_share": failures.worst_low,
            "worst_high_share": failures.worst_high,
            "worst_failure": [words[at] for at in failures.worst_at.tolist()],
            "mean_low_share": failures.mean_low,
            "mean_high_share": failures.mean_high,
            "p99_low_share": failures.p99_low,
            "p99_high_share": failures.p99_high,
            "disconnected_scenarios": failures.cut,
            "ended_scenarios": failures.ended_count,
            "latent_scenarios": failures.latent_count,
        }
    return pl.DataFrame(columns, nan_to_null=True)


def scenario_rows(study: InsideStudy) -> pl.DataFrame:
    """A row a scenario; the first is that nothing fails."""
    found, volume, failures = study.today, study.demands.volume, study.under_failures
    whole = float(volume.sum())
    low, high = np.nan_to_num(found.low), np.nan_to_num(found.high)
    cut = float(volume[~found.connected].sum())
    usual = [float((low * volume).sum()), float(((high - low) * volume).sum()), cut, 0.0, 0.0]
    parts = [np.array([value]) for value in usual]
    names = _scenario_names(study, failures)
    if failures is not None:
        more = (failures.restricted, failures.unknown, failures.disconnected, failures.ended, failures.latent)
        parts = [np.concatenate([one, other]) for one, other in zip(parts, more, strict=True)]
    restricted, unknown, cut_off, ended, latent = parts
    carried = np.maximum(0.0, whole - cut_off - ended)
    low, high = exposed_shares(restricted, unknown, carried=carried, total=whole)
    figures = pl.DataFrame(
        {
            "low_share": low,
            "high_share": high,
            "disconnected_share": cut_off / whole if whole else np.full(len(names), np.nan),
            "latent_share": latent / whole if whole else np.full(len(names), np.nan),
            "carried_volume": carried,
            "restricted_volume": restricted,
            "unknown_volume": unknown,
            "clear_volume": np.maximum(0.0, carried - restricted - unknown),
            "disconnected_volume": cut_off,
            "ended_volume": ended,
            "latent_volume": latent,
        },
        nan_to_null=True,
    )
    return pl.concat([names, figures], how="horizontal")


def _scenario_names(study: InsideStudy, failures: FailureStudy | None) -> pl.DataFrame:
    """Name, kind and failed elements of each scenario; the first is that nothing fails."""
    element: dict[str, Any] = {"kind": pl.String, "id": pl.String}
    schema: dict[str, Any] = {"scenario": pl.String, "kind": pl.String, "failed": pl.List(pl.Struct(element))}
    none = pl.DataFrame({"scenario": ["none"], "kind": ["none"], "failed": [[]]}, schema=schema)
    if failures is None:
        return none
    elements = pl.DataFrame([{"kind": one.kind, "id": one.id} for one in study.elements], schema=element)
    one, pairs = elements[failures.first], failures.second >= 0
    other = elements[failures.second[pairs]].select(other_kind="kind", other_id="id")
    first, second = pl.concat_str("kind", "id", separator=" "), pl.concat_str("other_kind", "other_id", separator=" ")
    alone = one.filter(~pairs).select(scenario=first, kind="kind", failed=pl.concat_list(pl.struct("kind", "id")))
    together = pl.concat([one.filter(pairs), other], how="horizontal").select(
        scenario=pl.concat_str(first, second, separator=" and "),
        kind=pl.concat_str("kind", "other_kind", separator="+"),
        failed=pl.concat_list(pl.struct("kind", "id"), pl.struct(kind="other_kind", id="other_id")),
    )
    return pl.concat([none, alone, together])


def by_kind(scenarios: pl.DataFrame) -> list[dict[str, Any]]:
    """Worst, mean and 99th percentile over the scenarios of each kind of failure."""
    made = []
    for (kind,), rows in scenarios.filter(pl.col("kind") != "none").group_by("kind", maintain_order=True):
        row: dict[str, Any] = {"kind": kind, "scenarios": len(rows)}
        for name in ("low_share", "high_share", "disconnected_share", "latent_share"):
            values = rows[name].drop_nulls().sort()
            worst = None if values.is_empty() else values[-1]
            at = None if worst is None else rows.filter(pl.col(name) == worst)["scenario"][0]
            row |= {
                f"worst_{name}": worst,
                f"worst_{name.removesuffix('_share')}_scenario": at,
                f"mean_{name}": values.mean(),
                f"p99_{name}": None if worst is None else values[(99 * len(values) + 99) // 100 - 1],
            }
        made.append(row)
    return made
