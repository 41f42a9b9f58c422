"""LLDP, YANG models of hardware, RFC 8345, device types and hardware bills: what each says of devices, and no more."""

import json
from pathlib import Path
from typing import Any

import pytest

from provenet.core.digest import sha256_bytes
from provenet.core.errors import InputFault
from provenet.ingest.network.devices import DevicePart
from provenet.ingest.opening import Upload
from provenet.ingest.registry import Head, first_of
from unit.ingest.network.test_netbox import devices, links, parts, read

HUAWEI = "Huawei Versatile Routing Platform Software VRP (R) software, Version 8.180 (NE40E V800R010C10SPC500)"
CHASSIS = {"id": {"type": "mac", "value": "00:e0:fc:00:00:01"}, "descr": HUAWEI}
ROUTER = [{"type": "Bridge", "enabled": True}, {"type": "Router", "enabled": True}, {"type": "Wlan", "enabled": False}]
NEIGHBOUR = {
    "via": "LLDP",
    "chassis": {"core1": {**CHASSIS, "capability": ROUTER}},
    "port": {"id": {"type": "ifname", "value": "GE0/0/1"}, "ttl": "120"},
}
RFC_8345 = Path("../shared/data/topology/rfc8345")


def as_json(value: object) -> bytes:
    return json.dumps(value).encode()


def format_of(name: str, data: bytes) -> str | None:
    found = first_of(Head(Upload(name, sha256_bytes(data), data, len(data))), "opens_devices")
    return None if found is None else found.name


@pytest.mark.parametrize(
    "lldp",
    [
        {"interface": [{"eth0": NEIGHBOUR}]},
        {"interface": {"eth0": NEIGHBOUR}},
        [
            {
                "interface": [
                    {
                        "name": "eth0",
                        "via": "LLDP",
                        "chassis": [
                            {
                                "id": [{"type": "mac", "value": "00:e0:fc:00:00:01"}],
                                "name": [{"value": "core1"}],
                                "descr": [{"value": HUAWEI}],
                                "capability": ROUTER,
                            }
                        ],
                        "port": [{"id": [{"type": "ifname", "value": "GE0/0/1"}]}],
                    }
                ]
            }
        ],
    ],
)
def test_lldpcli_in_each_of_its_forms(lldp: object) -> None:
    data = as_json({"lldp": lldp})
    assert format_of("host7.json", data) == "lldpcli"
    rows, source = read("host7.json", data)
    assert not source.faults.count
    found = [(one.device_id, one.vendor_id, one.kind) for one in devices(rows)]
    assert found == [("host7", None, None), ("core1", "huawei", "router")]
    assert links(rows) == [("host7", "eth0", "core1", "GE0/0/1", "LLDP")]


def test_the_prefix_of_a_chassis_id_names_no_maker() -> None:
    chassis = {"id": {"type": "mac", "value": "00:e0:fc:00:00:01"}}
    rows, _ = read("h.json", as_json({"lldp": {"interface": {"eth0": {**NEIGHBOUR, "chassis": chassis}}}}))
    found = devices(rows)[1]
    assert (found.device_id, found.vendor_id, found.confidence) == ("00:e0:fc:00:00:01", None, "none")
    assert "which says who made the port" in found.evidence


def test_the_inventory_of_lldp_med_names_the_maker() -> None:
    stock = {"manufacturer": "Nokia", "model": "7750"}
    entry = {**NEIGHBOUR, "lldp-med": {"inventory": stock}}
    rows, _ = read("h.json", as_json({"lldp": {"interface": {"eth0": entry}}}))
    assert (devices(rows)[1].vendor_id, devices(rows)[1].model) == ("nokia", "7750")


def test_a_neighbour_without_any_name_is_a_fault() -> None:
    _, source = read("h.json", as_json({"lldp": {"interface": {"eth0": {"chassis": {}, "port": {}}}}}))
    assert "a neighbour has neither a name nor an id" in source.faults.faults[0].sentence()


