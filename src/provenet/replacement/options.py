"""What it takes to swap one element: the options of a case that fit a block, their price, their work and renewal.

Opposing estimates stay side by side: a price runs from the lowest to the highest of them, and each is shown with its
estimator and sponsor. A price that is not known is no price and never zero.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from provenet.case.money import Band, InputFigure, Money, band_of, joined
from provenet.case.rows import AnyRow, SwapOptionRow
from provenet.core.errors import Fault, InputFault
from provenet.core.grouping import grouped
from provenet.core.ids import is_in_class
from provenet.replacement.blocks import Block
from provenet.replacement.counts import ANY_LAYER, weakest_basis

WEEKS_A_QUARTER = 13
QUARTERS_A_YEAR = 4
WHOLE = "whole"
"""The word of `unit_says` for a price of all elements of a block together."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What the swap of one element takes: price in the plan's money, work, and the options it rests on.

    `price` None is not priced. `life_years` None is no renewal credit; `left_share` None is ages spread evenly.
    `is_averaged`: the price joins those of several vendors that may come, and is nobody's.
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
    is_averaged: bool
    option_ids: tuple[str, ...]
    basis: str
    used: tuple[InputFigure, ...]


def refuse_unstated(options: Iterable[SwapOptionRow]) -> None:
    """Raises InputFault with every option that has an amount and no currency or no price year."""
    faults = []
    for row in options:
        if band_of(row, "", "amount") is None:
            continue
        for column, example in (("currency", "EUR"), ("price_year", "2026")):
            if not row[column]:  # type: ignore[literal-required]
                what = f"the price of option {row['option_id']} states no {column.replace('_', ' ')}"
                way_out = "Fill the cell, or leave the amounts empty: the lots then count as not priced."
                faults.append(
                    Fault(row["locator"], what, 0, column=column, expected=f"such as {example}", way_out=way_out)
                )
        amounts = (row["low_amount"], row["mid_amount"], row["high_amount"])
        if any(amount is not None and amount < 0 for amount in amounts):
            what = f"the price of option {row['option_id']} is below zero"
            faults.append(Fault(row["locator"], what, 0, column="low_amount"))
    if faults:
        raise InputFault(faults)


def fits(row: SwapOptionRow, block: Block, country: str) -> bool:
    """Whether an option is meant for a block: an empty cell fits all, a class its parts, a generation itself alone.

    A block whose layer is not stated may be of any, so an option of any layer fits.
    """
    if not is_in_class(block.asset_class, row["asset_class"]):
        return False
    cells = (
        (row["country"], country),
        (row["carrier_id"], block.carrier_id),
        (None if block.layer == ANY_LAYER else row["layer"], block.layer),
        (row["generation"], block.generation),
        (row["from_vendor_id"], block.vendor_id),
    )
    return all(cell is None or cell == value for cell, value in cells)


def choices(
    options: Sequence[SwapOptionRow], block: Block, country: str, *, money: Money, only: Sequence[str] = ()
) -> list[Choice]:
    """The ways to remove a block, cheapest first: one by all options to swap that fit, one by those to shut down.

    A price of the whole is parted among the elements of the block. `only` names options; where none of them fits, all
    that fit are taken. Empty where no option fits.
    """
    fitting = [row for row in options if fits(row, block, country)]
    fitting = [row for row in fitting if row["option_id"] in only] or fitting
    by = grouped((row["action"], row) for row in fitting)
    found = [_choice(one, by[one], block.count, money=money) for one in ("swap", "shut down") if one in by]
    return sorted(found, key=lambda one: one.price.mid if one.price else float("inf"))


