"""Files of evidence, recognised by what they hold."""

import gzip
from collections import Counter

import pytest

from provenet.core.errors import FaultList, InputFault
from provenet.identification.features import FEATURE_NAMES
from provenet.ingest.opening import Upload
from provenet.ingest.sightings import reading
from provenet.ingest.sightings.reading import evidence_format_of, read_aliases, read_probed, read_sightings
from provenet.ingest.sightings.scan_tables import LFP_FEATURES
from provenet.ingest.sightings.sighting import Sighting
from provenet.ingest.sightings.snmp_message import SYS_DESCR_OID, SYS_OBJECT_OID
from unit.ingest.sightings.packets import object_id, octets, report, response

PARSED = (
    "ip,enterprise,engineIDFormat,engineIDData,snmpEngineBoots,snmpEngineTime,country,city,asn,asn_name\n"
    "192.0.2.1,2011,3,00:e0:fc:12:34:56,3,1d2h3m4s,The Netherlands,Unknown,64500,Example B.V.\n"
    "192.0.2.2,1970372420,76,,4,5,Belgium,,64501,Example\n"
    "192.0.2.3G,9,,,1,1,Belgium,,64501,Example\n"
    "192.0.2.4,8072,128,,1,1,Belgium,,64501,Example\n"
    "192.0.2.5,,,,,,Belgium,,64501,Example\n"
)


def upload(text: str | bytes, name: str = "scan_2025-05-13.csv") -> Upload:
    """A file in memory."""
    data = text.encode() if isinstance(text, str) else text
    return Upload(name, "0" * 64, data, len(data))


def sightings(text: str | bytes, name: str = "scan_2025-05-13.csv") -> tuple[list[Sighting], FaultList, list[str]]:
    """The sightings of a file, its faults and its remarks."""
    faults, remarks = FaultList(), list[str]()
    return list(read_sightings(upload(text, name), faults, remarks=remarks)), faults, remarks


def test_a_decoded_table_names_vendors_and_says_why_not() -> None:
    found, faults, remarks = sightings(PARSED)
    engines = {one.address: one for one in found if one.kind == "snmp_engine"}
    huawei = engines["192.0.2.1"]
    assert (huawei.vendor_id, huawei.engine_boots, huawei.engine_time_s) == ("huawei", 3, 93_784)
    assert (huawei.country, huawei.asn, huawei.network_name) == ("NL", 64500, "Example B.V.")
    assert (huawei.seen_on, huawei.locator) == ("2025-05-13", "row 2")
    assert engines["192.0.2.2"].no_vendor_because == "the enterprise number 1970372420 is not assigned"
    assert engines["192.0.2.4"].no_vendor_because == "net-snmp: an agent of hosts, not a router vendor"
    assert [(fault.row, fault.found) for fault in faults.faults] == [(4, "192.0.2.3G")]
    assert remarks == ["1 record: no answer"]


def test_the_mac_address_in_an_engine_id_is_an_item_of_its_own() -> None:
    found, _, _ = sightings(PARSED)
    assert [(one.value, one.vendor_id) for one in found if one.kind == "mac_address"] == [("00:e0:fc", "huawei")]


def test_rows_that_repeat_count_once_and_are_remarked() -> None:
    found, _, remarks = sightings(PARSED + PARSED.splitlines()[1] + "\n")
    assert Counter(one.address for one in found)["192.0.2.1"] == 2
    assert "1 time: an item repeats an earlier one, and counts once" in remarks


def test_a_file_with_more_faults_than_rows_is_refused_with_all_of_them() -> None:
    text = "ip,enterprise\n192.0.2.1,9\nnone of,9\nalso none,9\n"
    with pytest.raises(InputFault) as raised:
        sightings(text)
    assert raised.value.count == 2


def test_an_error_row_is_an_address_without_an_answer() -> None:
    text = (
        "Domain,IP,AuthoritativeEngineBoots,AuthoritativeEngineTimes,EngineID,ScanTime,Vendor\n"
        "198.51.100.1,192.0.2.1,Error,Error,Error,Error,Error\n"
        "198.51.100.1,192.0.2.2,2,2024-04-01T12:00:00+02:00,80000a4c010a000001,2024-04-01T12:00:30+02:00,"
        "Juniper Networks, Inc.\n"
    )
    found, faults, _ = sightings(text)
    assert [(one.address, one.vendor_id, one.engine_time_s, one.seen_on) for one in found] == [
        ("192.0.2.2", "juniper", 30, "2024-04-01")
    ]
    assert not faults.count
    assert list(read_probed(upload(text), FaultList())) == ["192.0.2.1", "192.0.2.2"]


