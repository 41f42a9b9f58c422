"""`provenet vendors --signatures`: routers that show features alone, named by published signatures, partial tuples
too.
"""

from __future__ import annotations

from pathlib import Path

from doors.conftest import Provenet
from provenet.ingest.sightings.scan_tables import LFP_FEATURES

CISCO = "True,echo,r,r,False,False,False,False,255,255,64,84,40,56"
MIKROTIK = "False,dup,sz,dup,False,False,False,False,64,64,64,84,40,68"
HALF = "False,dup,,dup,,,False,,64,64,,84,,68"


def test_features_are_named_by_signatures(provenet: Provenet, tmp_path: Path) -> None:
    header = ",".join(LFP_FEATURES[:14])
    (tmp_path / "signatures.csv").write_text(f"{header},vendor\n{CISCO},ciscoSystems-7\n{MIKROTIK},MikroTik-4\n")
    rows = [f"192.0.2.{at},{text}" for at, text in enumerate((CISCO, MIKROTIK, HALF), start=1)]
    (tmp_path / "scan_2025-05-13.csv").write_text("\n".join([f"ip,{header}", *rows, ""]))
    without = provenet("vendors", tmp_path / "scan_2025-05-13.csv", "--json").json
    assert without["identified_count"] == 0
    answer = provenet(
        *("vendors", tmp_path / "scan_2025-05-13.csv", "--signatures", tmp_path / "signatures.csv", "--json")
    ).json
    assert {row["vendor_id"]: row["router_count"] for row in answer["by_vendor"]} == {"mikrotik": 2, "cisco": 1}
    assert [(one["signature_count"], one["named_count"]) for one in answer["inputs"]["signatures"]] == [(2, 2)]
    text = provenet("vendors", tmp_path / "scan_2025-05-13.csv", "--signatures", tmp_path / "signatures.csv").out
    assert "2 signatures of features: signatures.csv" in text