@pytest.mark.parametrize("prefix", ["openconfig-lldp:", ""])
def test_openconfig_lldp(prefix: str) -> None:
    neighbour = {"id": "1", "state": {"system-name": "core1", "system-description": HUAWEI, "port-id": "GE0/0/1"}}
    interface = {"name": "xe-0", "neighbors": {"neighbor": [neighbour]}}
    state = {"system-name": "edge1", "system-description": "Juniper Networks, Inc. mx480 internet router, JUNOS 21.4"}
    value = {f"{prefix}lldp": {"state": state, "interfaces": {"interface": [interface]}}}
    data = as_json(value)
    assert format_of("x.json", data) == "openconfig-lldp"
    rows, _ = read("x.json", data)
    assert [(one.device_id, one.vendor_id) for one in devices(rows)] == [("edge1", "juniper"), ("core1", "huawei")]
    assert links(rows) == [("edge1", "xe-0", "core1", "GE0/0/1", "LLDP")]


def component(name: str, kind: str, **state: Any) -> dict[str, Any]:
    return {"name": name, "state": {"name": name, "type": f"openconfig-platform-types:{kind}", **state}}


def test_openconfig_platform_gives_each_part_its_own_maker() -> None:
    listed = [
        component("Chassis", "CHASSIS", **{"mfg-name": "Cisco Systems, Inc", "part-no": "NCS-5501"}),
        component("0/0/CPU0-IOS-XR", "OPERATING_SYSTEM", **{"software-version": "7.5.2", "mfg-name": "Cisco"}),
        component("Optics0", "TRANSCEIVER", **{"mfg-name": "ACCELINK", "part-no": "RTXM228", "parent": "Port0"}),
        component("Port0", "PORT", parent="Chassis"),
        component("PSU1", "POWER_SUPPLY", empty=True),
        component("Fan0", "FAN", parent="Chassis"),
    ]
    data = as_json({"openconfig-platform:components": {"component": listed}})
    assert format_of("pe1.json", data) == "openconfig-platform"
    rows, source = read("pe1.json", data)
    (device,) = devices(rows)
    assert (device.device_id, device.vendor_id, device.model) == ("pe1", "cisco", "NCS-5501")
    assert device.platform == "0/0/CPU0-IOS-XR 7.5.2"
    assert [(one.part, one.vendor_text, one.kind, one.parent) for one in parts(rows)] == [
        ("Optics0", "ACCELINK", "transceiver", "Port0"),
        ("Fan0", None, "fan", None),
    ]
    assert parts(rows)[1].vendor_id is None
    assert source.remarks == ["pe1.json: 2 ports, sensors and empty slots are no parts, and left out."]


def test_ietf_hardware() -> None:
    listed = [
        {"name": "chassis", "class": "iana-hardware:chassis", "mfg-name": "ZTE", "model-name": "M6000-8S"},
        {"name": "slot1", "class": "iana-hardware:module", "parent": "chassis", "mfg-name": "OEM"},
    ]
    data = as_json({"ietf-hardware:hardware": {"component": listed}})
    assert format_of("bng.json", data) == "ietf-hardware"
    rows, _ = read("bng.json", data)
    assert [(one.device_id, one.vendor_id, one.model) for one in devices(rows)] == [("bng", "zte", "M6000-8S")]
    assert [(one.part, one.vendor_id, one.vendor_text) for one in parts(rows)] == [("slot1", None, "OEM")]


def test_two_chassis_make_no_maker_of_the_device() -> None:
    listed = [component(f"Chassis{at}", "CHASSIS", **{"mfg-name": name}) for at, name in enumerate(("Nokia", "Cisco"))]
    rows, _ = read("x.json", as_json({"openconfig-platform:components": {"component": listed}}))
    assert [(one.device_id, one.vendor_id) for one in devices(rows)] == [("x", None)]
    assert [(one.part, one.vendor_id) for one in parts(rows)] == [("Chassis0", "nokia"), ("Chassis1", "cisco")]


def test_a_component_without_a_name_is_a_fault() -> None:
    listed = [{"state": {"mfg-name": "Nokia"}}, component("a", "FAN"), component("a", "FAN")]
    _, source = read("x.json", as_json({"openconfig-platform:components": {"component": listed}}))
    assert [fault.says for fault in source.faults.faults] == [
        "a component has no name",
        "the name of a component stands twice",
    ]


