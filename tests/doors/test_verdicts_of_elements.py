"""`screen` answers for each element of an inventory by its kind; never clear where the vendor is not known."""

import json
from datetime import date
from pathlib import Path

import pytest

import provenet
from doors.conftest import Provenet
from doors.test_diff import enter
from provenet.case.case import Case
from support.copies import copied_case
from unit.evidence import small_case

PACK = """
pack: element-pack
issuer: gov
title: Elements of the core, of one maker, by where they stand
source: A page
force: law
default: clear
rules:
  - id: E-CORE
    effect: prohibit
    rank: 30
    when: {all: [{vendor_in: [v1]}, {asset_class: core}]}
    remove_by: 2027-12-31
  - id: E-SITE
    effect: prohibit
    rank: 20
    when: {all: [{vendor_in: [v2]}, {site_class: base}]}
  - id: E-FACT
    effect: condition
    rank: 10
    when: {all: [{vendor_in: [v2]}, {fact: remote_access}]}
declares: {facts: {remote_access: boolean}}
"""
DAY = date(2026, 11, 25)


def asset(asset_id: str, vendor: str | None, asset_class: str, **cells: object) -> dict[str, object]:
    made: dict[str, object] = {"asset_id": asset_id, "carrier_id": "net", "country": "Germany", "vendor_id": vendor}
    return made | {"asset_class": asset_class, "layer": "hardware", "site_id": "s-hill", "unit_count": 1} | cells


ASSETS = [
    asset("a1", "v1", "core.amf", unit_count=2, model="M-1"),
    asset("a2", "v1", "core.amf", layer=None),
    asset("a3", "v2", "ran.radio", site_id="s-base"),
    asset("a4", "v2", "ran.radio", facts=["remote_access=true"]),
    asset("a5", "v2", "ran.radio", part_of="a3", facts=["remote_access=false"]),
    asset("a6", None, "core.amf"),
    asset("a7", "v1", "core.amf", to_on=date(2026, 1, 1)),
    asset("a8", "v1", "core.amf", carrier_id="far", country="Italy"),
    asset("a9", "v2", "ran.radio"),
]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("elements")
    (folder / "packs").mkdir()
    (folder / "packs" / "p.yml").write_text(PACK, encoding="utf-8")
    place = folder / "case"
    provenet.new(place, "elements")
    parties = [small_case.party(name, "vendor", "DE") for name in ("v1", "v2")]
    carriers = [small_case.party("net", "carrier", "DE"), small_case.party("far", "carrier", "IT")]
    sites = [
        {"site_id": name, "name": name.removeprefix("s-"), "country": "Germany", "site_class": kind}
        for name, kind in (("s-base", "base"), ("s-hill", "hill"))
    ]
    gov = small_case.party("gov", "government", "DE")
    enter(place, "first", party=[*parties, *carriers, gov], site=sites, asset=ASSETS)
    provenet.screen(place, ["element-pack"], country=["Germany"], packs=[folder / "packs"], as_of=DAY)
    return place


def test_each_element_in_service_has_the_verdict_on_its_kind(case: Path) -> None:
    rows = {row["asset_id"]: row for row in Case.open(case).read("verdict_asset").iter_rows(named=True)}
    found = {name: (row["outcome"], row["rule_id"]) for name, row in rows.items()}
    assert found == {
        "a1": ("conditional", "E-CORE"),  # its term runs
        "a2": ("conditional", "E-CORE"),
        "a3": ("restricted", "E-SITE"),
        "a4": ("conditional", "E-FACT"),
        "a5": ("clear", None),
        "a6": (None, None),
        "a9": ("undetermined", "E-FACT"),
    }
    assert rows["a1"]["remove_by_on"] == date(2027, 12, 31)
    assert (rows["a1"]["model"], rows["a1"]["unit_count"], rows["a1"]["action"]) == ("M-1", 2, "use")
    assert rows["a5"]["part_of"] == "a3"


