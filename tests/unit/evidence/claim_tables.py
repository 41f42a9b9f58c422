"""Tables of a tiny case for standings and competing readings, built from a few cells."""

from collections.abc import Iterable, Mapping
from datetime import date

import polars as pl

from provenet.case.tables import frame
from provenet.evidence.readings import READS

PLACED = {"file_id": "0" * 64, "locator": "x.csv row 2", "reading": "read in the source"}
RENAMED = {"predecessor_id": "huawei", "successor_id": "acme", "how": "rename", "from_on": date(2018, 1, 1)}
"""A row of `succession`: what is said of huawei is said of acme, and the other way round."""
PARTIES = (
    ("acme", "Acme", "vendor"),
    ("huawei", "Huawei", "vendor"),
    ("zte", "ZTE", "vendor"),
    ("fcc", "FCC", "regulator"),
)
Cells = Mapping[str, object]


def day(text: str) -> date:
    return date.fromisoformat(text)


def claim(
    claim_id: str, stance: str = "asserts", said: str | None = "2020-01-01", **cells: object
) -> dict[str, object]:
    """A claim about huawei on the fact `f` by a speaker of its own, unless told otherwise."""
    made = {"claim_id": claim_id, "stance": stance, "fact": "f", "vendor_ids": ["huawei"], "topic": "t"}
    made |= {"speaker": f"Speaker of {claim_id}", "paraphrase": "Says so", "said": said}
    return made | {"said_high_on": day(said) if said else None} | cells


def tables(claims: Iterable[Cells], **rows: Iterable[Cells]) -> dict[str, pl.DataFrame]:
    """Every table that a standing and a matrix read; rows get an id and a place."""
    party = [{"party_id": one, "name": name, "role": role, "segments": []} for one, name, role in PARTIES]
    given = {"party": party, "claim": claims, **rows}
    made = {}
    for name in READS:
        every = [PLACED | {"row_id": f"{name}-{at:03}"} | dict(row) for at, row in enumerate(given.get(name, ()))]
        made[name] = frame(name, every)
    return made
