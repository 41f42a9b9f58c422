"""Laws of every bundled pack: its days, its words one letter off, and vendors that it does not name."""

import random
import re
from collections.abc import Iterator
from datetime import date, timedelta
from importlib import resources
from pathlib import Path

import polars as pl
import pytest
import yaml

from provenet.case.extract import Extract
from provenet.case.tables import vocabulary
from provenet.core.countries import countries
from provenet.core.errors import FaultList
from provenet.core.ids import fold
from provenet.core.when import Span
from provenet.dossier.chapters import c30_rules
from provenet.evidence.rules import days_ahead, laws
from provenet.evidence.rules_answer import next_days, rules_answer
from provenet.evidence.screen import Screening
from provenet.policy.pack import Pack, parse_pack
from provenet.policy.packs import Binding, Packs, known_words, load_packs
from provenet.policy.wordlists import fact_types
from support.examples import sample
from unit.dossier.small_tables import filled
from unit.evidence.small_case import claim, packs, party, stake, tables

PARTIES = [party("net", "carrier", "IS"), party("acme", "vendor", "SE"), party("bolt", "vendor", "US")]
TODAY = date(2026, 11, 25)


def extract_of(loaded: Packs, name: str, country: str, *, day: date = TODAY, **more: pl.DataFrame) -> Extract:
    screening = Screening(tables(PARTIES, **{key: rows.to_dicts() for key, rows in more.items()}), as_of=day)
    return Extract({"policy_rule": screening.rules(loaded, name, country), **more}, country, day)


def ahead(pack: Pack, day: date) -> Iterator[date]:
    """The days after a day that a pack writes out, as its rules are read."""
    for rule in pack.rules:
        if rule.ends is None or rule.ends.high is None or rule.ends.high > day:
            if rule.starts and rule.starts.low and rule.starts.low > day:
                yield rule.starts.low
            term = rule.remove_by
            if isinstance(term, Span) and term.is_day and term.low and term.low > day:
                yield term.low
            last = rule.ends.low - timedelta(days=1) if rule.ends and rule.ends.is_day and rule.ends.low else day
            if last > day:
                yield last


@pytest.mark.parametrize("day", [date(2018, 11, 23), date(2021, 6, 1), TODAY])
def test_each_day_that_a_pack_writes_out_is_a_day_of_the_dossier(day: date) -> None:
    loaded = load_packs(())
    binding = Binding(loaded, vocabulary()["jurisdictions"])
    found = 0
    for name, pack in loaded.packs.items():
        listed = [*vocabulary()["jurisdictions"], countries().name(pack.jurisdiction)]
        for country in binding.countries_of(name, [one for one in listed if one])[:1]:
            extract = extract_of(loaded, name, country, day=day)
            days = {one.day for one in days_ahead(laws(extract))}
            assert days == {*ahead(pack, day)}, (name, country)
            first = min((rule.starts.low for rule in pack.rules if rule.starts and rule.starts.low), default=None)
            assert {law.low for law in laws(extract)} <= {first}, name
            found += len(days)
            assert {one.day for one in next_days(extract)} == (set() if pack.force == "proposal" else days)
    assert found >= 3


OWN = """
pack: p
issuer: o
title: An act
jurisdiction: IS
force: law
source: Gazette 12
rules:
  - {id: A, effect: prohibit, rank: 1, when: {all: [{vendor_in: acme}, {asset_class: ran}]},
     in_force: [2025-07-01, null], remove_by: 2029-12-31, says: Acme leaves}
  - {id: B, effect: prohibit, rank: 2, when: {vendor_in: bolt}, in_force: [2025-07-01, null],
     remove_by: {fact: term_start, plus: 12 months}, citation: s. 4, says: Bolt leaves}
  - {id: C, effect: condition, rank: 3, when: {made_in: CN}, in_force: [2028-02-01, null], says: All report}
  - {id: D, effect: prohibit, rank: 4, when: {vendor_in: acme}, in_force: [2020-01-01, 2025-01-01],
     remove_by: 2031-01-01, says: Gone}
  - {id: E, effect: prohibit, rank: 5, when: {vendor_in: acme}, in_force: [2026-01-01, 2027-06-30], says: For a time}
  - {id: F, effect: prohibit, rank: 6, when: {vendor_in: bolt}, in_force: [2026-01-01, 2027-09], says: A while}
"""


