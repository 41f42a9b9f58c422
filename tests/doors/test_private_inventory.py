"""A law of what the public sees of an inventory and of a carrier's own masts, and what a dossier says after one."""

import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

import provenet as verbs
from doors.conftest import ASKED, DAY, Provenet
from provenet.case.audience import public_case
from provenet.case.case import Case
from provenet.case.tables import table, tables
from provenet.core.digest import sha256_bytes
from provenet.web.reading import Reading
from provenet.web.site import site_files
from support.copies import copied_case
from support.crawl import crawl
from support.examples import sample
from support.plan_case import DAY as PLAN_DAY
from support.plan_case import FILES as FILES_OF_PLAN
from support.plan_case import made_case, packs
from support.web_client import client

PARTIES = "name,role,country\nZqvendor Networks,vendor,SE\nZqcarrier Mobile,carrier,JP\n"
INVENTORY = """asset_id,carrier_id,country,asset_class,layer,vendor_id,unit_count,model
zq-1,KDDI,Japan,ran.radio,hardware,Huawei,7919,zqmodel
zq-2,KDDI,Japan,ran.radio,hardware,Zqvendor Networks,6841,zqmodel
zq-3,Zqcarrier Mobile,Japan,transport.router,software,Huawei,52093,zqmodel
zq-4,KDDI,Japan,core.control_plane,,,35713,zqmodel
"""
BRANCH = "name,manufacturer,device_type,role,site,status\nzq1,Zqbranch Networks,ZQ1,router,Tokyo,active\n"
MAPPING = '[constants]\ncarrier_id = "KDDI"\ncountry = "Japan"\n[classes]\nrouter = "transport.router"\n'
JUDGED = "predecessor_id,successor_id,how,note\nhuawei,zqbranch-networks,different,our zqrecords\n"
COUNTED = """count_id,carrier_id,country,asset_class,layer,vendor_id,unit_says,low_count,mid_count,high_count,basis,says
zq-count,KDDI,Japan,transport.router,hardware,zqbranch-networks,sites,61,62,63,assumed,zqguess
"""
FILES = {
    "zqparty.csv": PARTIES,
    "zqinventory.csv": INVENTORY,
    "zqbranch.csv": BRANCH,
    "zqnames.csv": JUDGED,
    "zqcount.csv": COUNTED,
}
_DIGESTS = [sha256_bytes(text.encode())[:12] for text in FILES.values()]
PRIVATE = ("zq", "7919 units", "52093", "35713", "14760", *_DIGESTS)
"""Words of the inventory, its counts and a sum of them, and how its files are named by their digests."""
__all__ = ["packs"]
OF_RUNS = ("run_id", "inputs", "html_id", "pdf_id", "annex_id", "files")


