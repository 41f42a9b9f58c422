"""Where vendors have their seats: the bundled facts, and for makers that scans alone show a registry with its sources.

A vendor that stands in neither has no known seat: it is never taken to sit elsewhere.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from provenet.core.countries import packaged_rows
from provenet.core.ids import slug

_CODE = re.compile(r"[A-Z]{2}")


class Seat(NamedTuple):
    """The country of a seat as two letters, and the publication that states it."""

    country: str
    source: str


@lru_cache(maxsize=1)
def vendor_seats() -> Mapping[str, Seat]:
    """The seat of each vendor that is known, by vendor id. Cached.

    >>> vendor_seats()["h3c"].country, vendor_seats()["huawei"].country, "net-snmp" in vendor_seats()
    ('CN', 'CN', False)
    """
    made = {
        slug(row["vendor"]): Seat(row["hq_country"], row["source_title"])
        for row in packaged_rows("facts", "vendors.csv")
        if _CODE.fullmatch(row["hq_country"])
    }
    for row in packaged_rows("ingest", "network", "registry", "seats.csv"):
        made.setdefault(row["vendor_id"], Seat(row["country"], row["source"]))
    return MappingProxyType(made)
