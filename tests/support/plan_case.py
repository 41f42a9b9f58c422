"""A case small enough to plan by hand: one country, two carriers, three vendors, one rule of our own."""

from pathlib import Path

import pytest

import provenet
from provenet.case.case import Case
from provenet.replacement import search
from support.copies import copied_case

DAY = "2026-11-25"
PACK = """pack: test-pack
issuer: jp-government
title: A rule made up for tests
jurisdiction: JP
source: "made up"
force: law
default: clear
says: Acme leaves radio access and the core.
facts: {}
rules:
  - id: T-OUT
    effect: prohibit
    rank: 10
    when:
      all:
        - vendor_in: [Acme]
        - asset_class: [ran, core]
    in_force: [2020-01-01, null]
    remove_by: 2029-12-31
    citation: "made up"
    says: Acme leaves by the end of 2029.
"""
FILES = {
    "party": """party_id,name,role,country
acme,Acme,vendor,JP
bolt,Bolt,vendor,JP
cord,Cord,vendor,JP
north,North,carrier,JP
south,South,carrier,JP
""",
    "carrier_share": """carrier_id,country,measure,percent,as_of,low_share,high_share
north,Japan,subscribers,60,2026-01-01,0.6,0.6
south,Japan,subscribers,40,2026-01-01,0.4,0.4
""",
    "deployment": """carrier_id,country,segment,asset_class,vendor_ids,complement,presence,role
north,Japan,RAN,ran,bolt,no,named,beside Acme
south,Japan,RAN,ran,bolt,no,named,beside Acme
south,Japan,RAN,ran,acme,no,named,most sites
south,Japan,RAN,ran,cord,no,named,beside Acme
""",
    "element_count": """count_id,carrier_id,country,asset_class,layer,vendor_id,unit_says,low_count,mid_count,\
high_count,basis,says
n-all,north,Japan,ran,hardware,,sites,1000,1000,1000,assumed,made up
n-acme,north,Japan,ran,hardware,Acme,sites,300,400,500,assumed,made up
s-all,south,Japan,ran,hardware,,sites,1000,1000,1000,assumed,made up
s-acme,south,Japan,ran,hardware,Acme,sites,800,800,800,assumed,made up
s-core,south,Japan,core,software,Acme,cores,1,1,1,assumed,made up
""",
    "swap_option": """option_id,asset_class,layer,action,unit_says,low_amount,high_amount,currency,price_year,\
low_crew_weeks,mid_crew_weeks,high_crew_weeks,lead_time_weeks,work_weeks,life_years,basis
ran-1,ran,hardware,swap,site,1000,3000,JPY,2026,1,1,1,13,13,,assumed
core-1,core,software,swap,core,100000,100000,JPY,2026,10,10,10,13,26,,assumed
""",
    "plan_limit": """limit_id,kind,limit_amount,carry_over,basis
crews,crews,10,no,assumed
cap,vendor cap,1,,assumed
""",
    "interop_rule": """rule_id,kind,asset_class,other_class,applied,says,basis
core-first,before,ran,core,yes,the core goes first,assumed
test-first,test first,ran,,yes,the first lot goes first,assumed
""",
}


def write(folder: Path, **others: str) -> list[Path]:
    """The files of the small case, some of them replaced; an empty text leaves a file out."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name, text in {**FILES, **others}.items():
        if text:
            path = folder / f"{name}.csv"
            path.write_text(text, encoding="utf-8")
            made.append(path)
    return made


def ready(case: Case, packs: Path) -> None:
    """Verdicts and shares of the small case on the day of its tests."""
    provenet.screen(case, "test-pack", as_of=DAY, country="Japan", packs=packs)
    provenet.depend(case, as_of=DAY, country="Japan")


@pytest.fixture(scope="session")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the one pack of the tests; read it, do not write to it."""
    folder = tmp_path_factory.mktemp("packs")
    (folder / "test-pack.yml").write_text(PACK, encoding="utf-8")
    return folder


def made_case(tmp_path: Path, packs: Path, **others: str) -> Case:
    """The small case, read, screened and with its shares."""
    provenet.new(tmp_path / "case")
    case = Case.open(tmp_path / "case")
    added = provenet.add(case, write(tmp_path / "files", **others))
    assert added.faults == ()
    ready(case, packs)
    return case


@pytest.fixture(scope="session")
def small_made(tmp_path_factory: pytest.TempPathFactory, packs: Path) -> Case:
    """The small case, made once; copy it before you write to it."""
    return made_case(tmp_path_factory.mktemp("small"), packs)


@pytest.fixture
def few_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of the tries: the small case has so few lots that more of them find no better plan."""
    monkeypatch.setattr(search, "TRIES", search.TRIES // 10)


@pytest.fixture
def small(small_made: Case, tmp_path: Path) -> Case:
    """The small case, ready to be planned."""
    return Case.open(copied_case(small_made.path, tmp_path / "case"))
