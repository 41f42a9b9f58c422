"""What can be said of a pack before any case: which rules cannot be reached, and which two clash.

A rule is unreachable if its condition contradicts itself, its interval is empty, or a rule of higher rank always
holds with it. Two rules clash if both can hold on some day, their ranks are equal and their answers differ then.
Conditions are decided by a tableau over a finite set of candidate values per axis; the domain of every axis is open
(there is always one more vendor). Deciding may take exponential time, so it has a budget: a question that is not
decided within it is no fault and is not passed over either, it is reported as undecided (decision 0042). A pack whose
checks take more than `PACK_WORK` in all is refused. Source: own; the tableau is textbook (R. Smullyan, First-Order
Logic, 1968).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import chain, pairwise, product
from math import inf

from provenet.core.errors import Fault
from provenet.core.when import Span
from provenet.policy import terms
from provenet.policy.pack import Pack, Rule

QUICK_STEPS, MOST_STEPS, HARD_STEPS = 2_000, 30_000, 300_000
"""Steps for one question at first, for one that needed more, and for all of those of one pack. Every question is tried
quickly before any is tried long, so that a hard one hides no easy one."""
PACK_WORK = 6_000_000
"""Steps for all questions of a pack, each as dear as the tests it is held against: some 20 s. A pack that needs more is
refused."""
_OTHER = "\0other"


@dataclass(frozen=True)
class Literal:
    """One test of a condition with its sign, and who decides its facts."""

    test: terms.AxisTest | terms.FactTest
    positive: bool
    decided_by: tuple[str, ...]


Term = tuple[terms.Node, bool, tuple[str, ...]]
"""A condition, the truth wanted of it, and who decides its facts."""


class _OverBudget(Exception):
    pass


ALONE, ALWAYS, TOGETHER = "alone", "always", "together"
"""The questions: can a rule hold, does another always hold with it, can two hold together. Only when two rules are to
hold together may a fact hold several values; a text may in any case, joined by commas. `affiliate_of` holds one value
then, though one vendor of another's group meets both."""


@dataclass
class StepsLeft:
    """How many steps are left for one question, and how much work for a pack."""

    left: int = MOST_STEPS
    work: int = PACK_WORK

    def take(self, held: int) -> None:
        """Counts one step and what is held beside it; raises when a budget is spent."""
        self.left -= 1
        self.work -= 1 + held // 8
        if self.left < 0 or self.work < 0:
            raise _OverBudget


def satisfiable(wanted: Iterable[Term], question: str, steps: StepsLeft | None = None) -> bool | None:
    """Whether some profile makes every condition come out as wanted. Cost exponential, bounded by the steps.

    Parameters
    ----------
    wanted
        Conditions, each with the truth wanted of it and who decides its facts.
    question
        ALONE, ALWAYS or TOGETHER: how many values a fact may hold at once.
    steps
        The budget, which is used up; `MOST_STEPS` where not given.

    Returns
    -------
    bool or None
        None where the steps run out.
    """
    steps = steps or StepsLeft()
    branches = [_Branch(list(wanted), [], [])]
    try:
        while branches:
            branch = branches.pop()
            if not _settle(branch, question, steps):
                continue
            if not branch.forks:
                return True
            branches += _ways(branch, steps)
    except _OverBudget:
        return None
    return False


@dataclass
class _Branch:
    """One way through the forks so far: what must still hold, the forks not taken, and the tests gathered."""

    todo: list[Term]
    forks: list[list[Term]]
    literals: list[Literal]


def _settle(branch: _Branch, question: str, steps: StepsLeft) -> bool:
    """Takes all that must hold; False once the tests contradict each other."""
    is_consistent = True
    while branch.todo and is_consistent:
        steps.take(held=len(branch.literals))
        node, wanted, by = branch.todo.pop()
        if isinstance(node, terms.Not):
            branch.todo.append((node.part, not wanted, by))
        elif isinstance(node, terms.AllOf | terms.AnyOf):
            parts: list[Term] = [(part, wanted, by) for part in node.parts]
            if isinstance(node, terms.AllOf) == wanted:
                branch.todo.extend(parts)
            else:
                branch.forks.append(parts)
        else:
            branch.literals.append(Literal(node, wanted, by))
            is_consistent = _consistent(branch.literals, question)
    return is_consistent


