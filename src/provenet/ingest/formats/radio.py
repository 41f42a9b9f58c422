"""Registers of radio sites: of Germany, the United Kingdom, Japan and France."""

from provenet.ingest.network.radio_registers import is_support_register, read_register, read_supports, register_of
from provenet.ingest.registry import Format

FORMATS = (
    Format(
        name="radio-register",
        says="registers of radio sites, antennas, cells and stations",
        known_by="the header",
        tables=("asset", "site"),
        recognises=lambda head: register_of(head.data) is not None,
        opens_rows=read_register,
        order=35,
    ),
    Format(
        name="anfr-supports",
        says="the French register of antenna supports, a workbook of three sheets",
        known_by="the names of its sheets",
        tables=("site",),
        recognises=lambda head: is_support_register(head.upload),
        opens_rows=read_supports,
        order=36,
    ),
)
