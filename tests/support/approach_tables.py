"""Small tables of claims, shares and programmes, as a case holds them, for the tests of approaches and arguments."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import polars as pl

from provenet.case.parties import PartyNames
from provenet.case.tables import frame, table
from provenet.core.ids import row_id
from provenet.ingest.reader import bundled_files
from support.reading import read_table_files

PLACED = {"file_id": "0" * 64, "locator": "x.csv row 2", "reading": "read in the source"}
PARTIES = (
    ("acme", "Acme", "vendor", "AA"),
    ("bolt", "Bolt", "vendor", "BB"),
    ("cord", "Cord", "vendor", "AA"),
    ("north", "North", "carrier", "UT"),
    ("south", "South", "carrier", "UT"),
)
READS = ("claim", "party", "identifier", "deployment", "outreach", "programme", "vendor_share", "procurement")
Row = dict[str, Any]


def claim(claim_id: str, stance: str = "asserts", said: str | None = "2020-01-01", **given: Any) -> Row:
    """A claim that Acme is risky, by a speaker of its own, unless told otherwise."""
    day = date.fromisoformat(said) if said else None
    return {
        "claim_id": claim_id, "vendor_ids": ["acme"], "topic": "risk", "speaker": f"Speaker of {claim_id}",
        "stance": stance, "said": said, "said_low_on": day, "said_high_on": day, "paraphrase": "Says so", **given,
    }  # fmt: skip


def share(*vendors: str, low: float, high: float, **given: Any) -> Row:
    """A published share of vendors in radio access at North."""
    return {
        "share_id": "-".join(["share", *vendors, str(given.get("complement", "")), str(given.get("measure_kind", ""))]),
        "country": "Utopia", "carrier_id": "north", "asset_class": "ran", "segment": "RAN", "vendor_ids": list(vendors),
        "complement": False, "measure": "share of sites", "measure_kind": "sites", "low_share": low, "high_share": high,
        "low_open": False, "high_open": False, "coverage_share": 1.0, "as_of": "2025",
        "as_of_low_on": date(2025, 1, 1), "as_of_high_on": date(2025, 12, 31), "as_of_on": date(2026, 1, 1),
        "method": "published", "later_estimate": False, "to_be_checked": False, "label": "share", "run_id": "depend-1",
        "formula": "as published", "inputs": [], **given,
    }  # fmt: skip


def deployment(carrier: str, *vendors: str, **given: Any) -> Row:
    """Vendors named in the radio access of a carrier of Utopia."""
    return {
        "carrier_id": carrier, "country": "Utopia", "segment": "RAN", "asset_class": "ran",
        "vendor_ids": list(vendors), "complement": False, "presence": "named", "role": "supplier", **given,
    }  # fmt: skip


def programme(programme_id: str, recipient: str, **given: Any) -> Row:
    """A programme open to everybody, without a budget."""
    return {
        "programme_id": programme_id, "title": f"Programme {programme_id}", "giver": "a giver", "recipient": recipient,
        "vendor_ids": [], "basis": "assumed", **given,
    }  # fmt: skip


def tables(**given: Iterable[Mapping[str, Any]]) -> dict[str, pl.DataFrame]:
    """Every table that approaches and arguments read; rows get an id and a place, in the order given."""
    party = [
        {"party_id": one, "name": name, "role": role, "country": country, "segments": []}
        for one, name, role, country in PARTIES
    ]
    rows = {"party": party, **{name: list(found) for name, found in given.items()}}
    made = {}
    for name in READS:
        placed: Row = PLACED if table(name).kind == "input" else {}
        every = [placed | ({"row_id": _row_id(name, row)} if placed else {}) | dict(row) for row in rows.get(name, ())]
        made[name] = frame(name, every)
    return made


def _row_id(name: str, row: Mapping[str, Any]) -> str:
    """An id that follows from what the row says and not from its place."""
    return row_id(name, {key: str(value) for key, value in row.items()})


def bundled() -> dict[str, pl.DataFrame]:
    """The tables that ship with the product, as a case holds them."""
    found: dict[str, dict[str, Row]] = {}
    uploads = [(name, data, None) for name, data in bundled_files().items()]
    for reading in read_table_files(uploads, PartyNames.built_in()):
        for name, rows in reading.rows.items():
            found.setdefault(name, {}).update({str(row["row_id"]): dict(row) for row in rows})
    return {name: frame(name, list(rows.values())) for name, rows in found.items()}
