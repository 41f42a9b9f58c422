"""Devices and parts as plain objects: unknown is null."""

from __future__ import annotations

import pytest

from provenet.ingest.network.devices import NONE, DevicePart


def test_a_device_that_says_nothing_has_no_vendor() -> None:
    device = DevicePart(device_id="a")
    assert (device.part, device.vendor_id, device.confidence, device.origin_country) == (None, None, NONE, None)


def test_rows_do_not_change() -> None:
    with pytest.raises(AttributeError):
        DevicePart(device_id="a").vendor_id = "b"  # type: ignore[misc]
