"""Who stands on the paths: AS hegemony, global, of an origin and of a country, from observed or from simulated routes.

Every answer is a plain dict: a table of scores, the vantage points that were used and those that were blind, the share
of the weight that was found, and in words what was assumed. A network's score says how much of a scope's addresses
vantage points reach over it; it says nothing of traffic, and nothing of whose equipment the network runs.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import polars as pl

from provenet.core.errors import UsageFault
from provenet.numerics.arrays import Flags, Floats, Ints, Longs
from provenet.routing.kernels import hegemony
from provenet.routing.kernels.csr import Topology
from provenet.routing.kernels.routed_influence import Scoring, add_origin_scores, add_paths
from provenet.routing.observed_routes import CLEANING, ORIGINS, Observed

Routes = Callable[[Ints], Iterator[tuple[Ints, Ints]]]
"""Given destination nodes, batches of (destinations int32[lanes], next hops int32[N, lanes or more], -1 for none)."""

ALPHA = 0.1
ROOM_BYTES = 384 * 2**20
"""How much a table of vantage points by networks may take; a larger one is worked in blocks and gives intervals."""
SIMULATED = (
    "Paths are simulated: customer over peer over provider, then length, then the smallest ASN; the graph's links are "
    "taken as they are, and routes that policy, traffic engineering or prefixes bend are not seen."
)


def observed_hegemony(
    observed: Observed,
    *,
    scope: str = "global",
    origins: Sequence[int] | None = None,
    weights: str = "addresses",
    alpha: float = ALPHA,
) -> dict[str, Any]:
    """Hegemony from observed routes, over the whole table (`global`) or towards each origin (`origin`).

    Cost O(m log m), m routes times hops.

    Parameters
    ----------
    observed
        Routes of one address family.
    scope
        `global` or `origin`.
    origins
        ASNs that limit the origins; all where not given.
    weights
        `addresses` (IPv4 less what more specific prefixes of other origins cover; IPv6 prefixes weigh 1 each) or `1`.
    alpha
        Share of the vantage points trimmed at each end, from 0 to below 0.5.

    Returns
    -------
    `scores` (`origin_asn` for scope `origin`, `asn`, `hegemony_share`, the non-zero ones by falling share), `scopes`
    (for each: `weight`, `found_share`, `blind_vantage_count`, `vantage_count`), `blind_vantage_asns`, the peers that
    gave no route at all and are in no mean, and for scope `origin` `views`, which vantage point sees which origin.

    Raises
    ------
    UsageFault
        For another word of `scope` or `weights`.
    """
    _one_of("scope", scope, ("global", "origin"))
    _one_of("weights", weights, ("addresses", "1"))
    per_prefix = (observed.own_addresses() if weights == "addresses" else np.ones(len(observed.length))).astype(
        np.float64
    )
    if scope == "global":
        rows, of, named = slice(None), np.broadcast_to(np.int32(0), len(observed.session)), np.array([-1])
        total = np.array([per_prefix[observed.origin >= 0].sum()])
    else:
        wanted = observed.asn if origins is None else np.asarray(sorted(set(origins)), np.int64)
        named = np.intersect1d(wanted, observed.asn[np.unique(observed.origin[observed.origin >= 0])])
        number = np.full(len(observed.asn) + 1, -1, np.int32)
        number[np.searchsorted(observed.asn, named)] = np.arange(len(named), dtype=np.int32)
        total = np.zeros(len(named) + 1)
        np.add.at(total, number[observed.origin], per_prefix)
        total = total[:-1]
        of = number[observed.origin[observed.prefix]]
        rows = (of >= 0) & (observed.path_origin()[observed.path] == observed.origin[observed.prefix])
    found = hegemony.observed_scores(
        of[rows],
        observed.session[rows],
        observed.path[rows],
        weight=per_prefix,
        of=observed.prefix[rows],
        total=total,
        path_start=observed.path_start,
        path_node=observed.path_node,
        vantage_of=observed.vantage_of,
        alpha=alpha,
    )
    notes = [_weights_note(weights, observed.family), _mean_note(alpha)]
    return _observed_answer(observed, found, named, total=total, scope=scope, notes=notes)


def _observed_answer(
    observed: Observed, found: hegemony.Scores, named: Longs, *, total: Floats, scope: str, notes: list[str]
) -> dict[str, Any]:
    scores = pl.DataFrame({"asn": observed.asn[found.node], "hegemony_share": found.score})
    scopes = pl.DataFrame(
        {
            "weight": total,
            "found_share": found.found,
            "blind_vantage_count": found.blind,
            "vantage_count": found.counted,
        }
    )
    if scope == "origin":
        scores = scores.insert_column(0, pl.Series("origin_asn", named[found.scope]))
        scopes = scopes.insert_column(0, pl.Series("origin_asn", named))
    views = {"origin_asn": named[found.view_scope], "vantage_asn": observed.vantage_asn[found.view_vantage]}
    by = ["origin_asn"] if scope == "origin" else []
    return {
        "scores": scores.sort([*by, "hegemony_share", "asn"], descending=[False] * len(by) + [True, False]),
        "scopes": scopes,
        **({"views": pl.DataFrame(views)} if scope == "origin" else {}),
        "vantage_points": "observed peers",
        "vantage_count": len(observed.vantage_asn),
        "blind_vantage_asns": observed.blind_asns,
        "left_out": observed.left_out,
        "assumptions": [CLEANING, ORIGINS, *notes],
    }


def country_hegemony(
    per_origin: dict[str, Any], origin_weights: pl.DataFrame, *, skip_origin: bool = False
) -> dict[str, Any]:
    """A country's hegemony from that of its origins: the mean over origins that were found, by their weights.

    `origin_weights` has `asn` and `weight`: users, addresses or 1 for each network of the country. `found_share` is the
    share of that weight whose origin any vantage point saw; what was not found is in no score, and this says how much.
    `blind_vantage_count` is how many vantage points see none of its networks. `skip_origin` leaves out what a network
    is to itself: the pure transit view. Cost O(scores).
    """
    refuse_unsound(origin_weights)
    given = origin_weights.group_by("asn").agg(pl.col("weight").sum())
    scopes = per_origin["scopes"].filter(pl.col("found_share") > 0).select("origin_asn", "found_share")
    found = given.join(scopes, left_on="asn", right_on="origin_asn")
    total, seen = float(given["weight"].sum()), float(found["weight"].sum())
    seeing = per_origin["views"].filter(pl.col("origin_asn").is_in(given["asn"].implode()))
    scores = per_origin["scores"].join(found.select("asn", "weight"), left_on="origin_asn", right_on="asn")
    if skip_origin:
        scores = scores.filter(pl.col("asn") != pl.col("origin_asn"))
    share = (pl.col("hegemony_share") * pl.col("weight")).sum() / (seen or 1.0)
    return {
        "scores": _ranked(scores.group_by("asn").agg(share.alias("hegemony_share"))),
        "found_share": seen / total if total else None,
        "origin_count": len(given),
        "found_origin_count": len(found),
        "vantage_points": per_origin["vantage_points"],
        "vantage_count": per_origin["vantage_count"],
        "blind_vantage_count": per_origin["vantage_count"] - seeing["vantage_asn"].n_unique(),
        "assumptions": [*per_origin["assumptions"], *_country_notes(skip_origin)],
    }


def simulated_country_hegemony(
    routes: Routes,
    topology: Topology,
    origin_weights: pl.DataFrame,
    *,
    vantages: Ints,
    alpha: float = ALPHA,
    skip_origin: bool = False,
    vantage_points: str = "a list of networks",
) -> dict[str, Any]:
    """A country's hegemony over simulated paths from vantage nodes to each of its networks.

    `origin_weights` has `asn` and `weight`. With one network it is the hegemony of that origin. `found_share` is the
    weight of networks that are in the graph and that a vantage point reaches; `blind_vantage_count` how many vantage
    points reach none. Exact for any number of vantage points. Cost O(origins x vantage points x hops).
    """
    origins, weight, total = origins_of(topology, origin_weights)
    scores, reaching = np.zeros(topology.node_count), np.zeros(len(vantages), np.bool_)
    found, seen, of_node = 0, 0.0, np.zeros(topology.node_count)
    of_node[origins] = weight
    how = Scoring(alpha, origin_counts=not skip_origin)
    walked = scored(routes, origins, of_node, vantages=vantages, into=(scores, reaching), how=how)
    for lane_weight, reached in walked:
        found, seen = found + int((reached > 0).sum()), seen + float(lane_weight[reached > 0].sum())
    kept = np.flatnonzero(scores)
    return {
        "scores": _ranked(pl.DataFrame({"asn": topology.asn[kept], "hegemony_share": scores[kept] / (seen or 1.0)})),
        "found_share": seen / total if total else None,
        "origin_count": origin_weights["asn"].n_unique(),
        "found_origin_count": found,
        "vantage_points": vantage_points,
        "vantage_count": len(vantages),
        "blind_vantage_count": int((~reaching).sum()),
        "assumptions": [SIMULATED, _mean_note(alpha), *_country_notes(skip_origin)],
    }


def scored(
    routes: Routes, origins: Ints, weight: Floats, *, vantages: Ints, into: tuple[Floats, Flags], how: Scoring
) -> Iterator[tuple[Floats, Ints]]:
    """Adds the scores of networks over paths to each origin; yields the weights of a batch, and how many reach each.

    `weight` float64[N] is by node; `into` float64[N] and bool[vantages] are scores, and who reaches any origin.
    """
    for root, next_hop in routes(origins):
        lane_weight, reached = weight[root], np.zeros(len(root), np.int32)
        refuse_rings(add_origin_scores(next_hop, root, lane_weight, vantages, how, into[0], reached, into[1]))
        yield lane_weight, reached


def simulated_hegemony(
    routes: Routes,
    topology: Topology,
    destination_weights: pl.DataFrame,
    *,
    vantages: Ints,
    alpha: float = ALPHA,
    vantage_points: str = "a list of networks",
    room_bytes: int = ROOM_BYTES,
) -> dict[str, Any]:
    """Global hegemony over simulated paths from vantage nodes to all destinations with a weight (`asn`, `weight`).

    Gives `asn`, `low_share`, `high_share`: equal where the table of vantage points by transit networks fits in
    `room_bytes`; else it is worked in blocks of vantage points, each of which routes anew, and the ends hold the value
    with the doubt of a sketch, at most some per cent. A network without customers is on paths to itself and from
    itself alone; its score follows from its weight. Cost O(destinations x vantage points x hops).
    """
    origins, weight, total = origins_of(topology, destination_weights)
    sells = np.diff(topology.down_start) > 0
    column = np.where(sells, np.cumsum(sells) - 1, -1).astype(np.int32)
    columns = int(sells.sum())
    by_node = np.zeros(topology.node_count)
    by_node[origins] = weight / (total or 1.0)
    block = max(1, min(len(vantages), room_bytes // max(8 * columns, 1)))
    exact = block >= len(vantages)
    sketch = None if exact else (np.zeros((columns, hegemony.BINS), np.int32), np.zeros((columns, hegemony.BINS)))
    reach, seen_by = np.zeros(topology.node_count, np.int64), np.zeros(len(vantages))
    room = np.zeros((block, columns))
    for first in range(0, len(vantages), block):
        part, reached = vantages[first : first + block], seen_by[first : first + block]
        table = room[: len(part)]
        table[:] = 0
        for root, next_hop in routes(origins):
            refuse_rings(add_paths(next_hop, root, by_node[root], part, column, table, reached, reach))
        if sketch is not None:
            hegemony.add_to_sketch(table, *sketch)
    count, trim = len(vantages), hegemony.trim_of(len(vantages), alpha)
    low, high = _columns(room[:count], trim) if sketch is None else hegemony.sketched_means(*sketch, count, trim)
    every = _stub_scores(by_node, reach, seen_by, vantages=vantages, trim=trim)
    low_share, high_share = every.copy(), every
    low_share[sells], high_share[sells] = low, high
    kept = np.flatnonzero(high_share > 0)
    scores = pl.DataFrame({"asn": topology.asn[kept], "low_share": low_share[kept], "high_share": high_share[kept]})
    return {
        "scores": scores.sort(["high_share", "asn"], descending=[True, False]),
        "is_exact": exact,
        "found_share": float(seen_by.mean()) if count else None,
        "vantage_points": vantage_points,
        "vantage_count": count,
        "blind_vantage_count": int((seen_by == 0).sum()),
        "assumptions": [SIMULATED, _mean_note(alpha)],
    }


def _columns(table: Floats, trim: int) -> tuple[Floats, Floats]:
    """The trimmed mean of each column, as both ends of an interval."""
    vantages, columns = table.shape
    start = np.arange(columns + 1, dtype=np.int64) * vantages
    count = np.full(columns, vantages, np.int64)
    found = hegemony.trimmed_means(start, table.T.ravel(), count, np.full(columns, trim, np.int64))
    return found, found


def _stub_scores(by_node: Floats, reach: Longs, seen_by: Floats, *, vantages: Ints, trim: int) -> Floats:
    """The score of each node as if it sold no transit: its weight in every view that reaches it, all in its own."""
    count = len(vantages)
    kept = count - 2 * trim
    if kept <= 0:
        return np.zeros(len(by_node))
    score = by_node * np.maximum(np.minimum(reach, count - trim) - trim, 0) / kept
    if not trim:
        score[vantages] += (seen_by - by_node[vantages]) / kept
    return np.asarray(score, np.float64)


def beside_tie_rules(smallest: dict[str, Any], greatest: dict[str, Any]) -> dict[str, Any]:
    """How far simulated scores move where the greatest ASN wins ties in place of the smallest, all else the same.

    Takes two answers of one function, one with `Simulated` routes and one with `GreatestFirst`. Gives `scores` (`asn`,
    `smallest_first_share`, `greatest_first_share`, `moved_share`, the most moved first), and the mean and the greatest
    move. Two rules of many: what lies between is no bound of a score.
    """
    column = "hegemony_share" if "hegemony_share" in smallest["scores"].columns else "high_share"
    one, two = (
        answer["scores"].select("asn", pl.col(column).alias(name))
        for answer, name in ((smallest, "smallest_first_share"), (greatest, "greatest_first_share"))
    )
    shares = pl.col("smallest_first_share", "greatest_first_share").fill_null(0.0)
    both = one.join(two, on="asn", how="full", coalesce=True).with_columns(shares)
    moved = (pl.col("greatest_first_share") - pl.col("smallest_first_share")).abs().alias("moved_share")
    both = both.with_columns(moved).sort(["moved_share", "asn"], descending=[True, False])
    return {
        "scores": both,
        "mean_moved_share": both["moved_share"].mean(),
        "most_moved_share": both["moved_share"].max(),
        "assumptions": [*smallest["assumptions"], "Beside it, of equal routes the one by the greatest ASN is taken."],
    }


def listed_nodes(topology: Topology, asns: Sequence[int]) -> tuple[Ints, list[int]]:
    """The nodes of a list of ASNs, each once and ascending, and the ASNs that the graph does not have."""
    wanted = np.unique(np.asarray(asns, np.int64))
    node = topology.nodes_of(wanted)
    return node[node >= 0], wanted[node < 0].tolist()


def origins_of(topology: Topology, origin_weights: pl.DataFrame) -> tuple[Ints, Floats, float]:
    """Nodes with a weight, their weights, and the weight of all, those the graph does not have included."""
    refuse_unsound(origin_weights)
    given = origin_weights.group_by("asn").agg(pl.col("weight").sum()).filter(pl.col("weight") > 0).sort("asn")
    node = topology.nodes_of(given["asn"].to_numpy().astype(np.int64))
    weight = given["weight"].to_numpy().astype(np.float64)
    return node[node >= 0], weight[node >= 0], float(weight.sum())


def refuse_unsound(given: pl.DataFrame) -> None:
    """Raises UsageFault unless a table of weights has an ASN and a number of at least 0 in each row."""
    missing = {"asn", "weight"} - set(given.columns)
    if missing:
        raise UsageFault(f"Weights need the columns asn and weight; missing: {', '.join(sorted(missing))}.")
    weight = given["weight"].cast(pl.Float64)
    if weight.null_count() or not weight.is_finite().all() or bool((weight < 0).any()):
        raise UsageFault("Weights are numbers of at least 0; one is missing, negative or not finite.")


def refuse_rings(rings: int) -> None:
    """Raises UsageFault where next hops led round in a ring."""
    if rings:
        raise UsageFault(f"The next hops lead round in a ring for {rings} pairs; they are no routes.")


def _one_of(name: str, word: str, known: tuple[str, ...]) -> None:
    if word not in known:
        raise UsageFault(f"{name} is one of {', '.join(known)}; found {word!r}.")


def _ranked(scores: pl.DataFrame) -> pl.DataFrame:
    return scores.filter(pl.col("hegemony_share") > 0).sort(["hegemony_share", "asn"], descending=[True, False])


def _weights_note(weights: str, family: int) -> str:
    if weights == "1" or family == 6:
        return "Every prefix weighs 1."
    return "A prefix weighs its IPv4 addresses, less those that more specific prefixes of another origin cover."


def _mean_note(alpha: float) -> str:
    over = "all vantage points, one without a route counting 0"
    return f"A score is the mean over {over}, without the floor({alpha:g} n) least and greatest of n."


def _country_notes(skip_origin: bool) -> list[str]:
    notes = ["Origins that were not found are in no score: scores are over the found share of the weight."]
    return [*notes, "What a network is to itself is left out."] if skip_origin else notes
