"""Questions that a policy cannot tell apart between two screenings, so that one of them stands for all.

A vendor or carrier is *plain* if no rule names it and no row that a rule may use is about it. Plain ones from one
country get the same answer to the same question, whatever is carried over from one screening to the other.
"""

from collections.abc import Hashable, Iterable, Mapping
from functools import cached_property

import polars as pl

from provenet.core.ids import fold
from provenet.evidence.comparison import Comparison
from provenet.evidence.replay import Change, Question
from provenet.policy.pack import rule_facts, rule_names

_ABOUT = {
    "ownership": ("owner_id", "owned_id"),
    "succession": ("predecessor_id", "successor_id"),
    "listing": ("party_id",),
    "absence": ("party_id",),
    "market_share": ("vendor_ids", "carrier_id"),
}
"""Columns that name the parties a row is about; a claim counts by its fact."""


class Equivalence:
    """Which parties are plain between two screenings."""

    def __init__(self, comparison: Comparison, questions: Iterable[Question]) -> None:
        self._comparison = comparison
        self._carriers = sorted({question[1] for question in questions if question[1] is not None})

    @cached_property
    def distinguished(self) -> frozenset[str]:
        """The parties that a rule or a row may tell from others. Cost O(rows)."""
        comparison = self._comparison
        found: set[str] = set()
        for name, columns in _ABOUT.items():
            for every in comparison.seen.get(name, ()):
                rows = every.filter(pl.col("carrier_id").is_in(self._carriers)) if name == "market_share" else every
                for column in columns:
                    values = rows[column].explode() if rows.schema[column] == pl.List(pl.String) else rows[column]
                    found |= set(values.drop_nulls().to_list())
        facts = {fold(fact) for rule in comparison.rules for fact in rule_facts(rule)}
        for rows in comparison.seen["claim"]:
            for fact, vendors in rows.select("fact", "vendor_ids").iter_rows():
                found |= set(vendors) if fold(fact or "") in facts else set()
        return frozenset(found | self._named() | self._moved())

    def _named(self) -> set[str]:
        words, found = rule_names(self._comparison.rules), set()
        for name, columns in (("party", ("party_id", "name")), ("identifier", ("party_id", "value"))):
            for rows in self._comparison.seen[name]:
                for party, text in rows.select(columns).iter_rows():
                    if fold(party) in words or fold(text) in words:
                        found.add(party)
        return found

    def _moved(self) -> set[str]:
        """Parties that have rows of their own on one side only."""
        moved: set[str] = set()
        for name in ("party", "identifier"):
            old, new = self._comparison.seen[name]
            for rows, other in ((old, new), (new, old)):
                moved |= set(rows.join(other, on="row_id", how="anti")["party_id"])
        return moved

    @cached_property
    def _country_of(self) -> dict[str, str | None]:
        return {
            p: c for rows in self._comparison.seen["party"] for p, c in rows.select("party_id", "country").iter_rows()
        }

    def mark(self, question: Question) -> tuple[Hashable, ...]:
        """Equal marks: one answer for both questions. A plain vendor counts by its country, a plain carrier for any."""
        vendor, carrier, *rest = question
        apart = self.distinguished
        who = vendor if vendor is None or vendor in apart else ("plain", self._country_of.get(vendor))
        where = carrier if carrier is None or carrier in apart else ("plain",)
        return (who, where, *rest)

    def groups(self, changed: Mapping[Question, Change]) -> Iterable[list[Question]]:
        """Changed questions, those of one mark and one change together."""
        made: dict[Hashable, list[Question]] = {}
        for question, change in changed.items():
            made.setdefault((self.mark(question), change), []).append(question)
        return made.values()
