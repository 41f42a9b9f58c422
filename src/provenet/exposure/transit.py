"""Rows of `transit`: which networks, and networks registered where, a country's routes pass, in sums over the country.

A network that is passed is listed for where it stands, whoever runs it: it implies neither a restricted network nor a
restricted vendor. Single networks are listed for the whole country alone, never for one network, one pair or one tag.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import fsum

import numpy as np
from numpy.typing import NDArray

from provenet.case.rows import AnyRow, TransitRow
from provenet.case.tables import vocabulary
from provenet.core.disclosure import is_enough
from provenet.core.ids import row_id
from provenet.exposure.networks import ALL, ALLIED, CARRIER, SENSITIVE, DestinationKind, Destinations, Network
from provenet.exposure.rows import DIGITS, GraphContext, role_words
from provenet.numerics.arrays import Flags, Floats, Longs
from provenet.routing.kernels.aspaths import LANES
from provenet.routing.kernels.carriage import CONVENTIONAL, EVERY, SOME, Carriage
from provenet.routing.kernels.lanes import FIELDS

WHOLE = "all"
"""The role of all networks of a country: sensitive ones and carriers together."""
ROLES = {SENSITIVE: (SENSITIVE,), CARRIER: (CARRIER,), ALLIED: (ALLIED,), WHOLE: (SENSITIVE, CARRIER)}
_TIES = "Of equal routes each may be taken: from pairs whose every one passes it to pairs of which some does."
_CONVENTION = "The conventional route takes, of equal next hops, the one with the lowest AS number."
_HOW = (
    "best routes by customer before peer before provider, then by hops, with others as today; pairs whose every best "
    "route, whose conventional route, and of which some best route passes / pairs with a route"
)
_ENDS = "source and destination do not count as passed; what lies between them does"


@dataclass(frozen=True)
class SourceTeams:
    """Sources by the countries and roles in which they count: `team` int64[N], and the (country, role) of each team."""

    team: Longs
    roles: tuple[frozenset[tuple[str, str]], ...]

    def of(self, country: str, role: str) -> list[int]:
        """The teams that make up a role of a country."""
        wanted = {(country, one) for one in ROLES[role]}
        return [at for at, roles in enumerate(self.roles) if roles & wanted]


@dataclass(frozen=True)
class Passed:
    """What the routes of all sources pass, by team and group of destinations."""

    carriage: Carriage
    teams: SourceTeams

    def pairs(self, at: Longs, teams: Sequence[int], groups: Flags) -> Longs:
        """Pairs of some teams and groups at each network or set of a table of the carriage: int64[rows, 3]."""
        found: Longs = at[teams][:, groups].sum(axis=(0, 1))
        return found


def teams_of(asns: Longs, networks: Mapping[str, Sequence[Network]]) -> SourceTeams:
    """The team of each node; `asns` int64[N] are the networks of the graph. Team 0 is in no country. Cost O(N)."""
    roles: dict[int, set[tuple[str, str]]] = {}
    for country, found in networks.items():
        for one in found:
            roles.setdefault(one.asn, set()).add((country, one.role))
    known: dict[frozenset[tuple[str, str]], int] = {frozenset(): 0}
    team = np.zeros(len(asns), np.int64)
    for asn in sorted(roles):
        at = int(np.searchsorted(asns, asn))
        if at < len(asns) and asns[at] == asn:
            team[at] = known.setdefault(frozenset(roles[asn]), len(known))
    return SourceTeams(team, tuple(known))


@dataclass(frozen=True)
class _Sets:
    """Which set of transit networks is which bit: places of registration (None: not on file), then three kinds more.

    `surely_abroad` of a country are networks registered elsewhere; `abroad` also those without a registration on file.
    """

    places: tuple[str | None, ...]
    countries: tuple[str, ...]

    @staticmethod
    def of(context: GraphContext, countries: Sequence[str]) -> _Sets:
        found = {context.register.country(asn) for asn in context.topology.asn[context.core.core_node].tolist()}
        return _Sets((None, *sorted(one for one in found if one is not None)), tuple(sorted(countries)))

    @property
    def commercial(self) -> int:
        return len(self.places)

    def surely_abroad(self, country: str) -> int:
        return len(self.places) + 1 + 2 * self.countries.index(country)

    def abroad(self, country: str) -> int:
        return self.surely_abroad(country) + 1

    @property
    def count(self) -> int:
        return len(self.places) + 1 + 2 * len(self.countries)


def marks_of(context: GraphContext, countries: Sequence[str], governments: frozenset[int]) -> NDArray[np.uint64]:
    """The sets that each transit network is in, as bits: uint64[T, W]. Cost O(T x countries)."""
    sets, core = _Sets.of(context, countries), context.core
    place = {name: at for at, name in enumerate(sets.places)}
    marks = np.zeros((core.core_count, -(-sets.count // LANES)), np.uint64)
    for at, asn in enumerate(core.topology.asn[core.core_node].tolist()):
        registered = context.register.country(asn)
        bits = [place[registered]]
        bits += [] if asn in governments else [sets.commercial]
        for country in sets.countries:
            bits += [sets.surely_abroad(country)] if registered not in (None, country) else []
            bits += [sets.abroad(country)] if registered != country else []
        for bit in bits:
            marks[at, bit // LANES] |= np.uint64(1) << np.uint64(bit % LANES)
    return marks


@dataclass(frozen=True)
class _CountedRoutes:
    """Whose routes to whom a row counts, and over how many pairs."""

    context: GraphContext
    country: str
    role: str
    destination: DestinationKind
    network_count: int
    pair_count: int
    tags: tuple[str, ...]

    @property
    def is_public(self) -> bool:
        return is_enough(self.network_count) and is_enough(self.destination.count)

    @property
    def words(self) -> str:
        """Whose routes to whom."""
        whole = f"of government, defence and carriers of {self.country}"
        whose = whole if self.role == WHOLE else role_words(self.role, self.country)
        to = f" to {self.destination.words}" if self.destination.name != ALL else ""
        return f"routes of the {self.network_count} networks {whose}{to}"


def transit_rows(
    context: GraphContext,
    country: str,
    networks: Sequence[Network],
    *,
    passed: Passed,
    sums: Mapping[int, Floats],
    destinations: Destinations,
    governments: frozenset[int],
) -> list[TransitRow]:
    """What the routes of a country pass, by role and kind of destination; `sums` as the walk gives them.

    `governments` are networks of government and defence of any country: no page names one of them.

    Law: the counts of a role or kind are the sums of those of its teams and groups. Cost O(T x roles x kinds).
    """
    made: list[TransitRow] = []
    sets = _Sets.of(context, list(destinations.kinds))
    routed = [FIELDS.index(name) for name in ("pairs", "no_route")]
    tags = tuple(sorted({tag for one in networks for tag in one.tags}))
    for role, roles in ROLES.items():
        here = [one.asn for one in networks if one.role in roles and one.asn in sums]
        teams = passed.teams.of(country, role)
        for kind, groups in destinations.of(country):
            pairs, without = (fsum(float(sums[asn][groups, at].sum()) for asn in here) for at in routed)
            subject = _CountedRoutes(context, country, role, kind, len(here), round(pairs - without), tags)
            if not here or not subject.pair_count:
                continue
            made += _country_rows(subject, passed.pairs(passed.carriage.marked, teams, groups), sets)
            if role in (WHOLE, ALLIED):
                counts = passed.pairs(passed.carriage.network, teams, groups)
                made += _network_rows(subject, counts, governments)
    return sorted(made, key=lambda row: row["transit_id"])


def _country_rows(subject: _CountedRoutes, counts: Longs, sets: _Sets) -> Iterator[TransitRow]:
    """Networks registered in each country, abroad, and those that are neither of a government nor of defence."""
    order = sorted(range(len(sets.places)), key=lambda at: (-counts[at, CONVENTIONAL], -counts[at, SOME], at))
    audience = "public" if subject.is_public else "internal"
    for rank, at in enumerate([at for at in order if counts[at, SOME]], start=1):
        place = sets.places[at]
        few = not is_enough(counts[at, SOME])
        words = f"networks registered in {place}" if place else "networks whose registration is not on file"
        refs = ["as_number?" + json.dumps({"country": place}, sort_keys=True)] if place else []
        yield _row(
            subject,
            counts[at],
            level="country",
            words=words,
            place=place,
            rank=rank,
            audience="internal" if few else audience,
            refs=refs,
        )
    abroad = counts[sets.abroad(subject.country)].copy()
    abroad[EVERY] = counts[sets.surely_abroad(subject.country), EVERY]
    words = f"a network registered outside {subject.country}"
    yield _row(subject, abroad, level="abroad", words=words, audience=audience)
    words = "a network that is neither of a government nor of defence, by lists and names"
    yield _row(subject, counts[sets.commercial], level="commercial", words=words, audience=audience)


def _network_rows(subject: _CountedRoutes, counts: Longs, governments: frozenset[int]) -> Iterator[TransitRow]:
    """The networks that most pairs pass; of the whole country the first that are no government's are public."""
    register, core = subject.context.register, subject.context.core
    asns = core.topology.asn[core.core_node]
    words = vocabulary()["expose"]
    order = np.lexsort((asns, -counts[:, SOME], -counts[:, CONVENTIONAL]))
    shown = 0
    for rank, at in enumerate(order[: int(words["transit_kept"])].tolist(), start=1):
        if not counts[at, SOME]:
            break
        asn = int(asns[at])
        fits = subject.role == WHOLE and subject.is_public and asn not in governments
        public = fits and shown < int(words["transit_shown"]) and is_enough(int(counts[at, CONVENTIONAL]))
        shown += public
        yield _row(
            subject,
            counts[at],
            level="network",
            words=register.words(asn),
            place=register.country(asn),
            rank=rank,
            audience="public" if public else "internal",
            asn=str(asn),
            name=register.name(asn),
            refs=register.ref(asn),
        )