def test_a_pack_of_ones_own_by_hand() -> None:
    own = packs(OWN)
    extract = extract_of(own, "p", "Iceland")
    (law,) = laws(extract)
    assert [(str(one.day), one.what, one.criterion, one.part, one.cite.words, one.uid) for one in law.ahead] == [
        ("2027-06-29", "last day in force", "For a time", "any part of a network", "Gazette 12", "p-E"),
        ("2028-02-01", "takes effect", "All report", "any part of a network", "Gazette 12", "p-C"),
        ("2029-12-31", "term ends", "Acme leaves", "RAN", "Gazette 12", "p-A"),
    ]
    assert (law.title, law.place, law.kind, law.more) == ("An act", "Iceland", "binds", 4)
    assert law.since == "1 January 2020", "of a rule that has ended"
    assert sorted(term[:15] for term in law.open_terms) == ["12 months after", "in force to a d"]
    assert rules_answer(extract).finding.says.startswith(
        "The next rule to end is in force for the last time on 29 June"
    )
    c30_rules.collect(extract)
    assert b"An act,binds,1 January 2020,2027-06-29,last day in force,For a time" in extract.files["rules.csv"]
    assert b"20270629" in extract.files["deadlines.ics"]
    assert laws(extract_of(own, "p", "Norway")) == []
    early = date(2024, 1, 1)
    known = Screening(tables(PARTIES), as_of=early, known=early).rules(own, "p", "Iceland")
    assert known["rule_id"].to_list() == ["D"]


def test_a_criterion_in_words_stands_for_its_rule_but_for_a_day_that_it_does_not_name() -> None:
    base = {"jurisdiction": "IS", "title": "The act in words", "binding": "statute", "lifecycle": "in force"}
    base |= {"criterion": "leaves", "source_id": "paper"}
    for named, law in ((date(2029, 12, 31), "The act in words"), (None, "An act")):
        rows = [{**base, "policy_id": key, "deadline_on": named if key == "A" else None} for key in "ABCDEF"]
        extract = extract_of(packs(OWN), "p", "Iceland", policy=filled("policy", rows))
        found = [(one.law, str(one.day)) for one in days_ahead(laws(extract))]
        assert found == [("An act", "2027-06-29"), ("An act", "2028-02-01"), (law, "2029-12-31")]


QUESTION = ["asset_class", "layer", "action", "carrier_id"]
CARRIERS = [party("deutsche-telekom", "carrier", "DE"), party("net", "carrier", "IT")]
STRANGERS = {
    "seated abroad": party("stranger", "vendor", "CN"),
    "seated at home": party("stranger", "vendor", "DE"),
    "seat not known": party("stranger", "vendor"),
}
FACTS = ("critical", "supplier_seat_outside_EU", "controlled_from_outside", "operator_designated", "eligible")
DAYS = (date(2018, 11, 23), date(2021, 6, 1), date(2026, 11, 27))


@pytest.fixture(scope="module")
def bundled() -> Packs:
    return load_packs(())


def answers(screening: Screening, loaded: Packs, name: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    return screening.rest(loaded, name), screening.verdicts(loaded, name).filter(vendor_id="stranger")


@pytest.mark.parametrize("seat", sample(STRANGERS, 3))
@pytest.mark.parametrize("stance", ["asserts", "denies"])
def test_what_is_clear_of_the_rest_is_clear_of_every_stranger(bundled: Packs, seat: str, stance: str) -> None:
    listed = [{"list_name": name, "party_id": "stranger"} for name in ("covered-list", "1260H", "UK annex", "NCSC HRV")]
    given = tables(
        [*CARRIERS, STRANGERS[seat], party("huawei", "vendor", "CN")],
        claim=[claim(fact, fact, stance, date(2018, 1, 1)) for fact in FACTS],
        ownership=[stake("huawei", "stranger", 0.9)],
        listing=listed,
    )
    clear = 0
    for day in DAYS:
        screening = Screening(given, as_of=day)
        for name in bundled.packs:
            rest, verdicts = answers(screening, bundled, name)
            assert rest.height >= rest.filter(pl.col("carrier_id").is_null()).height > 0
            closed = rest.filter(outcome="clear").select(QUESTION)
            held = verdicts.join(closed, on=QUESTION, how="inner", nulls_equal=True)
            clear += held.height
            assert held.filter(pl.col("outcome") != "clear").is_empty(), (name, day, held)
    assert clear > 500


@pytest.mark.parametrize(
    ("when", "outcome", "named"),
    [
        ("{vendor_in: [huawei, zte]}", "clear", ["huawei", "zte"]),
        ("{all: [{vendor_in: huawei}, {fact: x}]}", "clear", ["huawei"]),
        ("{affiliate_of: huawei}", "undetermined", ["huawei"]),
        ("{controlled_from: CN}", "undetermined", []),
        ("{listed_in: 1260H}", "undetermined", []),
        ("{fact: hq, is: CN}", "undetermined", []),
        ("{not: {vendor_in: huawei}}", "restricted", ["huawei"]),
        ("{asset_class: satellite}", "clear", []),
    ],
)
def test_the_rest_by_hand(when: str, outcome: str, named: list[str]) -> None:
    text = f"pack: p\nissuer: o\nrules:\n  - {{id: R, effect: prohibit, rank: 1, when: {when}}}\n"
    given = tables([*CARRIERS, party("huawei", "vendor", "CN"), party("zte", "vendor", "CN")])
    rest = Screening(given, as_of=DAYS[-1]).rest(packs(text), "p")
    core = (
        rest.filter(pl.col("carrier_id").is_null())
        .filter(asset_class="core", layer="software", action="use")
        .row(0, named=True)
    )
    assert (core["outcome"], core["named_ids"]) == (outcome, named)


FOLDER = Path(str(resources.files("provenet"))) / "policy" / "policies"
PROSE = {"title", "says", "source", "citation", "leaves_out", "article", "text"}
FREE = {
    "id", "pack", "rank", "in_force", "adopted", "remove_by", "at_most_share", "control_above", "at_most", "at_least",
    "issuer_says",
}  # fmt: skip
"""Ids, numbers and days, which no list of words can hold."""
OPEN = {"policy", "action", "listed_in", "site_class", "capability", "product_category", "buyer", "measure"}
"""Axes on which a word that lies near no known one is a new word; so is the name of a policy that joins rules."""
MOST = 40
"""How many words of a pack slip, drawn by the name of the pack."""
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def scalars(node: yaml.Node, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], yaml.ScalarNode]]:
    """The words of a pack, each with the keys above it; keys themselves under `KEY`."""
    if isinstance(node, yaml.ScalarNode):
        yield path, node
    elif isinstance(node, yaml.SequenceNode):
        for part in node.value:
            yield from scalars(part, path)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield (*path, "KEY"), key
            yield from scalars(value, (*path, key.value))


