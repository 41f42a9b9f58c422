"""Dates that are written otherwise than `2018-11-23`: what they look like, and what to write. Nothing is converted.

A date in another calendar or order is a fault of its cell: which day is meant is for whoever wrote it to say.
"""

import re
from datetime import date

from provenet.core.when import Span, parse_span

FIRST_YEAR, LAST_YEAR = 1850, 2200
"""Years outside are of another calendar, or slips: telegraphy begins about 1850."""
_WRITE = "write the day of the Gregorian calendar as YYYY-MM-DD"
_ERAS = {
    "明治": 1867,
    "大正": 1911,
    "昭和": 1925,
    "平成": 1988,
    "令和": 2018,
    "m": 1867,
    "t": 1911,
    "s": 1925,
    "h": 1988,
    "r": 2018,
}
"""The year before the first of each Japanese era."""
_ERA = re.compile(
    r"(明治|大正|昭和|平成|令和)\s*(元|\d{1,2})\s*年?.*\Z|([MTSHR])\s*(\d{1,2})[./年-]\s*\d{1,2}.*\Z", re.I
)
_ROC = re.compile(r"(民國|民国)\s*(\d{1,3}).*\Z|(1[01]\d)[/.]\d{1,2}[/.]\d{1,2}\Z")
_NUMBERS = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})\Z", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})[/.年](\d{1,2})[/.月](\d{1,2})日?\Z", re.ASCII)
_RUN_TOGETHER = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})\Z", re.ASCII)
_SERIAL = re.compile(r"[2-5]\d{4}(\.\d+)?\Z", re.ASCII)
_INSTANT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]\d{1,2}:\d{2}.*\Z", re.ASCII)
_SHORT = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})\Z", re.ASCII)
_NAMED = re.compile(r"\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b", re.I)
_OTHERS = ((1300, 1430, "Persian"), (1431, 1500, "Hijri"), (2400, 2700, "Buddhist"))


def strange_year(span: Span) -> int | None:
    """A year of a span that no row of a case can be about, or None."""
    years = [end.year for end in (span.low, span.high) if end is not None]
    return next((year for year in years if not FIRST_YEAR <= year <= LAST_YEAR), None)


def year_way_out(year: int) -> str:
    """What to write where a year is of another calendar."""
    kinds = [name for low, high, name in _OTHERS if low <= year <= high]
    if 1380 <= year <= 1500:
        kinds = ["Persian" if year <= 1410 else "Hijri"]
    looks = f"{year} may be a year of the {kinds[0]} calendar" if kinds else f"no date of this subject is of {year}"
    return f"{looks[0].upper()}{looks[1:]}: {_WRITE}."


def way_out(text: str, day_asked: bool) -> str | None:
    """What a cell that is no day or span looks like, and what to write instead; None where it looks like nothing."""
    text = " ".join(text.split())
    advice = _era(text) or _order(text) or _other_form(text, day_asked)
    return None if advice is None else f"{advice[0].upper()}{advice[1:]}."


def _era(text: str) -> str | None:
    if hit := _ERA.match(text):
        era, number = (hit[1], hit[2]) if hit[1] else (hit[3].casefold(), hit[4])
        year = _ERAS[era] + (1 if number == "元" else int(number))
        return f"this looks like a year of a Japanese era, which would be {year}: {_WRITE}"
    if hit := _ROC.match(text):
        return f"this looks like a year of the Minguo calendar, which would be {1911 + int(hit[2] or hit[3])}: {_WRITE}"
    return None


def _order(text: str) -> str | None:
    hit = _NUMBERS.match(text)
    if hit is None:
        return None
    first, second = int(hit[1]), int(hit[3])
    if first <= 12 and second <= 12 and first != second:
        return f"this can be read as day and month or as month and day: {_WRITE}"
    return f"days are not read in this order: {_WRITE}"


def _other_form(text: str, day_asked: bool) -> str | None:
    if hit := _YEAR_FIRST.match(text) or _RUN_TOGETHER.match(text) or _SHORT.match(text):
        try:
            meant = date(int(hit[1]), int(hit[2]), int(hit[3]))
        except ValueError:
            return f"no such day exists: {_WRITE}"
        if FIRST_YEAR <= meant.year <= LAST_YEAR:
            return f"write it as {meant.isoformat()}"
        return year_way_out(meant.year).rstrip(".")
    if hit := _INSTANT.match(text):
        return f"this is an instant, and a day is asked: write {hit[1]} if that is the day where it happened"
    if _SERIAL.match(text):
        return f"this looks like the serial number of a day in a spreadsheet: {_WRITE}"
    if day_asked:
        try:
            parse_span(text)
        except ValueError:
            pass
        else:
            return "this is a span of days, and one day is asked: write its first or last day, whichever is meant"
    return f"months are not read as names: {_WRITE}" if _NAMED.search(text) and re.search(r"\d", text) else None
