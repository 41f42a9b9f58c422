"""One run of `paths` a country: what `expose --paths` reads of a case and writes into it.

Used by the verb alone. Traces are walked once for all countries of a call, some at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from provenet.case.case import Case
from provenet.case.export import digest_of
from provenet.case.rows import PartyRow
from provenet.case.standing import Scope, Standing
from provenet.case.tables import table
from provenet.core.errors import StaleInput, UsageFault
from provenet.core.ids import names_in
from provenet.core.wording import series
from provenet.dependence.outcomes import Policies
from provenet.dependence.question import DependenceQuestion
from provenet.verbs.answers import CountryPaths, PathsReport
from provenet.verbs.country_runs import CountryRun, Rows, again, countries_named, options_given, write_runs
from provenet.verbs.expose import ExposeSettings
from provenet.verbs.options import CaseLike
from provenet.verbs.question import KnownCountries, known_tables, opened, tables_of, vendor_words
from provenet.verbs.run import StaleRun

if TYPE_CHECKING:
    from provenet.dependence.measured_routers import Days
    from provenet.exposure.measured_paths import MeasuredTables, VendorQuestion

INPUTS = ("trace", "hop", "probed_address", "exchange_prefix", "prefix_origin", "prefix_country", "party", "source")
BATCH_ROWS = 2_000_000
"""About how many traces and hops are held at once."""
PATH = names_in(
    "path_exposure_id target_country vendor_ids restricted_says pack trace_count on_hop_count in_network_count "
    "beyond_ends_count unknown_count clear_count low_share high_share low_sure_share high_sure_share "
    "low_network_share high_network_share hop_count silent_count identified_count traced_low_on traced_high_on "
    "seen_low_on seen_high_on origins_on exchanges_on"
)
"""The columns of a row that an answer holds."""
OTHERS = names_in("restricted restricted_country sensitive carrier unlisted graph observed scenarios graphs recorded")
"""Options that speak of other questions."""


def has_traces(case: Case) -> bool:
    """Whether a case holds a measured path."""
    return case.scan("trace").head(1).collect().height > 0


def expose_paths(case: CaseLike, settings: ExposeSettings) -> PathsReport:
    """What measured paths cross, country by country; see `verbs.expose`.

    Raises UsageFault where the case has no trace or no country is meant, StaleInput where no router was identified for
    the day, or what was is older than the sightings.
    """
    if others := options_given(settings, OTHERS):
        raise UsageFault(f"expose --paths: leave out {series(others)}; measured paths have no such option.")
    into = opened(case, settings.known_on)
    if not has_traces(into):
        raise UsageFault("expose --paths: the case holds no trace; add one: provenet add CASE TRACEROUTES.json")
    standing = Standing(into)
    runs = write_paths(into, standing, settings, wanted=_countries(into, standing, settings))
    found = tuple(_answer(into, where, run) for where, run in runs.items())
    return PathsReport(settings.as_of, settings.known_on, found)


def write_paths(case: Case, standing: Standing, settings: ExposeSettings, *, wanted: Sequence[str]) -> dict[str, str]:
    """Writes what measured paths from some countries cross, and returns the run of each."""
    scopes = {where: Scope(where, settings.as_of, settings.known_on) for where in wanted}
    estimates = _estimates(standing, Scope(None, settings.as_of, settings.known_on))
    read = {**case.digest(INPUTS), "vendor_estimate": digest_of(table("vendor_estimate"), estimates)}
    own: dict[str, object] = {"policy": list(settings.policy)} if settings.policy else {}
    own |= {"vendors": sorted(settings.vendors)} if settings.vendors else {}
    own |= {"count_endpoints": True} if settings.count_endpoints else {}
    runs = {
        where: CountryRun(
            {**scope.settings, **own},
            {**read, "verdict": digest_of(table("verdict"), standing.verdicts(scope, settings.policy))},
        )
        for where, scope in scopes.items()
    }

    def make(missing: Sequence[str]) -> Mapping[str, Rows]:
        made = _room(case, standing, settings, scopes=[scopes[where] for where in missing], estimates=estimates)
        return {where: {"path_exposure": made.get(where, [])} for where in missing}

    return write_runs(case, "paths", runs, make=make)


def _countries(case: Case, standing: Standing, settings: ExposeSettings) -> list[str]:
    """The countries named, else those screened for the day, else those of the sources of traces."""
    named = countries_named("--country", settings.country)
    found = named or standing.countries("screen", settings.as_of, settings.known_on)
    found = found or KnownCountries.of_case(case, settings.as_of, settings.known_on).measured_in("trace")
    if not found:
        raise UsageFault(
            "expose --paths: no country is meant: none was screened, and no trace states the country of its source; "
            "name one: --country NAME."
        )
    return found


def _estimates(standing: Standing, whole: Scope) -> pl.DataFrame:
    """Who made the routers, for the days of a call. Raises StaleInput where nobody worked it out, or of other rows."""
    run = standing.estimates(whole)
    again = f"run: provenet depend CASE --as-of {whole.as_of}"
    again += f" --known-on {whole.known_on}" if whole.known_on else ""
    if run is None:
        raise StaleInput(f"expose --paths: no router was identified for {whole.as_of}; {again}")
    for old in standing.changed(run):
        raise StaleInput(f"expose --paths: the routers identified are older than the table {old}; {again}")
    return standing.estimates_read(whole)


def _room(
    case: Case, standing: Standing, settings: ExposeSettings, *, scopes: Sequence[Scope], estimates: pl.DataFrame
) -> Mapping[str, Sequence[Any]]:
    from provenet.exposure.measured_paths import PathQuestion, path_rows

    vendors = [
        one for scope in scopes for one in _questions(case, standing, settings, scope=scope, estimates=estimates)
    ]
    question = PathQuestion(
        as_of=settings.as_of, known=settings.known_on, vendors=vendors, count_endpoints=settings.count_endpoints
    )
    rows = path_rows(_tables(case, standing, settings, estimates=estimates), question, _batches(case, settings))
    made: dict[str, list[Any]] = {str(scope.country): [] for scope in scopes}
    for row in rows:
        made[row["country"]].append(row)
    return made


def _tables(case: Case, standing: Standing, settings: ExposeSettings, *, estimates: pl.DataFrame) -> MeasuredTables:
    """The tables by which addresses are decided, each of the newest day that counts."""
    from provenet.dependence.measured_routers import RANGE_COLUMNS, Days
    from provenet.exposure.measured_paths import MeasuredTables

    days = Days(as_of=settings.as_of, known=settings.known_on)
    run = standing.estimates(Scope(None, settings.as_of, settings.known_on))
    return MeasuredTables(
        estimates,
        origins=days.newest(case.columns("prefix_origin", RANGE_COLUMNS["prefix_origin"])),
        exchanges=days.newest(case.columns("exchange_prefix", RANGE_COLUMNS["exchange_prefix"])),
        places=days.newest(case.columns("prefix_country", RANGE_COLUMNS["prefix_country"])),
        probed=_probed(case, days),
        estimates_run="" if run is None else run.run_id,
    )


def _probed(case: Case, days: Days) -> pl.Series:
    """The addresses that lists up to the day that counts say were probed."""

    rows = case.columns("probed_address", ["address", "probed_on"])
    return rows.filter(days.count(pl.col("probed_on")))["address"].unique().sort()


def _questions(
    case: Case, standing: Standing, settings: ExposeSettings, *, scope: Scope, estimates: pl.DataFrame
) -> Iterator[VendorQuestion]:
    """The vendors in question for a country: those restricted under each policy, and groups that the call names."""
    from provenet.dependence.measured_shares import ASSET_CLASS, LAYER, part_of
    from provenet.exposure.measured_paths import VendorQuestion

    where, verdicts = str(scope.country), standing.verdicts(scope, settings.policy)
    tables = known_tables(tables_of(case, ["party", "source"]), scope.as_of, scope.known_on)
    question = DependenceQuestion(
        tables={**tables, "verdict": verdicts, "rest_verdict": standing.rest_verdicts(scope, settings.policy)},
        country=where,
        as_of=scope.as_of,
        known=scope.known_on,
        packs=tuple(verdicts["pack"].unique().sort().to_list()),
    )
    policies = Policies(question)
    seen = set(estimates["vendor_id"].drop_nulls().unique())
    known = seen | {row["party_id"] for row in question.rows(PartyRow) if row["role"] == "vendor"}
    for pack in policies.packs:
        policy = policies.of(pack, ASSET_CLASS, LAYER)
        if policy is not None:
            parts = {vendor: part_of(policy, vendor, None) for vendor in sorted(known)}
            restricted = frozenset(vendor for vendor, part in parts.items() if part == "restricted")
            if restricted:
                yield VendorQuestion(
                    country=where,
                    says=f"vendors restricted under {policy.says}",
                    restricted=restricted,
                    undecided=frozenset(one for one in seen if parts[one] not in ("restricted", "clear")),
                    pack=policy.pack,
                    issuer=policy.issuer,
                    inputs=tuple(policy.inputs(sorted(restricted | seen), None)),
                )
    if settings.vendors:
        for group in vendor_words(case, scope.as_of, scope.known_on).groups(settings.vendors, "--vendors"):
            yield VendorQuestion(
                country=where,
                says=group.says,
                restricted=frozenset(group.vendor_ids),
                undecided=frozenset(seen.intersection(group.uncertain_ids)),
            )


def _batches(case: Case, settings: ExposeSettings) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """The traces up to the day that counts, with their hops, some whole traces at a time."""

    from provenet.dependence.measured_routers import Days
    from provenet.exposure.measured_batches import whole_traces
    from provenet.exposure.measured_paths import HOP_COLUMNS, TRACE_COLUMNS

    days = Days(as_of=settings.as_of, known=settings.known_on)
    yield from whole_traces(
        case.readers("trace", days.count(pl.col("started_at").dt.date())),
        case.readers("hop"),
        trace_columns=TRACE_COLUMNS,
        hop_columns=HOP_COLUMNS,
        most_rows=BATCH_ROWS,
        progress=settings.progress,
    )


def _answer(case: Case, country: str, run: str) -> CountryPaths:
    rows = case.read_run("path_exposure", run)
    shown = rows.sort(["pack", "restricted_says", "target_country"], nulls_last=False)
    return CountryPaths(country, {"path_exposure": rows.height}, tuple(shown.select(PATH).iter_rows(named=True)), run)


def repeat(stale: StaleRun) -> str:
    """Makes a stale run again, and returns the id of the new one."""
    return expose_paths(stale.case, again(stale, paths=True)).countries[0].run_id
