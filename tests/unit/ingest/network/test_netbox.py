"""Inventories of NetBox and Nautobot: all ways out give the same devices; cables are followed; all is counted."""

import gzip
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from provenet.core.digest import sha256_bytes
from provenet.core.errors import FaultList
from provenet.ingest.network.devices import DeviceLink, DevicePart
from provenet.ingest.network.netbox_devices import Inventory
from provenet.ingest.network.netbox_records import (
    Records,
    add_api_record,
    add_model_record,
    kept_of,
    lists_of,
    settle_types,
    snapshot,
)
from provenet.ingest.opening import Upload
from provenet.ingest.registry import Head, Source, first_of
from support.small_netbox import small_lists

DATA = Path(__file__).parents[5] / "shared" / "data" / "inventory" / "netbox"
SHARED = [path for path in (Path("../shared/data/inventory/netbox"), DATA) if path.is_dir()]
Rows = list[DevicePart | DeviceLink]


def read(name: str, data: bytes) -> tuple[Rows, Source]:
    upload = Upload(name, sha256_bytes(data), data, len(data))
    found = first_of(Head(upload), "opens_devices")
    assert found is not None and found.opens_devices is not None
    source = Source(upload=upload, faults=FaultList())
    return list(found.opens_devices(source)), source


def devices(rows: Iterable[DevicePart | DeviceLink]) -> list[DevicePart]:
    return [row for row in rows if isinstance(row, DevicePart) and row.part is None]


def parts(rows: Iterable[DevicePart | DeviceLink]) -> list[DevicePart]:
    return [row for row in rows if isinstance(row, DevicePart) and row.part is not None]


def links(rows: Iterable[DevicePart | DeviceLink]) -> list[tuple[str, str | None, str, str | None, str]]:
    return [
        (row.source_device, row.source_port, row.target_device, row.target_port, row.evidence)
        for row in rows
        if isinstance(row, DeviceLink)
    ]


def held(models: dict[str, dict[str, dict[str, Any]]]) -> tuple[Rows, list[str]]:
    """The rows of records by model and id."""
    records = Records()
    for model, rows in models.items():
        for key, fields in rows.items():
            add_model_record(records, model, key, fields=fields)
    inventory = Inventory(records, "n")
    return list(inventory.rows()), inventory.remarks


def snapshot_of(lists: dict[str, list[dict[str, Any]]], product: str = "netbox") -> bytes:
    objects = [(path, kept_of(path, one)) for path, *_ in lists_of(product) for one in lists.get(path, [])]
    return snapshot(product, "4.2.0", "https://netbox.example.org/api/", objects=objects)


def test_devices_have_vendors_at_chassis_and_part_level() -> None:
    rows, source = read("n.jsonl", snapshot_of(small_lists()))
    assert not source.faults.count
    assert [(one.device_id, one.vendor_id, one.model, one.country, one.site) for one in devices(rows)] == [
        ("r00001", "huawei", "NE40E", "DE", "Leipzig"),
        ("r00002", "huawei", "NE40E", "DE", "Leipzig"),
        ("r00003", "huawei", "NE40E", "DE", "Leipzig"),
        ("stack-1:1", "juniper", "EX4300", "DE", "Halle"),
        ("stack-1:2", "juniper", "EX4300", "DE", "Halle"),
    ]
    assert [(one.device_id, one.part, one.vendor_id, one.model) for one in parts(rows)] == [
        ("r00001", "Slot 1", "huawei", "LPUF-51"),
        ("r00001", "SFP 1", "juniper", "EX-SFP"),
    ]


def test_members_of_a_virtual_chassis_are_devices_of_their_own_and_one_is_the_master() -> None:
    rows, _ = read("n.jsonl", snapshot_of(small_lists()))
    facts = [dict(one.facts) for one in devices(rows) if one.facts]
    assert facts == [
        {"virtual_chassis": "stack-1", "virtual_chassis_part": "master"},
        {"virtual_chassis": "stack-1", "virtual_chassis_part": "member"},
    ]


def test_a_ring_of_cables_gives_each_link_once() -> None:
    rows, _ = read("n.jsonl", snapshot_of(small_lists(5)))
    assert Counter(frozenset((one, other)) for one, _, other, _, _ in links(rows)) == Counter(
        frozenset((f"r{at:05}", f"r{at % 5 + 1:05}")) for at in range(1, 6)
    )


def test_a_snapshot_that_was_cut_is_refused() -> None:
    data = snapshot_of(small_lists())
    whole = data.splitlines(keepends=True)
    for cut in (b"".join(whole[:-1]), b"".join([*whole[:5], *whole[6:]])):
        rows, source = read("n.jsonl", cut)
        assert rows == []
        assert "the inventory is not whole" in source.faults.faults[0].sentence()


