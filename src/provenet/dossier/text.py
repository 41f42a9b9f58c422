"""Text of a page: keys, positions, names of asset classes, figures with their units, safe text and links."""

import re
from collections.abc import Mapping
from typing import Any

from provenet.core import wording
from provenet.core.answer import Interval, RowFigure, Slot

UNNAMED_WEIGHT = "weight (not named)"
"""What shares of a country are of in a plan or an answer on aid of a release that did not store it."""


def position(lat: float | None, lon: float | None) -> str:
    """A position to 0.1 degree, never finer."""
    if lat is None or lon is None:
        return "position not stated"
    return f"{abs(lat):.1f}° {'N' if lat >= 0 else 'S'}, {abs(lon):.1f}° {'E' if lon >= 0 else 'W'}"


_DROPPED_CODES = {
    *range(0x20),
    0x7F,
    *range(0x80, 0xA0),
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
    0xFFFE,
    0xFFFF,
}
_UNSHOWN = dict.fromkeys(_DROPPED_CODES - {0x09, 0x0A, 0x0D}, "\N{REPLACEMENT CHARACTER}")


def clean(text: str) -> str:
    """Text that a page may hold: control codes, marks that reverse reading order and lone surrogates are replaced."""
    # A letter that may be printed is none of those.
    return text if text.isprintable() else text.translate(_UNSHOWN).encode("utf-8", "replace").decode("utf-8")


_OUTSIDE_NAMES = re.compile(r"[^0-9A-Za-z._-]")


def anchor(key: str) -> str:
    """An id as the name of a place in a page."""
    return "id-" + _OUTSIDE_NAMES.sub("-", key)


def web_address(url: str | None) -> str | None:
    """An address that may become a link: http or https only."""
    return url if url and url.lower().startswith(("http://", "https://")) and not set(url) & set(" \t\r\n") else None


_MONEY = re.compile(r"([A-Z]{3})(?: of (\d{4}))?(?: (.+))?\Z")
_PART = re.compile(r"(?:share|chance)\b ?")
"""How the unit of a part of something begins, which is written as a percentage."""


def unit_of(row: Mapping[str, Any]) -> str:
    """The unit of the figure of an input, of many and as a part where it is one.

    >>> unit_of({"kind": "count", "unit_says": "site"}), unit_of({"kind": "share", "unit_says": "contracts"})
    ('sites', 'share of contracts')
    """
    unit, kind = row["unit_says"], row.get("kind")
    if kind == "share" and not _PART.match(unit):
        return f"share of {unit}"
    return f"{unit}s" if kind == "count" and not unit.endswith("s") else str(unit)


def measured(low: float | None, high: float | None, unit: str, *, rounded: bool = False) -> str:
    """A figure by its ends with its unit; a currency comes first. `rounded` writes amounts to three digits.

    >>> measured(2, 3, "years"), measured(92_000, 92_000, "EUR of 2026 an element"), measured(None, 5, "weeks")
    ('2 to 3 years', 'EUR 92,000 (2026 prices) an element', 'at most 5 weeks')
    >>> measured(12e6, 73.13e6, "EUR", rounded=True), measured(-0.25, 0.3, "share of the price")
    ('EUR 12 to 73.2 million', '-25 % to 30 % of the price')
    """
    if low is None and high is None:
        return wording.UNKNOWN
    if low is None or high is None:
        end = high if low is None else low
        return f"{'at least' if high is None else 'at most'} {measured(end, end, unit, rounded=rounded)}"
    if part := _PART.match(unit):
        ends = dict.fromkeys(f"{'-' * (one < 0)}{wording.percent(abs(one))}" for one in (low, high))
        return f"{' to '.join(ends)} {unit[part.end() :]}".strip()
    number = wording.amount_interval(low, high) if rounded else wording.figure_interval(low, high)
    money = _MONEY.match(unit)
    if money is None:
        return f"{number} {unit}".strip()
    year = f"({money[2]} prices)" if money[2] else ""
    return " ".join(part for part in (money[1], number, year, money[3]) if part)


def share_of(row: Mapping[str, Any], name: str, key: str) -> Slot:
    """A share or chance of a row by its ends."""
    low, high = row[f"low_{name}"], row[f"high_{name}"]
    return figure_of(wording.UNKNOWN, key) if low is None or high is None else Interval(low=low, high=high, row=key)


def figure_of(text: str, key: str) -> Slot:
    """A figure in words with the row that it leads to."""
    return RowFigure(text=text, row=key)


def prices_of(year: str | None) -> str:
    """The price year of amounts.

    >>> prices_of("2026"), prices_of(None)
    ('2026 prices', 'prices of a year not stated')
    """
    return f"{year} prices" if year else "prices of a year not stated"


def shorten(text: str, most: int = 150) -> str:
    """Whole words up to so many letters, for a cell of a table; the case holds the whole.

    >>> shorten("a sentence of many words", 12)
    'a sentence …'
    """
    return text if len(text) <= most else text[: text.rfind(" ", 0, most)].rstrip(" ,;:") + " …"
