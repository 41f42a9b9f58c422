"""CSV of a NetBox: tables as they are exported and as they are imported."""

import pytest

from provenet.core.digest import sha256_bytes
from provenet.ingest.network.devices import DevicePart
from provenet.ingest.opening import Upload
from provenet.ingest.registry import Head, first_of
from unit.ingest.network.test_netbox import devices, parts, read

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
