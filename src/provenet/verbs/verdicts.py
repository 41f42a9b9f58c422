"""What the web app asks of verdicts: two policies compared, or one on two days, and what rests on each claim.

Nothing is written.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from provenet.case.case import Case
from provenet.case.tables import empty
from provenet.core.errors import UsageFault
from provenet.core.ids import fold
from provenet.evidence.claim_effects import ClaimEffects
from provenet.evidence.claim_effects import claim_effects as effects
from provenet.evidence.claim_records import READS as RECORDS_READ
from provenet.evidence.claim_records import claim_records
from provenet.evidence.rule_comparison import RuleComparison, compared
from provenet.evidence.screen import READS, Screening
from provenet.policy.pack import rule_facts
from provenet.policy.packs import Packs, in_force
from provenet.verbs.question import KnownCountries, default_countries, opened, packs_at_hand, tables_of


@dataclass(frozen=True, kw_only=True)
class Side:
    """One side of a comparison.

    Parameters
    ----------
    policy : the id of the pack.
    title : its title.
    as_of : the day whose rules answer.
    known_on : the day to which the case was cut; None is all that it holds.
    country : whose carriers were asked; None is all.
    is_stored : whether a run of the case wrote the verdicts.
    rules_in_force : how many rules of the pack were in force.
    """

    policy: str
    title: str
    as_of: date
    known_on: date | None
    country: str | None
    is_stored: bool
    rules_in_force: int


@dataclass(frozen=True, kw_only=True)
class ComparisonReport:
    """Two sides, and where they differ."""

    left: Side
    right: Side
    found: RuleComparison


def compare_rules(
    case: Case,
    left: tuple[str, date],
    right: tuple[str, date],
    *,
    country: str | None = None,
    stored_only: bool = False,
) -> ComparisonReport:
    """Compares what two policies say, each on its day, of the vendors and asset classes of a case.

    Verdicts that a run wrote are taken as they stand; others are worked out and not kept, from all that the case holds.

    Parameters
    ----------
    left, right
        The id of a pack and a day.
    country
        Whose carriers are asked, where the policy is asked for them; else the first country that a policy is of.
    stored_only
        Whether only verdicts that a run wrote count.

    Raises
    ------
    UsageFault
        For a policy nobody has, and with `stored_only` for one that no run asked on the day.
    """

    loaded = packs_at_hand(case, ())
    verdicts = case.read_latest("verdict")
    sides = []
    for name, day in (left, right):
        sides.append(_side(case, loaded, verdicts, name=name, as_of=day, country=country, stored_only=stored_only))
    (one, rows), (two, others) = sides
    return ComparisonReport(left=one, right=two, found=compared(rows, others))


def _side(
    case: Case, loaded: Packs, verdicts: pl.DataFrame, *, name: str, as_of: date, country: str | None, stored_only: bool
) -> tuple[Side, pl.DataFrame]:

    found = loaded.find(name)
    if found is None:
        raise UsageFault(f"policy: no rule pack has this id; found {name!r}.")
    pack = found.pack
    own = verdicts.filter(pl.col("pack") == pack.id, pl.col("as_of_on") == as_of)
    if country is not None and country in own["country"].to_list():
        own = own.filter(pl.col("country") == country)
    where, known = country, None
    if own.height:
        where, known = min(
            own.select("country", "known_on").iter_rows(), key=lambda pair: (pair[1] is not None, pair[0] or "")
        )
        own = own.filter(
            pl.col("country").eq_missing(pl.lit(where, pl.String)),
            pl.col("known_on").eq_missing(pl.lit(known, pl.Date)),
        )
    elif stored_only:
        raise UsageFault(f"policy: no run of this case asked {pack.id} as of {as_of}; choose a day that has runs.")
    is_stored = bool(own.height)
    if not is_stored:
        countries = default_countries(loaded, pack.id, KnownCountries.of_case(case, as_of, None).stated())
        where = country if country in countries else countries[0]
        own = Screening(tables_of(case, READS), as_of=as_of).verdicts(loaded, pack.id, where)
    side = Side(
        policy=pack.id,
        title=pack.title,
        as_of=as_of,
        known_on=known,
        country=where,
        is_stored=is_stored,
        rules_in_force=len(in_force(pack, as_of, known)),
    )
    return side, own


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
    return ClaimsReport(
        stored=effects(verdicts),
        others=effects(_others(into, as_of, known_on, screened=set(verdicts["pack"].to_list()))),
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