def slip(word: str, draw: random.Random) -> str:
    """A word with one letter replaced, left out, added or exchanged with the next."""
    at = draw.choice([place for place, letter in enumerate(word) if letter.isalnum()])
    other = draw.choice(LETTERS if word[at].isalpha() else "0123456789")
    swapped = word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]
    return draw.choice(
        [word[:at] + other + word[at + 1 :], word[:at] + word[at + 1 :], word[:at] + other + word[at:], swapped]
    )


def is_known(path: tuple[str, ...], word: str, slipped: str) -> bool:
    """Whether a slip is by chance another word: one of the tables (`NC` for `CN`), or a policy of other figures."""
    words, known = known_words(), fold(slipped)
    listed = any(known in spelled for spelled in words.spelled.values()) or words.knows("countries", slipped)
    figures = path[-1] == "policy" and re.sub(r"\d", "0", known) == re.sub(r"\d", "0", fold(word))
    return listed or figures


def may_be_new(path: tuple[str, ...], word: str, slipped: str) -> bool:
    """Whether a slip is taken for a new word of an open axis: too short, or of other figures or a letter alone."""
    is_open = path[-1] in OPEN and len(path) > 1 and path[0] == "rules"
    parts = re.split(r"[\s_-]+", slipped)
    alone = any(len(part) == 1 for part in parts)
    return is_open and (len(fold(slipped)) < 3 or alone or re.findall(r"\d", word) != re.findall(r"\d", slipped))


def resolvable(path: tuple[str, ...], word: str) -> bool:
    if PROSE & set(path) or FREE & set(path) or (path[0] == "facts" and path[-1] != "KEY"):
        return False
    return any(letter.isalnum() for letter in word) and not word.isdigit()


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yml")), ids=lambda path: path.stem)
def test_a_letter_off_in_any_word_that_must_resolve_is_a_fault(path: Path) -> None:
    text, draw = path.read_text("utf-8"), random.Random(path.stem)
    slips, near = 0, 0
    accepted = []
    words = [one for one in scalars(yaml.compose(text)) if resolvable(one[0], one[1].value)]
    for place, node in draw.sample(words, min(MOST, len(words))):
        word, start, end = node.value, node.start_mark.index, node.end_mark.index
        if word not in text[start:end]:
            continue
        slipped = slip(word, draw)
        if fold(slipped) == fold(word) or is_known(place, word, slipped):
            continue
        if may_be_new(place, word, slipped):
            continue
        changed = text[:start] + text[start:end].replace(word, slipped, 1) + text[end:]
        faults = FaultList()
        pack = parse_pack(path.name, changed.encode(), faults, words=known_words())
        slips += 1
        near += any(fault.nearest for fault in faults.faults)
        if pack is not None:
            accepted.append((place, word, slipped))
    assert accepted == []
    assert slips >= 10
    assert near >= 0.8 * slips, "a fault names the nearest word"


def test_every_type_of_a_bundled_fact_is_one_that_the_reader_knows() -> None:
    assert set(fact_types().values()) == {"bool", "number", "share", "date", "text"}
