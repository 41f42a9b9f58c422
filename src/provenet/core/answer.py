"""An answer as data: a question, a finding, sentences whose slots hold typed values, and the rows they stand on.

A sentence is a message with slots in braces. The message stands in the catalogue of each language; a slot holds a
share, an amount, a day, a count, a name or a quotation, never prose: each page puts the same values into words, in the
language of its reader.
"""

from collections.abc import Iterator
from datetime import date
from string import Formatter
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, computed_field

from provenet.core import wording
from provenet.core.language import ENGLISH, Language


class Piece(NamedTuple):
    """A piece of a sentence: `text` of ours, a `name` or `quotation` of the case, a `day`, or a `figure` of `row`."""

    kind: Literal["text", "name", "quotation", "day", "figure"]
    text: str
    row: str = ""
    day: date | None = None


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Interval(_Data):
    """A share from 0.0 to 1.0 by its ends, of the row with this id; a point says how it came about."""

    kind: Literal["share"] = "share"
    low: float
    high: float
    low_open: bool = False
    high_open: bool = False
    how: Literal["", "as published", "worked out"] = ""
    row: str = ""

    def pieces(self, language: Language = ENGLISH) -> Iterator[Piece]:
        """The interval in words."""
        words = wording.interval(
            self.low, self.high, low_open=self.low_open, high_open=self.high_open, language=language
        )
        if self.how and self.low == self.high:
            words = f"{words} ({language.text(self.how)})"
        yield Piece("figure", words, self.row)


class Points(_Data):
    """An index or a number without a unit, by its ends."""

    kind: Literal["points"] = "points"
    low: float
    high: float
    row: str = ""

    def pieces(self, language: Language = ENGLISH) -> Iterator[Piece]:
        """The number in words."""
        yield Piece("figure", wording.points(self.low, self.high, language), self.row)


class RowFigure(_Data):
    """A figure of a row in the words of the chapter that lays it out; no answer of a first page holds one."""

    kind: Literal["figure"] = "figure"
    text: str
    row: str = ""

    def pieces(self, language: Language = ENGLISH) -> Iterator[Piece]:
        """The words as they are."""
        yield Piece("figure", self.text, self.row)


class Money(_Data):
    """An amount of money by its ends; None is not known."""

    kind: Literal["money"] = "money"
    low: float | None
    high: float | None
    currency: str | None
    row: str = ""

    def pieces(self, language: Language = ENGLISH) -> Iterator[Piece]:
        """The amount in words."""
        yield Piece("figure", wording.amount_interval(self.low, self.high, self.currency, language=language), self.row)


class Count(_Data):
    """How many there are of something, with the noun for one and for many, if it has one."""

    kind: Literal["count"] = "count"
    number: int
    one: str = ""
    many: str | None = None
    spelled: bool = True

    def pieces(self, language: Language = ENGLISH) -> Iterator[Piece]:
        """The number with its noun."""
        words = wording.count(self.number, self.one, self.many, spelled=self.spelled, language=language)
        yield Piece("text", words)


class Day(_Data):
    """A day, the quarter that it lies in, or days; of the row with this id."""

    kind: Literal["day"] = "day"
    day: date
    quarter: bool = False
    last: date | None = None
    """The last of several days that begin with `day`."""
    row: str = ""

    def pieces(self, language: Language = ENGLISH) -> Iterator[Piece]:
        """The day in words."""
        words = wording.days(self.day, self.last or self.day, language)
        yield Piece("day", wording.quarter(self.day, language) if self.quarter else words, self.row, day=self.day)


class Dates(_Data):
    """A month, a year or years, as far as a date is known."""

    kind: Literal["dates"] = "dates"
    first: date
    last: date
    row: str = ""

    def pieces(self, language: Language = ENGLISH) -> Iterator[Piece]:
        """The date in words."""
        yield Piece("name", wording.month_or_years(self.first, self.last, language), self.row)


class Country(_Data):
    """A country by its name, in the form that a sentence takes."""

    kind: Literal["country"] = "country"
    name: str

    def pieces(self, language: Language = ENGLISH) -> Iterator[Piece]:
        """The name."""
        yield Piece("text", wording.country(self.name, language))


class Name(_Data):
    """A word of the case: a party, the title of a rule or a programme, a measure or a date as a source gives it."""

    kind: Literal["name"] = "name"
    text: str

    def pieces(self, language: Language = ENGLISH) -> Iterator[Piece]:
        """The name as it is."""
        yield Piece("name", self.text)


class Term(_Data):
    """A word of a closed list of ours, such as a class of equipment; one that no list holds is a name."""

    kind: Literal["term"] = "term"
    text: str

    def pieces(self, language: Language = ENGLISH) -> Iterator[Piece]:
        """The word in the language."""
        words = language.text(self.text)
        yield Piece("name" if words == self.text else "text", words)


class Quotation(_Data):
    """What a row says in its own words, whole."""

    kind: Literal["quotation"] = "quotation"
    text: str
    row: str = ""

    def pieces(self, language: Language = ENGLISH) -> Iterator[Piece]:
        """The words as they are."""
        yield Piece("quotation", self.text, self.row)


