"""The tool `certify`: an instance and a plan in, whether the plan holds and what is proven of it out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from provenet.core.errors import SHOWN_FAULTS, Fault, UsageFault

if TYPE_CHECKING:
    from provenet.forms.schedule import Certified, PlanFile

INSTANCE_CAP_BYTES = 512 * 2**20
"""The most that the file of an instance or of a plan may hold."""
CERTIFICATE_CAP_BYTES = 2 * 2**30
"""The most that the file of a certificate may hold."""
Given = tuple[str, bytes]
"""The name of a file, and its bytes."""


@dataclass(frozen=True)
class CheckedPlan:
    """A plan with what came of checking it. `files` are those read: instance, plan, and a certificate beside it."""

    files: tuple[str, ...]
    plan: PlanFile
    found: Certified

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
            "refusals": [_told(fault) for fault in found.refusals[:SHOWN_FAULTS]],
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


def _told(fault: Fault) -> dict[str, object]:
    told = fault.as_dict()
    return {key: told[key] for key in ("place", "column", "says", "found", "expected")}


def certify_plan(instance: Given, plan: Given, beside: Callable[[str], bytes] | None = None) -> CheckedPlan:
    """Checks a plan, made here or elsewhere, against its instance: limits, objective, and the bound it states.

    `beside` gives the bytes of the file that the plan names as its certificate. Nothing of the planner and no solver
    takes part. Raises InputFault with every fault of the first file that has one; UsageFault where NumPy is not
    installed, or where the plan names a file and `beside` is not given.
    """
    try:
        import numpy
    except ImportError as err:
        raise UsageFault("certify needs the package numpy, which is not installed. Run: pip install numpy") from err
    assert numpy
    from provenet.certify import certify
    from provenet.forms.certificate import read_certificate
    from provenet.forms.schedule_file import read_instance, read_plan

    read = read_instance(*instance)
    stated = read_plan(*plan, read)
    files: tuple[str, ...] = (instance[0], plan[0])
    name = stated.certificate
    if isinstance(name, str):
        if beside is None:
            raise UsageFault(f"{plan[0]}: the plan names {name} as its certificate; say how to read it.")
        files, stated = (*files, name), replace(stated, certificate=read_certificate(name, beside(name)))
    return CheckedPlan(files, stated, certify(read, stated, plan[0]))
