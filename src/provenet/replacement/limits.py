"""What may be used in each quarter: crews of each carrier, supply of each new vendor, and budgets.

The most specific row of `plan_limit` that holds in a quarter counts; where none does, there is no such limit and the
plan says so. A budget is the sum of its purses, each paid out as far as its row says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from provenet.case.money import Band, Money, Used, band_of
from provenet.core.errors import Fault, InputFault
from provenet.replacement.options import WEEKS_A_QUARTER
from provenet.replacement.quarters import Quarters

Row = Mapping[str, Any]
SPECIFIC = ("carrier_id", "region", "vendor_id", "asset_class", "country")
"""Cells by which one row of a limit is more specific than another, the strongest first."""
MILLION = 1e6


@dataclass(frozen=True)
class Limit:
    """One limit of an instance: its id there, what it is, and what each quarter brings."""

    id: str
    says: str
    kind: str
    unit_says: str
    capacity: tuple[float, ...]
    carry_over: bool
    basis: str


def row_for(rows: Iterable[Row], kind: str, on: date | None = None, **cells: str | None) -> Row | None:
    """The most specific row of a kind that fits and holds on a day; an empty cell of a row fits all.

    Among equally specific rows the first id.
    """
    fitting = [
        row
        for row in rows
        if row["kind"] == kind
        and all(row[name] is None or row[name] == value for name, value in cells.items())
        and (on is None or ((row["from_on"] or on) <= on <= (row["to_on"] or on)))
    ]
    return min(fitting, key=lambda row: ([row[name] is None for name in SPECIFIC], row["limit_id"]), default=None)


def crews(rows: Sequence[Row], quarters: Quarters, country: str, carrier: str, region: str | None) -> Limit | None:
    """Weeks of work of a carrier's crews a quarter, those of a region where a row tells them; None where none does."""
    cells = {"country": country, "carrier_id": carrier, "region": region}
    found = [row_for(rows, "crews", quarters.start(number), **cells) for number in range(quarters.count)]
    if all(row is None for row in found):
        return None
    own = region is not None and any(row is not None and row["region"] == region for row in found)
    where = f"{carrier} {region}" if own else carrier
    capacity = tuple(0.0 if row is None else row["limit_amount"] * WEEKS_A_QUARTER for row in found)
    return Limit(f"crews {where}", f"crews of {where}", "crews", "weeks of a crew", capacity, False, _basis(found))


def supply(rows: Sequence[Row], quarters: Quarters, country: str, vendor: str, asset_class: str) -> Limit | None:
    """Elements that a new vendor can supply in a country a quarter; None where no row tells."""
    cells = {"country": country, "vendor_id": vendor, "asset_class": asset_class}
    found = [row_for(rows, "supply", quarters.start(number), **cells) for number in range(quarters.count)]
    if all(row is None for row in found):
        return None
    capacity = tuple(0.0 if row is None else row["limit_amount"] for row in found)
    says, carry = f"supply of {vendor} for {asset_class}", any(row is not None and row["carry_over"] for row in found)
    return Limit(f"supply {vendor} {asset_class}", says, "supply", "elements", capacity, carry, _basis(found))


def budgets(rows: Sequence[Row], quarters: Quarters, country: str, money: Money) -> list[Limit]:
    """The budgets that rows state, in millions of the plan's money: one for each carrier named, one for the country.

    Raises InputFault for a budget without a currency or price year.
    """
    mine = [row for row in rows if row["kind"] == "budget" and row["country"] in (None, country)]
    made = []
    for carrier in sorted({row["carrier_id"] or "" for row in mine}):
        purses = [row for row in mine if (row["carrier_id"] or "") == carrier]
        brings = {row["limit_id"]: _brings(row, money) for row in purses}
        capacity = tuple(
            sum(brings[row["limit_id"]] for row in purses if _holds(row, quarters.start(number)))
            for number in range(quarters.count)
        )
        says = f"budget of {carrier}" if carrier else f"budget in {country}"
        sources = sorted({row["money_source"] for row in purses if row["money_source"]})
        says += f" ({', '.join(sources)})" if sources else ""
        unit = f"million {money.currency} of {money.year}"
        carry = all(row["carry_over"] for row in purses)
        limit = f"budget {carrier}".strip()
        made.append(Limit(limit, says, "budget", unit, capacity, carry, _basis(purses)))
    return made


def budget_given(total: float, quarters: Quarters, country: str, money: Money) -> Limit:
    """A budget over all quarters: an equal part each quarter, and what is not spent stays usable."""
    part = total / MILLION / quarters.count
    unit = f"million {money.currency} of {money.year}"
    return Limit("budget", f"budget in {country}", "budget", unit, (part,) * quarters.count, True, "derived")


def _brings(row: Row, money: Money) -> float:
    if not row["currency"] or not row["price_year"]:
        column = "price_year" if row["currency"] else "currency"
        says = f"the budget {row['limit_id']} does not say its {column.replace('_', ' ')}"
        raise InputFault([Fault(row["locator"], says, 0, column, way_out="Fill the cell.")])
    amount = row["limit_amount"]
    made = money.brought(Band(amount, amount, amount), row["currency"], row["price_year"], f"budget {row['limit_id']}")
    paid = 1.0 if row["payout_share"] is None else row["payout_share"]
    return made.mid * paid / MILLION


def _holds(row: Row, day: date) -> bool:
    return (row["from_on"] or day) <= day <= (row["to_on"] or day)


def _basis(rows: Iterable[Row | None]) -> str:
    bases = {row["basis"] for row in rows if row is not None}
    return next((word for word in ("assumed", "derived", "sourced") if word in bases), "assumed")


def used_of(rows: Iterable[Row]) -> list[Used]:
    """The rows of limits as figures that a plan rests on."""
    made = []
    for row in rows:
        band = band_of({**row, "mid_amount": row["limit_amount"]}, "", "amount")
        unit = {"budget": row["currency"] or "", "crews": "crews", "supply": "elements a quarter"}
        says, rests_on = row["says"] or "as given", (f"plan_limit:{row['limit_id']}",)
        kind = unit.get(row["kind"], "share")
        made.append(
            Used(f"{row['kind']}: {row['limit_id']}", "limit", band, kind, row["basis"], says, rests_on=rests_on)
        )
    return made
