"""The terms of a rule, each in every state: true, false and unknown; and how rules write them."""

from dataclasses import FrozenInstanceError, replace
from datetime import date

import pytest

from provenet.core.tri import Tri
from provenet.core.when import Span, parse_span
from provenet.policy.terms import (
    AllOf,
    AnyOf,
    AxisTest,
    FactRef,
    FactTest,
    FactValue,
    Group,
    Listing,
    Node,
    Not,
    Profile,
    Right,
    axis_holds,
    axis_tests,
    class_words,
    condition_text,
    conjuncts,
    day_text,
    fact_holds,
    fact_keys,
    fact_value,
    holds,
    leaves,
    list_name,
    open_tests,
    plain_word,
    renamed,
    right_text,
    right_value,
    term_on,
)
from provenet.policy.wordlists import fact_types, lexicon


def axis(name: str, *values: str | tuple[str, ...], above: float = 0.5) -> AxisTest:
    return AxisTest(name, values, tuple(str(value) for value in values), above)


def fact(key: str, *tests: tuple[str, Right]) -> FactTest:
    return FactTest(key, tests or (("is", True),))


def known(**facts: FactValue | None) -> Profile:
    return Profile(fact=lambda key, _by: facts.get(key))


def span(text: str) -> Span:
    return parse_span(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in_uk_annex", "ukannex"),
        ("on_1260H", "1260h"),
        ("HRS", "hrslist"),
        ("hrs_list", "hrslist"),
        ("Own List", "ownlist"),
    ],
)
def test_the_one_spelling_of_a_list(text: str, expected: str) -> None:
    assert list_name(text) == expected


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("made_in", "China", "cn"),
        ("controlled_from", "CN", "cn"),
        ("made_in", "Atlantis", "atlantis"),
        ("layer", "China", "china"),
        ("action", "Install-New", "installnew"),
    ],
)
def test_the_one_spelling_of_a_word(name: str, text: str, expected: str) -> None:
    assert plain_word(name, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("core.user_plane", ("core", "userplane")),
        (" RAN ", ("ran",)),
        ("*", ()),
        ("all", ()),
        ("ran.*", ("ran",)),
        ("ran..radio", ("ran", "radio")),
        ("*.core", ("*", "core")),
        ("all.core", ("all", "core")),
    ],
)
def test_a_class_as_words(text: str, expected: tuple[str, ...]) -> None:
    assert class_words(text) == expected


@pytest.mark.parametrize(
    ("text", "declared", "expected"),
    [
        ("", None, None),
        (" Unknown ", None, None),
        ("any", "text", None),
        ("disputed (both)", None, None),
        ("suspected", "text", None),
        ("not assessed", None, None),
        ("Not Read", "text", None),
        ("not stated", "bool", None),
        ("unread", None, None),
        ("unstated", "number", None),
        ("none found", None, None),
        ("none", None, "none"),
        ("not filed", None, "not filed"),
        ("undisputed", None, "undisputed"),
        ("True", None, True),
        ("false", "text", False),
        ("true", "number", True),
        ("12", None, 12.0),
        ("12", "text", "12"),
        ("12", "number", 12.0),
        ("a word", "number", "a word"),
        ("a word", "date", "a word"),
        ("2024", None, 2024.0),
        ("2024", "date", Span(date(2024, 1, 1), date(2024, 12, 31))),
        ("2024-03-01", None, Span(date(2024, 3, 1), date(2024, 3, 1))),
        ("2024-03-01", "bool", "2024-03-01"),
        ("2024-03-01", "text", "2024-03-01"),
        (" a, b ", None, "a, b"),
    ],
)
def test_what_a_cell_says_of_a_fact(text: str, declared: str | None, expected: FactValue | None) -> None:
    found = fact_value(text, declared)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("right", "expected"),
    [
        (True, "true"),
        (False, "false"),
        (0.5, "0.5"),
        (10.0, "10"),
        ("word", "word"),
        (span("2024-03-01"), "2024-03-01"),
        (span("2024-03"), "2024-03-01..2024-03-31"),
        (("a", 2.0, True), "[a, 2, true]"),
        (FactRef("other"), "other"),
        (FactRef("other", (36, "month")), "other + 36 months"),
    ],
)
def test_a_right_side_as_written(right: Right, expected: str) -> None:
    assert right_text(right) == expected


