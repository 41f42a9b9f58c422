"""Figures of aid: what is not known is said with the table to add it to; a budget is net of renewal credit."""

import re
from pathlib import Path
from typing import Any

import pytest

import provenet as product
from doors.conftest import Provenet
from provenet.case.case import Case
from provenet.incentives.fund_rows import _overlap
from support.plan_case import DAY, FILES, made_case

AIDED = {
    "purchase": (Path(__file__).parents[1] / "golden" / "small" / "purchase.csv").read_text(encoding="utf-8"),
    "choice_input": (Path(__file__).parents[1] / "golden" / "small" / "choice_input.csv").read_text(encoding="utf-8"),
}
ONE_SHARE = "".join(FILES["carrier_share"].splitlines(keepends=True)[:2])
NO_PRICE = FILES["swap_option"].replace(",1000,3000,JPY,2026,", ",,,,,").replace(",100000,100000,JPY,2026,", ",,,,,")
JAPAN = ("--as-of", DAY, "--country", "Japan")


def page(case: Case) -> str:
    """The dossier, tags left out."""
    (dossier,) = product.brief(case, as_of=DAY, country="Japan").dossiers
    return " ".join(re.sub(r"<[^>]+>", " ", dossier.annex.read_text(encoding="utf-8")).split())


@pytest.fixture(scope="module")
def unsized(tmp_path_factory: pytest.TempPathFactory, packs: Path) -> Case:
    """A case in which nobody says how large the carriers are."""
    return made_case(tmp_path_factory.mktemp("unsized"), packs, carrier_share="", **AIDED)


def test_without_any_share_a_plan_counts_elements_and_says_what_is_missing(
    provenet: Provenet, unsized: Case, packs: Path
) -> None:
    ran = provenet("plan", unsized.path, *JAPAN, "--packs", packs, "--no-deadlines")
    assert ran.code == 0, ran.err
    assert "1,201 elements are restricted, and what share of the country is behind them is not known" in ran.out
    assert "no row of carrier_share gives a share of North and South" in ran.out
    assert "optimal" not in ran.out.lower() and " exposed not known" in ran.out
    row = provenet("plan", unsized.path, *JAPAN, "--packs", packs, "--no-deadlines", "--json").json["countries"][0]
    assert row["plan"]["status"] == "feasible"
    checked = provenet("certify", unsized.path, row["run_id"])
    assert checked.code == 0, checked.out + checked.err
    for name in ("before_share", "after_share", "exposed_years"):
        assert {row["plan"][f"{end}_{name}"] for end in ("low", "mid", "high")} == {None}
    text = page(unsized)
    assert "Optimal" not in text and "0 % → 0 %" not in text
    assert "1,201 elements are restricted, and what share of the country is behind them is not known" in text
    product.plan(unsized, as_of=DAY, country="Japan", packs=packs, objective="frontier", robust=True)


def test_without_any_share_no_aid_is_awarded_and_it_is_said_why(provenet: Provenet, unsized: Case, packs: Path) -> None:
    words = ("fund", unsized.path, *JAPAN, "--exclude", "Acme", "--budget", "1M", "EUR/2024", "--scenarios", "200")
    ran = provenet(*words)
    assert ran.code == 0, ran.err
    assert "no row of carrier_share gives a share of North and South" in ran.out
    assert "two open purchases cannot be weighed" in ran.out and "0 %" not in ran.out
    row = provenet(*words, "--json").json["countries"][0]["fund"]
    assert (row["status"], row["proof"], row["mid_before_share"], row["exposed_share"]) == (
        "nothing to fund", "none", None, None,
    )  # fmt: skip
    goal = provenet(*words, "--objective", "goal", "--json").json["countries"][0]["fund"]
    assert goal["committed_amount"] > 0 and goal["mid_after_share"] is None
    text = page(unsized)
    assert "0 % → 0 %" not in text and "cannot be weighed" in text


@pytest.fixture(scope="module")
def half_sized(tmp_path_factory: pytest.TempPathFactory, packs: Path) -> Case:
    """A case in which North has 60 % of the subscribers and nobody says what South has."""
    return made_case(tmp_path_factory.mktemp("half"), packs, carrier_share=ONE_SHARE, **AIDED)


def test_a_carrier_without_a_share_counts_up_to_all_that_is_left(half_sized: Case, packs: Path) -> None:
    (one,) = product.plan(half_sized, as_of=DAY, country="Japan", packs=packs).countries
    # North has 30 to 50 % restricted of 60 %; South may have the other 40 %, and its core is restricted.
    ends = [one.plan[f"{end}_before_share"] for end in ("low", "mid", "high")]
    assert ends == pytest.approx([0.18, 0.24, 0.3 + 0.4])
    assert any(
        "South: its share of the country is not known (it is anything up to 40 %)" in s for s in one.plan["unanswered"]
    )
    (aid,) = product.fund(
        half_sized, as_of=DAY, country="Japan", exclude="Acme", budget="1M EUR/2024", scenarios=200
    ).countries
    assert (aid.fund["low_exposed_share"], aid.fund["high_exposed_share"]) == pytest.approx((0.6, 1.0))
    talks = {talk["carrier_id"]: talk["worth_share"] for talk in aid.approaches}
    assert talks["south"] is None and talks["north"] is not None