def _ways(branch: _Branch, steps: StepsLeft) -> list[_Branch]:
    """The branches of the fork of fewest ways, the first way last."""
    fork = min(branch.forks, key=len)
    steps.take(held=len(branch.forks) * len(fork))
    others = [parts for parts in branch.forks if parts is not fork]
    return [_Branch([part], list(others), list(branch.literals)) for part in reversed(fork)]


def _consistent(literals: list[Literal], question: str) -> bool:
    last = literals[-1].test
    if isinstance(last, terms.FactTest):
        by = literals[-1].decided_by
        same = [
            x
            for x in literals
            if isinstance(x.test, terms.FactTest) and x.test.match_key == last.match_key and x.decided_by == by
        ]
        return _facts_consistent(same, question)
    family = _FAMILY.get(last.axis, (last.axis,))
    same = [x for x in literals if isinstance(x.test, terms.AxisTest) and x.test.axis in family]
    if family == _CLASSES:
        return _classes_consistent(same)
    if family == _VENDORS:
        return all(_vendors_consistent(part, one_affiliate=question == TOGETHER) for part in _by_control(same))
    if last.axis in terms.MANY_VALUED:
        return _sets_consistent(same, none_word=last.axis == "capability")
    return _one_value_consistent([x for x in same if _above(x) == last.above_share])


_CLASSES = ("asset_class", "segment")
_VENDORS = ("vendor_in", "affiliate_of")
_FAMILY = {axis: family for family in (_CLASSES, _VENDORS) for axis in family}


def _values(literal: Literal) -> frozenset[object]:
    return frozenset(literal.test.values) if isinstance(literal.test, terms.AxisTest) else frozenset()


def _one_value_consistent(literals: list[Literal]) -> bool:
    """An axis of one value over an open domain."""
    candidates = {v for x in literals for v in _values(x)} | {_OTHER}
    return any(all((v in _values(x)) == x.positive for x in literals) for v in candidates)


def _by_control(literals: list[Literal]) -> Iterator[list[Literal]]:
    """The literals as each threshold of control sees them: control above more is control above less."""
    named = [x for x in literals if isinstance(x.test, terms.AxisTest) and x.test.axis == "vendor_in"]
    others = [x for x in literals if x not in named]
    for share in sorted({_above(x) for x in others}) or [terms.CONTROL_ABOVE_SHARE]:
        yield named + [x for x in others if _above(x) == share or (_above(x) > share) == x.positive]


def _above(literal: Literal) -> float:
    return literal.test.above_share if isinstance(literal.test, terms.AxisTest) else terms.CONTROL_ABOVE_SHARE


def _vendors_consistent(literals: list[Literal], *, one_affiliate: bool) -> bool:
    """A vendor has a name and a group; `affiliate_of` holds by either, or by one of them for all its tests."""
    names = {v for x in literals for v in _values(x)} | {_OTHER}

    def meets(literal: Literal, name: object, group: object, *, held: tuple[object, ...]) -> bool:
        own: tuple[object, ...] = (name,)
        if isinstance(literal.test, terms.AxisTest) and literal.test.axis == "affiliate_of":
            own = held if literal.positive else (name, group)
        return bool(_values(literal).intersection(own)) == literal.positive

    return any(
        all(meets(literal, name, group, held=held) for literal in literals)
        for name, group in product(names, names)
        for held in ([(name,), (group,)] if one_affiliate else [(name, group)])
    )


