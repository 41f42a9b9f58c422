"""The API: what verbs print, described whole, read by a client, and refused in one shape."""

import importlib.util
import json
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from conftest import NewCase
from contracts.sources import ROOT
from provenet.case.case import Case
from provenet.case.tables import frame
from provenet.verbs.ach import ach
from provenet.verbs.diff import diff
from provenet.verbs.status import status
from provenet.verbs.why import why
from provenet.web.access import CSRF_HEADER, Access, Backend
from provenet.web.api import EVENTS, ROUTES, ErrorAnswer, create_api
from provenet.web.app import create_app
from provenet.web.reading import Readings
from support.web_client import HOST, ask, client, listening
from unit.web.map_case import filled

DAY = "2026-11-25"
INPUT = {"file_id": "0" * 64, "reading": "not stated"}


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory, new_case: NewCase) -> Path:
    """A case with two vendors and three claims."""
    made = new_case(tmp_path_factory.mktemp("api") / "case", "Two vendors")
    claims = [
        {"claim_id": f"C-{at}", "vendor_ids": ["huawei"], "stance": stance, "speaker": "GSMA", "fact": "a_fact"}
        for at, stance in enumerate(("asserts", "denies", "asserts"))
    ]
    with made.writer("add", {}, {"file": "x"}) as run:
        for name in ("huawei", "nokia"):
            row = {"party_id": name, "name": name.title(), "role": "vendor", "row_id": f"p-{name}"}
            run.append("party", frame("party", [filled("party", **INPUT, **row)]))
        run.append("claim", [filled("claim", **INPUT, **one, row_id=one["claim_id"]) for one in claims])
    with made.writer("add", {}, {"file": "y"}) as run:
        run.append("asset", [filled("asset", **INPUT, asset_id="router-1", unit_count=1, row_id="a-1")])
    return made.path


def test_the_words_are_those_of_the_verbs(case: Path) -> None:
    opened = Case.open(case)
    with client(case) as asked:
        assert asked.get("/api/status").json() == status(opened).as_dict()
        assert asked.get("/api/why?figure=party:huawei").json() == why(opened, "party:huawei").as_dict()
        found = asked.get(f"/api/ach?vendor=huawei&fact=a_fact&as_of={DAY}").json()
        assert found == ach(opened, "huawei", fact="a_fact", as_of=DAY).as_dict()
        with pytest.raises(Exception, match="no policy"):
            diff(opened, DAY, "2018-11-23")
        refused = asked.get(f"/api/diff?first={DAY}&second=2018-11-23")
    assert refused.status_code in (400, 409)


def test_every_answer_is_as_described(case: Path) -> None:
    words = {"/api/why": "?figure=party:huawei", "/api/ach": f"?vendor=huawei&as_of={DAY}"}
    for public in (True, False):
        with client(case, public=public) as asked:
            for route in ROUTES:
                if route.method != "GET" or "{job}" in route.path or route.path in ("/api/diff", "/api/ask"):
                    continue
                answer = asked.get(route.path.replace("{table}", "claim") + words.get(route.path, ""))
                if public and not route.public:
                    assert answer.status_code == 404, route.path
                    TypeAdapter(ErrorAnswer).validate_json(answer.content)
                else:
                    assert answer.status_code == 200, (route.path, answer.text)
                    TypeAdapter(route.model).validate_json(answer.content)


def test_no_address_is_missing_from_the_description(case: Path) -> None:
    for public in (True, False):
        access = Access(frozenset({HOST}), public)
        app = create_api(Backend(readings=Readings(case, public=public), access=access), {})
        there = {
            (route.path, method)
            for route in app.routes
            if isinstance(route, APIRoute) and route.path.startswith("/api/")
            for method in route.methods
        }
        described = app.openapi()["paths"]
        assert there == {(path, method.upper()) for path, methods in described.items() for method in methods}
        assert there == {(one.path, one.method) for one in ROUTES if one.public or not public} | (
            set() if public else {(EVENTS, "GET")}
        )
        for path, methods in described.items():
            for method, told in methods.items():
                named = {one["name"] for one in told.get("parameters", []) if one["in"] == "path"}
                assert named == {part[1:-1] for part in path.split("/") if part.startswith("{")}, path
                assert told["summary"] and told["responses"]["400"], (path, method)
        texts = json.dumps(described)
        assert "packs" not in texts or not public
        assert '"FILE"' not in texts


