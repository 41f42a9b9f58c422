"""Drafted mappings: inventories as they are found in the world, what is guessed of them, and that the draft loads."""

import io
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenet.case.parties import PartyNames
from provenet.core.digest import sha256_bytes
from provenet.core.errors import InputFault
from provenet.ingest.opening import Upload
from provenet.ingest.tabular.mapping import parse_mapping
from provenet.ingest.tabular.mend import mended, targets
from provenet.ingest.tabular.suggest import Suggestion, suggest
from provenet.ingest.tabular.suggest_columns import TABLES
from readers.small_inventory import workbook
from support.examples import examples
from support.reading import Reading, read_table_file

NAMES = PartyNames.built_in()
NETBOX = """Name,Status,Tenant,Site,Location,Rack,Role,Manufacturer,Model,IP Address,ID,Serial number,Asset tag
ams-core-01,Active,Vodafone Germany,AMS1,,R1,Core Router,Juniper,MX480,10.0.0.1/32,1,JN1,
ams-core-02,Active,Vodafone Germany,AMS1,,R1,Core Router,Juniper,MX480,10.0.0.2/32,2,JN2,
ams-sw-01,Active,Vodafone Germany,AMS1,,R2,Access Switch,Cisco,C9300,10.0.0.3/32,3,,
ams-pdu-01,Active,Vodafone Germany,AMS1,,R2,PDU,APC,AP7901,,4,,
fra-olt-1,Active,Vodafone Germany,FRA,,R9,OLT,Huawei,MA5800,10.0.9.1/32,5,,
"""
LIBRENMS = """hostname,sysName,sysDescr,hardware,version,os,vendor,location,status,uptime
10.1.1.1,r1.example,Huawei Versatile Routing Platform,NE40E-X8,V800R012,vrp,Huawei,Berlin,1,1234
10.1.1.2,r2.example,Nokia SR OS,7750 SR-12,20.10,timos,Nokia,Hamburg,1,99
10.1.1.3,s3.example,,,,linux,N/A,Bonn,0,
"""
GERMAN = """Inventarnummer;Hersteller;Geräteart;Stückzahl;Gebaut in;Land;Standort;Ansprechpartner;Bemerkung
A-1;Huawei;Basisstation;12;China;Deutschland;Köln;Hans Müller;LTE
A-2;Ericsson;Basisstation;3;Schweden;Deutschland;Düsseldorf;Hans Müller;
A-3;Nokia;Richtfunk;2;;Deutschland;Köln;;"Typ ""X"" 2"
A-4;k.A.;Router;1;Taiwan;Österreich;Wien;;
"""
JAPANESE = """管理番号,メーカー,装置種別,設置国,台数,原産国,備考
J-1,ファーウェイ,基地局,日本,3,中国,
J-2,エリクソン,基地局,日本,1,スウェーデン,
J-3,Cisco,ルーター,日本,2,台湾,予備
"""
ITALIAN = """Codice;Gestore;Tipologia;Produttore;Paese;Quantità;Paese di origine;HW/SW
I-1;TIM;Stazione base;Huawei;Italia;4;Cina;HW
I-2;Vodafone Italy;Router;Nokia;Italia;1;Finlandia;HW
I-3;TIM;OSS;Ericsson;Italia;1;;SW
"""
FRENCH = """Identifiant\tOpérateur\tFonction\tFabricant\tPays\tQuantité\tMise en service\tRemarque
F-1\tOrange\tRouteur\tNokia\tPoland\t2\t2019-03-01\t
F-2\tOrange\tFirewall\tFortinet\tPoland\t1\t2021-05-06\tsecours
"""
BARS = """NE Name|NE Type|Vendor Name|Country Code|Qty|MAC|Email
n1|eNodeB|HUAWEI|DE|1|aa:bb:cc:dd:ee:01|x@example.org
n2|gNodeB|ZTE Corporation|IT|2|aa:bb:cc:dd:ee:02|y@example.org
"""
SHARES = """Country,Operator,Segment,Vendor,Share,As of,Measure
Germany,Vodafone Germany,RAN,Huawei,50,2023,sites
Germany,Telefonica Germany,RAN,Huawei+Nokia,50,2023,sites
"""
STAKES = """Owner,Company,Stake,Since
Acme Holding,Acme Radio,0.51,2020-01-01
State Fund,Acme Holding,1.0,2015-06-01
"""
LISTED = """Company,Listing date,Delisting date,Authority
Acme Radio,2021-06-03,2024-01-31,Ministry
Huawei,2021-06-03,,Ministry
"""
BASES = """Standort,Land,Breite,Länge,Ort,Bemerkung
Camp A,Germany,50.1,8.2,Mainz,
Camp B,Italy,45.0,11.9,Vicenza,north
"""


