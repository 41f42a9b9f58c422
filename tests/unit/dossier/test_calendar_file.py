"""Calendar files read back by a small parser of RFC 5545 that shares nothing with their writer."""

import re
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from provenet.dossier.files_beside import CalendarDay, calendar_bytes
from provenet.dossier.text import clean
from support.examples import examples

STAMPED = date(2026, 11, 25)
PROPERTY = re.compile(r"([A-Z0-9-]+)((?:;[A-Z0-9-]+=[^:;,]+)*):(.*)\Z", re.DOTALL)
UNESCAPED = {"\\\\": "\\", "\\;": ";", "\\,": ",", "\\n": "\n", "\\N": "\n"}


def read_calendar(data: bytes) -> tuple[dict[str, str], list[dict[str, tuple[dict[str, str], str]]]]:
    """The properties of a calendar, and of each event the parameters and value of its properties, as they stand."""
    assert data.endswith(b"\r\n")
    raw = data.split(b"\r\n")[:-1]
    assert all(len(line) <= 75 for line in raw)
    assert not any(b"\r" in line or b"\n" in line for line in raw)
    lines: list[bytes] = []
    for line in raw:
        if line.startswith(b" "):
            lines[-1] += line[1:]
        else:
            lines.append(line)
    calendar: dict[str, str] = {}
    events: list[dict[str, tuple[dict[str, str], str]]] = []
    open_parts: list[str] = []
    for line in lines:
        found = PROPERTY.match(line.decode("utf-8"))
        assert found, line
        name, parameters, value = found.groups()
        if name == "BEGIN":
            open_parts.append(value)
            if value == "VEVENT":
                events.append({})
        elif name == "END":
            assert open_parts.pop() == value
        elif open_parts == ["VCALENDAR"]:
            assert name not in calendar
            calendar[name] = value
        else:
            assert open_parts == ["VCALENDAR", "VEVENT"]
            assert name not in events[-1]
            given_parameters = dict(one.split("=", 1) for one in parameters.split(";") if one)
            events[-1][name] = given_parameters, value
    assert open_parts == []
    return calendar, events


def text(value: str) -> str:
    """A text value as it was before it was escaped; a bare comma or semicolon would be a list."""
    assert not re.search(r"(?<!\\)(?:\\\\)*[;,]", value)
    return re.sub(r"\\.", lambda found: UNESCAPED[found[0]], value)


def check_calendar(data: bytes, stamped: date) -> list[dict[str, tuple[dict[str, str], str]]]:
    """What RFC 5545 asks of every calendar, and decision 0061 of ours: whole days, a stamp, a UID of its own."""
    calendar, events = read_calendar(data)
    assert calendar["VERSION"] == "2.0"
    assert calendar["PRODID"]
    assert events
    assert len({event["UID"][1] for event in events}) == len(events)
    for event in events:
        assert event["DTSTAMP"] == ({}, f"{stamped:%Y%m%d}T000000Z")
        kind, start = event["DTSTART"]
        assert kind == event["DTEND"][0] == {"VALUE": "DATE"}
        first, end = (date.fromisoformat(f"{d[:4]}-{d[4:6]}-{d[6:]}") for d in (start, event["DTEND"][1]))
        assert end - first == timedelta(days=1)
        assert text(event["SUMMARY"][1])
    return events


days = st.builds(
    CalendarDay,
    uid=st.uuids().map(str),
    day=st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 1, 1)),
    title=st.text(min_size=1).filter(lambda one: one.strip() == one and one.splitlines() == [one]),
    text=st.text(),
    categories=st.lists(st.sampled_from(("binds", "advice, not binding")), max_size=1).map(tuple),
)


@settings(max_examples=examples(150), deadline=None)
@given(st.lists(days, min_size=1, max_size=5), st.dates(), st.randoms())
def test_a_calendar_reads_back_what_went_in(entries: list[CalendarDay], stamped: date, random: object) -> None:
    data = calendar_bytes(entries, stamped, "Days; of, rules")
    events = {event["UID"][1]: event for event in check_calendar(data, stamped)}
    for entry in entries:
        event = events[entry.uid]
        assert event["DTSTART"][1] == f"{entry.day:%Y%m%d}"
        assert text(event["SUMMARY"][1]) == clean(entry.title)
        assert text(event["DESCRIPTION"][1]).split("\n") == (clean(entry.text).splitlines() or [""])
    assert calendar_bytes(reversed(entries), stamped, "Days; of, rules") == data


def test_letters_are_never_cut_and_lines_are_folded() -> None:
    entry = CalendarDay(uid="x", day=STAMPED, title="é" * 200, text="規則" * 100, url="https://paper.example/a")
    (event,) = check_calendar(calendar_bytes([entry], STAMPED, "Days"), STAMPED)
    assert text(event["SUMMARY"][1]) == "é" * 200
    assert text(event["DESCRIPTION"][1]) == "規則" * 100
    assert event["URL"][1] == "https://paper.example/a"