def test_addresses_are_read_once_each_and_a_bad_one_is_named() -> None:
    faults = FaultList()
    assert list(read_probed(upload("192.0.2.1\n2001:DB8::1\n192.0.2.1\n192.0.2.300\n"), faults)) == [
        "192.0.2.1",
        "2001:db8::1",
    ]
    assert [(fault.row, fault.found) for fault in faults.faults] == [(4, "192.0.2.300")]


def test_an_address_made_of_a_mac_address_is_cut_and_names_its_maker() -> None:
    found, _, _ = sightings("2001:db8::2e0:fcff:fe12:3456\n2001:db8::1\n", "hops.txt")
    assert [(s.address, s.value, s.vendor_id) for s in found] == [("2001:db8::2e0:fc00:0:0", "00:e0:fc", "huawei")]


@pytest.mark.parametrize(
    ("text", "layout"),
    [
        ("N1 - 192.0.2.1:\n192.0.2.1, 192.0.2.2 (Ally)\n\nN2 - 192.0.2.3:\n192.0.2.3\n", "sage-aliases"),
        ("# ITDK\nnode N1:  192.0.2.1 192.0.2.2\nnode N2:  192.0.2.3\n", "itdk-nodes"),
        ("192.0.2.1,192.0.2.2\n192.0.2.3\n", "alias-sets"),
    ],
)
def test_alias_sets_of_each_layout(text: str, layout: str) -> None:
    given = upload(text, "sets.txt")
    found = evidence_format_of(given)
    assert found.name == layout
    assert list(read_aliases(given, FaultList())) == [("192.0.2.1", "192.0.2.2"), ("192.0.2.3",)]


def test_a_file_of_nothing_known_is_refused_with_what_would_be() -> None:
    with pytest.raises(InputFault, match="the file holds no alias sets, its format is another: list of addresses"):
        list(read_aliases(upload("192.0.2.1\n192.0.2.2\n"), FaultList()))
    with pytest.raises(InputFault, match="the file holds no evidence of vendors"):
        sightings("name,age\nAda,36\n")


def test_features_of_replies_stand_in_the_order_of_the_signatures() -> None:
    text = "ip,udp_size,icmp_ittl,icmp_ipid_echo,tcp_ittl\n192.0.2.1,56,255,True,\n"
    found, _, _ = sightings(text)
    assert [(one.kind, one.value, one.vendor_id) for one in found] == [("features", "True,,,,,,,,,255,,,,56,", None)]
    assert tuple(LFP_FEATURES) == FEATURE_NAMES


def test_features_that_sage_found_are_given_as_far_as_they_are_the_same() -> None:
    text = "N1 - 192.0.2.1:\n192.0.2.1 - <255,*,Echo,No,Yes>\n192.0.2.2 - <x>\n"
    found, faults, _ = sightings(text, "a.fingerprints")
    assert [(one.address, one.value) for one in found] == [("192.0.2.1", "True,echo,,,,,,,,255,,,,,")]
    assert faults.count == 1


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_a_table_with_a_column_of_addresses_may_be_the_probed_ones(delimiter: str) -> None:
    text = delimiter.join(["country", "ip"]) + "\n" + delimiter.join(["NL", "192.0.2.1"]) + "\n"
    assert list(read_probed(upload(text), FaultList())) == ["192.0.2.1"]


@pytest.mark.parametrize(
    ("cell", "day", "seconds"),
    [
        ("1700000000", "2023-11-14", 100), ("1700000000.25", "2023-11-14", 100),
        ("2023-11-15T01:00:00+02:00", "2023-11-15", 100), ("2023-11-14", "2023-11-14", 100), ("nonsense", None, 100),
    ],
)  # fmt: skip
def test_the_day_is_read_from_instants_as_they_are_written(cell: str, day: str | None, seconds: int) -> None:
    text = f"ip,engineid,times,scantime\n192.0.2.1,800007db0300e0fc123456,{seconds},{cell}\n"
    found, _, _ = sightings(text, "scan.csv")
    assert [(one.seen_on, one.engine_time_s) for one in found if one.kind == "snmp_engine"] == [(day, seconds)]


def test_a_file_of_more_than_is_held_is_read_twice_and_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = sightings(PARSED)
    monkeypatch.setattr(reading, "HELD", 1)
    again = sightings(PARSED)
    assert again[0] == whole[0]
    assert again[1].faults == whole[1].faults
    assert again[1].count == whole[1].count
    assert again[2] == whole[2]


def test_remarks_can_be_printed_and_are_few_however_many_words_a_file_holds() -> None:
    rows = "".join(f"192.0.{n}.1,9,Land {n}\x00\n" for n in range(100))
    found, _, remarks = sightings("ip,enterprise,country\n" + rows)
    assert len(found) == 100
    assert len(remarks) <= 42
    assert "\x00" not in "".join(remarks)
    found, _, remarks = sightings("ip,enterprise,boots\x00\n192.0.2.1,9,x\n")
    assert remarks == ["1 time: boots\\x00 is no number from 0 to 2,147,483,647"]


