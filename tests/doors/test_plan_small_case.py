"""`plan` on a case that is worked out by hand: figures, order, limits, switches, decisions, and what it refuses."""

import re
from datetime import date
from html import unescape
from itertools import pairwise
from pathlib import Path

import pytest

import provenet as verbs
from doors.conftest import Provenet
from provenet.case.case import Case
from provenet.case.structs import settings_of
from provenet.cli.plan import SearchLine, plan_lines
from provenet.core.errors import InputFault, ProvenetError, StaleInput, UsageFault
from provenet.forms.schedule import SearchState
from provenet.replacement.cost_answer import uncounted
from provenet.replacement.summary import opposing_estimates
from provenet.verbs.answers import CountryPlan, PlanReport
from provenet.verbs.certify import certify_run
from provenet.verbs.plan_run import plan
from support.copies import table_csv
from support.plan_case import DAY, FILES, PACK, made_case, ready
from support.stubbed_solver import ending_with, raising, stubbed
from support.web_client import client

CREWS = "limit_id,kind,limit_amount,carry_over,basis\n"
LOT = "north ran acme lot {} of 8"


def planned(case: Case, packs: Path, **asked: object) -> CountryPlan:
    (one,) = plan(case, as_of=DAY, country="Japan", packs=packs, **asked).countries  # type: ignore[arg-type]
    return one


def day_of(one: CountryPlan, unit: str) -> date | None:
    (found,) = [step["start_on"] for step in one.steps if step["unit_id"] == unit]
    return found


def test_the_figures_are_those_of_the_rows(small: Case, packs: Path) -> None:
    one = planned(small, packs)
    told = one.plan
    # 8 lots of 50 sites at North (10 crews, 13 weeks, half a quarter each), 13 lots at South, and its core.
    assert (told["lot_count"], told["swapped_count"], told["element_count"]) == (22, 22, pytest.approx(1201))
    assert (told["low_cost_amount"], told["mid_cost_amount"], told["high_cost_amount"]) == pytest.approx(
        (1100 * 1000 + 1e5, 1200 * 2000 + 1e5, 1300 * 3000 + 1e5)
    )
    # North: 60 % of subscribers, 30 to 50 % of sites. South: 40 %, 80 % behind its radio, all behind its core.
    ends = [told[f"{end}_before_share"] for end in ("low", "mid", "high")]
    assert ends == pytest.approx([0.18 + 0.32 + 0.08, 0.24 + 0.32 + 0.08, 0.30 + 0.32 + 0.08])
    assert told["mid_after_share"] == 0.0 and told["proof"] == "certified"
    assert (told["first_on"], told["by_on"], told["period_count"]) == (date(2027, 1, 1), date(2029, 12, 31), 12)
    assert sum(period["mid_spent_amount"] for period in one.periods) == pytest.approx(told["mid_cost_amount"])


def test_every_page_says_contracts_where_the_shares_are_of_contracts(tmp_path: Path, packs: Path) -> None:
    case = made_case(tmp_path, packs, carrier_share=FILES["carrier_share"].replace("subscribers", "contracts"))
    one = planned(case, packs)
    assert one.plan["weight_kind"] == "contracts" and "of contracts are behind" in one.plan["headline"]
    (dossier,) = verbs.brief(case, as_of=DAY, country="Japan").dossiers
    app = client(case.path)
    pages = [dossier.html.read_text("utf-8"), dossier.annex.read_text("utf-8"), app.get("/plan/japan").text]
    for page in pages:
        words = unescape(re.sub(r"<[^>]+>", " ", page)).replace(
            "shares of subscribers, sites, revenue or equipment", ""
        )
        assert "contracts" in words
        assert re.findall(r".{60}subscriber(?! data).{40}", words, re.IGNORECASE | re.DOTALL) == []


def test_core_before_radio_test_before_mass_and_lead_time_before_all(small: Case, packs: Path) -> None:
    one = planned(small, packs)
    starts = {step["unit_id"]: step["start_on"] for step in one.steps}
    assert min(starts.values()) == date(2027, 4, 1)  # one quarter from order to delivery
    assert starts["south core acme"] == date(2027, 4, 1)  # two quarters of work
    south = sorted(day for unit, day in starts.items() if unit.startswith("south ran"))
    assert south[0] == date(2027, 10, 1) and starts["south ran acme lot 1 of 13"] == south[0]
    assert south[1] == date(2028, 1, 1)
    for number in range(2, 9):
        assert starts[LOT.format(number)] > starts[LOT.format(1)]


