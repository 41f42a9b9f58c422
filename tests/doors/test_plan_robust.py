"""`plan --robust` on the small case: scenarios, the first year, and what it changes if verdicts fall."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from provenet.case.case import Case
from provenet.case.run_kinds import ROBUST
from provenet.cli.plan import plan_lines
from provenet.core.wording import amount
from provenet.forms.schedule import SearchState
from provenet.replacement.limits import Quarters
from provenet.replacement.scenarios import disputed_verdicts, in_quarters
from provenet.replacement.search import SCENARIOS
from provenet.verbs.answers import CountryPlan, PlanReport
from provenet.verbs.certify import certify_run
from provenet.verbs.plan_run import plan
from support.plan_case import DAY

Told = dict[str, list[dict[str, Any]]]


def planned(case: Case, packs: Path, **asked: object) -> PlanReport:
    return plan(case, as_of=DAY, country="Japan", packs=packs, robust=True, **asked)  # type: ignore[arg-type]


def told(one: CountryPlan) -> Told:
    robust: Told = one.plan["robust"]
    return robust


def test_what_the_small_case_stands_up_to(small: Case, packs: Path) -> None:
    found = planned(small, packs)
    (one,) = found.countries
    assert {name: one.rows[name] for name in ROBUST} == {
        "plan_scenario": 3, "plan_regret": 9, "plan_first_year": 3, "plan_flip": 1,
    }  # fmt: skip
    as_planned, late, free = told(one)["scenario"]
    assert (as_planned["regret_amount"], as_planned["fits"]) == (0.0, True)
    assert as_planned["cost_amount"] == pytest.approx(one.plan["mid_cost_amount"])
    assert as_planned["gross_cost_amount"] == pytest.approx(one.plan["gross_cost_amount"])
    cash = amount(one.plan["gross_cost_amount"], one.plan["currency"])
    assert any(f" net ({cash} in cash), " in line for line in plan_lines(found))
    assert all(own["gross_cost_amount"] >= own["cost_amount"] - 1e-6 for own in told(one)["scenario"])
    assert as_planned["exposed_years"] == pytest.approx(one.plan["mid_exposed_years"])
    assert as_planned["clear_on"] == one.plan["clear_on"]
    # Two quarters later nothing changes but the days: half a year more of all that is exposed before.
    assert (late["fits"], late["clear_on"]) == (False, date(2030, 1, 1))
    assert late["exposed_years"] == pytest.approx(as_planned["exposed_years"] + 0.5 * 0.64)
    # The one vendor reached is reached no more: nothing to swap, and the plan as it stands loses no exposure.
    assert (free["cost_amount"], free["exposed_years"], free["regret_amount"]) == (0.0, 0.0, 0.0)
    (fall,) = told(one)["flip"]
    assert (fall["vendor_id"], fall["disputed"], fall["known_after_count"]) == ("acme", False, 4)
    assert fall["planned_cost_amount"] == pytest.approx(one.plan["mid_cost_amount"])
    assert fall["flipped_cost_amount"] == 0.0
    # What starts before 2028 is spent by then, and all of it turns out needless.
    spent = sum(s["mid_cost_amount"] for s in one.steps if s["start_on"] < date(2028, 1, 1))
    assert fall["kept_cost_amount"] == fall["kept_needless_amount"] == pytest.approx(spent)
    assert not certify_run(small, one.run_id).is_refused
    lines = list(plan_lines(found))
    assert "    If the verdicts on Acme fall: the plan fits and lacks nothing of the best found." in lines
    assert f"    If the verdicts on Acme fall after 4 quarters: net cost {amount(spent, 'JPY')}, of it" in "\n".join(
        lines
    )


def test_what_to_start_in_any_case_is_proven(small: Case, packs: Path) -> None:
    (one,) = planned(small, packs).countries
    rows = {(row["carrier_id"], row["asset_class"]): row for row in told(one)["first_year"]}
    core = rows["south", "core"]
    assert (core["lot_count"], core["least_count"], core["proof"]) == (1, 1, "certified")
    for row in rows.values():
        started = [
            step for step in one.steps
            if (step["carrier_id"], step["asset_class"]) == (row["carrier_id"], row["asset_class"])
            and step["start_on"] < row["to_on"]
        ]  # fmt: skip
        assert row["least_count"] <= row["seen_count"] <= row["planned_count"] == len(started)


def test_prices_at_their_ends_where_money_is_short(small: Case, packs: Path) -> None:
    (one,) = planned(small, packs, budget="1.2M JPY/2026", deadlines=False).countries
    rows = {row["scenario"]: row for row in told(one)["scenario"]}
    assert list(rows) == ["as planned", "low prices", "high prices", "late", "without acme"]
    low = rows["low prices"]
    assert low["fits"] is True and low["regret_amount"] > 0
    assert low["regret_share"] == pytest.approx(low["regret_amount"] / abs(low["objective_amount"]))
    assert rows["high prices"]["fits"] is False and "budget" in rows["high prices"]["because"]
    assert all(row["cost_amount"] <= 1.2e6 * (1 + 1e-6) for row in rows.values())
    years = [rows[name]["exposed_years"] for name in ("low prices", "as planned", "high prices")]
    assert years == sorted(years) and years[0] < years[2]


def test_why_a_plan_does_not_fit_is_told_in_quarters_and_lots() -> None:
    says = "plan, $.start[\"north ran acme\"]: a start lies outside its window; found 'period 2'"
    assert in_quarters(says, Quarters(date(2027, 1, 1), 4)) == (
        "north ran acme: a start lies outside its window; found '2027 Q3'"
    )
    more = "plan, $.start: more of resource budget is used up to period 5 than there is"
    assert in_quarters(more, Quarters(date(2027, 1, 1), 8)) == (
        "more of resource budget is used up to 2028 Q2 than there is"
    )


def test_least_cost_counts_prices_in_its_objective(small: Case, packs: Path) -> None:
    (one,) = planned(small, packs, objective="cost").countries
    rows = {row["scenario"]: row for row in told(one)["scenario"]}
    for name, end in (("low prices", "low"), ("high prices", "high")):
        # Counts stay in the middle: 1,200 sites at 1,000 or 3,000, and the core.
        price = {"low": 1000, "high": 3000}[end]
        assert rows[name]["cost_amount"] == pytest.approx(1200 * price + 1e5)
        assert rows[name]["objective_amount"] == pytest.approx(-(1200 * price + 1e5) / 1e6)
    assert rows["without acme"]["regret_amount"] == pytest.approx((1200 * 2000 + 1e5) / 1e6)
    assert rows["without acme"]["regret_share"] is None


def test_what_is_decided_stays_whatever_falls(small: Case, packs: Path, tmp_path: Path) -> None:
    fix = tmp_path / "fix.csv"
    fix.write_text("unit_id,start_on\nsouth core acme,2027-04-01\n", encoding="utf-8")
    (one,) = planned(small, packs, fix=fix).countries
    (fall,) = told(one)["flip"]
    assert fall["flipped_cost_amount"] == pytest.approx(1e5)
    assert fall["flipped_needless_amount"] == 0.0


def test_without_robust_and_without_a_plan_there_are_no_rows(small: Case, packs: Path) -> None:
    (plain,) = plan(small, as_of=DAY, country="Japan", packs=packs).countries
    assert "robust" not in plain.plan and {plain.rows[name] for name in ROBUST} == {0}
    (none,) = planned(small, packs, objective="cost", by="2027-06-30").countries
    assert none.plan["status"] == "infeasible" and {none.rows[name] for name in ROBUST} == {0}


def test_equal_calls_give_one_run(small: Case, packs: Path) -> None:
    first, again = (planned(small, packs).countries[0] for _ in range(2))
    assert first == again
    assert small.read_run("plan_regret", first.run_id).height == 9


def test_what_is_stopped_among_scenarios_tells_none_of_them(small: Case, packs: Path) -> None:
    heard: list[str] = []

    def stop(state: SearchState) -> None:
        if scenarios:
            heard.append(state.doing)
            raise KeyboardInterrupt

    scenarios: list[str] = []

    def progress(doing: str, done: int, total: int) -> None:
        if doing == SCENARIOS:
            scenarios.append(doing)

    (one,) = planned(small, packs, search=stop, progress=progress).countries
    assert len(heard) == 1
    assert {one.rows[name] for name in ROBUST} == {0} and "robust" not in one.plan
    assert one.plan["swapped_count"] == 22 and one.plan["assumed"][0].startswith("the search was stopped")
    (whole,) = planned(small, packs).countries
    assert whole.run_id != one.run_id and whole.rows["plan_scenario"] == 3


def test_disputed_verdicts_are_told_by_their_rows() -> None:
    rows = [{"verdict_id": "a", "hangs_on_disputed": True}, {"verdict_id": "b", "hangs_on_disputed": False}]
    assert disputed_verdicts(rows) == {"a"}
