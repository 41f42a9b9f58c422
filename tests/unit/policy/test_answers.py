"""What rules answer, with every sentence: one rule, a policy, a pack; terms, caps, ranks and what is open."""

from collections.abc import Mapping
from datetime import date

import pytest

from provenet.core.errors import FaultList
from provenet.core.when import Span, parse_span
from provenet.policy.answers import Ruling, answer
from provenet.policy.pack import parse_pack
from provenet.policy.packs import Packs, Selection
from provenet.policy.terms import FactValue, Profile
from support.tables import table

DAY = date(2024, 6, 15)
HEAD = "pack: own\ntitle: Own order\n{more}rules:\n"


def selected(*rules: str, name: str = "own", more: str = "") -> Selection:
    text = HEAD.format(more=more) + "".join(f"  - {{{rule}}}\n" for rule in rules)
    faults = FaultList()
    pack = parse_pack("own.yml", text.encode(), faults)
    assert pack is not None, [fault.sentence() for fault in faults.faults]
    packs = Packs()
    packs.index([pack])
    found = packs.find(name)
    assert found is not None
    return found


def profile(facts: Mapping[str, FactValue | None] | None = None, **axes: object) -> Profile:
    given = facts or {}
    return Profile(fact=lambda key, _by: given.get(key), **axes)  # type: ignore[arg-type]


def asked(selection: Selection, facts: Mapping[str, FactValue | None] | None = None, day: date = DAY) -> Ruling:
    return answer(selection, profile(facts), day)


def said(found: Ruling) -> tuple[str, str | None, str]:
    return found.outcome, found.rule.id if found.rule else None, found.reason


X = "when: {fact: x}"


@pytest.mark.parametrize(("rule", "outcome", "reason"), table(__file__, "one rule that holds"))
@pytest.mark.parametrize("name", ["own", "R"])
def test_one_rule_that_holds(rule: str, outcome: str, reason: str, name: str) -> None:
    found = asked(selected(rule, name=name), {"x": True})
    assert said(found) == (outcome, "R", reason)
    assert (found.in_force_count, found.if_settled) == (1, ())


@pytest.mark.parametrize(
    ("begin", "outcome", "reason", "remove_by"),
    [
        (None, "undetermined", "missing the date begin + 12 months", None),
        ("true", "undetermined", "missing the date begin + 12 months", None),
        ("2023-06-15", "conditional", "Rule R prohibits it after 2024-06-15; the term still runs", date(2024, 6, 15)),
        ("2023-06-14", "restricted", "Rule R prohibits it; its term has run out on 2024-06-15.", None),
        ("2023-06", "undetermined", "missing the date begin + 12 months", None),
    ],
)
def test_a_term_that_rests_on_a_fact(begin: str | None, outcome: str, reason: str, remove_by: date | None) -> None:
    selection = selected(f"id: R, effect: prohibit, remove_by: {{fact: begin, plus: 12 months}}, {X}")
    value: FactValue | None = None if begin is None else True if begin == "true" else parse_span(begin)
    found = asked(selection, {"x": True, "begin": value})
    assert (found.outcome, found.remove_by) == (outcome, remove_by)
    assert reason in found.reason


@pytest.mark.parametrize("name", ["own", "R"])
@pytest.mark.parametrize(
    ("more", "outcome", "reason"),
    [
        ("", "clear", "Rule R does not reach this case on 2024-06-15; Own order then leaves it clear."),
        (
            "default: restricted\n",
            "restricted",
            "Rule R does not reach this case on 2024-06-15; Own order then leaves it restricted.",
        ),
    ],
)
def test_one_rule_that_does_not_hold(name: str, more: str, outcome: str, reason: str) -> None:
    found = asked(selected(f"id: R, effect: condition, {X}", name=name, more=more), {"x": False})
    assert said(found) == (outcome, None, reason)
    assert (found.in_force_count, found.open_tests, found.if_settled, found.remove_by) == (1, (), (), None)


