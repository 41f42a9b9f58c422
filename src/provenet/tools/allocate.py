"""The tool `allocate`: carriers, offers and a budget in, the best award with its bound and the frontier out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from provenet.core.errors import UsageFault

if TYPE_CHECKING:
    from provenet.forms.allocation import Allocated, Allocation
    from provenet.forms.schedule import Told

Heard = Callable[["Told"], None]
"""Told how a search stands: what is being done, the best objective and bound so far, and how much is done."""
SHOWN = 40
"""So many awards are shown in sentences, the largest first."""


@dataclass(frozen=True)
class Awarded:
    """An award made of an instance."""

    instance: Allocation
    result: Allocated

    def file(self) -> bytes:
        """The file to write."""
        from provenet.forms.allocation_file import result_bytes

        return result_bytes(self.result)

    def as_dict(self) -> dict[str, object]:
        """The result as `--json` prints it: every key of the file, and what the instance holds."""
        from provenet.forms.allocation_file import result_fields

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
        gap = "" if made.gap_share is None else f", a gap of {made.gap_share:.4%}"
        words = "what is expected to be paid" if instance.budget_on == "expected_paid" else "what is committed"
        return [
            f"{len(offered):,} of {len(instance.carriers):,} carriers are offered aid, with {budget} on {words}.",
            *(f"{name}: {aid:,.12g}{unit}, chooses clear in {made.clear_share[name]:.1%} of the scenarios."
              for name, aid in offered[:SHOWN]),
            *more,
            f"Committed {made.committed:,.12g}{unit}, expected to be paid {made.expected_paid:,.12g}{unit}.",
            f"Mean weight of clear demands {made.objective:,.12g}; no award can reach more than {made.bound:,.12g}"
            f"{gap} ({PROVEN[made.proof]}).",
            f"One more{unit or ' unit'} of budget adds about {made.price:,.6g}.",
        ]  # fmt: skip


PROVEN = {
    "certified": "certified: checked again by sums alone",
    "solver": "on the word of a search that left nothing out",
    "bound": "the search was cut short, and the gap is stated",
    "none": "nothing is proven",
}


def allocate_aid(instance: tuple[str, bytes], *, seconds: float | None = None, heard: Heard | None = None) -> Awarded:
    """The best award found of an instance, a file's name and bytes, within so many seconds, about.

    Without `seconds` equal calls give equal awards. Raises InputFault with every fault of the file, UsageFault where
    the packages of the extra `plan` are not installed. Cost: docs/allocate.md.
    """
    try:
        from provenet.forms.allocation_file import read_allocation
        from provenet.tipping.allocate import allocated
    except ImportError as err:
        raise UsageFault(
            f"allocate needs the package {err.name}, which is not installed. Run: pip install 'provenet[plan]'"
        ) from err
    read = read_allocation(*instance)
    return Awarded(read, allocated(read, seconds=seconds, heard=heard))