def jsonl(text: str) -> str:
    header, *rows = [line.split(",") for line in text.strip().splitlines()]
    return "".join(json.dumps(dict(zip(header, row, strict=True))) + "\n" for row in rows)


def xlsx(text: str) -> bytes:
    """A workbook of one sheet, as spreadsheet programs write it with texts in the cells."""
    rows = [line.split(";") for line in text.strip().splitlines()]
    cell = '<c r="{}{}" t="inlineStr"><is><t>{}</t></is></c>'
    body = "".join(
        f'<row r="{at}">'
        + "".join(cell.format(chr(65 + col), at, text) for col, text in enumerate(row) if text)
        + "</row>"
        for at, row in enumerate(rows, start=1)
    )
    return workbook({"Liste": body})


INVENTORIES: dict[str, tuple[str, bytes, str, int]] = {
    "netbox": ("netbox.csv", NETBOX.encode(), "asset", 5),
    "librenms": ("librenms.csv", LIBRENMS.encode(), "asset", 3),
    "german cp1252": ("anlagen.csv", GERMAN.encode("cp1252"), "asset", 4),
    "german utf-16": ("anlagen.csv", GERMAN.encode("utf-16"), "asset", 4),
    "japanese utf-8": ("soubi.csv", JAPANESE.encode(), "asset", 3),
    "japanese with a mark": ("soubi.csv", JAPANESE.encode("utf-8-sig"), "asset", 3),
    "japanese shift_jis": ("soubi.csv", JAPANESE.encode("cp932"), "asset", 3),
    "japanese euc-jp": ("soubi.csv", JAPANESE.encode("euc-jp"), "asset", 3),
    "italian": ("apparati.csv", ITALIAN.encode(), "asset", 3),
    "french, tabs": ("equipements.csv", FRENCH.encode(), "asset", 2),
    "french, tabs by name": ("equipements.tsv", FRENCH.encode(), "asset", 2),
    "bars": ("elements.csv", BARS.encode(), "asset", 2),
    "json lines": ("netbox.jsonl", jsonl(NETBOX).encode(), "asset", 5),
    "workbook": ("apparati.xlsx", xlsx(ITALIAN), "asset", 3),
    "shares": ("shares.csv", SHARES.encode(), "market_share", 2),
    "stakes": ("stakes.csv", STAKES.encode(), "ownership", 2),
    "list": ("list.csv", LISTED.encode(), "listing", 2),
    "bases": ("bases.csv", BASES.encode(), "site", 2),
}


def drafted(name: str, data: bytes, names: PartyNames = NAMES) -> Suggestion:
    return suggest(Upload(name, sha256_bytes(data), data, len(data)), names)


def filled(draft: Suggestion) -> bytes:
    """The draft with each needed line taken as its example says, as somebody in a hurry would."""
    text = re.sub(r"^# needed: (?=(?:\"[^\"\n]+\"|\w+) = )", "", draft.mapping, flags=re.M)
    assert "# needed" not in text
    return text.encode()


def added(kind: str) -> tuple[Suggestion, Reading]:
    name, data, _, _ = INVENTORIES[kind]
    draft = drafted(name, data)
    return draft, read_table_file(name, data, filled(draft), names=NAMES)


@pytest.mark.parametrize("kind", INVENTORIES)
def test_a_draft_whose_needed_lines_are_filled_loads(kind: str) -> None:
    _, _, table, count = INVENTORIES[kind]
    draft, reading = added(kind)
    assert draft.table == table
    assert len(reading.rows[table]) == count


@pytest.mark.parametrize("kind", [kind for kind in INVENTORIES if kind in {"netbox", "librenms", "list", "bars"}])
def test_a_draft_nobody_filled_in_is_refused(kind: str) -> None:
    name, data, _, _ = INVENTORIES[kind]
    draft = drafted(name, data)
    assert draft.needed
    with pytest.raises(InputFault):
        read_table_file(name, data, draft.mapping.encode(), names=NAMES)


def test_a_german_list_becomes_assets() -> None:
    _, reading = added("german cp1252")
    columns = ("asset_id", "vendor_id", "asset_class", "unit_count", "origin_country", "country", "note")
    assert [tuple(row[column] for column in columns) for row in reading.rows["asset"]] == [
        ("A-1", "huawei", "ran", 12, "CN", "Germany", "LTE"),
        ("A-2", "ericsson", "ran", 3, "SE", "Germany", None),
        ("A-3", "nokia", "transport.microwave", 2, None, "Germany", 'Typ "X" 2'),
        ("A-4", None, "transport.router", 1, "TW", "Austria", None),
    ]
    assert reading.ignored == ("Ansprechpartner", "Standort")


