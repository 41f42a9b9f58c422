"""The party that a vendor becomes: its id decides, then names of the case; a bundled alias does not overrule."""

import pytest

from provenet.case.parties import VENDOR, PartyNames
from provenet.core.errors import FaultList
from provenet.ingest.network.asset_rows import AssetRows, InventoryMapping
from provenet.ingest.network.devices import MEDIUM, DevicePart

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
