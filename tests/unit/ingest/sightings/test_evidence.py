"""Whom engine ids, MAC addresses and texts name; and ids that several devices share."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenet.core.errors import FaultList
from provenet.ingest.network.engine_id import read_engine_id
from provenet.ingest.opening import Upload
from provenet.ingest.sightings.evidence import (
    chosen_mac,
    naming_of_engine,
    naming_of_mac,
    naming_of_number,
    naming_of_object_id,
    naming_of_text,
)
from provenet.ingest.sightings.reading import read_sightings
from provenet.ingest.sightings.sighting import Sighting

DAY = date(2025, 5, 13)


@pytest.mark.parametrize(
    ("engine", "vendor"),
    [
        ("800007db0300e0fc123456", "huawei"), ("800063a20300e0fc123456", "h3c"), ("00000009030000e0fc123456", "cisco"),
        ("8000000903000011223344aa", "cisco"), ("80003a8c04", "mikrotik"), ("80000a4c0100000000", "juniper"),
        ("0000197f000068ab09487c01", "nokia"), ("8000093083000030880433aa", "ericsson"),
        ("800007db000fe25a8a116877", "huawei"), ("80001f888059426f645ad54168", None), ("f5717f444ca8f8f21100", None),
        ("8000000906", "cisco"),
    ],
)  # fmt: skip
def test_whom_an_engine_id_names(engine: str, vendor: str | None) -> None:
    found = naming_of_engine(read_engine_id(bytes.fromhex(engine)), DAY)
    assert found.vendor_id == vendor
    assert (found.because is None) == (vendor is not None)


@pytest.mark.parametrize(
    ("engine", "because"),
    [
        ("f5717f444ca8f8f21100", "the enterprise number 1970372420 is not assigned"),
        ("80001f888059426f645ad54168", "net-snmp: an agent of hosts, not a router vendor"),
        ("8000000905 0102030405060708", "a default engine id"),
        ("80000000031122334455aa", "no engine id of its own: the enterprise number is 0"),
        ("3830303034", "no engine id of its own: 5 octets; the old form has 12"),
        ("80007ed90401020304aa",
         "Example Enterprise Number for Documentation Use: the number of examples in documents, not a router vendor"),
        ("8000113d0304fe7f123456",
         "Broadcom Limited: a maker of chips and their reference software, not a router vendor"),
    ],
)  # fmt: skip
def test_why_an_engine_id_names_nobody(engine: str, because: str) -> None:
    assert naming_of_engine(read_engine_id(bytes.fromhex(engine)), DAY).because == because


def test_a_mac_address_of_another_maker_is_said_and_the_number_stands() -> None:
    found = naming_of_engine(read_engine_id(bytes.fromhex("800000090300e0fc123456")), DAY)
    assert found.vendor_id == "cisco"
    assert found.text.endswith("; against it: the MAC address is assigned to HUAWEI TECHNOLOGIES CO.,LTD")


def test_of_a_padded_mac_address_the_registered_end_is_taken() -> None:
    before = read_engine_id(bytes.fromhex("80000009030000e0fc12345600")[:12])
    assert [mac.hex() for mac in before.macs] == ["00e0fc123456"]
    either = read_engine_id(bytes.fromhex("8000000903") + bytes.fromhex("00e0fc12345600")[:7])
    assert len(either.macs) == 2
    assert chosen_mac(either.macs, "huawei", DAY) == bytes.fromhex("00e0fc123456")


def test_owners_change_on_their_days() -> None:
    assert naming_of_number("6527", date(2015, 12, 31)).vendor_id == "alcatel-lucent"
    assert naming_of_number("6527", date(2016, 1, 14)).vendor_id == "nokia"
    assert naming_of_number("2352", date(2006, 1, 1)).vendor_id == "redback"
    assert naming_of_number("2352", None).vendor_id == "ericsson"
    assert naming_of_number("637", None).vendor_id == "nokia"
    assert {naming_of_number(one, None).vendor_id for one in ("2011", "25506")} == {"huawei", "h3c"}


@pytest.mark.parametrize(
    ("mac", "vendor"),
    [
        ("00e0fc123456", "huawei"), ("02e0fc123456", None), ("01005e000001", None), ("005056000001", None),
        ("bc2411000001", None), ("00e0fc", "huawei"),
    ],
)  # fmt: skip
def test_whom_a_mac_address_names(mac: str, vendor: str | None) -> None:
    assert naming_of_mac(bytes.fromhex(mac), DAY).vendor_id == vendor


def test_three_octets_of_a_block_that_is_given_out_in_parts_name_nobody() -> None:
    found = naming_of_mac(bytes.fromhex("70b3d5"), DAY)
    assert found.because == "a block of MAC addresses that is given out in smaller ones"


def test_texts_of_agents_name_makers() -> None:
    assert naming_of_object_id("1.3.6.1.4.1.2011.2.62", DAY).vendor_id == "huawei"
    assert naming_of_object_id(".1.3.6.1.4.1.8072.3.2.10", DAY).vendor_id is None
    assert naming_of_object_id("SNMPv2-SMI::enterprises.2011.2.62", DAY).vendor_id == "huawei"
    assert naming_of_object_id("iso.3.6.1.4.1.9.1.1", DAY).vendor_id == "cisco"
    assert naming_of_object_id("1.3.6.1.2.1", DAY).because == "the object id stands below no enterprise"
    assert naming_of_text("Huawei Versatile Routing Platform Software").vendor_id == "huawei"
    assert naming_of_text("Linux gw 5.10").because is not None


HEADER = "ip,engineid,engineboots,enginetime,asn,timestamp\n"
SHARED = "800007db0300e0fc123456"


def engines(rows: str) -> list[Sighting]:
    """The engines of a table."""
    text = (HEADER + rows).encode()
    found = read_sightings(Upload("scan.csv", "0" * 64, text, len(text)), FaultList())
    return [one for one in found if one.kind == "snmp_engine"]


def row(address: str, boots: int, time_s: int, asn: int, at: int = 1_700_000_000, engine: str = SHARED) -> str:
    return f"{address},{engine},{boots},{time_s},{asn},{at}\n"


def test_addresses_of_one_router_in_several_networks_are_aliases_and_evidence() -> None:
    found = engines(row("192.0.2.1", 3, 1000, 64500) + row("198.51.100.1", 3, 1030, 64501, 1_700_000_029))
    assert [one.vendor_id for one in found] == ["huawei", "huawei"]


def test_an_id_that_devices_of_several_networks_share_is_no_evidence() -> None:
    found = engines(
        row("192.0.2.1", 3, 1000, 64500) + row("198.51.100.1", 4, 1030, 64501) + row("198.51.100.2", 4, 1030, 64501)
    )
    assert {(one.vendor_id, one.no_vendor_because) for one in found} == {
        (None, "3 addresses of 2 networks share this engine id")
    }


def test_the_instant_of_the_last_start_tells_devices_apart_where_boots_agree() -> None:
    assert [
        one.vendor_id for one in engines(row("192.0.2.1", 3, 9, 64500) + row("198.51.100.1", 3, 99_999, 64501))
    ] == [None, None]


def test_devices_of_one_network_that_share_an_id_stay_evidence() -> None:
    assert [one.vendor_id for one in engines(row("192.0.2.1", 3, 9, 64500) + row("198.51.100.1", 9, 99, 64500))] == [
        "huawei",
        "huawei",
    ]


def test_a_makers_own_default_names_the_maker_however_many_share_it() -> None:
    rows = "".join(row(f"192.0.{n}.1", n, n * 1000, 64500 + n, engine="80003a8c04") for n in range(5))
    assert {one.vendor_id for one in engines(rows)} == {"mikrotik"}


def test_without_starts_an_id_with_a_held_mac_address_is_one_device_and_any_other_is_several() -> None:
    text = row("192.0.2.1", 0, 0, 64500) + row("198.51.100.1", 0, 0, 64501)
    assert {one.vendor_id for one in engines(text)} == {"huawei"}
    assert {one.vendor_id for one in engines(text.replace(SHARED, "800007db05aabbccddee"))} == {None}


@given(st.binary(min_size=0, max_size=40))
def test_any_engine_id_names_somebody_or_says_why_not(octets: bytes) -> None:
    found = naming_of_engine(read_engine_id(octets), DAY)
    assert (found.vendor_id is None) != (found.because is None)


def test_one_address_that_states_its_start_says_nothing_of_one_that_does_not() -> None:
    other = "800007db05aabbccddee"
    twice = row("192.0.2.1", 3, 1000, 64500, engine=other) + row("192.0.2.1", 3, 1001, 64500, 1_700_000_001, other)
    found = engines(twice + row("198.51.100.1", 0, 0, 64501, engine=other))
    assert {one.vendor_id for one in found} == {None}
