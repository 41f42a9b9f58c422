"""What stands between two screenings of one policy: each row and rule of the one that the other does not have alike.

A screening is frozen first: a row or a rule is brought to how its two days see it, so that single rows and rules can be
carried from one screening to the other and the policy applied anew in between. Nothing is written.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import polars as pl

from provenet.case.asof import TIMELESS, as_known
from provenet.case.tables import empty, table
from provenet.core.ids import fold
from provenet.core.when import Span
from provenet.evidence.screen import READS
from provenet.policy.pack import Pack, Rule, rule_facts
from provenet.policy.packs import Packs, Selection, rule_in_force

UNCUT = TIMELESS | {"policy", "asset"}
"""Tables that a verdict uses whole, whatever the day known."""
FIXED = frozenset({"source", "policy", "asset", "site"})
"""Tables whose rows never move between two screenings: they name what is in question, or how it is cited."""
BEGINS = ("from_on", "whole_on", "as_of_low_on", "said_high_on", "sourced_high_on")
DAYS = (*BEGINS, "to_on", "said_low_on", "as_of_high_on")
"""Columns that a verdict compares with the day in question."""
_NEVER = Span(date.min, date.min)
_FAR = Span(date.max, date.max)
_OPEN = Span(None, None)


@dataclass(frozen=True)
class Side:
    """One screening of one policy: the case's tables uncut, the packs, the two days and what is assumed."""

    tables: Mapping[str, pl.DataFrame]
    packs: Packs
    policy: str
    as_of: date
    known: date | None
    assume: Mapping[str, str]
    country: str | None


@dataclass(frozen=True)
class ChangedElement:
    """One thing that differs between two screenings, as `table:id`, `rule:id` or `assumed:key`, and what became of it.

    `twin` is equal for rows that the rules cannot tell apart; None where a row is like no other.
    """

    ref: str
    table: str
    row_id: str
    says: str
    twin: tuple[object, ...] | None = None


