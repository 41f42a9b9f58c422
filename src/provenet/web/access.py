"""Who may ask, and how much: the doors of the app, before any page sees a question.

Three things stand between a browser and a case. The *host* must be this machine by a name that we know, so that no
foreign page reaches us through its own name (DNS rebinding). The *session* begins with a token that is printed once and
counts once. A *form* must come from our own pages and carry the text that the session gave it. With `--public` there is
no session, and nothing but reading.

What this does not stop: whoever can read this user's memory or browser profile, and another server on this machine that
the same browser visits, since browsers send cookies to every port of a host. docs/api.md says so.
"""

from __future__ import annotations

import hmac
import json
import logging
import secrets
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import anyio
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from provenet.core.errors import Fault, InputFault
from provenet.web.jobs import Jobs
from provenet.web.reading import Readings

if TYPE_CHECKING:
    from provenet.tools.internet import OpenInternet


API = "/api/"
"""Where addresses begin that programs ask."""


def api_fault(status: int, fault: InputFault | str) -> dict[str, Any]:
    """An error as every answer of the API shows it: `{"status", "fault_count", "faults"}`."""
    listed = fault if isinstance(fault, InputFault) else InputFault([Fault("provenet", fault)])
    return {"status": status, **listed.as_dict()}


def api_fault_text(status: int, fault: InputFault | str) -> bytes:
    """The same as JSON."""
    return json.dumps(api_fault(status, fault), ensure_ascii=False).encode()


