"""Each verb by its command: one JSON object, nothing else; what it changes in a case, and that nothing else does."""

import json
from pathlib import Path

import pytest

import provenet as verbs
from doors.conftest import ASKED, DAY, Provenet
from provenet.case.case import Case
from provenet.case.tables import tables
from provenet.core.digest import sha256_bytes
from provenet.core.errors import StaleInput

GOOD = (
    "geo,level,carrier,segment,vendor_group,share_pct,qualifier,as_of,measure,source_title,source_url,source_date,"
    "status,note,checked_on\n"
)
ROW = (
    "Japan,country,,4G RAN,Huawei+ZTE,{share},=,2020,share of subscribers,A report,https://example.org/a,2020-06-30,"
    "CONFIRMED,,\n"
)


def digests(case: Path) -> dict[str, str]:
    return Case.open(case).digest(name for name, table in tables().items() if table.kind != "record")


def test_new_makes_an_empty_case(provenet: Provenet, tmp_path: Path) -> None:
    ran = provenet("new", tmp_path / "case", "--title", "A case", "--json")
    made = {"case": str(tmp_path / "case"), "title": "A case", "folder": None, "files": []}
    assert (ran.code, ran.json) == (0, made)
    assert Case.open(tmp_path / "case").runs().height == 0


def test_adding_a_file_twice_changes_nothing(provenet: Provenet, case: Path, facts: Path) -> None:
    before, runs = digests(case), Case.open(case).runs()
    ran = provenet("add", case, facts / "claims.csv", facts / "ran_share.csv", "--json")
    assert ran.code == 0
    assert (ran.json["fault_count"], ran.json["faults"]) == (0, [])
    assert [file["stood_already"] for file in ran.json["files"]] == [True, True]
    assert digests(case) == before
    assert Case.open(case).runs().equals(runs)


