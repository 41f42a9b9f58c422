"""A small exact linear programme over shares: least and greatest value of a sum of atoms, open ends included.

The atoms are non-negative and sum to 1; each published share bounds the sum over a set of atoms. The method is the
two-phase simplex with Bland's rule in exact fractions, so it ends on every instance and rounds nothing. An open end is
an infinitesimal e > 0: "more than 1/2" is "at least 1/2 + e". Right-hand sides are pairs (number, multiple of e)
compared in that order; the optimum then tells an open end apart from a closed one: the value is attained exactly
where its multiple of e is zero. Sources: R. G. Bland, Math. Oper. Res. 2 (1977) 103-107; open ends: own, decision 0007.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from provenet.dependence.intervals import ONE, ZERO, Bound

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
        costs = [ZERO] * self.artificial + [ONE] * len(self.rows)
        value = self._minimise(costs, self.artificial + len(self.rows))
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
