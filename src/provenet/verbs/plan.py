"""The settings of `plan`: what carriers swap in which quarter, to whom and at what cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator

from provenet.core.errors import clip
from provenet.core.settings import (
    Day,
    File,
    Listener,
    Number,
    Option,
    Pairs,
    ProgressSettings,
    Range,
    Words,
    settings_class,
)
from provenet.verbs.options import GROUP_WORDS, AsOf, Budget, KnownOn, OwnPacks, PriceUnit

if TYPE_CHECKING:
    from provenet.forms.schedule import SearchState

    Search = Callable[[SearchState], None]
else:
    Search = Callable[..., None]
"""Called as a search goes on, with how it stands."""


def _fit_parts(value: tuple[str, ...]) -> tuple[str, ...]:
    """The words, sorted. Raises ValueError for one that is neither a class of a known segment nor a layer."""

    from provenet.case.tables import words

    layers, segments = words("layer"), [one for one in words("segment") if one != "all"]
    for word in value:
        if word not in layers and word.split(".")[0] not in segments:
            expected = f"a layer ({', '.join(layers)}) or an asset class that begins with one of: "
            raise ValueError(f"found {clip(word)!r}, expected {expected}{', '.join(segments)}.")
    return tuple(sorted(set(value)))


def _fit_listings(value: tuple[str, ...]) -> tuple[str, ...]:
    for pair in value:
        name, _, vendor = pair.partition("=")
        if not name.strip() or not vendor.strip():
            raise ValueError(f"found {clip(pair)!r}, expected LIST=VENDOR, such as hrs_list=Huawei.")
    return value


Parts = Annotated[Words, AfterValidator(_fit_parts)]
"""Any number of asset classes and layers."""
Listings = Annotated[Words, AfterValidator(_fit_listings)]
"""Any number of LIST=VENDOR."""


@settings_class()
class PlanSettings(ProgressSettings):
    """What to plan for, within which limits, under which policies, and how long to search."""

    objective: Annotated[
        str,
        Option(
            choices=("exposure", "cost", "frontier"),
            help="Least exposure over time within the budget, least cost by the deadline, or both curves between them.",
            stored="always",
        ),
    ] = "exposure"
    budget: Annotated[
        Budget | None,
        Option(
            word_count=2,
            metavar="AMOUNT CURRENCY/YEAR",
            help="The budget over all quarters, such as 500M EUR/2026, with k, M or bn.",
            stored="given",
        ),
    ] = None
    by: Annotated[
        Day | None, Option(help="The day to be done by (default: the last day that a verdict gives).", stored="given")
    ] = None
    country: Annotated[
        Words, Option(metavar="NAME", help="A country (default: every country whose shares stand for that day).")
    ] = ()
    policy: Annotated[
        Words,
        Option(
            metavar="ID",
            help="A policy, also a foreign or proposed one, as a labelled scenario (default: the "
            "rules in force there).",
            stored="given",
        ),
    ] = ()
    assume: Annotated[Pairs, Option(help="Assume a fact of the policy.", stored="given")] = field(default_factory=dict)
    listed: Annotated[
        Listings,
        Option(
            metavar="LIST=VENDOR",
            help=f"Assume that a vendor is on a list of the policy, {GROUP_WORDS}.",
            stored="given",
        ),
    ] = ()
    only: Annotated[
        Parts,
        Option(
            metavar="PART",
            help="Plan for this asset class or layer alone, such as core or management (default: all "
            "that is restricted).",
            stored="given",
        ),
    ] = ()
    crews: Annotated[
        Number | None,
        Option(
            range=Range(above=0),
            help="How many crews every carrier has, in place of what the case says.",
            stored="given",
        ),
    ] = None
    to: Annotated[
        Words,
        Option(
            metavar="VENDOR",
            help=f"A vendor that may come, {GROUP_WORDS} (default: every vendor that the case names there).",
            stored="given",
        ),
    ] = ()
    packs: OwnPacks = ()
    money: Annotated[
        PriceUnit | None,
        Option(
            metavar="CURRENCY/YEAR", help="Currency and price year of all amounts, such as EUR/2026.", stored="given"
        ),
    ] = None
    fix: Annotated[
        File | None, Option(help="Decisions already taken: a CSV with unit_id and start_on (empty: the lot stays).")
    ] = None
    option: Annotated[
        Words, Option(metavar="ID", help="Take prices from this option alone where it applies.", stored="given")
    ] = ()
    without_rule: Annotated[Words, Option(metavar="ID", help="Drop this ordering rule.", stored="given")] = ()
    renewal_credit: Annotated[
        bool, Option(help="Count full prices, also of what would be renewed anyway.", stored="given")
    ] = True
    deadlines: Annotated[bool, Option(help="Ignore the last days that verdicts give.", stored="given")] = True
    exact: Annotated[
        bool, Option(help="Also solve the full MILP (slower; optimality is then the solver's claim).", stored="given")
    ] = False
    solver: Annotated[
        str,
        Option(
            metavar="NAME",
            help="With --exact: the solver of the full MILP, such as cbc or gurobi, where it is installed.",
            stored="given",
        ),
    ] = "highs"
    robust: Annotated[
        bool,
        Option(
            help="Also plan for scenarios, say what to start in any case, and what changed verdicts cost.",
            stored="given",
        ),
    ] = False
    seconds: Annotated[
        Number | None,
        Option(
            range=Range(above=0),
            help="Stop the search after N seconds; the plan then depends on the machine.",
            stored="given",
        ),
    ] = None
    as_of: AsOf
    known_on: KnownOn = None
    search: Listener[Search | None] = None
