"""What it takes to swap one element: the options of a case that fit a block, their price, their work and renewal.

Opposed estimates stay side by side: a price runs from the lowest to the highest of them, and each is told with who
estimates and who stands behind it. A price that is not known is no price and never zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from provenet.case.money import Band, Money, Used, band_of, joined
from provenet.core.errors import Fault, InputFault

Row = Mapping[str, Any]
WEEKS_A_QUARTER = 13
QUARTERS_A_YEAR = 4
WHOLE = "whole"
"""The word of `unit_says` for a price of all elements of a block together."""


@dataclass(frozen=True)
class Want:
    """What is looked for: the block that goes."""

    country: str
    carrier_id: str
    asset_class: str
    layer: str
    generation: str | None
    vendor_id: str


@dataclass(frozen=True)
class Choice:
    """What the swap of one element takes: price in the plan's money, work, and the options it rests on.

    `price` None is not priced. `life_years` None is no renewal credit; `left_share` None is ages spread evenly.
    """

    action: str
    price: Band | None
    crew_weeks: Band
    lead_weeks: float
    work_weeks: float
    outage_hours: float | None
    salvage_share: float
    life_years: float | None
    left_share: float | None
    to_vendors: tuple[str, ...]
    option_ids: tuple[str, ...]
    basis: str
    used: tuple[Used, ...]


def refuse_unstated(options: Iterable[Row]) -> None:
    """Raises InputFault with every option that has an amount and no currency or no price year."""
    faults = []
    for row in options:
        if band_of(row, "", "amount") is None:
            continue
        for column, example in (("currency", "EUR"), ("price_year", "2026")):
            if not row[column]:
                says = f"the price of option {row['option_id']} does not say its {column.replace('_', ' ')}"
                way_out = "Fill the cell, or leave the amounts empty: the lots then count as not priced."
                faults.append(Fault(row["locator"], says, 0, column, None, f"such as {example}", way_out=way_out))
        if any(isinstance(row[f"{end}_amount"], float) and row[f"{end}_amount"] < 0 for end in ("low", "mid", "high")):
            faults.append(
                Fault(row["locator"], f"the price of option {row['option_id']} is below zero", 0, "low_amount")
            )
    if faults:
        raise InputFault(faults)


def fits(row: Row, want: Want) -> bool:
    """Whether an option is meant for a block: an empty cell fits all, a class its parts, a generation itself alone."""
    cls = row["asset_class"]
    if want.asset_class != cls and not want.asset_class.startswith(f"{cls}."):
        return False
    told = (
        *(("country", want.country), ("carrier_id", want.carrier_id), ("layer", want.layer)),
        *(("generation", want.generation), ("from_vendor_id", want.vendor_id)),
    )
    return all(row[name] is None or row[name] == value for name, value in told)


def choices(options: Sequence[Row], want: Want, count: Band, money: Money, only: Sequence[str] = ()) -> list[Choice]:
    """The ways to be rid of a block, cheapest first: one by all options to swap that fit, one by those to shut down.

    `count` are the elements of the block: a price of the whole is parted among them. `only` names options; where none
    of them fits, all that fit are taken. Empty where no option fits.
    """
    fitting = [row for row in options if fits(row, want)]
    fitting = [row for row in fitting if row["option_id"] in only] or fitting
    found = []
    for action in ("swap", "shut down"):
        rows = [row for row in fitting if row["action"] == action]
        if rows:
            found.append(_choice(action, rows, count, money))
    return sorted(found, key=lambda one: one.price.mid if one.price else float("inf"))


def _choice(action: str, rows: Sequence[Row], count: Band, money: Money) -> Choice:
    prices, used = [], []
    for row in rows:
        amount = band_of(row, "", "amount")
        if amount is None:
            continue
        what = f"option {row['option_id']}"
        price = money.brought(amount, row["currency"], row["price_year"], what)
        if row["unit_says"] == WHOLE:
            price *= 1 / max(count.mid, 1.0)
        prices.append(price)
        used.append(_used(row, price, money))
    works = [band for row in rows if (band := band_of(row, "crew_", "weeks")) is not None]
    bases = {row["basis"] for row in rows if band_of(row, "", "amount") is not None}
    basis = next((word for word in ("assumed", "derived", "sourced") if word in bases), "assumed")
    for name, value, unit in (("work of a crew", joined(works) if works else None, "weeks of a crew"),):
        if value is not None:
            says = "no source gives the work of one crew for one element"
            on = _stating(rows, ("low_crew_weeks", "mid_crew_weeks", "high_crew_weeks"))
            used.append(Used(f"{name} for {rows[0]['asset_class']}", "work", value, unit, "assumed", says, rests_on=on))
    left = _last(rows, "left_share")
    used += _terms(rows, left)
    to = tuple(sorted({row["to_vendor_id"] for row in rows if row["to_vendor_id"]}))
    return Choice(
        action, joined(prices) if prices else None, joined(works) if works else Band(0.0, 0.0, 0.0),
        max((row["lead_time_weeks"] or 0.0 for row in rows), default=0.0),
        max((row["work_weeks"] or 0.0 for row in rows), default=0.0), _last(rows, "outage_hours"),
        _last(rows, "salvage_share") or 0.0, _last(rows, "life_years"), left, to,
        tuple(row["option_id"] for row in rows), basis, tuple(used),
    )  # fmt: skip


def _last(rows: Sequence[Row], name: str) -> float | None:
    """The largest value that any of the options states."""
    return max((row[name] for row in rows if row[name] is not None), default=None)


def _used(row: Row, price: Band, money: Money) -> Used:
    name = f"price of one {row['unit_says'] if row['unit_says'] != WHOLE else 'element'}: {row['option_id']}"
    given = band_of(row, "", "amount")
    assert given is not None
    ends = f"{given.low:,.0f}" if given.low == given.high else f"{given.low:,.0f} to {given.high:,.0f}"
    says = f"{ends} {row['currency']} at prices of {row['price_year']}, for one {row['unit_says']}"
    who = (row["estimator"], row["sponsor"], row["scope"])
    unit = f"{money.currency} of {money.year}"
    return Used(name, "price", price, unit, row["basis"], says, True, *who, (f"swap_option:{row['option_id']}",))


def _terms(rows: Sequence[Row], left: float | None) -> list[Used]:
    """Lead time, work and life of options: no option of ours has a source for them, a user's may say so in its row."""
    made = []
    for name, unit, says in (
        ("lead_time_weeks", "weeks", "weeks from order to delivery"),
        ("work_weeks", "weeks", "weeks from the start of a lot until it is in service"),
        ("life_years", "years", "service life; ages are spread evenly over it" if left is None else "service life"),
    ):
        value = _last(rows, name)
        if value is not None:
            title = f"{name.rpartition('_')[0].replace('_', ' ')} for {rows[0]['asset_class']}"
            on = _stating(rows, (name,))
            made.append(Used(title, "work", Band(value, value, value), unit, "assumed", says, rests_on=on))
    return made


