"""Freshness: which results of a case stand, which are stale and why, and what brings them up to date.

A run records the digest of everything it read. It is *stale* when one of these digests is not that of today any more:
a table or a rule pack of one's own has changed, the verdicts or shares below it were made again with another outcome,
or what it rests on is stale itself. Every verb and page, `status`, `run` and the checks come here and nowhere else.

What a question is: a verb and its settings. Of each question the newest run counts. Cost: a digest of each table that a
run read, once per state of the case.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import polars as pl

from provenet.case.case import Case
from provenet.case.export import digest_of
from provenet.case.pack_files import packs_digest
from provenet.case.record import RECORD, record_digest
from provenet.case.rows import RunRow, rows_of
from provenet.case.run_kinds import DEPEND, ESTIMATES, EXPOSE, KINDS, SCREEN
from provenet.case.structs import digests_of, settings_of
from provenet.case.tables import empty, table, tables
from provenet.core.digest import canonical_json, code_version
from provenet.core.errors import StaleInput
from provenet.core.ids import fold
from provenet.core.wording import count, series

PACKS = "packs"
"""The input of a run that is no table: the rule packs that are not bundled."""
RESTING = tuple(kind.verb for kind in KINDS.values() if SCREEN in kind.rests_on)
SHOWN = tuple(kind for kind in KINDS.values() if kind.noun)
"""The kinds whose results a dossier always shows."""


@dataclass(frozen=True)
class Scope:
    """A country (None: carriers of all countries), the day in question, and the day of knowledge if there is one."""

    country: str | None
    as_of: date
    known_on: date | None = None

    @property
    def days(self) -> dict[str, str | None]:
        """The two days as settings of a run store them."""
        return {"as_of": self.as_of.isoformat(), "known_on": self.known_on.isoformat() if self.known_on else None}

    @property
    def settings(self) -> dict[str, str | None]:
        """Country and days as settings of a run store them."""
        return {"country": self.country, **self.days}

    @property
    def options(self) -> str:
        """The options of the command line that name this scope."""
        known = f" --known-on {self.known_on}" if self.known_on else ""
        return f"--country {self.country!r} --as-of {self.as_of}{known}"


@dataclass(frozen=True)
class RunRecord:
    """A committed run: its settings, the digests of what it read, and the code that made it."""

    run_id: str
    verb: str
    settings: Mapping[str, Any]
    inputs: Mapping[str, str]
    code: str
    row_count: int

    @property
    def countries(self) -> tuple[str | None, ...]:
        """The countries that it speaks of."""
        many = self.settings.get("countries")
        return tuple(many) if many is not None else (self.settings.get("country"),)

    @property
    def known(self) -> date | None:
        """The day known that it answers for; None is all that the case holds."""
        day = self.settings.get("known_on")
        return date.fromisoformat(day) if day else None

    @property
    def policies(self) -> tuple[str, ...]:
        """The policies that it was made for by name; none where it takes all that were screened."""
        return tuple(self.settings.get("policy") or ())

    def scope(self, country: str | None) -> Scope:
        """One of its countries with its days. Raises KeyError for a run without days."""
        return Scope(country, date.fromisoformat(self.settings["as_of"]), self.known)

    def covers(self, scope: Scope) -> bool:
        """Whether it answers for a country and the days of a scope."""
        return scope.country in self.countries and self.settings.items() >= scope.days.items()

    @property
    def command(self) -> str:
        """The command that repeats it."""
        return command_again(self.verb, self.settings) + self.packs_option

    @property
    def packs_option(self) -> str:
        """The option that names rule packs of one's own, where the run read some."""
        return " --packs DIR" if self.inputs.get(PACKS) else ""


