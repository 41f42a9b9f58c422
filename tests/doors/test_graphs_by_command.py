"""`expose --graphs` as people call it: the routes of the case's graph beside those of another day."""

from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("numba", reason="the extra 'internet' is not installed")

import provenet as verbs
from doors.conftest import Provenet
from provenet.case.case import Case
from unit.routing.small_internet import LINKS, make_case, write_restricted

ON = ("--country", "Japan", "--as-of", "2025-11-25")
THEN = LINKS.replace("64503|64510|-1|bgp\n", "").replace("64500|64521|-1|bgp\n", "64501|64521|-1|bgp\n")


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("days")
    place = make_case(folder)
    write_restricted(folder, 64502)
    (folder / "20180101.as-rel.txt").write_text(THEN, encoding="utf-8")
    return place


@pytest.fixture
def call(provenet: Provenet, case: Path) -> Callable[..., object]:
    words = ("--restricted", case.parent / "restricted.txt", "--graphs", case.parent / "20180101.as-rel.txt", *ON)

    def called(*more: object) -> object:
        ran = provenet("expose", case, *words, *more)
        assert ran.code == 0, ran.err
        return ran

    return called


def rows(case: Path) -> dict[str, dict[str, object]]:
    """The rows of tags, to all networks."""
    held = Case.open(case)
    run = held.runs().filter(verb="comparison")["run_id"][-1]
    found = held.read_run("route_comparison", run).filter(level="tag", destination="all").to_dicts()
    return {row["tag"]: row for row in found}


def test_what_is_alike_on_both_days_and_what_crosses(call: Callable[..., object], case: Path) -> None:
    text = call().out  # type: ignore[attr-defined]
    gov = rows(case)["gov"]
    # In 2018 64510 buys from 64502 alone, as 64511 does: all but the routes to 64502 itself cross. Today it takes 64503
    # to 64501, 64503 and 64520, each of them nearer; 64521 has come nearer to both.
    found = [gov[f"{name}_count"] for name in ("path", "class", "next_hop", "length", "low_other", "low_modelled")]
    assert found == [14, 14, 11, 9, 12, 9]
    assert (gov["high_other_count"], gov["high_modelled_count"], gov["whole_share"]) == (12, 9, None)
    assert {row["audience"] for row in rows(case).values()} == {"internal"}
    assert (
        "from networks tagged gov: of 14 pairs of 2018-01-01 the model has the class of 100 %, the next hop of" in text
    )
    assert "of 14 pairs 85.7 % cross on 2018-01-01, 64.3 % by the model" in text


def test_the_same_files_make_no_new_run_and_a_stale_run_is_made_again(call: Callable[..., object], case: Path) -> None:
    first, runs = call("--json", "--unlisted", "none").out, Case.open(case).runs().height  # type: ignore[attr-defined]
    assert (call("--json", "--unlisted", "none").out, Case.open(case).runs().height) == (first, runs)  # type: ignore[attr-defined]
    names = case.parent / "more-asnames.txt"
    names.write_text("64522 LATE-NET Late Net, SE\n", encoding="utf-8")
    assert verbs.add(case, [names]).fault_count == 0
    assert "stale" in {one.state for one in verbs.status(case).results if one.verb == "comparison"}
    verbs.run(case)
    assert "stale" not in {one.state for one in verbs.status(case).results if one.verb == "comparison"}
    assert "none" in {one.settings["unlisted"] for one in verbs.status(case).results if one.verb == "comparison"}


def test_a_row_walks_back_to_the_graph(call: Callable[..., object], provenet: Provenet, case: Path) -> None:
    call()
    ran = provenet("why", case, rows(case)["gov"]["route_comparison_id"])
    assert ran.code == 0, ran.err
    assert "graph 20180101.as-rel.txt, SHA-256" in ran.out


def test_names_without_a_day_are_refused(provenet: Provenet, case: Path, tmp_path: Path) -> None:
    undated = tmp_path / "graph.txt"
    undated.write_text(LINKS, encoding="utf-8")
    ran = provenet("expose", case, "--restricted", case.parent / "restricted.txt", "--graphs", undated, *ON)
    assert (ran.code, "the name 'graph.txt' holds no day" in ran.err) == (2, True)
