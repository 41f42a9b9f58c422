"""One run of `expose` a country: tables of a case to the room and rows back.

Used by the verb alone. The graph is walked once for all countries of a call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from provenet.case.case import Case
from provenet.case.export import digest_of
from provenet.case.run_kinds import KINDS
from provenet.case.runs import run_id
from provenet.case.standing import Scope, Standing
from provenet.case.tables import empty, table, vocabulary
from provenet.core import wording
from provenet.core.digest import sha256_bytes
from provenet.core.errors import InputFault, UsageFault
from provenet.exposure.networks import ExposureQuestion, NameRule, NetworkTags
from provenet.ingest.bgp.as_lists import read_asn_list
from provenet.ingest.plain_lines import opened as read
from provenet.verbs.add import add
from provenet.verbs.answers import CountryExposure, ExposureReport
from provenet.verbs.expose import ExposeSettings
from provenet.verbs.known_countries import KnownCountries
from provenet.verbs.options import CaseLike
from provenet.verbs.paths_run import has_traces, write_paths
from provenet.verbs.question import opened, parties_on
from provenet.verbs.stale_run import StaleRun

if TYPE_CHECKING:
    from provenet.exposure.expose import Results

MOST_LIST_BYTES = 64 * 2**20
"""The most that a list of restricted networks may hold; all AS numbers there are in use need 1 MiB."""
FIGURE = (
    "exposure_id",
    "tags",
    "role",
    "pack",
    "restricted_says",
    "network_count",
    "absent_count",
    "pair_count",
    "no_route_count",
    "rung_0_count",
    "rung_1_alone_count",
    "rung_1_other_count",
    "rung_2_count",
    "rung_3_count",
    "rung_none_count",
    "lucky_0_count",
    "lucky_1_count",
    "lucky_2_count",
    "lucky_3_count",
    "lucky_none_count",
    "low_share",
    "high_share",
    "expected_share",
    "reverse_low_share",
    "reverse_high_share",
    "either_low_share",
    "either_high_share",
)
"""The columns of a tag's row that an answer holds."""


def expose_countries(case: CaseLike, settings: ExposeSettings) -> ExposureReport:
    """What routes cross, country by country; see `verbs.expose`."""
    call = call_of(case, settings)
    into, lists = call.case, call.lists
    wanted = countries_named("--country", settings.country)
    wanted = wanted or countries_meant(into, settings.as_of, settings.known_on)
    runs = {where: _Run.of(call, where) for where in wanted}
    stand = set(into.runs()["run_id"])
    missing = [where for where, run in runs.items() if run.run_id not in stand]
    made = _room(call, {where: runs[where].shares for where in missing}) if missing else {}
    exposures = []
    for where, run in runs.items():
        with into.writer("expose", run.settings, run.inputs) as record:
            if not record.already:
                for _, data in lists:
                    record.put_source(data)
                for name, found in made[where].tables().items():
                    record.append(name, found)
        exposures.append(country_answer(into, where, record.run_id))
    exposures = _with_paths(call, exposures)
    return exposure_report(into, settings, exposures)


def _with_paths(call: ExposeCall, found: list[CountryExposure]) -> list[CountryExposure]:
    """Writes what measured paths cross too, where the case has traces and routers identified for the day."""

    settings = call.settings
    estimates = call.standing.estimates(Scope(None, settings.as_of, settings.known_on))
    if estimates is None or call.standing.changed(estimates) or not has_traces(call.case):
        return found
    runs = write_paths(call.case, call.standing, settings, wanted=[one.country for one in found])
    counts = {where: call.case.read_run("path_exposure", run).height for where, run in runs.items()}
    return [replace(one, rows={**one.rows, "path_exposure": counts[one.country]}) for one in found]


def exposure_report(case: Case, settings: ExposeSettings, countries: Sequence[CountryExposure]) -> ExposureReport:
    """The answer of a call, from the answers of its countries; its sets are told apart where a run holds several."""
    rows = case.read_run("exposure", countries[0].run_id)
    rows = rows.filter(rows["pack"].is_null()).sort("restricted_says", maintain_order=True)
    first = rows.row(0, named=True)
    sets = rows.unique("restricted_says", maintain_order=True)
    return ExposureReport(
        settings.as_of,
        settings.known_on,
        restricted_says=wording.series(sets["restricted_says"].to_list(), "or, in figures of their own,"),
        restricted_count=sum(map(int, sets["restricted_count"].to_list())),
        **{name: first[name] for name in _SHARED},
        unlisted=settings.unlisted,
        countries=tuple(countries),
    )


