"""`provenet ladder` on an Internet worked out by hand: every column, every number of the summary, every line told."""

import json
import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import provenet as package
from doors.conftest import Provenet
from doors.ladder_files import COLUMNS, expected_rows, write_ladder_files, write_name_files
from provenet.routing.pairs import source_schema
from provenet.tools.ladder import CHANGE_SAYS, CUT_SAYS

GIVES = {
    "src_asn": "int64",
    "dst_asn": "int64",
    "route_class": "dictionary<values=string, indices=int8, ordered=0>",
    "length_hops": "int16",
    **{name: "double" for name in COLUMNS if name.endswith("share")},
    "clear_route_exists": "bool",
    "rung": "int8",
    "rung_lucky": "int8",
    "rung_source_alone": "bool",
    "movers": "list<element: int64>",
    "stretch_hops": "int16",
    "no_clear_route": "dictionary<values=string, indices=int8, ordered=0>",
}


def rows_of(place: Path) -> list[dict[str, Any]]:
    """The rows of a Parquet file by source and destination."""
    return sorted(pq.read_table(place).to_pylist(), key=lambda row: (row["src_asn"], row.get("dst_asn", 0)))


def words(files: dict[str, Path], *more: str | Path) -> tuple[str | Path, ...]:
    """The call: the graph, its restricted networks, shares and sources, and what else is asked."""
    given = ("--restricted", files["restricted"], "--shares", files["shares"], "--from", files["sources"])
    return ("ladder", files["graph"], *given, *more)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    return write_ladder_files(tmp_path)


