"""The tool `certify` on a run of `plan`: the schedule kept with it, and whether the rows of the case say the same.

Neither the planner nor a solver takes part: bytes of the case are read and sums compared.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum, isclose
from pathlib import Path

from provenet.case.case import Case
from provenet.case.rows import AnyRow
from provenet.core.errors import SHOWN_FAULTS, Fault, UsageFault, hint_at, nearest
from provenet.forms.schedule import AVERAGED, Instance, PlanCheck
from provenet.forms.schedule_form import read_instance
from provenet.tools.instances import CertificateReport, certify_plan

MILLION = 1e6
CLOSE = 1e-6
"""By what share of itself a figure of a row may differ from the sum it is: decimals added in another order."""


@dataclass(frozen=True)
class RunCertificate:
    """A run of `plan` with what came of checking its schedule and its rows."""

    run_id: str
    checked: CertificateReport
    rows: tuple[Fault, ...]

    @property
    def is_refused(self) -> bool:
        """Whether anything stated does not hold."""
        return self.checked.is_refused or bool(self.rows)

    def as_dict(self) -> dict[str, object]:
        """The answer as `--json` prints it: that of the schedule, the run, and what its rows say otherwise."""
        keys = ("place", "column", "says", "found", "expected")
        refusals = [{key: fault.as_dict()[key] for key in keys} for fault in self.rows]
        more = {"run_id": self.run_id, "row_refusal_count": len(refusals), "row_refusals": refusals[:SHOWN_FAULTS]}
        return {**self.checked.as_dict(), **more, "is_refused": self.is_refused}

    def lines(self) -> list[str]:
        """The answer in sentences, what the rows say first."""
        lines = [fault.sentence() for fault in self.rows[:SHOWN_FAULTS]]
        if len(self.rows) > len(lines):
            lines.append(f"... and {len(self.rows) - len(lines):,} more.")
        held = "The rows of the run say what its schedule says." if not self.rows else "Rows of the run say otherwise."
        return [*lines, held, *self.checked.lines()]


def certify_run(case: Case | Path | str, run: str, *, require_proof: bool = False) -> RunCertificate:
    """Checks the plan of one run of a case: its schedule as `certify_plan` does, then its rows against the schedule.

    `run` is the id of a run of plan, or a beginning of it. Raises UsageFault for a run that is none or that planned
    nothing, InputFault where the bytes kept with it are no schedule.
    """
    into = case if isinstance(case, Case) else Case.open(case)
    run_id = _run_named(into, run)
    plan = into.read_run("plan", run_id).row(0, named=True)
    if plan["instance_id"] is None:
        raise UsageFault(f"certify: the run {run_id} kept no schedule to check; it says: {plan['headline']}")
    ids = (plan["instance_id"], plan["schedule_id"])
    data = [into.source_bytes(file_id) for file_id in ids]
    checked = certify_plan((f"sources/{ids[0]}", data[0]), (f"sources/{ids[1]}", data[1]), require_proof=require_proof)
    averaged = [text for text in plan["assumed"] if AVERAGED in text]
    if averaged and plan["proof"] != "certified":
        checked = replace(checked, found=_of_no_vendor(checked.found, averaged, require_proof=require_proof))
    instance = read_instance(f"sources/{ids[0]}", data[0])
    rows = {name: into.read_run(name, run_id).to_dicts() for name in ("plan_step", "plan_period", "plan_use")}
    return RunCertificate(run_id, checked, tuple(_rows_otherwise(plan, rows, checked, instance=instance)))


def _of_no_vendor(found: PlanCheck, averaged: Sequence[str], *, require_proof: bool) -> PlanCheck:
    """What is found of a plan over averaged prices: its certificate holds for prices that no vendor asks."""
    refusals = found.refusals
    if require_proof:
        refusals += (Fault("plan", averaged[0], column="proof", expected="prices that one vendor asks"),)
    return replace(
        found,
        certified_bound=None,
        gap_share=None,
        is_proven_infeasible=False,
        refusals=refusals,
        refusal_count=found.refusal_count + len(refusals) - len(found.refusals),
        remarks=(*found.remarks, *(f"{text}." for text in averaged)),
    )


def _run_named(case: Case, run: str) -> str:
    stand = case.runs().filter(verb="plan")["run_id"].unique().to_list()
    hits = sorted(one for one in stand if one.startswith(run)) if run else []
    if run in hits:
        return run
    if len(hits) != 1:
        hint = hint_at(nearest(run, stand))
        what = "several runs of plan begin so" if hits else "the case has no such run of plan"
        raise UsageFault(f"certify: {what}; found {run!r}.{hint}")
    return str(hits[0])


def _rows_otherwise(
    plan: AnyRow, rows: Mapping[str, Sequence[AnyRow]], checked: CertificateReport, *, instance: Instance
) -> Iterator[Fault]:
    """Each figure of a row that the schedule does not give."""
    stated = checked.plan
    for column, value in (
        ("status", stated.status),
        ("proof", stated.proof),
        ("objective_amount", stated.objective),
        ("gap_share", stated.gap_share),
        ("period_count", instance.periods),
    ):
        if not _same(plan[column], value):
            yield _fault("plan", plan["plan_id"], column, found=plan[column], expected=value)
    if stated.objective is not None:
        yield from _starts_otherwise(rows, stated.start, instance)
        yield from _uses_otherwise(rows["plan_use"], stated.start, instance)
        yield from _sums_otherwise(plan, rows)


def _starts_otherwise(
    rows: Mapping[str, Sequence[AnyRow]], start: Mapping[str, int | None], instance: Instance
) -> Iterator[Fault]:
    days = {row["number_count"]: row["from_on"] for row in rows["plan_period"]}
    steps = {row["unit_id"]: row for row in rows["plan_step"]}
    for unit in instance.units:
        step, at = steps.get(unit.id), start.get(unit.id)
        if step is None:
            yield Fault(
                "plan_step", "the schedule has a lot without a row", 0, column="unit_id", found=None, expected=unit.id
            )
            continue
        if step["start_period_count"] != at:
            yield _fault("plan_step", unit.id, "start_period_count", found=step["start_period_count"], expected=at)
        elif at is not None and step["start_on"] != days.get(at):
            yield _fault("plan_step", unit.id, "start_on", found=step["start_on"], expected=days.get(at))
        if at is not None and at + unit.duration in days and step["done_on"] != days[at + unit.duration]:
            yield _fault("plan_step", unit.id, "done_on", found=step["done_on"], expected=days[at + unit.duration])
    planned = {unit.id for unit in instance.units}
    for name, row in steps.items():
        if name not in planned and row["start_period_count"] is not None:
            yield _fault("plan_step", name, "start_period_count", found=row["start_period_count"], expected=None)


def _uses_otherwise(uses: Sequence[AnyRow], start: Mapping[str, int | None], instance: Instance) -> Iterator[Fault]:
    used = {(row["resource"], row["number_count"]): row for row in uses}
    for resource in instance.resources:
        sums = [0.0] * instance.periods
        for unit in instance.units:
            at = start.get(unit.id)
            if at is not None and resource.id in unit.use:
                sums[at] += unit.use[resource.id][at]
        for number, spent in enumerate(sums):
            row = used.get((resource.id, number))
            for column, value in (("used_amount", spent), ("capacity_amount", resource.capacity[number])):
                stored = None if row is None else row[column]
                if not _same(stored, value):
                    yield _fault("plan_use", f"{resource.id}, {number}", column, found=stored, expected=value)


def _sums_otherwise(plan: AnyRow, rows: Mapping[str, Sequence[AnyRow]]) -> Iterator[Fault]:
    """The sums of rows: what is spent by quarter and in all, and the objective from the exposure of the quarters."""
    for end in ("low", "mid", "high"):
        spent = fsum(row[f"{end}_cost_amount"] or 0.0 for row in rows["plan_step"])
        quarters = fsum(row[f"{end}_spent_amount"] or 0.0 for row in rows["plan_period"])
        for column, value in ((f"{end}_cost_amount", spent), (f"{end}_cost_amount", quarters)):
            if not _same(plan[column], value):
                yield _fault("plan", plan["plan_id"], column, found=plan[column], expected=value)
    # Where no share of subscribers is known, shares and years are null and no demand weighs anything.
    is_weighed = plan["mid_before_share"] is not None
    years = fsum(row["mid_exposed_share"] for row in rows["plan_period"]) / 4 if is_weighed else None
    if not _same(plan["mid_exposed_years"], years):
        yield _fault("plan", plan["plan_id"], "mid_exposed_years", found=plan["mid_exposed_years"], expected=years)
    if plan["objective"] == "cost":
        objective = -plan["present_cost_amount"] / MILLION
    else:
        clear = [plan["mid_before_share"] - row["mid_exposed_share"] for row in rows["plan_period"] if is_weighed]
        objective = fsum(clear) * MILLION
    if not _same(plan["objective_amount"], objective):
        yield _fault("plan", plan["plan_id"], "objective_amount", found=plan["objective_amount"], expected=objective)


def _same(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, int | float):
        return isclose(one, other, rel_tol=CLOSE, abs_tol=CLOSE)
    return one == other


def _fault(table: str, key: str, column: str, *, found: object, expected: object) -> Fault:
    text = f"{key}: the row does not say what the schedule says"
    words = ["nothing" if value is None else str(value) for value in (found, expected)]
    return Fault(table, text, 0, column=column, found=words[0], expected=words[1])
