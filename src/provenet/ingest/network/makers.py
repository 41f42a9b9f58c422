"""What a maker's name in a carrier's own records says of who made a thing."""

from __future__ import annotations

from dataclasses import dataclass

from provenet.ingest.network.devices import MEDIUM, NONE


@dataclass(frozen=True)
class Maker:
    """A maker as its record writes it, its id, and what the record is worth as evidence."""

    vendor_id: str | None
    text: str | None
    evidence: str
    confidence: str


def maker_of(name: str | None, witness: str) -> Maker:
    """Who is meant by a maker's name that a record gives; `witness` says which field of the record.

    An inventory is kept by people: one record is one good witness, no more.
    """
    if name is None:
        return Maker(None, None, f"no {witness} is stated", NONE)
    from provenet.core.ids import slug

    return Maker(slug(name), name, witness, MEDIUM)
