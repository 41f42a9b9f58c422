"""Files of evidence become rows of a case."""

from datetime import date

import pytest

from provenet.case.parties import PartyNames
from provenet.core.errors import InputFault
from support.reading import Reading, read_table_file
from unit.ingest.sightings.packets import ipv4, pcap, report, udp

PARSED = (
    "ip,enterprise,engineIDFormat,engineIDData,snmpEngineBoots,snmpEngineTime,country,city,asn,asn_name\n"
    "192.0.2.1,2011,3,00:e0:fc:12:34:56,3,1d2h3m4s,The Netherlands,Unknown,64500,Example B.V.\n"
    "192.0.2.3G,9,,,1,1,Belgium,,64501,Example\n"
    "192.0.2.4,13191,,,1,1,Belgium,,64501,Example\n"
)


def read(name: str, text: str, mapping: str | None = None) -> Reading:
    """A file as `add` reads it."""
    return read_table_file(
        name, text.encode(), None if mapping is None else mapping.encode(), names=PartyNames.built_in()
    )


def test_a_scan_becomes_sightings_and_brings_its_vendors_along() -> None:
    found = read("scan_2025-05-13.csv", PARSED)
    assert found.layout == "scan-table"
    engines = [row for row in found.rows["sighting"] if row["kind"] == "snmp_engine"]
    assert [(row["address"], row["vendor_id"], row["country"], row["asn"], row["seen_on"]) for row in engines] == [
        ("192.0.2.1", "huawei", "Netherlands", "64500", date(2025, 5, 13)),
        ("192.0.2.4", "oneaccess", "Belgium", "64501", date(2025, 5, 13)),
    ]
    assert {"huawei", "oneaccess"} <= {row["party_id"] for row in found.rows["party"]}
    assert "probed_address" not in found.rows


def test_a_vendor_brought_along_has_the_seat_that_a_publication_states_or_none() -> None:
    text = "ip,engineid\n192.0.2.1,800063a203000fe212345601\n192.0.2.2,8000338703000fe212345601\n"
    parties = {row["party_id"]: row for row in read("scan.csv", text).rows["party"]}
    assert (parties["h3c"]["country"], parties["oneaccess"]["country"]) == ("CN", None)
    assert parties["h3c"]["locator"] == (
        "scan.csv; its seat: IEEE MA-L of 22 July 2024: New H3C Technologies Co., Ltd, Hangzhou"
    )


def test_a_row_that_cannot_be_read_is_named_and_the_file_is_kept() -> None:
    remarks = read("scan.csv", PARSED).remarks
    assert "1 row left out:" in remarks
    assert any("row 3, ip: this is no address; found '192.0.2.3G'" in one for one in remarks)


def test_what_the_mapping_says_holds_for_rows_that_do_not() -> None:
    text = "ip,engineid\n192.0.2.1,800007db0300e0fc123456\n"
    mapping = '[constants]\nseen_on = 2025-05-17\ncountry = "NL"\nasn = 64500\n'
    row = read("scan.csv", text, mapping).rows["sighting"][0]
    assert (row["country"], row["asn"], row["seen_on"]) == ("Netherlands", "64500", date(2025, 5, 17))


def test_a_mapping_with_faults_is_refused_with_all_of_them() -> None:
    mapping = '[constants]\nseen = 2025-05-17\ncountry = "Atlantis"\nasn = "x"\n[rest]\n'
    with pytest.raises(InputFault) as raised:
        read("scan.csv", "ip,engineid\n192.0.2.1,800007db0300e0fc123456\n", mapping)
    assert raised.value.count == 4


def test_a_table_that_says_who_was_silent_gives_the_denominator_too() -> None:
    text = "IP,EngineID,ScanTime\n192.0.2.1,Error,Error\n192.0.2.2,80000a4c010a000001,2024-04-01T12:00:30+02:00\n"
    found = read("scan.csv", text)
    assert [(row["address"], row["kind"]) for row in found.rows["probed_address"]] == [
        ("192.0.2.1", "snmp_engine"),
        ("192.0.2.2", "snmp_engine"),
    ]


def test_a_list_of_addresses_is_one_of_probed_ones() -> None:
    found = read("probed_2025-05-13.txt", "192.0.2.1\n2001:db8::2e0:fcff:fe12:3456\n")
    assert [(row["address"], row["probed_on"]) for row in found.rows["probed_address"]] == [
        ("192.0.2.1", date(2025, 5, 13)),
        ("2001:db8::2e0:fc00:0:0", date(2025, 5, 13)),
    ]
    assert [row["vendor_id"] for row in found.rows["sighting"]] == ["huawei"]


def test_alias_sets_become_routers_of_several_addresses() -> None:
    found = read("n.aliases", "N1 - 192.0.2.1:\n192.0.2.1, 192.0.2.2 (Ally)\n\nN2 - 192.0.2.3:\n192.0.2.3\n")
    assert [row["address"] for row in found.rows["router_alias"]] == ["192.0.2.1", "192.0.2.2"]
    assert len({row["router_id"] for row in found.rows["router_alias"]}) == 1
    assert found.ignored == ("sets of one address (1)",)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("links.csv", "from,to\n192.0.2.1,192.0.2.2\n192.0.2.3,192.0.2.4\n"),
        ("devices.csv", "host,mac,banner\n192.0.2.1,00:e0:fc:12:34:56,x\n"),
    ],
)
def test_a_table_of_a_users_own_is_not_taken_for_a_scan(name: str, text: str) -> None:
    with pytest.raises(InputFault) as raised:
        read(name, text)
    assert "map" in str(raised.value)


@pytest.mark.parametrize(
    ("mapping", "text"),
    [
        ("constants = 3\n", "not a table of TOML"),
        ("[constants\n", "the mapping"),
        ("[constants]\nseen_on = 2025-05-17T00:00:00Z\n", "expected a day"),
    ],
)
def test_a_mapping_that_is_none_is_refused(mapping: str, text: str) -> None:
    with pytest.raises(InputFault, match=text):
        read("scan.csv", "ip,engineid\n192.0.2.1,800007db0300e0fc123456\n", mapping)


def test_a_capture_with_its_requests_gives_both() -> None:
    asked = ipv4(udp(report(b"", tag=0xA0), 40000, 161), "198.51.100.9", "192.0.2.7")
    data = pcap([asked, ipv4(udp(report()))], 101)
    found = read_table_file("x.bin", data, None, names=PartyNames.built_in())
    assert found.layout == "capture"
    assert {row["address"] for row in found.rows["probed_address"]} == {"192.0.2.1", "192.0.2.7"}
    assert {row["address"] for row in found.rows["sighting"]} == {"192.0.2.1"}
