"""The bundled figures of choice: what each rests on, the order of its ends, and what was known in November 2018."""

import csv
import io
import re
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from provenet.case.asof import as_known
from provenet.case.parties import PartyNames
from provenet.case.tables import frame, vocabulary, words
from provenet.ingest.reader import bundled_files
from support.reading import read_table_files

TABLES = ("purchase", "choice_input", "programme")
DAY_2018, TODAY = date(2018, 11, 23), date(2026, 11, 25)
COUNTRIES = ("Germany", "Italy", "Japan")
SCOPE = ("name", "country", "carrier_id", "asset_class", "generation", "vendor_id")
COUNTED_AS_ONE = "so the count has no width"
MECHANISMS = {"default chance", "bid spread", "bid markup", "bond", "next delay", "own funds"}
MECHANISMS |= {"loan rate gap", "windfall ask"}

REPLAYED = ("price", "price gap", "removal chance", "removal years", "removal cost", "integration", "discount")

Row = dict[str, Any]


@pytest.fixture(scope="module")
def whole() -> dict[str, list[Row]]:
    """All rows of the bundled files by table."""
    made: dict[str, dict[str, Row]] = defaultdict(dict)
    files = [(name, data, None) for name, data in bundled_files().items()]
    for reading in read_table_files(files, PartyNames.built_in()):
        for table, rows in reading.rows.items():
            made[table].update({str(row["row_id"]): row for row in rows})
    return {table: list(rows.values()) for table, rows in made.items()}


def ends(row: Row, unit: str) -> list[Any]:
    """The ends and the middle of a figure, without those that are empty."""
    return [row[f"{end}_{unit}"] for end in ("low", "mid", "high") if row[f"{end}_{unit}"] is not None]


def listed(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(bundled_files()[name].decode("utf-8"), newline="")))


@pytest.mark.parametrize("table", TABLES)
def test_every_row_has_its_source_or_says_that_none_gives_it(table: str) -> None:
    unread = set(vocabulary()["unread_titles"])
    for row in listed(f"{table}.csv"):
        assert row["source_title"], row
        assert row["says"], row
        assert (row["source_title"] in unread) == (not row["source_url"]), row
        assert row["source_title"] not in unread or row["basis"] == "assumed", row
        assert bool(row["checked_on"]) == (row["basis"] != "assumed"), row
        assert (row["status"] == "DERIVED") == (
            row["basis"] == "derived" or bool(row["source_url"]) > (row["basis"] != "assumed")
        )


def test_ends_stand_in_order_and_what_is_assumed_has_a_width(whole: dict[str, list[Row]]) -> None:
    for row in whole["purchase"]:
        for unit in ("count", "signed_on", "part_share"):
            found = [one for one in (row.get(f"{end}_{unit}") for end in ("low", "mid", "high")) if one is not None]
            assert found == sorted(found), (row["purchase_id"], unit)
        assert row["basis"] == "assumed"
        assert row["low_count"] < row["high_count"] or COUNTED_AS_ONE in row["says"], row["purchase_id"]
        assert row["low_signed_on"] < row["high_signed_on"], row["purchase_id"]
        assert row["life_years"] > 0
    for row in whole["choice_input"]:
        found = ends(row, "amount")
        assert len(found) == 3
        assert found == sorted(found), row["choice_input_id"]
        assert row["basis"] != "assumed" or found[0] < found[2], row["choice_input_id"]
    for row in whole["programme"]:
        found = ends(row, "budget_amount")
        assert found == sorted(found)
        assert row["basis"] != "assumed" or found[0] < found[2], row["programme_id"]


def test_no_money_without_a_currency_and_a_price_year(whole: dict[str, list[Row]]) -> None:
    for row in whole["choice_input"]:
        stated = (bool(row["currency"]), bool(row["price_year"]))
        assert stated == ((row["name"] == "price"),) * 2, row["choice_input_id"]
        assert row["name"] != "price" or re.fullmatch(r"20\d\d", row["price_year"])
    for row in whole["programme"]:
        money = bool(ends(row, "budget_amount"))
        assert (bool(row["currency"]), bool(row["price_year"])) == (money, money), row["programme_id"]
    levels = {(row["currency"], row["year"]) for row in whole["price_index"]}
    for row in whole["choice_input"]:
        if row["name"] == "price" and row["country"] in {None, *COUNTRIES}:
            assert (row["currency"], row["price_year"]) in levels, row["choice_input_id"]


def test_every_figure_of_the_list_is_given_for_any_country_or_each(whole: dict[str, list[Row]]) -> None:
    by_name = defaultdict(list)
    for row in whole["choice_input"]:
        by_name[row["name"]].append(row)
    assert set(by_name) == set(words("choice_figure"))
    for name in MECHANISMS:
        assert any(all(row[column] is None for column in SCOPE[1:]) for row in by_name[name]), name


def test_opposed_estimates_of_the_price_gap_stand_side_by_side(whole: dict[str, list[Row]]) -> None:
    rows = [row for row in whole["choice_input"] if row["name"] == "price gap"]
    assert {tuple(row[column] for column in SCOPE) for row in rows} == {("price gap", None, None, None, None, None)}
    assert min(row["low_amount"] for row in rows) == -0.25
    assert max(row["high_amount"] for row in rows) == 0.43
    assert any(row["high_amount"] < 0 for row in rows)
    assert any(row["low_amount"] > 0 for row in rows)
    assert any(row["low_amount"] == row["high_amount"] == 0 for row in rows)
    for row in rows:
        assert row["basis"] == "assumed" or row["estimator"], row["choice_input_id"]


