"""Whose routes are in question and whereto: restricted networks, those of a country, and kinds of destinations.

A network is a destination of one kind for each country: government of the country, defence or government of an ally,
carrier of the country, cloud, or the rest. The graph is walked once for all countries, so destinations are summed in
the groups that no country parts any further; the sums of a kind are those of its groups.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import date
from typing import NamedTuple

import numpy as np
import polars as pl

from provenet.case.parties import carrier_numbers
from provenet.case.rows import AsTagRow, iter_rows_of
from provenet.case.tables import vocabulary
from provenet.core import wording
from provenet.numerics.arrays import Flags, Longs

CARRIER = "carrier"
"""Stands among tags for the networks of carriers of the case."""
SENSITIVE = "sensitive"
ALLIED = "allied"
"""The networks of an allied ministry of defence, wherever they stand."""


@dataclass(frozen=True)
class RestrictedSet:
    """The restricted networks: AS numbers ascending, the set in words, and what it rests on."""

    asns: tuple[int, ...]
    says: str
    refs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Network:
    """One network in question: why (its tags), whose it is, and the rows that say so."""

    asn: int
    name: str | None
    role: str
    tags: tuple[str, ...]
    party_id: str | None
    refs: tuple[str, ...]


def links_on(links: pl.DataFrame, as_of: date, known: date | None) -> pl.DataFrame:
    """The rows of `as_link` that are the graph of a day: those of the newest day up to it and to the day known.

    Rows without a day count only where none has a fitting day and all that the case holds is known. Rows of several
    files of one day are one graph. Cost O(rows).
    """
    return _newest(links, min(as_of, known) if known else as_of, undated=known is None)


def _newest(rows: pl.DataFrame, day: date, undated: bool) -> pl.DataFrame:
    newest = rows.filter(pl.col("observed_on") <= day)["observed_on"].max()
    if newest is not None:
        return rows.filter(pl.col("observed_on") == newest)
    return rows.filter(pl.col("observed_on").is_null()) if undated else rows.clear()


def _nearest(rows: pl.DataFrame, day: date) -> pl.DataFrame:
    """The rows of the newest day up to one, else those without a day, else those of the first day after it."""
    found = _newest(rows, day, undated=True)
    return found if found.height else rows.filter(pl.col("observed_on") == pl.col("observed_on").min())


class Registration(NamedTuple):
    """The name and country of a network, and the row of `as_number` that says so."""

    name: str | None
    country: str | None
    row_id: str


@dataclass(frozen=True)
class NetworkRegister:
    """What the case says of networks by number. It is used on any day."""

    registrations: Mapping[int, Registration]

    @staticmethod
    def of(as_numbers: pl.DataFrame, day: date) -> NetworkRegister:
        """Of several rows of one network the newest up to the day stands, else the first after it."""
        ordered = as_numbers.with_columns((pl.col("observed_on") > day).fill_null(False).alias("_late")).sort(
            "asn", "_late", "observed_on", "row_id", descending=[False, False, True, False], nulls_last=True
        )
        first = ordered.unique("asn", keep="first", maintain_order=True).select("asn", "name", "country", "row_id")
        return NetworkRegister({int(asn): Registration(*rest) for asn, *rest in first.iter_rows()})

    def name(self, asn: int) -> str | None:
        """The name under which a network is registered."""
        found = self.registrations.get(asn)
        return found.name if found else None

    def country(self, asn: int) -> str | None:
        """The country of its registration, by the name tables use."""
        found = self.registrations.get(asn)
        return found.country if found else None

    def ref(self, asn: int) -> tuple[str, ...]:
        """The row that says so."""
        found = self.registrations.get(asn)
        return (f"as_number:{found.row_id}",) if found else ()

    def words(self, asn: int) -> str:
        """A network by number and name."""
        name = self.name(asn)
        return f"AS{asn}" + (f" {name}" if name else "")

    def registered_in(self, country: str) -> list[int]:
        """The networks registered in a country, ascending."""
        return sorted(asn for asn, one in self.registrations.items() if one.country == country)

    def named(self, rule: NameRule) -> list[int]:
        """The networks whose registered name and country fit a rule, ascending."""
        asns = list(self.registrations)
        names = pl.Series([self.registrations[asn].name for asn in asns], dtype=pl.String)
        fits = names.str.contains(rule.pattern).fill_null(False).to_list()
        found = (asn for asn, fit in zip(asns, fits, strict=True) if fit)
        return sorted(asn for asn in found if self._lies(asn, rule))

    def _lies(self, asn: int, rule: NameRule) -> bool:
        country = self.registrations[asn].country
        return country not in rule.but and (not rule.only or country in rule.only)


@dataclass(frozen=True)
class NameRule:
    """Which networks bear a tag by their registered name: one of the words, whole and without regard to case.

    `only` and `but` are countries of registration; without `only` it is any.
    """

    says: str
    words: tuple[str, ...]
    _: KW_ONLY
    only: tuple[str, ...] = ()
    but: tuple[str, ...] = ()

    @property
    def pattern(self) -> str:
        """The words as a regular expression; between two words of a name stands anything but letters and digits."""
        each = "|".join(r"[^a-z0-9]+".join(re.escape(part) for part in word.split()) for word in self.words)
        return f"(?i)(?:^|[^a-z0-9])(?:{each})(?:$|[^a-z0-9])"

    @property
    def assumption(self) -> str:
        """The rule as a sentence."""
        where = f", of networks registered in {wording.series(self.only)}" if self.only else ""
        where += f", of networks not registered in {wording.series(self.but, 'or')}" if self.but else ""
        words = wording.series([f"“{word}”" for word in self.words], "or")
        return f"Assumption: a network is {self.says} where that name holds {words} as whole words{where}."


@dataclass(frozen=True)
class NetworkTags:
    """By what networks are brought in: tags of sensitive networks, of carriers, of allies' and of clouds.

    `names` are rules by which a registered name gives a tag as if a list gave it.
    """

    sensitive: tuple[str, ...]
    carriers: tuple[str, ...]
    _: KW_ONLY
    allied: tuple[str, ...] = ()
    cloud: tuple[str, ...] = ()
    names: Mapping[str, NameRule] = field(default_factory=dict)

    def words(self, tag: str) -> str:
        """What networks with a tag are, after the noun."""
        return self.names[tag].says if tag in self.names else f"tagged {tag}"

    def words_in(self, tag: str, country: str) -> str:
        """What networks of a country with a tag are, after the noun; allies' stand wherever they stand."""
        what = "of carriers on file" if tag == CARRIER else self.words(tag)
        return what if tag in self.allied else f"{what} of {country}"

    def assumed(self, tag: str) -> tuple[str, ...]:
        """What is assumed where a registered name gives the tag."""
        return (self.names[tag].assumption,) if tag in self.names else ()


