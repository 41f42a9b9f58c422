"""A second, slow and obvious reading of whole cases, written from the description of the evidence room alone.

Tables are lists of plain dicts, a pack is what YAML gives. Unknown rules are resolved by trying every way, flip sets by
trying every set. What tables say stands in reference_evidence.py, conditions on values in reference_rules.py. Where
the description leaves a choice, the reading taken here is marked "Reading:".
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from against import reference_rules as rules_of
from against.reference_evidence import (
    Changes,
    Ground,
    Row,
    World,
    affiliate,
    all_alike,
    controlled_from,
    country,
    fallen,
    listed,
    live,
    origins,
    pool,
    searched,
    value,
)
from against.reference_rules import Tri, any_of, as_list, fold, negate


# -- rules ------------------------------------------------------------------------------------------------------------
def folded(when: Any) -> Any:
    """A condition with its fact keys without case, hyphen and space."""
    if isinstance(when, list):
        return [folded(part) for part in when]
    if not isinstance(when, Mapping):
        return when
    return {key: fold(part) if key == "fact" else folded(part) for key, part in when.items()}


def facts_in(when: Any) -> Iterator[str]:
    if isinstance(when, list):
        for part in when:
            yield from facts_in(part)
    elif isinstance(when, Mapping):
        for key, part in when.items():
            yield from [part] if key == "fact" else facts_in(part)


def passes(shares: Sequence[Row], most: float) -> Tri:
    """Whether a share passes a limit; "over 35 %" passes 35 %. None where any of several is right and they differ."""
    answers: list[Tri] = [None]
    if shares:
        answers = [
            True
            if row["low_share"] > most or (row["low_share"] == most and row["low_open"])
            else False
            if row["high_share"] <= most
            else None
            for row in shares
        ]
    return all_alike(answers)


@dataclass
class Question:
    """One question about one vendor, with everything that rules may test of it."""

    world: World
    vendor: str
    row: dict[str, Any]
    facts: dict[str, Any]
    carrier: str | None

    def truth(self, rule: Row, when: Any, facts: Mapping[str, Any]) -> Tri:
        above = float(rule.get("control_above", 0.5))
        if "all" in when:
            return negate(any_of(negate(self.truth(rule, part, facts)) for part in when["all"]))
        if "any" in when:
            return any_of(self.truth(rule, part, facts) for part in when["any"])
        if "not" in when:
            return negate(self.truth(rule, when["not"], facts))
        if "fact" in when:
            return rules_of.fact_holds(when, facts)
        ((axis, wanted),) = when.items()
        if axis == "listed_in":
            return any_of(
                listed(self.world, self.vendor, name, self.row["product_category"]) for name in as_list(wanted)
            )
        if axis == "affiliate_of":
            return affiliate(self.world, self.vendor, {self.world.canon(n) for n in as_list(wanted)}, above)
        if axis == "controlled_from":
            return controlled_from(self.world, self.vendor, {country(n) for n in as_list(wanted)}, above)
        if axis == "vendor_in":
            return self.vendor in {self.world.canon(name) for name in as_list(wanted)}
        if axis == "carrier_in":
            carrier = None if self.carrier is None else self.world.canon(self.carrier)
            return None if carrier is None else carrier in {self.world.canon(name) for name in as_list(wanted)}
        if axis == "made_in":
            when = {axis: [country(name) for name in as_list(wanted)]}
        return rules_of.holds(when, self.row, {})

    def answer(self, rule: Row, facts: Mapping[str, Any]) -> str:
        row = {"facts": facts, "as_of": self.world.as_of}
        if rule["effect"] != "cap":
            return rules_of.outcome_if_true(rule, row)
        passed = [passes(self.shares(fold(limit["measure"])), limit["at_most_share"]) for limit in as_list(rule["cap"])]
        if True in passed:
            return rules_of.forbids(rule, row)
        return "undetermined" if None in passed else "conditional"

    def shares(self, measure: str) -> list[Row]:
        """The published shares of this vendor alone within this carrier, in that measure, of this class of assets.

        Reading: of the narrowest class that covers the one asked, and of those the newest; any of one day may be right.
        """
        carrier = None if self.carrier is None else self.world.canon(self.carrier)
        found = [
            row
            for row in self.world["market_share"]
            if [self.world.canon(v) for v in row["vendor_ids"]] == [self.vendor]
            and not row["complement"]
            and not row["forecast"]
            and self.world.canon(row["carrier_id"]) == carrier
            and measure in ({fold(row["measure_kind"]), fold(row["measure"])} - {"other"})
            and row["as_of_low_on"] <= self.world.as_of
            and (row["asset_class"] == "all" or f"{self.row['asset_class']}.".startswith(f"{row['asset_class']}."))
        ]

        def order(row: Row) -> tuple[int, date]:
            return 0 if row["asset_class"] == "all" else len(row["asset_class"]), row["as_of_low_on"]

        return [row for row in found if order(row) == max(map(order, found))]


@dataclass
class Policy:
    """The rules that are asked, those of them in force on the day, and whether one was asked alone."""

    pack: Row
    chosen: list[Row]
    rules: list[Row]
    alone: bool
    issuer: str

    def ground(self, world: World, rule: Row, fact: str) -> Ground:
        deciders = [self.issuer if name == "issuer" else name for name in as_list(rule.get("decided_by") or [])]
        return fact, tuple(sorted({world.canon(name) for name in deciders}))

    def grounds(self, world: World) -> list[Ground]:
        found = {
            self.ground(world, rule, fact)
            for rule in self.chosen
            for fact in facts_in([rule["when"], rule.get("remove_by")])
        }
        return sorted(found)


def policy_asked(pack: Row, asked: str, as_of: date, known_on: date | None) -> Policy:
    rules = [folded_rule(rule) for rule in pack["rules"]]
    joined = [rule for rule in rules if rule.get("policy", rule["id"]) == asked]
    chosen = rules if pack["pack"] == asked else joined or [rule for rule in rules if rule["id"] == asked]
    alone = pack["pack"] != asked and len(chosen) == 1 and chosen[0]["id"] == asked

    def public(rule: Row) -> bool:
        """Reading: a rule without a first day has always been in force, and so was always known."""
        day = pack.get("adopted") or rule.get("in_force", [None])[0]
        return known_on is None or day is None or day <= known_on

    running = [rule for rule in chosen if rules_of.in_force(rule, as_of) and public(rule)]
    return Policy(pack, chosen, running, alone, pack.get("issuer", ""))


def folded_rule(rule: Row) -> Row:
    return {key: folded(part) if key in {"when", "remove_by"} else part for key, part in rule.items()}


def decide(policy: Policy, question: Question, values: Mapping[Ground, Tri]) -> tuple[str, set[str | None]]:
    """The outcome by every way of resolving unknown rules, and the rules that may be named as deciding it."""
    truth: list[tuple[Row, Tri]] = []
    answers: dict[str, str] = {}
    for rule in policy.rules:
        facts: dict[str, Any] = {}
        for fact in facts_in([rule["when"], rule.get("remove_by")]):
            said = values.get(policy.ground(question.world, rule, fact))
            facts[fact] = question.facts.get(fact, said)
        truth.append((rule, question.truth(rule, rule["when"], facts)))
        answers[rule["id"]] = question.answer(rule, facts)
    if not truth:
        return "clear", {None}
    if policy.alone and truth[0][1] is None:
        return "undetermined", {policy.rules[0]["id"]}
    outcomes: set[str] = set()
    deciders: set[str | None] = set()
    for way in itertools.product(*([True, False] if one is None else [one] for _, one in truth)):
        true = [rule for (rule, _), one in zip(truth, way, strict=True) if one]
        top = [rule for rule in true if rule.get("rank", 0) == max(r.get("rank", 0) for r in true)]
        sure = [rule for rule, one in truth if one and rule in top]
        winners = sure or top
        outcomes |= {answers[rule["id"]] for rule in winners} or {policy.pack.get("default", "clear")}
        deciders |= {rule["id"] for rule in winners} or {None}
    return (outcomes.pop() if len(outcomes) == 1 else "undetermined"), deciders


# -- verdicts ---------------------------------------------------------------------------------------------------------
@dataclass
class Verdict:
    """What the reference expects of one verdict."""

    outcome: str
    deciders: set[str | None]
    facts: dict[Ground, tuple[Tri, list[str]]]
    disputed: bool
    hangs_on_disputed: bool
    origins: dict[tuple[str, str], tuple[list[str], list[str]]]
    flip_sets: dict[frozenset[tuple[str, str]], str]


def verdict(world: World, policy: Policy, question: Question, relays: str = "stay", flips: bool = True) -> Verdict:
    lively = live(world)
    grounds = [ground for ground in policy.grounds(world) if ground[0] not in question.facts]
    pools = {ground: pool(world, lively, question.vendor, ground) for ground in grounds}
    memo: dict[tuple[Tri, ...], tuple[str, set[str | None]]] = {}

    def decided(values: Mapping[Ground, Tri]) -> tuple[str, set[str | None]]:
        key = tuple(values[ground] for ground in grounds)
        if key not in memo:
            memo[key] = decide(policy, question, values)
        return memo[key]

    def changed(changes: Changes) -> str:
        """The outcome of the case whose claims are edited: a row is taken out, or says the opposite."""
        state = fallen(world["claim"], changes) if relays == "fall" else changes
        left = [edited(claim, state) for claim in world["claim"] if state.get(claim["claim_id"]) != "falls"]
        then = live(replace(world, tables={**world.tables, "claim": left}))
        grown = {ground: pool(world, then, question.vendor, ground) for ground in grounds}
        return decided(settle(grown))[0]

    def settle(of: Mapping[Ground, Sequence[Row]]) -> dict[Ground, Tri]:
        """Values by claims; without any, a search that found nothing says no."""
        none = {ground for ground, claims in of.items() if not claims and searched(world, question.vendor, ground[0])}
        return {g: False if g in none else value(claims, bool(g[1])) for g, claims in of.items()}

    settled = settle(pools)
    outcome, deciders = decided(settled)
    disputes = [g for g, claims in pools.items() if not g[1] and {c["stance"] for c in claims} == {"asserts", "denies"}]
    ways = itertools.product([True, False], repeat=len(disputes))
    hangs = any(decided({**settled, **dict(zip(disputes, way, strict=True))})[0] != outcome for way in ways)
    return Verdict(
        outcome,
        deciders,
        {g: (settled[g], sorted(c["claim_id"] for c in claims)) for g, claims in pools.items()},
        bool(disputes),
        bool(disputes) and hangs,
        by_stance(world, pools),
        smallest(pools, changed) if flips else {},
    )


def edited(claim: Row, changes: Changes) -> Row:
    turned = {"asserts": "denies", "denies": "asserts"}
    return {**claim, "stance": turned[claim["stance"]]} if changes.get(claim["claim_id"]) == "reversed" else claim


def by_stance(
    world: World, pools: Mapping[Ground, Sequence[Row]]
) -> dict[tuple[str, str], tuple[list[str], list[str]]]:
    found: dict[tuple[str, str], set[str]] = {}
    for (fact, _), claims in pools.items():
        for claim in claims:
            found.setdefault((fact, claim["stance"]), set()).add(claim["claim_id"])
    return {key: origins(world["claim"], names) for key, names in found.items()}


def smallest(pools: Mapping[Ground, Sequence[Row]], changed: Any) -> dict[frozenset[tuple[str, str]], str]:
    """Every change of up to three claims that leads elsewhere and holds no smaller set of claims that does."""
    stands = changed({})
    names = sorted({claim["claim_id"] for claims in pools.values() for claim in claims})
    hits: dict[frozenset[tuple[str, str]], str] = {}
    for size in (1, 2, 3):
        for chosen in itertools.combinations(names, size):
            for how in itertools.product(("falls", "reversed"), repeat=size):
                pairs = dict(zip(chosen, how, strict=True))
                if (led := changed(pairs)) != stands:
                    hits[frozenset(pairs.items())] = led
    sets = {frozenset(name for name, _ in pairs) for pairs in hits}
    return {p: led for p, led in hits.items() if not any(other < frozenset(n for n, _ in p) for other in sets)}