def test_saved_lists_of_the_api_are_read_each_alone_or_together() -> None:
    lists = small_lists()
    alone = json.dumps({"count": 6, "next": None, "results": lists["dcim/devices"]}).encode()
    rows, _ = read("devices.json", alone)
    assert [(one.device_id, one.vendor_id) for one in devices(rows)][:1] == [("r00001", "huawei")]
    together, _ = read("all.json", json.dumps([{"results": lists[path]} for path in lists]).encode())
    from_rest, _ = read("n.jsonl", snapshot_of(lists))
    assert [replace(one, locator="") for one in together] == [replace(one, locator="") for one in from_rest]


def test_a_first_page_alone_is_remarked() -> None:
    page = {"count": 900, "next": "https://n/api/dcim/devices/?offset=6", "results": small_lists()["dcim/devices"]}
    _, source = read("devices.json", json.dumps(page).encode())
    assert "The file holds one page alone, 6 of 900 objects; others follow it." in source.remarks


def test_a_vendor_that_is_a_placeholder_is_unknown() -> None:
    models = {
        "dcim.manufacturer": {"1": {"name": "Generic"}, "2": {"name": "N/A"}},
        "dcim.devicetype": {"1": {"manufacturer": 1, "model": "x"}, "2": {"manufacturer": 2, "model": "y"}},
        "dcim.device": {"1": {"name": "a", "device_type": 1}, "2": {"name": "b", "device_type": 2}, "3": {"name": "c"}},
    }
    rows, remarks = held(models)
    assert [(one.vendor_id, one.confidence) for one in devices(rows)] == [(None, "none")] * 3
    assert "1 device has no device type: vendor unknown." in remarks


def test_devices_of_one_name_are_told_apart_by_site_then_by_number() -> None:
    models = {
        "dcim.site": {"1": {"name": "A"}, "2": {"name": "B"}},
        "dcim.device": {
            "1": {"name": "sw1", "site": 1},
            "2": {"name": "sw1", "site": 2},
            "3": {"name": "sw2", "site": 1},
            "4": {"name": "sw2", "site": 1},
            "5": {"name": None, "site": 1},
        },
    }
    rows, _ = held(models)
    assert [one.device_id for one in devices(rows)] == ["sw1 (A)", "sw1 (B)", "sw2 #3", "sw2 #4", "device 5"]


@pytest.mark.parametrize(
    ("names", "country"),
    [
        (["North America", "United States", "Georgia"], "US"), (["Europe", "Germany", "Saxony"], "DE"),
        (["Georgia"], "GE"), (["EMEA", "North"], None),
    ],
)  # fmt: skip
def test_a_region_named_like_a_country_inside_another_is_none(names: list[str], country: str | None) -> None:
    regions = {str(at): {"name": name, "parent": at - 1 or None} for at, name in enumerate(names, start=1)}
    models = {
        "dcim.region": regions,
        "dcim.site": {"1": {"name": "s", "region": len(names)}},
        "dcim.device": {"1": {"name": "d", "site": 1}},
    }
    (found,) = devices(held(models)[0])
    assert found.country == country


def test_regions_in_a_circle_end() -> None:
    models = {
        "dcim.region": {"1": {"name": "a", "parent": 2}, "2": {"name": "b", "parent": 1}},
        "dcim.site": {"1": {"name": "s", "region": 1}},
        "dcim.device": {"1": {"name": "d", "site": 1}},
    }
    assert devices(held(models)[0])[0].country is None


def cabled(
    ends: list[tuple[tuple[str, int], tuple[str, int]]], **more: dict[str, dict[str, Any]]
) -> tuple[Rows, list[str]]:
    """Devices 1 to 4 with one interface each, a panel 9, and cables between ports."""
    names = {"interface": "dcim.interface", "front": "dcim.frontport", "rear": "dcim.rearport"}
    names |= {"circuit": "circuits.circuittermination", "power": "dcim.powerport"}
    terminations = {}
    for cable, (one, other) in enumerate(ends, start=1):
        for side, (kind, port) in (("A", one), ("B", other)):
            fields = {
                "cable": cable,
                "cable_end": side,
                "termination_type": names[kind].split("."),
                "termination_id": port,
            }
            terminations[f"{cable}{side}"] = fields
    models: dict[str, dict[str, dict[str, Any]]] = {
        "dcim.devicerole": {"1": {"name": "Router"}, "2": {"name": "Patch Panel"}},
        "dcim.device": {str(at): {"name": f"d{at}", "role": 1} for at in range(1, 5)} | {"9": {"name": "p", "role": 2}},
        "dcim.interface": {str(at): {"device": at, "name": f"if{at}"} for at in range(1, 5)},
        **{name.replace("_", "."): rows for name, rows in more.items()},
        "dcim.cabletermination": terminations,
    }
    return held(models)