@dataclass(frozen=True, kw_only=True)
class ExposureQuestion:
    """One question: the days, whose routes, which networks are restricted, and how shares and ends count.

    `listed` are lists of restricted networks as (name, SHA-256, AS numbers), `registered` countries whose networks are
    restricted. `unlisted` is unknown or none: what a network without a stated share of equipment has.
    `later_tags` uses the first list of a tag after the days in question where there is none before.
    """

    as_of: date
    known: date | None
    tags: NetworkTags
    listed: tuple[tuple[str, str, tuple[int, ...]], ...] = ()
    registered: tuple[str, ...] = ()
    unlisted: str = "unknown"
    count_endpoints: bool = False
    later_tags: bool = False


def restricted_set(
    register: NetworkRegister, listed: Sequence[tuple[str, str, Sequence[int]]], registered: Sequence[str]
) -> RestrictedSet:
    """The union of listed networks, as (file name, SHA-256, AS numbers), and of those registered in some countries."""
    asns: set[int] = set()
    words, refs = [], []
    for name, digest, numbers in listed:
        asns.update(numbers)
        words.append(f"the {wording.count(len(set(numbers)), 'network')} listed in {name}")
        refs.append(f"networks listed in {name}, SHA-256 {digest[:12]}, its bytes lie in sources")
    for country in registered:
        found = register.registered_in(country)
        asns.update(found)
        words.append(f"the {wording.count(len(found), 'network')} registered in {wording.country(country)}")
        refs.append("as_number?" + json.dumps({"country": country}, sort_keys=True))
    return RestrictedSet(tuple(sorted(asns)), " and ".join(words), tuple(refs))


