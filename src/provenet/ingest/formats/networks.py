"""Published tables of networks: relationships, names, tags and organisations."""

from __future__ import annotations

from provenet.ingest.bgp import as_tables
from provenet.ingest.line_formats import line_format

FORMATS = tuple(map(line_format, as_tables.FORMATS))
