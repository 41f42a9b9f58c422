"""The folder that fetch writes to: locks, links, kills, full disks, and what lies there already."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from provenet.cli import shelf as shelf_module
from provenet.core.errors import InputFault
from provenet.download.exchange import Origin
from unit.download.fetch_server import (
    BODY,
    Handler,
    Server,
    Waits,
    entity,
    fetched,
    listed,
    names_in,
    page,
    raw,
    serving,
    told,
)

TAG = '"v1"'
AWAY = "Move it away, or fetch into another folder with --into."
ROOM = "Free some room or make the folder writable, or fetch into another folder with --into."


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def shelf(tmp_path: Path) -> Waits:
    return Waits(tmp_path / "lists")


@pytest.mark.parametrize("name", ["list.csv", "list.csv.part", "list.csv.part.json", "list.csv.fetched.json"])
@pytest.mark.parametrize("kind", ["a link", "a folder", "something else"])
def test_what_is_no_plain_file_is_left_alone(server: Server, shelf: Waits, name: str, kind: str) -> None:
    shelf.folder.mkdir()
    elsewhere = shelf.folder.parent / "elsewhere"
    elsewhere.write_bytes(b"not to be touched")
    place = shelf.folder / name
    make = {
        "a link": lambda: place.symlink_to(elsewhere),
        "a folder": place.mkdir,
        "something else": lambda: os.mkfifo(place),
    }
    make[kind]()
    url = server.at("/list", page())
    assert told(listed(url), shelf) == (
        f"{place}: not a plain file; found {kind!r}, expected nothing, or a plain file.\n    {AWAY}"
    )
    assert elsewhere.read_bytes() == b"not to be touched"
    assert (names_in(shelf.folder), server.log) == ([name], [])


def test_a_link_that_leads_nowhere_is_a_link_too(server: Server, shelf: Waits) -> None:
    shelf.folder.mkdir()
    (shelf.folder / "list.csv").symlink_to(shelf.folder / "none")
    assert "not a plain file; found 'a link'" in told(listed(server.at("/list", page())), shelf)


def test_a_folder_may_be_a_link_of_ones_own(server: Server, shelf: Waits) -> None:
    real = shelf.folder.parent / "real"
    real.mkdir()
    shelf.folder.symlink_to(real)
    fetched(listed(server.at("/list", page())), shelf)
    assert names_in(real) == ["list.csv", "list.csv.fetched.json"]


def test_a_file_of_somebody_else_is_not_replaced(server: Server, shelf: Waits) -> None:
    shelf.folder.mkdir()
    place = shelf.folder / "list.csv"
    place.write_bytes(b"mine")
    assert told(listed(server.at("/list", page())), shelf) == (
        f"{place}: a file that fetch did not write is there.\n    {AWAY}"
    )
    assert (place.read_bytes(), names_in(shelf.folder), server.log) == (b"mine", ["list.csv"], [])


def test_a_file_of_another_list_is_not_replaced(server: Server, shelf: Waits) -> None:
    url = server.at("/list", page(etag=TAG))
    fetched(listed(url), shelf)
    other = replace(listed(url), name="other-list")
    assert told(other, shelf) == (
        "other-list: the file list.csv is that of another list; found 'a-list'.\n"
        "    Fetch into another folder with --into."
    )
    assert len(server.log) == 1


def test_a_file_that_was_edited_is_not_replaced(server: Server, shelf: Waits) -> None:
    url = server.at("/list", page(etag=TAG))
    fetched(listed(url), shelf)
    place = shelf.folder / "list.csv"
    place.write_bytes(b"edited")
    assert told(listed(url), shelf) == f"{place}: the file was changed since it was fetched.\n    {AWAY}"
    assert place.read_bytes() == b"edited"


@pytest.mark.parametrize(
    "note",
    [b"", b"null", b"[]", b"{}", b"\xff", b"[" * 90_000, b'{"sha256": 5}', b"x" * 200_000],
    ids=["empty", "null", "list", "object", "bytes", "deep", "short", "long"],
)
def test_a_receipt_that_cannot_be_read_is_none(server: Server, shelf: Waits, note: bytes) -> None:
    url = server.at("/list", page(etag=TAG))
    fetched(listed(url), shelf)
    (shelf.folder / "list.csv.fetched.json").write_bytes(note)
    assert "a file that fetch did not write is there" in told(listed(url), shelf)


def test_a_receipt_without_its_file_does_no_harm(server: Server, shelf: Waits) -> None:
    url = server.at("/list", entity(BODY, TAG))
    fetched(listed(url), shelf)
    (shelf.folder / "list.csv").unlink()
    assert fetched(listed(url), shelf).state == "fetched"
    assert server.asked("If-None-Match") == [None, None]


def broken_off(server: Server, shelf: Waits, at: int = 100) -> str:
    """A download that broke off after so many bytes, whose server goes on from there."""
    url = server.at("/list", *[page(etag=TAG, cut=at)] + [raw()] * 4, entity(BODY, TAG))
    told(listed(url), shelf)
    assert names_in(shelf.folder) == ["list.csv.part", "list.csv.part.json"]
    return url


@pytest.mark.parametrize(
    "spoil",
    [
        lambda part, note: part.write_bytes(b"x" * 100),
        lambda part, note: part.write_bytes(b""),
        lambda part, note: part.write_bytes(BODY[:99]),
        lambda part, note: part.unlink(),
        lambda part, note: note.unlink(),
        lambda part, note: note.write_bytes(b'{"size": 100}'),
        lambda part, note: note.write_text(note.read_text("utf-8").replace("100", "-100"), encoding="utf-8"),
        lambda part, note: note.write_text(note.read_text("utf-8").replace("100", "true"), encoding="utf-8"),
        lambda part, note: note.write_text(note.read_text("utf-8").replace('\\"v1\\"', "W/weak"), encoding="utf-8"),
    ],
    ids=["other-bytes", "empty", "shorter", "no-part", "no-note", "short-note", "negative", "boolean", "weak"],
)
def test_a_part_that_is_not_what_its_note_says_is_dropped(server: Server, shelf: Waits, spoil: Any) -> None:
    url = broken_off(server, shelf)
    spoil(shelf.folder / "list.csv.part", shelf.folder / "list.csv.part.json")
    assert fetched(listed(url), shelf).state == "fetched"
    assert server.asked("Range")[-1] is None
    assert (shelf.folder / "list.csv").read_bytes() == BODY


def test_bytes_after_those_noted_are_cut_off(server: Server, shelf: Waits) -> None:
    url = broken_off(server, shelf)
    with (shelf.folder / "list.csv.part").open("ab") as file:
        file.write(b"written, then the power went")
    assert fetched(listed(url), shelf).state == "resumed"
    assert server.asked("Range")[-1] == "bytes=100-"
    assert (shelf.folder / "list.csv").read_bytes() == BODY


def test_a_part_that_is_whole_already_is_finished(server: Server, shelf: Waits) -> None:
    """Killed when all had come: the server is only asked whether it still stands."""
    url = broken_off(server, shelf, at=len(BODY) - 1)
    with shelf.place("list.csv") as slot:
        slot.append(BODY[-1:])
    assert fetched(listed(url), shelf).state == "resumed"
    assert (shelf.folder / "list.csv").read_bytes() == BODY
    assert (server.asked("If-None-Match")[-1], server.asked("Range")[-1]) == (TAG, None)


def test_killed_between_the_receipt_and_the_file(server: Server, shelf: Waits, monkeypatch: pytest.MonkeyPatch) -> None:
    url = server.at("/list", page(b"old\n", etag='"v0"'), page(etag=TAG), entity(BODY, TAG))
    fetched(listed(url), shelf)

    move = shelf_module.move

    def killed(here: Path, there: Path) -> None:
        if there.name == "list.csv":
            raise KeyboardInterrupt
        move(here, there)

    with monkeypatch.context() as patched:
        patched.setattr(shelf_module, "move", killed)
        with pytest.raises(KeyboardInterrupt):
            fetched(listed(url), shelf)
    assert (shelf.folder / "list.csv").read_bytes() == b"old\n"
    fetched(listed(url), shelf)
    assert (shelf.folder / "list.csv").read_bytes() == BODY
    assert names_in(shelf.folder) == ["list.csv", "list.csv.fetched.json"]


def test_a_link_put_there_in_between_is_not_followed(
    server: Server, shelf: Waits, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check came before the link: opening it does not follow it either."""
    shelf.folder.mkdir()
    elsewhere = shelf.folder.parent / "elsewhere"
    elsewhere.write_bytes(b"not to be touched")
    (shelf.folder / "list.csv.part").symlink_to(elsewhere)
    monkeypatch.setattr(shelf_module, "_only_plain", lambda path: None)
    assert told(listed(server.at("/list", page())), shelf) == (
        f"{shelf.folder}/list.csv: cannot be written (too many levels of symbolic links).\n    {ROOM}"
    )
    assert elsewhere.read_bytes() == b"not to be touched"