def test_without_a_price_no_plan_is_made_and_none_is_called_optimal(
    provenet: Provenet, tmp_path: Path, packs: Path
) -> None:
    case = made_case(tmp_path, packs, swap_option=NO_PRICE)
    ran = provenet("plan", case.path, *JAPAN, "--packs", packs)
    assert ran.code == 4
    assert "no plan is made: " in ran.out and "none has a price. Add rows to swap_option" in ran.out
    row = provenet("plan", case.path, *JAPAN, "--packs", packs, "--json").json["countries"][0]["plan"]
    assert (row["status"], row["proof"], row["objective_amount"], row["mid_cost_amount"]) == (
        "unknown",
        "none",
        None,
        None,
    )
    assert row["unpriced_count"] == row["lot_count"] > 0 and row["mid_before_share"] > 0
    text = page(case)
    assert "Optimal" not in text and "certified" not in text and "none has a price" in text


def test_awards_that_gain_nothing_are_not_called_optimal(provenet: Provenet, half_sized: Case) -> None:
    words = ("fund", half_sized.path, *JAPAN, "--exclude", "Acme", "--budget", "0", "EUR/2024", "--scenarios", "200")
    ran: Any = provenet(*words)
    assert "Status: feasible, since no award within the budget and the limits improves on none" in ran.out
    assert "for the stated inputs, " in ran.out


RENEWED = (
    FILES["swap_option"].replace(",13,13,,assumed", ",13,13,8,assumed").replace(",13,26,,assumed", ",13,26,8,assumed")
)
IN_JAPAN = ("--as-of", DAY, "--country", "Japan", "--no-deadlines")


@pytest.fixture(scope="module")
def renewed(tmp_path_factory: pytest.TempPathFactory, packs: Path) -> Case:
    """The small case in which what goes would be renewed anyway within eight years."""
    return made_case(tmp_path_factory.mktemp("renewed"), packs, swap_option=RENEWED)


def test_every_line_and_page_has_the_cash_beside_the_net_cost(provenet: Provenet, renewed: Case, packs: Path) -> None:
    words = ("plan", renewed.path, *IN_JAPAN, "--packs", packs, "--objective", "frontier", "--budget", "1M", "JPY/2026")
    ran = provenet(*words)
    assert ran.code == 0, ran.err
    one = provenet(*words, "--json").json["countries"][0]
    plan = one["plan"]
    assert plan["mid_cost_amount"] <= 1e6 < plan["gross_cost_amount"], "the cash is more than the budget"
    ends = [plan[f"{end}gross_cost_amount"] for end in ("low_", "", "high_")]
    for at, name in enumerate(("low_gross_spent_amount", "mid_gross_spent_amount", "high_gross_spent_amount")):
        assert sum(period[name] for period in one["periods"]) == pytest.approx(ends[at])
    started = [step for step in one["steps"] if step["start_on"]]
    assert sum(step["gross_cost_amount"] for step in started) == pytest.approx(ends[1])
    assert "net of renewal credit and salvage (JPY" in plan["headline"] and "charged net" in plan["headline"]
    assert "Costs and budgets are net of renewal credit and salvage" in ran.out
    for line in ran.out.splitlines():
        if re.search(r" lot \d+ of \d+ to |spent [1-9]|: cost JPY [1-9]", line):
            assert " net (" in line and " in cash)" in line, line
    (dossier,) = product.brief(renewed, as_of=DAY, country="Japan").dossiers
    text = " ".join(re.sub(r"<[^>]+>", " ", dossier.annex.read_text(encoding="utf-8")).split())
    for words_of_page in (
        "net of renewal credit and salvage (JPY",
        " net, JPY 2.5 million in cash)",
        "charged net",
        "Cash: JPY",
    ):
        assert words_of_page in text
    assert "Cost, net Cash Price" in text and "Spent, net Cash So far, net" in text, "beside each other in every table"


def test_aid_says_where_the_intervals_with_and_without_it_overlap() -> None:
    apart = {"low_after_share": 0.5, "high_before_share": 0.5}
    assert _overlap(apart) == "" and _overlap({**apart, "high_before_share": None}) == ""  # type: ignore[typeddict-item]
    assert "The two intervals overlap" in _overlap({**apart, "high_before_share": 0.6})  # type: ignore[typeddict-item]
