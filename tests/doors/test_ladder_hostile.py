"""`provenet ladder` with what goes wrong: odd graphs, bad files, calls that ask for nothing, a kill in the middle."""

import errno
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from doors.conftest import Provenet
from doors.ladder_files import write_ladder_files
from doors.test_ladder import files, rows_of, words  # noqa: F401
from provenet.routing.pairs import BATCH_MEMBERS, ROW_MEMBERS
from provenet.tools import ladder as laddering
from support.examples import sample

KILLER = Path(__file__).with_name("killed_ladder.py")
ALL = ("--cuts", "4", "--change", "--recheck", "4", "--flip-share", "0.2", "--add-share", "0.2", "--draws", "1")


def asked(tmp_path: Path, graph: str, restricted: str = "64500\n", **lists: str) -> list[str | Path]:
    """A call about a graph and lists given as text."""
    made: list[str | Path] = ["ladder"]
    texts = {"as-rel.txt": graph, "restricted": restricted, **{name.rstrip("_"): text for name, text in lists.items()}}
    for name, text in texts.items():
        (tmp_path / name).write_bytes(text.encode())
        made += [tmp_path / name] if name == "as-rel.txt" else [f"--{name}", tmp_path / name]
    return made


@pytest.mark.parametrize(
    ("graph", "networks", "pairs"), [("", 0, 0), ("# nothing\n", 0, 0), ("7|7|0\n", 1, 0), ("7|8|0\n9|9|-1", 3, 6)]
)
def test_graphs_of_next_to_nothing(provenet: Provenet, tmp_path: Path, graph: str, networks: int, pairs: int) -> None:
    out = tmp_path / "rows.parquet"
    ran = provenet(*asked(tmp_path, graph), "--out", out, *ALL, "--json")
    assert (ran.code, ran.err) == (0, "")
    assert (ran.json["graph"]["networks"], ran.json["pairs"]) == (networks, pairs)
    assert len(rows_of(out)) == networks
    assert provenet(*asked(tmp_path, graph, from_="7\n"), "--out", out, *ALL).code == 0
    assert len(rows_of(out)) == networks


def test_parts_without_a_link_between_them_and_numbers_of_every_kind(provenet: Provenet, tmp_path: Path) -> None:
    graph = "64496|64497|-1\n64497|64498|-1\n4200000000|4294967295|-1\n4294967295|23456|-1\n65535|65536|0\n"
    ran = provenet(*asked(tmp_path, graph, "64497\n4294967295\n", from_="64496\n4200000000\n"), *ALL, "--json")
    told = ran.json
    assert (ran.code, told["pairs"], told["by_route_class"]["none"]) == (0, 14, 10)
    assert told["by_rung"] == {"0": 2, "1_source_alone": 0, "1_another": 0, "2": 0, "3_or_more": 0, "none": 12}
    assert told["smallest_change"]["networks"] == [64497, 4294967295]
    assert told["smallest_change"]["no_route_pairs"] == 10


def test_every_bad_line_of_the_graph_at_once(provenet: Provenet, tmp_path: Path) -> None:
    graph = "64496|64497|-1\n64496|64497\nx|64498|-1\n64496|0|2\n64496|4294967296|0|\n"
    ran = provenet(*asked(tmp_path, graph), "--out", tmp_path / "rows.parquet")
    number = "expected a whole number from 1 to 4294967295."
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.splitlines() == [
        "as-rel.txt row 2: the line is no link; found '2 cells in 64496|64497', expected first|second|relation or "
        "first|second|relation|source.",
        "    Remove the line, put # before it if it is a comment, or write the link anew.",
        f"as-rel.txt row 3, first: this is no AS number; found 'x', {number}",
        f"as-rel.txt row 4, second: no network has AS number 0 (RFC 7607); found '0', {number}",
        "as-rel.txt row 4, relation: no such relation; found '2', expected -1 (first sells transit to second) or 0 "
        "(they peer).",
        f"as-rel.txt row 5, second: the number is larger than an AS number can be; found '4294967296', {number}",
        "as-rel.txt row 5, source: the source is empty.",
        "    Write the source, such as bgp, or leave out the last bar.",
    ]
    assert not (tmp_path / "rows.parquet").exists()


