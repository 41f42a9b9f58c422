"""Where a request goes and what leaves this machine: hosts, numbers, TLS, proxies, the environment, time."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from provenet.cli.shelf import Folder
from provenet.core.digest import VERSION
from provenet.core.errors import UsageFault
from provenet.download.fetch import Limits, Way, parse_proxy
from provenet.download.remote import is_public
from unit.download.fetch_server import (
    BODY,
    SHORT,
    Handler,
    Server,
    Waits,
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
    serving,
    silent,
    told,
)

AGAIN = "Run the command again later; what came so far is kept if the server can go on from there."


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def shelf(tmp_path: Path) -> Waits:
    return Waits(tmp_path / "lists")


def test_what_leaves_this_machine(server: Server, shelf: Waits) -> None:
    url = server.at("/list?of=1", page())
    fetched(listed(url), shelf)
    assert server.log == [
        (
            "/list?of=1",
            [
                ("Host", f"127.0.0.1:{server.port}"),
                ("User-Agent", f"provenet/{VERSION}"),
                ("Accept", "*/*"),
                ("Accept-Encoding", "identity"),
                ("Connection", "close"),
            ],
        )
    ]


def test_nothing_of_the_environment_leaves_or_is_read(server: Server, tmp_path: Path) -> None:
    """A hostile environment: were any of it heeded, the request would go elsewhere, fail, or carry more."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".netrc").write_text("machine 127.0.0.1 login me password secret\n", encoding="utf-8")
    (home / ".netrc").chmod(0o600)
    dead = "http://user:secret@127.0.0.1:1"
    hostile = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "FTP_PROXY"), dead)
    hostile |= {name.lower(): value for name, value in hostile.items()}
    hostile |= {"NETRC": str(home / ".netrc"), "HOME": str(home), "NO_PROXY": "", "no_proxy": ""}
    hostile |= dict.fromkeys(("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"), "/nowhere")
    hostile |= {"SSLKEYLOGFILE": str(tmp_path / "keys"), "LANG": "de_DE.UTF-8", "LANGUAGE": "de", "USER": "me"}
    url = server.at("/list", redirect("/there"))
    server.at("/there", entity(BODY, '"v1"', cuts=[100]))
    registry = tmp_path / "own.toml"
    entry = listed(url).as_dict()
    fields = {key: entry[key] for key in ("title", "issuer", "licence", "says", "url", "media", "cap_bytes", "file")}
    registry.write_bytes(registry_text({"a-list": fields}))
    command = [sys.executable, "-m", "provenet", "fetch", "a-list", "--lists", str(registry), "--json"]
    ran = subprocess.run(
        [*command, "--into", str(tmp_path / "lists")],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **hostile},
        cwd=tmp_path,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert json.loads(ran.stdout)["lists"][0]["state"] == "resumed"
    plain = [
        ("Host", f"127.0.0.1:{server.port}"),
        ("User-Agent", f"provenet/{VERSION}"),
        ("Accept", "*/*"),
        ("Accept-Encoding", "identity"),
        ("Connection", "close"),
    ]
    ranged = [*plain, ("Range", "bytes=100-"), ("If-Range", '"v1"')]
    assert server.log == [("/list", plain), ("/there", plain), ("/list", plain), ("/there", ranged)]
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_on_the_same_host_is_followed(server: Server, shelf: Waits, status: int) -> None:
    url = server.at("/list", redirect("there?x=1#part", status))
    there = server.at("/there?x=1", page(more=["Set-Cookie: a=b"]))
    receipt = fetched(listed(url), shelf).receipt
    assert (receipt.url, receipt.final_url) == (url, there)
    assert server.asked("Cookie") == server.asked("Referer") == [None, None]


def test_a_redirect_to_a_host_on_the_list_is_followed(server: Server, shelf: Waits) -> None:
    with serving() as other:
        url = server.at("/list", redirect(other.at("/list", page())))
        assert fetched(listed(url, hosts=[f"127.0.0.1:{other.port}"]), shelf).state == "fetched"