def test_a_rule_that_is_not_kept_binds_nothing(small: Case, packs: Path) -> None:
    one = planned(small, packs, without_rule=["core-first", "test-first"])
    starts = [step["start_on"] for step in one.steps if step["unit_id"].startswith("south ran")]
    assert min(starts) < date(2027, 10, 1)  # before the core is in service
    assert any("not kept" in says for says in one.plan["assumed"])


def test_crews_are_never_more_than_there_are(small: Case, packs: Path) -> None:
    run = planned(small, packs).run_id
    uses = small.read_run("plan_use", run)
    assert uses.filter(uses["used_amount"] > uses["capacity_amount"] + 1e-6).height == 0
    assert sorted(uses["resource"].unique()) == ["crews north", "crews south"]
    assert uses["capacity_amount"].unique().to_list() == [130.0]


def test_the_same_question_is_the_same_run_and_the_same_bytes(small: Case, packs: Path) -> None:
    first = planned(small, packs)
    tables = {name: table_csv(small, name) for name in ("plan", "plan_step", "plan_period", "plan_use", "plan_input")}
    assert planned(small, packs) == first
    assert {name: table_csv(small, name) for name in tables} == tables


def test_what_is_written_can_be_checked_without_the_planner(small: Case, packs: Path) -> None:
    for asked in ({}, {"objective": "cost"}, {"budget": "1M JPY/2026", "deadlines": False}):
        run = planned(small, packs, **asked).run_id
        checked = certify_run(small, run)
        assert not checked.is_refused, checked.lines()
        assert checked.lines()[0] == "The rows of the run say what its schedule says."
    with pytest.raises(UsageFault, match="the case has no such run of plan; found 'plan-x'"):
        certify_run(small, "plan-x")


def test_least_cost_waits_for_renewals_and_keeps_the_last_day(tmp_path: Path, packs: Path) -> None:
    lived = FILES["swap_option"].replace("13,13,,assumed", "13,13,4,assumed")
    case = made_case(tmp_path, packs, swap_option=lived)
    soon, cheap = planned(case, packs), planned(case, packs, objective="cost")
    assert cheap.plan["mid_cost_amount"] < soon.plan["mid_cost_amount"]
    assert cheap.plan["mid_exposed_years"] > soon.plan["mid_exposed_years"]
    assert max(step["done_on"] or date(2030, 1, 1) for step in cheap.steps) <= date(2030, 1, 1)
    whole = planned(case, packs, renewal_credit=False)
    assert whole.plan["mid_cost_amount"] == pytest.approx(1200 * 2000 + 1e5)
    # Of eight lots over four years lot 1 is due in a quarter of a year, before any can be delivered.
    (first,) = [step for step in soon.steps if step["unit_id"] == LOT.format(1)]
    assert first["mid_cost_amount"] == 0.0


def test_limits_without_a_plan_are_exit_code_3(small: Case, packs: Path, provenet: Provenet) -> None:
    asked = ("--packs", packs, "--as-of", DAY, "--country", "Japan")
    assert provenet("plan", small.path, *asked).code == 0
    told = provenet("plan", small.path, *asked, "--budget", "1M", "JPY/2026")
    assert (told.code, "the cheapest plan" in told.out) == (3, True)


def test_a_budget_that_is_too_small_is_a_clash_with_its_price(small: Case, packs: Path) -> None:
    one = planned(small, packs, budget="1M JPY/2026")
    assert one.plan["status"] == "infeasible" and one.plan["mid_cost_amount"] is None
    assert one.plan["clash"] == [
        "budget in Japan, 1 million JPY of 2026, clashes with the deadlines: the cheapest plan that meets them costs "
        "2.5 million JPY of 2026"
    ]
    more, says = str(one.plan["relief"][0]).split(" ", 1)
    assert says == "million JPY of 2026 more, spread like the budget: a plan was found with it"
    assert float(more) >= 1.5
    enough = planned(small, packs, budget=f"{1.001 + float(more)}M JPY/2026")
    assert enough.plan["mid_cost_amount"] == pytest.approx(2.5e6)
    none = planned(small, packs, budget="0 JPY/2026").plan["relief"][0]
    amount, says = str(none).split(" ", 1)
    assert says == "million JPY of 2026 more, in equal parts over the quarters: a plan was found with it"
    assert float(amount) >= 2.5
    enough = planned(small, packs, budget=f"{1.001 * float(amount)}M JPY/2026")
    assert enough.plan["mid_cost_amount"] == pytest.approx(2.5e6)


