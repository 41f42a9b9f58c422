"""The law of whole sentences: what a law or a party says stands whole on a page, in a file beside it, or not at all."""

import re
import shutil
import subprocess
from itertools import count

import polars as pl

from provenet.dossier.render import render_html, render_pdf
from provenet.dossier.view import compose_all
from support import plan_rows
from unit.dossier.fund_rows import fund_tables, named
from unit.dossier.page_reading import Page
from unit.dossier.small_tables import DAY, filled
from unit.dossier.test_options_chapter import held_tables
from unit.dossier.test_rules_chapter import RULES

SAID = {
    "policy": ("criterion", "asset_scope", "vendor_test"), "claim": ("paraphrase",), "cost": ("method_says", "note"),
    "plan_scenario": ("because",), "plan_flip": ("because",), "plan_step": ("because",),
    "plan_input": ("scope", "says"), "fund_input": ("scope",), "award": ("because",),
}  # fmt: skip
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