def test_a_redirect_off_the_list_is_refused(server: Server, shelf: Waits) -> None:
    with serving() as other:
        url = server.at("/list", redirect(other.at("/list", page())))
        assert told(listed(url), shelf) == (
            "a-list: a redirect leads to a host that the list does not allow; "
            f"found '127.0.0.1:{other.port}', expected one of 127.0.0.1:{server.port}.\n"
            "    If the issuer has moved, name the new host in a registry of your own and use --lists."
        )
        assert other.log == []
    assert names_in(shelf.folder) == []


@pytest.mark.parametrize(
    "location",
    [
        "http://example.org/list",
        "https://user:pass@127.0.0.1/list",
        "file:///etc/passwd",
        "ftp://127.0.0.1/list",
        "https://127.0.0.1:99999/list",
        "https://2130706433/list",
        "https://0x7f000001/list",
        "https://xn--/list",
        "https://ex\u00e4mple.org/list",
        "http://[::1/list",
        "/a list",
        "javascript:alert(1)",
    ],
)
def test_a_redirect_to_no_plain_address_is_not_followed(server: Server, shelf: Waits, location: str) -> None:
    url = server.at("/list", redirect(location))
    assert told(listed(url), shelf).startswith("a-list: a redirect leads to an address that is not followed; found ")
    assert len(server.log) == 1


@pytest.mark.parametrize("location", ["https://169.254.169.254/latest", "https://10.0.0.1/", "https://[::1]/x"])
def test_a_redirect_to_a_number_is_refused(server: Server, shelf: Waits, location: str) -> None:
    url = server.at("/list", redirect(location))
    assert told(listed(url), shelf).startswith("a-list: a redirect leads to a")
    assert len(server.log) == 1


def test_a_redirect_without_a_place(server: Server, shelf: Waits) -> None:
    url = server.at("/list", page(b"", 302))
    assert told(listed(url), shelf) == f"a-list: a redirect leads nowhere; expected one of 127.0.0.1:{server.port}."


def test_five_redirects_are_followed_and_six_are_not(server: Server, shelf: Waits) -> None:
    for number in range(1, 7):
        server.at(f"/{number}", redirect(f"/{number + 1}"))
    server.at("/7", page())
    assert fetched(listed(f"http://127.0.0.1:{server.port}/2"), shelf).state == "fetched"
    assert told(listed(f"http://127.0.0.1:{server.port}/1"), shelf) == (
        "a-list: the server leads from address to address; expected at most 5 redirects."
    )


def test_a_tag_goes_only_to_the_address_that_gave_it(server: Server, shelf: Waits) -> None:
    url = server.at("/list", redirect("/old"), redirect("/new"))
    server.at("/old", page(etag='"v1"'))
    server.at("/new", page(b"other\n", etag='"v1"'))
    fetched(listed(url), shelf)
    assert fetched(listed(url), shelf).state == "fetched"
    assert server.asked("If-None-Match") == [None] * 4
    assert (shelf.folder / "list.csv").read_bytes() == b"other\n"


def test_a_part_is_gone_on_with_only_at_the_address_that_sent_it(server: Server, shelf: Waits) -> None:
    url = server.at("/list", redirect("/old"), redirect("/new"))
    server.at("/old", page(etag='"v1"', cut=100))
    server.at("/new", entity(b"other\n" * 50, '"v1"'))
    assert fetched(listed(url), shelf).state == "fetched"
    assert server.asked("Range") == [None] * 4
    assert (shelf.folder / "list.csv").read_bytes() == b"other\n" * 50


