"""What is decided of a pack before any case: reach, cover and clash, in conditions and in time."""

import pytest

from provenet.core.errors import FaultList
from provenet.policy import logic
from provenet.policy.logic import (
    ALONE,
    ALWAYS,
    PACK_WORK,
    TOGETHER,
    Review,
    RuleQuestion,
    StepsLeft,
    differ,
    review_pack,
    satisfiable,
)
from provenet.policy.pack import Pack, parse_pack
from provenet.policy.terms import Node
from support.tables import table


def parsed(*rules: str) -> Pack:
    text = "pack: p\nrules:\n" + "".join(f"  - {{{rule}}}\n" for rule in rules)
    faults = FaultList()
    made = parse_pack("p.yml", text.encode(), faults)
    assert made is not None, [fault.sentence() for fault in faults.faults]
    return made


def node(condition: str) -> Node:
    return parsed(f"id: A, effect: permit, when: {condition}").rules[0].when


def review(*rules: str) -> Review:
    return review_pack(parsed(*rules))


def faults(*rules: str) -> list[str]:
    found = review(*rules)
    assert found.undecided == []
    return [fault.says for fault in found.faults]


CONTRADICTIONS = table(__file__, "contradictions")


@pytest.mark.parametrize("condition", CONTRADICTIONS)
def test_a_condition_that_no_profile_meets(condition: str) -> None:
    assert satisfiable([(node(condition), True, ())], ALONE) is False
    assert satisfiable([(node(condition), False, ())], ALONE) is True


@pytest.mark.parametrize("condition", table(__file__, "a condition that some profile meets"))
def test_a_condition_that_some_profile_meets(condition: str) -> None:
    assert satisfiable([(node(condition), True, ())], ALONE) is True


@pytest.mark.parametrize(
    ("one", "other", "alone", "always", "together"),
    [
        ("{fact: n, is: 1}", "{fact: n, is: 2}", False, False, True),
        ("{fact: n, is: 1}", "{fact: n, is: word}", False, True, True),
        ("{fact: x}", "{fact: x, is: false}", False, False, False),
        ("{affiliate_of: a}", "{affiliate_of: b}", True, True, False),
        ("{affiliate_of: [a, c]}", "{affiliate_of: b}", True, True, False),
        ("{vendor_in: b}", "{affiliate_of: a}", True, True, True),
        ("{layer: a}", "{layer: b}", False, False, False),
        ("{fact: t, is: a}", "{fact: t, is: b}", True, True, True),
    ],
)
def test_what_may_hold_at_once_depends_on_what_is_asked(
    one: str, other: str, alone: bool, always: bool, together: bool
) -> None:
    terms = [(node(one), True, ()), (node(other), True, ())]
    assert [satisfiable(terms, asked) for asked in (ALONE, ALWAYS, TOGETHER)] == [alone, always, together]


def test_facts_that_different_parties_decide_are_different_facts() -> None:
    both = [(node("{fact: x}"), True, ("office",)), (node("{fact: x}"), False, ("court",))]
    assert satisfiable(both, ALONE) is True
    assert satisfiable([(node("{fact: x}"), True, ("a",)), (node("{fact: X}"), False, ("a",))], ALONE) is False


def test_control_above_more_is_control_above_less() -> None:
    more = parsed("id: A, effect: permit, control_above: 0.5, when: {affiliate_of: a}").rules[0].when
    less = parsed("id: A, effect: permit, control_above: 0.25, when: {affiliate_of: a}").rules[0].when
    assert satisfiable([(more, True, ()), (less, False, ())], ALONE) is False
    assert satisfiable([(more, False, ()), (less, True, ())], ALONE) is True
    named = node("{vendor_in: a}")
    assert satisfiable([(named, True, ()), (less, False, ())], ALONE) is False
    assert satisfiable([(named, False, ()), (more, True, ()), (less, True, ())], ALONE) is True
    assert satisfiable([(named, True, ()), (more, True, ()), (less, False, ())], ALONE) is False
    seat_more = parsed("id: A, effect: permit, control_above: 0.5, when: {controlled_from: CN}").rules[0].when
    seat_less = parsed("id: A, effect: permit, control_above: 0.25, when: {controlled_from: US}").rules[0].when
    assert satisfiable([(seat_more, True, ()), (seat_less, True, ())], ALONE) is True


