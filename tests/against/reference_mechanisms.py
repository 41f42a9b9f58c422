"""The three ways to give aid once more: plain loops over scenarios and carriers, no line in common with the product."""

import math
from collections.abc import Callable, Sequence
from typing import Any

World = dict[str, Any]
"""One scenario: `gap`, `effect`, `kept`, `cost`, `elements`, `weight`, `error`, `luck` lists over buyers,
`peers` a list of lists, `demands` (weight, buyers) pairs, and the figures of the terms and `risk` as numbers."""


def need(world: World, clear: Sequence[bool], j: int) -> float:
    """What buyer j needs while `clear` are."""
    part = math.fsum(share for share, done in zip(world["peers"][j], clear, strict=True) if done)
    return max(world["gap"][j] - world["effect"][j] * part, 0.0) / world["kept"][j]


def settled(world: World, clear: list[bool], chooses: Callable[[int, float], bool]) -> list[bool]:
    """One buyer at a time joins that needs nothing or chooses clear at its need, until none does."""
    clear, joined = list(clear), True
    while joined:
        joined = False
        for j in range(len(clear)):
            if not clear[j]:
                now = need(world, clear, j)
                if now <= 0 or chooses(j, now):
                    clear[j] = joined = True
    return clear


def nobody(j: int, now: float) -> bool:
    return False


def outcome(world: World, budget: float, mechanism: str, offers: Sequence[float]) -> dict[str, Any]:
    """What one mechanism did in one scenario: `clear`, and sums by the names of `Outcome`."""
    buyers = range(len(world["gap"]))
    before = settled(world, [False for _ in buyers], nobody)
    needs = [need(world, before, j) for j in buyers]
    book = {"needs": needs, "before": before, "award": {}, "paid": {}, "broken": set(), "late": set(), "asked": {}}
    rules = {"offers": takes, "loan guarantee": guarantee, "pay-as-bid auction": auction}
    clear = rules[mechanism](world, budget, offers, book)
    return summed(world, book, clear)


def takes(world: World, budget: float, offers: Sequence[float], book: dict[str, Any]) -> list[bool]:
    def chooses(j: int, now: float) -> bool:
        return math.isfinite(now) and now <= offers[j] and not world["luck"][j] < world["default_chance"]

    clear = settled(world, book["before"], chooses)
    for j, amount in enumerate(offers):
        now = need(world, clear, j)
        if amount > 0 and math.isfinite(now) and now <= amount:
            book["award"][j] = book["paid"][j] = amount
            if not clear[j]:
                book["broken"].add(j)
    return clear


def estimate(world: World, j: int, needed: float) -> float:
    variance = math.log(1 + world["bid_spread"] ** 2)
    return needed * math.exp(math.sqrt(variance) * world["error"][j] - variance / 2)


def claims(world: World, needs: list[float]) -> list[float]:
    """What each names as its need; nothing for those without a clear choice."""
    short = [j for j, n in enumerate(needs) if 0 < n < math.inf]
    cost = sum(world["cost"][j] for j in short)
    rate = sum(needs[j] for j in short) / cost if cost > 0 else 0.0
    named = []
    for j, n in enumerate(needs):
        windfall = world["cost"][j] * rate * world["windfall_ask"] if n == 0 else n
        named.append(windfall if n < math.inf else 0.0)
    return named


def guarantee(world: World, budget: float, offers: Sequence[float], book: dict[str, Any]) -> list[bool]:
    asking = []
    for j, cost in enumerate(world["cost"]):
        gain = cost * world["loan_rate_gap"] if math.isfinite(cost) else 0.0
        if gain > 0 and book["needs"][j] <= gain and world["weight"][j] > 0:
            asking.append((cost / world["weight"][j], j))
    left, clear = budget, list(book["before"])
    for _, j in sorted(asking):
        loan = world["cost"][j]
        fits = budget > 0 and world["risk"] * loan <= left
        book["asked"][j] = (loan, loan if fits else 0.0)
        if fits:
            left -= world["risk"] * loan
            book["award"][j] = loan
            book["paid"][j] = 0.0
            if world["luck"][j] < world["default_chance"]:
                book["broken"].add(j)
                book["paid"][j] = loan
            else:
                clear[j] = True
    return settled(world, clear, nobody)


def auction(world: World, budget: float, offers: Sequence[float], book: dict[str, Any]) -> list[bool]:
    bids = {}
    for j, n in enumerate(claims(world, book["needs"])):
        if world["weight"][j] > 0 and n > 0:
            bids[j] = estimate(world, j, n) * (1 + world["bid_markup"])
    line = sorted((j for j in bids if bids[j] <= budget), key=lambda j: (bids[j] / world["weight"][j], j))
    winners = own_bids(budget, bids, line)
    for j, award in winners.items():
        settle(world, book, j, award)
    if book["broken"]:
        left = budget - sum(book["paid"].values())
        for j in line:
            if j not in winners and bids[j] <= left:
                settle(world, book, j, bids[j])
                left -= book["paid"][j]
                if j not in book["broken"]:
                    book["late"].add(j)
    book["asked"] = {j: (bid, bid if j in book["award"] else 0.0) for j, bid in bids.items()}
    clear = [before or (j in book["award"] and j not in book["broken"]) for j, before in enumerate(book["before"])]
    return settled(world, clear, nobody)


def own_bids(budget: float, bids: dict[int, float], line: list[int]) -> dict[int, float]:
    winners: dict[int, float] = {}
    for j in line:
        if bids[j] <= budget - sum(winners.values()):
            winners[j] = bids[j]
    return winners


def settle(world: World, book: dict[str, Any], j: int, award: float) -> None:
    """Awards j, and finds out whether it defaults."""
    n = book["needs"][j]
    other = n > 0 and world["luck"][j] < world["default_chance"]
    lacking = n - award
    under = lacking > world["own_funds"] * n and world["bond"] * award < lacking
    book["award"][j] = award
    book["paid"][j] = 0.0 if other or under else award
    if other or under:
        book["broken"].add(j)


def summed(world: World, book: dict[str, Any], clear: list[bool]) -> dict[str, Any]:
    """The sums of `Outcome` over all buyers."""
    award, paid, broken, weight = book["award"], book["paid"], book["broken"], world["weight"]
    gained = 0.0
    for worth, on in world["demands"]:
        if all(clear[j] for j in on) and not all(book["before"][j] for j in on):
            gained += worth
    return {
        "clear": clear, "gained": gained, "paid": sum(paid.values()),
        "rent": sum(max(amount - book["needs"][j], 0.0) for j, amount in paid.items() if clear[j]),
        "awards": len(award), "defaults": len(broken), "awarded": sum(award.values()),
        "defaulted": sum(award[j] for j in broken),
        "requests": sum(asked for asked, _ in book["asked"].values()),
        "granted": sum(granted for _, granted in book["asked"].values()),
        "late": sum(weight[j] for j in book["late"]) * world["next_delay"],
    }  # fmt: skip
