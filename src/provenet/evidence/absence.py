"""Searches that found nothing: what lets a case say no where a record is absent, with a day and a source.

That nothing is on record says nothing. A search on a day in a named place, that found nothing, covers the days up to it
(or from a first day on); it answers for no later day. A record that stands always goes before a search.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from provenet.case.rows import AbsenceRow
from provenet.core.ids import fold
from provenet.core.wording import day


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
