"""Which rows and rules turned a verdict into another: the smallest sets that do it, found by screening anew.

A set is *sufficient* if the old screening with just this set carried over gives the new outcome, and *necessary* if the
new screening without it gives the old one back. Every set of up to three that is sufficient and holds no smaller one is
listed. It claims nothing of why anybody wrote a row. Source: own, after the flip sets of algorithms 5.9.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, product
from math import comb, prod

from provenet.evidence.comparison import ChangedElement, Comparison, Side
from provenet.evidence.equivalence import Equivalence
from provenet.evidence.replay import Change, Decision, Question, Replay

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
    by_vendor: dict[str | None, list[Question]] = {}
    for question in questions:
        by_vendor.setdefault(question[0], []).append(question)
    for own in by_vendor.values():
        whole = Replay(comparison, own, in_force)
        moving = any(element.table in ROW_TABLES_OF_CONTROL for element in whole.elements)
        reached = {} if moving else whole.reached(in_force)
        by_rules: dict[frozenset[str], list[Question]] = {}
        for question in own:
            by_rules.setdefault(reached.get(question, frozenset(in_force)), []).append(question)
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
        without = replay.answers(every - {element.ref for element in elements})
        return _reaches(without.get(question), new, old)

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
    made: dict[object, list[ChangedElement]] = {}
    for element in elements:
        made.setdefault(element.ref if element.twin is None else element.twin, []).append(element)
    return [tuple(unit) for unit in made.values()]