@pytest.fixture(scope="module")
def owned(briefed_case: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small case with inventories of a carrier and rows of open files on them: screened, worked out, told anew."""
    folder = tmp_path_factory.mktemp("owned")
    case = copied_case(briefed_case, folder / "case")
    (folder / "zqbranch.toml").write_text(MAPPING, "utf-8")
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
        assert not verbs.add(case, [folder / name]).fault_count
    verbs.retract(case, "asset:zq-4", reason="The zqcore left.", from_on="2024-08-02")
    verbs.retract(case, "element_count:zq-count", reason="A zqerror.", from_on="2024-08-02")
    verbs.screen(case, ["jp-espa"], as_of=DAY, country=["Japan"])
    verbs.depend(case, as_of=DAY, country=["Japan"])
    verbs.brief(case, as_of=DAY, country=["Japan"])
    return case


def private_words(text: str) -> list[str]:
    """The words of the inventory that stand in a text, with what stands beside them."""
    low = text.lower()
    return [text[max(0, low.find(word) - 80) : low.find(word) + 80] for word in PRIVATE if word in low]


def test_whoever_holds_the_case_sees_the_inventory(owned: Path) -> None:
    shares = Case.open(owned).read_latest("vendor_share")
    assert {"counted", "parts"} <= set(shares.filter(pl.col("measure").str.contains("inventory"))["method"])
    told = verbs.brief(owned, as_of=DAY, country=["Japan"], audience="internal").dossiers[0]
    assert any("Zqvendor" in place.read_text("utf-8") for place in (told.html, told.annex) if place)


def test_what_the_public_reads_of_a_table_is_what_it_reads_without_the_inventory(
    owned: Path, briefed_case: Path
) -> None:
    with_it, without = (public_case(Case.open(one)) for one in (owned, briefed_case))
    for name in (name for name in tables() if name != "run"):
        left_out = [one for one in OF_RUNS if one in table(name).schema]
        key = [one for one in table(name).order if one not in left_out]
        found, expected = (case.read_latest(name).drop(left_out).sort(key) for case in (with_it, without))
        assert found.equals(expected), (name, found.join(expected, on=found.columns, how="anti", nulls_equal=True))


def words_of_the_public(case: Path) -> Iterator[tuple[str, str]]:
    """All that the public reads of a case, by where it stands."""
    seen = public_case(Case.open(case))
    for name in tables():
        yield f"the table {name}", str(seen.read(name, whole=True).write_json())
    for page, _, text, _ in crawl(client(case, public=True), most=6):
        yield page, text
    for name, data in site_files(Reading(Case.open(case), public=True)).items():
        yield (
            f"the site, {name}",
            name
            if name.endswith(".pdf") or name.startswith("static/")
            else f"{name} {data.decode('utf-8', 'replace')}",
        )
    asked = client(case, public=True)
    for address in (*(f"/api/tables/{name}" for name in tables()), "/search?q=networks", "/search?q=mobile"):
        yield address, asked.get(address).text
    for figure in ("asset:zq-1", "party:zqvendor-networks"):
        answer = asked.get("/api/why", params={"figure": figure})
        assert answer.status_code in (400, 404), answer.text


def test_no_word_no_count_and_no_file_of_the_inventory_is_public(owned: Path) -> None:
    found = {place: private_words(text) for place, text in words_of_the_public(owned)}
    assert len(found) > 300, len(found)
    assert not {place: words for place, words in found.items() if words}


def test_the_public_dossier_is_the_one_without_the_inventory(owned: Path, briefed_case: Path) -> None:
    def pages(case: Path) -> dict[str, str]:
        places = [one for one in sorted((case / "outputs").rglob("*.html")) if "internal" not in one.name]
        return {one.name: re.sub(r"[0-9a-f]{16}", "", one.read_text("utf-8")) for one in places}

    with_it, without = pages(owned), pages(briefed_case)
    assert not {name: words for name, text in with_it.items() if (words := private_words(text))}
    assert with_it.keys() == without.keys()


@pytest.fixture(scope="module")
def planned(packs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case whose plan rests on the sites of a carrier's own inventory, with its dossier."""
    folder = tmp_path_factory.mktemp("planned")
    counts = [line for line in FILES_OF_PLAN["element_count"].splitlines() if not line.startswith("n-")]
    case = made_case(folder, packs, element_count="\n".join([*counts, ""])).path
    rows = [f"zq-{at},North,Japan,ran,hardware,Acme,{7919 + at},zqmodel" for at in range(6)]
    (folder / "zqinventory.csv").write_text("\n".join([INVENTORY.splitlines()[0], *rows, ""]), "utf-8")
    verbs.add(case, [folder / "zqinventory.csv"])
    verbs.screen(case, ["test-pack"], as_of=PLAN_DAY, country=["Japan"], packs=packs)
    verbs.depend(case, as_of=PLAN_DAY, country=["Japan"])
    verbs.plan(case, as_of=PLAN_DAY, country="Japan", packs=packs)
    verbs.brief(case, as_of=PLAN_DAY, country=["Japan"])
    return case


def test_no_word_no_count_and_no_file_of_an_inventory_that_was_planned_is_public(planned: Path) -> None:
    steps = Case.open(planned).read_latest("plan_step").filter(carrier_id="north")
    assert steps["element_count"].sum() == 47_529, "the plan does not rest on the inventory"
    assert public_case(Case.open(planned)).read_latest("plan").is_empty()
    digest = sha256_bytes((planned.parent / "zqinventory.csv").read_bytes())[:12]
    found: dict[str, list[str]] = {}
    for place, text in words_of_the_public(planned):
        # A digest holds any four digits by chance.
        counted = re.sub("[0-9a-f]{12,}", "", text.lower())
        found[place] = [one for one in ("zq", "7919", "47529", "47,529") if one in counted]
        found[place] += [digest] if digest in text else []
    assert len(found) > 200, len(found)
    assert not {place: words for place, words in found.items() if words}


def test_a_page_that_names_other_vendors_than_the_last_is_written(
    provenet: Provenet, briefed_case: Path, tmp_path: Path
) -> None:
    case = copied_case(briefed_case, tmp_path / "case")
    head = "asset_id,carrier_id,country,asset_class,layer,vendor_id,unit_count\n"
    rows = "".join(f"A-{at},KDDI,Japan,ran.radio,hardware,Nokia,1\n" for at in range(5))
    (tmp_path / "assets.csv").write_text(head + rows, encoding="utf-8")
    assert provenet("add", case, tmp_path / "assets.csv").code == 0
    for words in (("screen", case, "--policy", "jp-espa", *ASKED), ("depend", case, *ASKED), ("brief", case, *ASKED)):
        ran = provenet(*words)
        assert ran.code == 0, ran.err
    page = max((case / "outputs").rglob("*annex.html"), key=lambda one: one.stat().st_mtime).read_text("utf-8")
    assert "Huawei and ZTE" in page.partition("What changed since the last dossier")[2]


HEAD = "name,country,lat_deg,lon_deg,role,site_class,site_kind\n"
SENSITIVE = "Harbour of Examples,Japan,35.3,139.7,naval,,\n"
ASSETS = "asset_id,carrier_id,country,asset_class,vendor_id,site_id,unit_count\n"
WAYS = {"by kind": ",,network", "by role": "mast,,", "by class": ",cell site,", "by its assets": "rooftop,,"}


@pytest.mark.parametrize("way", sample(WAYS, 2))
def test_masts_of_a_carrier_reach_no_page(provenet: Provenet, briefed_case: Path, tmp_path: Path, way: str) -> None:
    case = tmp_path / "case"
    copied_case(briefed_case, case)
    masts = [f"Steeple {number:02}" for number in range(60)]
    rows = "".join(f"{name},Japan,35.{at % 10},139.{at % 10},{WAYS[way]}\n" for at, name in enumerate(masts))
    (tmp_path / "places.csv").write_text(HEAD + SENSITIVE + rows, encoding="utf-8")
    slugs = [name.lower().replace(" ", "-") for name in masts]
    assets = "".join(f"A-{at},KDDI,Japan,ran.radio,,{slug},1\n" for at, slug in enumerate(slugs))
    (tmp_path / "assets.csv").write_text(ASSETS + assets, encoding="utf-8")
    added = provenet("add", case, tmp_path / "places.csv", tmp_path / "assets.csv")
    assert added.code == 0, added.err
    assert set(slugs) < set(Case.open(case).read("site")["site_id"])
    for words in (("screen", case, "--policy", "jp-espa", *ASKED), ("depend", case, *ASKED), ("brief", case, *ASKED)):
        ran = provenet(*words)
        assert ran.code in (0, 1), ran.err
    stored = Case.open(case).read("site_dependence")["site_id"].unique().to_list()
    assert not set(stored) & set(slugs)
    pages = {path.name: path.read_bytes() for path in (case / "outputs").rglob("*") if path.is_file()}
    assert any(b"Harbour of Examples" in page for page in pages.values())
    for name, page in pages.items():
        assert b"Steeple" not in page and b"steeple-" not in page, name
    assert "Steeple" not in provenet("check", case, "--json").out.split('"questions"')[0]
