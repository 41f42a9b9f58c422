"""The verb `fund`: which aid makes which carrier choose a clear vendor, what it buys, and whom to talk to first."""

from __future__ import annotations

from provenet.core.progress import Progress
from provenet.core.settings import (
    Choice,
    Day,
    Listener,
    Number,
    OptionalDay,
    OptionalNumber,
    OptionalText,
    Places,
    Range,
    Settings,
    WholeNumber,
    Words,
    case_call_of,
    settings_class,
)
from provenet.verbs.answers import FundReport
from provenet.verbs.options import (
    AS_OF,
    GROUP_WORDS,
    KNOWN_ON,
    PACKS,
    PROGRESS,
    Amounts,
    Budget,
    CaseLike,
    PriceUnit,
    country_words,
)

MECHANISMS = (
    "offers",
    "formula grant",
    "pro-rata",
    "pay-as-bid auction",
    "uniform-price auction",
    "milestone tranches",
    "loan guarantee",
    "advance purchase",
)


@settings_class()
class FundSettings(Settings):
    """How much money, how it is given, on which condition and within which limits."""

    budget: Budget = Budget(
        metavar="AMOUNT CURRENCY/YEAR",
        help="The budget over all countries, such as 500M EUR/2026, with k, M or bn.",
        stored="given",
    )
    mechanism: Choice = Choice(
        MECHANISMS,
        "offers",
        metavar="NAME",
        help=f"How the money is given: {', '.join(MECHANISMS[:-1])} or {MECHANISMS[-1]}; the answer compares them all.",
        stored="always",
    )
    objective: Choice = Choice(
        ("exposure", "goal"),
        "exposure",
        help="Most subscribers expected behind clear purchases, or the best chance that every purchase is clear.",
        stored="always",
    )
    programme: OptionalText = OptionalText(
        metavar="ID",
        help="A programme of the case: its condition, and its budget unless --budget gives one.",
        stored="given",
    )
    exclude: Words = Words(
        metavar="VENDOR",
        help=f"A vendor that the aid may not pay for, {GROUP_WORDS}.",
        stored="given",
    )
    country: Words = country_words(
        "A country (default: every country whose shares stand for that day); several share the budget."
    )
    until: OptionalDay = OptionalDay(
        help="Purchases signed up to this day are open (default: three years from the day in question)."
    )
    floor: Amounts = Amounts(metavar="COUNTRY=AMOUNT", help="The least money for a country.", stored="given")
    cap: Amounts = Amounts(metavar="COUNTRY=AMOUNT", help="The most money for a country.", stored="given")
    most_ratio: OptionalNumber = OptionalNumber(
        help="Give no carrier more than N times the mean aid per element.", stored="given"
    )
    budget_on: Choice = Choice(
        ("committed", "expected_paid"),
        "committed",
        help="What the budget limits: all that is offered, or what is expected to be paid.",
        stored="given",
    )
    scenarios: WholeNumber = WholeNumber(
        10_000, range=Range(low=100, high=1_000_000), help="Scenarios to draw.", stored="always"
    )
    seed: WholeNumber = WholeNumber(
        20181123, range=Range(low=0, high=2**63 - 1), help="The seed of the draws.", stored="always"
    )
    packs: Places = PACKS
    nudge: Number = Number(
        0.01,
        range=Range(low=0, high=1),
        help="The share of the price that a conversation is assumed to move.",
        stored="given",
    )
    money: PriceUnit = PriceUnit(
        metavar="CURRENCY/YEAR", help="Currency and price year of all amounts, such as EUR/2026.", stored="given"
    )
    as_of: Day = AS_OF
    known_on: OptionalDay = KNOWN_ON
    progress: Listener[Progress] = PROGRESS


def run(case: CaseLike, settings: FundSettings) -> FundReport:
    """Writes which offers tip which purchases under a budget, what every mechanism brings, and whom to talk to first.

    The aid may not be spent on the vendors that `exclude` names, else on those
    of the programme, else on those that a rule in force restricts. `budget` is such as "500M EUR/2026", over all
    countries of the call; without it that of the programme, else none. `floor` and `cap` are COUNTRY=AMOUNT;
    `most_ratio` is how many times the mean aid per element one carrier may get; `packs` are folders of rule packs
    beside the bundled, whose rules in force restrict as those do. Raises StaleInput where verdicts or
    shares have been overtaken, InputFault where a row cannot be used (such as a price without a price year),
    UsageFault for a day, word, programme or vendor nobody has.
    """
    from provenet.verbs.fund_run import fund_countries

    return fund_countries(case, settings)


fund = case_call_of(FundSettings, run, "fund")
