"""What a cell may hold, and the sentence for one that does not: hand-worked rows of our own layouts."""

from typing import Any

import pytest

from provenet.case.parties import PartyNames
from provenet.core.errors import InputFault
from support.reading import read_table_file
from support.tables import table

DEPLOYED = "carrier,country,segment,vendor,share_or_role,date,source_title,source_url,status,note,checked_on"
SHARE = (
    "geo,level,carrier,segment,vendor_group,share_pct,qualifier,as_of,measure,source_title,source_url,source_date,"
    "status,note,checked_on"
)
CLAIM = (
    "claim_id,vendors,topic,claimant,claimant_type,stance,claim_date,paraphrase,source_title,source_url,source_date,"
    "status,rebuts_claim_id,confidence_note,checked_on,fact,derived_from,anonymous"
)
QUOTED = f"{CLAIM},quote,quote_place"
GOOD = {
    DEPLOYED: "TIM,Italy,RAN,Nokia,supplier,2020,A page,,CONFIRMED,,",
    SHARE: "Italy,country,,4G RAN,Huawei+ZTE,50,=,2020,subscribers,A page,,2020,CONFIRMED,,",
    CLAIM: "C-1,Huawei,topic,A speaker,press,asserts,2018-11-23,says so,A page,,,CONFIRMED,,,,,,",
    QUOTED: f"C-1,Huawei,topic,A speaker,press,asserts,2018-11-23,says so,A page,,,CONFIRMED,,,,,,,{'é' * 300},p. 4",
}
SPANS = (
    "a day (2018-11-23), month (2018-11), quarter (2018-Q3, 3Q2018), year (2018), fiscal year (FY2017), range "
    "(2019-2020) or before/after/since/until one of them"
)


def read(header: str, *rows: str) -> Any:
    data = "\n".join([header, *rows]).encode()
    return read_table_file("f.csv", data, None, names=PartyNames.built_in())


def told(header: str, *rows: str) -> list[str]:
    with pytest.raises(InputFault) as caught:
        read(header, *rows)
    assert caught.value.count == len(caught.value.faults)
    return [fault.sentence() for fault in caught.value.faults]


def changed(header: str, **cells: str) -> str:
    """The good row of a layout with some cells changed."""
    columns = header.split(",")
    values = dict(zip(columns, GOOD[header].split(","), strict=True))
    assert set(cells) <= set(columns)
    return ",".join({**values, **cells}[column] for column in columns)


@pytest.mark.parametrize("header", list(GOOD))
def test_the_good_rows_are_good(header: str) -> None:
    assert read(header, GOOD[header]).row_count == 1


@pytest.mark.parametrize(
    ("header", "cells", "sentence"),
    table(__file__, "each fault of a cell is told in a sentence"),
)  # fmt: skip
def test_each_fault_of_a_cell_is_told_in_a_sentence(header: str, cells: dict[str, str], sentence: str) -> None:
    assert told(header, changed(header, **cells)) == [sentence]


def test_a_comma_in_a_number_is_no_number() -> None:
    header = "carrier,country,segment,vendor,event,date,value,currency,source_title,source_url,status,note,checked_on"
    row = 'TIM,Italy,5G,-,award,2020,"1,5",EUR,A page,,CONFIRMED,,'
    assert told(header, row) == [
        "f.csv row 2, value: not a number; found '1,5', expected a number with a decimal point and without thousands "
        "marks."
    ]


def test_positions_must_lie_on_the_globe() -> None:
    header = "name,country,lat,lon,source,host_city,role,status,precision_note,checked_on"
    assert told(header, "A,Italy,91,-200,A page,,,CONFIRMED,,") == [
        "f.csv row 2, lat: not a position; found '91', expected degrees from -90 to 90 with a decimal point.",
        "f.csv row 2, lon: not a position; found '-200', expected degrees from -180 to 180 with a decimal point.",
    ]


