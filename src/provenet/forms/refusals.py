"""What a certificate may not have: figures of the wrong shape or sign, and places that the instance does not have.

Whatever passes is a certificate, and proves a bound by the sums of `certify`.
"""

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from provenet.core.jsontext import inside
from provenet.forms.schedule import MOST_NUMBER, Certificate, Instance, number_text

Ints: TypeAlias = NDArray[np.integer[Any]]
Floats: TypeAlias = NDArray[np.float64]
Refused: TypeAlias = tuple[str, str, str, str]
"""Its path, what is wrong with it, what was found, and what was expected."""


def refused(instance: Instance, held: Certificate) -> Iterator[Refused]:
    """All that a certificate may not have; nothing after the first of its parts that has something of it."""
    periods = instance.periods
    ids = [r.id for r in instance.resources], [c.id for c in instance.conflicts]
    carries = np.array([r.carry_over for r in instance.resources], bool)[:, None]
    prices_of = (held.prices, held.conflict_prices)
    for name, prices, things in zip(("prices", "conflict_prices"), prices_of, ids, strict=True):
        if prices.shape != (len(things), periods):
            yield name, "the prices have the wrong shape", str(prices.shape), str((len(things), periods))
            return
        for row, at in np.argwhere(~_is_amount(prices)):
            yield (
                f"{inside(name, things[row])}[{at}]",
                "a price is negative",
                number_text(prices[row, at]),
                "a number from 0",
            )
    for row, at in np.argwhere((np.diff(held.prices, axis=1) > 0) & carries):
        path, text = f"{inside('prices', ids[0][row])}[{at + 1}]", "a price rises where the resource carries over"
        yield path, text, number_text(held.prices[row, at + 1]), f"at most {number_text(held.prices[row, at])}"
    units, demands = instance.units, instance.demands
    place = {unit.id: index for index, unit in enumerate(units)}
    passed, counts = (held.passed_edge, held.passed_period), (len(instance.precedence), periods)
    yield from _entries("passed", passed, counts, amount=held.passed_amount)
    credit = (held.credit_demand, held.credit_unit, held.credit_period)
    belongs = _within([demand.units for demand in demands], place)
    odd = None
    for odd in _entries("credits", credit, (len(demands), len(units), periods), amount=held.credit_amount):
        yield odd
    if odd is None:
        for nth in np.flatnonzero(~np.isin(_pair(held.credit_demand, held.credit_unit, place), belongs)):
            unit, demand = units[held.credit_unit[nth]].id, demands[held.credit_demand[nth]].id
            yield f"credits[{nth}]", "a credit goes to a unit that is none of the demand's", unit, f"a unit of {demand}"
    yield from _turns(instance, held, place, belongs=belongs)


def _is_amount(numbers: Floats) -> NDArray[np.bool_]:
    """Where there is a number from 0 that sums have room for; false for NaN."""
    return (numbers >= 0) & (numbers <= MOST_NUMBER)


def _entries(
    name: str, places: tuple[Ints, ...], counts: tuple[int, ...], *, amount: Floats, least: int = 0
) -> Iterator[Refused]:
    """The same of entries, each a row of places and an amount; the first two places may be as low as `least`."""
    if any(one.shape != amount.shape or one.ndim != 1 or one.dtype.kind not in "iu" for one in places):
        yield name, "the columns are not whole numbers of one length", str([p.shape for p in places]), str(amount.shape)
        return
    for nth in np.flatnonzero(~_is_amount(amount)):
        yield f"{name}[{nth}]", "an amount is negative", number_text(amount[nth]), "a number from 0"
    for column, (held, count) in enumerate(zip(places, counts, strict=True)):
        for nth in np.flatnonzero((held < (least if column < 2 else 0)) | (held >= count)):
            yield f"{name}[{nth}]", "no such place", str(held[nth]), f"a place from 0 to {count - 1}"


def _turns(instance: Instance, held: Certificate, place: dict[str, int], *, belongs: Ints) -> Iterator[Refused]:
    """The same of turns: one who pays, and several that take turns before it in a conflict of one at a time."""
    demands, units, conflicts = instance.demands, instance.units, instance.conflicts
    where = (held.turn_demand, held.turn_unit, held.turn_conflict, held.turn_period)
    counts, odd = (len(demands), len(units), len(conflicts), instance.periods), None
    for odd in _entries("turns", where, counts, amount=held.turn_amount, least=-1):
        yield odd
    size, member, most = held.turn_size, held.turn_member, np.array([one.most for one in conflicts], np.int64)
    if odd is not None:
        return
    if size.shape != held.turn_amount.shape or {size.dtype.kind, member.dtype.kind} - {"i", "u"} or member.ndim != 1:
        yield "turns", "the columns are not whole numbers of one length", str(size.shape), str(held.turn_amount.shape)
        return
    if (size < 1).any() or size.sum() != len(member) or ((member < 0) | (member >= len(units))).any():
        yield "turns", "the units that take turns are not those counted", str(len(member)), f"{size.sum()} units"
        return
    of = np.repeat(np.arange(len(size)), size)
    by_demand = held.turn_demand[of] >= 0
    before = _within([(), *((b, a) for a, b in instance.precedence)], place, by_pair=True)
    twice = np.zeros(len(member), bool)
    order = np.lexsort((member, of))
    twice[order[1:]] = (np.diff(member[order]) == 0) & (np.diff(of[order]) == 0)
    stands = np.isin(_pair(held.turn_conflict[of], member, place), _within([c.units for c in conflicts], place))
    for wrong, text, expected in (
        ((held.turn_demand >= 0) == (held.turn_unit >= 0), "not one of both pays", "a demand, or a unit"),
        (most[held.turn_conflict] != 1, "its conflict lets several be under way at once", "a conflict of max 1"),
        (of[twice], "a unit takes two turns", "each once"),
        (of[~stands], "a unit is none of the conflict's", "one of its units"),
        (
            of[by_demand & ~np.isin(_pair(held.turn_demand[of], member, place), belongs)],
            "a unit is none of the demand's",
            "one of its units",
        ),
        (
            of[~by_demand & ~np.isin(_pair(held.turn_unit[of], member, place), before)],
            "a unit takes a turn before one that does not wait for it",
            "a unit that it waits for",
        ),
    ):
        for nth in np.unique(np.flatnonzero(wrong) if wrong.dtype == bool else wrong):
            yield f"turns[{nth}]", text, "entry " + str(nth), expected


def _pair(first: Ints, second: Ints, place: dict[str, int]) -> Ints:
    """One number for each pair of a place and a unit."""
    return np.asarray(first.astype(np.int64) * max(1, len(place)) + second)


def _within(groups: Sequence[tuple[str, ...]], place: dict[str, int], by_pair: bool = False) -> Ints:
    """The pairs of each group and its units; or, `by_pair`, of each group's first unit and its second."""
    if by_pair:
        pairs = np.array([(place[a], place[b]) for a, b in groups[1:]], np.int64).reshape(-1, 2)
        return _pair(pairs[:, 0], pairs[:, 1], place)
    of = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    return _pair(of, np.array([place[name] for group in groups for name in group], np.int64), place)
