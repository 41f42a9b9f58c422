"""The law of a page as known on a day: no later day stands on it, but as one ahead or in the footer of retrieval."""

import re
from collections.abc import Set
from dataclasses import dataclass
from datetime import date
from html.parser import HTMLParser

from markupsafe import Markup

from provenet.case.days_ahead import CLOSE, OPEN, days_after, enclosed, first_day, plain
from provenet.core.errors import SHOWN_FAULTS, Fault, PageRefused

_AROUND = 25
"""Letters of text shown on either side of a later day."""
AHEAD, RETRIEVAL = ("time", "ahead"), ("footer", "retrieval")
_VOID = frozenset(("meta", "br", "img", "col", "link", "input", "hr"))


@dataclass(frozen=True)
class LaterDay:
    """A day, month, quarter or year after the day known, with the text around it."""

    words: str
    text: str


def mark_ahead(text: str, of: date | None = None, *, known: date | None) -> str:
    """A text in which every day after the one known is marked as one ahead; markup stays markup.

    `of` is the day that the whole text names, where it is in another language than English.
    """
    if known is None:
        return text
    if of is not None:
        return Markup(tagged(f"{OPEN}{Markup.escape(text)}{CLOSE}")) if of > known else text
    markup = str(Markup.escape(plain(text) if not isinstance(text, Markup) else Markup(plain(text))))
    pieces = re.split(r"(<[^>]*>)", markup)
    return Markup(tagged("".join(one if one.startswith("<") else enclosed(one, known) for one in pieces)))


_PRICES_OF = re.compile(r"(?:\b[A-Z]{3}|[Pp]rices) of \Z")
"""What stands before the year of prices, which is that of the day in question: `EUR of 2019`, `(2019 prices)`."""


def with_days_of_rows(markup: str, days: Set[date], known: date) -> str:
    """A page's markup in which each day of `days` is enclosed as one ahead: as a day, its quarter or a year of prices.

    `days` are those that the question and rows known on the day hold in columns of days: a deadline, a contract
    expected, the day in question. What stands in tags, or as a day ahead already, stays as it is. Cost O(letters).
    """
    ahead = {one.isoformat() for one in days if one > known}
    quarters = {f"{one.year}-{3 * ((one.month - 1) // 3) + 1:02}-01" for one in days if one > known}
    years = {str(one.year) for one in days if one > known}
    if not ahead:
        return markup
    made, depth = [], 0
    for piece in re.split(rf"(<[^>]*>|{OPEN}[^{CLOSE}<]*{CLOSE})", markup):
        depth += piece.startswith("<time") - piece.startswith("</time")
        end, parts = 0, []
        for hit in [] if depth or piece[:1] in ("<", OPEN) else days_after(piece, known):
            part = hit.groupdict()
            is_quarter = part["quarter"] or part["then_quarter"] or part["word"]
            is_day = part["iso_day"] or part["day"] or part["us_day"]
            is_price = part["bare"] in years and (
                _PRICES_OF.search(piece, 0, hit.start()) or piece.startswith(" prices", hit.end())
            )
            if (is_day and first_day(hit) in ahead) or (is_quarter and first_day(hit) in quarters) or is_price:
                parts += [piece[end : hit.start()], OPEN, hit[0], CLOSE]
                end = hit.end()
        made.append("".join([*parts, piece[end:]]) if parts else piece)
    return "".join(made)


def tagged(markup: str) -> str:
    """Markup in which each enclosed day stands in `<time class="ahead">`; attributes keep its words alone.

    A text that was cut within an enclosure ends it at the next tag. Cost O(letters).
    """
    if OPEN not in markup and CLOSE not in markup:
        return markup
    made, is_open = [], False
    for piece in re.split(rf"(<[^>]*>|{OPEN}|{CLOSE})", markup):
        if piece == OPEN or (piece != CLOSE and not piece.startswith("<")):
            made.append(piece if piece != OPEN else "" if is_open else '<time class="ahead">')
            is_open = is_open or piece == OPEN
            continue
        made += ["</time>"] * is_open + [plain(piece)]
        is_open = False
    return "".join([*made, "</time>" * is_open])


def later_days(page: bytes, known: date, ids: Set[str] = frozenset()) -> list[LaterDay]:
    """Every day, month, quarter or year after `known` that a finished page names where it may not.

    It may stand in `<time class="ahead">`, a forecast, deadline or horizon, and in `<footer class="retrieval">`, and in
    the tag of one of `ids`: those of input rows known on that day, which whoever wrote the row chose. A page without
    any replays that day. Cost O(letters).
    """
    reader = _PageText(ids)
    reader.feed(page.decode("utf-8"))
    reader.close()
    text = "".join(reader.texts)
    found = []
    for hit in days_after(text, known):
        around = text[max(0, hit.start() - _AROUND) : hit.end() + _AROUND]
        found.append(LaterDay(text[hit.start() : hit.end()], " ".join(around.split())))
    return found


def refuse_later_days(page: bytes, known_on: date, name: str, *, ids: Set[str]) -> None:
    """Raises PageRefused for a page as known on a day that names a later one elsewhere than ahead or in its footer."""
    found = later_days(page, known_on, ids)
    faults = [
        Fault(
            name,
            f"the page, as known on {known_on}, names {one.words}, which is later",
            found=one.text,
            expected="later days only as deadlines, forecasts or horizons that follow from rows of that day",
            way_out="Find the row with this text and correct its day, or take it out; then run brief again.",
        )
        for one in found[:SHOWN_FAULTS]
    ]
    if found:
        raise PageRefused(faults, len(found))


class _PageText(HTMLParser):
    """The text of a page that a reader sees, and its addresses, without what may name later days."""

    def __init__(self, ids: Set[str]) -> None:
        super().__init__()
        self._ids = ids
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
        is_id = bool(self._open) and self._open[-1][0] == "code" and data in self._ids
        if not is_id and not any(hides for _, hides in self._open):
            self.texts.append(data)
