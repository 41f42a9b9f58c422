"""Devices become assets: whose they are, what for, and what is left out; what is missing is told once."""

from typing import Any

import pytest

from provenet.case.parties import VENDOR, PartyNames
from provenet.core.errors import FaultList, InputFault
from provenet.ingest.network.asset_rows import AssetRows, InventoryMapping, class_of_role, read_inventory_mapping
from provenet.ingest.network.devices import MEDIUM, DeviceLink, DevicePart
from support.reading import read_table_file

NAMES = PartyNames.built_in()
MAPPING = '[constants]\ncarrier_id = "TIM"\ncountry = "Italy"\n'


def made(
    *parts: DevicePart, mapping: str | None = MAPPING
) -> tuple[list[dict[str, Any]], dict[str, list[dict[str, Any]]], list[str], list[str]]:
    """Assets, what they introduce, remarks, and the sentences of faults."""
    faults = FaultList()
    declared = read_inventory_mapping("i.sql", None if mapping is None else mapping.encode(), faults)
    maker = AssetRows("i.sql", "0" * 64, NAMES.copy(), declared=declared, faults=faults)
    rows = maker.rows(parts)
    remarks = maker.tell()
    return rows, maker.described(), remarks, [fault.sentence() for fault in faults.faults]


def device(name: str = "r1", **fields: Any) -> DevicePart:
    return DevicePart(device_id=name, **{"role": "Router", "status": "active", **fields})


def test_a_device_and_its_parts_share_carrier_place_and_class() -> None:
    parts = [
        device(site="Roma 1", vendor_id="huawei", vendor_text="Huawei", country="IT", lat_deg=41.91, lon_deg=12.49),
        DevicePart(device_id="r1", part="chassis", vendor_id="huawei"),
        DevicePart(device_id="r1", part="optic", vendor_id="finisar", vendor_text="Finisar", origin_country="CN"),
    ]
    rows, described, _, faults = made(*parts[:1], parts[2])
    assert faults == []
    columns = ["asset_id", "carrier_id", "country", "asset_class", "layer", "vendor_id", "origin_country", "site_id"]
    assert [[row[column] for column in columns] for row in rows] == [
        ["r1", "tim", "Italy", "transport.router", "hardware", "huawei", None, "tim-roma-1"],
        ["r1/optic", "tim", "Italy", "transport.router", "component", "finisar", "CN", "tim-roma-1"],
    ]
    assert [(r["party_id"], r["name"], r["role"]) for r in described["party"]] == [("finisar", "Finisar", "vendor")]
    (site,) = described["site"]
    assert (site["site_kind"], site["lat_deg"], site["lon_deg"], site["carrier_id"]) == ("network", 41.9, 12.5, "tim")


@pytest.mark.parametrize("itself", [None, "chassis", "device"])
def test_the_chassis_is_the_device_itself(itself: str | None) -> None:
    rows, *_ = made(device(part=itself))
    assert [(row["asset_id"], row["layer"]) for row in rows] == [("r1", "hardware")]


@pytest.mark.parametrize("status", ["planned", "Staged", "inventory", "decommissioned"])
def test_what_is_not_in_service_is_left_out_with_its_parts_and_counted(status: str) -> None:
    rows, _, remarks, faults = made(device(status=status), DevicePart(device_id="r1", part="optic"), device("r2"))
    assert [row["asset_id"] for row in rows] == ["r2"] and faults == []
    assert f"Not in service by their status, and left out: 1 {status.lower()}." in remarks


@pytest.mark.parametrize("status", ["active", "offline", "failed", "decommissioning", None])
def test_what_may_be_in_service_stays(status: str | None) -> None:
    assert len(made(device(status=status))[0]) == 1


def test_a_type_without_a_device_makes_no_asset() -> None:
    rows, _, remarks, faults = made(device(unit_count=0), device("r2", unit_count=5))
    assert [(row["asset_id"], row["unit_count"]) for row in rows] == [("r2", 5)] and faults == []
    assert any("1 a type without a device" in one for one in remarks)


