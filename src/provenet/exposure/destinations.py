"""Kinds of destinations of a country's routes, and the sums over each kind from one walk of the graph.

A network is of one kind for each country: government of the country, defence or government of an ally, carrier of the
country, cloud, or the rest. The graph is walked once for all countries, so destinations are summed in the groups that
no country parts any further; the sums of a kind are those of its groups.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from provenet.case.tables import vocabulary
from provenet.core import wording
from provenet.exposure.networks import (
    CARRIER,
    SENSITIVE,
    Network,
    NetworkRegister,
    NetworkTags,
    TaggedNetworks,
)

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
ALL = "all"
"""Destinations of every kind together."""
HOME, ALLIED_DEFENCE, ALLIED_GOVERNMENT, OWN_CARRIER, CLOUD, REST = (
    "home_government",
    "allied_defence",
    "allied_government",
    "own_carrier",
    "cloud",
    "rest",
)
KINDS = (HOME, ALLIED_DEFENCE, ALLIED_GOVERNMENT, OWN_CARRIER, CLOUD, REST)
"""In this order: a network is of the first kind that fits."""
_DEFENCE = ("defence",)
"""Tags of sensitive networks that are those of a ministry of defence."""


@dataclass(frozen=True)
class DestinationKind:
    """One kind of destination of a country: how many networks of the graph it has, and what is assumed of it."""

    name: str
    words: str
    count: int
    assumed: tuple[str, ...]


@dataclass(frozen=True)
class Destinations:
    """Each node's group, and of each country the kind of each group: `group` int64[N], `kinds` int64[groups]."""

    group: Numbers
    kinds: Mapping[str, Numbers]
    allies: Mapping[str, Allies]
    tags: NetworkTags

    def of(self, country: str) -> Iterator[tuple[DestinationKind, NDArray[np.bool_]]]:
        """All destinations of a country and each kind, with the groups that it has: bool[groups]."""
        sizes = np.bincount(self.group, minlength=len(self.kinds[country]))
        words = vocabulary()["expose"]["destinations"]
        every = np.ones(len(sizes), np.bool_)
        yield DestinationKind(ALL, "", int(sizes.sum()), ()), every
        for at, name in enumerate(KINDS):
            mine = self.kinds[country] == at
            yield DestinationKind(name, words[name], int(sizes[mine].sum()), self._assumed(country, name)), mine

    def _assumed(self, country: str, name: str) -> tuple[str, ...]:
        tags = self.tags
        by = {
            HOME: tags.sensitive,
            ALLIED_DEFENCE: (*_DEFENCE, *tags.allied),
            ALLIED_GOVERNMENT: tuple(tag for tag in tags.sensitive if tag not in _DEFENCE),
            CLOUD: tags.cloud,
        }
        named = tuple(tags.names[tag].assumption for tag in by.get(name, ()) if tag in tags.names)
        return (self.allies[country].says, *named) if name in (ALLIED_DEFENCE, ALLIED_GOVERNMENT) else named


@dataclass(frozen=True)
class Allies:
    """The allies of a country on a day, and the alliances in words."""

    countries: frozenset[str]
    says: str


def allies_of(country: str, day: date) -> Allies:
    """The other members, on a day, of the alliances of `vocabulary.yml` to which a country belongs."""
    found: set[str] = set()
    named = []
    for alliance in vocabulary()["expose"]["alliances"]:
        members = {one for one in alliance["members"] if _belongs(alliance, one, day)}
        if country in members:
            found |= members - {country}
            named.append(alliance["name"])
    if not named:
        return Allies(frozenset(), f"Assumption: {country} has no ally by treaty among those on file.")
    return Allies(
        frozenset(found), f"Assumption: the allies of {country} are the other members of {wording.series(named)}."
    )


def _belongs(alliance: Mapping[str, Mapping[str, object]], country: str, day: date) -> bool:
    joined, left = (alliance.get(end, {}).get(country) for end in ("from", "until"))
    return (joined is None or date.fromisoformat(str(joined)) <= day) and (
        left is None or day <= date.fromisoformat(str(left))
    )


def destinations_of(
    asns: Numbers,
    register: NetworkRegister,
    tagged: TaggedNetworks,
    *,
    networks: Mapping[str, Sequence[Network]],
    tags: NetworkTags,
    day: date,
) -> Destinations:
    """The kind of each network of a graph for each country; `asns` int64[N] are the networks by node. Cost O(N)."""
    registered = [register.country(asn) or "" for asn in asns.tolist()]
    defence = np.isin(asns, list(tagged.numbers((*_DEFENCE, *tags.allied))))
    government = np.isin(asns, list(tagged.numbers(tags.sensitive)))
    cloud = np.isin(asns, list(tagged.numbers(tags.cloud)))
    allies = {country: allies_of(country, day) for country in networks}
    kinds = np.full((len(networks), len(asns)), KINDS.index(REST), np.int64)
    for row, (country, found) in zip(kinds, networks.items(), strict=True):
        is_allied = np.array([one in allies[country].countries for one in registered], np.bool_)
        own = [one.asn for one in found if one.role == CARRIER or CARRIER in one.tags]
        home = [one.asn for one in found if one.role == SENSITIVE]
        for name, fits in (
            (CLOUD, cloud),
            (OWN_CARRIER, np.isin(asns, own)),
            (ALLIED_GOVERNMENT, is_allied & government),
            (ALLIED_DEFENCE, is_allied & defence),
            (HOME, np.isin(asns, home)),
        ):
            row[fits] = KINDS.index(name)
    table, group = np.unique(kinds, axis=1, return_inverse=True)
    return Destinations(
        group=group.reshape(-1).astype(np.int64),
        kinds={country: table[at] for at, country in enumerate(networks)},
        allies=allies,
        tags=tags,
    )
