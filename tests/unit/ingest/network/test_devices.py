"""Devices and parts as plain objects: unknown is null."""

from pathlib import Path

import pytest

from provenet.core.errors import InputFault
from provenet.ingest.network.devices import NONE, DevicePart
from provenet.tools.inventory import inventory


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
def test_what_is_read_whole_has_a_cap(
    module: str, name: str, data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / name
    place.write_bytes(data)
    inventory([place])
    monkeypatch.setattr(f"provenet.ingest.{module}.LARGEST_BYTES", len(data) - 1)
    with pytest.raises(InputFault, match=rf"{name}: the file is too large; expected at most 0 MiB unpacked"):
        inventory([place])
