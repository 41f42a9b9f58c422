"""Pages as files: positions, safe text, whole sentences, the same bytes again, hostile text, and a page read back."""

import json
import random
import re
import shutil
import subprocess
from datetime import date
from itertools import count
from typing import Any

import jinja2
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment

from provenet.case.tables import table
from provenet.core.wording import letters
from provenet.dossier import render
from provenet.dossier.document import read_body
from provenet.dossier.passages import passages
from provenet.dossier.render import CompiledTemplates, _Drawings, render_html, render_pdf
from provenet.dossier.text import anchor, clean, measured, position, web_address
from provenet.dossier.view import ANNEX, compose, compose_all
from support import plan_rows
from unit.dossier.fund_rows import fund_tables, named
from unit.dossier.page_reading import NASTY, OUR_WORDS, Page, check_page
from unit.dossier.small_tables import DAY, THEN, filled, tables
from unit.dossier.test_options_chapter import held_tables
from unit.dossier.test_rules_chapter import RULES

KEPT = {"country", "jurisdiction", "as_of", "assumed", "facts", "asset_class", "geo"}
"""Columns whose words choose rows or hold JSON; `assumed` is hostile in a way of its own below."""


def nasty_tables() -> dict[str, pl.DataFrame]:
    """Every free text of every table made hostile; ids stay distinct, keys still match."""
    made = {}
    for name, frame in tables().items():
        closed = {c.name for c in table(name).columns if c.refers_to or c.is_key or c.name.endswith("_id")}
        words = {
            "outcome", "force", "effect", "stance", "kind", "role", "part", "method", "presence", "unknown_because",
        }  # fmt: skip
        words |= {"reading", "anonymous", "layer", "action", "row_id", "inputs", "speaker_kind"}
        free = [
            c
            for c, kind in frame.schema.items()
            if kind == pl.String and c not in closed | words | KEPT and c not in {"claims_for", "claims_against"}
        ]
        frame = frame.with_columns(pl.lit(NASTY).alias(c) for c in free)
        if name == "verdict":
            frame = frame.with_columns(
                pl.lit([NASTY]).alias("open_tests"), pl.lit(json.dumps({NASTY: NASTY})).alias("assumed")
            )
        made[name] = frame
    return made


def nasty_ids() -> dict[str, pl.DataFrame]:
    """Ids made hostile wherever they stand."""
    made = {}
    for name, frame in tables().items():
        ids = [c for c, kind in frame.schema.items() if kind == pl.String and c.endswith("_id")]
        lists = [c for c, kind in frame.schema.items() if kind == pl.List(pl.String) and c.endswith("_ids")]
        made[name] = frame.with_columns(
            *(pl.col(c) + NASTY for c in ids), *(pl.col(c).list.eval(pl.element() + NASTY) for c in lists)
        )
    return made


def pages(frames: dict[str, pl.DataFrame], known: date | None = None) -> tuple[bytes, bytes]:
    view = compose(frames, country="Germany", as_of=known or DAY, known=known, document=ANNEX)
    return render_html(view), render_pdf(view)


@pytest.mark.parametrize("known", [None, THEN])
def test_a_page_is_one_file_without_script_or_request(known: date | None) -> None:
    html, _ = pages(tables(known, known or DAY), known)
    check_page(Page(html))
    text = html.decode()
    assert "@import" not in text
    assert not re.search(r"url\((?!#)", text)
    assert "default-src 'none'" in text


@pytest.mark.parametrize("make", [nasty_tables, nasty_ids])
def test_hostile_text_is_shown_as_text(make: Any) -> None:
    view = compose(make(), country="Germany", as_of=DAY, document=ANNEX)
    page = Page(render_html(view))
    check_page(page)
    shown = " ".join(NASTY.replace("\x00", "\ufffd").replace("\x1b", "\ufffd").replace("\u202e", "\ufffd").split())
    assert shown in page.text
    assert "49" not in re.sub(r"49\.4|\{\{ 7 \* 7 \}\}|-?[0-9a-f]{10,16}", "", page.text)
    assert "\u202e" not in page.text
    pdf = render_pdf(view)
    assert pdf.startswith(b"%PDF")


@pytest.mark.parametrize("make", [tables, nasty_tables])
def test_the_pdf_holds_real_text(make: Any) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    pdf = render_pdf(compose(make(), country="Germany", as_of=DAY, document=ANNEX))
    ran = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    text = " ".join(ran.stdout.decode().split())
    assert "As of 24 November 2026" in text
    assert "100 %" in text
    assert ("#panic() $x$ *b* _i_ `c` @ref <lab>" in text) == (make is nasty_tables)


