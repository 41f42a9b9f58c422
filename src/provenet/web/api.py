"""The API: what verbs print with `--json`, for programs, at addresses below `/api/`.

One list of routes makes the addresses, their checks and the published description (`/api/openapi.json`). Options are
those of the verbs' settings; there is no second list of them. Strangers reach what is public, to read it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import date
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import FastAPI
from pydantic import BaseModel, Field
from pydantic_core import to_jsonable_python
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from provenet.case.case import Case
from provenet.case.dictionary import Table
from provenet.case.structs import plain as plain_cell
from provenet.case.tables import table, tables
from provenet.core.digest import VERSION
from provenet.core.errors import CaseBusy, InputFault, ProvenetError, UsageFault, clip, hint_at, nearest
from provenet.core.grouping import grouped
from provenet.core.settings import REQUIRED, Day, Option, Range, Settings, WholeNumber, settings_class
from provenet.verbs.ach import run as ach
from provenet.verbs.answers import AchReport, AskReport, DiffReport, FaultAnswer, LineageWalk, StatusReport
from provenet.verbs.ask import run as ask
from provenet.verbs.diff import run as diff
from provenet.verbs.settings import AchSettings, AskSettings, DiffSettings, WhySettings
from provenet.verbs.status import status
from provenet.web.access import CSRF_HEADER, Backend, api_fault_text, caller_of
from provenet.web.jobs import VERBS, Job, Jobs, form_options, settings_of
from provenet.web.page import Events, Stated, event_lines, settings_from
from provenet.web.pages.jobs import followed
from provenet.web.pages.tables import TableQuestion, found_rows, spec_of
from provenet.web.reading import NotFound, Reading

if TYPE_CHECKING:
    from provenet.case.table_view import TableView

PATIENCE_SECONDS = 5.0
LARGEST_CALL = 2**20
"""Bytes of the body of a call."""
MOST_ROWS = 1_000
STARTABLE = tuple(verb for verb in VERBS if verb != "add" and form_options(verb))
"""The verbs that a program may start: without files, `add` has nothing to do."""
_comparing = BoundedSemaphore(1)


@settings_class()
class RowsQuestion(TableQuestion):
    """Which rows of a table, and in which order."""

    rows: Annotated[WholeNumber, Option(range=Range(low=1, high=MOST_ROWS), help="How many rows a page holds.")] = 100


@settings_class()
class VerdictsQuestion(Settings):
    """Which verdicts."""

    policy: Annotated[str | None, Option(help="Of this policy, by the id of its pack.")] = None
    vendor: Annotated[str | None, Option(help="Of this vendor, by its id.")] = None
    country: Annotated[str | None, Option(help="For carriers of this country.")] = None
    outcome: Annotated[str | None, Option(help="With this outcome.")] = None
    as_of: Annotated[Day | None, Option(help="On this day in question.")] = None
    page: Annotated[WholeNumber, Option(range=Range(low=1, high=1_000_000), help="Which page of rows.")] = 1
    rows: Annotated[WholeNumber, Option(range=Range(low=1, high=MOST_ROWS), help="How many rows a page holds.")] = 100


class ErrorAnswer(BaseModel):
    """What every address answers where it cannot answer: the status, and each thing that is wrong."""

    status: int
    fault_count: int
    faults: list[FaultAnswer]


class CaseAnswer(BaseModel):
    """Which case this is, and its state."""

    title: str
    state: str = Field(description="names the state of the case: equal states, equal answers")
    public: bool
    version: str


class ColumnAnswer(BaseModel, from_attributes=True, validate_by_name=True):
    """One column of a table, as the dictionary has it."""

    name: str
    type: str
    unit: str
    key: bool = Field(validation_alias="is_key")
    null: bool = Field(validation_alias="nullable", description="whether it may be not known")
    refers_to: str | None
    says: str


class TableAnswer(BaseModel):
    """One table: what a row of it is, how many there are, and its columns."""

    table: str
    kind: str
    says: str
    row_count: int
    columns: list[ColumnAnswer]


class TablesAnswer(BaseModel):
    """The tables that have rows."""

    tables: list[TableAnswer]


class RowsAnswer(BaseModel):
    """One page of the rows of a table."""

    table: str
    row_count: int
    page: int
    page_count: int
    rows: list[dict[str, Any]]


class FindingsAnswer(BaseModel):
    """What the last `check` found."""

    finding_count: int
    findings: list[dict[str, Any]]


class DossiersAnswer(BaseModel):
    """The dossiers that stand."""

    dossiers: list[dict[str, Any]]


class CountryAnswer(BaseModel):
    """A country, and the days that its dossiers speak of."""

    country: str
    days: list[DaysAnswer]


class DaysAnswer(BaseModel):
    """The day in question and the day known; without the second all that the case holds."""

    as_of: str
    known_on: str | None
    dossier_id: str


class CountriesAnswer(BaseModel):
    """The countries that have a dossier."""

    countries: list[CountryAnswer]


class ScreenedPolicy(BaseModel):
    """A policy that was screened, and for which country and days."""

    pack: str
    pack_title: str | None
    country: str | None
    as_of_on: str | None
    known_on: str | None


class PoliciesAnswer(BaseModel):
    """The policies whose verdicts stand."""

    policies: list[ScreenedPolicy]


class JobAnswer(BaseModel):
    """One verb at work, or that was."""

    job_id: str
    verb: str
    settings: dict[str, Any]
    state: str
    text: str
    best: str
    progress: dict[str, Any] | None
    begun_at: str | None
    ended_at: str | None
    runs: list[str]


class JobsAnswer(BaseModel):
    """The jobs that the server remembers, the newest first."""

    jobs: list[JobAnswer]


@dataclass(frozen=True, kw_only=True)
class ApiCall:
    """One question of a program."""

    reading: Reading
    path: Mapping[str, str]
    question: Settings
    body: Mapping[str, Any]
    jobs: Jobs | None

    def question_as(self, kind: type[Stated]) -> Stated:
        """The question, which is of the class that the route states."""
        assert isinstance(self.question, kind)
        return self.question

    @property
    def own_jobs(self) -> Jobs:
        """The jobs of this server."""
        assert self.jobs is not None
        return self.jobs

    @property
    def job(self) -> Job:
        """The job that the address names. Raises NotFound."""
        found = self.own_jobs.find(self.path["job"])
        if found is None:
            raise NotFound("The server remembers no job of this id.")
        return found


@settings_class()
class NoQuestion(Settings):
    """No words."""


@dataclass(frozen=True)
class ApiRoute:
    """One address of the API, and what answers it; the docstring of that is what the description says of it."""

    path: str
    answer: Callable[[ApiCall], object]
    model: type[Any]
    _: KW_ONLY
    method: str = "GET"
    question: type[Settings] = NoQuestion
    public: bool = True
    faults: tuple[int, ...] = (400,)
    body: Mapping[str, Any] = field(default_factory=dict)
    """The JSON Schema of what is sent."""
    status: int = 200

    @property
    def words(self) -> list[str]:
        """The words of its path."""
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]


def case_of(call: ApiCall) -> object:
    """Which case this is."""
    reading = call.reading
    return {"title": reading.title, "state": reading.digest, "public": reading.public, "version": VERSION}


def status_of(call: ApiCall) -> object:
    """What stands, what is stale, what to run: `status --json`."""
    return status(Case.open(call.reading.folder))


def findings_of(call: ApiCall) -> object:
    """What the newest `check` found."""
    rows = _rows_of(table("finding"), call.reading.finder.every("finding"))
    return {"finding_count": len(rows), "findings": rows}


def why_of(call: ApiCall) -> object:
    """The walk from a figure back to its rows and pages: `why --json`."""
    question = call.question_as(WhySettings)
    try:
        return call.reading.walks(lambda walks: walks.answer(question.figure))
    except UsageFault as err:
        raise NotFound(str(err).replace(f"{call.reading.folder}: ", "", 1)) from err


def ach_of(call: ApiCall) -> object:
    """Claims about a vendor held against competing readings: `ach --json`."""
    return call.reading.ask(lambda case: ach(case, call.question_as(AchSettings)))


def answers_of(call: ApiCall) -> object:
    """The answers about each country, or the answer to one question: `ask --json`."""
    return call.reading.ask(lambda case: ask(case, call.question_as(AskSettings)))


def diff_of(call: ApiCall) -> object:
    """What changed between two runs, days or policies, and what did it: `diff --json`."""
    question = call.question_as(DiffSettings)
    if not _comparing.acquire(timeout=PATIENCE_SECONDS):
        raise ProvenetError("Another comparison is still running; ask again in a moment.")
    try:
        # A case of its own: a comparison of two days may take a while, and readers do not wait for it.
        return diff(Case.open(call.reading.folder), question)
    finally:
        _comparing.release()


def tables_of(call: ApiCall) -> object:
    """The tables that have rows."""
    return {"tables": [_table(tables()[name], count) for name, count in call.reading.row_counts.items()]}


def _table(spec: Table, count: int) -> dict[str, object]:
    columns = [ColumnAnswer.model_validate(one) for one in spec.columns]
    return {"table": spec.name, "kind": spec.kind, "says": spec.says, "row_count": count, "columns": columns}


def rows_of(call: ApiCall) -> object:
    """The rows of a table, a page at a time."""
    question = call.question_as(RowsQuestion)
    spec = spec_of(call.reading, call.path["table"])
    found = found_rows(call.reading, spec, question, page_rows=question.rows)
    return _page_of(spec, found, question.page)


def verdicts_of(call: ApiCall) -> object:
    """What policies say of vendors, a page at a time."""
    from provenet.case.table_view import view

    question = call.question_as(VerdictsQuestion)
    wanted = {
        "pack": question.policy,
        "vendor_id": question.vendor,
        "country": question.country,
        "outcome": question.outcome,
        "as_of_on": question.as_of,
    }
    cells = {name: word for name, word in wanted.items() if word is not None}
    found = view(
        table("verdict"), call.reading.tables["verdict"], cells=cells, page=question.page, page_rows=question.rows
    )
    return _page_of(table("verdict"), found, question.page)


def _page_of(spec: Table, found: TableView, page: int) -> dict[str, object]:
    """One page of rows, and how many there are."""
    rows = _rows_of(spec, found.rows.iter_rows(named=True))
    sizes = {"row_count": found.row_count, "page": page, "page_count": found.page_count}
    return {"table": spec.name, **sizes, "rows": rows}


def policies_of(call: ApiCall) -> object:
    """The policies that were screened."""
    columns = ["pack", "pack_title", "country", "as_of_on", "known_on"]
    rows = call.reading.tables.distinct("verdict", *columns)
    return {"policies": [dict(zip(columns, row, strict=True)) for row in rows]}


def dossiers_of(call: ApiCall) -> object:
    """The dossiers that stand."""
    return {"dossiers": _rows_of(table("dossier"), call.reading.dossiers)}


def countries_of(call: ApiCall) -> object:
    """The countries that have a dossier."""
    days = grouped(
        (row["country"], {"as_of": row["as_of_on"], "known_on": row["known_on"], "dossier_id": row["dossier_id"]})
        for row in call.reading.dossiers
    )
    return {"countries": [{"country": country, "days": days[country]} for country in call.reading.countries]}


def jobs_of(call: ApiCall) -> object:
    """The jobs that the server remembers."""
    return {"jobs": [_job(one) for one in call.own_jobs.listed()]}


def job_of(call: ApiCall) -> object:
    """One job."""
    return _job(call.job)


def start_job(call: ApiCall) -> object:
    """Starts a verb in the background."""
    verb, given = call.body.get("verb"), call.body.get("settings", {})
    if verb not in STARTABLE:
        raise UsageFault(f"verb: found {clip(repr(verb))}, expected one of: {', '.join(STARTABLE)}.")
    if not isinstance(given, dict):
        raise UsageFault("settings: found no object, expected one of options by name.")
    options = form_options(verb)
    for name in given:
        if name not in options:
            raise UsageFault(f"settings: {verb} has no option {clip(name)!r}.{hint_at(nearest(name, options))}")
    missing = [
        one.name for one in settings_of(verb).every_option() if one.default is REQUIRED and one.name not in given
    ]
    if missing:
        raise UsageFault(f"settings: {verb} needs {', '.join(missing)}.")
    try:
        settings = settings_of(verb)(**given)
    except (TypeError, ValueError, AttributeError) as err:
        raise UsageFault(f"settings: found a value of the wrong kind, expected those of {verb} as described.") from err
    return _job(call.own_jobs.start(verb, settings, wait=call.body.get("wait") is True))


def cancel_job(call: ApiCall) -> object:
    """Stops a job in order."""
    call.own_jobs.cancel(call.job.job_id)
    return _job(call.job)


def _job(one: Job) -> dict[str, object]:
    return {name: getattr(one, name) for name in JobAnswer.model_fields} | {"settings": one.settings.stored()}


def _rows_of(spec: Table, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows as JSON shows them: days as ISO, cells of structs as objects."""
    structs = {one.name: one for one in spec.columns if one.fields}
    return [
        {name: plain_cell(structs[name], value) if name in structs else value for name, value in row.items()}
        for row in rows
    ]


