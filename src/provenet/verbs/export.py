"""The verb `export`: rows of a case as one file. Nothing is written here: the door writes the bytes."""

from collections.abc import Iterable
from typing import Any

from provenet.case.case import Case
from provenet.case.export import csv_of, forms_of, table_file
from provenet.case.run_kinds import KINDS, ROBUST
from provenet.case.structs import settings_of, with_texts
from provenet.case.tables import table, tables
from provenet.core.digest import sha256_bytes
from provenet.core.errors import UsageFault, clip, hint_at, nearest
from provenet.core.settings import case_call_of
from provenet.replacement import exports, mspdi
from provenet.replacement.exports import PlanRows
from provenet.verbs.answers import ExportFile
from provenet.verbs.options import CaseLike
from provenet.verbs.question import opened
from provenet.verbs.settings import ExportSettings


def run(case: CaseLike, settings: ExportSettings) -> ExportFile:
    """Rows of a case as the bytes of one file.

    `form` csv is one table: `name` of the run, or without a run the rows of `name` that stand; a run of plan gives its
    steps unless `name` says otherwise. `xlsx` and `mspdi` take a run of plan. A run is named by its id or a beginning
    that is no other's, a plan also by the plan's id. Without a run, `xlsx`, `parquet` and `geojson` are the rows of
    `name` that stand. Cells that a spreadsheet would run as a formula are guarded. Raises UsageFault for a run or table
    that is none, for a plan without any lot in time as mspdi, and for a table without places as geojson.
    """

    form, name = settings.form, settings.name
    if name is not None and name not in tables():
        raise settings.fault("name", f"no such table; found {clip(name)!r}.{hint_at(nearest(name, tables()))}")
    into = opened(case)
    if settings.run is None:
        if name is None or form == "mspdi":
            raise UsageFault("export: no run was named. Name one, or a table with --table for the rows that stand.")
        if form not in forms_of(table(name)):
            raise settings.fault("form", f"geojson holds places; the table {name} has none.")
        rows = into.read_latest(name)
        return _file(None, form, name, count=rows.height, data=table_file(table(name), rows, form))
    run_id = _run_of(into, settings.run)
    if form == "csv":
        chosen = name or _table_of(into, run_id)
        rows = into.read_run(chosen, run_id)
        return _file(run_id, form, chosen, count=rows.height, data=csv_of(table(chosen), rows))
    if form in ("parquet", "geojson"):
        raise settings.fault("form", f"{form} holds the rows of a table that stand; name no run.")
    if name is not None:
        raise settings.fault("name", f"{form} takes the whole plan; a single table goes with --as csv.")
    plan = _plan_of(into, run_id)

    if form == "xlsx":
        return _file(run_id, form, None, count=len(plan.steps), data=exports.workbook(plan))
    return _file(run_id, form, None, count=len(plan.in_time()), data=mspdi.project(plan))


export = case_call_of(ExportSettings, run, "export")


def _file(run_id: str | None, form: str, name: str | None, *, count: int, data: bytes) -> ExportFile:

    return ExportFile(run_id, form, name, row_count=count, file_id=sha256_bytes(data), data=data)


def _run_of(case: Case, word: str) -> str:
    """The run that an id, a beginning of one, or the id of a plan names. Raises UsageFault."""

    runs = [str(run) for run in case.runs()["run_id"]]
    if word in runs:
        return word
    plans = case.read("plan").select("plan_id", "run_id")
    named = set(plans.filter(plan_id=word)["run_id"])
    if named:
        made = [run for run in case.runs().filter(verb="plan").iter_rows(named=True) if run["run_id"] in named]
        # A search that was stopped shares the id of the plan that was then searched to its end.
        return str(
            max(enumerate(made), key=lambda pair: ("stopped" not in settings_of(pair[1]["settings"]), pair[0]))[1][
                "run_id"
            ]
        )
    begun = [run for run in runs if run.startswith(word)] if word else []
    if len(begun) == 1:
        return begun[0]
    if begun:
        raise UsageFault(f"export: several runs begin so; found {clip(word)!r}: {', '.join(begun[-5:])}.")
    hint = hint_at(nearest(word, [*runs, *plans["plan_id"]]))
    raise UsageFault(f"{case.path}: no run has this id; found {clip(word)!r}.{hint}")


def _table_of(case: Case, run_id: str) -> str:
    """The table that a run's CSV holds where none was named: the steps of a plan, verdicts, or the only table."""

    named = [(name, spec.id_column) for name, spec in tables().items() if name != "run"]
    held = [name for name, column in named if case.read_run(name, run_id, [column]).height]
    first = [name for name in ("plan_step", "verdict") if name in held] or (held if len(held) == 1 else [])
    if first:
        return str(first[0])
    expected = f"one of: {', '.join(held)}" if held else "none: the run wrote no rows"
    raise UsageFault(f"--table: say which table of {run_id}; expected {expected}.")


def _plan_of(case: Case, run_id: str) -> PlanRows:
    """The rows of a run of plan with names and sources. Raises UsageFault for a run of another verb."""

    rows = {name: with_texts(table(name), case.read_run(name, run_id)).to_dicts() for name in KINDS["plan"].writes}
    if not rows["plan"]:
        verb = case.runs().filter(run_id=run_id)["verb"][0]
        raise UsageFault(f"export: only a plan goes into this form; {run_id} is a run of {verb}. Use --as csv.")
    names = dict(case.read("party").select("party_id", "name").iter_rows())
    refs = [ref for name in ("plan_input", "plan_step") for row in rows[name] for ref in row["inputs"]]
    return PlanRows(
        rows["plan"][0],
        steps=rows["plan_step"],
        periods=sorted(rows["plan_period"], key=lambda row: row["number_count"]),
        uses=sorted(rows["plan_use"], key=lambda row: (row["resource"], row["number_count"])),
        points=sorted(rows["plan_frontier"], key=lambda row: (row["kind"], row["number_count"])),
        inputs=sorted(rows["plan_input"], key=lambda row: (not row["used"], row["kind"], row["name"], row["input_id"])),
        names=names,
        robust={name: rows[name] for name in ROBUST},
        sources=_sources(case, refs),
    )


def _sources(case: Case, refs: Iterable[str]) -> list[dict[str, Any]]:
    """The input rows that a plan rests on with the page each came from, in order of their refs."""

    wanted: dict[str, set[str]] = {}
    for ref in refs:
        name, _, key = ref.partition(":")
        if name in tables() and table(name).kind == "input":
            wanted.setdefault(name, set()).add(key)
    pages = {row["source_id"]: row for row in case.read("source").iter_rows(named=True)}
    sources = []
    for name in sorted(wanted):
        column = table(name).id_column
        held = case.read(name)
        for row in held.filter(held[column].is_in(sorted(wanted[name]))).iter_rows(named=True):
            page = pages.get(row.get("source_id") or "", {})
            cited = {word: page.get(word) or "" for word in ("title", "kind", "published", "url")}
            sources.append(
                {"ref": f"{name}:{row[column]}", **cited, "locator": row["locator"], "reading": row["reading"]}
            )
    return sources
