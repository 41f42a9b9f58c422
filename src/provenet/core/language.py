"""Languages: the words of ours in each, and how each writes numbers, amounts, countries and currencies (CLDR).

A message stands in the catalogue of each language, `languages/CODE.po`, compiled by `make catalogues`; one that a
catalogue lacks stays English. Only English asks for no package.
"""

import gettext
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from provenet.core.countries import countries

LANGUAGES = {"en": "English", "de": "Deutsch", "it": "Italiano", "ja": "日本語"}
"""The languages of pages, each by its own name."""
CATALOGUES = Path(__file__).resolve().parent / "languages"
UNITS = {"": 0, "million": 6, "billion": 9}
"""The words for large numbers in English, by the zeros that they stand for."""
_LONG = ("it",)
"""Languages that write million and billion out; others shorten them."""


@dataclass(frozen=True)
class Language:
    """One language; what rows and sources say stays in their words."""

    code: str
    catalogue: gettext.NullTranslations

    def text(self, message: str, /, **words: object) -> str:
        """A message in this language with its words put in; in English where the catalogue lacks it.

        >>> ENGLISH.text("{day} {month} {year}", day=1, month="May", year=2030)
        '1 May 2030'
        """
        found = self.catalogue.gettext(message) if message else ""
        return found.format(**words) if words else found

    def noun(self, count: float, one: str, many: str, **words: object) -> str:
        """The message for one or that for many, as a count calls for it."""
        return self.catalogue.ngettext(one, many, 1 if count == 1 else 2).format(**words)

    def number(self, digits: str) -> str:
        """A number as English writes it, with the marks of this language; its digits stay."""
        return digits.translate(_marks(self.code)) if digits else ""

    def large(self, digits: str, unit: str) -> str:
        """A number of millions or billions with their word."""
        if self.code == ENGLISH.code or not unit:
            return f"{self.number(digits)} {unit}".strip()
        value = Decimal(digits.replace(",", "")).scaleb(UNITS[unit])
        kind = "long" if self.code in _LONG else "short"
        return str(
            _cldr("numbers").format_compact_decimal(value, locale=self.code, format_type=kind, fraction_digits=9)
        )

    def currency(self, code: str) -> str:
        """A currency beside an amount: its code, in Japanese its name."""
        if self.code != "ja" or code == "JPY":
            return self.text(code)
        return str(_cldr("numbers").get_currency_name(code, locale=self.code))

    def country(self, name: str) -> str:
        """A country by its name in this language; one that no list has as it is named."""
        code = countries().code(name)
        if self.code == ENGLISH.code or code is None:
            return self.text(name)
        return str(_cldr("core").Locale.parse(self.code).territories.get(code, name))


def _cldr(part: str) -> Any:
    """A part of the package that holds CLDR, loaded where another language than English asks for it."""
    from babel import core, numbers

    return {"core": core, "numbers": numbers}[part]


@cache
def _marks(code: str) -> dict[int, str]:
    """The marks of thousands and decimals by those of English."""
    if code == ENGLISH.code:
        return {}
    numbers = _cldr("numbers")
    return str.maketrans({",": numbers.get_group_symbol(code), ".": numbers.get_decimal_symbol(code)})


ENGLISH = Language("en", gettext.NullTranslations())


@cache
def language(code: str) -> Language:
    """The language of a code; English for one that there is not."""
    place = CATALOGUES / f"{code}.mo"
    if code == ENGLISH.code or code not in LANGUAGES or not place.is_file():
        return ENGLISH
    with place.open("rb") as stream:
        return Language(code, gettext.GNUTranslations(stream))