@pytest.mark.parametrize(
    ("text", "ids", "complement"),
    [
        ("-", [], False), ("", [], False), ("ZTE+Huawei", ["huawei", "zte"], False),
        ("ZTE|Huawei", ["huawei", "zte"], False), ("huawei", ["huawei"], False),
        ("HUAWEI TECHNOLOGIES", ["huawei"], False), ("non-Chinese", ["country:CN"], True),
        ("Non Chinese", ["country:CN"], True), ("all others", [], True),
    ],
)  # fmt: skip
def test_vendor_cells_name_sets(text: str, ids: list[str], complement: bool) -> None:
    row = read(DEPLOYED, changed(DEPLOYED, vendor=text)).rows["deployment"][0]
    assert (row["vendor_ids"], row["complement"]) == (ids, complement)


@pytest.mark.parametrize(
    ("carrier", "country", "party"),
    [
        ("Vodafone", "Italy", "vodafone-italy"), ("Vodafone", "United Kingdom", "vodafone-uk"),
        ("T-Mobile", "Germany", "deutsche-telekom"), ("T-Mobile", "Poland", "t-mobile-poland"),
        ("Orange", "Belgium", "orange-belgium"), ("wind 3", "Italy", "windtre"),
        ("vodafone-italy", "Italy", "vodafone-italy"), ("all", "Italy", None),
    ],
)  # fmt: skip
def test_a_group_name_with_a_country_is_the_company_there(carrier: str, country: str, party: str | None) -> None:
    row = read(DEPLOYED, changed(DEPLOYED, carrier=carrier, country=country)).rows["deployment"][0]
    assert row["carrier_id"] == party


def test_a_row_that_read_no_page_counts_as_not_read() -> None:
    cells = {"source_title": '"general knowledge, no page read"', "status": "CONFIRMED"}
    assert read(DEPLOYED, changed(DEPLOYED, **cells)).rows["deployment"][0]["reading"] == "not read"


def test_an_id_stands_once_unless_it_says_the_same() -> None:
    assert len(read(CLAIM, GOOD[CLAIM], GOOD[CLAIM]).rows["claim"]) == 1
    assert told(CLAIM, GOOD[CLAIM], changed(CLAIM, topic="another")) == [
        "f.csv row 3, claim_id: the id stands already in row 2, and says something else there; found 'C-1', "
        "expected each id once."
    ]


def test_a_header_with_a_slip_is_told_column_by_column_and_its_cells_are_read() -> None:
    header = DEPLOYED.replace("vendor", "vendr") + ",colour"
    assert told(header, changed(DEPLOYED, date="soon") + ",red") == [
        "f.csv row 1, vendr: the column is neither mapped nor ignored; found 'vendr', expected a column of the layout "
        "carriers. Nearest: vendor.\n    Rename the column, or map or ignore it in a mapping beside the file.",
        "f.csv row 1, colour: the column is neither mapped nor ignored; found 'colour', expected a column of the "
        "layout carriers.\n    Rename the column, or map or ignore it in a mapping beside the file.",
        f"f.csv row 2, date: not a date; found 'soon', expected {SPANS}.",
    ]


def test_a_missing_column_is_a_fault_by_name() -> None:
    header = DEPLOYED.replace(",status", "")
    assert told(header, GOOD[DEPLOYED].replace(",CONFIRMED", "")) == [
        "f.csv row 1, status: the layout carriers needs this column."
        "\n    Add the column; its cells may be empty where the table allows it."
    ]


def test_a_header_like_no_layout_is_one_fault() -> None:
    assert told("kind,name,colour,size", "1,2,3,4") == [
        "f.csv row 1: no layout has this header; found 'kind,name,colour,size', expected the header of a layout, or a "
        "mapping beside the file. Nearest: aliases, which needs also: alias; and does not know: colour, size."
        "\n    Put a mapping beside the file, named f.toml (see docs/mapping.md). "
        "To have one drafted: provenet add CASE FILE --suggest"
    ]


