"""`provenet hegemony`, `transit` and `vendor-influence` by hand on a graph and on MRT: rows, lines, every refusal."""

import json
import re
from pathlib import Path

import pytest

from support.tables import table

pytest.importorskip("numba", reason="the extra 'internet' is not installed")
import polars as pl

import provenet as package
from doors.conftest import Provenet, Ran
from doors.influence_files import TABLE, write_influence_files
from readers.mrt_bytes import path, rib

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    return write_influence_files(tmp_path)


def simulated(files: dict[str, Path], *more: str | Path, tool: str = "hegemony") -> tuple[str | Path, ...]:
    return (tool, "--graph", files["graph"], *more)


def cuba(files: dict[str, Path], *more: str | Path, tool: str = "hegemony") -> tuple[str | Path, ...]:
    tables = ("--addresses", files["origins"], "--countries", files["countries"])
    return simulated(files, *tables, "--country", "Cuba", *more, tool=tool)


def scores(ran: Ran, column: str = "high_share") -> dict[int, float]:
    assert (ran.code, ran.err) == (0, "")
    (target,) = ran.json["targets"]
    return {row["asn"]: row[column] for row in target["top"]}


def test_observed_global(provenet: Provenet, files: dict[str, Path]) -> None:
    """Weights: 192 of origin 20, 64 of 30, which vantage point 3 does not see."""
    ran = provenet("hegemony", files["rib"], "--json")
    wanted = {1: 1, 2: 1, 3: 0.75, 10: 0.75 + 0.75, 11: 1, 20: 3 * 0.75, 30: 2 * 0.25}
    assert scores(ran) == pytest.approx({asn: share / 3 for asn, share in wanted.items()})
    told = ran.json
    assert (told["paths"], told["scope"], told["measure"]) == ("observed", "global", "hegemony")
    assert told["targets"][0]["found_share"] == pytest.approx(2.75 / 3)
    assert told["vantage_points"] == {
        "chosen": "peers of the collectors", "count": 3, "sessions": 3,
        "without_routes": [9], "without_routes_count": 1, "partial": [], "partial_count": 0,
    }  # fmt: skip
    assert told["inputs"]["mrt"][0]["is_whole"] is True


def test_observed_prefixes_alike(provenet: Provenet, files: dict[str, Path]) -> None:
    assert scores(provenet("hegemony", files["rib"], "--weights", "1", "--json"))[10] == pytest.approx(1 / 3)


def test_observed_origins(provenet: Provenet, files: dict[str, Path]) -> None:
    told = provenet("hegemony", files["rib"], "--scope", "origin", "--skip-origin", "--json").json
    assert [target["of"] for target in told["targets"]] == ["AS20", "AS30"]
    tops = [{row["asn"]: row["high_share"] for row in target["top"]} for target in told["targets"]]
    assert tops[0] == pytest.approx({10: 2 / 3, 1: 1 / 3, 2: 1 / 3, 3: 1 / 3, 11: 1 / 3})
    assert tops[1] == pytest.approx({1: 1 / 3, 2: 1 / 3, 11: 1 / 3})
    assert [target["blind_vantage_count"] for target in told["targets"]] == [0, 1]
    one = provenet("hegemony", files["rib"], "--origin", "AS30,99", "--json")
    assert scores(one)[30] == pytest.approx(2 / 3)
    assert one.json["not_found"] == {"networks": [99], "network_count": 1}


def test_networks_named_are_a_country(provenet: Provenet, files: dict[str, Path]) -> None:
    words = ("--scope", "country", "--origin", "20", "--origin", "30", "--json")
    ran = provenet("hegemony", files["rib"], *words)
    assert scores(ran)[10] == pytest.approx(2 / 3 / 2)
    assert ran.json["targets"][0]["network_count"] == 2


def test_updates_of_one_collector_move_a_table_on(provenet: Provenet, files: dict[str, Path]) -> None:
    given = ("hegemony", files["rib"], files["updates"], "--origin", "20", "--json")
    assert 60 in scores(provenet(*given, "--collector", "here"))
    assert scores(provenet(*given, "--collector", "here"))[10] == pytest.approx(1 / 3)
    apart = provenet(*given)
    assert scores(apart)[10] == pytest.approx((0.5 + 1) / 3), "without the name, AS 1 has two sessions"


def test_peers_may_be_chosen(provenet: Provenet, files: dict[str, Path]) -> None:
    ran = provenet("hegemony", files["rib"], "--vantage", files["points"], "--json")
    assert scores(ran)[10] == pytest.approx((0.75 + 0.75) / 2)
    assert ran.json["vantage_points"]["chosen"] == "peers of the collectors, those of points"


