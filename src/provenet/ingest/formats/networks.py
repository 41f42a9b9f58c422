"""Published tables of addresses and of networks: origins, countries, names, organisations, tags and links."""

from provenet.ingest.bgp import as_tables, prefix_tables

FORMATS = (*prefix_tables.FORMATS, *as_tables.FORMATS)
