"""Which lists a party is on, on one day: an entry that ended says "was listed", never "is listed".

A list says nothing of who is not on it, unless a source gave the whole list: then who has no running entry is not on
it from that day on, until a later row says otherwise. Source: own, decision 0013.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from provenet.core.ids import fold
from provenet.evidence.terms import Listing, list_name


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

    def runs_on(self, day: date) -> bool:
        """Whether the entry stands on a day."""
        return (self.from_on is None or self.from_on <= day) and (self.to_on is None or day < self.to_on)


@dataclass
class Listings:
    """The entries of every list, asked per party and product category."""

    day: date
    by_party: dict[str, list[Entry]] = field(default_factory=dict)
    whole: frozenset[str] = frozenset()
    has_categories: bool = False

    @staticmethod
    def on(entries: Iterable[Entry], day: date) -> Listings:
        """The entries as a day sees them. Cost O(entries)."""
        made = Listings(day)
        whole = set()
        for entry in entries:
            if entry.whole_on is not None and entry.whole_on <= day:
                whole.add(entry.list_name)
            if entry.party is not None:
                made.by_party.setdefault(entry.party, []).append(entry)
                made.has_categories |= entry.category is not None
        made.whole = frozenset(whole)
        return made

    def of(self, party: str, category: str | None) -> Listing:
        """What is known of a party's place on lists. Cost O(its entries).

        On a list: an entry runs that day and is for everything, or for this category. Off it: every entry ended or
        had not begun, or the whole list was read and names the party not at all. Else not known.
        """
        on, off, perhaps = set(), set(self.whole), set()
        for entry in self.by_party.get(party, ()):
            if not entry.runs_on(self.day):
                off.add(entry.list_name)
            elif entry.category is None or (category is not None and fold(category) == fold(entry.category)):
                on.add(entry.list_name)
            elif category is None:
                perhaps.add(entry.list_name)
            else:
                off.add(entry.list_name)
        return Listing(frozenset(on), frozenset(off - on - perhaps))

    def rows(self, party: str) -> list[str]:
        """The rows that speak of a party, as inputs of a verdict."""
        return sorted(f"listing:{entry.row_id}" for entry in self.by_party.get(party, ()))


def entry_of_row(row: Mapping[str, object]) -> Entry:
    """A stored row of the table `listing`."""

    def day(name: str) -> date | None:
        value = row.get(name)
        return value if isinstance(value, date) else None

    return Entry(
        str(row["row_id"]),
        list_name(str(row["list_name"])),
        str(row["party_id"]) if row.get("party_id") else None,
        str(row["product_category"]) if row.get("product_category") else None,
        day("from_on"),
        day("to_on"),
        day("whole_on"),
    )
