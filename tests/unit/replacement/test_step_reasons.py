"""Why a lot starts when it does, in the words of the plan, on plans of a few lots stated by hand."""

from datetime import date
from typing import Any

import pytest

from provenet.replacement.outcome import Outcome
from provenet.replacement.rows import period_rows, step_rows, use_rows
from unit.replacement.small_plan import LAST, block, formulated, limit, option, planned, rule

CORE = [option(), option("core-1", "core")]
CREWS = limit("crews", "crews", 4.0)
"""Four crews: 52 crew weeks a quarter, enough for one lot of 40 and not for two."""


def reasons(outcome: Outcome) -> dict[str, str]:
    return {row["unit_id"]: row["because"] for row in step_rows(outcome, {})}


def why(start: int | None, unit: str = "north ran acme", **given: Any) -> str:
    blocks = given.pop("blocks", [block()])
    return reasons(planned(formulated(blocks, **given), {unit: start}))[unit]


def test_a_lot_at_its_first_possible_quarter_starts_as_soon_as_it_can_be_delivered() -> None:
    assert why(1) == "as soon as it can be delivered"
    assert why(3) == "no earlier start improves the whole plan"


def test_a_lot_that_waits_names_the_lot_it_waits_for_and_only_in_the_quarter_in_which_that_is_in_service() -> None:
    core_first = rule("core-first", "before", "ran", other_class="core")
    made = formulated([block(), block(asset_class="core")], CORE, rules=[core_first])
    for start, says in (
        (2, "as soon as north core acme is in service"),
        (3, "no earlier start improves the whole plan"),
    ):
        found = reasons(planned(made, {"north core acme": 1, "north ran acme": start}))
        assert found == {"north core acme": "as soon as it can be delivered", "north ran acme": says}


def test_a_lot_for_which_a_limit_left_too_little_names_the_limit() -> None:
    two = [block(generation="4G"), block(generation="5G")]
    made = formulated(two, limits=[CREWS])
    found = reasons(planned(made, {"north ran 4G acme": 1, "north ran 5G acme": 2}))
    assert found["north ran 5G acme"] == "no sooner: too little is left of crews of north in the quarter before"
    stays = reasons(planned(made, {"north ran 4G acme": 1, "north ran 5G acme": None}))
    assert stays["north ran 5G acme"] == "stays: too little is left of crews of north after other lots"
    wide = formulated(two, limits=[limit("crews", "crews", 8.0)])
    found = reasons(planned(wide, {"north ran 4G acme": 1, "north ran 5G acme": 2}))
    assert found["north ran 5G acme"] == "no earlier start improves the whole plan"


@pytest.mark.parametrize(
    ("by", "given", "says"),
    [
        (None, {}, "stays: no rule sets a deadline"),
        (date(2027, 12, 31), {"deadlines": False}, "stays: its deadline, 2027-12-31, is switched off"),
        (date(2029, 1, 1), {}, "stays: its deadline, 2029-01-01, falls after the end of the plan on 2028-12-31"),
        (LAST, {}, "stays: a start gains nothing"),
    ],
)
def test_a_lot_that_stays_says_why_nothing_requires_it(by: date | None, given: dict[str, Any], says: str) -> None:
    assert why(None, blocks=[block(by=by)], **given) == says


def test_a_lot_without_a_price_one_fixed_and_one_done_before_say_so() -> None:
    free = [option(low_amount=None, high_amount=None, currency=None, price_year=None)]
    assert why(None, options=free) == "it has no known price, so it is neither planned nor counted as free"
    unit = "north ran acme"
    assert why(2, fixed={unit: date(2027, 7, 1)}) == "the file of decisions fixes it"
    assert why(None, fixed={unit: None}) == "the file of decisions fixes it, although a rule sets 2028-12-31"
    assert why(None, blocks=[block(by=None)], fixed={unit: None}) == "the file of decisions fixes it"
    assert why(None, fixed={unit: date(2026, 7, 1)}) == "it started before the plan, by the file of decisions"


