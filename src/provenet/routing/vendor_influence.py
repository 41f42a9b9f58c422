"""Dependence of a country on a vendor through networks: hegemony lifted from networks to vendors of their equipment.

A restricted network is not a restricted vendor: a vendor speaks here only through the share of each network's
forwarding equipment that is known to be its own, from `low` to `high`. The answer is an interval, and its law is:
trimmed means are monotone, so the low end never passes the high end, and learning a share can only narrow the interval.
"""

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from provenet.core.errors import UsageFault
from provenet.routing.hegemony import ALPHA, SIMULATED, Ints, Routes, origins_of, refuse_rings, refuse_unsound
from provenet.routing.kernels.csr import Topology
from provenet.routing.kernels.hegemony import path_shares, trim_of, trimmed_means
from provenet.routing.kernels.routed_influence import add_path_shares
from provenet.routing.observed_routes import CLEANING, ORIGINS, Observed, nodes_of

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

LIFTED = (
    "A path's exposure is at least the greatest low share of a network on it and at most the sum of their high shares, "
    "whatever crossings depend on one another. A network's share is of its forwarding equipment, crossed or not.",
    "Routes that were not seen count as unknown, 0 to 1, in low_share and high_share; in low_of_found_share and "
    "high_of_found_share they are left out, which assumes that they are like those that were seen.",
)
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
    count_ends: bool = False,
    alpha: float = ALPHA,
) -> dict[str, Any]:
    """How much of a country's networks vantage points reach over a vendor's equipment, from observed routes.

    `origin_weights` has `asn` and `weight` for the country's networks, `shares` has `asn`, `low`, `high`. `unlisted`
    says what a network without a row has: `unknown` (0 to 1) or `none`, an assumption that is printed. Without
    `count_ends` neither the vantage point nor the origin counts as a crossing. See `LIFTED` for what is claimed.
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
    least, most = path_shares(observed.path_start, observed.path_node, low, high, count_ends)
    table = np.zeros((len(observed.vantage_asn), 3))
    vantage = observed.vantage_of[session]
    for column, value in enumerate((least[path], most[path], np.ones(len(path)))):
        np.add.at(table[:, column], vantage, weight * value)
    answer = _answer(table, alpha, observed.vantage_asn)
    return {
        **answer,
        "vantage_points": "observed peers",
        "left_out": observed.left_out,
        "assumptions": [CLEANING, ORIGINS, *LIFTED, *notes, _ends_note(count_ends)],
    }


def simulated_vendor_dependence(
    routes: Routes,
    topology: Topology,
    origin_weights: pl.DataFrame,
    *,
    shares: pl.DataFrame,
    vantages: Ints,
    unlisted: str = "unknown",
    count_ends: bool = False,
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
        refuse_rings(add_path_shares(next_hop, root, of_node[root], vantages, low, high, count_ends, table))
    return {
        **_answer(table, alpha, topology.asn[vantages]),
        "vantage_points": vantage_points,
        "assumptions": [SIMULATED, *LIFTED, *notes, _ends_note(count_ends)],
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
    at = nodes_of(asn, shares["asn"].to_numpy().astype(np.int64))
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


def _ends_note(count_ends: bool) -> str:
    return "Vantage point and origin count as crossings." if count_ends else "Vantage point and origin do not count."