def _classes_consistent(literals: list[Literal]) -> bool:
    """Some asset class lies below every wanted prefix set and below no refused prefix."""
    prefixes = [v for x in literals for v in _values(x) if isinstance(v, tuple)]
    candidates = [(*prefix, _OTHER) for prefix in prefixes] + list(prefixes) + [(_OTHER,)]

    def below(words: tuple[str, ...], values: frozenset[object]) -> bool:
        return any(isinstance(p, tuple) and words[: len(p)] == p for p in values)

    return any(all(below(words, _values(x)) == x.positive for x in literals) for words in candidates if words)


def _sets_consistent(literals: list[Literal], *, none_word: bool) -> bool:
    """An axis that holds a set: every wanted list meets it, no refused word is in it; `none` is the empty set."""
    refused = {v for x in literals if not x.positive for v in _values(x)}
    wanted = [_values(x) for x in literals if x.positive]
    if none_word and all("none" in w for w in wanted) and "none" not in refused:
        return True
    free = refused | ({"none"} if none_word else set())
    return all(w - free for w in wanted)


def _facts_consistent(literals: list[Literal], question: str) -> bool:
    """Tests of one fact. Tests against another fact are opaque: only a test and its own refusal clash.

    Tests are compared as they are written: true and 1 are two values, though Python calls them equal.
    """
    tests = [(literal.test, literal.positive) for literal in literals if isinstance(literal.test, terms.FactTest)]
    wanted, refused = ({repr(test.tests) for test, sign in tests if sign is want} for want in (True, False))
    plain = [one for one in tests if not any(isinstance(right, terms.FactRef) for _, right in one[0].tests)]
    return wanted.isdisjoint(refused) and (not plain or _some_value_fits(plain, question))


def _some_value_fits(plain: list[tuple[terms.FactTest, bool]], question: str) -> bool:
    """Whether one value of a fact meets every test, or several do where a fact may hold several."""
    candidates = _candidates([test for test, _ in plain])
    if question == ALWAYS and len({type(v) for test, _ in plain for v in _named(test)}) > 1:
        return True  # a value of one type leaves a test of another unknown, so nothing always holds
    if any(all(_truth(t, v) is want for t, want in plain) for v in candidates):
        return True
    allowed = [v for v in candidates if all(_truth(t, v) is False for t, want in plain if not want)]
    return _values_fit(plain, [v for v in allowed if question == TOGETHER or isinstance(v, str)])


def _values_fit(plain: list[tuple[terms.FactTest, bool]], allowed: list[terms.FactValue]) -> bool:
    """Whether several allowed values at once meet every wanted test; a fact is never both true and false."""
    choices = [[v for v in allowed if _truth(t, v) is True] for t, want in plain if want]
    is_both = any(c == [True] for c in choices) and any(c == [False] for c in choices)
    return bool(allowed) and all(choices) and not is_both


def _truth(test: terms.FactTest, value: terms.FactValue) -> bool | None:
    return terms.fact_holds(test, terms.Profile(fact=lambda _key, _by: value), ())


def _named(test: terms.FactTest) -> list[terms.FactValue]:
    """The values a test names."""
    rights = [right for _, right in test.tests if not isinstance(right, terms.FactRef)]
    return [value for right in rights for value in (right if isinstance(right, tuple) else (right,))]


def _candidates(tests: list[terms.FactTest]) -> list[terms.FactValue]:
    """Values that tell the tests apart: each named value, its neighbours, what lies between, and one more."""
    named = [value for test in tests for value in _named(test)]
    numbers = sorted({v for v in named if isinstance(v, float)})
    days = sorted({d for v in named if isinstance(v, Span) for d in (v.low, v.high) if d is not None})
    made: list[terms.FactValue] = [True, False, *dict.fromkeys(v for v in named if isinstance(v, str)), _OTHER]
    if numbers:
        made += [-inf, *numbers, *((a + b) / 2 for a, b in pairwise(numbers)), inf]
    step = timedelta(days=1)
    for day in days:
        around = [day]
        if day > date.min:
            around.append(day - step)
        if day < date.max:
            around.append(day + step)
        made += [Span(d, d) for d in around]
    return made


def _starts(rule: Rule) -> date:
    return rule.starts.low if rule.starts and rule.starts.low else date.min


