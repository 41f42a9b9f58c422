"""Every page of the navigation over the demo case: for everybody, at every width, without a fault."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from provenet.web.page import pages
from support.examples import sample
from web.conftest import axe, hidden, shown, until

Open = Callable[..., Any]
PHONE = {"viewport": {"width": 320, "height": 640}, "is_mobile": True, "has_touch": True}
ZOOMED = {"viewport": {"width": 600, "height": 430}, "device_scale_factor": 2, "color_scheme": "dark"}
"""A window of 1,200 by 860 at 200 %."""
HOMES = {page.key: (page.home, page.public) for page in pages() if page.in_navigation}


def without_fault(page: Any) -> None:
    """Nothing that axe-core finds, and nothing wider than the window."""
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than its window"


@pytest.mark.parametrize("key", sample([key for key, (_, public) in HOMES.items() if public], 2))
def test_a_page_for_all_has_no_fault(public_app: str, open_page: Open, key: str) -> None:
    address = public_app + HOMES[key][0]
    without_fault(open_page(address))
    without_fault(open_page(address, color_scheme="dark", **PHONE))


@pytest.mark.parametrize("key", sample([key for key, (_, public) in HOMES.items() if not public], 2))
def test_a_page_for_whoever_holds_the_case_has_no_fault(own_app: tuple[str, Any], open_page: Open, key: str) -> None:
    origin, session = own_app
    address = origin + HOMES[key][0]
    without_fault(open_page(address, storage_state=session))
    without_fault(open_page(address, storage_state=session, color_scheme="dark", **PHONE))


@pytest.mark.parametrize("key", [key for key, (_, public) in HOMES.items() if not public])
def test_a_page_for_whoever_holds_the_case_is_not_there_for_all(public_app: str, browser: Any, key: str) -> None:
    page = browser.new_page()
    try:
        assert page.goto(public_app + HOMES[key][0]).status == 404
    finally:
        page.close()


def test_pages_behind_the_first_have_no_fault(public_app: str, open_page: Open) -> None:
    first = open_page(f"{public_app}/")
    found = [
        first.locator("main a[href*='/figure/']").first.get_attribute("href"),
        "/country/germany",
        "/tables/source",
    ]
    for home, kind in (
        ("/plan", "/plan/germany/"),
        ("/aid", "/aid/germany/"),
        ("/claims", "/claims/"),
        ("/rules", "/rules/"),
    ):
        first.goto(public_app + home)
        found.append(first.locator(f"main a[href^='{kind}']").first.get_attribute("href"))
    small = open_page(f"{public_app}/", **PHONE, color_scheme="dark")
    for address in found:
        for page in (first, small):
            page.goto(public_app + str(address))
            without_fault(page)


@pytest.mark.slow
def test_no_page_has_a_fault_on_a_phone_in_the_dark_or_at_twice_the_size(
    own_app: tuple[str, Any], open_page: Open
) -> None:
    origin, session = own_app
    first = open_page(f"{origin}/", storage_state=session)
    found = [address for address, _ in HOMES.values()]
    found += [
        "/country/germany/compare",
        "/map/germany",
        "/map/japan?drawing=routes",
        "/rules?left=de-bsig&vs=2018-11-23",
    ]
    found += [
        "/rules/de-bsig/edit",
        "/search?q=huawei",
        "/search?q=when+must+germany",
        "/data/sql?q=select+1",
        "/?lang=ja",
    ]
    found += ["/?as_of=2018-11-23&known_on=2018-11-23", "/figure/party:huawei", "/tables/plan_step"]
    for home, kind in (
        ("/", "/figure/"),
        ("/country/germany", "/country/germany/"),
        ("/country/germany/sensitive-sites", "/country/germany/annex/"),
        ("/plan", "/plan/"),
        ("/aid", "/aid/germany"),
        ("/aid/germany", "/aid/germany/"),
        ("/claims", "/claims/"),
        ("/rules", "/rules/"),
    ):
        first.goto(origin + home)
        links = first.locator(f"main a[href^='{kind}']").evaluate_all("all => all.map(one => one.getAttribute('href'))")
        found += list(dict.fromkeys(link for link in links if "/file/" not in link))[: 14 if "country" in kind else 2]
    faults = []
    for words in ({}, {**PHONE, "color_scheme": "dark"}, ZOOMED):
        page = open_page(f"{origin}/", storage_state=session, **words)
        for address in dict.fromkeys(found):
            page.goto(origin + address)
            faults += [f"{address} {words}: {fault}" for fault in axe(page)]
            if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
                faults.append(f"{address} {words}: wider than its window")
    assert not faults, "\n".join(faults)


def test_the_map_is_reached_moved_and_left_by_keys_with_a_table_beside_it(public_app: str, open_page: Open) -> None:
    page = open_page(f"{public_app}/map/germany")
    keys = page.keyboard

    def tab_to(condition: str, most: int) -> None:
        for _ in range(most):
            keys.press("Tab")
            if page.evaluate(f"(() => {{ const here = document.activeElement; return {condition}; }})()"):
                return
        raise AssertionError(f"{condition}: not reached in {most} steps")

    tab_to("here.matches('.skip')", 1)
    keys.press("Enter")
    tab_to("here.id === 'day'", 12)
    keys.press("ArrowLeft")
    until(page, "location.search.startsWith('?day=0')")
    tab_to("here.matches('[data-map-open]')", 60)
    keys.press("Enter")
    page.wait_for_selector(".map[data-ready]")
    tab_to("here.tagName === 'CANVAS'", 20)
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid", "focus is seen"
    canvas = page.locator(".map canvas")
    before = canvas.screenshot()
    keys.press("ArrowRight")
    page.wait_for_timeout(900)
    assert canvas.screenshot() != before
    tab_to("here.tagName !== 'CANVAS' && !here.closest('.map')", 12)
    beside = page.locator("main table").first
    shown(beside)
    assert beside.locator("tbody tr").count() > 0


def test_the_first_page_is_small_and_its_map_opens_when_it_is_asked_for(public_app: str, open_page: Open) -> None:
    sizes: dict[str, int] = {}
    page = open_page("about:blank", own=public_app)
    page.on("response", lambda answer: sizes.update({answer.url: len(answer.body())}))
    page.goto(f"{public_app}/")
    page.wait_for_load_state("networkidle")
    assert sum(sizes.values()) <= 300_000, sizes
    page.locator("[data-map-open]").click()
    page.wait_for_selector(".map[data-ready]")
    assert axe(page) == []


def test_the_static_site_reads_from_a_folder_as_from_a_server(
    demo_folder: Path, tmp_path: Path, open_page: Open
) -> None:
    site = tmp_path / "site"
    command = [sys.executable, "-m", "provenet", "site", str(demo_folder / "case"), str(site)]
    subprocess.run(command, check=True, capture_output=True)
    page = open_page((site / "index.html").as_uri())
    without_fault(page)
    shown(page.locator("figure svg").first)
    hidden(page.locator("[data-map-open]"))
    page.get_by_role("searchbox", name="Search").fill("huawei denies")
    page.locator("#found a").first.click()
    shown(page.locator("h1"))
    assert page.url.startswith("file:")
    without_fault(page)
