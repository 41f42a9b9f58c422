"""Published tables of addresses: prefixes and ranges with their origins or countries."""

from __future__ import annotations

from provenet.ingest.bgp import prefix_tables
from provenet.ingest.line_formats import line_format

FORMATS = tuple(map(line_format, prefix_tables.FORMATS))
