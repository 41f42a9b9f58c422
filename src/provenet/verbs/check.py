"""The verb `check`: what does not fit together in a case."""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from provenet.case.case import Case
from provenet.case.check import MENU, Check, StandingRows, age_of, chosen, entry, look
from provenet.case.pack_files import packs_digest
from provenet.case.questions import columns_to_fill, missing_needs, questions
from provenet.case.tables import tables as all_tables
from provenet.case.tables import vocabulary
from provenet.core.countries import countries
from provenet.core.errors import UsageFault, hint_at
from provenet.core.ids import names_in
from provenet.core.settings import case_call_of
from provenet.dossier.page_checks import page_checks
from provenet.evidence.rule_checks import rule_checks
from provenet.policy.packs import Binding, load_packs
from provenet.verbs.answers import CheckReport, MissingRows, QuestionState
from provenet.verbs.options import CaseLike
from provenet.verbs.question import KnownCountries, opened, packs_at_hand
from provenet.verbs.run import StaleRun
from provenet.verbs.settings import CheckSettings


def run(case: CaseLike, settings: CheckSettings) -> CheckReport:
    """Looks for what does not fit together in a case and keeps the findings in its table `finding`.

    `only` and `skip` name checks or groups of the menu in docs/check.md. Checks of dates need `as_of`; without it they
    are left out, and the answer lists them. Checks of pages run with `pages`, or where `only` names them. The answer
    also says, for each question about each `country`, which rows the case lacks and what they would give. Raises
    UsageFault for a check nobody knows, naming the nearest, and for a word that is no country.
    """

    into = opened(case)
    checks = chosen(_checks(settings.packs, into), settings.only, settings.skip)
    if not (settings.pages or settings.only):
        checks = [one for one in checks if one.group != "pages"]
    rows = StandingRows(into, settings.as_of, age_of(settings.older_than))
    packs, looked = packs_digest(settings.packs), []

    def read() -> dict[str, str]:
        looked.append(look(rows, checks, settings.progress))
        read = [name for name, spec in all_tables().items() if spec.kind != "record" and name != "finding"]
        # What lies beside the tables (bytes of sources, runs) shows in what was found of it.
        beside = [str(finding["finding_id"]) for finding in looked[0].findings if finding["kind"] in BESIDE_THE_TABLES]
        return {**into.digest(read), "packs": packs, "beside": "|".join(beside)}

    with into.writer("check", settings.stored(), read) as record:
        record.keep_pack_folders(packs, settings.packs)
        record.append("finding", looked[0].findings)
    found = looked[0]
    shown = [{name: cell for name, cell in one.items() if name not in {"formula", "inputs"}} for one in found.findings]
    return CheckReport(
        error_count=sum(finding["severity"] == "error" for finding in found.findings),
        finding_count=len(shown),
        findings=tuple(shown),
        run_id=record.run_id,
        as_of=settings.as_of,
        older_than=settings.older_than,
        checks=tuple(found.checks),
        not_asked=tuple(found.not_asked),
        questions=() if settings.only else tuple(_questions(into, settings)),
    )


check = case_call_of(CheckSettings, run, "check")


FEW_COUNTRIES = 3
"""Up to so many countries of a case are spoken of where none is named."""


def _questions(case: Case, settings: CheckSettings) -> Iterator[QuestionState]:
    """For each country and question, what the case lacks and what it would give."""

    named = [_country(word) for word in settings.country]
    here = KnownCountries(case, case.read("party"), None).stated()
    for country in named or (here if len(here) <= FEW_COUNTRIES else []):
        has_pack = bool(Binding(packs_at_hand(case, settings.packs), vocabulary()["jurisdictions"]).policies(country))
        for question in questions():
            missing = missing_needs(case, question, country, has_pack=has_pack)
            yield QuestionState(
                country=country,
                question=question.name,
                says=question.says,
                command=question.command.replace("NAME", repr(country)),
                need_count=len(question.needs),
                missing=tuple(
                    MissingRows(need.tables, tuple(columns_to_fill(name) for name in need.tables), need.gives)
                    for need in missing
                ),
            )


def _country(word: str) -> str:
    """A country as tables call it. Raises UsageFault for a word that is none."""
    name = countries().name(word)
    if name is None:
        raise UsageFault(f"--country: no such country; found {word!r}.{hint_at(countries().nearest(word))}")
    return name


BESIDE_THE_TABLES = names_in("source row-count stale-run other-code page-file")
"""Checks of what no digest of a table shows."""


def check_menu(
    packs: tuple[Path, ...] = (), only: tuple[str, ...] = (), skip: tuple[str, ...] = ()
) -> list[dict[str, str]]:
    """What `check` can look for: id, group, severity, what it finds, and the repair, in the order of findings."""

    settings = CheckSettings(packs=packs, only=only, skip=skip)
    return [entry(one) for one in chosen(_checks(settings.packs), settings.only, settings.skip)]


def _checks(packs: Sequence[Path], case: Case | None = None) -> tuple[Check, ...]:

    if case is None:
        return (*MENU, *rule_checks(cache(lambda: load_packs(packs))), *page_checks())
    return (*MENU, *rule_checks(cache(lambda: packs_at_hand(case, packs))), *page_checks())


def repeat(stale: StaleRun) -> str:
    """Makes a stale run again, and returns the id of the new one."""
    return check(stale.case, packs=stale.packs(), **stale.settings).run_id
