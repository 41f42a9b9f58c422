"""Which rows and rules turned a verdict into another: the smallest sets that do it, found by asking the policy anew.

A set is *sufficient* if the old asking with just this set carried over gives the new outcome, and *necessary* if the
new asking without it gives the old one back. Every set of up to three that is sufficient and holds no smaller one is
listed. It claims nothing of why anybody wrote a row. Source: own, after the flip sets of algorithms 5.9.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, product
from math import comb, prod

from provenet.evidence.alike import Alike
from provenet.evidence.between import Between, Element, Side
from provenet.evidence.stage import Question, Said, Stage

MAX_SIZE = 3
MAX_TRIED = 1000
"""Sets of one size that are tried at most for one group of verdicts; a size with more is not begun."""
MAX_LISTED = 60
"""Sets listed per verdict; their count is never cut."""
ROW_TABLES_OF_CONTROL = ("ownership", "succession", "listing", "party", "identifier", "market_share")

Unit = tuple[Element, ...]
"""Elements that the rules cannot tell apart: carrying one of them over does what carrying all of them does."""


@dataclass(frozen=True)
class Cause:
    """One set of elements, and whether it gives the new outcome, and whether the new outcome needs it."""

    elements: tuple[Element, ...]
    sufficient: bool
    necessary: bool


@dataclass(frozen=True)
class Found:
    """The causes of one change. `searched`: sets of up to so many were all tried; `set_count`: sufficient sets in all.

    Where no set up to three is sufficient, `causes` are the single elements without which the old outcome comes back.
    """

    causes: tuple[Cause, ...]
    searched: int
    set_count: int
    is_traced: bool = True


UNTRACED = Found((), 0, 0, is_traced=False)
"""Carrying everything over does not give the outcome that is stored: the code or a pack is another one."""


def causes(old: Side, new: Side, changed: Mapping[Question, tuple[Said, Said]]) -> dict[Question, Found]:
    """For each verdict that changed from one (outcome, rule) to another, the sets of elements that did it.

    Where the rule alone changed, a set must give the new rule. Raises nothing for a policy that no pack has: its
    verdicts are untraced. Cost O(elements^3) askings per group of verdicts that rest on the same elements; a size of
    more than `MAX_TRIED` sets is not begun, which `searched` tells. Law: no listed set holds another.
    """
    found: dict[Question, Found] = {}
    known = old.packs.find(old.policy) is not None and new.packs.find(new.policy) is not None
    for frozen in (True, False) if known else ():
        waiting = {question: said for question, said in changed.items() if question not in found}
        if waiting and (frozen or old.as_of != new.as_of):
            between = Between(old, new, frozen)
            groups = {group[0]: group for group in Alike(between, waiting).groups(waiting)}
            for stage in _stages(between, list(groups)):
                for question, one in _search(stage, {q: waiting[q] for q in stage.asked}).items():
                    found |= dict.fromkeys(groups[question], one)
    return {question: found.get(question, UNTRACED) for question in changed}


def _stages(between: Between, questions: Sequence[Question]) -> Iterator[Stage]:
    """Questions whose answers may rest on the same elements are asked together."""
    in_force = [rule for rule, states in between.rule_states.items() if between.may_hold(states)]
    groups: dict[tuple[tuple[str, ...], frozenset[str]], list[Question]] = {}
    by_vendor: dict[str | None, list[Question]] = {}
    for question in questions:
        by_vendor.setdefault(question[0], []).append(question)
    for asked in by_vendor.values():
        whole = Stage(between, asked, in_force)
        moving = any(element.table in ROW_TABLES_OF_CONTROL for element in whole.elements)
        reached = {} if moving else whole.reached(in_force)
        by_rules: dict[frozenset[str], list[Question]] = {}
        for question in asked:
            by_rules.setdefault(reached.get(question, frozenset(in_force)), []).append(question)
        for rules, some in by_rules.items():
            refs = tuple(element.ref for element in Stage(between, some, rules).elements)
            groups.setdefault((refs, rules), []).extend(some)
    for (_, rules), some in groups.items():
        yield Stage(between, some, rules)


def _search(stage: Stage, changed: Mapping[Question, tuple[Said, Said]]) -> dict[Question, Found]:
    every = frozenset(element.ref for element in stage.elements)
    before, after = stage.answers(frozenset()), stage.answers(every)
    traced = {q: said for q, said in changed.items() if (before.get(q), after.get(q)) == said}
    units = _units(stage.elements)
    minimal: dict[Question, list[tuple[Unit, ...]]] = {question: [] for question in traced}
    searched = 0
    for size in range(1, MAX_SIZE + 1):
        if comb(len(units), size) > MAX_TRIED:
            break
        searched = size
        for chosen in combinations(units, size):
            waiting = [q for q in traced if not any(set(one) <= set(chosen) for one in minimal[q])]
            if waiting:
                said = stage.answers(frozenset(unit[0].ref for unit in chosen))
                for question in waiting:
                    if _alike(said.get(question), *traced[question]):
                        minimal[question].append(chosen)
    # With fewer elements than three, all sets there are were tried.
    searched = MAX_SIZE if searched >= len(units) else searched
    return {q: _found(stage, q, said, units, minimal[q], searched) for q, said in traced.items()}


def _found(
    stage: Stage,
    question: Question,
    said: tuple[Said, Said],
    units: Sequence[Unit],
    minimal: Sequence[tuple[Unit, ...]],
    searched: int,
) -> Found:
    every = frozenset(element.ref for element in stage.elements)
    old, new = said

    def is_necessary(elements: Iterable[Element]) -> bool:
        without = stage.answers(every - {element.ref for element in elements})
        return _alike(without.get(question), new, old)

    sets = chain.from_iterable(product(*chosen) for chosen in minimal)
    listed = tuple(Cause(one, True, is_necessary(one)) for one, _ in zip(sets, range(MAX_LISTED), strict=False))
    if not listed:
        single = [unit for unit in units if len(unit) == 1]
        listed = tuple(Cause(unit, False, True) for unit in single if is_necessary(unit))[:MAX_LISTED]
    return Found(listed, searched, sum(prod(len(unit) for unit in chosen) for chosen in minimal))


def _alike(said: Said | None, start: Said, goal: Said) -> bool:
    """Whether an answer is the goal: the same outcome, or the same rule where the outcome never changed."""
    if said is None:
        return False
    return said[0] == goal[0] if start[0] != goal[0] else said == goal


def _units(elements: Iterable[Element]) -> list[Unit]:
    made: dict[object, list[Element]] = {}
    for element in elements:
        made.setdefault(element.ref if element.twin is None else element.twin, []).append(element)
    return [tuple(unit) for unit in made.values()]
