"""Hardware vendors: usual names from numbers, prefixes, names and types; mergers have days; unknown is null."""

from datetime import date
from pathlib import Path

import pytest

from provenet.core.errors import InputFault
from provenet.ingest.network.devices import NONE, DevicePart
from provenet.ingest.network.vendors import VendorRegistry, usual_id, vendor_registry, written
from provenet.tools.inventory import inventory


@pytest.fixture(scope="module")
def registry() -> VendorRegistry:
    return vendor_registry()


@pytest.mark.parametrize(
    ("text", "vendor"),
    [
        ("Huawei", "huawei"),
        ("HUAWEI TECHNOLOGIES CO., LTD", "huawei"),
        ("Huawei\0\0\0\0", "huawei"),
        ("ZTE Corporation", "zte"),
        ("Cisco Systems Inc", "cisco"),
        ("CISCO SYSTEMS, INC", "cisco"),
        ("ciscoSystems", "cisco"),
        ("Nokia (formerly 'Alcatel-Lucent')", "nokia"),
        ("Alcatel-Lucent Enterprise", "alcatel-lucent-enterprise"),
        ("Hewlett Packard Enterprise", "hpe"),
        ("Hangzhou H3C Technologies Co., Limited", "h3c"),
        ("Huawei-3Com", "h3c"),
        ("Arista Networks, Inc. (formerly 'Arastra')", "arista"),
        ("Extreme Networks.", "extreme"),
        ("Server Technology Inc.", "server-technology"),
        ("Lenovo Enterprise Business Group", "lenovo"),
        ("深圳某某有限公司(Shenzhen Smartfoo Technology Co., Ltd.)", "smartfoo"),
    ],
)
def test_names_become_the_usual_name(registry: VendorRegistry, text: str, vendor: str) -> None:
    found = registry.of_text(text)
    assert found.vendor_id == vendor


@pytest.mark.parametrize(
    "text", ["", "  ", "\0\0\0", "OEM", "O.E.M.", "N/A", "n/a", "--", "Unknown", "default string", None]
)
def test_placeholders_name_nobody(registry: VendorRegistry, text: str | None) -> None:
    assert written(text) is None
    assert registry.of_text(text) is None


@pytest.mark.parametrize(
    ("arc", "vendor"),
    [
        ("9.1.1208", "cisco"), ("2011.2.23.114", "huawei"), ("3902.15.2.1.4", "zte"), ("25506.11.1.24", "h3c"),
        ("2352.1.17", "ericsson"), ("637.54.1", "nokia"), ("6527.1.3.14", "nokia"), ("7483.2", "nokia"),
        ("6486.800.1", "alcatel-lucent-enterprise"), ("11.2.3.9.1", "hp"), ("11.2.3.7.11.50", "hpe"),
        ("562.68.11", "ciena"),
    ],
)  # fmt: skip
def test_numbers_name_who_sells_the_line_today(registry: VendorRegistry, arc: str, vendor: str) -> None:
    found = registry.of_enterprise(arc)
    assert (found.vendor_id, found.names_maker) == (vendor, True)


@pytest.mark.parametrize("arc", ["8072.3.2.10", "2021.250.10", "311.1.1.3.1.2", "4413", "27282.3", "12325.1", "0.0"])
def test_numbers_of_agents_chips_and_standards_name_nobody(registry: VendorRegistry, arc: str) -> None:
    found = registry.of_enterprise(arc)
    assert not found.names_maker


def test_a_number_that_nobody_holds_is_nothing(registry: VendorRegistry) -> None:
    assert registry.of_enterprise("99999999") is None
    assert registry.of_enterprise("99999999999999999999") is None
    assert registry.of_enterprise("") is None
    assert registry.organisation(-1) is None


def test_a_merger_holds_from_its_day(registry: VendorRegistry) -> None:
    before, after = (registry.of_text("Redback Networks", on) for on in (date(2006, 1, 1), date(2007, 1, 23)))
    assert (before.vendor_id, after.vendor_id) == ("redback", "ericsson")


def test_a_name_that_changed_hands_and_back_names_nobody_without_a_day(registry: VendorRegistry) -> None:
    undated = registry.of_text("Linksys")
    assert (undated.vendor_id, undated.use) == (None, "unsettled")
    dated = [registry.of_text("Linksys", on) for on in (date(2010, 1, 1), date(2020, 1, 1))]
    assert [one.vendor_id for one in dated if one] == ["cisco", "linksys"]


