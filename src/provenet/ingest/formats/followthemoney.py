"""Entities of FollowTheMoney, as OpenSanctions publishes them."""

from __future__ import annotations

from provenet.ingest.lists.ftm import LAYOUT, read, recognises
from provenet.ingest.registry import Format, from_stream

FORMATS = (
    Format(
        name=LAYOUT,
        says="FollowTheMoney entities and statements (OpenSanctions)",
        known_by="the first entity, or the header of statements",
        tables=("party", "identifier", "ownership", "succession", "listing"),
        recognises=lambda head: recognises(head.data, head.name),
        opens_rows=from_stream(read),
        order=20,
        introduces=True,
    ),
)
