"""Formats through the door of intake: recognised, read with their mapping, told with what was read over."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import provenet
from provenet.case.case import Case
from provenet.case.parties import PartyNames
from provenet.core.errors import InputFault
from support.reading import read_table_file

NAMES = PartyNames.built_in()
LIST = "".join(
    json.dumps(one) + "\n"
    for one in (
        {"id": "p", "schema": "Person", "properties": {"name": ["Jane Roe"]}},
        {"id": "a", "schema": "Company", "properties": {"name": ["Acme Radio"]}, "datasets": ["x"]},
        {
            "id": "s",
            "schema": "Sanction",
            "properties": {"entity": ["a"], "program": ["Programme X"]},
            "datasets": ["x"],
        },
    )
).encode()
BOM = json.dumps(
    {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "components": [{"type": "device", "bom-ref": "1", "name": "OLT", "manufacturer": {"name": "Nokia"}}],
    }
).encode()
GIVEN = b'[constants]\ncarrier_id = "vodafone-germany"\ncountry = "Germany"\nasset_class = "access_fixed"\n'


def test_a_list_of_entities_is_read_and_tells_what_it_read_over() -> None:
    reading = read_table_file("list.json", LIST, None, names=NAMES)
    assert (reading.layout, reading.ignored) == ("followthemoney", ("Person (1)",))
    assert [row["party_id"] for row in reading.rows["listing"]] == ["acme-radio"]
    assert [row["kind"] for row in reading.rows["source"]] == ["file"]


def test_a_mapping_without_columns_goes_to_the_format() -> None:
    reading = read_table_file("list.json", LIST, b'role = "vendor"\n[lists]\nx = "my-list"\n', names=NAMES)
    assert [row["list_name"] for row in reading.rows["listing"]] == ["my-list"]
    assert [row["role"] for row in reading.rows["party"]] == ["vendor"]


def test_a_bill_without_its_mapping_is_refused_and_with_it_read() -> None:
    with pytest.raises(InputFault) as caught:
        read_table_file("olt.cdx.json", BOM, None, names=NAMES)
    assert caught.value.count == 3
    reading = read_table_file("olt.cdx.json", BOM, GIVEN, names=NAMES)
    assert [(row["vendor_id"], row["carrier_id"]) for row in reading.rows["asset"]] == [("nokia", "vodafone-germany")]
    assert [row["party_id"] for row in reading.rows["party"]] == ["nokia", "vodafone-germany"]


def test_a_published_list_is_met_by_its_header_before_any_layout() -> None:
    data = b"covered_equipment_or_services,date_of_inclusion_on_covered_list\n"
    data += b'"Equipment produced by Huawei Technologies Company, including services.","March 12, 2021"\n'
    reading = read_table_file("table.csv", data, None, names=NAMES)
    assert reading.layout == "published-list"
    assert [row["party_id"] for row in reading.rows["listing"]] == ["huawei"]


def test_lists_and_bills_enter_a_case_once(tmp_path: Path, new_case: Callable[..., Case]) -> None:
    (tmp_path / "list.json").write_bytes(LIST)
    (tmp_path / "olt.cdx.json").write_bytes(BOM)
    (tmp_path / "olt.cdx.toml").write_bytes(GIVEN)
    new_case(tmp_path / "case")
    files = [tmp_path / "list.json", tmp_path / "olt.cdx.json"]
    added = provenet.add(tmp_path / "case", files)
    assert (added.fault_count, [file.added.get("asset", 0) for file in added.files]) == (0, [0, 1])
    again = provenet.add(tmp_path / "case", files)
    assert [file.stood_already for file in again.files] == [True, True]
    case = Case.open(tmp_path / "case")
    assert case.read("listing")["list_name"].to_list() == ["Programme X"]
    assert provenet.check(tmp_path / "case").error_count == 0


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("networks.xml", b"<?xml version='1.0'?><networks/>", "XML is read as a CycloneDX bill of materials alone"),
        ("networks.json", b'{"networks": []}', "the document has no list of objects"),
    ],
)
def test_a_file_of_no_known_format_is_told_which_there_are(name: str, data: bytes, says: str) -> None:
    with pytest.raises(InputFault) as caught:
        read_table_file(name, data, None, names=NAMES)
    assert [fault.says for fault in caught.value.faults] == [says]
