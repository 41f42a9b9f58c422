"""The tool `schedule`: an instance in, a plan with its bound and its proof out."""

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass
from math import fsum
from typing import Annotated, Any

from provenet.core.packages import require
from provenet.core.settings import File, Listener, Number, Option, Range, Settings, WholeNumber, call_of, settings_class
from provenet.core.wording import count, percent
from provenet.forms.certificate import entries_of, plan_fields
from provenet.forms.schedule import Instance, PlanFile, SearchState
from provenet.forms.schedule_file import plan_files
from provenet.forms.schedule_form import read_instance
from provenet.tools.files import bytes_of

Heard = Callable[[SearchState], None]
"""Called with how a search stands: what is being done, the best objective and bound so far, and how much is done."""
INSTANCE_CAP_BYTES = 512 * 2**20
"""The most that the file of an instance or of a plan may hold."""


@settings_class(kw_only=False)
class ScheduleSettings(Settings):
    """What to schedule, and how long and with which solver to search."""

    instance: Annotated[File, Option(argument=True, help="The instance, a JSON file in the form of docs/schedule.md.")]
    _: KW_ONLY
    seconds: Annotated[
        Number | None,
        Option(
            range=Range(above=0), help="Stop the search after about N seconds; the plan then depends on the machine."
        ),
    ] = None
    seed: Annotated[WholeNumber, Option(range=Range(low=0), help="Seed of the search.")] = 1
    solver: Annotated[
        str, Option(metavar="NAME", help="Solver of the full MILP, such as cbc, gurobi or scip, where it is installed.")
    ] = "highs"
    heard: Listener[Heard | None] = None


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
        if plan.status == "infeasible":
            return [
                f"No plan keeps every limit ({PROVEN[plan.proof or 'none']}).",
                *(text[0].upper() + text[1:] for text in plan.clash or ()),
                *map(_relief, plan.relief or ()),
            ]
        if plan.objective is None:
            return [
                "No plan was found.",
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
            f"({PROVEN[plan.proof or 'none']}).",
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
PROVEN = {
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


def run(settings: ScheduleSettings) -> ScheduleReport:
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


schedule_instance = call_of(ScheduleSettings, run, "schedule_instance")