REARS = {str(at): {"device": 9, "name": f"r{at}", "positions": 2} for at in (1, 2)}
FRONTS = {
    str(10 * rear + place): {"device": 9, "name": "f", "rear_port": rear, "rear_port_position": place}
    for rear in (1, 2)
    for place in (1, 2)
}


def test_a_cable_is_followed_through_a_trunk_of_panels_by_its_position() -> None:
    ends = [
        (("interface", 1), ("front", 11)), (("interface", 2), ("front", 12)), (("rear", 1), ("rear", 2)),
        (("front", 21), ("interface", 3)), (("front", 22), ("interface", 4)),
    ]  # fmt: skip
    rows, _ = cabled(ends, dcim_rearport=REARS, dcim_frontport=FRONTS)
    assert links(rows) == [("d1", "if1", "d3", "if3", "cable"), ("d2", "if2", "d4", "if4", "cable")]


def test_ports_of_panels_are_mapped_by_a_table_of_their_own_since_release_4_5() -> None:
    records = Records()
    add_model_record(records, "dcim.frontport", "11", fields={"device": 9, "name": "f"})
    mapped = {"front_port_id": 11, "front_port_position": 1, "rear_port_id": 1, "rear_port_position": 2}
    add_model_record(records, "dcim.portmapping", "1", fields=mapped)
    settle_types(records)
    add_api_record(records, "frontport", {"id": 12, "rear_ports": [{"rear_port": 1, "rear_port_position": 3}]})
    found = [(row["rear_port"], str(row["rear_port_position"])) for row in records.rows["frontport"].values()]
    assert [(str(rear), position) for rear, position in found] == [("1", "2"), ("1", "3")]


def test_panels_in_a_ring_lead_nowhere_and_are_counted() -> None:
    rears = {str(at): {"device": 9, "positions": 1} for at in (1, 2)}
    fronts = {"11": {"device": 9, "rear_port": 1}, "12": {"device": 9, "rear_port": 2}}
    ends = [(("interface", 1), ("front", 11)), (("rear", 1), ("rear", 2)), (("front", 12), ("rear", 1))]
    rows, remarks = cabled(ends, dcim_rearport=rears, dcim_frontport=fronts)
    assert links(rows) == []
    assert any("1 cables from a device to itself" in one for one in remarks)


def test_a_circuit_joins_two_devices_and_names_its_provider() -> None:
    circuits = {
        "circuits_provider": {"1": {"name": "Carrier Two"}},
        "circuits_circuit": {"1": {"cid": "C-1", "provider": 1}, "2": {"cid": "C-2", "provider": 1}},
        "circuits_circuittermination": {
            "1": {"circuit": 1, "term_side": "A"},
            "2": {"circuit": 1, "term_side": "Z"},
            "3": {"circuit": 2, "term_side": "A"},
        },
    }
    ends = [(("interface", 1), ("circuit", 1)), (("circuit", 2), ("interface", 2)), (("interface", 3), ("circuit", 3))]
    rows, _ = cabled(ends, **circuits)
    assert links(rows) == [
        ("d1", "if1", "d2", "if2", "circuit C-1 of Carrier Two"),
        ("d3", "if3", "circuit C-2", None, "circuit C-2 of Carrier Two"),
    ]


def test_cables_that_are_no_links_are_counted() -> None:
    ends = [(("interface", 1), ("interface", 1)), (("power", 1), ("power", 2)), (("interface", 2), ("interface", 77))]
    rows, remarks = cabled(ends)
    assert links(rows) == []
    assert any(
        "1 cables from a device to itself, 1 cables of devices that are not here and 1 power and console cables" in one
        for one in remarks
    )


def test_a_dump_without_keys_and_a_cut_dump_are_refused_with_a_sentence() -> None:
    data = json.dumps([{"model": "dcim.site", "fields": {"name": "x"}}]).encode()
    _, source = read("d.json", data)
    assert "a dcim.site has no pk" in source.faults.faults[0].sentence()
    head = "--\n-- PostgreSQL database dump\n--\n"
    table = "COPY public.dcim_site (id, name) FROM stdin;\n1\tone\n"
    for text, words in (
        (head + table, "the file ends inside a table"),
        (head + table + "2\tb\tc\n\\.\n", "line 6: 3 cells where the header has 2"),
        (head, "no table of NetBox stands in it"),
    ):
        _, source = read("d.sql", text.encode())
        assert words in source.faults.faults[0].sentence()


