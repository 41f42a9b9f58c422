"""What the verbs answer with: frozen models, the same for Python, for `--json` and for the lines of the command line.

The JSON Schema of each, `model_json_schema(mode="serialization")`, is what the API publishes of its answers.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, dataclass_transform

from pydantic import (
    BaseModel,
    Field,
    InstanceOf,
    PlainSerializer,
    SerializerFunctionWrapHandler,
    SkipValidation,
    model_serializer,
)

from provenet.core import answer
from provenet.core.errors import Fault


class LazyRows(Sequence[Mapping[str, Any]]):
    """Rows that are put into words only when somebody reads them; there may be very many."""

    def __init__(self, parts: Sequence[Callable[[], Sequence[Mapping[str, Any]]]]) -> None:
        self._parts = parts

    def __len__(self) -> int:
        return sum(len(part()) for part in self._parts)

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        for part in self._parts:
            yield from part()

    def __getitem__(self, at: Any) -> Any:
        return list(self)[at]


Rows = Annotated[Sequence[Mapping[str, Any]], SkipValidation, PlainSerializer(list, return_type=list[dict[str, Any]])]
"""Rows of an answer, which nobody checks one by one."""
IF_ANY = Field(exclude_if=lambda value: value in (None, ()))
"""Marks a field that `--json` shows only where it holds something."""


@dataclass_transform(frozen_default=True, field_specifiers=(Field,))
class Answer(BaseModel, frozen=True, extra="forbid", defer_build=True, serialize_by_alias=True):
    """Any answer of a verb; its fields are given by their place or by their name."""

    def __init__(self, *given: Any, **named: Any) -> None:
        names = islice(type(self).model_fields, len(given))
        super().__init__(**dict(zip(names, given, strict=True)), **named)

    def as_dict(self) -> dict[str, Any]:
        """The one object that `--json` prints."""
        return self.model_dump(mode="json")


class DayAnswer(Answer):
    """An answer on one day, as known on another (None: by all that the case holds)."""

    as_of: date
    known_on: date | None


class CountryAnswer(Answer):
    """An answer about one country, with how many rows of each table were written for it."""

    country: str
    rows: Mapping[str, int]


class NewCase(Answer):
    """A new case, and the folder and files of tables to fill in where a template was chosen."""

    case: Path
    title: str
    folder: Path | None = None
    files: tuple[str, ...] = ()


class AddedFile(Answer):
    """One file that entered: its layout, how many rows it added to each table, and in `remarks` where it was cut."""

    name: str
    file_id: str
    layout: str
    row_count: int
    added: Mapping[str, int]
    ignored: tuple[str, ...]
    stood_already: bool
    remarks: tuple[str, ...] = ()


class FaultAnswer(Answer):
    """One thing wrong at one place."""

    place: str
    row: int | None
    row_count: int
    more_rows: list[int]
    column: str | None
    found: str | None
    expected: str | None
    nearest: str | None
    nearest_why: str | None
    says: str
    way_out: str | None


def _fault(fault: Fault) -> FaultAnswer:
    return FaultAnswer.model_validate(fault.as_dict())


class Addition(Answer):
    """The faults of files that did not enter (the list may be cut, the count not), the files that did, and the rule
    packs that were withdrawn."""

    fault_count: int
    faults: tuple[Annotated[InstanceOf[Fault], PlainSerializer(_fault)], ...]
    files: tuple[AddedFile, ...]
    withdrawn: tuple[str, ...] = ()


class MappingDraft(Answer):
    """A drafted mapping: where it would stand, whether one stands there, its text, its columns, what it needs."""

    file: Path
    place: Path
    stood_already: bool
    table: str
    mapping: str
    columns: Rows
    needed: tuple[str, ...]


class MissingRows(Answer):
    """Rows that a case lacks: the tables of which one would do (none: a rule pack), their columns to fill in, and what
    they would give."""

    tables: tuple[str, ...]
    columns: tuple[tuple[str, ...], ...]
    gives: str


class QuestionState(Answer):
    """One question about one country: what it answers, the command that asks it, and what the case lacks for it."""

    country: str
    question: str
    says: str
    command: str
    need_count: int
    missing: tuple[MissingRows, ...]


class CheckReport(Answer):
    """What check found, errors first; each check made with how many things it found, and those it could not make."""

    error_count: int
    finding_count: int
    findings: Rows
    run_id: str
    as_of: date | None
    older_than: str
    checks: Rows
    not_asked: Rows
    questions: tuple[QuestionState, ...] = ()


class UnreachedPolicy(Answer):
    """The acts in question of a policy whose rules reach none of them, and the acts and buyers that the rules name."""

    acts_asked: tuple[str, ...]
    acts_named: tuple[str, ...]
    buyers_named: tuple[str, ...]


class Policy(Answer):
    """What one policy says for one country (None: carriers of all countries), verdicts counted by outcome.

    `vendors` names those with each outcome. `unreached` is None where a rule decides, or may decide, some verdict.
    """

    pack: str
    title: str
    issuer: str
    issuer_name: str
    force: str
    country: str | None
    outcomes: Mapping[str, int]
    vendors: Mapping[str, tuple[str, ...]]
    disputed: int
    rules_in_force: int
    unreached: UnreachedPolicy | None
    run_id: str


class ScreenReport(DayAnswer):
    """What each policy screened says, on the day in question and as known on another (None: all that the case holds).

    `assumed` is what was assumed of every question; `relays` whether relays fall with a claim in flip sets.
    """

    policies: tuple[Policy, ...]
    assumed: Mapping[str, str] = {}
    relays: str = "stay"
    notes: tuple[str, ...] = ()
    verdicts: Rows = ()
    claims: Rows = ()


class AchAnswer(Answer, extra="allow"):
    """What every answer about claims and readings says; one matrix, or several in a list, stands beside."""

    vendor: str
    vendor_name: str
    fact: str | None
    as_of: date
    known_on: date | None


class AchReport(AchAnswer, extra="forbid"):
    """Claims about a vendor held against competing readings: one matrix for the fact named, else one per fact.

    Of a group of vendors each matrix names its vendor, and `members` are all of them: each with its name and, where it
    has no matrix, why.
    """

    matrices: Rows
    members: Annotated[Rows, IF_ANY] = ()

    @model_serializer(mode="wrap")
    def _with_one_matrix(self, handler: SerializerFunctionWrapHandler) -> AchAnswer:
        """The one matrix itself where a fact of one vendor was named."""
        held = handler(self)
        if self.fact is not None and not self.members:
            held |= held.pop("matrices")[0]
        return AchAnswer(**held)


class CountryDependence(CountryAnswer):
    """How many rows were written for one country, and its shares, the biggest first.

    `measured` holds the run of measured shares of its routers, the rows that it wrote and its figures; None where the
    case holds no measurement.
    """

    run_id: str
    figures: Rows
    measured: Annotated[Mapping[str, Any] | None, IF_ANY] = None


class DependenceReport(DayAnswer):
    """How much rests on whom, country by country; `groups` are the vendors that words of the call mean that day."""

    countries: tuple[CountryDependence, ...]
    groups: Annotated[Rows, IF_ANY] = ()


class CountryExposure(CountryAnswer):
    """How many rows were written for one country, and what the routes of its tags cross, under each policy too."""

    figures: Rows
    run_id: str
    compared: Annotated[Rows, IF_ANY] = ()
    compared_says: Annotated[tuple[str, ...], IF_ANY] = ()
    compared_run_id: Annotated[str | None, IF_ANY] = None


class ExposureReport(DayAnswer):
    """What routes cross, country by country, and which networks counted as restricted in which graph."""

    restricted_says: str
    restricted_count: int
    graph_on: date | None
    graph_says: str
    ends_says: str
    unlisted: str
    countries: tuple[CountryExposure, ...]


class CountryPaths(CountryAnswer):
    """What measured paths from one country cross: figures a set of vendors, over all targets and by their country."""

    paths: Rows
    run_id: str


class PathsReport(DayAnswer):
    """What measured paths cross, country by country of their sources."""

    countries: tuple[CountryPaths, ...]


class CountryScenarios(CountryAnswer):
    """What scenarios take from the routes of one country: a row of figures a scenario, extent and tag."""

    scenarios: Rows
    run_id: str


class ScenariosReport(DayAnswer):
    """What scenarios take from routes, country by country, and which networks counted as restricted in which graph."""

    restricted_says: str
    graph_on: date | None
    graph_says: str
    scenario_count: int
    countries: tuple[CountryScenarios, ...]


class OwnNetworkExposure(Answer):
    """What crosses inside one network of one carrier: a row of figures a policy, rows written, and remarks."""

    country: str
    carrier_id: str
    carrier: str
    network: str
    node_count: int
    link_count: int
    demand_count: int
    demands_says: str
    rows: Mapping[str, int]
    policies: Rows
    remarks: tuple[str, ...]
    run_id: str


class OwnNetworksReport(DayAnswer):
    """What crosses inside carriers' own networks on a day, as known on another."""

    networks: tuple[OwnNetworkExposure, ...]


