"""The sources cited, their kind, how far each was read, and the words that these pages use."""

from __future__ import annotations

from datetime import date

from provenet.case.tables import words
from provenet.dossier.extract import CitedSource, Extract, Fields, weak_kinds
from provenet.dossier.replay import days_after
from provenet.dossier.text import web_address

TITLE = "Sources, and how far each was read"
LIST = "data set"
"""The kind of a source that exists in the state of its retrieval alone."""
KIND_BY = {"first guess": "kind guessed", "mended": "kind corrected", "not listed": "kind not set"}
"""Who set the kind of a source, as the page says it."""


def collect(extract: Extract) -> Fields:
    """Every source that an earlier section cited, in order of number."""
    order = {word: i for i, word in enumerate(words("reading"))}
    cited = sorted(extract.cited.values(), key=lambda source: source.number)
    rows = [_source(source, order, extract.replayed) for source in cited]
    return {"rows": rows, "retrieved": [row for row in rows if row["retrieved"]], "weak": weak_kinds()}


def _source(cited: CitedSource, order: dict[str, int], known: date | None) -> Fields:
    """A source in the words of the list. `retrieved`: a list in a later state, or a page kept at a later address.

    A text published after the day known is neither: it has no place on the page.
    """
    row = cited.row
    is_list = row["kind"] == LIST and _is_later(f"{row['title']} {row['published'] or ''}", known)
    retrieved = "list" if is_list else "address" if _is_later(f"{row['url'] or ''} {row['source_id']}", known) else ""
    return {
        "number": cited.number,
        "anchor": f"source-{cited.number}",
        "title": row["title"],
        "url": row["url"],
        "link": web_address(row["url"]),
        "kind": row["kind"],
        "kind_by": KIND_BY.get(row["kind_by"], row["kind_by"]),
        "published": row["published"] or "no date",
        "readings": sorted(cited.readings, key=lambda reading: (order.get(reading, 99), reading)),
        "weak": row["kind"] in words("weak_source_kind"),
        "id": row["source_id"],
        "retrieved": retrieved,
    }


def _is_later(text: str, known: date | None) -> bool:
    return known is not None and any(days_after(text, known))