@dataclass(frozen=True)
class TaggedNetworks:
    """Which networks bear which tag, each with the rows that say so and the name they give it."""

    by_tag: Mapping[str, Mapping[int, tuple[tuple[str, ...], str | None]]]

    @staticmethod
    def of(tables: Mapping[str, pl.DataFrame], register: NetworkRegister, question: ExposureQuestion) -> TaggedNetworks:
        """By the lists of the newest day, and by the registered names for tags with a rule. Cost O(rows)."""
        day, tags = question.as_of, question.tags
        found: dict[str, dict[int, tuple[tuple[str, ...], str | None]]] = {}
        for tag in dict.fromkeys((*tags.sensitive, *tags.allied, *tags.carriers, *tags.cloud)):
            mine = found.setdefault(tag, {})
            rows = tables["as_tag"].filter(pl.col("tag") == tag)
            until = min(day, question.known) if question.known else day
            rows = _nearest(rows, until) if question.later_tags else _newest(rows, until, question.known is None)
            for row in iter_rows_of(AsTagRow, rows.sort("row_id")):
                refs, name = mine.get(int(row["asn"]), ((), None))
                mine[int(row["asn"])] = (*refs, f"as_tag:{row['row_id']}"), name or row["name"]
            if tag in tags.names:
                for asn in register.named(tags.names[tag]):
                    mine.setdefault(asn, ((), None))
        return TaggedNetworks(found)

    def numbers(self, tags: Iterable[str]) -> frozenset[int]:
        """The networks that bear one of some tags."""
        return frozenset(asn for tag in tags for asn in self.by_tag.get(tag, ()))


def networks_of(
    tables: Mapping[str, pl.DataFrame],
    register: NetworkRegister,
    country: str,
    *,
    question: ExposureQuestion,
    tagged: TaggedNetworks | None = None,
) -> list[Network]:
    """The networks in question for a country, by AS number: those registered there, its carriers' and its allies'."""
    tags = question.tags
    tagged = tagged or TaggedNetworks.of(tables, register, question)
    found: dict[int, _NetworkDraft] = {}
    for tag in dict.fromkeys((*tags.sensitive, *tags.allied, *tags.carriers)):
        for asn, (refs, name) in tagged.by_tag[tag].items():
            if tag in tags.allied or register.country(asn) == country:
                found.setdefault(asn, _NetworkDraft()).add(tag, refs, name)
    for party, identifier in carrier_numbers(tables, country):
        one = found.setdefault(int(identifier["value"]), _NetworkDraft())
        one.add(CARRIER, (f"identifier:{identifier['row_id']}",), None)
        one.party = one.party or party
    return [
        Network(
            asn=asn,
            name=register.name(asn) or one.name,
            role=_role(one.tags, tags),
            tags=tuple(sorted(one.tags)),
            party_id=one.party,
            refs=(*one.refs, *register.ref(asn)),
        )
        for asn, one in sorted(found.items())
    ]


def _role(borne: Iterable[str], tags: NetworkTags) -> str:
    mine = set(borne)
    return SENSITIVE if mine & set(tags.sensitive) else ALLIED if mine & set(tags.allied) else CARRIER


@dataclass
class _NetworkDraft:
    tags: dict[str, None] = field(default_factory=dict)
    refs: list[str] = field(default_factory=list)
    name: str | None = None
    party: str | None = None

    def add(self, tag: str, refs: Iterable[str], name: str | None) -> None:
        self.tags[tag] = None
        self.refs.extend(refs)
        self.name = self.name or name


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

    group: Longs
    kinds: Mapping[str, Longs]
    allies: Mapping[str, Allies]
    tags: NetworkTags

    def of(self, country: str) -> Iterator[tuple[DestinationKind, Flags]]:
        """All destinations of a country and each kind, with the groups that it has: bool[groups]."""
        sizes = np.bincount(self.group, minlength=len(self.kinds[country]))
        words = vocabulary()["expose"]["destinations"]
        yield DestinationKind(ALL, "", int(sizes.sum()), ()), np.ones(len(sizes), np.bool_)
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


def sides_of(
    tables: Mapping[str, pl.DataFrame],
    register: NetworkRegister,
    asns: Longs,
    *,
    where: Iterable[str],
    question: ExposureQuestion,
) -> tuple[TaggedNetworks, dict[str, list[Network]], Destinations]:
    """Tagged networks, those in question for each country, and the networks `asns` of a graph as their destinations."""
    tagged, tags = TaggedNetworks.of(tables, register, question), question.tags
    networks = {country: networks_of(tables, register, country, question=question, tagged=tagged) for country in where}
    to = destinations_of(asns, register, tagged, networks=networks, tags=tags, day=question.as_of)
    return tagged, networks, to


def destinations_of(
    asns: Longs,
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
        for name, fits in (
            (CLOUD, cloud),
            (OWN_CARRIER, np.isin(asns, own)),
            (ALLIED_GOVERNMENT, is_allied & government),
            (ALLIED_DEFENCE, is_allied & defence),
            (HOME, np.isin(asns, [one.asn for one in found if one.role == SENSITIVE])),
        ):
            row[fits] = KINDS.index(name)
    table, group = np.unique(kinds, axis=1, return_inverse=True)
    return Destinations(
        group=group.reshape(-1).astype(np.int64),
        kinds={country: table[at] for at, country in enumerate(networks)},
        allies=allies,
        tags=tags,
    )
