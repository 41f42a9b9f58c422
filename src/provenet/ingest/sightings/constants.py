"""What the mapping beside a file of evidence says of all its rows: the day, the country, the network.

[constants]
seen_on = 2025-05-17
country = "Netherlands"
asn = 64500
"""

from dataclasses import dataclass
from datetime import date

from provenet.core.countries import countries
from provenet.core.errors import FaultList
from provenet.ingest.mapping_beside import NO_KEY, MappingBeside, place_beside
from provenet.ingest.registry import Source

_KEYS = ("seen_on", "country", "asn")
_UNREAD = "this cannot be read"


@dataclass(frozen=True)
class Constants:
    """The day, the country by the name that tables use, and the network; null where the mapping leaves them out."""

    seen_on: date | None = None
    country: str | None = None
    asn: str | None = None


def read_constants(source: Source) -> Constants:
    """What the mapping says. Raises InputFault with all that is wrong in it."""
    faults = FaultList()
    beside = MappingBeside(place_beside(source.upload.plain_name), source.mapping, ("constants",), faults=faults)
    given = beside.table("constants")
    beside.only(given, _KEYS, NO_KEY, table="constants.")
    country, asn = given.get("country"), given.get("asn")
    name = countries().name(country) if isinstance(country, str) else None
    day = beside.day("seen_on", "a day", given=given, table="constants.")
    if country is not None and name is None:
        beside.fault("constants.country", _UNREAD, country, expected="a country by name or code")
    if asn is not None and not (type(asn) is int and 0 < asn < 2**32):
        beside.fault("constants.asn", _UNREAD, asn, expected="the number of a network, such as 64500")
    faults.refuse()
    return Constants(day, name, None if asn is None else str(asn))
