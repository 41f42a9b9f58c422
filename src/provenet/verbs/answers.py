"""What the verbs answer with: plain values, the same for Python, for `--json` and for the lines of the command line."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any, ClassVar, dataclass_transform

from pydantic import BaseModel

from provenet.core import answer
from provenet.core.errors import Fault


def plain(value: object) -> object:
    """A value as JSON can hold it: days as ISO, paths as text, tuples as lists."""
    if isinstance(value, Answer):
        return value.as_dict()
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | LazyRows):
        return [plain(inner) for inner in value]
    if isinstance(value, Fault):
        return value.as_dict()
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Path) else value


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


@dataclass_transform(frozen_default=True)
@dataclass(frozen=True)
class Answer:
    """Any answer of a verb: each kind is a frozen dataclass of its fields."""

    optional: ClassVar[tuple[str, ...]] = ()
    """Fields that stand in `as_dict` only where the last of them holds something."""

    def __init_subclass__(cls) -> None:
        dataclass(frozen=True)(cls)

    def as_dict(self) -> dict[str, object]:
        """The one object that `--json` prints."""
        held = {field.name: getattr(self, field.name) for field in fields(self)}
        left_out = [name for name in self.optional if held[self.optional[-1]] in (None, ())]
        return {name: plain(value) for name, value in held.items() if name not in left_out}


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


class Addition(Answer):
    """The faults of files that did not enter (the list may be cut, the count not), the files that did, and the rule
    packs that were withdrawn."""

    fault_count: int
    faults: tuple[Fault, ...]
    files: tuple[AddedFile, ...]
    withdrawn: tuple[str, ...] = ()


class MappingDraft(Answer):
    """A drafted mapping: where it would stand, whether one stands there, its text, its columns, what it needs."""

    file: Path
    place: Path
    stood_already: bool
    table: str
    mapping: str
    columns: tuple[Mapping[str, object], ...]
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
    findings: tuple[Mapping[str, Any], ...]
    run_id: str
    as_of: date | None
    older_than: str
    checks: tuple[Mapping[str, Any], ...]
    not_asked: tuple[Mapping[str, str], ...]
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
    assumed: Mapping[str, str] = field(default_factory=dict)
    relays: str = "stay"
    notes: tuple[str, ...] = ()
    verdicts: Sequence[Mapping[str, Any]] = ()
    claims: Sequence[Mapping[str, Any]] = ()


class AchReport(Answer):
    """Claims about a vendor held against competing readings: one matrix for the fact named, else one per fact.

    Of a group of vendors each matrix names its vendor, and `members` are all of them: each with its name and, where it
    has no matrix, why.
    """

    vendor: str
    vendor_name: str
    fact: str | None
    as_of: date
    known_on: date | None
    matrices: tuple[Mapping[str, Any], ...]
    members: tuple[Mapping[str, Any], ...] = ()
    optional = ("members",)

    def as_dict(self) -> dict[str, object]:
        """The one object that `--json` prints: the one matrix itself where a fact of one vendor was named."""
        shown = super().as_dict()
        if self.members or self.fact is None:
            return shown
        del shown["matrices"]
        return {**shown, **{name: plain(value) for name, value in self.matrices[0].items()}}


class CountryDependence(CountryAnswer):
    """How many rows were written for one country, and its shares, the biggest first.

    `measured` holds the run of measured shares of its routers, the rows that it wrote and its figures; None where the
    case holds no measurement.
    """

    run_id: str
    figures: tuple[Mapping[str, Any], ...]
    measured: Mapping[str, Any] | None = None
    optional = ("measured",)


class DependenceReport(DayAnswer):
    """How much rests on whom, country by country; `groups` are the vendors that words of the call mean that day."""

    countries: tuple[CountryDependence, ...]
    groups: tuple[Mapping[str, Any], ...] = ()
    optional = ("groups",)


class CountryExposure(CountryAnswer):
    """How many rows were written for one country, and what the routes of its tags cross, under each policy too."""

    figures: tuple[Mapping[str, Any], ...]
    run_id: str
    compared: tuple[Mapping[str, Any], ...] = ()
    compared_says: tuple[str, ...] = ()
    compared_run_id: str | None = None
    optional = ("compared", "compared_says", "compared_run_id")


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

    paths: tuple[Mapping[str, Any], ...]
    run_id: str


class PathsReport(DayAnswer):
    """What measured paths cross, country by country of their sources."""

    countries: tuple[CountryPaths, ...]


class CountryScenarios(CountryAnswer):
    """What scenarios take from the routes of one country: a row of figures a scenario, extent and tag."""

    scenarios: tuple[Mapping[str, Any], ...]
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
    policies: tuple[Mapping[str, Any], ...]
    remarks: tuple[str, ...]
    run_id: str


class OwnNetworksReport(DayAnswer):
    """What crosses inside carriers' own networks on a day, as known on another."""

    networks: tuple[OwnNetworkExposure, ...]


