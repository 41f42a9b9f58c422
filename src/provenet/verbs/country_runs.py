"""What the runs of `expose` share, one a country: the call, what it means, the files that it names, how it is written.

Used by the verb alone.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from provenet.case.case import Case
from provenet.case.rows import AnyRow
from provenet.case.runs import run_id
from provenet.case.standing import Scope, Standing
from provenet.case.tables import empty, vocabulary
from provenet.core.countries import countries
from provenet.core.digest import sha256_bytes
from provenet.core.errors import InputFault, UsageFault, hint_at
from provenet.exposure.networks import ExposureQuestion, NameRule, NetworkTags
from provenet.ingest.bgp.as_lists import read_asn_list
from provenet.ingest.plain_lines import opened as read
from provenet.verbs.add import add
from provenet.verbs.expose import ExposeSettings
from provenet.verbs.options import CaseLike
from provenet.verbs.question import KnownCountries, opened, parties_on
from provenet.verbs.run import StaleRun

MOST_LIST_MIB = 64
"""The most that a list of restricted networks or scenarios may hold; all AS numbers in use need 1 MiB."""
Rows = Mapping[str, Sequence[AnyRow]]
"""Rows by the name of their table."""


class CountryRun(NamedTuple):
    """The settings of the run of one country, and the digests of what it reads."""

    settings: Mapping[str, object]
    inputs: Mapping[str, str]


def write_runs(
    case: Case,
    verb: str,
    runs: Mapping[str, CountryRun],
    *,
    make: Callable[[list[str]], Mapping[str, Rows]],
    kept: Iterable[bytes] = (),
) -> dict[str, str]:
    """Writes a run a country, and returns the id of each.

    `make` gives the rows of the countries whose run does not stand yet, all at once; `kept` are files that the case
    keeps with their runs.
    """
    stand, files = set(case.runs()["run_id"]), list(kept)
    missing = [where for where, run in runs.items() if run_id(verb, *run) not in stand]
    made = make(missing) if missing else {}
    found = {}
    for where, run in runs.items():
        with case.writer(verb, *run) as record:
            if not record.already:
                for data in files:
                    record.put_source(data)
                for name, rows in made[where].items():
                    record.append(name, rows)
        found[where] = record.run_id
    return found


def options_given(settings: ExposeSettings, names: Iterable[str]) -> list[str]:
    """Those of some options that a call gives, as it writes them."""
    usual = {one.name: one.default for one in fields(settings)}
    return [f"--{name.replace('_', '-')}" for name in names if getattr(settings, name) != usual[name]]


@dataclass(frozen=True, kw_only=True)
class ExposeCall:
    """One call: the case, what stands in it, the settings, and what they name."""

    case: Case
    standing: Standing
    settings: ExposeSettings
    lists: Mapping[str, bytes]
    countries: Sequence[str]
    tags: NetworkTags

    @property
    def list_digests(self) -> dict[str, str]:
        """The SHA-256 of each list, as an input of a run."""
        return digests("list", self.lists)

    def scope(self, country: str) -> Scope:
        """A country on the days of the call."""
        return Scope(country, self.settings.as_of, self.settings.known_on)

    @property
    def wanted(self) -> list[str]:
        """The countries that the call means."""
        settings = self.settings
        named = countries_named("--country", settings.country)
        return named or countries_meant(self.standing, settings.as_of, settings.known_on)

    def stored(self, country: str, left_out: Iterable[str] = (), **more: object) -> dict[str, object]:
        """The settings that a run keeps: lists by name, countries and tags as they were used."""
        made = {
            **self.settings.stored(),
            "restricted": list(self.lists),
            "restricted_country": list(self.countries),
            "sensitive": list(self.tags.sensitive),
            "carrier": list(self.tags.carriers),
        }
        return {**self.scope(country).settings, **{k: v for k, v in made.items() if k not in left_out}, **more}

    def tables(self, names: Sequence[str]) -> dict[str, pl.DataFrame]:
        """Tables of the case as a room reads them: of the large ones the columns that are enough."""
        from provenet.exposure.expose import COLUMNS

        frames = {name: self.case.read(name) for name in names if name not in COLUMNS}
        frames |= {name: self.case.columns(name, COLUMNS[name]) for name in names if name in COLUMNS}
        return {**frames, "party": parties_on(self.case, self.settings.as_of, self.settings.known_on)}

    def question(self) -> ExposureQuestion:
        """The question that the call asks; reads the lists of restricted networks."""
        settings = self.settings
        listed = [
            (name, sha256_bytes(data), tuple(int(asn) for asn in read_asn_list((name, data))))
            for name, data in self.lists.items()
        ]
        return ExposureQuestion(
            as_of=settings.as_of,
            known=settings.known_on,
            tags=self.tags,
            listed=tuple(listed),
            registered=tuple(self.countries),
            unlisted=settings.unlisted,
            count_endpoints=settings.count_endpoints,
            later_tags=settings.later_tags,
        )


def digests(kind: str, files: Mapping[str, bytes]) -> dict[str, str]:
    """The SHA-256 of each file, as an input of a run."""
    return {f"{kind} {name}": sha256_bytes(data) for name, data in files.items()}


def call_of(case: CaseLike, settings: ExposeSettings) -> ExposeCall:
    """The case, with the graphs that the call adds, the lists and the tags that it means.

    Raises InputFault with the faults of a graph.
    """
    if settings.graph:
        added = add(case, settings.graph, progress=settings.progress)
        if added.fault_count:
            raise InputFault(added.faults, added.fault_count)
    into, lists = opened(case, settings.known_on), settings.lists_read
    if lists is None:
        lists = files_named("--restricted", "list", settings.restricted, most_mib=MOST_LIST_MIB)
    return ExposeCall(
        case=into,
        standing=Standing(into),
        settings=settings,
        lists=dict(sorted(lists.items())),
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


def files_named(option: str, noun: str, files: Sequence[Path], *, most_mib: int) -> dict[str, bytes]:
    """The bytes of files by name. Raises UsageFault for a path that is no file, one too large, and two of one name."""
    found: dict[str, bytes] = {}
    for file in files:
        if read(file, lambda what, done, total: None).size_bytes > most_mib * 2**20:
            raise UsageFault(
                f"{option}: the {noun} is too large; found {str(file)!r}, expected at most {most_mib} MiB."
            )
        data = file.read_bytes()
        if found.setdefault(file.name, data) != data:
            raise UsageFault(f"{option}: two {noun}s have the name {file.name!r}; give one of them another name.")
    return found


def countries_named(option: str, names: Sequence[str]) -> list[str]:
    """Countries by the name tables use. Raises UsageFault for one that is none."""
    made = []
    for text in names:
        name = countries().name(text)
        if name is None:
            raise UsageFault(f"{option}: no such country; found {text!r}." + hint_at(countries().nearest(text)))
        made.append(name)
    return list(dict.fromkeys(made))


def countries_meant(standing: Standing, as_of: date, known_on: date | None) -> list[str]:
    """The countries that questions of the day are about, else all that the case knows of."""
    days = (as_of, known_on)
    found = standing.countries_meant(*days) or KnownCountries.of_case(standing.case, *days).stated()
    if not found:
        raise UsageFault(
            "expose: the case knows of no country (no carrier, no inventory, no measurement); name one: --country NAME."
        )
    return found


def parts_standing(standing: Standing, scope: Scope, policies: Sequence[str], *, verb: str) -> pl.DataFrame:
    """The parts under policies that stand for a country and day; none where it was not screened or has no shares.

    Raises StaleInput where they, or the verdicts they rest on, have been overtaken.
    """
    screened = standing.screens(scope, policies)
    if not screened or scope.country not in standing.countries("depend", scope.as_of, scope.known_on):
        return empty("vendor_share")
    rows = standing.case.read_run("vendor_share", standing.shares(scope, verb).run_id)
    return rows.filter(rows["part"].is_not_null())


def parts_under(standing: Standing, scope: Scope, parts: pl.DataFrame, *, policies: Sequence[str]) -> pl.DataFrame:
    """Of some parts those under the policies that a call names; all where it names none."""
    return parts.filter(parts["pack"].is_in(sorted(standing.screens(scope, policies)))) if policies else parts


def again(stale: StaleRun, **more: Any) -> ExposeSettings:
    """The settings of a stale run as a call that makes it again, with the lists that the case kept."""
    settings = stale.settings
    names = settings.pop("restricted", None)
    lists = None if names is None else files_kept(stale, "list", names)
    return ExposeSettings(country=stale.countries, lists_read=lists, progress=stale.progress, **{**settings, **more})


def files_kept(stale: StaleRun, kind: str, names: Iterable[str]) -> dict[str, bytes]:
    """The files of a kind that a stale run read, by name. Raises CaseFault where the case did not keep one."""
    return {name: stale.file(stale.record.inputs[f"{kind} {name}"], f"the {kind} {name!r}") for name in names}
