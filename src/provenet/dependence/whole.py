"""One whole and every share published of it: the tightest interval of any set of vendors, and contradictions.

Shares belong to one whole only if place, carrier, segment, measure and date are the same. Vendors that stand in the
same published sets are indistinguishable and form one atom; everybody not named forms another. Over the atoms the
tightest interval is a small exact linear programme (`Tableau`). Passing intervals from set to set until nothing
changes would be simpler, but is tight only where the sets are nested: of A+B, B+C and A+C at 0.4 each it leaves A
anywhere in [0, 0.4], while A is exactly 0.2. Source: own, decision 0007.

A small exact linear programme over shares: least and greatest value of a sum of atoms, open ends included.

The atoms are non-negative and sum to 1; each published share bounds the sum over a set of atoms. The method is the
two-phase simplex with Bland's rule in exact fractions, so it ends on every instance and rounds nothing. An open end is
an infinitesimal e > 0: "more than 1/2" is "at least 1/2 + e". Right-hand sides are pairs (number, multiple of e)
compared in that order; the optimum then tells an open end apart from a closed one: the value is attained exactly
where its multiple of e is zero. Sources: R. G. Bland, Math. Oper. Res. 2 (1977) 103-107; open ends: own, decision 0007.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache

from provenet.core.grouping import grouped
from provenet.dependence.intervals import ONE, ZERO, Bound, hull_of

COUNTRY_MARK = "country:"
"""Prefix of a set given by seat: `country:CN` is every vendor with its seat there, named or not."""

AS_PUBLISHED, AS_ROUNDED, CONTRADICTORY = "as published", "as rounded", "contradictory"
_MOST_READINGS = 64


@dataclass(frozen=True)
class Share:
    """One published share of a set of vendors: its row, its interval, half a unit of its last digit, its standing."""

    ref: str
    vendors: frozenset[str]
    complement: bool
    bound: Bound
    half: Fraction = ZERO
    weak: bool = False

    def rounded(self) -> Share:
        """The share with its figure read as rounded to the digits shown."""
        return Share(self.ref, self.vendors, self.complement, self.bound.widened(self.half), self.half, self.weak)


@dataclass(frozen=True)
class Swap:
    """Contracts that are not older than a whole: any part of what was of some vendors may be others' since.

    `most` is the greatest part of the whole that may have changed hands; who may have it are the `new` vendors, or
    anybody where a contract names none.
    """

    old: frozenset[str]
    new: frozenset[str]
    most: Fraction
    refs: tuple[str, ...]
    says: str


@dataclass(frozen=True)
class _Member:
    """A vendor, or everybody unnamed of one seat.

    A vendor whose seat is not known is one member for each seat in question and one for elsewhere, so that no
    set given by seat is taken to hold it or to leave it out. That may leave its interval wider than it could be.
    """

    token: str | None
    seat: str | None

    def inside(self, vendors: Collection[str]) -> bool:
        named = self.token is not None and self.token in vendors
        return named or (self.seat is not None and COUNTRY_MARK + self.seat in vendors)


class Whole:
    """The shares of one whole read together.

    `share_of` is the tightest interval implied by all of them; it is exact, not an estimate. It says nothing about
    another measure or date. Where shares exclude each other even when read as rounded, `standing` is
    "contradictory", `conflict` names the rows, and an answer is the hull over every way of dropping one of them:
    none is averaged away. Laws: inside each published interval of the same set; one more share only narrows it;
    renaming vendors changes nothing. A `swap` says what may have changed hands since the day of the shares: an answer
    then holds each split that comes of one of theirs by moving no more than that. Cost O(4^n) at worst in
    contradictory shares, else a few pivots.
    """

    def __init__(
        self, shares: Iterable[Share], country_of: Mapping[str, str | None] | None = None, swap: Swap | None = None
    ) -> None:
        self.shares = tuple(sorted(shares, key=lambda s: (s.ref, sorted(s.vendors))))
        self.country_of, self.swap = dict(country_of or {}), swap
        self.named = frozenset(v for s in self.shares for v in s.vendors if not v.startswith(COUNTRY_MARK))
        self.standing = AS_PUBLISHED
        self.conflict: tuple[str, ...] = ()
        self._readings: tuple[tuple[Share, ...], ...] = (self.shares,)
        self._settle()
        self._answer = lru_cache(maxsize=None)(self._range)

    def _settle(self) -> None:
        if self._feasible(self.shares):
            return
        rounded = tuple(share.rounded() for share in self.shares)
        if self._feasible(rounded):
            self.standing, self._readings = AS_ROUNDED, (rounded,)
            return
        self.standing = CONTRADICTORY
        self.conflict = tuple(rounded[at].ref for at in self._clash(rounded))
        self._readings = self._consistent(rounded)

    def _consistent(self, shares: tuple[Share, ...]) -> tuple[tuple[Share, ...], ...]:
        """Sets of shares left when one row of each conflict is dropped, in every way; none at all beyond a limit."""
        open_sets, done = [shares], list[tuple[Share, ...]]()
        while open_sets:
            if len(open_sets) + len(done) > _MOST_READINGS:
                return ((),)
            some = open_sets.pop()
            clash = self._clash(some)
            if not clash:
                done.append(some)
            open_sets += [some[:at] + some[at + 1 :] for at in clash]
        return tuple(done)

    def _feasible(self, shares: Sequence[Share]) -> bool:
        atoms, limits = self._limits(shares, ())
        return Tableau(len(atoms), limits).feasible

    def _clash(self, shares: Sequence[Share]) -> list[int]:
        atoms, limits = self._limits(shares, ())
        return smallest_conflict(len(atoms), limits)

    def _members(self, shares: Sequence[Share], vendors: Collection[str]) -> list[_Member]:
        tokens = {v for s in shares for v in s.vendors} | set(vendors)
        tokens |= self.swap.old | self.swap.new if self.swap else set()
        seats = sorted(t.removeprefix(COUNTRY_MARK) for t in tokens if t.startswith(COUNTRY_MARK))
        made = [_Member(None, None), *(_Member(None, seat) for seat in seats)]
        for token in sorted(t for t in tokens if not t.startswith(COUNTRY_MARK)):
            seat = self.country_of.get(token)
            made += [_Member(token, seat)] if seat else [_Member(token, s) for s in (None, *seats)]
        return made

    def _limits(
        self, shares: Sequence[Share], vendors: Collection[str]
    ) -> tuple[list[list[_Member]], list[ShareLimit]]:
        """Members grouped into atoms by the sets they stand in, and each share as a limit over atoms."""
        alike = grouped(
            (tuple(member.inside(s.vendors) != s.complement for s in shares), member)
            for member in self._members(shares, vendors)
        )
        keys = sorted(alike)
        limits = [
            ShareLimit(frozenset(a for a, key in enumerate(keys) if key[at]), share.bound)
            for at, share in enumerate(shares)
        ]
        return [alike[key] for key in keys], limits

    def _range(self, vendors: frozenset[str], complement: bool, readings: tuple[tuple[Share, ...], ...]) -> Bound:
        return hull_of(self._range_in(shares, vendors, complement) for shares in readings)

    def _range_in(self, shares: tuple[Share, ...], vendors: frozenset[str], complement: bool) -> Bound:
        atoms, limits = self._limits(shares, vendors)
        return self._range_over(atoms, limits, lambda member: member.inside(vendors) != complement)

    def _range_over(
        self, atoms: list[list[_Member]], limits: list[ShareLimit], is_in: Callable[[_Member], bool]
    ) -> Bound:
        inside = [[is_in(member) for member in atom] for atom in atoms]
        # The mass of an atom that lies partly in the set may stand with either side.
        surely = {at for at, flags in enumerate(inside) if all(flags)}
        maybe = {at for at, flags in enumerate(inside) if any(flags)}
        count = len(atoms)
        if self.swap:
            # What may have changed hands of an atom is an atom of its own, of whoever may have it now.
            old = [at for at, atom in enumerate(atoms) if any(member.inside(self.swap.old) for member in atom)]
            moved = {at: count + place for place, at in enumerate(old)}
            count += len(moved)
            limits = [ShareLimit(one.atoms | {moved[at] for at in one.atoms & {*old}}, one.bound) for one in limits]
            limits.append(ShareLimit(frozenset(moved.values()), Bound(ZERO, self.swap.most)))
            new = self.swap.new
            takers = [is_in(member) for atom in atoms for member in atom if not new or member.inside(new)]
            surely |= {*moved.values()} if all(takers) else set()
            maybe |= {*moved.values()} if any(takers) else set()
        tableau = Tableau(count, limits)
        low, high = tableau.range_of(frozenset(surely)), tableau.range_of(frozenset(maybe))
        return Bound(low.low, high.high, low.low_open, high.high_open)

    def readings(self) -> list[tuple[list[int | None], list[ShareLimit]]]:
        """Each way to read the shares without contradiction: how many vendors each atom holds, and limits over atoms.

        None stands for an atom that holds vendors nobody names: their number is not known. After a swap the limits
        hold of what may have come of the shares; they may allow more than that.
        """
        found = []
        for shares in self._readings:
            atoms, limits = self._limits(shares, ())
            if self.swap:
                sets = {one.atoms for one in limits} | {frozenset([at]) for at in range(len(atoms))}
                members = {some: {member for at in some for member in atoms[at]} for some in sorted(sets, key=sorted)}
                limits = [
                    ShareLimit(some, self._range_over(atoms, limits, held.__contains__))
                    for some, held in members.items()
                ]
            found.append(([_vendor_count(atom) for atom in atoms], limits))
        return found

    def share_of(self, vendors: Iterable[str], *, complement: bool = False) -> Bound:
        """The tightest interval of the share of a set of vendors, or of all vendors but those."""
        return self._answer(frozenset(vendors), complement, self._readings)

    @cached_property
    def published(self) -> Whole:
        """The shares of their own day, before any swap."""
        return Whole(self.shares, self.country_of) if self.swap else self

    def refs_of(self, vendors: Iterable[str], *, complement: bool = False) -> list[str]:
        """The rows that an answer rests on: those of the shares, and those of a swap where it changes the answer."""
        vendors = frozenset(vendors)
        same = self.share_of(vendors, complement=complement) == self.published.share_of(vendors, complement=complement)
        return sorted({*(share.ref for share in self.shares), *(self.swap.refs if self.swap and not same else ())})

    def names(self, vendors: Iterable[str]) -> bool:
        """Whether some share of this whole with a figure is of a set that the vendors belong to."""
        vendors = set(vendors) | {COUNTRY_MARK + c for v in vendors if (c := self.country_of.get(v))}
        return any(share.bound.is_known and vendors & share.vendors for share in self.shares)

    def is_weak(self, vendors: Iterable[str], *, complement: bool = False) -> bool:
        """Whether the interval would be wider without the rows whose sources cannot carry a figure alone."""
        vendors = frozenset(vendors)
        found = self._answer(vendors, complement, self._readings)
        strong = tuple(tuple(s for s in reading if not s.weak) for reading in self._readings)
        return found != self._answer(vendors, complement, strong)

    @property
    def refs(self) -> list[str]:
        """The rows the whole rests on."""
        return sorted({*(share.ref for share in self.shares), *(self.swap.refs if self.swap else ())})

    @property
    def is_known(self) -> bool:
        """Whether any of its shares carries a figure."""
        return any(share.bound.is_known for share in self.shares)


def _vendor_count(atom: Iterable[_Member]) -> int | None:
    tokens = {member.token for member in atom}
    return None if None in tokens else len(tokens)


def statement(ref: str, vendors: Iterable[str], *, sole: bool, weak: bool) -> Share:
    """A statement in words that holds in every measure: a vendor is absent (0), or the only one (1)."""
    return Share(ref, frozenset(vendors), False, Bound(ONE, ONE) if sole else Bound(ZERO, ZERO), ZERO, weak)


Pair = tuple[Fraction, Fraction]
_NONE: Pair = (ZERO, ZERO)


@dataclass(frozen=True)
class ShareLimit:
    """What one share says: the atoms of its set sum to a value inside the bound."""

    atoms: frozenset[int]
    bound: Bound


class Tableau:
    """A feasible basis of the polytope of all splits of the whole that meet the limits.

    Cost O(pivots x rows x columns) in fractions; a whole has a handful of atoms and limits.
    """

    def __init__(self, atom_count: int, limits: Sequence[ShareLimit]) -> None:
        self.atom_count = atom_count
        rows, right = _inequalities(atom_count, limits)
        self._fill(rows, right)
        self.feasible = self._first_phase()

    def _fill(self, rows: list[list[Fraction]], right: list[Pair]) -> None:
        """Equations with one slack for each inequality and one artificial variable for each row."""
        count, slacks = len(rows), len(rows) - 1
        self.artificial = self.atom_count + slacks
        self.rows: list[list[Fraction]] = []
        self.right: list[Pair] = []
        for at, (row, value) in enumerate(zip(rows, right, strict=True)):
            # The first row is the equation "all atoms sum to 1"; it has no slack.
            full = row + [ONE if at == slack + 1 else ZERO for slack in range(slacks)]
            if value < _NONE:
                full, value = [-x for x in full], (-value[0], -value[1])
            self.rows.append(full + [ONE if at == other else ZERO for other in range(count)])
            self.right.append(value)
        self.basis = [self.artificial + at for at in range(count)]

    def _first_phase(self) -> bool:
        value = self._minimise([ZERO] * self.artificial + [ONE] * len(self.rows), self.artificial + len(self.rows))
        if value > _NONE:
            return False
        for at, column in enumerate(self.basis):
            if column >= self.artificial:
                self._drive_out(at)
        return True

    def _drive_out(self, at: int) -> None:
        """Swaps an artificial variable at zero for a real one; a row without any is redundant and stays inert."""
        for column in range(self.artificial):
            if self.rows[at][column] != ZERO:
                self._pivot(at, column)
                return

    def _minimise(self, costs: list[Fraction], usable: int) -> Pair:
        reduced = list(costs)
        value = _NONE
        for row, right, column in zip(self.rows, self.right, self.basis, strict=True):
            cost = costs[column]
            if cost:
                reduced = _less(reduced, cost, row)
                value = (value[0] + cost * right[0], value[1] + cost * right[1])
        while True:
            enter = next((c for c in range(usable) if reduced[c] < ZERO), None)
            if enter is None:
                return value
            leave = self._leaving(enter)
            step = reduced[enter]
            self._pivot(leave, enter)
            reduced = _less(reduced, step, self.rows[leave])
            right = self.right[leave]
            value = (value[0] + step * right[0], value[1] + step * right[1])

    def _leaving(self, enter: int) -> int:
        """The row with the least ratio, ties by the least variable (Bland). The polytope is bounded, so one exists."""
        best: tuple[Pair, int, int] | None = None
        for at, row in enumerate(self.rows):
            if row[enter] > ZERO:
                right = self.right[at]
                ratio = (right[0] / row[enter], right[1] / row[enter])
                if best is None or (ratio, self.basis[at]) < best[:2]:
                    best = (ratio, self.basis[at], at)
        assert best is not None, "shares of one whole are bounded"
        return best[2]

    def _pivot(self, at: int, column: int) -> None:
        scale = self.rows[at][column]
        if scale != ONE:
            self.rows[at] = [x / scale if x else x for x in self.rows[at]]
            self.right[at] = (self.right[at][0] / scale, self.right[at][1] / scale)
        row, right = self.rows[at], self.right[at]
        for other, line in enumerate(self.rows):
            factor = line[column]
            if other != at and factor:
                self.rows[other] = _less(line, factor, row)
                old = self.right[other]
                self.right[other] = (old[0] - factor * right[0], old[1] - factor * right[1])
        self.basis[at] = column

    def least(self, atoms: frozenset[int], sign: int = 1) -> Pair:
        """The least value of `sign` times the sum over `atoms`, as (number, multiple of e)."""
        count = self.artificial + len(self.rows)
        costs = [Fraction(sign) if c in atoms and c < self.atom_count else ZERO for c in range(count)]
        return self._minimise(costs, self.artificial)

    def range_of(self, atoms: frozenset[int]) -> Bound:
        """Least and greatest sum over `atoms`; an end is open where no split attains it."""
        low = self.least(atoms)
        high = self.least(atoms, -1)
        return Bound(low[0], -high[0], low[1] != ZERO, high[1] != ZERO)

    def minimum(self, costs: Sequence[Fraction]) -> tuple[Fraction, list[Fraction]]:
        """The least weighted sum of the atoms, with a split that attains it; open ends count as attained."""
        rest = [ZERO] * (self.artificial + len(self.rows) - self.atom_count)
        value = self._minimise([*costs, *rest], self.artificial)
        point = [ZERO] * self.atom_count
        for right, column in zip(self.right, self.basis, strict=True):
            if column < self.atom_count:
                point[column] = right[0]
        return value[0], point


def _less(line: list[Fraction], factor: Fraction, row: list[Fraction]) -> list[Fraction]:
    """A row minus a multiple of another; most entries are 0, and a sum of fractions is dear."""
    return [x - factor * y if y else x for x, y in zip(line, row, strict=True)]


def _inequalities(atom_count: int, limits: Sequence[ShareLimit]) -> tuple[list[list[Fraction]], list[Pair]]:
    """The equation of the whole first, then each limit as rows "<="."""
    rows: list[list[Fraction]] = [[ONE] * atom_count]
    right: list[Pair] = [(ONE, ZERO)]
    for limit in limits:
        line = [ONE if at in limit.atoms else ZERO for at in range(atom_count)]
        bound = limit.bound
        if bound.high < ONE or bound.high_open:
            rows.append(line)
            right.append((bound.high, -ONE if bound.high_open else ZERO))
        if bound.low > ZERO or bound.low_open:
            rows.append([-x for x in line])
            right.append((-bound.low, -ONE if bound.low_open else ZERO))
    return rows, right


def smallest_conflict(atom_count: int, limits: Sequence[ShareLimit]) -> list[int]:
    """Indexes of limits that exclude each other, none of which can be left out; empty where a split meets all.

    Deletion filter: each limit is dropped where the others still conflict. Which of several such sets is found
    depends on the order of the limits alone.
    """
    kept = list(range(len(limits)))
    if Tableau(atom_count, limits).feasible:
        return []
    for at in range(len(limits)):
        fewer = [k for k in kept if k != at]
        if not Tableau(atom_count, [limits[k] for k in fewer]).feasible:
            kept = fewer
    return kept


NOTHING_SAID = Whole(())
"""A whole of which nothing is published: every share is [0, 1]."""
