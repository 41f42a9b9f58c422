"""Rule packs that must be refused: each with its full sentence, in bounded time, and nothing of them carried out."""

import time
from pathlib import Path

import pytest
import yaml

from provenet.core.errors import FaultList, PackRefused
from provenet.policy import yamltext
from provenet.policy.logic import CLASH, REACH, review_pack
from provenet.policy.pack import parse_pack
from provenet.policy.packs import load_packs
from provenet.policy.yamltext import read_yaml
from support.tables import table
from unit.policy.hard_packs import hard_or_easy, pigeons

SECONDS = 15.0
"""Of processor time: more than any refusal needs on a slow machine, less than a hang."""
MEND = "\n    Correct the rule or remove it."
DEEP = "expected at most 200000 values, 60 levels."


def sentences(data: str | bytes) -> list[str]:
    """Every fault of one pack file, within the time allowed."""
    faults = FaultList()
    start = time.process_time()
    pack = parse_pack("p.yml", data.encode() if isinstance(data, str) else data, faults)
    if pack is not None:
        faults.extend(review_pack(pack).faults)
    assert time.process_time() - start < SECONDS
    return [fault.sentence() for fault in faults.faults]


SHARE = "expected a number from 0 to 1."
CAP = "expected cap: {measure: sites, at_most_share: 0.35, of: carrier}."
NEVER = f"rule A cannot be reached: its condition contradicts itself.{MEND}"
EMPTY = "rule A cannot be reached: its interval is empty"


def rule(more: str, name: str = "A") -> str:
    return f"  - {{id: {name}, {more}}}\n"


def pack(*rules: str) -> str:
    return "pack: p\nrules:\n" + "".join(rules)


def when(condition: str) -> str:
    return pack(rule(f"effect: permit, when: {condition}"))


@pytest.mark.parametrize(("condition", "says"), table(__file__, "a condition that is refused"))
def test_a_condition_that_is_refused(condition: str, says: str) -> None:
    assert sentences(when(condition)) == [f"p.yml line 3: {says}"]


@pytest.mark.parametrize(
    "condition",
    [
        "{made_in: NO}",
        "{all: [{capability: route}, {capability: visibility}]}",
        "{all: [{listed_in: a}, {not: {listed_in: b}}]}",
        "{all: [{fact: areas, is: core}, {fact: areas, is: mano}]}",
        "{fact: {fact: customers, at_most: 10000000}}",
        "{fact: x, is: '2021-02-29 or later'}",
    ],
)
def test_a_condition_that_is_not_refused(condition: str) -> None:
    assert sentences(when(condition)) == []


@pytest.mark.parametrize(("more", "says"), table(__file__, "a rule that is refused"))
def test_a_rule_that_is_refused(more: str, says: str) -> None:
    assert sentences(pack(rule(f"effect: prohibit, when: {{layer: hardware}}, {more}"))) == [f"p.yml line 3: {says}"]


@pytest.mark.parametrize("interval", ["[null, null]", "[2020-01-01, null]", "[null, 2020-01-01]"])
def test_null_ends_and_expired_rules_are_not_refused(interval: str) -> None:
    assert sentences(pack(rule(f"effect: prohibit, when: {{layer: hardware}}, in_force: {interval}"))) == []


@pytest.mark.parametrize(
    ("cap", "says"),
    [
        ("rank: 1", f"a cap states no limit; {CAP}"),
        ("cap: []", f"a cap states no limit; found '[]', {CAP}"),
        ("cap: {measure: sites}", f"at_most_share is no share; {SHARE}"),
        ("cap: {measure: sites, at_most_share: 1.0001}", f"at_most_share is no share; found '1.0001', {SHARE}"),
        ("cap: {measure: sites, at_most_share: 35%}", f"at_most_share is no share; found '35%', {SHARE}"),
    ],
)
def test_a_cap_that_is_refused(cap: str, says: str) -> None:
    assert sentences(pack(rule(f"effect: cap, when: {{layer: hardware}}, {cap}"))) == [f"p.yml line 3: {says}"]