def test_numbers_of_a_table_of_floats_are_whole() -> None:
    text = PARSED.splitlines()[0] + "\n192.0.2.1,2011.0,3.0,00:e0:fc:12:34:56,3.0,17.0,Belgium,,64500.0,Example\n"
    found, faults, _ = sightings(text)
    engine = next(one for one in found if one.kind == "snmp_engine")
    assert (engine.vendor_id, engine.engine_boots, engine.engine_time_s, engine.asn) == ("huawei", 3, 17, 64500)
    assert faults.count == 0


def test_a_scan_that_nobody_answered_is_read() -> None:
    text = "saddr,classification,data\n" + "192.0.2.1,icmp-unreach,\n" * 3 + "192.0.2.2,udp,00\n"
    found, faults, remarks = sightings(text)
    assert (found, faults.count) == ([], 1)
    assert remarks == ["3 records: icmp-unreach: no answer"]


def test_a_packed_file_under_another_name_is_told() -> None:
    with pytest.raises(InputFault, match=r"\.gz"):
        sightings(gzip.compress(PARSED.encode()), "scan.csv")


@pytest.mark.parametrize("name", ["scan.csv.gz", "SCAN.GZ"])
def test_packed_files_are_read(name: str) -> None:
    assert len(sightings(gzip.compress(PARSED.encode()), name)[0]) == 4


CELLS = "the row has another number of cells than the header; found '1 cells', expected 2"


@pytest.mark.parametrize(
    ("header", "cells", "fault"),
    [
        ("ip,engineid", "192.0.2.1,zz", "engineid: the engine id is not written in hex; found 'zz'"),
        ("saddr,data", "192.0.2.1,xyz", "data: the packet is not written in hex; found 'xyz'"),
        ("saddr,data", "192.0.2.1,3000", "data: no SNMP message: it ends where a tag belongs; found '3000'"),
        ("ip,enterprise", "192.0.2.1,-9", "enterprise: this is no enterprise number; found '-9'"),
        ("ip,enterprise,format", "192.0.2.1,9,256", "format: this is no format of an engine id; found '256'"),
        ("ip,mac", "192.0.2.1,00:e0", "mac: this is no MAC address; found '00:e0'"),
        ("ip,mac", "192.0.2.1,zz", "mac: this is no MAC address; found 'zz'"),
        ("ip,engineid", "192.0.2.1",
         "the row has another number of cells than the header; found '1 cells', expected 2"),
        ("ip,engineid", "2001:db8::1%eth0,00", "ip: this is no address; found '2001:db8::1%eth0'"),
    ],
)  # fmt: skip
def test_each_thing_that_is_wrong_in_a_row_is_named_with_its_column(header: str, cells: str, fault: str) -> None:
    good = header.replace("saddr", "192.0.2.9").replace("ip", "192.0.2.9")
    good = good.replace("data", report().hex()).replace("engineid", "800007db0300e0fc123456")
    good = good.replace("enterprise", "9").replace("format", "4").replace("mac", "00e0.fc12.3456")
    _, faults, _ = sightings(f"{header}\n{good}\n{cells}\n")
    assert [one.sentence().partition("row 3")[2].lstrip(",: ") for one in faults.faults] == [fault + "."]


@pytest.mark.parametrize(
    ("header", "cells", "remark"),
    [
        ("ip,enterprise,enginetime", "192.0.2.1,9,soon", "1 time: enginetime is no time since a start"),
        ("ip,enterprise,asn", "192.0.2.1,9,many", "1 time: asn is no number of a network"),
        ("ip,enterprise,country", "192.0.2.1,9,Atlantis", "1 time: no country is called 'Atlantis'"),
        ("ip,enterprise,country", "192.0.2.1,9,Unknown", ""),
        ("ip,enterprise,asn", "192.0.2.1,9,AS64500", ""),
    ],
)
def test_what_is_beside_the_evidence_is_remarked_and_the_evidence_kept(header: str, cells: str, remark: str) -> None:
    found, faults, remarks = sightings(f"{header}\n{cells}\n")
    assert (len(found), faults.count, remarks) == (1, 0, [remark] if remark else [])


