"""The first page in other languages: the same figures, its own words, and nothing left in English unmarked."""

from __future__ import annotations

from datetime import date

import pytest

from provenet.core import wording
from provenet.dossier.front_page import same_figures
from provenet.dossier.language import LANGUAGES, figures_of, language
from provenet.dossier.render import render_html
from provenet.dossier.view import compose
from unit.dossier.page_reading import Page, check_page
from unit.dossier.small_tables import DAY, THEN, tables

FIGURES = [
    wording.interval(0.403, 0.7),
    wording.interval(0, 1),
    wording.interval(0.5, 1, low_open=True),
    wording.interval(0, 0.02, high_open=True),
    f"{wording.percent(0.59)} (exactly as published)",
    f"{wording.percent(0)} (exact)",
    wording.amount_interval(10.1e6, 4.86e9, "EUR"),
    wording.amount(1_234_567, "JPY", exact=True),
    wording.percent(0.0002),
]


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("words", FIGURES)
def test_a_figure_keeps_its_digits(code: str, words: str) -> None:
    made = language(code).figure(words)
    assert figures_of(made) == figures_of(words)
    assert not {"to", "over", "under", "known", "exact", "million", "billion"} & set(made.split())


def test_what_no_catalogue_knows_stands_as_it_is_and_no_sentence_is_left_out() -> None:
    assert language("de").figure("5.5 gazillion") == "5.5 gazillion"
    assert language("de").known("core: lawful intercept") == "core: lawful intercept"
    with pytest.raises(KeyError, match="lacks the message"):
        language("de").text("A sentence that nobody translated.")
    with pytest.raises(ValueError, match="expected one of de, it, ja"):
        language("fr")


def test_figures_and_days_by_language() -> None:
    day = date(2026, 11, 25)
    assert [language(code).day(day) for code in LANGUAGES] == [
        "25. November 2026",
        "25 novembre 2026",
        "2026年11月25日",
    ]
    made = [language(code).figure("EUR 10.1 million to 4.86 billion") for code in LANGUAGES]
    assert made == [
        "EUR 10,1 Millionen bis 4,86 Milliarden",
        "da EUR 10,1 milioni a 4,86 miliardi",
        "EUR 10.1百万～4.86十億",
    ]
    made = [language(code).figure("over 50 to 100 %") for code in LANGUAGES]
    assert made == ["über 50 bis 100 %", "da oltre 50 a 100 %", "50超～100 %"]
    made = [language(code).figure("not known (0 to under 2 %)") for code in LANGUAGES]
    assert made == ["nicht bekannt (0 bis unter 2 %)", "non noto (da 0 a meno di 2 %)", "不明 (0～2 %未満)"]
    assert language("it").day(date(2030, 1, 1)) == "1º gennaio 2030"
    made = [language(code).quarter(date(2027, 12, 1)) for code in LANGUAGES]
    assert made == ["im 4. Quartal 2027", "nel 4º trimestre 2027", "2027年第4四半期"]
    assert [language(code).series(["A", "B", "C"]) for code in LANGUAGES] == ["A, B und C", "A, B e C", "A、BとC"]


@pytest.mark.parametrize("known", [None, THEN])
@pytest.mark.parametrize("code", LANGUAGES)
def test_the_page_gives_the_figures_of_the_english_one(code: str, known: date | None) -> None:
    day = known or DAY
    held = tables(known, day)
    english, other = (
        render_html(compose(held, country="Germany", as_of=day, known=known, document=one)).decode()
        for one in ("", code)
    )
    assert same_figures(english, other, code) == []
    page = Page(other.encode())
    check_page(page)
    assert f'<html lang="{code}">' in other
    assert language(code).known("Germany") in page.text
    if 'class="fig"' in other:
        at = other.index('class="fig"')
        digit = next(spot for spot in range(other.index(">", at), len(other)) if other[spot].isdigit())
        wrong = other[:digit] + str((int(other[digit]) + 1) % 10) + other[digit + 1 :]
        assert same_figures(english, wrong, code)
