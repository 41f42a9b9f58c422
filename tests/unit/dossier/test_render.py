"""Compiled templates are kept for the next process, and never believed for another text or compiler."""

import re

import jinja2
import pytest
from jinja2 import DictLoader, Environment

from provenet.dossier import render
from provenet.dossier.drawings.share_bars import Rung
from provenet.dossier.render import CompiledTemplates, _Drawings


@pytest.fixture
def folder(tmp_path, monkeypatch):
    place = tmp_path / "cache"
    place.mkdir(mode=0o700)
    monkeypatch.setenv("PROVENET_CACHE", str(place))
    return place


def rendered(text: str, monkeypatch, *, compiles: bool) -> str:
    made = Environment(loader=DictLoader({"a": text}), bytecode_cache=CompiledTemplates())
    seen = []
    compiled = jinja2.Environment.compile
    monkeypatch.setattr(made, "compile", lambda *a, **k: seen.append(a) or compiled(made, *a, **k))
    answer = made.get_template("a").render(name="x")
    assert bool(seen) is compiles
    return answer


def test_a_template_is_compiled_once(folder, monkeypatch):
    assert rendered("Hello {{ name }}", monkeypatch, compiles=True) == "Hello x"
    assert rendered("Hello {{ name }}", monkeypatch, compiles=False) == "Hello x"
    assert len(list(folder.glob("arrays/template-*"))) == 1


def test_another_text_is_compiled_anew(folder, monkeypatch):
    rendered("Hello {{ name }}", monkeypatch, compiles=True)
    assert rendered("Bye {{ name }}", monkeypatch, compiles=True) == "Bye x"
    assert rendered("Bye {{ name }}", monkeypatch, compiles=False) == "Bye x"


def test_another_compiler_compiles_anew(folder, monkeypatch):
    rendered("Hello {{ name }}", monkeypatch, compiles=True)
    monkeypatch.setattr(render, "sources_digest", lambda *_: "other")
    assert rendered("Hello {{ name }}", monkeypatch, compiles=True) == "Hello x"


def test_broken_code_is_compiled_anew(folder, monkeypatch):
    rendered("Hello {{ name }}", monkeypatch, compiles=True)
    (kept,) = folder.glob("arrays/template-*")
    data = bytearray(kept.read_bytes())
    data[-9] ^= 1
    kept.write_bytes(bytes(data))
    assert rendered("Hello {{ name }}", monkeypatch, compiles=True) == "Hello x"


def test_nothing_is_kept_where_the_cache_is_off_or_sources_cannot_be_read(tmp_path, monkeypatch):
    monkeypatch.setenv("PROVENET_CACHE", "off")
    for _ in range(2):
        assert rendered("Hello {{ name }}", monkeypatch, compiles=True) == "Hello x"
    monkeypatch.setenv("PROVENET_CACHE", str(tmp_path))
    monkeypatch.setattr(render, "sources_digest", lambda *_: None)
    for _ in range(2):
        assert rendered("Hello {{ name }}", monkeypatch, compiles=True) == "Hello x"


RUNGS = [Rung("As routed", "no change", 0.25, 0.5, "first"), Rung("No clear route", "", 0.1, 0.1, "last")]


def test_a_ladder_is_drawn_with_its_shares_and_leaves_its_title_where_it_stands() -> None:
    drawings = _Drawings(None)
    place = drawings.ladder(RUNGS, "Avoidability & more")
    assert place == '<img class="stairs" data-drawing="0" alt="Avoidability &amp; more">'
    (svg,) = drawings.kept
    words = re.sub(r"<[^>]+>", "\n", svg)
    assert "As routed: 25 to 50 %; No clear route: 10 %" in svg
    assert [line for line in words.splitlines() if line in ("As routed", "no change", "No clear route")] == [
        "As routed",
        "no change",
        "No clear route",
    ]


def test_an_equal_drawing_is_kept_once_and_another_gets_a_place_of_its_own() -> None:
    drawings = _Drawings(None)
    assert 'data-drawing="0"' in drawings.mark("clear")
    assert 'data-drawing="1"' in drawings.mark("restricted")
    assert 'data-drawing="0"' in drawings.mark("clear")
    assert len(drawings.kept) == 2
