"""`provenet inside`, `--replace` and `--steer` too, as an engineer calls it: a network worked by hand."""

import gzip
import json
from pathlib import Path

import polars as pl
import pytest

pytest.importorskip("numba")
pytest.importorskip("highspy")

import provenet as package
from doors.conftest import Provenet
from doors.inside_files import NETWORK, write_inside_files
from provenet.core.errors import UsageFault
from provenet.tools import inside_answer as inside_changes


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_inside_files(tmp_path)
    (tmp_path / "sensitive.txt").write_text("D1\nstub\n")
    (tmp_path / "costs.csv").write_text("id,cost\nnorth,5\nse,none\n")
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


NORTH, SE = {"kind": "node", "id": "north"}, {"kind": "link", "id": "se"}


def test_three_problems_have_three_answers(provenet: Provenet, folder: Path) -> None:
    """North is restricted: its branch carries half of D1 and D2. Routing could go south, a failure of it could not."""
    found = call(provenet, folder, "--replace")["replacement"]
    assert found["low"] == found["high"]
    one = found["low"]
    assert one["as_routed"]["elements"] == [NORTH] and one["as_routed"]["cost"] == 1.0
    assert (one["rerouted"]["elements"], one["rerouted"]["cost"], one["rerouted"]["bound"]) == ([], 0.0, 0.0)
    assert one["rerouted_under_failures"]["elements"] == [NORTH]
    assert one["rerouted_under_failures"]["parted_pairs"] == [{"source": "west", "target": "stub"}]
    assert one["as_routed_under_failures"]["elements"] == [NORTH]
    assert {one[key]["proof"] for key in one if key != "left_out"} == {"certified"}


def test_the_frontier_gives_whole_demands_and_flow(provenet: Provenet, folder: Path) -> None:
    rows = call(provenet, folder, "--replace")["replacement"]["low"]["as_routed"]["frontier"]
    assert [(row["cost"], row["clear_volume"], row["exposed_volume"]) for row in rows] == [(0, 10, 5), (1, 20, 0)]
    assert [row["added"] for row in rows] == [[], [NORTH]]


def test_unknown_elements_are_clear_at_the_low_end(provenet: Provenet, folder: Path) -> None:
    found = call(provenet, folder, "--replace", "--unknown", str(folder / "unknown.txt"))["replacement"]
    assert found["low"]["as_routed"]["elements"] == [NORTH]
    assert found["high"]["as_routed"]["elements"] == [NORTH, SE]
    assert found["high"]["rerouted"]["cost"] == 1.0


def test_costs_and_a_budget(provenet: Provenet, folder: Path) -> None:
    words = ("--unknown", str(folder / "unknown.txt"), "--costs", str(folder / "costs.csv"), "--budget", "4")
    found = call(provenet, folder, "--replace", *words)["replacement"]
    assert found["costs_assumed"] is False
    best = found["low"]["as_routed"]["within_budget"]
    assert (best["elements"], best["clear_volume"], best["bound_volume"], best["proof"]) == ([], 10.0, 10.0, "solver")
    assert found["high"]["as_routed"]["unattainable_volume"] == 10.0, "se cannot be replaced"
    assert found["high"]["rerouted"]["elements"] == [NORTH] and found["high"]["rerouted"]["cost"] == 5.0


def test_sensitive_demands_are_named_by_id_or_node(provenet: Provenet, folder: Path) -> None:
    answer = call(provenet, folder, "--replace", "--steer", "--sensitive", str(folder / "sensitive.txt"))
    for key in ("replacement", "steering"):
        assert (answer[key]["sensitive_demands"], answer[key]["sensitive_volume"]) == (2, 10.0)
    (folder / "sensitive.txt").write_text("stbu\n")
    found = provenet(
        "inside", folder / "net.txt", "--restricted", folder / "none.txt", "--steer", "--sensitive",
        folder / "sensitive.txt",
    )  # fmt: skip
    assert found.code == 3
    assert "no such demand or node; found 'stbu', expected the id of a demand or of a node. Nearest: stub." in found.err


def test_traffic_is_steered_over_clear_paths(provenet: Provenet, folder: Path) -> None:
    found = call(provenet, folder, "--steer")["steering"]
    assert found["low"] == found["high"] and found["unknown_capacities"] == 0
    one = found["low"]
    assert (one["clear_today_volume"], one["clear_volume"], one["bound_volume"]) == (15.0, 20.0, 20.0)
    assert (one["proof"], one["verified"]) == ("certified", True)
    assert {row["demand_id"]: (row["nodes"], row["links"]) for row in one["paths"]} == {
        "D1": (["west", "south", "east"], ["ws", "se"]),
        "D2": (["west", "south", "east", "stub"], ["ws", "se", "es"]),
    }
    assert {row["demand_id"]: row["segments"] for row in one["paths"]} == {
        "D1": [{"kind": "node", "id": "south"}, {"kind": "node", "id": "east"}],
        "D2": [{"kind": "node", "id": "south"}, {"kind": "node", "id": "stub"}],
    }
    assert all(row["stretch"] == 1.0 and row["clear"] for row in one["paths"])
    assert one["by_metrics"]["clear_volume"] == 20.0
    assert {row["link_id"] for row in one["by_metrics"]["changes"]} <= {"wn", "ne"}