def test_keys_and_rules_that_stand_twice_are_all_named() -> None:
    text = (
        "pack: p\npack: q\n" + pack(rule("rank: 1, effect: permit, rank: 2, when: {layer: x}"), rule("effect: ban"))[8:]
    )
    assert sentences(text) == [
        "p.yml line 2: the key appears twice; found 'pack', expected one (the first is on line 1).",
        "p.yml line 4: the key appears twice; found 'rank', expected one (the first is on line 4).",
        "p.yml line 5: effect is not one of its words; found 'ban', expected prohibit or cap or condition or permit.",
        "p.yml line 5: the key when is missing; expected a condition.\n"
        '    Write when: {asset_class: "*"} for a rule that reaches everything.',
    ]
    twice = pack(rule("effect: permit, when: {layer: x}"), rule("effect: permit, when: {layer: y}"))
    assert sentences(twice) == [
        "p.yml line 4: the rule appears twice; found 'A', expected one (the first is on line 3)."
    ]


def test_rules_that_stand_twice_across_files_and_folders_of_files_with_one_name(tmp_path: Path) -> None:
    for folder, name in (("one", "p"), ("two", "q")):
        (tmp_path / folder).mkdir()
        text = pack(rule("effect: permit, when: {layer: service}")).replace("pack: p", f"pack: {name}")
        (tmp_path / folder / "same.yml").write_text(text, encoding="utf-8")
    with pytest.raises(PackRefused) as refused:
        load_packs([tmp_path / "one", tmp_path / "two"])
    expected = "same.yml line 3: the rule appears twice; found 'A', expected one (the first is at same.yml line 3)."
    assert str(refused.value) == expected


def test_a_rule_under_one_that_always_holds_with_it() -> None:
    low = rule("effect: permit, rank: 1, when: {vendor_in: a}", "LOW")
    high = rule("effect: prohibit, rank: 2, when: {affiliate_of: [a, b]}", "HIGH")
    says = (
        "p.yml line 3: rule LOW cannot be reached: rule HIGH of higher rank always holds with it.\n"
        "    Raise the rank of LOW, narrow HIGH, or remove one."
    )
    assert sentences(pack(low, high)) == [says]
    ends_sooner = rule("effect: prohibit, rank: 2, when: {affiliate_of: a}, in_force: [null, 2024-01-01]", "HIGH")
    assert sentences(pack(low, ends_sooner)) == []


CLASHES = (
    "p.yml line 4: rules {} and {} can hold together, rank equal and disagree; found 'rank 0, {} and {}', expected \
different ranks or conditions that exclude each other.\n    Give one of them the higher rank; the higher decides."
)


@pytest.mark.parametrize(("one", "other", "clashes"), table(__file__, "two rules of one rank that disagree"))
def test_two_rules_of_one_rank_that_disagree(one: str, other: str, clashes: bool) -> None:
    rules = (rule(f"effect: permit, when: {one}", "A"), rule(f"effect: prohibit, when: {other}", "B"))
    assert sentences(pack(*rules)) == ([CLASHES.format("A", "B", "permit", "prohibit")] if clashes else [])


def test_rules_disagree_only_on_days_on_which_both_are_in_force() -> None:
    def two(first: str, second: str) -> list[str]:
        always = 'when: {asset_class: "*"}'
        return sentences(pack(rule(f"{always}, {first}", "A"), rule(f"{always}, {second}", "B")))

    until, since = "in_force: [null, 2024-01-01]", "in_force: [2024-01-01, null]"
    assert two(f"effect: permit, {until}", f"effect: prohibit, {since}") == []
    assert two("effect: prohibit, remove_by: 2024-01-01", f"effect: condition, {until}") == []
    assert two("effect: prohibit, remove_by: 2024-01-01", f"effect: prohibit, {since}") == [
        CLASHES.format("A", "B", "prohibit", "prohibit")
    ]


def laughs() -> str:
    levels = (f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 10)}]\n" for n in range(9))
    return "pack: p\na: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(levels) + "rules: *j\n"


