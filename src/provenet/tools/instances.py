"""The tools `schedule`, `certify` and `allocate`: an instance in, a plan or an award with its bound and proof out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import fsum
from pathlib import Path
from typing import Any

from provenet.certify import certify
from provenet.core.errors import SHOWN_FAULTS, UsageFault
from provenet.core.packages import require
from provenet.core.settings import call_of
from provenet.core.wording import count, percent
from provenet.forms.allocation import Allocation, AllocationResult, read_allocation, result_bytes, result_fields
from provenet.forms.certificate import entries_of, plan_fields, plan_files, read_certificate
from provenet.forms.schedule import Instance, PlanCheck, PlanFile
from provenet.forms.schedule_form import read_instance, read_plan
from provenet.tools.files import bytes_of
from provenet.tools.settings import AllocateSettings, CertifySettings, ScheduleSettings

INSTANCE_CAP_BYTES = 512 * 2**20
"""The most that the file of an instance or of a plan may hold."""


@dataclass(frozen=True)
class ScheduleReport:
    """A plan made of an instance."""

    instance: Instance
    plan: PlanFile
    gap_by_family: dict[str, float]
    solver: str = "highs"

    def files(self, name: str) -> dict[str, bytes]:
        """The files to write: the plan by this name and, where its certificate is large, one beside it."""

        return plan_files(self.plan, self.instance, name)

    def as_dict(self) -> dict[str, object]:
        """The plan as `--json` prints it: every key of the file but the certificate, and what the instance holds."""

        held, made = self.plan.certificate, self.instance
        stated = {key: value for key, value in plan_fields(self.plan).items() if value is not None or key in _ALWAYS}
        return {
            **stated,
            "gap_by_family": self.gap_by_family,
            "solver": self.solver,
            "certificate_entry_count": None if held is None or isinstance(held, str) else entries_of(held),
            "unit_count": len(made.units),
            "swapped_count": sum(start is not None for start in self.plan.start.values()),
            "demand_count": len(made.demands),
            "period_count": made.periods,
        }

    def lines(self) -> list[str]:
        """The plan in sentences: what is swapped when, how good it is, and on whose word."""
        plan, made = self.plan, self.instance
        if plan.status == "infeasible" or plan.objective is None:
            none = f"No plan keeps every limit ({PLAN_PROVEN[plan.proof or 'none']})."
            return [
                none if plan.status == "infeasible" else "No plan was found.",
                *(text[0].upper() + text[1:] for text in plan.clash or ()),
                *map(_relief, plan.relief or ()),
            ]
        counts = [0] * made.periods
        for start in plan.start.values():
            if start is not None:
                counts[start] += 1
        busy = ", ".join(f"{t}: {number:,}" for t, number in enumerate(counts) if number) or "none"
        gap = "" if plan.gap_share is None else f", a gap of {percent(plan.gap_share, places=4, fixed=True)}"
        return [
            f"{sum(counts):,} of {count(len(made.units), 'unit')} are swapped in {count(made.periods, 'period')} "
            f"({PLAN_PROVEN[plan.proof or 'none']}).",
            f"Starts a period: {busy}.",
            f"Objective {plan.objective:,.15g}; no plan can have more than {plan.bound:,.15g}{gap}."
            if plan.bound is not None
            else f"Objective {plan.objective:,.15g}; no bound is known.",
            *self._lies(),
        ]

    def _lies(self) -> list[str]:
        """Which families of limits cost the bound most."""
        total = fsum(self.gap_by_family.values())
        if not total or self.plan.proof != "certified" or self.plan.status == "optimal":
            return []
        greatest = list(self.gap_by_family.items())[:4]
        shares = [f"{name} {percent(amount / total, places=0)}" for name, amount in greatest]
        return [f"Where the gap lies: {', '.join(shares)}."]


_ALWAYS = ("status", "objective", "bound", "gap_share", "proof", "seconds", "start")
PLAN_PROVEN = {
    "certified": "certified: limits, objective and bound were checked again by sums alone",
    "solver": "on the solver's word",
    "bound": "the bound stands on the solver's word, and the gap is stated",
    "none": "nothing is proven",
}


def _relief(relief: Mapping[str, Any]) -> str:
    """One relief in a sentence."""
    if relief["kind"] == "capacity":
        until = "up to" if relief["carry_over"] else "in"
        return (
            f"Relief: at least {relief['at_least']:,.6g} more of {relief['resource']!r} {until} period "
            f"{relief['period']}, with all other lacks met too."
        )
    if relief["kind"] == "deadline":
        return f"Relief: a plan was found with every deadline later by {count(relief['periods'], 'period')}."
    return f"Relief: a plan was found with every capacity larger by {percent(relief['share'])}."


def run_schedule(settings: ScheduleSettings) -> ScheduleReport:
    """Finds the best plan of an instance, within about so many seconds.

    Without `seconds` equal calls give equal plans. `solver` solves the full MILP, by linopy's name. Raises InputFault
    with every fault of the file, UsageFault where the packages of the extra `plan` or the solver are not installed,
    ProvenetError where a solver that was named gives up. Cost: docs/schedule.md.
    """

    read = read_instance(*bytes_of(settings.instance, INSTANCE_CAP_BYTES, "an instance in JSON"))
    require("plan")
    from provenet.scheduling.schedule import solve

    made = solve(read, seconds=settings.seconds, seed=settings.seed, progress=settings.heard, solver=settings.solver)
    return ScheduleReport(read, made.plan, made.gap_by_family, settings.solver)


schedule_instance = call_of(ScheduleSettings, run_schedule, "schedule_instance")


CERTIFICATE_CAP_BYTES = 2 * 2**30
"""The most that the file of a certificate may hold."""


@dataclass(frozen=True)
class CertificateReport:
    """A plan with what came of checking it. `files` are those read: instance, plan, and a certificate beside it."""

    files: tuple[str, ...]
    plan: PlanFile
    found: PlanCheck

    @property
    def is_refused(self) -> bool:
        """Whether anything stated does not hold."""
        return self.found.refusal_count > 0

    @property
    def certificate(self) -> str | None:
        """Where the certificate stands: in a file, in the plan, or nowhere."""
        if self.plan.certificate is None:
            return None
        return self.files[2] if len(self.files) > 2 else self.files[1]

    def as_dict(self) -> dict[str, object]:
        """The answer as `--json` prints it; refusals may be cut, their count not."""
        found = self.found
        return {
            "instance": self.files[0],
            "plan": self.files[1],
            "certificate": self.certificate,
            "is_refused": self.is_refused,
            "says": found.closing,
            "is_feasible": found.feasible,
            "is_proven_infeasible": found.is_proven_infeasible,
            "objective": found.objective,
            "certified_bound": found.certified_bound,
            "gap_share": found.gap_share,
            "stated": {
                "status": self.plan.status,
                "proof": self.plan.proof,
                "objective": self.plan.objective,
                "bound": self.plan.bound,
                "gap_share": self.plan.gap_share,
            },
            "absent": list(found.absent),
            "remarks": list(found.remarks),
            "refusal_count": found.refusal_count,
            "refusals": [
                {key: parts[key] for key in ("place", "column", "says", "found", "expected")}
                for parts in (fault.as_dict() for fault in found.refusals[:SHOWN_FAULTS])
            ],
        }

    def lines(self) -> list[str]:
        """The answer in sentences: refusals, remarks, what is not stated, and the outcome last."""
        found = self.found
        lines = [fault.sentence() for fault in found.refusals[:SHOWN_FAULTS]]
        if found.refusal_count > len(lines):
            lines.append(f"... and {found.refusal_count - len(lines):,} more.")
        lines += found.remarks
        if found.absent:
            lines.append(f"Not stated: {', '.join(found.absent)}.")
        return [*lines, found.closing]


def run_certify(settings: CertifySettings) -> CertificateReport:
    """Checks a plan, made here or elsewhere, against its instance: limits, objective, and the bound it states.

    Nothing of the planner and no solver takes part. Raises InputFault with every fault of the first file that has one;
    UsageFault where nothing says how to read the certificate that the plan names.
    """

    instance = bytes_of(settings.instance, INSTANCE_CAP_BYTES, "an instance in JSON")
    plan = bytes_of(settings.plan, INSTANCE_CAP_BYTES, "a plan in JSON")
    read = read_instance(*instance)
    stated = read_plan(*plan, read)
    files: tuple[str, ...] = (instance[0], plan[0])
    name = stated.certificate
    if isinstance(name, str):
        files, stated = (*files, name), replace(stated, certificate=read_certificate(name, _beside(settings, name)))
    return CertificateReport(files, stated, certify(read, stated, plan[0], require_proof=settings.require_proof))


def _beside(settings: CertifySettings, name: str) -> bytes:
    """The bytes of the certificate that a plan names."""
    if settings.beside is not None:
        return settings.beside(name)
    if not isinstance(settings.plan, Path):
        raise UsageFault(f"{settings.plan[0]}: the plan names {name} as its certificate; say how to read it.")
    return bytes_of(settings.plan.parent / name, CERTIFICATE_CAP_BYTES, "the certificate that the plan names")[1]


certify_plan = call_of(CertifySettings, run_certify, "certify_plan")


SHOWN = 40
"""So many awards are shown in sentences, the largest first."""


@dataclass(frozen=True)
class AllocationReport:
    """An award made of an instance."""

    instance: Allocation
    result: AllocationResult

    def file(self) -> bytes:
        """The file to write."""

        return result_bytes(self.result)

    def as_dict(self) -> dict[str, object]:
        """The result as `--json` prints it: every key of the file, and what the instance holds."""

        instance = self.instance
        return {
            **result_fields(self.result),
            "budget": instance.budget,
            "budget_on": instance.budget_on,
            "carrier_count": len(instance.carriers),
            "demand_count": len(instance.demands),
            "scenario_count": instance.scenarios,
        }

    def lines(self) -> list[str]:
        """The award in sentences: who is offered what, what that clears, and how far from the best it is."""
        made, instance = self.result, self.instance
        unit = f" {made.unit}" if made.unit else ""
        budget = "no limit" if instance.budget is None else f"a budget of {instance.budget:,.12g}{unit}"
        offered = sorted(((name, aid) for name, aid in made.award.items() if aid), key=lambda pair: (-pair[1], pair[0]))
        more = [f"{len(offered) - SHOWN:,} more carriers are offered aid."] if len(offered) > SHOWN else []
        gap = "" if made.gap_share is None else f", a gap of {percent(made.gap_share, places=4, fixed=True)}"
        words = "what is expected to be paid" if instance.budget_on == "expected_paid" else "what is committed"
        return [
            f"{len(offered):,} of {count(len(instance.carriers), 'carrier')} are offered aid, "
            f"with {budget} on {words}.",
            *(
                f"{name}: {aid:,.12g}{unit}, chooses clear in {percent(made.clear_share[name])} of the scenarios."
                for name, aid in offered[:SHOWN]
            ),
            *more,
            f"Committed {made.committed:,.12g}{unit}, expected to be paid {made.expected_paid:,.12g}{unit}.",
            f"Marginal worth: one more{unit or ' unit'} of budget adds about {made.price:,.6g}.",
            f"Mean weight of clear demands {made.objective:,.12g}; no award can reach more than {made.bound:,.12g}"
            f"{gap} ({AWARD_PROVEN[made.proof]}).",
        ]


AWARD_PROVEN = {
    "certified": "certified: checked again by sums alone",
    "solver": "on the word of a search that left nothing out",
    "bound": "the search was cut short, and the gap is stated",
    "none": "nothing is proven",
}


def run_allocate(settings: AllocateSettings) -> AllocationReport:
    """Finds the best award of an instance, within about so many seconds.

    Without `seconds` equal calls give equal awards. Raises InputFault with every fault of the file, UsageFault where
    the packages of the extra `plan` are not installed. Cost: docs/allocate.md.
    """
    require("plan")
    from provenet.tipping.allocate import find_allocation

    read = read_allocation(*bytes_of(settings.instance, INSTANCE_CAP_BYTES, "an instance in JSON"))
    return AllocationReport(read, find_allocation(read, seconds=settings.seconds, report=settings.heard))


allocate_aid = call_of(AllocateSettings, run_allocate, "allocate_aid")
