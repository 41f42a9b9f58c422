"""A budget is charged net of renewal credit and salvage: every line and page says so and has the cash beside it."""

import re
from pathlib import Path

import pytest

import provenet as product
from doors.conftest import Provenet
from provenet.case.case import Case
from provenet.incentives.fund_rows import _overlap
from support.plan_case import DAY, FILES, made_case

RENEWED = (
    FILES["swap_option"].replace(",13,13,,assumed", ",13,13,8,assumed").replace(",13,26,,assumed", ",13,26,8,assumed")
)
JAPAN = ("--as-of", DAY, "--country", "Japan", "--no-deadlines")


@pytest.fixture(scope="module")
def renewed(tmp_path_factory: pytest.TempPathFactory, packs: Path) -> Case:
    """The small case in which what goes would be renewed anyway within eight years."""
    return made_case(tmp_path_factory.mktemp("renewed"), packs, swap_option=RENEWED)


def test_every_line_and_page_has_the_cash_beside_the_net_cost(provenet: Provenet, renewed: Case, packs: Path) -> None:
    words = ("plan", renewed.path, *JAPAN, "--packs", packs, "--objective", "frontier", "--budget", "1M", "JPY/2026")
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
    for words_of_page in ("Cash , without them: ", "charged net of renewal credit and salvage", "Spent, net, JPY Cash"):
        assert words_of_page in text


def test_aid_says_where_the_intervals_with_and_without_it_overlap() -> None:
    apart = {"low_after_share": 0.5, "high_before_share": 0.5}
    assert _overlap(apart) == "" and _overlap({**apart, "high_before_share": None}) == ""  # type: ignore[typeddict-item]
    assert "The two intervals overlap" in _overlap({**apart, "high_before_share": 0.6})  # type: ignore[typeddict-item]
