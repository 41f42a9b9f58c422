"""A policy applied anew between two screenings, of a few questions only, with any part of what differs carried over.

Only rows that can bear on the questions are kept, so that a screening takes milliseconds whatever the size of the case.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from provenet.case.difference import QUESTION
from provenet.case.profiles import facts_text, pairs_of
from provenet.case.tables import empty
from provenet.core.ids import fold
from provenet.evidence.comparison import FIXED, ChangedElement, Comparison, chain_of
from provenet.evidence.screen import Screening
from provenet.policy.pack import rule_facts, rule_names

Question = tuple[str | None, ...]
"""One question by the columns `QUESTION` of its verdict."""
Decision = tuple[str, str | None]
"""An outcome and the rule that decided."""
Change = tuple[Decision, Decision]
"""A decision before and after."""
_APART = (
    "asset_id",
    "unit_count",
    "row_id",
    "source_id",
    "file_id",
    "locator",
    "reading",
    "checked_on",
    "note",
    "run_id",
    "row_count",
)
"""Columns of an asset that no question asks about."""


def question_of(row: Mapping[str, object]) -> Question:
    """The question a row of `verdict` answers."""
    return tuple(_word(row.get(column)) for column in QUESTION)


def _word(value: Any) -> str | None:
    return facts_text(pairs_of(value)) if isinstance(value, list) else None if value is None else str(value)


class Replay:
    """Some questions that rest on the same rules, and the elements that may bear on them."""

    def __init__(self, comparison: Comparison, questions: Sequence[Question], rules: Collection[str]) -> None:
        self._comparison = comparison
        self.questions = frozenset(questions)
        self._vendors = sorted({q[0] for q in questions if q[0] is not None})
        self._carriers = sorted({q[1] for q in questions if q[1] is not None})
        self._chain = chain_of(comparison, self._vendors)
        used = [rule for rule in comparison.rules if rule.id in rules]
        self._facts = frozenset(fold(fact) for rule in used for fact in rule_facts(rule))
        self._words = rule_names(comparison.rules)
        self._parts = {name: self._part(name) for name in comparison.seen}
        self._row_ids = {name: {one for rows in part for one in rows["row_id"]} for name, part in self._parts.items()}
        self.elements = [element for element in comparison.elements if self._bears(element, rules)]
        self._fixed = {name: rows for name, rows in comparison.new.tables.items() if name in FIXED}
        self._fixed["asset"] = self._assets()
        self._answers: dict[frozenset[str], Mapping[Question, Decision]] = {}

    def _part(self, name: str) -> tuple[pl.DataFrame, pl.DataFrame]:
        """A table's rows that may bear on the questions, on both sides."""
        old, new = self._comparison.seen[name]
        if name == "claim":
            kept = self._claims(pl.concat([old, new]))
            return old.filter(pl.col("claim_id").is_in(kept)), new.filter(pl.col("claim_id").is_in(kept))
        chain, everyone = sorted(self._chain), pl.lit(True)
        bears = {
            "ownership": pl.col("owned_id").is_in(chain),
            "absence": pl.col("party_id").is_null() | pl.col("party_id").is_in(chain),
            "listing": pl.col("party_id").is_null() | pl.col("party_id").is_in(chain),
            "market_share": pl.col("vendor_ids").list.eval(pl.element().is_in(chain)).list.any()
            & pl.col("carrier_id").is_in(self._carriers),
        }.get(name, everyone)
        return self._cast(name, old.filter(bears)), self._cast(name, new.filter(bears))

    def _claims(self, rows: pl.DataFrame) -> list[str]:
        """Claims on a fact that the rules test about these vendors, and those linked to them as answers."""
        kept: set[str] = set()
        links: dict[str, set[str]] = {}
        columns = ("claim_id", "fact", "vendor_ids", "answers_claim_id")
        for claim, fact, vendors, answers in rows.select(columns).iter_rows():
            about = self._chain & set(vendors) or any(v == "all" or v.startswith("country:") for v in vendors)
            if about and fold(fact or "") in self._facts:
                kept.add(claim)
            if answers:
                links.setdefault(claim, set()).add(answers)
                links.setdefault(answers, set()).add(claim)
        todo = list(kept)
        while todo:
            for other in links.get(todo.pop(), ()):
                if other not in kept:
                    kept.add(other)
                    todo.append(other)
        return sorted(kept)

    def _cast(self, name: str, rows: pl.DataFrame) -> pl.DataFrame:
        """The parties: other vendors lose their part in the questions, other carriers leave, names stay."""
        if name != "party":
            return rows
        named = [fold(text) in self._words for text in rows["name"].to_list()]
        stays = pl.col("party_id").is_in([*self._carriers, *self._chain]) | pl.Series(named, dtype=pl.Boolean)
        others = (pl.col("role") == "vendor") & ~pl.col("party_id").is_in(sorted(self._chain))
        kept = rows.filter((pl.col("role") != "carrier") | stays)
        return kept.with_columns(role=pl.when(others).then(pl.lit("other")).otherwise(pl.col("role")))

    def _bears(self, element: ChangedElement, rules: Collection[str]) -> bool:
        if element.table == "rule":
            return element.row_id in rules or not element.row_id
        if element.table in ("assumed", "day"):
            return True
        if element.table == "party":
            row = self._row(element)
            names = {fold(str(row["name"])), fold(str(row["party_id"]))}
            return row["party_id"] in {*self._chain, *self._carriers} or bool(names & self._words)
        if element.table == "identifier":
            row = self._row(element)
            names = {fold(str(row["value"])), fold(str(row["party_id"]))}
            return row["party_id"] in self._chain or bool(names & self._words)
        return element.row_id in self._row_ids[element.table]

    def _row(self, element: ChangedElement) -> Mapping[str, object]:
        return self._comparison.stored[element.table, element.row_id]

    def _assets(self) -> pl.DataFrame:
        """One asset per distinct profile among those in question, from both sides."""
        sides = [
            side.tables["asset"] for side in (self._comparison.old, self._comparison.new) if "asset" in side.tables
        ]
        if not sides:
            return empty("asset")
        rows = pl.concat(sides[:1] if sides[0] is sides[-1] else sides).filter(
            pl.col("vendor_id").is_in(sorted(self._chain)),
            pl.col("asset_class").is_in(sorted({str(q[2]) for q in self.questions})),
        )
        if self._carriers:
            rows = rows.filter(pl.col("carrier_id").is_in(self._carriers))
        alike = [c for c in rows.columns if c not in _APART]
        return rows.sort(alike, nulls_last=True).unique(alike, keep="first", maintain_order=True)

    def answers(self, applied: frozenset[str]) -> Mapping[Question, Decision]:
        """What the policy says of each question with these elements, by ref, carried over to the old screening."""
        key = applied & frozenset(element.ref for element in self.elements)
        if key not in self._answers:
            self._answers[key] = self._answers_with(key)
        return self._answers[key]

    def _answers_with(self, applied: frozenset[str]) -> Mapping[Question, Decision]:
        tables = dict(self._fixed)
        for name, (old, new) in self._parts.items():
            moved = [e.row_id for e in self.elements if e.table == name and e.ref in applied]
            tables[name] = old
            if moved:
                carried = pl.col("row_id").is_in(moved)
                tables[name] = pl.concat([old.filter(~carried), new.filter(carried)])
        return {q: decision for q, decision in self._screened(tables, applied).items() if q in self.questions}

    def _screened(
        self, tables: Mapping[str, pl.DataFrame], applied: Collection[str], only: str | None = None
    ) -> dict[Question, Decision]:
        comparison = self._comparison
        packs, policy = comparison.packs_with(applied, only)
        old, new = comparison.old, comparison.new
        moved = comparison.new.as_of if "day:as-of" in applied else comparison.old.as_of
        assume = dict(old.assume)
        for key in {*old.assume, *new.assume}:
            if f"assumed:{key}" in applied:
                assume.pop(key, None)
                assume |= {key: new.assume[key]} if key in new.assume else {}
        country = new.country if new.country == old.country else None
        day = comparison.day if comparison.frozen else moved
        rows = Screening(tables, as_of=day, assume=assume).verdicts(packs, policy, country)
        decided = rows.select(*QUESTION, "outcome", "rule_id").iter_rows(named=True)
        return {question_of(row): (row["outcome"], row["rule_id"]) for row in decided}

    def reached(self, rules: Iterable[str]) -> dict[Question, frozenset[str]]:
        """The rules that could hold for each question, whatever claims there were."""
        reached: dict[Question, set[str]] = {question: set() for question in self.questions}
        tables = {**self._fixed, **{name: new for name, (_, new) in self._parts.items()}}
        tables["claim"] = empty("claim")
        every = frozenset(element.ref for element in self.elements)
        for rule in rules:
            old, new = self._comparison.rule_states[rule]
            # Where a pack changed, the old or the new words of a rule may reach.
            for applied in (frozenset[str](), every) if old.when != new.when else (every,):
                decisions = self._screened(tables, applied, rule)
                for question, found in reached.items():
                    if decisions.get(question, ("", rule))[1] is not None:
                        found.add(rule)
        return {question: frozenset(found) for question, found in reached.items()}
