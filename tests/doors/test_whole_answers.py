"""Whole answers of the tools on networks small enough to work by hand: JSON, lines, rows and refusals, in `kept/`.

Single figures of these Internets and this network are worked out in the tests beside this one.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

pytest.importorskip("numba", reason="the extra 'internet' is not installed")

from doors.influence_files import write_influence_files
from doors.inside_files import write_inside_files
from doors.ladder_files import write_ladder_files
from provenet.cli.main import main
from provenet.tools import inside, inside_answer, inventory, ladder, path_inputs, path_measures, path_study
from support.kept import assert_kept

TOOLS = (inside, inside_answer, inventory)
TOOLS += (ladder, path_inputs, path_measures, path_study)
KEPT = Path(__file__).parent / "kept"
TIMES = re.compile(r'("(?:seconds|peak_memory_bytes)": |(?<=worked anew, ))[\d.]+')
LAST = re.compile(r"^\d+\.\d s(, [\d,]+ MiB of memory at most)?$", re.MULTILINE)
LONG = re.compile(r"\d\.\d{9,}(e-?\d+)?")
Call = Callable[..., str]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Calls the command line in a folder of its own; gives words, exit code, both streams and the rows of --out."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> str:
        with pytest.raises(SystemExit) as stopped:
            main(list(words))
        out, err = capsys.readouterr()
        out = LONG.sub(lambda found: f"{float(found[0]):.9g}", LAST.sub("...", TIMES.sub(r"\1...", out)))
        if out.startswith("{"):
            out = "".join(f"{name}: {json.dumps(value)}\n" for name, value in json.loads(quoted(out)).items())
        told = f"-- errors\n{err}" if err else ""
        text = f"== provenet {' '.join(words)}\nexit {stopped.value.code}\n{out}{told}"
        for name in sorted(tmp_path.glob("rows*.parquet")):
            rows = pl.read_parquet(name).with_columns(pl.selectors.float().round(9))
            text += f"-- {name.name}: {dict(rows.schema)}\n{rows.write_ndjson()}"
            name.unlink()
        return f"{text}\n"

    return run


def quoted(text: str) -> str:
    """JSON in which what differs from run to run is a word."""
    return text.replace(": ...", ': "..."')


Words = tuple[str, ...]
NET = ("inside", "net.txt", "--restricted", "restricted.txt")
TIES = ("inside", "ties.txt", "--restricted", "none.txt")
INSIDE: list[Words] = [
    (*NET, "--json"),
    (*NET, "--out", "rows.parquet", "--unknown", "unknown.txt", "--demands-both-ways"),
    (*NET, "--failures", "single", "--metric", "weight", "--json", "--srlgs", "groups.csv"),
    (*NET, "--failures", "double", "--failing", "links", "--unknown", "unknown.txt"),
    (*NET, "--failures", "single", "--failing", "groups", "--srlgs", "groups.csv", "--out", "rows.parquet"),
    (*NET, "--demands", "demands.csv", "--own-links", "own.csv", "--json"),
    (*NET, "--demands", "demands.csv", "--own-links", "own.csv"),
    (*NET, "--replace", "--unknown", "unknown.txt", "--json", "--failures", "single"),
    (*NET, "--replace", "--unknown", "unknown.txt", "--failures", "single"),
    (*NET, "--replace", "--costs", "costs.csv", "--budget", "3", "--sensitive", "sensitive.txt"),
    (*NET, "--replace", "--costs", "costs.csv", "--budget", "0", "--sensitive", "sensitive.txt", "--json"),
    (*NET, "--steer", "--json"),
    (*NET, "--steer", "--unknown", "unknown.txt", "--move-others", "--utilisation", "0.05"),
    (*NET, "--steer", "--sensitive", "sensitive.txt", "--stretch", "1", "--greatest-metric", "20"),
    (*TIES, "--assumed-demands", "degree"),
    (*TIES, "--assumed-demands", "capacity", "--steer", "--json"),
    (*TIES, "--assumed-demands", "equal", "--metric", "length", "--parallel", "bundle", "--own-links", "own.csv"),
    (*TIES, "--assumed-demands", "equal", "--restricted", "restricted.txt", "--json"),
    ("inside", "still.txt", "--restricted", "none.txt", "--failures", "single"),
    ("inside", "still.txt", "--restricted", "none.txt", "--steer", "--replace"),
    ("inside", "net.txt"),
    ("inside", "gone.txt", "--restricted", "none.txt"),
    (*NET, "--budget", "3"),
    (*NET, "--costs", "costs.csv"),
    (*NET, "--sensitive", "sensitive.txt"),
    (*NET, "--failing", "links"),
    (*NET, "--utilisation", "0"),
    (*NET, "--stretch", "0.9"),
    (*NET, "--out", "rows.csv"),
    (*NET, "--out", "net.parquet", "--demands", "net-links.parquet"),
]
GRAPH = ("ladder", "example.as-rel2.txt", "--restricted", "restricted.txt")
LADDER: list[Words] = [
    (*GRAPH, "--json"),
    (*GRAPH, "--shares", "shares.csv", "--from", "sources.txt", "--out", "rows.parquet"),
    (*GRAPH, "--shares", "shares.csv", "--to", "sources.txt", "--json", "--count-endpoints", "--recheck", "0"),
    (*GRAPH, "--shares", "shares.csv", "--out", "rows.parquet", "--recheck", "3", "--seed", "2"),
    (*GRAPH, "--flip-share", "0.3", "--add-share", "0.3", "--draws", "2", "--json"),
    (*GRAPH, "--add-share", "0.2", "--draws", "1"),
    (*GRAPH, "--cuts", "5", "--change", "--json"),
    (*GRAPH, "--cuts", "99", "--change", "--cuts-out", "cuts.json"),
    (*GRAPH, "--cuts", "3", "--cuts-out", "rows-cuts.parquet", "--count-endpoints", "--change"),
    (*GRAPH, "--what-if", "share:64501:0.2:0.5", "--what-if", "drop:64496:64500", "--what-if", "drop:64506", "--json"),
    (*GRAPH, "--what-if", "drop:64506", "--from", "sources.txt"),
    (*GRAPH, "--organisations", "orgs.txt", "--from", "sources.txt"),
    ("ladder", "example.as-rel2.txt", "--restricted", "empty.txt", "--from", "gone.txt", "--cuts", "2", "--change"),
    (*GRAPH, "--what-if", "share:64500:0:1"),
    (*GRAPH, "--what-if", "share:64501:0.5:0.2"),
    (*GRAPH, "--what-if", "share:64501:0.5:1.1"),
    (*GRAPH, "--what-if", "share:64501:0.5"),
    (*GRAPH, "--what-if", "drop:64501:64501"),
    (*GRAPH, "--what-if", "drop:64501:64507"),
    (*GRAPH, "--what-if", "drop:1"),
    (*GRAPH, "--what-if", "drop:64496:1"),
    (*GRAPH, "--what-if", "drop:4294967295"),
    (*GRAPH, "--what-if", "drop:4294967296"),
    (*GRAPH, "--what-if", "drop:x"),
    (*GRAPH, "--what-if", "drop"),
    (*GRAPH, "--cuts-out", "cuts.json"),
    (*GRAPH, "--change-seconds", "0"),
    (*GRAPH, "--out", "restricted.txt"),
    (*GRAPH, "--out", "new", "--cuts", "1", "--cuts-out", "new"),
]
SIMULATED = ("--graph", "graph")
CUBA = (*SIMULATED, "--addresses", "origins", "--countries", "countries", "--country", "Cuba")
HEGEMONY: list[Words] = [
    ("hegemony", "rib", "--json"),
    ("hegemony", "rib", "--out", "rows.parquet", "--weights", "1"),
    ("hegemony", "rib", "--scope", "origin"),
    ("hegemony", "rib", "--scope", "origin", "--skip-origin", "--json"),
    ("hegemony", "rib", "--origin", "20,30", "--origin", "AS99", "--out", "rows.parquet"),
    ("hegemony", "rib", "--origin", "99"),
    ("hegemony", "rib", "updates", "--collector", "rrc", "--alpha", "0.2"),
    ("hegemony", "cut.bz2", "--least-feed", "0.9"),
    ("hegemony", "six", "--family", "6", "--weights", "1"),
    ("hegemony", "rib", "--addresses", "origins", "--countries", "countries", "--country", "Cuba", "--json"),
    ("hegemony", "rib", "--origin", "20", "--scope", "country", "--weights", "1", "--vantage", "points"),
    ("hegemony", *SIMULATED, "--tie", "both"),
    ("hegemony", *SIMULATED, "--tie", "both", "--json", "--vantage", "points"),
    ("hegemony", *SIMULATED, "--vantage-every", "2", "--addresses", "origins"),
    ("hegemony", *SIMULATED, "--origin", "3,4,77", "--out", "rows.parquet"),
    ("hegemony", *CUBA, "--json", "--out", "rows.parquet"),
    ("hegemony", *CUBA, "--skip-origin", "--tie", "both"),
    ("hegemony", *CUBA, "--weights", "1"),
    ("hegemony", *SIMULATED, "--scope", "country", "--origin", "3", "--origin", "4", "--weights", "1"),
    ("hegemony", *SIMULATED, "--vantage", "gone"),
    ("hegemony", "points"),
    ("hegemony", *SIMULATED, "--origin", "x"),
]
TRANSIT: list[Words] = [
    ("transit", *CUBA, "--json"),
    ("transit", *CUBA, "--gate", "0.9", "--out", "rows.parquet"),
    ("transit", *CUBA, "--gate", "0.1"),
    ("transit", "rib", *CUBA[2:], "--gate", "0.9"),
    ("transit", *SIMULATED),
    ("transit", *SIMULATED, "--country", "CU"),
    ("transit", *SIMULATED, "--country", "CU", "--addresses", "origins"),
    ("transit", *SIMULATED, "--country", "CU", "--countries", "countries"),
]
VENDOR: list[Words] = [
    ("vendor-influence", *SIMULATED, "--shares", "shares", "--json"),
    ("vendor-influence", *SIMULATED, "--shares", "shares", "--tie", "both", "--unlisted", "none"),
    ("vendor-influence", *CUBA, "--shares", "shares", "--out", "rows.parquet"),
    ("vendor-influence", *SIMULATED, "--shares", "none", "--origin", "3,4"),
    ("vendor-influence", "rib", "--shares", "shares", "--scope", "country", "--origin", "20", "--weights", "1"),
    ("vendor-influence", "rib", "--shares", "shares", "--json"),
]
REFUSED: list[Words] = [
    ("hegemony",),
    ("hegemony", "rib", *SIMULATED),
    ("hegemony", *SIMULATED, "--vantage", "points", "--vantage-every", "2"),
    ("hegemony", "rib", "--vantage-every", "2"),
    ("hegemony", *SIMULATED, "--least-feed", "0.5"),
    ("hegemony", *SIMULATED, "--collector", "x"),
    ("hegemony", *SIMULATED, "--countries", "countries"),
    ("hegemony", "rib", "--tie", "both"),
    ("hegemony", *SIMULATED, "--family", "6"),
    ("hegemony", "rib", "--family", "5"),
    ("hegemony", *SIMULATED, "--scope", "global", "--country", "Cuba"),
    ("hegemony", *SIMULATED, "--scope", "global", "--origin", "3"),
    ("hegemony", *SIMULATED, "--scope", "country"),
    ("hegemony", *SIMULATED, "--scope", "origin"),
    ("hegemony", "rib", "--addresses", "origins"),
    ("hegemony", *SIMULATED, "--origin", "3", "--addresses", "origins"),
    ("hegemony", "rib", "--family", "6", "--scope", "country", "--origin", "20", "--addresses", "origins"),
    ("hegemony", "rib", "--family", "6", "--country", "Cuba"),
    ("hegemony", *SIMULATED, "--origin", "3", "--weights", "1", "--country", "Cuba", "--countries", "countries"),
    ("hegemony", *SIMULATED, "--country", "Cuba"),
    ("hegemony", *SIMULATED, "--country", "Cuba", "--addresses", "origins"),
    ("hegemony", *SIMULATED, "--country", "Cubba"),
    ("hegemony", *SIMULATED, "--country", "Zzzzzzz"),
    ("hegemony", *SIMULATED, "--weights", "addresses"),
    ("hegemony", *SIMULATED, "--skip-origin"),
    ("hegemony", *SIMULATED, "--alpha", "0.5"),
    ("hegemony", "--graph", "gone.txt"),
    ("vendor-influence", *SIMULATED),
    ("vendor-influence", *SIMULATED, "--shares", "gone.txt"),
]
INVENTORY: list[Words] = [
    ("inventory", "walks"),
    ("inventory", "walks", "--json"),
    ("inventory", "walks", "walks/core-1.muc.snmprec", "--out", "rows.parquet", "--links-out", "rows-links.parquet"),
    ("inventory", "net.json"),
    ("inventory", "twice", "walks"),
    ("inventory", "notes"),
    ("inventory", "notes/notes.txt"),
    ("inventory", "gone"),
    ("inventory",),
    ("inventory", "many"),
]
TIED_NETWORK = """?SNDlib native format; type: network; version: 1.0
NODES (
  west ( 5.00 50.00 )
  north ( 8.00 52.00 )
  east ( 11.00 50.00 )
)
LINKS (
  wn ( west north ) 10.00 0.00 1.00 0.00 ( )
  wm ( west north ) 10.00 0.00 3.00 0.00 ( )
  ne ( north east ) 30.00 0.00 2.00 0.00 ( )
  we ( west east ) 5.00 0.00 9.00 0.00 ( )
)
"""


def walks(folder: Path) -> None:
    """Walks of devices, two that disagree, a folder without any, and one with more than are shown."""
    texts = {
        "walks/core-1.muc.snmprec": "1.3.6.1.2.1.1.1.0|4|S2700 Huawei Versatile Routing Platform\n"
        "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.2011.2.23.114\n1.3.6.1.4.1.9.9.23.1.2.1.1.6.7.1|4|switch-2\n",
        "walks/edge.snmpwalk": ".1.3.6.1.2.1.1.2.0 = OID: .1.3.6.1.4.1.3902.3.100.20\n"
        '.1.3.6.1.2.1.1.1.0 = STRING: "ZXR10"\n',
        "walks/empty.snmprec": "",
        "walks/odd.json": "{}",
        "walks/notes.txt": "none of these",
        "twice/core-1.muc.snmprec": "1.3.6.1.2.1.1.1.0|4|another\n",
        "notes/notes.txt": "none of these",
        "net.json": '{"nodes": []}',
        **{f"many/d{at:02}.snmprec": "" for at in range(22)},
        **{f"many/n{at:02}.json": "{}" for at in range(2)},
    }
    for name, text in texts.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)


def write_files(folder: Path) -> None:
    """Every file that the calls name."""
    write_inside_files(folder)
    inside_restricted = (folder / "restricted.txt").read_text()
    texts = {
        "costs.csv": "id,cost\nnorth,3\nse,2\neast,none\n",
        "sensitive.txt": "D1\nstub\n",
        "ties.txt": TIED_NETWORK,
        "still.txt": TIED_NETWORK + "DEMANDS (\n D1 ( west east ) 1 0.00 UNLIMITED\n)\n",
        "net-links.parquet": "",
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    assert inside_restricted == "north\n"


def answers(call: Call, calls: list[Words]) -> str:
    return "".join(call(*words) for words in calls)


def test_inside(call: Call, tmp_path: Path) -> None:
    write_files(tmp_path)
    assert_kept(KEPT / "inside.txt", answers(call, INSIDE))


def test_ladder(call: Call, tmp_path: Path) -> None:
    write_ladder_files(tmp_path)
    for name, text in (("empty.txt", ""), ("gone.txt", "1\n"), ("orgs.txt", ORGANISATIONS)):
        (tmp_path / name).write_text(text)
    text = answers(call, LADDER)
    cuts: Any = json.loads((tmp_path / "cuts.json").read_text())
    assert_kept(KEPT / "ladder.txt", text + "".join(f"{json.dumps(one)}\n" for one in cuts))


ORGANISATIONS = """# format:org_id|changed|org_name|country|source
one|20200101|One|US|ARIN
two|20200101|Two|US|ARIN
# format:aut|changed|aut_name|org_id|opaque_id|source
64500|20200101|A|one|x|ARIN
64501|20200101|B|one|x|ARIN
64506|20200101|C|two|x|ARIN
64507|20200101|D|two|x|ARIN
64505|20200101|E||x|ARIN
"""


@pytest.mark.parametrize(
    ("name", "calls"),
    [("hegemony", HEGEMONY), ("transit", TRANSIT), ("vendor-influence", VENDOR), ("paths-refused", REFUSED)],
)
def test_measures_of_paths(call: Call, tmp_path: Path, name: str, calls: list[Words]) -> None:
    write_influence_files(tmp_path)
    assert_kept(KEPT / f"{name}.txt", answers(call, calls))


def test_inventory(call: Call, tmp_path: Path) -> None:
    walks(tmp_path)
    assert_kept(KEPT / "inventory.txt", answers(call, INVENTORY))
