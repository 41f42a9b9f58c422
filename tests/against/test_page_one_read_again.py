"""Page one read again by a second plain reader: each sentence of drawn cases is what rows say, no law refuses it."""

import random
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from against.reference_page_one import PageOne
from laws.planted_contradictions import replaced, rich
from provenet.case.days_ahead import plain
from provenet.case.extract import Extract
from provenet.case.tables import table, vocabulary
from provenet.core.countries import countries
from provenet.dossier.answer_laws import law_faults
from provenet.dossier.answers import answers
from provenet.dossier.view import extract_of
from provenet.verbs.brief import tables_by_country
from provenet.verbs.question import opened
from provenet.verbs.settings import AskSettings
from unit.dossier.small_tables import DAY, THEN, filled, tables, verdict

Tables = Mapping[str, pl.DataFrame]
Rows = list[dict[str, Any]]
SMALL, LARGE = 25, 500


def said(extract: Extract) -> dict[str, list[str]]:
    """The words of page one, by question."""
    told = {one.question: (one.finding, *one.sentences, *one.caveats, *one.would_change) for one in answers(extract)}
    return {question: [plain(one.says) for one in sentences] for question, sentences in told.items()}


def wrong(extract: Extract) -> list[str]:
    """What the second reader or a law refuses of page one."""
    here = (
        extract.country,
        countries().code(extract.country) or "",
        *vocabulary()["jurisdictions"].get(extract.country, ()),
    )
    page = PageOne(
        {name: frame.to_dicts() for name, frame in extract.tables.items()}, here, extract.as_of, extract.known
    )
    return page.read(said(extract)) + [fault.sentence() for fault in law_faults(extract)]


def drawn(seed: int, held: Tables, day: date, known: date | None) -> Tables:
    """A case of another shape: rows left out, cells blanked, ends moved, packs of one's own with and without terms."""
    draw = random.Random(seed)
    made = {name: frame.to_dicts() for name, frame in held.items() if name not in ("source", "party")}
    draw.choice(SHAPES)(made, draw, {"as_of_on": day, "known_on": known})
    for name in draw.sample(sorted(made), draw.randrange(4)):
        made[name] = []
    for name, rows in made.items():
        part = draw.choice((1.0, 1.0, 0.8, 0.4))
        made[name] = [row for row in rows if draw.random() < part]
    for name in draw.sample(sorted(made), min(3, len(made))):
        blank = [one.name for one in table(name).columns if one.nullable and one.name not in KEPT]
        column = draw.choice(blank or ["country"])
        some = 1.0 if table(name).kind == "result" else 0.5
        made[name] = [row | ({column: None} if blank and draw.random() < some else {}) for row in made[name]]
    held_ids = {f"procurement:{row['row_id']}" for row in made.get("procurement", ())}
    for row in made.get("vendor_share", ()):
        row["inputs"] = [ref for ref in row["inputs"] if ref in held_ids or not ref.startswith("procurement:")]
    figures = {row[column] for name, column in FIGURES.items() for row in made.get(name, ())}
    made["gap"] = [row for row in made.get("gap", ()) if row["figure_id"] in figures]
    frames = {
        name: pl.DataFrame(rows, schema=held[name].schema if name in held else None)
        for name, rows in made.items()
        if rows
    }
    return {**{name: frame for name, frame in held.items() if name in ("source", "party")}, **frames}


FIGURES = {"vendor_share": "share_id", "common_failure": "failure_id", "site_dependence": "dependence_id"}
KEPT = ("known_on", "as_of_on", "source_id", "country", "figures", "says", "part", "priced", "currency")
Shape = Callable[[dict[str, Rows], random.Random, dict[str, Any]], None]


def as_is(made: dict[str, Rows], draw: random.Random, days: dict[str, Any]) -> None:
    """The rows as they are."""


def no_prices(made: dict[str, Rows], draw: random.Random, days: dict[str, Any]) -> None:
    """No lot has a price, so each stays."""
    for row in made.get("plan", ()):
        row |= {"unpriced_count": row["lot_count"], "swapped_count": 0, "clear_on": None, "price_year": None}
    stays = {"priced": False, "action": "stays", "start_on": None, "price_year": None}
    made["plan_step"] = [{**row, **stays} for row in made.get("plan_step", ())]


def small_budget(made: dict[str, Rows], draw: random.Random, days: dict[str, Any]) -> None:
    """No plan keeps the budget, or one swaps some lots alone."""
    for row in made.get("plan", ()):
        some = draw.randrange(row["lot_count"] + 1)
        row |= {"swapped_count": some, "status": "infeasible" if not some else "feasible", "clear_on": None}
        row |= {"unpriced_count": 0} if not some else {}