def test_the_budgets_are_those_of_decision_0042() -> None:
    assert (logic.QUICK_STEPS, logic.MOST_STEPS, logic.HARD_STEPS) == (2_000, 30_000, 300_000)
    assert logic.PACK_WORK == 6_000_000


def test_steps_are_counted_and_what_is_held_costs_more() -> None:
    steps = StepsLeft()
    assert (steps.left, steps.work) == (30_000, PACK_WORK)
    steps.take(held=7)
    steps.take(held=16)
    assert (steps.left, steps.work) == (29_998, PACK_WORK - 4)
    condition = [(node("{all: [{layer: a}, {fact: x}]}"), True, ())]
    assert satisfiable(condition, ALONE, StepsLeft(left=3)) is True
    assert satisfiable(condition, ALONE, StepsLeft(left=2)) is None
    assert satisfiable(condition, ALONE, StepsLeft(left=3, work=3)) is True
    assert satisfiable(condition, ALONE, StepsLeft(left=3, work=2)) is None


def test_a_fork_costs_as_much_as_the_forks_beside_it_are_long() -> None:
    ways = "{any: [{layer: a}, {layer: b}, {layer: c}, {layer: d}]}"
    steps = StepsLeft()
    forked = f"{{all: [{ways}, {ways.replace('layer', 'action')}, {ways.replace('layer', 'buyer')}]}}"
    assert satisfiable([(node(forked), True, ())], ALONE, steps) is True
    # Four steps down to the three forks, then a fork and its first way three times: 3 x 4, 2 x 4 and 1 x 4 beside it.
    assert (30_000 - steps.left, PACK_WORK - steps.work) == (10, 10 + 12 // 8 + 8 // 8)


ANY = 'when: {asset_class: "*"}'


@pytest.mark.parametrize(
    ("low", "high", "covered"),
    [
        ("[2020-01-01, 2021-01-01]", "[2020-01-01, 2021-01-01]", True),
        ("[2020-01-01, 2021-01-01]", "[null, null]", True),
        ("[2020-01-01, 2021-01-01]", "[2020-01-02, null]", False),
        ("[2020-01-01, 2021-01-01]", "[null, 2020-12-31]", False),
        ("[null, 2021-01-01]", "[0001-01-01, 2021-01-01]", True),
        ("[2020-01-01, null]", "[2020-01-01, 2029-01-01]", False),
        ("[2020-01, 2021]", "[2020-01-01, 2021-12-31]", True),
        ("[2020-01, 2021]", "[2020-01-02, 2021-12-31]", False),
        ("[2020-01, 2021]", "[2020-01-01, 2021-12-30]", False),
        ("[2020-01-31, 2021-01-01]", "[2020-01, null]", True),
        ("[2020-01-30, 2021-01-01]", "[2020-01, null]", False),
        ("[null, 2021-01-01]", "[null, 2021]", True),
        ("[null, 2021-01-02]", "[null, 2021]", False),
    ],
)
def test_a_rule_is_covered_only_where_the_higher_one_is_surely_in_force(low: str, high: str, covered: bool) -> None:
    found = faults(
        f"id: LOW, effect: permit, {ANY}, in_force: {low}",
        f"id: HIGH, effect: prohibit, rank: 1, {ANY}, in_force: {high}",
    )
    assert found == (["rule LOW cannot be reached: rule HIGH of higher rank always holds with it"] if covered else [])


def test_each_covered_rule_is_named_once_with_the_first_that_covers_it() -> None:
    found = faults(
        "id: TOP, effect: permit, rank: 3, when: {layer: [a, b]}",
        "id: MID, effect: prohibit, rank: 2, when: {layer: [a, b, c]}",
        "id: LOW, effect: condition, rank: 1, when: {layer: a}",
        "id: OUT, effect: condition, rank: 0, when: {layer: [a, d]}",
    )
    assert found == ["rule LOW cannot be reached: rule TOP of higher rank always holds with it"]
    assert faults(
        "id: LOW, effect: condition, when: {layer: a}",
        "id: SAME, effect: condition, when: {layer: [a, b]}",
    ) == []  # fmt: skip


def test_a_rule_is_not_covered_by_one_that_may_be_unknown_beside_it() -> None:
    """A part of the higher rule that tests what the lower does not may fail."""
    assert faults(
        "id: LOW, effect: permit, when: {layer: a}",
        "id: HIGH, effect: prohibit, rank: 1, when: {all: [{layer: a}, {fact: x}]}",
    ) == []  # fmt: skip
    assert faults(
        "id: LOW, effect: permit, when: {layer: a}",
        'id: HIGH, effect: prohibit, rank: 1, when: {all: [{layer: a}, {asset_class: "*"}]}',
    ) == ["rule LOW cannot be reached: rule HIGH of higher rank always holds with it"]  # fmt: skip


def test_a_rule_that_cannot_be_reached_is_compared_with_no_other() -> None:
    found = faults(
        "id: NEVER, effect: prohibit, rank: 9, when: {all: [{layer: a}, {layer: b}]}",
        f"id: EMPTY, effect: prohibit, rank: 9, {ANY}, in_force: [2020-01-01, 2020-01-01]",
        "id: A, effect: permit, rank: 9, when: {layer: a}",
    )
    assert found == [
        "rule NEVER cannot be reached: its condition contradicts itself",
        "rule EMPTY cannot be reached: its interval is empty",
    ]


@pytest.mark.parametrize(
    ("one", "other", "differs"), table(__file__, "whether answers differ on a day on which both are in force")
)
def test_whether_answers_differ_on_a_day_on_which_both_are_in_force(one: str, other: str, differs: bool) -> None:
    rules = parsed(f"id: A, {ANY}, {one}", f"id: B, {ANY}, {other}").rules
    assert differ(*rules) is differs
    assert differ(*reversed(rules)) is differs
    found = faults(f"id: A, {ANY}, {one}", f"id: B, {ANY}, {other}")
    assert found == (["rules A and B can hold together, rank equal and disagree"] if differs else [])
    assert faults(f"id: A, {ANY}, {one}", f"id: B, rank: 1, when: {{layer: x}}, {other}") == []


def test_what_a_question_says() -> None:
    pack = parsed("id: A, effect: permit, when: {layer: a}", "id: B, effect: permit, when: {layer: b}")
    one, two = pack.rules
    assert [RuleQuestion(about, one, two).undecided() for about in ("reach", "cover", "clash")] == [
        "Not decided within 30,000 steps: whether rule A can hold",
        "Not decided within 30,000 steps: whether rule B of higher rank always holds with rule A",
        "Not decided within 30,000 steps: whether rules A and B, which rank equal and disagree, can hold together",
    ]
    assert [RuleQuestion(about, one, two).answer(StepsLeft()) for about in ("reach", "cover", "clash")] == [True] * 3
    same = [RuleQuestion(about, one, one).answer(StepsLeft()) for about in ("reach", "cover", "clash")]
    assert same == [True, False, False]
    assert [RuleQuestion(about, one, two).answer(StepsLeft(0)) for about in ("reach", "cover", "clash")] == [None] * 3


def test_a_pack_of_too_much_work_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    pack = parsed(*(f"id: R{n}, effect: permit, when: {{layer: l{n}}}" for n in range(4)))
    plenty = StepsLeft()
    monkeypatch.setattr("provenet.policy.logic.StepsLeft", lambda: plenty)
    assert review_pack(pack) == Review()
    needed = PACK_WORK - plenty.work
    monkeypatch.setattr("provenet.policy.logic.StepsLeft", lambda: StepsLeft(work=needed))
    assert review_pack(pack) == Review()
    monkeypatch.setattr("provenet.policy.logic.StepsLeft", lambda: StepsLeft(work=needed - 1))
    assert [fault.sentence() for fault in review_pack(pack).faults] == [
        "p.yml: the rules are too many or too long to be checked against each other; found '4 rules'.\n"
        "    Split the rules into several packs."
    ]
