"""Who controls whom on a day, who a party is under another name, and what a search that found nothing lets a case say.

Control is the closure of stakes above a threshold and of stated control. Chains multiply nothing: control passes
through each link that is control by itself. Cycles are walked once. A stake whose size is not known makes control
unknown, never absent; and so does a party whose owners are not on record. Its owners are on record where a source
states control, where the stakes on record leave too little for another to control it, where a source searched and found
none, and of a state.

Two names that a row calls the same are one party too, until a row calls them different. A renamed party is one party
for every rule, claim, list and stake, whichever of its names a row uses. A merged party keeps what was said of it; from
the day of the merger its successor controls it. Source: own, decision 0013.

That nothing is on record says nothing. A search on a day in a named place, that found nothing, covers the days up to it
(or from a first day on); it answers for no later day. A record that stands always goes before a search.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from math import fsum
from typing import Protocol, TypeVar

from provenet.case.parties import SAME, judged
from provenet.case.rows import AbsenceRow, OwnershipRow, SuccessionRow
from provenet.core.ids import fold
from provenet.core.tri import Tri
from provenet.core.wording import day
from provenet.policy.terms import Group


class Ending(Protocol):
    """A frozen dataclass of one row with the first day on which it no longer stands; None is still standing."""

    @property
    def to_on(self) -> date | None:
        """The first day after."""


Row = TypeVar("Row", bound=Ending)


def with_ends(
    rows: Iterable[Row], same: Callable[[Row], Hashable], seen_on: Callable[[Row], date | None] = lambda _row: None
) -> list[Row]:
    """The rows, where one without an end takes the latest end that another row tells of the same thing.

    A source that is read again later gives the end of what it once gave as running: both rows stay in the case. Rows
    with an end keep it, and so does a row without one that saw the thing stand on that day or later (`seen_on`). `same`
    gives what makes two rows tell of one thing; it must hold the day of the beginning.
    Cost O(rows).
    """
    every = list(rows)
    ends: dict[Hashable, date] = {}
    for row in every:
        if row.to_on is not None:
            key = same(row)
            ends[key] = max(row.to_on, ends.get(key, row.to_on))
    if not ends:
        return every
    return [_ended(row, ends.get(same(row)), seen_on(row)) for row in every]


def _ended(row: Row, end: date | None, seen: date | None) -> Row:
    if row.to_on is not None or end is None or (seen is not None and seen >= end):
        return row
    return replace(row, to_on=end)  # type: ignore[type-var]


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


@dataclass
class Succession:
    """One id per renamed party, and mergers as stated control."""

    canon_of: dict[str, str] = field(default_factory=dict)
    renamed_away: set[str] = field(default_factory=set)
    mergers: list[Stake] = field(default_factory=list)

    @staticmethod
    def of(rows: Iterable[SuccessionRow]) -> Succession:
        """Reads rows of the table `succession`; circles of renames are one party. Cost O(rows)."""
        links: dict[str, set[str]] = {}
        made = Succession()
        rows = list(rows)
        holds = judged(rows)
        for row in rows:
            before, after = row["predecessor_id"], row["successor_id"]
            same = row["how"] == SAME and holds[frozenset((before, after))] == SAME
            if row["how"] == "rename" or same:
                made.renamed_away |= {before} if row["how"] == "rename" else set()
                links.setdefault(before, set()).add(after)
                links.setdefault(after, set()).add(before)
            elif row["how"] == "merger":
                # Whether a merger without a day has happened by a day is not known: it may be control.
                stated = None if row["from_on"] is None else "yes"
                stake = Stake(after, before, None, None, stated, row["from_on"], row=f"succession:{row['row_id']}")
                made.mergers.append(stake)
        for party in sorted(links):
            if party not in made.canon_of:
                made._name(party, links)
        made.mergers = [made.renamed(stake) for stake in made.mergers]
        return made

    def _name(self, party: str, links: Mapping[str, set[str]]) -> None:
        group, todo = {party}, [party]
        while todo:
            for other in links[todo.pop()]:
                if other not in group:
                    group.add(other)
                    todo.append(other)
        for one in group:
            self.canon_of[one] = min(group)

    def canon(self, party: str) -> str:
        """The one id that stands for a party under all its names."""
        return self.canon_of.get(party, party)

    def renamed(self, stake: Stake) -> Stake:
        """A stake between parties under the ids that stand for them."""
        return stake.between(self.canon(stake.owner), self.canon(stake.owned))


@dataclass(frozen=True)
class Search:
    """One search that found nothing; `party` None is every party, `fact` None a search for owners.

    A row that seeks a fact and names none has the fact "", which no rule tests: it says nothing.
    """

    party: str | None
    fact: str | None
    searched_in: str
    from_on: date | None
    searched_on: date
    row: str

    def covers(self, party: str, on: date) -> bool:
        """Whether the search speaks of a party on a day."""
        return self.party in (None, party) and (self.from_on is None or self.from_on <= on) and on <= self.searched_on

    @property
    def says(self) -> str:
        """The search in words."""
        return f"searched on {day(self.searched_on)} in {self.searched_in}, none found"


def found_nothing(searches: Iterable[Search], party: str, on: date, *, fact: str | None) -> Search | None:
    """The last search for a fact, or for owners, that covers a party on a day."""
    wanted = None if fact is None else fold(fact)
    hits = [s for s in searches if (None if s.fact is None else fold(s.fact)) == wanted and s.covers(party, on)]
    return max(hits, key=lambda search: (search.searched_on, search.row), default=None)


def search_of_row(row: AbsenceRow) -> Search:
    """A stored row of the table `absence`."""
    return Search(
        party=row["party_id"],
        fact=(row["fact"] or "") if row["sought"] == "fact" else None,
        searched_in=row["searched_in"],
        from_on=row["from_on"],
        searched_on=row["searched_on"],
        row=f"absence:{row['row_id']}",
    )
