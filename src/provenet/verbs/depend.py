"""The verb `depend`: how much rests on whom in each country."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from provenet.case.case import Case
from provenet.case.export import digest_of
from provenet.case.standing import WRITES, Scope, Standing
from provenet.case.tables import table
from provenet.core.progress import Progress, silent
from provenet.verbs.answers import (
    Depended,
    Rested,
)
from provenet.verbs.question import (
    Day,
    Several,
    countries_with_shares,
    day_of,
    known_countries,
    known_day,
    known_tables,
    opened,
    several,
    tables_of,
)

if TYPE_CHECKING:
    pass


def depend(
    case: Case | Path | str,
    *,
    as_of: Day,
    known_on: Day | None = None,
    country: Several = (),
    policy: Several = (),
    progress: Progress = silent,
) -> Depended:
    """Writes how much rests on whom in each country, as intervals with coverage: one run per country.

    Parts under a policy rest on the verdicts last written for that day; without `policy`, on all that were screened
    for the country. Without any verdict there are shares of vendors and no parts. Raises UsageFault for a country
    nobody has.
    """
    from provenet.dependence.depend import READS
    from provenet.dependence.depend import depend as figures_of

    into = opened(case)
    standing = Standing(into)
    as_of, known_on = day_of("as_of", as_of), known_day(known_on)
    policy, country = several(policy), several(country)
    names = [name for name in READS if name != "verdict"]
    tables = tables_of(into, names)
    inputs, known = into.digest(names), known_tables(tables, known_on)
    wanted = known_countries(tables["party"], country) or standing.countries("screen", as_of, known_on)
    rested = []
    for at, where in enumerate(wanted or countries_with_shares(tables)):
        progress("countries worked out", at, len(wanted))
        scope = Scope(where, as_of, known_on)
        verdicts = standing.verdicts(scope, policy)
        packs = verdicts["pack"].unique().sort().to_list()
        read = {**inputs, "verdict": digest_of(table("verdict"), verdicts)}
        with into.writer("depend", scope.settings, read) as run:
            if not run.already:
                asked = {**known, "verdict": verdicts}
                for name, rows in figures_of(asked, country=where, as_of=as_of, known=known_on, packs=packs).items():
                    run.append(name, rows)
        counted = {name: into.read_run(name, run.run_id).height for name in WRITES["depend"]}
        rested.append(Rested(where, counted, run.run_id))
    return Depended(as_of, known_on, tuple(rested))
