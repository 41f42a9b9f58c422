"""Drawings take their place on a page: each kept once, its place marked, days ahead of a replay marked as such."""

import re

from provenet.dossier.drawings.share_bars import Rung
from provenet.dossier.render import _Drawings

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
