"""The golden case: the bundled facts turned back to 23 November 2018.

    provenet demo demo          writes demo/2018/germany.html and the others

What is kept is what a reader sees (every line of each page but the list of single verdicts) and the result tables
behind it, in key order. A change of either is a change of the product: look at it, then run `make golden`.
"""

import os
import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from golden.reading import lines_of
from provenet.case.case import Case
from provenet.case.export import csv_of
from provenet.case.tables import table
from provenet.dossier.replay import later_days
from unit.dossier.page_reading import Page, check_page

EXPECTED = Path(__file__).parent / "november_2018"
DAY = date(2018, 11, 23)
COUNTRIES = ("germany", "italy", "japan")
TABLES = ("vendor_share", "concentration", "common_failure", "site_dependence")
SINGLE_VERDICT = re.compile(r"verdict-[0-9a-f]{16} ")
OF_THE_CODE = re.compile(r"(?<=brief-)[0-9a-f]{16}|(?<=\d\+)[0-9a-f]{10}\b")
"""The digests by which a dossier is cited: they hold every file of the package."""


def compare(name: str, made: str) -> None:
    """The text equals the kept one, line by line; with PROVENET_GOLDEN=write it is kept instead."""
    kept = EXPECTED / name
    if os.environ.get("PROVENET_GOLDEN") == "write":
        EXPECTED.mkdir(exist_ok=True)
        kept.write_text(made, encoding="utf-8")
    assert made.splitlines() == kept.read_text("utf-8").splitlines(), f"{name} differs; if it should: make golden"


@pytest.mark.parametrize("country", COUNTRIES)
def test_the_page_of_that_day(demo_folder: Path, country: str) -> None:
    lines = lines_of((demo_folder / "2018" / f"{country}-annex.html").read_bytes())
    assert len(lines) > 100
    kept = [OF_THE_CODE.sub("...", line) for line in lines if not SINGLE_VERDICT.match(line)]
    compare(f"{country}.txt", "\n".join(kept) + "\n")


@pytest.mark.parametrize("name", TABLES)
def test_the_figures_of_that_day(demo_folder: Path, name: str) -> None:
    rows = Case.open(demo_folder / "case").read_latest(name, as_of=DAY, known_on=DAY)
    compare(f"{name}.csv", csv_of(table(name), rows).decode())


def test_the_verdicts_of_that_day(demo_folder: Path) -> None:
    rows = Case.open(demo_folder / "case").read_latest("verdict", as_of=DAY, known_on=DAY)
    by = [
        "country", "pack", "force", "outcome", "rules_in_force", "rule_id", "disputed", "claims_for", "claims_against",
    ]  # fmt: skip
    lists = [pl.col(name).list.join("|") for name in ("claims_for", "claims_against")]
    compare("verdicts.csv", rows.with_columns(lists).group_by(by).len("count").sort(by).write_csv())


def test_no_rule_in_force_named_a_vendor(demo_folder: Path) -> None:
    rows = Case.open(demo_folder / "case").read_latest("verdict", as_of=DAY, known_on=DAY)
    assert rows.height > 0
    assert rows["rules_in_force"].max() == 0


def test_no_restricted_share_is_kept_of_that_day(demo_folder: Path) -> None:
    rows = Case.open(demo_folder / "case").read_latest("vendor_share", as_of=DAY, known_on=DAY)
    assert rows.height > 0
    assert rows.filter(part="restricted").height == 0


@pytest.mark.parametrize("country", COUNTRIES)
def test_later_claims_are_absent(demo_folder: Path, country: str) -> None:
    page = "".join((demo_folder / "2018" / f"{country}{end}.html").read_text("utf-8") for end in ("", "-annex"))
    claims = Case.open(demo_folder / "case").read("claim")
    later = claims.filter(pl.col("said_low_on") > DAY)["claim_id"].to_list()
    assert len(later) > 30
    assert [claim for claim in later if claim in page] == []


@pytest.mark.parametrize("country", COUNTRIES)
def test_no_later_day_stands_on_the_page_of_that_day(demo_folder: Path, country: str) -> None:
    for end in ("", "-annex"):
        assert later_days((demo_folder / "2018" / f"{country}{end}.html").read_bytes(), DAY) == []


@pytest.mark.parametrize("country", COUNTRIES)
def test_what_came_later_stands_on_a_page_of_its_own(demo_folder: Path, country: str) -> None:
    first = Page((demo_folder / "2018" / f"{country}.html").read_bytes())
    assert "As it turned out" not in first.text
    assert f"{country}-turned-out.html" in first.links
    later = Page((demo_folder / "2018" / f"{country}-turned-out.html").read_bytes())
    check_page(later)
    assert "What carriers chose" in later.text
    assert "Policies whose first rule came later" in later.text


@pytest.mark.parametrize("country", COUNTRIES)
def test_the_report_of_that_day_stands_beside_the_reply(demo_folder: Path, country: str) -> None:
    page = (demo_folder / "2018" / f"{country}-annex.html").read_text("utf-8")
    assert "No rule in force" in page
    assert "WSJ-2018-" in page
