"""The sources cited, their kind, how far each was read, and how to read these pages."""

from __future__ import annotations

from typing import Any

from provenet.case.tables import words
from provenet.dossier.stored import Stored, weak_kinds
from provenet.dossier.words import web_address

TITLE = "Sources, and how far each was read"


def collect(stored: Stored) -> dict[str, Any]:
    """Every source that an earlier section cited, in order of number."""
    order = {word: i for i, word in enumerate(words("reading"))}
    rows = []
    for source in sorted(stored.cited.values(), key=lambda s: s["number"]):
        readings = sorted(source["readings"], key=lambda r: (order.get(r, 99), r))
        rows.append({
            "number": source["number"],
            "anchor": f"source-{source['number']}",
            "title": source["title"],
            "url": source["url"],
            "link": web_address(source["url"]),
            "kind": source["kind"],
            "kind_by": source["kind_by"],
            "published": source["published"] or "no date",
            "readings": readings,
            "weak": source["kind"] in words("weak_source_kind"),
            "id": source["source_id"],
        })  # fmt: skip
    return {"rows": rows, "weak": weak_kinds()}