def test_the_description_is_published_and_needs_a_session(case: Path) -> None:
    with client(case) as asked:
        assert asked.get("/api/openapi.json").json()["info"]["title"] == "Provenet"
    with client(case, known=False) as asked:
        assert asked.get("/api/openapi.json").status_code == 401


def test_strangers_read_what_is_public_alone(case: Path) -> None:
    with client(case, public=True) as asked:
        listed = [one["table"] for one in asked.get("/api/tables").json()["tables"]]
        assert "claim" in listed and "asset" not in listed
        hidden = asked.get("/api/tables/asset")
        assert (hidden.status_code, "router-1" in hidden.text) == (404, False)
        assert asked.post("/api/jobs", json={"verb": "check"}).status_code == 405
        assert asked.get("/api/why?figure=asset:a-1").status_code == 404


def test_rows_come_a_page_at_a_time(case: Path) -> None:
    with client(case) as asked:
        pages = [asked.get(f"/api/tables/claim?rows=2&page={page}").json() for page in (1, 2, 3)]
        denied = asked.get("/api/tables/claim?column=stance&holds=denies").json()
    assert [[row["claim_id"] for row in page["rows"]] for page in pages] == [["C-0", "C-1"], ["C-2"], []]
    assert {(page["row_count"], page["page_count"]) for page in pages} == {(3, 2)}
    assert [row["claim_id"] for row in denied["rows"]] == ["C-1"]


def test_verdicts_are_chosen_by_what_they_are_of(case: Path) -> None:
    with client(case) as asked:
        assert asked.get("/api/verdicts").json()["row_count"] == 0
        found = asked.get(f"/api/verdicts?policy=a&vendor=b&country=c&outcome=clear&as_of={DAY}&rows=1").json()
    assert (found["rows"], found["page_count"]) == ([], 1)


@pytest.mark.parametrize(
    ("place", "status_code", "sentence"),
    [
        ("/api/case?x=1", 400, "no such word; found 'x', expected none."),
        ("/api/why", 400, "a word is missing; expected figure."),
        ("/api/why?figur=1", 400, "no such word; found 'figur', expected one of: figure. Nearest: figure."),
        ("/api/why?figure=nothing", 404, "no figure or row has the id 'nothing'."),
        ("/api/tables/claims", 404, "The case has no rows of a table of this name. Nearest: claim."),
        ("/api/tables/claim?sort=speakr", 400, "sort: claim has no such column. Nearest: speaker."),
        ("/api/tables/claim?rows=5000", 400, "rows: found 5000, expected a whole number from 1 to 1,000."),
        ("/api/ach?vendor=huawei&as_of=soon", 400, "no such day; found 'soon', expected a day as YYYY-MM-DD."),
        ("/api/diff?first=a&second=b&packs=/etc", 400, "no such word; found 'packs'"),
        ("/api/jobs/99", 404, "The server remembers no job of this id."),
        ("/api/jobs/99/events", 404, "The server remembers no job of this id."),
        ("/api/nothing", 404, "No page stands at this address."),
    ],
)
def test_what_cannot_be_answered_is_a_sentence(case: Path, place: str, status_code: int, sentence: str) -> None:
    with client(case) as asked:
        answer = asked.get(place)
    assert answer.status_code == status_code, answer.text
    found = TypeAdapter(ErrorAnswer).validate_json(answer.content)
    assert found.status == status_code
    assert sentence in found.faults[0].says
    assert str(case) not in answer.text


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "verb: found None, expected one of: screen"),
        ({"verb": "add"}, "verb: found 'add', expected one of"),
        ({"verb": ["check"]}, "verb: found"),
        ({"verb": "check", "settings": [1]}, "settings: found no object"),
        ({"verb": "check", "settings": {"onli": []}}, "settings: check has no option 'onli'. Nearest: only."),
        ({"verb": "check", "settings": {"packs": ["/etc"]}}, "settings: check has no option 'packs'."),
        ({"verb": "check", "settings": {"as_of": 5}}, "--as-of: found 5, expected a day"),
        ({"verb": "check", "settings": {"only": 5}}, "--only: found 5, expected words."),
        ({"verb": "retract", "settings": {}}, "settings: retract needs"),
    ],
)
def test_a_job_that_makes_no_sense_is_a_sentence(case: Path, body: Any, sentence: str) -> None:
    with client(case) as asked:
        answer = asked.post("/api/jobs", json=body)
        assert asked.get("/api/jobs").json() == {"jobs": []}
    assert answer.status_code == 400
    assert sentence in answer.json()["faults"][0]["says"]


