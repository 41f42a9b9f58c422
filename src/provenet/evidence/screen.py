"""What each policy says of each vendor, asset class and carrier of a case on one day, as known on another.

Screens distinct questions, not rows of an inventory. A verdict's outcome never depends on the force of its policy, on
grades or on counts of claims. Renaming vendors, carriers and countries consistently renames the verdicts, no more.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from typing import Any

import polars as pl

from provenet.core.digest import canonical_json
from provenet.core.errors import UsageFault, nearest
from provenet.core.ids import fold, row_id
from provenet.core.tri import Tri
from provenet.evidence.claims import ClaimBook, FactState, claim_of_row
from provenet.evidence.flips import Ground, Origins, flip_sets
from provenet.evidence.ownership import Control, stake_of_row
from provenet.evidence.pack import Pack, Rule
from provenet.evidence.policy import Answer, Packs, Selection, answer, rule_in_force
from provenet.evidence.terms import (
    FactRef,
    FactValue,
    Profile,
    class_words,
    fact_keys,
    fact_value,
    renamed,
    tests_axis,
)
from provenet.evidence.wordlists import fact_types
from provenet.ingest.names import countries
from provenet.model.known import as_known
from provenet.model.tables import vocabulary

READS = ("claim", "policy", "party", "identifier", "ownership", "market_share", "asset", "source")
"""The tables a verdict rests on."""

MAX_DISPUTED = 10
"""Above this many disputed facts in one verdict, each is tried alone beside all at once."""

Row = dict[str, Any]
FactKey = tuple[str, tuple[str, ...]]
"""A fact and those who decide it for a rule."""


@dataclass(frozen=True)
class Question:
    """One thing asked of a policy."""

    vendor: str
    carrier: str | None
    asset_class: str
    layer: str
    action: str


@dataclass(frozen=True)
class _Evidence:
    """What the case knows, cut to the day known."""

    book: ClaimBook
    control: Control
    country_of: Mapping[str, str | None]
    shares: Mapping[tuple[str, str], Mapping[str, tuple[float, float]]]
    vendor_of: Mapping[str, str]
    carrier_of: Mapping[str, str]
    criteria: frozenset[str]
    origins: Origins


@dataclass(frozen=True)
class _Tested:
    """Facts a selection of rules tests, each with who decides it, and whether it tests carriers."""

    facts: tuple[tuple[str, tuple[str, ...]], ...]
    has_carrier: bool


def screen(
    tables: Mapping[str, pl.DataFrame],
    packs: Packs,
    policy: Sequence[str],
    *,
    as_of: date,
    known: date | None = None,
    assume: Mapping[str, str] | None = None,
    country: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Row]:
    """Rows of the table `verdict`, sorted by id, for the packs, policies or rules named.

    `tables` holds the case's tables named in `READS`, uncut; `known` cuts them to what was known on a day (None:
    all). `assume` sets facts and the axis `action` for every question; it is stored with each verdict. `country`
    limits the carriers asked about. Raises UsageFault for a policy nobody has. Cost O(questions x rules).
    """
    evidence = _evidence(tables, as_of, known)
    selections = [(name, _localised(found, evidence)) for name, found in (_selection(packs, name) for name in policy)]
    assumed = dict(sorted((assume or {}).items()))
    asked = list(questions(tables, country, assumed.get("action")))
    rows: list[Row] = []
    for at, (name, selection) in enumerate(selections):
        asking = _Asking(name, selection, _tested(selection), evidence, assumed, as_of, known, country)
        relevant = asked if asking.tested.has_carrier else _without_carrier(asked)
        rows += [_verdict(asking, question) for question in relevant]
        if progress is not None:
            progress(at + 1, len(selections))
    return sorted(rows, key=lambda row: str(row["verdict_id"]))


def _selection(packs: Packs, name: str) -> tuple[str, Selection]:
    found = packs.find(name)
    if found is None:
        close = nearest(name, packs.ids())
        hint = f" Nearest: {close}." if close else ""
        raise UsageFault(f"screen: no pack, policy or rule has the id {name!r}.{hint}")
    return (found.pack.id if not found.alone and found.rules == found.pack.rules else name), found


def _localised(selection: Selection, evidence: _Evidence) -> Selection:
    """The rules with vendors and carriers under the ids this case knows them by."""

    def canon(axis: str, word: str) -> str:
        names = evidence.carrier_of if axis == "carrier_in" else evidence.vendor_of
        return names.get(fold(word), word)

    return replace(selection, rules=tuple(replace(r, when=renamed(r.when, canon)) for r in selection.rules))


def _tested(selection: Selection) -> _Tested:
    facts: dict[tuple[str, tuple[str, ...]], None] = {}
    for rule in selection.rules:
        keys = fact_keys(rule.when)
        if isinstance(rule.remove_by, FactRef):
            keys |= {rule.remove_by.key}
        for key in sorted(keys):
            facts[(key, rule.decided_by)] = None
    return _Tested(
        tuple(facts),
        any(tests_axis(rule.when, "carrier_in") or _caps_carrier(rule) for rule in selection.rules),
    )


def _caps_carrier(rule: Rule) -> bool:
    return any(limit.of == "carrier" for limit in rule.limits)


def questions(tables: Mapping[str, pl.DataFrame], country: str | None, action: str | None) -> Iterator[Question]:
    """Every distinct question of a case: each vendor and carrier in each asked profile, and in each asset's."""
    parties = tables["party"]
    vendors = sorted(parties.filter(pl.col("role") == "vendor")["party_id"].to_list())
    here = pl.col("role") == "carrier"
    if country is not None:
        here &= pl.col("country").is_in([country, countries().code(country) or country])
    carriers: list[str | None] = [*sorted(parties.filter(here)["party_id"].to_list())] or [None]
    words = vocabulary()
    profiles = [(p["asset_class"], p["layer"]) for p in words["asked_profiles"]]
    actions = [action] if action else list(words["asked_actions"])
    seen: dict[Question, None] = {}
    for vendor, carrier, (asset_class, layer), act in product(vendors, carriers, profiles, actions):
        seen[Question(vendor, carrier, asset_class, layer, act)] = None
    assets = tables.get("asset")
    if assets is not None and assets.height:
        columns = ("vendor_id", "carrier_id", "asset_class", "layer")
        distinct = assets.filter(pl.col("vendor_id").is_not_null()).select(columns).unique().sort(columns)
        for row in distinct.iter_rows(named=True):
            layer = row["layer"] or "any"
            for act in actions:
                seen[Question(row["vendor_id"], row["carrier_id"], row["asset_class"], layer, act)] = None
    yield from seen


