"""Registers of radio sites: Germany (sites, antennas, cells), the United Kingdom (cells of LTE), Japan (stations)."""

from __future__ import annotations

from provenet.ingest.network.radio_registers import read_register, register_of
from provenet.ingest.registry import Format

FORMATS = (
    Format(
        name="radio-register",
        says="registers of radio sites, antennas, cells and stations",
        known_by="the header",
        tables=("asset", "site"),
        recognises=lambda head: register_of(head.data) is not None,
        open=read_register,
        order=35,
    ),
)
