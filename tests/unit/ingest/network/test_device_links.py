"""Links of an inventory as rows: which are left out, and by which names neighbours are known."""

from typing import Any

from provenet.case.parties import PartyNames
from provenet.core.errors import FaultList
from provenet.ingest.network.asset_rows import AssetRows, read_inventory_mapping
from provenet.ingest.network.devices import DeviceLink, DevicePart

MAPPING = b"""prefix = "nb-"
[constants]
country = "Italy"
asset_class = "transport.router"
[carriers]
"one" = "TIM"
"two" = "Iliad"
"""


def linked(parts: list[DevicePart], *links: tuple[str, str]) -> tuple[dict[str, list[dict[str, Any]]], list[str]]:
    """Rows by table and remarks of links by the names of their ends, each on a port of its own."""
    faults = FaultList()
    declared = read_inventory_mapping("i.sql", MAPPING, faults)
    maker = AssetRows("i.sql", "0" * 64, PartyNames.built_in().copy(), declared=declared, faults=faults)
    maker.rows(parts)
    assert not faults.count
    given = [
        DeviceLink(source_device=one, source_port=f"p{at}", target_device=other, evidence="cable", locator=f"row {at}")
        for at, (one, other) in enumerate(links)
    ]
    return maker.links(given)


def device(name: str, tenant: str = "one", **fields: Any) -> DevicePart:
    return DevicePart(device_id=name, tenant=tenant, **{"status": "active", **fields})


def test_what_is_left_out_is_counted() -> None:
    parts = [device("a"), device("b", status="planned"), device("c", "two"), device("d")]
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
    parts = [device("a"), device("walk-7", system_name="core.example.net", lat_deg=41.93, lon_deg=12.44)]
    rows, _ = linked(parts, ("a", "Core.example.NET"), ("a", "elsewhere"))
    ends = [(row["source_node"], row["source_port"], row["target_node"]) for row in rows["network_link"]]
    assert ends == [("nb-a", "p0", "nb-walk-7"), ("nb-a", "p1", "nb-elsewhere")]
    nodes = {row["node"]: (row["also"], row["lat_deg"], row["lon_deg"]) for row in rows["network_node"]}
    assert nodes == {"nb-a": (None, None, None), "nb-walk-7": (["core.example.net"], 41.9, 12.4)}


def test_a_link_reported_twice_in_one_inventory_stands_once() -> None:
    parts = [device("a"), device("d")]
    faults = FaultList()
    declared = read_inventory_mapping("i.sql", MAPPING, faults)
    maker = AssetRows("i.sql", "0" * 64, PartyNames.built_in().copy(), declared=declared, faults=faults)
    maker.rows(parts)
    one = DeviceLink(source_device="a", source_port="1", target_device="d", target_port="2", evidence="LLDP")
    two = DeviceLink(source_device="d", source_port="2", target_device="a", target_port="1", evidence="LLDP")
    rows, remarks = maker.links([one, two])
    assert len(rows["network_link"]) == 1
    assert remarks[1] == "Links left out: 1 reported twice."
    assert maker.links([]) == ({}, [])
