"""The settings of `fund`: which aid makes which carrier choose a clear vendor."""

from typing import Annotated

from pydantic import AfterValidator

from provenet.core.settings import (
    LARGEST,
    Day,
    Number,
    Option,
    ProgressSettings,
    Range,
    WholeNumber,
    Words,
    settings_class,
)
from provenet.verbs.options import GROUP_WORDS, Amounts, AsOf, Budget, KnownOn, OwnPacks, PriceUnit

MECHANISMS = ("offers", "pay-as-bid auction", "loan guarantee")


def _still_offered(mechanism: str) -> str:
    """The mechanism. Raises ValueError for one that a stored run of old may name."""
    if mechanism in ("formula grant", "pro-rata", "uniform-price auction", "milestone tranches", "advance purchase"):
        raise ValueError(f"{mechanism} is no longer offered; expected one of: {', '.join(MECHANISMS)}.")
    return mechanism


@settings_class()
class FundSettings(ProgressSettings):
    """How much money, how it is given, on which condition and within which limits."""

    budget: Annotated[
        Budget | None,
        Option(
            word_count=2,
            metavar="AMOUNT CURRENCY/YEAR",
            help="The budget over all countries, such as 500M EUR/2026, with k, M or bn.",
            stored="given",
        ),
    ] = None
    mechanism: Annotated[
        Annotated[str, AfterValidator(_still_offered)],
        Option(
            choices=MECHANISMS,
            metavar="NAME",
            help=f"How the money is given: {', '.join(MECHANISMS[:-1])} or {MECHANISMS[-1]}; the "
            "answer compares them all.",
            stored="always",
        ),
    ] = "offers"
    objective: Annotated[
        str,
        Option(
            choices=("exposure", "goal"),
            help="The largest share expected behind clear purchases, or the best chance that every purchase is clear.",
            stored="always",
        ),
    ] = "exposure"
    programme: Annotated[
        str | None,
        Option(
            metavar="ID",
            help="A programme of the case: its condition, and its budget unless --budget gives one.",
            stored="given",
        ),
    ] = None
    exclude: Annotated[
        Words, Option(metavar="VENDOR", help=f"A vendor that the aid may not pay for, {GROUP_WORDS}.", stored="given")
    ] = ()
    country: Annotated[
        Words,
        Option(
            metavar="NAME",
            help="A country (default: every country whose shares stand for that day); several share the budget.",
        ),
    ] = ()
    until: Annotated[
        Day | None,
        Option(help="Purchases signed up to this day are open (default: three years from the day in question)."),
    ] = None
    floor: Annotated[
        Amounts, Option(metavar="COUNTRY=AMOUNT", help="The least money for a country.", stored="given")
    ] = ()
    cap: Annotated[Amounts, Option(metavar="COUNTRY=AMOUNT", help="The most money for a country.", stored="given")] = ()
    most_ratio: Annotated[
        Number | None, Option(help="Give no carrier more than N times the mean aid per element.", stored="given")
    ] = None
    budget_on: Annotated[
        str,
        Option(
            choices=("committed", "expected_paid"),
            help="What the budget limits: all that is offered, or what is expected to be paid.",
            stored="given",
        ),
    ] = "committed"
    scenarios: Annotated[
        WholeNumber, Option(range=Range(low=100, high=1_000_000), help="Scenarios to draw.", stored="always")
    ] = 10_000
    seed: Annotated[
        WholeNumber, Option(range=Range(low=0, high=LARGEST), help="The seed of the draws.", stored="always")
    ] = 20181123
    packs: OwnPacks = ()
    nudge: Annotated[
        Number,
        Option(
            range=Range(low=0, high=1),
            help="The share of the price that a conversation is assumed to move.",
            stored="given",
        ),
    ] = 0.01
    money: Annotated[
        PriceUnit | None,
        Option(
            metavar="CURRENCY/YEAR", help="Currency and price year of all amounts, such as EUR/2026.", stored="given"
        ),
    ] = None
    as_of: AsOf
    known_on: KnownOn = None
