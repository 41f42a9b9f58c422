"""Words of a plan's figures: amounts, gaps, quarters and proofs. Nothing here computes a figure; it only spells one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import groupby

from provenet.case.money import amount_words
from provenet.dossier.stored import Row
from provenet.dossier.words import percent, share_words

PROOFS = {
    "certified": "limits, objective and bound were checked again by sums alone, without a solver",
    "solver": "the solver's word; nobody checked it again",
    "bound": "a bound is stated, which nobody checked again",
    "none": "no proof",
}
BASES = {"assumed": "assumed", "derived": "our arithmetic on sources", "sourced": "a source gives it"}
OBJECTIVES = {
    "exposure": "least exposure over time",
    "cost": "least cost by the deadline",
    "frontier": "least exposure over time, and the curves between exposure and cost",
}


def amount(value: float, currency: str | None) -> str:
    """An amount rounded to three digits, in millions or billions.

    >>> amount(1_234_000_000, "EUR"), amount(39_609_375, "EUR"), amount(0, "EUR")
    ('1.23 billion EUR', '39.6 million EUR', '0 EUR')
    """
    return f"{amount_words(value)} {currency or ''}".strip()


def amounts(low: float | None, high: float | None, currency: str | None) -> str:
    """An interval of amounts; the unit stands once where both ends share it.

    >>> amounts(12_000_000, 73_125_000, "EUR"), amounts(0, 73_125_000, "EUR"), amounts(5, 5, "EUR")
    ('12 to 73.1 million EUR', '0 to 73.1 million EUR', '5 EUR')
    """
    if low is None or high is None:
        return "not known"
    one, two = amount_words(low), amount_words(high)
    if one == two:
        return amount(high, currency)
    first, _, unit = one.partition(" ")
    return f"{first if unit and two.endswith(unit) else one} to {amount(high, currency)}"


def gap_words(gap: float | None) -> str:
    """How far a plan is at most from the best of its form."""
    if gap is None:
        return "how far it is from the best plan is not known"
    if gap <= 1e-6:
        return "no plan of this form is better"
    return f"at most {percent(gap)} from the best plan of this form" if gap > 5e-4 else "within 0.05% of the best plan"


def ends(row: Row, name: str) -> str:
    """The interval of a share that a row stores by its ends."""
    low, high = row[f"low_{name}"], row[f"high_{name}"]
    if low is None or high is None:
        return "not known"
    return percent(low) if percent(low) == percent(high) else share_words(low, high)


def is_late(step: Row) -> bool:
    """Whether a lot is in service only after the last day that a rule gives."""
    if step["latest_on"] is None or step["done_on"] is None:
        return False
    return bool((step["done_on"] - step["latest_on"]).days > 1)


def quarter_words(day: date) -> str:
    """2027 Q4."""
    return f"{day.year} Q{(day.month - 1) // 3 + 1}"


def runs_of_quarters(days: Iterable[date]) -> str:
    """Quarters by their first days, neighbours joined.

    >>> runs_of_quarters([date(2027, 10, 1), date(2028, 1, 1), date(2028, 7, 1)])
    '2027 Q4 to 2028 Q1, 2028 Q3'
    """
    numbers = sorted({day.year * 4 + (day.month - 1) // 3 for day in days})
    said = []
    for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        held = [f"{number // 4} Q{number % 4 + 1}" for _, number in run]
        said.append(held[0] if len(held) == 1 else f"{held[0]} to {held[-1]}")
    return ", ".join(said)
