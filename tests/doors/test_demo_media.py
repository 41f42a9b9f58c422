"""The pages of the demo on a phone, in print and for a screen reader; in a real browser where there is one."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

COUNTRIES = ("germany", "italy", "japan")
MOST_PAGES = 14
CHROMIUM = next((found for name in ("chromium", "google-chrome", "chrome") if (found := shutil.which(name))), None)
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars")


def page_of(folder: Path, country: str) -> str:
    return (folder / f"{country}.html").read_text("utf-8")


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("folder", [".", "2018"])
def test_every_table_has_a_caption_scopes_and_room_to_scroll(demo_folder: Path, folder: str, country: str) -> None:
    page = page_of(demo_folder / folder, country)
    tables = re.findall(r"<table.*?</table>", page, re.DOTALL)
    assert len(tables) > 3
    assert [table[:80] for table in tables if "<caption" not in table] == []
    assert [table[:80] for table in tables if re.search(r"<thead>.*<th>.*</thead>", table, re.DOTALL)] == []
    assert page.count('<div class="scroll" tabindex="0">') == len(tables)


@pytest.mark.parametrize("country", COUNTRIES)
def test_the_contents_are_folded_away_before_the_answer(demo_folder: Path, country: str) -> None:
    page = page_of(demo_folder, country)
    before = page[: page.index('<section id="s1"')]
    assert "<details><summary>Contents</summary>" in before
    assert "<details open" not in before


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_browser_prints_about_as_many_pages_as_the_pdf(demo_folder: Path, tmp_path: Path, country: str) -> None:
    if CHROMIUM is None or shutil.which("pdfinfo") is None:
        pytest.skip("no Chromium, or no pdfinfo, is installed")
    printed = tmp_path / "printed.pdf"
    place = (demo_folder / f"{country}.html").resolve().as_uri()
    subprocess.run(
        [CHROMIUM, *FLAGS, "--no-pdf-header-footer", f"--print-to-pdf={printed}", place],
        check=True,
        capture_output=True,
        timeout=120,
    )
    counts = [pages_in(one) for one in (demo_folder / f"{country}.pdf", printed)]
    assert max(counts) <= MOST_PAGES
    assert abs(counts[0] - counts[1]) <= 3


def pages_in(pdf: Path) -> int:
    ran = subprocess.run(["pdfinfo", str(pdf)], capture_output=True, check=True)
    found = re.search(rb"^Pages:\s+(\d+)", ran.stdout, re.MULTILINE)
    assert found is not None
    return int(found[1])
