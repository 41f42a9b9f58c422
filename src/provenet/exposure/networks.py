"""Whose routes are in question, and which networks are restricted: rows of a case as sets of AS numbers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

import polars as pl

from provenet.case.rows import AsTagRow, IdentifierRow, iter_rows_of
from provenet.core import wording
from provenet.core.countries import countries

CARRIER = "carrier"
"""Stands among tags for the networks of carriers of the case."""
SENSITIVE = "sensitive"


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
        late = (pl.col("observed_on") > day).fill_null(False)
        ordered = as_numbers.with_columns(late.alias("_late")).sort(
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

    def registered_in(self, country: str) -> list[int]:
        """The networks registered in a country, ascending."""
        return sorted(asn for asn, one in self.registrations.items() if one.country == country)


@dataclass(frozen=True)
class NetworkTags:
    """By what networks are brought in: tags of sensitive networks and of carriers."""

    sensitive: tuple[str, ...]
    carriers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ExposureQuestion:
    """One question: the days, whose routes, which networks are restricted, and how shares and ends count.

    `listed` are lists of restricted networks as (name, SHA-256, AS numbers), `registered` countries whose networks are
    restricted. `unlisted` is unknown or none: what a network without a stated share of equipment has.
    """

    as_of: date
    known: date | None
    tags: NetworkTags
    listed: tuple[tuple[str, str, tuple[int, ...]], ...] = ()
    registered: tuple[str, ...] = ()
    unlisted: str = "unknown"
    count_endpoints: bool = False


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
        words.append(f"the {wording.count(len(found), 'network')} registered in {country}")
        refs.append("as_number?" + json.dumps({"country": country}, sort_keys=True))
    return RestrictedSet(tuple(sorted(asns)), " and ".join(words), tuple(refs))


def networks_of(
    tables: Mapping[str, pl.DataFrame], register: NetworkRegister, country: str, *, question: ExposureQuestion
) -> list[Network]:
    """The networks in question for a country, by AS number.

    A tagged network belongs to the country it is registered in (of the registration, not of the routers); a network of
    a carrier of the case to the carrier's country. Per tag the list of the newest day up to the question's counts; an
    undated one counts unless the question has a day known. Cost O(rows).
    """
    day, known, tags = question.as_of, question.known, question.tags
    found: dict[int, _NetworkDraft] = {}
    for tag in dict.fromkeys((*tags.sensitive, *tags.carriers)):
        rows = tables["as_tag"].filter(pl.col("tag") == tag)
        rows = _newest(rows, min(day, known) if known else day, undated=known is None)
        for row in iter_rows_of(AsTagRow, rows.sort("row_id")):
            asn = int(row["asn"])
            if register.country(asn) == country:
                one = found.setdefault(asn, _NetworkDraft())
                one.add(tag, f"as_tag:{row['row_id']}", row["name"])
    for party, identifier in carrier_numbers(tables, country):
        one = found.setdefault(int(identifier["value"]), _NetworkDraft())
        one.add(CARRIER, f"identifier:{identifier['row_id']}", None)
        one.party = one.party or party
    return [
        Network(
            asn=asn,
            name=register.name(asn) or one.name,
            role=SENSITIVE if set(one.tags) & set(tags.sensitive) else CARRIER,
            tags=tuple(sorted(one.tags)),
            party_id=one.party,
            refs=(*one.refs, *register.ref(asn)),
        )
        for asn, one in sorted(found.items())
    ]


def carrier_numbers(tables: Mapping[str, pl.DataFrame], country: str) -> Iterable[tuple[str, IdentifierRow]]:
    """The AS numbers of the carriers of a country: (party, row of `identifier`), by party and number."""
    codes = {country, countries().code(country), countries().name(country)}
    parties = tables["party"].filter(pl.col("role") == "carrier", pl.col("country").is_in([c for c in codes if c]))
    rows = tables["identifier"].filter(
        pl.col("scheme") == "asn", pl.col("party_id").is_in(parties["party_id"].unique().to_list())
    )
    rows = rows.filter(pl.col("value").str.contains(r"^[1-9][0-9]{0,9}$")).sort("party_id", "value", "row_id")
    for row in iter_rows_of(IdentifierRow, rows):
        yield row["party_id"], row


@dataclass
class _NetworkDraft:
    tags: dict[str, None] = field(default_factory=dict)
    refs: list[str] = field(default_factory=list)
    name: str | None = None
    party: str | None = None

    def add(self, tag: str, ref: str, name: str | None) -> None:
        self.tags[tag] = None
        self.refs.append(ref)
        self.name = self.name or name
