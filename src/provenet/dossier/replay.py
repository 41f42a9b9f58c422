"""The gate of a page as known on a day: no later day stands on it, but as one ahead or in the footer of retrieval."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from html.parser import HTMLParser

from markupsafe import Markup

from provenet.core.wording import MONTHS

_MONTH = "|".join(f"{name}|{name[:3]}" for name in sorted(MONTHS, key=len, reverse=True))
_YEAR = r"(?:19|20|21)\d\d"
_DAY = re.compile(
    rf"""(?<![\w.,])(?:
    (?P<iso>{_YEAR})[-/](?P<iso_month>0[1-9]|1[0-2]|[1-9])(?:[-/](?P<iso_day>[0-3]?\d))?(?![\w-])
  | (?:(?P<day>[0-3]?\d)(?:st|nd|rd|th)?\.?[ \xa0](?:of[ ])?)?
    (?P<month>{_MONTH})\b\.?,?[ \xa0](?:of[ ])?(?P<year>{_YEAR})(?!\d)
  | (?P<us_month>{_MONTH})\.?[ \xa0](?P<us_day>[0-3]?\d),[ \xa0](?P<us_year>{_YEAR})(?!\d)
  | Q(?P<quarter>[1-4])[ \xa0/-]?(?P<quarter_year>{_YEAR})(?!\d)
  | (?P<year_first>{_YEAR})[ \xa0/-]?Q(?P<then_quarter>[1-4])\b
  | (?P<word>first|second|third|fourth|1st|2nd|3rd|4th)[ ]quarter[ ](?:of[ ])?(?P<word_year>{_YEAR})(?!\d)
    )
  | (?<![\d.,])(?P<packed>20\d{{6}})(?!\d)
  | (?<![\d.,])(?P<bare>{_YEAR})(?![\d]|[.,]\d)""",
    re.IGNORECASE | re.VERBOSE,
)
_ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
_ROW_ID = re.compile(r"\b[a-z_]+-[0-9a-f]{16}\b")
_AROUND = 25
"""Letters of text shown on either side of a later day."""
AHEAD, RETRIEVAL = ("time", "ahead"), ("footer", "retrieval")
_VOID = frozenset(("meta", "br", "img", "col", "link", "input", "hr"))


@dataclass(frozen=True)
class LaterDay:
    """A day, month, quarter or year after the day known, with the text around it."""

    words: str
    text: str


def days_after(text: str, known: date) -> Iterator[re.Match[str]]:
    """The days, months, quarters and years in a text that begin after a day; ids of rows name none.

    >>> [hit[0] for hit in days_after("2018-11-23, December 2018, Q4 2018, 4 May 2019 and 2018", date(2018, 11, 23))]
    ['December 2018', '4 May 2019']
    """
    bare = _ROW_ID.sub(lambda found: "x" * len(found[0]), text)
    yield from (hit for hit in _DAY.finditer(bare) if _first_day(hit) > known.isoformat())


def mark_ahead(text: str, known: date | None) -> str:
    """A text in which every day after the one known is marked as one ahead; markup stays markup."""
    if known is None:
        return text
    markup = str(Markup.escape(text))
    pieces = re.split(r"(<[^>]*>)", markup)
    return Markup("".join(piece if piece.startswith("<") else _marked(piece, known) for piece in pieces))


def _marked(piece: str, known: date) -> str:
    made, end = [], 0
    for hit in days_after(piece, known):
        made += [piece[end : hit.start()], f'<time class="ahead">{hit[0]}</time>']
        end = hit.end()
    return "".join([*made, piece[end:]])


def later_days(page: bytes, known: date) -> list[LaterDay]:
    """Every day, month, quarter or year after `known` that a finished page names where it may not.

    It may stand in `<time class="ahead">`, a forecast, deadline or horizon, and in `<footer class="retrieval">`. A page
    without any replays that day. Cost O(letters).
    """
    reader = _Reader()
    reader.feed(page.decode("utf-8"))
    reader.close()
    text = "".join(reader.texts)
    found = []
    for hit in days_after(text, known):
        around = text[max(0, hit.start() - _AROUND) : hit.end() + _AROUND]
        found.append(LaterDay(text[hit.start() : hit.end()], " ".join(around.split())))
    return found


class _Reader(HTMLParser):
    """The text of a page that a reader sees, and its addresses, without what may name later days."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in _VOID:
            return
        classes = (given.get("class") or "").split()
        is_apart = any(tag == name and css in classes for name, css in (AHEAD, RETRIEVAL))
        self._open.append((tag, is_apart or tag in {"style", "script", "title"}))
        if tag not in {"span", "a", "b", "small", "time", "tspan", "i", "sup"}:
            self.texts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not any(hides for _, hides in self._open):
            self.texts.append(data)


def _first_day(hit: re.Match[str]) -> str:
    """The first day that a match may mean, as ISO text; of a bare year its first day."""
    part = hit.groupdict()
    if part["bare"]:
        return f"{part['bare']}-01-01"
    if part["packed"]:
        whole = part["packed"]
        return f"{whole[:4]}-{whole[4:6]}-{whole[6:]}"
    if part["iso"]:
        return f"{part['iso']}-{int(part['iso_month']):02}-{int(part['iso_day'] or 1):02}"
    year = part["year"] or part["us_year"]
    if year:
        month, day = part["month"] or part["us_month"], part["day"] or part["us_day"]
        return f"{year}-{_month(month):02}-{int(day or 1):02}"
    year = part["quarter_year"] or part["year_first"] or part["word_year"]
    number = part["quarter"] or part["then_quarter"] or _ORDINALS[(part["word"] or "").lower()]
    return f"{year}-{3 * int(number) - 2:02}-01"


def _month(name: str) -> int:
    return next(at for at, month in enumerate(MONTHS, start=1) if month.lower().startswith(name.lower()[:3]))