_JOB_SETTINGS = [
    {
        "type": "object",
        "title": verb,
        "required": ["verb"],
        "properties": {
            "verb": {"const": verb},
            "settings": {
                "type": "object",
                "properties": {
                    name: schema
                    for name, schema in settings_of(verb).schema()["properties"].items()
                    if name in form_options(verb)
                },
                "additionalProperties": False,
            },
            "wait": {"type": "boolean", "description": "stand in the queue where another verb is writing"},
        },
        "additionalProperties": False,
    }
    for verb in STARTABLE
]
ROUTES = (
    ApiRoute("/api/case", case_of, CaseAnswer),
    ApiRoute("/api/status", status_of, StatusReport, public=False),
    ApiRoute("/api/findings", findings_of, FindingsAnswer, public=False),
    ApiRoute("/api/why", why_of, LineageWalk, question=WhySettings, faults=(400, 404)),
    ApiRoute("/api/ach", ach_of, AchReport, question=AchSettings),
    ApiRoute("/api/ask", answers_of, AskReport, question=AskSettings, public=False, faults=(400, 409)),
    ApiRoute("/api/diff", diff_of, DiffReport, question=DiffSettings, public=False, faults=(400, 409)),
    ApiRoute("/api/tables", tables_of, TablesAnswer),
    ApiRoute("/api/tables/{table}", rows_of, RowsAnswer, question=RowsQuestion, faults=(400, 404)),
    ApiRoute("/api/countries", countries_of, CountriesAnswer),
    ApiRoute("/api/dossiers", dossiers_of, DossiersAnswer),
    ApiRoute("/api/policies", policies_of, PoliciesAnswer),
    ApiRoute("/api/verdicts", verdicts_of, RowsAnswer, question=VerdictsQuestion),
    ApiRoute("/api/jobs", jobs_of, JobsAnswer, public=False),
    ApiRoute(
        "/api/jobs",
        start_job,
        JobAnswer,
        method="POST",
        public=False,
        faults=(400, 403, 409, 413, 415),
        body={"oneOf": _JOB_SETTINGS},
        status=201,
    ),
    ApiRoute("/api/jobs/{job}", job_of, JobAnswer, public=False, faults=(400, 404)),
    ApiRoute("/api/jobs/{job}", cancel_job, JobAnswer, method="DELETE", public=False, faults=(400, 403, 404)),
)
EVENTS = "/api/jobs/{job}/events"


