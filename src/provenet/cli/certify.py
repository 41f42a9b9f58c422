"""The command `certify`: a plan checked against its instance, by sums alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from provenet.cli.command import command
from provenet.cli.door import say, say_json
from provenet.core.errors import EXIT_DONE, EXIT_FINDINGS
from provenet.tools.settings import CertifySettings

if TYPE_CHECKING:
    from provenet.tools.instances import CertificateReport
    from provenet.verbs.certify import RunCertificate


@command(CertifySettings, case=False)
def certify(settings: CertifySettings, as_json: bool) -> int:
    """Check a plan against its instance, without a solver.

    Plans from anywhere are checked: every limit, the objective and the bound. INSTANCE and PLAN are JSON files in the
    form of docs/schedule.md, or a case and a run of `provenet plan` in it, whose rows are then checked against its
    schedule too. A certificate proves the bound by sums. Without one the limits and the objective are checked, and the
    bound is only compared with plans that a simple search finds. Exit code 1: a check failed.
    """
    from provenet.tools.instances import run_certify

    report: CertificateReport | RunCertificate
    if isinstance(settings.instance, Path) and (settings.instance / "case.toml").is_file():
        from provenet.verbs.certify import certify_run

        report = certify_run(settings.instance, str(settings.plan), require_proof=settings.require_proof)
    else:
        report = run_certify(settings)
    say_json(report.as_dict()) if as_json else say(report.lines())
    return EXIT_FINDINGS if report.is_refused else EXIT_DONE
