"""What a download makes of a server's answers: every good one, and a sentence for every bad one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from unit.download.fetch_server import (
    BODY,
    DATE,
    Reply,
    Server,
    Waits,
    chunked,
    entity,
    fetched,
    listed,
    names_in,
    page,
    raw,
    registry_text,
    reset,
    serving,
    told,
)

TAG = '"v1"'
AGAIN = "Run the command again later; what came so far is kept if the server can go on from there."
PORTAL = "A log-in page of this network may stand between; open the address in a browser."


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def shelf(tmp_path: Path) -> Waits:
    return Waits(tmp_path / "lists")


def test_a_list_comes_with_its_receipt(server: Server, shelf: Waits) -> None:
    url = server.at("/list", page(etag=TAG, more=["Last-Modified: Mon, 02 Mar 2026 09:00:00 GMT"]))
    got = fetched(listed(url), shelf)
    assert got.state == "fetched"
    assert (shelf.folder / "list.csv").read_bytes() == BODY
    assert json.loads((shelf.folder / "list.csv.fetched.json").read_text("utf-8")) == {
        "etag": TAG,
        "final_url": url,
        "issuer": "An office",
        "last_modified": "Mon, 02 Mar 2026 09:00:00 GMT",
        "length_bytes": len(BODY),
        "licence": "CC0 1.0",
        "media_type": "text/csv",
        "name": "a-list",
        "served_at": DATE,
        "sha256": hashlib.sha256(BODY).hexdigest(),
        "title": "A list",
        "url": url,
    }
    assert names_in(shelf.folder) == ["list.csv", "list.csv.fetched.json"]
    assert shelf.waited == []


def test_the_same_answer_leaves_the_same_bytes(server: Server, tmp_path: Path) -> None:
    url = server.at("/list", page(etag=TAG))
    for name in ("one", "two"):
        fetched(listed(url), Waits(tmp_path / name))
    one, two = ((tmp_path / name / "list.csv.fetched.json").read_bytes() for name in ("one", "two"))
    assert one == two


def test_a_list_that_has_not_changed_is_not_sent_again(server: Server, shelf: Waits) -> None:
    modified = "Mon, 02 Mar 2026 09:00:00 GMT"
    first = page(etag='W/"weak"', more=[f"Last-Modified: {modified}"])
    url = server.at("/list", first, raw(b"HTTP/1.1 304 Same\r\n\r\n"))
    fetched(listed(url), shelf)
    before = (shelf.folder / "list.csv.fetched.json").read_bytes()
    assert fetched(listed(url), shelf).state == "unchanged"
    assert server.asked("If-None-Match") == [None, 'W/"weak"']
    assert server.asked("If-Modified-Since") == [None, modified]
    assert (shelf.folder / "list.csv.fetched.json").read_bytes() == before
    assert names_in(shelf.folder) == ["list.csv", "list.csv.fetched.json"]


def test_a_list_that_changed_replaces_the_old_one(server: Server, shelf: Waits) -> None:
    url = server.at("/list", page(etag=TAG), page(b"new\n", etag='"v2"'))
    fetched(listed(url), shelf)
    assert fetched(listed(url), shelf).state == "fetched"
    assert (shelf.folder / "list.csv").read_bytes() == b"new\n"


def test_the_same_bytes_sent_again_are_called_unchanged(server: Server, shelf: Waits) -> None:
    url = server.at("/list", page())
    fetched(listed(url), shelf)
    assert fetched(listed(url), shelf).state == "unchanged"


def test_a_304_that_was_not_asked_for_is_no_list(server: Server, shelf: Waits) -> None:
    url = server.at("/list", raw(b"HTTP/1.1 304 Same\r\n\r\n"))
    assert told(listed(url), shelf) == (
        f"a-list: the server does not send the list; found '304 from {url}', expected 200.\n"
        "    The issuer may have moved the list; look at its page, and use --lists with the new address."
    )


def test_a_download_that_breaks_off_goes_on_where_it_stopped(server: Server, shelf: Waits) -> None:
    url = server.at("/list", entity(BODY, TAG, cuts=[100, 250, 1]))
    assert fetched(listed(url), shelf).state == "resumed"
    assert (shelf.folder / "list.csv").read_bytes() == BODY
    assert server.asked("Range") == [None, "bytes=100-", "bytes=350-", "bytes=351-"]
    assert server.asked("If-Range") == [None, TAG, TAG, TAG]
    assert shelf.waited == [1.0, 1.0, 1.0], "each try brought bytes, so the wait does not grow"


def test_the_next_run_goes_on_too(server: Server, shelf: Waits) -> None:
    url = server.at("/list", *[page(etag=TAG, cut=100)] + [reset] * 4, entity(BODY, TAG))
    assert told(listed(url), shelf) == (
        f"a-list: no connection to 127.0.0.1 (connection reset by peer); tried 5 times.\n    {AGAIN}"
    )
    assert names_in(shelf.folder) == ["list.csv.part", "list.csv.part.json"]
    assert fetched(listed(url), shelf).state == "resumed"
    assert server.asked("Range")[-1] == "bytes=100-"
    assert names_in(shelf.folder) == ["list.csv", "list.csv.fetched.json"]


@pytest.mark.parametrize("etag", ['W/"weak"', None, "unquoted", '"two"\r\nETag: "tags"'])
def test_without_a_strong_tag_nothing_is_resumed(server: Server, shelf: Waits, etag: str | None) -> None:
    url = server.at("/list", page(etag=etag, cut=100), page(etag=etag))
    assert fetched(listed(url), shelf).state == "fetched"
    assert server.asked("Range") == [None, None]
    assert (shelf.folder / "list.csv").read_bytes() == BODY


def test_without_a_strong_tag_no_part_is_kept(server: Server, shelf: Waits) -> None:
    url = server.at("/list", page(cut=100))
    assert told(listed(url), shelf) == (
        f"a-list: the body ended after 100 of {len(BODY)} bytes; tried 5 times.\n    {AGAIN}"
    )
    assert names_in(shelf.folder) == []
    assert shelf.waited == [1.0, 2.0, 4.0, 8.0]


def test_a_200_in_place_of_a_206_begins_anew(server: Server, shelf: Waits) -> None:
    url = server.at("/list", page(etag=TAG, cut=100), page(b"quite new\n", etag='"v2"'))
    assert fetched(listed(url), shelf).state == "fetched"
    assert (shelf.folder / "list.csv").read_bytes() == b"quite new\n"


def span(first: int, last: int, whole: int | str = len(BODY)) -> list[str]:
    return [f"Content-Range: bytes {first}-{last}/{whole}"]


REST = BODY[100:]
END = len(BODY) - 1


@pytest.mark.parametrize(
    "second",
    [
        page(REST, 206, '"v2"', more=span(100, END)),
        page(REST, 206, None, more=span(100, END)),
        page(REST, 206, TAG, more=span(100, END, len(BODY) + 1)),
        page(BODY[99:], 206, TAG, more=span(99, END)),
        page(BODY[101:], 206, TAG, more=span(101, END)),
        page(REST + b"12345", 206, TAG, more=span(100, END + 5)),
        page(REST, 206, TAG, more=span(100, 99)),
        page(REST, 206, TAG, more=["Content-Range: bytes */500"]),
        page(REST, 206, TAG, more=["Content-Range: lines 100-500/501"]),
        page(REST, 206, TAG),
        page(REST + b"more", 206, TAG, more=span(100, END)),
        page(b"", 416, TAG, more=["Content-Range: bytes */50"]),
    ],
    ids=[
        "tag",
        "no-tag",
        "whole",
        "before",
        "after",
        "end",
        "backwards",
        "unknown",
        "unit",
        "no-range",
        "length",
        "416",
    ],
)
def test_a_range_that_is_not_the_rest_begins_anew(server: Server, shelf: Waits, second: Reply) -> None:
    url = server.at("/list", page(etag=TAG, cut=100), second, page(etag=TAG))
    assert fetched(listed(url), shelf).state == "fetched"
    assert (shelf.folder / "list.csv").read_bytes() == BODY
    assert server.asked("Range") == [None, "bytes=100-", None]
    assert shelf.waited == [1.0, 0.0]


def test_a_range_shorter_than_the_rest_is_taken_and_asked_on(server: Server, shelf: Waits) -> None:
    half = page(BODY[100:200], 206, TAG, more=span(100, 199))
    url = server.at("/list", page(etag=TAG, cut=100), half, entity(BODY, TAG))
    assert fetched(listed(url), shelf).state == "resumed"
    assert (shelf.folder / "list.csv").read_bytes() == BODY


def test_a_server_that_changes_its_list_for_ever_is_left(server: Server, shelf: Waits) -> None:
    def fickle(tag: str) -> Reply:
        return page(etag=tag, cut=100)

    url = server.at("/list", *(fickle(f'"v{number}"') for number in range(50)))
    assert told(listed(url), shelf).startswith(f"a-list: the body ended after 100 of {len(BODY)} bytes; tried 5 times.")
    assert len(server.log) == 5


def test_a_server_that_gives_and_takes_for_ever_is_left(server: Server, shelf: Waits) -> None:
    """Bytes that came once before are no progress."""
    url = server.at("/list", *[page(etag=TAG, cut=100), page(b"", 416)] * 20)
    assert "tried 5 times" in told(listed(url), shelf)
    assert len(server.log) == 5


def test_a_206_that_was_not_asked_for_is_no_list(server: Server, shelf: Waits) -> None:
    url = server.at("/list", page(BODY, 206, TAG, more=span(0, END)))
    assert told(listed(url), shelf).startswith(
        f"a-list: the server does not send the list; found '206 from {url}', expected 200.\n"
    )


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451, 500, 204, 205])
def test_other_answers_are_told_at_once(server: Server, shelf: Waits, status: int) -> None:
    url = server.at("/list", page(status=status))
    assert told(listed(url), shelf).startswith(
        f"a-list: the server does not send the list; found '{status} from {url}', expected 200.\n"
    )
    assert len(server.log) == 1
    assert names_in(shelf.folder) == []


def test_a_chunked_list_comes_whole(server: Server, shelf: Waits) -> None:
    url = server.at("/list", chunked(BODY[:7], BODY[7:]))
    assert fetched(listed(url), shelf).state == "fetched"
    assert (shelf.folder / "list.csv").read_bytes() == BODY


@pytest.mark.parametrize("end", [b"", b"5\r\nab", b"zz\r\n", b"-5\r\nabcde\r\n0\r\n\r\n"])
def test_chunks_that_break_off_are_noticed(server: Server, shelf: Waits, end: bytes) -> None:
    url = server.at("/list", chunked(BODY, end=end))
    assert told(listed(url), shelf) == f"a-list: 127.0.0.1 broke off; tried 5 times.\n    {AGAIN}"
    assert names_in(shelf.folder) == []


def test_chunks_that_break_off_are_resumed_with_a_tag(server: Server, shelf: Waits) -> None:
    url = server.at("/list", chunked(BODY[:100], end=b"", etag=TAG), entity(BODY, TAG))
    assert fetched(listed(url), shelf).state == "resumed"
    assert (shelf.folder / "list.csv").read_bytes() == BODY


def test_halves_of_a_list_whose_length_nobody_told_are_not_joined(server: Server, shelf: Waits) -> None:
    rest = page(REST, 206, TAG, more=span(100, END, "*"))
    url = server.at("/list", chunked(BODY[:100], end=b"", etag=TAG), rest, chunked(BODY, etag=TAG))
    assert fetched(listed(url), shelf).state == "fetched"
    assert server.asked("Range") == [None, "bytes=100-", None]


def test_a_body_of_unknown_length_is_refused(server: Server, shelf: Waits) -> None:
    url = server.at("/list", page(length=None))
    assert told(listed(url), shelf) == (
        "a-list: the server does not say how long the body is, so that a cut could not be noticed; "
        "expected Content-Length or chunks."
    )


def test_unless_the_list_pins_its_digest(server: Server, shelf: Waits) -> None:
    url = server.at("/list", page(length=None))
    assert fetched(listed(url, sha256=hashlib.sha256(BODY).hexdigest()), shelf).state == "fetched"


def test_bytes_other_than_those_pinned_are_dropped(server: Server, shelf: Waits) -> None:
    url = server.at("/list", page(etag=TAG))
    pinned = "0" * 64
    found = hashlib.sha256(BODY).hexdigest()
    assert told(listed(url, sha256=pinned), shelf) == (
        f"a-list: the bytes are not those that the list pins; found '{found[:59]}…', expected {pinned}.\n"
        "    The issuer changed the file, or it was changed on the way; pin the new digest if you know it."
    )
    assert names_in(shelf.folder) == []


def test_a_file_with_another_digest_than_pinned_is_asked_for_anew(server: Server, shelf: Waits) -> None:
    url = server.at("/list", page(b"old\n", etag=TAG), page(etag=TAG))
    fetched(listed(url), shelf)
    pinned = listed(url, sha256=hashlib.sha256(BODY).hexdigest())
    assert fetched(pinned, shelf).state == "fetched"
    assert server.asked("If-None-Match") == [None, None]


@pytest.mark.parametrize("length", ["-1", "+5", "1_000", "five", "5, 6", "0x5", "٣"])
def test_a_length_that_is_no_number(server: Server, shelf: Waits, length: str) -> None:
    url = server.at("/list", page(length="5", more=[]))
    shown = length.encode("utf-8").decode("latin-1")
    server.at("/list", raw(f"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: {length}\r\n\r\n".encode()))
    assert told(listed(url), shelf) == (
        f"a-list: the declared length is no number; found {shown!r}, expected Content-Length in bytes."
    )


def test_two_lengths_that_disagree(server: Server, shelf: Waits) -> None:
    url = server.at("/list", page(more=["Content-Length: 3"]))
    assert "the declared length is no number" in told(listed(url), shelf)


def test_two_lengths_that_agree(server: Server, shelf: Waits) -> None:
    url = server.at("/list", page(more=[f"Content-Length: {len(BODY)}"]))
    assert fetched(listed(url), shelf).state == "fetched"


def test_more_than_the_declared_length_is_not_read(server: Server, shelf: Waits) -> None:
    url = server.at("/list", page(BODY + b"and more", length=str(len(BODY))))
    fetched(listed(url), shelf)
    assert (shelf.folder / "list.csv").read_bytes() == BODY


def test_a_list_declared_larger_than_its_cap_is_not_read(server: Server, shelf: Waits) -> None:
    url = server.at("/list", page(length="1000001", etag=TAG))
    assert told(listed(url), shelf) == (
        "a-list: larger than the list may be; found '1000001 bytes', expected at most 1000000.\n"
        "    If the list has grown, raise cap_bytes in a registry of your own and name it with --lists."
    )
    assert names_in(shelf.folder) == []


def test_a_list_of_exactly_its_cap(server: Server, shelf: Waits) -> None:
    url = server.at("/list", page())
    assert fetched(listed(url, cap_bytes=len(BODY)), shelf).state == "fetched"


def test_chunks_are_counted_against_the_cap(server: Server, shelf: Waits) -> None:
    url = server.at("/list", chunked(*[b"x" * 50_000] * 21, etag=TAG))
    assert told(listed(url), shelf).startswith(
        "a-list: larger than the list may be; found 'more than 1000000 bytes', expected at most 1000000.\n"
    )
    assert names_in(shelf.folder) == []


def test_a_resumed_list_is_counted_whole(server: Server, shelf: Waits) -> None:
    rest = page(b"x" * 50, 206, TAG, more=span(100, 149, 1_000_001))
    url = server.at("/list", chunked(BODY[:100], end=b"", etag=TAG), rest)
    assert "larger than the list may be; found '1000001 bytes'" in told(listed(url), shelf)


@pytest.mark.parametrize("encoding", ["gzip", "br", "GZIP", "identity, gzip"])
def test_an_encoded_body_is_refused(server: Server, shelf: Waits, encoding: str) -> None:
    url = server.at("/list", page(more=[f"Content-Encoding: {encoding}"]))
    assert told(listed(url), shelf) == (
        "a-list: the body is encoded although that was not requested; "
        f"found {encoding.lower()!r}, expected identity.\n"
        "    Nothing is unpacked here, so that a small answer cannot swell; report it to the issuer."
    )
    assert server.asked("Accept-Encoding") == ["identity"]


def test_another_transfer_encoding_is_refused(server: Server, shelf: Waits) -> None:
    url = server.at("/list", page(more=["Transfer-Encoding: gzip, chunked"]))
    assert told(listed(url), shelf) == (
        "a-list: the transfer is encoded in a way that is not read here; found 'gzip, chunked', expected chunked."
    )


@pytest.mark.parametrize("media", ["text/html", "TEXT/HTML; charset=utf-8", "application/xhtml+xml"])
def test_a_web_page_in_place_of_a_list(server: Server, shelf: Waits, media: str) -> None:
    url = server.at("/list", page(b"<p>Log in</p>", media=media))
    plain = media.partition(";")[0].lower()
    assert told(listed(url), shelf) == (
        f"a-list: a web page came in place of the list; found {plain!r}, expected text/csv.\n    {PORTAL}"
    )


@pytest.mark.parametrize("start", [b"<!DOCTYPE html><p>", b"\n  <HTML lang=en>", b"\xef\xbb\xbf<!doctype HTML>"])
@pytest.mark.parametrize("media", ["text/csv", None])
def test_a_web_page_that_calls_itself_a_list(server: Server, shelf: Waits, start: bytes, media: str | None) -> None:
    url = server.at("/list", page(start, media=media, etag=TAG))
    assert told(listed(url), shelf) == f"a-list: a web page came in place of the list.\n    {PORTAL}"
    assert names_in(shelf.folder) == []


def test_a_web_page_that_comes_as_the_rest_of_a_list(server: Server, shelf: Waits) -> None:
    portal = page(b"<p>Log in</p>", 206, TAG, media="text/html", more=span(100, 112, len(BODY)))
    url = server.at("/list", page(etag=TAG, cut=100), portal)
    assert "a web page came in place of the list" in told(listed(url), shelf)


def test_another_type_is_refused(server: Server, shelf: Waits) -> None:
    url = server.at("/list", page(media="application/pdf"))
    assert told(listed(url, media=["text/csv", "text/plain"]), shelf) == (
        "a-list: the body is of another type than the list; found 'application/pdf', expected text/csv or text/plain."
    )


def test_a_list_without_a_type_is_taken(server: Server, shelf: Waits) -> None:
    url = server.at("/list", page(media=None))
    assert fetched(listed(url), shelf).receipt.media_type is None


def test_an_empty_list_is_refused(server: Server, shelf: Waits) -> None:
    url = server.at("/list", page(b"", length="0"))
    assert told(listed(url), shelf) == "a-list: the body is empty; expected a list."


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_again(server: Server, shelf: Waits, status: int) -> None:
    later = "Tue, 03 Mar 2026 10:00:17 GMT"
    past = "Tue, 03 Mar 2026 09:00:00 GMT"
    busy = [
        page(b"", status),
        page(b"", status, more=["Retry-After: 7"]),
        page(b"", status, more=[f"Retry-After: {later}"]),
        page(b"", status, more=[f"Retry-After: {past}"]),
    ]
    url = server.at("/list", *busy, page())
    assert fetched(listed(url), shelf).state == "fetched"
    assert shelf.waited == [1.0, 7.0, 17.0, 0.0]


@pytest.mark.parametrize(
    "text", ["soon", "-5", "1e9", "Tue, 99 Xyz 2026 10:00:00 GMT", "Tue, 03 Mar 2026 25:61:00 GMT"]
)
def test_an_unreadable_retry_after_is_the_usual_wait(server: Server, shelf: Waits, text: str) -> None:
    url = server.at("/list", page(b"", 503, more=[f"Retry-After: {text}"]), page())
    assert fetched(listed(url), shelf).state == "fetched"
    assert shelf.waited == [1.0]


def test_a_server_that_stays_busy_is_left(server: Server, shelf: Waits) -> None:
    url = server.at("/list", page(b"", 503))
    assert told(listed(url), shelf) == f"a-list: the server answers 503, busy; tried 5 times.\n    {AGAIN}"
    assert len(server.log) == 5
    assert shelf.waited == [1.0, 2.0, 4.0, 8.0]


@pytest.mark.parametrize("text", ["121", "99999999999999999", "Tue, 03 Mar 2026 11:00:00 GMT"])
def test_a_server_that_asks_to_wait_too_long_is_left_at_once(server: Server, shelf: Waits, text: str) -> None:
    url = server.at("/list", page(b"", 429, more=[f"Retry-After: {text}"]))
    asked = "3600" if "GMT" in text else f"{float(text):.0f}"
    assert told(listed(url), shelf) == (
        "a-list: the server answers 429 and asks to wait longer than is waited here; "
        f"found '{asked} s', expected at most 120 s.\n"
        "    Run the command again after that time."
    )
    assert shelf.waited == []


def test_the_name_of_the_file_is_the_registrys(server: Server, shelf: Waits) -> None:
    evil = 'Content-Disposition: attachment; filename="../../evil.csv"'
    url = server.at("/list", page(more=[evil]))
    fetched(listed(url), shelf)
    assert names_in(shelf.folder) == ["list.csv", "list.csv.fetched.json"]
    assert names_in(shelf.folder.parent) == ["lists"]


def test_an_entity_tag_with_control_characters_is_never_sent_back(server: Server, shelf: Waits) -> None:
    folded = b'HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nETag: "a\r\n\tX-Evil: b"\r\nContent-Length: 2\r\n\r\na\n'
    url = server.at("/list", raw(folded))
    assert fetched(listed(url), shelf).receipt.etag is None
    fetched(listed(url), shelf)
    assert server.asked("If-None-Match") == [None, None]


def test_the_registry_text_of_these_tests_is_toml() -> None:
    assert registry_text({"a": {"b": 1, "c": ["d", "e"], "f": "g"}}) == b'[a]\nb = 1\nc = ["d", "e"]\nf = "g"'
