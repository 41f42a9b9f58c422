"""The figures of a page, a text or an answer, in order: numbers, days, ids and citations. Words are left out.

An editor may write a page anew; its figures stay. `25 November 2026` and `2026-11-25` are one day, `40.3%` and
`40.3 %` one number, `1,234` and `1234` too. Digests are kept by their first five digits: `share-cf8a7`. Ids of runs
digest the code and are left out, and so are names that hold a digit but count nothing (5G).
"""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
MONTH = {month: number for number, month in enumerate(MONTHS, 1)}
SILENT = {"style", "script"}
_OF_THE_CODE = re.compile(r"(?<=\d\.\d\.\d)\+[0-9a-f]{10}\b")
# Marks of a drawing (clip paths, hatchings) and of the page's own sections point at no row.
STORED = re.compile(r"id-.+|source-\d+")
DIGEST = re.compile(r"(?<=-[0-9a-f]{5})[0-9a-f]{11}\b")
FIGURE = re.compile(
    rf"""
      (?P<run>(?:screen|depend|expose|check|brief|ach)-[0-9a-f]{{16}})
    | (?P<cite>\[\d+\])
    | (?P<day>\b\d{{1,2}}\ (?:{"|".join(MONTHS)})\ \d{{4}}\b)
    | (?P<month>\b(?:{"|".join(MONTHS)})\ \d{{4}}\b)
    | (?P<name>\b(?:[2-6]G[CA]?|3GPP|O2|IPv[46]|layer[ -]\d)\b)
    | (?P<id>[A-Za-z][A-Za-z_]*(?:-[A-Za-z0-9_]+)*-[A-Za-z0-9_]*\d[A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*)
    | (?P<iso>\d{{4}}-\d{{2}}(?:-\d{{2}})?(?!\d))
    | (?P<number>(?:(?<![\w.,)])[-−+])?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?)
    """,
    re.VERBOSE | re.IGNORECASE,
)


def figures_of_text(text: str) -> Iterator[str]:
    """The figures of one piece of text, each in its one form."""
    for found in FIGURE.finditer(text):
        kind, word = found.lastgroup, found.group()
        if kind in ("run", "name"):
            continue
        if kind == "day":
            day, month, year = word.split()
            yield f"{year}-{MONTH[month.capitalize()]:02}-{int(day):02}"
        elif kind == "month":
            month, year = word.split()
            yield f"{year}-{MONTH[month.capitalize()]:02}"
        elif kind == "number":
            yield word.replace("−", "-").replace(",", "").removeprefix("+")
        else:
            yield DIGEST.sub("", word)


class _Figures(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.figures: list[str] = []
        self._now: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.end_piece()
        self._silent += tag in SILENT
        for name, value in attrs:
            mark = (value or "").removeprefix("#")
            if name == "id" and STORED.fullmatch(mark):
                self.figures.append("id=" + DIGEST.sub("", mark))
            elif name == "href" and STORED.fullmatch(mark):
                self.figures.append("to=" + DIGEST.sub("", mark))

    def handle_endtag(self, tag: str) -> None:
        self.end_piece()
        self._silent -= tag in SILENT

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._now.append(data)

    def end_piece(self) -> None:
        self.figures += figures_of_text(" ".join("".join(self._now).split()))
        self._now = []


def figures_of_page(page: bytes) -> list[str]:
    """Every figure of an HTML page in order: its text, its drawings' text, the ids it gives and the links to them.

    The digest of the code changes with every change of it: it is no figure of a page.
    """
    reader = _Figures()
    reader.feed(_OF_THE_CODE.sub("", page.decode("utf-8")))
    reader.close()
    reader.end_piece()
    return reader.figures


def figures_of_answer(answer: Any, place: str = "") -> dict[str, str]:
    """Every figure of a `--json` answer by its place, such as `countries.0.fund.mid_after_share`."""
    if isinstance(answer, dict):
        parts = [(str(key), value) for key, value in answer.items() if key != "run_id"]
    elif isinstance(answer, list):
        parts = [(str(at), value) for at, value in enumerate(answer)]
    else:
        figures = figures_of_text(answer) if isinstance(answer, str) else [json.dumps(answer)]
        return {place: " ".join(figures)}
    found: dict[str, str] = {}
    for name, value in parts:
        found |= figures_of_answer(value, f"{place}.{name}" if place else name)
    return found