def _choice(action: str, rows: Sequence[SwapOptionRow], count: Band, *, money: Money) -> Choice:
    prices, used, bidders = [], [], set()
    for row in rows:
        amount = band_of(row, "", "amount")
        if amount is None:
            continue
        assert row["currency"] is not None and row["price_year"] is not None  # refuse_unstated came before
        price = money.brought(amount, row["currency"], row["price_year"], what=f"option {row['option_id']}")
        if row["unit_says"] == WHOLE:
            price *= 1 / max(count.mid, 1.0)
        prices.append(price)
        bidders.add(row["to_vendor_id"])
        used.append(_price_used(row, price, money))
    works = [band for row in rows if (band := band_of(row, "crew_", "weeks")) is not None]
    bases = {row["basis"] for row in rows if band_of(row, "", "amount") is not None}
    if works:
        used.append(
            InputFigure(
                name=f"work of a crew for {rows[0]['asset_class']}",
                kind="work",
                band=joined(works),
                unit_says="weeks of a crew",
                basis="assumed",
                says="no source gives the work of one crew for one element",
                rests_on=_stating(rows, ("low_crew_weeks", "mid_crew_weeks", "high_crew_weeks")),
            )
        )
    left = _largest(row["left_share"] for row in rows)
    used += _terms(rows, left)
    return Choice(
        action=action,
        price=joined(prices) if prices else None,
        crew_weeks=joined(works) if works else Band(0.0, 0.0, 0.0),
        lead_weeks=_largest(row["lead_time_weeks"] for row in rows) or 0.0,
        work_weeks=_largest(row["work_weeks"] for row in rows) or 0.0,
        outage_hours=_largest(row["outage_hours"] for row in rows),
        salvage_share=_largest(row["salvage_share"] for row in rows) or 0.0,
        life_years=_largest(row["life_years"] for row in rows),
        left_share=left,
        to_vendors=tuple(sorted({row["to_vendor_id"] for row in rows if row["to_vendor_id"]})),
        is_averaged=len(bidders) > 1,
        option_ids=tuple(row["option_id"] for row in rows),
        basis=weakest_basis(bases, "assumed"),
        used=tuple(used),
    )


def _largest(values: Iterable[float | None]) -> float | None:
    """The largest value that any of the options states."""
    return max((value for value in values if value is not None), default=None)


def _price_used(row: SwapOptionRow, price: Band, money: Money) -> InputFigure:
    given = band_of(row, "", "amount")
    assert given is not None
    ends = f"{given.low:,.0f}" if given.low == given.high else f"{given.low:,.0f} to {given.high:,.0f}"
    return InputFigure(
        name=f"price of one {row['unit_says'] if row['unit_says'] != WHOLE else 'element'}: {row['option_id']}",
        kind="price",
        band=price,
        unit_says=f"{money.currency} of {money.year}",
        basis=row["basis"],
        says=f"{row['currency']} {ends} at {row['price_year']} prices, for one {row['unit_says']}",
        estimator=row["estimator"],
        sponsor=row["sponsor"],
        scope=row["scope"],
        rests_on=(f"swap_option:{row['option_id']}",),
    )


def _terms(rows: Sequence[SwapOptionRow], left: float | None) -> Iterator[InputFigure]:
    """Lead time, work and life of options: no option of ours has a source for them, a user's may say so in its row."""
    lives = "service life; ages are spread evenly over it" if left is None else "service life"
    for title, column, unit, text in (
        ("lead time", "lead_time_weeks", "weeks", "weeks from order to delivery"),
        ("work", "work_weeks", "weeks", "weeks from the start of a lot until it is in service"),
        ("life", "life_years", "years", lives),
    ):
        value = _largest(cast(AnyRow, row)[column] for row in rows)
        if value is not None:
            name, stated = f"{title} for {rows[0]['asset_class']}", _stating(rows, (column,))
            band = Band(value, value, value)
            yield InputFigure(name, "work", band, unit_says=unit, basis="assumed", says=text, rests_on=stated)


def _stating(rows: Sequence[AnyRow], columns: Sequence[str]) -> tuple[str, ...]:
    """The options that state any of some columns, as refs."""
    return tuple(f"swap_option:{row['option_id']}" for row in rows if any(row[name] is not None for name in columns))


def due_years(life: float | None, left_share: float | None, lot: int, *, lots: int) -> float | None:
    """Years from the first period until a lot would be renewed anyway; None without a service life.

    `life` is in years, `left_share` the part of it that is left. Where that is not stated, ages are spread evenly: of
    `lots` lots, lot 0 falls due first.

    >>> [due_years(8.0, None, lot, lots=4) for lot in range(4)]
    [1.0, 3.0, 5.0, 7.0]
    """
    if life is None:
        return None
    return life * left_share if left_share is not None else life * (lot + 0.5) / lots


def brought_forward(due: float | None, life: float | None, start: int) -> float:
    """The part of a price that a swap in quarter `start` costs beyond a renewal that was due in `due` years.

    It is the part of the service life that is still left then: 1 for new equipment, 0 once the renewal is due.

    >>> [brought_forward(2.0, 8.0, start) for start in (0, 4, 8, 12)]
    [0.25, 0.125, 0.0, 0.0]
    """
    return 1.0 if due is None or not life else min(1.0, max(0.0, due - start / QUARTERS_A_YEAR) / life)
