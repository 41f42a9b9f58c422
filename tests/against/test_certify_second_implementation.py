"""The bound of a certificate a second time: exact fractions and plain loops, written from the words of the form."""

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenet.certify import bound_of
from provenet.forms.schedule import Certificate, Instance
from support.examples import examples
from support.schedule_cases import certificates, conflicted, instances

Windows = dict[str, tuple[int, int, bool]]


def narrowed(instance: Instance) -> Windows:
    """First start, last start, and whether it must start, as waiting and standing together narrow them."""
    far = instance.periods
    lasts = {u.id: far if u.latest is None else min(u.latest, far) for u in instance.units}
    held = {u.id: (u.earliest, lasts[u.id], lasts[u.id] < far) for u in instance.units}
    duration = {u.id: u.duration for u in instance.units}
    while True:
        was = dict(held)
        for before, after in instance.precedence:
            first, last, must = held[after]
            held[after] = (max(first, min(held[before][0] + duration[before], far)), last, must)
            if must:
                first, last, _ = held[before]
                held[before] = (first, min(last, max(held[after][1] - duration[before], -1)), True)
        for group in instance.together:
            windows = [held[name] for name in group]
            joint = max(w[0] for w in windows), min(w[1] for w in windows), any(w[2] for w in windows)
            held |= dict.fromkeys(group, joint)
        if was == held:
            return held


def blocks(instance: Instance) -> list[set[str]]:
    """Units that start together, by one group or by several that share a unit."""
    made = [{unit.id} for unit in instance.units]
    for group in instance.together:
        met = [block for block in made if block & set(group)]
        made = [block for block in made if not block & set(group)] + [set().union(*met)]
    return made


def exact_bound(instance: Instance, held: Certificate) -> Fraction | float:
    """The sum of the contract, exactly; minus infinity where a block has no start left."""
    counts = held.proves == "bound"
    periods = range(instance.periods)
    place = {unit.id: index for index, unit in enumerate(instance.units)}
    price = {r.id: [Fraction(x) for x in held.prices[i]] for i, r in enumerate(instance.resources)}
    fee = {c.id: [Fraction(x) for x in held.conflict_prices[i]] for i, c in enumerate(instance.conflicts)}
    credited = [
        (instance.demands[d].id, instance.units[u].id, int(t), Fraction(a) if counts else Fraction(0))
        for d, u, t, a in zip(held.credit_demand, held.credit_unit, held.credit_period, held.credit_amount, strict=True)
    ]
    passed = [
        (*instance.precedence[e], int(t), Fraction(a))
        for e, t, a in zip(held.passed_edge, held.passed_period, held.passed_amount, strict=True)
    ]
    turned, ends = [], [int(x) for x in np.cumsum(held.turn_size)]
    for n, end in enumerate(ends):
        if held.turn_demand[n] >= 0 and not counts:
            continue
        taking = [instance.units[i] for i in held.turn_member[end - held.turn_size[n] : end]]
        by = int(held.turn_period[n]) - sum(one.duration for one in taking)
        turned.append((int(held.turn_demand[n]), int(held.turn_unit[n]), int(held.turn_period[n]),
                       {one.id for one in taking}, by, Fraction(held.turn_amount[n])))  # fmt: skip
    total = Fraction(0)
    for resource in instance.resources:
        total += sum(price[resource.id][t] * Fraction(resource.capacity[t]) for t in periods)
    for conflict in instance.conflicts:
        total += sum(fee[conflict.id][t] * conflict.most for t in periods)
    for d, demand in enumerate(instance.demands):
        for t in periods:
            worth = Fraction(instance.discount) ** t * Fraction(demand.weight) if counts else Fraction(0)
            paid = sum(a for who, _, at, a in credited if (who, at) == (demand.id, t))
            paid += sum(a for who, _, at, _, _, a in turned if (who, at) == (d, t))
            total += max(Fraction(0), worth - paid)

    def gain(name: str, s: int) -> Fraction:
        unit = next(u for u in instance.units if u.id == name)
        done = s + unit.duration
        amount = Fraction(unit.value[s]) if unit.value and counts else Fraction(0)
        amount -= sum(price[r][s] * Fraction(use[s]) for r, use in unit.use.items())
        for conflict in instance.conflicts:
            if name in conflict.units:
                amount -= sum(fee[conflict.id][t] for t in periods if s <= t < done)
        amount += sum(a for _, who, t, a in credited if who == name and t >= done)
        amount += sum(a for before, _, t, a in passed if before == name and t >= done)
        amount += sum(a for _, _, _, taking, by, a in turned if name in taking and s <= by)
        amount -= sum(a for _, who, t, _, _, a in turned if who == place[name] and t >= s)
        return amount - sum(a for _, after, t, a in passed if after == name and t >= s)

    windows = narrowed(instance)
    for block in blocks(instance):
        may = [t for t in periods if all(windows[name][0] <= t <= windows[name][1] for name in block)]
        choices = [sum((gain(name, t) for name in block), Fraction(0)) for t in may]
        if not any(windows[name][2] for name in block):
            choices.append(Fraction(0))
        if not choices:
            return -math.inf
        total += max(choices)
    return total


@settings(max_examples=examples(300))
@given(st.data())
def test_both_say_the_same(data: st.DataObject) -> None:
    instance = data.draw(instances(most_units=5, most_periods=4))
    held = data.draw(certificates(instance, data.draw(st.sampled_from(["bound", "infeasible"]))))
    ours, exact = bound_of(instance, held), exact_bound(instance, held)
    if isinstance(exact, float):
        assert ours == exact
        return
    limits = sum(float(held.prices[i] @ r.capacity) for i, r in enumerate(instance.resources))
    assert exact <= ours, "a sum is told that is below the exact one"
    assert ours <= float(exact) + 1.1e-9 * limits + 1e-11


@settings(max_examples=examples(100))
@given(st.data())
def test_a_priced_conflict_costs_each_period_under_way_and_none_more(data: st.DataObject) -> None:
    instance = data.draw(conflicted())
    held = data.draw(certificates(instance))
    assert bound_of(instance, held) == pytest.approx(float(exact_bound(instance, held)), abs=1e-9)


@settings(max_examples=examples(120))
@given(st.data())
def test_rounding_never_takes_from_the_bound(data: st.DataObject) -> None:
    whole = data.draw(instances(most_units=5, most_periods=4))
    third = 1 / 3  # no float holds what these numbers come to
    instance = replace(
        whole,
        discount=0.97 * whole.discount,
        demands=tuple(replace(one, weight=one.weight * third) for one in whole.demands),
        units=tuple(replace(one, value=tuple(x * 0.1 for x in one.value)) for one in whole.units),
    )
    drawn = data.draw(certificates(instance))
    held = replace(
        drawn,
        prices=drawn.prices * 0,  # the room that each limit has would cover any rounding
        conflict_prices=drawn.conflict_prices * 0.7,
        credit_amount=drawn.credit_amount * 0.1,
        passed_amount=drawn.passed_amount * third,
        turn_amount=drawn.turn_amount * third,
    )
    ours, exact = bound_of(instance, held), exact_bound(instance, held)
    assert exact <= ours
    if not isinstance(exact, float):
        assert Fraction(ours) - exact < Fraction(1, 10**11)
