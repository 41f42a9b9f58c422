"""Law: each number, each day and each "not known" is the same in every language, read back by a second plain reader."""

import re
from collections import Counter
from datetime import date
from decimal import Decimal
from gettext import NullTranslations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenet.case.extract import Extract
from provenet.core import wording
from provenet.core.answer import Age, Answer, Count, Country, Dates, Day, Interval, Money, Points, Sentence, Slot
from provenet.core.language import LANGUAGES, Language, language
from provenet.dossier.answers import answers
from unit.dossier.small_tables import DAY, THEN, filled, tables

DIGITS = Language("en", NullTranslations())
"""English that writes every count in digits, as the other languages do."""
OTHERS = [language(code) for code in LANGUAGES if code != "en"]
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "ja": "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月",
}
DAYS = {
    "en": r"(?P<d>\d+) (?P<m>{m}) (?P<y>\d{{4}})",
    "de": r"(?P<d>\d+)\. (?P<m>{m}) (?P<y>\d{{4}})",
    "it": r"(?P<d>\d+)º? (?P<m>{m}) (?P<y>\d{{4}})",
    "ja": r"(?P<y>\d{{4}})年(?P<m>{m})(?P<d>\d+)日",
}
UNITS = {
    "million": 6,
    "billion": 9,
    "Mio.": 6,
    "Mrd.": 9,
    "Bio.": 12,
    "milione": 6,
    "milioni": 6,
    "miliardo": 9,
    "miliardi": 9,
    "mila miliardi": 12,
    "万": 4,
    "億": 8,
    "兆": 12,
}
UNKNOWN = {"en": "not known", "de": "nicht bekannt", "it": "non noto", "ja": "不明"}


def read(text: str, code: str) -> Counter[object]:
    """The days, quarters, numbers and unknowns that a text of one language states."""
    months = MONTHS[code].split()
    found: Counter[object] = Counter()

    def day(hit: re.Match[str]) -> str:
        found[date(int(hit["y"]), months.index(hit["m"]) + 1, int(hit["d"]))] += 1
        return " "

    names = "|".join(sorted(months, key=len, reverse=True))
    text = re.sub(DAYS[code].format(m=names), day, text)
    for number, name in enumerate(months, start=1):
        text = re.sub(rf"(?<!\d){name}", f" month{chr(96 + number)} ", text)
    found.update(re.findall(r"month[a-l]", text))
    found["not known"] = text.count(UNKNOWN[code])
    group, mark = (".", ",") if code in ("de", "it") else (",", ".")
    units = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
    kept = ""
    for hit in reversed([*re.finditer(rf"(-?\d[\d.,]*\d|-?\d)(?![A-Za-z])\s?({units})?", text)]):
        digits = Decimal(hit[1].replace(group, "").replace(mark, "."))
        # In a range, English writes the word for millions once, after both ends.
        kept = hit[2] or (kept if _is_shared(text, hit) else "")
        found[digits.scaleb(UNITS.get(kept, 0))] += 1
    return found


def _is_shared(text: str, hit: re.Match[str]) -> bool:
    """Whether a number is the first end of a range that ends with a large number, and no whole one below a thousand."""
    return (
        bool(re.match(r"\s?(?:to|bis|a)\s\d[\d.,]*\s?(?:m|b|M)", text[hit.end() :]))
        and re.fullmatch(r"[1-9]\d{0,2}([.,]\d{1,2})?", hit[1]) is not None
    )


def words(slot: Slot, spoken: Language) -> str:
    return "".join(piece.text for piece in slot.pieces(spoken) if piece.kind not in ("name", "quotation"))


SHARES = st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted)
AMOUNTS = st.tuples(*[st.one_of(st.none(), st.just(0.0), st.floats(1e3, 9e11))] * 2)
DATES = st.dates(date(1990, 1, 1), date(2060, 12, 31))
SLOTS = st.one_of(
    st.builds(
        lambda ends, opens: Interval(low=ends[0], high=ends[1], low_open=opens[0], high_open=opens[1]),
        SHARES,
        st.tuples(st.booleans(), st.booleans()),
    ),
    st.builds(
        lambda ends, money: Money(
            low=min(ends) if None not in ends else ends[0],
            high=max(ends) if None not in ends else ends[1],
            currency=money,
        ),
        AMOUNTS,
        st.sampled_from(["EUR", "USD", "JPY", None]),
    ),
    st.builds(lambda ends: Points(low=min(ends), high=max(ends)), st.tuples(*[st.floats(0, 10_000)] * 2)),
    st.builds(lambda number: Count(number=number, one="vendor"), st.integers(0, 10_000_000)),
    st.builds(lambda day, quarter: Day(day=day, quarter=quarter), DATES, st.booleans()),
    st.builds(lambda day: Dates(first=day, last=day), DATES),
)


@given(SLOTS)
def test_law_a_value_is_the_same_in_every_language(slot: Slot) -> None:
    stated = read(words(slot, DIGITS), "en")
    for spoken in OTHERS:
        assert read(words(slot, spoken), spoken.code) == stated, words(slot, spoken)


@given(st.tuples(DATES, DATES).map(sorted), st.integers(0, 4000))
def test_law_an_age_is_the_same_in_every_language(ends: list[date], days: int) -> None:
    age = Age(first=ends[0], last=ends[1], as_of=date.fromordinal(ends[1].toordinal() + days))
    for spoken in OTHERS:
        assert read(age.words_in(spoken), spoken.code) == read(age.words_in(DIGITS), "en")


CASES = [
    Extract(tables(), "Germany", DAY),
    Extract(tables(THEN, THEN), "Germany", THEN, THEN),
    Extract({}, "Atlantis", DAY),
    Extract({**tables(), "vendor_share": filled("vendor_share", [])}, "Germany", DAY),
]


@pytest.mark.parametrize("held", CASES)
def test_law_every_answer_states_the_same_numbers_and_days_in_every_language(held: Extract) -> None:
    for said in (said for one in answers(held) for said in every(one)):
        assert_alike(said)


def every(one: Answer) -> tuple[Sentence, ...]:
    return (one.finding, *one.sentences, *one.caveats, *one.would_change)


def assert_alike(said: Sentence) -> None:
    stated = read(words(said, DIGITS), "en")
    for spoken in OTHERS:
        found = read(words(said, spoken), spoken.code)
        assert {**found, "not known": 0} == {**stated, "not known": 0}, words(said, spoken)


def test_names_of_the_world_stand_in_the_language_of_the_reader() -> None:
    named = [[words(Country(name=name), one) for one in OTHERS] for name in ("Germany", "United Kingdom", "Ruritania")]
    assert named == [
        ["Deutschland", "Germania", "ドイツ"],
        ["Vereinigtes Königreich", "Regno Unito", "イギリス"],
        ["Ruritania"] * 3,
    ]
    assert [wording.amount(27e9, "JPY", language=one) for one in OTHERS] == [
        "27\N{NO-BREAK SPACE}Mrd. JPY",
        "27 miliardi di JPY",
        "270億円",
    ]
    assert [wording.amount_interval(0, 180e6, "EUR", language=one) for one in OTHERS] == [
        "0 bis 180\N{NO-BREAK SPACE}Mio. EUR",
        "da 0 a 180 milioni di EUR",
        "0～1.8億ユーロ",
    ]