def test_every_bad_line_of_a_list_at_once(provenet: Provenet, tmp_path: Path) -> None:
    ran = provenet(*asked(tmp_path, "7|8|0\n", "64500\nfoo\n64501;x\n-3\n1.10\n"), "--json")
    assert ran.code == 3
    assert [(fault["row"], fault["found"]) for fault in ran.json["faults"]] == [(2, "foo"), (4, "-3"), (5, "1.10")]
    assert ran.json["faults"][2]["nearest"] == "65546"


def test_empty_lists_are_lists(provenet: Provenet, files: dict[str, Path], tmp_path: Path) -> None:  # noqa: F811
    empty = tmp_path / "empty.txt"
    empty.write_text("# nobody\n")
    ran = provenet("ladder", files["graph"], "--restricted", empty, "--recheck", "5", "--json")
    told = ran.json
    assert told["by_rung"]["0"] + told["by_route_class"]["none"] == told["pairs"] == 90
    assert told["exposure"]["high_share"] == 0
    out = tmp_path / "rows.parquet"
    ran = provenet("ladder", files["graph"], "--restricted", files["restricted"], "--from", empty, *ALL, "--out", out)
    assert (ran.code, rows_of(out)) == (0, [])
    assert "sources: none, the list is empty\ndestinations: all 10 of the graph\npairs: 0\n" in ran.out


def test_networks_that_the_graph_has_not_are_told(
    provenet: Provenet,
    files: dict[str, Path],  # noqa: F811
    tmp_path: Path,
) -> None:
    listed = tmp_path / "listed.txt"
    listed.write_text("64500\n64999\n64998\n")
    ran = provenet("ladder", files["graph"], "--restricted", listed, "--from", listed)
    assert ran.code == 0
    assert "restricted networks: 1; not in the graph 2: AS64998, AS64999\nsources: 1; not in" in ran.out
    many = tmp_path / "many.txt"
    many.write_text("\n".join(map(str, range(100, 130))))
    told = provenet("ladder", files["graph"], "--restricted", many, "--json").json["restricted_networks"]
    assert told == {"named": 30, "in_graph": 0, "not_in_graph": list(range(100, 120)), "not_in_graph_count": 30}


def test_a_share_of_a_restricted_network_changes_nothing(
    provenet: Provenet,
    files: dict[str, Path],  # noqa: F811
) -> None:
    given = ("ladder", files["graph"], "--restricted", files["restricted"], "--json")
    alone = provenet(*given).json
    files["shares"].write_text("asn,low,high\n64500,0,0.1\n")
    told = provenet(*given, "--shares", files["shares"]).json
    assert told["networks_with_shares"]["restricted_too"] == 1
    assert told["exposure"] == alone["exposure"]
    assert alone["exposure"]["low_share"] > 0
    spoken = provenet(*given[:-1], "--shares", files["shares"]).out
    assert "networks with shares: 1; 1 on both lists count 1, as restricted\n" in spoken


def test_lists_from_other_systems(provenet: Provenet, files: dict[str, Path], tmp_path: Path) -> None:  # noqa: F811
    listed = tmp_path / "listed.txt"
    listed.write_bytes(b"\xef\xbb\xbfasn\r\nAS64500,A Ministry\r\n")
    given = (files["graph"], "--from", files["sources"], "--json", "--restricted")
    told, plain = (provenet("ladder", *given, place).json for place in (listed, files["restricted"]))
    assert told["restricted_networks"]["in_graph"] == 1
    assert told["by_rung"] == plain["by_rung"]