def _without_carrier(asked: Iterable[Question]) -> list[Question]:
    return list(dict.fromkeys(replace(question, carrier=None) for question in asked))


def _evidence(tables: Mapping[str, pl.DataFrame], as_of: date, known: date | None) -> _Evidence:
    sources = tables["source"]

    def cut(name: str) -> pl.DataFrame:
        frame = tables.get(name)
        return pl.DataFrame() if frame is None or frame.is_empty() else as_known(name, frame, sources, known)

    claims = cut("claim")
    # Who a party is does not depend on the day its row was read, so names and seats are not cut.
    parties = tables["party"]
    vendor_of, carrier_of = _names(parties, tables.get("identifier"))
    stakes = cut("ownership")
    said = [claim_of_row(row) for row in claims.iter_rows(named=True)]
    return _Evidence(
        ClaimBook.of(said, {**carrier_of, **vendor_of}),
        Control.on((stake_of_row(row) for row in stakes.iter_rows(named=True)), as_of),
        dict(parties.select("party_id", "country").iter_rows()),
        _cap_shares(cut("market_share"), as_of),
        vendor_of,
        carrier_of,
        frozenset(tables["policy"]["policy_id"].to_list()) if "policy" in tables else frozenset(),
        Origins(said),
    )


def _names(parties: pl.DataFrame, identifiers: pl.DataFrame | None) -> tuple[dict[str, str], dict[str, str]]:
    """Folded names, aliases and ids to party ids: of carriers, and of everybody else."""
    roles = dict(parties.select("party_id", "role").iter_rows())
    pairs = [(pid, pid) for pid in roles] + [
        (name, pid) for pid, name in parties.select("party_id", "name").iter_rows()
    ]
    if identifiers is not None and identifiers.height:
        aliases = identifiers.filter(pl.col("scheme") == "name").sort("value", "party_id")
        pairs += list(aliases.select("value", "party_id").iter_rows())
    others: dict[str, str] = {}
    carriers: dict[str, str] = {}
    for name, pid in pairs:
        (carriers if roles.get(pid) == "carrier" else others).setdefault(fold(name), pid)
    return others, carriers