def test_text_of_sql_is_unescaped() -> None:
    text = (
        "-- PostgreSQL database dump\nCOPY public.dcim_device (id, name, site_id) FROM stdin;\n"
        "1\ta\\tb\\\\c\\N\t\\N\n\\.\n"
    )
    rows, _ = read("d.sql", text.encode())
    assert devices(rows)[0].device_id == "a\tb\\cN" and devices(rows)[0].site is None


def test_objects_of_other_releases_are_read() -> None:
    records = Records()
    add_api_record(records, "device", {"id": 1, "name": "old", "device_role": {"id": 3, "name": "Router"}})
    end = {"id": 1, "device": {"id": 1}}
    old = {"termination_a_type": "dcim.interface", "termination_a_id": 1, "termination_a": end}
    new = {
        "termination_b_type": "dcim.interface",
        "termination_b_id": 2,
        "termination_b": {"id": 2, "device": {"id": 2, "name": "b"}},
    }
    add_api_record(records, "cable", {"id": 1, "status": {"id": "u-1", "name": "Connected"}, **old, **new})
    rows = list(Inventory(records, "n").rows())
    assert [(one.device_id, one.role) for one in devices(rows)] == [("old", "Router"), ("b", None)]
    assert links(rows) == [("old", None, "b", None, "cable")]


def uid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


def brief(number: int, **fields: Any) -> dict[str, Any]:
    return {"id": uid(number), "object_type": "x", "url": f"http://n/api/x/{uid(number)}/", **fields}


def nautobot_lists() -> dict[str, list[dict[str, Any]]]:
    """As Nautobot 2 lists objects with a depth of 1: statuses and roles of its own, locations in place of sites."""
    types = [brief(10, model="NE40E", manufacturer=brief(1))]
    place = brief(31, name="Leipzig", parent=brief(30), latitude="51.340000", longitude="12.370000")
    active = brief(40, name="Active")
    common = {"device_type": types[0], "role": brief(50, name="Router"), "status": active, "tenant": None}
    devices = [brief(60 + at, name=f"r{at}", location=place, **common) for at in (1, 2)]
    bays = [brief(70, name="Slot 1", parent_device=brief(61), parent_module=None)]
    bays.append(brief(71, name="Port 1", parent_device=None, parent_module=brief(80)))
    modules = [
        brief(
            80, module_type=brief(20, model="LPU", manufacturer=brief(1)), parent_module_bay=brief(70), status=active
        ),
        brief(
            81, module_type=brief(21, model="SFP", manufacturer=brief(2)), parent_module_bay=brief(71), status=active
        ),
    ]
    cable = brief(90, status=brief(41, name="Connected"))
    for side, device in (("a", 61), ("b", 62)):
        inner = brief(100 + device, name="xe0", device=brief(device))
        ended = {"type": "dcim.interface", "id": uid(100 + device)}
        cable |= {
            f"termination_{side}_type": ended["type"],
            f"termination_{side}_id": ended["id"],
            f"termination_{side}": inner,
        }
    return {
        "dcim/locations": [brief(30, name="Germany", parent=None), place],
        "dcim/manufacturers": [brief(1, name="Huawei"), brief(2, name="Finisar")],
        "dcim/device-types": types,
        "dcim/module-types": [
            brief(20, model="LPU", manufacturer=brief(1)),
            brief(21, model="SFP", manufacturer=brief(2)),
        ],
        "extras/roles": [brief(50, name="Router")],
        "extras/statuses": [active, brief(41, name="Connected")],
        "dcim/devices": devices,
        "dcim/module-bays": bays,
        "dcim/modules": modules,
        "dcim/cables": [cable],
    }


def test_a_nautobot_has_statuses_locations_and_modules_in_modules() -> None:
    rows, source = read("n.jsonl", snapshot_of(nautobot_lists(), "nautobot"))
    assert not source.faults.count
    found = [(one.device_id, one.vendor_id, one.role, one.status, one.site, one.country) for one in devices(rows)]
    assert found == [(f"r{at}", "huawei", "Router", "Active", "Leipzig", "DE") for at in (1, 2)]
    assert devices(rows)[0].lat_deg == 51.34
    assert [(one.device_id, one.part, one.vendor_text, one.parent) for one in parts(rows)] == [
        ("r1", "Slot 1", "Huawei", None),
        ("r1", "Port 1", "Finisar", "Slot 1"),
    ]
    assert links(rows) == [("r1", "xe0", "r2", "xe0", "cable")]


