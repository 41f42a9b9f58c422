"""Two policies, or one on two days, compared over the vendors of a case; asked by the web app, and writes nothing."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from provenet.case.case import Case
from provenet.core.errors import UsageFault
from provenet.evidence.rule_comparison import RuleComparison, compared
from provenet.evidence.screen import READS, Screening
from provenet.policy.binding import in_force
from provenet.policy.packs import Packs
from provenet.verbs.known_countries import KnownCountries
from provenet.verbs.question import default_countries, packs_at_hand, tables_of


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
    case: Case,
    loaded: Packs,
    verdicts: pl.DataFrame,
    *,
    name: str,
    as_of: date,
    country: str | None,
    stored_only: bool,
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
