"""What is not known is said with the table to add it to: never 0, and nothing is called optimal that gains nothing."""

import re
from pathlib import Path
from typing import Any

import pytest

import provenet as product
from doors.conftest import Provenet
from provenet.case.case import Case
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
    assert "1,201 elements In the lots of this plan: " in text and "add it to the shares of carriers" in text
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
