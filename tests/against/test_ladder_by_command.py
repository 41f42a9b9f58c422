"""`provenet ladder` from files to Parquet, cuts and smallest change, against the second implementation."""

import json
import random
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from against.reference_routes import Graph, random_graph, reaches_clear, vertex_cut
from against.reference_rows import rows, shares_of
from against.test_crossings_second_implementation import share
from against.test_pairs_second_implementation import differences
from against.test_routes_second_implementation import as_read
from provenet.cli.main import main


def told(capsys: pytest.CaptureFixture[str], *words: object) -> dict[str, Any]:
    """What a call prints."""
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in ("ladder", *words, "--json")])
    out, err = capsys.readouterr()
    assert (ended.value.code, err) == (0, "")
    found = json.loads(out)
    assert isinstance(found, dict)
    return found


class Asked:
    """A random question, written as the files of a call."""

    def __init__(self, seed: int, folder: Path, most: int = 11) -> None:
        rng = random.Random(seed)
        sparse, stubs = rng.choice([0.1, 0.3]), rng.choice([0.1, 0.4])
        drawn = random_graph(rng, rng.randrange(3, most), sparse, seed % 4 == 0, stubs, seed % 2 == 0)
        self.graph: Graph = as_read(drawn)
        every = self.graph.every()
        self.restricted = {v for v in every if rng.random() < 0.3}
        self.shares = {v: share(rng) for v in every if rng.random() < 0.5}
        self.sources, self.destinations = (rng.sample(every, rng.randrange(1, len(every) + 1)) for _ in range(2))
        self.pairs = [(s, d) for s in self.sources for d in self.destinations if s != d]
        lines = [f"{a}|{b}|-1|bgp" for a, b in drawn.sales()] + [f"{a}|{b}|0|mlp" for a, b in drawn.peerings()]
        lines += [f"{v}|{v}|0|bgp" for v in every]
        rng.shuffle(lines)
        self.folder = folder
        self.words: list[Any] = [self.written("as-rel.txt", lines)]
        self.words += ["--restricted", self.written("restricted", sorted(self.restricted))]
        self.words += ["--shares", self.written("shares", [f"{v},{q[0]},{q[1]}" for v, q in self.shares.items()])]
        self.ends = ["--from", self.written("from", self.sources), "--to", self.written("to", self.destinations)]

    def written(self, name: str, lines: list[Any]) -> Path:
        place = self.folder / name
        place.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return place


@pytest.mark.parametrize("count_endpoints", [(), ("--count-endpoints",)])
def test_parquet_and_summary(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], count_endpoints: tuple[str, ...]
) -> None:
    seen = 0
    for seed in range(40):
        asked, out = Asked(seed, tmp_path), tmp_path / "rows.parquet"
        ran = told(capsys, *asked.words, *asked.ends, *count_endpoints, "--out", out, "--recheck", "0")
        wanted = rows(asked.graph, asked.restricted, asked.shares, asked.destinations, bool(count_endpoints))
        found = {(row.pop("src_asn"), row.pop("dst_asn")): row for row in pq.read_table(out).to_pylist()}
        own = {pair: found.pop(pair) for pair in {(v, v) for v in asked.sources if v in asked.destinations}}
        assert found.keys() == set(asked.pairs)
        for (v, _), row in own.items():
            share = shares_of(asked.restricted, asked.shares).get(v, (0.0, 0.0)) if count_endpoints else (0.0, 0.0)
            assert (row["route_class"], row["length_hops"], row["low_share"], row["high_share"]) == ("self", 0, *share)
            assert row["clear_route_exists"] == (not (count_endpoints and v in asked.restricted))
        for pair, row in found.items():
            assert differences(row, wanted[pair]) == {}, (seed, pair)
        mine = [wanted[pair] for pair in asked.pairs]
        kinds = Counter(row["route_class"] for row in mine)
        assert {kind: count for kind, count in ran["by_route_class"].items() if count} == kinds
        rungs = Counter(row["rung"] for row in mine)
        by_rung = ran["by_rung"]
        for rung, name in ((0, "0"), (2, "2"), (3, "3_or_more"), (None, "none")):
            assert by_rung[name] == rungs[rung]
        assert by_rung["1_source_alone"] == sum(row["rung_source_alone"] is True for row in mine)
        assert by_rung["1_source_alone"] + by_rung["1_another"] == rungs[1]
        reasons = Counter(row["no_clear_route"] for row in mine if row["no_clear_route"])
        assert {name: count for name, count in ran["no_clear_route"].items() if count} == reasons
        routed = [row for row in mine if row["route_class"] != "none"]
        for name, value in ran["exposure"].items():
            if routed:
                assert value == pytest.approx(sum(row[name] for row in routed) / len(routed)), (seed, name)
        seen += len(mine)
    assert seen > 400