def _cap_shares(shares: pl.DataFrame, as_of: date) -> dict[tuple[str, str], dict[str, tuple[float, float]]]:
    """Supplied shares of one vendor within one carrier, the newest of each kind of measure not after the day."""
    made: dict[tuple[str, str], dict[str, tuple[float, float]]] = {}
    if shares.is_empty():
        return made
    ordered = shares.filter(
        pl.col("carrier_id").is_not_null() & (pl.col("as_of_low_on") <= as_of) & ~pl.col("forecast")
    )
    for row in ordered.sort("as_of_low_on", "row_id").iter_rows(named=True):
        vendors = row["vendor_ids"]
        if len(vendors) == 1 and not row["complement"]:
            kinds = made.setdefault((vendors[0], row["carrier_id"]), {})
            kinds[row["measure_kind"]] = (row["low_share"], row["high_share"])
    return made


def _profile(
    question: Question,
    evidence: _Evidence,
    assumed: Mapping[str, str],
    facts: Mapping[FactKey, FactValue | None],
) -> Profile:
    types = fact_types()
    given = {fold(key): fact_value(text, types.get(key)) for key, text in assumed.items() if key != "action"}

    def fact(key: str, decided_by: tuple[str, ...]) -> FactValue | None:
        return given[fold(key)] if fold(key) in given else facts.get((key, decided_by))

    country = evidence.control.controlled_from(question.vendor, evidence.country_of)
    plain = {"layer": frozenset({fold(question.layer)}), "action": frozenset({fold(question.action)})}
    if question.layer == "any":
        plain.pop("layer")
    if country:
        plain["controlled_from"] = frozenset(fold(c) for c in country)
    return Profile(
        vendor=frozenset({question.vendor}),
        group=evidence.control.group(question.vendor),
        carrier=frozenset({question.carrier}) if question.carrier else None,
        asset_class=(class_words(question.asset_class),),
        plain=plain,
        shares=dict(evidence.shares.get((question.vendor, question.carrier or ""), {})),
        fact=fact,
    )


@dataclass(frozen=True)
class _Asking:
    """One policy asked of one case, with everything a verdict names beside its question."""

    name: str
    selection: Selection
    tested: _Tested
    evidence: _Evidence
    assumed: Mapping[str, str]
    as_of: date
    known: date | None
    country: str | None

    def answer(self, question: Question, values: Mapping[FactKey, FactValue | None]) -> Answer:
        """What the policy says with these values of its facts."""
        profile = _profile(question, self.evidence, self.assumed, values)
        return answer(self.selection, profile, self.as_of, self.known)


def _verdict(asking: _Asking, question: Question) -> Row:
    book, given = asking.evidence.book, {fold(key) for key in asking.assumed}
    states = {
        (key, by): book.fact(question.vendor, key, by, asking.as_of)
        for key, by in asking.tested.facts
        if fold(key) not in given
    }
    values: dict[FactKey, FactValue | None] = {key: state.value for key, state in states.items()}
    found = asking.answer(question, values)
    disputed = [key for key, state in states.items() if state.disputed]
    hangs = any(
        asking.answer(question, {**values, **dict(zip(disputed, setting, strict=True))}).outcome != found.outcome
        for setting in _settings(len(disputed))
    )
    return {**_row(asking, question, found, states, hangs), **_hangs_on(asking, question, states, values)}


def _hangs_on(
    asking: _Asking,
    question: Question,
    states: Mapping[FactKey, FactState],
    values: Mapping[FactKey, FactValue | None],
) -> Row:
    """The independent origins on each side of each fact, and the smallest sets of claims that would flip it."""
    book, keys = asking.evidence.book, list(states)
    grounds = [
        Ground(tuple(book.grounds(question.vendor, key, by, asking.as_of)), decides=bool(by)) for key, by in keys
    ]
    sides = []
    for (key, _), ground in zip(keys, grounds, strict=True):
        for stance in ("asserts", "denies"):
            named, anonymous = asking.evidence.origins.counted(c.id for c in ground.claims if c.stance == stance)
            if named or anonymous:
                sides.append({"fact": key, "stance": stance, "named": named, "anonymous": anonymous})

    def outcome_of(tried: tuple[Tri, ...]) -> str:
        return asking.answer(question, {**values, **dict(zip(keys, tried, strict=True))}).outcome

    flips = flip_sets(grounds, outcome_of) if any(ground.claims for ground in grounds) else []
    return {"origins": canonical_json(sides), "flip_sets": canonical_json([flip.as_dict() for flip in flips])}


def _settings(count: int) -> Iterator[tuple[bool, ...]]:
    """Every setting of `count` disputed facts; for very many, all alike and each alone."""
    if count == 0:
        return
    if count <= MAX_DISPUTED:
        yield from product((True, False), repeat=count)
        return
    for value in (True, False):
        yield (value,) * count
        for at in range(count):
            yield tuple(value if i == at else not value for i in range(count))


