"""`expose` as people call it: its lines, its refusals, the walk back, the dossier, and what makes it stale."""

import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

import provenet as verbs
from doors.conftest import Provenet
from provenet.case.case import Case
from provenet.case.standing import Standing
from provenet.core.errors import StaleInput
from support.copies import copied_case
from unit.dossier.page_reading import Page
from unit.routing.small_internet import write_files, write_restricted

LATER = date(2025, 11, 25)
RECORDED_ON = date(2026, 11, 25)
ON = ("--country", "Japan", "--as-of", LATER.isoformat())
SECTION = "4. Routes between networks"


def asked_anew(case: Path) -> None:
    """Verdicts and shares of the day, as `brief` needs them."""
    verbs.screen(case, ["jp-espa"], as_of=LATER, country=["Japan"])
    verbs.depend(case, as_of=LATER, country=["Japan"])


@pytest.fixture(scope="session")
def exposed_case(facts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case with facts and the invented Internet, screened and worked out for its day."""
    folder = tmp_path_factory.mktemp("exposed")
    case = folder / "case"
    verbs.new(case, "small")
    assert verbs.add(case, [*sorted(facts.glob("*.csv")), *write_files(folder)]).fault_count == 0
    write_restricted(folder, 64502)
    asked_anew(case)
    return case


@pytest.fixture
def graph_case(exposed_case: Path, tmp_path: Path) -> Path:
    """A copy of it to write to, with the list of restricted networks beside it."""
    shutil.copy(exposed_case.parent / "restricted.txt", tmp_path / "restricted.txt")
    return copied_case(exposed_case, tmp_path / "case")


@pytest.fixture
def expose(provenet: Provenet, graph_case: Path) -> Callable[..., str]:
    """Calls the command on the case, which must succeed."""

    def call(*more: str) -> str:
        ran = provenet("expose", graph_case, "--restricted", graph_case.parent / "restricted.txt", *ON, *more)
        assert ran.code == 0, ran.err
        return ran.out

    return call


def test_it_tells_what_was_asked_and_what_crosses(expose: Callable[..., str]) -> None:
    told = expose()
    assert "Restricted networks: the 1 network listed in restricted.txt; 1 of them in the graph." in told
    assert "Graph of 2025-09-01: 8 networks; links: 7 of transit and 1 of peers." in told
    assert "2 networks, tagged gov (1 more is not in the graph): 64.3 % of routes cross" in told
    assert "of 14 pairs: clear as they go 35.7 %; one network must choose differently 14.3 %; two 0 %;" in told
    assert "0 networks, tagged dsl: no network is in the graph" in told


def test_the_same_call_is_the_same_run_and_prints_the_same_bytes(expose: Callable[..., str], graph_case: Path) -> None:
    first = expose("--json")
    runs = Case.open(graph_case).runs().height
    assert expose("--json") == first
    assert Case.open(graph_case).runs().height == runs


def test_a_figure_walks_back_to_links_tags_names_and_the_list(
    expose: Callable[..., str], provenet: Provenet, graph_case: Path
) -> None:
    expose()
    case = Case.open(graph_case)
    rows = case.read("exposure").filter(level="tag", destination="all")
    figure = rows.filter(rows["tags"].list.first() == "gov")["exposure_id"][0]
    told = provenet("why", graph_case, figure).out
    assert "Routes from the 2 networks tagged gov of Japan that cross restricted networks" in told
    assert "all 2 rows of as_link where to_asn is 64510, from 1 file" in told
    assert "file: 20250901.as-rel2.txt row 6 (not stated" in told
    assert "64510, gov, Ministry of Examples" in told
    assert "64510, MINISTRY-EXAMPLES Ministry of Examples, Japan" in told
    assert "networks listed in restricted.txt, SHA-256" in told
    short = provenet("why", graph_case, figure, "--short").out
    assert len(short.splitlines()) == 5
    assert "20250901.as-rel2.txt row" in short


def test_the_bytes_of_the_list_are_kept(expose: Callable[..., str], graph_case: Path) -> None:
    expose()
    data = (graph_case.parent / "restricted.txt").read_bytes()
    assert data in [path.read_bytes() for path in (graph_case / "sources").iterdir()]


def page(case: Path, audience: str = "public") -> str:
    made = verbs.brief(case, as_of=LATER, country=["Japan"], audience=audience)
    return made.dossiers[0].annex.read_text("utf-8")


def test_the_dossier_shows_the_ladder_once_it_was_asked(expose: Callable[..., str], graph_case: Path) -> None:
    before = page(graph_case)
    assert "Not known: this case holds no such row for Japan." in before.partition(SECTION)[2]
    expose()
    public = page(graph_case)
    assert "Sums over fewer than five networks stand on no public page." in public
    assert "MINISTRY-EXAMPLES Ministry of Examples" not in public
    after = page(graph_case, "internal")
    assert "A restricted network is not a restricted vendor:" in after
    assert "Rung 1 alone (pairs)" in after
    assert "MINISTRY-EXAMPLES Ministry of Examples" in after
    assert "while all others choose as today" in after
    assert "Over which networks the country is reached" in after


def test_no_public_page_names_who_would_move_for_few_or_a_cut(expose: Callable[..., str], graph_case: Path) -> None:
    expose()
    rows = Case.open(graph_case).read("remedy")
    assert rows.height == 5, "a mover and two cuts under gov, a mover and a cut under the name of a ministry"
    after = page(graph_case)
    assert [one for one in rows["remedy_id"].to_list() if one in after] == []


def test_internal_pages_show_them_and_are_named_so(
    expose: Callable[..., str], provenet: Provenet, graph_case: Path, tmp_path: Path
) -> None:
    expose()
    page(graph_case)
    ran = provenet("brief", graph_case, *ON, "--audience", "internal", "--out", tmp_path / "pages")
    assert ran.code == 0, ran.err
    names = {path.name for path in (tmp_path / "pages").iterdir()}
    assert names >= {"japan-internal.html", "japan-internal.pdf", "japan-internal-annex.html"}
    inside = (tmp_path / "pages" / "japan-internal-annex.html").read_text("utf-8")
    rows = Case.open(graph_case).read("remedy")
    assert [one for one in rows["remedy_id"].to_list() if one not in inside] == []
    assert "japan-annex.html" in {path.name for path in (graph_case / "outputs" / "2025-11-25").iterdir()}
    assert Case.open(graph_case).read_latest("dossier", as_of=LATER)["dossier_id"].n_unique() == 2


ROUTERS = """asset_id,carrier_id,country,asset_class,layer,vendor_id,unit_count
r1,lowland,Japan,transport.router,hardware,nokia,7
r2,lowland,Japan,transport.router,hardware,,3
"""


def test_a_policy_speaks_through_an_inventory_of_routers(expose: Callable[..., str], graph_case: Path) -> None:
    """Of three of ten routers nobody knows the vendor; in use the policy is clear of routers, whoever makes them."""
    place = graph_case.parent / "routers.csv"
    place.write_text(ROUTERS, encoding="utf-8")
    assert verbs.add(graph_case, [place]).fault_count == 0
    asked_anew(graph_case)
    told = expose("--unlisted", "none")
    assert "2 networks, tagged gov (1 more is not in the graph), by shares of equipment under jp-espa: 0 % of" in told
    rows = Case.open(graph_case).read("exposure")
    row = rows.filter(asn="64510", pack="jp-espa", destination="all").row(0, named=True)
    assert (row["low_share"], row["high_share"]) == (0.0, 0.0)
    after = page(graph_case, "internal")
    assert "Stated (networks)" in after
    assert "a network without a stated share has no equipment that the policy restricts" in after


def test_brief_refuses_an_exposure_that_was_overtaken(expose: Callable[..., str], graph_case: Path) -> None:
    expose("--carrier", "mobile")
    page(graph_case)
    more = graph_case.parent / "20250902.as-rel2.txt"
    more.write_text("64500|64510|-1|bgp\n", encoding="utf-8")
    assert verbs.add(graph_case, [more]).fault_count == 0
    asked_anew(graph_case)
    with pytest.raises(StaleInput) as refused:
        page(graph_case)
    assert str(refused.value) == (
        "brief: the exposure of Japan is older than the table as_link; run: provenet expose CASE "
        "--as-of 2025-11-25 --carrier mobile --country Japan --restricted restricted.txt --sensitive gov "
        "--sensitive government --sensitive defence --unlisted unknown"
    )


def test_expose_refuses_shares_that_were_overtaken(provenet: Provenet, graph_case: Path) -> None:
    extra = graph_case.parent / "extra.csv"
    extra.write_text("party_id,name,role\nmx,Maker X,vendor\n", encoding="utf-8")
    assert verbs.add(graph_case, [extra]).fault_count == 0
    ran = provenet("expose", graph_case, "--restricted-country", "NO", *ON)
    assert ran.code == 3
    assert ran.err.startswith("expose: the verdicts of jp-espa are older than the table ")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "expose: no restricted networks are named; name a list (--restricted FILE, one AS number a line)"),
        (("--restricted-country", "Norwey"), "--restricted-country: no such country; found 'Norwey'. Nearest: Norway."),
        (("--restricted", "{tmp}/none.txt"), "none.txt"),
    ],
)
def test_a_wrong_call_is_a_sentence(provenet: Provenet, graph_case: Path, words: tuple[str, ...], says: str) -> None:
    ran = provenet("expose", graph_case, *(word.format(tmp=graph_case.parent) for word in words), *ON)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err


def test_a_list_with_faults_names_each(provenet: Provenet, graph_case: Path) -> None:
    bad = graph_case.parent / "bad.txt"
    bad.write_text("64502\nsome\nAS0\n", encoding="utf-8")
    ran = provenet("expose", graph_case, "--restricted", bad, *ON)
    assert ran.code == 3
    assert "bad.txt row 2" in ran.err
    assert "bad.txt row 3" in ran.err


def test_a_case_without_a_graph_says_how_to_add_one(provenet: Provenet, case: Path, tmp_path: Path) -> None:
    place = write_restricted(tmp_path, 64502)
    ran = provenet("expose", case, "--restricted", place, "--country", "Japan", "--as-of", "2024-08-01")
    assert ran.code == 2
    assert ran.err.startswith("expose: the case has no AS graph. Add one: provenet add CASE 20250901.as-rel2.txt.bz2")
    text = Page((case / "outputs" / "2024-08-01" / "japan.html").read_bytes()).text
    assert re.search(
        r"We hold nothing on [^.:]*\broutes of networks\b[^.:]* for Japan: what is not held is not known", text
    )


def test_a_recorded_run_that_rests_on_a_stale_one_is_made_again(facts: Path, tmp_path: Path) -> None:
    """Verdicts and shares of the day have changed below it."""
    case = tmp_path / "case"
    verbs.new(case, "small")
    assert verbs.add(case, sorted(facts.glob("*.csv"))).fault_count == 0
    verbs.screen(case, ["jp-espa"], as_of=RECORDED_ON, country=["Japan"])
    verbs.depend(case, as_of=RECORDED_ON, country=["Japan"])
    verbs.expose(case, recorded=True, country="Japan", as_of=RECORDED_ON)
    place = tmp_path / "more.csv"
    place.write_text("party_id,name,role,country\nlowland,Lowland,carrier,JP\n", encoding="utf-8")
    assert verbs.add(case, [place]).fault_count == 0
    assert words_of_exposures(case) == ["stale"]
    verbs.run(case)
    assert words_of_exposures(case) == ["current"]


def words_of_exposures(case: Path) -> list[str]:
    return [state.word for state in Standing(Case.open(case)).states() if state.run.verb == "expose"]
