"""A language of the first page: sentences from a catalogue, and figures whose digits stay as they are.

A figure is never formatted anew. It is the English figure with its few words put into the other language and the
decimal mark of that language, so the digits are the same by construction.
"""

from __future__ import annotations

import gettext
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from provenet.core import wording

HERE = Path(__file__).resolve().parent / "languages"
LANGUAGES = ("de", "it", "ja")
BY_COUNTRY = {"DE": "de", "AT": "de", "CH": "de", "LI": "de", "IT": "it", "SM": "it", "JP": "ja"}
"""The language in which a country's first page is written too, where a catalogue exists."""

_NUMBER = re.compile(r"(?<![A-Za-z\d])\d[\d,]*(?:\.\d+)?(?![A-Za-z\d])")
_WORD = re.compile(r"[A-Za-z]+")
_CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True)
class Language:
    """A language with its catalogue."""

    code: str
    catalogue: gettext.NullTranslations

    def text(self, message: str, **words: object) -> str:
        """A sentence of the catalogue with its words put in. Raises KeyError for one that the catalogue lacks."""
        found = self.catalogue.gettext(message)
        return found.format(**words) if words else found

    def known(self, name: str) -> str:
        """A name that the catalogue may know, such as that of a country or of a part of a network; else as it is."""
        try:
            return self.catalogue.gettext(name)
        except KeyError:
            return name

    def figure(self, words: str) -> str:
        """A figure of `core.wording` in this language: `40.3 to 70 %` is `40,3 bis 70 %`.

        A figure with a word that no catalogue knows, such as a unit of the case's own, stands as it is.
        """
        marks = self.text("decimal and thousands marks: .,")[-2:]
        numbers = _NUMBER.sub(lambda found: found[0].translate(str.maketrans(".,", marks)), words)
        numbers = _RANGE.sub(lambda found: f"\0{_PHRASES.index(_BEGINS)}\0{found[0]}", numbers)
        numbers = _BOUND.sub(lambda found: f"\1{_BOUNDS.index(found[1])}\1{found[2]}\1", numbers)
        for at, phrase in enumerate(_PHRASES):
            numbers = numbers.replace(phrase, f"\0{at}\0")
        left = [one for one in _WORD.findall(numbers) if not _CURRENCY.fullmatch(one)]
        if left:
            return words
        bounded = re.sub(
            "\1(\\d)\1(.*?)\1", lambda found: self.text(_BOUND_TEXTS[int(found[1])], number=found[2]), numbers
        )
        return re.sub("\0(\\d+)\0", lambda found: self._phrase(_PHRASES[int(found[1])]), bounded)

    def _phrase(self, phrase: str) -> str:
        return self.text(phrase).removeprefix(_BEGINS)

    def join(self, sentences: list[str]) -> str:
        """Sentences one after another."""
        return ("" if self.code == "ja" else " ").join(sentences)

    def aside(self, parts: list[str]) -> str:
        """Parts of a sentence beside each other."""
        return ("、" if self.code == "ja" else "; ").join(parts)

    def day(self, day: date) -> str:
        """A day as a sentence writes it."""
        month = self.text(wording.MONTHS[day.month - 1])
        first = "º" if self.code == "it" and day.day == 1 else ""
        return self.text("{day} {month} {year}", day=f"{day.day}{first}", month=month, year=day.year)

    def quarter(self, day: date) -> str:
        """The quarter of a day as a sentence writes it, with the word for `in`."""
        return self.text("in {year} Q{quarter}", quarter=(day.month + 2) // 3, year=day.year)

    @property
    def stop(self) -> str:
        """What ends a sentence."""
        return "。" if self.code == "ja" else "."

    def series(self, items: list[str]) -> str:
        """A list in a sentence."""
        if len(items) < 2:
            return "".join(items)
        comma = self.text("list comma: , ").partition(": ")[2]
        return self.text("{first} and {last}", first=comma.join(items[:-1]), last=items[-1])


_BEGINS = "a range begins: "
_PHRASES = ("exactly as published", "exact", "not known", " to ", " million", " billion", _BEGINS)
"""The words of figures, longer ones first, and what some languages set before a range."""
_BOUNDS = ("over", "under")
_BOUND_TEXTS = ("over {number}", "under {number}")
_BOUND = re.compile(rf"\b({'|'.join(_BOUNDS)}) (\d[\d.,]*(?: %)?)")
_RANGE = re.compile(
    rf"(?:[A-Z]{{3}} )?(?:\b(?:{'|'.join(_BOUNDS)}) )?(?<![\d.,])\d[\d.,]*(?: million| billion| %)? to "
)


class _Complete(gettext.NullTranslations):
    """What a catalogue without a message comes to: a fault, never English on a page that is not."""

    def gettext(self, message: str) -> str:
        raise KeyError(f"the catalogue lacks the message {message!r}")


@cache
def language(code: str) -> Language:
    """A language by its code. Raises ValueError for one without a catalogue."""
    if code not in LANGUAGES:
        raise ValueError(f"language: found {code!r}, expected one of {', '.join(LANGUAGES)}.")
    with (HERE / f"{code}.mo").open("rb") as file:
        found = gettext.GNUTranslations(file)
    found.add_fallback(_Complete())
    return Language(code, found)


def figures_of(text: str) -> list[str]:
    """The digits of a text, marks left out, to compare a page with another language's.

    >>> figures_of("40.3 to 70 %") == figures_of("40,3 bis 70 %")
    True
    """
    return re.findall(r"\d+", re.sub(r"(?<=\d)[.,](?=\d)", "", text))
