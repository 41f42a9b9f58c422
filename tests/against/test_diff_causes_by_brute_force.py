"""The causes of changed verdicts against every subset of new rows, asked of the screen itself on whole tables."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from itertools import combinations
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from provenet.evidence.causes import causes, question_of
from provenet.evidence.comparison import Side
from support.examples import examples
from support.screening import screen
from unit.evidence import small_case

DAY = date(2024, 6, 1)
PACK = """
pack: p
issuer: gov
declares: {words: [blacklist]}
title: A policy
source: s
force: law
default: clear
rules:
  - id: R-LISTED
    effect: prohibit
    rank: 40
    when: {all: [{listed_in: blacklist}, {asset_class: core}]}
  - id: R-OWNED
    effect: condition
    rank: 30
    when: {all: [{affiliate_of: [holder]}, {asset_class: core}]}
  - id: R-TWO
    effect: prohibit
    rank: 20
    when: {all: [{fact: a}, {fact: b}, {asset_class: ran}]}
  - id: R-ACT
    effect: permit
    rank: 10
    decided_by: issuer
    when: {all: [{fact: c}, {asset_class: ran}]}
"""
PACKS = small_case.packs(PACK)
VENDORS = ("v1", "v2")
SPEAKERS = ("gov", "Press")


@st.composite
def rows(draw: st.DrawFn) -> tuple[str, dict[str, object]]:
    """A table and one row of it."""
    at = draw(st.integers(0, 10**6))
    kind = draw(st.sampled_from(["claim", "claim", "claim", "ownership", "listing"]))
    if kind == "claim":
        who = draw(st.sampled_from([["v1"], ["v2"], ["all"]]))
        fact, stance = draw(st.sampled_from("abcz")), draw(st.sampled_from(["asserts", "denies"]))
        said = draw(st.sampled_from([date(2024, 1, 1), date(2024, 2, 1), date(2025, 1, 1)]))
        more = {"vendor_ids": who, "speaker": draw(st.sampled_from(SPEAKERS))}
        return kind, small_case.claim(f"c{at}", fact, stance, said, **more)
    if kind == "ownership":
        owner, owned = draw(st.sampled_from([("holder", "v1"), ("holder", "mid"), ("mid", "v2"), ("mid", "v1")]))
        return kind, {"row_id": f"o{at}"} | small_case.stake(owner, owned, draw(st.sampled_from([0.2, 0.6, None])))
    name = draw(st.sampled_from(["blacklist", "other"]))
    return kind, {"row_id": f"l{at}", "list_name": name, "party_id": draw(st.sampled_from(["v1", "v2", "mid"]))}


@st.composite
def two_sides(draw: st.DrawFn) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
    made: list[tuple[str, dict[str, object]]] = []
    for name, row in draw(st.lists(rows(), min_size=1, max_size=8)):
        answers = [other["claim_id"] for kind, other in made if kind == name == "claim"]
        if name == "claim" and answers and draw(st.booleans()):
            row = {**row, "answers_claim_id": draw(st.sampled_from(answers))}
        if all(row.get("row_id", row.get("claim_id")) != r.get("row_id", r.get("claim_id")) for _, r in made):
            made.append((name, row))
    split = draw(st.integers(0, len(made) - 1))
    old: dict[str, list[Any]] = {}
    fresh: dict[str, list[Any]] = {}
    for at, (name, row) in enumerate(made):
        (old if at < split else fresh).setdefault(name, []).append(row)
    return old, fresh


def parties() -> list[dict[str, object]]:
    others = [small_case.party(name, "other", "DE") for name in ("holder", "mid", "gov")]
    return [small_case.party(name, "vendor", "DE") for name in VENDORS] + others


def side(rows: Mapping[str, list[Any]]) -> Side:
    return Side(small_case.tables(parties(), **rows), PACKS, "p", DAY, None, {}, None)


def said_by(one: Side, more: Mapping[str, pl.DataFrame] | None = None) -> dict[Any, tuple[str, str | None]]:
    grown = {name: pl.concat([one.tables[name], rows]) for name, rows in (more or {}).items()}
    found = screen({**one.tables, **grown}, PACKS, ["p"], as_of=DAY)
    return {question_of(row): (str(row["outcome"]), row["rule_id"]) for row in found}


def refs_of(tables: Mapping[str, pl.DataFrame]) -> dict[str, tuple[str, str]]:
    made = {}
    for name, rows in tables.items():
        for row in rows.iter_rows(named=True):
            key = row["claim_id"] if name == "claim" else row["row_id"]
            made[f"{name}:{key}"] = (name, row["row_id"])
    return made


def act(claim_id: str, fact: str, stance: str, said: date, **cells: object) -> dict[str, object]:
    return small_case.claim(claim_id, fact, stance, said, vendor_ids=["v1"], speaker="gov", **cells)


LATER = date(2025, 1, 1)
ANSWERED_ON_ITS_DAY = (
    {"claim": [act("c2", "a", "denies", LATER)]},
    {"claim": [act("c1", "c", "asserts", LATER, answers_claim_id="c2"), act("c0", "a", "asserts", date(2024, 1, 1))]},
)
"""A claim of the same day withdraws nothing, though it be an act that does not count yet."""


@pytest.mark.slow
@settings(max_examples=examples(60))
@given(two_sides())
@example(ANSWERED_ON_ITS_DAY)
def test_every_minimal_set_of_new_rows_is_named_and_no_other(both: tuple[dict[str, Any], dict[str, Any]]) -> None:
    old_rows, fresh_rows = both
    old = side(old_rows)
    new = side({name: [*old_rows.get(name, []), *fresh_rows.get(name, [])] for name in {*old_rows, *fresh_rows}})
    before, after = said_by(old), said_by(new)
    changed = {q: (before[q], after[q]) for q in before if before[q] != after[q]}
    found = causes(old, new, changed)
    known = {name: old.tables[name]["row_id"].implode() for name in new.tables if name in fresh_rows}
    fresh = {name: new.tables[name].filter(~pl.col("row_id").is_in(ids)) for name, ids in known.items()}
    refs = refs_of(fresh)

    @cache
    def with_rows(chosen: tuple[str, ...]) -> dict[Any, tuple[str, str | None]]:
        ids = [refs[one][1] for one in chosen]
        return said_by(old, {n: rows.filter(pl.col("row_id").is_in(ids)) for n, rows in fresh.items()})

    expected: dict[Any, list[frozenset[str]]] = {question: [] for question in changed}
    for size in (1, 2, 3):
        for chosen in combinations(sorted(refs), size):
            said = with_rows(chosen)
            for question, (was, now) in changed.items():
                reached = said[question][0] == now[0] if was[0] != now[0] else said[question] == now
                if reached and not any(one <= set(chosen) for one in expected[question]):
                    expected[question].append(frozenset(chosen))
    for question, sets in expected.items():
        one = found[question]
        assert one.is_traced
        named = [frozenset(element.ref for element in cause.elements) for cause in one.causes if cause.sufficient]
        assert sorted(map(sorted, named)) == sorted(map(sorted, sets)), (question, changed[question])
        was, now = changed[question]
        for cause in one.causes:
            rest = tuple(sorted(set(refs) - {element.ref for element in cause.elements}))
            back = with_rows(rest)[question]
            assert cause.necessary is (back[0] == was[0] if was[0] != now[0] else back == was)
