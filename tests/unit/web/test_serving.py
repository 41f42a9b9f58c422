"""How a server opens, what it holds, whom it waits for: bounded, two at once, and damage told in a sentence."""

import fcntl
import gc
import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import partial
from html import unescape
from pathlib import Path
from threading import Event, Thread

import httpx
import pytest
import uvicorn
from starlette.responses import PlainTextResponse
from tests.unit.web.conftest import HOST, Caller
from tests.unit.web.small_case import brief_again

from provenet.case import held_tables
from provenet.case.case import Case
from provenet.case.tables import tables
from provenet.web import reading as module
from provenet.web import upload
from provenet.web.access import Access
from provenet.web.app import create_app
from provenet.web.jobs import Jobs
from provenet.web.page import pages
from provenet.web.reading import DAMAGED, Reading, Readings
from provenet.web.serving import MOST_CONNECTIONS, _share_arenas, _warm, most_connections, patient_protocol
from support.web_client import ask, listening

HEAVY = ("fastapi", "numpy", "scipy", "ortools", "openpyxl", "provenet.ingest.tabular", "provenet.policy.pack")
"""What a first page does not need: each is a good part of the time in which it could be there."""
FIRST_PAGE = """
import json, sys
from pathlib import Path
from provenet.web.access import Access
from provenet.web.app import create_app
from support.web_client import HOST, ask
app = create_app(Path(sys.argv[1]), Access(frozenset({HOST}), True))
status = ask(app).status
print(json.dumps([status, sorted(sys.modules)]))
"""


def test_the_first_page_waits_for_nothing_that_it_does_not_show(small_folder: Path) -> None:
    command = [sys.executable, "-c", FIRST_PAGE, str(small_folder)]
    places = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ran = subprocess.run(command, env=places, capture_output=True, text=True, check=True, timeout=120)
    status, modules = json.loads(ran.stdout)
    assert status == 200
    assert [one for one in HEAVY if one in modules] == []


def test_the_api_is_there_for_all_who_call_it_at_once(small_folder: Path) -> None:
    app = create_app(small_folder, Access(frozenset({HOST}), True))
    with ThreadPoolExecutor(8) as callers:
        answers = list(callers.map(lambda _: ask(app, "/api/case"), range(8)))
    assert {(one.status, one.body) for one in answers} == {(200, answers[0].body)}
    assert ask(app, "/api/nowhere").status == 404


def test_garbage_is_collected_again_once_the_server_is_open(small_folder: Path) -> None:
    gc.disable()
    try:
        _warm(Readings(small_folder, public=True), pause_seconds=0)
        assert gc.isenabled()
    finally:
        gc.unfreeze()
        gc.enable()


def test_the_borders_of_a_map_that_moves_are_served(small_folder: Path) -> None:
    found = ask(create_app(small_folder, Access(frozenset({HOST}), True)), "/static/borders.json")
    assert found.status == 200
    assert json.loads(found.body)


def test_a_system_without_arenas_serves_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provenet.web.serving.ctypes.CDLL", lambda _name: object())
    _share_arenas()


MOST, SECONDS = 4, 0.5
ASKED = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"


@pytest.fixture
def port() -> Iterator[int]:
    with closing(socket.socket()) as listening:
        listening.bind(("127.0.0.1", 0))
        protocol = patient_protocol(seconds=SECONDS, most=MOST)
        config = uvicorn.Config(PlainTextResponse("here"), http=protocol, log_level="critical", lifespan="off")
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield listening.getsockname()[1]
        server.should_exit = True
        thread.join()


