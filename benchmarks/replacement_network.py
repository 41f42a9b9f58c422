"""Invented networks to replace: cities and countryside, rings, hubs and cores, with prices, crews and supply.

Nothing in them is anybody's network. What is drawn like the real ones: a few great cities and many small ones, rings of
sites behind a hub, hubs behind a core, demands that cross all of these, prices and subscribers with heavy tails.
"""

from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from replacement_witness import witness

from provenet.forms.schedule import Conflict, Demand, Instance, Resource, Unit

DISCOUNT = 0.98
VENDORS = ("vendor.a", "vendor.b", "vendor.c")
VENDOR_SHARES = (0.5, 0.3, 0.2)
TEST_CLUSTER = 10
"""So many sites of a region are tested before the mass, one of each ring, so that no ring holds the test up."""


class Wanted(NamedTuple):
    """What is asked of a network. A flag makes a family of limits bind: without it the family is absent or wide."""

    sites: int
    periods: int
    seed: int
    conflicts: bool = False
    caps: bool = False
    durations: bool = False


@dataclass
class Land:
    """Where the sites stand: `at` float64[sites, 2] in km, and for each its region, ring and hub; `restricted` hubs."""

    at: NDArray[np.float64]
    city: NDArray[np.bool_]
    region: NDArray[np.int64]
    ring: NDArray[np.int64]
    hub: NDArray[np.int64]
    hub_region: NDArray[np.int64]
    restricted: NDArray[np.bool_]
    regions: int


@dataclass
class Parts:
    """What is gathered on the way; `urgency` orders the witness."""

    units: list[Unit] = field(default_factory=list)
    precedence: list[tuple[str, str]] = field(default_factory=list)
    together: list[tuple[str, ...]] = field(default_factory=list)
    demands: list[Demand] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    sensitive: list[str] = field(default_factory=list)
    urgency: dict[str, float] = field(default_factory=dict)


def network(wanted: Wanted) -> tuple[Instance, dict[str, int | None]]:
    """An instance and the witness that keeps all its limits, deadlines included.

    Sites have an LTE unit, some also a 5G unit of the same vendor, swapped together. Restricted hubs come before their
    sites, cores and a test cluster before the mass of their region. Every limit over time leaves room for about 85 to
    110 % of the units. `caps`: the most that each new vendor may supply over the whole horizon, below what its units
    ask for. `conflicts`: one site of a ring at a time, and one of a few neighbours. `durations`: 1 to 3 periods.
    """
    rng = np.random.default_rng([wanted.seed, wanted.sites, wanted.periods])
    land, parts = settle(rng, wanted.sites), Parts()
    put_core(rng, wanted, land, parts)
    names = put_sites(rng, wanted, land, parts)
    order_them(land, parts, names)
    put_demands(rng, land, parts, names)
    if wanted.conflicts:
        put_conflicts(rng, land, parts, names)
    instance = Instance(
        wanted.periods,
        DISCOUNT,
        limits(rng, wanted, parts),
        tuple(parts.units),
        tuple(parts.precedence),
        tuple(parts.together),
        tuple(parts.conflicts),
        tuple(parts.demands),
    )
    start = witness(instance, parts.urgency)
    return with_deadlines(rng, instance, start, parts.sensitive), start


