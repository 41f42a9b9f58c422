"""The tool `certify`: an instance and a plan in, whether the plan holds and what is proven of it out."""

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, replace
from pathlib import Path
from typing import Annotated

from provenet.certify import certify
from provenet.core.errors import SHOWN_FAULTS, Fault, UsageFault
from provenet.core.settings import File, Listener, Option, Settings, call_of, settings_class
from provenet.forms.certificate import read_certificate
from provenet.forms.schedule import PlanCheck, PlanFile
from provenet.forms.schedule_form import read_instance, read_plan
from provenet.tools.files import bytes_of
from provenet.tools.schedule import INSTANCE_CAP_BYTES

CERTIFICATE_CAP_BYTES = 2 * 2**30
"""The most that the file of a certificate may hold."""


@settings_class(kw_only=False)
class CertifySettings(Settings):
    """What to check. `beside` gives the bytes of the file that a plan names as its certificate; of a plan that is a
    path, it is read from the same folder."""

    instance: Annotated[File, Option(argument=True, help="The instance, a JSON file in the form of docs/schedule.md.")]
    plan: Annotated[File, Option(argument=True, help="The plan, a JSON file in the form of docs/schedule.md.")]
    _: KW_ONLY
    require_proof: Annotated[bool, Option(help="Refuse a plan whose bound no certificate proves.")] = False
    beside: Listener[Callable[[str], bytes] | None] = None


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
            "refusals": [_refusal(fault) for fault in found.refusals[:SHOWN_FAULTS]],
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


def _refusal(fault: Fault) -> dict[str, object]:
    parts = fault.as_dict()
    return {key: parts[key] for key in ("place", "column", "says", "found", "expected")}


def run(settings: CertifySettings) -> CertificateReport:
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


certify_plan = call_of(CertifySettings, run, "certify_plan")
