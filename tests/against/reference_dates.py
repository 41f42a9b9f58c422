"""Dates as the rule language reads them, for the second implementation (see reference_rules.py)."""

import calendar
import re
from datetime import date, timedelta

Days = tuple[date, date]


def month_days(year: int, first: int, last: int) -> Days:
    return date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1])


def days(text: str) -> Days | None:
    """A day, month, quarter, year, range or open interval; None if the text is not a date."""
    try:
        if hit := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text):
            day = date(*(int(part) for part in hit.groups()))
            return day, day
        if hit := re.fullmatch(r"(\d{4})-(\d\d)", text):
            return month_days(int(hit[1]), int(hit[2]), int(hit[2]))
        if hit := re.fullmatch(r"(\d{4})-Q([1-4])", text):
            return month_days(int(hit[1]), 3 * int(hit[2]) - 2, 3 * int(hit[2]))
        if re.fullmatch(r"\d{4}", text):
            return month_days(int(text), 1, 12)
        if hit := re.fullmatch(r"(\d{4})-(\d{4})", text):
            return date(int(hit[1]), 1, 1), date(int(hit[2]), 12, 31)
    except ValueError:
        return None
    if text.startswith("before ") and (inner := days(text[7:])):
        return date.min, inner[0] - timedelta(1)
    if text.startswith("after ") and (inner := days(text[6:])):
        return inner[1] + timedelta(1), date.max
    return None


def plus(day: date, length: str) -> date:
    count, unit = length.split()
    number = int(count)
    if unit.startswith(("day", "week")):
        return day + timedelta(number * (7 if unit.startswith("week") else 1))
    months = day.year * 12 + day.month - 1 + number * (12 if unit.startswith("year") else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def moved(span: Days, length: str) -> Days:
    ends = [end if end in (date.min, date.max) else plus(end, length) for end in span]
    return ends[0], ends[1]
