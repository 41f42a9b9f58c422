"""The verb `retract`: an input counts no more, for a reason that stays in the case, or counts again."""

from collections import Counter

from provenet.case.case import Case
from provenet.case.pack_files import held_packs
from provenet.case.retractions import KEPT, RESTORED, RETRACTED, TABLE, last_retractions
from provenet.case.rows import RetractionRow, iter_rows_of
from provenet.case.standing import Standing
from provenet.case.tables import frame, tables
from provenet.core.errors import UsageFault, clip, nearest
from provenet.core.ids import fold
from provenet.core.settings import case_call_of
from provenet.ingest.rows import made_row
from provenet.verbs.answers import Retraction, StaleResults
from provenet.verbs.options import CaseLike
from provenet.verbs.packs import withdraw_pack
from provenet.verbs.question import opened
from provenet.verbs.settings import RetractSettings


def run(case: CaseLike, settings: RetractSettings) -> Retraction:
    """Retracts a source with every row that cites it, one row, or a rule pack of the case; or restores it.

    Nothing is deleted: rows stay in their tables, and `why` shows them with the reason. Results that read them are
    stale from then on. Raises UsageFault where the case has no such input, where it is in that state already, and
    without a reason.
    """

    into = opened(case)
    reason = settings.reason.strip()
    if not reason:
        raise UsageFault("retract: --reason is missing; expected a sentence that says why, which stays in the case.")
    if any(fold(one.row["pack"]) == fold(settings.what) for one in held_packs(into)):
        return _retract_pack(into, settings.what, reason, settings=settings)
    about, count = _found(into, settings.what)
    _record(into, about, _last(into, about), reason=reason, settings=settings)
    return Retraction(
        about=about,
        state=_state(settings),
        reason=reason,
        from_on=settings.from_on,
        row_count=count,
        stale=_stale(into),
    )


retract = case_call_of(RetractSettings, run, "retract")


def _state(settings: RetractSettings) -> str:

    return RESTORED if settings.restore else RETRACTED


def _last(case: Case, about: str) -> RetractionRow | None:

    return next(iter_rows_of(RetractionRow, last_retractions(case.read(TABLE)).filter(about=about)), None)


def _record(case: Case, about: str, last: RetractionRow | None, *, reason: str, settings: RetractSettings) -> None:

    name, _, key = about.partition(":")
    is_retracted = last is not None and last["state"] == RETRACTED
    same_day = last is None or last["from_on"] == settings.from_on
    if settings.restore and not is_retracted:
        raise UsageFault(f"retract: this input is not retracted; found {about!r}.")
    if not settings.restore and is_retracted and same_day:
        raise UsageFault(
            f"retract: this input is retracted already: {last['reason'] if last else ''}; found {about!r}."
        )
    column = "source_id" if name == "source" else "row_id"
    of = case.read(name, whole=True).filter(**{column: key}).row(0, named=True)
    content = {
        "about": about,
        "reason": reason,
        "state": _state(settings),
        "from_on": settings.from_on,
        "supersedes": last["row_id"] if last else None,
        "source_id": of["source_id"],
    }
    row = made_row(TABLE, content, of["file_id"], locator=of["locator"])
    read = {"about": about, "state": _state(settings), "reason": reason}
    with case.writer("retract", read, {"after": last["row_id"] if last else ""}) as record:
        record.append(TABLE, frame(TABLE, [row]))


def _found(case: Case, what: str) -> tuple[str, int]:
    """What an id is of, as `table:row` or `source:id`, and how many rows that is."""

    places = [(spec.name, spec.id_column) for spec in tables().values() if spec.kind == "input"]
    name, colon, key = what.partition(":")
    if colon and name in dict(places):
        places, what = [(name, dict(places)[name])], key
    found: list[tuple[str, str]] = []
    for table, column in places:
        if table == "source":
            continue
        rows = case.read(table, whole=True)
        hits = rows.filter((rows["row_id"] == what) | (rows[column] == what))["row_id"].to_list()
        found += [(table, row) for row in hits]
    if (not colon or name == "source") and case.read("source").filter(source_id=what).height:
        citing = (one.name for one in tables().values() if one.kind == "input" and one.name not in KEPT)
        return f"source:{what}", sum(case.read(name, whole=True).filter(source_id=what).height for name in citing)
    if len(found) == 1:
        return f"{found[0][0]}:{found[0][1]}", 1
    if found:
        choice = ", ".join(f"{table}:{row}" for table, row in found[:5])
        raise UsageFault(f"retract: {len(found)} rows have this id; found {what!r}, expected one of {choice}.")
    near = nearest(what, case.read("source")["source_id"].to_list())
    hint = f" Nearest source: {near}." if near else ""
    raise UsageFault(f"retract: no source, row or rule pack of the case has the id {clip(what, 200)!r}.{hint}")


def _retract_pack(case: Case, name: str, reason: str, *, settings: RetractSettings) -> Retraction:

    if settings.restore or settings.from_on:
        way_out = "add its file again: provenet add CASE FILE" if settings.restore else "leave out --from-on"
        raise UsageFault(f"retract: a rule pack is withdrawn on every day and restored by its file; {way_out}.")
    held = withdraw_pack(case, name, reason)
    about = f"rule_pack:{held.row['pack']}"
    return Retraction(about, _state(settings), reason, from_on=None, row_count=1, stale=_stale(case))


def _stale(case: Case) -> tuple[StaleResults, ...]:
    """How many results of each verb are stale now."""

    counts = Counter(state.run.verb for state in Standing(case).states() if state.word == "stale")
    return tuple(StaleResults(verb, count) for verb, count in sorted(counts.items()))
