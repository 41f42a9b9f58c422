"""A carrier's own network small enough to work out by hand, and a case that holds it.

A square: traffic from a to d splits over b and c. The router b is of v1, which the policy restricts; the rest is v2's.
"""

from datetime import date
from pathlib import Path

import provenet
from doors.test_diff import enter
from unit.evidence import small_case

DAY = date(2026, 11, 27)
SQUARE = """?SNDlib native format
NODES (
  a ( 8.0 50.0 )
  b ( 9.0 51.0 )
  c ( 9.0 49.0 )
  d ( 10.0 50.0 )
)
LINKS (
  ab ( a b ) 100.00 0.00 0.00 0.00 ( )
  ac ( a c ) 100.00 0.00 0.00 0.00 ( )
  bd ( b d ) 100.00 0.00 0.00 0.00 ( )
  cd ( c d ) 100.00 0.00 0.00 0.00 ( )
)
DEMANDS (
  ad ( a d ) 1 10.00 UNLIMITED
  to-c ( a c ) 1 10.00 UNLIMITED
)
"""
MAPPING = """
[constants]
carrier_id = "net"
country = "Germany"
network = "core"
observed_on = "2026-11-01"
"""
PACK = """
pack: own-pack
issuer: gov
title: Restricted makers in transport
source: A page
force: law
default: clear
rules:
  - id: T-V1
    effect: prohibit
    rank: 30
    when: {all: [{vendor_in: [v1]}, {asset_class: transport}]}
declares: {issuers: [gov], words: [v1]}
"""


def asset(asset_id: str, vendor: str | None, **cells: object) -> dict[str, object]:
    """One router of the carrier."""
    made: dict[str, object] = {"asset_id": asset_id, "carrier_id": "net", "country": "Germany", "vendor_id": vendor}
    return made | {"asset_class": "transport.router", "layer": "hardware", "unit_count": 1} | cells


ASSETS = [asset("a", "v2"), asset("b", "v1"), asset("c", "v2"), asset("d", "v2")]


def network_case(place: Path, *, mapping: str = MAPPING, topology: str = SQUARE, as_of: date = DAY) -> Path:
    """A case with carrier, inventory, policy and topology, screened for a day."""
    provenet.new(place, "own network")
    vendors = [small_case.party(name, "vendor", "DE") for name in ("v1", "v2")]
    parties = [*vendors, small_case.party("net", "carrier", "DE"), small_case.party("gov", "government", "DE")]
    enter(place, "first", party=parties, asset=ASSETS)
    (place.parent / "p.yml").write_text(PACK, encoding="utf-8")
    added = provenet.add(place, [place.parent / "p.yml"])
    assert not added.fault_count, added.faults
    add_topology(place, topology, mapping)
    provenet.screen(place, ["own-pack"], country=["Germany"], as_of=as_of)
    return place


def add_topology(place: Path, topology: str, mapping: str, name: str = "square") -> None:
    """Adds a topology with its mapping."""
    file = place.parent / f"{name}.txt"
    file.write_text(topology, encoding="utf-8")
    file.with_suffix(".toml").write_text(mapping, encoding="utf-8")
    added = provenet.add(place, [file])
    assert not added.fault_count, added.faults