def test_what_nothing_gives_is_one_fault_for_all_devices_that_lack_it() -> None:
    devices = [device(f"r{at}", role="Server") for at in range(400)]
    rows, _, _, faults = made(*devices, mapping=None)
    assert rows == [] and len(faults) == 3
    assert faults[0] == (
        "i.sql, asset_class: no asset class is known for the role of 400 devices, first r0; found 'Server'.\n"
        '    Write [classes] and "Server" = "transport.router" into i.toml.'
    )
    assert "nothing gives carrier_id for 400 devices, first r0" in faults[1]
    assert "nothing gives country for 400 devices, first r0" in faults[2]


def test_one_unknown_carrier_is_one_fault() -> None:
    _, _, _, faults = made(*[device(f"r{at}") for at in range(402)], mapping=MAPPING.replace("TIM", "Nobody"))
    assert len(faults) == 1 and "no such carrier; found 'Nobody'" in faults[0]


def test_the_mapping_names_classes_by_role_and_carriers_by_tenant() -> None:
    mapping = (
        'prefix = "nb/"\n[constants]\ncountry = "Italy"\n[carriers]\n"Tenant A" = "TIM"\n"Tenant B" = "Iliad"\n'
        '[classes]\n"Agg Node" = "transport.backbone_router"\n"router" = "core.ip"\n'
    )
    rows, _, remarks, faults = made(
        device("a", tenant="tenant a", role="Agg Node"), device("b", tenant="Tenant B"), mapping=mapping
    )
    assert faults == [] and remarks == []
    assert [(row["asset_id"], row["carrier_id"], row["asset_class"]) for row in rows] == [
        ("nb/a", "tim", "transport.backbone_router"),
        ("nb/b", "iliad-italia", "core.ip"),
    ]


def test_classes_by_rule_are_remarked() -> None:
    _, _, remarks, _ = made(device(), device("s", role="Access Switch"))
    assert remarks == [
        "Asset classes by the words of roles: Access Switch (1) transport and Router (1) transport.router; "
        "[classes] in i.toml says otherwise."
    ]


@pytest.mark.parametrize(
    ("role", "found"),
    [
        ("Core Router", "transport.router"), ("ToR Switch", "transport"), ("gNodeB", "ran.radio"),
        ("DWDM", "transport.optical"), ("olt", "access_fixed.olt"), ("Firewall", "security.function"),
        ("Application Server", None), ("Rooter", None), (None, None),
    ],
)  # fmt: skip
def test_roles_name_classes_by_their_words(role: str | None, found: str | None) -> None:
    assert class_of_role(role) == found


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ("nonsense = 1", "no such key"),
        ("[constants]\nvendor_id = 'x'", "no such name here"),
        ("[classes]\nRouter = 3", "not a table of texts"),
    ],
)
def test_mappings_that_are_wrong_are_told(mapping: str, words: str) -> None:
    assert words in made(mapping=mapping)[3][0]
    with pytest.raises(InputFault) as caught:
        read_table_file("a.json", b'{"lldp": {"interface": [ }', mapping.encode(), names=NAMES)
    assert [fault.says for fault in caught.value.faults] == [words, "the text is no JSON"]


CONSTANTS = {"carrier_id": "vodafone-germany", "country": "Germany", "asset_class": "transport.router"}