def test_a_budget_that_comes_too_late_says_how_much_is_lacking_by_when(tmp_path: Path, packs: Path) -> None:
    row = "purse,budget,Japan,,{},2029-12-31,9000000,JPY,2026,{},assumed\n"
    head = "limit_id,kind,country,carrier_id,from_on,to_on,limit_amount,currency,price_year,carry_over,basis\n"
    crews = "crews,crews,,,,,10,,,no,assumed\n"
    late = planned(made_case(tmp_path, packs, plan_limit=head + crews + row.format("2029-10-01", "yes")), packs)
    # Everything is in service by then, so all 2.5 million are spent before the only quarter that brings any.
    assert late.plan["relief"][0].startswith("2.5 million JPY of 2026 more by 20")
    assert late.plan["relief"][0].endswith(": a plan was found with it")


def test_a_budget_without_last_days_does_what_it_can(small: Case, packs: Path) -> None:
    one = planned(small, packs, budget="1M JPY/2026", deadlines=False)
    assert 0 < one.plan["mid_cost_amount"] <= 1e6
    assert 0 < one.plan["mid_after_share"] < one.plan["mid_before_share"]
    assert "budget in Japan" in one.plan["binding"]
    nothing = planned(small, packs, budget="0 JPY/2026", deadlines=False)
    assert nothing.plan["swapped_count"] == 0 and nothing.plan["mid_after_share"] == nothing.plan["mid_before_share"]


def test_decisions_already_taken_are_kept_and_the_rest_is_planned_anew(
    small: Case, packs: Path, tmp_path: Path
) -> None:
    fix = tmp_path / "fix.csv"
    fix.write_text(f"unit_id,start_on\n{LOT.format(1)},2026-07-01\n{LOT.format(3)},2029-03-05\n{LOT.format(4)},\n")
    one = planned(small, packs, fix=fix, deadlines=False)
    steps = {step["unit_id"]: step for step in one.steps}
    assert steps[LOT.format(1)]["action"] == "swap" and steps[LOT.format(1)]["mid_cost_amount"] is None
    assert day_of(one, LOT.format(2)) == date(2027, 4, 1)  # the test lot is in service already
    assert day_of(one, LOT.format(3)) == date(2029, 1, 1)
    assert (steps[LOT.format(4)]["action"], steps[LOT.format(4)]["start_on"]) == ("stays", None)
    assert steps[LOT.format(4)]["because"] == "the file of decisions fixes it, although a rule sets 2029-12-31"
    lines = list(plan_lines(PlanReport(date.fromisoformat(DAY), None, "exposure", (one,))))
    assert any(line.startswith(f"    under way: {LOT.format(1)} ") for line in lines)
    assert (lines[2], lines[-1]) == (f"  Japan, run {one.run_id}", f"  {one.plan['headline']}")
    assert any("are in service from then on, at no cost" in says for says in one.plan["assumed"])
    assert not certify_run(small, one.run_id).is_refused
    fix.write_text("unit_id,start_on\nnorth ran acme lot 9 of 8,2029-01-01\n")
    with pytest.raises(
        UsageFault, match=r"--fix: no lot has this id; found 'north ran acme lot 9 of 8'. Nearest: north"
    ):
        planned(small, packs, fix=fix)
    fix.write_text("unit_id,start_on\n,2029-01-01\na,soon\nb,\nb,\n")
    with pytest.raises(InputFault) as refused:
        planned(small, packs, fix=fix)
    assert [(fault.row, fault.column) for fault in refused.value.faults] == [
        (2, "unit_id"),
        (3, "start_on"),
        (5, "unit_id"),
    ]


def test_no_price_is_not_free(tmp_path: Path, packs: Path) -> None:
    case = made_case(tmp_path, packs, swap_option=FILES["swap_option"].replace("core,100000,100000", "core,,"))
    one = planned(case, packs)
    assert one.plan["unpriced_count"] == 1 and one.plan["clear_on"] is None
    assert (
        one.plan["unanswered"][-1] == "south core acme: no price; 1 lot not priced, not planned and not counted as free"
    )
    # Everybody at South stays behind its core.
    assert one.plan["mid_after_share"] == pytest.approx(0.4)
    assert not certify_run(case, one.run_id).is_refused


def test_a_price_without_its_currency_is_refused(tmp_path: Path, packs: Path) -> None:
    case = made_case(tmp_path, packs, swap_option=FILES["swap_option"].replace("3000,JPY", "3000,"))
    with pytest.raises(InputFault, match="the price of option ran-1 states no currency"):
        planned(case, packs)


def test_a_price_of_zero_is_taken_as_given(tmp_path: Path, packs: Path) -> None:
    case = made_case(tmp_path, packs, swap_option=FILES["swap_option"].replace("1000,3000", "0,0"))
    assert planned(case, packs).plan["mid_cost_amount"] == pytest.approx(1e5)


