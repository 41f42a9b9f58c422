"""The tasks by which the web app is judged, as somebody tries them who has never seen it: each with its clicks."""

import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import polars as pl
import pytest

from provenet.case.case import Case
from support.copies import copied_case
from support.examples import sample
from support.plan_case import packs, small_made  # noqa: F401
from unit.routing.small_internet import write_files
from unit.web.answered_case import answered
from unit.web.small_case import SHARE, small_case
from web.conftest import axe, has_same_letters, hidden, same_picture, session_app, shown, until
from web.journey import Journey

Open = Callable[..., Any]
PAPER = {"width": 673, "height": 1000}
"""The width of an A4 page between its margins, in pixels of print."""
INVENTORY = """asset,carrier,vendor,model,class,country,units
cr-01,Deutsche Telekom,Huawai,NE40E,transport.router,Germany,2
cr-02,Deutsche Telekom,Nokia,7750 SR,transport.router,Germany,many
cr-03,Vodafon Germany,Ericsson,R6675,transport.router,Germany,1
"""


@pytest.fixture
def small_app(browser: Any, tmp_path: Path) -> Iterator[tuple[str, Any, Path]]:
    """The app over a small case that a test may write into."""
    case = small_case(tmp_path / "case")
    with session_app(browser, case) as (origin, session):
        yield origin, session, case


@pytest.fixture
def internet_app(browser: Any, tmp_path: Path) -> Iterator[tuple[str, Any]]:
    """The app with an invented Internet of eight networks."""
    case = small_case(tmp_path / "case")
    graph, names, gov, mobile = write_files(tmp_path)[:4]
    words = ("--graph", str(graph), "--names", str(names), "--tags", str(gov), "--tags", str(mobile))
    with session_app(browser, case, *words) as found:
        yield found


def test_the_headline_and_its_source(public_app: str, open_page: Open) -> None:
    one = Journey(open_page(f"{public_app}/"))
    row = one.page.locator("main table").first.locator("tbody tr", has_text="Germany")
    figure = row.locator("a.fig").first
    words = figure.inner_text()
    one.clicks += 1
    figure.click()
    until(one.page, "location.pathname.startsWith('/figure/')")
    tree = one.page.locator("#tree")
    assert words.split(" %")[0] in one.page.inner_text("p.figure")
    source = tree.get_by_role("link").first
    shown(source)
    assert str(source.get_attribute("href")).startswith("https://")
    assert "Source:" in tree.inner_text()
    assert one.clicks == 1, one.report("headline")
    assert axe(one.page) == []


def test_which_network_to_avoid(internet_app: tuple[str, Any], open_page: Open) -> None:
    origin, session = internet_app
    one = Journey(open_page(f"{origin}/", storage_state=session))
    # The first question of its kind on a machine waits until the compiler is through.
    one.page.set_default_timeout(280_000)
    one.follow("Internet", within="header", exact=True)
    one.fill("From A", "Ministry of Examples")
    one.fill("To B", "Far Shop")
    one.press("Show the route")
    hops = one.page.locator("#answer ol.hops").first.locator("li")
    assert [text.split(" ")[0] for text in hops.all_inner_texts()] == ["AS64510", "AS64502", "AS64500", "AS64521"]
    assert axe(one.page) == []
    one.follow("avoid it", within="#answer")
    until(one.page, "document.querySelector('#answer .lead')?.textContent.includes('the source itself')")
    assert "AS64503 LOWLAND-NET" in one.page.inner_text("#answer")
    assert axe(one.page) == []
    one.follow("what if it were gone", within="#answer")
    until(one.page, "location.pathname", "/internet/change")
    assert "pairs lose their route" in one.page.inner_text("#answer .lead")
    assert one.clicks == 6, one.report("avoid")
    assert axe(one.page) == []


