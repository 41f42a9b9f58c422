"""The verb `ach`: claims about a vendor against competing readings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY
from typing import Any, cast

from provenet.core.settings import (
    Choice,
    Day,
    Option,
    OptionalDay,
    OptionalText,
    Settings,
    Switch,
    Text,
    case_call_of,
    settings_class,
)
from provenet.verbs.answers import AchReport
from provenet.verbs.options import AS_OF, KNOWN_ON, CaseLike


class Points(Option[Mapping[str, float] | None, Mapping[str, float]]):
    """What each mark adds to a score."""

    def __init__(self) -> None:
        super().__init__(cast(Mapping[str, float], None), hidden=True)

    def read(self, value: Mapping[str, float] | None) -> Mapping[str, float]:
        """The points by mark."""
        return dict(value or {})


@settings_class(kw_only=False)
class AchSettings(Settings):
    """Which vendor's claims to hold against which readings, and how claims weigh."""

    vendor: Text = Text(argument=True, help="A vendor, by name or id.")
    _: KW_ONLY
    fact: OptionalText = OptionalText(
        metavar="KEY", help="Only this fact (default: each fact with claims or readings on record)."
    )
    hypotheses_only: Switch = Switch(False, help="Only readings that an analyst supplied, never the plain two.")
    weight: Choice = Choice(
        ("none", "reliability", "credibility"),
        "none",
        help="Weigh a claim by the grade in its row (default: none, each claim counts as one).",
    )
    marked_by: OptionalText = OptionalText(metavar="NAME", help="Only the marks of this analyst.")
    as_of: Day = AS_OF
    known_on: OptionalDay = KNOWN_ON
    points: Points = Points()


def run(case: CaseLike, settings: AchSettings) -> AchReport:
    """Holds the live claims about a vendor against competing readings, one matrix per fact; writes nothing.

    `points` are what I and II add to a score (1 and 2). The order of readings says how the claims on record sit with
    each, not which is so. Raises UsageFault for a vendor, fact, weight or analyst nobody has, and where analysts set
    different marks and none is named.
    """
    from provenet.case.parties import VENDOR, PartyNames
    from provenet.evidence.readings import READS, MatrixRequest, matrices
    from provenet.verbs.question import opened

    into = opened(case)
    tables = {name: into.read(name) for name in READS}
    party = PartyNames.of_case(into).resolve(settings.vendor, "ach", VENDOR)
    request = MatrixRequest(
        vendor=party,
        as_of=settings.as_of,
        known=settings.known_on,
        fact=settings.fact,
        hypotheses_only=settings.hypotheses_only,
        weight=settings.weight,
        marked_by=settings.marked_by,
        points=settings.points,
    )
    made: list[Any] = matrices(tables, request)
    name = dict(tables["party"].select("party_id", "name").iter_rows()).get(party, party)
    fact = None if settings.fact is None else made[0]["fact"]
    return AchReport(party, name, fact, settings.as_of, settings.known_on, tuple(made))


ach = case_call_of(AchSettings, run, "ach")
