"""`provenet route` on an Internet worked out by hand: what is printed, every key, and every way to name a network."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

import provenet as package
from contracts.sources import ROOT
from doors.conftest import Provenet
from doors.ladder_files import write_ladder_files, write_name_files
from provenet.core.user_cache import SETTING


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    monkeypatch.setenv(SETTING, str(tmp_path / "cache"))
    return {**write_ladder_files(tmp_path), **write_name_files(tmp_path)}


def words(files: dict[str, Path], a: str, b: str, *more: object) -> list[object]:
    return ["route", a, b, "--graph", files["graph"], "--names", files["names"], "--tags", files["tags"], *more]


def numbers(networks: list[dict[str, Any]]) -> list[int]:
    return [one["asn"] for one in networks]


def test_the_page_shows_what_is_printed(provenet: Provenet, files: dict[str, Path]) -> None:
    page = (ROOT / "docs/route.md").read_text("utf-8")
    block = re.search(r"checked by tests/doors/test_route.py -->\n```console\n\$ [^\n]*\n(.*?)```", page, re.S)
    assert block is not None
    given = ("--graph", files["graph"], "--restricted", files["restricted"], "--names", files["names"])
    ran = provenet("route", "beta", "MINISTRY", *given)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == block[1]


def test_every_key_of_a_route_that_crosses(provenet: Provenet, files: dict[str, Path]) -> None:
    told = provenet(*words(files, "ministry", "cloud one", "--restricted", files["restricted"], "--json")).json
    assert set(told) == {
        *("graph", "source", "destination", "restricted_networks", "rules", "route", "route_class", "crossed", "ties"),
        *("runner_up", "rung", "rung_count", "rung_lucky_count", "decides", "movers", "way_round", "no_clear_route"),
    }
    ministry = {"asn": 64505, "name": "MINISTRY Ministry of Examples", "country": "DE"}
    assert told["source"] == {**ministry, "tags": ["gov"], "restricted": False}
    assert numbers(told["route"]) == [64505, 64500, 64496, 64497, 64502, 64507]
    relations = [None, "provider", "provider", "peer", "customer", "customer"]
    assert [one["relation"] for one in told["route"]] == relations
    assert (told["route_class"], told["crossed"]) == ("provider", [64500])
    ties = {one["asn"]: one["next_hops"] for one in told["ties"]["networks"]}
    assert (told["ties"]["route_count"], told["ties"]["network_count"], told["ties"]["listed_all"]) == (2, 7, True)
    assert (ties[64505], ties[64507]) == ([64500, 64501], [])
    best = told["runner_up"]
    assert numbers(best["route"]) == [64505, 64501, 64496, 64497, 64502, 64507]
    assert (best["relation"], best["hops"], best["crossed"], best["equally_good"]) == ("provider", 5, [], True)
    assert (told["rung"], told["rung_count"], told["rung_lucky_count"]) == ("1_source_alone", 1, 0)
    (mover,) = told["movers"]
    assert (mover["asn"], mover["toward"]["asn"]) == (64505, 64501)
    (decider,) = told["decides"]
    assert (decider["asn"], decider["result"], decider["toward"]["route"][0]["asn"]) == (64505, "clear", 64501)
    assert numbers(told["way_round"]) == numbers(best["route"])
    assert told["no_clear_route"] is None


@pytest.mark.parametrize(
    ("a", "b", "inside", "reason", "every"),
    [
        ("64505", "65551", "64500", "no_route", None),
        ("64505", "64506", "64500\n64506", "destination_inside", [64500]),
        ("64506", "64505", "64500\n64506", "source_inside", [64500]),
        ("64506", "64505", "64500", "blocked", [64500]),
    ],
)
def test_why_there_is_no_clear_route(
    provenet: Provenet, files: dict[str, Path], *, a: str, b: str, inside: str, reason: str, every: list[int] | None
) -> None:
    files["restricted"].write_text(inside, encoding="utf-8")
    told = provenet(*words(files, a, b, "--restricted", files["restricted"], "--json")).json
    found = told["no_clear_route"]
    assert found["reason"] == reason
    for key in ("crossed_by_every_route", "fewest_crossed"):
        assert (found[key] and numbers(found[key])) == every
    assert (told["rung"], told["rung_count"], told["movers"], told["way_round"]) == ("none", None, [], None)
    ran = provenet(*words(files, a, b, "--restricted", files["restricted"]))
    said = {"no_route": "no route at all", "destination_inside": "the destination is restricted"}
    said |= {"source_inside": "the source is restricted", "blocked": "blocked on the way"}
    assert said[reason] in ran.out


def test_a_country_is_restricted_and_the_way_back_is_told(provenet: Provenet, files: dict[str, Path]) -> None:
    told = provenet(*words(files, "64497", "64505", "--restricted-country", "China", "--back", "--json")).json
    assert told["restricted_networks"] == {"named": 1, "in_graph": 1}
    assert told["crossed"] == told["back"]["crossed"] == [64500]
    assert numbers(told["back"]["route"]) == [64505, 64500, 64496, 64497]
    assert "Back, from AS64505" in provenet(*words(files, "64497", "64505", "--back")).out


def test_without_a_set_the_route_alone_is_explained(provenet: Provenet, files: dict[str, Path]) -> None:
    told = provenet(*words(files, "64497", "64505", "--json")).json
    names = ("crossed", "rung", "rung_count", "rung_lucky_count", "decides", "movers", "way_round", "no_clear_route")
    assert {name: told[name] for name in names} == dict.fromkeys(names)
    assert told["source"]["restricted"] is None


@pytest.mark.parametrize(
    ("text", "asn"),
    [
        ("AS64496", 64496),
        ("as64496", 64496),
        ("alpha", 64496),
        ("alpha transit", 64496),
        ("Office of", 64506),
        ("records", 64506),
        ("exampl", 64505),
        ("a government", 64507),
    ],
)
def test_a_network_by_any_name(provenet: Provenet, files: dict[str, Path], text: str, asn: int) -> None:
    assert provenet(*words(files, text, "65536", "--json")).json["source"]["asn"] == asn


MINISTRY = "AS64505 MINISTRY Ministry of Examples, DE"
CLOUDS = "AS64507 CLOUD Cloud One, US; AS65536 CLOUD Cloud Two, US"


@pytest.mark.parametrize(
    ("a", "b", "says"),
    [
        ("cloud", "64496", f"A: 2 networks are called 'cloud': {CLOUDS}. Name one by its number."),
        ("ministri", "64496", f"A: no network is called 'ministri'. Nearest: {MINISTRY}."),
        ("64496", "xyzzy", "B: no network is called 'xyzzy'."),
        ("64496", "64999", "B: AS64999 is not in the AS graph example.as-rel2.txt."),
        ("64496", "alpha", "A and B are one network, AS64496 ALPHA Alpha Transit, DE; expected two."),
    ],
)
def test_what_names_no_network(provenet: Provenet, files: dict[str, Path], a: str, b: str, says: str) -> None:
    ran = provenet(*words(files, a, b))
    assert (ran.code, ran.err.strip()) == (2, says)


def test_names_need_a_file(provenet: Provenet, files: dict[str, Path]) -> None:
    ran = provenet("route", "alpha", "64497", "--graph", files["graph"])
    assert ran.code == 2
    assert ran.err == "A: 'alpha' is no AS number; to find networks by name, give --names FILE.\n"
    ran = provenet("route", "64496", "64497", "--graph", files["graph"], "--restricted-country", "CN")
    assert ran.code == 2
    assert "give --names FILE" in ran.err
    ran = provenet("route", "64496", "64497", "--graph", files["graph"].parent / "none.txt")
    assert (ran.code, "no such file" in ran.err) == (2, True)


def test_the_cache_changes_no_answer(
    provenet: Provenet, files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = words(files, "ministry", "cloud one", "--restricted", files["restricted"], "--back", "--json")
    first, second = provenet(*call).out, provenet(*call).out
    kept = sorted((tmp_path / "cache" / "arrays").iterdir())
    assert [place.name.partition("-")[0] for place in kept] == ["as_number", "as_tag", "graph"]
    for place in kept:
        place.write_bytes(place.read_bytes()[:-1])
    broken = provenet(*call).out
    monkeypatch.setenv(SETTING, "off")
    assert first == second == broken == provenet(*call).out


def test_a_graph_that_changes_is_read_anew(provenet: Provenet, files: dict[str, Path]) -> None:
    call = words(files, "64505", "64496", "--json")
    assert numbers(provenet(*call).json["route"]) == [64505, 64500, 64496]
    text = files["graph"].read_text("utf-8")
    files["graph"].write_text(text.replace("64500|64505|-1|bgp\n", ""), encoding="utf-8")
    assert numbers(provenet(*call).json["route"]) == [64505, 64501, 64496]


def test_python_gives_the_same_answer(provenet: Provenet, files: dict[str, Path]) -> None:
    told = provenet(*words(files, "beta", "ministry", "--restricted", files["restricted"], "--json")).json
    given = {"names": files["names"], "tags": [files["tags"]], "restricted": files["restricted"]}
    made = package.route("beta", "ministry", graph=files["graph"], **given)
    assert json.loads(json.dumps(made.answer)) == told
