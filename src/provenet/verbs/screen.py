"""The verb `screen`: what each policy says of each vendor and asset class."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from provenet.case.case import Case
from provenet.core.progress import Progress, silent
from provenet.verbs.answers import (
    Policy,
    Screened,
)
from provenet.verbs.question import (
    SAID,
    Day,
    Places,
    Several,
    asked_policies,
    countries_asked,
    day_of,
    days_told,
    idle_assumptions,
    known_countries,
    known_day,
    opened,
    packs_digest,
    places,
    policy_said,
    several,
    tables_of,
    told_claims,
    told_verdicts,
    word_of,
)

if TYPE_CHECKING:
    pass


def screen(
    case: Case | Path | str,
    policy: Several,
    *,
    as_of: Day,
    packs: Places = (),
    known_on: Day | None = None,
    assume: Mapping[str, str] | None = None,
    country: Several = (),
    relays: str = "stay",
    every_country: bool = False,
    progress: Progress = silent,
) -> Screened:
    """Writes what each policy says of each vendor and asset class: one run per policy and country.

    Without `country`, a policy is asked for the countries of its jurisdiction that have carriers in the case, else
    for carriers of all countries at once, as `every_country` asks for in any case. `relays` says whether relays of a
    claim stay or fall with it in flip sets.
    An assumption that no rule tests is told in `notes`. Raises PackRefused with every fault of every pack, UsageFault
    for a policy or country nobody has.
    """
    from provenet.evidence.screen import READS, Screening
    from provenet.policy.packs import load_packs

    into, relays = opened(case), word_of("relays", relays)
    as_of, known_on = day_of("as_of", as_of), known_day(known_on)
    policy, country, packs = several(policy), several(country), places(packs)
    loaded = load_packs(packs)
    asked = asked_policies(loaded, policy)
    assumed = dict(sorted((assume or {}).items()))
    tables = tables_of(into, READS)
    inputs = {**into.digest(READS), "packs": packs_digest(packs)}
    wanted = known_countries(tables["party"], country)
    names = dict(tables["party"].select("party_id", "name").iter_rows())
    turns = [
        (name, where)
        for name in asked
        for where in ([None] if every_country else wanted or countries_asked(loaded, name, tables["party"]))
    ]
    said: list[Policy] = []
    screening: Screening | None = None
    for at, (name, where) in enumerate(turns):
        progress("policies screened", at, len(turns))
        told = {"policy": name, "country": where, **days_told(as_of, known_on), "assume": assumed}
        with into.writer("screen", {**told, **({"relays": relays} if relays != "stay" else {})}, inputs) as run:
            if not run.already:
                screening = screening or Screening(tables, as_of=as_of, known=known_on, assume=assumed, relays=relays)
                run.append("verdict", screening.verdicts(loaded, name, where))
        rows = into.read_run("verdict", run.run_id, SAID)
        said.append(policy_said(rows, run.run_id, loaded, (name, where), names))
    notes = (*loaded.notes, *idle_assumptions(assumed, loaded, asked))
    rows_told = (told_verdicts(into, said), told_claims(into, said, as_of, known_on))
    return Screened(as_of, known_on, tuple(said), assumed, relays, notes, *rows_told)
