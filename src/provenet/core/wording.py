"""How figures are put into words, in one place: percentages, intervals, amounts of money, counts, days and lists.

Nothing here computes a figure; it only writes one. The rules:

- A share is written as a percentage with a space before the sign and the decimals that it needs, one at most unless
  `places` says otherwise: `57 %`, `57.1 %`. `fixed` keeps the decimals, for figures that stand under each other.
- A share that is not nothing is never written as 0, and one that is not the whole never as 100: `under 0.1 %`,
  `over 99.9 %`.
- An interval is `a to b` with its unit once: `51 to 91 %`, `EUR 12 to 73.2 million`. Its ends are rounded outwards, so
  that what is written holds all that was found; equal ends are written once, to the nearest digit. An end that is not
  itself held says so: `over 50 to 100 %`, `under 2 %`.
- An interval of the whole scale, or one without ends, is `not known`.
- An index from 0 to 10,000 is written in whole points, its ends rounded outwards: `1,740 to 5,162`.
- An amount has its currency first and three digits, in millions or billions: `EUR 118 million`. `exact` keeps every
  digit, for amounts that a source published.
- A count has thousands marks; `spelled` writes zero to twelve in words.
- A day is `23 November 2018`, a quarter `2027 Q4`. A list is `a, b and c`.

>>> interval(0.506, 0.906), amount_interval(12e6, 73_125_000, "EUR"), count(1200, "network"), series(["a", "b", "c"])
('50.6 to 90.6 %', 'EUR 12 to 73.2 million', '1,200 networks', 'a, b and c')
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import groupby
from math import ceil, floor, isclose, log10

from provenet.core.ids import names_in
from provenet.core.language import ENGLISH, Language

UNKNOWN = "not known"
MONTHS = names_in("January February March April May June July August September October November December")
_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def percent(share: float | None, *, places: int = 1, fixed: bool = False, language: Language = ENGLISH) -> str:
    """A share as a percentage; None is not known.

    Parameters
    ----------
    share
        1.0 is the whole; may be negative, as a change is.
    places
        The most decimals of the percentage.
    fixed
        Whether all of them are written, for figures that stand under each other.

    >>> percent(0.57), percent(0.5707), percent(0.0002), percent(0.9998), percent(-0.25), percent(None)
    ('57 %', '57.1 %', 'under 0.1 %', 'over 99.9 %', '-25 %', 'not known')
    >>> percent(0.0141, places=0), percent(0.5, places=2, fixed=True)
    ('1 %', '50.00 %')
    """
    if share is None:
        return language.text(UNKNOWN)
    mark, digits = _hundredths(share, places, fixed)
    return language.text(f"{mark}{{number}} %", number=language.number(digits))


def interval(
    low: float | None,
    high: float | None,
    *,
    places: int = 1,
    fixed: bool = False,
    low_open: bool = False,
    high_open: bool = False,
    whole: str = f"{UNKNOWN} (0 to 100 %)",
    language: Language = ENGLISH,
) -> str:
    """A share by its ends, from 0.0 to 1.0.

    Parameters
    ----------
    low, high
        The ends; an end that is None leaves the share not known.
    places, fixed
        As for `percent`.
    low_open, high_open
        Whether the end itself is excluded.
    whole
        What an interval from 0 to 1 is called: it says nothing of a share, yet may be a range that somebody assumed.

    >>> interval(0.51, 0.91), interval(0.5, 0.5), interval(0, 1), interval(None, 1)
    ('51 to 91 %', '50 %', 'not known (0 to 100 %)', 'not known')
    >>> interval(0.5, 1, low_open=True), interval(0, 0.02, high_open=True), interval(0.1, 0.2, high_open=True)
    ('over 50 to 100 %', 'under 2 %', '10 to under 20 %')
    >>> interval(0.40267, 0.69977), interval(0.40267, 0.40267), interval(0.0004, 0.9996)
    ('40.2 to 70 %', '40.3 %', 'under 0.1 to over 99.9 %')
    """
    if low is None or high is None:
        return language.text(UNKNOWN)
    if low <= 0 and high >= 1:
        return language.text(whole)
    is_point = isclose(low, high, rel_tol=0, abs_tol=_NOISE)
    over, first = _hundredths(low, places, fixed, rounding=_nearest if is_point else floor)
    under, last = _hundredths(high, places, fixed, rounding=_nearest if is_point else ceil)
    ends = {"first": language.number(first), "last": language.number(last)}
    if (over, first) == (under, last) and not (low_open or high_open):
        return language.text(f"{under}{{number}} %", number=ends["last"])
    if low <= 0 and high_open:
        return language.text("under {number} %", number=ends["last"])
    over, under = over or "over " * low_open, under or "under " * high_open
    return language.text(f"{over}{{first}} to {under}{{last}} %", **ends)


def points(low: float, high: float, language: Language = ENGLISH) -> str:
    """An index by its ends in whole points, rounded outwards; ends are true to a hundredth of a point.

    >>> points(1740.5, 5162.0003), points(3938, 3938), points(0.4, 10_000)
    ('1,740 to 5,162', '3,938', '0 to 10,000')
    """
    first, last = floor(low + 0.01), ceil(high - 0.01)
    ends = language.number(f"{first:,}"), language.number(f"{last:,}")
    return ends[0] if first >= last else language.text("{first} to {last}", first=ends[0], last=ends[1])


Rounding = Callable[[float], float]
"""To a whole number: `floor`, `ceil` or the nearest."""
_NOISE = 1e-9
"""What arithmetic leaves behind, as a share of the digit that is written."""


def _nearest(value: float) -> float:
    return round(value)


def _whole(value: float, rounding: Rounding) -> float:
    """A number rounded to a whole one; what lies within noise of a whole number is that number."""
    near = round(value)
    return near if isclose(value, near, rel_tol=_NOISE, abs_tol=_NOISE) else rounding(value)


def _hundredths(share: float, places: int, fixed: bool, *, rounding: Rounding = _nearest) -> tuple[str, str]:
    """The digits of a percentage, without the sign, after the word that says that it is under or over them."""
    digits = (
        round(share * 100, places)
        if rounding is _nearest
        else _whole(share * 10 ** (places + 2), rounding) / 10**places
    )
    least = 10.0**-places
    if 0 < share < 1 and (digits <= 0 or not share > least / 200):
        return "under ", f"{least:.{places}f}"
    if 0 < share < 1 and (digits >= 100 or not share < 1 - least / 200):
        return "over ", f"{100 - least:.{places}f}"
    text = f"{digits:.{places}f}"
    return "", text if fixed or "." not in text else text.rstrip("0").rstrip(".")


def amount(
    value: float | None, currency: str | None = None, *, exact: bool = False, language: Language = ENGLISH
) -> str:
    """An amount of money to three digits, in millions or billions; None is not known.

    `exact` keeps every digit and writes millions only where that loses none.

    >>> amount(1_234_000_000, "EUR"), amount(39_609_375, "EUR"), amount(999.7e6), amount(0, "EUR")
    ('EUR 1.23 billion', 'EUR 39.6 million', '1 billion', 'EUR 0')
    >>> amount(1_234_567_890, "JPY", exact=True), amount(2_450_000, "EUR", exact=True)
    ('JPY 1,234,567,890', 'EUR 2.45 million')
    """
    if value is None:
        return language.text(UNKNOWN)
    return _of_currency(language.large(*_large(value, _nearest, exact)), currency, language)


def amount_interval(
    low: float | None,
    high: float | None,
    currency: str | None = None,
    *,
    exact: bool = False,
    language: Language = ENGLISH,
) -> str:
    """An amount of money by its ends; the word million or billion stands once where both ends share it.

    >>> amount_interval(0, 73_125_000, "EUR"), amount_interval(5, 5, "EUR"), amount_interval(900_000, 1_200_000)
    ('EUR 0 to 73.2 million', 'EUR 5', '900,000 to 1.2 million')
    >>> amount_interval(None, 5e6, "EUR"), amount_interval(5e6, None, "EUR"), amount_interval(None, None)
    ('at most EUR 5 million', 'at least EUR 5 million', 'not known')
    >>> amount_interval(1, 1e6, "EUR")  # "EUR 1 to 1 million" would be read two ways
    'EUR 1 to EUR 1 million'
    """
    if low is None and high is None:
        return language.text(UNKNOWN)
    if low is not None and high is not None and isclose(low, high, rel_tol=_NOISE):
        return amount(low, currency, exact=exact, language=language)
    first = "" if low is None else language.large(*_large(low, floor, exact))
    last = "" if high is None else language.large(*_large(high, ceil, exact))
    if not (first and last):
        end = _of_currency(first or last, currency, language)
        return language.text("at least {amount}" if first else "at most {amount}", amount=end)
    unit = last[len(last.rstrip(_LETTERS)) :]
    is_large = unit[:1].isspace() or not last[-1:].isdigit()
    if currency and low and is_large and (abs(low) < LEAST_APART or (not unit and first[-1:].isdigit())):
        first, last = (_of_currency(one, currency, language) for one in (first, last))
        return language.text("{first} to {last}", first=first, last=last)
    first = first.removesuffix(unit) if unit[:1].isspace() else first
    return _of_currency(language.text("{first} to {last}", first=first, last=last), currency, language)


LEAST_APART = 1000
"""From here on an amount in digits is not taken for millions where it stands before an amount in millions."""
_LETTERS = "abcdefghijklmnopqrstuvwxyzM. \N{NO-BREAK SPACE}"
"""What the words for large numbers are made of, where a space stands before them."""


def _of_currency(amount: str, currency: str | None, language: Language) -> str:
    """An amount beside its currency."""
    if not currency:
        return amount
    message = "{currency} {amount}" if amount[-1:].isdigit() else "{currency} {millions}"
    return language.text(message, currency=language.currency(currency), amount=amount, millions=amount)


def _large(value: float, rounding: Rounding, exact: bool) -> tuple[str, str]:
    """The digits of an amount, and the word million or billion after them; `exact` keeps every digit."""
    if exact:
        large = value / 1_000_000
        in_millions = abs(large) >= 1 and round(large, 2) == large
        shown = large if in_millions else value
        return f"{shown:,.{0 if shown == int(shown) else 2}f}", "million" * in_millions
    for unit, word in ((1e9, "billion"), (1e6, "million")):
        if abs(value) >= unit * (0.9995 if rounding is _nearest else 1.0):
            part = abs(value / unit)
            places = 0 if part >= 99.95 else 1 if part >= 9.995 else 2
            digits = value / unit if rounding is _nearest else _whole(value / unit * 10**places, rounding) / 10**places
            text = f"{digits:,.{places}f}"
            return text.rstrip("0").rstrip(".") if "." in text else text, word
    return f"{value if rounding is _nearest else _whole(value, rounding):,.0f}", ""


def figure(value: float) -> str:
    """A number that bears no unit of its own: four digits, and whole from ten thousand on.

    >>> figure(0.01), figure(1234.56), figure(36_000)
    ('0.01', '1,235', '36,000')
    """
    return f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"


def figure_interval(low: float, high: float) -> str:
    """Such a number by its ends, rounded outwards.

    >>> figure_interval(2, 3), figure_interval(1234.56, 36_000.4), figure_interval(0.123456, 0.123456)
    ('2 to 3', '1,234 to 36,001', '0.1235')
    """
    if isclose(low, high, rel_tol=_NOISE):
        return figure(low)
    return f"{figure(_outward(low, floor))} to {figure(_outward(high, ceil))}"


def _outward(value: float, rounding: Rounding) -> float:
    """A number at four digits, whole from ten thousand on, rounded to one side."""
    if value == 0 or abs(value) >= 1e4:
        return _whole(value, rounding)
    step = 10.0 ** max(floor(log10(abs(value))) - 3, -300)
    return _whole(value / step, rounding) * step


def plural(number: float, one: str, many: str | None = None) -> str:
    """The form of a word that a number calls for; `many` where it is not one + s, es or ies.

    >>> plural(1, "policy"), plural(2, "policy"), plural(0, "claim"), plural(2, "has", "have")
    ('policy', 'policies', 'claims', 'have')
    """
    if number == 1:
        return one
    if many is not None:
        return many
    if one.endswith("y") and one[-2:-1] not in "aeiou":
        return f"{one[:-1]}ies"
    return f"{one}es" if one.endswith(("s", "x", "ch", "sh")) else f"{one}s"


def count(
    number: int, one: str = "", many: str | None = None, *, spelled: bool = False, language: Language = ENGLISH
) -> str:
    """A number with its noun, if any; `spelled` writes small numbers in words, as an English sentence does.

    >>> count(1, "claim"), count(12_000, "claim"), count(2, "claim", spelled=True), count(0, "policy", spelled=True)
    ('1 claim', '12,000 claims', 'two claims', 'no policies')
    """
    words = number_word(number) if spelled and language is ENGLISH else language.number(f"{number:,}")
    if not one:
        return words
    return language.noun(number, f"{{number}} {one}", f"{{number}} {plural(2, one, many)}", number=words)


def number_word(number: int) -> str:
    """A number in a sentence: zero to twelve in words, others in digits.

    >>> number_word(0), number_word(3), number_word(20)
    ('no', 'three', '20')
    """
    return _SMALL[number] if 0 <= number < len(_SMALL) else str(number)


def series(
    items: Iterable[object], last: str = "and", *, shown: int | None = None, language: Language = ENGLISH
) -> str:
    """A list in a sentence; with `shown`, that many of it and how many more there are.

    >>> series(["a", "b", "c"]), series(["a", "b"], "or"), series(["a"]), series([])
    ('a, b and c', 'a or b', 'a', '')
    >>> series("abcde", shown=3)
    'a, b, c and 2 more'
    """
    words = [str(item) for item in items]
    if shown is not None and len(words) > shown:
        words = [*words[:shown], f"{len(words) - shown:,} more"]
        last = "and"
    if len(words) < 2:
        return "".join(words)
    return f"{language.text(', ').join(words[:-1])}{language.text(f' {last} ')}{words[-1]}"


def day(of: date | None, language: Language = ENGLISH) -> str:
    """A day as a sentence writes it; None is not known.

    >>> day(date(2018, 11, 23))
    '23 November 2018'
    """
    if of is None:
        return language.text(UNKNOWN)
    message = "{day} {month} {year}" if of.day > 1 else "1 {month} {year}"
    return language.text(message, day=of.day, month=language.text(MONTHS[of.month - 1]), year=of.year)


def days(low: date, high: date, language: Language = ENGLISH) -> str:
    """The first and the last of some days as a sentence writes them, shared parts once.

    >>> days(date(2025, 5, 7), date(2025, 5, 13))
    '7 to 13 May 2025'
    >>> days(date(2019, 11, 27), date(2020, 2, 28)), days(date(2025, 5, 7), date(2025, 5, 7))
    ('27 November 2019 to 28 February 2020', '7 May 2025')
    """
    if low == high:
        return day(low, language)
    if low.year != high.year or language is not ENGLISH:
        return language.text("{first} to {last}", first=day(low, language), last=day(high, language))
    month = "" if low.month == high.month else f" {MONTHS[low.month - 1]}"
    return f"{low.day}{month} to {day(high)}"


def month_or_years(first: date, last: date, language: Language = ENGLISH) -> str:
    """The month or the years in which two days lie.

    >>> month_or_years(date(2024, 12, 1), date(2024, 12, 31)), month_or_years(date(2024, 1, 1), date(2025, 12, 31))
    ('December 2024', '2024 to 2025')
    """
    if (first.year, first.month) == (last.year, last.month):
        return language.text("{month} {year}", month=language.text(MONTHS[last.month - 1]), year=last.year)
    if first.year == last.year:
        return language.text("{year}", year=last.year)
    return language.text("{first_year} to {last_year}", first_year=first.year, last_year=last.year)


def quarter(of: date, language: Language = ENGLISH) -> str:
    """The quarter of a day.

    >>> quarter(date(2027, 12, 31))
    '2027 Q4'
    """
    return language.text("{year} Q{quarter}", year=of.year, quarter=(of.month - 1) // 3 + 1)


def quarters(days: Iterable[date]) -> str:
    """The quarters of days, neighbours joined.

    >>> quarters([date(2027, 10, 1), date(2028, 1, 1), date(2028, 7, 1)])
    '2027 Q4 to 2028 Q1, 2028 Q3'
    """
    numbers = sorted({of.year * 4 + (of.month - 1) // 3 for of in days})
    runs: list[Sequence[str]] = []
    for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        names = [f"{number // 4} Q{number % 4 + 1}" for _, number in run]
        runs.append(tuple(dict.fromkeys((names[0], names[-1]))))
    return ", ".join(" to ".join(ends) for ends in runs)


_COUNTRIES = (
    "Bahamas, Central African Republic, Comoros, Cook Islands, Dominican Republic, Faroe Islands, Gambia, Maldives, "
    "Marshall Islands, Netherlands, Philippines, Seychelles, Solomon Islands, United Arab Emirates, United Kingdom, "
    "United States"
)
_WITH_ARTICLE = frozenset(_COUNTRIES.split(", "))


def country(name: str, language: Language = ENGLISH) -> str:
    """The name of a country within a sentence; other languages take it bare.

    >>> country("United Kingdom"), country("Poland")
    ('the United Kingdom', 'Poland')
    """
    return f"the {name}" if language is ENGLISH and name in _WITH_ARTICLE else language.country(name)


def asset_class(name: str) -> str:
    """An asset class in words.

    >>> [asset_class(name) for name in ("core.control_plane", "ran", "mgmt.oss", "access_fixed")]
    ['core: control plane', 'RAN', 'management: OSS', 'fixed access']
    """
    first, _, rest = name.partition(".")
    words = "RAN" if first == "ran" else first.replace("_", " ")
    words = {"mgmt": "management", "cpe": "customer equipment (CPE)", "access fixed": "fixed access"}.get(words, words)
    return f"{words}: {rest.replace('_', ' ').replace('.', ': ').replace('oss', 'OSS')}" if rest else words


def letters(number: int) -> str:
    """0, 1, 2 ... as a, b, c ... z, aa, ab."""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(97 + rest) + text
    return text