def test_what_is_no_json_object_is_refused(case: Path) -> None:
    with client(case) as asked:
        for data, kind, status_code in (
            (b"{", "application/json", 400),
            (b"[" * 50_000, "application/json", 400),
            (b"[]", "application/json", 400),
            (b'{"verb": "check"}', "text/plain", 415),
            (b'{"verb": "check"}', "application/x-www-form-urlencoded", 415),
            (b'{"verb": "' + b"a" * 2**21 + b'"}', "application/json", 413),
        ):
            answer = asked.post("/api/jobs", content=data, headers={"content-type": kind})
            assert answer.status_code == status_code, answer.text
            TypeAdapter(ErrorAnswer).validate_json(answer.content)


def test_a_browser_sends_the_text_of_its_session(case: Path) -> None:
    access = Access(frozenset({HOST}), public=False)
    app = create_app(case, access)
    cookie = ("cookie", f"{access.cookie}={access.session()}")
    headers = [("host", HOST), cookie, ("content-type", "application/json"), ("origin", f"http://{HOST}")]
    body = [json.dumps({"verb": "nothing"}).encode()]
    assert ask(app, "/api/jobs", "POST", headers=headers, body=body).status == 403
    assert ask(app, "/api/jobs/1", "DELETE", headers=headers).status == 403
    assert ask(app, "/api/jobs", "POST", headers=[*headers, (CSRF_HEADER, access.csrf())], body=body).status == 400


def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("client_example", ROOT / "docs/examples/client.py")
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = made
    spec.loader.exec_module(made)
    return made


def test_the_client_of_the_documents_reads_a_server(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = example()
    with listening(case, public=False) as (port, access):
        address = f"http://127.0.0.1:{port}"
        made.main(address, access.key)
        with made.Provenet(address, access.key) as server:
            assert [row["claim_id"] for row in server.rows("claim", text="asserts")] == ["C-0", "C-2"]
            assert server.why("party:nokia")["figure"] == "party:nokia"
            with pytest.raises(made.ApiError, match="no figure or row") as fault:
                server.why("nothing")
            assert fault.value.status == 404
        with made.Provenet(address) as stranger, pytest.raises(made.ApiError, match="token begins a session"):
            stranger.case()
    out = capsys.readouterr().out
    assert out.startswith("Two vendors, state ")
    assert "Countries: none" in out
    assert "GSMA (None): x" in out


def test_the_client_of_the_documents_starts_follows_and_stops_a_job(case: Path) -> None:
    made = example()
    with (
        listening(case, public=False) as (port, access),
        made.Provenet(f"http://127.0.0.1:{port}", access.key) as server,
    ):
        job = server.start("check", only=["parties"])
        assert job["verb"] == "check"
        if job["state"] not in ("done", "failed"):
            server.cancel(job["job_id"])
        begun = time.process_time()
        said = list(server.follow(job["job_id"]))
        assert said[-1][0] == "end"
        assert said[-1][1]["state"] in ("done", "cancelled", "failed")
        assert time.process_time() - begun < 60
