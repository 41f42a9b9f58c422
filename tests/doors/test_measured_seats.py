"""A group of vendors by the country of their seat, on measured paths: who has no known seat is never taken to sit
elsewhere.
"""

from pathlib import Path

import pytest

pytest.importorskip("numba", reason="the extra 'internet' is not installed")

import provenet
from doors.measured_case import SCAN, mac, router
from doors.test_measured_alone import case_of
from provenet.case.case import Case

pytestmark = pytest.mark.slow
DAY = "2025-05-13"
NUMBERS = [9] * 6 + [13191] * 6 + [25506] * 6
"""Cisco, a maker of no known seat (OneAccess), and H3C."""


def files() -> dict[str, str]:
    seen = "".join(
        f"{router(at)},{number},3,{mac(at)},{at + 3},{97 * at + 5},NL,Town,64500,NET\n"
        for at, number in enumerate(NUMBERS)
    )
    sent = ["trace_id,started_at,family,source_address,source_country,target_address,target_country,reached,hop_count"]
    hops = ["trace_id,ttl_count,address,rtt_ms"]
    for at in range(len(NUMBERS)):
        sent.append(f"t{at},2025-05-08T10:00:00Z,ipv4,195.0.0.1,NL,8.8.8.8,Italy,yes,2")
        hops += [f"t{at},1,{router(at)},1", f"t{at},2,8.8.8.8,2"]
    return {"scan_2025-05-07_NL.csv": SCAN + seen, "trace.csv": "\n".join(sent), "hop.csv": "\n".join(hops)}


def test_equipment_of_no_known_seat_is_unknown_and_not_clear(tmp_path: Path) -> None:
    case = Case.open(case_of(tmp_path / "seats", files()))
    assert dict(case.read("party").select("party_id", "country").iter_rows())["h3c"] == "CN"
    provenet.depend(case, country=["Netherlands"], as_of=DAY, vendors=["seat:CN"])
    provenet.expose(case, paths=True, vendors=["seat:CN", "h3c"], country=["Netherlands"], as_of=DAY)
    rows = [row for row in case.read("path_exposure").iter_rows(named=True) if row["target_country"] is None]
    seated, alone = (next(row for row in rows if ("seated" in row["label"]) == is_group) for is_group in (True, False))
    tiers = ("on_hop_count", "unknown_count", "clear_count")
    assert [alone[one] for one in tiers] == [6, 0, 12]
    assert [seated[one] for one in tiers] == [6, 6, 6]
    assert "seat not known: " in seated["label"]
    assert any("not known to be of the group, or not to be, counts as unknown" in text for text in seated["assumed"])
