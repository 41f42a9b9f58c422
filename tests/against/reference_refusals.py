"""Which packs must be refused, found by trying every profile of a small domain (see reference_rules.py).

The domain of an axis is every value the rules name and one they do not. Readings are marked below.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from against.reference_rules import SINGLE_AXES, TESTS, as_list, fold, holds, in_force, outcome_if_true

OTHER = "elsewhere"


def leaves(when: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for word in ("all", "any", "not"):
        if word in when:
            for part in as_list(when[word]):
                yield from leaves(part)
            return
    yield when


def named_values(rules: Sequence[Mapping[str, Any]]) -> dict[Any, list[Any]]:
    """Every value the rules name, by axis; a fact's key is ("fact", key)."""
    named: dict[Any, dict[Any, None]] = {}
    for leaf in itertools.chain.from_iterable(leaves(rule["when"]) for rule in rules):
        axis = ("fact", leaf["fact"]) if "fact" in leaf else next(iter(leaf))
        tested = [leaf[test] for test in TESTS if test in leaf] or [True] if "fact" in leaf else [leaf[axis]]
        for value in itertools.chain.from_iterable(map(as_list, tested)):
            named.setdefault(axis, {})[value] = None
    return {axis: list(values) for axis, values in named.items()}


def fact_values(named: Sequence[Any]) -> list[Any]:
    """Values that tell the tests of one fact apart. All tests of one fact here are of one type."""
    if isinstance(named[0], bool):
        return [True, False]
    if isinstance(named[0], int | float):
        return sorted({value + step for value in named for step in (-1, 0, 1)})
    if isinstance(named[0], date):
        return sorted({value + timedelta(step) for value in named for step in (-1, 0, 1)})
    return [*named, OTHER]


def fact_choices(named: Sequence[Any], together: bool) -> list[Any]:
    """One value of a fact; or several at once, where two rules are asked to hold together.

    Reading: a fact is never both true and false. A text may hold several values in any case, joined by commas.
    """
    values = fact_values(named)
    if isinstance(values[0], bool):
        return values
    several = [s for size in (1, 2, 3) for s in itertools.combinations(values, size)]
    if isinstance(values[0], str):
        return [",".join(s) for s in several]
    return [frozenset(s) for s in several] if together else values


def profiles(rules: Sequence[Mapping[str, Any]], together: bool) -> Iterator[dict[str, Any]]:
    """Every profile that the rules could tell apart."""
    named = named_values(rules)
    choices: dict[Any, list[Any]] = {}
    parties = [*dict.fromkeys(fold(v) for axis in ("vendor_in", "affiliate_of") for v in named.get(axis, [])), OTHER]
    choices["vendor"] = parties
    choices["group"] = parties if "affiliate_of" in named else [OTHER]
    # Reading: only capability, listed_in and fact hold several values at once, so two rules that need two different
    # values of affiliate_of do not hold together, though one vendor of another's group meets both when asked.
    choices["which"] = ["vendor", "group"] if together and "affiliate_of" in named else [""]
    classes = [str(v) for v in [*named.get("asset_class", []), *named.get("segment", [])]]
    # Reading: an asset has a class to the last word that a rule tests. One known as `core` alone leaves a test of
    # `core.x` open, so a rule that holds of every class (`core.x` or not) would not be known to hold of it.
    coarse = {v for v in classes if any(other.startswith(f"{v}.") for other in classes)}
    choices["asset_class"] = [
        *(c for v in dict.fromkeys(classes) for c in (v, f"{v}.{OTHER}") if c not in coarse),
        OTHER,
    ]
    for axis in SINGLE_AXES:
        choices[axis] = [*dict.fromkeys(fold(v) for v in named.get(axis, [])), OTHER]
    for axis in ("capability", "listed_in"):
        values = list(dict.fromkeys(fold(v) for v in named.get(axis, [])))
        chosen = itertools.product([True, False], repeat=len(values))
        choices[axis] = [(dict(zip(values, truth, strict=True)), False) for truth in chosen]
    facts = [key for key in named if isinstance(key, tuple)]
    for key in facts:
        choices[key] = fact_choices(named[key], together)
    for combination in itertools.product(*choices.values()):
        made = dict(zip(choices, combination, strict=True))
        made["facts"] = {key[1]: made.pop(key) for key in facts}
        if which := made.pop("which"):
            made["affiliate"] = made[which]
        yield made


def refusals(pack: Mapping[str, Any]) -> set[tuple[str, ...]]:
    """("unreachable", rule) and ("clash", rule, rule) for a pack whose caps and terms rest on no fact."""
    rules = pack["rules"]
    alone = [[holds(rule["when"], profile, {}) is True for rule in rules] for profile in profiles(rules, False)]
    joint = [[holds(rule["when"], profile, {}) is True for rule in rules] for profile in profiles(rules, True)]
    marks = {end for rule in rules for end in rule.get("in_force", []) if end} | {date(2000, 1, 1)}
    marks |= {rule["remove_by"] for rule in rules if rule.get("remove_by")}
    every_day = sorted({mark + timedelta(step) for mark in marks for step in (-1, 0, 1)})
    lives = [{day for day in every_day if in_force(rule, day)} for rule in rules]
    found: set[tuple[str, ...]] = set()
    for i, rule in enumerate(rules):
        mine = [truth for truth in alone if truth[i]]
        if not mine or not lives[i]:
            found.add(("unreachable", rule["id"]))
    reached = [i for i, rule in enumerate(rules) if ("unreachable", rule["id"]) not in found]
    for i, j in itertools.permutations(reached, 2):
        over, under = rules[j], rules[i]
        always = all(truth[j] for truth in alone if truth[i])
        if over["rank"] > under["rank"] and lives[i] <= lives[j] and always:
            found.add(("unreachable", under["id"]))
    for i, j in itertools.combinations(reached, 2):
        one, other = rules[i], rules[j]
        days = [day for day in lives[i] & lives[j] if answers_on(one, day) != answers_on(other, day)]
        if one["rank"] == other["rank"] and days and any(truth[i] and truth[j] for truth in joint):
            found.add(("clash", one["id"], other["id"]))
    return found


def answers_on(rule: Mapping[str, Any], day: date) -> object:
    """What a rule answers on a day. Reading: two rules disagree if their answers differ on a day of both."""
    if rule["effect"] == "cap":
        return repr((rule["cap"], rule.get("remove_by")))
    return outcome_if_true(rule, {"as_of": day, "facts": {}})
