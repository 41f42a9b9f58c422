"""Back-tests of schedules: predictions beside outcomes, what hit and what missed, and the page that says so.

*Two costs of one exclusion in Europe*, from one model with two switches; every other input is shared: cost = swap +
delay. The swap is what stands of restricted equipment (purchases a year, years of life, restricted share), less what is
due for renewal anyway where the credit is on. The delay is what purchases of the roll-out years cost more where it is
on. Losses of the wider economy are no cost of carriers and stand in neither.

*The largest British carrier*: its core by January 2023, the cap of 35 % on its radio, and the end of 2027, predicted
from what was known by July 2021. The core is lots of work, half or so of it for 2G and 3G, with traffic as weight; the
radio is lots of sites at the pace the carrier gave. Lots are of equal size: no row is a site of anyone.

*The United States' reimbursement programme*, two tests with two days. What it would be asked for is predicted from what
was known in 2020 and 2021. The progress to the end of 2024 is predicted from what was known in July 2022: each
application is a network of lots of locations, its money what it is paid, all under one limit of crews. Sizes beyond the
26 published ones, and when each application is first paid, are drawn from a seed: no row here is a site of anyone.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import fsum
from random import Random

from provenet.forms import backtests as form
from provenet.forms.backtests import CASES, HIT_SHARE, GradedPrediction, Inputs, Prediction, given, predicted, sizes
from provenet.forms.schedule import Demand, Instance, Resource, Unit
from provenet.scheduling.schedule import schedule


def cost(inputs: Inputs, case: str, *, renewal_credit: bool, delay_cost: bool, wide: bool = False) -> float:
    """The cost of an exclusion in US dollars. `wide`: what gets dearer is all mobile investment, in any case."""
    swap, dearer = parts(inputs, case, wide)
    credit = inputs["due_share"].at(case) if renewal_credit else 0.0
    return swap * (1 - credit) + (dearer if delay_cost else 0.0)


def parts(inputs: Inputs, case: str, wide: bool = False) -> tuple[float, float]:
    """The swap without a credit, and what the roll-out costs more."""
    swap = inputs["ran_a_year"].at(case) * inputs["life_years"].at(case) * inputs["restricted_share"].at(case)
    a_year = inputs["dearer_a_year"].at("high" if wide else case)
    return swap, inputs["price_rise_share"].at(case) * a_year * inputs["rollout_years"].at(case)


def european_claims() -> list[Prediction]:
    """What the model says with the switches as each claim sets them, and the factor between the two."""
    inputs = given("eu-claims")
    strand = {c: cost(inputs, c, renewal_credit=True, delay_cost=False) for c in CASES}
    gsma = {c: cost(inputs, c, renewal_credit=False, delay_cost=True) for c in CASES}
    wide = {c: cost(inputs, c, renewal_credit=False, delay_cost=True, wide=True) for c in CASES}
    of_it = {c: parts(inputs, c)[1] / gsma[c] for c in CASES}
    test = "eu-claims"
    return [
        predicted(test, "strand", "renewal credit on, delay cost off", by_case=strand, unit="USD"),
        predicted(test, "gsma", "renewal credit off, delay cost on", by_case=gsma, unit="USD"),
        predicted(
            test, "factor", "the second over the first", by_case={c: gsma[c] / strand[c] for c in CASES}, unit="factor"
        ),
        predicted(test, "dearer_share", "share of the second that is dearer purchases", by_case=of_it, unit="share"),
        predicted(
            test,
            "gsma_wide",
            "the second, were all mobile investment dearer, not radio alone",
            by_case=wide,
            unit="USD",
        ),
        predicted(
            test,
            "factor_wide",
            "the factor, were all mobile investment dearer",
            by_case={c: wide[c] / strand[c] for c in CASES},
            unit="factor",
        ),
    ]


KINGDOM_PERIODS = 32
"""Quarters from April 2020 to March 2028."""
CORE_LOTS = 20
SITE_LOTS = 120
SWAP_FROM = 2
"""October 2020: the first contract for radio in place of the old is of 29 September 2020."""
ROUNDS, KINGDOM_TRIES = 12, 40_000
JANUARY_2023, JULY_2023, END_2023 = 11, 13, 15
"""Quarters that end before each of these days."""


def core(inputs: Inputs, case: str) -> Instance:
    """The core as an instance: its work in lots, its crews so many that all is done in the time said times overrun."""
    quarters = inputs["core_quarters"].at(case) * inputs["overrun_factor"].at(case)
    legacy_work, legacy_traffic = (inputs[key].at(case) for key in ("legacy_work_share", "legacy_traffic_share"))
    split = round(CORE_LOTS * (1 - legacy_work))
    names = [f"lot {nth}" for nth in range(CORE_LOTS)]
    crews = Resource("crews", (CORE_LOTS / quarters * (1 + 1e-9),) * KINGDOM_PERIODS, True)
    units = tuple(Unit(name, {"crews": (1.0,) * KINGDOM_PERIODS}) for name in names)
    wants = (
        Demand("4G and 5G", 1 - legacy_traffic, tuple(names[:split])),
        Demand("2G and 3G", legacy_traffic, tuple(names[split:])),
    )
    return Instance(KINGDOM_PERIODS, 1.0, (crews,), units, demands=wants)


def radio(inputs: Inputs, case: str) -> Instance:
    """The radio as an instance: lots of sites, at the pace that takes the years said for all of them."""
    pace = SITE_LOTS / (4 * inputs["swap_years"].at(case))
    capacity = (0.0,) * SWAP_FROM + (pace * (1 + 1e-9),) * (KINGDOM_PERIODS - SWAP_FROM)
    names = [f"lot {nth}" for nth in range(SITE_LOTS)]
    units = tuple(Unit(name, {"crews": (1.0,) * KINGDOM_PERIODS}) for name in names)
    return Instance(
        KINGDOM_PERIODS,
        1.0,
        (Resource("crews", capacity, True),),
        units,
        demands=tuple(Demand(n, 1.0, (n,)) for n in names),
    )


def kingdom() -> list[Prediction]:
    """What the model says of the core, of the cap and of the last site."""
    inputs = given("uk")
    made: dict[str, dict[str, float]] = {
        key: {} for key in ("core_on_time", "tail", "traffic_2023", "cap_january", "cap_july", "last_site")
    }
    for case in CASES:
        ends = _clear(core(inputs, case))
        legacy = inputs["legacy_traffic_share"].at(case)
        made["core_on_time"][case] = float(max(ends.values()) <= JANUARY_2023)
        made["tail"][case] = float(ends["2G and 3G"] > END_2023 >= ends["4G and 5G"])
        made["traffic_2023"][case] = (1 - legacy) * (ends["4G and 5G"] <= END_2023) + legacy * (
            ends["2G and 3G"] <= END_2023
        )
        swaps = sorted(_clear(radio(inputs, case)).values())
        for key, day in (("cap_january", JANUARY_2023), ("cap_july", JULY_2023)):
            left = sum(end > day for end in swaps) / SITE_LOTS
            made[key][case] = left * inputs["restricted_sites"].at(case) / inputs["sites"].at(case)
        made["last_site"][case] = 2020.25 + swaps[-1] / 4
    sentences = {
        "core_on_time": ("all of the core moved by 28 January 2023 (1 yes, 0 no)", "yes or no"),
        "tail": ("at the end of 2023 4G and 5G are moved, 2G and 3G not (1 yes, 0 no)", "yes or no"),
        "traffic_2023": ("share of core traffic moved by the end of 2023", "share"),
        "cap_january": ("restricted share of radio sites in January 2023 (cap 0.35)", "share"),
        "cap_july": ("restricted share of radio sites in July 2023 (cap 0.35)", "share"),
        "last_site": ("when the last radio site is swapped (end of 2027: 2028.0)", "year"),
    }
    return [predicted("uk", key, words, by_case=made[key], unit=unit) for key, (words, unit) in sentences.items()]


def _clear(instance: Instance) -> dict[str, float]:
    """By when each demand is clear in the plan; infinite where it never is."""
    start = schedule(instance, rounds=ROUNDS, tries=KINGDOM_TRIES).start
    found = {}
    for demand in instance.demands:
        starts = [start[name] for name in demand.units]
        found[demand.id] = max(float("inf") if begun is None else begun + 1.0 for begun in starts)
    return found


SEED = 2022
PROGRAMME_PERIODS = 10
"""Quarters from July 2022 to the end of 2024."""
MOST_LOTS = 8
"""Into so many lots the locations of one application are cut at most."""
PROGRAMME_TRIES = 60_000
DONE_WEIGHT = 1.0
LOT_WEIGHT = 0.1
"""A whole application done counts ten times as much as all its lots would count one by one."""


@dataclass(frozen=True)
class Application:
    """One application: its approved cost, its locations, its lots, and the quarter of its first payment."""

    name: str
    cost: float
    locations: float
    lots: int
    paid_from: int


def ask() -> list[Prediction]:
    """What the programme would be asked for, and what share its money would pay, as of the end of 2021."""
    inputs = given("us-ask")
    requested = {c: inputs["filers_cost"].at(c) * (1 + inputs["price_rise_share"].at(c)) for c in CASES}
    payout = {c: min(1.0, inputs["appropriation"].at(c) / requested[c]) for c in CASES}
    lacking = {c: max(0.0, requested[c] - inputs["appropriation"].at(c)) for c in CASES}
    return [
        predicted("us-ask", "ask", "what applicants ask for", by_case=requested, unit="USD"),
        predicted("us-ask", "payout_share", "share of a claim that the money pays", by_case=payout, unit="share"),
        predicted("us-ask", "shortfall", "ask less appropriation", by_case=lacking, unit="USD"),
        *(
            predicted("us-ask", key, text, by_case={c: inputs[row].at(c) for c in CASES}, unit=unit)
            for key, text, row, unit in (
                ("viaero_ask", "what Viaero asks for", "viaero_cost", "USD"),
                ("union_ask", "what Union Wireless asks for", "union_cost", "USD"),
                ("applications", "how many apply", "carriers", "count"),
            )
        ),
    ]


def applications(inputs: Inputs, seed: int = SEED) -> list[Application]:
    """Applications of the published number and total: published sizes as they are, the rest drawn from the seed.

    The rest are log-normal (`forms.backtests`); all are then scaled so that together they cost what was approved.
    """
    draw = Random(seed)
    requests = sizes(inputs, draw, int(inputs["applications"].mid))
    scale = inputs["approved_cost"].mid / fsum(size for _, size in requests)
    first = int(inputs["first_claim_quarters"].mid)
    found = []
    for name, size in requests:
        cost = size * scale
        locations = inputs["locations"].mid * cost / inputs["approved_cost"].mid
        found.append(
            Application(name, cost, locations, max(1, min(MOST_LOTS, math.ceil(locations))), draw.randrange(first))
        )
    return found


def programme(inputs: Inputs, case: str, pro_rata: bool = True, *, seed: int = SEED) -> Instance:
    """The programme as an instance of quarters. `pro_rata` off: one purse for all instead of a share for each."""
    all_of_them = applications(inputs, seed)
    share, own = inputs["payout_share"].at(case), inputs["own_money"].at(case)
    crews = inputs["locations"].mid / inputs["crew_quarters"].at(case)
    resources = [Resource("crews", (crews,) * PROGRAMME_PERIODS)]
    units, demands = [], []
    for nth, one in enumerate(all_of_them):
        paid = one.cost if one.cost <= own else one.cost * share
        purse = f"money {nth}" if pro_rata else "money"
        if pro_rata:
            resources.append(Resource(purse, _from(one.paid_from, paid), True))
        names = tuple(f"{nth}.{lot}" for lot in range(one.lots))
        lot_cost, lot_places = one.cost / one.lots, one.locations / one.lots
        use = {"crews": (lot_places,) * PROGRAMME_PERIODS, purse: (lot_cost,) * PROGRAMME_PERIODS}
        units += [Unit(name, use, earliest=one.paid_from) for name in names]
        demands.append(Demand(f"done {nth}", DONE_WEIGHT, names))
        demands += [Demand(f"lot {name}", LOT_WEIGHT / one.lots, (name,)) for name in names]
    if not pro_rata:
        own_money = fsum(one.cost * (1 - share) for one in all_of_them if one.cost <= own)
        total = share * fsum(one.cost for one in all_of_them) + own_money
        resources.append(Resource("money", _from(0, total), True))
    return Instance(PROGRAMME_PERIODS, 0.98, tuple(resources), tuple(units), demands=tuple(demands))


def progress() -> list[Prediction]:
    """How many applications are done by the end of 2024, and how many extensions that takes, as of July 2022."""
    inputs = given("us-progress")
    done, extensions, stuck, pooled = {}, {}, {}, {}
    for case in CASES:
        finished = _finished(inputs, case, True)
        all_of_them = applications(inputs)
        done[case] = float(len(finished))
        stuck[case] = 1.0 - len(finished) / len(all_of_them)
        extensions[case] = float(
            sum(_extensions(inputs, one, finished.get(nth)) for nth, one in enumerate(all_of_them))
        )
        pooled[case] = float(len(_finished(inputs, case, False)))
    return [
        predicted("us-progress", "done", "applications done by December 2024", by_case=done, unit="count"),
        predicted(
            "us-progress", "unable_share", "share that cannot be done without more money", by_case=stuck, unit="share"
        ),
        predicted(
            "us-progress", "extensions", "extensions of six months by December 2024", by_case=extensions, unit="count"
        ),
        predicted(
            "us-progress",
            "done_pooled",
            "applications done, were the same money one purse",
            by_case=pooled,
            unit="count",
        ),
    ]


def _from(period: int, amount: float) -> tuple[float, ...]:
    """An amount that is there from one period on."""
    return tuple(amount if t == period else 0.0 for t in range(PROGRAMME_PERIODS))


def _finished(inputs: Inputs, case: str, pro_rata: bool) -> dict[int, int]:
    """For each application that is done in the plan, by its place, the quarter from which it is."""
    instance = programme(inputs, case, pro_rata)
    start = schedule(instance, rounds=ROUNDS, tries=PROGRAMME_TRIES).start
    found: dict[int, int] = {}
    for demand in instance.demands:
        kind, _, nth = demand.id.partition(" ")
        starts = [start[name] for name in demand.units]
        ends = [begun + 1 for begun in starts if begun is not None]
        if kind == "done" and len(ends) == len(starts):
            found[int(nth)] = max(ends)
    return found


def _extensions(inputs: Inputs, one: Application, done: int | None) -> int:
    """Extensions that an application needs by the last quarter: one for each term that ends before it is done."""
    term, more = int(inputs["term_quarters"].mid), int(inputs["extension_quarters"].mid)
    ends = range(one.paid_from + term, PROGRAMME_PERIODS, more)
    return sum(done is None or done > end for end in ends)


TESTS = {
    "us-ask": "What the United States' reimbursement programme would be asked for, predicted at the end of 2021",
    "us-progress": "How far that programme would come by December 2024, predicted in July 2022",
    "uk": "The largest British carrier: core, cap and last site, predicted in July 2021",
    "eu-claims": "Two costs of one exclusion in Europe, from one model with two switches",
}
"""The back-tests, each with its heading."""


@cache
def backtests() -> tuple[GradedPrediction, ...]:
    """Every prediction of every back-test beside its outcome. Cost: some ten schedules of up to 700 units."""
    return form.held([*ask(), *progress(), *kingdom(), *european_claims()])


def page(rows: Sequence[GradedPrediction]) -> str:
    """The page of the back-tests, Markdown. Titles of sources stand as published, in code marks."""
    lines = [*HEAD, *form.tally(rows)]
    for test, heading in TESTS.items():
        those = [one for one in rows if one.prediction.test == test]
        lines += [
            f"## {heading}",
            "",
            *form.table_of(those),
            "",
            *form.inputs_of(given(test).values()),
            "",
            *READ[test],
            "",
        ]
    return "\n".join([*lines, *TAIL])


HEAD = [
    "# Back-tests",
    "",
    "What the model would have said of programmes whose end is known, from what was known before. This page is made by",
    "`make backtests` from `src/provenet/facts/backtests/`; a test keeps it in step. Nothing is fitted to an outcome:",
    "[decision 0030](decisions/0030-back-tests.md) says what was fixed when, and what its writers had met before.",
    "",
    f"Grades: **hit**, the middle prediction is within {HIT_SHARE:.0%} of what was observed, or on the side",
    "of a limit on which that was; **within range**, only the range from low to high holds it; **miss**; **open**,",
    "not known yet; **variation**, a what-if with nothing to compare. Low and high are the extremes of three",
    "runs, each with every input at its low, mid or high.",
    "Addresses and places in the sources stand in the two tables.",
    "",
]
READ = {
    "us-ask": [
        "Read: one mistake, missed six times. What carriers had said of themselves was a third of what they asked for",
        "once a catalogue of costs was published and carriers of up to ten million customers could ask. Estimates",
        "made before there is money to ask for are no basis for a budget; the product prints whose estimate a price",
        "is, and its date, for this reason.",
    ],
    "us-progress": [
        "Read: the direction holds and the size does not. Paying each the same share finishes only those who can pay",
        "the rest themselves, and what that is nobody had published: `own_money` is assumed, and the range is as wide",
        "as it is ignorant. More finished, and fewer asked for more time, than the middle says. The variation is the",
        "plan's answer: the same money as one purse, smallest first, finishes nearly all applications and leaves a",
        "few large ones. Applications beyond the published sizes are drawn from a seed.",
    ],
    "uk": [
        "Read: the middle holds. The slip of the core is the carrier's own earlier slip applied once more; that 2G",
        "and 3G come last is the plan's choice, for they carry least traffic. Published shares are of 3G data; with",
        "voice, 3G carried more (a quarter of calls in March 2021), so weights by calls would make a worse tail.",
    ],
    "eu-claims": [
        "Read: the switches explain a factor of about 5 of the 18. The first claim is met because its own purchases a",
        "year are the shared input: no proof, only consistency. The second is met by the range and not by the middle.",
        "What is left, a factor of 3.4, is not renewal and not delay but *what* gets dearer: radio equipment alone,",
        "or all mobile investment, as the variation has it, which comes within a fifth of the claim. So a third",
        "switch has to be printed beside each such cost: the base of the price rise. Losses of productivity that the",
        "second claim also names (EUR 45 billion) are no cost of carriers and are in neither sum.",
    ],
}
TAIL = [
    "## What these tests do not show",
    "",
    "They test the schedule under money, crews and precedence, and the rules for prices; they do not test prices by",
    "element, routes or verdicts. Three programmes are few. That a wide range holds an outcome is no merit:",
    "it is not called a hit.",
    "",
]