def test_the_verdict_named_is_the_one_with_the_reasons(case: Path) -> None:
    held = Case.open(case)
    verdicts = {row["verdict_id"]: row for row in held.read("verdict").iter_rows(named=True)}
    for row in held.read("verdict_asset").iter_rows(named=True):
        if row["vendor_id"] is None:
            assert row["verdict_id"] is None
            continue
        of = verdicts[row["verdict_id"]]
        assert (of["outcome"], of["vendor_id"], of["action"]) == (row["outcome"], row["vendor_id"], "use")
        assert of["asset_count"] >= 1


def test_a_verdict_of_an_element_walks_back_to_its_row_and_exports(
    provenet: Provenet, case: Path, tmp_path: Path
) -> None:
    key = Case.open(case).read("verdict_asset").filter(asset_id="a3")["verdict_asset_id"][0]
    walked = provenet("why", case, key)
    assert walked.code == 0, walked.err
    assert "a3" in walked.out
    assert "E-SITE" in walked.out
    sheet = tmp_path / "elements.csv"
    assert provenet("export", case, "--table", "verdict_asset", "--out", sheet).code == 0
    assert len(sheet.read_text(encoding="utf-8").splitlines()) == 8


TOPOLOGY = {
    "directed": False,
    "multigraph": False,
    "graph": {},
    "nodes": [{"id": name} for name in ("a1", "a5", "Base", "elsewhere", "a9")],
    "links": [
        {"source": "a5", "target": "Base"},
        {"source": "a5", "target": "a1"},
        {"source": "a1", "target": "elsewhere"},
        {"source": "a9", "target": "a5"},
    ],
}


@pytest.fixture
def network(tmp_path: Path) -> Path:
    place = tmp_path / "network.json"
    place.write_text(json.dumps(TOPOLOGY), encoding="utf-8")
    return place


ASKED = ("--policy", "element-pack", "--as-of", DAY.isoformat())


def test_the_verdicts_of_a_case_mark_the_nodes_of_a_topology(provenet: Provenet, case: Path, network: Path) -> None:
    found = provenet("inside", network, "--case", case, *ASKED, "--json").json
    assert found["restricted"]["nodes"] == ["Base"]  # by the site of a3
    assert found["unknown"]["nodes"] == ["a1", "elsewhere", "a9"]  # a condition, no element, an open fact
    assert any("1 node without an element of the case: unknown" in one for one in found["remarks"])
    more = network.with_name("list.txt")
    more.write_text("a9\n", encoding="utf-8")
    found = provenet("inside", network, "--case", case, *ASKED, "--restricted", more, "--json").json
    assert sorted(found["restricted"]["nodes"]) == ["Base", "a9"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "nothing says which elements are restricted; expected --restricted FILE or --case."),
        (("--case", "CASE"), "--case needs --policy"),
        (
            ("--case", "CASE", "--policy", "element-pack", "--as-of", "2001-01-01"),
            "verdicts stand for none on 2001-01-01",
        ),
    ],
)
def test_what_is_missing_is_said(
    provenet: Provenet, case: Path, network: Path, words: tuple[str, ...], says: str
) -> None:
    ran = provenet("inside", network, *(case if word == "CASE" else word for word in words))
    assert ran.code == 2
    assert says in ran.err


def test_elements_of_another_carrier_say_nothing_of_a_network(
    provenet: Provenet, case: Path, network: Path, tmp_path: Path
) -> None:
    own = copied_case(case, tmp_path / "own")
    other = asset("elsewhere", "v1", "ran.radio", carrier_id="rival")
    enter(own, "second", party=[small_case.party("rival", "carrier", "DE")], asset=[other])
    packs = case.parent / "packs"
    assert provenet("screen", own, "--packs", packs, "--country", "Germany", *ASKED).code == 0
    asked = provenet("inside", network, "--case", own, *ASKED)
    assert asked.code == 2
    assert "elements of several carriers (net, rival); say whose network: --carrier ID." in asked.err
    found = provenet("inside", network, "--case", own, "--carrier", "net", *ASKED, "--json").json
    assert "elsewhere" in found["unknown"]["nodes"]
    theirs = provenet("inside", network, "--case", own, "--carrier", "rival", *ASKED, "--json").json
    assert "elsewhere" not in theirs["unknown"]["nodes"]
    assert provenet("inside", network, "--case", own, "--carrier", "nobody", *ASKED).code == 2