def settle(rng: Generator, sites: int) -> Land:
    """Towns of heavy-tailed sizes, a third of the sites in the open; regions about great towns; rings along a curve."""
    towns = max(3, sites // 60)
    size = rng.pareto(1.1, towns) + 0.2
    centre = rng.random((towns, 2)) * 400
    city = rng.random(sites) < 0.65
    town = rng.choice(towns, sites, p=size / size.sum())
    spread = 2 + 3 * np.sqrt(size[town] / size.mean())
    at = np.where(
        city[:, None], centre[town] + rng.normal(size=(sites, 2)) * spread[:, None], rng.random((sites, 2)) * 400
    )
    regions = int(np.clip(sites // 750, 1, 12))
    capital = centre[np.argsort(-size)[:regions]]
    regions = len(capital)
    region = np.argmin(((at[:, None] - capital[None]) ** 2).sum(2), 1)
    order = np.lexsort((along(at), region))
    at, city, region = at[order], city[order], region[order]
    ring, hub, hub_region = np.zeros(sites, np.int64), np.zeros(sites, np.int64), []
    rings = 0
    for one in range(regions):
        first, end = np.searchsorted(region, [one, one + 1])
        while first < end:
            hub_region.append(one)
            for _ in range(int(rng.integers(3, 7))):
                last = min(end, first + int(rng.integers(8, 19)))
                ring[first:last], hub[first:last] = rings, len(hub_region) - 1
                rings, first = rings + 1, last
                if first >= end:
                    break
    restricted = rng.random(len(hub_region)) < 0.55
    return Land(at, city, region, ring, hub, np.array(hub_region, np.int64), restricted, regions)


def along(at: NDArray[np.float64]) -> NDArray[np.int64]:
    """The place of each point on Morton's curve: near on the curve is mostly near on the ground."""
    low = at.min(0)
    grid = ((at - low) / (at.max(0) - low + 1e-9) * 4095).astype(np.int64)
    place = np.zeros(len(at), np.int64)
    for bit in range(12):
        for axis in (0, 1):
            place |= ((grid[:, axis] >> bit) & 1) << (2 * bit + axis)
    return place


def price(rng: Generator, middle: float, spread: float) -> int:
    """A price in thousands, lognormal about a middle."""
    return max(1, round(middle * float(np.exp(rng.normal(0.0, spread)))))


def put(
    parts: Parts, wanted: Wanted, name: str, use: dict[str, float], duration: int, earliest: int, urgency: float
) -> None:
    """One unit; an amount is the same in each period."""
    held = {resource: (float(amount),) * wanted.periods for resource, amount in use.items()}
    parts.units.append(Unit(name, held, duration if wanted.durations else 1, earliest))
    parts.urgency[name] = urgency


def put_core(rng: Generator, wanted: Wanted, land: Land, parts: Parts) -> None:
    """A core and an acceptance of the test cluster in each region, and the restricted hubs."""
    for one in range(land.regions):
        for which in range(2):
            use = {"budget": price(rng, 2400, 0.4), f"crew.{one}": 8}
            put(parts, wanted, f"core.{one}.{which}", use, int(rng.integers(2, 4)), 0, 0.0)
        put(parts, wanted, f"acceptance.{one}", {}, 1, 0, 0.0)
    for place in np.flatnonzero(land.restricted):
        use = {"budget": price(rng, 180, 0.5), f"crew.{land.hub_region[place]}": 3}
        put(parts, wanted, f"hub.{place}", use, int(rng.integers(1, 3)), 0, 1.0)


def put_sites(rng: Generator, wanted: Wanted, land: Land, parts: Parts) -> list[tuple[str, ...]]:
    """The units of each site: LTE, and 5G with it on many city sites. A vendor is chosen a hub, as carriers do."""
    vendor = rng.choice(len(VENDORS), len(land.restricted), p=VENDOR_SHARES)
    names = []
    for site in range(len(land.at)):
        city, crew = bool(land.city[site]), f"crew.{land.region[site]}"
        supply, cap = f"supply.{VENDORS[vendor[land.hub[site]]]}", f"cap.{VENDORS[vendor[land.hub[site]]]}"
        small = city and rng.random() < 0.15
        middle, radios = (16, 1) if small else (62, 3) if city else (78, 3)
        wait = int(rng.integers(0, max(1, wanted.periods // 4))) if rng.random() < 0.08 else 0
        long = int(rng.choice(3, p=(0.6, 0.3, 0.1))) + 1
        use = {
            "budget": price(rng, middle, 0.45),
            crew: 1 if small else int(rng.integers(1, 4)),
            supply: radios,
            cap: 1,
        }
        urgency = 2.0 + float(rng.random())
        lte = f"site.{site}.lte"
        put(parts, wanted, lte, use, long, wait, urgency)
        mine: tuple[str, ...] = (lte,)
        if rng.random() < (0.4 if city and not small else 0.1):
            use = {"budget": price(rng, 85, 0.45), crew: int(rng.integers(1, 3)), supply: 3, cap: 1}
            put(parts, wanted, f"site.{site}.nr", use, long, wait, urgency)
            mine = (lte, f"site.{site}.nr")
            parts.together.append(mine)
        names.append(mine)
    return names


def order_them(land: Land, parts: Parts, names: list[tuple[str, ...]]) -> None:
    """Core and test cluster, then acceptance, then the other hubs, then the sites behind each hub."""
    gates = np.flatnonzero(np.diff(land.ring, prepend=-1))
    clusters = [gates[land.region[gates] == one][:TEST_CLUSTER] for one in range(land.regions)]
    testing = {int(site) for cluster in clusters for site in cluster}
    test_hubs = {int(land.hub[site]) for site in testing}
    for one, cluster in enumerate(clusters):
        parts.precedence += [(f"core.{one}.{which}", f"acceptance.{one}") for which in range(2)]
        parts.precedence += [(names[site][0], f"acceptance.{one}") for site in cluster]
    for place in np.flatnonzero(land.restricted):
        if int(place) not in test_hubs:
            parts.precedence.append((f"acceptance.{land.hub_region[place]}", f"hub.{place}"))
    for site, mine in enumerate(names):
        hub = int(land.hub[site])
        if land.restricted[hub]:
            parts.precedence.append((f"hub.{hub}", mine[0]))
        if site not in testing and (not land.restricted[hub] or hub in test_hubs):
            parts.precedence.append((f"acceptance.{land.region[site]}", mine[0]))


def put_demands(rng: Generator, land: Land, parts: Parts, names: list[tuple[str, ...]]) -> None:
    """Subscribers behind each site, and half as many paths over two to seven elements, some of them sensitive."""
    sites = len(names)
    near = np.where(land.city, 900.0, 250.0)
    for site, mine in enumerate(names):
        weight = round(near[site] * min(60.0, float(rng.pareto(1.6)) + 0.1)) + 1
        parts.demands.append(Demand(f"cell.{site}", float(weight), mine))
    for place in range(sites // 2):
        sensitive = rng.random() < 0.04
        ends = [int(rng.integers(sites))]
        if rng.random() < 0.3 or sensitive:
            ends.append(int(rng.integers(sites)))
        units: dict[str, None] = {}
        for end in ends:
            units[f"core.{land.region[end]}.{place % 2}"] = None
            if land.restricted[land.hub[end]]:
                units[f"hub.{land.hub[end]}"] = None
        for end in ends:
            for site in range(end, min(end + int(rng.integers(1, 4)), sites)):
                units |= dict.fromkeys(names[site])
        weight = round((4000.0 if sensitive else 400.0) * min(80.0, float(rng.pareto(1.3)) + 0.2)) + 1
        kind = "sensitive" if sensitive else "path"
        parts.demands.append(Demand(f"{kind}.{place}", float(weight), tuple(units)[:7]))
        if sensitive:
            parts.sensitive += list(units)[:7]


def put_conflicts(rng: Generator, land: Land, parts: Parts, names: list[tuple[str, ...]]) -> None:
    """One site of a ring at a time, and one of a site and its three nearest for half of the sites."""
    from scipy.spatial import cKDTree

    edges = np.flatnonzero(np.diff(land.ring)) + 1
    for ring, sites in enumerate(np.split(np.arange(len(names)), edges)):
        if len(sites) > 1:
            parts.conflicts.append(Conflict(f"ring.{ring}", tuple(names[site][0] for site in sites), 1))
    nearest = cKDTree(land.at).query(land.at, min(4, len(names)))[1].reshape(len(names), -1)
    for site in np.flatnonzero(rng.random(len(names)) < 0.5):
        if len(set(land.ring[nearest[site]])) > 1:
            units = tuple(names[other][0] for other in sorted(nearest[site].tolist()))
            parts.conflicts.append(Conflict(f"neighbours.{site}", units, 1))


def limits(rng: Generator, wanted: Wanted, parts: Parts) -> tuple[Resource, ...]:
    """Budget and supply that carry over, crews that do not, and caps; each from what the units ask for in all."""
    asked: dict[str, float] = {}
    most: dict[str, float] = {}
    for unit in parts.units:
        for name, amount in unit.use.items():
            asked[name] = asked.get(name, 0.0) + amount[0]
            most[name] = max(most.get(name, 0.0), amount[0])
    periods, made = wanted.periods, []
    slow = np.minimum(1.0, 0.4 + 0.2 * np.arange(periods))
    year = 1.0 + 0.25 * np.sin(np.arange(periods) // 4 * 1.7)
    for name in sorted(asked):
        family = name.split(".")[0]
        if family == "budget":
            made.append(spread(name, asked[name] * rng.uniform(0.88, 0.98), year, True, 0.0))
        elif family == "supply":
            made.append(spread(name, asked[name] * rng.uniform(0.95, 1.1), slow, True, 0.0))
        elif family == "crew":
            busy = max(1, periods - 3)
            share = asked[name] * rng.uniform(0.98, 1.1) * periods / busy
            made.append(spread(name, share, np.ones(periods), False, most[name]))
        else:
            whole = float(np.floor(asked[name] * rng.uniform(0.7, 0.85))) if wanted.caps else asked[name]
            made.append(Resource(name, (whole, *(0.0,) * (periods - 1)), True))
    return tuple(made)


def spread(name: str, total: float, shape: NDArray[np.float64], carry_over: bool, least: float) -> Resource:
    """A total over the periods in whole numbers, none below the greatest single amount where nothing is carried."""
    amounts = np.maximum(np.ceil(total * shape / shape.sum()), least)
    return Resource(name, tuple(amounts.tolist()), carry_over)


def with_deadlines(rng: Generator, instance: Instance, start: dict[str, int | None], sensitive: list[str]) -> Instance:
    """The instance with deadlines on cores and on most of what sensitive demands cross, none before the witness."""
    policy = (3 * instance.periods) // 5
    mates = {name: group for group in instance.together for name in group}
    latest: dict[str, int] = {}
    for name in dict.fromkeys([unit.id for unit in instance.units if unit.id.startswith("core.")] + sensitive):
        group = mates.get(name, (name,))
        at = start[name]
        if at is None or group[0] in latest or rng.random() < 0.2:
            continue
        last = max(at, policy) if rng.random() < 0.8 else min(instance.periods - 1, at + int(rng.integers(1, 4)))
        latest |= dict.fromkeys(group, last)
    units = tuple(replace(unit, latest=latest.get(unit.id)) for unit in instance.units)
    return replace(instance, units=units)
