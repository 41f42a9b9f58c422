"""What may be used in each quarter: crews of each carrier, supply of each new vendor, and budgets.

The most specific row of `plan_limit` that holds in a quarter counts, of equals that of the narrower window of days,
then the stricter; where none does, there is no such limit and the plan says so. A budget is the sum of its purses, each
paid out as far as its row says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import fsum

from provenet.case.money import Band, InputFigure, Money, band_of
from provenet.case.rows import AnyRow, PlanLimitRow
from provenet.core.errors import Fault, InputFault, UsageFault
from provenet.core.wording import quarter, series
from provenet.replacement.counts import weakest_basis
from provenet.replacement.options import WEEKS_A_QUARTER

MOST = 160
"""The most quarters a plan may span."""


def quarter_start(day: date) -> date:
    """The first day of the quarter of a day."""
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def later(start: date, quarters: int) -> date:
    """The first day of the quarter that many quarters after one; the last day of all where the calendar ends before.

    >>> later(date(2026, 10, 1), 2), later(date(9999, 10, 1), 2)
    (datetime.date(2027, 4, 1), datetime.date(9999, 12, 31))
    """
    month = start.year * 12 + start.month - 1 + 3 * quarters
    return date(month // 12, month % 12 + 1, 1) if month // 12 <= date.max.year else date.max


@dataclass(frozen=True)
class Quarters:
    """`count` whole quarters from `first` on, the first after the day of the question."""

    first: date
    count: int

    @staticmethod
    def until(as_of: date, by: date) -> Quarters:
        """The whole quarters after `as_of` that end by a day. Raises UsageFault where none does, or too many."""
        first = later(quarter_start(as_of), 1)
        count = 0
        while later(first, count + 1) - timedelta(days=1) <= by:
            count += 1
            if count > MOST:
                raise UsageFault(f"--by: too far away; found {by}, expected a day within {MOST // 4} years of {as_of}.")
        if count == 0:
            end = later(first, 1) - timedelta(days=1)
            raise UsageFault(f"--by: no whole quarter ends by then; found {by}, expected {end} or later.")
        return Quarters(first, count)

    def start(self, number: int) -> date:
        """The first day of a quarter."""
        return later(self.first, number)

    def end(self, number: int) -> date:
        """The last day of a quarter."""
        return later(self.first, number + 1) - timedelta(days=1)

    def name(self, number: int) -> str:
        """A quarter as pages write it.

        >>> Quarters(date(2027, 1, 1), 4).name(1)
        '2027 Q2'
        """
        return quarter(self.start(number))

    def ended_by(self, day: date) -> int:
        """How many of the quarters have ended by the end of a day; 0 for a day before the first ends.

        >>> Quarters(date(2027, 1, 1), 4).ended_by(date(2027, 6, 30))
        2
        """
        return sum(self.end(number) <= day for number in range(self.count))

    def number_of(self, day: date) -> int:
        """The quarter a day lies in; below 0 before the first."""
        start = quarter_start(day)
        return (start.year - self.first.year) * 4 + (start.month - self.first.month) // 3


SPECIFIC = ("carrier_id", "region", "vendor_id", "asset_class", "country")
"""Cells by which one row of a limit is more specific than another, the strongest first."""
MILLION = 1e6


@dataclass(frozen=True)
class Limit:
    """One limit of an instance: its id there, what it is called, its kind and unit, and what each quarter brings."""

    id: str
    title: str
    kind: str
    unit_says: str
    capacity: tuple[float, ...]
    carry_over: bool
    basis: str


def row_for(
    rows: Iterable[PlanLimitRow], kind: str, on: date | None = None, **cells: str | None
) -> PlanLimitRow | None:
    """The most specific row of a kind that fits and holds on a day; an empty cell of a row fits all.

    Among equally specific rows that of the fewest days counts on a day, then the lowest limit, then the first id.
    """

    def fits(row: AnyRow) -> bool:
        return all(row[name] is None or row[name] == value for name, value in cells.items())

    def rank(row: AnyRow) -> tuple[list[bool], int, timedelta, float, str]:
        first, last = (row["from_on"], row["to_on"]) if on else (None, None)
        days = last - first if first and last else timedelta.max
        unbound = [row[name] is None for name in SPECIFIC]
        return unbound, (first, last).count(None), days, row["limit_amount"], row["limit_id"]

    fitting = [row for row in rows if row["kind"] == kind and fits(row) and (on is None or _holds(row, on))]
    return min(fitting, key=rank, default=None)


def crews(
    rows: Sequence[PlanLimitRow],
    quarters: Quarters,
    country: str,
    *,
    carrier: str,
    region: str | None,
    given: float | None = None,
) -> Limit | None:
    """Weeks of work of a carrier's crews a quarter, of a region's where a row gives them; None where no row does.

    `given` is a number of crews of every carrier in place of what rows say.
    """
    where, basis, capacity = carrier, "derived", ((given or 0.0) * WEEKS_A_QUARTER,) * quarters.count
    if given is None:
        cells = {"country": country, "carrier_id": carrier, "region": region}
        found = [row_for(rows, "crews", quarters.start(number), **cells) for number in range(quarters.count)]
        if all(row is None for row in found):
            return None
        own = region is not None and any(row is not None and row["region"] == region for row in found)
        where, basis = f"{carrier} {region}" if own else carrier, _basis(found)
        capacity = tuple(0.0 if row is None else row["limit_amount"] * WEEKS_A_QUARTER for row in found)
    return Limit(f"crews {where}", f"crews of {where}", "crews", "weeks of a crew", capacity, False, basis)


def supply(
    rows: Sequence[PlanLimitRow], quarters: Quarters, country: str, *, vendor: str, asset_class: str
) -> Limit | None:
    """Elements that a new vendor can supply in a country a quarter; None where no row gives them."""
    cells = {"country": country, "vendor_id": vendor, "asset_class": asset_class}
    found = [row_for(rows, "supply", quarters.start(number), **cells) for number in range(quarters.count)]
    if all(row is None for row in found):
        return None
    name, title = f"supply {vendor} {asset_class}", f"supply of {vendor} for {asset_class}"
    capacity = tuple(0.0 if row is None else row["limit_amount"] for row in found)
    carries = any(bool(row["carry_over"]) for row in found if row is not None)
    return Limit(name, title, "supply", "elements", capacity, carries, _basis(found))


def budgets(rows: Sequence[PlanLimitRow], quarters: Quarters, country: str, *, money: Money) -> list[Limit]:
    """The budgets that rows state, in millions of the plan's money: one for each carrier named, one for the country.

    Raises InputFault for a budget without a currency or price year.
    """
    mine = [row for row in rows if row["kind"] == "budget" and row["country"] in (None, country)]
    found = []
    for carrier in sorted({row["carrier_id"] or "" for row in mine}):
        purses = [row for row in mine if (row["carrier_id"] or "") == carrier]
        brings = {row["limit_id"]: _brings(row, money) for row in purses}
        title = f"budget of {carrier}" if carrier else f"budget in {country}"
        sources = sorted({row["money_source"] for row in purses if row["money_source"]})
        title += f" ({series(sources)})" if sources else ""
        capacity = tuple(
            fsum(brings[row["limit_id"]] for row in purses if _holds(row, quarters.start(number)))
            for number in range(quarters.count)
        )
        name, carries = f"budget {carrier}".strip(), all(row["carry_over"] for row in purses)
        found.append(Limit(name, title, "budget", _millions(money), capacity, carries, _basis(purses)))
    return found


def budget_given(total: float, quarters: Quarters, country: str, *, money: Money) -> Limit:
    """A budget over all quarters: an equal part each quarter, and what is not spent stays usable."""
    capacity = (total / MILLION / quarters.count,) * quarters.count
    return Limit("budget", f"budget in {country}", "budget", _millions(money), capacity, True, "derived")


def _millions(money: Money) -> str:
    return f"million {money.currency} of {money.year}"


def _brings(row: PlanLimitRow, money: Money) -> float:
    currency, year = row["currency"], row["price_year"]
    if not currency or not year:
        column = "price_year" if currency else "currency"
        what = f"the budget {row['limit_id']} states no {column.replace('_', ' ')}"
        raise InputFault([Fault(row["locator"], what, 0, column=column, way_out="Fill the cell.")])
    amount = row["limit_amount"]
    brought = money.brought(Band(amount, amount, amount), currency, year, what=f"budget {row['limit_id']}")
    paid = 1.0 if row["payout_share"] is None else row["payout_share"]
    return brought.mid * paid / MILLION


def _holds(row: PlanLimitRow, day: date) -> bool:
    return (row["from_on"] or day) <= day <= (row["to_on"] or day)


def _basis(rows: Iterable[PlanLimitRow | None]) -> str:
    return weakest_basis({row["basis"] for row in rows if row is not None}, "assumed")


def used_of(rows: Iterable[PlanLimitRow]) -> list[InputFigure]:
    """The rows of limits as figures that a plan rests on."""
    units = {"crews": "crews", "supply": "elements a quarter"}
    return [
        InputFigure(
            name=f"{row['kind']}: {row['limit_id']}",
            kind="limit",
            band=band_of({**row, "mid_amount": row["limit_amount"]}, "", "amount"),
            unit_says=(row["currency"] or "") if row["kind"] == "budget" else units.get(row["kind"], "share"),
            basis=row["basis"],
            says=row["says"] or "as given",
            rests_on=(f"plan_limit:{row['limit_id']}",),
        )
        for row in rows
    ]
