"""A small plan of every feature, worked out by hand, with a certificate that is not slack.

Crews: one a period. Money: 2, 1, 1, kept for later. Unit a opens d; b and a open e; c waits for a and stands with f;
b and c may not be under way at once. a starts in 0, b in 1, c and f in 2 (done after the end, so g is never clear).
Worth: d 4 * (1/2 + 1/4) = 3, e 2 * 1/4 = 1/2, and the value of f in 2, which is 1: 4.5.
"""

from dataclasses import replace

import numpy as np

from provenet.certify import bound_of
from provenet.forms.certificate import sealed
from provenet.forms.schedule import Conflict, Demand, Instance, PlanFile, Resource, Unit, gap_share, zero_certificate

CREW, MONEY = {"crew": (1.0, 1.0, 1.0)}, {"money": (1.0, 1.0, 1.0)}
INSTANCE = Instance(
    3,
    0.5,
    (Resource("crew", (1.0, 1.0, 1.0)), Resource("money", (2.0, 1.0, 1.0), carry_over=True)),
    (
        Unit("a", CREW | MONEY, latest=2),
        Unit("b", CREW | MONEY),
        Unit("c", CREW | MONEY),
        Unit("f", MONEY, value=(0.0, 0.0, 1.0)),
    ),
    (("a", "c"),),
    (("c", "f"),),
    (Conflict("ring", ("b", "c"), 1),),
    (Demand("d", 4.0, ("a",)), Demand("e", 2.0, ("a", "b")), Demand("g", 4.0, ("c", "f"))),
)
CREDITS = (
    *((0, 0, 0, 4.0), (0, 0, 1, 2.0), (0, 0, 2, 1.0)),
    *((1, 1, 0, 2.0), (1, 1, 1, 1.0), (1, 1, 2, 0.5)),
    *((2, 2, 0, 4.0), (2, 2, 1, 2.0), (2, 2, 2, 1.0)),
)
"""Demand, unit, period, amount: all that d, e and g are worth."""


def hand_made() -> PlanFile:
    """The plan, sealed."""
    d, u, t, amount = zip(*CREDITS, strict=True)
    arrays = {
        "prices": [[1.0, 0.25, 0.25], [0.0, 0.0, 0.0]], "conflict_prices": [[0.0, 0.25, 0.0]], "credit_demand": d,
        "credit_unit": u, "credit_period": t, "credit_amount": amount, "passed_edge": [0], "passed_period": [1],
        "passed_amount": [0.25],
    }  # fmt: skip
    held = replace(zero_certificate(INSTANCE), **{name: np.array(values) for name, values in arrays.items()})
    bound = bound_of(INSTANCE, held)
    start: dict[str, int | None] = {"a": 0, "b": 1, "c": 2, "f": 2}
    plan = PlanFile("feasible", 4.5, bound, gap_share(4.5, bound), "certified", 12.5, start, held)
    return sealed(INSTANCE, plan)