def one_carrier(made: dict[str, Rows], draw: random.Random, days: dict[str, Any]) -> None:
    """The rows of one carrier and of none."""
    carriers = sorted({row["carrier_id"] for row in made.get("carrier_share", ()) if row["carrier_id"]})
    kept = {None, *draw.sample(carriers, min(1, len(carriers)))}
    for name, rows in made.items():
        made[name] = [row for row in rows if row.get("carrier_id") in kept]


def no_law(made: dict[str, Rows], draw: random.Random, days: dict[str, Any]) -> None:
    """No policy on record, screened or not."""
    made["policy"], made["policy_rule"] = [], []
    made["verdict"] = draw.choice(([], [row | {"rules_in_force": 0} for row in made.get("verdict", ())]))


def own_pack(made: dict[str, Rows], draw: random.Random, days: dict[str, Any]) -> None:
    """Verdicts of a pack of one's own, with or without a term, and its rule."""
    term = draw.choice((None, days["as_of_on"].replace(year=days["as_of_on"].year + 2)))
    country = next((row["country"] for row in made.get("vendor_share", ())), "Germany")
    pack = {
        "pack": "own-1",
        "pack_title": "Rules of our own",
        "force": draw.choice(("law", "advice")),
        "country": country,
    }
    outcomes = draw.choices(("restricted", "conditional", "clear", "undetermined"), k=12)
    parts = [
        (vendor, part) for vendor in ("acme", "huawei", "zte", "ericsson") for part in ("ran", "core", "transport")
    ]
    ends = {"remove_by_on": term, "open_tests": [], "if_settled": []}
    more = {
        "undetermined": {"remove_by_on": None, "open_tests": ["fact: critical"], "if_settled": ["clear"]},
        "clear": {},
    }
    own = [
        verdict(at, **pack, vendor_id=vendor, asset_class=part, outcome=outcome) | more.get(outcome, ends) | days
        for at, ((vendor, part), outcome) in enumerate(zip(parts, outcomes, strict=True), start=100)
    ]
    made["verdict"] = filled("verdict", own).to_dicts() + draw.choice(([], made.get("verdict", [])))
    rule = {
        **pack,
        "policy_rule_id": "own-1-R",
        "rule_id": "R-1",
        "jurisdiction": country,
        "says": "take it out",
        "effect": "prohibit",
    }
    rule |= {"asset_classes": ["ran"], "deadline_on": term, "deadline": term and term.isoformat()}
    made["policy_rule"] = filled("policy_rule", [{**rule, **days}]).to_dicts()


def other_ends(made: dict[str, Rows], draw: random.Random, days: dict[str, Any]) -> None:
    """Other ends of each share: wide, narrow, points, zero and the whole scale; some to be checked or of sets."""
    for row in (row for name in ("vendor_share", "site_dependence") for row in made.get(name, ()) if row["vendor_ids"]):
        low, high = sorted(draw.choice((0.0, 0.0004, draw.random(), draw.random(), 1.0)) for _ in range(2))
        row |= {"low_open": False, "high_open": False} if "low_open" in row else {}
        row |= {"low_share": low, "high_share": draw.choice((low, high)), "to_be_checked": draw.random() < 0.2}


SHAPES: tuple[Shape, ...] = (
    as_is,
    no_prices,
    small_budget,
    one_carrier,
    no_law,
    own_pack,
    own_pack,
    other_ends,
    other_ends,
)


@cache
def small() -> list[tuple[Tables, str, date, date | None]]:
    return [
        (rich(), "Germany", DAY, None),
        (replaced(), "Germany", DAY, None),
        (tables(THEN, THEN), "Germany", THEN, THEN),
    ]


@pytest.mark.parametrize("seed", range(SMALL))
def test_every_sentence_of_a_drawn_small_case_is_what_its_rows_say(seed: int) -> None:
    held, country, day, known = small()[seed % len(small())]
    extract = Extract(drawn(seed, held, day, known), country, day, known)
    assert wrong(extract) == []


def of_demo(folder: Path) -> Iterator[tuple[Tables, str, date, date | None]]:
    """The rows of each country of the demo, of today and of November 2018."""
    for day, known in ((date(2026, 11, 25), None), (THEN, THEN)):
        into = opened(folder / "case", known)
        for scope, rows, _ in tables_by_country(into, AskSettings(as_of=day, known_on=known), "ask"):
            yield rows, str(scope.country), day, known


@pytest.mark.slow
def test_no_sentence_of_five_hundred_drawn_cases_is_false(demo_folder: Path) -> None:
    held = [*small(), *of_demo(demo_folder)]
    found = {}
    for seed in range(SMALL, SMALL + LARGE):
        rows, country, day, known = held[seed % len(held)]
        extract = extract_of(drawn(seed, rows, day, known), country=country, as_of=day, known=known, audience="public")
        if refused := wrong(extract):
            found[seed] = refused
    assert found == {}