def _row(
    subject: _CountedRoutes,
    counts: Longs,
    *,
    level: str,
    words: str,
    audience: str,
    place: str | None = None,
    rank: int | None = None,
    asn: str | None = None,
    name: str | None = None,
    refs: Sequence[str] = (),
) -> TransitRow:
    context, pairs = subject.context, subject.pair_count
    low, conventional, high = (int(counts[at]) for at in (EVERY, CONVENTIONAL, SOME))
    about: AnyRow = {
        "country": subject.country,
        "role": subject.role,
        "destination": subject.destination.name,
        "level": level,
        "asn": asn,
        "network_country": place,
        **context.days,
    }
    return {
        "transit_id": row_id("transit", {**about, "tags": list(subject.tags)}),
        **about,  # type: ignore[typeddict-item]
        **context.columns,
        "network_name": name,
        "rank_count": rank,
        "audience": audience,
        "network_count": subject.network_count,
        "destination_count": subject.destination.count,
        "pair_count": pairs,
        "low_count": low,
        "conventional_count": conventional,
        "high_count": high,
        "low_share": round(low / pairs, DIGITS),
        "conventional_share": round(conventional / pairs, DIGITS),
        "high_share": round(high / pairs, DIGITS),
        "measure": "share of routes, each pair of networks counted once whatever its traffic (unweighted)",
        "ends_says": _ENDS,
        "assumed": [_TIES, _CONVENTION, *subject.destination.assumed, *context.later],
        "label": f"Share of the {subject.words} that passes {words}",
        "formula": _HOW,
        "inputs": [context.graph_ref, *refs],
    }
