"""One whole and every share published of it: the tightest interval of any set of vendors, and contradictions.

Shares belong to one whole only if place, carrier, segment, measure and date are the same. Vendors that stand in the
same published sets are indistinguishable and form one atom; everybody not named forms another. Over the atoms the
tightest interval is a small exact linear programme (`simplex.py`). Passing intervals from set to set until nothing
changes would be simpler, but is tight only where the sets are nested: of A+B, B+C and A+C at 0.4 each it leaves A
anywhere in [0, 0.4], while A is exactly 0.2. Source: own, decision 0007.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from provenet.dependence.intervals import ONE, ZERO, Bound, hull_of
from provenet.dependence.simplex import ShareLimit, Tableau, smallest_conflict

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
    renaming vendors changes nothing. Cost O(4^n) at worst in contradictory shares, else a few pivots.
    """

    def __init__(self, shares: Iterable[Share], country_of: Mapping[str, str | None] | None = None) -> None:
        self.shares = tuple(sorted(shares, key=lambda s: (s.ref, sorted(s.vendors))))
        self.country_of = dict(country_of or {})
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
        clash = self._clash(rounded)
        self.conflict = tuple(rounded[at].ref for at in clash)
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
        grouped: dict[tuple[bool, ...], list[_Member]] = {}
        for member in self._members(shares, vendors):
            standing = tuple(member.inside(s.vendors) != s.complement for s in shares)
            grouped.setdefault(standing, []).append(member)
        keys = sorted(grouped)
        limits = [
            ShareLimit(frozenset(a for a, key in enumerate(keys) if key[at]), share.bound)
            for at, share in enumerate(shares)
        ]
        return [grouped[key] for key in keys], limits

    def _range(self, vendors: frozenset[str], complement: bool, readings: tuple[tuple[Share, ...], ...]) -> Bound:
        return hull_of(self._range_in(shares, vendors, complement) for shares in readings)

    def _range_in(self, shares: tuple[Share, ...], vendors: frozenset[str], complement: bool) -> Bound:
        atoms, limits = self._limits(shares, vendors)
        tableau = Tableau(len(atoms), limits)
        inside = [[m.inside(vendors) != complement for m in atom] for atom in atoms]
        # The mass of an atom that lies partly in the set may stand with either side.
        surely = frozenset(at for at, flags in enumerate(inside) if all(flags))
        maybe = frozenset(at for at, flags in enumerate(inside) if any(flags))
        low, high = tableau.range_of(surely), tableau.range_of(maybe)
        return Bound(low.low, high.high, low.low_open, high.high_open)

    def readings(self) -> list[tuple[list[int | None], list[ShareLimit]]]:
        """Each way to read the shares without contradiction: how many vendors each atom holds, and limits over atoms.

        None stands for an atom that holds vendors nobody names: their number is not known.
        """
        found = []
        for shares in self._readings:
            atoms, limits = self._limits(shares, ())
            found.append(([_vendor_count(atom) for atom in atoms], limits))
        return found

    def share_of(self, vendors: Iterable[str], *, complement: bool = False) -> Bound:
        """The tightest interval of the share of a set of vendors, or of all vendors but those."""
        return self._answer(frozenset(vendors), complement, self._readings)

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
        return sorted({share.ref for share in self.shares})

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


NOTHING_SAID = Whole(())
"""A whole of which nothing is published: every share is [0, 1]."""
