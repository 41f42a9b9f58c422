"""Vendors of public SNMP walks against those that their collectors name; an exam, read by path and never shipped.

The walks and the vendor of each (the icon of its system) come from LibreNMS, whose files are under the GPL: they stand
in the shared folder beside the checkout. A vendor counts as recognised where the id is the collector's name, a brand of
it, or its owner. A walk carries evidence of its vendor where that name stands in the holder of an enterprise number, in
the agent's text or in a maker's field. Halves are parted by system, so that no system is in both.
"""

import gzip
import hashlib
import json
import lzma
import tarfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from provenet.core.names import fold_name
from provenet.ingest.network.devices import DevicePart
from provenet.ingest.network.snmp_device import rows_of_walk
from provenet.ingest.network.snmp_walk import Walk, read_snmprec
from provenet.ingest.network.vendors import vendor_registry

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "inventory" / "snmp"
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data/inventory/snmp is not here")

NAMES = {
    "alcatellucent": ("alcatel-lucent-enterprise", "nokia"),
    "asuswrt-merlin": ("asus",),
    "bats": ("broadband-antenna-tracking",),
    "bcn": ("bluecat",),
    "broadworks": ("broadsoft", "cisco"),
    "cisco-old": ("cisco",),
    "cts": ("connection-technology-systems",),
    "ctcu": ("ctc-union",),
    "edge-core": ("edgecore", "accton"),
    "emerson": ("emerson", "vertiv"),
    "hds": ("hitachi",),
    "hp": ("hp", "hpe"),
    "hpe": ("hp", "hpe"),
    "hwg-poseidon": ("hw-group",),
    "hwg": ("hw-group",),
    "ibmos": ("ibm",),
    "junos": ("juniper",),
    "mni": ("microwave-networks",),
    "montclair": ("montclair",),
    "motorola-cm": ("motorola", "arris"),
    "panos": ("palo-alto-networks",),
    "pegasus": ("schmid",),
    "picos": ("pica8", "edgecore"),
    "pulse": ("pulse-secure", "juniper"),
    "ray": ("racom",),
    "servertech": ("server-technology",),
    "siteboss": ("asentria",),
    "socomecpdu": ("socomec",),
    "thomson-cm": ("technicolor",),
    "tredess": ("tredess", "televes"),
    "viprinux": ("viprinet",),
    "wut": ("wut",),
}
"""Icons that are no name of the vendor, with the ids that are."""
CONTEXT_OF_OTHERS = (9, 2021, 8072)


@dataclass
class Score:
    """How walks of known vendors were answered."""

    right: int = 0
    wrong: int = 0
    with_evidence: int = 0
    recognised: int = 0

    @property
    def precision(self) -> float:
        """Of the vendors named, those that are right."""
        return self.right / max(self.right + self.wrong, 1)

    @property
    def recall(self) -> float:
        """Of the walks that carry evidence, those whose vendor is named."""
        return self.recognised / max(self.with_evidence, 1)

    def line(self, name: str) -> str:
        """The score in words."""
        named = f"{self.right} right, {self.wrong} wrong: precision {self.precision:.4f}"
        return f"{name}: {named}; {self.recognised} of {self.with_evidence} with evidence: recall {self.recall:.4f}"


def keys(icon: str) -> set[str]:
    return {one.replace("-", "") for one in NAMES.get(icon, (icon,))}


def is_right(vendor: str, icon: str) -> bool:
    owner = (vendor_registry().owner_of(vendor) or "").replace("-", "")
    name = vendor.replace("-", "")
    return any(name == key or owner == key or name.startswith(key) or key.startswith(name) for key in keys(icon))


def has_evidence(row: dict[str, Any], walk: Walk) -> bool:
    registry = vendor_registry()
    numbers = [number for number in walk.enterprises if number not in CONTEXT_OF_OTHERS]
    holders = [registry.organisation(number) or "" for number in (*numbers, row["pen"] or 0)]
    texts = fold_name(" ".join([row["sysDescr"] or "", *row["entPhysicalMfgName"], *holders])).replace("-", "")
    held = registry.of_enterprise(str(row["pen"])) if row["pen"] else None
    by_number = bool(held and held.vendor_id and is_right(held.vendor_id, row["os_icon"]))
    return by_number or any(key in texts for key in keys(row["os_icon"]) if len(key) > 2)


def walks(*, carrier_alone: bool) -> dict[str, bytes]:
    found = {}
    for place in sorted((SHARED / "carrier").iterdir()):
        data = place.read_bytes()
        found[place.name.removesuffix(".gz")] = gzip.decompress(data) if place.suffix == ".gz" else data
    if not carrier_alone:
        with tarfile.open(fileobj=BytesIO(lzma.decompress((SHARED / "other.tar.xz").read_bytes()))) as archive:
            for member in archive.getmembers():
                stream = archive.extractfile(member) if member.isfile() else None
                if stream is not None:
                    found[Path(member.name).name.removesuffix(".gz")] = stream.read()
    return found


def half_of(system: str) -> str:
    return f"half {hashlib.sha256(system.encode()).digest()[0] & 1}"


def exam(*, carrier_alone: bool) -> tuple[dict[str, Score], list[str]]:
    data = walks(carrier_alone=carrier_alone)
    scores = {name: Score() for name in ("all", "half 0", "half 1", "huawei", "zte")}
    misses = []
    for line in (SHARED / "index.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        name = row["file"].removesuffix(".gz")
        if name not in data or not row["os_icon"]:
            continue
        walk = read_snmprec(data[name])
        device = next(rows_of_walk(walk, name, name))
        assert isinstance(device, DevicePart)
        vendor, icon = device.vendor_id, row["os_icon"]
        right = vendor is not None and is_right(vendor, icon)
        carries = has_evidence(row, walk)
        if vendor is not None and not right:
            misses.append(f"{name}: {icon}, answered {vendor} ({device.evidence})")
        about = {"all", half_of(row["os"])} | ({"huawei", "zte"} & {icon, vendor or ""})
        for one in about:
            score = scores[one]
            score.right += right
            score.wrong += vendor is not None and not right
            score.with_evidence += carries
            score.recognised += carries and right
    return scores, misses


def passed(*, carrier_alone: bool) -> dict[str, Score]:
    """The scores of an exam, shown, once they are as good as every exam has to be."""
    scores, misses = exam(carrier_alone=carrier_alone)
    print("", *(score.line(name) for name, score in scores.items()), *misses, sep="\n")
    assert scores["all"].precision >= 0.99
    assert scores["all"].recall >= 0.95
    assert scores["huawei"].recall == scores["zte"].recall == 1.0
    return scores


def test_carrier_systems() -> None:
    assert passed(carrier_alone=True)["huawei"].with_evidence >= 10


@pytest.mark.slow
def test_everything_that_a_scan_returns() -> None:
    scores = passed(carrier_alone=False)
    assert min(scores["half 0"].recall, scores["half 1"].recall) >= 0.94
    assert (scores["huawei"].wrong, scores["zte"].wrong) == (0, 0)
