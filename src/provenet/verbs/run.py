"""The verb `run`: like make, brings every earlier result up to date, or asks the same questions of another day."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from provenet.case.case import Case
from provenet.case.run_kinds import KINDS
from provenet.case.runs import WHAT_IF
from provenet.case.standing import PACKS, RunRecord, Standing
from provenet.core.digest import canonical_json
from provenet.core.errors import CaseFault, ProvenetError, UsageFault
from provenet.core.progress import Progress
from provenet.core.settings import case_call_of
from provenet.verbs.answers import Renewal, RenewedResult, UnrenewedResult
from provenet.verbs.options import CaseLike
from provenet.verbs.question import opened
from provenet.verbs.settings import RunSettings


@dataclass(frozen=True)
class StaleRun:
    """A run to be made again, the case, and the folders of rule packs at hand."""

    case: Case
    record: RunRecord
    folders: Sequence[Path]
    progress: Progress

    @property
    def settings(self) -> dict[str, Any]:
        """The stored settings as keyword arguments, the country apart."""
        left_out = ("country", "countries", "stopped")
        return {name: value for name, value in self.record.settings.items() if name not in left_out}

    @property
    def countries(self) -> tuple[str, ...]:
        """The countries that it speaks of."""
        return tuple(country for country in self.record.countries if country is not None)

    def packs(self) -> tuple[Path, ...]:
        """The folders of packs, where the run read packs of one's own: those named, else those that the case remembers.

        Raises CaseFault where neither is there.
        """

        read = self.record.inputs.get(PACKS, "")
        if not read:
            return ()
        folders = self.folders or self.case.pack_folders(read) or ()
        if not folders or not all(folder.exists() for folder in folders):
            raise CaseFault("it read rule packs of your own; name their folder: provenet run CASE --packs DIR")
        return tuple(folders)

    def file(self, digest: str, what: str) -> bytes:
        """The bytes of a file that the run read. Raises CaseFault where the case did not keep them."""
        try:
            return self.case.source_bytes(digest)
        except CaseFault as fault:
            raise CaseFault(f"the case does not hold {what} that it read; run the verb by hand") from fault


def renew(case: CaseLike, settings: RunSettings) -> Renewal:
    """Makes every stale result again with its stored settings, each verb after those that it reads.

    A result that is current stays as it is. What cannot be made again (rule packs of one's own that are not given,
    a file that the case did not keep, a question that the rows refuse) is listed with the reason, and stops no other.
    `packs` are the folders of rule packs that earlier calls named; without it they are looked for where they lay then.
    Every result is written in a run of its own, so that an interrupted call leaves finished results and nothing
    half-written. With `as_of` what stands is left alone: each question that `screen`, `depend`, `expose` and `brief`
    answered of any day is asked of that one, as known on `known_on`. Raises UsageFault for `known_on` without `as_of`.
    """

    into, folders, progress = opened(case), settings.packs, settings.progress
    if settings.as_of is not None:
        return _of_another_day(into, settings, settings.as_of)
    if settings.known_on is not None:
        raise UsageFault("run: --known-on goes with --as-of.")
    renewed: list[RenewedResult] = []
    left: list[UnrenewedResult] = []
    kept = 0
    for verb in KINDS:
        standing = Standing(into)
        states = [standing.state(record) for record in standing.runs(verb)]
        waiting = [state for state in states if state.word != "current"]
        kept += len(states) - len(waiting)
        for number, state in enumerate(waiting):
            progress(f"results of {verb} brought up to date", number, len(waiting))
            try:
                made = _repeat(StaleRun(into, state.run, folders, progress))
            except ProvenetError as fault:
                left.append(UnrenewedResult(verb, state.run.run_id, str(fault), state.run.command))
            else:
                renewed.append(RenewedResult(verb, state.run.run_id, made, tuple(state.reasons)))
    return Renewal(case=into.path, kept_count=kept, renewed=tuple(renewed), left=tuple(left))


run = case_call_of(RunSettings, renew, "run")


def _of_another_day(into: Case, settings: RunSettings, as_of: date) -> Renewal:
    """Asks every question of the case of one day; answers of that day that are current stay."""

    known_on = settings.known_on
    days = {"as_of": str(as_of), "known_on": None if known_on is None else str(known_on)}
    questions = _questions(Standing(into))
    if not questions:
        raise UsageFault("run: nothing was asked of any day yet; begin with: provenet screen CASE --policy ID")
    renewed: list[RenewedResult] = []
    left: list[UnrenewedResult] = []
    kept = 0
    for number, record in enumerate(questions):
        settings.progress(f"answers for {as_of}: {record.verb}", number, len(questions))
        wanted = replace(record, settings={**record.settings, **days})
        standing = Standing(into)
        held = [one for one in standing.runs(record.verb) if one.settings == wanted.settings]
        if held and standing.state(held[-1]).word == "current":
            kept += 1
            continue
        try:
            made = _repeat(StaleRun(into, wanted, settings.packs, settings.progress))
        except ProvenetError as fault:
            left.append(UnrenewedResult(record.verb, record.run_id, str(fault), wanted.command))
        else:
            renewed.append(RenewedResult(record.verb, record.run_id, made, (f"the same question, of {as_of}",)))
    return Renewal(into.path, kept, tuple(renewed), tuple(left), as_of=as_of, known_on=known_on)


def _questions(standing: Standing) -> list[RunRecord]:
    """The newest run of each question that may be asked of another day, each verb after those that it reads.

    Two runs answer one question where they differ in days and assumptions alone. Pages of one carrier are left out:
    they show its own networks on a day of theirs.
    """

    found: dict[str, RunRecord] = {}
    for verb in (kind.verb for kind in KINDS.values() if kind.is_of_any_day):
        for record in standing.runs(verb):
            apart = ("as_of", "known_on", *WHAT_IF)
            question = {name: value for name, value in record.settings.items() if name not in apart}
            if "as_of" in record.settings and "carrier" not in question:
                found[canonical_json([verb, question])] = record
    return list(found.values())


def _repeat(stale: StaleRun) -> str:
    """Makes one run again and returns the id of the new one."""

    return str(import_module(f"provenet.verbs.{KINDS[stale.record.verb].module}").repeat(stale))
