"""`provenet inventory` at the terminal: sentences, one JSON object, Parquet, and codes 0, 2 and 3."""

import gzip
import re
from pathlib import Path

import polars as pl
import pytest

import provenet as package
from doors.conftest import Provenet

HUAWEI = "1.3.6.1.2.1.1.1.0|4|S2700 Huawei Versatile Routing Platform\n1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.2011.2.23.114\n"
LINUX = "1.3.6.1.2.1.1.1.0|4|Linux host 5.4\n1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.8072.3.2.10\n"
ZTE = '.1.3.6.1.2.1.1.2.0 = OID: .1.3.6.1.4.1.3902.3.100.20\n.1.3.6.1.2.1.1.1.0 = STRING: "ZXR10"\n'
NEIGHBOUR = "1.3.6.1.4.1.9.9.23.1.2.1.1.6.7.1|4|switch-2\n"


@pytest.fixture
def walks(tmp_path: Path) -> Path:
    """A folder with four walks, one of them empty, and a file that is none."""
    folder = tmp_path / "walks"
    (folder / "deep").mkdir(parents=True)
    (folder / "core-1.muc.snmprec").write_text(HUAWEI + NEIGHBOUR, encoding="utf-8")
    (folder / "deep" / "host.snmprec.gz").write_bytes(gzip.compress(LINUX.encode()))
    (folder / "edge.snmpwalk").write_text(ZTE, encoding="utf-8")
    (folder / "empty.snmprec").write_bytes(b"")
    (folder / "notes.txt").write_text("none of these", encoding="utf-8")
    return folder


def test_sentences(provenet: Provenet, walks: Path) -> None:
    ran = provenet("inventory", walks)
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.replace(str(walks), "walks")
    assert re.sub(r"\d+\.\d s", "0.0 s", lines) == (
        "4 files: 4 devices, 0 parts, 1 link\n"
        "\n"
        "  unknown                             2\n"
        "  huawei                              1\n"
        "  zte                                 1\n"
        "\n"
        "core-1.muc: huawei, S2700 (high). sysObjectID 1.3.6.1.4.1.2011.2.23.114 (HUAWEI Technology Co.,Ltd); "
        "sysDescr Huawei\n"
        "host: unknown (none). sysObjectID 1.3.6.1.4.1.8072.3.2.10 names an agent, not a maker (net-snmp; the agent of "
        "Linux and BSD hosts and of many appliances)\n"
        "edge: zte, ZXR10 (high). sysObjectID 1.3.6.1.4.1.3902.3.100.20 (Zhongxing Telecom Co.,ltd. (abbr. ZTE)); "
        "sysDescr ZXR10\n"
        "empty: unknown (none). Nothing in the walk names a maker\n"
        "Mind: walks: 1 file of other endings passed over\n"
        "0.0 s\n"
    )


def test_one_json_object_and_python(provenet: Provenet, walks: Path) -> None:
    answer = provenet("inventory", walks, "--json").json
    rows = {(row["device_id"], row["part"]): row for row in answer["rows"]}
    assert set(rows) == {(name, None) for name in ("core-1.muc", "host", "edge", "empty")}
    assert rows["core-1.muc", None]["vendor_id"] == "huawei"
    assert (rows["host", None]["vendor_id"], rows["host", None]["confidence"]) == (None, "none")
    assert answer["links"] == [
        {
            "source_device": "core-1.muc",
            "source_port": "ifIndex 7",
            "target_device": "switch-2",
            "target_port": None,
            "evidence": "CDP",
            "target_vendor_id": None,
            "locator": "core-1.muc.snmprec, 1.3.6.1.4.1.9.9.23.1.2.1.1.7.1",
        }
    ]
    assert (answer["device_count"], answer["unknown_device_count"], answer["link_count"]) == (4, 2, 1)
    found = package.inventory([walks])
    assert [one.device_id for one in found.devices] == [row["device_id"] for row in answer["rows"]]
    assert found.summary()["devices_by_vendor"] == answer["devices_by_vendor"]