def test_every_column_of_every_row(provenet: Provenet, files: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "rows.parquet"
    assert provenet(*words(files, "--out", out)).code == 0
    schema = pq.read_schema(out)
    assert {field.name: str(field.type) for field in schema} == GIVES
    assert schema.names == list(COLUMNS)
    found, own = [[row for row in rows_of(out) if (row["route_class"] == "self") is own] for own in (False, True)]
    assert own == [self_row(asn) for asn in sorted({row["src_asn"] for row in found})]
    for row, expected in zip(found, expected_rows(), strict=True):
        assert row == {k: pytest.approx(v, abs=1e-12) if isinstance(v, float) else v for k, v in expected.items()}


def self_row(asn: int) -> dict[str, Any]:
    """The row of a network with itself: no hop, nothing crossed, nobody moves."""
    shares = dict.fromkeys((name for name in COLUMNS if name.endswith("_share")), 0.0)
    clear = {"clear_route_exists": True, "rung": 0, "rung_lucky": 0, "rung_source_alone": None}
    ends = {"src_asn": asn, "dst_asn": asn, "route_class": "self", "length_hops": 0}
    return {**ends, **shares, **clear, "movers": [], "stretch_hops": 0, "no_clear_route": None}


def test_the_summary_is_exactly_this(provenet: Provenet, files: dict[str, Path], tmp_path: Path) -> None:
    ran = provenet(*words(files, "--out", tmp_path / "rows.parquet", "--json"))
    assert (ran.code, ran.err) == (0, "")
    told = ran.json
    assert told.pop("seconds") >= 0
    assert told.pop("peak_memory_bytes") > 2**20
    rules, graph = told.pop("rules"), told.pop("graph")
    assert set(rules) == {"endpoints", "restricted", "choice", "rung", "expected_share", "either", "weight"}
    assert rules["endpoints"] == "not counted as crossed"
    remarks, counts, digest = graph.pop("remarks"), graph.pop("counts"), graph.pop("digest")
    assert (len(remarks), counts["self_links"], len(digest)) == (2, 1, 64)
    assert graph == {
        "file": "example.as-rel2.txt",
        "networks": 10,
        "links": 10,
        "transit_links": 8,
        "peer_links": 2,
        "transit_networks": 5,
        "classes": 10,
        "provider_rings": 0,
    }
    low, high, expected = (pytest.approx(share / 24) for share in (9.2, 14.0, 12.2))
    one = {"named": 1, "in_graph": 1, "not_in_graph": [], "not_in_graph_count": 0}
    assert told == {
        "restricted_networks": one, "networks_with_shares": {**one, "restricted_too": 0},
        "sources": {"named": 3, "in_graph": 3, "not_in_graph": [], "not_in_graph_count": 0},
        "destinations": {"named": None, "in_graph": 10}, "share_of": "routes of the pairs that have one", "pairs": 27,
        "by_route_class": {"customer": 3, "peer": 6, "provider": 15, "none": 3},
        "by_rung": {"0": 10, "1_source_alone": 5, "1_another": 1, "2": 0, "3_or_more": 0, "none": 11},
        "no_clear_route": {"no_route": 3, "destination_inside": 0, "source_inside": 0, "blocked": 8},
        "by_rung_lucky": {"0": 16, "1": 0, "2": 0, "3_or_more": 0, "none": 11}, "mean_length_hops": 2.5,
        "exposure": {
            "low_share": low, "high_share": high, "expected_share": expected, "reverse_low_share": low,
            "reverse_high_share": high, "either_low_share": low, "either_high_share": high,
        },
        "top_movers": [{"asn": 64505, "pairs": 5}, {"asn": 64496, "pairs": 1}],
        "recheck": {
            "sampled_pairs": 6, "clear_pairs": 6, "unsettled_pairs": 0, "holds_share": 1.0, "drawn_from_sources": 3,
            "drawn_from_destinations": 10, "seed": 1,
        },
        "what_if": None, "out": {"file": str(tmp_path / "rows.parquet"), "rows": 30, "form": "pairs"}, "cuts_out": None,
    }  # fmt: skip


def test_cuts_change_and_what_if(provenet: Provenet, files: dict[str, Path], tmp_path: Path) -> None:
    asked = ("--cuts", "50", "--cuts-out", tmp_path / "cuts.json", "--change", "--what-if", "share:64501:0:0")
    ran = provenet(*words(files, *asked, "--what-if", "drop:64501", "--recheck", "0", "--json"))
    assert (ran.code, ran.err) == (0, "")
    told = ran.json
    assert "recheck" not in told
    assert told["cuts"] == {
        "counts": CUT_SAYS,
        "clear_pairs": 16,
        "sampled_pairs": 16,
        "seed": 1,
        "direct_link_pairs": 6,
        "by_proof": {"certified": 16},
        "sizes": [{"low": 1, "high": 1, "proof": "certified", "pairs": 10}],
    }
    assert told["smallest_change"] == {
        "counts": CHANGE_SAYS,
        "networks": [64500],
        "network_count": 1,
        "least_count": 1,
        "proof": "certified",
        "ends_among_them": None,
        "clear_now_pairs": 16,
        "opened_pairs": 8,
        "no_route_pairs": 3,
        "most_seconds": 120.0,
    }
    before = {
        "routed_pairs": 24,
        "low_share": pytest.approx(9.2 / 24),
        "high_share": pytest.approx(14 / 24),
        "expected_share": pytest.approx(12.2 / 24),
    }
    share, drop = told["what_if"]
    assert min(share.pop("seconds"), drop.pop("seconds")) >= 0
    assert share == {
        "change": "share:64501:0:0",
        "destinations_recomputed": 6,
        "destinations": 10,
        "before": before,
        "after": {
            "routed_pairs": 24,
            "low_share": pytest.approx(8 / 24),
            "high_share": pytest.approx(14 / 24),
            "expected_share": pytest.approx(11 / 24),
        },
    }
    assert drop["before"] == before
    assert drop["after"] == {"routed_pairs": 21} | dict.fromkeys(
        ("low_share", "high_share", "expected_share"), pytest.approx(13 / 21)
    )
    listed = json.loads((tmp_path / "cuts.json").read_text("utf-8"))
    assert told["cuts_out"] == {"file": str(tmp_path / "cuts.json"), "rows": 16}
    assert [row["state"] for row in listed].count("direct_link") == 6
    by_pair = {(row["src_asn"], row["dst_asn"]): row for row in listed}
    assert by_pair[64505, 64496] == {
        "src_asn": 64505, "dst_asn": 64496, "state": "cut", "low": 1, "high": 1, "proof": "certified",
        "members": [64501],
    }  # fmt: skip
    linked = {"state": "direct_link", "low": None, "high": None, "proof": "certified", "members": []}
    assert by_pair[64506, 64507] == {"src_asn": 64506, "dst_asn": 64507, **linked}


def test_cuts_as_parquet_are_the_cuts_as_json(provenet: Provenet, files: dict[str, Path], tmp_path: Path) -> None:
    for name in ("cuts.JSON", "cuts.parquet"):
        assert provenet(*words(files, "--cuts", "7", "--seed", "3", "--cuts-out", tmp_path / name)).code == 0
    listed = json.loads((tmp_path / "cuts.JSON").read_text("utf-8"))
    assert rows_of(tmp_path / "cuts.parquet") == listed
    assert len(listed) == 7


@pytest.mark.parametrize(
    ("word", "numbers"),
    [
        ("gov", (64505, 64506, 64507)),
        ("tag:gov", (64505, 64506, 64507)),
        ("gov:DE", (64505, 64506)),
        ("tag:gov:Germany", (64505, 64506)),
        ("country:FR", (64497, 64502)),
        ("AS64505", (64505,)),
        ("64497,64502", (64497, 64502)),
        ("Ministry of Examples", (64505,)),
        ("beta,alpha", (64496, 64497)),
    ],
)
def test_ends_are_named_in_words(
    provenet: Provenet, files: dict[str, Path], tmp_path: Path, word: str, numbers: tuple[int, ...]
) -> None:
    named, listed = write_name_files(tmp_path), tmp_path / "listed.txt"
    listed.write_text("\n".join(map(str, numbers)), encoding="utf-8")
    given = ("ladder", files["graph"], "--restricted", files["restricted"], "--recheck", "0")
    with_names = ("--names", named["names"], "--tags", named["tags"])
    rows = [tmp_path / "words.parquet", tmp_path / "list.parquet"]
    told = [
        provenet(*given, "--from", source, "--to", source, "--out", out, *with_names, "--json").json
        for source, out in zip((word, listed), rows, strict=True)
    ]
    assert rows[0].read_bytes() == rows[1].read_bytes()
    assert [one["sources"].pop("words", None) for one in told] == [[word], None]
    assert told[0]["sources"] == told[1]["sources"]
    assert told[0]["sources"]["named"] == len(numbers)


def test_several_words_are_one_set_and_movers_have_names(
    provenet: Provenet, files: dict[str, Path], tmp_path: Path
) -> None:
    named = write_name_files(tmp_path)
    given = ("ladder", files["graph"], "--restricted", "country:CN", "--from", "gov:DE", "--from", "64497", "--recheck")
    more = ("0", "--names", named["names"], "--tags", named["tags"], "--out", tmp_path / "o.parquet")
    told = provenet(*given, *more, "--json").json
    assert (told["sources"]["named"], told["sources"]["words"]) == (3, ["gov:DE", "64497"])
    assert told["restricted_networks"]["words"] == ["country:CN"]
    assert told["top_movers"] == [
        {"asn": 64505, "name": "MINISTRY Ministry of Examples", "country": "DE", "pairs": 5},
        {"asn": 64496, "name": "ALPHA Alpha Transit", "country": "DE", "pairs": 1},
    ]
    lines = provenet(*given, *more).out
    assert "  AS64505                 5  MINISTRY Ministry of Examples, DE\n" in lines
    assert "sources: 3 (gov:DE, 64497)\n" in lines


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("gof:DE", "--from: there is no tag 'gof'; expected "),
        ("gov:Atlantis", "--from: no such country; found 'Atlantis', expected a name or two letters such as JP."),
        ("tag:", "--from: there is no tag ''; expected "),
        ("nobody", "--from: no network is called 'nobody'."),
        ("cloud", "--from: 2 networks are called 'cloud': AS64507 CLOUD Cloud One, US; AS65536 CLOUD Cloud Two, US."),
    ],
)
def test_words_that_name_nothing(
    provenet: Provenet, files: dict[str, Path], tmp_path: Path, word: str, says: str
) -> None:
    named = write_name_files(tmp_path)
    with_names = ("--names", named["names"], "--tags", named["tags"])
    ran = provenet("ladder", files["graph"], "--restricted", files["restricted"], "--from", word, *with_names)
    assert ran.code == 2
    assert ran.err.startswith(says)


