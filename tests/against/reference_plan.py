"""A checker of replacement plans written from the words of the issue alone, over the JSON files themselves.

It shares no code with the product: no reader, no dataclass, no `certify`. Sums are exact fractions; a limit may be
passed by a billionth of itself, as the form allows.
"""

from fractions import Fraction
from typing import Any

ROOM = Fraction(1, 10**9)


def broken(instance: dict[str, Any], start: dict[str, int | None]) -> list[str]:
    """What a plan breaks, in words; empty for a plan that keeps every limit."""
    units = {unit["id"]: unit for unit in instance["units"]}
    periods = instance["periods"]
    told = [f"not the units of the instance: {set(units) ^ set(start)}"] if set(units) != set(start) else []
    if told:
        return told
    for name, unit in units.items():
        at, latest = start[name], unit.get("latest")
        if at is None:
            if latest is not None and latest < periods:
                told.append(f"{name} must start by {latest} and stays")
        elif not unit.get("earliest", 0) <= at < periods or (latest is not None and at > latest):
            told.append(f"{name} starts in {at}, outside its window")
    for before, after in instance.get("precedence", []):
        if start[after] is not None and not done(units, start, before, start[after]):
            told.append(f"{after} starts before {before} is done")
    told += [f"not together: {group}" for group in instance.get("together", []) if len({start[u] for u in group}) > 1]
    for conflict in instance.get("conflicts", []):
        for t in range(periods):
            busy = [u for u in conflict["units"] if start[u] is not None and start[u] <= t < start[u] + lasts(units[u])]
            if len(busy) > conflict["max"]:
                told.append(f"{len(busy)} under way at once in {t}")
    return told + overspent(instance, start)


def overspent(instance: dict[str, Any], start: dict[str, int | None]) -> list[str]:
    """Which resources are spent beyond what there is."""
    told = []
    for resource in instance.get("resources", []):
        saved, there = Fraction(0), Fraction(0)
        for t in range(instance["periods"]):
            capacity = Fraction(in_period(resource["capacity"], t))
            there = there + capacity if resource.get("carry_over", False) else capacity
            spent = sum(
                (Fraction(in_period(unit["use"][resource["id"]], t)) for unit in instance["units"]
                 if start[unit["id"]] == t and resource["id"] in unit.get("use", {})),
                Fraction(0),
            )  # fmt: skip
            left = saved + capacity - spent
            if left < -ROOM * there:
                told.append(f"{resource['id']} lacks {float(-left)} in {t}")
            saved = left if resource.get("carry_over", False) else Fraction(0)
    return told


def worth(instance: dict[str, Any], start: dict[str, int | None]) -> Fraction:
    """The objective: discount^t times the weight of what is clear in t, over all periods, and the values of starts."""
    units = {unit["id"]: unit for unit in instance["units"]}
    total, factor = Fraction(0), Fraction(1)
    clear_from = []
    for demand in instance.get("demands", []):
        ends = [None if start[u] is None else start[u] + lasts(units[u]) for u in demand["units"]]
        clear_from.append(instance["periods"] if None in ends else max(ends, default=0))
    for t in range(instance["periods"]):
        for demand, when in zip(instance.get("demands", []), clear_from, strict=True):
            total += factor * Fraction(demand["weight"]) if when <= t else 0
        factor *= Fraction(instance["discount"])
    for unit in instance["units"]:
        if unit.get("value") and start[unit["id"]] is not None:
            total += Fraction(unit["value"][start[unit["id"]]])
    return total


def done(units: dict[str, Any], start: dict[str, int | None], name: str, period: int) -> bool:
    """Whether a unit is done by a period."""
    at = start[name]
    return at is not None and at + lasts(units[name]) <= period


def lasts(unit: dict[str, Any]) -> int:
    """How many periods a swap takes."""
    return int(unit.get("duration", 1))


def in_period(amount: Any, period: int) -> Any:
    """An amount, one for all periods or one for each."""
    return amount[period] if isinstance(amount, list) else amount