def _ends(rule: Rule) -> date:
    return rule.ends.high if rule.ends and rule.ends.high else date.max


def _covers_in_time(high: Rule, low: Rule) -> bool:
    start = high.starts.high if high.starts and high.starts.high else date.min
    end = high.ends.low if high.ends and high.ends.low else date.max
    return start <= _starts(low) and end >= _ends(low)


def _answer_on(rule: Rule, day: date) -> object:
    """What a rule answers on a day when it holds, as far as the pack alone can tell."""
    if rule.effect == "permit":
        return "clear"
    if rule.effect == "condition":
        return "conditional"
    if rule.effect == "cap" or isinstance(rule.remove_by, terms.FactRef):
        return rule.limits, rule.remove_by
    running = rule.remove_by is not None and rule.remove_by.high is not None and day <= rule.remove_by.high
    return "conditional" if running else "restricted"


def differ(one: Rule, other: Rule) -> bool:
    """Whether the answers of two rules differ on some day on which both are in force."""
    first, last = max(_starts(one), _starts(other)), min(_ends(one), _ends(other))
    tried = {first}
    if last > date.min:
        tried.add(last - timedelta(days=1))
    for rule in (one, other):
        if isinstance(rule.remove_by, Span) and rule.remove_by.high is not None:
            tried.add(rule.remove_by.high)
            if rule.remove_by.high < date.max:
                tried.add(rule.remove_by.high + timedelta(days=1))
    return any(_answer_on(one, d) != _answer_on(other, d) for d in tried if first <= d < last)


REACH, COVER, CLASH = "reach", "cover", "clash"


@dataclass(frozen=True)
class RuleQuestion:
    """One thing to decide of a pack: can a rule hold, does another always hold with it, can two hold together."""

    about: str
    rule: Rule
    other: Rule

    def says(self) -> str:
        """The question as a clause."""
        if self.about == REACH:
            return f"whether rule {self.rule.id} can hold"
        if self.about == COVER:
            return f"whether rule {self.other.id} of higher rank always holds with rule {self.rule.id}"
        return f"whether rules {self.rule.id} and {self.other.id}, which rank equal and disagree, can hold together"

    def undecided(self) -> str:
        """What is said of the question where nobody could decide it."""
        return f"Not decided within {MOST_STEPS:,} steps: {self.says()}"

    def answer(self, steps: StepsLeft) -> bool | None:
        """Whether the rules are good in this; None where the steps run out."""
        rule, other = self.rule, self.other
        wanted: list[Term] = [(rule.when, True, rule.decided_by)]
        if self.about == REACH:
            return satisfiable(wanted, ALONE, steps)
        wanted.append((other.when, self.about == CLASH, other.decided_by))
        if self.about == COVER:
            return satisfiable(wanted, ALWAYS, steps)
        found = satisfiable(wanted, TOGETHER, steps)
        return None if found is None else not found


@dataclass
class Review:
    """What was found of a pack before any case: its faults, and the questions that were not decided."""

    faults: list[Fault] = field(default_factory=list)
    undecided: list[RuleQuestion] = field(default_factory=list)


def review_pack(pack: Pack) -> Review:
    """Every rule of a pack that cannot be reached and every two that clash. Cost O(rules^2) questions.

    Law: what is neither a fault nor undecided was decided, however hard the other questions of the pack are.
    """
    review, steps, hard = Review(), StepsLeft(), []

    def answer(question: RuleQuestion, most: int) -> bool | None:
        steps.left = most
        is_good = question.answer(steps)
        if is_good is False:
            review.faults.append(_fault(pack, question))
        return is_good

    possible = []
    for rule in pack.rules:
        if (fault := _empty_interval(pack, rule)) is not None:
            review.faults.append(fault)
        elif (reached := answer(question := RuleQuestion(REACH, rule, rule), QUICK_STEPS)) is not False:
            possible.append(rule)
            hard += [question] if reached is None else []
    for questions in chain(_covers(possible, steps), _clashes(possible)):
        for question in questions:
            is_good = answer(question, QUICK_STEPS)
            hard += [question] if is_good is None else []
            if is_good is False:
                break
    left = HARD_STEPS
    for question in hard:
        most = min(MOST_STEPS, left)
        if answer(question, most) is None:
            review.undecided.append(question)
        left -= most - steps.left
    return Review([_too_much(pack)]) if steps.work < 0 else review