@pytest.mark.parametrize("kind", ["japanese utf-8", "japanese shift_jis", "japanese euc-jp"])
def test_a_japanese_list_becomes_the_same_assets_in_every_encoding(kind: str) -> None:
    _, reading = added(kind)
    columns = ("asset_id", "vendor_id", "asset_class", "unit_count", "origin_country", "country")
    assert [tuple(row[column] for column in columns) for row in reading.rows["asset"]] == [
        ("J-1", "huawei", "ran", 3, "CN", "Japan"),
        ("J-2", "ericsson", "ran", 1, "SE", "Japan"),
        ("J-3", "cisco", "transport.router", 2, "TW", "Japan"),
    ]


def test_the_words_of_a_closed_list_are_translated() -> None:
    _, reading = added("italian")
    made = [(row["layer"], row["carrier_id"], row["origin_country"]) for row in reading.rows["asset"]]
    assert [one[0] for one in made] == ["hardware", "hardware", "software"]
    assert [one[2] for one in made] == ["CN", "FI", None]


def test_a_draft_reads_as_this() -> None:
    assert drafted("apparati.csv", ITALIAN.encode()).mapping == (
        "# Drafted from the heading and 3 records of apparati.csv.\n"
        "# Read it, fill in what is needed, look at every line with a question mark,\n"
        "# and save it as apparati.toml beside the file.\n"
        'layout = "apparati"\n'
        'says = "one element of the network, or several alike"\n'
        'table = "asset"\n'
        'delimiter = ";"\n'
        "\n"
        "[columns]\n"
        '"Codice" = {to = "asset_id"}  # the heading reads as asset_id; such as I-1, I-2, I-3\n'
        '"Gestore" = {to = "carrier_id", type = "carrier", country = "Paese"}  # the heading reads as carrier_id; '
        "such as TIM, Vodafone Italy\n"
        '"Produttore" = {to = "vendor_id", type = "vendor"}  # the heading reads as vendor_id; such as Huawei, Nokia, '
        "Ericsson\n"
        '"Quantità" = {to = "unit_count", type = "count"}  # the heading reads as unit_count; such as 1, 4\n'
        "\n"
        '[columns."Tipologia"]  # the heading reads as asset_class; such as Stazione base, Router, OSS\n'
        'to = "asset_class"\n'
        'type = "words"\n'
        'of = ["mgmt.oss", "ran", "transport.router"]\n'
        '[columns."Tipologia".also]\n'
        '"Stazione base" = "ran"  # 1 record; ?\n'
        '"Router" = "transport.router"  # 1 record; ?\n'
        '"OSS" = "mgmt.oss"  # 1 record; ?\n'
        "\n"
        '[columns."Paese"]  # the heading reads as country; such as Italia\n'
        'to = "country"\n'
        'type = "words"\n'
        'of = ["Italy"]\n'
        '[columns."Paese".also]\n'
        '"Italia" = "Italy"  # 3 records; ?\n'
        "\n"
        '[columns."Paese di origine"]  # the heading reads as origin_country; such as Cina, Finlandia\n'
        'to = "origin_country"\n'
        'type = "words"\n'
        'of = ["CN", "FI"]\n'
        '[columns."Paese di origine".also]\n'
        '"Cina" = "CN"  # 1 record; ?\n'
        '"Finlandia" = "FI"  # 1 record; ?\n'
        "\n"
        '[columns."HW/SW"]  # the heading reads as layer; such as HW, SW\n'
        'to = "layer"\n'
        'type = "words"\n'
        'of = "layer"\n'
        '[columns."HW/SW".also]\n'
        '"HW" = "hardware"  # 2 records; ?\n'
        '"SW" = "software"  # 1 record; ?\n'
    )


def test_what_cannot_be_known_is_asked_for() -> None:
    draft = drafted("netbox.csv", NETBOX.encode())
    assert draft.needed == ("Role: PDU", "constants.country")
    assert '# needed: "PDU" = "access_fixed"  # 1 record\n' in draft.mapping
    assert '# needed: country = "Germany"  # where it stands\n' in draft.mapping
    assert "unit_count = 1  # one record is one element\n" in draft.mapping


