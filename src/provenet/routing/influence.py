"""How much of a country is reached over networks: carried in by transit, and over equipment of a vendor.

Transit influence speaks of countries that the world reaches over transit. Where it is reached over peering, links that
route collectors do not see carry the traffic, and a number would mislead: then none is given, and the answer says why.

A restricted network is not a restricted vendor: a vendor speaks here only through the share of each network's
forwarding equipment that is known to be its own, from `low` to `high`. The answer is an interval, and its law is:
trimmed means are monotone, so the low end never passes the high end, and learning a share can only narrow the interval.

IPv4 addresses that networks hold weigh them: disjoint ranges, shared out by origin.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from provenet.core.errors import UsageFault
from provenet.numerics.arrays import Floats, Ints, Longs
from provenet.routing.hegemony import ALPHA, SIMULATED, Routes, origins_of, refuse_rings, refuse_unsound, scored
from provenet.routing.kernels.csr import Topology, places_of
from provenet.routing.kernels.hegemony import own_within, path_shares, transit_influence, trim_of, trimmed_means, within
from provenet.routing.kernels.lpm import intervals
from provenet.routing.kernels.routed_influence import Scoring, add_path_shares
from provenet.routing.observed_routes import CLEANING, ORIGINS, Observed

Ranges = tuple[Longs, Longs]


def disjoint(first: Longs, last: Longs, value: Ints) -> tuple[Longs, Longs, Ints]:
    """Ranges of IPv4 as disjoint ones, ascending, each with the value of the narrowest that holds it.

    Cost O(n log n).

    >>> [part.tolist() for part in disjoint(np.array([0, 4]), np.array([9, 5]), np.array([7, 8], np.int32))]
    [[0, 4, 6], [3, 5, 9], [7, 8, 7]]
    """
    ones = np.uint64(0xFFFFFFFF)
    low, high = (part.astype(np.uint64) << np.uint64(32) for part in (first, last))
    zero, full = np.zeros(len(low), np.uint64), np.full(len(low), 2**64 - 1, np.uint64)
    found = intervals(low, zero, high | ones, last_low=full, value=value.astype(np.int32))
    begins = (found.high >> np.uint64(32)).astype(np.int64)
    ends = np.append(begins[1:] - 1, 2**32 - 1)
    kept = found.value >= 0
    return begins[kept], ends[kept], found.value[kept]


def shared_out(value: Ints, origins: Sequence[Sequence[int]]) -> tuple[Longs, Longs, Floats]:
    """For ranges whose value is a place in `origins`: the range, the network and its part, in equal parts.

    A range of nobody is in no row. Cost O(rows).
    """
    sizes = np.array([len(some) for some in origins], np.int64)
    start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    every = np.array([asn for some in origins for asn in some], np.int64)
    count = sizes[value]
    row = np.repeat(np.arange(len(value), dtype=np.int64), count)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    return row, every[start[value][row] + nth], 1.0 / count[row]


def weights_of(first: Longs, last: Longs, asn: Longs, *, part: Floats, ranges: Ranges | None = None) -> pl.DataFrame:
    """`asn` and `weight`, addresses, by falling weight: all of them, or those in some disjoint ascending ranges."""
    held = last - first + 1 if ranges is None else within(first, last, *ranges)
    found = pl.DataFrame({"asn": asn, "weight": held * part}).filter(pl.col("weight") > 0)
    return found.group_by("asn").agg(pl.col("weight").sum()).sort(["weight", "asn"], descending=[True, False])


LEAST_GATE = 0.48
"""The share of entries by transit below which the measure says too little (PAM 2022 takes about 0.477)."""
FORM = (
    "A network d AS hops from an origin gets the origin's share of the country's addresses over d; origins and the AS "
    "of the monitor get nothing. Monitors of one AS are averaged, then ASes are: the published form divides by the "
    "number of monitors instead and is given beside it. Per origin and network the floor(alpha n) least and greatest "
    "of n monitor ASes are left out, one that does not see the pair counting 0."
)


def refusal(gate: float | None) -> str | None:
    """Why no number is given, as a sentence; None where the gate is open."""
    if gate is None:
        return (
            "No transit influence is given: its gate, the share of traced paths that enter the country by transit, "
            "cannot be computed without traceroutes; give the gate or entries by relation."
        )
    if not gate >= LEAST_GATE:
        return (
            f"No transit influence is given: {gate:.3g} of paths enter the country by transit, below {LEAST_GATE:g}; "
            "peering that route collectors do not see carries the rest."
        )
    return None


def observed_transit_influence(
    observed: Observed,
    country_ranges: pl.DataFrame,
    inside_asns: Sequence[int],
    *,
    gate: float | None = None,
    alpha: float = ALPHA,
) -> dict[str, Any]:
    """Transit influence on a country from IPv4 routes of monitors outside it.

    `country_ranges` has `first` and `last`, whole numbers, inclusive and disjoint; `inside_asns` are the networks whose
    monitors are left out. Gives `scores` (`asn`, `influence_share`, `unfiltered_share`, `published_form_share`), or
    None and `refused`, a sentence, where the gate is closed. Cost O(routes x hops) and, per monitor, its prefixes.
    """
    if why := refusal(gate):
        return {"scores": None, "refused": why, "gate": gate, "least_gate": LEAST_GATE, "assumptions": [FORM]}
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
        "least_gate": LEAST_GATE,
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
    alpha: float = ALPHA,
) -> dict[str, Any]:
    """Transit influence over simulated routes, one monitor a network, those of `inside_asns` left out.

    `origin_weights` has `asn` and `weight`, the addresses of each network that lie in the country. The gate is needed
    as above: a graph does not say how much of its traffic enters by transit. Cost O(origins x monitors x hops).
    """
    if why := refusal(gate):
        return {"scores": None, "refused": why, "gate": gate, "least_gate": LEAST_GATE, "assumptions": [FORM]}
    outside = monitors[~np.isin(topology.asn[monitors], np.asarray(inside_asns, np.int64))]
    origins, weight, total = origins_of(topology, origin_weights)
    of_node = np.zeros(topology.node_count)
    of_node[origins] = weight / (total or 1.0)
    scores, seen, reaches = np.zeros(topology.node_count), 0.0, np.zeros(len(outside), np.bool_)
    how = Scoring(alpha, origin_counts=False, by_distance=True)
    walked = scored(routes, origins, of_node, vantages=outside, into=(scores, reaches), how=how)
    for lane_weight, reached in walked:
        seen += float((lane_weight * reached).sum()) / max(len(outside), 1)
    kept = np.flatnonzero(scores)
    found = pl.DataFrame({"asn": topology.asn[kept], "influence_share": scores[kept]})
    return {
        "scores": found.sort(["influence_share", "asn"], descending=[True, False]),
        "refused": None,
        "alpha": alpha,
        "gate": gate,
        "least_gate": LEAST_GATE,
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


LIFTED = (
    "A path's exposure is at least the greatest low share of a network on it and at most the sum of their high shares, "
    "whatever crossings depend on one another. A network's share is of its forwarding equipment, crossed or not.",
    "Routes that were not seen count as unknown, 0 to 1, in low_share and high_share; in low_of_found_share and "
    "high_of_found_share they are left out, which assumes that they are like those that were seen.",
)
ENDS = "Vantage point and origin do not count."
_UNLISTED = {
    "unknown": "A network without a stated share may have any: 0 to 1.",
    "none": "Assumption: a network without a stated share has none of the vendor's equipment.",
}


def observed_vendor_dependence(
    observed: Observed,
    origin_weights: pl.DataFrame,
    shares: pl.DataFrame,
    *,
    unlisted: str = "unknown",
    alpha: float = ALPHA,
) -> dict[str, Any]:
    """How much of a country's networks vantage points reach over a vendor's equipment, from observed routes.

    `origin_weights` has `asn` and `weight` for the country's networks, `shares` has `asn`, `low`, `high`. `unlisted`
    says what a network without a row has: `unknown` (0 to 1) or `none`, an assumption that is printed.
    Neither the vantage point nor the origin counts as a crossing. See `LIFTED` for what is claimed.
    Cost O(routes x hops).
    """
    low, high, notes = shares_on(observed.asn, shares, unlisted)
    given, total = _weights(origin_weights)
    at = observed.nodes_of(given["asn"].to_numpy().astype(np.int64))
    of_node = np.zeros(len(observed.asn) + 1)
    of_node[at[at >= 0]] = given["weight"].to_numpy()[at >= 0] / (total or 1.0)
    per_prefix = observed.own_addresses().astype(np.float64)
    whole = np.zeros(len(of_node))
    np.add.at(whole, observed.origin, per_prefix)
    rows = observed.path_origin()[observed.path] == observed.origin[observed.prefix]
    prefix, path = observed.prefix[rows], observed.path[rows]
    session = observed.session[rows]
    origin = observed.origin[prefix]
    per_session = np.bincount(observed.vantage_of, minlength=1)[observed.vantage_of]
    weight = of_node[origin] * per_prefix[prefix] / np.maximum(whole[origin], 1.0) / per_session[session]
    least, most = path_shares(observed.path_start, observed.path_node, low, high)
    table = np.zeros((len(observed.vantage_asn), 3))
    vantage = observed.vantage_of[session]
    for column, value in enumerate((least[path], most[path], np.ones(len(path)))):
        np.add.at(table[:, column], vantage, weight * value)
    answer = _answer(table, alpha, observed.vantage_asn)
    return {
        **answer,
        "vantage_points": "observed peers",
        "left_out": observed.left_out,
        "assumptions": [CLEANING, ORIGINS, *LIFTED, *notes, ENDS],
    }


def simulated_vendor_dependence(
    routes: Routes,
    topology: Topology,
    origin_weights: pl.DataFrame,
    *,
    shares: pl.DataFrame,
    vantages: Ints,
    unlisted: str = "unknown",
    alpha: float = ALPHA,
    vantage_points: str = "a list of networks",
) -> dict[str, Any]:
    """The same over simulated routes from vantage nodes. Cost O(origins x vantage points x hops)."""
    low, high, notes = shares_on(topology.asn, shares, unlisted)
    origins, weight, total = origins_of(topology, origin_weights)
    of_node = np.zeros(topology.node_count)
    of_node[origins] = weight / (total or 1.0)
    table = np.zeros((len(vantages), 3))
    for root, next_hop in routes(origins):
        refuse_rings(add_path_shares(next_hop, root, of_node[root], vantages, low, high, table))
    return {
        **_answer(table, alpha, topology.asn[vantages]),
        "vantage_points": vantage_points,
        "assumptions": [SIMULATED, *LIFTED, *notes, ENDS],
    }


def shares_on(asn: Longs, shares: pl.DataFrame, unlisted: str) -> tuple[Floats, Floats, list[str]]:
    """The low and high share of each ASN, and in words what those without a row have.

    Raises UsageFault for a share outside 0 to 1, a low above its high, an ASN that stands twice, or another word.

    >>> import polars as pl
    >>> low, high, _ = shares_on(np.array([1, 2]), pl.DataFrame({"asn": [2], "low": [0.25], "high": [0.5]}), "unknown")
    >>> low.tolist(), high.tolist()
    ([0.0, 0.25], [1.0, 0.5])
    """
    if unlisted not in _UNLISTED:
        raise UsageFault(f"unlisted is one of unknown, none; found {unlisted!r}.")
    if missing := sorted({"asn", "low", "high"} - set(shares.columns)):
        raise UsageFault(f"Shares need the columns asn, low and high; missing: {', '.join(missing)}.")
    if not shares["asn"].is_unique().all():
        raise UsageFault("A network has one row of shares; an ASN stands twice.")
    sound = shares.select((pl.col("low") >= 0) & (pl.col("low") <= pl.col("high")) & (pl.col("high") <= 1))
    if not sound.to_series().fill_null(False).all():
        raise UsageFault("A share runs from low to high within 0 to 1; a row does not.")
    low, high = np.zeros(len(asn)), np.full(len(asn), 1.0 if unlisted == "unknown" else 0.0)
    at = places_of(asn, shares["asn"].to_numpy().astype(np.int64))
    here = at >= 0
    low[at[here]] = shares["low"].to_numpy()[here]
    high[at[here]] = shares["high"].to_numpy()[here]
    return low, high, [f"{int(here.sum())} of {len(asn)} networks have a stated share. {_UNLISTED[unlisted]}"]


def _answer(table: Floats, alpha: float, vantage_asn: Longs) -> dict[str, Any]:
    """The interval over vantage points of (weight x least, weight x most, weight seen), the whole weight being 1."""
    low, high, seen = table[:, 0], table[:, 1], np.minimum(table[:, 2], 1.0)
    reaches = seen > 0
    of_found = table[reaches, :2] / table[reaches, 2:]
    return {
        "low_share": _mean(low, alpha),
        "high_share": _mean(np.minimum(high + (1.0 - seen), 1.0), alpha),
        "low_of_found_share": _mean(of_found[:, 0], alpha),
        "high_of_found_share": _mean(of_found[:, 1], alpha),
        "found_share": float(seen.mean()) if len(seen) else None,
        "vantage_count": len(table),
        "blind_vantage_count": int((~reaches).sum()),
        "by_vantage": pl.DataFrame({"vantage_asn": vantage_asn, "low_share": low, "high_share": high, "found": seen}),
    }


def _mean(values: Floats, alpha: float) -> float | None:
    """The trimmed mean of all values; None of none."""
    if not len(values):
        return None
    whole, trim = np.array([len(values)], np.int64), np.array([trim_of(len(values), alpha)], np.int64)
    return float(trimmed_means(np.array([0, len(values)], np.int64), np.ascontiguousarray(values), whole, trim)[0])


def _weights(origin_weights: pl.DataFrame) -> tuple[pl.DataFrame, float]:
    refuse_unsound(origin_weights)
    given = origin_weights.group_by("asn").agg(pl.col("weight").sum()).sort("asn")
    return given, float(given["weight"].sum())
