"""`provenet fetch` at the door: words in, files, lines, JSON and exit codes out."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import provenet
from provenet.cli.main import main
from unit.download.fetch_server import BODY, GOOD, Server, page, registry_text, serving

Ran = tuple[int, str, str]
Caught = pytest.CaptureFixture[str]


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def registry(server: Server, tmp_path: Path) -> Path:
    """Two lists: one that is there, one that is not."""
    server.at("/list", page(etag='"v1"'))
    here = f"http://127.0.0.1:{server.port}"
    lists = {
        "here": {**GOOD, "title": "Here", "url": f"{here}/list", "cap_bytes": 2_500_000, "file": "here.csv"},
        "gone": {**GOOD, "title": "Gone", "url": f"{here}/gone", "cap_bytes": 900, "file": "gone.csv"},
    }
    lists["here"]["layout"] = "followthemoney"
    place = tmp_path / "own.toml"
    place.write_bytes(registry_text(lists))
    return place


def run(capsys: Caught, *words: object) -> Ran:
    with pytest.raises(SystemExit) as ended:
        main(["fetch", *map(str, words)])
    out, err = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, out, err


def test_lines_for_a_person(capsys: Caught, registry: Path, tmp_path: Path) -> None:
    into = tmp_path / "deep" / "lists"
    code, out, err = run(capsys, "here", "--lists", registry, "--into", into)
    assert (code, err) == (0, "")
    digest = json.loads((into / "here.csv.fetched.json").read_text("utf-8"))["sha256"]
    assert out == f"here: fetched, {into}/here.csv, {len(BODY)} bytes, sha256 {digest}\n"


def test_one_object_with_json(capsys: Caught, registry: Path, tmp_path: Path) -> None:
    into = tmp_path / "lists"
    code, out, err = run(capsys, "here", "--lists", registry, "--into", into, "--json")
    receipt = json.loads((into / "here.csv.fetched.json").read_text("utf-8"))
    assert (code, err) == (0, "")
    assert json.loads(out) == {"into": str(into), "lists": [{**receipt, "state": "fetched", "file": "here.csv"}]}


def test_python_fetches_as_the_command_does(capsys: Caught, registry: Path, tmp_path: Path) -> None:
    told = json.loads(run(capsys, "here", "gone", "--into", tmp_path / "one", "--lists", registry, "--json")[1])
    found = provenet.fetch(["here", "gone"], tmp_path / "two", lists=registry)
    assert found.lists == told["lists"]
    assert [fault.as_dict() for fault in found.faults] == told["faults"]
    assert provenet.fetch("here", str(tmp_path / "two"), lists=str(registry)).lists[0]["state"] == "unchanged"
    listed = json.loads(run(capsys, "--list", "--lists", registry, "--json")[1])["lists"]
    assert provenet.fetchable(registry=(registry.name, registry.read_bytes())) == listed


def test_one_that_fails_stops_no_other(capsys: Caught, registry: Path, server: Server, tmp_path: Path) -> None:
    into = tmp_path / "lists"
    code, out, err = run(capsys, "gone", "here", "gone", "--lists", registry, "--into", into, "--json")
    answer = json.loads(out)
    assert code == 3
    assert [each["name"] for each in answer["lists"]] == ["here"]
    assert answer["fault_count"] == 1
    assert answer["faults"][0]["place"] == "gone"
    assert err == (
        "gone: the server does not send the list; "
        f"found '404 from http://127.0.0.1:{server.port}/gone', expected 200.\n"
        "    The issuer may have moved the list; look at its page, and use --lists with the new address.\n"
    )


def test_no_name(capsys: Caught) -> None:
    assert run(capsys) == (2, "", "fetch: no list is named; expected NAME..., or --list to see their names.\n")


def test_names_that_are_no_lists(capsys: Caught, tmp_path: Path) -> None:
    into = tmp_path / "lists"
    code, out, err = run(capsys, "ieee-ouii", "ieee-oui", "nonsense", "--into", into)
    assert (code, out, into.exists()) == (2, "", False)
    assert err == (
        "fetch: no such list; found 'ieee-ouii' (nearest: ieee-oui), 'nonsense'. "
        "Expected a name that fetch --list shows.\n"
    )


def test_the_lists_are_shown(capsys: Caught, registry: Path, server: Server) -> None:
    code, out, err = run(capsys, "--list", "--lists", registry)
    here = f"http://127.0.0.1:{server.port}"
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "here: Here",
        "    What it is.",
        "    Issuer: An office. Licence: CC0 1.0.",
        f"    {here}/list, at most 2.5 MB",
        "    provenet add reads it as followthemoney",
        "gone: Gone",
        "    What it is.",
        "    Issuer: An office. Licence: CC0 1.0.",
        f"    {here}/gone, at most 900 bytes",
    ]
    assert server.log == []


def test_the_bundled_lists_are_shown(capsys: Caught) -> None:
    code, out, err = run(capsys, "ieee-oui", "us-fcc-covered-list", "--list", "--json")
    assert (code, err) == (0, "")
    assert [each["name"] for each in json.loads(out)["lists"]] == ["ieee-oui", "us-fcc-covered-list"]
    fields = "name title issuer licence says url hosts media cap_bytes file layout sha256"
    assert " ".join(json.loads(out)["lists"][0]) == fields


def test_a_registry_that_is_not_there(capsys: Caught, tmp_path: Path) -> None:
    place = tmp_path / "none.toml"
    assert run(capsys, "here", "--lists", place) == (
        3,
        "",
        f"{place}: the file cannot be read (no such file or directory); expected a registry of lists in TOML.\n",
    )


def test_a_registry_with_faults_asks_nothing(capsys: Caught, registry: Path, server: Server, tmp_path: Path) -> None:
    text = registry.read_text("utf-8").replace("cap_bytes = 900", 'cap_bytes = "900"').replace('"Here"', '""')
    registry.write_text(text, encoding="utf-8")
    code, out, _ = run(capsys, "here", "--lists", registry, "--into", tmp_path / "lists", "--json")
    assert (code, json.loads(out)["fault_count"], server.log) == (3, 2, [])


@pytest.mark.parametrize(("option", "word"), [("--proxy", "socks5://x:1"), ("--ca", "/nowhere"), ("--timeout", "0")])
def test_an_option_that_cannot_be_used(capsys: Caught, registry: Path, tmp_path: Path, option: str, word: str) -> None:
    if option == "--ca":
        registry.write_text(registry.read_text("utf-8").replace("http:", "https:"), encoding="utf-8")
    code, out, err = run(capsys, "here", "--lists", registry, "--into", tmp_path / "lists", option, word)
    assert (code, out) == (2, "")
    assert option in err