class Series(_Data):
    """Several slots as a list: `a, b and c`."""

    kind: Literal["series"] = "series"
    items: tuple["Slot", ...]
    last: Literal["and", "or", ";", ","] = "and"

    def pieces(self, language: Language = ENGLISH) -> Iterator[Piece]:
        """The items, with commas and the last word between them."""
        for at, item in enumerate(self.items):
            if at:
                is_last = at == len(self.items) - 1
                last = f"{self.last} " if self.last in ";," else f" {self.last} "
                yield Piece("text", language.text(last if is_last or self.last == ";" else ", "))
            yield from item.pieces(language)


class Sentence(_Data):
    """A message and what stands in its braces; within another it is a clause."""

    kind: Literal["sentence"] = "sentence"
    message: str
    slots: dict[str, "Slot"] = Field(default_factory=dict)

    def pieces(self, language: Language = ENGLISH) -> Iterator[Piece]:
        """The sentence with everything put in."""
        for text, name, _, _ in Formatter().parse(language.text(self.message)):
            if text:
                yield Piece("text", text)
            if name is not None:
                yield from self.slots[name].pieces(language)

    def rows(self) -> list[str]:
        """The rows of its quotations and dates, which print no figure that could link them."""
        pieces = (piece for piece in self.pieces() if piece.kind in ("quotation", "name") and piece.row)
        return list(dict.fromkeys(piece.row for piece in pieces))

    @computed_field  # type: ignore[prop-decorator]
    @property
    def says(self) -> str:
        """The sentence in English."""
        return self.says_in(ENGLISH)

    def says_in(self, language: Language) -> str:
        """The sentence in a language."""
        return "".join(piece.text for piece in self.pieces(language))


Slot = Annotated[
    Interval | Points | RowFigure | Money | Count | Day | Dates | Country | Name | Term | Quotation | Series | Sentence,
    Field(discriminator="kind"),
]
Series.model_rebuild()
Sentence.model_rebuild()


def sentence(message: str, **slots: Slot) -> Sentence:
    """A sentence by its message and its slots.

    >>> sentence("{who} by {day}.", who=Name(text="A carrier"), day=Day(day=date(2027, 1, 31))).says
    'A carrier by 31 January 2027.'
    """
    return Sentence(message=message, slots=slots)


LEAD = "oldest input: "
"""How the words of an age begin."""


class Age(_Data):
    """The date of the oldest row behind a figure, as far as it is known, and the day on which its age is counted."""

    first: date
    last: date
    as_of: date
    newest: date | None = None
    """The day of the newest row behind it."""

    @property
    def words(self) -> str:
        """The date and the age in words.

        >>> Age(first=date(2024, 12, 1), last=date(2024, 12, 31), as_of=date(2026, 11, 25)).words
        'oldest input: December 2024, 23 months old'
        >>> Age(first=date(2024, 1, 1), last=date(2024, 12, 31), as_of=date(2026, 11, 25)).words
        'oldest input: 2024, 23 to 34 months old'
        """
        return self.words_in(ENGLISH)

    def words_in(self, language: Language) -> str:
        """The date and the age in the words of a language."""
        date = wording.month_or_years(self.first, self.last, language)
        return language.text(f"{LEAD}{{date}}, {{age}}", date=date, age=self._age(language))

    @property
    def months(self) -> int:
        """How many months old it is at most."""
        return _months(self.first, self.as_of)

    @property
    def date(self) -> str:
        """Its date in words: a month, a year or years."""
        return wording.month_or_years(self.first, self.last)

    def _age(self, language: Language) -> str:
        low, high = max(0, _months(self.last, self.as_of)), self.months
        if high < 1:
            return language.text("less than a month old")
        if low and low != high:
            return language.text("{first} to {last} months old", first=low, last=high)
        one, many = ("{number} month old", "{number} months old")
        if low != high:
            one, many = f"at most {one}", f"at most {many}"
        return language.noun(high, one, many, number=high)


def _months(day: date, as_of: date) -> int:
    return 12 * (as_of.year - day.year) + as_of.month - day.month


class Answer(_Data):
    """What one question gets for an answer, on a day and as known on another."""

    question: str
    subject: str
    as_of: date
    known_on: date | None
    audience: str
    finding: Sentence
    sentences: tuple[Sentence, ...] = ()
    caveats: tuple[Sentence, ...] = ()
    would_change: tuple[Sentence, ...] = ()
    """What would change the answer, and who can settle it."""
    age: Age | None = None
    """The days of the inputs without which the figure falls; None where it has none or no input has a day."""
    grade: Literal["text read", "second-hand", "text not public", "not checked"] = "not checked"
    state: Literal["not checked"] = "not checked"
    key_row: str = ""
    """The row of its figure; empty where it has none."""
    rows: tuple[str, ...] = ()
    """The rows that it stands on, by their ids."""


TITLES = {
    "dependence": "How dependent, and on whom",
    "rules": "What the rules ask, and by when",
    "sites": "Sensitive sites",
    "cost": "What a change costs",
    "aid": "What aid is on record",
    "unknown": "What is not known that matters most",
    "acts": "Who can act next",
}
"""Every question of a first page, in its order, and how a page words it."""
