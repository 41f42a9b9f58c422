"""The app over one case: pages, the API and files, as one ASGI application.

The API is made when somebody first calls it, so that pages are there before FastAPI has described it.

Replies go out as gzip where nothing that they hold is a secret. The length of a compressed reply tells whether words of
the question stand in it a second time (BREACH). So what is compressed holds no secret at all: the pages for strangers,
which have neither session nor form, and the files of `static/`, which are the same for everybody. A page for whoever
holds the case carries the text of its session and rows that are not public; it goes out as it is, over the loopback
interface, where its length costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Mount
from starlette.routing import Route as Address
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from provenet.core.errors import CaseBusy, InputFault, ProvenetError, UsageFault, full_disk
from provenet.core.language import LANGUAGES
from provenet.web.access import (
    API,
    CSRF_HEADER,
    DEFECT,
    MOST_FIELDS,
    MOST_FILES,
    Access,
    Backend,
    Doorkeeper,
    api_fault_text,
    caller_of,
)
from provenet.web.chrome import plain_words, preferred_language, rendered
from provenet.web.jobs import Jobs
from provenet.web.page import Download, Events, Html, Redirect, Reply, Route, Visit, event_lines, pages, settings_from
from provenet.web.reading import NotFound, Reading, Readings

if TYPE_CHECKING:
    from provenet.tools.internet import OpenInternet


SMALLEST = 1024
"""Bytes below which a reply goes out as it is."""
LEVEL = 5
PACKED = (
    *DEFAULT_EXCLUDED_CONTENT_TYPES,
    "application/pdf",
    "application/vnd.apache.parquet",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)
"""Media types that are compressed already, or that come line by line."""


class Compressor:
    """ASGI: compresses the replies of an app that hold no secret, for clients that take gzip.

    Parameters
    ----------
    app : the app.
    public : whether its readers are strangers, so that every reply may be compressed; else only those of `/static/`.
    """

    def __init__(self, app: ASGIApp, *, public: bool) -> None:
        self._app, self._public = app, public
        self._packing = GZipMiddleware(app, SMALLEST, LEVEL, exclude_content_types=PACKED)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        may = scope["type"] == "http" and (self._public or scope["path"].startswith("/static/"))
        await (self._packing if may and _takes_gzip(scope) else self._app)(scope, receive, send)


def _takes_gzip(scope: Scope) -> bool:
    """Whether a client takes gzip: it names it, and not with the weight 0."""
    accepted = ",".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"accept-encoding")
    weights = dict(_weight(part) for part in accepted.lower().split(","))
    return weights.get("gzip", 0.0) > 0


def _weight(part: str) -> tuple[str, float]:
    name, _, rest = part.partition(";")
    try:
        return name.strip(), float(rest.strip().removeprefix("q=")) if rest.strip() else 1.0
    except ValueError:
        return name.strip(), 0.0


STATIC = Path(__file__).resolve().parent / "static"
BORDERS = Path(__file__).resolve().parent.parent / "dossier" / "borders.json"
TONGUE_COOKIE = "provenet_language"
PASSING = ("state", "lang", "token")
"""Words of an address that are no part of what it shows."""
TITLES = {
    403: "This may not be done from here",
    404: "Nothing stands here",
    405: "This is not done here",
    413: "The form is too large",
}
"""Titles of the pages of faults, by status."""
FAULTS = (
    (CaseBusy, 409, "Somebody else is writing"),
    (UsageFault, 400, "The question makes no sense"),
    (InputFault, 422, "The input is wrong"),
    (ProvenetError, 409, "The case does not answer this"),
)
"""Statuses and titles of the pages of faults, by kind; the first that fits."""


def create_app(
    case: Path, access: Access, internet: OpenInternet | None = None, *, readings: Readings | None = None
) -> Doorkeeper:
    """The app over the case in a folder, behind its doorkeeper; `readings` of it that are open already are used.

    With a public access, pages for whoever holds the case do not exist, and the case is read as the public sees it.
    """
    jobs = None if access.public else Jobs(case)
    readings = readings or Readings(case, public=access.public)
    backend = Backend(readings=readings, access=access, internet=internet, jobs=jobs)
    faults = {HTTPException: _missing(backend), OSError: _refused(backend), Exception: _defect}
    addresses = [
        Address(route.path, _endpoint(route, backend), methods=[route.method], name=f"{page.key} {route.path}")
        for page in pages()
        if page.public or not access.public
        for route in page.routes
        if route.method == "GET" or not access.public
    ]
    app = Starlette(
        routes=[
            *addresses,
            Address(f"{API}{{rest:path}}", LateApi(backend, faults), name="api"),
            Address("/static/borders.json", _borders),
            Mount("/static", StaticFiles(directory=STATIC), name="static"),
        ],
        exception_handlers=faults,
    )
    return Doorkeeper(Compressor(app, public=access.public), access)


class LateApi:
    """The API, made by the first who calls it; whoever calls meanwhile waits for it."""

    def __init__(self, backend: Backend, faults: Mapping[Any, Callable[..., Any]]) -> None:
        self._backend, self._faults = backend, faults
        self._made: ASGIApp | None = None
        self._guard = Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if (app := self._made) is None:
            app = await run_in_threadpool(self._make)
        await app(scope, receive, send)

    def _make(self) -> ASGIApp:
        with self._guard:
            from provenet.web.api import create_api

            if self._made is None:
                self._made = create_api(self._backend, self._faults)
            return self._made


async def _defect(request: Request, _err: Exception) -> Response:
    """The answer where the app itself is wrong. The doorkeeper says in the log where, without words of the question."""
    if request.url.path.startswith(API):
        return Response(api_fault_text(500, DEFECT), 500, media_type="application/json")
    return Response(f"{DEFECT}\n", 500, media_type="text/plain")


async def _borders(_request: Request) -> Response:
    """The borders that a map which moves draws; the dossier draws the same."""
    return FileResponse(BORDERS, media_type="application/json")


def address(path: str, /, **words: object) -> str:
    """The address of a page on this server."""
    given = plain_words(words)
    named = re.findall(r"\{(\w+)\}", path)
    place = re.sub(r"\{(\w+)\}", lambda found: quote(given[found[1]], safe=""), path)
    query = urlencode([(name, value) for name, value in given.items() if name not in named])
    return f"{place}?{query}" if query else place


def _endpoint(route: Route, backend: Backend) -> Callable[[Request], Any]:
    """What answers one route: makes the visit of a request, and the response of a reply."""

    async def endpoint(request: Request) -> Response:
        form = await _form(request) if route.method != "GET" else {}
        if route.method != "GET" and not _is_own_form(request, form, backend.access):
            raise HTTPException(403, "The form is of an earlier start of this server; load its page again.")
        return await run_in_threadpool(_answered, request, route, backend, form=form)

    return endpoint


def _is_own_form(request: Request, form: dict[str, object], access: Access) -> bool:
    """Whether what a browser sends carries the text of its session; programs have their key instead."""
    text = form.pop("csrf", None) or request.headers.get(CSRF_HEADER)
    return caller_of(request.scope) != "browser" or access.is_own_form(text)


async def _form(request: Request) -> dict[str, object]:
    """The fields of a form; a file as its name and bytes; of a field that stands twice a list."""
    found: dict[str, object] = {}
    async with request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS) as form:
        for name, value in form.multi_items():
            kept = (value.filename or "", await value.read()) if isinstance(value, UploadFile) else value
            if name not in found:
                found[name] = kept
            else:
                first = found[name]
                found[name] = [*first, kept] if isinstance(first, list) else [first, kept]
    return found


def _answered(request: Request, route: Route, backend: Backend, *, form: dict[str, object]) -> Response:
    try:
        with backend.readings.damage_told():
            return _shown(request, route, backend, form=form)
    except ProvenetError as err:
        status, title = next((status, title) for kind, status, title in FAULTS if isinstance(err, kind))
        return _fault_page(request, backend, status=status, title=title, text=backend.readings.said(err))
    except NotFound as err:
        return _fault_page(request, backend, status=404, title=TITLES[404], text=str(err))


def _shown(request: Request, route: Route, backend: Backend, *, form: dict[str, object]) -> Response:
    reading = _in_state(request, backend.readings)
    if reading is None:
        raise NotFound(
            "The case has been in no state of that name, as far as this server shows it. A citation from a page for "
            "everybody is opened with --public; one from a page of a case's holder, without."
        )
    visit = _visit(request, reading, backend, form=form)
    if route.question is not None:
        stated = settings_from(route.question, request.query_params.multi_items())
        visit = replace(visit, question=stated)
    response = _response(route.answer(visit), visit, head=request.method == "HEAD")
    if (chosen := request.query_params.get("lang")) in LANGUAGES:
        response.set_cookie(TONGUE_COOKIE, str(chosen), path="/", samesite="strict", httponly=True)
    return response


def _in_state(request: Request, readings: Readings) -> Reading | None:
    """The case in the state that an address names, else as it stands; None where these readers saw no such state."""
    state = request.query_params.get("state")
    return readings.at(state) if state else readings.newest()


def _visit(request: Request, reading: Reading, backend: Backend, *, form: dict[str, object]) -> Visit:
    access, query = backend.access, request.query_params
    chosen = query.get("lang") or request.cookies.get(TONGUE_COOKIE)
    is_newest = reading.earlier is None
    path = request.scope["raw_path"].decode("latin-1").partition("?")[0]
    kept = [(name, word) for name, word in query.multi_items() if name not in PASSING]
    permanent = urlencode([*kept, ("state", reading.digest)])
    return Visit(
        reading=reading,
        link=address if is_newest else partial(address, state=reading.digest),
        tongue=preferred_language(request.headers.get("accept-language", ""), chosen),
        path={name: str(value) for name, value in request.path_params.items()},
        form=form,
        csrf="" if access.public else access.csrf(),
        may_write=not access.public and is_newest,
        internet=backend.internet,
        address=path,
        query=urlencode(kept),
        permanent=f"{request.url.scheme}://{request.url.netloc}{path}?{permanent}",
        jobs=backend.jobs,
        last_event=request.headers.get("last-event-id", "")[:20],
    )


def _response(reply: Reply, visit: Visit, *, head: bool) -> Response:
    if isinstance(reply, Html):
        found = HTMLResponse(rendered(reply, visit), reply.status)
        found.headers["content-language"] = visit.tongue.code
        return found
    if isinstance(reply, Download):
        headers = visit.reading.stale_header | ({"content-disposition": saved_as(reply.name)} if reply.name else {})
        return Response(reply.data, media_type=reply.media_type, headers=headers)
    if isinstance(reply, Events):
        lines: Iterable[bytes] | AsyncIterator[bytes] = () if head else event_lines(reply)
        return StreamingResponse(lines, media_type="text/event-stream")
    assert isinstance(reply, Redirect)
    if not reply.to.startswith("/") or reply.to.startswith(("//", "/\\")):
        raise NotFound("That address is not of this server.")
    return RedirectResponse(reply.to, 303)


def saved_as(name: str) -> str:
    r"""The header by which a browser saves a download under a name, whatever letters it holds.

    >>> saved_as('a"b.csv'), saved_as("Österreich.csv")
    ('attachment; filename="a_b.csv"', 'attachment; filename="_sterreich.csv"; filename*=UTF-8\'\'%C3%96sterreich.csv')
    """
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name)
    full = "" if name.isascii() else f"; filename*=UTF-8''{quote(name, safe='')}"
    return f'attachment; filename="{plain}"{full}'


def _fault_page(request: Request, backend: Backend, *, status: int, title: str, text: str) -> Response:
    """A fault as a page: what is wrong, in the words of the error, and the way back; in words alone where the case is
    too broken for a page."""
    try:
        with backend.readings.damage_told():
            reading = _in_state(request, backend.readings) or backend.readings.newest()
            visit = _visit(request, reading, backend, form={})
            found = Html(template="fault.html.j2", title=title, words={"says": text, "status": status}, status=status)
            return HTMLResponse(rendered(found, visit), status)
    except ProvenetError:
        return Response(f"{text}\n", status, media_type="text/plain")


def _refused(backend: Backend) -> Callable[[Request, Any], Any]:
    """The answer where the system refuses: a disk that is full is no defect."""

    async def handler(request: Request, err: Any) -> Response:
        if (text := full_disk(err)) is None:
            raise err
        if request.url.path.startswith(API):
            return Response(api_fault_text(507, text), 507, media_type="application/json")
        page = partial(_fault_page, request, backend, status=507, title="The disk is full", text=text)
        return await run_in_threadpool(page)

    return handler


def _missing(backend: Backend) -> Callable[[Request, Any], Any]:
    async def handler(request: Request, err: Any) -> Response:
        status, title = err.status_code, TITLES.get(err.status_code, "The question makes no sense")
        text = "No page stands at this address." if err.detail == "Not Found" else str(err.detail)
        if request.url.path.startswith(API):
            return Response(api_fault_text(status, text), status, media_type="application/json")

        def page() -> Response:
            return _fault_page(request, backend, status=status, title=title, text=text)

        return await run_in_threadpool(page)

    return handler
