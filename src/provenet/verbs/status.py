"""The verb `status`: which results of a case stand, which are stale and why, and what brings them up to date."""

from collections import Counter
from collections.abc import Iterator

from provenet.case.case import Case
from provenet.case.pack_files import held_packs
from provenet.case.retractions import TABLE, in_force
from provenet.case.rows import RetractionRow, rows_of
from provenet.case.run_kinds import KINDS
from provenet.case.standing import Scope, Standing, State
from provenet.core.ids import fold
from provenet.core.settings import case_call_of
from provenet.policy.packs import load_packs
from provenet.verbs.answers import NextStep, PackState, ResultState, RetractedInput, StatusReport
from provenet.verbs.options import CaseLike
from provenet.verbs.question import KnownCountries, opened
from provenet.verbs.settings import StatusSettings


def run(case: CaseLike, settings: StatusSettings) -> StatusReport:
    """Says of every result that stands whether it is current, and why not; writes nothing.

    A result is stale where a table, a verdict or a share that it read has changed, or where it rests on a stale one.
    Results of another release of the code are marked, and `run` makes them anew as well. Cost: a digest of each table
    that a result read.
    """

    into = opened(case)
    standing = Standing(into)
    states = standing.states()
    counts = Counter(state.word for state in states)
    return StatusReport(
        case=into.path,
        up_to_date=all(state.word == "current" for state in states),
        counts={word: counts[word] for word in ("current", "stale", "other release") if counts[word]},
        results=tuple(_result(state) for state in states),
        next_steps=tuple(_next_steps(into, standing, states)),
        packs=tuple(_packs(into)),
        retracted=tuple(_retracted(into)),
    )


status = case_call_of(StatusSettings, run, "status")


def _packs(case: Case) -> Iterator[PackState]:
    """The rule packs that the case holds, withdrawn ones too."""

    held = held_packs(case)
    if not held:
        return

    bundled = {fold(name) for name in load_packs().packs}
    for one in held:
        yield PackState(
            pack=one.row["pack"],
            title=one.row["title"],
            force=one.row["force"],
            jurisdiction=one.row["jurisdiction"],
            state=one.row["state"],
            version=one.version,
            file=one.file_name,
            file_id=one.row["file_id"],
            replaces_bundled=one.stands and fold(one.row["pack"]) in bundled,
        )


def _retracted(case: Case) -> Iterator[RetractedInput]:

    for row in rows_of(RetractionRow, in_force(case.read(TABLE))):
        yield RetractedInput(row["about"], row["reason"], row["from_on"])


def _result(state: State) -> ResultState:
    run = state.run
    return ResultState(run.verb, run.run_id, run.settings, state.word, tuple(state.reasons), run.command)


def _next_steps(case: Case, standing: Standing, states: list[State]) -> Iterator[NextStep]:
    """What a person would do next: fill an empty case, screen it, bring it up to date, or go a verb further."""

    parties = case.read("party")
    if not (parties.height or KnownCountries(case, parties, None).stated()):
        yield NextStep("provenet add CASE FILE...", "the case holds no party yet")
        return
    if any(state.word != "current" for state in states):
        yield NextStep("provenet run CASE", "brings every result above up to date, in order")
    if not standing.runs("screen"):
        yield NextStep("provenet screen CASE --policy ID --country NAME --as-of DAY", "no policy was screened yet")
    scopes = {
        run.scope(country): None
        for run in standing.runs("screen")
        if "as_of" in run.settings
        for country in run.countries
        if country is not None
    }
    for scope in scopes:
        done = {verb for verb in KINDS if any(run.covers(scope) for run in standing.runs(verb))}
        if "depend" not in done:
            yield _step("depend", scope, "verdicts stand, and no shares yet")
        elif "brief" not in done:
            yield _step("brief", scope, "shares stand, and no dossier yet")


def _step(verb: str, scope: Scope, reason: str) -> NextStep:
    return NextStep(f"provenet {verb} CASE {scope.options}", reason)
