"""Engine ids after RFC 3411, section 5."""

import pytest

from provenet.ingest.network.engine_id import engine_format, read_engine_id


@pytest.mark.parametrize(
    ("octets", "enterprise"),
    [
        ("800007db 01 c0a80101", 2011),
        ("800007db 02 20010db8000000000000000000000001", 2011),
        ("80000009 03 0011223344ab", 9),
        ("80000a4c 04 726f75746572", 2636),
        ("80001f88 80 59426f645ad54168", 8072),
        ("80000f3e 05 0102030a0b", 3902),
        ("00000009 0300aabbccdd0011", 9),
    ],
)
def test_forms_that_say_something(octets: str, enterprise: int) -> None:
    found = read_engine_id(bytes.fromhex(octets))
    assert (found.enterprise, found.fault) == (enterprise, None)


@pytest.mark.parametrize(
    ("octets", "fault"),
    [
        ("80000009", "4 octets; an engine id has 5 to 32"),
        ("80" * 33, "33 octets; an engine id has 5 to 32"),
        ("0000000000", "all octets are alike"),
        ("ffffffffff", "all octets are alike"),
        ("80000000 03 0011223344ab", "the enterprise number is 0"),
        ("800007db 01 c0a801", "8 octets; format 1 has 9"),
        ("800007db 06 0102", "the local engine of RFC 5343"),
        ("800007db 00 0102", "format 0 is reserved"),
        ("800007db 07 0102", "format 7 is reserved"),
        ("800007db 7f 0102", "format 127 is reserved"),
        ("800007db 03 000000000000", "nothing tells it from another engine"),
        ("800007db 05 0102030405060708", "a default that software ships"),
        ("000007db 0102030405", "9 octets; the old form has 12"),
    ],
)
def test_ids_that_are_no_evidence(octets: str, fault: str) -> None:
    assert read_engine_id(bytes.fromhex(octets)).fault == fault


def test_a_mac_address_is_given_for_the_third_format_alone() -> None:
    assert read_engine_id(bytes.fromhex("80000009030011223344ab")).mac == bytes.fromhex("0011223344ab")
    assert read_engine_id(bytes.fromhex("80000009050011223344ab")).mac is None


@pytest.mark.parametrize(
    ("octets", "macs"),
    [
        ("8000000903 00 1122334455aa", ["1122334455aa"]),
        ("8000000903 1122334455aa 00", ["1122334455aa"]),
        ("8000000903 00 11223344aa 00", ["11223344aa00", "0011223344aa"]),
        ("8000000903 01 11223344aabb", []),
        ("8000000903 11223344aa", []),
        ("8000000903 00000000000000", []),
    ],
)
def test_a_mac_address_may_be_padded_at_either_end(octets: str, macs: list[str]) -> None:
    found = read_engine_id(bytes.fromhex(octets))
    assert [mac.hex() for mac in found.macs] == macs
    assert (found.fault is None) == bool(macs)
    assert found.names_enterprise


@pytest.mark.parametrize(
    ("octets", "names"),
    [
        ("80003a8c04", True), ("80000a4c0100000000", True), ("800007db06", True), ("800007db000fe25a8a116877", True),
        ("800007db050102030405", False), ("800007db05aaaaaaaa", False), ("800007db0501020304ff", True),
        ("80000000030011223344ab", False), ("000007db0102030405060708", True), ("000007db01", False),
        ("000000000102030405060708", False), ("00", False), ("ff" * 12, False),
    ],
)  # fmt: skip
def test_a_default_of_the_maker_names_it_and_a_typed_sequence_nobody(octets: str, names: bool) -> None:
    assert read_engine_id(bytes.fromhex(octets)).names_enterprise is names


def test_parts_of_an_id_say_what_they_can() -> None:
    assert engine_format(9, None).fault is None
    assert engine_format(2011, 3).fault is None
    assert engine_format(2011, 76).fault == "format 76 is reserved"
    assert not engine_format(0, 3).names_enterprise
