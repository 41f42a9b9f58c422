"""Lists of a REST API, page by page: the conversation with a NetBox, a Nautobot or any service that pages as they do.

What is asked of the service is fixed: its own address alone, a token in one header, no redirect followed, and `next`
believed only where it stays on the same list of the same host. A page that fails is asked again, smaller if the service
is slow; pages that came stay in the journal, so that the next run goes on after the last of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from provenet.core.errors import Fault, InputFault, UsageFault, clip
from provenet.core.progress import Progress, silent
from provenet.download.exchange import Headers, Retry
from provenet.download.fetch import Limits, Way, Wire, WireAnswer
from provenet.download.remote import HTTP_PORT, HTTPS_PORT, Address, RemoteList, is_loopback

PAGE_SIZE, LEAST_PAGE_SIZE = 500, 20
"""How many objects are asked for at once, and the least where a service is slow."""
TRIES = 6
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 1.0, 60.0
LARGEST_PAGE_BYTES = 256 * 2**20
FRESH_SECONDS = 86_400
"""How old the pages of an earlier try may be, by the service's own clock, to be gone on from."""
BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
SLOW = frozenset({408, 502, 504})
PATIENT = Limits(head_seconds=120.0, read_seconds=60.0, total_seconds=3600.0)
"""How long one page is waited for: a service may take a minute for it."""
REFUSED = frozenset({401, 403})
NOT_FOUND = 404
_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9.-]*[a-z0-9])?\Z|\[[0-9a-f:.]{2,45}\]\Z", re.ASCII)
_TOKEN = re.compile(r"(?:(Token|Bearer)[ ]+)?([\x21-\x7e]{1,4096})\Z", re.ASCII)
_PATH = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@%/-]*\Z", re.ASCII)


@dataclass(frozen=True)
class ApiList:
    """One list of an API: its path below the root, what is asked beside the page, and whether it must be there."""

    path: str
    query: tuple[tuple[str, str], ...] = ()
    required: bool = False


@dataclass(frozen=True)
class Service:
    """A service by the root of its API, `https://host/api/`, and the token that is sent to it and nowhere else."""

    root: Address
    authorization: str | None = field(default=None, repr=False)

    @property
    def entry(self) -> RemoteList:
        """The service as the wire knows it."""
        return RemoteList(
            name=self.root.key,
            title="",
            issuer="",
            licence="",
            says="",
            address=self.root,
            hosts=frozenset({self.root.key}),
            media=("application/json",),
            cap_bytes=LARGEST_PAGE_BYTES,
            file="",
            layout=None,
            sha256=None,
        )


class Journal(Protocol):
    """Where pages that came are kept until all have."""

    def lines(self) -> Iterator[bytes]:
        """What an earlier try left, line by line; a last line without an end is left out."""

    def append(self, data: bytes) -> None:
        """Adds whole lines."""

    def begin(self) -> None:
        """Forgets what an earlier try left."""


def service_at(text: str, *, token: str | None, allow_http: bool = False) -> Service:
    """The service at an address as a user writes it: with or without `/api/` at its end.

    Raises UsageFault for an address of another form, for http to another machine unless that is allowed, and for a
    token that cannot stand in a header; the token is never part of a message.
    """
    parts = urlsplit(text)
    expected = "https://host/ of the service, in plain ASCII, without user, query or fragment"
    try:
        host, port = (parts.hostname or ""), parts.port
    except ValueError as err:
        raise UsageFault(f"add: no address; found {clip(_without_user(text))!r}, expected {expected}.") from err
    host = f"[{host}]" if ":" in host else host.lower()
    plain = parts.username is None and parts.password is None and not parts.query and not parts.fragment
    if parts.scheme not in {"http", "https"} or not plain or not _HOST.match(host) or not _PATH.match(parts.path):
        raise UsageFault(f"add: no address; found {clip(_without_user(text))!r}, expected {expected}.")
    if parts.scheme == "http" and not is_loopback(host) and not allow_http:
        way_out = "Use https, or --allow-http where nobody can listen on the way."
        raise UsageFault(f"add: {host} would be asked over http, and the token sent in clear. {way_out}")
    path = "/" + parts.path.strip("/")
    path = path.removesuffix("/api").rstrip("/") + "/api/"
    usual = HTTPS_PORT if parts.scheme == "https" else HTTP_PORT
    return Service(Address(parts.scheme, host, port or usual, path), _authorization(token))


def _without_user(text: str) -> str:
    return re.sub(r"//[^/@]*@", "//...@", text)


