"""Several policies screened over tables at once, as rows."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from provenet.case.rows import VerdictRow, rows_of
from provenet.evidence.screen import Screening
from provenet.policy.packs import Packs


def screen(
    tables: Mapping[str, pl.DataFrame],
    packs: Packs,
    policy: Sequence[str],
    *,
    as_of: date,
    country: str | None = None,
    **more: Any,
) -> list[VerdictRow]:
    """The verdicts of some policies, by id."""
    screening = Screening(tables, as_of=as_of, **more)
    rows = [row for name in policy for row in rows_of(VerdictRow, screening.verdicts(packs, name, country))]
    return sorted(rows, key=lambda row: row["verdict_id"])
