"""`vendors` and `paths` on public measurements, against what their publishers' own decoding and a plain join give."""

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("numba", reason="the extra 'internet' is not installed")

import provenet

SHARED = Path(__file__).parents[3] / "shared" / "data"
SCANS, GLOBAL = SHARED / "snmpv3-nl-be-lu-2025", SHARED / "snmpv3-global-2024"
ANCHORS = SHARED / "traces-atlas-anchors-2019" / "traceroutes.ndjson.xz"
ORIGINS = SHARED / "ip-tables" / "ip-to-asn-ipv4-20260617.csv.xz"
DAYS = [SCANS / f"parsed_2025-05-{day:02}_NL_BE_LU.csv.xz" for day in range(7, 14)]

pytestmark = pytest.mark.skipif(not SCANS.is_dir(), reason="the public measurements are not on this machine")


def test_the_netherlands_on_one_day() -> None:
    """18,426 addresses were probed, and 1,721 of them stand in the parsed answers: about 9 %."""
    probed = SCANS / "probed_2025-05-13_NL_ipv4.txt.xz"
    report = provenet.vendors(DAYS[-1], probed=probed)
    summary = report.summary
    assert (summary["probed_count"], summary["answered_count"]) == (18_426, 1_721)
    assert 0.09 < summary["answered_share"] < 0.1
    assert report.rows["is_probed"].sum() == 18_426
    for row in summary["by_vendor"]:
        # Ends hold whatever the silent are, and nothing that names a vendor is counted as clear of another.
        assert row["unanswered"]["low_share"] == row["router_count"] / 18_426
        assert row["unanswered"]["high_share"] >= summary["silent_count"] / 18_426


@pytest.mark.slow
def test_shares_of_the_netherlands_by_network() -> None:
    """Every network's share is held by its own denominator, which the table of origins gives."""
    tables = SHARED / "ip-tables"
    report = provenet.vendors(
        DAYS[-1],
        probed=SCANS / "probed_2025-05-13_NL_ipv4.txt.xz",
        origins=ORIGINS,
        countries=tables / "ip-to-country-ipv4-20260617.csv.xz",
    )
    summary = report.summary
    for part in (*summary["by_country"], *summary["by_network"], *summary["by_country_network"]):
        unknown = part["probed_count"] - part["identified_count"]
        for row in part["by_vendor"]:
            k, n = row["router_count"], part["probed_count"]
            assert row["unanswered"] == {"low_share": k / n, "high_share": (k + unknown) / n}
            assert row["low_share"] <= k / n <= row["high_share"]
    assert sum(part["probed_count"] for part in summary["by_country_network"]) <= 18_426


@pytest.fixture(scope="module")
def seven_days() -> dict[str, Any]:
    return provenet.vendors(DAYS).summary


def test_seven_days_of_three_countries(seven_days: dict[str, Any]) -> None:
    """Cisco 56 to 59 % of the answers, Juniper 9 %, MikroTik 5 to 6 %; Huawei 23 to 25 and H3C 34 to 45 addresses."""
    assert len(seven_days["by_day"]) == 7
    for day in seven_days["by_day"]:
        count = {row["vendor_id"]: row["router_count"] for row in day["by_vendor"]}
        part = {name: number / day["answered_count"] for name, number in count.items()}
        assert 0.55 < part["cisco"] < 0.605
        assert 0.075 < part["juniper"] < 0.1
        assert 0.04 < part["mikrotik"] < 0.065
        assert 23 <= count["huawei"] <= 25
        assert 34 <= count["h3c"] <= 45
    assert seven_days["left_out_count"] == 1
    assert seven_days["left_out"][0]["found"] == "46.23.83.35G"


def test_shares_of_each_day_lie_within_the_limits_of_the_week(seven_days: dict[str, Any]) -> None:
    week = {row["vendor_id"]: row["sampling"] for row in seven_days["by_vendor"]}
    for day in seven_days["by_day"]:
        for row in day["by_vendor"][:5]:
            limits, share = week[row["vendor_id"]], row["router_count"] / day["identified_count"]
            assert limits["low_share"] <= share <= limits["high_share"], (day["seen_on"], row["vendor_id"])


@pytest.mark.slow
def test_anchor_traces_cross_networks_and_no_device(tmp_path: Path) -> None:
    """114 of 1,000 traces hold a hop of which a scan names anybody: 109 a vendor of routers, 5 an agent of hosts alone.

    None is Huawei's, H3C's or ZTE's; 314 cross a network that shows such a device: the tier network, never hop.
    """
    scans = [*DAYS, GLOBAL / "identified.csv.xz", GLOBAL / "engine_data.json.xz"]
    vendors = tmp_path / "v.parquet"
    provenet.vendors(scans, on="2024-04-01", window_days=500).rows.write_parquet(vendors)
    found = provenet.paths(ANCHORS, vendors=vendors, origins=ORIGINS, restricted=["Huawei", "H3C", "ZTE"]).summary
    tiers = {name: one["trace_count"] for name, one in found["tiers"].items()}
    assert found["trace_count"] == 1_000
    assert found["identified_trace_count"] == 109
    assert (tiers["hop"], tiers["network"]) == (0, 314)
    assert sum(tiers.values()) == 1_000
    assert found["low_share"] == 0
    assert found["high_share"] == 1 - tiers["clear"] / 1_000