def test_a_plain_table_is_read_under_its_own_column_names() -> None:
    header = "asset_id,carrier_id,country,asset_class,vendor_id,unit_count"
    reading = read(header, "A-1,TIM,Italy,ran.radio,Nokia,12", "A-2,TIM,IT,core,,1")
    assert reading.layout == "asset"
    rows = reading.rows["asset"]
    assert [(r["vendor_id"], r["carrier_id"], r["country"], r["unit_count"]) for r in rows] == [
        ("nokia", "tim", "Italy", 12),
        (None, "tim", "Italy", 1),
    ]
    assert rows[0]["capability"] is None
    source = next(row for row in reading.rows["source"] if row["source_id"] == rows[0]["source_id"])
    assert (source["title"], source["kind"], source["url"]) == ("f.csv", "file", None)
    assert told(header, "A-1,TIM,Italy,ran,Huawai,-1") == [
        "f.csv row 2, vendor_id: no such vendor; found 'Huawai', expected a name or identifier in party. Nearest: "
        "Huawei. Score 0.83 (1 letter off)."
        "\n    Fix the cell, add an identifier row, or leave it empty to record the vendor as unknown.",
        "f.csv row 2, unit_count: not a count; found '-1', expected a whole number, 0 or more.",
    ]


def test_a_plain_share_takes_its_bounds_from_the_percentage_or_as_given() -> None:
    header = "geo,level,segment,vendor_ids,percent,qualifier,measure,as_of,forecast,source_title"
    row = read(header, "Italy,country,5G RAN,non-Chinese,40,about,sites,2024,no,A page").rows["market_share"][0]
    assert (row["low_share"], row["high_share"], row["complement"]) == (0.395, 0.405, True)
    assert (row["measure_kind"], row["generation"], row["vendors_says"]) == ("sites", "5G", "non-Chinese")
    given = read(header + ",low_share,high_share", "Italy,country,RAN,Nokia,,,sites,2024,no,A page,0.1,0.2")
    row = given.rows["market_share"][0]
    assert (row["low_share"], row["high_share"], row["percent"]) == (0.1, 0.2, None)


def test_a_plain_yes_or_no_is_one_of_two_words() -> None:
    header = "owner_id,owned_id,low_share,control"
    assert read(header, "Huawei,ZTE,,Yes").rows["ownership"][0]["control"] == "yes"
    assert told(header, "Huawei,ZTE,,maybe") == [
        "f.csv row 2, control: no such word; found 'maybe', expected one of yes, no."
    ]


def test_a_claim_may_carry_a_quoted_span_and_its_place() -> None:
    [row] = read(QUOTED, GOOD[QUOTED]).rows["claim"]
    assert (row["quote"], row["quote_place"]) == ("é" * 300, "p. 4")
    [plain] = read(CLAIM, GOOD[CLAIM]).rows["claim"]
    assert (plain["quote"], plain["quote_place"]) == (None, None)
    [empty] = read(QUOTED, changed(QUOTED, quote="", quote_place="")).rows["claim"]
    assert empty["row_id"] == plain["row_id"]  # a column that a row does not fill changes no id


@pytest.mark.parametrize("header", [QUOTED, "claim_id,vendor_ids,topic,speaker,stance,paraphrase,quote"])
def test_a_quoted_span_has_at_most_300_characters(header: str) -> None:
    cells = {"quote": "x" * 301}
    row = changed(header, **cells) if header in GOOD else f"C-1,Huawei,t,A,asserts,says so,{cells['quote']}"
    assert told(header, row) == [
        "f.csv row 2, quote: longer than a quoted span may be; found '301 characters', expected at most 300 characters."
        "\n    Keep the words that bear the claim, or leave the cell empty: the paraphrase stands."
    ]


def test_a_source_may_name_its_licence() -> None:
    header = "key,title,url,date,kind,licence"
    [row] = read(header, "k,A page,,2020,press,CC BY 4.0").rows["source"]
    assert row["licence"] == "CC BY 4.0"
    [plain] = read(header.removesuffix(",licence"), "k,A page,,2020,press").rows["source"]
    assert plain["licence"] is None
