"""Formatting for pages: shares, days, lists, names. Nothing here computes a figure; it only spells one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def day_words(day: date) -> str:
    """23 November 2018."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def percent(share: float) -> str:
    """A share as a percentage with the digits it needs, one decimal at most: 0.57 is 57%, 0.5707 is 57.1%."""
    value = round(share * 100, 1)
    if 0 < share <= 0.0005:
        return "under 0.1%"
    if 0.9995 <= share < 1:
        return "over 99.9%"
    return f"{value:.0f}%" if value == int(value) else f"{value:.1f}%"


def share_words(low: float, high: float, *, low_open: bool = False, high_open: bool = False) -> str:
    """An interval of shares in words; the whole scale is said to be not known.

    >>> share_words(0.5, 1.0, low_open=True)
    'over 50%, up to 100%'
    """
    if low <= 0 and high >= 1:
        return "not known (0% to 100%)"
    if low == high:
        return percent(low)
    if low <= 0 and high_open:
        return f"under {percent(high)}"
    start = f"over {percent(low)}" if low_open else percent(low)
    if high_open:
        return f"{start}, under {percent(high)}"
    return f"{start}, up to {percent(high)}" if low_open else f"{start} to {percent(high)}"


def money(amount: float, currency: str) -> str:
    """An amount with thousands marks; in millions where that loses nothing."""
    large = amount / 1_000_000
    if abs(large) >= 1 and round(large, 2) == large:
        return f"{_digits(large)} million {currency}"
    return f"{_digits(amount)} {currency}"


def _digits(amount: float) -> str:
    return f"{amount:,.0f}" if amount == int(amount) else f"{amount:,.2f}"


def amount_words(low: float | None, high: float | None, currency: str) -> str:
    """A range of amounts in words; null ends are said."""
    if low is None and high is None:
        return "amount not stated"
    if high is None and low is not None:
        return f"at least {money(low, currency)}"
    if low is None and high is not None:
        return f"at most {money(high, currency)}"
    if low is None or high is None or low == high:
        return money(low or 0.0, currency)
    return f"{money(low, currency)} to {money(high, currency)}"


def join_words(items: Sequence[str], last: str = "and") -> str:
    """a, b and c."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def number_words(count: int) -> str:
    """Small numbers in words, larger ones in digits."""
    return _SMALL[count] if 0 <= count < len(_SMALL) else str(count)


def count_words(count: int, one: str, many: str | None = None) -> str:
    """one claim, two claims, 20 claims."""
    return f"{number_words(count)} {one if count == 1 else many or one + 's'}"


def letters(number: int) -> str:
    """0, 1, 2 ... as a, b, c ... z, aa, ab."""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(97 + rest) + text
    return text


def position_words(lat: float | None, lon: float | None) -> str:
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
    return text.translate(_UNSHOWN).encode("utf-8", "replace").decode("utf-8")


def anchor(key: str) -> str:
    """An id as the name of a place in a page."""
    return "id-" + "".join(c if c.isascii() and (c.isalnum() or c in "-._") else "-" for c in key)


def web_address(url: str | None) -> str | None:
    """An address that may become a link: http or https only."""
    return url if url and url.lower().startswith(("http://", "https://")) and not set(url) & set(" \t\r\n") else None


def class_words(asset_class: str) -> str:
    """core.control_plane is `core: control plane`."""
    first, _, rest = asset_class.partition(".")
    words = "RAN" if first == "ran" else first.replace("_", " ")
    words = {"mgmt": "management", "cpe": "customer equipment (CPE)", "access fixed": "fixed access"}.get(words, words)
    return f"{words}: {rest.replace('_', ' ').replace('.', ': ').replace('oss', 'OSS')}" if rest else words


def plain_words(key: str) -> str:
    """A key with its underscores read as spaces."""
    return key.replace("_", " ")