def create_api(backend: Backend, faults: Mapping[Any, Callable[..., Any]]) -> FastAPI:
    """The API as an app of its own; addresses that are not public do not exist for strangers.

    `faults` answers exceptions, by their classes.
    """
    # The pages of FastAPI's own documentation load scripts from elsewhere.
    app = FastAPI(title="Provenet", version=VERSION, docs_url=None, redoc_url=None, openapi_url="/api/openapi.json")
    for kind, answer in faults.items():
        app.add_exception_handler(kind, answer)
    for route in ROUTES:
        if route.public or not backend.access.public:
            app.add_api_route(
                route.path,
                _endpoint(route, backend),
                methods=[route.method],
                response_model=route.model,
                status_code=route.status,
                summary=(route.answer.__doc__ or "").removesuffix("."),
                operation_id=f"{route.method.lower()}{route.path.replace('/', '_').replace('{', '').replace('}', '')}",
                responses=_responses(route.faults, backend),
                openapi_extra=_description(route),
            )
    if not backend.access.public:
        app.add_api_route(
            EVENTS,
            _events_endpoint(backend),
            methods=["GET"],
            summary="What a job says, as server-sent events: line, progress, best, end",
            operation_id="get_api_jobs_job_events",
            response_class=StreamingResponse,
            responses={
                200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}},
                **_responses((400, 404), backend),
            },
            openapi_extra={"parameters": [_path_word("job")]},
        )
    return app


