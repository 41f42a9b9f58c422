"""The settings of `depend`: how much rests on whom in each country."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from provenet.case.export import digest_of
from provenet.case.run_kinds import DEPEND, KINDS
from provenet.case.standing import Scope, Standing
from provenet.case.tables import table
from provenet.core.settings import case_call_of
from provenet.dependence.depend import READS
from provenet.dependence.depend import depend as figures_of
from provenet.dependence.question import DependenceQuestion
from provenet.evidence.listings import VendorGroup
from provenet.verbs.answers import CountryDependence, DependenceReport
from provenet.verbs.measured_run import MeasuredCall, depend_on_measurements, has_measurements, measured_answer
from provenet.verbs.options import CaseLike
from provenet.verbs.question import KnownCountries, countries_with_shares, known_tables, opened, tables_of, vendor_words
from provenet.verbs.run import StaleRun
from provenet.verbs.settings import DependSettings

FIGURE = ("share_id", "pack", "asset_class", "segment", "measure", "measure_short", "method")
"""The columns of a share that an answer repeats, beside its ends and its coverage."""
ENDS = ("low_share", "high_share", "low_open", "high_open", "coverage_share")


def run(case: CaseLike, settings: DependSettings) -> DependenceReport:
    """Writes how much rests on whom in each country, as intervals with coverage: one run per country.

    Parts under a policy rest on the verdicts last written for that day; without `policy`, on all that were screened
    for the country. Without any verdict there are shares of vendors and no parts. Each of `vendors` is a vendor or a
    group, whose share together is written beside those of single vendors, wherever anything is known of it; the answer
    names the members. Raises UsageFault for a country, vendor or list nobody has and a group of none.

    Where the case holds sightings, also who made each router that answered a measurement (one run of `estimates`), and
    shares of vendors among these routers with what contradicts declared rows (a run of `measured` a country). They are
    rows of their own: a measured share is of routers that answered or were probed, never of all equipment.
    """

    into, as_of, known_on = opened(case, settings.known_on), settings.as_of, settings.known_on
    standing = Standing(into)
    read = [name for name in READS if name not in ("verdict", "rest_verdict")]
    tables = tables_of(into, read)
    named = vendor_words(into, as_of, known_on).groups(settings.vendors, "--vendors") if settings.vendors else []
    inputs = into.digest([*read, *(["listing"] if any(one.kind for one in named) else [])])
    known, groups = known_tables(tables, as_of, known_on), {_members(one): one.says for one in named}
    short = {_members(one): one.kind or one.says for one in named}
    own = {"vendors": sorted(settings.vendors)} if settings.vendors else {}
    names = dict(tables["party"].select("party_id", "name").iter_rows())
    is_measured = has_measurements(into)
    places = KnownCountries(into, known["party"], known_on)
    wanted = places.named(settings.country) or standing.countries("screen", as_of, known_on)
    wanted = wanted or countries_with_shares({**tables, "party": known["party"]})
    wanted = wanted or (sorted({*places.measured, *places.registered}) if is_measured else [])
    found = []
    for at, where in enumerate(wanted):
        settings.progress("countries worked out", at, len(wanted))
        scope = Scope(where, as_of, known_on)
        verdicts = standing.verdicts(scope, settings.policy)
        packs = verdicts["pack"].unique().sort().to_list()
        with into.writer(
            "depend", {**scope.settings, **own}, {**inputs, "verdict": digest_of(table("verdict"), verdicts)}
        ) as record:
            if not record.already:
                rest = standing.rest_verdicts(scope, settings.policy)
                shown = {**known, "verdict": verdicts, "rest_verdict": rest}
                question = DependenceQuestion(shown, where, as_of, known_on, tuple(packs), groups)
                for name, made in figures_of(question).items():
                    record.append(name, made)
        counts = {name: into.read_run(name, record.run_id).height for name in KINDS[DEPEND].writes}
        figures = _figures(into.read_run("vendor_share", record.run_id), names, short)
        found.append(CountryDependence(where, counts, record.run_id, tuple(figures)))
    if is_measured:
        call = MeasuredCall(
            case=into,
            as_of=as_of,
            known_on=known_on,
            policy=settings.policy,
            groups=groups,
            own=own,
            window_days=settings.window_days,
            progress=settings.progress,
        )
        runs = depend_on_measurements(call, wanted)
        measured = {where: measured_answer(into, runs[where], settings.window_days) for where in wanted}
        found = [one.model_copy(update={"measured": measured[one.country]}) for one in found]
    meant = [{"word": one.word, "says": one.says, "vendors": list(one.vendor_ids)} for one in named]
    return DependenceReport(as_of, known_on, tuple(found), tuple(meant))


depend = case_call_of(DependSettings, run, "depend")


def _members(group: VendorGroup) -> frozenset[str]:
    """A group as a set of vendors; of those seated in a country also whoever nobody names."""
    return frozenset((*group.vendor_ids, *([f"country:{group.seat}"] if group.seat else [])))


def _figures(
    shares: pl.DataFrame, names: Mapping[str, str], groups: Mapping[frozenset[str], str]
) -> list[dict[str, Any]]:
    """What of a whole country rests on which vendors, and what is restricted under which policy, the biggest first.

    Left out are shares that nobody published, forecasts, estimates of a later day, and intervals from none to all.
    """

    of_vendors = (
        pl.col("part").is_null() & ~pl.col("complement") & ~pl.col("method").is_in(["not published", "forecast"])
    )
    kept = shares.filter(
        pl.col("carrier_id").is_null()
        & (of_vendors | (pl.col("part") == "restricted"))
        & pl.col("newest").fill_null(True)
        & ~pl.col("later_estimate")
        & ((pl.col("low_share") > 0) | (pl.col("high_share") < 1))
    ).sort(["low_share", "high_share", "share_id"], descending=[True, True, False])
    return [
        {**{name: row[name] for name in FIGURE}, "vendors": _spelled(row["vendor_ids"], names, groups)}
        | {name: row[name] for name in ENDS}
        for row in kept.iter_rows(named=True)
    ]


def _spelled(ids: list[str], names: Mapping[str, str], groups: Mapping[frozenset[str], str]) -> list[str]:
    """The vendors of a share by name; of a group that the call names its words."""
    group = groups.get(frozenset(ids))
    return [group] if group else [names.get(one, one) for one in ids]


def repeat(stale: StaleRun) -> str:
    """Makes a stale run again, also one of `estimates` or `measured`, and returns the id of the new one."""
    made = depend(stale.case, country=stale.countries, **stale.settings).countries[0]
    measured = None if stale.record.verb == DEPEND else made.measured
    return str(measured["run_id"]) if measured else made.run_id