@dataclass(frozen=True)
class State:
    """A standing run and what has overtaken it.

    `changed` are inputs that changed, `gone` runs that its page shows and that do not stand any more, `rests_on` stale
    runs below it; `other_code` says that another release made it.
    """

    run: RunRecord
    changed: tuple[str, ...]
    gone: tuple[str, ...]
    rests_on: tuple[str, ...]
    other_code: bool

    @property
    def is_stale(self) -> bool:
        """Whether its figures may differ from those that the rows of today give."""
        return bool(self.changed or self.gone or self.rests_on)

    @property
    def word(self) -> str:
        """`current`, `stale`, or `other release`: made by other code from the same rows."""
        return "stale" if self.is_stale else "other release" if self.other_code else "current"

    @property
    def reasons(self) -> list[str]:
        """Why it is not current, a phrase each."""
        made = [f"the table {name} has changed" for name in self.changed if name in tables()]
        made += ["the rule packs that it read have changed or moved"] if PACKS in self.changed else []
        if self.gone:
            made.append(f"it shows results that later ones replaced: {series(self.gone, shown=3)}")
        if self.rests_on:
            made.append(f"it rests on stale results: {series(self.rests_on)}")
        if self.other_code:
            made.append(f"it was made by {self.run.code}; this is {code_version()}")
        return made


def refuse_stale(states: Sequence[State], door: str) -> None:
    """Raises StaleInput where there are states: what strangers would read is stale, line by line, and what mends it."""
    if states:
        listed = "".join(f"\n    {state.run.command}: {series(state.reasons)}" for state in states)
        raise StaleInput(
            f"{door}: {count(len(states), 'result')} that strangers would read {'is' if len(states) == 1 else 'are'} "
            f"stale; bring the case up to date first: provenet run CASE{listed}"
        )