TOO_DEEP = f"p.yml line 3: the file is too large or nested too deep; {DEEP}"
FILES: dict[str, tuple[str | bytes, str]] = {
    "billion laughs": (laughs(), f"p.yml line 2: the file is too large or nested too deep; {DEEP}"),
    "an anchor inside itself": (when("&w {all: [*w]}"), TOO_DEEP),
    "10,000 brackets": (when("[" * 10_000), TOO_DEEP),
    "10,000 nots": (when("{not: " * 10_000 + "{layer: x}" + "}" * 10_000), TOO_DEEP),
    "40 nots": (
        when("{not: " * 40 + "{layer: x}" + "}" * 40),
        "p.yml line 3: a condition is nested too deep; expected at most 30 levels.",
    ),
    "3 MB": (
        b"pack: p\n#" + b"x" * 3_000_000,
        "p.yml: the file is too large for a rule pack; found '3000009 bytes', expected at most 1000000."
        "\n    Split the rules into several packs, each a file of its own.",
    ),
    "bytes": (bytes(range(256)), "p.yml: byte 128 is not UTF-8; expected UTF-8 text.\n    Save the file as UTF-8."),
    "UTF-16": (
        "pack: p".encode("utf-16"),
        "p.yml: byte 0 is not UTF-8; expected UTF-8 text.\n    Save the file as UTF-8.",
    ),
    "UTF-16 without a mark": (
        "pack: p".encode("utf-16-le"),
        "p.yml: not text: the character number 2 is a control character.",
    ),
    "two documents": ("pack: p\n---\npack: q\n", "p.yml: a pack is one document; found '2 documents', expected one."),
    "nothing": ("", "p.yml: a pack is one document; found '0 documents', expected one."),
    "a list": ("- a\n", "p.yml: the file is not a mapping; expected pack: ..., rules: ...."),
    "a tab": ("pack: p\n\trules: []", "p.yml line 2: not YAML: found a tab character that violates indentation."),
    "an unknown anchor": ("pack: *x\n", "p.yml line 1: not YAML: found undefined alias 'x'."),
    "no rules": ("pack: p\n", "p.yml line 1: a pack needs rules; expected a list of at least one rule."),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_pack(name: str) -> None:
    data, says = FILES[name]
    assert sentences(data) == [says]


@pytest.mark.parametrize(("levels", "is_read"), [(29, True), (30, False)])
def test_levels_are_counted_through_aliases(levels: int, is_read: bool) -> None:
    """A value of 30 levels below one of some more, below the key of the document: 60 in all are read."""
    faults = FaultList()
    text = f"a: &a {'[' * 30}x{']' * 30}\nb: {'[' * levels}*a{']' * levels}\n"
    found = read_yaml("p.yml", text.encode(), faults)
    assert (found is not None) is is_read
    deep = "the file is too large or nested too deep"
    assert [fault.says for fault in faults.faults] == ([] if is_read else [deep])


@pytest.mark.parametrize(("count", "is_read"), [(1_997, True), (1_998, False)])
def test_values_are_counted_to_the_last(monkeypatch: pytest.MonkeyPatch, count: int, is_read: bool) -> None:
    """The document, its key, the list and its values; of a pack 200,000 are read, here 2,000."""
    assert yamltext.MAX_VALUES == 200_000
    monkeypatch.setattr(yamltext, "MAX_VALUES", 2_000)
    faults = FaultList()
    found = read_yaml("p.yml", f"a: [{'x,' * count}]\n".encode(), faults)
    assert (found is not None, faults.count) == (is_read, 0 if is_read else 1)


def test_plain_words_are_numbers_and_booleans_only_where_yaml_1_2_says_so() -> None:
    texts = (
        "1", "-12", "+3", "0", "007", "1.5", ".5", "1.", "1e3", "-1.5E-3", "1e9999", "1e999", ".inf", "0x1f", "1_000",
        "true", "True", "TRUE", "tRUE", "yes", "no", "NO", "on", "off", "~", "null", "Null", "NULL", "nil",
        "2024-01-01", "123456789012345678", "1234567890123456789", "1:30", "'1'", '"true"', "''",
    )  # fmt: skip
    found = read_yaml("p.yml", ("a: [" + ", ".join(texts) + "]\nb:\n").encode(), FaultList())
    assert found is not None
    expected = [
        1, -12, 3, 0, "007", 1.5, 0.5, 1.0, 1000.0, -0.0015, "1e9999", "1e999", ".inf", "0x1f", "1_000",
        True, True, True, "tRUE", "yes", "no", "NO", "on", "off", None, None, None, None, "nil",
        "2024-01-01", 123456789012345678, 1234567890123456789.0, "1:30", "1", "true", "",
    ]  # fmt: skip
    assert [(type(one), one) for one in found["a"]] == [(type(one), one) for one in expected]
    assert found["b"] is None
    assert (found.line, found.lines, found.line_of("b"), found.line_of("c")) == (1, {"a": 1, "b": 2}, 2, 1)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("? [a]\n: 1\n", "p.yml line 1: a key is not one word; expected a plain word."),
        ("a: &x 1\nb: &x 2\n", "p.yml line 2: not YAML: the anchor 'x' appears twice."),
        ("a: 1\n\nb: *y\n", "p.yml line 3: not YAML: found undefined alias 'y'."),
        (
            "a: !own 1\n",
            "p.yml line 1: a tag is not read here; found '!own', expected plain text, numbers, lists, mappings.",
        ),
        ("just words\n", "p.yml: the file is not a mapping; expected pack: ..., rules: ...."),
    ],
)
def test_what_is_yaml_and_no_pack(text: str, says: str) -> None:
    faults = FaultList()
    read_yaml("p.yml", text.encode(), faults)
    assert [fault.sentence() for fault in faults.faults] == [says]


