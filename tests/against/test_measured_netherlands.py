"""A case of the public scans of May 2025 and traceroutes of November 2019: what their readme counts, and stable days.

The files of ../shared/data are read by path and never copied into the repository.
"""

import csv
import io
import json
import lzma
from bisect import bisect_right
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest

pytest.importorskip("numba", reason="the extra 'internet' is not installed")

import provenet
from provenet.case.case import Case

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
if not SHARED.is_dir():
    SHARED = Path.cwd().parent / "shared" / "data"
SCANS, TRACES, TABLES = SHARED / "snmpv3-nl-be-lu-2025", SHARED / "traces-atlas-anchors-2019", SHARED / "ip-tables"
ARE_HERE = SCANS.is_dir() and TRACES.is_dir() and TABLES.is_dir()
LACKING = "the scans, traces and tables of ../shared/data are not here"
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not ARE_HERE, reason=LACKING)]
DAY = "2026-11-25"


def addresses_of_traces() -> list[int]:
    found = set()
    with lzma.open(TRACES / "traceroutes.ndjson.xz", "rt", encoding="utf-8") as stream:
        for line in stream:
            told = json.loads(line)
            packets = [one for hop in told["result"] for one in hop.get("result", [])]
            found |= {told.get("from"), told.get("dst_addr"), *(one.get("from") for one in packets)}
    return sorted(int(ip_address(one)) for one in found if one and ":" not in one)


def ranges_that_hold(name: str, wanted: list[int]) -> Iterator[str]:
    """The lines of a table of ranges in which one of the addresses lies."""
    with lzma.open(TABLES / name, "rt", encoding="utf-8") as stream:
        for line in stream:
            first, last, *_ = next(csv.reader(io.StringIO(line)))
            at = bisect_right(wanted, int(ip_address(last)))
            if at and wanted[at - 1] >= int(ip_address(first)):
                yield line


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = tmp_path_factory.mktemp("netherlands")
    provenet.new(folder / "case", "The Netherlands, Belgium and Luxembourg")
    (folder / "probed_2025-05-13.txt.xz").write_bytes((SCANS / "probed_2025-05-13_NL_ipv4.txt.xz").read_bytes())
    (folder / "probed_2025-05-13.toml").write_text('[constants]\ncountry = "Netherlands"\n', encoding="utf-8")
    wanted = addresses_of_traces()
    tables = ("ip-to-asn-ipv4-20260617.csv", "ip-to-country-ipv4-20260617.csv")
    for name in tables:
        (folder / name).write_text("".join(ranges_that_hold(f"{name}.xz", wanted)), encoding="utf-8")
    files = [
        *sorted(SCANS.glob("parsed_2025-05-*_NL_BE_LU.csv.xz")),
        folder / "probed_2025-05-13.txt.xz",
        TRACES / "traceroutes.ndjson.xz",
        *(folder / name for name in tables),
    ]
    added = provenet.add(folder / "case", files)
    assert added.fault_count == 0, added.faults
    provenet.depend(folder / "case", country=["Netherlands"], as_of=DAY)
    return Case.open(folder / "case")


def test_the_denominator_and_the_coverage_are_those_of_the_source(case: Case) -> None:
    rows = case.read_latest("measured_share").filter(measured_of="probed", period="all", level="country")
    assert rows["router_count"].unique().to_list() == [18_426]
    # 1,721 of them answered on 13 May; the other six days add some of the list.
    (answered,) = rows["answered_count"].unique()
    assert 1_721 <= answered <= 1_800
    assert answered / 18_426 == pytest.approx(0.09, abs=0.01)
    vendors = {row["vendor_ids"][0]: row for row in rows.iter_rows(named=True) if row["part"] is None}
    for row in vendors.values():
        assert row["low_unanswered_share"] < 0.06 and row["high_unanswered_share"] > 0.9
    assert {"cisco", "juniper", "mikrotik", "huawei", "h3c"} <= set(vendors)
    assert "net-snmp" not in vendors


def test_shares_are_stable_over_the_seven_days_within_the_printed_intervals(case: Case) -> None:
    rows = case.read_latest("measured_share").filter(measured_of="answered", period="all", level="country")
    for row in rows.filter(rows["seen_count"] >= 20).iter_rows(named=True):
        assert row["day_count"] == 7
        assert row["low_seen_share"] <= row["low_daily_share"] <= row["high_daily_share"] <= row["high_seen_share"]
        assert row["high_daily_share"] - row["low_daily_share"] < 0.04


def test_traces_cross_networks_of_huawei_and_no_hop_of_it(case: Case) -> None:
    (country,) = provenet.expose(
        case.path, paths=True, vendors=["huawei", "cisco"], country=["Germany"], as_of=DAY
    ).countries
    whole = {row["restricted_says"]: row for row in country.paths if row["target_country"] is None}
    for row in whole.values():
        tiers = [row[f"{name}_count"] for name in ("on_hop", "in_network", "unknown", "clear")]
        assert sum(tiers) == row["trace_count"] == 116
        assert (row["traced_low_on"].year, row["seen_low_on"].year, row["origins_on"].year) == (2019, 2025, 2026)
    assert whole["Huawei"]["on_hop_count"] == whole["Huawei"]["clear_count"] == 0
    assert whole["Huawei"]["in_network_count"] > 0
    assert whole["Cisco"]["in_network_count"] >= whole["Huawei"]["in_network_count"]
