"""A law of every bundled pack: each day on which a rule of it begins or its term ends is a day of the dossier."""

from collections.abc import Iterator
from datetime import date

import polars as pl
import pytest

from provenet.case.tables import vocabulary
from provenet.core.countries import countries
from provenet.core.when import Span
from provenet.dossier.extract import Extract
from provenet.dossier.findings import deadlines
from provenet.dossier.rules import days_ahead, laws
from provenet.evidence.screen import Screening
from provenet.policy.pack import Pack
from provenet.policy.packs import Binding, Packs, load_packs
from unit.dossier.small_tables import filled
from unit.evidence.small_case import packs, party, tables

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
            found += len(days)
            assert {one.day for one in deadlines(extract, 99)} == (set() if pack.force == "proposal" else days)
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
"""


def test_a_pack_of_ones_own_by_hand() -> None:
    own = packs(OWN)
    (law,) = laws(extract_of(own, "p", "Iceland"))
    assert [(str(one.day), one.what, one.criterion, one.part, one.cite.words, one.uid) for one in law.ahead] == [
        ("2028-02-01", "takes effect", "All report", "any part of a network", "Gazette 12", "p-C"),
        ("2029-12-31", "term ends", "Acme leaves", "RAN", "Gazette 12", "p-A"),
    ]
    assert (law.title, law.place, law.kind, law.more) == ("An act", "Iceland", "binds", 2)
    assert len(law.open_terms) == 1 and law.open_terms[0].startswith("12 months after")
    assert laws(extract_of(own, "p", "Norway")) == []
    early = date(2024, 1, 1)
    known = Screening(tables(PARTIES), as_of=early, known=early).rules(own, "p", "Iceland")
    assert known["rule_id"].to_list() == ["D"]


def test_a_criterion_in_words_stands_for_its_rule_but_for_a_day_that_it_does_not_name() -> None:
    base = {"jurisdiction": "IS", "title": "The act in words", "binding": "statute", "lifecycle": "in force"}
    base |= {"criterion": "leaves", "source_id": "paper"}
    for named, law in ((date(2029, 12, 31), "The act in words"), (None, "An act")):
        rows = [{**base, "policy_id": key, "deadline_on": named if key == "A" else None} for key in "ABC"]
        extract = extract_of(packs(OWN), "p", "Iceland", policy=filled("policy", rows))
        found = [(one.law, str(one.day)) for one in days_ahead(laws(extract))]
        assert found == [("An act", "2028-02-01"), (law, "2029-12-31")]
