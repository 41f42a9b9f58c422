"""What rows of purchases and figures of choice must say before anything is reckoned with them: every fault at once."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from provenet.case.rows import AnyRow
from provenet.core.errors import Fault, InputFault

SHARES = frozenset({"removal chance", "pass-through", "default chance", "own funds", "bond", "discount"})
"""Figures that are parts of one: from 0 to 1."""
NEVER_LESS = frozenset(
    {"price", "integration", "anchor", "removal years", "removal cost", "network effect", "choice noise"}
    | {"bid spread", "bid markup", "next delay", "loan rate gap", "windfall ask"}
)
"""Figures that are not below 0."""


def refuse_faults(inputs: Iterable[AnyRow], purchases: Iterable[AnyRow]) -> None:
    """Raises InputFault with every figure and purchase that cannot be reckoned with, each with its place."""
    faults = [fault for row in inputs for fault in _of_figure(row)]
    faults += [fault for row in purchases for fault in _of_purchase(row)]
    if faults:
        raise InputFault(faults)


def _of_figure(row: AnyRow) -> Iterator[Fault]:
    where, name = row["locator"], row["choice_input_id"]
    if row["name"] == "price":
        for column, example in (("currency", "EUR"), ("price_year", "2026")):
            if not row[column]:
                text = f"the price of {name} does not say its {column.replace('_', ' ')}"
                yield Fault(
                    where, text, 0, column=column, found=None, expected=f"such as {example}", way_out="Fill the cell."
                )
    ends = _given(row, "amount")
    yield from _ordered(row, ends, name, column="low_amount")
    if row["name"] in SHARES and ends and not 0 <= min(ends) <= max(ends) <= 1:
        yield Fault(
            where,
            f"the {row['name']} of {name} is no share",
            0,
            column="low_amount",
            found=_text(ends),
            expected="from 0 to 1",
        )
    if row["name"] == "price gap" and ends and min(ends) < -1:
        yield Fault(
            where,
            f"by the price gap of {name} a bid is below 0",
            0,
            column="low_amount",
            found=_text(ends),
            expected="-1 or more",
        )
    if row["name"] in NEVER_LESS and ends and min(ends) < 0:
        yield Fault(
            where,
            f"the {row['name']} of {name} is below 0",
            0,
            column="low_amount",
            found=_text(ends),
            expected="0 or more",
        )


def _of_purchase(row: AnyRow) -> Iterator[Fault]:
    where, name = row["locator"], row["purchase_id"]
    counts = _given(row, "count")
    if not counts:
        yield Fault(
            where, f"the purchase {name} has no count", 0, column="low_count", way_out="Fill low_count and high_count."
        )
    elif min(counts) <= 0:
        yield Fault(
            where,
            f"the purchase {name} buys nothing",
            0,
            column="low_count",
            found=_text(counts),
            expected="a count above 0",
        )
    yield from _ordered(row, counts, name, column="low_count")
    yield from _ordered(row, _given(row, "signed_on"), name, column="low_signed_on")
    if not row["life_years"] > 0:
        yield Fault(
            where,
            f"the purchase {name} lasts no time",
            0,
            column="life_years",
            found=_text([row["life_years"]]),
            expected="above 0",
        )
    parts = _given(row, "part_share")
    yield from _ordered(row, parts, name, column="low_part_share")
    if parts and row["low_part_share"] is None:
        yield Fault(
            where,
            f"the part of {name} has an upper end and no lower one",
            0,
            column="low_part_share",
            found=None,
            expected=f"a share up to {_text(parts)}",
            way_out="Fill the cell; write 0 where the lower end is not known.",
        )
    if parts and not 0 <= min(parts) <= max(parts) <= 1:
        yield Fault(
            where,
            f"the part of {name} is no share",
            0,
            column="low_part_share",
            found=_text(parts),
            expected="from 0 to 1",
        )


def _given(row: AnyRow, stem: str) -> list[Any]:
    """The ends and the middle of a figure that are given, in the order in which they have to rise."""
    found = (row.get(f"{end}_{stem}") for end in ("low", "mid", "high"))
    return [value for value in found if value is not None]


def _ordered(row: AnyRow, ends: Sequence[Any], name: str, *, column: str) -> Iterator[Fault]:
    if list(ends) != sorted(ends):
        text = f"the ends of {name} are not in order"
        yield Fault(
            row["locator"], text, 0, column=column, found=_text(ends), expected="low, mid and high in rising order"
        )


def _text(ends: Sequence[Any]) -> str:
    return ", ".join(f"{end:g}" if isinstance(end, float | int) else str(end) for end in ends)
