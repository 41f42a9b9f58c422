"""Catalogues: every message of pages and of the web app in every language, braces kept, as compiled."""

import re
from datetime import date
from pathlib import Path
from string import Formatter

import pytest
import write_catalogues
from babel.messages.pofile import read_po

from provenet.core import wording
from provenet.core.language import CATALOGUES, LANGUAGES, language
from provenet.web.chrome import SCRIPT_WORDS

STATIC = Path(__file__).parents[2] / "src/provenet/web/static"


def _braces(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name)


@pytest.mark.parametrize("code", sorted(LANGUAGES.keys() - {"en"}))
def test_a_catalogue_has_every_message_with_its_braces(code: str) -> None:
    with (CATALOGUES / f"{code}.po").open("rb") as file:
        held = {one.id if isinstance(one.id, str) else one.id[0]: one for one in read_po(file) if one.id}
    assert sorted(write_catalogues.messages() - set(held)) == []
    for message, one in held.items():
        for words in (one.string,) if isinstance(one.string, str) else one.string:
            assert words.strip(), message
            assert _braces(words) == _braces(message), message


def test_no_message_has_a_verb_in_the_plural_for_a_count_that_may_be_one() -> None:
    verb = re.compile(r"(?<!first )\{count\}[^.;:]*\b(are|have|stand|were)\b")
    assert [one for one in write_catalogues.web_messages() if verb.search(one)] == []


def test_the_words_of_the_script_are_those_that_a_catalogue_translates() -> None:
    script = (STATIC / "app.js").read_text("utf-8")
    block = script.partition("const WORDS = {")[2].partition("};")[0]
    found = dict(re.findall(r'(\w+): "((?:[^"\\]|\\.)*)"', block))
    assert found == SCRIPT_WORDS


def test_the_compiled_catalogues_are_what_their_writer_writes() -> None:
    for source in CATALOGUES.glob("*.po"):
        assert source.with_suffix(".mo").read_bytes() == write_catalogues.compiled(source), (
            f"{source.name}: make catalogues"
        )


def test_a_day_is_written_as_each_language_writes_it() -> None:
    assert [wording.day(date(2030, 1, 1), language(code)) for code in LANGUAGES] == [
        "1 January 2030",
        "1. Januar 2030",
        "1º gennaio 2030",
        "2030年1月1日",
    ]
