"""The tasks by which the web app is judged, as somebody tries them who has never seen it: each with its clicks.

Those of claims, plans and two days stand in `test_browser_claims.py` and `test_browser_plan.py`; publishing in
`test_browser_pages.py`.
"""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from provenet.case.case import Case
from support.examples import sample
from unit.routing.small_internet import write_files
from unit.web.small_case import SHARE, small_case
from web.conftest import axe, session_app, shown, until
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
