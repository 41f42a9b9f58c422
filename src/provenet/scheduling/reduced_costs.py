"""What a plan surely loses if a unit starts in a given period, by the prices of a certificate alone.

A certificate bounds every plan by fixed amounts and one amount for the start of each unit (see `certify`). So a plan in
which a unit starts elsewhere than where its own amount is greatest is below the bound by at least the difference, and
differences of several units add up. No search is needed, and no solver.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from provenet.forms.schedule import Certificate, Instance
from provenet.scheduling.compilation import CompiledInstance, compile_instance

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ReducedCosts:
    """For each block (units that start together) what is lost at least if it starts in the first periods, or not.

    `early` and `late` are float64[blocks], from 0, infinite where that cannot be; at least one of the two is 0.
    """

    made: CompiledInstance
    early: Floats
    late: Floats


def reduced_costs(instance: Instance, certificate: Certificate, periods: int) -> ReducedCosts:
    """What it loses to start within the first `periods`, and what not to. Cost O(uses x periods + entries)."""
    made = compile_instance(instance)
    program = made.program
    amount = np.zeros((program.blocks, instance.periods))
    np.add.at(amount, made.block_of, start_amounts(instance, certificate))
    when = np.arange(instance.periods)[None, :]
    may = (program.first[:, None] <= when) & (when <= program.last[:, None])
    amount = np.where(may, amount, -np.inf)
    within = amount[:, :periods].max(axis=1, initial=-np.inf)
    after = amount[:, periods:].max(axis=1, initial=-np.inf)
    later = np.where(program.must, after, np.maximum(after, 0.0))
    best = np.maximum(within, later)
    with np.errstate(invalid="ignore"):
        early, late = best - within, best - later
    never = ~np.isfinite(best)
    return ReducedCosts(made, np.where(never, 0.0, early), np.where(never, 0.0, late))


def start_amounts(instance: Instance, certificate: Certificate) -> Floats:
    """What the start of each unit in each period is worth by a certificate, float64[units, periods].

    Value, less the price of what it uses and of the conflicts it is under way in, plus credits and what is passed to
    it from when it is done, less what it passes on from when it starts; turns as `certify` counts them.
    """
    count, periods = len(instance.units), instance.periods
    place = {unit.id: index for index, unit in enumerate(instance.units)}
    number = {resource.id: index for index, resource in enumerate(instance.resources)}
    before = np.array([place[a] for a, _ in instance.precedence], np.int64)
    after = np.array([place[b] for _, b in instance.precedence], np.int64)
    done, paid, busy = (np.zeros((count, periods + 1)) for _ in range(3))
    held = certificate
    np.add.at(done, (held.credit_unit, held.credit_period), held.credit_amount)
    np.add.at(done, (before[held.passed_edge], held.passed_period), held.passed_amount)
    np.add.at(paid, (after[held.passed_edge], held.passed_period), held.passed_amount)
    by_unit = held.turn_unit >= 0
    np.add.at(paid, (held.turn_unit[by_unit], held.turn_period[by_unit]), held.turn_amount[by_unit])
    of = np.repeat(np.arange(len(held.turn_size)), held.turn_size)
    duration = np.array([unit.duration for unit in instance.units], np.int64)[held.turn_member]
    started = held.turn_period[of] - np.bincount(of, duration, len(held.turn_size)).astype(np.int64)[of]
    there = started >= 0
    where = (held.turn_member[there], started[there] + duration[there])
    np.add.at(done, where, held.turn_amount[of[there]])
    for conflict, price in zip(instance.conflicts, held.conflict_prices, strict=True):
        for name in conflict.units:
            busy[place[name], :periods] += price
    done, paid, busy = (np.cumsum(one[:, ::-1], axis=1)[:, ::-1] for one in (done, paid, busy))
    found = np.zeros((count, periods))
    starts = np.arange(periods)
    for index, unit in enumerate(instance.units):
        ends = np.minimum(starts + unit.duration, periods)
        found[index] = done[index, ends] - paid[index, starts] - (busy[index, starts] - busy[index, ends])
        for name, spent in unit.use.items():
            found[index] -= held.prices[number[name]] * np.array(spent)
        if unit.value:
            found[index] += unit.value
    return found
