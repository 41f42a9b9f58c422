"""Every row of the fact tables keeps the conventions of `facts/README.md`: run it after adding a row."""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from provenet.case.tables import vocabulary
from provenet.core.countries import countries
from provenet.core.currencies import CURRENCIES
from provenet.core.when import parse_day, parse_span

FACTS = Path(__file__).parents[3] / "src" / "provenet" / "facts"
KEYS = {
    "policies.csv": "policy_id",
    "policy_tests.csv": "case_id",
    "fact_keys.csv": "key",
    "claims.csv": "claim_id",
    "interop.csv": "fact_id",
    "parties_extra.csv": "party_id",
    "sources.csv": "key",
    "vendors.csv": "vendor",
    "installations.csv": "name",
}
SPANS = ("as_of", "date", "claim_date", "source_date", "effective_date", "from_date", "to_date", "from", "to")
COUNTRIES = ("country", "hq_country")
PROGRAMMES = {"US programme", "NATO programme"}
ROUNDING = 1.0
"""How many points above 100 the shares of one whole may add up to: each is rounded by its source."""
Place = tuple[str, int, dict[str, str]]


def rows(*names: str) -> Iterator[Place]:
    for path in sorted(FACTS.glob("*.csv")):
        if not names or path.name in names:
            with path.open(encoding="utf-8", newline="") as file:
                for number, row in enumerate(csv.DictReader(file), 2):
                    yield path.name, number, row


def named(column: str) -> Iterator[tuple[str, int, str]]:
    """Every cell of a column that says something, with its file and row."""
    for name, number, row in rows():
        if (row.get(column) or "").strip():
            yield name, number, row[column].strip()


def listed_sources() -> dict[str, set[str]]:
    """The listed titles, each with its addresses."""
    found: dict[str, set[str]] = defaultdict(set)
    for _, _, row in rows("sources.csv", "sources_more.csv", "source_names.csv"):
        found[row["title"]].add(row["url"])
    return found


def test_every_row_names_its_source_and_a_listed_one_at_its_address() -> None:
    """A title that no list holds has its kind in `source_kinds.csv`: `test_bundled.py` holds that."""
    listed, strays = listed_sources(), []
    for name, number, row in rows():
        if "source_title" in row and (
            not row["source_title"].strip()
            or row["source_url"] not in listed.get(row["source_title"], {row["source_url"]})
        ):
            strays.append((name, number, row["source_title"]))
    assert strays == []


def test_an_address_is_that_of_one_source() -> None:
    counts = Counter(row["url"] for _, _, row in rows("sources.csv", "sources_more.csv") if row["url"])
    assert [url for url, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("name", sorted(KEYS))
def test_an_id_stands_once(name: str) -> None:
    counts = Counter(row[KEYS[name]].strip().casefold() for _, _, row in rows(name))
    assert "" not in counts
    assert [key for key, count in counts.items() if count > 1] == []


def test_no_row_stands_twice() -> None:
    counts = Counter((name, tuple(row.values())) for name, _, row in rows())
    assert [place for place, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("column", SPANS)
def test_a_date_is_one_that_can_be_read(column: str) -> None:
    for name, number, text in named(column):
        try:
            parse_span(text)
        except ValueError:
            pytest.fail(f"{name} row {number}, {column}: {text}")


def test_a_row_is_checked_on_a_day_that_has_been() -> None:
    for name, number, text in named("checked_on"):
        assert parse_day(text) <= date(2026, 12, 2), (name, number)


def test_a_status_is_a_word_of_the_list_and_a_doubt_is_not_read_whole() -> None:
    words = set(vocabulary()["reading_of_status"])
    assert [place for place in named("status") if place[0] != "installations.csv" and place[2] not in words] == []
    for name, number, row in rows("policies.csv"):
        if row["note"].startswith("to be checked"):
            assert not row["checked_on"] and row["status"] != "CONFIRMED", (name, number)


def test_a_country_is_one_of_iso_3166() -> None:
    strays = [
        (name, number, part)
        for column in COUNTRIES
        for name, number, text in named(column)
        for part in re.split("[;/]", text)
        if part.strip() not in PROGRAMMES and not countries().code(part.strip())
    ]
    assert strays == []


def test_a_currency_is_one_of_iso_4217() -> None:
    strays = [place for place in named("currency") if place[2] not in CURRENCIES]
    assert strays == []


def test_shares_of_one_whole_lie_in_range_and_add_up_to_no_more_than_all() -> None:
    wholes: dict[tuple[str, ...], float] = defaultdict(float)
    for name, number, row in rows("carrier_share.csv", "carrier_share_2018.csv", "ran_share.csv"):
        if not row["share_pct"]:
            continue
        share = float(row["share_pct"])
        assert 0 <= share <= 100, (name, number)
        if name == "ran_share.csv":
            if "+" in row["vendor_group"] or not row["qualifier"].startswith(("=", "about")):
                continue
            key = tuple(row[part] for part in ("geo", "carrier", "segment", "as_of", "measure", "source_title"))
        else:
            key = tuple(row[part] for part in ("country", "measure", "as_of", "source_title"))
        wholes[name, *key] += share
    assert {key: total for key, total in wholes.items() if total > 100 + ROUNDING} == {}


def test_what_serves_a_site_names_a_site_of_the_list_or_none() -> None:
    sites = {row["name"] for _, _, row in rows("installations.csv")}
    words = set(vocabulary()["words"]["site_service"])
    for name, number, row in rows("site_service.csv"):
        assert row["site"] == "*" or row["site"] in sites, (name, number)
        assert row["what"] in words, (name, number)