def test_tests_as_written() -> None:
    assert axis("vendor_in", "a", "b").text() == "vendor_in: a, b"
    assert axis("affiliate_of", "a", above=0.25).text() == "affiliate_of: a (control above 25.00%)"
    assert fact("x").text() == "fact: x"
    assert fact("x", ("is", False)).text() == "fact: x is false"
    assert fact("n", ("at_least", 5.0), ("at_most", 9.0)).text() == "fact: n at_least 5 and at_most 9"
    assert (fact("Key Words").match_key, fact("key_words").match_key) == ("keywords", "keywords")
    assert (day_text(date(2024, 3, 1)), day_text(None)) == ("2024-03-01", "an open date")


A, B, OTHER = frozenset({"a"}), frozenset({"b"}), frozenset({"z"})


@pytest.mark.parametrize(
    ("test", "profile", "expected"),
    [
        (axis("vendor_in", "a", "b"), Profile(vendor=A), True),
        (axis("vendor_in", "a", "b"), Profile(vendor=A | B), True),
        (axis("vendor_in", "a"), Profile(vendor=A | B), None),
        (axis("vendor_in", "a"), Profile(vendor=B), False),
        (axis("vendor_in", "a"), Profile(vendor=None), None),
        (axis("vendor_in", "a"), Profile(vendor=frozenset()), None),
        (axis("vendor_in", "a"), Profile(carrier=A), None),
        (axis("carrier_in", "a"), Profile(carrier=A), True),
        (axis("carrier_in", "a"), Profile(carrier=B, vendor=A), False),
        (axis("layer", "radio"), Profile(plain={"layer": frozenset({"radio"})}), True),
        (axis("layer", "radio"), Profile(plain={"layer": frozenset({"core"})}), False),
        (axis("layer", "radio"), Profile(plain={"action": frozenset({"radio"})}), None),
    ],
)
def test_an_axis_of_one_value(test: AxisTest, profile: Profile, expected: Tri) -> None:
    assert axis_holds(test, profile) is expected
    assert holds(test, profile) is expected


CORE, UPF, RAN = ("core",), ("core", "userplane"), ("ran",)


@pytest.mark.parametrize(
    ("wanted", "of", "expected"),
    [
        ([CORE], (UPF,), True),
        ([CORE], (CORE,), True),
        ([UPF], (CORE,), None),
        ([UPF], (RAN,), False),
        ([UPF], (("core", "mano"),), False),
        ([CORE], (UPF, RAN), None),
        ([CORE, RAN], (UPF,), True),
        ([UPF, RAN], (CORE,), None),
        ([CORE], (UPF, CORE), True),
        ([CORE], None, None),
        ([CORE], (), None),
        ([()], None, True),
        ([()], (RAN,), True),
        ([CORE], ((),), None),
    ],
)
@pytest.mark.parametrize("name", ["asset_class", "segment"])
def test_a_class_covers_all_below_it(
    name: str, wanted: list[tuple[str, ...]], of: tuple[tuple[str, ...], ...] | None, expected: Tri
) -> None:
    assert axis_holds(axis(name, *wanted), Profile(asset_class=of)) is expected


@pytest.mark.parametrize(
    ("vendor", "group", "expected"),
    [
        (A, None, True),
        (B, None, False),
        (None, None, None),
        (B, Group(), False),
        (B, Group(sure=A), True),
        (None, Group(sure=A), True),
        (B, Group(sure=OTHER, maybe=A), None),
        (B, Group(maybe=None), None),
        (B, Group(sure=OTHER), False),
        (A, Group(maybe=None), True),
        (None, Group(), None),
    ],
)
def test_an_affiliate_is_the_vendor_or_its_group(vendor: frozenset[str], group: Group | None, expected: Tri) -> None:
    assert axis_holds(axis("affiliate_of", "a"), Profile(vendor=vendor, group=group)) is expected


def test_control_above_another_stake_is_asked_for_that_stake_alone() -> None:
    stakes: list[float] = []

    def group_above(share: float) -> Group:
        stakes.append(share)
        return Group(sure=A)

    profile = Profile(vendor=B, group=Group(), group_above=group_above)
    assert axis_holds(axis("affiliate_of", "a"), profile) is False
    assert stakes == []
    assert axis_holds(axis("affiliate_of", "a", above=0.25), profile) is True
    assert stakes == [0.25]
    assert axis_holds(axis("affiliate_of", "a", above=0.25), Profile(vendor=B, group=Group())) is False