@pytest.mark.parametrize("name", ["own", "R"])
def test_one_rule_that_is_open(name: str) -> None:
    found = asked(selected(f"id: R, effect: prohibit, {X}", name=name))
    assert said(found) == ("undetermined", "R", "Rule R is open. Not known: fact: x. Possible: clear, restricted.")
    assert (found.open_tests, found.if_settled, found.in_force_count) == (("fact: x",), ("clear", "restricted"), 1)


def test_an_open_rule_whose_answer_is_the_default() -> None:
    """Asked alone a rule stays open; among others it changes nothing."""
    rule = f"id: R, effect: permit, {X}"
    assert said(asked(selected(rule, name="R"))) == (
        "undetermined",
        "R",
        "Rule R is open. Not known: fact: x. Possible: clear.",
    )
    assert said(asked(selected(rule, "id: S, effect: permit, when: {fact: y}"))) == (
        "clear",
        None,
        "Whatever the unknown facts are, Own order leaves this case clear on 2024-06-15.",
    )


def test_facts_are_named_by_what_the_pack_says_of_them() -> None:
    more = "facts: {x: the part is critical, n: the number of sites}\n"
    condition = "all: [{fact: x}, {fact: n, at_least: 5}, {layer: radio}, {fact: z}, {fact: y}, {fact: w}]"
    found = asked(selected(f"id: R, effect: prohibit, when: {{{condition}}}", more=more))
    assert found.reason == (
        "Rule R is open. Not known: the part is critical (x); the number of sites (n at_least 5); the layer is "
        "radio; fact: z and 2 more. Possible: clear, restricted."
    )
    assert found.open_tests == ("fact: x", "fact: n at_least 5", "layer: radio", "fact: z", "fact: y", "fact: w")


def test_four_open_tests_are_all_shown_and_each_once() -> None:
    tests = ", ".join(f"{{fact: {name}}}" for name in ("a", "b", "c", "d", "a"))
    found = asked(selected(f"id: R, effect: prohibit, when: {{all: [{tests}]}}"))
    assert "fact: a; fact: b; fact: c; fact: d. Possible" in found.reason
    assert found.open_tests == ("fact: a", "fact: b", "fact: c", "fact: d")


def test_no_rule_in_force_and_how_many_are() -> None:
    rules = (
        "id: A, effect: prohibit, policy: P, when: {fact: x}, in_force: [2024-06-16, null]",
        "id: B, effect: permit, policy: P, rank: 1, when: {fact: y}, in_force: [null, 2024-06-15]",
        "id: C, effect: condition, policy: Q, rank: 2, when: {fact: y}, in_force: [2025-01-01, null]",
    )
    none = asked(selected(*rules))
    assert said(none) == ("clear", None, "No rule of Own order was in force on 2024-06-15.")
    assert none.in_force_count == 0
    assert asked(selected(*rules, name="P")).reason == "No rule under P (Own order) was in force on 2024-06-15."
    assert asked(selected(*rules, name="C")).reason == "No rule under Q (Own order) was in force on 2024-06-15."
    two = asked(selected(*rules), {"x": False, "y": False}, date(2025, 1, 1))
    assert said(two) == (
        "clear",
        None,
        "No rule in force reaches this case on 2025-01-01; Own order then leaves it clear.",
    )
    assert two.in_force_count == 2


@pytest.mark.parametrize(
    ("day", "outcome"),
    [
        (date(2020, 2, 29), "clear"),
        (date(2020, 3, 1), "undetermined"),
        (date(2020, 3, 30), "undetermined"),
        (date(2020, 3, 31), "restricted"),
        (date(2022, 12, 31), "restricted"),
        (date(2023, 1, 1), "undetermined"),
        (date(2023, 12, 30), "undetermined"),
        (date(2023, 12, 31), "clear"),
    ],
)
def test_ends_that_are_known_to_a_month_or_year_only(day: date, outcome: str) -> None:
    selection = selected(f"id: R, effect: prohibit, {X}, in_force: [2020-03, 2023]")
    found = asked(selection, {"x": True}, day)
    assert found.outcome == outcome
    if outcome == "undetermined":
        assert found.reason == "Rule R is open: whether it is in force that day is not known to the day."
        assert (found.open_tests, found.if_settled) == ((), ("clear", "restricted"))