def test_an_inventory_with_three_faults_is_mended_and_added(
    small_app: tuple[str, Any, Path], open_page: Open, tmp_path: Path
) -> None:
    origin, session, case = small_app
    inventory = tmp_path / "inventory.csv"
    inventory.write_text(INVENTORY, encoding="utf-8")
    one = Journey(open_page(f"{origin}/", storage_state=session))
    page = one.page
    one.follow("Data", within="header", exact=True)
    one.clicks += 1
    page.set_input_files("#files", str(inventory))
    one.press("Look at the files")
    assert "Vodafon Germany" in page.inner_text("main")
    assert axe(page) == []
    one.follow("Look at its mapping and mend it", within="main")
    one.clicks += 1
    page.locator("tr", has=page.locator("th", has_text="units")).locator("select").select_option("unit_count")
    assert axe(page) == []
    one.press("Take this mapping")
    one.press("Read into the case")
    page.locator("#faults").wait_for()
    faults = page.locator("table.faults tbody tr")
    assert faults.count() == 2, "the third would enter as a new vendor, and the form asks after it"
    assert {"3units", "4carrier"} == {
        "".join(row.locator("td").nth(at).inner_text() for at in (0, 1)) for row in faults.all()
    }
    assert axe(page) == []
    one.follow("Mend the cells of inventory.csv", within="main")
    for cell, words in (("many", "3"), ("Vodafon Germany", "Vodafone Germany"), ("Huawai", "Huawei")):
        one.fill(f"Instead of {cell} in", words)
    assert axe(page) == []
    one.press("Take this mapping")
    one.press("Read into the case")
    page.locator("#entered").wait_for()
    assert "3 new in asset" in page.inner_text("main")
    assert one.clicks == 13, one.report("upload")
    assert axe(page) == []
    rows = Case.open(case).read("asset").sort("asset_id")
    assert rows["unit_count"].to_list() == [2, 3, 1]
    assert rows["vendor_id"].to_list() == ["huawei", "nokia", "ericsson"]


def test_a_cited_address_answers_the_same_after_a_newer_run(small_app: tuple[str, Any, Path], open_page: Open) -> None:
    origin, session, case = small_app
    one = Journey(
        open_page(f"{origin}/figure/{SHARE}", storage_state=session, permissions=["clipboard-read", "clipboard-write"])
    )
    page = one.page
    one.press("Copy", within="footer")
    cited = page.evaluate("navigator.clipboard.readText()")
    assert re.search(r"\?state=[0-9a-f]{16}$", cited)
    before = page.inner_text("main")
    with Case.open(case).writer("depend", {"as_of": str(date(2026, 11, 26)), "country": "Spain"}, {}) as run:
        rows = Case.open(case).read("vendor_share").rows(named=True)
        run.append("vendor_share", [{**rows[0], "share_id": "share-00000000000000ff", "country": "Spain"}])
    page.goto(f"{origin}/figure/share-00000000000000ff")
    assert page.locator(".banner").count() == 0
    assert page.inner_text("#cite-address") != cited
    page.goto(cited)
    banner = page.locator(".banner")
    assert "This is the case as it stood on" in banner.inner_text()
    assert page.inner_text("main").replace(banner.inner_text(), "").strip() == before.strip()
    assert page.inner_text("#cite-address") == cited
    assert axe(page) == []
    later = page.request.get(f"{origin}/figure/share-00000000000000ff?{urlsplit(cited).query}")
    assert later.status == 404, "what did not stand then does not stand at the cited address"
    assert one.clicks == 1, one.report("cite")


@pytest.mark.parametrize("way", sample(["by search", "by pages", "by rules"], 3))
def test_a_deadline_is_found(public_app: str, open_page: Open, way: str) -> None:
    one = Journey(open_page(f"{public_app}/"))
    if way == "by search":
        one.search("deadline germany")
        assert one.page.locator("ol.results li").count() >= 2
        one.follow("Germany: The rules, and what they change when", within="main")
    elif way == "by pages":
        one.follow("Germany", within="main", exact=True)
        one.follow("The rules, and what they change when", within="main")
    else:
        one.follow("Rules", within="header", exact=True)
        one.follow("Germany", within="main", exact=True)
    ahead = one.page.locator("h3", has_text="Days ahead")
    ahead.wait_for()
    table = one.page.locator("h3:has-text('Days ahead') + * table, h3:has-text('Days ahead') + table").first
    assert "31 December 2026" in table.inner_text()
    assert one.clicks == 2, one.report("deadline")
    assert axe(one.page) == []


