"""One list from a server onto a shelf: where a request goes, what leaves this machine, what is believed and kept."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from provenet.cli.shelf import Folder
from provenet.core.digest import VERSION
from provenet.core.errors import InputFault, UsageFault
from provenet.download.fetch import Timeouts, Way, parse_proxy
from unit.download.fetch_server import (
    BODY,
    DATE,
    SHORT,
    Handler,
    Reply,
    Server,
    Waits,
    chunked,
    drip,
    drip_head,
    entity,
    fetched,
    listed,
    names_in,
    page,
    raw,
    redirect,
    registry_text,
    reset,
    serving,
    silent,
    told,
)

DIGEST = sha256(BODY).hexdigest()
TAG = '"v1"'
KEPT = ["list.csv", "list.csv.fetched.json"]
PLAIN = {"User-Agent": f"provenet/{VERSION}", "Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close"}


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def shelf(tmp_path: Path) -> Waits:
    return Waits(tmp_path / "lists")


def test_a_list_comes_with_its_receipt(server: Server, shelf: Waits) -> None:
    modified = "Mon, 02 Mar 2026 09:00:00 GMT"
    url = server.at("/list?of=1", page(etag=TAG, more=[f"Last-Modified: {modified}"]))
    got = fetched(listed(url), shelf)
    assert (got.state, (shelf.folder / "list.csv").read_bytes(), names_in(shelf.folder)) == ("fetched", BODY, KEPT)
    assert json.loads((shelf.folder / "list.csv.fetched.json").read_text("utf-8")) == {
        "name": "a-list",
        "title": "A list",
        "issuer": "An office",
        "licence": "CC0 1.0",
        "url": url,
        "final_url": url,
        "etag": TAG,
        "last_modified": modified,
        "served_at": DATE,
        "media_type": "text/csv",
        "length_bytes": len(BODY),
        "sha256": DIGEST,
    }
    assert server.log == [("/list?of=1", [("Host", f"127.0.0.1:{server.port}"), *server.log[0][1][1:]])]
    assert dict(server.log[0][1][1:]) == PLAIN


def test_a_list_that_has_not_changed_is_not_sent_again(server: Server, shelf: Waits) -> None:
    url = server.at("/list", entity(BODY, TAG))
    assert [fetched(listed(url), shelf).state for _ in range(2)] == ["fetched", "unchanged"]
    assert server.asked("If-None-Match") == [None, TAG]
    server.at("/list", entity(BODY + b"more", '"v2"'))
    assert fetched(listed(url), shelf).state == "fetched"
    assert (shelf.folder / "list.csv").read_bytes() == BODY + b"more"
    server.at("/list", page(BODY + b"more"))
    assert fetched(listed(url), shelf).state == "unchanged"
    assert names_in(shelf.folder) == KEPT


def test_a_tag_goes_only_to_the_address_that_gave_it(server: Server, shelf: Waits) -> None:
    there = server.at("/there", entity(BODY, TAG))
    url = server.at("/list", redirect(there))
    assert [fetched(listed(url), shelf).state for _ in range(2)] == ["fetched", "unchanged"]
    assert server.asked("If-None-Match") == [None, None, None, TAG]


def test_nothing_of_the_environment_leaves_or_is_read(server: Server, tmp_path: Path) -> None:
    """A hostile environment: were any of it heeded, the request would go elsewhere, fail, or carry more."""
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n", encoding="utf-8")
    (tmp_path / ".netrc").chmod(0o600)
    names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
    hostile = dict.fromkeys(names, "http://user:secret@127.0.0.1:1")
    hostile |= {"NETRC": str(tmp_path / ".netrc"), "HOME": str(tmp_path), "NO_PROXY": "", "LANG": "de_DE.UTF-8"}
    hostile |= dict.fromkeys(("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"), "/nowhere")
    hostile |= {"SSLKEYLOGFILE": str(tmp_path / "keys")}
    url = server.at("/list", page(b"", 302, more=["Location: /there", "Set-Cookie: a=b"]))
    server.at("/there", page())
    fields = listed(url).model_dump(exclude={"name", "hosts", "layout", "sha256"})
    registry = tmp_path / "own.toml"
    registry.write_bytes(registry_text({"a-list": fields}))
    command = [sys.executable, "-m", "provenet", "fetch", "a-list", "--lists", str(registry), "--json"]
    ran = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **hostile}, cwd=tmp_path)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert [(path, dict(fields[1:])) for path, fields in server.log] == [("/list", PLAIN), ("/there", PLAIN)]
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_a_host_on_the_list_is_followed(server: Server, shelf: Waits, status: int) -> None:
    with serving() as other:
        url = server.at("/list", redirect(other.at("/x", redirect("/y", status)), status))
        there = other.at("/y", page())
        got = fetched(listed(url, hosts=[f"127.0.0.1:{other.port}"]), shelf)
        assert (got.receipt.url, got.receipt.final_url) == (url, there)
        sentence = told(listed(url, file="other.csv"), shelf)
    assert sentence.startswith("a-list: a redirect leads to a host that the list does not allow; found ")
    assert len(other.log) == 2


@pytest.mark.parametrize(
    "location",
    [
        "//evil.example/x", "http://127.0.0.1:1/", "https://me@127.0.0.1/x", "file:///etc/passwd",
        "https://\xe9vil.example/", "javascript:1", "https://[::1",
    ],
)  # fmt: skip
def test_a_redirect_off_the_list_is_a_sentence(server: Server, shelf: Waits, location: str) -> None:
    url = server.at("/list", redirect(location))
    assert told(listed(url), shelf).startswith(("a-list: a redirect leads to a", "a-list: no whole answer of"))
    assert {path for path, _ in server.log} == {"/list"} and names_in(shelf.folder) == []


def test_five_redirects_are_followed_and_six_are_not(server: Server, shelf: Waits) -> None:
    for step in range(6):
        server.at(f"/{step}", redirect(f"/{step + 1}"))
    server.at("/6", page())
    assert fetched(listed(server.at("/1", redirect("/2"))), shelf).state == "fetched"
    url = server.at("/0", redirect("/1"))
    assert told(listed(url, file="o.csv"), shelf) == (
        "a-list: the server leads from address to address; expected at most 5 redirects."
    )


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (page(status=404), "the server does not send the list; found '404 from http"),
        (page(status=206), "the server does not send the list; found '206 from http"),
        (raw(b"HTTP/1.1 304 Same\r\n\r\n"), "the server does not send the list; found '304 from http"),
        (page(b"", 302), "the server does not send the list; found '302 from http"),
        (page(media="text/html"), "a web page came in place of the list; found 'text/html'."),
        (page(b"\xef\xbb\xbf <!DOCTYPE html><p>"), "a web page came in place of the list."),
        (page(media="image/png"), "the body is of another type than the list; found 'image/png', expected text/csv."),
        (page(more=["Content-Encoding: gzip"]), "the body is encoded although that was not requested; found 'gzip'"),
        (page(length=None), "the server does not say how long the body is, so that a cut could not be noticed"),
        (page(b""), "the body is empty; expected a list."),
        (page(b"x" * 1001), "larger than the list may be; expected at most 1000 bytes."),
        (chunked(b"x" * 600, b"x" * 600), "larger than the list may be; expected at most 1000 bytes."),
    ],
)
def test_an_answer_that_is_no_list_is_a_sentence_at_once(server: Server, shelf: Waits, reply: Reply, says: str) -> None:
    url = server.at("/list", reply)
    assert told(listed(url, cap_bytes=1000), shelf).startswith(f"a-list: {says}")
    assert (shelf.waited, names_in(shelf.folder), len(server.log)) == ([], [], 1)


@pytest.mark.parametrize(
    "broken",
    [
        page(cut=50), reset, silent, chunked(BODY, end=b""), chunked(BODY, end=b"zz\r\n"), page(status=503),
        page(length="five"), raw(b""), raw(b"SSH-2.0-OpenSSH_9.6\r\n"),
        raw(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50_000), raw(b"HTTP/1.1 200 \x1b[2J\x00\r\n\r\n"),
    ],
)  # fmt: skip
def test_a_broken_answer_is_asked_again_and_then_a_sentence(server: Server, shelf: Waits, broken: Reply) -> None:
    way = Way(limits=SHORT)
    url = server.at("/list", broken, broken, page())
    assert fetched(listed(url), shelf, way).state == "fetched"
    assert (shelf.folder / "list.csv").read_bytes() == BODY
    assert shelf.waited == [1.0, 2.0]
    server.at("/list", broken)
    sentence = told(listed(url, file="o.csv"), shelf, way)
    assert sentence.endswith("; tried 5 times.") and sentence.isascii()
    assert "\x1b" not in sentence
    assert names_in(shelf.folder) == KEPT


@pytest.mark.parametrize(("asked", "waited"), [("7", 7.0), ("9999", 120.0), ("soon", 1.0), ("9" * 400, 1.0)])
def test_a_busy_server_gets_the_time_it_asks_for(server: Server, shelf: Waits, asked: str, waited: float) -> None:
    url = server.at("/list", page(status=429, more=[f"Retry-After: {asked}"]), page())
    assert fetched(listed(url), shelf).state == "fetched"
    assert shelf.waited == [waited]


@pytest.mark.parametrize("reply", [drip, drip_head, silent])
def test_a_server_that_is_never_done_is_cut_off(server: Server, shelf: Waits, reply: Reply) -> None:
    url, start = server.at("/list", reply), time.monotonic()
    sentence = told(listed(url), shelf, Way(limits=Timeouts(total_seconds=0.3)))
    assert sentence == "a-list: not done within 0 s.\n    Allow more with --timeout."
    assert time.monotonic() - start < 3
    assert names_in(shelf.folder) == []


def test_the_bytes_are_those_that_the_list_pins(server: Server, shelf: Waits) -> None:
    url = server.at("/list", page(length=None))
    assert fetched(listed(url, sha256=DIGEST), shelf).state == "fetched"
    assert told(listed(url, sha256="ab" * 32), shelf).startswith("a-list: the bytes are not those that the list pins;")
    assert (shelf.folder / "list.csv").read_bytes() == BODY


def test_a_name_nobody_knows_and_a_port_nobody_listens_on(shelf: Waits, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    assert told(listed("http://127.0.0.1:1/"), shelf).startswith("a-list: no whole answer of 127.0.0.1:1 (")
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    said = told(listed("https://lists.example.org/"), shelf)
    assert said.startswith("a-list: the name cannot be looked up.")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that signs itself, with its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("the command openssl is not installed; it makes the certificate of this test")
    folder = tmp_path_factory.mktemp("tls")
    key, crt, both = folder / "key.pem", folder / "crt.pem", folder / "both.pem"
    asked = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3650"]
    named = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", crt]
    subprocess.run([openssl, "req", "-x509", *asked, *named], check=True, capture_output=True)
    both.write_bytes(crt.read_bytes() + key.read_bytes())
    return both


def test_tls_by_one_authority(certificate: Path, server: Server, shelf: Waits, monkeypatch: pytest.MonkeyPatch) -> None:
    own = certificate.with_name("crt.pem")
    way = Way(ca=own, limits=Timeouts(5, 5, 60))
    monkeypatch.setenv("SSL_CERT_FILE", str(own))
    with serving(certificate) as secure:
        url = secure.at("/list", page())
        assert told(listed(url), shelf) == (
            f"a-list: the certificate of 127.0.0.1:{secure.port} does not hold; "
            "found 'self-signed certificate', expected a certificate for this host.\n"
            "    Where a network has an authority of its own, name its file with --ca."
        )
        sentence = told(listed(f"https://localhost:{secure.port}/list"), shelf, way)
        assert 'does not hold; found "Hostname mismatch' in sentence
        assert secure.log == []
        assert fetched(listed(url), shelf, way).state == "fetched"
        secure.at("/list", redirect(server.at("/list", page())))
        entry = listed(url, hosts=[f"127.0.0.1:{server.port}"], file="o.csv")
        assert "a redirect leads to a host that the list does not allow" in told(entry, shelf, way)
    assert server.log == []


@pytest.mark.parametrize("text", [None, "no certificate"])
def test_a_file_of_authorities_that_is_none(tmp_path: Path, shelf: Waits, text: str | None) -> None:
    place = tmp_path / "ca.pem"
    if text is not None:
        place.write_text(text, encoding="utf-8")
    with pytest.raises(UsageFault, match=r"^--ca: .*/ca.pem cannot be used \(.*\); expected"):
        fetched(listed("https://127.0.0.1:1/list"), shelf, Way(ca=place))


def test_a_proxy_is_used_where_it_is_named(server: Server, shelf: Waits) -> None:
    proxy = parse_proxy(f"http://127.0.0.1:{server.port}/")
    server.replies["http://127.0.0.1:1/list"] = [page()]
    assert fetched(listed("http://127.0.0.1:1/list"), shelf, Way(proxy, limits=SHORT)).state == "fetched"


@pytest.mark.parametrize(
    "text",
    ["https://a:1", "a:1", "http://a", "http://a:0", "http://a:99999", "http://a:1/x", "http://me:secret@a:1", ""],
)
def test_what_is_no_proxy(text: str) -> None:
    with pytest.raises(UsageFault, match=r"^--proxy: no proxy; found .*, expected http://host:port") as caught:
        parse_proxy(text)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("name", ["list.csv", "list.csv.part", "list.csv.new", "list.csv.fetched.json"])
@pytest.mark.parametrize("kind", ["a link", "a link to nowhere", "a folder"])
def test_what_is_no_plain_file_is_left_alone(server: Server, shelf: Waits, name: str, kind: str) -> None:
    place, mine = shelf.folder / name, shelf.folder.parent / "mine"
    shelf.folder.mkdir()
    if kind == "a folder":
        place.mkdir()
    else:
        place.symlink_to(mine)
    if kind == "a link":
        mine.write_bytes(b"mine")
    assert told(listed(server.at("/list", page())), shelf).startswith(f"{place}: not a plain file; expected nothing")
    assert names_in(shelf.folder) == [name] and server.log == []
    assert kind != "a link" or mine.read_bytes() == b"mine"


def test_only_a_file_that_fetch_wrote_is_replaced(server: Server, shelf: Waits) -> None:
    entry, place = listed(server.at("/list", page())), shelf.folder / "list.csv"
    note = place.with_name("list.csv.fetched.json")
    fetched(entry, shelf)
    other = entry.model_copy(update={"name": "other"})
    assert told(other, shelf).startswith("other: the file list.csv is that of another list; found 'a-list'.")
    for spoilt in (b"{}", b"[" * 90_000, b"\xff", note.read_bytes().replace(b'"An office"', b"5")):
        note.write_bytes(spoilt)
        assert told(entry, shelf).startswith(f"{place}: a file that fetch did not write is there.")
    place.unlink()
    assert fetched(entry, shelf).state == "fetched"
    place.write_bytes(b"edited")
    assert told(entry, shelf).startswith(f"{place}: the file was changed since it was fetched.")
    assert len(server.log) == 2 and place.read_bytes() == b"edited"


def test_killed_at_any_move_the_next_run_ends_with_the_file_and_its_receipt(
    server: Server, shelf: Waits, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, moves in enumerate((0, 1, 0, 1)):
        body, left = b"list %d" % number, [Path.replace] * moves
        url = server.at("/list", entity(body, f'"{number}"'))
        with monkeypatch.context() as patched, pytest.raises(IndexError):
            patched.setattr(Path, "replace", lambda *ends, left=left: left.pop()(*ends))
            fetched(listed(url), shelf)
        assert fetched(listed(url), shelf).receipt.sha256 == sha256(body).hexdigest()
        assert ((shelf.folder / "list.csv").read_bytes(), names_in(shelf.folder)) == (body, KEPT)


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
    assert names_in(shelf.folder) == KEPT


def test_a_folder_that_cannot_be_written(server: Server, shelf: Waits, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        sentence = told(listed(server.at("/list", page())), shelf)
    assert sentence.startswith(f"{shelf.folder}/list.csv: cannot be written (no space left on device).")
    assert names_in(shelf.folder) == []
    shelf.folder.rmdir()
    shelf.folder.write_bytes(b"")
    assert told(listed(server.at("/list", page())), shelf).startswith(
        f"{shelf.folder}: cannot be written (file exists)."
    )


def test_ctrl_c_leaves_nothing(server: Server, shelf: Waits) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    from provenet.download.fetch import fetch_list

    with pytest.raises(KeyboardInterrupt):
        fetch_list(listed(server.at("/list", page())), shelf, Way(), progress=interrupted)
    assert names_in(shelf.folder) == []


def test_the_door_waits_by_a_clock_that_only_goes_forward(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    before = folder.clock()
    folder.sleep(0.001)
    assert folder.clock() > before
