"""Law: wherever a server breaks off, and whatever it changes meanwhile, the bytes kept are those of one entity.

Two proofs: over a Web in memory, where thousands of stories run in seconds, and over real sockets for a few of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from provenet.core.errors import InputFault
from provenet.download.exchange import Headers, Origin, Part, Receipt, Retry
from provenet.download.remote import RemoteList
from provenet.download.transfer import TRIES, download
from support.examples import examples
from unit.download.fetch_server import Waits, entity, fetched, listed, names_in, serving

URL = "http://127.0.0.1:8000/list"


@dataclass
class Memory:
    """A place in memory."""

    bytes: bytes = b""
    origin: Origin | None = None
    kept: tuple[bytes, Receipt] | None = None

    def held(self) -> Receipt | None:
        return self.kept[1] if self.kept else None

    def part(self) -> Part:
        return Part(len(self.bytes), self.origin)

    def begin(self, origin: Origin | None) -> None:
        self.bytes, self.origin = b"", origin

    def append(self, data: bytes) -> None:
        self.bytes += data

    def head(self, size: int) -> bytes:
        return self.bytes[:size]

    def digest(self) -> str:
        return hashlib.sha256(self.bytes).hexdigest()

    def keep(self, receipt: Receipt) -> None:
        self.kept, self.bytes, self.origin = (self.bytes, receipt), b"", None


@dataclass
class Said:
    """An answer in memory that breaks off after so many bytes."""

    status: int
    fields: dict[str, str]
    body: bytes
    cut: int | None
    step: int
    url: str = URL
    at: int = 0

    def field(self, name: str) -> str | None:
        return self.fields.get(name)

    def read(self) -> bytes:
        end = len(self.body) if self.cut is None else min(self.cut, len(self.body))
        if self.at >= end:
            if self.cut is not None and self.cut < len(self.body):
                raise Retry("broke off")
            return b""
        data = self.body[self.at : min(self.at + self.step, end)]
        self.at += len(data)
        return data


@dataclass(frozen=True)
class Turn:
    """One request's fate: which entity the server has by then, how it answers, where it breaks off."""

    entity: int
    kind: str
    cut: int | None
    step: int
    chunked: bool


@dataclass
class Script:
    """A Web that plays turns, then serves the last entity without fault for ever."""

    entities: Sequence[bytes]
    strong: bool
    turns: list[Turn]
    asked: list[Headers] = field(default_factory=list)

    @contextmanager
    def open(self, entry: RemoteList, fields: Callable[[str], Headers]) -> Iterator[Said]:
        asked = dict(fields(URL))
        self.asked.append(list(asked.items()))
        turn = self.turns.pop(0) if self.turns else Turn(len(self.entities) - 1, "honest", None, 1000, False)
        if turn.kind == "reset":
            raise Retry("reset")
        if turn.kind == "busy":
            yield Said(503, {}, b"", None, 1)
            return
        yield self.answer(turn, asked)

    def answer(self, turn: Turn, asked: dict[str, str]) -> Said:
        body = self.entities[turn.entity]
        tag = f'{"" if self.strong else "W/"}"{hashlib.sha256(body).hexdigest()[:8]}"'
        fields = {"Content-Type": "text/csv", "ETag": tag}
        start = asked.get("Range")
        if asked.get("If-None-Match") == tag:
            return Said(304, fields, b"", None, 1)
        if start is None or (turn.kind != "liar" and asked.get("If-Range") != tag) or turn.kind == "whole":
            length = {"Transfer-Encoding": "chunked"} if turn.chunked else {"Content-Length": str(len(body))}
            return Said(200, {**fields, **length}, body, turn.cut, turn.step)
        first = int(start.removeprefix("bytes=").removesuffix("-"))
        if first >= len(body):
            return Said(416, fields, b"", None, 1)
        rest = body[first:]
        span = {"Content-Range": f"bytes {first}-{len(body) - 1}/{len(body)}", "Content-Length": str(len(rest))}
        return Said(206, {**fields, **span}, rest, turn.cut, turn.step)


