"""Published lists as tables: the 1260H list, tables of one programme, and both tables of the Covered List."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from provenet.case.parties import PartyNames
from provenet.ingest.lists import published_lists
from support.reading import Rows, picked, read_by

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "lists"
MILITARY = "Name,Clean Name,Alias,Previous Name,Parent Name,Note,Start date,End date,Source Url\n"
PROGRAMME = (
    "schema,name,aliases,topics,program,authority,reason,report-date,start-date,end-date,country,notes,source_url\n"
)
COVERED = "covered_equipment_or_services,date_of_inclusion_on_covered_list\n"
BY_ENTITY = "Entity Name,Covered Equipment or Services,Date of Inclusion on Covered List,Subsidiary Names\n"


def read(text: str, mapping: str | None = None) -> tuple[Rows, list[str], Counter[str]]:
    rows, faults, told = read_by(published_lists.read, "l.csv", text.encode(), mapping, PartyNames.built_in())
    return rows, [fault.sentence() for fault in faults.faults], told


def test_the_1260h_list_gives_names_parents_and_days() -> None:
    rows, faults, told = read(
        MILITARY
        + '"Acme Radio Co., Ltd. (Acme)*","Acme Radio Co., Ltd.","Acme Waves,Acme Air",Old Acme; OLDA,'
        + "Acme Group (AG),No US nexus,2021-06-03,2024-01-31,\n"
        + '"Acme Radio Co. Ltd.","Acme Radio Co. Ltd.",ARC,,Acme Group,,2026-06-08,,https://example.org/1260h.pdf\n'
        + '"Huawei Technologies Co., Ltd. (Huawei)","Huawei Technologies Co., Ltd.",Huawei,,,,2021-06-03,,\n'
    )
    assert (faults, told) == ([], {})
    assert picked(rows, "party", "party_id", "name", "locator") == [
        ("acme-radio-co-ltd", "Acme Radio Co., Ltd.", "l.csv row 2"),
        ("acme-group", "Acme Group", "l.csv row 2"),
    ]
    names = [row[1:] for row in picked(rows, "identifier", "party_id", "scheme", "value", "note") if "radio" in row[0]]
    assert names == [
        ("name", "Acme Radio Co., Ltd.", None), ("name", "Acme Radio Co. Ltd.", None), ("name", "Acme Waves", "alias"),
        ("name", "Acme Air", "alias"), ("name", "Old Acme", "previous name"), ("name", "OLDA", "previous name"),
        ("weak_name", "ARC", "too short or common to match by"),
    ]  # fmt: skip
    assert picked(rows, "listing", "list_name", "party_id", "issuer", "from_on", "to_on", "note") == [
        (*("1260H", "acme-radio-co-ltd", "US Department of Defense", date(2021, 6, 3), date(2024, 1, 31)),
         "reason: No US nexus"),
        (*("1260H", "acme-radio-co-ltd", "US Department of Defense", date(2026, 6, 8), None),
         "see https://example.org/1260h.pdf"),
        ("1260H", "huawei", "US Department of Defense", date(2021, 6, 3), None, None),
    ]  # fmt: skip
    assert rows["listing"][0]["entry"] == "Acme Radio Co., Ltd. (Acme)*"
    assert picked(rows, "ownership", "owner_id", "owned_id", "low_share", "control", "note") == [
        ("acme-group", "acme-radio-co-ltd", None, None, "says: the list names the owner as its parent"),
        ("acme-group", "acme-radio-co-ltd", None, None, "says: the list names the owner as its parent"),
    ]


def test_a_parent_with_its_short_name_in_brackets_is_the_company_of_the_list() -> None:
    rows, _, _ = read(
        MILITARY + "Acme Group (AG),Acme Group,,,,,2021-06-03,,\nAcme Air,Acme Air,,,Acme Group (AG),,2021-06-03,,\n"
    )
    assert picked(rows, "ownership", "owner_id", "owned_id") == [("acme-group", "acme-air")]


def test_a_table_of_one_programme_lists_each_company_once() -> None:
    rows, faults, told = read(
        PROGRAMME
        + "Company,ZTE Corporation,,debarment,Section 889 of the NDAA,United States Congress,,,,,,,https://example.org\n"
        + "Organization,Acme Lab,Acme; AcmeL,debarment,Programme X,Office,grave,2020-01-05,2020-02,2021-03-04,ru,two,\n"
        + "Person,Jane Roe,,debarment,Programme X,Ministry,,,,,,,\n"
    )
    assert (faults, told) == ([], {"Person": 1})
    assert picked(rows, "listing", "list_name", "party_id", "issuer", "from_on", "to_on") == [
        ("889", "zte", "United States Congress", date(2018, 8, 13), None),
        ("Programme X", "acme-lab", "Office", date(2020, 2, 29), date(2021, 3, 4)),
    ]
    assert rows["listing"][1]["note"] == "startDate as written: 2020-02; reason: grave; two; reported 2020-01-05"
    assert picked(rows, "party", "party_id", "country") == [("acme-lab", None)]
    assert "Roe" not in str(rows)


def test_an_entry_of_the_covered_list_names_who_makes_it() -> None:
    rows, faults, told = read(
        COVERED
        + '"Telecommunications equipment produced by Huawei Technologies Company, including services provided by such '
        + 'entity or using such equipment.","March 12, 2021"\n'
        + '"Cybersecurity software produced or provided by Kaspersky Lab, Inc. or any of its heirs.","July 23, 2024"\n'
        + '"Products supplied, directly or indirectly, by AO Kaspersky Lab or any of its affiliates.","Sept. 5, 2022"\n'
        + "Services provided by Pacific Networks Corp and its wholly-owned subsidiary ComNet (USA) LLC subject to "
        + "section 214 of the Act.,2022-09-20\n"
        + '"Routers ^ produced in a foreign country, except others.","March 23, 2026Updated: May 1, 2026"\n'
    )
    assert faults == ["l.csv row 4, date_of_inclusion_on_covered_list: not a date; found 'Sept. 5, 2022', expected a "
                      "date such as March 12, 2021 or 2021-03-12."]  # fmt: skip
    assert (rows, told) == ({}, {"entry by kind of product, which names no party": 1})


def test_the_covered_list_gives_listings_and_whole_subsidiaries() -> None:
    rows, faults, _ = read(
        COVERED
        + '"Equipment produced by Huawei Technologies Company, including services by such entity.","March 12, 2021"\n'
        + "Services provided by Pacific Networks Corp and its wholly-owned subsidiary ComNet (USA) LLC subject to "
        + "section 214 of the Act.,2022-09-20\n",
        "whole_on = 2026-07-28\n",
    )
    assert faults == []
    assert picked(rows, "listing", "list_name", "party_id", "from_on", "whole_on") == [
        ("covered-list", "huawei", date(2021, 3, 12), date(2026, 7, 28)),
        ("covered-list", "pacific-networks-corp", date(2022, 9, 20), date(2026, 7, 28)),
        ("covered-list", "comnet-usa-llc", date(2022, 9, 20), date(2026, 7, 28)),
    ]
    assert picked(rows, "ownership", "owner_id", "owned_id", "low_share") == [
        ("pacific-networks-corp", "comnet-usa-llc", 1.0)
    ]


def test_the_earlier_table_of_the_covered_list_is_read_too() -> None:
    rows, faults, _ = read(
        BY_ENTITY + 'Hytera Communications Corporation,Video equipment,"March 12, 2021",Acme Air; \n'
    )
    assert faults == []
    assert picked(rows, "listing", "party_id", "entry", "from_on") == [
        ("hytera", "Video equipment", date(2021, 3, 12)),
        ("acme-air", "Video equipment", date(2021, 3, 12)),
    ]
    assert picked(rows, "ownership", "owner_id", "owned_id") == [("hytera", "acme-air")]


SIMPLE = (
    "id,schema,name,aliases,birth_date,countries,addresses,identifiers,sanctions,phones,emails,program_ids,dataset,"
    "first_seen,last_seen,last_change\n"
)


def test_a_simple_table_of_targets_names_lists_and_no_days() -> None:
    rows, faults, told = read(
        SIMPLE
        + "NK-1,Company,ZTE Corporation,ZTE;Zhongxing,,cn,Shenzhen,914403,Programme text,,,US-DOD-1260H;X-1,"
        + "US DoD Chinese military companies,2023-01-01T00:00:00,2026-01-01,2025-01-01\n"
        + "NK-2,Company,Acme Lab,,,ru,,,,,,,US FCC Covered List,2023-01-01,2026-01-01,2025-01-01\n"
        + "NK-3,Person,Jane Roe,,1970,ru,,,,,,,US FCC Covered List,2023-01-01,2026-01-01,2025-01-01\n"
    )
    assert (faults, told) == ([], {"Person": 1, "identifiers whose kind is not stated": 1})
    assert picked(rows, "listing", "list_name", "party_id", "from_on") == [
        ("1260H", "zte", None), ("X-1", "zte", None), ("covered-list", "acme-lab", None),
    ]  # fmt: skip
    assert picked(rows, "party", "party_id", "country") == [("acme-lab", None)]
    assert "Roe" not in str(rows)
    older = SIMPLE.replace(",program_ids", "") + "a,Company,Acme,,,,,,,,,US FCC Covered List,,,\n"
    assert picked(read(older)[0], "listing", "list_name") == [("covered-list",)]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (MILITARY + "Acme,,,,,,2021-06-03,,\n",
         "l.csv row 2, Clean Name: the cell is empty; expected the name of a company."),
        (MILITARY + "Acme,Acme,,,,,3 June,,\n",
         "l.csv row 2, startDate: not a date; found '3 June', expected a day, month or year such as 2021-06-03, "
         "2021-06 or 2021."),
        (PROGRAMME + "Compny,Acme,,,x,,,,,,,,\n",
         "l.csv row 2, schema: no such schema; found 'Compny', expected a schema such as Company. Nearest: Company."),
        (MILITARY + "Acme,Acme\n",
         "l.csv row 2: the record has fewer cells than the header; found '2 cells', expected 9 cells."),
    ],
)  # fmt: skip
def test_every_fault_is_a_sentence(text: str, sentence: str) -> None:
    rows, faults, _ = read(text)
    assert (rows, faults) == ({}, [sentence])


def test_a_list_is_known_by_its_header_whatever_the_order_of_its_columns() -> None:
    for header in (MILITARY, PROGRAMME, COVERED, BY_ENTITY):
        assert published_lists.recognises(header.encode(), "l.csv")
        assert published_lists.recognises(",".join(reversed(header.strip().split(","))).encode(), "l.csv")
    for other in (b"", b"name,alias\n", MILITARY.replace("Alias", "Aliases").encode(), b"\x00\xff"):
        assert not published_lists.recognises(other, "l.csv")


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared lists lie beside the repository only where it is developed")
@pytest.mark.parametrize(
    ("name", "parties", "listed"),
    [
        ("us-dod-1260h", {"huawei", "dahua", "hikvision"}, 397),
        ("us-section_889", {"huawei", "zte", "hytera", "hikvision", "dahua"}, 5),
        ("us-section_5949", {"changxin-memory-technologies"}, 3),
        ("fcc-covered-list", {"huawei", "zte", "hytera", "hikvision", "dahua"}, 13),
    ],
)
def test_the_published_tables_are_read_whole(name: str, parties: set[str], listed: int) -> None:
    rows, faults, _ = read((SHARED / f"{name}.csv").read_text("utf-8-sig"))
    assert (faults, len(rows["listing"])) == ([], listed)
    assert parties <= {row["party_id"] for row in rows["listing"]}
