"""What each policy says of each vendor, asset class and carrier of a case on one day, as known on another.

Screens distinct questions, not rows of an inventory. A verdict's outcome never depends on the force of its policy, on
grades or on counts of claims. Renaming vendors, carriers and countries consistently renames the verdicts, no more.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl

from provenet.case.asof import as_known, in_roles
from provenet.case.difference import QUESTION
from provenet.case.profiles import asset_profiles, facts_text, inventory_on
from provenet.case.rows import PolicyRuleRow, RestVerdictRow, TestedFactStruct, VerdictRow
from provenet.case.structs import assumptions_cell, with_texts
from provenet.case.tables import empty, frame, table, vocabulary
from provenet.core import wording
from provenet.core.errors import UsageFault, hint_at, nearest
from provenet.core.grouping import grouped
from provenet.core.ids import fold, names_in, row_id
from provenet.core.rule_words import list_says
from provenet.core.when import Span
from provenet.evidence.case_facts import READS, CaseFacts, case_facts
from provenet.evidence.claims import FactState
from provenet.evidence.evaluation import Evaluation, FactKey
from provenet.evidence.questions import (
    PolicyQuestion,
    Questions,
    RuleInputs,
    asset_verdicts,
    carriers_of,
    questions,
    rest_questions,
    with_assets,
)
from provenet.policy.instrument import last_day, ref_words, span_words
from provenet.policy.pack import Rule, rule_facts
from provenet.policy.packs import Binding, Packs, Selection, adopted_after
from provenet.policy.terms import FactRef, axis_tests, renamed

__all__ = ["READS", "Screening", "printed"]


class Screening:
    """A case as known on a day, ready to be screened by one policy after another.

    Cost O(distinct questions + distinct evaluations x rules) a policy.

    Parameters
    ----------
    tables
        The case's tables named in `READS`, uncut; of `asset` the columns `ASSET_COLUMNS`, perhaps counted by distinct
        profile, are enough.
    as_of, known
        The day on which rules are judged, and the day to which the tables are cut; all of them where not given.
    assume
        Facts, and some axes, set for every question and stored with each verdict.
    relays
        Whether relays of a claim `stay` or `fall` with it in flip sets.
    pack_rows
        The row of each pack of one's own, by its folded id.
    """

    def __init__(
        self,
        tables: Mapping[str, pl.DataFrame],
        *,
        as_of: date,
        known: date | None = None,
        assume: Mapping[str, str] | None = None,
        relays: str = "stay",
        pack_rows: Mapping[str, str] | None = None,
    ) -> None:
        self._pack_rows = pack_rows or {}
        self._facts = case_facts(tables, as_of, known)
        self._assumed = dict(sorted((assume or {}).items()))
        assets = as_known("asset", tables["asset"], tables["source"], day=known)
        self._profiles = asset_profiles(assets, tables.get("site"), as_of)
        self._tables = {**tables, "party": in_roles(tables["party"], as_of, known)}
        self._as_of, self._known, self._relays = as_of, known, relays

    def verdicts(self, packs: Packs, name: str, country: str | None = None) -> pl.DataFrame:
        """The verdicts of one pack, policy or rule, sorted by id. Raises UsageFault for one that nobody has."""
        evaluation = self._evaluation(packs, name, country)
        inputs, action = evaluation.inputs, self._assumed.get("action")
        carriers = carriers_of(self._tables["party"], country)
        profiles = self._profiles if country is None else self._profiles.filter(pl.col("carrier_id").is_in(carriers))
        generic = questions(self._tables["party"], carriers, inputs, action=action)
        found = _verdicts(evaluation, with_assets(generic, inputs, profiles, action=action))
        binds = None if country is None else Binding(packs, vocabulary()["jurisdictions"]).binds(name, country)
        return found.with_columns(pl.lit(binds, pl.Boolean).alias("binds"))

    def of_assets(
        self, packs: Packs, name: str, country: str | None, *, assets: pl.DataFrame, verdicts: pl.DataFrame
    ) -> Iterator[pl.DataFrame]:
        """What one pack, policy or rule says of each element in service: rows of `verdict_asset`, in slices.

        `assets` are rows of the case uncut, `verdicts` those that `verdicts` made of the same question.
        """
        evaluation = self._evaluation(packs, name, country)
        known = as_known("asset", assets, self._tables["source"], day=self._known)
        if country is not None:
            known = known.filter(pl.col("carrier_id").is_in(carriers_of(self._tables["party"], country)))
        question = {"pack": evaluation.name, "country": country, "as_of_on": self._as_of, "known_on": self._known}
        elements = inventory_on(known, self._tables.get("site"), self._as_of)
        return asset_verdicts(
            elements, verdicts, evaluation.inputs, action=self._assumed.get("action"), question=question
        )

    def rest(self, packs: Packs, name: str, country: str | None = None) -> pl.DataFrame:
        """What one pack, policy or rule says of every vendor that its rules do not name: rows of `rest_verdict`.

        One row for each class, layer, act and carrier that verdicts cover, and one for a carrier that is not
        known. Raises UsageFault for a policy that nobody has.
        """
        evaluation = self._evaluation(packs, name, country)
        carriers = carriers_of(self._tables["party"], country)
        questions = rest_questions(carriers, evaluation.inputs, action=self._assumed.get("action"))
        return frame("rest_verdict", [_rest(evaluation, question) for question in questions]).sort("rest_id")

    def rules(self, packs: Packs, name: str, country: str | None) -> pl.DataFrame:
        """When rules of a policy begin and end, for a country whose policy it is: rows of `policy_rule`.

        A rule that was adopted after the day known has none. A term that a fact sets has no day.
        """
        if country is None or not Binding(packs, vocabulary()["jurisdictions"]).countries_of(name, [country]):
            return empty("policy_rule")
        evaluation = self._evaluation(packs, name, country)
        adopted = [
            _policy_rule(rule, evaluation)
            for rule in evaluation.selection.rules
            if not adopted_after(rule, self._known, evaluation.selection.pack.adopted)
        ]
        return frame("policy_rule", adopted).sort("policy_rule_id")

    def _evaluation(self, packs: Packs, name: str, country: str | None) -> Evaluation:
        found = _selection(packs, name)
        selection = _localised(found[1], self._facts)
        return Evaluation(
            name=found[0],
            selection=selection,
            inputs=RuleInputs.of(selection.rules, self._facts.listings.has_categories),
            facts=self._facts,
            assumed=self._assumed,
            as_of=self._as_of,
            known=self._known,
            country=country,
            relays=self._relays,
            pack_row=self._pack_rows.get(fold(selection.pack.id)),
        )


def _verdicts(evaluation: Evaluation, counts: Questions) -> pl.DataFrame:
    """One row per question. What questions of one sort share is put into words once."""
    sorts: dict[object, int] = {}
    shared: list[VerdictRow] = []
    at: list[int] = []
    own: dict[str, list[object]] = {name: [] for name in ("verdict_id", *OWN_COLUMNS)}
    for question, count in counts.items():
        kind = evaluation.kind(question)
        if kind not in sorts:
            sorts[kind] = len(shared)
            shared.append(_shared(evaluation, question))
        at.append(sorts[kind])
        columns = question.columns()
        own["verdict_id"].append(_verdict_id(evaluation, columns, facts_text(question.facts)))
        sizes = {"asset_count": count.assets, "unit_count": count.units} if count else {}
        values = {**columns, **sizes}
        for name in OWN_COLUMNS:
            own[name].append(values.get(name))
    spec = table("verdict")
    made = [pl.Series(name, values, spec.schema[name]) for name, values in own.items()]
    return frame("verdict", shared)[at].with_columns(made).sort("verdict_id")


OWN_COLUMNS = (*QUESTION, "asset_count", "unit_count")
"""The columns in which verdicts of one sort differ."""


def _selection(packs: Packs, name: str) -> tuple[str, Selection]:
    found = packs.find(name)
    if found is None:
        raise UsageFault(f"screen: no pack, policy or rule has the id {name!r}.{hint_at(nearest(name, packs.ids()))}")
    return (found.pack.id if not found.alone and found.rules == found.pack.rules else name), found


def _localised(selection: Selection, facts: CaseFacts) -> Selection:
    """The rules with vendors, carriers and those who decide under the ids this case knows them by."""

    def local(rule: Rule) -> Rule:
        spelled = grouped((fold(word), word) for test in axis_tests(rule.when) for word in test.written)

        def canon(axis: str, word: str) -> str:
            return facts.named(spelled.get(word, [word]), carrier=axis == "carrier_in") or word

        deciders = dict.fromkeys(facts.decider(word) for word in rule.decided_by)
        return replace(rule, when=renamed(rule.when, canon), decided_by=tuple(deciders))

    return replace(selection, rules=tuple(local(rule) for rule in selection.rules))


def _verdict_id(evaluation: Evaluation, columns: Mapping[str, object], facts: str | None) -> str:
    key = {
        "pack": evaluation.name,
        "country": evaluation.country,
        **columns,
        **({"asset_facts": facts} if facts else {}),
        "assumed": evaluation.assumed_text,
        "as_of_on": evaluation.as_of,
        "known_on": evaluation.known,
    }
    return row_id("verdict", {**key, "relays": "fall"} if evaluation.relays == "fall" else key)


def _shared(evaluation: Evaluation, question: PolicyQuestion) -> VerdictRow:
    """A verdict but for the columns of its question."""
    found, states = evaluation.answer(question), evaluation.states(question)
    sensitivity = evaluation.sensitivity(question)
    asserts = sorted({claim for state in states.values() for claim in state.asserts})
    denies = sorted({claim for state in states.values() for claim in state.denies})
    rule, pack = found.rule, evaluation.selection.pack
    criteria = _criteria(rule, evaluation.selection.rules, evaluation.facts)
    return {
        "verdict_id": "",
        "pack": evaluation.name,
        "pack_title": pack.title,
        "issuer": pack.issuer,
        "force": pack.force,
        "country": evaluation.country,
        "vendor_id": "",
        "asset_class": "",
        "layer": "",
        "action": "",
        "assumed": assumptions_cell(evaluation.assumed),
        "as_of_on": evaluation.as_of,
        "known_on": evaluation.known,
        "tested": list(evaluation.inputs.columns),
        "outcome": found.outcome,
        "rules_in_force": found.in_force_count,
        "rule_id": rule.id if rule else None,
        "effect": rule.effect if rule else None,
        "remove_by_on": found.remove_by,
        "citation": (rule.citation or pack.source) if rule else pack.source,
        "reason": " ".join((found.reason, *(evaluation.doubts(question) if found.outcome == "undetermined" else ()))),
        "open_tests": list(found.open_tests),
        "if_settled": list(found.if_settled),
        "first_in_force_on": _first_day(evaluation.selection.rules),
        "disputed": any(state.disputed for state in states.values()),
        "hangs_on_disputed": sensitivity.on_disputed,
        "facts": [_fact_record(fact, state) for fact, state in states.items()],
        "claims_for": asserts,
        "claims_against": denies,
        "origins": list(sensitivity.origins),
        "flip_sets": list(sensitivity.flips),
        "relays": evaluation.relays,
        "formula": f"rules of {evaluation.name} in force on {evaluation.as_of}, three-valued, highest rank decides",
        "inputs": [
            *(f"claim:{claim}" for claim in (*asserts, *denies)),
            *(f"policy:{criterion}" for criterion in criteria),
            *_pack_refs(evaluation),
            f"party:{question.vendor}",
            *evaluation.rests_on(question),
        ],
    }


def _rest(evaluation: Evaluation, question: PolicyQuestion) -> RestVerdictRow:
    """One row of `rest_verdict`."""
    found, named = evaluation.rest_answer(question), sorted(evaluation.named)
    key = {
        "pack": evaluation.name,
        "country": evaluation.country,
        "carrier_id": question.carrier,
        "asset_class": question.asset_class,
        "layer": question.layer,
        "action": question.action,
        "as_of_on": evaluation.as_of,
        "known_on": evaluation.known,
    }
    return {
        "rest_id": row_id("rest", {**key, "assumed": evaluation.assumed_text}),
        **key,  # type: ignore[typeddict-item]
        "assumed": assumptions_cell(evaluation.assumed),
        "outcome": found.outcome,
        "named_ids": named,
        "reason": found.reason,
        "formula": f"rules of {evaluation.name} in force on {evaluation.as_of}, of a vendor of whom nothing is known "
        "but that no rule names it",
        "inputs": [
            *(f"policy:{word}" for word in _criteria(found.rule, evaluation.selection.rules, evaluation.facts)),
            *_pack_refs(evaluation),
        ],
    }


def _policy_rule(rule: Rule, evaluation: Evaluation) -> PolicyRuleRow:
    """One row of `policy_rule`."""
    pack, term, starts, ends = evaluation.selection.pack, rule.remove_by, rule.starts, rule.ends
    key = {
        "pack": pack.id,
        "country": evaluation.country,
        "rule_id": rule.id,
        "as_of_on": evaluation.as_of,
        "known_on": evaluation.known,
    }
    criteria = _criteria(rule, (), evaluation.facts)
    vendors, carriers, lists = _named(rule, evaluation.facts)
    facts = {fold(fact) for fact in rule_facts(rule)}
    classes = (test for test in axis_tests(rule.when, wanted=True) if test.axis in ("asset_class", "segment"))
    return {
        "policy_rule_id": row_id("rule", key),
        **key,  # type: ignore[typeddict-item]
        "pack_title": pack.title,
        "force": pack.force,
        "jurisdiction": pack.jurisdiction,
        "policy_id": criteria[0] if criteria else None,
        "says": rule.says or rule.id,
        "effect": rule.effect,
        "asset_classes": list(dict.fromkeys(word for test in classes for word in test.written)),
        "effective": span_words(starts) if starts else None,
        "effective_low_on": starts.low if starts else None,
        "effective_high_on": starts.high if starts else None,
        "deadline": ref_words(term, pack.fact_says)
        if isinstance(term, FactRef)
        else span_words(term)
        if term
        else None,
        "deadline_on": term.low if isinstance(term, Span) and term.is_day else None,
        "ends": last_day(ends) if ends else None,
        "ends_low_on": ends.low - timedelta(days=1) if ends and ends.low else None,
        "ends_high_on": ends.high - timedelta(days=1) if ends and ends.high else None,
        "citation": rule.citation or pack.source or None,
        "vendor_ids": vendors,
        "carrier_ids": carriers,
        "named_by": wording.series(lists) or None,
        "issuer_facts": [f"{key}: {pack.fact_says[key]}" for key in pack.issuer_says if fold(key) in facts],
        "formula": f"rule {rule.id} of {pack.id} as its pack writes it",
        "inputs": [
            *(f"policy:{word}" for word in criteria),
            *_pack_refs(evaluation),
            *(row for vendor in vendors if lists for row in evaluation.facts.listings.rows(vendor)),
        ],
    }


def _named(rule: Rule, facts: CaseFacts) -> tuple[list[str], list[str], list[str]]:
    """The vendors and carriers of the case that a rule names, and the lists by which it names vendors."""
    tests = axis_tests(rule.when, wanted=True)
    lists, book = [test for test in tests if test.axis == "listed_in"], facts.listings
    listed = [one for one in sorted(book.by_party) if any(book.standing(one, w) for t in lists for w in t.wanted)]

    def parties(*axes: str) -> list[str]:
        return sorted({w for test in tests if test.axis in axes for w in test.wanted} & facts.parties)

    vendors = [*parties("vendor_in", "affiliate_of"), *listed]
    return vendors, parties("carrier_in"), [list_says(w) for t in lists for w in t.written if listed]


def _pack_refs(evaluation: Evaluation) -> list[str]:
    return [f"rule_pack:{evaluation.pack_row}"] if evaluation.pack_row else []


def _first_day(rules: Sequence[Rule]) -> date | None:
    """The first day on which any of the rules may be in force; None where one of them is open."""
    days = [rule.starts.low if rule.starts else None for rule in rules]
    known = [day for day in days if day is not None]
    return min(known) if known and len(known) == len(days) else None


def _fact_record(fact: FactKey, state: FactState) -> TestedFactStruct:
    return {
        "fact": fact[0],
        "decided_by": list(fact[1]),
        "value": state.value,
        "step": state.step,
        "asserts": list(state.asserts),
        "denies": list(state.denies),
        "superseded": list(state.superseded) or None,
    }


def _criteria(rule: Rule | None, rules: Sequence[Rule], facts: CaseFacts) -> list[str]:
    """The criteria in words behind the rule that decided, or behind every rule where none did."""
    named = [word for r in ([rule] if rule else rules) for word in (r.policy, r.id)]
    return [word for word in dict.fromkeys(named) if word in facts.criteria]


PRINTED = names_in("""
    verdict_id pack issuer force country carrier_id vendor_id asset_class layer action outcome rule_id
    citation reason rules_in_force remove_by_on open_tests if_settled origin_country capability site_class
    product_category asset_facts tested asset_count unit_count disputed hangs_on_disputed assumed facts
    origins relays flip_sets
""")


def printed(rows: pl.DataFrame) -> list[dict[str, Any]]:
    """Stored verdicts as `--json` prints them: facts with their claims, origins and flip sets as objects."""
    made = []
    for row in with_texts(table("verdict"), rows).iter_rows(named=True):
        record: dict[str, Any] = {name: row.get(name) for name in PRINTED}
        for name in ("assumed", "asset_facts", "facts", "origins", "flip_sets"):
            record[name] = json.loads(record[name]) if record[name] else []
        for fact in record["facts"] or ():
            fact["claims"] = sorted([*fact["asserts"], *fact["denies"], *fact.get("superseded", ())])
        for side in record["origins"] or ():
            side["vendor"] = row["vendor_id"]
        made.append(record)
    return made