def test_what_the_parser_refuses_without_a_place_is_a_fault_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_more: object) -> None:
        raise yaml.YAMLError("it cannot be read")

    monkeypatch.setattr(yaml, "parse", refuse)
    assert sentences("pack: p\n") == ["p.yml: not YAML: it cannot be read."]


def test_a_file_of_the_most_bytes_is_read() -> None:
    for size, is_read in ((1_000_000, True), (1_000_001, False)):
        faults = FaultList()
        data = b"a: 1\n#" + b"x" * (size - 6)
        assert (read_yaml("p.yml", data, faults) is not None, faults.count) == (is_read, int(not is_read))


def test_python_tags_run_nothing(tmp_path: Path) -> None:
    mark = tmp_path / "made"
    says = sentences(f'!!python/object/apply:pathlib.Path.touch ["{mark}"]\n')
    assert says[0].startswith("p.yml line 1: a tag is not read here; found 'tag:yaml.org,2002:python/object/apply")
    assert not mark.exists()


def test_a_byte_order_mark_and_line_ends_of_windows_are_fine() -> None:
    assert sentences(b"\xef\xbb\xbf" + when("{layer: hardware}").replace("\n", "\r\n").encode()) == []


@pytest.mark.slow
@pytest.mark.parametrize("count", [2, 20])
def test_conditions_too_hard_to_decide_are_reported_and_too_many_of_them_refused(count: int) -> None:
    effects = ("permit", "prohibit")
    rules = [
        rule(f"effect: {effects[n % 2]}, when: {{all: [{', '.join(pigeons(8, n))}]}}", f"R{n}") for n in range(count)
    ]
    too_much = (
        "p.yml: the rules are too many or too long to be checked against each other; found '20 rules'.\n"
        "    Split the rules into several packs."
    )
    assert sentences(pack(*rules)) == ([too_much] if count == 20 else [])
    parsed = parse_pack("p.yml", pack(*rules).encode(), FaultList())
    assert parsed is not None
    assert [question.about for question in review_pack(parsed).undecided] == (
        [REACH, REACH, CLASH] if count == 2 else []
    )


@pytest.mark.slow
def test_a_clash_behind_a_hard_condition_is_reported_with_the_real_budget() -> None:
    parsed = parse_pack("p.yml", hard_or_easy().encode(), FaultList())
    assert parsed is not None
    review = review_pack(parsed)
    assert (review.faults, [question.about for question in review.undecided]) == ([], [REACH, REACH, CLASH])


def test_a_clash_is_found_among_many_rules() -> None:
    rules = [rule(f"effect: permit, rank: {n}, when: {{vendor_in: v{n}}}", f"R{n}") for n in range(150)]
    rules.append(rule("effect: prohibit, rank: 7, when: {vendor_in: v7}", "LAST"))
    assert sentences(pack(*rules)) == [
        CLASHES.format("R7", "LAST", "permit", "prohibit").replace("line 4", "line 153").replace("rank 0", "rank 7")
    ]