def test_makers_nobody_listed_are_named_with_the_nearest_spelling() -> None:
    text = "hostname,vendor\na,Huawai\nb,Nokia\n"
    draft = drafted("a.csv", text.encode())
    line = next(line for line in draft.mapping.splitlines() if line.startswith('"vendor"'))
    assert line == (
        '"vendor" = {to = "vendor_id", type = "new_party", role = "vendor"}  # the heading reads as vendor_id; '
        "new to the case, entered as vendors: Huawai (nearest: Huawei); such as Huawai, Nokia"
    )


def test_words_for_not_known_are_read_as_empty_and_make_no_party() -> None:
    text = "hostname,vendor,country\na,N/A,DE\nb,OEM,DE\nc,Acme,DE\nd,Nokia,DE\n"
    draft = drafted("a.csv", text.encode())
    assert 'unknown = ["N/A", "OEM"]' in draft.mapping
    reading = read_table_file("a.csv", text.encode(), filled(draft), names=NAMES)
    assert [row["vendor_id"] for row in reading.rows["asset"]] == [None, None, "acme", "nokia"]
    assert "n-a" not in str(reading.rows)


def test_samples_of_people_and_addresses_are_not_shown() -> None:
    for text in (GERMAN, BARS, NETBOX):
        mapping = drafted("a.csv", text.encode()).mapping
        for private in ("Müller", "aa:bb", "example.org", "10.0.0.1"):
            assert private not in mapping


def test_columns_that_are_left_out_say_what_they_hold() -> None:
    mapping = drafted("elements.csv", BARS.encode()).mapping
    assert '  "MAC",  # ? its cells are MAC addresses; samples are not shown\n' in mapping
    assert '  "Email",  # ? its cells are mail addresses; samples are not shown\n' in mapping


def test_nested_cells_are_not_called_empty() -> None:
    line = '{"asset_id": "a", "ports": [{"x": 1}], "gap": null, "vendor": "Nokia"}\n'
    said = drafted("a.jsonl", (line * 2).encode()).mapping
    assert re.search('"ports",.*its cells are no plain values\n', said)
    assert re.search('"gap",.*its cells are empty\n', said)


def test_a_column_that_reads_like_ours_and_holds_another_kind_is_told() -> None:
    text = "hostname,vendor,quantity,installed\na,Nokia,1.5,03.06.2021\nb,Nokia,2.5,04.06.2021\n"
    mapping = drafted("a.csv", text.encode()).mapping
    assert (
        '  "quantity",  # ? the heading reads as unit_count, but most cells are no whole number; such as 1.5, 2.5\n'
        '  "installed",  # ? the heading reads as from_on, but most cells are no day such as 2021-06-03; such as '
        "03.06.2021, 04.06.2021\n"
    ) in mapping


@pytest.mark.parametrize(
    ("heading", "to", "cells"),
    [
        ("quantity", "unit_count", ("12", "3", "1")),
        ("installed", "from_on", ("2021-06-03", "2022-01-01", "2020-02-29")),
    ],
)
@pytest.mark.parametrize("at", [0, 1, 2])
def test_an_odd_cell_is_a_fault_and_its_column_mapped(heading: str, to: str, cells: tuple[str, ...], at: int) -> None:
    held = [*cells[:at], "ca. 5", *cells[at + 1 :]]
    rows = "".join(f"r{row},Nokia,core,Deutsche Telekom,Germany,{cell}\n" for row, cell in enumerate(held, 2))
    text = f"hostname,vendor,class,carrier,country,{heading}\n{rows}".encode()
    draft = drafted("a.csv", text)
    assert f"{heading}: ca. 5" in draft.needed
    with pytest.raises(InputFault) as caught:
        read_table_file("a.csv", text, draft.mapping.encode(), names=NAMES)
    assert [(fault.row, fault.column, fault.found) for fault in caught.value.faults] == [(at + 2, heading, "ca. 5")]


def test_a_file_of_very_many_columns_is_refused_at_once() -> None:
    """Each column is compared with every one of ours: thousands would keep a server busy for minutes."""
    wide = ",".join(f"column {at}" for at in range(4_000))
    with pytest.raises(InputFault, match="more columns than a mapping is drafted for; found '4,000 columns'"):
        drafted("a.csv", f"{wide}\n{wide}\n".encode())


@pytest.mark.parametrize(("name", "to"), [(name, to) for name in TABLES for to in targets(name)])
def test_the_reader_knows_every_field_that_a_form_may_choose(name: str, to: str) -> None:
    text = mended(f'layout = "x"\ntable = "{name}"\n[columns]\n', {"A": to}, {})
    try:
        parse_mapping("x.toml", text)
    except InputFault as fault:
        said = [one.sentence() for one in fault.faults if (one.column or "").startswith("columns.")]
        assert said == []


