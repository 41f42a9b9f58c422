"""Aid on one page: offers by carrier, the curve, whose money it is, and what is assumed."""

import csv
from datetime import date
from typing import Any

import polars as pl
import pytest

from provenet.case.extract import Extract
from provenet.dossier.chapters import c70_aid
from provenet.dossier.render import render_html, render_pdf
from provenet.dossier.sections import s77_fund
from provenet.dossier.view import Section, View
from unit.dossier.fund_rows import BUYS, fund, fund_tables, named
from unit.dossier.page_reading import NASTY, OUR_WORDS, Page
from unit.dossier.small_tables import DAY, THEN, filled, tables


def programmes() -> pl.DataFrame:
    base = {"recipient": "carrier", "basis": "sourced", "source_id": "paper", "giver": "a government"}
    rows = [
        {"programme_id": "assumed", "title": "Aid as assumed", "country": "Germany", "basis": "assumed",
         "low_budget_amount": 2e8, "high_budget_amount": 4e8, "currency": "EUR", "price_year": "2025",
         "source_id": None},
        {"programme_id": "own", "title": "Own aid", "country": "Germany", "to_on": date(2020, 1, 1)},
        {"programme_id": "union", "title": "Aid of the Union", "jurisdiction": "EU"},
        {"programme_id": "other", "title": "Aid elsewhere", "country": "Japan"},
        {"programme_id": "guess", "title": "A guess", "country": "Germany", "basis": "assumed", "source_id": None},
    ]  # fmt: skip
    return filled("programme", [{**base, "row_id": f"programme-{at:016x}", **row} for at, row in enumerate(rows)])


def extract_of(country: str = "Germany", known: date | None = None, **replaced: Any) -> Extract:
    held = tables(known, known or DAY)
    held["party"] = named(held["party"])
    held |= {**fund_tables(**replaced), "programme": programmes()}
    return Extract(held, country, known or DAY, known)


def answer(**row: Any) -> dict[str, Any]:
    assumed = ["5 of 5 purchases are assumed: no source states what is bought next", "carriers decide one by one"]
    return fund(**{"programme_id": "assumed", "assumed": assumed, **row})


def view_of(extract: Extract, module: Any = c70_aid, folder: str = "chapters") -> View:
    key = module.__name__.rpartition(".")[2]
    section = Section(1, key, module.TITLE, module.collect(extract), folder)
    return View(extract.country, extract.as_of, extract.known, "public", "", (section,), files=extract.files)


def page_of(extract: Extract) -> Page:
    return Page(render_html(view_of(extract)))


def test_the_answer_stands_first_with_intervals_and_means() -> None:
    text = page_of(extract_of(fund=[answer()])).text
    for words in (
        "would leave 41 to 80 % of revenue behind clear purchases (mean 62 % ); without aid it is 12 to 48 % (mean "
        "31 % ).",
        "Aid as assumed , a government . No such programme is known: it is a budget to reckon with.",
        "Money that makes all clear, nine scenarios in ten: EUR 60 to 640 million",
        "One percentage point more, at the end of this budget: EUR 7.4 million",
        "Inputs: 31 Inputs that no source gives: 22",
        "Shares and chances run from the 5th to the 95th percentile of the scenarios",
    ):
        assert words in text, words


def test_an_overlap_of_the_intervals_is_said_beside_them() -> None:
    says = "The two intervals overlap: what is known leaves open how much of the difference aid makes."
    assert says in page_of(extract_of(fund=[answer()])).text
    assert says not in page_of(extract_of(fund=[answer(low_after_share=0.5)])).text


def test_each_purchase_has_its_day_offer_chances_and_extra_cost() -> None:
    page = page_of(extract_of(fund=[answer()]))
    text = page.text
    for words in (
        "South Tel 5G RAN (assumed) 31 March 2028 EUR 110 million",
        "Fourth Network 5G RAN (assumed) 30 June 2029 EUR 0",
        "EUR 10 to 120 million",
    ):
        assert words in text, words
    assert OUR_WORDS.findall(" ".join(page.ours)) == []


def test_only_money_open_to_the_country_stands_on_its_page() -> None:
    text = page_of(extract_of(fund=[answer()])).text
    assert "Programmes of aid open to Germany, none of them used here" in text
    assert "Own aid 1 January 2020 [1] Aid of the Union" in text
    assert "Aid elsewhere" not in text and "A guess" not in text
    japan = page_of(extract_of("Japan", fund=[])).text
    assert "Aid elsewhere" in japan and "Aid of the Union" not in japan and "Own aid" not in japan


def test_every_row_linked_from_the_page_stands_in_the_annex() -> None:
    extract = extract_of(fund=[answer()])
    page, annex = (Page(render_html(view)) for view in (view_of(extract), view_of(extract, s77_fund, "sections")))
    places = {link.partition("#")[2] for link in page.links if "-annex.html#id-" in link}
    assert places and places <= set(annex.ids)


@pytest.mark.parametrize("known", [None, THEN])
def test_no_page_says_how_the_model_did_elsewhere_or_later(known: date | None) -> None:
    text = page_of(extract_of(known=known, fund=[answer(as_of_on=known or DAY, known_on=known)])).text
    assert "Set on the contracts" not in text and "missed" not in text and "bounds" not in text


def test_without_an_answer_the_page_says_how_to_work_one_out() -> None:
    text = page_of(extract_of(fund=[])).text
    assert "this case holds no answer on aid for Germany that this page may show" in text and "Aid of the Union" in text
    bare = extract_of(fund=[])
    bare.tables["programme"] = filled("programme", [])  # type: ignore[index]
    assert "No programme of aid open to Germany is on record" in page_of(bare).text


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"status": "nothing to fund", "headline": "Germany: no purchase is open."}, "Nothing is awarded."),
        ({"status": "infeasible", "headline": "Germany: floors clash."}, "No awards keep every limit."),
    ],
)
def test_an_answer_without_awards_says_why(row: dict[str, Any], words: str) -> None:
    text = page_of(extract_of(fund=[answer(**row)], award=[], fund_curve=[])).text
    assert words in text and row["headline"] in text


def test_offers_and_curve_lie_beside_the_page() -> None:
    files = view_of(extract_of(fund=[answer()])).files
    offers = list(csv.DictReader(files["aid-offers.csv"].decode().splitlines()))
    assert len(offers) == len(BUYS["Germany"]) and {row["basis"] for row in offers} == {"assumed"}
    curve = list(csv.DictReader(files["aid-by-budget.csv"].decode().splitlines()))
    assert [row["budget_amount"] for row in curve][:3] == ["0", "60000000", "120000000"]


def test_the_page_of_aid_can_be_set_as_a_pdf() -> None:
    assert render_pdf(view_of(extract_of(fund=[answer()]))).startswith(b"%PDF")


def test_hostile_text_is_text_in_both_media() -> None:
    extract = extract_of(fund=[answer(condition_says=NASTY, headline=NASTY, assumed=[NASTY])])
    names = [pl.lit(NASTY).alias(name) for name in ("title", "giver", "says", "condition_says")]
    extract.tables["programme"] = extract.tables["programme"].with_columns(names)  # type: ignore[index]
    view = view_of(extract)
    page = render_html(view).decode()
    assert "<script" not in page and "<img src" not in page and "alert(1)" in page
    assert render_pdf(view).startswith(b"%PDF")
