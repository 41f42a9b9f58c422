"""Words of a pack: each is known to a table, a pack or a case, or declared; any other is a fault with the nearest."""

import random
import re
from functools import cache
from importlib import resources
from pathlib import Path

import pytest
import yaml

from provenet.core.errors import PackRefused
from provenet.policy import wordlists
from provenet.policy.packs import Packs, known_words, load_packs
from provenet.policy.terms import AxisTest, leaves
from support.tables import table

FOLDER = Path(str(resources.files("provenet"))) / "policy" / "policies"


def loaded(tmp_path: Path, text: str, known: dict[str, list[str]] | None = None) -> Packs:
    (tmp_path / "p.yml").write_text(text, encoding="utf-8")
    return load_packs([tmp_path / "p.yml"], known)


def faults(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(PackRefused) as refused:
        loaded(tmp_path, text)
    assert refused.value.exit_code == 3
    return [fault.sentence() for fault in refused.value.faults]


def pack(when: str, head: str = "") -> str:
    return f"pack: own\n{head}rules:\n  - {{id: A, effect: prohibit, when: {when}}}\n"


KNOWN = "of the case, of the bundled tables or declared by the pack"


@pytest.mark.parametrize(
    ("when", "fault"),
    table(__file__, "a word that nobody knows is a fault"),
)  # fmt: skip
def test_a_word_that_nobody_knows_is_a_fault(tmp_path: Path, when: str, fault: str) -> None:
    (found,) = faults(tmp_path, pack(when))
    assert found.startswith(f"p.yml line 3: {fault}")
    assert "\n    Correct the word" in found


def test_the_sentence_is_whole(tmp_path: Path) -> None:
    (found,) = faults(tmp_path, pack("{vendor_in: [Huawai, ZTE]}"))
    assert found == (
        f"p.yml line 3: no vendor of this name; found 'Huawai', expected a vendor {KNOWN}. Nearest: Huawei.\n"
        "    Correct the word, or declare it at the head of the pack: declares: {vendors: [Huawai]}."
    )


def test_all_faults_of_a_file_come_at_once_each_once(tmp_path: Path) -> None:
    text = (
        "pack: own\nissuer: me\njurisdiction: XQ\nrules:\n"
        "  - {id: A, effect: prohibit, when: &one {all: [{vendor_in: Huawai}, {fact: spise}]}, decided_by: nobdy}\n"
        "  - {id: B, effect: prohibit, when: *one, remove_by: {fact: enddd}}\n"
        "  - {id: C, effect: cap, cap: {measure: 5g_acces, at_most_share: 0.3}, when: {vendor_in: ZTEE}}\n"
    )
    lines = [fault.split(";")[0].removeprefix("p.yml ") for fault in faults(tmp_path, text)]
    assert lines == [
        "line 2: no issuer of this name",
        "line 3: no jurisdiction of this name",
        "line 5: no vendor of this name",
        "line 5: no fact of this name",
        "line 5: no issuer of this name",
        "line 6: no fact of this name",
        "line 7: no vendor of this name",
        "line 7: no measure of this name",
    ]


def test_a_pack_may_declare_words_of_its_own(tmp_path: Path) -> None:
    head = (
        "issuer: an-office\ndeclares:\n  vendors: [Huawai]\n  carriers: [Campus Net]\n  issuers: [an-office]\n"
        "  facts: {left_open: boolean, size: number, since: day, colour: text}\n  classes: [cor.x.y]\n"
        "  words: [instal_new]\n"
    )
    when = (
        "{all: [{vendor_in: HUAWAI}, {carrier_in: campus-net}, {fact: left_open}, {fact: size, at_least: 3}, "
        "{fact: since, after: 2020-01-01}, {fact: colour, in: [red]}, {asset_class: cor.x.y}, {segment: cor}, "
        "{action: instal_new}]}"
    )
    packs = loaded(tmp_path, pack(when, head))
    assert packs.packs["own"].fact_types == {"left_open": "bool", "size": "number", "since": "date", "colour": "text"}
    assert not known_words().knows(wordlists.VENDORS, "Huawai"), "a pack declares words for itself alone"


@pytest.mark.parametrize(
    ("test", "fault"),
    [
        ("{fact: a}", "the fact a is compared with a value of another type; found 'true', expected a value of the type "
         "that the pack declares: number."),
        ("{fact: a, is: red}", "the fact a is compared with a value of another type; found 'red'"),
        ("{fact: b, in: [true, 5]}", "the fact b is compared with a value of another type; found '5'"),
        ("{fact: c, at_least: 5}", "the fact c is compared with a value of another type; found '5'"),
        ("{fact: d, is: 2020-01-01}", "the fact d is compared with a value of another type; found '2020-01-01'"),
    ],
)  # fmt: skip
def test_a_declared_fact_is_compared_with_values_of_its_type(tmp_path: Path, test: str, fault: str) -> None:
    head = "declares: {facts: {a: number, b: boolean, c: day, d: text}}\n"
    (found,) = faults(tmp_path, pack(test, head))
    assert found.startswith(f"p.yml line 4: {fault}")


@pytest.mark.parametrize(
    ("head", "fault"),
    [
        ("declares: [a]\n", "declares is not a mapping; found"),
        ("declares: {vendor: [a]}\n", "a list of declared words has no key of this name; found 'vendor', expected v"),
        ("declares: {vendors: a}\n", "vendors are no list of words; found 'a', expected vendors: [word, word]."),
        ("declares: {vendors: [[a]]}\n", "vendors are no list of words;"),
        ("declares: {facts: [a]}\n", "declared facts are not a mapping;"),
        ("declares: {facts: {a: bool}}\n", "a is not one of its words; found 'bool', expected boolean or number or "),
    ],
)  # fmt: skip
def test_a_declaration_that_cannot_be_read_is_a_fault(tmp_path: Path, head: str, fault: str) -> None:
    (found,) = faults(tmp_path, pack("{layer: hardware}", head))
    assert found.startswith(f"p.yml line 2: {fault}")


def test_words_match_without_regard_to_case_accents_and_legal_forms(tmp_path: Path) -> None:
    when = (
        "{any: [{vendor_in: [HUAWEI TECHNOLOGIES CO. LTD]}, {carrier_in: [Telefónica Germany, o2]}, {made_in: china}]}"
    )
    (rule,) = loaded(tmp_path, pack(when)).packs["own"].rules
    values = [leaf.values for leaf, _ in leaves(rule.when) if isinstance(leaf, AxisTest)]
    assert values == [("huawei",), ("telefonica-germany",), ("cn",)]


NEW = (
    "{all: [{asset_class: [core.zzz, service.a.b, component.qq]}, {action: demolish}, {listed_in: Register Q}, "
    "{site_class: harbour}, {capability: dream}, {buyer: grandmother}, {product_category: teapot}]}"
)


def test_a_new_class_is_declared_and_a_new_word_of_an_open_axis_is_taken(tmp_path: Path) -> None:
    found = faults(tmp_path, pack(NEW))
    assert [fault.split("; ")[0] for fault in found] == ["p.yml line 3: no asset class of this name"] * 3
    head = "declares:\n  classes: [core.zzz, service.a.b, component.qq]\n"
    assert "own" in loaded(tmp_path, pack(NEW, head)).packs


@pytest.mark.parametrize("axis", ["action: instal_new", "capability: rout", "listed_in: UK anex", "action: ues"])
def test_a_slip_of_a_known_word_of_an_open_axis_is_a_fault(tmp_path: Path, axis: str) -> None:
    (found,) = faults(tmp_path, pack(f"{{{axis}}}"))
    assert "Nearest: " in found
    loaded(tmp_path, pack(f"{{{axis}}}", f"declares: {{words: [{axis.split(': ')[1]}]}}\n"))


def test_a_new_capability_or_measure_is_taken(tmp_path: Path) -> None:
    text = (
        "pack: own\nrules:\n  - {id: A, effect: cap, cap: {measure: subscribers, at_most_share: 0.3}, "
        "when: {capability: see}}\n"
    )
    assert "own" in loaded(tmp_path, text).packs


def test_texts_of_a_fact_that_no_table_lists_are_those_of_the_pack(tmp_path: Path) -> None:
    assert "own" in loaded(tmp_path, pack("{fact: colour, in: [red, blau]}", "facts: {colour: its colour}\n")).packs
    assert "own" in loaded(tmp_path, pack("{fact: producer, is: Nokia}")).packs, "a vendor is a known text"


@pytest.mark.parametrize(
    ("text", "fault"),
    table(__file__, "a slip that no list of words can hold is a fault"),
)  # fmt: skip
def test_a_slip_that_no_list_of_words_can_hold_is_a_fault(tmp_path: Path, text: str, fault: str) -> None:
    (found,) = faults(tmp_path, text)
    assert found.split("\n")[0] == f"p.yml {fault}"


def test_a_case_adds_words(tmp_path: Path) -> None:
    text = pack("{all: [{vendor_in: Maker A}, {carrier_in: Net B}, {fact: spies}]}", "issuer: gov\n")
    known = {"vendors": ["Maker A"], "carriers": ["Net B"], "issuers": ["gov"], "facts": ["spies"]}
    assert "own" in loaded(tmp_path, text, known).packs
    assert len(faults(tmp_path, text)) == 4


def test_a_pack_of_a_folder_still_replaces_the_bundled_one(tmp_path: Path) -> None:
    text = pack("{vendor_in: Huawei}").replace("pack: own", "pack: de-bsig")
    packs = loaded(tmp_path, text)
    assert packs.packs["de-bsig"].place == "p.yml"
    assert packs.notes == [
        "The pack de-bsig from a folder replaces the bundled one. It has no DE-NIS2, DE-9B4, DE-9B3, DE-9B2 and 3 more."
    ]


def test_a_pack_whose_id_lies_near_a_bundled_one_says_that_it_replaces_none(tmp_path: Path) -> None:
    for slip in ("da-bsig", "de-bsi", "au-2081"):
        text = pack("{vendor_in: Huawei}").replace("pack: own", f"pack: {slip}")
        (note,) = loaded(tmp_path, text).notes
        near = "au-2018" if slip.startswith("au") else "de-bsig"
        assert note == f"The pack {slip} stands beside the bundled {near}, and replaces no pack."


def test_rules_whose_policy_differs_by_a_hyphen_are_one_policy(tmp_path: Path) -> None:
    rules = "".join(
        f"  - {{id: {one}, effect: prohibit, rank: {at}, policy: {policy}, when: {{vendor_in: [{vendor}]}}}}\n"
        for at, (one, policy, vendor) in enumerate([("A", "MY-LAW", "Huawei"), ("B", "MYLAW", "ZTE")])
    )
    packs = loaded(tmp_path, f"pack: own\nrules:\n{rules}")
    for name in ("MY-LAW", "mylaw", "My Law"):
        found = packs.find(name)
        assert found is not None and [rule.id for rule in found.rules] == ["A", "B"]


@pytest.mark.parametrize(
    ("when", "says"),
    [
        ("{vendor_in: []}", "vendor_in holds no word"),
        ("{all: []}", "all joins nothing"),
        ("{all: [{vendor_in: [Huawei]}, {vendor_in: [ZTE, Nokia]}]}", "rule A cannot be reached"),
        ("{all: [{segment: core}, {asset_class: ran.radio}]}", "rule A cannot be reached"),
        ("{all: [{fact: customers, at_most: 5}, {fact: customers, at_least: 9}]}", "rule A cannot be reached"),
        ("{all: [{layer: hardware}, {not: {layer: [hardware, software]}}]}", "rule A cannot be reached"),
    ],
)
def test_a_rule_that_can_match_nothing_is_a_fault(tmp_path: Path, when: str, says: str) -> None:
    (found,) = faults(tmp_path, pack(when))
    assert says in found


def closed_words(name: str) -> list[str]:
    """The words of a bundled pack whose spelling nobody but a table or a declaration can vouch for.

    A part of a class under four letters is too short for a slip of one letter to point at it.
    """
    found = load_packs().packs[name]
    tests = [leaf for rule in found.rules for leaf, _ in leaves(rule.when)]
    words = [word for test in tests if isinstance(test, AxisTest) for word in test.written if len(word) > 4]
    words += [test.key for test in tests if not isinstance(test, AxisTest)]
    long = (word for word in words if min(map(len, word.split("."))) > 3)
    return sorted({word for word in long if re.fullmatch(r"[A-Za-z_. ]{5,}", word)})


@cache
def texts() -> dict[str, str]:
    """The text of each bundled pack, by its name."""
    found = [path.read_text(encoding="utf-8") for path in FOLDER.glob("*.yml")]
    return {yaml.load(text, yaml.CSafeLoader)["pack"]: text for text in found}


@pytest.mark.parametrize("name", sorted(load_packs().packs))
def test_a_slip_of_the_pen_in_a_bundled_pack_is_refused_with_the_word_that_was_meant(name: str, tmp_path: Path) -> None:
    draw = random.Random(name)
    text = texts()[name]
    body = text[text.index("\nrules:") :]
    words = closed_words(name)
    for word in draw.sample(words, min(10, len(words))):
        at = draw.randrange(1, len(word) - 1)
        slipped = word[:at] + draw.choice("qxz") + word[at + 1 :]
        root, _, finer = word.partition(".")
        if at > len(root) and len(finer) < 4:
            continue  # a finer class of three letters may be a new one: mgmt.bss beside mgmt.oss
        changed = re.sub(rf"(?<=[\[{{ :,]){re.escape(word)}(?=[\]}},\n])", slipped, body)
        if changed == body:
            continue
        said = faults(tmp_path, text.replace(body, changed))
        assert any(repr(slipped) in one or slipped.split(".")[0] in one for one in said), (word, slipped, said)