class Names:
    """A resolver that says what it is told, and remembers what was dialled."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *numbers: str) -> None:
        self.numbers, self.dialled, self.asked = list(numbers), [], []
        monkeypatch.setattr(socket, "getaddrinfo", self.lookup)
        monkeypatch.setattr(socket.socket, "connect", self.connect)

    def lookup(self, host: str, port: int, **_: Any) -> list[Any]:
        self.asked.append(host)
        rows = []
        for number in self.numbers:
            family, place = (
                (socket.AF_INET6, (number, port, 0, 0)) if ":" in number else (socket.AF_INET, (number, port))
            )
            rows.append((family, socket.SOCK_STREAM, 6, "", place))
        return rows

    def connect(self, place: Any) -> None:
        self.dialled.append(place[0])
        raise ConnectionRefusedError(111, "Connection refused")


PRIVATE = ["127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"]
PRIVATE += ["::1", "fe80::1", "fe80::1%lo", "fc00::1", "fd00:ec2::254", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::"]
PRIVATE += [
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001:db8::1",
    "224.0.0.1",
    "255.255.255.255",
    "ff02::1",
]


@pytest.mark.parametrize("number", PRIVATE)
def test_a_public_name_that_leads_inside_is_not_dialled(
    monkeypatch: pytest.MonkeyPatch, shelf: Waits, number: str
) -> None:
    names = Names(monkeypatch, number)
    assert told(listed("https://lists.example.org/list"), shelf) == (
        "a-list: the name lists.example.org leads to an address that is not on the public Internet; "
        f"found {number!r}.\n"
        "    No request was sent. A resolver of this network may answer for others; use another network."
    )
    assert names.dialled == []


def test_of_mixed_numbers_only_the_public_ones_are_dialled(monkeypatch: pytest.MonkeyPatch, shelf: Waits) -> None:
    names = Names(monkeypatch, "10.0.0.1", "93.184.216.34", "::1", "2606:2800:220:1::1")
    assert told(listed("https://lists.example.org/list"), shelf) == (
        f"a-list: no connection to lists.example.org (connection refused); tried 5 times.\n    {AGAIN}"
    )
    assert names.dialled == ["93.184.216.34", "2606:2800:220:1::1"] * 5
    assert names.asked == ["lists.example.org"] * 5, "one look-up per connection: what was checked is what is dialled"


def test_a_loopback_list_stays_on_loopback(monkeypatch: pytest.MonkeyPatch, shelf: Waits) -> None:
    names = Names(monkeypatch, "93.184.216.34")
    assert told(listed("http://localhost:8000/list"), shelf).startswith(
        "a-list: the name localhost leads away from this machine; found '93.184.216.34'.\n"
    )
    assert names.dialled == []


def test_a_name_with_a_thousand_numbers_costs_no_thousand_waits(monkeypatch: pytest.MonkeyPatch, shelf: Waits) -> None:
    names = Names(monkeypatch, *(f"93.184.{high}.{low}" for high in range(4) for low in range(250)))
    told(listed("https://lists.example.org/list"), shelf)
    assert len(names.dialled) == 8 * 5


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (socket.EAI_AGAIN, f"the name lists.example.org cannot be looked up; tried 5 times.\n    {AGAIN}"),
        (
            socket.EAI_NONAME,
            "nobody knows the name lists.example.org.\n"
            "    This machine may be offline; or the service has moved to another address.",
        ),
    ],
)
def test_a_name_nobody_knows(monkeypatch: pytest.MonkeyPatch, shelf: Waits, number: int, sentence: str) -> None:
    def lookup(*_: Any, **__: Any) -> list[Any]:
        raise socket.gaierror(number, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    assert told(listed("https://lists.example.org/list"), shelf) == f"a-list: {sentence}"


def test_public_numbers_are_public() -> None:
    assert [n for n in ("8.8.8.8", "1.1.1.1", "2606:4700::1111", "64:ff9b::808:808") if not is_public(n)] == []


def test_nobody_listens(shelf: Waits) -> None:
    with serving() as server:
        url = server.at("/list", page())
    assert told(listed(url), shelf) == (
        f"a-list: no connection to 127.0.0.1 (connection refused); tried 5 times.\n    {AGAIN}"
    )


def test_a_silent_server(server: Server, shelf: Waits) -> None:
    url = server.at("/list", silent)
    assert told(listed(url), shelf, Way(limits=SHORT)) == (f"a-list: 127.0.0.1 is silent; tried 5 times.\n    {AGAIN}")


def test_a_head_that_never_ends_is_bounded(server: Server, shelf: Waits) -> None:
    url = server.at("/list", drip_head)
    began = time.monotonic()
    assert told(listed(url), shelf, Way(limits=SHORT)).startswith("a-list: 127.0.0.1 is silent; tried 5 times.\n")
    assert time.monotonic() - began < 15


def test_a_body_may_take_longer_than_a_head(server: Server, shelf: Waits) -> None:
    def slow(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: 8\r\n\r\n")
        for _ in range(8):
            handler.server.going.wait(0.1)
            handler.wfile.write(b"x")

    url = server.at("/list", slow)
    limits = Limits(connect_seconds=5, head_seconds=0.4, read_seconds=5, total_seconds=60)
    assert fetched(listed(url), shelf, Way(limits=limits)).state == "fetched"


def test_a_body_that_never_ends_is_bounded(server: Server, shelf: Waits) -> None:
    url = server.at("/list", drip)
    limits = Limits(connect_seconds=2, head_seconds=2, read_seconds=2, total_seconds=1)
    assert told(listed(url), shelf, Way(limits=limits)) == (
        "a-list: not done within 1 s.\n"
        "    Run the command again: it goes on if the server can; or allow more with --timeout."
    )
    assert names_in(shelf.folder) == []


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"SSH-2.0-OpenSSH_9.6\r\n", "BadStatusLine"),
        (b"HTTP/1.1 abc\r\n\r\n", "BadStatusLine"),
        (b"HTTP/1.1 200 OK\r\n" + b"X-Field: 1\r\n" * 200 + b"\r\n", "HTTPException"),
        (b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 70_000 + b"\r\n\r\n", "LineTooLong"),
        (b"HTTP/9.9 200 OK\r\n\r\n", "UnknownProtocol"),
    ],
)
def test_what_is_not_http(server: Server, shelf: Waits, answer: bytes, kind: str) -> None:
    url = server.at("/list", raw(answer))
    assert told(listed(url), shelf) == (
        f"a-list: what 127.0.0.1 answers is not HTTP; found {kind!r}, expected HTTP/1.1."
    )


def test_a_server_that_hangs_up(server: Server, shelf: Waits) -> None:
    url = server.at("/list", raw())
    assert told(listed(url), shelf) == f"a-list: 127.0.0.1 broke off; tried 5 times.\n    {AGAIN}"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that signs itself, with its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("the command openssl is not installed; it makes the certificate of this test")
    place = tmp_path_factory.mktemp("tls") / "both.pem"
    asked = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3650"]
    named = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", place, "-out", place]
    command = [openssl, "req", "-x509", *asked, *named]
    key, crt = place.with_name("key.pem"), place.with_name("crt.pem")
    command[command.index("-keyout") + 1], command[command.index("-out") + 1] = key, crt
    subprocess.run(command, check=True, capture_output=True)
    place.write_bytes(crt.read_bytes() + key.read_bytes())
    return place


def test_a_list_over_tls_with_a_named_authority(certificate: Path, shelf: Waits) -> None:
    with serving(certificate) as server:
        url = server.at("/list", entity(BODY, '"v1"', cuts=[100, 200]))
        way = Way(ca=certificate.with_name("crt.pem"), limits=Limits(5, 5, 5, 60))
        assert fetched(listed(url), shelf, way).state == "resumed"
        assert (shelf.folder / "list.csv").read_bytes() == BODY


def test_a_certificate_nobody_signed_is_refused(
    certificate: Path, shelf: Waits, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What the environment says of certificates is not read: were it, this one would hold.
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_name("crt.pem")))
    with serving(certificate) as server:
        url = server.at("/list", page())
        assert told(listed(url), shelf) == (
            "a-list: the certificate of 127.0.0.1 does not hold; "
            "found 'self-signed certificate', expected a certificate for this host.\n"
            "    No request was sent. Where a network has an authority of its own, name its file with --ca."
        )
        assert server.log == []


def test_a_certificate_for_another_host_is_refused(certificate: Path, shelf: Waits) -> None:
    with serving(certificate) as server:
        server.at("/list", page())
        way = Way(ca=certificate.with_name("crt.pem"), limits=Limits(5, 5, 5, 60))
        sentence = told(listed(f"https://localhost:{server.port}/list"), shelf, way)
    assert sentence.startswith('a-list: the certificate of localhost does not hold; found "Hostname mismatch')
    assert server.log == []


def test_a_redirect_from_https_to_http_is_refused(certificate: Path, server: Server, shelf: Waits) -> None:
    with serving(certificate) as secure:
        plain = server.at("/list", page())
        url = secure.at("/list", redirect(plain))
        way = Way(ca=certificate.with_name("crt.pem"), limits=Limits(5, 5, 5, 60))
        assert told(listed(url, hosts=[f"127.0.0.1:{server.port}"]), shelf, way) == (
            f"a-list: a redirect leads from https to http; found {plain!r}, expected https."
        )
    assert server.log == []


def test_tls_asked_of_a_plain_server(server: Server, shelf: Waits) -> None:
    server.at("/list", page())
    sentence = told(listed(f"https://127.0.0.1:{server.port}/list"), shelf)
    assert sentence.startswith("a-list: no TLS connection to 127.0.0.1; found ")
    assert sentence.endswith("expected TLS 1.2 or later.")


@pytest.mark.parametrize("text", [None, "no certificate"])
def test_a_file_of_authorities_that_is_none(tmp_path: Path, shelf: Waits, text: str | None) -> None:
    place = tmp_path / "ca.pem"
    if text is not None:
        place.write_text(text, encoding="utf-8")
    reason = "no such file or directory" if text is None else ".*"
    with (
        serving() as server,
        pytest.raises(UsageFault, match=rf"^--ca: .*/ca.pem cannot be used \({reason}\); expected"),
    ):
        fetched(listed(f"https://127.0.0.1:{server.port}/list"), shelf, Way(ca=place))


def tunnel(to: int) -> Any:
    """A proxy's CONNECT to a port of this machine."""

    def reply(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        with socket.create_connection(("127.0.0.1", to)) as there:
            there.sendall(handler.connection.recv(65_536))
            while data := there.recv(65_536):
                handler.wfile.write(data)

    return reply


def test_a_proxy_is_used_where_it_is_named(server: Server, shelf: Waits) -> None:
    url = server.at("/list", page())
    target = f"127.0.0.1:{server.port}"
    with serving() as proxy:
        proxy.replies[target] = [tunnel(server.port)]
        way = Way(proxy=parse_proxy(f"http://127.0.0.1:{proxy.port}"), limits=Limits(5, 5, 5, 60))
        assert fetched(listed(url), shelf, way).state == "fetched"
        assert proxy.log == [(target, [("Host", target), ("User-Agent", f"provenet/{VERSION}")])]
    assert len(server.log) == 1


def test_a_proxy_looks_names_up_itself(shelf: Waits) -> None:
    with serving() as proxy:
        proxy.replies["lists.example.org:443"] = [page(b"", 407)]
        way = Way(proxy=parse_proxy(f"http://127.0.0.1:{proxy.port}"), limits=Limits(5, 5, 5, 60))
        assert told(listed("https://lists.example.org/list"), shelf, way) == (
            "a-list: the proxy does not connect; found '407', expected 200.\n    Look at --proxy."
        )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://127.0.0.1:1", "https://127.0.0.1:1"),
        ("127.0.0.1:3128", "127.0.0.1:3128"),
        ("http://proxy", "http://proxy"),
        ("http://proxy:0", "http://proxy:0"),
        ("http://proxy:65536", "http://proxy:65536"),
        ("http://proxy:80/path", "http://proxy:80/path"),
        ("http://me:secret@proxy:80", "http://..."),
        ("http://a..b:80", "http://a..b:80"),
        ("http://" + "a" * 64 + ":80", "http://" + "a" * 64 + ":80"),
        ("", ""),
    ],
)
def test_what_is_no_proxy(text: str, found: str) -> None:
    with pytest.raises(UsageFault) as caught:
        parse_proxy(text)
    expected = "http://host:port in plain ASCII, without user or password"
    assert str(caught.value) == f"--proxy: no proxy; found {found!r}, expected {expected}."


def test_the_door_waits_by_a_clock_that_only_goes_forward(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    before = folder.clock()
    folder.sleep(0.01)
    assert folder.clock() - before >= 0.01