def test_a_rule_adopted_later_is_not_known_yet() -> None:
    selection = selected(
        f"id: R, effect: prohibit, {X}, in_force: [2020-01-01, null], adopted: 2019-06-01", more="adopted: 2019-01-01\n"
    )
    other = selected(f"id: R, effect: prohibit, {X}, in_force: [2020-01-01, null]", more="adopted: 2019-01-01\n")
    bare = selected(f"id: R, effect: prohibit, {X}, in_force: [2020-01-01, null]")
    always = selected(f"id: R, effect: prohibit, {X}")

    def counted(selection: Selection, known: date | None) -> int:
        return answer(selection, profile({"x": True}), DAY, known=known).in_force_count

    for asked_of, first in ((selection, date(2019, 6, 1)), (other, date(2019, 1, 1)), (bare, date(2020, 1, 1))):
        assert counted(asked_of, date.fromordinal(first.toordinal() - 1)) == 0
        assert counted(asked_of, first) == 1
        assert counted(asked_of, None) == 1
    assert counted(always, date(1990, 1, 1)) == 1


CAP = "id: R, effect: cap, when: {fact: x}, cap: %s"
SITES = "{measure: sites, at_most_share: 0.35, of: carrier}"


@pytest.mark.parametrize(
    ("share", "unit", "outcome", "reason"),
    [
        ((0.36, 0.4), None, "restricted", "Rule R: the cap of 35% of sites is passed on 2024-06-15."),
        ((0.35, 0.35), None, "conditional", "Rule R: the cap of 35% of sites is kept on 2024-06-15."),
        ((0.0, 0.1), "Sites", "conditional", "Rule R: the cap of 35% of sites is kept on 2024-06-15."),
        ((0.0, 0.1), "instrument", "conditional", "Rule R: the cap of 35% of sites is kept on 2024-06-15."),
        (None, None, "undetermined", "Rule R holds, but its answer is not known: missing the share of sites."),
        (
            (0.3, 0.36),
            None,
            "undetermined",
            "Rule R holds, but its answer is not known: missing the share of sites precisely enough to compare it "
            "with 35%.",
        ),
        (
            (0.9, 0.9),
            "spend",
            "undetermined",
            "Rule R holds, but its answer is not known: missing the share of sites (given as a share of spend).",
        ),
    ],
)
def test_a_cap(share: tuple[float, float] | None, unit: str | None, outcome: str, reason: str) -> None:
    given = profile({"x": True}, shares={"SITES": share}, share_unit=unit)
    found = answer(selected(CAP % SITES), given, DAY)
    assert said(found) == (outcome, "R", reason)


def test_a_cap_with_a_term_and_two_limits() -> None:
    both = f"[{SITES}, {{measure: purchases, at_most_share: 0.5, of: carrier, unit: spend}}], remove_by: 2024-12-31"
    selection = selected(CAP % both)

    def with_shares(day: date = DAY, unit: str | None = None, **shares: tuple[float, float] | None) -> Ruling:
        return answer(selection, profile({"x": True}, shares=shares, share_unit=unit), day)

    passed = with_shares(sites=(0.4, 0.4))
    assert (passed.outcome, passed.remove_by) == ("conditional", date(2024, 12, 31))
    assert passed.reason == "Rule R: the cap of 35% of sites and 50% of purchases is passed on 2024-06-15."
    assert with_shares(date(2025, 1, 1), sites=(0.4, 0.4)).outcome == "restricted"
    kept = with_shares(sites=(0.1, 0.1), purchases=(0.5, 0.5))
    assert (kept.outcome, kept.remove_by) == ("conditional", None)
    assert "is kept on" in kept.reason
    half = with_shares(sites=(0.1, 0.1))
    assert half.reason == (
        "Rule R holds, but its answer is not known: missing the share of sites precisely enough to compare it with "
        "35%; the share of purchases."
    )
    assert half.open_tests == ("the share of sites precisely enough to compare it with 35%", "the share of purchases")
    assert with_shares(unit="spend", sites=(0.9, 0.9), purchases=(0.6, 0.6)).outcome == "conditional"
    assert with_shares(unit="purchases", sites=(0.1, 0.1), purchases=(0.6, 0.6)).outcome == "conditional"


