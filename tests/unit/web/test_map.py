"""The page of the map: layers, days, what changed, and the table beside. Worked by hand on two days of one country."""

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from provenet.web.page import Html, NotFound
from provenet.web.pages.map import PAGE, MapQuestion
from unit.web.claim_case import visited
from unit.web.map_case import NEW, OLD, map_case

PLACE = "/map/{country}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return map_case(tmp_path_factory.mktemp("map") / "case")


def shown(folder: Path, public: bool = False, country: str = "germany", **asked: Any) -> tuple[Any, str]:
    reply, page = visited(folder, PAGE, PLACE, MapQuestion(**asked), public=public, country=country)
    assert isinstance(reply, Html)
    return reply.words, " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def block_of(folder: Path, **asked: Any) -> Any:
    page = visited(folder, PAGE, PLACE, MapQuestion(**asked), public=False, country="germany")[1]
    found = re.search(r'id="map-data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def test_the_newest_day_is_shown_with_what_changed(folder: Path) -> None:
    words, text = shown(folder)
    since = words["since"]
    assert words["days"] == (NEW, None) and words["earlier"] == (OLD, OLD)
    assert since.came == ("My law",) and since.went == ()
    assert [(one.says, one.before, one.now, one.id) for one in since.findings] == [
        ("How dependent", "Not known on that day", "5G RAN: Acme: 20 to 60 %", "share-1")
    ]
    assert [(one.says, one.before, one.now) for one in since.verdicts] == [
        ("clear", "two vendors", "one vendor"),
        ("restricted", "no vendors", "one vendor"),
    ]
    assert [(one.says, one.before, one.now) for one in since.routes] == [("United States", "50 to 60 %", "40 to 60 %")]
    assert "rules are in force now of My law; clear for some equipment: one vendor (before: two vendors)" in text


def test_the_first_day_is_compared_with_none(folder: Path) -> None:
    words, text = shown(folder, as_of=OLD, known_on=OLD)
    assert words["since"] is None and "nothing is compared" in text
    assert [(one.country, one.words) for one in words["flows"]] == [("United States", "50 to 60 %"), ("France", "10 %")]


def test_sites_are_rounded_and_a_carriers_own_are_left_out(folder: Path) -> None:
    words, text = shown(folder)
    assert [one["name"] for one in words["sites"]] == ["Base a", "Base b", "Base c", "Base d"]
    assert {number: (place.lat, place.lon) for number, place in words["places"].items()} == {
        1: (49.5, 10.5),
        2: (49.5, 10.5),
        4: (51.0, 9.0),
    }
    assert "49.3" not in text and "mast" not in text
    sites = block_of(folder)["sites"]
    assert sites[0] == {"lat": 49.5, "lon": 10.5, "text": "1. Base a\n2. Base b"}
    assert "Base b not stated not stated North <i> latitude 49.5, longitude 10.5" in text


def test_what_is_not_known_is_hatched(folder: Path) -> None:
    block = block_of(folder)
    italy = next(one for one in block["countries"] if one["border"] == "Italy")
    assert (italy["low"], italy["high"], italy["text"]) == (None, None, "Italy: not known")
    assert "url(#verdictshares)" in visited(folder, PAGE, PLACE, MapQuestion(), public=False, country="germany")[1]
    old = next(one for one in block_of(folder, as_of=OLD)["countries"] if one["border"] == "Germany")
    assert (old["low"], old["high"]) == (None, None)


def test_carriers_have_what_was_known_by_the_day(folder: Path) -> None:
    (carrier,) = shown(folder)[0]["carriers"]
    assert (carrier["share"], carrier["as_of"]) == ("40 %", "2021")
    assert [(one["name"], one["day"]) for one in carrier["segments"]["RAN"]] == [
        ("Acme", "2017-01-31"),
        ("Bolt", "2021-03-31"),
    ]
    (carrier,) = shown(folder, as_of=OLD)[0]["carriers"]
    assert (carrier["share"], carrier["as_of"]) == ("30 %", "2016")
    assert [one["name"] for one in carrier["segments"]["RAN"]] == ["Acme"]


def test_layers_are_chosen(folder: Path) -> None:
    block = block_of(folder, layer=["routes"])
    assert "countries" not in block and "sites" not in block
    assert [line["text"] for line in block["lines"]] == ["Germany, United States: 40 to 60 %", "Germany, France: 10 %"]
    assert [one["id"] for one in block["layers"]] == ["lines"]
    assert list(shown(folder, layer=["routes"])[0]["drawings"]) == ["routes"]
    assert list(shown(folder)[0]["drawings"]) == ["shares"]
    assert list(shown(folder, drawing="sites")[0]["drawings"]) == ["sites"]
    assert shown(folder)[0]["tabs"] == ("shares", "routes", "sites")
    assert shown(folder, country="italy")[0]["tabs"] == ("shares",), "a tab without a drawing"
    with pytest.raises(NotFound, match="no layer 'cables'"):
        shown(folder, layer=["cables"])


def test_sliders_stop_at_days_that_have_runs(folder: Path) -> None:
    words, _ = shown(folder, day=0, known=0)
    assert words["days"] == (OLD, OLD) and not words["remark"]
    words, text = shown(folder, day=1, known=0)
    assert words["days"] == (NEW, None)
    assert (
        "No run of this case speaks of 25 November 2026 as known on 23 November 2018; shown is 25 November 2026."
        in text
    )
    assert [one["at"] for one in words["sliders"]] == [1, 1]
    assert shown(folder, day=9)[0]["days"] == (NEW, None)


def test_days_and_countries_without_runs_are_not_found(folder: Path) -> None:
    with pytest.raises(NotFound, match="Days with runs: 25 November 2026 and 23 November 2018"):
        shown(folder, as_of="2020-01-01", public=True)
    with pytest.raises(NotFound, match="No dossier of 'france' stands in this case; there are: Germany and Italy"):
        shown(folder, country="france")


def test_strangers_see_no_row_that_no_dossier_links(folder: Path) -> None:
    words, text = shown(folder, public=True)
    assert words["flows"] == [] and words["sites"] == []
    assert "Routes are not known" in text and "No sensitive site of this country is on record" in text
    assert words["shares"][0]["share"].words == "20 to 60 %"


def test_names_are_escaped(folder: Path) -> None:
    page = visited(folder, PAGE, PLACE, MapQuestion(), public=False, country="germany")[1]
    assert "North <i>" not in page and "North &lt;i&gt;" in page


def test_a_case_without_dossiers_says_so(folder: Path, tmp_path: Path) -> None:
    from provenet.case.case import Case

    empty = Case.new(tmp_path / "empty", "Empty").path
    assert "No dossier stands in this case yet" in visited(empty, PAGE, "/map", public=False)[1]