def test_claims_and_parties_are_met_by_their_headings() -> None:
    claims = "Nr;Hersteller;Thema;Sprecher;Haltung;Datum;Aussage\n1;Huawei;access;BSI;asserts;2020-01-02;says so\n"
    draft = drafted("claims.csv", claims.encode())
    assert (draft.table, draft.needed) == ("claim", ())
    reading = read_table_file("claims.csv", claims.encode(), draft.mapping.encode(), names=NAMES)
    columns = ("claim_id", "vendor_ids", "speaker", "stance", "said_low_on")
    assert [tuple(str(row[column]) for column in columns) for row in reading.rows["claim"]] == [
        ("1", "['huawei']", "BSI", "asserts", "2020-01-02")
    ]
    parties = "Firma,Sitz,Rechtsform\nAcme Radio,DE,GmbH\n"
    draft = drafted("firms.csv", parties.encode())
    reading = read_table_file("firms.csv", parties.encode(), filled(draft), names=NAMES)
    assert [(row["party_id"], row["country"], row["legal_form"]) for row in reading.rows["party"]] == [
        ("acme-radio", "DE", "GmbH")
    ]


def test_the_answer_tells_of_every_column() -> None:
    draft = drafted("stakes.csv", STAKES.encode())
    assert draft.columns[2] == {
        "column": "Stake",
        "to": "ownership.low_share",
        "type": "share",
        "why": "the heading reads as low_share",
        "needed": [],
    }
    assert [one["column"] for one in draft.columns] == ["Owner", "Company", "Stake", "Since"]


def test_a_header_of_ours_and_a_format_of_ours_need_no_mapping() -> None:
    draft = drafted("aliases.csv", b"kind,name,alias\nvendor,Huawei,HW\n")
    assert draft.mapping == "# The header of aliases.csv is that of the layout aliases: no mapping is needed.\n"
    draft = drafted("e.json", b'{"id": "a", "schema": "Company", "properties": {"name": ["A"]}}\n')
    assert draft.mapping == "# e.json is read as followthemoney: no mapping is needed.\n"


def test_a_bill_of_materials_asks_for_what_no_bill_says() -> None:
    draft = drafted("b.json", b'{"bomFormat": "CycloneDX", "specVersion": "1.6"}')
    assert draft.needed == ("constants.carrier_id", "constants.country", "constants.asset_class")
    assert draft.mapping == (
        "# b.json is read as cyclonedx. A bill does not say where the thing stands: fill in what is needed,\n"
        "# unless its own properties say it (provenet:carrier, provenet:country, provenet:asset_class).\n"
        "[constants]\n"
        '# needed: carrier_id = "vodafone-germany"  # whose network it is: an id of the table party\n'
        '# needed: country = "Germany"  # where it stands\n'
        '# needed: asset_class = "transport.router"  # what kind of element it is, as a dotted class\n'
    )


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "a.csv: the file is empty; found '0 bytes', expected a header row."),
        (b"hello world\nthis is prose\n",
         "a.csv row 1: no columns can be made out; found 'hello world'.\n"
         "    Suggest from a file with a header row, its columns separated by a comma, semicolon, tab or bar."),
    ],
)  # fmt: skip
def test_what_is_no_table_is_told(data: bytes, sentence: str) -> None:
    with pytest.raises(InputFault) as caught:
        drafted("a.csv", data)
    assert str(caught.value) == sentence


def test_what_no_mapping_can_mend_is_told() -> None:
    mapping = drafted("a.csv", b"id,,id,vendor\n1,2,3,Nokia\n4,5\n").mapping
    assert "# ? a column of the header has no name; name it in the file.\n" in mapping
    assert "# ? a name stands twice in the header; rename one of them in the file.\n" in mapping
    assert "# ? 1 of the records looked at have more or fewer cells than the header.\n" in mapping


CELLS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=12)


@settings(max_examples=examples(50))
@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=2, max_size=6))
def test_any_draft_is_toml_and_the_same_each_time(rows: list[list[str]]) -> None:
    import csv

    text = io.StringIO()
    csv.writer(text).writerows([["vendor", *rows[0][1:]], *rows[1:]])
    data = text.getvalue().encode("utf-8", "replace")
    try:
        draft = drafted("a.csv", data)
    except InputFault:
        return
    assert draft.mapping == drafted("a.csv", data).mapping
    named = {column["column"] for column in draft.columns}
    read: dict[str, Any] = tomllib.loads(draft.mapping)
    assert set(read.get("ignore", [])) | set(read.get("columns", {})) == named


SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"
