"""The command `certify`: a plan checked against its instance, by sums alone."""

from __future__ import annotations

from pathlib import Path

import click

from provenet.cli.door import say, say_json
from provenet.cli.given import bytes_given
from provenet.cli.options import json_option
from provenet.core.errors import EXIT_DONE, EXIT_FINDINGS
from provenet.tools.certify import CERTIFICATE_CAP_BYTES, INSTANCE_CAP_BYTES, certify_plan


@click.command()
@click.argument("instance")
@click.argument("plan")
@json_option
def certify(instance: str, plan: str, as_json: bool) -> int:
    """Check a plan, made here or elsewhere: every limit, the objective, and the bound, without any solver.

    INSTANCE and PLAN are JSON files in the form of docs/schedule.md, or a case and a run of `provenet plan` in it,
    whose rows are then checked against its schedule too. A certificate proves the bound by sums; without one the limits
    and the objective are checked, and the bound is not proven. Exit code 1: something does not hold.
    """
    if (Path(instance) / "case.toml").is_file():
        from provenet.verbs.certify import certify_run

        run = certify_run(instance, plan)
        say_json(run.as_dict()) if as_json else say(run.lines())
        return EXIT_FINDINGS if run.is_refused else EXIT_DONE
    folder = Path(plan).parent
    checked = certify_plan(
        bytes_given(instance, INSTANCE_CAP_BYTES, "an instance in JSON"),
        bytes_given(plan, INSTANCE_CAP_BYTES, "a plan in JSON"),
        lambda name: bytes_given(str(folder / name), CERTIFICATE_CAP_BYTES, "the certificate that the plan names")[1],
    )
    if as_json:
        say_json(checked.as_dict())
    else:
        say(checked.lines())
    return EXIT_FINDINGS if checked.is_refused else EXIT_DONE
