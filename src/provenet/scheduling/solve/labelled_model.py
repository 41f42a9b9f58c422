"""The scheduling program in one piece as a linopy model: a page of labelled arrays to be read beside the form.

Solvers other than HiGHS are handed this model; the arrays that HiGHS gets (reference.py) are held against it by tests.
"""

from typing import Any

import linopy
import numpy as np
import xarray as xr
from numpy.typing import NDArray

from provenet.scheduling.solve.program import Program, bounds_of


def build_model(program: Program) -> Any:
    """The linopy model: `by[i, t]` is 1 where block i has started before period t, t = 0..T, so `by[i, 0]` is 0."""
    model = linopy.Model()
    low, high = bounds_of(program)
    ends = (_labelled(low, "block", "until"), _labelled(high, "block", "until"))
    by = model.add_variables(*ends, name="by", integer=True)
    made = _ModelRows(program, model, 1.0 * by)
    made.starts()
    made.limits()
    made.conflicts()
    model.add_objective(made.worth(), sense="max")
    return model


def _labelled(values: NDArray[Any], *dims: str) -> xr.DataArray:
    return xr.DataArray(values, dims=dims)


class _ModelRows:
    """The rows of the model, family by family."""

    def __init__(self, program: Program, model: Any, by: Any) -> None:
        self.program, self.model, self.by = program, model, by
        self.times = np.arange(program.periods)

    def at(self, block: NDArray[Any], until: NDArray[Any], dim: str = "row") -> Any:
        """`by` of block[m] before until[m, t]; before period 0 nothing has started."""
        until = np.maximum(np.broadcast_to(until, (len(block), self.program.periods)), 0)
        picked = self.by.isel(block=_labelled(block, dim), until=_labelled(until, dim, "period"))
        return picked.drop_vars(["block", "until"], errors="ignore")

    def row(self, rows: Any, name: str) -> None:
        self.model.add_constraints(rows, name=name)

    def starts(self) -> None:
        """What has started stays so; nothing starts past its last period; who waits starts after whom it waits for."""
        program, every = self.program, np.arange(self.program.blocks)
        self.row(self.at(every, self.times) - self.at(every, self.times + 1) <= 0, "once")
        late = np.flatnonzero((program.last < program.periods - 1) & (program.first <= program.last))
        if len(late):
            end = np.minimum(self.times, program.last[late][:, None]) + 1
            self.row(self.at(late, self.times + 1) - self.at(late, end) <= 0, "last")
        waits = program.waits
        if len(waits.after):
            before = self.times + 1 - waits.lag[:, None]
            self.row(self.at(waits.after, self.times + 1) - self.at(waits.before, before) <= 0, "waits")

    def started(self, block: NDArray[Any], dim: str) -> Any:
        """1 in the period in which block[m] starts."""
        return self.at(block, self.times + 1, dim) - self.at(block, self.times, dim)

    def limits(self) -> None:
        """What is spent in a period, or up to it with carry-over, is at most the capacity."""
        limits = self.program.limits
        for resource, capacity in enumerate(limits.capacity):
            of = np.flatnonzero(limits.resource == resource)
            if len(of):
                amount = _labelled(limits.amount[of], "entry", "period")
                spent = (amount * self.started(limits.block[of], "entry")).sum("entry")
                if limits.carry[resource]:
                    spent, capacity = spent.cumsum("period"), np.cumsum(capacity)
                self.row(spent <= _labelled(capacity, "period"), f"limit {resource}")

    def conflicts(self) -> None:
        """So many of a conflict are under way in a period at most."""
        conflicts = self.program.conflicts
        if len(conflicts.block):
            over = self.times + 1 - conflicts.duration[:, None]
            under_way = self.at(conflicts.block, self.times + 1, "member") - self.at(conflicts.block, over, "member")
            of = xr.DataArray(conflicts.conflict, dims="member", name="conflict")
            held = np.unique(conflicts.conflict)
            most = xr.DataArray(conflicts.most[held].astype(np.float64), dims="conflict", coords={"conflict": held})
            self.row(under_way.groupby(of).sum() <= most, "conflicts")

    def worth(self) -> Any:
        """The value of the starts and the worth of the demands; a demand is clear once each member is done."""
        program, wants = self.program, self.program.wants
        value = _labelled(program.value, "row", "period")
        total = (value * self.started(np.arange(program.blocks), "row")).sum()
        if len(wants.worth):
            worth = _labelled(wants.worth, "demand", "period")
            clear = self.model.add_variables(0.0 * worth, 0.0 * worth + 1.0, name="clear")
            of = np.repeat(np.arange(len(wants.worth)), np.diff(wants.start))
            done = self.at(wants.block, self.times + 1 - wants.lag[:, None])
            each = (1.0 * clear).isel(demand=_labelled(of, "row")).drop_vars("demand", errors="ignore")
            self.row(each - done <= 0, "clear")
            total = total + (worth * clear).sum()
        return total
