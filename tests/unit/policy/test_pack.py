"""A pack as it is read: every field, every default, and every fault with its whole sentence."""

from datetime import date
from hashlib import sha256

import pytest

from provenet.core.errors import FaultList
from provenet.core.when import Span, parse_span
from provenet.policy.pack import Limit, Pack, Rule, TextSpan, parse_pack, rule_facts, rule_names, rule_tests
from provenet.policy.terms import AllOf, AnyOf, AxisTest, FactRef, FactTest, Not
from support.tables import table

FULL = """
pack: own
issuer: Own Office
title: Own order
source: Gazette 1
force: law
default: restricted
jurisdiction: XX
adopted: 2019-12-01
says: An order.
facts: {critical: the part is critical}
leaves_out: [" Fines. ", Appeals.]
rules:
  - id: A
    effect: prohibit
    rank: 2.5
    policy: P
    when:
      all:
        - {vendor_in: [Huawei, huawei, 5]}
        - {affiliate_of: ZTE}
        - {controlled_from: China}
        - {asset_class: [core.user_plane, ran]}
        - {segment: core.user_plane}
        - {layer: Radio}
        - any: [{fact: critical}, {not: {fact: n, at_least: 5, at_most: 9.5}}]
        - {fact: d, before: 2024-03, after: 2020}
        - {fact: w, is: word}
        - {fact: v, in: [a, 2, true, 2020-01-01]}
        - {fact: b, is: false}
        - {fact: t, at_most: {fact: u, plus: 36 months}}
        - {fact: {fact: m, in: a}}
    decided_by: [issuer, Other Party]
    in_force: [2020-01-01, 2021-06]
    remove_by: {fact: begin, plus: 1 year}
    citation: Section 1
    says: A rule.
    source: Note
    adopted: 2018-01-01
    control_above: 0.25
  - id: B
    effect: cap
    when: {made_in: CN}
    remove_by: 2024-12-31
    cap:
      - {measure: sites, at_most_share: 0.35}
      - {measure: purchases, at_most_share: 1, of: buyer, unit: spend}
"""


def parsed(text: str, place: str = "own.yml") -> tuple[Pack | None, list[str]]:
    faults = FaultList()
    made = parse_pack(place, text.encode(), faults)
    return made, [fault.sentence() for fault in faults.faults]


def test_every_field_is_read() -> None:
    pack, faults = parsed(FULL)
    assert faults == []
    assert pack is not None
    day, never = Span(date(2020, 1, 1), date(2020, 1, 1)), 0.25
    expected_when = AllOf((
        AxisTest("vendor_in", ("huawei", "5"), ("Huawei", "huawei", "5")),
        AxisTest("affiliate_of", ("zte",), ("ZTE",), never),
        AxisTest("controlled_from", ("cn",), ("China",), never),
        AxisTest("asset_class", (("core", "userplane"), ("ran",)), ("core.user_plane", "ran")),
        AxisTest("segment", (("core",),), ("core.user_plane",)),
        AxisTest("layer", ("radio",), ("Radio",)),
        AnyOf((
            FactTest("critical", (("is", True),)),
            Not(FactTest("n", (("at_least", 5.0), ("at_most", 9.5)))),
        )),
        FactTest("d", (("before", parse_span("2024-03")), ("after", parse_span("2020")))),
        FactTest("w", (("is", "word"),)),
        FactTest("v", (("in", ("a", 2.0, True, day)),)),
        FactTest("b", (("is", False),)),
        FactTest("t", (("at_most", FactRef("u", (36, "month"))),)),
        FactTest("m", (("in", ("a",)),)),
    ))  # fmt: skip
    first = Rule(
        id="A",
        effect="prohibit",
        rank=2.5,
        policy="P",
        when=expected_when,
        decided_by=("own-office", "other-party"),
        starts=day,
        ends=parse_span("2021-06"),
        remove_by=FactRef("begin", (1, "year")),
        limits=(),
        citation="Section 1",
        says="A rule.",
        source="Note",
        adopted=date(2018, 1, 1),
        line=14,
    )
    second = Rule(
        id="B",
        effect="cap",
        rank=0.0,
        policy="B",
        when=AxisTest("made_in", ("cn",), ("CN",)),
        remove_by=parse_span("2024-12-31"),
        limits=(Limit("sites", 0.35, "carrier", None), Limit("purchases", 1.0, "buyer", "spend")),
        line=41,
    )
    assert pack.rules == (first, second)
    assert pack == Pack(
        id="own",
        issuer="Own Office",
        title="Own order",
        source="Gazette 1",
        force="law",
        default="restricted",
        rules=(first, second),
        place="own.yml",
        jurisdiction="XX",
        adopted=date(2019, 12, 1),
        says="An order.",
        fact_says={"critical": "the part is critical"},
        example=False,
        leaves_out=("Fines.", "Appeals."),
    )
    assert rule_facts(first) == {"critical", "n", "d", "w", "v", "b", "t", "u", "m", "begin"}
    assert rule_facts(second) == set()
    assert rule_names([first, second]) == {
        *("ownoffice", "otherparty", "huawei", "5", "zte", "cn", "china", "core.userplane", "ran", "radio")
    }
    assert rule_tests([second, second]) == ["made_in: CN"]
    assert rule_tests([first])[:2] == ["affiliate_of: ZTE (control above 25.00%)", "asset_class: core.user_plane, ran"]


