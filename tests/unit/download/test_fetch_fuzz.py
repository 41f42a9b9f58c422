"""Whatever a server sends and whatever lies in a note, fetch ends in a file or in a sentence, never in a trace."""

from __future__ import annotations

import json
import string
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from provenet.core.errors import InputFault
from provenet.download.fetch import Limits, Way
from provenet.download.remote import parse_address, read_registry
from support.examples import examples
from unit.download.fetch_server import Waits, fetched, listed, names_in, raw, serving

WAY = Way(limits=Limits(connect_seconds=5, head_seconds=5, read_seconds=5, total_seconds=30))
NAMES = ["Content-Length", "Content-Type", "Content-Encoding", "Transfer-Encoding", "Content-Range", "ETag", "Date"]
NAMES += ["Last-Modified", "Location", "Retry-After", "Set-Cookie", "Content-Disposition", "Connection", "X"]
VALUES = [
    "5",
    "0",
    "chunked",
    "text/csv",
    "text/html",
    "gzip",
    '"v1"',
    "W/x",
    "bytes 0-4/5",
    "bytes 3-4/5",
    "/list",
    "//",
    "close",
]
VALUES += [
    "Tue, 03 Mar 2026 10:00:00 GMT",
    "Tue, 99 Zzz 0000 99:99:99 GMT",
    "99999999999999999999",
    "-1",
    "\x00",
    "\x7f",
    "é",
]
LINE = st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES) | st.text(string.printable, max_size=20))
STATUS = st.sampled_from([200, 206, 301, 304, 307, 404, 416, 429, 503, 100, 103, 999, 0])
BODY = st.sampled_from(
    [b"hello", b"", b"hel", b"5\r\nhello\r\n0\r\n\r\n", b"-5\r\nhello", b"fffffffff\r\nx", b"\r\n"]
) | st.binary(max_size=30)


@st.composite
def answers(draw: st.DrawFn) -> bytes:
    if draw(st.integers(0, 9)) == 0:
        return draw(st.binary(max_size=200))
    lines = [f"HTTP/1.{draw(st.integers(0, 2))} {draw(STATUS)} X"]
    lines += [f"{name}: {value}" for name, value in draw(st.lists(LINE, max_size=6))]
    return "\r\n".join(lines).encode("utf-8") + b"\r\n\r\n" + draw(BODY)


@given(st.lists(answers(), min_size=1, max_size=4))
@settings(max_examples=examples(120))
def test_any_answers(sent: list[bytes]) -> None:
    with serving() as server, TemporaryDirectory() as folder:
        shelf = Waits(Path(folder))
        url = server.at("/list", *(raw(answer) for answer in sent))
        try:
            got = fetched(listed(url, cap_bytes=1000), shelf, WAY)
        except InputFault as err:
            assert str(err).startswith("a-list: ")
            assert all(line.isprintable() for line in str(err).splitlines())
            assert set(names_in(shelf.folder)) <= {"list.csv.part", "list.csv.part.json"}
        else:
            assert names_in(shelf.folder) == ["list.csv", "list.csv.fetched.json"]
            assert (shelf.folder / "list.csv").stat().st_size == got.receipt.length_bytes > 0
        assert server.log[0][0] == "/list"
        assert all("\n" not in value and "\r" not in value for _, fields in server.log for _, value in fields)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KEYS = "name title issuer licence url final_url etag last_modified served_at media_type length_bytes sha256 size total"


@given(st.dictionaries(st.sampled_from(KEYS.split()), JSON, max_size=14) | JSON, st.binary(max_size=50))
@settings(max_examples=examples(50))
def test_any_notes(note: object, part: bytes) -> None:
    with serving() as server, TemporaryDirectory() as folder:
        shelf = Waits(Path(folder))
        for name in ("list.csv.fetched.json", "list.csv.part.json"):
            (shelf.folder / name).write_text(json.dumps(note), encoding="utf-8")
        (shelf.folder / "list.csv.part").write_bytes(part)
        url = server.at("/list", raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"))
        assert fetched(listed(url), shelf, WAY).state == "fetched"
        assert (shelf.folder / "list.csv").read_bytes() == b"hello"


@given(st.text(max_size=60) | st.text("htps:/[]@.%?#a1-\\ \t", max_size=40).map(lambda text: "https://" + text))
def test_any_address_is_plain_or_refused(text: str) -> None:
    try:
        made = parse_address(text)
    except ValueError as err:
        assert str(err)
    else:
        assert parse_address(str(made)) == made
        assert made.loopback or (made.scheme == "https" and "." in made.host and not made.host[-1].isdigit())


@given(
    st.binary(max_size=80)
    | st.text(max_size=80).map(str.encode)
    | st.text("[]a=\"'{},.\n1-", max_size=60).map(str.encode)
)
def test_any_registry_is_read_or_refused(data: bytes) -> None:
    try:
        read_registry("own.toml", data)
    except InputFault as err:
        assert str(err).startswith("own.toml")
