"""`expose --sites`: what the traffic of sites rides, as people call it; its rows age, renew and walk back."""

from pathlib import Path

import pytest

import provenet as verbs
from doors.conftest import Provenet
from provenet.case.case import Case

ASKED = ("--sites", "--as-of", "2026-11-25", "--country", "Italy")
PARTY = "name,role,country\nTel One,carrier,IT\nTel Two,carrier,IT\n"
SITE = "name,country,role,site_kind\nBase,Italy,army,sensitive\nQuiet Base,Italy,army,sensitive\n"
HEAD = "site,country,kind,path,choice,low,high,unit,carrier,protection,from_date,to_date,stated_on,statement,"
HEAD += "source_date,status,note,checked_on,source_title,source_url\n"
END = ",2026-11-01,,,CONFIRMED,,,A letter,https://example.org/letter\n"
STATED = HEAD + "".join(
    f"base,Italy,official,{cells},,{END}"
    for cells in (
        ",,200,400,Mbit/s,,end to end",
        "own_network,1,100,150,Mbit/s,,",
        "own_satellite,2,20,50,Mbit/s,,",
        "leased_circuits,3,0,0,Mbit/s,,",
        "commercial_satellite,4,0,0,Mbit/s,,",
        "public_network,,,,,Tel One,",
    )
)


def entered(case: Path, **files: str) -> None:
    for name, text in files.items():
        place = case.parent / f"{name}.csv"
        place.write_text(text, "utf-8")
        assert verbs.add(case, place).faults == ()


@pytest.fixture
def case(tmp_path: Path) -> Path:
    place = tmp_path / "case"
    verbs.new(place, "Sites")
    entered(place, party=PARTY, site=SITE, site_demand=STATED)
    return place


def test_parts_come_as_keys_and_each_walks_back_to_what_was_stated(case: Path, provenet: Provenet) -> None:
    answer = provenet("expose", case, *ASKED, "--json")
    assert answer.code == 0
    (italy,) = answer.json["countries"]
    assert (italy["country"], italy["site_count"], italy["stated_count"]) == ("Italy", 2, 1)
    parts = {
        (row["site_id"], row["network"], row["own_failed"]): (row["low_share"], row["high_share"])
        for row in italy["traffic"]
    }
    assert parts["base", "own_links", "none"] == (0.3, 1.0)
    assert parts["base", "access", "one"] == (0.25, 0.95)
    assert parts["quiet-base", "own_links", "none"] == parts[None, "own_links", "none"] == (0.0, 1.0)
    assert italy["exposure"] == []
    key = next(
        row["site_traffic_id"]
        for row in italy["traffic"]
        if (row["site_id"], row["network"], row["own_failed"]) == ("base", "access", "one")
    )
    walk = provenet("why", case, key)
    assert walk.code == 0
    assert "site_demand" in walk.out
    assert "A letter" in walk.out


def test_a_person_reads_parts_and_how_many_sites_nothing_is_stated_of(case: Path, provenet: Provenet) -> None:
    answer = provenet("expose", case, *ASKED)
    assert "base, official, carried by tel-one" in answer.out
    assert "own_links 30 to 100 %" in answer.out
    assert "1 site of which no row states an amount, a share or a carrier" in answer.out


def test_new_amounts_make_the_parts_stale_and_run_renews_them(case: Path, provenet: Provenet) -> None:
    assert provenet("expose", case, *ASKED).code == 0
    later = HEAD + f"base,Italy,official,own_network,1,0,0,Mbit/s,,,,{END.replace('2026-11-01', '2026-11-20')}"
    entered(case, later=later)
    assert "sites: 1 stale" in provenet("status", case).out
    assert provenet("run", case).code == 0
    assert "sites: 1 current" in provenet("status", case).out
    held = Case.open(case)
    rows = held.read_run("site_traffic", held.runs().filter(verb="sites")["run_id"][-1])
    own = rows.filter(site_id="base", network="own_links", own_failed="none").row(0, named=True)
    # 20 of 400 to 50 of 200 by satellite alone.
    assert (own["low_share"], own["high_share"]) == (0.05, 0.25)


def test_what_is_stated_later_is_not_known_before(case: Path, provenet: Provenet) -> None:
    answer = provenet("expose", case, *ASKED, "--known-on", "2026-10-31", "--json")
    (italy,) = answer.json["countries"]
    assert italy["stated_count"] == 0
    own = [row for row in italy["traffic"] if (row["site_id"], row["network"]) == ("base", "own_links")]
    assert {(row["low_share"], row["high_share"]) for row in own if row["own_failed"] == "none"} == {(0.0, 1.0)}
    assert (
        provenet("expose", case, *ASKED, "--known-on", "2026-11-01", "--json").json["countries"][0]["stated_count"] == 1
    )


def test_every_amount_that_contradicts_itself_is_named_before_anything_is_written(
    case: Path, provenet: Provenet
) -> None:
    wrong = HEAD + "".join(
        f"base,Italy,official,own_network,{cells},,,,{END}" for cells in ("1,5,3,Mbit/s", ",0.5,1.5,share", ",1,2,")
    )
    entered(case, wrong=wrong)
    answer = provenet("expose", case, *ASKED)
    assert answer.code == 3
    for says in ("the low end is above the high end", "a share above 1", "an amount without a unit"):
        assert says in answer.err
    assert Case.open(case).runs().filter(verb="sites").height == 0


def test_add_names_every_cell_that_it_cannot_read(case: Path, provenet: Provenet) -> None:
    place = case.parent / "bad.csv"
    cells = ("offical,own_network,1,100,150,Mbit/s", "official,own_cable,1,1,2,Mbit/s", "official,,,much,2,parsecs")
    place.write_text(HEAD + "".join(f"base,Italy,{one},,,,{END}" for one in cells), "utf-8")
    answer = provenet("add", case, place)
    assert answer.code == 3
    for found in ("'offical'", "'own_cable'", "'much'", "'parsecs'"):
        assert found in answer.err + answer.out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--sites", "--inside"), "--sites and --inside are questions of their own"),
        (("--sites", "--restricted-country", "CN"), "leave out --restricted-country"),
        (("--sites", "--failures", "single"), "leave out --failures"),
    ],
)
def test_options_of_another_question_are_refused(
    case: Path, provenet: Provenet, words: tuple[str, ...], says: str
) -> None:
    answer = provenet("expose", case, *words)
    assert (answer.code, says in answer.err) == (2, True)
