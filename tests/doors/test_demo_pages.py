"""The pages that the demo hands out: whole, neutral, and the answer on one page."""

import shutil
import subprocess
from pathlib import Path

import pytest

from unit.dossier.page_reading import OUR_WORDS, Page, check_page


@pytest.mark.parametrize("country", ["germany", "italy", "japan"])
@pytest.mark.parametrize("folder", [".", "2018"])
@pytest.mark.parametrize("document", ["", "-annex"])
def test_the_demo_pages_are_whole_and_neutral(demo_folder: Path, folder: str, country: str, document: str) -> None:
    page = Page((demo_folder / folder / f"{country}{document}.html").read_bytes())
    check_page(page)
    ours = " ".join(page.ours)
    assert [ours[max(0, hit.start() - 40) : hit.end() + 20] for hit in OUR_WORDS.finditer(ours)] == []


@pytest.mark.parametrize("country", ["germany", "italy", "japan"])
@pytest.mark.parametrize("folder", [".", "2018"])
def test_the_answer_fits_one_page(demo_folder: Path, folder: str, country: str) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    pdf = demo_folder / folder / f"{country}.pdf"
    ran = subprocess.run(["pdftotext", "-l", "1", str(pdf), "-"], capture_output=True, check=True)
    first = " ".join(ran.stdout.decode().split())
    assert "1. The answer" in first
    assert "Claims and replies" in first
    assert "2. " not in first.partition("Claims and replies")[2]


@pytest.mark.parametrize("country", ["germany", "italy", "japan"])
@pytest.mark.parametrize("folder", [".", "2018"])
def test_each_row_that_the_pages_link_has_its_place_in_the_annex(demo_folder: Path, folder: str, country: str) -> None:
    page = Page((demo_folder / folder / f"{country}.html").read_bytes())
    there = set(Page((demo_folder / folder / f"{country}-annex.html").read_bytes()).ids)
    linked = [link.partition("#")[2] for link in page.links if link.startswith(f"{country}-annex.html#")]
    assert len(linked) > 5
    assert sorted(set(linked) - there) == []