def test_ends_that_count_must_change_too(provenet: Provenet, files: dict[str, Path]) -> None:
    told = provenet(*words(files, "--count-endpoints", "--change", "--cuts", "50", "--json")).json
    # The restricted 64500 is an end of three pairs more, which have no clear route while it stays as it is.
    assert told["rules"]["endpoints"] == "counted as crossed"
    assert told["by_rung"]["none"] == 14
    assert told["no_clear_route"] == {"no_route": 3, "destination_inside": 3, "source_inside": 0, "blocked": 8}
    assert told["cuts"]["sampled_pairs"] == told["cuts"]["clear_pairs"] == 13
    change = told["smallest_change"]
    assert (change["networks"], change["ends_among_them"], change["proof"]) == ([64500], 1, "certified")
    assert (change["clear_now_pairs"], change["opened_pairs"], change["no_route_pairs"]) == (13, 11, 3)


LINES = """\
example.as-rel2.txt: 10 networks, 10 links, 8 of transit and 2 of peering
  1 link of a network with itself is left out (first in row 12); networks named nowhere else stay in the graph without \
a link: 1.
  10 AS numbers are kept back by IANA from public use and kept here as read: 8 for documentation (RFC 5398), such as \
64496; 2 for documentation (RFC 5398), such as 65536.
restricted networks: 1
networks with shares: 1
sources: 3
destinations: all 10 of the graph
pairs: 27

The ladder, others as today: how many networks must choose differently
  █████████                 37.04 %  already clear
  ████                      18.52 %  one must: the source itself
  █                          3.70 %  one must: another network
                             0.00 %  two must
                             0.00 %  three or more must
  ██████████                40.74 %  no clear route, whoever moves
                            11.11 %    no route at all: 3
                             0.00 %    the destination is restricted: 0
                            29.63 %    blocked on the way: 8
  already clear by the luckiest of equally good routes: 59.26 %

Share of routes that cross what is restricted (24 pairs with a route)
  there      38.33 to 58.34 %
  back       38.33 to 58.34 %
  either way 38.33 to 58.34 %
  expected there, if crossings are independent and ties split equally: 50.83 %

Who would have to choose differently, and for how many pairs:
  AS64505                 5
  AS64496                 1

Clear if all choose again after the movers: 6 of 6 drawn pairs (seed 1)

How robust is clear: networks that must fail until no clear route is left
  for 5 of 16 pairs with one (seed 1)
  ███████████████████       80.00 %  1 network
  █████                     20.00 %  a direct link: nobody between them
  proof: certified 5

Smallest change that opens all that could be clear: 1 restricted network
  no fewer would do (proof: certified)
  AS64500
  pairs with a clear route: now 16, by it 8 more; with no route at all 3

What if: share of routes that cross, low to high, and what is expected
  drop:64501
    before 38.33 to 58.34 %, expected 50.83 %, 24 pairs with a route
    after  61.90 %, expected 61.90 %, 21 pairs with a route
    7 of 10 destinations worked anew, S s

30 rows, one a pair: OUT
5 rows, one a pair: CUTS
S s, M MiB of memory at most
"""


