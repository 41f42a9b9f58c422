"""Catalogues of the first page: every message in every language, braces kept, compiled as they are written."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from provenet.core.wording import MONTHS
from provenet.dossier import language, messages
from provenet.dossier.language import LANGUAGES

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "src/provenet/dossier/languages"


def texts() -> list[str]:
    """Every message of the module, and what the language itself asks for."""
    found: list[str] = [*MONTHS, *language._PHRASES, *language._BOUND_TEXTS]
    for name, value in vars(messages).items():
        if name.isupper():
            found += [value] if isinstance(value, str) else list(value)
    source = (ROOT / "src/provenet/dossier/language.py").read_text("utf-8")
    return found + re.findall(r'self\.text\(\s*"([^"]+)"', source)


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_catalogue_has_every_message_with_its_braces(code: str) -> None:
    with (FOLDER / f"{code}.po").open("rb") as file:
        held = {str(one.id): str(one.string) for one in read_po(file) if one.id}
    assert sorted(set(texts()) - set(held)) == []
    for message, words in held.items():
        assert words.strip() or message.isspace(), message
        assert _braces(words) == _braces(message), message


def _braces(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name)


def test_the_compiled_catalogues_are_what_their_writer_writes() -> None:
    spec = importlib.util.spec_from_file_location("write_catalogues", ROOT / "scripts/write_catalogues.py")
    assert spec and spec.loader
    writer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(writer)
    for source in FOLDER.glob("*.po"):
        assert source.with_suffix(".mo").read_bytes() == writer.compiled(source), f"{source.name}: make catalogues"