def test_sessions_that_tell_of_little_are_told_and_may_go(provenet: Provenet, files: dict[str, Path]) -> None:
    more = TABLE + rib("10.0.1.0/24", (0, path(1, 30)), (1, path(2, 30)))
    files["rib"].write_bytes(more)
    told = provenet("hegemony", files["rib"], "--json").json
    assert told["remarks"] == [
        "1 of 3 sessions hold less than 50 % of the prefixes of the fullest, and what they lack "
        "counts 0; --least-feed 0.5 leaves them out."
    ]
    told = provenet("hegemony", files["rib"], "--least-feed", "0.5", "--json").json
    assert (told["remarks"], told["vantage_points"]["partial"], told["vantage_points"]["count"]) == ([], [3], 2)


def test_ipv6_prefixes(provenet: Provenet, files: dict[str, Path]) -> None:
    assert scores(provenet("hegemony", files["six"], "--family", "6", "--json")) == {1: 1, 10: 1, 20: 1}


def test_a_cut_table_is_told(provenet: Provenet, files: dict[str, Path]) -> None:
    ran = provenet("hegemony", files["cut"], "--json")
    assert ran.code == 0
    assert ran.json["inputs"]["mrt"][0]["is_whole"] is False
    assert ran.json["remarks"] == ["cut.bz2 is cut: what follows is of its first 3 routes alone."]


def test_simulated_country(provenet: Provenet, files: dict[str, Path]) -> None:
    """In CU: 384 of AS 3, 640 of AS 4, 512 of AS 77, which the graph does not have."""
    ran = provenet(*cuba(files, "--vantage", files["points"], "--json"))
    three, four = 384 / 1024, 640 / 1024
    # From 1 both lie over 2; 3 is at home and reaches 4 over 2; 6 reaches nothing.
    wanted = {1: (three + four) / 3, 2: (three + 2 * four) / 3, 3: (2 * three + four) / 3, 4: 2 * four / 3}
    assert scores(ran) == pytest.approx(wanted)
    told, (target,) = ran.json, ran.json["targets"]
    assert (target["weight"], target["network_count"], target["found_share"]) == (1536, 3, pytest.approx(1024 / 1536))
    assert (target["vantage_count"], target["blind_vantage_count"]) == (3, 1)
    assert told["inputs"]["graph"]["not_in_graph"] == [99]
    skipped = scores(provenet(*cuba(files, "--vantage", files["points"], "--skip-origin", "--json")))
    assert skipped[3] == pytest.approx(four / 3)
    alike = provenet(*cuba(files, "--vantage", files["points"], "--weights", "1", "--json"))
    assert scores(alike)[2] == pytest.approx((1 + 2) / 3 / 2)
    assert alike.json["weights"] == "each network with IPv4 addresses in CU alike"


def test_simulated_global_and_origin(provenet: Provenet, files: dict[str, Path]) -> None:
    words = ("--vantage", files["points"], "--json")
    every = scores(provenet(*simulated(files, *words)))
    assert provenet(*simulated(files, *words)).json["weights"] == "each network alike"
    # Of six networks alike, 1 and 3 each see five, and 6 sees itself.
    assert every[2] == pytest.approx((3 + 4) / 6 / 3)
    assert every[6] == pytest.approx(1 / 6 / 3)
    weighed = scores(provenet(*simulated(files, "--addresses", files["origins"], *words)))
    assert weighed[4] == pytest.approx(2 * 640 / 1792 / 3)
    of_4 = scores(provenet(*simulated(files, "--origin", "4", *words)))
    assert of_4 == pytest.approx({1: 1 / 3, 2: 2 / 3, 3: 1 / 3, 4: 2 / 3})


