"""Files that lie beside a page: tables of its charts as CSV, and days of rules as a calendar (iCalendar, RFC 5545)."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from provenet.case.days_ahead import plain
from provenet.case.export import guarded
from provenet.case.extract import Extract
from provenet.dossier.text import clean, web_address
from provenet.evidence.rules import KIND_WORDS, DayAhead


def csv_beside(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Rows as UTF-8 CSV; None is an empty cell, and no text is one that a spreadsheet would run.

    >>> csv_beside(["vendor", "low_share"], [["=Acme", 0.5], ["Bolt", None]])
    b"vendor,low_share\\n'=Acme,0.5\\nBolt,\\n"
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8")


def _cell(cell: object) -> object:
    """Text without the marks of days ahead, and a number with ten digits at most."""
    if isinstance(cell, str):
        return guarded(plain(cell))
    return f"{cell:.10g}" if isinstance(cell, float) else cell


def put_table(extract: Extract, name: str, rows: Iterable[Mapping[str, Any]], *, columns: Sequence[str]) -> None:
    """Puts `NAME.csv` beside the page.

    Parameters
    ----------
    extract
        The document's extract, which collects its files.
    name
        The file name without its ending.
    rows
        Rows by the names of columns; None is not known and stays empty.
    columns
        The names of the columns in order, as in the dictionary where a stored row has them: the last word is the unit.
    """
    extract.files[f"{name}.csv"] = csv_beside(columns, [[row[column] for column in columns] for row in rows])


_LONGEST = 75
"""Octets of a line before it is folded."""


@dataclass(frozen=True, kw_only=True)
class CalendarDay:
    """An entry of a whole day; `uid` stays the same as long as the entry is about the same thing."""

    uid: str
    day: date
    title: str
    text: str
    url: str = ""
    categories: tuple[str, ...] = ()


def calendar_bytes(days: Iterable[CalendarDay], stamped: date, name: str) -> bytes:
    """A calendar with one entry a day, in order; none has a time, an alarm or a person.

    Law: a calendar reads back what went in, whatever the texts hold; the same days give the same bytes.

    Parameters
    ----------
    days
        The entries, at least one: a calendar without any is not one.
    stamped
        The day that the entries were written, in UTC.
    name
        What a calendar program calls the list.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Provenet//Dossier//EN", "CALSCALE:GREGORIAN"]
    lines += ["METHOD:PUBLISH", f"X-WR-CALNAME:{_escaped(name)}"]
    for entry in sorted(days, key=lambda one: (one.day, one.uid)):
        lines += _event(entry, stamped)
    lines.append("END:VCALENDAR")
    return b"".join(part + b"\r\n" for line in lines for part in _folded(line))


def _event(entry: CalendarDay, stamped: date) -> Sequence[str]:
    end = entry.day + timedelta(days=1) if entry.day < date.max else entry.day
    lines = [
        "BEGIN:VEVENT",
        f"UID:{_escaped(entry.uid)}",
        f"DTSTAMP:{stamped:%Y%m%d}T000000Z",
        f"DTSTART;VALUE=DATE:{entry.day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{end:%Y%m%d}",
        f"SUMMARY:{_escaped(entry.title)}",
        f"DESCRIPTION:{_escaped(entry.text)}",
        "TRANSP:TRANSPARENT",
    ]
    if entry.categories:
        lines.append("CATEGORIES:" + ",".join(map(_escaped, entry.categories)))
    if entry.url:
        lines.append(f"URL:{entry.url}")
    return [*lines, "END:VEVENT"]


def _escaped(text: str) -> str:
    for bare, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,")):
        text = text.replace(bare, escaped)
    return "\\n".join(clean(plain(text)).splitlines())


def _folded(line: str) -> list[bytes]:
    """A line in pieces of 75 octets at most, no letter cut; pieces after the first begin with a blank."""
    pieces, piece = [], b""
    for letter in line:
        coded = letter.encode("utf-8")
        if len(piece) + len(coded) > _LONGEST:
            pieces.append(piece)
            piece = b" "
        piece += coded
    return [*pieces, piece]


def calendar_days(found: Iterable[DayAhead], country: str) -> list[CalendarDay]:
    """The days ahead as entries of a calendar, each with its source."""
    made = []
    for one in found:
        source = one.source
        tested = f" Tested: {one.test}." if one.test else ""
        text = f"{one.criterion.rstrip('.')}.{tested} For: {one.part}. Under: {one.law} ({KIND_WORDS[one.kind]})."
        stated = source["title"] if source else one.cite.words
        text += f" Source: {stated}." if stated else ""
        made.append(
            CalendarDay(
                uid=f"{one.uid}-{one.what.replace(' ', '-')}{'' if one.only else f'-{one.day}'}@provenet",
                day=one.day,
                title=f"{country}: {one.what}, {one.criterion}",
                text=f"{text} No result is legal advice.",
                url=(web_address(source["url"]) or "") if source else "",
                categories=(KIND_WORDS[one.kind],),
            )
        )
    return made
