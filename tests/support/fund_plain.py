"""The arithmetic of `fund` a second time, from docs/fund.md alone: plain numbers, scenario by scenario, no NumPy."""

import math
from dataclasses import dataclass, field
from datetime import date
from typing import Any

Row = dict[str, Any]


def below(whole: str, part: str) -> bool:
    """Whether a class is another or a part of it."""
    return part == whole or part.startswith(whole + ".")


def fits(row: Row, name: str, purchase: Row, vendor: str | None) -> bool:
    """Whether a row of choice_input tells a figure of a purchase, for a vendor where one is named."""
    if row["name"] != name or row.get("vendor_id") not in (None, vendor):
        return False
    for column in ("carrier_id", "country", "generation"):
        if row.get(column) is not None and row[column] != purchase.get(column):
            return False
    return row.get("asset_class") is None or below(row["asset_class"], purchase["asset_class"])


def rank(row: Row) -> tuple[int, ...]:
    """How specific a row is: a vendor before a carrier, a country, a generation, a part of a class."""
    depth = 0 if row.get("asset_class") is None else 1 + row["asset_class"].count(".")
    return (*(int(row.get(c) is not None) for c in ("vendor_id", "carrier_id", "country", "generation")), depth)


def chosen_rows(rows: list[Row], name: str, purchase: Row, vendor: str | None = None) -> list[Row]:
    """The most specific rows that fit; several of them are opposed estimates."""
    found = [row for row in rows if fits(row, name, purchase, vendor)]
    best = max((rank(row) for row in found), default=None)
    return [row for row in found if rank(row) == best]


def middle(row: Row) -> float:
    """The figure that a row reckons with."""
    if row.get("mid_amount") is not None:
        return float(row["mid_amount"])
    return (row["low_amount"] + row["high_amount"]) / 2


def joined(rows: list[Row]) -> tuple[float, float, float] | None:
    """Opposed estimates as one band: from the lowest to the highest, the middle half way; one estimate is itself."""
    if not rows:
        return None
    low, high = min(row["low_amount"] for row in rows), max(row["high_amount"] for row in rows)
    same = {(row["low_amount"], middle(row), row["high_amount"]) for row in rows}
    return low, middle(rows[0]) if len(same) == 1 else (low + high) / 2, high


def annuity(years: float, rate: float) -> float:
    """One a year at the end of each of so many years, today."""
    return years if rate == 0 else (1 - (1 + rate) ** -years) / rate


@dataclass
class Figures:
    """Values of all figures of one purchase in one scenario; those that may differ by vendor by vendor."""

    count: float
    price: float
    discount: float = 0.0
    price_gap: float = 0.0
    own_gap: dict[str, float] = field(default_factory=dict)
    integration: dict[str, float] = field(default_factory=dict)
    anchor: dict[str, float] = field(default_factory=dict)
    operating: float = 0.0
    chance: float = 0.0
    cost: dict[str, float] = field(default_factory=dict)
    years: float = 0.0
    network: dict[str, float] = field(default_factory=dict)
    noise: float = 0.0
    kept_back: float = 0.0
    """What of aid goes into dearer bids: `pass-through`."""


def parts_of(
    figures: Figures, life: float, vendor: str, excluded: bool, has: set[str], anchor: str | None
) -> dict[str, float]:
    """What each part of one choice costs over its life, without peers."""
    base = figures.count * figures.price
    gap = figures.own_gap.get(vendor, 0.0 if excluded else figures.price_gap)
    left = max(0.0, 1 - figures.years / life)
    today = (1 + figures.discount) ** -figures.years
    return {
        "price": base * (1 + gap),
        "integration": 0.0 if vendor in has else base * figures.integration.get(vendor, 0.0),
        "anchor": base * figures.anchor.get(vendor, 0.0) if anchor is not None and vendor != anchor else 0.0,
        "operating": 0.0 if excluded else base * figures.operating * annuity(life, figures.discount),
        "removal": base * figures.chance * figures.cost.get(vendor, 0.0) * left * today if excluded else 0.0,
    }