def test_what_is_left_out_has_its_default() -> None:
    pack, faults = parsed("pack: p\nrules:\n  - {id: A, effect: permit, when: {layer: x}}\n", "x.yml")
    rule = Rule("A", "permit", 0.0, "A", AxisTest("layer", ("x",), ("x",)), line=3)
    assert (pack, faults) == (Pack("p", "", "p", "", "advice", "clear", (rule,), "x.yml"), [])


def test_an_example_is_read_and_a_cap_beside_another_effect_is_not() -> None:
    text = "pack: p\nexample: true\nrules:\n  - {id: A, effect: permit, when: {layer: x}, cap: anything}\n"
    pack, faults = parsed(text)
    assert faults == []
    assert pack is not None and pack.example and pack.rules[0].limits == ()


RULES = "rules:\n  - {id: A, effect: permit, when: {layer: x}}\n"


@pytest.mark.parametrize(("text", "says"), table(__file__, "a fault of the head"))
def test_a_fault_of_the_head(text: str, says: str) -> None:
    pack, faults = parsed(text + RULES)
    assert (pack, faults) == (None, [says])


def test_a_mapping_without_a_value_where_facts_stand_is_empty() -> None:
    pack, faults = parsed("pack: p\nfacts:\n" + RULES)
    assert pack is not None
    assert (pack.fact_says, faults) == ({}, [])


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        ("rules: []\n", "line 2: a pack needs rules; expected a list of at least one rule."),
        ("rules: {}\n", "line 2: a pack needs rules; expected a list of at least one rule."),
        ("rules: [a]\n", "line 2: a rule is not a mapping; found 'a', expected id, effect, when ...."),
    ],
)
def test_rules_that_are_none(rules: str, says: str) -> None:
    assert parsed("pack: p\n" + rules) == (None, [f"own.yml {says}"])


def test_no_more_rules_than_are_read() -> None:
    one = "  - {id: A%d, effect: permit, when: {layer: x}}\n"
    text = "pack: p\nrules:\n" + "".join(one % number for number in range(2001))
    assert parsed(text) == (
        None,
        [
            "own.yml line 2: a pack holds more rules than are read; found '2,001 rules', expected at most 2,000.\n"
            "    Split the rules into several packs, each a file of its own."
        ],
    )
    pack, faults = parsed(text[: text.rindex("  - ")])
    assert pack is not None and len(pack.rules) == 2000 and faults == []


def rule(more: str) -> str:
    return "pack: p\nrules:\n  - {" + more + "}\n"


WORDS = "expected a word or a list of words."
MORE = "id: A, effect: prohibit, when: {layer: x}, "


@pytest.mark.parametrize(("more", "says"), table(__file__, "a fault of a rule"))
def test_a_fault_of_a_rule(more: str, says: str) -> None:
    assert parsed(rule(more)) == (None, [f"own.yml line 3: {says}"])