@pytest.mark.parametrize("known", [None, THEN])
def test_the_same_tables_give_the_same_bytes_in_any_order(known: date | None) -> None:
    frames = tables(known, known or DAY)
    mixer = random.Random(7)
    turned = {}
    for name in sorted(frames, reverse=True):
        order = list(range(frames[name].height))
        mixer.shuffle(order)
        turned[name] = frames[name][order]
    assert pages(frames, known) == pages(turned, known)


def test_the_pdf_is_dated_by_the_day_asked_about() -> None:
    _, pdf = pages(tables(THEN, THEN), THEN)
    assert b"/CreationDate(D:20181123" in pdf
    assert b"/CreationDate(D:20261124" not in pdf


@pytest.mark.parametrize("known", [None, THEN])
def test_our_own_words_are_neutral(known: date | None) -> None:
    page = Page(pages(tables(known, known or DAY), known)[0])
    ours = " ".join(page.ours)
    assert len(ours) > 5_000
    assert [ours[max(0, hit.start() - 40) : hit.end() + 20] for hit in OUR_WORDS.finditer(ours)] == []


def test_the_neutral_rule_sees_a_word_that_is_ours_and_not_one_that_is_quoted() -> None:
    page = Page(b"<p>It is banned. <span data-quoted>It is <b>risky</b>.</span></p>")
    assert OUR_WORDS.findall(" ".join(page.ours))[0][0] == "banned"
    assert len(OUR_WORDS.findall(" ".join(page.ours))) == 1


def test_each_printed_figure_carries_its_id() -> None:
    frames = tables()
    html, _ = pages(frames)
    page = Page(html)
    for name, key in (("vendor_share", "share_id"), ("common_failure", "failure_id"), ("verdict", "verdict_id")):
        rows = frames[name].filter(pl.col("later_estimate").not_()) if name == "vendor_share" else frames[name]
        for ident in rows[key].to_list():
            assert ident in page.text, ident


def test_an_element_the_pdf_does_not_know_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"^a section's template uses <video>, which the PDF does not know; see dossier/document\.py$"
    ):
        read_body("<p><video></video></p>")
    with pytest.raises(ValueError, match=r"^a section's template closes <p> while <b> is open$"):
        read_body("<p><b></p>")


def test_white_space_between_words_survives_and_between_blocks_goes() -> None:
    tree = read_body("<div>\n <p>a <b>b</b> c&amp;d</p>\n <p>e</p>\n</div>")
    (div,) = tree
    assert [n["e"] for n in div["k"]] == ["p", "p"]
    assert [n if isinstance(n, str) else n["k"] for n in div["k"][0]["k"]] == ["a ", ["b"], " c&d"]


def test_letters() -> None:
    assert [letters(n) for n in (0, 25, 26, 27, 701, 702)] == ["a", "z", "aa", "ab", "zz", "aaa"]


def test_positions() -> None:
    assert position(-33.86, 151.21) == "33.9° S, 151.2° E"
    assert position(None, 1.0) == "position not stated"


@pytest.mark.parametrize(
    ("low", "high", "unit", "text"),
    [
        (0.0, 2.0, "weeks", "0 to 2 weeks"),
        (12_345.6, 12_345.6, "sites", "12,346 sites"),
        (1.5, 2.25, "EUR", "EUR 1.5 to 2.25"),
        (0.0, None, "EUR of 2018", "at least EUR 0 (2018 prices)"),
        (None, None, "EUR", "not known"),
        (3.0, 4.0, "", "3 to 4"),
    ],
)
def test_a_figure_has_its_unit_and_a_currency_comes_first(
    low: float | None, high: float | None, unit: str, text: str
) -> None:
    assert measured(low, high, unit) == text


def test_an_amount_is_rounded_only_where_asked() -> None:
    assert measured(118_234_567, 118_234_567, "EUR") == "EUR 118,234,567"
    assert measured(118_234_567, 118_234_567, "EUR", rounded=True) == "EUR 118 million"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "http://a b", "", None])
def test_only_web_addresses_become_links(url: str | None) -> None:
    assert web_address(url) is None


def test_a_web_address_is_kept() -> None:
    assert web_address("https://a.example/?q=1&r=2#x") == "https://a.example/?q=1&r=2#x"


def test_control_codes_and_turned_text_are_replaced() -> None:
    assert clean("a\x00b\u202ec\x1b[31m") == "a\ufffdb\ufffdc\ufffd[31m"
    assert clean("line\nbreak\tand 漢字 é") == "line\nbreak\tand 漢字 é"
    assert clean("\ud800").encode() == b"?"


@given(st.text())
def test_an_anchor_is_a_plain_name(key: str) -> None:
    assert anchor(key).replace("-", "").replace(".", "").replace("_", "").isalnum()
    assert anchor(key).isascii()


TAG = '<code class="tag" data-quoted>{}</code>'


