"""Prices of several years and currencies as one: an amount with its lower and upper end in one currency and price year.

An amount is first brought to the price year in its own currency by an index of prices, then exchanged at the mean rate
of the price year. Both series are tables of the case; what they do not hold is a fault, never a guess.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass, field

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
    """Brings amounts to `currency` at the prices of `year`; `used` gathers the rates and indices it took."""

    index: Iterable[PriceIndexRow]
    rates: Iterable[ExchangeRateRow]
    _: KW_ONLY
    currency: str
    year: str
    used: dict[str, InputFigure] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._index = {(row["currency"], row["year"]): row for row in self.index}
        self._rates = {(row["currency"], row["per_currency"], row["year"]): row for row in self.rates}

    def brought(self, amount: Band, currency: str, year: str, *, what: str) -> Band:
        """An amount of `currency` at the prices of `year` in the currency and year of the plan.

        `what` is named in a fault. Raises InputFault where the index or the rate is not in the case.
        """
        return self._exchanged(self._deflated(amount, currency, year, what=what), currency, what)

    def _deflated(self, amount: Band, currency: str, year: str, *, what: str) -> Band:
        if year == self.year:
            return amount
        rows = [self._level(currency, of, what) for of in (year, self.year)]
        (low, mid, high), (to_low, to_mid, to_high) = [
            (row["low_index_amount"], row["index_amount"], row["high_index_amount"]) for row in rows
        ]
        return amount.by(Band(to_low / high, to_mid / mid, to_high / low))

    def _level(self, currency: str, year: str, what: str) -> PriceIndexRow:
        row = self._index.get((currency, year))
        if row is None:
            raise _lacking("price_index", f"no level of prices, needed for {what}", f"{currency} {year}")
        band = Band(row["low_index_amount"], row["index_amount"], row["high_index_amount"])
        name = f"prices in {currency}, {year}"
        says, ref = row["says"] or row["series"] or name, f"price_index:{row['row_id']}"
        self._note(name, band, "index points", basis=row["basis"], says=says, ref=ref)
        return row

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
            raise _lacking("exchange_rate", f"no rate, needed for {what}", f"{currency} per EUR {self.year}")
        band = Band(row["low_rate_amount"], row["rate_amount"], row["high_rate_amount"])
        name = f"{currency} for one EUR, {self.year}"
        says, ref = row["says"] or name, f"exchange_rate:{row['row_id']}"
        self._note(name, band, currency, basis=row["basis"], says=says, ref=ref)
        return band

    def _note(self, name: str, band: Band, unit: str, *, basis: str, says: str, ref: str) -> None:
        self.used[name] = InputFigure(name, "rate", band, unit_says=unit, basis=basis, says=says, rests_on=(ref,))


def _lacking(table: str, says: str, found: str) -> InputFault:
    way_out = f"Add a file with the columns of {table} (docs/plan.md), or choose another currency or price year."
    return InputFault([Fault(table, says, found=found, expected=f"a row in {table}", way_out=way_out)])