def test_one_vendor_only_clashes_with_the_cap(tmp_path: Path, packs: Path) -> None:
    only = "".join(line + "\n" for line in FILES["deployment"].splitlines() if "cord" not in line)
    case = made_case(
        tmp_path, packs, deployment=only, plan_limit=FILES["plan_limit"].replace("vendor cap,1", "vendor cap,0.7")
    )
    one = planned(case, packs)
    assert one.plan["status"] == "infeasible"
    assert one.plan["clash"][0].startswith("vendor cap: no new vendor may hold more than 70 % of ran at north")
    assert one.plan["relief"][0].startswith("raise the vendor cap at north to 100 % or name a second vendor; and raise")


def test_a_last_day_that_delivery_cannot_meet_is_named(tmp_path: Path, packs: Path) -> None:
    late = FILES["swap_option"].replace("10,13,26", "10,150,26")
    one = planned(made_case(tmp_path, packs, swap_option=late), packs)
    assert one.plan["status"] == "infeasible"
    assert one.plan["clash"] == [
        "T-OUT, remove by 2029-12-31, clashes with south core acme: 12 quarters from order to delivery and 2 of work "
        "make 2030-06-30 the first possible day"
    ]


def test_too_few_crews_are_named_with_what_lacks(tmp_path: Path, packs: Path) -> None:
    one = planned(made_case(tmp_path, packs, plan_limit=CREWS + "crews,crews,4,no,assumed\n"), packs)
    assert one.plan["status"] == "infeasible"
    assert one.plan["clash"][0].startswith("crews of North: removal by 2029-12-31 needs at least ") or (
        one.plan["clash"][0].startswith("crews of South: removal by 2029-12-31 needs at least ")
    )
    assert one.plan["relief"]


def test_a_plan_over_averaged_bids_is_certified_by_no_door(tmp_path: Path, packs: Path) -> None:
    head, *rows = FILES["swap_option"].splitlines()
    bids = [f"{row.replace('ran-1', f'ran-{who}')},{who}" for row in rows for who in ("bolt", "cord")][:2]
    case = made_case(tmp_path, packs, swap_option="\n".join([f"{head},to_vendor_id", *bids, f"{rows[1]},"]) + "\n")
    one = planned(case, packs)
    why = "the price averages what several vendors ask"
    shown = list(plan_lines(PlanReport(date(2026, 11, 25), None, "exposure", (one,))))
    assert one.plan["proof"] == "bound" and any(f"Not certified: north ran acme: {why}" in line for line in shown)
    checked = certify_run(case, one.run_id)
    assert not checked.is_refused and any(why in line for line in checked.lines())
    assert checked.lines()[-1].endswith("; bound not proven.") and checked.as_dict()["certified_bound"] is None
    assert certify_run(case, one.run_id, require_proof=True).is_refused


def test_nothing_to_swap_says_so(tmp_path: Path, packs: Path) -> None:
    case = made_case(tmp_path, packs, element_count="")
    one = planned(case, packs)
    assert one.plan["status"] == "nothing to swap" and one.steps == () and one.plan["instance_id"] is None
    assert one.plan["unanswered"] == ["South: Acme is named in RAN (most sites), and no row counts its elements"]
    with pytest.raises(UsageFault, match="kept no schedule to check"):
        certify_run(case, one.run_id)


def test_what_nobody_knows_to_be_restricted_is_no_plan_and_never_nothing(small: Case, tmp_path: Path) -> None:
    """Unknown is never no: verdicts on what a row counts are open, and neither plan nor page says that nothing goes."""
    unknown = PACK.replace("facts: {}", "declares: {facts: {risky: boolean}}")
    unknown = unknown.replace("[ran, core]", "[ran, core]\n        - fact: risky")
    (tmp_path / "open").mkdir()
    (tmp_path / "open" / "test-pack.yml").write_text(unknown, encoding="utf-8")
    ready(small, tmp_path / "open")
    one = planned(small, tmp_path / "open")
    why = "Whether the rules in force would have anything replaced that a row counts is not known: "
    assert one.plan["status"] == "undetermined" and f"Japan: no plan is made. {why}" in one.plan["headline"]
    (dossier,) = verbs.brief(small, as_of=DAY, country="Japan").dossiers
    for page in (dossier.html, dossier.annex):
        words = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.read_text("utf-8"))))
        assert why in words and not re.search("(?i)nothing (to swap|replaced|that a row counts|that a plan)", words)