def test_texts_in_packets_are_evidence_of_their_own() -> None:
    pairs = ((SYS_DESCR_OID, octets(b"Huawei VRP\r\n")), (SYS_OBJECT_OID, object_id("1.3.6.1.4.1.2011.2.62")))
    answer, asked = response(1, *pairs).hex(), report(tag=0xA0).hex()
    found, _, remarks = sightings(f"saddr,data\n192.0.2.1,{answer}\n192.0.2.2,{asked}\n")
    assert [(one.kind, one.value, one.vendor_id) for one in found] == [
        ("sys_descr", "Huawei VRP", "huawei"),
        ("sys_object_id", "1.3.6.1.4.1.2011.2.62", "huawei"),
    ]
    assert remarks == ["1 record: get request: no answer"]


def test_a_message_that_does_not_conform_is_read_and_remarked() -> None:
    _, _, remarks = sightings(f"saddr,data\n192.0.2.1,{report().hex()}00\n")
    assert remarks == ["1 time: an SNMP message: octets follow the message"]


def test_a_name_with_commas_in_the_last_column_does_not_part_a_row() -> None:
    found, faults, _ = sightings("ip,enterprise,asn_name\n192.0.2.1,9,Example, Inc., Utrecht\n")
    assert (found[0].network_name, faults.count) == ("Example, Inc., Utrecht", 0)
    _, faults, _ = sightings("ip,asn_name,enterprise\n192.0.2.1,x,9\n192.0.2.1,Example, Inc.,9\n")
    assert faults.count == 1


def test_a_header_with_quotes_is_parted_as_its_rows_are() -> None:
    found, faults, _ = sightings('ip,"the ""id"", raw",engineid\n192.0.2.1,x,80000a4c010a000001\n')
    assert ([one.vendor_id for one in found], faults.count) == (["juniper"], 0)
    found, faults, _ = sightings("ip;engineid;asn;asn name\n192.0.2.1;80000a4c010a000001;7;Net; more of it\n")
    assert ([one.network_name for one in found], faults.count) == (["Net; more of it"], 0)


def test_greetings_name_nobody_without_patterns() -> None:
    found, _, _ = sightings("ip,banner\n192.0.2.1,SSH-2.0-Cisco-1.25\n")
    assert [(one.kind, one.no_vendor_because) for one in found] == [
        ("banner", "a greeting names nobody without patterns")
    ]


def test_an_address_of_ipv4_written_as_ipv6_is_one_of_ipv4() -> None:
    assert list(read_probed(upload("::ffff:192.0.2.1\n"), FaultList())) == ["192.0.2.1"]


@pytest.mark.parametrize("text", ["node N1:  192.0.2.1\nnode N2:  none\n", "N1 - a:\n192.0.2.1\n\nN2 - b:\nnone\n"])
def test_an_alias_set_that_is_none_is_a_fault_and_the_rest_is_kept(text: str) -> None:
    faults = FaultList()
    assert list(read_aliases(upload(text), faults)) == [("192.0.2.1",)]
    assert faults.count == 1


def test_a_header_with_a_line_end_inside_a_cell_is_read_or_refused_in_a_sentence() -> None:
    data = b'IP,EngineID,"""nTi\x01scr\n192.0.56,2022-\n04-.1T12:00:30+02:neID,"""nTi scr\n192.0.56,2022-\n000,Huawei\n'
    with pytest.raises(InputFault) as caught:
        list(read_sightings(Upload("scan.csv", "0" * 64, data, len(data)), FaultList()))
    assert "another number of cells than the header" in str(caught.value)


HEAD = PARSED.splitlines()[0]
SILENT = (
    "saddr,classification,data\n192.0.2.1,udp,304c020103300f02024a69020300ffe30401000201030410300e0400020100020100"
    "040004000400302404000400a81e020237f002010002010030123010060a2b060106030f0101040041024e81"
)


@pytest.mark.parametrize("rows", [f"{HEAD}\n192.0.2.1,,,,0,0d0h0m0s,,,,", SILENT])
def test_an_answer_without_an_engine_id_is_a_sighting_that_names_nobody(rows: str) -> None:
    faults = FaultList()
    found = list(read_sightings(upload(rows), faults))
    assert faults.count == 0
    assert [(one.address, one.kind, one.vendor_id, one.no_vendor_because) for one in found] == [
        ("192.0.2.1", "snmp_engine", None, "the answer has no engine id")
    ]
    assert list(read_sightings(upload(f"{HEAD}\n192.0.2.1,,,,,,,,,"), FaultList())) == []


def test_an_enterprise_of_zero_names_nobody_beside_a_mac_address_as_without_one() -> None:
    header = "ip,engineidenterprise,engineidformat,engineiddata\n"
    found, faults, _ = sightings(f"{header}192.0.2.1,0,3,00e0fc123456\n192.0.2.2,0,3,\n")
    named = {one.no_vendor_because for one in found if one.kind == "snmp_engine"}
    assert not faults.count and named == {"no engine id of its own: the enterprise number is 0"}
