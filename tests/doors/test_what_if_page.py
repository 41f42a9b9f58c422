"""The chapter for internal readers on scenarios, and other routes beside the model: who sees what when."""

import re
from pathlib import Path

import pytest

pytest.importorskip("numba", reason="the extra 'internet' is not installed")

import provenet
from doors.test_graphs_by_command import THEN
from doors.test_observed_by_command import table
from doors.test_scenarios_by_command import CABLE, OVER, SCENARIOS
from provenet.case.case import Case
from provenet.case.standing import Standing
from unit.routing.small_internet import write_files, write_restricted

DAY = "2025-11-25"
TITLE = "What if something fails, leaks or refuses?"


def asked(place: Path, audience: str) -> tuple[str, str]:
    """The pages and the annex of the dossier."""
    (made,) = provenet.brief(place, country=["Japan"], as_of=DAY, audience=audience).dossiers
    return made.html.read_text(encoding="utf-8"), made.annex.read_text(encoding="utf-8")  # type: ignore[union-attr]


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("what-if")
    place = folder / "case"
    provenet.new(place, "small")
    (folder / "cable.csv").write_text(CABLE, encoding="utf-8")
    (folder / "as_link_over.csv").write_text(OVER, encoding="utf-8")
    assert (
        provenet.add(place, [*write_files(folder), folder / "cable.csv", folder / "as_link_over.csv"]).fault_count == 0
    )
    (folder / "scenarios.csv").write_text(SCENARIOS, encoding="utf-8")
    (folder / "20180101.as-rel.txt").write_text(THEN, encoding="utf-8")
    (folder / "rib.mrt").write_bytes(table())
    rest_on(place)
    return place


def rest_on(place: Path) -> None:
    """What a dossier rests on."""
    provenet.screen(place, "eu-5g-toolbox", country=["Japan"], as_of=DAY)
    provenet.depend(place, country=["Japan"], as_of=DAY)


def expose(place: Path, **more: object) -> None:
    listed = write_restricted(place.parent, 64502)
    provenet.expose(place, restricted=listed, country=["Japan"], as_of=DAY, **more)  # type: ignore[arg-type]


def states(place: Path) -> dict[tuple[str, str], str]:
    """Whether the runs of each verb and audience are current."""
    found = Standing(Case.open(place)).states()
    return {(one.run.verb, str(one.run.settings.get("audience", ""))): one.word for one in found}


def test_what_internal_pages_draw_and_public_ones_do_not(case: Path) -> None:
    expose(case)
    public, internal = asked(case, "public"), asked(case, "internal")
    assert TITLE not in internal[0]
    folder = case.parent
    expose(case, scenarios=folder / "scenarios.csv")
    # The public dossier does not rest on it; the internal one would show it.
    assert states(case)["brief", ""] == "current"
    assert states(case)["brief", "internal"] == "stale"
    assert asked(case, "public") == public
    page = asked(case, "internal")[0]
    text = plain(page)
    assert TITLE in text and "no public page shows it" in text
    assert "Of 14 pairs with a route, 64.3 % cross as the graph is." in text
    # lowland gone: of 14 pairs of the two government networks four lose their route and one newly crosses.
    assert "lowland gone row AS64503 LOWLAND-NET Lowland Net fails. 28.6 % 7.1 %" in text
    assert "Fewer than five networks:" in text
    assert 'alt="Scenarios, tagged gov"' in page or "Scenarios, tagged gov" in page
    assert states(case)["brief", "internal"] == "current"


def test_other_routes_stand_in_the_internal_annex(case: Path) -> None:
    expose(case, observed=[case.parent / "rib.mrt"], graphs=[case.parent / "20180101.as-rel.txt"])
    title = "Modelled routes beside others"
    annex = plain(asked(case, "internal")[1])
    assert title in annex
    # All sums here are of fewer than five networks on a side.
    assert title not in plain(asked(case, "public")[1])
    table = annex.partition(title)[2]
    for words in ("observed", "1 January 2018", "25 to 75 %", "78.6 %"):
        assert words in table, words


def test_what_is_stale_is_left_out(case: Path, tmp_path: Path) -> None:
    expose(case, scenarios=case.parent / "scenarios.csv")
    assert "What if something fails" in asked(case, "internal")[0]
    later = tmp_path / "asnames-later.txt"
    later.write_text("64598 ELSEWHERE Elsewhere, SE\n", encoding="utf-8")
    assert provenet.add(case, later).fault_count == 0
    assert states(case)["brief", "internal"] == "stale"
    rest_on(case)
    expose(case)
    assert "What if something fails" not in asked(case, "internal")[0]
