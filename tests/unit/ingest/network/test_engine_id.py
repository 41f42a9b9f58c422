"""Engine ids after RFC 3411, section 5."""

from __future__ import annotations

import pytest

from provenet.ingest.network.engine_id import read_engine_id


@pytest.mark.parametrize(
    ("octets", "enterprise", "form"),
    [
        ("800007db 01 c0a80101", 2011, "ipv4"),
        ("800007db 02 20010db8000000000000000000000001", 2011, "ipv6"),
        ("80000009 03 0011223344ab", 9, "mac"),
        ("80000a4c 04 726f75746572", 2636, "text"),
        ("80001f88 80 59426f645ad54168", 8072, "enterprise"),
        ("80000f3e 05 0102030a0b", 3902, "octets"),
        ("00000009 0300aabbccdd0011", 9, "old"),
    ],
)
def test_forms_that_say_something(octets: str, enterprise: int, form: str) -> None:
    found = read_engine_id(bytes.fromhex(octets))
    assert (found.enterprise, found.form, found.fault) == (enterprise, form, None)


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
