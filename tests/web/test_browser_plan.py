"""The journey of a planner: a budget is cut, the plan is made again as a job, and both stand side by side."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from provenet.case.case import Case
from support.copies import copied_case
from support.plan_case import packs, small_made  # noqa: F401
from unit.web.answered_case import answered
from web.conftest import axe, has_same_letters, hidden, same_picture, session_app, shown, until
from web.journey import Journey

Open = Callable[..., Any]
CHANGED = "document.querySelector('#answer [data-announce]')?.textContent"


@pytest.fixture(scope="module")
def app(
    browser: Any,
    small_made: Case,  # noqa: F811
    packs: Path,  # noqa: F811
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, Any]]:
    """The origin of the app over the small case, and the session that its token began."""
    with session_app(browser, answered(small_made.path, packs, tmp_path_factory.mktemp("answered"))) as found:
        yield found


def planned_again(one: Journey, words: str) -> str:
    """Plans anew and waits for the sentence on what changed, which begins with some words."""
    one.press("Plan again")
    one.page.locator("section.job").wait_for()
    until(one.page, f"({CHANGED} ?? '').startsWith('{words}')", seconds=180)
    return str(one.page.evaluate(CHANGED))


def test_a_budget_is_cut_and_the_new_plan_stands_beside_the_old(app: tuple[str, Any], open_page: Open) -> None:
    origin, session = app
    one = Journey(open_page(f"{origin}/", storage_state=session))
    one.follow("Plan", within="header", exact=True)
    one.follow("Rules in force", exact=True)
    one.slide("budget_million", "2")
    one.tick("Ignore the last days that verdicts give.")
    before = planned_again(one, "With a budget of JPY 2 million")
    one.slide("budget_million", "1")
    after = planned_again(one, "With a budget of JPY 1 million")
    assert after != before and "exposed years" in before and "exposed years" in after
    assert one.page.locator("tr.here").first.inner_text().startswith("Rules in force; a budget of JPY 1 million")
    assert "beside=plan-" in one.page.url
    assert one.clicks == 7, one.report("budget of the small case")
    assert axe(one.page) == []


@pytest.mark.slow
def test_a_budget_of_500_million_is_cut_to_300_million(
    browser: Any, demo_folder: Path, open_page: Open, tmp_path: Path
) -> None:
    """Seven clicks and two plans of 42 lots on the demo case; every figure of the sentence is that of a stored row."""
    case = copied_case(demo_folder / "case", tmp_path / "case")
    with session_app(browser, case) as (origin, session):
        one = Journey(open_page(f"{origin}/", storage_state=session))
        one.follow("Plan", within="header", exact=True)
        one.page.locator("main tr", has_text="of 42 lots").get_by_role("link").first.click()
        one.clicks += 1
        one.slide("budget_million", "500")
        one.tick("Ignore the last days that verdicts give.")
        planned_again(one, "With a budget of EUR 500 million")
        one.slide("budget_million", "300")
        asked = time.monotonic()
        sentence = planned_again(one, "With a budget of EUR 300 million")
        waited = time.monotonic() - asked
        assert one.clicks == 7, one.report("budget")
        rows = Case.open(case).read_latest("plan").filter(pl.col("budget_amount").is_not_null())
        rich, poor = rows.sort("budget_amount", descending=True).rows(named=True)
        assert (rich["budget_amount"], poor["budget_amount"]) == (500e6, 300e6)
        assert sentence == (
            "With a budget of EUR 300 million; last days of rules ignored instead of a budget of EUR 500 million; "
            "last days of rules ignored: "
            f"swapped {poor['swapped_count']} of 42 lots instead of {rich['swapped_count']} of 42 lots; "
            f"net cost EUR {poor['mid_cost_amount'] / 1e6:.0f} million instead of "
            f"EUR {rich['mid_cost_amount'] / 1e6:.0f} million; "
            f"exposed years {poor['mid_exposed_years']:.2f} instead of {rich['mid_exposed_years']:.2f}; "
            "restricted lots left at the end as before."
        )
        assert poor["mid_cost_amount"] <= 300e6 < rich["mid_cost_amount"] <= 500e6
        assert poor["mid_exposed_years"] > rich["mid_exposed_years"]
        assert waited < 60, one.report("budget")
        assert axe(one.page) == []


@pytest.mark.slow
def test_a_plan_is_made_again_without_scripts(app: tuple[str, Any], open_page: Open) -> None:
    origin, session = app
    page = open_page(f"{origin}/plan/japan", storage_state=session, java_script_enabled=False)
    page.get_by_role("button", name="Plan again").click()
    page.get_by_role("link", name="Show the new plan beside this one").wait_for(timeout=180_000)
    page.get_by_role("link", name="Jobs").first.click()
    shown(page.locator("main").filter(has_text="Done: plan."))


def test_the_mark_on_the_curve_is_dragged_and_the_slider_is_its_twin(app: tuple[str, Any], open_page: Open) -> None:
    origin, session = app
    page = open_page(f"{origin}/aid", storage_state=session)
    page.get_by_role("link", name="JPY 1.5 million, by offers").click()
    mark = page.locator("[data-mark]")
    mark.scroll_into_view_if_needed()
    box = mark.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] - 300, box["y"], steps=4)
    page.mouse.up()
    until(page, "location.search", "?budget=0")
    until(page, f"{CHANGED}.startsWith('Within JPY 0 the stored curve reaches ')")
    page.locator("#budget").focus()
    page.keyboard.press("End")
    until(page, "location.search !== '?budget=0'")
    assert axe(page) == []


def test_an_offer_sheet_is_for_everybody(app: tuple[str, Any], open_page: Open) -> None:
    origin, session = app
    page = open_page(f"{origin}/aid/japan", storage_state=session)
    page.get_by_role("link", name="Offer to North").first.click()
    shown(page.get_by_role("heading", level=1, name="Offer to North", exact=True))
    assert axe(page) == []
    page.emulate_media(media="print")
    hidden(page.get_by_role("button", name="Print"))


@pytest.mark.parametrize(("name", "path"), [("plan", "/plan/japan"), ("aid", "/aid/japan")])
def test_a_page_of_plans_looks_as_it_did(app: tuple[str, Any], open_page: Open, name: str, path: str) -> None:
    origin, session = app
    page = open_page(origin + path, storage_state=session, reduced_motion="reduce")
    page.wait_for_load_state("networkidle")
    if not has_same_letters(page):
        pytest.skip("this machine has other letters than the pictures; .ci/run installs fonts-dejavu-core")
    same_picture(page, f"page-{name}")
