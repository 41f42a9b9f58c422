"""What the public sees of measurements: no count under five, not even by subtraction, and seats by who knows them."""

from pathlib import Path

import pytest

pytest.importorskip("numba", reason="the extra 'internet' is not installed")
pytest.importorskip("jinja2", reason="the extra 'brief' is not installed")

import provenet
from doors.measured_case import SCAN, mac, router
from doors.test_measured_by_command import case_of
from provenet.case.audience import public_case
from provenet.case.case import Case
from unit.dossier.page_reading import Page

pytestmark = pytest.mark.slow
DAY = "2025-05-13"
NUMBERS = [9] * 40 + [2636] * 7 + [2011] * 3 + [8072] * 10
"""Three of Huawei, which would be what is left of those identified beside Cisco and Juniper."""
TIERS = ("trace_count", "on_hop_count", "in_network_count", "unknown_count", "clear_count")


def files() -> dict[str, str]:
    seen = "".join(
        f"{router(at)},{number},3,{mac(at)},{at + 3},{97 * at + 5},NL,Town,{64500 + at % 6},NET-{at % 6}\n"
        for at, number in enumerate(NUMBERS)
    )
    asked = [*(router(at) for at in range(60)), *(f"45.0.9.{at}" for at in range(1, 4))]
    sent = ["trace_id,started_at,family,source_address,source_country,target_address,target_country,reached,hop_count"]
    hops = ["trace_id,ttl_count,address,rtt_ms"]
    ways = [("Italy", [router(at)]) for at in range(20)] + [("Italy", [router(47), router(at)]) for at in range(7)]
    ways += [("Italy", [router(50)])] * 30 + [("Japan", [router(40), router(at)]) for at in range(3)]
    ways += [("Iran", [router(48)])] * 2
    for number, (place, way) in enumerate(ways):
        sent.append(f"t{number},2025-05-08T10:00:00Z,ipv4,195.0.0.1,NL,8.8.8.8,{place},yes,{len(way) + 1}")
        hops += [f"t{number},{ttl},{one},{ttl}" for ttl, one in enumerate([*way, "8.8.8.8"], start=1)]
    ranges = "".join(f"45.{at}.0.0,45.{at}.255.255,{64500 + at},NET-{at}\n" for at in range(6))
    return {
        "scan_2025-05-07_NL.csv": SCAN + seen,
        "probed.txt": "\n".join(asked) + "\n",
        "probed.toml": '[constants]\ncountry = "Netherlands"\n',
        "trace.csv": "\n".join(sent) + "\n",
        "hop.csv": "\n".join(hops) + "\n",
        "ip-to-asn-ipv4-20250501.csv": ranges,
    }


def test_what_the_public_sees_tells_no_count_under_five(tmp_path: Path) -> None:
    case = Case.open(case_of(tmp_path / "few", files()))
    provenet.screen(case, ["nl-trust-2019"], country=["Netherlands"], as_of=DAY)
    provenet.depend(case, country=["Netherlands"], as_of=DAY)
    provenet.expose(
        case, paths=True, vendors=["huawei", "cisco", "juniper", "seat:CN"], country=["Netherlands"], as_of=DAY
    )
    page = Page(provenet.brief(case, country=["Netherlands"], as_of=DAY).dossiers[0].html.read_bytes())
    assert "Cisco" in page.text and "of those probed there" not in page.text
    assert "how many were probed, as a count under five would follow from it" in page.text
    public = public_case(Case.open(case.path))
    shares = public.read_latest("measured_share").to_dicts()
    assert {tuple(row["vendor_ids"]) for row in shares} == {("cisco",)}
    assert [row["measured_of"] for row in shares] == ["answered"]
    paths = public.read_latest("path_exposure").to_dicts()
    assert {row["restricted_says"] for row in paths if row["target_country"] is None} >= {"Huawei"}
    for row in [*shares, *paths]:
        few = {name: value for name, value in row.items() if name.endswith("_count") and value in (1, 2, 3, 4)}
        assert not few.keys() - {"day_count", "moved_count"}, few
        assert row.get("low_network_share") is None
    for whole in (row for row in paths if row["target_country"] is None):
        parts = [row for row in paths if row["target_country"] and row["restricted_says"] == whole["restricted_says"]]
        assert not parts or all(whole[name] - sum(row[name] for row in parts) not in (1, 2, 3, 4) for name in TIERS)


OF_SEATS = [9] * 6 + [13191] * 6 + [25506] * 6
"""Cisco, a maker of no known seat (OneAccess), and H3C."""


def files_of_seats() -> dict[str, str]:
    seen = "".join(
        f"{router(at)},{number},3,{mac(at)},{at + 3},{97 * at + 5},NL,Town,64500,NET\n"
        for at, number in enumerate(OF_SEATS)
    )
    sent = ["trace_id,started_at,family,source_address,source_country,target_address,target_country,reached,hop_count"]
    hops = ["trace_id,ttl_count,address,rtt_ms"]
    for at in range(len(OF_SEATS)):
        sent.append(f"t{at},2025-05-08T10:00:00Z,ipv4,195.0.0.1,NL,8.8.8.8,Italy,yes,2")
        hops += [f"t{at},1,{router(at)},1", f"t{at},2,8.8.8.8,2"]
    return {"scan_2025-05-07_NL.csv": SCAN + seen, "trace.csv": "\n".join(sent), "hop.csv": "\n".join(hops)}


def test_equipment_of_no_known_seat_is_unknown_and_not_clear(tmp_path: Path) -> None:
    case = Case.open(case_of(tmp_path / "seats", files_of_seats()))
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