def test_capacity_holds_steering_back_and_has_a_price(provenet: Provenet, folder: Path) -> None:
    """Through south 15 go today, of which 10 end there; 16 may: one more unit of D1 or D2 fits."""
    found = call(provenet, folder, "--steer", "--utilisation", "0.16")["steering"]["low"]
    assert found["clear_volume"] == pytest.approx(16.0)
    assert [(row["link_id"], row["price"]) for row in found["limits"]] == [("ws", pytest.approx(1.0))]
    assert found["prices"] == [{**NORTH, "bound_volume": pytest.approx(4.0), "gain_volume": pytest.approx(4.0)}]
    assert found["best_price_proven"] is True


def test_unknown_capacities_carry_no_more_than_today_at_the_low_end(provenet: Provenet, folder: Path) -> None:
    text = (folder / "net.txt").read_text().replace(") 100.00", ") 0.00")
    (folder / "net.txt").write_text(text)
    found = call(provenet, folder, "--steer")["steering"]
    assert found["unknown_capacities"] == 10
    assert (found["low"]["clear_volume"], found["high"]["clear_volume"]) == (15.0, 20.0)


def test_what_own_links_do_not_take_is_exposed(provenet: Provenet, folder: Path) -> None:
    """From west 20 go; half of D1 and D2 meets north: 5 of 20. A satellite takes 8 of 20, so 0.6 x 0.25 is exposed."""
    (folder / "own.csv").write_text("node,capacity,state\nwest,8,clear\nstub,1..2,restricted\nsouth,,\n")
    words = ("--restricted", folder / "restricted.txt", "--own-links", folder / "own.csv")
    found = provenet("inside", folder / "net.txt", *words, "--json")
    rows = {(row["direction"], row["node"]): row for row in json.loads(found.out)["own_links"]}
    west = rows["from", "west"]
    assert (west["volume"], west["network_low_share"]) == (20.0, 0.25)
    assert (west["spilled_low_share"], west["spilled_high_share"]) == (0.6, 0.6)
    assert (west["low_share"], west["high_share"]) == (pytest.approx(0.15), pytest.approx(0.15))
    stub = rows["to", "stub"]
    assert (stub["spilled_low_share"], stub["spilled_high_share"]) == (0.0, 0.5)
    assert (stub["low_share"], stub["high_share"]) == (0.75, 1.0), "a restricted link of its own exposes too"
    south = rows["to", "south"]
    assert (south["spilled_low_share"], south["spilled_high_share"]) == (0.0, 1.0)
    assert (south["low_share"], south["high_share"]) == (0.0, 1.0), "neither capacity nor state is known"
    assert "  from west: 60 % spills; exposed 15 %" in provenet("inside", folder / "net.txt", *words).out
    (folder / "own.csv").write_text("west\nwets,1\nwest,5..2\nwest,1,blue\nwest,none\n")
    err = provenet("inside", folder / "net.txt", *words).err
    for line in [
        "own.csv row 1: the line is of another shape; found 'west', expected node,capacity,state.",
        "own.csv row 2: no such node in the topology; found 'wets', expected the id of one node. Nearest: west.",
        "own.csv row 3: the capacity is no amount; found '5..2', expected an amount of 0 or more, a span such as 2..5,",
        "own.csv row 4: the state is none; found 'blue', expected clear, restricted or unknown.",
        "own.csv row 5: the capacity is no amount; found 'none'",
    ]:
        assert line in err, err


def test_lines_say_what_to_replace_and_where_to_steer(provenet: Provenet, folder: Path) -> None:
    words = ("--restricted", folder / "restricted.txt", "--replace", "--steer", "--budget", "1")
    out = provenet("inside", folder / "net.txt", *words).out
    for line in [
        "Replace so that 3 sensitive demands (20 in all) are clear. Each element costs 1.",
        "  Routing as it is: 1 element at 1: north.",
        "1: 100 % of the traffic in demands wholly clear, 0 % still exposed",
        "    Within 1: north makes 20 clear (proven, and verified without a solver).",
        "  Routing may change: nothing has to be replaced (proven, and verified without a solver).",
        "  Routing may change, any single failure: 1 element at 1: north (proven, and verified without a solver).",
        "  west to east: 100 % by west - south - east (segments: node south, node east)",
    ]:
        assert line in out, out