@pytest.mark.parametrize(
    ("files", "count"),
    [({}, 0), ({"element_count": ""}, 1), ({"swap_option": ""}, 0), ({"carrier_share": ""}, 0)],
    ids=["all", "counts", "prices", "sizes"],
)
def test_only_what_no_row_counts_is_said_to_be_uncounted(
    tmp_path: Path, packs: Path, files: dict[str, str], count: int
) -> None:
    case = made_case(tmp_path, packs, **files)
    one = planned(case, packs, money="JPY/2026")
    assert bool(one.plan["unanswered"]) == bool(files)
    assert len(uncounted(case.read_run("plan", one.run_id).row(0, named=True))) == count, one.plan["unanswered"]  # type: ignore[arg-type]


def test_a_policy_that_does_not_bind_is_a_labelled_scenario(small: Case, packs: Path) -> None:
    one = planned(
        small, packs, policy=["eu-csa2-proposal"], listed=["hrs_list=Acme"],
        assume={"csa2_in_force": "true", "annex_ii": "true", "exemption": "none", "trigger": "2027-12-31"},
    )  # fmt: skip
    assert one.plan["scenario"] and one.plan["scenario_says"].startswith(
        "EU proposal COM(2026) 11, Cybersecurity Act 2 (proposal) taken as if it bound the carriers of Japan"
    )
    assert "it is not what binds them on 2026-11-25" in one.plan["scenario_says"]
    kept = small.read_run("verdict", one.run_id)
    assert set(kept["vendor_id"]) == {"acme"} and set(kept["remove_by_on"]) == {date(2030, 12, 31)}
    own = planned(small, packs)
    assert not own.plan["scenario"] and own.plan["packs"] == ["test-pack"]


def test_a_scenario_names_what_binds_as_binding(small: Case, packs: Path) -> None:
    """A rule that binds is never said to be taken as if it did, nor not to bind."""
    both = planned(small, packs, policy=["test-pack", "eu-csa2-proposal"])
    before, _, beside = both.plan["scenario_says"].partition(", beside what binds them: ")
    assert before.startswith("EU proposal COM(2026) 11") and "made up for tests" not in before
    assert beside.startswith("A rule made up for tests (law)") and beside.endswith(
        "; it is not what binds them on 2026-11-25"
    )
    own = planned(small, packs, policy=["test-pack"], assume={"critical": "true"})
    assert own.plan["scenario_says"].startswith("A rule made up for tests (law), in force for")
    assert "as if" not in own.plan["scenario_says"] and "not what binds" not in own.plan["scenario_says"]


def test_a_plan_limited_to_a_class_counts_nothing_else_and_is_a_scenario(small: Case, packs: Path) -> None:
    whole, core = planned(small, packs), planned(small, packs, only=["core"])
    assert (whole.plan["only"], core.plan["only"]) == ([], ["core"])
    assert [step["unit_id"] for step in core.steps] == ["south core acme"]
    # South has 40 % of subscribers, all of them behind its core.
    assert core.plan["mid_before_share"] == pytest.approx(0.4)
    assert core.plan["scenario"] and core.plan["scenario_says"].endswith(", limited to core")
    assert core.plan["headline"].startswith("Japan: In the scenario, limited to core, 1 of 1 lots are swapped for ")
    assert core.plan["assumed"][0] == (
        "only core: what else the policies reach stays, and who is behind it is not counted"
    )
    none = planned(small, packs, only=["management"])
    assert none.plan["status"] == "nothing to swap" and none.plan["assumed"][0].startswith("only management: ")


def test_cash_is_split_by_whether_a_source_gives_count_and_price(tmp_path: Path, packs: Path) -> None:
    counts = FILES["element_count"].replace("800,800,800,assumed", "800,800,800,sourced")
    prices = FILES["swap_option"].replace("13,13,,assumed", "13,13,,derived")
    row = planned(made_case(tmp_path, packs, element_count=counts, swap_option=prices), packs).plan
    # 2,000 a site: a source counts the 800 of South; the 400 of North and the core of South are assumed.
    parts = row["sourced_gross_cost_amount"], row["assumed_gross_cost_amount"]
    assert parts == pytest.approx((800 * 2000, 400 * 2000 + 1e5))
    assert sum(parts) == pytest.approx(row["gross_cost_amount"])