@pytest.mark.parametrize(
    ("share", "limit", "outcome", "reason"),
    [
        (0.3, 0.3, "conditional", "Rule R: the cap of 30% of quantity is kept on 2024-06-15."),
        (0.31, 0.3, "restricted", "Rule R: the cap of 30% of quantity is passed on 2024-06-15."),
        (0.31, None, "undetermined", "Rule R holds, but its answer is not known: missing the limit limit."),
        (0.31, 30.0, "undetermined", "Rule R holds, but its answer is not known: missing the limit limit."),
        (
            None,
            None,
            "undetermined",
            "Rule R holds, but its answer is not known: missing the limit limit; the share of quantity.",
        ),
    ],
)
def test_a_cap_whose_limit_a_fact_holds(share: float | None, limit: float | None, outcome: str, reason: str) -> None:
    shares = {"quantity": None if share is None else (share, share)}
    given = profile({"x": True, "limit": limit}, shares=shares)
    found = answer(selected(CAP % "{measure: quantity, at_most_share: {fact: limit}}"), given, DAY)
    assert said(found) == (outcome, "R", reason)


RANKED = (
    "id: HIGH, effect: permit, rank: 3, when: {fact: a}",
    "id: MID, effect: prohibit, rank: 2, when: {fact: b}",
    "id: LOW, effect: condition, rank: 1, when: {fact: c}",
)


@pytest.mark.parametrize(
    ("a", "b", "c", "outcome", "rule", "settled", "tests"),
    [
        (True, None, None, "clear", "HIGH", (), ()),
        (False, True, None, "restricted", "MID", (), ()),
        (False, False, True, "conditional", "LOW", (), ()),
        (False, False, False, "clear", None, (), ()),
        (None, True, True, "undetermined", "HIGH", ("clear", "restricted"), ("fact: a",)),
        (None, False, False, "clear", None, (), ()),
        (None, None, True, "undetermined", "HIGH", ("clear", "conditional", "restricted"), ("fact: a", "fact: b")),
        (False, None, True, "undetermined", "MID", ("conditional", "restricted"), ("fact: b",)),
        (False, False, None, "undetermined", "LOW", ("clear", "conditional"), ("fact: c",)),
    ],
)
def test_the_rule_of_highest_rank_decides(
    a: bool | None,
    b: bool | None,
    c: bool | None,
    outcome: str,
    rule: str | None,
    settled: tuple[str, ...],
    tests: tuple[str, ...],
) -> None:
    found = asked(selected(*RANKED), {"a": a, "b": b, "c": c})
    assert (found.outcome, found.rule.id if found.rule else None) == (outcome, rule)
    assert (found.if_settled, found.open_tests, found.in_force_count) == (settled, tests, 3)


def test_the_order_of_rules_changes_nothing() -> None:
    for facts in ({"a": None, "b": True, "c": True}, {"a": False, "b": None, "c": True}):
        assert asked(selected(*RANKED), facts) == asked(selected(*reversed(RANKED)), facts) or (
            asked(selected(*RANKED), facts).reason == asked(selected(*reversed(RANKED)), facts).reason
        )


def test_two_open_rules_of_one_answer_need_no_settling() -> None:
    """Whichever of them holds, the answer of the rule below is the same."""
    rules = ("id: A, effect: prohibit, rank: 2, when: {fact: a}", "id: B, effect: prohibit, rank: 1, when: {fact: b}")
    found = asked(selected(*rules), {"b": True})
    assert said(found) == ("restricted", "B", "Rule B prohibits it on 2024-06-15.")


def test_a_span_known_to_a_month_as_a_fact() -> None:
    rule = "id: R, effect: prohibit, when: {fact: d, before: 2024-03-01}"
    assert asked(selected(rule), {"d": Span(date(2024, 2, 1), date(2024, 2, 29))}).outcome == "restricted"
    assert asked(selected(rule), {"d": Span(date(2024, 2, 1), date(2024, 3, 1))}).outcome == "undetermined"
