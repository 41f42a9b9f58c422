"""What rests on each claim of a case on a day; asked by the web app, and writes nothing."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from provenet.case.case import Case
from provenet.case.tables import empty
from provenet.core.ids import fold
from provenet.evidence.claim_effects import ClaimEffects
from provenet.evidence.claim_effects import claim_effects as effects
from provenet.evidence.claim_records import READS as RECORDS_READ
from provenet.evidence.claim_records import claim_records
from provenet.evidence.screen import READS, Screening
from provenet.policy.pack import rule_facts
from provenet.verbs.question import opened, packs_at_hand, tables_of


@dataclass(frozen=True)
class ClaimsReport:
    """What rests on claims, by claim.

    Parameters
    ----------
    stored : of the verdicts that runs of the case wrote for the day.
    others : of the policies that test a fact of some claim, and that no run asked on the day. Worked out anew for
        all carriers at once.
    standing : how each claim stands on the record of the day, as `screen --json` has it.
    """

    stored: ClaimEffects
    others: ClaimEffects
    standing: dict[str, dict[str, Any]]


def claim_effects(case: Case, as_of: date, known_on: date | None = None) -> ClaimsReport:
    """What rests on each claim on a day, as known on another, from the verdicts that stand and from policies unasked.

    Raises PackRefused where a pack of the case cannot be used.
    """

    into = opened(case, known_on)
    verdicts = _of_day(into.read_latest("verdict"), as_of, known_on)
    records = claim_records({name: into.read(name) for name in RECORDS_READ}, as_of, known_on)
    others = _others(into, as_of, known_on, screened=set(verdicts["pack"].to_list()))
    return ClaimsReport(
        stored=effects(verdicts),
        others=effects(others),
        standing={record["claim_id"]: record for record in records},
    )


def _of_day(verdicts: pl.DataFrame, as_of: date, known_on: date | None) -> pl.DataFrame:

    return verdicts.filter(pl.col("as_of_on") == as_of, pl.col("known_on").eq_missing(pl.lit(known_on, pl.Date)))


def _others(case: Case, as_of: date, known_on: date | None, *, screened: set[str]) -> pl.DataFrame:
    """The verdicts of the policies that test a fact of some claim and that nobody asked on the day."""

    loaded = packs_at_hand(case, ())
    facts = {fold(fact) for fact in case.read("claim")["fact"].drop_nulls().to_list()}
    wanted = [
        name
        for name, pack in loaded.packs.items()
        if name not in screened and facts & {fold(fact) for rule in pack.rules for fact in rule_facts(rule)}
    ]
    if not wanted:
        return empty("verdict")
    screening = Screening(tables_of(case, READS), as_of=as_of, known=known_on)
    return pl.concat([screening.verdicts(loaded, name, None) for name in wanted], how="diagonal_relaxed")