def gap_of(costs: dict[str, float], excluded: set[str]) -> float | None:
    """The cheapest clear choice less the cheapest excluded; None without a clear one, minus infinity where all are."""
    clear = [cost for vendor, cost in costs.items() if vendor not in excluded]
    other = [cost for vendor, cost in costs.items() if vendor in excluded]
    if not clear:
        return None
    return min(clear) - min(other) if other else float("-inf")


def effect_of(costs: dict[str, float], excluded: set[str], figures: Figures) -> float:
    """The network effect, as a share of the price: that of the clear choice that is cheapest while no peer is clear."""
    clear = {vendor: cost for vendor, cost in costs.items() if vendor not in excluded}
    return figures.network.get(min(clear, key=lambda vendor: (clear[vendor], vendor)), 0.0) if clear else 0.0


def chance_of(gap: float | None, offer: float, figures: Figures, peers: float = 0.0) -> float:
    """The chance of a clear choice under an offer: logistic in what is kept of it less the gap, over the noise."""
    if gap is None:
        return 0.0
    if gap == float("-inf"):
        return 1.0
    base = figures.count * figures.price
    lead = (1 - min(figures.kept_back, 0.99)) * offer - gap + peers * base
    if figures.noise * base == 0:
        return float(lead >= 0)
    far = -lead / (figures.noise * base)
    return 0.0 if far > 700 else 1 / (1 + math.exp(far))


def ends(
    gaps: list[float], effects: list[float], kept: list[float], groups: list[int]
) -> tuple[list[bool], list[bool]]:
    """The least and the greatest equilibrium: rounds from nobody and everybody; peers are the others of the group."""

    def rounds(start: bool) -> list[bool]:
        state = [start] * len(gaps)
        while True:
            after = []
            for one, gap in enumerate(gaps):
                peers = [state[other] for other in range(len(gaps)) if other != one and groups[other] == groups[one]]
                share = sum(peers) / len(peers) if peers else 0.0
                after.append(kept[one] >= gap - effects[one] * share)
            if after == state:
                return state
            state = after

    return rounds(False), rounds(True)


def brute_ends(gaps: list[float], effects: list[float], kept: list[float], groups: list[int]) -> list[tuple[bool, ...]]:
    """Every equilibrium by trying all states."""
    found = []
    for number in range(1 << len(gaps)):
        state = tuple(bool(number >> one & 1) for one in range(len(gaps)))
        good = True
        for one, gap in enumerate(gaps):
            peers = [state[other] for other in range(len(gaps)) if other != one and groups[other] == groups[one]]
            share = sum(peers) / len(peers) if peers else 0.0
            good = good and state[one] == (kept[one] >= gap - effects[one] * share)
        if good:
            found.append(state)
    return found


def clear_share(
    shares: dict[str, float], purchases: list[Row], rides: list[Row], clear: set[str], grain: int = 400
) -> float:
    """The subscribers whose every purchase on the way is clear, by counting grains of each carrier's subscribers.

    A purchase of half of a carrier serves the first half of its grains. A network that carries them counts with the
    purchases of the class that is shared, unless that ends before the contract.
    """
    total = 0.0
    for carrier, share in shares.items():
        mine = [row for row in purchases if row["carrier_id"] == carrier]
        for ride in rides:
            if ride["carrier_id"] == carrier and ride["binding"] != "preliminary":
                mine += [row for row in purchases if row["carrier_id"] == ride["host_id"] and shared(row, ride)]
        for grain_at in range(grain):
            at = (grain_at + 0.5) / grain
            way = {
                row["purchase_id"]
                for row in mine
                if at < (1.0 if row["low_part_share"] is None else row["low_part_share"])
            }
            total += share / grain * bool(way and way <= clear)
    return total


def shared(row: Row, ride: Row) -> bool:
    """Whether an arrangement holds for what is bought when it is bought."""
    one, other = row["asset_class"], ride["segment"]
    return (below(one, other) or below(other, one)) and (ride["to_on"] is None or ride["to_on"] > row["low_signed_on"])


def acting(need: float, base: float, cost: float | None, signed: date, life: float, day: date) -> float:
    """What it takes to have a purchase clear if the giver acts on a day; not a number where no row tells."""
    swap = math.nan if cost is None else base * cost
    if day < signed:
        return need if math.isfinite(need) else swap
    if need <= 0:
        return 0.0
    return swap * max(0.0, 1 - (day - signed).days / (365.25 * life))