class Comparison:
    """The elements between two screenings of one policy, in a fixed order.

    `frozen` lets the days act through rows and rules alone. Without it the day in question is an element of its own,
    for rules in which a day acts in some other way.
    """

    def __init__(self, old: Side, new: Side, frozen: bool = True) -> None:
        self.old, self.new, self.frozen = old, new, frozen
        self.day = max(old.as_of, new.as_of)
        selections = [one for one in (old.packs.find(old.policy), new.packs.find(new.policy)) if one is not None]
        self.rules = [rule for selection in selections for rule in selection.rules]
        self.decided = frozenset(fold(key) for rule in self.rules if rule.decided_by for key in rule_facts(rule))
        self.has_caps = any(rule.limits for rule in self.rules)
        self.stored: dict[tuple[str, str], Mapping[str, object]] = {}
        self.seen = {name: (self._seen(old, name), self._seen(new, name)) for name in READS if name not in FIXED}

    def _seen(self, side: Side, name: str) -> pl.DataFrame:
        """A table as one screening sees it: cut to what was known, later days moved past every day in question."""
        rows = side.tables.get(name)
        if rows is None or (name == "market_share" and not self.has_caps):
            return empty(name)
        if name == "market_share":
            # A cap reads published shares of one vendor within one carrier, and no other.
            single = (pl.col("vendor_ids").list.len() == 1) & ~pl.col("complement") & ~pl.col("forecast")
            rows = rows.filter(single & pl.col("carrier_id").is_not_null())
        if name not in UNCUT:
            rows = as_known(name, rows, side.tables["source"], day=side.known)
        if not self.frozen or not rows.height:
            return rows
        acts = pl.lit(True)
        if name == "claim":
            # A claim's day counts where its speaker decides a fact; elsewhere every claim that is known counts. Days
            # past both screenings move alike on both sides, so that a later withdrawal stays later.
            facts = [fact for fact in rows["fact"].drop_nulls().unique().to_list() if fold(fact) in self.decided]
            acts = pl.col("fact").is_in(facts).fill_null(False)
        return rows.with_columns(
            pl.when(((pl.col(c) > self.day) | (acts & (pl.col(c) > side.as_of))) & (pl.col(c).dt.year() < 9000))
            .then(pl.col(c).dt.offset_by("1000y"))
            .otherwise(pl.col(c))
            .alias(c)
            for c in DAYS
            if c in rows.columns
        )

    @cached_property
    def elements(self) -> tuple[ChangedElement, ...]:
        """Every element: rows by table and id, then rules, then what is assumed, then the day."""
        made = [element for name in self.seen for element in self._row_elements(name)]
        made += self.rule_elements
        for key in sorted({*self.old.assume, *self.new.assume}):
            before, after = self.old.assume.get(key), self.new.assume.get(key)
            if before != after:
                text = f"was assumed {_given(before)}, then {_given(after)}"
                made.append(ChangedElement(f"assumed:{key}", "assumed", key, text))
        if not self.frozen and self.old.as_of != self.new.as_of:
            made.append(ChangedElement("day:as-of", "day", "", f"moved from {self.old.as_of} to {self.new.as_of}"))
        return tuple(made)

    def _row_elements(self, name: str) -> Iterator[ChangedElement]:
        old, new = self.seen[name]
        days = [c for c in DAYS if c in old.columns]
        gone = old.join(new, on=["row_id", *days], how="anti", nulls_equal=True)
        come = new.join(old, on=["row_id", *days], how="anti", nulls_equal=True)
        left, entered = set(gone["row_id"]), set(come["row_id"])
        linked = {link for rows in (old, new) if name == "claim" for link in rows["answers_claim_id"].drop_nulls()}
        here = self._rows_of(name, left | entered)
        for row_id in sorted(here, key=lambda one: (str(here[one][table(name).id_column]), one)):
            row = self.stored[name, row_id] = here[row_id]
            ref = f"{name}:{row[table(name).id_column]}"
            text = self._became(name, row, left=row_id in left, entered=row_id in entered)
            twin = None if row_id in left or row.get("claim_id") in linked else _twin(name, row, self.decided)
            yield ChangedElement(ref, name, row_id, text, twin)

    def _rows_of(self, name: str, row_ids: Collection[str]) -> dict[str, dict[str, object]]:
        """Rows as stored, from whichever screening has them."""
        found: dict[str, dict[str, object]] = {}
        for side in (self.old, self.new):
            rows = side.tables.get(name, empty(name))
            for row in rows.filter(pl.col("row_id").is_in(list(row_ids))).iter_rows(named=True):
                found.setdefault(row["row_id"], row)
        return found

    def _became(self, name: str, row: Mapping[str, object], *, left: bool, entered: bool) -> str:
        in_old, in_new = (self._holds(side, name, row) for side in (self.old, self.new))
        if not in_old or not in_new:
            return "entered the case" if in_new else "is no longer in the case"
        if left != entered:
            return f"came to be known by {_day(self.new)}" if entered else f"was not known yet on {_day(self.new)}"
        low, high = sorted((self.old.as_of, self.new.as_of))
        for column in DAYS:
            day = row.get(column)
            if isinstance(day, date) and low < day <= high:
                word = "ended" if column == "to_on" else "began" if "from" in column else "is dated"
                return f"{word} {'' if word == 'is dated' else 'on '}{day}"
        return "is seen otherwise"

    def _holds(self, side: Side, name: str, row: Mapping[str, object]) -> bool:
        key = (id(side), name)
        if key not in self._ids:
            rows = side.tables.get(name)
            self._ids[key] = frozenset() if rows is None else frozenset(rows["row_id"].to_list())
        return row["row_id"] in self._ids[key]

    @cached_property
    def _ids(self) -> dict[tuple[int, str], frozenset[str]]:
        return {}

    @cached_property
    def rule_states(self) -> dict[str, tuple[Rule, Rule]]:
        """Each rule as the old and the new screening see it; a rule one of them lacks was never in force there."""
        seen: dict[str, list[Rule | None]] = {}
        for at, side in enumerate((self.old, self.new)):
            selection = side.packs.find(side.policy)
            for rule in selection.rules if selection is not None else ():
                pack = selection.pack if selection is not None else None
                states = seen.setdefault(rule.id, [None, None])
                states[at] = self._rule_seen(rule, pack, side)
        made = {}
        for rule_id, (old, new) in seen.items():
            stands = old or new
            if stands is not None:
                never = replace(stands, starts=None, ends=_NEVER)
                made[rule_id] = (old or never, new or never)
        return made

    def _rule_seen(self, rule: Rule, pack: Pack | None, side: Side) -> Rule:
        adopted = rule.adopted or (pack.adopted if pack else None)
        force = rule_in_force(rule, side.as_of, side.known, adopted=adopted)
        if not self.frozen:
            unknown_yet = rule_in_force(rule, self.day, side.known, adopted=adopted) is False and side.known is not None
            return replace(rule, adopted=None, ends=_NEVER if unknown_yet and force is False else rule.ends)
        seen = replace(rule, adopted=None, line=0, starts=_OPEN if force is None else None)
        seen = replace(seen, ends=_NEVER if force is False else None)
        term = rule.remove_by
        if isinstance(term, Span) and force is not False:
            runs = term.low is not None and side.as_of <= term.low
            over = term.high is not None and side.as_of > term.high
            return replace(seen, remove_by=_FAR if runs else _NEVER if over else _OPEN)
        return seen

    @cached_property
    def rule_elements(self) -> list[ChangedElement]:
        """The rules that the two screenings do not see alike."""
        made = []
        for rule_id, (old, new) in sorted(self.rule_states.items()):
            if old != new and not (old.ends == _NEVER and new.ends == _NEVER):
                made.append(ChangedElement(f"rule:{rule_id}", "rule", rule_id, self._rule_became(rule_id, old, new)))
        defaults = [s.pack.default for s in self._selections if s is not None]
        if len(set(defaults)) > 1:
            text = f"of the pack was {defaults[0]}, then {defaults[1]}"
            made.append(ChangedElement("rule:default", "rule", "", text))
        return made

    @cached_property
    def _selections(self) -> tuple[Selection | None, Selection | None]:
        return self.old.packs.find(self.old.policy), self.new.packs.find(self.new.policy)

    def _rule_became(self, rule_id: str, old: Rule, new: Rule) -> str:
        rule = next(rule for rule in self.rules if rule.id == rule_id)
        if (text := self._became_known(rule)) is not None:
            return text
        was, now = old.ends != _NEVER, new.ends != _NEVER
        if was and now and old.when == new.when and old.effect == new.effect:
            term = rule.remove_by.high if isinstance(rule.remove_by, Span) else None
            if old.remove_by != new.remove_by:
                return f"came to the end of its term on {term}" if new.remove_by == _NEVER else f"has a term to {term}"
            return "has a first or last day known to a month or year only, and is in force for sure on one side alone"
        if was and now:
            return "reads otherwise"
        if now:
            first = rule.starts.high if rule.starts else None
            began = first is not None and self.old.as_of < first <= self.new.as_of
            return f"came into force on {first}" if began else self._in_force("first", "second")
        last = rule.ends.high if rule.ends else None
        ended = last is not None and self.old.as_of < last <= self.new.as_of
        return f"ended on {last}" if ended else self._in_force("second", "first")

    def _became_known(self, rule: Rule) -> str | None:
        """What is said of a rule in force on both days that one screening does not know yet; None for any other."""
        adopted = [one.pack.adopted for one in self._selections if one is not None and rule in one.rules]
        known = rule.adopted or (adopted[0] if adopted else None) or (rule.starts.high if rule.starts else None)
        if known is None:
            return None
        late = [side.known is not None and side.known < known for side in (self.old, self.new)]
        if late[0] and not late[1] and rule_in_force(rule, self.old.as_of) is not False:
            return f"came to be known on {known}"
        if late[1] and not late[0] and rule_in_force(rule, self.new.as_of) is not False:
            return f"was not known before {known}"
        return None

    def _in_force(self, without: str, there: str) -> str:
        if self.old.as_of == self.new.as_of:
            return f"is in force on the {there} side and not on the {without}"
        days = {"first": self.old.as_of, "second": self.new.as_of}
        return f"is in force on {days[there]} and not on {days[without]}"

    @staticmethod
    def may_hold(states: tuple[Rule, Rule]) -> bool:
        """Whether a rule, by its two states, may be in force in either screening."""
        return any(rule.ends != _NEVER for rule in states)

    def packs_with(self, applied: Collection[str], only: str | None = None) -> tuple[Packs, str]:
        """The policy with some rules as the new screening sees them, and the name it goes by.

        `only` leaves one rule in force, over a default that shows whether it could ever decide.
        """
        before, after = self._selections
        selection = after if before is None or (after is not None and "rule:default" in applied) else before
        if selection is None:
            raise ValueError(f"no pack has the policy {self.old.policy!r}")
        ids = {rule.id for one in (before, after) if one is not None for rule in one.rules}
        rules = [new if f"rule:{i}" in applied else old for i, (old, new) in self.rule_states.items() if i in ids]
        pack = replace(selection.pack, rules=tuple(rules), adopted=None)
        if only is not None:
            effect = next(rule.effect for rule in rules if rule.id == only)
            alone = (replace(rule, starts=None, ends=None if rule.id == only else _NEVER) for rule in rules)
            pack = replace(pack, rules=tuple(alone), default="restricted" if effect == "permit" else "clear")
        packs = Packs()
        packs.index([pack])
        return packs, self.new.policy if only is None else pack.id


