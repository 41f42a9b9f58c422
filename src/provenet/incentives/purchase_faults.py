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
    name, kind, ends = row["choice_input_id"], row["name"], _given(row, "amount")
    for column, example in (("currency", "EUR"), ("price_year", "2026")) if kind == "price" else ():
        if not row[column]:
            words = f"the price of {name} does not say its {column.replace('_', ' ')}"
            yield _fault(row, column, words, expected=f"such as {example}", way_out="Fill the cell.")
    yield from _ordered(row, ends, name, column="low_amount")
    least, most = min(ends, default=0), max(ends, default=0)
    for wrong, words, expected in (
        (kind in SHARES and not 0 <= least <= most <= 1, f"the {kind} of {name} is no share", "from 0 to 1"),
        (kind == "price gap" and least < -1, f"by the price gap of {name} a bid is below 0", "-1 or more"),
        (kind in NEVER_LESS and least < 0, f"the {kind} of {name} is below 0", "0 or more"),
    ):
        if wrong:
            yield _fault(row, "low_amount", words, found=ends, expected=expected)


def _of_purchase(row: AnyRow) -> Iterator[Fault]:
    name, counts, parts = row["purchase_id"], _given(row, "count"), _given(row, "part_share")
    if not counts:
        way_out = "Fill low_count and high_count."
        yield _fault(row, "low_count", f"the purchase {name} has no count", way_out=way_out)
    elif min(counts) <= 0:
        yield _fault(row, "low_count", f"the purchase {name} buys nothing", found=counts, expected="a count above 0")
    yield from _ordered(row, counts, name, column="low_count")
    yield from _ordered(row, _given(row, "signed_on"), name, column="low_signed_on")
    if not row["life_years"] > 0:
        life = [row["life_years"]]
        yield _fault(row, "life_years", f"the purchase {name} lasts no time", found=life, expected="above 0")
    yield from _ordered(row, parts, name, column="low_part_share")
    if parts and row["low_part_share"] is None:
        words, expected = f"the part of {name} has an upper end and no lower one", f"a share up to {_text(parts)}"
        way_out = "Fill the cell; write 0 where the lower end is not known."
        yield _fault(row, "low_part_share", words, expected=expected, way_out=way_out)
    if parts and not 0 <= min(parts) <= max(parts) <= 1:
        yield _fault(row, "low_part_share", f"the part of {name} is no share", found=parts, expected="from 0 to 1")


def _given(row: AnyRow, stem: str) -> list[Any]:
    """The ends and the middle of a figure that are given, in the order in which they have to rise."""
    found = (row.get(f"{end}_{stem}") for end in ("low", "mid", "high"))
    return [value for value in found if value is not None]


def _ordered(row: AnyRow, ends: Sequence[Any], name: str, *, column: str) -> Iterator[Fault]:
    if list(ends) != sorted(ends):
        words, expected = f"the ends of {name} are not in order", "low, mid and high in rising order"
        yield _fault(row, column, words, found=ends, expected=expected)


def _fault(
    row: AnyRow,
    column: str,
    words: str,
    *,
    found: Sequence[Any] = (),
    expected: str | None = None,
    way_out: str | None = None,
) -> Fault:
    return Fault(
        row["locator"], words, 0, column=column, found=_text(found) or None, expected=expected, way_out=way_out
    )


def _text(ends: Sequence[Any]) -> str:
    return ", ".join(f"{end:g}" if isinstance(end, float | int) else str(end) for end in ends)
