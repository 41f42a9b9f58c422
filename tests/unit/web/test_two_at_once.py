"""Two people at once: whoever reads never waits for a writer, and a second writer is told who is first."""

import re
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import httpx
import pytest
from tests.unit.web.small_case import brief_again

from provenet.web.jobs import Jobs
from support.web_client import listening

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
