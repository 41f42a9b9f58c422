"""The journey of a planner: a budget is cut, the plan is made again as a job, and both stand side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from support.plan_case import packs, small_made  # noqa: F401
from unit.web.answered_case import answered
from web.conftest import axe, has_same_letters, hidden, running_app, same_picture, shown, until

if TYPE_CHECKING:
    from provenet.case.case import Case

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
    case = answered(small_made.path, packs, tmp_path_factory.mktemp("answered"))
    with running_app(case) as address:
        context = browser.new_context()
        context.new_page().goto(address)
        session = context.storage_state()
        context.close()
        place = urlsplit(address)
        yield f"{place.scheme}://{place.netloc}", session


def moved(page: Any, name: str, value: str) -> None:
    """Moves a slider as a hand does."""
    page.evaluate(
        "([name, value]) => { const one = document.getElementById(name); one.value = value;"
        " for (const kind of ['input', 'change']) one.dispatchEvent(new Event(kind, {bubbles: true})); }",
        [name, value],
    )


def test_a_budget_is_cut_and_the_new_plan_stands_beside_the_old(app: tuple[str, Any], open_page: Open) -> None:
    origin, session = app
    page = open_page(f"{origin}/plan", storage_state=session)
    page.get_by_role("link", name="Rules in force", exact=True).click()
    before = ""
    for value, words in (("2", "a budget of JPY 2 million"), ("1", "a budget of JPY 1 million")):
        moved(page, "budget_million", value)
        page.get_by_label("Ignore the last days that verdicts give.").check()
        page.get_by_role("button", name="Plan again").click()
        page.locator("section.job").wait_for()
        until(page, f"({CHANGED} ?? '').startsWith('With {words}')", seconds=180)
        sentence = page.evaluate(CHANGED)
        assert sentence != before and "exposed years" in sentence
        before = sentence
    assert page.locator("tr.here").first.inner_text().startswith("Rules in force; a budget of JPY 1 million")
    assert "beside=plan-" in page.url
    assert axe(page) == []


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
