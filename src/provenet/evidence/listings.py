"""Which lists a party is on, on one day: an entry that ended says "was listed", never "is listed".

A list says nothing of who is not on it, unless a source gave the whole list: then who has no running entry is not on
it from that day on, until a later row says otherwise. Source: own, decision 0013.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from provenet.case.rows import ListingRow
from provenet.core.ids import fold
from provenet.core.tri import Tri
from provenet.evidence.intervals import with_ends
from provenet.policy.terms import Listing, list_name


@dataclass(frozen=True)
class Entry:
    """One entry of a list over [from_on, to_on); `category` None is everything the party makes."""

    row_id: str
    list_name: str
    party: str | None
    category: str | None = None
    from_on: date | None = None
    to_on: date | None = None
    whole_on: date | None = None

    def subject(self) -> tuple[object, ...]:
        """What two rows on one entry share, as one source gave it at two times."""
        return self.list_name, self.party, self.category, self.from_on

    def runs_on(self, day: date) -> bool:
        """Whether the entry stands on a day."""
        return (self.from_on is None or self.from_on <= day) and (self.to_on is None or day < self.to_on)


@dataclass
class Listings:
    """The entries of every list, by party and product category."""

    day: date
    by_party: dict[str, list[Entry]] = field(default_factory=dict)
    whole: dict[str, date] = field(default_factory=dict)
    has_categories: bool = False

    @staticmethod
    def on(entries: Iterable[Entry], day: date) -> Listings:
        """The entries as a day sees them; the end that one row gives applies to its entry. Cost O(entries)."""
        made = Listings(day)
        for entry in with_ends(entries, Entry.subject, lambda one: one.whole_on):
            if entry.whole_on is not None and entry.whole_on <= day:
                made.whole[entry.list_name] = max(entry.whole_on, made.whole.get(entry.list_name, entry.whole_on))
            if entry.party is not None:
                made.by_party.setdefault(entry.party, []).append(entry)
                made.has_categories |= entry.category is not None
        return made

    def of(self, party: str, category: str | None) -> Listing:
        """What is known of a party's place on lists. Cost O(its entries).

        On a list: an entry runs that day and is for everything, or for this category. Off it: every entry ended or
        had not begun, or the whole list was read and does not name it, neither then nor by an entry that began
        later. Else not known.
        """
        on, off, perhaps = set(), set(self.whole), set()
        for name, entries in self._by_list(party).items():
            for entry in entries:
                runs = self._runs(entry, entries)
                matches = entry.category is None or (category is not None and fold(category) == fold(entry.category))
                if runs is False or (category is not None and not matches):
                    off.add(name)
                elif runs is True and matches:
                    on.add(name)
                else:
                    perhaps.add(name)
        return Listing(frozenset(on), frozenset(off - on - perhaps))

    def standing(self, party: str, name: str) -> Tri:
        """Whether a party has an entry of one list that day, for any product; None where that is not known."""
        entries = self._by_list(party).get(name, [])
        found = [self._runs(entry, entries) for entry in entries]
        return True if True in found else None if None in found else False

    def _by_list(self, party: str) -> dict[str, list[Entry]]:
        made: dict[str, list[Entry]] = {}
        for entry in self.by_party.get(party, ()):
            made.setdefault(entry.list_name, []).append(entry)
        return made

    def _runs(self, entry: Entry, beside: Iterable[Entry]) -> Tri:
        """Whether an entry runs that day; one that a later whole list leaves out has ended, unless it began later."""
        if not entry.runs_on(self.day):
            return False
        last = self.whole.get(entry.list_name)
        if last is None or entry.to_on is not None or any(other.whole_on == last for other in beside):
            return True
        return None if entry.from_on is None else entry.from_on > last

    def rows(self, party: str) -> list[str]:
        """The rows that speak of a party, as inputs of a verdict."""
        return sorted(f"listing:{entry.row_id}" for entry in self.by_party.get(party, ()))


def entry_of_row(row: ListingRow) -> Entry:
    """A stored row of the table `listing`."""
    return Entry(
        row_id=row["row_id"],
        list_name=list_name(row["list_name"]),
        party=row["party_id"],
        category=row["product_category"],
        from_on=row["from_on"],
        to_on=row["to_on"],
        whole_on=row["whole_on"],
    )