UNLINKED = "AS64505 and AS64506 have no link in the AS graph."
FOLDER = "expected a file in a folder that exists."
CHANGE = "expected share:ASN:LOW:HIGH, drop:ASN or drop:ASN:ASN, such as share:64500:0.2:0.5."
CALLS = {
    ("--out", "no-folder/rows.parquet"): f"--out: no file can be made there; found 'no-folder/rows.parquet', {FOLDER}",
    ("--out", "."): f"--out: no file can be made there; found '.', {FOLDER}",
    ("--out", "/dev/null"): f"--out: no file can be made there; found '/dev/null', {FOLDER}",
    ("--out", "sources.txt"): "--out: 'sources.txt' is the file of --from; expected a file of its own.",
    ("--out", "x", "--cuts", "1", "--cuts-out", "./x"): (
        "--cuts-out: './x' is the file of --out; expected a file of its own."
    ),
    ("--cuts-out", "x"): "--cuts-out: there are no cuts to write; say with --cuts for how many pairs.",
    ("--to", "no.txt"): "no such file; found 'no.txt', expected a file.",
    ("--what-if", "share:64500:0:1"): (
        "--what-if share:64500:0:1: AS64500 is restricted and counts 1, also here. Choose another network, or take "
        "it off the list of restricted ones."
    ),
    ("--what-if", "share:64501:1.5:2"): (
        f"--what-if: a share is a number from 0 to 1; found 'share:64501:1.5:2', {CHANGE}"
    ),
    ("--what-if", "share:64501:nan:1"): (
        f"--what-if: a share is a number from 0 to 1; found 'share:64501:nan:1', {CHANGE}"
    ),
    ("--what-if", "share:64501:.6:.2"): f"--what-if: low is above high; found 'share:64501:.6:.2', {CHANGE}",
    ("--what-if", "share:64501:0.1"): f"--what-if: this is no change; found 'share:64501:0.1', {CHANGE}",
    ("--what-if", "drop:x"): f"--what-if: 'x' is no AS number; found 'drop:x', {CHANGE}",
    ("--what-if", "drop:4294967296"): (f"--what-if: '4294967296' is no AS number; found 'drop:4294967296', {CHANGE}"),
    ("--what-if", "drop:7:7"): f"--what-if: a link joins two networks; found 'drop:7:7', {CHANGE}",
    ("--what-if", "drop:99"): "--what-if drop:99: AS99 is not in the AS graph.",
    ("--what-if", "drop:64505:99"): "--what-if drop:64505:99: AS99 is not in the AS graph.",
    ("--what-if", "drop:64505:64506"): f"--what-if drop:64505:64506: {UNLINKED}",
    ("--flip-share", "1.5"): "--flip-share: found 1.5, expected a number from 0 to 1.",
}


