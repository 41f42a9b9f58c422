"""Ways to ask the app without a browser: a client, a bare ASGI call, and a socket."""

import socket
import threading
import time
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import uvicorn
from starlette.types import ASGIApp, Message

from provenet.web.access import Access, local_hosts
from provenet.web.app import create_app

with warnings.catch_warnings():
    # The successor of httpx that Starlette would rather have is not there yet.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

HOST = "127.0.0.1:8350"


@dataclass
class Answer:
    """What the app sent back."""

    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """A header by its name, or None."""
        return next((value for key, value in self.headers if key == name), None)


def client(case: Path, *, public: bool = False, known: bool = True) -> TestClient:
    """A client of the app over a case; as a program with its key where the app is not public."""
    access = Access(frozenset({HOST}), public)
    headers = {"authorization": f"Bearer {access.key}"} if known and not public else {}
    return TestClient(create_app(case, access), base_url=f"http://{HOST}", headers=headers, follow_redirects=False)


def ask(
    app: ASGIApp,
    target: str = "/",
    method: str = "GET",
    *,
    headers: Iterable[tuple[str, str]] = (("host", HOST),),
    body: Iterable[bytes] = (b"",),
    path: str | None = None,
) -> Answer:
    """One request as a server hands it to the app, with headers that no client would send."""
    answer = Answer()
    raw, _, query = target.partition("?")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": raw if path is None else path, "raw_path": raw.encode("latin-1"),
        "query_string": query.encode("latin-1"), "root_path": "",
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        "client": ("127.0.0.1", 50000), "server": ("127.0.0.1", 8350),
    }  # fmt: skip
    parts = list(body)

    async def receive() -> Message:
        if parts:
            part = parts.pop(0)
            return {"type": "http.request", "body": part, "more_body": bool(parts)}
        await anyio.sleep(3600)
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in message["headers"]]
        else:
            answer.body += message.get("body", b"")

    async def asked() -> None:
        await app(scope, receive, send)

    anyio.run(asked)
    return answer


@contextmanager
def listening(case: Path, *, public: bool, **config: Any) -> Iterator[tuple[int, Access]]:
    """The app on a port of this machine, as `provenet serve` runs it; gives the port and the access."""
    place = socket.socket()
    place.bind(("127.0.0.1", 0))
    port = place.getsockname()[1]
    access = Access(local_hosts(port), public)
    words: Mapping[str, Any] = {"log_level": "critical", "access_log": False, "server_header": False, **config}
    server = uvicorn.Server(uvicorn.Config(create_app(case, access), **words))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.run, kwargs={"sockets": [place]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield port, access
    finally:
        server.should_exit = True
        thread.join(20)
        place.close()


def sent(port: int, data: bytes, *, seconds: float = 5.0) -> bytes:
    """What a server sends back on bytes of our own, until it closes or is silent."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as line:
        line.sendall(data)
        line.settimeout(1.0)
        found = b""
        try:
            while part := line.recv(65536):
                found += part
        except TimeoutError:
            return found
        return found
