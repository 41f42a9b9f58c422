"""The sources cited, their kind, how far each was read, and the words that these pages use."""

from __future__ import annotations

from typing import Any

from provenet.case.tables import words
from provenet.dossier.extract import Extract, weak_kinds
from provenet.dossier.text import web_address

TITLE = "Sources, and how far each was read"


def collect(extract: Extract) -> dict[str, Any]:
    """Every source that an earlier section cited, in order of number."""
    order = {word: i for i, word in enumerate(words("reading"))}
    rows = [
        {
            "number": source["number"],
            "anchor": f"source-{source['number']}",
            "title": source["title"],
            "url": source["url"],
            "link": web_address(source["url"]),
            "kind": source["kind"],
            "kind_by": source["kind_by"],
            "published": source["published"] or "no date",
            "readings": sorted(source["readings"], key=lambda reading: (order.get(reading, 99), reading)),
            "weak": source["kind"] in words("weak_source_kind"),
            "id": source["source_id"],
        }
        for source in sorted(extract.cited.values(), key=lambda source: source["number"])
    ]
    return {"rows": rows, "weak": weak_kinds()}