def _add_graphs(case: CaseLike, settings: ExposeSettings) -> None:
    """Adds the graphs that the settings name to the case. Raises InputFault with their faults."""

    added = add(case, settings.graph, progress=settings.progress)
    if added.fault_count:
        raise InputFault(added.faults, added.fault_count)


def call_of(case: CaseLike, settings: ExposeSettings) -> ExposeCall:
    """The case, with the graphs that the call adds, the lists and the tags that it means."""
    if settings.graph:
        _add_graphs(case, settings)
    into = opened(case, settings.known_on)
    given = settings.lists_read
    return ExposeCall(
        into,
        Standing(into),
        settings,
        lists=sorted(given.items()) if given is not None else lists_of(settings.restricted),
        countries=countries_named("--restricted-country", settings.restricted_country),
        tags=tags_of(settings),
    )


def tags_of(settings: ExposeSettings) -> NetworkTags:
    """The tags of a call: those that the settings name, else the default ones; rules by name for each that has one."""
    words = vocabulary()["expose"]
    names = {
        tag: NameRule(
            rule["says"], tuple(rule["words"]), only=tuple(rule.get("only", ())), but=tuple(rule.get("but", ()))
        )
        for tag, rule in words["names"].items()
    }
    return NetworkTags(
        tuple(words["sensitive_tags"] if settings.sensitive is None else settings.sensitive),
        tuple(words["carrier_tags"] if settings.carrier is None else settings.carrier),
        allied=tuple(words["allied_tags"]),
        cloud=tuple(words["cloud_tags"]),
        names=names,
    )


_SHARED = ("graph_on", "graph_says", "ends_says")


@dataclass(frozen=True)
class ExposeCall:
    """One call: the case, what stands in it, the settings, and what they name."""

    case: Case
    standing: Standing
    settings: ExposeSettings
    _: KW_ONLY
    lists: Sequence[tuple[str, bytes]]
    countries: Sequence[str]
    tags: NetworkTags

    @property
    def list_digests(self) -> dict[str, str]:
        """The SHA-256 of each list by its name."""
        return {name: sha256_bytes(data) for name, data in self.lists}

    @property
    def stored(self) -> dict[str, object]:
        """The settings that a run keeps beside its country: lists by name, countries and tags as they were used."""
        return {
            **self.settings.stored(),
            "restricted": [name for name, _ in self.lists],
            "restricted_country": list(self.countries),
            "sensitive": list(self.tags.sensitive),
            "carrier": list(self.tags.carriers),
        }


@dataclass(frozen=True)
class _Run:
    """The settings of the run of one country, and what it reads."""

    settings: Mapping[str, object]
    inputs: Mapping[str, str]
    shares: pl.DataFrame
    run_id: str

    @staticmethod
    def of(call: ExposeCall, country: str) -> _Run:
        from provenet.exposure.expose import READS

        scope = Scope(country, call.settings.as_of, call.settings.known_on)
        shares = _shares(call, scope)
        settings = {**scope.settings, **call.stored}
        inputs = {
            **call.case.digest(READS),
            "vendor_share": digest_of(table("vendor_share"), shares),
            **{f"list {name}": digest for name, digest in call.list_digests.items()},
        }
        chosen = shares
        if call.settings.policy:
            chosen = shares.filter(shares["pack"].is_in(sorted(call.standing.screens(scope, call.settings.policy))))
        return _Run(settings, inputs, chosen, run_id("expose", settings, inputs))


def _shares(call: ExposeCall, scope: Scope) -> pl.DataFrame:
    """The parts under policies that stand for a country and day; none where it was not screened or has no shares.

    Raises StaleInput where they, or the verdicts they rest on, have been overtaken.
    """
    screens = call.standing.screens(scope, call.settings.policy)
    if not screens or scope.country not in call.standing.countries("depend", scope.as_of, scope.known_on):
        return empty("vendor_share")
    return parts_of(call.case.read_run("vendor_share", call.standing.shares(scope, "expose").run_id))


def parts_of(shares: pl.DataFrame) -> pl.DataFrame:
    """The rows of `vendor_share` that are parts under a policy."""
    return shares.filter(shares["part"].is_not_null())


