"""Every row of every table that `fund` writes, of questions small enough to read, kept in `kept/`."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from provenet.incentives import answer as room
from provenet.incentives import (
    approach,
    arguments,
    award_rows,
    corners,
    costs,
    curve_rows,
    fund_rows,
    input_rows,
    purchases,
    subscribers,
)
from provenet.incentives.answer import FundAnswer
from provenet.incentives.fund_rows import empty_answer, rows
from support.fund_answer import fund_answer
from support.kept import assert_kept, plain, shown
from support.purchase_tables import deployment, figure, purchase, read

ROOM = (
    room,
    approach,
    arguments,
    award_rows,
    corners,
    costs,
    curve_rows,
    fund_rows,
    input_rows,
    purchases,
    subscribers,
)
KEPT = Path(__file__).parent / "kept"
EVEN = [figure("price", 1000.0), figure("price gap", 0.1)]
FIGURES = [
    figure("price", 800.0, 1200.0, mid_amount=900.0, basis="sourced", source_id="s"),
    figure("price gap", 0.05, 0.25, estimator="A", sponsor="B", scope="C"),
    figure("price gap", -0.05, 0.05, vendor_id="cord"),
    figure("price gap", 0.0, 0.1, carrier_id="south", id="2"),
    figure("integration", 0.02, 0.04), figure("anchor", 0.1, 0.2), figure("operating gap", -0.01, 0.01),
    figure("removal chance", 0.0, 0.5, basis="derived"), figure("removal years", 2.0, 6.0),
    figure("removal cost", 0.5, 1.0), figure("network effect", 0.0, 0.05), figure("discount", 0.02, 0.06),
    figure("choice noise", 0.01, 0.05), figure("pass-through", 0.8, 1.0), figure("default chance", 0.0, 0.2),
    figure("bid spread", 0.0, 0.1), figure("bid markup", 0.0, 0.2), figure("bond", 0.05, 0.05),
    figure("next delay", 0.5, 1.5), figure("own funds", 0.1, 0.3), figure("loan rate gap", 0.01, 0.03),
    figure("windfall ask", 0.0, 0.5),
]  # fmt: skip
WIDE = {"low_count": 50.0, "high_count": 150.0, "mid_count": 110.0}
LATE = {"low_signed_on": date(2026, 6, 1), "mid_signed_on": date(2027, 5, 1), "high_signed_on": date(2028, 12, 31)}
SHARES = {"north": (0.4, 0.4), "south": (0.1, 0.3)}


def two(**question: object) -> FundAnswer:
    return fund_answer([purchase("n"), purchase("s", carrier_id="south")], EVEN, SHARES, **question)


def many(**question: object) -> FundAnswer:
    """Three purchases, one of which all figures may move; one rides on another; cord is clear and half known."""
    bought = [
        purchase("n", **WIDE, **LATE, vendor_ids=["acme", "bolt", "cord"], anchor_vendor_id="acme"),
        purchase("s", carrier_id="south", **LATE, low_part_share=0.25, high_part_share=0.5),
        purchase("e", carrier_id="east", asset_class="core", segment="core", vendor_ids=["bolt", "cord"]),
    ]
    rides = [{"carrier_id": "virtual", "host_id": "north", "segment": "ran", "binding": "agreed"}]
    shares = {**SHARES, "east": (0.05, 0.05), "virtual": (0.05, 0.1)}
    return fund_answer(bought, FIGURES, shares, rides, **question)


def abroad(**question: object) -> FundAnswer:
    """Two countries that share the money."""
    bought = [purchase("n"), purchase("o", carrier_id="other", country="Arcadia", low_count=10.0, high_count=10.0)]
    shares = {"north": (0.4, 0.5), "other": (0.9, 1.0)}
    return fund_answer(bought, FIGURES, shares, homes={"other": "Arcadia"}, **question)


ASKED: dict[str, Callable[[], FundAnswer]] = {
    "plain": two,
    "poor": partial(two, budget=10_000.0),
    "none": partial(two, budget=0.0),
    "goal": partial(two, objective="goal", budget=20_000.0, mechanism="pay-as-bid auction"),
    "limits": partial(two, budget=15_000.0, limits={"Utopia": (10_000.0, 12_000.0)}, most_ratio=1.5),
    "many": many,
    "many-paid": partial(many, budget=30_000.0, budget_on="expected_paid", mechanism="pay-as-bid auction"),
    "many-goal": partial(many, budget=60_000.0, objective="goal", mechanism="pay-as-bid auction", nudge=0.05),
    "many-loans": partial(many, budget=60_000.0, mechanism="loan guarantee", programme_id="aid", known_on=None),
    "abroad": partial(abroad, budget=20_000.0, mechanism="loan guarantee", settings={"budget": 1}),
    "abroad-limits": partial(
        abroad, budget=9_000.0, limits={"Arcadia": (500.0, 2_000.0)}, mechanism="pay-as-bid auction"
    ),
}


@pytest.mark.parametrize("name", ASKED)
def test_every_row_of_an_answer(name: str) -> None:
    made = rows(ASKED[name]())
    text = ""
    for table, held in made.items():
        text += f"== {table}\n{shown([dict(row) for row in held])}"
    assert_kept(KEPT / f"rows-{name}.txt", text)


def test_what_is_open_and_what_it_rests_on() -> None:
    """Purchases as they are read: who may be chosen, which figures count, what is missing, and what is left out."""
    bought = [
        purchase("n", **WIDE, **LATE, vendor_ids=["acme", "bolt", "cord"], anchor_vendor_id="acme"),
        purchase("past", high_signed_on=date(2025, 12, 31), low_signed_on=date(2025, 12, 31)),
        purchase("last", low_signed_on=date(2029, 1, 1), high_signed_on=date(2029, 1, 1)),
        purchase("later", low_signed_on=date(2029, 1, 2), high_signed_on=date(2029, 1, 2)),
        purchase("first", low_signed_on=date(2025, 1, 1), high_signed_on=date(2026, 1, 1)),
        purchase("else", country="Arcadia"),
        purchase("core", asset_class="core", carrier_id="south", vendor_ids=["acme"]),
        purchase("clear", vendor_ids=["bolt", "cord"], carrier_id="east"),
    ]
    deployed = [deployment("north", "bolt"), deployment("north", "acme", presence="absent"), deployment("east", "cord")]
    text = ""
    for name, figures in (("all", FIGURES), ("no price", FIGURES[1:]), ("price", FIGURES[:1])):
        found = plain(read(bought, figures, deployed))
        parts = (found["purchases"], [{**found, "purchases": len(found["purchases"])}])
        text += f"== {name}\n" + "".join(shown(part, short=1500) for part in parts)
    assert_kept(KEPT / "purchases.txt", text)


def test_a_country_with_nothing_to_fund() -> None:
    asked = two().question
    bare = replace(asked, scope=replace(asked.scope, excluded=frozenset()))
    lacking = read([purchase()], EVEN[1:])
    pairs = ((asked, read([], EVEN)), (bare, read([], EVEN)), (asked, lacking), (bare, lacking))
    text = shown([dict(empty_answer(question, found, "Utopia")) for question, found in pairs])
    assert_kept(KEPT / "nothing.txt", text)
