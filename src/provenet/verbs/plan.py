"""The verb `plan`: what carriers swap in which quarter, to whom and at what cost, with proof how good the plan is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from provenet.core.errors import clip
from provenet.core.progress import Progress
from provenet.core.settings import (
    Choice,
    Day,
    Listener,
    OptionalDay,
    OptionalFile,
    OptionalNumber,
    Pairs,
    Places,
    Range,
    Settings,
    Switch,
    Text,
    Words,
    WordsLike,
    case_call_of,
    settings_class,
)
from provenet.verbs.answers import PlanReport
from provenet.verbs.options import (
    AS_OF,
    GROUP_WORDS,
    KNOWN_ON,
    PACKS,
    PROGRESS,
    Budget,
    CaseLike,
    PriceUnit,
    assumptions,
    country_words,
    policy_words,
)

if TYPE_CHECKING:
    from provenet.forms.schedule import SearchState

Search = Callable[["SearchState"], None]
"""Called as a search goes on, with how it stands."""


class Parts(Words):
    """Any number of asset classes and layers."""

    def read(self, value: WordsLike) -> tuple[str, ...]:
        """The words, sorted. Raises UsageFault for one that is neither a class of a known segment nor a layer."""
        from provenet.case.tables import words

        found = tuple(sorted(set(super().read(value))))
        layers, segments = words("layer"), [one for one in words("segment") if one != "all"]
        for word in found:
            if word not in layers and word.split(".")[0] not in segments:
                expected = f"a layer ({', '.join(layers)}) or an asset class that begins with one of: "
                raise self.fault(f"found {clip(word)!r}, expected {expected}{', '.join(segments)}.")
        return found


class Listings(Words):
    """Any number of LIST=VENDOR."""

    def read(self, value: WordsLike) -> tuple[str, ...]:
        """The words. Raises UsageFault for one without a list or a vendor."""
        pairs = super().read(value)
        for pair in pairs:
            name, _, vendor = pair.partition("=")
            if not name.strip() or not vendor.strip():
                raise self.fault(f"found {clip(pair)!r}, expected LIST=VENDOR, such as hrs_list=Huawei.")
        return pairs


@settings_class()
class PlanSettings(Settings):
    """What to plan for, within which limits, under which policies, and how long to search."""

    objective: Choice = Choice(
        ("exposure", "cost", "frontier"),
        "exposure",
        help="Least exposure over time within the budget, least cost by the deadline, or both curves between them.",
        stored="always",
    )
    budget: Budget = Budget(
        metavar="AMOUNT CURRENCY/YEAR",
        help="The budget over all quarters, such as 500M EUR/2026, with k, M or bn.",
        stored="given",
    )
    by: OptionalDay = OptionalDay(
        help="The day to be done by (default: the last day that a verdict gives).", stored="given"
    )
    country: Words = country_words("A country (default: every country whose shares stand for that day).")
    policy: Words = policy_words(
        "A policy, also a foreign or proposed one, as a labelled scenario (default: the rules in force there).",
        stored=True,
    )
    assume: Pairs = assumptions("Assume a fact of the policy.", stored="given")
    listed: Listings = Listings(
        metavar="LIST=VENDOR",
        help=f"Assume that a vendor is on a list of the policy, {GROUP_WORDS}.",
        stored="given",
    )
    only: Parts = Parts(
        metavar="PART",
        help="Plan for this asset class or layer alone, such as core or management (default: all that is restricted).",
        stored="given",
    )
    crews: OptionalNumber = OptionalNumber(
        range=Range(above=0),
        help="How many crews every carrier has, in place of what the case says.",
        stored="given",
    )
    to: Words = Words(
        metavar="VENDOR",
        help=f"A vendor that may come, {GROUP_WORDS} (default: every vendor that the case names there).",
        stored="given",
    )
    packs: Places = PACKS
    money: PriceUnit = PriceUnit(
        metavar="CURRENCY/YEAR", help="Currency and price year of all amounts, such as EUR/2026.", stored="given"
    )
    fix: OptionalFile = OptionalFile(
        help="Decisions already taken: a CSV with unit_id and start_on (empty: the lot stays)."
    )
    option: Words = Words(metavar="ID", help="Take prices from this option alone where it applies.", stored="given")
    without_rule: Words = Words(metavar="ID", help="Drop this ordering rule.", stored="given")
    renewal_credit: Switch = Switch(
        True, help="Count full prices, also of what would be renewed anyway.", stored="given"
    )
    deadlines: Switch = Switch(True, help="Ignore the last days that verdicts give.", stored="given")
    exact: Switch = Switch(
        False,
        help="Also solve the full MILP (slower; optimality is then the solver's claim).",
        stored="given",
    )
    solver: Text = Text(
        "highs",
        metavar="NAME",
        help="With --exact: the solver of the full MILP, such as cbc or gurobi, where it is installed.",
        stored="given",
    )
    robust: Switch = Switch(
        False,
        help="Also plan for scenarios, say what to start in any case, and what changed verdicts cost.",
        stored="given",
    )
    seconds: OptionalNumber = OptionalNumber(
        range=Range(above=0),
        help="Stop the search after N seconds; the plan then depends on the machine.",
        stored="given",
    )
    as_of: Day = AS_OF
    known_on: OptionalDay = KNOWN_ON
    progress: Listener[Progress] = PROGRESS
    search: Listener[Search | None] = Listener(None)


def run(case: CaseLike, settings: PlanSettings) -> PlanReport:
    """Writes which lots are swapped in which quarter, to whom and at what cost, with the proof: a run a country.

    Without `policy` the rules in force of the country count, as screened; with it the plan is a labelled scenario where
    the policy is foreign, proposed or rests on `assume` or `listed` (LIST=VENDOR). `only` keeps the plan to some asset
    classes or layers, also as a scenario: what else the policies reach stays and is not counted. `budget` is such as
    "500M EUR/2026", over all quarters; `crews` counts for every carrier in place of what rows say, and `to` names the
    vendors that alone may come. `fix` is a CSV of decisions (unit_id, start_on); `packs` are folders of rule
    packs beside the bundled. `exact` uses `solver` too; `robust` adds scenarios with regret, what plans near the best
    start, and falling verdicts. Raises StaleInput where verdicts or shares have been overtaken, InputFault where a
    price says no currency or year, UsageFault for a day, word or vendor nobody has.
    """
    from provenet.verbs.plan_run import plan_countries

    return plan_countries(case, settings)


plan = case_call_of(PlanSettings, run, "plan")
