"""The commands `status` and `run`: what stands, what is stale and why, and all of it brought up to date."""

from collections.abc import Iterator

from provenet.cli.command import command
from provenet.cli.door import say, say_json, tell
from provenet.cli.progress import with_progress
from provenet.core.errors import EXIT_DONE, EXIT_INPUT
from provenet.core.grouping import grouped
from provenet.core.wording import count
from provenet.verbs.answers import Renewal, StatusReport
from provenet.verbs.settings import RunSettings, StatusSettings


@command(StatusSettings)
def status(case: str, settings: StatusSettings, as_json: bool) -> None:
    """Say what stands in CASE, what is stale, what to run.

    A result is stale when a table, a verdict, a share or a rule pack of your own that it read has changed since, or
    when it rests on a stale one. The rule packs that the case holds itself are listed, withdrawn ones too, and so
    are inputs that were retracted. Nothing is written.
    """
    from provenet.verbs import status as status_of

    report = status_of.run(case, settings)
    say_json(report.as_dict()) if as_json else say(status_lines(report, case))


def status_lines(found: StatusReport, case: str) -> Iterator[str]:
    """The results by verb, those that are not current with their reasons, and what to run."""
    if not found.results:
        yield f"{found.case}: no result stands yet."
    by_verb = grouped((result.verb, result.state) for result in found.results)
    for verb, states in by_verb.items():
        counts = ", ".join(f"{states.count(word)} {word}" for word in dict.fromkeys(states))
        yield f"{verb}: {counts}"
        for result in found.results:
            if result.verb == verb and result.state == "stale":
                yield f"  stale: {result.run_id}: {'; '.join(result.reasons)}"
                yield f"    {result.command.replace('CASE', case, 1)}"
    for pack in found.packs:
        place = ", in place of the bundled one" if pack.replaces_bundled else ""
        where = f", {pack.jurisdiction}" if pack.jurisdiction else ""
        state = f"version {pack.version} from {pack.file}" if pack.state == "stands" else "withdrawn"
        yield f"Rule pack {pack.pack} ({pack.force}{where}): {state}{place}"
    for one in found.retracted:
        since = f" from {one.from_on}" if one.from_on else ""
        yield f"Retracted{since}: {one.about}: {one.reason}"
    for step in found.next_steps:
        yield f"Next: {step.command.replace('CASE', case, 1)} ({step.reason})"
    if found.up_to_date and found.results:
        number = len(found.results)
        yield f"All {number} results are current." if number > 1 else "The one result is current."


@command(RunSettings)
def run(case: str, settings: RunSettings, as_json: bool) -> int:
    """Bring every earlier result of CASE up to date.

    Like make, in order. Results that are current stay as they are. The answer names each result that cannot be made
    again, with the reason and the command; it stops no other, and gives exit code 3. Rule packs of your own are looked
    for where they lay when the result was made; --packs names other folders. With --as-of every question that screen,
    depend, expose and brief answered is asked of that day too, and what stands is left alone.
    """
    from provenet.verbs.run import renew

    renewal = with_progress(renew, case, settings)
    if as_json:
        tell(*(f"{fault.verb}: {fault.reason}" for fault in renewal.left))
        say_json(renewal.as_dict())
    else:
        say(run_lines(renewal, case))
    return EXIT_INPUT if renewal.left else EXIT_DONE


def run_lines(found: Renewal, case: str) -> Iterator[str]:
    """What was made anew, what could not be, and how many results were current already."""
    of_day = found.as_of is not None
    for one in found.renewed:
        place = "asked as in" if of_day else "in place of"
        yield f"{one.verb}: {one.run_id} {place} {one.old_run_id} ({'; '.join(one.reasons)})"
    for fault in found.left:
        state = f"asked as in {fault.run_id}, has no answer" if of_day else f"{fault.run_id} is still stale"
        yield f"{fault.verb}: {state}: {fault.reason}"
        yield f"    {fault.command.replace('CASE', case, 1)}"
    renewed = count(len(found.renewed), "result")
    done = f"made for {found.as_of}" if of_day else "brought up to date"
    yield f"{renewed} {done}, {found.kept_count} current before, {len(found.left)} left."