def _room(call: ExposeCall, shares: Mapping[str, pl.DataFrame]) -> Mapping[str, Results]:
    from provenet.exposure import expose as room

    frames = room_tables(call.case, room.READS)
    frames["party"] = parties_on(call.case, call.settings.as_of, call.settings.known_on)
    return room.expose(frames, shares, question_of(call), progress=call.settings.progress)


def room_tables(case: Case, names: Sequence[str]) -> dict[str, pl.DataFrame]:
    """Tables of a case as the room reads them: of the large ones the columns that are enough."""
    from provenet.exposure.expose import COLUMNS

    frames = {name: case.read(name) for name in names if name not in COLUMNS}
    return frames | {name: case.columns(name, COLUMNS[name]) for name in names if name in COLUMNS}


def question_of(call: ExposeCall) -> ExposureQuestion:
    """The question that a call asks; reads the lists of restricted networks."""

    settings = call.settings
    listed = [
        (name, sha256_bytes(data), tuple(int(asn) for asn in read_asn_list((name, data)))) for name, data in call.lists
    ]
    return ExposureQuestion(
        as_of=settings.as_of,
        known=settings.known_on,
        tags=call.tags,
        listed=tuple(listed),
        registered=tuple(call.countries),
        unlisted=settings.unlisted,
        count_endpoints=settings.count_endpoints,
        later_tags=settings.later_tags,
    )


def lists_of(files: Sequence[Path]) -> list[tuple[str, bytes]]:
    """The name and bytes of each list. Raises UsageFault for a path that is no file, and for two of one name."""

    found: dict[str, bytes] = {}
    for file in files:
        upload = read(file, lambda what, done, total: None)
        if upload.size_bytes > MOST_LIST_BYTES:
            raise UsageFault(f"--restricted: the list is too large; found {str(file)!r}, expected at most 64 MiB.")
        data = file.read_bytes()
        if found.setdefault(file.name, data) != data:
            raise UsageFault(f"--restricted: two lists have the name {file.name!r}; give one of them another name.")
    return sorted(found.items())


def countries_named(option: str, names: Sequence[str]) -> list[str]:
    """Countries by the name tables use. Raises UsageFault for one that is none."""
    from provenet.core.countries import countries

    made = []
    for text in names:
        name = countries().name(text)
        if name is None:
            close = countries().nearest(text)
            raise UsageFault(f"{option}: no such country; found {text!r}." + (f" Nearest: {close}." if close else ""))
        made.append(name)
    return list(dict.fromkeys(made))


def countries_meant(case: Case, as_of: date, known_on: date | None) -> list[str]:
    """The countries whose shares stand for the day, else those screened, else all that the case knows of."""
    standing, days = Standing(case), (as_of, known_on)
    found = standing.countries("depend", *days) or standing.countries("screen", *days)
    found = found or KnownCountries.of_case(case, *days).stated()
    if not found:
        raise UsageFault(
            "expose: the case knows of no country (no carrier, no inventory, no measurement); name one: --country NAME."
        )
    return found


def country_answer(case: Case, country: str, run: str) -> CountryExposure:
    """How many rows a run wrote, and its figures by tag over all destinations; of a record by role too."""
    rows = case.read_run("exposure", run)
    sums = (rows["level"] == "tag") | ((rows["level"] == "role") & rows["receipt_id"].is_not_null())
    figures = rows.filter(sums & (rows["destination"] == "all")).sort(
        "pack", "restricted_says", "role", "tags", descending=[False, False, True, False], nulls_last=False
    )
    counted = {
        "exposure": rows.height,
        **{name: case.read_run(name, run).height for name in KINDS["expose"].writes[1:]},
    }
    return CountryExposure(country, counted, tuple(figures.select(FIGURE).iter_rows(named=True)), run)


def repeat(stale: StaleRun) -> str:
    """Makes a stale run again, and returns the id of the new one."""
    from provenet.verbs.expose_recorded import expose_recorded

    settings = stale.settings
    if settings.get("recorded"):
        of_record = ExposeSettings(country=stale.countries, progress=stale.progress, **settings)
        return expose_recorded(stale.case, of_record).countries[0].run_id
    names = settings.pop("restricted")
    lists = {name: stale.file(stale.record.inputs[f"list {name}"], f"the list {name!r}") for name in names}
    again = ExposeSettings(country=stale.countries, lists_read=lists, progress=stale.progress, **settings)
    return expose_countries(stale.case, again).countries[0].run_id