def test_folded_rows_are_sums_over_pairs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    looser = 0
    for seed in range(25):
        asked, out = Asked(seed, tmp_path), tmp_path / "rows.parquet"
        every = asked.graph.every()
        told(capsys, *asked.words, "--out", out, "--recheck", "0")
        wanted = rows(asked.graph, asked.restricted, asked.shares, every)
        for row in pq.read_table(out).to_pylist():
            mine = [pair for (s, _), pair in wanted.items() if s == row["src_asn"]]
            routed = [pair for pair in mine if pair["route_class"] != "none"]
            assert row["pairs"] == len(every) - 1
            assert row["no_route_pairs"] == len(mine) - len(routed)
            for kind in ("customer", "peer", "provider"):
                assert row[f"{kind}_pairs"] == sum(pair["route_class"] == kind for pair in mine)
            for rung, name in ((0, "0"), (2, "2"), (3, "3_or_more"), (None, "none")):
                assert row[f"rung_{name}_pairs"] == sum(pair["rung"] == rung for pair in mine)
                assert row[f"rung_lucky_{name}_pairs"] == sum(pair["rung_lucky"] == rung for pair in mine)
            assert row["rung_lucky_1_pairs"] == sum(pair["rung_lucky"] == 1 for pair in mine)
            for name in ("destination_inside", "source_inside", "blocked"):
                assert row[f"none_{name}_pairs"] == sum(pair["no_clear_route"] == name for pair in mine)
            for alone, name in ((True, "source_alone"), (False, "another")):
                assert row[f"rung_1_{name}_pairs"] == sum(pair["rung_source_alone"] is alone for pair in mine)
            for name in ("length_hops", *(key for key in wanted[next(iter(wanted))] if key.endswith("_share"))):
                mean = sum(pair[name] for pair in routed) / len(routed) if routed else None
                ours = row[f"mean_{name}"]
                if name == "either_high_share" and routed:
                    # Folded, a network that both ways cross counts twice: never below the truth.
                    looser += ours > mean + 1e-9
                    assert mean - 1e-6 <= ours <= 1 + 1e-9
                else:
                    assert ours == (None if mean is None else pytest.approx(mean, abs=1e-6)), (seed, name)
    assert looser


@pytest.mark.parametrize("count_endpoints", [False, True])
def test_cuts_and_smallest_change(tmp_path: Path, capsys: pytest.CaptureFixture[str], count_endpoints: bool) -> None:
    sizes, cut = Counter[int](), 0
    for seed in range(60):
        asked, place = Asked(seed, tmp_path, 9), tmp_path / "cuts.json"
        flag = ["--count-endpoints"] if count_endpoints else []
        more = ["--cuts", "200", "--cuts-out", place, "--change", "--recheck", "0"]
        ran = told(capsys, *asked.words, *asked.ends, *flag, *more)

        def opens(changed: set[int], asked: Asked = asked) -> set[tuple[int, int]]:
            left = asked.restricted - changed
            held = [p for p in asked.pairs if not (count_endpoints and left & set(p))]
            return {p for p in held if reaches_clear(asked.graph, *p, left)}

        now, ever = opens(set()), opens(asked.restricted)
        listed = json.loads(place.read_text("utf-8"))
        assert {(row["src_asn"], row["dst_asn"]) for row in listed} == now
        for row in listed:
            least = vertex_cut(asked.graph, row["src_asn"], row["dst_asn"], asked.restricted)
            if row["state"] == "cut":
                assert row["low"] <= least <= row["high"] == len(row["members"])
                assert row["proof"] == "bound" or row["low"] == row["high"]
                cut += 1
            else:
                assert (row["state"], row["low"], row["high"]) == ("direct_link", None, None)
        change = ran["smallest_change"]
        assert (change["clear_now_pairs"], change["opened_pairs"]) == (len(now), len(ever) - len(now))
        assert change["no_route_pairs"] == len(asked.pairs) - len(ever)
        members = set(change["networks"])
        assert members <= asked.restricted
        assert opens(members) == ever
        fewer = next(n for n in range(9) if any(opens(set(c)) == ever for c in combinations(asked.restricted, n)))
        assert change["network_count"] == change["least_count"] == len(members) == fewer
        assert change["proof"] == "certified"
        assert (change["ends_among_them"] is not None) == count_endpoints
        sizes[fewer] += 1
    assert cut > 40
    assert len(sizes) >= 3, sizes
