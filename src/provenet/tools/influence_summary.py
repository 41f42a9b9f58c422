"""The answer of the tool `influence` in plain values: what is told of each target, and the rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from provenet.tools.influence_call import Asked

if TYPE_CHECKING:
    import polars as pl

TOP = 50
"""So many networks of each target stand in the summary; the rows hold all."""
MOST_TARGETS = 100
"""So many targets stand in the summary, those of the greatest weight."""
READS = {
    "hegemony": "the share of {what} that vantage points reach over a network, as a mean over these vantage points; "
    "it says nothing of traffic, and nothing of whose equipment a network runs",
    "vendor": "between low and high lies the share of {what} that is reached over equipment of the vendor; a vendor "
    "speaks only through the shares of networks, and a restricted network is not a restricted vendor",
    "transit": "the share of {what} that a network carries in by transit, less the further it stands from the origin",
}


@dataclass
class Target:
    """What is reached: the whole, one origin, or a country, by networks and their weights."""

    of: str
    weights: pl.DataFrame
    origin: int | None = None
    answer: dict[str, Any] = field(default_factory=dict)
    scores: pl.DataFrame | None = None
    greatest_first: dict[str, Any] | None = None


def head_of(call: Asked) -> dict[str, Any]:
    """How every summary begins."""
    return {
        "measure": call.measure,
        "scope": call.scope,
        "country": call.country,
        "paths": "observed" if call.graph is None else "simulated",
    }


def reads_of(call: Asked) -> str:
    """What a score claims, in words."""
    return READS[call.measure].format(what=_what(call))


def _what(call: Asked) -> str:
    unit = "networks" if call.weights == "1" and not call.own_weights else "prefixes"
    if call.weights == "addresses" and call.family == 4:
        unit = "IPv4 addresses"
    if call.scope == "origin":
        return f"an origin's {unit}" if call.own_weights else "routes to an origin"
    if call.scope == "global":
        return unit
    return f"{unit} of {call.country}" if call.country else f"{unit} named"


def weights_said(call: Asked) -> str:
    """What weighs how much, in words."""
    if call.scope == "origin" and not call.own_weights:
        return "each origin by itself"
    if call.own_weights:
        return "prefixes alike" if call.weights == "1" or call.family == 6 else "IPv4 addresses of prefixes"
    where = f" in {call.country}" if call.country else ""
    if call.weights == "1":
        return f"each network with IPv4 addresses{where} alike" if call.addresses else "each network alike"
    shared = "; those of several origins in equal parts" if call.addresses else ""
    return f"IPv4 addresses of networks{where}{shared}"


def told_of(call: Asked, target: Target) -> dict[str, Any]:
    """One target for the summary."""
    answer, scores = target.answer, target.scores
    weight = float(target.weights["weight"].sum())
    made: dict[str, Any] = {
        "of": target.of,
        "weight": weight,
        "network_count": len(target.weights),
        "found_share": answer["found_share"],
        "vantage_count": answer.get("vantage_count", answer.get("monitor_as_count")),
        "blind_vantage_count": answer.get("blind_vantage_count", answer.get("blind_monitor_count")),
    }
    ends = ("low_share", "high_share", "low_of_found_share", "high_of_found_share")
    if call.measure == "vendor":
        made |= {name: answer[name] for name in ends}
        if target.greatest_first is not None:
            made["greatest_first"] = {name: target.greatest_first[name] for name in ends}
        return made
    assert scores is not None
    if call.measure == "hegemony":
        made["is_exact"] = bool(answer.get("is_exact", True))
        made["greatest_first"] = target.greatest_first
    return {**made, "scored_networks": len(scores), "top": scores.head(TOP).to_dicts()}


def rows_of(call: Asked, targets: Sequence[Target]) -> pl.DataFrame:
    """All rows, with what each is about, and the found share and blind vantage points beside it."""
    import polars as pl

    made = []
    for target in targets:
        assert target.scores is not None
        rows = target.scores
        about = [
            pl.lit(call.scope).alias("scope"),
            pl.lit(call.country, pl.String).alias("country"),
            pl.lit(target.origin, pl.Int64).alias("origin_asn"),
        ]
        told = told_of(call, target)
        if call.measure != "vendor":
            beside = [
                pl.lit(told["found_share"], pl.Float64).alias("found_share"),
                pl.lit(told["vantage_count"], pl.Int64).alias("vantage_count"),
                pl.lit(told["blind_vantage_count"], pl.Int64).alias("blind_vantage_count"),
            ]
            made.append(rows.select(*about, pl.all(), *beside))
        else:
            made.append(rows.select(*about, pl.all()))
    return pl.concat(made)
