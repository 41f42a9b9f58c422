"""Where no plan keeps every limit: which limit clashes with which day and what would be enough, in words."""

from datetime import date
from typing import Any

from provenet.case.money import Money
from provenet.forms.schedule import PlanFile
from provenet.replacement.formulation import Formulation
from provenet.replacement.outcome import (
    MOST_TOGETHER,
    Outcome,
    budget_relief,
    clash_sentences,
    combined,
    relief_sentences,
)
from unit.replacement.small_plan import LAST, block, formulated, limit

CREWS = limit("crews", "crews", 1.0)
NAMES = {"north": "North Tel"}


def without_plan(formulation: Formulation, *relief: dict[str, Any], clash: tuple[str, ...] = ("clash",)) -> Outcome:
    plan = PlanFile("infeasible", None, None, None, "certified", 0.1, {}, clash=clash, relief=relief)
    return Outcome(formulation, plan, Money([], [], currency="EUR", year="2026"), "plan-1")


def lack(quarter: int, amount: float, resource: str = "crews north") -> dict[str, Any]:
    return {"kind": "capacity", "resource": resource, "period": quarter, "at_least": amount}


def test_a_limit_that_falls_short_names_its_day_and_what_all_quarters_lack_together() -> None:
    made = without_plan(formulated([block()], limits=[CREWS]), lack(1, 27.0), lack(0, 12.5))
    assert clash_sentences(made, NAMES) == [
        "crews of North Tel: removal by 2028-12-31 needs at least 39.5 weeks of a crew more than there are"
    ]
    assert relief_sentences(made, NAMES) == [
        "crews of North Tel: more weeks of a crew, at least 12.5 in 2027 Q1 and 27 in 2027 Q2"
    ]


def test_the_day_is_the_last_that_a_rule_sets_or_else_that_of_the_question() -> None:
    two = formulated([block(by=date(2027, 12, 31)), block("south", by=LAST)], limits=[CREWS])
    assert "removal by 2028-12-31 needs" in clash_sentences(without_plan(two, lack(0, 1.0)), {})[0]
    none = formulated([block(by=None)], limits=[CREWS])
    assert "completion by 2028-12-31 needs" in clash_sentences(without_plan(none, lack(0, 1.0)), {})[0]


def test_where_unused_money_carries_over_the_largest_lack_is_all_that_is_lacking() -> None:
    made = formulated([block()], budget=8_000.0)
    name = made.limits[0].id
    found = without_plan(made, lack(0, 0.01, name), lack(1, 0.03, name))
    assert clash_sentences(found, {})[0].endswith("needs at least 0.03 million EUR of 2026 more than there are")
    assert "(unused parts carry over), at least 0.01 in 2027 Q1 and 0.03 in 2027 Q2" in relief_sentences(found, {})[0]


def test_a_clash_without_a_limit_that_falls_short_is_told_as_the_schedule_tells_it() -> None:
    made = without_plan(formulated([block()]), clash=("a and b wait for each other",))
    assert clash_sentences(made, NAMES) == ["a and b wait for each other"]
    assert relief_sentences(made, NAMES) == []
    assert clash_sentences(without_plan(formulated([block()]), clash=()), NAMES) == []


def test_a_clash_met_before_any_search_goes_before_what_the_search_found() -> None:
    early = formulated([block(by=date(2027, 3, 31))])
    made = without_plan(early, lack(0, 1.0))
    assert clash_sentences(made, NAMES) == list(early.clash) and len(early.clash) == 1
    assert relief_sentences(made, NAMES) == list(early.relief)


def test_ways_out_with_which_a_plan_was_found_stand_first() -> None:
    moved, raised = {"kind": "deadline", "periods": 2}, {"kind": "all", "share": 0.125}
    ways = [one | {"plan_found": True} for one in (moved, raised)] + [moved | {"periods": 1, "plan_found": False}]
    made = without_plan(formulated([block()], limits=[CREWS]), *ways, lack(0, 150.0))
    assert relief_sentences(made, NAMES) == [
        "move every deadline 2 quarters later: a plan was found",
        "raise every limit by 12.5 %: a plan was found",
        "crews of North Tel: more weeks of a crew, at least 150 in 2027 Q1",
    ]


def test_up_to_six_ways_out_that_are_needed_together_stand_in_one_sentence() -> None:
    ways = [f"way {number}" for number in range(MOST_TOGETHER + 1)]
    assert combined(ways[:6]) == ["way 0; and way 1; and way 2; and way 3; and way 4; and way 5"]
    assert combined(ways) == ways
    assert combined([]) == []


def cheapest(start: int) -> PlanFile:
    return PlanFile("optimal", 1.0, 1.0, 0.0, "certified", 0.1, {"north ran acme": start})


def relief_of(start: int, **given: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a lot of 40,000 EUR that starts in a quarter needs beyond the money there is."""
    return budget_relief(formulated([block()], **given), formulated([block()], budgets=False), cheapest(start))


DROP = "drop the deadlines (--no-deadlines): the best plan within the budget by then"


def rows(*amounts: float, carry: bool = True) -> list[dict[str, Any]]:
    """Budgets of a year each from 2027 on: so much in every quarter."""
    return [
        limit(f"b-{at}", "budget", amount, currency="EUR", price_year="2026", carry_over=carry,
              from_on=date(2027 + at, 1, 1), to_on=date(2027 + at, 12, 31))
        for at, amount in enumerate(amounts)
    ]  # fmt: skip


def test_a_budget_that_comes_too_slowly_says_what_the_cheapest_plan_costs_and_how_much_more_is_enough() -> None:
    """30,000 EUR come in eight equal parts; by the fourth quarter 40,000 have come of 80,000."""
    (clash,), (more, drop) = relief_of(3, budget=30_000.0)
    cheapest_costs = "the cheapest plan that meets them costs 0.04 million EUR of 2026"
    assert clash.endswith(f"clashes with the deadlines: {cheapest_costs}")
    assert more == "0.05 million EUR of 2026 more, spread like the budget: a plan was found with it"
    assert drop == DROP


def test_a_budget_that_is_enough_by_then_is_not_what_clashes() -> None:
    assert relief_of(7, budget=40_000.0) == (("the budget clashes with the deadlines",), (DROP,))


def test_without_any_money_equal_parts_over_the_quarters_have_to_cover_the_spending() -> None:
    """40,000 EUR in the second quarter take eight quarters of 20,000."""
    (_,), (more, _) = relief_of(1, limits=rows(0.0))
    assert more == "0.16 million EUR of 2026 more, in equal parts over the quarters: a plan was found with it"


def test_quarters_without_money_in_which_nothing_is_spent_are_not_in_the_way() -> None:
    """10,000 EUR come in each quarter of 2028, 20,000 by the second: twice the budget is enough."""
    (_,), (more, _) = relief_of(5, limits=rows(0.0, 10_000.0))
    assert more == "0.04 million EUR of 2026 more, spread like the budget: a plan was found with it"
    assert relief_of(5, limits=rows(0.0, 20_000.0))[0] == ("the budget clashes with the deadlines",)


def test_money_that_comes_too_late_is_lacking_in_the_quarter_in_which_it_is_spent() -> None:
    (_,), (more, _) = relief_of(1, limits=rows(0.0, 80_000.0))
    assert more == "0.04 million EUR of 2026 more by 2027 Q2: a plan was found with it"
    (_,), (lost, _) = relief_of(1, limits=rows(0.0, 80_000.0, carry=False))
    assert lost == "up to 0.04 million EUR of 2026 more in each quarter from 2027 Q2 on: a plan was found with it"
