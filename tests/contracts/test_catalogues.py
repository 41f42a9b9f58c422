"""Catalogues of the web app: every message in every language, braces kept, as compiled."""

import re
from datetime import date
from pathlib import Path
from string import Formatter

import pytest
import write_catalogues
from babel import Locale
from babel.messages.pofile import read_po

from provenet.core.countries import packaged_rows
from provenet.web.chrome import SCRIPT_WORDS, TONGUES, day_in, tongue

ROOT = Path(__file__).parents[2]
WEB = ROOT / "src/provenet/web/languages"


def _braces(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name)


@pytest.mark.parametrize("code", sorted(TONGUES.keys() - {"en"}))
def test_a_catalogue_has_every_message_with_its_braces(code: str) -> None:
    with (WEB / f"{code}.po").open("rb") as file:
        held = {str(one.id): str(one.string) for one in read_po(file) if one.id}
    assert sorted(write_catalogues.web_messages() - set(held)) == []
    for message, words in held.items():
        assert words.strip(), message
        assert _braces(words) == _braces(message), message


def test_names_of_countries_are_those_of_the_common_locale_data() -> None:
    for row in packaged_rows("web", "languages", "territories.csv"):
        assert [Locale(code).territories[row["code"]] for code in list(row)[1:]] == list(row.values())[1:]


def test_no_message_has_a_verb_in_the_plural_for_a_count_that_may_be_one() -> None:
    verb = re.compile(r"(?<!first )\{count\}[^.;:]*\b(are|have|stand|were)\b")
    assert [one for one in write_catalogues.web_messages() if verb.search(one)] == []


def test_the_words_of_the_script_are_those_that_a_catalogue_translates() -> None:
    script = (WEB.parent / "static/app.js").read_text("utf-8")
    block = script.partition("const WORDS = {")[2].partition("};")[0]
    found = dict(re.findall(r'(\w+): "((?:[^"\\]|\\.)*)"', block))
    assert found == SCRIPT_WORDS


def test_the_compiled_catalogues_are_what_their_writer_writes() -> None:
    for source in WEB.glob("*.po"):
        assert source.with_suffix(".mo").read_bytes() == write_catalogues.compiled(source), (
            f"{source.name}: make catalogues"
        )


def test_a_day_is_written_as_each_language_writes_it() -> None:
    assert [day_in(tongue(code), date(2030, 1, 1)) for code in TONGUES] == [
        "1 January 2030",
        "1. Januar 2030",
        "1º gennaio 2030",
        "2030年1月1日",
    ]