def test_overtaken_verdicts_and_bad_words_are_refused(small: Case, packs: Path, tmp_path: Path) -> None:
    for asked, says in (
        ({"budget": "many EUR"}, "--budget: found 'many EUR', expected an amount with its currency and price year"),
        ({"by": "2020-01-01"}, "--by: the day has passed; found 2020-01-01, expected a day after 2026-11-25."),
        ({"by": "2027-01-31"}, "--by: no whole quarter ends by then; found 2027-01-31, expected 2027-03-31 or later."),
        ({"option": ["none"]}, "--option: the case has no such row; found 'none', expected one of: core-1, ran-1."),
        ({"solver": "cbc"}, "--solver: only the full MILP uses a solver by name; add --exact."),
        ({"solver": "gurobbi", "exact": True}, "--solver: found 'gurobbi', expected one of: cbc, "),
        ({"objective": "speed"}, "--objective: found 'speed', expected one of: exposure, cost, frontier."),
        ({"listed": ["hrs_list"]}, "--listed: found 'hrs_list', expected LIST=VENDOR, such as hrs_list=Huawei."),
        ({"only": ["cores"]}, "--only: found 'cores', expected a layer (hardware, software, "),
        ({"seconds": 0.0}, "--seconds: found 0, expected a number above 0."),
    ):
        with pytest.raises(UsageFault) as refused:
            planned(small, packs, **asked)
        assert str(refused.value).startswith(says), refused.value
    more = tmp_path / "claims.csv"
    more.write_text("party_id,name,role\nmx,Maker X,vendor\n", encoding="utf-8")
    verbs.add(small, more)
    with pytest.raises(StaleInput, match="plan: the verdicts of test-pack are older than the table party"):
        planned(small, packs)
    ready(small, packs)
    assert planned(small, packs).plan["lot_count"] == 22


def test_the_frontier_falls_with_money_and_with_time(small: Case, packs: Path) -> None:
    points = planned(small, packs, objective="frontier").frontier
    by_money = [one for one in points if one["kind"] == "budget"]
    assert len(by_money) == 6
    years = [one["mid_exposed_years"] for one in by_money]
    bounds = [gap or 0.0 for gap in (one["gap_share"] for one in by_money)]
    assert all(later <= sooner * (1 + max(bounds)) for sooner, later in pairwise(years))
    assert all(one["mid_cost_amount"] <= one["budget_amount"] + 1e-6 for one in by_money)
    by_day = [one for one in points if one["kind"] == "date"]
    assert [one["by_on"] for one in by_day] == sorted((one["by_on"] for one in by_day), reverse=True)


def test_a_row_that_says_otherwise_is_found(small: Case, packs: Path) -> None:
    from provenet.forms.schedule_form import read_instance
    from provenet.verbs.certify import _rows_otherwise

    run = planned(small, packs).run_id
    checked = certify_run(small, run)
    row = small.read_run("plan", run).row(0, named=True)
    instance = read_instance("i", small.source_bytes(row["instance_id"]))
    rows = {name: small.read_run(name, run).to_dicts() for name in ("plan_step", "plan_period", "plan_use")}
    assert list(_rows_otherwise(row, rows, checked.checked, instance=instance)) == []
    day = date(2000, 1, 1)
    plan_changes = {"mid_cost_amount": 1.0, "objective_amount": 1.0, "mid_exposed_years": 9.0, "status": "optimal"}
    plan_changes |= {"proof": "solver", "gap_share": 0.5, "period_count": 3}
    step_changes = {"start_period_count": 0, "start_on": day, "done_on": day, "unit_id": "x", "mid_cost_amount": 7.0}
    quarter_changes = {"mid_spent_amount": 7.0, "mid_exposed_share": 0.9, "from_on": day}
    use_changes = {"used_amount": 999.0, "capacity_amount": 1.0}
    named = {"plan": plan_changes, "plan_step": step_changes, "plan_period": quarter_changes, "plan_use": use_changes}
    changes = [(name, column, value) for name, made in named.items() for column, value in made.items()]
    for table, column, value in changes:
        altered = {name: [dict(one) for one in made] for name, made in rows.items()}
        plan_row = dict(row)
        if table == "plan":
            plan_row[column] = value
        else:
            busy = next(one for one in altered[table] if table != "plan_period" or one["started_count"])
            busy[column] = value
        assert list(_rows_otherwise(plan_row, altered, checked.checked, instance=instance)), (table, column)


def test_a_search_that_is_stopped_keeps_its_best_plan_and_can_be_asked_again(small: Case, packs: Path) -> None:
    def stop(state: SearchState) -> None:
        if state.doing == "plan" and state.objective is not None:
            raise KeyboardInterrupt

    stopped = planned(small, packs, search=stop)
    assert stopped.plan["swapped_count"] == 22 and not certify_run(small, stopped.run_id).is_refused
    assert stopped.plan["assumed"][0] == "the search was stopped (plan): the plan is the best that was found by then"
    again = planned(small, packs)
    assert again.run_id != stopped.run_id
    assert again.plan["objective_amount"] >= stopped.plan["objective_amount"]
    assert planned(small, packs).run_id == again.run_id


