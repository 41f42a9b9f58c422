"""What the rules change, on which day and for which part of a network; and what they say today."""

from dataclasses import dataclass
from datetime import date

from provenet.case.extract import Extract
from provenet.case.rows import PolicyRow
from provenet.dossier.drawings.timelines import Lane, Mark
from provenet.dossier.files_beside import calendar_bytes, calendar_days, csv_beside
from provenet.dossier.text import shorten
from provenet.evidence import rules
from provenet.evidence.rules import DayAhead, Law
from provenet.evidence.verdict_rows import by_pack

TITLE = "The rules, and what they change when"
_LABEL = 31
"""Letters of a law's name that fit beside its line."""
_COLUMNS = ("law", "kind", "since", "day", "what", "asks", "part_of_network", "row")


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Laws, their days ahead with lines of time, and what the policies in force answer today."""

    laws: list[Law]
    ahead: list[DayAhead]
    lanes: list[Lane]
    answers: list[dict[str, str]]
    in_force: bool
    replaced: list[PolicyRow]
    is_ahead: bool
    """Whether the time line names a day after the day known."""


def collect(extract: Extract) -> Rules:
    """Days ahead, a time line with a line per law, and today's answers; the days also as a calendar file."""
    found = rules.laws(extract)
    ahead = rules.days_ahead(found)
    if found:
        extract.files["rules.csv"] = csv_beside(
            _COLUMNS,
            [
                (law.title, law.kind, law.since, one.day if one else None, one.what if one else "",
                 one.criterion if one else law.criterion, one.part if one else law.part, one.id if one else law.id)
                for law in found
                for one in law.ahead or (None,)
            ],
        )  # fmt: skip
    if ahead:
        name = f"{extract.country}: days of rules on equipment"
        extract.files["deadlines.ics"] = calendar_bytes(calendar_days(ahead, extract.country), extract.as_of, name)
    lanes = [lane for law in found if (lane := _lane(law, extract.as_of)).marks]
    days = [day for lane in lanes for mark in lane.marks for day in (mark.low_on, mark.high_on)] + [extract.as_of]
    return Rules(
        laws=found,
        ahead=ahead,
        lanes=lanes,
        answers=rules.answers_today(extract),
        in_force=any(pack.in_force for pack in by_pack(extract)),
        replaced=rules.replaced_laws(extract),
        is_ahead=extract.known is not None and any(day > extract.known for day in days),
    )


def _lane(law: rules.Law, today: date) -> Lane:
    """A law's first day by its number, unless it lies ahead, and its days ahead by their letters."""
    start = [Mark(str(law.number), law.low, law.high)] if law.low and law.high and law.low <= today else []
    return Lane(shorten(law.title, _LABEL), (*start, *(Mark(one.key, one.day, one.day) for one in law.ahead)))
