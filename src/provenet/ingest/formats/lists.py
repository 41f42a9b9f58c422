"""Lists of parties and bills of materials: FollowTheMoney, CycloneDX, published lists."""

from provenet.ingest.lists import ftm, published_lists
from provenet.ingest.registry import Format, from_stream
from provenet.ingest.sbom import cyclonedx

FORMATS = (
    Format(
        name=ftm.LAYOUT,
        says="FollowTheMoney entities and statements (OpenSanctions)",
        known_by="the first entity, or the header of statements",
        tables=("party", "identifier", "ownership", "succession", "listing"),
        recognises=lambda head: ftm.recognises(head.data, head.name),
        opens_rows=from_stream(ftm.read),
        order=20,
        introduces=True,
    ),
    Format(
        name=cyclonedx.LAYOUT,
        says="CycloneDX bills of materials, JSON and XML",
        known_by="`bomFormat` or the name space",
        tables=("asset", "party"),
        recognises=lambda head: cyclonedx.recognises(head.data, head.name),
        opens_rows=from_stream(cyclonedx.read),
        order=21,
        needed=("constants.carrier_id", "constants.country", "constants.asset_class"),
    ),
    Format(
        name=published_lists.LAYOUT,
        says="published tables of listed companies",
        known_by="the header",
        tables=("party", "identifier", "ownership", "listing"),
        recognises=lambda head: published_lists.recognises(head.data, head.name),
        opens_rows=from_stream(published_lists.read),
        order=22,
        introduces=True,
    ),
)