BODIES = st.lists(st.binary(min_size=1, max_size=60).map(lambda b: b"a" + b), min_size=1, max_size=3, unique=True)
KINDS = st.sampled_from(["honest", "honest", "honest", "whole", "liar", "reset", "busy"])


@st.composite
def scripts(draw: st.DrawFn) -> Script:
    bodies = draw(BODIES)
    turn = st.builds(
        Turn,
        entity=st.integers(0, len(bodies) - 1),
        kind=KINDS,
        cut=st.none() | st.integers(0, 70),
        step=st.integers(1, 30),
        chunked=st.booleans(),
    )
    return Script(bodies, draw(st.booleans()), draw(st.lists(turn, max_size=12)))


def entry() -> RemoteList:
    return listed(URL, cap_bytes=1000)


@given(scripts(), st.integers(1, 4))
@settings(max_examples=examples(400))
def test_whatever_happens_the_bytes_are_those_of_one_entity_or_there_is_a_sentence(script: Script, runs: int) -> None:
    place = Memory()
    for _ in range(runs):
        before = place.kept
        try:
            got = download(entry(), place, script, sleep=lambda _: None)
        except InputFault as err:
            assert str(err).startswith("a-list: ")
            assert place.kept == before, "a run that failed leaves the file that was there"
        else:
            assert place.kept is not None
            data, receipt = place.kept
            assert data in script.entities
            assert receipt.sha256 == hashlib.sha256(data).hexdigest() == got.receipt.sha256
            assert receipt.length_bytes == len(data)


@given(
    st.binary(min_size=1, max_size=80).map(lambda b: b"a" + b),
    st.lists(st.integers(1, 20), max_size=30),
    st.integers(1, 9),
)
@settings(max_examples=examples(200))
def test_a_server_that_only_breaks_off_is_read_to_its_end(body: bytes, cuts: list[int], step: int) -> None:
    """However often it breaks off, as long as each try brings a byte, one run brings the whole."""
    place = Memory()
    script = Script([body], True, [Turn(0, "honest", cut, step, False) for cut in cuts])
    download(entry(), place, script, sleep=lambda _: None)
    assert place.kept is not None
    assert place.kept[0] == body
    ranges = [dict(asked).get("Range", "bytes=0-") for asked in script.asked]
    starts = [int(text[6:-1]) for text in ranges]
    assert starts == sorted(set(starts)), "no byte is asked for twice"


@given(scripts())
@settings(max_examples=examples(100))
def test_the_number_of_tries_is_bounded(script: Script) -> None:
    script.turns = [Turn(0, "reset", None, 1, False)] * 50
    waited: list[float] = []
    try:
        download(entry(), Memory(), script, sleep=waited.append)
    except InputFault as err:
        assert f"tried {TRIES} times" in str(err)
    assert waited == [1.0, 2.0, 4.0, 8.0]


@given(
    body=st.binary(min_size=1, max_size=3000).map(lambda b: b"a" + b),
    cuts=st.lists(st.integers(0, 800), max_size=6),
    runs=st.integers(1, 3),
)
@settings(max_examples=examples(40))
def test_the_same_over_sockets_and_on_disk(body: bytes, cuts: list[int], runs: int) -> None:
    with serving() as server, TemporaryDirectory() as folder:
        shelf = Waits(Path(folder))
        url = server.at("/list", entity(body, '"v1"', cuts))
        for _ in range(runs):
            try:
                fetched(listed(url), shelf)
            except InputFault as err:
                assert "tried 5 times" in str(err)
                assert set(names_in(shelf.folder)) <= {"list.csv.part", "list.csv.part.json"}
            else:
                assert (shelf.folder / "list.csv").read_bytes() == body
                assert names_in(shelf.folder) == ["list.csv", "list.csv.fetched.json"]
