"""The verb `ach`: claims about a vendor against competing readings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from provenet.case.case import Case
from provenet.case.parties import VENDOR, PartyNames
from provenet.verbs.answers import (
    Compared,
)
from provenet.verbs.question import (
    Day,
    day_of,
    known_day,
    opened,
)

if TYPE_CHECKING:
    pass


def ach(
    case: Case | Path | str,
    vendor: str,
    *,
    as_of: Day,
    known_on: Day | None = None,
    fact: str | None = None,
    hypotheses_only: bool = False,
    weight: str = "none",
    marked_by: str | None = None,
    points: Mapping[str, float] | None = None,
) -> Compared:
    """Holds the live claims about a vendor against competing readings, one matrix per fact; writes nothing.

    `weight` is none, reliability or credibility; `points` are what I and II add to a score (1 and 2). The order of
    readings says how the claims on record sit with each, not which is so. Raises UsageFault for a vendor, fact, weight
    or analyst nobody has, and where analysts set different marks and none is named.
    """
    from provenet.evidence.readings import READS, MatrixRequest, matrices

    into, as_of, known_on = opened(case), day_of("as_of", as_of), known_day(known_on)
    tables = {name: into.read(name) for name in READS}
    party = PartyNames.of_case(into).resolve(vendor, "ach", VENDOR)
    request = MatrixRequest(
        vendor=party,
        as_of=as_of,
        known=known_on,
        fact=fact,
        hypotheses_only=hypotheses_only,
        weight=weight,
        marked_by=marked_by,
        points=points or {},
    )
    made = matrices(tables, request)
    called = dict(tables["party"].select("party_id", "name").iter_rows()).get(party, party)
    return Compared(party, called, None if fact is None else made[0]["fact"], as_of, known_on, tuple(made))