def test_prices_of_huge_orders_in_one_country_are_kept_for_it(whole: dict[str, list[Row]]) -> None:
    kept = {row["choice_input_id"] for row in whole["choice_input"] if row["country"] == "China"}
    assert kept == {"price-ran-china-mobile-2020", "price-ran-china-joint-2021"}


def test_purchases_are_of_the_country_and_word_of_their_segment(whole: dict[str, list[Row]]) -> None:
    awarded = {row["segment"] for row in whole["procurement"]}
    parties = {row["party_id"]: row for row in whole["party"]}
    codes = {"Germany": "DE", "Italy": "IT", "Japan": "JP"}
    for row in whole["purchase"]:
        assert row["segment"] in awarded | {"RAN management"}
        assert parties[row["carrier_id"]]["country"] == codes[row["country"]]
        assert row["vendor_ids"] == sorted(set(row["vendor_ids"]))
        assert len(row["vendor_ids"]) > 1
        assert all(parties[vendor]["role"] == "vendor" for vendor in row["vendor_ids"])


def test_the_replay_ends_before_the_future_begins(whole: dict[str, list[Row]]) -> None:
    for row in whole["purchase"]:
        past = row["high_signed_on"] < TODAY
        assert past or row["low_signed_on"] > TODAY, row["purchase_id"]
        assert (row["generation"] == "5G") == past, row["purchase_id"]
        assert row["low_signed_on"] > DAY_2018
    for country in COUNTRIES:
        of = [row["high_signed_on"] < TODAY for row in whole["purchase"] if row["country"] == country]
        assert any(of)
        assert not all(of)


def test_the_replay_rests_on_nothing_that_came_later(whole: dict[str, list[Row]]) -> None:
    """What a purchase of 5G is reckoned with: the price and the chance of removal were public then or are assumed."""
    for row in whole["purchase"]:
        if row["generation"] == "5G":
            assert row["source_id"] == "purchases-assumed-no-source-gives-them", row["purchase_id"]
    sources = frame("source", whole["source"])
    known = {row["choice_input_id"] for row in as_known_rows(whole, sources)}
    assert known == {"price-ran-windtre-zte-2016", "price-ran-windtre-ericsson-2018", "gap-windtre-2018"}
    for row in whole["choice_input"]:
        if row["generation"] == "5G":
            assert row["basis"] == "assumed"
            assert row["source_id"] == "figures-of-choice-assumed-no-source-gives-them"


def as_known_rows(whole: dict[str, list[Row]], sources: pl.DataFrame) -> list[Row]:
    return as_known("choice_input", frame("choice_input", whole["choice_input"]), sources, day=DAY_2018).to_dicts()


def test_the_replay_has_a_price_and_a_gap_on_its_own_day(whole: dict[str, list[Row]]) -> None:
    """For each class that is bought a figure stands that was known or is assumed, fitting the country or any."""
    sources = frame("source", whole["source"])
    stand = [row for row in whole["choice_input"] if row["basis"] == "assumed"] + as_known_rows(whole, sources)
    for bought in whole["purchase"]:
        if bought["generation"] != "5G":
            continue
        for name in REPLAYED:
            fitting = [
                row
                for row in stand
                if row["name"] == name
                and all(row[column] in {None, bought[column]} for column in ("country", "asset_class", "generation"))
            ]
            assert fitting, (bought["purchase_id"], name)


def test_each_country_has_a_programme_to_reckon_with_now_and_then(whole: dict[str, list[Row]]) -> None:
    for country in COUNTRIES:
        own = [row for row in whole["programme"] if row["country"] == country and row["basis"] == "assumed"]
        assert sorted(row["from_on"] for row in own) == [DAY_2018, TODAY]
        for row in own:
            assert row["vendor_ids"] == ["huawei", "zte"]
            assert row["mechanism"] == "offers"
            assert row["condition_says"] == "the programme excludes equipment and services of Huawei and ZTE"


def test_the_text_names_no_person_and_judges_nobody() -> None:
    judged = re.compile(r"\b(guilty|hostile|spy|spying|threat|untrusted|dangerous|untrustworthy|Burstein|Son)\b", re.I)
    for table in TABLES:
        for row in listed(f"{table}.csv"):
            own = " ".join(value for key, value in row.items() if key not in {"source_title", "source_url"})
            assert not judged.search(own), row


def test_the_tables_of_the_page_are_read_as_they_stand_there() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "fund.md").read_text("utf-8")
    examples = re.findall(r"```csv\n(.*?)```", page, re.DOTALL)
    files = [(f"own-{number}.csv", text.encode(), None) for number, text in enumerate(examples)]
    made = read_table_files(files, PartyNames.built_in())
    found = [set(reading.rows) - {"party", "source"} for reading in made]
    assert found == [{"purchase"}, {"choice_input"}, {"programme"}]
    assert [reading.row_count for reading in made] == [1, 3, 1]