def test_what_a_person_reads(provenet: Provenet, files: dict[str, Path], tmp_path: Path) -> None:
    out, cuts = tmp_path / "rows.parquet", tmp_path / "cuts.json"
    more = ("--out", out, "--cuts", "5", "--cuts-out", cuts, "--change", "--what-if", "drop:64501")
    ran = provenet(*words(files, *more))
    told = re.sub(r"[\d.]+ s(?=[,\n])", "S s", re.sub(r"[\d,]+ MiB", "M MiB", ran.out))
    assert told.replace(str(out), "OUT").replace(str(cuts), "CUTS") == LINES
    assert (ran.code, ran.err) == (0, "")


def test_folded_rows_are_sums_over_pairs(provenet: Provenet, files: dict[str, Path], tmp_path: Path) -> None:
    given = ("ladder", files["graph"], "--restricted", files["restricted"], "--shares", files["shares"], "--json")
    every = tmp_path / "every.txt"
    every.write_text("\n".join(map(str, (64496, 64497, 64500, 64501, 64502, 64505, 64506, 64507, 65536, 65551))))
    folded = provenet(*given, "--out", tmp_path / "folded.parquet").json
    paired = provenet(*given, "--from", every, "--out", tmp_path / "pairs.parquet").json
    assert folded["out"]["form"] == "sources"
    assert pq.read_schema(tmp_path / "folded.parquet").equals(source_schema())
    assert folded["by_rung"] == paired["by_rung"]
    pairs = [row for row in rows_of(tmp_path / "pairs.parquet") if row["route_class"] != "self"]
    assert len(pairs) == 90
    for row in rows_of(tmp_path / "folded.parquet"):
        mine = [pair for pair in pairs if pair["src_asn"] == row["src_asn"]]
        assert row == {k: pytest.approx(v) if isinstance(v, float) else v for k, v in sums_of(mine).items()}


