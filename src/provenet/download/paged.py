"""Lists of a REST API, page by page: the conversation with a NetBox, a Nautobot or any service that pages as they do.

What is asked of the service is fixed: its own address alone, a token in one header, no redirect followed, and `next`
believed only where it stays on the same list of the same host. A page that fails is asked again, smaller if the service
is slow.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from provenet.core.errors import Fault, InputFault, UsageFault, clip
from provenet.core.progress import Progress, silent
from provenet.download.fetch import HTML, Retry, Timeouts, Way, Wire, ask_again, media_of
from provenet.download.lists import is_loopback

if TYPE_CHECKING:
    import httpx

PAGE_SIZE, LEAST_PAGE_SIZE = 500, 20
"""How many objects are asked for at once, and the least where a service is slow."""
LARGEST_PAGE_BYTES = 256 * 2**20
PATIENT = Timeouts(read_seconds=120.0, total_seconds=3600.0)
"""How long one page is waited for: a service may take a minute for it."""
REFUSED = frozenset({401, 403})
OK, NOT_FOUND = 200, 404
STATUS = "status/"
_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9.-]*[a-z0-9])?\Z|\[[0-9a-f:.]{2,45}\]\Z", re.ASCII)
_TOKEN = re.compile(r"(?:(Token|Bearer)[ ]+)?([\x21-\x7e]{1,4096})\Z", re.ASCII)
_PATH = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@%/-]*\Z", re.ASCII)
_ROOT = "Look at the address: it is that of the service, as https://netbox.example.org/, of its API, or of neither."
_LOGIN = "A log-in page may stand between, or the address is not that of the service; open it in a browser."
_PROXY = "A proxy in front of the service may rewrite its links; look at its settings."
_NO_TOKEN = (
    "Put it into the environment variable that --token-env names, or into a file and name that with --token-file."
)


@dataclass(frozen=True)
class ApiList:
    """One list of an API: its path below the root, what is asked beside the page, and whether it must be there."""

    path: str
    query: tuple[tuple[str, str], ...] = ()
    required: bool = False


@dataclass(frozen=True)
class Service:
    """A service by the root of its API, `https://host/api/`, and the token that is sent to it and nowhere else."""

    root: str
    authorization: str | None = field(default=None, repr=False)


def service_at(text: str, *, token: str | None, allow_http: bool = False) -> Service:
    """The service at an address as a user writes it: with or without `/api/` at its end.

    Raises UsageFault for an address of another form, for http to another machine unless that is allowed, and for a
    token that cannot stand in a header; the token is never part of a message.
    """
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
        host = f"[{host}]" if ":" in host else host
        plain = "@" not in parts.netloc and not parts.query and not parts.fragment
        if parts.scheme not in {"http", "https"} or not plain or not _HOST.match(host) or not _PATH.match(parts.path):
            raise ValueError
    except ValueError as err:
        found = clip(re.sub(r"//[^/@]*@", "//...@", text))
        expected = "https://host/ of the service, in plain ASCII, without user, query or fragment"
        raise UsageFault(f"add: no address; found {found!r}, expected {expected}.") from err
    if parts.scheme == "http" and not is_loopback(host) and not allow_http:
        way_out = "Use https, or --allow-http where nobody can listen on the way."
        raise UsageFault(f"add: {host} would be asked over http, and the token sent in clear. {way_out}")
    path = ("/" + parts.path.strip("/")).removesuffix("/api").rstrip("/")
    return Service(f"{parts.scheme}://{host}{f':{port}' if port else ''}{path}/api/", _authorization(token))


def _authorization(token: str | None) -> str | None:
    """The header for a token: `Bearer` for those of version 2 (`nbt_...`), `Token` for others, or as it is written."""
    if token is None:
        return None
    hit = _TOKEN.match(token.strip())
    if hit is None:
        raise UsageFault("add: the token cannot be sent; expected one word of printable ASCII. It is not shown here.")
    return f"{hit[1] or ('Bearer' if hit[2].startswith('nbt_') else 'Token')} {hit[2]}"


@dataclass
class ServiceReading:
    """One service being read. `remarks` are sentences for whoever reads it."""

    service: Service
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    ca: Path | None = None
    limits: Timeouts = PATIENT
    progress: Progress = silent
    remarks: list[str] = field(default_factory=list)
    page_size: int = PAGE_SIZE

    def refused(self, sentence: str, found: str | None = None, **words: str | None) -> InputFault:
        """The one fault that ends a reading."""
        return InputFault([Fault(self.service.root, sentence, 0, found=found, **words)])

    def document(self, path: str, query: Sequence[tuple[str, str]] = ()) -> tuple[int, Any]:
        """One document of the API, asked for as often as it takes: its status, and its value where it is JSON that was
        sent with 200.
        """
        return ask_again(lambda: self._once(path, query), self.sleep, self.refused)

    def objects(
        self, lists: Sequence[ApiList], keep: Callable[[str, Mapping[str, Any]], object]
    ) -> Iterator[tuple[str, object]]:
        """What `keep` makes of each object of each list, with the path of its list, in the order of the service.

        Raises InputFault with one sentence. Cost O(objects), O(a list) in memory.
        """
        for one in lists:
            found = self._list(one, keep)
            if not found.whole:
                found = self._list(one, keep)
            if not found.whole:
                counted = f"{len(found.kept):,} objects where the service counts {', '.join(map(str, found.counts))}"
                way_out = "Read it when nobody is changing it."
                raise self.refused(f"the list {one.path} changed while it was read", counted, way_out=way_out)
            yield from ((one.path, value) for value in found.kept.values())

    def _list(self, one: ApiList, keep: Callable[[str, Mapping[str, Any]], object]) -> _Found:
        found, visited = _Found(), set[str]()
        query = urlencode([*one.query, ("limit", str(self.page_size))])
        while query:
            mark = urlencode(sorted(pair for pair in parse_qsl(query) if pair[0] != "limit"))
            if mark in visited:
                raise self.refused(f"the pages of {one.path} lead in a circle", clip(mark), way_out=_PROXY)
            visited.add(mark)
            status, page = self.document(one.path + "/", parse_qsl(query))
            if status != OK:
                self._absent(one, status, begun=bool(found.kept))
                break
            query = self._take(one, found, page, keep=keep)
            self.progress(f"objects of {one.path} read", len(found.kept), len(found.kept))
        return found

    def _absent(self, one: ApiList, status: int, *, begun: bool) -> None:
        """A list that the service does not have, or does not show: said, and refused where nothing works without."""
        if status in REFUSED:
            # A token that is revoked while lists are read is refused everywhere: then this one is not absent.
            self.document(STATUS)
            text = f"the token may not read {one.path}"
            if one.required or begun:
                raise self._denied(status, text)
            self.remarks.append(f"The token may not read {one.path}: what stands there is not known.")
        elif begun:
            raise self.refused(f"a page of {one.path} is not there any more", str(status), expected="200")
        elif one.required:
            raise self.refused(f"there is no list {one.path}", str(status), expected="200", way_out=_ROOT)
        elif status != NOT_FOUND:
            self.remarks.append(f"The service answers {status} for {one.path}: what stands there is not known.")

    def _take(self, one: ApiList, found: _Found, page: Any, *, keep: Callable[[str, Mapping[str, Any]], object]) -> str:
        """Adds a page, and gives the query of the next; empty at the end."""
        results = page.get("results") if isinstance(page, dict) else None
        if not isinstance(results, list) or not all(isinstance(given, dict) and "id" in given for given in results):
            expected = '{"count": ..., "next": ..., "results": [{"id": ...}, ...]}'
            raise self.refused(f"{one.path} is no list of objects", expected=expected, way_out=_ROOT)
        following = self._next(one, page.get("next"))
        if following and not results:
            raise self.refused(f"a page of {one.path} without an object leads to a further one", way_out=_PROXY)
        found.counts.add(page.get("count") if isinstance(page.get("count"), int) else None)
        for given in results:
            found.kept.setdefault(str(given["id"]), keep(one.path, given))
        return following

    def _next(self, one: ApiList, link: object) -> str:
        """The query of the next page; empty at the end. Raises InputFault for a link to another host or list."""
        if not link:
            return ""
        here = urlsplit(f"{self.service.root}{one.path}/")
        there = urlsplit(urljoin(here.geturl(), str(link)))
        if there.hostname != here.hostname or (there.scheme == here.scheme and there.port != here.port):
            text = f"the next page of {one.path} would be on another host, to which no token is sent"
            raise self.refused(
                text, f"{there.scheme}://{there.netloc.rpartition('@')[2]}", expected=here.netloc, way_out=_PROXY
            )
        if there.path.rstrip("/") != here.path.rstrip("/") or not there.query:
            text = f"the next page of {one.path} would be of another list"
            raise self.refused(text, clip(there.path), expected=here.path, way_out=_PROXY)
        return there.query

    def _denied(self, status: int, text: str = "the service does not take the token") -> InputFault:
        if self.service.authorization is None:
            return self.refused("the service wants a token, and none is given", str(status), way_out=_NO_TOKEN)
        way_out = "It may be revoked or expired, or lack the right to read; make a new one in the service."
        return self.refused(text, str(status), expected="200", way_out=way_out)

    def _once(self, path: str, query: Sequence[tuple[str, str]]) -> tuple[int, Any]:
        limited = [(name, str(self.page_size) if name == "limit" else value) for name, value in query]
        target = self.service.root + path + ("?" + urlencode(limited, safe=":,") if query else "")
        fields = {"Authorization": self.service.authorization} if self.service.authorization else {}
        wire = Wire(Way(None, self.ca, self.limits), self.clock, self.service.root)
        try:
            with wire.ask(target, fields) as answer:
                return self._answer(answer, path)
        except Retry as again:
            if again.slow:
                self.page_size = max(LEAST_PAGE_SIZE, self.page_size // 2)
            raise

    def _answer(self, answer: httpx.Response, path: str) -> tuple[int, Any]:
        status = answer.status_code
        if 300 <= status < 400:
            way_out = "Give the address that the pages of the service have themselves."
            raise self.refused("the service leads elsewhere", clip(answer.headers.get("Location", "")), way_out=way_out)
        if status == 401 or (status == 403 and path == STATUS):
            raise self._denied(status)
        if status != OK:
            return status, None
        data = bytearray()
        for part in answer.iter_raw():
            data += part
            if len(data) > LARGEST_PAGE_BYTES:
                raise Retry(f"a page is larger than {LARGEST_PAGE_BYTES // 2**20} MiB", slow=True)
        if media_of(answer) in HTML or data.lstrip()[:1] == b"<":
            raise self.refused(
                "a web page came in place of JSON", media_of(answer), expected="application/json", way_out=_LOGIN
            )
        try:
            return status, json.loads(data)
        except ValueError as err:
            raise Retry("the answer is no whole JSON") from err


@dataclass
class _Found:
    """What came of one list by id, and how many objects its pages said there are."""

    kept: dict[str, object] = field(default_factory=dict)
    counts: set[int | None] = field(default_factory=set)

    @property
    def whole(self) -> bool:
        """Whether as many objects came as the service counts, where it does, and it counted alike on every page.

        Where one object goes and another comes between two pages, the count stands still and nothing shows it.
        """
        return self.counts in (set(), {None}, {len(self.kept)})