def _responses(faults: Iterable[int], backend: Backend) -> dict[int | str, dict[str, Any]]:
    known = (*faults, *(() if backend.access.public else (401,)))
    return {status: {"model": ErrorAnswer, "description": "What is wrong"} for status in known}


def _path_word(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _description(route: ApiRoute) -> dict[str, Any]:
    """What the published description says of the words of a route."""
    words = [_path_word(name) for name in route.words]
    properties = route.question.schema()["properties"]
    for option in _options(route.question):
        schema = properties[option.name]
        words.append(
            {
                "name": option.name,
                "in": "query",
                "required": option.default is REQUIRED,
                "description": schema.pop("description", option.help),
                "schema": schema,
            }
        )
    made: dict[str, Any] = {"parameters": words} if words else {}
    if route.body:
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": dict(route.body)}}}
    return made


def _options(settings: type[Settings]) -> list[Any]:
    """The options that a program may give: none that is hidden, and none that names a file."""
    return [one for one in settings.every_option() if not one.hidden and not one.names_files]


def _endpoint(route: ApiRoute, backend: Backend) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        body = await _body(request, route, backend) if route.method != "GET" else {}
        return await run_in_threadpool(_answered, request, route, backend, body=body)

    return endpoint


async def _body(request: Request, route: ApiRoute, backend: Backend) -> Mapping[str, Any]:
    """The object that was sent. Raises HTTPException."""
    if caller_of(request.scope) == "browser" and not backend.access.is_own_form(request.headers.get(CSRF_HEADER)):
        raise HTTPException(403, f"A browser sends the text of its session in the header {CSRF_HEADER}.")
    if not route.body:
        return {}
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415, "The body is one JSON object; send content-type: application/json.")
    data = b""
    async for part in request.stream():
        data += part
        if len(data) > LARGEST_CALL:
            raise HTTPException(413, f"The body is larger than {LARGEST_CALL:,} bytes.")
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as err:
        raise HTTPException(400, "The body is no JSON.") from err
    if not isinstance(found, dict):
        raise HTTPException(400, "The body is no JSON object.")
    return found