def _twin(name: str, row: Mapping[str, object], decided: frozenset[str]) -> tuple[object, ...] | None:
    """What makes two claims alike for the rules: their counts never matter, only which kinds of claim there are."""
    if name != "claim" or row.get("answers_claim_id"):
        return None
    fact = fold(str(row.get("fact") or ""))
    vendors = row.get("vendor_ids")
    about = tuple(sorted(vendors)) if isinstance(vendors, list) else ()
    acts = (row.get("speaker"), row.get("said_high_on"), row.get("sourced_high_on")) if fact in decided else ()
    return (fact, row.get("stance"), about, row.get("reading"), *acts)


def chain_of(comparison: Comparison, vendors: Iterable[str]) -> frozenset[str]:
    """Vendors, those they are or were under another name, and everyone who may hold them through any chain."""
    links: dict[str, set[str]] = {}
    for name, lower, upper, both in (
        ("ownership", "owned_id", "owner_id", False),
        ("succession", "predecessor_id", "successor_id", True),
    ):
        for rows in comparison.seen.get(name, ()):
            for below, above in rows.select(lower, upper).iter_rows():
                links.setdefault(below, set()).add(above)
                if both:
                    links.setdefault(above, set()).add(below)
    seen, todo = set(vendors), list(vendors)
    while todo:
        for other in links.get(todo.pop(), ()):
            if other not in seen:
                seen.add(other)
                todo.append(other)
    return frozenset(seen)


def _given(value: str | None) -> str:
    return "nothing" if value is None else value


def _day(side: Side) -> str:
    return side.known.isoformat() if side.known is not None else "the time of the second"
