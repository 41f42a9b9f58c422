"""A pack of every kind of rule and its worked cases, both spoilt in every simple way; `kept/` holds what comes out."""

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from provenet.core.errors import FaultList, InputFault
from provenet.policy import answers, cases, conditions, coverage, logic, pack, packs, terms, wordlists
from provenet.policy.packs import Packs, known_words, load_packs
from provenet.tools.pack_test import case_records
from support.kept import assert_kept, plain
from support.spoiling import found_in, lines_of, words_of

ROOM = (answers, cases, conditions, coverage, logic, pack, packs, terms, wordlists)
KEPT = Path(__file__).parent / "kept"
PACK = """pack: own-pack
issuer: an-office
title: A pack of every kind
jurisdiction: EEA
countries: [Norway, Iceland]
source: made up
force: law
default: clear
adopted: 2019-05-01
says: What the pack is about.
facts: {left_open: whether it is left open}
leaves_out: [One thing.]
declares:
  issuers: [an-office]
  vendors: [Maker A]
  carriers: [Campus Net]
  facts: {left_open: boolean, size: number, since: day, until: day, colour: text}
  classes: [kiosk.screen]
  words: [demolish, EEA]
rules:
  - id: P-1
    effect: prohibit
    rank: 30
    when: {all: [{vendor_in: [Maker A, Huawei]}, {asset_class: [core, kiosk.screen]}, {not: {fact: left_open}}]}
    in_force: [2020-01-01, null]
    remove_by: 2022-12-31
    citation: section 1
    says: Maker A leaves the core.
  - id: C-1
    effect: condition
    rank: 20
    when: {any: [{made_in: China}, {fact: size, at_least: 3}, {fact: colour, is: red}]}
    in_force: [2020-06-01, 2023-01-01]
    citation: section 2
    says: Red or large ones need a permit.
  - id: A-1
    effect: permit
    rank: 10
    when: {all: [{carrier_in: Campus Net}, {layer: software}, {fact: since, before: {fact: until, plus: 3 months}}]}
    in_force: [2019-01-01, 2021-07-01]
    citation: section 3
    says: Campus networks are free.
  - id: K-1
    effect: cap
    rank: 5
    when: {segment: ran}
    cap: {measure: ran, at_most_share: 0.35, of: carrier}
    in_force: [2021-01-01, null]
    citation: section 4
    says: At most a third.
"""
HEAD = "case_id,policy_id,as_of,vendor_profile,asset_class,layer,site_class,origin_country,capability,known_facts,"
HEAD += "expected_outcome\n"
CASES = (
    HEAD
    + """1,own-pack,2019-12-31,name=Maker A,core,hardware,,,,left_open=false,clear
2,own-pack,2020-01-01,name=Maker A,core,hardware,,,,left_open=false,conditional
3,own-pack,2022-12-31,name=Huawei,kiosk.screen,hardware,,,,left_open=false,conditional
4,own-pack,2023-01-01,name=Huawei,core.user_plane,hardware,,,,left_open=false,restricted
5,own-pack,2023-01-01,name=Huawei,core,hardware,,,,,undetermined
6,own-pack,2021-01-01,name=Nokia,cpe,hardware,,CN,,,conditional
7,own-pack,2021-01-01,name=Nokia,cpe,hardware,,FI,,size=3; colour=blue,conditional
8,own-pack,2021-01-01,name=Nokia,cpe,hardware,,FI,,size=2.9; colour=blue,clear
9,C-1,2022-12-31,name=Nokia,cpe,hardware,,FI,,size=1; colour=red,conditional
10,C-1,2023-01-01,name=Nokia,cpe,hardware,,FI,,size=1; colour=red,clear
11,A-1,2021-06-30,name=Nokia,core,software,,FI,,operator=Campus Net; since=2020-03-31; until=2020-01-01,clear
12,A-1,2021-06-30,name=Nokia,core,software,,FI,,operator=Campus Net; since=2020-04-01; until=2020-01-01,clear
13,own-pack,2022-01-01,name=Nokia,ran,hardware,,FI,,size=0; colour=blue; share_ran=0.35,conditional
14,own-pack,2022-01-01,name=Nokia,ran,hardware,,FI,,size=0; colour=blue; share_ran=0.36,restricted
"""
)


def parsed(text: str) -> Any:
    """The pack as it is read; its faults raised."""
    faults = FaultList()
    made = pack.parse_pack("p.yml", text.encode(), faults, words=known_words())
    if faults.count:
        raise InputFault(faults.faults, faults.count)
    return made


@pytest.fixture
def own(tmp_path: Path) -> Packs:
    (tmp_path / "own.yml").write_text(PACK, encoding="utf-8")
    return load_packs([tmp_path / "own.yml"])


def variants(text: str) -> Iterable[tuple[str, str]]:
    return [("as it is", text), *lines_of(text), *words_of(text, 150), ("nothing", ""), ("a word", "x")]


def test_a_pack_is_read_as_kept() -> None:
    assert_kept(KEPT / "pack.txt", found_in(parsed, variants(PACK)))


def test_worked_cases_are_answered_as_kept(own: Packs) -> None:
    def answered(text: str) -> Any:
        made = cases.answer_cases("c.csv", case_records("c.csv", text.encode()), own)
        return made.cases, [fault.sentence() for fault in made.faults]

    shown = "".join(f"{one}\n" for one in plain(answered(CASES)[0]))
    assert_kept(KEPT / "cases.txt", shown + found_in(answered, variants(CASES)))


def test_what_cases_show_of_the_pack(own: Packs) -> None:
    found = own.find("own-pack")
    assert found is not None
    text = ""
    for name, rows in (("all", CASES), ("few", "\n".join(CASES.split("\n")[:5])), ("none", HEAD)):
        test = coverage.tested(found.pack, own, [("c.csv", case_records("c.csv", rows.encode()))])
        text += f"== {name}: {test.case_count} cases, passed {test.is_passed}\n"
        text += "".join(f"{rule.rule_id} {rule.counts} lacks {rule.lacks}\n" for rule in test.rules)
        text += "".join(f"{one.rule_id} {one.day} {one.expected} {one.outcome} {one.is_right}\n" for one in test.days)
        text += "".join(f"unexpected: {expected} {plain(one)}\n" for expected, one in test.unexpected)
        text += "".join(f"{fault.sentence()}\n" for fault in test.faults)
    assert_kept(KEPT / "coverage.txt", text)


def test_every_answer_around_every_day(own: Packs) -> None:
    """Each case on the days before, on and after each day that the pack names."""
    days = [date.fromisoformat(text) for text in ("2019-01-01", "2020-01-01", "2020-06-01", "2021-01-01", "2021-07-01")]
    days += [date(2022, 12, 31), date(2023, 1, 1), date(2019, 5, 1)]
    text = ""
    for line in CASES.split("\n")[1:-1]:
        number, _, _, rest = line.split(",", 3)
        made = HEAD + "".join(
            f"{number}.{at},own-pack,{day + timedelta(days=step)},{rest}\n"
            for at, (day, step) in enumerate((day, step) for day in sorted(days) for step in (-1, 0, 1))
        )
        answered = cases.answer_cases("c.csv", case_records("c.csv", made.encode()), own)
        text += f"{number}: {' '.join(str(one['outcome'])[:5] + '/' + str(one['rule']) for one in answered.cases)}\n"
    assert_kept(KEPT / "days.txt", text)
