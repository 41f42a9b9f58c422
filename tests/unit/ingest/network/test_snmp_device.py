"""From a walk to a device, its parts and its neighbours: witnesses weighed, unknown rather than wrong."""

import pytest

from provenet.ingest.network.devices import HIGH, LOW, MEDIUM, NONE, DeviceLink, DevicePart
from provenet.ingest.network.snmp_device import rows_of_walk
from provenet.ingest.network.snmp_walk import read_snmprec

DESCR, OBJECT = "1.3.6.1.2.1.1.1.0|4|", "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1."
MAC = "1.3.6.1.2.1.2.2.1.6.1|4x|"
ENGINE = "1.3.6.1.6.3.10.2.1.1.0|4x|"
CHASSIS = "1.3.6.1.2.1.47.1.1.1.1.5.1|2|3\n1.3.6.1.2.1.47.1.1.1.1.12.1|4|"


def rows(*lines: str) -> list[DevicePart | DeviceLink]:
    return list(rows_of_walk(read_snmprec("\n".join(lines).encode()), "r1", "r1.snmprec"))


def device(*lines: str) -> DevicePart:
    first = rows(*lines)[0]
    assert isinstance(first, DevicePart)
    assert (first.device_id, first.part, first.locator) == ("r1", None, "r1.snmprec")
    return first


def verdict(*lines: str) -> tuple[str | None, str]:
    found = device(*lines)
    return found.vendor_id, found.confidence


def test_an_empty_walk_is_a_device_of_an_unknown_vendor() -> None:
    found = device()
    assert (found.vendor_id, found.confidence, found.evidence) == (None, NONE, "Nothing in the walk names a maker")


@pytest.mark.parametrize(
    ("lines", "vendor", "confidence"),
    [
        ((OBJECT + "2011.2.23.114",), "huawei", MEDIUM),
        ((OBJECT + "3902.3.100.20", DESCR + "ZXR10 ROS Version V4.08.23"), "zte", HIGH),
        ((OBJECT + "2011.2.23.114", CHASSIS + "Huawei\0\0\0"), "huawei", HIGH),
        ((OBJECT + "8072.3.2.10", DESCR + "Linux host 5.4"), None, NONE),
        ((OBJECT + "8072.3.2.10", DESCR + "Barracuda Load Balancer"), "barracuda", MEDIUM),
        ((OBJECT + "8072.3.2.10", "1.3.6.1.4.1.2011.6.164.1|2|1"), "huawei", MEDIUM),
        ((OBJECT + "8072.3.2.10", ENGINE + "800007db0300e0fc123456"), "huawei", MEDIUM),
        ((OBJECT + "8072.3.2.10", ENGINE + "80001f888059426f645ad54168"), None, NONE),
        ((OBJECT + "2352.1.17",), "ericsson", MEDIUM),
        ((OBJECT + "25506.1.1", DESCR + "H3C Comware Platform Software"), "h3c", HIGH),
        ((OBJECT + "14823.1.2.71", CHASSIS + "Hewlett Packard Enterprise"), "aruba", HIGH),
        ((OBJECT + "15497.1.2", DESCR + "Cisco Model S390, AsyncOS"), "cisco", HIGH),
        ((OBJECT + "9.1.1", CHASSIS + "OEM"), "cisco", MEDIUM),
        ((OBJECT + "4413", MAC + "00e0fc112233"), "huawei", LOW),
        ((OBJECT + "8072.3.2.10", MAC + "00e0fc112233"), None, NONE),
        ((DESCR + "ARRIS modem <<HW_REV: 2; VENDOR: Arris Interactive, L.L.C.; BOOTR: 1>>",), "arris", MEDIUM),
        ((OBJECT + "6486.800.1.1", CHASSIS + "ALCATEL"), "alcatel-lucent-enterprise", HIGH),
        (("1.3.6.1.2.1.33.1.1.1.0|4|HUAWEI",), "huawei", MEDIUM),
        (("1.0.8802.1.1.2.1.5.4795.1.2.6.0|4|ZTE Corporation",), "zte", MEDIUM),
        ((OBJECT + "51966.2.6", DESCR + "TTP244CE"), None, NONE),
        ((OBJECT + "4413", "1.3.6.1.2.1.2.2.1.6.1|4|0:e0:fc:1:2:3"), "huawei", LOW),
        ((OBJECT + "4413", "1.3.6.1.2.1.2.2.1.6.1|4|00-E0-FC-11-22-33"), "huawei", LOW),
        (("1.3.6.1.6.3.10.2.1.1.0|4|80 00 07 DB 03 00 e0 fc 12 34 56",), "huawei", MEDIUM),
        ((OBJECT + "8072.3.2.10", DESCR + "Linux huawei-nms 5.4.0 #1 SMP x86_64"), None, NONE),
        ((OBJECT + "8072.3.2.10", DESCR + "Linux nms 5.4.0 #1 SMP Dec 1 12:00:00 CET 2020 x86_64"), None, NONE),
        ((OBJECT + "1347.41", DESCR + "printer with a JETDIRECT card"), None, NONE),
        ((OBJECT + "15497.1.2", DESCR + "virtual machine on VMware"), "cisco", MEDIUM),
    ],
)
def test_the_vendor_of_a_device(lines: tuple[str, ...], vendor: str | None, confidence: str) -> None:
    assert verdict(*lines) == (vendor, confidence)


