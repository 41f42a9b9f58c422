"""From a bound to its certificate: prices of limits, and who is credited with what, as the form states it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from provenet.model.scheduling import Certificate
from provenet.replacement.compiling import Compiled, members_of
from provenet.solve.bound import Bound
from provenet.solve.closure import Network
from provenet.solve.scheduling import Floats

LEAST = 1e-12
"""Flows below this share of the greatest are left out; leaving any out keeps a certificate valid."""
Credits = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], Floats]


def certificate_of(compiled: Compiled, net: Network, bound: Bound, proves: str = "bound") -> Certificate:
    """The certificate of a bound; whoever holds the instance can sum it up anew. Cost O(arcs + demands x T)."""
    waits = compiled.program.waits
    arcs = np.flatnonzero(bound.flow > LEAST * max(1.0, float(bound.flow.max(initial=0.0))))
    wait_arcs = arcs[net.arc_kind[arcs] == 1]
    edge = waits.edge[net.arc_of[wait_arcs]].astype(np.int64)
    period = net.period[net.tail[wait_arcs]].astype(np.int64)
    credit = _credits(compiled, net, bound, arcs[net.arc_kind[arcs] == 2]) if proves == "bound" else _none()
    worth = compiled.worth_unit
    return Certificate(
        np.maximum(bound.prices.resource, 0.0) * (worth / compiled.amount_units)[:, None],
        np.maximum(bound.prices.conflict, 0.0) * worth, *credit, edge, period, bound.flow[wait_arcs] * worth, proves,
    )  # fmt: skip


def _none() -> Credits:
    empty = np.zeros(0, np.int64)
    return empty, empty, empty, np.zeros(0)


def _credits(compiled: Compiled, net: Network, bound: Bound, arcs: NDArray[np.int64]) -> Credits:
    """Who is credited with the worth of demands: by the flow, or wholly the one block that holds a demand back."""
    program, wants = compiled.program, compiled.program.wants
    node = net.tail[arcs] - len(net.block)
    want, when, member = net.want[node], net.want_period[node].astype(np.int64), net.arc_of[arcs]
    parts = [_of_demands(compiled, want, member, when, bound.flow[arcs])]
    # Before the last member can be done at all, and for a demand of one block always, all is credited to that member.
    earliest = program.first[wants.block] + wants.lag
    length = np.diff(wants.start)
    for k in range(len(length)):
        low, high = wants.start[k], wants.start[k + 1]
        late = low + int(np.argmax(earliest[low:high]))
        until = program.periods if length[k] == 1 else min(int(earliest[late]), program.periods)
        if until:
            times = np.arange(until)
            one = np.full(until, late)
            parts.append(_of_demands(compiled, np.full(until, k), one, times, wants.worth[k, :until]))
    parts = [(*part[:3], part[3] * compiled.worth_unit) for part in parts] + _never(compiled)
    demand, unit, period, amount = (np.concatenate([part[i] for part in parts]) for i in range(4))
    return demand.astype(np.int64), unit.astype(np.int64), period.astype(np.int64), amount.astype(np.float64)


def _of_demands(
    compiled: Compiled, want: NDArray[np.integer], member: NDArray[np.integer], period: NDArray[np.int64],
    amount: Floats,
) -> Credits:  # fmt: skip
    """Credits of wants as credits of the demands that each stands for, by their weights."""
    wants = compiled.program.wants
    first = np.array([which[0] for which in compiled.merged], np.int64)
    whole = np.array([len(which) for which in compiled.merged], np.int64)
    alone = whole[want] == 1
    parts = [(first[want[alone]], wants.unit[member[alone]].astype(np.int64), period[alone], amount[alone])]
    for k in np.unique(want[~alone]).tolist():
        held = np.flatnonzero(want == k)
        which = compiled.merged[k]
        weights = np.array([compiled.instance.demands[d].weight for d in which])
        for demand, share in zip(which, weights / weights.sum(), strict=True):
            own = members_of(compiled, demand)
            unit = np.array([own[int(wants.block[m])][1] for m in member[held].tolist()], np.int64)
            parts.append((np.full(len(held), demand), unit, period[held], amount[held] * share))
    demand_, unit_, period_, amount_ = (np.concatenate([part[i] for part in parts]) for i in range(4))
    return demand_, unit_, period_, amount_


def _never(compiled: Compiled) -> list[Credits]:
    """Demands that can never be clear are credited to a unit that can never start."""
    instance = compiled.instance
    times = np.arange(instance.periods, dtype=np.int64)
    scale: Floats = np.cumprod(np.r_[1.0, np.full(instance.periods - 1, instance.discount)]).astype(np.float64)
    return [
        (np.full(len(times), demand), np.full(len(times), unit), times, instance.demands[demand].weight * scale)
        for demand, unit in compiled.hopeless
    ]
