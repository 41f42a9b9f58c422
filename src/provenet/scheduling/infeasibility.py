"""Where no plan keeps every limit: which limits clash with which deadlines, and the cheapest relief."""

from collections.abc import Iterator
from dataclasses import replace
from time import perf_counter

import numpy as np

from provenet.core.wording import count
from provenet.forms.certificate import sealed
from provenet.forms.schedule import Certificate, PlanFile, Proof, Status, zero_certificate
from provenet.numerics.arrays import Floats
from provenet.scheduling.certificates import certificate_of
from provenet.scheduling.compilation import CompiledInstance
from provenet.scheduling.local_search import LocalSearch
from provenet.scheduling.solve.bound import Bound, upper_bound
from provenet.scheduling.solve.closure import ClosureNetwork, network
from provenet.scheduling.solve.program import Program, SpendingLimits, Wants, no_turns

LEAST_SHARE = 1e-6
"""A lack below this share of a limit is rounding."""
ROUNDS = 60
HALVINGS = 12
"""How finely the relief of all limits together is looked for."""


def explain_infeasibility(
    made: CompiledInstance,
    net: ClosureNetwork,
    bound: Bound | None,
    *,
    began: float,
    certain: bool = False,
    ends: float = np.inf,
) -> PlanFile:
    """What to say of an instance without a plan. `certain`: the reference model says that there is none.

    Status "infeasible" where that is proven or the solver's word, else "unknown". Relief is the least by which limits
    would have to grow in fractions ("at least"), and more periods or larger limits with which a plan was found; `ends`
    is the reading of `perf_counter` at which it is looked for no longer.
    """
    instance, program = made.instance, made.program
    if made.impossible:
        relief: list[dict[str, object]] = _more_periods(made, ends)
        clash, proof = list(made.impossible), zero_certificate(instance, "infeasible")
        return _answer(made, "infeasible", "certified", certificate=proof, clash=clash, relief=relief, began=began)
    least = _least(made, ends)
    clash = _clashes(made, least)
    relief = [*_lacks(made, least), *_more_periods(made, ends), *_larger(program, net, ends)]
    if least.value < -1e-9:
        bare = network(_deadlines_alone(program))
        proof = certificate_of(made, bare, least, proves="infeasible")
        return _answer(made, "infeasible", "certified", certificate=proof, clash=clash, relief=relief, began=began)
    if certain:
        sentences = ["the limits allow no plan in whole units, although a fractional plan exists (the solver's claim)."]
        return _answer(made, "infeasible", "solver", certificate=None, clash=sentences, relief=relief, began=began)
    weaker = None if bound is None else certificate_of(made, net, bound)
    sentences = ["no plan was found, but none is proven impossible: a fractional plan exists."]
    return _answer(made, "unknown", "none", certificate=weaker, clash=sentences, relief=relief, began=began)


def _answer(
    made: CompiledInstance,
    status: Status,
    proof: Proof,
    *,
    certificate: Certificate | str | None,
    clash: list[str],
    relief: list[dict[str, object]],
    began: float,
) -> PlanFile:
    start: dict[str, int | None] = dict.fromkeys(unit.id for unit in made.instance.units)
    plan = PlanFile(
        status,
        None,
        None,
        None,
        proof,
        round(perf_counter() - began, 3),
        start,
        certificate,
        tuple(clash),
        tuple(relief),
    )
    return plan if certificate is None else sealed(made.instance, plan)


def _deadlines_alone(program: Program) -> Program:
    """The program without anything to gain."""
    none = np.zeros(0, np.int32)
    wants = Wants(np.zeros(1, np.int64), none, none, none, np.zeros((0, program.periods)))
    return replace(program, value=np.zeros_like(program.value), wants=wants, constant=0.0, turns=no_turns())


def _least(made: CompiledInstance, ends: float) -> Bound:
    """The least that lacks in fractions, where nothing else is to gain; its value is below zero if something does."""
    return upper_bound(
        _deadlines_alone(made.program), rounds=ROUNDS, close=1e-6, report=lambda _: perf_counter() > ends
    )


def _shortage(program: Program, least: Bound) -> Iterator[tuple[int, int, float]]:
    """Resource, period and amount of each lack; of a resource that carries over, the greatest lack alone."""
    limits = program.limits
    whole = np.where(limits.carry[:, None], np.cumsum(limits.capacity, axis=1), limits.capacity)
    for resource, row in enumerate(least.lacking):
        periods = [int(np.argmax(row))] if limits.carry[resource] else np.flatnonzero(row > 0).tolist()
        for t in periods:
            if row[t] > LEAST_SHARE * max(1.0, float(whole[resource, t])):
                yield resource, t, float(row[t])


