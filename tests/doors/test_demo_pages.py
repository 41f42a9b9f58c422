"""The pages that the demo hands out, on a phone and in print too, and the folder that it fills, refuses and removes."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import provenet as verbs
from doors.conftest import Provenet
from laws.test_language_laws import assert_alike, every
from provenet.case.case import Case
from provenet.case.tables import vocabulary
from provenet.cli.demo import MARKER
from provenet.cli.demo import demo_folder as folder_of_demo
from provenet.core.errors import UsageFault
from support.web_client import client
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
    assert "1. The answer" in first and "Claims and replies" in first
    assert "2. On whom the carriers depend" not in first
    assert "A bar is a carrier's radio network" in first


@pytest.mark.parametrize("country", ["germany", "italy", "japan"])
@pytest.mark.parametrize("folder", [".", "2018"])
def test_each_row_that_the_pages_link_has_its_place_in_the_annex(demo_folder: Path, folder: str, country: str) -> None:
    page = Page((demo_folder / folder / f"{country}.html").read_bytes())
    there = set(Page((demo_folder / folder / f"{country}-annex.html").read_bytes()).ids)
    linked = [link.partition("#")[2] for link in page.links if link.startswith(f"{country}-annex.html#")]
    assert len(linked) > 5
    assert sorted(set(linked) - there) == []


@pytest.mark.parametrize(("as_of", "known_on"), [("2026-11-25", None), ("2018-11-23", "2018-11-23")])
def test_law_the_answers_of_the_demo_are_alike_in_every_language(
    demo_folder: Path, as_of: str, known_on: str | None
) -> None:
    report = verbs.ask(demo_folder / "case", as_of=as_of, known_on=known_on)
    for said in (said for place in report.countries for one in place.answers for said in every(one)):
        assert_alike(said)
    for page in demo_folder.rglob("germany-de.html"):
        text = page.read_text("utf-8")
        assert '<html lang="de">' in text and "Die Antwort" in text and 'href="germany-ja.html"' in text


COUNTRIES = ("germany", "italy", "japan")
MOST_PAGES = 15
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


def test_a_folder_with_other_files_is_refused(provenet: Provenet, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    ran = provenet("demo", tmp_path)
    assert ran.code == 2
    assert ran.err == (
        f"demo: {tmp_path} holds files that are not the demo's. Name another place: provenet demo OTHER\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_file_or_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path)
    for name in ("file", "link"):
        says = rf"^demo: {tmp_path}/{name} is no folder\. Name another place: provenet demo OTHER$"
        with pytest.raises(UsageFault, match=says), folder_of_demo(tmp_path / name):
            pass


def test_what_other_code_made_is_removed_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    for name in ("case/case.toml", "germany.html", "2018/germany.html", "notes.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x", encoding="utf-8")
    outside = tmp_path / "outside.txt"
    outside.write_text("x", encoding="utf-8")
    names = ["germany.html", "2018/germany.html", "../outside.txt", str(outside)]
    (folder / MARKER).write_text("\n".join(["0.0.1+other", *names, ""]), encoding="utf-8")
    with folder_of_demo(folder) as note:
        assert not (folder / "case").exists()
        note([folder / "italy.html"])
    assert sorted(path.name for path in folder.iterdir()) == [MARKER, "2018", "notes.txt"]
    assert list((folder / "2018").iterdir()) == []
    assert outside.exists()
    assert (folder / MARKER).read_text("utf-8").splitlines()[1:] == ["italy.html"]


def test_the_same_code_goes_on_with_what_stands(tmp_path: Path) -> None:
    with folder_of_demo(tmp_path / "demo") as note:
        (tmp_path / "demo" / "case").mkdir()
        note([])
    with folder_of_demo(tmp_path / "demo"):
        assert (tmp_path / "demo" / "case").is_dir()


def test_a_country_with_bundled_facts_has_a_dossier_of_its_own(provenet: Provenet, tmp_path: Path) -> None:
    """Thin: what nobody published is not known, never 0; no plan, no aid, no page of another country."""
    ran = provenet("demo", tmp_path / "demo", "--country", "SE", "--json")
    assert ran.code == 0, ran.err
    made = sorted(path.name for path in (tmp_path / "demo").glob("*.html"))
    assert {name.split(".")[0].split("-")[0] for name in made} == {"sweden"}
    case = Case.open(tmp_path / "demo" / "case")
    assert case.title == "Sweden, by public sources"
    assert case.read("plan").is_empty() and case.read("fund").is_empty()
    assert set(case.read("verdict")["country"].unique()) == {"Sweden"}
    shares = case.read("vendor_share")
    assert set(shares["country"].unique()) == {"Sweden"}
    text = Page((tmp_path / "demo" / "sweden.html").read_bytes()).text
    assert "How dependent the carriers of Sweden are is not known" in text
    assert "0 % (worked out)" not in text.split("Claims and replies", 1)[0]


def test_a_country_without_a_bundled_carrier_is_a_usage_fault(provenet: Provenet, tmp_path: Path) -> None:
    ran = provenet("demo", tmp_path / "demo", "--country", "Ruritania")
    assert ran.code == 2
    assert ran.err == "--country: no carrier of the case is in this country; found 'Ruritania'. Nearest: Romania.\n"


def test_a_country_without_a_law_gets_a_page_that_says_what_is_not_held(provenet: Provenet, tmp_path: Path) -> None:
    two = ("--country", "Brazil", "--country", "United Kingdom")
    assert provenet("demo", tmp_path / "demo", *two).code == 0
    merged = Page((tmp_path / "demo" / "united-kingdom.html").read_bytes()).text
    assert "VodafoneThree" in merged, "what carriers became stands on a page of theirs"
    text = Page((tmp_path / "demo" / "brazil.html").read_bytes()).text.replace(" ,", ",")
    assert "No rule on equipment is on record for Brazil; there may be one, and its government can say." in text
    assert (
        "We hold nothing on rules on equipment, sensitive sites, routes of networks, plans of replacement or costs of "
        "one or contracts and tenders for Brazil: what is not held is not known, and nothing follows from it." in text
    )
    assert "The rules, and what" not in text


@pytest.mark.slow
def test_no_page_of_a_country_on_record_is_refused(provenet: Provenet, tmp_path: Path, demo_folder: Path) -> None:
    on_record = Case.open(demo_folder / "case").read("vendor_share")["country"].unique().sort()
    ran = provenet("demo", tmp_path / "demo", *(word for one in on_record for word in ("--country", one)))
    assert ran.code == 0, ran.err
    assert len(list((tmp_path / "demo").glob("*-annex.html"))) == len(on_record) > 20


def test_the_demo_hands_out_the_pages_it_promises(demo_folder: Path, demo_answer: dict[str, Any]) -> None:
    kinds, languages = (".html", ".pdf", "-annex.html"), ("-de.html", "-it.html", "-ja.html")
    names = [f"{country}{kind}" for country in COUNTRIES for kind in (*kinds, *languages)]
    pages = [Path(page).relative_to(demo_folder).as_posix() for page in demo_answer["pages"]]
    then = [f"2018/{country}{kind}" for country in COUNTRIES for kind in (*kinds, "-turned-out.html", *languages)]
    assert [page for page in pages if "-data/" not in page] == [*names, *then]
    assert all((demo_folder / name).stat().st_size > 10_000 for name in [*names, *then])


def test_the_demo_asks_every_bundled_policy_under_its_issuer(demo_answer: dict[str, Any]) -> None:
    now, then = demo_answer["screened"]
    days = vocabulary()["demo"]["days"]
    assert [one["as_of"] for one in (now, then)] == [day["as_of"].isoformat() for day in days]
    countries = {policy["country"] for policy in now["policies"]}
    assert {"Germany", "Italy", "Japan"} <= countries
    assert "us-covered-list" in {policy["pack"] for policy in now["policies"]}
    assert all(policy["issuer"] for policy in now["policies"])
    assert {policy["rules_in_force"] for policy in then["policies"]} == {0}


def test_the_demo_plans_no_country_under_a_law_that_is_not_its_own(demo_folder: Path) -> None:
    plans = Case.open(demo_folder / "case").read("plan").sort("country", "as_of_on", "scenario", "only")
    now = plans.filter(pl.col("known_on").is_null())
    told = [(row["country"], row["scenario"], row["only"]) for row in now.iter_rows(named=True)]
    parts: list[tuple[bool, list[str]]] = [(False, []), (True, []), (True, ["core", "management"])]
    assert told == [(country, *part) for country in ("Germany", "Italy") for part in parts] + [("Japan", False, [])]
    assert not any("COM(2026)" in row["policy_says"] for row in plans.filter(country="Japan").iter_rows(named=True))
    page = Page((demo_folder / "japan.html").read_bytes()).text
    assert "No other option is planned." in page and "Cybersecurity Act 2" not in page.partition("Options, and")[2]


def test_the_demo_offers_japan_no_money_of_the_union(demo_folder: Path) -> None:
    for name in ("japan.html", "japan-annex.html"):
        assert "Connecting Europe Facility" not in (demo_folder / name).read_text("utf-8")
    assert "Connecting Europe Facility" in (demo_folder / "germany-annex.html").read_text("utf-8")


@pytest.mark.parametrize(("folder", "day", "known"), [(".", "2026-11-25", None), ("2018", "2018-11-23", "2018-11-23")])
def test_every_face_prints_the_same_answers(demo_folder: Path, folder: str, day: str, known: str | None) -> None:
    """Python, the API and page one: finding, sentences and caveats are the same words."""
    case = demo_folder / "case"
    report = verbs.ask(case, as_of=day, known_on=known)
    with_page = [one for one in report.countries if one.country.lower() in COUNTRIES]
    assert sorted(one.country.lower() for one in with_page) == list(COUNTRIES)
    with client(case) as asked:
        answer = asked.get(f"/api/ask?as_of={day}" + (f"&known_on={known}" if known else ""))
        assert answer.status_code == 200 and answer.json() == report.as_dict()
    assert not set("\ufdd0\ufdd1") & set(str(report.as_dict()))
    for one in with_page:
        page = Page((demo_folder / folder / f"{one.country.lower()}.html").read_bytes())
        text = "".join(page.text.split())
        for said in (said for found in one.answers for said in (found.finding, *found.sentences, *found.caveats)):
            assert "".join(said.says.split()) in text, said.says