def _row(asking: _Asking, question: Question, found: Answer, states: Mapping[FactKey, FactState], hangs: bool) -> Row:
    key = {
        "pack": asking.name,
        "country": asking.country,
        "carrier_id": question.carrier,
        "vendor_id": question.vendor,
        "asset_class": question.asset_class,
        "layer": question.layer,
        "action": question.action,
        "assumed": canonical_json(dict(asking.assumed)),
        "as_of_on": asking.as_of,
        "known_on": asking.known,
    }
    asserts = sorted({claim for s in states.values() for claim in s.asserts})
    denies = sorted({claim for s in states.values() for claim in s.denies})
    criteria = _criteria(found.rule, asking.selection.rules, asking.evidence)
    return {
        "verdict_id": row_id("verdict", key),
        **key,
        **_said(asking.selection.pack, found),
        "first_in_force_on": _first_day(asking.selection.rules),
        "disputed": any(s.disputed for s in states.values()),
        "hangs_on_disputed": hangs,
        "facts": canonical_json([_fact_said(fact, state) for fact, state in states.items()]),
        "claims_for": asserts,
        "claims_against": denies,
        "formula": f"rules of {asking.name} in force on {asking.as_of}, three-valued, highest rank decides",
        "inputs": [
            *(f"claim:{claim}" for claim in (*asserts, *denies)),
            *(f"policy:{criterion}" for criterion in criteria),
            f"party:{question.vendor}",
        ],
    }


def _said(pack: Pack, found: Answer) -> Row:
    """What the pack and the rule that decided, or is open, say of themselves."""
    rule = found.rule
    return {
        "pack_title": pack.title,
        "issuer": pack.issuer,
        "force": pack.force,
        "outcome": found.outcome,
        "rules_in_force": found.in_force_count,
        "rule_id": rule.id if rule else None,
        "effect": rule.effect if rule else None,
        "remove_by_on": found.remove_by,
        "citation": (rule.citation or pack.source) if rule else pack.source,
        "reason": found.reason,
        "open_tests": list(found.open_tests),
        "if_settled": list(found.if_settled),
    }


def _first_day(rules: Sequence[Rule]) -> date | None:
    """The first day on which any of the rules may be in force; None where one of them is open."""
    days = [rule.starts.low if rule.starts else None for rule in rules]
    known = [day for day in days if day is not None]
    return min(known) if known and len(known) == len(days) else None


def _fact_said(fact: FactKey, state: FactState) -> Row:
    return {
        "fact": fact[0],
        "decided_by": list(fact[1]),
        "value": state.value,
        "step": state.step,
        "asserts": list(state.asserts),
        "denies": list(state.denies),
    }


def _criteria(rule: Rule | None, rules: Sequence[Rule], evidence: _Evidence) -> list[str]:
    """The criteria in words behind the rule that decided, or behind every rule where none did."""
    named = [word for r in ([rule] if rule else rules) for word in (r.policy, r.id)]
    return [word for word in dict.fromkeys(named) if word in evidence.criteria]


PRINTED = (
    *("verdict_id", "pack", "issuer", "force", "country", "carrier_id", "vendor_id", "asset_class", "layer", "action"),
    *("outcome", "rule_id", "citation", "reason", "rules_in_force", "remove_by_on", "open_tests", "if_settled"),
    *("disputed", "hangs_on_disputed", "assumed", "facts", "origins", "flip_sets"),
)


def printed(rows: Iterable[Row]) -> list[Row]:
    """Stored verdicts as `--json` prints them: facts with their claims, origins and flip sets as objects."""
    made = []
    for row in rows:
        said = {name: row[name] for name in PRINTED}
        for name in ("assumed", "facts", "origins", "flip_sets"):
            said[name] = json.loads(said[name]) if said[name] else []
        for fact in said["facts"]:
            fact["claims"] = sorted([*fact["asserts"], *fact["denies"]])
        for side in said["origins"]:
            side["vendor"] = row["vendor_id"]
        made.append(said)
    return made


def rules_in_force(packs: Packs, name: str, as_of: date, known: date | None) -> list[Rule]:
    """The rules of a pack, policy or rule that are in force on a day, for a page's list of rules."""
    found = packs.find(name)
    if found is None:
        return []
    return [rule for rule in found.rules if rule_in_force(rule, as_of, known, found.pack.adopted) is not False]
