"""Rules never exercised: those that no verdict of a case and no worked case reaches, and what would reach them.

A rule that nothing reaches has never been seen to work. It may be right all the same: a finding here says what to ask,
never that a rule is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial

import polars as pl

from provenet.case.checks.finding import Check, Issue, StandingRows, listed, place_of, ref, refs_of
from provenet.case.parties import CARRIER, VENDOR, known_names
from provenet.case.rows import PolicyCaseRow, iter_rows_of
from provenet.case.tables import table
from provenet.core import wording
from provenet.core.errors import clip
from provenet.core.grouping import grouped
from provenet.core.ids import fold, name_key
from provenet.core.sought_names import SoughtNames, is_latin
from provenet.policy import terms
from provenet.policy.cases import NEEDED_COLUMNS, answer_cases, case_profile
from provenet.policy.pack import Pack, Rule
from provenet.policy.packs import Packs, Selection, rule_in_force
from provenet.policy.wordlists import lexicon

READS = ("verdict", "policy_case", "market_share", "party", "identifier", "rule_pack")
"""The tables these checks look at."""
COLUMN_OF = {
    "vendor_in": "vendor_id",
    "carrier_in": "carrier_id",
    "asset_class": "asset_class",
    "segment": "asset_class",
    "layer": "layer",
    "action": "action",
    "site_class": "site_class",
    "made_in": "origin_country",
    "product_category": "product_category",
    "capability": "capability",
}
"""The column of a verdict that holds the question on an axis. Facts, lists and control are not in it: any may hold."""
_PLAIN = ("layer", "action", "site_class", "product_category")
COLUMN_OF_FAULT = {"as_of": "as_of_on"}
"""Columns that a file of worked cases calls otherwise than the table."""


def rule_checks(packs: Callable[[], Packs]) -> tuple[Check, ...]:
    """The entries of the menu that need rule packs; `packs` is called when one of them looks."""

    def look(rows: StandingRows, find: Callable[[StandingRows, Packs], Iterator[Issue]]) -> Iterator[Issue]:
        return find(rows, packs())

    finders = {
        "unexercised-rule": unexercised,
        "no-worked-case": without_case,
        "worked-case": worked_cases,
        "cap-measure": cap_measures,
        "undecided-rule": undecided_rules,
        "tested-name": tested_names,
    }
    return tuple(Check.of(name, partial(look, find=find)) for name, find in finders.items())


def unexercised(rows: StandingRows, packs: Packs) -> Iterator[Issue]:
    """Rules of the policies screened that decided no verdict, left none open, and no worked case reaches.

    Reached means true or unknown on a day on which the rule may be in force. Cost O(verdicts + rules x cases).
    """
    screened = rows.lazy("verdict").group_by("pack").agg(pl.len(), pl.col("rule_id").unique().drop_nulls())
    reached = _reached_by_cases(rows, packs)
    for name, count, deciders in screened.collect().sort("pack").iter_rows():
        selection = packs.find(name)
        if selection is None:
            text = f"The pack is not at hand, so its rules are not compared with {wording.count(count, 'verdict')}."
            act = "Give the folder it lies in: --packs DIR."
            yield Issue("verdict.pack", (name,), f"verdict, pack ({name})", says=text, repair=act)
            continue
        known = {fold(rule) for rule in deciders} | reached
        missing = [rule for rule in selection.rules if fold(rule.id) not in known]
        if missing:
            questions = _Questions.of(rows, name)
            for rule in missing:
                yield _unreached(rule, selection, questions)


def _unreached(rule: Rule, selection: Selection, questions: _Questions) -> Issue:
    met = f"none of the {wording.count(questions.rows.height, 'question')} screened"
    blocked = questions.never(rule)
    if not questions.in_force(rule, selection.pack):
        why, reach = (
            f"it is not in force on the days screened ({listed(sorted({str(day) for day, _ in questions.days}))})",
            f"a day on which it is in force, and {terms.condition_text(rule.when)}",
        )
    elif blocked:
        why = f"{met} meets {' and '.join(blocked)}"
        reach = "; ".join(blocked)
    else:
        why = "its parts are met apart, and no question meets all of them where no rule of higher rank decides"
        reach = terms.condition_text(rule.when)
    text = f"No verdict follows it or leaves it open and no worked case reaches it: {why}."
    return Issue(
        "rule.id", (selection.pack.id, rule.id), _place(selection.pack, rule), says=text, words={"reach": reach}
    )


def _place(pack: Pack, rule: Rule) -> str:
    return f"rule {rule.id} of {pack.id} ({pack.place} line {rule.line})"


def without_case(rows: StandingRows, packs: Packs) -> Iterator[Issue]:
    """Rules that no worked case of the case reaches, of the packs that some worked case asks."""
    tested = {found.pack.id for name in rows.values("policy_case", "policy_id") if (found := packs.find(name))}
    reached = _reached_by_cases(rows, packs)
    for name in sorted(tested):
        pack = packs.packs[name]
        for rule in pack.rules:
            if fold(rule.id) not in reached:
                text = f"No worked case reaches it; it tests {terms.condition_text(rule.when)}."
                words = {"rule": rule.id, "reach": terms.condition_text(rule.when)}
                yield Issue("rule.id", (pack.id, rule.id), _place(pack, rule), says=text, words=words)


def worked_cases(rows: StandingRows, packs: Packs) -> Iterator[Issue]:
    """Worked cases that cannot be evaluated, or whose expected outcome is not what the rules at hand answer."""
    spec = table("policy_case")
    for row in iter_rows_of(PolicyCaseRow, rows.of("policy_case")):
        result = answer_cases("policy_case", [(1, worked_case(row))], packs)
        if result.faults:
            fault, found = result.faults[0], None
            nearest = f" Nearest: {fault.nearest}." if fault.nearest else ""
            column = COLUMN_OF_FAULT.get(str(fault.column), str(fault.column))
            text = f"It cannot be evaluated: {fault.says}; found {clip(str(fault.found))!r}.{nearest}"
        else:
            found, column = result.cases[0], "expected_outcome"
            text = f"It expects {row['expected_outcome']}; the rules answer {found['outcome']}. {found['reason']}"
        if found is None or fold(str(found["outcome"])) != fold(row["expected_outcome"]):
            subject = (row["case_id"], row["row_id"])
            yield Issue("policy_case.case_id", subject, place_of(spec, row, column), says=text, refs=(ref(spec, row),))


def cap_measures(rows: StandingRows, packs: Packs) -> Iterator[Issue]:
    """Caps of the policies screened whose measure no share within a carrier has, while shares of other kinds stand."""
    within = rows.of("market_share").filter(pl.col("carrier_id").is_not_null() & ~pl.col("forecast"))
    kinds = within["measure_kind"].unique().sort().to_list()
    if not kinds:
        return
    for name in rows.values("verdict", "pack"):
        selection = packs.find(name)
        for rule in selection.rules if selection is not None else ():
            for limit in rule.limits:
                if selection is not None and fold(limit.measure) not in {fold(kind) for kind in kinds}:
                    text = f"Caps the share of {limit.measure}; shares within a carrier are by {listed(kinds)}."
                    subject = (selection.pack.id, rule.id, limit.measure)
                    yield Issue(
                        "rule.cap", subject, _place(selection.pack, rule), says=text, words={"measure": limit.measure}
                    )


def undecided_rules(rows: StandingRows, packs: Packs) -> Iterator[Issue]:
    """What could not be decided of the packs screened: whether a rule can hold, and whether two clash."""
    selections = (packs.find(name) for name in rows.values("verdict", "pack"))
    for pack in {found.pack.id: found.pack for found in selections if found is not None}.values():
        for question in packs.undecided.get(pack.id, ()):
            ids = list(dict.fromkeys((question.rule.id, question.other.id)))
            subject, text = (pack.id, question.about, *ids), f"{question.undecided()}."
            yield Issue("rule.id", subject, _place(pack, question.rule), says=text, words={"rules": " and ".join(ids)})


def tested_names(rows: StandingRows, packs: Packs) -> Iterator[Issue]:
    """Parties whose names may be one that rules test and no party bears; `near-name` lists those that a party bears.

    Rules of the packs of the case and of the policies screened. Cost O(names of rules x names of parties).
    """
    used = {*rows.values("rule_pack", "pack"), *rows.values("verdict", "pack")}
    held = filter(None, map(packs.find, sorted(used)))
    tests = [test for selection in held for rule in selection.rules for test in terms.axis_tests(rule.when)]
    aliases = rows.of("identifier").filter(pl.col("scheme") == "name").select("party_id", "value")
    names: dict[str, list[str]] = grouped(
        [*rows.of("party").select("party_id", "name").iter_rows(), *aliases.iter_rows()]
    )
    for role, axes in ((VENDOR, ("vendor_in", "affiliate_of")), (CARRIER, ("carrier_in",))):
        is_of_role = (pl.col("role") == CARRIER) == (role == CARRIER)
        ids = rows.of("party").filter(is_of_role)["party_id"].unique().sort().to_list()
        borne = {name_key(name) for party in ids for name in (party, *names[party])}
        words = {word for test in tests if test.axis in axes for word in test.written if name_key(word) not in borne}
        sought = SoughtNames((word, word) for word in sorted(words) if known_names().match(word, role) is None)
        for party in ids:
            found, why = sought.may_be(*names[party])
            if found and any(map(is_latin, names[party])):
                yield Issue(
                    "party.name",
                    (party, *found),
                    f"party, name ({party})",
                    says=f"The name {clip(names[party][0])!r} ({party}) {why}, which a rule tests and no party bears.",
                    refs=refs_of("party", [party]),
                    words={"name": min(found), "role": role},
                )


def _reached_by_cases(rows: StandingRows, packs: Packs) -> set[str]:
    """Folded ids of the rules that some worked case makes true or leaves open on its day. Rows that cannot be evaluated
    reach nothing."""
    words = lexicon()
    reached: set[str] = set()
    for row in iter_rows_of(PolicyCaseRow, rows.of("policy_case")):
        selection = packs.find(row["policy_id"])
        record = worked_case(row)
        if selection is None or answer_cases("policy_case", [(1, record)], packs).faults:
            continue
        profile = case_profile(record, words)
        for rule in selection.rules:
            in_force = rule_in_force(rule, row["as_of_on"], None, adopted=selection.pack.adopted) is not False
            if in_force and terms.holds(rule.when, profile, rule.decided_by) is not False:
                reached.add(fold(rule.id))
    return reached


def worked_case(row: PolicyCaseRow) -> dict[str, str]:
    """A stored worked case as the file it came from wrote it."""
    cells = {**row, "as_of": row["as_of_on"]}
    return {name: str(cells.get(name) or "") for name in (*NEEDED_COLUMNS, "expected_outcome", "why")}


@dataclass(frozen=True)
class _Questions:
    """What one policy was screened for: its distinct questions, the days, and the names parties have in the case."""

    rows: pl.DataFrame
    days: tuple[tuple[date, date | None], ...]
    names: tuple[dict[str, str], dict[str, str]]

    @staticmethod
    def of(rows: StandingRows, pack: str) -> _Questions:
        columns = sorted(set(COLUMN_OF.values()))
        verdicts = rows.lazy("verdict").filter(pl.col("pack") == pack)
        days = verdicts.select("as_of_on", "known_on").unique().collect().sort("as_of_on", "known_on")
        return _Questions(verdicts.select(columns).unique().collect(), tuple(days.iter_rows()), _named(rows))

    def in_force(self, rule: Rule, pack: Pack) -> bool:
        return any(rule_in_force(rule, day, known, adopted=pack.adopted) is not False for day, known in self.days)

    def never(self, rule: Rule) -> list[str]:
        """The parts of a rule's condition that no question can meet, as the rule writes them."""
        others, carriers = self.names

        def canon(axis: str, word: str) -> str:
            return (carriers if axis == "carrier_in" else others).get(fold(word), word)

        parts = zip(terms.conjuncts(terms.renamed(rule.when, canon)), terms.conjuncts(rule.when), strict=True)
        return [terms.condition_text(written) for part, written in parts if self._never(part)]

    def _never(self, part: terms.Node) -> bool:
        columns = sorted({COLUMN_OF[test.axis] for test in terms.axis_tests(part) if test.axis in COLUMN_OF})
        if not columns:
            return False
        questions = self.rows.select(columns).unique().iter_rows(named=True)
        return all(terms.holds(part, _profile(row)) is False for row in questions)