def test_a_stop_that_the_search_did_not_tell_of_is_told_at_its_end(small: Case, packs: Path) -> None:
    def stop(state: SearchState) -> None:
        if state.doing == "the plan found":
            raise KeyboardInterrupt

    stopped = planned(small, packs, search=stop)
    assert stopped.plan["swapped_count"] == 22
    assert stopped.plan["assumed"][0].startswith("the search was stopped (the plan found)")
    assert planned(small, packs).run_id != stopped.run_id


def test_a_ctrl_c_that_a_library_swallows_is_remembered() -> None:
    line = SearchLine()
    with pytest.raises(KeyboardInterrupt):
        line._stop(2, None)
    with pytest.raises(KeyboardInterrupt):
        line.search(SearchState("plan", None, None, 0, 1))
    line.search(SearchState("plan", None, None, 0, 1))
    line._stop(2, None)  # in a search the first one alone is remembered
    with pytest.raises(KeyboardInterrupt):
        line.search(SearchState("plan", None, None, 0, 1))


def test_a_lot_that_stays_never_says_that_no_rule_gives_it_a_day_where_one_does(small: Case, packs: Path) -> None:
    early = planned(small, packs, by="2027-03-31")
    assert {step["because"] for step in early.steps} == {
        "stays: its deadline, 2029-12-31, falls after the end of the plan on 2027-03-31"
    }
    free = planned(small, packs, by="2027-03-31", deadlines=False)
    assert {step["because"] for step in free.steps} == {"stays: its deadline, 2029-12-31, is switched off"}


def test_every_figure_that_an_option_gives_walks_back_to_it(small: Case, packs: Path) -> None:
    rows = small.read_run("plan_input", planned(small, packs).run_id)
    work = {row["name"]: list(row["inputs"]) for row in rows.filter(kind="work").iter_rows(named=True)}
    assert work["work of a crew for ran"] == work["lead time for ran"] == ["swap_option:ran-1"]
    assert work["work for core"] == ["swap_option:core-1"]


def test_ways_out_that_are_needed_together_stand_together(tmp_path: Path, packs: Path) -> None:
    for name in ("crews", "cap"):
        (tmp_path / name).mkdir()
    idle = FILES["plan_limit"].replace("crews,crews,10", "crews,crews,0")
    (way,) = planned(made_case(tmp_path / "crews", packs, plan_limit=idle), packs).plan["relief"]
    assert way.startswith("crews of North: more weeks of a crew, at least ") and "; and crews of South: more " in way
    capped = FILES["plan_limit"].replace("vendor cap,1", "vendor cap,0")
    (way,) = planned(made_case(tmp_path / "cap", packs, plan_limit=capped), packs).plan["relief"]
    # North: 60 % stay with Bolt, 40 % join it. South: 20 % in halves, and 80 % more in 13 lots to two vendors.
    assert way.startswith("raise the vendor cap at north to ") and "; and raise the vendor cap at south to " in way


def test_who_pays_for_an_opposed_estimate_is_told_and_never_made_up() -> None:
    def row(**cells: object) -> dict[str, object]:
        told = {"item": "A ban", "geo": "EU", "low_amount": 1.0, "high_amount": 2.0, "currency": "EUR", "basis": None}
        return {**told, "year": "2019", "estimator": "Press", "method_says": "radio", "note": None, "row_id": "c",
                "reading": "read", **cells}  # fmt: skip

    paid, europe, per_site = row(note="Acme is a member"), row(geo="Europe"), row(currency="EUR per site")
    found = opposing_estimates([paid, europe, per_site], "Germany")
    assert [(one.sponsor, one.scope, one.used) for one in found] == [
        (None, "radio; Acme is a member", False),
        (None, "radio", False),
    ]
    assert [one.name for one in opposing_estimates([paid], "Japan")] == []


def test_what_no_row_counts_is_not_said_to_be_gone(tmp_path: Path, packs: Path) -> None:
    named = FILES["deployment"] + "north,Japan,core,core,acme,no,named,main\n"
    for name in ("whole", "part"):
        (tmp_path / name).mkdir()
    whole = planned(made_case(tmp_path / "whole", packs), packs).plan["headline"]
    part = planned(made_case(tmp_path / "part", packs, deployment=named), packs).plan
    assert "; nothing restricted remains from " in whole
    assert part["unanswered"] and "; nothing restricted that is counted remains from " in part["headline"]


def with_generation(text: str) -> str:
    """A table of the small case with the column generation, empty, behind the layer."""
    made = text.replace("layer,", "layer,generation,", 1)
    return made.replace("hardware,", "hardware,,").replace("software,", "software,,")


