"""The command `retract`: an input that counts no more, or again."""

from collections.abc import Iterator

from provenet.cli.command import command
from provenet.cli.door import say, say_json
from provenet.core import wording
from provenet.verbs.answers import Retraction
from provenet.verbs.settings import RetractSettings


@command(RetractSettings)
def retract(case: str, settings: RetractSettings, as_json: bool) -> None:
    """Let an INPUT of CASE count no more, or again.

    INPUT is a source, with every row that cites it, a row of a table, or a rule pack that the case holds. Nothing is
    deleted: the rows and the reason stay, and --restore takes it back. With --from-on, answers as known before that
    day read it still.
    """
    from provenet.verbs.retract import run

    done = run(case, settings)
    say_json(done.as_dict()) if as_json else say(retraction_lines(done))


def retraction_lines(done: Retraction) -> Iterator[str]:
    """What counts no more or again, and what became stale."""
    rows = wording.count(done.row_count, "row")
    since = f" from {wording.day(done.from_on)}" if done.from_on else ""
    verb = ("counts" if done.row_count == 1 else "count") + (" again" if done.state == "restored" else " no more")
    yield f"{done.about}: {done.state}; {rows} {verb}{since}. {done.reason}"
    if done.stale:
        counts = ", ".join(f"{one.verb} {one.result_count}" for one in done.stale)
        yield f"Stale now: {counts}. Bring the results up to date with: provenet run CASE"
