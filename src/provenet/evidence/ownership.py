"""Who controls whom on a day: the closure of stakes above a threshold and of stated control.

Chains multiply nothing: control passes through each link that is control by itself. Cycles are walked once. A stake
whose size is not known makes control unknown, never absent; and so does a party whose owners are not on record. Its
owners are on record where a source states control, where the stakes on record leave too little for another to control
it, where a source searched and found none (`absence`), and of a state.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from math import fsum

from provenet.case.rows import OwnershipRow
from provenet.core.tri import Tri
from provenet.evidence.intervals import with_ends
from provenet.policy.terms import Group

DEFAULT_THRESHOLD_SHARE = 0.5


@dataclass(frozen=True)
class Stake:
    """One stake over [from_on, to_on); shares are of votes, None where not known."""

    owner: str
    owned: str
    low_share: float | None
    high_share: float | None
    control: str | None
    from_on: date | None = None
    to_on: date | None = None
    row: str = ""

    def between(self, owner: str, owned: str) -> Stake:
        """The same stake between other ids."""
        return replace(self, owner=owner, owned=owned)

    def controls(self, threshold_share: float) -> Tri:
        """Whether the stake is control: stated, or above the threshold of the rule, which must be exceeded.

        A source that states no control speaks where the size leaves it open; it lowers no stake below a threshold.
        """
        low = self.low_share if self.low_share is not None else 0.0
        high = self.high_share if self.high_share is not None else 1.0
        if self.control == "yes" or low > threshold_share:
            return True
        return None if high > threshold_share and self.control != "no" else False

    def subject(self) -> Stake:
        """What two rows on one stake share: all but the end and the place."""
        return replace(self, to_on=None, row="")

    def held_on(self, day: date) -> bool:
        """Whether the stake is held on a day."""
        return (self.from_on is None or self.from_on <= day) and (self.to_on is None or day < self.to_on)


@dataclass
class Control:
    """Control links of one day, from the owned to the owner."""

    sure: dict[str, set[str]] = field(default_factory=dict)
    maybe: dict[str, set[str]] = field(default_factory=dict)
    rows_of: dict[str, list[str]] = field(default_factory=dict)
    settled: set[str] = field(default_factory=set)
    """Parties of which everyone who may control them is on record."""

    @staticmethod
    def on(
        stakes: Iterable[Stake],
        day: date,
        threshold_share: float = DEFAULT_THRESHOLD_SHARE,
        *,
        settled: Mapping[str, str | None] | None = None,
    ) -> Control:
        """The links among stakes held on a day; the end that one row gives applies to its stake. Cost O(stakes).

        `settled` names parties whose owners are on record for another reason, each with the row that says so, if any.
        """
        control = Control(settled=set(settled or ()))
        for party, row in (settled or {}).items():
            if row:
                control.rows_of.setdefault(party, []).append(row)
        held: dict[str, dict[str, float]] = {}
        for stake in with_ends(stakes, Stake.subject):
            if not stake.held_on(day):
                continue
            if stake.row:
                control.rows_of.setdefault(stake.owned, []).append(stake.row)
            is_control = stake.controls(threshold_share)
            if is_control is not False:
                control.maybe.setdefault(stake.owned, set()).add(stake.owner)
            if is_control is True:
                control.sure.setdefault(stake.owned, set()).add(stake.owner)
            if stake.control == "yes":
                control.settled.add(stake.owned)
            of = held.setdefault(stake.owned, {})
            of[stake.owner] = max(of.get(stake.owner, 0.0), stake.low_share or 0.0)
        control.settled |= {owned for owned, of in held.items() if 1 - fsum(of.values()) <= threshold_share}
        return control

    def group(self, party: str) -> Group:
        """All who control a party through chains: for sure, and perhaps. Cost O(links)."""
        sure, above = _climb(party, self.sure), _climb(party, self.maybe)
        return Group(frozenset(sure), frozenset(above - sure) if {party, *above} <= self.settled else None)

    def rows(self, party: str) -> list[str]:
        """The rows on who may control a party, through every chain. Cost O(links)."""
        return sorted({row for one in {party, *_climb(party, self.maybe)} for row in self.rows_of.get(one, ())})

    def controlled_from(self, party: str, country_of: Mapping[str, str | None], countries: frozenset[str]) -> Tri:
        """Whether one at the head of those who control a party sits in one of some countries; None where not known.

        The party's own seat never stands in for control. Who may or may not control is tried both ways: the answer
        stands only if it is the same. Cost O(owners x links).
        """
        above = _climb(party, self.maybe)
        sure = {one: _climb(one, self.sure) for one in {party, *above}}
        perhaps = {one: _climb(one, self.maybe) for one in sure}
        # A head is controlled by nobody but those whom it controls itself.
        heads = {one for one in sure[party] if all(one in sure[other] for other in perhaps[one])}
        if any(country_of.get(one) in countries for one in heads):
            return True
        possible = {one for one in above if all(one in perhaps[other] for other in sure[one])}
        seats = {country_of.get(one) for one in possible}
        if None in seats or not sure[party]:
            return None
        inside = {seat in countries for seat in seats}
        if inside == {False} and not {party, *above} <= self.settled:
            return None
        return inside.pop() if len(inside) == 1 else None


def _climb(party: str, links: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    todo = [party]
    while todo:
        for owner in links.get(todo.pop(), ()):
            if owner not in seen:
                seen.add(owner)
                todo.append(owner)
    seen.discard(party)
    return seen


def stake_of_row(row: OwnershipRow) -> Stake:
    """A stored row of the table `ownership`."""
    return Stake(
        owner=row["owner_id"],
        owned=row["owned_id"],
        low_share=row["low_share"],
        high_share=row["high_share"],
        control=row["control"] or None,
        from_on=row["from_on"],
        to_on=row["to_on"],
        row=f"ownership:{row['row_id']}",
    )
