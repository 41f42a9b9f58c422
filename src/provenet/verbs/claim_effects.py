"""What rests on each claim of a case on a day; asked by the web app, and writes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from provenet.verbs.question import opened, packs_at_hand, tables_of

if TYPE_CHECKING:
    import polars as pl

    from provenet.case.case import Case
    from provenet.evidence.claim_effects import ClaimEffects


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
    from provenet.evidence.claim_effects import claim_effects as effects
    from provenet.evidence.claim_records import READS as RECORDS_READ
    from provenet.evidence.claim_records import claim_records

    into = opened(case, known_on)
    verdicts = _of_day(into.read_latest("verdict"), as_of, known_on)
    records = claim_records({name: into.read(name) for name in RECORDS_READ}, as_of, known_on)
    others = _others(into, as_of, known_on, asked=set(verdicts["pack"].to_list()))
    return ClaimsReport(
        stored=effects(verdicts),
        others=effects(others),
        standing={record["claim_id"]: record for record in records},
    )


def _of_day(verdicts: pl.DataFrame, as_of: date, known_on: date | None) -> pl.DataFrame:
    import polars as pl

    return verdicts.filter(pl.col("as_of_on") == as_of, pl.col("known_on").eq_missing(pl.lit(known_on, pl.Date)))


def _others(case: Case, as_of: date, known_on: date | None, *, asked: set[str]) -> pl.DataFrame:
    """The verdicts of the policies that test a fact of some claim and that nobody asked on the day."""
    import polars as pl

    from provenet.case.tables import empty
    from provenet.core.ids import fold
    from provenet.evidence.screen import READS, Screening
    from provenet.policy.pack import rule_facts

    loaded = packs_at_hand(case, ())
    facts = {fold(fact) for fact in case.read("claim")["fact"].drop_nulls().to_list()}
    wanted = [
        name
        for name, pack in loaded.packs.items()
        if name not in asked and facts & {fold(fact) for rule in pack.rules for fact in rule_facts(rule)}
    ]
    if not wanted:
        return empty("verdict")
    screening = Screening(tables_of(case, READS), as_of=as_of, known=known_on)
    return pl.concat([screening.verdicts(loaded, name, None) for name in wanted], how="diagonal_relaxed")


RESTING = ("vendor_share", "concentration", "site_exposure", "plan", "plan_step", "fund", "response", "award")
"""Tables whose rows may rest on verdicts, and that a page may link."""


def resting_on(case: Case, rows: Iterable[str], names: Iterable[str] = RESTING) -> dict[str, list[str]]:
    """The rows of results that rest on some rows, at any remove, by their table: `inputs` followed backwards.

    Parameters
    ----------
    rows
        References such as `verdict:verdict-1`.
    names
        The tables to look in.
    """
    import polars as pl

    from provenet.case.tables import table

    edges = []
    for name in names:
        held = case.read_latest(name)
        if "inputs" in held.columns and held.height:
            own = pl.concat_str(pl.lit(f"{name}:"), pl.col(table(name).id_column)).alias("row")
            edges.append(held.select(own, pl.col("inputs").alias("below")).explode("below"))
    found: dict[str, None] = {}
    frontier = list(rows)
    every = pl.concat(edges) if edges else None
    while every is not None and frontier:
        above = every.filter(pl.col("below").is_in(frontier))["row"].unique().to_list()
        frontier = [one for one in above if one not in found]
        found |= dict.fromkeys(frontier)
    made: dict[str, list[str]] = {}
    for one in sorted(found):
        name, _, key = one.partition(":")
        made.setdefault(name, []).append(key)
    return made