@pytest.mark.parametrize("more", CALLS, ids=lambda more: " ".join(more))
def test_a_wrong_call_is_told_in_a_sentence(
    provenet: Provenet,
    files: dict[str, Path],  # noqa: F811
    tmp_path: Path,
    more: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    stood = sorted(tmp_path.iterdir())
    given = ("ladder", files["graph"].name, "--restricted", "restricted.txt", "--from", "sources.txt")
    ran = provenet(*given, *more)
    assert (ran.code, ran.out, ran.err) == (2, "", CALLS[more] + "\n")
    assert sorted(tmp_path.iterdir()) == stood


def test_many_rows_are_asked_about_before_any_work(
    provenet: Provenet,
    files: dict[str, Path],  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = tmp_path / "rows.parquet"
    worked: list[object] = []
    real = laddering.Ladder.batches
    monkeypatch.setattr(laddering.Ladder, "batches", lambda made: worked.append(made) or real(made))
    monkeypatch.setattr("provenet.cli.ladder.MANY_ROWS", 26)
    ran = provenet(*words(files, "--out", out))
    assert (ran.code, ran.out, worked, out.exists()) == (2, "", [], False)
    assert ran.err == (
        "--out: 30 rows are more than 26. Say --yes to write them all, or name fewer networks with --from and --to; "
        "without both, one row a source is written.\n"
    )
    assert provenet(*words(files, "--out", out, "--yes")).code == 0
    assert len(rows_of(out)) == 30


def test_a_smallest_change_of_too_many_pairs_is_refused_before_any_work(
    provenet: Provenet,
    files: dict[str, Path],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("provenet.tools.ladder.CHANGE_PAIRS", 26)
    monkeypatch.setattr("provenet.tools.ladder.NAMED_CHANGE_PAIRS", 5)
    monkeypatch.setattr(laddering.Ladder, "summary", lambda made: pytest.fail("there was work"))
    ran = provenet(*words(files, "--change"))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "--change: there are 27 pairs, more than 26; name destinations with --to.\n"
    ran = provenet(*words(files, "--change", "--to", files["sources"]))
    assert ran.err == "--change: there are 6 pairs, more than 5; name fewer networks with --from and --to.\n"


@pytest.mark.parametrize(("sent", "code"), sample([("SIGKILL", -9), ("SIGTERM", -15), ("SIGINT", 130)], 2))
def test_whatever_stops_it_leaves_no_file(tmp_path: Path, sent: str, code: int) -> None:
    given = write_ladder_files(tmp_path)
    (tmp_path / "old.parquet").write_bytes(b"stood before")
    stood = sorted(place.name for place in tmp_path.iterdir())
    for out in ("rows.parquet", "old.parquet"):
        call = [sys.executable, str(KILLER), sent, *map(str, words(given, "--out", out))]
        ran = subprocess.run(call, cwd=tmp_path, capture_output=True, check=False)
        assert (ran.returncode, ran.stdout) == (code, b""), ran.stderr
        (tmp_path / "began").unlink()
        assert sorted(place.name for place in tmp_path.iterdir()) == stood
    assert (tmp_path / "old.parquet").read_bytes() == b"stood before"
    if sent == "SIGINT":
        assert ran.stderr == b"Stopped by Ctrl-C; nothing half-written stands as whole, the case stands as before.\n"


def test_a_file_without_a_name_is_not_needed(
    provenet: Provenet,
    files: dict[str, Path],  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("provenet.cli.files._nameless", lambda folder: None)
    out = tmp_path / "rows.parquet"
    out.write_bytes(b"old")
    stood = sorted(tmp_path.iterdir())
    assert provenet(*words(files, "--out", out)).code == 0
    assert len(rows_of(out)) == 30

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pq.ParquetWriter, "write_table", full)
    ran = provenet(*words(files, "--out", out))
    told = "the operating system refused: no space left on device. Nothing half-written is kept.\n"
    assert (ran.code, ran.out, ran.err) == (3, "", told)
    assert sorted(tmp_path.iterdir()) == stood
    assert len(rows_of(out)) == 30


def test_many_like_networks_never_make_one_large_batch(tmp_path: Path) -> None:
    graph, restricted = tmp_path / "star.txt", tmp_path / "restricted.txt"
    graph.write_text("".join(f"1|{asn}|-1\n" for asn in range(2, 2000)))
    restricted.write_text("1\n")
    ends = tmp_path / "ends.txt"
    ends.write_text("\n".join(map(str, range(1, 2000, 2))))
    made = laddering.ladder(graph, restricted, sources=ends)
    sizes = [len(batch) for batch in made.batches()]
    assert max(sizes) <= ROW_MEMBERS * BATCH_MEMBERS
    assert sum(sizes) == made.row_count == 1000 * 1999


def test_json_is_one_object_whatever_the_solver_says(tmp_path: Path) -> None:
    given = write_ladder_files(tmp_path)
    call = [sys.executable, "-m", "provenet", *map(str, words(given, "--cuts", "9", "--change", "--json"))]
    ran = subprocess.run(call, capture_output=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert json.loads(ran.stdout)["smallest_change"]["networks"] == [64500]


def test_a_draw_is_of_clear_pairs_alike(tmp_path: Path) -> None:
    from provenet.routing.change import clear_pairs

    given = write_ladder_files(tmp_path)
    made = laddering.ladder(given["graph"], given["restricted"], sources=given["sources"])
    every = clear_pairs(made.question, 16, 1, clear=16, progress=silent)
    assert len(every) == 16
    for clear in (16, 10**9):  # tried where many are clear, else counted
        found = [
            pair for seed in range(400) for pair in clear_pairs(made.question, 2, seed, clear=clear, progress=silent)
        ]
        assert set(found) == set(every)
        times = np.array([found.count(pair) for pair in every])
        assert abs(times - 50).max() < 30, times


def silent(what: str, done: int, total: int) -> None:
    """Progress told to nobody."""
    assert done <= total, what


def test_no_heading_or_figure_is_wider_than_a_terminal(provenet: Provenet, files: dict[str, Path]) -> None:  # noqa: F811
    more = ("--cuts", "5", "--change", "--what-if", "drop:64501", "--flip-share", "0.1", "--add-share", "0.1")
    told = provenet(*words(files, *more)).out.splitlines()
    assert [line for line in told if len(line) > 78 and "RFC" not in line and "left out" not in line] == []
    assert [line.strip() for line in told if line.startswith("If the graph")] == [
        "If the graph is wrong (10 draws: 1 link flipped, 0 peerings added)"
    ]


def test_a_route_too_long_to_be_told_is_refused_in_a_sentence(provenet: Provenet, tmp_path: Path) -> None:
    chain = "".join(f"{asn}|{asn + 1}|-1\n" for asn in range(1, 400))
    out = tmp_path / "rows.parquet"
    ran = provenet(*asked(tmp_path, chain, from_="1\n"), "--out", out)
    assert (ran.code, ran.out, out.exists()) == (3, "", False)
    assert ran.err.startswith("AS graph: a route is too long; expected routes of at most 253 hops.\n")


@pytest.mark.parametrize("packing", ["gz", "bz2", "xz"])
def test_a_packed_graph_with_a_ring_of_providers(provenet: Provenet, tmp_path: Path, packing: str) -> None:
    import bz2
    import gzip
    import lzma

    ring = b"64496|64497|-1\n64497|64498|-1\n64498|64496|-1\n64498|64499|-1\n64496|64500|-1\n"
    place = tmp_path / f"ring.txt.{packing}"
    place.write_bytes({"gz": gzip, "bz2": bz2, "xz": lzma}[packing].compress(ring))
    listed = tmp_path / "listed.txt"
    listed.write_text("64499\n64499\n64500\n")
    told = provenet("ladder", place, "--restricted", listed, "--from", listed, *ALL, "--json").json
    assert (told["graph"]["provider_rings"], told["sources"]["named"], told["pairs"]) == (1, 2, 8)
    assert told["by_rung"]["0"] == told["by_route_class"]["provider"] == 8


def test_small_batches_give_the_rows_of_large_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    graph, restricted = tmp_path / "graph.txt", tmp_path / "restricted.txt"
    sold = [(1, 2), (1, 3), (2, 4), (3, 4)] + [(seller, 10 * seller + n) for seller in (1, 2, 3, 4) for n in range(9)]
    graph.write_text("".join(f"{one}|{two}|-1\n" for one, two in [*sold, (2, 35), (3, 28)]) + "20|30|0\n20|31|0\n")
    restricted.write_text("2\n")
    ends = tmp_path / "ends.txt"
    ends.write_text("\n".join(map(str, range(1, 50))))
    found = []
    for rows, members in ((ROW_MEMBERS, BATCH_MEMBERS), (3, 2), (1, 1), (7, 64)):
        monkeypatch.setattr("provenet.routing.pairs.ROW_MEMBERS", rows)
        monkeypatch.setattr("provenet.routing.pairs.BATCH_MEMBERS", members)
        made = laddering.ladder(graph, restricted, sources=ends)
        batches = [batch.to_pylist() for batch in made.batches()]
        assert max(map(len, batches[:-1])) <= rows * members
        found.append(sorted((row for batch in batches for row in batch), key=lambda r: (r["src_asn"], r["dst_asn"])))
    assert found[0] == found[1] == found[2] == found[3]
    assert len(found[0]) == made.row_count
    assert {row["rung"] for row in found[0]} >= {0, 1, None}