class Standing:
    """The runs of a case that stand, and whether they are fresh. Reads the case as it is at the time."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._states: dict[str, State] = {}

    @cached_property
    def records(self) -> list[RunRecord]:
        """The newest run of each verb and settings, oldest first."""
        newest = self.case.runs().unique(["verb", "settings"], keep="last", maintain_order=True)
        found = [
            RunRecord(
                run_id=row["run_id"],
                verb=row["verb"],
                settings=settings_of(row["settings"]),
                inputs=digests_of(row["inputs"]),
                code=row["code"],
                row_count=row["row_count"],
            )
            for row in rows_of(RunRow, newest)
        ]
        # A search that was stopped is superseded once the same question has been searched to its end.
        whole = {(run.verb, canonical_json(run.settings)) for run in found if "stopped" not in run.settings}
        return [
            run
            for run in found
            if "stopped" not in run.settings or (run.verb, canonical_json(_unstopped(run.settings))) not in whole
        ]

    def runs(self, verb: str) -> list[RunRecord]:
        """The standing runs of one verb, oldest first."""
        return [run for run in self.records if run.verb == verb]

    def countries(self, verb: str, as_of: date, known_on: date | None) -> list[str]:
        """The countries that a verb was run for, on a day."""
        days = Scope(None, as_of, known_on).days.items()
        found = {run.settings["country"] for run in self.runs(verb) if run.settings.items() >= days}
        return sorted(country for country in found if country)

    def countries_meant(self, as_of: date, known_on: date | None) -> list[str]:
        """The countries that a question of a day is about where it names none.

        Those screened whose shares stand, else those whose shares stand, else those screened.
        """
        shared, screened = self.countries("depend", as_of, known_on), self.countries("screen", as_of, known_on)
        return [one for one in shared if one in screened] or shared or screened

    def screens(self, scope: Scope, policies: Sequence[str] = ()) -> dict[str, RunRecord]:
        """The last run of `screen` for each policy of a scope, by policy.

        Raises StaleInput for a policy that was never screened.
        """
        found = {run.settings["policy"]: run for run in self.runs("screen") if run.covers(scope)}
        missing = [name for name in policies if fold(name) not in {fold(one) for one in found}]
        if missing:
            raise StaleInput(
                f"{missing[0]} was not screened for {scope.country} on {scope.as_of}; "
                f"run: provenet screen CASE --policy {missing[0]} --country {scope.country!r} --as-of {scope.as_of}"
            )
        wanted = {fold(name) for name in policies or found}
        return {name: run for name, run in sorted(found.items()) if fold(name) in wanted}

    def verdicts(self, scope: Scope, policies: Sequence[str] = ()) -> pl.DataFrame:
        """The verdicts that stand for a scope, in key order: those of the last run of each policy."""
        return self.case.read_runs("verdict", (run.run_id for run in self.screens(scope, policies).values()))

    def rest_verdicts(self, scope: Scope, policies: Sequence[str] = ()) -> pl.DataFrame:
        """What the runs behind `verdicts` say of vendors that no rule names, in key order."""
        return self.case.read_runs("rest_verdict", (run.run_id for run in self.screens(scope, policies).values()))

    def policy_rules(self, scope: Scope, policies: Sequence[str] = ()) -> pl.DataFrame:
        """The rules of the policies behind `verdicts` with their days, in key order, each once."""
        runs = (run.run_id for run in self.screens(scope, policies).values())
        return self.case.read_runs("policy_rule", runs).unique("policy_rule_id", keep="first", maintain_order=True)

    def asset_verdicts(self, scope: Scope, policies: Sequence[str] = (), *, carrier: str) -> pl.DataFrame:
        """What the verdicts that stand for a scope say of each element of a carrier, in key order."""
        runs = [run.run_id for run in self.screens(scope, policies).values()]
        rows = [self.case.read_run("verdict_asset", run).filter(carrier_id=carrier) for run in runs]
        return pl.concat(rows or [empty("verdict_asset")]).sort("verdict_asset_id")

    def routes(self, scope: Scope) -> list[RunRecord]:
        """The last run of `expose` that covers a scope; none where there is none."""
        return [run for run in self.runs("expose") if run.covers(scope)][-1:]

    def routes_read(self, scope: Scope) -> pl.DataFrame:
        """The rows of `exposure` that the traffic of sites reads for a scope."""
        return pl.concat(
            [self.case.read_run("exposure", run.run_id) for run in self.routes(scope)] or [empty("exposure")]
        )

    def inside_runs(self, scope: Scope, carrier: str) -> list[RunRecord]:
        """The last run of `inside` for each network of a carrier that covers a scope."""
        runs = (run for run in self.runs("inside") if run.covers(scope))
        last = {str(run.settings["network"]): run for run in runs}
        return [run for name, run in sorted(last.items()) if name.partition("/")[0] == carrier]

    def shares(self, scope: Scope, verb: str) -> RunRecord:
        """The run of `depend` that a verb rests on. Raises StaleInput where it or a verdict below it is stale.

        A dossier or an answer of a country that no policy binds rests on no verdict (`unscreened` is for any other).
        """
        screens = self.screens(scope)
        if not screens and verb not in ("brief", "ask"):
            raise self.unscreened(scope, verb)
        for name, run in screens.items():
            for old in self.changed(run):
                raise StaleInput(
                    f"{verb}: the verdicts of {name} are older than {input_name(old)}; "
                    f"run: provenet screen CASE --policy {name} {scope.options}{run.packs_option}"
                )
        again = f"run: provenet depend CASE {scope.options}"
        shares = self._depend(scope)
        if shares is None:
            raise StaleInput(f"{verb}: no shares stand for {scope.country}; {again}")
        for old in self.changed(shares):
            raise StaleInput(f"{verb}: the shares of {scope.country} are older than {input_name(old)}; {again}")
        return shares

    def unscreened(self, scope: Scope, verb: str) -> StaleInput:
        """That no verdict stands for a scope, as a verb says it."""
        where = f"run: provenet screen CASE --policy ID {scope.options}"
        return StaleInput(f"{verb}: no verdict stands for {scope.country}; {where}")

    def _depend(self, scope: Scope) -> RunRecord | None:
        """The last run of shares; one that a question about a group of vendors made stands where there is no other."""
        runs = [run for run in self.runs("depend") if run.covers(scope)]
        plain = [run for run in runs if "vendors" not in run.settings]
        return next(iter((plain or runs)[-1:]), None)

    def shown(self, verb: str, scope: Scope, reader: str = "brief") -> list[RunRecord]:
        """The runs of `expose`, `plan` or `fund` that a dossier shows: of each question the last fresh one.

        Of `expose` and `sites` the last question alone counts. Raises StaleInput where the run made last is stale;
        what is older and stale is left out.
        """
        runs = [run for run in self.runs(verb) if run.covers(scope)]
        fresh = [run for run in runs if not self.changed(run)]
        if runs and runs[-1] not in fresh:
            old = self.changed(runs[-1])[0]
            raise StaleInput(
                f"{reader}: the {KINDS[verb].noun} of {scope.country} is older than {input_name(old)}; "
                f"run: {runs[-1].command}"
            )
        return {"last": fresh[-1:], "fullest": _fullest(fresh), "each": fresh}[KINDS[verb].keeps]

    def results(self, verb: str, scope: Scope, reader: str = "brief") -> dict[str, pl.DataFrame]:
        """The rows of the runs that `shown` gives; empty frames where there are none. Raises StaleInput as it does."""
        runs = self.shown(verb, scope, reader)
        found = {}
        for name in KINDS[verb].writes:
            if name not in KINDS[verb].unshown:
                rows = [self._rows(name, run, scope) for run in runs] or [empty(name)]
                found[name] = rows[0] if len(rows) == 1 else pl.concat(rows)
        return found

    def _rows(self, name: str, run: RunRecord, scope: Scope) -> pl.DataFrame:
        rows = self.case.read_run(name, run.run_id)
        return rows.filter(country=scope.country) if "countries" in run.settings else rows

    def beside(self, scope: Scope, audience: str) -> dict[str, pl.DataFrame]:
        """The rows of the last run of each kind that an audience sees beside, by table; none where it is stale."""
        found: dict[str, pl.DataFrame] = {}
        for kind in (one for one in KINDS.values() if audience in one.beside):
            runs = [run for run in self.runs(kind.verb) if run.covers(scope)][-1:]
            shown = [run for run in runs if not self.changed(run)]
            for name in (one for one in kind.writes if one not in kind.unshown):
                rows = pl.concat([self._rows(name, run, scope) for run in shown] or [empty(name)])
                found |= {name: rows} if rows.height else {}
        return found

    def dossier(
        self, scope: Scope, policies: Sequence[str] = (), *, audience: str = "public", reader: str = "brief"
    ) -> dict[str, pl.DataFrame]:
        """All result rows that the dossier of a scope shows, and `reader`, a verb, reads.

        Raises StaleInput, in the name of that verb, where a result is missing or stale.

        Tables shown beside are among them only where they have rows to show.
        """
        shares = self.shares(scope, reader)
        found = {name: self.case.read_run(name, shares.run_id) for name in KINDS[DEPEND].writes}
        found["verdict"] = self.verdicts(scope, policies)
        found["policy_rule"] = self.policy_rules(scope, policies)
        for kind in SHOWN:
            found |= self.results(kind.verb, scope, reader)
        return found | self.beside(scope, audience)

    def changed(self, run: RunRecord) -> list[str]:
        """What a run read whose digest today is another, sorted. What cannot be looked up here is passed over."""
        return list(self.state(run).changed)

    def state(self, run: RunRecord) -> State:
        """Whether a run is current, and why not. Cost: a digest of what it read, once."""
        if run.run_id not in self._states:
            now = self._digests(run)
            changed = tuple(sorted(name for name, digest in now.items() if run.inputs.get(name) != digest))
            below = tuple(one.run_id for one in self._below(run) if self.state(one).is_stale)
            self._states[run.run_id] = State(
                run, changed, self._gone(run), rests_on=below, other_code=run.code != code_version()
            )
        return self._states[run.run_id]

    def states(self) -> list[State]:
        """Every standing run of the kinds that rest on rows, each after what it rests on."""
        return [self.state(run) for verb in KINDS for run in self.runs(verb)]

    def stale(self) -> list[State]:
        """The standing runs that are stale, but those of `check`, whose findings no page prints."""
        return [state for state in self.states() if state.is_stale and state.run.verb != "check"]

    def _gone(self, run: RunRecord) -> tuple[str, ...]:
        """The runs that the page of a run shows and that do not stand any more."""
        if run.verb != "brief":
            return ()
        stand = {one.run_id for one in self.records}
        return tuple(sorted(one for one in self._shown_by(run) if one not in stand))

    def _shown_by(self, run: RunRecord) -> set[str]:
        pages = self.case.read_run("dossier", run.run_id)
        return {one.removeprefix("run:") for inputs in pages["inputs"] for one in inputs if one.startswith("run:")}

    def _below(self, run: RunRecord) -> list[RunRecord]:
        """The runs that a run rests on, as they stand now."""
        if run.verb not in RESTING or "as_of" not in run.settings:
            return []
        made: list[RunRecord] = []
        if run.verb == "brief" and (carrier := run.settings.get("carrier")) is not None:
            return self.inside_runs(run.scope(run.countries[0]), str(carrier))
        rests_on = KINDS[run.verb].rests_on
        for country in run.countries:
            scope = run.scope(country)
            made += self.screens(scope, run.policies if run.verb == "inside" else ()).values()
            shares = self._depend(scope) if DEPEND in rests_on else None
            made += [shares] if shares is not None else []
            if ESTIMATES in rests_on:
                made += [one for one in [self.estimates(scope)] if one is not None]
            made += self.routes(scope) if EXPOSE in rests_on else []
            if run.verb == "brief":
                for kind in SHOWN:
                    made += [one for one in self.runs(kind.verb) if one.covers(scope)][-1:]
        return made

    def _digests(self, run: RunRecord) -> dict[str, str]:
        """The digests today of what a run read, as far as the case can tell."""
        inputs = [name for name in run.inputs if name in tables() and table(name).kind == "input"]
        now = self.case.as_known(run.known).digest(inputs)
        if (folders := self.case.pack_folders(run.inputs.get(PACKS, ""))) is not None:
            now[PACKS] = packs_digest(folders)
        if RECORD in run.inputs:
            now[RECORD] = record_digest()
        results = [name for name in run.inputs if name in tables() and table(name).kind == "result"]
        if run.verb == "check" or run.settings.get("as_of") is None:
            return now
        if run.verb == "brief":
            return now | (self._dossier_digests(run, results) if results else {})
        if "verdict" in results:
            now["verdict"] = self._verdicts_digest(run)
        if run.verb == "inside":
            now["verdict_asset"] = self._asset_verdicts_digest(run)
        if "vendor_share" in results:
            now["vendor_share"] = self._shares_digest(run)
        if "vendor_estimate" in results:
            now["vendor_estimate"] = self._estimates_digest(run)
        if run.verb == "sites":
            now["exposure"] = digest_of(table("exposure"), self.routes_read(run.scope(run.countries[0])))
        return now

    def _verdicts_digest(self, run: RunRecord) -> str:
        """The digest of the verdicts that a run would read now."""
        screens = [self.screens(run.scope(country)).values() for country in run.countries]
        key = "verdict", *(tuple(one.run_id for one in runs) for runs in screens)
        rows = (self.verdicts(run.scope(country)) for country in run.countries)
        return self.case.digest_once(key, lambda: digest_of(table("verdict"), pl.concat(rows)))

    def _asset_verdicts_digest(self, run: RunRecord) -> str:
        """The digest of the verdicts on a carrier's elements that a run would read now."""
        carrier = str(run.settings["network"]).partition("/")[0]
        rows = self.asset_verdicts(run.scope(run.countries[0]), run.policies, carrier=carrier)
        return digest_of(table("verdict_asset"), rows)

    def estimates(self, scope: Scope) -> RunRecord | None:
        """The last run that identified routers, of the days of a scope; None where there is none."""
        whole = Scope(None, scope.as_of, scope.known_on)
        return next(iter([run for run in self.runs("estimates") if run.covers(whole)][-1:]), None)

    def estimates_read(self, scope: Scope) -> pl.DataFrame:
        """The routers that were identified for the days of a scope; none where nothing was."""
        run = self.estimates(scope)
        return empty("vendor_estimate") if run is None else self.case.read_run("vendor_estimate", run.run_id)

    def _estimates_digest(self, run: RunRecord) -> str:
        """The digest of the estimates that a run would read now."""
        scope = run.scope(run.countries[0])
        key = "vendor_estimate", *(one.run_id for one in [self.estimates(scope)] if one is not None)
        return self.case.digest_once(key, lambda: digest_of(table("vendor_estimate"), self.estimates_read(scope)))

    def _shares_digest(self, run: RunRecord) -> str:
        """The digest of the shares that a run would read now."""
        shares = [self._depend(run.scope(country)) for country in run.countries]
        key = "vendor_share", KINDS[run.verb].reads_parts, *(one and one.run_id for one in shares)
        rows = (self._shares_read(run, country) for country in run.countries)
        return self.case.digest_once(key, lambda: digest_of(table("vendor_share"), pl.concat(rows)))

    def _shares_read(self, run: RunRecord, country: str | None) -> pl.DataFrame:
        """The shares that a run would read now; `expose` and `sites` those alone that are parts under a policy."""
        shares = self._depend(run.scope(country))
        if shares is None:
            return empty("vendor_share")
        rows = self.case.read_run("vendor_share", shares.run_id)
        return rows.filter(rows["part"].is_not_null()) if KINDS[run.verb].reads_parts else rows

    def _dossier_digests(self, run: RunRecord, names: Iterable[str]) -> dict[str, str]:
        """The digests of the result rows that a dossier would show now; those recorded where the same runs are shown.

        None where something it would rest on is missing or stale: that is what `_below` finds.
        """
        scope, policies = run.scope(run.countries[0]), run.settings.get("policy", ())
        try:
            runs = [self.shares(scope, "brief"), *self.screens(scope, policies).values()]
            for kind in SHOWN:
                runs += self.shown(kind.verb, scope)
        except StaleInput:
            return {}
        audience = run.settings.get("audience", "public")
        beside = self.beside(scope, audience)
        shown = {one.run_id for one in runs if one.row_count}
        shown |= {found for rows in beside.values() for found in rows["run_id"].unique()}
        if self._shown_by(run) == shown:
            return {}
        rows = self.dossier(scope, policies, audience=audience)
        beside_tables = (name for kind in KINDS.values() if kind.beside for name in kind.writes)
        gone = {name: empty(name) for name in beside_tables if name in run.inputs}
        rows = {**gone, **rows}
        return {name: digest_of(table(name), rows[name]) for name in {*names, *beside} if name in rows}


