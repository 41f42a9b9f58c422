"""Which rows and rules turned a verdict into another: the smallest sets that do it, found by screening anew.

A set is *sufficient* if the old screening with just this set carried over gives the new outcome, and *necessary* if the
new screening without it gives the old one back. Every set of up to three that is sufficient and holds no smaller one is
listed. It claims nothing of why anybody wrote a row. Source: own, after the flip sets of algorithms 5.9.

A replay keeps only rows that can bear on its questions, so that a screening takes milliseconds whatever the size of the
case. One question stands for all that a policy cannot tell apart: a vendor or carrier is *plain* if no rule names it
and no row that a rule may use is about it. Plain ones from one country get the same answer to the same question,
whatever is carried over from one screening to the other.
"""

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, combinations, product
from math import comb, prod
from typing import Any

import polars as pl

from provenet.case.difference import QUESTION
from provenet.case.profiles import facts_text, pairs_of
from provenet.case.tables import empty
from provenet.core.grouping import grouped
from provenet.core.ids import fold, names_in
from provenet.evidence.comparison import FIXED, ChangedElement, Comparison, Side, chain_of
from provenet.evidence.screen import Screening
from provenet.policy.pack import rule_facts, rule_names

Question = tuple[str | None, ...]
"""One question by the columns `QUESTION` of its verdict."""
Decision = tuple[str, str | None]
"""An outcome and the rule that decided."""
Change = tuple[Decision, Decision]
"""A decision before and after."""
_APART = names_in("asset_id unit_count row_id source_id file_id locator reading checked_on note run_id row_count")
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
        return grouped(((self.mark(question), change), question) for question, change in changed.items()).values()


MAX_SIZE = 3
MAX_TRIED = 1000
"""Sets of one size that are tried at most for one group of verdicts; a size with more is not begun."""
MAX_LISTED = 60
"""Sets listed per verdict; their count is never cut."""
ROW_TABLES_OF_CONTROL = ("ownership", "succession", "listing", "absence", "party", "identifier", "market_share")

Unit = tuple[ChangedElement, ...]
"""Elements that the rules cannot tell apart: carrying one of them over does what carrying all of them does."""


@dataclass(frozen=True)
class Cause:
    """One set of elements, and whether it gives the new outcome, and whether the new outcome needs it."""

    elements: tuple[ChangedElement, ...]
    sufficient: bool
    necessary: bool


@dataclass(frozen=True)
class CauseSearch:
    """The causes of one change. `searched`: sets of up to so many were all tried; `set_count`: sufficient sets in all.

    Where no set up to three is sufficient, `causes` are the single elements without which the old outcome comes back.
    """

    causes: tuple[Cause, ...]
    searched: int
    set_count: int
    is_traced: bool = True


UNTRACED = CauseSearch((), 0, 0, is_traced=False)
"""Carrying everything over does not give the outcome that is stored: the code or a pack is another one."""


def causes(old: Side, new: Side, changed: Mapping[Question, Change]) -> dict[Question, CauseSearch]:
    """For each verdict that changed from one (outcome, rule) to another, the sets of elements that did it.

    Where the rule alone changed, a set must give the new rule. Raises nothing for a policy that no pack has: its
    verdicts are untraced. Cost O(elements^3) screenings per group of verdicts that rest on the same elements; a size of
    more than `MAX_TRIED` sets is not begun, which `searched` tells. Law: no listed set holds another.
    """
    found: dict[Question, CauseSearch] = {}
    known = old.packs.find(old.policy) is not None and new.packs.find(new.policy) is not None
    for frozen in (True, False) if known else ():
        waiting = {question: change for question, change in changed.items() if question not in found}
        if waiting and (frozen or old.as_of != new.as_of):
            comparison = Comparison(old, new, frozen)
            groups = {group[0]: group for group in Equivalence(comparison, waiting).groups(waiting)}
            for replay in _replays(comparison, list(groups)):
                for question, one in _search(replay, {q: waiting[q] for q in replay.questions}).items():
                    found |= dict.fromkeys(groups[question], one)
    return {question: found.get(question, UNTRACED) for question in changed}


def _replays(comparison: Comparison, questions: Sequence[Question]) -> Iterator[Replay]:
    """Questions whose answers may rest on the same elements are replayed together."""
    in_force = [rule for rule, states in comparison.rule_states.items() if comparison.may_hold(states)]
    groups: dict[tuple[tuple[str, ...], frozenset[str]], list[Question]] = {}
    for own in grouped((question[0], question) for question in questions).values():
        whole = Replay(comparison, own, in_force)
        moving = any(element.table in ROW_TABLES_OF_CONTROL for element in whole.elements)
        reached = {} if moving else whole.reached(in_force)
        by_rules = grouped((reached.get(question, frozenset(in_force)), question) for question in own)
        for rules, some in by_rules.items():
            refs = tuple(element.ref for element in Replay(comparison, some, rules).elements)
            groups.setdefault((refs, rules), []).extend(some)
    for (_, rules), some in groups.items():
        yield Replay(comparison, some, rules)


def _search(replay: Replay, changed: Mapping[Question, Change]) -> dict[Question, CauseSearch]:
    every = frozenset(element.ref for element in replay.elements)
    before, after = replay.answers(frozenset()), replay.answers(every)
    traced = {q: change for q, change in changed.items() if (before.get(q), after.get(q)) == change}
    units = _units(replay.elements)
    minimal: dict[Question, list[tuple[Unit, ...]]] = {question: [] for question in traced}
    searched = 0
    for size in range(1, MAX_SIZE + 1):
        if comb(len(units), size) > MAX_TRIED:
            break
        searched = size
        for chosen in combinations(units, size):
            waiting = [q for q in traced if not any(set(one) <= set(chosen) for one in minimal[q])]
            if waiting:
                answers = replay.answers(frozenset(unit[0].ref for unit in chosen))
                for question in waiting:
                    if _reaches(answers.get(question), *traced[question]):
                        minimal[question].append(chosen)
    # With fewer elements than three, all sets there are were tried.
    searched = MAX_SIZE if searched >= len(units) else searched
    return {
        q: _found(replay, q, change, units=units, minimal=minimal[q], searched=searched) for q, change in traced.items()
    }


def _found(
    replay: Replay,
    question: Question,
    change: Change,
    *,
    units: Sequence[Unit],
    minimal: Sequence[tuple[Unit, ...]],
    searched: int,
) -> CauseSearch:
    every = frozenset(element.ref for element in replay.elements)
    old, new = change

    def is_necessary(elements: Iterable[ChangedElement]) -> bool:
        return _reaches(replay.answers(every - {element.ref for element in elements}).get(question), new, old)

    sets = chain.from_iterable(product(*chosen) for chosen in minimal)
    listed = tuple(Cause(one, True, is_necessary(one)) for one, _ in zip(sets, range(MAX_LISTED), strict=False))
    if not listed:
        single = [unit for unit in units if len(unit) == 1]
        listed = tuple(Cause(unit, False, True) for unit in single if is_necessary(unit))[:MAX_LISTED]
    return CauseSearch(listed, searched, sum(prod(len(unit) for unit in chosen) for chosen in minimal))


def _reaches(found: Decision | None, start: Decision, goal: Decision) -> bool:
    """Whether an answer is the goal: the same outcome, or the same rule where the outcome never changed."""
    if found is None:
        return False
    return found[0] == goal[0] if start[0] != goal[0] else found == goal


def _units(elements: Iterable[ChangedElement]) -> list[Unit]:
    made = grouped((element.ref if element.twin is None else element.twin, element) for element in elements)
    return [tuple(unit) for unit in made.values()]