def _covers(rules: Sequence[Rule], steps: StepsLeft) -> Iterator[list[RuleQuestion]]:
    """For each rule, whether one of those of higher rank always holds with it."""
    touched = {rule.id: _families(rule.when) for rule in rules}
    may_fail = {
        rule.id: [_families(part) for part in terms.conjuncts(rule.when) if _may_fail(part, rule, steps)]
        for rule in rules
    }
    # Where a part of the other rule may fail and tests nothing that this rule tests, it can fail beside it.
    for rule in rules:
        yield [
            RuleQuestion(COVER, rule, other)
            for other in rules
            if other.rank > rule.rank
            and not any(part.isdisjoint(touched[rule.id]) for part in may_fail[other.id])
            and _covers_in_time(other, rule)
        ]


def _clashes(rules: Sequence[Rule]) -> Iterator[list[RuleQuestion]]:
    """Whether two rules of one rank that differ on some day can hold together."""
    for at, one in enumerate(rules):
        for other in rules[at + 1 :]:
            if one.rank == other.rank and differ(one, other):
                yield [RuleQuestion(CLASH, one, other)]


def _too_much(pack: Pack) -> Fault:
    text = "the rules are too many or too long to be checked against each other"
    return Fault(pack.place, text, found=f"{len(pack.rules)} rules", way_out="Split the rules into several packs.")


def _may_fail(part: terms.Node, rule: Rule, steps: StepsLeft) -> bool:
    steps.left = QUICK_STEPS
    return satisfiable([(part, False, rule.decided_by)], ALWAYS, steps) is True


def _families(node: terms.Node) -> frozenset[tuple[str, ...]]:
    """Which axes and facts a condition tests; tests of different ones never contradict each other."""
    return frozenset(_family(leaf) for leaf, _ in terms.leaves(node))


def _family(leaf: terms.AxisTest | terms.FactTest) -> tuple[str, ...]:
    return ("fact", leaf.match_key) if isinstance(leaf, terms.FactTest) else _FAMILY.get(leaf.axis, (leaf.axis,))


def _place(pack: Pack, rule: Rule) -> str:
    return f"{pack.place} line {rule.line}"


def _empty_interval(pack: Pack, rule: Rule) -> Fault | None:
    if not (rule.starts and rule.ends and _starts(rule) >= _ends(rule)):
        return None
    return Fault(
        _place(pack, rule),
        f"rule {rule.id} cannot be reached: its interval is empty",
        found=f"[{_starts(rule)}, {_ends(rule)})",
        expected="a first day before the end",
        way_out="Correct the rule or remove it.",
    )


def _fault(pack: Pack, question: RuleQuestion) -> Fault:
    """What is wrong where a question has the bad answer."""
    rule, other = question.rule, question.other
    if question.about == REACH:
        text = f"rule {rule.id} cannot be reached: its condition contradicts itself"
        return Fault(_place(pack, rule), text, way_out="Correct the rule or remove it.")
    if question.about == COVER:
        text = f"rule {rule.id} cannot be reached: rule {other.id} of higher rank always holds with it"
        way_out = f"Raise the rank of {rule.id}, narrow {other.id}, or remove one."
        return Fault(_place(pack, rule), text, way_out=way_out)
    return Fault(
        _place(pack, other),
        f"rules {rule.id} and {other.id} can hold together, rank equal and disagree",
        found=f"rank {rule.rank:g}, {rule.effect} and {other.effect}",
        expected="different ranks or conditions that exclude each other",
        way_out="Give one of them the higher rank; the higher decides.",
    )