def test_control_from_a_country_is_asked_of_the_case_where_it_knows() -> None:
    seen: list[tuple[float, frozenset[str]]] = []

    def controlled(share: float, countries: frozenset[str]) -> Tri:
        seen.append((share, countries))
        return None

    plain = {"controlled_from": frozenset({"cn"}), "made_in": frozenset({"cn"})}
    test = axis("controlled_from", "cn", above=0.25)
    assert axis_holds(test, Profile(plain=plain, controlled_above=controlled)) is None
    assert seen == [(0.25, frozenset({"cn"}))]
    assert axis_holds(axis("made_in", "cn"), Profile(plain=plain, controlled_above=controlled)) is True
    assert axis_holds(test, Profile(plain=plain)) is True


@pytest.mark.parametrize(
    ("wanted", "capability", "complete", "expected"),
    [
        ("route", frozenset({"route", "switch"}), True, True),
        ("route", frozenset({"switch"}), True, False),
        ("route", frozenset({"switch"}), False, None),
        ("route", frozenset({"route"}), False, True),
        ("route", None, True, None),
        ("none", frozenset(), True, True),
        ("none", frozenset(), False, None),
        ("none", frozenset({"route"}), True, False),
        ("route", frozenset(), True, False),
    ],
)
def test_capabilities(wanted: str, capability: frozenset[str] | None, complete: bool, expected: Tri) -> None:
    profile = Profile(capability=capability, capability_complete=complete)
    assert axis_holds(axis("capability", wanted), profile) is expected


@pytest.mark.parametrize(
    ("wanted", "listing", "expected"),
    [
        (("a",), Listing(on=A), True),
        (("a", "b"), Listing(on=A, off=B), True),
        (("a", "b"), Listing(off=A | B), False),
        (("a", "b"), Listing(off=A), None),
        (("a",), Listing(on=B), None),
        (("a",), Listing(on_none=True), False),
        (("a",), Listing(), None),
    ],
)
def test_lists(wanted: tuple[str, ...], listing: Listing, expected: Tri) -> None:
    assert axis_holds(axis("listed_in", *wanted), Profile(listing=listing)) is expected


MARCH = span("2024-03")
FIRST, SECOND, LAST = span("2024-03-01"), span("2024-03-02"), span("2024-03-31")