def test_an_old_generation_is_shut_down_where_that_is_cheaper(tmp_path: Path, packs: Path) -> None:
    counts = with_generation(FILES["element_count"])
    counts += "old,north,Japan,ran,hardware,2G,Acme,sites,300,300,300,assumed,made up\n"
    options = with_generation(FILES["swap_option"])
    options += "off,ran,hardware,2G,shut down,site,100,100,JPY,2026,1,1,1,0,13,,assumed\n"
    case = made_case(tmp_path, packs, element_count=counts, swap_option=options)
    one = planned(case, packs)
    old = [step for step in one.steps if " 2G " in step["unit_id"]]
    assert {step["action"] for step in old} == {"shut down"} and {step["to_vendor_id"] for step in old} == {None}
    assert sum(step["mid_cost_amount"] for step in old) == pytest.approx(300 * 100)
    assert {step["action"] for step in one.steps if step not in old} == {"swap"}
    # 2G stands where 30 % of North's sites are, all of them behind the 40 % that go anyway.
    assert one.plan["mid_before_share"] == pytest.approx(0.24 + 0.40)


def test_a_cap_asks_only_for_what_lies_above_it(tmp_path: Path, packs: Path) -> None:
    text = (packs / "test-pack.yml").read_text().replace("effect: prohibit", "effect: cap")
    text = text.replace("    citation", "    cap: {measure: sites, at_most_share: 0.35, of: carrier}\n    citation")
    packs = tmp_path / "packs"
    packs.mkdir()
    (packs / "test-pack.yml").write_text(text)
    share = (
        "geo,level,carrier,segment,vendor_group,share_pct,qualifier,as_of,measure,source_title,source_url,source_date"
    )
    said = f"{share},status,note,checked_on\nJapan,carrier,South,RAN,Acme,80,=,2026-01,sites,made up,,2026-01-31,,,\n"
    one = planned(made_case(tmp_path, packs, ran_share=said), packs)
    radio = [step for step in one.steps if step["unit_id"].startswith("south ran")]
    # South has 80 %: of 13 lots, 13 x 45/80 lie above the cap.
    assert len(radio) == 8 and all(step["unit_id"].endswith(" of 13") for step in radio)


def test_a_solver_of_the_reference_model_by_name(
    small: Case, packs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, provenet: Provenet
) -> None:
    """It is asked, the run says so and is one of its own; where it fails, it is told and nothing is written."""
    ours = planned(small, packs, exact=True)
    monkeypatch.setattr("provenet.scheduling.schedule._meets_bound", lambda _: False)
    before = small.runs().height
    stubbed(monkeypatch, "cbc", raising(RuntimeError("broken")))
    with pytest.raises(ProvenetError, match="cbc gave no answer: RuntimeError: broken"):
        planned(small, packs, exact=True, solver="cbc")
    assert small.runs().height == before
    stub = stubbed(monkeypatch, "cbc", ending_with("time_limit", "Stopped on time", None))
    words = ("--country", "Japan", "--as-of", DAY, "--packs", packs, "--exact", "--solver", "cbc", "--json")
    told = provenet("plan", small.path, *words)
    assert (told.code, stub.runs) == (0, 1)
    (one,) = told.json["countries"]
    assert one["run_id"] != ours.run_id
    assert one["plan"]["objective_amount"] == pytest.approx(ours.plan["objective_amount"])
    settings = small.runs().filter(small.runs()["run_id"] == one["run_id"])["settings"].to_list()[0]
    assert settings_of(settings)["solver"] == "cbc"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"listed": ["hrs_list=Huawei"]}, "--listed: a listing is assumed of policies named with --policy"),
        ({"listed": ["hrs_list=Huawei"], "policy": ["test-pack"]}, "--listed: no policy named reads this list; found"),
        (
            {"listed": ["hrs_list=Huawai"], "policy": ["eu-csa2-proposal"]},
            "--listed: the case has no party of this name; found 'Huawai'. Nearest: Huawei. Score 0.83 (1 letter off).",
        ),
    ],
)
def test_a_listing_that_would_change_nothing_is_refused(
    small: Case, packs: Path, options: dict[str, list[str]], message: str
) -> None:
    ready(small, packs)
    with pytest.raises(UsageFault) as refused:
        plan(small, as_of=DAY, by="2030-01-01", packs=packs, **options)
    assert str(refused.value).startswith(message)


def test_verdicts_that_assume_a_fact_are_no_basis_and_the_answer_says_so(small: Case, packs: Path) -> None:
    verbs.screen(small, "test-pack", as_of=DAY, country="Japan", packs=packs, assume={"action": "use"})
    verbs.depend(small, as_of=DAY, country="Japan")
    (found,) = verbs.plan(small, as_of=DAY, country="Japan", packs=packs).countries
    assert found.plan["headline"] == (
        "Japan: no plan is made. No policy that binds the carriers of Japan was screened without an assumption."
    )
