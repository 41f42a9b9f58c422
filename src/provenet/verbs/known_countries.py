"""Of which countries a case knows something: where it holds carriers, inventories or measurements.

The one place that says so; verbs ask it which countries a call means. Used by the verbs alone; it writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import polars as pl

from provenet.case.asof import in_roles
from provenet.case.case import Case
from provenet.case.tables import empty
from provenet.core.countries import countries
from provenet.core.errors import UsageFault, nearest

MEASURED = {
    "sighting": ("country", "seen_on"),
    "probed_address": ("country", "probed_on"),
    "trace": ("source_country", "started_at"),
}
"""Tables of measurements, each with the columns in which a source states the country and the day."""


@dataclass(frozen=True, eq=False)
class KnownCountries:
    """The countries of which a case knows something; `known_on` None is all that it holds.

    `parties` are in the roles of the day in question. A measurement counts up to the day known, one without a day where
    all is known.
    """

    case: Case
    parties: pl.DataFrame
    known_on: date | None

    @classmethod
    def of_case(cls, case: Case, as_of: date, known_on: date | None) -> KnownCountries:
        """What a case knows of on a day, with its parties in the roles of that day."""

        return cls(case, in_roles(case.read("party"), as_of, known_on), known_on)

    @cached_property
    def with_carriers(self) -> list[str]:
        """Where the case has a carrier."""
        return carrier_countries(self.parties)

    @cached_property
    def with_inventories(self) -> list[str]:
        """Where an inventory of the case has equipment. Cost O(rows of the inventory)."""
        return _names(self.case.distinct("asset", ["country"])["country"])

    @cached_property
    def measured(self) -> list[str]:
        """Where sources of measurements place a router that answered or was asked, or the sender of a traceroute."""
        return sorted({name for table in MEASURED for name in self.measured_in(table)})

    def measured_in(self, table: str) -> list[str]:
        """The countries that the rows of a table of `MEASURED` state."""

        column, day = MEASURED[table]
        rows = self.case.distinct(table, [column] if self.known_on is None else [column, day])
        if self.known_on is not None:
            rows = rows.filter((pl.col(day).cast(pl.Date) <= self.known_on).fill_null(False))
        return _names(rows[column])

    @cached_property
    def registered(self) -> list[str]:
        """Where a table of ranges registers a router that answered and that no source places. Cost O(ranges)."""

        if not self.case.scan("prefix_country").head(1).collect().height:
            return []
        from provenet.dependence.measured_routers import RANGE_COLUMNS, Days, Places

        rows = self.case.columns("sighting", ["address", "country", "asn", "seen_on"])
        counts = pl.lit(True) if self.known_on is None else (pl.col("seen_on") <= self.known_on).fill_null(False)
        rows = rows.filter(pl.col("country").is_null() & counts)
        ranges = self.case.columns("prefix_country", RANGE_COLUMNS["prefix_country"])
        days = Days(as_of=date.max, known=self.known_on)
        places = Places({"prefix_country": ranges, "prefix_origin": empty("prefix_origin")}, days)
        return _names(places.with_places(rows, "seen_on")["country"])

    def stated(self) -> list[str]:
        """Every country that a row names as the place of a carrier, of equipment or of a measurement."""
        return sorted({*self.with_carriers, *self.with_inventories, *self.measured})

    def named(self, words: Sequence[str]) -> list[str]:
        """Countries as tables call them. Raises UsageFault for one of which the case knows nothing."""
        return _known(
            words, self._kinds(), "the case knows nothing of this country: no carrier, no inventory and no measurement"
        )

    def _kinds(self) -> Iterator[list[str]]:
        """The countries of each kind of what is known, the cheapest first."""
        yield self.with_carriers
        yield self.measured
        yield self.with_inventories
        yield self.registered


def carrier_countries(parties: pl.DataFrame) -> list[str]:
    """The countries in which the case has a carrier, by the names that tables and pages use."""
    return _names(parties.filter(role="carrier")["country"])


def countries_with_carriers(parties: pl.DataFrame, words: Sequence[str]) -> list[str]:
    """Countries as tables call them, for questions about carriers. Raises UsageFault for one without a carrier."""
    return _known(words, iter([carrier_countries(parties)]), "no carrier of the case is in this country")


def _known(words: Sequence[str], kinds: Iterator[list[str]], refusal: str) -> list[str]:
    """Words as the names of countries that some of `kinds` have; further kinds are read only where they are needed."""
    found, wanted = set[str](), []
    for text in words:
        name = countries().name(text) or text
        while name not in found:
            more = next(kinds, None)
            if more is None:
                close = nearest(text, sorted(found))
                hint = f" Nearest: {close}." if close else ""
                raise UsageFault(f"--country: {refusal}; found {text!r}.{hint}")
            found.update(more)
        wanted.append(name)
    return list(dict.fromkeys(wanted))


def _names(found: pl.Series) -> list[str]:
    """Countries by the names that tables use, each once."""
    return sorted({countries().name(one) or one for one in found.drop_nulls().unique()})
