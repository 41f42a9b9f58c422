"""Of the tool `inside`: a table a row a demand, a link, a scenario, and what these say by kind of failure."""

from typing import Any

import numpy as np
import polars as pl

from provenet.exposure.inside import InsideStudy, exposed_shares
from provenet.ingest.network.topology import Members, Topology
from provenet.routing.failures import FailureStudy


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
