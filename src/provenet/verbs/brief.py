"""The verb `brief`: the dossier of each country from stored results."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from provenet.case.case import Case
from provenet.case.export import digest_of
from provenet.case.tables import table
from provenet.case.tables import tables as all_tables
from provenet.core.errors import StaleInput
from provenet.core.progress import Progress, silent
from provenet.verbs.answers import (
    Briefed,
)
from provenet.verbs.depend import RESTED
from provenet.verbs.dossiers import dossier_of, standing_results
from provenet.verbs.expose import graph_of
from provenet.verbs.question import (
    Day,
    Several,
    asked_of,
    day_of,
    fresh_run,
    known_countries,
    known_day,
    opened,
    screens_of,
    several,
    stored_verdicts,
    word_of,
)

if TYPE_CHECKING:
    pass


def brief(
    case: Case | Path | str,
    *,
    as_of: Day,
    known_on: Day | None = None,
    country: Several = (),
    policy: Several = (),
    audience: str = "public",
    progress: Progress = silent,
) -> Briefed:
    """Writes the dossier of each country from stored results, as HTML and PDF in the case's folder `outputs`.

    Without `country`, of every country whose shares stand for that day; without `policy`, with all that were screened
    for it; `audience` internal sees what no public page shows. Raises StaleInput where a result is missing or stale.
    """
    from provenet.dossier.stored import READS

    into = opened(case)
    as_of, known_on = day_of("as_of", as_of), known_day(known_on)
    policy, country, audience = several(policy), several(country), word_of("audience", audience)
    wanted = known_countries(into.read("party"), country) or asked_of(into, "depend", as_of, known_on)
    if not wanted:
        raise StaleInput(f"brief: no shares stand for {as_of}; run: provenet depend CASE --as-of {as_of}")
    tables = {name: into.read(name) for name in READS if table(name).kind == "input"}
    digests = into.digest(name for name, spec in all_tables().items() if spec.kind == "input")
    made = []
    for at, where in enumerate(wanted):
        progress("dossiers written", at, len(wanted))
        screens = screens_of(into, where, as_of, known_on)
        figures = fresh_run(into, where, as_of, known_on, screens, digests)
        asked = stored_verdicts(into, screens_of(into, where, as_of, known_on, policy))
        results = {name: into.read(name).filter(run_id=figures) for name in RESTED}
        of = (into, where, as_of, known_on, digests, results["vendor_share"])
        stored = {**results, "verdict": asked, **standing_results(*of)}
        read = {**digests, **{name: digest_of(table(name), rows) for name, rows in stored.items()}}
        made.append(dossier_of(into, {**tables, **stored, "as_link": graph_of(into)}, read, *of[1:4], audience))
    return Briefed(as_of, known_on, tuple(made))
