"""`expose --graphs` as people call it: what crosses on each day, over whom, and what links did between the days."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import provenet as verbs
from doors.conftest import Provenet
from provenet.case.case import Case
from unit.routing.small_internet import LINKS, write_files, write_restricted

ON = ("--country", "Japan", "--as-of", "2025-11-25")
THEN = LINKS.replace("64503|64510|-1|bgp\n", "").replace("64500|64521|-1|bgp\n", "64501|64521|-1|bgp\n")


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("days")
    place = folder / "case"
    verbs.new(place, "small")
    added = verbs.add(place, [file for file in write_files(folder) if "as-rel" not in file.name])
    assert added.fault_count == 0, added.faults
    write_restricted(folder, 64502)
    (folder / "20180101.as-rel.txt").write_text(THEN, encoding="utf-8")
    return place


@pytest.fixture
def call(provenet: Provenet, case: Path) -> Callable[..., object]:
    folder = case.parent
    graphs = [word for name in ("20250901.as-rel2.txt", "20180101.as-rel.txt") for word in ("--graphs", folder / name)]

    def called(*more: object) -> object:
        ran = provenet("expose", case, "--restricted", folder / "restricted.txt", *graphs, *ON, *more)
        assert ran.code == 0, ran.err
        return ran

    return called


def rows(case: Path, name: str) -> list[dict[str, object]]:
    held = Case.open(case)
    run = held.runs().filter(verb="over_time")["run_id"][-1]
    return held.read_run(name, run).to_dicts()


def test_what_crosses_on_each_day(call: Callable[..., object], case: Path) -> None:
    call()
    gov = {str(row["graph_on"]): row for row in rows(case, "route_day") if row["tag"] == "gov"}
    # In 2018 64510 buys from 64502 alone, as 64511 does: all but the routes to 64502 itself cross.
    then, now = gov["2018-01-01"], gov["2025-09-01"]
    assert (then["rung_0_count"], then["rung_none_count"]) == (2, 12)
    assert (now["rung_0_count"], now["rung_none_count"]) == (5, 7)
    assert (then["low_share"], now["low_share"]) == (pytest.approx(12 / 14, abs=1e-6), pytest.approx(9 / 14, abs=1e-6))
    assert then["absent_count"] == now["absent_count"] == 1


def test_parts_sum_to_the_whole_in_both_orders(call: Callable[..., object], case: Path) -> None:
    call()
    for tag in ("gov", "carrier", "mobile"):
        mine = [row for row in rows(case, "route_change") if row["tag"] == tag]
        (whole,) = [row for row in mine if row["attribution"] == "all"]
        for order in ("forward", "backward"):
            parts = [row for row in mine if row["attribution"] == "part" and row["link_order"] == order]
            assert len(parts) == 3
            for name in ("routed", "low_crossing", "high_crossing"):
                assert sum(row[f"{name}_change_count"] for row in parts) == whole[f"{name}_change_count"]  # type: ignore
            for end in ("low", "high"):
                total = sum(row[f"{end}_change_share"] for row in parts)  # type: ignore[misc]
                assert total == pytest.approx(whole[f"{end}_change_share"])
            assert sum(row["link_count"] for row in parts) == whole["link_count"] == 3  # type: ignore[misc]


def test_the_new_link_of_a_source_did_it(call: Callable[..., object], case: Path) -> None:
    call()
    mine = [row for row in rows(case, "route_change") if row["tag"] == "gov" and row["link_order"] == "forward"]
    found = {(row["link_change"], row["link_group"]): row["low_crossing_change_count"] for row in mine}
    assert found == {
        ("all", "all links that differ"): -3,
        # 64510 buys from 64503 too: 64501, 64503, 64520 and, still below 64501, 64521 are clear.
        ("added", "links of the sources themselves"): -4,
        # 64521 buys from 64500 as well, and is as near over 64502 as over 64503: the way may cross, and need not.
        ("added", "links of networks registered in Sweden"): 0,
        ("gone", "links of networks registered in Sweden"): 1,
    }


def test_hegemony_by_day(call: Callable[..., object], case: Path) -> None:
    call()
    lowland = {str(row["graph_on"]): row for row in rows(case, "influence_day") if row["asn"] == "64503"}
    assert lowland["2018-01-01"]["party_id"] == "lowland"
    assert lowland["2018-01-01"]["hegemony_share"] < lowland["2025-09-01"]["hegemony_share"]  # type: ignore[operator]


def test_lines_and_the_same_bytes(call: Callable[..., object], case: Path) -> None:
    text = call().out  # type: ignore[attr-defined]
    assert "2018-01-01, 2 networks: 85.7 % of routes cross; 14.3 % clear as they go" in text
    assert "2018-01-01 to 2025-09-01, all links that differ (3): -21.43 percentage points" in text
    assert "reached over AS64503 LOWLAND-NET Lowland Net: 2018-01-01" in text
    first = call("--json").out  # type: ignore[attr-defined]
    runs = Case.open(case).runs().height
    assert call("--json").out == first  # type: ignore[attr-defined]
    assert Case.open(case).runs().height == runs


def test_a_chart_repeats_each_figure_in_words(call: Callable[..., object], tmp_path: Path) -> None:
    place = tmp_path / "days.svg"
    call("--chart", place)
    drawn = place.read_text(encoding="utf-8")
    for words in (
        "tagged gov",
        "2018-01-01",
        "85.7 %",
        "64.3 %",
        "added links of the sources themselves",
        "LOWLAND-NET",
    ):
        assert words in drawn
    assert "fewer than five networks" in drawn
    assert drawn.startswith("<svg") and drawn.endswith("</svg>")


def test_groups_by_network_are_internal(call: Callable[..., object], case: Path) -> None:
    call("--by", "network")
    found = {row["link_group"]: row["audience"] for row in rows(case, "route_change")}
    assert found["links of AS64521 FAR-SHOP Far Shop"] == "internal"


def test_a_row_walks_back_to_the_graph(call: Callable[..., object], provenet: Provenet, case: Path) -> None:
    call()
    ran = provenet("why", case, rows(case, "route_change")[0]["route_change_id"])
    assert ran.code == 0, ran.err
    assert "graph 20180101.as-rel.txt, SHA-256" in ran.out


def test_names_without_a_day_and_options_of_others_are_refused(provenet: Provenet, case: Path, tmp_path: Path) -> None:
    undated = tmp_path / "graph.txt"
    undated.write_text(LINKS, encoding="utf-8")
    restricted = ("--restricted", case.parent / "restricted.txt")
    ran = provenet("expose", case, *restricted, "--graphs", undated, *ON)
    assert (ran.code, "the name 'graph.txt' holds no day" in ran.err) == (2, True)
    ran = provenet("expose", case, *restricted, "--by", "network", *ON)
    assert (ran.code, "--by goes with --graphs" in ran.err) == (2, True)
    dated = case.parent / "20250901.as-rel2.txt"
    ran = provenet("expose", case, *restricted, "--chart", tmp_path / "days.svg", *ON)
    assert (ran.code, "give them with --graphs" in ran.err) == (2, True)
    ran = provenet("expose", case, "--graphs", dated, *ON)
    assert (ran.code, "no restricted networks are named" in ran.err) == (2, True)


def test_a_stale_run_is_made_again_from_the_kept_graphs(call: Callable[..., object], case: Path) -> None:
    call()
    names = case.parent / "more-asnames.txt"
    names.write_text("64522 LATE-NET Late Net, SE\n", encoding="utf-8")
    assert verbs.add(case, [names]).fault_count == 0
    assert "stale" in {one.state for one in verbs.status(case).results if one.verb == "over_time"}
    verbs.run(case)
    assert "stale" not in {one.state for one in verbs.status(case).results if one.verb == "over_time"}
