"""Runs of `estimates` and `measured`: what `depend` makes of measurements of routers in a case.

Used by the verb alone. One run of `estimates` a call holds who made each router that answered, wherever it stands; one
run of `measured` a country holds shares of vendors among them, and where they contradict what was declared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from provenet.case.asof import as_known
from provenet.case.case import Case
from provenet.case.export import digest_of
from provenet.case.run_kinds import KINDS
from provenet.case.runs import run_id
from provenet.case.standing import Scope, Standing
from provenet.case.tables import table
from provenet.core.ids import names_in
from provenet.core.progress import Progress
from provenet.core.when import EVIDENCE_WINDOW_DAYS
from provenet.dependence.question import DependenceQuestion
from provenet.verbs.question import known_tables, tables_of

SHARE = names_in(
    "measured_share_id level carrier_id measured_of vendor_ids part pack router_count seen_count identified_count "
    "answered_count low_share high_share low_seen_share high_seen_share low_unanswered_share high_unanswered_share "
    "low_assumed_share high_assumed_share low_corrected_share high_corrected_share corrected_unknown_because "
    "coverage_share day_count moved_count low_daily_share high_daily_share seen_low_on seen_high_on"
)
"""The columns of a measured share that an answer holds."""


@dataclass(frozen=True, kw_only=True)
class MeasuredCall:
    """One call: the case, the days, the policies and groups of vendors that it names."""

    case: Case
    as_of: date
    known_on: date | None
    policy: Sequence[str]
    groups: Mapping[frozenset[str], str]
    own: Mapping[str, object]
    """The settings of a run beside country and days."""
    window_days: int
    """How much older than the newest evidence of a country may be that counts."""
    progress: Progress


def has_measurements(case: Case) -> bool:
    """Whether a case holds a sighting."""
    return case.scan("sighting").head(1).collect().height > 0


def depend_on_measurements(call: MeasuredCall, wanted: Sequence[str]) -> dict[str, str]:
    """Writes estimates and shares of measured routers, and returns the run of each country. Raises UsageFault where
    numpy is missing.
    """
    from provenet.dependence import measured_routers as routers
    from provenet.dependence import measured_shares as shares

    case, standing = call.case, Standing(call.case)
    measured, beside = list(routers.READS), [one for one in shares.READS if one not in ("verdict", "rest_verdict")]
    scopes = {where: Scope(where, call.as_of, call.known_on) for where in wanted}
    window = {} if call.window_days == EVIDENCE_WINDOW_DAYS else {"window_days": call.window_days}
    whole = {**Scope(None, call.as_of, call.known_on).settings, **window}
    evidence = case.digest([*measured, "source"])
    inputs = {
        where: {
            **case.digest([*measured, *beside]),
            "verdict": digest_of(table("verdict"), standing.verdicts(scope, call.policy)),
        }
        for where, scope in scopes.items()
    }
    settings = {where: {**scope.settings, **call.own, **window} for where, scope in scopes.items()}
    runs = {"": run_id("estimates", whole, evidence)}
    runs |= {where: run_id("measured", settings[where], inputs[where]) for where in wanted}
    if not set(runs.values()) <= set(case.runs()["run_id"]):
        call.progress("routers identified", 0, 1)
        room = _Room(call, measured, beside)
    with case.writer("estimates", whole, evidence) as record:
        if not record.already:
            record.append("vendor_estimate", room.estimates())
    for where, scope in scopes.items():
        with case.writer("measured", settings[where], inputs[where]) as record:
            if not record.already:
                for name, rows in room.tables(standing, scope, runs[""]).items():
                    record.append(name, rows)
    return {where: runs[where] for where in wanted}


class _Room:
    """What the room works out of the tables of a case, once for all countries of a call."""

    def __init__(self, call: MeasuredCall, measured: Sequence[str], beside: Sequence[str]) -> None:
        from provenet.dependence.measured_conflicts import ADDRESSED, with_addresses
        from provenet.dependence.measured_routers import RANGE_COLUMNS, Days, measured_routers

        self.call = call
        # Tables of ranges are long, and have a day of their own, by which the room chooses.
        ranges = [name for name in measured if name in RANGE_COLUMNS]
        tables = tables_of(call.case, [one for one in (*measured, *beside, "source") if one not in ranges])
        self.known = known_tables(tables, call.as_of, call.known_on)
        self.known |= {name: call.case.columns(name, RANGE_COLUMNS[name]) for name in ranges}
        self.found = measured_routers(
            self.known, Days(as_of=call.as_of, known=call.known_on, window_days=call.window_days)
        )
        assets = as_known("asset", call.case.columns("asset", ADDRESSED), tables["source"], day=call.known_on)
        self.addressed = with_addresses(assets)

    def estimates(self) -> Sequence[Any]:
        """Rows of `vendor_estimate`."""
        from provenet.dependence.measured_routers import estimate_rows

        return estimate_rows(self.found)

    def tables(self, standing: Standing, scope: Scope, estimates_run: str) -> Mapping[str, Sequence[Any]]:
        """Rows of the tables of `measured` for one country."""
        from provenet.dependence.measured_shares import measured_tables

        verdicts = standing.verdicts(scope, self.call.policy)
        question = DependenceQuestion(
            tables={**self.known, "verdict": verdicts, "rest_verdict": standing.rest_verdicts(scope, self.call.policy)},
            country=str(scope.country),
            as_of=scope.as_of,
            known=scope.known_on,
            packs=tuple(verdicts["pack"].unique().sort().to_list()),
            groups=dict(self.call.groups),
        )
        return measured_tables(question, self.found, estimates_run=estimates_run, addressed=self.addressed)


def measured_answer(case: Case, run: str, window_days: int) -> dict[str, Any]:
    """The shares of a run over all its days as an answer holds them, and how many rows it wrote."""
    rows = case.read_run("measured_share", run)
    shown = rows.filter(period="all").sort(
        ["level", "carrier_id", "measured_of", "part", "pack", "seen_count", "measured_share_id"],
        descending=[True, False, False, False, False, True, False],
        nulls_last=False,
    )
    return {
        "run_id": run,
        "window_days": window_days,
        "rows": {name: case.read_run(name, run).height for name in KINDS["measured"].writes},
        "figures": tuple(shown.select(SHARE).iter_rows(named=True)),
    }