@pytest.mark.skipif(not SHARED, reason="the shared dumps of NetBox are not here")
def test_the_demo_dumps_of_two_releases_give_the_same_devices_parts_and_links() -> None:
    made = []
    for name in ("netbox-demo-v3.6.json.gz", "netbox-demo-v4.2.sql.gz"):
        rows, source = read(name, (SHARED[0] / name).read_bytes())
        assert not source.faults.count
        made.append([replace(row, locator="") for row in rows])
        assert (len(devices(rows)), len(parts(rows)), len(links(rows))) == (40, 4, 64)
        assert Counter(one.vendor_id for one in devices(rows)) == {"cisco": 26, "juniper": 13, "lenovo": 1}
        assert any("19 panels and frames for cables and 13 power and batteries" in one for one in source.remarks)
    assert made[0] == made[1]
    dump = json.loads(gzip.decompress((SHARED[0] / "netbox-demo-v3.6.json.gz").read_bytes()))
    assert sum(one["model"] == "dcim.device" for one in dump) == 40 + 19 + 13


EXPORTED = (
    "Name,Status,Tenant,Site,Location,Rack,Role,Manufacturer,Type,IP Address\n"
    "r1,Active,Tenant A,Leipzig,,R1,Router,Huawei,NE40E,10.0.0.1/24\n"
    "p1,Active,—,Leipzig,,R1,Patch Panel,Panduit,24-Port,\n"
    ",Planned,—,Halle,,,Switch,—,EX4300-48T,\n"
)
IMPORTED = (
    "name,device_role,manufacturer,device_type,status,site,region\nr1,Router,ZTE Corporation,M6000,active,L,Germany\n"
)


def test_devices_as_exported() -> None:
    rows, source = read("devices.csv", EXPORTED.encode())
    assert not source.faults.count
    found = [(one.device_id, one.vendor_id, one.model, one.status, one.tenant, one.site) for one in devices(rows)]
    assert found == [
        ("r1", "huawei", "NE40E", "active", "Tenant A", "Leipzig"),
        ("device 4", "juniper", "EX4300-48T", "planned", None, "Halle"),
    ]
    assert (
        "1 device is no network element by role or ports, and left out: 1 panels and frames for cables."
        in source.remarks
    )


def test_devices_as_imported() -> None:
    (found,) = devices(read("devices.csv", IMPORTED.encode())[0])
    assert (found.vendor_id, found.vendor_text, found.country, found.role) == ("zte", "ZTE Corporation", "DE", "Router")


def test_modules_and_inventory_items_have_makers_of_their_own() -> None:
    modules = "Device,Module Bay,Manufacturer,Module Type,Status,Serial number\nr1,Slot 1,Huawei,LPUF-51,Active,S\n"
    items = "name,device,role,manufacturer,part_id\nSFP,r1,Optic,Finisar,FTLX\nSFP,r1,Optic,OEM,\n"
    (module,) = parts(read("m.csv", modules.encode())[0])
    assert (module.device_id, module.part, module.vendor_id, module.model) == ("r1", "Slot 1", "huawei", "LPUF-51")
    found = parts(read("i.csv", items.encode())[0])
    assert [(one.part, one.vendor_text, one.kind) for one in found] == [
        ("SFP", "Finisar", "optic"),
        ("SFP #3", "OEM", "optic"),
    ]
    assert found[1].vendor_id is None


def test_device_types_stand_for_as_many_devices_as_they_say() -> None:
    head = "Device Type,Manufacturer,Part number,U Height,Full depth,Instances\n"
    text = head + 'NE40E,Huawei,,4,True,"1,200"\nX,Huawei,,1,True,0\n'
    rows, source = read("types.csv", text.encode())
    (found,) = devices(rows)
    assert (found.device_id, found.vendor_id, found.unit_count) == ("Huawei NE40E", "huawei", 1200)
    assert source.remarks == ["1 device type has no device, as far as it says."]


@pytest.mark.parametrize(
    "header", ["asset_id,carrier_id,country,asset_class", "name,country,lat_deg", "a,b", "manufacturer,model"]
)
def test_other_tables_are_not_taken_for_one(header: str) -> None:
    data = f"{header}\n1,2\n".encode()
    assert first_of(Head(Upload("x.csv", sha256_bytes(data), data, len(data))), "opens_devices") is None


def test_ragged_records_are_faults() -> None:
    rows, source = read("devices.csv", EXPORTED.encode() + b"r2,Active\n")
    assert source.faults.count == 1 and "row 5" in source.faults.faults[0].sentence()
    assert all(isinstance(one, DevicePart) for one in rows)
