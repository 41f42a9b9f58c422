"""Every page of the navigation, every part of the browser side, and what they look like: for anybody, without fault."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from provenet.case.case import Case
from provenet.web.page import pages
from provenet.web.pages import search
from provenet.web.reading import Reading
from support.examples import sample
from unit.web.claim_case import claim_case
from unit.web.map_case import map_case
from unit.web.small_case import SHARE, small_case
from web.conftest import SHOTS, axe, has_same_letters, hidden, running_app, same_picture, shown, until
from web.sample import static_site

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
    found += ["/rules/de-bsig/edit", *(f"/search?q={words}" for words in ("huawei", "ericson"))]
    found += ["/data/sql?q=select+1", "/?lang=ja"]
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


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_the_map_stands_above_the_fold_with_names_and_what_they_mean(
    public_app: str, open_page: Open, width: int, height: int
) -> None:
    page = open_page(f"{public_app}/map", viewport={"width": width, "height": height})
    for drawing in ("shares", "routes", "sites"):
        page.goto(f"{public_app}/map/germany?drawing={drawing}")
        box = page.locator(".map-figure svg").first.bounding_box()
        assert box["y"] + box["height"] <= height, drawing
    assert "Ramstein Air Base" in page.inner_text(".map-side")
    page.goto(f"{public_app}/map/germany")
    assert {"Germany", "Italy", "Japan"} <= set(texts(page, ".map-figure svg text"))
    without_fault(page)


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
    tab_to("here.matches('[data-map-open]')", 4)
    keys.press("Enter")
    page.wait_for_selector(".map[data-ready]")
    until(page, "document.activeElement.tagName", "CANVAS")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid", "focus is seen"
    canvas, legend = page.locator(".map canvas"), page.locator(".map-figure .legend li").first.bounding_box()
    assert legend["y"] + legend["height"] <= 860, "above the fold"
    for key in ("ArrowRight", "+", "-"):
        before = canvas.screenshot()
        keys.press(key)
        page.wait_for_timeout(900)
        assert canvas.screenshot() != before, key
    tab_to("here.matches('.map-label')", 2)
    name = page.evaluate("document.activeElement.textContent")
    keys.press("Enter")
    assert name.partition(" +")[0] in page.locator(".maplibregl-popup-content").inner_text()
    assert axe(page) == []
    tab_to("here.tagName !== 'CANVAS' && !here.closest('.map')", 30)
    beside = page.locator("main table").first
    shown(beside)
    assert beside.locator("tbody tr").count() > 0


def test_the_first_page_is_small(public_app: str, open_page: Open) -> None:
    sizes: dict[str, int] = {}
    page = open_page("about:blank", own=public_app)
    page.on("response", lambda answer: sizes.update({answer.url: len(answer.body())}))
    page.goto(f"{public_app}/")
    page.wait_for_load_state("networkidle")
    assert sum(sizes.values()) <= 300_000, sizes


ASKED = (
    *(
        "huawei",
        "ramstein",
        "ericson",
        "クラウド",
        "ファーウェイ",
        "Deutschland",
        "ドイツ 費用",
        "hauwei denies",
        "ＺＴＥ",
    ),
    *("Vereinigte Staaten", "地図", "Telefónica", "xyzzy huawei", "kosten deutchland", "Straße 5G", "ＺＴＥ", "qqqq"),
)


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
    held = search.index(Reading(Case.open(demo_folder / "case"), public=True))
    box = page.get_by_role("searchbox", name="Search")
    for words in ASKED:
        box.fill(words)
        titles = [one.title for one in search.found(held, words)[0][: search.MOST]]
        until(page, "[...document.querySelectorAll('#found a')].map(one => one.textContent)", titles)
    box.fill("huawei")
    page.locator("#found a").first.click()
    assert page.inner_text("h1") == "Huawei"
    assert page.url.startswith("file:")
    without_fault(page)


Sample = tuple[str, list[str]]


def texts(page: Any, selector: str) -> list[str]:
    """What stands in each element, without its outer spaces."""
    return [text.strip() for text in page.locator(selector).all_text_contents()]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("light", {}),
        ("dark", {"color_scheme": "dark"}),
        ("phone", {"viewport": {"width": 320, "height": 640}, "is_mobile": True, "has_touch": True}),
        ("forced", {"forced_colors": "active"}),
    ],
)
def test_a_page_of_every_part_has_no_fault_for_anybody(
    sample: Sample, open_page: Open, name: str, words: dict[str, Any]
) -> None:
    page = open_page(f"{sample[0]}/", reduced_motion="reduce", **words)
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than its window"
    if name != "forced":
        same_picture(page, f"parts-{name}")


def test_at_twice_the_size_nothing_is_cut_off(sample: Sample, open_page: Open) -> None:
    page = open_page(f"{sample[0]}/", viewport={"width": 600, "height": 430}, device_scale_factor=2)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_scripts_the_page_works_as_forms_and_links(sample: Sample, open_page: Open) -> None:
    page = open_page(f"{sample[0]}/", java_script_enabled=False)
    page.locator("select[name=deadline]").select_option("2030")
    page.get_by_role("button", name="Show").click()
    shown(page.get_by_text("EUR 500 million until 2030."))
    assert "deadline=2030" in page.url
    shown(page.locator("#maps svg"))
    hidden(page.get_by_role("button", name="Copy"))


def test_a_slider_moves_the_answer_and_the_address(sample: Sample, open_page: Open) -> None:
    page = open_page(f"{sample[0]}/")
    page.evaluate("window.same = 1")
    slider = page.get_by_label("Budget")
    slider.focus()
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    until(page, "document.getElementById('answer').textContent.includes('EUR 300 million')")
    until(page, "location.search", "?budget=300&deadline=2028")
    assert page.evaluate("window.same") == 1, "the page was loaded anew"
    assert texts(page, "output[for=budget]") == ["EUR 300 million"]
    assert slider.get_attribute("aria-valuetext") == "EUR 300 million"
    assert texts(page, "#announcement") == ["EUR 300 million until 2028."]
    assert page.evaluate("document.activeElement.id") == "budget"
    page.evaluate("history.back()")
    until(page, "document.getElementById('answer')?.textContent.includes('EUR 500 million')")


def test_a_link_replaces_a_part_and_is_a_step_back(sample: Sample, open_page: Open) -> None:
    page = open_page(f"{sample[0]}/")
    page.get_by_role("link", name="Take EUR 150 million").click()
    until(page, "document.getElementById('answer').textContent.includes('EUR 150 million')")
    until(page, "location.search", "?budget=150")
    assert page.title() == "Sample 150"
    page.evaluate("history.back()")
    until(page, "document.getElementById('answer')?.textContent.includes('EUR 500 million until')")


def test_a_table_sorts_and_filters_from_the_keyboard(sample: Sample, open_page: Open) -> None:
    page = open_page(f"{sample[0]}/")
    head = page.get_by_role("button", name="Share", exact=True)
    head.focus()
    page.keyboard.press("Enter")
    names = "#tables tbody tr:not([hidden]) th"
    assert texts(page, names) == ["Japan", "France", "Italy", "Spain", "Poland", "Germany", "Åland"]
    assert page.locator("#tables [aria-sort]").get_attribute("aria-sort") == "ascending"
    page.keyboard.press("Enter")
    assert texts(page, names) == ["Germany", "Poland", "Spain", "Italy", "France", "Japan", "Åland"]
    page.get_by_label("Filter countries").fill("aland")
    until(page, "document.querySelector('.table-filter .hint').textContent === '1 of 7 rows'")
    assert texts(page, names) == ["Åland"]
    page.get_by_label("Filter countries").fill("")
    until(page, "document.querySelectorAll('#tables tbody tr:not([hidden])').length === 7")


def test_details_are_filled_when_they_open(sample: Sample, open_page: Open) -> None:
    page = open_page(f"{sample[0]}/")
    page.locator("#rows-of > summary").click()
    page.wait_for_selector("#rows-of li")
    assert texts(page, "#rows-of li") == ["row one", "row two"]
    assert page.locator("#rows-of a").count() == 0


def test_a_job_shows_its_progress_and_can_be_cancelled(sample: Sample, open_page: Open) -> None:
    page = open_page(f"{sample[0]}/?job=1")
    until(page, "document.querySelector('[data-job-best]').textContent === '903 sites by the deadline'")
    assert texts(page, "[data-job-lines] li") == ["round 1", "round 2", "round 3"]
    assert texts(page, "[data-job-state]") == ["Round 3 of 4 · 1 min 03 s left"]
    assert page.locator("[data-job-bar]").evaluate("bar => bar.value / bar.max") == 0.75
    page.get_by_role("button", name="Cancel").click()
    page.wait_for_selector("[data-job][data-state=cancelled]")
    assert "/jobs/1/cancel csrf=secret" in sample[1]
    hidden(page.get_by_role("button", name="Cancel"))
    assert page.get_by_role("link", name="Open the plan").get_attribute("href") == "/rows"
    assert axe(page) == []


def test_the_permanent_address_is_copied(sample: Sample, open_page: Open) -> None:
    page = open_page(f"{sample[0]}/", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    shown(page.locator(".toast").filter(has_text="Copied"))
    assert page.evaluate("navigator.clipboard.readText()") == "http://127.0.0.1/?state=abc"


def test_a_mark_on_a_curve_follows_pointer_and_slider(sample: Sample, open_page: Open) -> None:
    page = open_page(f"{sample[0]}/")
    mark = page.locator("[data-mark]")
    page.locator("#mark").scroll_into_view_if_needed()
    assert mark.get_attribute("transform") == "translate(240 50)"
    box = page.locator("#mark svg").bounding_box()
    page.mouse.move(box["x"] + 240, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 140, box["y"] + 120, steps=5)
    page.mouse.up()
    assert page.get_by_role("slider", name="Aid").input_value() == "250"
    assert mark.get_attribute("transform") == "translate(140 105)"
    page.get_by_role("slider", name="Aid").focus()
    page.keyboard.press("ArrowRight")
    assert texts(page, "output[for=aid]") == ["EUR 260 million"]


def test_a_map_moves_by_keys_keeps_to_the_server_and_follows_a_slider(sample: Sample, open_page: Open) -> None:
    page = open_page(f"{sample[0]}/")
    shown(page.locator("#maps figure > svg"))
    page.locator("#maps").scroll_into_view_if_needed()
    page.wait_for_selector("#world[data-ready]")
    hidden(page.locator("#maps figure > svg"))
    assert texts(page, "#world-layers label") == ["Shares", "Routes", "Sites"]
    page.locator("#world").evaluate("place => place.scrollIntoView({block: 'center'})")
    same_picture(page, "map", most=0.03)
    assert axe(page) == []

    page.locator("#world canvas").click(position={"x": 545, "y": 300})
    page.wait_for_selector(".maplibregl-popup-content")
    assert "<b>" in page.locator(".maplibregl-popup-content").inner_text(), "text of a case was read as markup"
    page.locator(".maplibregl-popup-close-button").click()
    page.get_by_label("Routes").uncheck()
    page.locator("#world").evaluate("place => { place.mark = 1; }")
    page.get_by_label("Day").focus()
    page.keyboard.press("ArrowLeft")
    until(page, "document.getElementById('mapped').textContent.includes('Day 2')")
    assert page.locator("#world").evaluate("place => place.mark") == 1, "the map was made anew"
    shown(page.locator("#world canvas"))
    assert not page.get_by_label("Routes").is_checked()
    assert texts(page, "output[for=day]") == ["1 January 2022"]
    before = page.locator("#world .map-label").bounding_box()
    page.locator("#world canvas").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(800)
    after = page.locator("#world .map-label").bounding_box()
    assert after["x"] < before["x"] - 20


def test_print_shows_the_answer_without_the_chrome(sample: Sample, open_page: Open) -> None:
    page = open_page(f"{sample[0]}/")
    page.emulate_media(media="print")
    hidden(page.locator("header nav"))
    hidden(page.get_by_label("Budget"))
    shown(page.locator("thead th .sort").first, "a table lost its heads")
    shown(page.locator("#maps figure > svg"))
    shown(page.locator("#answer p").first)
    shown(page.locator("#cite"))


def test_a_table_of_the_static_site_sorts_from_a_folder(tmp_path: Path, open_page: Open) -> None:
    page = open_page(static_site(tmp_path).as_uri())
    page.get_by_role("button", name="Name").click()
    assert texts(page, "tbody td") == ["a", "b"]
    shown(page.locator("figure svg"), "a file loads no module: the drawing stands")
    assert axe(page) == []


HAND = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True, "color_scheme": "dark"}
LARGEST = 400_000
"""Bytes of all kept pictures together."""
CASES: dict[str, Callable[[Path], Path]] = {"small": small_case, "claims": claim_case, "map": map_case}
PAGES = [
    ("world", "small", "/", {}),
    ("world-phone-dark", "small", "/", HAND),
    ("country", "small", "/country/germany", {}),
    ("figure", "small", f"/figure/{SHARE}", {}),
    ("rules", "small", "/rules/de-bsig", {}),
    ("claims", "claims", "/claims", {}),
    ("map", "map", "/map/germany", {}),
]


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """The origin of the app, as strangers see it, over a case by its name; each is started once."""
    started: dict[str, tuple[Any, str]] = {}

    def origin(name: str) -> str:
        if name not in started:
            running = running_app(CASES[name](tmp_path_factory.mktemp(name) / "case"), "--public")
            started[name] = running, running.__enter__().rstrip("/")
        return started[name][1]

    yield origin
    for running, _ in started.values():
        running.__exit__(None, None, None)


@pytest.mark.parametrize(("name", "case", "path", "words"), sample(PAGES, 3), ids=[name for name, *_ in PAGES])
def test_a_page_looks_as_it_did(
    apps: Callable[[str], str], open_page: Open, name: str, case: str, path: str, words: dict[str, Any]
) -> None:
    page = open_page(apps(case) + path, reduced_motion="reduce", **words)
    page.wait_for_load_state("networkidle")
    if not has_same_letters(page):
        pytest.skip("this machine has other letters than the pictures; .ci/run installs fonts-dejavu-core")
    same_picture(page, f"page-{name}")


def test_the_pictures_stay_small_together() -> None:
    assert sum(one.stat().st_size for one in SHOTS.glob("*.png")) <= LARGEST
