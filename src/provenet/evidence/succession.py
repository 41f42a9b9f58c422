"""Who a party is under another name, and who absorbed it.

Two names that a row calls the same are one party too, until a row calls them different.

A renamed party is one party for every rule, claim, list and stake, whichever of its names a row uses. A merged party
keeps what was said of it; from the day of the merger its successor controls it. Source: own, decision 0013.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from provenet.case.parties import SAME, judged
from provenet.case.rows import SuccessionRow
from provenet.evidence.ownership import Stake


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
