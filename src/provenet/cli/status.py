"""The commands `status` and `run`: what stands, what is stale and why, and all of it brought up to date."""

from __future__ import annotations

from collections.abc import Iterator

import click

from provenet.cli.door import say, say_json
from provenet.cli.options import folders, json_option, packs_option
from provenet.cli.progress import ProgressLine
from provenet.core.errors import EXIT_DONE, EXIT_INPUT
from provenet.verbs.answers import Renewal, StatusReport


@click.command()
@click.argument("case")
@json_option
def status(case: str, as_json: bool) -> int:
    """Say which results of CASE stand, which are stale and why, and what to run.

    A result is stale when a table, a verdict or a share that it read has changed since, or when it rests on a stale
    one. Nothing is written.
    """
    import provenet

    found = provenet.status(case)
    say_json(found) if as_json else say(status_lines(found, case))
    return EXIT_DONE


def status_lines(found: StatusReport, case: str) -> Iterator[str]:
    """The results by verb, those that are not current with their reasons, and what to run."""
    if not found.results:
        yield f"{found.case}: no result stands yet."
    by_verb: dict[str, list[str]] = {}
    for result in found.results:
        by_verb.setdefault(result.verb, []).append(result.state)
    for verb, states in by_verb.items():
        counts = ", ".join(f"{states.count(word)} {word}" for word in dict.fromkeys(states))
        yield f"{verb}: {counts}"
        for result in found.results:
            if result.verb == verb and result.state == "stale":
                yield f"  stale: {result.run_id}: {'; '.join(result.reasons)}"
                yield f"    {result.command.replace('CASE', case, 1)}"
    for step in found.next_steps:
        yield f"Next: {step.command.replace('CASE', case, 1)} ({step.reason})"
    if found.up_to_date and found.results:
        yield f"All {len(found.results)} results are current."


@click.command()
@click.argument("case")
@packs_option
@json_option
def run(case: str, packs: tuple[str, ...], as_json: bool) -> int:
    """Bring every result of CASE up to date that was asked for before, in order, like make.

    Results that are current stay as they are. A question that cannot be asked again is named with the reason and the
    command, stops no other, and gives exit code 3. --packs names the folders of rule packs that earlier calls named.
    """
    import provenet

    with ProgressLine() as progress:
        found = provenet.run(case, packs=folders(packs), progress=progress)
    say_json(found) if as_json else say(run_lines(found, case))
    return EXIT_INPUT if found.left else EXIT_DONE


def run_lines(found: Renewal, case: str) -> Iterator[str]:
    """What was made anew, what could not be, and how many results were current already."""
    for one in found.renewed:
        yield f"{one.verb}: {one.run_id} in place of {one.old_run_id} ({'; '.join(one.reasons)})"
    for fault in found.left:
        yield f"{fault.verb}: {fault.run_id} is still stale: {fault.reason}"
        yield f"    {fault.command.replace('CASE', case, 1)}"
    yield f"{len(found.renewed)} results brought up to date, {found.kept_count} current before, {len(found.left)} left."
