"""`brief --audience carrier`: the page of a carrier's own networks, read by the gate, never shown to anybody else."""

import csv
import io
from datetime import date
from pathlib import Path

import pytest

import provenet as verbs
from doors.conftest import ASKED, Provenet
from doors.conftest import DAY as BRIEFED
from doors.test_diff import enter
from provenet.case.case import Case
from support.copies import copied_case
from support.own_network import DAY, MAPPING, SQUARE, add_topology, asset, network_case
from unit.evidence import small_case

PAGE = f"outputs/{DAY}/germany-carrier-net.html"
DATA = f"outputs/{DAY}/germany-carrier-net-data"
WORDS = ("--audience", "carrier", "--carrier", "net", "--as-of", DAY.isoformat())


@pytest.fixture(scope="module")
def paged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two carriers with a network each, and the page of one; copy it before you write to it."""
    place = network_case(tmp_path_factory.mktemp("paged") / "case")
    site = {"site_id": "net-hill", "name": "Tall Hill", "country": "Germany", "site_kind": "network"}
    foreign = {"site_id": "far-marsh", "name": "Quaggy Marsh", "country": "Germany", "site_kind": "network"}
    more = [
        asset("b-card", "v1", part_of="b", site_id="net-hill", model="Z-9"),
        asset("quag-1", "v1", carrier_id="far", site_id="far-marsh"),
    ]
    enter(place, "more", party=[small_case.party("far", "carrier", "DE")], site=[site, foreign], asset=more)
    renamed = SQUARE
    for name in "abcd":
        renamed = renamed.replace(f"  {name} (", f"  quag-{name} (").replace(f" {name} ", f" quag-{name} ")
    add_topology(place, renamed, MAPPING.replace('"net"', '"far"').replace("core", "quagnet"), "other")
    verbs.screen(place, ["own-pack"], country=["Germany"], as_of=DAY)
    verbs.expose(place, inside=True, as_of=DAY)
    verbs.brief(place, audience="carrier", carrier="net", as_of=DAY)
    return place


@pytest.fixture
def case(paged: Path, tmp_path: Path) -> Path:
    return copied_case(paged, tmp_path / "case")


def test_the_page_says_what_the_rows_say(paged: Path) -> None:
    page = (paged / PAGE).read_text(encoding="utf-8")
    for words in (
        "25\N{NO-BREAK SPACE}% of the volume inside the network core of net meets equipment restricted under: "
        "Restricted makers in transport.",
        "<b>100\N{NO-BREAK SPACE}%</b> of the volume that may be steered can ride paths of clear elements alone; "
        "75\N{NO-BREAK SPACE}% does now",
        "Nodes and links by state: 1 restricted, 0 unknown and 3 clear.",
        "a, c, d",
        "node b",
        "b-card",
        "Tall Hill",
    ):
        assert words in page, words
    assert (paged / PAGE).with_suffix(".pdf").read_bytes().startswith(b"%PDF")
    for word in ("restricted", "exposed demand", "steered path"):
        assert f">{word}</text>" in page


def test_it_names_nothing_of_another_carrier(paged: Path) -> None:
    files = [paged / PAGE, *(paged / DATA).iterdir()]
    assert len(files) == 8
    for file in files:
        text = file.read_text(encoding="utf-8").casefold()
        assert "quag" not in text, file.name
        assert "far-" not in text, file.name


def test_the_files_beside_it_open_in_a_spreadsheet(paged: Path) -> None:
    sheets = {
        file.name: list(csv.DictReader(io.StringIO(file.read_text("utf-8")))) for file in (paged / DATA).iterdir()
    }
    elements = {row["asset_id"]: row for row in sheets["elements.csv"]}
    assert set(elements) == {"a", "b", "c", "d", "b-card"}
    assert (elements["b-card"]["outcome"], elements["b-card"]["site"], elements["b-card"]["model"]) == (
        "restricted",
        "Tall Hill",
        "Z-9",
    )
    assert [row["low_share"] for row in sheets["demands.csv"]] == ["0.5", "0"]
    assert sheets["steered-paths.csv"][0]["nodes"] == "a|c|d"
    assert sheets["replacement-sets.csv"][0]["elements"] == "node b"
    assert sheets["failures.csv"][0]["latent_share"] == "0.5"


def test_its_figures_are_those_of_the_rows(paged: Path) -> None:
    page = (paged / PAGE).read_text(encoding="utf-8")
    said = ("<b>25\N{NO-BREAK SPACE}%</b>", "75\N{NO-BREAK SPACE}% does now", "<b>50\N{NO-BREAK SPACE}%</b>")
    assert [one for one in said if one not in page] == []


def test_check_reads_the_page_on_disk(provenet: Provenet, case: Path) -> None:
    def pages() -> list[str]:
        found = provenet("check", case, "--country", "Germany", "--pages", "--json").json["findings"]
        return [one["kind"] for one in found if one["kind"].startswith("page-")]

    assert pages() == []
    text = (case / PAGE).read_text(encoding="utf-8")
    (case / PAGE).write_text(text.replace("75\N{NO-BREAK SPACE}% does now", "95\N{NO-BREAK SPACE}% does now"), "utf-8")
    assert pages() == ["page-file"]


def test_it_is_stale_with_its_inventory_and_run_makes_it_anew(provenet: Provenet, case: Path) -> None:
    assert "brief: 1 current" in provenet("status", case).out
    enter(case, "card", asset=[asset("c-card", "v1", part_of="c")])
    assert "brief: 1 stale" in provenet("status", case).out
    refused = provenet("brief", case, *WORDS)
    assert refused.code != 0
    assert "the exposure inside net/core is older than" in refused.err
    assert provenet("run", case).code == 0
    assert "1 stale" not in provenet("status", case).out
    assert "node c" in (case / PAGE).read_text(encoding="utf-8")


def test_the_same_rows_give_the_same_page_and_no_second_run(provenet: Provenet, case: Path) -> None:
    before = (case / PAGE).read_bytes(), Case.open(case).runs().height
    made = provenet("brief", case, *WORDS, "--json").json["dossiers"][0]
    assert ((case / PAGE).read_bytes(), Case.open(case).runs().height) == before
    assert (made["annex"], made["headline"][:4]) == (None, "25 %")


def test_a_page_as_known_on_a_day(provenet: Provenet, case: Path) -> None:
    known = date(2026, 11, 10)
    verbs.screen(case, ["own-pack"], country=["Germany"], as_of=DAY, known_on=known)
    verbs.expose(case, inside=True, as_of=DAY, known_on=known)
    made = verbs.brief(case, audience="carrier", carrier="net", as_of=DAY, known_on=known)
    page = made.dossiers[0].html.read_text(encoding="utf-8")
    assert "as known on 10 November 2026" in page
    assert "0 restricted, 4 unknown and 0 clear" in page
    assert "unknown: no element" in page


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--audience", "carrier"), "--audience carrier needs --carrier NAME"),
        (("--audience", "carrier", "--carrier", "nobody"), "no such carrier; found 'nobody'"),
        (("--carrier", "net"), "--carrier goes with --audience carrier"),
        (
            ("--audience", "carrier", "--carrier", "net", "--country", "France"),
            "no carrier of the case is in this country",
        ),
    ],
)
def test_what_is_missing_is_said(provenet: Provenet, paged: Path, words: tuple[str, ...], says: str) -> None:
    ran = provenet("brief", paged, *words, "--as-of", DAY.isoformat())
    assert ran.code == 2
    assert says in ran.err


def test_without_exposure_it_says_what_to_run(provenet: Provenet, paged: Path) -> None:
    ran = provenet("brief", paged, "--audience", "carrier", "--carrier", "net", "--as-of", "2020-01-01")
    assert ran.code != 0
    assert "provenet expose CASE --inside --as-of 2020-01-01" in ran.err


def test_a_network_of_ones_own_reaches_no_public_page(provenet: Provenet, briefed_case: Path, tmp_path: Path) -> None:
    """A law of pages: names of nodes, links, demands, elements and masts of a carrier stand on its own page alone."""
    case = copied_case(briefed_case, tmp_path / "case")
    for document in (case / "outputs").rglob("*"):
        if document.is_file():
            document.unlink()
    own = SQUARE
    for name in "abcd":
        own = own.replace(f"  {name} (", f"  quagnode-{name} (").replace(f" {name} ", f" quagnode-{name} ")
    for name in ("ab", "ac", "bd", "cd", "ad", "to-c"):
        own = own.replace(f"  {name} (", f"  quaglink-{name} (")
    mapping = MAPPING.replace('"net"', '"KDDI"').replace("Germany", "Japan").replace("core", "quagnet")
    add_topology(case, own, mapping.replace("2026-11-01", "2024-01-01"), "own")
    mast = {"site_id": "quagmast", "name": "Quagmast", "country": "Japan", "site_kind": "network"}
    cells = {"carrier_id": "kddi", "country": "Japan", "site_id": "quagmast"}
    elements = [asset("quagnode-b", "huawei", **cells), asset("quagnode-c", None, **cells)]
    enter(case, "own-elements", site=[mast], asset=elements)
    carrier = ("--audience", "carrier", "--carrier", "KDDI", "--as-of", BRIEFED.isoformat())
    for words in (
        ("screen", case, "--policy", "jp-espa", *ASKED),
        ("depend", case, *ASKED),
        ("expose", case, "--inside", *ASKED),
        ("brief", case, *ASKED),
        ("brief", case, *carrier),
    ):
        ran = provenet(*words)
        assert ran.code in (0, 1), ran.err
    files = [path for path in (case / "outputs").rglob("*") if path.is_file()]
    own_files = {path for path in files if "-carrier-" in path.relative_to(case).as_posix()}
    assert any(b"quagnode-b" in path.read_bytes() for path in own_files)
    public = [path for path in files if path not in own_files]
    assert len(public) > 5
    for path in public:
        assert b"quag" not in path.read_bytes().lower(), path.name


def test_hostile_names_are_text_on_the_page_and_in_its_tables(tmp_path: Path) -> None:
    names = {"a": "=1+1", "b": "<script>", "c": "Nokia-5", "d": "50%"}
    text = SQUARE
    for old, new in names.items():
        text = text.replace(f"  {old} (", f"  {new} (").replace(f" {old} ", f" {new} ")
    place = network_case(tmp_path / "case", topology=text)
    enter(place, "more", asset=[asset(new, "v1" if old == "b" else "v2") for old, new in names.items()])
    verbs.screen(place, ["own-pack"], country=["Germany"], as_of=DAY)
    verbs.expose(place, inside=True, as_of=DAY)
    made = verbs.brief(place, audience="carrier", carrier="net", as_of=DAY).dossiers[0]
    page = made.html.read_text(encoding="utf-8")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    for file in made.files:
        assert "\n=" not in file.read_text("utf-8")
        assert ",=" not in file.read_text("utf-8")
