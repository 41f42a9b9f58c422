"""A server on loopback that behaves as badly as it is told to, and a folder whose waits are counted, not waited."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from provenet.cli.shelf import Folder
from provenet.core.errors import InputFault
from provenet.download.fetch import DownloadOutcome, Timeouts, Way, fetch_list
from provenet.download.lists import RemoteList, read_registry

DATE = "Tue, 03 Mar 2026 10:00:00 GMT"
BODY = b"name,from\n" + b"".join(b"Maker %d,2020-01-01\n" % number for number in range(500))

Reply = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Logs what was asked, then plays the next reply of the path; the last one goes on for ever."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        self.close_connection = True
        self.server.log.append((self.path, list(self.headers.items())))
        replies = self.server.replies.get(self.path, [page(b"no such page", 404, media="text/plain")])
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        with suppress(OSError):
            reply(self)

    def log_message(self, *_: Any) -> None:
        """Silent."""


class Server(ThreadingHTTPServer):
    """The server, with what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.log: list[tuple[str, list[tuple[str, str]]]] = []
        self.replies: dict[str, list[Reply]] = {}
        self.going = threading.Event()
        self.scheme = "http"

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Silent: clients that go away are what is tested."""

    def at(self, path: str, *replies: Reply) -> str:
        """Lets a path answer so; gives its address."""
        self.replies[path] = list(replies)
        return f"{self.scheme}://127.0.0.1:{self.port}{path}"

    def asked(self, name: str) -> list[str | None]:
        """One header field of every request in order."""
        return [dict(fields).get(name) for _, fields in self.log]


@contextmanager
def serving(certificate: Path | None = None) -> Iterator[Server]:
    """A server for the length of a block; over TLS where a file of certificate and key is given."""
    with Server() as server:
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
            server.scheme = "https"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.going.set()
            server.shutdown()
            thread.join()


def raw(*parts: bytes) -> Reply:
    """These bytes and nothing else."""

    def reply(handler: Handler) -> None:
        for part in parts:
            handler.wfile.write(part)

    return reply


def page(body: bytes = BODY, status: int = 200, etag: str | None = None, media: str | None = "text/csv",
         more: Sequence[str] = (), length: str | None = "", cut: int | None = None) -> Reply:  # fmt: skip
    """One answer. `length` replaces the declared length (None: none), `cut` stops after so many bytes of the body."""
    lines = [f"HTTP/1.1 {status} Said", f"Date: {DATE}"]
    lines += [f"Content-Type: {media}"] if media else []
    lines += [f"ETag: {etag}"] if etag else []
    lines += [f"Content-Length: {length or len(body)}"] if length is not None else []
    head = "\r\n".join([*lines, *more, "", ""]).encode("latin-1")
    return raw(head, body[:cut])


def entity(body: bytes, etag: str) -> Reply:
    """A server that sends a body only where the asker has another."""

    def reply(handler: Handler) -> None:
        same = handler.headers.get("If-None-Match") == etag
        (page(b"", 304, etag, length=None) if same else page(body, 200, etag))(handler)

    return reply


def redirect(to: str, status: int = 302) -> Reply:
    return page(b"", status, more=[f"Location: {to}"])


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n") -> Reply:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nTransfer-Encoding: chunked\r\n\r\n"
    return raw(head, *(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks), end)


def silent(handler: Handler) -> None:
    """Says nothing until the test is over."""
    handler.server.going.wait(20)


def drip(handler: Handler) -> None:
    """One byte at a time, for ever: never silent, never done."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: 1000000\r\n\r\n")
    while not handler.server.going.wait(0.01):
        handler.wfile.write(b"x")


def drip_head(handler: Handler) -> None:
    """A head that never ends."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while not handler.server.going.wait(0.01):
        handler.wfile.write(b"X-More: 1\r\n"[:1])


def reset(handler: Handler) -> None:
    """Breaks the connection the hard way."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    handler.connection.close()


@dataclass
class Waits(Folder):
    """A folder of the real kind that waits for nobody and counts what it would have waited."""

    folder: Path
    waited: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)


GOOD: dict[str, object] = {
    "title": "A list",
    "issuer": "An office",
    "licence": "CC0 1.0",
    "says": "What it is.",
    "url": "https://lists.example.org/list.csv",
    "media": ["text/csv"],
    "cap_bytes": 1_000_000,
    "file": "list.csv",
}


def listed(url: str, **fields: object) -> RemoteList:
    """A registry entry of that address, read as a user's registry is."""
    return read_registry("own.toml", registry_text({"a-list": {**GOOD, "url": url, **fields}}))["a-list"]


def registry_text(lists: dict[str, dict[str, object]]) -> bytes:
    """The TOML of a registry."""
    lines = []
    for name, fields in lists.items():
        lines.append(f"[{name}]")
        for key, value in fields.items():
            words = ", ".join(f'"{word}"' for word in value) if isinstance(value, list) else ""
            shown = f"[{words}]" if isinstance(value, list) else value if isinstance(value, int) else f'"{value}"'
            lines.append(f"{key} = {shown}")
    return "\n".join(lines).encode()


SHORT = Timeouts(connect_seconds=2, read_seconds=0.2, total_seconds=20)


def fetched(entry: RemoteList, shelf: Folder, way: Way | None = None) -> DownloadOutcome:
    return fetch_list(entry, shelf, way or Way(limits=Timeouts(5, 5, 60)))


def told(entry: RemoteList, shelf: Folder, way: Way | None = None) -> str:
    """The sentence that a download ends in."""
    try:
        got = fetched(entry, shelf, way)
    except InputFault as err:
        return str(err)
    raise AssertionError(f"it was {got.state}")


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())
