"""Who may ask: the doors of the app, before any page sees a question.

Three things stand between a browser and a case. The *host* must be this machine by a name that we know, so that no
foreign page reaches us through its own name (DNS rebinding). The *session* begins with a token that is printed once and
counts once. A *form* must come from our own pages and carry the text that the session gave it. With `--public` there is
no session, and nothing but reading.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass, field
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "provenet_session"
LARGEST_QUERY = 16 * 2**10
"""Bytes of an address with its query."""
LARGEST_BODY = 64 * 2**20
"""Bytes of a form with its files."""
READING = frozenset({"GET", "HEAD"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "manifest-src 'self'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
"""Headers of every answer."""


@dataclass(frozen=True)
class Access:
    """What this server lets in.

    Parameters
    ----------
    hosts : the values of `Host` that name this server.
    public : whether anybody on this machine may read, and nobody may write.
    secret : what sessions and forms are signed with; new with each start.
    token : what begins a session in a browser, once.
    key : what programs send as `Authorization: Bearer`.
    """

    hosts: frozenset[str]
    public: bool
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    key: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    used: set[str] = field(default_factory=set, repr=False)
    """Tokens that have begun a session."""

    def session(self) -> str:
        """The value of the cookie of a session."""
        return self._signed("session")

    def csrf(self) -> str:
        """The text that a form sends back."""
        return self._signed("form")

    def begins(self, token: str) -> bool:
        """Whether a token begins a session; it does so once."""
        if self.token in self.used or not hmac.compare_digest(token.encode(), self.token.encode()):
            return False
        self.used.add(self.token)
        return True

    def knows(self, headers: MutableMapping[str, str]) -> str | None:
        """How a caller is known: `browser` by its cookie, `program` by its key, or None."""
        scheme, _, key = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and hmac.compare_digest(key.encode(), self.key.encode()):
            return "program"
        cookie = _cookie(headers.get("cookie", ""))
        return "browser" if hmac.compare_digest(cookie.encode(), self.session().encode()) else None

    def is_own_form(self, text: object) -> bool:
        """Whether a form carries the text that this server gave it."""
        return isinstance(text, str) and hmac.compare_digest(text.encode(), self.csrf().encode())

    def _signed(self, purpose: str) -> str:
        return hmac.new(self.secret, purpose.encode(), sha256).hexdigest()


def local_hosts(port: int) -> frozenset[str]:
    """The names by which a browser on this machine may call a server on a port."""
    names = ("127.0.0.1", "localhost", "[::1]")
    return frozenset(f"{name}:{port}" for name in names) | (frozenset(names) if port == 80 else frozenset())


class Doorkeeper:
    """ASGI: refuses what may not come in, and puts the headers on what goes out."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app, self._access = app, access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request, or hands it on."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        dressed = _dressed(send, self._access)
        if refusal := self._refusal(scope, headers):
            await _answer(dressed, *refusal)
            return
        if self._access.public:
            scope["provenet.caller"] = "public"
            await self._app(scope, _limited(receive), dressed)
            return
        if (to := self._begun(scope)) is not None:
            cookie = f"{COOKIE}={self._access.session()}; HttpOnly; SameSite=Strict; Path=/"
            await _answer(dressed, 303, "", [("location", to), ("set-cookie", cookie)])
            return
        caller = self._access.knows(headers)
        if caller is None:
            await _answer(dressed, 401, NO_SESSION)
            return
        scope["provenet.caller"] = caller
        await self._app(scope, _limited(receive), dressed)

    def _refusal(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str] | None:
        """The status and sentence of a request that no page may see."""
        access, method = self._access, scope["method"]
        hosts = [value for name, value in scope["headers"] if name.lower() == b"host"]
        if len(hosts) != 1 or headers["host"].lower() not in access.hosts:
            return 400, "This server answers under its own address alone; call it by 127.0.0.1 or localhost."
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > LARGEST_QUERY:
            return 414, f"The address is longer than {LARGEST_QUERY:,} bytes."
        if method in READING:
            return None
        if access.public:
            return 405, "This server is for reading alone."
        if method not in ("POST", "DELETE"):
            return 405, "This server knows GET, HEAD, POST and DELETE."
        if not _is_own(headers, access.hosts):
            return 403, "A form must come from a page of this server."
        length = headers.get("content-length", "0")
        if length.isdigit() and int(length) > LARGEST_BODY:
            return 413, f"The form is larger than {LARGEST_BODY // 2**20} MiB."
        return None

    def _begun(self, scope: Scope) -> str | None:
        """The address to go on to after a token has begun a session; None where the address names none that does."""
        if scope["method"] != "GET":
            return None
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True, max_num_fields=200)
        token = [value for name, value in query if name == "token"]
        if len(token) != 1 or not self._access.begins(token[0]):
            return None
        left = urlencode([pair for pair in query if pair[0] != "token"])
        path = scope.get("raw_path") or b"/"
        place = "/" + path.decode("latin-1").lstrip("/\\")
        return f"{place}?{left}" if left else place


NO_SESSION = (
    "This page needs the address that `provenet serve` printed: its token begins a session, once. "
    "Start the server again for a new one."
)


def _is_own(headers: dict[str, str], hosts: Iterable[str]) -> bool:
    """Whether a form comes from our own pages, by what the browser says of it."""
    site = headers.get("sec-fetch-site")
    if site not in (None, "same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or origin.lower() in {f"http://{host}" for host in hosts}


def _cookie(text: str) -> str:
    try:
        found = SimpleCookie(text).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _dressed(send: Send, access: Access) -> Send:
    """Sends with the headers of every answer."""
    own: dict[str, str] = dict(HEADERS) if access.public else {**HEADERS, "cache-control": "no-store"}

    async def dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = [(name, value) for name, value in message.get("headers", []) if name.decode().lower() not in own]
            added = [(name.encode(), value.encode()) for name, value in own.items()]
            message = {**message, "headers": [*given, *added]}
        await send(message)

    return dressed


def _limited(receive: Receive) -> Receive:
    """Receives a body up to its limit, then reports that the caller went away."""
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return {"type": "http.disconnect"} if taken > LARGEST_BODY else message

    return limited


async def _answer(send: Send, status: int, text: str, headers: Iterable[tuple[str, str]] = ()) -> None:
    """A sentence as plain text."""
    data = f"{text}\n".encode() if text else b""
    kept: list[tuple[bytes, bytes]] = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(data)).encode()),
    ]
    kept += [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    await send({"type": "http.response.start", "status": status, "headers": kept})
    await send({"type": "http.response.body", "body": data})


def caller_of(scope: Scope) -> str:
    """Who asks: `browser`, `program` or `public`."""
    found: Any = scope.get("provenet.caller", "public")
    return str(found)
