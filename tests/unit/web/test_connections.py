"""A server that is not waited out: connections without a request go, and there are only so many."""

import fcntl
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest
import uvicorn
from starlette.responses import PlainTextResponse

from provenet.web import upload
from provenet.web.serving import MOST_CONNECTIONS, most_connections, patient_protocol

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


def opened(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def received(one: socket.socket) -> bytes:
    try:
        return one.recv(4096)
    except ConnectionError:
        return b""


def test_half_open_requests_go_and_others_are_answered(port: int) -> None:
    begun = time.monotonic()
    halves = [opened(port) for _ in range(MOST)]
    for at, one in enumerate(halves):
        one.sendall(ASKED[: 5 * at])
    time.sleep(0.1)
    with closing(opened(port)) as late:
        assert received(late).startswith(b"HTTP/1.1 503 Service Unavailable")
    assert [received(one) for one in halves] == [b""] * MOST
    assert SECONDS * 0.8 < time.monotonic() - begun < 20 * SECONDS
    with closing(opened(port)) as one:
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
