"""The verb `why`: the walk from a figure back to its rows and pages."""

from __future__ import annotations

from dataclasses import KW_ONLY
from functools import lru_cache
from textwrap import wrap
from typing import TYPE_CHECKING

from provenet.core.settings import Settings, Text, case_call_of, settings_class
from provenet.verbs.answers import LineageWalk
from provenet.verbs.options import CaseLike

if TYPE_CHECKING:
    from provenet.case.case import Case
    from provenet.dossier.passages import Passage


@settings_class(kw_only=False)
class WhySettings(Settings):
    """Which figure to walk back from."""

    figure: Text = Text(argument=True, help="An id beside a figure, the beginning of one, or any row as table:key.")
    _: KW_ONLY


def run(case: CaseLike, settings: WhySettings) -> LineageWalk:
    """Walks a figure back to its formula, rows, claims and pages, below the words that the dossiers print beside it.

    Raises UsageFault naming the nearest id.
    """
    from provenet.case.lineage import walk, walk_lines, walk_text
    from provenet.verbs.question import opened

    into = opened(case)
    found = walk(into, settings.figure)
    shown = _shown(into, found.root.ref.partition(":")[2])
    lines = [line for place, one in shown for line in _lines(place, one)]
    tree = {**found.as_dict(), "pages": [_as_dict(place, one) for place, one in shown]}
    return LineageWalk("".join(f"{line}\n" for line in lines) + walk_text(found), tuple(walk_lines(found)), tree)


why = case_call_of(WhySettings, run, "why")

SHOWN_PLACES = 5
"""Places of dossiers that the answer quotes."""
WIDTH = 100


def _shown(case: Case, key: str) -> list[tuple[str, Passage]]:
    """Where the dossiers that stand print an id, and the words beside it: the newest day first."""
    from provenet.core.digest import sha256_bytes

    stood = case.read_latest("dossier").sort("as_of_on", "country", descending=[True, False])
    made = [digest for name in ("html_id", "annex_id") for digest in stood[name].to_list() if digest]
    found: dict[str, tuple[str, str]] = {}
    for place in sorted(case.path.glob("outputs/*/*.html")) if made else ():
        data = place.read_bytes()
        if key.encode("utf-8") in data:
            found[sha256_bytes(data)] = (place.relative_to(case.path).as_posix(), data.decode("utf-8"))
    places = [found[digest] for digest in made if digest in found]
    return [(place, one) for place, page in places for one in _passages(page) if one.key == key and one.words][
        :SHOWN_PLACES
    ]


@lru_cache(maxsize=8)
def _passages(page: str) -> tuple[Passage, ...]:
    """The passages of a page, which many a figure is looked up in one after another."""
    from provenet.dossier.passages import passages

    return tuple(passages(page))


def _lines(place: str, one: Passage) -> list[str]:
    """The words of a place in a dossier, 100 columns wide."""
    heading = one.heading.partition(" | ")[0]
    pad = " " * 4
    words = wrap(
        one.words, WIDTH, initial_indent=pad, subsequent_indent=pad, break_long_words=False, break_on_hyphens=False
    )
    return [f"On the page {place}, under {heading!r}:", *words]


def _as_dict(place: str, one: Passage) -> dict[str, str]:
    return {"page": place, "heading": one.heading, "words": one.words}