def test_where_there_is_no_plan_no_lot_has_a_reason_of_its_own() -> None:
    made = planned(formulated([block()]), {}, objective=None)
    assert reasons(made) == {"north ran acme": "no plan keeps every limit"}


def test_in_the_cheapest_plan_a_lot_says_why_it_does_not_wait_longer() -> None:
    """By the end of 2028 means: a quarter of work, so the last start is that of the fourth quarter of 2028."""
    assert why(7, objective="cost").startswith("as late as its deadline allows: ")
    assert why(6, objective="cost") == "a later start would cost no less, or other lots depend on it"
    two = formulated([block(generation="4G"), block(generation="5G")], limits=[CREWS], objective="cost")
    found = reasons(planned(two, {"north ran 4G acme": 6, "north ran 5G acme": 7}))
    assert (
        found["north ran 4G acme"] == "before its deadline: too little is left of crews of north in the quarter after"
    )


def test_a_step_has_its_days_its_money_and_whom_it_leaves_and_meets() -> None:
    bolt = {"carrier_id": "north", "country": "Japan", "segment": "RAN", "asset_class": "ran", "vendor_ids": ["bolt"],
            "complement": False, "presence": "named", "role": "beside", "row_id": "d", "run_id": "add-1",
            "file_id": "0" * 64, "locator": "x", "reading": "not stated"}  # fmt: skip
    rows = step_rows(planned(formulated([block()], deployments=[bolt]), {"north ran acme": 2}), {"acme": "Acme"})
    (row,) = rows
    assert (row["start_on"], row["done_on"], row["latest_on"]) == (date(2027, 7, 1), date(2027, 10, 1), LAST)
    assert (row["from_vendor_id"], row["to_vendor_id"], row["action"]) == ("acme", "bolt", "swap")
    assert row["lot_says"] == "Acme ran, 40 sites"
    assert (row["low_cost_amount"], row["mid_cost_amount"], row["gross_cost_amount"]) == (40_000, 40_000, 40_000)
    assert (row["credit_amount"], row["salvage_amount"], row["crew_weeks"]) == (0, 0, 40)
    (stays,) = step_rows(planned(formulated([block()], deployments=[bolt]), {"north ran acme": None}), {})
    assert (stays["action"], stays["to_vendor_id"], stays["start_on"], stays["done_on"]) == ("stays", None, None, None)
    assert (stays["mid_cost_amount"], stays["gross_cost_amount"], stays["credit_amount"]) == (None, 40_000, None)


def test_quarters_count_what_starts_what_is_done_and_what_is_left() -> None:
    two = formulated([block(generation="4G"), block(generation="5G", by=None)], limits=[CREWS])
    rows = period_rows(planned(two, {"north ran 4G acme": 1, "north ran 5G acme": None}))
    counts = [(row["started_count"], row["done_count"], row["left_count"]) for row in rows]
    assert counts == [(0, 0, 2), (1, 0, 2), (0, 1, 1)] + [(0, 0, 1)] * 5
    assert [row["sum_spent_amount"] for row in rows] == [0, *[40_000] * 7]
    assert [row["binding"] for row in rows] == [[], ["crews of north"], *[[]] * 6]
    assert [(row["from_on"], row["to_on"]) for row in rows[:2]] == [
        (date(2027, 1, 1), date(2027, 3, 31)),
        (date(2027, 4, 1), date(2027, 6, 30)),
    ]


def test_uses_of_a_limit_are_those_of_the_lots_that_start_in_the_quarter() -> None:
    made = formulated([block()], limits=[CREWS])
    rows = use_rows(planned(made, {"north ran acme": 1}))
    assert [(row["used_amount"], row["left_amount"]) for row in rows[:3]] == [(0, 52), (40, 12), (0, 52)]
    assert {row["kind"] for row in rows} == {"crews"} and len(rows) == 8