def sockets(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def received(one: socket.socket) -> bytes:
    try:
        return one.recv(4096)
    except ConnectionError:
        return b""


def test_half_open_requests_go_and_others_are_answered(port: int) -> None:
    begun = time.monotonic()
    halves = [sockets(port) for _ in range(MOST)]
    for at, one in enumerate(halves):
        one.sendall(ASKED[: 5 * at])
    time.sleep(0.1)
    with closing(sockets(port)) as late:
        assert received(late).startswith(b"HTTP/1.1 503 Service Unavailable")
    assert [received(one) for one in halves] == [b""] * MOST
    assert SECONDS * 0.8 < time.monotonic() - begun < 20 * SECONDS
    with closing(sockets(port)) as one:
        for part in (ASKED[:9], ASKED[9:], ASKED):
            one.sendall(part)
        assert received(one).startswith(b"HTTP/1.1 200")
        one.sendall(ASKED[:9])
        while data := received(one):
            assert b"200" in data or b"here" in data
    for half in halves:
        half.close()


def test_files_are_left_for_the_case_where_few_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    for files, most in ((1_024, MOST_CONNECTIONS), (256, 64)):
        monkeypatch.setattr(resource, "getrlimit", lambda _, soft=files: (soft, soft))
        assert most_connections() == most


def test_more_connections_at_once_than_files_write_nothing_into_the_log(small_folder: Path) -> None:
    words = ["import resource; from provenet.cli.main import main"]
    words += [
        "resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))",
        f"main(['serve', {str(small_folder)!r}, '--port', '0'])",
    ]
    child = subprocess.Popen(
        [sys.executable, "-c", "; ".join(words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    at = int(child.stdout.readline().rstrip("/\n?").split(":")[2].split("/")[0])
    while not answered(at).startswith(b"HTTP/1.1 "):
        time.sleep(0.1)
    child.send_signal(signal.SIGSTOP)
    halves = [socket.socket() for _ in range(400)]
    for half in halves:
        half.setblocking(False)
        half.connect_ex(("127.0.0.1", at))
    child.send_signal(signal.SIGCONT)
    time.sleep(0.5)
    for half in halves:
        half.close()
    assert answered(at).startswith(b"HTTP/1.1 ")
    child.send_signal(signal.SIGINT)
    assert child.communicate(timeout=30)[1].startswith("Stopped by Ctrl-C; ")


def answered(port: int) -> bytes:
    """The answer to a request; none where nobody listens yet."""
    try:
        with closing(sockets(port)) as one:
            one.sendall(ASKED)
            return received(one)
    except ConnectionError:
        return b""


def test_what_a_killed_server_left_goes_with_the_next_and_what_one_holds_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folders = {name: tmp_path / f"{upload.FOLDER}{name}" for name in ("left", "held")}
    for folder in folders.values():
        folder.mkdir(mode=0o700)
        (folder / "1").write_bytes(b"an inventory")
    (tmp_path / "other").mkdir()
    with (folders["held"] / upload.HELD).open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        upload.sweep()
        assert sorted(one.name for one in tmp_path.iterdir()) == sorted(["other", folders["held"].name])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_files_that_were_sent_go_when_the_server_ends(
    number: signal.Signals, small_folder: Path, tmp_path: Path
) -> None:
    program = """
import sys
from pathlib import Path
from provenet.cli.main import main
from provenet.web.upload import BASKETS
basket = BASKETS.put(Path(sys.argv[1]), [("a.csv", b"x,y\\n1,2\\n")])
print(oct(basket.folder.parent.stat().st_mode), flush=True)
main(["serve", sys.argv[1], "--port", "0"])
"""
    child = subprocess.Popen(
        [sys.executable, "-c", program, str(small_folder)],
        env=os.environ | {"TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "0o40700\n"
    assert child.stdout.readline().startswith("Open ")
    assert list(tmp_path.glob(f"{upload.FOLDER}*"))
    time.sleep(0.5)
    child.send_signal(number)
    child.communicate(timeout=30)
    assert not list(tmp_path.glob(f"{upload.FOLDER}*"))


READERS = 20
PLACES = ("/", "/country/germany", "/tables", "/tables/party", "/map/germany", "/api/case", "/api/tables/party")
VERB = """
import sys, time
from pathlib import Path
from provenet.case import lock
case = Path(sys.argv[sys.argv.index("--") + 1])
with lock.held(case):
    (case / "begun").touch()
    while (case / "wait").exists():
        time.sleep(0.02)
"""
"""A verb that holds the lock of the case, and does not come to its end."""


@pytest.fixture
def server(own_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, dict[str, str]]]:
    """The app on a port of this machine, with the headers of a program; its jobs hold the lock until let go."""
    (tmp_path / "verb.py").write_text(VERB)
    program = (sys.executable, str(tmp_path / "verb.py"))
    monkeypatch.setattr("provenet.web.app.Jobs", partial(Jobs, program=program))
    (own_folder / "wait").touch()
    with listening(own_folder, public=False) as (port, access):
        yield f"http://127.0.0.1:{port}", {"authorization": f"Bearer {access.key}"}
        (own_folder / "wait").unlink(missing_ok=True)


def until_begun(folder: Path) -> None:
    until = time.monotonic() + 60
    while not (folder / "begun").exists():
        assert time.monotonic() < until, "the verb did not begin"
        time.sleep(0.02)


def test_twenty_readers_read_while_a_job_holds_the_case(own_folder: Path, server: tuple[str, dict[str, str]]) -> None:
    address, headers = server
    with ExitStack() as stack:
        first = stack.enter_context(httpx.Client(base_url=address, headers=headers, timeout=120))
        sizes = {place: len(first.get(place).content) for place in PLACES}
        started = first.post("/api/jobs", json={"verb": "run"})
        assert started.status_code == 201, started.text
        until_begun(own_folder)

        def read(seed: int) -> list[tuple[str, int, int]]:
            with httpx.Client(base_url=address, headers=headers, timeout=120) as reader:
                answers = [(place, reader.get(place)) for place in (*PLACES[seed % 7 :], *PLACES[: seed % 7])]
            return [(place, answer.status_code, len(answer.content)) for place, answer in answers]

        with ThreadPoolExecutor(READERS) as readers:
            found = [one for answers in readers.map(read, range(READERS)) for one in answers]
        assert len(found) == READERS * len(PLACES)
        assert [one for one in found if one[1:] != (200, sizes[one[0]])] == []

        second = first.post("/api/jobs", json={"verb": "depend", "settings": {"as_of": "2020-01-01"}})
        assert second.status_code == 409
        says = second.json()["faults"][0]["says"]
        assert re.fullmatch(r"Somebody else is writing: run, since \d\d:\d\d UTC. Reading goes on as before.", says), (
            says
        )
        # All of it while the verb was at work, holding the lock.
        job = first.get("/api/jobs/1").json()
        assert job["state"] == "running" and (own_folder / "wait").exists()


def test_a_page_is_of_one_state_while_runs_are_committed(own_folder: Path, server: tuple[str, dict[str, str]]) -> None:
    """Readers see the state before or after each run: its digest and its words belong together."""
    address, headers = server
    words = ["One ", "Two ", "Three "]

    def read(_: int) -> set[tuple[str, str]]:
        seen = set()
        with httpx.Client(base_url=address, headers=headers, timeout=120) as reader:
            while not (own_folder / "done").exists():
                page = reader.get("/country/germany")
                assert page.status_code == 200
                state = re.search(r"[?&]state=(\w+)", page.text)
                headline = re.search(r"(One |Two |Three )?Acme", page.text)
                assert state is not None and headline is not None
                seen.add((state[1], headline[1] or ""))
        return seen

    with ThreadPoolExecutor(8) as readers:
        waiting = [readers.submit(read, at) for at in range(8)]
        try:
            for word in words:
                brief_again(own_folder, word)
                time.sleep(0.3)
        finally:
            (own_folder / "done").touch()
        seen = set().union(*(one.result() for one in waiting))
    assert len({state for state, _ in seen}) == len(seen), "a state that has two faces"


TABLES = ("dossier", "vendor_share", "market_share", "party", "source", "run")


def opened(folder: Path) -> Reading:
    return Reading(Case.open(folder), public=False)


def test_tables_are_held_up_to_a_size_and_read_again_after(small_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = {name: opened(small_folder).tables[name] for name in TABLES}
    largest = max(rows.estimated_size() for rows in whole.values())
    monkeypatch.setattr(held_tables, "HELD_BYTES", int(largest))
    reading = opened(small_folder)
    for _ in range(3):
        for name in TABLES:
            assert reading.tables[name].equals(whole[name])
            held = [size for size, _ in reading.tables._frames.values()]
            assert sum(held) <= largest or len(held) == 1


def test_a_table_that_is_asked_for_again_stays(small_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held_tables, "HELD_BYTES", 0)
    reading = opened(small_folder)
    first = reading.tables["party"]
    assert reading.tables["party"] is first
    reading.tables["source"]
    assert list(reading.tables._frames) == ["source"]


def test_answers_are_kept_up_to_a_number(small_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HELD_ANSWERS", 3)
    reading, made = opened(small_folder), list[int]()

    def make(at: int) -> int:
        made.append(at)
        return at

    for at in (1, 2, 3, 1, 4, 1, 2):
        assert reading.once(("answer", at), lambda at=at: make(at)) == at  # type: ignore[misc]
        assert len(reading._kept) <= 3
    assert made == [1, 2, 3, 4, 2], "the one asked for last stays"


def test_some_columns_are_those_of_the_rows_that_stand(small_folder: Path) -> None:
    for is_public in (False, True):
        reading = Reading(Case.open(small_folder), public=is_public)
        for name, spec in tables().items():
            columns = [one.name for one in spec.columns][:3]
            few = reading.tables.distinct(name, *columns)
            assert few == reading.tables[name].select(columns).unique().sort(columns).rows(), name
            assert few == reading.tables.distinct(name, *columns), "of a table that is held"


def test_earlier_states_are_kept_open_up_to_a_number(own_folder: Path) -> None:
    readings = Readings(own_folder, public=True)
    states = [readings.newest().digest]
    for word in ("One ", "Two ", "Three ", "Four "):
        brief_again(own_folder, word)
        states.append(readings.newest().digest)
    for state in [*states, *states]:
        found = readings.at(state)
        assert found is not None and found.digest == state
        assert len(readings._earlier) <= module.EARLIER_READINGS


def test_nobody_waits_while_another_reader_opens_a_new_state(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    readings = Readings(own_folder, public=True)
    before = readings.newest()
    brief_again(own_folder, "Now ")
    opening, may_go_on = Event(), Event()

    def slow(case: Case, *, public: bool) -> Reading:
        opening.set()
        assert may_go_on.wait(60)
        return Reading(case, public=public)

    monkeypatch.setattr(module, "Reading", slow)
    with ThreadPoolExecutor(1) as other:
        newer = other.submit(readings.newest)
        assert opening.wait(60)
        assert readings.newest() is before
        may_go_on.set()
        assert newer.result().digest != before.digest
    assert readings.newest() is newer.result()


API = ("/api/case", "/api/tables/party", "/api/tables/market_share")


def spoil(case: Path, part: str) -> None:
    """Breaks a part of a case."""
    place = case / part
    if place.is_dir() and part.endswith("_delta_log"):
        (place / f"{1:020}.json").write_text("{", "utf-8")
    elif place.is_dir():
        for file in place.rglob("*.parquet"):
            file.write_bytes(file.read_bytes()[:-9] + b"\\0" * 9)
    elif place.exists():
        place.write_text("[", "utf-8")


def addresses(case: Path) -> list[str]:
    """Public addresses of a case that is whole: one of each route."""
    reading = Reading(Case.open(case), public=True)
    found = ["/"]
    for page in pages():
        for route in page.routes if page.public else ():
            words = next(iter(route.addresses(reading)), None) if route.addresses else None
            if words is not None:
                found.append(route.path.format(**words) if "{" in route.path else route.path)
    return found


PARTS = ("party", "market_share", "vendor_share", "run", "party/_delta_log")


@pytest.mark.parametrize("part", [*(f"tables/{name}" for name in PARTS), "case.toml"])
def test_no_path_of_the_machine_reaches_a_public_page_and_the_holder_reads_it(
    part: str, small_folder: Path, tmp_path: Path, caller: Caller
) -> None:
    case = Path(shutil.copytree(small_folder, tmp_path / "case"))
    asked = addresses(case)
    spoil(case, part)
    _warm(Readings(case, public=True), pause_seconds=0)
    seen = {public: [*map(caller(case, public=public).get, (*asked, *API))] for public in (True, False)}
    for response in seen[True]:
        assert str(tmp_path) not in response.text, (
            response.url,
            response.text[max(0, (at := response.text.find(str(tmp_path))) - 300) : at + 300],
        )
        assert response.status_code < 500, response.url
    assert any(DAMAGED in response.text for response in seen[True])
    assert any(str(case) in response.text for response in seen[False])


def cited(page: str) -> str:
    """The permanent address that a page prints."""
    found = re.search(r'<code id="cite-address">([^<]*)</code>', page)
    assert found is not None
    return unescape(found[1])


def test_the_permanent_address_leaves_out_what_passes(small_folder: Path, caller: Caller) -> None:
    reading = Reading(Case.open(small_folder), public=True)
    page = caller(small_folder).get("/country/germany?as_of=2018-11-23&lang=de").text
    assert cited(page) == f"http://{HOST}/country/germany?as_of=2018-11-23&state={reading.digest}"


def test_the_digest_is_the_same_for_the_same_runs_and_another_for_one_more(own_folder: Path) -> None:
    first = Reading(Case.open(own_folder), public=True).digest
    assert Reading(Case.open(own_folder), public=True).digest == first
    brief_again(own_folder, "Now ")
    assert Reading(Case.open(own_folder), public=True).digest != first


def test_a_cited_page_is_shown_as_it_stood(own_folder: Path, caller: Caller) -> None:
    reader = caller(own_folder)
    before = cited(reader.get("/country/germany?as_of=2018-11-23").text)
    brief_again(own_folder, "Now ")
    assert "Now Acme" in reader.get("/country/germany").text
    page = reader.get(before).text
    assert "the case as it stood on" in page and "Runs recorded since: 1." in page
    assert "On 2018-11-23, Acme" in page
    assert cited(page) == before
    state, now = before.rpartition("=")[2], "/country/germany?as_of=2018-11-23"
    inside = {unescape(one) for one in re.findall(r'href="(/(?!static)[^"#]*)', page)} - {now}
    assert inside and all(f"state={state}" in one for one in inside), "a reader stays in the state"
    lost = reader.get(f"/plan/germany/plan-nope?state={state}")
    assert lost.status_code == 404 and "the case as it stood on" in lost.text
    assert 'href="/country/germany?as_of=2018-11-23">See this page as it stands now' in page


def test_a_page_that_is_gone_from_the_disk_is_said_to_be_gone(own_folder: Path, caller: Caller) -> None:
    reader = caller(own_folder)
    before = cited(reader.get("/country/germany").text)
    brief_again(own_folder, "Now ")
    page = reader.get(before).text
    assert "Now Acme" not in page
    assert "in the folder `outputs` no more" in page
    assert "On 2026-11-25, Acme." in page


def test_a_state_that_the_case_never_had_is_refused(small_folder: Path, caller: Caller) -> None:
    refusal = caller(small_folder).get("/?state=0000000000000000")
    assert refusal.status_code == 404
    assert "The case has been in no state of that name" in refusal.text


def test_a_reading_does_not_change_while_runs_are_recorded(own_folder: Path) -> None:
    reading = Reading(Case.open(own_folder), public=False)
    brief_again(own_folder, "Now ")
    assert reading.tables["dossier"].height == 2
    assert Reading(Case.open(own_folder), public=False).digest != reading.digest
    assert all("Now" not in (reading.written(row["html_id"]) or b"").decode() for row in reading.dossiers)
