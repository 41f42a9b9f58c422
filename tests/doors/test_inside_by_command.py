"""`provenet inside` as an engineer calls it: a network worked by hand."""

import gzip
import json
from pathlib import Path

import polars as pl
import pytest

pytest.importorskip("numba")

import provenet as package
from doors.conftest import Provenet
from doors.inside_files import NETWORK, write_inside_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_inside_files(tmp_path)
    return tmp_path


def call(provenet: Provenet, folder: Path, *words: str, name: str = "net.txt") -> dict:
    restricted = () if "--restricted" in words else ("--restricted", str(folder / "restricted.txt"))
    found = provenet("inside", folder / name, *restricted, *words, "--json")
    assert found.code == 0, found.err
    return json.loads(found.out)


def test_exposure_today_is_an_interval_of_each_demand(provenet: Provenet, folder: Path) -> None:
    answer = call(provenet, folder, "--unknown", str(folder / "unknown.txt"))
    shares = {row["demand_id"]: (row["low_share"], row["high_share"]) for row in answer["demands"]}
    assert shares == {"D1": (0.5, 1.0), "D2": (0.5, 1.0), "D3": (0.0, 0.0)}
    totals = answer["totals"]
    assert (totals["restricted_volume"], totals["unknown_volume"], totals["clear_volume"]) == (5.0, 5.0, 10.0)
    assert totals["low_share"] == 0.25 and totals["high_share"] == 0.5
    assert answer["volume_unit"] == "MBITPERSEC" and answer["demands_assumed"] is False


def test_loads_are_shares_of_the_busiest_direction(provenet: Provenet, folder: Path) -> None:
    rows = {row["link_id"]: row for row in call(provenet, folder)["link_loads"]}
    ahead = {name: row["forward_share"] for name, row in rows.items()}
    assert ahead == {"wn": 5 / 15, "ws": 1.0, "ne": 5 / 15, "se": 5 / 15, "es": 2 / 15}
    assert {row["backward_share"] for row in rows.values()} == {0.0}
    assert (rows["ne"]["source"], rows["ne"]["target"]) == ("north", "east")
    both = {row["link_id"]: row for row in call(provenet, folder, "--demands-both-ways")["link_loads"]}
    assert all(row["forward_share"] == row["backward_share"] for row in both.values())


def test_a_failure_makes_clear_demands_restricted(provenet: Provenet, folder: Path) -> None:
    answer = call(provenet, folder, "--failures", "single")
    rows = {row["demand_id"]: row for row in answer["demands"]}
    assert rows["D3"]["low_share"] == 0.0 and rows["D3"]["worst_low_share"] == 1.0
    assert rows["D3"]["worst_failure"] == "link ws" and rows["D3"]["latent_scenarios"] == 1
    by_name = {row["scenario"]: row for row in answer["scenarios"]}
    assert by_name["link ws"]["restricted_volume"] == 20.0 and by_name["link ws"]["latent_volume"] == 10.0
    assert by_name["node west"]["carried_volume"] == 0.0 and by_name["node west"]["low_share"] is None
    assert by_name["link es"]["disconnected_volume"] == 2.0 and by_name["node stub"]["ended_volume"] == 2.0
    assert answer["scenario_count"] == 1 + 5 + 5
    assert {row["kind"]: row["scenarios"] for row in answer["by_kind"]} == {"link": 5, "node": 5}


def test_groups_fail_together_and_pairs_too(provenet: Provenet, folder: Path) -> None:
    answer = call(provenet, folder, "--failures", "double", "--srlgs", str(folder / "groups.csv"))
    by_name = {row["scenario"]: row for row in answer["scenarios"]}
    assert by_name["group duct"]["failed"] == [{"kind": "group", "id": "duct"}]
    assert by_name["group duct"]["disconnected_volume"] == 10.0, "south stands alone without its two links"
    assert by_name["link wn and link ws"]["disconnected_volume"] == 20.0
    assert answer["scenario_count"] == 1 + 11 + 55


def test_one_kind_of_element_may_fail_alone(provenet: Provenet, folder: Path) -> None:
    answer = call(provenet, folder, "--failures", "double", "--failing", "links")
    assert {row["kind"]: row["scenarios"] for row in answer["by_kind"]} == {"link": 5, "link+link": 10}
    found = provenet("inside", folder / "net.txt", "--restricted", folder / "none.txt", "--failing", "links")
    assert found.code == 2 and "expected --failures single or double with it" in found.err


