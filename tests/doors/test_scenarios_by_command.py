"""`expose --scenarios` as people call it: what fails, leaks and refuses; every fault of the file; the walk back."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

import provenet as verbs
from doors.conftest import Provenet
from provenet.case.case import Case
from unit.routing.small_internet import write_files, write_restricted

ON = ("--country", "Japan", "--as-of", "2025-11-25")
CABLE = "cable,landings,capacity_amount,capacity_unit\nNorth Loop,Oslo|Bergen,20,Tb/s\nDark Loop,,,\n"
OVER = "from_asn,to_asn,cable,alone\n64502,64510,North Loop,yes\n64503,64510,North Loop,\n"
SCENARIOS = """scenario,kind,network,country,link,cable,for
lowland gone,fail,AS64503,,,,
norway gone,fail,,Norway,,,
one link,fail,,,64503-64510,,
the cable,fail,,,,North Loop,
the dark cable,fail,,,,Dark Loop,
a leak,leak,64510,,,,
a refusal,refuse,64501,,,,64520
nobody,fail,64999,,,,
"""


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scenarios")
    place = folder / "case"
    verbs.new(place, "small")
    files = write_files(folder)
    (folder / "cable.csv").write_text(CABLE, encoding="utf-8")
    (folder / "as_link_over.csv").write_text(OVER, encoding="utf-8")
    added = verbs.add(place, [*files, folder / "cable.csv", folder / "as_link_over.csv"])
    assert added.fault_count == 0, added.faults
    write_restricted(folder, 64502)
    (folder / "scenarios.csv").write_text(SCENARIOS, encoding="utf-8")
    return place


@pytest.fixture
def call(provenet: Provenet, case: Path) -> Callable[..., object]:
    folder = case.parent

    def called(*more: object) -> object:
        words = ("--restricted", folder / "restricted.txt", "--scenarios", folder / "scenarios.csv", *ON, *more)
        ran = provenet("expose", case, *words)
        assert ran.code == 0, ran.err
        return ran

    return called


def rows(case: Path) -> dict[tuple[str, str, str], dict[str, object]]:
    """The rows of the last run by scenario, extent and tag."""
    held = Case.open(case)
    run = held.runs().filter(verb="scenarios")["run_id"][-1]
    return {
        (row["scenario"], row["extent"], row["tag"]): row for row in held.read_run("route_scenario", run).to_dicts()
    }


def figures(row: dict[str, object]) -> tuple[object, ...]:
    """Lost, gained, newly crossing and still clear, low to high."""
    lost, new, clear = ((row[f"low_{name}_count"], row[f"high_{name}_count"]) for name in ("lost", "new", "clear"))
    return lost, row["gained_count"], new, clear


def test_what_is_lost_and_newly_crossed_as_worked_by_hand(call: Callable[..., object], case: Path) -> None:
    call()
    found = rows(case)
    # 64510 and 64511 to seven others each. 64510 reaches 64511, 64500 and 64521 over 64502, 64501 and 64520 over 64503;
    # 64511 goes over 64502 but to 64502 itself. Without 64503: 64510 to 64503 and 64520 is lost, to 64501 it crosses
    # anew; 64511 loses 64503 and 64520.
    gone = found["lowland gone", "sure", "gov"]
    assert (gone["pair_count"], gone["routed_count"]) == (14, 14)
    assert figures(gone) == ((4, 4), 0, (1, 1), (2, 2))
    # Without 64502: 64511 has no route and is on none; 64510 goes over 64503 to all but 64502 and 64511.
    norway = found["norway gone", "sure", "gov"]
    assert figures(norway) == ((9, 9), 0, (0, 0), (3, 3))
    assert norway["removed_count"] == 1
    assert norway["changes"] == ["The 1 network registered in Norway fails."]
    link = found["one link", "sure", "gov"]
    assert (link["cut_count"], figures(link)) == (1, ((0, 0), 0, (3, 3), (2, 2)))
    assert found["nobody", "sure", "gov"]["missing"] == ["AS64999"]
    assert figures(found["nobody", "sure", "gov"])[:3] == ((0, 0), 0, (0, 0))


def test_a_cable_takes_what_surely_runs_over_it_and_possibly_more(call: Callable[..., object], case: Path) -> None:
    call()
    found = rows(case)
    sure, possible = found["the cable", "sure", "gov"], found["the cable", "possible", "gov"]
    assert (sure["cut_count"], possible["cut_count"]) == (1, 2)
    assert sure["capacity_says"] == "cable North Loop: 20 Tb/s"
    assert possible["low_lost_count"] > sure["low_lost_count"] == 0
    dark = found["the dark cable", "sure", "gov"]
    assert dark["capacity_says"] == "cable Dark Loop: capacity not known"
    assert dark["changes"][-1] == "No link is stated to run over the cable Dark Loop: what it takes is unknown."
    assert ("the dark cable", "possible", "gov") not in found


def test_a_leak_and_a_refusal(call: Callable[..., object], case: Path) -> None:
    call()
    found = rows(case)
    # 64510 tells 64503 of its routes over 64502, and 64503, which prefers customers, goes to 64500 that way.
    leak = found["a leak", "sure", "carrier"]
    assert leak["low_new_count"] > 0
    # 64501 refuses 64520, a customer of its customer 64503: beyond 64501 nobody reaches 64520, and it reaches nobody.
    refusal = found["a refusal", "sure", "gov"]
    assert refusal["low_lost_count"] == 1  # 64511 to 64520
    assert found["a refusal", "sure", "mobile"]["low_lost_count"] == 4  # 64520 to 64500, 64502, 64511 and 64521


def test_scenarios_that_name_networks_are_internal_and_few_networks_too(
    call: Callable[..., object], case: Path
) -> None:
    call()
    assert {row["audience"] for row in rows(case).values()} == {"internal"}


def test_the_lines_say_each_scenario(call: Callable[..., object]) -> None:
    text = call().out  # type: ignore[attr-defined]
    assert "Japan: 8 scenarios" in text
    assert "lowland gone: AS64503 LOWLAND-NET Lowland Net fails." in text
    assert "2 networks, tagged gov: of 14 pairs with a route 4 lose it, 1 newly cross;" in text


def test_the_same_call_is_the_same_run(call: Callable[..., object], case: Path) -> None:
    first = call("--json").out  # type: ignore[attr-defined]
    runs = Case.open(case).runs().height
    assert call("--json").out == first  # type: ignore[attr-defined]
    assert Case.open(case).runs().height == runs


def test_a_row_walks_back_to_the_graph_and_the_file(
    call: Callable[..., object], provenet: Provenet, case: Path
) -> None:
    call()
    row = rows(case)["the cable", "sure", "gov"]
    ran = provenet("why", case, row["route_scenario_id"])
    assert ran.code == 0, ran.err
    for words in ("scenarios listed in scenarios.csv", "as_link_over", "North Loop", "20250901.as-rel2.txt"):
        assert words in ran.out


def test_every_fault_of_the_file_is_said_at_once(provenet: Provenet, case: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text(
        "scenario,kind,network,country,cable,for\n"
        "a,fale,64500,,,\n"
        "b,fail,Nowhere Net,,,\n"
        "c,fail,,Norwey,,\n"
        "d,fail,,,South Loop,\n"
        "e,fail,64500,Norway,,\n"
        "f,refuse,64500,,,\n"
        "g,leak,64500,,,\n"
        "g,leak,64501,,,\n",
        encoding="utf-8",
    )
    ran = provenet("expose", case, "--restricted", case.parent / "restricted.txt", "--scenarios", bad, *ON)
    assert ran.code == 3
    for words in (
        "bad.csv row 2, kind: no such kind of change; found 'fale', expected fail, leak, refuse. Nearest: fail.",
        "row 3, network: no such network; found 'Nowhere Net'",
        "row 4, country: no such country; found 'Norwey'. Nearest: Norway.",
        "row 5, cable: no such cable; found 'South Loop'",
        "row 6: a line of kind fail names one thing; found 'network, country'",
        "row 7, for: a refusal names whom it concerns",
        "row 9, network: a scenario has one network that leaks; found '64501'",
    ):
        assert words in ran.err, ran.err


def test_a_stale_run_is_made_again_from_the_kept_file(call: Callable[..., object], case: Path) -> None:
    call()
    more = case.parent / "more.csv"
    more.write_text("from_asn,to_asn,cable,alone\n64501,64503,North Loop,yes\n", encoding="utf-8")
    before = Case.open(case).runs().filter(verb="scenarios")["run_id"][-1]
    assert verbs.add(case, [more]).fault_count == 0
    (result,) = [one for one in verbs.status(case).results if one.run_id == before]
    assert result.state == "stale"
    verbs.run(case)
    assert rows(case)["the cable", "sure", "gov"]["cut_count"] == 2
    assert date(2025, 9, 1) == rows(case)["the cable", "sure", "gov"]["graph_on"]


def test_lists_of_a_later_day_are_said_beside_each_figure(call: Callable[..., object], case: Path) -> None:
    def says() -> set[bool]:
        return {any("of a later day" in words for words in row["assumed"]) for row in rows(case).values()}

    call("--later-tags")
    assert says() == {True}
    call("--country", "Norway")
    assert says() == {False}
