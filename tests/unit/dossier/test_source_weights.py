"""The chapter on sources: what rests on each, walked back through the rows, and every number of the pages resolved."""

import re
from collections.abc import Mapping

import polars as pl
import pytest

from provenet.dossier.extract import Extract
from provenet.dossier.findings import Finding
from provenet.dossier.passages import passages_and_rest
from provenet.dossier.render import render_html
from provenet.dossier.view import compose
from provenet.dossier.weights import Weight, relaying, weights
from unit.dossier.page_reading import Page
from unit.dossier.small_tables import DAY, THEN, claim, filled, share, tables, verdict


def extract(**more: pl.DataFrame) -> Extract:
    return Extract({**tables(), **more}, "Germany", DAY)


def market(name: str, source: str) -> dict[str, str]:
    return {"row_id": name, "source_id": source, "geo": "Germany"}


def test_a_result_rests_on_the_sources_of_every_input_row_at_any_remove() -> None:
    days = {"as_of_on": DAY, "known_on": None}
    rows = extract(
        market_share=filled("market_share", [market("m-1", "paper"), market("m-2", "forum")]),
        verdict=filled("verdict", [{**verdict(1, vendor_id="acme", inputs=["claim:C-1"]), **days}]),
        claim=filled("claim", [claim("C-1", source_id="book"), claim("C-2", source_id="paper")]),
        vendor_share=filled(
            "vendor_share",
            [
                {**share(1, inputs=["market_share:m-1", "verdict:verdict-1", "verdict?{}", "gone:x"]), **days},
                {**share(2, inputs=["market_share:m-2", "vendor_share:share-1", "vendor_share:share-2"]), **days},
            ],
        ),
    )
    shown: list[object] = [
        {"findings": [Finding(question="q", says="s", id="share-1")], "words": "no id", "rows": ["share-2", ("C-2",)]}
    ]
    assert weights(rows, shown) == {
        "paper": Weight(findings=1, figures=3),
        "book": Weight(findings=1, figures=2),
        "forum": Weight(findings=0, figures=1),
    }


def test_a_row_shown_twice_counts_once() -> None:
    assert weights(extract(), [{"a": "C-3", "b": ["C-3", {"c": "C-3"}]}]) == {"paper": Weight(0, 1)}
    assert weights(extract(), []) == {}


def test_a_source_of_which_a_claim_relays_another_is_third_hand() -> None:
    rows = [claim("C-1"), claim("C-2", derived_from="C-1", source_id="forum")]
    assert relaying(extract(claim=filled("claim", rows))) == {"forum"}


def page(given: Mapping[str, pl.DataFrame] | None = None) -> str:
    return render_html(compose({**tables(), **(given or {})}, country="Germany", as_of=DAY)).decode()


def chapter(given: Mapping[str, pl.DataFrame] | None = None) -> str:
    return Page(page(given).encode()).text.split("Sources by weight")[-1]


@pytest.mark.parametrize("then", [None, THEN])
def test_every_number_of_the_pages_resolves_in_the_chapter(then: object) -> None:
    given = tables(THEN, THEN) if then else tables()
    html = render_html(compose(given, country="Germany", as_of=THEN if then else DAY, known=THEN if then else None))
    numbers = set(re.findall(r'href="#(source-\d+)"', html.decode()))
    assert numbers
    assert numbers <= set(Page(html).ids)


def test_weak_and_third_hand_sources_are_marked_and_licences_named() -> None:
    rows = [
        claim("C-1"),
        claim("C-2", answers_claim_id="C-1", stance="denies", derived_from="a cable", source_id="forum"),
    ]
    sources = tables()["source"].with_columns(licence=pl.lit("CC BY 4.0"))
    text = chapter({"claim": filled("claim", rows), "source": sources})
    assert "third hand: passes on what another said to be checked" in text
    assert "licence: CC BY 4.0" in text


def test_the_heaviest_sources_stand_first_with_what_rests_on_them() -> None:
    text = chapter()
    assert "What most of these pages rests on" in text
    assert re.search(r"The Paper \[1\] : \d findings?, \d+ rows? · press", text)


def test_a_number_in_the_title_of_a_source_is_no_figure_of_ours_and_one_beside_it_is() -> None:
    inside = '<p><span class="source"><a href="x">Costs 62 billion more</a></span> · press</p>'
    beside = '<p><span class="source">Costs more</span> · 62 billion</p>'
    assert passages_and_rest(inside)[1] == []
    assert passages_and_rest(beside)[1] == ["· 62 billion"]