def test_a_file_with_a_fault_stops_no_other(provenet: Provenet, case: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text(GOOD + ROW.format(share="101"), encoding="utf-8")
    (tmp_path / "good.csv").write_text(GOOD + ROW.format(share="12"), encoding="utf-8")
    ran = provenet("add", case, tmp_path / "bad.csv", tmp_path / "good.csv", "--json")
    assert ran.code == 3
    assert ran.json["fault_count"] == 1
    fault = ran.json["faults"][0]
    assert (fault["place"], fault["row"], fault["column"], fault["found"]) == ("bad.csv", 2, "share_pct", "101")
    assert [file["name"] for file in ran.json["files"]] == ["good.csv"]
    rows = Case.open(case).read("market_share")
    assert rows.filter(percent="12").height == 1
    assert rows.filter(percent="101").height == 0


def test_a_file_with_a_fault_enters_not_at_all(provenet: Provenet, case: Path, tmp_path: Path) -> None:
    before = digests(case)
    text = GOOD + ROW.format(share="11") + ROW.format(share="-1") + ROW.format(share="much")
    (tmp_path / "mixed.csv").write_text(text, encoding="utf-8")
    ran = provenet("add", case, tmp_path / "mixed.csv", "--json")
    assert (ran.code, ran.json["fault_count"]) == (3, 2)
    assert [fault["row"] for fault in ran.json["faults"]] == [3, 4]
    assert digests(case) == before


def test_the_order_of_files_does_not_matter(provenet: Provenet, facts: Path, tmp_path: Path) -> None:
    paths = sorted(facts.glob("*.csv"))
    for name, order in (("one", paths), ("two", paths[::-1])):
        provenet("new", tmp_path / name)
        for path in order:
            assert provenet("add", tmp_path / name, path).code == 0
    assert digests(tmp_path / "one") == digests(tmp_path / "two")


def test_an_alias_never_makes_a_second_party_beside_a_described_one(provenet: Provenet, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("kind,name,alias\nvendor,Maker X Networks,MX\n", encoding="utf-8")
    (tmp_path / "z.csv").write_text("party_id,name,role\nmx,Maker X Networks,Vendor\n", encoding="utf-8")
    provenet("new", tmp_path / "own")
    assert provenet("add", tmp_path / "own", tmp_path / "a.csv", tmp_path / "z.csv").code == 0
    made = Case.open(tmp_path / "own")
    assert made.read("party").select("party_id", "role").rows() == [("mx", "vendor")]
    assert made.read("identifier").select("party_id", "value").rows() == [("mx", "MX")]


def test_check_prints_its_findings(provenet: Provenet, case: Path) -> None:
    ran = provenet("check", case, "--json")
    assert ran.code == (1 if ran.json["error_count"] else 0)
    assert ran.json["finding_count"] == len(ran.json["findings"])
    assert Case.open(case).read_latest("finding").filter(run_id=ran.json["run_id"]).height == ran.json["finding_count"]


def test_screen_says_each_policy_with_its_issuer(provenet: Provenet, case: Path) -> None:
    ran = provenet("screen", case, "--policy", "JP-ESPA", *ASKED, "--json")
    assert ran.code == 0
    assert ran.json["as_of"] == DAY.isoformat()
    assert ran.json["known_on"] is None
    (policy,) = ran.json["policies"]
    assert (policy["pack"], policy["country"], policy["force"]) == ("jp-espa", "Japan", "law")
    rows = Case.open(case).read("verdict").filter(run_id=policy["run_id"])
    assert sum(policy["outcomes"].values()) == rows.height > 0


def test_screen_takes_several_policies_after_one_option(provenet: Provenet, case: Path) -> None:
    ran = provenet("screen", case, "--policy", "jp-espa", "JP-2018", *ASKED, "--json")
    assert [policy["pack"] for policy in ran.json["policies"]] == ["jp-espa", "JP-2018"]


def test_screen_stores_what_was_assumed(provenet: Provenet, case: Path) -> None:
    ran = provenet("screen", case, "--policy", "jp-espa", *ASKED, "--assume", "cleared=true", "--json")
    rows = Case.open(case).read("verdict").filter(run_id=ran.json["policies"][0]["run_id"])
    assert rows["assumed"].unique().to_list() == [[{"fact": "cleared", "value": "true"}]]


def test_depend_writes_intervals(provenet: Provenet, case: Path) -> None:
    ran = provenet("depend", case, *ASKED, "--json")
    (country,) = ran.json["countries"]
    assert country["country"] == "Japan"
    rows = Case.open(case).read("vendor_share").filter(run_id=country["run_id"])
    assert country["rows"]["vendor_share"] == rows.height > 0
    assert (rows["low_share"] <= rows["high_share"]).all()


def test_brief_writes_pages_and_copies_them(provenet: Provenet, case: Path, tmp_path: Path) -> None:
    ran = provenet("brief", case, *ASKED, "--out", tmp_path / "pages", "--json")
    (made,) = ran.json["dossiers"]
    for kind, start in (("html", b"<!doctype html"), ("pdf", b"%PDF")):
        copy = tmp_path / "pages" / f"japan.{kind}"
        assert copy.read_bytes().startswith(start)
        assert Path(made[kind]).read_bytes() == copy.read_bytes()
    assert sorted(path.name for path in (tmp_path / "pages").iterdir()) == [
        *("japan-annex.html", "japan-data", "japan-de.html", "japan-it.html", "japan-ja.html"),
        *("japan.html", "japan.pdf"),
    ]
    beside = {path.name for path in (tmp_path / "pages" / "japan-data").iterdir()}
    assert "dependence.csv" in beside


def test_brief_takes_away_the_files_of_an_earlier_dossier_and_no_other(
    provenet: Provenet, case: Path, tmp_path: Path
) -> None:
    """A file beside the pages goes if a dossier of the case wrote it, this one did not, and nobody has changed it."""
    words = ("brief", case, *ASKED, "--out", tmp_path / "pages")
    first = provenet(*words, "--json").json["dossiers"][0]
    inside, outside = Path(first["html"]).with_name("japan-data"), tmp_path / "pages" / "japan-data"
    made = sorted(path.name for path in inside.iterdir())
    held = Case.open(case)
    row = held.read("dossier").filter(run_id=first["run_id"]).drop("run_id").to_dicts()[0]
    assert [name.rpartition("/")[2] for file in row["files"] if "-data/" in (name := file["name"])] == made
    files = [{"name": f"{DAY}/japan-data/{name}", "digest": sha256_bytes(b"old")} for name in ("old.csv", "new.csv")]
    with held.writer("brief", {"country": "Japan"}, {"earlier": "0" * 64}) as run:
        run.append("dossier", [{**row, "dossier_id": "dossier-0000000000000000", "files": files}])
    for folder in (inside, outside):
        (folder / "old.csv").write_bytes(b"old")
        (folder / "new.csv").write_bytes(b"of mine")
        (folder / "mine.csv").write_bytes(b"old")
    last = provenet(*words, "--json").json["dossiers"][0]
    for folder in (inside, outside):
        assert sorted(path.name for path in folder.iterdir()) == sorted([*made, "mine.csv", "new.csv"])
    assert sorted(Path(place).name for place in last["files"]) == made


def test_brief_draws_a_lost_page_again(provenet: Provenet, case: Path) -> None:
    page = Path(provenet("brief", case, *ASKED, "--json").json["dossiers"][0]["html"])
    kept = page.read_bytes()
    page.unlink()
    assert provenet("brief", case, *ASKED).code == 0
    assert page.read_bytes() == kept


def test_why_walks_back_to_a_page(provenet: Provenet, case: Path) -> None:
    shares = Case.open(case).read("vendor_share").filter(method="published")
    figure = shares["share_id"][0]
    text = provenet("why", case, figure)
    assert text.code == 0
    assert "formula: " in text.out
    assert "page: http" in text.out
    assert provenet("why", case, figure, "--json").json["figure"] == figure


@pytest.mark.parametrize("verb", ["screen", "depend", "brief"])
def test_a_verb_run_again_changes_nothing(provenet: Provenet, case: Path, verb: str) -> None:
    words = ["--policy", "jp-espa"] if verb == "screen" else []
    before, runs = digests(case), Case.open(case).runs()
    first = provenet(verb, case, *words, *ASKED, "--json")
    second = provenet(verb, case, *words, *ASKED, "--json")
    assert first.out == second.out
    assert digests(case) == before
    assert Case.open(case).runs().equals(runs)


def test_brief_refuses_stale_verdicts(provenet: Provenet, case: Path, tmp_path: Path) -> None:
    (tmp_path / "more.csv").write_text(GOOD + ROW.format(share="12"), encoding="utf-8")
    provenet("add", case, tmp_path / "more.csv")
    ran = provenet("brief", case, *ASKED)
    assert ran.code == 3
    again = "run: provenet screen CASE --policy jp-espa --country 'Japan' --as-of 2024-08-01"
    assert ran.err == f"brief: the verdicts of jp-espa are older than the table market_share; {again}\n"
    provenet("screen", case, "--policy", "jp-espa", *ASKED)
    ran = provenet("brief", case, *ASKED)
    again = "run: provenet depend CASE --country 'Japan' --as-of 2024-08-01"
    assert ran.err == f"brief: the shares of Japan are older than the table market_share; {again}\n"
    provenet("depend", case, *ASKED)
    assert provenet("brief", case, *ASKED).code == 0


def test_brief_refuses_shares_that_rest_on_other_verdicts(provenet: Provenet, case: Path) -> None:
    provenet("screen", case, "--policy", "jp-espa", *ASKED, "--assume", "operator_designated=true")
    ran = provenet("brief", case, *ASKED)
    assert ran.code == 3
    assert ran.err.startswith("brief: the shares of Japan are older than the table verdict; run: provenet depend CASE")


def test_what_was_asked_last_stands_also_where_it_was_asked_before(provenet: Provenet, case: Path) -> None:
    pages = provenet("brief", case, *ASKED, "--json").json["dossiers"][0]
    annex = Path(pages["html"]).with_name("japan-annex.html")
    kept = Path(pages["html"]).read_bytes(), annex.read_bytes()
    under_another: list[tuple[bytes, bytes]] = []
    for assumed in (("--assume", "operator_designated=true"), ()) * 2:
        assert provenet("screen", case, "--policy", "jp-espa", *ASKED, *assumed).code == 0
        assert provenet("depend", case, *ASKED).code == 0
        assert provenet("brief", case, *ASKED).code == 0
        found = Path(pages["html"]).read_bytes(), annex.read_bytes()
        assert (found == kept) is not bool(assumed)
        under_another += [found] * bool(assumed)
    assert under_another[0] == under_another[1]


def test_brief_and_ask_say_what_is_missing_each_in_its_own_name(case: Path) -> None:
    for verb, name in ((verbs.brief, "brief"), (verbs.ask, "ask")):
        text = rf"^{name}: no verdict stands for Germany; run: provenet screen CASE --policy "
        with pytest.raises(StaleInput, match=text):
            verb(case, as_of=DAY, country=["Germany"])


def test_json_is_one_object_and_its_text_is_stable(provenet: Provenet, case: Path) -> None:
    for verb in ("check", "depend"):
        ran = provenet(verb, case, *(ASKED if verb == "depend" else ()), "--json")
        assert ran.out == json.dumps(json.loads(ran.out), ensure_ascii=False, indent=2) + "\n"


def state(case: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(case.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("inside", ["case.toml", "claims.csv", "tables/run/x.csv", "sources/x", "outputs/x"])
def test_export_never_writes_into_a_case(provenet: Provenet, case: Path, inside: str) -> None:
    before, place = state(case), case / inside
    ran = provenet("export", case, "--table", "claim", "--out", place)
    assert ran.code == 2
    assert ran.err == (
        f"--out: this lies inside the case {case}, which alone writes there; found {str(place)!r}, expected a place "
        "outside of it.\n"
    )
    assert state(case) == before


def test_neither_into_another_case_nor_through_a_link(provenet: Provenet, case: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    assert provenet("new", other).code == 0
    (tmp_path / "link").symlink_to(other)
    before = state(other)
    for place in (other / "case.toml", tmp_path / "link" / "case.toml"):
        assert provenet("export", case, "--table", "claim", "--out", place).code == 2
    assert state(other) == before


def test_neither_pages_nor_lists(provenet: Provenet, case: Path) -> None:
    before = state(case)
    assert provenet("brief", case, *ASKED, "--out", case / "outputs").code == 2
    assert provenet("fetch", "caida-as-rel", "--into", case / "sources").code == 2
    assert provenet("demo", case / "demo").code == 2
    assert state(case) == before