class CountrySites(CountryAnswer):
    """What the traffic of the sites of one country rides and meets: rows written, and the rows themselves."""

    site_count: int
    stated_count: int
    traffic: Rows
    exposure: Rows
    run_id: str


class SitesReport(DayAnswer):
    """What the traffic of sensitive sites rides and meets on a day, as known on another."""

    countries: tuple[CountrySites, ...]


class CountryPlan(CountryAnswer):
    """The plan of one country: its figures, its lots by day, its quarters, and the points of its frontier."""

    plan: Mapping[str, Any]
    steps: Rows
    periods: Rows
    frontier: Rows
    run_id: str


class PlanReport(DayAnswer):
    """The plans of some countries on one day, as known on another."""

    objective: str
    countries: tuple[CountryPlan, ...]


class CountryAid(CountryAnswer):
    """What aid brings in one country: its figures, its awards, how carriers respond, what choices cost, the curves,
    every mechanism, whom to approach first, and the figures it rests on."""

    fund: Mapping[str, Any]
    awards: Rows
    responses: Rows
    costs: Rows
    curve: Rows
    mechanisms: Rows
    approaches: Rows
    inputs: Rows


class FundReport(DayAnswer):
    """Which aid tips which buyer in some countries that share a budget, on one day as known on another."""

    objective: str
    mechanism: str
    countries: tuple[CountryAid, ...]
    run_id: str