def _clashes(made: CompiledInstance, least: Bound) -> list[str]:
    """Which limits clash with the deadlines of how many units."""
    clashes = [_clash(made, resource) for resource in dict.fromkeys(r for r, _, _ in _shortage(made.program, least))]
    return clashes or ["the deadlines, conflicts and limits clash together; no single resource is too small."]


def _clash(made: CompiledInstance, resource: int) -> str:
    """What must be spent of a resource by the period in which that passes what there is by most."""
    program, limits = made.program, made.program.limits
    size, entry = np.array([len(units) for units in made.members]), np.flatnonzero(limits.resource == resource)
    entry = entry[program.must[limits.block[entry]]]
    block, when = limits.block[entry], np.arange(program.periods)
    within = (when >= program.first[block][:, None]) & (when <= program.last[block][:, None])
    cheapest = np.where(within, limits.amount[entry], np.inf).min(axis=1)
    spent = np.cumsum(np.bincount(program.last[block], cheapest, program.periods))
    there = np.cumsum(limits.capacity[resource])
    t = int(np.argmax(spent - there))
    by_then = int(size[block[program.last[block] <= t]].sum())
    unit, name = float(made.amount_units[resource]), made.instance.resources[resource].id
    if spent[t] - there[t] <= LEAST_SHARE * there[t]:
        return f"resource {name!r} is too small for the deadlines, given windows, precedence and the other limits."
    return (
        f"resource {name!r} is short by {(spent[t] - there[t]) * unit:,.6g} up to period {t}: "
        f"{there[t] * unit:,.6g} available; {count(by_then, 'unit')} due by then, {spent[t] * unit:,.6g} needed."
    )


def _lacks(made: CompiledInstance, least: Bound) -> list[dict[str, object]]:
    """By how much each limit would have to grow at least; all of these together."""
    return [
        {
            "kind": "capacity",
            "resource": made.instance.resources[r].id,
            "period": t,
            "at_least": amount * float(made.amount_units[r]),
            "carry_over": bool(made.program.limits.carry[r]),
        }
        for r, t, amount in _shortage(made.program, least)
    ]


def _more_periods(made: CompiledInstance, ends: float = np.inf) -> list[dict[str, object]]:
    """By how many periods all deadlines would have to move so that a plan is found: doubled, then halved."""
    program = made.program

    def found(more: int) -> bool:
        last = np.where(program.must, np.minimum(program.last + more, program.periods - 1), program.last)
        shifted = replace(program, last=last.astype(np.int32))
        return not bool((shifted.must & (shifted.first > shifted.last)).any()) and _has_plan(shifted)

    low, high, most = 0, 1, program.periods - 1
    while not found(min(high, most)):
        low, high = high, 2 * high
        if low >= most or perf_counter() > ends:
            return []
    high = min(high, most)
    while high - low > 1 and perf_counter() <= ends:
        middle = (low + high) // 2
        low, high = (low, middle) if found(middle) else (middle, high)
    return [{"kind": "deadline", "periods": high, "plan_found": True}]


def _larger(program: Program, net: ClosureNetwork, ends: float = np.inf) -> list[dict[str, object]]:
    """By what share all limits would have to grow so that a plan is found, until the clock ends the search for it."""
    low, high = 0.0, 1.0
    while perf_counter() > ends or not _has_plan(_grown(program, high)):
        high *= 2.0
        if high > 1024.0 or perf_counter() > ends:
            return []
    for _ in range(HALVINGS):
        if perf_counter() > ends:
            break
        middle = 0.5 * (low + high)
        low, high = (low, middle) if _has_plan(_grown(program, middle)) else (middle, high)
    return [{"kind": "all capacities", "share": high, "plan_found": True}]


def _grown(program: Program, share: float) -> Program:
    limits = program.limits
    capacity: Floats = limits.capacity * (1.0 + share)
    return replace(program, limits=SpendingLimits(capacity, limits.carry, limits.block, limits.resource, limits.amount))


def _has_plan(program: Program) -> bool:
    """Whether a list by deadlines finds a plan."""
    bare = _deadlines_alone(program)
    search = LocalSearch(bare, network(bare), 1)
    search.by_deadline()
    return search.best is not None
