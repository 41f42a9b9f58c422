"""Tables of a tiny case for screening, built from a few cells."""

from collections.abc import Iterable, Mapping
from datetime import date

import polars as pl

from provenet.case.tables import frame
from provenet.core.errors import FaultList
from provenet.core.ids import row_id
from provenet.evidence.screen import READS
from provenet.policy.pack import parse_pack
from provenet.policy.packs import Packs

READ = {"file_id": "0" * 64, "locator": "x.csv row 2", "reading": "read in the source"}
SHARE = {
    "geo": "DE",
    "level": "carrier",
    "segment": "RAN",
    "asset_class": "ran",
    "complement": False,
    "percent": "36",
    "vendors_says": "x",
    "qualifier": "=",
    "low_open": False,
    "high_open": False,
    "measure": "share of sites",
    "measure_kind": "sites",
    "as_of": "2020",
    "as_of_low_on": date(2020, 1, 1),
    "forecast": False,
}
Cells = Mapping[str, object]


def party(party_id: str, role: str, country: str | None = None) -> dict[str, object]:
    return {"party_id": party_id, "name": party_id, "role": role, "country": country, "segments": []}


def claim(claim_id: str, fact: str, stance: str, said: date | None = None, **cells: object) -> dict[str, object]:
    """A claim about every vendor, unless `vendor_ids` says otherwise."""
    made = {"claim_id": claim_id, "fact": fact, "stance": stance, "speaker": f"Speaker of {claim_id}", "topic": "t"}
    return made | {"vendor_ids": ["all"], "paraphrase": "Says so", "said_high_on": said} | cells


def stake(owner: str, owned: str, low: float | None, high: float | None = None, **cells: object) -> dict[str, object]:
    high = low if high is None else high
    return {"owner_id": owner, "owned_id": owned, "low_share": low, "high_share": high} | cells


def searched(on: date = date(2030, 1, 1), **cells: object) -> dict[str, object]:
    """A search for the owners of every party, up to a day, that found nothing; or for what `cells` say."""
    return {"sought": "owner", "searched_in": "a register", "searched_on": on} | cells


def tables(parties: Iterable[Cells], **rows: Iterable[Cells]) -> dict[str, pl.DataFrame]:
    """Every table that screening reads; rows get an id and a place."""
    given = {"party": parties, **rows}
    made = {}
    for name in READS:
        every = [READ | {"row_id": row_id(name, row)} | dict(row) for row in given.get(name, ())]
        made[name] = frame(name, every)
    return made


def packs(text: str) -> Packs:
    """The packs of one YAML text, which must be good."""
    faults = FaultList()
    pack = parse_pack("p.yml", text.encode(), faults)
    assert pack is not None, [fault.sentence() for fault in faults.faults]
    made = Packs()
    made.index([pack])
    return made
