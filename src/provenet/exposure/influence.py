"""Rows of `influence`: over which networks a country of a case is reached, by AS hegemony over simulated paths.

A network that stands on many paths is listed for where it stands, whoever runs it and whatever equipment it runs: it
implies neither a restricted network nor a restricted vendor.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from provenet.case.rows import InfluenceRow
from provenet.case.tables import vocabulary
from provenet.core.ids import row_id
from provenet.core.progress import Progress
from provenet.exposure.networks import Network, NetworkRegister, links_on
from provenet.exposure.rows import DIGITS, GraphContext
from provenet.routing.address_weights import disjoint, shared_out, weights_of
from provenet.routing.hegemony import Ints, Routes, simulated_country_hegemony
from provenet.routing.kernels.condense import Condensed
from provenet.routing.kernels.route_tables import Simulated

ORIGIN_COLUMNS = ("first_address", "last_address", "family", "origin_asns", "observed_on", "file_id")
COUNTRY_COLUMNS = ("first_address", "last_address", "family", "country", "observed_on", "file_id")
_HOW = (
    "mean over vantage points, without the tenth at each end, of the weight of the country's networks that the path to "
    "them crosses, ends counted / weight of those found; paths by customer before peer before provider, then by hops, "
    "then by the smaller AS number"
)


@dataclass(frozen=True)
class CountryWeights:
    """The networks of a country with their weights (`asn`, `weight`), in words, and the rows that say so."""

    table: pl.DataFrame
    says: str
    refs: tuple[str, ...]


def influence_rows(
    context: GraphContext,
    core: Condensed,
    tables: Mapping[str, pl.DataFrame],
    *,
    register: NetworkRegister,
    networks: Mapping[str, Sequence[Network]],
    progress: Progress,
) -> dict[str, list[InfluenceRow]]:
    """Rows of `influence` by country: the networks of the greatest scores, and those of carriers on file.

    The greatest stand first; none for a country of which the case knows no network.
    Cost O(origins x vantage points x hops) a country.
    """
    step = max(1, -(-core.topology.node_count // int(vocabulary()["expose"]["vantage_points"])))
    vantages = np.arange(0, core.topology.node_count, step, dtype=np.int32)
    chosen = "all networks of the graph" if step == 1 else f"one in {step} networks of the graph by AS number"
    routes, made = Simulated(core, vantages), {}
    for country, found in weights(tables, register, list(networks), context=context).items():
        answer = simulated_country_hegemony(
            _counted(routes, country, progress), core.topology, found.table, vantages=vantages, vantage_points=chosen
        )
        made[country] = _rows(context, country, answer, weights=found, register=register, networks=networks[country])
    return made


def weights(
    tables: Mapping[str, pl.DataFrame], register: NetworkRegister, countries: Sequence[str], *, context: GraphContext
) -> dict[str, CountryWeights]:
    """The networks of each country with a weight: IPv4 addresses registered there that they announce, if tables of the
    day say so; else those registered in the country, each alike. A country of which neither is known is left out.
    """
    held = _addresses(tables, context)
    made = {}
    for country in countries:
        if held is not None and (one := held.of(country)) is not None:
            made[country] = one
            continue
        found = register.registered_in(country)
        if found:
            table = pl.DataFrame({"asn": found, "weight": [1.0] * len(found)}, schema_overrides={"asn": pl.Int64})
            ref = "as_number?" + json.dumps({"country": country}, sort_keys=True)
            made[country] = CountryWeights(table, f"each network registered in {country} alike", (ref,))
    return made


@dataclass(frozen=True)
class _AddressRanges:
    origins: tuple[pl.DataFrame, pl.DataFrame]
    countries: tuple[pl.DataFrame, pl.DataFrame]

    def of(self, country: str) -> CountryWeights | None:
        (ranges, of), (where, registered) = self.origins, self.countries
        mine = where.filter(pl.col("place") == country)
        if not mine.height:
            return None
        row, asn, part = shared_out(ranges["value"].to_numpy(), [list(map(int, one)) for one in of["origin_asns"]])
        first, last = (ranges[end].to_numpy()[row] for end in ("first", "last"))
        table = weights_of(first, last, asn, part=part, ranges=(mine["first"].to_numpy(), mine["last"].to_numpy()))
        if not table.height:
            return None
        refs = [
            "prefix_country?" + json.dumps({"country": country, "file_id": _files(registered)}, sort_keys=True),
            "prefix_origin?" + json.dumps({"file_id": _files(of)}, sort_keys=True),
        ]
        text = f"IPv4 addresses registered in {country}, by the network that announces them"
        return CountryWeights(table, text, tuple(refs))


def _addresses(tables: Mapping[str, pl.DataFrame], context: GraphContext) -> _AddressRanges | None:
    """Disjoint ranges of the day: `first`, `last`, and a place in the rows that they come from."""
    both = []
    for name, column in (("prefix_origin", "origin_asns"), ("prefix_country", "country")):
        if name not in tables:
            return None
        rows = links_on(tables[name], context.as_of, context.known).filter(pl.col("family") == "ipv4")
        rows = rows.filter(pl.col(column).is_not_null()).sort("first_address", "last_address", "file_id")
        if not rows.height:
            return None
        value = np.arange(rows.height, dtype=np.int32)
        first, last, at = disjoint(_numbers(rows["first_address"]), _numbers(rows["last_address"]), value)
        made = pl.DataFrame({"first": first, "last": last, "value": at})
        both.append((made.with_columns(place=rows["country"][at]) if column == "country" else made, rows))
    return _AddressRanges(both[0], both[1])


def _numbers(addresses: pl.Series) -> np.ndarray:
    """IPv4 addresses as whole numbers."""
    parts = addresses.str.split_exact(".", 3).struct.unnest().select(pl.all().cast(pl.Int64))
    return np.asarray(sum(parts.to_series(nth).to_numpy() << (24 - 8 * nth) for nth in range(4)), np.int64)


def _files(rows: pl.DataFrame) -> list[str]:
    return [str(one) for one in rows["file_id"].unique().sort()]


def _counted(routes: Routes, country: str, progress: Progress) -> Routes:
    def counted(destinations: Ints) -> Iterator[tuple[Ints, Ints]]:
        done = 0
        for root, table in routes(destinations):
            yield root, table
            done += len(root)
            progress(f"networks of {country} routed to", done, len(destinations))

    return counted


def _rows(
    context: GraphContext,
    country: str,
    answer: Mapping[str, Any],
    *,
    weights: CountryWeights,
    register: NetworkRegister,
    networks: Sequence[Network],
) -> list[InfluenceRow]:
    party = {one.asn: one.party_id for one in networks if one.party_id}
    ranked = answer["scores"].with_row_index("rank", offset=1)
    shown = ranked.filter(
        (pl.col("rank") <= int(vocabulary()["expose"]["influence_kept"])) | pl.col("asn").is_in(list(party))
    )
    made: list[InfluenceRow] = []
    for asn, score in shown.select("asn", "hegemony_share").iter_rows():
        key = {
            "country": country,
            "asn": str(asn),
            "weights_says": weights.says,
            "vantage_says": answer["vantage_points"],
            "as_of_on": context.as_of,
            "known_on": context.known,
        }
        made.append(
            {
                "influence_id": row_id("influence", key),
                "country": country,
                "asn": str(asn),
                "network_name": register.name(asn),
                "network_country": register.country(asn),
                "party_id": party.get(asn),
                "hegemony_share": round(min(score, 1.0), DIGITS),
                "measure": "AS hegemony: mean share of the weight reached over the network, ends counted "
                f"({weights.says})",
                "weights_says": weights.says,
                "vantage_says": answer["vantage_points"],
                "vantage_count": answer["vantage_count"],
                "blind_count": answer["blind_vantage_count"],
                "network_count": answer["origin_count"],
                "found_share": None if answer["found_share"] is None else round(answer["found_share"], DIGITS),
                "assumed": answer["assumptions"],
                "graph_on": context.graph_on,
                "graph_says": context.graph_says,
                "as_of_on": context.as_of,
                "known_on": context.known,
                "label": f"Share of {country} that is reached over {register.words(asn)}",
                "formula": _HOW,
                "inputs": [*context.link_refs(asn), context.graph_ref, *register.ref(asn), *weights.refs],
            }
        )
    return made