@pytest.mark.parametrize("path", sample(["/", "/country/germany", "/plan", "/rules", "/claims", "/map/germany"], 2))
def test_a_page_prints_its_figures_and_nothing_to_click(
    public_app: str, open_page: Open, tmp_path: Path, path: str
) -> None:
    page = open_page(f"{public_app}{path}", viewport=PAPER)
    page.emulate_media(media="print")
    cut = page.evaluate(
        "[...document.querySelectorAll('main, .scroll, .wide, table, figure')]"
        ".filter(one => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX !== 'visible'"
        " || one.getBoundingClientRect().right > innerWidth + 1).map(one => one.outerHTML.slice(0, 120))"
    )
    assert cut == []
    for role in ("navigation", "search", "button"):
        assert not any(one.is_visible() for one in page.get_by_role(role).all() if not _is_head(one)), role
    figures = [text for text in page.locator("main a.fig").all_inner_texts() if text.strip()]
    heads = [" ".join(text.split()) for text in page.locator("main thead th").all_inner_texts() if text.strip()]
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed (poppler-utils)")
    place = tmp_path / "page.pdf"
    page.pdf(path=str(place), prefer_css_page_size=True)
    text = subprocess.run(["pdftotext", "-raw", str(place), "-"], check=True, capture_output=True, text=True).stdout
    squeezed = _squeezed(text)
    assert [one for one in (*figures, *heads) if _squeezed(one) not in squeezed] == []
    assert "Address of this page in this state of the case" in text
    assert _squeezed("Country, vendor, rule, claim") not in squeezed, "the search box"
    if path == "/rules":
        assert text.count("\f") > 2
        assert text.count("Jurisdiction") == text.count("\f"), "the head of a long table stands on each of its pages"


def _is_head(one: Any) -> bool:
    """Whether a button is the head of a column, which prints as its words."""
    return bool(one.evaluate("one => one.classList.contains('sort')"))


def _squeezed(text: str) -> str:
    """A text without blanks and hyphens, as lines are broken elsewhere on paper."""
    return re.sub(r"[\s\u00ad-]+", "", text)


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
    page.get_by_role("link", name="23 November 2018").click()
    until(page, "document.querySelector('[data-announce]').textContent.includes('as known on 23 November 2018')")
    assert page.locator("#answer svg[aria-label*='Routes from Germany']").count() == 1
    assert axe(page) == []


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
    before = planned_again(one, "“Rules in force; a budget of JPY 2 million")
    one.slide("budget_million", "1")
    after = planned_again(one, "“Rules in force; a budget of JPY 1 million")
    assert after != before and "Lots that go: " in before and "Lots that go: " in after
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
        lots = one.page.locator("td", has_text=re.compile(r"^42$"))
        one.page.locator("main tr", has=lots).get_by_role("link").first.click()
        one.clicks += 1
        one.slide("budget_million", "500")
        one.tick("Ignore the last days that verdicts give.")
        planned_again(one, "“Scenario: ")
        one.slide("budget_million", "300")
        asked = time.monotonic()
        sentence = planned_again(one, "“Scenario: ")
        waited = time.monotonic() - asked
        assert one.clicks == 7, one.report("budget")
        rows = Case.open(case).read_latest("plan").filter(pl.col("budget_amount").is_not_null())
        rich, poor = rows.sort("budget_amount", descending=True).rows(named=True)
        assert (rich["budget_amount"], poor["budget_amount"]) == (500e6, 300e6)
        assert "a budget of EUR 300 million; last days of rules ignored” instead of “Scenario: " in sentence
        assert f"Lots that go: {poor['swapped_count']} instead of {rich['swapped_count']}. " in sentence
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