def test_witnesses_at_odds_name_nobody_and_both_are_said() -> None:
    found = device(OBJECT + "9.1.1", CHASSIS + "Huawei", MAC + "00000c112233")
    assert found.vendor_id is None
    assert (
        found.evidence == "Evidence is at odds: entPhysicalMfgName Huawei; sysObjectID 1.3.6.1.4.1.9.1.1 (ciscoSystems)"
    )


def test_a_maker_on_the_chassis_against_a_number_is_sure_a_little() -> None:
    found = device(OBJECT + "25506.11.1.24", CHASSIS + "HP")
    assert (found.vendor_id, found.confidence) == ("hp", LOW)
    assert found.evidence.endswith("Against it: sysObjectID 1.3.6.1.4.1.25506.11.1.24 (H3C)")


def test_a_system_on_another_makers_switch_is_no_maker() -> None:
    found = device(OBJECT + "36673.100.1", CHASSIS + "Edgecore Networks, Inc.")
    assert (found.vendor_id, found.confidence) == ("edgecore", MEDIUM)
    assert found.evidence.endswith("The system is of IP Infusion Inc")


def test_evidence_names_what_agrees() -> None:
    found = device(OBJECT + "2011.2.23.114", DESCR + "Huawei Versatile Routing Platform", MAC + "00e0fc112233")
    assert found.evidence == (
        "sysObjectID 1.3.6.1.4.1.2011.2.23.114 (HUAWEI Technology Co.,Ltd); sysDescr Huawei; "
        "MAC addresses of HUAWEI TECHNOLOGIES CO.,LTD"
    )


def test_no_walk_says_where_a_thing_was_made() -> None:
    parts = [one for one in rows(OBJECT + "2011.2.23", CHASSIS + "Huawei") if isinstance(one, DevicePart)]
    assert {one.origin_country for one in parts} == {None}


ENTITIES = """
2.1|4|Router chassis
5.1|2|3
12.1|4|Cisco
13.1|4|ASR-9901
4.1|2|0
5.2|2|9
4.2|2|1
7.2|4|Slot 1
12.2|4|Cisco Systems Inc
13.2|4|A9K-LC
5.3|2|5
4.3|2|2
7.3|4|Cage 1
5.4|2|10
4.4|2|3
7.4|4|Te0/1
2.4|4|SFP-10G-LR
12.4|4|CISCO-FINISAR
13.4|4|FTLX1474D3BCL
5.5|2|6
4.5|2|1
7.5|4|Power 1
12.5|4|OEM
5.6|2|6
4.6|2|1
7.6|4|Power 1
5.7|2|8
4.7|2|1
12.7|4|Cisco
"""


def test_parts_have_makers_holders_and_kinds_of_their_own() -> None:
    lines = [f"1.3.6.1.2.1.47.1.1.1.1.{line}" for line in ENTITIES.split("\n") if line]
    found = [one for one in rows(OBJECT + "9.1.2658", *lines) if isinstance(one, DevicePart)]
    assert (found[0].vendor_id, found[0].model) == ("cisco", "ASR-9901")
    parts = [(one.part, one.kind, one.vendor_id, one.vendor_text, one.model, one.parent) for one in found[1:]]
    assert parts == [
        ("Slot 1", "module", "cisco", "Cisco Systems Inc", "A9K-LC", None),
        ("Te0/1", "optic", "finisar", "CISCO-FINISAR", "FTLX1474D3BCL", "Slot 1"),
        ("Power 1 #5", "power_supply", None, None, None, None),
        ("Power 1 #6", "power_supply", None, None, None, None),
    ]
    assert [one.confidence for one in found[1:]] == [HIGH, HIGH, NONE, NONE]


def test_neighbours_of_both_protocols() -> None:
    lldp = "1.0.8802.1.1.2.1.4.1.1."
    found = rows(
        "1.0.8802.1.1.2.1.3.7.1.3.22|4|GigabitEthernet0/0/22", f"{lldp}4.1.22.81|2|4",
        f"{lldp}5.1.22.81|4x|00E0FC112233", f"{lldp}6.1.22.81|2|5", f"{lldp}7.1.22.81|4|Gi0/1", f"{lldp}9.1.22.81|4|",
        f"{lldp}10.1.22.81|4|", "1.3.6.1.4.1.9.9.23.1.2.1.1.5.7.1|4|Cisco IOS Software",
        "1.3.6.1.4.1.9.9.23.1.2.1.1.6.7.1|4|switch-2", "1.3.6.1.4.1.9.9.23.1.2.1.1.7.7.1|4|GigabitEthernet1/0/1",
    )  # fmt: skip
    links = [one for one in found if isinstance(one, DeviceLink)]
    assert [
        (one.source_port, one.target_device, one.target_port, one.evidence, one.target_vendor_id) for one in links
    ] == [
        ("GigabitEthernet0/0/22", "00:e0:fc:11:22:33", "Gi0/1", "LLDP", None),
        ("ifIndex 7", "switch-2", "GigabitEthernet1/0/1", "CDP", "cisco"),
    ]


def test_an_optic_that_nothing_holds_is_no_chassis() -> None:
    entity = "1.3.6.1.2.1.47.1.1.1.1."
    optic = (f"{entity}2.1|4|SFP-10G-LR", f"{entity}4.1|2|0", f"{entity}5.1|2|9", f"{entity}12.1|4|FINISAR CORP.")
    found = rows(OBJECT + "8072.3.2.10", *optic)
    assert [(one.part, one.vendor_id) for one in found if isinstance(one, DevicePart)] == [
        (None, None),
        ("SFP-10G-LR", "finisar"),
    ]