def sums_of(pairs: list[dict[str, Any]]) -> dict[str, Any]:
    """One folded row from the rows of one source, by what docs/ladder.md says of its columns."""
    routed = [pair for pair in pairs if pair["route_class"] != "none"]
    made: dict[str, Any] = {"src_asn": pairs[0]["src_asn"], "pairs": len(pairs)}
    for kind, name in (("customer",) * 2, ("peer",) * 2, ("provider",) * 2, ("none", "no_route")):
        made[f"{name}_pairs"] = sum(pair["route_class"] == kind for pair in pairs)
    first = [pair["rung_source_alone"] for pair in pairs if pair["rung"] == 1]
    made["rung_0_pairs"] = sum(pair["rung"] == 0 for pair in pairs)
    made["rung_1_source_alone_pairs"], made["rung_1_another_pairs"] = first.count(True), first.count(False)
    for rung, name in ((2, "2"), (3, "3_or_more"), (None, "none")):
        made[f"rung_{name}_pairs"] = sum(pair["rung"] == rung for pair in pairs)
    for rung, name in ((0, "0"), (1, "1"), (2, "2"), (3, "3_or_more"), (None, "none")):
        made[f"rung_lucky_{name}_pairs"] = sum(pair["rung_lucky"] == rung for pair in pairs)
    names = ("length_hops", *(name for name in COLUMNS if name.endswith("share")))
    for name in names:
        made[f"mean_{name}"] = sum(pair[name] for pair in routed) / len(routed) if routed else None
    for reason in ("destination_inside", "source_inside", "blocked"):
        made[f"none_{reason}_pairs"] = sum(pair["no_clear_route"] == reason for pair in pairs)
    return made


def test_python_gives_the_same_summary(provenet: Provenet, files: dict[str, Path]) -> None:
    told = provenet(*words(files, "--change", "--recheck", "4", "--json")).json
    given = {"shares": files["shares"], "sources": files["sources"]}
    made = package.ladder(files["graph"], files["restricted"], recheck=4, change=True, **given)
    ours = json.loads(json.dumps(made.summary()))
    assert ours == {key: told[key] for key in ours}
    assert set(told) - set(ours) == {"what_if", "out", "cuts_out", "seconds", "peak_memory_bytes"}


def test_the_same_inputs_give_the_same_bytes(provenet: Provenet, files: dict[str, Path], tmp_path: Path) -> None:
    asked = ("--cuts", "9", "--change", "--what-if", "drop:64501", "--add-share", "0.2", "--draws", "2", "--json")
    answers, rows = [], []
    for name, threads in (("one", "1"), ("two", "2"), ("three", "2")):
        out, cuts = tmp_path / f"{name}.parquet", tmp_path / f"{name}-cuts.parquet"
        more = ("--out", out, "--cuts-out", cuts, "--threads", threads)
        told = provenet(*words(files, *asked, *more)).json
        for part in (told, *told["what_if"]):
            part.pop("seconds")
        for key in ("out", "cuts_out", "peak_memory_bytes"):
            told.pop(key)
        answers.append(json.dumps(told))
        rows.append((out.read_bytes(), cuts.read_bytes()))
    assert len(set(answers)) == len(set(rows)) == 1
