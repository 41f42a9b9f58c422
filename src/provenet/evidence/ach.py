"""Competing readings: how claims sit with each, which reading has least against it, and how firmly that stands.

A row is a claim, a column a reading, a cell one of CC, C, N, I, II (very consistent to very inconsistent) or empty, not
marked. A reading's score is the sum of its inconsistencies: what speaks *for* a reading counts for nothing, since a
claim often fits several readings. The reading with the lowest score stands first; equal scores are a tie and stay one.

It is bookkeeping on marks, not a finding and no probability: a reading nobody thought of is not in it, and a wrong mark
gives a wrong score. Experiments found no gain in accuracy from the method (Dhami, Belton and Mandel 2019; Karvetski
and Mandel 2020). What it is good for is the second half: which claim or origin carries the order.

Source: R. J. Heuer, Psychology of Intelligence Analysis (CIA 1999), chapter 8; points for I and II as in the ACH
program of Heuer and PARC; stability, sets and counting by origin: own, after algorithms 5.9.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from heapq import merge
from itertools import combinations, combinations_with_replacement, islice
from math import comb, isfinite, lcm, prod

from provenet.core.errors import UsageFault
from provenet.core.grouping import grouped

MARK_VALUES = {"CC": 2, "C": 1, "N": 0, "I": -1, "II": -2}
"""The scale on which diagnosticity is a variance."""
POINTS: Mapping[str, float] = {"I": 1, "II": 2}
"""What an inconsistent and a very inconsistent mark add to a score by default."""
MAX_REMOVED = 3
"""The largest sets of claims that are taken away together."""
MOST_TRIED = 300_000
"""Combinations of unlike claims tried per size of set; above it that size is not searched, and the answer says so."""
MOST_SETS = 50
"""Sets that are listed; they are always counted."""
FIRST, ORDER = "first place", "order"
"""What a removal may change."""

Order = list[list[str]]
"""Readings from least to most against them; those of one score share a place, by id."""


@dataclass(frozen=True)
class Item:
    """One claim of a matrix: its mark per reading (None: not marked), its origins, and what it weighs."""

    claim_id: str
    marks: tuple[str | None, ...]
    origins: frozenset[str] = frozenset()
    own_word: bool = False
    weight: float = 1.0


def checked_points(points: Mapping[str, float] | None) -> dict[str, float]:
    """The points of I and II as given, or the usual ones. Raises UsageFault for a number that cannot be points."""
    made = {**POINTS, **(points or {})}
    for mark, value in made.items():
        if mark not in POINTS:
            raise UsageFault(f"ach: only I and II add to a score; found points for {mark!r}.")
        if not isfinite(value) or value < 0:
            raise UsageFault(f"ach: points of {mark} are a number of 0 or more; found {value!r}.")
    if made["II"] < made["I"]:
        raise UsageFault(f"ach: II cannot count less than I; found I={made['I']:g} and II={made['II']:g}.")
    return made


@dataclass(frozen=True)
class Matrix:
    """Readings and the claims held against them. `points` are those of I and II.

    Laws: the order of claims changes nothing; a claim that is N everywhere changes nothing; scores are exact, so a tie
    is a tie. Cost of a score O(claims x readings).
    """

    readings: tuple[str, ...]
    items: tuple[Item, ...]
    points: Mapping[str, float]

    @staticmethod
    def of(readings: Sequence[str], items: Iterable[Item], points: Mapping[str, float] | None = None) -> Matrix:
        """A matrix with its claims in order of their ids."""
        return Matrix(tuple(readings), tuple(sorted(items, key=lambda item: item.claim_id)), checked_points(points))

    @cached_property
    def _exact(self) -> tuple[int, dict[str, tuple[int, ...]]]:
        """A common denominator, and what each claim adds to each score in its units."""
        # As written: three times 0.1 is 0.3, which binary fractions would deny.
        worth = {mark: Fraction(repr(value)) for mark, value in self.points.items()}
        added = {
            item.claim_id: [
                Fraction(repr(item.weight)) * worth[mark] if mark in worth else Fraction(0) for mark in item.marks
            ]
            for item in self.items
        }
        unit = lcm(*(part.denominator for row in added.values() for part in row))
        return unit, {name: tuple(int(part * unit) for part in row) for name, row in added.items()}

    @cached_property
    def _sums(self) -> list[int]:
        return [sum(row[at] for row in self._exact[1].values()) for at in range(len(self.readings))]

    def _totals(self, without: Iterable[str] = ()) -> list[int]:
        gone = [self._exact[1][name] for name in set(without)]
        return [total - sum(row[at] for row in gone) for at, total in enumerate(self._sums)]

    def scores(self, without: Iterable[str] = ()) -> dict[str, float]:
        """The score of each reading, after some claims are taken away."""
        return {name: total / self._exact[0] for name, total in zip(self.readings, self._totals(without), strict=True)}

    def order(self, without: Iterable[str] = ()) -> Order:
        """The readings by score, after some claims are taken away."""
        return self._ordered(self._totals(without))

    def ranks(self) -> dict[str, int]:
        """The place of each reading: one more than the readings that have less against them."""
        totals = self._totals()
        return {
            name: 1 + sum(other < total for other in totals) for name, total in zip(self.readings, totals, strict=True)
        }

    def order_by_origin(self) -> Order:
        """The readings by score where claims of the very same origins count once, at their strongest.

        Claims without an origin on record each count. It answers whether the order rests on repetition.
        """
        groups = grouped(
            (item.origins or frozenset({item.claim_id}), self._exact[1][item.claim_id]) for item in self.items
        )
        strongest = [[max(column) for column in zip(*rows, strict=True)] for rows in groups.values()]
        totals = [sum(map(int, column)) for column in zip(*strongest, strict=True)] or [0] * len(self.readings)
        return self._ordered(totals)

    def _ordered(self, totals: Sequence[int]) -> Order:
        places = grouped((total, name) for name, total in zip(self.readings, totals, strict=True))
        return [sorted(places[total]) for total in sorted(places)]


def diagnosticity(marks: Sequence[str | None]) -> float | None:
    """The variance of a claim's marks across the readings it is marked for; 0 tells no reading from another.

    None where fewer than two readings are marked.
    """
    values = [MARK_VALUES[mark] for mark in marks if mark is not None]
    if len(values) < 2:
        return None
    return float(Fraction(sum(v * v for v in values), len(values)) - Fraction(sum(values), len(values)) ** 2)


def stability(matrix: Matrix, is_anonymous: Callable[[str], bool] = lambda _root: False) -> dict[str, object]:
    """What the order does when claims are taken away, as `--json` prints it.

    `items`: each claim alone, its relays staying. `origins`: each independent origin with every claim that rests on
    it, also one that rests on another origin besides (`also_on`). `own_word`: all that the subject itself says, None
    where it says nothing. `by_origin`: the order where claims of the same origins count once. `smallest`: the sets of
    up to three claims, none holding another, that change who stands first, with those who stand first then. Law:
    another relay of an origin changes no order under `origins` or `by_origin`. Cost O(claims x readings) per removal,
    and at most `MOST_TRIED` tries per size of set.
    """
    base = matrix.order()
    rests = grouped((origin, item) for item in matrix.items for origin in item.origins)
    own = [item.claim_id for item in matrix.items if item.own_word]
    by_origin = matrix.order_by_origin()
    return {
        "items": [{"claim_id": item.claim_id, **_after(base, matrix.order([item.claim_id]))} for item in matrix.items],
        "origins": [
            _origin_falls(matrix, base, origin, items=rests[origin], is_anonymous=is_anonymous)
            for origin in sorted(rests)
        ],
        "own_word": {"claims": own, **_after(base, matrix.order(own))} if own else None,
        "by_origin": _after(base, by_origin),
        **smallest_sets(matrix),
    }


def _origin_falls(
    matrix: Matrix, base: Order, origin: str, *, items: Sequence[Item], is_anonymous: Callable[[str], bool]
) -> dict[str, object]:
    falls = [item.claim_id for item in items]
    return {
        "origin": origin,
        "anonymous": is_anonymous(origin),
        "falls": falls,
        "also_on": {item.claim_id: sorted(item.origins - {origin}) for item in items if len(item.origins) > 1},
        **_after(base, matrix.order(falls)),
    }


def _after(base: Order, then: Order) -> dict[str, object]:
    changes = FIRST if then[:1] != base[:1] else ORDER if then != base else None
    return {"changes": changes, "order": then}


def smallest_sets(matrix: Matrix) -> dict[str, object]:
    """The sets of up to three claims, none holding another, whose removal changes who stands first.

    Claims that add the same to every reading are tried once and counted as many. `smallest_count` counts all sets;
    `smallest` lists the first `MOST_SETS`, by size and then by claim; `searched_up_to` is less than three where more
    would have to be tried than `MOST_TRIED`.
    """
    added = matrix._exact[1]
    names = [name for name in added if any(added[name])]
    kinds = sorted({added[name] for name in names})
    at = {kind: number for number, kind in enumerate(kinds)}
    kind_of = [at[added[name]] for name in names]
    members = [[i for i, kind in enumerate(kind_of) if kind == number] for number in range(len(kinds))]
    searched, found = _minimal_kinds(kinds, [len(m) for m in members], matrix._totals())
    count = sum(prod(comb(len(members[k]), times) for k, times in Counter(chosen).items()) for chosen in found)
    by_size = (
        _expanded({chosen for chosen in found if len(chosen) == size}, kind_of, members, size=size)
        for size in range(1, MAX_REMOVED + 1)
    )
    listed = []
    for chosen in islice((one for each in by_size for one in each), MOST_SETS):
        claims = [names[i] for i in chosen]
        listed.append({"claims": claims, "first": matrix.order(claims)[0] if matrix.readings else []})
    return {"smallest": listed, "smallest_count": count, "searched_up_to": searched}


def _minimal_kinds(
    kinds: Sequence[tuple[int, ...]], counts: Sequence[int], totals: Sequence[int]
) -> tuple[int, set[tuple[int, ...]]]:
    """Multisets of kinds of claim that change the first place and hold no smaller one, and the size tried up to."""
    first = _leaders(totals)
    found: set[tuple[int, ...]] = set()
    for size in range(1, MAX_REMOVED + 1):
        live = [k for k in range(len(kinds)) if (k,) not in found]
        if not _within_reach([kinds[k] for k in live], totals, size):
            continue
        if comb(len(live) + size - 1, size) > MOST_TRIED:
            return size - 1, found
        for chosen in combinations_with_replacement(live, size):
            if any(chosen.count(k) > counts[k] for k in chosen):
                continue
            if size == MAX_REMOVED and any(part in found for part in combinations(chosen, 2)):
                continue
            left = [
                total - sum(map(int, part)) for total, *part in zip(totals, *(kinds[k] for k in chosen), strict=True)
            ]
            if _leaders(left) != first:
                found.add(chosen)
    return MAX_REMOVED, found


def _within_reach(kinds: Sequence[tuple[int, ...]], totals: Sequence[int], size: int) -> bool:
    """Whether so many claims could let a reading catch up with the one that stands first, or part two that share it."""
    first = _leaders(totals)
    if len(first) > 1:
        return True
    ahead = first[0] if first else 0
    return any(
        size * max((kind[at] - kind[ahead] for kind in kinds), default=0) >= total - totals[ahead]
        for at, total in enumerate(totals)
        if at != ahead
    )


def _leaders(totals: Sequence[int]) -> list[int]:
    least = min(totals, default=0)
    return [at for at, total in enumerate(totals) if total == least]


def _expanded(
    wanted: set[tuple[int, ...]], kind_of: Sequence[int], members: Sequence[Sequence[int]], *, size: int
) -> Iterator[tuple[int, ...]]:
    """The sets of claims behind multisets of kinds, in order of their claims."""
    ends: dict[tuple[int, ...], set[int]] = {}
    prefixes = set()
    for chosen in wanted:
        for last in range(size):
            rest = chosen[:last] + chosen[last + 1 :]
            ends.setdefault(rest, set()).add(chosen[last])
            prefixes |= {rest[:1], rest[1:]}

    def grow(taken: tuple[int, ...], kinds: tuple[int, ...], start: int) -> Iterator[tuple[int, ...]]:
        if len(taken) == size - 1:
            last = (members[kind][bisect_left(members[kind], start) :] for kind in ends.get(kinds, ()))
            yield from ((*taken, one) for one in merge(*last))
            return
        for i in range(start, len(kind_of)):
            with_it = tuple(sorted((*kinds, kind_of[i])))
            if with_it in ends or with_it in prefixes:
                yield from grow((*taken, i), with_it, i + 1)

    if wanted:
        yield from grow((), (), 0)
