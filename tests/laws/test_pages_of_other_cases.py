"""A law over cases: names with digits, years in words of that day and thin tables refuse no page, now or replayed."""

import random

import polars as pl
import pytest

from provenet.dossier.gate import read_page
from provenet.dossier.render import render_html
from provenet.dossier.replay import later_days
from provenet.dossier.view import compose
from support.plan_rows import plan_tables
from unit.dossier.small_tables import DAY, THEN, tables

NAMES = (
    *("Net4Mobility", "3 Italia", "Project 2020 Ltd", "Vodafone 2000", "NTT東日本", "Телеком 2030", "Ελληνική 5G"),
    *("بي تي 2", "एयरटेल 4", "Play 24 % S.A.", "Acme 5.5 Mobile", "O2 (2025)", "Three"),
)
WORDS = (
    " by 2020", " (until Q3 2029)", " in March 2031, 12.5 %", " 2025-2030", " 2112 base stations", " EUR 3.4 million",
)  # fmt: skip
COLUMNS = {
    "claim": ("paraphrase", "speaker", "confidence_note"), "procurement": ("event", "note"), "outreach": ("about",),
    "rides_on": ("says",), "market_share": ("measure", "note"), "cost": ("item", "estimator"),
    "interop": ("fact_says",), "source": ("title",),
}  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_no_page_is_refused_falsely(seed: int) -> None:
    draw = random.Random(seed)
    known = draw.choice((None, THEN))
    held = tables(known, known or DAY)
    if known is None and draw.random() < 0.5:
        held |= plan_tables()
    if known is not None:
        held["vendor_share"] = held["vendor_share"].with_columns(as_of=pl.lit("2018"))
    given = dict(zip(held["party"]["name"], draw.sample(NAMES, held["party"].height), strict=True))
    held["party"] = held["party"].with_columns(pl.col("name").replace(given))
    for name, columns in COLUMNS.items():
        for column in columns:
            words = pl.Series(column, [f"{text or 'x'}{draw.choice(WORDS)}" for text in held[name][column]])
            held[name] = held[name].with_columns(words) if draw.random() < 0.6 else held[name]
    for name in draw.sample(
        ["site", "claim", "rides_on", "deployment", "procurement", "outreach", "cost", "interop"], 3
    ):
        held[name] = held[name].clear()
    page = render_html(compose(held, country="Germany", as_of=known or DAY, known=known))
    assert [one.sentence() for one in read_page(page.decode(), held, "germany.html", known=known).faults] == []
    assert known is None or later_days(page, known) == []
