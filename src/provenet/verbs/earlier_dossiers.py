"""The dossiers that stood before one, of the same country, kind and audience: what a page of changes looks back to."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from provenet.case.case import Case
from provenet.case.rows import RunRow, rows_of
from provenet.case.standing import Scope
from provenet.case.structs import digests_of, settings_of
from provenet.core.digest import code_version

SINCE = "since"
"""The input of a run of brief that names the dossiers it looks back to."""
DAYS = ("as_of", "known_on")


def earlier_dossiers(
    case: Case, scope: Scope, settings: Mapping[str, object], *, inputs: Mapping[str, str]
) -> pl.DataFrame:
    """Rows of `dossier` that stood before, the last of each day, for days up to that of `scope`.

    A dossier as known on a day looks back to such dossiers alone, any other to those of all that the case held. One
    made by this code from the same inputs for the same days is the same one; those of that day that were written after
    it are not earlier either, so a question asked again has the pages that it had at first. Cost O(runs).
    """
    found = case.read("dossier").filter(country=str(scope.country))
    known = found["known_on"].is_null() if scope.known_on is None else found["known_on"] <= scope.known_on
    found = found.filter(known & (found["as_of_on"] <= scope.as_of))
    kept = set(found["run_id"])
    plain = _without(DAYS, settings)
    last: dict[object, str] = {}
    closed: set[object] = set()
    for run in rows_of(RunRow, case.recordings()):
        given = settings_of(run["settings"]) if run["run_id"] in kept else {}
        if run["run_id"] not in kept or _without(DAYS, given) != plain or given.get("as_of") in closed:
            continue
        if _is_same(run, given, settings=settings, inputs=inputs):
            closed.add(given.get("as_of"))
        else:
            last[given.get("as_of")] = run["run_id"]
    return found.filter(pl.col("run_id").is_in(list(last.values()))).sort("as_of_on")


def _is_same(
    run: RunRow, given: Mapping[str, Any], *, settings: Mapping[str, object], inputs: Mapping[str, str]
) -> bool:
    read = _without((SINCE,), digests_of(run["inputs"]))
    return given == dict(settings) and read == dict(inputs) and run["code"] == code_version()


def _without(names: tuple[str, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}
