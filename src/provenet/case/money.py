"""Prices of several years and currencies as one: an amount with its lower and upper end in one currency and price year.

An amount is first brought to the price year in its own currency by an index of prices, then exchanged at the mean rate
of the price year. Both series are tables of the case; what they do not hold is a fault, never a guess. Levels of two
series are never compared. A replay takes the levels that were public on its day; where that of a year was not yet, the
last one that was stands in its place and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import date

from provenet.case.rows import AnyRow, ExchangeRateRow, PriceIndexRow
from provenet.core.errors import Fault, InputFault


@dataclass(frozen=True)
class Band:
    """A figure with its ends: `low` <= `mid` <= `high`.

    >>> Band(1.0, 2.0, 4.0) * 3
    Band(low=3.0, mid=6.0, high=12.0)
    """

    low: float
    mid: float
    high: float

    def __mul__(self, factor: float) -> Band:
        return Band(self.low * factor, self.mid * factor, self.high * factor)

    def __add__(self, other: Band) -> Band:
        return Band(self.low + other.low, self.mid + other.mid, self.high + other.high)

    def by(self, other: Band) -> Band:
        """The product of two figures that know nothing of each other, both at the same end."""
        return Band(self.low * other.low, self.mid * other.mid, self.high * other.high)


NOTHING = Band(0.0, 0.0, 0.0)


def band_of(row: AnyRow, stem: str, unit: str) -> Band | None:
    """The figure that the columns `low_STEM_UNIT`, `mid_` and `high_` of a row hold; None where none of them is known.

    An end that is not known is the other; the middle that is not known is the mean of the ends.
    """
    low, mid, high = (row.get(f"{end}_{stem}{unit}") for end in ("low", "mid", "high"))
    known = [value for value in (low, mid, high) if value is not None]
    if not known:
        return None
    low = min(known) if low is None else low
    high = max(known) if high is None else high
    return Band(low, (low + high) / 2 if mid is None else mid, high)


def joined(bands: Iterable[Band]) -> Band:
    """The figure that opposed estimates leave: from the lowest to the highest, and their middle.

    One estimate is itself, also where it is given twice. Raises ValueError without any.
    """
    found = list(dict.fromkeys(bands))
    if len(found) == 1:
        return found[0]
    low, high = min(band.low for band in found), max(band.high for band in found)
    return Band(low, (low + high) / 2, high)


@dataclass(frozen=True)
class InputFigure:
    """One figure that a plan rests on: a row of `plan_input`."""

    name: str
    kind: str
    band: Band | None
    _: KW_ONLY
    unit_says: str
    basis: str
    says: str
    used: bool = True
    estimator: str | None = None
    sponsor: str | None = None
    scope: str | None = None
    rests_on: tuple[str, ...] = ()


@dataclass
class Money:
    """Brings amounts to `currency` at the prices of `year`; `used` gathers the rates and indices it took.

    The rows are those that were known on `known_on`, the day of a replay. Of several rows of a series for one year the
    one published last counts, and of several series that hold both years the one published last.
    """

    index: Iterable[PriceIndexRow]
    rates: Iterable[ExchangeRateRow]
    _: KW_ONLY
    currency: str
    year: str
    known_on: date | None = None
    used: dict[str, InputFigure] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._series: dict[str, dict[str, dict[str, PriceIndexRow]]] = {}
        for row in sorted(self.index, key=_published):
            self._series.setdefault(row["currency"], {}).setdefault(row["series"], {})[row["year"]] = row
        self._rates = {(row["currency"], row["per_currency"], row["year"]): row for row in self.rates}

    def brought(self, amount: Band, currency: str, year: str, *, what: str) -> Band:
        """An amount of `currency` at the prices of `year` in the currency and year of the plan.

        `what` is named in a fault. Raises InputFault where the index or the rate is not in the case.
        """
        return self._exchanged(self._deflated(amount, currency, year, what=what), currency, what)

    def _deflated(self, amount: Band, currency: str, year: str, *, what: str) -> Band:
        if year == self.year:
            return amount
        found = self._levels(currency, year, what)
        factors = []
        for old, new in found:
            for row, of in ((old, year), (new, self.year)):
                self._note_level(row, of, is_one_of_several=len(found) > 1)
            factors.append(
                Band(
                    new["low_index_amount"] / old["high_index_amount"],
                    new["index_amount"] / old["index_amount"],
                    new["high_index_amount"] / old["low_index_amount"],
                )
            )
        return amount.by(joined(factors))

    def _levels(self, currency: str, year: str, what: str) -> list[tuple[PriceIndexRow, PriceIndexRow]]:
        """The levels of a year and of the price year in the series that was published last; in each of several.

        Raises InputFault where no series holds both.
        """
        pairs: list[tuple[bool, date, tuple[PriceIndexRow, PriceIndexRow]]] = []
        held = self._series.get(currency, {})
        for name in sorted(held):
            old, new = (self._level(held[name], of) for of in (year, self.year))
            if old is not None and new is not None:
                is_whole = (old["year"], new["year"]) == (year, self.year)
                pairs.append((is_whole, max(_published(old), _published(new)), (old, new)))
        if not pairs:
            every = {of for levels in held.values() for of in levels}
            lacking = next((of for of in (year, self.year) if of not in every), None)
            found = f"{currency} {lacking}" if lacking else f"{currency} {year} and {self.year} in two series"
            raise _lacking("price_index", f"no level of prices, needed for {what}", found, known_on=self.known_on)
        best = max(pair[:2] for pair in pairs)
        return [pair for *order, pair in pairs if tuple(order) == best]

    def _level(self, levels: Mapping[str, PriceIndexRow], year: str) -> PriceIndexRow | None:
        """The level of a year in a series; in a replay, where it was not yet public, the last one that was."""
        if year in levels or self.known_on is None:
            return levels.get(year)
        earlier = [of for of in levels if of < year]
        return levels[max(earlier)] if earlier else None

    def _note_level(self, row: PriceIndexRow, year: str, *, is_one_of_several: bool) -> None:
        band = Band(row["low_index_amount"], row["index_amount"], row["high_index_amount"])
        name = f"prices in {row['currency']}, {year}" + (f", {row['series']}" if is_one_of_several else "")
        text, ref = row["says"] or row["series"] or name, f"price_index:{row['row_id']}"
        if row["year"] != year:
            text = (
                f"the level of {row['year']}, the last one public by {self.known_on}; the rise since then is left out; "
                f"{text}"
            )
        self._note(name, band, "index points", basis=row["basis"], text=text, ref=ref)

    def _exchanged(self, amount: Band, currency: str, what: str) -> Band:
        for of, divides in ((currency, True), (self.currency, False)):
            if currency != self.currency and of != "EUR":
                rate = self._rate(of, what)
                low, mid, high = (
                    (1 / rate.high, 1 / rate.mid, 1 / rate.low) if divides else (rate.low, rate.mid, rate.high)
                )
                amount = amount.by(Band(low, mid, high))
        return amount

    def _rate(self, currency: str, what: str) -> Band:
        row = self._rates.get((currency, "EUR", self.year))
        if row is None:
            found = f"{currency} per EUR {self.year}"
            raise _lacking("exchange_rate", f"no rate, needed for {what}", found, known_on=self.known_on)
        band = Band(row["low_rate_amount"], row["rate_amount"], row["high_rate_amount"])
        name = f"{currency} for one EUR, {self.year}"
        text, ref = row["says"] or name, f"exchange_rate:{row['row_id']}"
        self._note(name, band, currency, basis=row["basis"], text=text, ref=ref)
        return band

    def _note(self, name: str, band: Band, unit: str, *, basis: str, text: str, ref: str) -> None:
        self.used[name] = InputFigure(name, "rate", band, unit_says=unit, basis=basis, says=text, rests_on=(ref,))


def _published(row: PriceIndexRow) -> date:
    """The day from which a level counts; without one it is the first to be overtaken."""
    return row["published_on"] or date.min


def _lacking(table: str, text: str, found: str, *, known_on: date | None) -> InputFault:
    way_out = f"Add a file with the columns of {table} (docs/plan.md), or choose another currency or price year."
    expected = f"a row in {table}" + (f" that was known on {known_on}" if known_on else "")
    return InputFault([Fault(table, text, found=found, expected=expected, way_out=way_out)])
