"""The days of a case that have runs, and which of them a page speaks of."""

from datetime import date
from typing import Annotated

from provenet.core import wording
from provenet.core.settings import Day, Option, Settings, settings_class
from provenet.web.page import NotFound
from provenet.web.reading import Reading

Days = tuple[date, date | None]
"""The day in question, and the day known; None is all that the case holds."""


@settings_class()
class DaysQuestion(Settings):
    """Which days."""

    as_of: Annotated[Day | None, Option(help="The day in question (default: the newest that has runs).")] = None
    known_on: Annotated[Day | None, Option(help="Only what was published by this day.")] = None


def chosen_days(reading: Reading, as_of: date | None, known_on: date | None) -> Days | None:
    """The days of a question if they have runs, else the newest that have; None where no day has.

    A day in question alone means the newest that is known of it. Raises NotFound for days without runs.
    """
    days = days_with_runs(reading)
    if as_of is None and known_on is None:
        return days[0] if days else None
    exact = [pair for pair in days if pair == (as_of, known_on)]
    near = [pair for pair in days if known_on is None and pair[0] == as_of]
    near += [pair for pair in days if as_of is None and pair[1] == known_on]
    if not (exact or near):
        listed = wording.series(map(day_words, days)) or "none"
        raise NotFound(f"No run of this case speaks of that day. Days with runs: {listed}.")
    return (exact or near)[0]


def days_with_runs(reading: Reading) -> tuple[Days, ...]:
    """The days of the dossiers, the newest first; in a case without dossiers those of its verdicts."""
    if reading.days:
        return reading.days
    found = reading.once("days of verdicts", lambda: reading.table("verdict").select("as_of_on", "known_on").unique())
    return tuple(sorted(found.iter_rows(), key=lambda pair: (pair[0], pair[1] or date.max), reverse=True))


def day_words(days: Days) -> str:
    """Two days in words: `23 November 2018, as known on that day`.

    >>> day_words((date(2018, 11, 23), date(2018, 11, 23))), day_words((date(2026, 11, 25), None))
    ('23 November 2018, as known on that day', '25 November 2026')
    """
    as_of, known = days
    if known is None:
        return wording.day(as_of)
    return f"{wording.day(as_of)}, as known on {'that day' if known == as_of else wording.day(known)}"