def test_options_that_go_with_others_say_so(provenet: Provenet, folder: Path) -> None:
    given = ("inside", folder / "net.txt", "--restricted", folder / "none.txt")
    found = provenet(*given, "--budget", "3")
    assert found.code == 2 and "expected --replace with them" in found.err
    found = provenet(*given, "--sensitive", folder / "sensitive.txt")
    assert found.code == 2 and "expected --replace or --steer with it" in found.err
    (folder / "costs.csv").write_text("north;5\nsouth,cheap\nnowhere,1\n")
    found = provenet(*given, "--replace", "--costs", folder / "costs.csv")
    assert found.code == 3
    for line in [
        "costs.csv row 1: the line is of another shape; found 'north;5', expected id,cost.",
        "costs.csv row 2: the cost is no amount; found 'cheap', expected a number of 0 or more, or none.",
        "costs.csv row 3: no such node or link in the topology; found 'nowhere'",
    ]:
        assert line in found.err


def test_more_demands_than_may_move_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inside_changes, "MOST_STEERED", 2)
    with pytest.raises(UsageFault) as fault:
        package.inside(folder / "net.txt", restricted=folder / "restricted.txt", steer=True, move_others=True)
    assert str(fault.value) == (
        "--steer: 3 demands would be moved; expected at most 2. "
        "Leave out --move-others: other traffic then stays where it is."
    )


def test_many_demands_are_steered_in_turn_and_the_bound_is_said(
    provenet: Provenet, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = ("inside", folder / "net.txt", "--restricted", folder / "restricted.txt", "--steer")
    best = provenet(*given, "--json").json["steering"]["low"]
    assert best["way"] == "program"
    monkeypatch.setattr("provenet.routing.steering.MOST_WORK", 0)
    found = provenet(*given, "--json").json["steering"]["low"]
    assert (found["way"], found["verified"]) == ("in turn", True)
    assert found["clear_today_volume"] <= found["clear_volume"] <= best["clear_volume"] <= found["bound_volume"]
    said = "So many demands are steered one after the other: a better way may exist, up to the bound of"
    assert said in provenet(*given).out


def test_steered_paths_are_written_too(provenet: Provenet, folder: Path) -> None:
    given = ("inside", folder / "net.txt", "--restricted", folder / "restricted.txt", "--steer")
    answer = provenet(*given, "--json", "--out", folder / "rows.parquet").json
    assert Path(answer["out"][-1]).name == "rows-paths.parquet"
    table = pl.read_parquet(folder / "rows-paths.parquet")
    for reading in ("low", "high"):
        paths = answer["steering"][reading]["paths"]
        rows = table.filter(reading=reading)
        assert rows["nodes"].to_list() == [path["nodes"] for path in paths]
        assert rows["links"].to_list() == [path["links"] for path in paths]
        assert rows["volume"].to_list() == [path["volume"] for path in paths]
        segments = [[f"{one['kind']} {one['id']}" for one in path["segments"]] for path in paths]
        assert rows["segments"].to_list() == segments
    assert len(table)


def test_from_python_the_answer_has_both() -> None:
    network = b"NODES (\n a\n b\n c\n)\nLINKS (\n ab ( a b )\n bc ( b c )\n ac ( a c )\n)\n"
    network += b"DEMANDS (\n d ( a b ) 1 8 UNLIMITED\n)\n"
    report = package.inside(("net.txt", network), restricted=("r.txt", b"ab\n"), steer=True, replace=True)
    steering, replacement = report.as_dict()["steering"], report.as_dict()["replacement"]
    assert (steering["low"]["clear_volume"], steering["high"]["clear_volume"]) == (0.0, 8.0)
    assert replacement["low"]["as_routed"]["elements"] == [{"kind": "link", "id": "ab"}]
    assert replacement["low"]["rerouted"]["elements"] == []


def test_capacities_in_another_unit_than_volumes_are_not_known(folder: Path) -> None:
    """As in a case: 10 GBITPERSEC are not 10 MBITPERSEC; volumes of a list without a unit are in that of capacities."""
    net = (folder / "net.txt").read_bytes()
    demands = ("d.txt", net.replace(b"MBITPERSEC", b"GBITPERSEC"))
    given = {"restricted": folder / "restricted.txt", "steer": True}
    other = package.inside(("net.txt", net), demands=demands, **given).summary["steering"]
    listed = package.inside(("net.txt", net), demands=folder / "demands.csv", **given).summary["steering"]
    assert (other["unknown_capacities"], listed["unknown_capacities"]) == (10, 0)
