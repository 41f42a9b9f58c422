"""The sources cited, their kind, how far each was read, and the words that these pages use."""

from __future__ import annotations

from provenet.case.tables import words
from provenet.dossier.extract import CitedSource, Extract, Fields, weak_kinds
from provenet.dossier.text import web_address

TITLE = "Sources, and how far each was read"
KIND_BY = {"first guess": "kind guessed", "mended": "kind corrected", "not listed": "kind not set"}
"""Who set the kind of a source, as the page says it."""


def collect(extract: Extract) -> Fields:
    """Every source that an earlier section cited, in order of number."""
    order = {word: i for i, word in enumerate(words("reading"))}
    cited = sorted(extract.cited.values(), key=lambda source: source.number)
    rows = [_source(source, order) for source in cited]
    return {"rows": rows, "weak": weak_kinds()}


def _source(cited: CitedSource, order: dict[str, int]) -> Fields:
    row = cited.row
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
    }
