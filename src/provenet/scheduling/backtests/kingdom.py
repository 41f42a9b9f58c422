"""The largest British carrier: its core by January 2023, the cap of 35 % on its radio, and the end of 2027.

Predicted from what was known by July 2021. The core is lots of work, half or so of it for 2G and 3G, with traffic as
weight; the radio is lots of sites at the pace the carrier gave. Lots are of equal size: no row is a site of anyone.
"""

from provenet.forms.backtests import CASES, Inputs, Prediction, given, predicted
from provenet.forms.schedule import Demand, Instance, Resource, Unit
from provenet.scheduling.schedule import schedule

PERIODS = 32
"""Quarters from April 2020 to March 2028."""
CORE_LOTS = 20
SITE_LOTS = 120
SWAP_FROM = 2
"""October 2020: the first contract for radio in place of the old is of 29 September 2020."""
ROUNDS, TRIES = 12, 40_000
JANUARY_2023, JULY_2023, END_2023 = 11, 13, 15
"""Quarters that end before each of these days."""


def core(inputs: Inputs, case: str) -> Instance:
    """The core as an instance: its work in lots, its crews so many that all is done in the time said times overrun."""
    quarters = inputs["core_quarters"].at(case) * inputs["overrun_factor"].at(case)
    legacy_work, legacy_traffic = (inputs[key].at(case) for key in ("legacy_work_share", "legacy_traffic_share"))
    split = round(CORE_LOTS * (1 - legacy_work))
    names = [f"lot {nth}" for nth in range(CORE_LOTS)]
    crews = Resource("crews", (CORE_LOTS / quarters * (1 + 1e-9),) * PERIODS, True)
    units = tuple(Unit(name, {"crews": (1.0,) * PERIODS}) for name in names)
    wants = (
        Demand("4G and 5G", 1 - legacy_traffic, tuple(names[:split])),
        Demand("2G and 3G", legacy_traffic, tuple(names[split:])),
    )
    return Instance(PERIODS, 1.0, (crews,), units, demands=wants)


def radio(inputs: Inputs, case: str) -> Instance:
    """The radio as an instance: lots of sites, at the pace that takes the years said for all of them."""
    pace = SITE_LOTS / (4 * inputs["swap_years"].at(case))
    capacity = (0.0,) * SWAP_FROM + (pace * (1 + 1e-9),) * (PERIODS - SWAP_FROM)
    names = [f"lot {nth}" for nth in range(SITE_LOTS)]
    units = tuple(Unit(name, {"crews": (1.0,) * PERIODS}) for name in names)
    return Instance(
        PERIODS, 1.0, (Resource("crews", capacity, True),), units, demands=tuple(Demand(n, 1.0, (n,)) for n in names)
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
    start = schedule(instance, rounds=ROUNDS, tries=TRIES).start
    found = {}
    for demand in instance.demands:
        starts = [start[name] for name in demand.units]
        found[demand.id] = max(float("inf") if begun is None else begun + 1.0 for begun in starts)
    return found