def test_nodes_of_rfc_8345_may_name_their_hardware() -> None:
    link = {
        "link-id": "l",
        "source": {"source-node": "a", "source-tp": "1"},
        "destination": {"dest-node": "b", "dest-tp": "2"},
    }
    back = {"source": {"source-node": "b", "source-tp": "2"}, "destination": {"dest-node": "a", "dest-tp": "1"}}
    lower = {
        "network-id": "l1",
        "node": [{"node-id": "a", "acme:hardware": {"mfg-name": "Huawei", "model-name": "NE40E"}}, {"node-id": "b"}],
        "ietf-network-topology:link": [link, back],
    }
    upper = {"network-id": "l3", "supporting-network": [{"network-ref": "l1"}], "node": [{"node-id": "vrf"}]}
    data = as_json({"ietf-network:networks": {"network": [upper, lower]}})
    rows, source = read("t.json", data)
    assert [(one.device_id, one.vendor_id) for one in devices(rows)] == [("a", "huawei"), ("b", None)]
    assert links(rows) == [("a", "1", "b", "2", "link of l1")]
    assert source.remarks == ["Of 2 layers the 1 that rest on no other are devices."]


@pytest.mark.skipif(not RFC_8345.is_dir(), reason="the shared topologies of RFC 8345 are not here")
def test_networks_of_others_are_read_and_no_vendor_is_invented() -> None:
    for path in sorted(RFC_8345.glob("[bt]*.json")):
        rows, source = read(path.name, path.read_bytes())
        assert not source.faults.count and len(devices(rows)) > 3
        assert all(one.vendor_id is None for one in devices(rows))


def test_a_device_type_is_no_device() -> None:
    text = (
        "manufacturer: Huawei\nmodel: S5735-L24P4X-A1\nslug: huawei-s5735\nu_height: 1\n"
        "inventory-items:\n  - name: PSU\n    manufacturer: Delta\n    part_id: PAC-1\n"
    )
    assert format_of("s.yaml", text.encode()) == "device-type"
    rows, _ = read("s.yaml", text.encode())
    (device,) = devices(rows)
    assert (device.device_id, device.vendor_id, device.unit_count) == ("huawei-s5735", "huawei", 0)
    assert [(one.part, one.vendor_text) for one in parts(rows)] == [("PSU", "Delta")]
    _, source = read("s.yaml", b"manufacturer: Huawei\nmodel: [x\n")
    assert "the text is no YAML" in source.faults.faults[0].sentence()


def test_a_hardware_bill_has_makers_and_places_of_manufacture() -> None:
    origins = [{"basis": "value", "distribution": [{"isoCode": "CN", "percentage": 100}]}]
    optic = {"type": "device", "bom-ref": "optic", "name": "SFP", "supplier": {"name": "Huawei"}}
    board = {
        "type": "device",
        "bom-ref": "board",
        "name": "Board",
        "manufacturer": {"name": "Nokia"},
        "origins": origins,
    }
    board["components"] = [optic, {"type": "firmware", "name": "Boot", "version": "1"}]
    subject = {"type": "device", "bom-ref": "rru", "name": "RRU5909", "manufacturer": {"name": "Huawei"}}
    bom = {"bomFormat": "CycloneDX", "specVersion": "1.7", "metadata": {"component": subject}, "components": [board]}
    assert format_of("bom.json", as_json(bom)) == "cyclonedx-hardware"
    rows, source = read("bom.json", as_json(bom))
    assert not source.faults.count
    assert [(one.device_id, one.vendor_id, one.origin_country) for one in devices(rows)] == [("rru", "huawei", None)]
    assert [(one.part, one.vendor_id, one.origin_country, one.parent) for one in parts(rows)] == [
        ("board", "nokia", "CN", None),
        ("optic", None, None, "board"),
    ]
    assert source.remarks == ["1 component is no hardware, and left out."]


@pytest.mark.parametrize("name", ["x.json", "x.jsonl", "x.yaml", "x.csv", "x.sql", "x.xml"])
@pytest.mark.parametrize("data", [b"", b"{", b'{"lldp"', b"\xff\xfe", b'{"a": 1}', b"manufacturer", b"a,b\n1,2\n"])
def test_other_bytes_are_of_no_format_or_refused_with_a_sentence(name: str, data: bytes) -> None:
    if format_of(name, data) is not None:
        try:
            rows, source = read(name, data)
        except InputFault:
            return
        assert rows == [] or all(isinstance(one, DevicePart) for one in rows)
        assert source.faults.count
