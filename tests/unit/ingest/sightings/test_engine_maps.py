"""JSON objects by engine id."""

import json

import pytest

from provenet.core.errors import FaultList, InputFault
from provenet.ingest.opening import Upload
from provenet.ingest.sightings.reading import read_probed, read_sightings

HUAWEI, JUNIPER = "800007db0300e0fc123456", "80000a4c01cb007101"
ADDRESSES = {
    HUAWEI: {"ips": ["192.0.2.1", "192.0.2.2"], "reset_date": "2024-04-01T12:48:49+02:00"},
    JUNIPER: {"ips": ["198.51.100.1", "203.0.113.1"], "reset_date": "2024-04-01T12:48:49+02:00"},
}


def upload(value: object) -> Upload:
    """A document in memory."""
    data = json.dumps(value).encode()
    return Upload("engines_2024-04-01.json", "0" * 64, data, len(data))


def test_each_address_of_an_engine_is_a_sighting() -> None:
    found = list(read_sightings(upload(ADDRESSES), FaultList()))
    engines = [(one.address, one.vendor_id) for one in found if one.kind == "snmp_engine"]
    assert engines == [
        ("192.0.2.1", "huawei"), ("192.0.2.2", "huawei"), ("198.51.100.1", "juniper"), ("203.0.113.1", "juniper"),
    ]  # fmt: skip
    assert next(iter(read_probed(upload(ADDRESSES), FaultList()))) == "192.0.2.1"


def test_without_the_day_of_the_start_an_address_of_a_private_kind_in_the_id_tells_no_device() -> None:
    bare = {JUNIPER: {"ips": ADDRESSES[JUNIPER]["ips"]}}
    assert {one.vendor_id for one in read_sightings(upload(bare), FaultList())} == {None}


@pytest.mark.parametrize(
    ("given", "says"),
    [("Netherlands (Kingdom of the)", "countries"), ({"vendor": {"id": 2011}}, "vendors, and no address")],
)
def test_ids_without_addresses_are_recognised_and_hold_no_evidence(given: object, says: str) -> None:
    with pytest.raises(InputFault, match=f"JSON object of engine ids with their {says}"):
        list(read_sightings(upload({HUAWEI: given}), FaultList()))


def test_an_address_that_is_none_is_a_fault_and_the_rest_is_kept() -> None:
    faults = FaultList()
    given = upload({HUAWEI: {"ips": ["192.0.2.1", "192.0.2.2", 7], "reset_date": "x"}})
    assert len({one.address for one in read_sightings(given, faults)}) == 2
    assert faults.count == 1


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b'{"800007db0300e0fc123456": {"ips": []', "engines.json"),
        (b'{"800007db0300e0fc123456": {"ips": "\xff"}}', "the text is not UTF-8"),
    ],
)
def test_a_document_that_cannot_be_read_is_refused(data: bytes, text: str) -> None:
    with pytest.raises(InputFault, match=text):
        list(read_sightings(Upload("engines.json", "0" * 64, data, len(data)), FaultList()))


def test_a_name_that_is_no_engine_id_is_a_fault() -> None:
    faults = FaultList()
    given = upload({HUAWEI: {"ips": ["192.0.2.1"]}, "router": {"ips": []}, JUNIPER: {"ips": "x"}, "80": 1})
    with pytest.raises(InputFault):
        list(read_sightings(given, faults))
    assert [fault.says for fault in faults.faults] == [
        "this is no engine id in hex",
        "an engine id without a list of addresses",
        "an engine id without a list of addresses",
    ]