class CountrySites(CountryAnswer):
    """What the traffic of the sites of one country rides and meets: rows written, and the rows themselves."""

    site_count: int
    stated_count: int
    traffic: tuple[Mapping[str, Any], ...]
    exposure: tuple[Mapping[str, Any], ...]
    run_id: str


class SitesReport(DayAnswer):
    """What the traffic of sensitive sites rides and meets on a day, as known on another."""

    countries: tuple[CountrySites, ...]


class CountryPlan(CountryAnswer):
    """The plan of one country: its figures, its lots by day, its quarters, and the points of its frontier."""

    plan: Mapping[str, Any]
    steps: tuple[Mapping[str, Any], ...]
    periods: tuple[Mapping[str, Any], ...]
    frontier: tuple[Mapping[str, Any], ...]
    run_id: str


class PlanReport(DayAnswer):
    """The plans of some countries on one day, as known on another."""

    objective: str
    countries: tuple[CountryPlan, ...]


class CountryAid(CountryAnswer):
    """What aid brings in one country: its figures, its awards, how carriers respond, what choices cost, the curves,
    every mechanism, whom to approach first, and the figures it rests on."""

    fund: Mapping[str, Any]
    awards: tuple[Mapping[str, Any], ...]
    responses: tuple[Mapping[str, Any], ...]
    costs: tuple[Mapping[str, Any], ...]
    curve: tuple[Mapping[str, Any], ...]
    mechanisms: tuple[Mapping[str, Any], ...]
    approaches: tuple[Mapping[str, Any], ...]
    inputs: tuple[Mapping[str, Any], ...]


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
    data: bytes = field(repr=False)

    def as_dict(self) -> dict[str, object]:
        """The one object that `--json` prints: of the bytes their number."""
        shown = {name: plain(value) for name, value in vars(self).items() if name != "data"}
        return {**shown, "bytes": len(self.data)}


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


@dataclass(frozen=True)
class LineageWalk:
    """The walk from a figure back to its pages: as text, its first way to a page alone, and as a tree."""

    text: str
    first_way: tuple[str, ...]
    tree: Mapping[str, object]

    def as_dict(self) -> dict[str, object]:
        """The one object that `--json` prints."""
        return dict(self.tree)


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
    places: tuple[Mapping[str, object], ...]


class Change(Answer):
    """One thing both sides speak of and say differently: each column as old and new, and what caused it.

    `searched`: sets of up to so many rows and rules were all tried; None where none was. `set_count` counts the
    sufficient sets, of which `causes` may list the first.
    """

    table: str
    key: Mapping[str, object]
    columns: Mapping[str, tuple[Any, Any]]
    says: str
    causes: tuple[ChangeCause, ...]
    searched: int | None
    set_count: int


class LoneRow(Answer):
    """One thing that one side alone speaks of."""

    table: str
    key: Mapping[str, object]
    says: str
    causes: tuple[ChangeCause, ...]


class DiffReport(Answer):
    """What changed between two runs, two days or two policies; `a` and `b` tell what each side is.

    `names` are those of the vendors and carriers that the keys of changes name by id.
    """

    a: Mapping[str, object]
    b: Mapping[str, object]
    kind: str
    verb: str
    changed: tuple[Change, ...]
    appeared: tuple[LoneRow, ...]
    vanished: tuple[LoneRow, ...]
    unchanged_count: int
    rules: tuple[Mapping[str, object], ...]
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