class ExportFile(Answer):
    """Rows of a case as the bytes of one file. `run_id` is None for the rows that stand, `table` None
    where the file holds more than one."""

    run_id: str | None
    form: str
    table: str | None
    row_count: int
    file_id: str
    data: Annotated[bytes, PlainSerializer(len, return_type=int)] = Field(repr=False, serialization_alias="bytes")


class CountryAnswers(Answer):
    """What was asked about one country."""

    country: str
    answers: tuple[answer.Answer, ...]


class AskReport(DayAnswer):
    """The answers about some countries on one day, as known on another."""

    countries: tuple[CountryAnswers, ...]


class Dossier(Answer):
    """One dossier that was written into the case's folder `outputs`."""

    country: str
    headline: str
    html: Path
    pdf: Path
    run_id: str
    annex: Path | None = None
    """The page with the rows behind each figure; a carrier's own page has none apart."""
    turned_out: Path | None = None
    """The page of what happened later, where the dossier is as known on a day."""
    files: tuple[Path, ...] = ()
    """The tables of its charts and its forms, in a folder beside its pages."""
    translations: tuple[Path, ...] = ()
    """Its first page in other languages."""

    @property
    def pages(self) -> tuple[Path, ...]:
        """Where its pages lie."""
        return tuple(page for page in (self.html, self.pdf, self.annex, self.turned_out, *self.translations) if page)

    def named(self) -> dict[str, Path]:
        """Its pages and files by their names beside each other."""
        return {path.relative_to(self.html.parent).as_posix(): path for path in (*self.pages, *self.files)}


class BriefReport(DayAnswer):
    """The dossiers of some countries on one day, as known on another."""

    dossiers: tuple[Dossier, ...]


class LineageWalk(Answer):
    """The walk from a figure back to its rows and pages: as a tree, as text, and its first way to a page alone."""

    figure: str
    walk: Mapping[str, Any]
    pages: Rows
    text: str = Field(default="", exclude=True)
    first_way: tuple[str, ...] = Field(default=(), exclude=True)