@pytest.mark.parametrize(("step", "chosen"), [("1", "all networks"), ("2", "every 2nd network")])
def test_vantage_points_by_rank(provenet: Provenet, files: dict[str, Path], step: str, chosen: str) -> None:
    told = provenet(*simulated(files, "--origin", "4", "--vantage-every", step, "--json")).json
    assert told["vantage_points"] == {"chosen": f"{chosen} of the graph by ASN".replace(
        "all networks of the graph by ASN", "all networks of the graph"), "count": 6 // int(step)}  # fmt: skip


def test_what_the_tie_rule_moves(provenet: Provenet, files: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "one").write_text("1\n")
    words = ("--origin", "4", "--vantage", tmp_path / "one", "--tie", "both")
    ran = provenet(*simulated(files, *words, "--json"))
    assert scores(ran) == {1: 1, 4: 1, 2: 1, 5: 0}
    assert scores(ran, "greatest_first_share") == {1: 1, 4: 1, 2: 0, 5: 1}
    assert ran.json["targets"][0]["greatest_first"] == {"mean_moved_share": 0.5, "most_moved_share": 1.0}
    assert "greatest ASN wins ties" in provenet(*simulated(files, *words)).out


def test_a_vendor_is_an_interval(provenet: Provenet, files: dict[str, Path]) -> None:
    words = ("--vantage", files["points"], "--shares")
    told = provenet(*cuba(files, *words, files["shares"], "--unlisted", "none", "--json", tool="vendor-influence")).json
    (target,) = told["targets"]
    # Of 1,536: 1 sees 1,024 over 2; 3 sees itself over nothing and 640 over 2; 6 sees nothing.
    assert target["low_share"] == pytest.approx(0.2 * (1024 + 640) / 1536 / 3)
    assert target["high_share"] == pytest.approx((0.6 * (1024 + 640) + 512 + 512 + 1536) / 1536 / 3)
    assert "Assumption: a network without a stated share has none of the vendor's equipment." in told["assumptions"][-2]
    assert "a restricted network is not a restricted vendor" in told["reads"]
    open_ends = provenet(*cuba(files, *words, files["none"], "--json", tool="vendor-influence")).json["targets"][0]
    assert open_ends["low_share"] == 0
    both = provenet(*cuba(files, *words, files["shares"], "--tie", "both", "--json", tool="vendor-influence")).json[
        "targets"
    ][0]
    assert both["greatest_first"]["low_share"] < both["low_share"]
    observed = ("--scope", "country", "--origin", "20", "--weights", "1", "--shares", files["none"])
    one = provenet("vendor-influence", files["rib"], *observed, "--json").json["targets"][0]
    assert (one["low_share"], one["high_share"], one["found_share"]) == (0.0, 1.0, 1.0)


def test_transit_needs_its_gate(provenet: Provenet, files: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "rows.csv"
    ran = provenet(*cuba(files, "--out", out, tool="transit"))
    assert (ran.code, ran.err, out.exists()) == (0, "", False)
    assert ran.out.startswith("Transit influence of CU, simulated paths\n\nNo transit influence is given: its gate")
    closed = provenet(*cuba(files, "--gate", "0.3", "--json", tool="transit")).json
    assert closed["refused"].startswith("No transit influence is given: 0.3 of paths enter the country by transit")
    assert closed["out"] is None
    given = provenet(*cuba(files, "--gate", "0.9", "--vantage", files["points"], "--json", tool="transit"))
    # AS 4 lies in CU and AS 3 does so by two thirds; 1 and 6 are monitors from outside.
    assert scores(given, "influence_share") == pytest.approx({2: 1024 / 1536 / 2})
    observed = ("--addresses", files["origins"], "--countries", files["countries"], "--country", "CU", "--gate", "1")
    told = provenet("transit", files["rib"], *observed, "--json")
    assert 10 in scores(told, "influence_share")


def test_rows_as_parquet_and_csv(provenet: Provenet, files: dict[str, Path], tmp_path: Path) -> None:
    for name in ("rows.parquet", "rows.CSV"):
        ran = provenet(*cuba(files, "--vantage", files["points"], "--out", tmp_path / name, "--json"))
        assert ran.json["out"] == {"file": str(tmp_path / name), "rows": 4}
    rows = pl.read_parquet(tmp_path / "rows.parquet")
    assert rows.columns == [
        "scope", "country", "origin_asn", "asn", "low_share", "high_share", "found_share", "vantage_count",
        "blind_vantage_count",
    ]  # fmt: skip
    assert rows.to_dicts() == pl.read_csv(tmp_path / "rows.CSV", schema=rows.schema).to_dicts()
    assert rows["asn"].to_list()[0] == 2
    words = ("--shares", files["shares"], "--vantage", files["points"])
    provenet(*cuba(files, *words, "--out", tmp_path / "points.parquet", tool="vendor-influence"))
    assert pl.read_parquet(tmp_path / "points.parquet")["vantage_asn"].to_list() == [1, 3, 6]
    assert [place.name for place in tmp_path.iterdir() if "part" in place.name] == []


LINES = """\
AS hegemony of CU, simulated paths
graph: 6 networks, 5 links
  1 link of a network with itself is left out (first in row 6); networks named nowhere else stay in the graph without \
a link: 1.
origins: 4 ranges of IPv4
countries: 3 ranges of IPv4
vantage points: 3, a list, points; not in the graph 1: AS99
weights: IPv4 addresses of networks in CU; those of several origins in equal parts

reached: CU, 3 networks that weigh 1,536; found 66.67 % of it
seen from 3 vantage points; 1 blind: no route to it, counted as 0

  AS2           54.17 %  █████████████
  AS3           45.83 %  ███████████
  AS4           41.67 %  ██████████
  AS1           33.33 %  ████████

What it says: the share of IPv4 addresses of CU that vantage points reach over a network, as a mean over these vantage \
points; it says nothing of traffic, and nothing of whose equipment a network runs.
It rests on:
  Paths are simulated: customer over peer over provider, then length, then the smallest ASN; the graph's links are \
taken as they are, and routes that policy, traffic engineering or prefixes bend are not seen.
  A score is the mean over all vantage points, one without a route counting 0, without the floor(0.1 n) least and \
greatest of n.
  Origins that were not found are in no score: scores are over the found share of the weight.

S s
"""


def test_what_a_person_reads(provenet: Provenet, files: dict[str, Path]) -> None:
    ran = provenet(*cuba(files, "--vantage", files["points"]))
    assert re.sub(r"[\d.]+ s$", "S s", ran.out, flags=re.M) == LINES


def test_python_gives_the_same_summary(provenet: Provenet, files: dict[str, Path]) -> None:
    told = provenet(*cuba(files, "--json")).json
    tables = {"addresses": [files["origins"]], "countries": [files["countries"]]}
    made = package.hegemony(graph=files["graph"], country="CU", **tables)
    ours = json.loads(json.dumps(made.summary))
    assert ours == {key: told[key] for key in ours}
    assert set(told) - set(ours) == {"out", "seconds"}


TABLES = ("--addresses", "{origins}", "--countries", "{countries}")
GRAPH = ("--graph", "{graph}")
REFUSED = table(__file__, "refused")
WRONG_INPUT = table(__file__, "wrong input")


def called(provenet: Provenet, files: dict[str, Path], words: tuple[str, ...]) -> Ran:
    tool = () if "transit" in words[:1] else ("hegemony",)
    return provenet(*tool, *(word.format(**files, folder=files["rib"].parent) for word in words))


@pytest.mark.parametrize(("words", "sentence"), REFUSED)
def test_a_call_that_makes_no_sense(
    provenet: Provenet, files: dict[str, Path], words: tuple[str, ...], sentence: str
) -> None:
    ran = called(provenet, files, words)
    assert (ran.code, ran.out, ran.err) == (2, "", sentence.format(folder=files["rib"].parent) + "\n")


@pytest.mark.parametrize(("words", "sentence"), WRONG_INPUT)
def test_a_file_that_does_not_hold_it(
    provenet: Provenet, files: dict[str, Path], words: tuple[str, ...], sentence: str
) -> None:
    ran = called(provenet, files, words)
    assert (ran.code, ran.out, ran.err) == (3, "", sentence + "\n")


def test_a_broken_graph_leaves_no_rows(provenet: Provenet, files: dict[str, Path], tmp_path: Path) -> None:
    files["graph"].write_text("1|2|-1\nwhat\n1|x|0\n")
    ran = provenet(*simulated(files, "--origin", "2", "--out", tmp_path / "rows.csv"))
    assert (ran.code, (tmp_path / "rows.csv").exists()) == (3, False)
    assert "row 2" in ran.err and "row 3" in ran.err


def test_rows_never_replace_an_input(provenet: Provenet, files: dict[str, Path], tmp_path: Path) -> None:
    place = tmp_path / "mine.csv"
    place.write_bytes(TABLE)
    ran = provenet("hegemony", place, "--out", place)
    assert (ran.code, place.read_bytes()) == (2, TABLE)
    assert ran.err == f"--out: {str(place)!r} is the file of MRT_FILE; expected a file of its own.\n"


def test_an_empty_graph_has_nobody_on_its_paths(provenet: Provenet, files: dict[str, Path]) -> None:
    files["graph"].write_text("# nothing\n")
    ran = provenet(*simulated(files, "--origin", "2"))
    assert (ran.code, ran.err) == (0, "")
    assert "No network stands on any path." in ran.out
    assert "named, and in no path: 1: AS2" in ran.out


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared measurement data are not beside this checkout")
def test_real_files(provenet: Provenet) -> None:
    names = ("rib.20140523.0600_firstMB.bz2", "rib6.20151101.0600_firstMB.bz2")
    told = provenet("hegemony", *(SHARED / "mrt" / name for name in names), "--json").json
    assert [one["is_whole"] for one in told["inputs"]["mrt"]] == [False, False]
    assert told["targets"][0]["top"][0]["asn"] == 3356
    assert told["targets"][0]["top"][0]["high_share"] == pytest.approx(0.4715, abs=1e-4)
    tables = SHARED / "ip-tables"
    words = ("--addresses", tables / "ip-to-asn-ipv4-20260617.csv.xz", "--country", "CU", "--json")
    words += ("--countries", tables / "ip-to-country-ipv4-20260617.csv.xz")
    ran = provenet("hegemony", "--graph", SHARED / "as-graph" / "20250901.as-rel2.txt.bz2", *words)
    (target,) = ran.json["targets"]
    assert ran.json["vantage_points"]["chosen"] == "every 79th network of the graph by ASN"
    assert (target["top"][0]["asn"], target["network_count"]) == (11960, 3)
