"""Pages as files: self-contained, well formed, the same bytes again, hostile text shown as text, neutral words."""

import json
import random
import re
import shutil
import subprocess
from datetime import date
from typing import Any

import polars as pl
import pytest

from provenet.case.tables import table
from provenet.dossier.document import read_body
from provenet.dossier.render import render_html, render_pdf
from provenet.dossier.view import ANNEX, compose
from unit.dossier.page_reading import NASTY, OUR_WORDS, Page, check_page
from unit.dossier.small_tables import DAY, THEN, tables

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
    assert "provenet why CASE ID" in page.text


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