class DemoReport(Answer):
    """The bundled case end to end: what each policy says, the dossiers of each day, the plans and what aid brings."""

    case: Path
    screened: tuple[ScreenReport, ...]
    briefed: tuple[BriefReport, ...]
    planned: tuple[PlanReport, ...] = ()
    funded: tuple[FundReport, ...] = ()
    exposed: tuple[ExposureReport, ...] = ()

    def named_pages(self) -> dict[str, Path]:
        """Every page by the name under which the demo hands it out: the first day's plain, others' in a folder."""
        named = {}
        for briefed in self.briefed:
            folder = "" if briefed is self.briefed[0] else f"{briefed.as_of.year}/"
            for dossier in briefed.dossiers:
                named.update({folder + name: path for name, path in dossier.named().items()})
        return named


class ChangeCause(Answer):
    """One cause of a change: rows and rules by ref, what became of them, and where each stands.

    `sufficient`: the old side with just these gives the new outcome; `necessary`: the new side without them gives the
    old one back. None: named by lineage and not tried.
    """

    rows: tuple[str, ...]
    says: str
    sufficient: bool | None
    necessary: bool | None
    places: Rows


class Change(Answer):
    """One thing both sides speak of and say differently: each column as old and new, and what caused it.

    `searched`: sets of up to so many rows and rules were all tried; None where none was. `set_count` counts the
    sufficient sets, of which `causes` may list the first.
    """

    table: str
    key: Mapping[str, Any]
    columns: Mapping[str, tuple[Any, Any]]
    says: str
    causes: tuple[ChangeCause, ...]
    searched: int | None
    set_count: int


class LoneRow(Answer):
    """One thing that one side alone speaks of."""

    table: str
    key: Mapping[str, Any]
    says: str
    causes: tuple[ChangeCause, ...]


class DiffReport(Answer):
    """What changed between two runs, two days or two policies; `a` and `b` tell what each side is.

    `names` are those of the vendors and carriers that the keys of changes name by id.
    """

    a: Mapping[str, Any]
    b: Mapping[str, Any]
    kind: str
    verb: str
    changed: tuple[Change, ...]
    appeared: tuple[LoneRow, ...]
    vanished: tuple[LoneRow, ...]
    unchanged_count: int
    rules: Rows
    notes: tuple[str, ...]
    names: Mapping[str, str]


class ResultState(Answer):
    """One result that stands: its settings, whether it is current, why not, and the command that makes it again."""

    verb: str
    run_id: str
    settings: Mapping[str, Any]
    state: str
    reasons: tuple[str, ...]
    command: str


class NextStep(Answer):
    """A command worth running next, and why."""

    command: str
    reason: str


class PackState(Answer):
    """A rule pack that the case holds: its last version, and whether it stands or is withdrawn.

    `replaces_bundled`: a bundled pack has the same id, and counts no more while this one stands.
    """

    pack: str
    title: str
    force: str
    jurisdiction: str | None
    state: str
    version: int
    file: str
    file_id: str
    replaces_bundled: bool


class StaleResults(Answer):
    """How many results of a verb are stale."""

    verb: str
    result_count: int


class Retraction(Answer):
    """An input that counts no more, or again: what it is, why, from which day, and what is stale now by verb."""

    about: str
    state: str
    reason: str
    from_on: date | None
    row_count: int
    stale: tuple[StaleResults, ...]


class RetractedInput(Answer):
    """An input of a case that counts no more: `source:ID` or `table:ROW`, why, and from which day (None: on none)."""

    about: str
    reason: str
    from_on: date | None


class StatusReport(Answer):
    """What stands in a case, how many results are in which state, the rule packs that it holds, and what to run."""

    case: Path
    up_to_date: bool
    counts: Mapping[str, int]
    results: tuple[ResultState, ...]
    next_steps: tuple[NextStep, ...]
    packs: tuple[PackState, ...] = ()
    retracted: tuple[RetractedInput, ...] = ()
    """The inputs that count no more."""


class RenewedResult(Answer):
    """A result that was stale, the run that takes its place, and why it was made anew."""

    verb: str
    old_run_id: str
    run_id: str
    reasons: tuple[str, ...]


class UnrenewedResult(Answer):
    """A stale result that could not be made anew, why, and the command to ask it by hand."""

    verb: str
    run_id: str
    reason: str
    command: str


class Renewal(Answer):
    """What `run` did: results that were current, those made anew, and those that could not be made.

    `as_of` and `known_on` are the day that questions were asked of; None where earlier results were brought up to date.
    """

    case: Path
    kept_count: int
    renewed: tuple[RenewedResult, ...]
    left: tuple[UnrenewedResult, ...]
    as_of: date | None = None
    known_on: date | None = None
