"""A case in which every text that a stranger could have written is an attack on the page that shows it."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from provenet.case.audience_tables import OWN
from provenet.case.case import Case
from provenet.case.dictionary import Column, closed_columns
from provenet.case.tables import tables, vocabulary, words

PLANTS = (
    "<script>alert('planted')</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "{{7*7}}{% include 'layout.html.j2' %}",
    "</script><script>planted()</script>",
    "\u202egnp.exe\u2066",
    "javascript:alert(1)",
    "a\r\nSet-Cookie: planted=1",
    "=cmd|' /C calc'!A0",
    "\x00\ufffe null",
)
RESULTS = ("vendor_share", "verdict", "gap", "plan", "fund", "exposure", "concentration")
"""Tables of results that are planted too; the others are made by verbs alone."""
LEFT_OUT = frozenset({"retraction", "rule_pack", "run", "finding"})
"""Tables whose rows steer the case itself."""


def plant(place: str, at: int = 0) -> str:
    """One of the texts, another for each place."""
    return PLANTS[(sum(map(ord, place)) + at) % len(PLANTS)]


def planted_rows() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Rows of tables with an attack in every text column, each several times so that every text meets every table."""
    closed = {(name, column): kind for name, column, kind in closed_columns(vocabulary(), tables())}
    for name, spec in tables().items():
        if name in LEFT_OUT or (spec.kind == "result" and name not in RESULTS):
            continue
        rows = []
        for at in range(len(PLANTS)):
            row = {}
            for column in spec.columns:
                if column.name == "run_id":
                    continue
                word_list = closed.get((name, column.name))
                row[column.name] = words(word_list)[0] if word_list else _value(name, column, at)
            rows.append(row)
        yield name, rows


def _value(name: str, column: Column, at: int) -> Any:
    if column.fields:
        return [{field.name: _value(name, field, at) for field in column.fields}]
    if column.name in ("row_id", "file_id") or column.is_key:
        return f"{plant(name + column.name, at)} {at}"
    values: Mapping[str, Any] = {
        "text": plant(name + column.name, at),
        "list": [plant(name + column.name, at)],
        "int": at + 1,
        "float": 0.5,
        "bool": True,
        "date": date(2020, 1, 1 + at),
        "instant": datetime(2020, 1, 1, tzinfo=UTC),
    }
    return values[column.type]


def planted_case(case: Case) -> Case:
    """Fills a case with the rows."""
    # What a file of own networks brings is private, so those tables come in a run of their own.
    for is_own in (False, True):
        with case.writer("add", {"file": PLANTS[0]}, {"file": PLANTS[1] if is_own else "public"}) as run:
            for name, rows in planted_rows():
                if tables()[name].kind == "input" and (name in OWN) == is_own:
                    run.append(name, rows)
    for name, rows in planted_rows():
        if tables()[name].kind == "result":
            with case.writer("depend", {"country": PLANTS[0], "as_of": "2020-01-01", "of": name}, {"n": name}) as run:
                run.append(name, rows)
    return case
