"""The tool `allocate`: carriers, offers and a budget in, the best award with its bound and the frontier out."""

from dataclasses import KW_ONLY, dataclass
from typing import Annotated

from provenet.core.packages import require
from provenet.core.settings import File, Listener, Number, Option, Range, Settings, call_of, settings_class
from provenet.core.wording import count, percent
from provenet.forms.allocation import Allocation, AllocationResult
from provenet.forms.allocation_file import read_allocation, result_bytes, result_fields
from provenet.tools.files import bytes_of
from provenet.tools.schedule import INSTANCE_CAP_BYTES, Heard

SHOWN = 40
"""So many awards are shown in sentences, the largest first."""


@settings_class(kw_only=False)
class AllocateSettings(Settings):
    """What to allocate, and how long to search."""

    instance: Annotated[File, Option(argument=True, help="The instance, a JSON file in the form of docs/allocate.md.")]
    _: KW_ONLY
    seconds: Annotated[
        Number | None,
        Option(
            range=Range(above=0), help="Stop the search after about N seconds; the award then depends on the machine."
        ),
    ] = None
    heard: Listener[Heard | None] = None


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
            f"{gap} ({PROVEN[made.proof]}).",
        ]


PROVEN = {
    "certified": "certified: checked again by sums alone",
    "solver": "on the word of a search that left nothing out",
    "bound": "the search was cut short, and the gap is stated",
    "none": "nothing is proven",
}


def run(settings: AllocateSettings) -> AllocationReport:
    """Finds the best award of an instance, within about so many seconds.

    Without `seconds` equal calls give equal awards. Raises InputFault with every fault of the file, UsageFault where
    the packages of the extra `plan` are not installed. Cost: docs/allocate.md.
    """
    require("plan")
    from provenet.tipping.allocate import find_allocation

    read = read_allocation(*bytes_of(settings.instance, INSTANCE_CAP_BYTES, "an instance in JSON"))
    return AllocationReport(read, find_allocation(read, seconds=settings.seconds, report=settings.heard))


allocate_aid = call_of(AllocateSettings, run, "allocate_aid")