def test_rows_and_links_as_parquet(provenet: Provenet, walks: Path, tmp_path: Path) -> None:
    out, links = tmp_path / "p.parquet", tmp_path / "l.parquet"
    ran = provenet("inventory", walks, "--out", out, "--links-out", links)
    assert ran.code == 0
    rows = pl.read_parquet(out)
    assert rows.height == 4
    assert rows.columns[:7] == ["device_id", "part", "vendor_id", "vendor_text", "model", "evidence", "confidence"]
    assert rows.filter(pl.col("vendor_id").is_null())["device_id"].to_list() == ["host", "empty"]
    assert pl.read_parquet(links)["target_device"].to_list() == ["switch-2"]


def test_wrong_calls(provenet: Provenet, tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    for words, sentence in (
        ((), "provenet inventory: Missing argument 'FILE...'. See: provenet inventory --help"),
        ((tmp_path / "gone",), f"FILE: no such file or folder; found {str(tmp_path / 'gone')!r}."),
        (
            (tmp_path / "bare",),
            f"FILE: no file of devices in this folder; found {str(tmp_path / 'bare')!r}, expected one of ",
        ),
    ):
        ran = provenet("inventory", *words)
        assert ran.code == 2
        assert ran.err.startswith(sentence)


def test_all_faults_of_all_files_at_once(provenet: Provenet, walks: Path) -> None:
    broken = walks / "broken.snmprec.gz"
    broken.write_bytes(gzip.compress(HUAWEI.encode() * 100)[:60])
    (walks / "deep" / "edge.snmprec").write_text(HUAWEI, encoding="utf-8")
    ran = provenet("inventory", walks, walks / "notes.txt")
    assert ran.code == 3
    first, second, third = [line for line in ran.err.splitlines() if not line.startswith(" ")][:3]
    assert "broken.snmprec.gz" in first
    assert second.startswith(
        f"{walks / 'notes.txt'}: no format of devices is known by this file; expected snmprec (a walk"
    )
    assert third.startswith("edge.snmpwalk: device edge stands in edge.snmprec too, otherwise")


def test_the_same_walk_twice_is_one_device(provenet: Provenet, walks: Path) -> None:
    (walks / "deep" / "core-1.muc.snmprec").write_text(HUAWEI + NEIGHBOUR, encoding="utf-8")
    assert provenet("inventory", walks, "--json").json["device_count"] == 4


def test_files_of_a_folder_that_no_format_knows_are_counted(provenet: Provenet, walks: Path) -> None:
    (walks / "a.json").write_text('{"none": "of these"}', encoding="utf-8")
    remarks = provenet("inventory", walks, "--json").json["remarks"]
    assert remarks == [
        f"{walks}: 1 file of other endings passed over",
        f"1 file passed over, as no format knows them; the first: {walks / 'a.json'}",
    ]


def test_a_walk_becomes_assets_of_a_case(provenet: Provenet, walks: Path, tmp_path: Path) -> None:
    parts = "1.3.6.1.2.1.47.1.1.1.1.5.1|2|3\n1.3.6.1.2.1.47.1.1.1.1.5.2|2|9\n1.3.6.1.2.1.47.1.1.1.1.7.2|4|Slot 1\n"
    (walks / "core-1.snmprec").write_text(HUAWEI + parts, encoding="utf-8")
    constants = 'carrier_id = "vodafone-germany"\ncountry = "Germany"\nasset_class = "transport.router"\n'
    (walks / "core-1.toml").write_text(f"[constants]\n{constants}", encoding="utf-8")
    case = tmp_path / "case"
    assert provenet("new", case).code == 0
    assert provenet("add", case, walks / "core-1.snmprec").code == 0
    out = tmp_path / "asset.csv"
    assert provenet("export", case, "--table", "asset", "--out", out).code == 0
    rows = {row["asset_id"]: row for row in pl.read_csv(out).to_dicts()}
    assert {name: (row["layer"], row["vendor_id"], row["unit_count"]) for name, row in rows.items()} == {
        "core-1": ("hardware", "huawei", 1),
        "core-1/Slot 1": ("component", None, 1),
    }