def _stating(rows: Sequence[Row], names: Sequence[str]) -> tuple[str, ...]:
    """The options that state any of some columns, as refs."""
    return tuple(f"swap_option:{row['option_id']}" for row in rows if any(row.get(name) is not None for name in names))


def due_years(choice: Choice, lot: int, lots: int) -> float | None:
    """Years from the first period until a lot would be renewed anyway; None without a service life.

    Where no part of life left is stated, ages are spread evenly: of `lots` lots, lot 0 falls due first.

    >>> from provenet.case.money import NOTHING
    >>> one = Choice("swap", None, NOTHING, 0, 13, None, 0, 8.0, None, (), (), "assumed", ())
    >>> [due_years(one, lot, 4) for lot in range(4)]
    [1.0, 3.0, 5.0, 7.0]
    """
    if choice.life_years is None:
        return None
    if choice.left_share is not None:
        return choice.life_years * choice.left_share
    return choice.life_years * (lot + 0.5) / lots


def brought_forward(due: float | None, life: float | None, start: int) -> float:
    """The part of a price that a swap in quarter `start` costs beyond a renewal that was due in `due` years.

    It is the part of the service life that is still left then: 1 for new equipment, 0 once the renewal is due.

    >>> [brought_forward(2.0, 8.0, start) for start in (0, 4, 8, 12)]
    [0.25, 0.125, 0.0, 0.0]
    """
    if due is None or not life:
        return 1.0
    return min(1.0, max(0.0, due - start / QUARTERS_A_YEAR) / life)