def _answered(request: Request, route: ApiRoute, backend: Backend, *, body: Mapping[str, Any]) -> Response:
    try:
        with backend.readings.damage_told():
            call = ApiCall(
                reading=backend.readings.newest(),
                path={name: str(value) for name, value in request.path_params.items()},
                question=_question(route, request.query_params.multi_items()),
                body=body,
                jobs=backend.jobs,
            )
            answer = json_response(route.answer(call), route.status)
            answer.headers.update(call.reading.stale_header)
            return answer
    except (ProvenetError, NotFound) as err:
        text = backend.readings.said(err) if isinstance(err, ProvenetError) else str(err)
        fault = err if isinstance(err, InputFault) else text
        status_code = fault_status(err)
        return Response(api_fault_text(status_code, fault), status_code, media_type="application/json")


def fault_status(err: Exception) -> int:
    """The status of an error."""
    kinds = ((NotFound, 404), (CaseBusy, 409), (UsageFault, 400), (InputFault, 422))
    return next((status_code for kind, status_code in kinds if isinstance(err, kind)), 409)


def _question(route: ApiRoute, words: list[tuple[str, str]]) -> Settings:
    """The query as settings. Raises UsageFault for a word that the route does not know."""
    options = _options(route.question)
    known = [one.name for one in options]
    for name, _ in words:
        if name not in known:
            expected = f"one of: {', '.join(known)}" if known else "none"
            raise UsageFault(
                f"no such word; found {clip(name)!r}, expected {expected}." + hint_at(nearest(name, known))
            )
    given = {name for name, word in words if word.strip()}
    missing = [one.name for one in options if one.default is REQUIRED and one.name not in given]
    if missing:
        raise UsageFault(f"a word is missing; expected {', '.join(missing)}.")
    return settings_from(route.question, words)


def json_response(answer: object, status_code: int = 200) -> Response:
    """An answer as JSON."""
    text = json.dumps(answer, ensure_ascii=False, allow_nan=False, default=_plain)
    return Response(text.encode("utf-8", "replace"), status_code, media_type="application/json")


def _plain(value: object) -> Any:
    return value.isoformat() if isinstance(value, date) else to_jsonable_python(value)


def _events_endpoint(backend: Backend) -> Callable[[Request], Any]:
    async def events(request: Request) -> Response:
        found = backend.jobs.find(request.path_params["job"]) if backend.jobs else None
        if found is None:
            raise HTTPException(404, "The server remembers no job of this id.")
        seen = request.headers.get("last-event-id", "")[:20]
        stream = followed(found, int(seen) if seen.isdecimal() else 0)
        return StreamingResponse(event_lines(Events(stream)), media_type="text/event-stream")

    return events
