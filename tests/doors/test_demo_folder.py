"""The demo's folder: it fills its own, refuses anybody else's, and removes only what it made."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from doors.conftest import Provenet
from provenet.case.case import Case
from provenet.case.tables import vocabulary
from provenet.cli.demo import MARKER
from provenet.cli.demo import demo_folder as folder_of_demo
from provenet.core.errors import UsageFault
from unit.dossier.page_reading import Page


def test_a_folder_with_other_files_is_refused(provenet: Provenet, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    ran = provenet("demo", tmp_path)
    assert ran.code == 2
    assert ran.err == (
        f"demo: {tmp_path} holds files that are not the demo's. Name another place: provenet demo OTHER\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_file_or_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path)
    for name in ("file", "link"):
        says = rf"^demo: {tmp_path}/{name} is no folder\. Name another place: provenet demo OTHER$"
        with pytest.raises(UsageFault, match=says), folder_of_demo(tmp_path / name):
            pass


def test_what_other_code_made_is_removed_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    for name in ("case/case.toml", "germany.html", "2018/germany.html", "notes.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x", encoding="utf-8")
    outside = tmp_path / "outside.txt"
    outside.write_text("x", encoding="utf-8")
    names = ["germany.html", "2018/germany.html", "../outside.txt", str(outside)]
    (folder / MARKER).write_text("\n".join(["0.0.1+other", *names, ""]), encoding="utf-8")
    with folder_of_demo(folder) as note:
        assert not (folder / "case").exists()
        note([folder / "italy.html"])
    assert sorted(path.name for path in folder.iterdir()) == [MARKER, "2018", "notes.txt"]
    assert list((folder / "2018").iterdir()) == []
    assert outside.exists()
    assert (folder / MARKER).read_text("utf-8").splitlines()[1:] == ["italy.html"]


def test_the_same_code_goes_on_with_what_stands(tmp_path: Path) -> None:
    with folder_of_demo(tmp_path / "demo") as note:
        (tmp_path / "demo" / "case").mkdir()
        note([])
    with folder_of_demo(tmp_path / "demo"):
        assert (tmp_path / "demo" / "case").is_dir()


def test_a_country_with_bundled_facts_has_a_dossier_of_its_own(provenet: Provenet, tmp_path: Path) -> None:
    """Thin: what nobody published is not known, never 0; no plan, no aid, no page of another country."""
    ran = provenet("demo", tmp_path / "demo", "--country", "SE", "--json")
    assert ran.code == 0, ran.err
    made = sorted(path.name for path in (tmp_path / "demo").glob("*.html"))
    assert {name.split(".")[0].split("-")[0] for name in made} == {"sweden"}
    case = Case.open(tmp_path / "demo" / "case")
    assert case.title == "Sweden, by public sources"
    assert case.read("plan").is_empty() and case.read("fund").is_empty()
    assert set(case.read("verdict")["country"].unique()) == {"Sweden"}
    shares = case.read("vendor_share")
    assert set(shares["country"].unique()) == {"Sweden"}
    text = Page((tmp_path / "demo" / "sweden.html").read_bytes()).text
    assert "How dependent the carriers of Sweden are is not known" in text
    assert "0 % (worked out)" not in text.split("Claims and replies", 1)[0]


def test_a_country_without_a_bundled_carrier_is_a_usage_fault(provenet: Provenet, tmp_path: Path) -> None:
    ran = provenet("demo", tmp_path / "demo", "--country", "Ruritania")
    assert ran.code == 2
    assert ran.err == "--country: no carrier of the case is in this country; found 'Ruritania'. Nearest: Romania.\n"


def test_a_country_that_no_bundled_policy_binds_is_a_usage_fault(provenet: Provenet, tmp_path: Path) -> None:
    ran = provenet("demo", tmp_path / "demo", "--country", "Brazil", "--country", "Sweden")
    assert ran.code == 2
    assert ran.err == (
        "--country: no bundled policy binds Brazil, so no dossier can be written. "
        "Build a case of its own with a rule pack: provenet new CASE\n"
    )
    assert not (tmp_path / "demo" / "case").exists()


def test_the_demo_hands_out_the_pages_it_promises(demo_folder: Path, demo_answer: dict[str, Any]) -> None:
    kinds = (".html", ".pdf", "-annex.html")
    countries = ("germany", "italy", "japan")
    names = [f"{country}{kind}" for country in countries for kind in kinds]
    pages = [Path(page).relative_to(demo_folder).as_posix() for page in demo_answer["pages"]]
    then = [f"2018/{country}{kind}" for country in countries for kind in (*kinds, "-turned-out.html")]
    assert [page for page in pages if "-data/" not in page] == [*names, *then]
    assert all((demo_folder / name).stat().st_size > 10_000 for name in [*names, *then])


def test_the_demo_asks_every_bundled_policy_under_its_issuer(demo_answer: dict[str, Any]) -> None:
    now, then = demo_answer["screened"]
    days = vocabulary()["demo"]["days"]
    assert [one["as_of"] for one in (now, then)] == [day["as_of"].isoformat() for day in days]
    countries = {policy["country"] for policy in now["policies"]}
    assert {"Germany", "Italy", "Japan"} <= countries
    assert "us-covered-list" in {policy["pack"] for policy in now["policies"]}
    assert all(policy["issuer"] for policy in now["policies"])
    assert {policy["rules_in_force"] for policy in then["policies"]} == {0}


def test_the_demo_plans_no_country_under_a_law_that_is_not_its_own(demo_folder: Path) -> None:
    plans = Case.open(demo_folder / "case").read("plan").sort("country", "as_of_on", "scenario", "only")
    now = plans.filter(pl.col("known_on").is_null())
    told = [(row["country"], row["scenario"], row["only"]) for row in now.iter_rows(named=True)]
    parts: list[tuple[bool, list[str]]] = [(False, []), (True, []), (True, ["core", "management"])]
    assert told == [(country, *part) for country in ("Germany", "Italy") for part in parts] + [("Japan", False, [])]
    assert not any("COM(2026)" in row["policy_says"] for row in plans.filter(country="Japan").iter_rows(named=True))
    page = Page((demo_folder / "japan.html").read_bytes()).text
    assert "No other option is planned." in page and "Cybersecurity Act 2" not in page.partition("Options, and")[2]


def test_the_demo_offers_japan_no_money_of_the_union(demo_folder: Path) -> None:
    for name in ("japan.html", "japan-annex.html"):
        assert "Connecting Europe Facility" not in (demo_folder / name).read_text("utf-8")
    assert "Connecting Europe Facility" in (demo_folder / "germany-annex.html").read_text("utf-8")
