"""Compiled templates are kept for the next process, and never believed for another text or compiler."""

import jinja2
import pytest
from jinja2 import DictLoader, Environment

from provenet.dossier import render
from provenet.dossier.render import CompiledTemplates


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