def test_an_empty_list_is_fine_and_packed_files_too(provenet: Provenet, folder: Path) -> None:
    (folder / "net.txt.gz").write_bytes(gzip.compress(NETWORK.encode()))
    answer = call(provenet, folder, "--restricted", str(folder / "none.txt"), name="net.txt.gz")
    assert {row["high_share"] for row in answer["demands"]} == {0.0}


def test_an_id_that_is_not_there_names_the_nearest(provenet: Provenet, folder: Path) -> None:
    (folder / "wrong.txt").write_text("norht\nxyzzy\n")
    found = provenet("inside", folder / "net.txt", "--restricted", folder / "wrong.txt")
    assert found.code == 3
    says = "no such node or link in the topology"
    assert f"wrong.txt row 1: {says}; found 'norht', expected an id of the topology. Nearest: north." in found.err
    assert f"wrong.txt row 2: {says}; found 'xyzzy', expected an id of the topology." in found.err


def test_without_demands_gravity_is_a_named_assumption(provenet: Provenet, folder: Path) -> None:
    bare = NETWORK[: NETWORK.index("DEMANDS")]
    (folder / "bare.txt").write_text(bare)
    answer = call(provenet, folder, name="bare.txt")
    assert answer["demands_assumed"] is True and answer["demand_count"] == 20
    assert answer["demands_stated"].startswith("Assumption: no demands are known")
    assert answer["volume"] == pytest.approx(1.0)


def test_demands_of_another_file_and_other_metrics(provenet: Provenet, folder: Path) -> None:
    words = ("--demands", str(folder / "demands.csv"), "--metric", "weight")
    answer = call(provenet, folder, *words)
    assert [row["volume"] for row in answer["demands"]] == [4.0]
    assert call(provenet, folder, "--metric", "length")["totals"]["low_share"] > 0


def test_tables_are_written_beside_each_other(provenet: Provenet, folder: Path) -> None:
    answer = call(provenet, folder, "--failures", "single", "--out", str(folder / "rows.parquet"))
    assert [Path(name).name for name in answer["out"]] == [
        "rows.parquet",
        "rows-links.parquet",
        "rows-scenarios.parquet",
    ]
    assert len(pl.read_parquet(folder / "rows.parquet")) == 3
    assert len(pl.read_parquet(folder / "rows-scenarios.parquet")) == 11


def test_lines_say_what_matters(provenet: Provenet, folder: Path) -> None:
    words = ("--restricted", folder / "restricted.txt", "--unknown", folder / "unknown.txt", "--failures", "single")
    found = provenet("inside", folder / "net.txt", *words)
    assert "Exposed today: 25 to 50 % of the traffic." in found.out
    assert "west to south: 100 % without link ws" in found.out
    assert "west to east: 50 to 100 % of 8" in found.out


def test_python_callers_get_the_same_tables(folder: Path) -> None:
    report = package.inside(folder / "net.txt", restricted=("r.txt", b"north\n"))
    assert report.demands["low_share"].to_list() == [0.5, 0.5, 0.0]


def test_names_of_both_kinds_mean_the_node(provenet: Provenet, folder: Path) -> None:
    (folder / "twofold.txt").write_text(NETWORK.replace("es ( east stub", "east ( east stub"))
    (folder / "east.txt").write_text("east\n")
    (folder / "link.txt").write_text("link:east\n")
    answer = call(provenet, folder, "--restricted", str(folder / "east.txt"), name="twofold.txt")
    assert (
        answer["restricted"] == {"nodes": ["east"], "links": []} and "names a node and a link" in answer["remarks"][0]
    )
    answer = call(provenet, folder, "--restricted", str(folder / "link.txt"), name="twofold.txt")
    assert answer["restricted"] == {"nodes": [], "links": ["east"]}


def test_names_with_odd_line_ends_stay_whole_in_json(provenet: Provenet, folder: Path) -> None:
    graph = {"nodes": [{"id": "a\u2028b"}, {"id": 'c"\\'}], "edges": [{"source": "a\u2028b", "target": 'c"\\'}]}
    (folder / "odd.json").write_text(json.dumps(graph))
    answer = call(provenet, folder, "--restricted", str(folder / "none.txt"), name="odd.json")
    assert {row["source"] for row in answer["demands"]} == {"a\u2028b", 'c"\\'}
    found = provenet("inside", folder / "odd.json", "--restricted", folder / "none.txt")
    assert "\\u2028" in found.out