@pytest.mark.parametrize(
    ("left", "tests", "expected"),
    [
        (True, [("is", True)], True),
        (False, [("is", True)], False),
        (None, [("is", True)], None),
        (1.0, [("is", True)], None),
        ("true", [("is", True)], None),
        ("A-b", [("is", "ab")], True),
        ("a, b", [("is", "b")], True),
        ("a|b", [("is", "B")], True),
        ("a, b", [("is", "a,b")], True),
        ("a, b", [("is", "c")], False),
        ("a", [("in", ("b", "a"))], True),
        ("c", [("in", ("b", "a"))], False),
        ("c", [("in", (1.0, "a"))], False),
        ("c", [("in", (1.0, True))], None),
        (2.0, [("in", (1.0, 2.0))], True),
        (2.0, [("is", 3.0)], False),
        (5.0, [("at_least", 5.0)], True),
        (4.9, [("at_least", 5.0)], False),
        (5.0, [("at_most", 5.0)], True),
        (5.1, [("at_most", 5.0)], False),
        (7.0, [("at_least", 5.0), ("at_most", 9.0)], True),
        (10.0, [("at_least", 5.0), ("at_most", 9.0)], False),
        (True, [("at_least", True)], None),
        (5.0, [("before", 9.0)], None),
        ("b", [("at_least", "a")], None),
        (FIRST, [("is", FIRST)], True),
        (FIRST, [("is", SECOND)], False),
        (MARCH, [("is", MARCH)], None),
        (MARCH, [("is", FIRST)], None),
        (MARCH, [("is", span("2024-04"))], False),
        (span("2024-04"), [("is", MARCH)], False),
        (SECOND, [("is", FIRST)], False),
        (FIRST, [("in", (SECOND, LAST))], False),
        (FIRST, [("before", SECOND)], True),
        (SECOND, [("before", SECOND)], False),
        (MARCH, [("before", span("2024-04-01"))], True),
        (MARCH, [("before", LAST)], None),
        (MARCH, [("before", FIRST)], False),
        (FIRST, [("before", MARCH)], None),
        (SECOND, [("before", MARCH)], None),
        (SECOND, [("after", FIRST)], True),
        (FIRST, [("after", FIRST)], False),
        (MARCH, [("after", FIRST)], None),
        (MARCH, [("after", LAST)], False),
        (SECOND, [("at_least", SECOND)], True),
        (FIRST, [("at_least", SECOND)], False),
        (MARCH, [("at_least", FIRST)], True),
        (MARCH, [("at_least", SECOND)], None),
        (SECOND, [("at_most", SECOND)], True),
        (SECOND, [("at_most", FIRST)], False),
        (MARCH, [("at_most", LAST)], True),
        (MARCH, [("at_most", SECOND)], None),
        (span("since 2024-03-02"), [("after", FIRST)], True),
        (span("since 2024-03-01"), [("after", FIRST)], None),
        (span("until 2024-03-01"), [("before", SECOND)], True),
        (span("until 2024-03-01"), [("after", FIRST)], False),
        (span("until 2024-03-01"), [("before", FIRST)], None),
        (span("since 2024-03-01"), [("before", FIRST)], False),
        (Span(None, None), [("before", FIRST)], None),
    ],
)
def test_a_fact_compared(left: FactValue | None, tests: list[tuple[str, Right]], expected: Tri) -> None:
    assert fact_holds(fact("x", *tests), known(x=left), ()) is expected


@pytest.mark.parametrize(
    ("other", "plus", "expected"),
    [
        (FIRST, None, FIRST),
        (FIRST, (1, "day"), SECOND),
        (FIRST, (36, "month"), span("2027-03-01")),
        (MARCH, (1, "year"), Span(date(2025, 3, 1), date(2025, 3, 31))),
        ("word", (1, "day"), None),
        ("word", None, "word"),
        (None, None, None),
        (span("since 2024-03-01"), (1, "day"), Span(date(2024, 3, 2), None)),
    ],
)
def test_another_fact_as_a_right_side(
    other: FactValue | None, plus: tuple[int, str] | None, expected: FactValue | None
) -> None:
    assert right_value(FactRef("y", plus), known(y=other), ()) == expected


def test_a_term_is_a_date_or_rests_on_a_fact() -> None:
    assert term_on(FIRST, known(), ()) == FIRST
    assert term_on(None, known(), ()) is None
    assert term_on(FactRef("y"), known(y=FIRST), ()) == FIRST
    assert term_on(FactRef("y"), known(y="soon"), ()) is None
    assert term_on(FactRef("y"), known(), ()) is None


def test_a_fact_compared_with_another_and_who_decides_both() -> None:
    by: list[tuple[str, tuple[str, ...]]] = []

    def told(key: str, decided_by: tuple[str, ...]) -> FactValue | None:
        by.append((key, decided_by))
        return {"x": SECOND, "y": FIRST}[key]

    assert fact_holds(fact("x", ("after", FactRef("y"))), Profile(fact=told), ("office",)) is True
    assert by == [("x", ("office",)), ("y", ("office",))]
    assert fact_holds(fact("x", ("after", FactRef("y"))), known(x=SECOND), ()) is None


X, Y = fact("x"), fact("y")


@pytest.mark.parametrize(
    ("node", "facts", "expected"),
    [
        (AllOf((X, Y)), {"x": True, "y": True}, True),
        (AllOf((X, Y)), {"x": True}, None),
        (AllOf((X, Y)), {"x": False}, False),
        (AnyOf((X, Y)), {"x": True}, True),
        (AnyOf((X, Y)), {"x": False}, None),
        (AnyOf((X, Y)), {"x": False, "y": False}, False),
        (Not(X), {"x": True}, False),
        (Not(X), {"x": False}, True),
        (Not(X), {}, None),
        (AllOf(()), {}, True),
        (AnyOf(()), {}, False),
    ],
)
def test_joined_conditions(node: Node, facts: dict[str, FactValue | None], expected: Tri) -> None:
    assert holds(node, known(**facts)) is expected


