"""Rows of `influence` and `remedy`, which name single networks: who stands on paths, and who would have to move.

A network that stands on many paths is listed for where it stands, whoever runs it and whatever equipment it runs: it
implies neither a restricted network nor a restricted vendor. Beside movers stands how robust clear is.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from provenet.case.rows import InfluenceRow, RemedyRow
from provenet.case.tables import vocabulary
from provenet.core.disclosure import is_enough
from provenet.core.ids import row_id
from provenet.core.progress import Progress
from provenet.exposure.networks import Network, links_on
from provenet.exposure.rows import DIGITS, GraphContext
from provenet.numerics.arrays import Flags, Ints, Longs
from provenet.routing.hegemony import Routes, simulated_country_hegemony
from provenet.routing.influence import disjoint, shared_out, weights_of
from provenet.routing.kernels.route_tables import Simulated
from provenet.routing.ladder import Engine, LadderQuestion
from provenet.routing.pairs import Pairs, pair_batches
from provenet.routing.robust import clear_cut

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
    tables: Mapping[str, pl.DataFrame],
    *,
    networks: Mapping[str, Sequence[Network]],
    progress: Progress,
) -> dict[str, list[InfluenceRow]]:
    """Rows of `influence` by country: the networks of the greatest scores, and those of carriers on file.

    The greatest stand first; none for a country of which the case knows no network.
    Cost O(origins x vantage points x hops) a country.
    """
    step = max(1, -(-context.topology.node_count // int(vocabulary()["expose"]["vantage_points"])))
    vantages = np.arange(0, context.topology.node_count, step, dtype=np.int32)
    chosen = "all networks of the graph" if step == 1 else f"one in {step} networks of the graph by AS number"
    routes, made = Simulated(context.core, vantages), {}
    for country, found in weights(tables, context, list(networks)).items():
        answer = simulated_country_hegemony(
            _counted(routes, country, progress), context.topology, found.table, vantages=vantages, vantage_points=chosen
        )
        made[country] = _rows(context, country, answer, weights=found, networks=networks[country])
    return made


def weights(
    tables: Mapping[str, pl.DataFrame], context: GraphContext, countries: Sequence[str]
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
        found = context.register.registered_in(country)
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
        rows = links_on(tables[name], context.question.as_of, context.question.known).filter(pl.col("family") == "ipv4")
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
    networks: Sequence[Network],
) -> list[InfluenceRow]:
    register = context.register
    party = {one.asn: one.party_id for one in networks if one.party_id}
    ranked = answer["scores"].with_row_index("rank", offset=1)
    shown = ranked.filter(
        (pl.col("rank") <= int(vocabulary()["expose"]["influence_kept"])) | pl.col("asn").is_in(list(party))
    )
    made: list[InfluenceRow] = []
    for asn, score in shown.select("asn", "hegemony_share").iter_rows():
        about = {
            "country": country,
            "asn": str(asn),
            "weights_says": weights.says,
            "vantage_says": answer["vantage_points"],
            **context.days,
        }
        made.append(
            {
                "influence_id": row_id("influence", about),
                **about,  # type: ignore[typeddict-item]
                "network_name": register.name(asn),
                "network_country": register.country(asn),
                "party_id": party.get(asn),
                "hegemony_share": round(min(score, 1.0), DIGITS),
                "measure": "AS hegemony: mean share of the weight reached over the network, ends counted "
                f"({weights.says})",
                "vantage_count": answer["vantage_count"],
                "blind_count": answer["blind_vantage_count"],
                "network_count": answer["origin_count"],
                "found_share": None if answer["found_share"] is None else round(answer["found_share"], DIGITS),
                "assumed": answer["assumptions"],
                "graph_on": context.graph_on,
                "graph_says": context.graph_says,
                "label": f"Share of {country} that is reached over {register.words(asn)}",
                "formula": _HOW,
                "inputs": [*context.link_refs(asn), context.graph_ref, *register.ref(asn), *weights.refs],
            }
        )
    return made


_MOVES = (
    "for each pair that is not clear as routed today, the walk with the fewest networks that choose differently, "
    "others as today; of equal walks the one whose turns come earliest, then the one through the smaller AS number"
)
_CUTS = "the smallest set of clear networks whose loss leaves no clear route, by a layered cut: between the two counts"


@dataclass
class _Moves:
    """The pairs of one tag, how many of them moves open, and how often each network turns."""

    pairs: int = 0
    opened: int = 0
    by: Counter[int] = field(default_factory=Counter)

    def add(self, pairs: Pairs, mine: Flags) -> None:
        opens = mine & (pairs.rung > 0) & pairs.movers_listed
        self.pairs += int(mine.sum())
        self.opened += int(opens.sum())
        of_pair = np.repeat(np.arange(len(pairs)), np.diff(pairs.mover_start))
        asn, count = np.unique(pairs.mover[opens[of_pair]], return_counts=True)
        self.by.update(dict(zip(asn.tolist(), count.tolist(), strict=True)))


def remedy_rows(
    context: GraphContext, networks: Mapping[str, Sequence[Network]], *, governments: frozenset[int], progress: Progress
) -> dict[str, list[RemedyRow]]:
    """Rows of `remedy` by country: movers for each tag of sensitive networks, on a stated sample, and some cuts.

    Movers are pinned for one least walk a pair; another may need as few. Rows that only the case may keep are marked
    internal: cuts always, movers for fewer than five networks or in fewer than five pairs, and a mover that is itself a
    network of government or defence (`governments`).
    """
    asn = context.topology.asn
    here = {
        (country, tag): [one for one in found if tag in one.tags and _holds(asn, one.asn)]
        for country, found in networks.items()
        for tag in context.question.tags.sensitive
    }
    destinations, sampled = sample(len(asn))
    moves = _moves(context, here, destinations, progress=progress)
    made: dict[str, list[RemedyRow]] = {country: [] for country in networks}
    for (country, tag), found in here.items():
        subject = _TagInCountry(context, country, tag, len(found))
        made[country] += _mover_rows(subject, moves[country, tag], sampled=sampled, sensitive=governments)
        carriers = [one for one in networks[country] if one.party_id and _holds(asn, one.asn)]
        made[country] += _cut_rows(subject, found, carriers)
    return {country: sorted(rows, key=lambda row: row["remedy_id"]) for country, rows in made.items()}


def sample(count: int) -> tuple[Ints, str]:
    """The destinations for which movers are sought, as nodes, ascending, and how they were chosen."""
    words = vocabulary()["expose"]
    most, seed = int(words["sample_destinations"]), int(words["sample_seed"])
    if count <= most:
        return np.arange(count, dtype=np.int32), "all other networks of the graph"
    chosen = np.sort(np.random.default_rng(seed).choice(count, most, replace=False))
    return chosen.astype(np.int32), f"{most:,} of {count:,} networks as destinations, drawn at random with seed {seed}"


def _holds(asn: Longs, one: int) -> bool:
    at = int(np.searchsorted(asn, one))
    return at < len(asn) and int(asn[at]) == one


def _moves(
    context: GraphContext, here: Mapping[tuple[str, str], Sequence[Network]], destinations: Ints, *, progress: Progress
) -> dict[tuple[str, str], _Moves]:
    found = {key: _Moves() for key in here}
    every = sorted({one.asn for networks in here.values() for one in networks})
    if not every:
        return found
    share = context.walls.astype(np.float64)
    question = LadderQuestion(
        core=context.core,
        sources=context.topology.nodes_of(np.asarray(every, np.int64)),
        destinations=destinations,
        restricted=context.walls,
        low=share,
        high=share,
        count_endpoints=context.question.count_endpoints,
    )
    total, done = len(every) * len(destinations), 0
    with Engine(question) as engine:
        for pairs in pair_batches(engine):
            for key, networks in here.items():
                found[key].add(pairs, np.isin(pairs.src_asn, [one.asn for one in networks]))
            done += len(pairs)
            progress("pairs checked for movers", min(done, total), total)
    return found


@dataclass(frozen=True)
class _TagInCountry:
    """What the rows of one tag in one country have in common; `network_count` are its networks in the graph."""

    context: GraphContext
    country: str
    tag: str
    network_count: int

    def columns(self, kind: str, sampled: str, **asns: str) -> dict[str, Any]:
        """What a row is about, and its id: of that, and never of its figures."""
        context = self.context
        about = {
            "country": self.country,
            "tag": self.tag,
            "kind": kind,
            **{name: asns.get(name) for name in ("asn", "source_asn", "destination_asn")},
            "restricted_says": context.restricted.says,
            "sample_says": sampled,
            **context.days,
        }
        ident = row_id("remedy", {**about, "ends": context.ends_says, "refs": list(context.restricted.refs)})
        return {"remedy_id": ident, **about, "network_count": self.network_count}


def _mover_rows(
    subject: _TagInCountry, moves: _Moves, *, sampled: str, sensitive: frozenset[int]
) -> Iterator[RemedyRow]:
    context, register = subject.context, subject.context.register
    kept = sorted(moves.by.items(), key=lambda one: (-one[1], one[0]))[: int(vocabulary()["expose"]["movers_kept"])]
    how = f"each sensitive network with {sampled}"
    for asn, count in kept:
        public = is_enough(subject.network_count) and is_enough(count) and asn not in sensitive
        yield {
            **subject.columns("mover", how, asn=str(asn)),  # type: ignore[typeddict-item]
            "audience": "public" if public else "internal",
            "network_name": register.name(asn),
            "asked_pair_count": moves.pairs,
            "open_pair_count": moves.opened,
            "pair_count": count,
            "members": [],
            "label": f"{register.words(asn)} would have to choose differently for the {subject.tag} networks of "
            f"{subject.country}",
            "formula": _MOVES,
            "inputs": [context.graph_ref, *register.ref(asn), *context.restricted.refs],
        }


def _cut_rows(subject: _TagInCountry, sources: Sequence[Network], carriers: Sequence[Network]) -> Iterator[RemedyRow]:
    """Each of the first sensitive networks with one network of a carrier of its own country, carriers in turn."""
    context = subject.context
    most = int(vocabulary()["expose"]["cut_pairs"]) if carriers else 0
    how = f"the first {most} sensitive networks by number, each with a network of a carrier on file"
    for at, source in enumerate(sources[:most]):
        goal = carriers[at % len(carriers)].asn
        found = clear_cut(context.topology, source.asn, goal, restricted=context.walls, exact=False)
        yield {
            **subject.columns("cut", how, source_asn=str(source.asn), destination_asn=str(goal)),  # type: ignore[typeddict-item]
            "audience": "internal",
            "state": found.state,
            "low_count": found.low,
            "high_count": found.high,
            "members": [str(member) for member in found.members],
            "proof": found.proof,
            "label": f"Clear networks whose loss leaves no clear route from AS{source.asn} to AS{goal}",
            "formula": _CUTS,
            "inputs": [context.graph_ref, *source.refs, *context.restricted.refs],
        }