@pytest.mark.parametrize(
    "more",
    [
        MORE + "control_above: 0",
        MORE + "rank: -1.5",
        MORE + "remove_by: until 2020",
        "id: A, effect: cap, when: {layer: x}, cap: {measure: sites, at_most_share: 0}",
        "id: A, effect: cap, when: {layer: x}, cap: {measure: sites, at_most_share: 1}",
        "id: A, effect: permit, when: {fact: x, at_least: 2020-01-01}",
        "id: A, effect: permit, when: {fact: x, after: {fact: y}}",
        "id: A, effect: permit, when: {layer: 1.5}",
    ],
)
def test_a_rule_at_the_edge_of_what_is_read(more: str) -> None:
    pack, faults = parsed(rule(more))
    assert (pack is not None, faults) == (True, [])


@pytest.mark.parametrize(("levels", "is_read"), [(29, True), (30, True), (31, False)])
def test_how_deep_conditions_may_be_nested(levels: int, is_read: bool) -> None:
    pack, faults = parsed(rule("id: A, effect: permit, when: " + "{not: " * levels + "{layer: x}" + "}" * levels))
    assert (pack is not None) is is_read
    too_deep = "own.yml line 3: a condition is nested too deep; expected at most 30 levels."
    assert faults == ([] if is_read else [too_deep])
    joined = "{all: [" * 24 + "{not: {any: [{all: [" + "{layer: x}" + "]}]}}" + "]}" * 24
    assert parsed(rule(f"id: A, effect: permit, when: {joined}"))[1] == []


def test_joined_conditions_count_as_levels() -> None:
    text = "{any: [{all: [" * 2 + "{not: " * 28 + "{layer: x}" + "}" * 28 + "]}]}" * 2
    assert "nested too deep" in parsed(rule(f"id: A, effect: permit, when: {text}"))[1][0]


def test_every_fault_of_a_pack_is_named() -> None:
    text = "pack: p\nforce: x\nrules:\n  - {id: A, effect: x, when: {layer: y}}\n  - {id: B, when: {all: []}}\n"
    pack, faults = parsed(text)
    assert pack is None
    assert [fault.partition(":")[0] for fault in faults] == [
        *("own.yml line 4", "own.yml line 5", "own.yml line 5", "own.yml line 2")
    ]


def test_words_are_trimmed_and_numbers_kept_as_words() -> None:
    pack, faults = parsed(
        "pack: p\ntitle: ' T '\nissuer: 5\nrules:\n  - {id: ' A ', effect: permit, when: {layer: ' x '}}\n"
    )
    assert faults == []
    assert pack is not None
    assert (pack.title, pack.issuer, pack.rules[0].id) == ("T", "5", "A")
    test = pack.rules[0].when
    assert isinstance(test, AxisTest) and (test.values, test.written) == (("x",), ("x",))


DIGEST = "0" * 63 + "a"
WITH_TEXT = "pack: p\nrules:\n  - {id: R, effect: prohibit, when: {fact: x}, article: section 2, text: %s}\n"


def test_a_rule_names_its_article_and_where_its_words_stand() -> None:
    data = b"Section 2. Nobody shall."
    digest = sha256(data[11:]).hexdigest()
    faults = FaultList()
    pack = parse_pack(
        "p.yml", (WITH_TEXT % f"{{source: {DIGEST}, from: 11, to: 24, sha256: {digest}}}").encode(), faults
    )
    assert pack is not None, [fault.sentence() for fault in faults.faults]
    (rule,) = pack.rules
    assert (rule.article, rule.text) == ("section 2", TextSpan(DIGEST, 11, 24, digest))
    assert rule.text is not None
    assert rule.text.is_held_by(data)
    assert not rule.text.is_held_by(data[:-1])
    assert not rule.text.is_held_by(b"Section 2. Nobody may..")


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("page 3", ["text is no mapping"]),
        (f"{{source: {DIGEST}, from: 3, to: 3, sha256: {DIGEST}}}", ["a text has no span"]),
        (f"{{source: {DIGEST}, from: -1, to: 3, sha256: {DIGEST}}}", ["a text has no span"]),
        (f"{{source: {DIGEST}, from: true, to: 3, sha256: {DIGEST}}}", ["a text has no span"]),
        ("{source: law.pdf, from: 0, to: 3}", ["source of a text is no SHA-256", "sha256 of a text is no SHA-256"]),
    ],
)
def test_a_span_that_is_none(text: str, sentences: list[str]) -> None:
    faults = FaultList()
    assert parse_pack("p.yml", (WITH_TEXT % text).encode(), faults) is None
    assert [fault.says for fault in faults.faults] == sentences