def test_several_ids_after_the_same_words_share_them() -> None:
    page = f"<p>Two verdicts {TAG.format('one')} {TAG.format('two')}; a third {TAG.format('three')} at last</p>"
    found = [(one.key, one.words) for one in passages(page)]
    assert found == [("one", "Two verdicts"), ("two", "Two verdicts"), ("three", "a third at last")]


def test_headings_stand_above_rows_and_a_new_section_clears_those_below_it() -> None:
    page = (
        "<h2>Plans</h2><h3>Lots</h3><table><tr><td>5</td><td>" + TAG.format("a") + "</td></tr></table>"
        "<h2>Aid</h2><ul><li>7 " + TAG.format("b") + "</li></ul>"
    )
    assert [(one.key, one.heading, one.words) for one in passages(page)] == [
        ("a", "Plans | Lots", "5"),
        ("b", "Aid", "7"),
    ]


def test_a_row_in_a_card_is_read_by_itself() -> None:
    page = (
        '<div class="card"><p>Share <span data-quoted>as Huawei says</span> 40 % ' + TAG.format("card") + "</p>"
        "<table><tr><td>3 units " + TAG.format("row") + "</td></tr></table></div>"
    )
    row, card = passages(page)
    assert (row.key, row.words) == ("row", "3 units")
    assert (card.key, card.words) == ("card", "Share as Huawei says 40 %")


def test_a_figure_that_is_a_link_stands_beside_the_row_it_leads_to() -> None:
    page = '<p>In all <a href="x.html#r1" data-row="r1">41 %</a> of lines, <a data-row="r2">9 %</a> of sites</p>'
    assert [(one.key, one.words) for one in passages(page)] == [("r1", "In all 41 %"), ("r2", "of lines, 9 % of sites")]


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


def test_an_equal_drawing_is_kept_once_and_another_gets_a_place_of_its_own() -> None:
    drawings = _Drawings(None)
    assert 'data-drawing="0"' in drawings.mark("clear")
    assert 'data-drawing="1"' in drawings.mark("restricted")
    assert 'data-drawing="0"' in drawings.mark("clear")
    assert len(drawings.kept) == 2


SAID = {
    "policy": ("criterion", "asset_scope", "vendor_test"),
    "claim": ("paraphrase",),
    "cost": ("method_says", "note"),
    "plan_scenario": ("because",),
    "plan_flip": ("because",),
    "plan_step": ("because",),
    "plan_input": ("scope", "says"),
    "fund_input": ("scope",),
    "award": ("because",),
}
"""The columns in which a law, a party or a reason speaks."""


def sentence(at: int) -> str:
    """A sentence of 300 letters whose decisive half stands at its end."""
    head, tail = f"Sentence {at:03} begins with much that", f"does not hold where exception {at:03} applies"
    return f"{head} {'goes on and on ' * 20}"[: 299 - len(tail)].ljust(299 - len(tail), ".") + f" {tail}"


ALL = {sentence(at) for at in range(400)}
BEGUN, ENDED = re.compile(r"Sentence (\d+) begins"), re.compile(r"exception (\d+) applies")


def planted() -> tuple[dict[str, pl.DataFrame], dict[str, list[str]]]:
    """The tables of a country with a sentence of its own in each cell of those columns."""
    found = {**held_tables(**plan_rows.robust()), **fund_tables(), "policy": filled("policy", RULES)}
    found["party"] = named(found["party"])
    said: dict[str, list[str]] = {}
    numbers = count()
    for name, columns in SAID.items():
        for column in columns:
            said[f"{name} {column}"] = cells = [sentence(next(numbers)) for _ in range(found[name].height)]
            found[name] = found[name].with_columns(pl.Series(column, cells, dtype=pl.String))
    return found, said


def test_each_sentence_stands_whole_or_not_at_all() -> None:
    """On the pages, in their PDF, and in the tables and the calendar beside them."""
    held, said = planted()
    views = compose_all(held, country="Germany", as_of=DAY)
    texts = [Page(render_html(view)).text for view in views]
    texts += [data.decode().replace("\r\n ", "") for view in views for data in view.files.values()]
    shown: set[str] = set()
    for text in (" ".join(text.split()) for text in texts):
        for begun in BEGUN.finditer(text):
            whole = text[begun.start() :][: len(sentence(0))]
            assert whole in ALL, whole
            shown.add(whole)
    assert [column for column, cells in said.items() if not shown & set(cells)] == []
    if shutil.which("pdftotext"):
        for view in views:
            words = ["pdftotext", "-raw", "-", "-"]
            ran = subprocess.run(words, input=render_pdf(view), capture_output=True, check=True)
            text = " ".join(ran.stdout.decode().split())
            # A row may go on on the next page, below its foot.
            assert set(BEGUN.findall(text)) == set(ENDED.findall(text))