@pytest.mark.parametrize(
    ("vendor_id", "text", "party"),
    [
        ("huawei", "HUAWEI", "huawei"),
        ("alcatel-lucent-enterprise", "Alcatel", "alcatel-lucent-enterprise"),
        ("aruba", "Hewlett Packard Enterprise", "aruba"),
        ("example-maker", "Example Maker Ltd", "our-maker"),
    ],
)
def test_the_party_of_a_vendor(vendor_id: str, text: str, party: str) -> None:
    names = PartyNames.built_in()
    names.add("our-maker", "Example Maker Ltd", VENDOR)
    faults = FaultList()
    declared = InventoryMapping("a.toml", constants=CONSTANTS)
    made = AssetRows("a.json", "0" * 64, names, declared=declared, faults=faults)
    part = DevicePart(device_id="r1", vendor_id=vendor_id, vendor_text=text, confidence=MEDIUM, evidence="a field")
    assert [row["vendor_id"] for row in made.rows([part])] == [party]
    assert faults.count == 0


OF_LINKS = b"""prefix = "nb-"
[constants]
country = "Italy"
asset_class = "transport.router"
[carriers]
"one" = "TIM"
"two" = "Iliad"
"""


def placed(parts: list[DevicePart]) -> AssetRows:
    faults = FaultList()
    declared = read_inventory_mapping("i.sql", OF_LINKS, faults)
    maker = AssetRows("i.sql", "0" * 64, NAMES.copy(), declared=declared, faults=faults)
    maker.rows(parts)
    assert not faults.count
    return maker


def linked(parts: list[DevicePart], *links: tuple[str, str]) -> tuple[dict[str, list[dict[str, Any]]], list[str]]:
    """Rows by table and remarks of links by the names of their ends, each on a port of its own."""
    given = [
        DeviceLink(source_device=one, source_port=f"p{at}", target_device=other, evidence="cable", locator=f"row {at}")
        for at, (one, other) in enumerate(links)
    ]
    return placed(parts).links(given)


def owned(name: str, tenant: str = "one", **fields: Any) -> DevicePart:
    return DevicePart(device_id=name, tenant=tenant, **{"status": "active", **fields})


def test_what_is_left_out_is_counted() -> None:
    parts = [owned("a"), owned("b", status="planned"), owned("c", "two"), owned("d")]
    rows, remarks = linked(parts, ("a", "d"), ("a", "b"), ("b", "a"), ("a", "c"), ("A", "a"), ("x", "a"))
    assert [(row["source_node"], row["target_node"], row["carrier_id"]) for row in rows["network_link"]] == [
        ("nb-a", "nb-d", "tim")
    ]
    assert remarks == [
        "1 link between devices: the network 'inventory' of its carrier; network in [constants] of the mapping names "
        "it otherwise.",
        "Links left out: 1 from a device to itself, 3 of devices that are not in service or not listed and 1 to "
        "devices of another carrier.",
    ]


def test_a_neighbour_that_is_not_listed_is_a_node_and_a_further_name_is_its_device() -> None:
    parts = [owned("a"), owned("walk-7", system_name="core.example.net", lat_deg=41.93, lon_deg=12.44)]
    rows, _ = linked(parts, ("a", "Core.example.NET"), ("a", "elsewhere"))
    ends = [(row["source_node"], row["source_port"], row["target_node"]) for row in rows["network_link"]]
    assert ends == [("nb-a", "p0", "nb-walk-7"), ("nb-a", "p1", "nb-elsewhere")]
    nodes = {row["node"]: (row["also"], row["lat_deg"], row["lon_deg"]) for row in rows["network_node"]}
    assert nodes == {"nb-a": (None, None, None), "nb-walk-7": (["core.example.net"], 41.9, 12.4)}


def test_a_link_reported_twice_in_one_inventory_stands_once() -> None:
    maker = placed([owned("a"), owned("d")])
    one = DeviceLink(source_device="a", source_port="1", target_device="d", target_port="2", evidence="LLDP")
    two = DeviceLink(source_device="d", source_port="2", target_device="a", target_port="1", evidence="LLDP")
    rows, remarks = maker.links([one, two])
    assert len(rows["network_link"]) == 1
    assert remarks[1] == "Links left out: 1 reported twice."
    assert maker.links([]) == ({}, [])
