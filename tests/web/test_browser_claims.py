"""Claims, rules and the map as a reader walks through them in Chromium: over the demo case, each without a fault."""

from collections.abc import Callable
from typing import Any

from web.conftest import axe, until
from web.journey import move

Open = Callable[..., Any]
SOUND = "document.querySelector('#result h2')?.textContent"


def test_what_falls_if_one_claim_falls(public_app: str, open_page: Open) -> None:
    page = open_page(f"{public_app}/claims")
    page.select_option("#about", "huawei")
    until(page, "location.search", "?about=huawei")
    page.check("input[name=disputed]")
    until(page, "location.search", "?about=huawei&disputed=on")
    assert page.locator("article.claim").count() > 4
    page.goto(f"{public_app}/claims")
    page.click('a[href="/claims/HW-LAW-3#falls"]')
    assert "conditional instead of undetermined" in page.locator("#falls ~ section").first.inner_text()
    assert axe(page) == []


def test_today_and_2018_side_by_side(public_app: str, open_page: Open) -> None:
    page = open_page(f"{public_app}/rules")
    page.select_option("#left", "de-bsig")
    page.select_option("#vs", "2018-11-23")
    page.click("form.box button.main")
    assert page.locator("#comparison tbody tr").count() == 1
    assert "was in force on 2018-11-23" in page.inner_text("#comparison")
    assert axe(page) == []


def test_a_pack_is_edited_and_tested(own_app: tuple[str, Any], open_page: Open) -> None:
    origin, session = own_app
    page = open_page(f"{origin}/rules/de-bsig/edit", storage_state=session)
    text = page.input_value("#text")
    page.fill("#text", text.replace("effect:", "efect:", 1))
    page.click("text=Check and test")
    until(page, SOUND, "2 faults")
    assert page.locator("#result mark").first.inner_text() == "efect"
    assert axe(page) == []
    page.fill("#text", text.replace("effect: condition", "effect: prohibit"))
    page.click("text=Check and test")
    until(page, SOUND, "The text is a rule pack without faults")
    assert "Not passed." in page.inner_text("#result")
    assert axe(page) == []


def test_the_map_walks_back_to_2018(public_app: str, open_page: Open) -> None:
    page = open_page(f"{public_app}/map/germany?drawing=routes")
    assert "rules are in force now of" in page.inner_text("#answer")
    move(page, "known", "0")
    move(page, "day", "0")
    until(page, "document.querySelector('#answer > p').textContent.includes('as known on 23 November 2018')")
    assert "This is the first day that has runs" in page.inner_text("#answer")
    assert page.locator("#answer svg[aria-label*='Routes from Germany']").count() == 1
    assert axe(page) == []


def test_the_map_moves_on_demand(public_app: str, open_page: Open) -> None:
    page = open_page(f"{public_app}/map/japan")
    page.click("[data-map-open]")
    until(page, "document.querySelectorAll('#moving-map canvas').length", 1)
    assert axe(page) == []
