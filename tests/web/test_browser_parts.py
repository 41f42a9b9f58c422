"""Every part of the browser side in a real browser, on a page of samples under the policy of the app."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from web.conftest import axe, hidden, same_picture, shown, until
from web.sample import static_site

Sample = tuple[str, list[str]]
Open = Callable[..., Any]


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


def test_the_static_site_searches_and_sorts_from_a_folder(tmp_path: Path, open_page: Open) -> None:
    page = open_page(static_site(tmp_path).as_uri())
    page.get_by_label("Search the pages").fill("muller 55")
    page.wait_for_selector("#found a")
    assert page.locator("#found a").get_attribute("href") == "country/germany.html"
    assert texts(page, "#announcement") == ["1 found"]
    page.get_by_label("Search the pages").fill("通信")
    until(page, "document.querySelector('#found a')?.textContent === '日本'")
    page.get_by_label("Search the pages").fill("nowhere")
    until(page, "document.querySelector('#found').textContent.includes('Nothing found')")
    page.get_by_role("button", name="Name").click()
    assert texts(page, "tbody td") == ["a", "b"]
    shown(page.locator("figure svg"), "a file loads no module: the drawing stands")
    assert axe(page) == []