def _profile(row: dict[str, str | None]) -> terms.Profile:
    """What a question says of itself; all that it does not ask may hold."""

    def one(column: str) -> frozenset[str] | None:
        value = row.get(column)
        return frozenset({value}) if value else None

    plain = {name: frozenset({fold(str(row[name]))}) for name in _PLAIN if row.get(name) not in (None, "any")}
    if row.get("origin_country"):
        plain["made_in"] = frozenset({terms.plain_word("made_in", str(row["origin_country"]))})
    capability, asset_class = row.get("capability"), row.get("asset_class")
    return terms.Profile(
        vendor=one("vendor_id"),
        group=terms.Group(maybe=None),
        carrier=one("carrier_id"),
        asset_class=(terms.class_words(asset_class),) if asset_class else None,
        plain=plain,
        capability=frozenset(fold(word) for word in capability.split("|")) - {"none"} if capability else None,
    )


def _named(rows: StandingRows) -> tuple[dict[str, str], dict[str, str]]:
    """Folded ids, names and aliases to party ids: of everybody but carriers, and of carriers."""
    roles = dict(rows.of("party").select("party_id", "role").iter_rows())
    pairs = [(party, party) for party in roles]
    pairs += [(name, party) for party, name in rows.of("party").select("party_id", "name").iter_rows()]
    aliases = rows.of("identifier").filter(pl.col("scheme") == "name").sort("value", "party_id")
    named: tuple[dict[str, str], dict[str, str]] = ({}, {})
    for name, party in [*pairs, *aliases.select("value", "party_id").iter_rows()]:
        named[roles.get(party) == "carrier"].setdefault(fold(name), party)
    return named