def _unstopped(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if name != "stopped"}


def _fullest(runs: Iterable[RunRecord]) -> list[RunRecord]:
    """One run of each question: a search that was not stopped, then the fuller answer, then the later one."""
    best: dict[str, tuple[tuple[bool, bool], RunRecord]] = {}
    for run in runs:
        settings = {key: value for key, value in run.settings.items() if key not in ("stopped", "robust")}
        question = canonical_json(settings)
        rank = "stopped" not in run.settings, bool(run.settings.get("robust"))
        if question not in best or rank >= best[question][0]:
            best[question] = rank, run
    return [run for _, run in best.values()]


def input_name(name: str) -> str:
    """What a run read, as a sentence names it."""
    return "its rule packs" if name == PACKS else f"the table {name}"


def command_again(verb: str, settings: Mapping[str, Any]) -> str:
    """The command that repeats a run of a verb.

    >>> command_again("plan", {"country": "Japan", "budget": "5M EUR/2026", "deadlines": False, "robust": True})
    'provenet plan CASE --country Japan --budget 5M EUR/2026 --no-deadlines --robust'
    """
    words = [f"provenet {KINDS[verb].words}"]
    for name, value in settings.items():
        option = f"--{'country' if name == 'countries' else name.replace('_', '-')}"
        if name == "stopped" or value is None:
            continue
        if value is True or value is False:
            words.append(option if value else f"--no-{option.removeprefix('--')}")
        elif name == "fix":
            words.append("--fix FILE")
        elif name == "budget":
            words.append(f"{option} {value}")
        else:
            pairs = [f"{key}={one}" for key, one in value.items()] if isinstance(value, dict) else value
            values = pairs if isinstance(pairs, list) else [pairs]
            words += [f"{option} {_quoted(str(one))}" for one in values]
    return " ".join(words)


def _quoted(text: str) -> str:
    return f"'{text}'" if " " in text else text
