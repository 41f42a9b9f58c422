"""The verb `demo`: the bundled case, end to end."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from provenet.case.case import Case
from provenet.case.tables import vocabulary
from provenet.core import wording
from provenet.core.countries import packaged_rows
from provenet.core.digest import sha256_bytes
from provenet.core.errors import InputFault
from provenet.core.packages import require
from provenet.core.progress import Progress
from provenet.core.settings import case_call_of
from provenet.ingest.opening import Upload
from provenet.ingest.reader import bundled_files
from provenet.policy.packs import Binding, load_packs
from provenet.verbs.add import enter_files
from provenet.verbs.answers import DemoReport, ExposureReport, FundReport, PlanReport, ScreenReport
from provenet.verbs.brief import Composition, composed_dossiers, write_dossiers
from provenet.verbs.depend import depend
from provenet.verbs.expose import ExposeSettings
from provenet.verbs.expose_run import expose
from provenet.verbs.fund import FundSettings
from provenet.verbs.fund_run import Rows, fund_countries, rows_beforehand
from provenet.verbs.plan_run import demo_plans
from provenet.verbs.question import countries_with_carriers, countries_with_shares, tables_of
from provenet.verbs.screen import screen
from provenet.verbs.second_process import SecondProcess
from provenet.verbs.settings import BriefSettings, DemoSettings


def run(path: Path | str, settings: DemoSettings) -> DemoReport:
    """Makes the bundled case in a folder, or goes on with the one there, and runs it end to end.

    Countries and days are the setting `demo` of `vocabulary.yml`. Every country is screened under the policies of its
    own jurisdiction; the foreign policies that the setting names are screened once, on the first day. On that day
    shares are worked out for every country that has some, so that each stands beside the others. With `country`, only
    these countries, on the first day: their policies, shares and dossiers, without plans and aid, for which the bundled
    facts hold figures of the demo's countries alone. Raises UsageFault for a country without a carrier in them.
    """
    require("brief")
    if not settings.country:
        require("plan")

    from provenet.exposure.recorded import recorded_countries
    from provenet.verbs.routes_run import expose_recorded

    progress = settings.progress
    setting = vocabulary()["demo"]
    parties = pl.DataFrame(list(packaged_rows("facts", "parties_extra.csv")))
    countries = tuple(countries_with_carriers(parties, settings.country) or setting["countries"])
    title = f"{wording.series(countries)}, by public sources"
    binding = Binding(load_packs(), vocabulary()["jurisdictions"])
    own = {country: binding.policies(country) for country in countries}
    lawful = tuple(country for country, names in own.items() if names)
    case = Case.open(path) if Path(path).exists() else Case.new(path, title)
    files = {name: Upload(name, sha256_bytes(data), data, len(data)) for name, data in bundled_files().items()}
    added = enter_files(case, {Path(name): (upload, None) for name, upload in files.items()}, progress)
    if added.fault_count:
        raise InputFault(added.faults, added.fault_count)
    shared = countries_with_shares(tables_of(case, ("party", "market_share", "carrier_share")))
    weighed = countries if settings.country else tuple(sorted({*countries, *shared}))
    screened: list[ScreenReport] = []
    exposed: list[ExposureReport] = []
    planned: list[PlanReport] = []
    funded: list[FundReport] = []
    briefs: list[tuple[BriefSettings, Future[list[Composition] | None]]] = []
    days = setting["days"][:1] if settings.country else setting["days"]
    with SecondProcess(is_wanted=not settings.country) as second:
        for day in days:
            turns = [(tuple(own[country]), (country,)) for country in lawful]
            answers = [screen(case, names, **day, country=where, progress=progress) for names, where in turns]
            if not screened and not settings.country:
                answers.append(screen(case, tuple(setting["also"]), **day, progress=progress))
            policies = [policy for one in answers for policy in one.policies]
            policies.sort(key=lambda policy: policy.country is None or policy.country not in own)
            screened.append(ScreenReport(day["as_of"], day.get("known_on"), tuple(policies)))
            depend(case, **day, country=countries if screened[1:] else weighed, progress=progress)
            if held := tuple(country for country in countries if country in recorded_countries()):
                exposed.append(expose_recorded(case, ExposeSettings(**day, country=held, recorded=True)))
            calls = [] if settings.country else _fund_calls(day, setting)
            # The second process works out aid of the first day while the first one plans, then composes all dossiers
            # of that day and one of the last, while the first one goes on.
            beforehand = [second.ask(case.path, rows_beforehand, call) for call in calls[:-1]] if not briefs else []
            if lawful:
                expose(case, sites=True, **day, country=lawful, progress=progress)
            if not settings.country:
                planned += demo_plans(case, day, setting, progress=progress)
                funded += _funds(case, calls, beforehand, progress=progress)
            call = BriefSettings(**day, country=countries if day is not days[-1] else countries[:1])
            briefs.append((call, second.ask(case.path, composed_dossiers, call)))
        rest = BriefSettings(**days[-1], country=countries[1:], progress=progress)
        here = composed_dossiers(case, rest) if rest.country else []
        composed = [found.result() or composed_dossiers(case, call) for call, found in briefs]
        composed[-1] += here
    briefed = [write_dossiers(case, call, pages) for (call, _), pages in zip(briefs, composed, strict=True)]
    return DemoReport(case.path, tuple(screened), tuple(briefed), tuple(planned), tuple(funded), tuple(exposed))


demo = case_call_of(DemoSettings, run, "demo")


def _fund_calls(day: Mapping[str, Any], setting: Mapping[str, Any]) -> list[FundSettings]:
    """What the bundled case asks on one day: each country under the assumed programme that the setting names."""
    named = setting["programmes"].get(str(day["as_of"]), {})
    return [
        FundSettings(**day, country=(country,), programme=programme) for country, programme in sorted(named.items())
    ]


def _funds(
    case: Case,
    calls: Sequence[FundSettings],
    beforehand: Sequence[Future[tuple[str, Rows] | None]],
    *,
    progress: Progress,
) -> list[FundReport]:
    """The answers to some calls, all but the last of which the second process may have worked out."""
    known: dict[str, Rows] = dict([rows_beforehand(case, calls[-1])] if beforehand else [])
    known.update(found for one in beforehand if (found := one.result()) is not None)
    return [fund_countries(case, replace(call, progress=progress), known.get) for call in calls]
