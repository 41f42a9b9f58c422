"""Which lists a party is on, on one day: an entry that ended says "was listed", never "is listed".

A list says nothing of who is not on it, unless a source gave the whole list: then who has no running entry is not on
it from that day on, until a later row says otherwise. Source: own, decision 0013.

Also which vendors a word of an option means: one by its name, or a group, all seated in a country or on a list.
`seat:CN` (also `country:CN`) is every vendor of the case with its seat there, `list:NAME` every vendor with an entry of
the list on the day, whatever product it is for. A group holds what is on record. A vendor whose seat is not known may
be of it or not: it is named beside the members, and its equipment counts as of unknown standing. A company owned by a
member is none of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from provenet.case.asof import as_known, in_roles
from provenet.case.parties import VENDOR, PartyNames
from provenet.case.rows import ListingRow, iter_rows_of
from provenet.core import wording
from provenet.core.countries import countries
from provenet.core.errors import UsageFault, clip, nearest
from provenet.core.grouping import grouped
from provenet.core.ids import fold
from provenet.core.tri import Tri
from provenet.evidence.ownership import with_ends
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
        return grouped((entry.list_name, entry) for entry in self.by_party.get(party, ()))

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


READS = ("party", "identifier", "succession", "listing", "source")
"""The tables that `VendorWords` reads, whole."""
SHOWN = 10
"""Vendors whose membership is not known that words name; the others are counted."""
SEAT, COUNTRY, LIST = "seat:", "country:", "list:"
"""How the words of groups begin."""


@dataclass(frozen=True)
class VendorGroup:
    """The vendors that one word means on a day, in order of their names; `kind` is empty where it names one vendor."""

    word: str
    kind: str
    as_of: date
    vendor_ids: tuple[str, ...]
    names: tuple[str, ...]
    uncertain: tuple[str, ...] = ()
    """The names of vendors of which it is not known whether they are members."""
    seat: str | None = None
    uncertain_ids: tuple[str, ...] = ()

    @property
    def says(self) -> str:
        """The group with its members on the day, in words; of one vendor its name."""
        if not self.kind:
            return self.names[0]
        what = "not known whether still listed" if self.seat is None else "seat not known"
        shown = list(self.uncertain[:SHOWN])
        if len(self.uncertain) > SHOWN:
            shown.append(f"{wording.count(len(self.uncertain) - SHOWN, 'other')}")
        left = f"; {what}: {wording.series(shown)}" if shown else ""
        return f"{self.kind} ({wording.series(self.names)}, on {wording.day(self.as_of)}{left})"


class VendorWords:
    """The vendors that words of options mean, by the rows of a case on a day, as known on another."""

    def __init__(self, tables: Mapping[str, pl.DataFrame], as_of: date, known_on: date | None) -> None:
        self.as_of = as_of
        rows = (tables[name].iter_rows(named=True) for name in ("party", "identifier", "succession"))
        self.resolver = PartyNames.of(*rows)
        self._names: dict[str, str] = dict(tables["party"].select("party_id", "name").iter_rows())
        vendors = in_roles(tables["party"], as_of, known_on).filter(role="vendor").select("party_id", "country")
        self._seats: dict[str, str | None] = dict(vendors.iter_rows())
        known = as_known("listing", tables["listing"], tables["source"], day=known_on)
        self._spelled = {list_name(name): name for name in sorted(known["list_name"].unique())}
        self._lists = Listings.on([entry_of_row(row) for row in iter_rows_of(ListingRow, known)], as_of)

    def groups(self, words: Iterable[str], option: str) -> list[VendorGroup]:
        """What each word means. Raises UsageFault for a vendor, country or list nobody has, and a group of none."""
        return [self.group(word, option) for word in words]

    def group(self, word: str, option: str) -> VendorGroup:
        """What one word means; raises as `groups`."""
        text = word.strip()
        for mark in (SEAT, COUNTRY):
            if text.startswith(mark):
                return self._seated(word, text.removeprefix(mark).strip(), option)
        if text.startswith(LIST):
            return self._listed(word, text.removeprefix(LIST).strip(), option)
        return self._made(word, "", [self.resolver.resolve(word, option, VENDOR)])

    def _made(
        self, word: str, kind: str, ids: Iterable[str], *, uncertain: Iterable[str] = (), seat: str | None = None
    ) -> VendorGroup:
        def named(one: str) -> str:
            return self._names.get(one, one)

        members = tuple(sorted(set(ids), key=lambda one: (named(one).casefold(), one)))
        open_ids = tuple(sorted(set(uncertain), key=lambda one: (named(one).casefold(), one)))
        return VendorGroup(
            word=word,
            kind=kind,
            as_of=self.as_of,
            vendor_ids=members,
            names=tuple(map(named, members)),
            uncertain=tuple(map(named, open_ids)),
            seat=seat,
            uncertain_ids=open_ids,
        )

    def _seated(self, word: str, text: str, option: str) -> VendorGroup:
        code = countries().code(text) or text.upper()
        found = [vendor for vendor, seat in self._seats.items() if seat == code]
        if not found:
            seats = sorted({seat for seat in self._seats.values() if seat})
            spelled = {name: seat for seat in seats for name in (seat, countries().name(seat) or seat)}
            close = nearest(text, spelled)
            hint = f" Nearest: {SEAT}{spelled[close]}." if close else f" Seats on record: {', '.join(seats) or 'none'}."
            raise UsageFault(
                f"{option}: the case knows no vendor with its seat in this country; found {clip(word)!r}.{hint}"
            )
        unknown = [vendor for vendor, seat in self._seats.items() if seat is None]
        kind = f"vendors seated in {countries().name(code) or code}"
        return self._made(word, kind, found, uncertain=unknown, seat=code)

    def _listed(self, word: str, text: str, option: str) -> VendorGroup:
        name = list_name(text)
        if name not in self._spelled:
            close = nearest(text, self._spelled.values())
            lists = ", ".join(self._spelled.values()) or "none"
            hint = f"Nearest: {LIST}{close}." if close else f"Lists on record: {lists}."
            raise UsageFault(f"{option}: the case has no list of this name; found {clip(word)!r}. {hint}")
        standing = {party: self._lists.standing(party, name) for party in self._seats}
        found = [party for party, stands in standing.items() if stands is True]
        uncertain = [party for party, stands in standing.items() if stands is None]
        if not found:
            sentence = f"{option}: no vendor of the case is known to be on this list on {self.as_of}"
            open_names = wording.series(sorted(self._names.get(one, one) for one in uncertain))
            hint = f" Not known whether still listed: {open_names}." if uncertain else ""
            raise UsageFault(f"{sentence}; found {clip(word)!r}.{hint}")
        return self._made(word, f"vendors on the list {self._spelled[name]}", found, uncertain=uncertain)
