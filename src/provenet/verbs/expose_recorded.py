"""`expose --recorded`: the rows of the record for a case's countries and day, as a run of their own a country."""

from __future__ import annotations

from provenet.case.record import RECORD, record_digest
from provenet.case.rows import AnyRow
from provenet.case.standing import Scope
from provenet.core.errors import UsageFault
from provenet.core.wording import series
from provenet.exposure.recorded import record, recorded_countries, recorded_receipt, recorded_rows
from provenet.verbs.answers import ExposureReport
from provenet.verbs.expose import ExposeSettings
from provenet.verbs.expose_run import countries_meant, countries_named, country_answer, exposure_report
from provenet.verbs.options import CaseLike
from provenet.verbs.question import opened

OTHERS = (
    "restricted",
    "restricted_country",
    "policy",
    "sensitive",
    "carrier",
    "graph",
    "count_endpoints",
    "later_tags",
)
"""Settings that change what is counted: the record is fixed."""


def expose_recorded(case: CaseLike, settings: ExposeSettings) -> ExposureReport:
    """What routes cross, by the record of the newest day up to the one in question; see `verbs.expose`."""
    into = opened(case, settings.known_on)
    given = [name for name in OTHERS if getattr(settings, name)]
    if given:
        option = f"--{given[0].replace('_', '-')}"
        raise UsageFault(
            f"expose: {option} does not go with --recorded, since the record is fixed; leave one of them out."
        )
    receipt = recorded_receipt(settings.as_of, settings.known_on)
    held = recorded_countries()
    if receipt is None:
        recorded = series([_day(row) for row in sorted(record()["receipt"], key=lambda row: row["as_of_on"])], "or")
        raise UsageFault(f"expose: no record stands for {settings.as_of}; there are records {recorded}.")
    named = countries_named("--country", settings.country)
    if missing := [country for country in named if country not in held]:
        raise UsageFault(f"expose: the record does not hold {series(missing)}; it holds {series(held)}.")
    days = (settings.as_of, settings.known_on)
    wanted = named or [country for country in countries_meant(into, *days) if country in held]
    if not wanted:
        raise UsageFault(
            f"expose: the record holds {series(held)}, and the case has none of them; name one: --country NAME."
        )
    parties = set(into.read("party")["party_id"].to_list())
    answers = []
    for country in wanted:
        scope = Scope(country, *days)
        rows = recorded_rows(receipt, country, settings.as_of, known=settings.known_on)
        with into.writer("expose", {**scope.settings, "recorded": True}, {RECORD: record_digest()}) as run:
            if not run.already:
                for name, found in rows.items():
                    run.append(name, [_known_party(row, parties) for row in found])
        answers.append(country_answer(into, country, run.run_id))
    return exposure_report(into, settings, answers)


def _day(row: AnyRow) -> str:
    known = f" --known-on {row['known_on']}" if row["known_on"] else ""
    return f"from --as-of {row['as_of_on']}{known} on"


def _known_party(row: AnyRow, parties: set[str]) -> AnyRow:
    """A row without a party that the case does not have."""
    return {**row, "party_id": None} if row.get("party_id") and row["party_id"] not in parties else row
