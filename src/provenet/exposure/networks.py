"""Whose routes a case is asked about, and which networks are restricted: rows of a case as sets of AS numbers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from provenet.core.countries import countries

Row = dict[str, Any]
CARRIER = "carrier"
"""Stands among tags for the networks of carriers of the case."""
SENSITIVE = "sensitive"


@dataclass(frozen=True)
class Restricted:
    """The restricted networks: AS numbers ascending, the set in words, and what it rests on."""

    asns: tuple[int, ...]
    says: str
    refs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Network:
    """One network asked about: why (its tags), whose it is, and the rows that say so."""

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


@dataclass(frozen=True)
class Book:
    """What the case says of networks by number: name, country and the row that says so. It is used on any day."""

    rows: Mapping[int, Row]

    @staticmethod
    def of(as_numbers: pl.DataFrame, day: date) -> Book:
        """Of several rows of one network the newest up to the day stands, else the first after it."""
        late = (pl.col("observed_on") > day).fill_null(False)
        ordered = as_numbers.with_columns(late.alias("_late")).sort(
            "asn", "_late", "observed_on", "row_id", descending=[False, False, True, False], nulls_last=True
        )
        first = ordered.unique("asn", keep="first", maintain_order=True)
        columns = ("asn", "name", "country", "row_id")
        return Book({int(row["asn"]): row for row in first.select(columns).iter_rows(named=True)})

    def name(self, asn: int) -> str | None:
        """The name under which a network is registered."""
        row = self.rows.get(asn)
        return row["name"] if row else None

    def country(self, asn: int) -> str | None:
        """The country of its registration, by the name tables use."""
        row = self.rows.get(asn)
        return row["country"] if row else None

    def ref(self, asn: int) -> tuple[str, ...]:
        """The row that says so."""
        row = self.rows.get(asn)
        return (f"as_number:{row['row_id']}",) if row else ()

    def registered_in(self, country: str) -> list[int]:
        """The networks registered in a country, ascending."""
        return sorted(asn for asn, row in self.rows.items() if row["country"] == country)


@dataclass(frozen=True)
class Wanted:
    """By what networks are brought in: tags of sensitive networks and of carriers."""

    sensitive: tuple[str, ...]
    carriers: tuple[str, ...]


def restricted_set(
    book: Book, listed: Sequence[tuple[str, str, Sequence[int]]], registered: Sequence[str]
) -> Restricted:
    """The union of listed networks, as (file name, SHA-256, AS numbers), and of those registered in some countries."""
    asns: set[int] = set()
    said, refs = [], []
    for name, digest, numbers in listed:
        asns.update(numbers)
        said.append(f"the {_networks(len(set(numbers)))} listed in {name}")
        refs.append(f"networks listed in {name}, SHA-256 {digest[:12]}, its bytes lie in sources")
    for country in registered:
        found = book.registered_in(country)
        asns.update(found)
        said.append(f"the {_networks(len(found))} registered in {country}")
        refs.append("as_number?" + json.dumps({"country": country}, sort_keys=True))
    return Restricted(tuple(sorted(asns)), " and ".join(said), tuple(refs))


def _networks(count: int) -> str:
    return f"{count:,} {'network' if count == 1 else 'networks'}"


def networks_of(
    tables: Mapping[str, pl.DataFrame], book: Book, country: str, wanted: Wanted, day: date, known: date | None
) -> list[Network]:
    """The networks asked about for a country, by AS number.

    A tagged network belongs to the country it is registered in (of the registration, not of the routers); a network of
    a carrier of the case to the carrier's country. Per tag the list of the newest day up to `day` counts; an undated
    one counts unless a day known is asked for. Cost O(rows).
    """
    found: dict[int, _Found] = {}
    for tag in dict.fromkeys((*wanted.sensitive, *wanted.carriers)):
        rows = tables["as_tag"].filter(pl.col("tag") == tag)
        rows = _newest(rows, min(day, known) if known else day, undated=known is None)
        for row in rows.sort("row_id").iter_rows(named=True):
            asn = int(row["asn"])
            if book.country(asn) == country:
                one = found.setdefault(asn, _Found())
                one.add(tag, f"as_tag:{row['row_id']}", row["name"])
    for party, row in carrier_numbers(tables, country):
        one = found.setdefault(int(row["value"]), _Found())
        one.add(CARRIER, f"identifier:{row['row_id']}", None)
        one.party = one.party or party
    made = []
    for asn, one in sorted(found.items()):
        role = SENSITIVE if set(one.tags) & set(wanted.sensitive) else CARRIER
        refs = (*one.refs, *book.ref(asn))
        made.append(Network(asn, book.name(asn) or one.name, role, tuple(sorted(one.tags)), one.party, refs))
    return made


def carrier_numbers(tables: Mapping[str, pl.DataFrame], country: str) -> Iterable[tuple[str, Row]]:
    """The AS numbers of the carriers of a country: (party, row of `identifier`), by party and number."""
    codes = {country, countries().code(country), countries().name(country)}
    parties = tables["party"].filter(pl.col("role") == "carrier", pl.col("country").is_in([c for c in codes if c]))
    rows = tables["identifier"].filter(
        pl.col("scheme") == "asn", pl.col("party_id").is_in(parties["party_id"].unique().to_list())
    )
    rows = rows.filter(pl.col("value").str.contains(r"^[1-9][0-9]{0,9}$")).sort("party_id", "value", "row_id")
    for row in rows.iter_rows(named=True):
        yield row["party_id"], row


@dataclass
class _Found:
    tags: dict[str, None] = field(default_factory=dict)
    refs: list[str] = field(default_factory=list)
    name: str | None = None
    party: str | None = None

    def add(self, tag: str, ref: str, name: str | None) -> None:
        self.tags[tag] = None
        self.refs.append(ref)
        self.name = self.name or name