COOKIE = "provenet_session"
CSRF_HEADER = "x-provenet-csrf"
"""The header in which a browser's request without a form sends the text of its session back."""
LARGEST_QUERY = 16 * 2**10
"""Bytes of an address with its query."""
MOST_WORDS = 500
"""Words of a query."""
LARGEST_BODY = 64 * 2**20
"""Bytes of a form with its files."""
MOST_FIELDS, MOST_FILES = 500, 20
"""Fields and files of a form."""
PART_SECONDS, BODY_SECONDS = 30.0, 600.0
"""How long the next part of a form, and all of it, may take to come."""
READING = frozenset({"GET", "HEAD"})
WRITING = frozenset({"POST", "DELETE"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "manifest-src 'self'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # With "no-referrer" a browser sends its own forms with "Origin: null", which is what a foreign page sends.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
"""Headers of every answer."""
_ONCE = (b"origin", b"authorization", b"cookie", b"content-type", b"content-length", b"sec-fetch-site")
"""Headers that stand at most once, so that nobody reads another one than we do."""
_log = logging.getLogger("provenet.web")


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

    @property
    def cookie(self) -> str:
        """The name of the cookie of a session. It names the port: cookies of a host are those of all its ports."""
        ports = sorted({host.rpartition(":")[2] for host in self.hosts} - {""})
        return f"{COOKIE}_{ports[0]}" if len(ports) == 1 and ports[0].isdigit() else COOKIE

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

    def knows(self, headers: Mapping[str, str]) -> str | None:
        """How a caller is known: `browser` by its cookie, `program` by its key, or None."""
        scheme, _, key = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and hmac.compare_digest(key.strip().encode(), self.key.encode()):
            return "program"
        cookie = _cookie(headers.get("cookie", ""), self.cookie)
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


@dataclass(frozen=True, kw_only=True)
class Backend:
    """What stands behind every page of one server."""

    readings: Readings
    access: Access
    internet: OpenInternet | None = None
    jobs: Jobs | None = None


class Doorkeeper:
    """ASGI: refuses what may not come in, and puts the headers on what goes out."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app, self._access = app, access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request, or hands it on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        answer = _DressedReply(send, scope, public=self._access.public)
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if refusal := _refusal(scope, headers, self._access):
            await answer.sentence(*refusal)
            return
        if self._access.public:
            caller: str | None = "public"
        elif (to := self._begun(scope)) is not None:
            cookie = f"{self._access.cookie}={self._access.session()}; HttpOnly; SameSite=Strict; Path=/"
            await answer.sentence(303, "", [("location", to), ("set-cookie", cookie)])
            return
        else:
            caller = self._access.knows(headers)
        if caller is None:
            await answer.no_session()
            return
        scope["provenet.caller"] = caller
        try:
            await self._app(scope, _limited(receive), answer.send)
        except Exception as err:  # noqa: BLE001 - a defect; its words may be those of a query, which no log shall hold
            _log.error("%s", _place(err))
            await answer.sentence(500, DEFECT)

    def _begun(self, scope: Scope) -> str | None:
        """The address to go on to after a token has begun a session; None where the address names none that does."""
        if scope["method"] != "GET":
            return None
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        token = [value for name, value in query if name == "token"]
        if len(token) != 1 or not self._access.begins(token[0]):
            return None
        left = urlencode([pair for pair in query if pair[0] != "token"])
        # Two slashes, or a slash and a backslash, would begin the address of another host.
        place = "/" + _target(scope).decode("latin-1").lstrip("/\\")
        return f"{place}?{left}" if left else place


NO_SESSION = (
    "This page needs the address that `provenet serve` printed: its token begins a session, once. "
    "Start the server again for a new one."
)
DEFECT = "This is a defect of provenet, not of your question. Please report it with the address of the page."
FOREIGN = "This server answers under its own address alone; call it by 127.0.0.1 or localhost."


def _target(scope: Scope) -> bytes:
    """The path of a request as it was sent."""
    found = scope.get("raw_path") or scope["path"].encode("utf-8", "surrogateescape")
    assert isinstance(found, bytes)
    return found


def _refusal(scope: Scope, headers: Mapping[str, str], access: Access) -> tuple[int, str] | None:
    """The status and sentence of a request that no page may see."""
    names = [name.lower() for name, _ in scope["headers"]]
    if names.count(b"host") != 1 or headers["host"].lower() not in access.hosts:
        return 400, FOREIGN
    if any(names.count(name) > 1 for name in _ONCE) or {b"content-length", b"transfer-encoding"} <= set(names):
        return 400, "The request says the same thing twice in its headers."
    return _odd_address(scope) or _refused_method(scope["method"], headers, access)


def _odd_address(scope: Scope) -> tuple[int, str] | None:
    """What is wrong with an address before anybody looks for what stands there."""
    target, query = _target(scope), scope["query_string"]
    if len(target) + len(query) > LARGEST_QUERY:
        return 414, f"The address is longer than {LARGEST_QUERY:,} bytes."
    if not target.startswith(b"/"):
        return 400, FOREIGN
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in scope["path"]):
        return 400, "The address holds letters that no address of this server has."
    if query.count(b"&") >= MOST_WORDS:
        return 400, f"The address has a query of more than {MOST_WORDS} words."
    return None


def _refused_method(method: str, headers: Mapping[str, str], access: Access) -> tuple[int, str] | None:
    """Why a method may not be used, or not from where the browser says that it comes."""
    site = headers.get("sec-fetch-site", "same-origin")
    if method in READING:
        alone = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest", "document") == "document"
        if site in ("same-origin", "none") or alone:
            return None
        return 403, "Pages of other servers may link to this one and load nothing of it."
    if access.public:
        return 405, "This server is for reading alone."
    if method not in WRITING:
        return 405, "This server knows GET, HEAD, POST and DELETE."
    if site != "same-origin" or not _is_own_origin(headers, access.hosts):
        return 403, "A form must come from a page of this server."
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > LARGEST_BODY:
        return 413, f"The form is larger than {LARGEST_BODY // 2**20} MiB."
    return None


def _is_own_origin(headers: Mapping[str, str], hosts: Iterable[str]) -> bool:
    """Whether a form comes from our own pages, by what the browser says of it; programs say nothing."""
    origin = headers.get("origin")
    return origin is None or origin.lower() in {f"http://{host}" for host in hosts}


def _cookie(text: str, name: str) -> str:
    try:
        found = SimpleCookie(text).get(name)
    except CookieError:
        return ""
    return found.value if found else ""


class _DressedReply:
    """What goes back: with the headers of every answer, and begun once."""

    def __init__(self, send: Send, scope: Scope, *, public: bool) -> None:
        self._send, self._scope = send, scope
        self._begun = False
        kept = "no-store" if not public and not scope["path"].startswith("/static/") else "no-cache"
        self._own = {**HEADERS, "cache-control": kept}

    async def send(self, message: Message) -> None:
        """Sends a message of the app, dressed."""
        if message["type"] == "http.response.start":
            self._begun = True
            given = [
                (name, value) for name, value in message.get("headers", []) if name.decode().lower() not in self._own
            ]
            added = [(name.encode(), value.encode()) for name, value in self._own.items()]
            message = {**message, "headers": [*given, *added]}
        await self._send(message)

    async def sentence(self, status: int, text: str, headers: Iterable[tuple[str, str]] = ()) -> None:
        """A sentence as plain text, or in the shape of the API; nothing where an answer has begun."""
        if self._scope["path"].startswith(API) and status >= 400:
            await self._whole(status, api_fault_text(status, text), "application/json", headers=headers)
        else:
            await self._whole(
                status, f"{text}\n".encode() if text else b"", "text/plain; charset=utf-8", headers=headers
            )

    async def no_session(self) -> None:
        """The sentence of who is not known. A page reached by a link from elsewhere comes without its cookie, which
        the same link followed from here brings."""
        if self._scope["path"].startswith(API):
            await self.sentence(401, NO_SESSION)
            return
        query = self._scope["query_string"].decode("latin-1")
        words = urlencode([pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] != "token"])
        place = "/" + _target(self._scope).decode("latin-1").lstrip("/\\") + (f"?{words}" if words else "")
        page = (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Provenet</title></head><body><main>'
            f"<h1>Who asks?</h1><p>{NO_SESSION}</p>"
            f'<p>Where this browser has a session already: <a href="{escape(place)}">open the page</a>.</p>'
            "</main></body></html>\n"
        )
        await self._whole(401, page.encode(), "text/html; charset=utf-8", headers=())

    async def _whole(self, status: int, data: bytes, media_type: str, *, headers: Iterable[tuple[str, str]]) -> None:
        if self._begun:
            return
        kept: list[tuple[bytes, bytes]] = [
            (b"content-type", media_type.encode()),
            (b"content-length", str(len(data)).encode()),
        ]
        kept += [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        await self.send({"type": "http.response.start", "status": status, "headers": kept})
        body = b"" if self._scope["method"] == "HEAD" else data
        await self._send({"type": "http.response.body", "body": body})


def _limited(receive: Receive) -> Receive:
    """Receives a body up to its limits: HTTPException where it is too large, or comes too slowly."""
    taken = 0
    whole = False
    until = anyio.current_time() + BODY_SECONDS

    async def limited() -> Message:
        nonlocal taken, whole
        if whole:
            return await receive()
        try:
            with anyio.fail_after(min(PART_SECONDS, max(0.0, until - anyio.current_time()))):
                message = await receive()
        except TimeoutError as err:
            raise HTTPException(408, "The form came too slowly; send it again.") from err
        taken += len(message.get("body", b""))
        if taken > LARGEST_BODY:
            raise HTTPException(413, f"The form is larger than {LARGEST_BODY // 2**20} MiB.")
        whole = not message.get("more_body", False)
        return message

    return limited


def _place(err: BaseException) -> str:
    """What went wrong and where in the code, without its words."""
    last = traceback.extract_tb(err.__traceback__)[-1:]
    where = f" at {Path(last[0].filename).name} line {last[0].lineno}" if last else ""
    return f"a defect: {type(err).__name__}{where}"


def caller_of(scope: Scope) -> str:
    """Who asks: `browser`, `program` or `public`."""
    found: Any = scope.get("provenet.caller", "public")
    return str(found)
