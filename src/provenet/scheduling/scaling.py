"""Programs whose numbers a solver can tell apart: very large and very small ones in units of their own.

Solvers take 1e-7 for nothing and 1e20 for everything. Units are powers of two, so no number is rounded by them.
"""

from dataclasses import replace

import numpy as np

from provenet.scheduling.solve.program import Floats, Program, SpendingLimits, Wants

LEAST, MOST = 2.0**-10, 2.0**40
"""A family of numbers whose largest lies between these is left as it is."""
FORBIDDEN = 1e3
"""A start that costs so many times all that can be gained will not be."""


def scale_program(program: Program) -> tuple[Program, float, Floats]:
    """The program in units of worth and of each resource (float64[R]), and these units; mostly all of them are 1.

    Of a resource that needs a unit, capacities beyond four times all that can be used are cut to that, for neither
    ever binds. Cost O(entries x T).
    """
    program = _forbidden(program)
    limits, wants = program.limits, program.wants
    most = np.r_[np.abs(program.value).ravel(), wants.worth.sum(axis=1)].max(initial=0.0)
    worth = _unit(float(most), float(most))
    peak = limits.amount.max(axis=1, initial=0.0)
    largest, total = np.zeros(len(limits.carry)), np.zeros(len(limits.carry))
    np.maximum.at(largest, limits.resource, peak)
    np.add.at(total, limits.resource, peak)
    top = limits.capacity.sum(axis=1)
    amount = np.array([_unit(a, max(a, b)) for a, b in zip(largest.tolist(), top.tolist(), strict=True)])
    if worth == 1.0 and bool((amount == 1.0).all()):
        return program, worth, amount
    cut = np.where(amount[:, None] == 1.0, limits.capacity, np.minimum(limits.capacity, 4.0 * total[:, None]))
    held = SpendingLimits(
        cut / amount[:, None],
        limits.carry,
        limits.block,
        limits.resource,
        limits.amount / amount[limits.resource][:, None],
    )
    wanted = Wants(wants.start, wants.block, wants.lag, wants.unit, wants.worth / worth)
    made = replace(program, value=program.value / worth, limits=held, wants=wanted, constant=program.constant / worth)
    return made, worth, amount


def _forbidden(program: Program) -> Program:
    """Starts that cost a thousand times all that can be gained: four times of it keeps a solver off them as well.

    Blocks that must start keep theirs. A plan with such a start is worth more here than it is, and never the best.
    """
    gain = float(program.wants.worth.sum() + program.value.max(axis=1, initial=0.0).sum())
    least = float(program.value.min(initial=0.0))
    if gain <= 0.0 or least >= -FORBIDDEN * gain:
        return program
    value = np.where(program.must[:, None], program.value, np.maximum(program.value, -4.0 * gain))
    return replace(program, value=value)


def _unit(largest: float, top: float) -> float:
    """The power of two that a number lies at, or 1 where both it and the greatest beside it need none."""
    if largest <= 0.0 or (largest >= LEAST and top <= MOST):
        return 1.0
    return float(2.0 ** np.floor(np.log2(largest)))