def test_a_part_that_its_holder_moved_away_is_not_written(shelf: Waits, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opened before, locked after another fetch made it the file: that file must not be written into."""
    lock, part = fcntl.flock, shelf.folder / "list.csv.part"
    moved: list[Path] = []

    def late(handle: int, how: int) -> None:
        if not moved:
            moved.append(part.rename(shelf.folder / "other.csv"))
            moved[0].write_bytes(b"whole")
        lock(handle, how)

    monkeypatch.setattr(fcntl, "flock", late)
    with shelf.place("list.csv") as slot:
        slot.begin(Origin("http://127.0.0.1/list", TAG, None))
        slot.append(b"part")
        assert part.read_bytes() == b"part"
    assert moved[0].read_bytes() == b"whole"


def test_two_fetches_at_once_into_one_folder(server: Server, shelf: Waits) -> None:
    with shelf.place("list.csv"):
        assert told(listed(server.at("/list", page())), shelf) == (
            f"{shelf.folder}/list.csv.part: another fetch is writing this file.\n"
            "    Wait until it has ended and run it again."
        )
    assert server.log == []
    assert fetched(listed(server.at("/list", page())), shelf).state == "fetched"


def test_many_fetches_at_once_leave_one_whole_file(server: Server, shelf: Waits) -> None:
    def slow(handler: Handler) -> None:
        handler.server.going.wait(0.02)
        entity(BODY, TAG)(handler)

    url, ends = server.at("/list", slow), []

    def run() -> None:
        try:
            ends.append(fetched(listed(url), Waits(shelf.folder)).state)
        except InputFault as err:
            ends.append(str(err).partition(": ")[2].partition(".")[0])

    threads = [threading.Thread(target=run) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(ends) <= {"fetched", "unchanged", "another fetch is writing this file"}
    assert ends.count("fetched") == 1
    assert (shelf.folder / "list.csv").read_bytes() == BODY
    assert names_in(shelf.folder) == ["list.csv", "list.csv.fetched.json"]


def test_a_folder_that_is_a_file(server: Server, shelf: Waits) -> None:
    shelf.folder.write_bytes(b"")
    assert told(listed(server.at("/list", page())), shelf) == (
        f"{shelf.folder}: cannot be written (file exists).\n    {ROOM}"
    )


AS_NOBODY = """
    import encodings.idna, encodings.utf_8_sig, hashlib, json, os, sys
    from provenet.cli import shelf
    from provenet.cli.main import main
    from provenet.download import fetch
    if os.geteuid() == 0:
        os.setuid(65534)
    main(sys.argv[1:])
"""


def test_a_folder_that_may_not_be_written(server: Server) -> None:
    """Run as nobody where the tests run as the superuser, who writes where it likes."""
    with TemporaryDirectory() as base:
        Path(base).chmod(0o755)
        shelf = Waits(Path(base) / "lists")
        shelf.folder.mkdir()
        shelf.folder.chmod(0o555)
        server.at("/list", page(etag=TAG))
        words = [sys.executable, "-c", textwrap.dedent(AS_NOBODY), *command(server, shelf)]
        ran = subprocess.run(words, capture_output=True, text=True, check=False)
        shelf.folder.chmod(0o755)
        assert (ran.returncode, ran.stdout, names_in(shelf.folder), server.log) == (3, "", [], [])
        assert ran.stderr == f"{shelf.folder}/list.csv: cannot be written (permission denied).\n    {ROOM}\n"


def test_a_full_disk(server: Server, shelf: Waits, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> int:
        raise OSError(28, "No space left on device")

    url = server.at("/list", page(etag=TAG))
    with monkeypatch.context() as patched:
        patched.setattr(os, "pwrite", full)
        assert told(listed(url), shelf) == (
            f"{shelf.folder}/list.csv.part: cannot be written (no space left on device).\n    {ROOM}"
        )
    assert (names_in(shelf.folder), shelf.waited) == ([], [])


def test_a_disk_that_takes_a_few_bytes_at_a_time(server: Server, shelf: Waits, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda handle, data, at: write(handle, data[:7], at))
    fetched(listed(server.at("/list", page())), shelf)
    assert (shelf.folder / "list.csv").read_bytes() == BODY


LIMITED = """
    import resource, sys
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
    from provenet.cli.main import main
    main(sys.argv[1:])
"""


def command(server: Server, shelf: Waits) -> list[str]:
    registry = shelf.folder.parent / "own.toml"
    registry.write_text(
        f'[a-list]\ntitle = "A"\nissuer = "B"\nlicence = "C"\nsays = "D"\nmedia = ["text/csv"]\ncap_bytes = 10000000\n'
        f'file = "list.csv"\nurl = "http://127.0.0.1:{server.port}/list"\n',
        encoding="utf-8",
    )
    return ["fetch", "a-list", "--lists", str(registry), "--into", str(shelf.folder)]


def test_a_file_larger_than_the_system_allows(server: Server, shelf: Waits) -> None:
    server.at("/list", page(etag=TAG))
    words = [sys.executable, "-c", textwrap.dedent(LIMITED), *command(server, shelf)]
    ran = subprocess.run(words, capture_output=True, text=True, check=False)
    part = shelf.folder / "list.csv.part"
    assert (ran.returncode, ran.stdout) == (3, "")
    assert ran.stderr == f"{part}: cannot be written (file too large).\n    {ROOM}\n"


def stopped(server: Server, shelf: Waits, number: signal.Signals) -> subprocess.CompletedProcess[str]:
    """The command, stopped by a signal when part of the list has come."""
    begun = threading.Event()

    def half(handler: Handler) -> None:
        page(etag=TAG, cut=100)(handler)
        begun.set()
        handler.server.going.wait(20)

    server.at("/list", half, entity(BODY, TAG))
    words = [sys.executable, "-m", "provenet", *command(server, shelf)]
    running = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert begun.wait(20)
    while running.poll() is None and not (shelf.folder / "list.csv.part").stat().st_size:
        time.sleep(0.01)
    running.send_signal(number)
    out, err = running.communicate(timeout=20)
    server.going.set()
    return subprocess.CompletedProcess(words, running.returncode, out, err)


def test_ctrl_c_leaves_the_part_and_the_next_run_goes_on(server: Server, shelf: Waits) -> None:
    ended = stopped(server, shelf, signal.SIGINT)
    assert (ended.returncode, ended.stdout) == (130, "")
    part = shelf.folder / "list.csv.part"
    assert ended.stderr.splitlines()[0] == f"fetch: what came so far stays in {part}; the next run goes on there."
    assert names_in(shelf.folder) == ["list.csv.part", "list.csv.part.json"]
    ran = subprocess.run([*ended.args, "--json"], capture_output=True, text=True, check=False)
    assert json.loads(ran.stdout)["lists"][0]["state"] == "resumed"
    assert server.asked("Range") == [None, "bytes=100-"]
    assert (shelf.folder / "list.csv").read_bytes() == BODY


def test_a_kill_leaves_nothing_that_hurts(server: Server, shelf: Waits) -> None:
    ended = stopped(server, shelf, signal.SIGKILL)
    assert ended.returncode == -signal.SIGKILL
    ran = subprocess.run([*ended.args, "--json"], capture_output=True, text=True, check=False)
    assert json.loads(ran.stdout)["lists"][0]["state"] in {"fetched", "resumed"}
    assert (shelf.folder / "list.csv").read_bytes() == BODY
    assert names_in(shelf.folder) == ["list.csv", "list.csv.fetched.json"]


def test_a_large_part_is_noted_on_the_way(shelf: Waits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf_module, "CHECKPOINT_BYTES", 1000)
    with shelf.place("list.csv") as slot:
        slot.begin(Origin("http://127.0.0.1/list", TAG, 5000))
        slot.append(b"a" * 999)
        assert not slot.note_path.exists()
        slot.append(b"b" * 2)
        assert json.loads(slot.note_path.read_text("utf-8"))["size"] == 1001


def test_a_part_of_another_user_is_not_gone_on_with(
    server: Server, shelf: Waits, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, part = broken_off(server, shelf), shelf.folder / "list.csv.part"

    users = iter([12345])
    monkeypatch.setattr(os, "geteuid", lambda: next(users, part.stat().st_uid))
    assert fetched(listed(url), shelf).state == "fetched"
    assert server.asked("Range")[-1] is None
