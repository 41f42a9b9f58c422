"""Compiled rules beside the interpreter on random packs: the same outcome and the same rule, whatever is known."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from against.random_packs import AXIS_VALUES, CELLS, DAYS, packs, rows
from against.test_rules_second_implementation import parsed
from provenet.core.ids import fold
from provenet.core.tri import Tri
from provenet.policy import terms
from provenet.policy.answers import OUTCOMES, answer
from provenet.policy.cases import case_profile
from provenet.policy.compiled import CompiledRules
from provenet.policy.packs import Packs, Selection, load_packs
from provenet.policy.wordlists import lexicon
from support.examples import examples

HEALTHY = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None}
QUICK = settings(max_examples=examples(500), derandomize=True, **HEALTHY)
LONG = settings(max_examples=20_000, **HEALTHY)
PLAIN_AXES = ("controlled_from", "made_in", "layer", "action", "site_class", "product_category", "buyer")


def selections(pack: dict[str, Any]) -> Iterator[Selection]:
    """A pack whole, each policy and each rule of it."""
    made = Packs()
    made.index([parsed(pack)])
    for name in made.ids():
        found = made.find(name)
        assert found is not None
        yield found


def some(draw: random.Random, words: list[str]) -> frozenset[str] | None:
    """Nothing known, one word, or several of which one holds."""
    count = draw.choice([0, 1, 1, 1, 2])
    return frozenset(draw.sample(words, min(count, len(words)))) if count else draw.choice([None, frozenset()])


def group_of(draw: random.Random, names: list[str]) -> terms.Group:
    maybe = draw.choice([None, frozenset[str](), frozenset(draw.sample(names, 2))])
    return terms.Group(frozenset(draw.sample(names, draw.randint(0, 2))), maybe)


def random_profile(draw: random.Random, words: dict[str, list[str]], keys: list[str]) -> terms.Profile:
    """What may be known of a question, dense in the words of some rules."""
    names = [lexicon().vendors.canon(word) for word in words["vendor_in"] + words["affiliate_of"]] + ["x", "y"]
    carriers = [lexicon().carriers.canon(word) for word in words["carrier_in"]] + ["x"]
    classes = [terms.class_words(word) for word in words["asset_class"] + words["segment"]]
    classes += [("other", "x"), ("other",)]
    plain = {axis: some(draw, [terms.plain_word(axis, word) for word in words[axis]] + ["x"]) for axis in PLAIN_AXES}
    able = [fold(word) for word in words["capability"]] + ["x"]
    lists = [terms.list_name(word) for word in words["listed_in"]] + ["x"]
    on = frozenset(draw.sample(lists, draw.randint(0, 1)))
    facts = {(key, by): terms.fact_value(draw.choice(CELLS)) for key in keys for by in (True, False)}
    above = {share: group_of(draw, names) for share in (0.1, 0.25, 0.75)}
    held: dict[object, Tri] = {}

    def fact(key: str, decided_by: tuple[str, ...]) -> terms.FactValue | None:
        return facts.get((key, bool(decided_by)))

    def controlled(share: float, where: frozenset[str]) -> Tri:
        return held.setdefault((share, where), draw.choice([True, False, None]))

    return terms.Profile(
        vendor=some(draw, names),
        group=draw.choice([None, terms.Group(), group_of(draw, names)]),
        carrier=some(draw, carriers),
        asset_class=tuple(draw.sample(classes, draw.randint(1, 2))) if draw.random() < 0.9 else None,
        plain={axis: values for axis, values in plain.items() if values is not None},
        capability=None if draw.random() < 0.2 else frozenset(draw.sample(able, draw.randint(0, 1))),
        capability_complete=draw.random() < 0.7,
        listing=terms.Listing(on, frozenset(lists) - on if draw.random() < 0.5 else frozenset(), draw.random() < 0.2),
        shares={m: draw.choice([None, (0.2, 0.2), (0.3, 0.6), (0.9, 0.9)]) for m in ("sites", "Traffic", "x")},
        share_unit=draw.choice([None, None, "sites", "direction", "subscribers"]),
        group_above=(lambda share: above.get(share, terms.Group())) if draw.random() < 0.3 else None,
        controlled_above=controlled if draw.random() < 0.3 else None,
        fact=fact,
    )


def compare(selection: Selection, profile: terms.Profile, day: date, known: date | None, rules: CompiledRules) -> str:
    found = answer(selection, profile, day, known=known)
    made = rules.decide(profile, day, known)
    assert made == (found.outcome, found.rule.id if found.rule else None), (selection, profile, day)
    return made.outcome


def compare_pack(pack: dict[str, Any], row: dict[str, str], draw: random.Random) -> None:
    words = {axis: AXIS_VALUES[axis] for axis in AXIS_VALUES}
    told = case_profile(row, lexicon())
    for selection in selections(pack):
        rules = CompiledRules(selection)
        compare(selection, told, date.fromisoformat(row["as_of"]), None, rules)
        keys = sorted({key for rule in selection.rules for key in terms.fact_keys(rule.when)} | {"begun"})
        for _ in range(3):
            day = draw.choice(DAYS) + timedelta(draw.choice([-1, 0, 1]))
            profile = random_profile(draw, words, keys)
            compare(selection, profile, day, draw.choice([None, None, draw.choice(DAYS)]), rules)


@QUICK
@given(packs(), rows(), st.integers(0, 2**32))
def test_random_packs_are_compiled_to_what_the_interpreter_says(
    pack: dict[str, Any], row: dict[str, str], seed: int
) -> None:
    compare_pack(pack, row, random.Random(seed))


@pytest.mark.slow
@LONG
@given(packs(), rows(), st.integers(0, 2**32))
def test_many_random_packs_are_compiled_to_what_the_interpreter_says(
    pack: dict[str, Any], row: dict[str, str], seed: int
) -> None:
    compare_pack(pack, row, random.Random(seed))


PACKS = load_packs()


def words_of(selection: Selection) -> tuple[dict[str, list[str]], list[str]]:
    """The words that rules name by axis, and the facts they read."""
    words: dict[str, list[str]] = {axis: [] for axis in AXIS_VALUES}
    keys: set[str] = set()
    for rule in selection.rules:
        keys |= terms.fact_keys(rule.when)
        for leaf, _ in terms.leaves(rule.when):
            if isinstance(leaf, terms.AxisTest):
                words[leaf.axis] += leaf.written
    return words, sorted(keys)


def values_of(selection: Selection) -> dict[str, list[terms.FactValue | None]]:
    """The values that rules compare each fact with, both truths, and nothing known."""
    found: dict[str, list[terms.FactValue | None]] = {}
    for rule in selection.rules:
        for leaf, _ in terms.leaves(rule.when):
            if isinstance(leaf, terms.FactTest):
                rights = [one for _, right in leaf.tests for one in (right if isinstance(right, tuple) else (right,))]
                plain = [one for one in rights if isinstance(one, bool | float | str) or hasattr(one, "is_day")]
                found.setdefault(leaf.key, [True, True, False, None]).extend(plain * 2)
    return found


@pytest.mark.parametrize("name", sorted(PACKS.packs))
def test_bundled_packs_are_compiled_to_what_the_interpreter_says(name: str) -> None:
    selection, draw = PACKS.find(name), random.Random(name)
    assert selection is not None
    (words, keys), values = words_of(selection), values_of(selection)
    edges = {d for rule in selection.rules for span in (rule.starts, rule.ends) if span for d in (span.low, span.high)}
    days = [*sorted(day for day in edges if day is not None), date(2026, 11, 25)]
    rules, seen = CompiledRules(selection), set()
    for _ in range(400):
        profile = random_profile(draw, words, keys)
        said = {key: draw.choice(values.get(key, [None])) for key in keys}
        known = terms.Profile(**{**vars(profile), "fact": lambda key, _by, said=said: said.get(key)})
        day = draw.choice(days) + timedelta(draw.choice([-1, 0, 1]))
        seen.add(compare(selection, known, day, None, rules))
    assert seen <= set(OUTCOMES)