def test_open_tests_are_those_that_matter() -> None:
    node = AllOf((X, AnyOf((Y, fact("z"))), Not(fact("w")), axis("layer", "radio")))
    assert open_tests(node, known()) == ["fact: x", "fact: y", "fact: z", "fact: w", "layer: radio"]
    assert open_tests(node, known(x=True, y=True)) == ["fact: w", "layer: radio"]
    assert open_tests(node, known(x=False)) == []
    assert open_tests(AnyOf((X, Y)), known(x=True)) == []
    assert open_tests(X, known(x=False)) == []


NODE = AllOf((
    axis("vendor_in", "a"),
    Not(AnyOf((axis("made_in", "cn"), Not(axis("layer", "radio")), fact("x", ("before", FactRef("y")))))),
    fact("z", ("at_least", 1.0)),
))  # fmt: skip


def test_walking_a_condition() -> None:
    assert [(leaf.text(), wanted) for leaf, wanted in leaves(NODE)] == [
        ("vendor_in: a", True),
        ("made_in: cn", False),
        ("layer: radio", True),
        ("fact: x before y", False),
        ("fact: z at_least 1", True),
    ]
    assert fact_keys(NODE) == {"x", "y", "z"}
    assert [test.axis for test in axis_tests(NODE)] == ["vendor_in", "made_in", "layer"]
    assert [test.axis for test in axis_tests(NODE, wanted=True)] == ["vendor_in", "layer"]
    assert [test.axis for test in axis_tests(NODE, wanted=False)] == ["made_in"]
    assert conjuncts(NODE) == NODE.parts
    assert conjuncts(AnyOf((X, Y))) == (AnyOf((X, Y)),)
    assert condition_text(NODE) == (
        "vendor_in: a; not (made_in: cn or not (layer: radio) or fact: x before y); fact: z at_least 1"
    )


def test_names_are_replaced_and_nothing_else() -> None:
    node = AllOf((axis("vendor_in", "a", "b"), Not(axis("affiliate_of", "a", above=0.25)),
                  AnyOf((axis("carrier_in", "a"), axis("layer", "a"), axis("asset_class", ("a",)), X))))  # fmt: skip

    def canon(name: str, word: str) -> str:
        return f"{name}!" if word in "ab" else word

    found = renamed(node, canon)
    assert [(test.axis, test.values, test.written, test.above_share) for test in axis_tests(found)] == [
        ("vendor_in", ("vendor_in!",), ("a", "b"), 0.5),
        ("affiliate_of", ("affiliate_of!",), ("a",), 0.25),
        ("carrier_in", ("carrier_in!",), ("a",), 0.5),
        ("layer", ("a",), ("a",), 0.5),
        ("asset_class", (("a",),), ("('a',)",), 0.5),
    ]
    assert isinstance(found, AllOf) and isinstance(found.parts[1], Not) and isinstance(found.parts[2], AnyOf)
    assert found.parts[2].parts[3] == X


def test_the_words_rules_are_matched_by() -> None:
    words = lexicon()
    assert words.canon("vendor_in", "Huawei Technologies") == "huawei"
    assert words.canon("affiliate_of", "华为") == "huawei"
    assert words.canon("carrier_in", "O2") == words.carriers.canon("O2") != words.vendors.canon("O2")
    assert words.canon("listed_in", "on_1260H") == "1260h"
    assert words.canon("made_in", "China") == "cn"
    assert words.canon("vendor_in", "huawei") == "huawei"
    assert lexicon() is words
    assert fact_types()["critical"] == "bool"
    assert set(fact_types().values()) <= {"bool", "number", "share", "date", "text"}


def test_terms_are_values() -> None:
    """Alike in all they hold they are one; none of them can be changed."""
    for one in (axis("layer", "a"), X, FactRef("y"), AllOf((X,)), AnyOf((X,)), Not(X), Listing(), Group()):
        assert len({one, replace(one)}) == 1
        with pytest.raises(FrozenInstanceError):
            one.key = "other"  # type: ignore[union-attr]
    with pytest.raises(FrozenInstanceError):
        Profile().vendor = A  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        lexicon().vendors = lexicon().carriers  # type: ignore[misc]
