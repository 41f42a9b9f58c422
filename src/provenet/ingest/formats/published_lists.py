"""Tables of listed companies, as offices publish them."""

from __future__ import annotations

from provenet.ingest.lists.published_lists import LAYOUT, read, recognises
from provenet.ingest.registry import Format, from_stream

FORMATS = (
    Format(
        name=LAYOUT,
        says="published tables of listed companies",
        known_by="the header",
        tables=("party", "identifier", "ownership", "listing"),
        recognises=lambda head: recognises(head.data, head.name),
        opens_rows=from_stream(read),
        order=22,
        introduces=True,
    ),
)
