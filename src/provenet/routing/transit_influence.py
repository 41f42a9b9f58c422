"""Country-level transit influence, where its gate allows: who carries a country's addresses in by transit.

The measure speaks of countries that the world reaches over transit. Where it is reached over peering, links that route
collectors do not see carry the traffic, and a number would mislead: then none is given, and the answer says why.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenet.core.errors import UsageFault
from provenet.routing.hegemony import ALPHA, SIMULATED, Floats, Ints, Routes, origins_of, refuse_rings
from provenet.routing.kernels.csr import Topology
from provenet.routing.kernels.hegemony import own_within
from provenet.routing.kernels.routed_influence import add_origin_scores
from provenet.routing.kernels.transit import transit_influence
from provenet.routing.observed_routes import CLEANING, Observed

Longs = NDArray[np.int64]

LEAST_GATE = 0.48
"""The share of entries by transit below which the measure says too little (PAM 2022 takes about 0.477)."""
FORM = (
    "A network d AS hops from an origin gets the origin's share of the country's addresses over d; origins and the AS "
    "of the monitor get nothing. Monitors of one AS are averaged, then ASes are: the published form divides by the "
    "number of monitors instead and is given beside it. Per origin and network the floor(alpha n) least and greatest "
    "of n monitor ASes are left out, one that does not see the pair counting 0."
)


def refusal(gate: float | None, least_gate: float = LEAST_GATE) -> str | None:
    """Why no number is given, as a sentence; None where the gate is open."""
    if gate is None:
        return (
            "No transit influence is given: its gate, the share of traced paths that enter the country by transit, "
            "cannot be computed without traceroutes; give the gate or entries by relation."
        )
    if not gate >= least_gate:
        return (
            f"No transit influence is given: {gate:.3g} of paths enter the country by transit, below {least_gate:g}; "
            "peering that route collectors do not see carries the rest."
        )
    return None


def observed_transit_influence(
    observed: Observed,
    country_ranges: pl.DataFrame,
    inside_asns: Sequence[int],
    *,
    gate: float | None = None,
    least_gate: float = LEAST_GATE,
    alpha: float = ALPHA,
) -> dict[str, Any]:
    """Transit influence on a country from IPv4 routes of monitors outside it.

    `country_ranges` has `first` and `last`, whole numbers, inclusive and disjoint; `inside_asns` are the networks whose
    monitors are left out. Gives `scores` (`asn`, `influence_share`, `unfiltered_share`, `published_form_share`), or
    None and `refused`, a sentence, where the gate is closed. Cost O(routes x hops) and, per monitor, its prefixes.
    """
    if why := refusal(gate, least_gate):
        return {"scores": None, "refused": why, "gate": gate, "least_gate": least_gate, "assumptions": [FORM]}
    if observed.family != 4:
        raise UsageFault("Transit influence weighs IPv4 addresses; gather the routes of family 4.")
    ranges = country_ranges.sort("first")
    low, high = ranges["first"].to_numpy().astype(np.int64), ranges["last"].to_numpy().astype(np.int64)
    outside = ~np.isin(observed.vantage_asn[observed.vantage_of], np.asarray(inside_asns, np.int64))
    number = np.where(outside, np.cumsum(outside) - 1, -1).astype(np.int32)
    hosts, host_of = np.unique(observed.vantage_asn[observed.vantage_of][outside], return_inverse=True)
    rows = np.flatnonzero(outside[observed.session])
    session, prefix = number[observed.session[rows]], observed.prefix[rows]
    covered = float(_seen(observed, np.unique(prefix), low, high=high).sum())
    held, found = _held(
        observed, session, prefix, monitors=int(outside.sum()), ranges=(low, high), covered=covered or 1.0
    )
    node, filtered, plain = transit_influence(
        session,
        observed.path[rows],
        held,
        path_start=observed.path_start,
        path_node=observed.path_node,
        host_of=host_of.astype(np.int32),
        host_node=observed.nodes_of(hosts),
        alpha=alpha,
    )
    monitors, country = len(found), float((high - low + 1).sum())
    scores = pl.DataFrame(
        {
            "asn": observed.asn[node],
            "influence_share": filtered,
            "unfiltered_share": plain,
            "published_form_share": plain * (len(hosts) / max(monitors, 1)),
        }
    )
    return {
        "scores": scores.filter(pl.col("unfiltered_share") > 0).sort(
            ["influence_share", "asn"], descending=[True, False]
        ),
        "refused": None,
        "alpha": alpha,
        "gate": gate,
        "least_gate": least_gate,
        "monitor_count": monitors,
        "monitor_as_count": len(hosts),
        "blind_monitor_count": int((found == 0).sum()),
        "found_share": float(found.mean()) if monitors else None,
        "address_count": country,
        "covered_share": covered / country if country else None,
        "assumptions": [CLEANING, FORM],
    }


def simulated_transit_influence(
    routes: Routes,
    topology: Topology,
    origin_weights: pl.DataFrame,
    *,
    monitors: Ints,
    inside_asns: Sequence[int],
    gate: float | None = None,
    least_gate: float = LEAST_GATE,
    alpha: float = ALPHA,
) -> dict[str, Any]:
    """Transit influence over simulated routes, one monitor a network, those of `inside_asns` left out.

    `origin_weights` has `asn` and `weight`, the addresses of each network that lie in the country. The gate is needed
    as above: a graph does not say how much of its traffic enters by transit. Cost O(origins x monitors x hops).
    """
    if why := refusal(gate, least_gate):
        return {"scores": None, "refused": why, "gate": gate, "least_gate": least_gate, "assumptions": [FORM]}
    outside = monitors[~np.isin(topology.asn[monitors], np.asarray(inside_asns, np.int64))]
    origins, weight, total = origins_of(topology, origin_weights)
    of_node = np.zeros(topology.node_count)
    of_node[origins] = weight / (total or 1.0)
    scores, seen, reaches = np.zeros((1, topology.node_count)), 0.0, np.zeros(len(outside), np.bool_)
    for root, next_hop in routes(origins):
        group, reached = np.zeros(len(root), np.int32), np.zeros(len(root), np.int32)
        rings = add_origin_scores(
            next_hop=next_hop,
            root=root,
            group=group,
            weight=of_node[root],
            vantage=outside,
            trimmed_share=alpha,
            sparse=False,
            origin_counts=False,
            by_distance=True,
            scores=scores,
            reached=reached,
            reaches=reaches,
        )
        refuse_rings(rings)
        seen += float((of_node[root] * reached).sum()) / max(len(outside), 1)
    kept = np.flatnonzero(scores[0])
    found = pl.DataFrame({"asn": topology.asn[kept], "influence_share": scores[0, kept]})
    return {
        "scores": found.sort(["influence_share", "asn"], descending=[True, False]),
        "refused": None,
        "alpha": alpha,
        "gate": gate,
        "least_gate": least_gate,
        "monitor_count": len(outside),
        "monitor_as_count": len(outside),
        "blind_monitor_count": int((~reaches).sum()),
        "found_share": seen,
        "assumptions": [SIMULATED, FORM],
    }


def _held(
    observed: Observed, session: Ints, prefix: Ints, *, monitors: int, ranges: tuple[Longs, Longs], covered: float
) -> tuple[Floats, Floats]:
    """What share of the country's addresses each row stands for, each once a monitor; and what each monitor sees."""
    low, high = ranges
    held, found = np.zeros(len(session)), np.zeros(monitors)
    for monitor in range(monitors):
        mine = np.flatnonzero(session == monitor)
        mine = mine[np.argsort(prefix[mine])]
        held[mine] = _seen(observed, prefix[mine], low=low, high=high) / covered
        found[monitor] = held[mine].sum()
    return held, found


def _seen(observed: Observed, prefix: Ints, low: Longs, *, high: Longs) -> Longs:
    """Addresses of the country in each of some prefixes, ascending, and in none of them more specific."""
    return np.asarray(own_within(observed.first[prefix], observed.length[prefix], low, high), np.int64)
