"""Bills of materials of CycloneDX."""

from __future__ import annotations

from provenet.ingest.registry import Format, from_stream
from provenet.ingest.sbom.cyclonedx import LAYOUT, read, recognises

FORMATS = (
    Format(
        name=LAYOUT,
        says="CycloneDX bills of materials, JSON and XML",
        known_by="`bomFormat` or the name space",
        tables=("asset", "party"),
        recognises=lambda head: recognises(head.data, head.name),
        opens_rows=from_stream(read),
        order=21,
        needed=("constants.carrier_id", "constants.country", "constants.asset_class"),
    ),
)