def test_a_brand_keeps_its_name_and_has_an_owner(registry: VendorRegistry) -> None:
    aruba = registry.of_text("Aruba Networks")
    assert (aruba.vendor_id, aruba.owner_id) == ("aruba", "hpe")
    assert registry.owner_of("aruba", date(2014, 1, 1)) is None
    assert registry.are_related("hpe", "aruba")
    assert not registry.are_related("huawei", "h3c")
    earlier = date(2014, 1, 1)
    assert not registry.are_related("hpe", "aruba", earlier) and registry.are_related("hp", "hpe", earlier)


def test_prefixes_of_36_28_and_24_bits(registry: VendorRegistry) -> None:
    assert registry.prefix_holder(bytes.fromhex("8c1f64afa000")) == "DATA ELECTRONIC DEVICES, INC"
    assert registry.prefix_holder(bytes.fromhex("c85ce2700000")) == "SYNERGY SYSTEMS AND SOLUTIONS"
    huawei = registry.of_mac(bytes.fromhex("00e0fc112233"))
    assert huawei.vendor_id == "huawei"


@pytest.mark.parametrize("address", ["02e0fc112233", "01e0fc112233", "000000112233", "00005e000101", "00e0fc"])
def test_local_group_and_virtual_addresses_name_nobody(registry: VendorRegistry, address: str) -> None:
    assert registry.of_mac(bytes.fromhex(address)) is None


def test_types_by_model_part_number_and_slug(registry: VendorRegistry) -> None:
    for text in ("R6672", "r6672"):
        found = registry.device_type(text)
        assert (found.vendor_id, found.model) == ("ericsson", "R6672")
    number = registry.device_type("3HE04699AAAB01")
    assert number.vendor_id == "nokia"
    assert registry.device_type("no such model") is None
    assert registry.device_type("R6672", "huawei") is None


def test_makers_in_running_text(registry: VendorRegistry) -> None:
    def named(text: str) -> list[tuple[str | None, bool]]:
        return [(one.vendor.vendor_id, one.at_head) for one in registry.named_in(text)]

    assert named("Cisco IOS Software, C3750 Software") == [("cisco", True)]
    assert named("Linux host 5.4 Copyright (c) 2020 by Juniper Networks") == [("juniper", True)]
    assert named("S2700 Huawei Versatile Routing Platform") == [("huawei", True), ("huawei", False)]
    assert named("an extreme network on planet earth") == []
    assert named("Linux 4.19 x86_64") == []


@pytest.mark.parametrize(
    ("text", "vendor"),
    [
        ("Juniper Systems", "juniper-systems"),
        ("Juniper Financial Corp.", "juniper-financial"),
        ("Shanghai Dahua Scale Factory", "shanghai-dahua-scale-factory"),
        ("Palo Alto Software, Inc.", "palo-alto-software"),
        ("Aruba PEC S.p.A.", "aruba-pec"),
        ("Checkpoint Systems, Inc.", "checkpoint-systems"),
    ],
)
def test_a_name_of_several_is_not_that_of_the_listed_maker(registry: VendorRegistry, text: str, vendor: str) -> None:
    found = registry.of_text(text)
    assert (found.vendor_id, found.listed) == (vendor, False)


def test_ids_keep_what_tells_names_apart() -> None:
    assert usual_id("Network Technologies Inc") == "network-technologies"
    assert usual_id("HW group s.r.o") == "hw-group"
    assert usual_id("AudioCodes LTD") == "audiocodes"
    assert usual_id("R.O.C. Ltd") == usual_id("R.O.C. Ltd")


def test_a_device_that_says_nothing_has_no_vendor() -> None:
    device = DevicePart(device_id="a")
    assert (device.part, device.vendor_id, device.confidence, device.origin_country) == (None, None, NONE, None)


def test_rows_do_not_change() -> None:
    with pytest.raises(AttributeError):
        DevicePart(device_id="a").vendor_id = "b"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("module", "name", "data"),
    [
        ("network.device_formats.snmp", "a.snmprec", b"1.3.6.1.2.1.1.1.0|4|x\n"),
        ("network.device_formats.snmp", "a.walk", b'.1.3.6.1.2.1.1.1.0 = STRING: "x"\n'),
        ("network.device_formats.device_type", "a.yaml", b"manufacturer: Acme\nmodel: A1\n"),
        ("documents", "a.json", b'{"ietf-hardware:hardware": {"component": []}}'),
    ],
)
def test_reads_are_capped(module: str, name: str, data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / name
    place.write_bytes(data)
    inventory([place])
    monkeypatch.setattr(f"provenet.ingest.{module}.LARGEST_BYTES", len(data) - 1)
    with pytest.raises(InputFault, match=rf"{name}: the file is too large; expected at most 0 MiB unpacked"):
        inventory([place])