def _authorization(token: str | None) -> str | None:
    """The header for a token: `Bearer` for those of version 2 (`nbt_...`), `Token` for others, or as it is written."""
    if token is None:
        return None
    hit = _TOKEN.match(token.strip())
    if hit is None:
        raise UsageFault("add: the token cannot be sent; expected one word of printable ASCII. It is not shown here.")
    return f"{hit[1] or ('Bearer' if hit[2].startswith('nbt_') else 'Token')} {hit[2]}"


@dataclass
class Reading:
    """One service being read. `remarks` are sentences for whoever reads it."""

    service: Service
    journal: Journal
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    ca: Any = None
    limits: Limits = PATIENT
    progress: Progress = silent
    remarks: list[str] = field(default_factory=list)
    served_at: str | None = None
    page_size: int = PAGE_SIZE

    def refused(
        self, says: str, found: str | None = None, *, expected: str | None = None, way_out: str | None = None
    ) -> InputFault:
        """The one fault that ends a reading."""
        return InputFault([Fault(str(self.service.root), says, found=found, expected=expected, way_out=way_out)])

    def document(self, path: str) -> tuple[int, Any]:
        """One document of the API: its status, and its value where it is JSON that was sent with 200."""
        return self._asked(path, ())

    def objects(
        self, lists: Sequence[ApiList], keep: Callable[[str, Mapping[str, Any]], object]
    ) -> Iterator[tuple[str, object]]:
        """What `keep` makes of each object of each list, with the path of its list, in the order of the service.

        Lists that an earlier try read, wholly or in part, are gone on with where it is no older than a day. Raises
        InputFault with one sentence; what came stays in the journal. Cost O(objects), O(a page) in memory.
        """
        done = self._earlier(lists)
        for one in lists:
            for attempt in range(2):
                state = done.setdefault(one.path, _State())
                if not state.ended:
                    self._read_list(one, state, keep)
                if state.whole:
                    break
                self._again(one, state, last=attempt == 1)
                done[one.path] = _State()
        yield from _kept(self.journal)

    def _earlier(self, lists: Sequence[ApiList]) -> dict[str, _State]:
        """How far each list came in an earlier try; nothing where that was of another service, or is too old."""
        root, states, served = None, dict[str, _State](), None
        for line in self.journal.lines():
            note = _note(line)
            if note is None:
                continue
            root = note.get("root", root)
            served = note.get("served_at", served)
            if path := note.get("list"):
                states[path] = _State() if "again" in note else states.get(path, _State()).after(note)
            elif "object" not in note and "root" not in note:
                break
        wanted = [one.path for one in lists]
        if root != str(self.service.root) or not self._is_fresh(served) or not set(states) <= set(wanted):
            self.journal.begin()
            self.journal.append(_line({"root": str(self.service.root), "served_at": self.served_at}))
            return {}
        if came := sum(len(state.seen) for state in states.values()):
            self.remarks.append(f"{came:,} objects had come in an earlier try; reading went on after them.")
        return states

    def _is_fresh(self, served: object) -> bool:
        try:
            earlier, now = parsedate_to_datetime(str(served)), parsedate_to_datetime(str(self.served_at))
            return abs((now - earlier).total_seconds()) <= FRESH_SECONDS
        except (ValueError, TypeError):
            return served == self.served_at

    def _again(self, one: ApiList, state: _State, last: bool) -> None:
        """A list whose objects are not as many as the service counts: read once more, then refused."""
        if last:
            found = f"{len(state.seen):,} objects where the service counts {state.count:,}"
            way_out = "Read it when nobody is changing it."
            raise self.refused(f"the list {one.path} changed while it was read", found, way_out=way_out)
        self.journal.append(_line({"list": one.path, "again": True}))

    def _read_list(self, one: ApiList, state: _State, keep: Callable[[str, Mapping[str, Any]], object]) -> None:
        query = state.query or urlencode([*one.query, ("limit", str(self.page_size))])
        visited: set[str] = set()
        while not state.ended:
            if (mark := _without_limit(query)) in visited:
                raise self.refused(f"the pages of {one.path} lead in a circle", clip(mark), way_out=_PROXY)
            visited.add(mark)
            status, page = self._asked(one.path + "/", parse_qsl(query))
            if status != 200:
                self._absent(one, state, status)
                return
            query = self._take(one, state, page, keep=keep)
            self.progress(f"objects of {one.path} read", len(state.seen), max(state.count or 0, len(state.seen)))

    def _absent(self, one: ApiList, state: _State, status: int) -> None:
        """A list that the service does not have, or does not show: said, and refused where nothing works without."""
        if status in REFUSED:
            # A token that is revoked while lists are read is refused everywhere: then this one is not absent.
            self.document(STATUS)
            text = f"the token may not read {one.path}"
            if one.required or state.query:
                raise self._denied(status, text)
            self.remarks.append(f"The token may not read {one.path}: what stands there is not known.")
        elif state.query:
            raise self.refused(f"a page of {one.path} is not there any more", str(status), expected="200")
        elif status != NOT_FOUND and not one.required:
            self.remarks.append(f"The service answers {status} for {one.path}: what stands there is not known.")
        elif one.required:
            raise self.refused(f"there is no list {one.path}", str(status), expected="200", way_out=_ROOT)
        state.ended, state.count = True, 0
        self.journal.append(_line({"list": one.path, "absent": status, "count": 0}))

    def _take(self, one: ApiList, state: _State, page: Any, *, keep: Callable[[str, Mapping[str, Any]], object]) -> str:
        """Writes a page into the journal, and gives the query of the next; the list has ended where there is none."""
        results = page.get("results") if isinstance(page, dict) else None
        if not isinstance(results, list) or not all(isinstance(given, dict) and "id" in given for given in results):
            expected = '{"count": ..., "next": ..., "results": [{"id": ...}, ...]}'
            raise self.refused(f"{one.path} is no list of objects", expected=expected, way_out=_ROOT)
        following = self._next(one, page.get("next"))
        if following and not results:
            raise self.refused(f"a page of {one.path} without an object leads to a further one", way_out=_PROXY)
        count = page.get("count")
        note = {"list": one.path, "next": following, "count": count if isinstance(count, int) else None}
        fresh = [given for given in results if str(given["id"]) not in state.seen]
        lines = [_line({"list": one.path, "id": given["id"], "object": keep(one.path, given)}) for given in fresh]
        self.journal.append(b"".join([*lines, _line(note)]))
        for given in fresh:
            state.seen.add(str(given["id"]))
        state.take(note)
        return following

    def _next(self, one: ApiList, link: object) -> str:
        """The query of the next page; empty at the end. Raises InputFault for a link to another host or list."""
        if not link:
            return ""
        root = self.service.root
        there = urlsplit(urljoin(str(root) + one.path + "/", str(link)))
        here = urlsplit(str(root) + one.path + "/")
        same_port = there.scheme != here.scheme or there.port == here.port
        if there.hostname != here.hostname or not same_port:
            text = f"the next page of {one.path} would be on another host, to which no token is sent"
            found = f"{there.scheme}://{there.netloc.rpartition('@')[2]}"
            raise self.refused(text, found, expected=root.key, way_out=_PROXY)
        if there.path.rstrip("/") != here.path.rstrip("/") or not there.query:
            text = f"the next page of {one.path} would be of another list"
            raise self.refused(text, clip(there.path), expected=here.path, way_out=_PROXY)
        return there.query

    def _denied(self, status: int, text: str = "the service does not take the token") -> InputFault:
        if self.service.authorization is None:
            return self.refused("the service wants a token, and none is given", str(status), way_out=_NO_TOKEN)
        way_out = "It may be revoked or expired, or lack the right to read; make a new one in the service."
        return self.refused(text, str(status), expected="200", way_out=way_out)

    def _asked(self, path: str, query: Sequence[tuple[str, str]]) -> tuple[int, Any]:
        """One answer, asked for as often as it takes; the status of what is not there, and None, for the caller."""
        tries = 0
        while True:
            limited = [(name, str(self.page_size) if name == "limit" else value) for name, value in query]
            try:
                return self._once(path, limited)
            except Retry as again:
                tries += 1
                if tries >= TRIES:
                    way_out = "Run the command again: it goes on after the last page that came."
                    raise self.refused(f"{again.says}; tried {TRIES} times", way_out=way_out) from again
                if isinstance(again, _Slow):
                    self.page_size = max(LEAST_PAGE_SIZE, self.page_size // 2)
                wait = FIRST_WAIT_SECONDS * 2 ** (tries - 1) if again.wait is None else again.wait
                self.sleep(min(wait, LONGEST_WAIT_SECONDS))

    def _once(self, path: str, query: Sequence[tuple[str, str]]) -> tuple[int, Any]:
        root = self.service.root
        target = replace(root, path=root.path + path + ("?" + urlencode(query, safe=":,") if query else ""))
        fields: Headers = [("Authorization", self.service.authorization)] if self.service.authorization else []
        wire = Wire(Way(None, self.ca, self.limits), self.clock, any_number=True)
        began = self.clock()
        try:
            with wire.ask(self.service.entry, target, fields) as answer:
                self.served_at = answer.field("Date") or self.served_at
                return self._answer(answer, path)
        except Retry as again:
            silent_for = self.clock() - began
            if silent_for >= min(self.limits.head_seconds, self.limits.read_seconds) and not isinstance(again, _Slow):
                raise _Slow(again.says, again.wait) from again
            raise

    def _answer(self, answer: WireAnswer, path: str) -> tuple[int, Any]:
        status = answer.status
        if status in BUSY:
            kind = _Slow if status in SLOW else Retry
            raise kind(f"the service answers {status}", _seconds(answer.field("Retry-After")))
        if 300 <= status < 400:
            way_out = "Give the address that the pages of the service have themselves."
            raise self.refused("the service leads elsewhere", clip(answer.field("Location") or ""), way_out=way_out)
        if status == 401 or (status == 403 and path == STATUS):
            raise self._denied(status)
        if status != 200:
            return status, None
        media = (answer.field("Content-Type") or "").partition(";")[0].strip().lower()
        if media in {"text/html", "application/xhtml+xml"}:
            text = "a web page came in place of JSON"
            raise self.refused(text, media, expected="application/json", way_out=_LOGIN)
        return status, self._parsed(_body(answer))

    def _parsed(self, data: bytes) -> Any:
        if data.lstrip()[:1] == b"<":
            raise self.refused("a web page came in place of JSON", expected="application/json", way_out=_LOGIN)
        try:
            return json.loads(data)
        except ValueError as err:
            raise Retry("the answer is no whole JSON") from err


STATUS = "status/"
_ROOT = "Look at the address: it is that of the service, as https://netbox.example.org/, of its API, or of neither."
_LOGIN = "A log-in page may stand between, or the address is not that of the service; open it in a browser."
_PROXY = "A proxy in front of the service may rewrite its links; look at its settings."
_NO_TOKEN = (
    "Put it into the environment variable that --token-env names, or into a file and name that with --token-file."
)


class _Slow(Retry):
    """A page that took too long: it is asked for again, smaller."""


@dataclass
class _State:
    """How far one list came."""

    ended: bool = False
    query: str = ""
    count: int | None = None
    seen: set[str] = field(default_factory=set)
    moved: bool = False

    @property
    def whole(self) -> bool:
        """Whether as many objects came as the service counts, where it does, and it counted alike on every page.

        Where one object goes and another comes between two pages, the count stands still and nothing shows it.
        """
        return self.ended and not self.moved and (self.count is None or self.count == len(self.seen))

    def take(self, note: Mapping[str, Any]) -> None:
        """Goes on by the note of one page."""
        self.moved = self.moved or self.count not in (None, note.get("count"))
        self.query, self.count = str(note.get("next") or ""), note.get("count")
        self.ended = not self.query

    def after(self, note: Mapping[str, Any]) -> _State:
        """The state after one line of the journal."""
        if "absent" in note:
            return _State()
        if "object" in note:
            self.seen.add(str(note["id"]))
        else:
            self.take(note)
        return self


def _kept(journal: Journal) -> Iterator[tuple[str, object]]:
    """The objects of a journal, without those of lists that were begun again."""
    begun_again: dict[str, int] = {}
    for number, line in enumerate(journal.lines()):
        note = (_note(line) or {}) if b'"again"' in line else {}
        if "again" in note:
            begun_again[str(note["list"])] = number
    for number, line in enumerate(journal.lines()):
        note = _note(line) or {}
        if "object" in note and number > begun_again.get(str(note["list"]), -1):
            yield str(note["list"]), note["object"]


def _line(note: Mapping[str, Any]) -> bytes:
    return json.dumps(note, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _note(line: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _without_limit(query: str) -> str:
    return urlencode(sorted((name, value) for name, value in parse_qsl(query) if name != "limit"))


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.strip().isascii() and text.strip().isdigit() else None


def _body(answer: WireAnswer) -> bytes:
    """The whole body. Raises Retry where it breaks off, InputFault is the caller's for one that is too large."""
    parts, size = [], 0
    while data := answer.read():
        parts.append(data)
        size += len(data)
        if size > LARGEST_PAGE_BYTES:
            raise _Slow(f"a page is larger than {LARGEST_PAGE_BYTES // 2**20} MiB")
    declared = (answer.field("Content-Length") or "").strip()
    if declared.isdigit() and int(declared) != size:
        raise Retry("the connection broke off")
    return b"".join(parts)
