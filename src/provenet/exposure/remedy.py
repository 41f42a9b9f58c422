"""Rows of `remedy`: which networks would have to choose differently for sensitive ones, and how robust clear is."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from provenet.case.rows import RemedyRow
from provenet.case.tables import vocabulary
from provenet.core.disclosure import is_enough
from provenet.core.ids import row_id
from provenet.core.progress import Progress
from provenet.exposure.networks import Network, NetworkRegister, NetworkTags
from provenet.exposure.rows import GraphContext
from provenet.routing.kernels.condense import Condensed
from provenet.routing.ladder import Engine, LadderQuestion
from provenet.routing.pairs import Pairs, pair_batches
from provenet.routing.robust import clear_cut

Flags = NDArray[np.bool_]
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
    context: GraphContext,
    core: Condensed,
    restricted: Flags,
    *,
    networks: Mapping[str, Sequence[Network]],
    tags: NetworkTags,
    register: NetworkRegister,
    governments: frozenset[int],
    progress: Progress,
) -> dict[str, list[RemedyRow]]:
    """Rows of `remedy` by country: movers for each tag of sensitive networks, on a stated sample, and some cuts.

    Movers are pinned for one least walk a pair; another may need as few. Rows that only the case may keep are marked
    internal: cuts always, movers for fewer than five networks or in fewer than five pairs, and a mover that is itself a
    network of government or defence (`governments`).
    """
    asn = core.topology.asn
    here = {
        (country, tag): [one for one in found if tag in one.tags and _holds(asn, one.asn)]
        for country, found in networks.items()
        for tag in tags.sensitive
    }
    destinations, sampled = sample(len(asn))
    moves = _moves(
        core,
        restricted,
        here,
        destinations=destinations,
        count_endpoints=context.count_endpoints,
        progress=progress,
    )
    made: dict[str, list[RemedyRow]] = {country: [] for country in networks}
    for (country, tag), found in here.items():
        subject = _TagInCountry(context, country, tag, len(found))
        made[country] += _mover_rows(subject, moves[country, tag], register, sampled=sampled, sensitive=governments)
        carriers = [one for one in networks[country] if one.party_id and _holds(asn, one.asn)]
        made[country] += _cut_rows(subject, core, restricted, sources=found, carriers=carriers)
    return {country: sorted(rows, key=lambda row: row["remedy_id"]) for country, rows in made.items()}


def sample(count: int) -> tuple[NDArray[np.int32], str]:
    """The destinations for which movers are sought, as nodes, ascending, and how they were chosen."""
    words = vocabulary()["expose"]
    most, seed = int(words["sample_destinations"]), int(words["sample_seed"])
    if count <= most:
        return np.arange(count, dtype=np.int32), "all other networks of the graph"
    chosen = np.sort(np.random.default_rng(seed).choice(count, most, replace=False))
    return chosen.astype(np.int32), f"{most:,} of {count:,} networks as destinations, drawn at random with seed {seed}"


def _holds(asn: NDArray[np.int64], one: int) -> bool:
    at = int(np.searchsorted(asn, one))
    return at < len(asn) and int(asn[at]) == one


def _moves(
    core: Condensed,
    restricted: Flags,
    here: Mapping[tuple[str, str], Sequence[Network]],
    *,
    destinations: NDArray[np.int32],
    count_endpoints: bool,
    progress: Progress,
) -> dict[tuple[str, str], _Moves]:
    found = {key: _Moves() for key in here}
    every = sorted({one.asn for networks in here.values() for one in networks})
    if not every:
        return found
    sources = core.topology.nodes_of(np.asarray(every, np.int64))
    share = restricted.astype(np.float64)
    question = LadderQuestion(
        core=core,
        sources=sources,
        destinations=destinations,
        restricted=restricted,
        low=share,
        high=share,
        count_endpoints=count_endpoints,
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

    def remedy_id(self, kind: str, sampled: str, **asns: str) -> str:
        """The id of a row, of what it is about and never of its figures."""
        return row_id(
            "remedy",
            {
                "country": self.country,
                "tag": self.tag,
                "kind": kind,
                **{name: asns.get(name) for name in ("asn", "source_asn", "destination_asn")},
                "restricted_says": self.context.restricted.says,
                "sample_says": sampled,
                "as_of_on": self.context.as_of,
                "known_on": self.context.known,
                "ends": self.context.ends_says,
                "refs": list(self.context.restricted.refs),
            },
        )


def _mover_rows(
    subject: _TagInCountry, moves: _Moves, register: NetworkRegister, *, sampled: str, sensitive: frozenset[int]
) -> Iterator[RemedyRow]:
    context = subject.context
    kept = sorted(moves.by.items(), key=lambda one: (-one[1], one[0]))[: int(vocabulary()["expose"]["movers_kept"])]
    how = f"each sensitive network with {sampled}"
    for asn, count in kept:
        public = is_enough(subject.network_count) and is_enough(count) and asn not in sensitive
        yield {
            "remedy_id": subject.remedy_id("mover", how, asn=str(asn)),
            "country": subject.country,
            "kind": "mover",
            "tag": subject.tag,
            "audience": "public" if public else "internal",
            "asn": str(asn),
            "network_name": register.name(asn),
            "network_count": subject.network_count,
            "asked_pair_count": moves.pairs,
            "open_pair_count": moves.opened,
            "pair_count": count,
            "members": [],
            "sample_says": how,
            "restricted_says": context.restricted.says,
            "as_of_on": context.as_of,
            "known_on": context.known,
            "label": f"{register.words(asn)} would have to choose differently for the {subject.tag} networks of "
            f"{subject.country}",
            "formula": _MOVES,
            "inputs": [context.graph_ref, *register.ref(asn), *context.restricted.refs],
        }


def _cut_rows(
    subject: _TagInCountry,
    core: Condensed,
    restricted: Flags,
    *,
    sources: Sequence[Network],
    carriers: Sequence[Network],
) -> Iterator[RemedyRow]:
    """Each of the first sensitive networks with one network of a carrier of its own country, carriers in turn."""
    context = subject.context
    most = int(vocabulary()["expose"]["cut_pairs"]) if carriers else 0
    how = f"the first {most} sensitive networks by number, each with a network of a carrier on file"
    for at, source in enumerate(sources[:most]):
        goal = carriers[at % len(carriers)].asn
        found = clear_cut(core.topology, source.asn, goal, restricted=restricted, exact=False)
        yield {
            "remedy_id": subject.remedy_id("cut", how, source_asn=str(source.asn), destination_asn=str(goal)),
            "country": subject.country,
            "kind": "cut",
            "tag": subject.tag,
            "audience": "internal",
            "network_count": subject.network_count,
            "source_asn": str(source.asn),
            "destination_asn": str(goal),
            "state": found.state,
            "low_count": found.low,
            "high_count": found.high,
            "members": [str(member) for member in found.members],
            "proof": found.proof,
            "sample_says": how,
            "restricted_says": context.restricted.says,
            "as_of_on": context.as_of,
            "known_on": context.known,
            "label": f"Clear networks whose loss leaves no clear route from AS{source.asn} to AS{goal}",
            "formula": _CUTS,
            "inputs": [context.graph_ref, *source.refs, *context.restricted.refs],
        }
